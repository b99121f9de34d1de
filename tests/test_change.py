"""The split of a change in covered people: hand-computed toys, exact sums, symmetry, additivity."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from network_reference import network_of

from gapmap.access import Access, Service, measure_access
from gapmap.assessment import assess
from gapmap.change import CAUSES, causes, compare_states
from gapmap.change.named import made_ids
from gapmap.change.shapley import in_parts, shapley
from gapmap.errors import InputError, MethodError
from gapmap.facilities import Facilities, facilities_at
from gapmap.places import Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.network import Network

EARLY, LATE = dt.date(2012, 12, 31), dt.date(2014, 12, 31)
STOP = Service(id="stop", name={"zh": "站", "en": "stop"}, mode="straight", limit=500.0)
# id, metres to the east of the toy city's corner, people; the districts meet at 5,000
VILLAGES = [("p1", 1_000, 100), ("p2", 3_000, 200), ("p3", 6_000, 400), ("p4", 9_000, 800)]


def places(rows: Sequence[tuple[str, float, float | None]] = VILLAGES) -> Places:
    west = [east > 5_000 for _, east, _ in rows]
    table = gpd.GeoDataFrame(
        {
            "place_id": [row[0] for row in rows],
            "place": [f"village {row[0]}" for row in rows],
            "town_id": ["t3" if one else "t1" for one in west],
            "town": ["three" if one else "one" for one in west],
            "district_id": ["440403" if one else "440402" for one in west],
            "district": ["Doumen" if one else "Xiangzhou" for one in west],
            "plan_district": "",
            "setting": ["rural" if one else "urban" for one in west],
            "people": [np.nan if row[2] is None else float(row[2]) for row in rows],
            "people_elderly": [0.0 if row[2] is None else row[2] // 10 for row in rows],
            "island": pd.array([False] * len(rows), dtype="boolean"),
            "position": "ok",
            "file": "places.csv",
            "row": range(2, len(rows) + 2),
        },
        geometry=[shapely.Point(toys.X0 + row[1], toys.Y0 + 1_000) for row in rows],
        crs=toys.CRS,
    )
    return Places(table=table, region=toys.region(), groups=("elderly",))


def listed(*rows: dict[str, object], date: dt.date = EARLY) -> Facilities:
    """Give a list of facilities; a row needs ``id`` and ``at``, metres to the east."""
    table = gpd.GeoDataFrame(
        {
            "facility_id": [row["id"] for row in rows],
            "facility": [row.get("name", f"stop {row['id']}") for row in rows],
            "service": [row.get("service", "stop") for row in rows],
            "opened": pd.to_datetime([row.get("opened") for row in rows]).astype("datetime64[s]"),
            "closed": pd.to_datetime([row.get("closed") for row in rows]).astype("datetime64[s]"),
            "status": [row.get("status", "") for row in rows],
            "in_use": [row.get("in_use", "yes") for row in rows],
            "floor_area_m2": np.nan,
            "capacity": np.nan,
            "level": "",
            "qualifies": [row.get("qualifies", "yes") for row in rows],
            "failed": ["" if row.get("qualifies", "yes") == "yes" else "area" for row in rows],
            "counts": "yes",
            **dict.fromkeys(("place_id", "town_id", "district_id", "plan_district"), ""),
            "place_basis": "",
            "belongs": "",
            "position": "ok",
            "file": "stops.csv",
            "row": pd.array(range(2, len(rows) + 2), dtype="Int64"),
        },
        geometry=[shapely.Point(toys.X0 + float(str(row["at"])), toys.Y0 + 1_000) for row in rows],
        crs=toys.CRS,
    )
    made = Facilities(table=table, date=date, services=("stop",))
    return facilities_at(made, date)


def measured(facilities: Facilities, where: Places | None = None, *services: Service) -> Access:
    return measure_access(where or places(), facilities, None, services or (STOP,))


def city(a: Access, b: Access) -> dict[str, float]:
    """Give what each cause adds in the city; a cause that differs and adds nothing is 0."""
    return in_city(causes(a, b).table, "stop")


def in_city(table: pd.DataFrame, service: str) -> dict[str, float]:
    rows = table[(table["group_kind"] == "city") & (table["service"] == service)]
    assert list(rows["cause"]) == list(CAUSES)
    change = rows["people_covered_b"].iloc[0] - rows["people_covered_a"].iloc[0]
    assert round(rows["people"].sum() - change, 9) == 0
    told = rows[rows["differs"]]
    return dict(zip(told["cause"], told["people"], strict=True))


OLD = {"id": "s1", "at": 1_000, "opened": "2010-01-01"}


CASES = [
        # opened in between, by the list of that time
        ([OLD], [OLD, {"id": "s2", "at": 6_000, "opened": "2013-05-01"}], {"new": 400}),
        # the day after the earlier date, and the later date itself
        ([], [{"id": "s2", "at": 6_000, "opened": "2013-01-01"}], {"new": 400}),
        ([], [{"id": "s2", "at": 6_000, "opened": "2014-12-31"}], {"new": 400}),
        # the earlier date itself: it stood already, and the earlier list had forgotten it
        ([OLD], [OLD, {"id": "s2", "at": 6_000, "opened": "2012-12-31"}], {"corrections": 400}),
        ([OLD], [OLD, {"id": "s2", "at": 6_000}], {"corrections": 400}),
        # closed in between, by the later list; known beforehand; and by its status
        ([OLD], [OLD | {"closed": "2013-05-01"}], {"closed": -100}),
        ([OLD | {"closed": "2013-05-01"}], [], {"closed": -100}),
        ([OLD], [OLD | {"in_use": "no", "status": "停用"}], {"closed": -100}),
        ([OLD | {"in_use": "no", "status": "停用"}], [OLD], {"new": 100}),
        # taken off the list without a date
        ([OLD], [], {"corrections": -100}),
        # said to have closed before the earlier date after all
        ([OLD], [OLD | {"closed": "2012-05-01"}], {"corrections": -100}),
        # said to open later after all
        ([OLD], [OLD | {"opened": "2016-01-01"}], {"corrections": -100}),
        # moved to another village; measured again
        ([OLD], [OLD | {"at": 6_000}], {"corrections": 300}),
        ([OLD | {"qualifies": "no"}], [OLD], {"corrections": 100}),
        # opened and moved before anybody counted it: new, and nothing else
        (
            [{"id": "s2", "at": 9_000, "opened": "2013-05-01"}],
            [{"id": "s2", "at": 6_000, "opened": "2013-05-01"}],
            {"new": 400},
        ),
        # closed, and out of reach of everybody: it differs, and adds nothing
        ([OLD | {"at": 8_000}], [OLD | {"at": 8_000, "closed": "2013-05-01"}], {"closed": 0}),
        ([OLD], [OLD], {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def case_table() -> pd.DataFrame:
    """Split all cases at once, each a service of its own."""
    services = [replace(STOP, id=f"case{n}") for n in range(len(CASES))]
    states = []
    for side, date in enumerate((EARLY, LATE)):
        rows = [row | {"service": f"case{n}"} for n, case in enumerate(CASES) for row in case[side]]
        states.append(measured(listed(*rows, date=date), None, *services))
    return causes(*states).table


@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_facility_has_one_cause(case_table: pd.DataFrame, number: int) -> None:
    assert in_city(case_table, f"case{number}") == CASES[number][2]


def test_people_places_and_rules_alone() -> None:
    here = listed(OLD, {"id": "s3", "at": 6_000})
    a = measured(here)
    more = [("p1", 1_000, 150), *VILLAGES[1:]]
    assert city(a, measured(here, places(more))) == {"people": 50}
    assert city(a, measured(here, places([*VILLAGES, ("p5", 6_300, 7)]))) == {"people": 7}
    assert city(a, measured(here, places(VILLAGES[1:]))) == {"people": -100}
    unknown = [("p1", 1_000, None), *VILLAGES[1:]]
    assert city(measured(here, places(unknown)), a) == {"people": 100}
    moved = [("p1", 3_000, 100), *VILLAGES[1:]]
    assert city(a, measured(here, places(moved))) == {"corrections": -100}
    wider = replace(STOP, limit=3_000.0)
    assert city(a, measured(here, None, wider)) == {"rules": 1_000}
    renamed = replace(STOP, source="another standard", name={"en": "halt"})
    assert city(a, measured(here, None, renamed)) == {}


def test_two_causes_that_need_each_other_share_by_halves() -> None:
    """A stop 1,000 m from p4 opens, and the limit grows to 1,000 m: only both reach its 800."""
    a = measured(listed(OLD))
    opened = {"id": "s2", "at": 8_000, "opened": "2013-05-01"}
    b = measured(listed(OLD, opened, date=LATE), None, replace(STOP, limit=1_000.0))
    split = causes(a, b)
    assert in_city(split.table, "stop") == {"new": 400, "rules": 400}
    told = split.places.iloc[0]
    assert (told["place_id"], told["cause"], told["jointly"]) == ("p4", "new", "new+rules")
    assert (told["responsible_facility_id"], told["responsible_facility"]) == ("s2", "stop s2")


def test_three_causes_and_one_that_brings_more() -> None:
    """By hand, over the six orders of new, people and rules.

    p4 (800, later 1,400) is reached by the new stop only within the wider limit; 800 more are
    counted or not. v(new, rules) = 800, v(new, rules, people) = 1,400, all others 0.
    new: orders in which both others come first 2/6 x 1,400, rules alone first 1/6 x 800.
    """
    a = measured(listed(OLD))
    opened = {"id": "s2", "at": 8_000, "opened": "2013-05-01"}
    grown = places([*VILLAGES[:3], ("p4", 9_000, 1_400)])
    b = measured(listed(OLD, opened, date=LATE), grown, replace(STOP, limit=1_000.0))
    by_hand = 1_400 * 2 / 6 + 800 / 6
    assert city(a, b) == {"new": 600, "people": 200, "rules": 600}
    assert by_hand == 600


ROUND = [(1_000, 1_000), (1_000, 4_000), (3_000, 4_000), (3_000, 1_000)]


def ways(*rows: Sequence[int], walk_kmh: float = 4.8) -> Network:
    xy = [(toys.X0 + x, toys.Y0 + y) for x, y in ROUND]
    return network_of(xy, rows, speeds={"walk": walk_kmh}, snap_m=200.0)


def test_roads_alone_and_with_speeds() -> None:
    """p2 is 8,000 m from the stop at p1 by the road around, and 2,000 m by the bridge."""
    on_foot = replace(STOP, mode="walk", limit=2_500.0)
    before, bridge = ways([0, 1, 2, 3]), ways([0, 1, 2, 3], [0, 3])
    a, b = (measure_access(places(), listed(OLD), net, (on_foot,)) for net in (before, bridge))
    assert city(a, b) == {"roads": 200}
    again = measure_access(places(), listed(OLD), ways([0, 1, 2, 3]), (on_foot,))
    assert city(a, again) == {}
    in_time = replace(on_foot, limit=20.0, limit_unit="minutes")
    faster = ways([0, 1, 2, 3], [0, 3], walk_kmh=8.0)
    slow, slow_bridge, fast_bridge = (
        measure_access(places(), listed(OLD), net, (in_time,)) for net in (before, bridge, faster)
    )
    assert city(slow, fast_bridge) == {"roads": 100, "rules": 100}
    assert city(slow_bridge, fast_bridge) == {"rules": 200}
    table = causes(slow, fast_bridge).table.iloc[0]
    assert table["people_unknown_a"] == table["people_unknown_b"] == 1_200  # off the network


def test_of_two_stops_that_close_the_nearest_is_responsible() -> None:
    two = [OLD, {"id": "s2", "at": 1_200, "opened": "2010-01-01"}]
    gone = [one | {"closed": "2013-01-15"} for one in two]
    told = causes(measured(listed(*two)), measured(listed(*gone, date=LATE))).places
    assert told.to_dict("records") == [
        {"place_id": "p1", "service": "stop", "cause": "closed", "jointly": "",
         "responsible_facility_id": "s1", "responsible_facility": "stop s1"}
    ]  # fmt: skip


def test_a_what_if_opens_and_closes() -> None:
    base = listed(OLD, {"id": "s3", "at": 6_000, "qualifies": "no"}, date=LATE)
    table = base.table.copy()
    table.loc[table["facility_id"] == "s1", "counts"] = "no"
    table.loc[table["facility_id"] == "s3", "qualifies"] = "yes"
    added = table.iloc[[0]].assign(facility_id="stop@p4", counts="yes", row=pd.NA)
    added = added.set_geometry([shapely.Point(toys.X0 + 9_000, toys.Y0 + 1_000)], crs=toys.CRS)
    table = gpd.GeoDataFrame(pd.concat([table, added.astype(table.dtypes)], ignore_index=True))
    a, b = measured(base), measured(replace(base, table=table))
    assert city(a, b) == {"new": 1_200, "closed": -100}
    assert city(b, a) == {"new": 100, "closed": -1_200}


def test_ids_that_gapmap_made_are_matched_by_name_and_position() -> None:
    """The later file has a new first row: all made ids are one off."""
    rows = [
        {"id": "stops-2", "at": 1_000, "name": "a"},
        {"id": "stops-3", "at": 6_000, "name": "b"},
    ]
    new = {"id": "stops-2", "at": 9_000, "name": "c", "opened": "2014-01-01"}
    later = [new, *(row | {"id": f"stops-{n}"} for n, row in enumerate(rows, start=3))]
    a, b = measured(listed(*rows)), measured(listed(*later, date=LATE))
    told = causes(a, b)
    assert in_city(told.table, "stop") == {"new": 800}
    assert [one.code for one in told.findings] == ["change-ids-made"]


def renamed(where: Places, ids: list[str], rows: list[int]) -> Places:
    table = where.table.iloc[rows].reset_index(drop=True).assign(place_id=ids)
    return replace(where, table=gpd.GeoDataFrame(table, crs=toys.CRS))


def test_places_whose_id_gapmap_made_are_matched_by_name() -> None:
    """The later file has a new first row: all made ids are one off, and nothing else changed."""
    whole = places()
    size = len(whole.table)
    early = renamed(whole, [f"row-{n}" for n in range(2, size + 1)], [*range(1, size)])
    late = renamed(whole, [f"row-{n}" for n in range(2, size + 2)], [*range(size)])
    stops = listed(OLD | {"at": 6_000})
    a, b = measured(stops, early), measured(stops, late)
    told = compare_states(a, b)
    assert in_city(told.causes, "stop") == {"people": 0}  # of whom nobody is covered
    assert list(told.places["why"]) == ["only_b"]
    assert list(told.places["place"]) == [whole.table["place"].iloc[0]]
    (note,) = told.findings
    assert note.code == "change-place-ids-made"
    assert note.message("en").endswith("found in one state alone: 1")
    same = compare_states(
        b, measured(stops, renamed(whole, [*late.table["place_id"]], [*range(size)]))
    )
    assert (len(same.places), same.findings) == (0, ())


def test_names_that_several_places_share_are_matched_in_order_or_not_at_all() -> None:
    columns = {"place": ["x", "x", "y"], "town": "", "district": np.nan}
    one = pd.DataFrame({"place_id": ["row-2", "row-3", "row-4"], "people": [1, 2, 3], **columns})
    other = one.assign(place_id=["row-3", "row-4", "own"])
    assert made_ids(one, other) == {"row-3": "row-2", "row-4": "row-3"}
    exchanged = other.assign(people=[2, 1, 3])
    assert made_ids(one, exchanged) == {"row-3": "row-3~", "row-4": "row-4~"}
    other = one.assign(place_id=["row-3", "own", "row-9~"])
    assert made_ids(one, other) == {"row-3": "row-3~", "row-9~": "row-4"}


def test_a_place_without_id_and_name_is_not_known_by_its_row() -> None:
    columns = {"town": "row-7", "district": "d"}
    one = pd.DataFrame(
        {"place_id": ["row-2", "p"], "place": ["row-2", "p"], "people": 5, **columns}
    )
    assert made_ids(one, one.iloc[::-1]) == {}
    longer = pd.DataFrame({"place_id": ["row-2", "row-3"], "place": ["row-2", "row-3"],
                           "people": [6, 5], **columns})  # fmt: skip
    assert made_ids(one, longer) == {"row-2": "row-2~", "row-3": "row-3"}
    again = longer.iloc[1:].assign(town="row-8")
    assert made_ids(one, again) == {"row-3": "row-2"}
    assert made_ids(one, again.assign(people=6)) == {"row-3": "row-3"}


def test_districts_and_towns_whose_id_gapmap_made_are_matched_by_name() -> None:
    """The later lists of areas have another first row: made ids are one off."""

    def state(first: int, where: Places) -> Access:
        ids = {"one": f"row-{first}", "three": f"row-{first + 1}"}
        districts = {"Xiangzhou": f"row-{first}", "Doumen": f"row-{first + 1}"}
        table = where.table
        table = table.assign(
            town_id=table["town"].map(ids), district_id=table["district"].map(districts)
        )
        region = replace(where.region, groups={"west": (districts["Doumen"],)})
        return measured(listed(OLD), replace(where, table=table, region=region))

    a = state(2, places())
    b = state(3, places([("p0", 900, 7), *VILLAGES]))
    told = compare_states(a, b)
    city = told.coverage[told.coverage["group_kind"].isin(["district", "town", "group"])]
    rows = city.set_index(["group_kind", "group"])
    assert len(rows) == 6
    assert rows.loc[("town", "one"), "people_covered_difference"] == 7
    assert rows.loc[("town", "one"), "group_id"] == "row-2"
    assert rows.loc[("group", "west"), "people_covered_difference"] == 0
    split = told.causes[told.causes["differs"]]
    assert set(split["cause"]) == {"people"}
    assert [(one.code, one.field) for one in told.findings] == [
        ("change-area-ids-made", "district_id"), ("change-area-ids-made", "town_id")
    ]  # fmt: skip
    assert all(one.message("en").endswith("in one state alone: 0") for one in told.findings)
    kept = compare_states(a, state(2, places([("p0", 900, 7), *VILLAGES])))
    assert kept.findings == ()
    pd.testing.assert_frame_equal(kept.coverage, told.coverage)


def test_a_file_name_with_brackets_and_one_list_at_two_dates() -> None:
    rows = [{"id": "设施[2014]-2", "at": 1_000, "name": "a"}]
    one = listed(*rows)
    table = one.table.assign(file="设施[2014].xlsx")
    first = replace(one, table=gpd.GeoDataFrame(table))
    later = listed({"id": "设施[2014]-2", "at": 9_000, "name": "c", "opened": "2014-01-01"},
                   *(row | {"id": "设施[2014]-3"} for row in rows), date=LATE)  # fmt: skip
    second = replace(later, table=gpd.GeoDataFrame(later.table.assign(file="设施[2014].xlsx[A]")))
    told = causes(measured(first), measured(second))
    assert in_city(told.table, "stop") == {"new": 800}
    (note,) = told.findings
    assert note.message("en").startswith("facilities without an id of their own, or with a repeated"
                                         " one: 2;")  # fmt: skip
    again = causes(measured(second), measured(facilities_at(second, EARLY)))
    assert again.findings == ()


def test_a_district_that_is_renamed_is_one_row() -> None:
    a = assess(measured(listed(OLD)))
    table = a.coverage.assign(group=a.coverage["group"].replace("Doumen", "甲新区"))
    b = replace(a, coverage=table)
    told = compare_states(a, b).coverage
    assert len(told) == len(a.coverage)
    assert (told["places_covered_difference"] == 0).all()
    assert "甲新区" in set(told["group"])
    assert list(told.columns[:4]) == ["service", "group_kind", "group", "group_id"]


def test_a_list_with_one_id_twice_is_matched_by_name_and_position() -> None:
    rows = [{"id": "x", "at": 1_000, "name": "a"}, {"id": "x~2", "at": 6_000, "name": "b"}]
    later = [
        {"id": "x", "at": 6_000, "name": "b"},
        {"id": "x~2", "at": 1_000, "name": "a", "closed": "2013-03-01"},
    ]
    assert city(measured(listed(*rows)), measured(listed(*later, date=LATE))) == {"closed": -100}


def test_a_village_that_changes_its_district_is_told_in_both() -> None:
    here = listed(OLD, {"id": "s2", "at": 4_900})
    a = measured(here, places([*VILLAGES[:2], ("p3", 4_900, 400)]))
    b = measured(here, places([*VILLAGES[:2], ("p3", 5_100, 400)]))
    table = causes(a, b).table
    assert in_city(table, "stop") == {"corrections": 0}
    told = table[(table["cause"] == "corrections") & (table["group_kind"] == "district")]
    assert dict(zip(told["group_id"], told["people"], strict=True)) == {
        "440402": -400,
        "440403": 400,
    }


def test_unknown_people_stand_beside() -> None:
    a = measured(listed(OLD))
    b = measured(listed(OLD, {"id": "s2", "at": 6_000, "in_use": "unknown"}, date=LATE))
    rows = causes(a, b).table.iloc[:6]
    assert (rows["people_unknown_a"].iloc[0], rows["people_unknown_b"].iloc[0]) == (0, 400)
    assert rows["people"].sum() == 0


def test_a_service_of_one_state_alone_is_told_not_split() -> None:
    other = replace(STOP, id="clinic")
    a, b = measured(listed(OLD)), measured(listed(OLD), None, STOP, other)
    told = causes(a, b)
    assert set(told.table["service"]) == {"stop"}
    assert [(one.code, dict(one.facts)["side"]) for one in told.findings] == [
        ("change-service-once", "B")
    ]


def test_states_that_cannot_be_compared_are_refused() -> None:
    a = measured(listed(OLD))
    with pytest.raises(InputError, match="no place in common"):
        causes(a, measured(listed(OLD), places([("q1", 1_000, 5)])))
    by_place = replace(a, places=replace(a.places, weight="places"))
    with pytest.raises(InputError, match="one state counts people, the other places"):
        causes(a, by_place)
    region = replace(toys.region(), crs=toys.CRS.from_epsg(4526))
    with pytest.raises(InputError, match="different metric CRSs"):
        causes(a, replace(a, places=replace(a.places, region=region)))
    with pytest.raises(MethodError, match="not covered as before"):
        causes(a, replace(a, table=a.table.assign(status="covered")))


def test_nobody_and_nothing_at_all() -> None:
    nobody = places([(one, at, 0) for one, at, _ in VILLAGES])
    a, b = (measured(listed(OLD | {"at": at}), nobody) for at in (1_000, 6_000))
    told = causes(a, b)
    assert (told.table["people"] == 0).all()
    assert list(told.places["cause"]) == ["corrections", "corrections"]
    assert len(causes(measure_access(places(), listed(), None, ()), a).table) == 0


facility = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["s1", "s2", "s3", "s4"]),
        "at": st.sampled_from([900, 2_500, 3_000, 5_600, 6_400, 8_600, 9_500]),
        "opened": st.sampled_from([None, "2012-06-01", "2013-06-01", "2015-01-01"]),
        "closed": st.sampled_from([None, None, "2012-09-01", "2014-02-01"]),
        "qualifies": st.sampled_from(["yes", "yes", "unknown", "no"]),
    }
)
a_list = st.lists(facility, min_size=1, max_size=4, unique_by=lambda one: one["id"])
some_places = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", "p3"]),
        st.sampled_from([1_000, 3_000, 4_950, 5_050, 6_000, 9_000]),
        st.sampled_from([None, 0, 1, 7, 1_000]),
    ),
    max_size=3,
    unique_by=lambda one: one[0],
).map(lambda rows: places([("p0", 3_300, 33), *rows]))
state = st.tuples(a_list, some_places, st.sampled_from([400.0, 600.0, 1_000.0]))


@given(one=state, other=state, dates=st.sampled_from([(EARLY, LATE), (LATE, EARLY)]))
@settings(max_examples=4)
def test_shares_add_up_over_causes_and_groups_and_turn_round(one, other, dates) -> None:
    a, b = (
        measured(listed(*rows, date=date), where, replace(STOP, limit=limit))
        for (rows, where, limit), date in zip((one, other), dates, strict=True)
    )
    table, back = causes(a, b).table, causes(b, a).table
    group = table.groupby(["group_kind", "group_id"], sort=False)
    for what in ("people", "places"):
        parts = np.rint(table[what] * 1_000)
        assert np.abs(table[what] * 1_000 - parts).max() < 1e-6
        change = group[f"{what}_covered_b"].first() - group[f"{what}_covered_a"].first()
        sums = parts.groupby([table["group_kind"], table["group_id"]], sort=False).sum()
        assert (sums == np.rint(change * 1_000)).all()
        assert (table.loc[~table["differs"], what] == 0).all()
        by_cause = table.groupby(["group_kind", "cause"], sort=False)[what].sum()
        for kind in ("district", "town", "setting", "group"):
            assert (np.rint((by_cause[kind] - by_cause["city"]) * 1_000) == 0).all()
    key = ["group_kind", "group_id", "cause"]
    both = table.merge(back, on=key, suffixes=("", "_back"))
    assert len(both) == len(table) == len(back)
    assert (both["people"] == -both["people_back"]).all()
    covered = both["people_covered_a"] == both["people_covered_b_back"]
    assert covered.all()
    held = measured_people(a)
    told = table.groupby("group_id")["people_covered_a"].first()
    assert told["city"] == held


def measured_people(access: Access) -> float:
    return float(access.table.loc[access.table["status"] == "covered", "people"].sum())


@given(st.lists(st.integers(-50, 50), min_size=8, max_size=8))
def test_shapley_is_the_mean_over_all_orders(values: list[int]) -> None:
    shares = shapley(np.array(values, dtype=float))
    for cause in range(3):
        added = []
        for order in permutations(range(3)):
            before = sum(1 << one for one in order[: order.index(cause)])
            added.append(values[before | 1 << cause] - values[before])
        assert shares[cause] == pytest.approx(np.mean(added))
    change = np.array([float(values[-1] - values[0])])
    told = in_parts(shares[:, None], change)
    assert np.rint(told.sum(axis=0) * 1_000) == change * 1_000
    assert np.abs(told[:, 0] - shares).max() < 0.001
    assert (in_parts(-shares[:, None], -change) == -told).all()


def test_shares_of_parts_of_people_stay_as_they_are() -> None:
    shares = np.array([[1 / 3], [2 / 3]]) * np.pi
    assert (in_parts(shares, shares.sum(axis=0)) == shares).all()
