"""The model: what all draws of a study have in common, and how one is made of a throw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap import network as roads
from gapmap.access.stops import Ground, nearest_straight
from gapmap.network.repricing import reprice
from gapmap.network.snapping import usable
from gapmap.sensitivity.asked import Found, ask, judged, positions
from gapmap.sensitivity.land import read_land, search_land
from gapmap.sensitivity.roads import Roads, slices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gapmap.access import Access, Service
    from gapmap.network import Network, Snap
    from gapmap.sensitivity.asked import Asked
    from gapmap.sensitivity.drawing import Throw
    from gapmap.sensitivity.land import Land

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Integers = NDArray[np.int64]

__all__ = ["Model", "Outcome", "Stand", "make_model", "network_of", "services_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """Where everybody stands in one draw.

    ``places`` and ``facilities`` are positions, shape (rows, 2); ``joined`` has for each mode of
    the model's roads the places and the facilities on the network.
    """

    places: Floats
    facilities: Floats
    joined: tuple[tuple[Snap, Snap], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Status and value of every place for each service, and what they were found with."""

    status: dict[str, NDArray[np.int8]]
    value: dict[str, Floats]
    services: tuple[Service, ...]
    network: Network | None


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What all draws have in common.

    Attributes
    ----------
    access
        The answer as it stands.
    asked
        Its services, in order.
    places, facilities
        Positions as they stand, shape (rows, 2); NaN for places that are not measured from.
    nowhere
        Which places those are.
    by_road, straight, over_land
        Numbers of the services that go by road (of each of ``roads``), in straight lines, and over
        a surface.
    """

    access: Access
    asked: tuple[Asked, ...]
    places: Floats
    facilities: Floats
    nowhere: Flags
    roads: tuple[Roads, ...]
    by_road: tuple[tuple[int, ...], ...]
    straight: tuple[int, ...]
    over_land: tuple[int, ...]
    land: Land | None

    def stands(self, throws: Sequence[Throw]) -> list[Stand]:
        """Place everybody in some draws; those in which nobody moves share one answer."""
        still = [not (one.place_shift.any() or one.facility_shift.any()) for one in throws]
        first = still.index(True) if any(still) else 0
        kept = [number for number in range(len(throws)) if not still[number] or number == first]
        made = dict(zip(kept, self._placed([throws[number] for number in kept]), strict=True))
        return [made[number if number in made else first] for number in range(len(throws))]

    def _placed(self, throws: Sequence[Throw]) -> list[Stand]:
        places = [self.places + one.place_shift for one in throws]
        facilities = [self.facilities + one.facility_shift for one in throws]
        homes: dict[bytes, list[Snap]] = {}
        joined = []
        for ways in self.roads:
            same = usable(ways.network, ways.mode).tobytes()
            if same not in homes:
                homes[same] = slices(ways.network, ways.mode, places)
            here = [replace(one, mode=ways.mode) for one in homes[same]]
            there = slices(ways.network, ways.mode, [xy[ways.rows] for xy in facilities])
            joined.append(list(zip(here, there, strict=True)))
        each = zip(*joined, strict=True) if joined else [()] * len(throws)
        return [Stand(*one) for one in zip(places, facilities, each, strict=True)]

    def outcome(self, throw: Throw, stand: Stand) -> Outcome:
        """Find status and values of one draw."""
        services = services_of(self.access, throw)
        network = network_of(self.access, throw)
        found: dict[int, Found] = {}
        for ways, numbers, (places, facilities) in zip(
            self.roads, self.by_road, stand.joined, strict=True
        ):
            assert network is not None  # noqa: S101 - they go by road
            asked = [services[number] for number in numbers]
            costs = ways.costs(network, asked, places, facilities)
            off = ~np.isfinite(places.distance_m)
            for at, number in enumerate(numbers):
                own = np.flatnonzero(ways.of_list == 3 * at)
                lost = own[~np.isfinite(facilities.distance_m[own])]
                unsure = _near(stand.places, facilities.xy[lost], services[number])
                serving, failing, doubtful = costs[3 * at : 3 * at + 3]
                found[number] = Found(serving, failing, doubtful, off, unsure)
        for number in self.straight:
            found[number] = _straight(self.asked[number], services[number], stand)
        if self.land is not None:
            found |= self._over_land(services, throw, stand)
        status, value = {}, {}
        for number, (asked_one, service) in enumerate(zip(self.asked, services, strict=True)):
            status[service.id], value[service.id] = judged(
                asked_one, found[number], service.limit, self.nowhere
            )
        return Outcome(status, value, services, network)

    def _over_land(
        self, services: Sequence[Service], throw: Throw, stand: Stand
    ) -> dict[int, Found]:
        from gapmap.access.overland import stand_on  # noqa: PLC0415 - loads the surface's kernels

        assert self.land is not None  # noqa: S101 - the caller has looked
        asked = tuple(services[number] for number in self.over_land)
        speed = np.array([throw.speed[service.mode] for service in asked])
        stops = stand_on(self.land.surface, stand.places)
        found = read_land(self.land, stops, asked, speed)
        return dict(zip(self.over_land, found, strict=True))


def make_model(access: Access) -> Model:
    """Prepare for many draws."""
    asked = tuple(ask(access, service) for service in access.services)
    ground = Ground(access.network, access.surface)
    grounds = [ground.of(service) for service in access.services]
    over_land = tuple(at for at, one in enumerate(grounds) if one.surface is not None)
    straight = tuple(at for at, one in enumerate(grounds) if one == Ground())
    by_mode: dict[str, list[int]] = {}
    for at, one in enumerate(grounds):
        if one.surface is None and one.network is not None:
            by_mode.setdefault(access.services[at].mode, []).append(at)
    places = positions(access.places.table)
    nowhere = (access.places.table["position"] != "ok").to_numpy()
    places[nowhere] = np.nan
    network = access.network
    return Model(
        access=access,
        asked=asked,
        places=places,
        facilities=positions(access.facilities.table),
        nowhere=nowhere,
        roads=tuple(
            Roads(network, mode, tuple(asked[at] for at in numbers))
            for mode, numbers in by_mode.items()
            if network is not None
        ),
        by_road=tuple(tuple(numbers) for numbers in by_mode.values()),
        straight=straight,
        over_land=over_land,
        land=search_land(access, tuple(asked[at] for at in over_land)),
    )


def services_of(access: Access, throw: Throw) -> tuple[Service, ...]:
    """Give the services with the limits and speeds of a throw."""
    ground, known = Ground(access.network, access.surface), roads.default_speeds()
    changed = []
    for service in access.services:
        kmh = service.speed_kmh
        if ground.of(service) == Ground():
            kmh = kmh or known.get(service.mode)
        faster = None if kmh is None else kmh * throw.speed[service.mode]
        limit = service.limit * throw.limit[service.id]
        changed.append(replace(service, limit=limit, speed_kmh=faster))
    return tuple(changed)


def network_of(access: Access, throw: Throw) -> Network | None:
    """Give the network with the speeds and waits of a throw."""
    network = access.network
    if network is None:
        return None
    minutes = network.edges.ferry_minutes.copy()
    for ferry, wait in zip(network.ferries, throw.wait_minutes.tolist(), strict=True):
        minutes[ferry.edge] += wait - ferry.wait_minutes
    return reprice(network, {mode: throw.speed[mode] for mode in roads.MODES}, minutes)


def _near(places: Floats, lost: Floats, service: Service) -> Flags:
    """Say which places may be within the limit of a facility off the ways: in a straight line."""
    if not len(lost):
        return np.zeros(len(places), bool)
    straight_m, _ = nearest_straight(places, lost)
    known = roads.default_speeds()
    kmh = service.speed_kmh or known.get(service.mode, known["walk"])
    return _cost(straight_m, kmh, service) <= service.limit + roads.SLACK


def _straight(asked: Asked, service: Service, stand: Stand) -> Found:
    nobody = np.zeros(len(stand.places), bool)
    kmh = service.speed_kmh or np.nan
    serving, failing, doubtful = (
        _cost(nearest_straight(stand.places, stand.facilities[rows])[0], kmh, service)
        for rows in asked.lists
    )
    return Found(serving, failing, doubtful, nobody, nobody)


def _cost(metres: Floats, kmh: float, service: Service) -> Floats:
    if service.limit_unit == "m":
        return metres
    return np.where(np.isfinite(metres), metres / (kmh * 1000 / 60), np.inf)
