"""Positions that can be true one by one, but not all together; nothing is changed here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gapmap.tables import Table

    Floats = NDArray[np.float64]

__all__ = ["doubts"]

ALIKE: Final = 10
"""So many rows on exactly one spot are doubted: a town hall, perhaps, stands for all of them."""
SPOTS_NAMED: Final = 50
ROWS_NAMED: Final = 10
FEWEST: Final = 5
"""With fewer positions than this nothing is said of how they are rounded."""
_M_PER_DEGREE: Final = 111_200.0


def doubts(
    shapes: NDArray[np.object_], table: Table, field: str, *, in_degrees: bool
) -> Iterator[Finding]:
    """Doubt positions that many rows share, and positions that are rounded to be too coarse.

    Parameters
    ----------
    shapes
        In the file's system, None where there is no position; points alone are looked at.
    in_degrees
        Whether they are longitudes and latitudes.
    """
    points = shapely.get_type_id(shapes) == 0
    rows = table.cells.index.to_numpy()[points]
    xy = shapely.get_coordinates(shapes[points])
    yield from _alike(xy, rows, table.file, field)
    if in_degrees and len(xy) >= FEWEST:
        yield from _coarse(xy, rows, table.file, field)


def _alike(xy: Floats, rows: NDArray[np.int64], file: str, field: str) -> Iterator[Finding]:
    """Name the spots that many rows share, the fullest first."""
    spots, number, counts = np.unique(
        xy[:, 0] + 1j * xy[:, 1], return_inverse=True, return_counts=True
    )
    full = np.flatnonzero(counts >= ALIKE)
    full = full[np.argsort(-counts[full], kind="stable")]
    for rank, spot in enumerate(full[:SPOTS_NAMED], start=1):
        sharing = rows[number == spot]
        listed = ", ".join(str(row) for row in sharing[:ROWS_NAMED])
        said = finding(
            "positions-alike",
            file=file,
            row=int(sharing[0]),
            field=field,
            value=f"{spots[spot].real:.10g}, {spots[spot].imag:.10g}",
            count=len(sharing),
            rows=listed + (" …" if len(sharing) > ROWS_NAMED else ""),
        )
        yield replace(said, rank=rank)
    if len(full) > SPOTS_NAMED:
        rest = full[SPOTS_NAMED:]
        facts = {"spots": len(rest), "count": int(counts[rest].sum())}
        yield finding("positions-alike-further", file=file, field=field, **facts)


def _coarse(xy: Floats, rows: NDArray[np.int64], file: str, field: str) -> Iterator[Finding]:
    """Say by how much most positions may be off because they have two decimals or fewer."""
    for decimals in (0, 1, 2):
        scaled = xy * 10.0**decimals
        rounded = (np.abs(scaled - np.round(scaled)) < 1e-7).all(axis=1)  # noqa: PLR2004 - 1 cm
        if 2 * rounded.sum() > len(xy):
            first = int(np.argmax(rounded))
            half_step_m = 0.5 * 10.0**-decimals * _M_PER_DEGREE
            east = half_step_m * np.cos(np.radians(xy[first, 1]))
            yield finding(
                "positions-coarse",
                file=file,
                row=int(rows[first]),
                field=field,
                value=f"{xy[first, 0]:.10g}, {xy[first, 1]:.10g}",
                count=int(rounded.sum()),
                total=len(xy),
                decimals=decimals,
                metres=f"{np.hypot(half_step_m, east):.0f}",
            )
            return
