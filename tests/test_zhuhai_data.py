"""The shipped Zhuhai study: what is real is right, what is simulated is marked and plausible."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, Point
from shapely.ops import unary_union

import gapmap as gm
from gapmap.access import REASONS, STATUSES

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
BOUNDARIES = DATA / "boundaries"
ZHUHAI = DATA / "zhuhai"
SHARED = ROOT.parent / "shared" / "data" / "zhuhai"
METRIC = "EPSG:4547"
SIMULATED = "模拟数据 / simulated"
WEST = ("440403", "440404")
NO_ROAD = ("440403100232", "440403105209", "440404101207")
CUT_OFF = ("440403106231", "440404104014")
HEBAO = "440404101205"
ISLAND_TOWNS = ("440402105", "440402106", "440402107")


def table(path: Path) -> pd.DataFrame:
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype={"所属编码": str, "编号": str})
    if path.suffix == ".geojson":
        frame = gpd.read_file(path)
        return pd.DataFrame(frame.drop(columns="geometry"))
    return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def districts() -> gpd.GeoSeries:
    frame = gpd.read_file(BOUNDARIES / "districts.geojson").set_index("adcode")
    return frame.to_crs(METRIC).geometry


@pytest.fixture(scope="module")
def water() -> shapely.Geometry:
    return unary_union(gpd.read_file(ZHUHAI / "water.geojson").to_crs(METRIC).geometry.tolist())


@pytest.fixture(scope="module")
def dry(districts: gpd.GeoSeries, water: shapely.Geometry) -> shapely.Geometry:
    land = unary_union(districts.tolist()).difference(water)
    shapely.prepare(land)
    return land


@pytest.fixture(scope="module")
def villages() -> gpd.GeoDataFrame:
    frame = table(ZHUHAI / "villages.csv").set_index("code")
    lon, lat = (pd.to_numeric(frame[name], errors="coerce") for name in ("lon", "lat"))
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=frame.index, crs="EPSG:4326")
    points = points.where(lon.notna().to_numpy(), None)
    return gpd.GeoDataFrame(frame, geometry=points).to_crs(METRIC)


@pytest.fixture(scope="module")
def placed(villages: gpd.GeoDataFrame, districts: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Villages with a position inside the city."""
    city = unary_union(districts.tolist())
    known = villages[villages.geometry.notna()]
    return known[known.within(city)]


@pytest.fixture(scope="module")
def roads() -> gpd.GeoDataFrame:
    frame = gpd.read_file(ZHUHAI / "roads.geojson")
    degrees = [tuple(line.coords) for line in frame.geometry]
    return frame.to_crs(METRIC).assign(
        start=[points[0] for points in degrees], end=[points[-1] for points in degrees]
    )


@pytest.fixture(scope="module")
def graph(roads: gpd.GeoDataFrame) -> nx.Graph:
    """Road junctions by their written coordinates."""
    net = nx.Graph()
    for road in roads.itertuples():
        net.add_edge(road.start, road.end, bridge=road.bridge == "yes", line=road.geometry)
    return net


def part_at(graph: nx.Graph, roads: gpd.GeoDataFrame, point: Point) -> set[tuple[float, float]]:
    """Give the road component whose road is nearest to a point."""
    nearest = roads.loc[roads.distance(point).idxmin()]
    return nx.node_connected_component(graph, nearest.start)


# ------------------------------------------------------------------------------ what is real


def test_boundaries_readme_has_the_checksum_of_every_file() -> None:
    text = (BOUNDARIES / "README.md").read_text("utf8")
    files = [path for path in BOUNDARIES.iterdir() if path.name != "README.md"]
    assert len(files) == 3
    for path in files:
        written = re.search(
            rf"^\| `{re.escape(path.name)}` .*`([0-9a-f]{{64}})` \|$", text, re.MULTILINE
        )
        assert written, path.name
        assert written[1] == hashlib.sha256(path.read_bytes()).hexdigest(), path.name


def test_doumen_has_its_known_area(districts: gpd.GeoSeries) -> None:
    assert districts["440403"].area / 1e6 == pytest.approx(642, rel=0.01)


def test_districts_are_valid_and_do_not_overlap(districts: gpd.GeoSeries) -> None:
    assert bool(districts.is_valid.all())
    assert unary_union(districts.tolist()).area == pytest.approx(districts.area.sum(), rel=1e-9)


def test_districts_are_the_package_polygons_moved_from_gcj02() -> None:
    path = SHARED / "districts_440400_gcj02.geojson"
    if not path.exists():
        pytest.skip("the package's polygons are not here (shared data)")
    given = gpd.read_file(path).set_index("adcode").geometry
    ours = gpd.read_file(BOUNDARIES / "districts.geojson").set_index("adcode").geometry
    for code, shape in given.items():
        before, after = shapely.get_coordinates(shape), shapely.get_coordinates(ours[code])
        lon, lat = gm.convert_datum(after[:, 0], after[:, 1], source="wgs84", target="gcj02")
        assert np.abs(np.column_stack([lon, lat]) - before).max() < 1e-6
        east_m = (after[:, 0] - before[:, 0]).mean() * 111_320 * np.cos(np.radians(22.2))
        assert -600 < east_m < -500


def test_codes_are_those_of_the_package() -> None:
    if not SHARED.exists():
        pytest.skip("the package's tables are not here (shared data)")
    for ours, theirs in (("towns", "streets_4404"), ("places", "villages_4404")):
        given = pd.read_csv(SHARED / f"{theirs}.csv", dtype=str)
        have = table(BOUNDARIES / f"{ours}.csv")
        assert (
            have[["code", "name"]].to_numpy().tolist()
            == given[["code", "name"]].to_numpy().tolist()
        )


def test_places_have_codes_and_a_class_by_name() -> None:
    places = table(BOUNDARIES / "places.csv")
    assert len(places) == 345
    assert places["code"].is_unique
    assert places["code"].str.fullmatch(r"4404\d{8}").all()
    assert (places["code"].str[:9] == places["town"]).all()
    assert places["class"].value_counts().to_dict() == {"居委会": 214, "村委会": 122, "其他": 9}


def test_towns_have_the_plan_districts_of_2012() -> None:
    towns = table(BOUNDARIES / "towns.csv").set_index("name")
    assert len(towns) == 31
    moved = {
        "横琴镇": "横琴新区",
        "唐家湾镇": "高新区",
        "南水镇": "高栏港经济区",
        "平沙镇": "高栏港经济区",
        "桂山镇": "万山区",
        "万山镇": "万山区",
        "担杆镇": "万山区",
    }
    assert towns.loc[list(moved), "unit"].to_dict() == moved
    others = towns.drop(index=list(moved))
    assert (others["unit"] == others["district"]).all()


def test_fourteen_town_points_are_real_and_the_others_say_so(districts: gpd.GeoSeries) -> None:
    towns = table(BOUNDARIES / "towns.csv")
    real = towns["point_source"].str.startswith("GeoNames ")
    assert real.sum() == 14
    assert towns.loc[~real, "point_source"].str.contains("approximate").all()
    points = gpd.GeoSeries(
        gpd.points_from_xy(towns["lon"].astype(float), towns["lat"].astype(float)), crs="EPSG:4326"
    ).to_crs(METRIC)
    for point, code in zip(points, towns["adcode"], strict=True):
        assert districts[code].contains(point)


# ------------------------------------------------------------------------------ villages


def test_villages_keep_the_real_codes(villages: gpd.GeoDataFrame) -> None:
    places = table(BOUNDARIES / "places.csv").set_index("code")
    for column in ("name", "class", "town", "adcode"):
        assert villages[column].to_dict() == places[column].to_dict()


def test_villages_stand_in_their_district_and_never_in_water(
    placed: gpd.GeoDataFrame, districts: gpd.GeoSeries, water: shapely.Geometry
) -> None:
    for code, village in placed.iterrows():
        assert districts[village["adcode"]].contains(village.geometry), code
    assert float(placed.distance(water).min()) > 100


def test_five_villages_have_no_position_and_two_lie_outside(
    villages: gpd.GeoDataFrame, placed: gpd.GeoDataFrame
) -> None:
    assert villages.geometry.isna().sum() == 5
    assert set(villages.index) - set(placed.index) - set(
        villages.index[villages.geometry.isna()]
    ) == {"440402009009", "440403106227"}


def test_villages_stand_near_their_town(placed: gpd.GeoDataFrame) -> None:
    towns = table(BOUNDARIES / "towns.csv").set_index("code")
    points = gpd.GeoSeries(
        gpd.points_from_xy(towns["lon"].astype(float), towns["lat"].astype(float)),
        index=towns.index,
        crs="EPSG:4326",
    ).to_crs(METRIC)
    mainland = placed[placed["island"] == "否"]
    own = mainland.distance(points.loc[mainland["town"]].set_axis(mainland.index))
    assert own.max() < 12_000
    assert own[mainland["class"] == "居委会"].median() < 2_000


def test_islands_are_islands(placed: gpd.GeoDataFrame, districts: gpd.GeoSeries) -> None:
    parts = [part for shape in districts for part in shape.geoms]
    block = unary_union([part for part in parts if part.area > 200e6])
    on_island = ~placed.within(block)
    assert (on_island == (placed["island"] == "是")).all()
    assert placed.loc[placed["town"].isin(ISLAND_TOWNS), "island"].eq("是").all()
    assert set(placed.index[on_island]) >= {HEBAO}
    assert on_island.sum() == 8


def test_people_are_whole_and_parts_of_the_residents(villages: gpd.GeoDataFrame) -> None:
    people = villages[["resident", "户籍人口", "老年人"]].astype(int)
    assert (people > 0).all().all()
    assert (people["老年人"] < 0.25 * people["resident"]).all()
    assert 1_000_000 < people["resident"].sum() < 2_000_000


# ------------------------------------------------------------------------------ roads


def test_no_road_without_a_bridge_leaves_the_land_or_crosses_a_river(
    roads: gpd.GeoDataFrame, dry: shapely.Geometry
) -> None:
    plain = roads[roads["bridge"] != "yes"]
    assert len(plain) > 1_500
    assert bool(shapely.contains(dry, plain.geometry.to_numpy()).all())


def test_every_bridge_crosses_one_river_from_land_to_land(
    roads: gpd.GeoDataFrame, dry: shapely.Geometry, water: shapely.Geometry
) -> None:
    bridges = roads[roads["bridge"] == "yes"]
    assert len(bridges) == 19
    for bridge in bridges.geometry:
        ends = [Point(bridge.coords[0]), Point(bridge.coords[-1])]
        assert all(dry.contains(end) for end in ends)
        assert bridge.intersection(water).geom_type == "LineString"
        assert bridge.difference(water).difference(dry.buffer(0.1)).is_empty


def test_the_mainland_is_one_network_and_only_because_of_its_bridges(
    graph: nx.Graph, roads: gpd.GeoDataFrame, placed: gpd.GeoDataFrame
) -> None:
    off = placed.index.isin([*NO_ROAD, *CUT_OFF]) | (placed["island"] == "是")
    mainland = placed[~off]
    parts = {frozenset(part_at(graph, roads, point)) for point in mainland.geometry}
    assert len(parts) == 1
    without = graph.edge_subgraph([(u, v) for u, v, b in graph.edges(data="bridge") if not b])
    left = [part for part in nx.connected_components(without) if part <= next(iter(parts))]
    assert sum(len(part) > 50 for part in left) == 4


def test_cut_off_villages_and_far_ones(
    graph: nx.Graph, roads: gpd.GeoDataFrame, placed: gpd.GeoDataFrame
) -> None:
    main = max(nx.connected_components(graph), key=len)
    for code in NO_ROAD:
        assert roads.distance(placed.geometry[code]).min() > 1_000
    for code in CUT_OFF:
        assert roads.distance(placed.geometry[code]).min() < 200
        assert not part_at(graph, roads, placed.geometry[code]) & main


def test_nearest_road_of_a_village_is_never_across_water(
    roads: gpd.GeoDataFrame, placed: gpd.GeoDataFrame, water: shapely.Geometry
) -> None:
    for code, point in placed.geometry.drop(list(NO_ROAD)).items():
        line = roads.geometry[roads.distance(point).idxmin()]
        leg = LineString([point, line.interpolate(line.project(point))])
        assert not leg.intersects(water), code


def test_ferries_join_roads_and_reach_every_island_town_but_not_hebao(
    graph: nx.Graph, roads: gpd.GeoDataFrame, placed: gpd.GeoDataFrame
) -> None:
    ferries = table(ZHUHAI / "ferries.csv")
    main = max(nx.connected_components(graph), key=len)
    joined = graph.copy()
    for ferry in ferries.itertuples():
        quay = (float(ferry.from_x), float(ferry.from_y))
        landing = (float(ferry.to_x), float(ferry.to_y))
        assert quay in graph
        assert landing in graph
        assert float(ferry.minutes) > 0
        joined.add_edge(quay, landing)
    for code, village in placed[placed["island"] == "是"].iterrows():
        here = part_at(graph, roads, village.geometry)
        assert not here & main
        assert bool(part_at(joined, roads, village.geometry) & main) == (code != HEBAO)


def test_one_way_streets_leave_no_trap(roads: gpd.GeoDataFrame) -> None:
    lanes = nx.DiGraph()
    for road in roads.itertuples():
        lanes.add_edge(road.start, road.end)
        if road.oneway != "yes":
            lanes.add_edge(road.end, road.start)
    assert 5 < (roads["oneway"] == "yes").sum() <= 40
    assert nx.number_strongly_connected_components(lanes) == nx.number_weakly_connected_components(
        lanes
    )


# ------------------------------------------------------------------------------ facilities


def test_every_row_of_every_simulated_file_says_so() -> None:
    files = [path for path in ZHUHAI.iterdir() if path.suffix in (".csv", ".xlsx", ".geojson")]
    assert len(files) == 15
    for path in files:
        assert table(path)["data_origin"].eq(SIMULATED).all(), path.name
    study = (ZHUHAI / "study.toml").read_text("utf8")
    blocks = re.split(r"^\[", study, flags=re.MULTILINE)
    told = [block for block in blocks if re.search(r"^(path|lines) = ", block, re.MULTILINE)]
    for block in told:
        assert ("../boundaries/" in block) != ("\nsimulated = true" in block)


def test_study_is_small() -> None:
    size = sum(path.stat().st_size for part in (BOUNDARIES, ZHUHAI) for path in part.iterdir())
    assert size < 3_000_000


def test_health_is_in_gcj02(villages: gpd.GeoDataFrame) -> None:
    health = table(ZHUHAI / "health.csv")
    health = health[(health["经度"] != "") & health["所属编码"].str.len().eq(12)]
    known = villages.geometry.loc[health["所属编码"]]
    lon, lat = health["经度"].astype(float).to_numpy(), health["纬度"].astype(float).to_numpy()

    def median_m(x: np.ndarray, y: np.ndarray) -> float:
        points = gpd.GeoSeries(gpd.points_from_xy(x, y), crs="EPSG:4326").to_crs(METRIC)
        return float(points.distance(known.reset_index(drop=True)).median())

    moved = gm.convert_datum(lon, lat, source="gcj02", target="wgs84")
    assert median_m(*moved) < 250
    assert median_m(lon, lat) > 450


def test_service_centres_below_250_and_unknown() -> None:
    areas = table(ZHUHAI / "centres.xlsx")["建筑面积"]
    assert 15 < (areas < 250).sum() < 70
    assert 3 <= areas.isna().sum() < 20


def test_shelters_have_the_flaws_that_the_readme_names() -> None:
    shelters = table(ZHUHAI / "shelters.xlsx")
    assert shelters.duplicated().sum() == 4
    assert shelters["经度"].isna().sum() >= 9
    assert (shelters["纬度"] > 90).sum() == 2
    assert shelters["状态"].isin(["在用", "规划", "停用"]).all()
    assert {"规划", "停用"} <= set(shelters["状态"])
    opened = pd.to_datetime(shelters["建成日期"])
    assert opened.min() >= pd.Timestamp("2010-01-01")
    assert opened.max() <= pd.Timestamp("2014-12-31")


def test_geojson_is_plain_wgs84() -> None:
    for path in (*BOUNDARIES.glob("*.geojson"), *ZHUHAI.glob("*.geojson")):
        assert "crs" not in json.loads(path.read_text("utf8")), path.name


def test_spreadsheets_carry_no_formulas() -> None:
    for path in ZHUHAI.glob("*.xlsx"):
        cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
        assert len(cells) > 1_000
        assert not any(cell.data_type == "f" for cell in cells)


def test_simulated_part_is_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    script = DATA / "build_zhuhai.py"
    subprocess.run(
        [sys.executable, str(script), "--only", "zhuhai", "--out", str(tmp_path)], check=True
    )
    made = sorted((tmp_path / "zhuhai").iterdir())
    assert len(made) == 15
    for path in made:
        assert path.read_bytes() == (ZHUHAI / path.name).read_bytes(), path.name


# ------------------------------------------------------------------------------ the study as run


@pytest.fixture(scope="module")
def study() -> gm.Study:
    return gm.read_study(ZHUHAI / "study.toml")


@pytest.fixture(scope="module")
def result(study: gm.Study) -> gm.Assessment:
    access = gm.measure_access(study.places, study.facilities, study.network, study.services)
    return gm.assess(access, study.plan, records=study.records)


def share(result: gm.Assessment, kind: str, group: str) -> pd.Series:
    table = result.coverage
    rows = table[(table["group_kind"] == kind) & (table["group"] == group)]
    return rows.set_index("service")["share_people"].drop("occupational_exam")


def test_every_status_and_every_reason_occurs(result: gm.Assessment) -> None:
    table = result.access.table
    assert set(table["status"]) == set(STATUSES)
    assert set(table["reason"]) == set(REASONS)


@pytest.mark.parametrize(
    ("service", "code", "reason"),
    [
        ("bus_shelter", NO_ROAD[0], "not_connected"),
        ("bus_shelter", CUT_OFF[0], "no_route"),
        ("hospital", HEBAO, "island_no_ferry"),
        ("bus_shelter", "440404103202", "no_position"),
        ("bus_shelter", "440402009009", "outside_area"),
        ("occupational_exam", "440402001001", "no_facility"),
    ],
)
def test_flaws_have_the_reason_that_the_readme_says(
    result: gm.Assessment, service: str, code: str, reason: str
) -> None:
    table = result.access.table
    row = table[(table["service"] == service) & (table["place_id"] == code)]
    assert row["reason"].tolist() == [reason]


def test_island_towns_reach_the_hospital_by_ferry_only(result: gm.Assessment) -> None:
    table = result.access.table
    rows = table[(table["service"] == "hospital") & table["town_id"].isin(ISLAND_TOWNS)]
    assert len(rows) == 7
    assert rows["minutes"].between(60, 600).all()


def test_the_islands_are_those_of_the_ferries_and_hebao(result: gm.Assessment) -> None:
    table = result.islands[result.islands["destination"] == "hospital"].set_index("island_id")
    assert set(table["kind"]) == {"island"}
    assert len(table) == 7
    assert table["places"].sum() == 8
    assert table.loc[HEBAO, ["ferries", "terminals", "places_unreachable"]].tolist() == [0, 0, 1]
    served = table.drop(HEBAO)
    assert (served["ferries"] > 0).all()
    assert served["first_sailing"].between("07:00", "11:00").all()
    assert served["last_sailing"].between("15:00", "18:00").all()
    assert served["mainland_minutes_median"].between(60, 600).all()
    assert not served["on_island"].any()
    assert table["mainland_minutes_median"].isna().sum() == 1


def test_the_ferry_target_shows_the_median_of_the_island_table(result: gm.Assessment) -> None:
    table = result.access.table
    rows = table[(table["service"] == "hospital") & table["island"].fillna(value=False)]
    target = result.targets[result.targets["overall"]].set_index("target")
    told = target.loc["island-ferry-access"]
    # no island has a hospital, so the mainland's nearest is the nearest
    assert told["achieved"] == pytest.approx(np.median(rows["minutes"].fillna(np.inf)))
    assert told["basis"] == "assumption"
    assert "on the mainland" in told["reason"]


def test_coverage_is_plausible_and_worse_in_the_west(result: gm.Assessment) -> None:
    city, west = share(result, "city", "city"), share(result, "group", "west")
    assert city.between(0.60, 0.97).all()
    assert (west < share(result, "group", "rest of west")).all()
    assert (west > 0.5).all()
    assert (share(result, "plan_district", "万山区") < city).all()


def test_people_add_up_for_every_service(study: gm.Study, result: gm.Assessment) -> None:
    people = study.places.table["people"].sum()
    table = result.coverage[result.coverage["group_kind"] == "city"]
    covered, unknown = table["people_covered"], table["people_unknown"]
    uncovered = (
        result.access.table.query("status == 'uncovered'").groupby("service")["people"].sum()
    )
    whole = (covered + unknown).to_numpy() + uncovered.loc[table["service"]].to_numpy()
    assert whole == pytest.approx(people)


def test_most_targets_are_measurable_and_every_status_occurs(result: gm.Assessment) -> None:
    city = result.targets[result.targets["overall"]].set_index("target")
    assert len(city) == 47
    assert set(city["status"]) == {"met", "on_course", "behind", "overdue", "not_measurable"}
    without_data = {"monitoring-stations", "wubao-support", "broadcast-internet"}
    without_data |= {"property-management"}
    not_measurable = set(city.index[city["status"] == "not_measurable"])
    assert without_data <= not_measurable
    assert len(not_measurable) <= 6


def test_shelters_of_the_west_stay_below_the_promise(result: gm.Assessment) -> None:
    targets = result.targets[result.targets["overall"]].set_index("target")
    achieved = targets.loc["west-bus-shelters-487", "achieved"]
    assert 400 <= achieved < 487


def test_simulated_files_are_known_as_such(study: gm.Study) -> None:
    told = {*study.places.simulated, *study.facilities.simulated, *study.network.simulated}
    assert {"villages.csv", "roads.geojson", "ferries.csv", "shelters.xlsx"} <= told
    assert study.region.simulated == ()


def test_the_plan_of_a_study_carries_its_records(study: gm.Study, result: gm.Assessment) -> None:
    session = gm.assess(result.access, study.plan)
    assert list(session.targets["status"]) == list(result.targets["status"])


def test_sites_count_where_they_stand_and_from_the_day_they_open(result: gm.Assessment) -> None:
    proposal = gm.propose_sites(result, service="bus_shelter", count=20)
    was, now = (
        one.targets.set_index(["target", "unit"]).loc[("west-bus-shelters-487", "west"), "achieved"]
        for one in (proposal.before, proposal.after)
    )
    in_the_west = proposal.after.access.facilities.table.tail(20)["district_id"]
    assert now - was == in_the_west.isin(["440403", "440404"]).sum() > 0


def test_a_target_that_was_reached_late_says_so(result: gm.Assessment) -> None:
    overall = result.targets[result.targets["overall"]].set_index("target")
    late = overall[overall["reason"].str.contains("only after it was due")]
    assert set(late.index) >= {"hu-xin-lu-kou-interchange", "town-kindergartens"}
    assert set(late["status"]) == {"met"}
    assert late["reason_zh"].str.contains("期限之后").all()
    assert not (pd.to_datetime(late["due"]) >= pd.Timestamp("2014-12-31")).any()


def test_hospital_beds_are_shared_out_to_the_last(study: gm.Study, result: gm.Assessment) -> None:
    (rule,) = [one.supply for one in study.file.services if one.supply is not None]
    made = gm.measure_supply(result.access, [rule])
    assert (rule.service, rule.method, rule.title) == ("hospital", "e2sfca", "床位")
    beds = pd.read_csv(ZHUHAI / "health.csv").query("类别 == '医院' and 状态 == '在用'")["床位"]
    areas = made.areas.set_index(["group_kind", "group_id"])
    city, districts = areas.loc[("city", "city")], areas.loc["district"]
    assert city["capacity_shared"] == pytest.approx(beds.sum(), rel=1e-12) == 4180
    assert districts["capacity_shared"].sum() == pytest.approx(4180, rel=1e-12)
    assert city["people_measured"] + city["people_unknown"] == city["people"]
    none = made.table["supply_per_1000_people"] == 0
    assert set(made.table.loc[none, "reason"]) == {"no_facility_within_limit"}
    empty = made.table["supply_per_1000_people"].isna()
    assert set(made.table.loc[empty, "reason"]) == {"no_position", "outside_area", "not_connected"}


def programme_of(study: gm.Study, result: gm.Assessment, service: str) -> gm.Programme:
    (asked,) = [one for one in study.file.siting if one.service == service]
    return gm.plan_programme(
        result,
        service=service,
        years=asked.years,
        cost=asked.cost,
        candidates=study.candidates[service],
        targets=asked.targets,
        start=asked.start,
    )


def test_487_shelters_in_the_west_by_2014(study: gm.Study, result: gm.Assessment) -> None:
    programme = programme_of(study, result, "bus_shelter")
    assert programme.feasible
    facilities = programme.proposal.after.access.facilities.table
    built = facilities[facilities["facility_id"].str.startswith("bus_shelter@")]
    assert len(built) == 520  # 15.6 million yuan at 30,000 each
    assert built["district_id"].isin(["440403", "440404"]).sum() == 487
    told = programme.targets.set_index(["target", "scope"]).loc[("west-bus-shelters-487", "west")]
    assert (told["required"], told["before"], told["after"]) == (487, 0, 487)
    assert (told["status_before"], told["status_after"]) == ("overdue", "met")
    assert told["people_forgone"] > 0
    assert told["cost_of_it"] % 30_000 == 0
    years = programme.years
    assert years["cost"].cumsum().iloc[1:].tolist() == [4.8e6, 9.6e6, 15.6e6]
    assert (years["people_covered"].diff().iloc[1:] >= 0).all()
    assert years["proven"].all()
    assert years["people_covered"].iloc[-1] == programme.curve["people_so_far"].iloc[-1]


def test_a_centre_in_every_village_but_those_that_nobody_can_place(
    study: gm.Study, result: gm.Assessment
) -> None:
    programme = programme_of(study, result, "service_centre")
    assert not programme.feasible
    missed = programme.unmet[programme.unmet["what"] == "target"]
    places = study.places.table.set_index("place_id")
    lost = places.loc[missed["id"], "position"] == "missing"
    assert lost.sum() == 2  # the other three join no road
    off_road = missed["why"].str.contains("ruled out: not connected to the network")
    assert (off_road.to_numpy() == ~lost.to_numpy()).all()
    assert len(missed) == 5
    whole = programme.targets.iloc[0]
    assert whole["after"] == pytest.approx(117 / 122)
    assert (programme.years["sites"].iloc[1:] <= 35).all()
    assert not (programme.proposal.sites["year"] > 2014).any()
