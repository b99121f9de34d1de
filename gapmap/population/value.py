"""Where a population grid stands, and what it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.rasters.grid import Grid
    from gapmap.region import Region

__all__ = ["AREA_COLUMNS", "CELL_COLUMNS", "Population", "PopulationSource", "Urban"]

CELL_COLUMNS = {
    "row": "int64",
    "column": "int64",
    "district": "int64",
    "share": "float64",
    "people_raster": "float64",
    "people": "float64",
    "x": "float64",
    "y": "float64",
    "place": "int64",
    "assigned": "str",
}
"""Columns of :attr:`Population.cells`, and their types; one row per cell, district and place."""

AREA_COLUMNS = {
    "area_kind": "str",
    "area_id": "str",
    "area": "str",
    "cells": "int64",
    "people_raster": "float64",
    "people_table": "float64",
    "people_table_unknown": "int64",
    "factor": "float64",
    "people": "float64",
    "share_missing": "float64",
    "basis": "str",
}
"""Columns of ``population.csv``, and their types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationSource:
    """Where people stand on a grid; field names are those of ``[population]``.

    Attributes
    ----------
    raster
        GeoTIFF.
    unit
        What a cell holds: ``count`` of people, ``per_km2``, ``per_ha``; ``auto`` is a count, and an
        error where the sums say that it is a density.
    no_value
        What a cell without a value within the raster means: ``unknown`` people, or ``nobody``, as
        in grids that hold settled cells alone.
    reconcile
        ``district``: cells are scaled so that each district adds up to its places' people; or
        ``none``.
    assign
        To which place a cell belongs that lies in no place's polygon: the nearest over the
        ``network``, the nearest in a straight line within its town (``voronoi``), or ``auto``: over
        the network where the study has one.
    setting
        ``grid``: places whose setting no code tells are urban or rural by the degree of
        urbanisation of the cells; or ``table``.
    simulated
        Whether the raster's content is simulated.
    """

    raster: Path
    unit: str = "auto"
    no_value: str = "unknown"
    reconcile: str = "none"
    assign: str = "auto"
    setting: str = "table"
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Urban:
    """Urban clusters: neighbouring cells where many people live close together.

    Attributes
    ----------
    grid
        The raster's own cells where they are about 1 km wide, else cells of 1 km by 1 km.
    people
        In each cell; NaN where the raster has no value.
    cluster
        Number of the cell's urban cluster, from 1; 0 in none.
    """

    grid: Grid
    people: npt.NDArray[np.float64]
    cluster: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """People on a grid, within the districts.

    Attributes
    ----------
    grid
        Where the cells lie: the part of the raster around the districts, in the raster's CRS.
    cells
        One row per cell, district and place: a cell that two districts or the polygons of two
        places cut has a row for each part. ``row``, ``column`` (of ``grid``), ``district`` (row
        of ``region.districts``), ``share`` (of the cell's area that the part has),
        ``people_raster`` (the raster's people times the share), ``people`` (reconciled), ``x``,
        ``y`` (in ``region.crs``: the middle of a whole cell, the centroid of a part or, where
        that lies outside the part, a point within it), ``place`` (row of the places' table,
        -1 without), ``assigned`` (``polygon``: the part lies in the place's polygon; else the
        nearest place by ``network`` or ``voronoi``; or ``none``). Cells without people in the
        raster are left out. The index runs from 0.
    areas
        The columns of ``population.csv``: people by ``city``, ``district``, ``town`` (with a
        polygon) and ``place``; and by ``place_polygon``, which leaves out those cells of a place
        that lie in nobody's polygon. ``people_table`` is NaN where the places' table has none,
        ``people_table_unknown`` the number of places whose people it does not tell. ``factor``
        is NaN where nothing was scaled by one factor. ``share_missing`` is the share of the
        area off the raster or without a value; of a place without polygon it is 1 where it stands
        so, else 0, and NaN without a position. ``basis`` is ``reconciled``, ``raster`` or, of
        districts of both, ``mixed``; of places how they came by their cells, several joined by
        ``+``.
    region
        The districts that the raster was read against.
    source
        As the study gives it.
    urban
        Urban clusters, where ``source.setting`` asks for them; cells outside the districts, up to
        10 km away, count as the raster has them.
    findings
        What was wrong, assumed and done.
    simulated
        Names of the files whose content is simulated.
    """

    grid: Grid
    cells: pd.DataFrame
    areas: pd.DataFrame
    region: Region
    source: PopulationSource
    urban: Urban | None = None
    findings: tuple[Finding, ...] = ()
    simulated: tuple[str, ...] = ()
