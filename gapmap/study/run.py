"""The whole job: from a study file to every output."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gapmap.access import compare_borders, measure_access, no_borders, opening_findings
from gapmap.assessment import assess
from gapmap.findings import finding
from gapmap.network import read_network
from gapmap.network.cache import FOLDER
from gapmap.outputs import Papers, Results, check_papers, reserved, write_reserved
from gapmap.report import MOST_PLACES, build_report
from gapmap.scenario import apply_scenario, network_of
from gapmap.study.accounts import check_accounts
from gapmap.study.grids import measure_grids
from gapmap.study.inputs import named_files, study_path
from gapmap.study.insights import measure_insights
from gapmap.study.proposing import asking, propose_all
from gapmap.study.reading import read_inputs
from gapmap.study.value import Steps
from gapmap.studyfile import read_study_file
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd

    from gapmap.about import About
    from gapmap.access import Access, Service
    from gapmap.assessment import Assessment
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.report import Grids, Insights, Report
    from gapmap.scenario import Scenario
    from gapmap.siting import Proposal
    from gapmap.study.proposing import Proposed
    from gapmap.study.value import Study
    from gapmap.studyfile import SitingEntry
    from gapmap.whatif import WhatIf

__all__ = ["run_study", "what_if"]


def run_study(  # noqa: PLR0913 - the study, and six things that a command line may say of it
    path: str | Path,
    out: str | Path,
    *,
    scenario: Scenario | None = None,
    language: str | None = None,
    siting: SitingEntry | None = None,
    steps: Steps | None = None,
    papers: Papers | None = None,
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
        Propose sites for this alone, instead of what the study asks for.
    papers
        Which documents to write; None: the Word document alone.

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
    file = asking(read_study_file(study_path(path)), siting)
    if papers is not None:
        check_papers(papers, language or file.language)
    inputs = tuple(one for _, one, _ in named_files(file))
    with reserved(Path(out), inputs=inputs) as target:  # before the work, not after it
        study = read_inputs(file, steps=watch)
        results = _results(study, inputs, scenario, language, siting, watch=watch)
        check_accounts(study)
        with watch.step("write"):
            write_reserved(results, target, papers=papers)
    return results


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was measured, judged and proposed, and what was found on the way, in that order."""

    about: About
    services: tuple[Service, ...]
    assessment: Assessment
    borders: pd.DataFrame
    grids: Grids
    proposed: Proposed
    insights: Insights
    findings: tuple[Finding, ...]


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
    found = _find(study, scenario, language, siting, watch)
    report = _report(study, found, scenario, watch)
    return Results(
        assessment=found.assessment,
        proposals=found.proposed.proposals,
        report_html=report.html,
        report_parts=report.parts,
        about=found.about,
        findings=found.findings,
        rows=study.rows,
        study=study.file.raw,
        parameters=_parameters(study, found.services, scenario),
        seconds=watch.seconds,
        seed=study.file.seed,
        input_paths=inputs,
        borders=found.borders,
        datums=study.datums,
        population=found.grids.population,
        gridded=found.grids.gridded,
        tables=found.grids.tables,
        insights=found.insights,
        programmes=found.proposed.programmes,
    )


def _find(
    study: Study,
    scenario: Scenario | None,
    language: str | None,
    siting: SitingEntry | None,
    watch: Steps,
) -> _Found:
    """Measure, assess and propose sites."""
    about, network, facilities, services = what_if(study, scenario, language)
    with watch.step("measure"):
        access = measure_access(study.places, facilities, network, services, surface=study.surface)
    borders = _borders(study, access, scenario, watch)
    with watch.step("assess"):
        assessment = assess(access, study.plan, records=study.records)
    grids, doubts = measure_grids(study, access, watch=watch)
    with watch.step("propose"):
        proposed = propose_all(study, assessment, siting)
    insights, further = measure_insights(study, assessment, proposed.of_this_state, watch=watch)
    return _Found(
        about=about,
        services=services,
        assessment=assessment,
        borders=borders,
        grids=grids,
        proposed=proposed,
        insights=insights,
        findings=(
            *_read_and_sailed(study, network, scenario),
            *access.findings,
            *opening_findings(borders, access.services),
            *assessment.findings,
            *doubts,
            *proposed.findings,
            *further,
        ),
    )


def _report(study: Study, found: _Found, scenario: Scenario | None, watch: Steps) -> Report:
    """Make the report, with what its page has to know for its what-if."""
    proposals = found.proposed.proposals
    switchable = _switchable(study, found.assessment, scenario, proposals, watch)
    with watch.step("report"):
        return build_report(
            found.assessment,
            proposals,
            about=found.about,
            findings=found.findings,
            rows=study.rows,
            grids=found.grids,
            insights=found.insights,
            programmes=found.proposed.programmes,
            what_if=switchable,
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


def _switchable(
    study: Study,
    assessment: Assessment,
    scenario: Scenario | None,
    proposals: Sequence[Proposal],
    watch: Steps,
) -> WhatIf | None:
    """Find out what the page has to know for its what-if.

    The page of a what-if has none, and an overview of very many places neither.
    """
    if scenario is not None or len(study.places.table) > MOST_PLACES:
        return None
    proposed: dict[str, set[str]] = {}
    for one in proposals:
        proposed.setdefault(one.service, set()).update(one.sites["site_id"].astype(str))
    costs = {one.service: one.cost for one in study.file.siting if one.cost is not None}
    with watch.step("what-if"):
        return make_what_if(assessment, study.candidates, proposed=proposed, costs=costs)


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
            "limit_minutes": dict(scenario.limit_minutes),
            "date": scenario.date.isoformat() if scenario.date else None,
            "no_sailing": scenario.no_sailing,
            "depart": _hour(scenario.depart),
        },
    }


def _hour(time: dt.time | None) -> str | None:
    return None if time is None else time.isoformat("minutes")
