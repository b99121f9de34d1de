"""Rebuild what stands beside the Westfjords extract, byte for byte.

    python data/build_westfjords.py                  # places and facilities, from the extract
    python data/build_westfjords.py --sdist FILE     # also districts and ferries, from gostnets
    python data/build_westfjords.py --download       # the same, fetching the sdist with pip

Everything is OpenStreetMap data; nothing is simulated. The sdist holds the extract of all Iceland
of which ``westfjords.osm.pbf`` is a part, and the script checks that it is.
Not part of the demo or the tests' set-up: the sdist is 58 MB.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import osmium
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

HERE = Path(__file__).parent / "westfjords"
EXTRACT = HERE / "westfjords.osm.pbf"
SDIST = "gostnets==1.2.1"
SDIST_SHA256 = "f7d6c77e4a3e87b55ad93d75041d19ca6606d6832ca32b5c9e0e007d0ce9315d"
ICELAND = "gostnets-1.2.1/docs/tutorials/tutorial_data/iceland-latest.osm.pbf"
METRIC = "EPSG:32627"
DEGREES = "EPSG:4326"

# Relations of the nine municipalities of the region Vestfirdir (admin_level 6).
MUNICIPALITIES = (56173, 56180, 56181, 56183, 56184, 56188, 56189, 56190, 56191)
PLACES = ("town", "village", "hamlet", "farm", "isolated_dwelling")
SERVICES = {
    ("highway", "bus_stop"): "bus_stop",
    ("amenity", "clinic"): "clinic",
    ("amenity", "shelter"): "shelter",
    ("amenity", "school"): "school",
    ("amenity", "fuel"): "fuel",
    ("shop", "supermarket"): "food_shop",
    ("shop", "convenience"): "food_shop",
    ("shop", "general"): "food_shop",
}
# Places on islands. Our extract lacks their coasts; check_islands looks them up in the sdist's.
ISLANDERS = {"n2440952430", "n2805010302", "n2805014301", "n2817539929"}
SIMPLIFY_M = 60.0  # about the side of the triangles that a simplified coast may lose
MAINLAND_DEGREES2 = 1.0
BOX = (-24.6, 65.38, -21.3, 66.5)  # around the extract
AT_LAND_M = 1000.0  # a ferry's end nearer than this to a way is a landing, else a point at sea


def tags_of(thing: osmium.osm.OSMObject) -> dict[str, str]:
    return {tag.k: tag.v for tag in thing.tags}


def things(path: Path) -> Iterator[tuple[str, dict[str, str], shapely.Geometry]]:
    """Give OSM id, tags and geometry (degrees) of every tagged node and way."""
    for thing in osmium.FileProcessor(path).with_locations():
        tags = tags_of(thing)
        if not tags:
            continue
        if thing.is_node():
            yield f"n{thing.id}", tags, shapely.Point(thing.lon, thing.lat)
        elif thing.is_way():
            corners = [(node.lon, node.lat) for node in thing.nodes]
            closed = len(corners) > 3 and corners[0] == corners[-1]
            shape = shapely.Polygon(corners) if closed else shapely.LineString(corners)
            yield f"w{thing.id}", tags, shape


def point_of(shape: shapely.Geometry) -> tuple[str, str]:
    point = shape.centroid
    return f"{point.x:.6f}", f"{point.y:.6f}"


def place_rows(path: Path) -> list[tuple[str, ...]]:
    """Towns, villages, hamlets, farms and dwellings; those tagged as abandoned are left out."""
    return [
        (
            osm_id,
            tags.get("name", f"(no name) {osm_id}"),
            tags["place"],
            "yes" if osm_id in ISLANDERS else "no",
            *point_of(shape),
        )
        for osm_id, tags, shape in things(path)
        if tags.get("place") in PLACES and tags.get("abandoned") != "yes"
    ]


def facility_rows(path: Path) -> list[tuple[str, ...]]:
    rows = []
    for osm_id, tags, shape in things(path):
        services = {name for (key, value), name in SERVICES.items() if tags.get(key) == value}
        rows += [(osm_id, tags.get("name", ""), one, *point_of(shape)) for one in sorted(services)]
    return rows


def write_csv(name: str, header: str, rows: Iterable[tuple[str, ...]]) -> None:
    with (HERE / name).open("w", encoding="utf8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def fingerprint(thing: osmium.osm.OSMObject) -> tuple[object, ...]:
    where = (thing.location.x, thing.location.y) if thing.is_node() else ()
    refs = tuple(node.ref for node in thing.nodes) if thing.is_way() else ()
    return (thing.version, where, refs, tuple(sorted(tags_of(thing).items())))


def check_extract(iceland: Path) -> None:
    """Make sure that every object of our extract stands unchanged in the extract of all Iceland.

    Nodes east of the cut that only complete a way have lost their tags; they must have none left.
    """
    ours = {
        (thing.type_str(), thing.id): fingerprint(thing) for thing in osmium.FileProcessor(EXTRACT)
    }
    for thing in osmium.FileProcessor(iceland):
        key = (thing.type_str(), thing.id)
        if key not in ours:
            continue
        whole = fingerprint(thing)
        if ours[key] in (whole, (*whole[:-1], ())):
            del ours[key]
    if ours:
        sys.exit(
            f"{len(ours)} objects of the extract differ from their source, such as {min(ours)}"
        )


def check_islands(iceland: Path) -> None:
    """Make sure that ISLANDERS are the places inside a closed coast other than the mainland's."""
    coasts = [
        shape.boundary if isinstance(shape, shapely.Polygon) else shape
        for _, tags, shape in things(iceland)
        if tags.get("natural") == "coastline"
    ]
    lands = shapely.get_parts(shapely.polygonize(coasts))
    islands = shapely.STRtree([land for land in lands if land.area < MAINLAND_DEGREES2])
    found = {
        row[0]
        for row in place_rows(EXTRACT)
        if len(islands.query(shapely.Point(float(row[-2]), float(row[-1])), predicate="within"))
    }
    if found != ISLANDERS:
        sys.exit(f"on islands are {sorted(found)}, the script says {sorted(ISLANDERS)}")


def areas_of(iceland: Path) -> dict[int, tuple[str, shapely.Geometry]]:
    """Give name and exact shape of the municipalities by relation."""
    to_wkb = osmium.geom.WKBFactory()
    return {
        thing.orig_id(): (
            tags_of(thing)["name"],
            shapely.from_wkb(to_wkb.create_multipolygon(thing)),
        )
        for thing in osmium.FileProcessor(iceland).with_areas()
        if thing.is_area() and not thing.from_way() and thing.orig_id() in MUNICIPALITIES
    }


def districts(areas: Mapping[int, tuple[str, shapely.Geometry]]) -> dict[str, object]:
    """Simplify the municipalities together, so that no border splits."""
    ids = sorted(areas)
    exact = gpd.GeoSeries([areas[one][1] for one in ids], crs=DEGREES).to_crs(METRIC)
    simple = gpd.GeoSeries(shapely.coverage_simplify(exact.to_numpy(), SIMPLIFY_M), crs=METRIC)
    drawn = shapely.set_precision(simple.to_crs(DEGREES).to_numpy(), 1e-5)
    features = [
        {
            "type": "Feature",
            "properties": {"osm_id": f"r{one}", "name": areas[one][0]},
            "geometry": json.loads(shapely.to_geojson(shapely.normalize(shape))),
        }
        for one, shape in zip(ids, drawn, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def write_districts(collection: Mapping[str, object]) -> None:
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    text = text.replace('{"type":"Feature",', '\n{"type":"Feature",') + "\n"
    (HERE / "districts.geojson").write_text(text, encoding="utf8", newline="\n")


def ferry_rows(iceland: Path) -> list[tuple[str, ...]]:
    """Ferries between landings of the extract; ways that meet at sea are joined where only two do.

    OpenStreetMap gives none of them a duration or a timetable, so both stay empty.
    """
    on_land = landings()
    box = shapely.box(*BOX)
    lon_lat: dict[int, tuple[float, float]] = {}
    courses: dict[str, list[int]] = {}
    for thing in osmium.FileProcessor(iceland).with_locations():
        if not thing.is_way() or tags_of(thing).get("route") != "ferry":
            continue
        corners = {node.ref: (node.lon, node.lat) for node in thing.nodes}
        if box.contains(shapely.MultiPoint(list(corners.values()))):
            lon_lat |= corners
            courses[f"w{thing.id}"] = [node.ref for node in thing.nodes]
    ends = {node for nodes in courses.values() for node in (nodes[0], nodes[-1])}
    landing = {node for node in ends if on_land(lon_lat[node])}
    rows = []
    for names, nodes in sorted(joined_at_sea(courses, landing).items()):
        if {nodes[0], nodes[-1]} <= landing:
            course = gpd.GeoSeries([shapely.LineString([lon_lat[n] for n in nodes])], crs=DEGREES)
            quays = [f"{value:.6f}" for node in (nodes[0], nodes[-1]) for value in lon_lat[node]]
            rows.append((*quays, "", "", f"OSM {names}", f"{course.to_crs(METRIC).length[0]:.0f}"))
    return rows


def landings() -> Callable[[tuple[float, float]], bool]:
    """Give a test whether a point is so near to a way of the extract that people can land there."""
    ways = [
        shape
        for _, tags, shape in things(EXTRACT)
        if "highway" in tags and not isinstance(shape, shapely.Point)
    ]
    tree = shapely.STRtree(gpd.GeoSeries(ways, crs=DEGREES).to_crs(METRIC).to_numpy())

    def on_land(lon_lat: tuple[float, float]) -> bool:
        point = gpd.GeoSeries([shapely.Point(lon_lat)], crs=DEGREES).to_crs(METRIC)[0]
        return len(tree.query(point, predicate="dwithin", distance=AT_LAND_M)) > 0

    return on_land


def joined_at_sea(courses: Mapping[str, list[int]], landing: set[int]) -> dict[str, list[int]]:
    """Join courses that meet in a point at sea where exactly two of them end."""
    joined = {name: list(nodes) for name, nodes in sorted(courses.items())}
    while True:
        ends = Counter(node for nodes in joined.values() for node in (nodes[0], nodes[-1]))
        meeting = sorted(node for node, n in ends.items() if n == 2 and node not in landing)
        if not meeting:
            return joined
        middle = meeting[0]
        first, second = (n for n, nodes in joined.items() if middle in (nodes[0], nodes[-1]))
        one, two = joined.pop(first), joined.pop(second)
        one = one if one[-1] == middle else one[::-1]
        two = two if two[0] == middle else two[::-1]
        joined[f"{first}+{second}"] = one + two[1:]


def unpacked(sdist: Path, folder: Path) -> Path:
    if hashlib.sha256(sdist.read_bytes()).hexdigest() != SDIST_SHA256:
        sys.exit(f"{sdist.name} is not the archive of {SDIST} that this was made from")
    with tarfile.open(sdist) as archive:
        archive.extract(ICELAND, folder, filter="data")
    return folder / ICELAND


def download(folder: Path) -> Path:
    subprocess.run(  # noqa: S603 - our own arguments
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--no-binary", ":all:", "--dest", str(folder), SDIST),
        ],
        check=True,
    )
    return next(folder.glob("gostnets-*.tar.gz"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sdist", type=Path, help="gostnets-1.2.1.tar.gz")
    parser.add_argument("--download", action="store_true", help="fetch the sdist with pip")
    given = parser.parse_args()
    write_csv("places.csv", "osm_id name kind island lon lat", place_rows(EXTRACT))
    write_csv("facilities.csv", "osm_id name service lon lat", facility_rows(EXTRACT))
    if given.sdist or given.download:
        with tempfile.TemporaryDirectory() as folder:
            iceland = unpacked(given.sdist or download(Path(folder)), Path(folder))
            check_extract(iceland)
            check_islands(iceland)
            write_districts(districts(areas_of(iceland)))
            header = "from_x from_y to_x to_y minutes headway_minutes name course_m"
            write_csv("ferries.csv", header, ferry_rows(iceland))
    print(*sorted(path.name for path in HERE.iterdir()), sep="\n")


if __name__ == "__main__":
    main()
