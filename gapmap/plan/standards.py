"""The library of standards: where a limit comes from when the plan gives none, and since when."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gapmap.findings import Finding, finding
from gapmap.plan.cells import Cells
from gapmap.plan.reading import shipped_plans

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gapmap.plan.values import Plan

__all__ = ["Standard", "judge_source", "standards"]

_ASSUMED: Final = ("assumption", "assumed", "假设", "假定")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One value of one standard.

    Attributes
    ----------
    id, name
        Its word; name by language.
    document, clause
        The document's number, such as ``GB 50220-95``, and where the value stands in it.
    value, unit
        The value; ``m``, ``minutes``, ``m2`` or ``share``.
    services
        Ids of the services that it can be used for.
    setting
        ``urban`` or ``rural`` where it holds only there.
    in_force_from, in_force_to
        First and last day in force; None: no end known.
    confidence
        ``high``, ``medium`` or ``low``: how sure value, clause and dates are.
    note
        By language.
    """

    id: str
    name: Mapping[str, str]
    document: str
    clause: str
    value: float
    unit: str
    services: tuple[str, ...]
    in_force_from: dt.date
    in_force_to: dt.date | None
    confidence: str
    setting: str = ""
    note: Mapping[str, str]

    def in_force(self, date: dt.date) -> bool:
        """Say whether it is in force on ``date``, first and last day included."""
        return self.in_force_from <= date and (self.in_force_to is None or date <= self.in_force_to)


@cache
def standards() -> Mapping[str, Standard]:
    """Give the shipped standards by id.

    Examples
    --------
    >>> standards()["gb-50220-95-bus-500"].value
    500.0
    """
    text = files("gapmap").joinpath("plans", "standards.toml").read_text("utf8")
    top = Cells("standards.toml", "", tomllib.loads(text))
    top.allow("standards")
    read = (_standard(cells) for cells in top.tables("standards"))
    return MappingProxyType({standard.id: standard for standard in read})


_KEYS = (
    "id name document clause value unit services setting in_force_from in_force_to confidence note"
)


def _standard(cells: Cells) -> Standard:
    cells.allow(*_KEYS.split())
    value = cells.number("value")
    if value is None:
        cells.wrong("value", "plan-key-missing")
    return Standard(
        id=cells.text("id"),
        name=cells.words("name"),
        document=cells.text("document"),
        clause=cells.text("clause"),
        value=value,
        unit=cells.choice("unit", ("m", "minutes", "m2", "share")),
        services=cells.texts("services"),
        in_force_from=cells.date("in_force_from"),
        in_force_to=cells.date("in_force_to") if "in_force_to" in cells.content else None,
        confidence=cells.choice("confidence", ("high", "medium", "low")),
        setting=cells.choice("setting", ("", "urban", "rural"), ""),
        note=cells.words("note"),
    )


def judge_source(
    source: str,
    date: dt.date,
    *,
    limit: float | None = None,
    unit: str = "m",
    plan: Plan | None = None,
) -> tuple[str, tuple[Finding, ...]]:
    """Say on what a limit rests, from the words that the study gives as its source.

    Parameters
    ----------
    source
        A standard's id or name, or its document number anywhere in the text; or ``plan``, ``plan``
        with a clause, or the plan's id or name, as whole words anywhere in it. Blanks, case and
        width do not matter. What begins with ``assumption`` or 假设 is one.
    date
        The study's date.
    limit, unit
        The limit that is said to come from there; compared with what the standard gives.
    plan
        The study's plan.

    Returns
    -------
    basis
        ``plan``, ``standard`` (a shipped standard in force at ``date`` that gives this value)
        or ``assumption``.
    findings
        A warning where a named standard is not in force at ``date``, or gives other values.

    Examples
    --------
    >>> import datetime as dt
    >>> judge_source("GB 50220-95", dt.date(2014, 12, 31))
    ('standard', ())
    """
    said = _plain(source)
    if said.startswith(_ASSUMED):
        return "assumption", ()
    if _names_plan(source, plan):
        return "plan", ()
    named = _named(source)
    if not named:
        return "assumption", ()
    name = named[0].document
    current = [one for one in named if one.in_force(date)]
    if not current:
        told = ", ".join(sorted({_term(one) for one in named}))
        found = finding("standard-not-in-force", value=source, name=name, date=date, from_to=told)
        return "assumption", (found,)
    if limit is not None and not any(one.value == limit and one.unit == unit for one in current):
        known = ", ".join(f"{one.value:g} {one.unit}" for one in current)
        found = finding(
            "standard-other-value",
            value=source,
            name=name,
            limit=f"{limit:g}",
            unit=unit,
            known=known,
        )
        return "assumption", (found,)
    return "standard", ()


def _plain(text: str) -> str:
    return "".join(_folded(text).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _names_plan(source: str, plan: Plan | None) -> bool:
    names = [plan.id, *plan.name.values()] if plan else list(shipped_plans())
    said = _plain(source)
    after = said.removeprefix("plan").lstrip(":,;.")
    with_clause = said.startswith("plan") and (not after or after[0].isdigit())
    return with_clause or any(_says(source, name) for name in names)


def _says(source: str, name: str) -> bool:
    """Say whether a text has a name as whole words: ``p`` is in ``see p, 4``, not in ``up``.

    Chinese sets no blanks: there a name stands alone, or after and before words that cite it.
    """
    letters = _plain(name)
    if not letters:
        return False
    before = _edge(letters[0], r"(?<![a-z0-9_-])", r"(?:^|[^\w-]|按照?|参照|依据?|根据|参?见)")
    after = _edge(letters[-1], r"(?![a-z0-9_-])", r"(?=$|[^\w-]|\d|第|规定|要求)")
    return re.search(before + _spaced(letters) + after, _folded(source)) is not None


def _spaced(letters: str) -> str:
    return r"\s*".join(map(re.escape, letters))


def _edge(letter: str, of_ascii: str, of_others: str) -> str:
    if not letter.isalnum():
        return ""
    return of_ascii if letter.isascii() else of_others


def _named(source: str) -> list[Standard]:
    """Give the standards that the text names; an id is more exact than a document."""
    said = _plain(source)
    known = standards().values()
    exact = [
        one
        for one in known
        if _plain(one.id) == said or said in {_plain(name) for name in one.name.values()}
    ]
    return exact or [one for one in known if _has_number(source, one.document)]


def _has_number(source: str, document: str) -> bool:
    """Say whether a text has a document's number, and no longer one that begins like it."""
    return re.search(_spaced(_plain(document)) + r"(?!\d)", _folded(source)) is not None


def _term(standard: Standard) -> str:
    return f"{standard.in_force_from} – {standard.in_force_to or ''}".rstrip()
