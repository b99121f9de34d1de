"""The model: a mixed-integer program of what stands by the end of each year.

By the end of every year there are variables for whether a kept site stands, how many others of a
class do, and whether a cell is covered (a share, which is whole where the sites are). By condition
there is one for what it is missed by, and by area whether it has what it lacks. The coverage part
is the maximal covering location problem (Church and ReVelle 1974, doi:10.1007/BF01942293).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array

from gapmap.location.highs import Model

if TYPE_CHECKING:
    from gapmap.location.value import Floats, Integers
    from gapmap.programme.question import Condition, Question
    from gapmap.programme.reducing import Reduced

__all__ = ["Plan", "plan_of"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The model without an objective, and where its variables stand.

    Attributes
    ----------
    rows, low, high, upper, integral
        As in :class:`gapmap.location.highs.Model`.
    stands, others, covered
        Numbers of the variables, shape (years, sites), (years, classes) and (years, cells).
    missed, holds
        By condition: what it is missed by, and the row that says so.
    price
        By kept site, and by class that can make up a number; 1 each where no money is spoken of.
    """

    rows: csr_array
    low: Floats
    high: Floats
    upper: Floats
    integral: np.ndarray
    stands: Integers
    others: Integers
    covered: Integers
    missed: Integers
    holds: Integers
    price: tuple[Floats, Floats]

    def model(self, cost: Floats, held: list[tuple[Floats, float]]) -> Model:
        """Give the model that minimises a cost while earlier costs stay within their bounds."""
        rows = csr_array(self.rows)
        low, high = self.low, self.high
        if held:
            more = csr_array(np.array([one for one, _ in held]))
            rows = csr_array(_stack(rows, more))
            low = np.concatenate([low, np.full(len(held), -np.inf)])
            high = np.concatenate([high, [bound for _, bound in held]])
        return Model(
            cost=cost, rows=rows, low=low, high=high, upper=self.upper, integral=self.integral
        )

    def with_misses(self, x: Floats) -> Floats:
        """Give the same point with every condition missed by exactly what is lacking."""
        made = x.copy()
        made[self.missed] = 0.0
        made[self.missed] = np.maximum(self.low[self.holds] - self.rows[self.holds] @ made, 0.0)
        return made

    def nothing(self) -> Floats:
        """Give the point at which nothing is built and every condition is missed in full."""
        x = np.zeros(len(self.upper))
        x[self.missed] = self.upper[self.missed]
        return x


def _stack(one: csr_array, other: csr_array) -> coo_array:
    first, second = one.tocoo(), other.tocoo()
    row = np.concatenate([first.coords[0], second.coords[0] + one.shape[0]])
    column = np.concatenate([first.coords[1], second.coords[1]])
    shape = one.shape[0] + other.shape[0], one.shape[1]
    return coo_array((np.concatenate([first.data, second.data]), (row, column)), shape=shape)


@dataclass(slots=True)
class _Rows:
    """Rows as they are written: numbers of variables, their factors, and the bounds."""

    size: int
    columns: list[Integers] = field(default_factory=list)
    factors: list[Floats] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, *parts: tuple[Integers, Floats | float], low: float, high: float) -> None:
        columns = [np.atleast_1d(one) for one, _ in parts]
        factors = [
            np.broadcast_to(np.asarray(factor, dtype=float), one.shape)
            for one, (_, factor) in zip(columns, parts, strict=True)
        ]
        self.columns.append(np.concatenate(columns))
        self.factors.append(np.concatenate(factors))
        self.low.append(low)
        self.high.append(high)

    def matrix(self) -> csr_array:
        count = [len(one) for one in self.columns]
        row = np.repeat(np.arange(len(count)), count)
        column = np.concatenate([np.empty(0, np.int64), *self.columns])
        value = np.concatenate([np.empty(0), *self.factors])
        return csr_array(coo_array((value, (row, column)), shape=(len(count), self.size)))


def plan_of(question: Question, reduced: Reduced) -> Plan:
    """Write the model of a question."""
    span = len(question.timing.years)
    kept, classes, cells = len(reduced.kept), len(reduced.fillable), len(reduced.people)
    areas = sum(len(one.areas) for one in question.conditions)
    ends = np.cumsum(
        [0, span * kept, span * classes, span * cells, len(question.conditions), areas]
    )
    stands, others, covered = (
        np.arange(ends[n], ends[n + 1]).reshape(span, -1) if size else np.empty((span, 0), np.int64)
        for n, size in enumerate((kept, classes, cells))
    )
    missed, given = (np.arange(ends[n], ends[n + 1]) for n in (3, 4))
    upper = np.ones(ends[-1])
    upper[others] = reduced.room
    upper[missed] = [one.need for one in question.conditions]
    integral = np.ones(ends[-1], dtype=bool)
    integral[covered] = False
    integral[missed] = False
    rows = _Rows(int(ends[-1]))
    price = _prices(question, reduced)
    _grow(rows, stands, others)
    _allow(rows, question, (stands, others), price)
    _cover(rows, reduced, stands, covered)
    at, holds = 0, []
    for number, one in enumerate(question.conditions):
        own = given[at : at + len(one.areas)]
        at += len(one.areas)
        _hold(rows, _Held(one, reduced, number), (stands, others, covered), (missed[number], own))
        holds.append(len(rows.low) - 1)
    return Plan(
        rows=rows.matrix(),
        low=np.array(rows.low),
        high=np.array(rows.high),
        upper=upper,
        integral=integral,
        stands=stands,
        others=others,
        covered=covered,
        missed=missed,
        holds=np.array(holds, dtype=np.int64),
        price=price,
    )


def _prices(question: Question, reduced: Reduced) -> tuple[Floats, Floats]:
    if question.price is None:
        return np.ones(len(reduced.kept)), np.ones(len(reduced.fillable))
    of_class = np.zeros(int(reduced.kind.max(initial=-1)) + 1)
    of_class[reduced.kind] = question.price
    return question.price[reduced.kept], of_class[reduced.fillable]


def _grow(rows: _Rows, stands: Integers, others: Integers) -> None:
    """Let what stands go on standing."""
    for standing in (stands, others):
        for before, now in pairwise(standing):
            for one, other in zip(before, now, strict=True):
                rows.add((other, 1.0), (one, -1.0), low=0.0, high=np.inf)


def _allow(
    rows: _Rows,
    question: Question,
    standing: tuple[Integers, Integers],
    price: tuple[Floats, Floats],
) -> None:
    """Hold each year's number of sites, and the money that has come by then."""
    timing = question.timing
    stands, others = standing
    every = np.concatenate(price)
    one_price = len(np.unique(every)) == 1
    most = timing.most_by(float(every[0])) if one_price else timing.money
    money = question.price is not None and np.isfinite(timing.money).all()
    for year, count in enumerate(timing.counts):
        now = [(stands[year], 1.0), (others[year], 1.0)]
        if np.isfinite(count):
            then = [(stands[year - 1], -1.0), (others[year - 1], -1.0)] if year else []
            rows.add(*now, *then, low=-np.inf, high=float(count))
        if money and one_price:
            rows.add(*now, low=-np.inf, high=float(most[year]))
        elif money:  # in units of the dearest site, so that rounding stays far below one site
            unit = float(every.max(initial=0.0)) or 1.0
            told = [(stands[year], price[0] / unit), (others[year], price[1] / unit)]
            rows.add(*told, low=-np.inf, high=float(timing.money[year]) / unit + 1e-9)


def _cover(rows: _Rows, reduced: Reduced, stands: Integers, covered: Integers) -> None:
    """Let a cell be covered where a site stands that serves it."""
    ends, sites = reduced.covers.indptr, reduced.covers.indices
    for year in range(len(stands)):
        for cell in range(len(reduced.people)):
            serving = stands[year][sites[ends[cell] : ends[cell + 1]]]
            rows.add((covered[year][cell], 1.0), (serving, -1.0), low=-np.inf, high=0.0)


@dataclass(frozen=True, slots=True)
class _Held:
    condition: Condition
    reduced: Reduced
    number: int


def _hold(
    rows: _Rows,
    held: _Held,
    variables: tuple[Integers, Integers, Integers],
    own: tuple[Integers, Integers],
) -> None:
    """Write one condition, with what it may be missed by."""
    condition, reduced = held.condition, held.reduced
    missed, given = own
    _, _, covered = variables
    need = condition.need
    if condition.first > condition.last:
        rows.add((missed, 1.0), low=need, high=np.inf)
        return
    if condition.sites is not None:
        built = _built(condition, reduced, condition.sites, variables)
        rows.add(*built, (missed, 1.0), low=need, high=np.inf)
    elif condition.areas:
        for area, has in zip(condition.areas, given, strict=True):
            built = _built(condition, reduced, area.sites, variables)
            rows.add(*built, (has, -float(area.lack)), low=0.0, high=np.inf)
        rows.add((given, 1.0), (missed, 1.0), low=need, high=np.inf)
    else:
        weight = reduced.weights[held.number]
        assert weight is not None  # noqa: S101 - these conditions weigh places
        rows.add((covered[condition.last], weight), (missed, 1.0), low=need, high=np.inf)


def _built(
    condition: Condition,
    reduced: Reduced,
    sites: np.ndarray,
    variables: tuple[Integers, Integers, Integers],
) -> list[tuple[Integers, float]]:
    """Count what is built of some sites in the years that count."""
    stands, others, _ = variables
    mine = np.flatnonzero(sites[reduced.kept])
    of_class = np.zeros(int(reduced.kind.max(initial=-1)) + 1, dtype=bool)
    of_class[reduced.kind[sites]] = True
    more = np.flatnonzero(of_class[reduced.fillable])
    told = [(stands[condition.last][mine], 1.0), (others[condition.last][more], 1.0)]
    if condition.first > 0:
        before = condition.first - 1
        told += [(stands[before][mine], -1.0), (others[before][more], -1.0)]
    return told
