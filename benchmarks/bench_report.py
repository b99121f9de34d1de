"""The report of many villages: its size, how long it takes to write and until it is shown."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from benchmarks.measuring import peak
from gapmap.about import About
from gapmap.access import STATUSES, Service, measure_access
from gapmap.assessment import assess
from gapmap.facilities import Facilities
from gapmap.places import Places
from gapmap.region import Region
from gapmap.report import build_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.measuring import Row
    from gapmap.access import Access
    from gapmap.assessment import Assessment

__all__ = ["CRS", "FLAGS", "facilities_at_spots", "report_page", "villages"]

CRS: Final = pyproj.CRS("EPSG:4547")
CORNER: Final = (400_000.0, 2_460_000.0)
VILLAGE_M: Final = 1_500.0
"""Side of a village if they were squares."""
EDGE_M: Final = 60.0
"""Between two corners of a border: some 95 a village."""
DISTRICTS: Final = 4
"""Along each side."""
SERVICES: Final = (
    ("clinic", "卫生站", 1_500.0, 3),
    ("school", "小学", 3_000.0, 8),
    ("bus_shelter", "公交候车亭", 800.0, 2),
)
"""Id, name, limit, and one of how many villages has a facility."""
REPEATS: Final = 3
OPENINGS: Final = 5
LARGE: Final = 1_000
HALF_A_METRE: Final = 0.501
PAINTED: Final = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
FLAGS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")


def report_page(*, quick: bool) -> Iterator[Row]:
    """Give the rows: 350 villages and, unless it has to be quick, 20,000 polygons."""
    for count in (350,) if quick else (350, 20_000):
        yield _row(count)


def _row(count: int) -> Row:
    assessment = villages(count)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        _write(assessment, page)  # what is loaded once is loaded now
        took = []
        for _ in range(REPEATS):
            start, cpu = time.perf_counter(), time.process_time()
            _write(assessment, page)
            took.append((time.perf_counter() - start, time.process_time() - cpu))
        seconds, cpu_seconds = (statistics.median(times) for times in zip(*took, strict=True))
        used = peak(villages, _written, count)
        return {
            "work": "report_20k" if count > LARGE else "report_350",
            "size": f"{count:,} villages with polygons, {len(SERVICES)} services",
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "peak_mb": used.whole_mb,
            "peers": {},
            "floor": None,
            "same_answer": _same(assessment, page),
            "rounds": {"report": REPEATS},
            "file_mb": page.stat().st_size / 1e6,
            "first_paint_seconds": _first_paint(page),
        }


def _write(assessment: Assessment, page: Path) -> None:
    count = len(assessment.access.places.table)
    about = About(name=f"{count:,} villages", simulated=("villages",))
    build_report(assessment, about=about).save(page)


def _written(assessment: Assessment) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _write(assessment, Path(folder, "report.html"))


def _same(assessment: Assessment, page: Path) -> bool:
    """Say whether the page holds each place's status, and its distance to the metre."""
    found = re.search(r'id="data">([^<]*)<', page.read_text("utf8"))
    told = json.loads(gzip.decompress(base64.b64decode(found[1])))["map"] if found else {}
    for service, block in assessment.access.table.groupby("service"):
        held = told["services"][service]
        if [STATUSES[code] for code in held["status"]] != list(block["status"]):
            return False
        far = np.array(held["distance_m"], dtype=float) - block["distance_m"].to_numpy(dtype=float)
        if not np.abs(far).max() <= HALF_A_METRE:
            return False
    return True


def _first_paint(page: Path) -> float | None:
    """Open the page in a fresh Chromium, five times; the median. None without one."""
    named = shutil.which("chromium")
    if named is None:
        return None
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is

    took = []
    with sync_playwright() as driver:
        for _ in range(OPENINGS):
            browser = driver.chromium.launch(executable_path=named, args=list(FLAGS))
            tab = browser.new_page(viewport={"width": 1366, "height": 768})
            tab.goto("about:blank")
            start = time.perf_counter()
            tab.goto(page.as_uri())
            tab.wait_for_selector("html[data-ready=yes]")
            tab.evaluate(PAINTED)
            took.append(time.perf_counter() - start)
            browser.close()
    return statistics.median(took)


def villages(count: int, seed: int = 1) -> Assessment:
    """Assess a made-up land: villages that share wiggly borders, districts, facilities."""
    draws = np.random.default_rng(seed)
    side = VILLAGE_M * np.sqrt(count)
    shapes = _shapes(draws, count, side)
    return assess(_access(draws, shapes, side), None)


def _shapes(draws: np.random.Generator, count: int, side: float) -> np.ndarray:
    """Cut a square into Voronoi cells and bend it, the same way wherever cells meet."""
    spots = np.array(CORNER) + draws.uniform(0, side, (count, 2))
    box = shapely.box(*CORNER, CORNER[0] + side, CORNER[1] + side)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=box))
    cells = shapely.intersection(cells, box)
    waves = draws.uniform(0, 2 * np.pi, (8, 2))
    lengths = VILLAGE_M * draws.uniform(0.15, 0.8, 8)

    def bend(xy: np.ndarray) -> np.ndarray:
        xy = np.round(xy, 3)  # neighbours divide their border from different ends
        turns = 2 * np.pi * (xy[:, None, :] / lengths[None, :, None])
        shift = (np.sin(turns[:, :, ::-1] + waves[None]) * lengths[None, :, None] * 0.01).sum(
            axis=1
        )
        return np.round(xy + shift, 3)

    return shapely.transform(shapely.segmentize(cells, EDGE_M), bend)


def _access(draws: np.random.Generator, shapes: np.ndarray, side: float) -> Access:
    centres = shapely.point_on_surface(shapes)
    xy = shapely.get_coordinates(centres)
    cut = np.clip(((xy - CORNER) / side * DISTRICTS).astype(int), 0, DISTRICTS - 1)
    number = cut[:, 0] * DISTRICTS + cut[:, 1]
    names = [f"{letter}区" for letter in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"]
    ids = [f"d{at:02d}" for at in range(len(names))]
    outlines = [shapely.coverage_union_all(shapes[number == at]) for at in range(len(names))]
    districts = gpd.GeoDataFrame(
        {"district_id": ids, "district": names}, geometry=outlines, crs=CRS
    )
    towns = gpd.GeoDataFrame(
        {"town_id": ids, "town": [f"{one}城关镇" for one in names], "district_id": ids,
         "plan_district": names}, geometry=gpd.GeoSeries([None] * len(ids), crs=CRS)
    )  # fmt: skip
    region = Region(districts=districts, towns=towns, groups={"west": tuple(ids[:4])}, crs=CRS)
    count = len(shapes)
    table = gpd.GeoDataFrame(
        {
            "place_id": [f"44{at:010d}" for at in range(count)],
            "place": [f"{_name(at)}村" for at in range(count)],
            "town_id": [ids[at] for at in number],
            "town": [f"{names[at]}城关镇" for at in number],
            "district_id": [ids[at] for at in number],
            "district": [names[at] for at in number],
            "plan_district": [names[at] for at in number],
            "setting": draws.choice(["rural", "urban"], count),
            "people": np.round(draws.lognormal(6.8, 0.8, count)),
            "island": pd.array([False] * count, dtype="boolean"),
            "position": "ok",
            "file": "villages.gpkg",
            "row": np.arange(count) + 2,
        },
        geometry=gpd.GeoSeries(centres, crs=CRS),
    )
    places = Places(table=table, region=region, polygons=gpd.GeoSeries(shapes, crs=CRS))
    services = tuple(
        Service(
            id=one, name={"zh": name, "en": one.replace("_", " ")}, mode="straight", limit=limit
        )
        for one, name, limit, _ in SERVICES
    )
    return measure_access(places, _facilities(draws, places), None, services)


def _name(number: int) -> str:
    letters = "东南西北上下新老大小石沙水山白红龙虎平安福寿和顺"
    return "".join(letters[number // len(letters) ** at % len(letters)] for at in range(3))


def _facilities(draws: np.random.Generator, places: Places) -> Facilities:
    rows = []
    for service, name, _, every in SERVICES:
        chosen = np.flatnonzero(draws.integers(0, every, len(places.table)) == 0)
        for at in chosen:
            spot = places.table.geometry.iloc[at]
            rows.append((f"{service}{at}", f"{places.table['place'].iloc[at]}{name}", service,
                         spot.x + draws.normal(0, 200), spot.y + draws.normal(0, 200)))  # fmt: skip
    return facilities_at_spots(
        pd.DataFrame(rows, columns=["facility_id", "facility", "service", "x", "y"])
    )


def facilities_at_spots(listed: pd.DataFrame) -> Facilities:
    """Make facilities of ``facility_id``, ``facility``, ``service``, ``x`` and ``y``, metres."""
    table = gpd.GeoDataFrame(
        listed[["facility_id", "facility", "service"]].assign(
            opened=pd.NaT, closed=pd.NaT, status="", in_use="yes", floor_area_m2=np.nan,
            capacity=np.nan, level="", qualifies="yes", failed="", counts="yes", place_id="",
            town_id="", district_id="", plan_district="", place_basis="", belongs="",
            position="ok", file="facilities.csv",
            row=pd.array(np.arange(len(listed)) + 2, dtype="Int64"),
        ),
        geometry=gpd.points_from_xy(listed["x"], listed["y"], crs=CRS),
    )  # fmt: skip
    for column in ("opened", "closed"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[s]")
    return Facilities(
        table=table, date=dt.date(2014, 12, 31), services=tuple(s[0] for s in SERVICES)
    )
