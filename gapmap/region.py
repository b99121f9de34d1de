"""Region: the districts, the towns, and named groups of districts."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gapmap.datum import metric_crs
from gapmap.findings import Finding, fail, finding
from gapmap.positions import locate
from gapmap.tables import RowCount, ids, read_table, texts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from gapmap.tables import Table

__all__ = ["DistrictSource", "Region", "TownSource", "read_region"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictSource:
    """Where the district polygons stand; field names are those of ``study.toml``."""

    path: Path
    id: str
    name: str
    layer: str | None = None
    datum: str = "auto"
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TownSource:
    """Where the towns stand: polygons, or a table without geometry."""

    path: Path
    id: str
    name: str
    layer: str | None = None
    sheet: str | None = None
    district: str | None = None
    plan_district: str | None = None
    datum: str = "auto"
    simulated: bool = False


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


_WGS84 = pyproj.CRS.from_epsg(4326)
_SAME_AREA = 1e-3
"""Share by which repairing a polygon may change its area; beyond it a person has to look."""
_OVERLAP_M2 = 1000.0


def read_region(
    districts: DistrictSource, towns: TownSource | None = None, *, crs: str = "auto"
) -> Region:
    """Read districts and towns, and choose the metric CRS.

    An invalid polygon is repaired where that changes its area by less than 0.1 %, and recorded.

    Parameters
    ----------
    districts, towns
        Where they stand.
    crs
        ``auto`` or ``EPSG:nnnn``; see :func:`gapmap.datum.metric_crs`.

    Raises
    ------
    InputError
        For duplicate or missing district ids, geometry that is no polygon or cannot be repaired,
        a group that names an unknown district, and whatever makes a file unusable.
    """
    table = read_table(districts.path, layer=districts.layer)
    bounds = _lonlat_bounds(table, districts)
    metric = metric_crs(bounds, crs)
    frame, findings, repaired = _districts(table, districts, metric)
    _check_groups(districts, frame)
    rows = [RowCount(table.file, len(frame), len(frame) - repaired, repaired, 0)]
    simulated = [table.file] if districts.simulated else []
    if towns is None:
        town_frame = _no_towns(metric)
    else:
        town_frame, town_findings, count = _towns(towns, frame, metric)
        findings += town_findings
        rows.append(count)
        simulated += [count.file] if towns.simulated else []
    return Region(
        districts=frame,
        towns=town_frame,
        groups=dict(districts.groups),
        crs=metric,
        findings=tuple(findings),
        rows=tuple(rows),
        simulated=tuple(simulated),
    )


def district_of(region: Region, points: gpd.GeoSeries) -> NDArray[np.object_]:
    """Give the id of the district that holds each point; empty outside all and without a point.

    A point on a shared border belongs to the lower id.
    """
    return _holder(region.districts, "district_id", points)


def town_of(region: Region, points: gpd.GeoSeries) -> NDArray[np.object_]:
    """Give the id of the town polygon that holds each point; empty where none does."""
    drawn = region.towns[region.towns.geometry.notna()]
    return _holder(drawn, "town_id", points)


def _holder(polygons: gpd.GeoDataFrame, key: str, points: gpd.GeoSeries) -> NDArray[np.object_]:
    told = np.full(len(points), "", dtype=object)
    if len(polygons) == 0:
        return told
    ordered = polygons.sort_values(key, ascending=False)
    tree = shapely.STRtree(ordered.geometry.to_numpy())
    point, polygon = tree.query(points.to_numpy(), predicate="intersects")
    by_id = np.argsort(polygon, kind="stable")  # the lowest id is written last
    told[point[by_id]] = ordered[key].to_numpy(dtype=object)[polygon[by_id]]
    return told


def _lonlat_bounds(table: Table, source: DistrictSource) -> tuple[float, float, float, float]:
    lonlat = locate(table, crs=_WGS84, datum=source.datum).geometry
    west, south, east, north = (float(v) for v in lonlat.total_bounds)
    if not np.isfinite([west, south, east, north]).all():
        fail(finding("districts-empty", file=table.file))
    return west, south, east, north


def _districts(
    table: Table, source: DistrictSource, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, list[Finding], int]:
    where = locate(table, crs=crs, datum=source.datum)
    names = {"district_id": ids(table, source.id), "district": texts(table, source.name)}
    frame = gpd.GeoDataFrame(names, geometry=where.geometry, crs=crs)
    _check_ids(table, source.id, frame["district_id"])
    findings = [*table.findings, *where.findings]
    shapes = frame.geometry.to_numpy()
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6))
    for row in frame.index[~polygonal]:
        fail(finding("district-no-polygon", file=table.file, row=int(row)))
    repaired = 0
    for number, row in enumerate(frame.index):
        if not shapely.is_valid(shapes[number]):
            shapes[number] = _mended(table, int(row), shapes[number])
            findings.append(finding("polygon-repaired", file=table.file, row=int(row)))
            repaired += 1
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=crs))
    findings += _overlaps(table.file, frame)
    return frame.reset_index(drop=True), findings, repaired


def _check_ids(table: Table, field_name: str, codes: pd.Series) -> None:
    for row in codes.index[codes == ""]:
        fail(finding("id-missing", file=table.file, row=int(row), field=field_name))
    for row in codes.index[codes.duplicated()]:
        first = int(codes.index[codes == codes[row]][0])
        where = {"file": table.file, "row": int(row), "field": field_name, "value": codes[row]}
        fail(finding("id-repeated", **where, first=first))


def _mended(table: Table, row: int, shape: shapely.Geometry) -> shapely.Geometry:
    """Repair a polygon when that leaves its area as it was."""
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    drawn, kept = abs(_ring_area(shape)), float(mended.area)
    polygonal = shapely.get_type_id(mended) in (3, 6)
    if not polygonal or drawn == 0 or abs(kept - drawn) > _SAME_AREA * drawn:
        why = shapely.is_valid_reason(shape)
        fail(
            finding(
                "polygon-broken",
                file=table.file,
                row=row,
                why=why,
                drawn=f"{drawn:.0f}",
                kept=f"{kept:.0f}",
            )
        )
    return mended


def _ring_area(shape: shapely.Geometry) -> float:
    """Give the area as drawn: outer rings less holes, by their coordinates."""
    total = 0.0
    for part in shapely.get_parts(shape):
        total += abs(shapely.Polygon(part.exterior).area)
        total -= sum(abs(shapely.Polygon(ring).area) for ring in part.interiors)
    return total


def _overlaps(file: str, frame: gpd.GeoDataFrame) -> list[Finding]:
    shapes, codes = frame.geometry.to_numpy(), frame["district_id"].to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found = []
    for a, b in zip(one[one < other], other[one < other], strict=True):
        area = float(shapely.intersection(shapes[a], shapes[b]).area)
        if area > _OVERLAP_M2:
            found.append(
                finding("districts-overlap", file=file, a=codes[a], b=codes[b], area=f"{area:.0f}")
            )
    return found


def _check_groups(source: DistrictSource, frame: gpd.GeoDataFrame) -> None:
    known = list(frame["district_id"])
    for name, members in source.groups.items():
        for code in members:
            if code not in known:
                near = difflib.get_close_matches(code, known, n=1, cutoff=0.0)
                fail(
                    finding(
                        "group-unknown",
                        file=source.path.name,
                        field=f"groups.{name}",
                        value=code,
                        nearest=near[0],
                    )
                )


def _no_towns(crs: pyproj.CRS) -> gpd.GeoDataFrame:
    columns = {
        name: pd.Series(dtype=str) for name in ("town_id", "town", "district_id", "plan_district")
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs))


def _towns(
    source: TownSource, districts: gpd.GeoDataFrame, crs: pyproj.CRS
) -> tuple[gpd.GeoDataFrame, list[Finding], RowCount]:
    table = read_table(source.path, sheet=source.sheet, layer=source.layer)
    findings = list(table.findings)
    codes = ids(table, source.id)
    _check_ids(table, source.id, codes)
    geometry = gpd.GeoSeries([None] * len(codes), index=codes.index, crs=crs)
    if table.geometry is not None:
        where = locate(table, crs=crs, datum=source.datum)
        polygonal = np.isin(shapely.get_type_id(where.geometry.to_numpy()), (3, 6))
        geometry = where.geometry.where(polygonal, None)
        findings += where.findings
    inner = gpd.GeoSeries(shapely.point_on_surface(geometry.to_numpy()), crs=crs)
    district = pd.Series(_holder(districts, "district_id", inner), index=codes.index)
    if source.district is not None:
        named = resolve(
            ids(table, source.district), districts["district_id"], districts["district"]
        )
        told = texts(table, source.district)
        findings += [
            finding(
                "district-unknown",
                file=table.file,
                row=int(row),
                field=source.district,
                value=told[row],
            )
            for row in told.index[(named == "") & (told != "")]
        ]
        district = named.where(named != "", district)
    plan = looked_up(district, districts, "district_id", "district")
    if source.plan_district is not None:
        own = texts(table, source.plan_district)
        plan = own.where(own != "", plan)
    frame = gpd.GeoDataFrame(
        {
            "town_id": codes,
            "town": texts(table, source.name),
            "district_id": district,
            "plan_district": plan,
        },
        geometry=geometry,
        crs=crs,
    ).reset_index(drop=True)
    count = RowCount(
        table.file, len(frame) + len(table.excluded), len(frame), 0, len(table.excluded)
    )
    return frame, findings, count


def resolve(said: pd.Series, codes: pd.Series, names: pd.Series) -> pd.Series:
    """Give the id that each text means: an id itself, or a name that only one has; else empty."""
    once = ~names.duplicated(keep=False) & (names != "")
    by_name = dict(zip(names[once], codes[once], strict=True))
    known = set(codes)
    return said.map(lambda text: text if text in known else by_name.get(text, ""))


def looked_up(codes: pd.Series, table: pd.DataFrame, key: str, value: str) -> pd.Series:
    """Give ``value`` of the row of ``table`` whose ``key`` is the code, else empty text."""
    known = dict(zip(table[key], table[value], strict=True))
    return codes.map(lambda code: known.get(code, "")).astype(object)


def plan_district_of(region: Region, district_ids: pd.Series) -> pd.Series:
    """Give the plan's unit of each district: its name, or empty where its towns differ in it."""
    units = region.towns.groupby("district_id")["plan_district"].agg(["nunique", "first"])
    names = dict(zip(region.districts["district_id"], region.districts["district"], strict=True))
    for district, (kinds, first) in zip(units.index, units.to_numpy(), strict=True):
        names[district] = first if kinds == 1 else ""
    return district_ids.map(lambda district: names.get(district, "")).astype(object)
