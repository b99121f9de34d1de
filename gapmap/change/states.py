"""The states between A and B: some of what differs as in A, the rest as in B."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gapmap.access import measure_access
from gapmap.change.lists import match_lists, same_points
from gapmap.network import MODES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from gapmap.access import Access, Service
    from gapmap.change.lists import Lists
    from gapmap.network import Network
    from gapmap.places import Places

    Flags = NDArray[np.bool_]

__all__ = ["States", "places_of_either"]

_TOLD = ("findings", "rows", "simulated", "cache", "memo", "source", "classes")
"""What a value says of its files; not what is measured over."""


class States:
    """Everything that lies between two measured states, and the places of either.

    Attributes
    ----------
    a, b
        The two states.
    as_a, as_b
        The places of either, in one order: as A has them, and those that only B has; and the
        other way round.
    lists
        Their facilities, matched.
    """

    def __init__(self, a: Access, b: Access) -> None:
        self.a, self.b = a, b
        self.as_a, self.as_b = places_of_either(a.places, b.places)
        self.lists: Lists = match_lists(a.facilities, b.facilities)
        self._networks: dict[tuple[bool, bool], Network | None] = {}

    def services(self) -> list[str]:
        """Name the services that both measure, in A's order."""
        there = {one.id for one in self.b.services}
        return [one.id for one in self.a.services if one.id in there]

    def causes_of(self, service: str) -> set[str]:
        """Give the causes that may change who is covered by a service, people left aside."""
        here, there = _named(self.a, service), _named(self.b, service)
        causes = self.lists.causes_of(service)
        modes = {here.mode, there.mode}
        over_land = "surface" in modes or "surface" in {here.off_road, there.off_road}
        by_road = not modes.isdisjoint(MODES)
        if (by_road and not self._same_ways) or (over_land and not self._same_surface):
            causes.add("roads")
        if _asks(here) != _asks(there) or (by_road and not self._same_speeds):
            causes.add("rules")
        if not self._same_places:
            causes.add("corrections")
        return causes

    def status(
        self, causes: Collection[str], services: Iterable[str]
    ) -> dict[str, NDArray[np.object_]]:
        """Give the status of every place, for each service, where some causes have come."""
        late = "rules" in causes
        wanted = [_named(self.b if late else self.a, service) for service in services]
        measured = measure_access(
            self.as_b if "corrections" in causes else self.as_a,
            self.lists.mixed(causes),
            self._network(roads="roads" in causes, rules=late),
            wanted,
            surface=(self.b if "roads" in causes else self.a).surface,
            brief=True,
        )
        status = measured.table["status"].to_numpy(dtype=object)
        size = len(self.as_a.table)
        return {one.id: status[n * size : (n + 1) * size] for n, one in enumerate(wanted)}

    def _network(self, *, roads: bool, rules: bool) -> Network | None:
        """Give the ways of one state, at the speeds and with the snapping distance of another."""
        if self._same_ways:
            roads = False
        if self._same_speeds:
            rules = roads
        if (roads, rules) not in self._networks:
            ways, told = ((self.b if late else self.a).network for late in (roads, rules))
            self._networks[roads, rules] = _at_speeds(ways, told, same=self._same_ways)
        return self._networks[roads, rules]

    @cached_property
    def _same_ways(self) -> bool:
        one, other = self.a.network, self.b.network
        if one is other:
            return True
        if one is None or other is None:
            return False
        return _alike(one, other, but=("speeds", "snap_m", "drive_kmh"))

    @cached_property
    def _same_speeds(self) -> bool:
        one, other = self.a.network, self.b.network
        if one is other or one is None or other is None:
            return True
        same = dict(one.speeds) == dict(other.speeds) and one.snap_m == other.snap_m
        return same and (not self._same_ways or _alike(one.edges.drive_kmh, other.edges.drive_kmh))

    @cached_property
    def _same_surface(self) -> bool:
        return _alike(self.a.surface, self.b.surface)

    @cached_property
    def _same_places(self) -> bool:
        """Whether the places of both stand where they stood, and are islands where they were."""
        one, other = self.as_a.table, self.as_b.table
        if not same_points(one.geometry.to_numpy(), other.geometry.to_numpy()).all():
            return False
        columns = [name for name in ("position", "island", "of_place") if name in one]
        island = [table[columns].astype(object).astype(str) for table in (one, other)]
        return bool(island[0].equals(island[1]))


def places_of_either(a: Places, b: Places) -> tuple[Places, Places]:
    """Give the places of either state in one order: as A has them, and as B has them."""
    columns = [name for name in a.table.columns if name in b.table.columns]
    one, other = a.table[columns], b.table[columns]
    only_a = one[~one["place_id"].isin(other["place_id"])]
    only_b = other[~other["place_id"].isin(one["place_id"])]
    order = [*one["place_id"], *only_b["place_id"]]
    as_a = _joined(one, only_b, order)
    as_b = _joined(other, only_a, order)
    return replace(a, table=as_a, polygons=None), replace(b, table=as_b, polygons=None)


def _joined(table: gpd.GeoDataFrame, more: gpd.GeoDataFrame, order: list[str]) -> gpd.GeoDataFrame:
    both = pd.concat([table, more]) if len(more) else table
    told = both.set_index("place_id", drop=False).loc[order].reset_index(drop=True)
    return gpd.GeoDataFrame(told, geometry="geometry", crs=table.crs)


def _named(access: Access, service: str) -> Service:
    return next(one for one in access.services if one.id == service)


def _asks(service: Service) -> tuple[object, ...]:
    """Give what decides who is covered; names and sources decide nothing."""
    asked = (service.mode, service.limit, service.limit_unit, service.speed_kmh, service.off_road)
    return tuple(asked)


def _at_speeds(ways: Network | None, told: Network | None, *, same: bool) -> Network | None:
    if ways is None or told is None or ways is told:
        return ways
    edges = replace(ways.edges, drive_kmh=told.edges.drive_kmh) if same else ways.edges
    return replace(ways, edges=edges, speeds=told.speeds, snap_m=told.snap_m)


def _alike(one: object, other: object, *, but: tuple[str, ...] = ()) -> bool:
    """Say whether two values are the same in all that is measured over."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return _same_arrays(one, other)
    if isinstance(one, shapely.Geometry) and isinstance(other, shapely.Geometry):
        return bool(shapely.equals_exact(one, other))
    pairs = _parts(one, other, but)
    return bool(one == other) if pairs is None else all(_alike(*pair, but=but) for pair in pairs)


def _parts(one: object, other: object, but: tuple[str, ...]) -> list[tuple[object, object]] | None:
    """Give the parts of two values of one kind that are compared one by one; None: no parts."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        pairs = list(zip(one, other, strict=False))
        return pairs if len(one) == len(other) else [(len(one), len(other))]
    if not is_dataclass(one):
        return None
    names = [part.name for part in fields(one) if part.name not in (*_TOLD, *but)]
    return [(getattr(one, name), getattr(other, name)) for name in names]


def _same_arrays(one: NDArray[np.generic], other: NDArray[np.generic]) -> bool:
    numbers = np.issubdtype(one.dtype, np.floating) and np.issubdtype(other.dtype, np.floating)
    return np.array_equal(one, other, equal_nan=numbers)
