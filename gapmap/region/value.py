"""Where districts and towns stand, and what they become."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import shapely

from gapmap.datum import DEGREES, change_between
from gapmap.positions import Around, around

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pyproj

    from gapmap.findings import Finding
    from gapmap.tables import RowCount

__all__ = ["DistrictSource", "Region", "TownSource"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictSource:
    """Where the district polygons stand; field names are those of ``study.toml``."""

    path: Path
    id: str | None = None
    name: str | None = None
    layer: str | None = None
    datum: str = "auto"
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    simulated: bool = False
    repair: str = "safe"


@dataclass(frozen=True, slots=True, kw_only=True)
class TownSource:
    """Where the towns stand: polygons, or a table without geometry."""

    path: Path
    id: str | None = None
    name: str | None = None
    layer: str | None = None
    sheet: str | None = None
    district: str | None = None
    plan_district: str | None = None
    datum: str = "auto"
    simulated: bool = False
    repair: str = "safe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Districts, towns and groups of districts in the study's metric CRS.

    Attributes
    ----------
    districts
        One row per district: ``district_id``, ``district`` (name), ``geometry`` (polygons).
    towns
        One row per town: ``town_id``, ``town``, ``district_id``, ``plan_district``, ``geometry``
        (polygon or None). ``plan_district`` is the district's name where the source has none.
    groups
        Named groups of district ids, such as ``west``.
    crs
        The metric CRS of all measuring.
    findings
        What was wrong in the files and what was done.
    rows
        For each file: rows read, used, repaired and excluded.
    simulated
        Names of the files whose content is simulated.
    """

    districts: gpd.GeoDataFrame
    towns: gpd.GeoDataFrame
    groups: Mapping[str, tuple[str, ...]]
    crs: pyproj.CRS
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()
    simulated: tuple[str, ...] = ()

    @property
    def around(self) -> Around:
        """Where the districts lie, as a box of longitudes and latitudes."""
        return around_shapes(self.districts.geometry)


def around_shapes(shapes: gpd.GeoSeries) -> Around:
    """Give the box of longitudes and latitudes that holds shapes of a metric CRS."""
    to_degrees = change_between(shapes.crs, DEGREES)
    return around(*to_degrees.transform(*shapely.get_coordinates(shapes.to_numpy()).T))
