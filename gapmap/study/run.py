"""The whole job: from a study file to every output."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gapmap.access import compare_borders, measure_access, no_borders, opening_findings
from gapmap.assessment import assess
from gapmap.findings import finding
from gapmap.network import read_network
from gapmap.network.cache import FOLDER
from gapmap.outputs import Results, reserved, write_reserved
from gapmap.programme import Programme, plan_programme
from gapmap.report import build_report
from gapmap.scenario import apply_scenario, network_of
from gapmap.siting import OBJECTIVES, propose_sites
from gapmap.study.accounts import check_accounts
from gapmap.study.grids import measure_grids
from gapmap.study.inputs import named_files, study_path
from gapmap.study.insights import measure_insights
from gapmap.study.reading import read_study
from gapmap.study.value import Steps
from gapmap.studyfile import read_study_file

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from gapmap.about import About
    from gapmap.access import Access, Service
    from gapmap.assessment import Assessment
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.scenario import Scenario
    from gapmap.siting import Proposal
    from gapmap.study.value import Study
    from gapmap.studyfile import SitingEntry

__all__ = ["run_study", "what_if"]


def run_study(
    path: str | Path,
    out: str | Path,
    *,
    scenario: Scenario | None = None,
    language: str | None = None,
    siting: SitingEntry | None = None,
    steps: Steps | None = None,
) -> Results:
    """Do the whole job: read, measure, assess, propose sites, and leave every output in ``out``.

    Parameters
    ----------
    path, steps
        As for :func:`read_study`.
    out
        Folder of the results; exchanged as a whole at the end.
    scenario
        A what-if to apply first.
    language
        ``zh`` or ``en``; the study's own by default.
    siting
        Propose sites for this instead of what the study asks for.

    Returns
    -------
    Results
        What was written.

    Raises
    ------
    InputError
        When an input cannot be used.
    OutputError
        When results cannot be written.
    """
    watch = steps or Steps()
    inputs = tuple(one for _, one, _ in named_files(read_study_file(study_path(path))))
    with reserved(Path(out), inputs=inputs) as target:  # before the work, not after it
        study = read_study(path, steps=watch)
        results = _results(study, inputs, scenario, language, siting, watch=watch)
        check_accounts(study)
        with watch.step("write"):
            write_reserved(results, target)
    return results


def _results(
    study: Study,
    inputs: tuple[Path, ...],
    scenario: Scenario | None,
    language: str | None,
    siting: SitingEntry | None,
    *,
    watch: Steps,
) -> Results:
    """Measure, assess, propose sites, and make the report."""
    about, network, facilities, services = what_if(study, scenario, language)
    with watch.step("measure"):
        access = measure_access(study.places, facilities, network, services, surface=study.surface)
    borders = _borders(study, access, scenario, watch)
    with watch.step("assess"):
        assessment = assess(access, study.plan, records=study.records)
    grids, doubts = measure_grids(study, access, watch=watch)
    with watch.step("propose"):
        wanted = (siting,) if siting else study.file.siting
        made = [_propose(study, assessment, one) for one in wanted if one.objective in OBJECTIVES]
    programmes = tuple(one for one in made if isinstance(one, Programme))
    proposals = tuple(one.proposal if isinstance(one, Programme) else one for one in made)
    of_this_state = [one for one in proposals if one.before is assessment]
    insights, further = measure_insights(study, assessment, of_this_state, watch=watch)
    with watch.step("report"):
        read = _read_and_sailed(study, network, scenario)
        findings = (
            *read,
            *access.findings,
            *opening_findings(borders, access.services),
            *assessment.findings,
            *doubts,
            *(told for one in programmes for told in one.findings),
            *further,
        )
        report = build_report(
            assessment,
            proposals,
            about=about,
            findings=findings,
            rows=study.rows,
            grids=grids,
            insights=insights,
        )
    return Results(
        assessment=assessment,
        proposals=proposals,
        report_html=report.html,
        about=about,
        findings=findings,
        rows=study.rows,
        study=study.file.raw,
        parameters=_parameters(study, services, scenario),
        seconds=watch.seconds,
        seed=study.file.seed,
        input_paths=inputs,
        borders=borders,
        datums=study.datums,
        population=grids.population,
        gridded=grids.gridded,
        tables=grids.tables,
        insights=insights,
        programmes=programmes,
    )


def what_if(
    study: Study, scenario: Scenario | None, language: str | None
) -> tuple[About, Network | None, Facilities, tuple[Service, ...]]:
    """Give what is measured, and under which title: the study, or what a what-if makes of it."""
    about = replace(
        study.about,
        language=language or study.file.language,
        scenario=scenario.file if scenario else "",
    )
    facilities, services = study.facilities, study.services
    depart = study.file.network.depart if study.file.network else None
    network = network_of(scenario, study.network, depart=depart)
    if scenario is not None:
        facilities, services = apply_scenario(
            scenario, study.places, facilities, services, candidates=study.candidates
        )
        about = replace(about, date=facilities.date)
    return about, network, facilities, services


def _borders(study: Study, access: Access, scenario: Scenario | None, watch: Steps) -> pd.DataFrame:
    """Tell what opening the borders would gain, where the study asks."""
    if study.file.network is None or not study.file.network.compare_borders:
        return no_borders()
    with watch.step("open borders"):
        return compare_borders(access, _opened(study, access, scenario))


def _opened(study: Study, access: Access, scenario: Scenario | None) -> Access:
    """Measure the same once more with the borders open."""
    source = study.file.network
    assert source is not None  # noqa: S101 - borders stand in the network's block
    folder = study.file.path.parent / FOLDER
    ways = read_network(replace(source, borders=None), crs=study.region.crs, cache=folder)
    network = network_of(scenario, ways, depart=source.depart)
    surface = study.surface
    if surface is not None:
        from gapmap.surface import read_surface  # noqa: PLC0415 - rasterio is slow to load

        surface = read_surface(surface.source, study.region, network)
    return measure_access(
        study.places, access.facilities, network, access.services, surface=surface
    )


def _read_and_sailed(
    study: Study, network: Network | None, scenario: Scenario | None
) -> list[Finding]:
    """Give what was found in the inputs, with what the what-if says of ferries in its place."""
    was = set(study.network.findings if study.network else ())
    now = network.findings if network else ()
    told = [one for one in study.findings if one not in was or one in now]
    told += [one for one in now if one not in was]
    of_ferries = scenario is not None and (scenario.no_sailing or scenario.depart is not None)
    if scenario is not None and of_ferries and not (network and network.ferries):
        told.append(finding("scenario-no-ferries", file=scenario.file))
    return told


def _propose(study: Study, assessment: Assessment, entry: SitingEntry) -> Proposal | Programme:
    if entry.years:
        return plan_programme(
            assessment,
            service=entry.service,
            years=entry.years,
            cost=entry.cost,
            candidates=study.candidates.get(entry.service, entry.candidates),
            targets=entry.targets,
            start=entry.start,
            seconds=entry.seconds,
        )
    return propose_sites(
        assessment,
        service=entry.service,
        count=entry.count,
        budget=entry.budget,
        cost=entry.cost,
        candidates=study.candidates.get(entry.service, entry.candidates),
        objective=entry.objective,
    )


def _parameters(
    study: Study, services: tuple[Service, ...], scenario: Scenario | None
) -> dict[str, object]:
    told: dict[str, object] = {
        service.id: {
            "mode": service.mode,
            "limit": service.limit,
            "limit_unit": service.limit_unit,
            "source": service.source,
            "basis": service.basis,
            "speed_kmh": service.speed_kmh,
        }
        for service in services
    }
    source = study.file.network
    return {
        "services": told,
        "snap_m": source.snap_m if source else None,
        "speeds": dict(source.speeds) if source else {},
        "depart": _hour(source.depart) if source else None,
        "presence_m": {one.path.name: one.presence_m for one in study.file.facilities},
        "sensitivity": asdict(study.file.sensitivity) if study.file.sensitivity else None,
        "scenario": None
        if scenario is None
        else {
            "on": list(scenario.on),
            "off": list(scenario.off),
            "added": [list(one) for one in scenario.added],
            "limit_m": dict(scenario.limit_m),
            "date": scenario.date.isoformat() if scenario.date else None,
            "no_sailing": scenario.no_sailing,
            "depart": _hour(scenario.depart),
        },
    }


def _hour(time: dt.time | None) -> str | None:
    return None if time is None else time.isoformat("minutes")
