"""A study with all its inputs read; what a check found; the stopwatch of a run."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gapmap.about import About
    from gapmap.access import Service
    from gapmap.datum import Verdict
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.plan import Plan
    from gapmap.population import Population
    from gapmap.records import Records
    from gapmap.region import Region
    from gapmap.siting import CandidateSites
    from gapmap.studyfile import StudyFile
    from gapmap.surface import Surface
    from gapmap.tables import RowCount

__all__ = ["Checked", "Steps", "Study"]

_log = logging.getLogger(__name__)


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
        The plan that the study names, or None; it carries ``records``.
    population, surface
        People on a grid and travel over land, or None.
    candidates
        Where each service of ``[siting]`` could be built, and what is ruled out.
    shared
        The same for each block of ``[sharing]``, by its name.
    about
        Name, date, inputs with their hashes: what every output carries.
    datums
        File and verdict of each layer whose datum there was anything to judge by.
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
    candidates: Mapping[str, CandidateSites]
    about: About
    shared: Mapping[str, CandidateSites] = field(default_factory=dict)
    population: Population | None = None
    surface: Surface | None = None
    datums: tuple[tuple[str, Verdict], ...] = ()
    findings: tuple[Finding, ...]
    rows: tuple[RowCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What ``gapmap check`` found: all findings, also of inputs that cannot be used."""

    findings: tuple[Finding, ...]
    rows: tuple[RowCount, ...]

    @property
    def usable(self) -> bool:
        """Whether nothing is wrong that has to be put right; ``gapmap check`` then exits with 0.

        A study with errors may still run: a row that is left out, such as a village without a
        usable outline, is an error and named in every output, but stops nothing. Only an input
        that cannot be used at all does.
        """
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
