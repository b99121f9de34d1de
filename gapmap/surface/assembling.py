"""Assembling: land, barriers, roads and ferries become one terrain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from gapmap.findings import finding
from gapmap.network.ways import edge_lines
from gapmap.surface.bridges import Passage, build_bridges, closed_ground, lines_near
from gapmap.surface.ferries import ferry_links
from gapmap.surface.roads import Roads, burn_roads, open_roads, pick_roads
from gapmap.surface.slope import LEAST, time_factor
from gapmap.surface.value import STEPS, Links, Terrain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.rasters.grid import Grid
    from gapmap.surface.barriers import Barriers
    from gapmap.surface.bridges import Closed
    from gapmap.surface.fences import Fences
    from gapmap.surface.value import SurfaceSource

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Bits = npt.NDArray[np.uint16]
    Integers = npt.NDArray[np.int64]

__all__ = ["Assembled", "assemble"]

_MINUTES: Final = 0.06
"""Minutes for a metre at 1 km/h."""


class Assembled(NamedTuple):
    """A terrain, and of what its cells are made, as :class:`gapmap.surface.Surface` has them."""

    terrain: Terrain
    barrier: Flags
    unknown: Flags
    road: Flags
    fences: Fences | None
    findings: tuple[Finding, ...]


def assemble(  # noqa: PLR0913 - the parts of a surface
    source: SurfaceSource,
    grid: Grid,
    *,
    land_kmh: Floats,
    height_m: Floats | None,
    barriers: Barriers,
    network: Network | None,
    by_road: Mapping[str, float],
) -> Assembled:
    """Put a surface together.

    Parameters
    ----------
    source
        How its parts are used.
    grid
        Its cells.
    land_kmh, height_m
        Speed on land, 0 where nobody gets through and NaN where nothing tells it; heights.
    barriers
        Lines and areas that are closed but for roads and ferries.
    network
        Roads and ferries.
    by_road
        km/h by road class where the network's speed shall not hold.
    """
    land = land_kmh * source.off_path
    slope = source.slope or ("none" if height_m is None else "tobler")
    closed = _closed(barriers, grid, land)
    fences = closed.fences
    barred, opened = _barred(closed, source), np.zeros(grid.shape)
    driven = np.zeros(grid.shape, bool)
    findings, links = [_about_walking(source, slope)], []
    if network is None:
        findings.append(finding("surface-no-network"))
    else:
        roads, told = open_roads(network, grid, source, by_road)
        near = lines_near(roads, closed)
        some = pick_roads(roads, near)
        links.append(build_bridges(some, closed, opened, barred, grid.transform.a * _MINUTES))
        burn_roads(pick_roads(roads, ~near), opened)
        driven = np.isin(opened, np.unique(roads.kmh[~roads.on_foot]))
        findings += [*told, *_about_roads(opened, roads)]
    road = opened > 0
    kmh = np.where(closed.cells, 0.0, land)
    better = road & (opened > kmh)
    if slope != "none" and driven.any() and height_m is not None:
        by_car = np.where(driven, opened, 0.0)
        better &= ~_beaten(by_car, kmh, height_m, grid.transform.a, slope)
    kmh[better] = opened[better]
    if fences is not None:
        findings.append(_about_barriers(barriers, fences, barred, some if network else None))
    if network is not None:
        mode = "walk" if source.roads == "none" else source.roads
        ferries = ferry_links(network, grid, closed, kmh > 0, mode)
        findings += ferries.findings
        over = _both_ways(links.pop())
        if slope != "none" and height_m is not None:
            ends = driven.reshape(-1)[np.stack((over.tail, over.head))].all(axis=0)
            uphill = _uphill(over, height_m, grid.transform.a, slope)
            over = over._replace(minutes=np.where(ends, over.minutes, uphill.minutes))
        links.append(over)
        links.append(ferries.links)
    with np.errstate(divide="ignore"):
        minutes = grid.transform.a * _MINUTES / kmh
    terrain = Terrain(
        minutes_per_cell=minutes,
        cell_m=grid.transform.a,
        height_m=height_m if slope != "none" else None,
        on_foot=None if source.roads == "walk" or slope == "none" else ~(better & driven),
        slope=slope,
        direction=source.direction,
        neighbours=source.neighbours,
        barred=barred if barred.any() else None,
        links=_links(links, grid),
    )
    inside = np.zeros(grid.shape, bool) if fences is None else fences.inside
    unknown = np.isnan(land) & ~inside & ~road
    return Assembled(
        terrain, closed.cells & ~road & ~unknown, unknown, road, fences, tuple(findings)
    )


def _closed(barriers: Barriers, grid: Grid, land: Floats) -> Closed:
    cells = ~(land > 0)
    if not barriers.lines and not barriers.areas:
        return closed_ground(cells, None)
    from gapmap.surface.fences import make_fences  # noqa: PLC0415 - loads numba

    fences = make_fences(barriers.lines, barriers.areas, grid)
    return closed_ground(cells if fences is None else cells | fences.inside, fences)


def _barred(closed: Closed, source: SurfaceSource) -> Bits:
    if closed.fences is None or closed.slot is None:
        return np.zeros(closed.cells.shape, np.uint16)
    from gapmap.surface.fences import bars  # noqa: PLC0415 - loads numba

    return bars(closed.fences, closed.slot, source.neighbours)


def _beaten(
    road_kmh: Floats, land_kmh: Floats, height_m: Floats, cell_m: float, slope: str
) -> Flags:
    """Mark the roads on which one drives no faster than one walks downhill beside them.

    Whoever walks takes the land's speed there: no road makes anybody slower. The steps looked at
    are all those that cross a cell.
    """
    beaten = np.zeros(land_kmh.shape, bool)
    if not road_kmh.any():
        return beaten
    row, column = np.nonzero((road_kmh > land_kmh) & (road_kmh < land_kmh / LEAST))
    if not len(row):
        return beaten
    best = np.ones(len(row))
    height, width = land_kmh.shape
    for begin, end in _over():
        (r, c), (y, x) = ((row + a, column + b) for a, b in (begin, end))
        there = (np.minimum(r, y) >= 0) & (np.maximum(r, y) < height)
        there &= (np.minimum(c, x) >= 0) & (np.maximum(c, x) < width)
        rise = height_m[y[there], x[there]] - height_m[r[there], c[there]]
        run = cell_m * float(np.hypot(end[0] - begin[0], end[1] - begin[1]))
        best[there] = np.minimum(best[there], time_factor(rise / run, slope))
    beaten[row, column] = road_kmh[row, column] * best < land_kmh[row, column]
    return beaten


def _over() -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Give both ends of every step that crosses the cell (0, 0)."""
    ends = []
    for down, right in STEPS:
        between = [(0, 0), (down, right)]
        if abs(down) > 1:
            between += [(down // 2, 0), (down // 2, right)]
        elif abs(right) > 1:
            between += [(0, right // 2), (down, right // 2)]
        ends += [((-a, -b), (down - a, right - b)) for a, b in between]
    return ends


def _both_ways(one: Passage) -> Passage:
    tail, head = (np.concatenate(ends) for ends in ((one.tail, one.head), (one.head, one.tail)))
    return Passage(tail, head, np.tile(one.minutes, 2))


def _uphill(passage: Passage, height_m: Floats, cell_m: float, slope: str) -> Passage:
    """Slow walkers by the slope between both ends, along the straight line between them."""
    width = height_m.shape[1]
    (row, column), (to_row, to_column) = (
        np.divmod(one, width) for one in (passage.tail, passage.head)
    )
    run = cell_m * np.hypot(to_row - row, to_column - column)
    rise = height_m[to_row, to_column] - height_m[row, column]
    return passage._replace(minutes=passage.minutes * time_factor(rise / run, slope))


def _links(passages: list[Passage], grid: Grid) -> Links | None:
    if not sum(len(one.tail) for one in passages):
        return None
    tail, head, minutes = (np.concatenate(one) for one in zip(*passages, strict=True))
    return Links(
        tail=np.column_stack(np.divmod(tail, grid.width)),
        head=np.column_stack(np.divmod(head, grid.width)),
        minutes=minutes,
    )


def _about_walking(source: SurfaceSource, slope: str) -> Finding:
    return finding(
        "surface-walking", value=slope, on=f"{source.on_path:g}", off=f"{source.off_path:g}"
    )


def _about_roads(kmh: Floats, roads: Roads) -> list[Finding]:
    if not len(roads.kmh):
        return []
    km = f"{roads.edges.length_m.sum() / 1000:,.0f}"
    return [finding("surface-roads", km=km, cells=int((kmh > 0).sum()))]


def _about_barriers(
    barriers: Barriers, fences: Fences, barred: Bits, roads: Roads | None
) -> Finding:
    """Say how much is closed, and how many ways cross what is."""
    over = 0
    if roads is not None and len(roads.kmh):
        shores = shapely.union_all([*barriers.lines, *shapely.boundary(list(barriers.areas))])
        shapely.prepare(shores)
        over = int(shapely.intersects(shores, edge_lines(roads.edges)).sum())
    return finding(
        "surface-barriers",
        lines=len(barriers.lines),
        areas=len(barriers.areas),
        cells=int(fences.inside.sum()),
        steps=int(np.bitwise_count(barred).sum()) // 2,
        ways=over,
    )
