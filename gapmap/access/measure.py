"""The verb: measure every service for every place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from gapmap.access.again import field_again
from gapmap.access.evidence import off_road
from gapmap.access.extent import Extent, edge_finding
from gapmap.access.legs import facility_legs, far_legs, lost_places, metres, where
from gapmap.access.pieces import OnModes, network_findings, no_pieces, pieces_table
from gapmap.access.reasons import Case, explain, judge, pool_of, serving_of, unplaced_of
from gapmap.access.standings import lost_ground, strange_questions
from gapmap.access.stops import Ground, Stops, check_ground
from gapmap.access.table import COLUMNS, COUNTED, table_of
from gapmap.access.trips import (
    join,
    near_lost,
    origins_of,
    route_lines,
    travel,
    within_limit,
)
from gapmap.access.unsure import as_if_passable, perhaps_within
from gapmap.access.value import Access
from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import shapely
    from numpy.typing import NDArray

    from gapmap.access.value import Service
    from gapmap.facilities import Facilities
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.surface import Field, Surface

__all__ = ["MOST_ROUTES", "measure_access"]

MOST_ROUTES = 2000
"""Routes drawn for one service: on a map more of them hide each other, and each costs time."""


def measure_access(  # noqa: PLR0913 - four values, and what they are measured over
    places: Places,
    facilities: Facilities,
    network: Network | None,
    services: Sequence[Service],
    *,
    surface: Surface | None = None,
    brief: bool = False,
    earlier: Access | None = None,
) -> Access:
    """Measure how far every place is from the nearest facility of every service.

    A facility serves when it counts at ``facilities.date``, passes the quality gate and has a
    position; where it stands, inside or outside the districts, does not matter. With a network
    every distance runs along it, off-road legs included; a place off the network is
    ``not_connected``, never measured in a straight line. Limits are inclusive.

    Over a surface places and facilities stand on its cells. Times and lengths are those between
    the middles of cells: within one cell no time passes, and a length is never told as less than
    the straight line between both positions. A place in a cell that nobody can
    enter, or off the grid, is ``not_connected``. A limit in metres is compared with the shortest
    way, whose minutes are not known then. Who goes by road and over land (``off_road`` is
    ``surface``) takes one stretch of road at most, and the way over land to it and from it, or
    goes over land all the way: whatever takes least time, and always towards the facility.

    Status is ``unknown`` for the reasons ``no_position`` (the place has none, or its own
    facility, known by code, has none; cells of a grid go by the place that they belong to),
    ``outside_area``, ``not_connected`` (the place is off the
    network or on no passable cell, or a facility is that stands within the limit in a straight
    line, or would be within it from the nearest passable cell; or ground lies between of which
    nobody knows the speed, and which might be crossed within the limit), and for
    ``below_standard`` where the only facility within the limit lacks the attribute by which to
    judge it or its existence is doubtful; a failed gate is ``uncovered``. The remaining
    reasons are ``covered`` or ``uncovered``.

    Parameters
    ----------
    places, facilities, network
        Read with the same metric CRS. Without a network all distances are straight lines, and
        the column ``measured`` says so.
    services
        The services to measure, with limits.
    surface
        The land that services of the mode ``surface`` are measured over, and those whose
        ``off_road`` is ``surface``. Its roads are whatever it was read with.
    brief
        Whether to keep the columns ``COUNTED`` alone, no routes, fields, pieces and findings: the
        cells of a grid are many, and need no more.
    earlier
        An answer for other places. Where it has the field of a service over land to the same
        facilities on the same ``surface``, that is not searched again; the answer is the same.

    Returns
    -------
    Access
        One row per service and place. Routes are drawn for uncovered places; where one service
        has more than ``MOST_ROUTES`` of them, for those with the most people, and a finding
        says so.

    Raises
    ------
    MethodError
        A service needs a surface or a network that is not there, or a limit in minutes.
    """
    extent, ground = Extent(places.region), Ground(network, surface)
    check_ground(ground, services)
    over_land = any(ground.of(service).surface is not None for service in services)
    hoped = as_if_passable(surface, extent.area) if over_land else None
    known = _Known(extent, ground, brief, earlier, hoped)
    found = [_measure(places, facilities, service, known) for service in services]
    routes = [one.routes for one in found if len(one.routes)]
    tables = [one.table for one in found]
    table = pd.concat(tables, ignore_index=True) if found else pd.DataFrame(columns=known.columns)
    return Access(
        table=table,
        places=places,
        facilities=facilities,
        network=network,
        services=tuple(services),
        routes=pd.concat(routes, ignore_index=True) if routes else _no_routes(places.region.crs),
        findings=() if brief else _findings(places, services, known, found, table),
        pieces=no_pieces() if brief else pieces_table(known.on_modes, places),
        surface=surface,
        fields={
            service.id: one.field
            for service, one in zip(services, found, strict=True)
            if one.field is not None
        },
        serving={
            service.id: one.serving[["facility_id", "facility"]].reset_index(drop=True)
            for service, one in zip(services, found, strict=True)
        },
    )


def _findings(
    places: Places,
    services: Sequence[Service],
    known: _Known,
    found: list[_Measured],
    table: pd.DataFrame,
) -> tuple[Finding, ...]:
    """Tell what was doubtful about the services, the positions and the ground."""
    return (
        *(note for one in found for note in one.findings),
        *lost_places(known.on_modes.places, places),
        *strange_questions(services, known.ground),
        *lost_ground(known.stops, places, [(one.serving, one.targets) for one in found]),
        *far_legs(table, places),
        *facility_legs(
            (service.mode, one.serving, one.targets)
            for service, one in zip(services, found, strict=True)
        ),
        *network_findings(known.on_modes, places),
        *edge_finding(table),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What several services share: places on the network by mode, and the edge of the data."""

    extent: Extent
    ground: Ground
    brief: bool
    earlier: Access | None
    hoped: Surface | None
    stops: dict[str, Stops] = field(default_factory=dict)
    on_modes: OnModes = field(default_factory=OnModes)

    @property
    def columns(self) -> list[str]:
        """Those of the table."""
        return COUNTED if self.brief else COLUMNS


@dataclass(frozen=True, slots=True)
class _Measured:
    """One service's rows, routes and findings, the facilities that serve, and their field."""

    table: pd.DataFrame
    routes: gpd.GeoDataFrame
    findings: list[Finding]
    serving: gpd.GeoDataFrame
    targets: Stops
    field: Field | None


def _measure(
    places: Places,
    facilities: Facilities,
    service: Service,
    known: _Known,
) -> _Measured:
    origins = origins_of(places, known.ground, service, known.stops)
    pool = pool_of(facilities, service.id)
    judged = judge(pool)
    located = pool.geometry.notna().to_numpy()
    serving = serving_of(pool)
    targets = join(serving, origins, service)
    known.on_modes.add(service.mode, origins, targets)
    field_there = field_again(known.earlier, service, origins, targets)
    trip = travel(origins, targets, service, field_there)
    within = trip.within(service)
    case = Case(
        service=service,
        places=places.table,
        origins=origins,
        trip=trip,
        failing=_any_within(origins, pool[(judged == "fails") & located], service, within),
        doubtful=_any_within(origins, pool[(judged == "doubtful") & located], service, within),
        unjoined=near_lost(origins, targets, service) & ~within,
        unsure=perhaps_within(origins, targets, service, known.hoped) & ~within,
        unplaced=unplaced_of(pool),
        serving=len(serving) > 0,
    )
    status, reason = explain(case)
    table = table_of(case, targets, serving, (status, reason), known.columns).assign(
        edge_effect=known.extent.mark(origins, service, status)
    )
    if known.brief:
        return _Measured(table, _no_routes(places.region.crs), [], serving, targets, None)
    notes = [*_notes(service, facilities, serving, targets), *_about_unsure(case, reason)]
    far = np.flatnonzero((status == "uncovered") & np.isfinite(trip.distance_m))
    wanted = _most_people(far, places)
    if len(wanted) < len(far):
        notes.append(
            finding("routes-left-out", service=service.id, drawn=len(wanted), count=len(far))
        )
    lines = route_lines(trip, origins, targets, wanted)
    routes = _routes(table, lines, wanted, places)
    return _Measured(table, routes, notes, serving, targets, trip.field)


def _about_unsure(case: Case, reason: NDArray[np.object_]) -> Iterator[Finding]:
    """Say how many places are unknown for ground of unknown speed alone."""
    alone = case.unsure & ~case.unjoined & ~case.origins.off_network
    count = int((alone & (reason == "not_connected")).sum())
    if count:
        yield finding("surface-unknown-between", service=case.service.id, count=count)


def _most_people(far: NDArray[np.int64], places: Places) -> NDArray[np.int64]:
    """Keep the places whose route is drawn: those with the most people where there are many."""
    people = np.nan_to_num(places.table["people"].to_numpy(dtype=float)[far])
    return np.sort(far[np.argsort(-people, kind="stable")[:MOST_ROUTES]])


def _any_within(
    origins: Stops, others: gpd.GeoDataFrame, service: Service, already: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Say which places have one of ``others`` within the limit; asked only where it matters."""
    if len(others) == 0 or already.all():
        return np.zeros(len(already), dtype=bool)
    return within_limit(origins, join(others, origins, service), service) & ~already


def _routes(
    table: pd.DataFrame,
    lines: list[shapely.LineString],
    wanted: NDArray[np.int64],
    places: Places,
) -> gpd.GeoDataFrame:
    columns = ["place_id", "service", "facility_id", "distance_m", "minutes"]
    return gpd.GeoDataFrame(
        table.loc[wanted, columns].reset_index(drop=True),
        geometry=gpd.GeoSeries(lines, crs=places.region.crs),
    )


def _no_routes(crs: object) -> gpd.GeoDataFrame:
    columns: dict[str, list[object]] = {
        name: [] for name in ("place_id", "service", "facility_id", "distance_m", "minutes")
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs))


def _notes(
    service: Service,
    facilities: Facilities,
    serving: gpd.GeoDataFrame,
    targets: Stops,
) -> list[Finding]:
    notes = []
    lost = np.flatnonzero(targets.off_network & (targets.snap is not None))
    for row, number in zip(serving.iloc[lost].itertuples(), lost, strict=True):
        assert targets.network is not None  # noqa: S101 - who is off it has one
        assert targets.snap is not None  # noqa: S101 - as above
        nearest_m = float(targets.snap.nearest_way_m[number])
        why_zh, why_en = off_road(targets.network, nearest_m)
        notes.append(
            finding(
                "facility-not-connected",
                **where(row),
                value=metres(nearest_m),
                name=row.facility or row.facility_id,
                service=service.id,
                why_zh=why_zh,
                why_en=why_en,
            )
        )
    if service.id not in facilities.services:
        notes.append(finding("service-without-facilities", service=service.id))
    elif len(serving) == 0:
        notes.append(
            finding("service-none-counts", service=service.id, date=facilities.date.isoformat())
        )
    return notes
