"""What proposals add to the GeoPackage: sites by year, and facilities that would close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from gapmap.outputs import styles
from gapmap.outputs.styles import Look
from gapmap.siting import PROPOSAL_COLUMNS
from gapmap.words import title

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyproj

    from gapmap.outputs.results import Results

__all__ = ["CLOSED", "closed_facilities", "closed_style", "proposed_sites", "site_style"]

CLOSED: Final = "closed_facilities"
"""The layer of facilities that proposals close; only where one does."""

_YEARS: Final = ("#4f2f00", "#7a4f00", "#a87400", "#d19a00", "#f0c400")
"""The darker the sooner, as on the page's map; the last one from the fifth year on."""


def proposed_sites(results: Results, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Give all proposed sites; the columns alone where nothing is proposed."""
    sites = [proposal.sites for proposal in results.proposals]
    if sites:
        return gpd.GeoDataFrame(pd.concat(sites, ignore_index=True), crs=crs)
    return gpd.GeoDataFrame(
        {name: [] for name in PROPOSAL_COLUMNS}, geometry=gpd.GeoSeries([], crs=crs)
    )


def closed_facilities(results: Results, crs: pyproj.CRS) -> gpd.GeoDataFrame | None:
    """Give the facilities that proposals would close; None where all stay."""
    found = [
        one.closed.assign(service=one.service)
        for one in results.proposals
        if one.closed is not None and len(one.closed)
    ]
    if not found:
        return None
    table = pd.concat(found, ignore_index=True)
    columns = ["service", "facility_id", "facility", "cost", "geometry"]
    return gpd.GeoDataFrame(table[columns], geometry="geometry", crs=crs)


def site_style(results: Results, fields: Mapping[str, str], aliases: Mapping[str, str]) -> str:
    """Write the style of proposed sites: by year where they are built over years, else all alike.

    Parameters
    ----------
    results
        The run.
    fields
        Field name by the name of the column that it was made from.
    aliases
        What each field is called in the attribute table.
    """
    tables = [one.sites for one in results.proposals if len(one.sites)]
    yearly = bool(tables) and all("year" in one for one in tables)
    column = "year" if yearly else "phase"
    values = sorted({int(one) for table in tables for one in table[column]})
    star = Look(kind="marker", colour="#111111", shape="star", size_mm=4.5)
    if len(values) < 2:  # noqa: PLR2004 - one year is no difference
        return styles.single(star, aliases=aliases, label="name")
    told = "" if yearly else f"{title(column, results.language)} "
    looks = [
        (
            str(value),
            f"{told}{value}",
            Look(kind="marker", colour=_YEARS[min(at, len(_YEARS) - 1)], shape="star", size_mm=4.5),
        )
        for at, value in enumerate(values)
    ]
    return styles.categorized(fields[column], looks, aliases=aliases, label="name", whole=True)


def closed_style(aliases: Mapping[str, str]) -> str:
    """Write the style of facilities that would close: a cross, with the facility's name."""
    cross = Look(kind="marker", colour="#d55e00", shape="cross_fill", size_mm=4.0)
    return styles.single(cross, aliases=aliases, label="facility")
