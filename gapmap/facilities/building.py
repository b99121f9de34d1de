"""Building: the same facilities and further ones, as a proposal or a what-if has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from gapmap.facilities.home import home_of_points

if TYPE_CHECKING:
    from gapmap.facilities.value import Facilities
    from gapmap.places import Places

__all__ = ["add_facilities"]

_BUILT = {"counts": "yes", "qualifies": "yes", "in_use": "yes"}


def add_facilities(facilities: Facilities, rows: gpd.GeoDataFrame, places: Places) -> Facilities:
    """Give the same facilities and new ones, which open on ``facilities.date`` and qualify.

    Parameters
    ----------
    facilities
        What there is.
    rows
        ``facility_id``, ``facility``, ``service``, ``place_id`` (empty: found by position) and
        ``geometry``, points in the region's CRS.
    places
        What the new ones belong to.
    """
    table = facilities.table
    more = rows.reindex(columns=table.columns).reset_index(drop=True)
    homes = home_of_points(more.geometry, more["place_id"], places)
    for name in homes:
        more[name] = homes[name]
    for name, value in _BUILT.items():
        more[name] = value
    more["opened"] = pd.Timestamp(facilities.date)
    text = [c for c in table.columns if table[c].dtype == object or table[c].dtype == "string"]
    more[text] = more[text].astype(object).where(more[text].notna(), "")
    kinds = {name: _with_missing(kind) for name, kind in table.dtypes.drop("geometry").items()}
    both = pd.concat([table, more.astype(kinds)], ignore_index=True)
    return replace(facilities, table=gpd.GeoDataFrame(both, geometry="geometry", crs=table.crs))


def _with_missing(kind: object) -> object:
    """Give the type that takes missing values, too: what is built stands in no row of a file."""
    return "Int64" if pd.api.types.is_integer_dtype(kind) else kind
