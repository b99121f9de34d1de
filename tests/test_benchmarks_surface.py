"""The benchmark of travel over land at a tiny size: a wrong answer is found; nothing is timed."""

import warnings

import numpy as np
import pytest

from benchmarks import bench_surface, lands, measuring
from gapmap.surface.flat import travel_minutes


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """No process of its own for memory, no GRASS, one round."""
    monkeypatch.setattr(bench_surface, "peak", lambda *_: measuring.Peak(1.0, 0.5))
    monkeypatch.setattr(bench_surface, "has_grass", lambda: False)
    monkeypatch.setattr(measuring, "ROUNDS", 1)


@pytest.mark.parametrize("work", ["surface", "surface_16", "surface_winding", "surface_noise"])
def test_all_minutes_are_held_against_the_peers(work):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        row = bench_surface.over_land(work, 60, 3)
    assert row["work"] == work
    assert row["same_answer"]
    peers = {"buckets"} if work == "surface_16" else {"buckets", "xarray-spatial", "scikit-image"}
    assert row["peers"].keys() == peers


@pytest.mark.parametrize("change", [1 + 1e-4, np.inf])
def test_one_wrong_cell_is_found(change):
    def one_off(*asked, neighbours):
        minutes = travel_minutes(*asked, neighbours=neighbours)
        minutes.flat[np.argmax(np.where(np.isfinite(minutes), minutes, 0))] *= change
        return minutes

    assert not bench_surface.over_land("surface_16", 60, 3, search=one_off)["same_answer"]


def test_the_land_has_roads_rivers_and_one_way_that_winds():
    land = lands.road_land(400)
    assert 0.01 < (land < 0.2).mean() < 0.2
    assert 0.002 < np.isinf(land).mean() < 0.05
    sources = lands.some_cells(land, 1)
    assert np.isfinite(travel_minutes(land, sources)).mean() > 0.9
    winding = lands.winding_land(40)
    minutes = travel_minutes(winding, [(0, 0)])
    assert np.array_equal(np.isfinite(minutes), np.isfinite(winding))
    assert minutes.max() > 9 * 37


def test_quick_has_one_size_each(monkeypatch):
    asked = []
    monkeypatch.setattr(bench_surface, "over_land", lambda *row: asked.append(row))
    for quick in (True, False):
        asked.clear()
        assert len(list(bench_surface.surface(quick=quick))) == len(asked)
        works = [row[0] for row in asked]
        assert set(works) == {"surface", "surface_16", "surface_winding", "surface_noise"}
        assert (len(set(works)) == len(works)) == quick
