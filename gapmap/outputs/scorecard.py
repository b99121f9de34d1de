"""The scorecard as a form: one block a year, a column per district, room to sign."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from gapmap.cells import visible
from gapmap.outputs.figures.targets import TARGET_COLOURS
from gapmap.series import NOT_ASKED
from gapmap.targets.said import amount
from gapmap.words import title, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


__all__ = ["FORM", "write_form"]

FORM: Final = "scorecard_form"
_FIRST_ROW: Final = 4
_HEAD: Final = ("clause", "target", "required", "due")
_WIDTHS: Final = (9, 44, 14, 12)
_UNIT_WIDTH: Final = 16
_STATUSES: Final = (*TARGET_COLOURS, NOT_ASKED)
_SIGNS: Final = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}
_SIGNED: Final = ("form_prepared", "form_checked", "form_approved", "form_date")
_WHITE_INK: Final = ("met", "overdue")


def write_form(book: Workbook, page: Worksheet, scorecard: pd.DataFrame, language: str) -> None:
    """Write one block for each date, below the sheet's head.

    Every block has a row per target and a column per unit: its status and what it achieved; then
    how many targets stand in each status, and a line to sign.

    Parameters
    ----------
    book
        To make formats in.
    page
        The sheet; its head stands in the first rows.
    scorecard
        The columns of ``scorecard.csv``, with a row at least.
    language
        ``zh`` or ``en``.
    """
    form = _Form(book, page, language)
    row, breaks = _FIRST_ROW, []
    for date, card in scorecard.groupby("date", sort=True):
        row = form.block(str(date), card, row)
        breaks.append(row)
    page.set_h_pagebreaks(breaks[:-1])
    for at, width in enumerate(_WIDTHS):
        page.set_column(at, at, width)
    page.set_column(len(_WIDTHS), len(_WIDTHS) + len(form.units), _UNIT_WIDTH)


class _Form:
    """Writes blocks in one language."""

    def __init__(self, book: Workbook, page: Worksheet, language: str) -> None:
        self.page, self.language = page, language
        self.units: list[str] = []
        look = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#B9C1C8"}
        self.plain = book.add_format(look)
        self.head = book.add_format({**look, "bold": True, "bg_color": "#DCE6EF"})
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.number = book.add_format({**look, "num_format": "#,##0"})
        self.by_status: Mapping[str, Format] = {
            status: book.add_format(
                {
                    **look,
                    "bg_color": TARGET_COLOURS.get(status, "#FFFFFF"),
                    "font_color": "#FFFFFF" if status in _WHITE_INK else "#1F2A33",
                }
            )
            for status in _STATUSES
        }

    def block(self, date: str, card: pd.DataFrame, row: int) -> int:
        """Write one year's block and give the row below it."""
        unit = card.drop_duplicates("plan_district")
        self.units = [str(one) for one in unit["plan_district"]]
        names = [visible(str(one)) for one in unit[f"unit_{self.language}"]]
        told = word("form_title", self.language).format(date=date)
        self.page.write_string(row, 0, told, self.title)
        heads = [*(title(one, self.language) for one in _HEAD), *names]
        self._line(row + 1, heads, self.head)
        row += 2
        for _, rows in card.groupby("target", sort=False):
            self._target(row, rows.set_index("plan_district"))
            row += 1
        for status in _STATUSES:
            counts = card[card["status"] == status]["plan_district"].value_counts()
            self._line(row, ["", word(status, self.language), "", ""], self.by_status[status])
            for at, one in enumerate(self.units, start=len(_HEAD)):
                self.page.write_number(row, at, int(counts.get(one, 0)), self.number)
            row += 1
        sign = [word(one, self.language) for one in _SIGNED]
        for at, one in zip((0, 1, len(_HEAD), len(_HEAD) + 2), sign, strict=True):
            self.page.write_string(row + 1, at, one)
        return row + 4

    def _line(self, row: int, cells: list[str], look: Format) -> None:
        for at, cell in enumerate(cells):
            self.page.write_string(row, at, cell, look)

    def _target(self, row: int, rows: pd.DataFrame) -> None:
        """Write a target: what is required of the city, and how each unit stands."""
        city = rows.loc[self.units[0]]
        told = [
            str(city["clause"]),
            visible(str(city[f"title_{self.language}"])),
            self._amount(city, "required", sign=True),
            str(city["due"]),
        ]
        self._line(row, told, self.plain)
        for at, one in enumerate(self.units, start=len(_HEAD)):
            mine = rows.loc[one]
            status = str(mine["status"])
            words = [word(status, self.language), self._amount(mine, "achieved")]
            cell = "\n".join(part for part in words if part)
            self.page.write_string(row, at, cell, self.by_status[status])

    def _amount(self, row: pd.Series, column: str, *, sign: bool = False) -> str:
        value, unit = float(row[column]), str(row["measure_unit"])
        if math.isnan(value):
            return ""
        told = amount(value, unit)
        if unit not in ("share", "ratio"):
            told += f" {word(unit, self.language)}"
        return f"{_SIGNS.get(str(row['comparison']), '')} {told}".strip() if sign else told
