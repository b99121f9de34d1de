"""Dirty geometry: what is mended, what is refused, what is named, and that nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from dirty_shapes import clean_polygons, dirty_shapes
from hypothesis import example, given, settings
from hypothesis import strategies as st
from planners_files import METRIC, SQUARES, X0, Y0, at, box, city, csv, districts, doubts, layer

from gapmap.errors import InputError
from gapmap.facilities import FacilitySource, read_facilities
from gapmap.findings import from_error
from gapmap.places import PlaceSource, read_places
from gapmap.region import DistrictSource, TownSource, district_of, read_region
from gapmap.region.areas import lying
from gapmap.region.coverage import Layer, ground_left, side_by_side
from gapmap.region.polygons import is_polygon, mend, point_in
from gapmap.tables import RowCount

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.findings import Finding
    from gapmap.region import Region


def shaped(*shapes: object) -> np.ndarray:
    made = np.empty(len(shapes), dtype=object)
    made[:] = shapes
    return made


def crossing(number: int) -> shapely.Polygon:
    """Give a bow-tie that stands as number ``number`` in a row."""
    west = X0 + 10_000 * number
    return shapely.Polygon(
        [(west, Y0), (west + 1000, Y0 + 1000), (west + 1000, Y0), (west, Y0 + 1000)]
    )


SQUARE = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]
HOLE = shapely.box(200, 200, 300, 300).exterior
BIG = shapely.box(0, 0, 1000, 1000)
NO_CHANGE = {
    "spike outwards": shapely.Polygon(
        [*SQUARE[:3], (500, 1000), (500, 2000), (500, 1000), SQUARE[3]]
    ),
    "ring touches itself": shapely.Polygon([(0, 0), (1000, 0), (1000, 1000), (500, 0), (0, 1000)]),
    "parts side by side": shapely.MultiPolygon([BIG, shapely.box(1000, 0, 1500, 1000)]),
    "hole at the edge": shapely.Polygon(SQUARE, [shapely.box(0, 200, 100, 300).exterior]),
    "parts overlap by a hair": shapely.MultiPolygon([BIG, shapely.box(999.5, 0, 2000, 1000)]),
}
CHANGED = {
    # the two halves of a bow-tie count as +250,000 and -250,000: drawn 0 m2
    "bow-tie": (shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)]), 0, 500_000),
    "part inside a part": (
        shapely.MultiPolygon([BIG, shapely.box(200, 200, 300, 300)]),
        1_010_000,
        1_000_000,
    ),
    "part drawn twice": (shapely.MultiPolygon([BIG, BIG]), 2_000_000, 1_000_000),
    "ring gone round twice": (
        shapely.Polygon([*SQUARE, SQUARE[0], *SQUARE[1:]]),
        2_000_000,
        1_000_000,
    ),
    "hole drawn twice": (shapely.Polygon(SQUARE, [HOLE, HOLE]), 980_000, 990_000),
    "hole outside": (
        shapely.Polygon(SQUARE, [shapely.box(2000, 0, 2100, 100).exterior]),
        990_000,
        1_010_000,
    ),
    "hole of the whole": (shapely.Polygon(SQUARE, [SQUARE]), 0, 0),
    "no ground at all": (shapely.Polygon([(0, 0), (1000, 0), (500, 0)]), 0, 0),
}


@pytest.mark.parametrize("name", NO_CHANGE)
def test_faults_that_change_no_area_are_mended(name: str) -> None:
    shape = NO_CHANGE[name]
    assert not shape.is_valid
    made = mend(shaped(shape))
    assert (made.repaired[0], made.remade[0], made.broken[0]) == (True, False, False)
    assert made.shapes[0].is_valid
    assert made.shapes[0].area == pytest.approx(shape.area, rel=1e-3)
    left = mend(shaped(shape), repair="none")
    assert (left.broken[0], left.shapes[0]) == (True, None)


@pytest.mark.parametrize("name", CHANGED)
def test_faults_that_change_the_area_are_not_mended_unless_all_repairs_are_allowed(name) -> None:
    shape, drawn_m2, valid_m2 = CHANGED[name]
    made = mend(shaped(shape))
    assert (made.repaired[0], made.broken[0], made.shapes[0]) == (False, True, None)
    assert (made.drawn_m2[0], made.valid_m2[0]) == (drawn_m2, valid_m2)
    allowed = mend(shaped(shape), repair="all")
    assert (allowed.remade[0], allowed.broken[0]) == (valid_m2 > 0, valid_m2 == 0)
    assert shapely.area(allowed.shapes[0]) == pytest.approx(valid_m2) or valid_m2 == 0


def test_two_faults_that_cancel_out_are_found() -> None:
    """A lobe of 5,000 m2 turned over counts as minus; 10,000 m2 gone round twice count as plus.

    The area drawn is 1,000,000 + 10,000 - 5,000, the mended one 1,000,000 + 5,000: the same.
    """
    ring = [(0, 0), (200, 0), (200, 100), (100, 100), (100, 0), (1000, 0)]
    lobe = [(1000, 1000), (1100, 1000), (1100, 900), (1000, 1000)]
    shape = shapely.Polygon([*ring, *lobe, (0, 1000)])
    made = mend(shaped(shape))
    assert made.drawn_m2[0] == made.valid_m2[0] == 1_005_000
    assert made.broken[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(dirty_shapes, min_size=1, max_size=5), st.sampled_from(["none", "safe", "all"]))
def test_mending_gives_valid_polygons_or_says_which_it_gave_up(shapes, repair: str) -> None:
    drawn = shaped(*shapes)
    made = mend(drawn, repair=repair)
    areas = is_polygon(made.shapes)
    assert shapely.is_valid(made.shapes[areas]).all()
    for number, shape in enumerate(drawn):
        fates = (made.repaired[number], made.remade[number], made.broken[number])
        valid = shape is None or not is_polygon(shaped(shape))[0] or shape.is_valid
        assert sum(fates) == (0 if valid else 1)
        if valid:
            assert made.shapes[number] is shape
        if made.repaired[number]:
            assert made.shapes[number].area == pytest.approx(shape.area, rel=1e-3)
            assert repair != "none"
        if made.remade[number]:
            assert made.shapes[number].area > 0
            assert repair == "all"
        if made.broken[number]:
            assert made.shapes[number] is None
    points = point_in(made.shapes)
    real = areas & ~shapely.is_empty(made.shapes)
    assert all(p.intersects(s) for p, s in zip(points[real], made.shapes[real], strict=True))


# --- every fatal row is named; nothing else is lost


def fatal(folder: Path, source: DistrictSource) -> list[tuple[str, int | None]]:
    with pytest.raises(InputError) as caught:
        read_region(source)
    assert folder.exists()
    return [(one.code, one.row) for one in from_error(caught.value)]


def test_all_bad_districts_are_named_at_once(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "d.gpkg",
        {"code": ["1", "", "1", "4", "", "4"], "name": list("abcdef")},
        [box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1), None, at(0, 0), box(5, 0, 6, 1)],
    )
    said = fatal(tmp_path, DistrictSource(path=path, id="code", name="name"))
    assert said == [
        ("id-missing", 2), ("id-missing", 5), ("id-repeated", 3), ("id-repeated", 6),
        ("district-no-polygon", 4), ("district-no-polygon", 5),
    ]  # fmt: skip


def test_all_broken_districts_are_named_at_once_and_may_be_remade(tmp_path: Path) -> None:
    shapes = {"1": crossing(0), "2": SQUARES["2"], "3": crossing(3)}
    source = districts(tmp_path, shapes)
    assert fatal(tmp_path, source) == [("polygon-broken", 1), ("polygon-broken", 3)]
    allowed = DistrictSource(path=source.path, id="code", name="name", repair="all")
    region = read_region(allowed)
    assert list(region.districts.area) == [500_000, 1e8, 500_000]
    assert region.rows == (RowCount("d.gpkg", read=3, used=1, repaired=2, excluded=0),)
    remade = [one for one in region.findings if one.code == "polygon-remade"]
    assert [(one.row, one.repair) for one in remade] == [(1, "all"), (3, "all")]
    assert "from 0 to 500000 m2" in remade[0].message()


def test_without_repairs_a_crossing_district_is_an_error(tmp_path: Path) -> None:
    w = 20.0
    crossed = shapely.Polygon(
        [(X0, Y0), (X0 + 1000, Y0), (X0 + 1000, Y0 + 1000), (X0, Y0 + 1000), (X0 + w, Y0 - w)]
    )
    source = districts(tmp_path, {"1": crossed}, repair="none")
    assert fatal(tmp_path, source) == [("polygon-broken", 1)]
    safe = DistrictSource(path=source.path, id="code", name="name")
    assert read_region(safe).rows[0] == RowCount("d.gpkg", read=1, used=0, repaired=1, excluded=0)


def test_all_conflicting_ids_are_named_at_once(tmp_path: Path) -> None:
    region = city(tmp_path, None)
    path = csv(tmp_path / "p.csv", "code,name\na,1\nb,2\na,3\nb,2\nb,4\n")
    with pytest.raises(InputError) as caught:
        read_places(PlaceSource(path=path, id="code", name="name", x="name", y="name"), region)
    assert [(one.code, one.row) for one in from_error(caught.value)] == [
        ("id-conflict", 4), ("id-conflict", 6),
    ]  # fmt: skip


def test_a_place_with_a_broken_polygon_is_an_error_and_is_kept(tmp_path: Path) -> None:
    region = city(tmp_path, None)
    rows = {"code": ["a", "b"], "name": ["甲", "乙"]}
    path = layer(tmp_path / "p.gpkg", rows, [crossing(0), box(3, 3, 4, 4)])
    for repair, position, count in (
        ("safe", ["missing", "ok"], RowCount("p.gpkg", read=2, used=2, repaired=0, excluded=0)),
        ("all", ["ok", "ok"], RowCount("p.gpkg", read=2, used=1, repaired=1, excluded=0)),
    ):
        places = read_places(PlaceSource(path=path, id="code", name="name", repair=repair), region)
        assert list(places.table["position"]) == position
        assert places.rows == (count,)
        (said,) = [one for one in places.findings if one.row == 1]
        assert said.severity == ("error" if repair == "safe" else "warning")
        assert "from 0 to 500000 m2" in said.message()


# --- ids never fan out


def test_repeated_ids_never_multiply_rows(tmp_path: Path) -> None:
    """Towns, places, place codes and groups with repeated names: as many rows out as in."""
    towns = "code,name,district,unit\n1,东镇,1,\n1,东镇,1,\n2,东镇,2,\n"
    region = city(tmp_path, towns)
    assert list(region.towns["town_id"]) == ["1", "2"]
    rows = {"code": ["a", "b", "b"], "name": ["甲", "甲", "甲"], "town": ["东镇", "1", "1"]}
    path = layer(tmp_path / "p.gpkg", rows, [at(1000, 1000), at(2000, 2000), at(2000, 2000)])
    places = read_places(PlaceSource(path=path, id="code", name="name", town="town"), region)
    assert list(places.table["place_id"]) == ["a", "b"]
    listed = csv(
        tmp_path / "f.csv",
        "id,place,x,y\n"
        + "".join(
            f"{code},{home},{X0 + 1000},{Y0 + 1000}\n"
            for code, home in [
                ("1", "甲"),
                ("1", "a"),
                ("2", "b"),
                ("2", "b"),
                ("3", "东镇"),
                ("4", "1"),
            ]
        ),
    )
    source = FacilitySource(
        path=listed, service="s", id="id", place="place", x="x", y="y", datum=METRIC
    )
    facilities = read_facilities([source], places, date=pd.Timestamp("2014-12-31").date())
    (count,) = facilities.rows
    assert (count.read, count.excluded) == (6, 1)  # row 5 repeats row 4 in everything
    assert len(facilities.table) == 5
    assert facilities.table["row"].is_unique


# --- overlaps, gaps, slivers


def layer_of_boxes(*boxes: tuple[float, float, float, float]) -> Layer:
    shapes = gpd.GeoSeries(
        [shapely.box(X0 + w, Y0 + s, X0 + e, Y0 + n) for w, s, e, n in boxes], crs=METRIC
    )
    codes = np.array([f"v{number}" for number in range(len(boxes))], dtype=object)
    return Layer("v.gpkg", shapes, codes, np.arange(1, len(boxes) + 1))


def said_of(found: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(one.code, one.value, dict(one.facts)["area"]) for one in found]


def test_clean_neighbours_are_silent() -> None:
    found, union = side_by_side(
        layer_of_boxes((0, 0, 100, 100), (100, 0, 200, 100), (0, 100, 200, 200))
    )
    assert found == ()
    assert union.area == 40_000


def test_overlap_gap_and_slivers_are_named_by_area_with_both_codes() -> None:
    found, _ = side_by_side(
        layer_of_boxes(
            (0, 0, 1000, 1000),
            (980, 0, 2000, 1000),  # 20 m x 1,000 m of v0
            (0, 998, 500, 2000),  # 2 m x 500 m of v0
            (700, 1000, 2000, 2000),
            (0, 2000, 2000, 2500),  # closes the gap of 200 x 1,000 m between v2 and v3
        )
    )
    assert said_of(found) == [
        ("polygons-gap", "v0, v2, v3, v4", "200000"),
        ("polygons-overlap", "v0, v1", "20000"),
        ("polygons-sliver", "v0, v2", "1000"),
    ]
    assert [one.rank for one in found] == [1, 2, 3]
    assert dict(found[2].facts)["width"] == "2.0"


def test_a_hole_in_one_polygon_is_a_note_and_filled_by_another_it_is_nothing() -> None:
    ring = shapely.Polygon(SQUARE, [HOLE])
    shapes = gpd.GeoSeries([ring], crs=METRIC)
    alone = Layer("v.gpkg", shapes, np.array(["a"], dtype=object), np.array([1]))
    (said,) = side_by_side(alone)[0]
    assert (said.code, said.severity) == ("polygons-hole", "note")
    both = gpd.GeoSeries([ring, shapely.box(200, 200, 300, 300)], crs=METRIC)
    filled = Layer("v.gpkg", both, np.array(["a", "b"], dtype=object), np.array([1, 2]))
    assert side_by_side(filled)[0] == ()


def test_a_square_metre_is_rounding_and_no_more() -> None:
    assert side_by_side(layer_of_boxes((0, 0, 100, 100), (99.995, 0, 200, 100)))[0] == ()
    found, _ = side_by_side(layer_of_boxes((0, 0, 100, 100), (99.98, 0, 200, 100)))
    assert said_of(found) == [("polygons-sliver", "v0, v1", "2")]


def test_equal_and_inner_polygons_overlap() -> None:
    found, _ = side_by_side(layer_of_boxes((0, 0, 100, 100), (0, 0, 100, 100), (10, 10, 20, 20)))
    assert said_of(found) == [
        ("polygons-overlap", "v0, v1", "10000"),
        ("polygons-overlap", "v0, v2", "100"),
        ("polygons-overlap", "v1, v2", "100"),
    ]


def test_a_strip_open_at_both_ends_is_found_up_to_200_m_with_both_codes() -> None:
    (said,) = side_by_side(layer_of_boxes((0, 0, 9000, 9000), (9100, 0, 18_000, 9000)))[0]
    facts = dict(said.facts)
    assert (said.code, said.value) == ("polygons-strip", "v0, v1")
    # 100 x 9,000 m less the round ends (2 r2 - pi r2 / 2 of r = 50 each, as arcs of 4 pieces)
    assert 895_000 < float(facts["area"]) <= 900_000
    assert 98 < float(facts["width"]) < 100
    wider = layer_of_boxes((0, 0, 9000, 9000), (9210, 0, 18_000, 9000))
    assert side_by_side(wider)[0] == ()
    thin = layer_of_boxes((0, 0, 9000, 9000), (9002, 0, 18_000, 9000))
    assert [(one.code, one.value) for one in side_by_side(thin)[0]] == [
        ("polygons-sliver", "v0, v1")
    ]


def test_a_strip_between_one_and_two_neighbours_names_all_three() -> None:
    three = layer_of_boxes((0, 0, 9000, 9000), (9100, 0, 18_000, 4000), (9100, 4000, 18_000, 9000))
    assert [(one.code, one.value) for one in side_by_side(three)[0]] == [
        ("polygons-strip", "v0, v1, v2")
    ]


def test_coves_notches_and_islets_are_no_strips() -> None:
    cove = shapely.box(X0, Y0, X0 + 5000, Y0 + 5000) - shapely.box(
        X0 + 2000, Y0 + 1000, X0 + 2100, Y0 + 5000
    )
    beside = shapely.box(X0 + 5000, Y0, X0 + 9000, Y0 + 5000)
    notch = beside - shapely.Polygon(
        [(X0 + 5000, Y0 + 3000), (X0 + 5000, Y0 + 5000), (X0 + 6000, Y0 + 5000)]
    )
    islets = [shapely.box(X0 + x, Y0 - 3000, X0 + x + 900, Y0 - 150) for x in (0, 1000, 7000)]
    shapes = gpd.GeoSeries(
        [shapely.union_all([cove, islets[1]]), shapely.union_all([notch, islets[0], islets[2]])],
        crs=METRIC,
    )
    both = Layer("d.shp", shapes, np.array(["a", "b"], dtype=object), np.array([1, 2]))
    assert side_by_side(both)[0] == ()


def jagged(amplitude_m: float, corners: int) -> Layer:
    """Give two neighbours, of which one has a coast of 20 km with very many teeth."""
    random = np.random.default_rng(0)
    x = np.linspace(0, 20_000, corners)
    coast = np.column_stack((x, 9000 + amplitude_m * random.normal(size=corners)))[::-1]
    ring = np.vstack((coast, [[0, 0], [20_000, 0]])) + np.array([X0, Y0])
    beside = shapely.box(X0 + 20_000, Y0, X0 + 30_000, Y0 + 9000)
    shapes = gpd.GeoSeries([shapely.Polygon(ring), beside], crs=METRIC)
    return Layer("d.shp", shapes, np.array(["a", "b"], dtype=object), np.array([1, 2]))


def test_a_coast_of_100_000_corners_is_looked_along_and_teeth_of_metres_are_not() -> None:
    assert side_by_side(jagged(1.0, 100_000))[0] == ()
    (said,) = side_by_side(jagged(20.0, 60_000))[0]
    assert (said.code, said.severity) == ("polygons-strips-not-sought", "note")


def test_built_up_land_that_lies_apart_gets_one_note() -> None:
    boxes = [
        (250 * (n % 30), 250 * (n // 30), 250 * (n % 30) + 150, 250 * (n // 30) + 150)
        for n in range(600)
    ]
    (said,) = side_by_side(layer_of_boxes(*boxes))[0]
    assert (said.code, said.severity) == ("polygons-apart", "note")
    assert dict(said.facts) == {"count": "600", "total": "600"}


def test_of_many_faults_the_largest_are_named_and_the_rest_is_added_up() -> None:
    boxes = [(300 * n, 0, 300 * n + 100 + n, 100) for n in range(60)]
    twins = [(300 * n + 90, 0, 300 * n + 200, 100) for n in range(60)]
    found, _ = side_by_side(layer_of_boxes(*boxes, *twins))
    assert [one.code for one in found] == ["polygons-overlap"] * 50 + ["polygons-further"]
    facts = dict(found[-1].facts)
    # pair n shares (10 + n) x 100 m2; the ten smallest are 0 to 9
    assert (facts["count"], facts["area"], facts["largest"]) == ("10", "14500", "1900")
    assert found[0].value == "v59, v119"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(0, 8)] * 2, *[st.integers(1, 5)] * 2), min_size=1, max_size=7)
)
@example([(1, 0, 2, 1), (0, 0, 1, 3), (1, 1, 1, 1), (1, 2, 2, 1), (2, 1, 1, 1)])
def test_overlaps_and_gaps_are_those_that_brute_force_finds(corners) -> None:
    boxes = [(100 * x, 100 * y, 100 * (x + w), 100 * (y + h)) for x, y, w, h in corners]
    made = layer_of_boxes(*boxes)
    shapes = made.shapes.to_numpy()
    found, union = side_by_side(made)
    overlaps = {
        (f"v{a}, v{b}", f"{shapes[a].intersection(shapes[b]).area:.0f}")
        for a in range(len(shapes))
        for b in range(a + 1, len(shapes))
        if shapes[a].intersection(shapes[b]).area > 0
    }
    told = said_of(found)
    assert {(value, area) for code, value, area in told if code == "polygons-overlap"} == overlaps
    whole = shapely.union_all(shapes)
    assert union.equals(whole)
    holes = [
        shapely.Polygon(ring).area for part in shapely.get_parts(whole) for ring in part.interiors
    ]
    gaps = [float(area) for code, _, area in told if code in ("polygons-gap", "polygons-hole")]
    assert sorted(gaps) == pytest.approx(sorted(holes))


def test_ground_that_is_left_and_ground_beyond() -> None:
    villages = layer_of_boxes((0, 0, 5000, 10_000), (-1000, 0, 0, 1000))
    (said,) = ground_left(villages, villages.shapes.union_all(), shaped(SQUARES["1"]))
    facts = dict(said.facts)
    assert (facts["left"], facts["share"], facts["beyond"]) == ("50.00", "50.0", "1.00")
    whole = layer_of_boxes((0, 0, 10_000, 10_000))
    assert ground_left(whole, whole.shapes.union_all(), shaped(SQUARES["1"])) == ()


def test_a_point_in_an_overlap_belongs_to_the_lower_id_and_one_finding_counts_them(
    tmp_path,
) -> None:
    region = read_region(districts(tmp_path, {"2": box(0, 0, 10, 10), "1": box(8, 0, 20, 10)}))
    points = gpd.GeoSeries([at(9_000, 1), at(8_000, 1), at(10_000, 1), at(1, 1), None], crs=METRIC)
    assert list(district_of(region, points)) == ["1", "1", "1", "2", ""]
    several = lying(points, region.districts.geometry, region.districts["district_id"])[1]
    assert list(several) == ["1, 2", "", "", "", ""]  # borders are inside of none
    codes = list("abcd")
    path = layer(
        tmp_path / "p.gpkg", {"code": codes, "name": codes},
        [at(1000, 5000), at(8500, 5000), at(9000, 5000), at(8000, 5000)],
    )  # fmt: skip
    places = read_places(PlaceSource(path=path, id="code", name="name"), region)
    assert list(places.table["district_id"]) == ["2", "1", "1", "1"]
    (said,) = [one for one in places.findings if one.code == "point-in-overlap"]
    facts = dict(said.facts)
    assert (facts["count"], facts["rows"], facts["codes"]) == ("2", "2, 3", "1, 2")


def test_facilities_in_overlapping_villages_are_counted(tmp_path: Path) -> None:
    region = city(tmp_path, None)
    rows = {"code": ["b", "a"], "name": ["乙", "甲"]}
    path = layer(tmp_path / "p.gpkg", rows, [box(0, 0, 5, 5), box(4, 0, 9, 5)])
    places = read_places(PlaceSource(path=path, id="code", name="name"), region)
    assert "polygons-overlap" in doubts(places.findings)
    path = layer(tmp_path / "f.gpkg", {"id": ["1", "2"]}, [at(4500, 100), at(100, 100)])
    source = FacilitySource(path=path, service="s", id="id")
    made = read_facilities([source], places, date=pd.Timestamp("2014-12-31").date())
    assert list(made.table["place_id"]) == ["a", "b"]
    (said,) = [one for one in made.findings if one.code == "point-in-overlap"]
    assert (said.row, said.value) == (1, "a, b")


# --- the 180th meridian


def degrees(path: Path, rows: dict[str, list[str]], shapes: list[object]) -> Path:
    gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326").to_file(path)
    return path


TAVEUNI = [(179.5, -17.0), (-179.5, -17.0), (-179.5, -16.0), (179.5, -16.0)]
"""A box of one degree over the 180th meridian, as a ring that jumps from 179.5 to -179.5."""


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon(TAVEUNI),
        shapely.Polygon([(x % 360, y) for x, y in TAVEUNI]),
        shapely.MultiPolygon(
            [shapely.box(179.5, -17, 180, -16), shapely.box(-180, -17, -179.5, -16)]
        ),
    ],
    ids=["jumps", "0 to 360", "split"],
)
def test_a_district_over_the_180th_meridian_is_one_box_and_not_the_globe(tmp_path, shape) -> None:
    path = degrees(tmp_path / "d.gpkg", {"code": ["1"], "name": ["a"]}, [shape])
    region = read_region(DistrictSource(path=path, id="code", name="name"))
    assert region.crs.to_epsg() in (32701, 32760)
    # a degree of longitude at 16.5 S is 106.7 km, one of latitude 110.6 km; UTM adds 0.2 %
    assert region.districts.area.iloc[0] / 1e6 == pytest.approx(106.7 * 110.6, rel=5e-3)
    assert "position-turned" in [one.code for one in region.findings]
    box = region.around
    assert (box.west, box.east) == pytest.approx((179.5, 180.5), abs=0.01)
    listed = csv(
        tmp_path / "p.csv",
        "code,name,lon,lat\na,a,179.9,-16.5\nb,b,-179.9,-16.5\nc,c,180.2,-16.5\nd,d,-16.5,179.9\n",
    )
    source = PlaceSource(path=listed, id="code", name="name", x="lon", y="lat")
    places = read_places(source, region)
    assert list(places.table["position"]) == ["ok"] * 4
    assert places.rows[0].repaired == 1


def test_a_ring_around_the_globe_is_refused(tmp_path: Path) -> None:
    ring = shapely.Polygon([(-170, 10), (-60, 10), (60, 10), (170, 10), (170, 20), (-170, 20)])
    path = degrees(tmp_path / "d.gpkg", {"code": ["1"], "name": ["a"]}, [ring])
    with pytest.raises(InputError) as caught:
        read_region(DistrictSource(path=path, id="code", name="name"))
    assert (caught.value.code, caught.value.row) == ("shape-around-globe", 1)


# --- whatever the file holds


def moved_to_city(xy: np.ndarray) -> np.ndarray:
    """Bring coordinates that begin at 0 to the toy city."""
    return xy + np.array([X0, Y0])


@pytest.fixture(scope="module")
def folder_and_region(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Region]:
    folder = tmp_path_factory.mktemp("dirt")
    return folder, city(folder, None)


@settings(max_examples=40, deadline=None)
@given(
    shapes=st.lists(dirty_shapes, min_size=1, max_size=6),
    repair=st.sampled_from(["none", "safe", "all"]),
)
def test_places_of_any_shape_are_all_kept_or_told(folder_and_region, shapes, repair: str) -> None:
    folder, region = folder_and_region
    drawn = [None if one is None else shapely.transform(one, moved_to_city) for one in shapes]
    codes = [f"c{number}" for number in range(len(shapes))]
    path = folder / "p.parquet"
    gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=drawn, crs=METRIC).to_parquet(path)
    places = read_places(PlaceSource(path=path, id="code", name="name", repair=repair), region)
    (count,) = places.rows
    assert (count.read, count.excluded) == (len(shapes), 0)
    assert len(places.table) == len(shapes)
    unknown = places.table["position"] == "missing"
    told = {one.row for one in places.findings}
    assert set(places.table.loc[unknown, "row"]) <= told
    if places.polygons is not None:
        assert places.polygons.dropna().is_valid.all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(clean_polygons(), min_size=1, max_size=4),
    st.lists(st.tuples(st.floats(-2e3, 1.2e4), st.floats(-2e3, 1.2e4)), max_size=20),
)
def test_lying_agrees_with_asking_every_polygon(polygons, spots) -> None:
    points = gpd.GeoSeries([shapely.Point(one) for one in spots])
    ids = pd.Series([f"p{number}" for number in range(len(polygons))])
    found, several = lying(points, gpd.GeoSeries(polygons), ids)
    for number, point in enumerate(points):
        inside = [
            code for code, one in zip(ids, polygons, strict=True) if one.contains_properly(point)
        ]
        assert several.iloc[number] == (", ".join(inside) if len(inside) > 1 else "")
        touching = [code for code, one in zip(ids, polygons, strict=True) if one.intersects(point)]
        assert found.iloc[number] == min(touching, default="")


def test_towns_of_any_kind_keep_their_rows(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "t.gpkg", {"code": list("abcd"), "name": list("abcd")},
        [crossing(0), box(1, 1, 2, 2), None, box(1.5, 1, 3, 2)],
    )  # fmt: skip
    region = read_region(
        districts(tmp_path, SQUARES), TownSource(path=path, id="code", name="name")
    )
    assert region.rows[1] == RowCount("t.gpkg", read=4, used=4, repaired=0, excluded=0)
    assert region.towns.geometry.notna().tolist() == [False, True, False, True]
    severe = [(one.code, one.row) for one in region.findings if one.severity == "error"]
    assert severe == [("polygon-left-out", 1)]
    assert ("polygons-overlap", 2) in [(one.code, one.row) for one in region.findings]


def test_a_vertex_that_is_no_number_is_fatal_for_a_district_and_told_for_a_place(tmp_path) -> None:
    with np.errstate(invalid="ignore"):
        broken = shapely.Polygon([(X0, Y0), (X0 + 9000, Y0), (np.nan, Y0 + 5), (X0, Y0 + 9000)])
    frame = gpd.GeoDataFrame({"code": ["1"], "name": ["a"]}, geometry=[broken], crs=METRIC)
    path = tmp_path / "d.parquet"
    frame.to_parquet(path)
    assert fatal(tmp_path, DistrictSource(path=path, id="code", name="name")) == [
        ("geometry-unreadable", 1)
    ]
    region = city(tmp_path, None)
    places = read_places(PlaceSource(path=path, id="code", name="name"), region)
    assert list(places.table["position"]) == ["missing"]
    assert ("geometry-unreadable", 1) in [(one.code, one.row) for one in places.findings]


def test_very_many_borders_that_do_not_fit_are_looked_at_for_overlaps_alone() -> None:
    turn = np.linspace(0, 2 * np.pi, 80_001)[:-1]
    disc = np.column_stack((X0 + 1000 * np.cos(turn), Y0 + 1000 * np.sin(turn)))
    shapes = gpd.GeoSeries(
        [shapely.Polygon(disc), shapely.Polygon(disc + np.array([100, 0]))], crs=METRIC
    )
    both = Layer("v.gpkg", shapes, np.array(["a", "b"], dtype=object), np.array([1, 2]))
    found, union = side_by_side(both)
    assert [one.code for one in found] == ["polygons-overlap", "polygons-gaps-not-sought"]
    assert union is None
