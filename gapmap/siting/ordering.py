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

__all__ = ["Credit", "credits_of"]


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
        Numbers of the candidates chosen.
    """
    facts, by_way = asked.facts, asked.question.by_way
    serves = _ones(_columns(asked.within, new))
    nearer = _columns(facts.reach if by_way else asked.within, new)
    still_open = facts.uncovered.copy()
    here = np.minimum(facts.present, facts.farthest)
    left = np.ones(len(new), dtype=bool)
    by_distance = asked.question.objective == "distance"
    taken: list[tuple[int, Integers, float]] = []
    for _ in range(len(new)):
        people = np.round(serves @ (facts.people * still_open), 6)
        places = serves @ still_open.astype(float)
        cut = np.round(_cuts(nearer, here, facts.people), 6) if by_way else np.zeros(len(new))
        keys = (cut, places, people) if not by_distance else (places, people, cut)
        order = np.lexsort((np.arange(len(new)), *(-key for key in keys), ~left))
        best = int(order[0])
        reached = _row(serves, best)[0]
        gained = np.sort(reached[still_open[reached]])
        taken.append((best, gained, float(cut[best])))
        still_open[gained] = False
        left[best] = False
        if by_way:
            there, way = _row(nearer, best)
            here[there] = np.minimum(here[there], way)
    first_covered = facts.uncovered & ~still_open
    others = _nearest_new(nearer, [best for best, _, _ in taken], facts.present, first_covered)
    return [
        Credit(
            site=int(new[best]),
            gained=gained,
            nearer=np.flatnonzero(others == best),
            people=float(facts.people[gained].sum()),
            cut=cut,
        )
        for best, gained, cut in taken
    ]


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


def _nearest_new(
    nearer: sparse.csr_array, turn: list[int], present: Floats, but: npt.NDArray[np.bool_]
) -> Integers:
    """Give the nearest new site to each place that it brings nearer, the first built of equals."""
    best = np.where(but, -np.inf, present)
    found = np.full(len(present), -1, dtype=np.int64)
    for number in turn:
        there, way = _row(nearer, number)
        less = way < best[there]
        found[there[less]] = number
        best[there[less]] = way[less]
    return found
