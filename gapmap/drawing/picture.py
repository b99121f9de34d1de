"""What a map draws: places, results, facilities and shapes of an assessment, as plain values.

Longitude and latitude on WGS84, five decimals (1 m); shapes as TopoJSON. Outlines and ways are
thinned out for display only; every figure comes from the tables, as short as
:mod:`gapmap.drawing.brief` lets it be. ``web/src/picture.js`` makes full columns of what is told
in short here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from gapmap.access import REASONS, STATUSES
from gapmap.drawing.brief import brief, brief_metres, brief_minutes
from gapmap.drawing.classes import people_breaks, way_breaks
from gapmap.drawing.layers import layers_of
from gapmap.drawing.vectors import lonlat, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from gapmap.access import Access, Service
    from gapmap.assessment import Assessment

__all__ = ["picture"]

_MOSTLY: Final = 0.5
_DIGITS: Final = 9


def picture(
    assessment: Assessment, services: Sequence[str] | None = None, *, classed: bool = False
) -> dict[str, object]:
    """Give all that a map of the assessment shows.

    Parameters
    ----------
    assessment
        The assessment.
    services
        Ids of the services to draw; all measured ones when None.
    classed
        Whether to break ways and people into classes, which takes some seconds the first time.

    Returns
    -------
    dict
        ``topology`` and ``layers`` (see :class:`gapmap.drawing.layers.Layers`), ``districts`` and
        ``towns`` (id, name, a point for it), ``places`` (columns, in the order of
        ``places.table``), ``services`` (columns of the same order, ``status`` and ``reason`` as
        numbers into ``statuses`` and ``reasons``), ``facilities``, ``people_breaks``, and the
        number of facilities that are ``not_at_date`` for each service.
    """
    access = assessment.access
    measured = {one.id: one for one in access.services}
    wanted = list(measured) if services is None else list(services)
    layers = layers_of(access, wanted)
    people = access.places.table["people"].to_numpy(dtype=float)
    region = access.places.region
    return {
        "statuses": list(STATUSES),
        "reasons": list(REASONS),
        "topology": layers.topology,
        "layers": layers.told,
        "drawn_services": wanted,
        "districts": _labels(region.districts, "district"),
        "towns": _labels(region.towns, "town"),
        "places": _places(access),
        "services": {one: _results(access, measured[one], classed=classed) for one in wanted},
        "facilities": {service: _facilities(access, service) for service in wanted},
        "people_breaks": people_breaks(people) if classed else [],
        "not_at_date": {service: _not_at_date(access, service) for service in wanted},
    }


def _labels(table: gpd.GeoDataFrame, kind: str) -> dict[str, list[object]]:
    """Give each area's id and name, and a point inside its largest part, None without one."""
    shapes = table.geometry.to_numpy()
    points = [None if one is None or one.is_empty else _middle(one) for one in shapes]
    lon, lat = lonlat(gpd.GeoSeries(points, crs=table.crs))
    return {
        "id": plain(table[f"{kind}_id"]),
        "name": plain(table[kind]),
        "lon": lon,
        "lat": lat,
    }


def _middle(shape: shapely.Geometry) -> shapely.Point:
    return shapely.point_on_surface(max(shapely.get_parts(shape), key=shapely.area))


def _places(access: Access) -> dict[str, object]:
    table = access.places.table
    lon, lat = lonlat(table.geometry)
    told = {
        name: brief(plain(table[column]))
        for name, column in (
            ("id", "place_id"),
            ("name", "place"),
            ("town", "town"),
            ("district", "district"),
            ("setting", "setting"),
            ("people", "people"),
            ("position", "position"),
        )
    }
    island = table["island"].fillna(value=False).to_numpy(dtype=bool)
    return {**told, "lon": lon, "lat": lat, "island": np.flatnonzero(island).tolist()}


def _results(access: Access, service: Service, *, classed: bool) -> dict[str, object]:
    block = access.table[access.table["service"] == service.id]
    in_metres = service.limit_unit == "m"
    metres, minutes, straight, shortfall = (
        block[name].to_numpy(dtype=float)
        for name in ("distance_m", "minutes", "straight_m", "shortfall")
    )
    way = metres if in_metres else minutes
    breaks = way_breaks(way, service.limit) if classed else []
    nothing = np.nan
    metres = brief_metres(
        metres, service.limit if in_metres else nothing, breaks if in_metres else ()
    )
    minutes = brief_minutes(
        minutes, nothing if in_metres else service.limit, () if in_metres else breaks
    )
    status = [STATUSES.index(word) for word in block["status"]]
    told = {
        "status": status,
        "reason": [REASONS.index(word) for word in block["reason"]],
        "straight_m": _numbers(brief_metres(straight, nothing)),
        "distance_m": _numbers(metres),
        "minutes": _told_minutes(metres, minutes),
        **_facility_of(access, service.id, block),
        "measured": str(block["measured"].iloc[0]) if len(block) else "",
        "breaks": breaks,
        "evidence": _evidence(block),
        "edge": np.flatnonzero(block["edge_effect"].fillna(value=False)).tolist(),
    }
    beyond = np.array(status) == STATUSES.index("uncovered")
    derived = np.where(beyond, way - service.limit, np.nan)
    if not np.allclose(derived, shortfall, atol=1e-6, equal_nan=True):
        told["shortfall"] = _numbers(np.round(shortfall, 3))
    return told


def _numbers(values: NDArray[np.float64]) -> list[object]:
    """Give numbers fit for JSON: None unknown, ``inf`` infinite, whole ones without a fraction."""
    if not np.isfinite(values[~np.isnan(values)]).all():
        return brief(plain(values))
    return [
        None if one != one else int(one) if one == int(one) else one  # noqa: PLR0124 - NaN
        for one in values.tolist()
    ]


def _told_minutes(metres: NDArray[np.float64], minutes: NDArray[np.float64]) -> object:
    """Give minutes; where most follow from the metres, what they differ by in tenths."""
    there = np.isfinite(minutes)
    if not there.any() or not (there == np.isfinite(metres)).all() or not (metres[there] > 0).any():
        return _numbers(minutes)
    apart = there & (metres > 0)
    per_m = float(f"{np.median(minutes[apart] / metres[apart]):.{_DIGITS}g}")
    tenths = np.floor(minutes * 10 + 0.5)
    off = tenths - np.floor(metres * per_m * 10 + 0.5)
    exact = there & (tenths / 10 != minutes)
    if np.mean(np.abs(off[there]) <= 1) < _MOSTLY:
        return _numbers(minutes)
    return {
        "per_m": per_m,
        "tenths": _numbers(off),
        "exact": {int(at): float(minutes[at]) for at in np.flatnonzero(exact)},
    }


def _facility_of(access: Access, service: str, block: pd.DataFrame) -> dict[str, object]:
    """Give the numbers of the nearest facilities in ``facilities``, -1 none, then ``others``."""
    listed = _pool(access, service)["facility_id"]
    number = {one: at for at, one in enumerate(listed)}
    others: dict[str, str] = {}
    codes = []
    for one, name in zip(block["facility_id"], block["facility"], strict=True):
        if one not in number and one:
            number[one] = len(number)
            others[one] = str(name)
        codes.append(number.get(one, -1))
    return {"facility": codes, **({"others": list(others.values())} if others else {})}


def _evidence(block: pd.DataFrame) -> dict[str, object]:
    """Give what the network says of the few places that it says something of: each text once."""
    said = np.flatnonzero(block["evidence"].to_numpy(dtype=object) != "")
    texts = block[["evidence_zh", "evidence"]].iloc[said]
    each = dict.fromkeys(zip(*texts.to_numpy(dtype=object).T, strict=True)) if len(said) else {}
    number = {text: at for at, text in enumerate(each)}
    return {
        "places": said.tolist(),
        "text": [
            number[pair] for pair in zip(texts["evidence_zh"], texts["evidence"], strict=True)
        ],
        "texts": [{"zh": zh, "en": en} for zh, en in number],
    }


def _pool(access: Access, service: str) -> gpd.GeoDataFrame:
    """Give a service's facilities at the date."""
    pool = access.facilities.table[access.facilities.table["service"] == service]
    return pool[pool["counts"] != "no"]


def _facilities(access: Access, service: str) -> dict[str, object]:
    """Give a service's facilities at the date; ``kind`` says serves, fails or doubtful.

    The kinds are those by which :func:`gapmap.measure_access` decides who serves.
    """
    pool = _pool(access, service)
    certain = (pool["counts"] == "yes") & (pool["qualifies"] == "yes")
    kind = np.select([certain, pool["qualifies"] == "no"], ["serves", "fails"], "doubtful")
    lon, lat = lonlat(pool.geometry)
    return {
        "id": plain(pool["facility_id"]),
        "name": plain(pool["facility"]),
        "opened": plain(pool["opened"]),
        "floor_area_m2": brief(plain(pool["floor_area_m2"])),
        "failed": plain(pool["failed"]),
        "kind": [str(one) for one in kind],
        "lon": lon,
        "lat": lat,
    }


def _not_at_date(access: Access, service: str) -> int:
    """Count the service's facilities that do not exist at the date: said, not drawn."""
    table = access.facilities.table
    return int(((table["service"] == service) & (table["counts"] == "no")).sum())
