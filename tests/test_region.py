"""Districts and towns: what is read, what is put right, what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from planners_files import METRIC, SQUARES, X0, Y0, at, box, city, csv, districts, doubts, layer

from gapmap.errors import CrsError, InputError, MethodError
from gapmap.region import (
    DistrictSource,
    TownSource,
    district_of,
    lies_in,
    plan_district_of,
    read_region,
    resolve,
    town_of,
)
from gapmap.region.polygons import mend, point_in
from gapmap.region.rows import Ledger
from gapmap.tables import RowCount, Table

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


def ring(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(X0 + x, Y0 + y) for x, y in corners])


def series(*points: object) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(points), crs=METRIC)


def test_a_point_on_a_shared_border_belongs_to_the_lower_id_in_any_order(tmp_path: Path) -> None:
    border = series(at(10_000, 5_000), at(9_999, 5_000), at(20_001, 0), None)
    for order in (["1", "2"], ["2", "1"]):
        shapes = {code: SQUARES[code] for code in order}
        region = read_region(districts(tmp_path, shapes))
        assert list(district_of(region, border)) == ["1", "1", "", ""]
        (tmp_path / "d.gpkg").unlink()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_lies_in_agrees_with_asking_every_polygon(data: st.DataObject) -> None:
    side = st.integers(0, 6)
    corners = data.draw(st.lists(st.tuples(side, side, st.integers(1, 4)), min_size=1, max_size=6))
    polygons = [shapely.box(x, y, x + size, y + size) for x, y, size in corners]
    ids = pd.Series(data.draw(st.permutations([f"a{n}" for n in range(len(polygons))])))
    places = data.draw(st.lists(st.tuples(side, side), min_size=1, max_size=12))
    points = gpd.GeoSeries([shapely.Point(one) for one in places])
    expected = [
        min(
            (code for code, one in zip(ids, polygons, strict=True) if one.intersects(p)), default=""
        )
        for p in points
    ]
    assert list(lies_in(points, gpd.GeoSeries(polygons), ids)) == expected


def test_mending_keeps_the_area_or_gives_up() -> None:
    square = ring((0, 0), (1000, 0), (1000, 1000), (0, 1000))
    # a notch that crosses itself: 1 m2 of a square kilometre turns over, 2 in a million
    crossed = ring((0, 0), (1000, 0), (1000, 1000), (500, 1000), (502, 999), (502, 1000),
                   (500, 999), (498, 1000), (0, 1000))  # fmt: skip
    bow_tie = ring((0, 0), (1000, 1000), (1000, 0), (0, 1000))
    assert not crossed.is_valid
    made = mend(np.array([square, crossed, bow_tie, None, at(0, 0)], dtype=object))
    assert made.repaired.tolist() == [False, True, False, False, False]
    assert made.broken.tolist() == [False, False, True, False, False]
    assert made.shapes[1].is_valid
    assert made.shapes[1].area == pytest.approx(crossed.area, rel=1e-3)
    assert made.shapes[0] is square
    assert made.shapes[2] is None


@pytest.mark.parametrize(("overshoot_m", "repaired"), [(20.0, True), (100.0, False)])
def test_a_change_of_a_thousandth_is_too_much(overshoot_m: float, *, repaired: bool) -> None:
    """The last corner is overshot: a lobe below the square turns over and counts as minus.

    Overshot by w, the edge crosses the base at about w, so the lobe has w * w / 2 m2, and mending
    adds twice that to a square kilometre: 0.04 % for 20 m, 0.9 % for 100 m.
    """
    w = overshoot_m
    shape = ring((0, 0), (1000, 0), (1000, 1000), (0, 1000), (w, -w))
    made = mend(np.array([shape], dtype=object))
    assert (bool(made.repaired[0]), bool(made.broken[0])) == (repaired, not repaired)
    assert made.valid_m2[0] - made.drawn_m2[0] == pytest.approx(w * w / (1 + w / 1000), rel=1e-6)


def test_points_stand_for_shapes() -> None:
    horseshoe = box(0, 0, 3, 3).difference(box(1, 1, 3, 2))
    one, two = shapely.MultiPoint([(1, 2)]), shapely.MultiPoint([(1, 2), (3, 4)])
    line = shapely.LineString([(0, 0), (1, 1)])
    points = point_in(np.array([at(5, 5), horseshoe, one, two, line, None], dtype=object))
    assert points[0] == at(5, 5)
    assert horseshoe.contains(points[1])
    assert points[2] == shapely.Point(1, 2)
    assert points[3] is points[4] is points[5] is None


@pytest.mark.parametrize(
    ("shape", "kind"),
    [(shapely.LineString([(X0, Y0), (X0 + 9, Y0 + 9)]), "LineString"), (None, "–")],
)
def test_a_district_without_polygon_is_an_error(tmp_path: Path, shape, kind) -> None:
    with pytest.raises(InputError, match=kind) as caught:
        read_region(districts(tmp_path, {"1": SQUARES["1"], "2": shape}))
    assert (caught.value.code, caught.value.row) == ("district-no-polygon", 2)


def test_district_ids_have_to_be_there_and_single(tmp_path: Path) -> None:
    source = districts(tmp_path, {"1": SQUARES["1"], "": SQUARES["2"]})
    with pytest.raises(InputError) as caught:
        read_region(source)
    assert (caught.value.code, caught.value.row) == ("id-missing", 2)
    path = layer(
        tmp_path / "e.gpkg", {"code": ["7", "8", "7"], "name": ["a", "b", "c"]},
        [box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)],
    )  # fmt: skip
    with pytest.raises(InputError, match="row 1") as caught:
        read_region(DistrictSource(path=path, id="code", name="name"))
    assert (caught.value.code, caught.value.row, caught.value.value) == ("id-repeated", 3, "7")


def test_a_nameless_district_is_shown_by_its_id(tmp_path: Path) -> None:
    path = layer(tmp_path / "e.gpkg", {"code": ["7"], "name": [""]}, [SQUARES["1"]])
    region = read_region(DistrictSource(path=path, id="code", name="name"))
    assert list(region.districts["district"]) == ["7"]
    assert doubts(region.findings) == ["name-empty"]


def test_a_group_that_names_a_district_by_name_is_told_its_id(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nearest is '2'") as caught:
        read_region(districts(tmp_path, SQUARES, groups={"west": ("1", "2区")}))
    assert caught.value.field == "groups.west"


def test_overlap_is_measured_and_touching_is_none(tmp_path: Path) -> None:
    shapes = {**SQUARES, "3": box(19, 0, 30, 10)}
    found = read_region(districts(tmp_path, shapes)).findings
    assert doubts(found) == ["districts-overlap"]
    assert "districts 2, 3 overlap by 10000000 m2" in found[-1].message("en")


def test_the_metric_crs_can_be_named_and_has_to_be_metric(tmp_path: Path) -> None:
    source = districts(tmp_path, SQUARES)
    assert read_region(source).crs.to_epsg() == 4547
    assert read_region(source, crs="EPSG:32649").crs.to_epsg() == 32649
    with pytest.raises(CrsError):
        read_region(source, crs="EPSG:4326")


def test_coordinates_in_the_metric_crs_come_back_to_the_bit(tmp_path: Path) -> None:
    region = read_region(districts(tmp_path, SQUARES))
    assert list(region.districts.area) == [1e8, 1e8]


def test_simulated_files_are_named(tmp_path: Path) -> None:
    source = districts(tmp_path, SQUARES, simulated=True)
    towns = csv(tmp_path / "t.csv", "code,name\n1,a\n")
    listed = TownSource(path=towns, id="code", name="name", simulated=True)
    assert read_region(source, listed).simulated == ("d.gpkg", "t.csv")
    assert read_region(source).simulated == ("d.gpkg",)
    assert len(read_region(source).towns) == 0


# --- towns


def test_towns_by_code_name_polygon_and_not_at_all(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "t.gpkg",
        {"code": ["a", "b", "c", "d", "e"], "name": list("甲乙丙丁戊"),
         "of": ["2", "2区", "", "9", ""]},
        [box(0, 0, 2, 2), None, box(2, 0, 4, 2), box(12, 0, 14, 2), box(30, 0, 32, 2)],
    )  # fmt: skip
    listed = TownSource(path=path, id="code", name="name", district="of")
    region = read_region(districts(tmp_path, SQUARES), listed)
    towns = region.towns.set_index("town_id")
    # a keeps the district that it names, d is found by its polygon, e lies nowhere
    assert towns["district_id"].to_dict() == {"a": "2", "b": "2", "c": "1", "d": "2", "e": ""}
    assert towns["plan_district"].to_dict() == {
        "a": "2区", "b": "2区", "c": "1区", "d": "2区", "e": "",
    }  # fmt: skip
    assert towns.geometry.notna().tolist() == [True, False, True, True, True]
    assert [(one.code, one.row) for one in region.findings if one.severity == "warning"] == [
        ("position-empty", 2), ("district-unknown", 4), ("town-without-district", 5),
    ]  # fmt: skip
    inside = series(at(1_000, 1_000), at(13_000, 1_000), at(8_000, 8_000), None)
    assert list(town_of(region, inside)) == ["a", "d", "", ""]


def test_towns_drawn_as_points_find_their_district_and_have_no_polygon(tmp_path: Path) -> None:
    path = layer(tmp_path / "t.gpkg", {"code": ["a"], "name": ["甲"]}, [at(15_000, 1)])
    region = read_region(
        districts(tmp_path, SQUARES), TownSource(path=path, id="code", name="name")
    )
    assert list(region.towns["district_id"]) == ["2"]
    assert region.towns.geometry.isna().all()


def test_a_towns_broken_polygon_is_left_out(tmp_path: Path) -> None:
    bow_tie = ring((0, 0), (1000, 1000), (1000, 0), (0, 1000))
    path = layer(tmp_path / "t.gpkg", {"code": ["a"], "name": ["甲"]}, [bow_tie])
    region = read_region(
        districts(tmp_path, SQUARES), TownSource(path=path, id="code", name="name")
    )
    assert doubts(region.findings) == ["polygon-left-out", "town-without-district"]
    assert region.towns.geometry.isna().all()


def test_repeated_and_nameless_towns(tmp_path: Path) -> None:
    towns = "code,name,district,unit\n1,a,1,\n1,a,1,\n,b,2,\n2,,2,\n"
    region = city(tmp_path, towns)
    assert list(region.towns["town_id"]) == ["1", "row-4", "2"]
    assert list(region.towns["town"]) == ["a", "b", "2"]
    assert region.rows[1] == RowCount("t.csv", read=4, used=2, repaired=1, excluded=1)
    assert doubts(region.findings) == ["row-repeated", "id-made", "name-empty"]
    with pytest.raises(InputError, match="row 2") as caught:
        city(tmp_path, "code,name,district,unit\n1,a,1,\n1,a,2,\n")
    assert (caught.value.code, caught.value.row) == ("id-conflict", 3)


def test_the_plans_unit_of_a_district_is_not_guessed(tmp_path: Path) -> None:
    region = city(tmp_path)
    # district 1 has towns in two units; 2 in one; 3 is none
    assert list(plan_district_of(region, pd.Series(["1", "2", "3", ""]))) == ["", "2区", "", ""]
    alone = city(tmp_path, None)
    assert list(plan_district_of(alone, pd.Series(["1", "2"]))) == ["1区", "2区"]


def test_a_word_means_an_id_or_a_name_that_only_one_has() -> None:
    ids, names = pd.Series(["1", "2", "3", "甲"]), pd.Series(["甲", "乙", "乙", ""])
    cells = pd.Series(["1", "乙", "甲", "丁", ""], index=[9, 8, 7, 6, 5])
    told = resolve(cells, ids, names)
    assert list(told) == ["1", "", "甲", "", ""]  # an id goes before a name
    assert list(told.index) == [9, 8, 7, 6, 5]


# --- real files


@pytest.mark.skipif(not SHARED.exists(), reason="the shared test data is not beside this checkout")
def test_the_real_districts_of_zhuhai() -> None:
    folder = SHARED / "zhuhai"
    source = DistrictSource(
        path=folder / "districts_440400_gcj02.geojson", id="adcode", name="adcode", datum="gcj02",
        groups={"west": ("440403", "440404")},
    )  # fmt: skip
    towns = TownSource(
        path=folder / "streets_4404.csv", id="code", name="name", district="areaCode"
    )
    region = read_region(source, towns)
    area_km2 = region.districts.set_index("district_id").area / 1e6
    assert area_km2["440403"] == pytest.approx(642, rel=0.01)
    assert region.crs.to_epsg() == 4547
    assert len(region.towns) == 31
    assert region.towns["district_id"].value_counts().sum() == 31
    assert doubts(region.findings) == []


@pytest.mark.skipif(not SHARED.exists(), reason="the shared test data is not beside this checkout")
def test_the_really_broken_parishes_of_macau_are_refused_with_the_reason() -> None:
    path = SHARED / "macau" / "macau-freguesias.geojson"
    with pytest.raises(InputError, match="Self-intersection") as caught:
        read_region(DistrictSource(path=path, id="osmId", name="name", datum="wgs84"))
    assert (caught.value.code, caught.value.row) == ("polygon-broken", 1)


# --- the book of rows


def test_each_row_has_one_fate_whatever_was_said_of_it() -> None:
    """Row 3 is repaired twice; 4 is repaired, then dropped; 7 was left out at reading."""
    cells = pd.DataFrame({"id": list("abcde")}, index=[2, 3, 4, 5, 6])
    table = Table(file="t.csv", cells=cells, excluded=(7,), repaired=frozenset((3,)), read=6)
    ledger = Ledger(table)
    ledger.repaired |= {3, 4}
    ledger.drop(pd.Series([False, False, True, False, True], index=cells.index))
    assert ledger.count() == RowCount("t.csv", read=6, used=2, repaired=1, excluded=3)
    ledger.table = replace(ledger.table, read=7)
    with pytest.raises(MethodError, match="do not add up"):
        ledger.count()
