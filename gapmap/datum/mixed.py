"""A few rows in another datum than the rest of their layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy import special

from gapmap.datum.readings import HYPOTHESES, hypothesis_of
from gapmap.datum.verdict import DATUM_NAMES
from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from gapmap.datum.readings import Readings

__all__ = ["MixedRows", "mixed_rows", "tell_mixed"]

FEWEST_ROWS: Final = 3
MOST_CHANCE: Final = 0.005
"""Chance may make the rows fit with this probability at most; two hypotheses are tried."""
_LAYER_SHARE: Final = 0.5
_DIRECTIONS: Final = 24


@dataclass(frozen=True, slots=True)
class MixedRows:
    """Rows that fit another datum.

    Attributes
    ----------
    datum
        The datum that they fit.
    rows
        Their positions in the layer as it was given, from 0.
    compared
        Rows of the layer that name a known area or place.
    astray
        Rows among them that do not lie there as declared.
    chance
        Probability that so many of these would fit by chance.
    """

    datum: str
    rows: NDArray[np.intp]
    compared: int
    astray: int
    chance: float


def mixed_rows(
    layer: Readings, named: ArrayLike, *, declared: str, near_m: float = 10.0
) -> MixedRows | None:
    """Find rows that lie where they say only if they are read in another datum than the rest.

    A row that lies outside its area as declared may lie in it after any shift, so the number of
    rows that fit is held against shifts of the same length in all directions.

    Parameters
    ----------
    layer
        Points under each hypothesis.
    named
        For each point the area that it names, or the place where the same thing lies in a layer
        that is trusted, in the metric CRS; None: nothing known.
    declared
        The datum in which the layer is read.
    near_m
        So near counts as fitting; widen it for places, whose positions differ by more.

    Returns
    -------
    MixedRows or None
        None where the layer as a whole does not fit its declared datum, fewer than 3 rows fit
        another, or chance explains them.
    """
    other = np.asarray(named, dtype=object)
    known = ~(shapely.is_missing(other) | shapely.is_empty(other))
    layer, other = layer.take(known), other[known]
    if not len(other):
        return None
    fits = np.asarray(shapely.distance(layer.shapes, other) <= near_m)
    own = HYPOTHESES.index(hypothesis_of(declared))
    astray = ~fits[own]
    if fits[own].mean() < _LAYER_SHARE:
        return None
    found = []
    for at, name in enumerate(HYPOTHESES):
        rows = fits[at] & astray
        if at != own and rows.sum() >= FEWEST_ROWS:
            by_chance = _share_by_chance(layer.take(astray), other[astray], (own, at), near_m)
            chance = float(special.bdtrc(rows.sum() - 1, astray.sum(), by_chance))
            found.append(MixedRows(name, layer.rows[rows], len(other), int(astray.sum()), chance))
    likely = [one for one in found if one.chance <= MOST_CHANCE]
    return min(likely, key=lambda one: one.chance, default=None)


def tell_mixed(
    mixed: MixedRows, *, file: str, rows: ArrayLike, declared: str, field: str = ""
) -> tuple[Finding, ...]:
    """Make a finding for each row in another datum.

    Parameters
    ----------
    mixed
        From :func:`mixed_rows`.
    file, field
        The layer and its coordinate columns.
    rows
        For each row of the layer as it was given, the row as a spreadsheet shows it.
    declared
        The datum in which the layer is read.
    """
    numbers = np.asarray(rows)
    return tuple(
        finding(
            "datum-mixed",
            file=file,
            row=int(numbers[at]),
            field=field,
            datum=DATUM_NAMES[mixed.datum],
            declared=DATUM_NAMES[hypothesis_of(declared)],
            count=len(mixed.rows),
            astray=mixed.astray,
            compared=mixed.compared,
        )
        for at in mixed.rows.tolist()
    )


def _share_by_chance(
    layer: Readings, other: NDArray[np.object_], between: tuple[int, int], near_m: float
) -> float:
    """Give the share of rows that a shift as long as that between two datums makes fit."""
    own, at = between
    apart = layer.xy[at] - layer.xy[own]
    length = float(np.median(np.hypot(*apart.T)))
    angles = np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS)
    shifts = length * np.column_stack((np.cos(angles), np.sin(angles)))
    moved = shapely.points(layer.xy[own][None] + shifts[:, None])
    # one more row that fits, so that chance is never taken as impossible
    fits = int((shapely.distance(moved, other) <= near_m).sum())
    return float((fits + 1) / (moved.size + 1))
