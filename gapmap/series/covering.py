"""Coverage at several dates, and which facilities changed it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.assessment import coverage_of
from gapmap.change.causes import causes
from gapmap.series.value import SERIES_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.access import Access, Service
    from gapmap.facilities import Facilities

__all__ = ["changes", "coverage_at"]

_GROUP = ["service", "group_kind", "group_id"]


def coverage_at(access: Access) -> pd.DataFrame:
    """Give coverage by group at the date of ``access``, and count the facilities behind it."""
    table = coverage_of(access)
    of_service = {one.id: _facilities(access.facilities, one) for one in access.services}
    every = table["people"] + table["people_missing"]
    known = table["people_covered"] + table["people_uncovered"]
    return table.assign(
        date=access.facilities.date.isoformat(),
        facilities_serving=[of_service[one][0] for one in table["service"]],
        facilities_undated=[of_service[one][1] for one in table["service"]],
        reason=np.select([every == 0, known == 0], ["nobody", "unknown"], ""),
    )


def _facilities(facilities: Facilities, service: Service) -> tuple[int, int]:
    """Count those that serve, and those that count without a known opening date."""
    table = facilities.table
    mine = (table["service"] == service.id).to_numpy()
    exists = (table["counts"] == "yes").to_numpy() & mine
    serves = exists & (table["qualifies"] == "yes").to_numpy()
    undated = mine & (table["counts"] != "no").to_numpy() & table["opened"].isna().to_numpy()
    return int((serves & table.geometry.notna().to_numpy()).sum()), int(undated.sum())


def changes(coverage: Sequence[pd.DataFrame], states: Sequence[Access]) -> pd.DataFrame:
    """Say how many more people are covered than at the date before, by new and closed facilities.

    At the first date there is nothing to compare with, and these columns are empty.

    Parameters
    ----------
    coverage
        From :func:`coverage_at`, per date.
    states
        Access at these dates.
    """
    told = [coverage[0].assign(**dict.fromkeys(_CHANGES, np.nan))]
    for number in range(1, len(coverage)):
        now, before = coverage[number], coverage[number - 1]
        gained = now["people_covered"].to_numpy() - before["people_covered"].to_numpy()
        rows = now.assign(change_people_covered=gained)
        told.append(_split(rows, states[number - 1], states[number]))
    return pd.concat(told, ignore_index=True)[SERIES_COLUMNS]


_CHANGES = ("change_people_covered", "change_by_new", "change_by_closed")


def _split(rows: pd.DataFrame, before: Access, now: Access) -> pd.DataFrame:
    """Split the change of every service; where facilities only came, or only went, it is theirs."""
    was, is_now = (one.facilities.table["counts"].to_numpy() != "no" for one in (before, now))
    service = now.facilities.table["service"]
    came, went = set(service[~was & is_now]), set(service[was & ~is_now])
    gained = rows["change_people_covered"].to_numpy()
    only_went = rows["service"].isin(went - came).to_numpy()
    rows = rows.assign(
        change_by_new=np.where(only_went, 0.0, gained),
        change_by_closed=np.where(only_went, gained, 0.0),
    )
    both = [number for number, one in enumerate(now.services) if one.id in came & went]
    if not both:
        return rows
    told = causes(_only(before, both), _only(now, both)).table
    mine = rows["service"].isin(came & went).to_numpy()
    order = pd.MultiIndex.from_frame(rows.loc[mine, _GROUP])
    for name in ("new", "closed"):
        share = told[told["cause"] == name].set_index(_GROUP)["people"]
        rows.loc[mine, f"change_by_{name}"] = share.reindex(order).to_numpy()
    return rows


def _only(access: Access, numbers: Sequence[int]) -> Access:
    """Keep some services."""
    size = len(access.places.table)
    rows = np.concatenate([np.arange(number * size, (number + 1) * size) for number in numbers])
    services = tuple(access.services[number] for number in numbers)
    return replace(access, services=services, table=access.table.iloc[rows].reset_index(drop=True))
