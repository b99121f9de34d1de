"""Totals that no word names: rows whose numbers are the sums of rows around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gapmap.findings import finding
from gapmap.tables.columns import BLANKS
from gapmap.tables.overview import places_of, plain_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gapmap.tables.overview import Asides, Sheet

__all__ = ["find_sums"]

MOSTLY: Final = 0.6
"""Share of the rows that fill a column, so that an empty cell is a sign."""
FEWEST_GAPS: Final = 2
"""Such empty cells in a row that may be a total."""
MOST: Final = 0.34
"""Share of rows that may be totals: a total of two rows is every third."""
FIGURES: Final = 0.5
LEAST: Final = 10.0
"""Below it a single number may be the sum of two others by chance."""
ALL_DIFFER: Final = 0.9
MOST_BLOCKS: Final = 50
MOST_KEYS: Final = 2
"""A row that has a code and a name of its own is no total, even where its numbers fit."""


def find_sums(sheet: Sheet, asides: Asides) -> None:
    """Leave out rows that lack what others have, and whose numbers add up those of other rows.

    A town's row over or under its villages often has nothing but the town's name and its sums.
    Compared are the rows up to the next such row, on either side, several such blocks together,
    and all rows.
    """
    kept = np.ones(len(sheet.numbers), dtype=bool)
    kept[list(asides.excluded)] = False
    if kept.sum() <= FEWEST_GAPS:
        return
    usual = sheet.filled[kept].mean(axis=0) >= MOSTLY
    gaps = (usual & ~sheet.filled).sum(axis=1) >= FEWEST_GAPS
    several = sheet.filled.sum(axis=1) > 1
    places = places_of(gaps & kept & several)
    if not places or len(places) > MOST * kept.sum():
        return
    kept[places] = False
    columns = [at for at, share in enumerate(sheet.figures) if share >= FIGURES and usual[at]]
    values = np.array([plain_figures(sheet.columns[at]) for at in columns])
    keys = _keys(sheet, np.flatnonzero(kept), usual)
    if not columns or not keys:
        return
    sums = _Sums(values, kept, places)
    for place, row in sheet.rows(places):
        known = int(sheet.filled[place, keys].sum())
        block = sums.block_of(place) if known < min(len(keys), MOST_KEYS) else None
        if block is not None:
            asides.excluded.add(place)
            asides.findings.append(
                finding(
                    "row-sum",
                    file=sheet.file,
                    row=sheet.numbers[place],
                    value=" | ".join(cell for cell in row if cell),
                    first=sheet.numbers[block[0]],
                    last=sheet.numbers[block[1] - 1],
                )
            )


def _keys(sheet: Sheet, rows: NDArray[np.intp], usual: NDArray[np.bool_]) -> list[int]:
    """Give the columns that tell rows apart: codes of one length, and words that differ."""
    wanted = pa.array(rows)
    found = []
    for at in places_of(usual):
        cells = pc.utf8_trim(sheet.columns[at].take(wanted), characters=BLANKS)
        filled = cells.filter(pc.not_equal(cells, ""))
        if pc.count_distinct(filled).as_py() < ALL_DIFFER * len(filled):
            continue
        codes = pc.all(pc.match_substring_regex(filled, r"^[0-9]{6,}$")).as_py()
        if codes or sheet.figures[at] < FIGURES:
            found.append(at)
    return found


class _Sums:
    """Columns of numbers, which rows are ordinary, and which may be totals of them."""

    def __init__(
        self, values: NDArray[np.float64], ordinary: NDArray[np.bool_], places: list[int]
    ) -> None:
        added = np.where(ordinary, np.nan_to_num(values), 0.0)
        self.values = values
        self.places = places
        self.ordinary = np.concatenate([[0], np.cumsum(ordinary)])
        self.added = np.concatenate([np.zeros((len(values), 1)), np.cumsum(added, axis=1)], axis=1)

    def block_of(self, place: int) -> tuple[int, int] | None:
        """Give the rows that a row adds up, from and up to which place; None if none."""
        own = self.values[:, place]
        for start, end in self._blocks(place):
            if self.ordinary[end] - self.ordinary[start] < 2:  # noqa: PLR2004 - a sum has two parts
                continue
            total = self.added[:, end] - self.added[:, start]
            equal = np.isclose(own, total, rtol=1e-9, atol=1e-6) & (total != 0)
            if equal.sum() > 1 or (equal.any() and np.abs(own[equal]).max() >= LEAST):
                return self._trimmed(start, end)
        return None

    def _blocks(self, place: int) -> Iterator[tuple[int, int]]:
        at = self.places.index(place)
        count = len(self.ordinary) - 1
        after = [*self.places[at + 1 : at + MOST_BLOCKS], count]
        before = [0, *(one + 1 for one in self.places[max(0, at - MOST_BLOCKS) : at])]
        yield from ((place + 1, end) for end in after)
        yield from ((start, place) for start in reversed(before))
        yield 0, count

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        inside = np.flatnonzero(np.diff(self.ordinary[start : end + 1]))
        return start + int(inside[0]), start + int(inside[-1]) + 1
