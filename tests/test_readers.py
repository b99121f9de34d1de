"""Districts, towns, places, facilities and records from small files, good and bad."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from gapmap.errors import CrsError, InputError
from gapmap.facilities import FacilitySource, facilities_at, read_facilities
from gapmap.places import PlaceSource, read_places
from gapmap.records import no_records, read_records
from gapmap.region import DistrictSource, TownSource, read_region

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2014, 12, 31)
STEP = 0.1  # degrees; districts are squares of about 10 km


def square(west: float, south: float, size: float = STEP) -> list[list[list[float]]]:
    east, north = west + size, south + size
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def geojson(path: Path, shapes: dict[str, object], **more: object) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": f"{code}区"},
            "geometry": shape if isinstance(shape, dict) or shape is None
            else {"type": "Polygon", "coordinates": shape},
        }
        for code, shape in shapes.items()
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), "utf8")
    return path


def csv(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8-sig")
    return path


@pytest.fixture
def region(tmp_path: Path):
    path = geojson(tmp_path / "d.geojson", {"1": square(113.0, 22.0), "2": square(113.1, 22.0)})
    towns = csv(
        tmp_path / "t.csv",
        "code,name,district,unit\n101,东镇,1,\n102,南镇,1,新区\n201,东镇,2,\n",
    )
    return read_region(
        DistrictSource(path=path, id="code", name="name", datum="wgs84", groups={"west": ("1",)}),
        TownSource(path=towns, id="code", name="name", district="district", plan_district="unit"),
    )


def codes(findings) -> list[str]:
    return [one.code for one in findings if one.severity != "note"]


def place_source(path: Path, **more: object) -> PlaceSource:
    given = {"id": "code", "name": "name", "x": "lon", "y": "lat", "datum": "wgs84", **more}
    return PlaceSource(path=path, **given)


def places_of(tmp_path: Path, region, text: str, **more: object):
    return read_places(place_source(csv(tmp_path / "p.csv", text), **more), region)


def facilities_of(tmp_path: Path, places, text: str, **more: object):
    given = {
        "service": "clinic", "id": "id", "name": "name", "x": "lon", "y": "lat", "datum": "wgs84",
        **more,
    }  # fmt: skip
    source = FacilitySource(path=csv(tmp_path / "f.csv", text), **given)
    return read_facilities([source], places, date=DAY)


# --- districts and towns


def test_districts_are_measured_in_the_cgcs2000_zone_of_their_centre(region) -> None:
    assert region.crs.to_epsg() == 4547  # central meridian 114 E
    assert list(region.districts["district_id"]) == ["1", "2"]
    # 0.1 degree at 22 N is about 11.07 km by 10.33 km
    assert region.districts.area.iloc[0] == pytest.approx(11.07e3 * 10.32e3, rel=0.01)


def test_towns_of_one_name_and_the_plans_own_units(region) -> None:
    towns = region.towns.set_index("town_id")
    assert list(towns["plan_district"]) == ["1区", "新区", "2区"]
    assert towns.loc["201", "district_id"] == "2"


@pytest.mark.parametrize(
    ("shapes", "code"),
    [
        ({"1": {"type": "Point", "coordinates": [113, 22]}}, "district-no-polygon"),
        ({"1": None}, "districts-empty"),
        (
            {"1": [[[113, 22], [113.1, 22.1], [113.1, 22], [113, 22.1], [113, 22]]]},
            "polygon-broken",
        ),
    ],
)
def test_districts_that_cannot_be_used(tmp_path: Path, shapes, code) -> None:
    path = geojson(tmp_path / "d.geojson", shapes)
    with pytest.raises(InputError) as caught:
        read_region(DistrictSource(path=path, id="code", name="name", datum="wgs84"))
    assert caught.value.code == code


def test_a_small_self_crossing_is_repaired_and_recorded(tmp_path: Path) -> None:
    # a square whose border runs back over itself in a spike: same area, invalid ring
    ring = [
        [113, 22],
        [113.1, 22],
        [113.1, 22.1],
        [113.1, 22.12],
        [113.1, 22.1],
        [113, 22.1],
        [113, 22],
    ]
    path = geojson(tmp_path / "d.geojson", {"1": [ring]})
    region = read_region(DistrictSource(path=path, id="code", name="name", datum="wgs84"))
    assert codes(region.findings) == ["polygon-repaired"]
    assert region.rows[0].repaired == 1
    assert region.districts.is_valid.all()


def test_two_districts_of_one_id_are_an_error(tmp_path: Path) -> None:
    both = {"1": square(113.0, 22.0), "2": square(113.1, 22.0)}
    path = geojson(tmp_path / "d.geojson", both)
    path.write_text(path.read_text("utf8").replace('"code": "2"', '"code": "1"'), "utf8")
    with pytest.raises(InputError, match="stands in row 1 already"):
        read_region(DistrictSource(path=path, id="code", name="name", datum="wgs84"))


def test_a_group_of_an_unknown_district_names_the_nearest(tmp_path: Path) -> None:
    path = geojson(tmp_path / "d.geojson", {"440403": square(113.0, 22.0)})
    source = DistrictSource(
        path=path, id="code", name="name", datum="wgs84", groups={"west": ("440430",)}
    )
    with pytest.raises(InputError, match="nearest is '440403'"):
        read_region(source)


def test_overlapping_districts_are_reported_with_area(tmp_path: Path) -> None:
    path = geojson(tmp_path / "d.geojson", {"1": square(113.0, 22.0), "2": square(113.09, 22.0)})
    region = read_region(DistrictSource(path=path, id="code", name="name", datum="wgs84"))
    assert codes(region.findings) == ["districts-overlap"]


def test_gcj02_districts_move_by_the_known_offset(tmp_path: Path) -> None:
    path = geojson(tmp_path / "d.geojson", {"1": square(113.5, 22.2)})
    here, moved = (
        read_region(DistrictSource(path=path, id="code", name="name", datum=datum)).districts
        for datum in ("wgs84", "gcj02")
    )
    shift = here.geometry.iloc[0].centroid.distance(moved.geometry.iloc[0].centroid)
    assert 550 < shift < 680  # about 610 m at Zhuhai


# --- places

HEAD = "code,name,lon,lat,people,class\n"


def test_places_know_their_district_by_position(tmp_path: Path, region) -> None:
    rows = HEAD + "a,甲,113.05,22.05,10,村委会\nb,乙,113.15,22.05,20,居委会\n"
    settings = {"urban": ("居委会",), "rural": ("村委会",)}
    places = places_of(
        tmp_path, region, rows, people="people", setting="class", setting_values=settings
    )
    assert list(places.table["district_id"]) == ["1", "2"]
    assert list(places.table["setting"]) == ["rural", "urban"]
    assert places.table["people"].sum() == 30
    assert places.rows[0].read == places.rows[0].used == 2


def test_a_setting_is_found_in_a_longer_name_and_two_at_once_are_unknown(tmp_path, region) -> None:
    rows = (
        HEAD + "a,上村村民委员会,113.05,22.05,,\n"
        "b,下居民委员会,113.05,22.05,,\n"
        "c,怪村民委员会居民委员会,113.05,22.05,,\n"
        "d,农场,113.05,22.05,,\n"
    )
    settings = {"urban": ("居民委员会",), "rural": ("村民委员会",)}
    places = places_of(tmp_path, region, rows, setting="name", setting_values=settings)
    assert list(places.table["setting"]) == ["rural", "urban", "unknown", "unknown"]


def test_without_people_every_place_counts_one_and_it_is_said(tmp_path: Path, region) -> None:
    places = places_of(tmp_path, region, HEAD + "a,甲,113.05,22.05,10,\n")
    assert places.weight == "places"
    assert list(places.table["people"]) == [1.0]
    assert "people-absent" in codes(places.findings)


@pytest.mark.parametrize(
    ("lon", "lat", "position", "code"),
    [
        ("", "22.05", "missing", None),
        ("0", "0", "missing", None),
        ("村口", "22.05", "missing", None),
        ("120.5", "30.2", "outside", "place-outside"),
        ("22.05", "113.05", "ok", None),  # exchanged: put right, recorded
        ("1113.05", "22.05", "missing", None),
    ],
)
def test_positions_that_cannot_be(tmp_path: Path, region, lon, lat, position, code) -> None:
    rows = HEAD + f"a,甲,{lon},{lat},10,\nb,乙,113.05,22.05,10,\n"
    places = places_of(tmp_path, region, rows, people="people")
    assert places.table.loc[0, "position"] == position
    assert len(places.table) == 2
    found = [one for one in places.findings if one.row == 2]
    assert found, "a bad position must be recorded with its row"
    if code:
        assert code in codes(found)
    exchanged = lon == "22.05"
    assert places.rows[0].repaired == int(exchanged)
    if exchanged:
        assert places.table.geometry.iloc[0].distance(places.table.geometry.iloc[1]) < 1e-6


def test_a_place_just_off_a_rough_coast_stays_with_its_district(tmp_path: Path, region) -> None:
    text = "code,name,lon,lat,d\na,甲,112.995,22.05,1\nb,乙,112.95,22.05,1\nc,丙,112.995,22.05,\n"
    places = places_of(tmp_path, region, text, district="d")
    assert list(places.table["position"]) == ["ok", "outside", "outside"]
    assert list(places.table["district_id"]) == ["1", "1", ""]


def test_a_place_in_another_district_than_it_names_is_doubted(tmp_path: Path, region) -> None:
    text = "code,name,lon,lat,d\na,甲,113.15,22.05,1\nb,乙,113.15,22.05,2区\nc,丙,113.15,22.05,9\n"
    places = places_of(tmp_path, region, text, district="d")
    assert list(places.table["district_id"]) == ["1", "2", "2"]
    assert codes(places.findings) == ["district-unknown", "place-other-district", "people-absent"]


def test_a_town_name_that_two_districts_have_is_told_apart_by_district(tmp_path, region) -> None:
    text = (
        "code,name,lon,lat,d,t\n"
        "a,甲,113.15,22.05,2,东镇\n"
        "b,乙,113.05,22.05,1,南镇\n"
        "c,丙,113.05,22.05,1,无镇\n"
    )
    places = places_of(tmp_path, region, text, district="d", town="t")
    assert list(places.table["town_id"]) == ["201", "102", ""]
    assert list(places.table["plan_district"]) == ["2区", "新区", ""]
    assert "town-unknown" in codes(places.findings)


def test_people_that_cannot_be_are_unknown_not_zero(tmp_path: Path, region) -> None:
    rows = (
        HEAD + "a,甲,113.05,22.05,-5,\n"
        "b,乙,113.05,22.05,约300,\n"
        "c,丙,113.05,22.05,,\n"
        "d,丁,113.05,22.05,0,\n"
    )
    places = places_of(tmp_path, region, rows, people="people")
    assert np.isnan(places.table["people"][:3]).all()
    assert places.table["people"][3] == 0
    assert {one.row for one in places.findings if one.field == "people"} >= {2, 3}


def test_the_same_id_twice(tmp_path: Path, region) -> None:
    twice = HEAD + "a,甲,113.05,22.05,10,\na,甲,113.05,22.05,10,\n"
    places = places_of(tmp_path, region, twice, people="people")
    assert places.table["people"].sum() == 10
    assert places.rows[0].excluded == 1
    with pytest.raises(InputError, match="row 3 column code"):
        places_of(tmp_path, region, HEAD + "a,甲,113.05,22.05,10,\na,甲,113.05,22.05,11,\n")


def test_an_empty_id_gets_a_name_of_its_own(tmp_path: Path, region) -> None:
    places = places_of(tmp_path, region, HEAD + ",甲,113.05,22.05,10,\n")
    assert list(places.table["place_id"]) == ["row-2"]
    assert "id-made" in codes(places.findings)


def test_polygon_places_are_represented_by_a_point_inside(tmp_path: Path, region) -> None:
    horseshoe = [[[113, 22], [113.09, 22], [113.09, 22.09], [113.08, 22.09], [113.08, 22.01],
                  [113.01, 22.01], [113.01, 22.09], [113, 22.09], [113, 22]]]  # fmt: skip
    path = geojson(tmp_path / "p.geojson", {"a": horseshoe})
    places = read_places(place_source(path, x=None, y=None), region)
    assert places.polygons.iloc[0].contains(places.table.geometry.iloc[0])


def test_a_missing_column_offers_the_nearest(tmp_path: Path, region) -> None:
    with pytest.raises(InputError, match="people") as caught:
        places_of(tmp_path, region, HEAD + "a,甲,113.05,22.05,10,\n", people="peopel")
    assert caught.value.field == "peopel"


def test_an_empty_file_and_one_with_only_a_header(tmp_path: Path, region) -> None:
    for text in ("", HEAD):
        with pytest.raises(InputError):
            places_of(tmp_path, region, text)


def test_coordinates_in_metres_need_a_named_projection(tmp_path: Path, region) -> None:
    text = "code,name,lon,lat\na,甲,396000,2435000\n"
    with pytest.raises(CrsError):
        places_of(tmp_path, region, text, datum="auto")
    places = places_of(tmp_path, region, text, datum="EPSG:4547")
    assert places.table.geometry.iloc[0].x == pytest.approx(396000)


# --- facilities


@pytest.fixture
def villages(tmp_path: Path, region):
    rows = HEAD + "a,甲村,113.05,22.05,10,\nb,乙村,113.15,22.05,20,\n"
    return places_of(tmp_path, region, rows, people="people")


FHEAD = "id,name,lon,lat,area,opened,closed,status,village\n"


def test_a_facility_counts_between_its_dates_inclusive(tmp_path: Path, villages) -> None:
    rows = (
        FHEAD + "1,x,113.05,22.05,,2014-12-31,,,\n"
        "2,x,113.06,22.05,,2015-01-01,,,\n"
        "3,x,113.07,22.05,,,2014-12-31,,\n"
        "4,x,113.08,22.05,,,,,\n"
    )
    made = facilities_of(tmp_path, villages, rows, opened="opened", closed="closed")
    assert list(made.table["counts"]) == ["yes", "no", "no", "yes"]
    later = facilities_at(made, dt.date(2015, 1, 1))
    assert list(later.table["counts"]) == ["yes", "yes", "no", "yes"]
    assert list(made.table["counts"]) == ["yes", "no", "no", "yes"]


def test_status_words(tmp_path: Path, villages) -> None:
    words = ["在用", "停用", "在建", "已建成", "未建成", "closed", "in use", "???", "尚未投入使用"]
    rows = FHEAD + "".join(f"{n},x{n},113.05,22.05,,,,{word},\n" for n, word in enumerate(words))
    made = facilities_of(tmp_path, villages, rows, status="status")
    assert list(made.table["counts"]) == [
        "yes", "no", "no", "yes", "no", "no", "yes", "unknown", "no",
    ]  # fmt: skip
    assert "status-unknown" in codes(made.findings)


def test_the_gate_passes_at_the_bound_and_knows_the_unknown(tmp_path: Path, villages) -> None:
    rows = FHEAD + "1,x,113.05,22.05,250㎡,,,,\n2,y,113.05,22.05,249.9,,,,\n3,z,113.05,22.05,,,,,\n"
    made = facilities_of(
        tmp_path, villages, rows, floor_area_m2="area", require={"floor_area_m2": ">= 250"}
    )
    assert list(made.table["qualifies"]) == ["yes", "no", "unknown"]
    assert list(made.table["failed"]) == ["", "floor_area_m2 >= 250", "floor_area_m2 >= 250"]
    found = facilities_of(tmp_path, villages, rows, require={"floor_area_m2": ">= 250"})
    assert list(found.table["qualifies"]) == ["yes", "no", "unknown"]  # area is found by its title
    with pytest.raises(InputError, match="no column for it"):
        facilities_of(tmp_path, villages, rows, require={"floors": ">= 2"})
    with pytest.raises(InputError, match="cannot be read"):
        facilities_of(
            tmp_path, villages, rows, floor_area_m2="area", require={"floor_area_m2": ">= big"}
        )


def test_a_gate_of_words(tmp_path: Path, villages) -> None:
    rows = FHEAD + "1,x,113.05,22.05,,,,是,\n2,y,113.05,22.05,,,,否,\n3,z,113.05,22.05,,,,,\n"
    made = facilities_of(
        tmp_path, villages, rows, attributes={"standard": "status"}, require={"standard": "是"}
    )
    assert list(made.table["qualifies"]) == ["yes", "no", "unknown"]


def test_where_a_facility_belongs(tmp_path: Path, villages) -> None:
    rows = FHEAD + (
        "1,by code,,,,,,,b\n"
        "2,by name,,,,,,,乙村\n"
        "3,town,,,,,,,102\n"
        "4,district,,,,,,,2\n"
        "5,near,113.055,22.05,,,,,\n"
        "6,far from all,113.01,22.01,,,,,\n"
        "7,unknown code near,113.151,22.05,,,,,zzz\n"
        "8,outside,113.5,22.05,,,,,\n"
    )
    table = facilities_of(tmp_path, villages, rows, place="village").table
    assert list(table["place_id"]) == ["b", "b", "", "", "a", "", "b", ""]
    basis = ["code", "code", "code", "code", "nearest", "", "nearest", ""]
    assert list(table["place_basis"]) == basis
    belongs = ["place", "place", "town", "district", "place", "district", "place", ""]
    assert list(table["belongs"]) == belongs
    assert list(table["plan_district"]) == ["2区", "2区", "新区", "2区", "", "", "2区", ""]
    assert list(table["position"]) == ["missing"] * 4 + ["ok", "ok", "ok", "outside"]


def test_presence_is_inclusive_and_ties_go_to_the_lower_id(tmp_path: Path, region) -> None:
    text = "code,name,lon,lat\nb,乙,410000,2440000\na,甲,410200,2440000\n"
    villages = places_of(tmp_path, region, text, datum="EPSG:4547")
    rows = (
        "id,name,lon,lat\n1,middle,410100,2440000\n2,edge,411200,2440000\n3,beyond,411201,2440000\n"
    )
    table = facilities_of(tmp_path, villages, rows, datum="EPSG:4547").table
    assert list(table["place_id"]) == ["a", "a", ""]


def test_repeated_rows_and_repeated_ids(tmp_path: Path, villages) -> None:
    rows = (
        FHEAD + "1,x,113.05,22.05,,,,,\n"
        "1,x,113.05,22.05,,,,,\n"
        "1,y,113.06,22.05,,,,,\n"
        "2,y,113.06,22.05,,,,,\n"
    )
    made = facilities_of(tmp_path, villages, rows)
    assert list(made.table["facility_id"]) == ["1", "1~2", "2"]
    assert codes(made.findings) == ["row-repeated", "facility-id-repeated", "facility-twin"]
    count = made.rows[0]
    assert (count.read, count.excluded) == (4, 1)


def test_several_services_in_one_file(tmp_path: Path, villages) -> None:
    rows = FHEAD + "1,x,113.05,22.05,,,,站,\n2,y,113.05,22.05,,,,亭,\n3,z,113.05,22.05,,,,厕所,\n"
    made = facilities_of(
        tmp_path,
        villages,
        rows,
        service=None,
        service_column="status",
        service_values={"stop": ("亭",), "station": ("站", "车站"), "ferry": ("码头",)},
    )
    assert list(made.table["service"]) == ["station", "stop"]
    assert made.services == ("stop", "station", "ferry")
    assert set(codes(made.findings)) == {"service-unknown", "service-empty"}
    assert made.rows[0].excluded == 1


def test_a_study_before_every_facility_is_warned(tmp_path: Path, villages) -> None:
    rows = FHEAD + "1,x,113.05,22.05,,2020-01-01,,,\n"
    made = facilities_of(tmp_path, villages, rows, opened="opened")
    assert "study-before-facilities" in codes(made.findings)
    assert list(made.table["counts"]) == ["no"]


def test_dates_that_are_none_are_unknown(tmp_path: Path, villages) -> None:
    rows = (
        FHEAD + "1,x,113.05,22.05,,2014-02-30,,,\n"
        "2,y,113.05,22.05,,去年,,,\n"
        "3,z,113.05,22.05,,2012年3月,,,\n"
    )
    made = facilities_of(tmp_path, villages, rows, opened="opened")
    assert made.table["opened"].isna().tolist() == [True, True, False]
    assert made.table["opened"][2] == pd.Timestamp("2012-03-31")
    assert {one.row for one in made.findings if one.code == "date-unreadable"} == {2, 3}


def test_no_facility_file_at_all(villages) -> None:
    made = read_facilities([], villages, date=DAY)
    assert len(made.table) == 0
    assert made.services == ()


# --- records


def test_records_are_read_and_incomplete_rows_recorded(tmp_path: Path) -> None:
    indicators = csv(
        tmp_path / "i.csv",
        "district_id,year,indicator,value\ncity,2014,rate,0.8\n1,2013,rate,\n1,20x3,rate,1\n",
    )
    certificates = csv(tmp_path / "c.csv", "area_id,certificate,date\na,eco,2013-01-01\nb,eco,?\n")
    milestones = csv(tmp_path / "m.csv", "milestone,state,date\nm,started,2012-05-01\n")
    records = read_records(
        indicators=indicators, certificates=certificates, milestones=milestones, simulated=True
    )
    assert records.indicators.to_dict("records") == [
        {"district_id": "city", "year": 2014, "indicator": "rate", "value": 0.8}
    ]
    assert records.certificates["date"].isna().tolist() == [False, True]
    assert records.rows[0].excluded == 2
    assert len(records.simulated) == 3
    assert no_records().indicators.empty
