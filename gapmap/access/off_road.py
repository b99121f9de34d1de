"""Off the road over land: to any way, along it for one stretch, and over land to the facility.

Three searches one after the other give the least of all such ways, and of those without a road:

1. over land from the facilities: how long one walks from each cell once one got off there;
2. along the ways, from every point where one may get off, to every point where one may get on;
3. over land from the facilities and from all points where one gets on, each with its rest.

So no leg is chosen before the whole way is known. People go to the facility in all of them,
whichever direction the surface is measured in, and cross land as the surface was read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from gapmap.access.overland import (
    cells_of,
    course,
    ferried,
    field_from,
    ground_speed,
    lost_land,
    moved,
)
from gapmap.access.stops import Stops, Trip
from gapmap.network.boarding import Rides, ride, served_by_ferry
from gapmap.surface.paths import lengths_m, paths
from gapmap.surface.search import search
from gapmap.surface.within import UNBOUNDED, Reach, cut_around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.access.doors import Landings
    from gapmap.access.land import Land
    from gapmap.access.value import Service
    from gapmap.surface import Field, Surface, Terrain

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Integers = NDArray[np.int64]

__all__ = ["minutes_off_road", "travel_off_road"]


class _Found(NamedTuple):
    """The three searches.

    ``field`` has as sources first the targets that can be reached, ``there``, then the doors where
    it pays to get on, ``on``. Within a radius it is of the part of the land alone that begins at
    the cell ``corner``; ``walk`` then is of another part.
    """

    terrain: Terrain
    walk: Field
    rides: Rides
    landings: Landings
    field: Field
    there: Integers
    on: Integers
    corner: Integers

    def source_target(self) -> Integers:
        """Give the target that each source of the field leads to; one more, -1, for none."""
        off = self.rides.off[self.on]
        by_road = self.walk.source[tuple(self.landings.cell[off].T)]
        return np.concatenate([self.there, by_road, [-1]])


def _search(
    origins: Stops,
    targets: Stops,
    service: Service,
    limit: float = np.inf,
    reach: Reach = UNBOUNDED,
) -> _Found:
    surface, network, landings = origins.surface, origins.network, origins.landings
    assert surface is not None  # noqa: S101 - callers stand on a surface
    assert network is not None  # noqa: S101 - and go by road
    assert landings is not None  # noqa: S101 - which has doors
    terrain = replace(surface.terrain, direction="to")
    walk, corner = _walked(terrain, targets, ground_speed(surface), limit, reach)
    walked, rank = _read(walk, landings.cell - corner)
    rides = ride(
        network,
        landings.doors,
        walked + landings.leg_minutes,
        rank,
        mode=service.mode,
        speed_kmh=service.speed_kmh,
    )
    minutes = rides.minutes + landings.leg_minutes
    pays = np.flatnonzero((minutes < walked) & (minutes <= limit))
    width = terrain.minutes_per_cell.shape[1]
    on = pays[_least_of_each(landings.cell[pays] @ [width, 1], minutes[pays])]
    there = np.flatnonzero(np.isfinite(walk.start_minutes))
    sources = np.concatenate([walk.sources[there] + corner, landings.cell[on]])
    part, corner = cut_around(terrain, sources, reach) if len(sources) else (terrain, corner * 0)
    field = search(
        part,
        sources - corner,
        start_minutes=np.concatenate([walk.start_minutes[there], minutes[on]]),
        limit_minutes=limit,
    )
    return _Found(terrain, walk, rides, landings, field, there, on, corner)


def _walked(
    terrain: Terrain, targets: Stops, metres_a_minute: float, limit: float, reach: Reach
) -> tuple[Field, Integers]:
    """Walk from the targets, in the part of the land within a radius of them; give its corner."""
    cells = cells_of(targets)
    there = cells[:, 0] >= 0
    corner = np.zeros(2, np.int64)
    if not there.any() or not np.isfinite(reach.cells):
        return field_from(terrain, targets, metres_a_minute, limit), corner
    assert targets.standing is not None  # noqa: S101 - callers stand on a surface
    part, corner = cut_around(terrain, cells[there], reach)
    row, column = (np.where(there, one, -1) for one in (cells - corner).T)
    standing = replace(targets.standing, row=row, column=column)
    return field_from(part, replace(targets, standing=standing), metres_a_minute, limit), corner


def _read(field: Field, cells: Integers) -> tuple[Floats, Integers]:
    """Read the minutes and the source of cells; inf and -1 of those off the field."""
    inside = ((cells >= 0) & (cells < field.minutes.shape)).all(axis=1)
    minutes, source = np.full(len(cells), np.inf), np.full(len(cells), -1)
    at = tuple(cells[inside].T)
    minutes[inside], source[inside] = field.minutes[at], field.source[at]
    return minutes, source


def _least_of_each(cell: Integers, minutes: Floats) -> Integers:
    """Give the door of least minutes in each cell, of equals the first."""
    order = np.lexsort((minutes, cell))
    _, first = np.unique(cell[order], return_index=True)
    least: Integers = order[first]
    return least


def minutes_off_road(
    origins: Stops, targets: Stops, service: Service, limit: float, *, reach: Reach = UNBOUNDED
) -> Floats:
    """Give the minutes from every place to its nearest target; inf beyond a limit.

    Parameters
    ----------
    origins, targets
        On the same ground.
    service
        Mode and speed along the ways.
    limit
        The most minutes.
    reach
        How many cells away the limit reaches over land, :func:`gapmap.surface.within.reach_cells`:
        land farther than that from the targets and from all ways that matter is not searched.
    """
    return _at(_search(origins, targets, service, limit, reach), origins)[0]


def _at(found: _Found, origins: Stops) -> tuple[Floats, Integers]:
    """Read the minutes and the source where places stand."""
    assert origins.surface is not None  # noqa: S101 - callers stand on a surface
    cells = cells_of(origins)
    nowhere = cells[:, 0] < 0
    minutes, source = _read(found.field, np.where(nowhere[:, None], -1, cells - found.corner))
    legs = np.where(nowhere, 0.0, moved(origins, ground_speed(origins.surface)))
    return minutes + legs, source


def travel_off_road(origins: Stops, targets: Stops, service: Service) -> Trip:
    """Go from every place to the nearest target, by road and over land, in the least time."""
    found = _search(origins, targets, service)
    minutes, source = _at(found, origins)
    leads_to = found.source_target()
    target = leads_to[source]
    metres, leg_m = _measured(found, origins, targets, source)
    land = lost_land(origins, target < 0)
    by_ferry = ferried(_with_ferries(land, found, service), len(target))
    assert origins.surface is not None  # noqa: S101 - callers stand on a surface
    drawn = _Courses(origins.surface, found, cells_of(origins), source)
    whole = replace(
        found.field,
        source=leads_to[found.field.source].astype(np.int32),
        sources=found.walk.sources,
        start_minutes=found.walk.start_minutes,
    )
    return Trip(metres, minutes, target, by_ferry, leg_m, drawn, whole, land)


def _with_ferries(land: Land | None, found: _Found, service: Service) -> Land | None:
    """Note the land from which one gets to ways that a ferry serves."""
    if land is None:
        return None
    served = served_by_ferry(found.rides.network, service.mode, found.landings.doors.edge)
    piece = land.mark[tuple(found.landings.cell[served].T)]
    leads_off = land.leads_off.copy()
    leads_off[piece[piece >= 0]] = True
    return land._replace(leads_off=leads_off)


def _measured(
    found: _Found, origins: Stops, targets: Stops, source: Integers
) -> tuple[Floats, Floats]:
    """Measure the ways, and the part of each until one gets on, all of it where one does not."""
    metres, leg_m = np.full((2, len(source)), np.inf)
    there = np.flatnonzero(source >= 0)
    cells = cells_of(origins)[there]
    first = lengths_m(found.terrain, found.field, cells) + moved(origins, 1.0)[there]
    after = moved(targets, 1.0)
    by_road = source[there] >= len(found.there)
    on = found.on[source[there][by_road] - len(found.there)]
    off = found.rides.off[on]
    last = np.unique(off)
    on_foot = np.full(len(found.landings.leg_m), np.nan)
    off_cells = found.landings.cell[last]
    on_foot[last] = lengths_m(found.terrain, found.walk, off_cells)
    on_foot[last] += after[found.walk.source[tuple(off_cells.T)]]
    first[by_road] += found.landings.leg_m[on]
    leg_m[there] = metres[there] = first
    metres[there[by_road]] += found.rides.metres[on] + found.landings.leg_m[off] + on_foot[off]
    walked = there[~by_road]
    leg_m[walked] = metres[walked] = metres[walked] + after[found.there[source[walked]]]
    return metres, leg_m


@dataclass(frozen=True, slots=True)
class _Courses:
    """The ways from some cells, by road and over land."""

    surface: Surface
    found: _Found
    cells: Integers
    source: Integers

    def lines(self, origins: Integers) -> dict[int, shapely.LineString]:
        """Draw the ways from these places that reach a target."""
        wanted = np.asarray(origins, np.int64)
        wanted = wanted[self.source[wanted] >= 0]
        found, drawn = self.found, {}
        starts = paths(found.terrain, found.field, self.cells[wanted])
        for place, way in zip(wanted.tolist(), starts, strict=True):
            parts = [self.surface.grid.centres(*way.T)]
            number = self.source[place] - len(found.there)
            if number >= 0:
                on = int(found.on[number])
                off = int(found.rides.off[on])
                (end,) = paths(found.terrain, found.walk, found.landings.cell[off : off + 1])
                ridden = shapely.get_coordinates(found.rides.line(on))
                parts += [ridden, self.surface.grid.centres(*end.T)]
            drawn[place] = shapely.LineString(course(np.concatenate(parts)))
        return drawn
