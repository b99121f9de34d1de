"""Kernels of a draw: the nearest facility by way of the joins, and who may walk straight to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["by_air", "cheapest_by_joins", "end_prices"]

_ROUNDING = 1 + 1e-12  # as in gapmap.network.journey


@compiled
def end_prices(
    edge: Integers,
    fraction: Floats,
    leg: Floats,
    cost: Floats,
    to_tail: Flags,
    to_head: Flags,
) -> Floats:
    """Price the way between each join's position and the tail, and the head, of its edge.

    Parameters
    ----------
    edge, fraction, leg
        Of each join; the leg as a cost.
    cost, to_tail, to_head
        Of each edge: what all of it costs, and whether one may go this way here.

    Returns
    -------
    Shape (joins, 2); inf where the edge may not be travelled so.
    """
    prices = np.full((len(edge), 2), np.inf)
    for join in range(len(edge)):
        e, share = edge[join], fraction[join]
        if to_tail[e] or share == 0.0:
            prices[join, 0] = share * cost[e] + leg[join]
        if to_head[e] or 1 - share == 0.0:
            prices[join, 1] = (1 - share) * cost[e] + leg[join]
    return prices


@compiled
def cheapest_by_joins(
    node_price: Floats,
    cost: Floats,
    tail: Integers,
    head: Integers,
    forward: Flags,
    backward: Flags,
    owner: Integers,
    edge: Integers,
    fraction: Floats,
    leg: Floats,
    ends: Floats,
    their_edge: Integers,
    their_fraction: Floats,
    their_leg: Floats,
    first: Integers,
    following: Integers,
    best: Floats,
) -> None:
    """Lower each origin's best to what leaving a way by its ends, or along it, costs.

    Parameters
    ----------
    node_price
        From each node to the nearest target.
    cost, tail, head, forward, backward
        Of each edge.
    owner, edge, fraction, leg, ends
        Of each join of an origin; ``leg`` is what the leg costs by itself, ``ends`` is of
        :func:`end_prices`.
    their_edge, their_fraction, their_leg
        Of each join of a target.
    first
        Room for a number of each edge; -1 before and after.
    following
        Room for a number of each join of a target.
    best
        Of each origin.
    """
    for join in range(len(their_edge)):
        following[join] = first[their_edge[join]]
        first[their_edge[join]] = join
    for join in range(len(owner)):
        e, least = edge[join], best[owner[join]]
        least = min(least, ends[join, 0] + node_price[tail[e]])
        least = min(least, ends[join, 1] + node_price[head[e]])
        other = first[e]
        while other >= 0:
            ahead = their_fraction[other] - fraction[join]
            if ahead == 0.0 or (forward[e] if ahead > 0.0 else backward[e]):
                least = min(least, (leg[join] + their_leg[other]) + abs(ahead) * cost[e])
            other = following[other]
        best[owner[join]] = least
    for join in range(len(their_edge)):
        first[their_edge[join]] = -1


@compiled
def by_air(
    xy: Floats,
    leg_m: Floats,
    their_xy: Floats,
    their_leg_m: Floats,
    their_list: Integers,
    by_x: Integers,
    cost_a_metre: Floats,
    best: Floats,
) -> tuple[Integers, Integers, Floats]:
    """List origins and targets no farther apart than both legs, where walking straight is better.

    Parameters
    ----------
    xy, leg_m
        Of each origin: its position and its main leg, inf off the network.
    their_xy, their_leg_m, their_list
        Of each target, with the row of ``best`` that it counts for.
    by_x
        The targets on the network by their x, the lowest first.
    cost_a_metre
        Of each row of ``best``.
    best
        Of each list and origin.

    Returns
    -------
    Origin, target and metres of each pair.
    """
    longest = 0.0
    sorted_x = np.empty(len(by_x))
    for place in range(len(by_x)):
        sorted_x[place] = their_xy[by_x[place], 0]
        longest = max(longest, their_leg_m[by_x[place]])
    a, b, metres, count = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64), 0
    for origin in range(len(leg_m)):
        if leg_m[origin] == np.inf:
            continue
        x, y = xy[origin, 0], xy[origin, 1]
        radius = (leg_m[origin] + longest) * _ROUNDING
        place = np.searchsorted(sorted_x, x - radius)
        while place < len(by_x) and sorted_x[place] <= x + radius:
            target = by_x[place]
            place += 1
            straight = np.hypot(x - their_xy[target, 0], y - their_xy[target, 1])
            if straight > (leg_m[origin] + their_leg_m[target]) * _ROUNDING:
                continue
            row = their_list[target]
            if straight * cost_a_metre[row] >= best[row, origin]:
                continue
            if count == len(a):
                a = np.concatenate((a, np.empty_like(a)))
                b = np.concatenate((b, np.empty_like(b)))
                metres = np.concatenate((metres, np.empty_like(metres)))
            a[count], b[count], metres[count] = origin, target, straight
            count += 1
    return a[:count].copy(), b[:count].copy(), metres[:count].copy()
