"""Travel time over land where a cell takes the same in all directions, against slow, plain ways."""

import heapq
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.graph import MCP_Geometric

from gapmap.errors import MethodError
from gapmap.surface import flat
from gapmap.surface.flat import bucket_minutes, flat_search, travel_minutes
from gapmap.surface.kernels.buckets import bucket_width, sample
from gapmap.surface.kernels.sweeping import BLOCK
from gapmap.surface.value import STEPS

inf, nan = np.inf, np.nan
RASTERS = Path(__file__).parent / "data" / "rasters"
# Zeros, sums that are rounded, and minutes far apart: ties and rounding must come up often.
MINUTES = [0.0, 1.0, 1.0, 1.0, 2.0, 0.1, 0.3, 1 / 3, 7.7, 1e6, inf, inf, inf]
WAYS = {"both": flat.PATIENCE, "sweeps": inf, "buckets": 0.0}


def between(r, c, down, right):
    """Give the two cells that a knight's move crosses, or that touch a diagonal step's corner."""
    if abs(right) == 2:
        return [(r, c + right // 2), (r + down, c + right // 2)]
    if abs(down) == 2:
        return [(r + down // 2, c), (r + down // 2, c + right)]
    return [(r + down, c), (r, c + right)]


def plain(minutes, sources, neighbours, *, start=None, limit=inf, closed=False):
    """Settle one cell after the other, in order of minutes, then of the source's index."""
    shape = minutes.shape
    reached, owner = np.full(shape, inf), np.full(shape, -1)
    start = np.zeros(len(sources)) if start is None else start

    def passable(row, column):
        return 0 <= row < shape[0] and 0 <= column < shape[1] and minutes[row, column] < inf

    waiting = [
        (s, i, *cell)
        for i, (cell, s) in enumerate(zip(map(tuple, sources), start, strict=True))
        if passable(*cell) and s <= limit and s < inf
    ]
    heapq.heapify(waiting)
    while waiting:
        p, i, r, c = heapq.heappop(waiting)
        if owner[r, c] >= 0:
            continue
        reached[r, c], owner[r, c] = p, i
        for down, right in STEPS[:neighbours]:
            q, k = r + down, c + right
            if not passable(q, k):
                continue
            both = minutes[r, c] + minutes[q, k]
            sides = between(r, c, down, right)
            if abs(down) + abs(right) == 1:
                step = 0.5 * both
            elif abs(down) == abs(right):
                if closed and not any(passable(*side) for side in sides):
                    continue
                step = 0.5**0.5 * both
            else:
                step = 5**0.5 / 4 * (both + (minutes[sides[0]] + minutes[sides[1]]))
            if p + step <= limit and step < inf:
                heapq.heappush(waiting, (p + step, i, q, k))
    return reached, owner


@st.composite
def lands(draw, most=9):
    """A small land and sources; or one of few rows that is wider than a block."""
    shape = draw(
        st.one_of(
            st.tuples(st.integers(1, most), st.integers(1, most)),
            st.tuples(st.integers(1, 3), st.integers(BLOCK - 3, 2 * BLOCK + 3)),
        )
    )
    if shape[1] <= most:
        minutes = draw(hnp.arrays(np.float64, shape, elements=st.sampled_from(MINUTES)))
    else:
        random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        minutes = random.choice(MINUTES, shape)
    cell = st.tuples(st.integers(0, shape[0] - 1), st.integers(0, shape[1] - 1))
    sources = draw(st.lists(cell, min_size=1, max_size=5))
    return minutes, np.array(sources)


# By hand


def test_a_straight_step_takes_half_of_both_cells_and_a_diagonal_one_more():
    minutes = travel_minutes([[2.0, 4.0], [6.0, 10.0]], [(0, 0)])
    assert minutes.tolist() == [[0, 3], [4, pytest.approx(6 * math.sqrt(2))]]


def test_the_way_round_is_taken_where_it_is_shorter():
    land = np.array([[1, 1, 1, 1], [1, 100, 100, 1], [1, 1, 1, 1]])
    minutes = travel_minutes(land, [(1, 0)])
    root = math.sqrt(2)
    assert minutes[1] == pytest.approx([0, 50.5, root + 1 + 50.5, 1 + 2 * root])


def test_a_knights_move_takes_a_quarter_of_its_length_in_each_of_four_cells():
    land = np.array([[1.0, 2.0, 50.0], [50.0, 3.0, 6.0]])
    minutes = travel_minutes(land, [(0, 0)], neighbours=16)
    assert minutes[1, 2] == pytest.approx(math.sqrt(5) * (1 + 2 + 3 + 6) / 4)
    upright = travel_minutes(land.T, [(0, 0)], neighbours=16)
    assert upright[2, 1] == minutes[1, 2]


@pytest.mark.parametrize("side", [(0, 1), (1, 1)])
def test_no_knights_move_over_an_impassable_cell(side):
    land = np.ones((2, 3))
    land[side] = inf
    with_knights, without = (travel_minutes(land, [(0, 0)], neighbours=n) for n in (16, 8))
    assert np.array_equal(with_knights, without)
    assert with_knights[1, 2] == pytest.approx(1 + math.sqrt(2))


def test_straight_steps_only():
    minutes = travel_minutes(np.ones((4, 5)), [(1, 1)], neighbours=4)
    rows, columns = np.indices((4, 5))
    assert np.array_equal(minutes, abs(rows - 1) + abs(columns - 1))


@pytest.mark.parametrize("source", [(0, 0), (20, 31), (44, 3)])
@pytest.mark.parametrize("minutes_per_cell", [1.0, 0.7])
def test_even_land_has_the_closed_form_of_the_metric(source, minutes_per_cell):
    land = np.full((45, 300), minutes_per_cell)
    rows, columns = np.indices(land.shape)
    far, near = np.sort(np.abs([rows - source[0], columns - source[1]]), axis=0)[::-1]
    eight = (far - near) + math.sqrt(2) * near
    # Between a straight step and a knight's move, or between that and a diagonal step.
    flat_part = math.sqrt(5) * near + (far - 2 * near)
    steep_part = math.sqrt(5) * (far - near) + math.sqrt(2) * (2 * near - far)
    sixteen = np.where(far >= 2 * near, flat_part, steep_part)
    for neighbours, metric in ((8, eight), (16, sixteen)):
        minutes = travel_minutes(land, [source], neighbours=neighbours)
        assert np.allclose(minutes, metric * minutes_per_cell, rtol=1e-12)


def river(*, bridge=False):
    """A river from corner to corner, one cell wide: cells that touch at corners only."""
    land = np.ones((9, 9))
    np.fill_diagonal(land, inf)
    if bridge:
        land[4, 4] = 1
    return land


def test_nobody_leaks_through_a_river_where_corners_are_closed():
    leaky, _ = flat_search(river(), [(8, 0)], neighbours=8)
    assert np.isfinite(leaky[0, 8])  # as scikit-image has it
    for neighbours in (8, 16):
        minutes, source = flat_search(river(), [(8, 0)], neighbours=neighbours, closed_corners=True)
        assert np.isinf(minutes[np.triu_indices(9)]).all()
        assert (source[np.triu_indices(9)] == -1).all()
        assert np.isfinite(minutes[np.tril_indices(9, -1)]).all()
        minutes, _ = flat_search(
            river(bridge=True), [(8, 0)], neighbours=neighbours, closed_corners=True
        )
        assert np.isfinite(minutes[0, 8])


def test_past_one_impassable_cell_a_diagonal_step_is_open():
    land = np.array([[1.0, inf], [1.0, 1.0]])
    minutes, _ = flat_search(land, [(0, 0)], neighbours=8, closed_corners=True)
    assert minutes[1, 1] == pytest.approx(math.sqrt(2))


def test_the_limit_is_inclusive_and_what_lies_beyond_has_no_source():
    minutes, source = flat_search(np.ones((1, 7)), [(0, 1)], neighbours=8, limit_minutes=3)
    assert minutes.tolist() == [[1, 0, 1, 2, 3, inf, inf]]
    assert source.tolist() == [[0, 0, 0, 0, 0, -1, -1]]
    _, source = flat_search(np.ones((1, 3)), [(0, 1)], neighbours=8, limit_minutes=-1)
    assert (source == -1).all()


def test_minutes_to_start_from_count_and_an_infinite_one_starts_nothing():
    minutes, source = flat_search(
        np.ones((1, 6)), [(0, 0), (0, 5), (0, 2)], neighbours=8, start_minutes=[4, 1, inf]
    )
    assert minutes.tolist() == [[4, 5, 4, 3, 2, 1]]
    assert source.tolist() == [[0, 0, 1, 1, 1, 1]]


def test_of_sources_equally_near_the_first_is_named():
    land = np.ones((3, 5))
    _, source = flat_search(land, [(1, 4), (1, 0), (1, 0)], neighbours=8)
    assert source[:, 2].tolist() == [0, 0, 0]
    assert source[1].tolist() == [1, 1, 0, 0, 0]
    _, source = flat_search(land, [(1, 0), (1, 4)], neighbours=8, start_minutes=[2, 2])
    assert source[:, 2].tolist() == [0, 0, 0]
    _, source = flat_search(land, [(1, 1), (1, 1)], neighbours=8, start_minutes=[2, 1])
    assert (source == 1).all()


def test_free_cells_carry_the_lowest_source_everywhere():
    _, source = flat_search(np.zeros((20, 300)), [(19, 299), (3, 3)], neighbours=8)
    assert (source == 0).all()


# Against the plain search, to the last bit: a price is a sum along the path


@pytest.mark.parametrize("way", WAYS)
@given(
    land=lands(),
    neighbours=st.sampled_from([4, 8, 16]),
    start=st.none() | st.lists(st.sampled_from([0.0, 0.5, 3.0, inf]), min_size=5, max_size=5),
    limit=st.sampled_from([inf, inf, 3.0, 1.0]),
    closed=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_minutes_and_sources_are_those_of_the_plain_search(
    way, land, neighbours, start, limit, closed
):
    minutes, sources = land
    start = None if start is None else start[: len(sources)]
    asked = {"start_minutes": start, "limit_minutes": limit, "closed_corners": closed}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flat, "PATIENCE", WAYS[way])
        if way != "both":
            patch.setattr(flat, "_FEW_PASSABLE", 0.0)
        found = flat_search(minutes, sources, neighbours=neighbours, **asked)
    known = plain(minutes, sources, neighbours, start=start, limit=limit, closed=closed)
    for ours, theirs in zip(found, known, strict=True):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("way", WAYS)
@given(land=lands(), neighbours=st.sampled_from([4, 8, 16]))
@settings(max_examples=40, deadline=None)
def test_minutes_alone_are_the_same(way, land, neighbours):
    minutes, sources = land
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flat, "PATIENCE", WAYS[way])
        patch.setattr(flat, "_FEW_PASSABLE", 0.0)
        found = travel_minutes(minutes, sources, neighbours=neighbours)
    assert np.array_equal(found, plain(minutes, sources, neighbours)[0])
    assert np.array_equal(found, bucket_minutes(minutes, sources, neighbours=neighbours))


def only_buckets(job, seeds, price, owner):
    flat._put_down(seeds, price, owner)
    flat._spread(job, price, owner, seeds.cell)


def by_buckets(*asked, **how):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flat, "_search", only_buckets)
        return flat_search(*asked, **how)


def all_sweeps(monkeypatch):
    monkeypatch.setattr(flat, "_FEW_PASSABLE", 0.0)
    monkeypatch.setattr(flat, "PATIENCE", inf)


@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_change_is_told_over_the_edges_of_blocks(monkeypatch, neighbours):
    all_sweeps(monkeypatch)
    random = np.random.default_rng(neighbours)
    for _ in range(400):
        land = np.full((6, BLOCK + 20), inf)
        land[:, BLOCK - 12 : BLOCK + 12] = random.choice(MINUTES, (6, 24))
        sources = np.column_stack(
            [random.integers(0, 6, 3), random.integers(0, 24, 3) + BLOCK - 12]
        )
        found = flat_search(land, sources, neighbours=neighbours)
        known = by_buckets(land, sources, neighbours=neighbours)
        for ours, theirs in zip(found, known, strict=True):
            assert np.array_equal(ours, theirs)
        assert np.array_equal(travel_minutes(land, sources, neighbours=neighbours), known[0])


@pytest.mark.parametrize("upside_down", [False, True])
def test_a_knights_move_is_told_over_a_row_that_nothing_changes(monkeypatch, upside_down):
    """The first source comes round the corner late; the row between has nearer ones by then."""
    all_sweeps(monkeypatch)
    land = np.array(
        [
            [1, 1, 1, 1],
            [1, inf, inf, 1],
            [1, 1, inf, 1],
            [1, 1, inf, 1],
            [inf, inf, inf, 1],
            [inf, inf, inf, 1],
        ]
    )
    sources = np.array([(5, 3), (2, 0), (2, 1)])
    late = 4 + math.sqrt(2) + 1 + math.sqrt(2)  # at row 1, column 0
    start = [0, late + 0.95, late + 1.4]
    if upside_down:
        land, sources = land[::-1], np.column_stack([5 - sources[:, 0], sources[:, 1]])
    minutes, source = flat_search(land, sources, neighbours=16, start_minutes=start)
    row = 2 if upside_down else 3
    assert minutes[row, 1] == pytest.approx(late + math.sqrt(5))
    assert source[row, 1] == 0


@given(land=lands(most=12), neighbours=st.sampled_from([8, 16]), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_road_never_slows_anyone(land, neighbours, data):
    minutes, sources = land
    faster = minutes.copy()
    row = data.draw(st.integers(0, minutes.shape[0] - 1))
    faster[row] = np.minimum(faster[row], data.draw(st.sampled_from([0.0, 0.1, 1.0])))
    before, after = (
        flat_search(grid, sources, neighbours=neighbours, closed_corners=True)[0]
        for grid in (minutes, faster)
    )
    assert (after <= before).all()


@given(land=lands(), neighbours=st.sampled_from([8, 16]), closed=st.booleans())
@settings(max_examples=60, deadline=None)
def test_turned_or_mirrored_land_has_the_same_minutes_and_sources(land, neighbours, closed):
    minutes, sources = land
    rows, columns = minutes.shape

    def search(grid, cells):
        return flat_search(grid, cells, neighbours=neighbours, closed_corners=closed)

    found = search(minutes, sources)
    upside_down = search(minutes[::-1], np.column_stack([rows - 1 - sources[:, 0], sources[:, 1]]))
    mirrored = search(
        minutes[:, ::-1], np.column_stack([sources[:, 0], columns - 1 - sources[:, 1]])
    )
    turned = search(minutes.T, sources[:, ::-1])
    for ours, up, side, turn in zip(found, upside_down, mirrored, turned, strict=True):
        assert np.array_equal(ours, up[::-1])
        assert np.array_equal(ours, side[:, ::-1])
        assert np.array_equal(ours, turn.T)


# Against others


def by_scikit_image(minutes, sources):
    land = np.where(minutes < inf, minutes, -1.0)
    return MCP_Geometric(land).find_costs([tuple(map(int, cell)) for cell in sources])[0]


def by_xarray_spatial(minutes, sources):
    """Ask for it with a wide edge: its heap has room for each cell once, and no check of that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import xarray as xr  # noqa: PLC0415 - it warns at import
        from xrspatial import cost_distance  # noqa: PLC0415
    rows, columns = minutes.shape
    land, marks = np.full((2, rows + 10, 5 * columns), nan)
    land[:rows, :columns] = np.where(minutes < inf, minutes, nan)
    marks[tuple(np.transpose(sources))] = 1
    axes = {"y": np.arange(rows + 10.0), "x": np.arange(5.0 * columns)}
    grids = (xr.DataArray(values, dims=("y", "x"), coords=axes) for values in (marks, land))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = cost_distance(*grids).to_numpy()
    return np.nan_to_num(found[:rows, :columns].astype(float), nan=inf)


def same(ours, theirs):
    return np.allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def passable(minutes, sources):
    return np.array([cell for cell in sources if minutes[tuple(cell)] < inf])


@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 300)),
    seed=st.integers(0, 2**32 - 1),
    barred=st.floats(0, 0.6),
    spread=st.floats(0, 3),
)
@settings(max_examples=40, deadline=None)
def test_scikit_image_and_xarray_spatial_agree_on_random_land(shape, seed, barred, spread):
    random = np.random.default_rng(seed)
    minutes = np.exp(random.normal(0, spread, shape))
    minutes[random.random(shape) < barred] = inf
    sources = passable(minutes, random.integers(0, shape, (4, 2)))
    found = travel_minutes(minutes, sources)
    if not len(sources):
        assert np.isinf(found).all()
        return
    assert same(found, by_scikit_image(minutes, sources))
    assert same(found, by_xarray_spatial(minutes, sources))


@pytest.mark.parametrize("name", ["worldpop_1km_cut.tif", "ghsl_years_cut.tif"])
def test_scikit_image_and_xarray_spatial_agree_on_real_land(name):
    with rasterio.open(RASTERS / name) as dataset:
        values = dataset.read(1, masked=True).astype(float).filled(-1.0)
    land = np.where(values >= 0, values / 100 + 0.01, inf)
    cells = np.argwhere(land < inf)
    sources = cells[:: len(cells) // 20 + 1]
    assert len(sources) > 1
    assert len(np.unique(land)) > 10
    found = travel_minutes(land, sources)
    assert same(found, by_scikit_image(land, sources))
    assert same(found, by_xarray_spatial(land, sources))
    assert np.array_equal(found, bucket_minutes(land, sources))


# Where ways wind


def winding(side, *, upright):
    """Corridors three cells wide, joined at one end in turn."""
    land = np.ones((side, side))
    land[3::4] = inf
    land[3::8, -1] = land[7::8, 0] = 1
    return land.T if upright else land


def white_noise(side):
    return np.random.default_rng(1).random((side, side)) + 1e-3


class Calls:
    """Count how often a function is called, and call it."""

    def __init__(self, function):
        self.function, self.count = function, 0

    def __call__(self, *arguments):
        self.count += 1
        return self.function(*arguments)


@pytest.mark.parametrize(
    ("land", "goes_over"),
    [
        (winding(300, upright=True), True),
        (winding(300, upright=False), False),
        (white_noise(300), True),
        (np.ones((300, 300)), False),
        (np.where(np.indices((300, 300))[0] == 150, 1.0, inf), True),  # one way through nothing
    ],
    ids=["serpentine", "lying serpentine", "white noise", "even", "one way"],
)
def test_winding_ways_go_over_to_buckets_and_get_the_same_answer(monkeypatch, land, goes_over):
    source = np.argwhere(land < inf)[:1]
    spread = Calls(flat.spread)
    monkeypatch.setattr(flat, "spread", spread)
    found = travel_minutes(land, source)
    assert bool(spread.count) == goes_over
    known = by_scikit_image(land, source)
    assert np.allclose(found, known, rtol=1e-9, atol=0)
    minutes, owner = flat_search(land, source, neighbours=8)
    assert np.array_equal(minutes, found)
    assert np.array_equal(owner == 0, land < inf)


@pytest.mark.parametrize("count", [1, 10, 100, 2000])
def test_buckets_go_on_from_where_sweeps_stopped(monkeypatch, count):
    land = np.where(white_noise(250) < 0.4, inf, white_noise(250))
    sources = np.random.default_rng(2).integers(0, 250, (count, 2))
    known = {n: bucket_minutes(land, sources, neighbours=n) for n in (8, 16)}
    monkeypatch.setattr(flat, "PATIENCE", 0.0)
    for more in (0.0, 1e9):  # begin again always, or never
        for name in ("_MANY_CHANGES", "_MANY_WAIT", "_MOST_WAIT"):
            monkeypatch.setattr(flat, name, more)
        for neighbours, expected in known.items():
            found = travel_minutes(land, sources, neighbours=neighbours)
            assert np.array_equal(found, expected)
            minutes, owner = flat_search(land, sources, neighbours=neighbours)
            assert np.array_equal(minutes, expected)
            assert np.array_equal(owner >= 0, expected < inf)


@pytest.mark.parametrize("neighbours", [4, 8, 16])
def test_buckets_take_over_equal_ways_from_a_lower_source(monkeypatch, neighbours):
    monkeypatch.setattr(flat, "PATIENCE", 0.0)
    for name in ("_MANY_CHANGES", "_MANY_WAIT", "_MOST_WAIT"):
        monkeypatch.setattr(flat, name, 1e9)
    random = np.random.default_rng(neighbours)
    mixed = [1, 1, 2, 0, inf], [0, 0, 1, inf, inf], [1, 1, 1, 1, inf], [1, inf, inf, 1, 1]
    for k in range(200):
        shape = random.integers(5, 40, 2)
        land = random.choice(mixed[k % 4], shape)
        sources = random.integers(0, shape, (3, 2))
        found = flat_search(land, sources, neighbours=neighbours)
        known = by_buckets(land, sources, neighbours=neighbours)
        for ours, theirs in zip(found, known, strict=True):
            assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("dear", [1e9, 3.4e38, 1e300])
@pytest.mark.parametrize("cheap", [1.0, 1e-9, 5e-324])
def test_minutes_as_far_apart_as_can_be_end_and_are_right(dear, cheap):
    land = np.full((40, 60), cheap)
    land[20], land[:, 30] = dear, dear
    land[::7, ::5] = 1.0
    known, owner = plain(land, [(0, 0), (39, 59)], 8)
    assert np.array_equal(bucket_minutes(land, [(0, 0), (39, 59)]), known)
    assert np.array_equal(travel_minutes(land, [(0, 0), (39, 59)]), known)
    assert np.array_equal(flat_search(land, [(0, 0), (39, 59)], neighbours=8)[1], owner)


def test_the_width_of_buckets_heeds_neither_barriers_nor_free_cells():
    land = np.full((100, 100), 3e38)
    land[:, :40], land[:, :20] = 2.0, 0.0
    padded = np.pad(land, 2, constant_values=inf)
    assert bucket_width(sample(padded)) == 0.5
    assert bucket_width(np.array([0.0, inf])) == 1.0


# Shapes, types, bad input


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (1, 3 * BLOCK + 1), (400, 2)])
@pytest.mark.parametrize("neighbours", [4, 8, 16])
def test_narrow_grids(shape, neighbours):
    land = np.ones(shape)
    minutes = travel_minutes(land, [(0, 0)], neighbours=neighbours)
    assert np.array_equal(minutes, plain(land, [(0, 0)], neighbours)[0])
    assert minutes.shape == shape


def test_a_grid_without_cells():
    minutes, source = flat_search(np.empty((0, 5)), [], neighbours=8)
    assert minutes.shape == source.shape == (0, 5)
    assert travel_minutes(np.empty((3, 0)), np.empty((0, 2), int)).shape == (3, 0)


def test_nothing_is_reached_without_a_source_or_over_impassable_land():
    assert np.isinf(travel_minutes(np.ones((4, 6)), [])).all()
    minutes, source = flat_search(np.full((4, 6), inf), [(1, 1), (2, 2)], neighbours=16)
    assert np.isinf(minutes).all()
    assert (source == -1).all()


def test_a_source_on_an_impassable_cell_starts_nothing():
    land = np.array([[1.0, inf, 1.0, 1.0]])
    minutes, source = flat_search(land, [(0, 1), (0, 3)], neighbours=8)
    assert minutes.tolist() == [[inf, inf, 1, 0]]
    assert source.tolist() == [[-1, -1, 1, 1]]


@pytest.mark.parametrize("impassable", [inf, nan, -1.0, -9999.0, -inf])
def test_infinite_nan_and_negative_minutes_are_impassable(impassable):
    land = np.array([[1.0, impassable, 1.0], [1.0, impassable, 1.0]])
    for neighbours in (8, 16):
        minutes, source = flat_search(land, [(0, 0)], neighbours=neighbours)
        assert minutes.tolist() == [[0, inf, inf], [1, inf, inf]]
        assert source.tolist() == [[0, -1, -1], [0, -1, -1]]


def test_a_masked_cell_is_impassable():
    land = np.ma.masked_equal(np.array([[1, 7, 1]], np.int16), 7)
    assert travel_minutes(land, [(0, 0)]).tolist() == [[0, inf, inf]]


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", ">f8", "u1", "i2", "i8", "g"])
def test_any_numbers_in_any_order_are_read_and_none_is_written(kind):
    land = np.random.default_rng(4).integers(0, 9, (30, 40)).astype(kind)
    expected = travel_minutes(land.astype(float), [(3, 5), (20, 30)])
    sources = np.array([(3, 5), (20, 30)], np.uint16)
    for given_land in (land, np.asfortranarray(land), np.repeat(land, 2, axis=1)[:, ::2]):
        kept, kept_sources = given_land.copy(), sources.copy()
        given_land.flags.writeable = sources.flags.writeable = False
        found = travel_minutes(given_land, sources)
        assert np.array_equal(found, expected)
        assert np.array_equal(given_land, kept)
        assert np.array_equal(sources, kept_sources)
        assert found.dtype == np.float64
        assert found.flags.c_contiguous
        found[:] = 1  # the caller's own


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"sources": [(0, 0), (5, 2)]}, "row 5, column 2"),
        ({"sources": [(-1, 0)]}, "row -1, column 0"),
        ({"sources": [(0, 6)]}, "row 0, column 6"),
        ({"sources": (1, 1)}, "pairs"),
        ({"sources": 3}, "pairs"),
        ({"sources": [(1, 1, 1)]}, "pairs"),
        ({"sources": [(0.5, 1.0)]}, "whole numbers"),
        ({"sources": [("a", "b")]}, "whole numbers"),
        ({"minutes_per_cell": np.ones(5)}, "1 dimensions"),
        ({"minutes_per_cell": np.ones((2, 2, 2))}, "3 dimensions"),
        ({"minutes_per_cell": [["a", "b"]]}, "of numbers"),
        ({"minutes_per_cell": np.ones((5, 6), bool)}, "bool"),
        ({"neighbours": 6}, "neighbours = 6"),
        ({"start_minutes": [1.0, 2.0]}, "1 sources"),
        ({"start_minutes": [-1.0]}, "at least 0"),
        ({"start_minutes": [nan]}, "at least 0"),
        ({"limit_minutes": nan}, "no number"),
    ],
)
def test_what_cannot_be_searched_is_said_in_both_languages(arguments, said):
    asked = {"minutes_per_cell": np.ones((5, 6)), "sources": [(0, 0)], "neighbours": 8} | arguments
    with pytest.raises(MethodError, match=said) as caught:
        flat_search(**asked)
    assert caught.value.zh != caught.value.en
    if set(arguments) <= {"minutes_per_cell", "sources", "neighbours"}:
        with pytest.raises(MethodError, match=said):
            travel_minutes(**asked)
