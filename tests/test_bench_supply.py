"""The benchmark of supply at a tiny size: the right answer passes, a wrong one is found."""

from benchmarks import bench_supply, measuring


def test_supply_is_held_against_all_peers(monkeypatch):
    monkeypatch.setattr(bench_supply, "peak", lambda *_: measuring.Peak(1.0, 0.5))
    monkeypatch.setattr(measuring, "ROUNDS", 1)
    row = bench_supply.supply_of_pairs(60, 12, 6)
    assert row["work"] == "supply"
    assert row["peers"].keys() == {"bincount", "pandas", "access"}
    assert row["same_answer"]

    def a_little_more(pairs):
        made = bench_supply._ours(pairs)
        made[made.argmax()] *= 1 + 1e-8
        return made

    assert not bench_supply.supply_of_pairs(60, 12, 6, share=a_little_more)["same_answer"]
