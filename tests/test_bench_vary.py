"""The benchmark of draws at a tiny size: the right answer passes, a wrong one is found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_sensitivity_engine import study

from benchmarks import bench_vary, measuring
from benchmarks.bench_vary import answer, vary_of


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    monkeypatch.setattr(bench_vary, "peak", lambda *_: measuring.Peak(1.0, 0.5))
    monkeypatch.setattr(bench_vary, "AGAIN", 1)
    monkeypatch.setattr(measuring, "ROUNDS", 1)


def test_draws_are_held_against_access_measured_again():
    row = vary_of(study(), "toy", 2)
    assert row["work"] == "vary"
    assert row["size"] == "toy: 26 places, 6 services, 2 draws"
    assert row["peers"].keys() == {"measure_access"}
    assert row["same_answer"]

    def wrong(access, count):
        right = answer(access, count)
        return replace(right, values=right.values + 2e-6)

    assert not vary_of(study(), "toy", 2, ours=wrong)["same_answer"]
