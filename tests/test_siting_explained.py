"""Sites explained: order, who gains, the next best, who stays without; held against trying all."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from builders import CRS, X0, Y0, clinic, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from gapmap.access import measure_access
from gapmap.assessment import assess
from gapmap.errors import MethodError
from gapmap.siting import SiteQuestion, proposal_tables, propose_sites
from gapmap.siting.answering import answer
from gapmap.siting.asking import ask
from gapmap.siting.exchanging import alternatives_to
from gapmap.siting.ordering import credits_of

# a line of villages 400 m apart but for the last; a limit of 500 m reaches the neighbours
LINE = [
    {"x": 0, "y": 0, "people": 30.0},
    {"x": 400, "y": 0, "people": 10.0},
    {"x": 800, "y": 0, "people": 30.0},
    {"x": 1200, "y": 0, "people": 25.0},
    {"x": 5000, "y": 0, "people": 60.0},
    {"x": 12000, "y": 0, "people": 20.0},
]


def state(rows=LINE, sites=(), limit=500.0):
    built = facilities(list(sites), services=("clinic",))
    return assess(measure_access(places(rows), built, None, [clinic(limit)]))


def city(assessment) -> pd.Series:
    return assessment.coverage.set_index("group_kind").loc["city"]


def codes(proposal) -> set[str]:
    return {one.code for one in proposal.findings}


def test_a_site_is_explained_by_hand() -> None:
    proposal = propose_sites(state(sites=[{"x": 2000, "y": 0}]), service="clinic", count=2)
    # p1 reaches p0, p1, p2 (70 people); p4 stands alone (60); p2 would reach p1, p2, p3 (65)
    assert list(proposal.sites["site_id"]) == ["clinic@p1", "clinic@p4"]
    first, second = proposal.sites.to_dict("records")
    assert (first["worst_before"], first["worst_after"], first["worst_cut"]) == (2000, 400, 1600)
    assert first["places_served"] == "村0、村1、村2"
    assert (first["alternative_id"], first["alternative_people"]) == ("clinic@p2", 5)
    assert (second["alternative_id"], second["alternative_people"]) == ("clinic@p2", 35)
    assert first["reason"] == (
        "3 uncovered places with 70 people come within 500 m: 村0、村1、村2; the farthest of them "
        "goes 400 m instead of 2,000 m; next best in its place: 村2, 5 people fewer"
    )
    assert first["reason_zh"] == (
        "3 个未覆盖的村居(70 人)进入 500 米以内:村0、村1、村2;"
        "其中最远的路程由 2,000 米缩短到 400 米;次优为村2,少覆盖 5 人"
    )
    assert proposal.choice is not None
    assert (proposal.choice.value, proposal.choice.bound, proposal.choice.proven) == (
        130,
        130,
        True,
    )
    assert proposal.served.groupby("site_id")["people"].sum().to_dict() == {
        "clinic@p1": 70,
        "clinic@p4": 60,
    }
    left = proposal.left_out.set_index("place_id")
    assert left["why"].to_dict() == {"p3": "not_chosen", "p5": "not_chosen"}
    assert left.loc["p5", ["nearest_candidate", "nearest_cost"]].tolist() == ["p5", 0]


def test_best_sites_are_better_than_the_greedy_ones() -> None:
    # greedy would take the middle first (60 of 100 people) and could not cover both ends with one
    row = [{"x": x, "y": 0, "people": p} for x, p in ((0, 20), (400, 30), (800, 30), (1200, 20))]
    spots = gpd.GeoDataFrame(
        {"site_id": ["left", "middle", "right"], "name": ["左", "中", "右"]},
        geometry=[Point(X0 + x, Y0) for x in (200, 600, 1000)],
        crs=CRS,
    )
    proposal = propose_sites(state(row, limit=250.0), service="clinic", count=2, candidates=spots)
    assert list(proposal.sites["site_id"]) == ["clinic@left", "clinic@right"]
    assert proposal.sites["people_gained"].sum() == 100


def test_who_cannot_be_served_and_why() -> None:
    rows = [*LINE[:2], {"x": None, "people": 9.0}, {"x": 9000, "y": 0, "people": 7.0}]
    spots = gpd.GeoDataFrame(
        {"site_id": ["a"], "name": ["地块"]}, geometry=[Point(X0 + 100, Y0)], crs=CRS
    )
    proposal = propose_sites(state(rows), service="clinic", count=3, candidates=spots)
    left = proposal.left_out.set_index("place_id")
    assert left["why"].to_dict() == {"p2": "no_position", "p3": "no_candidate"}
    assert left.loc["p3", ["nearest_candidate", "nearest_cost"]].tolist() == ["a", 8900]
    assert pd.isna(left.loc["p2", "nearest_cost"])
    assert {"siting-fewer", "siting-out-of-reach"} <= codes(proposal)


def test_all_covered_and_nobody_in_reach() -> None:
    done = propose_sites(
        state(sites=[{"x": r["x"], "y": 0} for r in LINE]), service="clinic", count=2
    )
    assert len(done.sites) == 0
    assert codes(done) == {"siting-all-covered"}
    assert done.choice is not None
    assert done.choice.proven
    far = gpd.GeoDataFrame(
        {"site_id": ["a"], "name": ["远"]}, geometry=[Point(X0, Y0 + 9000)], crs=CRS
    )
    none = propose_sites(state(), service="clinic", count=2, candidates=far)
    assert len(none.sites) == 0
    assert codes(none) == {"siting-none-useful"}
    assert set(none.left_out["why"]) == {"no_candidate"}
    tables = proposal_tables([done, none])
    assert list(tables["siting"]["sites"]) == [0, 0]


def test_costs_of_their_own_and_a_budget() -> None:
    priced = gpd.GeoDataFrame(
        {
            "site_id": ["a", "b", "c"],
            "name": ["甲", "乙", "丙"],
            "cost": [50.0, 20.0, np.nan],
        },
        geometry=[Point(X0 + x, Y0) for x in (400, 1200, 5000)],
        crs=CRS,
    )
    proposal = propose_sites(
        state(), service="clinic", budget=60, cost=40, candidates=priced
    )  # b 20 + c 40: 55 + 60 people; a 50 alone 70
    assert list(proposal.sites["site_id"]) == ["clinic@c", "clinic@b"]
    assert proposal.sites["cost"].tolist() == [40, 20]
    with pytest.raises(MethodError, match=r"missing.*丙|丙.*missing"):
        propose_sites(state(), service="clinic", budget=60, candidates=priced)
    with pytest.raises(MethodError, match="the cheapest is b"):
        propose_sites(state(), service="clinic", budget=15, cost=40, candidates=priced)
    bad = priced.assign(cost=[50.0, -1.0, 1.0])
    with pytest.raises(MethodError, match="negative"):
        propose_sites(state(), service="clinic", budget=60, candidates=bad)


def test_places_without_known_people_come_after_people() -> None:
    rows = [
        {"x": 0, "y": 0, "people": 5.0},
        {"x": 3000, "y": 0, "people": np.nan},
        {"x": 6000, "y": 0, "people": np.nan},
        {"x": 6400, "y": 0, "people": np.nan},
    ]
    proposal = propose_sites(state(rows), service="clinic", count=2)
    assert list(proposal.sites["site_id"]) == ["clinic@p0", "clinic@p2"]
    assert list(proposal.sites["places_gained"]) == [1, 2]
    assert "siting-people-unknown" in codes(proposal)


def test_the_fewest_sites_and_what_they_would_take() -> None:
    fewest = propose_sites(state(), service="clinic", objective="fewest")
    assert len(fewest.sites) == 4  # two for the four in a row, one each for the others
    assert len(fewest.left_out) == 0
    short = propose_sites(state(), service="clinic", objective="fewest", count=2)
    assert "siting-fewest-short" in codes(short)
    assert len(short.sites) == 2
    assert short.objective == "people"
    share = SiteQuestion(service="clinic", objective="fewest", share=0.9)
    assert len(propose_sites(state(), question=share).sites) == 4
    free = propose_sites(state(), service="clinic")
    assert "siting-no-limit" in codes(free)
    assert len(free.sites) == 4


def test_the_worst_district_comes_first() -> None:
    rows = [
        {"x": 0, "y": 0, "people": 100.0},
        {"x": 3000, "y": 0, "people": 90.0},
        {"x": 12000, "y": 0, "people": 10.0},
        {"x": 15000, "y": 0, "people": 20.0},
    ]
    before = state(rows, sites=[{"x": 0, "y": 0}])
    most = propose_sites(before, service="clinic", count=1)
    assert list(most.sites["site_id"]) == ["clinic@p1"]
    fair = propose_sites(before, service="clinic", count=1, objective="worst_first")
    assert list(fair.sites["site_id"]) == ["clinic@p3"]
    assert fair.choice is not None
    # the western district has 100 of 190 people covered, the eastern 20 of 30
    assert fair.choice.value == pytest.approx(100 / 190)


def test_a_least_number_by_district_is_kept() -> None:
    west = propose_sites(state(), service="clinic", count=2)
    assert set(west.sites["site_id"]) == {"clinic@p1", "clinic@p4"}
    asked = SiteQuestion(service="clinic", count=2, least={"乙区": 1})
    both = propose_sites(state(), question=asked)
    assert list(both.sites["site_id"]) == ["clinic@p1", "clinic@p5"]
    assert both.sites["alternative_id"].tolist() == ["clinic@p2", ""]  # no other site in the east
    for wrong, told in (({"丙区": 1}, "no district"), ({"d2": 5}, "needs 5 new sites")):
        with pytest.raises(MethodError, match=told):
            propose_sites(state(), question=SiteQuestion(service="clinic", count=6, least=wrong))
    twice = SiteQuestion(service="clinic", count=6, least={"west": 1, "d1": 1})
    with pytest.raises(MethodError, match="share the district"):
        propose_sites(state(), question=twice)


def test_backup_coverage_counts_what_stands() -> None:
    asked = SiteQuestion(service="clinic", count=1, copies=2)
    proposal = propose_sites(state(sites=[{"x": 0, "y": 0}, {"x": 5000, "y": 0}]), question=asked)
    # a second one at p4 serves 60 people twice, beside the first clinic only p0 and p1 (40)
    assert list(proposal.sites["site_id"]) == ["clinic@p4"]
    assert proposal.choice is not None
    assert proposal.choice.value == 60
    assert proposal.sites["people_gained"].tolist() == [0]  # they were covered already


def test_a_facility_closes_where_another_serves_more() -> None:
    asked = SiteQuestion(service="clinic", count=1, closing_cost=0.0)
    before = state(sites=[{"x": 0, "y": 0}])
    proposal = propose_sites(before, question=asked)
    assert proposal.closed is not None
    assert proposal.closed["facility_id"].tolist() == ["f0"]
    assert set(proposal.sites["site_id"]) == {"clinic@p1", "clinic@p4"}
    assert city(proposal.after)["people_covered"] == 130
    assert proposal.choice is not None
    assert proposal.choice.value == 130


def test_bad_questions_are_refused_with_reason() -> None:
    for asked, told in (
        ({"objective": "distance"}, "needs count"),
        ({"count": 2.5}, "whole number"),
        ({"count": 1, "share": 0.5}, "share is for"),
        ({"count": 1, "copies": 2, "objective": "worst"}, "copies"),
        ({"count": 1, "capacity": 0.0}, "capacity"),
        ({"budget": -5.0}, "budget"),
        ({"count": 1, "seconds": -1.0}, "seconds"),
        ({"budget": 5.0}, "needs the cost"),
    ):
        with pytest.raises(MethodError, match=told):
            propose_sites(state(), question=SiteQuestion(service="clinic", **asked))


spots = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 1500), st.integers(0, 40)),
    min_size=2,
    max_size=8,
)


def posed(homes, count, **further):
    rows = [
        {"x": x, "y": y, "people": float(n), "place_id": f"p{i}"}
        for i, (x, y, n) in enumerate(homes)
    ]
    before = state(rows, sites=[{"x": 1500, "y": 700}])
    return ask(before, SiteQuestion(service="clinic", count=count, **further))


def worth(asked, sites) -> float:
    """What a set of sites covers newly, by looking at every pair."""
    within = asked.within.toarray()
    stored = np.zeros(asked.within.shape, dtype=bool)
    stored[asked.within.nonzero()] = True
    stored |= within > 0
    for place in range(within.shape[0]):  # a stored 0 is a way of 0
        ends = slice(asked.within.indptr[place], asked.within.indptr[place + 1])
        stored[place, asked.within.indices[ends]] = True
    reached = stored[:, list(sites)].any(axis=1) & asked.facts.uncovered
    return float(asked.facts.people[reached].sum())


@settings(max_examples=15, deadline=None)
@given(spots, st.integers(1, 3))
def test_most_people_order_and_exchange_by_trying_all(homes, count) -> None:
    asked = posed(homes, count)
    found = answer(asked)
    sites = range(len(homes))
    best = max(
        worth(asked, chosen)
        for size in range(min(count, len(homes)) + 1)
        for chosen in itertools.combinations(sites, size)
    )
    assert worth(asked, found.new) == best
    credited = credits_of(asked, found.new)
    assert sum(one.people for one in credited) == best
    turn = [one.site for one in credited]
    for number in range(len(turn)):  # none of those left would gain more
        gains = [worth(asked, [*turn[:number], one]) for one in turn[number:]]
        assert gains[0] == max(gains)
    instead = alternatives_to(asked, found.new, found.closed)
    for site, other in instead.items():
        rest = [one for one in turn if one != site]
        tried = [worth(asked, [*rest, one]) for one in sites if one not in turn]
        assert best - worth(asked, [*rest, other.site]) == other.people
        assert other.people == best - max(tried)


@settings(max_examples=8, deadline=None)
@given(spots, st.integers(1, 2))
def test_ways_are_as_short_as_trying_all_finds(homes, count) -> None:
    for objective in ("distance", "worst"):
        asked = posed(homes, count, objective=objective)
        way = np.full((len(homes), len(homes) + 1), np.inf)
        for i, (x, y, _) in enumerate(homes):
            way[i, -1] = np.hypot(x - 1500, y - 700)
            for j, (u, v, _) in enumerate(homes):
                way[i, j] = np.hypot(x - u, y - v)

        def value(chosen, way=way, asked=asked, objective=objective):
            nearest = way[:, [*chosen, -1]].min(axis=1)
            if objective == "distance":
                return (nearest * asked.facts.people).sum()
            return nearest[asked.facts.people > 0].max(initial=0.0)

        found = answer(asked)
        every = [
            value(chosen)
            for size in range(min(count, len(homes)) + 1)
            for chosen in itertools.combinations(range(len(homes)), size)
        ]
        assert value(found.new) == pytest.approx(min(every))
        turn = [one.site for one in credits_of(asked, found.new)]
        for site, other in alternatives_to(asked, found.new, found.closed).items():
            rest = [one for one in turn if one != site]
            tried = [value([*rest, one]) for one in range(len(homes)) if one not in turn]
            assert value([*rest, other.site]) - value(turn) == pytest.approx(other.value, abs=1e-5)
            assert other.value <= min(tried) - value(turn) + 1e-5
