"""Capacity: whom the facilities of a service can take in, and who stays without."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.access.extent import Extent
from gapmap.access.reasons import own_unplaced
from gapmap.access.trips import Ground, join, near_lost, origins_of, within_limit
from gapmap.access.unsure import as_if_passable, over
from gapmap.catchment.costs import costs_between, names_of
from gapmap.catchment.filling import ORDERS, fill_capacity
from gapmap.catchment.pool import parted_pool
from gapmap.catchment.unserved import UNSERVED_COLUMNS, Grounds, Left, unserved_rows
from gapmap.errors import MethodError
from gapmap.findings import finding
from gapmap.population.cells_as_places import owners

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from scipy.sparse import coo_array

    from gapmap.access import Access, Service
    from gapmap.access.stops import Stops
    from gapmap.catchment.filling import Filled
    from gapmap.findings import Finding
    from gapmap.surface import Surface

__all__ = ["CAPACITY_COLUMNS", "Capacity", "CapacityRule", "measure_capacity"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CAPACITY_COLUMNS = [
    "service",
    "order",
    "facility_id",
    "facility",
    "capacity",
    "people_per_capacity",
    "capacity_people",
    "people_within_limit",
    "people_served",
    "capacity_left",
    "catchment_m",
    "catchment_minutes",
    "full",
    "reason",
    "basis",
]
"""Columns of ``capacity.csv``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityRule:
    """How the facilities of a service are filled.

    Attributes
    ----------
    service
        Its id.
    order
        Who comes first: one of :data:`gapmap.catchment.ORDERS`.
    people_per_capacity
        How many people one unit of ``capacity`` (a bed, a seat, a doctor) is for.
    """

    service: str
    order: str = "capacity"
    people_per_capacity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Whom each facility can take in, and who stays without.

    Attributes
    ----------
    table
        The columns of ``capacity.csv``: one row per facility that serves, in the order in which
        they were filled, then those that could not be. ``capacity_people`` is ``capacity`` times
        ``people_per_capacity``, and ``capacity_left`` is in people, too. ``catchment_m`` or
        ``catchment_minutes``, as the limit's unit is, says how far the last who was taken in
        lives. ``reason`` is empty or says why the facility was not filled: ``capacity_unknown``,
        ``no_position`` or ``not_connected``; figures that nobody can know are empty then.
    unserved
        The columns of ``unserved.csv``.
    findings
        Which facilities could not be filled.
    """

    table: pd.DataFrame
    unserved: pd.DataFrame
    findings: tuple[Finding, ...] = ()


def measure_capacity(
    access: Access,
    rules: Sequence[CapacityRule],
    *,
    cells: Access | None = None,
) -> Capacity:
    """Fill the facilities of services up to their capacity, and say who stays without.

    The facilities that serve are filled one after the other as :func:`fill_capacity` says, within
    each service's limit and in its mode. People who find no room within the limit, or who have no
    facility there, are ``people_residual``, and ``people_spent`` those of them who have one within
    the limit that is full. They are ``people_unknown`` instead where nobody can know: their status
    is unknown, or a facility is within their limit whose capacity, position on the network, quality
    or existence is unknown, or stands nobody knows where in their own place, or lies beyond ground
    of unknown speed. So served, residual and unknown people add up to all. Whatever nobody knows of
    other facilities, ``people_served`` of a place are served at least: a facility that takes people
    in only leaves others more room.

    Parameters
    ----------
    access
        Of the places.
    rules
        The services to fill.
    cells
        Access of the cells of a population grid (:func:`gapmap.population.as_places`): people are
        where these are then (basis ``grid``), else at the places (``places``).

    Returns
    -------
    Capacity
        The tables of ``capacity.csv`` and ``unserved.csv``.

    Raises
    ------
    MethodError
        If a rule names a service that was not measured or an order that is none, or its people per
        unit of capacity are not above 0.
    """
    known = {service.id: service for service in access.services}
    for rule in rules:
        _check(rule, known)
    grounds = _grounds(access, cells)
    origins = access if cells is None else cells
    hoped = None
    if access.surface is not None:
        hoped = as_if_passable(access.surface, Extent(access.places.region).area)
    filled = [_fill(origins, grounds, hoped, (known[rule.service], rule)) for rule in rules]
    tables = [one.table for one in filled]
    unserved = [one.unserved for one in filled]
    return Capacity(
        table=pd.concat(tables, ignore_index=True) if tables else _empty(CAPACITY_COLUMNS),
        unserved=pd.concat(unserved, ignore_index=True) if unserved else _empty(UNSERVED_COLUMNS),
        findings=tuple(said for one in filled for said in one.findings),
    )


def _empty(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns)


def _check(rule: CapacityRule, known: dict[str, Service]) -> None:
    if rule.service not in known:
        raise MethodError(
            f"service {rule.service} was not measured; known are {', '.join(known)}",
            f"没有测算服务“{rule.service}”；已测算：{'、'.join(known)}",
        )
    if rule.order not in ORDERS:
        raise MethodError(
            f"order is {rule.order!r}; choose one of {', '.join(ORDERS)}",
            f"order 不能是“{rule.order}”；可选：{'、'.join(ORDERS)}",
        )
    if not (np.isfinite(rule.people_per_capacity) and rule.people_per_capacity > 0):
        raise MethodError(
            f"people_per_capacity is {rule.people_per_capacity}; give a number above 0",
            f"people_per_capacity 为 {rule.people_per_capacity}；请给出正数",
        )


def _grounds(access: Access, cells: Access | None) -> Grounds:
    places = access.places
    if cells is None:
        return Grounds(places, places, np.arange(len(places.table)), "places")
    return Grounds(cells.places, places, owners(cells.places, places), "grid")


def _fill(
    access: Access, grounds: Grounds, hoped: Surface | None, asked: tuple[Service, CapacityRule]
) -> Capacity:
    """Fill the facilities of one service; ``hoped`` is the surface were all of it passable."""
    service, rule = asked
    pool = parted_pool(access, service)
    origins = origins_of(access.places, Ground(access.network, access.surface), service, {})
    targets, doubtful = (join(one, origins, service) for one in (pool.serving, pool.doubtful))
    room = pool.serving["capacity"].to_numpy(dtype=float) * rule.people_per_capacity
    reason = np.select(
        [
            pool.serving.geometry.isna().to_numpy(),
            targets.lost,
            ~(np.isfinite(room) & (room >= 0)),
        ],
        ["no_position", "not_connected", "capacity_unknown"],
        "",
    )
    costs = costs_between(origins, targets, service)
    people = np.nan_to_num(grounds.origins.table["people"].to_numpy(dtype=float))
    usable = np.where(reason == "", room, np.nan)
    filled = fill_capacity(costs, people, usable, order=rule.order, limit=service.limit)
    unknown = (
        _status_unknown(access, service)
        | _reached(costs, reason == "capacity_unknown")
        | within_limit(origins, doubtful, service)
        | near_lost(origins, targets, service)
        | _beyond_unknown(origins, targets, hoped, (service, costs))
        | own_unplaced(access.places.table, pool.unplaced)
    )
    left = Left(
        people=people,
        served=filled.served,
        residual=filled.residual,
        unknown=unknown & (filled.residual > 0),
        within=_reached(costs, reason == ""),
    )
    return Capacity(
        table=_table(pool.serving, filled, reason, asked).assign(basis=grounds.basis),
        unserved=unserved_rows(service.id, left, grounds),
        findings=tuple(_notes(pool.serving, service, reason)),
    )


def _beyond_unknown(
    origins: Stops, targets: Stops, hoped: Surface | None, known: tuple[Service, coo_array]
) -> Flags:
    """Say who would have one more facility within the limit, were unknown ground passable."""
    service, costs = known
    if origins.surface is None or hoped is None:
        return np.zeros(len(origins.xy), bool)
    more = costs_between(over(hoped, origins, service), targets, service)
    counts = [np.bincount(one.coords[1], minlength=len(origins.xy)) for one in (more, costs)]
    return np.asarray(counts[0] > counts[1])


def _status_unknown(access: Access, service: Service) -> Flags:
    status = access.table["status"][access.table["service"] == service.id]
    return np.asarray(status == "unknown")


def _reached(matrix: coo_array, which: Flags) -> Flags:
    """Say which origins are within the limit of some of these facilities."""
    facility, origin = matrix.coords
    reached = np.zeros(matrix.shape[1], bool)
    reached[origin[which[facility]]] = True
    return reached


def _table(
    serving: gpd.GeoDataFrame,
    filled: Filled,
    reason: npt.NDArray[np.str_],
    asked: tuple[Service, CapacityRule],
) -> pd.DataFrame:
    """List the facilities in the order in which they were filled, then the others by id."""
    service, rule = asked
    done, placed = filled.order > 0, ~np.isin(reason, ["no_position", "not_connected"])
    in_metres = service.limit_unit == "m"
    capacity = serving["capacity"].to_numpy(dtype=float)
    table = pd.DataFrame(
        {
            "service": service.id,
            "order": pd.array(np.where(done, filled.order, 0), dtype="Int64"),
            "facility_id": serving["facility_id"].to_numpy(dtype=object),
            "facility": serving["facility"].to_numpy(dtype=object),
            "capacity": capacity,
            "people_per_capacity": rule.people_per_capacity,
            "capacity_people": capacity * rule.people_per_capacity,
            "people_within_limit": np.where(placed, filled.people_within, np.nan),
            "people_served": np.where(done, filled.people_served, np.nan),
            "capacity_left": filled.capacity_left,
            "catchment_m": filled.catchment if in_metres else np.nan,
            "catchment_minutes": np.nan if in_metres else filled.catchment,
            "full": pd.array(filled.full, dtype="boolean"),
            "reason": reason.astype(object),
            "basis": "",
        },
        columns=CAPACITY_COLUMNS,
    )
    table.loc[~done, ["order", "full"]] = pd.NA
    turn = np.lexsort((np.arange(len(table)), np.where(done, filled.order, len(table) + 1)))
    return table.iloc[turn].reset_index(drop=True)


def _notes(
    serving: gpd.GeoDataFrame, service: Service, reason: npt.NDArray[np.str_]
) -> Iterator[Finding]:
    """Name the facilities of unknown capacity, file by file."""
    unknown = serving[reason == "capacity_unknown"]
    for file, rows in unknown.groupby("file", sort=True):
        numbers = sorted(int(row) for row in rows["row"].dropna())
        said = finding(
            "catchment-capacity-unknown",
            file=str(file),
            row=numbers[0] if numbers else None,
            field="capacity",
            service=service.id,
            count=len(rows),
            of=len(serving),
            **names_of(rows),
        )
        yield replace(said, further=tuple(numbers[1:]))
