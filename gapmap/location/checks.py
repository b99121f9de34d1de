"""Checks: what a caller gave, refused with reason or made into a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap.errors import MethodError
from gapmap.location.value import OBJECTIVES, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from gapmap.location.value import Floats

__all__ = ["matrix_of", "problem_of"]


def problem_of(  # noqa: PLR0913 - what the contract's solve takes
    cost: npt.ArrayLike | sparse.sparray | sparse.spmatrix,
    people: npt.ArrayLike,
    *,
    objective: str,
    count: int | None,
    budget: float | None,
    limit: float | None,
    fixed: Sequence[int],
    site_cost: npt.ArrayLike | None,
    seconds: float,
    share: float,
) -> Problem:
    """Make a problem of what :func:`gapmap.location.solve` was given, or say what is wrong."""
    if objective not in OBJECTIVES:
        known = ", ".join(OBJECTIVES)
        raise MethodError(
            f"objective is {objective!r}; use one of {known}",
            f"objective 为 {objective!r};可用 {known}",
        )
    matrix = matrix_of(cost, limit)
    prices = None if site_cost is None else np.asarray(site_cost, dtype=float)
    return Problem(
        cost=matrix,
        people=np.asarray(people, dtype=float),
        objective=objective,
        count=count,
        budget=budget,
        fixed=np.unique(np.asarray(fixed, dtype=np.int64)),
        site_cost=prices,
        share=share,
        seconds=seconds,
    )


def matrix_of(
    cost: npt.ArrayLike | sparse.sparray | sparse.spmatrix, limit: float | None
) -> sparse.csr_array:
    """Give places x sites within the limit (inclusive), of entries given twice the least."""
    if sparse.issparse(cost):
        found = sparse.coo_array(cost)
        place, site, value = *found.coords, found.data
    else:
        dense: Floats = np.asarray(cost, dtype=float)
        found = dense
        place, site = np.nonzero(np.isfinite(dense))
        value = dense[place, site]
    near = np.isfinite(value) if limit is None else value <= limit
    place, site, value = place[near], site[near], value[near].astype(float)
    order = np.lexsort((value, site, place))
    place, site, value = place[order], site[order], value[order]
    first = np.ones(len(place), dtype=bool)
    first[1:] = (place[1:] != place[:-1]) | (site[1:] != site[:-1])
    place, site, value = place[first], site[first], value[first]
    starts = np.searchsorted(place, np.arange(found.shape[0] + 1))
    return sparse.csr_array((value, site.astype(np.int32), starts), shape=found.shape)
