"""Opening: where there are no conditions and one price, the best end state is a known problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from gapmap.location import Problem, solve_problem

if TYPE_CHECKING:
    from gapmap.location.value import Floats, Integers
    from gapmap.programme.question import Question
    from gapmap.programme.reducing import Reduced

__all__ = ["Opening", "opening_of"]


class Opening(NamedTuple):
    """Kept sites by year (-1 never), what no end state covers more than, and if that is reached."""

    year: Integers
    bound: float
    proven: bool


def opening_of(question: Question, reduced: Reduced, seconds: float) -> Opening | None:
    """Solve the end state as the maximal covering location problem; None where it is another one.

    The method for that problem is far faster than a general one where there are thousands of sites.
    The sites are spread over the years by their gain, as early as the years allow.
    """
    prices = np.unique(question.price) if question.price is not None else np.empty(0)
    if question.conditions or len(prices) > 1 or not len(reduced.kept):
        return None
    most = question.timing.most_by(float(prices[0]) if len(prices) else None)
    if not np.isfinite(most[-1]) or most[-1] < 1:
        return None
    covers = reduced.covers
    cost = csr_array((np.zeros(covers.nnz), covers.indices, covers.indptr), shape=covers.shape)
    found = solve_problem(
        Problem(
            cost=cost,
            people=reduced.people,
            objective="people",
            count=int(min(most[-1], len(reduced.kept))),
            seconds=seconds,
        )
    )
    year = np.full(len(reduced.kept), -1, dtype=np.int64)
    for number, site in enumerate(_by_gain(covers, reduced.people, found.sites)):
        year[site] = int(np.searchsorted(most, number, side="right"))
    return Opening(year, found.bound, found.proven)


def _by_gain(covers: csr_array, people: Floats, sites: Integers) -> list[int]:
    """Order sites by what they cover further, the most first, the lowest number of equals."""
    by_site = csr_array(covers.T)
    left, still_open, told = sites.tolist(), people.copy(), []
    while left:
        gain = by_site[left] @ still_open
        best = left.pop(int(np.argmax(gain)))
        still_open[by_site.indices[by_site.indptr[best] : by_site.indptr[best + 1]]] = 0.0
        told.append(best)
    return told
