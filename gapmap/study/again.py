"""A run's state once more: its inputs, if they are still the same, read and measured again."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from gapmap.access import measure_access
from gapmap.cells import visible
from gapmap.errors import GapmapError
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
    from gapmap.study.value import Steps, Study
    from gapmap.studyfile import StudyFile

__all__ = ["Again", "check_result", "find_again"]


@dataclass(frozen=True, slots=True)
class Again:
    """A run whose inputs are all there still, byte for byte.

    Attributes
    ----------
    out
        The run's folder.
    file
        The study as the run's manifest keeps it: that its file has changed since does no harm.
    scenario
        The what-if that it had.
    """

    out: Path
    file: StudyFile
    scenario: Scenario | None

    def read(self, *, steps: Steps | None = None) -> Study:
        """Read the inputs again.

        Raises
        ------
        InputError
            They can no longer be read.
        """
        try:
            return read_inputs(self.file, steps=steps)
        except GapmapError as error:
            _refuse(self.out, error)

    def measure(self, study: Study, told: pd.DataFrame) -> Access:
        """Measure again.

        Parameters
        ----------
        study
            From :meth:`read`.
        told
            The run's ``access.csv``: the statuses that have to come out again.

        Raises
        ------
        InputError
            Another result comes out.
        """
        try:
            _, network, facilities, services = what_if(study, self.scenario, None)
            access = measure_access(
                study.places, facilities, network, services, surface=study.surface
            )
        except GapmapError as error:
            _refuse(self.out, error)
        check_result(access, told, self.out)
        return access


def find_again(out: Path) -> Again:
    """Find the inputs of a run, by what its manifest says of them.

    Raises
    ------
    InputError
        The manifest does not say where the study stands, or an input is gone or another one: a
        finding for each.
    """
    noted = _noted(out)
    try:
        file = study_file_of(noted.study, noted.path)
    except GapmapError as error:
        _refuse(out, error)
    _check_inputs(noted, file, out)
    return Again(out, file, noted.scenario)


def _refuse(out: Path, error: GapmapError) -> NoReturn:
    words: dict[str, Any] = {"problem_zh": error.text("zh"), "problem_en": error.text("en")}
    fail(finding("change-run-unreadable", file=_name(out), **words))


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


def check_result(access: Access, told: pd.DataFrame, out: Path) -> None:
    """Hold what was measured again against what the run has written.

    Raises
    ------
    InputError
        A place is covered otherwise.
    """
    columns = ["place_id", "service", "status"]
    here = access.table[columns].astype(str).map(visible).reset_index(drop=True)
    there = told[columns].astype(str).reset_index(drop=True)
    if not here.equals(there.astype(here.dtypes)):
        fail(finding("change-run-differs", file=f"{out.name}/access.csv"))
