"""Repeated draws: each is what access says of inputs that were changed by hand just so."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely
from builders import CRS, X0, Y0, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st
from test_access_surface import at, surface

from gapmap.access import Access, Service, measure_access
from gapmap.assessment import assess
from gapmap.errors import MethodError
from gapmap.network import Network, cost_matrix, journey, snap
from gapmap.network.assembly import assemble
from gapmap.network.ferries import Crossing
from gapmap.network.noding import ways_from_lines
from gapmap.network.repricing import reprice
from gapmap.network.rules import Tags
from gapmap.sensitivity import COVERED, UNCOVERED, UNKNOWN, Assumptions, Draw
from gapmap.sensitivity.drawing import Throw, make_dice, quiet
from gapmap.sensitivity.engine import draws, fixed_positions, swings
from gapmap.sensitivity.roads import gather
from gapmap.siting import propose_sites

STATES = {"uncovered": UNCOVERED, "covered": COVERED, "unknown": UNKNOWN}
WIDE = Assumptions(
    speed=0.5, position_m=250.0, limit=0.5, people=0.5, people_common=0.2, ferry_wait_otherwise=1.0
)


def offer(name: str, mode: str, limit: float, unit: str, **more: object) -> Service:
    return Service(id=name, name={}, mode=mode, limit=limit, limit_unit=unit, **more)


SERVICES = (
    offer("shop", "walk", 700, "m"),
    offer("clinic", "walk", 12, "minutes", speed_kmh=6.0),
    offer("school", "cycle", 8, "minutes", basis="standard"),
    offer("hospital", "drive", 20, "minutes"),
    offer("unplaced", "walk", 500, "m"),
    offer("nobody", "drive", 30, "minutes"),
)
VILLAGES = [
    *({"x": 300 + 700 * column, "y": 300 + 600 * row} for row in range(4) for column in range(5)),
    {"x": None, "people": None},
    {"x": 500, "y": 500, "position": "outside"},
    {"x": 2000, "y": 3900},  # off the ways
    {"x": 6100, "y": 1000, "island": True},
    {"x": 6700, "y": 1900, "island": True, "people": None},
    {"x": 9000, "y": 1000, "island": True},  # nobody serves it
]
SITES = [
    *({"service": "shop", "x": x, "y": y} for x, y in ((100, 0), (1900, 700), (3000, 2100))),
    {"service": "shop", "x": 1000, "y": 3900},  # off the ways
    {"service": "shop", "x": 900, "y": 1400, "qualifies": "no"},
    {"service": "clinic", "x": 700, "y": 900, "facility_id": "both"},
    {"service": "clinic", "x": 6000, "y": 1000},
    {"service": "clinic", "x": 2500, "y": 1200, "counts": "unknown"},
    {"service": "clinic", "x": None, "place_id": "p7"},
    {"service": "school", "x": 700, "y": 900, "facility_id": "both"},
    {"service": "hospital", "x": 3900, "y": 100},
    {"service": "unplaced", "x": None},
]


@cache
def network() -> Network:
    """A grid of streets, one of them one-way, a river with a bridge, an island with two boats."""
    across = [[(x, y) for x in (0, 1500, 4000)] for y in (0, 1200, 2400)]
    along = [[(x, y) for y in (0, 1200, 2400)] for x in (0, 1500, 4000)]
    island = [[(6000, 1000), (7000, 1000), (7000, 2000)], [(9000, 1000), (9100, 1000)]]
    corner = np.array([X0, Y0])
    lines = [shapely.LineString(np.array(one) + corner) for one in (*across, *along, *island)]
    tags = [Tags(highway="residential")] * len(lines)
    tags[1] = Tags(highway="primary", oneway="yes")
    boats = [
        Crossing(
            ends=(-1, -1),
            coords=np.array([(4000, y), (6000, 1000)]) + corner,
            minutes=5,
            wait_minutes=wait,
            wait_basis=basis,
            name=basis,
        )
        for y, wait, basis in ((1200, 10, "headway"), (0, 6, "fixed"))
    ]
    ways, _ = ways_from_lines(np.array(lines, dtype=object), tags)
    river = shapely.box(X0 + 200, Y0 + 1550, X0 + 3000, Y0 + 1750)
    return assemble(ways, crs=CRS, file="roads", snap_m=500, crossings=boats, water=river)


@cache
def study() -> Access:
    offered = facilities(SITES, services=tuple(one.id for one in SERVICES))
    return measure_access(places(VILLAGES), offered, network(), SERVICES)


@cache
def plain() -> Access:
    """The same without a network: straight lines."""
    asked = (offer("shop", "straight", 700, "m"), offer("clinic", "walk", 12, "minutes"))
    return measure_access(places(VILLAGES), facilities(SITES), None, asked)


def shifted(table: gpd.GeoDataFrame, metres: np.ndarray) -> gpd.GeoDataFrame:
    geometry = [
        one if one is None else shapely.Point(one.x + dx, one.y + dy)
        for one, (dx, dy) in zip(table.geometry, metres, strict=True)
    ]
    return table.set_geometry(gpd.GeoSeries(geometry, index=table.index, crs=table.crs))


def changed(access: Access, throw: Throw) -> Access:
    """Change every input by hand, and measure."""
    ways, asked = access.network, []
    if ways is not None:
        minutes = ways.edges.ferry_minutes.copy()
        for ferry, wait in zip(ways.ferries, throw.wait_minutes, strict=True):
            minutes[ferry.edge] = ferry.minutes + wait
        drive = throw.speed["drive"]
        speeds = {name: kmh * throw.speed.get(name, drive) for name, kmh in ways.speeds.items()}
        edges = replace(ways.edges, drive_kmh=ways.edges.drive_kmh * drive, ferry_minutes=minutes)
        ways = replace(ways, speeds=speeds, edges=edges)
    for one in access.services:
        kmh = one.speed_kmh or (4.8 if ways is None and one.mode == "walk" else None)
        faster = None if kmh is None else kmh * throw.speed[one.mode]
        asked.append(replace(one, limit=one.limit * throw.limit[one.id], speed_kmh=faster))
    homes, sites = access.places, access.facilities
    homes = replace(homes, table=shifted(homes.table, throw.place_shift))
    sites = replace(sites, table=shifted(sites.table, throw.facility_shift))
    return measure_access(homes, sites, ways, asked, surface=access.surface, brief=True)


def base_draw(access: Access) -> Draw:
    """Give the draw in which nothing varies."""
    (drawn,) = draws(access, Assumptions.nothing(), count=1, seed=1)
    return drawn


def check_same(draw: Draw, access: Access) -> None:
    for service in access.services:
        rows = access.table[access.table["service"] == service.id]
        column = "distance_m" if service.limit_unit == "m" else "minutes"
        value = draw.value[service.id]
        assert draw.limit[service.id] == service.limit
        np.testing.assert_array_equal(draw.status[service.id], rows["status"].map(STATES))
        np.testing.assert_allclose(
            np.where(np.isfinite(value), value, np.nan), rows[column], rtol=1e-12
        )
        lost = ~np.isfinite(value)
        unknown = draw.status[service.id] == UNKNOWN
        np.testing.assert_array_equal(np.isnan(value), lost & unknown)


@pytest.mark.parametrize("made", [study, plain])
def test_a_draw_in_which_nothing_varies_is_the_answer_itself(made) -> None:
    access = made()
    reasons = set(access.table["reason"])
    assert {"within_limit", "beyond_limit", "no_position", "outside_area"} <= reasons
    if access.network is not None:
        assert {"below_standard", "no_facility", "not_connected"} <= reasons
    base = base_draw(access)
    check_same(base, access)
    assert base.factors == {}
    people = access.places.table["people"].to_numpy(dtype=float)
    np.testing.assert_array_equal(base.people, people)
    (again,) = draws(access, Assumptions.nothing(), count=1, seed=9)
    check_same(again, access)


@pytest.mark.parametrize("made", [study, plain])
@settings(max_examples=6)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_draw_is_what_access_says_of_the_changed_inputs(made, seed) -> None:
    access = made()
    (draw,) = draws(access, WIDE, count=1, seed=seed)
    throw = make_dice(access, WIDE).throw(seed, 0)
    check_same(draw, changed(access, throw))


def test_draws_are_the_same_however_many_and_whatever_the_order_of_rows() -> None:
    access = study()
    few, many = (list(draws(access, WIDE, count=count, seed=3)) for count in (2, 4))
    other = next(draws(access, WIDE, count=1, seed=4))
    assert other.factors != few[0].factors
    homes, sites = access.places, access.facilities
    order = np.random.default_rng(1).permutation(len(homes.table))
    back = sites.table.iloc[::-1].reset_index(drop=True)
    mixed = measure_access(
        replace(homes, table=homes.table.iloc[order].reset_index(drop=True)),
        replace(sites, table=back),
        access.network,
        access.services[::-1],
        brief=True,
    )
    for one, same, turned in zip(few, many, draws(mixed, WIDE, count=2, seed=3), strict=False):
        assert one.number == same.number == turned.number
        assert one.factors == same.factors == turned.factors
        np.testing.assert_array_equal(one.people, same.people)
        np.testing.assert_array_equal(one.people[order], turned.people)
        for service in one.status:
            for left, right in ((one.status, turned.status), (one.value, turned.value)):
                np.testing.assert_array_equal(left[service][order], right[service])
            np.testing.assert_array_equal(one.value[service], same.value[service])


def test_one_assumption_less_leaves_all_other_numbers_as_they_are() -> None:
    access = study()
    every = make_dice(access, WIDE).throw(5, 2)
    fixed = make_dice(access, replace(WIDE, speed=0.0, limit=0.0)).throw(5, 2)
    assert set(fixed.speed.values()) == {1.0} == set(fixed.limit.values())
    for name in ("people", "place_shift", "facility_shift", "wait_minutes"):
        np.testing.assert_array_equal(getattr(every, name), getattr(fixed, name))


def test_what_has_one_id_moves_together_and_a_file_may_be_more_accurate() -> None:
    access = study()
    dice = make_dice(access, replace(WIDE, position_m_by_file={"f.csv": 10.0}))
    throw = dice.throw(1, 0)
    both = (access.facilities.table["facility_id"] == "both").to_numpy()
    one, other = throw.facility_shift[both]
    np.testing.assert_array_equal(one, other)
    many = np.concatenate([dice.throw(1, number).facility_shift[~both] for number in range(300)])
    assert many.std() == pytest.approx(10, rel=0.1)
    assert throw.place_shift.std() > 100


def test_the_moments_of_the_draws_are_those_of_the_assumptions() -> None:
    access, given_here = study(), Assumptions(people=0.3, people_common=0.1)
    dice = make_dice(access, given_here)
    throws = [dice.throw(7, number) for number in range(2000)]
    walk = np.array([one.speed["walk"] for one in throws])
    limit = np.array([one.limit["shop"] for one in throws])
    people = np.array([one.people for one in throws])
    moved = np.array([one.place_shift for one in throws])
    headway, fixed = np.array([one.wait_minutes for one in throws]).T
    assert (walk.min() >= 0.8, walk.max() <= 1.2) == (True, True)
    assert walk.mean() == pytest.approx(1, abs=0.01)
    assert walk.std() == pytest.approx(0.2 / np.sqrt(6), rel=0.05)  # of a triangle
    assert limit.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.05)  # of a uniform one
    assert {one.limit["school"] for one in throws} == {1.0}  # a standard is no assumption
    assert people.mean() == pytest.approx(1, abs=0.01)
    assert people.std() == pytest.approx(np.sqrt(1.09 * 1.01 - 1), rel=0.05)
    assert np.mean([one.people_common for one in throws]) == pytest.approx(1, abs=0.01)
    assert moved.std() == pytest.approx(50, rel=0.02)
    assert abs(np.corrcoef(moved[:, 0].T)[0, 1]) < 0.1
    assert (headway.min() >= 0, headway.max() <= 20) == (True, True)
    assert headway.std() == pytest.approx(20 / np.sqrt(12), rel=0.05)
    assert (fixed.min() >= 3, fixed.max() <= 9) == (True, True)


def test_a_longer_limit_and_a_faster_way_never_cover_fewer() -> None:
    found = {one.assumption: one for one in swings(study(), WIDE, count=3)}
    assert list(found) == [
        *("speed:cycle", "speed:drive", "speed:walk", "limit", "ferry_wait", "position", "people")
    ]
    for name, swing in found.items():
        assert swing.ends == (name not in ("position", "people"))
        if not swing.ends:
            continue
        low, high = swing.draws if name != "ferry_wait" else swing.draws[::-1]
        for service, status in low.status.items():
            assert not ((status == COVERED) & (high.status[service] != COVERED)).any()
    for draw in found["people"].draws:
        check_same(draw, study())
        assert draw.factors["people"] != 1
    spread = found["position"].draws
    assert len({draw.value["shop"].tobytes() for draw in spread}) == len(spread) == 3
    assert all(draw.limit["shop"] == 700 for draw in spread)


def test_ends_lie_where_the_interval_of_many_draws_ends() -> None:
    """Of a triangle to 20 % at 1 - sqrt(0.1) of it, of a uniform range to 10 % at 0.9 of it."""
    found = {one.assumption: one.draws for one in swings(study(), Assumptions(), count=1)}
    speed = [draw.factors["speed:walk"] for draw in found["speed:walk"]]
    assert speed == pytest.approx([1 - 0.2 * (1 - 0.1**0.5), 1 + 0.2 * (1 - 0.1**0.5)])
    limit = [draw.factors["limit:shop"] for draw in found["limit"]]
    assert limit == pytest.approx([0.91, 1.09])
    dice = make_dice(study(), Assumptions())
    walk = [dice.throw(7, number).speed["walk"] for number in range(2000)]
    assert speed == pytest.approx(np.quantile(walk, [0.05, 0.95]), abs=0.01)


def test_the_ends_of_a_wait_are_nearly_nothing_and_nearly_the_whole_headway() -> None:
    """p23 to the hospital: 5 minutes on the boat, 10 of waiting, whichever is the better quay."""
    (ferry,) = (one for one in swings(study(), Assumptions(), count=1)
                if one.assumption == "ferry_wait")  # fmt: skip
    shares = [{name: round(one, 9) for name, one in draw.factors.items() if "ferry" in name}
              for draw in ferry.draws]  # fmt: skip
    assert shares == [
        {"ferry:headway": 0.1, "ferry:fixed": 0.55},
        {"ferry:headway": 1.9, "ferry:fixed": 1.45},
    ]
    low, high = (draw.value["hospital"][23] for draw in ferry.draws)
    base = base_draw(study()).value["hospital"][23]
    assert low < base < high


def test_positions_gathered_of_two_are_joined_as_if_asked_for_together() -> None:
    random = np.random.default_rng(4)
    xy = np.array([X0, Y0]) + random.uniform(-200, 4200, (12, 2))
    xy[3], xy[9] = np.nan, (X0 + 99_000, Y0)  # nowhere, and off the ways
    rows = np.array([9, 2, 2, 7, 3, 0, 11, 8])
    parts = [snap(network(), part, mode="walk") for part in (xy[:7], xy[7:])]
    found, wanted = gather(*parts, rows), snap(network(), xy[rows], mode="walk")
    for name in ("xy", "edge", "fraction", "point_xy", "distance_m", "nearest_way_m", "component"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), err_msg=name)
    for own, theirs in zip(found.joins, wanted.joins, strict=True):
        np.testing.assert_array_equal(own, theirs)
    assert len(gather(parts[0], parts[1], rows[:0])) == 0


def test_many_pairs_are_found_as_few_are(monkeypatch) -> None:
    random = np.random.default_rng(6)
    xy = np.array([X0, Y0]) + random.uniform(-900, 4900, (60, 2))
    here, there = (snap(network(), part, mode="walk") for part in (xy[:35], xy[35:]))
    found = []
    for most in (500_000, 0):
        monkeypatch.setattr(journey, "_ALL_PAIRS", most)
        monkeypatch.setattr(journey, "_TOGETHER", most)
        found.append(cost_matrix(network(), here, there, mode="walk", limit=(2000.0, "m")))
    few, many = found
    assert few.nnz > 40
    np.testing.assert_array_equal(few.toarray(), many.toarray())


def test_sites_are_chosen_anew_among_the_same_candidates() -> None:
    access = measure_access(places(VILLAGES), facilities(SITES), network(), SERVICES[:1])
    proposals = [propose_sites(assess(access), service="shop", count=3)]
    (base,) = draws(access, Assumptions.nothing(), count=1, proposals=proposals)
    proposed = set(proposals[0].sites["site_id"])
    assert set(base.sites["shop"]) == proposed
    first, second = draws(access, WIDE, count=2, seed=2, proposals=proposals, sites_in=1)
    assert second.sites == {}
    there = changed(access, make_dice(access, WIDE).throw(2, 0))
    table = there.places.table.assign(people=first.people)
    homes = replace(there.places, table=table)
    again = measure_access(homes, there.facilities, there.network, there.services)
    wanted = propose_sites(assess(again), service="shop", count=3)
    best = set(wanted.sites["site_id"])
    assert best <= set(first.sites["shop"]) <= best | proposed
    block = again.table[again.table["service"] == "shop"].set_index("place_id")
    for one in set(first.sites["shop"]) - best:  # as good: it reaches what one of the best reaches
        assert block.loc[one.removeprefix("shop@"), "status"] == "uncovered"


def test_over_land_places_move_over_what_was_searched_once() -> None:
    minutes = np.ones((12, 20))
    minutes[:, 9], minutes[3, 9] = np.inf, 1.0
    unknown = np.zeros((12, 20), bool)
    unknown[8:, 15] = True
    minutes[unknown] = np.inf
    ground = surface(minutes, unknown=unknown, snap_m=150.0)
    homes = places([at(row, column) for row in (1, 5, 10) for column in range(1, 19, 3)])
    sites = facilities([
        at(2, 2), at(9, 9), at(10, 17, counts="unknown"), at(2, 17, qualifies="no")
    ])  # fmt: skip
    asked = [offer("clinic", "surface", 6, "minutes")]
    access = measure_access(homes, sites, None, asked, surface=ground)
    assert set(access.table["status"]) == {"covered", "uncovered", "unknown"}
    check_same(base_draw(access), access)
    assert fixed_positions(access) == ("clinic",)
    throw = replace(
        make_dice(access, WIDE).throw(8, 0), facility_shift=np.zeros((len(SITES[:4]), 2))
    )
    (draw,) = draws(access, WIDE, count=1, seed=8)
    faster = throw.speed["surface"]
    terrain = replace(ground.terrain, minutes_per_cell=minutes / faster)
    source = replace(ground.source, kmh=ground.source.kmh * faster)
    quick = replace(access, surface=replace(ground, terrain=terrain, source=source))
    check_same(draw, changed(quick, throw))
    metres = measure_access(homes, sites, None, [offer("clinic", "surface", 600, "m")],
                            surface=ground, brief=True)  # fmt: skip
    check_same(base_draw(metres), metres)


def test_a_repriced_network_answers_as_a_new_one_and_keeps_its_grid() -> None:
    first = network()
    snap(first, [[X0, Y0]], mode="walk")
    faster = reprice(first, {"walk": 2.0, "drive": 0.5})
    assert faster.speeds["walk"] == 2 * first.speeds["walk"]
    assert faster.speeds["cycle"] == first.speeds["cycle"]
    assert faster.speeds["residential"] == first.speeds["residential"] / 2
    assert faster.memo["grid", "walk"] is first.memo["grid", "walk"]
    assert not any(key[:2] == ("arcs", "walk") and key[2] == "minutes" for key in faster.memo)


@pytest.mark.parametrize(
    ("name", "value"),
    [("speed", 1.0), ("limit", -0.1), ("position_m", np.nan), ("ferry_wait_otherwise", 1.5)],
)
def test_ranges_that_make_no_sense_are_refused(name, value) -> None:
    with pytest.raises(MethodError, match=name):
        Assumptions(**{name: value})


def test_quiet_dice_change_nothing() -> None:
    throw = quiet(make_dice(study(), Assumptions()))
    assert not throw.place_shift.any()
    assert (throw.people == 1).all()
