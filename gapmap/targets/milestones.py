"""Milestones: named projects and the state that they have reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gapmap.plan import STATES
from gapmap.targets.figure import Baseline, Figure
from gapmap.targets.said import said

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from gapmap.plan import Ask, Project
    from gapmap.targets.figure import ScopeUnit
    from gapmap.targets.ground import Scene

__all__ = ["measure_milestone", "state_of"]

_WORDS: Mapping[str, str] = {
    "规划": "planned",
    "计划": "planned",
    "已规划": "planned",
    "动工": "started",
    "开工": "started",
    "已动工": "started",
    "已开工": "started",
    "在建": "under_way",
    "建设中": "under_way",
    "建成": "built",
    "已建成": "built",
    "落实": "in_place",
    "已落实": "in_place",
    "成立": "in_place",
    "已成立": "in_place",
}


def state_of(word: str) -> str:
    """Give a state's id for what a planner wrote; empty where it is not understood.

    Examples
    --------
    >>> state_of("在建"), state_of("Under way"), state_of("soon")
    ('under_way', 'under_way', '')
    """
    plain = "_".join(word.strip().casefold().replace("-", " ").split())
    return plain if plain in STATES else _WORDS.get(plain, "")


@dataclass(frozen=True, slots=True)
class _Course:
    """A project's dated states in order: (date, how far along, state)."""

    steps: tuple[tuple[dt.date, int, str], ...]

    def on(self, date: dt.date) -> tuple[int, str, dt.date] | None:
        """Give the state on a date and since when, None before the first record."""
        past = [(rank, state, day) for day, rank, state in self.steps if day <= date]
        return past[-1] if past else None


def measure_milestone(scene: Scene, ask: Ask, units: Sequence[ScopeUnit]) -> list[Figure]:
    """Say how many projects have reached the state, for each unit (all, or one project)."""
    courses = {project.id: _course(scene, project.id) for project in ask.projects}
    figures = []
    for unit in units:
        mine = [one for one in ask.projects if unit.kind != "project" or one.id == unit.id]
        figures.append(_figure(scene, ask, mine, courses))
    return figures


def _course(scene: Scene, project: str) -> _Course:
    table = scene.records.milestones
    table = table[(table["milestone"] == project) & table["date"].notna()]
    read = [(pd.Timestamp(row.date).date(), state_of(str(row.state))) for row in table.itertuples()]
    return _Course(tuple(sorted((day, STATES[state], state) for day, state in read if state)))


def _figure(
    scene: Scene, ask: Ask, projects: Sequence[Project], courses: Mapping[str, _Course]
) -> Figure:
    goal = STATES[ask.state]
    now = {project.id: courses[project.id].on(scene.date) for project in projects}
    notes = [
        said("project_unknown", project=one.name)
        if (held := now[one.id]) is None
        else said("project_state", project=one.name, state=_state_words(held[1]), since=held[2])
        for one in projects
    ]
    known = [held for held in now.values() if held is not None]
    if not known:
        return Figure(problem=notes[0], said=tuple(notes[1:]))
    met = sum(rank >= goal for rank, _, _ in known)
    unknown = len(projects) - len(known)
    way = sum(_way(rank, goal) for rank, _, _ in known)
    return Figure(
        achieved=float(met),
        possible=float(met + unknown),
        areas=len(projects),
        met=met,
        unknown=unknown,
        progress=way / len(projects),
        progress_possible=(way + unknown) / len(projects),
        baseline=_baseline(scene, goal, [courses[one.id] for one in projects]),
        no_baseline=said("no_baseline_milestone"),
        said=tuple(notes),
    )


def _way(rank: int, goal: int) -> float:
    return min(1.0, rank / goal) if goal else 1.0


def _baseline(scene: Scene, goal: int, courses: Sequence[_Course]) -> Baseline | None:
    """Give how far along all were on the day of the first record of any."""
    day = min(course.steps[0][0] for course in courses if course.steps)
    if day >= scene.date:
        return None
    then = [held for course in courses if (held := course.on(day)) is not None]
    return Baseline(day, sum(_way(rank, goal) for rank, _, _ in then) / len(courses))


def _state_words(state: str) -> dict[str, str]:
    return {language: said(state).text(language) for language in ("zh", "en")}
