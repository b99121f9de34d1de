"""A what-if file made from proposed sites gives the state that the proposal promises."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

import gapmap as gm
from gapmap.scenario import apply_scenario, read_scenario

ZHUHAI = Path(__file__).parents[1] / "data" / "zhuhai" / "study.toml"
SERVICE = "cultural_room"
COUNT = 20  # as study.toml asks


def test_proposed_sites_as_a_scenario_give_the_proposal_s_after_state(tmp_path: Path) -> None:
    study = gm.read_study(ZHUHAI)
    services = tuple(one for one in study.services if one.id == SERVICE)
    access = gm.measure_access(study.places, study.facilities, study.network, services)
    before = gm.assess(access, study.plan, records=study.records)
    proposal = gm.propose_sites(
        before, service=SERVICE, count=COUNT, candidates=study.candidates[SERVICE]
    )
    file = tmp_path / "sites.json"
    file.write_text(json.dumps({"on": [str(one) for one in proposal.sites["site_id"]]}), "utf8")

    facilities, limits = apply_scenario(
        read_scenario(file), study.places, study.facilities, services, candidates=study.candidates
    )
    again = gm.measure_access(study.places, facilities, study.network, limits)
    after = gm.assess(again, study.plan, records=study.records)

    assert len(proposal.sites) == COUNT
    assert not after.coverage.equals(before.coverage)
    pd.testing.assert_frame_equal(after.coverage, proposal.after.coverage)
    pd.testing.assert_frame_equal(after.gaps, proposal.after.gaps)
    pd.testing.assert_frame_equal(after.targets, proposal.after.targets)
    columns = ["place_id", "status", "reason", "distance_m", "minutes", "facility"]
    pd.testing.assert_frame_equal(again.table[columns], proposal.after.access.table[columns])
