"""Spots laid out by rule: on a grid, and along roads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NoReturn

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from gapmap.errors import MethodError
from gapmap.network import MODES
from gapmap.network.courses import once_each
from gapmap.network.rules import KINDS
from gapmap.network.snapping import usable
from gapmap.region import lies_in
from gapmap.siting.chains import chains_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.network import Network
    from gapmap.region import Region

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["LEAST_ROAD_M", "MOST_CANDIDATES", "grid_spots", "road_spots"]

MOST_CANDIDATES: Final = 100_000
"""More candidates than this are refused before any is made: the travel from every place to each
of them would fill the memory, and no city looks at so many plots."""
LEAST_ROAD_M: Final = 10.0
"""Spots on roads nearer to each other than this would be one plot."""
_NO_STOPPING: Final = ("motorway", "motorway_link")
_MILLIMETRES: Final = 3


def grid_spots(region: Region, size_m: float) -> tuple[list[str], Floats]:
    """Lay a grid over the districts and keep the points within them.

    Parameters
    ----------
    region
        Its districts; the grid begins at their south-west corner, half a step inside.
    size_m
        Step, metres.

    Returns
    -------
    Ids, ``grid-<row>-<column>`` from the south-west, by row; positions, shape (spots, 2).

    Raises
    ------
    MethodError
        There would be more than :data:`MOST_CANDIDATES`, or none.
    """
    land = shapely.union_all(region.districts.geometry.to_numpy())
    if not land.area / size_m <= MOST_CANDIDATES * size_m:
        _refuse_many("grid", size_m, land.area / size_m / size_m, exponent=0.5)
    west, south = land.bounds[:2]
    start = west + size_m / 2, south + size_m / 2
    found = [_grid_in(part, start, size_m) for part in shapely.get_parts(land)]
    cells = np.unique(np.concatenate(found), axis=0)
    if not len(cells):
        raise MethodError(
            f"candidates: grid:{size_m:g} has no point within the districts; use a finer grid",
            f"candidates:grid:{size_m:g} 在行政区内没有一个点;请用更密的格网",
        )
    names = [f"grid-{row}-{column}" for row, column in cells.tolist()]
    return names, np.array(start) + size_m * cells[:, ::-1]


def _grid_in(part: shapely.Geometry, start: tuple[float, float], size_m: float) -> Integers:
    """Give row and column of the grid's points in one polygon, a few million points at a time."""
    west, south, east, north = part.bounds
    columns = np.arange(
        math.ceil((west - start[0]) / size_m), math.floor((east - start[0]) / size_m) + 1
    )
    rows = np.arange(
        math.ceil((south - start[1]) / size_m), math.floor((north - start[1]) / size_m) + 1
    )
    shapely.prepare(part)
    found = [np.empty((0, 2), np.int64)]
    for row in rows:
        inside = shapely.contains_xy(part, start[0] + size_m * columns, start[1] + size_m * row)
        kept = columns[inside]
        found.append(np.column_stack((np.full(len(kept), row), kept)))
    return np.concatenate(found)


def road_spots(
    region: Region, network: Network, size_m: float, *, modes: Sequence[str]
) -> tuple[list[str], Floats]:
    """Lay points along the roads within the districts.

    Each stretch of road between two junctions (or ends) is divided into equal parts of at most
    ``size_m``. Of points nearer to each other than half of that only one is kept: junctions of
    more roads first, then stretches, then ends, then by x and y. So no point of a road is
    farther from a spot than ``size_m``, straight, and no two spots are nearer than half of it. The
    answer depends neither on the order of the roads nor on the direction in which they are drawn.

    Ways that all ``modes`` can use count, but no motorways, ferries, or what runs over water.

    Parameters
    ----------
    region
        Its districts.
    network
        The roads.
    size_m
        Distance along the road, metres, at least :data:`LEAST_ROAD_M`.
    modes
        What the services are reached by; what is none of walk, cycle and drive says nothing, and
        without any, what one of these can use counts.

    Returns
    -------
    Ids, ``road-<x>-<y>`` in whole metres; positions, shape (spots, 2), by x, then y.

    Raises
    ------
    MethodError
        There would be more than :data:`MOST_CANDIDATES`, or none; or the points are too near.
    """
    if size_m < LEAST_ROAD_M:
        raise MethodError(
            f"candidates: roads:{size_m:g} is too near; use roads:{LEAST_ROAD_M:g} or more",
            f"candidates:roads:{size_m:g} 过密;请用 roads:{LEAST_ROAD_M:g} 或更大的间距",
        )
    edges = once_each(
        network, np.flatnonzero(_open_to_all(network, modes) & _near(region, network))
    )
    length_m = float(network.edges.length_m[edges].sum())
    if length_m / size_m > MOST_CANDIDATES:
        _refuse_many("roads", size_m, length_m / size_m, exponent=1.0)
    xy, degree = _laid_out(network, edges, size_m)
    xy = np.round(xy, _MILLIMETRES)
    points = shapely.points(xy)
    districts = region.districts
    held = lies_in(_series(points, region), districts.geometry, districts["district_id"]) != ""
    xy, degree = xy[held.to_numpy()], degree[held.to_numpy()]
    order = np.lexsort((xy[:, 1], xy[:, 0], -degree))
    kept = xy[order][_apart(xy[order], size_m / 2)]
    if not len(kept):
        raise MethodError(
            "candidates: no road in the districts is open to " + ", ".join(modes),
            "candidates:行政区内没有可供该出行方式使用的道路:" + "、".join(modes),
        )
    kept = kept[np.lexsort((kept[:, 1], kept[:, 0]))]
    return [f"road-{x:.0f}-{y:.0f}" for x, y in kept.tolist()], kept


def _open_to_all(network: Network, modes: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Mark the roads on which one may stop, whatever one travels by."""
    edges = network.edges
    asked = [mode for mode in modes if mode in MODES]
    by_mode = np.array([usable(network, mode) for mode in asked or MODES])
    opened = by_mode.all(axis=0) if asked else by_mode.any(axis=0)
    fast = np.isin(edges.kind, [KINDS.index(kind) for kind in _NO_STOPPING])
    may: npt.NDArray[np.bool_] = opened & edges.joinable & ~fast & np.isnan(edges.ferry_minutes)
    return may


def _near(region: Region, network: Network) -> npt.NDArray[np.bool_]:
    """Mark the edges whose box meets that of the districts."""
    west, south, east, north = region.districts.total_bounds
    edges = network.edges
    if not len(edges):
        return np.zeros(0, bool)
    low, high = (one.reduceat(edges.coords, edges.offsets[:-1]) for one in (np.minimum, np.maximum))
    met: npt.NDArray[np.bool_] = (low <= (east, north)) & (high >= (west, south))
    return np.asarray(met.all(axis=1))


def _laid_out(network: Network, edges: Integers, size_m: float) -> tuple[Floats, Integers]:
    """Give the ends and the dividing points of all stretches, and how many roads meet in each."""
    nodes = network.xy
    degree = np.bincount(
        np.concatenate([network.edges.tail[edges], network.edges.head[edges]]),
        minlength=len(nodes),
    )
    ends = np.flatnonzero((degree > 0) & (degree != 2))  # noqa: PLR2004 - on the way, not at its end
    xy, meeting = [nodes[ends]], [degree[ends]]
    for chain in chains_of(network, edges):
        run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(chain, axis=0).T))])
        parts = max(1, math.ceil(run[-1] / size_m - 1e-9))
        at = run[-1] * np.arange(1, parts) / parts
        spots = np.column_stack([np.interp(at, run, chain[:, axis]) for axis in (0, 1)])
        if bool((chain[0] == chain[-1]).all()):  # a ring without a junction has no end to stand for
            spots = np.concatenate([chain[:1], spots])
        xy.append(spots)
        meeting.append(np.full(len(spots), 2))
    return np.concatenate(xy), np.concatenate(meeting)


def _apart(xy: Floats, least_m: float) -> Integers:
    """Keep points one after the other, unless one kept before is nearer than ``least_m``."""
    if not len(xy):
        return np.empty(0, np.int64)
    tree = cKDTree(xy)
    dropped = np.zeros(len(xy), bool)
    kept = []
    for number in range(len(xy)):
        if dropped[number]:
            continue
        kept.append(number)
        near = np.array(tree.query_ball_point(xy[number], least_m))
        apart = np.hypot(*(xy[near] - xy[number]).T)
        dropped[near[apart < least_m - 10.0**-_MILLIMETRES]] = True
    return np.array(kept, np.int64)


def _series(points: npt.NDArray[np.object_], region: Region) -> gpd.GeoSeries:
    return gpd.GeoSeries(points, crs=region.crs)


def _refuse_many(kind: str, size_m: float, count: float, *, exponent: float) -> NoReturn:
    """Say how many candidates there would be, and with which distance there are few enough."""
    fits = size_m * (count / MOST_CANDIDATES) ** exponent
    step = 10.0 ** (math.floor(math.log10(fits)) - 1)
    fits = math.ceil(fits / step) * step
    raise MethodError(
        f"candidates: {kind}:{size_m:g} makes about {count:,.0f} candidates; "
        f"{MOST_CANDIDATES:,} is the most; use {kind}:{fits:g} or more",
        f"candidates:{kind}:{size_m:g} 约有 {count:,.0f} 个候选点,上限为 {MOST_CANDIDATES:,};"
        f"请用 {kind}:{fits:g} 或更大的间距",
    )
