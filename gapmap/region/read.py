"""Districts and towns from a planner's files."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gapmap.datum import metric_crs
from gapmap.findings import fail, finding
from gapmap.positions import around, locate
from gapmap.region.areas import lies_in, names_of, resolve
from gapmap.region.coverage import layer_of, side_by_side
from gapmap.region.polygons import is_polygon, mend
from gapmap.region.rows import Ledger, drop_repeated, fail_for_all, fill_ids, named_codes
from gapmap.region.shapes import fit_shapes, say_mended
from gapmap.region.value import Region, around_shapes
from gapmap.tables import Wanted, find_columns, own_codes, read_table, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gapmap.findings import Finding
    from gapmap.positions import Positions
    from gapmap.region.polygons import Mended
    from gapmap.region.value import DistrictSource, TownSource
    from gapmap.tables import Table

__all__ = ["read_region"]

_NOTHING = "–"
_NO_SHAPE = frozenset(
    (
        *("geometry-unreadable", "geometry-open", "shape-no-place", "shape-around-globe"),
        *("position-out-of-range", "position-zero", "position-slip", "position-swap-left"),
    )
)
"""Findings on a row that say why it has no polygon."""

_HELD = 0.95
"""Share of a district's ground that another has to cover to hold it."""

_AREAS = Wanted(needed=("id", "name"))
_TOWNS = Wanted(needed=("id", "name"), hinted=("district",))


def read_region(
    districts: DistrictSource, towns: TownSource | None = None, *, crs: str = "auto"
) -> Region:
    """Read districts and towns, and choose the metric CRS.

    A district's polygon that crosses itself is mended where that changes its area by less than
    0.1 %, and recorded as repaired. A town belongs to the district that its row names (by id or
    by name), else to the one in which its polygon lies; a town of which neither is known has none.

    Parameters
    ----------
    districts, towns
        Where they stand.
    crs
        ``auto`` or ``EPSG:nnnn``; see :func:`gapmap.datum.metric_crs`.

    Raises
    ------
    InputError
        A district has no id, the id of another, no polygon, or one that cannot be mended; two
        different towns have one id; a group names an unknown district; a file or column is
        missing or unusable.
    CrsError
        The CRS of the polygons is not known, or ``crs`` is no CRS to measure in.
    """
    outlines, ledger = _read_districts(districts, crs)
    groups = {name: tuple(members) for name, members in districts.groups.items()}
    _check_groups(groups, outlines, ledger.table.file)
    ledgers = [ledger]
    simulated = [districts.path.name] if districts.simulated else []
    listed = _no_towns(outlines.crs)
    if towns is not None:
        listed, ledger = _read_towns(towns, outlines)
        ledgers.append(ledger)
        simulated += [towns.path.name] if towns.simulated else []
    return Region(
        districts=outlines,
        towns=listed,
        groups=groups,
        crs=outlines.crs,
        findings=tuple(found for ledger in ledgers for found in ledger.findings),
        rows=tuple(ledger.count() for ledger in ledgers),
        simulated=tuple(simulated),
    )


def _read_districts(source: DistrictSource, crs: str) -> tuple[gpd.GeoDataFrame, Ledger]:
    table = read_table(source.path, layer=source.layer, repair=source.repair)
    if table.geometry is None or len(table.cells) == 0:
        fail(finding("districts-empty", file=table.file))
    columns, told = find_columns(table, "districts", _named(source, "id", "name"), _AREAS)
    codes, doubts = own_codes(table, columns["id"])
    ledger = Ledger(table)
    ledger.add((*told, *doubts))
    names = texts(table, columns["name"])
    ledger.each("name-empty", names == "", codes, field=columns["name"])
    degrees = locate(table, crs=pyproj.CRS.from_epsg(4326), datum=source.datum)
    bare = list(_no_polygons(table, degrees))
    if len(bare) == len(codes) and all(one.value == _NOTHING for one in bare):
        bare = [finding("districts-empty", file=table.file)]
    fail_for_all([*_bad_ids(table, columns["id"], codes), *bare])
    metric = metric_crs(_bounds(degrees.geometry), crs)
    positions = locate(table, crs=metric, datum=source.datum)
    ledger.add_positions(positions)
    mended = mend(positions.geometry.to_numpy(), repair=table.repair)
    fail_for_all(_broken(table, mended))
    fail_for_all(_wholes(table, mended.shapes, codes))
    say_mended(ledger, mended, names.where(names != "", codes))
    shapes = gpd.GeoSeries(mended.shapes, index=codes.index, crs=metric)
    layer = layer_of(ledger, shapes, codes)
    ledger.add(side_by_side(replace(layer, overlap="districts-overlap"))[0])
    outlines = gpd.GeoDataFrame(
        {"district_id": codes, "district": names.where(names != "", codes)},
        geometry=shapes,
        crs=metric,
    )
    return outlines.reset_index(drop=True), ledger


def _named(source: DistrictSource | TownSource, *roles: str) -> dict[str, str | None]:
    return {role: getattr(source, role) for role in roles}


def _bounds(degrees: gpd.GeoSeries) -> tuple[float, float, float, float]:
    """Give the bounds that decide the metric CRS; over the 180th meridian, those of the middle."""
    box = around(*shapely.get_coordinates(degrees.to_numpy()).T)
    if box.east <= 180:  # noqa: PLR2004 - the meridian
        return box.west, box.south, box.east, box.north
    middle = ((box.west + box.east) / 2 + 180) % 360 - 180
    return middle, box.south, middle, box.north


def _bad_ids(table: Table, column: str, codes: pd.Series) -> Iterator[Finding]:
    """Name every district without an id, and every one whose id another has already."""
    where = {"file": table.file, "field": column}
    for row in codes.index[codes == ""]:
        yield finding("id-missing", row=int(row), **where)
    first = {code: int(str(row)) for row, code in codes.drop_duplicates().items()}
    for row in codes.index[codes.duplicated() & (codes != "")]:
        code = codes[row]
        yield finding("id-repeated", row=int(row), value=code, first=first[code], **where)


def _no_polygons(table: Table, positions: Positions) -> Iterator[Finding]:
    """Name every district that is no polygon; where its position cannot be true, say that."""
    said = (*table.findings, *positions.findings)
    told = {one.row: one for one in said if one.code in _NO_SHAPE}
    shapes = positions.geometry
    for row in shapes.index[~is_polygon(shapes.to_numpy())]:
        if row in told:
            yield told[row]
            continue
        kind = _NOTHING if shapes[row] is None else shapes[row].geom_type
        yield finding("district-no-polygon", file=table.file, row=int(row), value=kind)


def _broken(table: Table, mended: Mended) -> Iterator[Finding]:
    for number in np.flatnonzero(mended.broken):
        row = int(table.cells.index[number])
        yield finding("polygon-broken", file=table.file, row=row, **mended.areas(int(number)))


def _wholes(table: Table, shapes: NDArray[np.object_], codes: pd.Series) -> Iterator[Finding]:
    """Name every district that covers two others or more: as a rule the row of the whole city."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one != other], other[one != other]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    held = (shared > _HELD * shapely.area(shapes[other])) & (
        shapely.area(shapes[one]) > shapely.area(shapes[other]) / _HELD
    )
    for number in np.unique(one[held]):
        inside = [str(code) for code in codes.iloc[other[held & (one == number)]]]
        if len(inside) > 1:
            row, code = int(table.cells.index[number]), codes.iloc[number]
            facts = {"count": str(len(inside)), "inside": ", ".join(inside[:5])}
            yield finding("district-holds-others", file=table.file, row=row, value=code, **facts)


def _check_groups(
    groups: dict[str, tuple[str, ...]], outlines: gpd.GeoDataFrame, file: str
) -> None:
    known = list(outlines["district_id"])
    by_name = resolve(outlines["district"], outlines["district_id"], outlines["district"])
    own = dict(zip(outlines["district"], by_name, strict=True))
    for name, members in groups.items():
        for code in members:
            if code not in known:
                near = own.get(code) or ", ".join(get_close_matches(code, known, n=3, cutoff=0.0))
                fail(
                    finding(
                        "group-unknown",
                        file=file,
                        field=f"groups.{name}",
                        value=code,
                        nearest=near,
                    )
                )


def _no_towns(crs: pyproj.CRS) -> gpd.GeoDataFrame:
    columns = ("town_id", "town", "district_id", "plan_district")
    empty = {name: pd.Series(dtype="str") for name in columns}
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def _read_towns(source: TownSource, outlines: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Ledger]:
    ledger = Ledger(
        read_table(source.path, sheet=source.sheet, layer=source.layer, repair=source.repair)
    )
    named = _named(source, "id", "name", "district", "plan_district")
    columns, told = find_columns(ledger.table, "towns", named, _TOWNS)
    ledger.add(told)
    drop_repeated(ledger, columns["id"])
    codes, names = fill_ids(ledger, columns["id"]), texts(ledger.table, columns["name"])
    ledger.each("name-empty", names == "", codes, field=columns["name"])
    points, polygons = _town_shapes(ledger, source, outlines, names.where(names != "", codes))
    if polygons is not None:
        ledger.add(side_by_side(layer_of(ledger, polygons, codes))[0])
    district = _town_districts(ledger, source, points, outlines)
    ledger.once("town-without-district", district == "", names)
    own = names_of(district, outlines["district_id"], outlines["district"])
    plan = own if source.plan_district is None else texts(ledger.table, source.plan_district)
    towns = gpd.GeoDataFrame(
        {
            "town_id": codes,
            "town": names.where(names != "", codes),
            "district_id": district,
            "plan_district": plan.where(plan != "", own),
        },
        geometry=[None] * len(codes) if polygons is None else polygons,
        crs=outlines.crs,
    )
    return towns.reset_index(drop=True), ledger


def _town_shapes(
    ledger: Ledger, source: TownSource, outlines: gpd.GeoDataFrame, names: pd.Series
) -> tuple[gpd.GeoSeries, gpd.GeoSeries | None]:
    """Give a point inside each town and its polygon, None where it has none."""
    table = ledger.table
    if table.geometry is None:
        none = [None] * len(table.cells)
        return gpd.GeoSeries(none, index=table.cells.index, crs=outlines.crs), None
    near = around_shapes(outlines.geometry)
    positions = locate(table, crs=outlines.crs, datum=source.datum, near=near)
    ledger.add_positions(positions)
    return fit_shapes(ledger, positions.geometry, names)


def _town_districts(
    ledger: Ledger, source: TownSource, points: gpd.GeoSeries, outlines: gpd.GeoDataFrame
) -> pd.Series:
    """Give each town's district: the one it names, else the one it lies in."""
    by_position = lies_in(points, outlines.geometry, outlines["district_id"])
    if source.district is None:
        return by_position
    cells = named_codes(ledger, source.district)
    named = resolve(cells, outlines["district_id"], outlines["district"])
    ledger.each("district-unknown", (named == "") & (cells != ""), cells, field=source.district)
    return named.where(named != "", by_position)
