"""Trips from facility to facility: along the network, over the surface, or straight."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap import network as roads
from gapmap.access.trips import nearest_straight
from gapmap.errors import MethodError
from gapmap.surface.paths import lengths_m
from gapmap.surface.search import distances, search
from gapmap.surface.standing import stand
from gapmap.surface.within import cell_pairs_within

if TYPE_CHECKING:
    from gapmap.network import Network
    from gapmap.surface import Surface

__all__ = ["Ground", "Pairs", "Trips", "all_trips", "nearest_trips"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


class Ground(NamedTuple):
    """What people travel on: a mode, and the network or surface that it needs."""

    mode: str
    network: Network | None
    surface: Surface | None


class Trips(NamedTuple):
    """From each origin to the nearest target by time and to the nearest by distance.

    ``target`` and ``nearest`` are the indices, -1 where there is none. ``minutes`` and
    ``distance_m`` are of the way that takes least time, ``nearest_m`` is of the shortest; inf
    where there is none, NaN where nobody knows a speed. ``lost_origins`` and ``lost_targets`` have
    a position, but neither way nor passable ground is near.
    """

    target: Integers
    minutes: Floats
    distance_m: Floats
    nearest: Integers
    nearest_m: Floats
    lost_origins: Flags
    lost_targets: Flags


class Pairs(NamedTuple):
    """Every pair of origin and target that is connected, by origin, then target.

    ``minutes`` are those of the fastest way, ``shortest_m`` the length of the shortest.
    """

    origin: Integers
    target: Integers
    minutes: Floats
    shortest_m: Floats


def nearest_trips(ground: Ground, begin: Floats, end: Floats) -> Trips:
    """Find the nearest target of each origin; positions are NaN where nobody knows them.

    Raises
    ------
    MethodError
        If the mode needs a network or a surface that is not there.
    """
    if ground.mode == "straight":
        return _straight(begin, end)
    if ground.mode == "surface":
        return _over_surface(_surface_of(ground), begin, end)
    return _over_network(_network_of(ground), ground.mode, begin, end)


def _network_of(ground: Ground) -> Network:
    if ground.network is None:
        raise MethodError(
            f"mode {ground.mode!r} needs a network", f"出行方式“{ground.mode}”需要路网"
        )
    return ground.network


def _surface_of(ground: Ground) -> Surface:
    """Give the surface on which people go to the target, whichever way the study measures."""
    if ground.surface is None:
        raise MethodError("mode 'surface' needs a surface", "出行方式“surface”需要地表")
    surface = ground.surface
    return replace(surface, terrain=replace(surface.terrain, direction="to"))


def _known(xy: Floats) -> Flags:
    return np.asarray(np.isfinite(xy).all(axis=1))


def _straight(begin: Floats, end: Floats) -> Trips:
    there = np.flatnonzero(_known(end))
    metres, number = nearest_straight(begin, end[there])
    target = np.where(number >= 0, there[number] if len(there) else -1, -1)
    never = np.zeros(len(begin), bool), np.zeros(len(end), bool)
    minutes = np.where(target >= 0, np.nan, np.inf)
    return Trips(target, minutes, metres, target, metres, *never)


def _over_network(network: Network, mode: str, begin: Floats, end: Floats) -> Trips:
    origins, targets = (roads.snap(network, xy, mode=mode) for xy in (begin, end))
    fast = roads.reach_nearest(network, origins, targets, mode=mode, by="minutes")
    short = roads.reach_nearest(network, origins, targets, mode=mode, by="distance")
    lost = (
        _known(xy) & ~np.isfinite(snap.distance_m)
        for xy, snap in ((begin, origins), (end, targets))
    )
    return Trips(fast.target, fast.minutes, fast.distance_m, short.target, short.distance_m, *lost)


def _over_surface(surface: Surface, begin: Floats, end: Floats) -> Trips:
    begins, ends = (_cells(surface, xy) for xy in (begin, end))
    here, there = (np.flatnonzero(cells[:, 0] >= 0) for cells in (begins, ends))
    cells, sources = begins[here], ends[there]
    target, nearest = np.full(len(begin), -1), np.full(len(begin), -1)
    minutes, distance_m, nearest_m = np.full((3, len(begin)), np.inf)
    if len(there) and len(here):
        at = tuple(cells.T)
        fast, short = search(surface.terrain, sources), distances(surface.terrain, sources)
        minutes[here], distance_m[here] = fast.minutes[at], lengths_m(surface.terrain, fast, cells)
        nearest_m[here] = short.metres[at]
        for found, source in ((target, fast.source[at]), (nearest, short.source[at])):
            found[here] = np.where(source >= 0, there[source], -1)
    lost = (_known(xy) & (one[:, 0] < 0) for xy, one in ((begin, begins), (end, ends)))
    return Trips(target, minutes, distance_m, nearest, nearest_m, *lost)


def _cells(surface: Surface, xy: Floats) -> Integers:
    """Give row and column of each position; -1 and -1 where nobody can stand or knows where."""
    known = np.flatnonzero(_known(xy))
    standing = stand(surface, xy[known])
    cells = np.full((len(xy), 2), -1)
    cells[known[standing.passable]] = np.column_stack((standing.row, standing.column))[
        standing.passable
    ]
    return cells


def all_trips(ground: Ground, begin: Floats, end: Floats) -> Pairs:
    """Find every pair of origin and target that is connected.

    Raises
    ------
    MethodError
        As for :func:`nearest_trips`.
    """
    if ground.mode == "straight":
        origin, target = np.nonzero(_known(begin)[:, None] & _known(end))
        metres = np.hypot(*(begin[origin] - end[target]).T)
        return Pairs(origin, target, np.full(len(metres), np.nan), metres)
    if ground.mode == "surface":
        minutes, metres = _surface_pairs(_surface_of(ground), begin, end)
    else:
        minutes, metres = _network_pairs(_network_of(ground), ground.mode, begin, end)
    origin, target = np.nonzero(np.isfinite(minutes))
    return Pairs(origin, target, minutes[origin, target], metres[origin, target])


def _network_pairs(
    network: Network, mode: str, begin: Floats, end: Floats
) -> tuple[Floats, Floats]:
    """Give minutes and metres of all pairs, shape (origins, targets), inf where unconnected."""
    origins, targets = (roads.snap(network, xy, mode=mode) for xy in (begin, end))
    full = []
    for unit in ("minutes", "m"):
        found = roads.cost_matrix(network, origins, targets, mode=mode, limit=(np.inf, unit))
        cost = np.full(found.shape, np.inf)
        pairs = found.tocoo()
        cost[pairs.coords] = pairs.data
        full.append(cost)
    return full[0], full[1]


def _surface_pairs(surface: Surface, begin: Floats, end: Floats) -> tuple[Floats, Floats]:
    cells = _cells(surface, begin), _cells(surface, end)
    full = []
    for unit in ("minutes", "m"):
        found = cell_pairs_within(surface.terrain, *cells, limit=np.inf, unit=unit)
        cost = np.full((len(begin), len(end)), np.inf)
        cost[found.origin, found.target] = found.value
        full.append(cost)
    return full[0], full[1]
