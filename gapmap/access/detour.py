"""Detours: how much longer the way to the facility is than the straight line to that facility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.access.reasons import Case
    from gapmap.access.stops import Stops

__all__ = ["DETOUR_COLUMNS", "detour_columns"]

DETOUR_COLUMNS = ["straight_to_facility_m", "detour_factor", "detour_reason"]
"""Columns that :func:`detour_columns` gives."""


def detour_columns(
    distance_m: NDArray[np.float64], case: Case, targets: Stops
) -> dict[str, NDArray[np.float64] | NDArray[np.object_]]:
    """Compare the way of each place with the straight line to the same facility.

    Parameters
    ----------
    distance_m
        Length of each way as the table tells it; not finite where there is none.
    case
        The places, and the facility that each of them reaches.
    targets
        Where the facilities stand.

    Returns
    -------
    ``straight_to_facility_m``, NaN where no facility is reached; ``detour_factor``, the way over
    that line, at least 1 (over land a way runs between the middles of cells and may come out
    shorter than the line, which is then taken for it); and ``detour_reason`` where there is no
    factor: ``no_road`` (the way is the straight line itself), ``not_reached``, ``same_position``
    (the line has no length).
    """
    target = case.trip.target
    there = np.flatnonzero(np.isfinite(distance_m) & (target >= 0))
    straight_m = np.full(len(distance_m), np.nan)
    straight_m[there] = np.hypot(*(case.origins.xy[there] - targets.xy[target[there]]).T)
    by_road = case.origins.measured != "straight"
    known = np.nan_to_num(straight_m) > 0
    factor = np.full(len(distance_m), np.nan)
    if by_road:
        factor[known] = np.maximum(distance_m[known] / straight_m[known], 1.0)
    reason = np.select(
        [np.isnan(straight_m), np.full(len(factor), not by_road), ~known],
        ["not_reached", "no_road", "same_position"],
        "",
    ).astype(object)
    return dict(zip(DETOUR_COLUMNS, (straight_m, factor, reason), strict=True))
