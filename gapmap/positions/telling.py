"""What is said about the positions of a file: row by row, or once where most rows are alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gapmap.findings import Finding, finding
from gapmap.positions.slips import SLIPS
from gapmap.tables import row_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gapmap.positions.judging import Judged
    from gapmap.tables import Table

    Flags = NDArray[np.bool_]

__all__ = ["listed", "told"]

MANY: Final = 20
"""Where more rows than this, and more than half of all, have one fault, it is said once."""
_ONCE: Final = {
    "position-swapped": "positions-swapped",
    "position-swap-left": "positions-swap-left",
    "position-slip": "positions-slip",
}


def told(judged: Judged, table: Table, field: str) -> Iterator[Finding]:
    """Give a finding for each row without a usable position, or with one put right.

    Where most rows of a file have coordinates exchanged, or the same slip, one finding says so.
    """
    labels = table.cells.index.to_numpy()
    known = int((~shapely.is_missing(judged.given)).sum())
    for code, hint in _kinds(judged):
        which = (judged.verdict == code) & (judged.hint == hint)
        facts = _facts(code, hint)
        rows = listed(labels, which, judged.given)
        if code in _ONCE and len(rows) > max(MANY, known / 2):
            row, value = rows[0]
            said = finding(
                _ONCE[code],
                file=table.file,
                row=row,
                field=field,
                value=value,
                count=len(rows),
                total=known,
                **facts,
            )
            yield replace(said, further=tuple(row for row, _ in rows[1:]))
            continue
        yield from row_findings(code, table.file, field, rows, **facts)
    if judged.turned.any():
        rows = listed(labels, judged.turned, judged.given)
        row, value = rows[0]
        said = finding(
            "position-turned",
            file=table.file,
            row=row,
            field=field,
            value=value,
            count=len(rows),
        )
        yield replace(said, further=tuple(row for row, _ in rows[1:]))


def _kinds(judged: Judged) -> list[tuple[str, object]]:
    """List the different verdicts with their hints, in the order of the rows."""
    said = judged.verdict != ""
    pairs = zip(judged.verdict[said], judged.hint[said], strict=True)
    return list(dict.fromkeys(pairs))


def _facts(code: str, hint: object) -> dict[str, str]:
    if code.startswith("position-metres"):
        return {"system": str(hint)}
    if code == "position-slip":
        slip = SLIPS[int(str(hint))]
        return {"slip_zh": slip.zh, "slip_en": slip.en}
    return {}


def listed(
    labels: NDArray[np.int64], flags: Flags, shapes: NDArray[np.object_]
) -> list[tuple[int, object]]:
    """Give the flagged rows, each with where its shape begins."""
    bounds = shapely.bounds(shapes[flags])
    return [
        (int(row), "" if np.isnan(box[0]) else f"{box[0]:.10g}, {box[1]:.10g}")
        for row, box in zip(labels[flags], bounds, strict=True)
    ]
