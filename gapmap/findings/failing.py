"""Findings as errors: an input that cannot be used, and an error as findings again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from gapmap.errors import InputError
from gapmap.findings.value import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapmap.errors import GapmapError

__all__ = ["fail", "from_error"]


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
