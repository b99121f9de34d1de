"""Evidence of names: a row lies in the area, and near the place, whose code or name it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy import special

from gapmap.datum.evidence import (
    FEWEST,
    MOST_Z,
    SPEAKS_Z,
    STRONG_Z,
    Evidence,
    average,
    by_hypothesis,
    cells_of,
    deviate,
    silent,
)
from gapmap.datum.readings import HYPOTHESES

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from gapmap.datum.readings import Readings

    Floats = NDArray[np.float64]

__all__ = ["area_evidence", "point_pair_evidence", "share_inside"]

TOUCH_M: Final = 10.0
"""So far outside an area a point still counts as in it: its border is a drawn line."""
FAR_M: Final = 300.0
"""Farther outside than this is no worse."""
LEAST_FIT: Final = 0.7
"""Of the ground on which hypotheses disagree, so much must fit the best: else it is the least bad
of three that are all wrong, and evidence does not speak."""
STRONG_FIT: Final = 0.85
ASTRAY_M: Final = 5000.0
"""Two rows farther apart under every hypothesis are no pair, whatever their codes say."""
APART_M: Final = 50.0
"""Hypotheses nearer to each other than this cannot be told apart by pairs."""
AGREE_M: Final = 100.0
"""The median offset under the right hypothesis may be so long, besides its own uncertainty."""
_MEDIAN_ERROR: Final = 1.2533 * 1.4826
"""Standard error of a median over MAD / sqrt n, for normal deviations (sqrt(pi / 2) x 1.4826)."""


def area_evidence(layer: Readings, named: ArrayLike, *, reference: str | None = None) -> Evidence:
    """Ask under which hypothesis rows lie in the area that they name.

    Only ground on which two hypotheses disagree says anything: an exact sign test between them
    (Dixon and Mood 1946, https://doi.org/10.1080/01621459.1946.10501898).

    Parameters
    ----------
    layer
        Points under each hypothesis, against areas that stay where they are; or, the roles
        exchanged, areas under each hypothesis against points: then ``layer.take`` gives for
        each point the area that it names.
    named
        For each shape of ``layer`` what it belongs to, in the metric CRS; None: nothing known.
    reference
        None where the other layer's datum is named by the study or confirmed by roads, else the
        datum in which that layer is read; see :class:`Evidence`.
    """
    other = np.asarray(named, dtype=object)
    known = ~(shapely.is_missing(other) | shapely.is_empty(other))
    layer, other = layer.take(known), other[known]
    if not len(other):
        return silent("areas", np.zeros((len(HYPOTHESES), 0)))
    points_move = shapely.get_dimensions(layer.shapes[0]).max() == 0
    distances = _outside_m(*((layer.shapes, other) if points_move else (other, layer.shapes)))
    ground = layer.xy[0] if points_move else shapely.get_coordinates(shapely.centroid(other))
    cells = cells_of(ground)
    outside = average(np.minimum(distances, FAR_M), cells)
    z = _ahead_by_sign(outside)
    best = int(z.argmax())
    telling = np.ptp(outside, axis=0) > TOUCH_M
    fit = float((outside[best, telling] <= TOUCH_M).mean()) if telling.any() else 0.0
    return Evidence(
        kind="areas",
        rows=len(other),
        witnesses=int(telling.sum()),
        typical_m=by_hypothesis(distances.mean(axis=1)),
        z=by_hypothesis(z),
        share=by_hypothesis((distances <= TOUCH_M).mean(axis=1)),
        best=HYPOTHESES[best] if z[best] > 0 else "",
        speaks=bool(z[best] >= SPEAKS_Z and fit >= LEAST_FIT),
        strong=bool(z[best] >= STRONG_Z and fit >= STRONG_FIT),
        distances_m=distances,
        reference=reference,
    )


def _outside_m(points: NDArray[np.object_], areas: NDArray[np.object_]) -> Floats:
    """Give how far each point lies outside its area; 0 inside."""
    points, areas = np.broadcast_arrays(points, areas)
    shapely.prepare(areas)  # which of 100,000 corners are near is looked up, not tried
    outside = ~shapely.contains(areas, points)
    metres = np.zeros(points.shape)
    metres[outside] = shapely.distance(areas[outside], points[outside])
    return metres


def _ahead_by_sign(outside: Floats) -> Floats:
    """Say how far each hypothesis is ahead of its best rival: normal deviates of sign tests."""
    number = len(outside)
    z = np.full((number, number), np.inf)
    for one in range(number):
        for rival in range(number):
            nearer = outside[rival] - outside[one]
            votes, against = int((nearer > TOUCH_M).sum()), int((nearer < -TOUCH_M).sum())
            if one != rival:
                z[one, rival] = _sign_z(votes, against)
    return np.asarray(z.min(axis=1), dtype=np.float64)


def _sign_z(votes: int, against: int) -> float:
    """Give the normal deviate of so many votes among all, where both ways are as likely."""
    if votes + against < FEWEST or votes == against:
        return 0.0
    fewer = min(votes, against)
    tail = float(special.bdtr(fewer, votes + against, 0.5))
    z = min(max(0.0, float(-special.ndtri(tail))), MOST_Z)
    return float(np.sign(votes - against)) * z


def point_pair_evidence(
    layer: Readings, partners: Floats, *, reference: str | None = None
) -> Evidence:
    """Ask under which hypothesis rows lie around the place whose code or name they carry.

    A facility lies in any direction from its village, so over many villages the offsets cancel;
    a wrong datum moves all by the same vector. Between two hypotheses the offsets are measured
    along the line that joins them, from its middle: their median over its error is z. All
    facilities of one place are one witness.

    Parameters
    ----------
    layer
        Points under each hypothesis, or areas, by their centroids.
    partners
        For each shape of ``layer`` the position of its partner, n x 2, in the metric CRS; NaN
        where there is none.
    reference
        As of :func:`area_evidence`.
    """
    offsets = layer.xy - np.asarray(partners, dtype=np.float64)
    lengths = np.hypot(offsets[..., 0], offsets[..., 1])
    near = np.isfinite(lengths).all(axis=0) & (lengths.min(axis=0) <= ASTRAY_M)
    offsets, lengths = offsets[:, near], lengths[:, near]
    cells = cells_of(np.asarray(partners)[near])
    witnesses = len(np.unique(cells))
    if witnesses < FEWEST:
        return silent("pairs", lengths, witnesses)
    means = average(offsets.transpose(0, 2, 1), cells).transpose(0, 2, 1)
    z = _ahead_by_offset(means)
    best = int(z.argmax())
    middle = np.median(means, axis=1)
    error = np.array([_median_error(part) for part in means[best].T])
    allowed = AGREE_M + SPEAKS_Z * float(np.linalg.norm(error))
    agrees = bool(np.hypot(*middle[best]) <= allowed)
    return Evidence(
        kind="pairs",
        rows=int(near.sum()),
        witnesses=witnesses,
        typical_m=by_hypothesis(np.hypot(*middle.T)),
        z=by_hypothesis(z),
        share=by_hypothesis((lengths <= lengths[best].mean()).mean(axis=1)),
        best=HYPOTHESES[best],
        speaks=bool(z[best] >= SPEAKS_Z and agrees),
        strong=bool(z[best] >= STRONG_Z and agrees),
        distances_m=lengths,
        reference=reference,
    )


def _ahead_by_offset(offsets: Floats) -> Floats:
    """Say how far each hypothesis is ahead of its best rival, by the median offset."""
    number, count = offsets.shape[:2]
    z = np.full((number, number), np.inf)
    for one in range(number):
        for rival in range(number):
            if one == rival:
                continue
            apart = np.median(offsets[rival] - offsets[one], axis=0)
            length = float(np.hypot(*apart))
            if length < APART_M:
                z[one, rival] = 0.0
                continue
            along = offsets[one] @ (apart / length) + length / 2
            z[one, rival] = deviate(float(np.median(along)), _median_error(along), count)
    return np.asarray(z.min(axis=1), dtype=np.float64)


def _median_error(values: Floats) -> float:
    spread = float(np.median(np.abs(values - np.median(values))))
    return float(_MEDIAN_ERROR * spread / len(values) ** 0.5)


def share_inside(layer: Readings, areas: ArrayLike) -> Evidence:
    """Give the share of rows inside the study's areas under each hypothesis: a hint, no proof.

    It never speaks: lists hold rows outside on purpose, and the boundary may be what is wrong.
    """
    if not len(layer):
        return silent("inside", np.zeros((len(HYPOTHESES), 0)))
    points = shapely.points(layer.xy)
    inside = np.zeros(points.shape, dtype=bool)
    for area in np.atleast_1d(np.asarray(areas, dtype=object)):
        shapely.prepare(area)
        inside[~inside] = shapely.dwithin(area, points[~inside], TOUCH_M)
    share = inside.mean(axis=1)
    first = share == share.max()
    return Evidence(
        kind="inside",
        rows=len(layer),
        witnesses=0,
        typical_m={},
        z=dict.fromkeys(HYPOTHESES, 0.0),
        share=by_hypothesis(share),
        best=HYPOTHESES[int(share.argmax())] if first.sum() == 1 else "",
        speaks=False,
        strong=False,
        distances_m=np.where(inside, 0.0, np.inf),
    )
