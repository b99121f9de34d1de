"""Findings: what was wrong in the input, where, and what was done about it.

A reader returns its findings beside its data; they travel to every output. The words stand
in ``findings.toml``, one entry per code, in Chinese and English.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NoReturn, TypedDict

import pandas as pd

from gapmap.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Finding", "as_table", "catalogue", "fail", "finding", "from_error", "worst_first"]

SEVERITIES = ("error", "warning", "note")


class Entry(TypedDict):
    """One code of the catalogue: how grave, what it says, what is done."""

    severity: str
    zh: str
    en: str
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
        The file as the study names it.
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
    """

    code: str
    file: str = ""
    row: int | None = None
    field: str = ""
    value: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    fatal: bool = False
    rank: int = 0

    @property
    def severity(self) -> str:
        """``error``, ``warning`` or ``note``."""
        return "error" if self.fatal else catalogue()[self.code]["severity"]

    def _words(self, template: str) -> str:
        known = {"file": self.file, "row": self.row, "field": self.field, "value": self.value}
        return template.format(**{**known, **dict(self.facts)})

    def message(self, language: str = "en") -> str:
        """Say what is wrong and what to do, in ``language``."""
        entry = catalogue()[self.code]
        return self._words(entry["zh"] if language == "zh" else entry["en"])

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
        file,
        row,
        field,
        str(value)[:200],
        tuple((k, str(v)[:500]) for k, v in facts.items()),
    )
    for template in (entry["zh"], entry["en"], entry["done_zh"], entry["done_en"]):
        made._words(template)  # noqa: SLF001 - a placeholder that lacks its fact fails here
    return made


def fail(found: Finding, kind: type[InputError] = InputError) -> NoReturn:
    """Raise a finding as an error: the input cannot be used."""
    raise kind(
        _with_place(found, "en"),
        _with_place(found, "zh"),
        code=found.code,
        file=found.file,
        row=found.row,
        field=found.field,
        value=found.value,
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
    said = found.message(language)
    return f"{place}: {said}" if place else said


def from_error(error: InputError) -> Finding:
    """Keep an error as a finding, so that ``gapmap check`` can go on and list it."""
    return Finding(
        "input-unusable",
        error.file,
        error.row,
        error.field,
        error.value,
        (("problem_en", error.text("en")), ("problem_zh", error.text("zh"))),
        fatal=True,
    )


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Order findings by severity, then by file and row; lists of their own after, by rank."""

    def place(one: Finding) -> tuple[int, str, str, int, int, str]:
        own_list = one.code if one.rank else ""
        grave = SEVERITIES.index(one.severity)
        return grave, one.file, own_list, one.rank, one.row or 0, one.code

    return sorted(findings, key=place)


def as_table(findings: Iterable[Finding], language: str = "en") -> pd.DataFrame:
    """Give findings as the table ``findings.csv`` of the contract, worst first."""
    columns = ["severity", "code", "file", "row", "field", "value", "message", "done"]
    rows = [
        (f.severity, f.code, f.file, f.row, f.field, f.value, f.message(language), f.done(language))
        for f in worst_first(findings)
    ]
    table = pd.DataFrame(rows, columns=columns)
    table["row"] = table["row"].astype("Int64")
    return table
