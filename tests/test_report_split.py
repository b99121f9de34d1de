"""More places than one page holds: no page has more than that, and none is lost."""

from __future__ import annotations

from dataclasses import replace
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
    for name in ("name", "piece", "pieces"):
        assert told[name] == [getattr(one, name) for one in parts]
    assert {one.title("zh") for one in parts if one.id == "t3"} == {"西边镇 (1/2)", "西边镇 (2/2)"}
    assert len(build_report(assessed, about=toys.ABOUT).parts) == len(parts)


@pytest.mark.parametrize("without", [("t1", "t2", "t3"), ("t2",)])
def test_places_without_a_town_are_cut_by_district_and_no_page_mixes_any(
    monkeypatch: pytest.MonkeyPatch, without: tuple[str, ...]
) -> None:
    monkeypatch.setattr(split, "MOST_PLACES", 4)
    assessed = _with({"town_id": dict.fromkeys(without, ""), "town": {}})
    table = assessed.access.places.table
    parts = split.parts_of(assessed)
    assert {one.kind for one in parts} == {"district"}
    assert all(set(table["district_id"].iloc[one.rows]) == {one.id} for one in parts)
    names = ["香洲区 (1/2)", "香洲区 (2/2)", "斗门区 (1/2)", "斗门区 (2/2)"]
    assert [one.title("zh") for one in parts] == names
    told = split.told_parts(assessed, parts)["share"]
    assert isinstance(told, dict)
    assert None not in told["bus_shelter"]


def test_a_page_of_places_without_a_district_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "MOST_PLACES", 4)
    nowhere = {"440403": ""}
    assessed = _with({"district_id": nowhere, "district": {"斗门区": ""}, "town_id": {"t3": ""}})
    first, second, *_ = split.parts_of(assessed)
    assert (first.title("zh"), second.title("en")) == (
        "所属区不明 (1/2)",
        "district not known (2/2)",
    )


def test_a_town_without_a_name_is_called_by_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "MOST_PLACES", 4)
    parts = split.parts_of(_with({"town": {"西边镇": ""}}))
    assert {one.name for one in parts if one.id == "t3"} == {"t3"}


def _with(changed: dict[str, dict[str, str]]) -> Assessment:
    """Give the toy city with other words in some columns of its places."""
    access = toys.access()
    table = access.places.table.copy()
    for name, words in changed.items():
        table[name] = table[name].replace(words)
    return toys.assessment(replace(access, places=replace(access.places, table=table)))
