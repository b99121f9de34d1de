"""Shapes as they stand in a file: points of two columns, or its own geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap.findings import Finding, fail, finding
from gapmap.tables import parse_numbers, row_findings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.tables import Table

    Flags = NDArray[np.bool_]

__all__ = ["Given", "from_columns", "from_geometry"]


@dataclass(frozen=True, slots=True)
class Given:
    """Shapes as they stand in the file; ``told`` are the rows whose lack is recorded already."""

    shapes: NDArray[np.object_]
    told: Flags


def from_columns(table: Table, x: str, y: str) -> tuple[Given, tuple[Finding, ...]]:
    """Make points of two columns."""
    east, north = parse_numbers(table, x), parse_numbers(table, y)
    found = (*east.notes, *north.notes)
    for column, parsed in ((x, east), (y, north)):
        bad = parsed.text[parsed.unreadable]
        found += row_findings("position-unreadable", table.file, column, bad.items())
    unreadable = (east.unreadable | north.unreadable).to_numpy()
    xy = np.column_stack((east.numbers.to_numpy(), north.numbers.to_numpy()))
    known = np.isfinite(xy).all(axis=1)
    half = ~known & ~unreadable & np.isfinite(xy).any(axis=1)
    labels = table.cells.index.to_numpy()
    shown = (east.text + ", " + north.text).to_numpy()
    found += row_findings(
        "position-half", table.file, f"{x}, {y}", zip(labels[half], shown[half], strict=True)
    )
    shapes = np.full(len(xy), None, dtype=object)
    shapes[known] = shapely.points(xy[known])
    return Given(shapes, unreadable | half), found


def from_geometry(table: Table) -> tuple[Given, tuple[Finding, ...]]:
    """Take the file's own shapes; empty ones and those with coordinates that are none are None."""
    if table.geometry is None:
        fail(finding("position-columns-missing", file=table.file))
    shapes = np.array(table.geometry.to_numpy(), dtype=object)
    west, south, east, north = shapely.bounds(shapes).T
    finite = np.isfinite(west) & np.isfinite(south) & np.isfinite(east) & np.isfinite(north)
    shapes[~finite] = None
    unreadable = {found.row for found in table.findings if found.code == "geometry-unreadable"}
    return Given(shapes, table.cells.index.isin(unreadable)), ()
