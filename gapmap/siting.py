"""Where to build next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from gapmap.assessment import Assessment

__all__ = ["Proposal", "propose_sites"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Sites for one service, best first, and the assessment after they are built.

    Attributes
    ----------
    sites
        The columns of ``proposals.csv`` and ``geometry`` (points in the study's CRS); ``x`` and
        ``y`` are longitude and latitude (WGS84, degrees). ``reason_zh`` and ``reason_en`` say why.
    service
        The service's id.
    before, after
        Assessments without and with the sites, by the same functions.
    """

    sites: gpd.GeoDataFrame
    service: str
    before: Assessment
    after: Assessment
