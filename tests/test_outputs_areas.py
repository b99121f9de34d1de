"""Service areas of a run: which services have one, and who counts as serving."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
import toys
from network_reference import network_of

from gapmap.network.stretches import within
from gapmap.outputs import areas
from gapmap.outputs.areas import AREA_COLUMNS, areas_left_out, reaches, service_areas

if TYPE_CHECKING:
    from gapmap.access import Access


@pytest.fixture
def access() -> Access:
    """The toy study with one long road through all its facilities."""
    made = toys.access()
    points = made.facilities.table.geometry.dropna()
    xy = np.unique(np.column_stack([points.x, points.y]), axis=0)
    road = network_of(xy.tolist(), [list(range(len(xy)))])
    walked = tuple(replace(one, mode="walk") for one in made.services)
    return replace(made, network=road, services=walked)


def test_each_service_has_an_area_around_what_serves(access: Access) -> None:
    made = service_areas(access)
    assert list(made.columns) == [*AREA_COLUMNS, "geometry"]
    assert made["service"].tolist() == [one.id for one in access.services]
    assert made["limit"].tolist() == [one.limit for one in access.services]
    assert (made["area_km2"] > 0).all()
    assert np.allclose(made["area_km2"], made.area / 1e6, atol=1e-3)
    table = access.facilities.table
    assert (table["qualifies"] == "no").any()
    for service, area in zip(made["service"], made.geometry, strict=True):
        pool = table[(table["service"] == service) & (table["counts"] == "yes")]
        serving = pool[pool["qualifies"] == "yes"].geometry.dropna().to_numpy()
        assert shapely.dwithin(area, serving, 1).all()


def test_a_service_that_nobody_gives_has_a_row_and_no_area(access: Access) -> None:
    table = access.facilities.table.assign(qualifies="no")
    nobody = replace(access, facilities=replace(access.facilities, table=table))
    made = service_areas(nobody)
    assert len(made) == len(access.services)
    assert made.geometry.isna().all()
    assert (made["area_km2"] == 0).all()


def test_a_straight_line_has_no_area(access: Access) -> None:
    straight = (replace(access.services[0], mode="straight"), *access.services[1:])
    made = service_areas(replace(access, services=straight))
    assert made["service"].tolist() == [one.id for one in access.services[1:]]


def test_without_a_network_there_are_no_areas(access: Access) -> None:
    made = service_areas(replace(access, network=None))
    assert len(made) == 0
    assert list(made.columns) == [*AREA_COLUMNS, "geometry"]
    assert reaches(replace(access, network=None)) == []
    assert areas_left_out([]) == []


def test_a_large_network_has_none_and_a_finding_says_so(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert areas_left_out(reaches(access)) == []
    monkeypatch.setattr(areas, "MOST_EDGES", 0)
    assert len(service_areas(access)) == 0
    told = areas_left_out(reaches(access))
    assert [one.code for one in told] == ["areas-left-out"]
    assert all(one.id in told[0].message() for one in access.services)


def test_the_services_with_the_most_ways_go_without_an_area(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Together they may have so many stretches, those with few first."""
    few, many = services = [
        replace(access.services[0], id=str(limit), limit=limit, limit_unit="m")
        for limit in (10, 100_000)
    ]
    table = access.facilities.table
    pools = [
        table[table["service"] == access.services[0].id].assign(service=s.id) for s in services
    ]
    ours = replace(
        access,
        services=tuple(reversed(services)),
        facilities=replace(access.facilities, table=pd.concat(pools, ignore_index=True)),
    )
    counts = {}
    for one, ways in reaches(ours):
        assert ways is not None
        counts[one.id] = len(within(ways[1], one.limit).edge)
    assert 0 < counts[few.id] < counts[many.id]
    monkeypatch.setattr(areas, "MOST_STRETCHES", sum(counts.values()) - 1)
    reached = reaches(ours)
    assert [one.service.id for one in reached if one.ways is None] == [many.id]
    assert many.id not in set(service_areas(ours)["service"])
    (told,) = areas_left_out(reached)
    assert told.message().endswith(f"no service areas of {many.id}")
    monkeypatch.setattr(areas, "MOST_STRETCHES", sum(counts.values()))
    assert areas_left_out(reaches(ours)) == []
