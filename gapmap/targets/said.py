"""Reasons as values: which sentence, and what fills it; worded in both languages at the end."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Said", "amount", "pattern_of", "said", "sentence"]


@cache
def _reasons() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("gapmap.targets").joinpath("reasons.toml").read_text("utf8"))


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of a reason.

    Attributes
    ----------
    code
        Entry of ``reasons.toml``.
    facts
        What fills its placeholders: text, a number, or a name by language.
    """

    code: str
    facts: tuple[tuple[str, object], ...] = ()

    def text(self, language: str) -> str:
        """Word it in ``language``."""
        filled = {
            key: str(value.get(language, "") if isinstance(value, Mapping) else value)
            for key, value in self.facts
        }
        return _reasons()[self.code][language].format(**filled)


def said(code: str, **facts: object) -> Said:
    """Say one sentence.

    Examples
    --------
    >>> said("no_facilities", service="clinic").text("en")
    'no facilities of service clinic in the study'
    """
    return Said(code, tuple(facts.items()))


def pattern_of(code: str, language: str) -> str:
    r"""Give a pattern that one sentence of a reason has, whatever fills it.

    A table carries the words of a reason alone; with this they are known again after they are
    worded anew in ``reasons.toml``.

    Examples
    --------
    >>> pattern_of("no_areas", "en")
    'there\\ are\\ no\\ .+\\ in\\ .+'
    """
    pieces = re.split(r"\{\w+\}", _reasons()[code][language])
    return ".+".join(re.escape(piece) for piece in pieces)


def sentence(parts: Iterable[Said], language: str) -> str:
    """Join sentences into one reason."""
    return (";" if language == "zh" else "; ").join(part.text(language) for part in parts)


def amount(value: float, unit: str) -> str:
    """Write a figure in its unit; shares as per cent.

    Examples
    --------
    >>> amount(0.8333, "share"), amount(30000, "person-times"), amount(12.5, "minutes")
    ('83.33 %', '30,000', '12.5')
    """
    if np.isnan(value):
        return "?"
    if unit == "share":
        return f"{value * 100:.2f}".rstrip("0").rstrip(".") + " %"
    return f"{value:,.2f}".rstrip("0").rstrip(".")
