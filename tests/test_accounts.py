"""The law of rows at the level of a study: what was read is what was used, repaired, left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from gapmap.cli import main
from gapmap.errors import MethodError
from gapmap.study import read_study
from gapmap.study.accounts import check_accounts
from gapmap.tables import RowCount

if TYPE_CHECKING:
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


def test_counts_that_do_not_add_up_cannot_be_made() -> None:
    with pytest.raises(MethodError, match="do not add up"):
        RowCount(file="a.csv", read=3, used=1, repaired=1, excluded=0)
