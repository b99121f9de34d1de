"""Shapes as they stand in a file: points of two columns, or its own geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap.findings import Finding, fail, finding
from gapmap.tables import parse_pair, row_findings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.tables import Table

    Flags = NDArray[np.bool_]

__all__ = ["Given", "from_columns", "from_geometry"]


@dataclass(frozen=True, slots=True)
class Given:
    """Shapes as they stand in the file.

    ``told`` are the rows whose lack is recorded already, ``repaired`` those whose cells were put
    right.
    """

    shapes: NDArray[np.object_]
    told: Flags
    repaired: frozenset[int] = frozenset()


def from_columns(
    table: Table, x: str, y: str, *, degrees: bool
) -> tuple[Given, tuple[Finding, ...]]:
    """Make points of two columns, or of one that holds both coordinates."""
    pair = parse_pair(table, x, y, degrees=degrees)
    xy = np.column_stack((pair.x.to_numpy(), pair.y.to_numpy()))
    known = np.isfinite(xy).all(axis=1)
    told = pair.told.to_numpy()
    half = ~known & ~told & np.isfinite(xy).any(axis=1)
    labels = table.cells.index.to_numpy()
    shown = zip(labels[half], pair.text.to_numpy()[half], strict=True)
    found = (*pair.findings, *row_findings("position-half", table.file, f"{x}, {y}", shown))
    shapes = np.full(len(xy), None, dtype=object)
    shapes[known] = shapely.points(xy[known])
    return Given(shapes, told | half, pair.repaired), found


def from_geometry(table: Table) -> tuple[Given, tuple[Finding, ...]]:
    """Take the file's own shapes; empty ones and those with coordinates that are none are None."""
    if table.geometry is None:
        fail(finding("position-columns-missing", file=table.file))
    shapes = np.array(table.geometry.to_numpy(), dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    unreadable = {one.row for one in table.findings if one.code == "geometry-unreadable"}
    return Given(shapes, table.cells.index.isin(unreadable)), ()
