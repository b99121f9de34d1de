"""The table of islands, by hand on a plane of metres.

The mainland is a street of 4 km at y = 0; islands lie north of it, 10 km apart, each with a street
of 1 km. People walk at 4.8 km/h: 80 m a minute. A crossing takes 20 minutes and 10 of waiting.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders import CRS, X0, Y0, clinic, facilities, places
from hypothesis import given, settings
from hypothesis import strategies as st

from gapmap.access import Access, Service, measure_access
from gapmap.islands import COLUMNS, measure_islands
from gapmap.islands.destinations import hospital_service
from gapmap.network import Network, network_at
from gapmap.network.assembly import assemble
from gapmap.network.ferries import Crossing
from gapmap.network.noding import ways_from_lines
from gapmap.network.rules import Tags

WALK = 80.0  # metres a minute
CROSSING, WAIT = 20.0, 10.0
FAR = 10_000.0
CORNER = np.array([X0, Y0])

MAINLAND = ((0, 0), (4000, 0))
NEAR, OUTER = ((0, FAR), (1000, FAR)), ((0, 2 * FAR), (1000, 2 * FAR))


def boat(
    start: tuple[float, float],
    end: tuple[float, float],
    name: str = "轮渡",
    first: dt.time | None = None,
    last: dt.time | None = None,
) -> Crossing:
    return Crossing(
        ends=(-1, -1),
        coords=np.array([start, end]) + CORNER,
        minutes=CROSSING,
        wait_minutes=WAIT,
        wait_basis="fixed",
        name=name,
        first_sailing=first,
        last_sailing=last,
    )


def network(streets: list, boats: list[Crossing]) -> Network:
    lines = np.array(
        [shapely.LineString(np.array(street) + CORNER) for street in streets], dtype=object
    )
    ways, _ = ways_from_lines(lines, [Tags(highway="residential")] * len(lines))
    return assemble(ways, crs=CRS, file="roads", snap_m=500, crossings=boats)


def world() -> Network:
    """The mainland, a near island with one boat, an outer one behind it, one that nobody serves."""
    streets = [MAINLAND, NEAR, OUTER, ((0, 3 * FAR), (1000, 3 * FAR))]
    boats = [
        boat((0, 0), (0, FAR), "陆—近", dt.time(7), dt.time(18)),
        boat((1000, FAR), (0, 2 * FAR), "近—外", dt.time(9), dt.time(0, 30)),
    ]
    return network(streets, boats)


VILLAGES = [
    {"x": 4000, "y": 0, "people": 9000, "setting": "urban"},
    {"x": 1000, "y": 0, "people": 500},
    {"x": 200, "y": FAR, "people": 100, "island": True},
    {"x": 600, "y": FAR, "people": 300, "island": True},
    {"x": 100, "y": 2 * FAR, "people": 50, "island": True},
    {"x": 500, "y": 3 * FAR, "people": 20, "island": True},
]
WALKING = clinic(30, mode="walk", unit="minutes")


def walking(name: str, *, limit: float = 30, unit: str = "minutes") -> Service:
    return replace(clinic(limit, mode="walk", unit=unit), id=name, speed_kmh=None)


def seen(
    villages: list[dict[str, object]] = VILLAGES,
    clinics: list[dict[str, object]] | None = None,
    roads: Network | None = None,
    services: tuple[Service, ...] = (walking("hospital"),),
) -> Access:
    given_clinics = [{"x": 3000, "y": 0}] if clinics is None else clinics
    rows = [{"service": services[0].id, **one} for one in given_clinics]
    names = tuple(service.id for service in services)
    return measure_access(
        places(villages), facilities(rows, services=names), roads or world(), services
    )


def rows(access: Access, kind: str = "hospital") -> pd.DataFrame:
    table = measure_islands(access).table
    return table[table["destination"] == kind].set_index("island_id")


def test_three_islands_with_their_people_boats_and_minutes() -> None:
    table = rows(seen())
    assert table.index.tolist() == ["p2", "p4", "p5"]  # the most people first
    assert table["kind"].tolist() == ["island"] * 3
    assert table["island"].tolist() == ["村3", "村4", "村5"]  # its most populous place
    assert table["people"].tolist() == [400, 50, 20]
    assert table["places"].tolist() == [2, 1, 1]
    assert table["terminals"].tolist() == [2, 1, 0]
    assert table["ferries"].tolist() == table["ferries_running"].tolist() == [2, 1, 0]
    assert table["ferry_names"].tolist() == ["陆—近; 近—外", "近—外", ""]
    assert table["first_sailing"].tolist() == ["07:00", "09:00", ""]
    assert table["last_sailing"].tolist() == ["00:30", "00:30", ""]  # after midnight is later
    walk = 3000 / WALK  # along the mainland to the hospital
    near = {at: at / WALK + WAIT + CROSSING + walk for at in (200, 600)}
    assert table["minutes_median"]["p2"] == pytest.approx(near[600])  # where most people live
    assert table["minutes_worst"]["p2"] == pytest.approx(near[600])
    outer = (100 + 1000) / WALK + 2 * (WAIT + CROSSING) + walk
    assert table["minutes_worst"]["p4"] == pytest.approx(outer)
    assert table["distance_m"]["p4"] == pytest.approx(4100 + FAR + np.hypot(1000, FAR))
    assert table.loc["p5", ["minutes_median", "minutes_worst", "distance_m"]].isna().all()
    assert table["places_unreachable"].tolist() == [0, 0, 1]
    assert table["on_island"].tolist()[:2] == [False, False]
    assert table["on_island"].isna()["p5"]


def test_the_nearest_on_the_island_and_the_nearest_on_the_mainland_are_both_told() -> None:
    table = rows(seen(clinics=[{"x": 3000, "y": 0}, {"x": 200, "y": FAR}]))
    near = table.loc["p2"]
    assert (near["nearest"], near["on_island"]) == ("站1", True)
    assert near["minutes_median"] == pytest.approx(400 / WALK)
    assert near["mainland_nearest"] == "站0"
    assert near["mainland_minutes_median"] == pytest.approx(600 / WALK + 30 + 3000 / WALK)
    outer = table.loc["p4"]
    assert (outer["nearest"], outer["on_island"]) == ("站1", False)
    assert outer["mainland_nearest"] == "站0"


def test_only_an_island_has_a_hospital() -> None:
    near = rows(seen(clinics=[{"x": 200, "y": FAR}])).loc["p2"]
    assert near["minutes_worst"] == pytest.approx(400 / WALK)
    assert pd.isna(near["mainland_minutes_worst"])
    assert (near["mainland_nearest"], near["places_unreachable"]) == ("", 2)


def test_a_town_is_an_urban_place_of_the_mainland_and_is_walked_to() -> None:
    table = rows(seen(), "town")
    assert table["mainland_nearest"].tolist() == ["一镇", "一镇", ""]
    assert table["mainland_minutes_worst"]["p2"] == pytest.approx(600 / WALK + 30 + 4000 / WALK)
    rural = [{**one, "setting": "rural"} for one in VILLAGES]
    fallback = rows(seen(rural), "town")  # every town's largest place
    assert fallback["mainland_minutes_worst"].equals(table["mainland_minutes_worst"])


def test_an_urban_place_on_the_island_is_its_town_but_not_the_mainlands() -> None:
    villages = [dict(one) for one in VILLAGES]
    villages[3]["setting"] = "urban"
    near = rows(seen(villages), "town").loc["p2"]
    assert near["on_island"]
    assert near["minutes_median"] == 0
    assert near["mainland_minutes_median"] == pytest.approx(600 / WALK + 30 + 4000 / WALK)


def test_on_a_day_without_sailings_nobody_gets_across_and_the_boats_are_still_listed() -> None:
    access = seen(roads=network_at(world(), sailing=False))
    table = rows(access)
    assert table["minutes_median"].isna().all()
    assert table["ferries"].tolist() == [2, 1, 0]
    assert table["ferries_running"].tolist() == [0, 0, 0]
    assert table["kind"].tolist() == ["island"] * 3
    assert table["places_unreachable"].tolist() == [2, 1, 1]
    lost = access.table[access.table["place_id"].isin(["p2", "p3", "p4", "p5"])]
    assert lost["reason"].tolist() == ["island_no_ferry"] * 4
    assert lost["distance_m"].isna().all()


def test_setting_out_before_the_first_boat_strands_the_outer_island_only() -> None:
    table = rows(seen(roads=network_at(world(), depart=dt.time(8))))
    assert table["minutes_worst"].notna().tolist() == [True, False, False]
    assert table["ferries_running"].tolist() == [1, 0, 0]


def test_a_hospital_is_a_service_called_so_or_the_highest_level_there_is() -> None:
    def chosen(*names: str) -> str | None:
        found = hospital_service([walking(name) for name in names])
        return None if found is None else found.id

    assert chosen("clinic", "town_hospital", "hospital") == "town_hospital"
    assert chosen("school", "health_station", "clinic") == "clinic"
    assert chosen("health_station", "school") == "health_station"
    assert chosen("school") is None
    without = measure_islands(seen(services=(walking("school"),))).table
    assert set(without["destination"]) == {"service", "town"}


def test_a_service_and_the_hospital_that_it_is_have_the_same_figures() -> None:
    table = measure_islands(seen(services=(walking("hospital"), walking("school")))).table
    assert (
        table.groupby("island_id")["destination"].apply(list).tolist()
        == [["service", "service", "town", "hospital"]] * 3
    )
    same = ["destination", "service"]
    service = table[(table["destination"] == "service") & (table["service"] == "hospital")]
    hospital = table[table["destination"] == "hospital"]
    pd.testing.assert_frame_equal(
        service.drop(columns=same).reset_index(drop=True),
        hospital.drop(columns=same).reset_index(drop=True),
    )


def test_the_ways_to_some_services_are_those_among_all() -> None:
    access = seen(services=(walking("hospital"), walking("school")))
    every, some = (measure_islands(access, services=one).places for one in (None, {"school"}))
    asked = (every["destination"] == "town") | (every["service"] == "school")
    assert set(some["destination"]) == {"town", "service"}
    pd.testing.assert_frame_equal(some, every[asked].reset_index(drop=True))


def test_time_is_made_small_whatever_the_limit_is_measured_in() -> None:
    """A long way round on land is quicker than a short boat that hardly ever goes."""
    streets = [MAINLAND, NEAR, ((4000, 0), (4000, FAR), (1000, FAR))]
    roads = network(streets[:1] + streets[1:2], [boat((0, 0), (0, FAR))])
    in_metres = rows(seen(roads=roads, services=(walking("hospital", limit=9, unit="m"),)))
    in_minutes = rows(seen(roads=roads))
    pd.testing.assert_frame_equal(in_metres, in_minutes)


def test_islands_of_the_input_that_roads_reach_or_that_join_nothing_are_not_lost() -> None:
    villages = [
        *VILLAGES,
        {"x": 2000, "y": 0, "people": 7, "island": True},
        {"x": 5000, "y": 7 * FAR, "people": 8, "island": True},
        {"x": None, "people": 9, "island": True, "town_id": "t9", "district_id": "d1"},
        {"x": 5000, "y": 6 * FAR, "people": 1},
    ]
    table = rows(seen(villages))
    assert table["kind"].tolist() == ["island"] * 3 + ["by_road"] + ["off_network"] * 2
    assert table.index.tolist()[3:] == ["p6", "p8", "p7"]
    assert table["minutes_worst"]["p6"] == pytest.approx(1000 / WALK)
    lost = table.loc[["p7", "p8"]]
    assert lost["places_unknown"].tolist() == [1, 1]
    assert lost["places_unreachable"].tolist() == [0, 0]
    assert lost[["minutes_median", "mainland_distance_m", "component"]].isna().all(axis=None)
    assert table["people"].sum() == 470 + 7 + 8 + 9


def test_a_road_that_is_joined_to_nothing_is_no_island() -> None:
    piece = ((9000, 0), (9500, 0))
    villages = [*VILLAGES, {"x": 9000, "y": 0, "people": 5}]
    roads = network([MAINLAND, NEAR, piece], [boat((0, 0), (0, FAR))])
    assert "p6" not in rows(seen(villages, roads=roads)).index
    villages[-1]["island"] = pd.NA  # nobody says that it is none
    table = rows(seen(villages, roads=roads))
    assert table.loc["p6", "kind"] == "cut_off"


def test_a_piece_without_places_stands_here_if_a_ferry_lands() -> None:
    roads = network([MAINLAND, NEAR, OUTER], [boat((0, 0), (0, FAR)), boat((0, 0), (0, 2 * FAR))])
    table = rows(seen(VILLAGES[:4], roads=roads))
    assert len(table) == 2
    empty = table.iloc[1]
    assert empty.name.startswith("quay@")
    assert (empty["places"], empty["people"], empty["ferries"]) == (0, 0, 1)
    assert empty["island"] == "轮渡"
    assert pd.isna(empty["minutes_median"])
    assert empty["places_unreachable"] == 0


def test_the_mainland_is_the_main_piece_of_the_network_wherever_people_live() -> None:
    crowded = [dict(one) for one in VILLAGES]
    crowded[2]["people"] = 90_000
    access = seen(crowded)
    table = rows(access)
    assert table.index.tolist() == ["p2", "p4", "p5"]
    assert table["kind"].tolist() == ["island"] * 3
    storm = seen(crowded, roads=network_at(world(), sailing=False))
    for made in (access, storm):
        main = made.pieces.loc[made.pieces["is_main"].fillna(value=False), "piece"].tolist()
        stand = made.table.set_index("place_id")["component"]
        assert main == [stand["p0"]]
    # in a storm every island is a piece of its own: none of them is the main one
    assert not rows(storm)["component"].isin(main).any()
    nobody = [{**one, "people": np.nan} for one in VILLAGES]
    table = rows(seen(nobody))
    assert table.index.tolist() == ["p2", "p4", "p5"]
    assert table["places_without_people"].tolist() == [2, 1, 1]
    # each place counts 1: the median of both
    both = [at / WALK + 30 + 3000 / WALK for at in (200, 600)]
    assert table["minutes_median"]["p2"] == pytest.approx(sum(both) / 2)


def test_a_road_that_is_drawn_five_times_on_an_island_makes_it_no_mainland() -> None:
    roads = network([MAINLAND, *[NEAR] * 5], [boat((0, 0), (0, FAR))])
    assert rows(seen(VILLAGES[:4], roads=roads)).index.tolist() == ["p2"]


def test_where_nothing_counts_nobody_is_told_to_reach_nothing() -> None:
    services = (walking("hospital"), walking("school"))
    table = measure_islands(seen(services=services))
    told = table.table.set_index(["island_id", "destination", "service"])
    school = told.xs(("service", "school"), level=("destination", "service"))
    assert school["no_facility"].all()
    assert school["places_unreachable"].tolist() == [0, 0, 0]
    assert school.filter(like="minutes").isna().all(axis=None)
    others = told[told.index.get_level_values("service") != "school"]
    assert not others["no_facility"].any()
    hospital = told.xs(("service", "hospital"), level=("destination", "service"))
    assert hospital["places_unreachable"].tolist() == [0, 0, 1]


def test_without_any_town_no_town_is_out_of_reach() -> None:
    rural = [{**one, "setting": "rural", "town_id": "", "town": ""} for one in VILLAGES]
    table = rows(seen(rural), "town")
    assert table["no_facility"].all()
    assert table["places_unreachable"].tolist() == [0, 0, 0]


def test_without_a_network_or_places_nothing_is_known() -> None:
    clinics = facilities([{"x": 0, "y": 0}])
    for access in (
        measure_access(places(VILLAGES), clinics, None, [WALKING]),
        measure_access(places(VILLAGES[:2]), clinics, network([MAINLAND], []), [WALKING]),
    ):
        islands = measure_islands(access)
        assert list(islands.table.columns) == list(COLUMNS)
        assert len(islands.table) == len(islands.places) == 0


def test_straight_lines_have_no_minutes_of_a_ferry() -> None:
    service = replace(clinic(30, mode="straight"), id="hospital", speed_kmh=None)
    table = rows(seen(services=(service,)))
    assert table["mode"].tolist() == ["straight"] * 3
    assert table["minutes_median"].isna().all()
    assert table["distance_m"]["p4"] == pytest.approx(np.hypot(2900, 2 * FAR))


def test_figures_of_places_are_those_of_access() -> None:
    access = seen()
    islands = measure_islands(access)
    held = islands.places[islands.places["destination"] == "service"].set_index("place_id")
    same = access.table.set_index("place_id").loc[held.index]
    np.testing.assert_allclose(held["minutes"], same["minutes"])
    assert held["nearest"].tolist() == same["facility"].tolist()
    assert held["state"].tolist() == ["reached"] * 3 + ["unreachable"]


@given(st.permutations(range(len(VILLAGES))), st.permutations(range(4)), st.data())
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_changes_nothing(order, streets, data) -> None:
    named = [{**one, "place_id": f"p{at}", "place": f"村{at}"} for at, one in enumerate(VILLAGES)]
    lines = [MAINLAND, NEAR, OUTER, ((0, 3 * FAR), (1000, 3 * FAR))]
    boats = [boat((0, 0), (0, FAR), "a"), boat((1000, FAR), (0, 2 * FAR), "b")]
    turn = data.draw(st.booleans())
    mixed = network([lines[at] for at in streets], boats[::-1] if turn else boats)
    clinics = [{"x": 3000, "y": 0, "facility_id": "f0"}, {"x": 0, "y": FAR, "facility_id": "f1"}]
    one = rows(seen([named[at] for at in order], clinics, mixed))
    other = rows(seen(named, clinics, network(lines, boats)))
    left_out = ["ferry_names", "component"]
    pd.testing.assert_frame_equal(one.drop(columns=left_out), other.drop(columns=left_out))


@given(
    st.lists(
        st.tuples(st.floats(0, 4000), st.sampled_from([0.0, FAR, 2 * FAR])), min_size=1, max_size=6
    )
)
@settings(max_examples=25, deadline=None)
def test_the_mainlands_nearest_is_never_nearer_than_the_nearest_at_all(spots) -> None:
    clinics = [{"x": min(x, 1000) if y else x, "y": y} for x, y in spots]
    islands = measure_islands(seen(clinics=clinics))
    held = islands.places[islands.places["destination"] == "hospital"]
    both = held[held["mainland_state"] == "reached"]
    assert (both["minutes"] <= both["mainland_minutes"] + 1e-9).all()
    assert not ((held["state"] == "unreachable") & (held["mainland_state"] == "reached")).any()
    on_mainland = [one for one in clinics if one["y"] == 0]
    alone = measure_islands(seen(clinics=on_mainland)).places
    alone = alone[alone["destination"] == "hospital"]
    np.testing.assert_allclose(
        held["mainland_minutes"].to_numpy(float), alone["minutes"].to_numpy(float)
    )


def test_no_table_that_was_given_is_written_into() -> None:
    access = seen()
    before = access.places.table.copy(), access.facilities.table.copy(), access.table.copy()
    measure_islands(access)
    for was, now in zip(
        before, (access.places.table, access.facilities.table, access.table), strict=True
    ):
        assert isinstance(now, gpd.GeoDataFrame | pd.DataFrame)
        pd.testing.assert_frame_equal(pd.DataFrame(was), pd.DataFrame(now))
