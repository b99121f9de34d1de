"""Study: all that one study file names, read; and the whole job from study to outputs."""

from __future__ import annotations

import hashlib
import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import gapmap
from gapmap.about import About, InputFile
from gapmap.access import Service, measure_access
from gapmap.assessment import assess
from gapmap.errors import InputError, StudyError
from gapmap.facilities import read_facilities
from gapmap.findings import fail, finding, from_error
from gapmap.network import read_network
from gapmap.outputs import Results, check_out, write_run
from gapmap.places import read_places
from gapmap.plan import judge_source, read_plan, standards
from gapmap.positions import locate
from gapmap.records import no_records, read_records
from gapmap.region import read_region
from gapmap.report import build_report
from gapmap.scenario import apply_scenario
from gapmap.siting import propose_sites
from gapmap.studyfile import read_study_file
from gapmap.tables import read_table, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd

    from gapmap.assessment import Assessment
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.plan import Plan
    from gapmap.records import Records
    from gapmap.region import Region
    from gapmap.scenario import Scenario
    from gapmap.siting import Proposal
    from gapmap.studyfile import ServiceEntry, SitingEntry, StudyFile
    from gapmap.tables import RowCount

__all__ = ["Checked", "Steps", "Study", "check_study", "read_study", "run_study"]

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study with all its inputs read.

    Attributes
    ----------
    file
        The study file's content.
    region, places, facilities, network, records
        The inputs, in one metric CRS. ``network`` is None where the study has none.
    services
        What is measured, with limits and where they come from.
    plan
        The plan that the study names, or None.
    about
        Name, date, inputs with their hashes: what every output carries.
    findings, rows
        All findings and row counts of all inputs.
    """

    file: StudyFile
    region: Region
    places: Places
    facilities: Facilities
    network: Network | None
    services: tuple[Service, ...]
    plan: Plan | None
    records: Records
    about: About
    findings: tuple[Finding, ...]
    rows: tuple[RowCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What ``gapmap check`` found: all findings, also of inputs that cannot be used."""

    findings: tuple[Finding, ...]
    rows: tuple[RowCount, ...]

    @property
    def usable(self) -> bool:
        """Whether a run would start."""
        return not any(one.severity == "error" for one in self.findings)


@dataclass(slots=True)
class Steps:
    """A stopwatch for the steps of a run; ``tell`` hears each step's name as it begins."""

    tell: Callable[[str], None] | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        _log.info("%s", name)
        if self.tell is not None:
            self.tell(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def read_study(path: str | Path, *, steps: Steps | None = None) -> Study:
    """Read a study file and everything that it names.

    Parameters
    ----------
    path
        The study file, or the folder that holds ``study.toml``.
    steps
        A stopwatch to fill.

    Returns
    -------
    Study
        All inputs, in one metric CRS.

    Raises
    ------
    InputError
        At the first input that cannot be used; ``gapmap check`` lists all of them.
    """
    reading = _Reading(steps or Steps(), tolerant=False)
    study = reading.study(_file(path))
    assert study is not None  # noqa: S101 - without tolerance a failure has raised
    return study


def check_study(path: str | Path, *, steps: Steps | None = None) -> Checked:
    """Read everything that a study names and list what is wrong; never raises for input."""
    reading = _Reading(steps or Steps(), tolerant=True)
    try:
        reading.study(_file(path))
    except InputError as error:
        reading.findings.append(from_error(error))
    return Checked(findings=tuple(reading.findings), rows=tuple(reading.rows))


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
    inputs = tuple(one for _, one, _ in _named_files(read_study_file(_file(path))))
    check_out(Path(out), inputs=inputs)  # before the work, not after it
    study = read_study(path, steps=watch)
    about = replace(
        study.about,
        language=language or study.file.language,
        scenario=scenario.file if scenario else "",
    )
    facilities, services = study.facilities, study.services
    if scenario is not None:
        facilities, services = apply_scenario(scenario, study.places, facilities, services)
        about = replace(about, date=facilities.date)
    with watch.step("measure"):
        access = measure_access(study.places, facilities, study.network, services)
    with watch.step("assess"):
        assessment = assess(access, study.plan, records=study.records)
    with watch.step("propose"):
        wanted = (siting,) if siting else study.file.siting
        proposals = tuple(_propose(study, assessment, entry) for entry in wanted)
    with watch.step("report"):
        findings = (*study.findings, *access.findings, *assessment.findings)
        report = build_report(assessment, proposals, about=about, findings=findings)
    results = Results(
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
    )
    with watch.step("write"):
        write_run(results, Path(out))
    return results


def _file(path: str | Path) -> Path:
    given = Path(path)
    return given / "study.toml" if given.is_dir() else given


@dataclass(slots=True)
class _Reading:
    """Reads inputs one after the other; when tolerant, goes on after one that fails."""

    steps: Steps
    tolerant: bool
    findings: list[Finding] = field(default_factory=list)
    rows: list[RowCount] = field(default_factory=list)

    def study(self, path: Path) -> Study | None:
        file = read_study_file(path)
        plan = self.attempt("plan", lambda: _plan(file))
        records = self.attempt("records", lambda: _records(file)) or no_records()
        services = self.attempt("services", lambda: self.services(file, plan)) or ()
        region = self.attempt(
            "districts", lambda: read_region(file.districts, file.towns, crs=file.crs)
        )
        self.keep(records)
        if region is None:
            return None
        self.keep(region)
        network = self.attempt("network", lambda: _network(file, region))
        self.keep(network)
        places = self.attempt("places", lambda: read_places(file.places, region))
        if places is None:
            return None
        self.keep(places)
        facilities = self.attempt(
            "facilities", lambda: read_facilities(file.facilities, places, date=file.date)
        )
        if facilities is None:
            return None
        self.keep(facilities)
        self.say(file, facilities, services)
        about = _about(file, plan, region)
        self.findings += [
            finding("data-simulated", file=name, name=name) for name in about.simulated
        ]
        return Study(
            file=file,
            region=region,
            places=places,
            facilities=facilities,
            network=network,
            services=services,
            plan=plan,
            records=records,
            about=about,
            findings=tuple(self.findings),
            rows=tuple(self.rows),
        )

    def attempt(self, step: str, read: Callable[[], _T]) -> _T | None:
        with self.steps.step(f"read {step}"):
            try:
                return read()
            except InputError as error:
                if not self.tolerant:
                    raise
                self.findings.append(from_error(error))
        return None

    def keep(self, value: Region | Places | Facilities | Network | Records | None) -> None:
        if value is not None:
            self.findings += value.findings
            self.rows += value.rows

    def services(self, file: StudyFile, plan: Plan | None) -> tuple[Service, ...]:
        told = []
        for entry in file.services:
            service, doubts = _service(entry, file, plan)
            told.append(service)
            self.findings += doubts
        return tuple(told)

    def say(self, file: StudyFile, facilities: Facilities, services: tuple[Service, ...]) -> None:
        """Record what the study leaves out, so that no output stays silent about it."""
        name = file.path.name
        measured = {service.id for service in services}
        self.findings += [
            finding("service-not-measured", file=name, service=service)
            for service in facilities.services
            if service not in measured
        ]
        self.findings += [finding("block-not-used", file=name, block=b) for b in file.not_used]
        if file.network is None:
            self.findings.append(finding("measured-straight", file=name))


def _plan(file: StudyFile) -> Plan | None:
    if not file.plan:
        return None
    beside = file.path.parent / file.plan
    return read_plan(beside if beside.suffix == ".toml" and beside.is_file() else file.plan)


def _records(file: StudyFile) -> Records:
    return read_records(
        indicators=file.records.get("indicators"),
        certificates=file.records.get("certificates"),
        milestones=file.records.get("milestones"),
        simulated=file.records_simulated,
    )


def _network(file: StudyFile, region: Region) -> Network | None:
    return None if file.network is None else read_network(file.network, crs=region.crs)


def _service(
    entry: ServiceEntry, file: StudyFile, plan: Plan | None
) -> tuple[Service, tuple[Finding, ...]]:
    """Give a service its limit: as written, or from the standard that its source names."""
    limit, unit = entry.limit_m, "m"
    if entry.limit_minutes is not None:
        limit, unit = entry.limit_minutes, "minutes"
    basis, doubts = judge_source(entry.source, file.date, plan=plan, limit=limit, unit=unit)
    if limit is None:
        named = standards().get(entry.source)
        if named is None or named.unit not in {"m", "minutes"}:
            fail(
                finding(
                    "study-limit-missing",
                    file=file.path.name,
                    service=entry.id,
                    source=entry.source,
                    known=", ".join(standards()),
                ),
                StudyError,
            )
        limit, unit = named.value, named.unit
    service = Service(
        id=entry.id,
        name=entry.name,
        mode=entry.mode,
        limit=float(limit),
        limit_unit=unit,
        source=entry.source,
        basis=basis,
        speed_kmh=entry.speed_kmh,
    )
    return service, doubts


def _about(file: StudyFile, plan: Plan | None, region: Region) -> About:
    inputs = _inputs(file)
    return About(
        name=file.name,
        date=file.date,
        plan=(plan.name.get(file.language, plan.id) if plan else ""),
        language=file.language,
        simulated=tuple(dict.fromkeys(one.name for one in inputs if one.simulated)),
        crs=_crs_name(region),
        version=gapmap.__version__,
        inputs=inputs,
    )


def _crs_name(region: Region) -> str:
    code = region.crs.to_epsg()
    return f"EPSG:{code}" if code else str(region.crs.name)


def _named_files(file: StudyFile) -> list[tuple[str, Path, bool]]:
    """List every file that the study names: its role, its path, whether it is simulated."""
    named: list[tuple[str, Path, bool]] = [("study", file.path, False)]
    named.append(("districts", file.districts.path, file.districts.simulated))
    if file.towns:
        named.append(("towns", file.towns.path, file.towns.simulated))
    named.append(("places", file.places.path, file.places.simulated))
    named += [("facilities", one.path, one.simulated) for one in file.facilities]
    if file.network:
        source = file.network
        for path in (source.osm, source.lines, source.ferries, source.borders):
            if path is not None:
                named.append(("network", path, source.simulated))
    named += [(name, path, file.records_simulated) for name, path in file.records.items()]
    plan = file.path.parent / file.plan
    if file.plan and plan.is_file():
        named.append(("plan", plan, False))
    return [(role, part, simulated) for role, path, simulated in named for part in _parts(path)]


def _inputs(file: StudyFile) -> tuple[InputFile, ...]:
    """List every file that the study names, with size and SHA-256."""
    return tuple(
        _input(file, role, path, simulated) for role, path, simulated in _named_files(file)
    )


def _parts(path: Path) -> list[Path]:
    """Give a file and, for a shapefile, the files beside it that belong to it."""
    if path.suffix.lower() != ".shp":
        return [path]
    sides = (".shp", ".shx", ".dbf", ".prj", ".cpg")
    return [path.with_suffix(side) for side in sides if path.with_suffix(side).is_file()]


def _input(file: StudyFile, role: str, path: Path, simulated: bool) -> InputFile:  # noqa: FBT001 - a field of the row
    home = file.path.parent.resolve()
    resolved = path.resolve()
    name = str(resolved.relative_to(home)) if resolved.is_relative_to(home) else path.name
    with resolved.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return InputFile(
        name=name,
        role=role,
        size_bytes=resolved.stat().st_size,
        sha256=digest,
        simulated=simulated,
    )


def _propose(study: Study, assessment: Assessment, entry: SitingEntry) -> Proposal:
    return propose_sites(
        assessment,
        service=entry.service,
        count=entry.count,
        budget=entry.budget,
        cost=entry.cost,
        candidates=_candidates(study, entry),
        objective=entry.objective,
    )


def _candidates(study: Study, entry: SitingEntry) -> str | gpd.GeoDataFrame:
    """Read a candidate layer where the study names a file; else hand the word on."""
    path = study.file.path.parent / entry.candidates
    if entry.candidates == "places" or entry.candidates.startswith("grid:"):
        return entry.candidates
    table = read_table(path)
    has_xy = {"lon", "lat"} <= set(table.cells.columns)
    where = locate(
        table, crs=study.region.crs, x="lon" if has_xy else None, y="lat" if has_xy else None
    )
    sites = where.geometry.to_frame("geometry")
    sites["site_id"] = texts(table, "id")
    sites["name"] = texts(table, "name")
    return sites[sites.geometry.notna()]


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
        "presence_m": {one.path.name: one.presence_m for one in study.file.facilities},
        "scenario": None
        if scenario is None
        else {
            "on": list(scenario.on),
            "off": list(scenario.off),
            "added": [list(one) for one in scenario.added],
            "limit_m": dict(scenario.limit_m),
            "date": scenario.date.isoformat() if scenario.date else None,
        },
    }
