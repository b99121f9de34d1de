"""Roads, barriers, bridges and ferries on a surface: nothing leaks, nothing true is cut."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import affine
import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from surface_toys import (
    CELL,
    CRS,
    NORTH,
    SIDE,
    WEST,
    codes,
    fields,
    layer,
    minutes,
    network_of,
    region,
    roads,
    shape,
    surface,
    tif,
)

from gapmap.datum import convert_datum
from gapmap.errors import InputError
from gapmap.network import network_at, network_from_lines
from gapmap.network.borders import cut_at_water
from gapmap.rasters.grid import Grid
from gapmap.surface import travelled
from gapmap.surface.assembling import assemble
from gapmap.surface.barriers import Barriers, read_barriers
from gapmap.surface.bridges import Bridges
from gapmap.surface.fences import bars, make_fences, slots
from gapmap.surface.pairing import Passage
from gapmap.surface.read import read_surface
from gapmap.surface.search import search
from gapmap.surface.value import STEPS, SurfaceSource

GRID = Grid(
    crs=CRS, transform=affine.Affine(CELL, 0, WEST, 0, -CELL, NORTH), height=SIDE, width=SIDE
)
WALK = 0.06 * CELL / 4.8  # minutes over a cell at the network's walking speed
NOTHING = MappingProxyType({})


def put_together(land=4.0, *, lines=(), areas=(), network=None, height=None, **more):
    source = SurfaceSource(cell_m=CELL, **{"roads": "walk", **more})
    return assemble(
        source,
        GRID,
        land_kmh=np.full(GRID.shape, land) if np.isscalar(land) else land,
        height_m=height,
        barriers=Barriers(tuple(lines), tuple(areas)),
        network=network,
        by_road=NOTHING,
    )


def reached(made, row: int, column: int) -> np.ndarray:
    return search(made.terrain, [(row, column)]).minutes


# Roads


def test_a_road_makes_every_cell_that_it_runs_through_as_fast_as_itself(tmp_path):
    network = roads(shape([(150, 350), (1150, 350)]))
    ground = surface(tmp_path, fields(), network, roads="drive")
    per_cell = ground.terrain.minutes_per_cell
    np.testing.assert_allclose(per_cell[3, 1:12], 0.06 * CELL / 50)  # primary: 50 km/h
    assert ground.road.sum() == 11
    assert (per_cell != 1.5).sum() == 11
    assert one(ground, "surface-speeds-assumed").value == "primary 50"
    assert dict(one(ground, "surface-roads").facts) == {"km": "1", "cells": "11"}


def one(ground, code):
    (found,) = [said for said in ground.findings if said.code == code]
    return found


def test_a_slanting_road_has_no_gaps_and_the_fastest_of_two_wins(tmp_path):
    slow = roads(shape([(130, 1890), (1870, 170)]), kind="track")
    both = roads(shape([(130, 1890), (1870, 170)]), shape([(50, 1000), (1950, 1000)]))
    ground = surface(tmp_path, fields(value=1), slow, roads="drive")
    cells = np.argwhere(ground.road)
    order = cells[np.lexsort((cells[:, 0], cells[:, 1]))]
    assert len(order) == 35  # 17 columns and 17 rows further, one by one
    beside = np.abs(cells[:, None] - cells[None]).sum(axis=2) == 1
    assert beside.sum() == 2 * 34  # a chain
    fast = surface(tmp_path, fields(), both, roads="drive")
    assert (fast.terrain.minutes_per_cell <= ground.terrain.minutes_per_cell).all()


def test_a_road_slower_than_the_land_changes_nothing(tmp_path):
    cells = fields()
    table = tmp_path / "s.csv"
    table.write_text("class,kmh\n1,4\nprimary,3\n")
    cover = tif(tmp_path / "c.tif", cells)
    source = SurfaceSource(land_cover=cover, speeds=table)
    ground = read_surface(source, region(), roads(shape([(0, 350), (2000, 350)])))
    np.testing.assert_allclose(ground.terrain.minutes_per_cell, 1.5)
    assert ground.road.sum() == 20


def test_the_table_overrules_the_network_and_0_closes_a_class(tmp_path):
    cover = tif(tmp_path / "c.tif", fields())
    network = roads(shape([(0, 350), (2000, 350)]))
    for kmh, expected in ((30, 0.2), (0, 1.5)):
        table = tmp_path / "s.csv"
        table.write_text(f"class,kmh\n1,4\nprimary,{kmh}\ntrack,9\n")
        ground = read_surface(SurfaceSource(land_cover=cover, speeds=table), region(), network)
        np.testing.assert_allclose(ground.terrain.minutes_per_cell[3], expected)
        assert one(ground, "surface-road-class-unused").value == "track"


def test_ways_closed_to_the_mode_are_not_burnt_in(tmp_path):
    network = roads(shape([(0, 350), (2000, 350)]), kind="motorway")
    assert surface(tmp_path, fields(), network, roads="drive").road.sum() == 20
    for mode in ("walk", "cycle", "none"):
        assert not surface(tmp_path, fields(), network, roads=mode).road.any()


def test_a_path_is_walked_where_roads_are_driven_and_slope_counts_there(tmp_path):
    dem = tif(tmp_path / "d.tif", np.zeros((SIDE, SIDE), np.float32))
    path = roads(shape([(0, 350), (2000, 350)]), kind="footway")
    for mode in ("drive", "cycle"):
        ground = surface(tmp_path, fields(), path, roads=mode, on_path=1.25, dem=dem)
        np.testing.assert_allclose(ground.terrain.minutes_per_cell[3], WALK / 1.25)
        assert ground.terrain.on_foot.all()
        assert "walk 4.8" in one(ground, "surface-speeds-assumed").value
    assert not surface(tmp_path, fields(), path, roads="none").road.any()


@pytest.mark.parametrize("mode", ["walk", "cycle", "drive"])
def test_a_footbridge_is_crossed_at_walking_speed_however_roads_are_travelled(tmp_path, mode):
    cells = fields()
    cells[:, 10] = 9
    bridge = roads(shape([(850, 1250), (1250, 1250)]), kind="footway")
    ground = surface(tmp_path, cells, bridge, roads=mode)
    assert minutes(ground, 850, 1250)[12, 12] == pytest.approx(4 * WALK, rel=1e-6)
    assert np.isinf(ground.terrain.minutes_per_cell[np.arange(SIDE) != 12, 10]).all()
    wall = layer(tmp_path / "b.gpkg", shape([(1000, -900), (1000, 2900)]))
    fenced = surface(tmp_path, fields(), bridge, roads=mode, barriers=wall)
    assert minutes(fenced, 850, 1250)[12, 12] == pytest.approx(4 * WALK, rel=1e-6)


def test_path_factors_hold_for_walkers_and_slope_for_who_goes_on_foot(tmp_path):
    dem = tif(tmp_path / "d.tif", np.zeros((SIDE, SIDE), np.float32))
    network = roads(shape([(0, 350), (2000, 350)]))
    on = {"on_path": 2.0, "off_path": 0.5, "dem": dem}
    walked = surface(tmp_path, fields(), network, **on)
    np.testing.assert_allclose(walked.terrain.minutes_per_cell[3], WALK / 2)
    np.testing.assert_allclose(walked.terrain.minutes_per_cell[4], 3.0)
    assert walked.terrain.on_foot is None
    driven = surface(tmp_path, fields(), network, roads="drive", **on)
    np.testing.assert_allclose(driven.terrain.minutes_per_cell[3], 0.12)
    np.testing.assert_array_equal(driven.terrain.on_foot, ~driven.road)


# Barriers


def test_a_river_one_cell_wide_on_the_slant_lets_nobody_through(tmp_path):
    cells = fields()
    cells[np.arange(20), np.arange(20)] = 9
    for neighbours in (8, 16):
        ground = surface(tmp_path, cells, neighbours=neighbours)
        far = minutes(ground, 1950, 50)
        assert np.isfinite(far[np.triu_indices(20, 1)]).all()
        assert np.isinf(far[np.tril_indices(20)]).all()


@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_bridge_opens_a_river_of_cells_along_the_road_alone(tmp_path, neighbours):
    cells = fields()
    cells[np.arange(20), np.arange(20)] = 9
    bridge = roads(shape([(1250, 850), (850, 1250)]))
    ground = surface(tmp_path, cells, bridge, neighbours=neighbours)
    assert ground.barrier.sum() == 20 - (ground.road & (cells == 9)).sum()
    across = minutes(ground, 1250, 850)[12, 8]
    assert np.isfinite(across)
    assert across == pytest.approx(4 * 2**0.5 * WALK, rel=0.03)
    opened = np.argwhere(ground.road & (cells == 9))
    for row, column in opened:
        for k, (down, right) in enumerate(STEPS[:8]):
            ends = row + down, column + right
            if not ground.road[ends]:
                assert ground.terrain.barred[row, column] >> k & 1


@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_road_within_a_river_of_cells_opens_no_way_across(tmp_path, neighbours):
    cells = fields()
    cells[9:11] = 9
    cells[9:11, 15:] = [[1] * 5, [9] * 5]
    along = roads(shape([(0, 870), (300, 930), (1300, 960), (1500, 870), (2000, 850)]))
    ground = surface(tmp_path, cells, along, neighbours=neighbours)
    assert ground.road[9].sum() > 10  # it does run through the water
    far = minutes(ground, 50, 50)
    assert np.isfinite(far[:9]).all()
    assert np.isfinite(far[9, ground.road[9]]).all()
    assert np.isinf(far[11:]).all()


@pytest.mark.parametrize("neighbours", [8, 16])
@pytest.mark.parametrize("x", [1000, 1050, 1080])  # on the line between cells, through middles
def test_a_line_bars_steps_and_no_cell(tmp_path, neighbours, x):
    wall = layer(tmp_path / "b.gpkg", shape([(x, -900), (x, 2900)]))
    ground = surface(tmp_path, fields(), barriers=wall, neighbours=neighbours)
    far = minutes(ground, 50, 1050)
    assert np.isfinite(ground.terrain.minutes_per_cell).all()
    assert np.isfinite(far[:, :10]).all()
    assert np.isinf(far[:, 11:]).all()
    assert not ground.barrier.any()
    said = dict(one(ground, "surface-barriers").facts)
    assert (said["lines"], said["areas"], said["cells"], said["ways"]) == ("1", "0", "0", "0")
    assert int(said["steps"]) >= 20 * 3 - 2


def test_a_road_opens_a_line_where_it_crosses_and_nowhere_else(tmp_path):
    wall = layer(tmp_path / "b.gpkg", shape([(980, -900), (1020, 2900)]))
    bridge = roads(shape([(750, 1250), (1250, 1250)]))
    ground = surface(tmp_path, fields(), bridge, barriers=wall)
    far = minutes(ground, 50, 50)
    assert np.isfinite(far).all()
    through = minutes(ground, 950, 1250)
    assert through[12, 10] == pytest.approx(WALK)
    assert through[11, 10] == pytest.approx(WALK + (WALK + 1.5) / 2)  # by the bridge
    assert dict(one(ground, "surface-barriers").facts)["ways"] == "1"
    wall_row = minutes(ground, 950, 50)[0]
    assert wall_row[10] > 2 * 11 * WALK  # down to the bridge, and up again


def test_ways_that_nobody_may_use_and_that_cross_a_barrier_are_counted():
    across = [shape([(750, y), (1250, y)]) for y in (250, 650, 1250)]
    beside = shape([(50, 1050), (450, 1050)])
    network = network_from_lines(
        gpd.GeoDataFrame(
            {"highway": ["footway", "primary", "motorway", "primary"]},
            geometry=[*across, beside],
            crs=CRS,
        )
    )
    river = shape([(1000, -900), (1000, 2900)])
    for mode, used, closed in (("drive", 3, 0), ("walk", 2, 1), ("cycle", 2, 1), ("none", 0, 3)):
        made = put_together(lines=[river], network=network, roads=mode)
        assert dict(one(made, "surface-barriers").facts)["ways"] == str(used), mode
        told = [said for said in made.findings if said.code == "surface-ways-closed"]
        assert [(said.value, dict(said.facts)["count"]) for said in told] == (
            [(mode, str(closed))] if closed else []
        )


def test_a_way_over_a_barrier_is_one_whatever_it_is_cut_into():
    """A bridge with a pier where another one begins, and a road that comes back."""
    river = shapely.box(WEST + 900, NORTH - 2900, WEST + 1100, NORTH + 900)
    bridge = [shape([(750, 650), (1000, 650)]), shape([(1000, 650), (1250, 650)])]
    pier = shape([(1000, 650), (1000, 850)])
    other = shape([(750, 1250), (1250, 1250)])
    for drawn, ways in (([*bridge], 1), ([*bridge, pier], 1), ([*bridge, pier, other], 2)):
        made = put_together(areas=[river], network=roads(*drawn))
        assert dict(one(made, "surface-barriers").facts)["ways"] == str(ways)


def loose_ends(lines, *, land=4.0, areas=()):
    found = put_together(land, lines=lines, areas=areas).findings
    told = [dict(said.facts) for said in found if said.code == "surface-barrier-ends"]
    return told[0] if told else None


def test_ends_of_barrier_lines_are_told_where_one_walks_round_them():
    import pyproj  # noqa: PLC0415 - for this position alone

    through = shape([(1000, -900), (1000, 2900)])
    stub = shape([(1000, 450), (1450, 450)])
    ring = shape([(450, 450), (750, 450), (750, 750), (450, 750), (450, 460)])
    assert loose_ends([through, ring]) is None
    lon, lat = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True).transform(
        WEST + 1450, NORTH - 450
    )
    where = {"count": "1", "lon": f"{lon:.5f}", "lat": f"{lat:.5f}"}
    assert loose_ends([through, stub]) == where
    assert loose_ends([stub])["count"] == "2"
    pond = shapely.box(WEST + 1520, NORTH - 600, WEST + 1800, NORTH - 300)
    assert loose_ends([through, stub], areas=[pond]) is None
    land = np.full(GRID.shape, 4.0)
    land[4, 15] = 0.0
    assert loose_ends([through, stub], land=land) is None
    assert loose_ends([shape([(1000, 50), (1000, 2900)])]) is None


def test_a_road_along_a_line_opens_nothing_and_is_not_cut_by_it(tmp_path):
    at = np.linspace(0, 2000, 81)
    river = shape([(-900, 1000), *zip(at, 1000 + 60 * np.sin(at / 130), strict=True), (2900, 1000)])
    bank = shape([(x, 1000 + 60 * np.sin(x / 130) + 15) for x in at])
    wall = layer(tmp_path / "b.gpkg", river)
    for neighbours in (8, 16):
        ground = surface(
            tmp_path, fields(), roads(bank), barriers=wall, roads="drive", neighbours=neighbours
        )
        far = minutes(ground, 50, 1850)
        assert np.isinf(far[:9]).all()
        assert np.isfinite(far[11:]).all()
        ends = [cell for cell in np.argwhere(ground.road) if cell[1] in (0, 19)]
        begin, end = ends[0], ends[-1]
        took = search(ground.terrain, [begin.tolist()]).minutes[tuple(end)]
        assert took == pytest.approx(bank.length * 0.06 / 50, rel=0.25)


@pytest.mark.parametrize("half_m", [4, 40, 160])
@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_river_drawn_as_an_area_is_closed_however_narrow(tmp_path, half_m, neighbours):
    at = np.linspace(-900, 2900, 99)
    river = shape(zip(at, 1000 + 300 * np.sin(at / 400), strict=True))
    wet = layer(tmp_path / "b.gpkg", river.buffer(half_m))
    ground = surface(tmp_path, fields(), barriers=wet, neighbours=neighbours)
    far = minutes(ground, 50, 50)
    rows, columns = np.indices((SIDE, SIDE))
    spots = shapely.points(ground.grid.centres(rows.ravel(), columns.ravel()))
    inside = shapely.contains(river.buffer(half_m), spots).reshape(SIDE, SIDE)
    np.testing.assert_array_equal(ground.barrier, inside)
    x = columns * 100 + 50
    south = rows * 100 + 50 > 1000 + 300 * np.sin(x / 400)
    assert np.isinf(far[south | inside]).all()
    assert np.isfinite(far[~south & ~inside]).mean() > 0.97


def test_a_pond_smaller_than_a_step_stops_nobody(tmp_path):
    pond = layer(tmp_path / "b.gpkg", shapely.Point(WEST + 1000, NORTH - 1000).buffer(30))
    ground = surface(tmp_path, fields(), barriers=pond)
    assert ground.terrain.barred is None
    assert np.isfinite(minutes(ground, 50, 50)).all()


def test_water_and_borders_of_the_network_are_closed_and_bridges_over_water_open(tmp_path):
    river = shape([(950, -900), (1030, 2900)])
    bridge = shape([(150, 1250), (1850, 1250)])
    wet = layer(tmp_path / "w.gpkg", river.buffer(15))
    line = layer(tmp_path / "l.gpkg", river)
    free = surface(tmp_path, fields(), network_of(tmp_path, bridge, water=wet))
    assert np.isfinite(minutes(free, 50, 50)).all()
    assert minutes(free, 850, 1250)[12, 10] == pytest.approx(2 * WALK, rel=0.15)
    shut = surface(tmp_path, fields(), network_of(tmp_path, bridge, borders=line))
    far = minutes(shut, 50, 50)
    assert np.isfinite(far[:, :9]).all()
    assert np.isinf(far[:, 11:]).all()
    assert shut.road[12].all() or shut.road[12].sum() >= 17


def test_a_bridge_over_wide_water_is_travelled_from_end_to_end_only(tmp_path):
    lake = shapely.box(WEST + 420, NORTH - 2900, WEST + 1580, NORTH + 900)
    across = shape([(150, 1250), (1850, 1250)])
    wet = layer(tmp_path / "w.gpkg", lake)
    ground = surface(tmp_path, fields(), network_of(tmp_path, across, water=wet), roads="drive")
    far = minutes(ground, 150, 1250)
    assert far[12, 18] == pytest.approx(17 * 0.06 * CELL / 50, rel=0.02)
    assert np.isinf(far[:12, 5:15]).all()
    assert np.isinf(far[13:, 5:15]).all()


def test_barriers_off_the_surface_are_told(tmp_path):
    inside = shape([(900, 100), (900, 900)])
    across = shape([(1500, 100), (9000, 100)])
    away = shape([(9000, 100), (9000, 900)])
    pool = shapely.box(WEST + 8000, NORTH - 600, WEST + 8500, NORTH - 300)

    def told(*shapes):
        wall = layer(tmp_path / "b.gpkg", *shapes)
        ground = surface(tmp_path, fields(), barriers=wall)
        return [one for one in ground.findings if "off" in one.code]

    assert told(inside, across) == []
    (said,) = told(away, pool)
    assert (said.code, said.severity) == ("surface-barriers-off", "warning")
    assert said.message("en").startswith("all barriers lie off the surface (2)")
    (said,) = told(inside, across, away, pool)
    assert (said.code, said.severity) == ("surface-barriers-partly-off", "note")
    assert dict(said.facts) == {"count": "2", "shapes": "4", "partly": "1"}


def test_barriers_are_lines_and_areas_of_one_file_and_other_rows_are_told(tmp_path):
    wall = shape([(900, 0), (900, 900)])
    pool = shapely.box(WEST + 200, NORTH - 600, WEST + 500, NORTH - 300)
    plot = shapely.box(WEST, NORTH - 9, WEST + 9, NORTH)
    path = layer(tmp_path / "b.gpkg", wall, pool, shapely.Point(WEST, NORTH), plot, None)
    read = read_barriers(path, region())
    assert (len(read.lines), len(read.areas)) == (1, 2)
    (rows,) = read.rows
    assert (rows.read, rows.used, rows.repaired, rows.excluded) == (5, 3, 0, 2)
    assert [found.row for found in read.findings if found.code == "surface-barrier-row"] == [3, 5]
    with pytest.raises(InputError) as caught:
        read_barriers(layer(tmp_path / "p.gpkg", shapely.Point(WEST, NORTH)), region())
    assert caught.value.code == "surface-barriers-none"
    torn = np.add([(0, 0), (900, 900), (900, 0), (0, 800), (0, 0)], (WEST, NORTH))
    with pytest.raises(InputError) as caught:
        read_barriers(layer(tmp_path / "t.gpkg", shapely.Polygon(torn)), region())
    assert caught.value.code == "polygon-broken"


def test_barriers_in_another_datum_are_moved_to_where_they_are(tmp_path):
    wall = gpd.GeoSeries([shape([(900, 0), (900, 900)])], crs=CRS).to_crs(4326)
    x, y = convert_datum(*shapely.get_coordinates(wall[0]).T, source="wgs84", target="gcj02")
    shifted = gpd.GeoSeries([shapely.LineString(np.column_stack((x, y)))], crs=4326)
    path = tmp_path / "b.gpkg"
    shifted.to_file(path, driver="GPKG")
    (right,) = read_barriers(path, region(), datum="gcj02").lines
    (wrong,) = read_barriers(path, region()).lines
    true = shape([(900, 0), (900, 900)])
    assert shapely.hausdorff_distance(right, true) < 0.01
    assert shapely.hausdorff_distance(wrong, true) > 100


def test_barriers_far_away_play_no_part(tmp_path):
    wall = layer(tmp_path / "b.gpkg", shape([(90_000, 0), (90_000, 900)]))
    ground = surface(tmp_path, fields(), barriers=wall)
    assert ground.fences is None
    assert ground.terrain.barred is None


# Ferries


def ferries(folder, x0, x1, y=1050, minutes=6):
    import pyproj  # noqa: PLC0415 - for this table alone

    back = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True)
    (a, b), (c, d) = (back.transform(WEST + x, NORTH - y) for x in (x0, x1))
    path = folder / "ferries.csv"
    path.write_text(
        "name,from_x,from_y,to_x,to_y,minutes,wait_minutes\n"
        f"渡口,{a:.7f},{b:.7f},{c:.7f},{d:.7f},{minutes},4\n",
        encoding="utf8",
    )
    return path


def test_a_ferry_links_both_banks_both_ways(tmp_path):
    cells = fields()
    cells[:, 8:12] = 9
    road = shape([(0, 1050), (750, 1050)])
    other = shape([(1250, 1050), (2000, 1050)])
    network = network_of(tmp_path, road, other, ferries=ferries(tmp_path, 750, 1250))
    ground = surface(tmp_path, cells, network)
    assert minutes(ground, 750, 1050)[10, 12] == pytest.approx(10)
    assert minutes(ground, 1250, 1050)[10, 7] == pytest.approx(10)
    links = ground.terrain.links
    assert sorted(map(tuple, np.hstack((links.tail, links.head)).tolist())) == [
        (10, 7, 10, 12),
        (10, 12, 10, 7),
    ]
    said = dict(one(ground, "surface-ferries").facts)
    assert said == {"used": "1", "all": "1", "walked": "0"}
    edges, shut = network.edges, np.zeros(len(network.edges), bool)
    on_foot = replace(network, edges=replace(edges, forward=shut, backward=shut, cycle=shut))
    for mode in ("walk", "cycle", "drive", "none"):
        boat = surface(tmp_path, cells, on_foot, roads=mode)
        assert minutes(boat, 750, 1050)[10, 12] == pytest.approx(10), mode
    still = surface(tmp_path, cells, network_at(network, sailing=False))
    assert still.terrain.links is None
    assert dict(one(still, "surface-ferries").facts)["used"] == "0"


def test_a_quay_in_the_water_is_reached_by_its_leg_or_on_foot(tmp_path):
    cells = fields()
    cells[:, 8:12] = 9
    road = shape([(0, 1050), (750, 1050)])
    other = shape([(1250, 1050), (2000, 1050)])
    network = network_of(tmp_path, road, other, ferries=ferries(tmp_path, 870, 1130))
    ground = surface(tmp_path, cells, network)
    assert ground.road[10, 8]  # the leg from road to quay
    assert ground.road[10, 11]
    assert minutes(ground, 750, 1050)[10, 12] == pytest.approx(10 + 2 * WALK, rel=0.01)
    bare = surface(tmp_path, cells, network, roads="none")
    walk = (np.hypot(120, 0) * 2) * 0.06 / 4.8
    assert minutes(bare, 750, 1050)[10, 12] == pytest.approx(10 + walk, rel=0.01)
    assert dict(one(bare, "surface-ferries").facts)["walked"] == "1"


def test_a_ferry_that_lands_nowhere_is_told(tmp_path):
    cells = fields()
    cells[:, 8:] = 9
    road = shape([(0, 1050), (750, 1050)])
    network = network_of(tmp_path, road, ferries=ferries(tmp_path, 750, 1650), snap_m=50)
    ground = surface(tmp_path, cells, network)
    assert ground.terrain.links is None
    said = one(ground, "surface-ferry-off")
    assert (said.value, said.file, said.row) == ("渡口", "ferries.csv", 2)
    assert "surface-no-network" not in codes(ground)


# What holds whatever is drawn


def drawn(low, high):
    spots = st.tuples(st.integers(low, high), st.integers(low, high))
    return st.lists(spots, min_size=2, max_size=5, unique=True).map(shape)


lines, roads_within = drawn(-300, 2300), drawn(1, 1999)
slowly = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@slowly
@given(
    seed=st.integers(0, 999),
    first=st.lists(lines, min_size=1, max_size=3),
    added=lines,
    barrier=st.lists(lines, max_size=2),
    neighbours=st.sampled_from([8, 16]),
    mode=st.sampled_from(["walk", "drive"]),
    kind=st.sampled_from(["living_street", "footway"]),
)
def test_adding_a_road_never_slows_anyone(  # noqa: PLR0913, PLR0917 - what is drawn
    seed, first, added, barrier, neighbours, mode, kind
):
    draw = np.random.default_rng(seed)
    land = draw.choice([0.0, 1.0, 9.5, 15.0, np.nan], GRID.shape, p=[0.2, 0.1, 0.4, 0.2, 0.1])
    height = draw.normal(100, 12, GRID.shape)
    told = {"lines": barrier, "height": height, "neighbours": neighbours, "roads": mode}
    fewer, more = (roads(*drawn, kind=kind) for drawn in (first, [*first, added]))
    assume(len(more.edges) > len(fewer.edges))  # and no ends that meet no longer meet the rest
    before, after = (put_together(land, network=one, **told) for one in (fewer, more))
    for row, column in draw.integers(0, SIDE, (3, 2)).tolist():
        slow, quick = (reached(one, row, column) for one in (before, after))
        assert (quick <= slow + 1e-6).all()


def mixed(walked, driven):
    """Ways open to walkers alone, and 5 km/h to all, which is little more than they walk."""
    lines = [*walked, *driven]
    kinds = ["footway"] * len(walked) + ["living_street"] * len(driven)
    return network_from_lines(
        gpd.GeoDataFrame({"highway": kinds}, geometry=lines, crs=CRS),
        speeds=MappingProxyType({"living_street": 5.0}),
    )


@slowly
@given(
    seed=st.integers(0, 999),
    ways=st.tuples(st.lists(lines, max_size=2), st.lists(lines, max_size=2)),
    added=st.tuples(st.sampled_from([0, 1]), st.none() | lines),
    barrier=st.tuples(st.lists(lines, max_size=2), st.integers(0, 150)),
    told=st.fixed_dictionaries({
        "neighbours": st.sampled_from([8, 16]),
        "roads": st.sampled_from(["walk", "cycle", "drive"]),
        "slope": st.sampled_from(["none", "tobler", "langmuir"]),
        "direction": st.sampled_from(["to", "from"]),
    }),
)  # fmt: skip
def test_adding_a_way_slows_nobody_who_walks_one_and_drives_another(
    seed, ways, added, barrier, told
):
    draw = np.random.default_rng(seed)
    land = draw.choice([0.0, 1.0, 4.5, 9.5, np.nan], GRID.shape, p=[0.2, 0.2, 0.4, 0.1, 0.1])
    height = draw.normal(100, 12, GRID.shape)
    shut, half_m = barrier
    shut = {"areas": [one.buffer(half_m) for one in shut]} if half_m else {"lines": shut}
    new = [[*some] for some in ways]
    kind, line = added
    assume(ways[0] or ways[1])
    assume(line or ways[1 - kind])
    new[kind].append(line or ways[1 - kind][0])  # where one is driven another one is walked
    fewer, more = mixed(*ways), mixed(*new)
    assume(len(more.edges) > len(fewer.edges))  # and no ends that meet no longer meet the rest
    before, after = (
        put_together(land, network=one, height=height, **shut, **told) for one in (fewer, more)
    )
    for row, column in draw.integers(0, SIDE, (3, 2)).tolist():
        slow, quick = (reached(one, row, column) for one in (before, after))
        assert (quick <= slow + 1e-6).all()


def slope_of(rise_m, ways, *, direction="from", **told):
    """A slope that rises to the right, by so many metres a cell, with ways along its middle."""
    height = np.tile(np.arange(SIDE) * float(rise_m), (SIDE, 1))
    return put_together(
        network=ways, height=height, roads="drive", slope="tobler", direction=direction, **told
    )


def test_one_walks_downhill_on_a_path_where_driving_is_hardly_faster_and_drives_uphill():
    middle = shape([(50, 1050), (1950, 1050)])
    path, road, both = mixed([middle], []), mixed([], [middle]), mixed([middle], [middle])
    tobler = {-1: np.exp(-3.5 * 0.05), 1: np.exp(3.5 * 0.05)}  # at a slope of 5 %
    for side, factor in tobler.items():
        begin, end = (10, 1), (10, 18)
        walked, driven, free = (
            search(slope_of(5 * side, ways).terrain, [begin]).minutes[end]
            for ways in (path, road, both)
        )
        assert walked == pytest.approx(17 * WALK * factor)
        assert driven == pytest.approx(17 * 0.06 * CELL / 5.0)
        assert free == pytest.approx(min(walked, driven))


def test_a_walked_link_takes_the_slope_and_a_driven_one_does_not():
    def passage(*ends, minutes):
        return Passage(*(np.array([end]) for end in ends), np.array([minutes]))

    height = np.tile(np.arange(SIDE) * 10.0, (SIDE, 1))
    up, down = np.exp(3.5 * 0.1), np.exp(3.5 * (0.05 - 0.05))  # 10 % up and down
    none = Passage(np.empty(0, int), np.empty(0, int), np.empty(0))
    for kind, there, back in ((0, 8.0, 8.0), (1, 8 * up, 8 * down), (2, 8 * up, 8.0)):
        bridges = Bridges(*(passage(3, 5, minutes=8.0) if kind == at else none for at in range(3)))
        links = travelled.crossed(bridges, travelled.Hills(height, GRID, "tobler"))
        assert list(zip(*(one.tolist() for one in links[:2]), strict=True)) == [(3, 5), (5, 3)]
        np.testing.assert_allclose(links.minutes, [there, back])
        np.testing.assert_allclose(travelled.crossed(bridges, None).minutes, [8.0, 8.0])
    each = passage(3, 5, minutes=9.0), passage(5, 3, minutes=8.5), none
    np.testing.assert_allclose(
        travelled.crossed(Bridges(*each), travelled.Hills(height, GRID, "tobler")).minutes,
        [9.0, 8.5 * down],
    )


@slowly
@given(
    swing=st.integers(0, 300),
    wave=st.integers(200, 600),
    tilt=st.integers(-60, 60),
    widths=st.tuples(st.integers(2, 60), st.integers(3, 80), st.sampled_from([-1, 1])),
    bridge=st.integers(300, 1700),
    how=st.tuples(st.sampled_from(["line", "area", "water"]), st.sampled_from([8, 16])),
)
def test_a_river_leaks_nowhere_but_over_bridges(swing, wave, tilt, widths, bridge, how):
    (half_m, off_m, side), (kind, neighbours) = widths, how
    at = np.linspace(-1200, 3200, 120)

    def middle(x):
        return 1000 + swing * np.sin(x / wave) + tilt / 100 * (x - 1000)

    river = shape(zip(at, middle(at), strict=True))
    wet = river.buffer(half_m)
    bank = shapely.offset_curve(river, side * (half_m + off_m))
    assume(bank.geom_type == "LineString" and bank.is_simple)
    assume(shapely.distance(bank, wet) > 1)
    reach = half_m + 250
    over = shape([(bridge, middle(bridge) - reach), (bridge, middle(bridge) + reach)])
    assume(shapely.get_num_geometries(shapely.intersection(over, wet)) == 1)
    ends = shapely.points(over.coords)
    assume((shapely.distance(ends, wet) > 5).all())
    rows, columns = np.indices(GRID.shape)
    inside = shapely.contains_xy(wet, *GRID.centres(rows.ravel(), columns.ravel()).T)
    dry = ~inside.reshape(GRID.shape) if kind != "line" else np.ones(GRID.shape, bool)
    south = rows * 100 + 50 > np.interp(columns * 100 + 50, at, middle(at))
    assume((dry & south).any() and (dry & ~south).any())
    told = {"lines": [river]} if kind == "line" else {"areas": [wet]}
    for drawn, crossed in (([bank], False), ([bank, over], True)):
        network = roads(*drawn)
        if kind == "water":
            network = cut_at_water(network, wet, file="")
        made = put_together(network=network, neighbours=neighbours, **told)
        begin = np.argwhere(dry & south & made.road if crossed else dry & south)
        assume(len(begin))
        far = reached(made, *begin[len(begin) // 2].tolist())
        assert np.isfinite(far[dry & ~south]).any() == crossed


@slowly
@given(
    river=lines, road=roads_within, neighbours=st.sampled_from([8, 16]), half_m=st.integers(0, 80)
)
def test_a_road_is_whole_whatever_lies_around_it(river, road, neighbours, half_m):
    """All land is closed: only the road leads anywhere, and it leads from end to end."""
    network = roads(road)
    told = {"areas": [river.buffer(half_m)]} if half_m else {"lines": [river]}
    made = put_together(0.0, network=network, neighbours=neighbours, **told)
    cells = np.argwhere(made.road)
    assume(len(cells) > 1)
    far = reached(made, *cells[0].tolist())
    assert np.isfinite(far[made.road]).all()
    assert far[made.road].max() <= 2 * road.length * 0.06 / 4.8 + 4 * WALK


def test_bars_are_the_steps_whose_line_meets_the_barrier():
    """Every bit, held against shapely."""
    draw = np.random.default_rng(3)
    spots = draw.uniform(0, 2000, (9, 2))
    river = shape(spots)
    fences = make_fences([river], [], GRID)
    barred = bars(fences, slots(fences, GRID.shape), 16)
    rows, columns = np.indices(GRID.shape).reshape(2, -1)
    for k, (down, right) in enumerate(STEPS):
        there = (rows + down >= 0) & (rows + down < SIDE)
        there &= (columns + right >= 0) & (columns + right < SIDE)
        begin = GRID.centres(rows, columns)
        end = GRID.centres(rows + down, columns + right)
        meets = shapely.intersects(river, shapely.linestrings(np.stack((begin, end), axis=1)))
        bits = (barred[rows, columns] >> k & 1).astype(bool)
        np.testing.assert_array_equal(bits, meets & there)
