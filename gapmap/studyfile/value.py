"""A study file's content as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

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
    from gapmap.region import DistrictSource, TownSource
    from gapmap.sensitivity import Assumptions
    from gapmap.surface import SurfaceSource

__all__ = [
    "DRAWS",
    "MOST_DRAWS",
    "SensitivityEntry",
    "ServiceEntry",
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
class SitingEntry:
    """A ``[siting.X]`` block: where to build next for one service."""

    service: str
    count: int | None = None
    budget: float | None = None
    candidates: str = "places"
    datum: str = "auto"
    objective: str = "people"
    cost: float | None = None


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
    raw: Mapping[str, Any] = field(default_factory=dict)
