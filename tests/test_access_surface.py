"""Access over a surface: hand-made grids of 100 m cells in which minutes can be counted."""

from __future__ import annotations

from dataclasses import replace

import affine
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from builders import CRS, X0, Y0, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gapmap.access import REASONS, STATUSES, Service, measure_access, overland
from gapmap.access.table import COUNTED
from gapmap.access.unsure import as_if_passable
from gapmap.errors import MethodError
from gapmap.rasters.grid import Grid
from gapmap.surface import Links, Surface, SurfaceSource, Terrain, travel_minutes
from gapmap.surface.search import search

CELL_M = 100.0
CRS_TO = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
ROWS, COLUMNS = 12, 20


def surface(
    minutes: np.ndarray | None = None,
    *,
    unknown: np.ndarray | None = None,
    links: Links | None = None,
    **source: object,
) -> Surface:
    """Give a surface of 100 m cells whose lower left corner is the districts'; 1 minute a cell."""
    made = np.ones((ROWS, COLUMNS)) if minutes is None else np.asarray(minutes, float)
    nowhere = np.zeros(made.shape, bool) if unknown is None else unknown
    grid = Grid(
        crs=CRS,
        transform=affine.Affine(CELL_M, 0, X0, 0, -CELL_M, Y0 + CELL_M * made.shape[0]),
        height=made.shape[0],
        width=made.shape[1],
    )
    return Surface(
        grid=grid,
        terrain=Terrain(minutes_per_cell=made, cell_m=CELL_M, links=links),
        barrier=np.isinf(made) & ~nowhere,
        unknown=nowhere,
        road=np.zeros(made.shape, bool),
        classes=pd.DataFrame(),
        source=SurfaceSource(roads="none", kmh=6.0, **source),
    )


def river(column: int, *, bridge: int | None = None) -> np.ndarray:
    """Give minutes with a river one cell wide along a column, and a bridge in one row of it."""
    made = np.ones((ROWS, COLUMNS))
    made[:, column] = np.inf
    if bridge is not None:
        made[bridge, column] = 1.0
    return made


def at(row: int, column: int, **more: object) -> dict[str, object]:
    """Give a position in the middle of a cell."""
    x = (column + 0.5) * CELL_M
    return {"x": x, "y": (ROWS - row - 0.5) * CELL_M, **more}


def service(limit: float = 10.0, *, unit: str = "minutes") -> Service:
    return Service(id="clinic", name={}, mode="surface", limit=limit, limit_unit=unit)


def measure(homes, sites, ground: Surface, limit: float = 10.0, *, unit: str = "minutes"):
    asked = [service(limit, unit=unit)]
    return measure_access(places(homes), facilities(sites), None, asked, surface=ground)


def told(access, *columns: str) -> list[object]:
    return list(access.table.loc[0, list(columns)])


def codes(access) -> list[str]:
    return [one.code for one in access.findings]


def test_minutes_and_metres_are_those_of_the_way_over_the_cells() -> None:
    # 3 rows and 7 columns away: 3 diagonal steps of 1.41 minutes and 4 straight ones of 1
    access = measure([at(2, 3)], [at(5, 10)], surface(), limit=8)
    assert told(access, "minutes", "distance_m") == pytest.approx([3 * 2**0.5 + 4, 824.264069])
    assert told(access, "measured", "route", "mode") == ["surface", "fastest", "surface"]
    assert told(access, "status", "reason") == ["uncovered", "beyond_limit"]
    assert told(access, "shortfall", "snap_m_used") == pytest.approx([3 * 2**0.5 - 4, 0])
    assert np.isnan(access.table.loc[0, "nearest_way_m"])
    (line,) = access.routes.geometry
    assert line.length == pytest.approx(824.264069)
    assert line.coords[0] == (X0 + 350, Y0 + 950)
    assert line.coords[-1] == (X0 + 1050, Y0 + 650)


def test_the_limit_is_inclusive_and_cells_share_their_minutes() -> None:
    near = measure([at(4, 3)], [at(4, 13)], surface(), limit=10)
    assert told(near, "status", "minutes") == ["covered", pytest.approx(10)]
    beyond = measure([at(4, 3)], [at(4, 13)], surface(), limit=9.99)
    assert told(beyond, "status", "reason") == ["uncovered", "beyond_limit"]
    # in one cell no time passes; the length is never below the straight line
    corner = measure([{"x": 301, "y": 301}], [{"x": 399, "y": 399}], surface(), limit=0)
    assert told(corner, "status", "minutes", "distance_m") == [
        "covered",
        0.0,
        pytest.approx(98 * 2**0.5),
    ]


def test_a_river_is_crossed_on_its_bridge_only_and_no_corner_leaks() -> None:
    home, site = [at(2, 5)], [at(2, 9)]
    over = measure(home, site, surface(river(7, bridge=8)), limit=20)
    # two columns and six rows to the bridge's end (8, 7), and back up on the other side
    assert told(over, "minutes") == pytest.approx([2 * (2 * 2**0.5 + 4)])
    assert told(over, "status") == ["covered"]
    shut = measure(home, site, surface(river(7)), limit=20)
    assert told(shut, "status", "reason") == ["uncovered", "no_route"]
    assert np.isnan(shut.table.loc[0, "minutes"])
    assert "land of 1 place, 0.84 km2; no facility" in shut.table.loc[0, "evidence"]
    slant = np.ones((ROWS, COLUMNS))
    slant[np.arange(ROWS), np.arange(ROWS)] = np.inf  # cells that touch at their corners
    assert told(measure([at(9, 2)], [at(2, 9)], surface(slant)), "reason") == ["no_route"]


def test_a_ferry_crosses_and_an_island_without_one_says_so() -> None:
    ends = np.array([[4, 6], [4, 8]])
    ferry = Links(tail=ends, head=ends[::-1], minutes=np.array([15.0, 15.0]))
    homes = [at(4, 4, island=True), at(6, 5)]
    linked = measure(homes, [at(4, 9)], surface(river(7), links=ferry), limit=20)
    assert linked.table["minutes"].iloc[0] == pytest.approx(2 + 15 + 1)
    alone = measure(homes, [at(4, 9)], surface(river(7)), limit=20)
    assert list(alone.table["reason"]) == ["island_no_ferry", "no_route"]
    assert "island of 2 places, 0.84 km2; no ferry or bridge" in alone.table.loc[0, "evidence"]
    # a ferry there is leads elsewhere: the island is no island without a ferry
    to = np.array([[4, 6], [4, 19]])
    elsewhere = river(7)
    elsewhere[:, 18] = np.inf
    away = Links(tail=to, head=to[::-1], minutes=np.array([5.0, 5.0]))
    other = measure(homes, [at(4, 9)], surface(elsewhere, links=away), limit=20)
    assert list(other.table["reason"]) == ["no_route", "no_route"]


def test_a_place_where_nobody_can_be_is_unknown_and_the_nearest_cell_is_proposed() -> None:
    gap = np.zeros((ROWS, COLUMNS), bool)
    gap[0, 0] = True
    minutes = np.where(gap, np.inf, river(7))
    homes = [at(4, 7), {"x": 2500.0, "y": 50.0}, at(0, 0), at(4, 2), {"x": None}]
    access = measure(homes, [at(4, 1)], surface(minutes, unknown=gap))
    assert list(access.table["status"]) == ["unknown"] * 3 + ["covered", "unknown"]
    assert list(access.table["reason"])[:3] == ["not_connected"] * 3
    assert list(access.table["reason"])[3:] == ["within_limit", "no_position"]
    evidence = list(access.table["evidence"])
    assert evidence[0].startswith("stands in a cell that nobody can enter; nearest passable cell 1")
    assert evidence[1].startswith("lies beyond the surface; nearest passable cell 550 m away")
    assert evidence[2].startswith("stands on land of unknown speed")
    named = [one for one in access.findings if one.code == "surface-place-on-barrier"]
    assert [(one.row, one.value) for one in named] == [(3, "550.0"), (2, "100.0")]
    assert "raise snap_m" in named[0].advice("en")
    (blank,) = [one for one in access.findings if one.code == "surface-place-on-unknown"]
    assert (blank.row, blank.value) == (4, "100.0")
    assert "snap_m" not in blank.advice("en") + blank.advice("zh")
    assert "give its class of land cover a speed" in blank.advice("en")
    lon, lat = (float(v) for v in named[0].message("en").split("at ")[-1].split(","))
    x, y = CRS_TO.transform(lon, lat)
    assert (x, y) == pytest.approx((X0 + 1950, Y0 + 50), abs=2)


def test_within_snap_m_a_place_is_moved_and_the_leg_counts() -> None:
    ground = surface(river(7), snap_m=150.0)
    access = measure([at(4, 7)], [at(4, 1)], ground, limit=6.0)
    # 100 m at 6 km/h to the next column, and five cells from there
    assert told(access, "minutes", "distance_m", "snap_m_used") == pytest.approx([6, 600, 100])
    assert told(access, "status") == ["covered"]
    assert [one.code for one in access.findings if "moved" in one.code] == ["surface-place-moved"]
    back = measure([at(4, 1)], [at(4, 7)], ground, limit=6.0)
    assert told(back, "minutes", "distance_m", "snap_m_used") == pytest.approx([6, 600, 0])
    assert [one for one in codes(back) if "moved" in one] == ["surface-facility-moved"]
    metres = measure([at(4, 1)], [at(4, 7)], ground, limit=600, unit="m")
    assert told(metres, "status", "distance_m") == ["covered", pytest.approx(600)]


def test_a_facility_on_a_barrier_leaves_its_neighbours_unknown() -> None:
    homes = [at(4, 4), at(4, 10), at(4, 19)]
    access = measure(homes, [at(4, 7), at(11, 1)], surface(river(7)), limit=5)
    # from the west bank 2 cells and 100 m; the east bank is as near in a straight line
    assert list(access.table["status"]) == ["unknown", "unknown", "uncovered"]
    assert list(access.table["reason"]) == ["not_connected", "not_connected", "no_route"]
    assert "a facility nearby stands in a cell" in access.table.loc[0, "evidence"]
    (said,) = [one for one in access.findings if one.code == "surface-facility-on-barrier"]
    assert (said.file, said.row, said.value) == ("f.csv", 2, "100.0")
    assert "站0 (clinic) stands in a cell that nobody can enter" in said.message("en")
    assert "the nearest passable cell is 100 m away, at" in said.message("en")
    lon, lat = (float(v) for v in said.message("en").split("at ")[-1].split(","))
    nearest = X0 + 650, Y0 + (ROWS - 4.5) * 100
    assert CRS_TO.transform(lon, lat) == pytest.approx(nearest, abs=2)
    assert "those farther away are judged without it" in said.done("en")
    only = measure(homes, [at(4, 7)], surface(river(7)), limit=5)
    assert list(only.table["status"]) == ["unknown", "unknown", "uncovered"]


def test_a_facility_on_unknown_ground_asks_for_the_land_cover() -> None:
    gap = np.zeros((ROWS, COLUMNS), bool)
    gap[4, 7] = True
    access = measure([at(4, 4)], [at(4, 7)], surface(np.where(gap, np.inf, 1.0), unknown=gap))
    (said,) = [one for one in access.findings if one.code.startswith("surface-facility-on")]
    assert (said.code, said.severity) == ("surface-facility-on-unknown", "warning")
    assert "snap_m" not in said.advice("en") + said.advice("zh")
    assert "stands on land of unknown speed" in said.message("en")


def test_unknown_ground_on_the_way_leaves_it_unknown_who_is_within_the_limit() -> None:
    # A strip of unknown ground one cell wide; were it land, p0 would be 8 minutes away and p1 14.
    strip = np.zeros((ROWS, COLUMNS), bool)
    strip[:, 6] = True
    ground = surface(np.where(strip, np.inf, 1.0), unknown=strip)
    homes, sites = [at(5, 2), at(5, 18), at(5, 12)], [at(5, 10)]
    access = measure(homes, sites, ground, limit=8)
    kept = access.table[["status", "reason"]].to_numpy().tolist()
    assert kept == [
        ["unknown", "not_connected"],
        ["covered", "within_limit"],
        ["covered", "within_limit"],
    ]
    assert "unknown speed" in access.table.loc[0, "evidence"]
    assert "surface-unknown-between" in codes(access)
    far = measure(homes, sites, ground, limit=7.9)
    assert told(far, "status", "reason") == ["uncovered", "no_route"]
    assert "surface-unknown-between" not in codes(far)
    cells = measure_access(
        places(homes), facilities(sites), None, [service(8)], surface=ground, brief=True
    )
    assert cells.table["status"].tolist() == access.table["status"].tolist()


def test_unknown_ground_that_would_shorten_the_way_counts_but_never_outside_the_districts() -> None:
    # A wall with a gap far off (row 0); in row 5 of it nobody knows whether one gets through.
    wall = river(6, bridge=0)
    unknown = np.zeros((ROWS, COLUMNS), bool)
    unknown[5, 6] = True
    homes, sites = [at(5, 3)], [at(5, 9)]
    assert told(measure(homes, sites, surface(wall), limit=8), "status") == ["uncovered"]
    gap = measure(homes, sites, surface(wall, unknown=unknown), limit=8)
    assert told(gap, "status", "reason") == ["unknown", "not_connected"]
    assert gap.table.loc[0, "minutes"] > 8  # the way that is known
    metres = measure(homes, sites, surface(wall, unknown=unknown), limit=600, unit="m")
    assert told(metres, "status") == ["unknown"]
    region = places(homes).region
    east = shapely.box(X0 + 700, Y0, X0 + 5000, Y0 + 5000)
    assert as_if_passable(surface(wall, unknown=unknown), east) is None
    assert as_if_passable(surface(wall), shapely.union_all(region.districts.geometry)) is None


def test_without_a_facility_nobody_is_covered() -> None:
    access = measure([at(4, 4)], [], surface())
    assert told(access, "status", "reason") == ["uncovered", "no_facility"]
    assert access.fields["clinic"].source.max() == -1
    gone = measure([at(4, 4)], [{"x": None}], surface())
    assert told(gone, "status", "reason") == ["unknown", "no_position"]


def test_a_limit_in_metres_takes_the_shortest_way() -> None:
    slow = np.ones((ROWS, COLUMNS))
    slow[4, 5:9] = 50.0  # quicker around, shorter through
    access = measure([at(4, 4)], [at(4, 10)], surface(slow), limit=600, unit="m")
    assert told(access, "status", "distance_m", "route") == ["covered", 600.0, "shortest"]
    assert np.isnan(access.table.loc[0, "minutes"])
    assert access.fields["clinic"].minutes[7, 4] < 9  # the field still has minutes
    fast = measure([at(4, 4)], [at(4, 10)], surface(slow), limit=9)
    assert told(fast, "distance_m") == pytest.approx([(2 * 2**0.5 + 4) * 100])


def test_equally_near_facilities_are_told_by_their_ids() -> None:
    sites = [at(4, 8, facility_id="z"), at(4, 2, facility_id="b"), at(5, 2, facility_id="a")]
    access = measure([at(4, 5)], sites, surface())
    assert told(access, "facility_id", "minutes") == ["b", 3.0]
    assert list(access.serving["clinic"]["facility_id"]) == ["a", "b", "z"]
    swapped = [at(4, 8, facility_id="a"), at(4, 2, facility_id="b")]
    assert told(measure([at(4, 5)], swapped, surface()), "facility_id") == ["a"]
    field = access.fields["clinic"]
    named = access.serving["clinic"]["facility_id"].to_numpy()[field.source]
    assert (named[4, 0], named[11, 0], named[4, 19]) == ("b", "a", "z")


def test_the_field_is_that_of_travel_minutes() -> None:
    rng = np.random.default_rng(7)
    minutes = np.where(rng.random((ROWS, COLUMNS)) < 0.15, np.inf, rng.uniform(0.5, 3, (ROWS, 20)))
    minutes[[3, 8], [4, 15]] = 1.0
    homes = [at(r, c) for r in range(ROWS) for c in range(COLUMNS)]
    ground = surface(minutes)  # the plain search squeezes between cells that touch at a corner
    ground = replace(ground, terrain=replace(ground.terrain, closed_corners=False))
    access = measure(homes, [at(3, 4), at(8, 15)], ground, limit=8)
    expected = travel_minutes(minutes, [[3, 4], [8, 15]])
    np.testing.assert_allclose(access.fields["clinic"].minutes, expected, rtol=1e-12)
    got = access.table["minutes"].to_numpy().reshape(ROWS, COLUMNS)
    np.testing.assert_allclose(got, np.where(np.isinf(expected), np.nan, expected), rtol=1e-12)
    inside = (access.table["status"] == "covered").to_numpy().reshape(ROWS, COLUMNS)
    assert (inside == (expected <= 8)).all()


def test_the_gate_holds_over_a_surface() -> None:
    small, doubt = at(4, 6, qualifies="no"), at(4, 7, qualifies="unknown")
    far = at(4, 19)
    failed = measure([at(4, 4)], [small, far], surface(), limit=3)
    assert told(failed, "status", "reason") == ["uncovered", "below_standard"]
    doubtful = measure([at(4, 4)], [small, doubt, far], surface(), limit=3)
    assert told(doubtful, "status", "reason") == ["unknown", "below_standard"]


def test_whom_the_edge_of_the_data_may_serve() -> None:
    # the districts are 10 km high and 20 km wide, the grid covers their south-west corner: its
    # west and south edges are theirs, its north and east edges are where the grid ends
    access = measure([at(0, 0), at(6, 10)], [], surface(), limit=3)
    assert list(access.table["edge_effect"]) == [True, False]
    walled = np.ones((ROWS, COLUMNS))
    walled[[0, -1]] = walled[:, [0, -1]] = np.inf
    shut = measure([at(1, 1), at(6, 10)], [], surface(walled), limit=3)
    assert list(shut.table["edge_effect"]) == [False, False]


def test_routes_are_drawn_if_asked_for() -> None:
    args = places([at(2, 3)]), facilities([at(5, 10)]), None, [service(1)]
    assert len(measure_access(*args, surface=surface()).routes) == 1
    bare = measure_access(*args, surface=surface(), brief=True)
    assert len(bare.routes) == 0
    assert "routes-left-out" not in codes(bare)
    assert list(bare.routes.columns) == list(
        measure_access(*args, surface=surface()).routes.columns
    )


def test_in_brief_what_is_kept_is_the_same() -> None:
    homes, sites = places([at(2, 3), at(5, 7), at(9, 9)]), facilities([at(5, 10)])
    asked = [service(1), service(900, unit="m")]
    whole = measure_access(homes, sites, None, asked, surface=surface(river(7)))
    brief = measure_access(homes, sites, None, asked, surface=surface(river(7)), brief=True)
    assert_frame_equal(brief.table, whole.table[COUNTED])
    assert (brief.findings, dict(brief.fields), len(brief.pieces)) == ((), {}, 0)


def _searches(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Note the sources of every search over land, which is done as ever."""
    done = []

    def noted(terrain, sources, **more):
        done.append(sources)
        return search(terrain, sources, **more)

    monkeypatch.setattr(overland, "search", noted)
    return done


def test_an_earlier_answer_saves_its_searches_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ground = surface(river(7, bridge=8), snap_m=150)
    sites = [at(5, 10, service=one) for one in ("clinic", "clinic_m")]
    sites += [at(2, 7), at(9, 3)]  # the former is moved out of the river
    there = facilities(sites, services=("clinic", "clinic_m"))
    asked = [service(4), replace(service(500, unit="m"), id="clinic_m")]
    earlier = measure_access(places([at(2, 3)]), there, None, asked, surface=ground)
    homes = places([at(row, column) for row in range(ROWS) for column in range(COLUMNS)])
    done = _searches(monkeypatch)
    anew = measure_access(homes, there, None, asked, surface=ground)
    without = len(done)
    again = measure_access(homes, there, None, asked, surface=ground, earlier=earlier)
    assert len(done) - without == without - 2  # one for each service; metres are searched anew
    assert_frame_equal(again.table, anew.table, check_exact=True)
    assert again.findings == anew.findings
    assert_frame_equal(again.routes, anew.routes, check_exact=True)
    assert all(again.fields[one.id] is earlier.fields[one.id] for one in asked)


def test_what_was_searched_for_other_facilities_or_ground_is_not_taken_over() -> None:
    homes, asked = places([at(2, 3)]), [service(4)]
    ground = surface(river(7, bridge=8))
    sites, others = facilities([at(5, 10)]), facilities([at(5, 11)])
    earlier = measure_access(homes, sites, None, asked, surface=ground)
    for there, land in ((others, ground), (sites, surface(river(7, bridge=2)))):
        anew = measure_access(homes, there, None, asked, surface=land)
        again = measure_access(homes, there, None, asked, surface=land, earlier=earlier)
        assert_frame_equal(again.table, anew.table, check_exact=True)
        assert again.fields["clinic"] is not earlier.fields["clinic"]


def test_the_lost_are_listed_up_to_fifty_each_once() -> None:
    homes = [at(r, 7) for r in range(ROWS)] * 5
    both = [service(), replace(service(), id="other")]
    site = facilities([at(4, 7), at(4, 7, service="other")], services=("clinic", "other"))
    access = measure_access(places(homes), site, None, both, surface=surface(river(7)))
    assert codes(access).count("surface-place-on-barrier") == 50
    (rest,) = [one for one in access.findings if one.code == "surface-place-on-barrier-more"]
    assert dict(rest.facts)["count"] == "10"
    assert codes(access).count("surface-facility-on-barrier") == 2


def test_a_service_over_land_needs_a_surface() -> None:
    with pytest.raises(MethodError, match="clinic is measured over a surface"):
        measure_access(places([at(1, 1)]), facilities([at(1, 1)]), None, [service()])


def test_a_speed_of_its_own_means_nothing_over_land_and_is_told() -> None:
    own = replace(service(), speed_kmh=60.0)
    args = places([at(4, 3)]), facilities([at(4, 13)]), None, [own]
    access = measure_access(*args, surface=surface())
    assert told(access, "minutes") == [pytest.approx(10)]
    (said,) = [one for one in access.findings if one.code == "off-road-speed-unused"]
    assert "clinic goes over land, where its speed_kmh of 60" in said.message("en")


@pytest.mark.parametrize("direction", ["to", "from"])
def test_uphill_and_downhill_are_those_of_the_direction(direction: str) -> None:
    ground = surface()
    rises = np.tile(10.0 * np.arange(COLUMNS), (ROWS, 1))  # 10 m a cell towards the east
    terrain = replace(ground.terrain, height_m=rises, slope="tobler", direction=direction)
    hill = replace(ground, terrain=terrain)
    access = measure([at(4, 13)], [at(4, 3)], hill)
    slope = -0.1 if direction == "to" else 0.1
    # Tobler: exp(-3.5 |slope + 0.05|), which is exp(-0.175) on the flat
    assert told(access, "minutes") == pytest.approx([10 * np.exp(3.5 * abs(slope + 0.05) - 0.175)])
    assert told(access, "distance_m") == [1000.0]


def test_services_in_a_straight_line_stand_beside_those_over_land() -> None:
    straight = Service(id="clinic", name={}, mode="straight", limit=500)
    over = replace(service(), id="other")
    sites = facilities([at(4, 9), at(4, 9, service="other")], services=("clinic", "other"))
    access = measure_access(places([at(4, 5)]), sites, None, [straight, over],
                            surface=surface(river(7)))  # fmt: skip
    assert list(access.table["measured"]) == ["straight", "surface"]
    assert list(access.table["status"]) == ["covered", "uncovered"]
    assert set(access.fields) == {"other"}
    assert set(access.serving) == {"clinic", "other"}


spot = st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1))


@settings(max_examples=20, deadline=None)
@given(
    st.lists(spot, min_size=1, max_size=6),
    st.lists(spot, min_size=1, max_size=4),
    spot,
    st.lists(spot, max_size=60),
    st.sampled_from(["minutes", "m"]),
)
def test_one_more_facility_never_makes_access_worse(homes, sites, more, closed, unit) -> None:
    minutes = np.ones((ROWS, COLUMNS))
    for cell in closed:
        minutes[cell] = np.inf
    ground, limit = surface(minutes), 5 if unit == "minutes" else 500
    own = [at(*one) for one in homes]
    fewer = measure(own, [at(*one) for one in sites], ground, limit, unit=unit).table
    richer = measure(own, [at(*one) for one in (*sites, more)], ground, limit, unit=unit).table
    measured = "minutes" if unit == "minutes" else "distance_m"
    worse = richer[measured].fillna(np.inf) > fewer[measured].fillna(np.inf) + 1e-9
    assert not worse.any()
    assert not ((fewer["status"] == "covered") & (richer["status"] != "covered")).any()
    assert set(richer["status"]) <= set(STATUSES)
    assert set(richer["reason"]) <= set(REASONS)
    assert (richer["reason"] == "not_connected")[
        [not np.isfinite(minutes[one]) for one in homes]
    ].all()
