"""Comparing: two runs, two states, or one study at two dates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gapmap.access import Access, measure_access
from gapmap.assessment import Assessment, assess
from gapmap.change import Change, causes, compare_folders, compare_states, explained, read_access
from gapmap.errors import GapmapError, InputError, MethodError
from gapmap.facilities import facilities_at
from gapmap.findings import finding, from_error
from gapmap.study.again import find_again
from gapmap.study.value import Steps

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from gapmap.findings import Finding
    from gapmap.study.again import Again
    from gapmap.study.value import Study
    from gapmap.studyfile import StudyFile

__all__ = ["compare", "compare_dates"]


def compare(
    a: str | Path | Access | Assessment,
    b: str | Path | Access | Assessment,
    *,
    steps: Steps | None = None,
) -> Change:
    """Say what changed between two states, and why.

    Parameters
    ----------
    a, b
        Two folders that ``gapmap run`` has left, or two answers of :func:`gapmap.measure_access` or
        :func:`gapmap.assess`.
    steps
        A stopwatch.

    Returns
    -------
    Change
        The tables, and the split of the change in covered people into its causes (see
        :func:`gapmap.change.causes`). For two folders both runs are measured again from their
        inputs; where an input is gone or another one by now, nothing is guessed: ``causes`` is
        empty, and ``findings`` name the file.

    Raises
    ------
    InputError
        A folder is not a run's, the states have no place in common, or two values differ in their
        metric CRS or in what they count.
    MethodError
        One is a folder and the other is not.
    """
    if isinstance(a, Access | Assessment) and isinstance(b, Access | Assessment):
        return compare_states(a, b)
    if isinstance(a, Access | Assessment) or isinstance(b, Access | Assessment):
        raise MethodError(
            "a run's folder is compared with a run's folder, a state with a state; "
            "give two of one kind",
            "运行结果文件夹只能与运行结果文件夹比较,状态只能与状态比较;请给出两个同类的参数",
        )
    return _compare_runs(Path(a), Path(b), steps or Steps())


def compare_dates(study: Study, date_a: dt.date, date_b: dt.date) -> Change:
    """Say what changed between two dates in one study: facilities that opened, and that closed.

    People, roads and rules are those of the study at both dates.

    Parameters
    ----------
    study
        From :func:`gapmap.read_study`.
    date_a, date_b
        The two dates; where the second is the earlier one, all changes are the opposite.
    """
    a, b = (_at(study, date) for date in (date_a, date_b))
    change = compare_states(a, b)
    doubts = (*_beyond(study, date_a, date_b), *_undated(study, a, b))
    return replace(change, findings=(*change.findings, *doubts))


def _beyond(study: Study, *dates: dt.date) -> Iterator[Finding]:
    """Say of each date after the study's own that the data may not know of it."""
    for date in sorted({one for one in dates if one > study.file.date}):
        own = study.file.date.isoformat()
        yield finding("change-after-study", value=date.isoformat(), date=own)


def _undated(study: Study, *states: Assessment) -> Iterator[Finding]:
    """Say for each service how many facilities that count have no opening date: none is new."""
    counted = [(one.access.facilities.table["counts"] != "no").to_numpy() for one in states]
    table = study.facilities.table[np.logical_or.reduce(counted)]
    for service in study.services:
        of_service = table[table["service"] == service.id]
        count = int(of_service["opened"].isna().sum())
        if count:
            yield finding("change-undated", service=service.id, count=count, all=len(of_service))


def _at(study: Study, date: dt.date) -> Assessment:
    facilities = facilities_at(study.facilities, date)
    access = measure_access(
        study.places, facilities, study.network, study.services, surface=study.surface
    )
    return assess(access, study.plan, records=study.records)


def _compare_runs(out_a: Path, out_b: Path, steps: Steps) -> Change:
    change = compare_folders(out_a, out_b)
    runs, doubts = _find(out_a, out_b)
    if not doubts:
        try:
            states = list(_measure_again(runs, steps))
            with steps.step("causes"):
                return explained(change, causes(*states), *states)
        except GapmapError as error:
            doubts = _doubts(error)
    doubts.append(finding("change-not-split"))
    return replace(change, findings=(*change.findings, *doubts))


def _find(*outs: Path) -> tuple[list[Again], list[Finding]]:
    """Find the inputs of every run before the first of them is read."""
    runs: list[Again] = []
    doubts: list[Finding] = []
    for out in outs:
        try:
            runs.append(find_again(out))
        except InputError as error:
            doubts += _doubts(error)
    return runs, doubts


def _measure_again(runs: list[Again], steps: Steps) -> Iterator[Access]:
    """Measure every run again; a study that two runs share is read once."""
    last: tuple[StudyFile, Study] | None = None
    for run in runs:
        if last is None or last[0] != run.file:
            last = (run.file, run.read(steps=steps))
        with steps.step(f"measure {run.out.name} again"):
            yield run.measure(last[1], read_access(run.out))


def _doubts(error: GapmapError) -> list[Finding]:
    """Keep what stands against the split: the tables are compared all the same."""
    return [replace(one, fatal=False) for one in from_error(error)]
