"""Exact zonal sums: by hand, against shapely's areas, against exactextract."""

import math
from pathlib import Path

import affine
import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import given
from hypothesis import strategies as st

from gapmap.errors import InputError, MethodError
from gapmap.rasters import zonal
from gapmap.rasters.zonal import cell_shares, raster_sums, zonal_sums

UNIT = affine.Affine(1, 0, 0, 0, -1, 4)
"""Four rows of cells of size 1; y runs from 0 to 4."""
EVEN = np.arange(16, dtype=float).reshape(4, 4)
SINGLE = 6e-8
"""exactextract keeps shares of cells in single precision: so far off each may be that is cut."""
WORLDPOP = Path(__file__).parent / "data" / "rasters" / "worldpop_1km_cut.tif"


def star(draw, bounds, corners=9):
    """Give a star-shaped polygon around a spot, now and then with a hole, or in two parts."""
    left, bottom, right, top = bounds
    size = max(right - left, top - bottom)
    spot = draw.uniform((left - size / 5, bottom - size / 5), (right + size / 5, top + size / 5))
    radius = size * 10 ** draw.uniform(-2.5, 0)
    angle = np.sort(draw.uniform(0, 2 * np.pi, corners))
    far = radius * draw.uniform(0.3, 1, corners)
    shape = shapely.make_valid(
        shapely.Polygon(spot + np.column_stack((far * np.cos(angle), far * np.sin(angle))))
    )
    if draw.random() < 0.4:
        shape = shape.difference(shapely.Point(*spot).buffer(radius / 4))
    if draw.random() < 0.3:
        shape = shape.union(shapely.box(*(spot + radius), *(spot + radius * 1.4)))
    parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def by_areas(values, transform, polygon):
    """Give sum, valued cells and all cells on the raster, by shapely's intersections."""
    rows, columns = values.shape
    row, column = (axis.ravel() for axis in np.mgrid[:rows, :columns])
    cells = shapely.box(column, row, column + 1, row + 1)
    back = ~transform
    turned = shapely.transform(
        polygon,
        lambda xy: np.column_stack(
            (
                back.a * xy[:, 0] + back.b * xy[:, 1] + back.c,
                back.d * xy[:, 0] + back.e * xy[:, 1] + back.f,
            )
        ),
    )
    share = shapely.area(shapely.intersection(cells, turned))
    flat = values.ravel()
    known = np.isfinite(flat)
    return share[known] @ flat[known], share[known].sum(), share.sum(), turned.area


def test_halves_and_quarters_by_hand():
    shapes = [
        shapely.box(0, 3, 1, 4),  # the first cell, 0
        shapely.box(0.5, 3, 2, 4),  # half of 0 and all of 1
        shapely.box(1, 1.5, 3, 2.5),  # halves of 5, 6, 9, 10
        shapely.box(0, 0, 4, 4),
        shapely.Polygon([(0, 4), (2, 4), (0, 2)]),  # all but a half of 1 and of 4, all of 0
    ]
    found = zonal_sums(EVEN, UNIT, shapes)
    assert found.sums == pytest.approx([0, 1, 15, 120, 0 + 1 / 2 + 4 / 2], abs=1e-12)
    assert found.cells == pytest.approx([1, 1.5, 2, 16, 2])
    assert found.cells_valued == pytest.approx(found.cells)
    assert found.share_missing == pytest.approx(0)


def test_a_hole_holds_nobody():
    ring = shapely.Polygon(
        shapely.box(0, 0, 4, 4).exterior.coords, [shapely.box(1, 1, 3, 3).exterior.coords]
    )
    assert zonal_sums(EVEN, UNIT, [ring]).sums == pytest.approx([120 - (5 + 6 + 9 + 10)])


@pytest.mark.parametrize("reverse", [False, True])
def test_the_way_a_ring_runs_does_not_matter(reverse):
    shape = shapely.box(0.25, 0.25, 2.75, 3.5, ccw=reverse)
    assert zonal_sums(np.ones((4, 4)), UNIT, [shape]).sums == pytest.approx([2.5 * 3.25])


def test_what_lies_off_the_raster_is_missing():
    shapes = [shapely.box(-1, 3, 1, 4), shapely.box(3, -1, 5, 1), shapely.box(7, 7, 9, 9)]
    found = zonal_sums(EVEN + 1, UNIT, shapes)
    assert found.sums == pytest.approx([1, 16, 0])
    assert found.cells == pytest.approx([2, 4, 4])
    assert found.share_missing == pytest.approx([0.5, 0.75, 1])


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -np.inf])
def test_cells_without_a_value_are_missing_not_nought(nothing):
    values = EVEN.copy()
    values[0, 0] = nothing
    found = zonal_sums(values, UNIT, [shapely.box(0, 3, 2, 4)])
    assert found.sums == pytest.approx([1])
    assert found.cells_valued == pytest.approx([1])
    assert found.cells_empty == pytest.approx([1])
    assert found.share_missing == pytest.approx([0.5])


def test_nothing_holds_nothing():
    found = zonal_sums(EVEN, UNIT, [None, shapely.Polygon(), shapely.box(0, 0, 1, 1)])
    assert found.sums.tolist() == [0, 0, 12]
    assert np.isnan(found.share_missing[:2]).all()
    assert len(zonal_sums(EVEN, UNIT, []).sums) == 0


def test_points_and_flat_transforms_are_refused():
    with pytest.raises(MethodError, match="geometry 1 is a Point"):
        zonal_sums(EVEN, UNIT, [shapely.box(0, 0, 1, 1), shapely.Point(1, 1)])
    with pytest.raises(MethodError, match="no area"):
        zonal_sums(EVEN, affine.Affine(1, 0, 0, 0, 0, 0), [shapely.box(0, 0, 1, 1)])
    with pytest.raises(MethodError, match="3 dimensions"):
        zonal_sums(EVEN[None], UNIT, [shapely.box(0, 0, 1, 1)])


@given(st.integers(0, 10**6))
def test_sums_are_those_of_areas(seed):
    draw = np.random.default_rng(seed)
    shape = draw.integers(1, 25, 2)
    values = draw.lognormal(2, 3, shape)
    values[draw.random(shape) < 0.1] = np.nan
    turn = (
        affine.Affine.rotation(draw.uniform(-40, 40)) if seed % 3 == 0 else affine.Affine.identity()
    )
    up = affine.Affine.scale(30, 30 if seed % 2 else -30)
    transform = affine.Affine.translation(500_000, 2_400_000) @ turn @ up
    frame = shapely.transform(
        shapely.box(0, 0, shape[1], shape[0]),
        lambda xy: np.column_stack(
            (
                transform.a * xy[:, 0] + transform.b * xy[:, 1] + transform.c,
                transform.d * xy[:, 0] + transform.e * xy[:, 1] + transform.f,
            )
        ),
    )
    shapes = [star(draw, frame.bounds) for _ in range(6)]
    found = zonal_sums(values, transform, shapes)
    shares = cell_shares(shapes, transform, tuple(shape))
    for number, one in enumerate(shapes):
        total, valued, cells, area = by_areas(values, transform, one)
        assert found.sums[number] == pytest.approx(total, rel=1e-8, abs=1e-9)
        assert found.cells_valued[number] == pytest.approx(valued, rel=1e-8, abs=1e-9)
        assert found.cells_valued[number] + found.cells_empty[number] == pytest.approx(
            cells, rel=1e-8, abs=1e-9
        )
        assert found.cells[number] == pytest.approx(area, rel=1e-8)
        mine = shares.zone == number
        held = np.nan_to_num(values[shares.row[mine], shares.column[mine]])
        assert shares.share[mine] @ held == pytest.approx(total, rel=1e-8, abs=1e-9)


def slack(values, transform, shapes, sums):
    """Give how far off exactextract may be: 1e-8, and what single precision takes of cut cells."""
    shares = cell_shares(shapes, transform, values.shape)
    cut = np.nan_to_num(values[shares.row, shares.column]) * (shares.share < 1)
    return 1e-8 * sums + SINGLE * np.bincount(shares.zone, cut, minlength=len(shapes)) + 1e-12


@given(st.integers(0, 10**6))
def test_sums_are_exactextracts(seed):
    draw = np.random.default_rng(seed)
    values = draw.lognormal(2, 1, (40, 30))
    values[draw.random(values.shape) < 0.1] = np.nan
    transform = affine.Affine(100, 0, 400_000, 0, -100, 2_504_000)
    bounds = (400_000, 2_500_000, 403_000, 2_504_000)
    shapes = [one for one in (star(draw, bounds) for _ in range(8)) if not one.is_empty]
    frame = gpd.GeoDataFrame(geometry=shapes, crs=4547)
    left, bottom, right, top = bounds
    source = NumPyRasterSource(
        values, xmin=left, ymin=bottom, xmax=right, ymax=top, srs_wkt=frame.crs.to_wkt()
    )
    told = exact_extract(source, frame, ["sum", "count"], output="pandas")
    found = zonal_sums(values, transform, shapes)
    sums = np.nan_to_num(told["sum"].to_numpy())
    assert (np.abs(found.sums - sums) <= slack(values, transform, shapes, sums)).all()
    count, known = told["count"].to_numpy(), np.where(np.isnan(values), np.nan, 1)
    assert (np.abs(found.cells_valued - count) <= slack(known, transform, shapes, count)).all()


def test_real_people_of_districts_are_exactextracts():
    """Districts that tile the raster and reach beyond it, over the sea as well."""
    with rasterio.open(WORLDPOP) as raster:
        values = raster.read(1, masked=True).astype(float).filled(np.nan)
        transform, bounds = raster.transform, raster.bounds
    draw = np.random.default_rng(8)
    spots = shapely.MultiPoint(draw.uniform(bounds[:2], bounds[2:], (60, 2)))
    frame = shapely.box(*bounds).buffer(0.03)
    districts = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=frame))
    districts = shapely.intersection(districts, frame)
    found = raster_sums(WORLDPOP, districts)
    told = exact_extract(
        str(WORLDPOP), gpd.GeoDataFrame(geometry=districts, crs=4326), ["sum"], output="pandas"
    )
    sums = np.nan_to_num(told["sum"].to_numpy())
    assert (np.abs(found.sums - sums) <= slack(values, transform, districts, sums)).all()
    assert found.sums.sum() == pytest.approx(np.nansum(values), rel=1e-12)
    assert found.cells_empty.sum() == pytest.approx(np.isnan(values).sum(), rel=1e-9)
    assert found.cells.sum() > values.size


@pytest.mark.parametrize(
    "transform",
    [
        affine.Affine(1, 0, 0, 0, -1, 20),
        affine.Affine(100, 0, 412_345.6, 0, -100, 2_487_654.3),
        affine.Affine(1 / 1200, 0, 113.3, 0, 1 / 1200, 22.1),
        affine.Affine(30, 17, 412_345.6, 17, -30, 2_487_654.3),
    ],
)
@given(st.integers(0, 10**6))
def test_shares_of_polygons_that_tile_add_up_to_one(transform, seed):
    draw = np.random.default_rng(seed)
    points = shapely.MultiPoint(draw.uniform(-2, 22, (12, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(0, 0, 20, 20)))
    placed = [
        shapely.transform(one, lambda xy: np.column_stack(transform @ tuple(xy.T))) for one in cells
    ]
    found = cell_shares(placed, transform, (20, 20))
    total = np.zeros((20, 20))
    np.add.at(total, (found.row, found.column), found.share)
    assert total == pytest.approx(np.ones((20, 20)), abs=1e-12)
    assert (found.share > 0).all()
    assert (found.share <= 1).all()
    order = np.lexsort((found.column, found.row, found.zone))
    assert (order == np.arange(len(order))).all()


@pytest.mark.parametrize("step", [1 / 1200, 1 / 120, 0.0083333333, 100.1])
def test_edges_on_lines_between_cells_cut_no_sliver(step):
    """Multiples of such a step fall beside the line by the last bit, in either direction."""
    transform = affine.Affine(step, 0, 113.3, 0, -step, 22.7)
    shapes = [
        shapely.box(113.3 + one * 3 * step, 22.7 - 60 * step, 113.3 + (one + 1) * 3 * step, 22.7)
        for one in range(20)
    ]
    found = cell_shares(shapes, transform, (60, 60))
    assert len(found.zone) == 3600
    assert (found.share == 1).all()
    assert (np.bincount(found.zone) == 180).all()
    assert zonal_sums(np.ones((60, 60)), transform, shapes).sums.tolist() == [180] * 20


def test_a_polygon_that_crosses_itself_is_refused():
    bow = shapely.Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])
    with pytest.raises(MethodError, match="polygon 1 crosses itself"):
        cell_shares([shapely.box(0, 0, 1, 1), bow], UNIT, (4, 4))
    twice = shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)])
    with pytest.raises(MethodError, match="polygon 0 crosses itself"):
        cell_shares([twice], UNIT, (4, 4))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_corners_at_no_place_are_refused(bad):
    def move(xy):
        moved = xy.copy()
        moved[1, 0] = bad
        return moved

    shapes = [shapely.box(0, 0, 1, 1), shapely.transform(shapely.box(0, 0, 1, 1), move)]
    with pytest.raises(MethodError, match="polygon 1 is at no finite place"):
        zonal_sums(EVEN, UNIT, shapes)


def test_polygons_without_area_hold_nothing():
    flat = shapely.Polygon([(0, 0), (2, 2), (4, 4)])
    found = zonal_sums(EVEN, UNIT, [flat, shapely.Polygon([(1, 1), (1, 1), (1, 1)])])
    assert found.sums == pytest.approx(0, abs=1e-12)
    assert found.cells.tolist() == [0, 0]
    assert np.isnan(found.share_missing).all()
    assert len(cell_shares([flat], UNIT, (4, 4)).zone) == 0


def test_corners_on_corners_of_cells_by_hand():
    diamond = shapely.Polygon([(2, 4), (4, 2), (2, 0), (0, 2)])
    halves = [1, 2, 4, 7, 8, 11, 13, 14]
    whole = [5, 6, 9, 10]
    expected = sum(whole) + sum(halves) / 2
    assert zonal_sums(EVEN, UNIT, [diamond]).sums == pytest.approx([expected], rel=1e-14)
    shares = cell_shares([diamond], UNIT, (4, 4))
    by_cell = dict(zip(4 * shares.row + shares.column, shares.share, strict=True))
    assert by_cell == pytest.approx(dict.fromkeys(halves, 0.5) | dict.fromkeys(whole, 1.0))


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A raster of several strips, in blocks, with nodata; and polygons all over it."""
    path = tmp_path_factory.mktemp("large") / "people.tif"
    draw = np.random.default_rng(5)
    values = draw.lognormal(1, 2, (1_300, 900)).astype(np.float32)
    values[draw.random(values.shape) < 0.2] = -99999
    transform = affine.Affine(100, 0, 400_000, 0, -100, 2_630_000)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=1_300,
        width=900,
        count=1,
        dtype="float32",
        crs="EPSG:4547",
        transform=transform,
        nodata=-99999,
        tiled=True,
        blockxsize=128,
        blockysize=64,
    ) as target:
        target.write(values, 1)
    bounds = (400_000, 2_500_000, 490_000, 2_630_000)
    return (
        path,
        np.where(values == -99999, np.nan, values),
        transform,
        [star(draw, bounds) for _ in range(60)],
    )


@pytest.mark.parametrize("cells", [500_000, 20_000, 700])
def test_strips_give_what_the_whole_gives(large, cells, monkeypatch):
    path, values, transform, shapes = large
    whole = zonal_sums(values.astype(float), transform, shapes)
    monkeypatch.setattr(zonal, "_AT_ONCE", cells)
    parts = raster_sums(path, shapes)
    assert parts.sums == pytest.approx(whole.sums, rel=1e-9, abs=1e-9)
    assert parts.cells_empty == pytest.approx(whole.cells_empty, rel=1e-9, abs=1e-9)


def test_blocks_of_many_rows_are_read_in_parts(large, monkeypatch):
    path, values, transform, shapes = large
    monkeypatch.setattr(zonal, "_AT_ONCE", 1_000)
    monkeypatch.setattr(zonal, "_MOST", 5_000)
    whole = zonal_sums(values.astype(float), transform, shapes)
    assert raster_sums(path, shapes).sums == pytest.approx(whole.sums, rel=1e-9, abs=1e-9)


def test_no_raster_is_said(tmp_path):
    with pytest.raises(InputError):
        raster_sums(tmp_path / "none.tif", [shapely.box(0, 0, 1, 1)])


def total(values):
    return np.nansum(values, dtype=float)


def test_only_what_polygons_touch_is_read(large, monkeypatch):
    path, values, transform, _ = large
    read = []
    whole = zonal.read_values

    def counted(source, part, **asked):
        read.append((part.width, part.height))
        return whole(source, part, **asked)

    monkeypatch.setattr(zonal, "read_values", counted)
    monkeypatch.setattr(zonal, "_AT_ONCE", 60_000)
    monkeypatch.setattr(zonal, "_APART", 100)
    shapes = [
        shapely.transform(box, lambda xy: np.column_stack(transform @ tuple(xy.T)))
        for box in (shapely.box(10, 5, 40, 30), shapely.box(800, 10, 830, 20))
    ]
    found = raster_sums(path, shapes)
    assert found.sums == pytest.approx(
        [total(values[5:30, 10:40]), total(values[10:20, 800:830])], rel=1e-9
    )
    assert read == [(30, 64), (30, 64)]


def test_scales_masks_and_undeclared_values_are_read(tmp_path):
    path = tmp_path / "scaled.tif"
    transform = affine.Affine(1, 0, 0, 0, -1, 2)
    stored = np.array([[1, 2, 3], [40, -9999, 5]], dtype=np.int16)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(
        path, "w", driver="GTiff", height=2, width=3, count=1, dtype="int16", transform=transform,
        crs="EPSG:4547",
    ) as target:  # fmt: skip
        target.write(stored, 1)
        target.write_mask(np.array([[True, True, True], [False, True, True]]))
        target.scales, target.offsets = (0.5,), (10.0,)
    found = raster_sums(path, [shapely.box(0, 0, 3, 2)], undeclared=[-9999.0])
    assert found.sums == pytest.approx([(1 + 2 + 3 + 5) / 2 + 4 * 10])
    assert found.cells_valued == pytest.approx([4])
    assert found.cells_empty == pytest.approx([2])


@pytest.mark.parametrize("others", [[], [shapely.box(0, 0, 2, 2)]])
def test_small_sums_beside_large_ones_keep_their_figures(others):
    values = np.full((3, 20_000), 1e5)
    values[1, 15_000:15_010] = 1e-3
    transform = affine.Affine(1, 0, 0, 0, -1, 3)
    shape = shapely.box(15_000.25, 1.25, 15_009.75, 1.75)
    found = zonal_sums(values, transform, [shape, *others])
    assert found.sums[0] == pytest.approx(9.5 * 0.5 * 1e-3, rel=1e-12)


@given(st.integers(0, 10**6))
def test_long_rows_of_people_far_and_near_are_summed_to_the_last_figures(seed):
    """Values over eight powers of ten, polygons small, wide and slanting, all at once."""
    draw = np.random.default_rng(seed)
    values = 10 ** draw.uniform(-3, 5, (12, 3_000))
    transform = affine.Affine(1, 0, 0, 0, 1, 0)
    shapes = [star(draw, (left, 0, left + 9, 12)) for left in draw.uniform(0, 2_990, 6)]
    shapes += [shapely.box(0, 1, 3_000, 11), shapely.Polygon([(0, 0), (3, 0), (3_000, 12)])]
    found = zonal_sums(values, transform, shapes)
    for number, shape in enumerate(shapes):
        shares = cell_shares([shape], transform, values.shape)
        exact = math.fsum(shares.share * values[shares.row, shares.column])
        assert found.sums[number] == pytest.approx(exact, rel=1e-9, abs=1e-9)
