"""What the section on straight lines and roads shows: plain values, fit for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gapmap.detour import DETOUR_CLASSES
from gapmap.drawing import plain
from gapmap.report.tables import but_towns, columns

if TYPE_CHECKING:
    from gapmap.access import Service
    from gapmap.detour import Detours

__all__ = ["detour_content"]

_DECIMALS: Final = 3


def detour_content(detours: Detours) -> dict[str, object]:
    """Give the table without its towns, and by service the factor of each place.

    ``only_straight`` are the places, by their number, that are near a service only on the map, with
    the straight line to the facility that their way leads to.
    """
    table = but_towns(detours.table)
    return {
        "classes": list(DETOUR_CLASSES),
        "table": columns(table),
        "factors": {
            service.id: _told(detours.factors(service.id)) for service in detours.access.services
        },
        "only_straight": {
            service.id: _only_straight(detours, service) for service in detours.access.services
        },
    }


def _only_straight(detours: Detours, service: Service) -> dict[str, object]:
    table = detours.access.table
    straight_m = table.loc[table["service"] == service.id, "straight_to_facility_m"]
    which = detours.only_straight(service)
    return {
        "places": np.flatnonzero(which).tolist(),
        "straight_to_facility_m": plain(straight_m[which].astype(float).round(_DECIMALS)),
    }


def _told(factors: np.ndarray) -> list[float | None]:
    """Round the factors, up where a class would change."""
    step = 10.0**-_DECIMALS
    rounded = np.round(factors, _DECIMALS)
    for end in DETOUR_CLASSES:
        rounded = np.where((factors > end) & (rounded <= end), end + step, rounded)
    return [None if np.isnan(one) else round(float(one), _DECIMALS) for one in rounded]
