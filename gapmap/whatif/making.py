"""Making what a page has to know for its what-if."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from gapmap import network as roads
from gapmap.access.evidence import cut_off
from gapmap.access.stops import Ground, Stops
from gapmap.access.trips import join, origins_of, travel
from gapmap.catchment import zones_of
from gapmap.catchment.costs import costs_between
from gapmap.siting.ways import Ways
from gapmap.whatif.asks import asks_of
from gapmap.whatif.near import entries_of, find_near, in_units, spread_order, stay_on
from gapmap.whatif.sites import sites_of
from gapmap.whatif.value import Switches, WhatIf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

    from gapmap.access import Access, Service
    from gapmap.assessment import Assessment
    from gapmap.siting import CandidateSites
    from gapmap.whatif.sites import Sites

__all__ = ["make_what_if"]

Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

_ENTRIES: Final = 20_000
_ENTRIES_A_PLACE: Final = 14
_ENTRIES_A_SERVICE: Final = 2_000
"""Entries that the lists of all services may have together: about 4 bytes each in the page."""
_WITH_CANDIDATES: Final = 2
"""How many times as many a service has beyond what it needs, where more may be built."""
_TIMES_THE_LIMIT: Final = 4
"""The largest limit that may be asked about."""
_MOST_DATES: Final = 12
_WALK_KMH: Final = roads.default_speeds()["walk"]


def make_what_if(
    assessment: Assessment,
    candidates: Mapping[str, CandidateSites],
    *,
    proposed: Mapping[str, Iterable[str]],
    costs: Mapping[str, float] | None = None,
) -> WhatIf:
    """Find out what a page has to know to say what other sites, limits or dates would change.

    Parameters
    ----------
    assessment
        The state that the page shows.
    candidates
        Where each service could be built.
    proposed
        Ids of the sites that were proposed (``service@candidate``), by service; they are kept
        whatever else is left out.
    costs
        What a site of a service costs where its candidate does not say.

    Returns
    -------
    Services that go over land are not in it: whether unknown ground may be crossed within the limit
    is asked for all facilities together.
    """
    access = assessment.access
    dates = _dates(assessment)
    wanted = [
        one for one in access.services if one.mode != "surface" and one.off_road == "straight"
    ]
    asked = _Asked(access, dates, costs or {})
    sited = [
        asked.sited(service, candidates.get(service.id), set(proposed.get(service.id, ())))
        for service in wanted
    ]
    switches = tuple(asked.of(*one) for one in zip(sited, _allowed(access, sited), strict=True))
    return WhatIf(
        dates=dates,
        date=access.facilities.date,
        switches=switches,
        zones=tuple(one for one in zones_of(access.places) if one.member.any()),
        asks=tuple(asks_of(assessment, {one.service: one.sites for one in switches}, dates)),
        place_number={str(one): n for n, one in enumerate(access.places.table["place_id"])},
        positions=tuple(str(one) for one in access.places.table["position"]),
        people=access.places.table["people"].to_numpy(dtype=float),
        missing=np.asarray(access.places.people_missing, dtype=float),
        group_people={
            name: access.places.table[f"people_{name}"].to_numpy(dtype=float)
            for name in access.places.groups
        },
    )


def _dates(assessment: Assessment) -> tuple[dt.date, ...]:
    """List the ends of years from the plan's baseline or the first opening, and the study's day."""
    facilities = assessment.access.facilities
    last, opened = facilities.date, facilities.table["opened"].min()
    first = last if pd.isna(opened) else opened.date()
    if assessment.plan is not None:
        first = assessment.plan.baseline
    ends = [dt.date(year, 12, 31) for year in range(first.year, last.year + 1)]
    return (*[one for one in ends if one < last][1 - _MOST_DATES :], last)


@dataclass(frozen=True, slots=True)
class _Sited:
    """A service, its places and all its sites, before any is left out.

    ``order`` are those that may stay on, as they are taken; ``kept`` the ids of candidates that are
    never left out.
    """

    service: Service
    origins: Stops
    sites: Sites
    order: Integers
    kept: set[str]

    @property
    def here(self) -> npt.NDArray[np.float64]:
        """Positions of the places that have one."""
        return self.origins.xy[np.isfinite(self.origins.xy).all(axis=1)]


def _allowed(access: Access, sited: Sequence[_Sited]) -> list[int]:
    """Say how many entries the lists of each service may have.

    First each has what it needs to keep all its candidates, as far as that goes; the rest lets
    fewer facilities have to stay on.
    """
    parts = [
        1 + (_WITH_CANDIDATES - 1) * (len(one.sites.table) > one.sites.existing) for one in sited
    ]
    total = _ENTRIES + _ENTRIES_A_PLACE * len(access.places.table)
    total += _ENTRIES_A_SERVICE * (len(sited) - 1)
    least = [_staying(one.here, one.sites, one.order, 0)[1] for one in sited]
    given = _shared_out(total, least, parts)
    more = [
        len(one.here) * len(one.sites.table) - has for one, has in zip(sited, given, strict=True)
    ]
    added = _shared_out(total - sum(given), more, parts)
    return [has + one for has, one in zip(given, added, strict=True)]


def _shared_out(total: int, wanted: Sequence[int], parts: Sequence[int]) -> list[int]:
    """Share out by parts, to none more than it wants: the others have what is left."""
    given, left = [0] * len(wanted), sum(parts)
    for at in sorted(range(len(wanted)), key=lambda at: wanted[at] / parts[at]):
        given[at] = min(wanted[at], total * parts[at] // left)
        total, left = total - given[at], left - parts[at]
    return given


class _Asked:
    """What the services share: the places on their ground, the dates, and what sites cost."""

    def __init__(
        self,
        access: Access,
        dates: tuple[dt.date, ...],
        costs: Mapping[str, float],
    ) -> None:
        self._access, self._dates, self._costs = access, dates, costs
        self._known: dict[str, Stops] = {}

    def sited(
        self, service: Service, candidates: CandidateSites | None, proposed: set[str]
    ) -> _Sited:
        """Gather the places and sites of one service."""
        access = self._access
        ground = Ground(access.network, access.surface)
        origins = origins_of(access.places, ground, service, self._known)
        sites = sites_of(service.id, access.facilities, candidates, access.places, self._dates)
        sites = sites.at_cost(self._costs.get(service.id))
        steady = np.flatnonzero(sites.steady())
        order = steady[spread_order(_xy(sites.table.iloc[steady]))]
        return _Sited(service, origins, sites, order, proposed)

    def of(self, sited: _Sited, allowed: int) -> Switches:
        """Ask for one service, with lists that are not longer than allowed together."""
        service, origins, access = sited.service, sited.origins, self._access
        sites, on = _shortened(sited, allowed)
        placed = sites.table.geometry.notna().to_numpy()
        where = np.flatnonzero(placed)
        found = find_near(
            Ways(origins, service, np.arange(len(origins.xy))),
            sites.table[placed],
            sites.table["facility_id"].to_numpy(dtype=object)[placed],
            on[placed],
        )
        farthest = _TIMES_THE_LIMIT * service.limit
        return Switches(
            service=service.id,
            sites=sites,
            stay_on=np.flatnonzero(on),
            left_out=len(sited.sites.table) - len(sites.table),
            near=replace(found, site=where[found.site]),
            lost=_lost(origins, sites, service, farthest),
            farthest=farthest,
            off_network=np.flatnonzero(origins.off_network),
            no_ferry=np.flatnonzero(_no_ferry(origins, service, access)),
        )


def _shortened(sited: _Sited, allowed: int) -> tuple[Sites, Flags]:
    """Choose which sites always stay on and, if that does not suffice, candidates to leave out."""
    here, sites, order = sited.here, sited.sites, sited.order  # facilities, which all are kept
    on, entries = _staying(here, sites, order, allowed)
    if entries <= allowed:
        return sites, on
    free = np.arange(len(sites.table)) >= sites.existing
    free &= ~sites.table["facility_id"].isin(sited.kept).to_numpy()
    spread = np.flatnonzero(free)[spread_order(_xy(sites.table[free]))]

    def with_first(count: int) -> Sites:
        keep = ~free
        keep[spread[:count]] = True
        return sites.only(keep)

    low, high = 0, len(spread)
    while high - low > 1:
        middle = (low + high) // 2
        fits = _staying(here, with_first(middle), order, allowed)[1] <= allowed
        low, high = (middle, high) if fits else (low, middle)
    fewer = with_first(low)
    return fewer, _staying(here, fewer, order, allowed)[0]


def _staying(
    here: npt.NDArray[np.float64], sites: Sites, order: Integers, allowed: int
) -> tuple[Flags, int]:
    """Say which sites always stay on, taken in order, and how long the lists are then together."""
    on = np.zeros(len(sites.table), dtype=bool)
    placed = np.flatnonzero(sites.table.geometry.notna().to_numpy())
    xy = _xy(sites.table.iloc[placed])
    chosen = stay_on(here, xy, np.searchsorted(placed, order), allowed)
    on[placed[chosen]] = True
    return on, entries_of(here, cKDTree(xy), xy[chosen])


def _xy(table: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    return np.asarray(table.get_coordinates().to_numpy())


def _lost(origins: Stops, sites: Sites, service: Service, farthest: float) -> npt.NDArray[np.int64]:
    """List who may be near a facility that stands off the ways: site, place, way straight.

    Nobody knows how fast one drives there: drivers walk, as :func:`gapmap.measure_access` has it.
    """
    nobody = np.zeros((0, 3), dtype=np.int64)
    placed = np.flatnonzero(sites.table.geometry.notna().to_numpy())
    stops = join(sites.table.iloc[placed], origins, service)
    which = np.flatnonzero(stops.lost)
    if not len(which):
        return nobody
    kmh = service.speed_kmh or roads.default_speeds().get(service.mode, _WALK_KMH)
    asked = replace(service, speed_kmh=kmh, limit=farthest)
    found = costs_between(Stops(origins.xy), Stops(stops.xy[which]), asked).tocoo()
    site, place = found.coords
    return np.column_stack([placed[which][site], place, in_units(found.data)]).astype(np.int64)


def _no_ferry(origins: Stops, service: Service, access: Access) -> Flags:
    """Say which places no ferry serves, as :func:`gapmap.access.reasons.explain` asks it."""
    island = access.places.table["island"].fillna(value=False).to_numpy(dtype=bool)
    if origins.measured == "straight":
        return cut_off(origins, island)
    one = join(access.places.table.iloc[:1], origins, service)
    has_ferry = travel(origins, one, service).has_ferry
    return np.asarray((island & ~has_ferry) | cut_off(origins, island), dtype=bool)
