"""Assembling: land, barriers, roads and ferries become one terrain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.findings import finding
from gapmap.surface.bridges import build_bridges, closed_ground, lines_near
from gapmap.surface.ferries import ferry_links
from gapmap.surface.roads import Burnt, burn_roads, open_roads, pick_roads
from gapmap.surface.telling import Shut, about_barriers, about_roads, about_walking
from gapmap.surface.travelled import Hills, crossed, travelled
from gapmap.surface.value import Links, Terrain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.rasters.grid import Grid
    from gapmap.surface.barriers import Barriers
    from gapmap.surface.bridges import Closed
    from gapmap.surface.fences import Fences
    from gapmap.surface.pairing import Passage
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
    barred, burnt = _barred(closed, source), Burnt(np.zeros(grid.shape), np.zeros(grid.shape))
    findings, links = [about_walking(source, slope)], []
    hills = None if slope == "none" or height_m is None else Hills(height_m, grid, slope)
    if network is None:
        findings.append(finding("surface-no-network"))
    else:
        roads, told = open_roads(network, grid, source, by_road)
        near = lines_near(roads, closed)
        some = pick_roads(roads, near)
        bridges = build_bridges(some, closed, burnt, barred, grid.transform.a * _MINUTES)
        links.append(crossed(bridges, hills))
        burn_roads(pick_roads(roads, ~near), burnt)
        findings += [*told, *about_roads(burnt, roads)]
    road = (burnt.walked > 0) | (burnt.driven > 0)
    kmh, on_foot, driven_kmh = travelled(burnt, np.where(closed.cells, 0.0, land), hills)
    if fences is not None:
        shut = Shut(barriers, fences, barred, closed.cells)
        findings += about_barriers(shut, grid, network, roads if network else None, source.roads)
    if network is not None:
        mode = "walk" if source.roads == "none" else source.roads
        ferries = ferry_links(network, grid, closed, kmh > 0, mode)
        findings += ferries.findings
        links.append(ferries.links)
    with np.errstate(divide="ignore"):
        minutes = grid.transform.a * _MINUTES / kmh
        driven = None if driven_kmh is None else grid.transform.a * _MINUTES / driven_kmh
    terrain = Terrain(
        minutes_per_cell=minutes,
        cell_m=grid.transform.a,
        height_m=height_m if slope != "none" else None,
        on_foot=None if source.roads == "walk" else on_foot,
        driven_minutes=driven,
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


def _links(passages: list[Passage], grid: Grid) -> Links | None:
    if not sum(len(one.tail) for one in passages):
        return None
    tail, head, minutes = (np.concatenate(one) for one in zip(*passages, strict=True))
    return Links(
        tail=np.column_stack(np.divmod(tail, grid.width)),
        head=np.column_stack(np.divmod(head, grid.width)),
        minutes=minutes,
    )
