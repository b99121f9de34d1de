"""Referral: where the facilities of one service send people on to those of another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.access.reasons import judge, pool_of
from gapmap.access.trips import Ground, or_nan
from gapmap.catchment.costs import names_of
from gapmap.catchment.trips import ground_of, nearest_trips
from gapmap.errors import MethodError
from gapmap.findings import finding
from gapmap.network import SLACK
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from gapmap.catchment.trips import Trips
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.surface import Surface

__all__ = [
    "REFERRAL_COLUMNS",
    "Ends",
    "ReferralRule",
    "Referrals",
    "ends_of",
    "names_at",
    "refer",
]

Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]

REFERRAL_COLUMNS = [
    "referral",
    "from_service",
    "from_id",
    "from_name",
    "to_service",
    "to_id",
    "to_name",
    "minutes",
    "distance_m",
    "nearest_by_distance_id",
    "nearest_by_distance_name",
    "distance_of_that_m",
    "limit_minutes",
    "status",
    "reason",
    "mode",
]
"""Columns of ``referral.csv``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRule:
    """From which service people are sent on to which, how, and how long it may take.

    Attributes
    ----------
    origin, target
        Ids of two services.
    mode
        ``walk``, ``cycle``, ``drive``, ``straight`` or ``surface``.
    limit_minutes
        Inclusive; None: there is no limit.
    pairs
        Whether every pair is wanted, too: see :func:`gapmap.catchment.referral_pairs`.
    """

    origin: str
    target: str
    mode: str
    limit_minutes: float | None = None
    pairs: bool = False

    @property
    def name(self) -> str:
        """What the tables call it."""
        return f"{self.origin} -> {self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrals:
    """To where each facility refers people.

    Attributes
    ----------
    table
        The columns of ``referral.csv``: one row per facility of the origin service that serves,
        by its id. ``status`` is ``within`` or ``beyond`` the limit, ``reached`` where there is no
        limit, ``unreachable``, or ``unknown``; ``reason`` is one of those of ``access.csv``, or
        ``no_speed``: a straight line has no minutes.
    findings
        Which facilities cannot be reached or judged.
    """

    table: pd.DataFrame
    findings: tuple[Finding, ...] = ()


class Ends(NamedTuple):
    """Facilities that serve, and those of the target service that may (with a position)."""

    origins: gpd.GeoDataFrame
    targets: gpd.GeoDataFrame
    doubtful: gpd.GeoDataFrame


def refer(
    facilities: Facilities,
    rule: ReferralRule,
    *,
    network: Network | None = None,
    surface: Surface | None = None,
) -> Referrals:
    """Find the nearest facility of one service from each facility of another.

    AccessMod's referral analysis [1]_ gives for each facility the nearest of the other set by time
    and the nearest by distance, and so does this (every pair, its other table, is
    :func:`gapmap.catchment.referral_pairs`): ``minutes`` and ``distance_m`` are both of the way
    that takes least time. We differ in that ``distance_of_that_m`` is the length of the
    shortest way; AccessMod measures all distances along the ways that take least time. On a
    surface people go to the target in both, whichever direction the study measures access in.

    Facilities that serve are those of access: they count at the date and meet the standard. One
    that offers both services refers to itself, in 0 minutes. Of two that are equally near, the
    search decides as for access.

    Parameters
    ----------
    facilities
        Of both services.
    rule
        Which services, how, and the limit.
    network, surface
        What the mode needs.

    Returns
    -------
    Referrals
        The first rule that holds speaks: no position (unknown); reached, without a limit; within
        the limit; in a straight line there are no minutes (unknown); a target within the limit
        whose quality or existence is doubtful (unknown); no target serves (unreachable); none has
        a position (unknown); none is connected, or the facility itself is not (unknown); one that
        is not connected, or lies beyond ground of unknown speed, may be within the limit, as in
        access (unknown); no route (unreachable);
        beyond the limit.

    Raises
    ------
    MethodError
        If both services are the same, or the mode needs a network or surface that is not there.

    References
    ----------
    .. [1] AccessMod 5 user manual, appendix 5: calculation details, referral analysis,
       https://accessmod.atlassian.net/wiki/spaces/EN/pages/4327517
    """
    ends = ends_of(facilities, rule)
    own = ground_of(rule.mode, Ground(network, surface))
    limit = np.inf if rule.limit_minutes is None else rule.limit_minutes
    trips = nearest_trips(rule.mode, own, (ends.origins, ends.targets), limit_minutes=limit)
    doubtful = nearest_trips(rule.mode, own, (ends.origins, ends.doubtful))
    status, reason = _judged(ends, rule, trips, doubtful)
    return Referrals(
        table=_table(ends, rule, trips, (status, reason)),
        findings=tuple(_notes(ends, rule, trips)),
    )


def ends_of(facilities: Facilities, rule: ReferralRule) -> Ends:
    """Give the facilities between which people are referred.

    Raises
    ------
    MethodError
        If both services are the same.
    """
    if rule.origin == rule.target:
        raise MethodError(
            f"facilities of {rule.origin} cannot be referred to {rule.target}; name two services",
            f"“{rule.origin}”不能转往“{rule.target}”；请填写两个服务",
        )
    origins, targets = pool_of(facilities, rule.origin), pool_of(facilities, rule.target)
    placed = targets.geometry.notna().to_numpy()
    doubtful = targets[(judge(targets) == "doubtful") & placed]
    return Ends(_serving(origins), _serving(targets), doubtful)


def _serving(pool: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return pool[judge(pool) == "serves"].sort_values("facility_id", kind="stable")


def _judged(ends: Ends, rule: ReferralRule, trips: Trips, doubtful: Trips) -> tuple[Words, Words]:
    """Decide status and reason; the first rule that holds speaks."""
    count, without = len(ends.origins), rule.limit_minutes is None
    limit = np.inf if rule.limit_minutes is None else rule.limit_minutes + SLACK
    reached, timed = trips.target >= 0, ~np.isnan(trips.minutes)
    may = (doubtful.target >= 0) & ((doubtful.minutes <= limit) | without)
    placed = ends.targets.geometry.notna().to_numpy()
    joined = placed & ~trips.lost_targets

    def all_of(holds: bool) -> Flags:  # noqa: FBT001 - it is the value
        return np.full(count, holds)

    rules = [
        (ends.origins.geometry.isna().to_numpy(), "unknown", "no_position"),
        (reached & all_of(without), "reached", ""),
        (reached & (trips.minutes <= limit), "within", "within_limit"),
        (reached & ~timed, "unknown", "no_speed"),
        (may, "unknown", "below_standard"),
        (all_of(len(placed) == 0), "unreachable", "no_facility"),
        (all_of(not placed.any()), "unknown", "no_position"),
        (all_of(not joined.any()) | trips.lost_origins, "unknown", "not_connected"),
        (trips.perhaps, "unknown", "not_connected"),
        (~reached, "unreachable", "no_route"),
    ]
    holds = [rule for rule, _, _ in rules]
    status = np.select(holds, [word for _, word, _ in rules], "beyond")
    return status, np.select(holds, [word for _, _, word in rules], "beyond_limit")


def _table(
    ends: Ends, rule: ReferralRule, trips: Trips, judged: tuple[Words, Words]
) -> pd.DataFrame:
    status, reason = judged
    return pd.DataFrame(
        {
            "referral": rule.name,
            "from_service": rule.origin,
            "from_id": ends.origins["facility_id"].to_numpy(dtype=object),
            "from_name": ends.origins["facility"].to_numpy(dtype=object),
            "to_service": rule.target,
            "to_id": names_at(ends.targets["facility_id"], trips.target),
            "to_name": names_at(ends.targets["facility"], trips.target),
            "minutes": or_nan(trips.minutes),
            "distance_m": or_nan(trips.distance_m),
            "nearest_by_distance_id": names_at(ends.targets["facility_id"], trips.nearest),
            "nearest_by_distance_name": names_at(ends.targets["facility"], trips.nearest),
            "distance_of_that_m": or_nan(trips.nearest_m),
            "limit_minutes": np.nan if rule.limit_minutes is None else rule.limit_minutes,
            "status": status.astype(object),
            "reason": reason.astype(object),
            "mode": rule.mode,
        },
        columns=REFERRAL_COLUMNS,
    )


def names_at(names: pd.Series, target: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """Give the name of each target, empty without one."""
    return np.append(names.to_numpy(dtype=object), "")[target]  # -1 is none


def _notes(ends: Ends, rule: ReferralRule, trips: Trips) -> Iterator[Finding]:
    """Say which facilities of either service have no position or are not connected."""
    for code, table, lost in (
        ("referral-from-lost", ends.origins, trips.lost_origins),
        ("referral-to-lost", ends.targets, trips.lost_targets),
    ):
        unplaced = table.geometry.isna().to_numpy()
        for why, those in (("no_position", unplaced), ("not_connected", lost)):
            for file, rows in table[those].groupby("file", sort=True):
                numbers = sorted(int(row) for row in rows["row"].dropna())
                said = finding(
                    code,
                    file=str(file),
                    row=numbers[0] if numbers else None,
                    referral=rule.name,
                    count=len(rows),
                    why_zh=word(why, "zh"),
                    why_en=word(why, "en"),
                    **names_of(rows),
                )
                yield replace(said, further=tuple(numbers[1:]))
    if not len(ends.targets):
        yield finding("referral-none", referral=rule.name, service=rule.target)
