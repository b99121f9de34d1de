"""What the section on supply shows: plain values, fit for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.report.tables import but_towns, columns

if TYPE_CHECKING:
    from gapmap.catchment import Supply

__all__ = ["supply_content"]

_OF_PLACES: Final = ("supply_per_1000_people", "bound", "reason", "facilities_within_limit")
_OF_FACILITIES: Final = (
    *("service", "facility", "facility_id", "capacity", "people_within_limit"),
    *("people_competing", "capacity_per_1000_people", "bound", "reason"),
)


def supply_content(supply: Supply) -> dict[str, object]:
    """Give areas but towns, facilities, and the figures of each place, by service."""
    areas = but_towns(supply.areas)
    return {
        "areas": columns(areas),
        "facilities": columns(supply.facilities, _OF_FACILITIES),
        "places": {
            str(service): columns(rows, _OF_PLACES)
            for service, rows in supply.table.groupby("service", sort=False)
        },
    }
