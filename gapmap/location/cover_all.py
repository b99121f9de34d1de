"""Covering everybody, or a share of the people, with the fewest sites or at least cost (LSCP).

Toregas, Swain, ReVelle & Bergman 1971 (doi:10.1287/opre.19.6.1363).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from gapmap.location.answering import choice_of
from gapmap.location.constrained_cover import cover_all_under, cover_all_under_quickly
from gapmap.location.reduction import cover_of
from gapmap.location.set_cover import cheapest_cover, cheapest_quickly, without_needless

if TYPE_CHECKING:
    from gapmap.location.reduction import Cover
    from gapmap.location.value import Choice, Integers, Problem

__all__ = ["cover_all", "cover_all_quickly"]


def cover_all(problem: Problem) -> Choice:
    """Choose the fewest sites, or the cheapest, that cover everybody whom any site can cover.

    Places of weight 0 do not have to be covered (:func:`gapmap.location.solve` gives every place
    one), nor can those be that no site reaches; fixed sites are open already. Sites that cover
    nobody else's places are not opened.

    Parameters
    ----------
    problem
        With objective ``fewest``: a plain one.

    Returns
    -------
    Choice
        ``value`` counts the sites besides the fixed ones, or what they cost where sites have a
        cost.
    """
    if _is_partial(problem):
        return cover_all_under(problem)
    end = time.perf_counter() + problem.seconds
    cover = _cover_of(problem)
    found = cheapest_cover(cover, end)
    sites = without_needless(cover, found.sites)
    value = float(cover.price[np.isin(cover.number, sites)].sum())
    sites = np.union1d(problem.fixed, sites)
    return choice_of(problem, sites, value=value, bound=min(found.bound, value))


def cover_all_quickly(problem: Problem) -> Integers:
    """Choose few sites that cover everybody, by a short search, without a bound.

    Parameters
    ----------
    problem
        As for :func:`cover_all`.
    """
    if _is_partial(problem):
        return cover_all_under_quickly(problem)
    cover = _cover_of(problem)
    sites = without_needless(cover, cheapest_quickly(cover).sites)
    return np.union1d(problem.fixed, sites)


def _is_partial(problem: Problem) -> bool:
    # Counts and budgets are refused there, too.
    return problem.share < 1 or problem.count is not None or problem.budget is not None


def _cover_of(problem: Problem) -> Cover:
    price = problem.site_cost
    if price is None:
        price = np.ones(problem.cost.shape[1])
    return cover_of(problem.cost, problem.people, problem.fixed, price)
