"""Comparing two states or two runs: tables with causes, and what a manifest keeps of a study."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import toy_results
from test_change import EARLY, LATE, OLD, STOP, VILLAGES, listed, measured, places

import gapmap as gm
from gapmap.change import causes, explained, read_access
from gapmap.change.tables import compare_folders
from gapmap.cli.comparing import _show
from gapmap.errors import InputError, MethodError
from gapmap.outputs.figures.causes import draw_causes, write_causes
from gapmap.outputs.fonts import chinese_font, lettering
from gapmap.outputs.manifest import manifest, write_json
from gapmap.outputs.tables import write_csv
from gapmap.study.again import check_result, find_again
from gapmap.studyfile import read_study_file, study_file_of

TOP = Path(__file__).parents[1]
STUDIES = sorted(TOP.glob("data/*/study.toml"))
NEW = {"id": "s2", "at": 6_000, "opened": "2013-05-01"}


@pytest.fixture(scope="module")
def states() -> tuple[gm.Access, gm.Access]:
    return measured(listed(OLD, date=EARLY)), measured(listed(OLD, NEW, date=LATE))


def test_two_states_have_tables_and_causes(states) -> None:
    change = gm.compare(*states)
    city = change.coverage[change.coverage["group_kind"] == "city"].iloc[0]
    assert (city["people_covered_a"], city["people_covered_b"]) == (100, 500)
    assert len(change.targets) == 0
    gained = change.places[change.places["why"] == "gained"].iloc[0]
    assert (gained["place_id"], gained["cause"]) == ("p3", "new")
    assert gained["responsible_facility_id"] == "s2"
    others = change.places[change.places["why"] != "gained"]
    assert set(others["cause"]) == {""}
    assert change.name("stop", "zh") == "站"
    assert change.name("unknown", "zh") == "unknown"
    assert not change.simulated
    assessed = gm.compare(*(gm.assess(one) for one in states))
    pd.testing.assert_frame_equal(assessed.causes, change.causes)


def test_what_becomes_unknown_is_neither_lost_nor_gained(states) -> None:
    """p1 is covered, p3 is not; nobody knows whether the later list's stops are in use."""
    doubtful = [one | {"in_use": "unknown"} for one in (OLD, NEW)]
    unsure = measured(listed(*doubtful, date=LATE))
    change = gm.compare(states[0], unsure)
    assert dict(zip(change.places["place_id"], change.places["why"], strict=True)) == {
        "p1": "became_unknown", "p3": "became_unknown", **dict.fromkeys(["p2", "p4"], "reason")
    }  # fmt: skip
    back = gm.compare(unsure, states[0]).places.set_index("place_id")
    assert list(back.loc[["p1", "p3"], "why"]) == ["became_known", "became_known"]
    assert list(back.loc[["p1", "p3"], "cause"]) == ["corrections", ""]


def test_an_earlier_b_is_told(states) -> None:
    late, early = reversed(states)
    told = gm.compare(late, early).findings
    assert [one.code for one in told] == ["change-backwards"]
    assert "change-backwards" not in [one.code for one in gm.compare(early, late).findings]


def test_shares_of_people_are_said_to_be_shares(states, capsys) -> None:
    odd = places([("p3", 6_000, 401)])
    wider = replace(STOP, limit=1_500.0)
    late = measured(listed(OLD, NEW | {"at": 7_000}, date=LATE), odd, wider)
    _show(gm.compare(measured(listed(OLD), odd), late), "en")
    said = capsys.readouterr().out
    assert "+200.5" in said
    assert "fractions: what several causes" in said
    _show(gm.compare(*states), "zh")
    assert "小数" not in capsys.readouterr().out


def test_a_folder_and_a_state_are_not_compared(states, tmp_path: Path) -> None:
    with pytest.raises(MethodError, match="give two of one kind"):
        gm.compare(states[0], tmp_path)
    with pytest.raises(InputError, match=r"access\.csv"):
        gm.compare(tmp_path, tmp_path)


def folder(path: Path, access: gm.Access) -> Path:
    made = gm.assess(access)
    path.mkdir()
    columns = [
        "target",
        "scope_kind",
        "unit",
        "clause",
        "title_zh",
        "title_en",
        "achieved",
        "status",
    ]
    targets = made.targets.reindex(columns=columns)
    tables = {"access": access.table, "coverage": made.coverage, "targets": targets}
    for name, table in tables.items():
        write_csv(path / f"{name}.csv", table)
    return path


def test_ids_like_formulas_and_unseen_characters_come_back(tmp_path: Path) -> None:
    ids = ["-V1", "=A1", "x\u202ey", "'@b"]
    where = [(name, *row) for name, (_, *row) in zip(ids, VILLAGES, strict=True)]
    one, other = (measured(listed(OLD | {"at": at}), places(where)) for at in (1_000, 3_000))
    a, b = folder(tmp_path / "a", one), folder(tmp_path / "b", other)
    check_result(one, read_access(a), a)
    with pytest.raises(InputError, match="covered otherwise"):
        check_result(other, read_access(a), a)
    change = explained(compare_folders(a, b), causes(one, other), one, other)
    changed = change.places[change.places["cause"] != ""]
    assert list(changed["place_id"]) == ["-V1", "=A1"]
    nearer = measured(listed(OLD | {"at": 6_000}), places(where))
    change = explained(
        compare_folders(a, folder(tmp_path / "c", nearer)), causes(one, nearer), one, nearer
    )
    told = change.places.set_index("place_id")["cause"]
    assert set(told.index) == {"-V1", "=A1", "x\\u202ey", "'@b"}
    assert told["x\\u202ey"] == "corrections"


def test_people_and_places_are_not_taken_from_each_other(states, tmp_path: Path) -> None:
    by_place = replace(places([(f"p{n}", 1_000 * n, 1) for n in range(1, 5)]), weight="places")
    a = folder(tmp_path / "a", states[0])
    b = folder(tmp_path / "b", measured(listed(OLD), by_place))
    change = compare_folders(a, b)
    assert [one.code for one in change.findings] == ["change-people-apart"]
    assert change.coverage["people_covered_difference"].isna().all()
    assert change.coverage["share_people_difference"].isna().all()
    city = change.coverage[change.coverage["group_kind"] == "city"]
    assert list(city["places_covered_difference"]) == [0]
    told = gm.compare(a, b)
    assert [one.code for one in told.findings] == [
        "change-people-apart", "change-run-untold", "change-run-untold", "change-not-split"
    ]  # fmt: skip
    assert compare_folders(b, b).weight == "places"


@pytest.mark.parametrize("path", STUDIES, ids=lambda one: one.parent.name)
def test_a_manifest_keeps_all_of_a_study(path: Path, tmp_path: Path) -> None:
    file = read_study_file(path)
    write_json(tmp_path / "run.json", {"study": file.raw})
    kept = json.loads((tmp_path / "run.json").read_text("utf8"))["study"]
    assert replace(study_file_of(kept, path), raw=file.raw) == file


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"study_file": null}', '{"study_file": "s.toml", "study": 1, "inputs": []}',
     '{"study_file": "s.toml", "study": {}, "inputs": [{}], "parameters": {"scenario": null}}'],
)  # fmt: skip
def test_a_manifest_that_does_not_say_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text, "utf8")
    with pytest.raises(InputError, match="does not say where the study file stands"):
        find_again(tmp_path)


def test_a_manifest_names_no_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    near, out = tmp_path / "me" / "city" / "study.toml", tmp_path / "me" / "out"
    out.mkdir(parents=True)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "me"))
    elsewhere = Path(tmp_path.anchor) / "home-of-somebody" / "study.toml"
    others = tmp_path / "alice" / "study.toml"
    told = [
        manifest(toy_results.results(input_paths=(study,)), (), out)["study_file"]
        for study in (near, elsewhere, others)
    ]
    assert told == ["../city/study.toml", None, None]


def test_a_study_that_cannot_be_read_any_longer_is_told(tmp_path: Path) -> None:
    told = {"study_file": "s.toml", "study": {"unheard_of": {}}, "inputs": [],
            "parameters": {"scenario": None}, "scenario": ""}  # fmt: skip
    write_json(tmp_path / "run.json", told)
    with pytest.raises(InputError, match=r"cannot be read again: .*unheard_of"):
        find_again(tmp_path)


def test_the_figure_shows_every_service_or_says_why_not(states, tmp_path: Path) -> None:
    change = gm.compare(*states)
    letters = lettering(chinese_font())
    drawn = draw_causes(change, letters, "en")
    assert [one.get_text() for one in drawn.axes[0].get_yticklabels()] == ["stop"]
    assert "+400" in [one.get_text() for one in drawn.axes[0].texts]
    assert drawn.axes[0].get_xlim()[1] > 400
    back = draw_causes(gm.compare(*reversed(states)), letters, "en")
    assert back.axes[0].get_xlim()[0] < -400
    none = replace(change, causes=change.causes.iloc[:0], simulated=True)
    words = [one.get_text() for one in draw_causes(none, letters, "en").texts]
    assert "not split: see findings_change.csv" in words
    assert "Change in people covered, and why (A 2012-12-31 → B 2014-12-31)" in words
    zh = [one.get_text() for one in draw_causes(replace(none, dates=()), letters, "zh").texts]
    assert any("A → B" in one for one in zh)
    assert any("simulated data" in one for one in words)
    write_causes(tmp_path / "figures" / "causes.png", change, language="zh")
    assert (tmp_path / "figures" / "causes.png").read_bytes().startswith(b"\x89PNG")
