"""The command line as a planner meets it: exit codes, sentences, files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from gapmap import cli
from gapmap.cli import main
from gapmap.location import OBJECTIVES

CONTRACT_FILES = {
    "access.csv", "coverage.csv", "gaps.csv", "equity.csv", "targets.csv", "findings.csv",
    "proposals.csv", "results.gpkg", "tables.xlsx", "report.html", "run.json", "figures",
}  # fmt: skip
CHECK = Path(__file__).parents[2] / "shared" / "checks" / "check_contract.py"


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("示例 study")
    assert main(["init", str(folder)]) == 0
    return folder / "study.toml"


@pytest.fixture(scope="module")
def out(study: Path) -> Path:
    folder = study.parent / "out"
    assert main(["run", str(study), "-o", str(folder), "--language", "en"]) == 0
    return folder


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", encoding="utf-8-sig", dtype={"place_id": str})


def test_the_starter_study_leaves_every_file_of_the_contract(out: Path) -> None:
    assert not CONTRACT_FILES - {one.name for one in out.iterdir()}
    assert list((out / "figures").glob("*.png"))


def test_the_starter_study_keeps_the_contract(out: Path) -> None:
    if not CHECK.exists():
        pytest.skip("the contract's checker is not beside this checkout")
    done = subprocess.run(
        [sys.executable, str(CHECK), str(out)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "contract kept"


def test_the_starter_study_by_hand(out: Path) -> None:
    access = read(out, "access").set_index(["service", "place"])
    shelter = access.loc["bus_shelter"]
    assert shelter.loc["大塘村委会", "status"] == "uncovered"  # its shelter opened in 2016
    assert shelter.loc["上村村委会", "status"] == "covered"
    assert shelter.loc["老圩社区", "setting"] == "unknown"
    assert (access["simulated"]).all()
    manifest = json.loads((out / "run.json").read_text("utf8"))
    assert manifest["crs"] == "EPSG:4546"  # 110 E lies nearest to the meridian 111 E


def test_init_never_overwrites(study: Path, capsys) -> None:
    assert main(["init", str(study.parent)]) == 1
    assert "is there already" in capsys.readouterr().err


def test_check_prints_findings_and_counts_rows(study: Path, tmp_path: Path, capsys) -> None:
    assert main(["check", str(study), "-o", str(tmp_path), "--language", "zh"]) == 0
    said = capsys.readouterr().out
    assert "villages.csv: 读取 12 行 = 使用 12 + 修复 0 + 排除 0" in said
    assert [one.name for one in tmp_path.iterdir()] == ["findings.csv"]
    findings = pd.read_csv(tmp_path / "findings.csv", encoding="utf-8-sig")
    assert "data-simulated" in set(findings["code"])


def test_check_lists_every_unusable_input_not_only_the_first(study: Path, tmp_path, capsys) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(study.parent, broken, ignore=shutil.ignore_patterns("out"))
    text = (broken / "study.toml").read_text("utf8")
    text = text.replace('people = "常住人口"', 'people = "常驻人口"')
    (broken / "study.toml").write_text(text.replace("roads.geojson", "no.geojson"), "utf8")
    assert main(["check", str(broken / "study.toml")]) == 1
    said = capsys.readouterr().out
    assert "常住人口" in said  # the nearest column is offered
    assert "no.geojson" in said
    assert main(["run", str(broken / "study.toml"), "-o", str(tmp_path / "never")]) == 1
    assert not (tmp_path / "never").exists()
    assert "Traceback" not in capsys.readouterr().err


def test_check_looks_at_the_tables_behind_unusable_districts(study: Path, tmp_path, capsys) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(study.parent, broken, ignore=shutil.ignore_patterns("out"))
    (broken / "districts.geojson").write_text("{", "utf8")
    (broken / "villages.csv").write_bytes(b"\xff\xff\xff")
    assert main(["check", str(broken), "-o", str(tmp_path / "f.csv"), "--language", "en"]) == 1
    told = pd.read_csv(tmp_path / "f.csv", encoding="utf-8-sig")
    grave = told.loc[told["severity"] == "error", ["file", "code"]]
    assert {tuple(one) for one in grave.to_numpy()} == {
        ("districts.geojson", "geojson-malformed"),
        ("villages.csv", "text-encoding"),
    }
    assert "error 2" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments",
    [[], ["fly"], ["run"], ["site", "s.toml", "--service", "a"], ["run", "s", "--language", "fr"],
     ["site", "s.toml", "--service", "a", "--count", "0"], ["compare", "a"],
     ["compare", "a", "--from", "2012-12-31"], ["compare", "a", "--from", "2012", "--to", "2013"],
     ["compare", "a", "b", "--from", "2012-12-31", "--to", "2014-12-31"]],
)  # fmt: skip
def test_usage_mistakes_exit_with_2(arguments: list[str], capsys) -> None:
    assert main(arguments) == 2
    assert "usage" in capsys.readouterr().err


def test_what_is_no_date_is_told(capsys) -> None:
    assert main(["compare", "s.toml", "--from", "2013年12月", "--to", "2014-12-31"]) == 2
    assert "'2013年12月' is no date; write one such as 2014-12-31" in capsys.readouterr().err


def test_a_missing_study_is_one_sentence(tmp_path: Path, capsys) -> None:
    assert main(["run", str(tmp_path / "no.toml"), "--language", "zh"]) == 1
    said = capsys.readouterr().err
    assert "没有这个研究文件" in said
    assert said.count("\n") <= 3


def test_site_says_how_good_its_sites_are(study: Path, tmp_path: Path, capsys) -> None:
    asked = ["site", str(study), "--service", "bus_shelter", "-o", str(tmp_path / "s")]
    assert main([*asked, "--objective", "fewest", "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "proven best: " in said
    assert ", gap 0.00%" in said
    assert read(tmp_path / "s", "siting").loc[0, "objective"] == "fewest"
    for wrong in ([], ["--objective", "fewest", "--count", "2"], ["--count", "1", "--budget", "9"]):
        assert main([*asked, *wrong]) == 2
    capsys.readouterr()
    assert main([*asked, "--budget", "5", "--cost", "9", "--language", "zh"]) == 1
    said = capsys.readouterr().err
    assert "最便宜的" in said
    assert said.count("\n") <= 3
    assert main([*asked, "--count", "1", "--candidates", "grid:9000", "--language", "zh"]) == 0
    assert "已证明最优:" in capsys.readouterr().out


def test_the_objectives_of_the_command_are_those_there_are() -> None:
    assert cli.OBJECTIVES == OBJECTIVES


def test_site_and_compare(study: Path, out: Path, tmp_path: Path, capsys) -> None:
    sited = tmp_path / "sited"
    assert (
        main(["site", str(study), "--service", "bus_shelter", "--count", "1", "-o", str(sited)])
        == 0
    )
    assert len(read(sited, "proposals")) == 1
    what_if = tmp_path / "what-if.json"
    site = read(sited, "proposals").loc[0, "site_id"]
    what_if.write_text(json.dumps({"on": [site], "limit_m": {"service_centre": 3000}}), "utf8")
    built = tmp_path / "built"
    assert main(["run", str(study), "-o", str(built), "--scenario", str(what_if)]) == 0
    capsys.readouterr()
    assert main(["compare", str(out), str(built), "-o", str(tmp_path / "change")]) == 0
    change = read(tmp_path / "change", "places_change")
    gained = change[(change["service"] == "bus_shelter") & (change["why"] == "gained")]
    assert len(gained) == read(sited, "proposals").loc[0, "places_gained"]
    assert set(gained["facility_id_b"]) == {site}
    assert set(gained["responsible_facility_id"]) == {site}
    assert set(gained["cause"]) == {"new"}
    causes = read(tmp_path / "change", "causes")
    assert {
        tuple(one) for one in causes.loc[causes["differs"], ["service", "cause"]].to_numpy()
    } == {
        ("bus_shelter", "new"),
        ("service_centre", "rules"),
    }
    group = causes.groupby(["service", "group_kind", "group"])
    grown = group["people_covered_b"].first() - group["people_covered_a"].first()
    assert (group["people"].sum() == grown).all()
    assert grown.max() > 0
    assert causes["simulated"].all()
    assert main(["compare", str(tmp_path), str(built)]) == 1
    assert "access.csv" in capsys.readouterr().err
    was = sorted(path.name for path in built.iterdir())
    into_run = ["compare", str(out), str(built), "-o", str(built)]
    assert main([*into_run, "--language", "en"]) == 1
    assert "this folder holds a run or a study" in capsys.readouterr().err
    assert sorted(path.name for path in built.iterdir()) == was


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("{", "not valid JSON"),
        ('{"of": []}', "nearest known one is off"),
        ('{"off": ["S0"]}', "the nearest is 'S0"),
        ('{"on": ["bus_shelter@nowhere"]}', "no facility, site or service"),
        ('{"added": [{"service": "bus_shelter", "x": 110}]}', "cannot be used"),
        ('{"added": [{"service": "bus", "x": 110, "y": 25}]}', "the nearest is 'bus_shelter'"),
        ('{"limit_m": {"bus_shelter": -5}}', "cannot be used"),
        ('{"limit_m": {"bus_shelter": true}}', "cannot be used"),
        ('{"limit_m": {"bus_shelter": Infinity}}', "cannot be used"),
        ('{"added": [{"service": "bus_shelter", "x": NaN, "y": 25}]}', "cannot be used"),
        ('{"date": "2014"}', "cannot be used"),
        ('{"on": ["S01"], "off": ["S01"]}', "in on and in off"),
    ],
)
def test_a_bad_scenario_is_named(study: Path, tmp_path: Path, capsys, scenario, words) -> None:
    path = tmp_path / "s.json"
    path.write_text(scenario, "utf8")
    arguments = ["run", str(study), "-o", str(tmp_path / "o"), "--scenario", str(path)]
    assert main([*arguments, "--language", "en"]) == 1
    assert words in capsys.readouterr().err


def test_a_scenario_switches_off_adds_and_dates(study: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    added = {"service": "bus_shelter", "x": 110.0203, "y": 25.01818}
    path.write_text(
        json.dumps({"off": ["S01", "S04"], "added": [added], "date": "2016-06-01"}), "utf8"
    )
    built = tmp_path / "built"
    assert main(["run", str(study), "-o", str(built), "--scenario", str(path)]) == 0
    access = read(built, "access").set_index(["service", "place"]).loc["bus_shelter"]
    assert access.loc["上村村委会", "facility_id"] == "added-1"
    assert access.loc["大塘村委会", "status"] == "covered"  # opened in January 2016
    assert access.loc["东街居委会", "facility_id"] != "S01"


def test_plans_lists_and_prints(capsys) -> None:
    assert main(["plans"]) == 0
    assert "zhuhai-2012-2014" in capsys.readouterr().out
    assert main(["plans", "zhuhai-2012-2014", "--language", "zh"]) == 0
    said = capsys.readouterr().out
    assert "west-bus-shelters-487" in said
    assert "2.9.3" in said
    assert main(["plans", "zhuhai"]) == 1


def test_convert_moves_points_by_the_gcj_offset(tmp_path: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text("name,lon,lat\n拱北,113.55,22.22\n", "utf-8-sig")
    assert (
        main(["convert", str(source), "--from", "gcj02", "--to", "wgs84", "-o", str(target)]) == 0
    )
    moved = pd.read_csv(target, encoding="utf-8-sig")
    assert 0.003 < 113.55 - float(moved.loc[0, "lon"]) < 0.008
    assert moved.loc[0, "name"] == "拱北"
    assert main(["convert", str(source), "--from", "gcj02", "--to", "mars", "-o", str(target)]) == 1


def copy_of(study: Path, to: Path, *changes: tuple[str, str]) -> Path:
    shutil.copytree(study.parent, to, ignore=shutil.ignore_patterns("out"))
    text = (to / "study.toml").read_text("utf8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (to / "study.toml").write_text(text, "utf8")
    return to / "study.toml"


def test_candidates_from_a_file_and_what_if_of_a_grid_site(study: Path, tmp_path: Path) -> None:
    own = copy_of(study, tmp_path / "own", ('candidates = "places"', 'candidates = "land.csv"'))
    land = (
        "id,name,lon,lat\nL1,大塘地块,109.971,25.0131\nL2,无坐标,,\nL1,大塘地块,109.971,25.0131\n"
    )
    (own.parent / "land.csv").write_text(land, "utf8")
    out = tmp_path / "out"
    assert main(["run", str(own), "-o", str(out)]) == 0
    assert list(read(out, "proposals")["site_id"]) == ["bus_shelter@L1"]
    assert {"candidate-nowhere", "row-repeated"} <= set(read(out, "findings")["code"])
    manifest = json.loads((out / "run.json").read_text("utf8"))
    assert "land.csv" in json.dumps(manifest)
    grid = copy_of(study, tmp_path / "grid", ('candidates = "places"', 'candidates = "grid:700"'))
    assert main(["run", str(grid), "-o", str(tmp_path / "g")]) == 0
    site = read(tmp_path / "g", "proposals").loc[0, "site_id"]
    what_if = tmp_path / "w.json"
    what_if.write_text(json.dumps({"on": [site]}), "utf8")
    arguments = ["run", str(grid), "-o", str(tmp_path / "h"), "--scenario", str(what_if)]
    assert main(arguments) == 0
    assert site in set(read(tmp_path / "h", "access")["facility_id"])


def test_every_objective_of_a_study_proposes_sites(study: Path, tmp_path: Path) -> None:
    own = copy_of(study, tmp_path / "own", ('objective = "people"', 'objective = "worst"'))
    assert main(["run", str(own), "-o", str(tmp_path / "out")]) == 0
    assert len(read(tmp_path / "out", "proposals")) == 2


def test_changed_people_are_listed_by_compare(
    study: Path, out: Path, tmp_path: Path, capsys
) -> None:
    own = copy_of(study, tmp_path / "own")
    villages = own.parent / "villages.csv"
    villages.write_text(villages.read_text("utf-8-sig").replace(",820,", ",830,"), "utf-8-sig")
    assert main(["run", str(own), "-o", str(tmp_path / "b")]) == 0
    assert main(["compare", str(out), str(tmp_path / "b"), "-o", str(tmp_path / "c")]) == 0
    change = read(tmp_path / "c", "places_change")
    assert set(change["why"]) == {"people"}
    assert set(change["people_b"] - change["people_a"]) == {10}
    causes = read(tmp_path / "c", "causes")
    assert set(causes.loc[causes["differs"], "cause"]) == {"people"}
    assert set(causes.loc[causes["group_kind"] == "city", "people"]) == {0, 10}
    villages.write_text(villages.read_text("utf-8-sig").replace(",830,", ",840,"), "utf-8-sig")
    arguments = ["compare", str(out), str(tmp_path / "b"), "-o", str(tmp_path / "c")]
    assert main(arguments) == 0
    told = read(tmp_path / "c", "findings_change")
    assert dict(zip(told["code"], told["file"].fillna(""), strict=True)) == {
        "change-input-differs": "villages.csv",
        "change-not-split": "",
    }
    assert len(read(tmp_path / "c", "causes")) == 0
    assert set(read(tmp_path / "c", "places_change")["why"]) == {"people"}
    villages.unlink()
    capsys.readouterr()
    assert main([*arguments, "--language", "zh"]) == 0
    assert "villages.csv: “b”这次运行用过的这个文件已经不在了" in capsys.readouterr().out
    (tmp_path / "b" / "run.json").write_text("{}", "utf8")
    assert main([*arguments, "--language", "en"]) == 0
    assert "b/run.json: it does not say where the study file stands" in capsys.readouterr().out


def test_one_study_at_two_dates(study: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    dates = ["--from", "2015-12-31", "--to", "2016-12-31"]
    arguments = ["compare", str(study), *dates, "-o", str(tmp_path), "--language", "zh"]
    assert main(arguments) == 0
    change = read(tmp_path, "places_change")
    gained = change[change["why"] == "gained"]
    assert set(gained["place"]) == {"大塘村委会"}
    assert set(gained["cause"]) == {"new"}
    assert "change-after-study" in set(read(tmp_path, "findings_change")["code"])
    assert (tmp_path / "figures" / "causes.png").is_file()
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "服务\tA 覆盖人口\t新建设施\tB 覆盖人口\t未知(A → B)"
    assert "模拟数据:不得用于决策" in said
    assert "新覆盖: 1 项(村居 × 服务),涉及 1 个村居 (新建设施 1)" in said
    into = ["compare", str(study), *dates, "-o", str(study.parent), "--language", "en"]
    assert main(into) == 1
    assert "this folder holds a run or a study" in capsys.readouterr().err
    back = ["compare", str(study), "--from", dates[3], "--to", dates[1]]
    monkeypatch.setattr("gapmap.cli.system_language", lambda: "en")
    assert main([*back, "-o", str(tmp_path / "back")]) == 0
    messages = read(tmp_path / "back", "findings_change")["message"]
    assert messages.str.contains("晚于 B 的").any()  # the study's language
    said = capsys.readouterr().out
    assert "lost: 1 pair of place and service, 1 place (new facilities 1)" in said
    assert "A is of 2016-12-31, later than B of 2015-12-31" in said


def test_an_added_facility_far_from_any_road_is_a_finding(study: Path, tmp_path: Path) -> None:
    what_if = tmp_path / "w.json"
    added = {"service": "bus_shelter", "x": 0, "y": 0}
    what_if.write_text(json.dumps({"added": [added]}), "utf8")
    arguments = ["run", str(study), "-o", str(tmp_path / "o"), "--scenario", str(what_if)]
    assert main(arguments) == 0
    found = read(tmp_path / "o", "findings")
    assert found.loc[found["code"] == "facility-not-connected", "row"].isna().all()


def test_runs_of_two_cities_are_not_compared(out: Path, tmp_path: Path, capsys) -> None:
    other = tmp_path / "other"
    shutil.copytree(out, other)
    access = (other / "access.csv").read_text("utf-8-sig").replace("9001", "7001")
    (other / "access.csv").write_text(access, "utf-8-sig")
    assert main(["compare", str(out), str(other), "--language", "en"]) == 1
    assert "no place in common" in capsys.readouterr().err


def test_convert_takes_a_named_sheet(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        for sheet in ("一", "二"):
            pd.DataFrame({"lon": [113.5], "lat": [22.2]}).to_excel(
                book, sheet_name=sheet, index=False
            )
    arguments = ["convert", str(tmp_path / "a.xlsx"), "--from", "gcj02", "--to", "wgs84"]
    assert main([*arguments, "-o", str(tmp_path / "b.csv")]) == 1
    assert main([*arguments, "-o", str(tmp_path / "b.csv"), "--sheet", "二"]) == 0


def test_check_reads_every_facility_file_though_one_is_bad(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(study.parent, copy, ignore=shutil.ignore_patterns("out"))
    text = (copy / "study.toml").read_text("utf8")
    block = text[text.index("[[facilities]]") : text.index("[network]")]
    bad = block.replace("facilities.csv", "bad.csv")
    (copy / "study.toml").write_text(text.replace("[network]", bad + "[network]"), "utf8")
    (copy / "bad.csv").write_bytes(b"")
    rows = (copy / "facilities.csv").read_text("utf-8-sig").replace("2011-05-01", "2011-13-01")
    (copy / "facilities.csv").write_text(rows, "utf-8-sig")
    assert main(["check", str(copy), "-o", str(tmp_path / "f.csv"), "--language", "en"]) == 1
    told = pd.read_csv(tmp_path / "f.csv", encoding="utf-8-sig")
    assert ("bad.csv", "file-empty") in set(zip(told["file"], told["code"], strict=True))
    assert ("facilities.csv", "date-unreadable") in set(
        zip(told["file"], told["code"], strict=True)
    )
    assert told.duplicated().sum() == 0


@pytest.mark.parametrize("name", ["villages.csv", "facilities.csv"])
def test_check_never_writes_over_an_input(study: Path, tmp_path: Path, capsys, name: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(study.parent, copy, ignore=shutil.ignore_patterns("out"))
    was = (copy / name).read_bytes()
    assert main(["check", str(copy), "-o", str(copy / name)]) == 1
    assert (copy / name).read_bytes() == was
    assert name in capsys.readouterr().err
