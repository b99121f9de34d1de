"""Candidates: where something could be built, and why not elsewhere; distances by hand."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from builders import CRS, X0, Y0, clinic, facilities, places, region
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from gapmap.candidates import read_candidates
from gapmap.cli import main
from gapmap.datum import convert_datum
from gapmap.errors import CrsError, InputError, MethodError
from gapmap.network import network_from_lines
from gapmap.region.polygons import mend
from gapmap.siting import CandidateSites, SiteGround, candidate_sites, find_candidates
from gapmap.siting.excluding import Layers
from gapmap.siting.rules import AreaSource, SiteRules
from gapmap.study import read_study

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.network import Network

ROW = [{"x": 100.0 + 1000 * n, "y": 500.0} for n in range(5)]
"""Five villages, 1 km apart, 500 m from the southern edge of their district."""


def roads(*lines: list[tuple[float, float]], kinds: list[str] | None = None) -> Network:
    drawn = [LineString(np.add(line, (X0, Y0))) for line in lines]
    kinds = kinds or ["residential"] * len(lines)
    return network_from_lines(gpd.GeoDataFrame({"highway": kinds}, geometry=drawn, crs=CRS))


def on_roads(network: Network, size: str, *modes: str) -> list[tuple[float, float]]:
    """Give where candidates lie, metres from the corner of the region."""
    found = candidate_sites(places(ROW), size, network=network, modes=modes or ["drive"])
    return sorted((round(x - X0, 3), round(y - Y0, 3)) for x, y in found.get_coordinates().values)


def square(x: float, y: float, side: float) -> Polygon:
    """Give a square around a point, metres from the corner of the region."""
    return box(X0 + x - side / 2, Y0 + y - side / 2, X0 + x + side / 2, Y0 + y + side / 2)


def area(path: Path, *shapes: shapely.Geometry, **said: object) -> AreaSource:
    gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=[*shapes], crs=CRS).to_file(path)
    return AreaSource(path=path, **said)


def found(rules: SiteRules, **more: object) -> CandidateSites:
    return find_candidates(places(ROW), rules=rules, **more)


def reasons(sites: CandidateSites) -> dict[str, tuple[str, str]]:
    told = sites.excluded
    return dict(zip(told["site_id"], zip(told["why"], told["layer"], strict=True), strict=True))


def codes(sites: CandidateSites) -> list[str]:
    return [one.code for one in sites.findings]


# ---------------------------------------------------------------- words


def test_places_carry_their_district_and_town_and_stand_by_id() -> None:
    rows = [{**one, "place_id": f"v{n}"} for n, one in zip((10, 9, 2), ROW, strict=False)]
    sites = candidate_sites(places([*rows, {"x": None, "place_id": "v1"}]))
    assert list(sites["site_id"]) == ["v2", "v9", "v10"]
    assert list(sites.columns) == [
        *("site_id", "name", "district_id", "district", "town", "cost", "geometry")
    ]
    assert set(sites["district"]) == {"甲区"}
    assert set(sites["town"]) == {"一镇"}
    assert sites["cost"].isna().all()


def test_a_grid_by_hand() -> None:
    sites = candidate_sites(places(ROW), "grid:2500")
    assert len(sites) == 32  # 8 columns x 4 rows in 20 km x 10 km
    assert list(sites["site_id"][:2]) == ["grid-0-0", "grid-0-1"]
    assert sites.geometry.iloc[0] == Point(X0 + 1250, Y0 + 1250)
    assert sites["name"].iloc[0] == "村1 +765 m"  # 150 m and 750 m from it
    assert list(sites["district_id"].value_counts()) == [16, 16]


@pytest.mark.parametrize(
    ("size", "count", "least"),
    [("grid:1", "200,000,000", "grid:45"), ("grid:0.001", "200,000,000,000,000", "grid:45")],
)
def test_an_absurd_grid_is_refused_before_it_is_made(size: str, count: str, least: str) -> None:
    with pytest.raises(MethodError) as caught:
        candidate_sites(places(ROW), size)
    said = caught.value.text("en")
    assert f"makes about {count} candidates; 100,000 is the most; use {least} or more" in said
    assert "100,000" in caught.value.text("zh")
    assert len(candidate_sites(places(ROW), least)) <= 100_000


def test_a_grid_that_misses_the_districts_is_an_error() -> None:
    islet = region()
    islet.districts.geometry = [Point(X0 + 2000 * n, Y0).buffer(10) for n in range(2)]
    with pytest.raises(MethodError, match="has no point within the districts"):
        candidate_sites(replace(places(ROW), region=islet), "grid:900")


@pytest.mark.parametrize("word", ["villages", "grid:", "grid:-5", "grid:1e9", "roads:x", "grid:0"])
def test_unknown_words_are_refused(word: str) -> None:
    with pytest.raises(MethodError, match="roads:500"):
        candidate_sites(places(ROW), word)


# ---------------------------------------------------------------- roads


def test_points_on_a_road_by_hand() -> None:
    whole = [(1000, 1000), (3000, 1000)]
    assert on_roads(roads(whole), "roads:500") == [(1000 + 500 * n, 1000) for n in range(5)]
    # 2,100 m are five equal parts of at most 500 m
    longer = roads([(1000, 1000), (3100, 1000)])
    assert on_roads(longer, "roads:500") == [(1000 + 420 * n, 1000) for n in range(6)]


def test_neither_pieces_nor_directions_nor_order_of_roads_matter() -> None:
    cuts = [1000, 1130, 1800, 2222, 3000]
    pieces = [[(a, 1000), (b, 1000)] for a, b in pairwise(cuts)]
    side = [(3000, 1000), (3000, 1900)]
    expected = on_roads(roads([(1000, 1000), (3000, 1000)], side), "roads:300")
    turned = [line[::-1] if n % 2 else line for n, line in enumerate(pieces)]
    assert on_roads(roads(side[::-1], *turned[::-1]), "roads:300") == expected
    assert on_roads(roads(*pieces, side, side), "roads:300") == expected  # drawn twice


def test_a_ring_without_a_junction_and_one_at_a_junction() -> None:
    ring = [(1000, 1000), (2000, 1000), (2000, 2000), (1000, 2000), (1000, 1000)]
    corners = [(1000, 1000), (1000, 2000), (2000, 1000), (2000, 2000)]
    assert on_roads(roads(ring), "roads:1000") == corners
    begun_elsewhere = [*ring[2:], *ring[1:3]]
    assert begun_elsewhere[0] == begun_elsewhere[-1] != ring[0]
    assert on_roads(roads(begun_elsewhere[::-1]), "roads:1000") == corners
    assert on_roads(roads(begun_elsewhere[::-1]), "roads:700") == on_roads(roads(ring), "roads:700")
    with_lane = roads(ring, [(1000, 1000), (500, 1000)])
    assert on_roads(with_lane, "roads:1000") == sorted([*corners, (500, 1000)])


def test_two_carriageways_give_one_row_of_points() -> None:
    there, back = [(1000, 1000), (3000, 1000)], [(3000, 1015), (1000, 1015)]
    assert len(on_roads(roads(there, back), "roads:500")) == 5


def test_nothing_on_motorways_or_beyond_the_districts_or_on_what_the_mode_cannot_use() -> None:
    lines = [[(1000, y), (2000, y)] for y in (1000, 3000, 5000)]
    network = roads(*lines, kinds=["motorway", "residential", "footway"])
    assert {y for _, y in on_roads(network, "roads:500", "drive")} == {3000}
    assert {y for _, y in on_roads(network, "roads:500", "walk")} == {3000, 5000}
    assert {y for _, y in on_roads(network, "roads:500", "walk", "drive")} == {3000}
    assert {y for _, y in on_roads(network, "roads:500", "straight")} == {3000, 5000}
    across = roads([(-1000, 1000), (1000, 1000)])
    assert on_roads(across, "roads:500") == [(0, 1000), (500, 1000), (1000, 1000)]
    with pytest.raises(MethodError, match="no road in the districts is open to drive"):
        on_roads(roads([(-9000, 0), (-8000, 0)]), "roads:500")


def test_roads_need_a_network_and_a_sensible_distance() -> None:
    with pytest.raises(MethodError) as caught:
        candidate_sites(places(ROW), "roads:500")
    assert "the study has no roads" in caught.value.text("en")
    assert "没有路网" in caught.value.text("zh")
    network = roads([(0, 0), (9000, 0)])
    with pytest.raises(MethodError, match="use roads:10 or more"):
        on_roads(network, "roads:2")
    comb = roads(*([(0, 10 * n), (9990, 10 * n)] for n in range(1, 130)))
    with pytest.raises(MethodError, match="100,000 is the most"):
        on_roads(comb, "roads:10")


spot = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda at: (at[0] * 50, at[1] * 50))


stretch = st.tuples(spot, spot).filter(lambda ends: ends[0] != ends[1])


@given(st.lists(stretch, min_size=1, max_size=8), st.sampled_from([100, 400, 1000]))
def test_roads_are_never_far_from_a_point_and_points_never_near_each_other(lines, size) -> None:
    network = roads(*map(list, lines))
    at = np.array(on_roads(network, f"roads:{size}"))
    apart = shapely.distance(shapely.points(at)[:, None], shapely.points(at)[None])
    assert (apart + np.diag([math.inf] * len(at)) >= size / 2 - 0.01).all()
    drawn = shapely.segmentize(shapely.multilinestrings([LineString(one) for one in lines]), 20)
    away = shapely.distance(shapely.multipoints(at), shapely.points(shapely.get_coordinates(drawn)))
    assert away.max() <= size + 0.01
    ids = candidate_sites(places(ROW), f"roads:{size}", network=network, modes=["drive"])["site_id"]
    assert ids.is_unique


# ---------------------------------------------------------------- layers


def test_excluded_land_takes_its_candidates_and_says_so(tmp_path: Path) -> None:
    water = area(tmp_path / "水域 2014.geojson", square(100, 500, 200), square(1100, 500, 200))
    sites = found(SiteRules(exclude=(water,)), ground=SiteGround(services=(clinic(),)))
    assert list(sites.table["site_id"]) == ["p2", "p3", "p4"]
    assert reasons(sites) == {
        "p0": ("in_exclusion", "水域 2014.geojson"),
        "p1": ("in_exclusion", "水域 2014.geojson"),
    }
    said = next(one for one in sites.findings if one.code == "candidate-ruled-out")
    assert said.file == "水域 2014.geojson"
    assert "2 of 5 candidates are ruled out: in 水域 2014.geojson" in said.message("en")
    assert "5 个候选点中有 2 个在“水域 2014.geojson”内" in said.message("zh")
    assert sites.rows[0].used == 2


def test_an_edge_belongs_to_its_polygon_and_a_hole_does_not(tmp_path: Path) -> None:
    at_edge = square(1100 + 50, 500, 100)  # its western edge runs through p1
    around = square(2100, 500, 400).difference(square(2100, 500, 200))
    water = area(tmp_path / "w.geojson", at_edge, around)
    assert set(reasons(found(SiteRules(exclude=(water,))))) == {"p1"}
    assert set(reasons(found(SiteRules(suitable=(water,))))) == {"p0", "p2", "p3", "p4"}


@pytest.mark.parametrize(("within_m", "out"), [(0, set()), (49.9, set()), (50, {"p1"})])
def test_within_so_many_metres_of_a_layer(tmp_path: Path, within_m: float, out: set[str]) -> None:
    beside = area(tmp_path / "w.gpkg", square(1100 + 60, 500, 20), within_m=within_m)
    assert set(reasons(found(SiteRules(exclude=(beside,))))) == out


def test_suitable_layers_are_one_or_the_other_and_the_first_reason_counts(tmp_path: Path) -> None:
    one = area(tmp_path / "a.geojson", square(100, 500, 50))
    other = area(tmp_path / "b.geojson", square(1100, 500, 50))
    bar = area(tmp_path / "c.geojson", square(1600, 500, 1200), name="保护区")
    sites = found(SiteRules(suitable=(one, other), exclude=(bar,)))
    assert list(sites.table["site_id"]) == ["p0"]
    told = reasons(sites)
    assert told["p1"] == ("in_exclusion", "保护区")
    assert told["p2"] == ("not_suitable", "a.geojson, b.geojson")  # in the reserve, too
    assert len(sites.table) + len(sites.excluded) == 5


def test_a_layer_in_gcj02_rules_out_where_it_really_is(tmp_path: Path) -> None:
    true = gpd.GeoSeries([square(1100, 500, 100)], crs=CRS).to_crs(4326)
    moved = shapely.transform(
        true.to_numpy(),
        lambda xy: np.column_stack(convert_datum(*xy.T, source="wgs84", target="gcj02")),
    )
    path = tmp_path / "高德水域.geojson"
    gpd.GeoDataFrame({"n": [1]}, geometry=moved, crs=4326).to_file(path)
    told = found(SiteRules(exclude=(AreaSource(path=path, datum="gcj02"),)))
    assert set(reasons(told)) == {"p1"}
    untold = found(SiteRules(exclude=(AreaSource(path=path),)))
    assert not reasons(untold)  # hundreds of metres away
    assert "datum-as-declared" in codes(untold)


def test_a_polygon_that_crosses_itself_is_mended_or_refused(tmp_path: Path) -> None:
    x, y = X0 + 1100, Y0 + 500
    spike = Polygon([(x - 90, y - 90), (x + 90, y - 90), (x + 90, y + 90), (x - 90, y + 90),
                     (x - 90, y + 91), (x - 89.9, y + 90), (x - 90, y + 90)])  # fmt: skip
    assert not spike.is_valid
    sites = found(SiteRules(exclude=(area(tmp_path / "a.geojson", spike),)))
    assert set(reasons(sites)) == {"p1"}
    assert "polygon-repaired" in codes(sites)
    assert sites.rows[0].repaired == 1
    assert shapely.is_valid(mend(np.array([spike])).shapes).all()
    bow = Polygon([(x - 90, y - 90), (x + 90, y + 90), (x + 90, y - 90), (x - 90, y + 90)])
    with pytest.raises(InputError) as caught:
        found(SiteRules(exclude=(area(tmp_path / "b.geojson", bow),)))
    assert caught.value.code == "polygon-broken"


def test_points_and_lines_are_no_areas_unless_a_distance_is_given(tmp_path: Path) -> None:
    path = tmp_path / "文物点.geojson"
    layer = area(path, Point(X0 + 1100, Y0 + 520), LineString([(X0, Y0 + 400), (X0 + 300, Y0)]))
    with pytest.raises(InputError) as caught:
        found(SiteRules(exclude=(layer,)))
    assert caught.value.code == "candidate-area-none"
    assert "LineString, Point" in caught.value.text("en")
    assert "within_m" in caught.value.text("zh")
    near = AreaSource(path=path, within_m=20)
    assert set(reasons(found(SiteRules(exclude=(near,))))) == {"p1"}
    mixed = area(tmp_path / "m.gpkg", square(1100, 500, 20), Point(X0 + 100, Y0 + 500))
    sites = found(SiteRules(exclude=(mixed,)))
    assert set(reasons(sites)) == {"p1"}
    assert "candidate-area-row" in codes(sites)
    assert (sites.rows[0].used, sites.rows[0].excluded) == (1, 1)


def test_a_layer_without_rows_and_one_far_away_are_told(tmp_path: Path) -> None:
    none = tmp_path / "空.gpkg"
    gpd.GeoDataFrame({"n": []}, geometry=[], crs=CRS).to_file(none)
    far = area(tmp_path / "far.geojson", square(90_000, 500, 50))
    sites = found(SiteRules(exclude=(AreaSource(path=none), far)))
    assert len(sites.table) == 5
    assert {"candidate-area-empty", "candidate-area-far"} <= set(codes(sites))


def test_a_layer_that_says_no_coordinate_system_or_is_not_there(tmp_path: Path) -> None:
    bare = area(tmp_path / "bare.shp", square(100, 500, 9)).path
    bare.with_suffix(".prj").unlink()
    with pytest.raises(CrsError):
        found(SiteRules(exclude=(AreaSource(path=bare),)))
    with pytest.raises(InputError, match=r"missing\.geojson"):
        found(SiteRules(exclude=(AreaSource(path=tmp_path / "missing.geojson"),)))


def test_each_layer_is_read_and_told_once(tmp_path: Path) -> None:
    water = area(tmp_path / "w.geojson", square(100, 500, 50), Point(X0, Y0))
    layers = Layers(region())
    first, second = (found(SiteRules(exclude=(water,)), layers=layers) for _ in range(2))
    assert "candidate-area-row" in codes(first)
    assert codes(second) == ["candidate-ruled-out"]
    assert len(layers.rows) == 1
    assert reasons(first) == reasons(second)


def test_where_nothing_is_left_every_layer_says_how_many_it_took(tmp_path: Path) -> None:
    water = area(tmp_path / "水域.geojson", square(1100, 500, 2100))
    reserve = area(tmp_path / "b.geojson", square(3600, 500, 1200), name="保护区")
    with pytest.raises(MethodError) as caught:
        found(SiteRules(exclude=(water, reserve)), ground=SiteGround(services=(clinic(),)))
    assert "no candidate is left for clinic, of 5: 3 in 水域.geojson; 2 in 保护区" in str(
        caught.value.text("en")
    )
    assert "3 个在“水域.geojson”内;2 个在“保护区”内" in caught.value.text("zh")


blocks = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 12)), min_size=1, max_size=6
)


corners = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12, unique=True
)


@given(blocks, blocks, corners, st.sampled_from([0, 30, 100]))
def test_every_candidate_is_used_or_out_for_the_first_reason_that_holds(
    tmp_path_factory, wet, dry, spots, within_m
) -> None:
    folder = tmp_path_factory.mktemp("layers")
    water = [square(50 * x, 50 * y, 50 * side) for x, y, side in wet]
    fields = [square(50 * x, 50 * y, 50 * side) for x, y, side in dry]
    rules = SiteRules(
        exclude=(area(folder / "w.geojson", *water, within_m=within_m),),
        suitable=(area(folder / "f.geojson", *fields),),
    )
    rows = [{"x": 50.0 * x, "y": 50.0 * y} for x, y in spots]
    expected = {}
    for number, row in enumerate(rows):
        at = Point(X0 + row["x"], Y0 + row["y"])
        if not any(one.intersects(at) for one in fields):
            expected[f"p{number}"] = ("not_suitable", "f.geojson")
        elif min(one.distance(at) for one in water) <= within_m:
            expected[f"p{number}"] = ("in_exclusion", "w.geojson")
    if len(expected) == len(rows):
        with pytest.raises(MethodError, match="no candidate is left"):
            find_candidates(places(rows), rules=rules)
        return
    sites = find_candidates(places(rows), rules=rules)
    assert reasons(sites) == expected
    assert set(sites.table["site_id"]) | set(expected) == {f"p{n}" for n in range(len(rows))}


# ---------------------------------------------------------------- slope


def heights(path: Path, slope_x: float, slope_y: float, **more: object) -> Path:
    """Write a plane of heights, 30 m cells, over the villages' surroundings."""
    rows, columns = np.mgrid[0:100, 0:200]
    cells = 100 + slope_x * 30 * columns - slope_y * 30 * rows
    cells = np.where((columns > 111) & (columns < 115), -9999.0, cells).astype("float32")
    lay = rasterio.Affine(30, 0, X0 - 300, 0, -30, Y0 + 2000)
    with rasterio.open(
        path, "w", driver="GTiff", height=100, width=200, count=1, dtype="float32",
        crs=CRS.to_wkt(), transform=lay, nodata=-9999.0,
    ) as target:  # fmt: skip
        target.write(cells, 1)
        if more:
            target.set_band_unit(1, str(more["unit"]))
    return path


@pytest.mark.parametrize(("most", "left"), [(26.5, []), (26.6, ["p0", "p1", "p2", "p4"])])
def test_slope_of_a_plane(tmp_path: Path, most: float, left: list[str]) -> None:
    # rise 0.3 east and 0.4 north: 0.5, which is 26.565 degrees
    dem = heights(tmp_path / "高程.tif", 0.3, 0.4)
    rules = SiteRules(slope_max_deg=most, slope=dem)
    if not left:
        with pytest.raises(MethodError) as caught:
            found(rules)
        assert "1 without heights around them in 高程.tif; 4 steeper than 26.5°" in str(
            caught.value.text("en")
        )
        return
    sites = found(rules)
    assert list(sites.table["site_id"]) == left
    # p3 stands 3,100 m east, in column 113 of the raster; columns 112 to 114 have no heights
    assert reasons(sites) == {"p3": ("slope_unknown", "高程.tif")}
    assert "candidate-unusable" in codes(sites)


def test_slope_of_a_plane_in_degrees_and_in_feet(tmp_path: Path) -> None:
    """The same plane on cells of 0.0003 degrees, some 31 m by 33 m, and told in feet."""
    west, north = (
        gpd.GeoSeries([Point(X0 - 300, Y0 + 2000)], crs=CRS).to_crs(4326).iloc[0].coords[0]
    )
    size = 0.0003
    rows, columns = np.mgrid[0:100, 0:200]
    x, y = west + size * (columns + 0.5), north - size * (rows + 0.5)
    middles = gpd.GeoSeries(shapely.points(x.ravel(), y.ravel()), crs=4326).to_crs(CRS)
    plane = 100 + 0.3 * (middles.x.to_numpy() - X0) + 0.4 * (middles.y.to_numpy() - Y0)
    for name, factor, unit in (("a.tif", 1.0, "metre"), ("b.tif", 0.3048, "ft")):
        with rasterio.open(
            tmp_path / name, "w", driver="GTiff", height=100, width=200, count=1, dtype="float64",
            crs="EPSG:4326", transform=rasterio.Affine(size, 0, west, 0, -size, north),
        ) as target:  # fmt: skip
            target.write((plane / factor).reshape(100, 200), 1)
            target.set_band_unit(1, unit)
        rules = SiteRules(slope_max_deg=26.566, slope=tmp_path / name)
        assert len(found(rules).table) == 5
        with pytest.raises(MethodError, match="5 steeper"):
            found(replace(rules, slope_max_deg=26.564))


def test_slope_is_not_known_where_the_raster_ends(tmp_path: Path) -> None:
    dem = heights(tmp_path / "dem.tif", 0.01, 0)
    at = [(-285, 500), (-255, 500), (5685, 500), (5655, 500), (9000, 9000)]
    rows = [{"x": float(x), "y": float(y), "district_id": "d1"} for x, y in at]
    sites = find_candidates(places(rows), rules=SiteRules(slope_max_deg=5, slope=dem))
    assert set(reasons(sites)) == {"p0", "p2", "p4"}  # in the first and last column, and beyond


def test_a_slope_needs_heights() -> None:
    with pytest.raises(MethodError, match="needs a raster of heights"):
        found(SiteRules(slope_max_deg=5))


# ---------------------------------------------------------------- facilities, roads, districts


@pytest.mark.parametrize(("apart_m", "out"), [(199.9, set()), (200, {"p1"}), (800, {"p1", "p2"})])
def test_as_near_to_an_existing_facility_is_too_near(apart_m: float, out: set[str]) -> None:
    built = facilities([
        {"x": 1300, "y": 500},
        {"x": 3100, "y": 500, "counts": "no"},
        {"x": 4100, "y": 500, "service": "school"},
        {"x": None},
    ])  # fmt: skip
    ground = SiteGround(services=(clinic(),), facilities=built)
    assert set(reasons(found(SiteRules(apart_m=apart_m), ground=ground))) == out


def test_what_may_exist_counts_as_existing_and_sharing_asks_for_every_service() -> None:
    built = facilities([
        {"x": 100, "y": 500, "counts": "unknown"},
        {"x": 1100, "y": 500, "qualifies": "no"},
        {"x": 2100, "y": 500, "service": "school"},
    ])  # fmt: skip
    both = (clinic(), replace(clinic(), id="school"))
    rules = SiteRules(apart_m=0)
    one = found(rules, ground=SiteGround(services=both[:1], facilities=built))
    assert set(reasons(one)) == {"p0", "p1"}
    shared = found(rules, ground=SiteGround(services=both, facilities=built))
    assert reasons(shared)["p2"] == ("near_existing", "clinic, school")


def test_what_no_way_is_near_is_out_where_the_service_goes_by_road() -> None:
    network = replace(roads([(0, 500), (1500, 500)]), snap_m=700.0)
    walked = SiteGround(services=(clinic(mode="walk"),), network=network)
    sites = found(SiteRules(), ground=walked)
    assert list(sites.table["site_id"]) == ["p0", "p1", "p2"]
    assert reasons(sites)["p3"] == ("off_network", "walk")
    straight = SiteGround(services=(clinic(),), network=network)
    assert len(found(SiteRules(), ground=straight).table) == 5


def test_a_given_layer_outside_all_districts_is_out() -> None:
    spots = [Point(X0 + 5, Y0 + 5), Point(X0 - 5, Y0 + 5), Point(X0 + 1e4, Y0 + 5)]
    layer = gpd.GeoDataFrame(
        {"site_id": ["c", "a", "b"], "name": ["丙", "甲", "乙"]}, geometry=spots, crs=CRS
    )
    sites = find_candidates(places(ROW), layer)
    assert list(sites.table["site_id"]) == ["b", "c"]
    assert list(sites.table["district"]) == ["甲区", "甲区"]  # a border belongs to the lower id
    assert reasons(sites) == {"a": ("outside_area", "")}
    assert candidate_sites(places(ROW), sites).equals(sites.table)
    degrees = find_candidates(places(ROW), layer.to_crs(4326))
    assert degrees.table.geometry.distance(sites.table.geometry).max() < 0.001


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: one.drop(columns="name"), "no column name"),
        (lambda one: one.assign(site_id=["a", "b", "a"]), "1 ids stand twice"),
        (lambda one: one.set_geometry(one.buffer(5)), "have to be points; 3 are not"),
        (lambda one: one.set_geometry([None, *one.geometry[1:]]), "have to be points; 1 are not"),
    ],
)
def test_tables_that_are_no_candidates_are_refused(change, words: str) -> None:
    spots = [Point(X0 + n, Y0 + 5) for n in range(3)]
    layer = gpd.GeoDataFrame({"site_id": list("abc"), "name": list("abc")}, geometry=spots, crs=CRS)
    with pytest.raises(MethodError, match=words):
        candidate_sites(places(ROW), change(layer))


# ---------------------------------------------------------------- costs


def test_costs_of_their_own() -> None:
    spots = [Point(X0 + 5 + n, Y0 + 5) for n in range(4)]
    costs = [30.0, math.nan, -1.0, 0.0]
    layer = gpd.GeoDataFrame(
        {"site_id": list("abcd"), "name": list("abcd"), "cost": costs}, geometry=spots, crs=CRS
    )
    sites = find_candidates(places(ROW), layer)
    assert dict(zip(sites.table["site_id"], sites.table["cost"], strict=True)) == {"a": 30, "d": 0}
    assert reasons(sites) == {"b": ("cost_missing", ""), "c": ("cost_negative", "")}
    filled = find_candidates(places(ROW), layer, cost=7)
    assert filled.table.set_index("site_id")["cost"]["b"] == 7
    assert set(found(SiteRules(), cost=7).table["cost"]) == {7}
    with pytest.raises(MethodError, match="4 without a cost"):
        find_candidates(places(ROW), layer.assign(cost=math.nan))


LAND = """编号,名称,经度,纬度,造价
L1,大塘地块,{0},30000
L2,约数,{1},约3万
L3,空,{2},
L4,负,{3},-5
L5,未定,{4},待定
"""


@pytest.mark.parametrize(
    ("cost", "left"), [(None, {"L1": 30000.0}), (500.0, {"L1": 30000.0, "L3": 500.0, "L5": 500.0})]
)
def test_a_column_of_costs_in_a_file(tmp_path: Path, cost: float | None, left: dict) -> None:
    spots = gpd.GeoSeries([Point(X0 + 100 * n + 5, Y0 + 5) for n in range(5)], crs=CRS)
    cells = [f"{at.x:.7f},{at.y:.7f}" for at in spots.to_crs(4326)]
    path = tmp_path / "地块.csv"
    path.write_text(LAND.format(*cells), "utf8")
    read = read_candidates(path, region(), datum="wgs84", cost_column="造价", cost=cost)
    assert "number-approximate" in {one.code for one in read.findings}
    sites = find_candidates(places(ROW), read.table)
    assert dict(zip(sites.table["site_id"], sites.table["cost"], strict=True)) == left
    told = {site: why for site, (why, _) in reasons(sites).items()}
    assert told["L2"] == "cost_missing"  # not empty: nothing takes its place
    assert told["L4"] == "cost_negative"
    assert len(left) + len(told) == 5
    with pytest.raises(InputError):
        read_candidates(path, region(), datum="wgs84", cost_column="价格")


# ---------------------------------------------------------------- the order of files


@given(st.permutations(range(5)))
def test_the_order_of_the_file_decides_nothing(order) -> None:
    rows = [{**ROW[n], "place_id": f"p{n}", "place": f"村{n}"} for n in range(5)]
    built = facilities([{"x": 1100, "y": 500}])
    ground = SiteGround(services=(clinic(),), facilities=built)
    rules = SiteRules(apart_m=10)
    straight, turned = (
        find_candidates(places([rows[n] for n in one]), rules=rules, ground=ground)
        for one in (range(5), order)
    )
    assert turned.table.equals(straight.table)
    assert turned.excluded.equals(straight.excluded)


# ---------------------------------------------------------------- a study


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("示例 study")
    assert main(["init", str(folder)]) == 0
    return folder / "study.toml"


def rewritten(study: Path, folder: Path, siting: str) -> Path:
    shutil.copytree(study.parent, folder)
    text = (folder / "study.toml").read_text("utf8")
    start = text.index("[siting.bus_shelter]")
    (folder / "study.toml").write_text(text[:start] + siting, "utf8")
    return folder / "study.toml"


def test_a_study_with_roads_and_layers_runs_and_names_every_file(study, tmp_path: Path) -> None:
    own = rewritten(
        study,
        tmp_path / "own",
        """[siting.bus_shelter]
candidates = "roads:300"
count = 1
cost = 30000
apart_m = 200
exclude = [{ path = "水域.geojson", name = "水域", within_m = 50, simulated = true }]
""",
    )
    plain = read_study(rewritten(study, tmp_path / "plain", """[siting.bus_shelter]
candidates = "roads:300"
"""))  # fmt: skip
    before = plain.candidates["bus_shelter"].table
    lake = before.geometry.iloc[[0]].buffer(30).to_crs(4326)
    gpd.GeoDataFrame({"n": [1]}, geometry=lake.to_numpy(), crs=4326).to_file(
        own.parent / "水域.geojson"
    )
    read = read_study(own)
    sites = read.candidates["bus_shelter"]
    assert len(sites.table) + len(sites.excluded) == len(before)
    assert sites.excluded.set_index("site_id")["why"][before["site_id"][0]] == "in_exclusion"
    existing = read.facilities.table
    existing = existing[(existing["service"] == "bus_shelter") & (existing["counts"] != "no")]
    assert sites.table.distance(existing.union_all()).min() > 200
    assert any(one.file == "水域.geojson" for one in read.rows)
    assert "水域.geojson" in read.about.simulated
    out = tmp_path / "out"
    assert main(["run", str(own), "-o", str(out)]) == 0
    manifest = json.loads((out / "run.json").read_text("utf8"))
    digest = hashlib.sha256((own.parent / "水域.geojson").read_bytes()).hexdigest()
    assert digest in json.dumps(manifest)


def test_a_check_lists_layers_that_cannot_be_used(study, tmp_path: Path, capsys) -> None:
    own = rewritten(study, tmp_path / "own", """[siting.bus_shelter]
exclude = ["nowhere.geojson"]
[siting.service_centre]
candidates = "roads:0.5"
""")  # fmt: skip
    assert main(["check", str(own), "-o", str(tmp_path / "c"), "--language", "en"]) == 1
    said = capsys.readouterr().out
    assert "nowhere.geojson" in said
    assert "roads:0.5 is too near" in said


def test_existing_is_as_of_the_start_of_a_programme(study, tmp_path: Path) -> None:
    ask = """[siting.bus_shelter]
candidates = "roads:300"
apart_m = 1000
"""
    now = read_study(rewritten(study, tmp_path / "now", ask))
    then = rewritten(
        study, tmp_path / "then", ask + "years.1952 = { count = 1 }\nstart = 1951-12-31\n"
    )
    early = read_study(then).candidates["bus_shelter"]
    assert len(now.candidates["bus_shelter"].excluded) > len(early.excluded)


def test_shared_sites_have_candidates_of_their_own(study, tmp_path: Path) -> None:
    own = rewritten(study, tmp_path / "own", """[sharing.centre]
services = ["service_centre", "health_station"]
costs = { service_centre = 300, health_station = 200 }
cost = 400
candidates = "grid:500"
""")  # fmt: skip
    read = read_study(own)
    assert set(read.shared) == {"centre"}
    assert len(read.shared["centre"].table) > 10
    assert not read.candidates
