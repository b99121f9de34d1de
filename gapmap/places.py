"""Places: the villages and communities where people live."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gapmap.findings import Finding, fail, finding
from gapmap.positions import locate
from gapmap.region import (
    Region,
    district_of,
    looked_up,
    plan_district_of,
    resolve,
    town_of,
)
from gapmap.tables import RowCount, booleans, ids, numbers, read_table, texts, without

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gapmap.positions import Positions
    from gapmap.tables import Table

__all__ = ["PlaceSource", "Places", "read_places"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSource:
    """Where the places stand; field names are those of ``study.toml``."""

    path: Path
    id: str
    name: str
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
    group_people: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False


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
        The index runs from 0. Further columns of the source are kept as ``source_<name>``.
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


NEAR_DISTRICT_M = 1000.0
"""How far outside every district a place may lie and still be taken for one of the district
that it names: drawn coasts are rough."""


def read_places(source: PlaceSource, region: Region) -> Places:
    """Read villages and communities and find the district and town of each.

    A polygon is represented by a point inside it. The district is the one that the place names;
    where it names none, that of its town, else the one it lies in. A place outside every
    district is kept with the position ``outside``, unless it names a district that is within
    1,000 m.

    ``setting`` is decided by ``setting_values``: a cell equals an entry, or, for an entry of two
    or more characters that are no digits (such as 村委会), contains it. A cell that fits both
    kinds or none is ``unknown``.

    Parameters
    ----------
    source
        Where they stand.
    region
        Districts and towns.

    Raises
    ------
    InputError
        For an unusable file, a missing column, or one id with different content.
    """
    table = read_table(source.path, sheet=source.sheet, layer=source.layer)
    findings = list(table.findings)
    table, same = _without_repeats(table, source, findings)
    where = locate(table, crs=region.crs, datum=source.datum, x=source.x, y=source.y)
    findings += where.findings
    points, polygons = _points(where)
    frame = pd.DataFrame({"place_id": _codes(table, source, findings)}, index=table.cells.index)
    frame["place"] = texts(table, source.name)
    _add_towns(frame, table, source, region, points, findings)
    _add_districts(frame, table, source, region, points, findings)
    frame["setting"] = _settings(table, source, findings)
    weight = _add_people(frame, table, source, findings)
    frame["island"] = pd.Series(pd.NA, index=frame.index, dtype="boolean")
    if source.island is not None:
        frame["island"], doubts = booleans(table, source.island)
        findings += doubts
    frame["file"], frame["row"] = table.file, frame.index
    for column in table.cells:
        frame[f"source_{column}"] = table.cells[column]
    made = gpd.GeoDataFrame(frame, geometry=points, crs=region.crs).reset_index(drop=True)
    repaired = len(where.repaired | table.repaired)
    read = len(made) + same + len(table.excluded)
    return Places(
        table=made,
        region=region,
        weight=weight,
        groups=tuple(source.group_people),
        polygons=None if polygons is None else polygons.reset_index(drop=True),
        findings=tuple(findings),
        rows=(
            RowCount(table.file, read, len(made) - repaired, repaired, same + len(table.excluded)),
        ),
        simulated=(table.file,) if source.simulated else (),
    )


def _without_repeats(
    table: Table, source: PlaceSource, findings: list[Finding]
) -> tuple[Table, int]:
    """Leave out rows that repeat another wholly; the same id with other content is an error."""
    codes = ids(table, source.id)
    again = codes.duplicated() & (codes != "")
    if not again.any():
        return table, 0
    whole = table.cells.duplicated()
    if table.geometry is not None:
        whole &= table.geometry.to_wkb().duplicated()
    for row in codes.index[again]:
        first = int(codes.index[codes == codes[row]][0])
        place = {"file": table.file, "row": int(row), "field": source.id, "value": codes[row]}
        if not whole[row]:
            fail(finding("place-id-conflict", **place, first=first))
        findings.append(finding("row-repeated", **place, first=first))
    return without(table, again), int(again.sum())


def _codes(table: Table, source: PlaceSource, findings: list[Finding]) -> pd.Series:
    codes = ids(table, source.id)
    for row in codes.index[codes == ""]:
        codes[row] = f"row-{row}"
        findings.append(
            finding("id-made", file=table.file, row=int(row), field=source.id, new=codes[row])
        )
    return codes


def _points(where: Positions) -> tuple[gpd.GeoSeries, gpd.GeoSeries | None]:
    """Represent each geometry by a point in it; give the polygons too where there are any."""
    shapes = where.geometry.to_numpy()
    kinds = shapely.get_type_id(shapes)
    points = gpd.GeoSeries(
        np.where(kinds == 0, shapes, shapely.point_on_surface(shapes)),
        index=where.geometry.index,
        crs=where.geometry.crs,
    )
    polygonal = np.isin(kinds, (3, 6))
    return points, where.geometry.where(polygonal, None) if polygonal.any() else None


def _add_towns(
    frame: pd.DataFrame,
    table: Table,
    source: PlaceSource,
    region: Region,
    points: gpd.GeoSeries,
    findings: list[Finding],
) -> None:
    towns = region.towns
    code = pd.Series(town_of(region, points), index=frame.index)
    if source.town is not None:
        said = ids(table, source.town)
        named = resolve(said, towns["town_id"], towns["town"])
        if source.district is not None:
            named = _in_district(named, said, ids(table, source.district), region)
        findings += [
            finding(
                "town-unknown", file=table.file, row=int(row), field=source.town, value=said[row]
            )
            for row in said.index[(named == "") & (said != "") & (len(towns) > 0)]
        ]
        code = named.where(named != "", code)
        frame["town"] = looked_up(code, towns, "town_id", "town")
        frame["town"] = frame["town"].where(frame["town"] != "", said)
    else:
        frame["town"] = looked_up(code, towns, "town_id", "town")
    frame["town_id"] = code


def _in_district(
    named: pd.Series, said: pd.Series, district: pd.Series, region: Region
) -> pd.Series:
    """Resolve a town name that several districts have by the district that the place names."""
    towns, districts = region.towns, region.districts
    code = resolve(district, districts["district_id"], districts["district"])
    pairs = dict(
        zip(zip(towns["district_id"], towns["town"], strict=True), towns["town_id"], strict=True)
    )
    wanted = pd.Series(list(zip(code, said, strict=True)), index=named.index)
    return named.where(named != "", wanted.map(lambda pair: pairs.get(pair, "")))


def _add_districts(
    frame: pd.DataFrame,
    table: Table,
    source: PlaceSource,
    region: Region,
    points: gpd.GeoSeries,
    findings: list[Finding],
) -> None:
    districts, towns = region.districts, region.towns
    lies_in = pd.Series(district_of(region, points), index=frame.index)
    named = pd.Series("", index=frame.index, dtype=object)
    if source.district is not None:
        said = ids(table, source.district)
        named = resolve(said, districts["district_id"], districts["district"])
        findings += [
            finding(
                "district-unknown",
                file=table.file,
                row=int(row),
                field=source.district,
                value=said[row],
            )
            for row in said.index[(named == "") & (said != "")]
        ]
    by_town = looked_up(frame["town_id"], towns, "town_id", "district_id")
    named = named.where(named != "", by_town)
    frame["district_id"] = named.where(named != "", lies_in)
    frame["position"] = _standing(frame, region, points, named, lies_in)
    _say_doubts(frame, table, named, lies_in, findings)
    frame["district"] = looked_up(frame["district_id"], districts, "district_id", "district")
    plan = looked_up(frame["town_id"], towns, "town_id", "plan_district")
    of_district = plan_district_of(region, frame["district_id"])
    frame["plan_district"] = plan.where(plan != "", of_district)


def _standing(
    frame: pd.DataFrame,
    region: Region,
    points: gpd.GeoSeries,
    named: pd.Series,
    lies_in: pd.Series,
) -> pd.Series:
    """Say of each place whether its position is ok, missing, or outside the districts."""
    shapes = dict(zip(region.districts["district_id"], region.districts.geometry, strict=True))
    position = pd.Series("ok", index=frame.index, dtype=object)
    position[points.isna()] = "missing"
    for row in frame.index[(lies_in == "") & points.notna()]:
        shape = shapes.get(named[row])
        if shape is None or shape.distance(points[row]) > NEAR_DISTRICT_M:
            position[row] = "outside"
    return position


def _say_doubts(
    frame: pd.DataFrame,
    table: Table,
    named: pd.Series,
    lies_in: pd.Series,
    findings: list[Finding],
) -> None:
    near = (lies_in == "") & (frame["position"] == "ok")
    other = (lies_in != "") & (named != "") & (lies_in != named)
    outside = frame["position"] == "outside"
    for code, which in (
        ("place-outside", outside),
        ("place-near-border", near),
        ("place-other-district", other),
    ):
        findings += [
            finding(
                code,
                file=table.file,
                row=int(row),
                name=frame.loc[row, "place"],
                named=named[row],
                lies_in=lies_in[row],
            )
            for row in frame.index[which]
        ]


def _settings(table: Table, source: PlaceSource, findings: list[Finding]) -> pd.Series:
    if source.setting is None:
        return pd.Series("unknown", index=table.cells.index, dtype=object)
    said = ids(table, source.setting)
    fits = {
        kind: said.map(lambda cell, kind=kind: _fits(cell, source.setting_values.get(kind, ())))
        for kind in ("urban", "rural")
    }
    setting = pd.Series("unknown", index=said.index, dtype=object)
    setting[fits["urban"] & ~fits["rural"]] = "urban"
    setting[fits["rural"] & ~fits["urban"]] = "rural"
    unknown = said[setting == "unknown"]
    if len(unknown):
        some = "、".join(sorted({cell or "(空)" for cell in unknown})[:5])
        row = int(unknown.index[0])
        findings.append(
            finding(
                "setting-unknown",
                file=table.file,
                row=row,
                field=source.setting,
                count=len(unknown),
                some=some,
            )
        )
    return setting


def _fits(cell: str, entries: tuple[str, ...]) -> bool:
    return cell in entries or any(
        len(entry) > 1 and not entry.isdigit() and entry in cell for entry in entries
    )


def _add_people(
    frame: pd.DataFrame, table: Table, source: PlaceSource, findings: list[Finding]
) -> str:
    columns = {"people": source.people}
    columns |= {f"people_{name}": column for name, column in source.group_people.items()}
    for name, column in columns.items():
        if column is None:
            frame[name] = 1.0
            findings.append(finding("people-absent", file=table.file))
            continue
        frame[name], doubts = numbers(table, column, low=0)
        findings += doubts
        empty = frame[name].isna()
        if empty.any():
            row = int(frame.index[empty][0])
            findings.append(
                finding(
                    "people-unknown", file=table.file, row=row, field=column, count=int(empty.sum())
                )
            )
    return "places" if source.people is None else "people"
