"""Positions held against the region: exchanged, filled in, mistyped, metric, alike, coarse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from planners_files import METRIC, X0, Y0, city, csv, doubts, villages

from gapmap.datum import convert_datum
from gapmap.errors import InputError
from gapmap.places import PlaceSource, read_places
from gapmap.positions import Around, Positions, around, locate
from gapmap.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

ZHUHAI = Around(113.0, 21.8, 114.4, 22.5)
ICELAND = Around(-24.6, 65.0, -21.0, 66.5)
GOOD = [(113.1 + 0.01234 * n, 22.1 + 0.00321 * n) for n in range(10)]


def read(
    folder: Path,
    rows: list[tuple[object, object]],
    near: Around | None = ZHUHAI,
    *,
    datum: str = "auto",
    repair: str = "safe",
    crs: str = "EPSG:4326",
) -> Positions:
    named = (f"p{number},{x},{y}\n" for number, (x, y) in enumerate(rows))  # no row is blank
    path = csv(folder / "t.csv", "id,x,y\n" + "".join(named))
    table = read_table(path, repair=repair)
    return locate(table, crs=crs, datum=datum, x="x", y="y", near=near)


def codes(found: Positions) -> list[tuple[str, int | None]]:
    return [(one.code, one.row) for one in found.findings if one.severity != "note"]


# --- exchanged


def test_a_few_exchanged_rows_are_found_where_both_orders_are_on_the_globe(tmp_path: Path) -> None:
    found = read(tmp_path, [(-22.5, 65.5), (65.5, -22.5), (-23.25, 66.125)], ICELAND)
    assert codes(found) == [("position-swapped", 3)]
    assert list(found.geometry.x) == [-22.5, -22.5, -23.25]
    assert found.repaired == {3}


def test_honest_positions_are_left_alone(tmp_path: Path) -> None:
    honest = [(-22.5, 65.5), (-19.0, 65.0), (12.5, 55.7), (-24.6, 65.0)]
    found = read(tmp_path, honest, ICELAND)
    assert codes(found) == []
    assert list(zip(found.geometry.x, found.geometry.y, strict=True)) == honest


def test_a_whole_exchanged_file_is_said_once_and_every_row_is_repaired(tmp_path: Path) -> None:
    rows = [(y + n / 1e4, x) for n in range(3) for x, y in GOOD]
    found = read(tmp_path, rows)
    assert codes(found) == [("positions-swapped", 2)]
    facts = dict(found.findings[-1].facts)
    assert (facts["count"], facts["total"]) == ("30", "30")
    assert found.repaired == {*found.findings[-1].rows} == set(range(2, 32))
    assert found.geometry.x.between(113, 114).all()


def test_without_repairs_an_exchanged_position_is_unknown(tmp_path: Path) -> None:
    for near in (ZHUHAI, None):
        found = read(tmp_path, [(22.25, 113.5), (113.5, 22.25)], near, repair="none")
        assert codes(found) == [("position-swap-left", 2)]
        assert found.geometry.isna().tolist() == [True, False]
        assert found.repaired == frozenset()


def test_exchanged_to_somewhere_else_is_no_position(tmp_path: Path) -> None:
    # Beijing, exchanged: 39.9 N is far from Zhuhai in either order
    found = read(tmp_path, [(39.9, 116.4), (113.5, 22.25)])
    assert codes(found) == [("position-out-of-range", 2)]


def test_where_longitude_and_latitude_are_alike_nobody_can_tell(tmp_path: Path) -> None:
    """A region at 45.0 to 45.3 E, 46.0 to 46.3 N: (46.1, 45.1) may be true, or exchanged."""
    diagonal = Around(45.0, 46.0, 45.3, 46.3)
    found = read(tmp_path, [(45.1, 46.1), (46.1, 45.1), (45.3, 46.0)], diagonal)
    assert codes(found) == [("position-swap-left", 3)]
    assert found.geometry.isna().tolist() == [False, True, False]
    both = Around(45.0, 45.0, 45.5, 45.5)
    assert codes(read(tmp_path, [(45.1, 45.4), (45.4, 45.1)], both)) == []


def test_eastings_and_northings_exchanged_are_exchanged_again(tmp_path: Path) -> None:
    """Chinese surveyors call the northing X."""
    found = read(tmp_path, [(X0, Y0), (Y0, X0)], datum=METRIC, crs=METRIC)
    assert codes(found) == [("position-swapped", 3)]
    assert list(found.geometry.x) == [X0, X0]
    assert found.repaired == {3}
    left = read(tmp_path, [(X0, Y0), (Y0, X0)], datum=METRIC, crs=METRIC, repair="none")
    assert codes(left) == [("position-swap-left", 3)]


def test_exchanged_shapes_are_exchanged_whole(tmp_path: Path) -> None:
    box = shapely.box(-23, 65.25, -22, 65.5)
    swapped = shapely.transform(box, lambda xy: xy[:, ::-1])
    path = tmp_path / "s.gpkg"
    gpd.GeoDataFrame({"id": ["1"]}, geometry=[swapped], crs="EPSG:4326").to_file(path)
    found = locate(read_table(path), crs="EPSG:4326", near=ICELAND)
    assert found.geometry.iloc[0].equals(box)
    assert found.repaired == {1}


# --- filled in, mistyped, metric


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        (0, 0, "position-zero"),
        (0, 22.25, "position-filler"),
        (113.5, 0, "position-filler"),
        (-1, -1, "position-filler"),
        (999, 999, "position-filler"),
        (113.5, 9999, "position-filler"),
        (-9999, -9999, "position-filler"),
        (99999, 99999, "position-filler"),
        (1e20, 1e20, "position-filler"),
        (180, 90, "position-filler"),
        (-180, -90, "position-filler"),
        (113.5, 113.5, "position-filler"),
        (-113.5, 22.25, "position-slip"),
        (113.5, -22.25, "position-slip"),
        (11.35, 22.25, "position-slip"),
        (1135.5, 22.25, "position-slip"),
        (113.5, 2.225, "position-slip"),
        (113500000, 22250000, "position-out-of-range"),
        (113.5, 95, "position-out-of-range"),
    ],
)
def test_one_wrong_row_is_unknown_and_says_why(tmp_path: Path, x, y, code: str) -> None:
    found = read(tmp_path, [(113.5, 22.25), (x, y), (113.25, 22.125), (113.75, 22.375)])
    assert codes(found) == [(code, 3)]
    assert found.geometry.isna().tolist() == [False, True, False, False]
    assert found.repaired == frozenset()


def test_a_slip_is_named_in_words(tmp_path: Path) -> None:
    found = read(tmp_path, [(11.357, 22.25), (113.5, -22.25)])
    first, second = (one.message("en") for one in found.findings if one.row in (2, 3))
    assert "with the first number multiplied by 10" in first
    assert "with the sign of the second number changed" in second


def test_two_possible_slips_name_none(tmp_path: Path) -> None:
    """Over the Greenwich meridian at 51 N, 5.1 may be 51 for the latitude, and so may -51."""
    wide = Around(-1.0, 4.0, 1.0, 52.0)
    # 0.5 E and 0.45 N: ten and a hundred times the latitude both lie in the box
    found = read(tmp_path, [(0.5, 0.45)], wide)
    assert codes(found) == []
    assert found.geometry.notna().all()  # far, but nobody can say why: kept as it stands


def test_a_whole_file_with_the_sign_lost_is_said_once(tmp_path: Path) -> None:
    rows = [(22.5 + n / 100, 65.5) for n in range(30)]
    found = read(tmp_path, rows, ICELAND)
    assert codes(found) == [("positions-slip", 2)]
    assert found.geometry.isna().all()


def test_true_zeros_are_positions(tmp_path: Path) -> None:
    greenwich, equator = Around(-0.5, 51.2, 0.5, 51.7), Around(8.0, -1.0, 10.0, 1.0)
    assert codes(read(tmp_path, [(0, 51.5)], greenwich)) == []
    assert codes(read(tmp_path, [(9.5, 0)], equator)) == []
    assert codes(read(tmp_path, [(-1, 51.5)], greenwich)) == []


def test_a_file_full_of_9999_is_not_taken_for_metres(tmp_path: Path) -> None:
    found = read(tmp_path, [(9999, 9999)] * 3 + [(113.5, 22.25)])
    assert codes(found) == [("position-filler", row) for row in (2, 3, 4)]


def metric(code: int) -> tuple[float, float]:
    return pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(113.5, 22.25)


@pytest.mark.parametrize("code", [4547, 4526, 3857])
def test_metres_among_degrees_are_read_only_if_all_repairs_are_allowed(tmp_path, code: int) -> None:
    east, north = metric(code)
    rows = [(113.5, 22.25), (east, north), (113.25, 22.125)]
    found = read(tmp_path, rows)
    assert codes(found) == [("position-metres-left", 3)]
    assert f"EPSG:{code}" in found.findings[-1].message()
    assert found.geometry.isna().tolist() == [False, True, False]
    allowed = read(tmp_path, rows, repair="all")
    assert codes(allowed) == [("position-metres", 3)]
    assert allowed.repaired == {3}
    point = allowed.geometry.iloc[1]
    assert (point.x, point.y) == pytest.approx((113.5, 22.25), abs=1e-6)


def test_metres_that_two_systems_explain_stay_unknown(tmp_path: Path) -> None:
    """On the meridian 111 E, UTM and the zones of CGCS2000 differ by less than a kilometre."""
    near = Around(110.5, 21.8, 111.5, 22.5)
    change = pyproj.Transformer.from_crs(4326, 4546, always_xy=True)
    east, north = change.transform(111.0, 22.25)
    found = read(tmp_path, [(111, 22.25), (east, north), (111.25, 22.125)], near, repair="all")
    assert codes(found) == [("position-out-of-range", 3)]
    assert found.repaired == frozenset()


# --- alike and coarse


def test_ten_places_on_one_spot_are_doubted_and_nine_are_not(tmp_path: Path) -> None:
    found = read(tmp_path, [*GOOD, *[(113.51234, 22.21234)] * 10])
    (said,) = [one for one in found.findings if one.code == "positions-alike"]
    facts = dict(said.facts)
    assert (said.row, facts["count"]) == (12, "10")
    assert facts["rows"] == "12, 13, 14, 15, 16, 17, 18, 19, 20, 21"
    assert found.geometry.notna().all()
    assert codes(read(tmp_path, [*GOOD, *[(113.51234, 22.21234)] * 9])) == []


def test_of_many_shared_spots_fifty_are_named(tmp_path: Path) -> None:
    spots = [(113.1 + n / 1007, 22.1) for n in range(52) for _ in range(10 + n)]
    found = read(tmp_path, spots)
    told = [one.code for one in found.findings if one.severity == "warning"]
    assert told == ["positions-alike"] * 50 + ["positions-alike-further"]
    # the two least shared have 10 and 11 rows
    assert dict(found.findings[-1].facts) == {"spots": "2", "count": "21"}


@pytest.mark.parametrize(
    ("decimals", "metres"),
    # half a step of 0.01 degrees is 556 m north, and 556 m x cos 22.25 = 515 m east: 758 m
    [(2, "758"), (1, "7577"), (3, None)],
)
def test_rounded_coordinates_are_coarse(tmp_path: Path, decimals: int, metres) -> None:
    rows = [(113.1 + n / 7, 22.25) for n in range(8)]
    rows = [(round(x, decimals), round(y, decimals)) for x, y in rows]
    found = [one for one in read(tmp_path, rows).findings if one.code == "positions-coarse"]
    if metres is None:
        assert found == []
        return
    (said,) = found
    assert int(dict(said.facts)["metres"]) == pytest.approx(int(metres), rel=5e-3)
    assert dict(said.facts)["decimals"] == str(decimals)


def test_half_the_rows_rounded_is_not_most(tmp_path: Path) -> None:
    rows = [*[(113.25, 22.1 + n / 100) for n in range(8)], *GOOD]  # 9 of 18
    assert codes(read(tmp_path, rows)) == []


# --- whole files, and whatever they hold


def test_a_file_that_lies_mostly_outside_is_doubted_as_a_whole(tmp_path: Path) -> None:
    region = city(tmp_path, None)
    rows = "\n".join(f"p{n},村,{1000 + 17 * n},{-3000 if n < 6 else 5000}" for n in range(30))
    places = villages(tmp_path, region, rows)
    (said,) = [one for one in places.findings if one.code == "positions-outside"]
    facts = dict(said.facts)
    assert (facts["count"], facts["total"], facts["percent"]) == ("6", "30", "20")
    assert facts["km"] == "3.0"
    few = "\n".join(f"p{n},村,{1000 + 17 * n},{-3000 if n < 5 else 5000}" for n in range(101))
    assert "positions-outside" not in doubts(villages(tmp_path, region, few).findings)


def test_the_counts_hold_for_exchanged_rows(tmp_path: Path) -> None:
    region = city(tmp_path, None)
    to_degrees = pyproj.Transformer.from_crs(METRIC, 4326, always_xy=True)
    lon, lat = to_degrees.transform(X0 + 3000, Y0 + 3000)
    text = f"code,name,lon,lat\na,甲,{lon},{lat}\n,乙,{lat},{lon}\na,甲,{lon},{lat}\nc,丙,9999,0\n"
    source = PlaceSource(
        path=csv(tmp_path / "p.csv", text), id="code", name="name", x="lon", y="lat"
    )
    places = read_places(source, region)
    (count,) = places.rows
    # row 3 is repaired twice and counts once; row 4 repeats row 2; row 5 is used without position
    assert (count.read, count.used, count.repaired, count.excluded) == (4, 2, 1, 1)
    assert list(places.table["position"]) == ["ok", "ok", "missing"]


def test_gcj02_is_exchanged_before_it_is_converted(tmp_path: Path) -> None:
    lon, lat = convert_datum(113.5, 22.25, source="wgs84", target="gcj02")
    found = read(tmp_path, [(lon, lat), (lat, lon)], datum="gcj02")
    assert found.geometry.iloc[0].distance(found.geometry.iloc[1]) == 0
    assert found.geometry.x.iloc[0] == pytest.approx(113.5, abs=1e-7)


CELL = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.floats(-400, 400).map(repr),
    st.sampled_from(["", "0", "-1", "9999", "113.5", "22.25", "x", "1135.4", "400000", "2460000"]),
)


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL), max_size=8),
    near=st.sampled_from([None, ZHUHAI, ICELAND, Around(179.0, -18.0, 182.0, -16.0)]),
    datum=st.sampled_from(["auto", "gcj02", "EPSG:4547", "EPSG:3857"]),
    repair=st.sampled_from(["none", "safe", "all"]),
)
@example(rows=[("", ""), ("113.5", "22.25")], near=ZHUHAI, datum="auto", repair="safe")
def test_whatever_the_columns_hold_each_row_has_a_position_or_is_told(
    tmp_path_factory, rows, near, datum, repair
) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        found = read(folder, rows, near, datum=datum, repair=repair, crs="EPSG:32760")
    except InputError:
        return
    assert len(found.geometry) == len(rows)
    bounds = found.geometry.dropna().bounds.to_numpy()
    assert np.isfinite(bounds).all()
    lost = {int(row) for row in found.geometry.index[found.geometry.isna()]}
    assert lost <= {one.row for one in found.findings}
    assert found.repaired <= set(found.geometry.index)
    if repair == "none":
        assert not {one.code for one in found.findings} & {"position-swapped", "position-metres"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=6))
def test_the_box_around_holds_what_it_is_around(spots) -> None:
    lon, lat = np.array(spots).T
    box = around(lon, lat)
    assert box.west <= box.east <= box.west + 360
    assert box.km_off(lon, lat).max() == pytest.approx(0, abs=1e-6)


def test_distances_from_the_box() -> None:
    km = ZHUHAI.km_off(np.array([113.5, 112.0, 113.5, 999.0]), np.array([22.0, 22.0, 23.5, 22.0]))
    # a degree of longitude at 22 N is 103.1 km, one of latitude 111.2 km
    assert km.tolist() == pytest.approx([0, 103.1, 111.2, np.inf], rel=1e-3)
