"""One finding: where it is, and its words in either language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gapmap.findings.entries import catalogue

__all__ = ["LISTED", "Finding", "finding", "storable"]

LISTED: Final = 1000
"""So many rows of a file are listed for each code and column; one more finding has the others."""
_LAYERED: Final = re.compile(r"(.+?\.\w+)\[(.*)\]", re.DOTALL)


class _Fact(str):
    """A fact in a sentence; ``{count:cell is|cells are}`` gives the words that go with it."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        """Give the words before the bar for "1", those behind it for all else."""
        one, bar, many = spec.partition("|")
        if not bar:
            return super().__format__(spec)
        return one if self == "1" else many


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
        return template.format(**{**known, **{name: _Fact(fact) for name, fact in self.facts}})

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
        rows = "row" if count == 1 else "rows"
        return said + (
            f"(另有 {count} 行也是)" if language == "zh" else f" (so too {count} more {rows})"
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
