"""Evidence of roads: what people use lies beside them, wherever the numbers are read rightly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from scipy.spatial import KDTree

from gapmap.datum.evidence import (
    FEWEST,
    SPEAKS_Z,
    STRONG_Z,
    Evidence,
    ahead,
    average,
    by_hypothesis,
    cells_of,
    silent,
)
from gapmap.datum.readings import HYPOTHESES

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from gapmap.datum.readings import Readings

    Floats = NDArray[np.float64]

__all__ = ["Roads", "prepare_roads", "road_evidence"]

PIECE_M: Final = 25.0
"""Roads are cut into pieces of this length at most, each found by its middle."""
MOST_PIECES: Final = 2_000_000
BESIDE_M: Final = 50.0
"""Scale of the distance from a road's drawn line: half its width, the set-back of a building, the
error of a geocoder. Between 35 and 70 m the trials answer alike."""
FLOOR: Final = 0.05
"""Share of points that lie anywhere: beyond about 120 m a distance says nothing more."""
NO_ROADS_M: Final = 2000.0
"""A point this far from every road under any hypothesis lies outside the road data."""
MOST_ROWS: Final = 1000
"""So many points, spread over the layer, are enough: each is looked up under some 75 shifts."""
_LEAF: Final = 32
"""Pieces in a leaf of the index: it is built in two thirds of the time that SciPy's 10 takes."""
_DIRECTIONS: Final = 24
_OWN_M: Final = 100.0
MOST_RIVALS: Final = 0.05
"""Evidence speaks only where at most this share of the decoy shifts fits as well."""
AS_WELL: Final = 0.1
"""A decoy fits as well if it has all but a tenth of the lead over the decoys' mean."""


@dataclass(frozen=True, slots=True)
class Roads:
    """Roads cut into short pieces, indexed by their middles.

    Attributes
    ----------
    start, end
        Ends of the pieces, n x 2, in the metric CRS.
    tree
        Index of the middles.
    reference
        None where the roads are at their true place (OpenStreetMap, or the study names their
        datum), else the datum in which they are read; see ``Evidence.reference``.
    """

    start: Floats
    end: Floats
    tree: KDTree
    reference: str | None = None

    def distance_m(self, xy: Floats) -> Floats:
        """Give the distance of positions (... x 2) to the nearest road."""
        points = xy.reshape(-1, 2)
        near = np.full(len(points), np.inf)
        # the piece with the nearest middle need not be the nearest piece; the second seldom fails
        for piece in self.tree.query(points, k=[1, 2])[1].T:
            found = piece < len(self.start)
            at = np.where(found, piece, 0)
            start, along = self.start[at], self.end[at] - self.start[at]
            length = np.maximum((along * along).sum(axis=1), 1e-12)
            place = np.clip(((points - start) * along).sum(axis=1) / length, 0.0, 1.0)
            away = points - start - place[:, None] * along
            near = np.minimum(near, np.where(found, np.hypot(*away.T), np.inf))
        return np.asarray(near.reshape(xy.shape[:-1]), dtype=np.float64)


def prepare_roads(lines: ArrayLike, *, reference: str | None = None) -> Roads | None:
    """Index roads once for all layers of a study.

    Parameters
    ----------
    lines
        Shapely lines in the metric CRS; or an array n x 4 of segments x0, y0, x1, y1.
    reference
        As of :class:`Roads`.

    Returns
    -------
    Roads or None
        None where there is no road.
    """
    start, end = _segments(np.asarray(lines))
    length = np.hypot(*(end - start).T)
    if float(length.sum()) == 0.0:
        return None
    piece_m = max(PIECE_M, float(length.sum()) / MOST_PIECES)
    parts = np.maximum(np.ceil(length / piece_m), 1).astype(np.int64)
    first = np.repeat(np.cumsum(parts) - parts, parts)
    number = np.arange(parts.sum()) - first
    share = (np.repeat(end - start, parts, axis=0).T / np.repeat(parts, parts)).T
    begins = np.repeat(start, parts, axis=0) + share * number[:, None]
    ends = begins + share
    middles = (begins + ends) / 2
    tree = KDTree(middles, leafsize=_LEAF, balanced_tree=False, compact_nodes=False)
    return Roads(begins, ends, tree, reference)


def _segments(lines: NDArray[Any]) -> tuple[Floats, Floats]:
    """Give the two ends of every straight stretch of lines."""
    if lines.dtype != object:
        ends = lines.astype(np.float64).reshape(-1, 2, 2)
        return ends[:, 0], ends[:, 1]
    known = shapely.get_parts(lines[~shapely.is_missing(lines)])
    xy, line = shapely.get_coordinates(known, return_index=True)
    joined = line[1:] == line[:-1]
    return xy[:-1][joined], xy[1:][joined]


def road_evidence(layer: Readings, roads: Roads | None) -> Evidence:
    """Ask under which hypothesis a layer's points lie beside roads.

    The score of a point is the logarithm of a mixture: half-normal in the distance to the nearest
    road, as in map matching (Newson and Krumm 2009, https://doi.org/10.1145/1653771.1653818), and
    a flat floor for points that lie anywhere, so that none can outvote the rest. Scores are
    averaged over squares of ground and compared in pairs.

    A web of roads fits many shifts by chance, and a single street fits every shift along itself.
    So the best hypothesis is also held against decoys: shifts as long as those between datums, in
    all directions (the random shifts of Lotwick and Silverman 1982, at the lengths that matter).
    It speaks if no more than one decoy in 20 fits as well, and is strong only if none does.

    Parameters
    ----------
    layer
        Points under each hypothesis. Points on top of each other count once; points more than
        2 km from every road under some hypothesis lie outside the road data and do not count.
    roads
        From :func:`prepare_roads`.
    """
    if roads is None or not len(layer):
        return silent("roads", np.zeros((len(HYPOTHESES), 0)))
    apart = np.unique(np.round(layer.xy[0]), axis=0, return_index=True)[1]
    apart = apart[:: -(-len(apart) // MOST_ROWS)]
    xy = layer.xy[:, apart]
    distances = roads.distance_m(xy)
    near = (distances <= NO_ROADS_M).all(axis=0)
    xy, distances = xy[:, near], distances[:, near]
    cells = cells_of(xy[0])
    witnesses = len(np.unique(cells))
    if witnesses < FEWEST:
        return silent("roads", distances, witnesses)
    scores = average(_score(distances), cells)
    z = ahead(scores)
    best = int(z.argmax())
    rivals = 1.0
    if z[best] >= SPEAKS_Z:
        decoys = xy[best] + _decoys(xy, best)[:, None]
        fit = average(_score(roads.distance_m(decoys)), cells).mean(axis=1)
        reached = scores[best].mean() - AS_WELL * (scores[best].mean() - fit.mean())
        rivals = float((fit >= reached).mean())
    return Evidence(
        kind="roads",
        rows=distances.shape[1],
        witnesses=witnesses,
        typical_m=by_hypothesis(np.median(distances, axis=1)),
        z=by_hypothesis(z),
        share=by_hypothesis((distances <= BESIDE_M).mean(axis=1)),
        best=HYPOTHESES[best],
        speaks=bool(z[best] >= SPEAKS_Z and rivals <= MOST_RIVALS),
        strong=bool(z[best] >= STRONG_Z and rivals == 0),
        distances_m=distances,
        reference=roads.reference,
    )


def _score(distances: Floats) -> Floats:
    return np.log(FLOOR + (1 - FLOOR) * np.exp(-((distances / BESIDE_M) ** 2) / 2))


def _decoys(xy: Floats, best: int) -> Floats:
    """Give shifts as long as those between the hypotheses, but not these themselves.

    Besides all round the compass they go along the layer's main axis: of points along one street,
    that is the way of the street.
    """
    middle = np.median(xy, axis=1)
    between = middle[:, None] - middle[None]
    lengths = np.hypot(*between.transpose(2, 0, 1))[np.triu_indices(len(middle), 1)]
    axis = np.linalg.eigh(np.cov(xy[best].T))[1][:, -1]
    along = np.arctan2(axis[1], axis[0])
    angles = np.append(np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS), (along, along + np.pi))
    shifts = (lengths[:, None, None] * np.column_stack((np.cos(angles), np.sin(angles)))).reshape(
        -1, 2
    )
    own = np.hypot(*(shifts[:, None] - (middle - middle[best])[None]).transpose(2, 0, 1))
    return np.asarray(shifts[(own > _OWN_M).all(axis=1)], dtype=np.float64)
