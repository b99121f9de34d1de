"""A study's layers against roads and against each other: warned of, or converted when asked."""

from __future__ import annotations

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


def test_outside_china_all_datums_are_one_and_detect_reads_what_is_declared(tmp_path) -> None:
    study = write_city(tmp_path, {SHELTER_DATUM: SHELTER_DATUM.replace("wgs84", "detect")})
    ring = [[-22.2, 64.0], [-21.6, 64.0], [-21.6, 64.3], [-22.2, 64.3], [-22.2, 64.0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    geojson(tmp_path / "districts.geojson", [feature(shape, adcode="440403", name="A")])
    csv(tmp_path / "villages.csv", [VILLAGES[0], ["1", "A", "440403", "-22.0", "64.1", "5"]])
    csv(tmp_path / "shelters.csv", [FACILITIES[0], ["T", "A", "-22.0", "64.1", "2012-01-01", "9"]])
    assert codes(read_study(study).findings) == ["datum-assumed"]
