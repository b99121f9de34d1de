"""Solving: one question to the method that is made for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.location.answering import nearest_of
from gapmap.location.checks import problem_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    fixed: Sequence[int] = (),
    site_cost: npt.ArrayLike | None = None,
    seconds: float = 60,
    share: float = 1.0,
) -> Choice:
    """Choose sites.

    Parameters
    ----------
    cost
        Metres or minutes from places (rows) to sites (columns), dense or sparse. Not stored, or
        inf, is out of reach.
    people
        Weight of each place.
    objective
        ``people``: most people within the limit (MCLP). ``fewest``: fewest sites that cover all
        whom any site can cover (LSCP), or ``share`` of them. ``distance``: least total distance
        (p-median). ``worst``: least worst distance (p-center).
    count, budget
        How many sites at most besides the fixed ones, and what they may cost.
    limit
        Farther than this (inclusive) is out of reach.
    fixed
        Sites that are open whatever happens.
    site_cost
        Of each site.
    seconds
        Time limit; the best answer is given with its gap.
    share
        See ``fewest``.

    Returns
    -------
    Choice
        Sites, value, bound, gap, whether they are proven best, and who goes where.
    """
    return solve_problem(
        problem_of(
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
        )
    )


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
    # cover_most.py: "people": cover_most,
    # cover_all.py: "fewest": cover_all,
    # median.py: "distance": least_distance,
    # center.py: "worst": least_worst,
}
_PLAIN_QUICKLY: dict[str, Callable[[Problem], Integers]] = {
    # cover_most.py: "people": cover_most_quickly,
    # cover_all.py: "fewest": cover_all_quickly,
    # median.py: "distance": least_distance_quickly,
    # center.py: "worst": least_worst_quickly,
}
_CONSTRAINED: dict[str, Callable[[Problem], Choice]] = {}
_CONSTRAINED_QUICKLY: dict[str, Callable[[Problem], Integers]] = {}
