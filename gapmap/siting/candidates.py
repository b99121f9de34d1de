"""Candidates: the points where something could be built, and those that are ruled out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from gapmap.errors import MethodError
from gapmap.region import district_of, names_of, town_of
from gapmap.siting.spots import grid_spots, road_spots

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.tables import RowCount

__all__ = ["CANDIDATE_COLUMNS", "EXCLUDED_COLUMNS", "CandidateSites", "candidate_sites"]

CANDIDATE_COLUMNS: Final = (
    *("site_id", "name", "district_id", "district", "town", "cost"),
    "geometry",
)
"""Columns of :attr:`CandidateSites.table`."""
EXCLUDED_COLUMNS: Final = ("site_id", "name", "why", "layer")
"""Columns of :attr:`CandidateSites.excluded`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateSites:
    """The points where something could be built.

    Attributes
    ----------
    table
        ``site_id``, ``name``, ``district_id``, ``district``, ``town`` (empty where there is none),
        ``cost`` (NaN unknown) and ``geometry``, points in the study's CRS; by ``site_id``, numbers
        in it by their value, so that the order of the file decides nothing.
    excluded
        The points that are ruled out, one row each: ``site_id``, ``name``, ``why``
        (``outside_area``, ``cost_missing``, ``cost_negative``, ``not_suitable``, ``in_exclusion``,
        ``slope_unknown``, ``too_steep``, ``near_existing``, ``off_network``: the first of these
        that holds), and ``layer``, what it was held against.
    findings, rows
        What has to be told, and what became of the rows of the layers that were read.
    """

    table: gpd.GeoDataFrame
    excluded: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=list(EXCLUDED_COLUMNS), dtype="str")
    )
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()


def candidate_sites(
    places: Places,
    candidates: str | gpd.GeoDataFrame | CandidateSites = "places",
    *,
    network: Network | None = None,
    modes: Sequence[str] = (),
) -> gpd.GeoDataFrame:
    """List the points where something could be built, without ruling any out.

    Parameters
    ----------
    places
        The study's places.
    candidates
        ``places`` (each place with a position; the candidate carries its id), ``grid:500`` (a grid
        of that many metres within the districts), ``roads:500`` (points every that many metres
        along the roads within the districts, see :func:`gapmap.siting.spots.road_spots`), points
        with ``site_id``, ``name`` and perhaps ``cost``, or what was found before. Spots of a grid
        or on roads are called by the nearest place and how far it is, straight.
    network
        The roads that ``roads:500`` runs along.
    modes
        What the services are reached by: only roads that all of them can use count.

    Returns
    -------
    A table as :attr:`CandidateSites.table`; districts are empty outside all of them.

    Raises
    ------
    MethodError
        For another word, ``roads`` without a network, more candidates than can be handled, or a
        table without the columns, with one id twice, or with something else than points.
    """
    if isinstance(candidates, CandidateSites):
        return candidates.table
    if isinstance(candidates, gpd.GeoDataFrame):
        return _located(_checked(candidates), places)
    if candidates == "places":
        return _at_places(places)
    kind, size_m = _spacing(candidates)
    if kind == "grid":
        names, xy = grid_spots(places.region, size_m)
    elif network is None:
        raise MethodError(
            f"candidates is {candidates!r}, but the study has no roads; add [network], "
            "or use places or grid:500",
            f"candidates 为 {candidates!r},但研究没有路网;请补充 [network],或用 places、grid:500",
        )
    else:
        names, xy = road_spots(places.region, network, size_m, modes=modes)
    spots = gpd.GeoDataFrame(
        {"site_id": names, "name": _named(places, names, xy)},
        geometry=shapely.points(xy),
        crs=places.region.crs,
    )
    return _located(spots, places)


def _named(places: Places, ids: list[str], xy: npt.NDArray[np.float64]) -> list[str]:
    """Call each spot by the nearest place and the metres to it, straight, as ``三灶村 +320 m``."""
    table = places.table[places.table["position"] == "ok"].sort_values("place_id", kind="stable")
    if table.empty:
        return ids
    away, nearest = cKDTree(table.get_coordinates().to_numpy()).query(xy)
    called = table["place"].to_numpy(dtype=object)[nearest]
    return [f"{name} +{metres:.0f} m" for name, metres in zip(called, away, strict=True)]


def _spacing(candidates: str) -> tuple[str, float]:
    kind, _, size = candidates.partition(":")
    known = kind in ("grid", "roads") and re.fullmatch(r"[0-9]+(\.[0-9]+)?", size)
    if not known or float(size) <= 0:
        raise MethodError(
            f"candidates is {candidates!r}; use places, grid:500, roads:500 or a layer of points",
            f"candidates 为 {candidates!r};可用 places、grid:500、roads:500 或点图层",
        )
    return kind, float(size)


def _at_places(places: Places) -> gpd.GeoDataFrame:
    table = places.table[places.table["position"] == "ok"]
    named = table.rename(columns={"place_id": "site_id", "place": "name"}).assign(cost=np.nan)
    return _sorted(gpd.GeoDataFrame(named[list(CANDIDATE_COLUMNS)], crs=places.region.crs))


def _checked(given: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take a table of points, or say what is wrong with it."""
    lacking = [one for one in ("site_id", "name") if one not in given.columns]
    if lacking:
        raise MethodError(
            f"the candidates have no column {', '.join(lacking)}",
            f"候选点缺少列 {'、'.join(lacking)}",
        )
    twice = given["site_id"][given["site_id"].duplicated()]
    if len(twice):
        raise MethodError(
            f"{len(twice)} ids stand twice among the candidates, such as {twice.iloc[0]}; "
            "give each its own",
            f"候选点中有 {len(twice)} 个编号重复,如 {twice.iloc[0]};请改为各不相同",
        )
    odd = given[given.geom_type.to_numpy() != "Point"]  # a missing one has no type
    if len(odd):
        raise MethodError(
            f"candidates have to be points; {len(odd)} are not, such as {odd['site_id'].iloc[0]}",
            f"候选点须为点;有 {len(odd)} 个不是,如 {odd['site_id'].iloc[0]}",
        )
    return given


def _located(spots: gpd.GeoDataFrame, places: Places) -> gpd.GeoDataFrame:
    """Say in which district and town each point lies."""
    region = places.region
    if spots.crs is not None and spots.crs != region.crs:
        spots = spots.to_crs(region.crs)
    district_ids = district_of(region, spots.geometry)
    towns = region.towns
    town_ids = town_of(region, spots.geometry)
    told = {
        "site_id": spots["site_id"].astype(str).to_numpy(),
        "name": spots["name"].astype(str).to_numpy(),
        "district_id": district_ids.to_numpy(),
        "district": names_of(
            district_ids, region.districts["district_id"], region.districts["district"]
        ).to_numpy(),
        "town": "" if towns.empty else names_of(town_ids, towns["town_id"], towns["town"]),
        "cost": spots["cost"].to_numpy(float) if "cost" in spots.columns else np.nan,
    }
    table = pd.DataFrame(told, index=spots.index)
    return _sorted(gpd.GeoDataFrame(table, geometry=spots.geometry.to_numpy(), crs=region.crs))


def _sorted(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sort by id, numbers in it by their value: ``grid-2-10`` stands behind ``grid-2-9``."""
    keys = [_natural(one) for one in table["site_id"]]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return table.iloc[order].reset_index(drop=True)


def _natural(name: str) -> tuple[tuple[tuple[str, int, str], ...], str]:
    parts = re.split(r"([0-9]+)", name)
    numbers = [number.lstrip("0") for number in parts[1::2]] + [""]
    return tuple((word, len(n), n) for word, n in zip(parts[::2], numbers, strict=True)), name
