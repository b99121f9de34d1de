"""Least worst distance with a number of sites or a budget (p-center).

By bisection of the distances that there are, each a question whether so many sites cover all:
Minieka 1970 (doi:10.1137/1012016); Daskin 2013 (doi:10.1002/9781118537015).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from gapmap.location.answering import choice_of, nearest_of
from gapmap.location.constrained_serve import least_worst_under, least_worst_under_quickly
from gapmap.location.reduction import cover_of
from gapmap.location.set_cover import cheapest_cover, cheapest_quickly, without_needless

if TYPE_CHECKING:
    from gapmap.location.reduction import Cover
    from gapmap.location.set_cover import Cheapest
    from gapmap.location.value import Choice, Floats, Integers, Problem

__all__ = ["least_worst", "least_worst_quickly"]


@dataclass(slots=True)
class _Radii:
    """Distances between which the answer lies.

    Attributes
    ----------
    problem
        Without places where nobody lives, and without sites that cannot be paid.
    price, allowance
        What each site takes of the count or the budget, and how much there is.
    radii
        All distances, ascending.
    low, high
        Numbers of the least radius that is not ruled out, and of the one that ``sites`` reach.
    sites
        New sites, by number.
    """

    problem: Problem
    price: Floats
    allowance: float
    radii: Floats
    low: int
    high: int
    sites: Integers

    def cover(self, number: int) -> Cover | None:
        """Give who has to be covered within a radius; None where somebody cannot be."""
        cost = _within(self.problem.cost, float(self.radii[number]))
        if (np.diff(cost.indptr) < np.minimum(np.diff(self.problem.cost.indptr), 1)).any():
            return None
        return cover_of(cost, self.problem.people, self.problem.fixed, self.price)

    def offer(self, cover: Cover, found: Cheapest) -> None:
        """Keep sites that reach everybody within less."""
        sites = without_needless(cover, found.sites)
        reached = int(np.searchsorted(self.radii, _worst(self.problem, sites)))
        if reached < self.high:
            self.high, self.sites = reached, sites


def least_worst(problem: Problem) -> Choice:
    """Choose the sites whose farthest place is nearest.

    As many people as the sites allowed can serve come first, then the greatest distance of
    anybody; places where nobody lives do not count. No site is opened that the distance does not
    need, so there may be fewer than ``count``.

    Parameters
    ----------
    problem
        With objective ``worst``: a plain one.

    Returns
    -------
    Choice
        ``value`` is the greatest distance or time of anybody served, and ``bound`` the least that
        is not ruled out.
    """
    end = time.perf_counter() + problem.seconds
    state = _start(problem)
    if state is not None:
        _shrink_quickly(state, end)
        _prove(state, end)
    if state is None or state.high == len(state.radii):
        return least_worst_under(replace(problem, seconds=max(end - time.perf_counter(), 0.0)))
    sites = np.union1d(problem.fixed, state.sites)
    value = _worst(state.problem, state.sites)
    bound = float(state.radii[min(state.low, state.high)]) if len(state.radii) else 0.0
    return choice_of(problem, sites, value=value, bound=min(bound, value))


def least_worst_quickly(problem: Problem) -> Integers:
    """Choose sites whose farthest place is near, by short searches, without a bound.

    Parameters
    ----------
    problem
        As for :func:`least_worst`.
    """
    state = _start(problem)
    if state is not None:
        _shrink_quickly(state, math.inf)
    if state is None or state.high == len(state.radii):
        return least_worst_under_quickly(problem)
    return np.union1d(problem.fixed, state.sites)


def _start(problem: Problem) -> _Radii | None:
    """Begin with what can be reached at all; None where a count and a budget hold together."""
    if problem.count is not None and problem.budget is not None:
        return None
    if problem.budget is not None and problem.site_cost is not None:
        price, allowance = problem.site_cost, problem.budget * (1 + 1e-9)
    else:
        price, allowance = np.ones(problem.cost.shape[1]), float(problem.count or 0)
    price = np.where(price <= allowance, price, math.inf)
    usable = np.isfinite(price)
    usable[problem.fixed] = True
    cost, place = problem.cost, _places(problem.cost)
    keep = usable[cost.indices] & (problem.people > 0)[place]
    kept = replace(problem, cost=_only(cost, keep))
    radii = np.unique(kept.cost.data)
    least = np.full(cost.shape[0], -math.inf)
    lived = np.flatnonzero(np.diff(kept.cost.indptr))
    least[lived] = np.minimum.reduceat(kept.cost.data, kept.cost.indptr[lived]) if len(lived) else 0
    low = int(np.searchsorted(radii, least.max(initial=-math.inf)))
    none = np.empty(0, dtype=np.int64)
    return _Radii(kept, price, allowance, radii, low, len(radii), none)


def _shrink_quickly(state: _Radii, end: float) -> None:
    """Bisect by short searches; what their bounds rule out is ruled out."""
    low, high = state.low, len(state.radii)
    _ask_all(state)
    high = min(high, state.high)
    while low < high and time.perf_counter() < end:
        middle = (low + high) // 2
        cover = state.cover(middle)
        if cover is None:
            state.low = low = middle + 1
            continue
        found = cheapest_quickly(cover)
        if found.value <= state.allowance:
            state.offer(cover, found)
            high = min(middle, state.high)
        else:
            low = middle + 1
            if found.bound > state.allowance:
                state.low = low


def _ask_all(state: _Radii) -> None:
    """See whether everybody can be reached at all."""
    if not len(state.radii):
        return
    cover = state.cover(len(state.radii) - 1)
    if cover is not None:
        found = cheapest_quickly(cover)
        if found.value <= state.allowance:
            state.offer(cover, found)


def _prove(state: _Radii, end: float) -> None:
    """Bisect what is not ruled out, with proof where the time allows it."""
    low = state.low
    while low < state.high and time.perf_counter() < end:
        middle = (low + state.high) // 2
        cover = state.cover(middle)
        if cover is None:
            state.low = low = middle + 1
            continue
        left = end - time.perf_counter()
        found = cheapest_cover(cover, end - left / 2, state.allowance)
        if found.value <= state.allowance:
            state.offer(cover, found)
        else:
            low = middle + 1
            if found.bound > state.allowance:
                state.low = low


def _worst(problem: Problem, sites: Integers) -> float:
    """Say how far anybody goes to the nearest of these and the fixed sites; inf if out of reach."""
    assigned = nearest_of(problem, np.union1d(problem.fixed, sites))
    place = _places(problem.cost)
    if (assigned[np.diff(problem.cost.indptr) > 0] < 0).any():
        return math.inf
    return float(problem.cost.data[problem.cost.indices == assigned[place]].max(initial=0.0))


def _places(cost: csr_array) -> Integers:
    return np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))


def _within(cost: csr_array, radius: float) -> csr_array:
    return _only(cost, cost.data <= radius)


def _only(cost: csr_array, keep: np.typing.NDArray[np.bool_]) -> csr_array:
    """Give the cost with some of its entries."""
    starts = np.concatenate(([0], np.cumsum(keep)))[cost.indptr]
    return csr_array((cost.data[keep], cost.indices[keep], starts), shape=cost.shape)
