"""The rows below a header seen from afar: which cells are filled, which columns hold figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gapmap.findings import finding
from gapmap.tables.columns import BLANKS
from gapmap.tables.layout import is_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gapmap.findings import Finding

__all__ = ["Asides", "Sheet", "mask", "places_of", "plain_figures", "sampled"]

SAMPLE: Final = 2_000
"""Rows by which a column is judged to hold words or figures."""


@dataclass(slots=True)
class Asides:
    """What stands between the data.

    Attributes
    ----------
    excluded
        Places of rows that are no data.
    units
        Of columns whose unit stands in a row of its own below the header, that unit.
    findings
        One for each of them, and for rows that were kept in doubt.
    """

    excluded: set[int] = field(default_factory=set)
    units: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """The rows below the header, as seen from afar.

    Attributes
    ----------
    columns, numbers, file
        The cells, the rows' physical numbers and the file's name.
    filled
        Row by column, whether there is anything in the cell.
    figures
        Share of the filled cells of each column that are figures, by a sample.
    names
        The header's cell of each column, ``""`` where empty.
    """

    columns: Sequence[pa.ChunkedArray]
    numbers: Sequence[int]
    file: str
    filled: NDArray[np.bool_]
    figures: list[float]
    names: Sequence[str]

    def rows(self, places: Sequence[int]) -> list[tuple[int, list[str]]]:
        """Give some rows, each with its place; the cells without blanks at their ends."""
        wanted = pa.array(places, pa.int64())
        columns = [column.take(wanted).to_pylist() for column in self.columns]
        cells = ([cell.strip(BLANKS) for cell in row] for row in zip(*columns, strict=True))
        return list(zip(places, cells, strict=True))

    def say(
        self, asides: Asides, code: str, place: int, row: list[str], *, leave_out: bool = True
    ) -> None:
        """Note what a row is, and leave it out."""
        if leave_out:
            asides.excluded.add(place)
        value = " | ".join(cell for cell in row if cell)
        asides.findings.append(finding(code, file=self.file, row=self.numbers[place], value=value))


def places_of(marked: NDArray[np.bool_]) -> list[int]:
    """Give the places that are marked."""
    return [int(place) for place in np.flatnonzero(marked)]


def mask(found: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Give arrow's booleans as numpy's."""
    return np.asarray(found.to_numpy(), dtype=bool)


def sampled(column: pa.ChunkedArray) -> float:
    """Give the share of a column's filled cells that are figures, by a sample over its length."""
    step = max(1, len(column) // SAMPLE)
    cells = [
        cell for cell in column.take(pa.array(range(0, len(column), step))).to_pylist() if cell
    ]
    return sum(map(is_figure, cells)) / len(cells) if cells else 0.0


def plain_figures(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Give a column's plain numbers, thousands separated or not; NaN where there are none."""
    text = pc.replace_substring(pc.utf8_trim(column, characters=BLANKS), ",", "")
    plain = pc.match_substring_regex(text, r"^[+-]?\d+(?:\.\d+)?$")
    values = pc.cast(pc.if_else(plain, text, None), pa.float64())
    return np.asarray(values.to_numpy(), dtype="float64")
