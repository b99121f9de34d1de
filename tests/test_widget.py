"""The what-if in a notebook, on Python's side: what it holds, and back to the engine."""

from __future__ import annotations

import base64
import gzip
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import toys

import gapmap as gm
from gapmap.scenario import apply_scenario, read_scenario
from gapmap.siting import CandidateSites, candidate_sites
from gapmap.whatif.packing import unpack_texts

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.assessment import Assessment
    from gapmap.whatif import WhatIf
    from gapmap.widget.explorer import Explorer

pytest.importorskip(
    "anywidget", reason="the extra `notebook` brings it; without it is tested below"
)

SWITCHED = {"on": ["bus_shelter@p03"], "off": ["b1"], "limit_m": {"service_centre": 2_500}}


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return gm.assess(toys.access())


@pytest.fixture
def widget(assessed: Assessment) -> Explorer:
    return gm.explore(assessed, service="bus_shelter", candidates={"bus_shelter": "places"})


def held(widget: Explorer) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(widget.packed)))
    return told


def test_it_holds_the_page_s_data_and_no_text_that_runs(widget: Explorer) -> None:
    data = held(widget)
    assert unpack_texts(data["whatif"]["services"]["bus_shelter"]["candidate"])[0] == "p00"
    assert data["about"]["simulated"] == ["places.csv", "facilities.xlsx"]
    assert data["findings"] == {}
    assert toys.HOSTILE[0] not in widget.packed
    assert widget.service == "bus_shelter"
    assert widget.scenario == {}


def test_its_module_asks_for_nothing_and_stands_alone(widget: Explorer) -> None:
    module = widget._esm
    assert "import(" not in module
    assert "@import" not in module
    assert "GAPMAP_STYLES" not in module
    assert "fetch(" not in module


def test_what_is_switched_is_measured_by_the_engine(widget: Explorer, assessed: Assessment) -> None:
    widget.scenario = SWITCHED
    access = assessed.access
    sites = CandidateSites(table=candidate_sites(access.places, "places"))
    facilities, services = apply_scenario(
        widget.chosen,
        access.places,
        access.facilities,
        access.services,
        candidates={"bus_shelter": sites},
    )
    want = gm.assess(gm.measure_access(access.places, facilities, None, services))
    have = widget.assessment()
    pd.testing.assert_frame_equal(have.coverage, want.coverage)
    pd.testing.assert_frame_equal(have.gaps, want.gaps)
    assert not have.coverage.equals(assessed.coverage)


def test_nothing_switched_is_the_state_that_it_started_from(
    widget: Explorer, assessed: Assessment
) -> None:
    pd.testing.assert_frame_equal(widget.assessment().coverage, assessed.coverage)


def test_what_the_widget_would_leave_out_is_refused_and_not_written_back(widget: Explorer) -> None:
    widget.scenario = SWITCHED
    switches = widget._what_if.switches
    stays = replace(switches[0], stay_on=np.array([0]))
    fixed = str(stays.sites.table["facility_id"].iloc[0])
    widget._what_if = replace(widget._what_if, switches=(stays, *switches[1:]))
    for wrong, named in (
        ({"off": [fixed]}, fixed),
        ({"limit_m": {"bus_shelter": 333.333}}, "limit_m: bus_shelter"),
        ({"limit_m": {"bus_shelter": 1e7}}, "limit_m: bus_shelter"),
        ({"date": "2014-05-05"}, "date: 2014-05-05"),
    ):
        with pytest.raises(gm.MethodError, match=named) as raised:
            widget.scenario = wrong
        assert named in raised.value.text("zh")
        assert widget.scenario == SWITCHED
    widget.scenario = {"limit_m": {"bus_shelter": 333.3}}


def test_costs_of_a_service_s_sites_are_held(assessed: Assessment) -> None:
    made = gm.explore(
        assessed,
        service="bus_shelter",
        candidates={"bus_shelter": "places"},
        costs={"bus_shelter": 30_000.0},
    )
    assert set(held(made)["whatif"]["services"]["bus_shelter"]["cost"]) == {30_000.0}
    with pytest.raises(gm.MethodError, match="shelter"):
        gm.explore(assessed, costs={"shelter": 1.0})


def test_it_saves_what_the_command_line_reads(widget: Explorer, tmp_path: Path) -> None:
    widget.scenario = SWITCHED
    path = widget.save(tmp_path / "new" / "what-if.json")
    told = read_scenario(path)
    assert (told.on, told.off) == (("bus_shelter@p03",), ("b1",))
    assert told.limit_m == {"service_centre": 2_500}


def test_a_proposal_brings_its_candidates(assessed: Assessment) -> None:
    proposal = gm.propose_sites(assessed, service="bus_shelter", count=2)
    data = held(gm.explore(assessed, proposals=proposal))
    switches = data["whatif"]["services"]
    assert len(unpack_texts(switches["bus_shelter"]["candidate"])) == 10
    assert unpack_texts(switches["service_centre"]["candidate"]) == []
    proposed = set(data["proposals"][0]["sites"]["site_id"])
    assert proposed <= {
        f"bus_shelter@{one}" for one in unpack_texts(switches["bus_shelter"]["candidate"])
    }


def test_all_proposals_of_a_service_are_kept(
    assessed: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gapmap.widget import explorer  # noqa: PLC0415 - needs the extra

    heard: list[dict[str, set[str]]] = []
    made = explorer.make_what_if

    def listen(*given: Any, proposed: dict[str, set[str]], costs: None) -> WhatIf:
        heard.append(proposed)
        return made(*given, proposed=proposed, costs=costs)

    monkeypatch.setattr(explorer, "make_what_if", listen)
    both = gm.propose_sites(assessed, service="bus_shelter", count=2)
    ids = both.sites["site_id"].astype(str).tolist()
    one, other = (replace(both, sites=both.sites.iloc[[n]]) for n in range(2))
    gm.explore(assessed, proposals=[one, other])
    assert heard == [{"bus_shelter": set(ids)}]


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        ({"on": ["nowhere"]}, "nowhere"),
        ({"limit": {}}, "limit"),
        ({"no_sailing": True}, "gapmap run --scenario"),
        ({"limit_m": {"bus_shelter": -1}}, "-1"),
    ],
)
def test_what_it_cannot_do_is_refused_and_changes_nothing(
    widget: Explorer, scenario: dict[str, object], told: str
) -> None:
    with pytest.raises(gm.GapmapError, match=told):
        widget.scenario = scenario
    assert widget.scenario == {}


def test_a_service_that_was_not_measured_is_refused(widget: Explorer, assessed: Assessment) -> None:
    with pytest.raises(gm.MethodError, match="bus_shelter, service_centre"):
        widget.service = "clinic"
    with pytest.raises(gm.MethodError, match="bus_shelter, service_centre"):
        gm.explore(assessed, service="clinic")


@pytest.mark.parametrize(("name", "call"), [("anywidget", "explore"), ("lonboard", "map_large")])
def test_without_the_extra_it_says_what_to_install(
    name: str, call: str, assessed: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(gm.MethodError, match=f"pip install {name}") as raised:
        getattr(gm, call)(assessed, service="bus_shelter")
    assert f"pip install {name}" in raised.value.text("zh")
    assert "尚未安装" in raised.value.text("zh")


def test_very_many_places_are_drawn_in_the_page_s_colours(assessed: Assessment) -> None:
    pytest.importorskip("lonboard", reason="the extra `large` brings it")
    drawn = gm.map_large(assessed, service="bus_shelter", language="en")
    [layer] = drawn.layers
    rows = assessed.access.table
    status = rows.loc[(rows["service"] == "bus_shelter") & (rows["place_id"] != "p10"), "status"]
    colour = {"covered": [27, 108, 168, 210], "uncovered": [213, 94, 0, 255]}
    want = [colour.get(one, [140, 140, 140, 210]) for one in status]
    have = [list(one.as_py()) for one in layer.get_fill_color]
    assert have == want
    assert "simulated" in layer.table["data"][0].as_py()
    assert drawn.basemap is None
