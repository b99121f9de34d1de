"""About: what a result is a result of; every output carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapmap.words import title, word

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["About", "Document", "InputFile", "map_mark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One input file: its name as the study writes it, its size in bytes and its SHA-256."""

    name: str
    role: str
    size_bytes: int
    sha256: str
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What makes a run's outputs a document that an office can sign.

    Attributes
    ----------
    title
        The document's title; empty: the study's name.
    prepared_by, checked_by, approved_by
        Who answers for it: an office or a person; empty where nobody is named.
    prepared_on
        The day it was prepared on; None: not told.
    approval_number
        The number under which its maps may be published (审图号); empty: there is none.
    base_map
        Where outlines and roads of its maps come from.
    internal
        It stays within the office although its maps have an approval number.
    """

    title: str = ""
    prepared_by: str = ""
    checked_by: str = ""
    approved_by: str = ""
    prepared_on: dt.date | None = None
    approval_number: str = ""
    base_map: str = ""
    internal: bool = False

    @property
    def draft(self) -> bool:
        """Whether it is marked as internal: nobody approved its maps, or it says so itself."""
        return self.internal or not self.approval_number


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Title block of a run.

    Attributes
    ----------
    name
        The study's name, as the planner wrote it.
    date
        The date at which facilities count; None where a result was made without a study.
    plan
        The plan's name in the report's language, empty without a plan.
    language
        ``zh`` or ``en``: the language that opens; both are always there.
    simulated
        Names of the input files whose content is simulated; empty when all data is real.
    crs
        The metric CRS of all measuring, such as ``EPSG:4547``.
    version
        gapmap's version.
    inputs
        Every input file.
    scenario
        Name of the what-if file, empty for the study as it is.
    credit
        Whom the data is owed to, in the words that its licence asks for.
    document
        Its title, who signs it, and whether its maps may be published.
    """

    name: str = ""
    date: dt.date | None = None
    plan: str = ""
    language: str = "zh"
    simulated: tuple[str, ...] = ()
    crs: str = ""
    version: str = ""
    inputs: tuple[InputFile, ...] = ()
    scenario: str = ""
    credit: str = ""
    document: Document = Document()


def map_mark(document: Document, language: str = "en") -> str:
    """Give what a map must carry: that it is internal, and under which number it was approved.

    Examples
    --------
    >>> map_mark(Document(), "zh"), map_mark(Document(approval_number="GS(2024)0650"), "en")
    ('内部资料', 'map approval number GS(2024)0650')
    """
    number = document.approval_number
    parts = [word("internal_draft", language) if document.draft else ""]
    parts.append(f"{title('approval_number', language)} {number}" if number else "")
    return " · ".join(part for part in parts if part)
