"""One simulated facility, and where it may stand: beside a road, near whom it serves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import LineString

from zhuhai_build.land import draw, settle

if TYPE_CHECKING:
    from zhuhai_build.land import Land
    from zhuhai_build.roads import Roads
    from zhuhai_build.villages import Town, Village

IN_USE, PLANNED, BUILDING, CLOSED = "在用", "规划", "在建", "停用"
SIDE_M = 8.0  # a facility stands this far beside the road
FIRST_DAY = dt.date(2010, 1, 1)
DAYS = (dt.date(2014, 12, 20) - FIRST_DAY).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One facility. ``place`` is the code of the village, town or district it belongs to."""

    service: str
    name: str
    xy: np.ndarray | None
    place: str
    opened: dt.date | None = None
    closed: dt.date | None = None
    status: str = IN_USE
    floor_area_m2: int | None = None
    level: str = ""
    standard: str = ""
    capacity: int | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """All that facilities are placed upon."""

    land: Land
    towns: dict[str, Town]
    villages: list[Village]
    nets: list[Roads]  # the mainland's first, then the islands' and the cut-off pieces
    net_of: dict[str, Roads] = field(default_factory=dict)  # village code -> its roads
    need: dict[str, float] = field(default_factory=dict)  # village code -> how neglected, 0 to 1


def make_world(
    land: Land, towns: dict[str, Town], villages: list[Village], nets: list[Roads]
) -> World:
    """Join the parts; a neglected village tends to lack several services at once."""
    lots = draw(4).random(len(villages))
    return World(
        land,
        towns,
        villages,
        nets,
        {code: net for net in nets for code in net.village_node},
        {v.code: float(lot) for v, lot in zip(villages, lots, strict=True)},
    )


def any_day(random: np.random.Generator, since: dt.date = FIRST_DAY) -> dt.date:
    """Give a day between ``since`` and the last weeks of 2014."""
    days = DAYS - (since - FIRST_DAY).days
    return since + dt.timedelta(days=int(days * random.random()))


def zone(village: Village) -> str:
    """Tell which kind of place it is: island, rural, west (urban) or city."""
    if village.island:
        return "island"
    if village.rural:
        return "rural"
    return "west" if village.west else "city"


def short(village: Village) -> str:
    """Give a village's name without its office."""
    name = village.name.removesuffix("居民委员会").removesuffix("村民委员会")
    return name.removesuffix("居委会").removesuffix("委会")


def has(
    world: World, village: Village, chance: dict[str, float], random: np.random.Generator
) -> bool:
    """Decide whether a village has a service: half its lot in general, half this service's."""
    share = chance[zone(village)]
    lot = 0.5 * world.need[village.code] + 0.5 * random.random()
    # The sum of two halves is triangular; this is the lot below which ``share`` of villages lie.
    line = (share / 2) ** 0.5 if share <= 0.5 else 1 - ((1 - share) / 2) ** 0.5
    return lot < line


def beside(
    world: World, village: Village, away_m: float, random: np.random.Generator
) -> np.ndarray | None:
    """Give a point beside a road that leaves the village, ``away_m`` along it."""
    net = world.net_of.get(village.code)
    if net is None:
        return None if village.xy is None else _near(world, village.xy, random)
    node = net.village_node[village.code]
    ways = sorted(n for n in net.graph[node] if not net.graph[node][n]["bridge"])
    if not ways:
        return net.points[node]
    other = ways[int(len(ways) * random.random())]
    return along(world, net, (node, other), away_m)


def along(world: World, net: Roads, edge: tuple[int, int], away_m: float) -> np.ndarray:
    """Give the dry point beside the road from ``edge[0]`` to ``edge[1]``, ``away_m`` along it."""
    start, end = edge
    road = net.graph[start][end]
    points = road["line"] if road["start"] == start else road["line"][::-1]
    line = LineString(points)
    at = min(away_m, 0.92 * line.length)
    here, ahead = (np.array(line.interpolate(d).coords[0]) for d in (at, at + 1.0))
    step = ahead - here
    for side in (SIDE_M, -SIDE_M, 0.0):
        stands = settle(here + side * np.array([-step[1], step[0]]))[0]
        if shapely.contains_xy(world.land.dry, *stands):
            return stands
    return settle(here)[0]


def _near(world: World, xy: np.ndarray, random: np.random.Generator) -> np.ndarray | None:
    for _ in range(50):
        angle = 2 * np.pi * random.random()
        stands = settle(xy + 60 * np.array([np.cos(angle), np.sin(angle)]))[0]
        if shapely.contains_xy(world.land.dry, *stands):
            return stands
    return None  # a village outside the districts: where its facilities stand is not known


def town_place(world: World, town: Town) -> Village:
    """Give the village or community that the town's own facilities stand near."""
    known = [v for v in world.villages if v.town == town.code and v.code in world.net_of]
    if not known:
        known = [v for v in world.villages if v.code in world.net_of]
    return min(known, key=lambda v: float(np.hypot(*(v.xy - town.xy))))


def lose_positions(sites: list[Site], count: int, random: np.random.Generator) -> list[Site]:
    """Take the coordinates from some facilities; their place code is all that is left."""
    able = [n for n, site in enumerate(sites) if site.xy is not None and site.place]
    picked = {able[i] for i in np.argsort(random.random(len(able)), kind="stable")[:count].tolist()}
    return [
        replace(site, xy=None, remark="坐标待补") if n in picked else site
        for n, site in enumerate(sites)
    ]
