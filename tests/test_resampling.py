"""People on another grid: as many as before."""

from dataclasses import replace
from pathlib import Path

import affine
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gapmap.errors import MethodError
from gapmap.rasters import resampling
from gapmap.rasters.grid import Grid
from gapmap.rasters.resampling import resample

METRIC = pyproj.CRS("EPSG:4547")
DEGREES = pyproj.CRS("EPSG:4326")
UTM = pyproj.CRS("EPSG:32649")  # PROJ is quicker with it: there is one way from degrees
WORLDPOP = Path(__file__).parent / "data" / "rasters" / "worldpop_1km_cut.tif"


def grid(size, left=500_000.0, top=2_500_000.0, shape=(6, 6), crs=METRIC):
    transform = affine.Affine(size, 0, left, 0, -size, top)
    return Grid(crs=crs, transform=transform, height=shape[0], width=shape[1])


def around(source, size, crs):
    """Give a grid that has all of another within it."""
    bring = pyproj.Transformer.from_crs(source.crs, crs, always_xy=True)
    left, bottom, right, top = bring.transform_bounds(*source.bounds)
    shape = int((top - bottom) / size) + 3, int((right - left) / size) + 3
    return grid(size, left=left - size, top=top + size, shape=shape, crs=crs)


def draw_grid(draw):
    """Give a grid of any cells, now and then with its rows from south to north."""
    shape = tuple(int(one) for one in draw.integers(1, 9, 2))
    one = grid(1.0, shape=shape)
    size = draw.uniform(20, 300, 2) * (1, draw.choice([-1, 1]))
    left, top = 500_000 + draw.uniform(-600, 600), 2_500_000 + draw.uniform(-600, 600)
    return replace(one, transform=affine.Affine(size[0], 0, left, 0, size[1], top))


def test_four_cells_become_one_and_one_becomes_four():
    values = np.arange(36, dtype=float).reshape(6, 6)
    coarse = resample(values, grid(100), grid(200, shape=(3, 3)))
    assert coarse.people == pytest.approx(values.reshape(3, 2, 3, 2).sum(axis=(1, 3)))
    assert coarse.left_out == 0
    fine = resample(coarse.people, grid(200, shape=(3, 3)), grid(100)).people
    assert fine == pytest.approx(np.kron(coarse.people / 4, np.ones((2, 2))))


def test_a_grid_moved_by_half_a_cell_shares_by_halves_and_tells_who_is_left():
    moved = grid(100, left=500_050.0, shape=(1, 2))
    found = resample(np.array([[8.0, 6.0]]), grid(100, shape=(1, 2)), moved)
    assert found.people == pytest.approx(np.array([[7.0, 3.0]]))
    assert found.share_missing == pytest.approx(np.array([[0.0, 0.5]]))
    assert found.left_out == pytest.approx(4.0)


def test_a_grid_elsewhere_leaves_all_out():
    found = resample(np.ones((6, 6)), grid(100), grid(100, left=700_000.0))
    assert found.people.tolist() == np.zeros((6, 6)).tolist()
    assert (found.share_missing == 1).all()
    assert found.left_out == pytest.approx(36)


@pytest.mark.parametrize("nothing", [np.nan, np.inf])
def test_what_has_no_value_holds_nobody_and_is_missing(nothing):
    values = np.array([[nothing, 3.0]])
    same = grid(100, shape=(1, 2))
    kept = resample(values, same, same)
    assert kept.people.tolist() == [[0.0, 3.0]]
    assert kept.share_missing.tolist() == [[1.0, 0.0]]
    joined = resample(values, same, replace(grid(100), transform=same.transform @ scaled(2)))
    assert joined.people[0, 0] == pytest.approx(3)
    assert joined.share_missing[0, 0] == pytest.approx(0.5)
    assert joined.left_out == 0


def scaled(columns):
    return affine.Affine.scale(columns, 1)


def test_the_same_grid_is_left_as_it_is_to_the_last_figure():
    """Corners come out of 0.1 and its multiples, which no number in binary holds."""
    draw = np.random.default_rng(3)
    values = draw.lognormal(3, 3, (40, 50))
    step = 1 / 1200
    one = grid(step, left=113.3, top=22.7, shape=(40, 50), crs=DEGREES)
    assert (resample(values, one, one).people == values).all()
    part = replace(
        one, transform=one.transform @ affine.Affine.translation(3, 7), height=9, width=9
    )
    assert (resample(values, one, part).people == values[7:16, 3:12]).all()


def test_shapes_must_fit():
    with pytest.raises(MethodError, match="shape"):
        resample(np.ones((2, 2)), grid(100), grid(100))


@given(st.integers(0, 10**6))
def test_sides_and_outlines_give_the_same(seed):
    draw = np.random.default_rng(seed)
    source, target = draw_grid(draw), draw_grid(draw)
    values = draw.lognormal(2, 2, source.shape)
    values[draw.random(values.shape) < 0.2] = np.nan
    people, missing = resampling._by_sides(values, source, target)
    other, other_missing = resampling._by_outlines(values, source, target)
    assert people == pytest.approx(other, rel=1e-9, abs=1e-9 * np.nansum(values))
    assert missing == pytest.approx(other_missing, abs=1e-9)


@given(st.integers(0, 10**6))
def test_people_in_are_people_out_in_one_crs(seed):
    draw = np.random.default_rng(seed)
    source = draw_grid(draw)
    values = draw.lognormal(2, 2, source.shape)
    target = around(source, draw.uniform(30, 400), METRIC)
    assert resample(values, source, target).people.sum() == pytest.approx(values.sum(), rel=1e-9)
    side, middle = max(target.shape), affine.Affine.translation(target.width / 2, target.height / 2)
    turn = middle @ affine.Affine.rotation(draw.uniform(-50, 50))
    wide = affine.Affine.scale(2) @ affine.Affine.translation(-side / 2, -side / 2)
    turned = replace(target, transform=target.transform @ turn @ wide, height=side, width=side)
    found = resample(values, source, turned)
    assert found.people.sum() == pytest.approx(values.sum(), rel=1e-9)
    assert found.left_out == 0


@settings(max_examples=50)
@given(st.integers(0, 10**6))
def test_people_in_are_people_out_between_degrees_and_metres(seed):
    draw = np.random.default_rng(seed)
    left, top = draw.uniform(112, 115), draw.uniform(20, 30)
    degrees = grid(1 / 120, left=left, top=top, shape=(5, 7), crs=DEGREES)
    values = draw.lognormal(3, 2, degrees.shape)
    metric = around(degrees, draw.uniform(300, 1500), UTM)
    there = resample(values, degrees, metric).people
    assert there.sum() == pytest.approx(values.sum(), rel=1e-9)
    home = resample(there, metric, around(metric, 1 / 100, DEGREES))
    assert home.people.sum() == pytest.approx(values.sum(), rel=1e-9)
    assert home.left_out == 0


def test_who_is_left_out_is_who_lives_outside_the_outline():
    degrees = grid(1 / 120, left=113.5, top=22.5, shape=(12, 14), crs=DEGREES)
    values = np.random.default_rng(4).lognormal(3, 1, degrees.shape)
    metric = around(degrees, 1_000.0, METRIC)
    part = replace(metric, height=metric.height - 6, width=metric.width - 7)
    found = resample(values, degrees, part)
    bring = pyproj.Transformer.from_crs(METRIC, DEGREES, always_xy=True)
    steps = [np.arange(0, size + 0.01, 0.25) for size in (part.width, part.height)]
    ring = [(x, 0) for x in steps[0]] + [(part.width, y) for y in steps[1]]
    ring += [(x, part.height) for x in steps[0][::-1]] + [(0, y) for y in steps[1][::-1]]
    edge = shapely.Polygon([bring.transform(*(part.transform @ spot)) for spot in ring])
    row, column = (one.ravel() for one in np.indices(degrees.shape))
    x, y = degrees.centres(row, column).T
    cells = shapely.box(x - 1 / 240, y - 1 / 240, x + 1 / 240, y + 1 / 240)
    outside = shapely.area(shapely.difference(cells, edge)) * 120**2
    assert found.left_out == pytest.approx(outside @ values.ravel(), rel=1e-8)
    assert 0 < found.left_out < values.sum()
    assert found.people.sum() + found.left_out == pytest.approx(values.sum(), rel=1e-12)


@pytest.mark.parametrize("crs", ["EPSG:32619", "ESRI:54009", "EPSG:3857"])
def test_real_people_stay_as_many(crs):
    with rasterio.open(WORLDPOP) as raster:
        values = raster.read(1, masked=True).filled(np.nan).astype(float)
        source = Grid(
            crs=pyproj.CRS(raster.crs.to_wkt()),
            transform=raster.transform,
            height=raster.height,
            width=raster.width,
        )
    total = np.nansum(values)
    assert total > 100_000
    metric = around(source, 1_500.0, pyproj.CRS(crs))
    found = resample(values, source, metric)
    assert found.people.sum() == pytest.approx(total, rel=1e-9)
    assert (found.people >= 0).all()
    assert (found.people[found.share_missing == 1] == 0).all()


@pytest.mark.parametrize("left", [-180.0, 0.0, 179.5, -540.0])
def test_cells_across_the_date_line_keep_their_people(left):
    """A metric grid around 180 degrees, people on degrees that begin anywhere."""
    width = 720 if left in {-180.0, 0.0, -540.0} else 4
    source = grid(0.5, left=left, top=-16.0, shape=(4, width), crs=DEGREES)
    values = np.zeros(source.shape)
    middle = (left + 0.25 + 0.5 * np.arange(width)) % 360
    there = np.flatnonzero((middle > 179) & (middle < 181))
    values[1:3, there] = np.arange(1.0, 1 + 2 * len(there)).reshape(2, -1)
    fiji = grid(20_000.0, left=50_000.0, top=8_300_000.0, shape=(20, 80), crs=pyproj.CRS(32760))
    found = resample(values, source, fiji)
    assert values.sum() > 0
    assert found.people.sum() == pytest.approx(values.sum(), rel=1e-9)
    assert found.left_out == 0


def test_cells_that_another_crs_tears_apart_are_refused():
    pole = grid(100_000.0, left=-250_000.0, top=250_000.0, shape=(5, 5), crs=pyproj.CRS(3995))
    with pytest.raises(MethodError, match="torn"):
        resample(np.ones((18, 36)), grid(10.0, -180.0, 90.0, (18, 36), DEGREES), pole)
    mollweide = grid(100_000.0, -18e6, 9e6, (180, 360), pyproj.CRS("ESRI:54009"))
    across = grid(0.7, left=178.3, top=1.0, shape=(2, 6), crs=DEGREES)
    with pytest.raises(MethodError, match="torn"):
        resample(np.ones(mollweide.shape), mollweide, across)


def test_cells_that_are_nowhere_are_refused():
    corner = grid(1_000_000.0, left=-18e6, top=9e6, shape=(2, 2), crs=pyproj.CRS("ESRI:54009"))
    with pytest.raises(MethodError, match="nowhere"):
        resample(np.ones((2, 2)), grid(1.0, 0.0, 10.0, (2, 2), DEGREES), corner)
