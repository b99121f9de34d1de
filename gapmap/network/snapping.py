"""Snapping: where positions join the ways.

A position joins the nearest point of the nearest way, and the other ways that are about as near,
each at its own nearest point: a village is no dot. So a lane that somebody drew a little nearer
hides no road; the search takes what serves best, off-road leg included. Scraps, short lanes that
lead nowhere, hide no road unless one stands on them. Lengths here are shares of ``snap_m``. See
``docs/adr/0006-joining-several-ways.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gapmap.errors import MethodError
from gapmap.network.checks import check_network
from gapmap.network.feet import feet_within, make_grid, nearest_edge
from gapmap.network.rules import KINDS
from gapmap.network.value import MODES
from gapmap.network.water import blocked_legs

if TYPE_CHECKING:
    from gapmap.network.feet import SegmentGrid
    from gapmap.network.value import Flags, Floats, Integers, Network

__all__ = [
    "ABOUT",
    "ON_WAY",
    "SCRAP",
    "TIMES",
    "Joins",
    "Snap",
    "check_mode",
    "ferry_components",
    "pieces_of",
    "snap",
    "usable",
]

ON_WAY = 0.001
"""Who stands no farther than this from a way stands on it: 1 m, a coordinate with five digits."""

TIMES, ABOUT = 2.0, 0.1
"""A way is about as near as the nearest with a leg of no more than twice, and of 100 m more; of
another piece of network, with one of 100 m more."""

SCRAP = 0.25
"""A connected piece no wider than this is a scrap: 250 m. The widest piece never is."""

_ROUNDING = 1e-9
_AT_END_M = 1e-6  # nearer than this to a node is at the node


class Joins(NamedTuple):
    """Where positions join ways, ordered by position, then by the length of the leg.

    ``owner`` is the number of the position, ``edge`` and ``fraction`` (0 at the tail, 1 at the
    head) the point on the way, ``distance_m`` the off-road leg.
    """

    owner: Integers
    edge: Integers
    fraction: Floats
    distance_m: Floats

    def pick(self, which: Integers | Flags) -> Joins:
        """Keep some joins, in this order."""
        return Joins(
            self.owner[which], self.edge[which], self.fraction[which], self.distance_m[which]
        )


class _Main(NamedTuple):
    """The main join of each position, and the point of it; -1, NaN and inf without one."""

    edge: Integers
    fraction: Floats
    distance_m: Floats
    point_xy: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snap:
    """Where positions meet the network; all arrays but ``joins`` have one entry per position.

    The main join is the nearest that is on more than a scrap; where there are only scraps, the
    nearest.

    Attributes
    ----------
    mode
        ``walk``, ``cycle`` or ``drive``.
    xy
        The positions themselves, shape (n, 2), metres; NaN where there is none.
    edge
        The edge of the main join; -1 without a position or a way within ``snap_m``.
    fraction
        How far along the edge, from 0 (tail) to 1 (head); NaN where ``edge`` is -1.
    point_xy
        The point on the edge, shape (n, 2); NaN where ``edge`` is -1.
    distance_m
        The off-road leg of the main join; inf where ``edge`` is -1.
    nearest_way_m
        True distance to the nearest way, however far; NaN without a position, inf where the
        network has no way for the mode.
    component
        Number of the connected piece of network (ferries connect) of the main join; -1 where
        ``edge`` is -1.
    joins
        All joins; a search picks among them.
    courses
        The points of the network's edges, by which one network is told from another.
    """

    mode: str
    xy: Floats
    edge: Integers
    fraction: Floats
    point_xy: Floats
    distance_m: Floats
    nearest_way_m: Floats
    component: Integers
    joins: Joins
    courses: Floats = field(repr=False)

    def __len__(self) -> int:
        """Count the positions."""
        return len(self.edge)


def check_mode(mode: str) -> None:
    """Refuse a mode that is none of :data:`MODES`."""
    if mode not in MODES:
        text = ", ".join(MODES)
        en = f'mode "{mode}" is not known; use one of {text}'
        raise MethodError(en, f"不认识的出行方式“{mode}”;可用:{text}")


def usable(network: Network, mode: str) -> Flags:
    """Mark the edges that a mode can use in at least one direction."""
    edges = network.edges
    if mode == "drive":
        return edges.forward | edges.backward
    return edges.walk if mode == "walk" else edges.cycle


def snap(network: Network, xy: npt.ArrayLike, *, mode: str) -> Snap:
    """Join each position to the ways near it that the mode can use.

    Nobody boards a ferry at sea, and nobody steps onto a bridge from the water: ferries, the legs
    to their quays and what runs over water are left out. A leg that would cross a border or water
    is not taken. Of equally near edges the one with the lowest number is taken.

    Parameters
    ----------
    network
        The ways.
    xy
        Positions in the network's CRS, shape (n, 2), NaN where there is none.
    mode
        ``walk``, ``cycle`` or ``drive``.

    Raises
    ------
    MethodError
        If the mode is not known or ``xy`` has another shape.
    """
    check_mode(mode)
    try:
        xy = np.array(xy, float)
    except (TypeError, ValueError):
        xy = np.empty(())
    if xy.shape == (0,):
        xy = xy.reshape(0, 2)
    if xy.ndim != 2 or xy.shape[1] != 2:  # noqa: PLR2004 - x and y
        en = f"positions must have the shape (n, 2), not {xy.shape}"
        raise MethodError(en, f"位置数组的形状应为 (n, 2),而不是 {xy.shape}")
    xy[~np.isfinite(xy).all(axis=1)] = np.nan
    placed = ~np.isnan(xy[:, 0])
    edge, away = nearest_edge(_grid(network, mode), xy, np.inf)
    joins, points = _joins(network, mode, xy, (edge, away))
    main = _main_joins(network, mode, (joins, points), len(xy))
    piece = pieces_of(network, mode)[network.edges.tail[main.edge]]
    return Snap(
        mode=mode,
        xy=xy,
        edge=main.edge,
        fraction=main.fraction,
        point_xy=main.point_xy,
        distance_m=main.distance_m,
        nearest_way_m=np.where(placed, away, np.nan),
        component=np.where(main.edge >= 0, piece, -1),
        joins=joins,
        courses=network.edges.coords,
    )


def _joins(
    network: Network, mode: str, xy: Floats, nearest: tuple[Integers, Floats]
) -> tuple[Joins, Floats]:
    """Find all joins, and the point of each, by position and length of the leg.

    Where the nearest way is more than a scrap, or one stands on it, its leg says how far to look.
    The others, and those whose leg to it is not free, look at everything within ``snap_m``.
    """
    edge, away = nearest
    standing = away <= ON_WAY * network.snap_m
    known = np.flatnonzero(standing | ((away <= network.snap_m) & ~_on_scrap(network, mode, edge)))
    level = np.ceil(np.log2(np.maximum(away[known], _AT_END_M)))
    joins, points = _free_feet(network, mode, (xy, known), 2.0**level + ABOUT * network.snap_m)
    measured = np.full(len(xy), np.inf)
    np.minimum.at(measured, joins.owner, joins.distance_m)
    sure = measured <= away + _AT_END_M
    rest = np.flatnonzero((away <= network.snap_m) & ~sure)
    kept = sure[joins.owner]
    everything = _free_feet(network, mode, (xy, rest), network.snap_m)
    measured[rest] = _main_legs(network, mode, everything[0], len(xy))[rest]
    joins, points = _together([(joins.pick(kept), points[kept]), everything])
    near = _about_as_near(network, mode, joins, measured)
    return joins.pick(near), points[near]


def _about_as_near(network: Network, mode: str, joins: Joins, nearest_m: Floats) -> Flags:
    """Mark the joins that are about as near as their position's nearest way.

    Ways that hang together with it are nearer to hand by road than across country; a piece of
    network of its own is not. Who stands on a way joins no other piece.
    """
    leg_m, snap_m = nearest_m[joins.owner], network.snap_m
    piece = pieces_of(network, mode)[network.edges.tail[joins.edge]]
    scrap = _scraps(network, mode)[piece]
    order = np.lexsort((joins.distance_m, scrap, joins.owner))
    who, first = np.unique(joins.owner[order], return_index=True)
    main = np.zeros(len(nearest_m), np.int64)
    main[who] = piece[order[first]]
    apart = (piece != main[joins.owner]) & (leg_m > ON_WAY * snap_m)
    longest = leg_m + np.where(
        apart, ABOUT * snap_m, np.minimum((TIMES - 1) * leg_m, ABOUT * snap_m)
    )
    near: Flags = joins.distance_m <= np.minimum(longest + _AT_END_M, snap_m)
    return near


def _together(parts: list[tuple[Joins, Floats]]) -> tuple[Joins, Floats]:
    """Put joins and their points in the order of their positions."""
    joins = Joins(
        np.concatenate([part.owner for part, _ in parts]),
        np.concatenate([part.edge for part, _ in parts]),
        np.concatenate([part.fraction for part, _ in parts]),
        np.concatenate([part.distance_m for part, _ in parts]),
    )
    order = np.argsort(joins.owner, kind="stable")
    return joins.pick(order), np.concatenate([at for _, at in parts])[order]


def _free_feet(
    network: Network, mode: str, asked: tuple[Floats, Integers], within_m: float | Floats
) -> tuple[Joins, Floats]:
    """Find the joins of some positions to which the leg is free, and the point of each."""
    xy, which = asked
    feet = feet_within(_grid(network, mode), xy[which], within_m)
    length = network.edges.length_m[feet.edge]
    along = np.clip(feet.along_m, 0, length)
    along = np.where(along < _AT_END_M, 0, np.where(along > length - _AT_END_M, length, along))
    fraction = np.divide(along, length, out=np.zeros(len(along)), where=length > 0)
    joins = Joins(which[feet.owner], feet.edge, fraction, feet.distance_m)
    points = np.column_stack([feet.x, feet.y])
    free = ~blocked_legs(network, xy[joins.owner], points)
    return joins.pick(free), points[free]


def _on_scrap(network: Network, mode: str, edge: Integers) -> Flags:
    on_scrap: Flags = _scraps(network, mode)[pieces_of(network, mode)[network.edges.tail[edge]]]
    return on_scrap


def _main_legs(network: Network, mode: str, joins: Joins, count: int) -> Floats:
    """Give each position's leg to the nearest way that is on more than a scrap; inf without one."""
    nearest_m = np.full(count, np.inf)
    ways = np.flatnonzero(~_on_scrap(network, mode, joins.edge))
    np.minimum.at(nearest_m, joins.owner[ways], joins.distance_m[ways])
    return nearest_m


def _scraps(network: Network, mode: str) -> Flags:
    """Say of each connected piece whether it is a scrap; made once."""
    if ("scraps", mode) not in network.memo:
        pieces = pieces_of(network, mode)
        edges = network.edges
        of_point = np.repeat(pieces[edges.tail], np.diff(edges.offsets))
        used = np.repeat(usable(network, mode), np.diff(edges.offsets))
        low = np.full((pieces.max(initial=0) + 1, 2), np.inf)
        high = -low
        np.minimum.at(low, of_point[used], edges.coords[used])
        np.maximum.at(high, of_point[used], edges.coords[used])
        width = np.hypot(*np.where(np.isfinite(low), high - low, 0).T)
        widest = width.max(initial=0) * (1 - _ROUNDING)
        network.memo["scraps", mode] = (width <= SCRAP * network.snap_m) & (width < widest)
    scraps: Flags = network.memo["scraps", mode]
    return scraps


def _main_joins(network: Network, mode: str, joined: tuple[Joins, Floats], count: int) -> _Main:
    """Find the main join of each position."""
    joins, points = joined
    scrap = _on_scrap(network, mode, joins.edge)
    order = np.lexsort((joins.edge, joins.distance_m, scrap, joins.owner))
    who, first = np.unique(joins.owner[order], return_index=True)
    best = order[first]
    main = _Main(
        np.full(count, -1),
        np.full(count, np.nan),
        np.full(count, np.inf),
        np.full((count, 2), np.nan),
    )
    main.edge[who], main.fraction[who] = joins.edge[best], joins.fraction[best]
    main.distance_m[who], main.point_xy[who] = joins.distance_m[best], points[best]
    return main


def _grid(network: Network, mode: str) -> SegmentGrid:
    """Give the search grid of the ways that a mode can join; made once."""
    if ("grid", mode) not in network.memo:
        check_network(network)
        edges = network.edges
        keep = np.flatnonzero(usable(network, mode) & edges.joinable)
        spots = _spots(network, keep)
        network.memo["grid", mode] = make_grid(
            edges.coords,
            edges.offsets,
            keep,
            np.column_stack([spots[edges.tail], spots[edges.head]]),
        )
    grid: SegmentGrid = network.memo["grid", mode]
    return grid


def _spots(network: Network, keep: Integers) -> Integers:
    """Give nodes between which an edge of no length runs the same number."""
    edges = network.edges
    still = keep[edges.length_m[keep] == 0]
    links = coo_array(
        (np.ones(len(still), bool), (edges.tail[still], edges.head[still])),
        shape=(len(network.xy),) * 2,
    )
    _, spots = connected_components(links.tocsr(), directed=False)
    labels: Integers = spots.astype(np.int64)
    return labels


def pieces_of(network: Network, mode: str) -> Integers:
    """Give connected pieces a number, one-way streets counting both ways; made once."""
    if ("components", mode) not in network.memo:
        keep = usable(network, mode)
        tail, head = network.edges.tail[keep], network.edges.head[keep]
        size = (len(network.xy),) * 2
        links = coo_array((np.ones(len(tail), bool), (tail, head)), shape=size)
        _, pieces = connected_components(links.tocsr(), directed=False)
        network.memo["components", mode] = pieces.astype(np.int64)
    labels: Integers = network.memo["components", mode]
    return labels


def ferry_components(network: Network, mode: str) -> Integers:
    """Give the numbers of the connected pieces that a ferry serves in this mode."""
    ferry = (network.edges.kind == KINDS.index("ferry")) & usable(network, mode)
    return np.unique(pieces_of(network, mode)[network.edges.tail[ferry]])
