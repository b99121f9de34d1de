"""What of a what-if the page cannot show, though the engine can measure it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.access import Service
    from gapmap.scenario import Scenario
    from gapmap.whatif import WhatIf

__all__ = ["not_shown"]


def not_shown(scenario: Scenario, what_if: WhatIf, services: Sequence[Service]) -> list[str]:
    """Name what the page would leave out of a what-if, as ``readScenario`` there does.

    Parameters
    ----------
    scenario
        What is wanted; the engine has accepted it.
    what_if
        What the page holds: of very many sites some stay on and some candidates are not there, ways
        are rounded for limits in tenths, and dates are ends of years.
    services
        With their limits at the start.
    """
    known: set[str] = set()
    fixed: set[str] = set()
    for one in what_if.switches:
        ids = one.sites.table["facility_id"].astype(str)
        known.update(ids)
        fixed.update(ids.iloc[one.stay_on])
    wrong = [site for site in (*scenario.on, *scenario.off) if site not in known]
    wrong += [site for site in scenario.off if site in fixed]
    farthest = {one.service: one.farthest for one in what_if.switches}
    own = {one.id: one.limit for one in services if one.id in farthest}
    for key, limits in (("limit_m", scenario.limit_m), ("limit_minutes", scenario.limit_minutes)):
        wrong += [
            f"{key}: {service}"
            for service, limit in limits.items()
            if service not in own
            or limit > farthest[service]
            or not _is_told_apart(limit, own[service])
        ]
    if scenario.date is not None and scenario.date not in what_if.dates:
        wrong.append(f"date: {scenario.date.isoformat()}")
    return wrong


def _is_told_apart(limit: float, own: float) -> bool:
    """Tell whether rounded ways keep it apart: whole tenths, tenths of the study's, or that."""
    parts, step = _rounded(limit * 1000), own * 100
    kept = parts % 100 == 0 or parts == _rounded(_rounded(parts / step) * step)
    return limit == own or (kept and abs(limit * 1000 - parts) < 1e-6)  # noqa: PLR2004 - as on the page


def _rounded(value: float) -> int:
    return math.floor(value + 0.5)  # as JavaScript does
