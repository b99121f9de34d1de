"""Opening borders: what would be covered if the study's hard borders could be crossed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gapmap.access.value import Access, Service

__all__ = ["BORDER_COLUMNS", "compare_borders", "no_borders", "opening_findings"]

BORDER_COLUMNS = {
    "service": "str",
    "scope_kind": "str",
    "place_id": "str",
    "place": "str",
    "district_id": "str",
    "district": "str",
    "places": "int64",
    "people": "float64",
    "places_covered_closed": "int64",
    "places_covered_open": "int64",
    "places_gained": "int64",
    "people_covered_closed": "float64",
    "people_covered_open": "float64",
    "people_gained": "float64",
    "closed_m": "float64",
    "open_m": "float64",
    "closed_minutes": "float64",
    "open_minutes": "float64",
    "facility_id": "str",
    "facility": "str",
}
"""Columns of the table of borders, and their types."""


def compare_borders(closed: Access, opened: Access) -> pd.DataFrame:
    """Tell for each service what opening the borders would gain, and for which places.

    Parameters
    ----------
    closed, opened
        The same places, facilities and services, measured with the borders and without.

    Returns
    -------
    The columns of ``BORDER_COLUMNS``. For each service one row of the whole area (``scope_kind``
    is ``city``), then one for each place whose status the opening changes (``place``), with the
    facility that it would use. The places' rows add up to the differences in the row of the area.
    """
    count = len(closed.places.table)
    tables = [pd.DataFrame()]
    for number in range(len(closed.services)):
        block = slice(number * count, (number + 1) * count)
        tables += _one_service(closed.table.iloc[block], opened.table.iloc[block])
    made = pd.concat(tables, ignore_index=True)
    return made.reindex(columns=list(BORDER_COLUMNS)).astype(BORDER_COLUMNS)


def no_borders() -> pd.DataFrame:
    """Give the table of borders without a row, for a study that does not ask."""
    return pd.DataFrame(columns=list(BORDER_COLUMNS)).astype(BORDER_COLUMNS)


def opening_findings(borders: pd.DataFrame, services: Sequence[Service] = ()) -> list[Finding]:
    """Say for each service what opening the borders would gain.

    Parameters
    ----------
    borders
        What :func:`compare_borders` gives.
    services
        The services; those in a straight line cross every border anyway and are left out.
    """
    straight = {service.id for service in services if service.mode == "straight"}
    return [
        finding(
            "borders-compared",
            service=row.service,
            places=f"{row.places_gained:,}",
            people=f"{row.people_gained:,.0f}",
        )
        for row in borders[borders["scope_kind"] == "city"].itertuples()
        if row.service not in straight
    ]


def _one_service(closed: pd.DataFrame, opened: pd.DataFrame) -> list[pd.DataFrame]:
    opened = opened.set_axis(closed.index)
    before, after = ((one["status"] == "covered").to_numpy(dtype=int) for one in (closed, opened))
    people = np.nan_to_num(closed["people"].to_numpy(dtype=float))
    whole = pd.DataFrame(
        {
            "service": closed["service"].iloc[:1].to_numpy(),
            "scope_kind": "city",
            "places": len(closed),
            "people": people.sum(),
            **_covered(np.array([before.sum()]), np.array([after.sum()]), "places"),
            **_covered(np.array([people @ before]), np.array([people @ after]), "people"),
        }
        if len(closed)
        else {}
    ).assign(place_id="", place="", district_id="", district="", facility_id="", facility="")
    changed = np.flatnonzero(before != after)
    mine, theirs, here = closed.iloc[changed], opened.iloc[changed], people[changed]
    gained = mine[["service", "place_id", "place", "district_id", "district"]].assign(
        scope_kind="place",
        places=1,
        people=here,
        **_covered(before[changed], after[changed], "places"),
        **_covered(here * before[changed], here * after[changed], "people"),
        closed_m=mine["distance_m"],
        open_m=theirs["distance_m"],
        closed_minutes=mine["minutes"],
        open_minutes=theirs["minutes"],
        facility_id=theirs["facility_id"],
        facility=theirs["facility"],
    )
    return [whole, gained]


def _covered(
    before: NDArray[np.generic], after: NDArray[np.generic], what: str
) -> dict[str, NDArray[np.generic]]:
    return {
        f"{what}_covered_closed": before,
        f"{what}_covered_open": after,
        f"{what}_gained": after - before,  # type: ignore[operator]  # numbers both
    }
