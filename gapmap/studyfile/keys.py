"""The keys of a study file, and the kind of value that each takes."""

from __future__ import annotations

import datetime as dt
import math

from gapmap import datum
from gapmap.location import OBJECTIVES

__all__ = [
    "ALIKE",
    "DATUMS",
    "KEYS",
    "LANGUAGES",
    "LIST",
    "NEEDED",
    "NUMBER",
    "OBJECTIVES",
    "PARTS",
    "TEXT",
    "TIME",
    "is_kind",
]

LANGUAGES = ("zh", "en")
DATUMS = ("auto", "detect", *datum.DATUMS)

TEXT, NUMBER, FLAG, DATE, TIME, TABLE, LIST = (
    "text",
    "number",
    "true or false",
    "date",
    "time of day",
    "table",
    "list",
)

KEYS: dict[str, dict[str, str]] = {
    "study": {
        "name": TEXT, "date": DATE, "plan": TEXT, "language": TEXT, "crs": TEXT,
        "seed": NUMBER, "credit": TEXT, "repair": TEXT,
    },
    "districts": {
        "path": TEXT, "layer": TEXT, "id": TEXT, "name": TEXT, "datum": TEXT,
        "groups": TABLE, "simulated": FLAG,
    },
    "towns": {
        "path": TEXT, "layer": TEXT, "sheet": TEXT, "id": TEXT, "name": TEXT,
        "district": TEXT, "plan_district": TEXT, "datum": TEXT, "simulated": FLAG,
    },
    "places": {
        "path": TEXT, "layer": TEXT, "sheet": TEXT, "id": TEXT, "name": TEXT, "town": TEXT,
        "district": TEXT, "x": TEXT, "y": TEXT, "datum": TEXT, "setting": TEXT,
        "setting_values": TABLE, "people": TEXT, "island": TEXT, "income": TEXT,
        "group_people": TABLE, "position_m": NUMBER, "simulated": FLAG,
    },
    "facilities": {
        "path": TEXT, "layer": TEXT, "sheet": TEXT, "service": TEXT, "service_column": TEXT,
        "service_values": TABLE, "id": TEXT, "name": TEXT, "x": TEXT, "y": TEXT,
        "datum": TEXT, "opened": TEXT, "closed": TEXT, "status": TEXT,
        "floor_area_m2": TEXT, "capacity": TEXT, "level": TEXT, "place": TEXT,
        "presence_m": NUMBER, "position_m": NUMBER, "require": TABLE, "simulated": FLAG,
    },
    "network": {
        "osm": TEXT, "lines": TEXT, "layer": TEXT, "ferries": TEXT, "depart": TIME,
        "snap_m": NUMBER, "borders": TEXT, "water": TEXT, "compare_borders": FLAG, "speeds": TABLE,
        "datum": TEXT, "simulated": FLAG, "cache": FLAG,
    },
    "services": {
        "name": TABLE, "mode": TEXT, "limit_m": NUMBER, "limit_minutes": NUMBER,
        "source": TEXT, "speed_kmh": NUMBER, "off_road": TEXT, "catchment": TEXT,
        "catchment_order": TEXT, "people_per_capacity": NUMBER, "bottom_line": NUMBER,
        "supply": TEXT, "supply_capacity": TEXT, "supply_decay": TEXT, "supply_breaks": LIST,
        "supply_weights": LIST,
    },
    "population": {
        "raster": TEXT, "unit": TEXT, "reconcile": TEXT, "assign": TEXT, "setting": TEXT,
        "simulated": FLAG,
    },
    "surface": {
        "land_cover": TEXT, "speeds": TEXT, "dem": TEXT, "barriers": TEXT, "roads": TEXT,
        "barriers_datum": TEXT,
        "slope": TEXT, "on_path": NUMBER, "off_path": NUMBER, "direction": TEXT,
        "neighbours": NUMBER, "kmh": NUMBER, "cell_m": NUMBER, "snap_m": NUMBER,
        "simulated": FLAG,
    },
    "referral": {
        "from": TEXT, "to": TEXT, "mode": TEXT, "limit_minutes": NUMBER, "pairs": FLAG,
    },
    "sensitivity": {
        "draws": NUMBER, "speed": NUMBER, "position_m": NUMBER, "limit": NUMBER,
        "limit_bases": LIST, "people": NUMBER, "people_common": NUMBER, "ferry_wait": FLAG,
        "ferry_wait_otherwise": NUMBER, "source": TEXT,
    },
    "typology": {"services": LIST, "most_kinds": NUMBER, "none": FLAG},
    "indicators": {"path": TEXT, "simulated": FLAG},
    "certificates": {"path": TEXT, "simulated": FLAG},
    "milestones": {"path": TEXT, "simulated": FLAG},
    "series": {"dates": LIST, "years": LIST},
    "report": {
        "title": TEXT, "prepared_by": TEXT, "checked_by": TEXT, "approved_by": TEXT,
        "prepared_on": DATE, "approval_number": TEXT, "base_map": TEXT, "internal": FLAG,
    },
    "siting": {
        "datum": TEXT, "candidates": TEXT, "cost": NUMBER, "cost_column": TEXT,
        "apart_m": NUMBER, "slope_max_deg": NUMBER, "slope": TEXT, "suitable": LIST,
        "exclude": LIST, "simulated": FLAG,
        "count": NUMBER, "budget": NUMBER, "objective": TEXT, "share": NUMBER,
        "copies": NUMBER, "capacity": NUMBER, "least": TABLE, "least_each": NUMBER,
        "closing_cost": NUMBER, "farthest": NUMBER, "seconds": NUMBER, "years": TABLE,
        "start": DATE, "targets": LIST,
    },
    "sharing": {
        "datum": TEXT, "candidates": TEXT, "cost": NUMBER, "cost_column": TEXT,
        "apart_m": NUMBER, "slope_max_deg": NUMBER, "slope": TEXT, "suitable": LIST,
        "exclude": LIST, "simulated": FLAG,
        "services": LIST, "costs": TABLE, "count": NUMBER, "budget": NUMBER,
        "seconds": NUMBER,
    },
}  # fmt: skip
PARTS: dict[str, dict[str, str]] = {
    "area": {
        "path": TEXT, "layer": TEXT, "name": TEXT, "datum": TEXT, "within_m": NUMBER,
        "simulated": FLAG,
    },
    "years": {"count": NUMBER, "budget": NUMBER},
}  # fmt: skip
"""Tables that stand within a block."""
NEEDED = {
    "study": ("name", "date"),
    "districts": ("path",),
    "towns": ("path",),
    "places": ("path",),
    "facilities": ("path",),
    "services": ("mode",),
    "population": ("raster",),
    "referral": ("from", "to"),
    "indicators": ("path",),
    "certificates": ("path",),
    "milestones": ("path",),
    "area": ("path",),
    "sharing": ("services", "costs", "cost"),
}
ALIKE = 0.75
"""How alike a facility attribute must be to a known key before it is taken for a slip."""


def is_kind(value: object, kind: str) -> bool:
    """Say whether a value read from TOML is of the kind that a key takes."""
    if kind == NUMBER:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and math.isfinite(float(str(value)))
    wanted: dict[str, type | tuple[type, ...]] = {
        TEXT: str,
        FLAG: bool,
        DATE: (dt.date, str),
        TIME: (dt.time, str),
        TABLE: dict,
        LIST: list,
    }
    return isinstance(value, wanted[kind])
