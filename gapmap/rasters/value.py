"""What is known of a raster after it was looked through."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RasterFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterFacts:
    """What a raster holds.

    Attributes
    ----------
    file
        The file's name.
    width, height, bands
        Columns, rows, bands; only the first band is looked at.
    dtype
        Of the first band, as NumPy names it.
    crs
        The CRS that it declares, ``""`` without one.
    nodata
        The value that it declares to be none; None without one.
    undeclared
        Values that look like none, though the raster does not declare them so; as they are stored.
    cells
        How many cells were read: all of them, or those around the districts of a huge raster.
    usable, empty, unreadable
        Cells with a value; without one (nodata, NaN, infinite); in parts that cannot be read.
        They add up to ``cells``.
    low, high
        Smallest and largest value; None where there is none.
    in_districts, usable_in_districts
        Cells whose middle lies in a district, and those of them with a value.
    total, total_by_km2
        Sum of the values within the districts, and the sum of value times km2 of the cell: the
        people of a raster of counts, and of one of people per km2. Values that look like an
        undeclared nodata are in neither.
    covered
        Share of the districts' area that lies within the raster.
    """

    file: str
    width: int
    height: int
    bands: int
    dtype: str
    crs: str
    nodata: float | None
    undeclared: tuple[float, ...] = ()
    cells: int = 0
    usable: int = 0
    empty: int = 0
    unreadable: int = 0
    low: float | None = None
    high: float | None = None
    in_districts: int = 0
    usable_in_districts: int = 0
    total: float = 0.0
    total_by_km2: float = 0.0
    covered: float = 0.0
