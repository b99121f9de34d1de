"""Where facilities stand, and what they become."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from gapmap.findings import Finding
    from gapmap.tables import RowCount

__all__ = ["COLUMNS", "Facilities", "FacilitySource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitySource:
    """Where facilities stand; field names are those of a ``[[facilities]]`` block."""

    path: Path
    service: str | None = None
    service_column: str | None = None
    service_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheet: str | None = None
    layer: str | None = None
    id: str | None = None
    name: str | None = None
    x: str | None = None
    y: str | None = None
    datum: str = "auto"
    opened: str | None = None
    closed: str | None = None
    status: str | None = None
    floor_area_m2: str | None = None
    capacity: str | None = None
    level: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    place: str | None = None
    presence_m: float = 1000.0
    require: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False
    repair: str = "safe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facilities:
    """Facilities of all services, one row per facility and service.

    Attributes
    ----------
    table
        ``facility_id``, ``facility`` (name), ``service``, ``opened``, ``closed`` (datetime64,
        NaT unknown or never), ``status`` (text as written), ``in_use`` (``yes``, ``no`` or
        ``unknown``: what the status text says, ``yes`` without a status column),
        ``floor_area_m2``, ``capacity`` (float, NaN unknown), ``level``, attributes under their
        own names (text), ``qualifies`` (``yes``, ``no``, ``unknown``: the quality gate),
        ``failed`` (which requirement failed or could not be judged), ``counts`` (``yes``,
        ``no``, ``unknown``: exists at ``date``: opened <= date, not closed by it, in use; a
        facility without an opening date counts as existing), ``place_id``, ``town_id``,
        ``district_id``, ``plan_district`` (where it belongs, empty unknown), ``place_basis``
        (``code``, ``polygon``, ``nearest`` or empty: how that was found), ``belongs``
        (``place``, ``town``, ``district`` or empty: the finest level that is known),
        ``position`` (``ok``, ``missing``, ``outside``: an ``outside`` one lies in no district
        and still serves), ``file``, ``row``, ``geometry``: a point in the region's CRS, or None.
    date
        The date at which ``counts`` holds.
    services
        All service ids that the sources name, also those without a single facility.
    sizes
        How many rows of ``table`` come from each source, in order: several sources may be sheets
        of one file. What a what-if adds stands behind them.
    """

    table: gpd.GeoDataFrame
    date: dt.date
    services: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()
    simulated: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()


COLUMNS = (
    *("facility_id", "facility", "service", "opened", "closed", "status", "in_use"),
    *("floor_area_m2", "capacity", "level", "qualifies", "failed", "counts"),
    *("place_id", "town_id", "district_id", "plan_district", "place_basis", "belongs"),
    *("position", "file", "row", "geometry"),
)
"""Columns of ``Facilities.table``; attributes stand after ``level``."""
