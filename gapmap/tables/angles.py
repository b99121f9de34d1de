"""Coordinates in cells: decimal degrees, degrees-minutes-seconds, hemispheres, two in one cell."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from gapmap.findings import Finding, may_repair
from gapmap.tables.columns import (
    BLANKS,
    each_distinct,
    note_once,
    texts,
    without_blank_words,
)
from gapmap.tables.numbers import plain_numbers
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.tables.value import Table

__all__ = ["MOST_LATITUDE", "MOST_LONGITUDE", "Both", "Parsed", "parse_coordinates", "two_in_one"]

Axis = Literal["x", "y"]

_DEGREE, _MINUTE, _SECOND = "°", "′", "″"
_SIGNS: Final = (
    (_SECOND, ("''", "′′", "’’", "″", '"', "“", "”", "ʺ", "＂", "秒", "〃")),
    (_MINUTE, ("′", "'", "’", "‘", "ʹ", "＇", "`", "´", "分")),
    (_DEGREE, ("°", "º", "˚", "∘", "度")),
)
_AXIS_OF: Final[dict[str, tuple[Axis | None, int]]] = {
    "": (None, 1),
    **dict.fromkeys(("东经", "东", "e"), ("x", 1)),
    **dict.fromkeys(("西经", "西", "w"), ("x", -1)),
    **dict.fromkeys(("北纬", "北", "n"), ("y", 1)),
    **dict.fromkeys(("南纬", "南", "s"), ("y", -1)),
    **dict.fromkeys(("lon", "lng"), ("x", 1)),
    "lat": ("y", 1),
}
_LETTERS: Final = "|".join(
    sorted((re.escape(word) for word in _AXIS_OF if word), key=len, reverse=True)
)
_PART: Final = r"[0-9]+(?:\.[0-9]*)?"
_MARKED: Final = re.compile(
    rf"({_PART})\s*{_DEGREE}(?:\s*({_PART})\s*(?:{_MINUTE}(?:\s*({_PART})\s*{_SECOND}?)?)?)?"
)
_HYPHENED: Final = re.compile(rf"([0-9]{{1,3}})([-: ])([0-9]{{1,2}})(?:\2({_PART}))?")
_DOTTED: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,2}\.[0-9]{1,2}(?:\.[0-9]+)?")
_DECIMAL: Final = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_COMMA: Final = re.compile(r"[0-9]{1,3},[0-9]+")
_BETWEEN: Final = (r"\s*[,;、\uff0c\uff1b|/]\s*", r"\s+")
"""What may stand between two coordinates in one cell, the clearer one first."""
_NEXT_TO: Final = (
    r"""(?<=[^东西南北NSEWnsew\s])(?=[东西南北NSEWnsew])""",
    r"(?<=[NSEWnsew])(?=[0-9])",
)
"""Where two coordinates meet that both name their hemisphere."""
_AROUND: Final = re.compile(r"(?:point\s*)?[(\[](.*)[)\]]", re.IGNORECASE)
MOST_LONGITUDE: Final = 180
MOST_LATITUDE: Final = 90


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column of coordinates before any of it is judged.

    Attributes
    ----------
    numbers
        NaN where empty or not read.
    text
        The cells without blanks at their ends; ``""`` also for words that say that nothing is
        known.
    says
        ``x`` or ``y`` where the cell itself names its axis, as ``N`` does; else ``""``.
    findings
        What was converted, one note for the column; a finding for each cell that was not read.
    repaired
        Rows in which a decimal comma was read as a point.
    """

    numbers: pd.Series
    text: pd.Series
    says: pd.Series
    findings: tuple[Finding, ...]
    repaired: frozenset[int]

    @property
    def unreadable(self) -> pd.Series:
        """Where there is text that is no coordinate; each has a finding."""
        return self.numbers.isna() & (self.text != "")


@dataclass(frozen=True, slots=True)
class _Angle:
    """What one cell says; ``doubt`` is the code of a finding, ``form`` how it is written."""

    number: float = math.nan
    doubt: str = ""
    form: str = "decimal"
    axis: Axis | None = None


_NONE: Final = _Angle(doubt="position-unreadable")


def _angle(cell: str) -> _Angle:
    """Read one coordinate in any notation.

    Examples
    --------
    >>> [round(_angle(one).number, 4) for one in ("113°34′36″E", "N22°16'", "西经113.5", "1,200.5")]
    [113.5767, 22.2667, -113.5, 1200.5]
    >>> _angle("113°61′").doubt, _angle("113.34.36").doubt
    ('position-minutes', 'position-ambiguous')
    """
    text = _plain(cell)
    before = re.match(rf"(?:{_LETTERS})(?:[::]\s*)?", text)
    body = text[before.end() :] if before else text
    after = re.search(rf"(?:{_LETTERS})$", body)
    body = (body[: after.start()] if after else body).strip(BLANKS)
    words = [match.group().rstrip(BLANKS + ":") for match in (before, after) if match]
    sign = -1 if body.startswith("-") else 1
    signed = body[:1] in ("+", "-")
    if len(words) > 1 or (signed and words and words[0] not in ("lon", "lng", "lat")):
        return _NONE
    axis, side = _AXIS_OF[words[0] if words else ""]
    read = _unsigned(body[1:].lstrip(BLANKS) if signed else body, clear=bool(words))
    return replace(read, number=read.number * sign * side, axis=axis)


def _plain(cell: str) -> str:
    text = cell.replace("经度", "lon").replace("纬度", "lat")
    for sign, ways in _SIGNS:
        for way in ways:
            text = text.replace(way, sign)
    kept = {_DEGREE: "\ue000", _MINUTE: "\ue001", _SECOND: "\ue002"}
    for sign, private in kept.items():
        text = text.replace(sign, private)
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-").lower()
    for sign, private in kept.items():
        text = text.replace(private, sign)
    return text.strip(BLANKS)


def _unsigned(text: str, *, clear: bool) -> _Angle:
    """Read what stands between sign and hemisphere; ``clear`` says that it must be degrees."""
    if match := _MARKED.fullmatch(text):
        return _sexagesimal([part for part in match.groups() if part])
    if _DECIMAL.fullmatch(text):
        number = float(text)
        return _Angle(number) if math.isfinite(number) else _NONE
    if match := _HYPHENED.fullmatch(text):
        read = _sexagesimal([part for part in (match[1], match[3], match[4]) if part])
        return read if clear or read.doubt else replace(read, form="hyphened")
    if _DOTTED.fullmatch(text):
        return _Angle(math.nan, "position-ambiguous")
    return _with_comma(text)


def _with_comma(text: str) -> _Angle:
    whole, _, part = text.partition(",")
    if _COMMA.fullmatch(text) and float(whole) <= MOST_LONGITUDE:
        doubtful = len(part) == 3  # noqa: PLR2004 - 113,576 may be metres as well
        number = math.nan if doubtful else float(f"{whole}.{part}")
        return _Angle(number, "position-comma", "comma")
    if _THOUSANDS.fullmatch(text):
        return _Angle(float(text.replace(",", "")))
    return _NONE


def _sexagesimal(parts: list[str]) -> _Angle:
    """Put degrees, minutes and seconds together; only the last may have decimals."""
    if any("." in part for part in parts[:-1]):
        return _NONE
    values = [float(part) for part in parts]
    if any(value >= 60 for value in values[1:]):  # noqa: PLR2004 - minutes, seconds
        return _Angle(doubt="position-minutes")
    number = sum(value / 60**power for power, value in enumerate(values))
    return _Angle(number, "", "degrees" if len(parts) > 1 else "decimal")


def parse_coordinates(table: Table, column: str) -> Parsed:
    """Read a column of longitudes or latitudes, or of eastings or northings.

    Read are decimal numbers and degrees-minutes-seconds (``113°34′36″E``, ``东经113度34分36秒``,
    ``N22°16'``), west and south as negative; one note counts the converted cells. ``113-34-36``
    is read only in a column that has degree signs elsewhere. ``113.34.36``, minutes or seconds of
    60 and more, and two coordinates in one cell are findings. A decimal comma (``113,5767``)
    is read as a point where the table's ``repair`` allows it.

    Raises
    ------
    InputError
        There is no such column.
    """
    text = texts(table, column)
    values, other = plain_numbers(text)
    cells, notes = without_blank_words(table, column, other)
    blank = cells.index[cells == ""]
    if len(blank):
        text = text.copy()
        text[blank] = ""
        cells = cells.drop(blank)
    return _parsed(table, column, _Cells(text, values, cells, each_distinct(cells, _one), notes))


def _one(cell: str) -> _Angle:
    """Read one coordinate; say so where the cell holds two."""
    read = _angle(cell)
    two = read.doubt == "position-unreadable" and two_in_one(cell) is not None
    return _Angle(doubt="position-two-in-one") if two else read


@dataclass(frozen=True, slots=True)
class _Cells:
    """A column: its text, its plain numbers, and what its other cells say."""

    text: pd.Series
    plain: pd.Series
    strange: pd.Series
    angles: list[_Angle]
    notes: tuple[Finding, ...]


def _parsed(table: Table, column: str, have: _Cells) -> Parsed:
    has_signs = any(one.form == "degrees" for one in have.angles)
    angles = [_settled(one, table.repair, has_signs=has_signs) for one in have.angles]
    index = have.strange.index
    values = have.plain.copy()
    values.loc[index] = [one.number for one in angles]
    values.name = column
    says = pd.Series("", index=have.text.index, dtype=object)
    says.loc[index] = [one.axis or "" for one in angles]
    codes = pd.Series([one.doubt for one in angles], index=index, dtype=object)
    forms = pd.Series([one.form for one in angles], index=index, dtype=object)
    read = values[index].notna()
    sexagesimal = read & forms.isin(("degrees", "hyphened"))
    found = [
        *have.notes,
        *note_once("position-degrees-read", table, column, have.strange[sexagesimal], values),
        *note_once(
            "position-converted",
            table,
            column,
            have.strange[read & ~sexagesimal & (codes == "")],
            values,
        ),
    ]
    for code in dict.fromkeys(codes[codes != ""]):
        found += row_findings(code, table.file, column, have.strange[codes == code].items())
    repaired = frozenset(int(row) for row in index[codes == "position-comma-read"])
    return Parsed(values, have.text, says, tuple(found), repaired)


def _settled(one: _Angle, repair: str, *, has_signs: bool) -> _Angle:
    """Decide what the cell alone did not: hyphens, and commas that may be read as points."""
    if one.form == "hyphened" and not has_signs:
        return replace(one, number=math.nan, doubt="position-ambiguous")
    if one.doubt == "position-comma":
        if not math.isnan(one.number) and may_repair(repair, "position-comma-read"):
            return replace(one, doubt="position-comma-read")
        return replace(one, number=math.nan)
    return one


@dataclass(frozen=True, slots=True)
class Both:
    """Two coordinates in one cell, and whether the latitude stands first."""

    x: float
    y: float
    latitude_first: bool


def two_in_one(cell: str, *, degrees: bool = True) -> Both | None:
    """Read two coordinates in one cell; None where there are not exactly two.

    Examples
    --------
    >>> two_in_one("113.5, 22.3"), two_in_one("N22.3 E113.5").x
    (Both(x=113.5, y=22.3, latitude_first=False), 113.5)
    """
    text = cell.strip(BLANKS)
    around = _AROUND.fullmatch(unicodedata.normalize("NFKC", text))
    text = around[1].strip(BLANKS) if around else text
    for parts, apart in _halves(text):
        one, other = (_angle(part) for part in parts)
        if one.doubt or other.doubt or "hyphened" in (one.form, other.form):
            continue
        axes = {one.axis, other.axis}
        if axes in ({"x"}, {"y"}) or (None in axes and not apart):
            continue
        says_so = one.axis == "y" or other.axis == "x"
        fits = abs(one.number) <= MOST_LATITUDE < abs(other.number) <= MOST_LONGITUDE
        if says_so or (degrees and axes == {None} and fits):
            return Both(other.number, one.number, latitude_first=True)
        return Both(one.number, other.number, latitude_first=False)
    return None


def _halves(text: str) -> Iterator[tuple[list[str], bool]]:
    """Give the ways in which a cell may fall into two, and whether something stands between."""
    for between in (*_BETWEEN, *_NEXT_TO):
        parts = re.split(between, text)
        if len(parts) == 2:  # noqa: PLR2004 - a pair
            yield parts, between in _BETWEEN
