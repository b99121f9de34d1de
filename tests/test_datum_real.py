"""Real layers whose datum is known, and their images in the other datums: right, or silent."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from gapmap.datum import (
    HYPOTHESES,
    area_evidence,
    convert_datum,
    judge_datum,
    point_pair_evidence,
    prepare_roads,
    read_as,
    road_evidence,
    share_inside,
)

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
CRS = pyproj.CRS.from_epsg(4547)  # Zhuhai and Macau
TO_METRES = pyproj.Transformer.from_crs(4326, CRS, always_xy=True)
needs_zhuhai = pytest.mark.skipif(
    not (SHARED / "zhuhai").is_dir(), reason="../shared/data/zhuhai is not here"
)
needs_macau = pytest.mark.skipif(
    not (SHARED / "macau").is_dir(), reason="../shared/data/macau is not here"
)


def image(lon, lat, *, source, datum):
    return shapely.points(*convert_datum(lon, lat, source=source, target=datum))


def in_metres(lonlat):
    return np.column_stack(TO_METRES.transform(*np.asarray(lonlat, float).T))


def paired(left, right):
    """Positions of equal codes on the left and on the right, where none stands twice."""
    at = pd.Index(right).get_indexer(left)
    return np.flatnonzero(at >= 0), at[at >= 0]


# --- Macau: 451 bus stops and the ways of OpenStreetMap -------------------------------------


@pytest.fixture(scope="module")
def macau():
    ways = json.loads((SHARED / "macau" / "roads_lanego.json").read_text("utf8"))
    lines = [np.array(way["path"])[:, ::-1] for way in ways if len(way["path"]) > 1]
    roads = prepare_roads([shapely.linestrings(in_metres(line)) for line in lines])
    stops = json.loads((SHARED / "macau" / "bus_reference_stops.json").read_text("utf8"))
    return roads, *np.array([(stop["lng"], stop["lat"]) for stop in stops], float).T


@needs_macau
@pytest.mark.parametrize("datum", HYPOTHESES)
def test_the_bus_stops_of_macau_are_wgs84_and_so_are_their_images_what_they_are(macau, datum):
    roads, lon, lat = macau
    found = road_evidence(read_as(image(lon, lat, source="wgs84", datum=datum), CRS), roads)
    verdict = judge_datum([found], "wgs84")
    assert (verdict.datum, verdict.decisive) == (datum, True)
    assert found.typical_m[datum] == pytest.approx(6.9, abs=0.5)
    assert found.z[datum] > 10


@needs_macau
@pytest.mark.parametrize(("count", "least"), [(7, 0), (20, 10), (40, 36)])
def test_a_few_bus_stops_are_right_or_silent_though_streets_are_close(macau, count, least):
    roads, lon, lat = macau
    generator = np.random.default_rng(count)
    said = []
    for at in range(40):
        some = generator.choice(len(lon), count, replace=False)
        truth = HYPOTHESES[at % 3]
        layer = read_as(image(lon[some], lat[some], source="wgs84", datum=truth), CRS)
        verdict = judge_datum([road_evidence(layer, roads)], "wgs84")
        said.append("silent" if verdict.datum is None else verdict.datum == truth)
    assert False not in said
    assert said.count(True) >= least


# --- Zhuhai: districts and villages in GCJ-02 -----------------------------------------------


@pytest.fixture(scope="module")
def villages():
    """79 villages and towns with real GCJ-02 points, and the district that their code names."""
    table = pd.read_csv(SHARED / "zhuhai" / "zhuhai_adcode_2016_gcj02.csv", dtype=str)
    table = table[table["longitude"].notna() & table["level"].isin(["village", "town"])]
    lonlat = table[["longitude", "latitude"]].to_numpy(dtype=float)
    return lonlat.T, table["code"].str[:6].to_numpy()


@pytest.fixture(scope="module")
def districts():
    """Three districts under each hypothesis; the file says WGS84 and is GCJ-02."""
    file = gpd.read_file(SHARED / "zhuhai" / "districts_440400_gcj02.geojson")
    return read_as(file.geometry.to_numpy(), CRS), file["adcode"].tolist()


@needs_zhuhai
@pytest.mark.parametrize("as_districts", ["wgs84", "gcj02"])
@pytest.mark.parametrize("datum", HYPOTHESES)
def test_the_real_village_points_are_never_called_wrong(villages, districts, datum, as_districts):
    (lon, lat), codes = villages
    areas, names = districts
    layer = read_as(image(lon, lat, source="gcj02", datum=datum), CRS)
    at = HYPOTHESES.index(as_districts)
    row, area = paired(codes, names)
    named = areas.shapes[at][area]
    trusted = None if as_districts == "gcj02" else "wgs84"
    evidence = [
        area_evidence(layer.take(row), named, reference=trusted),
        share_inside(layer, shapely.union_all(areas.shapes[at])),
    ]
    verdict = judge_datum(evidence, "wgs84")
    # 4 to 10 of 79 points lie where two datums disagree on the district: too few for a verdict
    assert verdict.datum in (None, datum)
    assert not verdict.decisive
    if trusted is None:
        assert evidence[1].best == datum  # but the hint is right


@needs_zhuhai
def test_the_districts_of_the_internet_map_under_points_in_wgs84(districts):
    areas, names = districts
    places = pd.read_csv(ROOT / "data" / "zhuhai" / "villages.csv", dtype=str).dropna(subset="lon")
    points = shapely.points(in_metres(places[["lon", "lat"]]))  # simulated, in true districts
    row, area = paired(places["adcode"], names)
    found = area_evidence(areas.take(area), points[row], reference="wgs84")
    verdict = judge_datum([found], "wgs84")
    assert (verdict.datum, verdict.contradicts) == ("gcj02", True)
    unmoved = read_as(shapely.points(places[["lon", "lat"]].to_numpy(dtype=float)[row]), CRS)
    accused = area_evidence(unmoved, areas.shapes[0][area], reference="wgs84")
    assert judge_datum([accused], "wgs84").datum is None


@needs_zhuhai
def test_two_outlines_of_the_same_districts(districts):
    """Three centroids are too few to speak; the offset is that of the datum all the same."""
    areas, names = districts
    shipped = gpd.read_file(ROOT / "data" / "boundaries" / "districts.geojson").to_crs(CRS)
    row, partner = paired(names, shipped["adcode"])
    centres = shapely.get_coordinates(shipped.geometry.centroid.to_numpy())[partner]
    found = point_pair_evidence(areas.take(row), centres, reference="wgs84")
    assert (found.witnesses, found.speaks) == (3, False)
    offset = np.median(areas.xy[:, row] - centres, axis=1)
    assert np.hypot(*offset[1]) < 5
    assert np.hypot(*offset[0]) == pytest.approx(610, abs=30)


# --- the shipped study: simulated, its datums are known -------------------------------------


@pytest.fixture(scope="module")
def shipped_roads():
    file = gpd.read_file(ROOT / "data" / "zhuhai" / "roads.geojson").to_crs(CRS)
    return prepare_roads(file.geometry.to_numpy())


@pytest.mark.parametrize("datum", HYPOTHESES)
@pytest.mark.parametrize(
    ("file", "truth"),
    [("culture.csv", "wgs84"), ("health.csv", "gcj02"), ("transport.csv", "wgs84")],
)
def test_the_files_of_the_shipped_study(shipped_roads, file, truth, datum):
    folder = ROOT / "data" / "zhuhai"
    table = pd.read_csv(folder / file, dtype=str)
    lonlat = table[["经度", "纬度"]].apply(pd.to_numeric, errors="coerce").to_numpy()
    known = (np.abs(lonlat - (113.5, 22.2)) < 2).all(axis=1)
    lon, lat = lonlat[known].T
    layer = read_as(image(lon, lat, source=truth, datum=datum), CRS)
    homes = pd.read_csv(folder / "villages.csv", dtype=str).dropna(subset="lon")
    row, home = paired(table["所属编码"][known], homes["code"])
    partners = in_metres(homes[["lon", "lat"]])[home]
    evidence = [
        road_evidence(layer, shipped_roads),
        point_pair_evidence(layer.take(row), partners),
    ]
    assert [one.best for one in evidence if one.strong] == [datum, datum]
    verdict = judge_datum(evidence, "wgs84")
    assert (verdict.datum, verdict.decisive) == (datum, True)
