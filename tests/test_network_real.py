"""The network's searches on real streets: every node, against networkx and SciPy, to 1e-6 m.

Macau: 437 km of OpenStreetMap's ways, most of them one-way, and 451 real bus stops; they may not
be published with the project, so those tests need the folder beside it. The Westfjords: an extract
with ferries, islands and far ways round, which comes with the project.

The slow answers come from the arrays of ``network.edges``, and once from the files' own
coordinates, where two ways meet if they share one or the end of one touches the other; nothing of
the package's own graphs is used.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from network_reference import Reference
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from gapmap.network import (
    NetworkSource,
    cost_matrix,
    k_nearest,
    nearest_many,
    nearest_nodes,
    network_from_lines,
    reach_nearest,
    read_network,
    snap,
)
from gapmap.network.rules import KINDS

MACAU = Path(__file__).parents[2] / "shared/data/macau"
WESTFJORDS = Path(__file__).parents[1] / "data" / "westfjords"
needs_macau = pytest.mark.skipif(
    not MACAU.exists(), reason="the streets of Macau are not beside this checkout"
)
PLACES = [pytest.param("macau", marks=needs_macau), "westfjords"]
QUESTIONS = [(mode, by) for mode in ("walk", "drive") for by in ("distance", "minutes")]
UNIT = {"distance": "m", "minutes": "minutes"}
LIMIT_M = {"macau": 2500.0, "westfjords": 60_000.0}  # reaches a part of the targets only
LIMIT_MINUTES = {"walk": 1 / 80, "drive": 1 / 500}  # for each metre of it
WALK_KMH = 4.8
DRIVE_KMH = {  # as in docs/adr/0004-network-search.md
    "primary": 50,
    "primary_link": 30,
    "secondary": 40,
    "secondary_link": 30,
    "tertiary": 30,
    "tertiary_link": 20,
    "unclassified": 30,
    "road": 30,
    "residential": 20,
    "living_street": 10,
    "service": 15,
}


# ------------------------------------------------------------------ slow answers


@dataclass
class Slow:
    """A graph of arcs: where each begins, where it ends, what it costs; parallel ones as well."""

    count: int
    begin: np.ndarray
    end: np.ndarray
    cost: np.ndarray

    def networkx(self, *, against=False) -> nx.MultiDiGraph:
        """Make networkx's graph, against the direction of travel if asked."""
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(range(self.count))
        ends = (self.end, self.begin) if against else (self.begin, self.end)
        arcs = zip(*(values.tolist() for values in (*ends, self.cost)), strict=True)
        graph.add_weighted_edges_from(arcs, weight="cost")
        return graph

    def nearest(self, targets) -> np.ndarray:
        """Ask networkx for the cost from every node to the nearest target."""
        graph = self.networkx(against=True)
        found = nx.multi_source_dijkstra_path_length(graph, set(map(int, targets)), weight="cost")
        return np.array([found.get(node, np.inf) for node in range(self.count)])

    def scipy(self) -> csr_array:
        """Make SciPy's graph, against the direction of travel."""
        arcs = pd.DataFrame({"begin": self.begin, "end": self.end, "cost": self.cost})
        assert (arcs["cost"] > 0).all()  # an arc without a length would vanish
        # SciPy adds up what stands twice: the shortest of parallel arcs is all that it may see
        arcs = arcs.groupby(["end", "begin"], as_index=False)["cost"].min()
        entries = (arcs["cost"], (arcs["end"], arcs["begin"]))
        return coo_array(entries, shape=(self.count, self.count)).tocsr()

    def table(self, targets) -> np.ndarray:
        """Ask SciPy for the cost from every node to each target, shape (targets, nodes)."""
        return dijkstra(self.scipy(), indices=targets)


def slow_graph(network, mode, by) -> Slow:
    """Make a graph of the arrays of the network's edges alone."""
    edges = network.edges
    on_foot = (mode == "walk") | (edges.kind == KINDS.index("ferry_access"))
    kmh = np.where(on_foot, WALK_KMH, edges.drive_kmh)
    ferry = ~np.isnan(edges.ferry_minutes)
    minutes = np.where(ferry, edges.ferry_minutes, edges.length_m / 1000 / kmh * 60)
    cost = edges.length_m if by == "distance" else minutes
    there = np.flatnonzero(edges.walk if mode == "walk" else edges.forward)
    back = np.flatnonzero(edges.walk if mode == "walk" else edges.backward)
    return Slow(
        len(network.xy),
        np.concatenate([edges.tail[there], edges.head[back]]),
        np.concatenate([edges.head[there], edges.tail[back]]),
        np.concatenate([cost[there], cost[back]]),
    )


def on_ways(network, mode) -> np.ndarray:
    """Find the nodes at which a position stands on a way of the mode."""
    edges = network.edges
    mine = (edges.walk if mode == "walk" else edges.forward | edges.backward) & edges.joinable
    return np.unique(np.concatenate([edges.tail[mine], edges.head[mine]]))


def close(found, expected) -> None:
    """Hold two answers together; what is out of reach for one is so for the other."""
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


# ------------------------------------------------------------------ the places


@dataclass
class Macau:
    """The files of Macau in metres: ways, bus stops, a point in each parish."""

    tags: pd.DataFrame
    paths: list[list[tuple[float, float]]]
    lines: np.ndarray
    stops_xy: np.ndarray
    parish_xy: np.ndarray

    def layer(self, rows) -> gpd.GeoDataFrame:
        """Give some of the ways as a layer of lines."""
        return gpd.GeoDataFrame(self.tags.iloc[rows], geometry=self.lines[rows], crs=32649)


def read_macau() -> Macau:
    to_metres = pyproj.Transformer.from_crs(4326, 32649, always_xy=True).transform
    ways = json.loads((MACAU / "roads_lanego.json").read_text("utf8"))
    stops = json.loads((MACAU / "bus_reference_stops.json").read_text("utf8"))
    parishes = json.loads((MACAU / "macau-freguesias.geojson").read_text("utf8"))["features"]
    paths = [[(lat, lon) for lat, lon in way["path"]] for way in ways]
    drawn = [np.array(path)[:, ::-1].T for path in paths]
    areas = [shapely.Polygon(parish["geometry"]["coordinates"][0]) for parish in parishes]
    inside = shapely.get_coordinates(shapely.point_on_surface(areas))
    return Macau(
        tags=pd.DataFrame({tag: [way[tag] for way in ways] for tag in ("highway", "oneway")}),
        paths=paths,
        lines=np.array([shapely.LineString(np.transpose(to_metres(*line))) for line in drawn]),
        stops_xy=np.transpose(to_metres(*np.transpose([(s["lng"], s["lat"]) for s in stops]))),
        parish_xy=np.transpose(to_metres(*inside.T)),
    )


@pytest.fixture(scope="module")
def macau():
    return read_macau()


@pytest.fixture(scope="module", params=PLACES)
def place(request):
    """The name of a place, its network, and the nodes that are looked for."""
    if request.param == "macau":
        files = request.getfixturevalue("macau")
        network = network_from_lines(files.layer(np.arange(len(files.lines))))
        wanted_xy = files.stops_xy
    else:
        source = NetworkSource(
            osm=WESTFJORDS / "westfjords.osm.pbf", ferries=WESTFJORDS / "ferries.csv"
        )
        network = read_network(source, crs=pyproj.CRS(32627))
        wanted_xy = network.xy[np.random.default_rng(27).choice(len(network.xy), 60, replace=False)]
    shared = np.intersect1d(on_ways(network, "walk"), on_ways(network, "drive"))
    _, nearest = cKDTree(network.xy[shared]).query(wanted_xy)
    return request.param, network, shared[np.unique(nearest)]


def test_the_places_are_as_large_as_they_are_thought_to_be(place) -> None:
    name, network, targets = place
    edges, found = network.edges, (len(network.xy), len(network.edges), len(targets))
    least = {"macau": (4800, 5600, 400), "westfjords": (5700, 6500, 50)}[name]
    assert np.greater_equal(found, least).all()
    one_way = edges.forward != edges.backward
    assert one_way.any()
    assert np.isfinite(edges.ferry_minutes).any() == (name == "westfjords")
    pairs = np.sort(np.column_stack([edges.tail, edges.head]))
    assert len(np.unique(pairs, axis=0)) < len(pairs)  # some edges are parallel


# ------------------------------------------------------------------ every node


@pytest.mark.parametrize(("mode", "by"), QUESTIONS)
def test_every_node_finds_its_nearest(place, mode, by) -> None:
    _, network, targets = place
    slow = slow_graph(network, mode, by)
    price, target = nearest_nodes(network, targets, mode=mode, by=by)
    table = slow.table(targets)
    close(price, table.min(axis=0))
    close(price, slow.nearest(targets))
    reached = np.flatnonzero(np.isfinite(price))
    close(table[target[reached], reached], price[reached])
    assert len(reached) > 0.8 * len(price)
    assert (target == -1).sum() == len(price) - len(reached)


@pytest.mark.parametrize(("mode", "by"), QUESTIONS)
def test_many_services_with_and_without_an_order(place, tmp_path, mode, by) -> None:
    _, network, targets = place
    slow = slow_graph(network, mode, by)
    table = slow.table(targets)
    random = np.random.default_rng(11)
    chosen = [random.choice(len(targets), random.integers(1, 6)) for _ in range(104)]
    expected = np.array([table[rows].min(axis=0) for rows in chosen])
    services = [targets[rows] for rows in chosen]
    for row in (0, 50, 103):
        close(expected[row], slow.nearest(services[row]))
    order = tmp_path / "order"
    close(nearest_many(network, services[:12], mode=mode, by=by), expected[:12])
    close(nearest_many(network, services, mode=mode, by=by), expected)
    close(nearest_many(network, services, mode=mode, by=by, order=order), expected)
    assert order.exists()
    close(nearest_many(network, services[:12], mode=mode, by=by, order=order), expected[:12])


@pytest.mark.parametrize(("mode", "by"), QUESTIONS)
def test_costs_within_a_limit(place, mode, by) -> None:
    name, network, targets = place
    starts = np.random.default_rng(5).choice(on_ways(network, mode), 40, replace=False)
    graph = slow_graph(network, mode, by).networkx()
    limit = LIMIT_M[name] * (LIMIT_MINUTES[mode] if by == "minutes" else 1)
    expected = np.full((len(starts), len(targets)), np.inf)
    for row, start in zip(expected, starts.tolist(), strict=True):
        cost = nx.single_source_dijkstra_path_length(graph, start, cutoff=limit, weight="cost")
        row[:] = [cost.get(target, np.inf) for target in targets.tolist()]
    # the cost of one pair as the limit: what is exactly as far is within, whatever was added first
    exact = np.sort(expected[np.isfinite(expected)])[-10]
    origins = snap(network, network.xy[starts], mode=mode)
    # more targets than origins, and fewer: the search starts from the fewer
    for some in (slice(None), slice(None, None, len(targets) // 20)):
        goals = snap(network, network.xy[targets[some]], mode=mode)
        assert (len(goals) > len(origins)) == (some.step is None)
        for most in (limit, exact):
            wanted = np.where(expected <= most, expected, np.inf)[:, some]
            assert 0.01 < np.isfinite(wanted).mean() < 0.9
            found = cost_matrix(network, origins, goals, mode=mode, limit=(most, UNIT[by])).tocoo()
            full = np.full(wanted.shape, np.inf)
            full[found.row, found.col] = found.data
            close(full, wanted)


@pytest.mark.parametrize(("mode", "by"), QUESTIONS)
def test_positions_on_nodes_find_their_nearest_five(place, mode, by) -> None:
    _, network, targets = place
    nodes = on_ways(network, mode)
    table = slow_graph(network, mode, by).table(targets)[:, nodes]
    origins, goals = (snap(network, network.xy[which], mode=mode) for which in (nodes, targets))
    close(origins.distance_m, np.zeros(len(nodes)))
    expected = np.sort(table, axis=0)[:5].T
    each = slice(0, 60)
    few = snap(network, network.xy[nodes[each]], mode=mode)
    for some, wanted in ((origins, expected), (few, expected[each])):
        cost, target = k_nearest(network, some, goals, k=5, mode=mode, by=by)
        close(cost, wanted)
        at, place_of = np.nonzero(np.isfinite(cost))
        named = target[at, place_of]
        close(table[named, at], cost[at, place_of])
        assert len(np.unique(at * len(targets) + named)) == len(named)  # no target twice
        assert (target[np.isinf(cost)] == -1).all()
    reach = reach_nearest(network, origins, goals, mode=mode, by=by)
    reached = np.flatnonzero(reach.target >= 0)
    measured = reach.distance_m if by == "distance" else reach.minutes
    close(measured, expected[:, 0])
    close(table[reach.target[reached], reached], measured[reached])


# ------------------------------------------------------------------ from the files' coordinates


@pytest.fixture(scope="module")
def tied_paths(macau):
    """The ways' points; an end that no other way names stands also in the way that it touches."""
    named = Counter(point for path in macau.paths for point in path)
    paths = [list(path) for path in macau.paths]
    tree = shapely.STRtree(macau.lines)
    for path, line in zip(macau.paths, macau.lines, strict=True):
        for end, spot in ((path[0], line.coords[0]), (path[-1], line.coords[-1])):
            if named[end] > 1:
                continue
            touched = tree.query(shapely.Point(spot), predicate="dwithin", distance=0.01)
            for row in touched[macau.lines[touched] != line]:
                corners = shapely.get_coordinates(macau.lines[row])
                sides = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1))
                at = int(np.argmin(shapely.distance(sides, shapely.Point(spot))))
                paths[row].insert(at + 1, end)
    assert sum(map(len, paths)) == sum(map(len, macau.paths)) + 1  # there is one
    return paths


def from_coordinates(paths, tags, mode, by) -> tuple[Slow, np.ndarray]:
    """Join the ways of Macau where they have a coordinate in common; also give all places."""
    numbers: dict[tuple[float, float], int] = {}
    begin, end, cost = [], [], []
    for path, (kind, oneway) in zip(paths, tags.to_numpy(), strict=True):
        kmh = WALK_KMH if mode == "walk" else DRIVE_KMH[kind]
        points = [numbers.setdefault(point, len(numbers)) for point in path]
        begin += points[:-1]
        end += points[1:]
        cost += [1.0 if by == "distance" else 0.06 / kmh] * (len(path) - 1)
        if mode == "walk" or not oneway:
            begin += points[1:]
            end += points[:-1]
            cost += [cost[-1]] * (len(path) - 1)
    ends, cost = np.array([begin, end]), np.array(cost)
    moves = ends[0] != ends[1]  # a few ways name a point twice
    lat_lon = np.array(list(numbers))
    transform = pyproj.Transformer.from_crs(4326, 32649, always_xy=True).transform
    xy = np.transpose(transform(lat_lon[:, 1], lat_lon[:, 0]))
    ends, cost = ends[:, moves], cost[moves]
    steps = np.hypot(*(xy[ends[0]] - xy[ends[1]]).T)
    return Slow(len(numbers), *ends, steps * cost), xy


@needs_macau
@pytest.mark.parametrize(("mode", "by"), QUESTIONS)
def test_every_corner_of_every_way_of_macau(macau, tied_paths, mode, by) -> None:
    network = network_from_lines(macau.layer(np.arange(len(macau.lines))))
    slow, xy = from_coordinates(tied_paths, macau.tags, mode, by)
    assert len(xy) == 22633
    away, corner = cKDTree(xy).query(network.xy)
    assert away.max() < 1e-9
    _, node = cKDTree(network.xy).query(macau.stops_xy)
    targets = np.unique(node)
    expected = dijkstra(slow.scipy(), indices=corner[targets], min_only=True)
    close(expected, slow.nearest(corner[targets]))
    close(nearest_nodes(network, targets, mode=mode, by=by)[0], expected[corner])
    origins, goals = (snap(network, where, mode=mode) for where in (xy, network.xy[targets]))
    reach = reach_nearest(network, origins, goals, mode=mode, by=by)
    close(reach.distance_m if by == "distance" else reach.minutes, expected)


# ------------------------------------------------------------------ positions off the nodes


CELLS = 32  # of 14 or 15 bus stops each


class Patient(Reference):
    """The slow reference, which joins the same positions once only."""

    def joins(self, xy):
        known = self.__dict__.setdefault("known", {})
        if xy.tobytes() not in known:
            known[xy.tobytes()] = super().joins(xy)
        return known[xy.tobytes()]


@pytest.fixture(scope="module")
def cells(macau):
    """The bus stops, and a point in each parish, in groups of those that are near each other."""
    parts = [np.arange(len(macau.stops_xy))]
    while len(parts) < CELLS:
        halves = []
        for part in parts:
            xy = macau.stops_xy[part]
            order = part[np.argsort(xy[:, np.argmax(np.ptp(xy, axis=0))], kind="stable")]
            halves += [order[: len(order) // 2], order[len(order) // 2 :]]
        parts = halves
    _, nearest = cKDTree(macau.stops_xy).query(macau.parish_xy)
    assert sum(map(len, parts)) == 451
    return [
        np.vstack([macau.parish_xy[np.isin(nearest, part)], macau.stops_xy[part]]) for part in parts
    ]


@needs_macau
@pytest.mark.parametrize("cell", range(0, CELLS, 3))
def test_bus_stops_off_the_nodes(macau, cells, cell) -> None:
    """Some stops, with the middle of the parish, to the others on the ways nearest to them.

    A cut-out is small enough for a reference that tries every way for every position.
    """
    mode, xy = ("walk", "drive")[cell % 2], cells[cell]
    away = shapely.distance(macau.lines, shapely.MultiPoint(xy))
    rows = np.sort(np.argsort(away, kind="stable")[:220])
    network = network_from_lines(macau.layer(rows))
    assert 200 < len(network.edges) <= 400
    reference = Patient(network, mode)
    for origins_xy, goals_xy in ((xy[::2], xy[1::2]), (xy[1::2], xy[::2])):
        origins, goals = (snap(network, some, mode=mode) for some in (origins_xy, goals_xy))
        for by in ("distance", "minutes"):
            reach = reach_nearest(network, origins, goals, mode=mode, by=by)
            metres, minutes = np.transpose(reference.reach(origins_xy, goals_xy, by))
            close(reach.distance_m, metres)
            close(reach.minutes, minutes)
            table = reference.costs(origins_xy, goals_xy, by)
            found = cost_matrix(network, origins, goals, mode=mode, limit=(np.inf, UNIT[by]))
            full, entries = np.full(table.shape, np.inf), found.tocoo()
            full[entries.row, entries.col] = entries.data
            close(full, table)
            assert np.isfinite(table).mean() > 0.05
            cost, _ = k_nearest(network, origins, goals, k=5, mode=mode, by=by)
            close(cost, np.sort(table, axis=1)[:, :5])


class CityReference(Reference):
    """The slow reference for a whole city: for each position it tries only the ways around it."""

    def joins(self, xy):
        every, found = self.joinable, []
        tree = shapely.STRtree([shapely.LineString(self.points[edge]) for edge in every])
        for position in xy:
            for around_m in (200.0, 500.0, 1600.0):
                near = tree.query(shapely.Point(position), predicate="dwithin", distance=around_m)
                self.joinable = [every[i] for i in np.sort(near)]
                joins = self._joins_of(position)
                # who stands on a way looks no further; others look 100 m further, at most, than
                # the nearest way that is more than a scrap
                on_way = joins and min(join.leg_m for join in joins) <= 1
                settled = joins and not self._on_scrap(joins[0])
                if on_way or (settled and joins[0].leg_m + 101 < around_m):
                    break
            found.append(joins)
        self.joinable = every
        return found

    def _on_scrap(self, join):
        known = self.__dict__.setdefault("scraps", {})
        if join.edge not in known:
            known[join.edge] = super()._on_scrap(join)
        return known[join.edge]


@needs_macau
@pytest.mark.parametrize("mode", ["walk", "drive"])
def test_all_bus_stops_and_parishes_in_the_whole_city(macau, mode) -> None:
    network = network_from_lines(macau.layer(np.arange(len(macau.lines))))
    origins_xy = np.vstack([macau.parish_xy, macau.stops_xy[::2]])
    goals_xy = macau.stops_xy[1::2]
    origins, goals = (snap(network, xy, mode=mode) for xy in (origins_xy, goals_xy))
    away = shapely.distance(shapely.union_all(macau.lines), shapely.points(origins_xy))
    close(origins.nearest_way_m, away)
    slow = CityReference(network, mode)._graph(origins_xy, goals_xy).reverse()
    sources = {("t", i) for i in range(len(goals_xy))}
    for by in ("distance", "minutes"):
        cost = nx.multi_source_dijkstra_path_length(slow, sources, weight=by)
        expected = [cost.get(("o", i), np.inf) for i in range(len(origins_xy))]
        reach = reach_nearest(network, origins, goals, mode=mode, by=by)
        close(reach.distance_m if by == "distance" else reach.minutes, expected)
        assert np.isfinite(expected).mean() > 0.85
