"""Texts of printed cells: the numbers of the run's tables, in words and formats for readers."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from gapmap.cells import visible
from gapmap.outputs.paper.value import Column, Grid
from gapmap.outputs.showing import kinds_of, shown
from gapmap.words import title, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from gapmap.access import Service
    from gapmap.outputs.results import Results

__all__ = ["NOTHING", "Asked", "amount", "grid", "limit_of", "measured", "percent",
           "plain_text", "says", "share_range", "texts"]  # fmt: skip

NOTHING: Final = "—"
"""What stands where nothing is known or there is nothing to say."""
_LONGEST: Final = 400
"""Characters of a cell; the CSV has all of it."""
_NUMBERS: Final = frozenset(
    ("share", "people", "metres", "minutes", "index", "rate", "points", "degrees")
)
_DECIMALS: Final = {
    "people": 0, "metres": 0, "minutes": 1, "index": 4, "rate": 2, "degrees": 6,
}  # fmt: skip
_FORMATS: Final = {
    **{kind: f",.{digits}f" for kind, digits in _DECIMALS.items()},
    "points": "+.1f",
    "plain": ".0f",
}

_OF_LANGUAGE: Final = re.compile(r"\s*[((](中文|英文|Chinese|English)[))]$")
"""What a title says of its language, where the document has one language only."""
_PLAIN: Final = frozenset({"year", "rank", "phase"})
"""Whole numbers that count nothing."""
_WHOLE: Final = 1000
"""Numbers from here on are told without decimals."""
_MOST_DIGITS: Final = 3
"""Decimals that show how little a way is beyond the limit; below that it is told as beyond."""

Asked = tuple[str, float]
"""A column of a table, and its share of the width."""


def plain_text(text: str, *, most: int = _LONGEST) -> str:
    """Give a text in one line, its unseen characters visible, cut with … where it is too long."""
    line = visible(" ".join(text[: 2 * most].split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def says(results: Results, zh: str, en: str) -> str:
    """Choose the sentence in the language of the run."""
    return zh if results.language == "zh" else en


def limit_of(results: Results, service: Service) -> str:
    """Say how a service is measured: the way of going, the limit, and where it comes from."""
    unit = word(service.limit_unit, results.language)
    basis = word(service.basis, results.language)
    source = plain_text(service.source, most=80)
    named = "" if source in ("", service.basis) else f" {source}"
    mode = word(service.mode, results.language)
    return says(
        results,
        f"{mode} ≤ {service.limit:g} {unit},依据:{basis}{named}",
        f"{mode} ≤ {service.limit:g} {unit}; basis: {basis}{named}",
    )


def percent(share: float) -> str:
    r"""Give a share as percent; what is not quite all or nothing never looks like it.

    Examples
    --------
    >>> [percent(one).replace("\xa0", " ") for one in (0.7125, 0.9999, 1.0, float("nan"))]
    ['71.2%', '> 99.9%', '100.0%', '—']
    """
    if not math.isfinite(share):
        return NOTHING
    told = f"{100 * share:.1f}"
    if told == "100.0" and share < 1:
        told = ">\N{NO-BREAK SPACE}99.9"
    elif told == "0.0" and share > 0:
        told = "<\N{NO-BREAK SPACE}0.1"
    return f"{told}%"


def share_range(low: float, high: float) -> str:
    """Give the bounds of a share; one figure where they are the same."""
    if percent(low) == percent(high):
        return percent(low)
    return f"{percent(low)} – {percent(high)}"


def amount(value: float, kind: str = "people") -> str:
    """Give a number in the format of its kind, as :func:`gapmap.outputs.showing.kinds_of` names it.

    Examples
    --------
    >>> amount(1234.6), amount(12.34, "minutes"), amount(0.25, "number")
    ('1,235', '12.3', '0.25')
    """
    if not math.isfinite(value):
        return NOTHING
    if kind == "share":
        return percent(value)
    if kind in _FORMATS:
        return f"{value:{_FORMATS[kind]}}"
    if abs(value) >= _WHOLE or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{Decimal(f'{value:.4g}'):,f}"


def measured(value: float, kind: str, limit: float = math.inf) -> str:
    r"""Give a way, or what it is beyond the limit; rounding never takes it within the limit.

    Examples
    --------
    >>> measured(499.7, "metres", 500), measured(500.2, "metres", 500), measured(0.2, "metres", 0)
    ('500', '500.2', '0.2')
    >>> measured(500.00004, "metres", 500).replace("\xa0", " ")
    '> 500'
    """
    if value > limit:
        for digits in range(_DECIMALS[kind], _MOST_DIGITS + 1):
            if round(value, digits) > limit:
                return f"{value:,.{digits}f}"
        return f">\N{NO-BREAK SPACE}{limit:,g}"
    return amount(value, kind)


def texts(results: Results, table: pd.DataFrame, column: str) -> list[str]:
    """Give the cells of a column of a run's table as they are printed."""
    kinds = kinds_of(table, column)
    each = [kinds] * len(table) if isinstance(kinds, str) else kinds
    if column in _PLAIN:
        each = ["plain"] * len(table)
    return [
        NOTHING
        if value is None
        else (plain_text(value) if isinstance(value, str) else amount(float(value), kind))
        for value, kind in zip(shown(results, table, column), each, strict=True)
    ]


def grid(  # noqa: PLR0913 - a table has its head, its columns, what stands below, its marks
    results: Results,
    name: str,
    table: pd.DataFrame,
    asked: Sequence[Asked],
    *,
    heading: str,
    note: str = "",
    statuses: str = "",
) -> Grid:
    """Print some columns of a run's table.

    Parameters
    ----------
    results
        The run.
    name
        The table's name, for the titles of its columns.
    table
        Its rows to print.
    asked
        Its columns to print.
    heading, note
        What stands above and below.
    statuses
        The column whose values mark the rows; empty: none.
    """
    language = results.language
    columns = tuple(
        Column(
            title=_OF_LANGUAGE.sub("", title(column, language, table=name)),
            weight=weight,
            number=_is_number(table, column),
        )
        for column, weight in asked
    )
    cells = [texts(results, table, column) for column, _ in asked]
    marks = tuple(str(one) for one in table[statuses]) if statuses else ()
    return Grid(
        title=heading,
        columns=columns,
        rows=tuple(zip(*cells, strict=True)),
        note=note,
        statuses=marks,
    )


def _is_number(table: pd.DataFrame, column: str) -> bool:
    kinds = kinds_of(table, column)
    if not isinstance(kinds, str):
        return True
    return kinds in _NUMBERS or table[column].dtype.kind in "if"
