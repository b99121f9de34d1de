"""The table of inequality: hand-computed toys, and a reason wherever a value is empty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from builders import clinic, facilities, places

from gapmap import equity
from gapmap.access import measure_access
from gapmap.assessment.coverage import coverage_of
from gapmap.assessment.inequality import EQUITY_COLUMNS, inequality_of

if TYPE_CHECKING:
    import pandas as pd

HOMES = [
    {"x": 0, "y": 0, "people": 300.0, "setting": "urban", "income": 9.0},  # 100 m
    {"x": 0, "y": 1000, "people": 100.0, "income": 4.0},  # 900 m
    {"x": 15000, "y": 100, "people": 50.0, "income": 2.0},  # 15,000 m
    {"x": None, "people": 50.0, "income": 1.0},  # nobody knows where
    {"x": 0, "y": 600, "people": np.nan, "income": 5.0},  # nobody knows how many
]


def access(rows=HOMES, *, sites=({"x": 0, "y": 100},), service=None):
    built = facilities(list(sites), services=("clinic",))
    return measure_access(places(rows), built, None, [service or clinic()])


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return inequality_of(access()).set_index("measure")


WAYS, PEOPLE = [100.0, 900.0, 15000.0], [300.0, 100.0, 50.0]


def test_measures_are_those_of_the_way_by_people(table) -> None:
    assert table["value"]["gini"] == pytest.approx(equity.gini(WAYS, PEOPLE))
    assert table["value"]["theil_l"] == pytest.approx(equity.theil_l(WAYS, PEOPLE).total)
    for by, groups in (("setting", "urr"), ("district", "112")):
        parts = equity.theil(WAYS, PEOPLE, list(groups))
        assert table["value"][f"theil_between_{by}"] == pytest.approx(parts.between)
        assert table["value"][f"theil_within_{by}"] == pytest.approx(parts.within)
    assert table["people"]["gini"] == 450
    assert table["people_left_out"]["gini"] == 50
    assert table["by"]["palma"] == "access"


def test_shortfall_against_the_limit_by_hand(table) -> None:
    assert table["value"]["fgt_0"] == pytest.approx(150 / 450)
    assert table["value"]["fgt_1"] == pytest.approx((100 * 0.8 + 50 * 29) / 450)
    assert table["value"]["fgt_2"] == pytest.approx((100 * 0.64 + 50 * 29**2) / 450)


def test_dissimilarity_and_variation_by_hand(table) -> None:
    # d1: 300 covered, 100 not; d2: none, 50; of the covered 1 and 0, of the others 2/3 and 1/3
    assert table["value"]["dissimilarity_district"] == pytest.approx(1 / 3)
    assert table["value"]["dissimilarity_setting"] == pytest.approx(1)  # urban all, rural none
    # shares 0.75 and 0 of 400 and 50 people: mean 2/3
    deviation = np.sqrt((400 * (0.75 - 2 / 3) ** 2 + 50 * (2 / 3) ** 2) / 450)
    assert table["value"]["variation_district"] == pytest.approx(deviation / (2 / 3))
    assert table["quantity"]["variation_district"] == "share_people"


def test_people_are_ranked_by_income_where_the_study_has_it(table) -> None:
    covered, income = [1.0, 0.0, 0.0], [9.0, 4.0, 2.0]
    plain = equity.concentration(covered, PEOPLE, income)
    assert plain > 0  # the rich have it
    assert table["value"]["concentration_covered"] == pytest.approx(plain)
    assert table["value"]["concentration_erreygers"] == pytest.approx(4 * plain * 300 / 450)
    assert table["value"]["concentration_way"] == pytest.approx(
        equity.concentration(WAYS, PEOPLE, income)
    )
    # a tenth are 45 of d1's 300; the two fifths are 50 of the third place, 100 of the second, 30
    poor = (50 * WAYS[2] + 100 * WAYS[1] + 30 * WAYS[0]) / 180
    assert table["value"]["palma_income"] == pytest.approx(WAYS[0] / poor / 4)
    without = [{key: value for key, value in home.items() if key != "income"} for home in HOMES]
    told = inequality_of(access(without))
    assert not told["measure"].str.startswith(("concentration", "palma_")).any()
    unknown = inequality_of(access([{**home, "income": np.nan} for home in HOMES]))
    assert set(unknown.loc[unknown["by"] == "income", "reason"]) == {"no_income"}


def test_who_cannot_get_there_is_beyond_the_limit_and_out_of_what_needs_a_way() -> None:
    measured = access()
    far = measured.table["distance_m"].where([True, True, False, True, True])
    told = inequality_of(replace(measured, table=measured.table.assign(distance_m=far)))
    told = told.set_index("measure")
    assert told["value"]["fgt_0"] == pytest.approx(150 / 450)
    assert told["people"].loc[["fgt_0", "fgt_1"]].tolist() == [450, 400]
    assert told["people_left_out"].loc[["fgt_0", "fgt_1"]].tolist() == [50, 100]


@pytest.mark.parametrize(
    ("rows", "sites", "reasons"),
    [
        (HOMES, (), {"gini": "unreachable", "fgt_0": "", "dissimilarity_town": "nobody_covered"}),
        ([{**h, "people": 0.0} for h in HOMES], None, {"gini": "nobody", "fgt_0": "nobody"}),
        ([{**h, "people": np.nan} for h in HOMES], None, {"gini": "nobody"}),
        (HOMES[3:4], None, {"gini": "status_unknown", "variation_district": "status_unknown"}),
        (HOMES[:1], None, {"gini": "", "dissimilarity_district": "all_covered", "theil_l": ""}),
        (
            [{"x": 0, "y": 100}, {"x": 0, "y": 900}],
            None,
            {"gini": "", "theil_l": "some_have_no_way", "palma": "two_fifths_have_no_way"},
        ),
    ],
)
def test_nothing_is_empty_without_a_reason(rows, sites, reasons) -> None:
    told = inequality_of(access(rows, **({} if sites is None else {"sites": sites})))
    assert list(told.columns) == EQUITY_COLUMNS
    assert (told["value"].isna() == (told["reason"] != "")).all()
    assert not np.isinf(told["value"]).any()
    assert told["measure"].is_unique
    by = told.set_index("measure")["reason"]
    assert {name: by[name] for name in reasons} == reasons


def test_a_service_without_a_limit_has_no_shortfall() -> None:
    told = inequality_of(access(service=clinic(0))).set_index("measure")
    assert set(told["reason"].loc[["fgt_0", "fgt_1", "fgt_2"]]) == {"no_limit"}
    assert told["reason"]["gini"] == ""


def test_the_share_beyond_the_limit_is_what_coverage_lacks() -> None:
    measured = access()
    city = coverage_of(measured).query("group_kind == 'city'")["share_people"].iloc[0]
    told = inequality_of(measured).set_index("measure")
    assert told["value"]["fgt_0"] == pytest.approx(1 - city)
