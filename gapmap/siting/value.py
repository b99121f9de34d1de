"""Proposals: sites for a service, and what they are chosen for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from gapmap.location import OBJECTIVES

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.assessment import Assessment
    from gapmap.findings import Finding
    from gapmap.location import Choice
    from gapmap.siting.question import SiteQuestion

__all__ = [
    "LEFT_OUT_COLUMNS",
    "OBJECTIVES",
    "PROPOSAL_COLUMNS",
    "SERVED_COLUMNS",
    "SITE_COLUMNS",
    "Proposal",
]

PROPOSAL_COLUMNS = [
    "service",
    "rank",
    "phase",
    "site_id",
    "name",
    "x",
    "y",
    "cost",
    "people_gained",
    "places_gained",
    "reason",
]

SITE_COLUMNS = [
    *("reason_zh", "limit_unit", "worst_before", "worst_after", "worst_cut", "places_served"),
    *("alternative_id", "alternative", "alternative_people"),
]
"""What stands behind them in ``proposals.csv`` for each site of :func:`gapmap.propose_sites`."""

SERVED_COLUMNS = [
    *("service", "site_id", "place_id", "place", "people", "before", "after", "limit_unit"),
    "newly_covered",
]
LEFT_OUT_COLUMNS = [
    *("service", "place_id", "place", "town", "district", "people", "why"),
    *("nearest_candidate", "nearest_cost", "limit_unit"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Sites for one service, best first, and the assessment after they are built.

    Attributes
    ----------
    sites
        The columns of ``proposals.csv`` and ``geometry`` (points in the study's CRS); ``x`` and
        ``y`` are longitude and latitude (WGS84, degrees). ``reason`` is the English sentence,
        ``reason_zh`` the Chinese one.
    service
        The service's id.
    before, after
        Assessments without and with the sites, by the same functions.
    candidates
        What the sites were chosen among: ``site_id``, ``name``, ``geometry``. None where nobody
        says.
    allowed
        How many sites could be chosen; inf for as many as serve anybody.
    question
        What was asked, so that it can be asked again of a state that is a little different. None
        where nobody says.
    objective
        One of :data:`OBJECTIVES`.
    choice
        The answer of :func:`gapmap.location.solve_problem`: value, bound, gap, whether it is proven
        best. None where nobody says.
    served
        Who gains, one row per site and place: ``service``, ``site_id``, ``place_id``, ``place``,
        ``people``, ``before``, ``after`` (metres or minutes as the limit's unit is; empty where
        there was none) and ``newly_covered``.
    left_out
        Who stays uncovered, one row per place: ``service``, ``place_id``, ``place``, ``town``,
        ``district``, ``people``, ``why`` (``no_candidate``: no candidate is within the limit;
        ``not_chosen``: one is, the count or the budget does not reach; or the reason in access for
        places that nothing can be measured for), ``nearest_candidate``, ``nearest_cost``.
    closed
        Existing facilities that the answer closes: ``facility_id``, ``facility``, ``cost``,
        ``geometry``. None where all stay.
    excluded
        Candidates that were ruled out: ``site_id``, ``name``, ``why`` (a short code), ``layer``.
    findings
        What has to be told about the question or its answer.
    """

    sites: gpd.GeoDataFrame
    service: str
    before: Assessment
    after: Assessment
    candidates: gpd.GeoDataFrame | None = None
    allowed: float = math.inf
    objective: str = "people"
    choice: Choice | None = None
    served: pd.DataFrame = field(default_factory=pd.DataFrame)
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame)
    closed: gpd.GeoDataFrame | None = None
    excluded: pd.DataFrame = field(default_factory=pd.DataFrame)
    findings: tuple[Finding, ...] = ()
    question: SiteQuestion | None = None

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from gapmap.siting.card import proposal_card  # noqa: PLC0415 - a card takes the value's module

        return proposal_card(self)
