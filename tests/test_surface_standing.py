"""In which cell positions stand; nobody is moved without being told, or across a river."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from surface_toys import NORTH, WEST, fields, layer, roads, shape, surface

from gapmap.surface.standing import stand


def at(*spots: tuple[float, float]) -> np.ndarray:
    return np.array(spots, float) * (1, -1) + (WEST, NORTH)


def test_a_position_stands_in_its_cell(tmp_path):
    ground = surface(tmp_path, fields())
    standing = stand(ground, at((0, 0), (150, 250), (2000, 2000), (2001, 0), (np.nan, 5)))
    assert standing.row.tolist() == [0, 2, 19, -1, -1]
    assert standing.column.tolist() == [0, 1, 19, -1, -1]
    assert standing.passable.tolist() == [True, True, True, False, False]
    assert not standing.moved_m.any()
    assert not standing.beside.any()
    np.testing.assert_allclose(standing.nearest_xy[3:], [at((1950, 50))[0], [np.nan] * 2])
    np.testing.assert_allclose(standing.nearest_m[3:], [np.hypot(51, 50), np.nan])
    assert np.isnan(standing.nearest_m[:3]).all()
    assert len(standing) == 5
    assert len(stand(ground, np.empty((0, 2)))) == 0


def test_whoever_stands_where_nobody_can_be_is_offered_the_nearest_cell_and_not_moved(tmp_path):
    cells = fields()
    cells[:, 8:12] = 9
    cells[5, 9] = 77  # unknown
    ground = surface(tmp_path, cells)
    standing = stand(ground, at((890, 1010), (1150, 30), (950, 550)))
    assert not standing.passable.any()
    assert not standing.moved_m.any()
    assert standing.row.tolist() == [10, 0, 5]
    assert standing.column.tolist() == [8, 11, 9]
    expected = at((750, 1050), (1250, 50), (750, 550))
    np.testing.assert_allclose(standing.nearest_xy, expected)
    np.testing.assert_allclose(standing.nearest_m, [np.hypot(140, 40), np.hypot(100, 20), 200])


def test_somebody_is_moved_only_within_what_the_study_allows_limits_included(tmp_path):
    cells = fields()
    cells[:, 8:12] = 9
    spots = at((850, 1050), (950, 1050), (2090, 1050))
    for snap_m, moved in ((0, []), (99.9, []), (100, [0]), (200, [0, 1, 2])):
        standing = stand(surface(tmp_path, cells, snap_m=snap_m), spots)
        assert np.flatnonzero(standing.passable).tolist() == moved
        assert np.flatnonzero(standing.moved_m > 0).tolist() == moved
        np.testing.assert_allclose(standing.nearest_m, [100, 200, 140])
        for number in moved:
            assert standing.moved_m[number] == standing.nearest_m[number]
            cell = standing.row[number], standing.column[number]
            assert cell == (10, 7 if number < 2 else 19)


def test_on_a_bridge_one_can_stand(tmp_path):
    cells = fields()
    cells[:, 8:12] = 9
    ground = surface(tmp_path, cells, roads(shape([(0, 1050), (2000, 1050)])))
    standing = stand(ground, at((1000, 1050), (960, 950)))
    assert standing.passable.tolist() == [True, False]
    np.testing.assert_allclose(standing.nearest_xy[1], at((950, 1050))[0])


@pytest.mark.parametrize("kind", ["line", "area"])
def test_a_village_on_the_bank_stands_on_its_own_side_of_the_river(tmp_path, kind):
    river = shape([(1035, -900), (1035, 2900)])  # through column 10, whose middle is at 1050
    drawn = river if kind == "line" else river.buffer(4)
    ground = surface(tmp_path, fields(), barriers=layer(tmp_path / "b.gpkg", drawn))
    standing = stand(ground, at((1010, 1050), (1070, 1050), (1035, 1050)))
    assert standing.column.tolist()[:2] == [9, 10]
    assert standing.row.tolist()[:2] == [10, 10]
    assert standing.beside.tolist()[:2] == [True, False]
    assert standing.passable.all()
    assert not standing.moved_m.any()
    if kind == "area":  # a boat on the river, or a coarse outline of it
        assert (standing.column[2], standing.beside[2]) == (10, False)


def test_what_is_offered_lies_on_the_same_side_of_the_river(tmp_path):
    cells = fields()
    cells[10, 7:10] = 9  # a pool between village and river
    river = layer(tmp_path / "b.gpkg", shape([(985, -900), (985, 2900)]))
    ground = surface(tmp_path, cells, barriers=river, snap_m=500)
    standing = stand(ground, at((970, 1050)))
    assert standing.passable.all()
    assert standing.column[0] == 9
    assert standing.row[0] in (9, 11)
    assert standing.nearest_m[0] == pytest.approx(np.hypot(20, 100))  # 80 m away it is across


def test_nothing_is_offered_where_nobody_can_be_anywhere(tmp_path):
    ground = surface(tmp_path, fields())
    ground.terrain.minutes_per_cell[:] = np.inf
    standing = stand(ground, at((50, 50)))
    assert not standing.passable.any()
    assert np.isnan(standing.nearest_m).all()
    assert np.isnan(standing.nearest_xy).all()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 9999), share=st.floats(0.02, 0.98))
def test_the_cell_offered_is_the_nearest_of_all(tmp_path, seed, share):
    draw = np.random.default_rng(seed)
    cells = np.where(draw.random((20, 20)) < share, 9, 1).astype(np.uint8)
    cells[draw.integers(0, 20), draw.integers(0, 20)] = 1
    ground = surface(tmp_path, cells)
    spots = at(*draw.uniform(-300, 2300, (40, 2)))
    standing = stand(ground, spots)
    middles = ground.grid.centres(*np.nonzero(cells == 1))
    apart = shapely.distance(shapely.points(spots)[:, None], shapely.points(middles)[None])
    lost = ~standing.passable
    np.testing.assert_allclose(standing.nearest_m[lost], apart.min(axis=1)[lost])
    inside = standing.row >= 0
    np.testing.assert_array_equal(
        standing.passable[inside], cells[standing.row, standing.column][inside] == 1
    )


@pytest.mark.parametrize("reach", [1, 5, 13])
def test_of_cells_as_near_the_one_in_the_lower_row_then_column_is_offered(tmp_path, reach):
    """Of a pond: 4 cells of its shore are as near to its middle, 12 at 5 or 13 cells."""
    side = 2 * reach + 5
    middle = side // 2
    row, column = np.indices((side, side)) - middle
    cells = np.where(np.hypot(row, column) < reach, 9, 2)
    standing = stand(surface(tmp_path, cells), [at((middle * 100 + 50, middle * 100 + 50))[0]])
    np.testing.assert_allclose(
        standing.nearest_xy[0], at((middle * 100 + 50, (middle - reach) * 100 + 50))[0]
    )
