"""The fate of a file's rows: what is said about each, and whether it was used."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from gapmap.findings import fail, finding, may_repair
from gapmap.tables import (
    RowCount,
    is_serial,
    named_findings,
    own_codes,
    read_codes,
    row_findings,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.positions import Positions
    from gapmap.tables import Table

__all__ = ["Ledger", "check_ids", "drop_repeated", "fail_for_all", "fill_ids", "named_codes"]

NAMED_MOST: Final = 1000
"""So many fatal rows of a file are named; whoever has more of them needs no longer list."""


@dataclass(slots=True)
class Ledger:
    """The book of one file while it is read: every row ends up in exactly one of three counts.

    A row is *repaired* when gapmap put something of its own in a cell's or shape's place: an id,
    exchanged coordinates, a mended polygon. A value that was taken as unknown repairs nothing.

    Attributes
    ----------
    table
        The file as read.
    findings
        What was said so far.
    repaired, excluded
        Row numbers.
    """

    table: Table
    findings: list[Finding] = field(init=False)
    repaired: set[int] = field(default_factory=set)
    excluded: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin with what reading the file has found."""
        self.findings = list(self.table.findings)

    def add(self, findings: Iterable[Finding]) -> None:
        """Note findings that were made elsewhere."""
        self.findings += findings

    def add_cells(self, findings: Iterable[Finding]) -> None:
        """Note what reading a column has found; rows in which a cell was repaired are repaired."""
        told = tuple(findings)
        self.add(told)
        self.repaired |= {row for one in told if one.repair for row in one.rows}

    def add_positions(self, positions: Positions) -> None:
        """Note what was found, and put right, in the positions."""
        self.add(positions.findings)
        self.repaired |= positions.repaired

    def each(
        self, code: str, which: pd.Series, cells: pd.Series, *, field: str = "", **facts: object
    ) -> None:
        """Make a finding for each row that ``which`` marks; its value is what ``cells`` holds."""
        self.add(row_findings(code, self.table.file, field, cells[which].items(), **facts))

    def once(
        self, code: str, which: pd.Series, cells: pd.Series, *, field: str = "", **facts: object
    ) -> None:
        """Make one finding for all marked rows, with their ``count`` and the first as example."""
        if which.any():
            row, *further = which.index[which].tolist()
            count = 1 + len(further)
            said = row_findings(
                code, self.table.file, field, [(row, cells[row])], count=count, **facts
            )
            self.add(replace(one, further=tuple(further)) for one in said)

    def drop(self, which: pd.Series) -> None:
        """Leave out the marked rows, which somebody has said something about."""
        self.excluded |= {int(row) for row in which.index[which]}
        self.table = without(self.table, which)

    def count(self) -> RowCount:
        """Close the book.

        Raises
        ------
        MethodError
            A row got lost on the way, or is counted twice.
        """
        left = set(self.table.cells.index)
        excluded = len(self.excluded) + len(self.table.excluded)
        repaired = len((self.repaired | self.table.repaired) & left)
        used = len(self.table.cells) - repaired
        return RowCount(self.table.file, self.table.read, used, repaired, excluded)


def drop_repeated(ledger: Ledger, column: str) -> None:
    """Exclude rows that repeat an earlier one in every column but that of running numbers.

    Raises
    ------
    InputError
        Two rows have one id and different content: no one can tell which is right. An id is in
        scientific notation.
    """
    table = ledger.table
    codes, doubts = own_codes(table, column)
    ledger.add(doubts)
    again = codes.duplicated() & (codes != "")
    if not again.any():
        return
    content = table.cells.drop(columns=[one for one in table.cells if is_serial(str(one))])
    if table.geometry is not None:
        content["\0geometry"] = table.geometry.to_wkb()
    whole = content.duplicated()
    first = {code: int(str(row)) for row, code in codes.drop_duplicates().items()}
    told = [
        finding(
            "row-repeated" if whole[row] else "id-conflict",
            file=table.file,
            row=int(row),
            field=column,
            value=codes[row],
            first=first[codes[row]],
        )
        for row in codes.index[again]
    ]
    fail_for_all(one for one in told if one.code == "id-conflict")
    ledger.add(told)
    ledger.drop(again)


def fail_for_all(found: Iterable[Finding]) -> None:
    """Raise an error that names every fatal row of a file, if there is any.

    Raises
    ------
    InputError
        It says the first, and carries the others.
    """
    named = tuple(islice(found, NAMED_MOST))
    if named:
        fail(named[0], also=named[1:])


def fill_ids(ledger: Ledger, column: str) -> pd.Series:
    """Give the ids; a row without one gets one of its own, ``row-<number>``, and that is said.

    Raises
    ------
    InputError
        The study allows no repairs, and an id is empty; every such row is named.
    """
    codes = read_codes(ledger.table, column).text
    check_ids(ledger, column, codes)
    taken = set(codes)
    made: dict[int, str] = {}
    for label in codes.index[codes == ""]:
        row = int(label)
        code = f"row-{row}"
        while code in taken:
            code += "~"
        taken.add(code)
        made[row] = code
    ledger.add(
        named_findings(
            "id-made", ledger.table.file, column, list(made), lambda row: {"new": made[row]}
        )
    )
    ledger.repaired |= set(made)
    filled = codes.copy()
    if made:
        filled[list(made)] = list(made.values())
    return filled


def check_ids(ledger: Ledger, column: str, codes: pd.Series) -> None:
    """Refuse rows without an id where the study lets none be made.

    Raises
    ------
    InputError
        Naming every such row.
    """
    if may_repair(ledger.table.repair, "id-made"):
        return
    file = ledger.table.file
    fail_for_all(row_findings("id-missing", file, column, codes[codes == ""].items()))


def named_codes(ledger: Ledger, column: str) -> pd.Series:
    """Give a column of codes or names of other areas; what is doubtful about them is said.

    A code that Excel has written in scientific notation is lost, and so empty.
    """
    codes = read_codes(ledger.table, column)
    ledger.add((*codes.notes, *codes.lost_findings(ledger.table, column)))
    return codes.text
