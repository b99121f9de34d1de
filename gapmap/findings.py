"""Findings: what was wrong in the input, where, and what was done about it.

A reader returns its findings beside its data; they travel to every output. The words stand
in ``findings.toml``, one entry per code, in Chinese and English: what is wrong, what to do, and
what gapmap did about it.

Some codes are *repairs*: gapmap put something of its own in the place of what stood in a cell or
shape. A study says how far it may go: ``none``, ``safe`` (only what no one could want otherwise)
or ``all``.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NoReturn, NotRequired, TypedDict

import pandas as pd

from gapmap.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapmap.errors import GapmapError

__all__ = [
    "LISTED",
    "REPAIRS",
    "SEVERITIES",
    "Finding",
    "Group",
    "as_table",
    "by_severity",
    "catalogue",
    "fail",
    "finding",
    "from_error",
    "grouped",
    "may_repair",
    "row_ranges",
    "storable",
    "worst_first",
]

SEVERITIES: Final = ("error", "warning", "note")
LISTED: Final = 1000
"""So many rows of a file are listed for each code and column; one more finding has the others."""
REPAIRS: Final = ("none", "safe", "all")
"""How far a study lets gapmap repair its inputs; each allows what those before it allow."""
_LAYERED: Final = re.compile(r"(.+?\.\w+)\[(.*)\]", re.DOTALL)


_COLUMNS: Final = (
    *("severity", "code", "file", "layer", "row", "rows", "field", "value"),
    *("message", "what_to_do", "done", "message_zh", "message_en"),
)


class Entry(TypedDict):
    """One code of the catalogue: how grave, what is wrong, what to do, what was done."""

    severity: str
    repair: NotRequired[str]
    zh: str
    en: str
    do_zh: str
    do_en: str
    done_zh: str
    done_en: str


@cache
def catalogue() -> dict[str, Entry]:
    """Give every known finding by its code, from ``findings.toml``."""
    entries: dict[str, Entry] = tomllib.loads(
        files("gapmap").joinpath("findings.toml").read_text("utf8")
    )
    return entries


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in an input.

    Attributes
    ----------
    code
        Entry of the catalogue; gives severity and words.
    file
        The file's name, with ``[sheet]`` or ``[layer]`` where there are several.
    row
        Physical row as a spreadsheet shows it (header is 1), or the feature's number from 1.
    field, value
        The column, and what stood in the cell.
    facts
        Further values that the words need.
    fatal
        Whether the input could not be used because of it.
    rank
        Place in a list of its own that is ordered by weight, from 1; 0 where the row orders.
    further
        Rows of which the same is said and that have no finding of their own: the finding is about
        a whole column, or there are more than ``LISTED`` of them, which nobody reads one by one.
        ``findings.csv`` names them all as ranges.
    """

    code: str
    file: str = ""
    row: int | None = None
    field: str = ""
    value: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    fatal: bool = False
    rank: int = 0
    further: tuple[int, ...] = ()

    @property
    def severity(self) -> str:
        """``error``, ``warning`` or ``note``."""
        return "error" if self.fatal else catalogue()[self.code]["severity"]

    def _words(self, template: str) -> str:
        known = {"file": self.file, "row": self.row, "field": self.field, "value": self.value}
        return template.format(**{**known, **dict(self.facts)})

    @property
    def repair(self) -> str:
        """Class of the repair that this finding records: ``safe``, ``all``, or ``""`` for none."""
        return catalogue()[self.code].get("repair", "")

    @property
    def rows(self) -> tuple[int, ...]:
        """All rows that this is said of."""
        return (*(() if self.row is None else (self.row,)), *self.further)

    @property
    def stands_for(self) -> int:
        """How many findings this one is; one with a ``count`` of its own speaks of a column."""
        own = any(name == "count" for name, _ in self.facts)
        return 1 if own else 1 + len(self.further)

    @property
    def file_and_layer(self) -> tuple[str, str]:
        """The file's name, and the sheet or layer in it, ``""`` where there is only one.

        Examples
        --------
        >>> finding("table-empty", file="a[1].xlsx[表1]").file_and_layer
        ('a[1].xlsx', '表1')
        """
        layered = _LAYERED.fullmatch(self.file)
        return (layered[1], layered[2].replace("][", " / ")) if layered else (self.file, "")

    def message(self, language: str = "en") -> str:
        """Say what is wrong, in ``language``."""
        entry = catalogue()[self.code]
        said = self._words(entry["zh"] if language == "zh" else entry["en"])
        count = self.stands_for - 1
        if not count:
            return said
        return said + (
            f"(另有 {count} 行也是)" if language == "zh" else f" (so too {count} more rows)"
        )

    def advice(self, language: str = "en") -> str:
        """Say what to do, in ``language``; ``""`` where there is nothing to be done."""
        entry = catalogue()[self.code]
        return self._words(entry["do_zh"] if language == "zh" else entry["do_en"])

    def sentence(self, language: str = "en") -> str:
        """Say what is wrong and what to do, in ``language``."""
        parts = (self.message(language), self.advice(language))
        return (";" if language == "zh" else "; ").join(part for part in parts if part)

    def done(self, language: str = "en") -> str:
        """Say what gapmap did about it, in ``language``."""
        entry = catalogue()[self.code]
        return self._words(entry["done_zh"] if language == "zh" else entry["done_en"])


def finding(
    code: str,
    *,
    file: str = "",
    row: int | None = None,
    field: str = "",
    value: object = "",
    **facts: object,
) -> Finding:
    """Make a finding; ``facts`` fill the placeholders of the code's words.

    Examples
    --------
    >>> found = finding("position-missing", file="shelters.csv", row=7, name="三灶")
    >>> found.severity, found.row
    ('warning', 7)
    """
    entry = catalogue()[code]
    made = Finding(
        code,
        storable(file),
        row,
        field,
        storable(value)[:200],
        tuple((k, storable(v)[:500]) for k, v in facts.items()),
    )
    for key in ("zh", "en", "do_zh", "do_en", "done_zh", "done_en"):
        made._words(str(entry[key]))  # noqa: SLF001 - a placeholder that lacks its fact fails here
    return made


def storable(value: object) -> str:
    """Give a value as text that any file can hold: file names may hold bytes that are no text."""
    text = str(value)
    return text if text.isascii() else text.encode("utf8", "backslashreplace").decode("utf8")


def may_repair(policy: str, code: str) -> bool:
    """Say whether a study's policy (one of ``REPAIRS``) allows the repair that ``code`` records.

    Examples
    --------
    >>> may_repair("safe", "position-swapped"), may_repair("none", "position-swapped")
    (True, False)
    """
    needed = catalogue()[code].get("repair", "all")
    return REPAIRS.index(needed) <= REPAIRS.index(policy)


def fail(
    found: Finding, kind: type[InputError] = InputError, *, also: Iterable[Finding] = ()
) -> NoReturn:
    """Raise a finding as an error: the input cannot be used.

    Parameters
    ----------
    found
        What the error says.
    kind
        Class of the error.
    also
        What is wrong with the same input besides; ``gapmap check`` lists all of it.
    """
    raise kind(
        _with_place(found, "en"),
        _with_place(found, "zh"),
        code=found.code,
        file=found.file,
        row=found.row,
        field=found.field,
        value=found.value,
        found=tuple(replace(one, fatal=True) for one in (found, *also)),
    )


def _with_place(found: Finding, language: str) -> str:
    row = (
        ""
        if found.row is None
        else (f"第 {found.row} 行" if language == "zh" else f"row {found.row}")
    )
    column = (
        ""
        if not found.field
        else (f"“{found.field}”列" if language == "zh" else f"column {found.field}")
    )
    place = " ".join(part for part in (found.file, row, column) if part)
    said = found.sentence(language)
    return f"{place}: {said}" if place else said


def from_error(error: GapmapError) -> tuple[Finding, ...]:
    """Keep an error as the findings it was made of, so that ``gapmap check`` can go on."""
    known = error if isinstance(error, InputError) else InputError(error.en, error.zh)
    if known.found:
        return known.found
    unnamed = Finding(
        "input-unusable",
        known.file,
        known.row,
        known.field,
        known.value,
        (("problem_en", error.text("en")), ("problem_zh", error.text("zh"))),
        fatal=True,
    )
    return (unnamed,)


def row_ranges(rows: Iterable[int]) -> str:
    """Write row numbers as a planner would: neighbours as a range.

    Examples
    --------
    >>> row_ranges([7, 2, 3, 4, 9])
    '2-4, 7, 9'
    """
    told: list[list[int]] = []
    for row in sorted(set(rows)):
        if told and row == told[-1][1] + 1:
            told[-1][1] = row
        else:
            told.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in told)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Order findings by severity, then by file and row; lists of their own after, by rank."""

    def place(one: Finding) -> tuple[int, str, str, int, int, str]:
        own_list = one.code if one.rank else ""
        grave = SEVERITIES.index(one.severity)
        return grave, one.file, own_list, one.rank, one.row or 0, one.code

    return sorted(findings, key=place)


def by_severity(findings: Iterable[Finding]) -> Counter[str]:
    """Count findings by severity, with the rows that one stands for besides its own.

    Examples
    --------
    >>> by_severity([finding("position-missing", file="a.csv", row=2, name="x")])["warning"]
    1
    """
    counts: Counter[str] = Counter()
    for one in findings:
        counts[one.severity] += one.stands_for
    return counts


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one severity, code, file and column.

    Attributes
    ----------
    members
        The first of them, at least one, in the order of their rows.
    count
        How many there are.
    """

    members: tuple[Finding, ...]
    count: int

    @property
    def first(self) -> Finding:
        """The finding whose words stand for all of them."""
        return self.members[0]

    def rows(self, most: int = 5) -> str:
        """List the rows of the first few, with ``…`` where there are more."""
        known = [str(one.row) for one in self.members if one.row is not None]
        more = ["…"] if known and self.count > min(len(known), most) else []
        return ", ".join(known[:most] + more)


def grouped(findings: Iterable[Finding], *, most: int = 20) -> list[Group]:
    """Put findings of one severity, code, file and column together, worst first.

    Parameters
    ----------
    findings
        Any number of them.
    most
        How many members each group keeps; all are counted.

    Examples
    --------
    >>> found = [finding("position-missing", file="a.csv", row=row, name="x") for row in (9, 4, 7)]
    >>> [(group.first.code, group.count, group.rows(2)) for group in grouped(found)]
    [('position-missing', 3, '4, 7, …')]
    """
    members: dict[tuple[str, str, str, str], list[Finding]] = {}
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for one in worst_first(findings):
        key = (one.severity, one.file, one.code, one.field)
        counts[key] += one.stands_for
        kept = members.setdefault(key, [])
        if len(kept) < most:
            kept.append(one)
    return [Group(tuple(kept), counts[key]) for key, kept in members.items()]


def as_table(findings: Iterable[Finding], language: str = "en") -> pd.DataFrame:
    """Give findings as the table ``findings.csv`` of the contract, worst first.

    ``rows`` names all rows of a finding that speaks of several. ``message``, ``what_to_do`` and
    ``done`` are in ``language``; ``message_zh`` and
    ``message_en`` hold the first two of them as one sentence in either.
    """
    rows = [
        (
            one.severity,
            one.code,
            *one.file_and_layer,
            one.row,
            row_ranges(one.rows) if one.further else "",
            one.field,
            one.value,
            one.message(language),
            one.advice(language),
            one.done(language),
            one.sentence("zh"),
            one.sentence("en"),
        )
        for one in worst_first(findings)
    ]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    table["row"] = table["row"].astype("Int64")
    return table
