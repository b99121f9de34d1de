"""Ferries: links from the cell of one quay to that of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.findings import finding
from gapmap.network.rules import KINDS
from gapmap.surface.bridges import meeting_cells
from gapmap.surface.pairing import Passage
from gapmap.surface.roads import in_cells

if TYPE_CHECKING:
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.rasters.grid import Grid
    from gapmap.surface.bridges import Closed

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]

__all__ = ["Ferries", "ferry_links"]

QUAY_M: Final = 500.0
"""How far a quay may be from the next cell where people can go; the way there is walked."""
_FERRY: Final = KINDS.index("ferry")


class Ferries(NamedTuple):
    """Crossings in each direction in which they are open, and what was said of them."""

    links: Passage
    findings: tuple[Finding, ...]


def ferry_links(
    network: Network, grid: Grid, closed: Closed, passable: Flags, mode: str
) -> Ferries:
    """Bring the network's ferries onto the grid.

    A quay is met in its own cell, on its own side of every fence; where nobody can go there, in
    the nearest cell no more than 500 m away where somebody can, and the walk there is added. A
    ferry that has no such cell at both ends, or the same at both, is left out and told.

    Parameters
    ----------
    network
        The ferries; those that do not sail are closed in it.
    grid, closed, passable
        The surface's cells, what is closed but for roads, and where people can go.
    mode
        Whom the ferries have to take: ``walk``, ``cycle`` or ``drive``; walkers always may.
    """
    edges = network.edges
    onward, back = {
        "walk": (edges.walk, edges.walk),
        "cycle": (edges.cycle | edges.walk, edges.cycle | edges.walk),
        "drive": (edges.forward | edges.walk, edges.backward | edges.walk),
    }[mode]
    afloat = edges.kind == _FERRY
    which = np.flatnonzero(afloat & (onward | back))
    quays = np.concatenate((edges.tail[which], edges.head[which]))
    cell, far_m = _quays(network, quays, (grid, closed, passable))
    ends, walk_m = cell.reshape(2, -1), far_m.reshape(2, -1).sum(axis=0)
    landed = (ends >= 0).all(axis=0) & (ends[0] != ends[1])
    minutes = edges.ferry_minutes[which] + walk_m / 1000 / network.speeds["walk"] * 60
    findings = _off(network, which[~landed])
    if afloat.any():
        said = finding(
            "surface-ferries",
            value=mode,
            used=int(landed.sum()),
            all=int(afloat.sum()),
            walked=int((landed & (walk_m > 0)).sum()),
        )
        findings.append(said)
    out, home = np.flatnonzero(landed & onward[which]), np.flatnonzero(landed & back[which])
    links = Passage(
        np.concatenate((ends[0][out], ends[1][home])),
        np.concatenate((ends[1][out], ends[0][home])),
        minutes[np.concatenate((out, home))],
    )
    return Ferries(links, tuple(findings))


def _off(network: Network, edges: Integers) -> list[Finding]:
    known = {ferry.edge: ferry for ferry in network.ferries}
    ferries = [known.get(int(edge)) for edge in edges]
    return [
        finding(
            "surface-ferry-off",
            file=one.file if one else "",
            row=one.row if one else None,
            value=(one.name if one else "") or "?",
            most=f"{QUAY_M:g}",
        )
        for one in ferries
    ]


def _quays(
    network: Network, nodes: Integers, ground: tuple[Grid, Closed, Flags]
) -> tuple[Integers, Floats]:
    """Give the cell at which each quay is met, -1 without one, and the metres of a walk there."""
    grid, closed, passable = ground
    xy = network.xy[nodes]
    cell = meeting_cells(closed, in_cells(grid, xy))
    row, column = grid.cells(xy)
    far_m = np.zeros(len(nodes))
    reach = int(QUAY_M / grid.transform.a) + 1
    for number in range(len(nodes)):
        if cell[number] >= 0 and passable.reshape(-1)[cell[number]]:
            continue
        cell[number] = -1
        if row[number] < 0:
            continue
        top, left = max(0, row[number] - reach), max(0, column[number] - reach)
        part = passable[top : row[number] + reach + 1, left : column[number] + reach + 1]
        rows, columns = np.nonzero(part)
        if not len(rows):
            continue
        apart = np.hypot(*(grid.centres(rows + top, columns + left) - xy[number]).T)
        nearest = int(apart.argmin())
        if apart[nearest] <= QUAY_M:
            cell[number] = (rows[nearest] + top) * grid.width + columns[nearest] + left
            far_m[number] = apart[nearest]
    return cell, far_m
