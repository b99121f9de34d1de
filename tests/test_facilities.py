"""Facilities: which count, which pass the gate, where they belong, and that none is lost."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planners_files import METRIC, X0, Y0, at, box, city, csv, doubts, layer, metres, villages

from gapmap.errors import CrsError, InputError
from gapmap.facilities import FacilitySource, add_facilities, facilities_at, read_facilities
from gapmap.places import PlaceSource, read_places
from gapmap.tables import RowCount

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2014, 12, 31)
PLACES = "p1,上村,2000,5000,101\np2,下村,4000,5000,102\np3,东镇,15000,5000,201\np4,下村,,,201"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    return villages(folder, city(folder), PLACES, head=",town", town="town")


def source(path: Path, **more: object) -> FacilitySource:
    given_ = {"service": "clinic", "id": "id", "name": "name", "x": "x", "y": "y"}
    return FacilitySource(path=path, **{**given_, "datum": METRIC, **more})


def read(folder: Path, home, rows: str, *, head: str = "", **more: object):
    """Read one file of ``id,name,east,north`` and the further columns of ``head``."""
    path = csv(folder / "f.csv", f"id,name,x,y{head}\n{metres(rows)}")
    return read_facilities([source(path, **more)], home, date=DAY)


def column(facilities, name: str) -> list[object]:
    return list(facilities.table[name])


# --- does it exist?


@pytest.mark.parametrize(
    ("opened", "closed", "status", "counts"),
    [
        ("", "", "", "unknown"),  # a status column that is empty says nothing
        ("", "", "在用", "yes"),
        ("2014-12-31", "", "在用", "yes"),  # it opens on the day itself
        ("2015-01-01", "", "在用", "no"),
        ("", "2014-12-31", "在用", "no"),  # it closes on the day itself
        ("", "2015-01-01", "在用", "yes"),
        ("2014", "", "在用", "yes"),  # by the end of the year
        ("2014年12月", "", "Open", "yes"),
        ("2010-01-01", "", "停用", "no"),
        ("2010-01-01", "2013-01-01", "停用", "no"),
        ("2010-01-01", "2015-06-30", "停用", "yes"),  # the date says since when it is disused
        ("2010-01-01", "2015-06-30", "规划", "no"),  # a plan has not stood before
        ("2010-01-01", "", "在建", "no"),
        ("", "", "under_construction", "no"),
        ("", "", "未启用", "no"),
        ("2010-01-01", "", "待核实", "unknown"),
        ("2015-01-01", "", "待核实", "no"),  # whatever it means, it is not open yet
        ("2012-01-01", "2011-01-01", "在用", "unknown"),  # one of the dates is wrong
        ("2012-01-01", "2011-01-01", "停用", "no"),
    ],
)
def test_what_counts_on_the_day(tmp_path: Path, home, opened, closed, status, counts) -> None:
    made = read(
        tmp_path, home, f"a,站,1,1,{opened},{closed},{status}", head=",o,c,s",
        opened="o", closed="c", status="s",
    )  # fmt: skip
    assert column(made, "counts") == [counts]


def test_without_a_status_column_all_are_in_use(tmp_path: Path, home) -> None:
    made = read(tmp_path, home, "a,站,1,1")
    assert column(made, "in_use") == ["yes"]
    assert column(made, "counts") == ["yes"]


def test_doubtful_dates_and_words_are_recorded_once_each(tmp_path: Path, home) -> None:
    rows = "a,甲,1,1,2012,2011,待定\nb,乙,9,9,,,待定\nc,丙,99,99,,,怪\nd,丁,999,999,,,在用"
    made = read(
        tmp_path, home, rows, head=",o,c,s", opened="o", closed="c", status="s"
    )  # fmt: skip
    assert doubts(made.findings) == ["closed-before-opened", "status-unknown", "status-unknown"]
    told = {one.value: dict(one.facts)["count"] for one in made.findings if one.facts}
    assert told["待定"] == "2"
    (undated,) = [one for one in made.findings if one.code == "opened-unknown"]
    assert dict(undated.facts)["count"] == "3"
    assert made.table["closed"].notna().tolist() == [True, False, False, False]


def test_only_what_existed_once_lacks_an_opening_date(tmp_path: Path, home) -> None:
    """Row 3 and 7 are planned, 5 is disused for nobody knows how long, 8 repeats row 2."""
    rows = (
        "a,甲,1,1,,,在用\nb,乙,9,9,在建,,\nc,丙,99,99,,2013,停用\nd,丁,999,999,,,停用\n"
        "e,戊,5,5,,,待定\nf,己,6,6,,,规划\na,甲,1,1,,,在用"
    )
    made = read(
        tmp_path, home, rows, head=",o,c,s", opened="o", closed="c", status="s"
    )  # fmt: skip
    (undated,) = [one for one in made.findings if one.code == "opened-unknown"]
    assert undated.rows == (2, 4, 6)
    assert dict(undated.facts)["count"] == "3"


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    dates=st.lists(
        st.tuples(*[st.sampled_from(["", "2010-05-01", "2012-07-09", "2014-12-31"])] * 2,
                  st.sampled_from(["在用", "停用", "规划", "?"])),
        min_size=1, max_size=6,
    ),
    day=st.dates(dt.date(2009, 1, 1), dt.date(2016, 1, 1)),
)  # fmt: skip
def test_judging_at_another_date_is_reading_at_that_date(tmp_path: Path, home, dates, day) -> None:
    rows = "\n".join(f"{n},站{n},{n * 9},1,{','.join(row)}" for n, row in enumerate(dates))
    path = csv(tmp_path / "f.csv", f"id,name,x,y,o,c,s\n{metres(rows)}")
    one = source(path, opened="o", closed="c", status="s")
    early, late = (read_facilities([one], home, date=date) for date in (DAY, day))
    before = early.table.copy()
    again = facilities_at(early, day)
    assert again.date == day
    assert_geodataframe_equal(again.table, late.table)
    assert_geodataframe_equal(early.table, before)


def test_a_study_date_before_every_opening_is_a_warning_per_service(tmp_path: Path, home) -> None:
    path = csv(tmp_path / "f.csv", "id,kind,o\na,x,2016-01-01\nb,y,2016-01-01\nc,y,\n")
    one = source(
        path, service=None, service_column="kind", service_values={k: (k,) for k in "xyz"},
        name=None, x=None, y=None, opened="o", place="id",
    )  # fmt: skip
    made = read_facilities([one], home, date=DAY)
    said = {one.code: one.message("en") for one in made.findings}
    assert "first facility of x (2016-01-01)" in said["study-before-facilities"]
    assert [one.code for one in made.findings].count("study-before-facilities") == 1
    assert "service z" in said["service-empty"]
    assert made.services == ("x", "y", "z")


# --- the quality gate


@pytest.mark.parametrize(
    ("rule", "verdicts"),  # of 250, 249.9, "3 百", "", "约300", 0
    [
        (">= 250", "yes no unknown unknown unknown no"),
        (">=250", "yes no unknown unknown unknown no"),
        ("≥ 250", "yes no unknown unknown unknown no"),
        ("> 250", "no no unknown unknown unknown no"),
        ("<= 249.9", "no yes unknown unknown unknown yes"),
        ("< 250", "no yes unknown unknown unknown yes"),
        ("== 250", "yes no no unknown no no"),
        ("250", "yes no no unknown no no"),
        ("= 250.0", "yes no no unknown no no"),
        ("!= 250", "no yes yes unknown yes yes"),
    ],
)
def test_numbers_at_the_gate(tmp_path: Path, home, rule: str, verdicts: str) -> None:
    cells = ["250㎡", "249.9", "3 百", "", "约300", "0"]
    rows = "\n".join(f"{n},站{n},{n * 9},1,{cell}" for n, cell in enumerate(cells))
    made = read(
        tmp_path, home, rows, head=",area", attributes={"area_m2": "area"},
        require={"area_m2": rule},
    )  # fmt: skip
    assert column(made, "qualifies") == verdicts.split()


@pytest.mark.parametrize(
    ("rule", "verdicts"),  # of 是, Yes, 否, "", 部分, 1
    [
        ("yes", "yes yes no unknown no yes"),
        ("== 是", "yes yes no unknown no yes"),
        ("no", "no no yes unknown no no"),
        ("!= yes", "no no yes unknown yes no"),
        ("部分", "no no no unknown yes no"),
        ("1", "no no no unknown no yes"),
    ],
)
def test_words_at_the_gate(tmp_path: Path, home, rule: str, verdicts: str) -> None:
    cells = ["是", "Yes", "否", "", "部分", "1"]
    rows = "\n".join(f"{n},站{n},{n * 9},1,{cell}" for n, cell in enumerate(cells))
    made = read(tmp_path, home, rows, head=",达标", require={"达标": rule})
    assert column(made, "qualifies") == verdicts.split()
    assert column(made, "达标") == cells  # a column that the gate asks for is kept


def test_several_rules_fail_together_and_one_failure_decides(tmp_path: Path, home) -> None:
    rows = "a,甲,1,1,300,是\nb,乙,9,9,100,\nc,丙,99,99,,是\nd,丁,999,999,300,"
    made = read(
        tmp_path, home, rows, head=",area,ok", floor_area_m2="area", attributes={"standard": "ok"},
        require={"floor_area_m2": ">= 250", "standard": "yes"},
    )  # fmt: skip
    assert column(made, "qualifies") == ["yes", "no", "unknown", "unknown"]
    assert column(made, "failed") == [
        "", "floor_area_m2 >= 250; standard == yes", "floor_area_m2 >= 250", "standard == yes",
    ]  # fmt: skip
    assert column(made, "counts") == ["yes"] * 4
    assert doubts(made.findings) == ["facility-not-judged"] * 2


@pytest.mark.parametrize(
    ("require", "code"),
    [
        ({"area": ">= much"}, "require-unreadable"),
        ({"area": ">="}, "require-unreadable"),
        ({"area": ""}, "require-unreadable"),
        ({"area": "> nan"}, "require-unreadable"),
        ({"areas": ">= 1"}, "require-no-column"),
    ],
)
def test_a_gate_that_cannot_be_asked(tmp_path: Path, home, require, code) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, home, "a,甲,1,1,2", head=",area", require=require)
    assert caught.value.code == code
    if code == "require-no-column":
        assert "nearest: area" in str(caught.value)


def test_an_attribute_may_not_hide_a_column_of_ours(tmp_path: Path, home) -> None:
    with pytest.raises(InputError, match="place_id") as caught:
        read(tmp_path, home, "a,甲,1,1,2", head=",v", attributes={"place_id": "v"})
    assert caught.value.code == "attribute-reserved"


# --- where does it belong?


def test_codes_and_names_of_every_level(tmp_path: Path, home) -> None:
    rows = (
        "1,place id,,,p2\n2,place name,,,上村\n3,town id,,,101\n4,town name,,,南镇\n"
        "5,district id,,,2\n6,district name,,,2区\n7,unit of the plan,,,新区\n"
        "8,two places of one name,,,下村\n9,a place and two towns,,,东镇\n10,nothing,,,zz\n"
        "11,empty,,,\n12,full width,,,\uff11\uff10\uff11"
    )
    made = read(tmp_path, home, rows, head=",of", place="of")
    table = made.table.set_index("facility_id")
    told = {
        code: tuple(table.loc[code, ["place_id", "town_id", "district_id", "plan_district"]])
        for code in table.index
    }
    assert told == {
        "1": ("p2", "102", "1", "新区"),
        "2": ("p1", "101", "1", "1区"),
        "3": ("", "101", "1", "1区"),
        "4": ("", "102", "1", "新区"),
        "5": ("", "", "2", "2区"),
        "6": ("", "", "2", "2区"),
        "7": ("", "", "1", "新区"),
        "8": ("", "", "", ""),
        "9": ("", "", "", ""),
        "10": ("", "", "", ""),
        "11": ("", "", "", ""),
        "12": ("", "101", "1", "1区"),
    }
    assert list(table["belongs"]) == [
        "place", "place", "town", "town", "district", "district", "district", "", "", "", "",
        "town",
    ]  # fmt: skip
    assert set(table["place_basis"][:7]) == {"code"}
    rows_told = {one.code: one.row for one in made.findings if one.code.startswith("place-code")}
    assert rows_told == {"place-code-ambiguous": 10, "place-code-unknown": 11}


def test_an_unknown_code_falls_back_on_the_position(tmp_path: Path, home) -> None:
    rows = "a,甲,2500,5000,zz\nb,乙,2500,5000,p3\nc,丙,9000,9000,"
    made = read(tmp_path, home, rows, head=",of", place="of")
    assert column(made, "place_id") == ["p1", "p3", ""]
    assert column(made, "place_basis") == ["nearest", "code", ""]
    assert column(made, "district_id") == ["1", "2", "1"]
    assert column(made, "plan_district") == ["1区", "2区", ""]  # district 1 has two units
    assert column(made, "belongs") == ["place", "place", "district"]
    assert doubts(made.findings) == ["place-code-unknown", "facility-far-from-place"]


def test_far_from_its_place_means_beyond_ten_kilometres(tmp_path: Path, home) -> None:
    rows = "a,甲,12000,5000,p1\nb,乙,12001,5000,p1\nc,丙,1,1,p4"  # p4 has no position
    made = read(tmp_path, home, rows, head=",of", place="of")
    assert [(one.code, one.row) for one in made.findings if one.severity == "warning"] == [
        ("facility-far-from-place", 3)
    ]


def test_the_nearest_place_agrees_with_asking_every_place(tmp_path: Path) -> None:
    """Places on a grid, so that ties abound; presence is inclusive, ties go to the lower id."""
    rng = np.random.default_rng(7)
    codes = [f"p{n:02}" for n in rng.permutation(36)]
    spots = [(1000 + 500 * (n % 6), 1000 + 500 * (n // 6)) for n in range(36)]
    listed = "\n".join(f"{c},村,{x},{y}" for c, (x, y) in zip(codes, spots, strict=True))
    places = villages(tmp_path, city(tmp_path), listed)
    where = rng.integers(0, 18, size=(200, 2)) * 250
    rows = "\n".join(f"f{n},站{n},{x},{y}" for n, (x, y) in enumerate(where))
    table = read(tmp_path, places, rows, presence_m=500.0).table
    expected = []
    for spot in where:
        far = np.hypot(*(np.array(spots) - spot).T)
        near = [code for code, one in zip(codes, far, strict=True) if one == far.min() <= 500]
        expected.append(min(near, default=""))
    assert list(table["place_id"]) == expected
    assert "" in expected


def test_a_place_outside_the_area_is_nobodys_neighbour(tmp_path: Path) -> None:
    places = villages(tmp_path, city(tmp_path), "a,甲,-5000,5000\nb,乙,500,5000")
    made = read(tmp_path, places, "1,站,-5000,5000\n2,站,-100,5000")
    assert column(made, "place_id") == ["", "b"]
    assert column(made, "position") == ["outside", "outside"]
    assert column(made, "district_id") == ["", "1"]
    assert doubts(made.findings) == ["facility-outside", "facility-outside"]
    assert made.table.geometry.notna().all()


def test_polygons_go_before_nearness_and_the_lower_id_before_the_higher(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "p.gpkg", {"code": ["b", "a"], "name": ["乙", "甲"]},
        [box(2, 0, 5, 3), box(0, 0, 2, 3)],
    )  # fmt: skip
    places = read_places(PlaceSource(path=path, id="code", name="name"), city(tmp_path))
    rows = "1,border,2000,100\n2,in b,4999,1\n3,near,5100,1500\n4,far,9000,9000"
    made = read(tmp_path, places, rows, presence_m=2000.0)
    assert column(made, "place_id") == ["a", "b", "b", ""]
    assert column(made, "place_basis") == ["polygon", "polygon", "nearest", ""]


# --- positions


def test_a_file_of_codes_alone_is_read_without_positions(tmp_path: Path, home) -> None:
    path = csv(tmp_path / "f.csv", "id,name,of\na,甲,p1\nb,乙,\n")
    made = read_facilities([source(path, x=None, y=None, place="of")], home, date=DAY)
    assert column(made, "position") == ["missing", "missing"]
    assert column(made, "place_id") == ["p1", ""]
    assert doubts(made.findings) == ["facilities-without-positions"]
    with pytest.raises(InputError):
        read_facilities([source(path, x=None, y=None)], home, date=DAY)


def test_polygons_and_lines(tmp_path: Path, home) -> None:
    bow_tie = shapely.Polygon([(X0, Y0), (X0 + 1000, Y0 + 1000), (X0 + 1000, Y0), (X0, Y0 + 1000)])
    shapes = [box(1, 1, 2, 2), shapely.LineString([at(0, 0), at(9, 9)]), None, bow_tie]
    path = layer(tmp_path / "f.gpkg", {"id": list("abcd"), "name": list("abcd")}, shapes)
    made = read_facilities([source(path, x=None, y=None)], home, date=DAY)
    assert column(made, "position") == ["ok", "missing", "missing", "missing"]
    assert box(1, 1, 2, 2).contains(made.table.geometry[0])
    assert doubts(made.findings) == ["position-empty", "polygon-left-out", "shape-no-place"]


def test_a_layer_without_crs_has_to_be_told(tmp_path: Path, home) -> None:
    layer(tmp_path / "f.shp", {"id": ["a"], "name": ["a"]}, [at(1, 1)])
    (tmp_path / "f.prj").unlink()
    with pytest.raises(CrsError):
        read_facilities([source(tmp_path / "f.shp", x=None, y=None, datum="auto")], home, date=DAY)


# --- ids and repetitions


def test_ids_are_made_of_file_and_row(tmp_path: Path, home) -> None:
    made = read(tmp_path, home, ",甲,1,1\nb,乙,9,9")
    assert column(made, "facility_id") == ["f-2", "b"]
    assert made.rows == (RowCount("f.csv", read=2, used=1, repaired=1, excluded=0),)
    twice = csv(tmp_path / "f.csv", "k,name,x,y\n" + metres("a,甲,1,1\na,甲,1,1"))
    unnamed = read_facilities([source(twice, id=None)], home, date=DAY)
    assert column(unnamed, "facility_id") == ["f-2", "f-3"]
    assert unnamed.rows[0].repaired == 0
    assert doubts(unnamed.findings) == ["facility-twin"]  # not excluded: they may be two


def test_repetitions_across_files(tmp_path: Path, home) -> None:
    first = csv(tmp_path / "one.csv", "id,name,x,y,o,extra\n" + metres("a,甲,1,1,2012-01-01,k"))
    rows = "a,甲,1,1,2012-01-01\na,甲,1,1,2013-01-01\na,甲,1,1,2014-01-01"
    second = csv(tmp_path / "two.csv", "id,name,x,y,o\n" + metres(rows))
    sources = [source(first, opened="o"), source(second, opened="o")]
    made = read_facilities(sources, home, date=DAY)
    assert column(made, "facility_id") == ["a", "a~2", "a~3"]
    assert made.rows == (
        RowCount("one.csv", read=1, used=1, repaired=0, excluded=0),
        RowCount("two.csv", read=3, used=0, repaired=2, excluded=1),
    )
    (again,) = [one for one in made.findings if one.code == "row-repeated"]
    assert (again.file, again.row, dict(again.facts)["first"]) == ("two.csv", 2, "one.csv:2")
    assert "facility-twin" not in doubts(made.findings)  # their common id has been said
    # the same file read for another service repeats nothing
    other = read_facilities(
        [sources[0], source(first, service="school", opened="o")], home, date=DAY
    )
    assert column(other, "facility_id") == ["a", "a"]
    assert doubts(other.findings) == []
    # an attribute that differs makes another facility
    told = read_facilities(
        [source(first, opened="o", attributes={"extra": "extra"}), sources[1]], home, date=DAY
    )
    assert column(told, "facility_id") == ["a", "a~2", "a~3", "a~4"]
    assert column(told, "extra") == ["k", "", "", ""]


def test_possible_doubles_are_within_a_metre_and_of_one_name(tmp_path: Path, home) -> None:
    rows = "a,站,0,0\nb,站,1,0\nc,站,2.01,0\nd,亭,0,0\ne,,0,0\nf,,0,0"
    made = read(tmp_path, home, rows)
    told = [
        (one.row, dict(one.facts)["other"]) for one in made.findings if one.code == "facility-twin"
    ]
    assert told == [(3, "a")]
    many = "\n".join(f"{n},站,5,5" for n in range(300))
    found = doubts(read(tmp_path, home, many).findings)
    assert 150 <= found.count("facility-twin") <= 300  # each has a partner, not 44,850 pairs


def test_a_row_may_be_of_two_services_and_words_of_none_are_left_out(tmp_path: Path, home) -> None:
    rows = "a,甲,1,1,站\nb,乙,9,9,亭\nc,丙,99,99,厕所\nd,丁,999,999,\ne,戊,1,9,厕所"
    made = read(
        tmp_path, home, rows, head=",kind", service=None, service_column="kind",
        service_values={"stop": ("站", "亭"), "station": ("站",)},
    )  # fmt: skip
    assert list(zip(column(made, "facility_id"), column(made, "service"), strict=True)) == [
        ("a", "stop"), ("a", "station"), ("b", "stop"),
    ]  # fmt: skip
    assert made.rows == (RowCount("f.csv", read=5, used=2, repaired=0, excluded=3),)
    left = [(one.value, one.row, dict(one.facts)["count"]) for one in made.findings
            if one.code == "service-unknown"]  # fmt: skip
    assert left == [("厕所", 4, "2"), ("", 5, "1")]


def test_a_row_of_two_services_is_renamed_once(tmp_path: Path, home) -> None:
    made = read(
        tmp_path, home, "a,甲,1,1,站\na,乙,9,9,站", head=",kind", service=None,
        service_column="kind", service_values={"stop": ("站",), "station": ("站",)},
    )  # fmt: skip
    assert column(made, "facility_id") == ["a", "a", "a~2", "a~2"]
    assert doubts(made.findings) == ["facility-id-repeated"]
    assert made.rows == (RowCount("f.csv", read=2, used=1, repaired=1, excluded=0),)


def test_many_on_one_spot_go_to_the_lowest_id(tmp_path: Path) -> None:
    """Places often share a fallback position; comparing all pairs would fill the memory."""
    places = villages(
        tmp_path, city(tmp_path), "\n".join(f"p{n:04},村,5000,5000" for n in range(3000))
    )
    rows = "\n".join(f"f{n},站,5000,5000" for n in range(3000))
    table = read(tmp_path, places, rows).table
    assert set(table["place_id"]) == {"p0000"}


def test_a_source_is_of_one_service_or_has_a_column(tmp_path: Path, home) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, home, "a,甲,1,1", service=None)
    assert caught.value.code == "service-once"


def test_a_file_with_nothing_but_a_header(tmp_path: Path, home) -> None:
    made = read_facilities(
        [source(csv(tmp_path / "f.csv", "id,name,x,y,o\n"), opened="o")], home, date=DAY
    )
    assert len(made.table) == 0
    assert made.services == ("clinic",)
    assert doubts(made.findings) == ["table-without-rows", "service-empty"]
    full = read(tmp_path, home, "a,甲,1,1")
    assert list(made.table.columns) == list(full.table.columns)
    assert list(made.table.dtypes.drop("geometry")) == list(full.table.dtypes.drop("geometry"))
    none = read_facilities([], home, date=DAY)
    assert list(none.table.dtypes.drop("geometry")) == list(full.table.dtypes.drop("geometry"))


def test_simulated_files_and_floor_areas(tmp_path: Path, home) -> None:
    rows = "a,甲,1,1,300,-1\nb,乙,9,9,,12"
    made = read(
        tmp_path, home, rows, head=",area,beds", floor_area_m2="area", capacity="beds",
        simulated=True,
    )  # fmt: skip
    assert made.simulated == ("f.csv",)
    assert made.table["floor_area_m2"].tolist()[0] == 300.0
    assert made.table["capacity"].isna().tolist() == [True, False]
    assert doubts(made.findings) == ["number-out-of-range"]


def test_a_site_can_be_added_to_what_was_read(tmp_path: Path, home) -> None:
    made = read(tmp_path, home, "a,甲,1,1,2", head=",v", attributes={"v": "v"})
    site = gpd.GeoDataFrame(
        {"facility_id": ["s"], "facility": ["新"], "service": ["clinic"], "place_id": ["p1"]},
        geometry=[at(5, 5)], crs=METRIC,
    )  # fmt: skip
    both = add_facilities(made, site, home)
    assert list(both.table["facility_id"]) == ["a", "s"]
    assert list(facilities_at(both, DAY).table["counts"]) == ["yes", "yes"]
    assert len(made.table) == 1


CELL = st.sampled_from(["", "a", "b", "1", "2", "p1", "停用", "2012-02-30", "2011", "站", "-3"])


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["a", "b", ""]), st.sampled_from(["", "0", "2000"]), *[CELL] * 5),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_no_row_is_lost(tmp_path: Path, home, rows) -> None:
    """Whatever stands in the cells: rows add up, ids are single, verdicts are of three."""
    text = "\n".join(",".join([row[0], "站", row[1], "5000", *row[2:]]) for row in rows)
    made = read(
        tmp_path, home, text, head=",o,c,s,kind,of", opened="o", closed="c", status="s",
        service=None, service_column="kind", service_values={"x": ("a", "1"), "y": ("b", "1")},
        place="of", require={"of": "!= b"},
    )  # fmt: skip
    count, table = made.rows[0], made.table
    assert count.read == len(rows)
    assert table["row"].nunique() == count.used + count.repaired
    assert not table.duplicated(["service", "facility_id"]).any()
    lost = set(range(2, len(rows) + 2)) - set(table["row"])
    of_none = {n for n, row in enumerate(rows, start=2) if row[5] not in {"a", "b", "1"}}
    repeated = {one.row for one in made.findings if one.code == "row-repeated"}
    assert of_none <= lost <= of_none | repeated
    for name in ("counts", "qualifies", "in_use"):
        assert set(table[name]) <= {"yes", "no", "unknown"}
    assert ((table["failed"] == "") == (table["qualifies"] == "yes")).all()
    assert ((table["belongs"] == "place") == (table["place_id"] != "")).all()
    assert pd.api.types.is_datetime64_any_dtype(table["opened"])


# --- columns that the study does not name, and cells in doubt


def test_columns_are_found_by_their_titles_and_the_choice_is_told(tmp_path: Path, home) -> None:
    titles = "设施编号,设施名称,X坐标,Y坐标,建筑面积,建成日期\n"
    path = csv(tmp_path / "f.csv", titles + metres("a,甲,1,1,0.3亩,2020-01-01"))
    named = {"id": None, "name": None, "x": None, "y": None, "require": {"floor_area_m2": ">= 200"}}
    made = read_facilities([source(path, **named)], home, date=DAY)
    assert column(made, "facility_id") == ["a"]
    assert column(made, "facility") == ["甲"]
    assert column(made, "floor_area_m2") == [200.0]
    assert column(made, "qualifies") == ["yes"]
    assert column(made, "counts") == ["yes"]  # its date is not used unasked
    chosen = {
        dict(one.facts)["role"]: one.field for one in made.findings if one.code == "column-chosen"
    }
    assert chosen == {
        "id": "设施编号",
        "name": "设施名称",
        "x": "X坐标",
        "y": "Y坐标",
        "floor_area_m2": "建筑面积",
    }
    hints = [one.field for one in made.findings if one.code == "column-unused-hint"]
    assert hints == ["建成日期"]


def test_the_gate_converts_units_and_says_a_doubtful_area_once(tmp_path: Path, home) -> None:
    rows = "a,甲,1,1,约300\nb,乙,2,2,250人\nc,丙,3,3,0.03公顷"
    gate = {"floor_area_m2": "area", "require": {"floor_area_m2": ">= 300"}}
    made = read(tmp_path, home, rows, head=",area", **gate)
    assert column(made, "qualifies") == ["unknown", "unknown", "yes"]
    said = [(one.code, one.row) for one in made.findings if one.field == "area"]
    assert said == [("number-converted", 4), ("number-approximate", 2), ("unit-unexpected", 3)]
    asked = read(tmp_path, home, rows, head=",space_m2", require={"space_m2": ">= 300"})
    assert column(asked, "qualifies") == ["unknown", "unknown", "yes"]
    allowed = read(tmp_path, home, rows, head=",area", repair="all", **gate)
    assert column(allowed, "floor_area_m2")[0] == 300
    assert allowed.rows[0] == RowCount("f.csv", read=3, used=2, repaired=1, excluded=0)


def test_what_is_under_construction_in_place_of_a_date_does_not_count(tmp_path, home) -> None:
    made = read(tmp_path, home, "a,甲,1,1,在建\nb,乙,2,2,2012", head=",o", opened="o")
    assert column(made, "counts") == ["no", "yes"]
    rows = "a,甲,1,1,在建,在用\nb,乙,2,2,在建,\nc,丙,3,3,未建成,规划"
    made = read(tmp_path, home, rows, head=",o,s", opened="o", status="s")
    assert column(made, "counts") == ["unknown", "no", "no"]


def test_a_place_code_in_scientific_notation_is_unknown_and_an_own_one_an_error(
    tmp_path: Path, home
) -> None:
    made = read(tmp_path, home, "a,甲,1,1,4.40201E+11", head=",of", place="of")
    assert [(one.row, one.severity) for one in made.findings if "lost" in one.code] == [
        (2, "error")
    ]
    assert made.rows[0].used == 1
    with pytest.raises(InputError, match="scientific notation"):
        read(tmp_path, home, "4.40201E+11,甲,1,1")


def test_no_id_is_made_where_the_study_allows_no_repair(tmp_path: Path, home) -> None:
    with pytest.raises(InputError, match="the id is empty") as caught:
        read(tmp_path, home, ",甲,1,1\n,乙,2,2\nc,丙,3,3", repair="none")
    assert [one.row for one in caught.value.found] == [2, 3]


def test_no_id_is_changed_where_the_study_allows_no_repair(tmp_path: Path, home) -> None:
    with pytest.raises(InputError, match="stands twice with different content") as caught:
        read(tmp_path, home, "a,甲,1,1\na,乙,2,2\na,丙,3,3", repair="none")
    assert [one.row for one in caught.value.found] == [3, 4]


def test_a_number_that_equality_takes_by_a_repair_is_told(tmp_path: Path, home) -> None:
    path = csv(tmp_path / "f.csv", f"id,name,x,y,area\n{metres('a,甲,1,1,约300')}")
    given_ = source(path, require={"area": "== 300"}, repair="all")
    made = read_facilities([given_], home, date=DAY)
    assert column(made, "qualifies") == ["yes"]
    assert made.rows[0] == RowCount("f.csv", read=1, used=0, repaired=1, excluded=0)
    assert "number-approximate-read" in doubts(made.findings)


def test_every_row_of_an_unknown_service_is_named(tmp_path: Path, home) -> None:
    rows = "a,甲,1,1,诊所\nb,乙,1,2,庙\nc,丙,1,3,井\nd,丁,1,4,庙"
    words = {"service": None, "service_column": "kind", "service_values": {"clinic": ("诊所",)}}
    made = read(tmp_path, home, rows, head=",kind", **words)
    told = [one.rows for one in made.findings if one.code == "service-unknown"]
    assert told == [(3, 5), (4,)]
