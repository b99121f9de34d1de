"""Zones: areas of which every point is certainly within a limit, off-road leg included.

Of where a position joins the ways one thing is certain: at the nearest point of the nearest way,
if the leg there is free (see :mod:`gapmap.network.snapping`). So this is certainly within the
limit, for any leg ``h``: what is nearer than ``h`` to ways from which one is within the limit less
``h``, and farther than ``h`` from all other ways, from borders and from shores. A zone is the union
of that for many legs, the long ones for open country, the short ones for where ways out of reach
are near. All is made a little smaller than it is, by more than rounding could add.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap.network.cells import QUARTER, cells_over, surroundings
from gapmap.network.stretches import above, lines_of, picked, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from gapmap.network.journey import Job
    from gapmap.network.stretches import Stretches
    from gapmap.network.value import Flags, Network

    Shapes = npt.NDArray[np.object_]

__all__ = ["LEGS", "zone_within"]

LEGS = (1, 1 / 2, 1 / 4, 1 / 8, 1 / 32)
"""The legs that are looked at, as shares of ``snap_m``: from 1 km to 31 m."""

_GUARD_M = 1e-3
_THINNED = 0.01  # share of the leg by which the course of ways may be simplified
_OUTSIDE = 1 / np.cos(np.pi / 4 / QUARTER)  # a polygon of this radius has the circle in it
_PIECE = 16  # points of a shore or border that are looked at together


def zone_within(
    job: Job, stretches: Stretches, most: float, legs: Sequence[float]
) -> shapely.MultiPolygon:
    """Build the area from which one certainly gets to a target within a limit.

    Parameters
    ----------
    job
        The question.
    stretches
        All usable ways on land, priced.
    most
        The limit, in the unit of the prices.
    legs
        The legs to look at, as shares of ``snap_m``, the longest first.
    """
    network = job.network
    land = picked(stretches, network.edges.joinable[stretches.edge])
    price = float(job.cost(job.on_foot(np.ones(1)))[0])
    zone: shapely.Geometry = shapely.MultiPolygon()
    for leg_m in np.array(legs, float) * network.snap_m:
        top = most - price * leg_m
        near = lines_of(network, within(land, top))
        if len(near):
            beyond = [lines_of(network, above(land, top)), _barriers(network)]
            zone = _grown(zone, near, np.concatenate(beyond), leg_m)
    return _beside(zone, lines_of(network, within(land, most)))


def _grown(zone: shapely.Geometry, near: Shapes, beyond: Shapes, leg_m: float) -> shapely.Geometry:
    """Add to a zone what is nearer than a leg to some lines, and farther from all others."""
    thinned_m = _THINNED * leg_m
    near = near[~_well_inside(zone, near, leg_m)]
    if not len(near):
        return zone
    near = _thinned(near, thinned_m)
    cells = cells_over(near, leg_m)
    around = surroundings(cells, near, leg_m - thinned_m - _GUARD_M)
    shapely.prepare(around)
    away_m = leg_m + thinned_m + _GUARD_M
    beyond = _thinned(beyond[shapely.dwithin(around, beyond, away_m)], thinned_m)
    asked = None
    if cells is not None:
        asked = cells.maybe_within(cells.touched(near), leg_m + cells.size_m / 2)
    taken = surroundings(cells, beyond, away_m * _OUTSIDE, asked)
    return zone.union(around.difference(taken))


def _thinned(lines: Shapes, by_m: float) -> Shapes:
    """Make lines long and simple: each point stays within ``by_m`` of them, and they of it.

    Lines of no length become points.
    """
    still = shapely.length(lines) == 0
    points = shapely.get_point(lines[still], 0)
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines[~still])))
    thin: Shapes = np.concatenate([shapely.simplify(merged, by_m), points])
    return thin


def _well_inside(zone: shapely.Geometry, lines: Shapes, leg_m: float) -> Flags:
    """Say which lines a zone surrounds as far as the leg goes."""
    if zone.is_empty:
        return np.zeros(len(lines), bool)
    rim = zone.boundary
    shapely.prepare(zone)
    shapely.prepare(rim)
    inside: Flags = shapely.covers(zone, lines)
    inside[inside] = ~shapely.dwithin(rim, lines[inside], leg_m)
    return inside


def _barriers(network: Network) -> Shapes:
    """Give the lines that no leg may cross, in short pieces: borders, and shores; made once."""
    if "barriers" not in network.memo:
        pieces: list[shapely.Geometry] = []
        for shape in (network.borders, network.water):
            for line in shapely.get_parts(_rims(shape)):
                points = shapely.get_coordinates(line)
                pieces += [
                    shapely.LineString(points[at : at + _PIECE])
                    for at in range(0, len(points) - 1, _PIECE - 1)
                ]
        network.memo["barriers"] = np.array(pieces, object)
    barriers: Shapes = network.memo["barriers"]
    return barriers


def _rims(shape: shapely.Geometry | None) -> list[shapely.Geometry]:
    """Give lines as they are, and the outlines of areas."""
    parts = shapely.get_parts(shape) if shape is not None else []
    rims = [part.boundary if shapely.get_dimensions(part) > 1 else part for part in parts]
    return [line for rim in rims for line in shapely.get_parts(rim)]


def _beside(zone: shapely.Geometry, lines: Shapes) -> shapely.MultiPolygon:
    """Keep the parts of a zone that have a way in them: far off the road it falls into stripes."""
    parts = shapely.get_parts(zone)
    parts = parts[shapely.area(parts) > 0]
    if len(parts):
        with_way = shapely.STRtree(lines).query(parts, predicate="intersects")[0]
        parts = parts[np.unique(with_way)]
    return shapely.MultiPolygon(list(parts))
