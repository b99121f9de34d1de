"""Where the villages and communities stand and who lives there: simulated, never in the water."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon

from zhuhai_build.land import draw, settle, to_degrees, to_metres
from zhuhai_build.write import SIMULATED, Row

if TYPE_CHECKING:
    from pathlib import Path

    from zhuhai_build.land import Land

PART = 1
SHORE_M = 150.0  # nobody lives nearer to a bank
# Island villages: a point of the island that they stand on.
ISLANDS = {
    "440402105200": (113.8248, 22.1405),  # 桂海, 桂山岛
    "440402105201": (113.8248, 22.1405),  # 桂山, 桂山岛
    "440402106200": (113.7288, 21.9415),  # 万山, 大万山岛
    "440402106201": (113.7009, 22.0217),  # 东澳, 东澳岛
    "440402107200": (114.0363, 22.1013),  # 伶仃, 外伶仃岛
    "440402107201": (114.1958, 22.0022),  # 新村, 二洲岛
    "440402107202": (114.2770, 22.0435),  # 担杆, 担杆岛
    "440404101205": (113.1446, 21.8567),  # 荷包, 荷包岛
}
NO_POSITION = (
    "440402003016",  # 造贝
    "440402102012",  # 永济
    "440403100218",  # 东滘
    "440403106230",  # 盖山
    "440404103202",  # 广发
)
OUTSIDE = {  # as if someone had typed a wrong digit: both lie in the neighbouring city
    "440402009009": (113.462, 22.300),  # 界涌
    "440403106227": (113.402, 22.322),  # 办冲
}
NO_ROAD = ("440403100232", "440403105209", "440404101207")  # 东湾, 荔山, 高栏
CUT_OFF = ("440403106231", "440404104014")  # 鳘鱼沙, 连湾: roads of their own, joined to nothing
REMOTE_M = 2300.0  # how far a remote village keeps from every other


@dataclass(frozen=True, slots=True)
class Village:
    """One village or community: the real part, and what is simulated."""

    code: str
    name: str
    kind: str  # 村委会 | 居委会 | 其他
    town: str
    district: str
    xy: np.ndarray | None  # metres; None where the study has no position
    resident: int
    registered: int
    elderly: int

    @property
    def island(self) -> bool:
        """Whether it stands on a sea island."""
        return self.code in ISLANDS

    @property
    def west(self) -> bool:
        """Whether it lies in the western area of the plan."""
        return self.district in ("440403", "440404")

    @property
    def rural(self) -> bool:
        """Whether its name says village."""
        return self.kind == "村委会"

    @property
    def on_mainland_roads(self) -> bool:
        """Whether the mainland's roads reach it."""
        off = (*NO_ROAD, *CUT_OFF, *OUTSIDE)
        return self.xy is not None and not self.island and self.code not in off


@dataclass(frozen=True, slots=True)
class Town:
    """One town: its point is GeoNames' or set by hand."""

    code: str
    name: str
    district: str
    unit: str
    xy: np.ndarray

    @property
    def street(self) -> bool:
        """Whether it is a street of the inner city."""
        return self.name.endswith("街道") and self.district == "440402"


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV that this project wrote."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def read_towns(path: Path) -> dict[str, Town]:
    """Read the towns by code."""
    return {
        row["code"]: Town(
            row["code"],
            row["name"],
            row["adcode"],
            row["unit"],
            to_metres(float(row["lon"]), float(row["lat"]))[0],
        )
        for row in read_rows(path)
    }


def settle_villages(places: Path, towns: dict[str, Town], land: Land) -> list[Village]:
    """Give every place a position and people; the remote ones first, so that they stay remote."""
    rows = read_rows(places)
    random = draw(PART)
    taken = np.empty((0, 3))  # x, y, and how far others keep away
    at: dict[str, np.ndarray] = {}
    special = (*NO_ROAD, *CUT_OFF, *ISLANDS)
    ordered = sorted(rows, key=lambda row: (row["code"] not in special, row["code"]))
    for row in ordered:
        code = row["code"]
        if code in OUTSIDE:
            at[code] = to_metres(*OUTSIDE[code])[0]
            continue
        at[code] = _stand(row, towns, land, taken, random)
        keep = REMOTE_M if code in (*NO_ROAD, *CUT_OFF) else 0.0
        taken = np.vstack([taken, [*at[code], keep]])
    return [_with_people(row, at[row["code"]], random) for row in rows]


def _stand(
    row: dict[str, str],
    towns: dict[str, Town],
    land: Land,
    taken: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    code, town = row["code"], towns[row["town"]]
    if code in ISLANDS:
        return _on_island(_island_of(code, land), taken, random)
    ground = land.mainland.intersection(land.districts[row["adcode"]]).buffer(-SHORE_M, 4)
    shapely.prepare(ground)
    remote = code in (*NO_ROAD, *CUT_OFF)
    reach, apart = _spread(row["class"], town, remote=remote)
    rivals = np.array([t.xy for t in towns.values() if t.district == town.district])
    for attempt in range(20_000):
        ease = 1 + attempt / 4000  # the longer it takes, the less is asked
        angle, away = 2 * np.pi * random.random(), random.random()
        distance = reach * ease * (0.5 + 0.5 * away if remote else away**0.6)
        xy = settle(town.xy + distance * np.array([np.cos(angle), np.sin(angle)]))[0]
        keep = np.maximum(apart / ease, taken[:, 2])
        nearest_town = np.hypot(*(rivals - xy).T).min()
        if (
            shapely.contains_xy(ground, *xy)
            and bool((np.hypot(*(taken[:, :2] - xy).T) >= keep).all())
            and np.hypot(*(town.xy - xy)) <= nearest_town * 1.25 + 200
        ):
            return xy
    message = f"no room for {row['name']}"
    raise ValueError(message)


def _spread(kind: str, town: Town, *, remote: bool) -> tuple[float, float]:
    """Give how far from its town a place may stand, and how far apart places keep, in metres."""
    if remote:
        return 8000.0, REMOTE_M
    if kind == "村委会":
        return 7500.0, 620.0
    if town.street:
        return 1900.0, 260.0
    return 3400.0, 340.0


def _island_of(code: str, land: Land) -> Polygon:
    on = Point(*to_metres(*ISLANDS[code])[0])
    return next(island for island in land.islands if island.contains(on))


def _on_island(island: Polygon, taken: np.ndarray, random: np.random.Generator) -> np.ndarray:
    ground = island.buffer(-SHORE_M, 4)
    if isinstance(ground, MultiPolygon):
        ground = max(ground.geoms, key=lambda part: part.area)
    west, south, east, north = ground.bounds
    while True:
        guess = [west + (east - west) * random.random(), south + (north - south) * random.random()]
        xy = settle(np.array(guess))[0]
        apart = len(taken) == 0 or float(np.hypot(*(taken[:, :2] - xy).T).min()) > 500
        if apart and shapely.contains_xy(ground, *xy):
            return xy


def _with_people(row: dict[str, str], xy: np.ndarray, random: np.random.Generator) -> Village:
    kind, code = row["class"], row["code"]
    typical = {"村委会": 1900.0, "居委会": 5200.0, "其他": 2600.0}[kind]
    if code in ISLANDS:
        typical = 420.0
    elif kind == "居委会" and row["adcode"] != "440402":
        typical = 4100.0
    # The sum of four uniform numbers is near enough to a bell curve, and the same everywhere.
    bell = float(random.random(4).sum()) - 2.0
    resident = round(typical * float(np.exp(0.75 * bell)))
    share = 0.35 + 0.5 * random.random() if kind != "村委会" else 0.78 + 0.4 * random.random()
    registered = round(resident * share)
    old = (0.07 + 0.06 * random.random()) + (0.05 if kind == "村委会" else 0.0)
    return Village(
        code,
        row["name"],
        kind,
        row["town"],
        row["adcode"],
        None if code in NO_POSITION else xy,
        resident,
        registered,
        round(resident * old),
    )


def _safe_for_buses(village: Village) -> str:
    if not village.rural:
        return ""
    return "否" if village.island or village.code in (*NO_ROAD, *CUT_OFF) else "是"


def village_rows(villages: list[Village]) -> list[Row]:
    """Give the rows of ``villages.csv``."""
    rows: list[Row] = []
    for village in villages:
        lon, lat = (None, None) if village.xy is None else to_degrees(village.xy)[0].tolist()
        rows.append(
            {
                "code": village.code,
                "name": village.name,
                "class": village.kind,
                "town": village.town,
                "adcode": village.district,
                "lon": lon,
                "lat": lat,
                "resident": village.resident,
                "户籍人口": village.registered,
                "老年人": village.elderly,
                "island": "是" if village.island else "否",
                # 符合安全通车条件, clause 2.4.4 of the plan; it asks about villages only
                "safe_for_buses": _safe_for_buses(village),
                "data_origin": SIMULATED,
            }
        )
    return rows
