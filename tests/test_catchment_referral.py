"""Referral: the nearest facility by time and by distance, on three grounds, by hand."""

from __future__ import annotations

import affine
import geopandas as gpd
import numpy as np
import pytest
import shapely
from builders import CRS, X0, Y0, facilities

from gapmap.catchment import (
    PAIR_COLUMNS,
    REFERRAL_COLUMNS,
    ReferralRule,
    refer,
    referral_pairs,
)
from gapmap.errors import MethodError
from gapmap.network import network_from_lines
from gapmap.rasters.grid import Grid
from gapmap.surface import Surface, SurfaceSource, Terrain

BOTH = ("clinic", "hospital")


def sites(*rows: tuple[str, str, float | None, float | None, dict[str, object]]):
    """Facilities as (id, service, x, y, further columns)."""
    have = [
        {"facility_id": one, "facility": one, "service": service, "x": x, "y": y, **more}
        for one, service, x, y, more in rows
    ]
    return facilities(have, services=BOTH)


def rule(mode: str, limit: float | None = None) -> ReferralRule:
    return ReferralRule(origin="clinic", target="hospital", mode=mode, limit_minutes=limit)


def roads(*ways: tuple[str, list[tuple[float, float]]]):
    lines = [shapely.LineString([(X0 + x, Y0 + y) for x, y in points]) for _, points in ways]
    tags = {"highway": [kind for kind, _ in ways]}
    return network_from_lines(gpd.GeoDataFrame(tags, geometry=lines, crs=CRS))


# From c1 at the corner: h_near is 2 km up a lane, h_fast 6 km along a motorway, which is quicker.
WAYS = roads(
    ("service", [(0, 0), (0, 2000)]),
    ("motorway", [(0, 0), (6000, 0)]),
    ("residential", [(0, 9000), (100, 9000)]),
)
HOSPITALS = (
    ("h_near", "hospital", 0, 2000, {}),
    ("h_fast", "hospital", 6000, 0, {}),
)


def test_nearest_by_time_and_by_distance_along_roads() -> None:
    have = sites(("c1", "clinic", 0, 0, {}), *HOSPITALS)
    speeds = {"service": 10.0, "motorway": 100.0}
    slow = 2000 / 1000 / speeds["service"] * 60
    made = refer(have, rule("drive", slow), network=WAYS)
    assert list(made.table.columns) == REFERRAL_COLUMNS
    row = made.table.iloc[0]
    assert row["referral"] == "clinic -> hospital"
    assert (row["from_id"], row["to_id"]) == ("c1", "h_fast")
    assert row["distance_m"] == pytest.approx(6000)
    assert row["minutes"] < slow
    assert row["nearest_by_distance_id"] == "h_near"
    assert row["distance_of_that_m"] == pytest.approx(2000)
    assert (row["status"], row["reason"]) == ("within", "within_limit")
    assert made.findings == ()


def test_the_limit_in_minutes_is_inclusive() -> None:
    have = sites(("c1", "clinic", 0, 0, {}), *HOSPITALS)
    minutes = refer(have, rule("drive"), network=WAYS).table["minutes"].iloc[0]
    for limit, status in ((minutes, "within"), (minutes - 0.001, "beyond")):
        assert refer(have, rule("drive", limit), network=WAYS).table["status"].tolist() == [status]
    free = refer(have, rule("drive"), network=WAYS).table.iloc[0]
    assert (free["status"], free["reason"]) == ("reached", "")
    assert np.isnan(free["limit_minutes"])


def test_every_facility_that_serves_is_listed_by_its_id() -> None:
    have = sites(
        ("c4", "clinic", None, None, {}),
        ("c3", "clinic", 0, 5000, {}),
        ("c2", "clinic", 50, 9000, {}),
        ("c1", "clinic", 0, 1000, {}),
        ("c0", "clinic", 0, 0, {"counts": "no"}),
        ("b0", "clinic", 0, 0, {"qualifies": "unknown"}),
        *HOSPITALS,
    )
    made = refer(have, rule("drive", 30), network=WAYS)
    assert made.table["from_id"].tolist() == ["c1", "c2", "c3", "c4"]
    assert made.table["status"].tolist() == ["within", "unreachable", "unknown", "unknown"]
    reasons = ["within_limit", "no_route", "not_connected", "no_position"]
    assert made.table["reason"].tolist() == reasons
    assert made.table["to_id"].tolist() == ["h_near", "", "", ""]
    assert made.table["minutes"].isna().tolist() == [False, True, True, True]
    lost = [(one.code, one.row) for one in made.findings]
    assert sorted(lost) == [("referral-from-lost", 2), ("referral-from-lost", 3)]


def test_targets_that_nobody_can_judge() -> None:
    clinics = (("c1", "clinic", 0, 0, {}),)
    none = refer(sites(*clinics), rule("drive"), network=WAYS)
    assert none.table[["status", "reason"]].iloc[0].tolist() == ["unreachable", "no_facility"]
    assert [one.code for one in none.findings] == ["referral-none"]
    unplaced = sites(*clinics, ("h1", "hospital", None, None, {}))
    made = refer(unplaced, rule("drive"), network=WAYS)
    assert made.table[["status", "reason"]].iloc[0].tolist() == ["unknown", "no_position"]
    assert [one.code for one in made.findings] == ["referral-to-lost"]
    away = sites(*clinics, ("h1", "hospital", 9000, 5000, {}))
    made = refer(away, rule("drive"), network=WAYS)
    assert made.table[["status", "reason"]].iloc[0].tolist() == ["unknown", "not_connected"]
    near = ("h0", "hospital", 0, 100, {"qualifies": "unknown"})
    for limit in (None, 2.0):
        table = refer(sites(*clinics, near), rule("drive", limit), network=WAYS).table
        assert table[["status", "reason"]].iloc[0].tolist() == ["unknown", "below_standard"]
    far = refer(sites(*clinics, near, *HOSPITALS), rule("drive", 1.0), network=WAYS).table.iloc[0]
    assert (far["to_id"], far["status"]) == ("h_fast", "unknown")
    sure = refer(sites(*clinics, near, *HOSPITALS), rule("drive", 9.0), network=WAYS).table.iloc[0]
    assert (sure["to_id"], sure["status"]) == ("h_fast", "within")


def test_a_target_off_the_ground_that_may_be_the_nearest_leaves_it_unknown_as_in_access() -> None:
    # h9 stands 1,100 m from c1 and from any way, 13.75 minutes on foot; h_near is 25 away.
    lost = ("h9", "hospital", -1100, 0, {})
    have = sites(("c1", "clinic", 0, 0, {}), ("c2", "clinic", 0, 9000, {}), lost, *HOSPITALS)
    unknown, none = ("unknown", "not_connected"), ("unreachable", "no_route")
    for limit, first, second in (
        (13.7, ("beyond", "beyond_limit"), none),
        (13.8, unknown, none),
        (25.0, ("within", "within_limit"), none),
        (None, ("reached", ""), unknown),
    ):
        table = refer(have, rule("walk", limit), network=WAYS).table
        told = [tuple(row) for row in table[["status", "reason"]].to_numpy().tolist()]
        assert told == [first, second], limit


def test_over_the_surface_a_target_that_nobody_reaches_may_be_the_nearest() -> None:
    # h1 stands in the wall, 9 minutes and 100 m at 5 km/h from c1; h2 is 18 away.
    have = sites(
        ("c1", "clinic", 50, 50, {}),
        ("h1", "hospital", 1050, 50, {}),
        ("h2", "hospital", 50, 1850, {}),
    )
    for limit, status in (
        (10.1, "beyond"),
        (10.21, "unknown"),
        (18.0, "within"),
        (None, "reached"),
    ):
        table = refer(have, rule("surface", limit), surface=surface(wall=10)).table
        assert table["status"].tolist() == [status], limit


def test_a_target_beyond_ground_of_unknown_speed_may_be_within_the_limit() -> None:
    # A strip that nobody knows: were it land, h1 would be 15 minutes from c1; h2 is 18, this side.
    have = sites(
        ("c1", "clinic", 50, 50, {}),
        ("h1", "hospital", 1550, 50, {}),
        ("h2", "hospital", 50, 1850, {}),
    )
    strip = np.zeros((20, 20), bool)
    strip[:, 10] = True
    ground = surface(wall=10, unknown=strip)
    for limit, status in ((14.9, "beyond"), (15.0, "unknown"), (18.0, "within"), (None, "reached")):
        table = refer(have, rule("surface", limit), surface=ground).table
        assert table["status"].tolist() == [status], limit
    alone = sites(("c1", "clinic", 50, 50, {}), ("h1", "hospital", 1550, 50, {}))
    for land, status in ((ground, "unknown"), (surface(wall=10), "unreachable")):
        assert refer(alone, rule("surface", None), surface=land).table["status"].tolist() == [
            status
        ]


def test_one_that_offers_both_refers_to_itself() -> None:
    have = sites(("x", "clinic", 0, 2000, {}), ("x", "hospital", 0, 2000, {}), HOSPITALS[1])
    row = refer(have, rule("drive", 0), network=WAYS).table.iloc[0]
    assert (row["to_id"], row["minutes"], row["distance_m"]) == ("x", 0, 0)
    assert row["status"] == "within"


def test_straight_lines_have_no_minutes() -> None:
    have = sites(("c1", "clinic", 0, 0, {}), *HOSPITALS)
    row = refer(have, rule("straight")).table.iloc[0]
    assert (row["to_id"], row["distance_m"]) == ("h_near", 2000)
    assert np.isnan(row["minutes"])
    assert row["status"] == "reached"
    limited = refer(have, rule("straight", 30)).table.iloc[0]
    assert (limited["status"], limited["reason"]) == ("unknown", "no_speed")


def surface(
    *, minutes=None, direction: str = "to", wall: int | None = None, height_m=None, unknown=None
) -> Surface:
    """20 x 20 cells of 100 m, a minute each; a column that nobody passes; heights."""
    minutes = np.ones((20, 20)) if minutes is None else minutes
    if wall is not None:
        minutes[:, wall] = np.inf
    grid = Grid(
        crs=CRS, transform=affine.Affine(100, 0, X0, 0, -100, Y0 + 2000), height=20, width=20
    )
    terrain = Terrain(
        minutes_per_cell=minutes,
        cell_m=100.0,
        height_m=height_m,
        slope="none" if height_m is None else "tobler",
        direction=direction,
    )
    none = np.zeros((20, 20), bool)
    nobody_knows = none if unknown is None else unknown
    return Surface(
        grid=grid,
        terrain=terrain,
        barrier=~np.isfinite(minutes) & ~nobody_knows,
        unknown=nobody_knows,
        road=none,
        classes=None,
        source=SurfaceSource(),
    )


def test_over_the_surface() -> None:
    have = sites(
        ("c1", "clinic", 50, 50, {}),
        ("c2", "clinic", 1050, 50, {}),
        ("c3", "clinic", 1550, 50, {}),
        ("h1", "hospital", 450, 50, {}),
        ("h2", "hospital", 50, 850, {}),
    )
    made = refer(have, rule("surface", 4), surface=surface(wall=10))
    assert made.table["to_id"].tolist() == ["h1", "", ""]
    first = made.table.iloc[0]
    assert (first["minutes"], first["distance_m"]) == (pytest.approx(4), pytest.approx(400))
    assert first["distance_of_that_m"] == pytest.approx(400)
    assert made.table["status"].tolist() == ["within", "unknown", "unreachable"]
    assert made.table["reason"].tolist() == ["within_limit", "not_connected", "no_route"]


def test_people_are_referred_to_the_target_whichever_way_access_is_measured() -> None:
    hill = np.repeat(np.arange(20)[::-1, None] * 5.0, 20, axis=1)  # 5 % up to the north
    have = sites(("c1", "clinic", 50, 50, {}), ("h1", "hospital", 50, 1050, {}))
    up = refer(have, rule("surface"), surface=surface(height_m=hill)).table["minutes"].iloc[0]
    other = surface(height_m=hill, direction="from")
    assert refer(have, rule("surface"), surface=other).table["minutes"].iloc[0] == up
    back = ReferralRule(origin="hospital", target="clinic", mode="surface")
    down = refer(have, back, surface=other).table["minutes"].iloc[0]
    assert up == pytest.approx(10 * np.exp(3.5 * 0.05))  # Tobler: flat exp(-3.5 x 0.05)
    assert down == pytest.approx(10 * np.exp(-3.5 * 0.05))


@pytest.mark.parametrize("mode", ["drive", "surface", "straight"])
def test_all_pairs_hold_the_nearest(mode) -> None:
    have = sites(
        ("c1", "clinic", 0, 0, {}),
        ("c2", "clinic", 0, 1500, {}),
        ("c3", "clinic", None, None, {}),
        ("h1", "hospital", 0, 2000, {}),
        ("h2", "hospital", 1650, 50, {}),
        ("h3", "hospital", None, None, {}),
    )
    grounds = {"network": WAYS, "surface": surface()}
    table = referral_pairs(have, rule(mode), **grounds)
    assert list(table.columns) == PAIR_COLUMNS
    assert len(table) == 4
    nearest = refer(have, rule(mode), **grounds).table.set_index("from_id")
    for one, pairs in table.groupby("from_id"):
        row = nearest.loc[one]
        if mode != "straight":
            quickest = pairs.loc[pairs["minutes"].idxmin()]
            assert (row["to_id"], row["minutes"]) == (
                quickest["to_id"],
                pytest.approx(quickest["minutes"]),
            )
        shortest = pairs.loc[pairs["shortest_m"].idxmin()]
        assert row["nearest_by_distance_id"] == shortest["to_id"]
        assert row["distance_of_that_m"] == pytest.approx(shortest["shortest_m"])
    if mode != "straight":
        limit = table["minutes"].median()
        within = referral_pairs(have, rule(mode, limit), **grounds)
        assert len(within) == (table["minutes"] <= limit).sum()


def test_what_makes_no_sense_is_refused() -> None:
    have = sites(("c1", "clinic", 0, 0, {}), *HOSPITALS)
    for wrong in (
        ReferralRule(origin="clinic", target="clinic", mode="straight"),
        rule("drive"),
        rule("surface"),
    ):
        with pytest.raises(MethodError):
            refer(have, wrong)
        with pytest.raises(MethodError):
            referral_pairs(have, wrong)
