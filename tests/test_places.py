"""Villages and communities: where they belong, what counts, and that nobody is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planners_files import (
    METRIC,
    SQUARES,
    X0,
    Y0,
    at,
    box,
    city,
    csv,
    districts,
    doubts,
    layer,
    metres,
    villages,
)

from gapmap.errors import InputError
from gapmap.places import PlaceSource, read_places
from gapmap.region import DistrictSource, TownSource, read_region
from gapmap.tables import RowCount

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    return city(tmp_path_factory.mktemp("region"))


def column(places, name: str) -> list[object]:
    return list(places.table[name])


# --- district and position


def test_a_thousand_metres_from_the_named_district_are_inside_and_a_metre_more_is_not(
    tmp_path: Path, region
) -> None:
    rows = "a,甲,-1000,5000,1\nb,乙,-1001,5000,1\nc,丙,-1000,5000,\nd,丁,-1000,5000,2"
    places = villages(tmp_path, region, rows, head=",of", district="of")
    assert column(places, "position") == ["ok", "outside", "outside", "outside"]
    assert column(places, "district_id") == ["1", "1", "", "2"]
    assert doubts(places.findings) == ["place-outside"] * 3 + ["place-near-border"]
    assert places.table.geometry.notna().all()


def test_beyond_a_thousand_doubtful_places_one_finding_stands_for_the_others(
    tmp_path: Path, region
) -> None:
    rows = "\n".join(f"a{n},甲{n},{30_000 + n},5000,1" for n in range(1_500))
    places = villages(tmp_path, region, rows, head=",of", district="of")
    told = [one for one in places.findings if one.code == "place-outside"]
    assert [one.row for one in told] == list(range(2, 1_003))
    assert told[-1].further == tuple(range(1_003, 1_502))
    assert told[1].message() == "甲1 lies outside every district (it belongs to 1)"


def test_the_district_of_a_named_town_counts_as_named(tmp_path: Path, region) -> None:
    rows = "a,甲,-900,5000,102\nb,乙,5000,5000,201\nc,丙,5000,5000,"
    places = villages(tmp_path, region, rows, head=",town", town="town")
    assert column(places, "district_id") == ["1", "2", "1"]
    assert column(places, "position") == ["ok", "ok", "ok"]
    assert column(places, "plan_district") == ["新区", "2区", ""]
    assert doubts(places.findings) == ["place-near-border", "place-other-district"]


def test_a_misspelt_district_gives_way_to_the_position_before_the_town(
    tmp_path: Path, region
) -> None:
    rows = "a,甲,5000,5000,??,201\nb,乙,30000,5000,??,201\nc,丙,5000,5000,,201"
    places = villages(tmp_path, region, rows, head=",of,town", district="of", town="town")
    assert column(places, "district_id") == ["1", "2", "2"]
    assert doubts(places.findings).count("district-unknown") == 2


def test_a_row_whose_district_and_town_disagree_is_doubted(tmp_path: Path, region) -> None:
    places = villages(
        tmp_path, region, "a,甲,5000,5000,1,201", head=",of,town", district="of", town="town"
    )
    assert column(places, "district_id") == ["1"]
    assert column(places, "town_id") == ["201"]
    assert doubts(places.findings) == ["place-other-town"]


def test_border_places_belong_to_the_lower_district(tmp_path: Path, region) -> None:
    places = villages(tmp_path, region, "a,甲,10000,0\nb,乙,10000.001,0")
    assert column(places, "district_id") == ["1", "2"]


# --- town


def test_a_town_name_of_two_districts_is_looked_for_where_the_place_lies(
    tmp_path: Path, region
) -> None:
    rows = "a,甲,15000,5000,东镇\nb,乙,5000,5000,东镇\nc,丙,30000,5000,东镇\nd,丁,1,1,102"
    places = villages(tmp_path, region, rows, head=",town", town="town")
    assert column(places, "town_id") == ["201", "101", "", "102"]
    assert column(places, "town") == ["东镇", "东镇", "", "南镇"]
    assert doubts(places.findings) == ["town-unknown", "place-outside"]


def test_towns_by_polygon(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "t.gpkg", {"code": ["t1", "t2"], "name": ["甲镇", "乙镇"]},
        [box(0, 0, 5, 5), box(5, 0, 10, 5)],
    )  # fmt: skip
    region = read_region(
        districts(tmp_path, SQUARES), TownSource(path=path, id="code", name="name")
    )
    places = villages(tmp_path, region, "a,甲,5000,1\nb,乙,5001,1\nc,丙,1,9000\nd,丁,,")
    assert column(places, "town_id") == ["t1", "t2", "", ""]  # the border is the lower id's
    assert column(places, "position") == ["ok", "ok", "ok", "missing"]


def test_without_a_list_of_towns_the_words_stand_as_written(tmp_path: Path) -> None:
    region = city(tmp_path, None)
    places = villages(tmp_path, region, "a,甲,1,1,白蕉镇\nb,乙,1,1,", head=",town", town="town")
    assert column(places, "town_id") == column(places, "town") == ["白蕉镇", ""]
    assert column(places, "plan_district") == ["1区", "1区"]
    assert "towns-as-written" in {one.code for one in places.findings}


# --- urban and rural

VALUES = {"urban": ("居委会", "居民委员会", "111"), "rural": ("村委会", "村民委员会", "210", "村")}


@pytest.mark.parametrize(
    ("cell", "setting"),
    [
        ("居委会", "urban"), ("111", "urban"), ("111.0", "urban"), ("210", "rural"),
        ("rural", "rural"), ("Urban", "urban"), ("上村村委会", "unknown"), ("112", "unknown"),
        ("", "unknown"), ("村", "rural"),
    ],
)  # fmt: skip
def test_a_class_column_has_to_equal_an_entry(tmp_path: Path, region, cell, setting) -> None:
    places = villages(
        tmp_path, region, f"a,甲村委会,1,1,{cell}",
        head=",class", setting="class", setting_values=VALUES,
    )  # fmt: skip
    assert column(places, "setting") == [setting]


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("上冲社区居民委员会", "urban"), ("三灶村民委员会", "rural"), ("村委会", "rural"),
        ("下村", "unknown"),  # 村 alone is too short for an ending
        ("农场210", "unknown"),  # digits are codes, not endings
        ("村委会筹备处", "unknown"),  # contains it, but ends otherwise
        ("居委会和村委会", "unknown"),  # fits both
    ],
)  # fmt: skip
def test_a_name_column_is_judged_by_its_ending(tmp_path: Path, region, name, setting) -> None:
    places = villages(tmp_path, region, f"a,{name},1,1", setting="name", setting_values=VALUES)
    assert column(places, "setting") == [setting]


def test_one_note_counts_the_unknown_and_lists_their_words(tmp_path: Path, region) -> None:
    rows = "a,甲,1,1,其他\nb,乙,1,1,\nc,丙,1,1,其他\nd,丁,1,1,村"
    places = villages(tmp_path, region, rows, head=",class", setting="class", setting_values=VALUES)
    (note,) = [one for one in places.findings if one.code == "setting-unknown"]
    assert (note.severity, note.row) == ("note", 2)
    assert "setting_values: 3 (" in note.message("en")
    assert "其他 (2), – (1)" in note.message("zh")


# --- people, islands, further columns


def test_income_is_read_where_it_is_named(tmp_path: Path, region) -> None:
    rows = "a,甲,1,1,21000\nb,乙,1,1,\nc,丙,1,1,3.5万"
    places = villages(tmp_path, region, rows, head=",pay", income="pay")
    assert places.table["income"].tolist()[::2] == [21000, 35000]
    (note,) = [one for one in places.findings if one.code == "places-income-unknown"]
    assert dict(note.facts)["count"] == "1"
    assert "source_pay" not in places.table
    assert "income" not in villages(tmp_path, region, rows, head=",pay").table


def test_people_groups_and_islands(tmp_path: Path, region) -> None:
    rows = "a,甲,1,1,100,20,是,x\nb,乙,1,1,-1,?,否,y\nc,丙,1,1,,30,也许,\nd,丁,1,1,0,,,"
    places = villages(
        tmp_path, region, rows, head=",people,old,island,safe", people="people",
        group_people={"elderly": "old"}, island="island",
    )  # fmt: skip
    table = places.table
    assert table["people"].tolist()[::3] == [100.0, 0.0]
    assert table["people"].isna().tolist() == [False, True, True, False]
    assert table["people_elderly"].isna().tolist() == [False, True, False, True]
    assert table["island"].tolist() == [True, False, pd.NA, pd.NA]
    assert table["island"].dtype == "boolean"
    assert column(places, "source_safe") == ["x", "y", "", ""]
    assert [name for name in table if name.startswith("source_")] == ["source_safe"]
    assert places.weight == "people"
    assert places.groups == ("elderly",)
    assert doubts(places.findings) == [
        "number-out-of-range", "people-unknown", "number-unreadable", "people-group-unknown",
        "boolean-unreadable",
    ]  # fmt: skip
    told = [one for one in places.findings if one.code.startswith("people")]
    assert [dict(one.facts)["count"] for one in told] == ["2", "2"]
    assert "the group 'elderly'" in told[1].message("en")


def test_an_island_column_that_is_absent_is_unknown(tmp_path: Path, region) -> None:
    places = villages(tmp_path, region, "a,甲,1,1")
    assert places.table["island"].isna().all()


# --- ids


def test_ids_that_are_missing_are_made_and_never_collide(tmp_path: Path, region) -> None:
    places = villages(tmp_path, region, ",甲,1,1\nrow-2,乙,1,1\n,丙,1,1")
    assert column(places, "place_id") == ["row-2~", "row-2", "row-4"]
    assert places.rows == (RowCount("p.csv", read=3, used=1, repaired=2, excluded=0),)


def test_a_nameless_place_is_shown_by_its_id(tmp_path: Path, region) -> None:
    places = villages(tmp_path, region, "a,,1,1")
    assert column(places, "place") == ["a"]
    assert doubts(places.findings) == ["name-empty"]


def test_features_that_differ_only_in_shape_are_not_repeated(tmp_path: Path, region) -> None:
    rows = {"code": ["a", "a"], "name": ["甲", "甲"]}
    source = PlaceSource(path=tmp_path / "p.gpkg", id="code", name="name", datum=METRIC)
    layer(source.path, rows, [at(1, 1), at(1, 2)])
    with pytest.raises(InputError) as caught:
        read_places(source, region)
    assert caught.value.code == "id-conflict"
    source.path.unlink()
    layer(source.path, rows, [at(1, 1), at(1, 1)])
    assert len(read_places(source, region).table) == 1


# --- shapes


def test_shapes_of_every_kind(tmp_path: Path, region) -> None:
    w = 20.0
    crossed = shapely.Polygon(
        [(X0, Y0), (X0 + 1000, Y0), (X0 + 1000, Y0 + 1000), (X0, Y0 + 1000), (X0 + w, Y0 - w)]
    )
    bow_tie = shapely.Polygon([(X0, Y0), (X0 + 1000, Y0 + 1000), (X0 + 1000, Y0), (X0, Y0 + 1000)])
    horseshoe = box(11, 0, 14, 3).difference(box(12, 1, 14, 2))
    line = shapely.LineString([at(0, 0), at(5, 5)])
    shapes = [at(3, 3), crossed, bow_tie, horseshoe, line, None, shapely.MultiPoint([at(4, 4)])]
    codes = list("abcdefg")
    path = layer(tmp_path / "p.gpkg", {"code": codes, "name": codes}, shapes)
    source = PlaceSource(path=path, id="code", name="name", datum=METRIC)
    places = read_places(source, region)
    table = places.table.set_index("place_id")
    assert table["position"].to_dict() == {
        "a": "ok", "b": "ok", "c": "missing", "d": "ok", "e": "missing", "f": "missing", "g": "ok",
    }  # fmt: skip
    assert places.polygons is not None
    assert places.polygons.notna().tolist() == [False, True, False, True, False, False, False]
    assert horseshoe.contains(table.geometry["d"])
    assert table.loc["d", "district_id"] == "2"
    told = {one.code: one.row for one in places.findings if one.severity != "note"}
    assert told == {
        "polygon-repaired": 2, "polygon-left-out": 3, "shape-no-place": 5, "position-empty": 6,
        "people-absent": None,
    }  # fmt: skip
    assert places.rows == (RowCount("p.gpkg", read=7, used=6, repaired=1, excluded=0),)


def test_points_have_no_polygons(tmp_path: Path, region) -> None:
    assert villages(tmp_path, region, "a,甲,1,1").polygons is None


def test_a_header_alone_is_an_empty_file(tmp_path: Path, region) -> None:
    source = PlaceSource(path=csv(tmp_path / "p.csv", "code,name,x,y\n"), id="code", name="name")
    with pytest.raises(InputError) as caught:
        read_places(source, region)
    assert caught.value.code == "places-empty"


# --- whatever the file holds

CELLS = st.sampled_from(["", "1", "2", "x", "1区", "101", "东镇", "-5", "12", "3.5", "是"])
METRES = st.sampled_from(["", "0", "5000", "15000", "99999", "-1000"])
ROW = st.tuples(st.sampled_from("abc ").map(str.strip), METRES, METRES, CELLS, CELLS, CELLS)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROW, min_size=1, max_size=8))
def test_no_row_and_nobody_is_lost(tmp_path: Path, region, rows) -> None:
    """Every row is used, repaired or excluded; the people of kept rows are all there."""
    text = "\n".join(",".join([row[0], "村", *row[1:]]) for row in rows)
    try:
        places = villages(
            tmp_path, region, text, head=",of,town,people", district="of", town="town",
            people="people",
        )  # fmt: skip
    except InputError as error:
        assert error.code == "id-conflict"  # noqa: PT017 - it can be read, or ids collide
        return
    count, table = places.rows[0], places.table
    assert count.read == len(rows)
    assert len(table) == count.used + count.repaired
    assert table["place_id"].is_unique
    written = pd.to_numeric(pd.Series([row[5] for row in rows]), errors="coerce")
    kept = written[table["row"].to_numpy() - 2]
    np.testing.assert_array_equal(table["people"].to_numpy(), kept.where(kept >= 0).to_numpy())
    assert set(table["position"]) <= {"ok", "missing", "outside"}
    assert (table.geometry.isna() == (table["position"] == "missing")).all()
    assert set(table["district_id"]) <= {"", "1", "2"}
    assert not (table["district_id"] == "")[table["position"] == "ok"].any()


def test_reading_changes_nothing_of_the_region(tmp_path: Path, region) -> None:
    before = (region.districts.copy(), region.towns.copy())
    villages(tmp_path, region, "a,甲,1,1,1,东镇", head=",of,town", district="of", town="town")
    assert_geodataframe_equal(region.districts, before[0])
    assert_geodataframe_equal(region.towns, before[1])


@pytest.mark.skipif(not SHARED.exists(), reason="the shared test data is not beside this checkout")
def test_the_real_villages_of_zhuhai_lie_where_their_codes_say() -> None:
    folder = SHARED / "zhuhai"
    source = DistrictSource(
        path=folder / "districts_440400_gcj02.geojson", id="adcode", name="adcode", datum="gcj02"
    )
    real = PlaceSource(
        path=folder / "zhuhai_adcode_2016_gcj02.csv", id="code", name="name", district="adcode",
        x="longitude", y="latitude", datum="gcj02", setting="ur_code",
        setting_values={"urban": ("111", "112", "121", "122", "123"), "rural": ("210", "220")},
    )  # fmt: skip
    places = read_places(real, read_region(source))
    assert places.table["setting"].value_counts().to_dict() == {
        "urban": 253, "rural": 76, "unknown": 34,
    }  # fmt: skip
    assert (places.table["position"] == "ok").sum() == 82
    assert set(doubts(places.findings)) == {"position-empty"}  # no real point is in doubt


def test_columns_are_found_by_their_titles_and_none_that_changes_results(
    tmp_path: Path, region
) -> None:
    titles = "村编码,村名,X坐标,Y坐标,常住人口\n"
    path = csv(tmp_path / "p.csv", titles + metres("a,甲,5000,5000,320"))
    places = read_places(PlaceSource(path=path, datum=METRIC), region)
    assert column(places, "place_id") == ["a"]
    assert column(places, "place") == ["甲"]
    assert column(places, "position") == ["ok"]
    assert column(places, "people") == [1.0]
    chosen = [one.field for one in places.findings if one.code == "column-chosen"]
    assert chosen == ["村编码", "村名", "X坐标", "Y坐标"]
    assert [one.field for one in places.findings if one.code == "column-unused-hint"] == [
        "常住人口"
    ]
    assert list(places.table.filter(like="source_")) == ["source_常住人口"]


def test_a_number_of_households_is_no_number_of_people(tmp_path: Path, region) -> None:
    rows = "a,甲,5000,5000,120户\nb,乙,5000,5000,三百二十人\nc,丙,5000,5000,约300\nd,丁,5000,5000,—"
    places = villages(tmp_path, region, rows, head=",n", people="n")
    assert places.table["people"].isna().tolist() == [True, False, True, True]
    assert places.table["people"][1] == 320
    allowed = villages(tmp_path, region, rows, head=",n", people="n", repair="all")
    assert allowed.table["people"][2] == 300
    assert (allowed.rows[0].used, allowed.rows[0].repaired) == (3, 1)


def test_people_in_fractions_and_beyond_a_million_are_doubted_and_used(
    tmp_path: Path, region
) -> None:
    rows = "a,甲,1,1,12.5\nb,乙,1,2,1000000000\nc,丙,1,3,30\nd,丁,1,4,0.5\ne,戊,1,5,1000000"
    places = villages(tmp_path, region, rows, head=",pop", people="pop")
    assert column(places, "people") == [12.5, 1e9, 30.0, 0.5, 1e6]
    told = {one.code: one.rows for one in places.findings if one.severity == "warning"}
    assert told == {"people-fraction": (2, 5), "people-many": (3,)}


def test_villages_that_name_no_town_are_told_once(tmp_path: Path, region) -> None:
    rows = "a,甲,1,1,\nb,乙,1,2,102\nc,丙,1,3, "
    places = villages(tmp_path, region, rows, head=",town", town="town")
    (found,) = [one for one in places.findings if one.code == "town-empty"]
    assert (found.severity, found.rows, found.field) == ("note", (2, 4), "town")
