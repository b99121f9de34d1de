"""The invented county: every raster from one end to the other, as a planner runs it."""

import csv
import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

import gapmap as gm
from gapmap import cli
from gapmap.surface.search import search

FOLDER = Path(__file__).parents[1] / "data" / "hills"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hills") / "out"
    assert cli.main(["run", str(FOLDER / "study.toml"), "-o", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def study():
    return gm.read_study(FOLDER / "study.toml")


def table(out, name):
    return pd.read_csv(out / f"{name}.csv", encoding="utf-8-sig")


def rows(name):
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_files_are_those_that_the_script_makes(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("build_hills", FOLDER.parent / "build_hills.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    monkeypatch.setattr(made, "HERE", tmp_path)
    made.main()
    for path in sorted(tmp_path.iterdir()):
        shipped = FOLDER / path.name
        if path.suffix == ".tif":
            with rasterio.open(path) as mine, rasterio.open(shipped) as theirs:
                assert np.array_equal(mine.read(1), theirs.read(1))
                assert mine.transform == theirs.transform
        else:
            assert path.read_bytes() == shipped.read_bytes(), path.name


def test_everybody_is_counted_once_in_every_table(out):
    people = sum(int(row["人口"]) for row in rows("villages.csv"))
    coverage = table(out, "coverage")
    city = coverage[coverage["group_kind"] == "city"]
    assert (city["people"] == people).all()
    told = city[["people_covered", "people_uncovered", "people_unknown"]].sum(axis=1)
    assert told.to_numpy() == pytest.approx(people)
    grid = table(out, "grid_coverage")
    city = grid[grid["group_kind"] == "city"]
    told = city[["people_grid_covered", "people_grid_uncovered", "people_grid_unknown"]].sum(axis=1)
    assert told.to_numpy() == pytest.approx(people, rel=1e-9)  # reconciled
    zones = table(out, "zones")
    assert zones[zones["zone_kind"] == "city"].groupby("service")["people"].sum().to_numpy() == (
        pytest.approx(people, rel=1e-6)
    )
    unserved = table(out, "unserved")
    city = unserved[unserved["area_kind"] == "city"]
    told = city[["people_served", "people_residual", "people_unknown"]].sum(axis=1)
    assert told.to_numpy() == pytest.approx(city["people"].to_numpy(), rel=1e-6)


def test_districts_add_up_to_their_villages(out):
    population = table(out, "population")
    districts = population[population["area_kind"] == "district"]
    assert len(districts) == 3
    assert districts["people"].to_numpy() == pytest.approx(
        districts["people_table"].to_numpy(), rel=1e-9
    )
    findings = table(out, "findings")
    assert (findings["code"] == "population-reconciled").sum() == 3


def test_the_difference_is_the_sum_of_its_parts(out):
    grid = table(out, "grid_coverage").dropna(subset="difference_points")
    parts = grid[["points_beyond", "points_within", "points_weight"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(grid["difference_points"].to_numpy(), abs=1e-4)
    assert (grid["points_beyond"] <= 1e-9).all()
    assert (grid["points_within"] >= -1e-9).all()


def test_the_minutes_of_a_village_are_those_of_its_cell(out, study):
    access = table(out, "access")
    walked = access[access["service"] == "health_post"].reset_index(drop=True)
    with rasterio.open(out / "rasters" / "minutes_health_post.tif") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        minutes = source.read(1)
        where = [source.index(p.x, p.y) for p in study.places.table.geometry]
    there = np.array([minutes[spot] for spot in where], dtype=float)
    assert walked["minutes"].to_numpy(dtype=float) == pytest.approx(there, abs=1e-3, nan_ok=True)
    covered = walked["status"] == "covered"
    assert (walked.loc[covered, "minutes"] <= 30).all()
    assert (walked.loc[walked["status"] == "uncovered", "minutes"].dropna() > 30).all()


def test_the_river_is_crossed_by_bridges_and_the_ferry_alone(study):
    terrain = study.surface.terrain
    grid = study.surface.grid
    with rasterio.open(FOLDER / "land_cover.tif") as source:
        rows, columns = np.nonzero(source.read(1) == 5)
        spots = np.column_stack(source.xy(rows, columns))
    wet = np.zeros(grid.shape, dtype=bool)
    wet[grid.cells(spots)] = True
    start = [tuple(int(one[0]) for one in grid.cells([(512_000, 2_708_000)]))]
    with_all = search(terrain, start)
    assert np.isinf(with_all.minutes[wet & ~study.surface.road]).all()
    dry = np.where(wet, np.inf, terrain.minutes_per_cell)
    closed = gm.surface.Terrain(
        minutes_per_cell=dry,
        cell_m=terrain.cell_m,
        height_m=terrain.height_m,
        slope=terrain.slope,
        closed_corners=True,
        barred=terrain.barred,
    )
    row, column = grid.cells([(530_000, 2_704_000)])
    assert np.isfinite(with_all.minutes[row, column]).all()
    assert np.isinf(search(closed, start).minutes[row, column]).all()


def test_facilities_take_in_no_more_than_they_can(out):
    capacity = table(out, "capacity")
    assert len(capacity) == 12
    assert (capacity["people_served"] <= capacity["capacity_people"] + 1e-6).all()
    left = capacity["capacity_people"] - capacity["people_served"]
    assert capacity["capacity_left"].to_numpy() == pytest.approx(left.to_numpy(), abs=1e-6)
    assert (capacity["catchment_minutes"].dropna() <= 30 + 1e-6).all()


def test_every_post_refers_to_a_hospital(out):
    referral = table(out, "referral")
    assert len(referral) == 12
    assert set(referral["to_service"]) == {"hospital"}
    assert set(referral["status"]) <= {"within", "beyond", "unreachable", "unknown"}
    pairs = table(out, "referral_pairs")
    assert (pairs["minutes"] <= 30 + 1e-6).all()
    nearest = pairs.groupby("from_id")["minutes"].min()
    within = referral[referral["status"] == "within"].set_index("from_id")["minutes"]
    assert len(within) > 3
    assert nearest.to_dict() == pytest.approx(within.to_dict())


@pytest.mark.parametrize("service", ["health_post", "hospital"])
def test_sites_gain_over_land_what_they_promise(study, service):
    access = gm.measure_access(
        study.places, study.facilities, study.network, study.services, surface=study.surface
    )
    proposal = gm.propose_sites(gm.assess(access), service=service, count=2)
    covered = [
        one.coverage.set_index(["service", "group_kind", "group_id"])["people_covered"][
            service, "city", "city"
        ]
        for one in (proposal.before, proposal.after)
    ]
    assert len(proposal.sites) == 2
    assert covered[1] - covered[0] == pytest.approx(proposal.sites["people_gained"].sum())
    assert proposal.sites["people_gained"].min() > 0


def test_everything_says_that_it_is_simulated(out):
    for name in ("population", "grid_coverage", "zones", "capacity", "unserved", "referral"):
        assert table(out, name)["simulated"].all(), name
    for path in (out / "rasters").glob("*.tif"):
        with rasterio.open(path) as source:
            assert source.tags()["SIMULATED"].lower() == "true"
    told = json.loads((out / "run.json").read_text("utf-8"))
    assert {"land_cover.tif", "dem.tif", "people.tif"} <= set(told["simulated_files"])


def test_nothing_of_gdals_own_is_printed(capfd):
    assert cli.main(["check", str(FOLDER / "study.toml")]) == 0
    said = capfd.readouterr()
    assert "GDAL" not in said.out + said.err


HOLED = """
[study]
name = "有洞的栅格"
date = 2014-12-31
crs = "EPSG:4547"
[districts]
path = "districts.geojson"
id = "code"
name = "name"
datum = "wgs84"
[places]
path = "villages.csv"
id = "编码"
name = "名称"
x = "经度"
y = "纬度"
datum = "wgs84"
%s
[[facilities]]
path = "facilities.csv"
service_column = "类别"
service_values = { health_post = ["卫生站"] }
id = "编号"
name = "名称"
x = "经度"
y = "纬度"
datum = "wgs84"
capacity = "床位"
[population]
raster = "people.tif"
reconcile = "district"
[services.health_post]
mode = "straight"
limit_m = 2000
catchment = "capacity"
people_per_capacity = 600
source = "assumption"
"""


@pytest.mark.parametrize("people", ['people = "人口"', ""])
def test_a_hole_in_the_raster_is_the_same_hole_in_every_table(tmp_path, people):
    for name in ("districts.geojson", "villages.csv", "facilities.csv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    with rasterio.open(FOLDER / "people.tif") as raster:
        cells, profile = raster.read(1), raster.profile
    cells[:, : cells.shape[1] * 2 // 5] = profile["nodata"]
    with rasterio.open(tmp_path / "people.tif", "w", **profile) as raster:
        raster.write(cells, 1)
    (tmp_path / "study.toml").write_text(HOLED % people, encoding="utf-8")
    assert cli.main(["run", str(tmp_path / "study.toml"), "-o", str(tmp_path / "out")]) == 0
    grid = table(tmp_path / "out", "grid_coverage").set_index(["group_kind", "group_id"])
    zones = table(tmp_path / "out", "zones").set_index(["zone_kind", "zone_id"])
    unserved = table(tmp_path / "out", "unserved").set_index(["area_kind", "area_id"])
    assert grid.loc[("city", "city"), "people_missing"] > 1000
    for area in [("city", "city"), *grid.loc[["district"]].index]:
        row, steps, left = grid.loc[area], zones.loc[[area]], unserved.loc[area]
        everybody = pytest.approx(row["people_grid"] + row["people_missing"], rel=1e-6)
        assert steps["people"].sum() == everybody
        assert left["people"] == everybody
        at_limit = steps[steps["up_to"] == 2000].iloc[0]
        assert at_limit["share_within_low"] == pytest.approx(row["share_grid_low"], abs=2e-6)
        assert at_limit["share_within_high"] == pytest.approx(row["share_grid_high"], abs=2e-6)
        assert row["share_grid_high"] - row["share_grid_low"] >= row["people_missing"] / (
            row["people_grid"] + row["people_missing"]
        ) - 1e-5  # fmt: skip
        assert left["people_unknown"] >= row["people_missing"] * (1 - 1e-6)
    coverage = table(tmp_path / "out", "coverage").set_index(["group_kind", "group_id"])
    city = coverage.loc[("city", "city")]
    if people:
        told = sum(int(row["人口"]) for row in rows("villages.csv"))
        assert city["people"] == told
        assert grid.loc[("city", "city"), ["people_grid", "people_missing"]].sum() == (
            pytest.approx(told, rel=1e-6)
        )
    else:
        missing = grid.loc[("city", "city"), "people_missing"]
        assert city["people_missing"] == pytest.approx(missing, rel=1e-6)
        low, high = city["share_people_low"], city["share_people_high"]
        lost = city["people_unknown"] + missing
        assert high - low == pytest.approx(lost / (city["people"] + missing), abs=1e-5)
        access = table(tmp_path / "out", "access")
        assert access["people"].sum() == pytest.approx(city["people"], rel=1e-6)
