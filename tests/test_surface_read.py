"""Land cover, speeds and heights become minutes per cell, on one grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from surface_toys import (
    CELL,
    CRS,
    NORTH,
    SIDE,
    SPEEDS,
    WEST,
    codes,
    fields,
    region,
    roads,
    shape,
    surface,
    tif,
)

from gapmap.errors import InputError, MethodError
from gapmap.surface.aligning import MOST_CELLS, choose_grid
from gapmap.surface.read import read_surface
from gapmap.surface.speeds import read_speeds
from gapmap.surface.value import SurfaceSource

DATA = Path(__file__).parent / "data" / "rasters"


def one(ground, code):
    (found,) = [said for said in ground.findings if said.code == code]
    return found


def facts(ground, code):
    return dict(one(ground, code).facts)


def table(folder: Path, text: str) -> Path:
    path = folder / "speeds.csv"
    path.write_text(text, encoding="utf8")
    return path


def read(area=None, **more) -> object:
    return read_surface(SurfaceSource(roads="walk", **more), area or region())


# The grid


def test_land_cover_in_the_metric_crs_is_taken_as_it_is(tmp_path):
    cells = fields()
    cells[3, 5], cells[4] = 2, 9
    ground = surface(tmp_path, cells)
    assert ground.grid.shape == (SIDE, SIDE)
    assert ground.grid.transform == rasterio.Affine(CELL, 0, WEST, 0, -CELL, NORTH)
    expected = np.full((SIDE, SIDE), 1.5)  # 100 m at 4 km/h
    expected[3, 5], expected[4] = 3.0, np.inf
    np.testing.assert_allclose(ground.terrain.minutes_per_cell, expected, rtol=1e-12)
    assert "surface-aligned" not in codes(ground)
    assert ground.barrier.sum() == 20
    assert not ground.unknown.any()


def test_the_grid_reaches_beyond_the_districts_but_no_farther_than_the_land_cover(tmp_path):
    cover = tif(tmp_path / "c.tif", fields(200))
    speeds = table(tmp_path, SPEEDS)
    small = region(begin=9_000, east=11_000, south=11_000)
    ground = read(small, land_cover=cover, speeds=speeds)
    assert ground.grid.shape == (120, 120)  # 2 km and 5 km on either side
    assert ground.grid.bounds == (WEST + 4e3, NORTH - 16e3, WEST + 16e3, NORTH - 4e3)
    driven = SurfaceSource(land_cover=cover, speeds=speeds)
    assert read_surface(driven, small).grid.shape == (120, 120)  # nobody drives without roads
    network = roads(shape([(9_000, 10_000), (11_000, 10_000)]))
    ground = read_surface(driven, small, network)
    assert ground.grid.shape == (200, 200)  # 20 km, but there is no more
    assert facts(ground, "surface-grid")["km"] == "20"


def test_what_the_land_cover_does_not_cover_is_unknown_and_told_with_its_share(tmp_path):
    cover = tif(tmp_path / "c.tif", fields()[:, :15])
    ground = read(land_cover=cover, speeds=table(tmp_path, SPEEDS))
    assert ground.grid.shape == (SIDE, SIDE)
    assert ground.unknown[:, 15:].all()
    assert not ground.unknown[:, :15].any()
    assert np.isinf(ground.terrain.minutes_per_cell[:, 15:]).all()
    assert facts(ground, "surface-land-unknown") == {"cells": "100", "share": "25.00%"}


def test_a_raster_that_runs_from_south_to_north_lies_where_it_lies(tmp_path):
    cells = fields()
    cells[2, 3] = 2
    down = rasterio.Affine(CELL, 0, WEST, 0, CELL, NORTH - 2000)
    cover = tif(tmp_path / "c.tif", cells[::-1].copy(), transform=down)
    ground = read(land_cover=cover, speeds=table(tmp_path, SPEEDS))
    straight = surface(tmp_path, cells)
    assert ground.grid.transform == straight.grid.transform
    np.testing.assert_array_equal(
        ground.terrain.minutes_per_cell, straight.terrain.minutes_per_cell
    )


def test_a_size_of_cell_may_be_chosen(tmp_path):
    cells = fields()
    cells[:, 10:] = 2
    ground = surface(tmp_path, cells, cell_m=50)
    assert ground.grid.shape == (40, 40)
    assert ground.grid.transform.a == 50
    np.testing.assert_allclose(ground.terrain.minutes_per_cell[:, :20], 0.75)
    np.testing.assert_allclose(ground.terrain.minutes_per_cell[:, 20:], 1.5)
    assert facts(ground, "surface-aligned") == {"was": "100", "now": "50"}
    assert "surface-coarser" not in codes(ground)
    assert "surface-coarser" in codes(surface(tmp_path, cells, cell_m=200))


def test_coarser_cells_that_lose_a_river_are_told_and_its_class_stays_in_the_table(tmp_path):
    cells = fields()
    cells[:, 3] = 9  # a river one cell wide that no middle of a cell of 300 m lies in
    cells[0, 0] = 2
    ground = surface(tmp_path, cells, cell_m=300)
    assert ground.grid.shape == (7, 7)
    assert not ground.barrier.any()
    said = one(ground, "surface-coarser-shut")
    assert (said.severity, said.value) == ("warning", "300")
    lost = {"was": "100", "own": "20", "cells": "7", "kept": "0", "lost": "7"}
    assert dict(said.facts) == lost
    assert "surface-coarser" not in codes(ground)
    assert "surface-class-unused" not in codes(ground)
    named = ground.classes.set_index("class")
    assert named["cells"].drop(index=[1], errors="ignore").to_dict() == {2: 0, 9: 0}
    assert named["used"].to_dict() == {1: True, 2: False, 9: False}
    assert named.loc[9, "name"] == "water"


def test_coarser_cells_that_keep_some_of_a_river_are_counted(tmp_path):
    cells = fields()
    cells[:10, 4] = 9  # of cells of 300 m the middle row 1, 4, 7 are water, row 10 is not
    said = dict(one(surface(tmp_path, cells, cell_m=300), "surface-coarser-shut").facts)
    assert said == {"was": "100", "own": "10", "cells": "4", "kept": "3", "lost": "1"}
    lake = fields()
    lake[3:9, 3:9] = 9  # whole cells of 300 m: nothing is lost
    assert "surface-coarser-shut" not in codes(surface(tmp_path, lake, cell_m=300))
    odd = fields().astype(np.float32)
    odd[0, 0], odd[0, 3], odd[0, 6], odd[:, 11] = np.inf, 1e12, 1.5, 9  # three are no classes
    ground = surface(tmp_path, odd, cell_m=300)
    assert ground.classes["class"].tolist() == [1, 9]
    assert facts(ground, "surface-coarser-shut")["own"] == "20"
    assert "surface-coarser-shut" not in codes(surface(tmp_path, cells, cell_m=50))


def test_without_land_cover_all_land_has_one_speed():
    ground = read(cell_m=250, kmh=3.0)
    assert ground.grid.shape == (48, 48)  # 2 km and 5 km on either side
    np.testing.assert_allclose(ground.terrain.minutes_per_cell, 5.0)
    assert one(ground, "surface-one-speed").value == "3"
    assert ground.classes["used"].tolist() == [True]


@pytest.mark.parametrize(
    ("more", "code"),
    [({}, "surface-no-cell"), ({"cell_m": 0.5}, "surface-too-large")],
)
def test_cells_of_no_size_and_too_many_of_them_are_refused(more, code):
    with pytest.raises(InputError) as caught:
        read(**more)
    assert caught.value.code == code


def test_who_asks_for_too_many_cells_is_told_how_much_they_take_and_what_fits():
    study = region()
    width, height = np.ptp(np.array(study.districts.total_bounds).reshape(2, 2), axis=0)
    with pytest.raises(InputError) as caught:
        choose_grid(study, cell_m=0.125, lattice=None, margin_m=0.0)
    told = dict(caught.value.found[0].facts)
    cells = width * height / 0.125**2
    assert float(told["gib"].replace(",", "")) == pytest.approx(cells * 131 / 2**30, rel=0.02)
    grid = choose_grid(study, cell_m=float(told["fits"]), lattice=None, margin_m=0.0)
    assert 0.7 * MOST_CELLS < grid.height * grid.width <= MOST_CELLS


def test_all_that_is_wrong_with_the_rasters_is_told_at_once(tmp_path):
    no_crs = tif(tmp_path / "c.tif", fields(), crs=None)
    with pytest.raises(InputError) as caught:
        read(land_cover=no_crs, speeds=table(tmp_path, SPEEDS), dem=tmp_path / "d.tif")
    assert [found.code for found in caught.value.found] == ["raster-no-crs", "raster-missing"]


def test_a_network_in_another_crs_is_refused(tmp_path):
    other = pyproj.CRS("EPSG:4548")
    moved = roads(shape([(0, 0), (900, 0)]))
    with pytest.raises(MethodError):
        surface(tmp_path, fields(), type(moved)(**{**parts(moved), "crs": other}))


def parts(network) -> dict[str, object]:
    names = ("crs", "xy", "edges", "speeds")
    return {name: getattr(network, name) for name in names}


# Rasters in other systems


def nearest(ground, path: Path) -> np.ndarray:
    """Look up the raster's value at every cell's middle, without GDAL."""
    with rasterio.open(path) as source:
        values, back = source.read(1), ~source.transform
        to_raster = pyproj.Transformer.from_crs(CRS if ground is None else ground.grid.crs,
                                                source.crs.to_wkt(), always_xy=True)  # fmt: skip
    rows, columns = np.indices(ground.grid.shape).reshape(2, -1)
    x, y = to_raster.transform(*ground.grid.centres(rows, columns).T)
    column = np.floor(back.a * np.array(x) + back.c).astype(int)
    row = np.floor(back.e * np.array(y) + back.f).astype(int)
    inside = (row >= 0) & (row < values.shape[0]) & (column >= 0) & (column < values.shape[1])
    found = np.full(len(row), -1, int)
    found[inside] = values[row[inside], column[inside]]
    return found.reshape(ground.grid.shape)


def test_classes_in_degrees_are_those_of_the_nearest_cell(tmp_path):
    draw = np.random.default_rng(5)
    cells = draw.choice([1, 2, 9], (40, 40)).astype(np.uint8)
    to_degrees = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True)
    west, north = to_degrees.transform(WEST - 500, NORTH + 500)
    size = 0.00075  # about 80 m
    path = tif(
        tmp_path / "c.tif",
        cells,
        crs="EPSG:4326",
        transform=rasterio.Affine(size, 0, west, 0, -size, north),
    )
    ground = read(land_cover=path, speeds=table(tmp_path, SPEEDS))
    middle = to_degrees.transform(WEST + 1000, NORTH - 1000)[1]
    m2 = (size * 111_320) ** 2 * np.cos(np.radians(middle))
    assert ground.grid.transform.a == pytest.approx(m2**0.5, rel=3e-3)
    kmh = {1: 4.0, 2: 2.0, 9: 0.0, -1: np.nan}
    expected = np.vectorize(kmh.get)(nearest(ground, path))
    got = ground.grid.transform.a * 0.06 / ground.terrain.minutes_per_cell
    wrong = ~np.isclose(got, np.nan_to_num(expected))
    assert wrong.mean() < 0.02  # where GDAL is off by up to an eighth of a cell
    assert facts(ground, "surface-aligned")["now"] == f"{ground.grid.transform.a:g}"


def test_a_real_raster_in_mollweide_is_brought_onto_a_grid_in_utm(tmp_path):
    path = DATA / "ghsl_years_cut.tif"  # years in which cells were built up, as classes
    utm = pyproj.CRS("EPSG:32618")
    with rasterio.open(path) as source:
        x, y = source.xy(30, 30)
        there = pyproj.Transformer.from_crs(source.crs.to_wkt(), utm, always_xy=True)
        years = sorted(set(source.read(1).ravel().tolist()) - {65535})
    x, y = there.transform(x, y)
    area = region()
    districts = area.districts.set_geometry([shapely.box(x - 1e3, y - 1e3, x + 1e3, y + 1e3)])
    area = type(area)(
        districts=districts.set_crs(utm, allow_override=True),
        towns=area.towns,
        groups={},
        crs=utm,
    )
    speeds = table(tmp_path, "class,kmh\n" + "".join(f"{year},{1 + k}\n" for k, year in
                                                     enumerate(years)))  # fmt: skip
    ground = read(area, land_cover=path, speeds=speeds)
    assert ground.grid.transform.a == pytest.approx(100, abs=0.5)
    kmh = {65535: 0.0, -1: 0.0} | {year: 1.0 + k for k, year in enumerate(years)}
    expected = np.vectorize(kmh.get)(nearest(ground, path))
    got = ground.grid.transform.a * 0.06 / ground.terrain.minutes_per_cell
    assert np.isclose(got, expected).mean() > 0.99  # GDAL may be off by an eighth of a cell
    assert ground.unknown.any()
    assert ground.classes["cells"].sum() == ground.unknown.size


def test_the_same_answer_in_small_parts(tmp_path, monkeypatch):
    from gapmap.surface import aligning  # noqa: PLC0415 - to look inside

    draw = np.random.default_rng(6)
    heights = draw.normal(300, 20, (60, 60)).astype(np.float32)
    fine = rasterio.Affine(40, 0, WEST - 120, 0, -40, NORTH + 120)
    dem = tif(tmp_path / "d.tif", heights, transform=fine)
    cells = fields()
    whole = surface(tmp_path, cells, dem=dem)
    monkeypatch.setattr(aligning, "_AT_ONCE", 300)
    parted = surface(tmp_path, cells, dem=dem)
    np.testing.assert_allclose(parted.terrain.height_m, whole.terrain.height_m, rtol=1e-6)


# Heights


def test_heights_of_a_finer_raster_are_the_mean_of_the_cells_within(tmp_path):
    fine = np.arange(1600, dtype=np.float32).reshape(40, 40)
    half = rasterio.Affine(50, 0, WEST, 0, -50, NORTH)
    ground = surface(tmp_path, fields(), dem=tif(tmp_path / "d.tif", fine, transform=half))
    means = fine.reshape(20, 2, 20, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(ground.terrain.height_m, means, rtol=1e-6)
    assert ground.terrain.slope == "tobler"
    assert one(ground, "surface-aligned").file == "d.tif"


def test_heights_of_a_coarser_raster_are_between_those_around(tmp_path):
    x = np.arange(-1, 11) * 200.0 + 100
    plane = (x[None, :] * 0.1 + x[:, None] * 0.05).astype(np.float32)
    coarse = rasterio.Affine(200, 0, WEST - 200, 0, -200, NORTH + 200)
    ground = surface(tmp_path, fields(), dem=tif(tmp_path / "d.tif", plane, transform=coarse))
    at = np.arange(20) * 100.0 + 50
    np.testing.assert_allclose(
        ground.terrain.height_m, at[None, :] * 0.1 + at[:, None] * 0.05, atol=1e-3
    )


def test_a_cell_without_height_is_flat_and_told_and_spoils_no_neighbour(tmp_path):
    heights = np.full((20, 20), 50, np.int16)
    heights[4, 4] = -32768  # nothing declares it
    heights[9, 9] = 12_000
    ground = surface(tmp_path, fields(), dem=tif(tmp_path / "d.tif", heights))
    assert np.argwhere(np.isnan(ground.terrain.height_m)).tolist() == [[4, 4], [9, 9]]
    assert np.nanmax(ground.terrain.height_m) == np.nanmin(ground.terrain.height_m) == 50
    assert facts(ground, "surface-height-unknown") == {"cells": "2", "share": "0.50%"}
    assert "12000" in one(ground, "surface-height-odd").value
    half = rasterio.Affine(50, 0, WEST, 0, -50, NORTH)
    fine = np.full((40, 40), 50, np.float32)
    fine[8:10, 8:9] = -9999
    ground = surface(tmp_path, fields(), dem=tif(tmp_path / "d.tif", fine, transform=half))
    assert np.nanmin(ground.terrain.height_m) == 50
    assert not np.isnan(ground.terrain.height_m).any()


def in_unit(path: Path, unit: str) -> Path:
    with rasterio.open(path, "r+") as target:
        target.units = (unit,)
    return path


@pytest.mark.parametrize(
    ("unit", "metres"),
    [
        ("ft", 304.8),
        ("Foot", 304.8),
        ("feet", 304.8),
        ("us-ft", 1_200_000 / 3937),
        ("US survey foot", 1_200_000 / 3937),
        ("m", 1000.0),
        ("metre", 1000.0),
        ("", 1000.0),
    ],
)
def test_heights_in_feet_become_metres_and_are_told(tmp_path, unit, metres):
    heights = np.full((20, 20), 1000, np.float32)
    dem = in_unit(tif(tmp_path / "d.tif", heights), unit)
    ground = surface(tmp_path, fields(), dem=dem)
    np.testing.assert_allclose(ground.terrain.height_m, metres, rtol=1e-12)
    assert ("surface-height-feet" in codes(ground)) == (metres != 1000)
    if metres != 1000:
        said = one(ground, "surface-height-feet")
        assert (said.severity, said.repair, said.value) == ("warning", "safe", unit)
        assert dict(said.facts) == {"cells": "400", "was": "1,000", "now": "304.8"}


def test_heights_in_feet_beyond_9000_are_no_error_and_those_not_to_be_repaired_are(tmp_path):
    heights = np.full((20, 20), 12_000, np.float32)
    dem = in_unit(tif(tmp_path / "d.tif", heights), "ft")
    ground = surface(tmp_path, fields(), dem=dem)
    np.testing.assert_allclose(ground.terrain.height_m, 3657.6)
    assert "surface-height-odd" not in codes(ground)
    with pytest.raises(InputError) as caught:
        surface(tmp_path, fields(), dem=dem, repair="none")
    assert caught.value.code == "surface-height-feet-kept"


def test_land_without_heights_is_a_warning_with_its_share(tmp_path):
    heights = np.full((20, 20), 5, np.float32)
    heights[:, :10] = np.nan
    ground = surface(tmp_path, fields(), dem=tif(tmp_path / "d.tif", heights))
    said = one(ground, "surface-height-unknown")
    assert said.severity == "warning"
    assert dict(said.facts) == {"cells": "200", "share": "50.00%"}


def test_slope_may_be_left_out(tmp_path):
    dem = tif(tmp_path / "d.tif", np.zeros((20, 20), np.float32))
    ground = surface(tmp_path, fields(), dem=dem, slope="none")
    assert (ground.terrain.slope, ground.terrain.height_m) == ("none", None)


# Classes and speeds


def test_a_class_without_a_speed_is_impassable_and_told_with_its_share(tmp_path):
    cells = fields()
    cells[:2], cells[2] = 7, 8
    ground = surface(tmp_path, cells)
    assert ground.unknown[:3].all()
    assert ground.unknown.sum() == 60
    said = one(ground, "surface-class-missing")
    assert said.value == "7: 40 (10.00%), 8: 20 (5.00%)"
    assert dict(said.facts) == {"classes": "2", "cells": "60", "share": "15.00%"}
    assert one(ground, "surface-class-unused").value == "2, 9"
    named = ground.classes.set_index("class")
    assert np.isnan(named.loc[7, "kmh"])
    assert named["used"].to_dict() == {1: True, 7: False, 8: False}
    assert named.loc[1, "name"] == "fields"
    assert named["share"].sum() == pytest.approx(1)
    assert named.loc[1, "km2"] == pytest.approx(3.4)


def test_cells_without_a_class_are_unknown(tmp_path):
    cells = fields()
    cells[0, :4] = 0
    cover = tif(tmp_path / "c.tif", cells, nodata=0)
    ground = read(land_cover=cover, speeds=table(tmp_path, SPEEDS))
    assert ground.unknown.sum() == 4
    assert facts(ground, "surface-land-unknown") == {"cells": "4", "share": "1.00%"}


def test_classes_may_be_floating_point_but_no_fractions(tmp_path):
    cells = fields().astype(np.float32)
    cells[3, 3] = 1.5
    cover = tif(tmp_path / "c.tif", cells)
    ground = read(land_cover=cover, speeds=table(tmp_path, SPEEDS))
    assert np.argwhere(ground.unknown).tolist() == [[3, 3]]
    assert facts(ground, "surface-class-fraction") == {"cells": "1"}


def test_classes_far_apart_are_told_apart(tmp_path):
    cells = np.full((20, 20), -2_000_000_000, np.int32)
    cells[5:] = 2_000_000_000
    cover = tif(tmp_path / "c.tif", cells)
    speeds = table(tmp_path, "class,kmh\n-2000000000,3\n2000000000,6\n")
    ground = read(land_cover=cover, speeds=speeds)
    np.testing.assert_allclose(ground.terrain.minutes_per_cell[:5], 2)
    np.testing.assert_allclose(ground.terrain.minutes_per_cell[5:], 1)


def test_where_every_class_is_a_fraction_the_refusal_says_so(tmp_path):
    with pytest.raises(InputError) as caught:
        surface(tmp_path, np.full((20, 20), 1.5, np.float32))
    assert caught.value.code == "surface-class-none"
    assert "no cell of the raster holds a whole number" in str(caught.value)
    cells = np.full((20, 20), 1.5, np.float32)
    cells[0] = 9  # a class, but one that nobody crosses
    with pytest.raises(InputError) as caught:
        surface(tmp_path, cells)
    told = [one.code for one in caught.value.found]
    assert told == ["surface-nothing-passable", "surface-class-fraction"]


def test_a_raster_of_which_no_class_is_passable_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        surface(tmp_path, fields(value=9))
    assert caught.value.code == "surface-nothing-passable"


def test_nothing_is_passable_and_the_row_that_is_why_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        read(
            land_cover=tif(tmp_path / "lc.tif", fields()),
            speeds=table(tmp_path, "class,kmh\n1,-2\n9,0\n"),
        )
    told = [(one.code, one.row) for one in caught.value.found]
    assert told == [("surface-nothing-passable", None), ("surface-speed-odd", 2)]


def test_off_path_multiplies_the_speed_on_land(tmp_path):
    ground = surface(tmp_path, fields(), off_path=0.5)
    np.testing.assert_allclose(ground.terrain.minutes_per_cell, 3.0)
    assert facts(ground, "surface-walking") == {"on": "1", "off": "0.5"}


def test_the_table_of_speeds_is_read_as_planners_write_it(tmp_path):
    path = table(
        tmp_path,
        "地类代码,地类名称,步行速度(km/h)\n１,耕地,4 km/h\n2.0,林地,2.5\n"
        "3,草地,1.2米/秒\nPrimary,主干路,60\n9,水域,0\n",
    )
    speeds = read_speeds(path)
    assert speeds.by_class == {1: 4.0, 2: 2.5, 3: 4.32, 9: 0.0}
    assert speeds.by_road == {"primary": 60.0}
    assert speeds.names == {1: "耕地", 2: "林地", 3: "草地", 9: "水域"}
    (rows,) = speeds.rows
    assert (rows.read, rows.used, rows.excluded) == (5, 5, 0)


def test_speeds_in_metres_a_second_are_converted_where_the_title_says_so(tmp_path):
    speeds = read_speeds(table(tmp_path, "class,速度(m/s)\n1,1.25\n2,0.5\n"))
    assert speeds.by_class == {1: 4.5, 2: 1.8}
    (said,) = [found for found in speeds.findings if found.code == "surface-speed-converted"]
    assert dict(said.facts)["example"] == "4.5"


def test_rows_without_a_speed_are_left_out_and_each_is_told(tmp_path):
    text = "class,kmh\n1,4\n2,\n3,-1\n4,200\n5,fast\n6,1e999\nforest,3\n1,4\n7,约3\n"
    speeds = read_speeds(table(tmp_path, text))
    (rows,) = speeds.rows
    assert (rows.read, rows.used, rows.repaired, rows.excluded) == (9, 1, 0, 8)
    assert speeds.by_class.pop(1) == 4
    assert set(speeds.by_class) == {2, 3, 4, 5, 6, 7}
    assert np.isnan(list(speeds.by_class.values())).all()
    told = sorted((found.code, found.row) for found in speeds.findings if found.row)
    assert told == [
        ("number-approximate", 10),
        ("number-unreadable", 6),
        ("number-unreadable", 7),
        ("surface-class-repeated", 9),
        ("surface-class-unreadable", 8),
        ("surface-speed-missing", 3),
        ("surface-speed-odd", 4),
        ("surface-speed-odd", 5),
    ]


def test_one_class_with_two_speeds_is_an_error_that_names_both_rows(tmp_path):
    with pytest.raises(InputError) as caught:
        read_speeds(table(tmp_path, "class,kmh\n1,4\n2,3\n1,5\n2,1\n"))
    assert [(found.code, found.row) for found in caught.value.found] == [
        ("surface-class-twice", 4),
        ("surface-class-twice", 5),
    ]


def test_a_repair_counts_as_one(tmp_path):
    speeds = read_speeds(table(tmp_path, "class,kmh\n1,约4\n2,3\n"), repair="all")
    assert speeds.by_class == {1: 4.0, 2: 3.0}
    (rows,) = speeds.rows
    assert (rows.used, rows.repaired, rows.excluded) == (1, 1, 0)


def test_speeds_that_look_like_metres_a_second_are_pointed_out(tmp_path):
    cover = tif(tmp_path / "c.tif", fields())
    speeds = table(tmp_path, "class,kmh\n1,1.3\n")
    ground = read(land_cover=cover, speeds=speeds)
    assert one(ground, "surface-speeds-slow").value == "1.3"


def test_files_that_are_simulated_are_named(tmp_path):
    ground = surface(tmp_path, fields(), simulated=True)
    assert ground.simulated == ("cover.tif", "speeds.csv")
    assert [count.file for count in ground.rows] == ["speeds.csv"]
    assert "surface-no-network" in codes(ground)
