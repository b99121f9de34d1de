"""A made-up street map: a jittered grid of bent streets of six classes, a third of them missing.

As many edges per node as a real one (1.3), pieces included. It stands for places anywhere, which
have to be joined to it; ``road_graph`` stands for bare searches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj

from gapmap.network.assembly import assemble
from gapmap.network.rules import Tags
from gapmap.network.ways import Ways

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.network import Network

__all__ = ["BLOCK_M", "CRS", "StreetMap", "somewhere", "street_map", "street_network"]

CRS = pyproj.CRS("EPSG:4547")
BLOCK_M = 80.0
_CLASSES = ("residential", "residential", "residential", "tertiary", "secondary", "primary")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StreetMap:
    """Streets as lines.

    Attributes
    ----------
    xy
        Junctions, then one bend for each street; metres, shape (points, 2).
    points, offsets
        Numbers of the points of all streets, and where each street's begin.
    kind
        Index of each street's class.
    """

    xy: npt.NDArray[np.float64]
    points: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]

    @property
    def coords(self) -> npt.NDArray[np.float64]:
        """Give the points of all streets one after the other."""
        return self.xy[self.points]

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """Give the junctions at both ends of every street, shape (streets, 2)."""
        return np.column_stack([self.points[self.offsets[:-1]], self.points[self.offsets[1:] - 1]])


def street_map(side: int) -> StreetMap:
    """Draw ``side`` x ``side`` junctions; each street has one bend."""
    random = np.random.default_rng(1)
    corner = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([corner[:, :-1].ravel(), corner[:-1].ravel()])
    head = np.concatenate([corner[:, 1:].ravel(), corner[1:].ravel()])
    kept = random.random(len(tail)) < 0.65
    tail, head = tail[kept], head[kept]
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    xy = grid * BLOCK_M + random.uniform(-25, 25, (side * side, 2))
    bends = (xy[tail] + xy[head]) / 2 + random.normal(0, 6, (len(tail), 2))
    points = np.column_stack([tail, side * side + np.arange(len(tail)), head]).ravel()
    return StreetMap(
        xy=np.concatenate([xy, bends]),
        points=points,
        offsets=np.arange(0, len(points) + 1, 3),
        kind=random.integers(0, len(_CLASSES), len(tail)),
    )


def street_network(side: int) -> Network:
    """Make gapmap's network of the street map."""
    drawn = street_map(side)
    tags = [Tags(highway=kind) for kind in _CLASSES]
    ways = Ways(
        xy=drawn.xy,
        points=drawn.points,
        offsets=drawn.offsets,
        tags=[tags[kind] for kind in drawn.kind],
    )
    return assemble(ways, crs=CRS, file="made up")


def somewhere(side: int, count: int, seed: int) -> npt.NDArray[np.float64]:
    """Draw positions anywhere on the map."""
    return np.random.default_rng(seed).uniform(0, (side - 1) * BLOCK_M, (count, 2))
