"""Least total distance, as its search sees it: who is left to be served, by which sites."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap.location.kernels.median import Table, greedy, improve, total

if TYPE_CHECKING:
    from gapmap.location.value import Floats, Integers, Problem

    Flags = np.typing.NDArray[np.bool_]

__all__ = ["Found", "Task", "milder_of", "start_of", "task_of"]

_EXACT = 2.0**50  # whole numbers below it add up exactly
_FAR = 1000.0  # leaving out counts as so many times the worst cost where sums would not be exact
_CLOSE = 5e-10  # share of a value that floating point may explain
_NOTHING = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A problem without fixed sites and without whom no site reaches.

    Attributes
    ----------
    table
        Costs times people. The cap of a place is the cost to its nearest fixed site, or that of
        leaving it out.
    number
        Numbers of the sites in the problem.
    people
        Of each place.
    lost
        By place what leaving it out counts; 0 where a fixed site is in reach.
    base
        What the other places cost, whom no site serves better than a fixed one.
    count, budget
        Of the sites to be opened; inf for any money.
    whole
        Whether all costs times people are whole numbers that add up exactly.
    strict
        Whether leaving out fewer people always counts more than any distance.
    """

    table: Table
    number: Integers
    people: Floats
    lost: Floats
    base: float
    count: int
    budget: float
    whole: bool
    strict: bool

    @property
    def limits(self) -> Floats:
        """Count, budget, and what counts as nothing, for kernels."""
        nothing = 0.5 if self.whole else _NOTHING * float(self.table.cap.sum())
        return np.array([float(self.count), self.budget, nothing])

    def left_out(self, is_open: Flags) -> Flags:
        """Say which places are left out."""
        table = self.table
        served: Flags = self.lost == 0
        served[table.places[np.repeat(is_open, np.diff(table.site_starts))]] = True
        return ~served


@dataclass(slots=True)
class Found:
    """The best sites so far, what they cost with whom they leave out, and what no sites better."""

    sites: Flags
    value: float
    bound: float
    whole: bool

    @property
    def enough(self) -> float:
        """The bound that proves the value."""
        return self.value - 1 + 1e-6 if self.whole else self.value * (1 - _CLOSE)

    @property
    def proven(self) -> bool:
        """Whether nothing is left between value and bound."""
        return self.bound >= self.enough

    def offer(self, sites: Flags, value: float) -> None:
        """Keep sites if they are better."""
        if value < self.value:
            self.sites, self.value = sites.copy(), value


def task_of(problem: Problem) -> Task:
    """Pose a plain problem as a task."""
    places, sites = problem.cost.shape
    usable = np.ones(sites, dtype=bool)
    price, budget = np.zeros(sites), math.inf
    if problem.budget is not None and problem.site_cost is not None:
        price, budget = problem.site_cost.astype(float), problem.budget * (1 + 1e-9)
        usable &= price <= budget
    usable[problem.fixed] = False
    row = np.repeat(np.arange(places), np.diff(problem.cost.indptr))
    site, cost = problem.cost.indices.astype(np.int64), problem.cost.data
    nearest = np.full(places, np.inf)
    is_fixed = np.isin(np.arange(sites), problem.fixed)[site]
    np.minimum.at(nearest, row[is_fixed], cost[is_fixed])
    people = problem.people
    keep = usable[site] & (people[row] > 0) & (cost < nearest[row])
    row, site, cost = row[keep], site[keep], cost[keep]
    place, row = np.unique(row, return_inverse=True)
    number, site = np.unique(site, return_inverse=True)
    weight, fallback = people[place], nearest[place]
    far, strict = _leaving_out(row, cost, weight, fallback)
    lost = np.where(np.isfinite(fallback), 0.0, weight * far)
    others = np.isfinite(nearest) & (people > 0)
    others[place] = False
    cap = np.where(lost > 0, lost, weight * np.where(np.isfinite(fallback), fallback, 0.0))
    table = _table(row, site, cost * weight[row], cap, price[number])
    whole = bool((table.costs == np.rint(table.costs)).all() and (cap == np.rint(cap)).all())
    count = len(number) if problem.count is None else min(problem.count, len(number))
    return Task(
        table=table,
        number=number,
        people=weight,
        lost=lost,
        base=math.fsum(people[others] * nearest[others]),
        count=count,
        budget=budget,
        whole=whole and float(cap.sum()) < _EXACT,
        strict=strict,
    )


def milder_of(task: Task, far: float) -> Task:
    """Have leaving out a person count so many times the worst cost of a person.

    Parameters
    ----------
    task
        What is asked; none of its people is 0.
    far
        1 or more.
    """
    table, lost = task.table, task.lost > 0
    worst = float((table.site_costs / task.people[table.places]).max(initial=0.0))
    each = math.ceil(worst * (1 + _CLOSE) + 1) * far
    cap = np.where(lost, task.people * each, table.cap)
    whole = task.whole and bool((cap == np.rint(cap)).all())
    return replace(
        task,
        table=table._replace(cap=cap),
        lost=np.where(lost, cap, 0.0),
        whole=whole,
        strict=False,
    )


def _leaving_out(
    row: Integers, cost: Floats, weight: Floats, fallback: Floats
) -> tuple[float, bool]:
    """Give what leaving out a person counts, and whether that is more than any distance."""
    worst = np.where(np.isfinite(fallback), fallback, 0.0)
    np.maximum.at(worst, row, cost)
    if (weight == np.rint(weight)).all() and weight.sum() < _EXACT and len(weight):
        unit = float(np.gcd.reduce(weight.astype(np.int64)))
        far = math.ceil(float((weight * worst).sum()) / unit) + 1.0
        if far * float(weight.sum()) < _EXACT / 16:
            return far, True
    return math.ceil(_FAR * max(float(worst.max(initial=0.0)), 1.0)), False


def _table(row: Integers, site: Integers, cost: Floats, cap: Floats, price: Floats) -> Table:
    # Whoever is as near to a fixed site by rounding alone has nothing to win.
    keep = cost < cap[row]
    row, site, cost = row[keep], site[keep], cost[keep]
    order = np.lexsort((site, cost, row))
    starts = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(cap)))))
    by_site = np.argsort(site, kind="stable")
    site_starts = np.concatenate(([0], np.cumsum(np.bincount(site, minlength=len(price)))))
    return Table(
        starts.astype(np.int64),
        site[order].astype(np.int64),
        cost[order],
        site_starts.astype(np.int64),
        row[by_site].astype(np.int64),
        cost[by_site],
        cap,
        price,
    )


def start_of(task: Task) -> Found:
    """Open greedily, by what a site wins and by that for its price, and exchange."""
    table = task.table
    nothing = np.zeros(len(table.price), dtype=bool)
    found = Found(nothing, total(table, nothing), 0.0, task.whole)
    for by_price in (False, True) if task.budget < math.inf else (False,):
        sites = greedy(table, task.count, task.budget, by_price)
        value = improve(table, sites, task.limits, 0, 0)
        found.offer(sites, value)
    return found
