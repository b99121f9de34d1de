"""Overland: trips over a surface, from the cell of each place to that of its nearest facility.

Times and lengths are those between the middles of cells, so that two positions in one cell are 0
apart. Whoever was moved to a passable cell walks there in a straight line.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap import network as roads
from gapmap.access.stops import Stops, Trip, nearest_straight
from gapmap.surface.paths import lengths_m, paths
from gapmap.surface.search import in_metres, search
from gapmap.surface.standing import Standing, stand

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.access.land import Land
    from gapmap.access.value import Service
    from gapmap.surface import Field, Surface, Terrain

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Integers = NDArray[np.int64]

__all__ = [
    "Courses",
    "at_border",
    "cells_of",
    "cost_over",
    "course",
    "ferried",
    "field_from",
    "ground_speed",
    "lost_land",
    "moved",
    "pick",
    "stand_on",
    "starts_of",
    "straight_within",
    "travel_over",
    "where_they_could",
]


def stand_on(surface: Surface, xy: Floats) -> Stops:
    """Find where positions stand on a surface."""
    return Stops(xy, standing=stand(surface, xy), surface=surface)


def cells_of(stops: Stops) -> Integers:
    """Give row and column of positions; -1 and -1 where nobody can be."""
    assert stops.standing is not None  # noqa: S101 - callers stand on a surface
    standing = stops.standing
    cells = np.column_stack((standing.row, standing.column))
    cells[~standing.passable] = -1
    return cells


def ground_speed(surface: Surface) -> float:
    """Give the metres a minute at which one walks in a straight line to a passable cell."""
    return surface.source.kmh * 1000 / 60


def moved(stops: Stops, metres_a_unit: float) -> Floats:
    """Give what it takes to the cell to which each position was moved."""
    assert stops.standing is not None  # noqa: S101 - callers stand on a surface
    legs: Floats = stops.standing.moved_m / metres_a_unit
    return legs


def field_from(
    terrain: Terrain, targets: Stops, metres_a_unit: float, limit: float = np.inf
) -> Field:
    """Search from targets; sources are numbered as these are, whether they can be left or not."""
    cells, starts = _begun(targets, metres_a_unit)
    there = np.flatnonzero(cells[:, 0] >= 0)
    found = search(terrain, cells[there], start_minutes=starts[there], limit_minutes=limit)
    number = np.append(there, -1).astype(np.int32)  # the last is taken for none
    return replace(found, source=number[found.source], sources=cells, start_minutes=starts)


def _begun(targets: Stops, metres_a_unit: float) -> tuple[Integers, Floats]:
    """Give the cells where a search begins, and with what; inf for a target that stands nowhere."""
    cells = cells_of(targets)
    return cells, np.where(cells[:, 0] >= 0, moved(targets, metres_a_unit), np.inf)


def starts_of(targets: Stops) -> tuple[Integers, Floats]:
    """Give the sources and starting minutes of the field that a trip to these targets has."""
    assert targets.surface is not None  # noqa: S101 - callers stand on a surface
    return _begun(targets, ground_speed(targets.surface))


def _question(surface: Surface, service: Service) -> tuple[Terrain, float]:
    """Give what is searched, and how many metres walked beside it make a unit of its answer."""
    if service.limit_unit == "m":
        return in_metres(surface.terrain), 1.0
    return surface.terrain, ground_speed(surface)


def _at(field: Field, stops: Stops, metres_a_unit: float) -> tuple[Floats, Integers]:
    """Read a field where positions stand: the value, their own legs included, and the source."""
    cells = cells_of(stops)
    there = np.flatnonzero(cells[:, 0] >= 0)
    value, source = np.full(len(cells), np.inf), np.full(len(cells), -1)
    value[there] = field.minutes[tuple(cells[there].T)] + moved(stops, metres_a_unit)[there]
    source[there] = field.source[tuple(cells[there].T)]
    return value, source


def cost_over(origins: Stops, targets: Stops, service: Service, limit: float) -> Floats:
    """Give what the service's limit is compared with; inf beyond a limit in its unit."""
    assert origins.surface is not None  # noqa: S101 - callers stand on a surface
    terrain, metres_a_unit = _question(origins.surface, service)
    return _at(field_from(terrain, targets, metres_a_unit, limit), origins, metres_a_unit)[0]


def travel_over(
    origins: Stops, targets: Stops, service: Service, minutes_field: Field | None = None
) -> Trip:
    """Go from every place to the nearest target, in the least time or over the fewest metres.

    ``minutes_field`` is what was searched already from these targets over this surface, if it was.
    """
    surface = origins.surface
    assert surface is not None  # noqa: S101 - callers stand on a surface
    terrain, metres_a_unit = _question(surface, service)
    timed = service.limit_unit == "minutes"
    whole = minutes_field or field_from(surface.terrain, targets, ground_speed(surface))
    field = whole if timed else field_from(terrain, targets, metres_a_unit)
    value, target = _at(field, origins, metres_a_unit)
    courses = Courses(surface, terrain, field, cells_of(origins))
    metres, minutes = value, np.where(target >= 0, np.nan, np.inf)
    if timed:
        metres, minutes = courses.metres(origins, targets), value
    reached = target >= 0
    land = lost_land(origins, ~reached)
    leg_m = np.where(reached, moved(origins, 1.0), np.inf)
    has_ferry = ferried(land, len(target))
    return Trip(metres, minutes, target, has_ferry, leg_m, courses, whole, land)


@dataclass(frozen=True, slots=True)
class Courses:
    """The ways from some cells over a surface, after a search."""

    surface: Surface
    terrain: Terrain
    field: Field
    cells: Integers

    def metres(self, origins: Stops, targets: Stops) -> Floats:
        """Measure the ways, the straight legs of those who were moved included; inf without."""
        there = np.flatnonzero(self.cells[:, 0] >= 0)
        metres = np.full(len(self.cells), np.inf)
        metres[there] = lengths_m(self.terrain, self.field, self.cells[there])
        there = there[np.isfinite(metres[there])]
        source = self.field.source[tuple(self.cells[there].T)]
        metres[there] += moved(origins, 1.0)[there] + moved(targets, 1.0)[source]
        return metres

    def lines(self, origins: Integers) -> dict[int, shapely.LineString]:
        """Draw the ways from these places through the middles of cells; none where none leads."""
        wanted = np.asarray(origins, np.int64)
        wanted = wanted[self.cells[wanted, 0] >= 0]
        ways = paths(self.terrain, self.field, self.cells[wanted])
        return {
            int(place): shapely.LineString(course(self.surface.grid.centres(*way.T)))
            for place, way in zip(wanted, ways, strict=True)
            if len(way)
        }


def course(xy: Floats) -> Floats:
    """Give the points of a way without repeats, but two at least."""
    fresh = np.ones(len(xy), bool)
    fresh[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    xy = xy[fresh]
    return xy if len(xy) > 1 else np.vstack([xy, xy])


def lost_land(origins: Stops, lost: Flags) -> Land | None:
    """Find the land around the places from which no target is reached; None where all reach one."""
    cells = cells_of(origins)
    cells[~lost] = -1
    if not (cells[:, 0] >= 0).any():
        return None
    from gapmap.access.land import land_around  # noqa: PLC0415 - compiles for itself

    assert origins.surface is not None  # noqa: S101 - callers stand on a surface
    return land_around(origins.surface, cells)


def ferried(land: Land | None, count: int) -> Flags:
    """Say of which places something leads off their land; of those that reach a target nothing."""
    if land is None:
        return np.zeros(count, bool)
    leads_off: Flags = np.append(land.leads_off, False)[land.piece]
    return leads_off


def pick(stops: Stops, which: Integers) -> Stops:
    """Keep some positions, in this order."""
    standing = stops.standing
    assert standing is not None  # noqa: S101 - callers stand on a surface
    kept = Standing(**{one.name: getattr(standing, one.name)[which] for one in fields(standing)})
    return replace(stops, xy=stops.xy[which], standing=kept)


def where_they_could(lost: Stops) -> Stops:
    """Put positions that stand where nobody can be into the nearest passable cell."""
    assert lost.standing is not None  # noqa: S101 - callers stand on a surface
    assert lost.surface is not None  # noqa: S101 - it comes with the standing
    standing = lost.standing
    row, column = lost.surface.grid.cells(standing.nearest_xy)
    passable = np.isfinite(standing.nearest_m) & (row >= 0)
    legs = np.where(passable, standing.nearest_m, 0.0)
    there = replace(standing, row=row, column=column, passable=passable, moved_m=legs)
    return replace(lost, standing=there)


def at_border(surface: Surface, area: shapely.Geometry) -> Stops:
    """Find where one leaves an area over land, as positions: the last passable cells within.

    Parameters
    ----------
    surface
        The ground; where its grid ends one leaves as well.
    area
        In the surface's CRS.
    """
    from rasterio.features import rasterize  # noqa: PLC0415 - rasterio is slow to load

    grid = surface.grid
    inside = rasterize([area], out_shape=grid.shape, transform=grid.transform, dtype="uint8") > 0
    passable = np.isfinite(surface.terrain.minutes_per_cell)
    outside = np.pad(passable & ~inside, 1, constant_values=True)
    beside = outside[:-2, 1:-1] | outside[2:, 1:-1] | outside[1:-1, :-2] | outside[1:-1, 2:]
    xy = grid.centres(*np.nonzero(inside & passable & beside))
    return stand_on(surface, xy)


def straight_within(origins: Stops, targets: Stops, service: Service) -> Flags:
    """Say which places are within the limit of a target in a straight line, walked."""
    assert origins.surface is not None  # noqa: S101 - callers stand on a surface
    distance_m, _ = nearest_straight(origins.xy, targets.xy)
    metres_a_unit = 1.0 if service.limit_unit == "m" else ground_speed(origins.surface)
    return distance_m / metres_a_unit <= service.limit + roads.SLACK
