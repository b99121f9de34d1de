"""Stops: positions, and where they meet what people travel on; and the trips between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from scipy.spatial import cKDTree

from gapmap import network as roads
from gapmap.errors import MethodError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import shapely
    from numpy.typing import NDArray

    from gapmap.access.doors import Landings
    from gapmap.access.land import Land
    from gapmap.access.value import Service
    from gapmap.network import Network, Snap
    from gapmap.surface import Field, Standing, Surface

__all__ = ["Drawn", "Ground", "Stops", "Trip", "check_ground", "nearest_straight"]

_SAME_M = 1e-9
"""What rounding errors may make of equal distances."""
_SLOWER = {"walk": 0, "cycle": 1, "drive": 2, "none": -1}


class Ground(NamedTuple):
    """What people travel on: ways, land, both or neither."""

    network: Network | None = None
    surface: Surface | None = None

    def of(self, service: Service) -> Ground:
        """Give what a service needs of it."""
        if service.mode == "straight":
            return Ground()
        if service.mode == "surface":
            return Ground(surface=self.surface)
        if service.off_road == "surface":
            return self
        return Ground(network=self.network)


def check_ground(ground: Ground, services: Sequence[Service]) -> None:
    """Refuse services that cannot be measured on this ground.

    Raises
    ------
    MethodError
        A service needs a network or a surface that is not there, or a limit in minutes; or its
        legs off the road would be travelled on roads burnt in for something faster than its mode;
        or its limit is in minutes of a straight line, for which its mode has no speed.
    """
    for service in services:
        name = service.id
        _check_speed(service, ground)
        off_road = service.off_road == "surface" and service.mode in roads.MODES
        if service.mode != "surface" and not off_road:
            continue
        if ground.surface is None:
            raise MethodError(
                f"service {name} is measured over a surface; give one",
                f"服务“{name}”沿地表测量;请给出地表",
            )
        if not off_road:
            continue
        if ground.network is None or service.limit_unit != "minutes":
            raise MethodError(
                f"service {name} travels by road and over the surface: "
                "give a network, and a limit in minutes",
                f"服务“{name}”既走路网又走地表:请给出路网和以分钟为单位的限值",
            )
        burnt = ground.surface.source.roads
        if _SLOWER[burnt] > _SLOWER[service.mode]:
            raise MethodError(
                f"service {name} goes by {service.mode}, but the surface that it crosses off the "
                f'road has roads for {burnt}; set roads = "walk" in [surface]',
                f"服务“{name}”的出行方式是 {service.mode},而地表中的道路按 {burnt} 的速度加入;"
                '请在 [surface] 中设 roads = "walk"',
            )


def _check_speed(service: Service, ground: Ground) -> None:
    told = service.limit_unit == "m" or service.speed_kmh or service.mode in roads.default_speeds()
    if not told and ground.of(service) == Ground() and service.mode in (*roads.MODES, "straight"):
        raise MethodError(
            f"service {service.id} has a limit in minutes of a straight line ({service.mode}); "
            "give speed_kmh, or a network",
            f"服务“{service.id}”({service.mode})的限值为按直线计的分钟数;请给出 speed_kmh 或路网",
        )


@dataclass(frozen=True, slots=True)
class Stops:
    """Positions, and where they meet the ground; NaN coordinates are never reached.

    Without a network, or for straight lines, ``snap`` and ``network`` are None. Over a surface
    ``standing`` tells the cells; who goes by road and over the surface has ``network`` as well,
    but no ``snap``: a place is joined to every way that can be reached over land. For places
    ``landings`` tells where that is.
    """

    xy: NDArray[np.float64]
    snap: Snap | None = None
    network: Network | None = None
    standing: Standing | None = None
    surface: Surface | None = None
    landings: Landings | None = None

    @property
    def measured(self) -> str:
        """Say on what people travel, as the column ``measured`` does."""
        if self.surface is not None:
            return "surface" if self.network is None else "network+surface"
        return "straight" if self.network is None else "network"

    @property
    def off_network(self) -> NDArray[np.bool_]:
        """Which positions no usable way is near, or stand where nobody can be."""
        if self.standing is not None:
            return ~self.standing.passable
        if self.snap is None:
            return np.zeros(len(self.xy), dtype=bool)
        return ~np.isfinite(self.snap.distance_m)

    @property
    def lost(self) -> NDArray[np.bool_]:
        """Which of them have a position."""
        known = np.asarray(np.isfinite(self.xy).all(axis=1))
        return self.off_network & known


class Drawn(Protocol):
    """What draws routes after a search."""

    def lines(self, origins: NDArray[np.int64]) -> Mapping[int, shapely.LineString]:
        """Give the route of each of these origins that reaches a target."""


@dataclass(frozen=True, slots=True)
class Trip:
    """From every place to its nearest facility.

    ``distance_m`` and ``minutes`` are inf where there is none, ``target`` is then -1; ``minutes``
    are NaN where nobody knows a speed, or the shortest way over a surface was asked for.
    ``has_ferry`` says whether a ferry serves the piece of network that the place stands on, or
    leads off its piece of land, ``leg_m`` how far the place walks off the road on this trip (inf
    where there is none). ``reach`` draws the routes. Over a surface ``field`` has the minutes of
    every cell, and ``land`` the pieces of land from which no facility is reached.
    """

    distance_m: NDArray[np.float64]
    minutes: NDArray[np.float64]
    target: NDArray[np.int64]
    has_ferry: NDArray[np.bool_]
    leg_m: NDArray[np.float64]
    reach: Drawn | None = None
    field: Field | None = None
    land: Land | None = None

    def value(self, service: Service) -> NDArray[np.float64]:
        """Give what the service's limit is compared with."""
        return self.distance_m if service.limit_unit == "m" else self.minutes

    def within(self, service: Service) -> NDArray[np.bool_]:
        """Say which places are within the limit, which is inclusive."""
        return self.value(service) <= service.limit + roads.SLACK


def nearest_straight(
    xy: NDArray[np.float64], target_xy: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the straight distance to the nearest target (inf without one) and which it is.

    Of targets that are equally near it is the first.
    """
    known = np.isfinite(xy).all(axis=1)
    distance_m = np.full(len(xy), np.inf)
    target = np.full(len(xy), -1)
    if len(target_xy) and known.any():
        tree = cKDTree(target_xy)
        away, found = tree.query(xy[known], k=[1, 2])  # without a second one it is inf away
        nearest, first = away[:, 0], found[:, 0].astype(np.int64)
        tied = np.flatnonzero(away[:, 1] <= nearest + _SAME_M)
        equal = tree.query_ball_point(xy[known][tied], nearest[tied] + _SAME_M)
        first[tied] = [min(some) for some in equal]
        distance_m[known], target[known] = nearest, first
    return distance_m, target
