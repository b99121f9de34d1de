"""Standings: who stands where nobody can go, or was moved to where one can, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj

from gapmap.access.legs import MOST_LEGS, metres, ranked, where
from gapmap.access.nowhere import WHYS, nowhere
from gapmap.findings import Finding, finding
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from gapmap.access.stops import Ground, Stops
    from gapmap.access.value import Service
    from gapmap.places import Places

__all__ = ["lost_ground", "strange_questions"]

_OWNER = ["file", "row", "facility_id"]
_PLACES = {
    "lost": ("surface-place-on-barrier", "surface-place-on-barrier-more"),
    "moved": ("surface-place-moved", "surface-place-moved-more"),
}
_FACILITIES = {
    "lost": ("surface-facility-on-barrier", "surface-facility-on-barrier-more"),
    "moved": ("surface-facility-moved", "surface-facility-moved-more"),
}
_ON_UNKNOWN = {
    "surface-place-on-barrier": "surface-place-on-unknown",
    "surface-facility-on-barrier": "surface-facility-on-unknown",
}
"""What is said instead on ground of unknown speed: there the land cover is to be mended."""
_UNKNOWN = WHYS.index("evidence_unknown_land")


def strange_questions(services: Iterable[Service], ground: Ground) -> list[Finding]:
    """Say which services cross land off the road that has roads for vehicles itself.

    And which have a speed of their own though the land says how fast one goes, and which go to the
    facility though the land is measured from it.
    """
    if ground.surface is None:
        return []
    services, roads = list(services), ground.surface.source.roads
    both = [one.id for one in services if None not in ground.of(one)]  # by road and over land
    found = [
        finding("off-road-speed-unused", value=f"{one.speed_kmh:g}", service=one.id)
        for one in services
        if one.mode == "surface" and one.speed_kmh is not None
    ]
    if both and roads not in ("walk", "none"):
        found.append(finding("off-road-roads-burnt", value=roads, services=", ".join(both)))
    if both and ground.surface.terrain.direction != "to":
        found.append(finding("off-road-direction-unused", services=", ".join(both)))
    return found


def lost_ground(
    known: Mapping[str, Stops],
    places: Places,
    served: Iterable[tuple[gpd.GeoDataFrame, Stops]],
) -> list[Finding]:
    """List places, then facilities, that nobody can set out from or reach, and those moved.

    Parameters
    ----------
    known
        The places, as they stand for each mode.
    places
        Where they stand in their file.
    served
        For every service the facilities that serve, and where they stand.

    Returns
    -------
    Of each kind one finding for each of the ``MOST_LEGS`` farthest from a passable cell, each
    place or facility once, with that cell's position; and one that counts the rest.
    """
    origins = next((one for one in known.values() if one.standing is not None), None)
    if origins is None:
        return []
    table = places.table
    at_home = _standing(origins).assign(
        file=table["file"].to_numpy(),
        row=table["row"].to_numpy(),
        name=table["place"].where(table["place"] != "", table["place_id"]).to_numpy(),
    )
    at_work = [
        _standing(stops).assign(
            **{column: serving[column].to_numpy() for column in _OWNER},
            name=serving["facility"].where(serving["facility"] != "", serving["facility_id"])
            .to_numpy(),
            service=serving["service"].to_numpy(),
        )
        for serving, stops in served
        if stops.standing is not None and len(serving)
    ]  # fmt: skip
    found = _listed(origins, at_home, _PLACES)
    if at_work:
        every = pd.concat(at_work, ignore_index=True).drop_duplicates(_OWNER)
        found += _listed(origins, every, _FACILITIES)
    return found


def _standing(stops: Stops) -> pd.DataFrame:
    """Give how far each position is from a passable cell: NaN where none is asked for."""
    standing = stops.standing
    assert standing is not None  # noqa: S101 - callers stand on a surface
    return pd.DataFrame(
        {
            "lost": stops.lost,
            "moved": standing.moved_m > 0,
            "why": nowhere(stops),
            "away": standing.nearest_m,
            "x": standing.nearest_xy[:, 0],
            "y": standing.nearest_xy[:, 1],
        }
    )


def _listed(
    origins: Stops, table: pd.DataFrame, codes: Mapping[str, tuple[str, str]]
) -> list[Finding]:
    """List the lost and the moved of a table, the worst first."""
    assert origins.surface is not None  # noqa: S101 - it comes with the standing
    surface = origins.surface
    found: list[Finding] = []
    for column, (code, rest) in codes.items():
        some = table[table[column]].assign(away=lambda one: one["away"].fillna(np.inf))
        worst = some.sort_values("away", ascending=False, kind="stable").head(MOST_LEGS)
        at_cell = pyproj.Transformer.from_crs(surface.grid.crs, "EPSG:4326", always_xy=True)
        lon, lat = at_cell.transform(worst["x"].to_numpy(), worst["y"].to_numpy())
        told = [
            finding(
                _ON_UNKNOWN.get(code, code) if row.why == _UNKNOWN else code,
                **where(row),
                value=metres(row.away),
                name=row.name,
                service=getattr(row, "service", ""),
                kmh=f"{surface.source.kmh:g}",
                **_facts(row, float(x), float(y)),
            )
            for row, x, y in zip(
                worst.reset_index(drop=True).itertuples(index=False), lon, lat, strict=True
            )
        ]
        found += ranked(told)
        if len(some) > len(worst):
            found.append(finding(rest, count=len(some) - len(worst)))
    return found


def _facts(row: Any, lon: float, lat: float) -> dict[str, str]:  # noqa: ANN401 - of itertuples
    """Say why nobody can be there, and propose the nearest passable cell."""
    facts = {}
    for language in ("zh", "en"):
        key = "evidence_cell_at" if np.isfinite(row.away) else "evidence_cell_none"
        place = {"metres": f"{row.away:,.0f}", "lon": f"{lon:.5f}", "lat": f"{lat:.5f}"}
        facts[f"cell_{language}"] = word(key, language).format(**place)
        facts[f"why_{language}"] = word(WHYS[row.why], language)
    return facts
