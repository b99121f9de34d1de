"""Bus shelters: near most villages, along the main roads, and not where a village has none."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from zhuhai_build.land import draw, to_metres
from zhuhai_build.sites import (
    CLOSED,
    PLANNED,
    Site,
    along,
    any_day,
    beside,
    has,
    lose_positions,
    short,
    zone,
)

if TYPE_CHECKING:
    from zhuhai_build.sites import World
    from zhuhai_build.villages import Village

PART = 5
LAST_OLD_DAY = dt.date(2012, 6, 30)  # what closes again was opened by then
CHANCE = {"city": 0.95, "west": 0.85, "rural": 0.70, "island": 0.25}
KEEP_OFF_M = 700.0  # no shelter of a main road this near to a village that has none
EVERY_M = 1150.0
ACROSS_THE_BORDER = (113.4480, 22.2720)  # serves from the neighbouring city


def place_shelters(world: World) -> list[Site]:
    """Place all shelters, the planned and the closed ones too."""
    random = draw(PART)
    reachable = [v for v in world.villages if v.on_mainland_roads or v.island]
    served = [v for v in reachable if has(world, v, CHANCE, random)]
    without = [v for v in world.villages if v not in served]
    sites = [site for v in served for site in _of_village(world, v, random)]
    sites += _along_main_roads(world, without, random)
    sites = [_close(site, random) for site in sites]
    sites += _planned(world, without, random)
    sites = lose_positions(sites, 9, random)
    over = to_metres(*ACROSS_THE_BORDER)[0]
    return [
        *sites,
        Site(
            service="bus_shelter",
            name="坦洲边界候车亭",
            xy=over,
            place="",
            opened=dt.date(2011, 6, 1),
            remark="位于邻市 / in the neighbouring city",
        ),
    ]


def _day(village_west: bool, random: np.random.Generator) -> dt.date:  # noqa: FBT001 - one word
    """Give an opening day: in the west four in five shelters are of the plan's years."""
    if village_west and random.random() < 0.8:
        return any_day(random, dt.date(2012, 1, 1))
    return any_day(random)


def _of_village(world: World, village: Village, random: np.random.Generator) -> list[Site]:
    more = {"city": 2.2, "west": 1.9, "rural": 1.2, "island": 0.0}[zone(village)]
    count = 1 + int(more * random.random() + 0.35)
    name = short(village)
    sites = []
    for number in range(1, count + 1):
        stands = beside(world, village, 50 + 310 * random.random(), random)
        day = _day(village.west, random)
        sites.append(
            Site(
                service="bus_shelter",
                name=f"{name}{number}号候车亭",
                xy=stands,
                place=village.code,
                opened=day,
            )
        )
    return sites


def _along_main_roads(
    world: World, without: list[Village], random: np.random.Generator
) -> list[Site]:
    net = world.nets[0]
    bare = np.array([v.xy for v in without if v.xy is not None])
    sites: list[Site] = []
    for u, v in sorted(tuple(sorted(edge)) for edge in net.graph.edges):
        road = net.graph[u][v]
        if road["highway"] not in ("primary", "secondary", "tertiary") or road["bridge"]:
            continue
        for stop in np.arange(EVERY_M * random.random(), road["length"], EVERY_M).tolist():
            stands = along(world, net, (u, v), stop)
            if np.hypot(*(bare - stands).T).min() > KEEP_OFF_M:
                west = bool(stands[0] < 441_000)
                sites.append(
                    Site(
                        service="bus_shelter",
                        name=f"干线{len(sites) + 1:03d}号候车亭",
                        xy=stands,
                        place="",
                        opened=_day(west, random),
                    )
                )
    return sites


def _close(site: Site, random: np.random.Generator) -> Site:
    """Close one shelter in a hundred; leave one opening date in a hundred and twenty unknown."""
    lot = random.random()
    if lot < 0.01 and not site.place:
        opened = min(site.opened or LAST_OLD_DAY, LAST_OLD_DAY)
        closed = dt.date(2014, 1 + int(lot * 900), 15)
        return replace(site, status=CLOSED, opened=opened, closed=closed)
    return replace(site, opened=None) if lot > 0.992 else site


def _planned(world: World, without: list[Village], random: np.random.Generator) -> list[Site]:
    able = [v for v in without if v.on_mainland_roads][:8]
    return [
        Site(
            service="bus_shelter",
            name=f"{short(v)}拟建候车亭",
            xy=beside(world, v, 120.0, random),
            place=v.code,
            status=PLANNED,
        )
        for v in able
    ]
