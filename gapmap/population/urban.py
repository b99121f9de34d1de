"""Degree of urbanisation: where many people live close together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import affine
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from scipy.ndimage import label

from gapmap.findings import finding
from gapmap.population.standing import cells_at
from gapmap.population.value import Urban
from gapmap.rasters.areas import cell_km2
from gapmap.rasters.grid import Grid
from gapmap.rasters.resampling import resample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.findings import Finding
    from gapmap.places import Places
    from gapmap.population.value import Population

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["grid_setting", "urban_clusters"]

DENSE_KM2: Final = 300.0
CLUSTER_PEOPLE: Final = 5_000.0
_ABOUT_KM2: Final = (0.25, 4.0)
"""Cells of so many km2 are about 1 km wide and stay as they are; smaller ones are put together."""
_EQUAL_AREA: Final = "ESRI:54009"
_OTHER_SIDE: Final = "+proj=moll +lon_0=180 +datum=WGS84 +units=m"
_WRAPPED: Final = "+proj=longlat +datum=WGS84 +lon_wrap={middle}"
_HALF_TURN: Final = 180.0
_NEAR_EDGE: Final = 15.0
"""Degrees from the 180th meridian within which the same projection is turned by half the earth."""
_SIDE_M: Final = 1000.0
_ROUNDING: Final = 1e-9
_HALF: Final = 0.5


def urban_clusters(grid: Grid, people: npt.ArrayLike) -> Urban:
    """Find urban clusters: neighbouring cells of many people per km2, of many people in all.

    A cell is dense with at least 300 people per km2, and a cluster of dense cells that share
    sides is urban with at least 5,000 people; both limits are inclusive. After the degree of
    urbanisation (European Commission, ILO, FAO, OECD, UN-Habitat and World Bank 2021, Applying
    the degree of urbanisation, doi:10.2785/706535), whose urban clusters join cells at corners,
    too; here they have to share a side.

    Parameters
    ----------
    grid
        Cells of about 1 km are taken as they are, with their true areas; smaller ones are put
        together to cells of 1 km by 1 km in the equal-area Mollweide projection (ESRI:54009), the
        grid of GHSL, people conserved. Cells larger than 4 km2 stay as they are, too.
    people
        In each cell; NaN without a value.
    """
    counts = np.asarray(people, dtype=float)
    rows, columns = np.indices(counts.shape)
    km2 = cell_km2(grid.crs, grid.transform, rows, columns) if counts.size else counts
    if counts.size and float(np.median(km2)) < _ABOUT_KM2[0]:
        grid, counts = _to_km(grid, counts)
        km2 = cell_km2(grid.crs, grid.transform, *np.indices(counts.shape))
    has = np.nan_to_num(counts)
    dense = has >= DENSE_KM2 * km2 * (1 - _ROUNDING)
    numbers, clusters = label(dense)
    size = np.bincount(numbers.ravel(), has.ravel(), minlength=clusters + 1)
    large = size >= CLUSTER_PEOPLE * (1 - _ROUNDING)
    large[0] = False
    renumbered = np.where(large, np.cumsum(large), 0)
    return Urban(grid=grid, people=counts, cluster=renumbered[numbers].astype(np.int64))


def _to_km(grid: Grid, people: Floats) -> tuple[Grid, Floats]:
    """Put people together on cells of 1 km2; one that lies on no value at all has none."""
    crs = pyproj.CRS(_EQUAL_AREA)
    to_degrees = pyproj.Transformer.from_crs(grid.crs, 4326, always_xy=True)
    middle = to_degrees.transform(*grid.centres(grid.height / 2, grid.width / 2)[0])[0]
    if _HALF_TURN - abs(middle - 2 * _HALF_TURN * round(middle / 2 / _HALF_TURN)) < _NEAR_EDGE:
        crs = pyproj.CRS(_OTHER_SIDE)  # else the map's edge would part neighbours
    if grid.crs.is_geographic and max(-grid.bounds[0], grid.bounds[2]) > _HALF_TURN:
        grid = replace(grid, crs=pyproj.CRS(_WRAPPED.format(middle=round(middle))))
    to_equal = pyproj.Transformer.from_crs(grid.crs, crs, always_xy=True)
    left, low, right, high = to_equal.transform_bounds(*grid.bounds)
    left, low = (np.floor(one / _SIDE_M) * _SIDE_M for one in (left, low))
    width, height = (int(np.ceil(one / _SIDE_M)) for one in (right - left, high - low))
    transform = affine.Affine(_SIDE_M, 0, left, 0, -_SIDE_M, low + height * _SIDE_M)
    target = Grid(crs=crs, transform=transform, height=height, width=width)
    made = resample(people, grid, target)
    return target, np.where(made.share_missing < 1, made.people, np.nan)


def grid_setting(places: Places, population: Population) -> Places:
    """Say of places whose setting nothing tells whether they are urban or rural, by the grid.

    A place is urban where at least half of its people on the grid live in urban clusters, as the
    degree of urbanisation classes small areas, by whichever way its cells were assigned to it.
    One without people on the grid is what the cell is in which it stands; where that has no
    value, the setting stays unknown.

    Parameters
    ----------
    places
        Whose ``setting`` may be ``unknown``; others keep theirs.
    population
        Read with ``setting = "grid"``, or any: then people outside the districts form no cluster.

    Returns
    -------
    Places
        With a finding ``population-setting`` that counts what was found; ``setting-unknown`` has
        become ``setting-by-grid``.
    """
    urban = population.urban or _of_cells(population)
    table = places.table.copy()
    asked = (table["setting"] == "unknown").to_numpy()
    found = np.full(len(table), "unknown", dtype=object)
    points = table.geometry.to_numpy()
    xy = np.column_stack((shapely.get_x(points), shapely.get_y(points)))
    xy[(table["position"] != "ok").to_numpy()] = np.nan
    known, inside = _at(urban, xy, places.region.crs)
    areas = population.areas
    missing = areas.loc[areas["area_kind"] == "place", "share_missing"].to_numpy()
    known &= ~(missing == 1)
    found[known] = np.where(inside[known], "urban", "rural")
    lived, most = _by_majority(urban, population, places)
    found[lived] = np.where(most[lived], "urban", "rural")
    told = [*_about_cells(urban, population.source.raster.name)]
    table["setting"] = table["setting"].where(~asked, found).astype(table["setting"].dtype)
    counts = {kind: int((found[asked] == kind).sum()) for kind in ("urban", "rural", "unknown")}
    told.append(
        finding(
            "population-setting",
            file=population.source.raster.name,
            clusters=int(urban.cluster.max(initial=0)),
            urban=counts["urban"],
            rural=counts["rural"],
            unknown=counts["unknown"],
        )
    )
    before = (
        replace(one, code="setting-by-grid") if one.code == "setting-unknown" else one
        for one in places.findings
    )
    return replace(places, table=table, findings=(*before, *told))


def _by_majority(urban: Urban, population: Population, places: Places) -> tuple[Flags, Flags]:
    """Say which places have people on the grid, and of which at least half are in clusters."""
    cells = population.cells[population.cells["place"] >= 0]
    _, inside = _at(urban, cells[["x", "y"]].to_numpy(dtype=float), places.region.crs)
    people, rows = cells["people"].to_numpy(), len(places.table)
    every = np.bincount(cells["place"], people, minlength=rows)
    of_them = np.bincount(cells["place"], people * inside, minlength=rows)
    return every > 0, of_them >= _HALF * every * (1 - _ROUNDING)


def _about_cells(urban: Urban, file: str) -> Iterator[Finding]:
    grid = urban.grid
    km2 = float(cell_km2(grid.crs, grid.transform, grid.height // 2, grid.width // 2))
    if km2 > _ABOUT_KM2[1]:
        yield finding("population-cells-large", file=file, km2=f"{km2:.3g}")


def _at(urban: Urban, xy: Floats, crs: pyproj.CRS) -> tuple[Flags, Flags]:
    """Say where the raster has a value, and where an urban cluster is."""
    row, column = cells_at(urban.grid, xy, crs)
    known = row >= 0
    known[known] = np.isfinite(urban.people[row[known], column[known]])
    inside = known.copy()
    inside[known] = urban.cluster[row[known], column[known]] > 0
    return known, inside


def _of_cells(population: Population) -> Urban:
    people = np.zeros(population.grid.shape)
    cells = population.cells
    np.add.at(people, (cells["row"].to_numpy(), cells["column"].to_numpy()), cells["people"])
    return urban_clusters(population.grid, people)
