"""Pairs: which origins reach which targets within a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gapmap.errors import MethodError
from gapmap.network.graph import arcs
from gapmap.network.journey import Job, direct_pairs, end_costs, make_job

if TYPE_CHECKING:
    from gapmap.network.graph import Arcs
    from gapmap.network.snapping import Snap
    from gapmap.network.value import Integers, Network

__all__ = ["SLACK", "pairs_within"]

_CELLS = 20_000_000  # distances held at a time: 160 MB
_MEASURES = {"m": "distance", "minutes": "minutes"}
SLACK = 1e-6
"""Metres or minutes by which a sum in another order may pass a limit that it equals."""


def pairs_within(
    network: Network,
    origins: Snap,
    targets: Snap,
    *,
    mode: str,
    limit: tuple[float, str],
    speed_kmh: float | None = None,
) -> tuple[Integers, Integers]:
    """Find all pairs of target and origin that are within a limit, travelling to the target.

    Parameters
    ----------
    network
        The ways.
    origins, targets
        Positions that were joined to the network in the same mode.
    mode
        ``walk``, ``cycle`` or ``drive``.
    limit
        The limit, inclusive, and its unit: ``m`` or ``minutes``.
    speed_kmh
        Speed on all ways in place of the mode's own.

    Returns
    -------
    Index of the target and index of the origin of each pair, ordered by target, then origin.

    Raises
    ------
    MethodError
        If mode, unit or speed make no sense or do not fit the positions.
    """
    most, unit = limit
    if unit not in _MEASURES:
        en = f'the limit\'s unit is "m" or "minutes", not "{unit}"'
        raise MethodError(en, f"限值的单位只能是 m 或 minutes,不能是“{unit}”")
    by = _MEASURES[unit]
    job = make_job(network, (origins, targets), mode=mode, by=by, speed_kmh=speed_kmh)
    graph = arcs(network, mode, by, speed_kmh)
    most += SLACK
    at_once = max(1, _CELLS // (len(network.xy) + len(origins)))
    connected = np.flatnonzero(targets.edge >= 0)
    found = [
        _through_nodes(job, graph, (origins, targets), connected[i : i + at_once], most)
        for i in range(0, len(connected), at_once)
    ]
    found += [_along(job, origins, targets, most), _straight(job, origins, targets, most)]
    keys = np.unique(np.concatenate(found))
    return keys // len(origins), keys % len(origins)


def _through_nodes(
    job: Job, graph: Arcs, snaps: tuple[Snap, Snap], which: Integers, most: float
) -> Integers:
    """Search from each of these targets by itself; give pairs as target x origins + origin."""
    origins, targets = snaps
    count, size = len(job.network.xy), len(which)
    nodes, costs = end_costs(job, targets, leaving=False)
    both = np.column_stack([which, which + len(targets)]).ravel()
    price = job.cost(costs)[both]
    open_ends = np.isfinite(price)
    per_target = open_ends.reshape(-1, 2).sum(axis=1)
    matrix = csr_array(
        graph.with_rows(price[open_ends], nodes[both][open_ends], per_target),
        shape=(count + size, count + size),
    )
    reached = dijkstra(matrix, indices=count + np.arange(size), limit=most)
    leave, leg = end_costs(job, origins, leaving=True)
    by_end = reached[:, leave] + job.cost(leg)
    half = len(origins)
    row, origin = np.nonzero(np.minimum(by_end[:, :half], by_end[:, half:]) <= most)
    return which[row] * half + origin


def _along(job: Job, origins: Snap, targets: Snap, most: float) -> Integers:
    """Find pairs on one edge that meet along it."""
    sides = [
        pd.DataFrame(
            {"edge": snap.edge, "at": snap.fraction, "leg": job.cost(job.on_foot(snap.distance_m))}
        )
        .rename_axis("n")
        .reset_index()
        .query("edge >= 0")
        for snap in (origins, targets)
    ]
    pairs = sides[0].merge(sides[1], on="edge", suffixes=("_o", "_t"))
    edge = pairs["edge"].to_numpy()
    ahead = (pairs["at_t"] - pairs["at_o"]).to_numpy()
    may = np.where(ahead > 0, job.forward[edge], job.backward[edge]) | (ahead == 0)
    price = (pairs["leg_o"] + pairs["leg_t"]).to_numpy() + np.abs(ahead) * job.cost(job.costs)[edge]
    near = pairs[may & (price <= most)]
    keys: Integers = near["n_t"].to_numpy() * len(origins) + near["n_o"].to_numpy()
    return keys


def _straight(job: Job, origins: Snap, targets: Snap, most: float) -> Integers:
    """Find pairs that meet off the road."""
    o, t, straight = direct_pairs(job, origins, targets)
    near = job.cost(job.on_foot(straight)) <= most
    return t[near] * len(origins) + o[near]
