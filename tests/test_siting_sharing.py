"""Several services on one site: by hand, and held against trying all."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from builders import clinic, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st

from gapmap.access import Service, measure_access
from gapmap.assessment import assess
from gapmap.errors import MethodError
from gapmap.siting import proposal_tables, propose_shared

# the clinic's limit is 500 m, the school's 700 m
LINE = [
    {"x": 0, "y": 0, "people": 30.0},
    {"x": 400, "y": 0, "people": 10.0},
    {"x": 800, "y": 0, "people": 30.0},
    {"x": 5000, "y": 0, "people": 60.0},
]
SINGLE = {"clinic": 30.0, "school": 20.0}


def state(rows=LINE, sites=()):
    school = Service(id="school", name={"en": "school"}, mode="straight", limit=700)
    built = facilities(list(sites), services=("clinic", "school"))
    return assess(measure_access(places(rows), built, None, [clinic(500), school]))


def share(before, **asked):
    asked = {"services": ["clinic", "school"], "costs": SINGLE, "cost": 40.0, **asked}
    return propose_shared(before, **asked)


def test_a_joint_site_and_a_single_one_fill_the_budget() -> None:
    shared = share(state(), budget=60.0)
    # both at p1: 70 + 70 people for 40; a school at p3: 60 for 20. Two schools and a clinic at p1
    # would cost 70
    clinics, schools = (one.sites for one in shared.proposals)
    assert clinics["site_id"].tolist() == ["clinic@p1"]
    assert schools["site_id"].tolist() == ["school@p1", "school@p3"]
    assert schools["rank"].tolist() == [1, 2]
    assert clinics["cost"].tolist() == [24]  # 40 by 30 to 20
    assert schools["cost"].tolist() == [16, 20]
    assert schools["site_cost"].tolist() == [40, 20]
    assert clinics["shared_with"].tolist() == ["school"]
    assert clinics["reason"].iloc[0].endswith("together with school, 40 in all instead of 50 apart")
    assert shared.choice.value == 200
    assert shared.choice.proven
    assert shared.cost == 60
    told = proposal_tables(shared.proposals)["siting"]
    assert told["value_unit"].tolist() == ["people_all_services"] * 2
    assert told["people_after"].tolist() == [70, 130]


def test_what_a_site_would_build_for_nobody_is_left_out() -> None:
    clinics = [{"x": r["x"], "y": 0, "service": "clinic"} for r in LINE]
    shared = share(state(sites=clinics), count=2)
    assert [len(one.sites) for one in shared.proposals] == [0, 2]
    assert shared.cost == 40  # two schools alone, no joint site
    assert {one.code for one in shared.findings} == {"siting-all-covered"}


def test_without_count_and_budget_everybody_is_covered_for_least() -> None:
    shared = share(state())
    assert shared.cost == 80
    assert all((one.left_out.empty) for one in shared.proposals)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"services": ["clinic"]}, "two to 4"),
        ({"services": ["clinic", "park"]}, "costs lacks park"),
        ({"services": ["clinic", "park"], "costs": {"clinic": 1.0, "park": 1.0}}, "not measured"),
        ({"cost": -1.0}, "cost of cost"),
        ({"count": 0}, "allow no site"),
        ({"budget": 10.0}, r"the cheapest \(school\) costs 20"),
    ],
)
def test_bad_questions_are_refused(asked, told) -> None:
    with pytest.raises(MethodError, match=told):
        share(state(), **asked)


spots = st.lists(
    st.tuples(st.integers(0, 2500), st.integers(0, 40)), min_size=2, max_size=4, unique=True
)


@settings(max_examples=10, deadline=None)
@given(spots, st.integers(2, 12), st.integers(1, 5))
def test_the_best_mix_by_trying_all(homes, tenths, extra) -> None:
    rows = [{"x": x, "y": 0, "people": float(n)} for x, n in homes]
    budget, joint = tenths * 10.0, 30.0 + extra * 4
    shared = share(state(rows), budget=max(budget, 20.0), cost=joint)
    price = {(): 0.0, (0,): 30.0, (1,): 20.0, (0, 1): joint}
    best = 0.0
    for kinds in itertools.product(price, repeat=len(homes)):
        if sum(price[one] for one in kinds) > max(budget, 20.0):
            continue
        people = sum(
            n
            for service, limit in ((0, 500), (1, 700))
            for x, n in homes
            if any(
                service in kind and abs(x - homes[site][0]) <= limit
                for site, kind in enumerate(kinds)
            )
        )
        best = max(best, people)
    assert shared.choice.value == best
    assert shared.choice.proven
    sites = pd.concat([one.sites for one in shared.proposals])
    assert sites["people_gained"].sum() == best
    assert sites["cost"].sum() == pytest.approx(shared.cost)
    assert shared.cost <= max(budget, 20.0)
