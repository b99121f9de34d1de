"""Straight line against road: how long the detours are, and who is near only on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap import equity
from gapmap.catchment import zones_of
from gapmap.network import SLACK, default_speeds

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.access import Access, Service

__all__ = [
    "DETOUR_CLASSES",
    "DETOUR_COLUMNS",
    "Detours",
    "class_of",
    "measure_detours",
    "radius_of",
]

DETOUR_CLASSES: Final = (1.2, 1.5, 2.0, 3.0)
"""Where the classes of detours end: 1 to 1.2 (as good as straight), ... more than 3."""

DETOUR_COLUMNS: Final = [
    "service",
    "group_kind",
    "group",
    "group_id",
    "limit",
    "limit_unit",
    "radius_m",
    "places",
    "people",
    "places_straight",
    "people_straight",
    "places_only_straight",
    "people_only_straight",
    "share_only_straight",
    "places_straight_unknown",
    "people_straight_unknown",
    "places_measured",
    "people_measured",
    "detour_median",
    "detour_p90",
    "reason",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detours:
    """How ways compare with straight lines.

    Attributes
    ----------
    table
        The columns of ``detours.csv``.
    access
        What it was made from; its table has the detour of each place.
    """

    table: pd.DataFrame
    access: Access

    def factors(self, service: str) -> npt.NDArray[np.float64]:
        """Give the detour factor of each place for a service, NaN where there is none."""
        table = self.access.table
        mine = table.loc[table["service"] == service, "detour_factor"]
        return np.asarray(mine, dtype=np.float64)

    def only_straight(self, service: Service) -> npt.NDArray[np.bool_]:
        """Say of each place whether it is near a service on the map, and uncovered by its way."""
        table = self.access.table
        known = _Known.of(service, self.access, table[table["service"] == service.id])
        return np.asarray(known.near & (known.status == "uncovered"), dtype=bool)

    @property
    def worst(self) -> str | None:
        """The service that most people are near only on the map of; None where nothing is known."""
        city = self.table[
            (self.table["group_kind"] == "city") & (self.table["reason"] != "no_road")
        ]
        if len(city) == 0:
            return None
        return str(city.loc[city["people_only_straight"].fillna(-1.0).idxmax(), "service"])


def measure_detours(access: Access) -> Detours:
    """Sum up by area how the ways compare with straight lines.

    Parameters
    ----------
    access
        From :func:`gapmap.measure_access`, not in brief.

    Returns
    -------
    Its table has one row per service and zone that has a place. ``radius_m`` is how far the limit
    reaches as the crow flies: a limit in metres itself, one in minutes at the speed of the service
    or of its mode. ``*_straight`` live within it of a facility that serves; of these
    ``*_only_straight`` are ``uncovered`` by the way they have to take, ``*_straight_unknown`` are
    ``unknown``, and the rest is covered. ``share_only_straight`` is ``people_only_straight`` over
    ``people_straight``. ``detour_median`` and ``detour_p90`` are quantiles of
    ``detour_factor`` over the people of ``places_measured``: those whose status is known and that
    have a factor.

    Figures that nobody knows are NaN, and ``reason`` says why: ``no_road`` (the service is
    measured in straight lines, so that nothing is known of detours), ``no_one_speed`` (a limit in
    minutes that each road, or each kind of ground, fills with other metres: there is no radius),
    ``none_measured`` (nobody with a detour factor lives there); the last two may be joined by +.
    """
    zones = [zone for zone in zones_of(access.places) if zone.member.any()]
    size = len(access.places.table)
    rows: list[dict[str, object]] = []
    for number, service in enumerate(access.services):
        block = access.table.iloc[number * size : (number + 1) * size]
        known = _Known.of(service, access, block)
        rows += [
            {
                "service": service.id,
                "group_kind": zone.kind,
                "group": zone.name,
                "group_id": zone.id,
                **known.row(zone.member),
            }
            for zone in zones
        ]
    return Detours(table=pd.DataFrame(rows, columns=DETOUR_COLUMNS), access=access)


def radius_of(service: Service, access: Access) -> float:
    """Give how many metres the limit reaches in a straight line; NaN where no one speed says."""
    if service.limit_unit == "m":
        return service.limit
    speeds = default_speeds() if access.network is None else access.network.speeds
    kmh = service.speed_kmh or speeds.get(service.mode)
    if kmh is None or service.mode == "surface":
        return np.nan
    return service.limit * float(kmh) * 1000 / 60


def class_of(factor: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Give the class of each detour, counted from 0; a factor at a class's end belongs to it.

    Examples
    --------
    >>> class_of(np.array([1.0, 1.2, 1.21, 7.0])).tolist()
    [0, 0, 1, 4]
    """
    return np.searchsorted(DETOUR_CLASSES, factor - SLACK, side="left").astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Known:
    """One service: how far it reaches as the crow flies, and what is known of each place."""

    service: Service
    radius_m: float
    people: npt.NDArray[np.float64]
    factor: npt.NDArray[np.float64]
    near: npt.NDArray[np.bool_]
    status: npt.NDArray[np.object_]
    no_road: bool

    @classmethod
    def of(cls, service: Service, access: Access, block: pd.DataFrame) -> _Known:
        """Take the columns of a service's rows of the access table."""
        radius_m = radius_of(service, access)
        straight_m = np.nan_to_num(block["straight_m"].to_numpy(dtype=float), nan=np.inf)
        return cls(
            service=service,
            radius_m=radius_m,
            people=np.nan_to_num(block["people"].to_numpy(dtype=float)),
            factor=block["detour_factor"].to_numpy(dtype=float),
            near=straight_m <= radius_m + SLACK,
            status=block["status"].to_numpy(dtype=object),
            no_road=bool((block["measured"] == "straight").all()),
        )

    def row(self, member: npt.NDArray[np.bool_]) -> dict[str, object]:
        """Sum up the places of a zone."""
        near, people = self.near & member, self.people
        measured = np.isfinite(self.factor) & (self.status != "unknown") & member
        told: dict[str, object] = {
            "limit": self.service.limit,
            "limit_unit": self.service.limit_unit,
            "radius_m": self.radius_m,
            "places": int(member.sum()),
            "people": float(people[member].sum()),
            **_counted("measured", measured, people),
            "detour_median": equity.quantile(self.factor[measured], people[measured], 0.5),
            "detour_p90": equity.quantile(self.factor[measured], people[measured], 0.9),
            "reason": self.reason(anybody=bool(people[measured].sum() > 0)),
        }
        if np.isnan(self.radius_m):
            return told
        told |= _counted("straight", near, people)
        if self.no_road:
            return told
        lost = near & (self.status == "uncovered")
        told |= _counted("only_straight", lost, people)
        told |= _counted("straight_unknown", near & (self.status == "unknown"), people)
        every = float(people[near].sum())
        return told | {
            "share_only_straight": float(people[lost].sum()) / every if every else np.nan
        }

    def reason(self, *, anybody: bool) -> str:
        """Say why figures are missing, where they are."""
        if self.no_road:
            return "no_road"
        reasons = {"no_one_speed": np.isnan(self.radius_m), "none_measured": not anybody}
        return "+".join(reason for reason, holds in reasons.items() if holds)


def _counted(
    name: str, member: npt.NDArray[np.bool_], people: npt.NDArray[np.float64]
) -> dict[str, object]:
    return {f"places_{name}": int(member.sum()), f"people_{name}": float(people[member].sum())}
