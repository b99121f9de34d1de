"""Supply over places: what is 0, what is bounded, what nobody knows, and what it sums to."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import clinic, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st
from test_catchment_referral import surface
from test_outputs_workbook import made as workbook
from test_studyfile import GOOD

from gapmap.access import measure_access
from gapmap.catchment import METHODS, Decay, SupplyRule, measure_supply
from gapmap.catchment.supply import AREA_COLUMNS, FACILITY_COLUMNS, SUPPLY_COLUMNS
from gapmap.errors import MethodError, StudyError
from gapmap.report.supplied import supply_content
from gapmap.report.tables import but_towns
from gapmap.studyfile import read_study_file

PLAIN = SupplyRule(service="clinic", method="2sfca")
VILLAGES = [
    {"x": 0, "y": 0, "people": 60.0},
    {"x": 400, "y": 0, "people": 40.0},
    {"x": 0, "y": 400, "people": 100.0},
    {"x": 9000, "y": 0, "people": 20.0},
]


def measured(villages, sites, rule=PLAIN, limit=400):
    access = measure_access(places(villages), facilities(sites), None, [clinic(limit)])
    return measure_supply(access, [rule])


def said(made):
    table = made.table
    figures = table["supply_per_1000_people"].round(3).fillna(-1).tolist()
    return list(zip(figures, table["bound"], table["reason"], strict=True))


def test_by_hand():
    # f0 stands where all but the last village are within 400 m, f1 where p1 and p0 are.
    made = measured(VILLAGES, [{"x": 0, "y": 0, "capacity": 20}, {"x": 400, "y": 0, "capacity": 5}])
    assert said(made) == [
        (150.0, "exact", "within_limit"),  # 20/200 + 5/100
        (150.0, "exact", "within_limit"),
        (100.0, "exact", "within_limit"),
        (0.0, "exact", "no_facility_within_limit"),
    ]
    assert list(made.table) == SUPPLY_COLUMNS
    assert made.table["facilities_within_limit"].tolist() == [2, 2, 1, 0]
    assert made.table["decay_basis"].tolist() == ["method"] * 4
    sites = made.facilities
    assert list(sites) == FACILITY_COLUMNS
    assert sites["people_competing"].tolist() == sites["people_within_limit"].tolist() == [200, 100]
    assert sites["capacity_per_1000_people"].tolist() == [100, 50]
    assert made.findings == ()
    city = made.areas.iloc[0]
    assert list(made.areas) == AREA_COLUMNS
    assert city["capacity_shared"] == pytest.approx(25)
    assert city["supply_per_1000_people"] == pytest.approx(25 / 220 * 1000)
    assert city[["people", "people_measured", "people_zero"]].tolist() == [220, 220, 20]
    assert city["share_zero"] == pytest.approx(20 / 220)
    # 20 have 0, 100 have 100, 100 have 150 per 1,000: mean difference over twice the mean
    gaps = 20 * 100 * 100 + 20 * 100 * 150 + 100 * 100 * 50
    assert city["gini"] == pytest.approx(gaps / 220**2 / (25 / 220 * 1000))


def test_steps_are_thirds_of_the_limit_and_an_assumption():
    made = measured(VILLAGES, [{"x": 0, "y": 0, "capacity": 10}], SupplyRule(service="clinic"), 600)
    ratio = 10 / (60 + 0.68 * 140)
    assert made.table["supply_per_1000_people"].tolist() == pytest.approx(
        [1000 * ratio, 680 * ratio, 680 * ratio, 0]
    )
    assert made.table["decay"].iloc[0] == "200: 1, 400: 0.68, 600: 0.22"
    assert set(made.table["decay_basis"]) == {"assumption"}
    own = SupplyRule(service="clinic", decay=Decay(breaks=(100,), weights=(1, 0.5)))
    made = measured(VILLAGES, [{"x": 0, "y": 0, "capacity": 10}], own, 600)
    assert made.table["supply_per_1000_people"].iloc[1] == pytest.approx(500 * 10 / 130)
    assert set(made.table["decay_basis"]) == {"given"}


def test_unknown_capacity_is_no_zero():
    made = measured(VILLAGES, [{"x": 0, "y": 400}, {"x": 400, "y": 0, "capacity": 10}])
    assert said(made) == [
        (100.0, "at_least", "capacity_unknown"),
        (100.0, "exact", "within_limit"),
        (-1, "", "capacity_unknown"),
        (0.0, "exact", "no_facility_within_limit"),
    ]
    assert made.facilities["reason"].tolist() == ["capacity_unknown", ""]
    assert np.isnan(made.facilities["capacity_per_1000_people"].iloc[0])
    (note,) = made.findings
    assert (note.code, note.file, note.row) == ("catchment-supply-capacity-unknown", "f.csv", 2)
    city = made.areas.iloc[0]
    assert city[["people_measured", "people_unknown", "people_bounded"]].tolist() == [120, 100, 60]
    assert city[["share_zero", "share_zero_low", "share_zero_high"]].tolist() == pytest.approx(
        [20 / 120, 20 / 220, 120 / 220]
    )


def test_the_unknown_capacity_of_what_serves_is_named_before_what_may_serve():
    sites = [{"x": 0, "y": 0}, {"x": 0, "y": 0, "capacity": 9, "counts": "unknown"}]
    assert said(measured(VILLAGES[:1], sites)) == [(-1, "", "capacity_unknown")]


def test_what_may_serve_or_stands_nobody_knows_where():
    sites = [
        {"x": 0, "y": 0, "capacity": 10},
        {"x": 400, "y": 0, "capacity": 99, "qualifies": "unknown"},
        {"x": None, "capacity": 99, "place_id": "p3"},
        {"x": 9000, "y": 0, "capacity": 99, "qualifies": "no"},
    ]
    made = measured(VILLAGES, sites, limit=300)
    assert said(made) == [
        (166.667, "exact", "within_limit"),
        (-1, "", "below_standard"),
        (0.0, "exact", "no_facility_within_limit"),
        (-1, "", "no_position"),
    ]
    assert made.facilities["facility_id"].tolist() == ["f0", "f2", "f1"]
    assert made.facilities["reason"].tolist() == ["", "no_position", "may_not_serve"]


def test_facilities_that_stand_nobody_knows_where_are_no_zero():
    lost = {"x": None, "capacity": 500}
    made = measured(VILLAGES, [lost])
    assert said(made) == [(-1, "", "no_position")] * 4
    city = made.areas.iloc[0]
    assert (city["people_zero"], city["people_unknown"], city["reason"]) == (0, 220, "unknown")
    (note,) = made.findings
    assert note.code == "catchment-supply-facility-nowhere"
    assert "1 facility that serves or may serve has no position" in note.message("en")
    assert "500" in note.message("zh")
    # beside one that stands somewhere it is told, as in access: others may have less than there is
    made = measured(VILLAGES, [lost, {"x": 0, "y": 0, "capacity": 10}])
    assert {one[1] for one in said(made)} == {"exact"}
    assert [one.code for one in made.findings] == ["catchment-supply-facility-nowhere"]


@pytest.mark.parametrize(("method", "bound"), [("e2sfca", "exact"), ("3sfca", "unsure")])
def test_where_people_choose_a_facility_more_moves_others_too(method, bound):
    # f1 may serve p1; p0 shares f0 with p1, so that p0 has more where p1 goes elsewhere.
    villages = [{"x": 0, "y": 0}, {"x": 400, "y": 0}]
    sites = [{"x": 200, "y": 0, "capacity": 9}, {"x": 600, "y": 0, "counts": "unknown"}]
    made = measured(villages, sites, SupplyRule(service="clinic", method=method), 300)
    assert made.table["bound"].tolist()[0] == bound
    assert made.table["bound"].tolist()[1] == ("at_least" if method == "e2sfca" else "unsure")
    assert made.facilities["bound"].tolist() == [bound, ""]


def test_people_unknown_make_it_at_most():
    villages = [{"x": 0, "y": 0, "people": 50.0}, {"x": 0, "y": 300, "people": np.nan}]
    sites = [{"x": 0, "y": 0, "capacity": 10}, {"x": 0, "y": 600, "capacity": 7}]
    made = measured(villages, sites)
    assert said(made) == [
        (200.0, "at_most", "people_unknown"),
        (200.0, "unsure", "people_unknown"),  # f1 serves it alone: nobody knows how many that are
    ]
    assert made.facilities["reason"].tolist() == ["", "people_unknown"]
    assert [one.code for one in made.findings] == ["catchment-supply-people-unknown"]
    assert made.areas.iloc[0]["places_without_people"] == 1


def test_places_that_stand_nowhere_have_no_figure_and_compete_for_nothing():
    villages = [{"x": 0, "y": 0, "people": 50.0}, {"x": None, "people": 70.0}]
    made = measured(villages, [{"x": 0, "y": 0, "capacity": 10}])
    assert said(made) == [(200.0, "exact", "within_limit"), (-1, "", "no_position")]
    assert made.table["facilities_within_limit"].isna().tolist() == [False, True]
    (note,) = made.findings
    assert note.code == "catchment-supply-people-nowhere"
    assert "1 place with 70 people" in note.message("en")
    assert made.areas.iloc[0]["people_unknown"] == 70


def test_nobody_around_a_facility_leaves_it_unused():
    villages = [{"x": 0, "y": 0, "people": 0.0}, {"x": 900, "y": 0, "people": 10.0}]
    made = measured(villages, [{"x": 0, "y": 0, "capacity": 10}, {"x": 900, "y": 0, "capacity": 0}])
    assert said(made) == [
        (-1, "", "nobody_within_limit"),
        (0.0, "exact", "no_capacity_within_limit"),
    ]
    assert made.facilities["reason"].tolist() == ["nobody_within_limit", ""]
    (note,) = made.findings
    assert "10 units of capacity" in note.message("en")


def test_no_people_at_all_no_facility_at_all():
    made = measured([{"x": 0, "y": 0, "people": 0.0}], [{"x": 5000, "y": 0, "capacity": 1}])
    city = made.areas.iloc[0]
    assert city["reason"] == "nobody"
    assert city[["share_zero", "gini", "supply_per_1000_people"]].isna().all()
    none = measured(VILLAGES, [])
    assert set(none.table["reason"]) == {"no_facility_within_limit"}
    city = none.areas.iloc[0]
    assert (city["share_zero"], city["supply_per_1000_people"]) == (1, 0)
    assert (np.isnan(city["gini"]), city["reason"]) == (True, "nothing_shared")
    access = measure_access(places(VILLAGES), facilities([]), None, [clinic(400)])
    assert list(measure_supply(access, []).areas) == AREA_COLUMNS


def test_an_index_is_no_capacity():
    rule = SupplyRule(service="clinic", method="bfca")
    city = measured(VILLAGES, [{"x": 0, "y": 0, "capacity": 20}], rule).areas.iloc[0]
    assert city["supply_per_1000_people"] > 0
    assert np.isnan(city["capacity_shared"])
    assert city["reason"] == "index_not_capacity"


def test_an_attribute_is_read_as_numbers():
    sites = [
        {"x": 0, "y": 0, "seats": "1,000"},
        {"x": 0, "y": 0, "seats": "12"},
        {"x": 0, "y": 0, "seats": "-3"},
    ]
    made = measured(VILLAGES, sites, SupplyRule(service="clinic", capacity="seats"))
    assert made.facilities["capacity"].fillna(-1).tolist() == [-1, 12, -1]
    assert set(made.table["capacity_attribute"]) == {"seats"}


def test_unknown_ground_may_bring_more_people():
    minutes, unknown = np.ones((20, 20)), np.zeros((20, 20), bool)
    minutes[:, 3], unknown[:, 3] = np.inf, True
    villages = [{"x": 50, "y": 50, "people": 10.0}, {"x": 550, "y": 50, "people": 10.0}]
    access = measure_access(
        places(villages),
        facilities([{"x": 650, "y": 50, "capacity": 1}]),
        None,
        [clinic(1000, mode="surface")],
        surface=surface(minutes=minutes, unknown=unknown),
    )
    made = measure_supply(access, [PLAIN])
    # Whoever lives beyond ground of unknown speed has nothing that is known, and may be one more.
    assert said(made) == [(-1, "", "not_connected"), (100.0, "at_most", "people_unknown")]
    assert made.facilities["bound"].tolist() == ["at_most"]


def test_order_of_rows_does_not_matter():
    sites = [{"x": 0, "y": 0, "capacity": 20}, {"x": 400, "y": 0, "capacity": 5}]
    one = measured(VILLAGES, sites).table
    other = measured(VILLAGES[::-1], sites[::-1]).table[::-1]
    assert other["supply_per_1000_people"].to_numpy() == pytest.approx(
        one["supply_per_1000_people"].to_numpy(), rel=1e-12
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (SupplyRule(service="school"), "service school was not measured; known are clinic"),
        (SupplyRule(service="clinic", capacity="beds"), "no column 'beds'"),
        (SupplyRule(service="clinic", method="sfca"), "method is 'sfca'"),
        (SupplyRule(service="clinic", decay=Decay(breaks=(9, 8))), "breaks are finite"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(rule, words):
    with pytest.raises(MethodError, match=words):
        measured(VILLAGES, [], rule)


def test_nothing_given_is_written_into():
    access = measure_access(places(VILLAGES), facilities([]), None, [clinic(400)])
    before = access.table.copy(), access.places.table.copy(), access.facilities.table.copy()
    measure_supply(access, [PLAIN])
    for old, new in zip(
        before, (access.table, access.places.table, access.facilities.table), strict=True
    ):
        pd.testing.assert_frame_equal(pd.DataFrame(old), pd.DataFrame(new))


def entry(tmp_path, lines):
    path = tmp_path / "study.toml"
    path.write_text(GOOD.replace("limit_m = 500", f"limit_m = 500\n{lines}"), "utf8")
    return read_study_file(path).services[0]


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ("", None),
        ('supply = "none"', None),
        (
            'supply = "2sfca"\nsupply_capacity = "beds"',
            {"method": "2sfca", "capacity": "beds", "title": "床位"},
        ),
        (
            'supply = "3sfca"\nsupply_capacity = "floor_area_m2"\nsupply_decay = "gaussian"',
            {
                "method": "3sfca",
                "capacity": "floor_area_m2",
                "title": "面积",
                "decay": Decay(kind="gaussian"),
            },
        ),
        (
            (
                'supply = "e2sfca"\nsupply_capacity = "beds"\n'
                "supply_breaks = [200]\nsupply_weights = [1, 0.4]"
            ),
            {
                "method": "e2sfca",
                "capacity": "beds",
                "title": "床位",
                "decay": Decay(breaks=(200,), weights=(1, 0.4)),
            },
        ),
        (
            'supply = "bfca"\nsupply_capacity = "beds"\nsupply_weights = [1, 0.4]',
            {
                "method": "bfca",
                "capacity": "beds",
                "title": "床位",
                "decay": Decay(weights=(1, 0.4)),
            },
        ),
    ],
)
def test_a_study_says_how(tmp_path, lines, rule):
    expected = None if rule is None else SupplyRule(service="clinic", **rule)
    assert entry(tmp_path, lines).supply == expected


BEDS = 'supply = "e2sfca"\nsupply_capacity = "beds"\n'


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('supply = "4sfca"', "clinic.supply cannot be '4sfca'; choose one of none, 2sfca"),
        (
            'supply = "2sfca"',
            (
                "supply_capacity is 'capacity', but no [[facilities]] block of clinic names a"
                " column for it; named are: floor_area_m2, beds"
            ),
        ),
        ('supply_capacity = "beds"', "services.clinic.supply_capacity has no effect where supply"),
        (BEDS + 'supply_decay = "gaussian"', "supply_decay has no effect where supply is 'e2sfca'"),
        (BEDS.replace("e2", "2") + "supply_breaks = [100]", "supply_breaks has no effect"),
        (BEDS.replace("e2s", "3s") + 'supply_decay = "line"', "supply_decay cannot be 'line'"),
        (BEDS + "supply_breaks = [100]", "do not fit: [100.0], [1.0, 0.68, 0.22]"),
        (BEDS + "supply_breaks = [300, 600]", "do not fit"),
        (BEDS + "supply_breaks = [300, 200]", "do not fit"),
        (BEDS + "supply_weights = [0.5, 0.6]", "do not fit"),
        (BEDS + "supply_weights = [1, 0]", "do not fit"),
        (BEDS + "supply_weights = []", "do not fit"),
        (BEDS + 'supply_weights = ["a"]', "supply_weights is of the wrong kind"),
    ],
)
def test_a_slip_in_the_study_is_named(tmp_path, lines, words):
    with pytest.raises(StudyError) as caught:
        entry(tmp_path, lines)
    assert words in caught.value.text("en")
    assert caught.value.text("zh") != caught.value.text("en")


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(METHODS))
def test_bounds_hold_whatever_the_truth_is(seed, method):
    # What nobody knows (a capacity, people, whether one serves) is found out: no bound may break.
    rng = np.random.default_rng(seed)
    villages = [
        {"x": x, "y": y, "people": float(rng.integers(0, 99))}
        for x, y in rng.uniform(0, 900, (7, 2))
    ]
    sites = [
        {"x": x, "y": y, "capacity": float(rng.integers(0, 99))}
        for x, y in rng.uniform(0, 900, (4, 2))
    ]
    rule = SupplyRule(service="clinic", method=method)
    truth = measured(villages, sites, rule).table["supply_per_1000_people"]
    sites[0] |= {"capacity": np.nan} if rng.random() < 0.5 else {}
    sites[1] |= {"qualifies": "unknown"} if rng.random() < 0.5 else {}
    villages[0] |= {"people": np.nan} if rng.random() < 0.5 else {}
    told = measured(villages, sites, rule).table
    figure, bound = told["supply_per_1000_people"], told["bound"]
    slack = 1e-9
    for name, broken in (
        ("exact", (figure - truth).abs() > slack),
        ("at_least", figure > truth + slack),
        ("at_most", figure < truth - slack),
    ):
        assert not (broken & (bound == name) & truth.notna()).any(), (name, told, truth)
    assert (figure.isna() == (bound == "")).all()


REASONS = {
    *("within_limit", "no_facility_within_limit", "no_capacity_within_limit", "no_position"),
    *("outside_area", "not_connected", "below_standard", "capacity_unknown", "people_unknown"),
    *("nobody_within_limit", "competition_unsure", "may_not_serve", "nobody", "unknown"),
    "index_not_capacity",
}


def test_every_column_and_word_is_explained():
    top = Path(__file__).parents[1]
    words = tomllib.loads((top / "gapmap" / "words.toml").read_text("utf8"))
    page = (top / "docs" / "outputs.md").read_text("utf8")
    for name, columns in (
        ("supply", SUPPLY_COLUMNS),
        ("supply_facilities", FACILITY_COLUMNS),
        ("supply_areas", AREA_COLUMNS),
    ):
        part = page.split(f"## {name}.csv")[1].split("\n## ")[0]
        own = words.get(f"columns_of_{name}", {})
        for column in columns:
            assert f"`{column}`" in part, f"{name}: {column}"
            assert set(own.get(column, words["columns"].get(column, ()))) == {"zh", "en"}, column
    told = {*METHODS, *REASONS, "exact", "at_least", "at_most", "unsure", "given", "method"}
    told |= {"assumption", "none", "gaussian", "places", "places_counted", "capacity"}
    assert {one for one in told if set(words["values"].get(one, ())) != {"zh", "en"}} == set()


def test_the_plan_s_districts_are_shown_where_they_say_something_else():
    table = pd.DataFrame(
        {
            "service": "clinic",
            "group_kind": ["city", "district", "district", "plan_district", "plan_district"],
            "group": ["city", "A", "B", "B", "A"],
            "group_id": ["city", "1", "2", "B", "A"],
            "people": [9.0, 4.0, np.nan, np.nan, 4.0],
        }
    )
    assert list(but_towns(table)["group_kind"]) == ["city", "district", "district"]
    other = table.assign(people=[9.0, 4.0, np.nan, np.nan, 5.0])
    assert len(but_towns(other)) == 5


def test_the_page_gets_figures_by_place_and_areas_but_towns():
    made = measured(VILLAGES, [{"x": 0, "y": 0, "capacity": 20}])
    told = supply_content(made)
    figures = told["places"]["clinic"]
    assert figures["supply_per_1000_people"] == [100, 100, 100, 0]
    assert figures["facilities_within_limit"] == [1, 1, 1, 0]
    assert "town" not in told["areas"]["group_kind"]
    assert told["facilities"]["capacity_per_1000_people"] == [100]


def test_rates_keep_their_decimals_in_the_workbook(tmp_path):
    tables = measured(VILLAGES, [{"x": 0, "y": 0, "capacity": 1}]).tables()
    book = workbook(tmp_path, tables=tables)
    assert book.sheetnames[1:4] == ["供需", "供需(设施)", "供需(区域)"]
    for sheet, title in (("供需", "每千人供给"), ("供需(设施)", "每千共用人口容量")):
        head = {cell.value: cell.column for cell in book[sheet][4]}
        cell = book[sheet].cell(5, head[title])
        assert cell.value == 5
        assert cell.number_format == '[>=0.005]0.00;[>0]"<0.01";0'
    head = {cell.value: cell.column for cell in book["供需"][4]}
    assert book["供需"].cell(8, head["原因"]).value == "限值内没有设施"
    assert book["供需"].cell(8, head["精确程度"]).value == "准确"
