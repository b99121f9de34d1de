"""Trips from facility to facility: along the network, over the surface, or straight."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.access import Service
from gapmap.access.trips import Ground, Stops, join, near_lost, travel
from gapmap.access.unsure import as_if_passable, perhaps_within
from gapmap.catchment.costs import costs_between
from gapmap.errors import MethodError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["Pairs", "Trips", "all_trips", "ground_of", "nearest_trips"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


class Trips(NamedTuple):
    """From each origin to the nearest target by time and to the nearest by distance.

    ``target`` and ``nearest`` are rows of the targets, -1 where there is none. ``minutes`` and
    ``distance_m`` are of the way that takes least time, ``nearest_m`` is of the shortest; inf
    where there is none, NaN where nobody knows a speed. ``lost_origins`` and ``lost_targets`` have
    a position, but neither way nor passable ground is near; ``perhaps`` says which origins may be
    within the limit of such a target, or of one beyond ground of unknown speed.
    """

    target: Integers
    minutes: Floats
    distance_m: Floats
    nearest: Integers
    nearest_m: Floats
    lost_origins: Flags
    lost_targets: Flags
    perhaps: Flags


class Pairs(NamedTuple):
    """Every pair of origin and target that is connected, by origin, then target.

    ``minutes`` are those of the fastest way, ``shortest_m`` the length of the shortest.
    """

    origin: Integers
    target: Integers
    minutes: Floats
    shortest_m: Floats


def ground_of(mode: str, ground: Ground) -> Ground:
    """Give what a mode travels on; over a surface people go to the target.

    Raises
    ------
    MethodError
        If the mode needs a network or a surface that is not there.
    """
    own = ground.of(_service(mode, "minutes"))
    if mode == "surface":
        if own.surface is None:
            raise MethodError("mode 'surface' needs a surface", "出行方式“surface”需要地表")
        terrain = replace(own.surface.terrain, direction="to")
        return Ground(surface=replace(own.surface, terrain=terrain))
    if mode != "straight" and own.network is None:
        raise MethodError(f"mode {mode!r} needs a network", f"出行方式“{mode}”需要路网")
    return own


def _service(mode: str, unit: str, limit: float = np.inf) -> Service:
    return Service(id="", name={}, mode=mode, limit=limit, limit_unit=unit)


def _stops(mode: str, own: Ground, facilities: gpd.GeoDataFrame) -> Stops:
    nobody = Stops(np.empty((0, 2)), network=own.network, surface=own.surface)
    return join(facilities, nobody, _service(mode, "minutes"))


def nearest_trips(
    mode: str,
    own: Ground,
    ends: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    *,
    limit_minutes: float = np.inf,
) -> Trips:
    """Find the nearest target of each origin; those without a position are never reached.

    Parameters
    ----------
    mode, own
        How, and what the mode travels on.
    ends
        Origins and targets.
    limit_minutes
        Within which a target off the ground matters.
    """
    origins, targets = ends
    placed = np.flatnonzero(targets.geometry.notna())
    begin, end = _stops(mode, own, origins), _stops(mode, own, targets.iloc[placed])
    fast, short = (travel(begin, end, _service(mode, unit)) for unit in ("minutes", "m"))
    row = np.append(placed, -1)  # the last is taken for none
    lost = np.zeros(len(targets), bool)
    lost[placed] = end.lost
    asked = _service(mode, "minutes", limit_minutes)
    perhaps = near_lost(begin, end, asked)
    perhaps |= perhaps_within(begin, end, asked, as_if_passable(own.surface))
    return Trips(
        row[fast.target],
        fast.minutes,
        fast.distance_m,
        row[short.target],
        short.distance_m,
        begin.lost,
        lost,
        perhaps,
    )


def all_trips(
    mode: str, own: Ground, origins: gpd.GeoDataFrame, targets: gpd.GeoDataFrame
) -> Pairs:
    """Find every pair of origin and target that is connected; straight lines have no minutes."""
    begin, end = _stops(mode, own, origins), _stops(mode, own, targets)
    minutes, metres = (_dense(begin, end, _service(mode, unit)) for unit in ("minutes", "m"))
    origin, target = np.nonzero(np.isfinite(metres))
    pairs = minutes[origin, target]
    return Pairs(
        origin, target, np.where(np.isfinite(pairs), pairs, np.nan), metres[origin, target]
    )


def _dense(begin: Stops, end: Stops, service: Service) -> Floats:
    """Give what all pairs take, shape (origins, targets); inf where nothing leads."""
    found = costs_between(begin, end, service)
    cost = np.full(found.shape[::-1], np.inf)
    cost[found.coords[::-1]] = found.data
    return cost
