"""Reading all that a study file names; when only checking, going on after an input that fails."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

from gapmap.errors import InputError, MethodError
from gapmap.facilities import read_facilities
from gapmap.findings import finding, from_error
from gapmap.garbage import uncollected
from gapmap.network import read_network
from gapmap.network.cache import FOLDER
from gapmap.network.elsewhere import judge_place
from gapmap.places import read_places
from gapmap.plan import read_plan
from gapmap.records import no_records, read_records
from gapmap.region import read_region
from gapmap.siting.excluding import Layers
from gapmap.study.accounts import check_accounts
from gapmap.study.accuracy import by_words
from gapmap.study.bare import name_bare
from gapmap.study.datums import Datums
from gapmap.study.inputs import about_study, candidate_file, study_path
from gapmap.study.layers import Ground, as_declared, roads_of
from gapmap.study.services import service_of
from gapmap.study.sites import SiteInputs, points_of, sites_of
from gapmap.study.value import Checked, Steps, Study
from gapmap.studyfile import read_study_file
from gapmap.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gapmap.access import Service
    from gapmap.candidates import Candidates
    from gapmap.facilities import Facilities, FacilitySource
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.places import Places, PlaceSource
    from gapmap.plan import Plan
    from gapmap.population import Population
    from gapmap.records import Records
    from gapmap.region import Region, TownSource
    from gapmap.siting import CandidateSites
    from gapmap.studyfile import SharingEntry, SitingEntry, StudyFile
    from gapmap.surface import Surface
    from gapmap.tables import RowCount, Table

    _Read = Region | Places | Facilities | Network | Records | Candidates | Surface | Layers

__all__ = ["check_study", "read_inputs", "read_study"]

_T = TypeVar("_T")
_ASSUMED: Final = ("datum-assumed", "datum-as-declared")


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
    return read_inputs(read_study_file(study_path(path)), steps=steps)


def read_inputs(file: StudyFile, *, steps: Steps | None = None) -> Study:
    """Read everything that a study file names, given what stands in it.

    Raises
    ------
    InputError
        At the first input that cannot be used.
    """
    reading = _Reading(steps or Steps(), tolerant=False)
    with uncollected():
        study = reading.study(file)
    assert study is not None  # noqa: S101 - without tolerance a failure has raised
    return study


def check_study(path: str | Path, *, steps: Steps | None = None) -> Checked:
    """Read everything that a study names and list what is wrong; never raises for input."""
    reading = _Reading(steps or Steps(), tolerant=True)
    try:
        with uncollected():
            reading.study(read_study_file(study_path(path)))
    except InputError as error:
        reading.findings += from_error(error)
    return Checked(findings=tuple(reading.findings), rows=tuple(reading.rows))


@dataclass(slots=True)
class _Reading:
    """Reads inputs one after the other; when tolerant, goes on after one that fails."""

    steps: Steps
    tolerant: bool
    findings: list[Finding] = field(default_factory=list)
    rows: list[RowCount] = field(default_factory=list)
    failed: bool = False

    def study(self, file: StudyFile) -> Study | None:
        plan = self.attempt("plan", lambda: _plan(file))
        records = self.attempt("records", lambda: _records(file)) or no_records()
        services = self.attempt("services", lambda: self.services(file, plan)) or ()
        towns = None if file.towns is None else as_declared(file.towns)
        region = self.attempt(
            "districts", lambda: read_region(as_declared(file.districts), towns, crs=file.crs)
        )
        self.keep(records)
        if region is None:
            self.look(file.towns, file.places, *file.facilities)
            return None
        keep = not self.tolerant  # a check writes nothing
        network = self.attempt("network", lambda: _network(file, region, keep=keep))
        places = self.attempt("places", lambda: read_places(as_declared(file.places), region))
        if places is None:
            self.keep(region, network)
            self.look(file.places, *file.facilities)
            return None
        datums = Datums(roads_of(network, file.network, region))
        ground = self.ground(file, region, places, datums)
        self.keep(ground.region, network, ground.places)
        population, ground = self.population(file, ground, network)
        surface = self.surface(file, ground.region, network)
        facilities = self.facilities(file, ground, datums)
        self.keep(facilities)
        blocks: list[SitingEntry | SharingEntry] = [*file.siting, *file.sharing]
        points = [self.points(entry, file, ground.region, datums) for entry in blocks]
        self.tell(datums)
        if facilities is None:
            return None
        if file.sensitivity is not None:
            read = self.attempt("positions", lambda: by_words(file, ground.places, facilities))
            file = read or file
        self.say(file, facilities, services)
        self.findings += name_bare(ground.places, file=file.path.name)
        layers = Layers(ground.region)
        inputs = SiteInputs(ground.places, network, facilities, services, layers)
        sites = [
            self.sites(entry, read, file, inputs)
            for entry, read in zip(blocks, points, strict=True)
        ]
        self.keep(layers)
        about = about_study(file, plan, ground.region)
        self.findings += [
            finding("data-simulated", file=name, name=name) for name in about.simulated
        ]
        study = Study(
            file=file,
            region=ground.region,
            places=ground.places,
            facilities=facilities,
            network=network,
            services=services,
            plan=plan if plan is None else replace(plan, records=records),
            records=records,
            candidates={
                one.service: found
                for one, found in zip(file.siting, sites, strict=False)
                if found is not None
            },
            shared={
                one.name: found
                for one, found in zip(file.sharing, sites[len(file.siting) :], strict=True)
                if found is not None
            },
            about=about,
            population=population,
            surface=surface,
            datums=tuple(datums.verdicts),
            findings=tuple(self.findings),
            rows=tuple(self.rows),
        )
        if not self.failed:  # the rows of an input that cannot be used are nowhere
            self.attempt("accounts", lambda: check_accounts(study))
        return study

    def population(
        self, file: StudyFile, ground: Ground, network: Network | None
    ) -> tuple[Population | None, Ground]:
        """Read people on a grid; places that have none, or no setting, may take theirs from it."""
        source = file.population
        if source is None:
            return None, ground
        from gapmap.population import grid_setting, read_population, with_people  # noqa: PLC0415 - rasterio is slow to load

        region, places = ground.region, ground.places
        read = self.attempt("population", lambda: read_population(source, region, places, network))
        if read is None:
            return None, ground
        self.findings += read.findings
        known = set(places.findings)
        if file.places.people is None:
            places = with_people(places, read)
            self.findings = [one for one in self.findings if one.code != "people-absent"]
        if source.setting == "grid":
            places = grid_setting(places, read)
            self.findings = [one for one in self.findings if one.code != "setting-unknown"]
        self.findings += [one for one in places.findings if one not in known]
        return read, replace(ground, places=places)

    def surface(self, file: StudyFile, region: Region, network: Network | None) -> Surface | None:
        """Look through land cover and heights, and make of them how fast one gets on."""
        source = file.surface
        if source is None:
            return None
        from gapmap.surface import read_surface  # noqa: PLC0415 - rasterio is slow to load

        read = self.attempt("surface", lambda: read_surface(source, region, network))
        if read is not None:
            self.keep(read)
            self.findings = list(dict.fromkeys(self.findings))
        return read

    def ground(self, file: StudyFile, region: Region, places: Places, datums: Datums) -> Ground:
        """Judge the datums of districts, towns and places; read again what has to be detected."""
        read = Ground(
            districts=file.districts,
            towns=file.towns,
            place_source=file.places,
            region=region,
            places=places,
        )
        settled = self.attempt("datum", lambda: datums.settle_ground(read, crs=file.crs))
        if settled is None:
            datums.take_back()
        self.attempt("datum", datums.demand)
        return settled or read

    def tell(self, datums: Datums) -> None:
        """Record what was found of the datums; where one is confirmed, nothing is assumed."""
        sure = Counter(one.file for one in datums.findings if one.code == "datum-confirmed")
        assumed = [one for one in self.findings if one.code in _ASSUMED]
        open_too = Counter(one.file for one in assumed)  # files of one name in two folders
        self.findings = [
            one
            for one in self.findings
            if one.code not in _ASSUMED or open_too[one.file] > sure[one.file]
        ]
        self.findings += datums.findings

    def facilities(self, file: StudyFile, ground: Ground, datums: Datums) -> Facilities | None:
        """Read the facilities, and again those whose datum had to be detected."""
        declared = [as_declared(one) for one in file.facilities]
        read = self.attempt(
            "facilities", lambda: read_facilities(declared, ground.places, date=file.date)
        )
        if read is None:
            for one in declared:  # each for itself: what is wrong with the others is told, too
                self.keep(
                    self.attempt(
                        "facilities",
                        lambda one=one: read_facilities([one], ground.places, date=file.date),  # type: ignore[misc]  # a default of a lambda has no type
                    )
                )
            self.findings = list(dict.fromkeys(self.findings))
            return None
        settled = self.attempt(
            "datum",
            lambda: datums.settle_facilities(file.facilities, read, ground, date=file.date),
        )
        self.attempt("datum", datums.demand)
        if file.network is not None:
            datums.judge_roads(file.network, ground.region)
        return settled or read

    def attempt(self, step: str, read: Callable[[], _T]) -> _T | None:
        with self.steps.step(f"read {step}"):
            try:
                return read()
            except (InputError, MethodError) as error:
                if not self.tolerant:
                    raise
                self.findings += from_error(error)
                self.failed = True
        return None

    def look(self, *sources: TownSource | PlaceSource | FacilitySource | None) -> None:
        """Read files that can only be looked at, because what they rest on is unusable."""
        for one in sources:
            if one is not None:
                table = self.attempt(one.path.name, lambda one=one: _table(one))  # type: ignore[misc]  # a default of a lambda has no type
                self.findings += table.findings if table else ()
        self.findings = list(dict.fromkeys(self.findings))

    def keep(self, *values: _Read | None) -> None:
        for value in values:
            if value is not None:
                self.findings += value.findings
                self.rows += value.rows

    def services(self, file: StudyFile, plan: Plan | None) -> tuple[Service, ...]:
        told = []
        for entry in file.services:
            service, doubts = service_of(entry, file, plan)
            told.append(service)
            self.findings += doubts
        return tuple(told)

    def points(
        self, entry: SitingEntry | SharingEntry, file: StudyFile, region: Region, datums: Datums
    ) -> Candidates | None:
        """Read a candidate layer where the study names a file."""
        read = self.attempt("candidates", lambda: points_of(entry, file, region, datums))
        self.attempt("datum", datums.demand)
        self.keep(read)
        return read

    def sites(
        self,
        entry: SitingEntry | SharingEntry,
        points: Candidates | None,
        file: StudyFile,
        inputs: SiteInputs,
    ) -> CandidateSites | None:
        """Find where a service could be built; None where that fails, or its file did."""
        unread = points is None and candidate_file(file, entry) is not None
        if unread or not inputs.services:  # what failed was told
            return None
        table = None if points is None else points.table
        found = self.attempt("candidates", lambda: sites_of(entry, table, inputs))
        if found is not None:
            of_layers = set(inputs.layers.findings)
            self.findings += [one for one in found.findings if one not in of_layers]
        return found

    def say(self, file: StudyFile, facilities: Facilities, services: tuple[Service, ...]) -> None:
        """Record what the study leaves out, so that no output stays silent about it."""
        name = file.path.name
        measured = {service.id for service in services}
        self.findings += [
            finding("service-not-measured", file=name, service=service)
            for service in facilities.services
            if service not in measured
        ]
        if file.network is None and any(one.mode != "surface" for one in services):
            self.findings.append(finding("measured-straight", file=name))


def _table(source: TownSource | PlaceSource | FacilitySource) -> Table:
    return read_table(source.path, sheet=source.sheet, layer=source.layer, repair=source.repair)


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
        repair=file.repair,
    )


def _network(file: StudyFile, region: Region, *, keep: bool) -> Network | None:
    if file.network is None:
        return None
    folder = file.path.parent / FOLDER
    network = read_network(file.network, crs=region.crs, cache=folder, keep=keep)
    roads = (file.network.osm or file.network.lines or file.path).name
    found = judge_place(network, region.districts.geometry, file=roads)
    return replace(network, findings=(*network.findings, *found))
