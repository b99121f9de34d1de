"""Roads burnt into a surface, each cell with the fastest that runs through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.findings import finding
from gapmap.network.rules import KINDS, default_speeds
from gapmap.network.value import pick_edges

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.network.value import Edges
    from gapmap.rasters.grid import Grid
    from gapmap.surface.value import SurfaceSource

    Floats = npt.NDArray[np.float64]

__all__ = ["Burnt", "Roads", "burn_roads", "in_cells", "open_roads", "pick_roads"]

_FERRY: Final = KINDS.index("ferry")
_TO_QUAY: Final = KINDS.index("ferry_access")


class Roads(NamedTuple):
    """The ways that are open to a mode of travel.

    ``kmh`` is the speed on each of ``edges``, ``xy`` their points in cells of the grid,
    ``on_foot`` says which are walked, and ``number`` which of the network's edges they are.
    """

    edges: Edges
    kmh: Floats
    xy: Floats
    on_foot: npt.NDArray[np.bool_]
    number: npt.NDArray[np.int64]


class Burnt(NamedTuple):
    """Speeds of cells on the ways that are walked, and on those that are driven; 0 without one."""

    walked: Floats
    driven: Floats


def in_cells(grid: Grid, xy: Floats) -> Floats:
    """Give positions as columns and rows, counted from the grid's upper left corner."""
    one = grid.transform
    return np.column_stack(((xy[:, 0] - one.c) / one.a, (xy[:, 1] - one.f) / one.e))


def open_roads(
    network: Network, grid: Grid, source: SurfaceSource, by_road: Mapping[str, float]
) -> tuple[Roads, tuple[Finding, ...]]:
    """Give the ways that are burnt in, and how fast one travels on them.

    Parameters
    ----------
    network
        Roads, paths and the legs between quays and roads, which are walked.
    grid
        The surface's.
    source
        Says as what roads are burnt in; those open on foot alone are walked. A walker's speed is
        multiplied by ``on_path``.
    by_road
        km/h by road class where the network's speed shall not hold; 0 closes a class.
    """
    edges, mode = network.edges, source.roads
    if mode == "none":
        none = pick_edges(edges, np.empty(0, np.int64))
        nobody = np.empty(0, np.int64)
        return Roads(none, np.empty(0), np.empty((0, 2)), np.empty(0, bool), nobody), ()
    kmh = edges.drive_kmh if mode == "drive" else np.full(len(edges), network.speeds[mode])
    usable = {
        "drive": edges.forward | edges.backward,
        "cycle": edges.cycle,
        "walk": edges.walk,
    }[mode]
    on_foot = (edges.kind == _TO_QUAY) | (edges.walk & ~usable) | (mode == "walk")
    kmh = np.where(on_foot, network.speeds["walk"], kmh)
    for kind, speed in by_road.items():
        kmh = np.where(edges.kind == KINDS.index(kind), speed, kmh)
    kmh = np.where(on_foot, kmh * source.on_path, kmh)
    with np.errstate(invalid="ignore"):
        usable = (usable | edges.walk) & (edges.kind != _FERRY) & (kmh > 0)
    which = np.flatnonzero(usable)
    picked = pick_edges(edges, which)
    roads = Roads(
        edges=picked,
        kmh=np.ascontiguousarray(kmh[which]),
        xy=in_cells(grid, picked.coords),
        on_foot=on_foot[which],
        number=which,
    )
    return roads, tuple(_about(network, roads, source, by_road))


def _about(
    network: Network, roads: Roads, source: SurfaceSource, by_road: Mapping[str, float]
) -> list[Finding]:
    mode, findings = source.roads, []
    usual = default_speeds()
    driven = [KINDS[kind] for kind in np.unique(roads.edges.kind[~roads.on_foot])]
    kinds = driven if mode == "drive" else [mode]
    walked = {KINDS[kind] for kind in np.unique(roads.edges.kind[roads.on_foot])}
    if mode != "walk" and walked - set(by_road):
        kinds = [*kinds, "walk"]
    assumed = [
        f"{kind} {network.speeds[kind]:g}"
        for kind in kinds
        if kind not in by_road and kind in usual and network.speeds[kind] == usual[kind]
    ]
    if assumed:
        findings.append(finding("surface-speeds-assumed", value=", ".join(assumed)))
    there = {KINDS[kind] for kind in np.unique(network.edges.kind)}
    unused = [kind for kind in by_road if kind not in there]
    if unused:
        findings.append(finding("surface-road-class-unused", value=", ".join(unused)))
    return findings


def pick_roads(roads: Roads, which: npt.NDArray[np.bool_]) -> Roads:
    """Keep the marked ways."""
    numbers = np.flatnonzero(which)
    counts = np.diff(roads.edges.offsets)
    return Roads(
        pick_edges(roads.edges, numbers),
        roads.kmh[numbers],
        roads.xy[np.repeat(which, counts)],
        roads.on_foot[numbers],
        roads.number[numbers],
    )


def burn_roads(roads: Roads, burnt: Burnt) -> None:
    """Give each cell the speeds of the fastest ways through it.

    Every cell that a line runs through counts, one beside the other: a road has no gaps.
    """
    if not len(roads.kmh):
        return
    from gapmap.surface.tracing import burn  # noqa: PLC0415 - loads numba

    for which, kmh in ((roads.on_foot, burnt.walked), (~roads.on_foot, burnt.driven)):
        some = pick_roads(roads, which)
        burn(np.ascontiguousarray(some.xy), some.edges.offsets, some.kmh, kmh)
