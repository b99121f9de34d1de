"""Destinations: where islanders go, and how long the way is; at all, and on the mainland."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap import network as roads
from gapmap.access import Service
from gapmap.access.reasons import pool_of, serving_of
from gapmap.access.trips import Stops, travel
from gapmap.islands.ground import MODE, positions, spots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from gapmap.access import Access
    from gapmap.islands.ground import Ground
    from gapmap.network import Network

__all__ = ["Destination", "Way", "Ways", "destinations", "hospital_service", "ways_to"]

HEALTH = ("hospital", "health_centre", "health_center", "clinic", "health", "medical")
"""Parts of the ids of health services, the highest level first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Somewhere to go: ``kind`` is ``service``, ``town`` or ``hospital``."""

    kind: str
    service: Service
    xy: NDArray[np.float64]
    ids: NDArray[np.object_]
    names: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From each of some places to the nearest of some targets.

    ``minutes`` and ``distance_m`` are inf where there is no way; ``target`` is -1 there.
    """

    minutes: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    target: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways of some places to a destination.

    Attributes
    ----------
    destination
        Where they lead.
    known
        Which places join a way of the mode: of the others nothing is known.
    nearest, mainland
        To the nearest at all, and to the nearest on the mainland.
    piece
        The piece on land of every target.
    """

    destination: Destination
    known: NDArray[np.bool_]
    nearest: Way
    mainland: Way
    piece: NDArray[np.int64]


def hospital_service(services: Sequence[Service]) -> Service | None:
    """Find the service that stands for hospitals.

    The first whose id contains ``hospital``; without one the first of the highest level of
    health service that the study measures (``HEALTH``); None without any.

    Examples
    --------
    >>> clinic, centre = (
    ...     Service(id=one, name={}, mode="walk", limit=1) for one in ("clinic", "health_centre")
    ... )
    >>> hospital_service([clinic, centre]).id
    'health_centre'
    """
    for part in HEALTH:
        for service in services:
            if part in service.id.lower():
                return service
    return None


def destinations(access: Access, ground: Ground) -> Iterator[Destination]:
    """List the destinations: every measured service, the nearest town, the nearest hospital."""
    for service in access.services:
        yield _facilities(access, on_roads(service), "service")
    hospital = hospital_service(access.services)
    walker = Service(id="", name={}, mode=MODE, limit=0.0, limit_unit="minutes")
    by = walker if hospital is None or hospital.mode == "straight" else on_roads(hospital)
    yield _towns(access, ground, replace(by, id=""))
    if hospital is not None:
        yield _facilities(access, on_roads(hospital), "hospital")


def on_roads(service: Service) -> Service:
    """Give a service as islands are judged by: over the network's ways and ferries alone.

    Which places are islands is told by the network; a way over land does not change that. What is
    measured over the surface is walked along the ways instead.
    """
    mode = MODE if service.mode == "surface" else service.mode
    return replace(service, mode=mode, off_road="straight")


def _facilities(access: Access, service: Service, kind: str) -> Destination:
    serving = serving_of(pool_of(access.facilities, service.id))
    return Destination(
        kind=kind,
        service=service,
        xy=spots(serving),
        ids=serving["facility_id"].to_numpy(dtype=object),
        names=serving["facility"].to_numpy(dtype=object),
    )


def _towns(access: Access, ground: Ground, service: Service) -> Destination:
    """Take urban places as towns; without one on the mainland, every town's largest place."""
    table = access.places.table
    placed = (table["position"] == "ok").to_numpy()
    urban = placed & (table["setting"] == "urban").to_numpy()
    if not (urban & (ground.of_place == ground.mainland)).any():
        urban = placed & _largest_of_towns(table)
    held = table[urban]
    name = held["town"].where(held["town"] != "", held["place"])
    return Destination(
        kind="town",
        service=service,
        xy=positions(held),
        ids=held["place_id"].to_numpy(dtype=object),
        names=name.to_numpy(dtype=object),
    )


def _largest_of_towns(table: pd.DataFrame) -> NDArray[np.bool_]:
    held = table[(table["town_id"] != "") & (table["position"] == "ok")]
    order = held.assign(people=held["people"].fillna(0)).sort_values(
        ["people", "place_id"], ascending=[False, True], kind="stable"
    )
    first = order.index[~order["town_id"].duplicated()]
    return np.asarray(table.index.isin(first), dtype=bool)


def ways_to(
    access: Access, ground: Ground, destination: Destination, rows: NDArray[np.int64]
) -> Ways:
    """Go from the places with these row numbers to the nearest, and to the mainland's nearest."""
    network = access.network
    assert network is not None  # noqa: S101 - islands are known of a network only
    service = replace(destination.service, limit_unit="minutes")
    origins = _stops(network, service, positions(access.places.table)[rows])
    targets = _stops(network, service, destination.xy)
    on_foot = targets.snap or roads.snap(network, destination.xy, mode=MODE)
    piece = ground.of_snap(network, on_foot)
    nearest = _way(origins, targets, service)
    on_mainland = np.flatnonzero(piece == ground.mainland)
    mainland = nearest
    if len(on_mainland) < len(piece):
        mainland = _way(origins, _stops(network, service, destination.xy[on_mainland]), service)
        reached = mainland.target >= 0
        target = mainland.target.copy()
        target[reached] = on_mainland[target[reached]]
        mainland = replace(mainland, target=target)
    return Ways(
        destination=destination,
        known=np.isfinite(origins.xy).all(axis=1) & ~origins.off_network,
        nearest=nearest,
        mainland=mainland,
        piece=piece,
    )


def _stops(network: Network, service: Service, xy: NDArray[np.float64]) -> Stops:
    if service.mode == "straight":
        return Stops(xy)
    return Stops(xy, roads.snap(network, xy, mode=service.mode), network)


def _way(origins: Stops, targets: Stops, service: Service) -> Way:
    trip = travel(origins, targets, service)
    return Way(minutes=trip.minutes, distance_m=trip.distance_m, target=trip.target)
