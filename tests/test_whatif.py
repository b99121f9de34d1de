"""Lists of the nearest sites: exact for every place, whatever is on, and short to find."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import builders
import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import gapmap
from gapmap.access.stops import Stops
from gapmap.access.trips import join, travel
from gapmap.network import network_from_lines, snap
from gapmap.siting import CandidateSites
from gapmap.siting.ways import Ways
from gapmap.whatif import making
from gapmap.whatif.near import find_near, in_units, spread_order
from gapmap.whatif.packing import (
    pack,
    pack_steps,
    pack_texts,
    unpack,
    unpack_steps,
    unpack_texts,
)

if TYPE_CHECKING:
    from gapmap.assessment import Assessment


def _ways(rng: np.random.Generator, mode: str) -> Ways:
    xy = rng.integers(0, 30, (25, 2)) * 100.0
    xy[rng.random(25) < 0.1] = np.nan
    service = builders.clinic(500, mode=mode)
    if mode == "straight":
        return Ways(Stops(xy), service, np.arange(25))
    lines = [shapely.LineString([(0, y), (1300, y)]) for y in range(0, 3000, 300)]
    lines += [shapely.LineString([(1600, y), (2900, y)]) for y in range(0, 1500, 300)]
    lines += [shapely.LineString([(x, 0), (x, 2700)]) for x in (0, 1300)]
    lines += [shapely.LineString([(1600, 0), (1600, 1200)])]
    ways = gpd.GeoDataFrame(geometry=gpd.GeoSeries(lines, crs=builders.CRS))
    network = network_from_lines(ways, snap_m=350)
    return Ways(Stops(xy, snap(network, xy, mode=mode), network), service, np.arange(25))


@pytest.mark.parametrize("mode", ["straight", "walk"])
@pytest.mark.parametrize("seed", range(12))
def test_the_first_that_is_on_is_the_nearest(seed: int, mode: str) -> None:
    rng = np.random.default_rng(seed)
    ways = _ways(rng, mode)
    spots = rng.integers(0, 30, (14, 2)) * 100.0
    sites = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spots.T), crs=builders.CRS)
    ids = np.array([f"f{n:02d}" for n in range(14)], dtype=object)
    fixed = rng.random(14) < rng.choice([0.0, 0.15, 0.4])
    lists = find_near(ways, sites, ids, fixed)
    assert (lists.starts[:-1] <= lists.starts[1:]).all()
    for _ in range(6):
        on = fixed | (rng.random(14) < 0.4)
        numbers = np.flatnonzero(on)
        trip = travel(ways.origins, join(sites[on], ways.origins, ways.service), ways.service)
        for place in range(25):
            part = slice(lists.starts[place], lists.starts[place + 1])
            assert (np.diff(lists.way[part]) >= 0).all()
            shown = on[lists.site[part]]
            if trip.target[place] < 0:
                assert not shown.any()
                continue
            first = int(np.flatnonzero(shown)[0])
            way = lists.way[part][first] / 1000
            assert way == pytest.approx(trip.distance_m[place], abs=2e-3)
            if mode == "straight":  # by road equal sites are told apart by where they stand
                assert lists.site[part][first] == numbers[trip.target[place]]


def test_one_place_without_a_way_does_not_have_all_sites_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ways = _ways(np.random.default_rng(3), "walk")
    spots = [(0, 0), (1300, 2700), (1700, 0)]
    sites = gpd.GeoDataFrame(geometry=[shapely.Point(one) for one in spots], crs=builders.CRS)
    asked: list[tuple[int, float]] = []
    nearer = Ways.nearer

    def heard(self: Ways, sites: gpd.GeoDataFrame, bound: np.ndarray) -> object:
        asked.append((len(bound), float(bound.max())))
        return nearer(self, sites, bound)

    monkeypatch.setattr(Ways, "nearer", heard)
    ids = np.array(["a", "b", "c"], dtype=object)
    find_near(ways, sites, ids, np.array([True, True, False]))
    (everybody, most), (few, unbound) = asked
    assert everybody == 25 > few
    assert np.isfinite(most)
    assert np.isinf(unbound)


def test_ways_are_told_as_measured_and_cross_no_limit() -> None:
    way = np.array([16.6494, 16.6004, 0.3334, 0.3332, 15.3004, 1.5304])
    assert in_units(way, 15.3).tolist() == [16649, 16601, 333, 333, 15301, 1531]
    assert in_units(way[2:4], 0.3333).tolist() == [334, 333]


def test_many_points_are_spread_fast_whatever_the_order_of_rows() -> None:
    xy = np.random.default_rng(1).uniform(0, 1e5, (20_000, 2))
    order = spread_order(xy)
    assert sorted(order.tolist()) == list(range(20_000))
    first = xy[spread_order(xy, 64)]
    assert (first == xy[order[:64]]).all()
    turned = np.random.default_rng(2).permutation(20_000)
    assert (xy[turned][spread_order(xy[turned], 64)] == first).all()
    quarters = np.unique((first // 25_000).astype(int), axis=0)
    assert len(quarters) == 16


def test_few_points_are_the_farthest_one_by_one() -> None:
    xy = np.array([[0.0, 0.0], [10.0, 0.0], [4.0, 0.0], [100.0, 0.0]])
    assert spread_order(xy).tolist() == [3, 0, 1, 2]
    assert spread_order(xy, 2).tolist() == [3, 0]


def _of_two_services(candidates: int) -> tuple[Assessment, dict[str, CandidateSites]]:
    """Give clinics with many candidates, and shops that stand in more places than there are."""
    rng = np.random.default_rng(4)
    spots = lambda count: [  # noqa: E731
        {"x": x, "y": y} for x, y in (rng.integers(0, 200, (count, 2)) * 100.0).tolist()
    ]
    there = builders.facilities(
        [{**one, "service": ("clinic", "shop")[n % 4 > 0]} for n, one in enumerate(spots(80))],
        services=("clinic", "shop"),
    )
    services = (builders.clinic(900), replace(builders.clinic(900), id="shop"))
    access = gapmap.measure_access(builders.places(spots(40)), there, None, services)
    xy = rng.integers(0, 200, (candidates, 2)) * 100.0 + (builders.X0, builders.Y0)
    table = gpd.GeoDataFrame(
        {"site_id": [f"c{n}" for n in range(candidates)], "name": "点", "district_id": "",
         "district": "", "town": "", "cost": np.nan},
        geometry=shapely.points(xy), crs=builders.CRS,
    )  # fmt: skip
    return gapmap.assess(access), {"clinic": CandidateSites(table=table)}


def test_no_candidate_is_left_out_where_another_service_does_not_need_its_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assessment, candidates = _of_two_services(300)
    monkeypatch.setattr(making, "_ENTRIES", 1_000)
    clinic, shop = making.make_what_if(assessment, candidates, proposed={}).switches
    assert clinic.left_out == shop.left_out == 0
    assert 0 < len(clinic.stay_on) <= clinic.sites.existing
    assert 0 < len(shop.stay_on) < shop.sites.existing
    most = 1_000 + 40 * making._ENTRIES_A_PLACE + making._ENTRIES_A_SERVICE
    assert len(clinic.near.site) + len(shop.near.site) <= most


def test_candidates_are_left_out_where_all_together_are_too_many_but_never_proposed_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assessment, candidates = _of_two_services(3_000)
    monkeypatch.setattr(making, "_ENTRIES", -1_500)
    asked = {f"clinic@c{n}" for n in range(7)}
    clinic, _ = making.make_what_if(assessment, candidates, proposed={"clinic": asked}).switches
    assert clinic.left_out > 0
    assert clinic.left_out + len(clinic.sites.table) == clinic.sites.existing + 3_000
    assert asked <= set(clinic.sites.table["facility_id"])


@given(st.lists(st.integers(0, 2**53)))
def test_numbers_come_back(numbers: list[int]) -> None:
    assert unpack(pack(numbers)).tolist() == numbers


@given(st.lists(st.integers(-(2**50), 2**50)))
def test_numbers_told_by_their_steps_come_back(numbers: list[int]) -> None:
    assert unpack_steps(pack_steps(numbers)).tolist() == numbers


@given(st.lists(st.text(st.sampled_from("a-0019村 ¤\u0663") | st.characters(), max_size=12)))
def test_texts_come_back_with_their_numbers(texts: list[str]) -> None:
    assert unpack_texts(pack_texts(texts)) == texts


def test_negative_numbers_are_not_packed() -> None:
    with pytest.raises(ValueError, match="negative"):
        pack([3, -1])
