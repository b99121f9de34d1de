"""Features: what each place lacks, why, and who lives there, as numbers that can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from gapmap.access import REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.access import Access

__all__ = ["AROUND_M", "Gaps", "gaps_of"]

AROUND_M: Final = 2000.0
"""How far around a place its neighbours are counted, in a straight line, metres."""

_AT_ONCE: Final = 1000
"""Places whose neighbours are held at once: in a dense city every one of them has thousands."""

NO_WAY: Final = ("no_route", "island_no_ferry")

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What every place lacks; rows are those of the places, in their order.

    Attributes
    ----------
    table
        ``place_id``, ``place``, ``town``, ``district``, ``people``, ``island``, ``standing`` (see
        :class:`gapmap.typology.GapKinds`), ``services_lacked`` and ``services_unknown`` (counts),
        ``lacked`` (ids, joined by ``;``), ``main_reason``, and the figures ``times_limit``,
        ``detour_factor``, ``unreachable``, ``below_standard``, ``people_around``,
        ``places_around``.
    lacks
        Which services each place lacks, shape (places, services); NaN where nobody knows.
    services
        Their ids. Services that no facility provides anywhere are not among them.
    nowhere
        Ids of those.
    weight
        ``people``, or ``places`` where nobody knows people and every place counts 1.
    """

    table: pd.DataFrame
    lacks: Floats
    services: tuple[str, ...]
    nowhere: tuple[str, ...]
    weight: str

    @property
    def share_lacked(self) -> Floats:
        """Share of the services that each place lacks, of those of which it is known."""
        known = ~np.isnan(self.lacks)
        count = known.sum(axis=1)
        return np.where(count, np.nansum(self.lacks, axis=1) / np.maximum(count, 1), np.nan)


def gaps_of(access: Access, wanted: Sequence[str]) -> Gaps:
    """Tell what every place lacks, how far beyond the limit it is, and who lives around it.

    ``times_limit`` is the median, over the services that the place lacks and reaches, of what it
    takes over the limit; ``detour_factor`` the median of the way over the straight line to the same
    facility, over those that it lacks and reaches by road or over land. ``unreachable`` and
    ``below_standard`` are shares of the services that it lacks. What nobody knows is NaN.

    Parameters
    ----------
    access
        The measured state.
    wanted
        Ids of the services to look at.
    """
    nowhere = tuple(one for one in wanted if _has_none(access, one))
    services = tuple(one for one in wanted if one not in nowhere)
    every = [_block(access, one) for one in wanted]
    blocks = [_block(access, one) for one in services]
    size = len(access.places.table)
    lacked = _stack([(one["status"] == "uncovered").to_numpy() for one in blocks], size)
    unknown = _stack([(one["status"] == "unknown").to_numpy() for one in blocks], size)
    lacked_anywhere = _stack([(one["status"] == "uncovered").to_numpy() for one in every], size)
    unknown_anywhere = _stack([(one["status"] == "unknown").to_numpy() for one in every], size)
    reason = _stack([one["reason"].to_numpy(dtype=object) for one in blocks], size)
    any_reason = _stack([one["reason"].to_numpy(dtype=object) for one in every], size)
    standing = _standing(lacked, unknown, (lacked_anywhere, unknown_anywhere))
    main = _main_reason(reason, lacked, unknown)
    lost = (standing == "unknown") & (main == "")
    main[lost] = _main_reason(any_reason, lacked_anywhere, unknown_anywhere)[lost]
    table = access.places.table[["place_id", "place", "town", "district", "people", "island"]]
    people_around, places_around = _around(access)
    told = pd.DataFrame(table).assign(
        standing=standing,
        services_lacked=lacked.sum(axis=1),
        services_unknown=unknown.sum(axis=1),
        lacked=[";".join(np.array(services, object)[row]) for row in lacked],
        main_reason=main,
        times_limit=_median(_stack([_times(one) for one in blocks], size, float), lacked),
        detour_factor=_median(
            _stack([one["detour_factor"].to_numpy(float) for one in blocks], size, float), lacked
        ),
        unreachable=_share(np.isin(reason, NO_WAY), lacked),
        below_standard=_share(reason == "below_standard", lacked),
        people_around=people_around,
        places_around=places_around,
    )
    return Gaps(
        table=told,
        lacks=np.where(unknown, np.nan, lacked.astype(float)),
        services=services,
        nowhere=nowhere,
        weight=access.places.weight,
    )


def _block(access: Access, service: str) -> pd.DataFrame:
    """Give a service's rows, one per place in order."""
    size = len(access.places.table)
    number = [one.id for one in access.services].index(service)
    return access.table.iloc[number * size : (number + 1) * size]


def _has_none(access: Access, service: str) -> bool:
    """Say whether no facility provides a service, so that it tells no two places apart."""
    return bool((_block(access, service)["reason"] == "no_facility").any())


def _stack(columns: list[npt.NDArray[np.generic]], size: int, kind: type = bool) -> npt.NDArray:  # type: ignore[type-arg]
    return np.column_stack(columns) if columns else np.empty((size, 0), dtype=kind)


def _standing(
    lacked: Flags, unknown: Flags, anywhere: tuple[Flags, Flags]
) -> npt.NDArray[np.object_]:
    """Say where each place stands; ``anywhere`` has what no facility provides among the rest."""
    some = lacked.any(axis=1)
    lacked_anywhere, unknown_anywhere = (one.any(axis=1) for one in anywhere)
    rules = [
        (some & _little_known(unknown), "little_known"),
        (some, "grouped"),
        (unknown.any(axis=1), "unknown"),
        (lacked_anywhere, "nobody_has"),
        (unknown_anywhere, "unknown"),
    ]
    holds, words = zip(*rules, strict=True)
    return np.asarray(np.select(holds, words, "lacks_nothing"), dtype=object)


def _little_known(unknown: Flags) -> Flags:
    """Say of which places more services are unknown than known."""
    return np.asarray(2 * unknown.sum(axis=1) > unknown.shape[1], dtype=bool)


def _times(block: pd.DataFrame) -> Floats:
    """Give how many times the limit it takes; NaN where no facility is reached."""
    in_metres = (block["limit_unit"] == "m").to_numpy()
    value: Floats = np.where(in_metres, block["distance_m"], block["minutes"]).astype(float)
    return np.asarray(value / block["limit"].to_numpy(dtype=float))


def _median(values: Floats, lacked: Flags) -> Floats:
    """Give the median over the services that each place lacks and of which the value is known."""
    held = np.where(lacked & np.isfinite(values), values, np.nan)
    told = np.full(len(held), np.nan)
    known = np.isfinite(held).any(axis=1)
    told[known] = np.nanmedian(held[known], axis=1)
    return told


def _share(flags: Flags, lacked: Flags) -> Floats:
    count = lacked.sum(axis=1)
    return np.where(count > 0, (flags & lacked).sum(axis=1) / np.maximum(count, 1), np.nan)


def _main_reason(
    reason: npt.NDArray[np.object_], lacked: Flags, unknown: Flags
) -> npt.NDArray[np.object_]:
    """Give the reason of most services that a place lacks; else of those that nobody knows.

    Where more are unknown than known it is the reason of these, for which the place is not grouped.
    """
    told = np.full(len(reason), "", dtype=object)
    for which in (unknown, lacked, unknown & _little_known(unknown)[:, None]):
        count = np.column_stack([((reason == one) & which).sum(axis=1) for one in REASONS])
        some = count.any(axis=1)
        told[some] = np.array(REASONS, object)[count[some].argmax(axis=1)]
    return told


def _around(access: Access) -> tuple[Floats, Floats]:
    """Count people and places within :data:`AROUND_M`, the place itself left out."""
    table = access.places.table
    geometry = table.geometry.to_numpy()
    xy = np.column_stack((shapely.get_x(geometry), shapely.get_y(geometry))).astype(float)
    there = np.flatnonzero(np.isfinite(xy).all(axis=1) & (table["position"] != "missing"))
    people, places = np.full(len(xy), np.nan), np.full(len(xy), np.nan)
    if not len(there):
        return people, places
    tree = cKDTree(xy[there])
    counted = np.nan_to_num(table["people"].to_numpy(dtype=float))[there]
    for start in range(0, len(there), _AT_ONCE):
        some = there[start : start + _AT_ONCE]
        near = cKDTree(xy[some]).sparse_distance_matrix(tree, AROUND_M, output_type="ndarray")
        others = near[near["i"] + start != near["j"]]
        people[some] = np.bincount(others["i"], counted[others["j"]], len(some))
        places[some] = np.bincount(others["i"], minlength=len(some))
    return people, places
