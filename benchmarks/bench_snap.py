"""Joining positions to the nearest way: a compiled grid against shapely's tree."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely

from benchmarks.bench_nearest import in_words
from benchmarks.floors import touch_segments
from benchmarks.measuring import Peer, Row, compare, peak, same_distances
from benchmarks.street_map import StreetMap, somewhere, street_map
from gapmap.network.feet import make_grid, nearest_edge

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Found = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]

__all__ = ["our_nearest", "snap"]


def our_nearest(streets: StreetMap, xy: npt.NDArray[np.float64]) -> Found:
    """Lay the grid and find the nearest edge of every position, and its distance."""
    everything = np.arange(len(streets.kind))
    grid = make_grid(streets.coords, streets.offsets, everything, streets.ends)
    return nearest_edge(grid, xy, np.inf)


def snap(
    side: int,
    count: int,
    *,
    search: Callable[[StreetMap, npt.NDArray[np.float64]], Found] = our_nearest,
) -> Row:
    """Measure laying the index and asking it for every position; all distances are compared.

    Parameters
    ----------
    side
        Junctions along a side of the street map.
    count
        Positions, anywhere on the map.
    search
        Our side, or another for a test.
    """
    streets, xy = street_map(side), somewhere(side, count, 2)
    coords = streets.coords
    owner = np.repeat(np.arange(len(streets.kind)), np.diff(streets.offsets))
    lines = shapely.linestrings(coords, indices=owner)
    our_nearest(street_map(5), somewhere(5, 10, 2))  # compiled now
    edge, _ = our_nearest(streets, xy)
    touch_segments(xy[:1], coords, streets.offsets, edge[:1])
    touch = partial(touch_segments, xy, coords, streets.offsets, edge)
    size = f"{in_words(len(lines))} edges, {in_words(count)} points, index included"
    return compare(
        "snap",
        size,
        partial(search, streets, xy),
        {
            "shapely": Peer(job=partial(_by_tree, lines, xy), same=_same),
            "floor": Peer(job=touch, same=_same),
        },
        memory=peak(_prepared, _snap, side, count),
    )


def _by_tree(
    lines: npt.NDArray[np.object_], xy: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    tree = shapely.STRtree(lines)
    (which, _), away = tree.query_nearest(
        shapely.points(xy), return_distance=True, all_matches=False
    )
    found = np.full(len(xy), np.inf)
    found[which] = away
    return found


def _same(ours: Found, theirs: npt.NDArray[np.float64]) -> bool:
    return same_distances(ours[1], theirs)


def _prepared(side: int, count: int) -> tuple[StreetMap, npt.NDArray[np.float64]]:
    our_nearest(street_map(5), somewhere(5, 10, 2))
    return street_map(side), somewhere(side, count, 2)


def _snap(given: tuple[StreetMap, npt.NDArray[np.float64]]) -> None:
    our_nearest(*given)
