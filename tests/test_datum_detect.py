"""One call from shapes to a verdict, as analysts use it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

import gapmap as gm

HYPOTHESES = ("wgs84", "gcj02", "bd09")


def written(xy, datum):
    return shapely.points(*gm.convert_datum(*np.asarray(xy).T, source="wgs84", target=datum))


def spots(count, seed=3):
    return np.random.default_rng(seed).uniform((113.3, 22.1), (113.5, 22.3), (count, 2))


@pytest.mark.parametrize("truth", HYPOTHESES)
def test_points_in_the_squares_that_they_name_whatever_the_order(truth):
    middles = np.array([(113.0 + 0.02 * (at % 6), 22.0 + 0.02 * (at // 6)) for at in range(36)])
    at = middles + np.random.default_rng(1).uniform(-0.0095, 0.0095, middles.shape)
    squares = gpd.GeoSeries(
        shapely.box(*(middles - 0.01).T, *(middles + 0.01).T), index=range(36), crs=4326
    )
    layer = gpd.GeoDataFrame(geometry=written(at, truth), index=range(36), crs=4326)
    verdict = gm.detect_datum(layer, named=squares.iloc[::-1])
    assert (verdict.datum, verdict.contradicts) == (truth, truth != "wgs84")


@pytest.mark.parametrize("truth", HYPOTHESES)
def test_points_around_the_villages_that_they_name(truth):
    homes = spots(60)
    away = homes + np.random.default_rng(2).normal(0, 0.001, homes.shape)
    layer = gpd.GeoSeries(written(away, truth), crs=4326)
    verdict = gm.detect_datum(layer, named=gpd.GeoSeries(shapely.points(homes), crs=4326))
    assert (verdict.datum, verdict.decisive) == (truth, True)
    in_metres = gm.detect_datum(
        layer.to_crs(4547), named=gpd.GeoSeries(shapely.points(homes), crs=4326)
    )
    assert in_metres.datum == truth


def test_without_evidence_there_is_no_verdict():
    layer = gpd.GeoSeries(shapely.points(spots(20)), crs=4326)
    assert gm.detect_datum(layer).datum is None
    nothing = gpd.GeoSeries([None] * 20, crs=4326)
    assert gm.detect_datum(layer, named=nothing, roads=nothing).datum is None


def test_a_layer_without_a_crs_is_refused():
    with pytest.raises(gm.CrsError, match="no CRS"):
        gm.detect_datum(gpd.GeoSeries(shapely.points(spots(3))))
