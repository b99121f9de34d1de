"""What analysts hand to the network: values of every kind, copies, and what makes no sense."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from network_reference import CRS, network_of

from gapmap.errors import CrsError, MethodError
from gapmap.network import (
    cost_matrix,
    k_nearest,
    nearest,
    nearest_many,
    nearest_nodes,
    network_from_lines,
    reach_nearest,
    service_area,
    snap,
)
from gapmap.network.graph import arcs
from gapmap.network.rules import Tags

ROAD = [[0, 0], [1000, 0]]


def road():
    return network_of(ROAD, [[0, 1]])


def test_points_come_as_arrays_series_tables_or_lists() -> None:
    network = road()
    points = gpd.GeoSeries(gpd.points_from_xy([0, 400], [0, 0]), index=["a", "b"], crs=CRS)
    clinic = [shapely.Point(1000, 0)]
    for given in (points, points.to_crs("EPSG:4326"), gpd.GeoDataFrame(geometry=points)):
        metres, target = nearest(network, given, clinic)
        assert metres.index.tolist() == ["a", "b"]
        assert metres.to_numpy() == pytest.approx([1000, 600], abs=1e-4)
        assert target.tolist() == [0, 0]
    for given in (points.array, points.tolist(), [[0, 0], [400, 0]]):
        assert np.asarray(nearest(network, given, clinic)[0]) == pytest.approx([1000, 600])
    assert len(nearest(network, [], clinic)[0]) == 0
    assert np.isinf(nearest(network, ROAD, [])[0]).all()


@pytest.mark.parametrize(
    "given", [gpd.GeoSeries([shapely.box(0, 0, 1, 1)], crs=CRS), "here", [[0, 0, 0]], [["a", "b"]]]
)
def test_what_is_no_position_is_refused(given) -> None:
    with pytest.raises(MethodError):
        nearest(road(), given, ROAD)


def test_positions_joined_to_another_network_are_refused() -> None:
    one, other = road(), network_of([[0, 0], [5000, 0]], [[0, 1]])
    joined = snap(one, ROAD, mode="walk")
    for wrong in (snap(other, ROAD, mode="walk"), np.array(ROAD), gpd.GeoSeries(), None):
        for question in (
            lambda wrong=wrong: reach_nearest(one, joined, wrong, mode="walk", by="distance"),
            lambda wrong=wrong: k_nearest(one, joined, wrong, k=1, mode="walk"),
            lambda wrong=wrong: cost_matrix(one, wrong, joined, mode="walk", limit=(5, "m")),
        ):
            with pytest.raises(MethodError, match="very network"):
                question()


@pytest.mark.parametrize("limit", [1000, ("x", "m"), (np.nan, "m"), (5, "km"), None])
def test_limits_that_make_no_sense_are_refused(limit) -> None:
    network = road()
    joined = snap(network, ROAD, mode="walk")
    for question in (
        lambda: cost_matrix(network, joined, joined, mode="walk", limit=limit),
        lambda: service_area(network, joined, mode="walk", limit=limit),
    ):
        with pytest.raises(MethodError, match="limit"):
            question()


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "2"])
def test_k_is_a_whole_number(k) -> None:
    network = road()
    joined = snap(network, ROAD, mode="walk")
    with pytest.raises(MethodError, match="whole number"):
        k_nearest(network, joined, joined, k=k, mode="walk")
    assert k_nearest(network, joined, joined, k=5, mode="walk")[0].shape == (2, 5)


@pytest.mark.parametrize("speed_kmh", [-5.0, 0, np.nan, np.inf, "5", True])
def test_speeds_that_make_no_sense_are_refused_everywhere(speed_kmh) -> None:
    network = road()
    joined = snap(network, ROAD, mode="walk")
    question = {"mode": "walk", "by": "minutes", "speed_kmh": speed_kmh}
    for ask in (
        lambda: nearest_nodes(network, [0], **question),
        lambda: nearest_many(network, [[0]], **question),
        lambda: reach_nearest(network, joined, joined, **question),
        lambda: k_nearest(network, joined, joined, k=1, **question),
    ):
        with pytest.raises(MethodError, match="speed_kmh"):
            ask()


@pytest.mark.parametrize("targets", [[0.7], [True, False], [np.nan], ["a"]])
def test_nodes_are_told_by_whole_numbers(targets) -> None:
    with pytest.raises(MethodError, match="numbers of nodes"):
        nearest_nodes(road(), targets, mode="walk")


def test_routes_may_be_asked_for_by_a_mask_and_not_for_who_is_not_there() -> None:
    network = road()
    joined = snap(network, ROAD, mode="walk")
    reach = reach_nearest(network, joined, joined, mode="walk", by="distance")
    assert set(reach.lines([False, True])) == {1}
    for wrong in ([-1], [2]):
        with pytest.raises(MethodError, match="origins"):
            reach.lines(wrong)


def test_lines_in_feet_or_degrees_are_refused_and_a_series_of_lines_is_enough() -> None:
    lines = gpd.GeoSeries([shapely.LineString(ROAD)], crs=CRS)
    assert nearest(network_from_lines(lines), [[0, 0]], [[1000, 0]])[0][0] == 1000
    for crs in ("EPSG:2263", "EPSG:4326"):
        with pytest.raises(CrsError):
            network_from_lines(gpd.GeoSeries([shapely.LineString(ROAD)], crs=crs))


def test_a_copy_with_another_field_remembers_nothing() -> None:
    network = road()
    place, clinic = [[0, 0]], [[1000, 0]]
    assert nearest(network, place, clinic)[0][0] == 1000

    def minutes(one):
        ends = [snap(one, xy, mode="walk") for xy in (place, clinic)]
        return reach_nearest(one, *ends, mode="walk", by="minutes").minutes[0]

    assert minutes(network) == pytest.approx(12.5)
    slow = replace(network, speeds={**network.speeds, "walk": 2.4})
    assert minutes(slow) == pytest.approx(25)
    long = replace(
        network.edges, length_m=network.edges.length_m * 3, coords=network.edges.coords * 3
    )
    longer = replace(network, edges=long, xy=network.xy * 3)
    assert nearest(longer, place, [[3000, 0]])[0][0] == 3000
    near = replace(network, snap_m=5.0)
    assert np.isinf(nearest(near, [[0, 50]], clinic)[0][0])
    assert nearest(network, [[0, 50]], clinic)[0][0] == pytest.approx(1050)


def test_a_hundred_speeds_do_not_fill_the_memory() -> None:
    network = road()
    for speed_kmh in np.linspace(3, 6, 100):
        price, _ = nearest_nodes(network, [0], mode="walk", by="minutes", speed_kmh=speed_kmh)
        assert price.max() == pytest.approx(60 / speed_kmh)
    assert len([key for key in network.memo if key[0] == "arcs"]) <= 8


def test_nodes_in_narrow_integers_are_searched_as_well() -> None:
    """More than 46,340 nodes: their numbers' products do not fit into 32 bits."""
    count = 50_000
    xy = np.column_stack([np.arange(count) * 10.0, np.zeros(count)])
    network = network_of(xy.tolist(), [[i, i + 1] for i in range(count - 1)])
    narrow = {name: getattr(network.edges, name).astype(np.int32) for name in ("tail", "head")}
    small = replace(network, edges=replace(network.edges, **narrow))
    for one in (network, small):
        price, _ = nearest_nodes(one, [int(np.argmin(network.xy[:, 0]))], mode="walk")
        assert np.sort(price).tolist() == [10.0 * i for i in range(count)]


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_of_equally_long_roads_the_quicker_is_taken_in_any_order(order) -> None:
    """From junction to junction, 10 and 60 km/h."""
    xy = [[0, 0], [500, 300], [1000, 0], [500, -300]]
    ways = [[0, 1, 2], [0, 3, 2]]
    tags = [Tags(highway="residential", maxspeed=speed) for speed in ("10", "60")]
    network = network_of(xy, [ways[i] for i in order], [tags[i] for i in order])
    ends = [snap(network, [at], mode="drive") for at in ([0, 0], [1000, 0])]
    reach = reach_nearest(network, *ends, mode="drive", by="distance")
    assert reach.minutes[0] == pytest.approx(2 * np.hypot(500, 300) * 0.06 / 60)


def test_a_lane_beside_the_road_opens_no_straight_line_over_it() -> None:
    """Two roads that never meet; a one-way lane of 60 m between them meets neither."""
    roads = [[0, 0], [3000, 0], [0, 1300], [3000, 1300], [470, 440], [530, 440]]
    tags = [Tags(highway="residential")] * 2 + [Tags(highway="residential", oneway="yes")]
    plain = network_of(roads[:4], [[0, 1], [2, 3]], tags[:2])
    laned = network_of(roads, [[0, 1], [2, 3], [4, 5]], tags)
    place, clinic = [[500, 400]], [[480, 860]]
    for network in (plain, laned):
        assert np.isinf(nearest(network, place, clinic, mode="drive")[0][0])


def test_arcs_of_a_mode_are_made_once() -> None:
    network = road()
    assert arcs(network, "walk", "distance", None) is arcs(network, "walk", "distance", 7.0)
