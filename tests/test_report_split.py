"""More places than one page holds: no page has more than that, and none is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import toys

from gapmap.report import build_report, split

if TYPE_CHECKING:
    from gapmap.assessment import Assessment


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return toys.assessment()


@pytest.mark.parametrize("most", [1, 2, 3, 4, 6, 12])
def test_each_place_stands_on_one_page_and_none_has_more_than_it_can_hold(
    assessed: Assessment, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(split, "MOST_PLACES", most)
    parts = split.parts_of(assessed)
    rows = np.sort(np.concatenate([one.rows for one in parts]))
    assert rows.tolist() == list(range(len(assessed.access.places.table)))
    assert max(len(one.rows) for one in parts) <= most
    assert len({one.file for one in parts}) == len(parts)
    assert len({one.kind for one in parts}) == 1
    assert all(one.piece <= one.pieces for one in parts)


def test_a_district_that_is_too_large_is_split_by_town_and_a_town_evenly(
    assessed: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(split, "MOST_PLACES", 4)
    towns = assessed.access.places.table["town_id"].value_counts()
    parts = split.parts_of(assessed)
    assert {one.kind for one in parts} == {"town"}
    for code, count in towns.items():
        own = [one for one in parts if one.id == code]
        assert [one.piece for one in own] == list(range(1, len(own) + 1))
        assert {one.pieces for one in own} == {-(-count // 4)}
        sizes = [len(one.rows) for one in own]
        assert max(sizes) - min(sizes) <= 1


def test_a_page_of_a_piece_says_which_and_the_figures_are_the_town_s(
    assessed: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gapmap.report.MOST_PLACES", "gapmap.report.split.MOST_PLACES"):
        monkeypatch.setattr(name, 4)
    parts = split.parts_of(assessed)
    told = split.told_parts(assessed, parts)
    assert told["name"] == [
        f"{p.name} ({p.piece}/{p.pieces})" if p.pieces > 1 else p.name for p in parts
    ]
    assert len(build_report(assessed, about=toys.ABOUT).parts) == len(parts)
