"""Rows that stand between the data by the way: units, field names, page numbers, bare numbering."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gapmap.findings import fail, finding
from gapmap.tables.columns import BLANKS, is_serial
from gapmap.tables.overview import mask, places_of
from gapmap.tables.quantities import is_unit
from gapmap.tables.synonyms import is_known_title

if TYPE_CHECKING:
    from gapmap.tables.overview import Asides, Sheet

__all__ = ["find_strays"]

FIGURES: Final = 0.8
"""Share of figures in a column that makes a word in it strange."""
FEWEST: Final = 2
"""Signs without which a row is taken for data."""
_PAGE: Final = re.compile(
    r"[-—\s]*(?:第\s*\d+\s*页|共\s*\d+\s*页|page\s*\d+|of\s*\d+|[,，/\s])+[-—\s]*",
    re.IGNORECASE,
)
_PAGE_ANYWHERE: Final = r"(?i)第\s*\d+\s*页|^\W*page\s*\d+"
_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ .]*")


def find_strays(sheet: Sheet, asides: Asides) -> None:
    """Leave out the rows that only speak of the table; refuse a second table below the first.

    Raises
    ------
    InputError
        Another header stands below the data.
    """
    _below_header(sheet, asides)
    _second_table(sheet, asides)
    _page_numbers(sheet, asides)
    _beside(sheet, asides)
    _bare_numbers(sheet, asides)


def _below_header(sheet: Sheet, asides: Asides) -> None:
    """Leave out a row of units, or of field names in English, right below the header."""
    first = next(place for place in range(len(sheet.numbers) + 1) if place not in asides.excluded)
    if first >= len(sheet.numbers) - 1:
        return
    ((_, row),) = sheet.rows([first])
    under = [
        place
        for place, share in enumerate(sheet.figures)
        if row[place] and sheet.filled[:, place].sum() > FEWEST and share >= FIGURES - _share(sheet)
    ]
    words = [row[place] for place in under]
    if len(words) < FEWEST or len(set(row)) < FEWEST:
        return
    of_units = all(map(is_unit, words))
    of_fields = all(_FIELD.fullmatch(cell) for cell in row if cell) and len(set(row)) == len(row)
    if not (of_units or of_fields):
        return
    if of_units:
        asides.units.update({place: row[place] for place in under})
    sheet.say(asides, "row-below-header", first, row)


def _share(sheet: Sheet) -> float:
    """Say how much of a column one row is."""
    return 1 / max(1, len(sheet.numbers))


def _second_table(sheet: Sheet, asides: Asides) -> None:
    """Refuse a table below the first: its columns would be taken for those of the first."""
    strange = np.zeros(len(sheet.numbers), dtype=np.int64)
    for column, share in zip(sheet.columns, sheet.figures, strict=True):
        if 0.5 <= share < 1:  # noqa: PLR2004 - a second table may be as long as the first
            strange += mask(pc.match_substring_regex(column, r"^[^0-9０-９]+$"))
    places = [
        place
        for place in places_of(strange >= FEWEST)
        if 0 < place < len(sheet.numbers) - 1 and place not in asides.excluded
    ]
    for place, row in sheet.rows(places):
        cells = [cell for cell in row if cell]
        known = [cell for cell in cells if is_known_title(cell) or cell in sheet.names]
        if len(known) > FEWEST and len(set(cells)) == len(cells) and 2 * len(known) >= len(cells):
            value = " | ".join(cells)
            fail(
                finding(
                    "table-below",
                    file=sheet.file,
                    row=sheet.numbers[place],
                    value=value,
                    last=sheet.numbers[place] - 1,
                )
            )


def _page_numbers(sheet: Sheet, asides: Asides) -> None:
    found = np.zeros(len(sheet.numbers), dtype=bool)
    for column, share in zip(sheet.columns, sheet.figures, strict=True):
        if share < 1:
            found |= mask(pc.match_substring_regex(column, _PAGE_ANYWHERE))
    places = [place for place in places_of(found) if place not in asides.excluded]
    for place, row in sheet.rows(places):
        if all(_PAGE.fullmatch(cell) for cell in row if cell):
            sheet.say(asides, "row-page-number", place, row)


def _beside(sheet: Sheet, asides: Asides) -> None:
    """Leave out rows that hold something only beside the table, where no column has a name."""
    last = max((at for at, name in enumerate(sheet.names) if name.strip()), default=-1)
    inside = sheet.filled[:, : last + 1].sum(axis=1) > 0
    inside[list(asides.excluded)] = True
    beside = sheet.filled[:, last + 1 :].sum(axis=1) > 0
    places = places_of(beside & ~inside) if last >= 0 else []
    for place, row in sheet.rows(places[:1]):
        asides.excluded.update(places)
        said = finding(
            "rows-beside",
            file=sheet.file,
            row=sheet.numbers[place],
            value=" | ".join(cell for cell in row if cell),
            count=len(places),
        )
        further = tuple(sheet.numbers[place] for place in places[1:])
        asides.findings.append(replace(said, further=further))


def _bare_numbers(sheet: Sheet, asides: Asides) -> None:
    """Leave out rows that were numbered in advance and never filled in; one note counts them."""
    serial = [at for at, name in enumerate(sheet.names) if is_serial(name)]
    if len(serial) != 1:
        return
    alone = (sheet.filled.sum(axis=1) == 1) & sheet.filled[:, serial[0]]
    alone[list(asides.excluded)] = False
    places = places_of(alone)
    cells = sheet.columns[serial[0]].take(pa.array(places, pa.int64())).to_pylist()
    bare = [place for place, cell in zip(places, cells, strict=True) if _is_count(cell)]
    if bare:
        asides.excluded.update(bare)
        said = finding(
            "rows-only-numbered",
            file=sheet.file,
            row=sheet.numbers[bare[0]],
            field=sheet.names[serial[0]].strip(),
            value=cells[places.index(bare[0])].strip(BLANKS),
            count=len(bare),
        )
        further = tuple(sheet.numbers[place] for place in bare[1:])
        asides.findings.append(replace(said, further=further))


def _is_count(cell: str) -> bool:
    return unicodedata.normalize("NFKC", cell).strip(BLANKS).removesuffix(".0").isdecimal()
