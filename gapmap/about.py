"""About: what a result is a result of; every output carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["About", "InputFile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One input file: its name as the study writes it, its size in bytes and its SHA-256."""

    name: str
    role: str
    size_bytes: int
    sha256: str
    simulated: bool = False


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
