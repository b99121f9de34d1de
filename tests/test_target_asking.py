"""Tallies by district: what the plan does not ask of a district is not counted."""

from __future__ import annotations

import pandas as pd

from gapmap.targets.asking import by_district, is_asked
from gapmap.targets.said import said, sentence

COLUMNS = ("target", "scope_kind", "unit", "unit_zh", "overall", "required", "achieved", "status",
           "reason")  # fmt: skip
NAN = float("nan")
ROWS = [
    ("roads", "city", "city", "全市", True, 1.0, 0.5, "overdue", "1 of 2 reach it"),
    ("roads", "plan_district", "东区", "东区", False, 1.0, 1.0, "met", "all villages"),
    ("roads", "plan_district", "西区", "西区", False, 1.0, NAN, "not_measurable",
     "there are no villages in West"),
    ("clinics", "city", "city", "全市", True, 11.0, 12.0, "met", "12 facilities"),
    ("clinics", "plan_district", "东区", "东区", False, NAN, 9.0, "not_measurable", "9 facilities"),
    ("pension", "city", "city", "全市", True, 0.9, NAN, "not_measurable", "no figures"),
    ("pension", "plan_district", "西区", "西区", False, 0.9, NAN, "not_measurable",
     "the study has no figures"),
    ("eco", "city", "city", "全市", True, 0.8, 0.7, "overdue", "1 of 2 reach it"),
    ("eco", "district", "440402", "东区", False, 0.8, 0.9, "met", "9 of 10 towns"),
    ("eco", "district", "440499", "别区", False, 0.8, 0.5, "overdue", "5 of 10 towns"),
    ("gap", "plan_district", "西区", "西区", True, 80.0, 35.0, "met", "gap 35"),
    ("station", "town", "t1", "甲镇", False, 1.0, 1.0, "met", "1 facility"),
]  # fmt: skip


def table(rows: list[tuple[object, ...]] = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_what_is_not_asked_of_a_district_is_told_apart() -> None:
    told = by_district(table())
    asked = {(row.target, row.board_unit): row.asked for row in told.itertuples()}
    assert asked == {
        ("roads", "东区"): True,
        ("roads", "西区"): False,  # no villages there
        ("clinics", "东区"): False,  # the number is the whole's
        ("pension", "西区"): True,  # asked, but nobody reported
        ("eco", "东区"): True,  # judged by the administrative district of this name
        ("gap", "西区"): True,  # a target of this district alone
    }


def test_a_plan_without_districts_is_told_by_the_studys() -> None:
    told = by_district(table([row for row in ROWS if row[1] != "plan_district"]))
    assert list(told["board_unit"]) == ["440402", "440499"]
    assert list(told["asked"]) == [True, True]


def test_a_unit_without_such_areas_is_known_by_the_sentence_as_reasons_has_it() -> None:
    without = said("no_areas", level={"en": "villages"}, unit={"en": "West"})
    reasons = [[without], [said("no_number"), without], [said("no_unit", unit={"en": "West"})]]
    rows = table([ROWS[2]] * 3).assign(reason=[sentence(one, "en") for one in reasons])
    assert is_asked(rows, pd.Series({"roads": 1.0})).tolist() == [False, False, True]
