"""A study with an island: the same run on a usual day, early in the morning, and in a storm."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

from gapmap import read_study, run_study
from gapmap.errors import ScenarioError, StudyError
from gapmap.scenario import read_scenario
from gapmap.studyfile import read_study_file

if TYPE_CHECKING:
    from pathlib import Path

STUDY = """
[study]
name = "有岛的县"
date = 2014-12-31
language = "en"
[districts]
path = "districts.geojson"
id = "code"
name = "name"
datum = "wgs84"
[places]
path = "villages.csv"
id = "code"
name = "name"
x = "lon"
y = "lat"
datum = "wgs84"
people = "people"
island = "island"
setting = "class"
setting_values = { urban = ["u"] }
[[facilities]]
path = "hospitals.csv"
service = "hospital"
id = "id"
name = "name"
x = "lon"
y = "lat"
datum = "wgs84"
[network]
lines = "roads.geojson"
ferries = "ferries.csv"
datum = "wgs84"
DEPART
[services.hospital]
mode = "walk"
limit_minutes = 120
"""


def feature(kind: str, coordinates: object, **properties: object) -> dict[str, object]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write_study(folder: Path, depart: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    box = [[[110, 25], [110.2, 25], [110.2, 25.2], [110, 25.2], [110, 25]]]
    roads = [[[110.02, 25.02], [110.05, 25.02]], [[110.02, 25.12], [110.03, 25.12]]]
    layers = {
        "districts": [feature("Polygon", box, code="d1", name="甲县")],
        "roads": [feature("LineString", road, highway="residential") for road in roads],
    }
    for name, features in layers.items():
        told = {"type": "FeatureCollection", "features": features}
        (folder / f"{name}.geojson").write_text(json.dumps(told), "utf8")
    tables = {
        "villages": "code,name,lon,lat,people,island,class\n"
        "v1,城关社区,110.04,25.02,900,否,u\nv2,岛前村,110.02,25.12,80,是,r\nv3,岛后村,110.03,25.12,20,是,r\n",
        "hospitals": "id,name,lon,lat\nh1,县医院,110.05,25.02\n",
        "ferries": "from_x,from_y,to_x,to_y,minutes,wait_minutes,first_sailing,last_sailing,name\n"
        "110.02,25.02,110.02,25.12,40,5,7：30,18:00,县—岛\n",
    }
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, "utf-8-sig")
    path = folder / "study.toml"
    path.write_text(STUDY.replace("DEPART", depart), "utf8")
    return path


def run(tmp_path: Path, *, depart: str = "", scenario: dict[str, object] | None = None) -> Path:
    study = write_study(tmp_path / "study", depart)
    what_if = None
    if scenario is not None:
        (tmp_path / "day.json").write_text(json.dumps(scenario), "utf8")
        what_if = read_scenario(tmp_path / "day.json")
    run_study(study, tmp_path / "out", scenario=what_if)
    return tmp_path / "out"


def read(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(out / f"{name}.csv", encoding="utf-8-sig")


def told(out: Path) -> dict[str, object]:
    return json.loads((out / "run.json").read_text("utf8"))["parameters"]


def test_on_a_usual_day_islanders_reach_the_hospital(tmp_path: Path) -> None:
    out = run(tmp_path)
    access = read(out, "access").set_index("place_id")
    assert access.loc[["v2", "v3"], "reason"].tolist() == ["within_limit"] * 2
    islands = read(out, "islands").set_index("destination")
    assert islands.index.tolist() == ["service", "town", "hospital"]
    hospital = islands.loc["hospital"]
    assert (hospital["island"], hospital["ferry_names"]) == ("岛前村", "县—岛")
    assert (hospital["first_sailing"], hospital["last_sailing"]) == ("07:30", "18:00")
    assert hospital["people"] == 100
    assert hospital["minutes_median"] == pytest.approx(access.loc["v2", "minutes"])
    assert hospital["minutes_worst"] == pytest.approx(access.loc["v3", "minutes"])
    assert islands.loc["town", "mainland_minutes_median"] < hospital["minutes_median"]
    assert told(out)["depart"] is None
    assert told(out)["scenario"] is None


def test_in_a_storm_nobody_crosses_and_every_output_says_so(tmp_path: Path) -> None:
    out = run(tmp_path, scenario={"no_sailing": True})
    access = read(out, "access").set_index("place_id")
    assert access.loc[["v2", "v3"], "reason"].tolist() == ["island_no_ferry"] * 2
    assert access.loc[["v2", "v3"], ["distance_m", "minutes"]].isna().all(axis=None)
    assert access.loc["v1", "status"] == "covered"
    islands = read(out, "islands")
    assert islands["mainland_minutes_median"].isna().all()
    assert set(islands["places_unreachable"]) == {2}
    assert set(islands["ferries"]) == {1}
    assert set(islands["ferries_running"]) == {0}
    assert told(out)["scenario"]["no_sailing"] is True
    assert "ferry-none-sails" in set(read(out, "findings")["code"])
    page = openpyxl.load_workbook(out / "tables.xlsx", read_only=True)["Islands"]
    head = [cell.value for cell in next(page.iter_rows(min_row=4, max_row=4))]
    assert "ferries that sail" in head
    page.parent.close()


@pytest.mark.parametrize(
    ("depart", "scenario", "crosses"),
    [
        ('depart = "06:30"', None, False),
        ("depart = 08:00:00", None, True),
        ('depart = "06:30"', {"depart": "18:00"}, True),
        ('depart = "08:00"', {"depart": "18:01"}, False),
        ("", {"depart": "6:00"}, False),
        ('depart = "06:30"', {"off": []}, False),  # the study's hour holds
    ],
)
def test_the_hour_of_setting_out(
    tmp_path: Path,
    depart: str,
    scenario: dict[str, object] | None,
    crosses: bool,  # noqa: FBT001 - the answer
) -> None:
    out = run(tmp_path, depart=depart, scenario=scenario)
    access = read(out, "access").set_index("place_id")
    expected = "within_limit" if crosses else "island_no_ferry"
    assert access.loc["v2", "reason"] == expected
    said = read(out, "findings")
    assert (said["code"] == "ferry-not-at-hour").sum() == int(not crosses)
    parameters = told(out)
    hour = {'depart = "06:30"': "06:30", "": None}.get(depart, "08:00")
    assert parameters["depart"] == hour
    if scenario and "depart" in scenario:
        assert parameters["scenario"]["depart"] == scenario["depart"].zfill(5)


def test_a_study_is_read_with_its_hour(tmp_path: Path) -> None:
    path = write_study(tmp_path / "s", 'depart = "7：00"')
    assert read_study_file(path).network.depart == dt.time(7)
    network = read_study(path).network
    assert not network.edges.walk[network.ferries[0].edge]


@pytest.mark.parametrize("depart", ['"25:00"', '"8"', '"morning"'])
def test_an_hour_that_is_none_is_refused(tmp_path: Path, depart: str) -> None:
    with pytest.raises(StudyError) as caught:
        read_study_file(write_study(tmp_path / "s", f"depart = {depart}"))
    assert (caught.value.code, caught.value.field) == ("study-time", "network.depart")


@pytest.mark.parametrize("depart", ["8", "true", "2014-12-31", '["08:00"]'])
def test_a_depart_of_another_kind_is_refused(tmp_path: Path, depart: str) -> None:
    with pytest.raises(StudyError) as caught:
        read_study_file(write_study(tmp_path / "s", f"depart = {depart}"))
    assert caught.value.code == "study-value-kind"


@pytest.mark.parametrize(
    ("scenario", "field"),
    [
        ({"no_sailing": "yes"}, "no_sailing"),
        ({"no_sailing": 1}, "no_sailing"),
        ({"depart": 8}, "depart"),
        ({"depart": "8"}, "depart"),
        ({"depart": "24:30"}, "depart"),
    ],
)
def test_a_what_if_of_another_kind_is_refused(
    tmp_path: Path, scenario: dict[str, object], field: str
) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps(scenario), "utf8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    assert (caught.value.code, caught.value.field) == ("scenario-value", field)


def test_a_what_if_about_ferries_in_a_study_without_them_says_that_it_changes_nothing(
    tmp_path: Path,
) -> None:
    study = write_study(tmp_path / "study")
    study.write_text(study.read_text("utf8").replace('ferries = "ferries.csv"\n', ""), "utf8")
    (tmp_path / "day.json").write_text('{"no_sailing": true}', "utf8")
    results = run_study(study, tmp_path / "out", scenario=read_scenario(tmp_path / "day.json"))
    codes = [one.code for one in results.findings]
    assert "scenario-no-ferries" in codes
    assert "ferry-none-sails" not in codes
