"""Evidence on the datum of a layer: what all kinds of it share.

A witness is one piece of ground, not one row: rows that lie close together agree because they are
neighbours, and twenty shelters along one street are not twenty witnesses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import special

from gapmap.datum.readings import HYPOTHESES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "CELL_M",
    "FEWEST",
    "MOST_Z",
    "SPEAKS_Z",
    "STRONG_Z",
    "Evidence",
    "ahead",
    "average",
    "by_hypothesis",
    "cells_of",
    "deviate",
    "silent",
]

FEWEST: Final = 7
"""Witnesses below which evidence is silent."""
SPEAKS_Z: Final = 2.5
"""From here evidence speaks: it is this far ahead of EVERY other hypothesis."""
STRONG_Z: Final = 4.0
"""From here one kind of evidence may be enough to convert a layer that asks for it."""
CELL_M: Final = 250.0
"""Side of the square of ground that counts as one witness."""
MOST_Z: Final = 30.0
"""A z above this is told as this: the tail probability is 0 in floating point soon after."""
_NO_DIFFERENCE: Final = 1e-9
"""A mean difference of scores below this is none: the hypotheses coincide, as they do abroad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one kind of evidence says of a layer.

    Attributes
    ----------
    kind
        ``roads``, ``areas``, ``pairs`` or ``inside``.
    rows
        Rows that the evidence rests on.
    witnesses
        Independent pieces of ground among them.
    typical_m
        By hypothesis, in metres: the median distance from what the layer should lie on or in; of
        ``pairs`` the length of the median offset. Empty for ``inside``.
    z
        By hypothesis: how far it is ahead of the best of the others, in standard errors; below 0
        it is behind.
    share
        By hypothesis: share of rows that fit (near a road, in the area that they name, near the
        place that they name, inside the boundary).
    best
        The hypothesis ahead of both others.
    speaks
        Whether it is far enough ahead to be told.
    strong
        Whether this evidence alone may convert a layer that asks for it.
    distances_m
        Hypotheses x rows, in the order of ``HYPOTHESES``: for the figure.
    reference
        None: what the layer is held against is taken as true. Otherwise the datum in which that
        other layer is read, which nobody has verified: then agreement proves nothing, since both
        may be wrong alike.
    """

    kind: str
    rows: int
    witnesses: int
    typical_m: dict[str, float]
    z: dict[str, float]
    share: dict[str, float]
    best: str
    speaks: bool
    strong: bool
    distances_m: Floats
    reference: str | None = None


def cells_of(xy: Floats, size_m: float = CELL_M) -> NDArray[np.intp]:
    """Give for each position the number of the square of ground on which it lies."""
    squares = np.floor(xy / size_m).astype(np.int64)
    return np.unique(squares, axis=0, return_inverse=True)[1].reshape(-1)


def average(values: Floats, cells: NDArray[np.intp]) -> Floats:
    """Give the mean of each witness; values are ... x rows."""
    count = np.bincount(cells)
    flat = values.reshape(-1, values.shape[-1])
    means = np.array([np.bincount(cells, one, len(count)) / count for one in flat])
    return means.reshape(*values.shape[:-1], len(count))


def ahead(scores: Floats) -> Floats:
    """Say how far each hypothesis is ahead of its best rival, in standard errors.

    Parameters
    ----------
    scores
        Hypotheses x witnesses; more is better.

    Returns
    -------
    numpy.ndarray
        For each hypothesis the least z over its rivals, from the paired differences of the
        scores. 0 where two hypotheses cannot be told apart or there are too few witnesses.
    """
    number, count = scores.shape
    z = np.full((number, number), np.inf)
    for one in range(number):
        for rival in range(number):
            if one != rival:
                differences = scores[one] - scores[rival]
                error = float(differences.std(ddof=1)) / count**0.5 if count > 1 else 0.0
                z[one, rival] = deviate(float(differences.mean()), error, count)
    return np.asarray(z.min(axis=1), dtype=np.float64)


def deviate(mean: float, error: float, count: int) -> float:
    """Give z: the normal deviate with the tail probability of Student's t of a mean.

    Student 1908, https://doi.org/10.1093/biomet/6.1.1. With few witnesses t promises too much:
    of 7 witnesses t = 2.5 is worth z = 2.0. Perfect agreement is no certainty either: the error
    is not taken below what one more witness, saying the opposite, would make it.
    """
    if count < FEWEST or abs(mean) <= _NO_DIFFERENCE:
        return 0.0
    t = abs(mean) / max(error, abs(mean) * 2.0 / (count - 1))
    z = min(float(-special.ndtri(special.stdtr(count - 1, -t))), MOST_Z)
    return float(np.sign(mean)) * z


def silent(kind: str, distances_m: Floats, witnesses: int = 0) -> Evidence:
    """Give evidence that says nothing, because there are too few witnesses."""
    nothing = dict.fromkeys(HYPOTHESES, 0.0)
    return Evidence(
        kind=kind,
        rows=distances_m.shape[-1],
        witnesses=witnesses,
        typical_m={},
        z=nothing,
        share={},
        best="",
        speaks=False,
        strong=False,
        distances_m=distances_m,
    )


def by_hypothesis(values: Floats) -> dict[str, float]:
    """Name one value for each hypothesis."""
    return {name: float(value) for name, value in zip(HYPOTHESES, values, strict=True)}
