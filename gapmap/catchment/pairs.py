"""Pairs: what it takes from every facility of one service to every one of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gapmap.access.trips import Ground
from gapmap.catchment.referral import ends_of, names_at
from gapmap.catchment.trips import all_trips, ground_of
from gapmap.network import SLACK

if TYPE_CHECKING:
    from gapmap.catchment.referral import ReferralRule
    from gapmap.facilities import Facilities
    from gapmap.network import Network
    from gapmap.surface import Surface

__all__ = ["PAIR_COLUMNS", "referral_pairs"]

PAIR_COLUMNS = [
    "referral",
    "from_service",
    "from_id",
    "from_name",
    "to_service",
    "to_id",
    "to_name",
    "minutes",
    "shortest_m",
    "mode",
]
"""Columns of ``referral_pairs.csv``."""


def referral_pairs(
    facilities: Facilities,
    rule: ReferralRule,
    *,
    network: Network | None = None,
    surface: Surface | None = None,
) -> pd.DataFrame:
    """List every pair of facilities between which there is a way, within the limit if there is one.

    This is the table from which AccessMod's referral analysis takes the nearest, as
    :func:`gapmap.catchment.refer` says, with the same difference: lengths are of shortest ways.

    Parameters
    ----------
    facilities, rule, network, surface
        As for :func:`gapmap.catchment.refer`.

    Returns
    -------
    The columns of :data:`PAIR_COLUMNS`: ``minutes`` of the fastest way (empty in a straight line,
    for which a limit asks for nothing), ``shortest_m`` of the shortest; by ``from_id``, then
    ``minutes`` and ``shortest_m``.

    Raises
    ------
    MethodError
        As for :func:`gapmap.catchment.refer`.
    """
    ends = ends_of(facilities, rule)
    own = ground_of(rule.mode, Ground(network, surface))
    pairs = all_trips(rule.mode, own, ends.origins, ends.targets)
    table = pd.DataFrame(
        {
            "referral": rule.name,
            "from_service": rule.origin,
            "from_id": names_at(ends.origins["facility_id"], pairs.origin),
            "from_name": names_at(ends.origins["facility"], pairs.origin),
            "to_service": rule.target,
            "to_id": names_at(ends.targets["facility_id"], pairs.target),
            "to_name": names_at(ends.targets["facility"], pairs.target),
            "minutes": pairs.minutes,
            "shortest_m": pairs.shortest_m,
            "mode": rule.mode,
        },
        columns=PAIR_COLUMNS,
    )
    if rule.limit_minutes is not None:
        table = table[~(table["minutes"] > rule.limit_minutes + SLACK)]
    return table.sort_values(["from_id", "minutes", "shortest_m", "to_id"], ignore_index=True)
