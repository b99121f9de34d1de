"""Land: services over a surface. What was searched from the facilities is read anew for each draw.

A search over a surface takes seconds; a thousand of them nobody waits for. So facilities stay where
they are, places move over the field of minutes, and a speed that is a tenth higher makes every way,
ferries included, a tenth quicker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gapmap.access.stops import Ground, nearest_straight
from gapmap.access.trips import join, origins_of, travel
from gapmap.access.unsure import over
from gapmap.network import SLACK
from gapmap.sensitivity.asked import Found

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.access import Access, Service
    from gapmap.access.stops import Stops
    from gapmap.sensitivity.asked import Asked
    from gapmap.surface import Field, Surface

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Land", "Searched", "read_land", "search_land"]


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """What was searched once for one service; None where there is nobody to search from.

    Attributes
    ----------
    serving, failing, doubtful
        The fields of those facilities, in the unit of the limit.
    hoped
        Of those that serve, over ground as passable as one may hope.
    could
        Of facilities that stand where nobody can be, from the nearest cell where one can.
    lost_xy
        Where those stand.
    """

    asked: Asked
    serving: Field | None
    failing: Field | None
    doubtful: Field | None
    hoped: Field | None
    could: Field | None
    lost_xy: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """The services over a surface."""

    surface: Surface
    searched: tuple[Searched, ...]


def search_land(access: Access, asked: tuple[Asked, ...]) -> Land | None:
    """Search for the services over a surface; None where there is none."""
    if not asked:
        return None
    assert access.surface is not None  # noqa: S101 - services over a surface come with one
    from gapmap.access.extent import Extent  # noqa: PLC0415 - needed over land alone
    from gapmap.access.unsure import as_if_passable  # noqa: PLC0415 - as above

    hoped = as_if_passable(access.surface, Extent(access.places.region).area)
    known: dict[str, Stops] = {}
    return Land(access.surface, tuple(_searched(access, one, hoped, known) for one in asked))


def _searched(
    access: Access, asked: Asked, hoped: Surface | None, known: dict[str, Stops]
) -> Searched:
    from gapmap.access.overland import pick, where_they_could  # noqa: PLC0415 - loads kernels

    service = asked.service
    origins = origins_of(access.places, Ground(access.network, access.surface), service, known)
    serving, failing, doubtful = (
        join(access.facilities.table.iloc[rows], origins, service) for rows in asked.lists
    )
    lost = pick(serving, np.flatnonzero(serving.lost))
    kept = access.fields.get(service.id) if service.limit_unit == "minutes" else None
    over_hope = over(hoped, origins, service) if hoped is not None else None
    return Searched(
        asked,
        kept or _field(origins, serving, service),
        _field(origins, failing, service),
        _field(origins, doubtful, service),
        _field(over_hope, serving, service) if over_hope is not None else None,
        _field(origins, where_they_could(lost), service),
        lost.xy,
    )


def _field(origins: Stops, targets: Stops, service: Service) -> Field | None:
    """Search from facilities, in the unit of the limit."""
    from gapmap.access.overland import field_from  # noqa: PLC0415 - loads the surface's kernels
    from gapmap.surface.search import in_metres  # noqa: PLC0415 - as above

    if len(targets.xy) == 0:
        return None
    if service.limit_unit == "m":
        assert origins.surface is not None  # noqa: S101 - they go over one
        return field_from(in_metres(origins.surface.terrain), targets, 1.0)
    return travel(origins, targets, service).field


def read_land(
    land: Land, stops: Stops, services: tuple[Service, ...], speed: Floats
) -> list[Found]:
    """Read what was searched where the places stand in a draw.

    Parameters
    ----------
    land
        The services.
    stops
        The places on the surface.
    services
        As asked in the draw, with its limits.
    speed
        Factor of all speeds of each service.
    """
    return [
        _read(one, stops, service, factor)
        for one, service, factor in zip(land.searched, services, speed.tolist(), strict=True)
    ]


def _read(searched: Searched, stops: Stops, service: Service, factor: float) -> Found:
    from gapmap.access.overland import ground_speed  # noqa: PLC0415 - loads the surface's kernels

    surface = stops.surface
    assert surface is not None  # noqa: S101 - they stand on it
    timed = service.limit_unit == "minutes"
    metres_a_unit, factor = (ground_speed(surface), factor) if timed else (1.0, 1.0)
    value, failing, doubtful, hoped, could = (
        _at(field, stops, metres_a_unit) / factor
        for field in (
            searched.serving,
            searched.failing,
            searched.doubtful,
            searched.hoped,
            searched.could,
        )
    )
    straight_m, _ = nearest_straight(stops.xy, searched.lost_xy)
    nearest = np.minimum(np.minimum(hoped, could), straight_m / metres_a_unit / factor)
    off = stops.off_network
    return Found(value, failing, doubtful, off, nearest <= service.limit + SLACK)


def _at(field: Field | None, stops: Stops, metres_a_unit: float) -> Floats:
    """Read a field where places stand, their legs to a passable cell included; inf without one."""
    from gapmap.access.overland import cells_of, moved  # noqa: PLC0415 - loads the kernels

    cells = cells_of(stops)
    value = np.full(len(cells), np.inf)
    if field is not None:
        there = np.flatnonzero(cells[:, 0] >= 0)
        value[there] = field.minutes[tuple(cells[there].T)] + moved(stops, metres_a_unit)[there]
    return value
