"""After: the state with sites built and facilities closed, by the same functions as before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from gapmap.access import measure_access
from gapmap.assessment import assess
from gapmap.facilities import add_facilities

if TYPE_CHECKING:
    from collections.abc import Collection

    from gapmap.access import Access
    from gapmap.assessment import Assessment
    from gapmap.facilities import Facilities

__all__ = ["TARGET_COLUMNS", "after", "built_among", "targets_compared"]

TARGET_COLUMNS: Final = (
    *("service", "target", "clause", "title_zh", "title_en", "unit", "unit_zh", "unit_en"),
    *("overall", "measure", "measure_unit", "required"),
    *("achieved_before", "achieved_after", "shortfall_before", "shortfall_after"),
    *("due", "status_before", "status_after"),
)


def after(
    assessment: Assessment,
    sites: gpd.GeoDataFrame,
    services: Collection[str],
    *,
    closed: Collection[str] = (),
) -> Assessment:
    """Measure some services again with sites built, and assess everything again.

    Parameters
    ----------
    assessment
        The state before.
    sites
        ``service``, ``site_id`` (``service@candidate``), ``name`` and ``geometry``. A site at a
        place, that is with the place's id behind the @, belongs to it.
    services
        Ids of the services that are measured again.
    closed
        Ids of facilities that no longer serve them.
    """
    access = assessment.access
    measured = [one for one in access.services if one.id in services]
    facilities = _closed(access.facilities, services, closed)
    facilities = built_among(facilities, sites, access)
    again = measure_access(
        access.places, facilities, access.network, measured, surface=access.surface
    )
    return assess(_with_services(access, again), assessment.plan, records=assessment.records)


def built_among(facilities: Facilities, sites: gpd.GeoDataFrame, access: Access) -> Facilities:
    """Give facilities with sites among them, each where it belongs."""
    if not len(sites):
        return facilities
    built = sites.rename(columns={"site_id": "facility_id", "name": "facility"})
    place_ids = set(access.places.table["place_id"])
    ids = built["facility_id"].map(lambda site: site.partition("@")[2]).astype(object)
    built["place_id"] = ids.where(ids.isin(place_ids), "")
    more = built[["facility_id", "facility", "service", "place_id", "geometry"]]
    return add_facilities(facilities, more, access.places)


def _closed(
    facilities: Facilities, services: Collection[str], closed: Collection[str]
) -> Facilities:
    if not closed:
        return facilities
    table = facilities.table.copy()
    table.loc[table["facility_id"].isin(closed) & table["service"].isin(services), "counts"] = "no"
    return replace(facilities, table=gpd.GeoDataFrame(table))


def _with_services(access: Access, again: Access) -> Access:
    """Put the new rows and routes of some services in the place of their old ones."""
    new = [one.id for one in again.services]
    parts = [
        (again if one.id in new else access).table.loc[
            lambda table, one=one: table["service"] == one.id
        ]
        for one in access.services
    ]
    kept = access.routes[~access.routes["service"].isin(new)]
    return replace(
        access,
        table=pd.concat(parts, ignore_index=True),
        facilities=again.facilities,
        routes=pd.concat([kept, again.routes], ignore_index=True),
        fields={**access.fields, **again.fields},
        serving={**access.serving, **again.serving},
        findings=tuple(dict.fromkeys([*access.findings, *again.findings])),
    )


def targets_compared(before: Assessment, later: Assessment, service: str) -> pd.DataFrame:
    """Set the plan's targets that ask for a service before beside after, in the plan's order.

    Returns
    -------
    One row per target and scope unit, with the columns of ``site_targets.csv``.
    """
    now, then = before.targets, later.targets
    if "service" not in now.columns:  # a table of targets that were judged elsewhere
        return pd.DataFrame(columns=list(TARGET_COLUMNS))
    mine = (now["service"] == service).to_numpy()
    now, then = now[mine].reset_index(drop=True), then[mine].reset_index(drop=True)
    told = pd.DataFrame({name: now[name] for name in now.columns if name in TARGET_COLUMNS})
    told["service"] = service
    for name in ("achieved", "shortfall", "status"):
        told[f"{name}_before"], told[f"{name}_after"] = now[name], then[name]
    return told.reindex(columns=list(TARGET_COLUMNS))
