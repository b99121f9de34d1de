"""A small made-up city for the tests of the report and the maps.

Two districts side by side, three towns, twelve places (one without a position, one outside),
two services, every status, names that try to be markup, templates and scripts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from gapmap.about import About, InputFile
from gapmap.access import Access, Service, measure_access
from gapmap.assessment import Assessment, assess
from gapmap.facilities import Facilities
from gapmap.findings import finding
from gapmap.places import Places
from gapmap.region import Region
from gapmap.siting import Proposal

CRS = pyproj.CRS("EPSG:4547")  # CGCS2000, 3-degree zone at 114 degrees east
X0, Y0 = 440_000.0, 2_450_000.0

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "{{7*7}}",
    "${alert(1)}",
    "</script><script>alert(1)</script>",
    "line\u2028separator",
    "{% for x in y %}",
    "<!-- open",
)
HOSTILE_TOWN = "<script>alert(2)</script>"
NAMES = (*HOSTILE, "三灶村", "南水村", "平沙村", "白蕉村", "桂山岛村")
# east of the corner, north of it, people, setting; metres
SPOTS = (
    (1_000, 1_000, 800, "urban"),
    (1_300, 1_000, 1_200, "urban"),
    (2_000, 3_000, 450, "rural"),
    (3_500, 4_500, 300, "rural"),
    (4_600, 800, 2_000, "urban"),
    (6_000, 1_000, 640, "urban"),
    (6_400, 1_000, 700, "rural"),
    (8_000, 4_000, 260, "rural"),
    (9_000, 2_000, None, "rural"),
    (7_500, 500, 310, "unknown"),
    (None, None, 520, "rural"),
    (12_500, 3_000, 90, "rural"),
)
DISTRICTS = ("440402", "香洲区"), ("440403", "斗门区")
SERVICES = (
    Service(
        id="bus_shelter",
        name={"zh": "公交候车亭", "en": "bus shelter"},
        mode="straight",
        limit=500.0,
        source="GB 50220-95",
        basis="standard",
    ),
    Service(
        id="service_centre",
        name={"zh": "村公共事务服务中心", "en": "<b>service centre</b>"},
        mode="straight",
        limit=1000.0,
        source="assumption",
        basis="assumption",
    ),
)
ABOUT = About(
    name="玩具市 <i>2014</i> {{7*7}}",
    date=dt.date(2014, 12, 31),
    plan="玩具规划 2012–2014",
    language="zh",
    simulated=("places.csv", "facilities.xlsx"),
    crs="EPSG:4547",
    version="0.1.0",
    inputs=(
        InputFile(
            name="places.csv", role="places", size_bytes=1234, sha256="ab" * 32, simulated=True
        ),
        InputFile(name="districts.geojson", role="districts", size_bytes=99_000, sha256="cd" * 32),
    ),
)


def region() -> Region:
    squares = [
        shapely.box(X0, Y0, X0 + 5_000, Y0 + 5_000),
        shapely.box(X0 + 5_000, Y0, X0 + 10_000, Y0 + 5_000),
    ]
    districts = gpd.GeoDataFrame(
        {
            "district_id": [one for one, _ in DISTRICTS],
            "district": [name for _, name in DISTRICTS],
        },
        geometry=squares,
        crs=CRS,
    )
    towns = gpd.GeoDataFrame(
        {
            "town_id": ["t1", "t2", "t3"],
            "town": ["城南街道", HOSTILE_TOWN, "西边镇"],
            "district_id": ["440402", "440402", "440403"],
            "plan_district": ["香洲区", "香洲区", "斗门区"],
        },
        geometry=[None, None, None],
        crs=CRS,
    )
    return Region(districts=districts, towns=towns, groups={"west": ("440403",)}, crs=CRS)


def places() -> Places:
    rows = []
    towns = {"t1": "城南街道", "t2": HOSTILE_TOWN, "t3": "西边镇"}
    for number, (name, (east, north, people, setting)) in enumerate(zip(NAMES, SPOTS, strict=True)):
        inside = east is not None and east <= 10_000
        west = east is not None and east > 5_000
        town = "t3" if west else ("t1" if number < 2 else "t2")
        rows.append(
            {
                "place_id": f"p{number:02}",
                "place": name,
                "town_id": town,
                "town": towns[town],
                "district_id": "440403" if west else "440402",
                "district": "斗门区" if west else "香洲区",
                "plan_district": "斗门区" if west else "香洲区",
                "setting": setting,
                "people": float("nan") if people is None else float(people),
                "island": False,
                "position": "missing" if east is None else ("ok" if inside else "outside"),
                "file": "places.csv",
                "row": number + 2,
                "geometry": None if east is None else shapely.Point(X0 + east, Y0 + north),
            }
        )
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
    table["island"] = table["island"].astype("boolean")
    return Places(
        table=table,
        region=region(),
        findings=(finding("position-missing", file="places.csv", row=12, name="{{7*7}}<b>"),),
        simulated=("places.csv",),
    )


def facilities() -> Facilities:
    """Give five shelters (one not yet open, one without position) and three centres."""
    rows = [
        ("b1", "bus_shelter", 1_100, 1_000, "yes", "yes", "2011-05-01", None),
        ("b2", HOSTILE[0], 6_200, 1_000, "yes", "yes", "2014-03-01", None),
        ("b3", "candidate", 8_000, 4_100, "yes", "no", "2015-06-01", None),
        ("b4", "no position", None, None, "yes", "yes", "2013-01-01", None),
        ("b5", "edge", 4_600, 1_300, "yes", "yes", "2012-01-01", None),
        ("c1", "中心一", 1_000, 1_400, "yes", "yes", "2012-01-01", 300.0),
        ("c2", "{{7*7}}", 6_000, 1_200, "no", "yes", "2012-01-01", 180.0),
        ("c3", "未量面积", 8_900, 2_100, "unknown", "yes", "2013-01-01", None),
    ]
    table = gpd.GeoDataFrame(
        {
            "facility_id": [row[0] for row in rows],
            "facility": [row[1] for row in rows],
            "service": ["bus_shelter" if row[0][0] == "b" else "service_centre" for row in rows],
            "opened": pd.to_datetime([row[6] for row in rows]),
            "closed": pd.to_datetime([None] * len(rows)),
            "status": "",
            "in_use": "yes",
            "floor_area_m2": [float("nan") if row[7] is None else row[7] for row in rows],
            "capacity": float("nan"),
            "level": "",
            "qualifies": [row[4] for row in rows],
            "failed": ["floor_area_m2 >= 250" if row[4] != "yes" else "" for row in rows],
            "counts": [row[5] for row in rows],
            "place_id": "",
            "town_id": "",
            "district_id": "",
            "plan_district": "",
            "place_basis": "",
            "belongs": "",
            "position": ["missing" if row[2] is None else "ok" for row in rows],
            "file": "facilities.xlsx",
            "row": range(2, len(rows) + 2),
        },
        geometry=[
            None if row[2] is None else shapely.Point(X0 + row[2], Y0 + row[3]) for row in rows
        ],
        crs=CRS,
    )
    return Facilities(
        table=table,
        date=dt.date(2014, 12, 31),
        services=("bus_shelter", "service_centre"),
        simulated=("facilities.xlsx",),
    )


def access() -> Access:
    return measure_access(places(), facilities(), None, SERVICES)


def assessment(made: Access | None = None) -> Assessment:
    """Give the assessment of the toy city, with targets made by hand."""
    return replace(assess(made or access()), targets=targets())


def targets() -> pd.DataFrame:
    """Give ``targets.csv``: a target with two districts folded in, and four of one row."""
    centre = ("centre-250", "2.9.2", "服务中心", "centres")
    rows = [
        ("shelters", "2.9.3", "候车亭", "shelters", "facilities", 3, 2, 1, "overdue", "plan"),
        (*centre, "share", 1.0, 0.75, 0.25, "behind", "plan"),
        (*centre, "share", 1.0, 1.0, 0.0, "met", "plan"),
        (*centre, "share", 1.0, 0.5, 0.5, "behind", "plan"),
        ("health", "2.8.3", "{{7*7}}", "<u>h</u>", "share", 0.9, 0.95, 0, "met", "assumption"),
        ("islands", "2.9.4", "海岛", "islands", "minutes", None, None, None, "not_measurable", ""),
        ("pension", "2.5.1", "养老", "pension", "share", 0.998, 0.9, 0.098, "on_course", "plan"),
    ]
    names = ["target", "clause", "title_zh", "title_en", "measure_unit", "required", "achieved"]
    table = pd.DataFrame(rows, columns=[*names, "shortfall", "status", "basis"])
    table["due"] = dt.date(2014, 12, 31)
    table["scope_kind"] = ["group", "city", "district", "district", "city", "city", "city"]
    table["overall"] = [True, True, False, False, True, True, True]
    table["quote"] = "每个村<b>"
    table["comparison"] = ">="
    table["possible"] = table["achieved"].where(table["target"] != "health", 0.97)
    table["unit"] = table["scope_kind"]
    table["unit_zh"] = ["西部", "全市", "香洲区", "斗门区", "全市", "全市", "全市"]
    table["unit_en"] = ["west", "city", "Xiangzhou <b>", "Doumen", "city", "city", "city"]
    table["reason"] = "no number <b>"
    table["reason_zh"] = "规划没有数字 <b>"
    return table


def proposal(made: Assessment) -> Proposal:
    """Give two sites for the centres; names and reasons try to be markup."""
    sites = gpd.GeoDataFrame(
        {
            "service": "service_centre",
            "rank": [1, 2],
            "phase": 1,
            "site_id": ["s1", "s2"],
            "name": ["<img src=x onerror=alert(3)>", "{{7*7}} 选址"],
            "x": [113.4, 113.5],
            "y": [22.1, 22.2],
            "cost": [float("nan"), 30_000.0],
            "people_gained": [1_340.0, 450.0],
            "places_gained": [2, 1],
            "reason": ["serves <b>2</b> places", "serves 1 place"],
            "reason_zh": ["<b>服务</b> 2 个村居", "服务 1 个村居"],
        },
        geometry=[shapely.Point(X0 + 6_200, Y0 + 900), shapely.Point(X0 + 2_000, Y0 + 3_100)],
        crs=CRS,
    )
    return Proposal(sites=sites, service="service_centre", before=made, after=made)
