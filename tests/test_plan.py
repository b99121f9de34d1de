"""Plans and standards: the shipped ones are true to their sources, wrong ones say what is wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

from gapmap.errors import PlanError
from gapmap.plan import (
    MEASURES,
    judge_source,
    read_plan,
    shipped_plans,
    standards,
)

SHARED = Path(__file__).parents[1].parent / "shared" / "plan"
needs_shared = pytest.mark.skipif(
    not SHARED.exists(), reason="the plan's text and list of targets are not in this checkout"
)
ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([\d., ]+) \|(.*)\|$", re.MULTILINE)

SMALL = """
[plan]
id = "small"
name = { zh = "小规划", en = "Small plan" }
authority = { zh = "镇", en = "Town" }
published = 2012-01-01
start = 2012-01-01
end = 2014-12-31

[levels.village]
name = { zh = "村", en = "villages" }
of = "place"

[[targets]]
id = "clinic-everywhere"
clause = "1"
title = { zh = "卫生站", en = "Clinics" }
measure = "presence"
service = "clinic"
level = "village"
required = 1.0
due = 2014-12-31
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(text, "utf8")
    return path


def zhuhai():
    return read_plan("zhuhai-2012-2014")


@needs_shared
def test_the_shipped_plan_has_every_row_of_the_list_of_targets_in_its_order() -> None:
    rows = ROW.findall((SHARED / "targets.md").read_text("utf8"))
    assert len(rows) == 47
    assert [(name, clause) for name, clause, _ in rows] == [
        (target.id, target.clause) for target in zhuhai().targets
    ]


@needs_shared
def test_due_dates_are_those_of_the_list_of_targets() -> None:
    rows = ROW.findall((SHARED / "targets.md").read_text("utf8"))
    told = {name: re.findall(r"\d{4}-\d\d-\d\d", rest) for name, _, rest in rows}
    for target in zhuhai().targets:
        if target.recurring:
            assert not told[target.id]
            assert target.due == dt.date(2014, 12, 31)
        else:
            # the last date of a row is its due date; the window's dates stand before it
            assert target.due.isoformat() == told[target.id][-1]


@needs_shared
def test_every_quotation_stands_verbatim_in_a_clause_that_the_target_names() -> None:
    text = (SHARED / "zhuhai-2012-2014.md").read_text("utf8")
    clauses = dict(re.findall(r"^- `([\d.]+)` (.*)$", text, re.MULTILINE))
    for target in zhuhai().targets:
        named = target.clause.split(", ")
        assert any(target.quote in clauses[clause] for clause in named), target.id
        assert 4 <= len(target.quote) <= 60, target.id


def test_the_shipped_plan_groups_into_31_facility_4_certificate_and_12_reported_targets() -> None:
    reported = {"indicator", "gap"}
    kinds = Counter(
        "certificate"
        if target.measure == "certificate"
        else "reported"
        if target.measure in reported
        else "facility"
        for target in zhuhai().targets
    )
    assert kinds == {"facility": 31, "certificate": 4, "reported": 12}
    assert {ask.measure for target in zhuhai().targets for ask in target.asks} == set(MEASURES)


def test_numbers_that_the_plan_does_not_give_are_absent_or_assumptions() -> None:
    numberless = {
        "island-ferry-access",
        "village-health-station",
        "farmhouse-library",
        "emergency-shelter",
        "rural-pos-atm",
        "property-management",
    }
    for target in zhuhai().targets:
        if target.id in numberless:
            assert all(
                ask.required is None or ask.required_basis == "assumption" for ask in target.asks
            ), target.id
            assert target.note["zh"]
            assert target.note["en"]
        elif target.measure not in ("trend", "gap"):
            assert target.required is not None, target.id
            assert target.asks[0].required_basis == "plan"


@pytest.mark.parametrize(
    ("name", "required", "comparison"),
    [
        ("village-service-centre-250", 1.0, ">="),
        ("west-bus-shelters-487", 487, ">="),
        ("family-culture-port-60", 0.6, ">="),
        ("town-kindergartens", 11, ">="),
        ("rural-pension", 0.998, ">="),
        ("employment-satisfaction", 0.85, ">"),
        ("skill-tests-a-year", 30_000, ">="),
        ("unemployment", 0.03, "<="),
        ("social-security-card", 0.76, ">="),
        ("sanitary-villages", 0.8, ">="),
        ("eco-towns", 0.8, ">="),
        ("district-hospitals", 3, ">="),
    ],
)
def test_required_values_are_those_of_the_plan(name: str, required: float, comparison: str) -> None:
    target = next(one for one in zhuhai().targets if one.id == name)
    assert target.required == required
    assert {ask.comparison for ask in target.asks} == {comparison}


def test_the_plan_names_its_seven_districts_and_the_west() -> None:
    plan = zhuhai()
    assert len(plan.districts) == 7
    assert plan.groups["west"].districts == ("斗门区", "金湾区", "高栏港经济区")
    assert plan.baseline == dt.date(2011, 12, 31)
    assert (plan.start, plan.end) == (dt.date(2012, 1, 1), dt.date(2014, 12, 31))


def test_all_words_are_given_in_both_languages() -> None:
    for target in zhuhai().targets:
        assert re.search("[一-鿿]", target.title["zh"]), target.id
        for words in (target.title, target.note):
            assert not re.search("[一-鿿]", words.get("en", "")), target.id


def test_a_plan_is_read_from_a_path(tmp_path: Path) -> None:
    plan = read_plan(write(tmp_path, SMALL))
    assert plan.targets[0].asks[0].level == "village"
    assert plan.districts == ()
    assert plan.file == "plan.toml"
    assert read_plan(str(write(tmp_path, "﻿" + SMALL))).id == "small"


def test_the_documented_example_is_a_plan(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "plan-format.md").read_text("utf8")
    plan = read_plan(write(tmp_path, text.split("```toml\n")[1].split("```")[0]))
    assert plan.groups["coast"].districts == ("东区",)
    assert plan.targets[0].asks[0].required == 1.0
    for measure in MEASURES:
        assert f"`{measure}`" in text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('service = "clinic"', 'servce = "clinic"', ["clinic-everywhere", "servce", "service"]),
        ('service = "clinic"', "", ["clinic-everywhere", "service", "missing"]),
        ('measure = "presence"', 'measure = "presense"', ["clinic-everywhere", "presence"]),
        ('level = "village"', 'level = "vilage"', ["clinic-everywhere", "village"]),
        ("due = 2014-12-31", 'due = "2014-12-31"', ["clinic-everywhere", "due", "quotes"]),
        ("due = 2014-12-31", "", ["clinic-everywhere", "due"]),
        ("required = 1.0", 'required = "all"', ["clinic-everywhere", "required", "number"]),
        ("required = 1.0", 'required = 1.0\nstate = "built"', ["clinic-everywhere", "state"]),
        ("required = 1.0", 'scope = "west"', ["clinic-everywhere", "west", "city"]),
        ('title = { zh = "卫生站", en = "Clinics" }', 'title = "Clinics"', ["title", "zh"]),
        ('of = "place"', 'of = "places"', ["levels.village", "place"]),
        ("[plan]", "[plan]\nstrat = 2012-01-01", ["plan", "strat", "start"]),
        ("end = 2014-12-31", "end = 2011-12-31", ["end", "2012-01-01"]),
        (
            "required = 1.0",
            'where = { width_m = ">= 3" }',
            ["where", "width_m", ">= 3", "capacity"],
        ),
        ("required = 1.0", 'where = { capacity = "> much" }', ["where", "capacity", "> much"]),
        (
            "required = 1.0",
            'where = { capacity = [">= 3", "< 9"] }',
            ["clinic-everywhere", ">= 3, < 9"],
        ),
        ("required = 1.0", 'where = { level = ">=" }', ["clinic-everywhere", "level"]),
        ("[plan]", "[plan", ["TOML"]),
        ("[[targets]]", "[targets]", ["targets"]),
    ],
)
def test_a_wrong_plan_is_an_error_that_names_file_target_and_nearest_word(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    path = write(tmp_path, SMALL.replace(old, new))
    with pytest.raises(PlanError) as raised:
        read_plan(path)
    for word in ["plan.toml", *words]:
        assert word in raised.value.en, raised.value.en
    assert re.search("[一-鿿]", raised.value.zh)


def test_two_targets_of_one_name_are_an_error(tmp_path: Path) -> None:
    target = SMALL[SMALL.index("[[targets]]") :]
    with pytest.raises(PlanError, match="clinic-everywhere stands twice"):
        read_plan(write(tmp_path, SMALL + target))


def test_a_plan_that_is_nowhere_names_the_shipped_ones() -> None:
    with pytest.raises(PlanError, match="zhuhai-2012-2014"):
        read_plan("zhuhai-2021")


def test_the_library_of_standards_is_no_plan() -> None:
    assert "standards" not in shipped_plans()
    assert "zhuhai-2012-2014" in shipped_plans()


@pytest.mark.parametrize(
    ("name", "value", "first", "last"),
    [
        ("gb-50220-95-bus-300", 300, dt.date(1995, 9, 1), dt.date(2019, 2, 28)),
        ("gb-50220-95-bus-500", 500, dt.date(1995, 9, 1), dt.date(2019, 2, 28)),
        ("gbt-51328-2018-bus-500", 500, dt.date(2019, 3, 1), None),
        ("gb-50180-2018-5-minutes-300", 300, dt.date(2018, 12, 1), None),
        ("sdg-11.2.1-low-capacity-500", 500, dt.date(2017, 7, 6), None),
        ("sdg-11.2.1-high-capacity-1000", 1000, dt.date(2017, 7, 6), None),
        ("sdg-9.1.1-rural-access-2000", 2000, dt.date(2017, 7, 6), None),
    ],
)
def test_a_standard_is_in_force_from_its_first_to_its_last_day(
    name: str, value: float, first: dt.date, last: dt.date | None
) -> None:
    day = dt.timedelta(days=1)
    standard = standards()[name]
    assert standard.value == value
    assert not standard.in_force(first - day)
    assert standard.in_force(first)
    assert standard.in_force(last or dt.date(2030, 1, 1))
    if last is not None:
        assert not standard.in_force(last + day)


def test_every_standard_says_how_sure_it_is_in_both_languages() -> None:
    for standard in standards().values():
        assert standard.confidence in ("high", "medium", "low")
        assert set(standard.name) == set(standard.note) == {"zh", "en"}
        assert standard.value > 0


YEAR_2014, YEAR_2020 = dt.date(2014, 12, 31), dt.date(2020, 12, 31)


@pytest.mark.parametrize(
    ("source", "date", "basis", "codes"),
    [
        ("plan", YEAR_2014, "plan", []),
        ("plan 2.9.2", YEAR_2014, "plan", []),
        ("zhuhai-2012-2014", YEAR_2014, "plan", []),
        ("planning office", YEAR_2014, "assumption", []),
        ("assumption", YEAR_2014, "assumption", []),
        ("", YEAR_2014, "assumption", []),
        ("GB 50220-95", YEAR_2014, "standard", []),
        ("gb50220-95 3.3.2", YEAR_2014, "standard", []),
        ("GB 50220-95", YEAR_2020, "assumption", ["standard-not-in-force"]),
        ("GB 50180-2018", YEAR_2014, "assumption", ["standard-not-in-force"]),
        ("GB 50180-2018", YEAR_2020, "standard", []),
        ("gb-50220-95-bus-500", YEAR_2014, "standard", []),
        ("SDG 11.2.1", YEAR_2014, "assumption", ["standard-not-in-force"]),
    ],
)
def test_a_source_is_judged_at_the_study_date(
    source: str, date: dt.date, basis: str, codes: list[str]
) -> None:
    judged, findings = judge_source(source, date)
    assert judged == basis
    assert [found.code for found in findings] == codes
    assert all(found.severity == "warning" for found in findings)


def test_a_value_that_the_standard_does_not_give_is_an_assumption() -> None:
    assert judge_source("GB 50220-95", YEAR_2014, limit=500) == ("standard", ())
    basis, findings = judge_source("GB 50220-95", YEAR_2014, limit=800)
    assert basis == "assumption"
    assert "300 m, 500 m" in findings[0].message("en")
    assert judge_source("GB 50220-95", YEAR_2014, limit=500, unit="minutes")[0] == "assumption"


def test_the_studys_own_plan_is_known_by_id_and_name(tmp_path: Path) -> None:
    plan = read_plan(write(tmp_path, SMALL))
    assert judge_source("小规划", YEAR_2014, plan=plan)[0] == "plan"
    assert judge_source("small 1", YEAR_2014, plan=plan)[0] == "plan"
    assert judge_source("zhuhai-2012-2014", YEAR_2014, plan=plan)[0] == "assumption"


@pytest.mark.parametrize(
    ("source", "basis"),
    [
        ("assumption", "assumption"),
        ("Assumption, after sum", "assumption"),
        ("假设:规划没有给出", "assumption"),
        ("非规划规定,按经验", "assumption"),
        ("城市规划规定", "assumption"),
        ("summary of a survey", "assumption"),
        ("sum-2", "assumption"),
        ("规划规定", "plan"),
        ("sum", "plan"),
        ("see sum, 4.2", "plan"),
        ("规划", "plan"),
        ("规划第4.2条", "plan"),
        ("《规划》4.2", "plan"),
        ("按照规划 4.2 条", "plan"),
        ("according to plan 4", "assumption"),
        ("plan 4.2", "plan"),
        ("planning law", "assumption"),
    ],
)
def test_a_plan_is_known_by_its_whole_name_only(tmp_path: Path, source: str, basis: str) -> None:
    words = SMALL.replace('id = "small"', 'id = "sum"').replace("小规划", "规划")
    plan = read_plan(write(tmp_path, words))
    assert judge_source(source, YEAR_2014, plan=plan)[0] == basis


def test_a_standard_is_known_by_its_whole_number_only() -> None:
    assert judge_source("GB 50220-951", YEAR_2014)[0] == "assumption"
    assert judge_source("见GB50220-95第3.2条", YEAR_2014)[0] == "standard"
    assert judge_source("assumption; GB 50220-95 is of 500 m", YEAR_2014) == ("assumption", ())
