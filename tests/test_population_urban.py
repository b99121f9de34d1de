"""Degree of urbanisation: clusters of dense cells, and the setting of places by them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import affine
import numpy as np
import pyproj
import pytest
from population_toys import CRS, X0, Y0, box, codes, places_of, read, region_of, tif

from gapmap.findings import finding
from gapmap.population import grid_setting, urban_clusters
from gapmap.rasters.grid import Grid
from gapmap.study import read_study

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.population import Population

EQUAL = pyproj.CRS("EPSG:6933")  # equal-area on the ellipsoid: its cells of 1 km have 1 km2


def grid_of(shape: tuple[int, int], crs: pyproj.CRS = EQUAL, cell_m: float = 1000.0) -> Grid:
    transform = affine.Affine(cell_m, 0, 10_000_000, 0, -cell_m, 3_000_000)
    return Grid(crs=crs, transform=transform, height=shape[0], width=shape[1])


def clusters(rows: list[list[float]]) -> list[list[int]]:
    people = np.array(rows, dtype=float)
    return urban_clusters(grid_of(people.shape), people).cluster.tolist()


def test_cells_that_share_sides_are_one_cluster_and_corners_join_none() -> None:
    assert clusters([[3000, 3000], [0, 0]]) == [[1, 1], [0, 0]]
    assert clusters([[3000, 0], [0, 3000]]) == [[0, 0], [0, 0]]
    assert clusters([[3000, 0], [300, 3000]]) == [[1, 0], [1, 1]]
    assert clusters([[6000, 0, 7000]]) == [[1, 0, 2]]


def test_both_limits_are_inclusive() -> None:
    assert clusters([[4700, 300]]) == [[1, 1]]
    assert clusters([[4700, 299.99]]) == [[0, 0]]
    assert clusters([[4699.99, 300]]) == [[0, 0]]
    assert clusters([[5000]]) == [[1]]
    assert clusters([[300] * 17]) == [[1] * 17]
    assert clusters([[300] * 16]) == [[0] * 16]


def test_a_cell_without_a_value_joins_nothing() -> None:
    assert clusters([[3000, np.nan, 3000]]) == [[0, 0, 0]]
    assert np.isnan(urban_clusters(grid_of((1, 3)), [[1, np.nan, 2]]).people[0, 1])
    assert clusters([[0, 0]]) == [[0, 0]]


def test_density_is_by_the_true_area_of_cells_in_degrees() -> None:
    """At 60 degrees north a cell of 30 seconds has 0.432 km2: 130 people are dense."""
    size = 1 / 120
    transform = affine.Affine(size, 0, 27, 0, -size, 60)
    grid = Grid(crs=pyproj.CRS(4326), transform=transform, height=1, width=2)
    assert urban_clusters(grid, [[4900, 130]]).cluster.tolist() == [[1, 1]]
    assert urban_clusters(grid, [[4900, 129]]).cluster.tolist() == [[0, 0]]


def test_fine_cells_are_put_together_and_nobody_is_lost() -> None:
    """100 m cells of 60 people: 6,000 per km2 over 4 km2, and one street of 100 people each."""
    people = np.zeros((60, 60))
    people[20:40, 20:40] = 60
    people[5, :] = 100
    people[:, 0] = np.nan
    grid = grid_of(people.shape, cell_m=100)
    made = urban_clusters(grid, people)
    assert made.grid.crs == pyproj.CRS("ESRI:54009")
    assert made.grid.transform.a == 1000
    assert (made.grid.transform.c % 1000, made.grid.transform.f % 1000) == (0, 0)
    assert np.nansum(made.people) == pytest.approx(np.nansum(people), rel=1e-9)
    assert made.cluster.max() >= 1
    middle = np.array(
        pyproj.Transformer.from_crs(EQUAL, made.grid.crs, always_xy=True).transform(
            10_003_000, 2_997_000
        )
    )
    row, column = made.grid.cells(middle)
    assert made.cluster[row[0], column[0]] > 0


@pytest.mark.parametrize("west", [180, -180, 250, -110])
def test_round_the_earth_neighbours_stay_neighbours(west: float) -> None:
    """400 m cells in degrees: one town of 14 km by 4 km, 500 people per km2."""
    size = 0.0036
    transform = affine.Affine(size, 0, west - 20 * size, 0, -size, -17)
    grid = Grid(crs=pyproj.CRS(4326), transform=transform, height=10, width=40)
    people = np.full(grid.shape, 80.0)
    people[:, :5] = 0
    made = urban_clusters(grid, people)
    assert made.people.size < 400
    assert made.cluster.max() == 1
    assert np.nansum(made.people) == pytest.approx(people.sum(), rel=1e-9)


def city(tmp_path: Path, **more: object) -> Population:
    """A town of 4 x 2 km at the border, half of it in d0: 700 people on each km2."""
    cells = np.full((4, 8), 20.0)
    cells[1:3, 2:6] = 700
    cells[0, 0] = -1
    region = region_of(box(0, 0, 4, 4))
    places = places_of(region, [{"at": (2, 2)}], weight="places")
    return read(tif(tmp_path / "a.tif", cells, nodata=-1), region, places, **more)


def test_a_cluster_reaches_across_the_border_of_the_study(tmp_path: Path) -> None:
    population = city(tmp_path, setting="grid")
    assert population.urban is not None
    assert population.grid.shape == (4, 8)  # with what lies within 10 km of the districts
    assert (population.urban.cluster > 0).sum() == 8
    assert population.cells["people"].sum() == pytest.approx(4 * 700 + 11 * 20)
    alone = city(tmp_path)
    assert alone.urban is None
    assert alone.grid.shape == (4, 4)


def test_places_without_a_setting_take_it_from_the_grid(tmp_path: Path) -> None:
    population = city(tmp_path, setting="grid")
    region = population.region
    rows = [
        {"at": (3, 2)},
        {"at": (1, 1)},
        {"at": (0.5, 3.5)},  # no value there, but cells around it
        {"at": None},
        {"at": (3, 2), "setting": "rural"},
        {"at": (20, 2), "position": "outside"},
        {"at": (1, 1)},  # half of its people live in the town
        {"at": (3, 2)},  # not even half
    ]
    # 20 people outside the town, and 20 or 19 inside
    shapes = [None] * 6 + [box(1, 1, 2 + 20 / 700, 2), box(1, 2, 2 + 19 / 700, 3)]
    places = places_of(region, rows, weight="places", polygons=shapes)
    path = population.source.raster
    read_again = read(path, region, places, setting="grid")
    made = grid_setting(places, read_again)
    expected = ["urban", "rural", "rural", "unknown", "rural", "unknown", "urban", "rural"]
    assert made.table["setting"].tolist() == expected
    said = made.findings[-1]
    assert said.code == "population-setting"
    assert dict(said.facts) == {"clusters": "1", "urban": "2", "rural": "3", "unknown": "2"}
    assert set(places.table["setting"]) == {"unknown", "rural"}


@pytest.mark.parametrize(("more", "expected"), [(0.0, "urban"), (1.0, "rural")])
def test_most_people_of_a_village_tell_its_setting_and_not_the_cell_under_it(
    tmp_path: Path, more: float, expected: str
) -> None:
    """5,000 people in one cell, and 25 cells of 200; the village stands in one of these."""
    cells = np.full((1, 26), 200.0)
    cells[0, 0] = 5000
    cells[0, 3] += more
    region = region_of(box(0, 0, 26, 1))
    places = places_of(region, [{"at": (20.5, 0.5)}], weight="places")
    note = finding("setting-unknown", file="villages.csv", row=2, count=1, some="– (1)")
    places = replace(places, findings=(note,))
    population = read(tif(tmp_path / "a.tif", cells), region, places, setting="grid")
    made = grid_setting(places, population)
    assert made.table["setting"].tolist() == [expected]
    assert [one.code for one in made.findings] == ["setting-by-grid", "population-setting"]


def test_without_clusters_of_its_own_those_within_the_districts_count(tmp_path: Path) -> None:
    """Half of the town has 2,800 people: no cluster; what has no value stays unknown."""
    population = city(tmp_path)
    rows = [{"at": (3, 2)}, {"at": (0.5, 3.5), "district_id": "elsewhere"}]
    places = places_of(population.region, rows, weight="places")
    again = read(population.source.raster, population.region, places)
    assert grid_setting(places, again).table["setting"].tolist() == ["rural", "unknown"]


def test_cells_of_many_km2_are_told(tmp_path: Path) -> None:
    region = region_of(box(0, 0, 20, 20))
    places = places_of(region, [{"at": (2, 2)}], weight="places")
    path = tif(tmp_path / "a.tif", np.full((4, 4), 9000.0), cell_m=5000)
    made = grid_setting(places, read(path, region, places, setting="grid"))
    assert [one.code for one in made.findings] == ["population-cells-large", "population-setting"]
    assert made.table["setting"].tolist() == ["urban"]  # 9,000 people on 25 km2 are 360 per km2
    assert "population-cells-large" not in codes(read(path, region, places))


def test_a_study_tells_no_setting_unknown_that_the_grid_has_found(tmp_path: Path) -> None:
    cells = np.full((4, 4), 700.0)
    tif(tmp_path / "pop.tif", cells)
    region_of(box(0, 0, 4, 4)).districts.to_file(tmp_path / "d.geojson")
    x, y = X0 + 2000, Y0 + 2000
    rows = f"id,name,x,y,cls,people\na,甲,{x},{y},?,11200\n"
    (tmp_path / "villages.csv").write_text(rows, encoding="utf8")
    (tmp_path / "posts.csv").write_text(f"id,name,svc,x,y\nf,站,post,{x},{y}\n", encoding="utf8")
    position = f'id = "id"\nname = "name"\nx = "x"\ny = "y"\ndatum = "{CRS}"\n'
    study = f"""[study]
name = "s"
date = 2024-12-31
crs = "{CRS}"
[districts]
path = "d.geojson"
id = "district_id"
name = "district"
[places]
path = "villages.csv"
people = "people"
setting = "cls"
setting_values = {{ urban = ["U"], rural = ["R"] }}
{position}[[facilities]]
path = "posts.csv"
service_column = "svc"
service_values = {{ post = ["post"] }}
{position}[population]
raster = "pop.tif"
SETTING
[services.post]
mode = "straight"
limit_m = 500
"""
    for setting, expected in (("", "unknown"), ('setting = "grid"', "urban")):
        (tmp_path / "study.toml").write_text(study.replace("SETTING", setting), encoding="utf8")
        made = read_study(tmp_path / "study.toml")
        assert made.places.table["setting"].tolist() == [expected]
        found = {one.code for one in made.findings}
        assert ("setting-unknown" in found) == (expected == "unknown")
        assert ("setting-by-grid" in found) == (expected == "urban")
