"""Benchmarks at tiny sizes: the right answer passes, a wrong one is found; nothing is timed."""

import dataclasses
import json

import numpy as np
import osmium
import pytest

from benchmarks import (
    bench_many,
    bench_nearest,
    bench_osm,
    bench_pairs,
    bench_services,
    bench_snap,
    goals,
    measuring,
    ours,
    page,
    peers,
    table,
)
from benchmarks.bench_check import check_rows
from benchmarks.road_graph import BLOCK_M, road_graph
from benchmarks.street_map import somewhere, street_map
from gapmap.network import cache

KEYS = {"work", "size", "seconds", "cpu_seconds", "peak_mb", "peers", "floor", "same_answer"}


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """No process of its own for memory, and only the peers that every installation has."""
    for module in (bench_many, bench_nearest, bench_osm, bench_pairs, bench_services, bench_snap):
        monkeypatch.setattr(module, "peak", lambda *_: measuring.Peak(1.0, 0.5))
    monkeypatch.setattr(peers, "has", lambda _: False)
    monkeypatch.setattr(measuring, "ROUNDS", 1)


@pytest.fixture(scope="module")
def graph():
    return road_graph(400)


def one_off(distances):
    """Make a tenth of a millimetre of one reached node's distance."""
    wrong = distances.copy()
    wrong[np.flatnonzero(np.isfinite(distances) & (distances > 0))[-1]] += 1e-4
    return wrong


def test_graph_is_road_like_and_its_sums_are_exact(graph):
    assert len(graph) == 400
    assert len(road_graph(40_000).tail) / 40_000 == pytest.approx(1.4, abs=0.02)
    assert (graph.length_m >= np.hypot(*(graph.xy[graph.tail] - graph.xy[graph.head]).T)).all()
    assert (graph.length_m * 8 == np.round(graph.length_m * 8)).all()
    pairs = np.column_stack([graph.tail, graph.head])
    assert len(np.unique(np.sort(pairs, axis=1), axis=0)) == len(pairs)


def test_graph_numbers_neighbours_near_each_other():
    graph = road_graph(64**2)
    near = np.abs(graph.xy // BLOCK_M - np.roll(graph.xy // BLOCK_M, 1, axis=0))
    assert np.median(near.sum(axis=1)) <= 2
    assert np.abs(graph.tail - graph.head).mean() < 64


def test_nearest_is_held_against_all_peers(graph):
    row = bench_nearest.nearest(graph, 4)
    assert row.keys() >= KEYS
    assert row["same_answer"]
    assert row["peers"].keys() == {"scipy", "networkx"}
    assert row["floor"] > 0
    wrong = bench_nearest.nearest(graph, 4, search=lambda *asked: one_off(ours.nearest(*asked)))
    assert not wrong["same_answer"]


def test_nearest_must_not_give_a_number_for_what_is_not_reached(graph):
    def with_cap(*asked):
        return np.minimum(ours.nearest(*asked), 1e9)

    assert np.isinf(ours.nearest(graph, graph.draw(4, 2))).any()
    assert not bench_nearest.nearest(graph, 4, search=with_cap)["same_answer"]


def test_facility_and_way_are_held_against_scipy(graph):
    assert bench_nearest.nearest_and_way(graph, 4)["same_answer"]

    def next_one(*asked):
        metres, rank = ours.nearest_and_way(*asked)
        return metres, np.where(rank >= 0, (rank + 1) % 4, -1)

    def farther(*asked):
        metres, rank = ours.nearest_and_way(*asked)
        return one_off(metres), rank

    for wrong in (next_one, farther):
        assert not bench_nearest.nearest_and_way(graph, 4, search=wrong)["same_answer"]


def test_pandanas_cap_is_its_word_for_not_reached():
    cap_m = bench_nearest.CAP_M
    ours_m = np.array([0.0, 12.125, np.inf])
    same = bench_nearest.same_when_capped
    assert same(ours_m, np.array([[0.0], [12.125], [cap_m]]))
    assert not same(ours_m, np.array([[0.0], [12.124], [cap_m]]))
    assert not same(ours_m, np.array([[0.0], [12.125], [cap_m - 1]]))
    assert not same(np.array([cap_m]), np.array([[cap_m]])), "a cap that is too near hides answers"


def test_nearest_many_is_held_against_scipy_and_our_own_search(graph):
    rows = bench_many.nearest_many(graph, 4)
    work = ["order_prepare", "order_weigh", "nearest_many", "nearest_many"]
    assert [row["work"] for row in rows] == work
    assert all(row["same_answer"] for row in rows)
    assert rows[-1]["peers"].keys() == {"scipy", "gapmap_cold", "order_prepare"}

    def last_one_wrong(order, services):
        *right, last = ours.nearest_by_order(order, services)
        return [*right, one_off(last)]

    wrong = bench_many.nearest_many(graph, 4, answer=last_one_wrong)
    assert not any(row["same_answer"] for row in wrong)


@pytest.mark.parametrize("limit_m", [0.0, 1000.0, 4000.0])
def test_pairs_are_held_against_scipy(graph, limit_m):
    row = bench_pairs.pairs_within(graph, (10, 40), limit_m)
    assert row["same_answer"]
    keys, metres = ours.pairs(graph, graph.draw(10, 2), graph.draw(40, 3), limit_m)
    assert len(keys) or limit_m == 0
    assert (metres <= limit_m).all()


def test_a_pair_too_few_or_at_another_distance_is_found(graph):
    def one_less(*asked):
        return tuple(found[:-1] for found in ours.pairs(*asked))

    def longer(*asked):
        keys, metres = ours.pairs(*asked)
        return keys, metres + 1e-4

    for wrong in (one_less, longer):
        assert not bench_pairs.pairs_within(graph, (10, 40), 2000.0, search=wrong)["same_answer"]


def test_pairs_of_sampled_facilities_are_told_and_scaled(graph, monkeypatch):
    monkeypatch.setattr(bench_pairs, "_SAMPLE", 2)
    row = bench_pairs.pairs_within(graph, (10, 40), 2000.0)
    assert row["same_answer"]
    assert row["size"].endswith("2 km; peers x 5 from 2")


def test_k_nearest_is_held_against_scipy(graph):
    assert bench_pairs.k_nearest(graph, 20)["same_answer"]

    def second_left_out(graph, sources, count):
        found = ours.k_nearest(graph, sources, count + 1)
        return np.delete(found, 1, axis=1)

    assert not bench_pairs.k_nearest(graph, 20, search=second_left_out)["same_answer"]

    def too_near(*asked):
        return ours.k_nearest(*asked) * 0.999

    assert not bench_pairs.k_nearest(graph, 20, search=too_near)["same_answer"]


def test_k_nearest_of_few_places_is_held_against_one_pass(graph):
    assert bench_pairs.k_nearest_of_places(graph, (40, 10))["same_answer"]

    def wrong(*asked):
        return one_off(ours.k_nearest_of_places(*asked).ravel()).reshape(-1, bench_pairs.K)

    assert not bench_pairs.k_nearest_of_places(graph, (40, 10), search=wrong)["same_answer"]


def test_snap_is_held_against_shapely():
    row = bench_snap.snap(12, 200)
    assert row["same_answer"]
    assert row["peers"].keys() == {"shapely"}

    def farther(streets, xy):
        edge, away = bench_snap.our_nearest(streets, xy)
        return edge, one_off(away)

    assert not bench_snap.snap(12, 200, search=farther)["same_answer"]


def test_floor_of_snap_measures_what_shapely_measures():
    streets, xy = street_map(8), somewhere(8, 100, 2)
    edge, away = bench_snap.our_nearest(streets, xy)
    touched = bench_snap.touch_segments(xy, streets.coords, streets.offsets, edge)
    assert touched == pytest.approx(away, abs=1e-9)


def test_services_are_held_against_the_plain_way():
    assert bench_services.services(10, (40, 5))["same_answer"]

    def shorter(*asked):
        return [one_off(found) for found in bench_services.our_answers(*asked)]

    assert not bench_services.services(10, (40, 5), answer=shorter)["same_answer"]


@pytest.fixture
def extract(tmp_path):
    """Two streets that cross, and a footway that is only planned."""
    file = tmp_path / "town.osm.pbf"
    with osmium.SimpleWriter(str(file)) as writer:
        for number in range(9):
            place = (-21.9 + number % 3 / 1000, 64.1 + number // 3 / 1000)
            writer.add_node(osmium.osm.mutable.Node(id=number + 1, location=place))
        for number, (nodes, kind) in enumerate(
            [([4, 5, 6], "residential"), ([2, 5, 8], "tertiary"), ([1, 9], "proposed")]
        ):
            way = osmium.osm.mutable.Way(id=number + 1, nodes=nodes, tags={"highway": kind})
            writer.add_way(way)
    return file


def test_reading_osm_is_held_against_osmnx(extract):
    row = bench_osm.osm_read(extract, "town")
    assert row["same_answer"]
    assert row["size"] == "town, 0.0 MB, 3 ways"
    network = bench_osm.our_network(extract)
    network.edges.length_m[:] *= 1.02
    assert not bench_osm.osm_read(extract, "town", read=lambda _: network)["same_answer"]


def test_the_cached_network_is_held_against_the_built_one(extract, monkeypatch):
    monkeypatch.setattr(cache, "LEAST_BYTES", 0)
    assert bench_osm.osm_read_cached(extract, "town")["same_answer"]

    def built(file, _):
        return bench_osm.our_network(file)

    def moved(file, folder):
        network = bench_osm.from_cache(file, folder)
        return dataclasses.replace(network, xy=network.xy + 1e-6)

    for wrong in (built, moved):
        assert not bench_osm.osm_read_cached(extract, "town", read=wrong)["same_answer"]


def test_iceland_is_read_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("GAPMAP_ICELAND", str(tmp_path / "none.osm.pbf"))
    assert bench_osm.iceland() is None
    monkeypatch.setenv("GAPMAP_ICELAND", str(bench_osm.WESTFJORDS))
    assert bench_osm.iceland() == bench_osm.WESTFJORDS


def test_distances_differ_from_a_micrometre_on():
    same = measuring.same_distances
    assert same([1.0, np.inf], [1.0 + 9e-7, np.inf])
    assert not same([1.0, np.inf], [1.0 + 2e-6, np.inf])
    assert not same([1.0, np.inf], [1.0, 1e300])
    assert not same([1.0], [1.0, 1.0])
    assert not same([np.nan], [np.nan])


def test_one_peer_that_differs_is_enough():
    right = measuring.Peer(job=lambda: 1, same=lambda a, b: a == b)
    wrong = measuring.Peer(job=lambda: 2, same=lambda a, b: a == b)
    memory = measuring.Peak(1.0, 0.0)
    row = measuring.compare("work", "size", lambda: 1, {"a": right, "b": right}, memory=memory)
    assert row["same_answer"]
    row = measuring.compare("work", "size", lambda: 1, {"a": right, "b": wrong}, memory=memory)
    assert not row["same_answer"]


def test_slow_peers_run_once_and_ours_never_less_than_all_rounds(monkeypatch):
    monkeypatch.setattr(measuring, "ROUNDS", 3)
    monkeypatch.setattr(measuring, "SLOW_SECONDS", -1.0)
    times = measuring.in_turn({"ours": lambda: 1, "peer": lambda: 2})
    assert times.rounds == {"ours": 3, "peer": 1}
    assert times.answers == {"ours": 1, "peer": 2}


def test_memory_is_measured_in_a_process_of_its_own():
    memory = measuring.peak(abs, bytearray, 40 * 1024 * 1024)
    assert memory.above_mb == pytest.approx(40, abs=8)
    assert memory.whole_mb > memory.above_mb


def a_row(**more):
    row = {
        "work": "nearest",
        "size": "500k nodes, 5k facilities",
        "seconds": 0.1,
        "cpu_seconds": 0.1,
        "peak_mb": 300.0,
        "peers": {"scipy": 0.2, "pandana": 3.5, "pandana_prepare": 40.0},
        "peers_cpu": {"scipy": 0.2, "pandana": 7.0},
        "floor": 0.005,
        "same_answer": True,
        "rounds": {"pandana": 1},
        "above_mb": 20.0,
        "per": 500_000,
    }
    return row | more


def test_a_goal_is_judged_by_processor_time_and_the_clock_is_told():
    row = goals.judge(a_row())
    assert row["met"]
    assert row["goal"] == (
        "70 x pandana (at least 40), by the clock 35 x; 2 x scipy (at least 1.67)"
    )
    slow = goals.judge(a_row(peers_cpu={"scipy": 0.16, "pandana": 7.0}))
    assert not slow["met"]
    assert slow["goal"].endswith("MISSED 1.6 x scipy (at least 1.67)")


def test_memory_of_five_million_nodes_has_a_goal():
    row = goals.judge(a_row(per=5_000_000, above_mb=300.0))
    assert row["goal"].endswith("MISSED 63 of 50 bytes a node")
    assert goals.judge(a_row(per=5_000_000, above_mb=200.0))["met"]


def test_other_goals_by_work():
    many = a_row(work="nearest_many", size="batch of 8", cpu_seconds=0.009)
    assert goals.judge(many)["goal"] == "1.80 of 2 floors"
    assert "goal" not in goals.judge(many | {"size": "one service"})
    osm = a_row(work="osm_read", size="Iceland, 36.9 MB", peers={}, peers_cpu={}, seconds=61.0)
    assert goals.judge(osm)["goal"] == "MISSED 61.0 of 60 s; 300 of 3000 MB"
    assert "goal" not in goals.judge(osm | {"size": "Westfjords"})
    assert "goal" not in goals.judge(a_row(work="demo"))


def test_the_table_has_ratios_and_no_ratio_for_a_preparation():
    row = table.rounded(goals.judge(a_row()))
    text = table.line(row)
    assert "scipy 0.2 s (2 x), pandana 3.5 s (35 x, 1 round), pandana_prepare 40 s" in text
    assert "  20.0" in text
    cells = table.markdown([row]).splitlines()
    assert len({line.count("|") for line in cells}) == 1
    assert "met: 70 x pandana" in cells[2]


def test_the_page_gets_table_day_and_kind_of_machine(tmp_path):
    results, target = tmp_path / "results.json", tmp_path / "page.md"
    results.write_text(json.dumps([a_row(same_answer=False)]), "utf8")
    target.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n", "utf8")
    for _ in range(2):
        page.write(results, target)
    text = target.read_text("utf8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert text.count("| nearest |") == 1
    assert "**no**" in text
    assert "cores" in text


def test_the_shipped_page_has_the_markers():
    text = page.PAGE.read_text("utf8")
    assert text.count(page.BEGIN) == text.count(page.END) == 1


@pytest.mark.parametrize("workbook", [False, True])
def test_the_check_is_held_against_the_bare_reading(workbook):
    row = check_rows(300, workbook=workbook)
    assert row["same_answer"]
    assert set(row["peers"]) == {"pandas"}
    assert (row["floor"] is None) == workbook
