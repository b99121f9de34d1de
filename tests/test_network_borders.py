"""Water and borders: what is cut, what a leg off the road may not cross, what stays the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from network_reference import CRS, network_of

from gapmap.errors import NetworkError
from gapmap.network import NetworkSource, nearest, obstacles, reach_nearest, read_network, snap
from gapmap.network.borders import cut_at_borders, cut_at_water
from gapmap.network.rules import Tags
from gapmap.network.water import blocked_legs, in_water

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.network import Network

RIVER = shapely.box(-5000, 400, 5000, 600)
STREET, SERVICE = Tags(highway="residential"), Tags(highway="service", oneway="yes")


def two_banks(water: shapely.Geometry = RIVER) -> Network:
    """A road on each bank, 1 km apart, and one bridge at x = 2000."""
    network = network_of(
        [[0, 0], [2000, 0], [0, 1000], [2000, 1000]], [[0, 1], [2, 3], [1, 3]], snap_m=700
    )
    return cut_at_water(network, water, file="roads")


def write(path: Path, *shapes: shapely.Geometry) -> Path:
    frame = gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=list(shapes), crs=CRS)
    frame.geometry = frame.geometry.translate(500_000, 2_460_000)
    frame.to_file(path)
    return path


def test_a_bridge_is_cut_at_the_shores_and_joined_on_land_only() -> None:
    network = two_banks()
    edges = network.edges
    assert sorted(edges.length_m.tolist()) == [200, 400, 400, 2000, 2000]
    assert edges.length_m[~edges.joinable].tolist() == [200]
    said = next(found for found in network.findings if found.code == "network-water")
    assert dict(said.facts) == {"edges": "1", "km": "0.2"}
    # still a road: 1000 m along one bank, over the bridge, 1000 m back
    assert nearest(network, [[1000, 0]], [[1000, 1000]])[0][0] == pytest.approx(3000)


def test_nobody_joins_a_bridge_or_a_road_across_the_water() -> None:
    network = two_banks()
    beside_the_bridge, on_the_shore = [1990, 500], [1000, 390]
    joined = snap(network, [beside_the_bridge, on_the_shore], mode="walk")
    # the one in the water may cross it to the bridge's end on land, not climb up
    assert joined.distance_m == pytest.approx([np.hypot(10, 100), 390])
    assert joined.nearest_way_m[1] == pytest.approx(390)
    shore_only = joined.joins.edge[joined.joins.owner == 1]
    assert (shapely.get_y(shapely.points(network.xy[network.edges.tail[shore_only]])) <= 400).all()
    # a clinic a stone's throw away on the other bank is 3 km away
    metres, _ = nearest(network, [[1000, 390]], [[1000, 610]])
    assert metres[0] == pytest.approx(390 + 3000 + 390)


def test_legs_that_touch_the_shore_are_free_and_those_from_the_water_too() -> None:
    network = two_banks()
    shore, land, water, far = [0, 400], [0, 0], [0, 500], [0, 1000]
    legs = [(land, shore), (shore, [100, 400]), (land, far), (water, land), (land, water)]
    legs += [([0, 399], [0, 601]), ([np.nan, 0], land), (land, [0, np.inf]), (land, land)]
    blocked = blocked_legs(network, *(np.array(ends, float) for ends in zip(*legs, strict=True)))
    assert blocked.tolist() == [False, False, True, False, False, True, False, False, False]
    assert in_water(network, np.array([shore, land, water, [np.nan, 0]])).tolist() == [
        *(False, False, True, False)
    ]


def test_an_island_in_a_lake_is_land_and_its_causeway_is_travelled() -> None:
    lake = shapely.box(0, 0, 1000, 1000) - shapely.box(400, 400, 600, 600)
    ring = network_of(
        [[-100, 500], [450, 500], [550, 500]], [[0, 1], [1, 2]], [STREET, STREET], snap_m=300
    )
    network = cut_at_water(ring, lake, file="roads")
    assert network.edges.length_m[~network.edges.joinable].tolist() == [400]
    joined = snap(network, [[500, 520], [200, 500]], mode="walk")
    assert joined.distance_m[0] == pytest.approx(20)
    assert joined.distance_m[1] == pytest.approx(200)  # the middle of the causeway: to either shore
    assert nearest(network, [[500, 500]], [[-100, 500]])[0][0] == pytest.approx(600)


def test_borders_block_even_those_that_stand_in_water() -> None:
    network = replace(two_banks(), borders=shapely.LineString([(-5000, 300), (5000, 300)]))
    assert blocked_legs(network, np.array([[0, 500.0]]), np.array([[0, 0.0]])).all()


WHOLE = st.integers(0, 40).map(lambda tens: 10.0 * tens)  # many on the edges of cells
SPOTS = st.tuples(WHOLE, WHOLE)


@given(st.lists(st.tuples(SPOTS, SPOTS), min_size=1, max_size=30), SPOTS, SPOTS, SPOTS)
def test_legs_far_from_every_obstacle_are_passed_over_and_no_other(legs, one, other, third) -> None:
    water = shapely.union_all(
        [shapely.box(*np.sort([one, other], axis=0).ravel()), shapely.Point(third).buffer(15)]
    )
    fence = shapely.LineString([one, third])
    for outline in (fence, shapely.LineString(), None):
        network = replace(two_banks(), water=water, borders=outline)
        ends = tuple(np.array(some, float) for some in zip(*legs, strict=True))
        slowly = blocked_legs(network, *ends)
        assert "obstacles" not in network.memo
        network.memo["legs"] = obstacles.ENOUGH
        with pytest.MonkeyPatch.context() as coarse:
            coarse.setattr(obstacles, "HALVINGS", 4)
            np.testing.assert_array_equal(blocked_legs(network, *ends), slowly)
        assert "obstacles" in network.memo


def test_water_is_read_with_its_datum_and_what_is_no_area_is_named(tmp_path: Path) -> None:
    roads = write(tmp_path / "roads.gpkg", shapely.LineString([(0, 0), (1000, 0)]))
    other = shapely.box(200, -50, 400, 50)
    water = write(tmp_path / "water.gpkg", shapely.box(600, -50, 700, 50), other)
    source = NetworkSource(lines=roads, water=water, simulated=True)
    network = read_network(source, crs=CRS)
    assert network.simulated == ("roads.gpkg", "water.gpkg")
    # 100 m of the one box and 200 m of the other
    assert network.edges.length_m[~network.edges.joinable].sum() == pytest.approx(300)
    mixed = write(tmp_path / "mixed.geojson", shapely.box(600, -50, 700, 50), shapely.Point(1, 1))
    codes = {f.code for f in read_network(replace(source, water=mixed), crs=CRS).findings}
    assert "network-water-row" in codes
    lines = write(tmp_path / "lines.gpkg", shapely.LineString([(0, 0), (1000, 0)]))
    with pytest.raises(NetworkError, match="no areas"):
        read_network(replace(source, water=lines), crs=CRS)


def random_network(random: np.random.Generator) -> Network:
    xy = random.uniform(0, 3000, (30, 2)).round(1)
    ways = [random.choice(30, random.integers(2, 6), replace=False).tolist() for _ in range(16)]
    tags = [STREET if random.random() < 0.7 else SERVICE for _ in ways]
    return network_of(xy.tolist(), ways, tags, snap_m=400)


def random_water(random: np.random.Generator) -> shapely.Geometry:
    centres = shapely.points(random.uniform(0, 3000, (3, 2)))
    return shapely.union_all(shapely.buffer(centres, random.uniform(100, 500, 3), quad_segs=2))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["walk", "drive"]))
def test_cutting_at_the_shore_changes_no_distance_between_joinable_positions(
    seed: int, mode: str
) -> None:
    random = np.random.default_rng(seed)
    network = random_network(random)
    cut = cut_at_water(network, random_water(random), file="roads")
    assert cut.edges.length_m.sum() == pytest.approx(network.edges.length_m.sum())
    # on the ways, on land: there both join alike
    edge = random.choice(np.flatnonzero(cut.edges.joinable), 12)
    spots = [
        shapely.LineString(cut.edges.coords[cut.edges.offsets[e] : cut.edges.offsets[e + 1]])
        .interpolate(random.uniform(), normalized=True)
        .coords[0]
        for e in edge
    ]
    answers = []
    for one in (network, replace(cut, water=None)):
        joined = snap(one, spots, mode=mode)
        found = reach_nearest(one, joined, snap(one, spots[:3], mode=mode), mode=mode, by="minutes")
        answers.append((joined.distance_m, found.distance_m, found.minutes))
    for before, after in zip(*answers, strict=True):
        np.testing.assert_allclose(before, after, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_no_route_holds_a_blocked_leg(seed: int) -> None:
    random = np.random.default_rng(seed)
    network = cut_at_water(random_network(random), random_water(random), file="roads")
    border = shapely.LineString(random.uniform(0, 3000, (2, 2)))
    network = cut_at_borders(network, border, file="roads")
    people, clinics = random.uniform(0, 3000, (25, 2)), random.uniform(0, 3000, (6, 2))
    origins, targets = (snap(network, xy, mode="walk") for xy in (people, clinics))
    for joined in (origins, targets):
        joins = joined.joins
        ends = [network.edges.coords[network.edges.offsets[e] : network.edges.offsets[e + 1]]
                for e in joins.edge]  # fmt: skip
        at = [
            shapely.LineString(line).interpolate(fraction, normalized=True).coords[0]
            for line, fraction in zip(ends, joins.fraction, strict=True)
        ]
        if at:
            assert not blocked_legs(network, joined.xy[joins.owner], np.array(at)).any()
    reach = reach_nearest(network, origins, targets, mode="walk", by="distance")
    lines = reach.lines(np.arange(len(people))).values()
    drawn = [shapely.get_coordinates(line) for line in lines]
    # nobody stands on a way by chance, so that the first and last stretch are the legs
    for steps in drawn:
        assert not blocked_legs(network, steps[[0, -1]], steps[[1, -2]]).any()
    assert not any(line.crosses(border) for line in lines)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_many_legs_at_once_are_blocked_as_each_by_itself(seed: int) -> None:
    random = np.random.default_rng(seed)
    network = replace(random_network(random), water=random_water(random))
    ends = random.uniform(0, 3000, (2, 40, 2))
    together = blocked_legs(network, *ends)
    deep = shapely.buffer(network.water, -0.05, join_style="mitre")
    for start, end, blocked in zip(*ends, together, strict=True):
        wet = shapely.LineString([start, end]).intersects(deep)
        at_home = deep.intersects(shapely.Point(start)) or deep.intersects(shapely.Point(end))
        assert blocked == (wet and not at_home)
