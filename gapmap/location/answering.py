"""Answering: who goes to which site, and how good an answer certainly is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.location.value import Choice

if TYPE_CHECKING:
    from gapmap.location.value import Integers, Problem

__all__ = ["choice_of", "nearest_of"]

_EQUAL = 1e-9


def choice_of(
    problem: Problem,
    sites: Integers,
    *,
    value: float,
    bound: float,
    assigned: Integers | None = None,
) -> Choice:
    """Make the answer, with its gap, of sites and what is known about them.

    Parameters
    ----------
    problem
        The question.
    sites
        Sites that are open, in any order, the fixed ones included.
    value, bound
        What the sites reach, and what no sites can better. A bound that is worse than the value
        by no more than floating point explains is taken for the value.
    assigned
        Site of every place; the nearest open one where None.
    """
    close = abs(bound - value) <= _EQUAL * max(1.0, abs(value))
    bound = value if close else bound
    gap = 0.0 if close else np.inf if value == 0 else abs(bound - value) / abs(value)
    sites = np.unique(np.asarray(sites, dtype=np.int64))
    return Choice(
        sites=sites,
        value=float(value),
        bound=float(bound),
        gap=float(gap),
        proven=bool(close),
        assigned=nearest_of(problem, sites) if assigned is None else assigned,
    )


def nearest_of(problem: Problem, sites: Integers) -> Integers:
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
