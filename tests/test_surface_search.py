"""The search over terrain, and its paths, against a plain search and grids done by hand."""

import heapq
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.graph import MCP_Geometric

from gapmap.errors import MethodError
from gapmap.surface import search as searching
from gapmap.surface.paths import lengths_m, path, path_length_m, paths
from gapmap.surface.search import in_metres, minutes_by_heap, search
from gapmap.surface.value import STEPS, Links, Terrain

X = np.inf
DIAGONAL = 2**0.5


def flat(minutes, **others):
    return Terrain(**({"minutes_per_cell": np.asarray(minutes, float), "cell_m": 100.0} | others))


def links(*crossings):
    """Each given as tail, head, minutes."""
    tail, head, minutes = zip(*crossings, strict=True)
    return Links(tail=np.array(tail), head=np.array(head), minutes=np.array(minutes, float))


def barred_between(shape, *pairs):
    """The steps between pairs of cells barred, both ways."""
    bits = np.zeros(shape, np.uint16)
    for a, b in pairs:
        for (r, c), (y, x) in ((a, b), (b, a)):
            bits[r, c] |= 1 << STEPS.index((y - r, x - c))
    return bits


# A search as plain as can be


def slower(slope, rule):
    """How many times as long as on the flat it takes."""
    if rule == "none" or math.isnan(slope):
        return 1.0
    if rule == "tobler":
        return math.exp(3.5 * (abs(min(max(slope, -5), 5) + 0.05) - 0.05))
    each = 6.0 if slope >= 0 else 1.9998 if slope >= -0.2125 else -1.9998
    return (0.72 + each * slope) / 0.72


def step_of(terrain, r, c, k):
    """What the k-th step from a cell takes on foot, walked in that direction."""
    rows, columns = terrain.minutes_per_cell.shape
    dr, dc = STEPS[k]
    y, x = r + dr, c + dc
    if not (0 <= y < rows and 0 <= x < columns):
        return X
    if terrain.barred is not None and terrain.barred[r, c] >> k & 1:
        return X
    cells = [(r, c), (y, x)]
    if abs(dr) == 2:
        cells += [((r + y) // 2, c), ((r + y) // 2, x)]
    if abs(dc) == 2:
        cells += [(r, (c + x) // 2), (y, (c + x) // 2)]
    around = [terrain.minutes_per_cell[r, x], terrain.minutes_per_cell[y, c]]
    if terrain.closed_corners and abs(dr) == abs(dc) == 1 and around == [X, X]:
        return X
    length = np.hypot(dr, dc)
    factor = 1.0
    if terrain.height_m is not None:
        rise = terrain.height_m[y, x] - terrain.height_m[r, c]
        factor = slower(rise / (length * terrain.cell_m), terrain.slope)
    sloping = terrain.height_m is not None and terrain.slope != "none"
    driven = terrain.driven_minutes if sloping else None
    total = 0.0
    for cell in cells:
        on_foot = terrain.on_foot is None or terrain.on_foot[cell]
        takes = terrain.minutes_per_cell[cell] * (factor if on_foot else 1.0)
        total += takes if driven is None else min(takes, driven[cell])
    return total * length / len(cells)


def plain_search(terrain, sources, start=None, limit=X):
    """Dijkstra's algorithm; gives minutes, and the set of nearest sources of each cell."""
    rows, columns = terrain.minutes_per_cell.shape
    ways = {}
    for r in range(rows):
        for c in range(columns):
            for k in range(terrain.neighbours):
                minutes = step_of(terrain, r, c, k)
                if minutes < X:
                    there = r + STEPS[k][0], c + STEPS[k][1]
                    a, b = ((r, c), there) if terrain.direction == "from" else (there, (r, c))
                    ways.setdefault(a, []).append((b, minutes))
    for tail, head, minutes in [] if terrain.links is None else zip(
        terrain.links.tail, terrain.links.head, terrain.links.minutes, strict=True
    ):  # fmt: skip
        a, b = (tail, head) if terrain.direction == "from" else (head, tail)
        a, b = tuple(a.tolist()), tuple(b.tolist())
        if terrain.minutes_per_cell[a] < X and terrain.minutes_per_cell[b] < X:
            ways.setdefault(a, []).append((b, float(minutes)))
    found = np.full((rows, columns), X)
    start = np.zeros(len(sources)) if start is None else start
    waiting = [
        (float(minutes), tuple(map(int, cell)))
        for cell, minutes in zip(sources, start, strict=True)
        if minutes < X and terrain.minutes_per_cell[tuple(cell)] < X
    ]
    heapq.heapify(waiting)
    while waiting:
        minutes, cell = heapq.heappop(waiting)
        if minutes > limit or minutes >= found[cell]:
            continue
        found[cell] = minutes
        for there, more in ways.get(cell, []):
            heapq.heappush(waiting, (minutes + more, there))
    return found


def each_source(terrain, sources, start, limit):
    """Minutes of every source for itself, shape (sources, rows, columns)."""
    return np.array(
        [plain_search(terrain, [s], [b], limit) for s, b in zip(sources, start, strict=True)]
    )


@st.composite
def terrains(draw, *, sloping=True, linked=True):
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["even", "whole", "any"]))
    minutes = {
        "even": np.ones((rows, columns)),
        "whole": random.integers(1, 4, (rows, columns)).astype(float),
        "any": random.uniform(0.1, 5, (rows, columns)),
    }[kind]
    minutes[random.random((rows, columns)) < draw(st.sampled_from([0, 0.1, 0.4]))] = X
    more = {}
    if sloping:
        more["slope"] = draw(st.sampled_from(["none", "tobler", "langmuir"]))
        height = random.uniform(0, draw(st.sampled_from([0.0, 20.0, 2000.0])), (rows, columns))
        height[random.random((rows, columns)) < draw(st.sampled_from([0, 0.1]))] = np.nan
        more["height_m"] = height
        if draw(st.booleans()):
            more["on_foot"] = random.random((rows, columns)) < 0.5
        if draw(st.booleans()):
            driven = random.choice([0.5, 1.0, 3.0, X], (rows, columns))
            more["driven_minutes"] = np.where(np.isfinite(minutes), driven, X)
    if linked:
        count = draw(st.integers(0, 3))
        ends = random.integers(0, (rows, columns), (2, count, 2))
        taking = random.choice([0.5, 1.0, 3.0, X], count)
        more["links"] = Links(tail=ends[0], head=ends[1], minutes=taking)
        if draw(st.booleans()):
            cells = random.integers(0, (rows, columns), (8, 2))
            pairs = [
                (c, c + STEPS[k]) for c, k in zip(cells, random.integers(0, 16, 8), strict=True)
            ]
            inside = [p for p in pairs if (p[1] >= 0).all() and (p[1] < (rows, columns)).all()]
            more["barred"] = barred_between((rows, columns), *(map(tuple, p) for p in inside))
    return flat(
        minutes,
        direction=draw(st.sampled_from(["to", "from"])),
        neighbours=draw(st.sampled_from([8, 16])),
        closed_corners=draw(st.booleans()),
        **more,
    )


@st.composite
def jobs(draw, **kinds):
    terrain = draw(terrains(**kinds))
    rows, columns = terrain.minutes_per_cell.shape
    cell = st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1))
    sources = draw(st.lists(cell, max_size=5))
    start = [draw(st.sampled_from([0.0, 0.0, 0.5, 7.0, X])) for _ in sources]
    return terrain, np.array(sources, int).reshape(-1, 2), np.array(start)


def assert_same(terrain, field, sources, start, limit=X):
    expected = plain_search(terrain, sources, start, limit)
    reached = np.isfinite(expected)
    assert field.minutes == pytest.approx(expected, rel=1e-12)
    assert np.array_equal(field.source >= 0, reached)
    if reached.any():
        alone = each_source(terrain, sources, start, limit)
        theirs = np.take_along_axis(alone, np.maximum(field.source, 0)[None], 0)[0]
        assert theirs[reached] == pytest.approx(expected[reached], rel=1e-12)


@given(jobs())
def test_it_finds_what_a_plain_search_finds(job):
    terrain, sources, start = job
    field = search(terrain, sources, start_minutes=start)

    assert_same(terrain, field, sources, start)


@given(jobs(), st.sampled_from([0.0, 0.5, 1.0, 3.0, 8.5]))
def test_it_stops_at_the_limit(job, limit):
    terrain, sources, start = job
    field = search(terrain, sources, start_minutes=start, limit_minutes=limit)

    assert_same(terrain, field, sources, start, limit + searching.SLACK)


@given(jobs(), st.sampled_from([0.0, 0.02, 1.0]))
def test_sweeps_that_give_up_leave_nothing_undone(job, patience):
    terrain, sources, start = job
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gapmap.surface.search.PATIENCE", patience)
        field = search(terrain, sources, start_minutes=start)

    assert_same(terrain, field, sources, start)


@given(jobs())
def test_the_heap_alone_finds_the_same(job):
    terrain, sources, _ = job

    assert np.array_equal(minutes_by_heap(terrain, sources), search(terrain, sources).minutes)


@given(jobs(linked=False))
def test_of_sources_equally_near_the_first_counts(job):
    terrain, sources, start = job
    twice = np.concatenate((sources, sources))
    field = search(terrain, twice, start_minutes=np.concatenate((start, start)))

    assert (field.source < max(1, len(sources))).all()
    assert np.array_equal(field.source, search(terrain, sources, start_minutes=start).source)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 16]), st.sampled_from([0.0, 5.0, X]))
def test_wide_grids_that_take_many_blocks(seed, neighbours, patience):
    random = np.random.default_rng(seed)
    rows, columns = random.integers(2, 9), random.integers(120, 300)
    minutes = random.uniform(0.2, 2, (rows, columns))
    minutes[random.random((rows, columns)) < random.choice([0.0, 0.3])] = X
    ends = random.integers(0, (rows, columns), (2, 4, 2))
    terrain = flat(
        minutes, height_m=random.uniform(0, 40, (rows, columns)), slope="tobler",
        on_foot=random.random((rows, columns)) < 0.8, neighbours=neighbours,
        links=Links(tail=ends[0], head=ends[1], minutes=random.uniform(0.1, 20, 4)),
    )  # fmt: skip
    sources, start = random.integers(0, (rows, columns), (2, 2)), random.uniform(0, 9, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gapmap.surface.search.PATIENCE", patience)
        field = search(terrain, sources, start_minutes=start)

    assert_same(terrain, field, sources, start)


def serpentine(rows, columns):
    """One way that winds from one side to the other and back."""
    minutes = np.ones((rows, columns))
    minutes[:, 1::2] = X
    minutes[-1, 1::4] = minutes[0, 3::4] = 1.0
    return minutes


@pytest.mark.parametrize("turned", [False, True])
def test_a_winding_way_is_followed_to_its_end(turned):
    minutes = serpentine(60, 59)
    cells = int(np.isfinite(minutes).sum())
    minutes = minutes.T.copy() if turned else minutes
    terrain = flat(minutes, slope="tobler", height_m=np.zeros(minutes.shape))
    terrain = replace(terrain, links=links(((0, 0), (0, 0), 5.0)))

    found = search(terrain, [(0, 0)]).minutes

    corners = 2 * 29  # where the way turns, a diagonal step saves a part of two
    longest = found[np.isfinite(found)].max()
    assert longest == pytest.approx(cells - 1 - corners * (2 - DIAGONAL))


# By hand


def test_steps_take_half_of_each_cell():
    found = search(flat([[1.0, 3.0], [5.0, 7.0]]), [(0, 0)]).minutes

    assert found == pytest.approx(np.array([[0, 2], [3, 4 * DIAGONAL]]))


def test_a_knights_move_takes_the_mean_of_four_cells():
    minutes = [[1.0, 2.0, 9.0], [9.0, 3.0, 4.0]]
    found = search(flat(minutes, neighbours=16), [(0, 0)]).minutes

    assert found[1, 2] == pytest.approx(5**0.5 * (1 + 2 + 3 + 4) / 4)


@pytest.mark.parametrize("blocked", [(0, 1), (1, 1)])
def test_a_knight_does_not_jump(blocked):
    minutes = np.ones((2, 3))
    minutes[blocked] = X
    found = search(flat(minutes, neighbours=16), [(0, 0)]).minutes

    assert found[1, 2] == pytest.approx(1 + DIAGONAL)


def test_a_diagonal_river_one_cell_wide_does_not_leak():
    minutes = np.ones((6, 6))
    minutes[np.arange(6), np.arange(6)] = X
    for neighbours in (8, 16):
        shut = search(flat(minutes, neighbours=neighbours), [(0, 5)])
        leaky = search(flat(minutes, neighbours=neighbours, closed_corners=False), [(0, 5)])

        assert np.array_equal(np.isfinite(shut.minutes), np.triu(np.ones((6, 6)), 1) > 0)
        assert np.array_equal(shut.source, np.where(np.isfinite(shut.minutes), 0, -1))
        assert np.isfinite(leaky.minutes[5, 0])


def test_a_corner_that_one_cell_shuts_is_open():
    found = search(flat([[1.0, X], [1.0, 1.0]]), [(0, 0)]).minutes

    assert found[1, 1] == pytest.approx(DIAGONAL)


def test_a_barred_step_is_walked_round():
    barred = barred_between((1, 3), ((0, 0), (0, 1)))
    line = search(flat([[1.0, 1, 1]], barred=barred), [(0, 0)])
    assert line.minutes.tolist() == [[0, X, X]]

    barred = barred_between((2, 3), ((0, 0), (0, 1)), ((0, 0), (1, 1)))
    found = search(flat(np.ones((2, 3)), barred=barred), [(0, 0)]).minutes
    assert found == pytest.approx(np.array([[0, 1 + DIAGONAL, 2 + DIAGONAL], [1, 2, 3]]))


def test_a_barred_knights_move_is_not_made():
    barred = barred_between((2, 3), ((0, 0), (1, 2)))
    found = search(flat(np.ones((2, 3)), barred=barred, neighbours=16), [(0, 0)]).minutes

    assert found[1, 2] == pytest.approx(1 + DIAGONAL)


RIVER = np.array([[1.0, 1, 1, 1], [X, X, X, 1], [1, 1, 1, 1]])


@pytest.mark.parametrize(("minutes", "over"), [(2.0, True), (7.0, False)])
def test_a_ferry_is_taken_where_it_is_faster(minutes, over):
    ferry = links(((0, 0), (2, 0), minutes), ((2, 0), (0, 0), minutes))
    terrain = flat(RIVER, links=ferry)
    field = search(terrain, [(0, 0)])
    around = 2 + DIAGONAL * 2 + 2

    assert field.minutes[2, 0] == pytest.approx(minutes if over else around)
    assert len(path(terrain, field, 2, 0)) == (2 if over else 7)


def test_a_ferry_one_way_goes_one_way():
    ferry = links(((0, 0), (2, 0), 1.0))

    down = search(flat(RIVER, links=ferry, direction="from"), [(0, 0)]).minutes[2, 0]
    up = search(flat(RIVER, links=ferry, direction="to"), [(0, 0)]).minutes[2, 0]

    assert down == 1
    assert up > 6


def test_ferries_from_island_to_island():
    minutes = np.array([[1.0, X, 1, X, 1, 1]])
    chain = links(((0, 2), (0, 4), 5.0), ((0, 0), (0, 2), 3.0))
    found = search(flat(minutes, links=chain, direction="from"), [(0, 0)]).minutes

    assert found.tolist() == [[0, X, 3, X, 8, 9]]


@pytest.mark.parametrize("minutes", [X, 1.0])
def test_links_that_lead_nowhere_are_not_taken(minutes):
    nowhere = links(((0, 0), (0, 2) if minutes == X else (0, 0), minutes))
    terrain = flat([[1.0, X, 1.0]], links=nowhere, direction="from")

    assert search(terrain, [(0, 0)]).minutes.tolist() == [[0, X, X]]
    assert distances(terrain, [(0, 0)])[0].tolist() == [[0, X, X]]


def test_a_ferry_to_a_quay_that_nobody_can_enter_is_not_taken():
    minutes = np.array([[1.0, X, 1]])
    ferry = links(((0, 0), (0, 1), 3.0), ((0, 1), (0, 2), 3.0))
    found = search(flat(minutes, links=ferry, direction="from"), [(0, 0)])

    assert found.minutes.tolist() == [[0, X, X]]
    assert found.source.tolist() == [[0, -1, -1]]


def test_the_limit_is_inclusive():
    found = search(flat(np.full((1, 5), 0.1)), [(0, 0)], limit_minutes=0.3)

    assert found.source.tolist() == [[0, 0, 0, 0, -1]]
    assert found.minutes[0, 3] == pytest.approx(0.3)
    assert search(flat([[1.0, 1.0]]), [(0, 0)], limit_minutes=0).minutes.tolist() == [[0, X]]


def test_a_source_that_begins_later_reaches_less():
    field = search(flat(np.ones((1, 6))), [(0, 0), (0, 5)], start_minutes=[0, 2.5])

    assert field.minutes.tolist() == [[0, 1, 2, 3, 3.5, 2.5]]
    assert field.source.tolist() == [[0, 0, 0, 0, 1, 1]]


def test_a_source_whose_own_cell_another_reaches_before_it_is_nobodys():
    field = search(flat(np.ones((1, 4))), [(0, 3), (0, 0)], start_minutes=[9, 0])

    assert field.source.tolist() == [[1, 1, 1, 1]]
    assert path(flat(np.ones((1, 4))), field, 0, 3).tolist() == [[0, 3], [0, 2], [0, 1], [0, 0]]


def test_sources_that_cannot_be_left_reach_nothing():
    terrain = flat([[X, 1.0, 1.0]])
    for field in (
        search(terrain, [(0, 0)]),
        search(terrain, []),
        search(terrain, [(0, 2)], start_minutes=[X]),
        search(terrain, [(0, 2)], start_minutes=[5], limit_minutes=4),
    ):
        assert np.isinf(field.minutes).all()
        assert (field.source == -1).all()


def test_an_even_plain_is_measured_in_steps():
    rows, columns = np.abs(np.mgrid[-30:31, -40:41])
    long, short = np.maximum(rows, columns), np.minimum(rows, columns)
    eight = search(flat(np.full(rows.shape, 3.0)), [(30, 40)]).minutes
    sixteen = search(flat(np.full(rows.shape, 3.0), neighbours=16), [(30, 40)]).minutes

    assert eight == pytest.approx(3 * (long - short + DIAGONAL * short))
    near = np.where(  # as many knight's moves as can be, the rest straight or diagonal
        long >= 2 * short,
        5**0.5 * short + (long - 2 * short),
        5**0.5 * (long - short) + DIAGONAL * (2 * short - long),
    )
    assert sixteen == pytest.approx(3 * near)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_scikit_image_finds_the_same_where_nothing_slopes(seed):
    random = np.random.default_rng(seed)
    minutes = random.uniform(0.1, 4, (20, 25))
    minutes[random.random((20, 25)) < 0.2] = X
    sources = np.argwhere(np.isfinite(minutes))[:40:20]
    theirs, _ = MCP_Geometric(np.where(np.isfinite(minutes), minutes, -1)).find_costs(sources)
    level = flat(minutes, closed_corners=False)
    unheard = links(((0, 0), (0, 0), 1.0))  # so that it is not the flat search

    assert search(level, sources).minutes == pytest.approx(theirs, rel=1e-10)
    assert search(replace(level, links=unheard), sources).minutes == pytest.approx(
        theirs, rel=1e-10
    )


@given(jobs(linked=False, sloping=False))
def test_the_general_search_and_the_flat_one_agree(job):
    terrain, sources, start = job
    unheard = links(((0, 0), (0, 0), 1.0))
    one = search(terrain, sources, start_minutes=start)
    other = search(replace(terrain, links=unheard), sources, start_minutes=start)

    assert np.array_equal(one.minutes, other.minutes)
    assert np.array_equal(one.source, other.source)
    assert_same(terrain, one, sources, start)


# What must hold


@given(jobs())
def test_more_speed_never_makes_anyone_slower(job):
    terrain, sources, start = job
    faster = replace(terrain, minutes_per_cell=terrain.minutes_per_cell * 0.7)

    before = search(terrain, sources, start_minutes=start).minutes
    assert (search(faster, sources, start_minutes=start).minutes <= before).all()


@given(jobs(), st.integers(0, 2**32 - 1))
def test_another_ferry_never_makes_anyone_slower(job, seed):
    terrain, sources, start = job
    ends = np.random.default_rng(seed).integers(0, terrain.minutes_per_cell.shape, (2, 2))
    both = Links(
        tail=np.vstack((terrain.links.tail, ends[:1])),
        head=np.vstack((terrain.links.head, ends[1:])),
        minutes=np.append(terrain.links.minutes, 0.7),
    )
    before = search(terrain, sources, start_minutes=start).minutes
    after = search(replace(terrain, links=both), sources, start_minutes=start).minutes

    assert (after <= before).all()


@given(jobs(linked=False))
def test_there_on_a_terrain_is_back_on_it_upside_down(job):
    terrain, sources, start = job
    other = "from" if terrain.direction == "to" else "to"
    turned = replace(terrain, height_m=-terrain.height_m, direction=other)
    one = search(terrain, sources, start_minutes=start)
    two = search(turned, sources, start_minutes=start)

    assert np.array_equal(one.minutes, two.minutes)
    assert np.array_equal(one.source, two.source)


@given(jobs())
def test_nothing_that_was_given_is_changed(job):
    terrain, sources, start = job
    before = terrain.minutes_per_cell.copy(), terrain.height_m.copy(), sources.copy(), start.copy()
    field = search(terrain, sources, start_minutes=start)
    lengths_m(terrain, field, np.argwhere(field.source >= 0))

    after = terrain.minutes_per_cell, terrain.height_m, sources, start
    for a, b in zip(before, after, strict=True):
        assert np.array_equal(a, b, equal_nan=True)


# Paths


def minutes_along(terrain, way):
    """What a path takes in the direction of travel: for each hop the cheapest way to make it."""
    total = 0.0
    for one, two in pairwise(way):
        a, b = (one, two) if terrain.direction == "to" else (two, one)
        choices = []
        if tuple(b - a) in STEPS[: terrain.neighbours]:
            choices.append(step_of(terrain, *a, STEPS.index(tuple(b - a))))
        if terrain.links is not None:
            same = (terrain.links.tail == a).all(axis=1) & (terrain.links.head == b).all(axis=1)
            choices += terrain.links.minutes[same].tolist()
        total += min(choices)
    return total


@given(jobs())
def test_a_path_takes_what_the_field_says_and_ends_at_its_source(job):
    terrain, sources, start = job
    field = search(terrain, sources, start_minutes=start)
    cells = np.argwhere(field.source >= 0)
    ways = paths(terrain, field, cells)

    for (row, column), way in zip(cells, ways, strict=True):
        source = field.source[row, column]
        assert way[0].tolist() == [row, column]
        assert way[-1].tolist() == sources[source].tolist()
        assert (field.source[tuple(way.T)] == source).all()
        assert len(np.unique(way, axis=0)) == len(way)
        taken = minutes_along(terrain, way) + start[source]
        assert taken == pytest.approx(field.minutes[row, column], rel=1e-9)
    lengths = lengths_m(terrain, field, cells)
    assert lengths == pytest.approx([path_length_m(terrain, way) for way in ways])
    if len(cells):
        assert np.array_equal(path(terrain, field, *cells[-1]), ways[-1])


def test_of_equally_short_ways_that_over_the_step_of_the_lowest_number():
    terrain = flat(np.ones((3, 4)))
    field = search(terrain, [(0, 3)])

    assert path(terrain, field, 2, 0).tolist() == [[2, 0], [2, 1], [1, 2], [0, 3]]


def test_a_path_of_its_own_source_is_one_cell():
    terrain = flat(np.ones((2, 2)))
    field = search(terrain, [(1, 1)])

    assert path(terrain, field, 1, 1).tolist() == [[1, 1]]
    assert path_length_m(terrain, path(terrain, field, 1, 1)) == 0
    assert lengths_m(terrain, field, [(1, 1)]).tolist() == [0]


def test_there_is_no_way_where_no_source_is_reached():
    terrain = flat([[1.0, X, 1.0]])
    field = search(terrain, [(0, 0)])

    assert path(terrain, field, 0, 2).shape == (0, 2)
    assert lengths_m(terrain, field, [(0, 0), (0, 1), (0, 2)]).tolist() == [0, X, X]
    assert lengths_m(terrain, field, []).tolist() == []


def test_a_way_is_as_long_as_its_steps_and_links():
    ferry = links(((0, 0), (2, 0), 1.0))
    terrain = flat(RIVER, links=ferry, direction="from")
    field = search(terrain, [(0, 0)])

    assert lengths_m(terrain, field, [(2, 0), (2, 1), (0, 3)]).tolist() == [200, 300, 300]


def test_a_field_of_another_terrain_is_refused():
    field = search(flat([[1.0, 1.0, 1.0]]), [(0, 0)])
    dearer, other = flat([[9.0, 9.0, 9.0]]), flat([[1.0, 1.0]])

    for terrain in (dearer, other):
        with pytest.raises(MethodError, match="not searched on this terrain"):
            path(terrain, field, 0, 1)
        with pytest.raises(MethodError, match="not searched on this terrain"):
            lengths_m(terrain, field, [(0, 1)])


# Metres


def distances(terrain, sources, *, limit_m=np.inf):
    field = search(in_metres(terrain), sources, limit_minutes=limit_m)
    return field.minutes, field.source


def test_distances_count_metres_at_any_speed():
    minutes = [[1.0, 50.0, 1.0], [1.0, X, 9.0], [1.0, 1.0, 1.0]]
    metres, source = distances(flat(minutes), [(0, 0)])

    assert metres[0].tolist() == [0, 100, 200]
    assert metres[2, 2] == pytest.approx(200 + 100 * DIAGONAL)
    assert metres[1, 1] == X
    assert source.tolist() == [[0, 0, 0], [0, -1, 0], [0, 0, 0]]
    assert distances(flat(minutes), [(0, 0)], limit_m=100)[0][0].tolist() == [0, 100, X]


def test_over_a_link_it_is_the_straight_line():
    ferry = links(((0, 0), (2, 0), 1.0))
    metres = distances(flat(RIVER, links=ferry, direction="from"), [(0, 0)])[0]

    assert metres[2, 0] == 200


@given(jobs())
def test_no_way_is_shorter_than_the_least_metres(job):
    terrain, sources, _ = job
    field = search(terrain, sources)
    cells = np.argwhere(field.source >= 0)
    least, nearest = distances(terrain, sources)

    assert np.array_equal(nearest >= 0, field.source >= 0)
    assert (lengths_m(terrain, field, cells) >= least[tuple(cells.T)] * (1 - 1e-12)).all()
    assert in_metres(terrain).slope == "none"


# Bad input


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"minutes_per_cell": np.array([[1.0, 0.0]])}, "above 0"),
        ({"minutes_per_cell": np.array([[1.0, -3.0]])}, "above 0"),
        ({"minutes_per_cell": np.array([[1.0, np.nan]])}, "above 0"),
        ({"minutes_per_cell": np.ones(2)}, "shape"),
        ({"height_m": np.ones((2, 2))}, "height_m"),
        ({"on_foot": np.ones((1, 3), bool)}, "on_foot"),
        ({"driven_minutes": np.ones((1, 3))}, "driven_minutes"),
        ({"barred": np.zeros((3, 2), np.uint16)}, "barred"),
        ({"slope": "naismith"}, "slope"),
        ({"direction": "there"}, "direction"),
        ({"neighbours": 4}, "neighbours"),
        ({"cell_m": 0.0}, "cell_m"),
        ({"links": links(((0, 0), (0, 2), 1.0))}, "off the grid"),
        ({"links": links(((0, 0), (0, 1), 0.0))}, "no minutes"),
        ({"links": links(((0, 0), (0, 1), np.nan))}, "no minutes"),
    ],
)
def test_a_terrain_that_makes_no_sense_is_refused(change, word):
    terrain = replace(flat([[1.0, 1.0]]), **change)

    with pytest.raises(MethodError, match=word) as caught:
        search(terrain, [(0, 0)])
    assert caught.value.text("zh") != caught.value.text("en")


@pytest.mark.parametrize(
    ("sources", "more", "word"),
    [
        ([(0, 2)], {}, "off the grid"),
        ([(0, 0), (-1, 0)], {}, "source 1"),
        ([(0.5, 0.0)], {}, "whole rows"),
        ([0, 1, 1], {}, "whole rows"),
        ([(0, 0)], {"start_minutes": [-1.0]}, "start_minutes"),
        ([(0, 0)], {"start_minutes": [np.nan]}, "start_minutes"),
        ([(0, 0)], {"start_minutes": [1.0, 2.0]}, "start_minutes"),
        ([(0, 0)], {"limit_minutes": -1.0}, "limit_minutes"),
        ([(0, 0)], {"limit_minutes": np.nan}, "limit_minutes"),
    ],
)
def test_sources_and_limits_that_make_no_sense_are_refused(sources, more, word):
    with pytest.raises(MethodError, match=word) as caught:
        search(flat([[1.0, 1.0]]), sources, **more)
    assert caught.value.text("zh") != caught.value.text("en")


def test_a_path_from_off_the_grid_is_refused():
    terrain = flat([[1.0, 1.0]])
    field = search(terrain, [(0, 0)])

    with pytest.raises(MethodError, match="off the grid"):
        path(terrain, field, 1, 0)
    with pytest.raises(MethodError, match="off the grid"):
        lengths_m(terrain, field, [(0, -1)])
