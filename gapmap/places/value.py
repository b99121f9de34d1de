"""Where places stand, and what they become."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from gapmap.findings import Finding
    from gapmap.region import Region
    from gapmap.tables import RowCount

__all__ = ["PlaceSource", "Places"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSource:
    """Where the places stand; field names are those of ``study.toml``.

    ``id``, ``name``, ``x`` and ``y`` are found by their titles where they are None.
    """

    path: Path
    id: str | None = None
    name: str | None = None
    layer: str | None = None
    sheet: str | None = None
    town: str | None = None
    district: str | None = None
    x: str | None = None
    y: str | None = None
    datum: str = "auto"
    setting: str | None = None
    setting_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    people: str | None = None
    island: str | None = None
    income: str | None = None
    group_people: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False
    repair: str = "safe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Villages and communities, one row each.

    Attributes
    ----------
    table
        ``place_id``, ``place`` (name), ``town_id``, ``town``, ``district_id``, ``district``,
        ``plan_district`` (text, empty where unknown), ``setting`` (``urban``, ``rural`` or
        ``unknown``), ``people`` (float, NaN unknown), ``people_<group>`` for each of ``groups``,
        ``island`` (nullable boolean), ``position`` (``ok``, ``missing`` or ``outside``), ``file``,
        ``row``, and ``geometry``: a point in ``region.crs``, None where the position is missing.
        ``income`` (float, NaN unknown) where the source names it: what people are ranked by.
        The index runs from 0. Further columns of the source are kept as ``source_<name>``. Cells
        that stand as places have ``of_place``, too: the id of the place that they belong to.
        Places whose people are those of a grid have ``people_missing``, too: people beside them
        who live where the grid has no value.
    region
        The region that the places were read against.
    weight
        ``people``, or ``places`` where the source has no people (every place counts 1).
    groups
        Names of further people groups.
    polygons
        The place polygons in ``region.crs`` where the source had polygons, aligned with ``table``.
    """

    table: gpd.GeoDataFrame
    region: Region
    weight: str = "people"
    groups: tuple[str, ...] = ()
    polygons: gpd.GeoSeries | None = None
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()
    simulated: tuple[str, ...] = ()

    @property
    def people_missing(self) -> npt.NDArray[np.float64]:
        """People of each place who live where the grid that told its people has no value."""
        if "people_missing" not in self.table.columns:
            return np.zeros(len(self.table))
        return np.asarray(self.table["people_missing"], dtype=float)
