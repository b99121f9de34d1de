"""Solving: one question to the method that is made for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from gapmap.location.answering import nearest_of
from gapmap.location.center import least_worst, least_worst_quickly
from gapmap.location.checks import index_of, problem_of
from gapmap.location.constrained_cover import (
    cover_all_under,
    cover_all_under_quickly,
    cover_most_under,
    cover_most_under_quickly,
)
from gapmap.location.constrained_serve import (
    least_distance_under,
    least_distance_under_quickly,
    least_worst_under,
    least_worst_under_quickly,
)
from gapmap.location.cover_all import cover_all, cover_all_quickly
from gapmap.location.cover_most import cover_most, cover_most_quickly
from gapmap.location.median import least_distance, least_distance_quickly
from gapmap.location.worst_first import worst_first, worst_first_quickly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt
    from scipy import sparse

    from gapmap.location.value import Choice, Integers, Problem

__all__ = ["nearest_of", "quickly", "solve", "solve_problem"]


def solve(  # noqa: PLR0913 - as the contract has it
    cost: npt.ArrayLike | sparse.sparray | sparse.spmatrix,
    people: npt.ArrayLike,
    *,
    objective: str,
    count: int | None = None,
    budget: float | None = None,
    limit: float | None = None,
    fixed: Sequence[int] | npt.ArrayLike = (),
    site_cost: npt.ArrayLike | None = None,
    seconds: float = 60,
    share: float = 1.0,
    copies: int = 1,
    capacity: npt.ArrayLike | None = None,
    place_groups: npt.ArrayLike | None = None,
    site_groups: npt.ArrayLike | None = None,
    least: int | Mapping[Any, int] | None = None,
    closing: Mapping[int, float] | None = None,
) -> Choice:
    """Choose sites, and say how good the choice certainly is.

    Places and sites go by their number in ``cost``, from 0. Nothing that is given is written to.
    Of sites that do the same the lowest numbers are chosen.

    Parameters
    ----------
    cost
        Metres or minutes from places (rows) to sites (columns), dense or CSR, CSC, COO. Not
        stored, or inf, is out of reach; a stored 0 is a cost of 0; of entries given twice the
        least counts.
    people
        Weight of each place, 0 or more.
    objective
        ``people``: most people within the limit (MCLP). ``fewest``: fewest sites (the least
        ``site_cost``, where given) that cover every place that any site can cover (LSCP), those
        with 0 people too, or ``share`` of all people that they can. ``distance``: least total
        distance (p-median). ``worst``: least worst distance (p-center). ``worst_first``: first
        the lowest share covered of any of ``place_groups`` as high as it goes, then most people.
    count, budget
        How many sites at most besides the fixed ones, and what they may cost. ``fewest`` takes
        neither, all others need one or both. More than there are candidates is all of them.
    limit
        Farther than this (inclusive) is out of reach.
    fixed
        Sites that are open whatever happens; they cost nothing and are not counted.
    site_cost
        Of each site.
    seconds
        Time limit; the best answer found by then is given with its bound, never nothing.
    share
        See ``fewest``; above 0, up to 1.
    copies
        Backup coverage: how many open sites a place needs within the limit to count as covered
        (``people``, ``fewest``, ``worst_first``).
    capacity
        People that each site can take, one number or one for each; fixed sites have one too. A
        place may be split among sites, but goes to one as a whole in ``distance`` and ``worst``.
    place_groups
        Group (district) of each place, for ``worst_first``; missing for none.
    site_groups, least
        Group of each site, and how many new ones each group gets at least: one number for all
        groups or a mapping from group to number.
    closing
        What closing costs (negative: saves), by number of the fixed site; fixed sites that are
        not named stay. For each one closed one more may be opened, and the costs count in the
        budget.

    Returns
    -------
    Choice
        Sites, value, bound, gap, whether they are proven best, and who goes where (-1: nobody in
        reach, or no capacity left).

    Raises
    ------
    MethodError
        For input that cannot be meant (which, where, what to do), and for conditions that no
        sites can fulfil.

    Examples
    --------
    >>> import gapmap as gm
    >>> minutes = [[5, 30], [10, 10], [40, 5]]
    >>> choice = gm.siting.solve(minutes, [100, 50, 80], objective="people", count=1, limit=15)
    >>> choice.sites.tolist(), choice.value, choice.proven, choice.assigned.tolist()
    ([0], 150.0, True, [0, 0, -1])
    """
    problem = problem_of(
        cost,
        people,
        objective=objective,
        count=count,
        budget=budget,
        limit=limit,
        fixed=fixed,
        site_cost=site_cost,
        seconds=seconds,
        share=share,
        copies=copies,
        capacity=capacity,
        place_groups=place_groups,
        site_groups=site_groups,
        least=least,
        closing=closing,
    )
    choice, index = solve_problem(problem), index_of(people, cost)
    if index is None:
        return choice
    labelled = pd.Series(choice.assigned, index=index, name="assigned")
    return replace(choice, assigned=cast("Integers", labelled))


def solve_problem(problem: Problem) -> Choice:
    """Solve a problem by the method that is made for it."""
    methods = _PLAIN if problem.plain else _CONSTRAINED
    return methods[problem.objective](problem)


def quickly(problem: Problem) -> Integers:
    """Give good sites by heuristics alone, without a bound: for repeated draws."""
    methods = _PLAIN_QUICKLY if problem.plain else _CONSTRAINED_QUICKLY
    return methods[problem.objective](problem)


# One line for each objective; a method takes a problem and gives a Choice (sites, if quickly).
_PLAIN: dict[str, Callable[[Problem], Choice]] = {
    "people": cover_most,
    "fewest": cover_all,
    "distance": least_distance,
    "worst": least_worst,
}
_PLAIN_QUICKLY: dict[str, Callable[[Problem], Integers]] = {
    "people": cover_most_quickly,
    "fewest": cover_all_quickly,
    "distance": least_distance_quickly,
    "worst": least_worst_quickly,
}
_CONSTRAINED: dict[str, Callable[[Problem], Choice]] = {
    "people": cover_most_under,
    "fewest": cover_all_under,
    "distance": least_distance_under,
    "worst": least_worst_under,
    "worst_first": worst_first,
}
_CONSTRAINED_QUICKLY: dict[str, Callable[[Problem], Integers]] = {
    "people": cover_most_under_quickly,
    "fewest": cover_all_under_quickly,
    "distance": least_distance_under_quickly,
    "worst": least_worst_under_quickly,
    "worst_first": worst_first_quickly,
}
