"""Quays: where ferries land, and the way from there to the nearest road."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from gapmap.datum import DEGREES, change_between
from gapmap.findings import Finding, finding
from gapmap.network.rules import KINDS
from gapmap.network.snapping import snap, usable
from gapmap.network.value import (
    MODES,
    Edges,
    Ferry,
    Flags,
    Floats,
    Integers,
    Network,
    join_edges,
    pack_lines,
    pick_edges,
)
from gapmap.network.ways import line_lengths, part_of_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.network.ferries import Crossing
    from gapmap.tables import RowCount

__all__ = ["connect_ferries", "split_edges"]

_TOUCHES_M = 1.0  # a quay no farther than this from a way touches it: five digits of a degree


class _Legs(NamedTuple):
    """Off-road legs from quays: the quay's node, where on which edge it meets, for which modes."""

    quay: Integers
    edge: Integers
    fraction: Floats
    distance_m: Floats
    modes: Flags


def connect_ferries(network: Network, crossings: Sequence[Crossing]) -> Network:
    """Add ferries, and join each quay that touches no way to the nearest one within ``snap_m``.

    The joining leg is walked, whatever the mode. A quay without a way so near stays alone, and a
    finding names it and all its ferries; nobody changes boats there. A ferry that crosses one of
    the network's borders is left out.

    Parameters
    ----------
    network
        The network on land. ``ends`` of the crossings are nodes of it, or -1.
    crossings
        The ferries.
    """
    network, crossings = _without_shut(network, crossings)
    if not crossings:
        return network
    takes = np.array([(ferry.walk, ferry.cycle, ferry.drive) for ferry in crossings])
    xy, ends = _quay_nodes(network.xy, crossings)
    network = replace(network, xy=xy)
    legs, alone = _legs(network, ends, takes)
    found = _findings(network, crossings, ends, legs, alone)
    own = np.isin(ends, alone) & (np.array([ferry.ends for ferry in crossings]) < 0)
    network, ends = _apart(network, ends, own)
    edges, xy, reached = split_edges(network.edges, network.xy, legs.edge, legs.fraction)
    access = _make_edges(
        np.column_stack([legs.quay, reached]),
        [xy[[quay, node]] for quay, node in zip(legs.quay, reached, strict=True)],
        kind="ferry_access",
        takes=legs.modes,
        minutes=np.full(len(reached), np.nan),
    )
    courses = [_from_to(ferry.coords, xy[end]) for ferry, end in zip(crossings, ends, strict=True)]
    minutes = np.array([ferry.minutes + ferry.wait_minutes for ferry in crossings])
    ferries = _make_edges(ends, courses, kind="ferry", takes=takes, minutes=minutes)
    return replace(
        network,
        xy=xy,
        edges=join_edges(join_edges(edges, access), ferries),
        ferries=_told(crossings, len(edges) + len(access)),
        findings=(*network.findings, *found),
    )


def _told(crossings: Sequence[Crossing], first: int) -> tuple[Ferry, ...]:
    """Keep what is known of each ferry beside the number of its edge."""
    return tuple(
        Ferry(
            edge=number,
            name=ferry.name,
            file=ferry.file,
            row=ferry.row,
            minutes=float(ferry.minutes),
            wait_minutes=float(ferry.wait_minutes),
            wait_basis=ferry.wait_basis,
            first_sailing=ferry.first_sailing,
            last_sailing=ferry.last_sailing,
            takes=(ferry.walk, ferry.cycle, ferry.drive),
        )
        for number, ferry in enumerate(crossings, start=first)
    )


def _without_shut(
    network: Network, crossings: Sequence[Crossing]
) -> tuple[Network, list[Crossing]]:
    """Leave out the ferries that cross a border; the rows of tables among them are excluded."""
    shut = [ferry for ferry in crossings if _crosses_border(network, ferry)]
    files = Counter(ferry.file for ferry in shut)
    said = [finding("ferry-crosses-border", file=file, ferries=n) for file, n in files.items()]
    rows = Counter(ferry.file for ferry in shut if ferry.row is not None)
    network = replace(
        network,
        findings=(*network.findings, *said),
        rows=tuple(_excluded(count, rows[count.file]) for count in network.rows),
    )
    return network, [ferry for ferry in crossings if ferry not in shut]


def _excluded(count: RowCount, rows: int) -> RowCount:
    """Count so many rows as left out, of the used ones as far as there are any."""
    used = min(rows, count.used)
    return replace(
        count,
        used=count.used - used,
        repaired=count.repaired - (rows - used),
        excluded=count.excluded + rows,
    )


def _crosses_border(network: Network, ferry: Crossing) -> bool:
    if network.borders is None:
        return False
    return bool(shapely.intersects(shapely.linestrings(ferry.coords), network.borders))


def _quay_nodes(xy: Floats, crossings: Sequence[Crossing]) -> tuple[Floats, Integers]:
    """Give quays their nodes; quays of a table that stand at the same place are one node."""
    ends = np.array([ferry.ends for ferry in crossings], np.int64)
    at = np.array([ferry.coords[[0, -1]] for ferry in crossings])
    new = ends < 0
    if new.any():
        places, which = np.unique(at[new], axis=0, return_inverse=True)
        ends[new] = len(xy) + which.reshape(-1)
        xy = np.concatenate([xy, places])
    return xy, ends


def _apart(network: Network, ends: Integers, own: Flags) -> tuple[Network, Integers]:
    """Give every ferry a node of its own where ``own`` says so, that nobody changes boats there."""
    _, first = np.unique(ends, return_index=True)
    more = own.ravel()
    more[first] = False
    at = ends.ravel()[more]
    ends = ends.copy()
    ends[more.reshape(ends.shape)] = len(network.xy) + np.arange(len(at))
    return replace(network, xy=np.concatenate([network.xy, network.xy[at]])), ends


def _legs(network: Network, ends: Integers, takes: Flags) -> tuple[_Legs, Integers]:
    """Find the legs that quays need in each mode, and the quays that no mode reaches."""
    quays, which = np.unique(ends, return_inverse=True)
    wants = np.zeros((len(quays), len(MODES)), bool)
    for column in which.reshape(-1, 2).T:
        np.logical_or.at(wants, column, takes)
    reached = np.zeros_like(wants)
    legs: dict[tuple[int, int], tuple[float, float, list[bool]]] = {}
    for m, mode in enumerate(MODES):
        touched = np.zeros(len(network.xy), bool)
        open_edges = usable(network, mode)
        touched[network.edges.tail[open_edges]] = True
        touched[network.edges.head[open_edges]] = True
        reached[:, m] = touched[quays]
        need = np.flatnonzero(wants[:, m] & ~reached[:, m])
        near = snap(network, network.xy[quays[need]], mode=mode)
        reached[need, m] = near.edge >= 0
        for i in np.flatnonzero(near.edge >= 0):
            key = int(quays[need[i]]), int(near.edge[i])
            leg = float(near.fraction[i]), float(near.distance_m[i]), [False] * len(MODES)
            legs.setdefault(key, leg)[-1][m] = True
    made = _Legs(
        np.array([quay for quay, _ in legs], np.int64),
        np.array([edge for _, edge in legs], np.int64),
        np.array([fraction for fraction, _, _ in legs.values()], float),
        np.array([distance_m for _, distance_m, _ in legs.values()], float),
        np.array([modes for _, _, modes in legs.values()], bool).reshape(-1, len(MODES)),
    )
    return made, quays[~(reached & wants).any(axis=1)]


def split_edges(
    edges: Edges, xy: Floats, cut_edge: Integers, cut_fraction: Floats
) -> tuple[Edges, Floats, Integers]:
    """Cut edges at points along them.

    Returns
    -------
    The edges (the pieces last), the nodes' positions (the new ones last), and the node of each cut:
    an end of the edge where the fraction is 0 or 1.
    """
    node = np.where(cut_fraction <= 0, edges.tail[cut_edge], edges.head[cut_edge])
    inside = np.flatnonzero((cut_fraction > 0) & (cut_fraction < 1))
    if not len(inside):
        return edges, xy, node
    pairs = np.column_stack([cut_edge[inside], cut_fraction[inside]])
    cuts, which = np.unique(pairs, axis=0, return_inverse=True)
    node[inside] = len(xy) + which.reshape(-1)
    touched = np.unique(cut_edge[inside])
    lines, owners, links = [], [], []
    added = np.empty((len(cuts), 2))
    for edge in touched:
        mine = np.flatnonzero(cuts[:, 0] == edge)
        line = edges.coords[edges.offsets[edge] : edges.offsets[edge + 1]]
        stops = np.concatenate([[0.0], cuts[mine, 1], [1.0]]) * edges.length_m[edge]
        nodes = [edges.tail[edge], *(len(xy) + mine), edges.head[edge]]
        parts = [part_of_line(line, *pair) for pair in itertools.pairwise(stops)]
        added[mine] = [part[0] for part in parts[1:]]
        lines += parts
        owners += [edge] * len(parts)
        links += list(itertools.pairwise(nodes))
    pieces = _relinked(pick_edges(edges, np.array(owners)), np.array(links), lines)
    whole = pick_edges(edges, np.setdiff1d(np.arange(len(edges)), touched))
    return join_edges(whole, pieces), np.concatenate([xy, added]), node


def _relinked(edges: Edges, links: Integers, lines: list[Floats]) -> Edges:
    coords, offsets = pack_lines(lines)
    return replace(
        edges,
        tail=links[:, 0],
        head=links[:, 1],
        coords=coords,
        offsets=offsets,
        length_m=line_lengths(coords, offsets),
    )


def _from_to(coords: Floats, ends: Floats) -> Floats:
    """Let a course begin and end exactly at its quays."""
    return np.vstack([ends[:1], coords[1:-1], ends[1:]])


def _make_edges(
    links: Integers, lines: list[Floats], *, kind: str, takes: Flags, minutes: Floats
) -> Edges:
    coords, offsets = pack_lines(lines)
    walk, cycle, drive = takes.reshape(-1, len(MODES)).T
    return Edges(
        tail=links[:, 0].astype(np.int64),
        head=links[:, 1].astype(np.int64),
        length_m=line_lengths(coords, offsets),
        kind=np.full(len(links), KINDS.index(kind), np.int16),
        walk=walk.copy(),
        cycle=cycle.copy(),
        forward=drive.copy(),
        backward=drive.copy(),
        drive_kmh=np.full(len(links), np.nan),
        ferry_minutes=minutes,
        joinable=np.zeros(len(links), bool),  # nobody boards at sea
        coords=coords,
        offsets=offsets,
    )


def _findings(
    network: Network, crossings: Sequence[Crossing], ends: Integers, legs: _Legs, alone: Integers
) -> list[Finding]:
    """Say which quays were joined and which stand alone, each for the file that brought them."""
    within = f"{network.snap_m:g}"
    to_wgs84 = change_between(network.crs, DEGREES)
    brought: dict[int, list[Crossing]] = defaultdict(list)
    for ferry, end in zip(crossings, ends, strict=True):
        for quay in np.unique(end):
            brought[int(quay)].append(ferry)
    walked = np.unique(legs.quay[legs.distance_m > _TOUCHES_M])
    joined = Counter(brought[int(quay)][0].file for quay in walked)
    found = [
        finding("ferry-joined", file=file, quays=quays, snap_m=within)
        for file, quays in joined.items()
    ]
    for quay in alone:
        ferries = brought[int(quay)]
        lon, lat = to_wgs84.transform(*network.xy[quay])
        rows = ", ".join(str(ferry.row) for ferry in ferries if ferry.row is not None)
        several = bool(rows) and len(ferries) > 1
        found.append(
            finding(
                "ferry-quay-alone",
                file=ferries[0].file,
                row=ferries[0].row,
                name=", ".join(dict.fromkeys(ferry.name or "?" for ferry in ferries)),
                rows_zh=f"(第 {rows} 行)" if several else "",
                rows_en=f" (rows {rows})" if several else "",
                lon=f"{lon:.5f}",
                lat=f"{lat:.5f}",
                snap_m=within,
            )
        )
    return found
