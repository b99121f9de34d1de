"""The Westfjords: real data from one end to the other.

Counts come straight from the extract; distances are held against a search of our own making and
against the distances that road signs and maps of the region give.
"""

import csv
import hashlib
import importlib.util
import json
import re
from collections import Counter
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from gapmap import cli

FOLDER = Path(__file__).parents[1] / "data" / "westfjords"
EXTRACT = FOLDER / "westfjords.osm.pbf"


@pytest.fixture(scope="module")
def things():
    """Type, id, tags and corners (lon, lat, node id) of all nodes with tags and all ways."""
    found = []
    for thing in osmium.FileProcessor(EXTRACT).with_locations():
        tags = {tag.k: tag.v for tag in thing.tags}
        if thing.is_way():
            found.append(("w", thing.id, tags, [(n.lon, n.lat, n.ref) for n in thing.nodes]))
        elif tags:
            found.append(("n", thing.id, tags, [(thing.lon, thing.lat, thing.id)]))
    return found


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("westfjords") / "out"
    assert cli.main(["run", str(FOLDER / "study.toml"), "-o", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def access(out):
    empty = {"distance_m": "", "straight_m": ""}
    return pd.read_csv(out / "access.csv", keep_default_na=False, na_values=empty)


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf8", newline="") as stream:
        return list(csv.DictReader(stream))


# ------------------------------------------------------------------ the files


@pytest.mark.parametrize(
    ("key", "value", "count"),
    [
        ("place", "village", 10),
        ("place", "town", 3),
        ("place", "hamlet", 5),
        ("place", "farm", 189),
        ("place", "isolated_dwelling", 23),
        ("highway", "bus_stop", 27),
        ("amenity", "clinic", 1),
        ("amenity", "shelter", 9),
        ("highway", "track", 871),
        ("amenity", "ferry_terminal", 4),
        ("place", "island", 3),
        ("place", "islet", 312),
        ("route", "ferry", 0),
    ],
)
def test_extract_holds_what_the_readme_says(things, key, value, count):
    assert sum(tags.get(key) == value for _, _, tags, _ in things) == count


def test_extract_is_the_one_that_the_readme_names():
    readme = (FOLDER / "README.md").read_text("utf8")
    named = dict(re.findall(r"^\| `([\w.]+)` \|.*`([0-9a-f]{64})` \|$", readme, re.MULTILINE))
    there = {p.name for p in FOLDER.iterdir()} - {"README.md", "study.toml"}
    assert named.keys() == there
    for name, sha256 in named.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == sha256, name


def test_readme_gives_the_notice_that_the_licence_asks_for():
    text = (FOLDER / "README.md").read_text("utf8")
    assert "© OpenStreetMap contributors" in text
    assert "https://opendatacommons.org/licenses/odbl/1-0/" in text


def test_script_makes_places_and_facilities_again_byte_for_byte(tmp_path, monkeypatch):
    source = FOLDER.parent / "build_westfjords.py"
    spec = importlib.util.spec_from_file_location(source.stem, source)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(script, "HERE", tmp_path)
    monkeypatch.setattr("sys.argv", ["build_westfjords.py"])
    script.main()
    for name in ("places.csv", "facilities.csv"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


def test_places_are_those_of_the_extract_but_the_abandoned_ones(things):
    kinds = {"town", "village", "hamlet", "farm", "isolated_dwelling"}
    wanted = {
        f"{kind}{one}"
        for kind, one, tags, _ in things
        if tags.get("place") in kinds and "abandoned" not in tags
    }
    assert {row["osm_id"] for row in rows("places.csv")} == wanted
    assert len(wanted) == 227


def test_facilities_by_service():
    assert Counter(row["service"] for row in rows("facilities.csv")) == {
        "bus_stop": 27, "clinic": 1, "shelter": 9, "school": 13, "fuel": 23, "food_shop": 15,
    }  # fmt: skip


def test_districts_fit_together_and_have_their_size():
    districts = gpd.read_file(FOLDER / "districts.geojson").to_crs("EPSG:32627")
    assert districts.is_valid.all()
    shapes = districts.geometry.to_numpy()
    overlap = sum(
        shapely.intersection(one, two).area for i, one in enumerate(shapes) for two in shapes[:i]
    )
    assert overlap < 0.001 * districts.area.sum()
    km2 = dict(zip(districts["name"], districts.area / 1e6, strict=True))
    assert len(km2) == 9
    # the areas that the municipalities give for themselves
    assert km2["Ísafjarðarbær"] == pytest.approx(2379, rel=0.05)
    assert km2["Bolungarvíkurkaupstaður"] == pytest.approx(109, rel=0.05)


def test_boats_land_near_ways_and_their_course_is_no_shorter_than_the_straight_line():
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:32627", always_xy=True)
    assert len(rows("ferries.csv")) == 9
    for row in rows("ferries.csv"):
        start = to_metres.transform(float(row["from_x"]), float(row["from_y"]))
        end = to_metres.transform(float(row["to_x"]), float(row["to_y"]))
        assert float(row["course_m"]) > np.hypot(end[0] - start[0], end[1] - start[1]) - 1
        assert row["minutes"] == row["headway_minutes"] == ""


# ------------------------------------------------------------------ the run


def test_run_leaves_every_output(out):
    for name in ("access", "coverage", "gaps", "equity", "targets", "findings", "proposals"):
        assert (out / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    for name in ("results.gpkg", "tables.xlsx", "report.html", "run.json"):
        assert (out / name).stat().st_size > 1000
    assert list((out / "figures").glob("*.png"))


def test_run_measures_in_the_utm_zone_and_calls_nothing_simulated(out):
    manifest = json.loads((out / "run.json").read_text("utf8"))
    assert "EPSG:32627" in json.dumps(manifest)
    findings = pd.read_csv(out / "findings.csv")
    assert "simulated" not in " ".join(findings["code"])
    assert not (findings["severity"] == "error").any()
    assert findings["message"].str.contains("w174345321").any(), "the boats' times are assumed"


def test_outputs_name_the_source_of_the_data(out):
    for name in ("report.html", "run.json"):
        assert "© OpenStreetMap contributors" in (out / name).read_text("utf8"), name


def test_every_place_is_there_once_for_every_service(access):
    assert len(access) == 6 * 227
    assert not access.duplicated(["place_id", "service"]).any()


def test_places_on_islands_without_a_district_are_unknown(access):
    outside = access[access["reason"] == "outside_area"]
    assert set(outside["place"]) == {"Skáleyjar", "Hvallátur", "Sauðeyjar", "Vigur", "Kleifar"}
    assert set(outside["status"]) == {"unknown"}


# From the towns' centres to the hospital in Isafjordur, in kilometres as maps and signs of the
# region give them, tunnels included. The fastest way may be a little longer than the shortest.
KM_TO_ISAFJORDUR = {
    "n256613036": ("Bolungarvík", 13),
    "n242771371": ("Súðavík", 21),
    "n253976420": ("Suðureyri", 23),
    "n617530549": ("Flateyri", 22.5),
    "n483694915": ("Þingeyri", 49),
    "n60741640": ("Hólmavík", 224),
    "n242958931": ("Patreksfjörður", 173),
}


@pytest.mark.parametrize("place_id", KM_TO_ISAFJORDUR)
def test_way_to_the_clinic_is_as_long_as_the_signs_say(access, place_id):
    name, km = KM_TO_ISAFJORDUR[place_id]
    row = access[(access["place_id"] == place_id) & (access["service"] == "clinic")].iloc[0]
    assert row["place"] == name
    assert row["distance_m"] / 1000 == pytest.approx(km, rel=0.05)


DRIVABLE = {
    "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service",
    "track",
}  # fmt: skip


class OwnSearch:
    """Driving distance in a second form: networkx over single segments, joined one by one."""

    def __init__(self, things) -> None:
        self.to_metres = Transformer.from_crs("EPSG:4326", "EPSG:32627", always_xy=True)
        self.graph = nx.DiGraph()
        segments = []
        for kind, _, tags, corners in things:
            if kind == "w" and tags.get("highway") in DRIVABLE and self.is_open(tags):
                lon, lat, refs = zip(*corners, strict=True)
                x, y = self.to_metres.transform(lon, lat)
                for i in range(len(refs) - 1):
                    ends = ((refs[i], x[i], y[i]), (refs[i + 1], x[i + 1], y[i + 1]))
                    segments.append((ends, *self.directions(tags)))
        self.segments = segments
        for (a, b), ahead, back in segments:
            length = float(np.hypot(a[1] - b[1], a[2] - b[2]))
            for start, end, allowed in ((a, b, ahead), (b, a, back)):
                if allowed:
                    self.link(start[0], end[0], length)
        lines = [shapely.LineString([a[1:], b[1:]]) for (a, b), _, _ in segments]
        self.lines, self.tree = lines, shapely.STRtree(lines)
        self.at_node: dict = {}
        for number, (ends, _, _) in enumerate(segments):
            for ref, *_ in ends:
                self.at_node.setdefault(ref, []).append(number)
        self.goals: list[tuple[str, shapely.Point, int, float, float]] = []

    @staticmethod
    def is_open(tags) -> bool:
        keys = ("motorcar", "motor_vehicle", "vehicle", "access")
        said = next((tags[key] for key in keys if key in tags), "")
        return said not in {"no", "private", "delivery", "agricultural", "forestry", "emergency"}

    @staticmethod
    def directions(tags) -> tuple[bool, bool]:
        oneway = tags.get("oneway", "yes" if tags.get("junction") == "roundabout" else "no")
        return oneway != "-1", oneway not in {"yes", "true", "1"}

    def link(self, start, end, length: float) -> None:
        known = self.graph.get_edge_data(start, end, {"length": np.inf})["length"]
        self.graph.add_edge(start, end, length=min(length, known))

    def feet(self, lon: str, lat: str) -> list[tuple[shapely.Point, int, float, float]]:
        """Point, segment, metres along it, and metres from the point to it, of every join.

        Those are about as near as the nearest, and no segment that goes on from there is nearer.
        """
        point = shapely.Point(self.to_metres.transform(float(lon), float(lat)))
        leg = self.lines[int(self.tree.nearest(point))].distance(point)
        found = []
        for number in self.tree.query(point, "dwithin", min(2 * leg, leg + 100)).tolist():
            line = self.lines[number]
            along, away = line.project(point), line.distance(point)
            touching = []
            for at, (ref, *_) in zip((0, line.length), self.segments[number][0], strict=True):
                touching += self.at_node[ref] if abs(along - at) < 1e-6 else []
            if all(self.lines[other].distance(point) > away - 1e-9 for other in touching):
                found.append((point, number, along, away))
        return found

    def add_goal(self, name: str, lon: str, lat: str) -> None:
        for point, number, along, leg in self.feet(lon, lat):
            (a, b), ahead, back = self.segments[number]
            if ahead:
                self.link(a[0], name, along + leg)
            if back:
                self.link(b[0], name, self.lines[number].length - along + leg)
            self.goals.append((name, point, number, along, leg))

    def add_start(self, name: str, lon: str, lat: str) -> None:
        for point, number, along, leg in self.feet(lon, lat):
            (a, b), ahead, back = self.segments[number]
            if ahead:
                self.link(name, b[0], leg + self.lines[number].length - along)
            if back:
                self.link(name, a[0], leg + along)
            for goal, goal_point, goal_segment, there, goal_leg in self.goals:
                if goal_segment == number and (ahead if there >= along else back):
                    self.link(name, goal, leg + abs(there - along) + goal_leg)
                straight = point.distance(goal_point)
                if straight <= leg + goal_leg:  # next door: nobody goes by the road
                    self.link(name, goal, straight)

    def nearest_m(self, start: str, goals: set[str]) -> float:
        lengths = nx.single_source_dijkstra_path_length(self.graph, start, weight="length")
        return min((lengths[goal] for goal in goals if goal in lengths), default=np.inf)


@pytest.fixture(scope="module")
def own_search(things):
    search = OwnSearch(things)
    for row in rows("facilities.csv"):
        if row["service"] == "food_shop":
            search.add_goal(row["osm_id"], row["lon"], row["lat"])
    return search


def test_way_to_the_food_shop_is_the_same_by_a_search_of_our_own(access, own_search):
    shops = {row["osm_id"] for row in rows("facilities.csv") if row["service"] == "food_shop"}
    measured = access[access["service"] == "food_shop"].set_index("place_id")
    asked = [r for r in rows("places.csv") if r["kind"] in {"town", "village", "hamlet"}]
    asked += [r for r in rows("places.csv") if r["kind"] == "farm"][::20]
    compared = 0
    for row in asked:
        if measured.loc[row["osm_id"], "reason"] in {"outside_area", "not_connected"}:
            continue
        own_search.add_start(row["osm_id"], row["lon"], row["lat"])
        wanted = own_search.nearest_m(row["osm_id"], shops)
        assert measured.loc[row["osm_id"], "distance_m"] == pytest.approx(wanted, abs=0.5), row
        compared += 1
    assert compared > 20


def test_straight_line_is_never_longer_than_the_way(access):
    both = access.dropna(subset=["distance_m", "straight_m"])
    assert len(both) > 1000
    assert (both["straight_m"] <= both["distance_m"] + 1e-6).all()


def test_bus_stop_of_sudureyri_by_hand(access):
    # village (-23.52678, 66.1295693), stop (-23.5271485, 66.1295171): 16.7 m west and 5.8 m south
    row = access[(access["place_id"] == "n253976420") & (access["service"] == "bus_stop")].iloc[0]
    metres_per_degree = 111_320
    west = 0.0003685 * metres_per_degree * np.cos(np.radians(66.1295))
    south = 0.0000522 * metres_per_degree
    assert row["straight_m"] == pytest.approx(np.hypot(west, south), rel=0.01)
    assert row["facility_id"] == "n1671863168"
    assert row["status"] == "covered"
    assert row["straight_m"] < row["distance_m"] < 60


def test_routes_begin_at_the_place_follow_the_ways_and_end_at_the_facility(out, access, things):
    routes = gpd.read_file(out / "results.gpkg", layer="routes")
    far = access[(access["status"] == "uncovered") & access["distance_m"].notna()]
    asked = far.set_index(["service", "place_id"])["distance_m"]
    told = routes.set_index(["service", "place_id"])["distance_m"]
    assert len(routes) == len(far) > 100
    assert told.sub(asked).abs().max() < 0.01
    assert (routes.length - routes["distance_m"]).abs().max() < 0.01
    ends = (("places", ["place_id"], 0), ("facilities", ["service", "facility_id"], -1))
    for layer, number, at in ends:
        points = gpd.read_file(out / "results.gpkg", layer=layer)[[*number, "geometry"]]
        there = routes[number].merge(points, on=number, how="left")["geometry"].to_numpy()
        assert len(there) == len(routes)
        assert (shapely.get_point(routes.geometry.to_numpy(), at) == there).all()
    turn = Transformer.from_crs(4326, routes.crs, always_xy=True)
    corners = np.array([(c[0], c[1]) for kind, *_, line in things if kind == "w" for c in line])
    tree = shapely.STRtree(shapely.points(np.column_stack(turn.transform(*corners.T))))
    # what is not on a corner of a way is where a leg meets the way, and ferries of the table
    inner = [shapely.get_coordinates(line)[2:-2] for line in routes.geometry]
    inner = np.unique(np.round(np.concatenate(inner), 3), axis=0)
    _, away = tree.query_nearest(shapely.points(inner), return_distance=True, all_matches=False)
    assert (away < 0.01).mean() > 0.999


def test_who_stands_in_a_service_area_is_covered(out, access):
    areas = gpd.read_file(out / "results.gpkg", layer="service_areas").set_index("service")
    assert len(areas) == access["service"].nunique()
    assert areas.geometry.is_valid.all()
    places = gpd.read_file(out / "results.gpkg", layer="places").set_index("place_id").geometry
    for service, block in access.groupby("service"):
        status = block.set_index("place_id")["status"]
        inside = places.within(areas.geometry[service]).reindex(status.index)
        assert "uncovered" not in set(status[inside])
        assert inside[status == "covered"].mean() >= 0.5
        limit = block["limit"].iloc[0], block["limit_unit"].iloc[0]
        assert (areas["limit"][service], areas["limit_unit"][service]) == limit
        assert areas["area_km2"][service] == pytest.approx(
            areas.geometry[service].area / 1e6, abs=1e-3
        )
