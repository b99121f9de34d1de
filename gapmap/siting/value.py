"""Proposals: sites for a service, and what they are chosen for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.assessment import Assessment

__all__ = ["OBJECTIVES", "PROPOSAL_COLUMNS", "Proposal"]

OBJECTIVES = ("people", "fewest")
"""What this version can propose sites for."""

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
    """

    sites: gpd.GeoDataFrame
    service: str
    before: Assessment
    after: Assessment
    candidates: gpd.GeoDataFrame | None = None
    allowed: float = math.inf
