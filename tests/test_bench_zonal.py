"""The benchmark of zonal sums at a tiny size: the right answer passes, a wrong one is found."""

import pytest

from benchmarks import bench_zonal, measuring
from benchmarks.bench_zonal import zonal_in_memory, zonal_of_file


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    monkeypatch.setattr(bench_zonal, "peak", lambda *_: measuring.Peak(1.0, 0.5))
    monkeypatch.setattr(measuring, "ROUNDS", 1)


def a_little_more(sums):
    wrong = sums.copy()
    wrong[3] *= 1 + 2e-8
    return wrong


def test_sums_are_held_against_exactextract():
    row = zonal_in_memory(200, 20)
    assert row["work"] == "zonal"
    assert row["peers"].keys() == {"exactextract"}
    assert row["same_answer"]
    wrong = zonal_in_memory(200, 20, sums=lambda zones: a_little_more(bench_zonal._ours(zones)))
    assert not wrong["same_answer"]


def test_sums_of_a_file_are_held_against_exactextract_and_what_was_written():
    assert zonal_of_file(600, 20)["same_answer"]

    def wrong_in_one(path, shapes):
        return a_little_more(bench_zonal._of_file(path, shapes))

    def wrong_in_all(path, shapes):
        sums = bench_zonal._of_file(path, shapes)
        sums[-1] += 1
        return sums

    for wrong in (wrong_in_one, wrong_in_all):
        assert not zonal_of_file(600, 20, sums=wrong)["same_answer"]
