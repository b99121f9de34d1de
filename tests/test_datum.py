"""Datums of China: published pairs, exact inverses; the choice of the metric CRS."""

import math

import numpy as np
import pandas as pd
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapmap.datum import DATUMS, convert_datum, metric_crs
from gapmap.errors import CrsError, MethodError

MICROMETRE_DEG = 1e-6 / 111_320
"""Degrees of latitude in 1e-6 m."""

in_china = {
    "lon": st.floats(73.0, 135.0),
    "lat": st.floats(3.5, 53.5),
}


def plain_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The public formula written out sine by sine: an independent second form."""
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    waves = (20 * math.sin(6 * x * pi) + 20 * math.sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    north += (20 * math.sin(y * pi) + 40 * math.sin(y / 3 * pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * pi) + 320 * math.sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    east += (20 * math.sin(x * pi) + 40 * math.sin(x / 3 * pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * pi) + 300 * math.sin(x / 30 * pi)) * 2 / 3
    a, ee = 6378245.0, 0.00669342162296594323
    angle = math.radians(lat)
    magic = 1 - ee * math.sin(angle) ** 2
    return (
        lon + east * 180 / (a / math.sqrt(magic) * math.cos(angle) * pi),
        lat + north * 180 / ((a * (1 - ee)) / (magic * math.sqrt(magic)) * pi),
    )


# The public test pairs of the open-source libraries eviltransform and coordtransform.
PUBLISHED = [
    ("wgs84", "gcj02", (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ("wgs84", "gcj02", (113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ("wgs84", "gcj02", (116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ("wgs84", "gcj02", (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ("gcj02", "bd09", (116.404, 39.915), (116.41036949371029, 39.92133699351021)),
]


@pytest.mark.parametrize(("source", "target", "before", "after"), PUBLISHED)
def test_published_pairs(source, target, before, after):
    assert convert_datum(*before, source=source, target=target) == pytest.approx(after, abs=1e-12)
    back = convert_datum(*after, source=target, target=source)
    assert back == pytest.approx(before, abs=MICROMETRE_DEG)


@given(**in_china)
def test_the_formula_in_two_forms(lon, lat):
    assert convert_datum(lon, lat, source="wgs84", target="gcj02") == pytest.approx(
        plain_gcj02(lon, lat), abs=1e-12
    )


@pytest.mark.parametrize(
    ("source", "target"), [("gcj02", "wgs84"), ("bd09", "gcj02"), ("bd09", "wgs84")]
)
@given(**in_china)
def test_the_inverse_is_exact_to_a_micrometre(source, target, lon, lat):
    x, y = convert_datum(lon, lat, source=source, target=target)
    again = convert_datum(x, y, source=target, target=source)
    assert again == pytest.approx((lon, lat), abs=MICROMETRE_DEG)
    there = convert_datum(lon, lat, source=target, target=source)
    assert convert_datum(*there, source=source, target=target) == pytest.approx(
        (lon, lat), abs=MICROMETRE_DEG
    )


@given(**in_china)
def test_two_steps_are_the_one(lon, lat):
    halfway = convert_datum(lon, lat, source="wgs84", target="gcj02")
    two = convert_datum(*halfway, source="gcj02", target="bd09")
    assert convert_datum(lon, lat, source="cgcs2000", target="bd09") == pytest.approx(two)


def test_zhuhai_is_moved_by_610_and_1250_metres():
    earth = pyproj.Geod(ellps="WGS84")
    for datum, metres in (("gcj02", 610), ("bd09", 1250)):
        x, y = convert_datum(113.5767, 22.2707, source=datum, target="wgs84")
        assert earth.inv(113.5767, 22.2707, x, y)[2] == pytest.approx(metres, rel=0.06)


def test_many_positions_give_what_each_gives_alone():
    generator = np.random.default_rng(7)
    lon, lat = generator.uniform(73, 135, 40_000), generator.uniform(17, 53, 40_000)
    x, y = convert_datum(lon, lat, source="bd09", target="wgs84")
    for at in (0, 16_383, 16_384, 39_999):
        alone = convert_datum(lon[at], lat[at], source="bd09", target="wgs84")
        assert (x[at], y[at]) == pytest.approx(alone, abs=1e-11)


@pytest.mark.parametrize("target", DATUMS)
@pytest.mark.parametrize("source", DATUMS)
def test_abroad_and_nowhere_nothing_moves(source, target):
    lon = np.array([0.0, -22.5, 151.2, np.nan, 113.0, 113.0])
    lat = np.array([0.0, 65.9, -33.9, 22.0, np.nan, 80.0])
    x, y = convert_datum(lon, lat, source=source, target=target)
    np.testing.assert_array_equal(x[[0, 1, 2, 5]], lon[[0, 1, 2, 5]])
    np.testing.assert_array_equal(y[[0, 1, 2, 5]], lat[[0, 1, 2, 5]])
    assert np.isnan(x[3])
    assert np.isnan(y[4])


def test_kinds_are_kept_and_inputs_untouched():
    lon = pd.Series([113.5, 114.0], index=["a", "b"], name="经度")
    lat = pd.Series([22.2, 22.4], index=["a", "b"], name="纬度")
    copies = lon.copy(), lat.copy()
    x, y = convert_datum(lon, lat, source="wgs84", target="gcj02")
    assert list(x.index) == ["a", "b"]
    assert (x.name, y.name) == ("经度", "纬度")
    pd.testing.assert_series_equal(lon, copies[0])
    pd.testing.assert_series_equal(lat, copies[1])
    grid = convert_datum(
        np.full((2, 3), 113.5), np.full((2, 3), 22.2), source="bd09", target="wgs84"
    )
    assert grid[0].shape == (2, 3)
    number, _ = convert_datum(113.5, 22.2, source="wgs84", target="gcj02")
    assert isinstance(number, float)
    assert convert_datum([], [], source="gcj02", target="wgs84")[0].shape == (0,)


def test_mistakes_of_the_caller():
    with pytest.raises(MethodError, match="nearest known one is gcj02"):
        convert_datum(1, 2, source="GCJ-02", target="wgs84")
    with pytest.raises(MethodError, match="differ in shape"):
        convert_datum([1, 2], [1], source="gcj02", target="wgs84")


# --- the metric CRS ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "epsg"),
    [
        ((113.05, 21.85, 114.45, 22.5), 4547),  # Zhuhai
        ((113.52, 22.10, 113.60, 22.22), 4547),  # Macau
        ((75.9, 39.4, 76.1, 39.5), 4534),  # Kashgar
        ((134.2, 48.3, 134.4, 48.4), 4554),  # Fuyuan
        ((115.4, 39.4, 117.5, 41.1), 4548),  # Beijing: central meridian 117
        ((-24.6, 65.3, -21.2, 66.5), 32627),  # the Westfjords
        ((105.7, 20.9, 106.0, 21.1), 32648),  # Hanoi, beside a Chinese zone
        ((121.4, 24.9, 121.7, 25.2), 32651),
        ((126.8, 37.4, 127.2, 37.7), 32652),  # Seoul
        ((106.8, 47.8, 107.0, 48.0), 32648),  # Ulaanbaatar
        ((151.0, -34.0, 151.4, -33.7), 32756),  # Sydney
        ((179.9, 10.0, 180.0, 10.1), 32660),
    ],
)
def test_auto_is_the_three_degree_zone_in_china_and_utm_elsewhere(bounds, epsg):
    assert metric_crs(bounds).to_epsg() == epsg


def test_a_named_crs_is_taken_where_it_can_measure():
    zhuhai = (113.05, 21.85, 114.45, 22.5)
    assert metric_crs(zhuhai, "EPSG:4526").to_epsg() == 4526
    assert metric_crs(zhuhai, "EPSG:32649").to_epsg() == 32649


@pytest.mark.parametrize(
    ("crs", "words"),
    [
        ("EPSG:4326", "no projected system in metres"),
        ("EPSG:2263", "no projected system in metres"),  # feet
        ("EPSG:3857", "by 8.0 %"),  # 1 / cos 22.175 degrees
        ("EPSG:99999", "no coordinate system"),
        ("nonsense", "no coordinate system"),
    ],
)
def test_a_crs_that_cannot_measure_is_refused(crs, words):
    with pytest.raises(CrsError, match=words):
        metric_crs((113.05, 21.85, 114.45, 22.5), crs)


@pytest.mark.parametrize(
    "bounds", [(4e5, 2.4e6, 5e5, 2.5e6), (math.nan,) * 4, (114, 22, 113, 23), (113, 22, 113, 95)]
)
def test_bounds_that_are_no_degrees_are_refused(bounds):
    with pytest.raises(CrsError, match="no longitudes and latitudes"):
        metric_crs(bounds)
