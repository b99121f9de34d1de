"""How the cases of tables write their files, with cells changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.city import csv

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["changed", "raw", "renamed", "shelters", "text_of", "villages"]


def villages(rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> Callable[[Path], None]:
    """Write other villages."""
    return lambda folder: csv(folder / "villages.csv", rows, encoding)


def shelters(rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> Callable[[Path], None]:
    """Write other shelters."""
    return lambda folder: csv(folder / "shelters.csv", rows, encoding)


def raw(name: str, content: bytes) -> Callable[[Path], None]:
    """Write bytes."""
    return lambda folder: _write(folder / name, content)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def changed(rows: Sequence[Sequence[str]], row: int, column: str, cell: str) -> list[list[str]]:
    """Give rows with one cell changed; ``row`` as a spreadsheet counts."""
    made = [list(one) for one in rows]
    made[row - 1][made[0].index(column)] = cell
    return made


def renamed(rows: Sequence[Sequence[str]], **names: str) -> list[list[str]]:
    """Give rows with other column names."""
    return [[names.get(cell, cell) for cell in rows[0]], *[list(one) for one in rows[1:]]]


def text_of(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    """Give rows as the text of a CSV file."""
    return "".join(separator.join(row) + "\n" for row in rows)
