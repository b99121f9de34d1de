"""A run's state once more: its inputs, if they are still the same, read and measured again."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from gapmap.access import measure_access
from gapmap.errors import GapmapError, InputError
from gapmap.findings import fail, finding
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

_MANIFEST = "run.json"


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
    manifest = _manifest(out)
    try:
        file = _study_file(manifest, out)
        _check_inputs(manifest, file, out)
        access = _measure(manifest, file, steps)
    except GapmapError as error:
        if isinstance(error, InputError) and error.code.startswith("change-"):
            raise
        words: dict[str, Any] = {"problem_zh": error.text("zh"), "problem_en": error.text("en")}
        fail(finding("change-run-unreadable", file=_name(out), **words))
    except (KeyError, TypeError, ValueError, AttributeError):
        _no_manifest(out)
    _check_result(access, told, out)
    return access


def _name(out: Path) -> str:
    return f"{out.name}/{_MANIFEST}"


def _no_manifest(out: Path) -> NoReturn:
    fail(finding("change-run-untold", file=_name(out)))


def _manifest(out: Path) -> Mapping[str, Any]:
    try:
        told = json.loads((out / _MANIFEST).read_text("utf8"))
    except (OSError, ValueError, RecursionError):
        _no_manifest(out)
    if not isinstance(told, dict) or not isinstance(told.get("study_file"), str):
        _no_manifest(out)
    return told


def _study_file(manifest: Mapping[str, Any], out: Path) -> StudyFile:
    path = out.resolve() / manifest["study_file"]
    return study_file_of(manifest["study"], path.resolve())


def _check_inputs(manifest: Mapping[str, Any], file: StudyFile, out: Path) -> None:
    """Hold the files against the hashes that the run has noted."""
    noted = [(one["role"], one["name"], one["sha256"]) for one in manifest["inputs"]]
    now = [(one.role, one.name, one.sha256) for one in input_files(file)]
    other = Counter(one for one in noted if one[0] != "study") - Counter(now)
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


def _measure(manifest: Mapping[str, Any], file: StudyFile, steps: Steps | None) -> Access:
    study = read_inputs(file, steps=steps)
    scenario = _scenario(manifest)
    _, network, facilities, services = what_if(study, scenario, None)
    return measure_access(study.places, facilities, network, services, surface=study.surface)


def _scenario(manifest: Mapping[str, Any]) -> Scenario | None:
    told = manifest["parameters"]["scenario"]
    if told is None:
        return None
    return Scenario(
        file=str(manifest["scenario"]),
        on=tuple(told["on"]),
        off=tuple(told["off"]),
        added=tuple((str(service), float(x), float(y)) for service, x, y in told["added"]),
        limit_m=told["limit_m"],
        date=dt.date.fromisoformat(told["date"]) if told["date"] else None,
        no_sailing=bool(told["no_sailing"]),
        depart=dt.time.fromisoformat(told["depart"]) if told["depart"] else None,
    )


def _check_result(access: Access, told: pd.DataFrame, out: Path) -> None:
    """Hold what was measured again against what the run has written."""
    columns = ["place_id", "service", "status"]
    here = access.table[columns].astype(str).reset_index(drop=True)
    there = told[columns].astype(str).reset_index(drop=True)
    if not here.equals(there.astype(here.dtypes)):
        fail(finding("change-run-differs", file=f"{out.name}/access.csv"))
