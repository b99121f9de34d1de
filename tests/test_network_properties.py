"""What must hold on any network, whatever it looks like."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_reference import network_of

from gapmap.network import Network, cost_matrix, k_nearest, nearest, reach_nearest, snap
from gapmap.network.rules import Tags

MODES = ["walk", "cycle", "drive"]
SNAP_M = 600.0
TRIES = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Town:
    """A random town: points, two-way streets between them, and people and clinics anywhere."""

    xy: np.ndarray
    streets: list[tuple[int, ...]]
    tags: list[Tags]
    places: np.ndarray
    clinics: np.ndarray

    def network(self) -> Network:
        return network_of(self.xy.tolist(), self.streets, self.tags, snap_m=SNAP_M)

    def metres(self, mode: str = "walk") -> np.ndarray:
        return nearest(self.network(), self.places, self.clinics, mode=mode)[0]


@st.composite
def towns(draw: st.DrawFn, *, one_way: bool = False, bent: bool = True) -> Town:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, streets = draw(st.integers(4, 16)), draw(st.integers(2, 16))
    xy = np.round(random.uniform(0, 2500, (count, 2)), 1)
    longest = 4 if bent else 3
    chains = [
        tuple(random.choice(count, random.integers(2, longest), replace=False).tolist())
        for _ in range(streets)
    ]
    ways = ["", "yes", "-1"] if one_way else [""]
    tags = [Tags(highway="residential", oneway=str(random.choice(ways))) for _ in chains]
    return Town(
        xy,
        chains,
        tags,
        np.round(random.uniform(-300, 2800, (12, 2)), 2),
        np.round(random.uniform(-100, 2600, (4, 2)), 2),
    )


def same(one: np.ndarray, other: np.ndarray) -> None:
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)


@TRIES
@given(town=towns(one_way=True), mode=st.sampled_from(MODES))
def test_one_facility_more_never_makes_it_worse_one_less_never_better(
    town: Town, mode: str
) -> None:
    fewer = replace(town, clinics=town.clinics[:-1])
    assert (town.metres(mode) <= fewer.metres(mode) + 1e-6).all()


def with_a_road(town: Town, ends: np.ndarray) -> Town:
    """Draw one more road that meets no other; where they cross, it is a bridge."""
    return replace(
        town,
        xy=np.concatenate([town.xy, ends]),
        streets=[*town.streets, (len(town.xy), len(town.xy) + 1)],
        tags=[*town.tags, Tags(highway="residential")],
    )


@TRIES
@given(town=towns(), seed=st.integers(0, 10_000))
def test_a_lane_that_leads_nowhere_never_makes_it_worse(town: Town, seed: int) -> None:
    """However near it runs to places and clinics."""
    random = np.random.default_rng(seed)
    beside = random.choice(np.concatenate([town.places, town.clinics])) + random.uniform(5, 50, 2)
    along = random.uniform(-1, 1, 2)
    ends = np.array([beside, beside + 0.24 * SNAP_M * along / np.hypot(*along)])
    more = with_a_road(town, ends)
    legs = [
        snap(network, xy, mode="walk").nearest_way_m
        for network in (town.network(), more.network())
        for xy in (town.places, town.clinics)
    ]
    near = min(leg.min() for leg in legs) <= 0.001 * SNAP_M  # somebody stands on a way
    assert near or (more.metres() <= town.metres() + 1e-6).all()


@TRIES
@given(town=towns(), seed=st.integers(0, 10_000))
def test_a_road_on_its_own_that_comes_little_nearer_leaves_the_nearest_way_joined(
    town: Town, seed: int
) -> None:
    """No more than a tenth of snap_m nearer than the nearest way, however long the road is."""
    more = with_a_road(town, np.random.default_rng(seed).uniform(-200, 2700, (2, 2)))
    for xy in (town.places, town.clinics):
        old, new = snap(town.network(), xy, mode="walk"), snap(more.network(), xy, mode="walk")
        little = new.distance_m >= old.distance_m - 0.1 * SNAP_M
        little &= np.isfinite(old.distance_m) & (new.nearest_way_m > 0.001 * SNAP_M)
        for one in np.flatnonzero(little):
            legs = new.joins.distance_m[new.joins.owner == one]
            assert np.abs(legs - old.distance_m[one]).min() <= 1e-6


@TRIES
@given(town=towns(), seed=st.integers(0, 10_000))
def test_a_road_that_runs_no_nearer_than_others_never_makes_it_worse(town: Town, seed: int) -> None:
    more = with_a_road(town, np.random.default_rng(seed).uniform(-200, 2700, (2, 2)))
    nearer = [
        snap(more.network(), xy, mode="walk").distance_m
        < snap(town.network(), xy, mode="walk").distance_m
        for xy in (town.places, town.clinics)
    ]
    kept = replace(more, places=town.places[~nearer[0]], clinics=town.clinics[~nearer[1]])
    before = replace(town, places=kept.places, clinics=kept.clinics)
    assert (kept.metres() <= before.metres() + 1e-6).all()


@TRIES
@given(town=towns(one_way=True), seed=st.integers(0, 10_000), mode=st.sampled_from(MODES))
def test_a_road_between_junctions_never_makes_it_worse_for_who_stands_on_the_ways(
    town: Town, seed: int, mode: str
) -> None:
    random = np.random.default_rng(seed)
    used = sorted({node for street in town.streets for node in street})
    standing = replace(
        town,
        places=town.xy[random.choice(used, 8)],
        clinics=town.xy[random.choice(used, 3)],
    )
    new = tuple(random.choice(len(town.xy), 2, replace=False).tolist())
    more = replace(
        standing,
        streets=[*town.streets, new],
        tags=[*town.tags, Tags(highway="residential")],
    )
    assert (more.metres(mode) <= standing.metres(mode) + 1e-6).all()


@TRIES
@given(town=towns(one_way=True), mode=st.sampled_from(MODES))
def test_no_way_is_shorter_than_the_straight_line(town: Town, mode: str) -> None:
    metres, target = nearest(town.network(), town.places, town.clinics, mode=mode)
    found = target >= 0
    straight = np.hypot(*(town.places[found] - town.clinics[target[found]]).T)
    assert (metres[found] >= straight).all()
    assert np.isinf(metres[~found]).all()


@TRIES
@given(town=towns(one_way=True), mode=st.sampled_from(MODES), seed=st.integers(0, 10_000))
def test_the_triangle_inequality_holds_on_the_ways(town: Town, mode: str, seed: int) -> None:
    network = town.network()
    edges = np.random.default_rng(seed).choice(len(network.edges), 8)
    share = np.random.default_rng(seed + 1).uniform(0, 1, (8, 1))
    first = network.edges.coords[network.edges.offsets[edges]]
    second = network.edges.coords[network.edges.offsets[edges] + 1]
    stops = snap(network, first + share * (second - first), mode=mode)
    matrix = cost_matrix(network, stops, stops, mode=mode, limit=(np.inf, "m"))
    table = np.full(matrix.shape, np.inf)
    row = np.repeat(np.arange(len(stops)), np.diff(matrix.indptr))
    table[row, matrix.indices] = matrix.data
    through = (table[:, :, None] + table[None, :, :]).min(axis=1)
    assert (table <= through + 1e-6).all()


@TRIES
@given(town=towns(one_way=True), mode=st.sampled_from(MODES), seed=st.integers(0, 10_000))
def test_the_order_of_streets_places_and_clinics_changes_nothing(
    town: Town, mode: str, seed: int
) -> None:
    random = np.random.default_rng(seed)
    o, t = random.permutation(len(town.places)), random.permutation(len(town.clinics))
    streets = random.permutation(len(town.streets))
    nodes = random.permutation(len(town.xy))
    number = np.argsort(nodes)
    mixed = Town(
        town.xy[nodes],
        [tuple(int(number[node]) for node in town.streets[i]) for i in streets],
        [town.tags[i] for i in streets],
        town.places[o],
        town.clinics[t],
    )
    same(mixed.metres(mode), town.metres(mode)[o])


@TRIES
@given(town=towns(one_way=True), mode=st.sampled_from(MODES), seed=st.integers(0, 10_000))
def test_a_road_drawn_twice_is_one_road(town: Town, mode: str, seed: int) -> None:
    again = np.random.default_rng(seed).choice(len(town.streets), 3)
    twice = replace(
        town,
        streets=[*town.streets, *[town.streets[i] for i in again]],
        tags=[*town.tags, *[town.tags[i] for i in again]],
    )
    same(twice.metres(mode), town.metres(mode))


@TRIES
@given(town=towns(one_way=True), mode=st.sampled_from(MODES), seed=st.integers(0, 10_000))
def test_cutting_streets_anywhere_changes_nothing(town: Town, mode: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    xy, streets, tags = town.xy.tolist(), [], []
    for street, tag in zip(town.streets, town.tags, strict=True):
        at = int(random.integers(0, len(street) - 1))
        a, b = town.xy[street[at]], town.xy[street[at + 1]]
        xy.append((a + random.uniform(0, 1) * (b - a)).tolist())
        streets += [(*street[: at + 1], len(xy) - 1), (len(xy) - 1, *street[at + 1 :])]
        tags += [tag, tag]
    same(replace(town, xy=np.array(xy), streets=streets, tags=tags).metres(mode), town.metres(mode))


@TRIES
@given(town=towns(), mode=st.sampled_from(MODES), seed=st.integers(0, 10_000))
def test_drawing_a_two_way_street_backward_changes_nothing(
    town: Town, mode: str, seed: int
) -> None:
    turned = np.random.default_rng(seed).random(len(town.streets)) < 0.5
    streets = [s[::-1] if t else s for s, t in zip(town.streets, turned, strict=True)]
    same(replace(town, streets=streets).metres(mode), town.metres(mode))


@TRIES
@given(town=towns(one_way=True), mode=st.sampled_from(MODES))
def test_moving_everything_by_a_kilometre_changes_nothing(town: Town, mode: str) -> None:
    moved = replace(town, xy=town.xy + 1000, places=town.places + 1000, clinics=town.clinics + 1000)
    same(moved.metres(mode), town.metres(mode))


@TRIES
@given(town=towns(one_way=True), mode=st.sampled_from(MODES), times=st.sampled_from([0.5, 2, 8]))
def test_a_map_at_twice_the_scale_is_twice_as_far(town: Town, mode: str, times: float) -> None:
    network = network_of((town.xy * times).tolist(), town.streets, town.tags, snap_m=SNAP_M * times)
    scaled, _ = nearest(network, town.places * times, town.clinics * times, mode=mode)
    same(scaled, town.metres(mode) * times)


@TRIES
@given(town=towns(), seed=st.integers(0, 10_000))
def test_an_edge_of_no_length_connects_and_changes_nothing(town: Town, seed: int) -> None:
    """A street is taken apart at one of its points, and put together by an edge of no length."""
    random = np.random.default_rng(seed)
    which = int(random.integers(0, len(town.streets)))
    street = town.streets[which]
    at = int(random.integers(0, len(street)))
    twin = len(town.xy)
    streets = list(town.streets)
    streets[which] = (*street[:at], twin, *street[at + 1 :])
    streets.append((street[at], twin))
    apart = replace(
        town,
        xy=np.concatenate([town.xy, town.xy[[street[at]]]]),
        streets=streets,
        tags=[*town.tags, Tags(highway="residential")],
    )
    assert (apart.network().edges.length_m == 0).any()
    same(apart.metres(), town.metres())


@TRIES
@given(town=towns(one_way=True), mode=st.sampled_from(MODES), k=st.integers(1, 5))
def test_the_nearest_the_k_nearest_and_the_matrix_agree(town: Town, mode: str, k: int) -> None:
    network = town.network()
    places, clinics = (snap(network, xy, mode=mode) for xy in (town.places, town.clinics))
    reach = reach_nearest(network, places, clinics, mode=mode, by="distance")
    costs, targets = k_nearest(network, places, clinics, k=k, mode=mode)
    matrix = cost_matrix(network, places, clinics, mode=mode, limit=(np.inf, "m"))
    table = np.full(matrix.shape, np.inf)
    row = np.repeat(np.arange(len(places)), np.diff(matrix.indptr))
    table[row, matrix.indices] = matrix.data
    same(costs[:, 0], reach.distance_m)
    np.testing.assert_array_equal(targets[:, 0], reach.target)
    ordered = np.sort(table, axis=1)
    wide = np.full((len(places), max(k, 4)), np.inf)
    wide[:, :4] = ordered
    same(costs, wide[:, :k])
    assert ((targets < 0) == np.isinf(costs)).all()


def test_prolonging_a_dead_end_moves_the_join_and_costs_at_most_two_fifths_of_the_leg() -> None:
    """The one way in which a road can make it worse (docs/adr/0006): joins are feet on the ways.

    From the dead end at 1,000 m the place walked 224 m in a straight line. Once the road passes by
    it joins the road where it is nearest, and 100 + 200 is 300.
    """
    before = network_of([[0, 0], [1000, 0]], [[0, 1]])
    after = network_of([[0, 0], [1000, 0], [2000, 0]], [[0, 1], [1, 2]])
    place, clinic = [[1200, 100]], [[0, 0]]
    leg = np.hypot(200, 100)
    assert nearest(before, place, clinic)[0][0] == pytest.approx(1000 + leg)
    assert nearest(after, place, clinic)[0][0] == pytest.approx(1300)
    assert leg * np.sqrt(2) > 300


def test_a_piece_is_as_wide_as_it_is_drawn_wherever_it_is_cut() -> None:
    """A street there and back: its ends are near each other, and it is no scrap for that."""
    bent, far = [[0, 0], [900, 0], [0, 40]], [[0, 600], [3000, 600]]
    whole = network_of([*bent, *far], [[0, 1, 2], [3, 4]])
    cut = network_of([*bent, *far], [[0, 1], [1, 2], [3, 4]])
    legs = [snap(one, [[100, 100]], mode="walk").joins.distance_m for one in (whole, cut)]
    assert len(legs[0]) == 2  # both sides of the bent street
    same(*legs)
