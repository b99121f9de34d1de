"""People on another grid: as many as before."""

import affine
import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapmap.errors import MethodError
from gapmap.rasters.grid import Grid
from gapmap.rasters.resampling import resample_people

METRIC = pyproj.CRS("EPSG:4547")


def grid(size, left=500_000.0, top=2_500_000.0, shape=(6, 6), crs=METRIC):
    transform = affine.Affine(size, 0, left, 0, -size, top)
    return Grid(crs=crs, transform=transform, height=shape[0], width=shape[1])


def test_four_cells_become_one_and_one_becomes_four():
    values = np.arange(36, dtype=float).reshape(6, 6)
    coarse = resample_people(values, grid(100), grid(200, shape=(3, 3)))
    assert coarse == pytest.approx(values.reshape(3, 2, 3, 2).sum(axis=(1, 3)))
    fine = resample_people(coarse, grid(200, shape=(3, 3)), grid(100))
    assert fine == pytest.approx(np.kron(coarse / 4, np.ones((2, 2))))


def test_a_grid_moved_by_half_a_cell_shares_by_halves():
    values = np.array([[8.0, 0.0]])
    moved = grid(100, left=500_050.0, shape=(1, 2))
    assert resample_people(values, grid(100, shape=(1, 2)), moved) == pytest.approx(
        np.array([[4.0, 0.0]])
    )


def test_what_has_no_value_holds_nobody():
    values = np.array([[np.nan, 3.0]])
    same = grid(100, shape=(1, 2))
    assert resample_people(values, same, same).tolist() == [[0.0, 3.0]]


def test_shapes_must_fit():
    with pytest.raises(MethodError, match="shape"):
        resample_people(np.ones((2, 2)), grid(100), grid(100))


@given(st.integers(0, 10**6))
def test_people_in_are_people_out_in_one_crs(seed):
    draw = np.random.default_rng(seed)
    values = draw.lognormal(2, 2, (6, 6))
    size = draw.uniform(30, 400)
    count = int(np.ceil(900 / size)) + 1
    around = grid(
        size,
        left=500_000 - draw.uniform(0, size),
        top=2_500_000 + draw.uniform(0, size),
        shape=(count, count),
    )
    assert resample_people(values, grid(100), around).sum() == pytest.approx(values.sum(), rel=1e-9)


@given(st.integers(0, 10**6))
def test_people_in_are_people_out_between_degrees_and_metres(seed):
    draw = np.random.default_rng(seed)
    step = 1 / 120
    degrees = Grid(
        crs=pyproj.CRS("EPSG:4326"),
        transform=affine.Affine(step, 0, draw.uniform(112, 115), 0, -step, draw.uniform(20, 30)),
        height=5,
        width=7,
    )
    values = draw.lognormal(3, 2, degrees.shape)
    to_metres = pyproj.Transformer.from_crs(4326, METRIC, always_xy=True)
    left, bottom, right, top = to_metres.transform_bounds(*degrees.bounds)
    size = draw.uniform(300, 1500)
    around = grid(
        size,
        left=left - size,
        top=top + size,
        shape=(int((top - bottom) / size) + 3, int((right - left) / size) + 3),
    )
    assert resample_people(values, degrees, around).sum() == pytest.approx(values.sum(), rel=1e-9)
