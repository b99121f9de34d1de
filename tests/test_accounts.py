"""The law of rows at the level of a study: what was read is what was used, repaired, left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pandas as pd
import pytest
from builders import places

from gapmap.cli import main
from gapmap.errors import MethodError, StudyError
from gapmap.sensitivity import Assumptions
from gapmap.study import read_study
from gapmap.study.accounts import check_accounts
from gapmap.study.accuracy import by_words
from gapmap.study.bare import name_bare
from gapmap.studyfile import SensitivityEntry
from gapmap.tables import RowCount

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("accounts")
    assert main(["init", str(folder)]) == 0
    return read_study(folder)


def test_a_sound_study_adds_up(study) -> None:
    check_accounts(study)
    assert {one.file for one in study.rows} == {
        "districts.geojson", "villages.csv", "facilities.csv", "roads.geojson",
    }  # fmt: skip


def test_a_place_that_got_lost_is_noticed(study) -> None:
    places = replace(study.places, table=study.places.table.iloc[1:])
    with pytest.raises(MethodError, match=r"villages\.csv: \d+ rows are said to be used"):
        check_accounts(replace(study, places=places))


def test_a_facility_that_fanned_out_is_noticed(study) -> None:
    table = study.facilities.table
    more = table.iloc[[0]].assign(row=999)
    facilities = replace(study.facilities, table=pd.concat([table, more]))
    with pytest.raises(MethodError, match="facilities"):
        check_accounts(replace(study, facilities=facilities))


def test_a_file_that_nobody_counted_is_noticed(study) -> None:
    rows = tuple(one for one in study.rows if one.file != "roads.geojson")
    with pytest.raises(MethodError, match=r"roads\.geojson: its rows were not counted"):
        check_accounts(replace(study, rows=rows))


def test_one_file_of_two_blocks_may_be_counted_twice(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "a")]) == 0
    text = (tmp_path / "a" / "study.toml").read_text("utf8")
    block = text[text.index("[[facilities]]") : text.index("[network]")]
    (tmp_path / "a" / "study.toml").write_text(
        text.replace("[network]", block + "[network]"), "utf8"
    )
    read = read_study(tmp_path / "a")
    check_accounts(read)
    twice = [one for one in read.rows if one.file == "facilities.csv"]
    assert len(twice) == 2


def test_positions_of_each_sheet_are_as_exact_as_its_block_says(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    assert main(["init", str(folder)]) == 0
    table = pd.read_csv(folder / "facilities.csv", dtype=str)
    with pd.ExcelWriter(folder / "facilities.xlsx") as book:
        table.iloc[::2].to_excel(book, sheet_name="A", index=False)
        table.iloc[1::2].to_excel(book, sheet_name="B", index=False)
    with ZipFile(folder / "facilities.zip", "w") as packed:
        packed.write(folder / "facilities.csv", "facilities.csv")
    text = (folder / "study.toml").read_text("utf8")
    start, end = text.index("[[facilities]]"), text.index("[network]")
    old = 'path = "facilities.csv"'
    block = text[start:end]

    def read(*several: str) -> Mapping[str, float]:
        blocks = "".join(block.replace(old, one) for one in several)
        (folder / "study.toml").write_text(
            f"{text[:start]}{blocks}{text[end:]}\n[sensitivity]\n", "utf8"
        )
        made = read_study(folder)
        told = made.file.sensitivity.assumptions.position_m_by_file
        assert {*told} <= {*made.facilities.table["file"]}
        return told

    sheet = 'path = "facilities.xlsx"\nsheet = "%s"\n%s'
    assert read(sheet % ("A", "position_m = 5"), sheet % ("B", "")) == {"facilities.xlsx[A]": 5.0}
    packed = read('path = "facilities.zip"\nposition_m = 7')
    assert packed == {"facilities.zip[facilities.csv]": 7.0}


def test_rows_that_call_their_file_the_same_are_equally_exact(study) -> None:
    raw = {"places": {}, "facilities": [{"position_m": 5}, {}]}
    asked = SensitivityEntry(assumptions=Assumptions())
    file = replace(study.file, raw=raw, sensitivity=asked)
    whole = len(study.facilities.table)
    halves = replace(study.facilities, sizes=(3, whole - 3))
    with pytest.raises(StudyError, match=r"facilities\[2\].position_m: files called"):
        by_words(file, study.places, halves)
    one = replace(study.facilities, sizes=(whole, 0))
    told = by_words(file, study.places, one).sensitivity.assumptions
    assert told.position_m_by_file == {"facilities.csv": 5.0}


def test_a_district_without_a_place_is_named() -> None:
    both = places([{"x": 0, "y": 0}, {"x": 15_000, "y": 0}])
    assert list(name_bare(both, file="s")) == []
    east = name_bare(places([{"x": 15_000, "y": 0}]), file="s")
    bare = {one.code: one.message("zh") for one in east}
    assert set(bare) == {
        *("district-without-places", "town-without-places", "group-without-places"),
    }
    assert "甲区" in bare["district-without-places"]
    assert "一镇" in bare["town-without-places"]
    assert "west" in bare["group-without-places"]


def test_districts_of_one_name_are_told() -> None:
    both = places([{"x": 0, "y": 0}, {"x": 15_000, "y": 0}])
    districts = both.region.districts.assign(district="东区")
    twins = replace(both, region=replace(both.region, districts=districts))
    (told,) = name_bare(twins, file="s")
    assert told.code == "district-namesakes"
    assert "东区" in told.message("en")


def test_a_study_names_the_districts_that_have_no_place(study, tmp_path: Path) -> None:
    assert not [one for one in study.findings if "without-places" in one.code]
    assert main(["init", str(tmp_path / "a")]) == 0
    file = tmp_path / "a" / "villages.csv"
    table = pd.read_csv(file, dtype=str)
    kept = study.places.table["district_id"].iloc[0]
    here = (study.places.table["district_id"] == kept).to_numpy()
    table[here].to_csv(file, index=False, encoding="utf-8-sig")
    codes = [one.code for one in read_study(tmp_path / "a").findings]
    assert "district-without-places" in codes


def test_counts_that_do_not_add_up_cannot_be_made() -> None:
    with pytest.raises(MethodError, match="do not add up"):
        RowCount(file="a.csv", read=3, used=1, repaired=1, excluded=0)
