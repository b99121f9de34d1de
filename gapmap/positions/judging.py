"""Positions that cannot be true by themselves, whatever the region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gapmap.errors import CrsError
from gapmap.findings import Finding, fail, finding
from gapmap.tables import row_findings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.positions.given import Given
    from gapmap.positions.source import Source
    from gapmap.tables import Table

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Judged", "judge", "listed", "told"]

METRES_FROM: Final = 1000.0
"""A coordinate beyond this is no degree mistyped; where most are, the file holds metres."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Shapes with those that cannot be true taken out; the reasons by row."""

    shapes: NDArray[np.object_]
    given: NDArray[np.object_]
    missing: Flags
    zero: Flags
    outside: Flags
    swapped: Flags


def judge(given: Given, source: Source, file: str) -> Judged:
    """Take out what cannot be true; exchange what only makes sense exchanged."""
    shapes = given.shapes.copy()
    bounds = shapely.bounds(shapes)
    known = ~shapely.is_missing(shapes)
    zero = known & (np.abs(np.nan_to_num(bounds)) < 1e-9).all(axis=1)  # noqa: PLR2004 - 0.1 mm
    outside = np.zeros(len(shapes), dtype=bool)
    swapped = outside.copy()
    if source.in_degrees:
        west, south, east, north = np.where((known & ~zero)[:, None], bounds, 0.0).T
        width = np.maximum(np.abs(west), np.abs(east))
        height = np.maximum(np.abs(south), np.abs(north))
        _refuse_metres(np.maximum(width, height)[known & ~zero], file)
        outside = (width > 180) | (height > 90)  # noqa: PLR2004 - the globe
        swapped = (height > 90) & (height <= 180) & (width <= 90)  # noqa: PLR2004 - the globe
        shapes[swapped] = shapely.transform(shapes[swapped], lambda xy: xy[:, ::-1])
        outside &= ~swapped
    shapes[zero | outside] = None
    missing = ~known & ~given.told
    return Judged(shapes, given.shapes, missing, zero, outside, swapped)


def _refuse_metres(largest: Floats, file: str) -> None:
    """Refuse a file most of whose coordinates are far too large for degrees."""
    far = largest > METRES_FROM
    if far.size and far.mean() > 0.5:  # noqa: PLR2004 - most
        fail(finding("crs-metres-unnamed", file=file, value=f"{largest[far][0]:.10g}"), CrsError)


def told(judged: Judged, table: Table, field: str) -> tuple[Finding, ...]:
    """Give a finding for each row without a usable position, or with one put right."""
    labels = table.cells.index.to_numpy()
    found: tuple[Finding, ...] = ()
    for code, flags in (
        ("position-empty", judged.missing),
        ("position-zero", judged.zero),
        ("position-out-of-range", judged.outside),
        ("position-swapped", judged.swapped),
    ):
        found += row_findings(code, table.file, field, listed(labels, flags, judged.given))
    return found


def listed(
    labels: NDArray[np.int64], flags: Flags, shapes: NDArray[np.object_]
) -> list[tuple[int, object]]:
    """Give the flagged rows, each with where its shape begins."""
    bounds = shapely.bounds(shapes[flags])
    return [
        (int(row), "" if np.isnan(box[0]) else f"{box[0]:.10g}, {box[1]:.10g}")
        for row, box in zip(labels[flags], bounds, strict=True)
    ]
