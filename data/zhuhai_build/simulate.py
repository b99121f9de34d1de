"""The simulated part, in order: water, villages, roads, ferries, facilities, records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhuhai_build.facilities import place_facilities
from zhuhai_build.islands import ferry_rows, lay_island_roads
from zhuhai_build.land import read_land, write_water
from zhuhai_build.records import write_records
from zhuhai_build.roads import lay_roads, road_features
from zhuhai_build.shelters import place_shelters
from zhuhai_build.sites import make_world
from zhuhai_build.tables import write_facilities
from zhuhai_build.villages import read_towns, settle_villages, village_rows
from zhuhai_build.write import write_csv, write_geojson

if TYPE_CHECKING:
    from pathlib import Path


def build_zhuhai(boundaries: Path, out: Path) -> None:
    """Write all simulated inputs of the study into ``out``, from the real boundaries."""
    out.mkdir(parents=True, exist_ok=True)
    write_water(out / "water.geojson")
    land = read_land(boundaries / "districts.geojson", out / "water.geojson")
    towns = read_towns(boundaries / "towns.csv")
    villages = settle_villages(boundaries / "places.csv", towns, land)
    write_csv(out / "villages.csv", village_rows(villages))
    mainland = lay_roads(villages, towns, land)
    islands = lay_island_roads(villages, land)
    write_geojson(out / "roads.geojson", road_features([mainland, *islands]))
    write_csv(out / "ferries.csv", ferry_rows(mainland, islands))
    world = make_world(land, towns, villages, [mainland, *islands])
    write_facilities([*place_shelters(world), *place_facilities(world)], out)
    write_records(villages, towns, out)
