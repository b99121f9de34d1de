from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from network_reference import Reference, network_of

from gapmap.errors import MethodError
from gapmap.network import (
    Network,
    Reach,
    nearest,
    pairs_within,
    reach_nearest,
    snap,
)
from gapmap.network.rules import Tags

CLASSES = ["residential", "primary", "footway", "motorway", "cycleway", "track"]
STREET = Tags(highway="residential")


def random_network(seed: int, *, points: int = 40, ways: int = 22, snap_m: float = 400) -> Network:
    """Ways through random points: one-way, drawn twice, of no length; and ferries."""
    random = np.random.default_rng(seed)
    xy = np.round(random.uniform(0, 3000, (points, 2)), random.choice([0, 3]))
    xy[1::13] = xy[0::13][: len(xy[1::13])]  # different points at the same place
    chains = [
        random.choice(points, random.integers(2, 6), replace=False).tolist() for _ in range(ways)
    ]
    chains += [chains[0], chains[1][::-1], [0, 1], [13, 14]]
    tags = [
        Tags(
            highway=str(random.choice(CLASSES)),
            oneway=str(random.choice(["", "", "yes", "-1"])),
            maxspeed=str(random.choice(["", "40"])),
        )
        for _ in chains
    ]
    ferry = Tags(route="ferry", duration="20", motor_vehicle=str(random.choice(["", "no"])))
    chains += [[2, points], [points, 5], [points, 9]]
    tags += [ferry] * 3
    at_sea = [[4000.0, 4000.0]]
    return network_of([*xy.tolist(), *at_sea], chains, tags, snap_m=snap_m)


def positions(seed: int, count: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.round(random.uniform(-600, 3600, (count, 2)), 2)


def reach(
    network: Network,
    origins: np.ndarray,
    targets: np.ndarray,
    *,
    mode: str = "walk",
    by: str = "distance",
    **more: object,
) -> Reach:
    return reach_nearest(
        network,
        snap(network, origins, mode=mode),
        snap(network, targets, mode=mode),
        mode=mode,
        by=by,
        **more,
    )


@pytest.mark.parametrize("by", ["distance", "minutes"])
@pytest.mark.parametrize("mode", ["walk", "cycle", "drive"])
@pytest.mark.parametrize("seed", range(5))
def test_every_place_agrees_with_networkx(seed: int, mode: str, by: str) -> None:
    network = random_network(seed)
    origins, targets = positions(seed + 100, 30), positions(seed + 200, 6)
    ours = reach(network, origins, targets, mode=mode, by=by)
    theirs = np.array(Reference(network, mode).reach(origins, targets, by))
    column = 0 if by == "distance" else 1
    np.testing.assert_allclose(
        (ours.distance_m, ours.minutes)[column], theirs[:, column], rtol=0, atol=1e-6
    )
    found = np.isfinite(ours.distance_m)
    straight = np.hypot(*(origins[found] - targets[ours.target[found]]).T)
    assert (ours.distance_m[found] >= straight).all()
    assert (ours.target[~found] == -1).all()
    assert np.isinf(ours.minutes[~found]).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("mode", ["walk", "drive"])
def test_the_other_measure_is_of_the_same_route(seed: int, mode: str) -> None:
    """Fed to the reference with one target only, where no tie can part the routes."""
    network = random_network(seed)
    origins, targets = positions(seed + 300, 25), positions(seed + 400, 1)
    for by in ("distance", "minutes"):
        ours = reach(network, origins, targets, mode=mode, by=by, speed_kmh=6.0)
        theirs = np.array(Reference(network, mode, speed_kmh=6.0).reach(origins, targets, by))
        np.testing.assert_allclose(ours.distance_m, theirs[:, 0], rtol=0, atol=1e-6)
        np.testing.assert_allclose(ours.minutes, theirs[:, 1], rtol=0, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("mode", ["walk", "drive"])
def test_routes_are_as_long_as_they_say_and_join_both_ends(seed: int, mode: str) -> None:
    network = random_network(seed)
    origins, targets = positions(seed + 500, 30), positions(seed + 600, 4)
    asked = np.arange(0, 30, 2)
    ours = reach(network, origins, targets, mode=mode, routes=asked)
    assert set(ours.routes) == {int(i) for i in asked if np.isfinite(ours.distance_m[i])}
    assert ours.routes
    for i, line in ours.routes.items():
        assert line.length == pytest.approx(ours.distance_m[i], abs=1e-6)
        assert line.coords[0] == tuple(origins[i])
        assert line.coords[-1] == tuple(targets[ours.target[i]])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("mode", "unit"), [("walk", "m"), ("walk", "minutes"), ("drive", "m")])
def test_pairs_within_a_limit_are_those_of_one_search_each(seed: int, mode: str, unit: str) -> None:
    network = random_network(seed)
    origins, targets = positions(seed + 700, 30), positions(seed + 800, 6)
    limit = 1200.0 if unit == "m" else 20.0
    rows, columns = pairs_within(
        network,
        snap(network, origins, mode=mode),
        snap(network, targets, mode=mode),
        mode=mode,
        limit=(limit, unit),
    )
    expected = []
    for j in range(len(targets)):
        by = "distance" if unit == "m" else "minutes"
        one = reach(network, origins, targets[j : j + 1], mode=mode, by=by)
        value = one.distance_m if unit == "m" else one.minutes
        expected += [(j, int(i)) for i in np.flatnonzero(value <= limit)]
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == expected


def test_a_limit_is_inclusive() -> None:
    network = network_of([[0, 0], [500, 0]], [[0, 1]])
    ends = [snap(network, [xy], mode="walk") for xy in ([0, 0], [500, 0])]
    assert len(pairs_within(network, *ends, mode="walk", limit=(500, "m"))[0]) == 1
    assert len(pairs_within(network, *ends, mode="walk", limit=(499.999, "m"))[0]) == 0


# The traps of design.md, one by one


def test_a_road_drawn_twice_is_not_twice_as_long() -> None:
    network = network_of([[0, 0], [100, 0]], [[0, 1], [0, 1], [1, 0]])
    distance_m, _ = nearest(network, [[0, 0]], [[100, 0]])
    assert distance_m[0] == 100


def test_of_two_roads_between_the_same_nodes_the_shorter_counts() -> None:
    network = network_of([[0, 0], [50, 200], [100, 0]], [[0, 1, 2], [0, 2]])
    # a place on the detour still goes along it
    assert nearest(network, [[0, 0]], [[100, 0]])[0][0] == 100
    up = np.hypot(50, 200)
    assert nearest(network, [[50, 200]], [[100, 0]])[0][0] == pytest.approx(up)


def test_off_road_legs_are_inside_the_search() -> None:
    """A clinic at the next corner but 900 m off the road must not hide one at 500 m."""
    network = network_of([[0, 0], [5000, 0]], [[0, 1]])
    place = [[0, 0]]
    near_but_off, on_road = [100, 900], [500, 0]
    assert nearest(network, place, [on_road])[0][0] == 500
    distance_m, target = nearest(network, place, [near_but_off, on_road])
    assert (distance_m[0], target[0]) == (500, 1)


def test_edges_of_no_length_connect() -> None:
    network = network_of([[0, 0], [100, 0], [100, 0], [200, 0]], [[0, 1], [1, 2], [2, 3]])
    assert (network.edges.length_m == 0).sum() == 1
    assert nearest(network, [[0, 0]], [[200, 0]])[0][0] == 200


def test_a_facility_exactly_on_a_node_is_reached_at_no_extra_cost() -> None:
    network = network_of([[0, 0], [100, 0], [200, 0], [100, 100]], [[0, 1, 2], [1, 3]])
    distance_m, _ = nearest(network, [[0, 0], [100, 100], [100, 0]], [[100, 0]])
    assert distance_m.tolist() == [100, 100, 0]


def test_of_equally_near_edges_the_lowest_is_taken_and_the_way_is_the_same() -> None:
    """Where three streets meet, it does not matter to which of them one is joined."""
    network = network_of([[0, 0], [1000, 0], [0, 1000], [-1000, 0]], [[0, 1], [0, 2], [3, 0]])
    joined = snap(network, [[0, 0], [-3, -4]], mode="walk")
    assert joined.edge[0] == 0
    begin = network.edges.offsets[joined.edge[1]]
    assert network.edges.coords[begin].tolist() == [-1000, 0]  # nearer to the street to the west
    for corner in ([1000, 0], [0, 1000], [-1000, 0]):
        assert nearest(network, [[0, 0]], [corner])[0][0] == 1000


def test_at_a_node_the_one_way_street_that_was_drawn_first_does_not_bind() -> None:
    streets = [Tags(highway="residential", oneway="yes"), STREET]
    network = network_of([[0, 0], [1000, 0], [-700, 0]], [[0, 1], [0, 2]], streets)
    assert snap(network, [[0, 0]], mode="drive").edge[0] == 0
    assert nearest(network, [[0, 0]], [[-700, 0]], mode="drive")[0][0] == 700


def test_unreachable_is_infinite_never_a_number() -> None:
    network = network_of([[0, 0], [100, 0], [0, 500], [100, 500]], [[0, 1], [2, 3]])
    answer = reach(network, np.array([[0, 0], [9e4, 9e4], [np.nan, 0]]), np.array([[0, 500]]))
    assert np.isinf(answer.distance_m).all()
    assert np.isinf(answer.minutes).all()
    assert answer.target.tolist() == [-1, -1, -1]
    assert not answer.routes


def test_no_targets_at_all_is_infinite_too() -> None:
    network = network_of([[0, 0], [100, 0]], [[0, 1]])
    for targets in (np.empty((0, 2)), np.array([[np.nan, np.nan]]), np.array([[0, 5000]])):
        answer = reach(network, np.array([[0, 0]]), targets, routes=np.array([0]))
        assert np.isinf(answer.distance_m[0])
        assert answer.target[0] == -1


def test_no_origins_give_empty_answers() -> None:
    network = network_of([[0, 0], [100, 0]], [[0, 1]])
    answer = reach(network, np.empty((0, 2)), np.array([[0, 0]]))
    assert len(answer.distance_m) == 0


# What else the search promises


def test_a_clinic_in_the_village_is_not_a_round_trip_to_the_road() -> None:
    network = network_of([[0, 0], [1000, 0]], [[0, 1]])
    distance_m, _ = nearest(network, [[500, 400]], [[530, 440]])
    assert distance_m[0] == 50
    # at 300 m along, the road is the shorter way only when the straight line is not
    assert nearest(network, [[500, 10]], [[800, 10]])[0][0] == pytest.approx(320)


def test_nobody_walks_through_a_place_off_the_road() -> None:
    """A place between two dead ends must not bridge them, nor must a facility."""
    network = network_of([[0, 0], [100, 0], [120, 0], [300, 0]], [[0, 1], [2, 3]])
    distance_m, _ = nearest(network, [[0, 0], [110, 0]], [[300, 0], [110, 5]])
    assert distance_m[0] == pytest.approx(100 + np.hypot(10, 5))  # to the facility, not beyond
    assert np.isinf(nearest(network, [[0, 0]], [[300, 0]])[0][0])


def test_two_on_one_edge_meet_along_it() -> None:
    network = network_of([[0, 0], [0, 300], [400, 300]], [[0, 1, 2]])
    assert nearest(network, [[0, 100]], [[200, 300]])[0][0] == 400


def test_driving_respects_one_way_streets_from_place_to_facility() -> None:
    square = [[0, 0], [100, 0], [100, 100], [0, 100]]
    ring = [Tags(highway="residential", oneway="yes")]
    network = network_of(square, [[0, 1, 2, 3, 0]], ring)
    there, back = [[20, 0]], [[80, 0]]
    assert nearest(network, there, back, mode="drive")[0][0] == pytest.approx(60)
    assert nearest(network, back, there, mode="drive")[0][0] == pytest.approx(340)
    assert nearest(network, back, there, mode="walk")[0][0] == pytest.approx(60)


def test_minutes_use_the_modes_speed_and_walk_off_the_road() -> None:
    network = network_of([[0, 0], [3000, 0]], [[0, 1]], [Tags(highway="primary")])
    place, clinic = np.array([[0, 80]]), np.array([[3000, 0]])
    one_minute = 1.0  # 80 m at 4.8 km/h
    assert reach(network, place, clinic).minutes[0] == pytest.approx(one_minute + 37.5)
    cycling = reach(network, place, clinic, mode="cycle", by="minutes")
    assert cycling.minutes[0] == pytest.approx(one_minute + 12)
    driving = reach(network, place, clinic, mode="drive", by="minutes")
    assert driving.minutes[0] == pytest.approx(one_minute + 3.6)  # 50 km/h
    assert driving.distance_m[0] == pytest.approx(3080)
    slow = reach(network, place, clinic, by="minutes", speed_kmh=2.4)
    assert slow.minutes[0] == pytest.approx(2 + 75)
    fast = reach(network, place, clinic, mode="drive", by="minutes", speed_kmh=100)
    assert fast.minutes[0] == pytest.approx(one_minute + 1.8)


def test_by_minutes_and_by_distance_may_choose_different_facilities() -> None:
    tags = [Tags(highway="track"), Tags(highway="primary")]
    network = network_of([[0, 0], [1000, 0], [-2000, 0]], [[0, 1], [0, 2]], tags)
    place, clinics = np.array([[0, 0]]), np.array([[1000, 0], [-2000, 0]])
    near = reach(network, place, clinics, mode="drive", by="distance")
    quick = reach(network, place, clinics, mode="drive", by="minutes")
    assert (near.target[0], near.distance_m[0]) == (0, 1000)
    assert near.minutes[0] == pytest.approx(4.0)  # 15 km/h
    assert (quick.target[0], quick.distance_m[0]) == (1, 2000)
    assert quick.minutes[0] == pytest.approx(2.4)


def test_ferries_count_their_own_minutes_and_metres() -> None:
    ferry = Tags(route="ferry", duration="30")
    network = network_of(
        [[0, 0], [1000, 0], [6000, 0], [7000, 0]],
        [[0, 1], [1, 2], [2, 3]],
        [STREET, ferry, STREET],
    )
    answer = reach(network, np.array([[0, 0]]), np.array([[7000, 0]]), by="minutes")
    assert answer.distance_m[0] == 7000
    assert answer.minutes[0] == pytest.approx(12.5 + (30 + 15) + 12.5)
    assert answer.has_ferry.tolist() == [True]
    alone = network_of([[0, 0], [1000, 0]], [[0, 1]])
    assert reach(alone, np.array([[0, 0]]), np.array([[9, 0]])).has_ferry.tolist() == [False]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), mode=st.sampled_from(["walk", "cycle", "drive"]))
def test_one_facility_more_never_makes_it_farther(seed: int, mode: str) -> None:
    network = random_network(seed, points=25, ways=12)
    origins, targets = positions(seed + 1, 15), positions(seed + 2, 5)
    answers = [reach(network, origins, targets[:n], mode=mode).distance_m for n in range(6)]
    for fewer, more in pairwise(answers):
        assert (more <= fewer + 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), by=st.sampled_from(["distance", "minutes"]))
def test_the_order_of_rows_changes_nothing(seed: int, by: str) -> None:
    network = random_network(seed, points=25, ways=12)
    random = np.random.default_rng(seed)
    origins, targets = positions(seed + 1, 15), positions(seed + 2, 5)
    o, t = random.permutation(15), random.permutation(5)
    once = reach(network, origins, targets, mode="drive", by=by)
    again = reach(network, origins[o], targets[t], mode="drive", by=by)
    np.testing.assert_array_equal(again.distance_m, once.distance_m[o])
    np.testing.assert_array_equal(again.minutes, once.minutes[o])
    named = np.where(again.target >= 0, t[again.target], -1)
    np.testing.assert_array_equal(named, once.target[o])


def test_equal_choices_are_decided_by_position_not_by_row() -> None:
    network = network_of([[-500, 0], [0, 0], [500, 0]], [[0, 1, 2]])
    for targets in ([[-500, 0], [500, 0]], [[500, 0], [-500, 0]]):
        _, target = nearest(network, [[0, 0]], targets)
        assert targets[target[0]] == [-500, 0]


def test_nothing_that_was_given_is_changed() -> None:
    network = random_network(1)
    edges = network.edges
    before = {name: getattr(edges, name).copy() for name in edges.__dataclass_fields__}
    origins, targets = positions(1, 10), positions(2, 3)
    kept = origins.copy(), targets.copy()
    reach(network, origins, targets, routes=np.arange(10))
    np.testing.assert_array_equal(origins, kept[0])
    np.testing.assert_array_equal(targets, kept[1])
    for name, values in before.items():
        np.testing.assert_array_equal(getattr(edges, name), values)


def test_questions_that_make_no_sense_are_refused() -> None:
    network = network_of([[0, 0], [100, 0]], [[0, 1]])
    on_foot = snap(network, [[0, 0]], mode="walk")
    for wrong in (
        {"mode": "drive", "by": "distance"},
        {"mode": "walk", "by": "cost"},
        {"mode": "fly", "by": "distance"},
        {"mode": "walk", "by": "minutes", "speed_kmh": 0.0},
        {"mode": "walk", "by": "minutes", "speed_kmh": float("nan")},
    ):
        with pytest.raises(MethodError) as caught:
            reach_nearest(network, on_foot, on_foot, **wrong)
        assert caught.value.en != caught.value.zh
    with pytest.raises(MethodError):
        pairs_within(network, on_foot, on_foot, mode="walk", limit=(5, "km"))


def test_a_route_follows_the_course_of_the_road() -> None:
    network = network_of([[0, 0], [0, 300], [400, 300], [400, 0]], [[0, 1, 2, 3]])
    answer = reach(network, np.array([[10, 100]]), np.array([[410, 50]]), routes=0)
    expected = shapely.LineString([[10, 100], [0, 100], [0, 300], [400, 300], [400, 50], [410, 50]])
    assert answer.routes[0].equals(expected)
