"""Checks of a network's arrays: what is refused, and what is kept and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.errors import NetworkError
from gapmap.findings import fail, finding
from gapmap.network.rules import KINDS

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.findings import Finding
    from gapmap.network.value import Edges, Flags, Network

__all__ = ["check_edges", "check_network", "odd_edges"]

_SINGLE = {  # the kind of number that each array holds, one for every edge
    **dict.fromkeys(("tail", "head", "kind"), "i"),
    **dict.fromkeys(("walk", "cycle", "forward", "backward", "joinable"), "b"),
    **dict.fromkeys(("length_m", "drive_kmh", "ferry_minutes"), "f"),
}


def check_network(network: Network) -> None:
    """Refuse a network on which no search can rely; looked at once for each network.

    Raises
    ------
    NetworkError
        If its edges are those that :func:`check_edges` refuses.
    """
    if "checked" not in network.memo:
        check_edges(network.edges, len(network.xy))
        _check_values("xy", network.xy, np.asarray(~np.isfinite(network.xy).all(axis=1)))
        speeds = np.array(list(network.speeds.values()), float)
        _check_values("speeds", speeds, ~((speeds > 0) & np.isfinite(speeds)))
        near = np.array([network.snap_m], float)
        _check_values("snap_m", near, ~((near > 0) & np.isfinite(near)))
        network.memo["checked"] = True


def check_edges(edges: Edges, nodes: int) -> None:
    """Refuse edges on which no search can rely.

    Lengths have to be finite and not negative; driving speeds above 0 and ferries' minutes not
    negative, both finite where they are given; ends have to be nodes; every edge needs at least
    two points, all finite, and ``offsets`` have to lead to them.

    Parameters
    ----------
    edges
        The edges.
    nodes
        How many nodes there are.

    Raises
    ------
    NetworkError
        At the first array that does not fit; it names the array and the first edge.
    """
    count = np.size(edges.tail)
    for name, kind in _SINGLE.items():
        _check_array(name, getattr(edges, name), (count,), kind)
    for name in ("tail", "head"):
        _check_nodes(name, getattr(edges, name), nodes)
    given = {"drive_kmh": edges.drive_kmh, "ferry_minutes": edges.ferry_minutes}
    _check_values("kind", edges.kind, (edges.kind < 0) | (edges.kind >= len(KINDS)))
    _check_values("length_m", edges.length_m, ~(edges.length_m >= 0))
    _check_values("drive_kmh", given["drive_kmh"], given["drive_kmh"] <= 0)
    driven = (edges.forward | edges.backward) & np.isnan(edges.ferry_minutes)
    driven &= edges.kind != KINDS.index("ferry_access")
    _check_values("drive_kmh", edges.drive_kmh, driven & np.isnan(edges.drive_kmh))
    _check_values("ferry_minutes", given["ferry_minutes"], given["ferry_minutes"] < 0)
    for name, values in {"length_m": edges.length_m, **given}.items():
        _check_values(name, values, np.isinf(values))
    _check_course(edges, count)


def _check_array(
    name: str, values: npt.NDArray[np.generic], shape: tuple[int, ...], kind: str
) -> None:
    if values.shape != shape or values.dtype.kind != kind:
        found = finding(
            "network-array-shape",
            field=name,
            value=f"{values.dtype} {values.shape}",
            needed=f"{np.dtype(kind)} {shape}",
        )
        fail(found, NetworkError)


def _check_values(name: str, values: npt.NDArray[np.generic], wrong: Flags) -> None:
    at = np.flatnonzero(wrong)
    if len(at):
        found = finding(
            "network-array-value", field=name, value=values[at[0]], edge=at[0], edges=len(at)
        )
        fail(found, NetworkError)


def _check_nodes(name: str, values: npt.NDArray[np.integer], nodes: int) -> None:
    at = np.flatnonzero((values < 0) | (values >= nodes))
    if len(at):
        found = finding(
            "network-array-node",
            field=name,
            value=values[at[0]],
            edge=at[0],
            edges=len(at),
            nodes=nodes,
        )
        fail(found, NetworkError)


def _check_course(edges: Edges, count: int) -> None:
    """Check that every edge has its points."""
    offsets, points = edges.offsets, len(edges.coords)
    _check_array("coords", edges.coords, (points, 2), "f")
    _check_array("offsets", offsets, (count + 1,), "i")
    if offsets[0] != 0 or offsets[-1] != points or (np.diff(offsets) < 2).any():  # noqa: PLR2004 - a line has two ends
        found = finding("network-array-offsets", field="offsets", value=offsets[-1], points=points)
        fail(found, NetworkError)
    lost = np.flatnonzero(~np.isfinite(edges.coords).all(axis=1))
    if len(lost):
        of = np.searchsorted(offsets, lost, side="right") - 1
        found = finding(
            "network-array-value",
            field="coords",
            value=edges.coords[lost[0]].tolist(),
            edge=of[0],
            edges=len(np.unique(of)),
        )
        fail(found, NetworkError)


def odd_edges(edges: Edges, *, loops: int, file: str) -> tuple[Finding, ...]:
    """Count what is drawn more than once, has no length, or ends where it begins.

    Parameters
    ----------
    edges
        The edges.
    loops
        How many were cut because they ended where they began.
    file
        The file's name.
    """
    repeated, empty = _repeated(edges), int((edges.length_m == 0).sum())
    if not (repeated or empty or loops):
        return ()
    return (finding("network-edges-odd", file=file, repeated=repeated, empty=empty, loops=loops),)


def _repeated(edges: Edges) -> int:
    """Count edges with the course of another, whichever way each is drawn."""
    low, high = np.minimum(edges.tail, edges.head), np.maximum(edges.tail, edges.head)
    pair = low * (high.max(initial=0) + 1) + high
    _, group, count = np.unique(pair, return_inverse=True, return_counts=True)
    candidates = np.flatnonzero(count[group] > 1)
    courses = {_course(edges, int(edge)) for edge in candidates}
    return len(candidates) - len(courses)


def _course(edges: Edges, edge: int) -> bytes:
    """Give the points of an edge, from the lower of its nodes to the higher."""
    line = edges.coords[edges.offsets[edge] : edges.offsets[edge + 1]]
    ends = np.array([edges.tail[edge], edges.head[edge]])
    if ends[0] > ends[1]:
        line, ends = line[::-1], ends[::-1]
    return ends.tobytes() + line.tobytes()
