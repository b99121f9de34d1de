"""Judging: from a figure to met, on course, behind, overdue or not measurable, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap.targets.figure import reaches
from gapmap.targets.said import Said, amount, said

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from gapmap.plan import Ask, Target
    from gapmap.targets.figure import Baseline, Figure, ScopeUnit

__all__ = ["STATUSES", "Verdict", "due_of", "judge", "line_on", "weakest"]

STATUSES = ("met", "on_course", "behind", "overdue", "not_measurable")

_GRAVITY = ("met", "on_course", "not_measurable", "behind", "overdue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judged figure.

    Attributes
    ----------
    unit, ask, figure
        What was judged.
    required
        None where nothing is required of this unit.
    status, basis, said
        The outcome, on what its requirement rests, and the reason.
    expected
        What the straight line asks on the date; NaN where it was not needed.
    shortfall
        What is missing, in the ask's unit; 0 where it is met, NaN where it cannot be told.
    due
        The day that was judged.
    """

    unit: ScopeUnit
    ask: Ask
    figure: Figure
    required: float | None
    status: str
    basis: str
    said: tuple[Said, ...]
    due: dt.date
    expected: float = np.nan
    shortfall: float = np.nan

    @property
    def decides(self) -> bool:
        """Whether it weighs in where several are judged together."""
        return not self.figure.void and self.required is not None


def due_of(target: Target, date: dt.date, start: dt.date) -> dt.date:
    """Give the due date to judge: of a yearly target the last one passed, else the first.

    Examples
    --------
    >>> import datetime as dt
    >>> from gapmap.plan import read_plan
    >>> pension = next(t for t in read_plan("zhuhai-2012-2014").targets if t.recurring)
    >>> due_of(pension, dt.date(2014, 6, 30), dt.date(2012, 1, 1))
    datetime.date(2013, 12, 31)
    """
    if not target.recurring:
        return target.due
    days = [target.due.replace(year=year) for year in range(start.year, target.due.year + 1)]
    past = [day for day in days if day <= date]
    return past[-1] if past else days[0]


def judge(
    target: Target, ask: Ask, unit: ScopeUnit, figure: Figure, when: tuple[dt.date, dt.date]
) -> Verdict:
    """Judge one figure on ``when[0]`` against the requirement due on ``when[1]``.

    A figure with bounds is met when what is certain reaches the requirement, and missed when
    even what is possible does not; in between nothing can be told, and the reason says so.
    """
    date, due = when
    required, basis, note = _required(target, ask, unit, figure)
    verdict = Verdict(
        unit=unit,
        ask=ask,
        figure=figure,
        required=required,
        status="not_measurable",
        basis=basis,
        said=figure.said,
        due=due,
    )
    problem = figure.problem or note or _stale(figure, date, due)
    if problem is not None or required is None:
        return _with(
            verdict, *(() if problem else _before(ask, figure)), problem or said("no_number")
        )
    if reaches(figure.achieved, ask.comparison, required):
        return replace(verdict, status="met", shortfall=0.0)
    verdict = replace(verdict, shortfall=_shortfall(ask, figure.achieved, required))
    hinges = reaches(figure.possible, ask.comparison, required)
    if hinges:
        verdict = _with(verdict, said("hinges", possible=amount(figure.possible, ask.unit)))
    if date >= due:
        return verdict if hinges else replace(verdict, status="overdue")
    return _on_the_line(verdict, date)


def _before(ask: Ask, figure: Figure) -> tuple[Said, ...]:
    """Say where it stood before the plan: all that can be said where no number is given."""
    first = figure.baseline
    if first is None:
        return ()
    return (said("at_the_baseline", date=first.date, before=amount(first.value, ask.unit)),)


def _with(verdict: Verdict, *more: Said) -> Verdict:
    return replace(verdict, said=(*verdict.said, *more))


def _required(
    target: Target, ask: Ask, unit: ScopeUnit, figure: Figure
) -> tuple[float | None, str, Said | None]:
    """Give what is required of this unit, on what it rests, and why nothing is."""
    whole = unit.kind in ("city", "group") or unit.id == target.scope or bool(target.each)
    relative = ask.unit in ("share", "ratio") or ask.measure == "access"
    if unit.kind == "project":
        return 1.0, ask.required_basis, None
    if ask.measure in ("trend", "gap"):
        return (figure.required, "plan", None) if whole else (None, "plan", said("whole_only"))
    if not whole and not relative:
        per_unit = ask.required_per_unit
        return per_unit, "assumption", said("whole_only") if per_unit is None else None
    required = ask.required if figure.required is None else figure.required
    basis = figure.basis or ask.required_basis
    return required, "assumption" if required is None else basis, None


def _stale(figure: Figure, date: dt.date, due: dt.date) -> Said | None:
    if figure.as_of is None or not figure.as_of < due <= date:
        return None
    return said("stale", year=figure.as_of.year, due=due.year)


def _shortfall(ask: Ask, achieved: float, required: float) -> float:
    short = required - achieved if ask.comparison in (">=", ">") else achieved - required
    one_more = ask.comparison in (">", "<") and ask.unit in ("facilities", "projects")
    return short + 1.0 if one_more else short


def _on_the_line(verdict: Verdict, date: dt.date) -> Verdict:
    """Judge against the straight line from the baseline to the requirement at the due date."""
    figure, due, ask = verdict.figure, verdict.due, verdict.ask
    first, day = figure.baseline, figure.as_of or date
    if first is None:
        return _with(verdict, figure.no_baseline or said("no_dates"))
    if not first.date < day or not first.date < due:
        return _with(verdict, said("too_early", date=first.date))
    by_states = figure.progress is not None
    goal = 1.0 if by_states else float(verdict.required or 0.0)
    unit = "share" if by_states else ask.unit
    expected = line_on(first, (due, goal), day)
    low = figure.achieved if figure.progress is None else figure.progress
    high = figure.possible if figure.progress_possible is None else figure.progress_possible
    comparison = ">=" if by_states else ask.comparison
    worst, best = (reaches(value, comparison, expected) for value in (low, high))
    status = "on_course" if worst else "not_measurable" if best else "behind"
    line = said(
        "line",
        before=amount(first.value, unit),
        date=first.date,
        expected=amount(expected, unit),
    )
    return replace(_with(verdict, line), status=status, expected=np.nan if by_states else expected)


def line_on(first: Baseline, goal: tuple[dt.date, float], day: dt.date) -> float:
    """Give what the straight line from the baseline to the requirement asks on a day.

    Parameters
    ----------
    first
        Where it starts.
    goal
        The due date, and what is required on it and later.
    day
        Not before the baseline.

    Examples
    --------
    >>> import datetime as dt
    >>> from gapmap.targets.figure import Baseline
    >>> line_on(Baseline(dt.date(2011, 12, 31), 0.0), (dt.date(2014, 12, 31), 1096.0),
    ...         dt.date(2012, 12, 31))
    366.0
    """
    due, required = goal
    if day >= due:
        return required
    elapsed = (day - first.date).days / (due - first.date).days
    return first.value + (required - first.value) * elapsed


def weakest(verdicts: Sequence[Verdict]) -> Verdict:
    """Give the verdict that decides where all have to hold: the gravest, then the shortest."""
    deciding = [one for one in verdicts if one.decides] or list(verdicts)
    return max(deciding, key=lambda one: (_GRAVITY.index(one.status), _relative_short(one)))


def _relative_short(verdict: Verdict) -> float:
    short, required = verdict.shortfall, verdict.required
    if np.isnan(short):
        return -1.0
    if short == 0.0 and required is not None:
        lead = abs(verdict.figure.achieved - required) / (abs(required) or 1.0)
        return -min(lead, 1.0)
    return short / (abs(required) if required else 1.0)
