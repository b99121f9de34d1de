"""Cards: what a value shows of itself in a notebook.

Safe and small: HTML with styles in place and no script, no address, no id. Every text of others is
made visible (:func:`gapmap.cells.visible`) and escaped; nobody else writes markup.
"""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gapmap.cells import visible
from gapmap.words import title, vocabulary, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["BOTH", "Row", "Speech", "bar", "card", "note", "simulated_banner", "table", "text"]

BOTH: Final = ("zh", "en")
"""What a value that knows nothing of a study speaks."""

_MOST_LETTERS: Final = 80
_MOST_OF_A_NOTE: Final = 900
_MOST_FILES: Final = 6
_BOX: Final = (
    "font:13px/1.5 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',Arial,sans-serif;"
    "color:#1f2a33;background:#fff;border:1px solid #dde2e6;padding:10px 14px;max-width:900px;"
    "overflow-x:auto;overflow-wrap:anywhere"
)
_CELL: Final = "padding:3px 9px;border-bottom:1px solid #e8ecef;background:#fff;color:#1f2a33;"
_BANNER: Final = "margin:6px 0;padding:4px 10px;border-left:4px solid #e7d9a8;background:#fff8e1"
_SOFT: Final = "color:#5b6771"
_PARTS: Final = {
    "covered": "#1b6ca8",
    "uncovered": "#d55e00",
    "unknown": "repeating-linear-gradient(135deg,#8c8c8c 0 2px,#e6e6e6 2px 5px)",
}
_KEYS: Final = {
    "covered": "solid #1b6ca8",
    "uncovered": "solid #d55e00",
    "unknown": "dotted #8c8c8c",
}


@dataclass(frozen=True, slots=True)
class Speech:
    """The languages that a card speaks, one or both.

    Examples
    --------
    >>> Speech().word("covered"), Speech(("en",)).share(0.9999)
    ('已覆盖 · covered', '>99.9%')
    """

    languages: tuple[str, ...] = BOTH

    def word(self, key: str) -> str:
        """Give a value's word."""
        return self._joined(word(key, one) for one in self.languages)

    def title(self, column: str, *, of: str = "") -> str:
        """Give a column's title, in some tables one of its own."""
        return self._joined(title(column, one, table=of) for one in self.languages)

    def say(self, key: str, **facts: object) -> str:
        """Give a word of the report."""
        told = vocabulary()["report"]
        assert isinstance(told, dict)  # noqa: S101 - words.toml is tables of pairs
        return self._joined(str(told[key][one]).format(**facts) for one in self.languages)

    def pair(self, names: Mapping[str, str]) -> str:
        """Give a name that is told in both languages, or in one."""
        told = [names[one] for one in self.languages if names.get(one)]
        return self._joined(told or names.values())

    @staticmethod
    def share(value: float) -> str:
        """Give a share in percent; rounding never turns almost all into all, nor some into none."""
        if math.isnan(value):
            return "—"
        tenths = round(value * 1000)
        if tenths >= 1000 and value < 1:  # noqa: PLR2004 - parts of a thousand
            return ">99.9%"
        return "<0.1%" if tenths <= 0 < value else f"{value:.1%}"

    @staticmethod
    def count(value: float) -> str:
        """Give a whole number."""
        return f"{value:,.0f}" if math.isfinite(value) else "—"

    @staticmethod
    def _joined(told: Iterable[str]) -> str:
        return " · ".join(dict.fromkeys(told))


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a card's table: texts of cells, and a cell of our own markup, by their number."""

    cells: Sequence[str]
    drawn: Mapping[int, str]


def text(value: object, *, most: int = _MOST_LETTERS) -> str:
    """Give a text of others, as HTML writes it, and its beginning alone where it is long.

    Examples
    --------
    >>> text("<b>三灶</b>")
    '&lt;b&gt;三灶&lt;/b&gt;'
    """
    told = visible(str(value))
    short = told if len(told) <= most else f"{told[: most - 1]}…"
    return html.escape(short, quote=True)


def card(heading: str, facts: Iterable[str], *parts: str) -> str:
    """Give the whole card: a heading, facts below it, and parts that are HTML already."""
    told = " &nbsp; ".join(text(one) for one in facts if one)
    return (
        f'<div style="{_BOX}"><div style="font-size:16px;font-weight:650">{text(heading)}</div>'
        f'<div style="{_SOFT}">{told}</div>{"".join(parts)}</div>'
    )


def note(told: str) -> str:
    """Give a line of text."""
    return f'<div style="margin:4px 0">{text(told, most=_MOST_OF_A_NOTE)}</div>' if told else ""


def simulated_banner(files: Sequence[str]) -> str:
    """Name the simulated files, if there are any."""
    if not files:
        return ""
    more = f" … ({len(files)})" if len(files) > _MOST_FILES else ""
    names = ", ".join(text(one) for one in files[:_MOST_FILES])
    return f'<div style="{_BANNER}"><b>模拟数据 / simulated data</b> {names}{more}</div>'


def table(
    heads: Sequence[str],
    rows: Sequence[Row],
    *,
    most: int,
    numbers: int,
    keys: Mapping[int, str] | None = None,
) -> str:
    """Give a table.

    Parameters
    ----------
    heads, rows
        Titles of the columns, and what stands below them.
    most
        So many rows are shown; how many more there are is said.
    numbers
        Columns from this one on are numbers.
    keys
        Which columns are those of a bar's parts: their heads have its colours.
    """
    marks = {at: f"border-bottom:3px {_KEYS[one]};" for at, one in (keys or {}).items()}
    sides = ["left" if at < numbers else "right" for at in range(len(heads))]
    head = "".join(
        f'<th style="{_CELL}{_SOFT};{marks.get(at, "")}text-align:{side}">{text(one)}</th>'
        for at, (one, side) in enumerate(zip(heads, sides, strict=True))
    )
    told = [f"<tr>{head}</tr>"]
    for row in rows[:most]:
        cells = (
            f'<td style="{_CELL}text-align:{side}">{row.drawn.get(at) or text(one)}</td>'
            for at, (one, side) in enumerate(zip(row.cells, sides, strict=True))
        )
        told.append(f"<tr>{''.join(cells)}</tr>")
    rest = f'<div style="{_SOFT}">… +{len(rows) - most}</div>' if len(rows) > most else ""
    return (
        f'<table style="border-collapse:collapse;margin:6px 0;width:100%">{"".join(told)}'
        f"</table>{rest}"
    )


def bar(covered: float, uncovered: float, unknown: float) -> str:
    """Draw covered, uncovered and unknown side by side; nothing for nobody."""
    parts = {"covered": covered, "uncovered": uncovered, "unknown": unknown}
    total = sum(parts.values())
    if not total > 0:
        return "—"
    drawn = "".join(
        f'<span style="display:inline-block;height:12px;width:{100 * one / total:.2f}%;'
        f'background:{_PARTS[name]}"></span>'
        for name, one in parts.items()
        if one > 0
    )
    return (
        '<div style="width:150px;height:12px;line-height:0;white-space:nowrap;font-size:0">'
        f"{drawn}</div>"
    )
