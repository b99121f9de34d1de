"""What a measure found for one scope unit, before anyone judges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gapmap.targets.said import Said

__all__ = ["Baseline", "Figure", "ScopeUnit", "impossible", "reaches"]

_SLACK = 1e-9
"""What floating-point division may take from a share that equals the requirement."""


@dataclass(frozen=True, slots=True)
class ScopeUnit:
    """What a row of ``targets.csv`` is about.

    Attributes
    ----------
    kind
        ``city``, ``group``, ``plan_district``, ``district``, ``town``, ``project`` or ``level``.
    id, name
        Its word, and its name by language.
    """

    kind: str
    id: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The first dated value."""

    date: dt.date
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its bounds.

    Attributes
    ----------
    achieved
        What is certain; NaN where nothing can be said.
    possible
        The same with everything that is unknown counted in the target's favour.
    areas, met, unknown
        Areas asked, those that certainly have it, those that may; None where no areas are asked.
    required
        Set where the figure itself gives what is required (trend, gap, access in minutes).
    progress, progress_possible
        Of milestones: the share of the way that is behind, by states; without and with what is
        unknown. The line is judged on these, and ``baseline`` is such a share too.
    baseline
        None where there is none; ``no_baseline`` says why.
    as_of
        The day that the figure is of, None for the study's date.
    basis
        ``assumption`` where the figure rests on a limit that is not the plan's.
    said
        Sentences that explain it.
    problem
        Why nothing can be measured.
    void
        There is nothing here to ask about, so that it decides nothing.
    """

    achieved: float = np.nan
    possible: float = np.nan
    areas: int | None = None
    met: int | None = None
    unknown: int | None = None
    required: float | None = None
    progress: float | None = None
    progress_possible: float | None = None
    baseline: Baseline | None = None
    no_baseline: Said | None = None
    as_of: dt.date | None = None
    basis: str = ""
    said: tuple[Said, ...] = ()
    problem: Said | None = None
    void: bool = False

    @property
    def missing(self) -> int | None:
        """Areas that certainly lack it."""
        if self.areas is None or self.met is None or self.unknown is None:
            return None
        return self.areas - self.met - self.unknown


def impossible(problem: Said, *, void: bool = False) -> Figure:
    """Give the figure of what cannot be measured, and why."""
    return Figure(problem=problem, void=void)


def reaches(value: float, comparison: str, required: float) -> bool:
    """Say whether a value satisfies ``comparison required``; equality satisfies ``>=``, ``<=``.

    Examples
    --------
    >>> reaches(0.85, ">", 0.85), reaches(0.85, ">=", 0.85)
    (False, True)
    """
    lead = value - required if comparison in (">=", ">") else required - value
    return lead > _SLACK if comparison in (">", "<") else lead >= -_SLACK
