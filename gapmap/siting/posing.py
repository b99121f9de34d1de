"""Posing: a question about places and candidates as a problem on matrices.

Knows no geography, so that it is posed anew in each draw of what is not known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gapmap.errors import MethodError
from gapmap.location import Groups, Problem

if TYPE_CHECKING:
    from gapmap.location.value import Floats, Integers
    from gapmap.siting.question import SiteQuestion

    Flags = npt.NDArray[np.bool_]

__all__ = ["Facts", "Posed", "pose", "put_into_groups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a question is about. Places and candidates stand in a canonical order.

    Attributes
    ----------
    reach
        Places x candidates: metres or minutes, within the limit; for ``distance`` and ``worst`` all
        that are less than the place's way now.
    standing
        Places x existing facilities, in the same way; None where they are not asked for one by one.
    people
        Of each place; 0 where nobody knows.
    covered, uncovered
        Places that are within the limit now, and that are not; unknown ones are neither.
    present
        The way now; inf where there is none.
    inhabited
        Places where people live, or of which nobody knows: those of which ``worst`` is the worst.
    price
        Of each candidate; None where no money is spoken of.
    place_district
        Number of each place's district, -1 for none; for ``worst_first``.
    district_names
        What they are called.
    site_groups
        Groups of candidates that a least number is asked for; None for none.
    farthest
        See :class:`gapmap.siting.question.SiteQuestion`.
    """

    reach: sparse.csr_array
    people: Floats
    covered: Flags
    uncovered: Flags
    present: Floats
    inhabited: Flags
    price: Floats | None = None
    standing: sparse.csr_array | None = None
    place_district: Integers | None = None
    district_names: tuple[str, ...] = ()
    site_groups: Groups | None = None
    farthest: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """A problem, and which places its rows are.

    Attributes
    ----------
    problem
        Its first columns are the candidates, in order; behind them stands what there is already,
        which is fixed.
    rows
        Numbers of the places that its rows are.
    """

    problem: Problem
    rows: Integers


def pose(question: SiteQuestion, facts: Facts, *, objective: str | None = None) -> Posed:
    """Make the problem that a question is.

    Whoever is covered counts as covered by one fixed site that stands for all existing facilities;
    those are told apart only where some may close, or where a place needs several.

    Parameters
    ----------
    question, facts
        What is asked, and about what.
    objective
        Instead of the question's own.
    """
    asked = objective or question.objective
    rows = _rows(question, facts, asked)
    old = _old(question, facts, asked, rows)
    new = sparse.csr_array(facts.reach[rows])
    sites, fixed = new.shape[1], old.shape[1]
    cost = sparse.csr_array(sparse.hstack([new, old], format="csr"))
    cost.sort_indices()
    cover_all = asked == "fewest" and question.share == 1 and question.capacity is None
    every_place = cover_all or (asked == "worst" and question.capacity is None)
    people = np.ones(len(rows)) if every_place else facts.people[rows]
    limited = asked != "fewest"
    price = None
    if facts.price is not None and (
        question.budget is not None if limited else _differ(facts.price)
    ):
        price = np.concatenate([facts.price, np.zeros(fixed)])
    problem = Problem(
        cost=cost,
        people=people,
        objective=asked,
        count=min(question.count, sites) if limited and question.count is not None else None,
        budget=question.budget if limited else None,
        fixed=np.arange(sites, sites + fixed),
        site_cost=price,
        share=question.share,
        copies=question.copies,
        capacity=_capacity(question, sites, fixed),
        place_groups=_districts(facts, rows) if asked == "worst_first" else None,
        least=_with_old(facts.site_groups, fixed),
        closing=_closing(question, facts, fixed),
        seconds=question.seconds,
    )
    return Posed(problem=problem, rows=rows)


def _rows(question: SiteQuestion, facts: Facts, objective: str) -> Integers:
    """Give the places that matter: those of which the answer may change anything."""
    if objective in ("distance", "worst"):
        reached = np.diff(facts.reach.indptr) > 0
        counted = np.isfinite(facts.present) | reached
        return np.flatnonzero(counted & facts.inhabited if objective == "worst" else counted)
    if objective == "worst_first" or question.copies > 1 or question.closing_cost is not None:
        return np.flatnonzero(facts.covered | facts.uncovered)
    return np.flatnonzero(facts.uncovered)


def _old(question: SiteQuestion, facts: Facts, objective: str, rows: Integers) -> sparse.csr_array:
    """Give the columns of what stands: one by one, one for all, or none where nothing hangs on it.

    A place within the limit of several stands in as many columns, up to ``copies``.
    """
    if question.closing_cost is not None:
        assert facts.standing is not None  # noqa: S101 - whoever asks has looked
        held = sparse.csr_array(facts.standing[rows])
        return _with_cap(held, facts, rows) if objective in ("distance", "worst") else held
    if objective in ("distance", "worst"):
        way = np.minimum(facts.present[rows], facts.farthest)
        return sparse.csr_array(_column(np.arange(len(rows)), way, len(rows)))
    if question.copies > 1:
        assert facts.standing is not None  # noqa: S101 - as above
        number = np.diff(facts.standing.indptr)[rows]
        several = [
            _column(np.flatnonzero(number >= k), None, len(rows))
            for k in range(1, question.copies + 1)
        ]
        return sparse.csr_array(sparse.hstack(several, format="csr"))
    if objective == "worst_first":
        return _column(np.flatnonzero(facts.covered[rows]), None, len(rows))
    return sparse.csr_array((len(rows), 0))


def _column(where: Integers, value: Floats | None, size: int) -> sparse.csr_array:
    data = np.zeros(len(where)) if value is None else value
    starts = np.zeros(size + 1, dtype=np.int32)
    starts[where + 1] = 1
    np.cumsum(starts, out=starts)
    return sparse.csr_array((data, np.zeros(len(where), dtype=np.int32), starts), shape=(size, 1))


def _with_cap(held: sparse.csr_array, facts: Facts, rows: Integers) -> sparse.csr_array:
    """Add a column that stands for nothing at all: whoever has no way counts as so far."""
    way = np.full(len(rows), facts.farthest)
    return sparse.csr_array(sparse.hstack([held, _column(np.arange(len(rows)), way, len(rows))]))


def _capacity(question: SiteQuestion, sites: int, fixed: int) -> Floats | None:
    if question.capacity is None:
        return None
    return np.concatenate([np.full(sites, float(question.capacity)), np.full(fixed, np.inf)])


def _closing(question: SiteQuestion, facts: Facts, fixed: int) -> Floats | None:
    """Give what each fixed site costs to close; the column that stands for nothing stays."""
    if question.closing_cost is None or facts.standing is None:
        return None
    closing = np.full(fixed, np.inf)
    closing[: facts.standing.shape[1]] = question.closing_cost
    return closing if fixed else None


def _differ(price: Floats) -> bool:
    return len(price) > 0 and bool((price != price[0]).any())


def _districts(facts: Facts, rows: Integers) -> Groups:
    """Give the districts with all people of each of whom one knows whether they are covered."""
    assert facts.place_district is not None  # noqa: S101 - worst_first needs them
    of = facts.place_district[rows]
    amount = np.zeros(len(facts.district_names))
    np.add.at(amount, of[of >= 0], facts.people[rows][of >= 0])
    return Groups(of=of, amount=amount, names=facts.district_names)


def _with_old(groups: Groups | None, fixed: int) -> Groups | None:
    if groups is None:
        return None
    of = np.concatenate([groups.of, np.full(fixed, -1, dtype=np.int64)])
    return Groups(of=of, amount=groups.amount, names=groups.names)


def put_into_groups(
    districts: list[str], wanted: dict[str, tuple[tuple[str, ...], int]]
) -> Groups | None:
    """Group candidates by what a least number is asked for.

    Parameters
    ----------
    districts
        District id of each candidate.
    wanted
        For each name the ids of its districts, and the least number of new sites in them.

    Raises
    ------
    MethodError
        Two of them share a district, or one has fewer candidates than it needs.
    """
    if not wanted:
        return None
    owner: dict[str, int] = {}
    for number, (name, (members, _)) in enumerate(wanted.items()):
        for one in members:
            if one in owner:
                other = list(wanted)[owner[one]]
                raise MethodError(
                    f"least names {other} and {name}, which share the district {one}; "
                    "ask for one of them",
                    f"least 中的 {other} 与 {name} 都含区 {one};请只写其一",
                )
            owner[one] = number
    of = np.array([owner.get(one, -1) for one in districts], dtype=np.int64)
    has = np.bincount(of[of >= 0], minlength=len(wanted))
    for number, (name, (_, least)) in enumerate(wanted.items()):
        if has[number] < least:
            raise MethodError(
                f"{name} needs {least} new sites but has {has[number]} candidates; lower least, or "
                "add candidates there",
                f"{name} 至少须新建 {least} 处,但只有 {has[number]} 个候选点;"
                "请降低 least 或增加候选点",
            )
    amount = np.array([least for _, least in wanted.values()], dtype=float)
    return Groups(of=of, amount=amount, names=tuple(wanted))
