"""What the section on supply shows: plain values, fit for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.drawing import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from gapmap.catchment import Supply

__all__ = ["supply_content"]

_KINDS: Final = ("city", "district", "plan_district", "setting", "group")
_OF_PLACES: Final = ("supply_per_1000_people", "bound", "reason", "facilities_within_limit")
_OF_FACILITIES: Final = (
    *("service", "facility", "facility_id", "capacity", "people_within_limit"),
    *("people_competing", "capacity_per_1000_people", "bound", "reason"),
)


def supply_content(supply: Supply) -> dict[str, object]:
    """Give areas but towns, facilities, and the figures of each place, by service."""
    areas = supply.areas[supply.areas["group_kind"].isin(_KINDS)]
    return {
        "areas": _columns(areas, areas.columns),
        "facilities": _columns(supply.facilities, _OF_FACILITIES),
        "places": {
            str(service): _columns(rows, _OF_PLACES)
            for service, rows in supply.table.groupby("service", sort=False)
        },
    }


def _columns(table: pd.DataFrame, names: Iterable[str]) -> dict[str, list[object]]:
    return {str(name): plain(table[name]) for name in names}
