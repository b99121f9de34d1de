"""Indicators, certificates and milestones: what offices report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from planners_files import csv

from gapmap.errors import InputError
from gapmap.records import no_records, read_records
from gapmap.tables import RowCount

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "district_id,year,indicator,value\n"


def indicators(folder: Path, rows: str):
    return read_records(indicators=csv(folder / "i.csv", HEAD + rows))


def codes(records) -> list[tuple[str, int | None]]:
    return [(one.code, one.row) for one in records.findings if one.severity != "note"]


def test_no_records_have_the_columns_and_types_of_read_ones(tmp_path: Path) -> None:
    read = read_records(
        indicators=csv(tmp_path / "i.csv", HEAD + "city,2014,rate,0.8\n"),
        certificates=csv(tmp_path / "c.csv", "area_id,certificate,date\n1,eco,2013-01-02\n"),
        milestones=csv(tmp_path / "m.csv", "milestone,state,date\nm,started,2012-05-01\n"),
    )
    none = no_records()
    for name in ("indicators", "certificates", "milestones"):
        assert len(getattr(none, name)) == 0
        assert getattr(none, name).dtypes.to_dict() == getattr(read, name).dtypes.to_dict()
    assert none.rows == none.findings == none.simulated == ()
    assert read.certificates.loc[0, "date"] == pd.Timestamp("2013-01-02")


@pytest.mark.parametrize(
    ("written", "year"),
    [("2014", 2014), ("2014年", 2014), ("2014.0", 2014), ("\uff12\uff10\uff11\uff14", 2014),
     ("14", None), ("2014-12", None), ("", None), ("年", None)],
)  # fmt: skip
def test_years(tmp_path: Path, written: str, year: int | None) -> None:
    records = indicators(tmp_path, f"city,{written},rate,0.8\n")
    assert records.indicators["year"].tolist() == ([] if year is None else [year])
    assert codes(records) == ([] if year else [("record-incomplete", 2)])
    assert records.indicators["year"].dtype == "int64"


def test_rows_that_lack_what_they_are_about_are_left_out(tmp_path: Path) -> None:
    rows = "city,2014,rate,0.8\n,2014,rate,1\ncity,2014,,1\ncity,2014,rate2,?\n1,2014,rate,1\n"
    records = indicators(tmp_path, rows)
    assert records.indicators.to_dict("list") == {
        "district_id": ["city", "1"], "year": [2014, 2014], "indicator": ["rate", "rate"],
        "value": [0.8, 1.0],
    }  # fmt: skip
    assert records.rows == (RowCount("i.csv", read=5, used=2, repaired=0, excluded=3),)
    assert {row for _, row in codes(records)} == {3, 4, 5}


def test_a_repeated_figure_is_left_out_and_two_that_disagree_are_unknown(tmp_path: Path) -> None:
    rows = "1,2014,a,5\n1,2014,a,5\n1,2014,b,5\n2,2014,b,5\n1,2014,b,6\n1,2014,b,7\n"
    records = indicators(tmp_path, rows)
    table = records.indicators.set_index(["district_id", "indicator"])["value"]
    assert table["1", "a"] == 5
    assert pd.isna(table["1", "b"])
    assert table["2", "b"] == 5
    assert codes(records) == [
        ("record-repeated", 3), ("indicator-conflict", 6), ("indicator-conflict", 7),
    ]  # fmt: skip
    assert "6.0, and 5.0 in row 4" in records.findings[1].message("en")
    assert records.rows == (RowCount("i.csv", read=6, used=3, repaired=0, excluded=3),)


def test_dates_that_are_missing_or_none_stay_unknown(tmp_path: Path) -> None:
    text = "area_id,certificate,date\na,eco,\nb,eco,2013-02-30\nc,eco,2013年3月\n,eco,2013-01-01\n"
    records = read_records(certificates=csv(tmp_path / "c.csv", text))
    assert records.certificates["area_id"].tolist() == ["a", "b", "c"]
    assert records.certificates["date"].isna().tolist() == [True, True, False]
    assert records.certificates["date"][2] == pd.Timestamp("2013-03-31")
    assert ("record-incomplete", 5) in codes(records)
    assert records.rows[0].excluded == 1


def test_a_project_may_have_several_states(tmp_path: Path) -> None:
    text = (
        "milestone,state,date\nm,planned,2012-01-01\nm,started,2013-01-01\nm,started,2013-01-01\n"
    )
    records = read_records(milestones=csv(tmp_path / "m.csv", text), simulated=True)
    assert records.milestones["state"].tolist() == ["planned", "started"]
    assert records.simulated == ("m.csv",)
    assert codes(records) == [("record-repeated", 4)]


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    records = indicators(tmp_path, "01,2014,rate,1\n440402.0,2014,rate,1\n")
    assert records.indicators["district_id"].tolist() == ["01", "440402"]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="year") as caught:
        read_records(
            indicators=csv(tmp_path / "i.csv", "district_id,years,indicator,value\n1,2,3,4\n")
        )
    assert caught.value.field == "year"


def test_a_header_alone_is_no_figure(tmp_path: Path) -> None:
    records = indicators(tmp_path, "")
    assert len(records.indicators) == 0
    assert records.rows == (RowCount("i.csv", read=0, used=0, repaired=0, excluded=0),)


def test_titles_may_differ_in_case_and_blanks_and_lost_codes_are_told(tmp_path: Path) -> None:
    rows = "DISTRICT_ID,Year,indicator,value\n4.40201E+11,2012,a,3\n1,2012,a,三百\n"
    records = read_records(indicators=csv(tmp_path / "i.csv", rows))
    assert list(records.indicators["value"]) == [300.0]
    told = [(one.code, one.row) for one in records.findings]
    assert ("code-digits-lost", 2) in told
    assert ("record-incomplete", 2) in told
    assert [one.field for one in records.findings if one.code == "column-title-other"] == [
        "DISTRICT_ID",
        "Year",
    ]
