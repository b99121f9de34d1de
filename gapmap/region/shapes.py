"""Shapes of a file's rows made fit for use: polygons mended, each row stood for by a point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from gapmap.findings import finding
from gapmap.region.polygons import is_polygon, mend, point_in

if TYPE_CHECKING:
    from gapmap.region.polygons import Mended
    from gapmap.region.rows import Ledger

__all__ = ["fit_shapes", "say_mended"]


def fit_shapes(
    ledger: Ledger, shapes: gpd.GeoSeries, names: pd.Series
) -> tuple[gpd.GeoSeries, gpd.GeoSeries | None]:
    """Mend polygons as far as the study allows, and find a point for each row.

    A polygon that may not be mended is not used: its row stays, its position is unknown, and an
    error says so. A line, or several points, is no place either.

    Parameters
    ----------
    ledger
        The book of the file, in which all of it is noted.
    shapes
        In a metric CRS, on the index of the ledger's table.
    names
        What to call each row.

    Returns
    -------
    tuple
        The points, None where there is no position; the polygons, None where a row has none,
        or altogether where no row has one.
    """
    mended = mend(shapes.to_numpy(), repair=ledger.table.repair)
    say_mended(ledger, mended, names)
    points = gpd.GeoSeries(point_in(mended.shapes), index=shapes.index, crs=shapes.crs)
    fit = gpd.GeoSeries(mended.shapes, index=shapes.index, crs=shapes.crs)
    ledger.each("shape-no-place", points.isna() & fit.notna(), fit.geom_type)
    areas = is_polygon(mended.shapes)
    return points, fit.where(areas, None) if areas.any() else None


def say_mended(ledger: Ledger, mended: Mended, names: pd.Series) -> None:
    """Note the polygons that were mended, and those that are left out because they were not."""
    index = ledger.table.cells.index
    ledger.each("polygon-repaired", pd.Series(mended.repaired, index=index), names)
    ledger.repaired |= {int(row) for row in index[mended.repaired | mended.remade]}
    for code, which in (("polygon-remade", mended.remade), ("polygon-left-out", mended.broken)):
        ledger.add(
            finding(
                code,
                file=ledger.table.file,
                row=int(index[number]),
                value=names.iloc[number],
                **mended.areas(int(number)),
            )
            for number in np.flatnonzero(which)
        )
