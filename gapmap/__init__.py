"""gapmap: who is not covered by a public service, how far they have to go, why, and where to build.

Values and verbs: read a study, measure access, assess it, propose sites, build the report. Every
name is loaded when it is first used, so that ``import gapmap`` stays quick.

The whole workflow::

    import gapmap as gm

    study = gm.read_study("data/zhuhai/study.toml")
    access = gm.measure_access(study.places, study.facilities, study.network, study.services)
    result = gm.assess(access, study.plan)
    gm.map_gaps(result, service="bus_shelter")
    proposal = gm.propose_sites(result, service="bus_shelter", count=20)
    gm.build_report(result, proposal).save("outputs/report.html")
"""

# No `from __future__ import annotations` here: it would be a public name of the package.

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from gapmap.gdal_guard import keep_out as _keep_out

if _TYPE_CHECKING:
    from gapmap import catchment, datum, equity, network, population, sensitivity, siting, surface
    from gapmap.about import About
    from gapmap.access import Access, Service, measure_access
    from gapmap.assessment import Assessment, assess
    from gapmap.catchment import Supply, SupplyRule, measure_supply
    from gapmap.change import Causes, Change
    from gapmap.datum import convert_datum, detect_datum
    from gapmap.detour import Detours, measure_detours
    from gapmap.errors import (
        CrsError,
        GapmapError,
        InputError,
        MethodError,
        NetworkError,
        OutputError,
        PlanError,
        ScenarioError,
        StudyError,
    )
    from gapmap.facilities import Facilities, FacilitySource, read_facilities
    from gapmap.findings import Finding
    from gapmap.large import map_large
    from gapmap.maps import map_gaps, map_sites
    from gapmap.network import Network, NetworkSource, read_network
    from gapmap.places import Places, PlaceSource, read_places
    from gapmap.plan import Plan, Target, read_plan
    from gapmap.population import Population, PopulationSource, read_population
    from gapmap.programme import Programme, Year, plan_programme
    from gapmap.records import Records, read_records
    from gapmap.region import DistrictSource, Region, TownSource, read_region
    from gapmap.report import Insights, Report, build_report
    from gapmap.sensitivity import Assumptions, Varied, vary
    from gapmap.series import Series, measure_series
    from gapmap.siting import Proposal, propose_sites
    from gapmap.study import Study, check_study, compare, compare_dates, read_study, run_study
    from gapmap.surface import Surface, SurfaceSource, read_surface
    from gapmap.typology import GapKinds, group_gaps
    from gapmap.widget import explore

_keep_out()  # before anything loads GDAL

__version__ = "0.1.0"

__all__ = [
    "About",
    "Access",
    "Assessment",
    "Assumptions",
    "Causes",
    "Change",
    "CrsError",
    "Detours",
    "DistrictSource",
    "Facilities",
    "FacilitySource",
    "Finding",
    "GapKinds",
    "GapmapError",
    "InputError",
    "Insights",
    "MethodError",
    "Network",
    "NetworkError",
    "NetworkSource",
    "OutputError",
    "PlaceSource",
    "Places",
    "Plan",
    "PlanError",
    "Population",
    "PopulationSource",
    "Programme",
    "Proposal",
    "Records",
    "Region",
    "Report",
    "ScenarioError",
    "Series",
    "Service",
    "Study",
    "StudyError",
    "Supply",
    "SupplyRule",
    "Surface",
    "SurfaceSource",
    "Target",
    "TownSource",
    "Varied",
    "Year",
    "assess",
    "build_report",
    "catchment",
    "check_study",
    "compare",
    "compare_dates",
    "convert_datum",
    "datum",
    "detect_datum",
    "equity",
    "explore",
    "group_gaps",
    "map_gaps",
    "map_large",
    "map_sites",
    "measure_access",
    "measure_detours",
    "measure_series",
    "measure_supply",
    "network",
    "plan_programme",
    "population",
    "propose_sites",
    "read_facilities",
    "read_network",
    "read_places",
    "read_plan",
    "read_population",
    "read_records",
    "read_region",
    "read_study",
    "read_surface",
    "run_study",
    "sensitivity",
    "siting",
    "surface",
    "vary",
]

# Which module each name comes from; a module's own name stands for the module itself.
_NAMES = {
    "about": "About",
    "access": "Access Service measure_access",
    "assessment": "Assessment assess",
    "catchment": "Supply SupplyRule catchment measure_supply",
    "change": "Causes Change",
    "datum": "convert_datum datum detect_datum",
    "detour": "Detours measure_detours",
    "equity": "equity",
    "errors": "CrsError GapmapError InputError MethodError NetworkError OutputError PlanError "
    "ScenarioError StudyError",
    "facilities": "Facilities FacilitySource read_facilities",
    "findings": "Finding",
    "large": "map_large",
    "maps": "map_gaps map_sites",
    "network": "Network NetworkSource network read_network",
    "places": "PlaceSource Places read_places",
    "plan": "Plan Target read_plan",
    "population": "Population PopulationSource population read_population",
    "programme": "Programme Year plan_programme",
    "records": "Records read_records",
    "region": "DistrictSource Region TownSource read_region",
    "report": "Insights Report build_report",
    "sensitivity": "Assumptions Varied sensitivity vary",
    "series": "Series measure_series",
    "siting": "Proposal propose_sites siting",
    "study": "Study check_study compare compare_dates read_study run_study",
    "surface": "Surface SurfaceSource read_surface surface",
    "typology": "GapKinds group_gaps",
    "widget": "explore",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'gapmap' has no attribute {name!r}")
    module = _import_module(f"gapmap.{_HOME[name]}")
    value = module if name == _HOME[name] else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
