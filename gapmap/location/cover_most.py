"""Covering the most people with a number of sites or a budget (MCLP).

Church & ReVelle 1974 (doi:10.1007/BF01942293). Found by greedy opening, vertex substitution and
shaking; bounded by Lagrangian relaxation (Galvão & ReVelle 1996, doi:10.1016/0377-2217(94)00159-6);
what the bound leaves open goes to HiGHS.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from gapmap.location.answering import choice_of
from gapmap.location.highs import Model, optimise
from gapmap.location.kernels.cover import (
    Table,
    fixable,
    improve,
    lower_bound,
    neaten,
    state_of,
)
from gapmap.location.reduction import Cover, cover_of, reduce_cover, restrict

if TYPE_CHECKING:
    from gapmap.location.value import Choice, Floats, Integers, Problem

    Flags = np.typing.NDArray[np.bool_]

__all__ = ["cover_most", "cover_most_quickly"]

_STEPS = 25  # of the subgradient between two looks at the clock
_MOST_STEPS = 2000
_ROUNDS = 25  # of shaking between two looks at the clock
_MOST_ROUNDS = 8000
_PATIENCE = 12  # rounds for each site to open, without a better choice, before that is given up
_SMALLEST_FACTOR = 1e-3
_MOST_PAIRS = 200_000  # that HiGHS is given
_EXACT = 2.0**50  # sums below it are exact
_SLACK = 2.0**-52


@dataclass(frozen=True, slots=True)
class _Task:
    """A problem in whole numbers.

    Attributes
    ----------
    cover
        Who is left to be covered, by which sites.
    count, budget
        How many sites, and what they may cost, in the unit of ``cover.price``; inf for anything.
    unit
        People that one of ``cover.weight`` stands for.
    """

    cover: Cover
    count: int
    budget: float
    unit: float

    @property
    def table(self) -> Table:
        """What kernels take."""
        cover = self.cover
        return Table(
            cover.starts, cover.sites, cover.site_starts, cover.places, cover.weight, cover.price
        )


@dataclass(slots=True)
class _Found:
    """The best sites so far (of a reduced task), what they cover, and what no sites better."""

    sites: Flags
    value: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether whole numbers leave nothing between value and bound."""
        return self.bound <= self.value

    def offer(self, sites: Flags, value: float) -> None:
        """Keep sites if they are better."""
        if value > self.value:
            self.sites, self.value = sites.copy(), value


def cover_most(problem: Problem) -> Choice:
    """Choose the sites that cover most people.

    Of equally good choices the one found is made neat: no site can be exchanged for one with a
    lower number (with a budget: for a cheaper one, or as cheap a one with a lower number) without
    losing people, and no site is open that adds nobody; so there may be fewer than ``count``.

    Parameters
    ----------
    problem
        With objective ``people``: a plain one.

    Returns
    -------
    Choice
        Sites, and their value in people.
    """
    end = time.perf_counter() + problem.seconds
    whole = _task_of(problem)
    task = _Task(reduce_cover(whole.cover), whole.count, whole.budget, whole.unit)
    found = _start(task)
    _search(task, found, end)
    sites = _neat(whole, task.cover.number[found.sites])
    sites = np.union1d(problem.fixed, sites)
    value = _people_covered(problem, sites)
    missing = (found.bound - found.value) * task.unit
    loose = 0.0 if found.proven else missing
    return choice_of(problem, sites, value=value, bound=value + loose)


def cover_most_quickly(problem: Problem) -> Integers:
    """Choose sites that cover many people, by greedy opening and exchange alone.

    Parameters
    ----------
    problem
        As for :func:`cover_most`.
    """
    task = _task_of(problem)
    found = _start(task)
    return np.union1d(problem.fixed, _neat(task, task.cover.number[found.sites]))


def _task_of(problem: Problem) -> _Task:
    weight, unit = _whole(problem.people)
    price, budget = np.zeros(problem.cost.shape[1]), math.inf
    if problem.budget is not None and problem.site_cost is not None:
        price, price_unit = _whole(problem.site_cost)
        # a float like inf: kernels are compiled for each type of number
        budget = float(math.floor(problem.budget / price_unit * (1 + 1e-9)))
        price = np.where(price > budget, math.inf, price)
    cover = cover_of(problem.cost, weight, problem.fixed, price)
    sites = len(cover.number)
    count = sites if problem.count is None else min(problem.count, sites)
    return _Task(cover, count, budget, unit)


def _whole(numbers: Floats) -> tuple[Floats, float]:
    """Give whole numbers and their unit, so that sums are exact."""
    total = float(numbers.sum())
    if total == 0:
        return np.zeros(len(numbers)), 1.0
    if total < _EXACT and np.array_equal(numbers, np.rint(numbers)):
        unit = float(np.gcd.reduce(numbers.astype(np.int64)))
        return numbers / unit, unit
    least = float(numbers[numbers > 0].min())
    times = numbers / least
    if total / least < _EXACT and np.allclose(times, np.rint(times), rtol=1e-12, atol=0):
        return np.rint(times), least
    unit = 2.0 ** (math.ceil(math.log2(total)) - 50)
    return np.rint(numbers / unit), unit


def _start(task: _Task) -> _Found:
    """Open greedily, by what a site wins and by that for its price, and exchange."""
    table, cover = task.table, task.cover
    found = _Found(np.zeros(len(cover.number), dtype=bool), 0.0, float(cover.weight.sum()))
    for by_price in (False, True) if task.budget < math.inf else (False,):
        state = state_of(table, task.count, task.budget)
        value = improve(table, state, state.is_open.copy(), by_price, 0, 0)
        found.offer(state.is_open, value)
    return found


def _neat(task: _Task, sites: Integers) -> Integers:
    cover = task.cover
    state = state_of(task.table, task.count, task.budget)
    wanted = np.zeros(len(cover.number), dtype=bool)
    wanted[np.searchsorted(cover.number, sites)] = True
    neaten(task.table, state, wanted)
    return cover.number[state.is_open]


def _people_covered(problem: Problem, sites: Integers) -> float:
    is_open = np.zeros(problem.cost.shape[1], dtype=bool)
    is_open[sites] = True
    place = np.repeat(np.arange(problem.cost.shape[0]), np.diff(problem.cost.indptr))
    covered = np.zeros(problem.cost.shape[0], dtype=bool)
    covered[place[is_open[problem.cost.indices]]] = True
    return math.fsum(problem.people[covered])


def _search(task: _Task, found: _Found, end: float) -> None:
    """Bound, improve, and prove."""
    if found.proven or not len(task.cover.number):
        return
    bounding = _Bounding(task, found)
    bounding.run(found, end)
    if not found.proven:
        bounding.shake(found, end)
    if found.proven or time.perf_counter() >= end:
        return
    inside, outside = bounding.fixed(found)
    _finish(task, found, (inside, outside), end)


class _Bounding:
    """The Lagrangian relaxation of a task."""

    def __init__(self, task: _Task, found: _Found) -> None:
        cover = task.cover
        self._task = task
        self._state = state_of(task.table, task.count, task.budget)
        improve(task.table, self._state, found.sites, False, 0, 0)  # noqa: FBT003 - numba
        covers = np.maximum(self._state.covers, 1)
        self._multiplier = cover.weight * np.where(self._state.covers > 0, 0.5 / covers, 0.9)
        self._best = self._multiplier.copy()
        self._direction = np.zeros(len(cover.weight))
        self._memory = np.array([math.inf, 0.0, 1.0, 0.0])
        self._share = np.zeros(len(cover.number))

    def run(self, found: _Found, end: float) -> None:
        """Lower the bound, with choices from the relaxed ones on the way."""
        for step in range(0, _MOST_STEPS, _STEPS):
            lower_bound(
                self._task.table,
                self._multiplier,
                self._best,
                self._direction,
                self._memory,
                self._share,
                self._task.count,
                self._task.budget,
                found.value,
                _STEPS,
            )
            found.bound = min(found.bound, math.floor(self._safe()))
            if found.proven or time.perf_counter() >= end:
                return
            if step % (4 * _STEPS) == 0:
                self._follow(found)
                self._shake(found, step)
            if found.proven or self._memory[2] < _SMALLEST_FACTOR:
                return

    def shake(self, found: _Found, end: float) -> None:
        """Shake the best sites until that has not helped for long."""
        since, patience = 0, _PATIENCE * int(found.sites.sum())
        for turn in range(_MOST_ROUNDS // _ROUNDS):
            before = found.value
            self._shake(found, turn + 1)
            since = 0 if found.value > before else since + _ROUNDS
            if found.proven or since >= patience or time.perf_counter() >= end:
                return

    def _safe(self) -> float:
        """Give the bound with what floating point may have taken from it."""
        terms = len(self._task.cover.weight) + len(self._task.cover.sites)
        return float(self._memory[0]) * (1 + terms * _SLACK)

    def _follow(self, found: _Found) -> None:
        """Start from the sites that the relaxed choices have most often."""
        cover = self._task.cover
        wanted = np.zeros(len(cover.number), dtype=bool)
        order = np.argsort(-self._share, kind="stable")[: self._task.count]
        if self._task.budget < math.inf:
            order = order[np.cumsum(cover.price[order]) <= self._task.budget]
        wanted[order[self._share[order] > 0]] = True
        value = improve(self._task.table, self._state, wanted, False, 0, 0)  # noqa: FBT003 - numba
        found.offer(self._state.is_open, value)

    def _shake(self, found: _Found, seed: int) -> None:
        value = improve(self._task.table, self._state, found.sites, False, _ROUNDS, seed)  # noqa: FBT003 - numba
        found.offer(self._state.is_open, value)

    def fixed(self, found: _Found) -> tuple[Flags, Flags]:
        """Tell which sites are in, and which are out, of everything that is better."""
        memory = np.array([self._safe(), self._memory[1]])
        inside, outside = fixable(
            self._task.table, self._best, memory, self._task.count, found.value + 0.999
        )
        return inside, outside


def _finish(task: _Task, found: _Found, fixed: tuple[Flags, Flags], end: float) -> None:
    """Solve by HiGHS what the bound leaves open."""
    inside, outside = fixed
    cover = task.cover
    covered = np.zeros(len(cover.weight), dtype=bool)
    covered[cover.places[np.repeat(inside, np.diff(cover.site_starts))]] = True
    base = float(cover.weight[covered].sum())
    count = task.count - int(inside.sum())
    budget = task.budget - float(cover.price[inside].sum())
    rest = restrict(cover, ~covered, ~inside & ~outside & (cover.price <= budget))
    rest = reduce_cover(rest)
    count = min(count, len(rest.number))
    if len(rest.sites) > _MOST_PAIRS:
        return
    if count <= 0 or budget < 0:
        found.bound = found.value
        return
    seconds = end - time.perf_counter()
    model = _model_of(rest, count, budget, task.unit)
    start = _start_of(rest, np.isin(rest.number, cover.number[found.sites]))
    scale = task.unit
    exact = 0.999 * scale if scale >= 1e-6 * float(rest.weight.sum()) * scale else 0.0
    solution = optimise(model, seconds=seconds, start=start, absolute_gap=max(exact, 1e-9))
    if solution.x is not None:
        wanted = inside.copy()
        chosen = rest.number[solution.x[: len(rest.number)].round() > 0]
        wanted |= np.isin(cover.number, chosen)
        if wanted.sum() <= task.count and cover.price[wanted].sum() <= task.budget:
            state = state_of(task.table, task.count, task.budget)
            value = improve(task.table, state, wanted, False, 0, 0)  # noqa: FBT003 - numba
            found.offer(state.is_open, value)
    upper = base - solution.bound / scale
    if upper < found.bound:  # inf where there was no time for one
        slack = 1e-9 * max(upper, 1.0) + 1e-6
        found.bound = max(found.value, math.floor(upper + slack))


def _model_of(rest: Cover, count: int, budget: float, unit: float) -> Model:
    places, sites = len(rest.weight), len(rest.number)
    linking = csr_array((-np.ones(len(rest.sites)), rest.sites, rest.starts), shape=(places, sites))
    rows = [hstack([linking, csr_array((np.ones(places), (np.arange(places),) * 2))])]
    high = [np.zeros(places)]
    if count < sites:
        rows.append(csr_array(np.concatenate((np.ones(sites), np.zeros(places)))[None, :]))
        high.append(np.array([float(count)]))
    if budget < math.inf:
        rows.append(csr_array(np.concatenate((rest.price, np.zeros(places)))[None, :]))
        high.append(np.array([budget]))
    upper = np.concatenate(high)
    return Model(
        cost=np.concatenate((np.zeros(sites), -rest.weight * unit)),
        rows=csr_array(vstack(rows)),
        low=np.full(len(upper), -math.inf),
        high=upper,
        upper=np.ones(sites + places),
        integral=np.arange(sites + places) < sites,
    )


def _start_of(rest: Cover, is_open: Flags) -> Floats:
    covered = np.zeros(len(rest.weight))
    covered[rest.places[np.repeat(is_open, np.diff(rest.site_starts))]] = 1.0
    return np.concatenate((is_open.astype(float), covered))
