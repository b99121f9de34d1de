"""The cheapest cover of everybody: reduced, taken apart, searched, bounded and proven.

Toregas & ReVelle 1972 (doi:10.1111/j.1435-5597.1972.tb00840.x) for the reductions; the search and
the bound as in :mod:`gapmap.location.kernels.set_cover`; what they leave open goes to HiGHS.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gapmap.location.highs import Model, optimise
from gapmap.location.kernels.reduction import rows_containing
from gapmap.location.kernels.set_cover import (
    Hunt,
    SetTable,
    drop_needless,
    hunt,
    hunt_of,
    lift_bound,
    open_greedily,
)
from gapmap.location.pieces import bound_in_pieces
from gapmap.location.reduction import Cover, reduce_cover, restrict

if TYPE_CHECKING:
    from gapmap.location.value import Floats, Integers

    Flags = np.typing.NDArray[np.bool_]

__all__ = ["Cheapest", "cheapest_cover", "cheapest_quickly", "without_needless"]

_FIRST_STEPS = 2_000  # of the search, in which most is found
_STEPS = 20_000  # of the search between two looks at the clock
_MOST_ROUNDS = 200
_PATIENCE = 60  # rounds without a better cover before that is given up
_SHORT_PATIENCE = 5  # the same before HiGHS is asked
_LIFTS = 250  # steps of the bound between two looks at the clock
_MOST_LIFTS = 5_000
_SMALLEST_FACTOR = 1e-3
_PART_OF_HIGHS = 0.8  # of the time that is left
_FEW_PAIRS = 40_000  # HiGHS is asked for all at once, and before the long search
_PIECE = 250  # places of a piece, of which HiGHS is asked one by one where there are more pairs
_EXACT = 2.0**50  # whole numbers below it are exact
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Cheapest:
    """Sites (by their number in the whole problem) that cover all, their price, and its bound."""

    sites: Integers
    value: float
    bound: float


@dataclass(slots=True)
class _Part:
    """Places and sites that have nothing to do with others, and what is known of them."""

    cover: Cover
    unit: float
    sites: Flags = field(init=False)
    value: float = field(init=False)
    bound: float = 0.0
    multiplier: Floats = field(init=False)
    hunt: Hunt | None = None

    def __post_init__(self) -> None:
        """Open greedily."""
        cover = self.cover
        self.sites = np.zeros(len(cover.number), dtype=bool)
        open_greedily(self.table, self.sites)
        drop_needless(self.table, self.sites, np.lexsort((-cover.number, -cover.price)))
        self.value = float(cover.price[self.sites].sum())
        each = cover.price / np.diff(cover.site_starts)
        self.multiplier = np.minimum.reduceat(each[cover.sites], cover.starts[:-1])

    @property
    def table(self) -> SetTable:
        """What kernels take."""
        cover = self.cover
        return SetTable(cover.starts, cover.sites, cover.site_starts, cover.places, cover.price)

    @property
    def proven(self) -> bool:
        """Whether nothing is cheaper."""
        return self.bound >= self.value - _SLACK * self.value

    def lift(self, bound: float) -> None:
        """Take a bound, rounded up to what prices can add up to."""
        slack = _SLACK * max(abs(bound), self.unit)
        if self.unit > 0:
            bound = self.unit * math.ceil((bound - 1e-6 * self.unit - slack) / self.unit)
        self.bound = min(max(self.bound, bound), self.value)

    def offer(self, sites: Flags) -> None:
        """Keep sites that cover all if they are cheaper."""
        value = float(self.cover.price[sites].sum())
        if value < self.value:
            self.sites, self.value = sites.copy(), value


def cheapest_cover(cover: Cover, end: float, enough: float = -math.inf) -> Cheapest:
    """Find the cheapest sites that cover all, and prove it as far as the time allows.

    Parameters
    ----------
    cover
        Who has to be covered, by which sites.
    end
        When to stop, by ``time.perf_counter``.
    enough
        A price with which the answer is known: the search stops where ``value`` is not above it,
        or ``bound`` is.
    """
    must, parts = _taken_apart(cover)
    paid = float(cover.price[must].sum())
    for stage in (_begin, _bound, _prove):
        for part in parts:
            found = _together(cover, must, parts)
            if found.value <= enough or found.bound > enough > -math.inf:
                return found
            if not part.proven:
                others = sum(other.value for other in parts if other is not part)
                stage(part, end, enough - paid - others)
    return _together(cover, must, parts)


def cheapest_quickly(cover: Cover) -> Cheapest:
    """Find cheap sites that cover all by a short search, with a weak bound.

    Parameters
    ----------
    cover
        Who has to be covered, by which sites.
    """
    must, parts = _taken_apart(cover)
    for part in parts:
        _begin(part, math.inf, -math.inf)
        _raise(part, math.inf, 2 * _LIFTS)
    return _together(cover, must, parts)


def without_needless(cover: Cover, sites: Integers) -> Integers:
    """Leave out sites whose places others cover as well, the dearest and highest numbers first.

    Parameters
    ----------
    cover
        Who has to be covered, by which sites.
    sites
        Numbers in the whole problem.
    """
    is_open = np.isin(cover.number, sites)
    table = SetTable(cover.starts, cover.sites, cover.site_starts, cover.places, cover.price)
    drop_needless(table, is_open, np.lexsort((-cover.number, -cover.price)))
    return cover.number[is_open]


def _taken_apart(cover: Cover) -> tuple[Flags, list[_Part]]:
    """Reduce; give the sites (of ``cover``) that everything has, and the parts, smallest first."""
    must = np.zeros(len(cover.number), dtype=bool)
    free = cover.number[cover.price == 0]
    rest = _less(cover, np.isin(cover.number, free))
    must[np.isin(cover.number, free)] = True
    while len(rest.weight):
        rest = reduce_cover(rest)
        alone = np.zeros(len(rest.number), dtype=bool)
        alone[rest.sites[rest.starts[:-1][np.diff(rest.starts) == 1]]] = True
        implied = rows_containing(rest.starts, rest.sites, rest.site_starts, rest.places)
        if not (alone.any() or implied.any()):
            break
        must[np.searchsorted(cover.number, rest.number[alone])] = True
        rest = restrict(rest, ~implied, np.ones(len(rest.number), dtype=bool))
        rest = _less(rest, np.isin(rest.number, cover.number[must]))
    unit = _unit(cover.price)
    parts = [_Part(one, unit) for one in _components(rest)]
    return must, sorted(parts, key=lambda part: len(part.cover.sites))


def _less(cover: Cover, is_open: Flags) -> Cover:
    """Leave out sites that are open, and whom they cover."""
    covered = np.zeros(len(cover.weight), dtype=bool)
    covered[cover.places[np.repeat(is_open, np.diff(cover.site_starts))]] = True
    return restrict(cover, ~covered, ~is_open)


def _components(cover: Cover) -> list[Cover]:
    places, sites = len(cover.weight), len(cover.number)
    if not places:
        return []
    one = np.ones(len(cover.sites), dtype=np.int8)
    reach = csr_array((one, cover.sites, cover.starts), shape=(places, sites)).tocoo()
    row, column = reach.coords
    size = places + sites
    graph = csr_array((one, (row, column + places)), shape=(size, size))
    many, label = connected_components(graph, directed=False)
    if many == 1:
        return [cover]
    of_place, of_site = label[:places], label[places:]
    return [restrict(cover, of_place == one, of_site == one) for one in range(many)]


def _unit(price: Floats) -> float:
    """Give what all prices are multiples of; 0 where they are no whole numbers."""
    if len(price) and price.sum() < _EXACT and np.array_equal(price, np.rint(price)):
        return float(np.gcd.reduce(price.astype(np.int64)))
    return 0.0


def _together(cover: Cover, must: Flags, parts: list[_Part]) -> Cheapest:
    paid = float(cover.price[must].sum())
    chosen = [cover.number[must], *(part.cover.number[part.sites] for part in parts)]
    return Cheapest(
        sites=np.sort(np.concatenate(chosen)),
        value=paid + sum(part.value for part in parts),
        bound=paid + sum(part.bound for part in parts),
    )


def _begin(part: _Part, end: float, enough: float) -> None:
    """Bound at once, and search a little."""
    _raise(part, end, _LIFTS)
    if not part.proven and time.perf_counter() < end:
        _look(part, _FIRST_STEPS, enough)


def _bound(part: _Part, end: float, enough: float) -> None:
    """Lift the bound as far as it goes, and search a little more."""
    del enough
    _raise(part, end, _MOST_LIFTS)


def _prove(part: _Part, end: float, enough: float) -> None:
    """Search, have HiGHS prove, and search what is left of the time; large parts search first."""
    small = len(part.cover.sites) <= _FEW_PAIRS
    _search(part, end, enough, _SHORT_PATIENCE if small else _PATIENCE)
    now = time.perf_counter()
    if part.proven or part.value <= enough or now >= end:
        return
    if not small:
        part.lift(bound_in_pieces(part.cover, part.multiplier, most=_PIECE, end=end))
        return
    _finish(part, now + (end - now) * _PART_OF_HIGHS)
    if not part.proven:
        _search(part, end, enough, _PATIENCE)


def _raise(part: _Part, end: float, most: int) -> None:
    best, memory = part.multiplier.copy(), np.array([-math.inf, 1.0, 0.0])
    now = part.multiplier.copy()
    for _ in range(0, most, _LIFTS):
        lift_bound(part.table, now, best, memory, part.value, _LIFTS)
        part.lift(float(memory[0]))
        if part.proven or memory[1] < _SMALLEST_FACTOR or time.perf_counter() >= end:
            break
    part.multiplier = best


def _look(part: _Part, steps: int, enough: float) -> None:
    if part.hunt is None:
        part.hunt = hunt_of(part.table, part.sites)
    hunt(part.table, part.hunt, steps, max(enough, part.bound))
    part.offer(part.hunt.best)


def _search(part: _Part, end: float, enough: float, patience: int) -> None:
    since = 0
    for _ in range(_MOST_ROUNDS):
        before = part.value
        _look(part, _STEPS, enough)
        since = 0 if part.value < before else since + 1
        if part.proven or part.value <= enough or since >= patience or time.perf_counter() >= end:
            return


def _finish(part: _Part, end: float) -> None:
    """Solve by HiGHS what the bound leaves open."""
    cover, better = part.cover, part.value - (part.unit or 0.0)
    row = np.repeat(np.arange(len(cover.weight)), np.diff(cover.starts))
    spent = np.bincount(cover.sites, weights=part.multiplier[row], minlength=len(cover.number))
    reduced = cover.price - spent
    lagrangian = float(part.multiplier.sum() + np.minimum(reduced, 0).sum())
    slack = 1e-6 * max(1.0, part.value)
    useless = (lagrangian + np.maximum(reduced, 0) > better + slack) & ~part.sites
    places, sites = len(cover.weight), len(cover.number)
    reach = csr_array((np.ones(len(cover.sites)), cover.sites, cover.starts), (places, sites))
    model = Model(
        cost=cover.price,
        rows=reach,
        low=np.ones(places),
        high=np.full(places, math.inf),
        upper=np.where(useless, 0.0, 1.0),
        integral=np.ones(sites, dtype=bool),
    )
    solution = optimise(
        model,
        seconds=end - time.perf_counter(),
        start=part.sites.astype(float),
        absolute_gap=max(0.999 * part.unit, _SLACK),
    )
    if solution.x is not None:
        wanted = solution.x > 0.5  # noqa: PLR2004 - nearer to 1 than to 0
        if (reach @ wanted.astype(float) > 0).all():
            part.offer(wanted)
    if solution.status != "infeasible":
        part.lift(solution.bound)
