"""Which assumption matters most: each alone, at its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.sensitivity.engine import speeds_of, timed_by_road
from gapmap.sensitivity.intervals import BASIS, TOO_FEW, between
from gapmap.sensitivity.sums import Groups, groups_in, sum_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gapmap.access import Access, Service
    from gapmap.assessment import Assessment
    from gapmap.sensitivity.value import Draw, Swing

__all__ = ["TORNADO_COLUMNS", "tornado_table"]

TORNADO_COLUMNS: Final = (
    *("service", "assumption", "low", "high", "share_people", "share_at_low", "share_at_high"),
    *("share_swing", "rank", "draws", "basis", "reason"),
)
_FERRIES: Final = "ferry_wait"
_SPEED: Final = "speed:"
_LIMIT: Final = "limit"
_CITY: Final = 0
"""The city is the first of the groups."""
_DECIMALS: Final = 6


def tornado_table(assessment: Assessment, swings: Iterable[Swing]) -> pd.DataFrame:
    """Tell how far the city's share of people covered moves with each assumption alone.

    ``low`` and ``high`` are what the assumption is multiplied by at its ends (of a wait: the share
    of the usual wait); empty for what is drawn place by place, whose ends are those of the interval
    of so many draws. ``rank`` counts from the widest swing of a service, 1; what moves nothing has
    none, and ``reason`` says why: ``cannot_matter`` (the service does not rest on it), ``no_swing``
    (it does, but the share stays as it is), ``nobody_known``, ``too_few_draws``.
    """
    access = assessment.access
    groups = groups_in(access)
    listed = list(swings)
    rows = [_row(access, service, groups, one) for service in access.services for one in listed]
    table = pd.DataFrame(rows, columns=list(TORNADO_COLUMNS))
    city = assessment.coverage[assessment.coverage["group_kind"] == "city"]
    table["share_people"] = table["service"].map(city.set_index("service")["share_people"])
    moving = table["share_swing"].where(table["share_swing"] > 0)
    table["rank"] = (
        moving.groupby(table["service"]).rank(method="first", ascending=False).astype("Int64")
    )
    return table


def _row(access: Access, asked: Service, groups: Groups, swing: Swing) -> dict[str, object]:
    service = asked.id
    shares = np.array([sum_up(groups, draw, service).share[_CITY] for draw in swing.draws])
    low = high = np.nan
    if swing.ends:
        at_low, at_high = (float(share) for share in shares)
        low = _factor(swing.draws[0], swing.assumption, service, min)
        high = _factor(swing.draws[1], swing.assumption, service, max)
    else:
        at_low, at_high = (float(end[0]) for end in between(shares[None, :]))
    moved = round(abs(at_high - at_low), _DECIMALS)
    reason = "" if moved else "no_swing"
    if np.isnan(moved):
        reason = "nobody_known" if np.isnan(shares).all() else TOO_FEW
    if not _rests_on(access, asked, swing):
        reason = "cannot_matter"
    return {
        "service": service,
        "assumption": swing.assumption,
        "low": low,
        "high": high,
        "share_at_low": at_low,
        "share_at_high": at_high,
        "share_swing": moved,
        "draws": len(swing.draws),
        "basis": BASIS,
        "reason": reason,
    }


def _rests_on(access: Access, service: Service, swing: Swing) -> bool:
    """Say whether an assumption enters into a service's figures at all."""
    name = swing.assumption
    if name.startswith(_SPEED):
        return name.removeprefix(_SPEED) in speeds_of(access, service)
    if name == _FERRIES:
        return timed_by_road(access, service)
    if name == _LIMIT:
        return any(draw.factors.get(f"{_LIMIT}:{service.id}", 1.0) != 1 for draw in swing.draws)
    return True


def _factor(draw: Draw, assumption: str, service: str, pick: Callable[..., float]) -> float:
    """Give what the assumption was multiplied by; of ferries the one that changes most."""
    factors = draw.factors
    names = (assumption, f"{assumption}:{service}")
    found = [factors[name] for name in names if name in factors]
    if assumption == _FERRIES:
        found = [factor for name, factor in factors.items() if name.startswith("ferry:")]
    return pick(found) if found else np.nan
