"""The ladder: one wish after the other, each without giving up any of those before.

First the conditions are missed by as little as possible, then the most people are covered by the
end of the last year, then that is done with the least money (the fewest sites where nobody speaks
of money), then as early as possible: most people summed over the ends of the years; last, what only
makes up a number is built early, too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gapmap.location.highs import optimise
from gapmap.programme.model import plan_of
from gapmap.programme.opening import opening_of
from gapmap.programme.reducing import reduce_question
from gapmap.programme.years import Timing

if TYPE_CHECKING:
    from gapmap.location.value import Floats, Integers
    from gapmap.programme.model import Plan
    from gapmap.programme.question import Question
    from gapmap.programme.reducing import Reduced

__all__ = ["Answer", "EndState", "answer", "end_state"]

_GIVEN = 1e-7
"""What an earlier wish may lose to rounding, as a share of its value."""
_MET = 1e-6
"""A condition that is missed by less of what it needs is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What stands by the end of each year, by number of the year from 0.

    Attributes
    ----------
    year
        By site: the number of the year in which it is built; -1 for never. Sites that only make up
        a number are not among them.
    kind
        By site: its class; see :mod:`gapmap.programme.reducing`.
    others
        By class and year: how many more are built of the class in that year.
    missed
        By condition: what it is missed by, in its own unit.
    value
        People newly covered by the end of the last year.
    bound
        By year: what no programme that misses the conditions as little could pass by its end.
    proven
        By year: whether the bound is what can be reached in truth.
    price
        Money in all; the number of sites where nobody speaks of money.
    """

    year: Integers
    kind: Integers
    others: dict[int, Integers]
    missed: Floats
    value: float
    bound: Floats
    proven: np.ndarray
    price: float


class _Ladder:
    """Climbs: keeps the best point and the rows that earlier wishes have left."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.reduced: Reduced = reduce_question(question)
        self.plan: Plan = plan_of(question, self.reduced)
        self.x = self.plan.nothing()
        self.held: list[tuple[Floats, float]] = []
        self.until = time.monotonic() + question.seconds

    def least(self, cost: Floats, *, keep: bool = True) -> tuple[float, bool, Floats]:
        """Minimise a cost; give a bound, whether it is reached for certain, and the point."""
        if not cost.any():
            return 0.0, True, self.x
        seconds = self.until - time.monotonic()
        found = optimise(self.plan.model(cost, self.held), seconds=seconds, start=self.x)
        x = self.x if found.x is None else _whole(found.x, self.plan, self.reduced)
        if float(cost @ self.x) <= float(cost @ x):
            x = self.x
        if keep:
            self.x = x
            self.hold(cost)
        known = found.status != "infeasible"  # which only rounding can make of it: x is a point
        return found.bound if known else -np.inf, found.status == "optimal", x

    def hold(self, cost: Floats) -> None:
        """Let no later wish make a cost worse than it is now."""
        value = float(cost @ self.x)
        self.held.append((cost, value + _GIVEN * max(1.0, abs(value))))

    def of_people(self, years: list[int]) -> Floats:
        """Give the cost that falls by one for everyone covered by the end of each year."""
        cost = np.zeros(len(self.x))
        cost[self.plan.covered[years]] = -self.reduced.people
        return cost

    def of_misses(self) -> Floats:
        """Give the cost of missing conditions: of each the share that is lacking."""
        cost = np.zeros(len(self.x))
        cost[self.plan.missed] = [1.0 / one.need for one in self.question.conditions]
        return cost

    def of_money(self) -> Floats:
        """Give the price of what stands at the end."""
        cost = np.zeros(len(self.x))
        cost[self.plan.stands[-1]], cost[self.plan.others[-1]] = self.plan.price
        return cost

    def of_waiting(self) -> Floats:
        """Give the cost that falls with everything that stands early."""
        cost = np.zeros(len(self.x))
        cost[self.plan.stands[:-1]] = cost[self.plan.others[:-1]] = -1.0
        return cost

    def missed(self) -> Floats:
        """Give what each condition is missed by."""
        short: Floats = self.x[self.plan.missed]
        return np.where(short < _MET * self.plan.upper[self.plan.missed], 0.0, short)


class EndState(NamedTuple):
    """The most people covered by the end of the last year, and the least price of that."""

    people: float
    price: float


def end_state(question: Question, *, people: bool = True) -> EndState:
    """Find the best end state alone; without ``people`` the cheapest that holds the conditions."""
    ladder = _Ladder(question)
    _climb_to_the_end(ladder, people=people)
    cells = ladder.of_people([-1])
    return EndState(-float(cells @ ladder.x), float(ladder.of_money() @ ladder.x))


def answer(question: Question) -> Answer:
    """Find what is built in which year."""
    ladder = _Ladder(question)
    bound, sure = _climb_to_the_end(ladder)
    span = len(question.timing.years)
    bounds, proven = np.full(span, bound), np.full(span, sure)
    floor = list(ladder.held)
    if span > 1:
        ladder.least(ladder.of_people(list(range(span - 1))))
        ladder.least(ladder.of_waiting())
        best, ladder.held = ladder.x, floor[:1] if question.conditions else []
        for year in range(span - 1):
            most, proven[year] = _most_by(ladder, year)
            bounds[year] = min(most, bound)  # who is covered early is covered at the end
        ladder.x = best
    return _told(ladder, bounds, proven)


def _climb_to_the_end(ladder: _Ladder, *, people: bool = True) -> tuple[float, bool]:
    """Settle misses, people and money; give the bound on people and whether it is reached."""
    if ladder.question.conditions:
        ladder.least(ladder.of_misses())
    low, sure = 0.0, True
    if people:
        low, sure = _most_people(ladder)
    ladder.least(ladder.of_money())
    return -low, sure


def _most_people(ladder: _Ladder) -> tuple[float, bool]:
    """Cover the most people at the end; give the bound and whether it is reached."""
    cost = ladder.of_people([-1])
    left = max(ladder.until - time.monotonic(), 0.0)
    opened = opening_of(ladder.question, ladder.reduced, left / 2)
    if opened is None:
        low, sure, _ = ladder.least(cost)
        return low, sure
    years = np.arange(len(ladder.plan.stands))[:, None]
    x = ladder.plan.nothing()
    x[ladder.plan.stands] = (opened.year >= 0) & (opened.year <= years)
    ladder.x = _whole(x, ladder.plan, ladder.reduced)
    if opened.proven:
        ladder.hold(cost)
        return -opened.bound, True
    low, sure, _ = ladder.least(cost)
    return max(low, -opened.bound), sure


def _most_by(ladder: _Ladder, year: int) -> tuple[float, bool]:
    """Give what no programme could pass by the end of a year, and whether that can be reached."""
    asked = ladder.question
    timing = asked.timing
    early = Timing(timing.years[: year + 1], timing.counts[: year + 1], timing.money[: year + 1])
    left = max(ladder.until - time.monotonic(), 0.0)
    opened = opening_of(replace(asked, timing=early), ladder.reduced, left)
    if opened is not None:
        return opened.bound, opened.proven
    low, sure, _ = ladder.least(ladder.of_people([year]), keep=False)
    return -low, sure


def _whole(x: Floats, plan: Plan, reduced: Reduced) -> Floats:
    """Round what has to be whole; a cell is covered in full where a site stands that serves it."""
    made = x.copy()
    made[plan.integral] = np.round(made[plan.integral])
    served = reduced.covers @ made[plan.stands].T > 0.5  # noqa: PLR2004 - whole numbers, rounded
    made[plan.covered] = served.T
    return plan.with_misses(made)


def _told(ladder: _Ladder, bounds: Floats, proven: np.ndarray) -> Answer:
    plan, reduced = ladder.plan, ladder.reduced
    year = np.full(ladder.question.serves.shape[0], -1, dtype=np.int64)
    stands = ladder.x[plan.stands] > 0.5  # noqa: PLR2004 - whole numbers, rounded
    built = stands.any(axis=0)
    year[reduced.kept[built]] = stands[:, built].argmax(axis=0)
    standing = np.round(ladder.x[plan.others]).astype(np.int64)
    new = np.diff(standing, axis=0, prepend=np.zeros((1, standing.shape[1]), dtype=np.int64))
    others = {int(one): new[:, n] for n, one in enumerate(reduced.fillable) if new[:, n].any()}
    value = -float(ladder.of_people([-1]) @ ladder.x)
    return Answer(
        year=year,
        kind=reduced.kind,
        others=others,
        missed=ladder.missed(),
        value=value,
        bound=bounds,
        proven=proven,
        price=float(ladder.of_money() @ ladder.x),
    )
