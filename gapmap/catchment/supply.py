"""Supply against demand: what facilities within reach have for each of those who reach them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from gapmap.access.extent import Extent
from gapmap.access.trips import Ground, join, origins_of
from gapmap.access.unsure import as_if_passable
from gapmap.catchment.costs import costs_between, names_of
from gapmap.catchment.floating import decay_of, share, weigh_pairs
from gapmap.catchment.pool import parted_pool
from gapmap.catchment.supply_areas import AREA_COLUMNS, area_rows
from gapmap.catchment.supply_doubts import Case, doubts_of, reasons_of_facilities
from gapmap.errors import MethodError
from gapmap.findings import finding
from gapmap.tables.numbers import plain_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapmap.access import Access, Service
    from gapmap.catchment.decay import Decay
    from gapmap.catchment.floating import Shared
    from gapmap.catchment.supply_doubts import Doubts
    from gapmap.findings import Finding
    from gapmap.surface import Surface

__all__ = [
    "AREA_COLUMNS",
    "FACILITY_COLUMNS",
    "SUPPLY_COLUMNS",
    "Supply",
    "SupplyRule",
    "measure_supply",
]

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]

_PER: Final = 1000.0
_HOW: Final = (
    *("capacity_attribute", "capacity_title", "method", "decay", "decay_basis"),
    "people_basis",
)

SUPPLY_COLUMNS = [
    "place_id",
    "place",
    "town",
    "district_id",
    "district",
    "setting",
    "people",
    "service",
    "supply_per_1000_people",
    "bound",
    "reason",
    "facilities_within_limit",
    *_HOW,
]
"""Columns of ``supply.csv``."""

FACILITY_COLUMNS = [
    "service",
    "facility_id",
    "facility",
    "capacity",
    "people_within_limit",
    "people_competing",
    "capacity_per_1000_people",
    "bound",
    "reason",
    *_HOW,
]
"""Columns of ``supply_facilities.csv``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyRule:
    """How the supply of a service is measured.

    Attributes
    ----------
    service
        Its id.
    method
        One of :data:`gapmap.catchment.METHODS`.
    capacity
        The column of the facilities that says what each has: ``capacity``, ``floor_area_m2`` or
        an attribute of the study's own.
    title
        What the facilities' file calls that column (``床位``), for readers.
    decay
        How weight falls with distance or time, as :func:`gapmap.catchment.share_supply` takes it;
        None: as the method has it, and where that is by steps, steps that are an assumption.
    """

    service: str
    method: str = "e2sfca"
    capacity: str = "capacity"
    title: str = ""
    decay: Decay | None = None

    @property
    def decay_basis(self) -> str:
        """``given``, or ``method`` where the method leaves no choice, else ``assumption``."""
        if self.decay is not None:
            return "given"
        return "method" if decay_of(self.method, None).kind != "step" else "assumption"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What each place has of the facilities within its reach, given who else reaches them.

    Attributes
    ----------
    table
        The columns of ``supply.csv``, by rule, then as in the places' table.
        ``supply_per_1000_people`` is in units of ``capacity_attribute``. ``bound`` says whether it
        is ``exact``; ``at_least`` or ``at_most`` so much, because something nobody knows can only
        add or only take away; or ``unsure``, where it may do either. ``reason`` says why, or why
        the figure is 0 or empty.
    facilities
        The columns of ``supply_facilities.csv``: facilities that serve, by id, then those that may.
    areas
        The columns of ``supply_areas.csv``.
    findings
        What was unknown.
    """

    table: pd.DataFrame
    facilities: pd.DataFrame
    areas: pd.DataFrame
    findings: tuple[Finding, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by the name of their file without its ending."""
        return {
            "supply": self.table,
            "supply_facilities": self.facilities,
            "supply_areas": self.areas,
        }


def measure_supply(access: Access, rules: Sequence[SupplyRule]) -> Supply:
    """Measure what the facilities of services have for the people who reach them.

    Pairs of place and facility within each service's limit are those that access measures, in its
    mode. What facilities have is shared among people as :func:`gapmap.catchment.share_supply` says.
    People are where the places are, also in a study with a population grid (``people_basis``).

    0 is a figure: no facility that serves is within the limit. What nobody knows is no 0. A place
    without a position or off the network has no figure, and its people compete for nothing, which
    a finding counts. Whatever may add to a figure that is not 0 (a facility of unknown capacity
    within the limit, one that may serve, one of the place's own that stands nobody knows where,
    ground of unknown speed) makes it ``at_least`` so much; to nothing it makes it unknown. If
    nobody knows where any facility stands that serves, all is unknown; else a finding counts those
    without a position, which other places may have within their limit. People unknown of some place
    within the limit of the same facility make it ``at_most``. In ``3sfca`` and ``bfca`` a facility
    more takes people from others, too, so there those who share a facility with such a place are
    ``unsure``. A facility that nobody competes for has no ratio, and what it has is unused: a
    place that has only such is empty, not 0. People beyond the districts are in no figure.

    Parameters
    ----------
    access
        Of the places.
    rules
        The services to measure.

    Returns
    -------
    Supply
        The tables of ``supply.csv``, ``supply_facilities.csv`` and ``supply_areas.csv``.

    Raises
    ------
    MethodError
        If a rule names a service that was not measured, a column that the facilities do not have,
        a method or decay that is none, or a service has no finite limit to make steps of.
    """
    known = {service.id: service for service in access.services}
    for rule in rules:
        _check(rule, known, access.facilities.table)
    hoped = None
    if access.surface is not None:
        hoped = as_if_passable(access.surface, Extent(access.places.region).area)
    made = [_measure(access, hoped, known[rule.service], rule) for rule in rules]
    return Supply(
        table=_together([one.table for one in made], SUPPLY_COLUMNS),
        facilities=_together([one.facilities for one in made], FACILITY_COLUMNS),
        areas=_together([one.areas for one in made], AREA_COLUMNS),
        findings=tuple(said for one in made for said in one.findings),
    )


def _together(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def _check(rule: SupplyRule, known: dict[str, Service], facilities: pd.DataFrame) -> None:
    if rule.service not in known:
        raise MethodError(
            f"service {rule.service} was not measured; known are {', '.join(known)}",
            f"没有测算服务“{rule.service}”；已测算：{'、'.join(known)}",
        )
    if rule.capacity not in facilities:
        raise MethodError(
            f"facilities have no column {rule.capacity!r} that could say what each has",
            f"设施表没有可作为容量的列“{rule.capacity}”",
        )
    decay_of(rule.method, rule.decay).steps(known[rule.service].limit)


def _measure(access: Access, hoped: Surface | None, service: Service, rule: SupplyRule) -> Supply:
    """Measure one service."""
    pool = parted_pool(access, service)
    ground = Ground(access.network, access.surface)
    origins = origins_of(access.places, ground, service, {})
    targets = join(pool.serving, origins, service)
    capacity = _capacity(pool.serving, rule.capacity)
    cost = _by_place(costs_between(origins, targets, service))
    pairs = weigh_pairs(cost, service.limit, decay_of(rule.method, rule.decay))
    people = access.places.table["people"].to_numpy(dtype=float)
    shared = share(pairs, np.nan_to_num(people), capacity, rule.method)
    case = Case(
        service=service,
        method=rule.method,
        decay=decay_of(rule.method, rule.decay),
        places=access.places,
        pool=pool,
        origins=origins,
        targets=targets,
        pairs=pairs,
        shared=shared,
        capacity=capacity,
        hoped=hoped,
    )
    doubts = doubts_of(case)
    how = {
        "capacity_attribute": rule.capacity,
        "capacity_title": rule.title,
        "method": rule.method,
        "decay": decay_of(rule.method, rule.decay).words(service.limit),
        "decay_basis": rule.decay_basis,
        "people_basis": "places" if access.places.weight == "people" else "places_counted",
    }
    table = _place_rows(access.places.table, service, shared, doubts).assign(**how)
    return Supply(
        table=table[SUPPLY_COLUMNS],
        facilities=_facility_rows(case, doubts, rule).assign(**how)[FACILITY_COLUMNS],
        areas=area_rows(access.places, table).assign(**how)[AREA_COLUMNS],
        findings=tuple(_notes(case, doubts, table, rule)),
    )


def _capacity(facilities: pd.DataFrame, column: str) -> Floats:
    """Give what each facility has; NaN where that is no number from 0."""
    held = facilities[column]
    values = held if pd.api.types.is_numeric_dtype(held) else plain_numbers(held.astype(str))[0]
    made = values.to_numpy(dtype=float)
    return np.where(np.isfinite(made) & (made >= 0), made, np.nan)


def _by_place(cost: csr_array) -> csr_array:
    """Turn pairs of facility and place, each there once, into rows of places."""
    facility, place = cost.coords
    order = np.lexsort((facility, place))
    starts = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=cost.shape[1]))])
    return csr_array((cost.data[order], facility[order], starts), shape=cost.shape[::-1])


def _place_rows(
    places: pd.DataFrame, service: Service, shared: Shared, doubts: Doubts
) -> pd.DataFrame:
    columns = ["place_id", "place", "town", "district_id", "district", "setting", "people"]
    table = pd.DataFrame(places[columns]).reset_index(drop=True)
    return table.assign(
        service=service.id,
        supply_per_1000_people=np.where(doubts.known, shared.supply * _PER, np.nan),
        bound=doubts.bound,
        reason=doubts.reason,
        facilities_within_limit=pd.arrays.IntegerArray(shared.within, ~doubts.stands),
    )


def _facility_rows(case: Case, doubts: Doubts, rule: SupplyRule) -> pd.DataFrame:
    """List the facilities that serve, then those that may, without figures."""
    serving, doubtful = case.pool.serving, case.pool.doubtful
    reason = reasons_of_facilities(case)
    placed = ~np.isin(reason, ["no_position", "not_connected"])
    reached = csr_array(
        (
            np.ones(len(case.pairs.weights.data)),
            case.pairs.weights.indices,
            case.pairs.weights.indptr,
        ),
        shape=case.pairs.weights.shape,
    )
    people = np.nan_to_num(case.places.table["people"].to_numpy(dtype=float))
    table = pd.DataFrame(
        {
            "service": case.service.id,
            "facility_id": serving["facility_id"].to_numpy(dtype=object),
            "facility": serving["facility"].to_numpy(dtype=object),
            "capacity": case.capacity,
            "people_within_limit": np.where(placed, reached.T @ people, np.nan),
            "people_competing": np.where(placed, case.shared.competing, np.nan),
            "capacity_per_1000_people": case.shared.ratio * _PER,
            "bound": np.where(np.isnan(case.shared.ratio), "", doubts.facility_bound),
            "reason": reason,
        }
    )
    if doubtful.empty:
        return table
    more = pd.DataFrame(
        {
            "service": case.service.id,
            "facility_id": doubtful["facility_id"].to_numpy(dtype=object),
            "facility": doubtful["facility"].to_numpy(dtype=object),
            "capacity": _capacity(doubtful, rule.capacity),
            "bound": "",
            "reason": "may_not_serve",
        }
    ).sort_values("facility_id", kind="stable")
    return pd.concat([table, more], ignore_index=True)


def _notes(case: Case, doubts: Doubts, table: pd.DataFrame, rule: SupplyRule) -> Iterator[Finding]:
    """Say what is unknown: capacities, file by file; people who compete nowhere; people."""
    service, serving = case.service.id, case.pool.serving
    reason = reasons_of_facilities(case)
    for file, rows in serving[reason == "capacity_unknown"].groupby("file", sort=True):
        numbers = sorted(int(row) for row in rows["row"].dropna())
        said = finding(
            "catchment-supply-capacity-unknown",
            file=str(file),
            row=numbers[0] if numbers else None,
            field=rule.title or rule.capacity,
            service=service,
            count=len(rows),
            of=len(serving),
            **names_of(rows),
        )
        yield replace(said, further=tuple(numbers[1:]))
    people = table["people"].to_numpy(dtype=float)
    for code, which in (
        ("catchment-supply-people-nowhere", ~doubts.stands),
        ("catchment-supply-people-unknown", doubts.stands & doubts.people_unknown),
    ):
        if which.any():
            yield finding(
                code,
                service=service,
                count=int(which.sum()),
                people=f"{np.nansum(people[which]):,.0f}",
            )
    nowhere = case.pool.unplaced
    if len(nowhere):
        yield finding(
            "catchment-supply-facility-nowhere",
            service=service,
            count=len(nowhere),
            capacity=f"{np.nansum(_capacity(nowhere, rule.capacity)):,.6g}",
            **names_of(nowhere),
        )
    idle = (reason == "nobody_within_limit") & (case.capacity > 0)
    if idle.any():
        yield finding(
            "catchment-supply-unused",
            service=service,
            count=int(idle.sum()),
            capacity=f"{case.capacity[idle].sum():,.6g}",
            **names_of(serving[idle]),
        )
