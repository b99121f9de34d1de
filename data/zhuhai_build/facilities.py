"""All other facilities: of villages and communities, of towns, of districts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from zhuhai_build.land import draw
from zhuhai_build.sites import (
    BUILDING,
    CLOSED,
    PLANNED,
    Site,
    any_day,
    beside,
    has,
    lose_positions,
    short,
    town_place,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from zhuhai_build.sites import World
    from zhuhai_build.villages import Town, Village

PART = 6
LAST_OLD_DAY = dt.date(2012, 6, 30)  # what closes again was opened by then
ZONES = ("city", "west", "rural", "island")


@dataclass(frozen=True, slots=True)
class OfVillages:
    """A service that villages and communities have: how many of them, by kind of place."""

    service: str
    name: str
    shares: tuple[float, float, float, float]  # in the order of ZONES
    near_m: tuple[float, float]  # along the road, from and to
    level: str = ""
    lost: int = 0  # how many have lost their coordinates


@dataclass(frozen=True, slots=True)
class OfTowns:
    """A service that towns have: which towns lack it."""

    service: str
    name: str
    lack: tuple[str, ...]
    level: str = ""
    near_m: float = 250.0
    standard: float | None = None  # share that is up to standard
    late: tuple[str, ...] = ()  # being built at the end of 2014


OF_VILLAGES = (
    OfVillages("health_station", "卫生站", (0.72, 0.62, 0.66, 0.55), (30, 260), lost=3),
    OfVillages("service_centre", "公共事务服务中心", (0.70, 0.66, 0.80, 0.60), (20, 150), lost=2),
    OfVillages("cultural_room", "文化室", (0.70, 0.62, 0.68, 0.45), (20, 200), lost=2),
    OfVillages("farmhouse_library", "农家书屋", (0.0, 0.12, 0.84, 0.6), (20, 150)),
    OfVillages("family_culture_port", "家庭人口文化港", (0.72, 0.55, 0.50, 0.3), (20, 200), "村级"),
    OfVillages("employment_platform", "人社服务平台", (0.97, 0.93, 0.90, 0.75), (20, 120)),
    OfVillages("emergency_shelter", "避护场所", (0.62, 0.55, 0.52, 0.5), (30, 300), "村级", lost=2),
    OfVillages("pos_atm", "自助金融服务点", (0.80, 0.70, 0.60, 0.25), (20, 260)),
    OfVillages("bus_service", "班车停靠点", (0.80, 0.85, 0.82, 0.0), (30, 300)),
    OfVillages("school", "小学", (0.34, 0.34, 0.24, 0.15), (60, 350)),
)
ZONE_TOWNS = (
    "南屏科技园",
    "保税区",
    "三溪科创小镇发展中心",
    "洪湾商贸物流中心",
    "联港工业区",
    "航空产业园",
)
OF_TOWNS = (
    OfTowns(
        "cultural_station", "综合文化站", (*ZONE_TOWNS, "担杆镇", "南水镇", "白藤街道", "莲洲镇")
    ),
    OfTowns("sports_square", "健身广场", (*ZONE_TOWNS, "担杆镇", "万山镇", "平沙镇", "莲洲镇")),
    OfTowns("bus_station", "客运站", (*ZONE_TOWNS, "担杆镇", "万山镇", "桂山镇", "莲洲镇")),
    OfTowns("family_planning_station", "计生服务所", ZONE_TOWNS, standard=0.9),
    OfTowns("employment_platform", "人社服务中心", (*ZONE_TOWNS, "担杆镇")),
    OfTowns("emergency_shelter", "应急避护中心", (*ZONE_TOWNS, "万山镇", "乾务镇"), "镇级"),
    OfTowns(
        "family_culture_port",
        "家庭人口文化港",
        (*ZONE_TOWNS, "担杆镇", "万山镇", "莲洲镇", "乾务镇", "白藤街道", "湾仔街道", "南水镇"),
        "镇级",
    ),
    OfTowns(
        "skill_test_site",
        "职业技能鉴定考场",
        (*ZONE_TOWNS, "担杆镇", "万山镇", "桂山镇", "莲洲镇", "横琴镇", "乾务镇"),
    ),
)
KINDERGARTENS = (
    "唐家湾镇",
    "南屏镇",
    "横琴镇",
    "斗门镇",
    "乾务镇",
    "白蕉镇",
    "井岸镇",
    "三灶镇",
    "红旗镇",
    "平沙镇",
    "莲洲镇",
    "南水镇",
)
TEACHING_POINTS = ("前山街道", "南屏镇", "井岸镇", "三灶镇", "平沙镇")
# The plan's seven districts, each by a code of the study (a district's or a town's).
UNITS = {
    "香洲区": "440402",
    "斗门区": "440403",
    "金湾区": "440404",
    "横琴新区": "440402104",
    "高新区": "440402100",
    "高栏港经济区": "440404104",
    "万山区": "440402105",
}
SEATS = {"440402": "440402006", "440403": "440403107", "440404": "440404103"}  # district -> town


@dataclass(frozen=True, slots=True)
class OfDistricts:
    """A service that the plan's seven districts have: which have it, and since when."""

    service: str
    name: str
    units: tuple[str, ...]
    opened: tuple[dt.date, dt.date]
    level: str = ""
    standard: tuple[str, ...] | None = None  # units whose facility is up to standard
    status: str = ""


ALL_UNITS = tuple(UNITS)
EARLY = (dt.date(2010, 3, 1), dt.date(2012, 11, 30))
LATER = (dt.date(2011, 1, 1), dt.date(2014, 12, 1))
OF_DISTRICTS = (
    OfDistricts("maternal_child", "妇幼保健院", ALL_UNITS[:3] + ALL_UNITS[4:6], LATER),
    OfDistricts("occupational_disease", "职业病防治所", ALL_UNITS[:3] + ALL_UNITS[5:6], LATER),
    OfDistricts("occupational_exam", "职业健康检查站", ("斗门区", "金湾区"), LATER, status=PLANNED),
    OfDistricts("family_culture_port", "家庭人口文化港", ALL_UNITS[:6], EARLY, "区级"),
    OfDistricts("family_culture_port", "家庭人口文化港", ALL_UNITS[6:], LATER, "区级"),
    OfDistricts("fitness_monitoring", "国民体质监测站", ALL_UNITS[:3], LATER),
    OfDistricts("training_centre", "就业训练中心", ALL_UNITS[:6], LATER),
    OfDistricts("skill_test_site", "职业技能鉴定考场", ALL_UNITS[:6], LATER),
    OfDistricts("emergency_shelter", "应急避护场所", ALL_UNITS[:5], LATER, "区级"),
    OfDistricts("family_planning_station", "计生服务站", ALL_UNITS, EARLY, standard=ALL_UNITS[:6]),
)
# Hospitals: name, town, opened, beds. The three of the plan's clause 3.2.3 are among them.
HOSPITALS = (
    ("市属综合医院(模拟一)", "440402006", dt.date(2010, 1, 1), 1300),
    ("市属综合医院(模拟二)", "440402002", dt.date(2010, 1, 1), 1100),
    ("市属中医院(模拟)", "440402004", dt.date(2010, 5, 1), 600),
    ("高新区人民医院(模拟)", "440402100", dt.date(2013, 9, 28), 260),
    ("斗门区综合医院(模拟)", "440403107", dt.date(2010, 1, 1), 520),
    ("三灶综合医院(模拟)", "440404100", dt.date(2011, 4, 1), 180),
    ("平沙医院(模拟)", "440404104", dt.date(2014, 6, 30), 220),
)
HOSPITAL_BUILDING = ("金湾区人民医院(模拟)", "440404103", 500)


def place_facilities(world: World) -> list[Site]:
    """Place every facility but the bus shelters."""
    random = draw(PART)
    sites: list[Site] = []
    for kind in OF_VILLAGES:
        sites += lose_positions(_of_villages(world, kind, random), kind.lost, random)
    for town_kind in OF_TOWNS:
        sites += _of_towns(world, town_kind, random)
    for district_kind in OF_DISTRICTS:
        sites += _of_districts(world, district_kind, random)
    return [*sites, *_hospitals(world, random), *_single(world, random)]


def _of_villages(world: World, kind: OfVillages, random: np.random.Generator) -> list[Site]:
    chance = dict(zip(ZONES, kind.shares, strict=True))
    sites = []
    for village in world.villages:
        if not has(world, village, chance, random):
            continue
        low, high = kind.near_m
        stands = beside(world, village, low + (high - low) * random.random(), random)
        site = Site(
            service=kind.service,
            name=f"{short(village)}{kind.name}",
            xy=stands,
            place=village.code,
            opened=any_day(random),
            level=kind.level,
        )
        sites.append(DETAILS[kind.service](site, village, random.random(), random.random()))
    return sites


def _plain(site: Site, village: Village, lot: float, other: float) -> Site:  # noqa: ARG001 - all details take the same
    return site


def _centre(site: Site, village: Village, lot: float, other: float) -> Site:
    """Give a floor area: one centre in eight below 250 m2, one in thirty unknown."""
    if other < 1 / 30:
        return replace(site, remark="面积待核")
    small = other < 1 / 30 + (0.16 if village.west else 0.09)
    area = 120 + 125 * lot if small else 252 + (260 if village.rural else 520) * lot**2
    return replace(site, floor_area_m2=round(area))


def _clinic(site: Site, village: Village, lot: float, other: float) -> Site:
    kind = "村卫生站" if village.rural else "社区卫生服务站"
    site = replace(site, name=f"{short(village)}{kind}")
    if other < 0.02:
        opened = min(site.opened or LAST_OLD_DAY, LAST_OLD_DAY)
        closed = dt.date(2013, 1 + int(11 * lot), 1)
        return replace(site, status=CLOSED, opened=opened, closed=closed)
    return replace(site, status=PLANNED, opened=None) if other > 0.97 else site


def _school(site: Site, village: Village, lot: float, other: float) -> Site:
    late = lot < (0.10 if village.west else 0.03)
    seats = 180 + int(1200 * other)
    opened = dt.date(2010, 9, 1) if other < 0.9 else site.opened
    return replace(site, standard="否" if late else "是", capacity=seats, opened=opened)


DETAILS: dict[str, Callable[[Site, Village, float, float], Site]] = {
    kind.service: _plain for kind in OF_VILLAGES
} | {"service_centre": _centre, "health_station": _clinic, "school": _school}


def _of_towns(world: World, kind: OfTowns, random: np.random.Generator) -> list[Site]:
    sites = []
    for town in world.towns.values():
        if town.name in kind.lack:
            continue
        lot = random.random()
        site = _at_town(world, town, kind.service, f"{town.name}{kind.name}", random)
        if kind.standard is not None:
            site = replace(site, standard="是" if lot < kind.standard else "否")
        sites.append(replace(site, level=kind.level))
    return sites


def _at_town(
    world: World, town: Town, service: str, name: str, random: np.random.Generator
) -> Site:
    stands = beside(world, town_place(world, town), 60 + 260 * random.random(), random)
    return Site(service=service, name=name, xy=stands, place=town.code, opened=any_day(random))


def _of_districts(world: World, kind: OfDistricts, random: np.random.Generator) -> list[Site]:
    sites = []
    for unit in kind.units:
        code = UNITS[unit]
        town = world.towns[SEATS.get(code, code)]
        first, last = kind.opened
        day = first + dt.timedelta(days=int((last - first).days * random.random()))
        site = _at_town(world, town, kind.service, f"{unit}{kind.name}", random)
        site = replace(site, place=code, opened=day, level=kind.level)
        if kind.status:
            site = replace(site, status=kind.status, opened=None)
        if kind.standard is not None:
            site = replace(site, standard="是" if unit in kind.standard else "否")
        sites.append(site)
    return sites


def _hospitals(world: World, random: np.random.Generator) -> list[Site]:
    sites = []
    for name, code, day, beds in HOSPITALS:
        site = _at_town(world, world.towns[code], "hospital", name, random)
        sites.append(replace(site, opened=day, capacity=beds))
    name, code, beds = HOSPITAL_BUILDING
    site = _at_town(world, world.towns[code], "hospital", name, random)
    return [*sites, replace(site, opened=None, status=BUILDING, capacity=beds)]


def _single(world: World, random: np.random.Generator) -> list[Site]:
    """Place kindergartens, teaching points, gas stations and the city's own shelter."""
    by_name = {town.name: town for town in world.towns.values()}
    sites = []
    for number, name in enumerate(KINDERGARTENS):
        site = _at_town(world, by_name[name], "town_kindergarten", f"{name}中心幼儿园", random)
        day = dt.date(2010 + number % 3, 9, 1) if number < 10 else dt.date(2013, 9, 1)
        sites.append(replace(site, opened=day, capacity=270))
    for name in TEACHING_POINTS:
        site = _at_town(world, by_name[name], "training_centre", f"{name}就业训练教学点", random)
        sites.append(site)
    for name, day in (("平沙镇", dt.date(2012, 11, 20)), ("三灶镇", dt.date(2013, 3, 18))):
        site = _at_town(world, by_name[name], "lng_station", f"{name}加气站", random)
        sites.append(replace(site, opened=day))
    site = _at_town(world, by_name["香湾街道"], "emergency_shelter", "市应急避护中心", random)
    return [*sites, replace(site, place="440402", level="市级", opened=dt.date(2012, 5, 12))]
