"""Ordering: in which order chosen sites are built, and whom each is the first to serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.value import Floats, Integers
    from gapmap.siting.asking import Asked

__all__ = ["Credit", "credits_in_turn", "credits_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Credit:
    """What one site is good for.

    Attributes
    ----------
    site
        Number of the candidate.
    gained
        Numbers of the uncovered places that it is the first to cover, ascending.
    nearer
        Numbers of the other places to which it is the nearest of the new sites and nearer than
        what they go to now, ascending.
    people
        People of ``gained``; who are unknown count as nobody.
    cut
        Person-metres or person-minutes that it takes off the way to the nearest, given those
        before it; for the objectives ``distance`` and ``worst``, else 0.
    """

    site: int
    gained: Integers
    nearer: Integers
    people: float
    cut: float


def credits_of(asked: Asked, new: Integers) -> list[Credit]:
    """Put sites in the order of building, and give every place to one of them.

    The first is the one that gains most, the next the one that gains most beside it, and so on:
    most people covered (of ``distance`` most person-metres cut), then most places, then the way
    cut, then the lowest site id. So the people gained add up to what all sites gain together.

    Parameters
    ----------
    asked
        The question.
    new
        Numbers of the candidates chosen, ascending.
    """
    return credits_in_turn(asked, _turn(asked, new))


def credits_in_turn(asked: Asked, turn: Integers) -> list[Credit]:
    """Give every place to the first of some sites that covers it, in the order of building."""
    facts, by_way = asked.facts, asked.question.by_way
    serves = _columns(asked.within, turn)
    nearer = _columns(facts.reach if by_way else asked.within, turn)
    still_open = facts.uncovered.copy()
    here = np.minimum(facts.present, facts.farthest)
    gained, cut = [], []
    for number in range(len(turn)):
        reached = _row(serves, number)[0]
        gained.append(np.sort(reached[still_open[reached]]).astype(np.int64))
        still_open[gained[-1]] = False
        there, way = _row(nearer, number)
        saved = np.maximum(here[there] - way, 0.0) if by_way else np.zeros(0)
        cut.append(float((saved * facts.people[there]).sum()) if by_way else 0.0)
        here[there] = np.minimum(here[there], way)
    others = _nearest_new(nearer, facts.present, facts.uncovered & ~still_open)
    return [
        Credit(
            site=int(site),
            gained=gained[number],
            nearer=np.flatnonzero(others == number),
            people=float(facts.people[gained[number]].sum()),
            cut=cut[number],
        )
        for number, site in enumerate(turn)
    ]


def _turn(asked: Asked, new: Integers) -> Integers:
    """Put sites in the order of building."""
    facts, by_way = asked.facts, asked.question.by_way
    serves = _ones(_columns(asked.within, new))
    nearer = _columns(facts.reach, new)
    still_open = facts.uncovered.copy()
    here = np.minimum(facts.present, facts.farthest)
    left = np.ones(len(new), dtype=bool)
    turn = []
    for _ in range(len(new)):
        people = np.round(serves @ (facts.people * still_open), 6)
        places = serves @ still_open.astype(float)
        cut = np.round(_cuts(nearer, here, facts.people), 6) if by_way else np.zeros(len(new))
        by_distance = asked.question.objective == "distance"
        keys = (places, people, cut) if by_distance else (cut, places, people)
        best = int(np.lexsort((np.arange(len(new)), *(-key for key in keys), ~left))[0])
        turn.append(best)
        left[best] = False
        still_open[_row(serves, best)[0]] = False
        if by_way:
            there, way = _row(nearer, best)
            here[there] = np.minimum(here[there], way)
    return new[np.array(turn, dtype=np.int64)]


def _columns(pairs: sparse.csr_array, sites: Integers) -> sparse.csr_array:
    """Give some sites x all places."""
    chosen = sparse.csr_array(sparse.csc_array(pairs)[:, sites].T)
    chosen.sort_indices()
    return chosen


def _ones(pairs: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(pairs.data)), pairs.indices, pairs.indptr), pairs.shape)


def _row(pairs: sparse.csr_array, number: int) -> tuple[Integers, Floats]:
    ends = slice(pairs.indptr[number], pairs.indptr[number + 1])
    return pairs.indices[ends], pairs.data[ends]


def _cuts(nearer: sparse.csr_array, here: Floats, people: Floats) -> Floats:
    saved = np.maximum(here[nearer.indices] - nearer.data, 0.0) * people[nearer.indices]
    site = np.repeat(np.arange(nearer.shape[0]), np.diff(nearer.indptr))
    return np.bincount(site, weights=saved, minlength=nearer.shape[0]).astype(float)


def _nearest_new(nearer: sparse.csr_array, present: Floats, but: npt.NDArray[np.bool_]) -> Integers:
    """Give the number of the nearest new site to each place that has less far to go by it.

    The first built of equals; -1 for the others.
    """
    best = np.where(but, -np.inf, present)
    found = np.full(len(present), -1, dtype=np.int64)
    for number in range(nearer.shape[0]):
        there, way = _row(nearer, number)
        less = way < best[there]
        found[there[less]] = number
        best[there[less]] = way[less]
    return found
