"""What access says from the graph: pieces, islands, traps, the data's edge, open borders."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders import CRS, X0, Y0, facilities, places, region

from gapmap.access import Access, Service, compare_borders, measure_access, opening_findings
from gapmap.access.extent import exits
from gapmap.cli import main
from gapmap.network import network_at, network_from_lines
from gapmap.network.assembly import assemble
from gapmap.network.borders import cut_at_borders, cut_at_water
from gapmap.network.ferries import Crossing
from gapmap.network.noding import ways_from_lines
from gapmap.network.rules import Tags

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gapmap.network import Network

Line = list[tuple[float, float]]
CORNER = np.array([X0, Y0])
MAIN: Line = [(100, 5000), (19_000, 5000)]


def clinic(limit: float = 1000, **more: object) -> Service:
    return Service(id="clinic", name={"zh": "卫生站"}, limit=limit, **{"mode": "walk", **more})


def roads(*lines: Line, oneway: Sequence[str] = ()) -> Network:
    """Make a network of lines, in metres from the districts' corner."""
    made = [shapely.LineString([(X0 + x, Y0 + y) for x, y in line]) for line in lines]
    tags = {"oneway": [*oneway, *[""] * (len(lines) - len(oneway))]}
    return network_from_lines(gpd.GeoDataFrame(tags, geometry=made, crs=CRS))


def boat(start: tuple[float, float], end: tuple[float, float]) -> Crossing:
    """A boat from 6 to 18 o'clock, in metres from the districts' corner."""
    return Crossing(
        ends=(-1, -1),
        coords=np.array([start, end]) + CORNER,
        minutes=20,
        first_sailing=dt.time(6),
        last_sailing=dt.time(18),
    )


def sailed(lines: Sequence[Line], *boats: Crossing) -> Network:
    made = np.array([shapely.LineString(np.array(one) + CORNER) for one in lines], dtype=object)
    ways, _ = ways_from_lines(made, [Tags(highway="residential")] * len(lines))
    return assemble(ways, crs=CRS, file="roads", snap_m=500, crossings=list(boats))


def shape(*corners: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(X0 + x, Y0 + y) for x, y in corners])


def measured(
    network: Network | None,
    spots: Sequence[dict[str, object]],
    clinics: Sequence[dict[str, object]],
    service: Service | None = None,
) -> Access:
    return measure_access(places(spots), facilities(clinics), network, [service or clinic()])


# Evidence


def test_a_place_off_the_network_says_how_far_the_nearest_way_is() -> None:
    network = roads(MAIN)
    access = measured(network, [{"x": 4000, "y": 6250}], [{"x": 4000, "y": 5000}])
    told = access.table.iloc[0]
    assert told["reason"] == "not_connected"
    assert told["evidence"] == "nearest way 1,250 m away (limit snap_m 1,000 m)"
    assert told["evidence_zh"] == "最近的道路在 1,250 米外(上限 snap_m 1,000 米)"
    assert told["component"] is access.table["component"].dtype.na_value
    hair = measured(network, [{"x": 4000, "y": 6000.01}], [{"x": 4000, "y": 5000}])
    assert hair.table["evidence"].iloc[0] == "nearest way 1,000.1 m away (limit snap_m 1,000 m)"
    assert hair.table["reason"].iloc[0] == "not_connected"
    river = shapely.box(X0, Y0 + 5100, X0 + 2e4, Y0 + 5200)
    wet = cut_at_water(network, river, file="roads")
    parted = measured(wet, [{"x": 4000, "y": 5400}], [{"x": 4000, "y": 5000}]).table.iloc[0]
    assert parted["reason"] == "not_connected"
    assert parted["evidence"] == "nearest way 400 m away, but a border or water lies between"


def test_a_facility_off_the_network_is_the_evidence_for_its_neighbours() -> None:
    access = measured(roads(MAIN), [{"x": 4000, "y": 5900}], [{"x": 4000, "y": 6200}])
    told = access.table.iloc[0]
    assert (told["reason"], told["component"]) == ("not_connected", 1)
    assert told["evidence"] == "a facility within the limit in a straight line joins no way"


def test_a_place_on_another_piece_says_how_large_the_piece_is() -> None:
    network = roads(MAIN, [(3000, 8000), (4200, 8000)])
    spots = [{"x": 3100 + 100 * n, "y": 8010} for n in range(3)] + [{"x": 3000, "y": 5010}]
    access = measured(network, spots, [{"x": 3500, "y": 5000}])
    lost = access.table.iloc[0]
    assert (lost["status"], lost["reason"]) == ("uncovered", "no_route")
    assert (lost["component"], lost["component_places"]) == (2, 3)
    assert lost["evidence"] == (
        "piece of 3 places, 1.2 km of ways; nearest facility stands on another piece"
    )
    assert access.table["evidence"].iloc[3] == ""
    assert access.table["component_places"].iloc[3] == 1


def test_an_island_is_told_from_the_graph_where_the_study_has_water() -> None:
    lines = (MAIN, [(3000, 8000), (4200, 8000)])
    spots, clinics = [{"x": 3100, "y": 8010}], [{"x": 3500, "y": 5000}]
    by_land = measured(roads(*lines), spots, clinics).table.iloc[0]
    assert by_land["reason"] == "no_route"
    flagged = measured(roads(*lines), [{**spots[0], "island": True}], clinics).table.iloc[0]
    assert flagged["reason"] == "island_no_ferry"
    assert flagged["evidence"] == (
        "island of 1 place, 1.2 km of ways; no ferry to the main piece for this mode"
    )
    strait = shapely.box(X0, Y0 + 6000, X0 + 2e4, Y0 + 7000)
    wet = cut_at_water(roads(*lines), strait, file="roads")
    parted = measured(wet, spots, clinics)
    assert parted.table["reason"].tolist() == ["island_no_ferry"]
    island = parted.pieces[parted.pieces["piece"] == 2].iloc[0]
    assert (island["beyond_water"], island["note"]) == (
        True,
        "beyond water, no ferry; no facility on it",
    )


@pytest.mark.parametrize("flag", [pd.NA, True, False])
def test_a_ferry_that_exists_and_does_not_sail_is_told_apart_from_none(flag: object) -> None:
    """Without an island column and without water, the ferry alone says that there is an island."""
    lines = [MAIN, [(3000, 8000), (4200, 8000)], [(3000, 9500), (4000, 9500)]]
    network = sailed(lines, boat((3000, 5000), (3000, 8000)))
    spots: list[dict[str, object]] = [{"x": 3100, "y": y, "island": flag} for y in (8010, 9490)]
    clinics = [{"x": 3500, "y": 5000}]
    usual = measured(network, spots, clinics).table
    assert usual["reason"].iloc[0] == "beyond_limit"
    storm, early = (
        network_at(network, sailing=False),
        network_at(network, depart=dt.time(5)),
    )
    for closed in (storm, early):
        access = measured(closed, spots, clinics)
        island, alone = access.table.iloc[0], access.table.iloc[1]
        assert (island["status"], island["reason"]) == ("uncovered", "island_no_ferry")
        assert island["evidence"] == (
            "island of 1 place, 1.2 km of ways; its ferry to the main piece does not sail on the "
            "day or at the hour of this run"
        )
        assert "不开航" in island["evidence_zh"]
        no_ferry = "island_no_ferry" if flag is True else "no_route"
        assert alone["reason"] == no_ferry
        assert "does not sail" not in alone["evidence"]
        assert access.pieces["note"].tolist()[1] == (
            "its ferry to the main piece does not sail on the day or at the hour of this run; "
            "no facility on it"
        )
    # who sits on the mainland and has no facility there is on no island
    across = measured(storm, [{"x": 3000, "y": 5010}], [{"x": 3500, "y": 8000}]).table.iloc[0]
    assert across["reason"] == "no_route"


def test_an_island_whose_ferry_takes_no_cars_has_none_for_drivers() -> None:
    lines = [MAIN, [(3000, 8000), (4200, 8000)]]
    network = sailed(lines, replace(boat((3000, 5000), (3000, 8000)), drive=False))
    spots: list[dict[str, object]] = [{"x": 3100, "y": 8010, "island": True}]
    for roads_now in (network, network_at(network, sailing=False)):
        told = measured(roads_now, spots, [{"x": 3500, "y": 5000}], clinic(mode="drive")).table
        assert told["reason"].tolist() == ["island_no_ferry"]
        assert told["evidence"].iloc[0].endswith("no ferry to the main piece for this mode")


def test_one_way_streets_that_lead_in_and_not_out_are_evidence_and_named() -> None:
    # a square with a clinic; one street leads out of it and never back
    square = [(1000, 1000), (2000, 1000), (2000, 2000), (1000, 2000), (1000, 1000)]
    network = roads([(2000, 1000), (5000, 1000)], square, oneway=["yes"])
    access = measured(
        network,
        [{"x": 4000, "y": 1010}, {"x": 1500, "y": 1010}],
        [{"x": 1000, "y": 1500}],
        clinic(60, limit_unit="minutes", mode="drive"),
    )
    trapped = access.table.iloc[0]
    assert (trapped["reason"], trapped["evidence"]) == (
        "no_route",
        "one-way: can be entered, not left",
    )
    assert trapped["evidence_zh"] == "单行:能进不能出"
    assert access.table["status"].iloc[1] == "covered"
    said = [found for found in access.findings if found.code == "trap-places"]
    assert len(said) == 1
    facts = dict(said[0].facts)
    assert (said[0].value, facts["count"], facts["names"]) == ("unclassified", "1", "村0")
    assert facts["what_en"] == "can be entered, not left"
    assert (said[0].file, said[0].row) == ("p.csv", 2)
    assert "places there (1): 村0" in said[0].message("en")
    assert access.pieces["note"].iloc[0] == "one-way: 1 of the places can be entered, not left"
    # and the other way about: the clinic stands where nobody gets in
    into = roads([(5000, 1000), (2000, 1000)], square, oneway=["yes"])
    found = measured(
        into,
        [{"x": 1500, "y": 1010}],
        [{"x": 4000, "y": 1000}],
        clinic(60, limit_unit="minutes", mode="drive"),
    )
    assert found.table["evidence"].iloc[0] == (
        "one-way: no facility on this piece can be entered from here"
    )
    assert [f.code for f in found.findings if f.code.startswith("trap")] == ["trap-facilities"]


def test_who_stands_in_water_is_named() -> None:
    pond = shapely.box(X0 + 2900, Y0 + 5100, X0 + 3100, Y0 + 5200)
    network = cut_at_water(roads(MAIN), pond, file="roads")
    spots = [{"x": 3000, "y": 5150}]
    access = measured(network, spots, [{"x": 3050, "y": 5150}])
    assert access.table["status"].tolist() == ["covered"]
    (place,) = [found for found in access.findings if found.code == "places-in-water"]
    assert (place.file, place.row) == ("p.csv", 2)
    said = {found.code: dict(found.facts) for found in access.findings}
    assert said["places-in-water"] == {"count": "1", "names": "村0"}
    assert said["facilities-in-water"] == {"count": "1"}


# Pieces


def test_pieces_add_up_to_all_places_and_small_empty_ones_share_a_row() -> None:
    network = roads(
        MAIN, [(3000, 8000), (4200, 8000)], [(15_000, 8000), (15_100, 8000)], [(1, 1), (9, 1)]
    )
    spots = [{"x": 3100, "y": 8010, "people": 50.0}, {"x": 5000, "y": 5010}, {"x": 9000, "y": 9900}]
    spots += [{"x": None, "people": np.nan}]
    access = measured(network, spots, [{"x": 3500, "y": 5000}, {"x": 3600, "y": 5000}])
    pieces = access.pieces
    assert pieces["piece"].fillna(0).tolist() == [1, 2, 0, 0]
    assert pieces["pieces"].tolist() == [1, 1, 2, 0]
    assert pieces["ways_km"].tolist() == pytest.approx([18.9, 1.2, 0.108, 0])
    assert pieces["places"].tolist() == [1, 1, 0, 2]
    assert pieces["people"].tolist() == [100, 50, 0, 100]
    assert pieces["facilities"].tolist() == [2, 0, 0, 0]
    assert pieces["is_main"].iloc[:2].tolist() == [True, False]
    assert pieces["note"].tolist() == [
        "",
        "no facility on it",
        "short pieces without places, facilities and ferries, summed up",
        "these join no way, or have no position",
    ]
    assert pieces["places"].sum() == len(access.table)
    assert len(measured(None, spots, []).pieces) == 0


def test_the_order_of_rows_changes_no_piece() -> None:
    lines: list[Line] = [MAIN, [(3000, 8000), (4200, 8000)], [(3000, 9000), (4200, 9000)]]
    spots = [{"x": 3100, "y": 8010}, {"x": 3100, "y": 9010}]
    clinics = [{"x": 3500, "y": 5000}]
    one = measured(roads(*lines), spots, clinics)
    other = measured(roads(*lines[::-1]), spots, clinics)
    assert one.table["component"].tolist() == other.table["component"].tolist()
    assert one.pieces.equals(other.pieces)


# The edge of the data


def test_a_place_whose_limit_reaches_a_road_out_of_the_districts_is_marked() -> None:
    network = roads([(-3000, 5000), (9000, 5000)])
    spots = [{"x": x, "y": 5010} for x in (800, 989, 991, 8000)] + [{"x": None}]
    access = measured(network, spots, [{"x": 8000, "y": 5000}])
    assert access.table["edge_effect"].tolist()[:4] == [True, True, False, False]
    assert access.table["edge_effect"].isna().tolist() == [False] * 4 + [True]
    said = [found for found in access.findings if found.code == "edge-effect"]
    assert [dict(found.facts) for found in said] == [{"count": "2", "services": "clinic 2"}]
    nearer = measured(network, spots[:1], [{"x": 800, "y": 5000}])
    assert nearer.table["edge_effect"].tolist() == [False]  # covered already
    assert not [found for found in nearer.findings if found.code == "edge-effect"]


def test_exits_are_where_ways_leave_and_where_the_map_was_clipped() -> None:
    area = shapely.union_all(region().districts.geometry.to_numpy())
    network = roads(
        [(5000, 5000), (5000, 12_000)],  # leaves over the northern outline
        [(5000, 5000), (6000, 9960)],  # clipped 40 m before it
        [(5000, 5000), (7000, 9900)],  # ends 100 m before it
        [(5000, 5000), (8000, 10_500), (9000, 5000)],  # leaves and comes back without a junction
        [(9000, 5000), (11_000, 5000)],  # from one district to the other
    )
    found = exits(network, "walk", area)
    assert sorted((found.xy - [X0, Y0]).round(3).tolist()) == [[5000, 10_000], [6000, 9960]]
    assert found.distance_m.tolist() == [0, 0]
    # over a hard border nobody leaves, even where it lies a little beyond the outline
    border = shape((0, 10_020), (20_000, 10_020))
    closed = exits(cut_at_borders(network, border, file="roads"), "walk", area)
    assert (closed.xy - [X0, Y0]).round(3).tolist() == [[6000, 9960]]


def test_straight_lines_reach_the_edge_where_the_outline_is_within_the_limit() -> None:
    spots = [{"x": x, "y": 5000} for x in (600, 1000, 1001, 10_000)]
    straight = measured(None, spots, [{"x": 5000, "y": 5000}])
    assert straight.table["edge_effect"].tolist() == [True, True, False, False]
    timed = clinic(10, limit_unit="minutes", mode="walk", speed_kmh=6)  # 1,000 m
    assert measured(None, spots, [{"x": 5000, "y": 5000}], timed).table["edge_effect"].tolist() == [
        True,
        True,
        False,
        False,
    ]


# Open borders


def test_open_borders_tell_what_they_would_gain_and_where() -> None:
    open_network = roads(MAIN)
    border = shape((6000, 0), (6000, 10_000))
    closed_network = cut_at_borders(open_network, border, file="roads")
    spots = [{"x": 5500, "y": 5000, "people": 30.0}, {"x": 6500, "y": 5000}, {"x": 1000, "y": 5000}]
    spots += [{"x": 5700, "y": 5000, "people": np.nan}]
    clinics = [{"x": 6200, "y": 5000}]
    closed, opened = (
        measured(network, spots, clinics) for network in (closed_network, open_network)
    )
    borders = compare_borders(closed, opened)
    whole, gained = borders.iloc[0], borders.iloc[1:]
    assert (whole["scope_kind"], whole["places"], whole["people"]) == ("city", 4, 230)
    assert (whole["places_covered_closed"], whole["places_covered_open"]) == (1, 3)
    assert (whole["people_covered_closed"], whole["people_gained"]) == (100, 30)
    assert gained["place_id"].tolist() == ["p0", "p3"]
    assert gained["open_m"].tolist() == pytest.approx([700, 500])
    assert gained["closed_m"].isna().all()
    assert gained["facility_id"].tolist() == ["f0", "f0"]
    for name in ("places_gained", "people_gained"):
        assert gained[name].sum() == whole[name]
    said = opening_findings(borders)
    assert [dict(found.facts)["places"] for found in said] == ["2"]
    assert opening_findings(borders, [clinic()]) == said
    assert opening_findings(borders, [clinic(mode="straight")]) == []
    assert compare_borders(closed, closed)["scope_kind"].tolist() == ["city"]
    nothing = replace(closed, services=(), table=closed.table.iloc[:0])
    assert len(compare_borders(nothing, nothing)) == 0


def write_geojson(path: Path, geometry: shapely.Geometry) -> None:
    frame = gpd.GeoDataFrame({"data_origin": ["made for a test"]}, geometry=[geometry], crs=4326)
    frame.to_file(path)


def test_a_run_compares_borders_and_names_the_files_of_borders_and_water(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "study")]) == 0
    study = tmp_path / "study" / "study.toml"
    text = study.read_text("utf8")
    asked = 'lines = "roads.geojson"\nborders = "b.geojson"\nwater = "w.geojson"'
    text = re.sub(r'lines = "roads.geojson".*', f"{asked}\ncompare_borders = true", text)
    study.write_text(text, "utf8")
    write_geojson(study.parent / "b.geojson", shapely.LineString([(110, 24.9), (110, 25.2)]))
    write_geojson(study.parent / "w.geojson", shapely.box(110.005, 25.03, 110.008, 25.06))
    out = tmp_path / "out"
    assert main(["run", str(study), "-o", str(out), "--language", "en"]) == 0
    told = json.loads((out / "run.json").read_text("utf8"))
    assert {"b.geojson", "w.geojson"} <= {one["name"] for one in told["inputs"]}
    borders = pd.read_csv(out / "borders.csv", encoding="utf-8-sig", dtype={"place_id": str})
    whole = borders[borders["scope_kind"] == "city"].set_index("service")
    access = pd.read_csv(out / "access.csv", encoding="utf-8-sig")
    covered = access[access["status"] == "covered"].groupby("service").size()
    for service, row in whole.iterrows():
        assert row["places_covered_closed"] == covered.get(service, 0)
        assert row["places_gained"] >= 0
        assert not np.isnan(row["people_gained"])
    findings = pd.read_csv(out / "findings.csv", encoding="utf-8-sig")
    assert {"borders-compared", "network-water"} <= set(findings["code"])
    pieces = pd.read_csv(out / "pieces.csv", encoding="utf-8-sig")
    on_foot = pieces[(pieces["mode"] == "walk") & pieces["piece"].notna()]
    assert len(on_foot) >= 2  # the border parts the starter's roads
    assert on_foot["is_main"].sum() == 1
