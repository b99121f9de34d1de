"""Kinds of evidence on a layer's datum, one by one, with layers whose truth is known."""

import numpy as np
import pyproj
import pytest
import shapely
from datum_trials import evidence
from hypothesis import given
from hypothesis import strategies as st

from gapmap.datum import (
    HYPOTHESES,
    area_evidence,
    convert_datum,
    judge_datum,
    mixed_rows,
    point_pair_evidence,
    prepare_roads,
    read_as,
    read_beside,
    road_evidence,
    share_inside,
    tell_mixed,
    tell_verdict,
)
from gapmap.datum.evidence import ahead, average, cells_of, deviate

CRS = pyproj.CRS.from_epsg(4547)
TO_METRES = pyproj.Transformer.from_crs(4326, CRS, always_xy=True)
MIDDLE = np.array(TO_METRES.transform(113.5767, 22.2707))


def written(xy, datum):
    """Degrees in ``datum`` of positions around the middle of Zhuhai, in metres."""
    lon, lat = TO_METRES.transform(*(np.asarray(xy, float) + MIDDLE).T, direction="INVERSE")
    return shapely.points(*convert_datum(lon, lat, source="wgs84", target=datum))


def layer(xy, datum="wgs84"):
    return read_as(written(xy, datum), CRS)


def box(x, y, half):
    corner = MIDDLE + np.array([x, y])
    return shapely.box(*(corner - half), *(corner + half))


def spread(count, seed=0, half=5000):
    return np.random.default_rng(seed).uniform(-half, half, (count, 2))


# --- readings -------------------------------------------------------------------------------


def test_each_hypothesis_is_at_its_place():
    read = layer([[0, 0], [300, 400]], "gcj02")
    np.testing.assert_allclose(read.xy[1] - MIDDLE, [[0, 0], [300, 400]], atol=1e-3)
    away = np.hypot(*(read.xy[:, 0] - MIDDLE).T)
    assert away.round(-1).tolist() == [620, 0, 920]


def test_rows_without_a_position_are_left_out_and_the_others_keep_their_place():
    given_shapes = np.array([None, *written([[0, 0]], "wgs84"), shapely.Point()], dtype=object)
    read = read_as(given_shapes, CRS)
    assert read.rows.tolist() == [1]
    assert read.shapes.shape == (3, 1)
    assert len(read_as([None], CRS)) == 0
    assert len(read_as([], CRS)) == 0


@pytest.mark.parametrize("declared", HYPOTHESES)
@pytest.mark.parametrize("truth", HYPOTHESES)
def test_points_lie_beside_displaced_roads_where_these_show_them(truth, declared):
    """What is at 0, 0 and written in its datum is drawn at ``shown`` if read as declared."""
    shown = layer([[0, 0]], truth).xy[HYPOTHESES.index(declared), 0]
    beside_it = read_beside(MIDDLE[None], CRS, declared=declared)
    np.testing.assert_allclose(beside_it.xy[HYPOTHESES.index(truth), 0], shown, atol=1e-3)


# --- z ---------------------------------------------------------------------------------------


def test_z_is_the_deviate_of_students_t():
    # t = 2.5 with 6 degrees of freedom has a tail of 0.0233; the normal deviate of that is 1.99
    assert deviate(2.5, 1.0, 7) == pytest.approx(1.990, abs=0.002)
    assert deviate(-2.5, 1.0, 7) == pytest.approx(-1.990, abs=0.002)
    assert deviate(2.5, 1.0, 1000) == pytest.approx(2.49, abs=0.01)
    assert deviate(100.0, 1.0, 6) == 0.0  # too few


def test_perfect_agreement_of_seven_is_no_certainty():
    assert deviate(1.0, 0.0, 7) < 2.5 < deviate(1.0, 0.0, 9)


def test_z_is_a_number_however_plain_the_case():
    assert deviate(5.0, 1e-9, 100_000) == 30
    assert deviate(-5.0, 1e-9, 100_000) == -30
    ring = spread(9000, 1, 60_000)
    many = area_evidence(layer(ring), np.array([box(*one, 20) for one in ring], dtype=object))
    assert max(many.z.values()) == 30


def test_hypotheses_that_coincide_are_not_ahead_of_each_other():
    assert ahead(np.zeros((3, 20))).tolist() == [0, 0, 0]


@given(st.integers(0, 2**32 - 1))
def test_at_most_one_hypothesis_is_ahead_of_both_others(seed):
    z = ahead(np.random.default_rng(seed).normal(size=(3, 12)))
    assert (z > 0).sum() <= 1


def test_a_square_of_ground_is_one_witness():
    xy = np.array([[10.0, 10.0], [20.0, 20.0], [260.0, 10.0]])
    cells = cells_of(xy)
    assert len(set(cells.tolist())) == 2
    assert sorted(average(np.array([1.0, 3.0, 7.0]), cells).tolist()) == [2.0, 7.0]


# --- roads -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grid():
    """An uneven web: streets 350 to 650 m apart, both ways."""
    generator = np.random.default_rng(3)
    at = np.cumsum(generator.uniform(350, 650, 32)) - 8000
    across = np.column_stack((at, np.full(32, -8e3), at, np.full(32, 8e3)))
    segments = np.concatenate((across, across[:, [1, 0, 3, 2]])) + np.tile(MIDDLE, 2)
    return at, prepare_roads(segments)


def beside(streets, count, seed=0):
    generator = np.random.default_rng(seed)
    xy = spread(count, seed)
    street = generator.choice(streets[np.abs(streets) < 5000], count)
    xy[np.arange(count), generator.integers(0, 2, count)] = street + generator.normal(0, 20, count)
    return xy


def test_the_distance_to_a_road_is_that_to_its_line(grid):
    streets, roads = grid
    xy = spread(500, 5, 4000)
    gap = np.abs(xy[:, :, None] - streets).min(axis=(1, 2))
    np.testing.assert_allclose(roads.distance_m(xy + MIDDLE), gap, atol=0.5)


@pytest.mark.parametrize("truth", HYPOTHESES)
def test_points_beside_roads_tell_their_datum(grid, truth):
    streets, roads = grid
    found = road_evidence(layer(beside(streets, 60), truth), roads)
    assert (found.best, found.speaks, found.strong) == (truth, True, True)
    assert found.rows == 60
    assert found.typical_m[truth] < 20
    assert min(found.typical_m[name] for name in HYPOTHESES if name != truth) > 50
    assert found.distances_m.shape == (3, 60)


def test_six_points_are_silent_and_so_is_one_shelter_listed_fifty_times(grid):
    streets, roads = grid
    assert not road_evidence(layer(beside(streets, 6), "gcj02"), roads).speaks
    many = road_evidence(layer(np.repeat(beside(streets, 1), 50, axis=0), "gcj02"), roads)
    assert (many.rows, many.witnesses, many.speaks) == (1, 1, False)


def test_twenty_points_in_two_squares_are_two_witnesses(grid):
    streets, roads = grid
    xy = np.repeat(beside(streets, 2), 10, axis=0) + np.tile(np.arange(10) * 2.0, 2)[:, None]
    assert road_evidence(layer(xy, "gcj02"), roads).witnesses <= 8
    assert not road_evidence(layer(xy, "gcj02"), roads).speaks


def test_one_street_cannot_tell_since_every_shift_along_it_fits():
    # the shelters stand on a street that the road data lack; 618 m away runs another, parallel one
    shift = layer([[0, 0]]).xy[1, 0] - layer([[0, 0]]).xy[0, 0]
    across = np.array([-shift[1], shift[0]]) / np.hypot(*shift)
    steps = np.linspace(-3000, 3000, 25)[:, None]
    road = np.concatenate((shift - 5000 * across, shift + 5000 * across)) + np.tile(MIDDLE, 2)
    found = road_evidence(layer(steps * across), prepare_roads([road]))
    assert found.z["gcj02"] > 2.5
    assert not found.speaks
    assert judge_datum([found], "wgs84").datum is None


def test_points_outside_the_road_data_say_nothing(grid):
    streets, roads = grid
    far = spread(40, 1) + np.array([0, 40_000])
    assert road_evidence(layer(far), roads).rows == 0
    both = road_evidence(layer(np.concatenate((beside(streets, 40), far)), "bd09"), roads)
    assert (both.rows, both.best, both.strong) == (40, "bd09", True)


def test_no_roads_and_no_points(grid):
    assert prepare_roads([]) is None
    assert not road_evidence(layer(spread(20)), None).speaks
    assert not road_evidence(read_as([], CRS), grid[1]).speaks


def test_abroad_the_hypotheses_coincide_and_nothing_is_said():
    utm = pyproj.CRS.from_epsg(32756)
    sydney = np.array([334_000.0, 6_251_000.0])
    to_degrees = pyproj.Transformer.from_crs(utm, 4326, always_xy=True)
    xy = np.column_stack((np.linspace(-3000, 3000, 30), np.zeros(30))) + sydney
    read = read_as(shapely.points(*to_degrees.transform(*xy.T)), utm)
    road = np.concatenate((sydney - np.array([4000, 0]), sydney + np.array([4000, 0])))
    found = road_evidence(read, prepare_roads([road]))
    assert found.z == dict.fromkeys(HYPOTHESES, 0.0)
    assert judge_datum([found], "wgs84").datum is None


# --- named areas -----------------------------------------------------------------------------


def villages(count=36):
    side = int(count**0.5)
    return [(x * 2000.0 - 5000, y * 2000.0 - 5000) for x in range(side) for y in range(side)]


def in_villages(seed=0):
    """One point somewhere in each of 36 square villages of 2 km, and the squares."""
    centres = np.array(villages())
    points = centres + np.random.default_rng(seed).uniform(-990, 990, centres.shape)
    return points, np.array([box(*centre, 1000) for centre in centres], dtype=object)


@pytest.mark.parametrize("truth", HYPOTHESES)
def test_points_lie_in_the_village_that_they_name(truth):
    points, squares = in_villages()
    found = area_evidence(layer(points, truth), squares)
    assert (found.best, found.speaks) == (truth, True)
    assert found.share[truth] == 1
    assert found.typical_m[truth] == 0


def test_areas_in_another_datum_than_their_points_are_found_and_the_points_are_not_accused():
    points, _ = in_villages()
    degrees = [written([(x - 1e3, y - 1e3), (x + 1e3, y - 1e3), (x + 1e3, y + 1e3),
                        (x - 1e3, y + 1e3)], "gcj02") for x, y in villages()]  # fmt: skip
    areas = read_as([shapely.Polygon(shapely.get_coordinates(ring)) for ring in degrees], CRS)
    here = layer(points)
    of_areas = area_evidence(areas, here.shapes[0], reference="wgs84")
    of_points = area_evidence(here, areas.shapes[0], reference="wgs84")
    assert judge_datum([of_areas], "wgs84").datum == "gcj02"
    assert judge_datum([of_points], "wgs84").datum is None


def test_two_layers_that_match_may_be_wrong_alike():
    points, squares = in_villages()
    found = area_evidence(layer(points), squares, reference="wgs84")
    assert found.speaks
    assert judge_datum([found], "wgs84").datum is None
    trusted = area_evidence(layer(points), squares)
    assert judge_datum([trusted], "wgs84").datum == "wgs84"


def test_codes_that_are_wrong_do_not_speak():
    points, squares = in_villages()
    for seed in range(20):
        mixed = np.random.default_rng(seed).permutation(squares)
        assert not area_evidence(layer(points), mixed).speaks


def test_rows_that_name_nothing_are_not_counted():
    points, squares = in_villages()
    squares[:10] = None
    assert area_evidence(layer(points), squares).rows == 26
    assert not area_evidence(layer(points), np.full(36, None)).speaks


# --- pairs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("truth", HYPOTHESES)
def test_facilities_lie_around_their_villages(truth):
    home = spread(40, 1)
    away = home + np.random.default_rng(2).normal(0, 350, home.shape)
    found = point_pair_evidence(layer(away, truth), home + MIDDLE)
    assert (found.best, found.speaks) == (truth, True)
    assert found.typical_m[truth] < 150


def test_an_offset_that_is_no_datums_is_not_told():
    home = spread(40, 1)
    away = home + np.array([0, 700])  # all clinics north of their villages
    found = point_pair_evidence(layer(away), home + MIDDLE)
    assert not found.speaks


def test_twenty_facilities_of_one_village_are_one_witness():
    home = np.repeat(spread(3, 1), 20, axis=0)
    found = point_pair_evidence(layer(home + spread(60, 3, 300), "gcj02"), home + MIDDLE)
    assert (found.witnesses, found.speaks) == (3, False)


def test_a_third_of_wrong_codes_is_no_matter():
    home = spread(60, 1)
    away = home + np.random.default_rng(2).normal(0, 200, home.shape)
    away[:20] = spread(20, 9)
    found = point_pair_evidence(layer(away, "gcj02"), home + MIDDLE)
    assert (found.best, found.speaks) == ("gcj02", True)


# --- the boundary, the verdict ----------------------------------------------------------------


def test_the_share_inside_is_a_hint_that_never_speaks():
    found = share_inside(layer(spread(50, half=2900)), box(0, 0, 3000))
    assert found.share["wgs84"] == 1
    assert found.share["bd09"] < 0.9
    assert found.best == "wgs84"
    assert not found.speaks
    assert judge_datum([found], "gcj02").datum is None


def test_what_lies_in_any_of_several_areas_is_inside():
    halves = [box(-1500, 0, 1500), box(1500, 0, 1500)]
    points = layer([[-100, 0], [100, 0], [5, 1400], [9000, 0]])
    assert share_inside(points, halves).share["wgs84"] == 0.75


def test_one_strong_kind_or_two_that_agree_decide():
    assert judge_datum([evidence()], "wgs84").decisive
    weak = evidence(z=3.0, strong=False)
    assert not judge_datum([weak], "wgs84").decisive
    two = judge_datum([weak, evidence("pairs", z=2.6, strong=False)], "EPSG:4490")
    assert (two.declared, two.datum, two.decisive, two.contradicts) == (
        "wgs84",
        "gcj02",
        True,
        True,
    )


def test_evidence_that_disagrees_gives_no_verdict():
    verdict = judge_datum([evidence(), evidence("areas", "wgs84", z=2.7)], "wgs84")
    assert (verdict.datum, verdict.decisive, verdict.divided) == (None, False, True)


def test_evidence_that_leans_but_fits_nothing_keeps_a_verdict_from_being_decisive():
    lost = evidence("pairs", speaks=False, strong=False)
    verdict = judge_datum([evidence(), lost], "wgs84")
    assert (verdict.datum, verdict.decisive) == ("gcj02", False)


def test_no_evidence_gives_no_verdict():
    verdict = judge_datum([], "wgs84")
    assert (verdict.datum, verdict.decisive, verdict.z) == (None, False, 0.0)
    assert tell_verdict(verdict, file="a.csv", asked="auto") is None
    found = tell_verdict(verdict, file="a.csv", asked="detect")
    assert (found.code, found.severity) == ("datum-undecided", "error")


@pytest.mark.parametrize(
    ("best", "asked", "code"),
    [
        ("gcj02", "auto", "datum-contradicted"),
        ("gcj02", "detect", "datum-detected"),
        ("wgs84", "detect", "datum-confirmed"),
    ],
)
def test_the_finding_says_the_evidence(best, asked, code):
    verdict = judge_datum([evidence(best=best)], "wgs84")
    found = tell_verdict(verdict, file="站.csv", asked=asked, field="lon, lat")
    assert found.code == code
    for language in ("zh", "en"):
        told = found.message(language)
        assert "5.0" in told
        assert all(text in told for text in ("WGS84 84", "GCJ-02 31", "BD-09 90"))


def test_an_explicit_or_confirmed_datum_is_not_told_under_auto():
    assert (
        tell_verdict(judge_datum([evidence(best="gcj02")], "gcj02"), file="a", asked="auto") is None
    )


# --- a few rows in another datum --------------------------------------------------------------


def test_five_rows_in_another_datum_are_found():
    here = np.array([box(*centre, 300) for centre in villages()], dtype=object)
    points = np.array(villages()) + spread(36, 4, 30)
    shapes = written(points, "wgs84")
    shapes[[3, 9, 14, 20, 31]] = written(points[[3, 9, 14, 20, 31]], "gcj02")
    found = mixed_rows(read_as(shapes, CRS), here, declared="wgs84")
    assert found.datum == "gcj02"
    assert found.rows.tolist() == [3, 9, 14, 20, 31]
    told = tell_mixed(found, file="a.csv", rows=range(2, 38), declared="wgs84")
    assert [one.row for one in told] == [5, 11, 16, 22, 33]
    assert told[0].code == "datum-mixed"


def test_two_rows_and_rows_that_are_merely_wrong_are_not_told():
    here = np.array([box(*centre, 400) for centre in villages()], dtype=object)
    points = np.array(villages()) + spread(36, 4, 300)
    shapes = written(points, "wgs84")
    shapes[:2] = written(points[:2], "gcj02")
    assert mixed_rows(read_as(shapes, CRS), here, declared="wgs84") is None
    points[:10] += np.random.default_rng(1).normal(0, 600, (10, 2))
    assert mixed_rows(layer(points), here, declared="wgs84") is None


def test_a_layer_that_is_in_another_datum_as_a_whole_is_not_mixed():
    here = np.array([box(*centre, 400) for centre in villages()], dtype=object)
    points = np.array(villages()) + spread(36, 4, 300)
    assert mixed_rows(layer(points, "gcj02"), here, declared="wgs84") is None


def test_roads_of_no_length_and_long_ones_are_cut_and_found() -> None:
    roads = prepare_roads(np.array([[0.0, 0, 0, 0], [0, 0, 1000, 0], [500, 0, 500, 40]]))
    assert roads is not None
    here = np.array([[250.0, 30], [510, 35], [-3, 4], [1003, 4]])
    assert roads.distance_m(here) == pytest.approx([30, 10, 5, 5])
    assert np.hypot(*(roads.end - roads.start).T).max() <= 25
    assert prepare_roads(np.zeros((2, 4))) is None
