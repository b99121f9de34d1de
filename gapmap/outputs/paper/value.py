"""A run as a document on paper: its title block, sentences and tables as plain texts.

Word and PDF are written from the same value, so that both say the same.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Column", "Grid", "Paper", "Section"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a printed table.

    Attributes
    ----------
    title
        What stands in the header row.
    weight
        Its share of the width, against the other columns' weights.
    number
        Whether it holds numbers, which stand on the right.
    """

    title: str
    weight: float = 1.0
    number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A printed table.

    Attributes
    ----------
    title
        What stands above it.
    columns
        Its columns.
    rows
        Its cells, a text for each column; empty where nothing is known.
    note
        What stands below it, such as how many rows are elsewhere.
    statuses
        For each row the status that its first cell is marked with; empty for no marks.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the document: sentences, then tables.

    Attributes
    ----------
    key
        Its name within gapmap, such as ``targets``.
    title
        Its heading.
    sentences
        Paragraphs.
    grids
        Tables.
    figures
        Starts of the names of the run's figures that belong here.
    """

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The document.

    Attributes
    ----------
    title
        Its title.
    language
        ``zh`` or ``en``.
    mark
        Whether its maps may be published, and under which number.
    simulated
        What says that inputs are simulated; empty when all data is real.
    facts
        The title block: what, and its text.
    sections
        In order.
    """

    title: str
    language: str
    mark: str
    simulated: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
