"""How sure the figures are, from the draws to tables, page and figure; on toys."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import toy_results
import toys
from builders import clinic, facilities, places

import gapmap as gm
from gapmap.access import measure_access
from gapmap.assessment import assess
from gapmap.errors import MethodError
from gapmap.findings import finding
from gapmap.outputs.figures.pen import Pen
from gapmap.outputs.figures.tornado import draw_tornado
from gapmap.outputs.fonts import lettering
from gapmap.outputs.tables import result_tables
from gapmap.plan import read_plan
from gapmap.records import no_records
from gapmap.report import Insights
from gapmap.report.sure import sure_content
from gapmap.sensitivity import (
    CERTAINTY_COLUMNS,
    DIFFERENCE_COLUMNS,
    INTERVAL_COLUMNS,
    SITE_COLUMNS,
    TARGET_DRAW_COLUMNS,
    TORNADO_COLUMNS,
    Assumptions,
    Draw,
)
from gapmap.sensitivity.watching import SitesSeen, TargetsSeen
from gapmap.siting import propose_sites
from gapmap.study import insights
from gapmap.study.value import Steps
from gapmap.studyfile import SensitivityEntry
from gapmap.targets import asked_of

TOP = Path(__file__).parents[1]
TABLES = {
    "intervals": INTERVAL_COLUMNS,
    "gap_intervals": DIFFERENCE_COLUMNS,
    "certainty": CERTAINTY_COLUMNS,
    "target_draws": TARGET_DRAW_COLUMNS,
    "site_draws": SITE_COLUMNS,
    "tornado": TORNADO_COLUMNS,
}


@pytest.fixture(scope="module")
def assessed():
    """Give the toy city, its facilities typed as a reader types them."""
    held = toys.facilities()
    held = replace(held, table=held.table.astype({"row": "Int64"}))
    return toys.assessment(measure_access(toys.places(), held, None, toys.SERVICES))


@pytest.fixture(scope="module")
def proposed(assessed):
    return propose_sites(assessed, service="bus_shelter", count=2)


@pytest.fixture(scope="module")
def varied(assessed, proposed):
    """Take a run's own way: from the study's block to what the run found."""
    asked = SensitivityEntry(draws=20, assumptions=Assumptions(position_m=300.0))
    study = SimpleNamespace(file=SimpleNamespace(sensitivity=asked, seed=3))
    return insights._vary(study, assessed, (proposed,), Steps())


def test_a_run_without_the_block_draws_nothing(assessed) -> None:
    study = SimpleNamespace(file=SimpleNamespace(sensitivity=None, seed=3))
    assert insights._vary(study, assessed, (), Steps()) is None
    tables = result_tables(toy_results.results(assessed), ())
    assert tables["coverage"]["share_people_draw_low"].isna().all()
    assert tables["targets"]["met_share_of_draws"].isna().all()
    assert tables["proposals"]["chosen_share"].isna().all()
    assert "intervals" not in tables


def test_the_tables_tell_what_was_drawn(assessed, proposed, varied) -> None:
    assert varied.findings == (finding("sensitivity-few-draws", count=20, few=100),)
    results = toy_results.results(assessed, proposals=(proposed,), insights=Insights(varied=varied))
    tables = result_tables(results, ())
    for name, columns in TABLES.items():
        assert [*tables[name].columns] == [*columns, "simulated"], name
        assert set(tables[name]["basis"]) <= {"assumption", ""}, name
    coverage, intervals = tables["coverage"], tables["intervals"]
    np.testing.assert_array_equal(coverage["share_people_draw_low"], intervals["share_draw_low"])
    assert len(tables["gap_intervals"]) == len(tables["gaps"])
    assert len(tables["certainty"]) == len(assessed.access.table)
    chosen = tables["proposals"]["chosen_share"]
    assert chosen.between(0, 1).all()
    assert set(tables["target_draws"]["reason"]) == {"not_varied"}
    for name in ("intervals", "gap_intervals"):
        ends = tables[name].filter(like="_draw_")
        assert (ends.notna().all(axis=1) | (tables[name]["reason"] != "")).all(), name


def test_the_same_seed_gives_the_same_tables(assessed, proposed, varied) -> None:
    again = gm.vary(assessed, proposed, assumptions=varied.assumptions, count=20, seed=3)
    for name, table in varied.tables().items():
        assert table.equals(again.tables()[name]), name


def test_every_column_has_words_and_a_line_in_the_documentation() -> None:
    words = tomllib.loads((TOP / "gapmap" / "words.toml").read_text("utf8"))
    page = (TOP / "docs" / "outputs.md").read_text("utf8")
    for name, columns in TABLES.items():
        part = page.split(f"## {name}.csv")[1].split("\n## ")[0]
        assert {f"sheet_{name}", f"row_of_{name}"} <= set(words["values"])
        for column in columns:
            assert set(words["columns"].get(column, {})) == {"zh", "en"}, column
            assert f"`{column}`" in part, f"{name}: {column}"


def test_what_the_page_shows(assessed, varied) -> None:
    told = sure_content(varied)
    assert told["count"] == 20
    assert told["assumptions"]["position_m"] == 300
    places_told = told["places"]["bus_shelter"]
    assert len(places_told["certainty"]) == len(assessed.access.places.table)
    assert len(told["targets"]) == len(assessed.targets)
    shown = varied.differences.loc[told["gaps"]["number"]]
    assert told["gaps"]["difference_draw_low"] == pytest.approx(  # rounded to what is shown
        shown["difference_draw_low"].to_list(), abs=5e-6
    )
    drawn = varied.differences["difference_draw_low"].notna()
    towns = assessed.gaps["comparison"] == "town-city"
    assert [*shown.index] == [*assessed.gaps.index[drawn & ~towns]]
    assert len(shown) < drawn.sum()


def test_the_figure_draws_the_widest_swings(assessed, varied) -> None:
    pen = Pen(toy_results.results(assessed), lettering(None), "en")
    figure = draw_tornado(pen, varied)
    swings = varied.tornado
    drawn = int(((swings["share_swing"] > 0) & (swings["rank"] <= 3)).sum())
    assert len(figure.axes[0].get_yticklabels()) == drawn > 0
    still = replace(varied, tornado=swings.assign(share_swing=0.0))
    assert len(draw_tornado(pen, still).axes[0].patches) == 0


# ---- targets and sites ------------------------------------------------------------------


def drawn(assessment, status: list[int], **more: object) -> Draw:
    people = assessment.access.places.table["people"].to_numpy(dtype=float)
    return Draw(
        number=0,
        factors={},
        people=people,
        people_factor=np.ones(len(people)),
        places_xy=np.zeros((len(people), 2)),
        limit={},
        status={"bus_service": np.array(status, dtype=np.int8)},
        value={"bus_service": np.zeros(len(people))},
        **more,
    )


@pytest.fixture(scope="module")
def planned():
    """Four villages and a plan that wants buses in all of them."""
    village = places([{"x": 100.0 * n, "y": 0, "place": f"{n}村委会"} for n in range(4)])
    buses = facilities([{"x": 0, "y": 0, "service": "bus_service"}], services=("bus_service",))
    service = replace(clinic(), id="bus_service", limit=150.0)
    access = measure_access(village, buses, None, [service])
    return assess(access, read_plan("zhuhai-2012-2014"), records=no_records())


def test_presence_that_hangs_on_where_a_facility_stands_is_held(planned) -> None:
    access = planned.access
    for basis, why in (("code", "not_varied"), ("nearest", "held"), ("polygon", "held")):
        table = access.facilities.table.assign(service="bus_shelter", place_basis=basis)
        moved = replace(access, facilities=replace(access.facilities, table=table))
        _, reasons = asked_of(planned.plan, moved, planned.records, planned.targets)
        mine = planned.targets["target"] == "village-bus-shelter"
        assert set(np.array(reasons)[mine]) == {why}


def test_a_target_is_met_in_so_many_draws(planned) -> None:
    seen = TargetsSeen(planned)
    stream = [drawn(planned, one) for one in ([1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 2, 1])]
    assert len(list(seen.watching(stream * 20))) == 60
    table = seen.table(60)
    assert len(table) == len(planned.targets)
    buses = table[table["target"] == "village-bus-service"]
    city = buses[buses["overall"].astype(bool)].iloc[0]
    assert city["met_share_of_draws"] == pytest.approx(1 / 3)  # who is unknown is not served
    assert (city["achieved_draw_low"], city["achieved_draw_high"]) == (0.75, 1.0)
    assert (city["draws"], city["basis"], city["reason"]) == (60, "assumption", "")
    others = table[table["target"] != "village-bus-service"]
    assert set(others["reason"]) <= {"not_varied", "held", "not_judged"}
    assert others["met_share_of_draws"].isna().all()
    reasons = table.set_index("target")["reason"]
    assert reasons["village-bus-shelter"].iloc[0] == "not_varied"
    assert (reasons["island-ferry-access"] == "held").all()


def test_a_unit_that_nobody_can_measure_leaves_the_whole_open(planned) -> None:
    """All districts must have buses; but for those of the villages none has a place here."""
    (target,) = [one for one in planned.plan.targets if one.id == "village-bus-service"]
    told = {}
    for districts in (("香洲区", "斗门区"), ("香洲区", "斗门区", "金湾区")):
        kept = tuple(one for one in planned.plan.districts if one.id in districts)
        plan = replace(
            planned.plan, targets=(replace(target, each="plan_district"),), districts=kept
        )
        table = planned.access.places.table.assign(plan_district=["香洲区"] * 2 + ["斗门区"] * 2)
        home = replace(planned.access.places, table=table)
        made = assess(replace(planned.access, places=home), plan, records=no_records())
        seen = TargetsSeen(made)
        list(seen.watching([drawn(made, [1, 1, 1, 1])] * 20))
        told[len(districts)] = seen.table(20)
    assert told[2]["met_share_of_draws"].tolist() == [1, 1, 1]
    assert told[3]["reason"].tolist() == ["not_judged", "", "", "not_judged"]
    assert told[3]["met_share_of_draws"].isna().tolist() == [True, False, False, True]


def test_a_target_judged_again_as_assessed_says_what_was_assessed(planned) -> None:
    seen = TargetsSeen(planned)
    words = {"uncovered": 0, "covered": 1, "unknown": 2}
    status = [words[one] for one in planned.access.table["status"]]
    list(seen.watching([drawn(planned, status)] * 20))
    table = seen.table(20)
    told = table[table["reason"] == ""]
    assert len(told) > 0
    np.testing.assert_allclose(told["achieved_draw_low"], told["achieved"], atol=1e-6)
    met = planned.targets.loc[told.index, "status"] == "met"
    assert ((told["met_share_of_draws"] == 1) == met).all()


def test_a_site_is_chosen_in_so_many_draws(assessed, proposed) -> None:
    seen = SitesSeen((proposed,))
    first, second = proposed.sites["site_id"]
    other = "bus_shelter@" + str(assessed.access.places.table["place_id"].iloc[0])
    chosen = [(first, second), (first, other), (first, "bus_shelter@elsewhere")]
    size = len(assessed.access.places.table)
    stream = [
        replace(drawn(assessed, [0] * size), sites={"bus_shelter": one}) for one in chosen
    ] + [drawn(assessed, [0] * size)]  # this one was not asked
    list(seen.watching(stream))
    table = seen.table().set_index("site_id")
    assert set(table["draws"]) == {3}
    assert table.loc[first, "chosen_share"] == 1
    assert table.loc[second, "chosen_share"] == pytest.approx(1 / 3)
    assert table.loc[other, "name"] == assessed.access.places.table["place"].iloc[0]
    assert not table.loc[other, "proposed"]
    assert table.loc["bus_shelter@elsewhere", "name"] == ""


def test_sites_are_named_by_the_candidates_not_by_a_place_of_the_same_id(assessed) -> None:
    """The layer's p2 stands at the first place, and the second place is called p2."""
    table = assessed.access.places.table
    sites = table[["geometry"]].iloc[:3].assign(
        site_id=[*table["place_id"].iloc[[1, 2, 0]]], name=["甲地块", "乙地块", "丙地块"]
    )  # fmt: skip
    proposal = propose_sites(assessed, service="bus_shelter", count=1, candidates=sites)
    seen = SitesSeen((proposal,))
    every = tuple(f"bus_shelter@{one}" for one in sites["site_id"])
    list(seen.watching([replace(drawn(assessed, [0] * len(table)), sites={"bus_shelter": every})]))
    told = seen.table().set_index("site_id")["name"]
    assert told.loc[[*every]].tolist() == ["甲地块", "乙地块", "丙地块"]


# ---- bad input --------------------------------------------------------------------------


def test_two_proposals_of_one_service_are_refused_and_one_of_none(assessed, proposed) -> None:
    other = propose_sites(assessed, service="bus_shelter", count=1)
    with pytest.raises(MethodError, match="2 proposals are of 'bus_shelter'"):
        gm.vary(assessed, [proposed, other], count=1)
    with pytest.raises(MethodError, match="'shop', which is not measured"):
        gm.vary(assessed, replace(proposed, service="shop"), count=1)


@pytest.mark.parametrize("wrong", [-1, 1.5, "3", None, True])
def test_a_count_or_seed_that_is_no_whole_number_is_refused(assessed, wrong) -> None:
    for name in ("count", "seed"):
        with pytest.raises(MethodError, match=f"{name} is .* no whole number"):
            gm.vary(assessed, **{"count": 1, name: wrong})


def test_assumptions_on_a_file_or_a_basis_that_there_is_not_are_refused(assessed) -> None:
    with pytest.raises(MethodError, match=r"'typo.csv', of which no place"):
        gm.vary(assessed, count=1, assumptions=Assumptions(position_m_by_file={"typo.csv": 5.0}))
    for bases in ("assumption", ("asumption",)):
        with pytest.raises(MethodError, match="limit_bases must be some of assumption, standard"):
            Assumptions(limit_bases=bases)


def test_no_draw_is_refused_and_one_is_enough(assessed) -> None:
    with pytest.raises(MethodError, match="at least one"):
        gm.vary(assessed, count=0)
    one = gm.vary(assessed, count=1)
    for table in (one.intervals, one.differences, one.targets):
        assert table.filter(regex="_draw_(low|high)").isna().all(axis=None)
        assert (table["reason"] != "").all()
    assert {"too_few_draws"} <= {*one.intervals["reason"], *one.differences["reason"]}
    assert not one.certainty["certainty"].str.startswith("firmly").any()
    assert (one.tornado["share_swing"].notna() | (one.tornado["reason"] != "")).all()
    assert len(one.sites) == 0


def test_where_nothing_varies_the_interval_is_the_figure_and_a_warning_says_so(assessed) -> None:
    still = gm.vary(assessed, assumptions=Assumptions.nothing(), count=20)
    table = still.intervals
    np.testing.assert_allclose(table["share_draw_low"], table["share_people"])
    np.testing.assert_allclose(table["share_draw_high"], table["share_people"])
    assert "sensitivity-nothing-varies" in [one.code for one in still.findings]
    assert len(still.tornado) == 0


def test_places_that_count_one_each_do_not_vary(assessed) -> None:
    held = assessed.access
    table = held.places.table.assign(people=1.0)
    alike = replace(held.places, table=table, weight="places")
    made = assess(measure_access(alike, held.facilities, None, held.services))
    told = gm.vary(made, assumptions=replace(Assumptions.nothing(), people=0.5), count=20)
    assert told.assumptions.people == 0
    np.testing.assert_allclose(told.intervals["share_draw_low"], told.intervals["share_people"])


def test_nobody_and_nothing_known() -> None:
    lost = places([{"x": None}, {"x": None, "people": np.nan}])
    made = assess(measure_access(lost, facilities([{"x": 0, "y": 100}]), None, [clinic()]))
    told = gm.vary(made, count=3)
    assert set(told.intervals["reason"]) == {"nobody_known"}
    assert set(told.certainty["certainty"]) == {"unknown"}
    assert set(told.differences["reason"]) <= {"nobody_known", "not_drawn"}
