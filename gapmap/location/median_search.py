"""Least total distance: bounding by Lagrangian relaxation, and branching on sites.

At every node sites are fixed by their reduced costs, and shaken and exchanged ones tried.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from gapmap.location.highs import Model, optimise
from gapmap.location.kernels.median import Bounds, Table, improve, lower_bound, restrict

if TYPE_CHECKING:
    from gapmap.location.median_task import Found, Task
    from gapmap.location.value import Floats

    Flags = np.typing.NDArray[np.bool_]

__all__ = ["search"]

_STEPS = 25  # of the subgradient between two looks at the clock
_ROOT_STEPS = 3000
_NODE_STEPS = 150
_SMALLEST_FACTOR = 1e-3
_ROUNDS = 4  # of shaking each time at the root
_EVERY = 8  # nodes between two tries of what they have chosen
_MARGIN = 1e-9
_MOST_NODES = 200  # before HiGHS is given what fixing at the root has left
_MOST_PAIRS = 60_000  # that it is given
_HIGHS_MARGIN = 1e-7
_HIGHS_WHOLE_MARGIN = 0.01


@dataclass(slots=True)
class _Node:
    """A part of all choices.

    Attributes
    ----------
    wanted
        Sites that may be opened.
    forced
        Sites that are open.
    cap
        By place what it costs with those.
    multiplier
        By place, to start from.
    bound
        What no choice of this part betters.
    """

    wanted: Flags
    forced: Flags
    cap: Floats
    multiplier: Floats
    bound: float

    def open(self, table: Table, site: int) -> None:
        """Have a site open in all of this part."""
        mine = slice(table.site_starts[site], table.site_starts[site + 1])
        self.cap[table.places[mine]] = np.minimum(
            self.cap[table.places[mine]], table.site_costs[mine]
        )
        self.forced[site] = True
        self.wanted[site] = False

    def copy(self) -> _Node:
        """Give another one, to be narrowed."""
        return _Node(
            self.wanted.copy(),
            self.forced.copy(),
            self.cap.copy(),
            self.multiplier,
            self.bound,
        )


def search(task: Task, found: Found, end: float) -> None:
    """Find better sites and a better bound until the best are proven or time is over.

    Parameters
    ----------
    task
        What is asked.
    found
        The sites to start from; gets the best ones, their value and the bound.
    end
        When to stop, of ``time.perf_counter``.
    """
    root = _root(task, found)
    nodes, turn = [root.copy()], 0
    while nodes:
        node = nodes.pop()
        low = min([found.value, node.bound, *(other.bound for other in nodes)])
        found.bound = max(found.bound, low)
        if node.bound >= found.enough:
            continue
        if turn and time.perf_counter() >= end:
            nodes.append(node)
            break
        if turn == _MOST_NODES and _settle(task, found, root, end):
            break
        parts = _Visit(task, found, node, turn).children(end)
        root = parts[0].copy() if turn == 0 and len(parts) == 1 else root
        nodes += parts
        turn += 1
    found.bound = max(found.bound, min([found.value, *(node.bound for node in nodes)]))


def _settle(task: Task, found: Found, node: _Node, end: float) -> bool:
    """Have HiGHS solve what is left of a node; say whether that is proven."""
    count = task.count - int(node.forced.sum())
    budget = task.budget - float(task.table.price[node.forced].sum())
    table, number = restrict(task.table, node.wanted, node.cap)
    if len(table.costs) > _MOST_PAIRS:
        return False
    solution = optimise(
        _model_of(table, count, budget),
        seconds=(end - time.perf_counter()) / 2,
        absolute_gap=0.9 if task.whole else 1e-9,
    )
    base = math.fsum(node.cap)
    if solution.x is not None:
        sites = node.forced.copy()
        sites[number[solution.x[: len(number)].round() > 0]] = True
        if sites.sum() <= task.count and task.table.price[sites].sum() <= task.budget:
            found.offer(sites, improve(task.table, sites, task.limits, 0, 0))
    # HiGHS keeps its rows only within tolerances, which may lower what it finds.
    low = base + solution.bound - _HIGHS_MARGIN * abs(solution.bound)
    if task.whole:
        low = math.ceil(low - _HIGHS_WHOLE_MARGIN)
    if math.isfinite(low):
        found.bound = max(found.bound, min(low, found.value))
    return found.proven


def _model_of(table: Table, count: int, budget: float) -> Model:
    """Model what sites win over the cap: pairs that are served by open sites."""
    sites, pairs = len(table.price), len(table.costs)
    row = np.repeat(np.arange(len(table.cap)), np.diff(table.starts))
    each, ones = np.arange(pairs), np.ones(pairs)
    once = csr_array((ones, each, table.starts), shape=(len(table.cap), pairs))
    opened = csr_array((-ones, table.sites, np.arange(pairs + 1)), shape=(pairs, sites))
    rows = [
        hstack([csr_array((len(table.cap), sites)), once]),
        hstack([opened, csr_array((ones, each, np.arange(pairs + 1)))]),
        csr_array(np.concatenate((np.ones(sites), np.zeros(pairs)))[None, :]),
    ]
    high = [np.ones(len(table.cap)), np.zeros(pairs), np.array([float(count)])]
    if budget < math.inf:
        rows.append(csr_array(np.concatenate((table.price, np.zeros(pairs)))[None, :]))
        high.append(np.array([budget]))
    upper = np.concatenate(high)
    return Model(
        cost=np.concatenate((np.zeros(sites), table.costs - table.cap[row])),
        rows=csr_array(vstack(rows)),
        low=np.full(len(upper), -math.inf),
        high=upper,
        upper=np.ones(sites + pairs),
        integral=np.arange(sites + pairs) < sites,
    )


def _root(task: Task, found: Found) -> _Node:
    table = task.table
    served = np.full(len(table.cap), np.inf)
    which = np.repeat(found.sites, np.diff(table.site_starts))
    np.minimum.at(served, table.places[which], table.site_costs[which])
    least = np.minimum(table.cap, _cheapest(table))
    bound = math.fsum(least)
    return _Node(
        np.ones(len(table.price), dtype=bool),
        np.zeros(len(table.price), dtype=bool),
        table.cap.copy(),
        np.minimum(served * 1.1, table.cap),
        bound * (1 - _MARGIN),
    )


def _cheapest(table: Table) -> Floats:
    cheapest = table.cap.copy()
    some = np.flatnonzero(np.diff(table.starts))
    cheapest[some] = table.costs[table.starts[some]]
    return cheapest


class _Visit:
    """The bounding of a node, and its division."""

    def __init__(self, task: Task, found: Found, node: _Node, turn: int) -> None:
        self._task, self._found, self._node, self._turn = task, found, node, turn
        self._count = task.count - int(node.forced.sum())
        self._budget = task.budget - float(task.table.price[node.forced].sum())
        wanted = node.wanted & (task.table.price <= self._budget)
        if self._count <= 0:
            wanted[:] = False
        self._table, self._number = restrict(task.table, wanted, node.cap)
        sites = len(self._number)
        self._bounds = Bounds(
            node.multiplier.copy(),
            node.multiplier.copy(),
            np.zeros(len(node.cap)),
            np.zeros(sites),
            np.zeros(sites),
            np.array([-math.inf, 1.0 if turn == 0 else 0.3, 0.0]),
        )

    def children(self, end: float) -> list[_Node]:
        """Bound the node, and give its parts that may hold something better."""
        node, found = self._node, self._found
        if len(self._number) == 0:
            found.offer(node.forced, math.fsum(node.cap))
            return []
        over = self._bound(end)
        node.bound = max(node.bound, float(self._bounds.memory[0]))
        if node.bound >= found.enough:
            return []
        if over:
            return [node]
        return self._divide()

    def _bound(self, end: float) -> bool:
        """Raise the bound; say whether time is over."""
        found, root = self._found, self._turn == 0
        memory = self._bounds.memory
        for step in range(0, _ROOT_STEPS if root else _NODE_STEPS, _STEPS):
            limits = np.array([float(self._count), self._budget, found.enough])
            lower_bound(self._table, self._bounds, limits, found.value, _STEPS)
            if memory[0] >= found.enough:
                return False
            if time.perf_counter() >= end:
                return True
            if root and step % (4 * _STEPS) == 0:
                self._follow()
                self._shake(step)
            if memory[1] < _SMALLEST_FACTOR:
                break
        if self._turn % _EVERY == 0:
            self._follow()
        return False

    def _follow(self) -> None:
        """Start from the sites that the relaxed choices have most often."""
        task, share = self._task, self._bounds.share
        order = np.argsort(-share, kind="stable")[: self._count]
        order = order[share[order] > 0]
        order = order[np.cumsum(self._table.price[order]) <= self._budget]
        sites = self._node.forced.copy()
        sites[self._number[order]] = True
        self._found.offer(sites, improve(task.table, sites, task.limits, 0, 0))

    def _shake(self, seed: int) -> None:
        task, sites = self._task, self._found.sites.copy()
        value = improve(task.table, sites, task.limits, _ROUNDS, seed + 1)
        self._found.offer(sites, value)

    def _divide(self) -> list[_Node]:
        node, table = self._node, self._task.table
        node.multiplier = self._bounds.best.copy()
        inside, outside = self._fixable()
        node.wanted[:] = False
        node.wanted[self._number[~outside]] = True
        for site in self._number[inside]:
            node.open(table, int(site))
        free = ~inside & ~outside
        if not free.any() or (self._turn == 0 and (inside | outside).any()):
            return [node]
        # Without the site that wins most the bound rises most.
        wins = np.where(free, self._bounds.wins, np.inf)
        site = int(self._number[wins.argmin()])
        other = node.copy()
        node.wanted[site] = False
        other.open(table, site)
        return [node, other]

    def _fixable(self) -> tuple[Flags, Flags]:
        """Tell which sites are open, and which closed, in everything better in this part."""
        wins, bound = self._bounds.wins, float(self._bounds.memory[0])
        enough = self._found.enough
        enough += _MARGIN * abs(enough)
        sites, none = len(wins), np.zeros(len(wins), dtype=bool)
        if self._budget < math.inf:
            return none, self._too_dear(enough)
        order = np.argsort(wins, kind="stable")
        first = none.copy()
        first[order[: self._count]] = True
        last = wins[order[min(self._count, sites) - 1]] if sites >= self._count else 0.0
        following = wins[order[self._count]] if sites > self._count else 0.0
        inside = first & (bound - wins + following >= enough)
        outside = ~first & (bound + wins - last >= enough)
        return inside, outside

    def _too_dear(self, enough: float) -> Flags:
        """Tell which sites are closed in everything better: what the rest may win is too little."""
        wins, price = self._bounds.wins, self._table.price
        paid = price > 0
        order = np.argsort(wins[paid] / price[paid], kind="stable")
        spent = np.concatenate(([0.0], np.cumsum(price[paid][order])))
        won = np.concatenate(([0.0], np.cumsum(wins[paid][order])))
        rest = np.interp(np.maximum(self._budget - price, 0.0), spent, won)
        rest += wins[~paid].sum()
        return paid & (math.fsum(self._bounds.best) + wins + rest >= enough)
