"""Programmes over years: sites by year, targets as conditions, and what cannot be held."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from builders import clinic, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st

import gapmap as gm
from gapmap.access import Service, measure_access
from gapmap.assessment import assess
from gapmap.errors import MethodError
from gapmap.facilities import facilities_at
from gapmap.plan import read_plan
from gapmap.programme import Year, plan_programme

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
[plan]
id = "small"
name = { zh = "小规划", en = "Small plan" }
authority = { zh = "镇", en = "Town" }
published = 2015-01-01
start = 2015-01-01
end = 2017-12-31
[[districts]]
id = "甲区"
name = { zh = "甲区", en = "Jia" }
[[districts]]
id = "新区"
name = { zh = "新区", en = "Xin" }
[groups.west]
name = { zh = "西部", en = "the west" }
districts = ["甲区"]
[levels]
village = { of = "place", setting = ["rural"], name = { zh = "村", en = "villages" } }
town = { of = "town", name_ends = ["镇"], name = { zh = "镇", en = "towns" } }
"""
COUNT = """
measure = "count"
scope = "west"
service = "clinic"
"""
EVERY_VILLAGE = """
measure = "presence"
service = "clinic"
level = "village"
required = 1.0
"""
# three villages near each other in the west, one far off, one in the east
VILLAGES = [
    {"x": 1000, "y": 1000, "people": 10.0},
    {"x": 1400, "y": 1000, "people": 60.0},
    {"x": 1800, "y": 1000, "people": 20.0},
    {"x": 5000, "y": 5000, "people": 40.0},
    {"x": 15000, "y": 5000, "people": 50.0},
]
ONE_A_YEAR = tuple(Year(year=year, count=1) for year in (2015, 2016, 2017))


def target(name: str, words: str, due: str = "2017-12-31") -> str:
    title = f'title = {{ zh = "目标 {name}", en = "target {name}" }}'
    return f'[[targets]]\nid = "{name}"\nclause = "1"\nquote = "q"\n{title}\n{words}\ndue = {due}\n'


def state(folder: Path | None = None, *targets: str, rows=VILLAGES, sites=(), services=None):
    """Assess villages in straight lines, against a plan where there are targets."""
    built = facilities(list(sites), services=("clinic",))
    access = measure_access(places(rows), built, None, services or [clinic(500)])
    plan = None
    if folder is not None:
        path = folder / "plan.toml"
        path.write_text(HEAD + "".join(targets), "utf8")
        plan = read_plan(path)
    return assess(access, plan)


def sites_of(programme: gm.Programme) -> list[tuple[int, str]]:
    sites = programme.proposal.sites
    return list(zip(sites["year"], sites["site_id"], strict=True))


def test_most_people_at_the_end_and_the_most_of_them_early() -> None:
    programme = plan_programme(state(), service="clinic", years=ONE_A_YEAR, cost=30_000)
    assert sites_of(programme) == [(2015, "clinic@p1"), (2016, "clinic@p4"), (2017, "clinic@p3")]
    years = programme.years
    assert years["year"].tolist()[1:] == [2015, 2016, 2017]
    assert years["people_covered"].tolist() == [0, 90, 140, 180]
    assert years["bound"].tolist() == [0, 90, 140, 180]
    assert years["places_covered"].tolist() == [0, 3, 4, 5]
    assert years["proven"].all()
    assert years["carried"].isna().all()
    curve = programme.curve
    assert curve["cost_so_far"].tolist() == [0, 30_000, 60_000, 90_000]
    assert curve["people_so_far"].tolist() == [0, 90, 140, 180]
    told = curve["people_per_10000_yuan"]
    assert told.iloc[1:].tolist() == pytest.approx([30, 50 / 3, 40 / 3])
    assert np.isnan(told.iloc[0])
    assert programme.feasible
    assert len(programme.unmet) == 0
    assert list(programme.proposal.sites["phase"]) == [1, 2, 3]
    assert programme.proposal.choice.proven
    assert programme.proposal.choice.assigned.tolist() == [1, 1, 1, 3, 4]


def test_what_is_promised_is_what_is_measured_afterwards() -> None:
    programme = plan_programme(state(), service="clinic", years=ONE_A_YEAR)
    after = programme.proposal.after
    city = after.coverage.set_index("group_kind").loc["city"]
    assert city["people_covered"] == programme.curve["people_so_far"].iloc[-1] == 180
    assert after.access.facilities.date == dt.date(2017, 12, 31)
    built = after.access.facilities.table
    assert [one.year for one in built["opened"]] == [2015, 2016, 2017]
    mid = facilities_at(after.access.facilities, dt.date(2016, 6, 1)).table
    assert (mid["counts"] == "yes").sum() == 1
    assert programme.proposal.before is not after
    assert set(programme.proposal.left_out["why"]) <= {"not_chosen"}


def test_budgets_carry_over_and_money_decides() -> None:
    years = [Year(year=2015, budget=50_000), Year(year=2016, budget=20_000)]
    programme = plan_programme(state(), service="clinic", years=years, cost=30_000)
    assert sites_of(programme) == [(2015, "clinic@p1"), (2016, "clinic@p4")]
    table = programme.years
    assert table["budget"].tolist()[1:] == [50_000, 20_000]
    assert table["cost"].tolist() == [0, 30_000, 30_000]
    assert table["carried"].tolist()[1:] == [20_000, 10_000]
    (short,) = programme.unmet.to_dict("records")  # p3 is left out: 20,000 more would do
    assert (short["what"], short["id"], short["unit"]) == ("budget", "2016", "yuan")
    assert short["short_by"] == 20_000
    assert "90,000" in short["why"]
    assert "70,000" in short["why_zh"]


def test_a_site_that_costs_nothing_has_no_people_for_its_money() -> None:
    programme = plan_programme(state(), service="clinic", years=ONE_A_YEAR, cost=0)
    assert programme.curve["people_per_10000_yuan"].isna().all()
    unknown = plan_programme(state(), service="clinic", years=ONE_A_YEAR)
    assert unknown.curve["people_per_10000_yuan"].isna().all()
    assert unknown.curve["cost_so_far"].iloc[1:].isna().all()


def test_a_number_in_the_west_is_held_and_what_it_costs_is_told(tmp_path: Path) -> None:
    """Three in the west: the village of 50 people in the east has to wait."""
    asked = state(tmp_path, target("three", COUNT + "required = 3\n"))
    programme = plan_programme(
        asked, service="clinic", years=ONE_A_YEAR, cost=30_000, targets=["three"]
    )
    assert programme.feasible
    assert sites_of(programme)[:2] == [(2015, "clinic@p1"), (2016, "clinic@p3")]
    assert programme.years["people_covered"].tolist() == [0, 90, 130, 130]
    whole = programme.targets.iloc[0]
    assert (whole["before"], whole["after"], whole["required"]) == (0, 3, 3)
    assert (whole["status_before"], whole["status_after"]) == ("overdue", "met")
    assert whole["sites_needed"] == 3
    assert whole["held"]
    assert (whole["people_forgone"], whole["cost_of_it"]) == (50, 0)
    third = programme.proposal.sites.iloc[2]
    # of the villages beside it the one of 20 people is 400 m nearer then, that of 10 is not
    assert third["site_id"] == "clinic@p2"
    assert "8,000 person-metres" in third["reason"]
    assert "8,000" in third["reason_zh"]
    free = plan_programme(asked, service="clinic", years=ONE_A_YEAR, cost=30_000)
    assert free.years["people_covered"].iloc[-1] == 180
    assert not free.targets["held"].any()


def test_what_exists_and_counts_is_taken_off(tmp_path: Path) -> None:
    there = [{"x": 1000, "y": 1000, "district_id": "d1", "plan_district": "甲区"}]
    window = COUNT + "required = 2\nopened_from = 2015-01-01\nopened_to = 2016-12-31\n"
    asked = state(
        tmp_path, target("two", COUNT + "required = 2\n"), target("new", window), sites=there
    )
    two = plan_programme(asked, service="clinic", years=ONE_A_YEAR, targets=["two"])
    needed = two.targets.set_index(["target", "scope"])["sites_needed"]
    assert needed["two", "west"] == 1
    new = plan_programme(asked, service="clinic", years=ONE_A_YEAR, targets=["new"])
    assert new.targets.set_index(["target", "scope"])["sites_needed"]["new", "west"] == 2
    sites = new.proposal.sites
    assert set(sites["year"].iloc[:2]) == {2015, 2016}
    assert (sites["x"].iloc[:2] < 113.1).all()  # in the west, in the years that count
    assert new.feasible


def test_every_village_gets_its_own_and_who_cannot_is_named(tmp_path: Path) -> None:
    rows = [*VILLAGES, {"x": None, "people": 5.0}]
    asked = state(tmp_path, target("all", EVERY_VILLAGE), rows=rows)
    years = [Year(year=2015, count=3), Year(year=2016, count=3)]
    programme = plan_programme(asked, service="clinic", years=years, targets=["all"])
    assert not programme.feasible
    assert sorted(one for _, one in sites_of(programme)) == [f"clinic@p{n}" for n in range(5)]
    target_row, place = programme.unmet.to_dict("records")
    assert (target_row["what"], target_row["id"], target_row["name"]) == ("target", "p5", "村5")
    assert "no candidate belongs to it" in target_row["why"]
    assert "没有坐标" in target_row["why_zh"]
    assert (target_row["short_by"], target_row["unit"]) == (1, "sites")
    assert (place["what"], place["id"], place["short_by"]) == ("place", "p5", 5)
    whole = programme.targets.iloc[0]
    assert (whole["before"], whole["after"]) == (0, pytest.approx(5 / 6))
    assert whole["sites_needed"] == 6
    assert [one.code for one in programme.findings] == ["programme-target-missed"]


def test_too_few_sites_hold_what_they_can_and_the_rest_is_named(tmp_path: Path) -> None:
    asked = state(tmp_path, target("all", EVERY_VILLAGE))
    years = [Year(year=2015, count=1), Year(year=2016, count=1)]
    programme = plan_programme(asked, service="clinic", years=years, cost=1e4, targets=["all"])
    assert not programme.feasible
    assert sites_of(programme) == [(2015, "clinic@p1"), (2016, "clinic@p4")]
    missed = programme.unmet[programme.unmet["what"] == "target"]
    assert missed["id"].tolist() == ["p0", "p2", "p3"]
    assert missed["why"].str.contains("the years allow by the end of 2016").all()
    assert (missed["target"] == "all").all()
    (short,) = programme.unmet[programme.unmet["what"] == "budget"].to_dict("records")
    assert (short["short_by"], short["unit"]) == (3, "sites")


@pytest.mark.parametrize(
    ("words", "due", "why"),
    [
        (COUNT + "required = 7\n", "2017-12-31", "7 new sites are needed, and it has 4 candidates"),
        (COUNT + "required = 1\n", "2014-12-31", "nothing that is built in these years is in time"),
        (COUNT + "required = 2\n", "2015-12-31", "the years allow by the end of 2015"),
        (
            'measure = "access"\nservice = "clinic"\nlevel = "village"\nrequired = 1.0\n',
            "2016-12-31",
            "the years allow by the end of 2016",
        ),
    ],
)
def test_a_target_that_cannot_be_held_says_why(tmp_path: Path, words, due, why) -> None:
    asked = state(tmp_path, target("t", words, due))
    programme = plan_programme(asked, service="clinic", years=ONE_A_YEAR, targets=["t"])
    assert not programme.feasible
    (missed,) = programme.unmet[programme.unmet["what"] == "target"].to_dict("records")
    assert why in missed["why"]
    assert missed["why_zh"]
    assert missed["short_by"] > 0
    assert programme.years["people_covered"].iloc[-1] >= 130  # the nearest that can be built


def test_a_share_of_places_within_reach_and_each_town(tmp_path: Path) -> None:
    near = 'measure = "access"\nservice = "clinic"\nlevel = "village"\nrequired = 0.6\n'
    towns = COUNT.replace('scope = "west"', 'each = "town"\nonly = ["一镇", "二镇"]')
    asked = state(
        tmp_path,
        target("near", near, "2015-12-31"),
        target("towns", towns + "required = 1\n", "2016-12-31"),
    )
    programme = plan_programme(asked, service="clinic", years=ONE_A_YEAR, targets=["near", "towns"])
    assert programme.feasible
    assert sites_of(programme)[:2] == [(2015, "clinic@p1"), (2016, "clinic@p4")]
    last = programme.targets.set_index(["target", "scope"])["status_after"]
    assert last["near", "city"] == last["towns", "city"] == "met"


def test_the_due_year_is_kept_although_later_would_be_cheaper(tmp_path: Path) -> None:
    """East first, as its village is due, although the west has more people."""
    far = 'measure = "count"\nscope = "新区"\nservice = "clinic"\nrequired = 1\n'
    asked = state(tmp_path, target("east", far, "2015-12-31"))
    programme = plan_programme(asked, service="clinic", years=ONE_A_YEAR, targets=["east"])
    assert sites_of(programme) == [(2015, "clinic@p4"), (2016, "clinic@p1"), (2017, "clinic@p3")]
    assert programme.years["bound"].tolist() == [0, 50, 140, 180]


def test_targets_that_new_sites_cannot_serve_are_told_and_not_held(tmp_path: Path) -> None:
    asked = state(
        tmp_path,
        target("with", COUNT + 'where = { level = ["big"] }\nrequired = 1\n'),
        target("silent", COUNT),
        target("minutes", 'measure = "access"\nservice = "clinic"\nlevel = "village"\n'
               'statistic = "median_minutes"\nunit = "minutes"\ncomparison = "<="\nrequired = 9\n'),
    )  # fmt: skip
    names = ["with", "silent", "minutes"]
    programme = plan_programme(asked, service="clinic", years=ONE_A_YEAR, targets=names)
    told = [one for one in programme.findings if one.code == "programme-target-not-held"]
    assert [one.value for one in told] == names
    assert not programme.targets["held"].any()
    assert programme.feasible


def test_looking_back_asks_what_should_have_been_built(tmp_path: Path) -> None:
    """A clinic of 2013 is left out, one that closed in 2014 goes on, an undated one stands."""
    there = [
        {"x": 1400, "y": 1000, "opened": "2013-05-01"},
        {"x": 5000, "y": 5000, "opened": "2010-05-01", "closed": "2014-01-01", "counts": "no"},
        {"x": 15000, "y": 5000},
    ]
    there = [{**one, "district_id": "d1" if one["x"] < 1e4 else "d2"} for one in there]
    school = Service(id="school", name={}, mode="straight", limit=700)
    asked = state(
        tmp_path,
        target("three", COUNT + "required = 3\n", "2013-12-31"),
        sites=there,
        services=[clinic(500), school],
    )
    years = [Year(year=2012, count=2), Year(year=2013, count=2)]
    programme = plan_programme(asked, service="clinic", years=years, targets=["three"])
    assert programme.proposal.before.access.facilities.date == dt.date(2011, 12, 31)
    assert programme.years["people_covered"].tolist()[0] == 90  # p3 and p4
    assert sites_of(programme)[0] == (2012, "clinic@p1")
    assert len(programme.proposal.sites) == 2
    assert programme.years["people_covered"].tolist()[-1] == 180
    told = {one.code: dict(one.facts) for one in programme.findings}
    assert told["programme-looks-back"]["count"] == "1"
    assert told["programme-closings"]["count"] == "1"
    assert told["programme-undated"]["count"] == "1"
    assert [one.id for one in programme.proposal.after.access.services] == ["clinic"]


def test_start_may_be_named_and_has_to_come_first() -> None:
    made = state()
    plan = plan_programme(made, service="clinic", years=ONE_A_YEAR, start=dt.date(2014, 12, 31))
    assert plan.proposal.before is made
    with pytest.raises(MethodError, match="before 2015-12-31"):
        plan_programme(made, service="clinic", years=ONE_A_YEAR, start=dt.date(2015, 12, 31))
    with pytest.raises(MethodError, match="after the study's date"):
        plan_programme(made, service="clinic", years=ONE_A_YEAR, start=dt.date(2015, 2, 1))


def test_all_covered_already_builds_nothing() -> None:
    there = [{"x": spot["x"], "y": spot["y"]} for spot in VILLAGES]
    programme = plan_programme(state(sites=there), service="clinic", years=ONE_A_YEAR, cost=30_000)
    assert len(programme.proposal.sites) == 0
    assert programme.years["people_covered"].tolist() == [180] * 4
    assert len(programme.curve) == 1
    assert programme.feasible
    assert [one.code for one in programme.findings] == ["programme-nobody"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"service": "clinik"}, "is not measured"),
        ({"years": [Year(year=2015, budget=9.0)]}, "cost of one site"),
        ({"years": [Year(year=2015, budget=9.0)], "cost": 10.0}, "allow no site"),
        ({"years": [Year(year=2015, count=0)]}, "allow no site"),
        ({"cost": -1.0}, "from 0 on"),
        ({"targets": ["tree"]}, "about clinic are: t, u"),
        ({"targets": ["other"]}, "does not ask for clinic; about it are: t, u"),
        ({"years": ()}, "at least one year"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, asked, says) -> None:
    other = COUNT.replace("clinic", "school") + "required = 1\n"
    made = state(
        tmp_path,
        target("t", COUNT + "required = 1\n"),
        target("u", EVERY_VILLAGE),
        target("other", other),
    )
    with pytest.raises(MethodError, match=says) as told:
        plan_programme(made, **{"service": "clinic", "years": ONE_A_YEAR, **asked})
    assert told.value.zh != told.value.en


def test_targets_need_a_plan() -> None:
    with pytest.raises(MethodError, match="no plan"):
        plan_programme(state(), service="clinic", years=ONE_A_YEAR, targets=["t"])


def test_nothing_that_is_given_is_written_into(tmp_path: Path) -> None:
    made = state(tmp_path, target("t", COUNT + "required = 3\n"), sites=[{"x": 0, "y": 0}])
    table, people = made.access.facilities.table.copy(), made.access.table.copy()
    plan_programme(made, service="clinic", years=ONE_A_YEAR, targets=["t"])
    assert made.access.facilities.table.equals(table)
    assert made.access.table.equals(people)


spots = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 90)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=5, deadline=None)
@given(spots, st.lists(st.integers(0, 3), min_size=1, max_size=3), st.booleans())
def test_coverage_never_falls_and_row_order_does_not_matter(homes, counts, money) -> None:
    rows = [
        {"x": x, "y": y, "people": float(n), "place_id": f"p{i}"}
        for i, (x, y, n) in enumerate(homes)
    ]
    years = [
        Year(year=2015 + i, budget=30.0 * n) if money else Year(year=2015 + i, count=n)
        for i, n in enumerate([*counts, 1])
    ]
    made, turned = (
        plan_programme(state(rows=order), service="clinic", years=years, cost=20.0)
        for order in (rows, rows[::-1])
    )
    assert sites_of(made) == sites_of(turned)
    covered = made.years["people_covered"].to_numpy()
    assert (np.diff(covered) >= 0).all()
    assert (np.diff(made.years["places_covered"].to_numpy()) >= 0).all()
    assert (made.years["bound"] >= made.years["value"] - 1e-6).all()
    assert made.years["proven"].iloc[-1]
    if money:
        assert (made.years["carried"].iloc[1:] >= -1e-6).all()
    else:
        assert (made.years["sites"].iloc[1:].to_numpy() <= np.array([*counts, 1])).all()
    assert made.curve["people_so_far"].iloc[-1] == pytest.approx(covered[-1])


def test_each_site_has_its_own_price() -> None:
    made = state()
    layer = gm.siting.candidate_sites(made.access.places, "places")
    layer["cost"] = [40.0, 30.0, 40.0, 10.0, 10.0]
    years = [Year(year=2015, budget=20.0), Year(year=2016, budget=20.0)]
    programme = plan_programme(made, service="clinic", years=years, candidates=layer)
    # 40 in all: the site of 90 people for 30, that of 50 for 10, which is all that 2015 can pay
    assert sites_of(programme) == [(2015, "clinic@p4"), (2016, "clinic@p1")]
    assert programme.years["cost"].tolist() == [0, 10, 30]
