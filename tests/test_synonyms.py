"""Columns that the study does not name are found by their titles, and every choice is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from planners_files import METRIC, box, city, csv, layer, metres

from gapmap.candidates import read_candidates
from gapmap.errors import InputError
from gapmap.region import DistrictSource, TownSource, read_region
from gapmap.tables import Table, Wanted, find_columns

if TYPE_CHECKING:
    from pathlib import Path

PLACE = Wanted(needed=("id", "name", "position"), hinted=("people", "setting"))
FACILITY = Wanted(optional=("id", "name", "position"), hinted=("opened", "status"))


def table(*titles: str) -> Table:
    cells = pd.DataFrame({title: ["1"] for title in titles}, index=[2], dtype="str")
    return Table(file="t.csv", cells=cells, read=1)


def told(found) -> list[tuple[str, str]]:
    return [(one.code, one.field) for one in found]


@pytest.mark.parametrize(
    "titles",
    [
        ("编号", "名称", "经度", "纬度"),
        ("id", "name", "lon", "lat"),
        ("ID", "Name", "LNG", "Lat"),
        ("村编码", "村名", "东经(°)", "北纬(°)"),
        ("代码*", "名 称", "longitude", "latitude"),
        ("village_code", "place_name", "X坐标", "Y坐标"),
        ("行政区划代码", "村居名称", "x", "y"),
    ],
)
def test_the_four_columns_of_a_place_are_found_in_chinese_and_english(titles):
    columns, found = find_columns(table("备注", *titles), "places", {}, PLACE)
    assert columns == dict(zip(("id", "name", "x", "y"), titles, strict=True))
    assert told(found) == [("column-chosen", title) for title in titles]
    assert (
        found[2].message("en") == f"no column is named for x; {titles[2]!r} is taken by its title"
    )


def test_what_the_study_names_is_taken_and_needs_no_note():
    named = {"id": "k", "name": "名称", "x": "lon", "y": "lat", "people": None}
    given = table("k", "编号", "名称", "lon", "lat", "经度", "纬度")
    columns, found = find_columns(given, "places", named, PLACE)
    assert columns == {"id": "k", "name": "名称", "x": "lon", "y": "lat"}
    assert found == ()


def test_a_title_that_differs_only_in_blanks_width_and_case_is_taken_and_told():
    given = table("编 号", "Ｎame", "lon", "lat")
    columns, found = find_columns(given, "places", {"id": "编号", "name": "name"}, PLACE)
    assert (columns["id"], columns["name"]) == ("编 号", "Ｎame")
    assert told(found)[:2] == [("column-title-other", "编 号"), ("column-title-other", "Ｎame")]
    with pytest.raises(InputError, match="no column '编码'"):
        find_columns(given, "places", {"id": "编码"}, PLACE)


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (("id", "编号", "name", "x", "y"), "id; 编号|编号; id"),
        (("id", "name", "名称", "x", "y"), "name; 名称|名称; name"),
        (("id", "name", "经度", "纬度", "lon", "lat"), r"经度 \+ 纬度; lon \+ lat"),
        (("id", "name", "lon", "lng", "lat"), r"lon \+ lat; lng \+ lat"),
        (("id", "name", "X", "x", "y"), r"X \+ y; x \+ y"),
    ],
)
def test_two_columns_of_one_exactness_are_an_error_that_names_both(titles, names):
    with pytest.raises(InputError, match=names) as caught:
        find_columns(table(*titles), "places", {}, PLACE)
    assert caught.value.code == "columns-ambiguous"


def test_the_more_exact_title_goes_before_the_other():
    given = table("编号", "村编码", "村", "名称", "x", "y", "经度", "纬度")
    columns, _ = find_columns(given, "places", {}, PLACE)
    assert columns == {"id": "村编码", "name": "名称", "x": "经度", "y": "纬度"}
    area = Wanted(needed=("floor_area_m2",))
    both = table("建筑面积(㎡)", "面积", "占地面积")
    assert find_columns(both, "facilities", {}, area)[0] == {"floor_area_m2": "建筑面积(㎡)"}


def test_a_plot_of_land_is_no_floor_area():
    with pytest.raises(InputError, match="there are: 占地面积"):
        find_columns(table("占地面积"), "facilities", {}, Wanted(needed=("floor_area_m2",)))


def test_x_and_y_come_from_one_pair():
    with pytest.raises(InputError) as caught:
        find_columns(table("id", "name", "经度", "lat"), "places", {}, PLACE)
    assert caught.value.code == "column-unfound"
    assert "经度/纬度" in caught.value.text("en")
    assert "there are: id, name, 经度, lat" in caught.value.text("en")


def test_one_column_may_hold_both_coordinates():
    columns, found = find_columns(table("id", "name", "经纬度"), "places", {}, PLACE)
    assert (columns["x"], columns["y"]) == ("经纬度", "经纬度")
    assert told(found)[2:] == [("column-chosen", "经纬度")] * 2


def test_a_file_with_geometry_needs_no_coordinates():
    shapes = gpd.GeoSeries([shapely.Point(0, 0)], index=[2])
    given = Table(file="t", cells=table("id", "name", "x", "y").cells, geometry=shapes, read=1)
    assert find_columns(given, "places", {}, PLACE)[0] == {"id": "id", "name": "name"}


def test_what_is_optional_is_left_where_two_fit():
    columns, found = find_columns(table("id", "编号", "站名"), "facilities", {}, FACILITY)
    assert columns == {"name": "站名"}
    assert [(one.code, one.severity) for one in found] == [
        ("columns-ambiguous-unused", "warning"),
        ("column-chosen", "note"),
    ]


def test_a_column_that_the_study_names_for_one_role_is_not_taken_for_another():
    columns, _ = find_columns(table("编号", "名称"), "facilities", {"place": "编号"}, FACILITY)
    assert columns == {"place": "编号", "name": "名称"}


def test_what_would_change_results_is_pointed_out_and_not_used():
    given = table("id", "name", "x", "y", "常住人口", "人口", "城乡分类")
    columns, found = find_columns(given, "places", {}, PLACE)
    assert set(columns) == {"id", "name", "x", "y"}
    assert told(found)[4:] == [
        ("column-unused-hint", "人口"),
        ("column-unused-hint", "常住人口"),
        ("column-unused-hint", "城乡分类"),
    ]
    assert found[4].message("zh") == "“人口”列像是 people,但研究没有指明"
    named = {"people": "人口", "setting": "城乡分类"}
    assert told(find_columns(given, "places", named, PLACE)[1])[4:] == []


def test_candidates_are_found_by_their_titles(tmp_path: Path) -> None:
    region = city(tmp_path)
    titles = "候选点编号,名称,X坐标,Y坐标\n"
    path = csv(tmp_path / "c.csv", titles + metres("a,甲,5000,5000\n,乙,6000,5000"))
    candidates = read_candidates(path, region, datum=METRIC)
    assert list(candidates.table["site_id"]) == ["a", "row-3"]
    assert list(candidates.table["name"]) == ["甲", "乙"]
    chosen = [one.field for one in candidates.findings if one.code == "column-chosen"]
    assert chosen == ["候选点编号", "名称", "X坐标", "Y坐标"]
    with pytest.raises(InputError, match="there are: 候选点编号, 经度"):
        read_candidates(csv(tmp_path / "d.csv", "候选点编号,经度\na,1\n"), region)


def test_districts_and_towns_are_found_by_their_titles(tmp_path: Path) -> None:
    shapes = [box(0, 0, 10, 10), box(10, 0, 20, 10)]
    path = layer(tmp_path / "d.gpkg", {"adcode": ["1", "2"], "名称": ["东区", "西区"]}, shapes)
    towns = csv(tmp_path / "t.csv", "镇编码,镇名,所属区\n101,东镇,1\n")
    region = read_region(DistrictSource(path=path), TownSource(path=towns))
    assert list(region.districts["district_id"]) == ["1", "2"]
    assert list(region.districts["district"]) == ["东区", "西区"]
    assert list(region.towns["town"]) == ["东镇"]
    assert list(region.towns["district_id"]) == [""]  # 所属区 would change results
    codes = [(one.code, one.field) for one in region.findings if one.code.startswith("column-")]
    assert codes == [
        ("column-chosen", "adcode"),
        ("column-chosen", "名称"),
        ("column-chosen", "镇编码"),
        ("column-chosen", "镇名"),
        ("column-unused-hint", "所属区"),
    ]


def test_district_codes_that_excel_has_cut_are_all_named(tmp_path: Path) -> None:
    shapes = [box(0, 0, 10, 10), box(10, 0, 20, 10)]
    cut = {"adcode": ["4.40402E+11", "4.40403e+11"], "name": ["a", "b"]}
    with pytest.raises(InputError, match="scientific notation") as caught:
        read_region(DistrictSource(path=layer(tmp_path / "d.gpkg", cut, shapes)))
    assert [one.row for one in caught.value.found] == [1, 2]


@pytest.mark.parametrize("pair", [("XZQDM", "XZQMC"), ("ZLDWDM", "ZLDWMC"), ("PAC", "XZQMC")])
def test_titles_of_land_surveys_are_known(pair):
    columns, _ = find_columns(table(*pair, "经度", "纬度"), "places", {}, PLACE)
    assert (columns["id"], columns["name"]) == pair
