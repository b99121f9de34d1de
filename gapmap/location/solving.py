"""Solving: one question to the method that is made for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.errors import MethodError
from gapmap.location.checks import problem_of
from gapmap.location.value import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from scipy import sparse

    from gapmap.location.value import Problem

__all__ = ["solve", "solve_problem"]


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
    raise MethodError("to be done", "未完成")


def nearest_of(problem: Problem, sites: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the nearest of these sites to every place, the lowest number of equals, or -1."""
    cost = problem.cost
    is_open = np.zeros(cost.shape[1], dtype=bool)
    is_open[sites] = True
    keep = is_open[cost.indices]
    place = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))[keep]
    site, value = cost.indices[keep], cost.data[keep]
    order = np.lexsort((site, value, place))
    place, site = place[order], site[order]
    first = np.ones(len(place), dtype=bool)
    first[1:] = place[1:] != place[:-1]
    assigned = np.full(cost.shape[0], -1, dtype=np.int64)
    assigned[place[first]] = site[first]
    return assigned
