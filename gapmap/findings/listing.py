"""Many findings: in order, counted, in groups, as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.findings.entries import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapmap.findings.value import Finding

__all__ = ["Group", "as_table", "by_severity", "grouped", "row_ranges", "worst_first"]

_COLUMNS: Final = (
    *("severity", "code", "file", "layer", "row", "rows", "field", "value"),
    *("message", "what_to_do", "done", "message_zh", "message_en"),
)


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
    >>> from gapmap.findings import finding
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
    >>> from gapmap.findings import finding
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
