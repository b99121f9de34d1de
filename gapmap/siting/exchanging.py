"""Exchanging: the next best candidate in the place of each chosen site, and what it would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap.network import SLACK

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.value import Floats, Integers
    from gapmap.siting.asking import Asked

    Flags = npt.NDArray[np.bool_]

__all__ = ["Alternative", "alternatives_to"]

_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another candidate for one chosen site, all others as they are.

    Attributes
    ----------
    site
        Number of the candidate.
    people
        People covered fewer with it; below 0 where it covers more, which happens only where
        something else than people is sought, or the answer is not proven best.
    value
        What the objective is worse by, in its own unit; 0 where it is people.
    """

    site: int
    people: float
    value: float


def alternatives_to(
    asked: Asked, new: Integers, closed: Integers, *, classes: Integers | None = None
) -> dict[int, Alternative]:
    """Find the best exchange of each chosen site; those without one are left out.

    The best is the one that loses least of the objective: of people for ``people``, ``fewest`` and
    ``worst_first``, of the total way for ``distance``, of the worst for ``worst``; then fewest
    people and places lost, then the lowest id. An exchange keeps the budget and the least numbers
    by district; it has to cover somebody newly (to bring somebody nearer, for ways).

    Parameters
    ----------
    asked
        The question.
    new
        Numbers of the candidates chosen.
    closed
        Numbers of the existing facilities that close.
    classes
        Of each candidate: an exchange stays within a class. None where it need not.
    """
    found = {}
    base = _Base(asked, new, closed)
    for site in new.tolist():
        can = _may_stand_for(asked, new, site)
        if classes is not None:
            can &= classes == classes[site]
        best = base.best_for(site, can)
        if best is not None:
            found[site] = best
    return found


def _may_stand_for(asked: Asked, new: Integers, site: int) -> Flags:
    """Say which candidates may be built in the place of a chosen one."""
    facts, question = asked.facts, asked.question
    can = np.ones(facts.reach.shape[1], dtype=bool)
    can[new] = False
    if question.budget is not None and facts.price is not None:
        rest = question.budget - float(facts.price[new].sum()) + facts.price[site]
        can &= facts.price <= rest + 1e-9 * max(1.0, question.budget)
    groups = facts.site_groups
    if groups is not None and groups.of[site] >= 0:
        group = int(groups.of[site])
        if int((groups.of[new] == group).sum()) <= groups.amount[group]:
            can &= groups.of == group
    return can


class _Base:
    """What the chosen sites do together, so that one of them is taken out quickly."""

    def __init__(self, asked: Asked, new: Integers, closed: Integers) -> None:
        facts = asked.facts
        self._asked, self._columns = asked, sparse.csc_array(asked.within)
        self._ones = _ones(asked.within)
        self._open, self._present = state_without(asked, closed)
        self._times = np.zeros(len(facts.people), dtype=np.int64)
        for site in new.tolist():
            self._times[self._reached(site)] += 1
        never = self._open & (self._times == 0)
        self._people = (facts.people * never) @ self._ones
        self._places = never.astype(float) @ self._ones
        if asked.question.by_way:
            self._ways = _two_nearest(asked, new, self._present)

    def _reached(self, site: int) -> Integers:
        ends = slice(self._columns.indptr[site], self._columns.indptr[site + 1])
        return np.asarray(self._columns.indices[ends], dtype=np.int64)

    def best_for(self, site: int, can: Flags) -> Alternative | None:
        """Give the best exchange of one site."""
        facts = self._asked.facts
        reached = self._reached(site)
        own = reached[self._open[reached] & (self._times[reached] == 1)]
        ones = self._ones[own]
        people = facts.people[own].sum() - self._people - facts.people[own] @ ones
        people, places = np.round(people, _DECIMALS), self._places + np.ones(len(own)) @ ones
        worse, helps = np.zeros(len(can)), places > 0
        if self._asked.question.by_way:
            worse, helps = self._way_lost(site)
        can = can & helps
        if not can.any():
            return None
        best = int(np.lexsort((-places, people, worse, ~can))[0])
        return Alternative(best, float(people[best]), float(worse[best]))

    def _way_lost(self, site: int) -> tuple[Floats, Flags]:
        """Say what the objective is worse by with every other candidate, and whom that helps."""
        facts, rows = self._asked.facts, self._asked.rows
        first, second, who = self._ways
        mine = rows[who[rows] == site]
        pairs = sparse.csr_array(facts.reach)
        without = first.copy()
        without[mine] = second[mine]
        saved = _saved(pairs, without)
        helps = _by_site(pairs, (saved > 0).astype(float)) > 0
        if self._asked.question.objective == "distance":
            lost = float(((without - first) * facts.people)[mine].sum())
            weight = np.repeat(facts.people, np.diff(pairs.indptr))
            return np.round(lost - _by_site(pairs, saved * weight), _DECIMALS), helps
        worst = float(first[rows].max(initial=0.0))
        return np.round(_worst_with(pairs, without, rows) - worst, _DECIMALS), helps


def state_without(asked: Asked, closed: Integers) -> tuple[Flags, Floats]:
    """Give who is uncovered, and everybody's way, with some facilities closed and nothing built."""
    facts, question = asked.facts, asked.question
    if question.closing_cost is None or facts.standing is None:
        return facts.uncovered, np.minimum(facts.present, facts.farthest)
    stays = np.ones(facts.standing.shape[1], dtype=bool)
    stays[closed] = False
    place = np.repeat(np.arange(facts.standing.shape[0]), np.diff(facts.standing.indptr))
    keep = stays[facts.standing.indices]
    way = np.full(facts.standing.shape[0], facts.farthest)
    np.minimum.at(way, place[keep], facts.standing.data[keep])
    is_open = (facts.covered | facts.uncovered) & (way > asked.service.limit + SLACK)
    return is_open, way


def _two_nearest(asked: Asked, new: Integers, present: Floats) -> tuple[Floats, Floats, Integers]:
    """Give the way to the nearest and to the second nearest of all, and the new site that is first.

    -1 where the nearest stands already.
    """
    first, second = present.copy(), present.copy()
    who = np.full(len(present), -1, dtype=np.int64)
    columns = sparse.csc_array(asked.facts.reach)
    for site in new.tolist():
        ends = slice(columns.indptr[site], columns.indptr[site + 1])
        place, way = columns.indices[ends], columns.data[ends]
        nearer = way < first[place]
        there = place[nearer]
        second[there], first[there], who[there] = first[there], way[nearer], site
        others = place[~nearer]
        second[others] = np.minimum(second[others], way[~nearer])
    return first, second, who


def _ones(pairs: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(pairs.data)), pairs.indices, pairs.indptr), pairs.shape)


def _saved(pairs: sparse.csr_array, way: Floats) -> Floats:
    """Give, pair by pair, how much nearer the candidate is than a way of each place."""
    saved: Floats = np.maximum(np.repeat(way, np.diff(pairs.indptr)) - pairs.data, 0.0)
    return saved


def _by_site(pairs: sparse.csr_array, values: Floats) -> Floats:
    return np.bincount(pairs.indices, weights=values, minlength=pairs.shape[1]).astype(float)


def _worst_with(pairs: sparse.csr_array, way: Floats, rows: Integers) -> Floats:
    """Give the worst way of some places with each candidate added.

    The worst of those that a candidate does not reach is the first that it leaves out of the places
    in the order of their way, worst first.
    """
    order = rows[np.argsort(-way[rows], kind="stable")]
    held = sparse.csr_array(pairs[order])
    rank = np.repeat(np.arange(len(order)), np.diff(held.indptr))
    by_site = np.lexsort((rank, held.indices))
    site, rank, value = held.indices[by_site], rank[by_site], held.data[by_site]
    begins = np.searchsorted(site, np.arange(pairs.shape[1]))
    in_turn = rank == np.arange(len(rank)) - begins[site]
    reached = np.bincount(site[in_turn], minlength=pairs.shape[1])
    ways = np.append(way[order], 0.0)
    worst = ways[reached]
    np.maximum.at(worst, site, np.minimum(value, ways[rank]))
    return worst
