"""One study at several dates: coverage by year, trajectories, the scorecard; by hand."""

from __future__ import annotations

import datetime as dt
import io
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import openpyxl
import pandas as pd
import pytest
import toy_results
import xlsxwriter
from builders import clinic, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st

import gapmap as gm
from gapmap.access import measure_access
from gapmap.assessment import assess
from gapmap.errors import MethodError, StudyError
from gapmap.facilities import facilities_at
from gapmap.outputs.figures.pen import Pen
from gapmap.outputs.figures.trajectory import _labels, draw_trajectory
from gapmap.outputs.fonts import lettering
from gapmap.outputs.scorecard import write_form
from gapmap.plan import read_plan
from gapmap.records import no_records
from gapmap.report import Insights
from gapmap.report.progress import progress_content
from gapmap.series import (
    NOT_ASKED,
    SCORECARD_COLUMNS,
    SERIES_COLUMNS,
    TRAJECTORY_COLUMNS,
    dates_of,
    leave_out,
    measure_series,
)
from gapmap.study.dated import measure_dated
from gapmap.study.value import Steps
from gapmap.studyfile import read_study_file

TOP = Path(__file__).parents[1]
ENDS = [dt.date(year, 12, 31) for year in (2011, 2012, 2013, 2014)]
PLAN = """
[plan]
id = "small"
name = { zh = "小规划", en = "Small plan" }
authority = { zh = "镇", en = "Town" }
published = 2012-01-01
start = 2012-01-01
end = 2014-12-31
[[districts]]
id = "甲区"
name = { zh = "甲区", en = "Jia" }
[[districts]]
id = "新区"
name = { zh = "新区", en = "Xin" }
[groups.new]
name = { zh = "新片区", en = "the new part" }
districts = ["新区"]
[levels]
village = { of = "place", name = { zh = "村", en = "villages" } }
city = { of = "city", name = { zh = "市", en = "the city" } }
[[targets]]
id = "villages"
clause = "1.1"
title = { zh = "村村有站", en = "A clinic in every village" }
quote = "村村有站"
due = 2014-12-31
measure = "presence"
service = "clinic"
level = "village"
required = 1.0
unit = "share"
[[targets]]
id = "number"
clause = "1.2"
title = { zh = "三个站", en = "Three clinics" }
quote = "三个站"
due = 2014-12-31
measure = "count"
service = "clinic"
required = 3
unit = "facilities"
[[targets]]
id = "somewhere"
clause = "1.3"
title = { zh = "市里有站", en = "A clinic in the city" }
quote = "市里有站"
due = 2013-12-31
measure = "presence"
service = "clinic"
level = "city"
required = 1.0
unit = "share"
[[targets]]
id = "new-part"
clause = "1.4"
title = { zh = "新片区村村有站", en = "A clinic in every village of the new part" }
quote = "新片区"
scope = "new"
due = 2014-12-31
measure = "presence"
service = "clinic"
level = "village"
required = 1.0
unit = "share"
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    file = tmp_path_factory.mktemp("plan") / "small.toml"
    file.write_text(PLAN, encoding="utf8")
    return read_plan(file)


@pytest.fixture(scope="module")
def made(plan):
    return assessed(THREE, plan)


@pytest.fixture(scope="module")
def series(made):
    return measure_series(made, ENDS)


def village(number: int, opened: str | None, **more: object) -> dict[str, object]:
    """Give a clinic at the village of this number."""
    district = ("甲区", "甲区", "新区")[number]
    return {
        "x": 6_000 * number,
        "y": 0,
        "opened": pd.NaT if opened is None else pd.Timestamp(opened),
        "place_id": f"p{number}",
        "place_basis": "code",
        "belongs": "place",
        "plan_district": district,
        "district_id": "d1" if number < 2 else "d2",
        **more,
    }


def assessed(clinics, plan=None, date: dt.date = ENDS[-1]):
    """Three villages 6 km apart: 100, 200 and 400 people, the last in the other district."""
    homes = places([{"x": 6_000 * n, "y": 0, "people": 100.0 * 2**n} for n in range(3)])
    built = facilities_at(facilities(clinics), date)
    access = measure_access(homes, built, None, [clinic(500)])
    return assess(access, plan, records=no_records())


THREE = [village(0, "2012-05-01"), village(1, "2013-05-01"), village(2, "2014-05-01")]


def test_coverage_by_year_from_one_file_of_opening_dates() -> None:
    series = gm.measure_series(assessed(THREE), ENDS)
    city = series.coverage[series.coverage["group_kind"] == "city"]
    assert city["date"].tolist() == [day.isoformat() for day in ENDS]
    assert city["people_covered"].tolist() == [0, 100, 300, 700]
    assert city["people"].tolist() == [700] * 4
    assert city["share_people"].tolist() == pytest.approx([0, 1 / 7, 3 / 7, 1])
    assert city["facilities_serving"].tolist() == [0, 1, 2, 3]
    assert city["change_people_covered"].tolist()[1:] == [100, 200, 400]
    assert city["change_by_new"].tolist()[1:] == [100, 200, 400]
    assert city["change_by_closed"].tolist()[1:] == [0, 0, 0]
    assert city[["change_people_covered", "change_by_new"]].iloc[0].isna().all()
    assert [one.code for one in series.findings] == ["series-before-all"]
    assert "2011-12-31" in series.findings[0].message("en")
    assert series.tables().keys() == {"series"}


def test_the_last_date_says_what_the_study_says(made, series) -> None:
    told = series.coverage
    last = told[told["date"] == "2014-12-31"].reset_index(drop=True)
    both = [name for name in SERIES_COLUMNS if name in made.coverage]
    pd.testing.assert_frame_equal(last[both], made.coverage[both], check_dtype=False)


def test_a_share_of_nobody_says_so() -> None:
    homes = places(
        [
            {"x": 0, "y": 0, "people": 9.0},
            {"x": 15_000, "y": 0, "people": 0.0},
            {"x": None, "setting": "urban"},
        ]
    )
    built = facilities_at(facilities([village(0, None)]), ENDS[-1])
    access = measure_access(homes, built, None, [clinic()])
    told = measure_series(assess(access), ENDS[-1:]).coverage
    empty = told["share_people"].isna()
    assert ((told["reason"] != "") == empty).all()
    assert {"nobody", "unknown"} <= {*told["reason"]}
    assert (told.loc[told["reason"] == "nobody", "people"] == 0).all()
    assert (told["reason"] == "nobody").eq(told["share_people_low"].isna()).all()


def test_a_facility_that_closes_and_one_that_opens_in_a_year_share_the_change() -> None:
    # p0 is covered by a clinic that closes in 2013, p2 gets one in 2013
    clinics = [
        village(0, "2010-01-01", closed=pd.Timestamp("2013-06-30")),
        village(2, "2013-05-01"),
    ]
    told = measure_series(assessed(clinics), ENDS).coverage
    city = told[told["group_kind"] == "city"].set_index("date")
    assert city["people_covered"].tolist() == [100, 100, 400, 400]
    year = city.loc["2013-12-31"]
    assert (year["change_by_new"], year["change_by_closed"]) == (400, -100)
    away = told[(told["group_id"] == "d1") & (told["date"] == "2013-12-31")].iloc[0]
    assert (away["change_by_new"], away["change_by_closed"]) == (0, -100)
    alone = [village(0, "2010-01-01", closed=pd.Timestamp("2013-06-30"))]
    lost = measure_series(assessed(alone), ENDS).coverage.query("group_kind == 'city'")
    assert lost["change_by_closed"].tolist()[1:] == [0, -100, 0]


def test_who_opened_nobody_knows_when_counts_at_every_date_and_is_told() -> None:
    series = measure_series(assessed([village(0, None), village(1, "2013-05-01")]), ENDS)
    city = series.coverage[series.coverage["group_kind"] == "city"]
    assert city["people_covered"].tolist() == [100, 100, 300, 300]
    assert city["facilities_undated"].tolist() == [1] * 4
    note = next(one for one in series.findings if one.code == "series-undated")
    assert "1 of 2" in note.message("en")


def test_who_closed_before_the_study_is_undated_too_and_what_was_never_built_is_not() -> None:
    shut = village(2, None, closed=pd.Timestamp("2013-06-30"))
    planned = village(0, None, in_use="no", status="在建")
    series = measure_series(assessed([shut, planned, village(1, "2012-05-01")]), ENDS)
    (note,) = [one for one in series.findings if one.code == "series-undated"]
    assert "1 of 2 facilities" in note.message("en")
    assert list(series.coverage["facilities_undated"].iloc[[0, -1]]) == [1, 0]


def test_nothing_dated_is_said_and_no_date_at_all_is_refused() -> None:
    same = measure_series(assessed([village(0, None)]), ENDS)
    assert [one.code for one in same.findings] == ["series-nothing-dated"]
    city = same.coverage[same.coverage["group_kind"] == "city"]
    assert city["people_covered"].tolist() == [100] * 4
    with pytest.raises(MethodError, match="at least one date"):
        measure_series(assessed(THREE), [dt.date(2015, 1, 1)])


def test_dates_come_in_order_once_and_none_after_the_study() -> None:
    days = [ENDS[2], ENDS[1], ENDS[2], dt.date(2015, 6, 30)]
    held, findings = leave_out(days, ENDS[3])
    assert held == (ENDS[1], ENDS[2])
    assert [(one.code, one.value) for one in findings] == [("series-after-study", "2015-06-30")]
    assert measure_series(assessed(THREE), days).dates == held


def test_the_dates_of_a_study_that_names_none(plan) -> None:
    assert dates_of(None, ENDS[3]) == ()
    assert dates_of(plan, ENDS[3]) == tuple(ENDS)
    assert dates_of(plan, dt.date(2016, 3, 1)) == (*ENDS, dt.date(2016, 3, 1))
    assert dates_of(plan, plan.baseline) == ()


def test_the_line_runs_straight_from_the_baseline_to_the_due_date(series) -> None:
    told = series.trajectory
    whole = told[told["overall"]].set_index(["target", "date"])
    number = whole.loc["number"]
    assert number["achieved"].tolist() == [0, 1, 2, 3]
    assert number["required_line"].tolist() == pytest.approx([0, 3 * 366 / 1096, 3 * 731 / 1096, 3])
    assert number["status"].tolist() == ["not_measurable", "behind", "behind", "met"]
    # due in 2013: from then on the line is the requirement
    assert whole.loc["somewhere", "required_line"].tolist() == pytest.approx([0, 366 / 731, 1, 1])
    assert whole.loc["somewhere", "status"].tolist()[1:] == ["met", "met", "met"]
    part = told[(told["target"] == "number") & (told["unit"] == "甲区")]
    assert part["no_line"].tolist() == ["no_number"] * 4  # the plan sets the whole only
    assert (told["required_line"].isna() == (told["no_line"] != "")).all()


def test_the_line_is_the_one_that_the_status_was_judged_by(plan) -> None:
    half = dt.date(2013, 7, 2)
    made = assessed(THREE, plan, date=half)
    told = measure_series(made, dates_of(plan, half)).trajectory
    last = told[told["date"] == half.isoformat()].reset_index(drop=True)
    judged = made.targets["expected"]
    assert judged.notna().any()
    assert last.loc[judged.notna(), "required_line"].tolist() == pytest.approx(
        judged.dropna().tolist()
    )


def test_a_reported_figure_stands_on_the_line_of_its_own_day(tmp_path) -> None:
    card = """
[[targets]]
id = "card"
clause = "1.5"
title = { zh = "卡", en = "Card" }
due = 2014-12-31
measure = "indicator"
indicator = "card"
required = 0.9
unit = "share"
"""
    (tmp_path / "plan.toml").write_text(PLAN + card, encoding="utf8")
    told = [("city", 2011, "card", 0.3), ("city", 2012, "card", 0.52)]
    columns = ["district_id", "year", "indicator", "value"]
    records = replace(no_records(), indicators=pd.DataFrame(told, columns=columns))
    half = dt.date(2013, 6, 30)
    access = assessed(THREE, date=half).access
    made = assess(access, read_plan(tmp_path / "plan.toml"), records=records)
    series = measure_series(made, [half])
    rows = series.trajectory
    row = rows[(rows["target"] == "card") & rows["overall"]].iloc[0]
    judged = made.targets[(made.targets["target"] == "card") & made.targets["overall"]].iloc[0]
    assert (row["as_of"], row["status"]) == ("2012-12-31", "on_course")
    assert row["required_line"] == judged["expected"] == pytest.approx(0.3 + 0.6 * 366 / 1096)
    assert set(rows.loc[rows["target"] != "card", "as_of"]) == {""}


def test_the_scorecard_adds_up_to_the_targets(made, series) -> None:
    card = series.scorecard
    assert sorted(set(card["date"])) == ["2012-12-31", "2013-12-31", "2014-12-31"]
    assert len(card) == 3 * 3 * 4  # years, the city and two districts, targets
    last = card[card["date"] == "2014-12-31"].set_index(["plan_district", "target"])
    targets = made.targets
    for row in targets[targets["overall"]].to_dict("records"):
        assert last.loc[("", row["target"]), "status"] == row["status"]
    for row in targets[targets["scope_kind"] == "plan_district"].to_dict("records"):
        mine = last.loc[(row["unit"], row["target"])]
        assert (mine["status"], mine["reason"]) == (row["status"], row["reason"])
        assert mine["achieved"] == row["achieved"]
    assert last.loc[("甲区", "villages"), "status"] == "met"
    by_year = card[(card["plan_district"] == "甲区") & (card["target"] == "villages")]
    assert by_year["achieved"].tolist() == [0.5, 1.0, 1.0]


def test_what_is_not_asked_of_a_district_is_not_its_failure(series) -> None:
    card = series.scorecard
    last = card[card["date"] == "2014-12-31"].set_index(["plan_district", "target"])
    for unit, target, why in (
        ("甲区", "new-part", "the plan asks it of the new part only"),
        ("甲区", "somewhere", "the plan asks it of the city as a whole"),
        ("新区", "somewhere", "the plan asks it of the city as a whole"),
    ):
        row = last.loc[(unit, target)]
        assert (row["status"], row["reason"]) == (NOT_ASKED, why)
        assert np.isnan(row["achieved"])
        assert row["reason_zh"]
    assert last.loc[("新区", "new-part"), "status"] == "met"


def test_a_plan_without_districts_has_a_scorecard_of_the_studys(tmp_path) -> None:
    text = PLAN[: PLAN.index("[[districts]]")] + PLAN[PLAN.index("[levels]") :]
    text = text[: text.index('[[targets]]\nid = "new-part"')]
    text = text.replace('"1.1"', '"1.1"\neach = "district"')
    (tmp_path / "plan.toml").write_text(text, encoding="utf8")
    made = assessed(THREE, read_plan(tmp_path / "plan.toml"))
    series = measure_series(made, ENDS[1:2])
    card = series.scorecard.set_index(["plan_district", "target"])
    assert len(card) == 3 * 3  # the city and two districts, targets
    assert card.loc[("d1", "villages"), ["achieved", "unit_zh"]].tolist() == [0.5, "甲区"]
    assert card.loc[("d2", "villages"), "achieved"] == 0
    assert card.loc[("d2", "somewhere"), "status"] == NOT_ASKED


def test_every_column_has_titles_and_a_line_in_the_documentation() -> None:
    words = tomllib.loads((TOP / "gapmap" / "words.toml").read_text("utf8"))
    page = (TOP / "docs" / "outputs.md").read_text("utf8")
    columns = {
        "series": SERIES_COLUMNS,
        "trajectory": TRAJECTORY_COLUMNS,
        "scorecard": SCORECARD_COLUMNS,
    }
    for name, names in columns.items():
        part = page.split(f"## {name}.csv")[1].split("\n## ")[0]
        assert set(words["values"][f"sheet_{name}"]) == {"zh", "en"}
        assert set(words["values"][f"row_of_{name}"]) == {"zh", "en"}
        for column in names:
            assert set(words["columns"][column]) == {"zh", "en"}, column
            assert f"`{column}`" in part, f"{name}: {column}"
    for value in (NOT_ASKED, "no_number", "no_baseline", "by_states", "before_baseline"):
        assert set(words["values"][value]) == {"zh", "en"}


def test_the_form_has_a_block_a_year_and_counts_what_it_shows(series) -> None:
    card = series.scorecard
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        write_form(book, book.add_worksheet("form"), card, "en")
    sheet = openpyxl.load_workbook(stream)["form"]
    rows = [
        ["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)
    ]
    heads = [at for at, row in enumerate(rows) if str(row[0]).startswith("Districts' scorecard")]
    assert [rows[at][0][-10:] for at in heads] == ["2012-12-31", "2013-12-31", "2014-12-31"]
    assert rows[heads[0] + 1][4:7] == ["the city", "Jia", "Xin"]
    number = rows[heads[-1] + 3]
    assert number[:5] == [
        "1.2",
        "Three clinics",
        "≥ 3 facilities",
        "2014-12-31",
        "met\n3 facilities",
    ]
    counted = {row[1]: row[4:7] for row in rows[heads[-1] + 6 : heads[-1] + 12]}
    assert counted["met"] == [4, 1, 2]
    assert sum(row[0] for row in counted.values()) == 4  # every target once
    assert sum(row[1] for row in counted.values()) == 4
    assert any("approved by:" in row for row in rows[heads[-1] :])


def study(asked, made):
    """Give what a run looks at to decide on its dates."""
    file = SimpleNamespace(series=asked, path=Path("study.toml"))
    return SimpleNamespace(file=file, facilities=made.access.facilities)


def test_a_run_tells_other_dates_or_says_why_not(plan, made) -> None:
    watch = Steps()
    whole, findings = measure_dated(study(None, made), made, watch)
    assert whole is not None
    assert whole.dates == tuple(ENDS)  # the plan's
    assert findings == whole.findings
    own, _ = measure_dated(study((ENDS[1],), made), made, watch)
    assert own is not None
    assert own.dates == (ENDS[1],)
    for asked, told, codes in (
        ((), made, []),
        ((dt.date(2020, 1, 1),), made, ["series-after-study"]),
        (None, assessed(THREE), []),  # no plan
        (None, assessed([village(0, None)], plan), ["series-nothing-dated"]),
    ):
        none, findings = measure_dated(study(asked, told), told, watch)
        assert none is None
        assert [one.code for one in findings] == codes
    off = replace(made.access.facilities, table=made.access.facilities.table.assign(counts="no"))
    without = replace(made, access=replace(made.access, facilities=off))
    assert [one.code for one in measure_dated(study(None, made), without, watch)[1]] == [
        "series-what-if"
    ]
    earlier, _ = measure_dated(study(None, made), assessed(THREE, plan, date=ENDS[2]), watch)
    assert earlier is not None  # a what-if of another date alone
    assert earlier.dates == tuple(ENDS[:3])


def test_the_page_and_the_figure_hold_what_the_tables_hold(series) -> None:
    told = progress_content(series)
    assert told["dates"] == [day.isoformat() for day in ENDS]
    assert told["coverage"]["people_covered"] == [0, 100, 300, 700]
    assert told["coverage"]["change_people_covered"] == [None, 100, 200, 400]
    bounds = {"people_unknown", "people_missing", "share_people_low", "share_people_high"}
    assert bounds <= set(told["coverage"])  # what the page tells a range by
    assert len(told["targets"]["status"]) == 4 * 4
    results = toy_results.results(insights=Insights(series=series))
    figure = draw_trajectory(Pen(results, lettering(None), "en"), series)
    assert figure is not None
    assert len(figure.axes) == 4
    dashed = next(one for one in figure.axes[1].lines if one.get_linestyle() == "--")
    assert dashed.get_ydata()[[0, -1]].tolist() == [0, 3]
    bare = replace(series, trajectory=series.trajectory.assign(achieved=np.nan))
    assert draw_trajectory(Pen(results, lettering(None), "en"), bare) is None


def test_dates_within_a_year_are_told_apart() -> None:
    assert _labels(ENDS[:2]) == ["2011", "2012"]
    assert _labels([dt.date(2013, 6, 30), ENDS[2]]) == ["2013-06", "2013-12"]


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("", None),
        ("[series]", ()),
        ("[series]\nyears = [2013, 2012]\ndates = [2013-06-30]", (*ENDS[1:2], dt.date(2013, 6, 30),
                                                                  ENDS[2])),
        ('[series]\ndates = ["2012-12-31"]\nyears = [2012]', (ENDS[1],)),
    ],
)  # fmt: skip
def test_the_block_of_dates_is_read(tmp_path: Path, block: str, told) -> None:
    assert read_study_file(written(tmp_path, block)).series == told


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('years = ["2012"]', "series.years"),
        ("years = [0]", "series.years"),
        ("years = [201]", "wanted: 1900 ... 2200"),
        ("years = [20144]", "wanted: 1900 ... 2200"),
        ("dates = [0201-12-31]", "wanted: 1900 ... 2200"),
        ("years = [true]", "series.years"),
        ("dates = [2012]", "series.dates"),
        ('dates = ["31.12.2012"]', "series.dates"),
        ("years = 2012", "series.years"),
        ("year = [2012]", "the nearest known key is years"),
    ],
)
def test_dates_that_are_none_are_refused(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(StudyError, match=re.escape(said)):
        read_study_file(written(tmp_path, f"[series]\n{line}"))


def written(folder: Path, block: str) -> Path:
    file = folder / "study.toml"
    head = '[study]\nname = "s"\ndate = 2014-12-31\n[districts]\npath = "d.geojson"\n'
    file.write_text(f'{head}[places]\npath = "p.csv"\n{block}\n', encoding="utf8")
    return file


year = st.integers(2010, 2014)


@settings(max_examples=4)
@given(st.lists(st.tuples(st.integers(0, 2), year), max_size=5))
def test_coverage_never_falls_where_nothing_closes(built) -> None:
    clinics = [village(number, f"{opened}-07-01") for number, opened in built]
    made = assessed(clinics)
    told = measure_series(made, ENDS).coverage
    for _, rows in told.groupby("group_id"):
        assert (np.diff(rows["people_covered"]) >= 0).all()
    states = told[["people_covered", "people_uncovered", "people_unknown"]].sum(axis=1)
    assert (states == told["people"]).all()
    change = told["change_people_covered"].dropna()
    parts = told[["change_by_new", "change_by_closed"]].dropna().sum(axis=1)
    assert parts.tolist() == pytest.approx(change.tolist())
    last = told[told["date"] == "2014-12-31"]
    assert last["people_covered"].tolist() == made.coverage["people_covered"].tolist()


def test_no_table_that_was_given_is_written_into(made) -> None:
    before = [made.access.facilities.table.copy(), made.access.table.copy(), made.targets.copy()]
    measure_series(replace(made), ENDS)
    now = [made.access.facilities.table, made.access.table, made.targets]
    for one, other in zip(now, before, strict=True):
        pd.testing.assert_frame_equal(one, other)
