"""Write the study ``data/hills``: an invented county with hills, a river, and rasters of all kinds.

    python data/build_hills.py

Everything is simulated, drawn from one seed: it shows how travel over land and people on a grid
are used, and says nothing of any place on earth. The same seed writes the same bytes.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import affine
import numpy as np
import pyproj
import rasterio
import shapely
from scipy.ndimage import gaussian_filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HERE = Path(__file__).parent / "hills"
METRIC = "EPSG:4547"
LEFT, BOTTOM, WIDE, TALL = 510_000.0, 2_700_000.0, 24_000.0, 18_000.0
CELL, HEIGHT_CELL, PEOPLE_CELL = 60.0, 80.0, 250.0
SEED = 20141231
FARM, FOREST, TOWN, GRASS, WATER = 1, 2, 3, 4, 5
SPEEDS = (
    (FARM, "耕地", 4.0),
    (FOREST, "林地", 2.5),
    (TOWN, "建设用地", 5.0),
    (GRASS, "草地", 3.5),
    (WATER, "水域", 0.0),
)
BRIDGES_Y = (3_500.0, 12_200.0)
FERRY_Y = 16_300.0
_DEGREES = pyproj.Transformer.from_crs(METRIC, "EPSG:4326", always_xy=True)


def river_x(y: Floats) -> Floats:
    """Give where the middle of the river lies, metres from the left, at a height from below."""
    return 10_500 + 1_500 * np.sin(y / 2_900) + 500 * np.sin(y / 1_100 + 1)


def hills(x: Floats, y: Floats) -> Floats:
    """Give the height in metres at metres from the lower left corner."""
    tops = (
        *((3_500, 13_500, 620, 2_300), (5_800, 9_400, 380, 1_700), (2_500, 5_500, 260, 2_000)),
        *((17_500, 14_500, 780, 2_600), (20_500, 9_500, 560, 2_100), (15_500, 10_500, 240, 1_500)),
    )
    rise = sum(
        top * np.exp(-((x - at) ** 2 + (y - up) ** 2) / (2 * r**2)) for at, up, top, r in tops
    )
    ripple = 14 * np.sin(x / 430) * np.cos(y / 510)
    dip = 12 * np.exp(-((x - river_x(y)) ** 2) / (2 * 500.0**2))
    return np.asarray(25 + rise + ripple * np.clip(rise / 200, 0, 1) - dip)


def middles(size: float) -> tuple[Floats, Floats]:
    """Give x and y of the cells' middles, metres from the lower left corner, first row on top."""
    columns, rows = int(WIDE / size), int(TALL / size)
    x = (np.arange(columns) + 0.5) * size
    y = TALL - (np.arange(rows) + 0.5) * size
    along, up = np.meshgrid(x, y)
    return along, up


def land_cover(draw: np.random.Generator, villages: Floats) -> NDArray[np.uint8]:
    """Give the class of every cell."""
    x, y = middles(CELL)
    height = hills(x, y)
    noise = gaussian_filter(draw.normal(size=x.shape), 6) * 40
    cover = np.full(x.shape, FARM, dtype=np.uint8)
    cover[height + 60 * noise > 140] = FOREST
    cover[(height > 520) & (noise > 0)] = GRASS
    for at, up in villages:
        cover[np.hypot(x - at, y - up) < 260] = TOWN
    cover[np.hypot(x - 12_800, y - 4_600) < 1_500] = TOWN
    cover[np.abs(x - river_x(y)) < 45 + 60 * (y < 9_000)] = WATER
    return cover


def people(draw: np.random.Generator, villages: Floats, counts: Floats) -> NDArray[np.float32]:
    """Give people per cell: two thirds near their village, the others in hamlets further off."""
    x, y = middles(PEOPLE_CELL)
    grid = np.zeros(x.shape)
    for (at, up), count in zip(villages, counts, strict=True):
        homes = max(12, int(count / 40))
        far = draw.random(homes) < 1 / 3
        reach = np.where(far, 1_100.0, 220.0)
        spot = draw.normal(size=(homes, 2)) * reach[:, None] + (at, up)
        rows = np.clip(((TALL - spot[:, 1]) / PEOPLE_CELL).astype(int), 0, x.shape[0] - 1)
        columns = np.clip((spot[:, 0] / PEOPLE_CELL).astype(int), 0, x.shape[1] - 1)
        np.add.at(grid, (rows, columns), 1.06 * count / homes)
    wet = np.abs(x - river_x(y)) < 120
    grid[wet] = 0
    return grid.astype(np.float32)


def village_sites(draw: np.random.Generator, count: int) -> Floats:
    """Give where villages stand: apart from each other, lower rather than higher, on dry land."""
    sites = [(12_800.0, 4_600.0)]
    while len(sites) < count:
        at, up = draw.uniform((700, 700), (WIDE - 700, TALL - 700))
        height = hills(np.array(at), np.array(up))
        near = min(np.hypot(at - a, up - b) for a, b in sites)
        dry = abs(at - river_x(np.array(up))) > 400
        if dry and near > 1_250 and draw.random() < np.exp(-height / 260):
            sites.append((float(at), float(up)))
    return np.array(sites)


def roads(villages: Floats) -> list[tuple[str, str, Floats]]:
    """Give class, whether it is a bridge, and points of every road, metres from the corner."""
    found: list[tuple[str, str, Floats]] = []
    for number, y in enumerate(BRIDGES_Y):
        along = np.arange(400, WIDE - 300, 400.0)
        bend = 260 * np.sin(along / 2_300 + number)
        middle = float(river_x(np.array(y)))
        kind = "secondary" if number else "primary"
        line = np.column_stack((along, y + bend * np.clip(np.abs(along - middle) / 1_500, 0, 1)))
        west, east = line[line[:, 0] < middle - 300], line[line[:, 0] > middle + 300]
        bridge = np.array([west[-1], east[0]])
        found += [(kind, "", west), (kind, "yes", bridge), (kind, "", east)]
    trunks = [line for _, bridge, line in found if not bridge]
    for side in (-1.0, 1.0):  # along the river, on both banks
        up = np.arange(800, TALL - 800, 400.0)
        found.append(("tertiary", "", np.column_stack((river_x(up) + side * 480, up))))
    for at, up in villages[1::2]:  # every other village has a road
        target = min(
            (line[np.argmin(np.hypot(*(line - (at, up)).T))] for line in trunks),
            key=lambda spot: float(np.hypot(spot[0] - at, spot[1] - up)),
        )
        middle = (np.array([at, up]) + target) / 2 + (180, -140)
        same_bank = (at - river_x(np.array(up))) * (target[0] - river_x(np.array(target[1]))) > 0
        clear = abs(middle[0] - river_x(np.array(middle[1]))) > 500
        if same_bank and clear:
            found.append(("unclassified", "", np.array([[at, up], middle, target])))
    return list(joined(found))


def joined(lines: Sequence[tuple[str, str, Floats]]) -> Iterable[tuple[str, str, Floats]]:
    """Cut roads where they meet or cross, so that they share a node there."""
    pieces = shapely.get_parts(shapely.node(shapely.MultiLineString([line for *_, line in lines])))
    for kind, bridge, line in lines:
        own = shapely.LineString(line).buffer(1)
        for piece in pieces[shapely.covers(own, pieces)]:
            yield kind, bridge, shapely.get_coordinates(piece)


def degrees(xy: Floats) -> list[list[float]]:
    """Give longitude and latitude of metres from the lower left corner."""
    lon, lat = _DEGREES.transform(LEFT + xy[:, 0], BOTTOM + xy[:, 1])
    return np.column_stack((lon, lat)).round(6).tolist()


def write_geojson(name: str, rows: Iterable[tuple[dict[str, str], dict[str, object]]]) -> None:
    """Write features with their properties and geometry."""
    features = [{"type": "Feature", "properties": told, "geometry": shape} for told, shape in rows]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (HERE / name).write_text(text + "\n", encoding="utf-8")


def write_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as Excel opens it."""
    with (HERE / name).open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])


def write_raster(name: str, values: NDArray[np.generic], size: float, nodata: float) -> None:
    """Write a GeoTIFF in the metric CRS."""
    with rasterio.open(
        HERE / name,
        "w",
        driver="GTiff",
        height=values.shape[0],
        width=values.shape[1],
        count=1,
        dtype=values.dtype,
        crs=METRIC,
        transform=affine.Affine(size, 0, LEFT, 0, -size, BOTTOM + TALL),
        nodata=nodata,
        compress="deflate",
        predictor=1 if values.dtype.kind == "f" else 2,
        tiled=True,
    ) as target:
        target.write(values, 1)


def districts() -> Iterable[tuple[dict[str, str], dict[str, object]]]:
    """Give three districts: west of the river, its east bank, the hills in the north-east."""
    y = np.arange(0, TALL + 1, 300.0)
    river = np.column_stack((river_x(y), y))
    north = 7_800.0
    east = river[river[:, 1] <= north]
    parts = {
        ("990001", "河西镇"): [(0, 0), *river.tolist(), (0, TALL)],
        ("990002", "河东镇"): [*east.tolist(), (WIDE, north), (WIDE, 0)],
        ("990003", "北山镇"): [*river[river[:, 1] >= north].tolist(), (WIDE, TALL), (WIDE, north)],
    }
    for (code, name), ring in parts.items():
        closed = np.array([*ring, ring[0]], dtype=float)
        polygon = shapely.orient_polygons(shapely.Polygon(closed))
        shape = {"type": "Polygon", "coordinates": [degrees(shapely.get_coordinates(polygon))]}
        yield {"code": code, "name": name}, shape


def main() -> None:
    """Write every file of the study."""
    draw = np.random.default_rng(SEED)
    villages = village_sites(draw, 64)
    counts = np.round(np.exp(draw.normal(6.4, 0.55, len(villages))))
    counts[0] = 14_000
    write_raster("land_cover.tif", land_cover(draw, villages), CELL, 0)
    heights = hills(*middles(HEIGHT_CELL)).round().astype(np.int16)
    write_raster("dem.tif", heights, HEIGHT_CELL, -32768)
    write_raster("people.tif", people(draw, villages, counts), PEOPLE_CELL, -1)
    write_geojson("districts.geojson", districts())
    lines = [
        (
            {"highway": kind, "bridge": bridge},
            {"type": "LineString", "coordinates": degrees(line)},
        )
        for kind, bridge, line in roads(villages)
    ]
    write_geojson("roads.geojson", lines)
    write_csv("speeds.csv", ("class", "name", "kmh"), SPEEDS)
    lonlat = degrees(villages)
    write_csv(
        "villages.csv",
        ("编码", "名称", "经度", "纬度", "人口", "类别"),
        [
            (f"99{n:04d}", f"模拟村{n:02d}" if n else "模拟县城", *spot, int(count), kind)
            for n, (spot, count) in enumerate(zip(lonlat, counts, strict=True))
            for kind in ["居委会" if n == 0 else "村委会"]
        ],
    )
    chosen = [0, *draw.choice(np.arange(1, len(villages)), 11, replace=False).tolist()]
    posts = villages[chosen] + draw.uniform(-150, 150, (len(chosen), 2))
    beds = draw.integers(2, 9, len(chosen))
    rows = [
        (f"W{n:02d}", f"模拟卫生站{n:02d}", "卫生站", *spot, int(bed))
        for n, (spot, bed) in enumerate(zip(degrees(posts), beds, strict=True), 1)
    ]
    wards = villages[[0, chosen[5]]] + (220, 160)
    rows += [
        (f"Y{n}", f"模拟医院{n}", "医院", *spot, 80) for n, spot in enumerate(degrees(wards), 1)
    ]
    write_csv("facilities.csv", ("编号", "名称", "类别", "经度", "纬度", "床位"), rows)
    banks = river_x(np.array(FERRY_Y)) + np.array([-420.0, 420.0])
    quays = degrees(np.column_stack((banks, [FERRY_Y, FERRY_Y])))
    head = ("name", "from_x", "from_y", "to_x", "to_y", "minutes", "headway_minutes")
    write_csv("ferries.csv", head, [("模拟渡口", *quays[0], *quays[1], 6, 20)])


if __name__ == "__main__":
    main()
