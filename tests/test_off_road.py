"""By road and over land: plains with a road made by hand, and an independent search in layers."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from builders import CRS, X0, Y0, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from test_access_surface import COLUMNS, ROWS, at, river, surface

from gapmap.access import Service, measure_access
from gapmap.access.doors import find_doors
from gapmap.access.off_road import minutes_off_road
from gapmap.access.overland import stand_on
from gapmap.access.trips import Ground, join, origins_of, travel
from gapmap.drawing.fields import travelled
from gapmap.errors import MethodError
from gapmap.network import network_from_lines
from gapmap.network.assembly import assemble
from gapmap.network.boarding import Doors, ride
from gapmap.network.borders import cut_at_borders
from gapmap.network.ferries import Crossing
from gapmap.network.noding import ways_from_lines
from gapmap.network.rules import Tags
from gapmap.report.sections import _surface
from gapmap.surface import Links
from gapmap.surface.fences import bars, make_fences, slots
from gapmap.surface.within import reach_cells

if TYPE_CHECKING:
    from gapmap.network import Network
    from gapmap.surface import Surface

Cell = tuple[float, float]


def driving(limit: float = 30.0, **more: object) -> Service:
    given = {"mode": "drive", "off_road": "surface", "limit_unit": "minutes", **more}
    return Service(id="clinic", name={}, limit=limit, **given)


def xy(row: float, column: float) -> tuple[float, float]:
    """Give the middle of a cell, or a point between."""
    return X0 + (column + 0.5) * 100, Y0 + (ROWS - row - 0.5) * 100


def roads(*lines: list[Cell], oneway: tuple[str, ...] = (), kmh: float = 60.0) -> Network:
    """Make roads through rows and columns, at 0.1 minutes a cell."""
    made = [shapely.LineString([xy(*point) for point in line]) for line in lines]
    tags = {
        "highway": "residential",
        "maxspeed": f"{kmh:g}",
        "oneway": [*oneway, *[""] * (len(lines) - len(oneway))],
    }
    return network_from_lines(gpd.GeoDataFrame(tags, geometry=made, crs=CRS))


def measure(homes, sites, network, ground: Surface | None = None, service=None):
    return measure_access(
        places(homes),
        facilities(sites),
        network,
        [service or driving()],
        surface=ground or surface(),
    )


ROAD = [(6, 2), (6, 17)]


def test_both_legs_go_over_land_and_the_road_is_between() -> None:
    access = measure([at(2, 2), at(2, 9)], [at(10, 17)], roads(ROAD), service=driving(9.5))
    told = access.table.iloc[0]
    # 4 cells down, 15 by road at a tenth of the time, 4 down; on foot it would be 18.3
    assert told["minutes"] == pytest.approx(4 + 1.5 + 4)
    assert told["distance_m"] == pytest.approx(400 + 1500 + 400)
    assert told["snap_m_used"] == pytest.approx(400)
    assert (told["measured"], told["route"], told["mode"]) == (
        "network+surface",
        "fastest",
        "drive",
    )
    assert (told["status"], told["facility_id"]) == ("covered", "f0")
    assert access.table["minutes"].iloc[1] == pytest.approx(4 + 0.8 + 4)
    short = measure([at(2, 2)], [at(10, 17)], roads(ROAD), service=driving(9.4))
    assert short.table["status"].iloc[0] == "uncovered"
    (line,) = short.routes.geometry
    assert line.length == pytest.approx(2300)
    assert (line.coords[0], line.coords[-1]) == (xy(2, 2), xy(10, 17))
    field = short.fields["clinic"]
    assert field.minutes[2, 2] == pytest.approx(9.5)
    assert field.source[2, 2] == 0


def test_where_no_road_helps_one_goes_over_land_all_the_way() -> None:
    access = measure([at(2, 9), at(9, 9)], [at(3, 10)], roads(ROAD))
    assert access.table["minutes"].iloc[0] == pytest.approx(2**0.5)
    assert access.table["distance_m"].iloc[0] == pytest.approx(100 * 2**0.5)
    assert access.table["snap_m_used"].iloc[0] == pytest.approx(100 * 2**0.5)
    nothing = measure([at(2, 2)], [at(10, 17)], roads([(6, 2), (6, 3)]), service=driving(5))
    assert nothing.table["minutes"].iloc[0] == pytest.approx(8 * 2**0.5 + 7)


def test_a_road_beside_the_middle_of_cells_is_met_by_a_straight_leg() -> None:
    beside = roads([(6.3, 2), (6.3, 17)])  # 30 m below the middle
    told = measure([at(2, 2)], [at(10, 17)], beside).table.iloc[0]
    assert told["minutes"] == pytest.approx(4 + 0.3 + 1.5 + 0.3 + 4)
    assert told["distance_m"] == pytest.approx(2300 + 60)
    assert told["snap_m_used"] == pytest.approx(430)


def test_one_way_streets_are_driven_one_way() -> None:
    down = roads(ROAD, oneway=("yes",))
    assert measure([at(2, 2)], [at(10, 17)], down).table["minutes"].iloc[0] == pytest.approx(9.5)
    walked = 8 * 2**0.5 + 7
    back = measure([at(10, 17)], [at(2, 2)], down).table["minutes"].iloc[0]
    assert back == pytest.approx(walked)


def test_there_is_one_stretch_of_road() -> None:
    two = roads([(6, 0), (6, 6)], [(6, 10), (6, 16)])
    told = measure([at(6, 0)], [at(6, 16)], two).table.iloc[0]
    assert told["minutes"] == pytest.approx(0.6 + 10)
    joined = roads([(6, 0), (6, 16)])
    assert measure([at(6, 0)], [at(6, 16)], joined).table["minutes"].iloc[0] == pytest.approx(1.6)


def test_the_nearest_by_road_is_not_the_nearest_with_its_leg() -> None:
    # f0 is nearer along the road, but far from it; f1 lies beside the road's far end
    sites = [at(0, 8), at(7, 17)]
    told = measure([at(6, 2)], sites, roads(ROAD)).table.iloc[0]
    assert (told["facility_id"], told["minutes"]) == ("f1", pytest.approx(1.5 + 1))
    more = measure([at(6, 2)], [*sites, at(8, 9)], roads(ROAD)).table.iloc[0]
    assert (more["facility_id"], more["minutes"]) == ("f1", pytest.approx(2.5))


def test_a_bridge_of_the_network_crosses_what_land_does_not() -> None:
    told = measure([at(4, 3)], [at(4, 12)], roads([(6, 3), (6, 12)]), surface(river(7))).table
    assert told["minutes"].iloc[0] == pytest.approx(2 + 0.9 + 2)
    shut = measure([at(4, 3, island=True)], [at(4, 12)], roads([(6, 3), (6, 5)]),
                   surface(river(7)))  # fmt: skip
    assert shut.table["reason"].iloc[0] == "island_no_ferry"
    assert "island of 1 place, 0.84 km2" in shut.table["evidence"].iloc[0]


def boat(start: Cell, end: Cell) -> Crossing:
    return Crossing(
        ends=(-1, -1), coords=np.array([xy(*start), xy(*end)]), minutes=20.0, wait_minutes=5.0,
        wait_basis="fixed",
    )  # fmt: skip


def test_a_ferry_of_the_network_is_ridden_like_a_road() -> None:
    made = [shapely.LineString([xy(*a), xy(*b)]) for a, b in (((6, 2), (6, 6)), ((6, 8), (6, 12)))]
    lines = np.array(made, dtype=object)
    ways, _ = ways_from_lines(lines, [Tags(highway="residential", maxspeed="60")] * 2)
    sailed = assemble(ways, crs=CRS, file="roads", snap_m=500, crossings=[boat((6, 6), (6, 8))])
    told = measure([at(5, 2)], [at(7, 12)], sailed, surface(river(7))).table.iloc[0]
    assert told["minutes"] == pytest.approx(1 + 0.4 + 25 + 0.4 + 1)
    assert told["distance_m"] == pytest.approx(100 + 400 + 200 + 400 + 100)
    # where the facility stands behind a second river the island is not without a ferry
    two = river(7)
    two[:, 15] = np.inf
    far = measure([at(5, 2, island=True)], [at(7, 17)], sailed, surface(two))
    assert far.table["reason"].iloc[0] == "no_route"


def test_nobody_boards_across_a_border() -> None:
    # the road runs through row 6, 30 m above the middle, a border between both
    road = roads([(5.7, 2), (5.7, 17)])
    fence = shapely.LineString([xy(5.85, -0.5), xy(5.85, 19.5)])
    barred = cut_at_borders(road, fence, file="b")
    below = [at(6, 2)], [at(6, 17)]
    assert measure(*below, road).table["minutes"].iloc[0] == pytest.approx(0.3 + 1.5 + 0.3)
    assert measure(*below, barred).table["minutes"].iloc[0] == pytest.approx(15)
    # with the fence in the land, too, the road is met from the row above, on its own side
    ground = surface()
    fences = make_fences([fence], [], ground.grid)
    barred_steps = bars(fences, slots(fences, ground.grid.shape), 8)
    terrain = replace(ground.terrain, barred=barred_steps)
    fenced = replace(ground, fences=fences, terrain=terrain)
    above = measure([at(5, 2)], [at(5, 17)], barred, fenced).table["minutes"].iloc[0]
    assert above == pytest.approx(0.7 + 1.5 + 0.7)
    assert measure(*below, barred, fenced).table["minutes"].iloc[0] == pytest.approx(15)
    assert measure([at(6, 2)], [at(5, 2)], barred, fenced).table["reason"].iloc[0] == "no_route"


def test_places_and_facilities_stand_on_the_land() -> None:
    ground = surface(river(7))
    access = measure([at(4, 7), at(4, 4)], [at(4, 7)], roads(ROAD), ground, driving(5))
    assert list(access.table["reason"]) == ["not_connected", "not_connected"]
    assert list(access.table["status"]) == ["unknown", "unknown"]
    codes = [one.code for one in access.findings]
    assert codes[:2] == ["surface-place-on-barrier", "surface-facility-on-barrier"]
    moved = surface(river(7), snap_m=150.0)
    told = measure([at(4, 7)], [at(4, 1)], roads([(11, 15), (11, 17)]), moved).table.iloc[0]
    assert told["minutes"] == pytest.approx(1 + 5)
    assert told["distance_m"] == pytest.approx(600)


def test_the_edge_of_the_data_is_reached_by_road() -> None:
    homes = [at(6, 17), at(2, 10)]
    walled = np.ones((ROWS, COLUMNS))
    walled[[0, -1]] = walled[:, -1] = np.inf
    access = measure(homes, [], roads([(6, 0), (6, 17)]), surface(walled), driving(2))
    assert list(access.table["edge_effect"]) == [True, False]


def test_speeds_of_the_service_and_of_the_mode() -> None:
    slow = measure([at(2, 2)], [at(10, 17)], roads(ROAD), service=driving(speed_kmh=30.0))
    assert slow.table["minutes"].iloc[0] == pytest.approx(4 + 3 + 4)
    walk = measure([at(2, 2)], [at(10, 17)], roads(ROAD), service=driving(mode="walk"))
    # 80 m a minute along the road is slower than the land's 100
    assert walk.table["minutes"].iloc[0] == pytest.approx(8 * 2**0.5 + 7)


def test_the_way_is_always_to_the_facility() -> None:
    ground = surface()
    rises = np.tile(10.0 * np.arange(ROWS)[:, None], (1, COLUMNS))  # 10 m a row southwards
    for direction in ("to", "from"):
        terrain = replace(ground.terrain, height_m=rises, slope="tobler", direction=direction)
        hill = replace(ground, terrain=terrain)
        told = measure([at(2, 2)], [at(10, 17)], roads(ROAD), hill).table.iloc[0]
        uphill = np.exp(3.5 * 0.15 - 0.175)  # Tobler, against the flat
        assert told["minutes"] == pytest.approx(1.5 + 8 * uphill)


def test_who_goes_by_road_is_measured_to_the_facility_and_every_output_says_so() -> None:
    ground = surface()
    away = replace(ground, terrain=replace(ground.terrain, direction="from"))
    on_foot = Service(id="clinic", name={}, mode="surface", limit=30.0, limit_unit="minutes")
    homes, sites = places([at(2, 2)]), facilities([at(10, 17)])
    for service, direction, codes in (
        (driving(), "to", ["off-road-direction-unused"]),
        (on_foot, "from", []),
    ):
        access = measure_access(homes, sites, roads(ROAD), [service], surface=away)
        (one,) = travelled(access)
        assert one.direction == direction
        assert [one.code for one in access.findings if "direction" in one.code] == codes
        content = json.loads(json.dumps(_surface(away, access)))
        assert content["directions"] == [direction]
        assert [one["direction"] for one in content["maps"]] == [direction]
    access = measure_access(homes, sites, roads(ROAD), [driving()], surface=ground)
    assert not [one for one in access.findings if "direction" in one.code]


def test_what_cannot_be_measured_is_refused() -> None:
    home, site = places([at(1, 1)]), facilities([at(2, 2)])
    with pytest.raises(MethodError, match="a limit in minutes"):
        measure_access(home, site, roads(ROAD), [driving(limit_unit="m")], surface=surface())
    with pytest.raises(MethodError, match="give a network"):
        measure_access(home, site, None, [driving()], surface=surface())
    with pytest.raises(MethodError, match="measured over a surface"):
        measure_access(home, site, roads(ROAD), [driving()])
    ground = surface()
    driven = replace(ground, source=replace(ground.source, roads="drive"))
    with pytest.raises(MethodError, match='roads = "walk"'):
        measure_access(home, site, roads(ROAD), [driving(mode="walk")], surface=driven)
    access = measure_access(home, site, roads(ROAD), [driving()], surface=driven)
    assert access.findings[0].code == "off-road-roads-burnt"
    network, wrong = roads(ROAD), Doors(np.array([1, 0]), np.zeros(2), np.zeros((2, 2)))
    with pytest.raises(MethodError, match="ordered by edge"):
        ride(network, wrong, np.zeros(2), np.zeros(2, int), mode="drive")


# An independent search: land before the road, the road, land after it, as one graph


class Layers:
    """One graph of land before the road, land after it, doors and nodes; arcs given one by one."""

    def __init__(self, ground: Surface, network: Network) -> None:
        self.minutes, self.network = ground.terrain.minutes_per_cell, network
        self.landings = find_doors(ground, network, "drive")
        self.after = self.minutes.size
        self.door = 2 * self.after
        self.node = self.door + len(self.landings.leg_m)
        self.arcs: dict[tuple[int, int], float] = {}
        self.add_land()
        self.add_doors()
        self.add_roads()

    def arc(self, tail: int, head: int, cost: float) -> None:
        if np.isfinite(cost):
            self.arcs[tail, head] = min(self.arcs.get((tail, head), np.inf), max(cost, 1e-12))

    def add_land(self) -> None:
        minutes = self.minutes
        for (r, c), (down, right) in product(
            np.ndindex(minutes.shape), ((0, 1), (1, 0), (1, 1), (1, -1))
        ):
            y, x = r + down, c + right
            if not (0 <= y < ROWS and 0 <= x < COLUMNS):
                continue
            closed = down and right and np.isinf(minutes[r, x]) and np.isinf(minutes[y, c])
            cost = np.hypot(down, right) * (minutes[r, c] + minutes[y, x]) / 2
            for layer in (0, self.after):
                one, other = layer + r * COLUMNS + c, layer + y * COLUMNS + x
                self.arc(one, other, np.inf if closed else cost)
                self.arc(other, one, np.inf if closed else cost)
        for cell in range(minutes.size):
            self.arc(cell, self.after + cell, 0.0)

    def add_doors(self) -> None:
        cells = self.landings.cell @ [COLUMNS, 1]
        for number, (cell, leg) in enumerate(zip(cells, self.landings.leg_minutes, strict=True)):
            self.arc(int(cell), self.door + number, leg)
            self.arc(self.door + number, self.after + int(cell), leg)

    def add_roads(self) -> None:
        edges, doors = self.network.edges, self.landings.doors
        takes = edges.length_m / 1000 / edges.drive_kmh * 60
        for e in range(len(edges)):
            stops = [(0.0, self.node + edges.tail[e]), (1.0, self.node + edges.head[e])]
            mine = np.flatnonzero(doors.edge == e)
            stops += [(doors.fraction[n], self.door + n) for n in mine]
            for (share, here), (other, there) in product(stops, stops):
                ahead = other - share
                if ahead == 0 or (edges.forward[e] if ahead > 0 else edges.backward[e]):
                    self.arc(here, there, abs(ahead) * takes[e])

    def search(self, homes, sites) -> np.ndarray:
        count = self.node + len(self.network.xy)
        ends = np.array(list(self.arcs))
        arcs = list(self.arcs.values()), (ends[:, 1], ends[:, 0])
        sources = [
            self.after + r * COLUMNS + c for r, c in sites if np.isfinite(self.minutes[r, c])
        ]
        at_home = np.full(len(homes), np.inf)
        if sources:
            graph = coo_array(arcs, shape=(count, count)).tocsr()
            found = dijkstra(graph, indices=sources, min_only=True)
            at_home = np.array([found[r * COLUMNS + c] for r, c in homes])
        at_home[[not np.isfinite(self.minutes[one]) for one in homes]] = np.inf
        return at_home


def minutes(ground: Surface, network: Network, homes: list[Cell], sites: list[Cell]) -> np.ndarray:
    """Travel between middles of cells, without tables around it."""
    ends = (np.array([xy(*one) for one in cells]) for cells in (homes, sites))
    origins, targets = (replace(stand_on(ground, points), network=network) for points in ends)
    origins = replace(origins, landings=find_doors(ground, network, "drive"))
    return travel(origins, targets, driving()).minutes


spot = st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1))
point = st.tuples(st.floats(0, ROWS - 1), st.floats(0, COLUMNS - 1)).map(
    lambda p: (round(p[0], 1), round(p[1], 1))
)
line = st.lists(point, min_size=2, max_size=4, unique=True)


def plain(seed: int, share: float) -> Surface:
    rng = np.random.default_rng(seed)
    minutes = rng.uniform(0.5, 4.0, (ROWS, COLUMNS))
    return surface(np.where(rng.random(minutes.shape) < share, np.inf, minutes))


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 1000),
    st.sampled_from([0.0, 0.2]),
    st.lists(line, min_size=1, max_size=4),
    st.lists(st.sampled_from(["", "yes", "-1"]), min_size=4, max_size=4),
    st.lists(spot, min_size=1, max_size=6),
    st.lists(spot, min_size=1, max_size=3),
)
def test_it_is_the_least_of_all_ways_in_three_layers(seed, share, lines, oneway, homes, sites):
    ground = plain(seed, share)
    network = roads(*lines, oneway=tuple(oneway[: len(lines)]))
    expected = Layers(ground, network).search(homes, sites)
    found = minutes(ground, network, homes, sites)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 1000),
    st.lists(line, min_size=1, max_size=3),
    line,
    st.lists(spot, min_size=1, max_size=6),
    st.lists(spot, min_size=1, max_size=3),
    spot,
)
def test_a_road_or_a_facility_more_never_slows(seed, lines, more, homes, sites, site) -> None:
    ground = plain(seed, 0.15)
    few = minutes(ground, roads(*lines), homes, sites)
    over_land = measure([at(*one) for one in homes], [at(*one) for one in sites], None, ground,
                        driving(mode="surface")).table["minutes"]  # fmt: skip
    assert (few <= over_land.fillna(np.inf).to_numpy() + 1e-9).all()
    assert (minutes(ground, roads(*lines, more), homes, sites) <= few + 1e-9).all()
    assert (minutes(ground, roads(*lines), homes, [*sites, site]) <= few + 1e-9).all()


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from(["none", "tobler"]))
def test_within_the_reach_of_a_limit_nothing_is_lost(seed, ferry, slope) -> None:
    rng = np.random.default_rng(seed)
    ground = plain(seed, 0.2) if seed % 3 == 0 else surface()
    ends, spots = rng.uniform(0, [ROWS - 1, COLUMNS - 1], (2, 2)), rng.integers(0, ROWS, (9, 2))
    terrain = replace(ground.terrain, slope=slope, height_m=rng.uniform(0, 40, (ROWS, COLUMNS)))
    if ferry:
        links = Links(tail=spots[:1], head=spots[1:2], minutes=np.array([2.0]))
        terrain = replace(terrain, links=links)
    service = driving(rng.uniform(0, 8))
    # Slow roads: faster ones would lead all over so small a grid.
    whole = Ground(roads(ends.round(1).tolist(), kmh=8), replace(ground, terrain=terrain))
    homes, sites = ([at(*one) for one in some] for some in (spots[2:7], spots[7:8]))
    origins = origins_of(places(homes), whole, service, {})
    targets = join(facilities(sites).table, origins, service)
    reach = reach_cells(terrain, service.limit)
    near = minutes_off_road(origins, targets, service, service.limit, reach=reach)
    far = minutes_off_road(origins, targets, service, service.limit)
    np.testing.assert_array_equal(near, far)


def test_the_length_is_that_of_the_line_and_the_minutes_those_along_it() -> None:
    rng = np.random.default_rng(3)
    ground, lines = plain(5, 0.1), [[(1, 1), (6, 10), (11, 18)], [(10, 1), (6, 10), (1, 18)]]
    homes = [tuple(rng.integers(0, [ROWS, COLUMNS])) for _ in range(40)]
    access = measure([at(*one) for one in homes], [at(11, 19)], roads(*lines), ground, driving(0.1))
    drawn = access.routes
    assert len(drawn) > 20
    np.testing.assert_allclose(drawn.geometry.length, drawn["distance_m"], rtol=1e-9)
    assert (access.table["snap_m_used"].dropna() <= access.table["distance_m"].dropna()).all()
    assert (access.table["snap_m_used"] < access.table["distance_m"] - 1).any()
