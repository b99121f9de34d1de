"""Telling: what is said of a surface's ways and barriers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gapmap.findings import finding
from gapmap.network.rules import KINDS
from gapmap.network.value import pick_edges
from gapmap.network.ways import edge_lines

if TYPE_CHECKING:
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.network.value import Edges
    from gapmap.rasters.grid import Grid
    from gapmap.surface.barriers import Barriers
    from gapmap.surface.fences import Fences
    from gapmap.surface.roads import Burnt, Roads
    from gapmap.surface.value import SurfaceSource

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]

__all__ = ["Shut", "about_barriers", "about_roads", "about_walking"]

_NO_WAYS: Final = [KINDS.index("ferry"), KINDS.index("ferry_access")]


class Shut(NamedTuple):
    """What is closed but for roads: as drawn, as fences, steps, and cells."""

    barriers: Barriers
    fences: Fences
    barred: npt.NDArray[np.uint16]
    cells: Flags


def about_walking(source: SurfaceSource, slope: str) -> Finding:
    """Say by which rule people walk, and what their speeds are multiplied by."""
    return finding(
        "surface-walking", value=slope, on=f"{source.on_path:g}", off=f"{source.off_path:g}"
    )


def about_roads(burnt: Burnt, roads: Roads) -> list[Finding]:
    """Say how many ways are burnt in."""
    if not len(roads.kmh):
        return []
    km = f"{roads.edges.length_m.sum() / 1000:,.0f}"
    cells = int(((burnt.walked > 0) | (burnt.driven > 0)).sum())
    return [finding("surface-roads", km=km, cells=cells)]


def about_barriers(
    shut: Shut, grid: Grid, network: Network | None, roads: Roads | None, mode: str
) -> list[Finding]:
    """Say how much is closed, how many ways cross what is, and where lines end.

    Parameters
    ----------
    shut
        The barriers.
    grid
        The surface's.
    network, roads
        Where all ways are, and those that are burnt in; None without a network.
    mode
        As what roads are burnt in.
    """
    over = closed = 0
    if network is not None and roads is not None:
        ways = ~np.isin(network.edges.kind, _NO_WAYS)
        used = np.zeros(len(ways), bool)
        used[roads.number] = True
        over, closed = (
            _ways_over(shut.barriers, pick_edges(network.edges, np.flatnonzero(ways & some)))
            for some in (used, ~used)
        )
    said = finding(
        "surface-barriers",
        lines=len(shut.barriers.lines),
        areas=len(shut.barriers.areas),
        cells=int(shut.fences.inside.sum()),
        steps=int(np.bitwise_count(shut.barred).sum()) // 2,
        ways=over,
    )
    found = [said, *_loose_ends(shut, grid)]
    if closed:
        found.append(finding("surface-ways-closed", value=mode, count=closed))
    return found


def _ways_over(barriers: Barriers, edges: Edges) -> int:
    """Count the ways that cross barriers.

    Edges of one kind that meet within an area are one way, as those of a bridge with a junction.
    """
    if not len(edges):
        return 0
    lines, areas = edge_lines(edges), np.array(barriers.areas, object)
    tree = shapely.STRtree(lines)
    shores = [*barriers.lines, *shapely.boundary(areas)]
    crossing = np.unique(tree.query(shores, predicate="intersects")[1])
    within = np.unique(tree.query(areas, predicate="contains")[1])
    some = np.union1d(crossing, within)
    nodes, ends = np.unique(
        np.concatenate((edges.tail[some], edges.head[some])), return_inverse=True
    )
    first = np.concatenate((edges.offsets[some], edges.offsets[some + 1] - 1))
    spots = shapely.points(edges.coords[first])
    wet = np.zeros(len(spots), bool)
    wet[shapely.STRtree(spots).query(areas, predicate="contains")[1]] = True
    member, joint = np.tile(np.arange(len(some)), 2), ends * len(KINDS)
    joint = joint.ravel() + np.tile(edges.kind[some], 2)
    size = len(some) + len(nodes) * len(KINDS)
    pairs = member[wet], len(some) + joint[wet]
    _, group = connected_components(
        coo_array((np.ones(len(pairs[0])), pairs), shape=(size, size)), directed=False
    )
    return len(np.unique(group[np.searchsorted(some, crossing)]))


def _loose_ends(shut: Shut, grid: Grid) -> list[Finding]:
    """Count the ends of lines that one can walk round.

    They have no other barrier, no end of their own line, no cell that is closed, and no edge of
    the grid within a cell.
    """
    lines = shapely.get_parts(np.array(shut.barriers.lines, object))
    lines = lines[~shapely.is_empty(lines)]
    areas = np.array(shut.barriers.areas, object)
    xy = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
    cell_m, spots, own = grid.transform.a, shapely.points(xy), np.tile(np.arange(len(lines)), 2)
    which, met = shapely.STRtree(spots).query(
        np.concatenate((lines, areas)), predicate="dwithin", distance=cell_m
    )
    held = np.hypot(*(xy - np.roll(xy, len(lines), axis=0)).T) <= cell_m
    held[met[which != own[met]]] = True
    row, column = grid.cells(xy)
    edge = (row < 1) | (column < 1) | (row >= grid.height - 1) | (column >= grid.width - 1)
    loose = np.flatnonzero(~held & ~edge)
    loose = loose[
        ~np.any(
            [
                shut.cells[row[loose] + down, column[loose] + right]
                for down in (-1, 0, 1)
                for right in (-1, 0, 1)
            ],
            axis=0,
        )
    ]
    if not len(loose):
        return []
    to_degrees = pyproj.Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(*xy[loose[0]])
    return [finding("surface-barrier-ends", count=len(loose), lon=f"{lon:.5f}", lat=f"{lat:.5f}")]
