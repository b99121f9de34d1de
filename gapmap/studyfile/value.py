"""A study file's content as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from gapmap.about import Document
from gapmap.siting.rules import SiteRules
from gapmap.typology import MOST_KINDS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from gapmap.catchment import ReferralRule, SupplyRule
    from gapmap.facilities import FacilitySource
    from gapmap.network import NetworkSource
    from gapmap.places import PlaceSource
    from gapmap.population import PopulationSource
    from gapmap.programme import Year
    from gapmap.region import DistrictSource, TownSource
    from gapmap.sensitivity import Assumptions
    from gapmap.surface import SurfaceSource

__all__ = [
    "DRAWS",
    "MOST_DRAWS",
    "CandidateEntry",
    "SensitivityEntry",
    "ServiceEntry",
    "SharingEntry",
    "SitingEntry",
    "StudyFile",
    "TypologyEntry",
]


DRAWS: Final = 1000
"""How many draws a study takes that does not say it."""
MOST_DRAWS: Final = 10_000
"""More would run for hours and fill the memory, and tell nothing further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEntry:
    """A ``[services.X]`` block as written: the limit may be left to a named standard."""

    id: str
    name: Mapping[str, str]
    mode: str
    limit_m: float | None = None
    limit_minutes: float | None = None
    source: str = "assumption"
    speed_kmh: float | None = None
    off_road: str = "straight"
    catchment: str = "none"
    catchment_order: str = "capacity"
    people_per_capacity: float = 1.0
    bottom_line: float | None = None
    supply: SupplyRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateEntry:
    """What a block says of where something could be built.

    Attributes
    ----------
    candidates
        ``places``, ``grid:500``, ``roads:500`` or a file of points.
    datum
        In what the file's coordinates are.
    cost
        Of one site; where a file's column says it, of those sites whose cell is empty.
    cost_column
        The file's column of costs; empty: none.
    rules
        What rules a candidate out.
    simulated
        Whether the content of the candidates' file, or of the heights, is simulated.
    """

    candidates: str = "places"
    datum: str = "auto"
    cost: float | None = None
    cost_column: str = ""
    rules: SiteRules = field(default_factory=SiteRules)
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SitingEntry(CandidateEntry):
    """A ``[siting.X]`` block: where to build next for one service.

    Attributes
    ----------
    service
        The service's id.
    objective
        What sites are chosen for: one of ``gapmap.location.OBJECTIVES``.
    count, budget
        How many sites, and for how much money, at most; None: without ``years``, any.
    share
        The share of people that ``fewest`` has to cover.
    copies
        How many sites a place needs within the limit to be covered.
    capacity
        People that one new site can take; None: any number.
    least
        The least number of new sites in a district (its id or name) or a group of districts.
    least_each
        The least number of new sites in every district.
    closing_cost
        What it costs to close an existing facility; None: all stay.
    farthest
        As how far from a facility counts who has no way to any, in the limit's unit; None: see
        :class:`gapmap.siting.SiteQuestion`.
    seconds
        How long to look for the best answer.
    years
        What each year of a programme allows, the first year first; empty: no programme.
    start
        The date that the programme starts from; None: the study's.
    targets
        Ids of the plan's targets that the answer has to keep.
    """

    service: str
    objective: str = "people"
    count: int | None = None
    budget: float | None = None
    share: float = 1.0
    copies: int = 1
    capacity: float | None = None
    least: Mapping[str, int] = field(default_factory=dict)
    least_each: int = 0
    closing_cost: float | None = None
    farthest: float | None = None
    seconds: float = 60.0
    years: tuple[Year, ...] = ()
    start: dt.date | None = None
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingEntry(CandidateEntry):
    """A ``[sharing.X]`` block: services that may stand together on one site.

    Attributes
    ----------
    name
        What the block is called.
    services
        Ids of the services.
    costs
        What each service costs on a site of its own; ``cost`` is what all cost together.
    count, budget
        How many sites, and for how much money, at most; None: any.
    seconds
        How long to look for the best answer.
    """

    name: str
    services: tuple[str, ...]
    costs: Mapping[str, float]
    count: int | None = None
    budget: float | None = None
    seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityEntry:
    """The ``[sensitivity]`` block: how many draws, and what varies in them."""

    assumptions: Assumptions
    draws: int = DRAWS


@dataclass(frozen=True, slots=True, kw_only=True)
class TypologyEntry:
    """The ``[typology]`` block: which services, how many kinds at most, or none at all."""

    services: tuple[str, ...] | None = None
    most_kinds: int = MOST_KINDS
    none: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """A study file's content, checked; paths are absolute.

    Attributes
    ----------
    raw
        The file as parsed, for the manifest.
    repair
        How far gapmap may repair the inputs: one of ``gapmap.findings.REPAIRS``.
    records
        Paths of ``indicators``, ``certificates`` and ``milestones`` that are given.
    population, surface
        People on a grid, and travel over land; None where the study has none.
    referrals
        From which services people are sent on to which.
    sensitivity
        What is varied to tell how sure the figures are; None: nothing.
    series
        At which dates the study is told; None: where it says nothing of it.
    typology
        How gaps are grouped.
    document
        Title, who signs, and whether the maps may be published.
    """

    path: Path
    name: str
    date: dt.date
    districts: DistrictSource
    places: PlaceSource
    towns: TownSource | None = None
    facilities: tuple[FacilitySource, ...] = ()
    network: NetworkSource | None = None
    services: tuple[ServiceEntry, ...] = ()
    siting: tuple[SitingEntry, ...] = ()
    sharing: tuple[SharingEntry, ...] = ()
    records: Mapping[str, Path] = field(default_factory=dict)
    records_simulated: bool = False
    plan: str = ""
    credit: str = ""
    language: str = "zh"
    crs: str = "auto"
    seed: int = 1
    repair: str = "safe"
    population: PopulationSource | None = None
    surface: SurfaceSource | None = None
    referrals: tuple[ReferralRule, ...] = ()
    sensitivity: SensitivityEntry | None = None
    series: tuple[dt.date, ...] | None = None
    typology: TypologyEntry = TypologyEntry()
    document: Document = field(default_factory=Document)
    raw: Mapping[str, Any] = field(default_factory=dict)
