"""The files as a planner would have them: formats, columns and datums differ, flaws included."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gapmap.datum import convert_datum
from zhuhai_build.land import draw, to_degrees
from zhuhai_build.write import (
    LONGITUDE_DIGITS,
    SIMULATED,
    Row,
    write_csv,
    write_geojson,
    write_xlsx,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zhuhai_build.sites import Site

PART = 7
COST_YUAN = 30_000
# Column of the file -> attribute of the site, for what is not in every file.
EXTRA = {
    "建筑面积": "floor_area_m2",
    "级别": "level",
    "规范化": "standard",
    "达标": "standard",
    "床位": "capacity",
    "学位": "capacity",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file of facilities: name, first letter of its ids, services by the words it uses."""

    name: str
    letter: str
    words: dict[str, str]  # service -> 类别
    extra: tuple[str, ...] = ()
    datum: str = "wgs84"
    sheet: str = ""
    duplicates: int = 0
    loose_dates: int = 0  # how many dates are written as 2013年6月


FILES = (
    File("shelters.xlsx", "T", {"bus_shelter": "候车亭"}, sheet="候车亭", duplicates=4),
    File(
        "centres.xlsx",
        "C",
        {"service_centre": "村公共事务服务中心"},
        ("建筑面积",),
        sheet="服务中心",
        duplicates=1,
    ),
    File(
        "health.csv",
        "H",
        {
            "health_station": "卫生站",
            "hospital": "医院",
            "maternal_child": "妇幼保健机构",
            "occupational_disease": "职业病防治机构",
            "occupational_exam": "职业健康检查机构",
        },
        ("床位",),
        datum="gcj02",
        duplicates=2,
        loose_dates=6,
    ),
    File(
        "culture.csv",
        "W",
        {
            "cultural_station": "综合文化站",
            "cultural_room": "文化室",
            "farmhouse_library": "农家书屋",
            "sports_square": "健身广场",
            "family_culture_port": "家庭人口文化港",
            "fitness_monitoring": "国民体质监测站",
        },
        ("级别",),
        duplicates=2,
    ),
    File(
        "transport.csv",
        "J",
        {"bus_station": "客运站", "bus_service": "班车停靠点", "lng_station": "加气站"},
    ),
    File(
        "education.geojson",
        "E",
        {"school": "义务教育公办学校", "town_kindergarten": "镇中心幼儿园"},
        ("规范化", "学位"),
    ),
    File(
        "employment.csv",
        "P",
        {
            "employment_platform": "人社服务平台",
            "training_centre": "就业训练中心",
            "skill_test_site": "技能鉴定考场",
            "family_planning_station": "计生服务站所",
        },
        ("达标",),
        loose_dates=4,
    ),
    File(
        "safety.csv",
        "A",
        {"emergency_shelter": "避护场所", "pos_atm": "自助金融服务点"},
        ("级别",),
    ),
)
SWAPPED = 2  # shelters whose longitude and latitude stand in each other's column


def write_facilities(sites: Sequence[Site], folder: Path) -> None:
    """Write every file of facilities into ``folder``."""
    by_service: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        by_service[site.service].append(site)
    random = draw(PART)
    for file in FILES:
        here = [site for service in file.words for site in by_service.pop(service, [])]
        rows = [_row(file, number, site) for number, site in enumerate(here, start=1)]
        if file.name == "shelters.xlsx":
            _swap(rows, random)
        _loosen_dates(rows, file.loose_dates)
        rows = _repeat(rows, file.duplicates, random)
        _write(file, rows, folder / file.name)
    if by_service:
        message = f"no file holds {sorted(by_service)}"
        raise ValueError(message)


def _row(file: File, number: int, site: Site) -> Row:
    lon, lat = _position(site, file.datum)
    row: Row = {
        "编号": f"{file.letter}{number:04d}",
        "名称": site.name,
        "类别": file.words[site.service],
        "经度": lon,
        "纬度": lat,
        "建成日期": site.opened,
        "停用日期": site.closed,
        "状态": site.status,
        "所属编码": site.place,
    }
    row |= {column: getattr(site, EXTRA[column]) for column in file.extra}
    if site.service == "bus_shelter":
        row["造价"] = COST_YUAN
    return row | {"备注": site.remark, "data_origin": SIMULATED}


def _position(site: Site, datum: str) -> tuple[float | None, float | None]:
    if site.xy is None:
        return None, None
    lon, lat = to_degrees(site.xy)[0].tolist()
    if datum == "gcj02":
        east, north = convert_datum(
            np.array([lon]), np.array([lat]), source="wgs84", target="gcj02"
        )
        return round(float(east[0]), LONGITUDE_DIGITS), round(float(north[0]), LONGITUDE_DIGITS)
    return lon, lat


def _swap(rows: list[Row], random: np.random.Generator) -> None:
    able = [row for row in rows if row["经度"] is not None]
    for which in np.argsort(random.random(len(able)), kind="stable")[:SWAPPED].tolist():
        row = able[which]
        row["经度"], row["纬度"] = row["纬度"], row["经度"]


def _loosen_dates(rows: list[Row], count: int) -> None:
    dated = [row for row in rows if row["建成日期"] is not None]
    for row in dated[5 :: max(1, len(dated) // max(count, 1))][:count]:
        day: dt.date = row["建成日期"]
        row["建成日期"] = f"{day.year}年{day.month}月"


def _repeat(rows: list[Row], count: int, random: np.random.Generator) -> list[Row]:
    """Repeat some rows exactly, at the end of the file."""
    picked = np.argsort(random.random(len(rows)), kind="stable")[:count].tolist()
    return [*rows, *(dict(rows[which]) for which in picked)]


def _write(file: File, rows: list[Row], path: Path) -> None:
    if path.suffix == ".xlsx":
        write_xlsx(path, file.sheet, rows)
    elif path.suffix == ".geojson":
        write_geojson(path, [_feature(row) for row in rows])
    else:
        write_csv(path, rows)


def _feature(row: Row) -> tuple[Row, Any]:
    lon, lat = row.pop("经度"), row.pop("纬度")
    plain = {
        key: value.isoformat() if isinstance(value, dt.date) else value
        for key, value in row.items()
    }
    return plain, None if lon is None else {"type": "Point", "coordinates": [lon, lat]}
