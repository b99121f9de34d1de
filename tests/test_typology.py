"""Kinds of gap: planted groups are found, noise has none, clusters are those of a plain search."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import builders
import geopandas as gpd
import networkx as nx
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
import toy_results
from builders import CRS, X0, Y0
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score
from typology_toys import CLINIC, SHELTER, STANDS, planted, study

from gapmap.access import measure_access
from gapmap.assessment import assess
from gapmap.errors import MethodError
from gapmap.network import network_from_lines
from gapmap.outputs.geopackage import layers
from gapmap.outputs.tables import result_tables
from gapmap.outputs.workbook import write_workbook
from gapmap.report import Insights
from gapmap.report.kinds import kinds_content
from gapmap.typology import (
    KIND_COLUMNS,
    PLACE_COLUMNS,
    clusters,
    features,
    features_of,
    group_gaps,
    group_rows,
    grouping,
    naming,
)
from gapmap.typology.features import Gaps, gaps_of
from gapmap.words import title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapmap.typology import GapKinds


@pytest.fixture(scope="module", autouse=True)
def _few_draws() -> Iterator[None]:
    """Keep the tests quick: planted groups and noise need no fine judgement."""
    with pytest.MonkeyPatch.context() as patch:
        for name, count in (("STARTS", 4), ("RESEEDED", 5), ("RESAMPLED", 8)):
            patch.setattr(grouping, name, count)
        yield


@pytest.fixture(scope="module")
def kinds() -> GapKinds:
    return group_gaps(study(planted()[0], STANDS), most_kinds=4)


def test_planted_groups_are_found_and_named_after_what_they_are(kinds: GapKinds) -> None:
    truth = planted()[1]
    assert kinds.grouping.clear
    assert adjusted_rand_score(truth, kinds.places["kind_id"].astype(int)) == 1
    assert min(kinds.grouping.rand_reseeded, kinds.grouping.rand_resampled) >= 0.9
    town, island, villages = kinds.kinds["kind_en"]
    assert "only shelter lacking" in town
    assert "islands" in island
    assert villages == "many services lacking, scattered"
    assert list(kinds.kinds["people"]) == sorted(kinds.kinds["people"], reverse=True)
    assert kinds.kinds["description_zh"].str.startswith("12 个村居").all()
    assert kinds.kinds["description_en"].iloc[0].startswith("12 places, 3")
    assert set(kinds.places["standing"]) == {"grouped"}


def test_neither_the_order_of_rows_nor_the_seed_plays_a_part(kinds: GapKinds) -> None:
    rows = [{**row, "place_id": f"p{number}"} for number, row in enumerate(planted()[0])]
    mixed = [rows[at] for at in np.random.default_rng(1).permutation(len(rows))]
    other = group_gaps(study(mixed, STANDS), most_kinds=4, seed=1)
    columns = ["kind_id", "kind_zh", "lacked", "times_limit"]
    told = other.places.set_index("place_id").loc[kinds.places["place_id"], columns]
    pd.testing.assert_frame_equal(told, kinds.places.set_index("place_id")[columns])
    pd.testing.assert_frame_equal(other.kinds, kinds.kinds)
    again = group_gaps(study(rows, STANDS), most_kinds=4, seed=99)
    assert list(again.places["kind_id"]) == list(kinds.places["kind_id"])


def test_uniform_noise_has_no_clear_groups() -> None:
    values = np.random.default_rng(3).uniform(size=(90, 6))
    found = group_rows(values, most=4, seed=1)
    assert not found.clear
    assert found.reason in ("not_distinct", "not_stable")
    assert set(found.label) == {0}
    assert len(found.tried) == 3


def test_what_cannot_be_grouped_says_why() -> None:
    few = group_rows(np.arange(18.0).reshape(9, 2), most=7, seed=1)
    assert (few.reason, list(few.label)) == ("too_few", [0] * 9)
    assert group_rows(np.ones((20, 3)), most=7, seed=1).reason == "all_alike"
    assert group_rows(np.empty((20, 0)), most=7, seed=1).reason == "all_alike"
    assert group_rows(np.arange(20.0)[:, None], most=1, seed=1).reason == "one_asked"
    assert group_rows(np.empty((0, 0)), most=7, seed=1).reason == "too_few"


def test_rows_that_are_the_same_make_groups_of_their_own_without_a_warning() -> None:
    values = np.repeat([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [6, 7, 9], axis=0)
    found = group_rows(values, most=7, seed=1)
    assert found.clear
    assert adjusted_rand_score(found.label, np.repeat([0, 1, 2], [6, 7, 9])) == 1
    assert found.silhouette == pytest.approx(1)


def test_groups_of_many_places_are_made_on_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_FITTED", 40)
    random = np.random.default_rng(5)
    truth = np.repeat([0, 1], 60)
    found = group_rows(random.normal(size=(120, 2)) / 10 + truth[:, None], most=3, seed=1)
    assert found.fitted == 40
    assert adjusted_rand_score(found.label, truth) == 1


def test_blocks_weigh_the_same_and_what_tells_nothing_is_left_out() -> None:
    nan = np.nan
    made = features_of(
        [
            {"a": np.array([0.0, 1, 0, 1]), "b": np.array([0.0, 0, 1, 1]), "c": np.ones(4)},
            {"d": np.array([1.0, 2, 3, nan]), "e": np.full(4, nan)},
        ]
    )
    assert made.names == ("a", "b", "d")
    assert made.dropped == {"c": "same_for_all", "e": "unknown_for_all"}
    values = made[0]
    variance = values.var(axis=0)
    assert variance[:2].sum() == pytest.approx(1)
    assert variance[2] == pytest.approx(1)
    assert values[3, 2] == 0  # unknown stands at the mean


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_neighbours_are_the_same_however_many_are_held_at_once(monkeypatch, at_once) -> None:
    monkeypatch.setattr(features, "_AT_ONCE", at_once)
    dice = np.random.default_rng(5)
    rows: list[dict[str, object]] = [
        {"x": int(x), "y": int(y), "people": 10} for x, y in dice.integers(0, 5, (20, 2)) * 1000
    ]
    rows += [rows[0], {"x": None, "y": None, "people": 5}]  # two stand at one point
    xy = np.array([(one["x"], one["y"]) for one in rows[:-1]], dtype=float)
    near = np.hypot(*(xy[:, None] - xy).T) <= features.AROUND_M
    told = gaps_of(study(rows, STANDS).access, ["clinic"]).table
    assert told["places_around"].iloc[:-1].tolist() == (near.sum(axis=0) - 1).tolist()
    assert told["people_around"].iloc[:-1].tolist() == (10 * (near.sum(axis=0) - 1)).tolist()
    assert np.isnan(told["places_around"].iloc[-1])


def test_figures_of_a_place_are_those_of_what_it_lacks() -> None:
    rows: list[dict[str, object]] = [
        {"x": 2000, "y": 2000, "people": 100},  # has a clinic; the shelter is 900 m off
        {"x": 2000, "y": 4000, "people": np.nan},  # clinic 2000 m, shelter 1100 m
        {"x": 8000, "y": 8000, "people": 7, "island": pd.NA},  # has a shelter
        {"x": None, "y": None, "people": 5},
        {"x": 2000, "y": 2600, "people": 11},  # has both
    ]
    made = study(rows, STANDS)
    told = group_gaps(made).places
    assert list(told["standing"]) == ["grouped", "grouped", "grouped", "unknown", "lacks_nothing"]
    assert list(told["lacked"]) == ["shelter", "clinic;shelter", "clinic", "", ""]
    assert list(told["main_reason"]) == ["beyond_limit"] * 3 + ["no_position", ""]
    assert told["times_limit"].iloc[0] == pytest.approx(1.8)
    assert told["times_limit"].iloc[1] == pytest.approx((2.0 + 2.2) / 2)
    assert told["times_limit"].iloc[2] == pytest.approx(np.hypot(6, 6))
    assert told["times_limit"].iloc[3:].isna().all()
    assert told["detour_factor"].isna().all()  # straight lines have none
    assert list(told["people_around"].iloc[[0, 1, 2, 4]]) == [11, 111, 0, 100]
    assert list(told["places_around"].iloc[[0, 1, 2, 4]]) == [2, 2, 0, 2]
    assert told["people_around"].isna().iloc[3]
    assert told["unknown_features"].iloc[1] == "detour_factor;people"
    assert told["unknown_features"].iloc[2] == "detour_factor;island"
    assert list(told["services_unknown"]) == [0, 0, 0, 2, 0]


def test_a_place_with_more_unknown_than_known_is_not_grouped() -> None:
    shop = replace(CLINIC, id="shop", name={"zh": "小店", "en": "shop"})
    stands: list[dict[str, object]] = [
        {"x": 2000, "y": 2100, "counts": "unknown"},
        {"x": 2000, "y": 2100, "counts": "unknown", "service": "shelter"},
        {"x": 15_000, "y": 9000, "counts": "unknown", "service": "shelter"},
        *({"x": 19_000, "y": 1000, "service": one} for one in ("clinic", "shelter", "shop")),
    ]
    rows: list[dict[str, object]] = [
        {"x": 2000, "y": 2000},  # lacks a shop; the others may be there
        {"x": 15_000, "y": 9000},  # lacks a clinic and a shop; a shelter may be there
        {"x": 19_000, "y": 1000},
    ]
    made = builders.facilities(stands, services=("clinic", "shelter", "shop"))
    held = assess(measure_access(builders.places(rows), made, None, [CLINIC, SHELTER, shop]))
    kinds = group_gaps(held)
    told = kinds.places
    assert list(told["standing"]) == ["little_known", "grouped", "lacks_nothing"]
    assert list(told["services_unknown"]) == [2, 1, 0]
    assert list(told["lacked"]) == ["shop", "clinic;shop", ""]
    assert list(told["main_reason"]) == ["below_standard", "beyond_limit", ""]
    assert list(told["kind_id"].isna()) == [True, False, True]
    assert list(kinds.kinds["places"]) == [1]
    assert "services are unknown of 1" in kinds.kinds["description_en"].iloc[0]
    assert "shelter" not in kinds.kinds["description_en"].iloc[0]
    content = kinds_content(kinds)
    assert content["standing"][0] == "little_known"
    assert content["services_unknown"] == [2, 1, 0]


def test_whoever_is_unknown_is_not_told_to_lack_it() -> None:
    made = gaps_of(study(planted()[0], STANDS).access, ["clinic", "shelter"])
    lacks = np.zeros((36, 2))
    lacks[:12] = [[1, 0]] * 3 + [[np.nan, 0]] * 9
    unknown = np.isnan(lacks).sum(axis=1)
    table = made.table.assign(services_unknown=unknown, services_lacked=np.nansum(lacks, axis=1))
    which = [np.arange(36) < 12, np.arange(36) >= 12]
    services = {"clinic": CLINIC, "shelter": SHELTER}
    doubtful = replace(made, table=table, lacks=lacks)
    name = naming.names_of(doubtful, which, services)[0]
    assert "clinic" not in name["en"]
    line = naming.described(doubtful, which[0], services)["en"]
    assert "most often lacking: clinic (25%)" in line
    assert "services are unknown of 9" in line
    lacks[:12, 0] = 1
    known = replace(doubtful, table=table.assign(services_unknown=0, services_lacked=lacks.sum(1)))
    assert "only clinic lacking" in naming.names_of(known, which, services)[0]["en"]


def test_a_service_that_nobody_provides_tells_no_places_apart() -> None:
    rows: list[dict[str, object]] = [{"x": 2000, "y": 2900}, {"x": 2000, "y": 9000}]
    made = group_gaps(study(rows, [{"x": 2000, "y": 2900, "service": "shelter"}]))
    assert made.nobody_has == ("clinic",)
    assert list(made.places["standing"]) == ["nobody_has", "grouped"]
    assert list(made.places["lacked"]) == ["", "shelter"]


def test_without_any_facility_a_place_that_stands_nowhere_is_unknown() -> None:
    made = group_gaps(study([{"x": None, "y": None}, {"x": 2000, "y": 9000}], []))
    assert made.nobody_has == ("clinic", "shelter")
    assert list(made.places["standing"]) == ["unknown", "nobody_has"]
    assert list(made.places["main_reason"]) == ["no_position", ""]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_places_make_one_group_or_none(count: int) -> None:
    rows: list[dict[str, object]] = [{"x": 15_000 + 3000 * n, "y": 5000} for n in range(count)]
    made = group_gaps(study([{"x": 2000, "y": 2600}, *rows], STANDS))
    assert len(made.kinds) == min(count, 1)
    assert list(made.kinds["places"]) == [count] * min(count, 1)
    assert list(made.kinds["unclear_reason"]) == ["too_few"] * min(count, 1)
    assert made.places["kind_id"].notna().sum() == count


def test_places_without_people_and_without_a_position_alone() -> None:
    made = study([{"x": None, "y": None}] * 12, STANDS)
    told = group_gaps(made)
    assert set(told.places["standing"]) == {"unknown"}
    assert len(told.kinds) == len(told.clusters) == 0
    nobody = study([{"x": 15_000, "y": 5000, "people": np.nan}] * 20, STANDS)
    alike = group_gaps(nobody)
    assert list(alike.kinds["unclear_reason"]) == ["all_alike"]
    assert list(alike.kinds["places_without_people"]) == [20]
    assert "20 个人口未知" in alike.kinds["description_zh"].iloc[0]


def test_two_groups_never_carry_the_same_name() -> None:
    """Whatever sets them apart, and if nothing does."""
    made = gaps_of(study(planted()[0], STANDS).access, ["clinic", "shelter"])
    services = {"clinic": CLINIC, "shelter": SHELTER}
    random = np.random.default_rng(2)
    for groups in (2, 3, 7):
        for _ in range(10):
            label = random.permutation(np.arange(len(made.table)) % groups)
            names = naming.names_of(made, [label == one for one in range(groups)], services)
            for language in ("zh", "en"):
                assert len({name[language] for name in names}) == groups
    bare = Gaps(
        table=made.table.iloc[[0] * 6].reset_index(drop=True),
        lacks=made.lacks[[0] * 6],
        services=made.services,
        nowhere=(),
        weight="people",
    )
    label = np.array([0, 0, 1, 1, 2, 2])
    names = naming.names_of(bare, [label == one for one in range(3)], services)
    assert [name["zh"] for name in names] == ["其余村居(1)", "其余村居(2)", "其余村居(3)"]


def test_questions_that_make_no_sense_are_refused() -> None:
    made = study([{"x": 0, "y": 0}], STANDS)
    with pytest.raises(MethodError, match="hospital"):
        group_gaps(made, services=["hospital"])
    with pytest.raises(MethodError, match="1 to 7"):
        group_gaps(made, most_kinds=8)
    assert group_gaps(made, services=["clinic"]).services == ("clinic",)


# ---- clusters -------------------------------------------------------------------------


def test_clusters_by_hand() -> None:
    """A chain of four at 900 m each: one site at its best member reaches three of them."""
    rows: list[dict[str, object]] = [
        {"x": 12_000 + 900 * n, "y": 5000, "people": p} for n, p in enumerate((10, 20, 30, np.nan))
    ]
    rows += [{"x": 12_000, "y": 9000}, {"x": 2000, "y": 2000}]  # one alone, one that has a clinic
    made = group_gaps(study(rows, STANDS), services=["clinic"]).clusters
    (row,) = made.to_dict("records")
    assert row["cluster_id"] == "clinic-1"
    assert (row["places"], row["people"], row["places_without_people"]) == (4, 60, 1)
    assert (row["best_place_id"], row["places_served"], row["people_served"]) == ("p1", 3, 60)
    assert row["member_ids"] == "p0;p1;p2;p3"
    assert (row["limit"], row["limit_unit"], row["mode"]) == (1000, "m", "straight")


def test_places_at_the_limit_and_at_one_spot_are_neighbours() -> None:
    rows: list[dict[str, object]] = [{"x": 15_000, "y": 5000}] * 2 + [{"x": 16_000, "y": 5000}]
    made = group_gaps(study(rows, STANDS), services=["clinic"]).clusters
    assert list(made["member_ids"]) == ["p0;p1;p2"]
    assert list(made["places_served"]) == [3]


def test_clusters_of_many_places_are_sought_among_those_with_the_most_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clusters, "MOST_PLACES", 2)
    rows: list[dict[str, object]] = [
        {"x": 15_000 + 10 * n, "y": 5000, "people": p} for n, p in enumerate((5, 1, 9))
    ]
    made = group_gaps(study(rows, STANDS), services=["clinic"])
    assert list(made.clusters["member_ids"]) == ["p0;p2"]
    (said,) = made.findings
    assert said.code == "clusters-left-out"
    assert "3" in said.message("en")
    assert "2" in said.message("zh")


def test_clusters_are_the_connected_pieces_of_a_plain_search_on_one_way_roads() -> None:
    """DBSCAN on the network against networkx; between two places the quicker way counts."""
    random = np.random.default_rng(11)
    spots = [(x, y) for x in range(12_000, 18_000, 600) for y in range(3000, 6001, 600)]
    graph = nx.DiGraph()
    lines, oneway = [], []
    for x, y in spots:
        for other in ((x + 600, y), (x, y + 600)):
            if other not in spots or random.random() < 0.35:
                continue
            one_way = bool(random.random() < 0.5)
            lines.append(shapely.LineString([(X0 + x, Y0 + y), (X0 + other[0], Y0 + other[1])]))
            oneway.append("yes" if one_way else "no")
            graph.add_edge((x, y), other, weight=600)
            if not one_way:
                graph.add_edge(other, (x, y), weight=600)
    roads = network_from_lines(
        gpd.GeoDataFrame({"highway": "tertiary", "oneway": oneway}, geometry=lines, crs=CRS)
    )
    drive = replace(CLINIC, mode="drive", limit=1250.0, speed_kmh=None)
    rows: list[dict[str, object]] = [
        {"x": x, "y": y, "people": float(random.integers(1, 500))}
        for x, y in spots
        if (x, y) in graph
    ]
    places = builders.places(rows)
    stand = builders.facilities([{"x": 2000, "y": 2000}])
    access = measure_access(places, stand, roads, [drive])
    lacking = set(places.table["place_id"][(access.table["status"] == "uncovered").to_numpy()])
    # the clinic is off the roads and out of the way: nobody reaches it
    assert len(lacking) == len(rows)
    made = group_gaps(assess(access)).clusters

    at = {f"p{n}": (row["x"], row["y"]) for n, row in enumerate(rows)}
    people = {f"p{n}": float(str(row["people"])) for n, row in enumerate(rows)}
    far = dict(nx.all_pairs_dijkstra_path_length(graph, cutoff=1250))
    near = nx.Graph()
    near.add_nodes_from(at)
    ids = list(at)
    to = {one: {two for two in ids if at[one] in far[at[two]]} for one in ids}  # who gets to one
    near.add_edges_from((one, two) for one in ids for two in to[one] if one != two)
    pieces = [piece for piece in nx.connected_components(near) if len(piece) > 1]
    assert {frozenset(row.split(";")) for row in made["member_ids"]} == set(map(frozenset, pieces))
    for row in made.to_dict("records"):
        served = {one: sum(people[two] for two in to[one]) for one in row["member_ids"].split(";")}
        assert row["people_served"] == max(served.values()) == served[row["best_place_id"]]
        assert row["places_served"] == len(to[row["best_place_id"]])
    assert all(a >= b for a, b in pairwise(made["people"]))
    # and a clinic that is built there covers as many
    best = at[made["best_place_id"].iloc[0]]
    built = builders.facilities([{"x": best[0], "y": best[1]}])
    after = measure_access(places, built, roads, [drive], brief=True)
    assert (after.table["status"] == "covered").sum() == made["places_served"].iloc[0]


# ---- outputs --------------------------------------------------------------------------


def test_tables_and_layers_tell_the_kinds(tmp_path: Path, kinds: GapKinds) -> None:
    made = study(planted()[0], STANDS)
    results = toy_results.results(made, proposals=(), insights=Insights(kinds=kinds))
    tables = result_tables(results, ())
    assert list(tables["typology"].columns) == [*PLACE_COLUMNS, "simulated"]
    assert list(tables["kinds"].columns) == [*KIND_COLUMNS, "simulated"]
    assert list(tables["clusters"].columns) == [*clusters.CLUSTER_COLUMNS, "simulated"]
    for name in ("typology", "kinds", "clusters"):
        for column in tables[name]:
            assert title(column, "zh", table=name) != column
    write_workbook(tmp_path / "tables.xlsx", results, tables)
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    rows = list(book["村居缺口类别"].iter_rows(min_row=4, values_only=True))
    assert "类别名称(英文)" not in rows[0]
    assert rows[-1][rows[0].index("所缺服务")] == "卫生站、候车亭"
    assert rows[-1][rows[0].index(title("unknown_features", "zh"))] == "绕行系数(路程/直线)"
    (first, *_) = list(book["缺口类别"].iter_rows(min_row=5, values_only=True))
    assert "是否缺卫生站;是否缺候车亭;" in first[[*_head(book)].index(title("features", "zh"))]
    left = first[[*_head(book)].index(title("features_left_out", "zh"))]
    assert left.split(";") == [
        "绕行系数(路程/直线)(各村居都未知)",
        "所缺服务中无法到达的比例(各村居相同)",
        "所缺服务中设施未达标的比例(各村居相同)",
    ]
    layer = layers(results)["places"].table
    assert list(layer["kind_id"]) == list(kinds.places["kind_id"])
    assert list(layer["kind"]) == list(kinds.places["kind_zh"])


def _head(book: openpyxl.Workbook) -> list[str]:
    return [str(cell) for cell in next(book["缺口类别"].iter_rows(min_row=4, values_only=True))]


def test_a_run_without_kinds_has_none_of_it() -> None:
    assert not Insights().tables().keys() & {"typology", "kinds", "clusters"}


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=30),
    st.floats(-1, 1),
    st.booleans(),
)
def test_a_mean_that_stops_early_says_what_the_whole_one_says(numbers, least, asked):
    mean = grouping._Mean(iter(numbers), len(numbers))
    whole = float(np.mean(numbers))
    assume(abs(whole - least) > 1e-8)
    if asked:
        assert mean.reaches(least) == (whole >= least)
    assert mean.whole() == whole
