"""Zonal statistics: how many people of each zone live within which time or distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.catchment.zones import zones_of
from gapmap.errors import MethodError
from gapmap.network import SLACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.access import Access, Service
    from gapmap.catchment.zones import Zone

__all__ = ["BREAKS", "ZONAL_COLUMNS", "zonal_statistics"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BREAKS: Final = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)
"""Where the steps end, as parts of the service's limit."""

ZONAL_COLUMNS = [
    "service",
    "zone_kind",
    "zone_id",
    "zone",
    "step",
    "up_to",
    "unit",
    "places",
    "people",
    "people_within",
    "share_within",
    "share_within_low",
    "share_within_high",
]
"""Columns of :func:`zonal_statistics`."""


def zonal_statistics(
    access: Access,
    *,
    kinds: Sequence[str] = ("city", "district", "town", "group"),
    breaks: Sequence[float] = BREAKS,
) -> pd.DataFrame:
    """Count the people of each zone by how far they are from the nearest facility.

    AccessMod's zonal statistics [1]_ give the people of a zone whose travel time is at most t, and
    their share of the zone's people. So do ``people_within`` and ``share_within`` here, for several
    t at once, limits inclusive. We differ where nobody can know: people whose status is unknown
    are a step of their own and not part of ``share_within``, as in coverage; ``share_within_low``
    and ``share_within_high`` count them as beyond and as within. Our zones are sets of places or of
    cells; a cell that a border cuts belongs to both sides with its shares, in AccessMod to the one
    that has its middle.

    Parameters
    ----------
    access
        Of places, or of the cells of a population grid that stand as places.
    kinds
        Kinds of zone, as :func:`gapmap.catchment.zones_of` lists them.
    breaks
        Where the steps end, as parts of each service's limit, rising; 1 should be among them.

    Returns
    -------
    One row per service, zone and step, nearest first. ``step`` is ``up_to`` (beyond the step before
    it and up to ``up_to``, in ``unit``), ``beyond`` (the last of those), ``unreachable`` or
    ``unknown``; ``places`` (or cells) and ``people`` of the steps add up to those of the zone.
    ``people_within`` adds up the steps so far, and is empty for the last two.

    Raises
    ------
    MethodError
        If the breaks do not rise from above 0.

    References
    ----------
    .. [1] AccessMod 5 user manual, appendix 6: calculation details, zonal statistics,
       https://accessmod.atlassian.net/wiki/spaces/EN/pages/4326709
    """
    edges = np.asarray(breaks, float)
    if not (
        len(edges) and np.isfinite(edges).all() and edges[0] > 0 and (np.diff(edges) > 0).all()
    ):
        raise MethodError(
            f"breaks are {list(breaks)}; give rising numbers above 0",
            f"breaks 为 {list(breaks)}；请给出递增的正数",
        )
    size = len(access.places.table)
    stepped = [
        (service, _steps(service, block, edges * service.limit), block)
        for number, service in enumerate(access.services)
        for block in [access.table.iloc[number * size : (number + 1) * size]]
    ]
    by_zone = [
        [_rows(service, zone, step, block, edges) for service, step, block in stepped]
        for zone in zones_of(access.places)
        if zone.kind in kinds and zone.member.any()
    ]
    found = [of_zone[number] for number in range(len(stepped)) for of_zone in by_zone]
    if not found:
        return pd.DataFrame(columns=ZONAL_COLUMNS)
    return pd.concat(found, ignore_index=True)


def _steps(service: Service, block: pd.DataFrame, edges: Floats) -> Integers:
    """Give the number of each row's step: those up to a break, beyond, unreachable, unknown."""
    column = "distance_m" if service.limit_unit == "m" else "minutes"
    value = block[column].to_numpy(dtype=float)
    step: Integers = np.searchsorted(edges + SLACK, value).astype(np.int64)
    step[np.isnan(block["distance_m"].to_numpy(dtype=float)) & np.isnan(value)] = len(edges) + 1
    step[(block["status"] == "unknown").to_numpy()] = len(edges) + 2
    return step


def _rows(
    service: Service, zone: Zone, step: Integers, block: pd.DataFrame, edges: Floats
) -> pd.DataFrame:
    """Count one zone's people by step."""
    count = len(edges) + 3
    member = step[zone.member]
    people = np.nan_to_num(block["people"].to_numpy(dtype=float)[zone.member])
    heads = np.bincount(member, people, minlength=count).astype(float)
    within = np.cumsum(heads)
    within[-2:] = np.nan
    unknown, known = heads[-1], heads[:-1].sum()
    every = known + unknown
    return pd.DataFrame(
        {
            "service": service.id,
            "zone_kind": zone.kind,
            "zone_id": zone.id,
            "zone": zone.name,
            "step": [*("up_to" for _ in edges), "beyond", "unreachable", "unknown"],
            "up_to": np.concatenate([edges * service.limit, np.full(3, np.nan)]),
            "unit": service.limit_unit,
            "places": np.bincount(member, minlength=count),
            "people": heads,
            "people_within": within,
            "share_within": _share(within, known),
            "share_within_low": _share(within, every),
            "share_within_high": _share(within + unknown, every),
        },
        columns=ZONAL_COLUMNS,
    )


def _share(part: Floats, whole: float) -> Floats:
    return part / whole if whole > 0 else np.full(len(part), np.nan)
