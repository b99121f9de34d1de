"""Doubts about supply: which figures what nobody knows can raise, or lower, or leave unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from gapmap.access.reasons import own_unplaced
from gapmap.access.trips import join, near_lost, within_limit
from gapmap.access.unsure import over
from gapmap.catchment.costs import costs_between
from gapmap.catchment.decay import weigh

if TYPE_CHECKING:
    from gapmap.access import Service
    from gapmap.access.stops import Stops
    from gapmap.catchment.decay import Decay
    from gapmap.catchment.floating import Pairs, Shared
    from gapmap.catchment.pool import Pool
    from gapmap.places import Places
    from gapmap.surface import Surface

__all__ = ["Case", "Doubts", "doubts_of", "reasons_of_facilities"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]

_CHOOSING = ("3sfca", "bfca")
"""Methods in which a facility more takes people from the others."""

_SLIGHT = 1e-9
"""Weights that differ by no more are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What was measured of one service, and what that rests on."""

    service: Service
    method: str
    decay: Decay
    places: Places
    pool: Pool
    origins: Stops
    targets: Stops
    pairs: Pairs
    shared: Shared
    capacity: Floats
    hoped: Surface | None


class Doubts(NamedTuple):
    """What is known of each figure; one entry per place, of ``facility_bound`` one per facility.

    Attributes
    ----------
    stands
        Whether the place stands where people can set out from.
    known
        Whether it has a figure at all.
    bound, reason
        As in ``supply.csv``.
    people_unknown
        Whether its people, or a part of them, are unknown.
    """

    stands: Flags
    known: Flags
    bound: Words
    reason: Words
    people_unknown: Flags
    facility_bound: Words


def reasons_of_facilities(case: Case) -> Words:
    """Say why each facility that serves has no ratio; empty where it has one."""
    reached = _reach(case).T @ _people_unknown(case.places).astype(float) > 0
    lonely = case.shared.competing <= 0
    return np.select(
        [
            case.pool.serving.geometry.isna().to_numpy(),
            case.targets.lost,
            np.isnan(case.capacity),
            lonely & reached,
            lonely,
        ],
        [
            "no_position",
            "not_connected",
            "capacity_unknown",
            "people_unknown",
            "nobody_within_limit",
        ],
        "",
    ).astype(object)


def doubts_of(case: Case) -> Doubts:
    """Find which figures are exact, bounded or unknown, and why."""
    reach, table = _reach(case), case.places.table
    position = table["position"].to_numpy()
    stands = (position == "ok") & ~case.origins.off_network
    reason = reasons_of_facilities(case)
    hidden_places, hidden_facilities = _hidden(case)
    more = {
        "no_position": own_unplaced(table, case.pool.unplaced) | _nobody_placed(case),
        "below_standard": within_limit(
            case.origins, join(case.pool.doubtful, case.origins, case.service), case.service
        ),
        "not_connected": near_lost(case.origins, case.targets, case.service) | hidden_places,
    }
    apart = np.logical_or.reduce(list(more.values()))
    # of a facility that serves first, then of one that may: the nearer question to settle
    more = {"capacity_unknown": _touch(reach, reason == "capacity_unknown"), **more}
    more["people_unknown"] = _touch(reach, reason == "people_unknown")
    more["nobody_within_limit"] = _touch(reach, reason == "nobody_within_limit")
    people_unknown = _people_unknown(case.places)
    crowded = (reach.T @ people_unknown.astype(float) > 0) | hidden_facilities
    shaken = np.zeros(len(reason), bool)
    if case.method in _CHOOSING:
        shaken = reach.T @ apart.astype(float) > 0
    moves = _Moves(
        causes={**more, "competition_unsure": _touch(reach, shaken)},
        upward=np.logical_or.reduce(list(more.values())),
        downward=_touch(reach, crowded),
        unsure=_touch(reach, shaken) | (apart & (case.method in _CHOOSING)),
    )
    return Doubts(
        stands,
        *_said(case, stands, moves),
        people_unknown,
        np.select([shaken, crowded], ["unsure", "at_most"], "exact").astype(object),
    )


class _Moves(NamedTuple):
    """What may raise the figure of each place, lower it, or do either, and the causes."""

    causes: dict[str, Flags]
    upward: Flags
    downward: Flags
    unsure: Flags


def _said(case: Case, stands: Flags, moves: _Moves) -> tuple[Flags, Words, Words]:
    """Say which figures are known, and their bounds and reasons; the first that holds speaks."""
    position = case.places.table["position"].to_numpy()
    nothing = case.shared.supply <= 0
    known = stands & ~(nothing & (moves.upward | moves.unsure))
    lower = moves.downward & ~nothing
    bound = np.select(
        [~known, moves.unsure | (moves.upward & lower), moves.upward, lower],
        ["", "unsure", "at_least", "at_most"],
        "exact",
    )
    rules = [
        (position == "missing", "no_position"),
        (position == "outside", "outside_area"),
        (~stands, "not_connected"),
        *((holds, name) for name, holds in moves.causes.items()),
        (lower, "people_unknown"),
        (case.shared.within == 0, "no_facility_within_limit"),
        (nothing, "no_capacity_within_limit"),
    ]
    reason = np.select([one for one, _ in rules], [word for _, word in rules], "within_limit")
    return known, bound.astype(object), reason.astype(object)


def _nobody_placed(case: Case) -> bool:
    """Say whether some facility may serve, and of none that does anybody knows where it stands."""
    return len(case.pool.unplaced) > 0 and bool(case.pool.serving.geometry.isna().all())


def _reach(case: Case) -> csr_array:
    """Give 1 for every pair that has a weight."""
    held = case.pairs.weights
    return csr_array(((held.data > 0).astype(float), held.indices, held.indptr), shape=held.shape)


def _touch(reach: csr_array, facilities: Flags) -> Flags:
    """Say which places are within reach of some of these facilities."""
    return np.asarray(reach @ facilities.astype(float) > 0)


def _people_unknown(places: Places) -> Flags:
    return np.asarray(places.table["people"].isna()) | (places.people_missing > 0)


def _hidden(case: Case) -> tuple[Flags, Flags]:
    """Say which places and facilities would count for more, were unknown ground passable."""
    held = case.pairs.weights
    if case.origins.surface is None or case.hoped is None:
        return np.zeros(held.shape[0], bool), np.zeros(held.shape[1], bool)
    there = over(case.hoped, case.origins, case.service)
    cost = costs_between(there, case.targets, case.service)
    found = csr_array((cost.data, cost.coords[::-1]), shape=held.shape)
    weights = weigh(found, case.service.limit, case.decay)[0]
    hoped = csr_array((weights, found.indices, found.indptr), shape=held.shape)
    place, facility = np.ones(held.shape[0]), np.ones(held.shape[1])
    return (
        np.asarray(hoped @ facility > held @ facility + _SLIGHT),
        np.asarray(hoped.T @ place > held.T @ place + _SLIGHT),
    )
