"""A run's state once more: its inputs, if they are still the same, read and measured again."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gapmap.access import measure_access
from gapmap.errors import GapmapError, InputError
from gapmap.findings import fail, finding
from gapmap.outputs.manifest import NAME
from gapmap.scenario import Scenario
from gapmap.study.inputs import input_files
from gapmap.study.reading import read_inputs
from gapmap.study.run import what_if
from gapmap.studyfile import study_file_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from gapmap.access import Access
    from gapmap.study.value import Steps
    from gapmap.studyfile import StudyFile

__all__ = ["measure_again"]


def measure_again(out: Path, told: pd.DataFrame, *, steps: Steps | None = None) -> Access:
    """Measure again what a run has measured.

    The study is the one that the run's manifest keeps: that its file has changed since does no
    harm. The files that it names have to be those that the run read, byte for byte. A what-if is
    applied again.

    Parameters
    ----------
    out
        The run's folder.
    told
        Its ``access.csv``: the statuses that have to come out again.
    steps
        A stopwatch.

    Raises
    ------
    InputError
        The manifest does not say where the study stands, an input is gone or another one, it can
        no longer be read, or another result comes out.
    """
    noted = _noted(out)
    try:
        file = study_file_of(noted.study, noted.path)
        _check_inputs(noted, file, out)
        access = _measure(noted, file, steps)
    except GapmapError as error:
        if isinstance(error, InputError) and error.code.startswith("change-"):
            raise
        words: dict[str, Any] = {"problem_zh": error.text("zh"), "problem_en": error.text("en")}
        fail(finding("change-run-unreadable", file=_name(out), **words))
    _check_result(access, told, out)
    return access


@dataclass(frozen=True, slots=True)
class _Noted:
    """What a run's manifest says of its inputs: role, name and SHA-256 of each."""

    path: Path
    study: Mapping[str, Any]
    inputs: list[tuple[str, str, str]]
    scenario: Scenario | None


def _name(out: Path) -> str:
    return f"{out.name}/{NAME}"


def _noted(out: Path) -> _Noted:
    try:
        told = json.loads((out / NAME).read_text("utf8"))
        return _Noted(
            path=(out.resolve() / told["study_file"]).resolve(),
            study=dict(told["study"]),
            inputs=[(one["role"], one["name"], one["sha256"]) for one in told["inputs"]],
            scenario=_scenario(told["parameters"]["scenario"], str(told["scenario"])),
        )
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        fail(finding("change-run-untold", file=_name(out)))


def _scenario(told: Mapping[str, Any] | None, file: str) -> Scenario | None:
    if told is None:
        return None
    return Scenario(
        file=file,
        on=tuple(told["on"]),
        off=tuple(told["off"]),
        added=tuple((str(service), float(x), float(y)) for service, x, y in told["added"]),
        limit_m=dict(told["limit_m"]),
        date=dt.date.fromisoformat(told["date"]) if told["date"] else None,
        no_sailing=bool(told["no_sailing"]),
        depart=dt.time.fromisoformat(told["depart"]) if told["depart"] else None,
    )


def _check_inputs(noted: _Noted, file: StudyFile, out: Path) -> None:
    """Hold the files against the hashes that the run has noted."""
    now = [(one.role, one.name, one.sha256) for one in input_files(file)]
    other = Counter(one for one in noted.inputs if one[0] != "study") - Counter(now)
    there = {one[:2] for one in now}
    found = [
        finding(
            "change-input-differs" if one[:2] in there else "change-input-gone",
            file=one[1],
            value=out.name,
        )
        for one in other
    ]
    if found:
        fail(found[0], also=found[1:])


def _measure(noted: _Noted, file: StudyFile, steps: Steps | None) -> Access:
    study = read_inputs(file, steps=steps)
    _, network, facilities, services = what_if(study, noted.scenario, None)
    return measure_access(study.places, facilities, network, services, surface=study.surface)


def _check_result(access: Access, told: pd.DataFrame, out: Path) -> None:
    """Hold what was measured again against what the run has written."""
    columns = ["place_id", "service", "status"]
    here = access.table[columns].astype(str).reset_index(drop=True)
    there = told[columns].astype(str).reset_index(drop=True)
    if not here.equals(there.astype(here.dtypes)):
        fail(finding("change-run-differs", file=f"{out.name}/access.csv"))
