"""Vector files: shapefiles that lie, geometries that are none, systems that are not named."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import geopandas as gpd
import pyproj
import shapely

from corpus.city import MIDDLE, Case, box, district_features, feature, geojson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["CASES"]

SHAPEFILE = {'path = "districts.geojson"': 'path = "districts.shp"'}
AUTO = {'name = "name"\ndatum = "wgs84"': 'name = "name"\ndatum = "auto"'}


def polygon(rings: object) -> dict[str, object]:
    """Give a polygon's geometry."""
    return {"type": "Polygon", "coordinates": rings}


def districts(*features: dict[str, object], **members: object) -> Callable[[Path], None]:
    """Write other districts."""
    return lambda folder: geojson(folder / "districts.geojson", features, **members)


def second(geometry: object, *more: dict[str, object]) -> Callable[[Path], None]:
    """Write the districts with another shape for the second."""
    one, other = district_features()
    return districts(one, {**other, "geometry": geometry}, *more)


def shapefile(
    *, encoding: str = "UTF-8", cpg: str | None = None, prj: bool = True, epsg: int = 4326
) -> Callable[[Path], None]:
    """Write the districts as a shapefile."""

    def spoil(folder: Path) -> None:
        frame = gpd.GeoDataFrame.from_features(district_features(), crs="EPSG:4326").to_crs(epsg)
        frame.to_file(folder / "districts.shp", encoding=encoding)
        side = folder / "districts.cpg"
        if cpg is None:
            side.unlink(missing_ok=True)
        else:
            side.write_text(cpg, "ascii")
        if not prj:
            (folder / "districts.prj").unlink()

    return spoil


def _short_dbf(folder: Path) -> None:
    """Say in the header of the dbf that it holds one record where the shp holds two."""
    shapefile(cpg="UTF-8")(folder)
    path = folder / "districts.dbf"
    content = bytearray(path.read_bytes())
    content[4:8] = struct.pack("<I", 1)
    path.write_bytes(content)


def _cut_shp(folder: Path) -> None:
    shapefile(cpg="UTF-8")(folder)
    path = folder / "districts.shp"
    path.write_bytes(path.read_bytes()[:-40])


def _without_dbf(folder: Path) -> None:
    shapefile(cpg="UTF-8")(folder)
    (folder / "districts.dbf").unlink()


def _metres_as_degrees(folder: Path) -> None:
    """Write metres of EPSG:4547 in a GeoJSON file, which always says degrees."""
    change = pyproj.Transformer.from_crs(4326, 4547, always_xy=True)
    told = []
    for one in district_features():
        shape = shapely.transform(
            shapely.from_geojson(json.dumps(one["geometry"])), change.transform, interleaved=False
        )
        told.append({**one, "geometry": json.loads(shapely.to_geojson(shape))})
    geojson(folder / "districts.geojson", told)


def _village_polygons(shapes: Mapping[str, list[list[float]]]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        told = [
            feature(polygon([ring]), 编码=code, 名称=f"{code}村", 区码="440403", 人口="100")
            for code, ring in shapes.items()
        ]
        geojson(folder / "villages.geojson", told)

    return spoil


POLYGON_VILLAGES = {
    'path = "villages.csv"': 'path = "villages.geojson"',
    'x = "经度"\ny = "纬度"\npeople': "people",
}
BOW_TIE = [[113.30, 22.10], [113.50, 22.40], [113.50, 22.10], [113.30, 22.40], [113.30, 22.10]]
TOUCHING = [
    *([113.30, 22.10], [113.50, 22.10], [113.50, 22.40], [113.40, 22.40], [113.4000001, 22.39999]),
    *([113.40, 22.40], [113.30, 22.40], [113.30, 22.10]),
]

CASES = [
    Case(
        name="shapefile-gbk-no-cpg",
        study=SHAPEFILE,
        spoil=shapefile(encoding="GBK"),
        expect=[("dbf-encoding-guessed", None)],
    ),
    Case(
        name="shapefile-gbk-says-utf8",
        study=SHAPEFILE,
        spoil=shapefile(encoding="GBK", cpg="UTF-8"),
        expect=[("dbf-encoding-other", None)],
    ),
    Case(
        name="shapefile-short-dbf",
        expect=[("shapefile-counts", None)],
        study=SHAPEFILE,
        spoil=_short_dbf,
        usable=False,
    ),
    Case(
        name="shapefile-cut-shp",
        expect=[("shapefile-counts", None)],
        study=SHAPEFILE,
        spoil=_cut_shp,
        usable=False,
    ),
    Case(
        name="shapefile-without-dbf",
        expect=[("shapefile-part-missing", None)],
        study=SHAPEFILE,
        spoil=_without_dbf,
        usable=False,
    ),
    Case(
        name="no-prj-degrees",
        study={**SHAPEFILE, **AUTO},
        spoil=shapefile(cpg="UTF-8", prj=False),
        expect=[("crs-missing", None)],
        usable=False,
    ),
    Case(
        name="no-prj-metres",
        study={**SHAPEFILE, **AUTO},
        spoil=shapefile(cpg="UTF-8", prj=False, epsg=4547),
        expect=[("crs-missing", None)],
        usable=False,
    ),
    Case(
        name="metres-said-to-be-degrees",
        expect=[("crs-metres-unnamed", None)],
        study=AUTO,
        spoil=_metres_as_degrees,
        usable=False,
    ),
    Case(
        name="district-without-geometry",
        spoil=second(None),
        expect=[("district-no-polygon", 2)],
        usable=False,
    ),
    Case(
        name="district-is-a-point",
        spoil=second({"type": "Point", "coordinates": [113.4, 22.2]}),
        expect=[("district-no-polygon", 2)],
        usable=False,
    ),
    Case(
        name="district-bow-tie",
        spoil=second(polygon([BOW_TIE])),
        expect=[("polygon-broken", 2)],
        usable=False,
    ),
    Case(
        name="district-spike",
        spoil=second(polygon([TOUCHING])),
        expect=[("polygon-repaired", 2)],
        rows={"districts.geojson": (2, 1, 1, 0)},
    ),
    Case(
        name="district-ring-open",
        spoil=second(polygon([box(MIDDLE, 22.1, 113.5, 22.4)[:-1]])),
        expect=[("geometry-mended", 2)],
        rows={"districts.geojson": (2, 1, 1, 0)},
    ),
    Case(
        name="district-ring-open-no-repair",
        expect=[("geometry-open", 2)],
        study={'language = "en"': 'language = "en"\nrepair = "none"'},
        spoil=second(polygon([box(MIDDLE, 22.1, 113.5, 22.4)[:-1]])),
        usable=False,
    ),
    Case(
        name="district-3d",
        expect=[("geometry-flattened", None)],
        spoil=second(polygon([[[*xy, 7.0] for xy in box(MIDDLE, 22.1, 113.5, 22.4)]])),
        rows={"districts.geojson": (2, 2, 0, 0)},
    ),
    Case(
        name="district-id-twice",
        spoil=districts(*(district_features()[0] for _ in range(2))),
        expect=[("id-repeated", 2)],
        usable=False,
    ),
    Case(
        name="districts-overlap",
        spoil=second(polygon([box(113.28, 22.1, 113.5, 22.4)])),
        expect=[("districts-overlap", None)],
    ),
    Case(
        name="districts-with-a-gap",
        expect=[("polygons-strip", 1)],
        spoil=districts(
            *district_features()[:1],
            feature(polygon([box(113.301, 22.1, 113.5, 22.4)]), adcode="440404", name="金湾区"),
        ),
    ),
    Case(
        name="districts-with-a-river-of-400-m",
        spoil=districts(
            *district_features()[:1],
            feature(polygon([box(113.304, 22.1, 113.5, 22.4)]), adcode="440404", name="金湾区"),
        ),
        never=["polygons-strip", "polygons-gap", "polygons-sliver"],
    ),
    Case(
        name="districts-with-a-row-of-the-whole-city",
        spoil=districts(
            *district_features(),
            feature(polygon([box(113.1, 22.1, 113.5, 22.4)]), adcode="440400", name="语料城"),
        ),
        expect=[("district-holds-others", 3)],
        usable=False,
    ),
    Case(
        name="district-in-two-rows",
        spoil=districts(
            *district_features(),
            feature(polygon([box(113.1, 22.0, 113.2, 22.05)]), adcode="440403", name="斗门区"),
        ),
        expect=[("id-repeated", 3)],
        usable=False,
    ),
    Case(
        name="districts-on-xian-1980",
        study={**SHAPEFILE, **AUTO},
        spoil=shapefile(cpg="UTF-8", epsg=2383),
        expect=[("datum-shift-unknown", None)],
    ),
    Case(
        name="districts-in-zone-38-with-prefix",
        study={**SHAPEFILE, **AUTO},
        spoil=shapefile(encoding="GBK", epsg=4526),
        never=["datum-shift-unknown", "place-outside", "polygons-sliver"],
        rows={"districts.shp": (2, 2, 0, 0)},
    ),
    Case(
        name="villages-as-built-up-land",
        study=POLYGON_VILLAGES,
        spoil=_village_polygons(
            {str(n): box(113.12 + 0.02 * n, 22.12, 113.13 + 0.02 * n, 22.13) for n in range(1, 7)}
        ),
        expect=[("polygons-apart", None)],
        never=["polygons-gap", "polygons-strip"],
    ),
    Case(
        name="villages-overlap",
        expect=[("polygons-overlap", 1), ("polygons-ground", None)],
        study=POLYGON_VILLAGES,
        spoil=_village_polygons(
            {"1": box(113.12, 22.12, 113.16, 22.16), "2": box(113.155, 22.12, 113.2, 22.16)}
        ),
    ),
    Case(
        name="village-bow-tie",
        study=POLYGON_VILLAGES,
        expect=[("polygon-left-out", 2)],
        usable=False,  # a run goes on without its position, but a person has to look first
        spoil=_village_polygons(
            {
                "1": box(113.12, 22.12, 113.16, 22.16),
                "2": [
                    [113.2, 22.2],
                    [113.22, 22.22],
                    [113.22, 22.2],
                    [113.2, 22.22],
                    [113.2, 22.2],
                ],
            }
        ),
    ),
    Case(
        name="geojson-cut",
        spoil=lambda folder: _cut(folder / "districts.geojson", 60),
        expect=[("geojson-malformed", None)],
        usable=False,
    ),
    Case(
        name="geojson-gbk",
        spoil=lambda folder: _recoded(folder / "districts.geojson"),
        expect=[("geojson-not-utf8", None)],
        usable=False,
    ),
]


def _cut(path: Path, less: int) -> None:
    path.write_bytes(path.read_bytes()[:-less])


def _recoded(path: Path) -> None:
    path.write_bytes(path.read_text("utf8").encode("gb18030"))
