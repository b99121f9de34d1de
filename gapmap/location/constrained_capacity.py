"""Capacity: who goes where when each site takes only so many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap.location.highs import Model, optimise

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.value import Floats, Integers

    Mask = npt.NDArray[np.bool_]

__all__ = ["pour", "pour_into", "share_out"]

_SECONDS = 10.0
"""Sharing out is a small linear program: it is stopped only if something is odd."""


def pour_into(
    site: int, columns: sparse.csc_array, left: Floats, room: float
) -> tuple[Integers, Floats]:
    """Say whom of those left a site takes: places with the fewest other sites first.

    Parameters
    ----------
    site, columns
        The site, and who is in reach of each, places sorted by how many sites they have.
    left, room
        People left by place, and how many fit.
    """
    near = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
    before = np.concatenate([[0.0], np.cumsum(left[near])[:-1]])
    return near, np.clip(room - before, 0.0, left[near])


def pour(columns: sparse.csc_array, people: Floats, capacity: Floats, is_open: Mask) -> Floats:
    """Fill the open sites one by one, by number; give whom they leave."""
    left = people.copy()
    for site in np.flatnonzero(is_open):
        near, taken = pour_into(int(site), columns, left, capacity[site])
        left[near] -= taken
    return left


def share_out(
    cost: sparse.csr_array, people: Floats, capacity: Floats, is_open: Mask, *, nearest: bool = True
) -> sparse.csr_array:
    """Serve as many people as the open sites can take, and of all ways to the nearest.

    Parameters
    ----------
    cost
        Places x sites.
    people, capacity
        By place and by site.
    is_open
        By site.
    nearest
        Whether the total distance is made least; without it, any way to serve as many.

    Returns
    -------
    csr_array
        People by place and site.
    """
    place = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    site = cost.indices
    keep = is_open[site] & (people[place] > 0) & (capacity[site] > 0)
    place, site, distance = place[keep], site[keep], cost.data[keep]
    count = len(place)
    if count == 0:
        return sparse.csr_array(cost.shape)
    entry = np.arange(count)
    by_place = sparse.csr_array((np.ones(count), (place, entry)), (cost.shape[0], count))
    finite = np.flatnonzero(np.isfinite(capacity))
    by_site = sparse.csr_array((np.ones(count), (site, entry)), (cost.shape[1], count))[finite]
    rows = sparse.csr_array(sparse.vstack([by_place, by_site]))
    high = np.concatenate([people, capacity[finite]])
    most = _linear(-np.ones(count), rows, np.full(len(high), -np.inf), high)
    flow = most
    if nearest and most is not None:
        rows = sparse.csr_array(sparse.vstack([rows, np.ones((1, count))]))
        total = most.sum() * (1 - 1e-9)
        low = np.concatenate([np.full(len(high), -np.inf), [total]])
        flow = _linear(distance, rows, low, np.concatenate([high, [np.inf]]))
        flow = most if flow is None else flow
    if flow is None:
        flow = _poured(place, site, people, np.where(is_open, capacity, 0.0))
    flow = np.where(flow > 1e-7 * np.maximum(1.0, people[place]), flow, 0.0)
    return sparse.csr_array((flow, (place, site)), shape=cost.shape)


def _linear(cost: Floats, rows: sparse.csr_array, low: Floats, high: Floats) -> Floats | None:
    count = rows.shape[1]
    found = optimise(
        Model(
            cost=cost,
            rows=rows,
            low=low,
            high=high,
            upper=np.full(count, np.inf),
            integral=np.zeros(count, dtype=bool),
        ),
        seconds=_SECONDS,
    )
    return found.x if found.status == "optimal" else None


def _poured(place: Integers, site: Integers, people: Floats, capacity: Floats) -> Floats:
    left, room, flow = people.copy(), capacity.copy(), np.zeros(len(place))
    for entry, (i, j) in enumerate(zip(place, site, strict=True)):
        flow[entry] = min(left[i], room[j])
        left[i] -= flow[entry]
        room[j] -= flow[entry]
    return flow
