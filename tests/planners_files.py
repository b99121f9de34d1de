"""Small files as planners leave them, in metres, so that results can be worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from gapmap.places import PlaceSource, read_places
from gapmap.region import DistrictSource, TownSource, read_region

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gapmap.findings import Finding
    from gapmap.places import Places
    from gapmap.region import Region

METRIC = "EPSG:4547"
X0, Y0 = 400_000.0, 2_460_000.0
"""Corner of the toy city: near Zhuhai, so that the zone of EPSG:4547 is the right one."""
KM = 1000.0


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Give a box by kilometres from the corner."""
    return shapely.box(X0 + west * KM, Y0 + south * KM, X0 + east * KM, Y0 + north * KM)


def at(east_m: float, north_m: float) -> shapely.Point:
    return shapely.Point(X0 + east_m, Y0 + north_m)


def layer(path: Path, rows: Mapping[str, Sequence[object]], shapes: Sequence[object]) -> Path:
    """Write a layer in the metric CRS; those of a GeoPackage come back to the bit."""
    gpd.GeoDataFrame(dict(rows), geometry=list(shapes), crs=METRIC).to_file(path)
    return path


def csv(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8-sig")
    return path


def districts(folder: Path, shapes: Mapping[str, object], **more: object) -> DistrictSource:
    names = [f"{code}区" for code in shapes]
    path = layer(folder / "d.gpkg", {"code": list(shapes), "name": names}, list(shapes.values()))
    return DistrictSource(path=path, id="code", name="name", **more)


SQUARES = {"1": box(0, 0, 10, 10), "2": box(10, 0, 20, 10)}
TOWNS = "code,name,district,unit\n101,东镇,1,\n102,南镇,1,新区\n201,东镇,2,\n"


def city(folder: Path, towns: str | None = TOWNS) -> Region:
    """Two districts of 10 km side by side; 1 has the towns 东镇 and 南镇, 2 has another 东镇."""
    listed = None
    if towns is not None:
        path = csv(folder / "t.csv", towns)
        listed = TownSource(
            path=path, id="code", name="name", district="district", plan_district="unit"
        )
    return read_region(districts(folder, SQUARES), listed)


def metres(rows: str) -> str:
    """Turn ``id,name,east,north,...`` in metres from the corner into ``id,name,x,y,...``."""
    told = []
    for row in rows.splitlines():
        code, name, east, north, *rest = row.split(",")
        x = "" if east == "" else repr(X0 + float(east))
        y = "" if north == "" else repr(Y0 + float(north))
        told.append(",".join([code, name, x, y, *rest]))
    return "\n".join(told) + "\n"


def villages(folder: Path, region: Region, rows: str, *, head: str = "", **more: object) -> Places:
    """Read places from rows of ``code,name,east,north`` and the further columns of ``head``."""
    path = csv(folder / "p.csv", f"code,name,x,y{head}\n{metres(rows)}")
    given = {"id": "code", "name": "name", "x": "x", "y": "y", "datum": METRIC, **more}
    return read_places(PlaceSource(path=path, **given), region)


def doubts(findings: Sequence[Finding]) -> list[str]:
    """Give the codes of all findings but notes, and but the lack of people."""
    return [one.code for one in findings if one.severity != "note" and one.code != "people-absent"]
