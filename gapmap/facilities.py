"""Facilities: what serves people, which of them count, and where they belong."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from gapmap.findings import Finding, fail, finding
from gapmap.positions import locate
from gapmap.region import district_of, looked_up, plan_district_of, resolve, town_of
from gapmap.tables import RowCount, Table, dates, ids, numbers, read_table, texts, without

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from gapmap.places import Places
    from gapmap.positions import Positions

__all__ = ["Facilities", "FacilitySource", "facilities_at", "read_facilities"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitySource:
    """Where facilities stand; field names are those of a ``[[facilities]]`` block."""

    path: Path
    service: str | None = None
    service_column: str | None = None
    service_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheet: str | None = None
    layer: str | None = None
    id: str | None = None
    name: str | None = None
    x: str | None = None
    y: str | None = None
    datum: str = "auto"
    opened: str | None = None
    closed: str | None = None
    status: str | None = None
    floor_area_m2: str | None = None
    capacity: str | None = None
    level: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    place: str | None = None
    presence_m: float = 1000.0
    require: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facilities:
    """Facilities of all services, one row per facility and service.

    Attributes
    ----------
    table
        ``facility_id``, ``facility`` (name), ``service``, ``opened``, ``closed`` (datetime64,
        NaT unknown or never), ``status`` (text as written), ``in_use`` (``yes``, ``no`` or
        ``unknown``: what the status text says, ``yes`` without one), ``floor_area_m2``,
        ``capacity`` (float, NaN unknown), ``level``, attributes under their own names,
        ``qualifies`` (``yes``, ``no``, ``unknown``: the quality gate), ``failed`` (which
        requirement failed or could not be judged), ``counts`` (``yes``, ``no``, ``unknown``:
        exists at ``date``, that is opened by it, not closed by it, and in use; a facility without
        an opening date counts as existing), ``place_id``, ``town_id``,
        ``district_id``, ``plan_district`` (where it belongs, empty unknown), ``place_basis``
        (``code``, ``polygon``, ``nearest`` or empty: how ``place_id`` was found), ``belongs``
        (``place``, ``town``, ``district`` or empty: the finest level that is known),
        ``position`` (``ok``, ``missing``, ``outside``: an ``outside`` one lies in no district and
        still serves), ``file``, ``row``, ``geometry``: a point in the region's CRS, or None.
    date
        The date at which ``counts`` holds.
    services
        All service ids that the sources name, also those without a single facility.
    """

    table: gpd.GeoDataFrame
    date: dt.date
    services: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()
    simulated: tuple[str, ...] = ()


_IN_USE = (
    *("在用", "运营", "使用", "正常", "开放", "建成", "投用"),
    *("open", "in use", "active", "operating"),
)
_NOT_IN_USE = (
    *(
        "停用",
        "停运",
        "未使用",
        "关闭",
        "拆除",
        "撤销",
        "废弃",
        "未建",
        "在建",
        "规划",
        "筹建",
        "拟建",
    ),
    *("未运营", "未投用", "未开放", "未建成", "closed", "planned", "under construction"),
    *("demolished", "not in use", "inactive", "proposed", "disused"),
)
FAR_FROM_PLACE_M = 10_000.0
_SAME_SPOT_M = 1.0


def read_facilities(
    sources: Sequence[FacilitySource], places: Places, *, date: dt.date
) -> Facilities:
    """Read facilities of all services, judge their quality, and find where each belongs.

    A facility belongs to the place, town or district that its ``place`` column names; where it
    names none, to the place whose polygon holds it, else to the nearest place within
    ``presence_m`` in a straight line (an assumption, marked ``nearest``).

    Parameters
    ----------
    sources
        Where they stand; a file may hold several services.
    places
        What they belong to.
    date
        When they have to exist.

    Raises
    ------
    InputError
        For an unusable file, a missing column or a requirement that cannot be read.
    """
    read = [_read(source, places) for source in sources]
    frames = [frame for frame, _, _ in read if len(frame)]
    findings = [one for _, found, _ in read for one in found]
    crs = places.region.crs
    if frames:
        table = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=crs)
    else:
        table = gpd.GeoDataFrame(
            {name: pd.Series(dtype=object) for name in COLUMNS}, geometry=gpd.GeoSeries([], crs=crs)
        )
    table = _named_apart(_typed(table), findings)
    services = tuple(dict.fromkeys(s for source in sources for s in _services_of(source)))
    made = Facilities(
        table=table,
        date=date,
        services=services,
        rows=tuple(count for _, _, count in read),
        simulated=tuple(
            dict.fromkeys(c.file for s, (_, _, c) in zip(sources, read, strict=True) if s.simulated)
        ),
    )
    dated = facilities_at(made, date)
    findings += _twins(dated.table) + _early(dated)
    return replace(dated, findings=tuple(findings))


COLUMNS = [
    "facility_id", "facility", "service", "opened", "closed", "status", "in_use", "floor_area_m2",
    "capacity", "level", "qualifies", "failed", "counts", "place_id", "town_id", "district_id",
    "plan_district", "place_basis", "belongs", "position", "file", "row",
]  # fmt: skip


def facilities_at(facilities: Facilities, date: dt.date) -> Facilities:
    """Give the same facilities with ``counts`` judged at another date."""
    table = facilities.table.copy()
    day = pd.Timestamp(date)
    before = table["opened"] > day
    after = table["closed"] <= day
    gone = before | after | (table["in_use"] == "no")
    table["counts"] = np.select([gone, table["in_use"] == "unknown"], ["no", "unknown"], "yes")
    return replace(facilities, table=table, date=date)


def _services_of(source: FacilitySource) -> tuple[str, ...]:
    return (source.service,) if source.service is not None else tuple(source.service_values)


def _typed(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    for name in ("opened", "closed"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    for name in ("floor_area_m2", "capacity"):
        table[name] = table[name].astype(float)
    table["row"] = table["row"].astype("Int64")  # a facility that is only proposed has no row
    attributes = [name for name in table.columns if name not in (*COLUMNS, "geometry")]
    table[attributes] = table[attributes].astype(object).where(table[attributes].notna(), "")
    return table


def _read(
    source: FacilitySource, places: Places
) -> tuple[gpd.GeoDataFrame, list[Finding], RowCount]:
    table = read_table(source.path, sheet=source.sheet, layer=source.layer)
    findings = list(table.findings)
    read = len(table.cells) + len(table.excluded)
    service, table = _services(table, source, findings)
    where = locate(table, crs=places.region.crs, datum=source.datum, x=source.x, y=source.y)
    findings += where.findings
    frame = _plain_columns(table, source, findings)
    frame["service"] = service
    points = _points(where)
    frame["in_use"] = _in_use(table, frame, findings)
    frame["qualifies"], frame["failed"] = _gate(table, source, frame, findings)
    _belong(frame, table, source, points, places, findings)
    frame["file"], frame["row"] = table.file, frame.index
    made = gpd.GeoDataFrame(frame, geometry=points, crs=places.region.crs)
    made["counts"] = "yes"
    kept = _without_repeats(made, findings)
    repaired = len((where.repaired | table.repaired) & set(kept.index))
    count = RowCount(table.file, read, len(kept) - repaired, repaired, read - len(kept))
    return kept.reset_index(drop=True), findings, count


def _services(
    table: Table, source: FacilitySource, findings: list[Finding]
) -> tuple[pd.Series, Table]:
    """Give the service of each row; rows of no known service are left out, said once a value."""
    if source.service_column is None:
        return pd.Series(source.service, index=table.cells.index), table
    said = texts(table, source.service_column)
    by_value = {value: name for name, values in source.service_values.items() for value in values}
    service = said.map(by_value)
    for value, rows in said[service.isna()].groupby(said):
        findings.append(
            finding(
                "service-unknown",
                file=table.file,
                row=int(rows.index[0]),
                field=source.service_column,
                value=value,
                count=len(rows),
            )
        )
    return service[service.notna()], without(table, service.isna())


def _points(where: Positions) -> gpd.GeoSeries:
    shapes = where.geometry.to_numpy()
    inner = shapely.point_on_surface(shapes)
    points = np.where(shapely.get_type_id(shapes) == 0, shapes, inner)
    return gpd.GeoSeries(points, index=where.geometry.index, crs=where.geometry.crs)


def _plain_columns(table: Table, source: FacilitySource, findings: list[Finding]) -> pd.DataFrame:
    """Read the columns that need nothing but themselves."""
    index = table.cells.index
    empty = pd.Series("", index=index)
    frame = pd.DataFrame({"facility_id": empty if source.id is None else ids(table, source.id)})
    frame["facility"] = empty if source.name is None else texts(table, source.name)
    nameless = frame["facility_id"] == ""
    if source.id is not None:
        findings += [
            finding(
                "id-made",
                file=table.file,
                row=int(row),
                field=source.id,
                new=f"{source.path.stem}-{row}",
            )
            for row in index[nameless]
        ]
    made = pd.Series([f"{source.path.stem}-{row}" for row in index], index=index)
    frame["facility_id"] = frame["facility_id"].where(~nameless, made)
    for name in ("opened", "closed"):
        column = getattr(source, name)
        frame[name] = pd.Series(pd.NaT, index=index, dtype="datetime64[s]")
        if column is not None:
            frame[name], doubts = dates(table, column)
            findings += doubts
    if source.opened is not None and frame["opened"].isna().any():
        unknown = frame.index[frame["opened"].isna()]
        findings.append(
            finding(
                "opened-unknown",
                file=table.file,
                row=int(unknown[0]),
                field=source.opened,
                count=len(unknown),
            )
        )
    for name in ("floor_area_m2", "capacity"):
        column = getattr(source, name)
        frame[name] = pd.Series(np.nan, index=index)
        if column is not None:
            frame[name], doubts = numbers(table, column, low=0)
            findings += doubts
    for name in ("status", "level"):
        column = getattr(source, name)
        frame[name] = empty if column is None else texts(table, column)
    for name, column in source.attributes.items():
        frame[name] = texts(table, column)
    findings += [
        finding(
            "closed-before-opened", file=table.file, row=int(row), name=frame.loc[row, "facility"]
        )
        for row in index[frame["closed"] < frame["opened"]]
    ]
    return frame


def _in_use(table: Table, frame: pd.DataFrame, findings: list[Finding]) -> pd.Series:
    """Read the status words; words that nobody knows leave it unknown."""
    told = frame["status"].map(_status)
    for value, rows in frame["status"][told == "unknown"].groupby(frame["status"]):
        findings.append(
            finding(
                "status-unknown",
                file=table.file,
                row=int(rows.index[0]),
                value=value,
                count=len(rows),
            )
        )
    contradiction = frame["closed"] < frame["opened"]
    return told.where(~contradiction | (told == "no"), "unknown")


def _status(text: str) -> str:
    plain = text.strip().lower()
    if not plain:
        return "yes"
    if any(word in plain for word in _NOT_IN_USE):
        return "no"
    return "yes" if any(word in plain for word in _IN_USE) else "unknown"


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_RULE = re.compile(r"\s*(>=|<=|!=|==|>|<)?\s*(.+?)\s*")


def _gate(
    table: Table, source: FacilitySource, frame: pd.DataFrame, findings: list[Finding]
) -> tuple[pd.Series, pd.Series]:
    """Judge the quality gate: yes, no, or unknown where the attribute is missing."""
    qualifies = pd.Series("yes", index=frame.index)
    failed = pd.Series("", index=frame.index)
    for name, rule in source.require.items():
        match = _RULE.fullmatch(rule)
        if match is None:
            fail(finding("require-unreadable", file=source.path.name, field=name, value=rule))
        sign, bound = match[1] or "==", match[2]
        values, threshold = _attribute(table, source, frame, name, bound, findings)
        unknown = values.isna() | (values == "")
        passes = values.where(~unknown, threshold).map(
            lambda value, sign=sign, threshold=threshold: _COMPARE[sign](value, threshold)
        )
        no, doubt = ~passes & ~unknown, unknown
        qualifies = qualifies.mask(doubt & (qualifies == "yes"), "unknown").mask(no, "no")
        failed = failed.mask(no | doubt, failed + f"{name} {sign} {bound}; ")
    failed = failed.str.removesuffix("; ")
    for state, code in (("no", "facility-below-standard"), ("unknown", "facility-not-judged")):
        findings += [
            finding(
                code,
                file=table.file,
                row=int(row),
                name=frame.loc[row, "facility"] or frame.loc[row, "facility_id"],
                rule=failed[row],
            )
            for row in frame.index[qualifies == state]
        ]
    return qualifies, failed


def _attribute(
    table: Table,
    source: FacilitySource,
    frame: pd.DataFrame,
    name: str,
    bound: str,
    findings: list[Finding],
) -> tuple[pd.Series, float | str]:
    """Give the attribute that a rule asks about, as numbers where the rule's bound is one."""
    try:
        threshold: float | str = float(bound)
    except ValueError:
        threshold = bound
    if name in ("floor_area_m2", "capacity"):
        if getattr(source, name) is None:
            fail(finding("require-no-column", file=source.path.name, field=name))
        if isinstance(threshold, str):
            fail(finding("require-unreadable", file=source.path.name, field=name, value=bound))
        return frame[name], threshold
    column = source.attributes.get(name) or getattr(source, name, None)
    if not isinstance(column, str):
        column = name
    if column not in table.cells.columns:
        fail(finding("require-no-column", file=source.path.name, field=name))
    if isinstance(threshold, str):
        return texts(table, column), threshold
    values, doubts = numbers(table, column)
    findings += doubts
    return values, threshold


def _belong(
    frame: pd.DataFrame,
    table: Table,
    source: FacilitySource,
    points: gpd.GeoSeries,
    places: Places,
    findings: list[Finding],
) -> None:
    """Find place, town and district of each facility: by code, by polygon, by nearness."""
    region = places.region
    frame["place_id"], frame["place_basis"] = "", ""
    lies_in = pd.Series(district_of(region, points), index=frame.index)
    frame["town_id"] = pd.Series(town_of(region, points), index=frame.index)
    frame["district_id"] = lies_in
    frame["position"] = np.select([points.isna(), lies_in == ""], ["missing", "outside"], "ok")
    coded = _by_code(frame, table, source, places, findings)
    open_rows = ~coded & points.notna()
    _by_polygon(frame, points, places, open_rows)
    _by_nearness(frame, points, places, open_rows & (frame["place_id"] == ""), source.presence_m)
    _climb(frame, places)
    findings += [
        finding("facility-outside", file=table.file, row=int(row), name=frame.loc[row, "facility"])
        for row in frame.index[frame["position"] == "outside"]
    ]
    _say_far(frame, table, points, places, findings)


def _by_code(
    frame: pd.DataFrame,
    table: Table,
    source: FacilitySource,
    places: Places,
    findings: list[Finding],
) -> pd.Series:
    """Set what the place column names; give the rows for which it named something known."""
    none = pd.Series(data=False, index=frame.index)
    if source.place is None:
        return none
    region = places.region
    said = ids(table, source.place)
    place = resolve(said, places.table["place_id"], places.table["place"])
    town = resolve(said, region.towns["town_id"], region.towns["town"])
    district = resolve(said, region.districts["district_id"], region.districts["district"])
    is_place, is_town = place != "", (place == "") & (town != "")
    is_district = ~is_place & ~is_town & (district != "")
    frame.loc[is_place, "place_id"] = place[is_place]
    frame.loc[is_place | is_town | is_district, "place_basis"] = "code"
    frame.loc[is_place | is_town | is_district, ["town_id", "district_id"]] = ""
    frame.loc[is_town, "town_id"] = town[is_town]
    frame.loc[is_district, "district_id"] = district[is_district]
    findings += [
        finding(
            "place-code-unknown", file=table.file, row=int(row), field=source.place, value=said[row]
        )
        for row in frame.index[(said != "") & ~is_place & ~is_town & ~is_district]
    ]
    return is_place | is_town | is_district


def _by_polygon(
    frame: pd.DataFrame, points: gpd.GeoSeries, places: Places, rows: pd.Series
) -> None:
    if places.polygons is None or not rows.any():
        return
    drawn = places.polygons.notna().to_numpy()
    tree = shapely.STRtree(places.polygons.to_numpy()[drawn])
    codes = places.table["place_id"].to_numpy()[drawn]
    point, polygon = tree.query(points[rows].to_numpy(), predicate="intersects")
    order = np.argsort(codes[polygon], kind="stable")[::-1]  # the lowest id is written last
    where = frame.index[rows][point[order]]
    frame.loc[where, "place_id"] = codes[polygon[order]]
    frame.loc[where, "place_basis"] = "polygon"


def _by_nearness(
    frame: pd.DataFrame, points: gpd.GeoSeries, places: Places, rows: pd.Series, presence_m: float
) -> None:
    usable = places.table[places.table["position"] == "ok"].sort_values("place_id")
    if len(usable) == 0 or not rows.any():
        return
    home = np.column_stack((usable.geometry.x, usable.geometry.y))
    here = np.column_stack((points[rows].x, points[rows].y))
    distance_m, nearest = cKDTree(home).query(here)
    distance_m, nearest = _lowest_of_equals(home, here, distance_m, nearest)
    near = distance_m <= presence_m
    where = frame.index[rows][near]
    frame.loc[where, "place_id"] = usable["place_id"].to_numpy()[nearest[near]]
    frame.loc[where, "place_basis"] = "nearest"


def _lowest_of_equals(
    home: np.ndarray, here: np.ndarray, distance_m: np.ndarray, nearest: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Between two places at one distance take the lower id (homes are ordered by it)."""
    count = min(2, len(home))
    both, index = cKDTree(home).query(here, k=count)
    if count == 1:
        return distance_m, nearest
    tie = both[:, 1] <= both[:, 0] + 1e-9
    return distance_m, np.where(tie, index.min(axis=1), nearest)


def _climb(frame: pd.DataFrame, places: Places) -> None:
    """Fill town, district and plan district from the place, then from the town."""
    table, region = places.table, places.region
    placed = frame["place_id"] != ""
    for name in ("town_id", "district_id"):
        of_place = looked_up(frame["place_id"], table, "place_id", name)
        frame[name] = frame[name].where(~placed, of_place)
    towned = ~placed & (frame["town_id"] != "")
    of_town = looked_up(frame["town_id"], region.towns, "town_id", "district_id")
    frame["district_id"] = frame["district_id"].where(~towned, of_town)
    named = looked_up(frame["district_id"], region.districts, "district_id", "district")
    frame["plan_district"] = (
        plan_district_of(region, frame["district_id"])
        .where(frame["place_basis"] != "code", named)  # who names a district means that unit
        .where(~towned, looked_up(frame["town_id"], region.towns, "town_id", "plan_district"))
        .where(~placed, looked_up(frame["place_id"], table, "place_id", "plan_district"))
    )
    frame["belongs"] = np.select(
        [placed, frame["town_id"] != "", frame["district_id"] != ""],
        ["place", "town", "district"],
        "",
    )


def _say_far(
    frame: pd.DataFrame,
    table: Table,
    points: gpd.GeoSeries,
    places: Places,
    findings: list[Finding],
) -> None:
    """Doubt a facility that stands far from the place whose code it carries."""
    home = places.table.drop_duplicates("place_id").set_index("place_id").geometry
    for row in frame.index[
        (frame["place_basis"] == "code") & (frame["place_id"] != "") & points.notna()
    ]:
        there = home[frame.loc[row, "place_id"]]
        if there is not None and there.distance(points[row]) > FAR_FROM_PLACE_M:
            findings.append(
                finding(
                    "facility-far-from-place",
                    file=table.file,
                    row=int(row),
                    name=frame.loc[row, "facility"],
                    place=frame.loc[row, "place_id"],
                    km=f"{there.distance(points[row]) / 1000:.1f}",
                )
            )


def _without_repeats(made: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Leave out rows that repeat another in everything that was read."""
    compared = pd.DataFrame(made.drop(columns=["geometry", "row"]))
    compared["position_wkb"] = made.geometry.to_wkb(hex=True)
    again = compared.astype(str).duplicated()
    for row in made.index[again]:
        same = (made["facility_id"] == made.loc[row, "facility_id"]) & ~again
        findings.append(
            finding(
                "row-repeated",
                file=str(made.loc[row, "file"]),
                row=int(row),
                value=made.loc[row, "facility_id"],
                first=int(made.index[same][0]),
            )
        )
    return made[~again]


def _named_apart(table: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Give the second facility of one id and service, with other content, an id of its own."""
    again = table.duplicated(["service", "facility_id"])
    taken = set(table["facility_id"])
    for row in table.index[again]:
        old, number = table.loc[row, "facility_id"], 2
        while f"{old}~{number}" in taken:
            number += 1
        new = f"{old}~{number}"
        taken.add(new)
        table.loc[row, "facility_id"] = new
        findings.append(
            finding(
                "facility-id-repeated",
                file=str(table.loc[row, "file"]),
                row=int(table.loc[row, "row"]),
                value=old,
                new=new,
            )
        )
    return table


def _twins(table: gpd.GeoDataFrame) -> list[Finding]:
    """Point out facilities of one service and name within a metre of each other."""
    found = []
    placed = table[table.geometry.notna() & (table["facility"] != "")]
    for _, group in placed.groupby(["service", "facility"], sort=False):
        if len(group) < 2:  # noqa: PLR2004 - a pair
            continue
        xy = np.column_stack((group.geometry.x, group.geometry.y))
        for one, other in sorted(cKDTree(xy).query_pairs(_SAME_SPOT_M)):
            a, b = group.iloc[one], group.iloc[other]
            found.append(
                finding(
                    "facility-twin",
                    file=str(b["file"]),
                    row=int(b["row"]),
                    value=b["facility_id"],
                    other=a["facility_id"],
                )
            )
    return found


def _early(facilities: Facilities) -> list[Finding]:
    """Say which services have rows but none opened by the date, and which have no row at all."""
    table, found = facilities.table, []
    for service in facilities.services:
        mine = table[table["service"] == service]
        if len(mine) == 0:
            found.append(finding("service-empty", service=service))
        elif (mine["opened"] > pd.Timestamp(facilities.date)).all():
            first = mine["opened"].min().date().isoformat()
            found.append(
                finding(
                    "study-before-facilities", service=service, first=first, date=facilities.date
                )
            )
    return found
