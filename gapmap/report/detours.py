"""What the section on straight lines and roads shows: plain values, fit for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gapmap.detour import DETOUR_CLASSES
from gapmap.drawing import plain

if TYPE_CHECKING:
    from gapmap.detour import Detours

__all__ = ["detour_content"]

_KINDS: Final = ("city", "district", "plan_district", "setting", "group")
_DECIMALS: Final = 3


def detour_content(detours: Detours) -> dict[str, object]:
    """Give the table without its towns, and the factor of each place, by service."""
    table = detours.table[detours.table["group_kind"].isin(_KINDS)]
    return {
        "classes": list(DETOUR_CLASSES),
        "table": {str(name): plain(table[name]) for name in table.columns},
        "factors": {
            service.id: _told(detours.factors(service.id)) for service in detours.access.services
        },
    }


def _told(factors: np.ndarray) -> list[float | None]:
    """Round the factors, up where a class would change."""
    step = 10.0**-_DECIMALS
    rounded = np.round(factors, _DECIMALS)
    for end in DETOUR_CLASSES:
        rounded = np.where((factors > end) & (rounded <= end), end + step, rounded)
    return [None if np.isnan(one) else round(float(one), _DECIMALS) for one in rounded]
