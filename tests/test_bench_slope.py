"""The benchmark of sloping ground at tiny sizes: a wrong answer is found; nothing is timed."""

import numpy as np
import pytest

from benchmarks import bench_slope, measuring
from benchmarks.goals import judge
from benchmarks.grass import Ran


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    monkeypatch.setattr(bench_slope, "peak", lambda *_: measuring.Peak(1.0, 0.5))
    monkeypatch.setattr(bench_slope.grass, "has_grass", lambda: False)
    monkeypatch.setattr(measuring, "ROUNDS", 1)


@pytest.fixture
def answer(monkeypatch):
    """Let r.walk be there, and give what it is said to find: seconds, NaN where it finds none."""
    seconds = {}

    def walk(module, rasters, **_):
        assert module == "r.walk"
        assert np.isnan(rasters["start_raster"]).sum() == rasters["start_raster"].size - 3
        return Ran(seconds["raster"], 1e9, 1e9)

    monkeypatch.setattr(bench_slope.grass, "has_grass", lambda: True)
    monkeypatch.setattr(bench_slope.grass, "run_module", walk)
    return seconds


@pytest.mark.parametrize("neighbours", [8, 16])
def test_sweeps_and_heap_give_one_answer(neighbours):
    row = bench_slope.surface_slope(40, 3, neighbours=neighbours)

    assert row["same_answer"]
    assert list(row["peers"]) == ["heap"]


def test_an_answer_that_the_heap_does_not_give_is_found(monkeypatch):
    by_heap = bench_slope.minutes_by_heap
    monkeypatch.setattr(bench_slope, "minutes_by_heap", lambda *job: by_heap(*job) * (1 + 1e-15))

    assert not bench_slope.surface_slope(40, 3)["same_answer"]


@pytest.mark.parametrize(("error", "same"), [(0.0, True), (1e-6, True), (1e-4, False)])
def test_r_walks_answer_is_held_against_ours(answer, error, same):
    terrain, cells = bench_slope.hills(40, 3, 8, 0.0)
    minutes = bench_slope.minutes_by_heap(terrain, cells)
    answer["raster"] = np.where(np.isinf(minutes), np.nan, minutes * 60 * (1 + error))
    row = judge(bench_slope.surface_slope(40, 3, smooth_cells=0.0))

    assert row["same_answer"] is same
    assert "x r.walk (at least 5)" in row["goal"]
    assert row["met"]


def test_slopes_are_those_of_hills():
    terrain, cells = bench_slope.hills(200, 5, 8, 8.0)
    slopes = np.hypot(*np.gradient(terrain.height_m, terrain.cell_m))

    assert slopes.mean() == pytest.approx(0.15)
    assert np.isfinite(terrain.minutes_per_cell[tuple(cells.T)]).all()


def test_it_is_quick_when_asked_to_be(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(
        bench_slope, "surface_slope", lambda *size, **kind: asked.append((size, kind))
    )

    assert len(list(bench_slope.slope(quick=True))) == 1
    assert len(list(bench_slope.slope(quick=False))) == 3
    assert asked[0][0] == (1_000, 20)
    assert "r.walk is left out" in capsys.readouterr().out
