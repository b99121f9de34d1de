"""What the map draws: TopoJSON, classes, and numbers as short as the page shows them."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
import toys
from hypothesis import given
from hypothesis import strategies as st

from gapmap.access import STATUSES
from gapmap.drawing import brief, picture
from gapmap.drawing.brief import brief_metres, brief_minutes
from gapmap.drawing.classes import people_breaks, way_breaks
from gapmap.drawing.layers import THIN_M, _thinned
from gapmap.drawing.topology import Topology, grid_over
from gapmap.network import network_from_lines

if TYPE_CHECKING:
    from gapmap.assessment import Assessment

GRID = grid_over((113.0, 22.0, 113.2, 22.1))


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return toys.assessment()


# ---- a decoder of its own, as the specification of TopoJSON 1.0 words it ----------------------


def _arcs(topology: dict[str, Any]) -> list[np.ndarray]:
    scale, translate = (np.array(topology["transform"][k]) for k in ("scale", "translate"))
    return [np.cumsum(arc, axis=0) * scale + translate for arc in topology["arcs"]]


def _line(arcs: list[np.ndarray], numbers: list[int]) -> np.ndarray:
    parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
    for one, other in itertools.pairwise(parts):
        assert (one[-1] == other[0]).all()
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _decoded(topology: dict[str, Any], name: str) -> list[shapely.Geometry | None]:
    arcs = _arcs(topology)
    made: list[shapely.Geometry | None] = []
    for one in topology["objects"][name]["geometries"]:
        kind = one["type"]
        if kind is None:
            made.append(None)
        elif kind.endswith("LineString"):
            lists = one["arcs"] if kind.startswith("Multi") else [one["arcs"]]
            made.append(shapely.MultiLineString([_line(arcs, numbers) for numbers in lists]))
        else:
            lists = one["arcs"] if kind.startswith("Multi") else [one["arcs"]]
            polygons = []
            for rings in lists:
                outer, *holes = [_line(arcs, numbers) for numbers in rings]
                polygons.append(shapely.Polygon(outer, holes))
            made.append(shapely.MultiPolygon(polygons))
    return made


def _tiles(seed: int, count: int) -> np.ndarray:
    """Draw a coverage: cells of Voronoi round random points in a box."""
    spots = np.random.default_rng(seed).uniform((113.0, 22.0), (113.2, 22.1), (count, 2))
    box = shapely.box(113.0, 22.0, 113.2, 22.1)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=box))
    return shapely.intersection(cells, box)


@pytest.mark.parametrize("seed", range(5))
def test_areas_come_back_within_a_step_and_share_their_borders(seed: int) -> None:
    cells = _tiles(seed, 40)
    made = Topology(GRID)
    made.add_areas("places", cells)
    topology: Any = made.content()
    step = math.hypot(*topology["transform"]["scale"])
    back = _decoded(topology, "places")
    for one, other in zip(cells, back, strict=True):
        assert shapely.hausdorff_distance(one, other) <= step
    used = [abs(n) if n >= 0 else ~n for one in topology["objects"]["places"]["geometries"]
            for ring in one["arcs"] for n in ring]  # fmt: skip
    inner = [n for n in set(used) if used.count(n) == 2]
    assert len(inner) > len(cells)
    total = shapely.length(cells).sum() - 2 * (0.2 + 0.1)
    arcs = _arcs(topology)
    shared = sum(np.hypot(*np.diff(arcs[n], axis=0).T).sum() for n in inner)
    assert shared == pytest.approx(total / 2, rel=0.01)


def test_holes_islands_and_what_is_too_small_for_the_grid() -> None:
    ring = shapely.box(113.0, 22.0, 113.1, 22.1)
    hole = shapely.box(113.02, 22.02, 113.04, 22.04)
    grain = shapely.box(113.15, 22.05, 113.15 + 1e-8, 22.05 + 1e-8)
    several = shapely.MultiPolygon([hole, shapely.box(113.15, 22.0, 113.2, 22.05)])
    shapes = np.array([shapely.difference(ring, hole), grain, several, None], dtype=object)
    made = Topology(GRID)
    made.add_areas("places", shapes)
    topology: Any = made.content()
    back = _decoded(topology, "places")
    assert (back[1], back[3]) == (None, None)
    assert shapely.area(back[0]) == pytest.approx(shapely.area(shapes[0]), rel=1e-3)
    assert shapely.area(back[2]) == pytest.approx(shapely.area(several), rel=1e-3)
    assert len(topology["objects"]["places"]["geometries"][0]["arcs"]) == 2  # a ring and its hole


def test_shapes_beyond_the_grid_on_every_side_come_back_where_they_were() -> None:
    grid = grid_over((113.0, 22.0, 113.4, 22.3))
    ends = [(113.2, 21.7), (112.6, 22.1), (113.9, 22.2), (113.1, 22.9), (112.5, 21.5)]
    lines = np.array([shapely.LineString([(113.2, 22.1), end]) for end in ends], dtype=object)
    areas = np.array([shapely.box(112.8, 21.8, 113.1, 22.1), shapely.box(113.1, 21.8, 113.5, 22)])
    made = Topology(grid)
    made.add_lines("routes", lines)
    made.add_areas("water", areas)
    topology: Any = made.content()
    for name, shapes in (("routes", lines), ("water", areas)):
        for back, shape in zip(_decoded(topology, name), shapes, strict=True):
            assert shapely.hausdorff_distance(back, shape) <= math.hypot(*grid.scale)


def test_lines_with_a_common_stretch_store_it_once() -> None:
    lines = np.array(
        [
            shapely.LineString([(113.0, 22.0), (113.05, 22.0), (113.05, 22.05), (113.1, 22.05)]),
            shapely.LineString([(113.0, 22.1), (113.05, 22.0), (113.05, 22.05), (113.1, 22.05)]),
            shapely.LineString([(113.1, 22.05), (113.05, 22.05)]),
        ]
    )
    made = Topology(GRID)
    made.add_lines("routes", lines, ids=[7, 5, 3])
    topology: Any = made.content()
    assert [one["id"] for one in topology["objects"]["routes"]["geometries"]] == [7, 5, 3]
    assert len(topology["arcs"]) == 4
    step = math.hypot(*topology["transform"]["scale"])
    for one, other in zip(lines, _decoded(topology, "routes"), strict=True):
        assert shapely.hausdorff_distance(one, other) <= step


@pytest.mark.parametrize(("across_km", "step_m"), [(1, 1.0), (100, 2.0), (800, 5.0)])
def test_the_grid_is_as_fine_as_the_extent_asks_for(across_km: float, step_m: float) -> None:
    east = 113 + across_km / 111.32 / math.cos(math.radians(22.0005))
    grid = grid_over((113, 22, east, 22.001))
    assert grid.step_m == pytest.approx(step_m, rel=0.01)
    geod = pyproj.Geod(ellps="GRS80")
    for dx, dy in ((1, 0), (0, 1)):
        length = geod.inv(113, 22, 113 + dx * grid.scale[0], 22 + dy * grid.scale[1])[2]
        assert length == pytest.approx(step_m, rel=0.02)


def test_thinned_outlines_stay_near_and_keep_shared_borders_shared() -> None:
    angle = np.linspace(0, 2 * np.pi, 4_000, endpoint=False)
    radius = 3_000 + 8 * np.sin(60 * angle)
    blob = shapely.Polygon(
        np.column_stack((toys.X0 + radius * np.cos(angle), toys.Y0 + radius * np.sin(angle)))
    )
    cut = shapely.box(toys.X0 - 9_000, toys.Y0 - 9_000, toys.X0 + 13.0, toys.Y0 + 9_000)
    halves = np.array([shapely.intersection(blob, cut), shapely.difference(blob, cut)])
    thin, told = _thinned(halves)
    assert told == {"tolerance_m": THIN_M, "shared": True}
    assert shapely.get_num_coordinates(thin).sum() < shapely.get_num_coordinates(halves).sum() / 5
    assert shapely.hausdorff_distance(blob, shapely.union_all(thin)) < 2 * THIN_M
    assert shapely.area(shapely.intersection(*thin)) == pytest.approx(0, abs=1e-6)
    assert shapely.length(shapely.intersection(*thin)) == pytest.approx(
        shapely.length(shapely.intersection(*halves)), rel=0.01
    )


def test_outlines_that_overlap_are_thinned_one_by_one_and_it_is_said() -> None:
    overlapping = np.array([shapely.box(0, 0, 100, 100), shapely.box(50, 0, 150, 100), None])
    thin, told = _thinned(overlapping)
    assert shapely.equals(thin[:2], overlapping[:2]).all()
    assert (thin[2], told["shared"]) == (None, False)


# ---- the picture ------------------------------------------------------------------------------


def test_each_drawn_way_starts_at_its_uncovered_place(assessed: Assessment) -> None:
    told: Any = picture(assessed)
    count = len(told["places"]["id"])
    geometries = told["topology"]["objects"]["routes"]["geometries"]
    assert len(geometries) == len(assessed.access.routes) > 0
    for one, line in zip(geometries, _decoded(told["topology"], "routes"), strict=True):
        service, place = divmod(one["id"], count)
        result = told["services"][told["drawn_services"][service]]
        assert result["status"][place] == STATUSES.index("uncovered")
        at = np.array([told["places"]["lon"][place], told["places"]["lat"][place]])
        ends = shapely.get_coordinates(line)[[0, -1]]
        assert np.abs(ends - at).max(axis=1).min() < 6e-5  # a step of the grid is 5 m at most


def test_place_polygons_roads_ferries_and_water_are_layers(assessed: Assessment) -> None:
    ways = gpd.GeoDataFrame(
        {"highway": ["primary", "residential"]},
        geometry=[
            shapely.LineString([(toys.X0, toys.Y0), (toys.X0 + 5_000, toys.Y0)]),
            shapely.LineString([(toys.X0, toys.Y0), (toys.X0, toys.Y0 + 4_000)]),
        ],
        crs=toys.CRS,
    )
    lake = shapely.box(toys.X0, toys.Y0, toys.X0 + 900, toys.Y0 + 900)
    network = replace(network_from_lines(ways, snap_m=600), water=lake)
    table = assessed.access.places.table
    polygons = table.geometry.buffer(300)
    places = replace(assessed.access.places, polygons=polygons)
    access = replace(assessed.access, network=network, places=places)
    told: Any = picture(replace(assessed, access=access))
    topology = told["topology"]
    drawn = _decoded(topology, "places")
    assert [one is None for one in drawn] == list(table.geometry.isna())
    roads = _decoded(topology, "roads")
    assert len(roads) == 2  # one shape for each rank
    assert told["layers"]["roads"]["drawn"] == told["layers"]["roads"]["lines"]
    back = gpd.GeoSeries(_decoded(topology, "water"), crs="EPSG:4326").to_crs(toys.CRS)
    assert shapely.area(back[0]) == pytest.approx(lake.area, rel=0.02)


# ---- classes ----------------------------------------------------------------------------------


def test_breaks_are_readable_rise_beyond_the_limit_and_leave_no_class_empty() -> None:
    ways = np.concatenate((np.random.default_rng(1).lognormal(7, 1, 3_000), [np.nan, np.inf]))
    ends = way_breaks(ways, 500.0)
    assert len(ends) >= 2
    assert ends == sorted(ends)
    edges = [500.0, *ends, math.inf]
    for low, high in itertools.pairwise(edges):
        assert ((ways > low) & (ways <= high)).any()
    assert all(float(f"{one:.2g}") == one for one in ends)


def test_one_value_or_none_beyond_the_limit_is_one_class() -> None:
    assert way_breaks(np.array([100.0, 700.0, 700.0]), 500.0) == []
    assert way_breaks(np.array([100.0, np.nan]), 500.0) == []
    assert people_breaks(np.array([np.nan])) == []


# ---- short numbers: what the page tells of them, by its own rules (web/src/text.js) -----------


def _half_up(value: float, decimals: int) -> float:
    return math.floor(value * 10**decimals + 0.5) / 10**decimals


def _metres(value: float, limit: float) -> str:
    if value >= 10_000:
        return f"{_half_up(value / 1000, 1)} km"
    if 0 < value < 0.5 or (value > limit and _half_up(value, 0) <= limit):
        return f"{_half_up(value, 3)} m"
    return f"{_half_up(value, 0)} m"


def _minutes(value: float, limit: float) -> str:
    hides = value > limit and value - limit < 0.05
    return f"{_half_up(value, 3 if hides else 1)} min"


@given(st.lists(st.floats(0, 30_000), min_size=1), st.sampled_from([500.0, 1250.0, 2000.5]))
def test_metres_are_told_as_before(values: list[float], limit: float) -> None:
    exact = np.round(np.array(values), 3)
    short = brief_metres(exact, limit, [limit * 2])
    for one, other in zip(exact.tolist(), short.tolist(), strict=True):
        assert _metres(other, limit) == _metres(one, limit)
        assert (other > limit, other > 2 * limit) == (one > limit, one > 2 * limit)
        if one > limit:
            assert _metres(other - limit, math.nan) == _metres(one - limit, math.nan)


@given(st.lists(st.floats(0, 300), min_size=1), st.sampled_from([15.0, 20.5]))
def test_minutes_are_told_as_before(values: list[float], limit: float) -> None:
    exact = np.round(np.array(values), 3)
    short = brief_minutes(exact, limit)
    for one, other in zip(exact.tolist(), short.tolist(), strict=True):
        assert _minutes(other, limit) == _minutes(one, limit)
        assert (other > limit) == (one > limit)


@given(st.floats(-1e6, 1e6, allow_nan=False), st.integers(0, 3))
def test_other_figures_are_told_as_before(value: float, decimals: int) -> None:
    (short,) = brief([value])
    assert isinstance(short, float | int)
    assert (short == int(short)) == (value == int(value))  # almost all is not all
    if abs(value) > 1e-3:
        assert f"{short:.{decimals}f}" == f"{value:.{decimals}f}"
        share = abs(value) % 1
        (told,) = brief([share])
        assert isinstance(told, float | int)
        assert f"{told * 100:.1f}" == f"{share * 100:.1f}"
