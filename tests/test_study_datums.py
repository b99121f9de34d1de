"""A study's layers against roads and against each other: warned of, or converted when asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from corpus.city import FACILITIES, VILLAGES, csv, feature, geojson, write_city
from corpus.positions import ROADS, SHELTER_DATUM, write_streets

from gapmap.datum import convert_datum
from gapmap.errors import CrsError
from gapmap.study import check_study, read_study

if TYPE_CHECKING:
    from pathlib import Path

PLACE_DATUM = 'people = "人口"\ndatum = "wgs84"'
DISTRICT_DATUM = 'name = "name"\ndatum = "wgs84"\n\n[places]'


def moved(rows: list[list[str]], at: int, target: str) -> list[list[str]]:
    """Write coordinates of WGS84 in another datum."""
    lon, lat = (np.array([float(row[at + k]) for row in rows[1:]]) for k in (0, 1))
    x, y = convert_datum(lon, lat, source="wgs84", target=target)
    told = [
        [*row[:at], f"{a:.7f}", f"{b:.7f}", *row[at + 2 :]]
        for row, a, b in zip(rows[1:], x, y, strict=True)
    ]
    return [rows[0], *told]


def shelters(folder: Path) -> list[list[str]]:
    text = (folder / "shelters.csv").read_text("utf-8-sig")
    return [line.split(",") for line in text.splitlines()]


def city(folder: Path, **datums: str) -> Path:
    study = write_city(folder, ROADS)
    write_streets(folder)
    text = study.read_text("utf8")
    for name, old in (
        ("shelters", SHELTER_DATUM), ("places", PLACE_DATUM), ("districts", DISTRICT_DATUM),
    ):  # fmt: skip
        if name in datums:
            text = text.replace(old, old.replace('"wgs84"', f'"{datums[name]}"'))
    study.write_text(text, "utf8")
    return study


def codes(findings) -> list[str]:
    return [one.code for one in findings if one.code.startswith("datum-")]


@pytest.mark.parametrize("truth", ["gcj02", "bd09"])
def test_shelters_of_a_web_map_are_put_back_only_where_the_study_asks(tmp_path, truth) -> None:
    clean = read_study(city(tmp_path / "clean"))
    asked, silent = (
        city(tmp_path / "asked", shelters="detect"),
        city(tmp_path / "silent", shelters="auto"),
    )
    for study in (asked, silent):
        csv(study.parent / "shelters.csv", moved(shelters(study.parent), 2, truth))
    was = clean.facilities.table.geometry
    detected, declared = read_study(asked), read_study(silent)
    assert detected.facilities.table.geometry.distance(was).max() < 0.1
    assert codes(detected.findings) == ["datum-detected"]
    assert declared.facilities.table.geometry.distance(was).min() > 400
    assert "datum-contradicted" in codes(declared.findings)
    assert [file for file, verdict in declared.datums if verdict.contradicts] == ["shelters.csv"]


def test_shelters_that_are_what_they_say_are_left_alone(tmp_path) -> None:
    clean = read_study(city(tmp_path / "clean"))
    asked = read_study(city(tmp_path / "asked", shelters="detect"))
    assert codes(clean.findings) == []
    assert codes(asked.findings) == ["datum-confirmed"]
    assert asked.facilities.table.geometry.distance(clean.facilities.table.geometry).max() == 0


def test_without_evidence_detect_is_an_error_and_nothing_is_guessed(tmp_path) -> None:
    study = write_city(tmp_path, {SHELTER_DATUM: SHELTER_DATUM.replace("wgs84", "detect")})
    with pytest.raises(CrsError, match="too weak or divided") as caught:
        read_study(study)
    assert caught.value.code == "datum-undecided"
    assert not check_study(study).usable


def many_districts(folder: Path, target: str) -> None:
    """Write 30 districts of 2 km and, in each, villages near all its sides that name it."""
    told, rows = [], [VILLAGES[0]]
    for number in range(30):
        west, south = 113.12 + 0.03 * (number % 6), 22.12 + 0.03 * (number // 6)
        sides = np.array([[0, 0], [0.02, 0], [0.02, 0.02], [0, 0.02], [0, 0]])
        x, y = convert_datum(west + sides[:, 0], south + sides[:, 1], source="wgs84", target=target)
        code = f"4404{number:02d}"
        shape = {"type": "Polygon", "coordinates": [np.column_stack((x, y)).tolist()]}
        told.append(feature(shape, adcode=code, name=f"{number}区"))
        for side, (east, north) in enumerate(
            ((0.001, 0.01), (0.019, 0.01), (0.01, 0.001), (0.01, 0.019))
        ):
            rows.append([
                f"{code}{side:06d}", f"{number}-{side}村", code,
                f"{west + east:.6f}", f"{south + north:.6f}", "100",
            ])  # fmt: skip
    geojson(folder / "districts.geojson", told)
    csv(folder / "villages.csv", rows)
    csv(folder / "shelters.csv", FACILITIES)


@pytest.mark.parametrize("asked", ["auto", "detect"])
def test_districts_of_a_web_map_under_villages_of_wgs84(tmp_path, asked) -> None:
    study = write_city(
        tmp_path, {DISTRICT_DATUM: DISTRICT_DATUM.replace('datum = "wgs84"', f'datum = "{asked}"')}
    )
    many_districts(tmp_path, "gcj02")
    read = read_study(study)
    middle = read.region.districts.geometry.centroid.to_crs(4326).iloc[0]
    if asked == "detect":
        assert "datum-detected" in codes(read.findings)
        assert (middle.x, middle.y) == pytest.approx((113.13, 22.13), abs=1e-6)
        assert (read.places.table["position"] == "ok").all()
    else:
        assert "datum-contradicted" in codes(read.findings)
        assert abs(middle.x - 113.13) > 0.004


def streets_through_villages(folder: Path) -> None:
    """Write a street of a kilometre through each village, in any direction."""
    told = []
    random = np.random.default_rng(8)
    for line in (folder / "villages.csv").read_text("utf-8-sig").splitlines()[1:]:
        middle = np.array([float(cell) for cell in line.split(",")[3:5]])
        turn = random.uniform(0, 2 * np.pi)
        along = 0.005 * np.array([np.cos(turn), np.sin(turn)])
        ends = [(middle - along).tolist(), (middle + along).tolist()]
        told.append(feature({"type": "LineString", "coordinates": ends}, highway="residential"))
    geojson(folder / "roads.geojson", told)


def test_no_village_is_called_astray_where_the_districts_are(tmp_path) -> None:
    said = DISTRICT_DATUM.replace('datum = "wgs84"', 'datum = "gcj02"')
    study = write_city(tmp_path, {DISTRICT_DATUM: said, **ROADS})
    many_districts(tmp_path, "wgs84")
    streets_through_villages(tmp_path)
    told = [one for one in read_study(study).findings if one.code.startswith("datum-")]
    assert [(one.code, one.file) for one in told] == [("datum-contradicted", "districts.geojson")]


def test_outside_china_all_datums_are_one_and_detect_reads_what_is_declared(tmp_path) -> None:
    study = write_city(tmp_path, {SHELTER_DATUM: SHELTER_DATUM.replace("wgs84", "detect")})
    ring = [[-22.2, 64.0], [-21.6, 64.0], [-21.6, 64.3], [-22.2, 64.3], [-22.2, 64.0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    geojson(tmp_path / "districts.geojson", [feature(shape, adcode="440403", name="A")])
    csv(tmp_path / "villages.csv", [VILLAGES[0], ["1", "A", "440403", "-22.0", "64.1", "5"]])
    csv(tmp_path / "shelters.csv", [FACILITIES[0], ["T", "A", "-22.0", "64.1", "2012-01-01", "9"]])
    assert codes(read_study(study).findings) == ["datum-assumed"]


def replaced(study: Path, *pairs: tuple[str, str]) -> Path:
    text = study.read_text("utf8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    study.write_text(text, "utf8")
    return study


UNNAMED_ROADS = ('lines = "roads.geojson"\ndatum = "wgs84"', 'lines = "roads.geojson"')


def move_roads(folder: Path, target: str) -> None:
    told = json.loads((folder / "roads.geojson").read_text("utf8"))["features"]
    for one in told:
        x, y = np.array(one["geometry"]["coordinates"]).T
        lonlat = np.column_stack(convert_datum(x, y, source="wgs84", target=target))
        one["geometry"]["coordinates"] = lonlat.tolist()
    geojson(folder / "roads.geojson", told)


@pytest.mark.parametrize("said", ["auto", "wgs84"])
@pytest.mark.parametrize("truth", ["gcj02", "bd09"])
def test_roads_of_a_web_map_are_told_and_honest_shelters_are_not_accused(
    tmp_path, truth, said
) -> None:
    study = city(tmp_path, shelters="auto")
    move_roads(tmp_path, truth)
    if said == "auto":
        replaced(study, UNNAMED_ROADS)
    told = [one for one in read_study(study).findings if one.code.startswith("datum-contra")]
    assert [(one.code, one.file) for one in told] == [("datum-contradicted-roads", "roads.geojson")]
    assert f'datum = "{truth}"' in told[0].advice("en")
    assert "may also be the points" in told[0].advice("en")


def test_shelters_that_match_roads_of_an_unknown_datum_are_not_confirmed(tmp_path) -> None:
    study = replaced(city(tmp_path, shelters="detect"), UNNAMED_ROADS)
    with pytest.raises(CrsError, match="unverified") as caught:
        read_study(study)
    assert caught.value.code == "datum-undecided"


def test_shelters_off_roads_of_an_unknown_datum_are_found_and_the_doubt_is_told(tmp_path) -> None:
    study = replaced(city(tmp_path, shelters="auto"), UNNAMED_ROADS)
    csv(tmp_path / "shelters.csv", moved(shelters(tmp_path), 2, "gcj02"))
    told = [one for one in read_study(study).findings if one.code == "datum-contradicted"]
    assert [one.file for one in told] == ["shelters.csv"]
    assert "held against a layer read as WGS84, unverified" in told[0].message("en")
    assert "未经证实" in told[0].message("zh")


def test_two_files_of_one_name_are_judged_each_for_itself(tmp_path) -> None:
    """As two sheets of a workbook are: one filled in from a web map, one from a survey."""
    study = city(tmp_path, shelters="auto")
    rows = shelters(tmp_path)
    for name, target in (("a", "gcj02"), ("b", "wgs84")):
        (tmp_path / name).mkdir()
        csv(tmp_path / name / "shelters.csv", moved(rows, 2, target))
    block = study.read_text("utf8").split("[[facilities]]")[1].split("[")[0]
    second = block.replace("shelters.csv", "b/shelters.csv").replace("bus_shelter", "bus_stop")
    replaced(
        study,
        ('path = "shelters.csv"', 'path = "a/shelters.csv"'),
        ("[services.bus_shelter]", f"[[facilities]]{second}\n[services.bus_shelter]"),
    )
    read = read_study(study)
    judged = [verdict.datum for file, verdict in read.datums if file == "shelters.csv"]
    assert judged == ["gcj02", "wgs84"]
    assert codes(read.findings).count("datum-contradicted") == 1


@pytest.mark.parametrize("asked", ["auto", "detect"])
def test_candidates_are_judged_by_roads(tmp_path, asked) -> None:
    study = city(tmp_path)
    rows = shelters(tmp_path)
    csv(tmp_path / "sites.csv", [one[:4] for one in moved(rows, 2, "gcj02")])
    replaced(
        study,
        (
            "[services.bus_shelter]",
            f"""[siting.bus_shelter]
count = 2
candidates = "sites.csv"
datum = "{asked}"

[services.bus_shelter]""",
        ),
    )
    read = read_study(study)
    told = [one.code for one in read.findings if one.file == "sites.csv"]
    away = read.candidates["bus_shelter"].table.geometry.distance(
        read.facilities.table.geometry, align=False
    )
    if asked == "detect":
        assert "datum-detected" in told
        assert away.max() < 0.1
    else:
        assert "datum-contradicted" in told
        assert away.min() > 400


def test_check_lists_every_layer_whose_datum_nothing_tells(tmp_path) -> None:
    study = write_city(tmp_path, {SHELTER_DATUM: SHELTER_DATUM.replace("wgs84", "detect")})
    replaced(study, (PLACE_DATUM, PLACE_DATUM.replace("wgs84", "detect")))
    told = [one for one in check_study(study).findings if one.code == "datum-undecided"]
    assert [one.file for one in told] == ["villages.csv", "shelters.csv"]
    assert all(one.severity == "error" for one in told)


@pytest.mark.parametrize("truth", ["wgs84", "gcj02"])
def test_facilities_that_carry_a_districts_code_are_held_against_the_district(
    tmp_path, truth
) -> None:
    study = write_city(tmp_path, {SHELTER_DATUM: f'{SHELTER_DATUM}\nplace = "区码"'})
    many_districts(tmp_path, "wgs84")
    villages = [
        line.split(",") for line in (tmp_path / "villages.csv").read_text("utf-8-sig").split()
    ]
    rows = [
        [f"T{at}", one[1], one[3], one[4], "2012-01-01", "9", one[2]]
        for at, one in enumerate(villages[1:])
    ]
    csv(tmp_path / "shelters.csv", moved([[*FACILITIES[0], "区码"], *rows], 2, truth))
    read = read_study(study)
    [verdict] = [verdict for file, verdict in read.datums if file == "shelters.csv"]
    assert verdict.datum == truth
    assert ("datum-contradicted" in codes(read.findings)) == (truth == "gcj02")
