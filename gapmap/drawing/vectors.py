"""What a map draws: outlines, places, facilities and ways of an assessment, as plain values.

Longitude and latitude on WGS84, six decimals (0.1 m). Outlines and ways are simplified for
display only; every figure comes from the tables. The values hold no HTML and no code: they
travel as an inert block (compressed, base64) and the page writes them as text.
"""

from __future__ import annotations

import base64
import gzip
import json
import math
import re
from importlib.resources import files
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gapmap.access import REASONS, STATUSES
from gapmap.cells import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from gapmap.access import Access
    from gapmap.assessment import Assessment
    from gapmap.region import Region
    from gapmap.siting import Proposal

__all__ = ["inert", "inline_script", "inline_style", "picture", "plain", "site_list"]

OUTLINE_TOLERANCE_M = 20.0
WAY_TOLERANCE_M = 10.0
_DECIMALS = 6
_WGS84 = "EPSG:4326"
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_ESCAPED = re.compile(
    r"\\\\|\\ud[89ab]..\\ud[c-f]..|\\[bf]|\x7f"
    r"|\\u(?:00[01][0-9a-f]|00[89][0-9a-f]|20[26][0-9a-f]|d[89a-f]..|fd[de].|fff.)"
)
"""Escapes of JSON that may stand for what nobody sees. The first two alternatives keep what looks
alike: a backslash of the text itself, and the two halves of one character."""
_PICTURE = re.compile(r"url\((?!data:)[^)]*\)")


def picture(assessment: Assessment, services: Sequence[str] | None = None) -> dict[str, object]:
    """Give all that a map of the assessment shows.

    Parameters
    ----------
    assessment
        The assessment.
    services
        Ids of the services to draw; all measured ones when None.

    Returns
    -------
    dict
        ``districts``, ``places`` (columns, in the order of ``places.table``), ``services``
        (columns of the same order, ``status`` and ``reason`` as numbers into ``statuses`` and
        ``reasons``), ``facilities``, ``routes`` and the number of facilities that are
        ``not_at_date`` for each service.
    """
    access = assessment.access
    wanted = [s.id for s in access.services] if services is None else list(services)
    return {
        "statuses": list(STATUSES),
        "reasons": list(REASONS),
        "districts": _districts(access.places.region),
        "places": _places(access),
        "services": {service: _results(access, service) for service in wanted},
        "facilities": {service: _facilities(access, service) for service in wanted},
        "not_at_date": {service: _not_at_date(access, service) for service in wanted},
        "routes": {service: _routes(access, service) for service in wanted},
    }


def inert(data: object) -> str:
    """Pack data as JSON, gzip, base64: letters, digits, ``+``, ``/`` and ``=`` only.

    Texts become what :func:`gapmap.cells.visible` makes of them.

    Examples
    --------
    >>> set("{}<>&%'") & set(inert({"name": "{{7*7}}</script>"}))
    set()
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    text = _ESCAPED.sub(_seen, text)
    return base64.b64encode(gzip.compress(text.encode("ascii"), 9, mtime=0)).decode("ascii")


def _seen(found: re.Match[str]) -> str:
    """Give an escape of JSON so that its text shows what it would be."""
    told: str = json.loads(f'"{found[0]}"')
    return json.dumps(visible(told))[1:-1]


def inline_script(name: str) -> str:
    """Read a script of ``gapmap/report`` so that it can stand between script tags."""
    text = _SOURCE_MAP.sub("", _read(name)).strip()
    return re.sub(r"</(script)", r"<\\/\1", text, flags=re.IGNORECASE).replace("<!--", r"<\!--")


def inline_style(name: str) -> str:
    """Read a style sheet without the pictures that it would fetch."""
    text = _PICTURE.sub("none", _read(name)).strip()
    return re.sub(r"</(style)", r"<\\/\1", text, flags=re.IGNORECASE)


def _read(name: str) -> str:
    text = files("gapmap").joinpath("report", *name.split("/")).read_text("utf8")
    return text.replace("\r\n", "\n")


def plain(values: Iterable[object]) -> list[object]:
    """Make values fit for JSON: what is unknown becomes None, infinity the word ``inf``.

    Examples
    --------
    >>> plain([1.5, float("nan"), float("inf"), pd.NaT, "x"])
    [1.5, None, 'inf', None, 'x']
    """
    return [_plain(value) for value in values]


def _plain(value: object) -> object:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return _plain_number(float(value))
    if isinstance(value, (pd.Timestamp, np.datetime64)):
        return str(pd.Timestamp(value).date())
    return str(value)


def _plain_number(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else "inf"


def _to_lonlat(geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    return geometry.to_crs(_WGS84)


def _lonlat(points: gpd.GeoSeries) -> tuple[list[object], list[object]]:
    turned = _to_lonlat(points).to_numpy()
    lon, lat = (np.round(get(turned), _DECIMALS) for get in (shapely.get_x, shapely.get_y))
    return plain(lon), plain(lat)


def _districts(region: Region) -> list[dict[str, object]]:
    """Give each district's name, a point for it, and its outline: polygons of rings."""
    table = region.districts[region.districts.geometry.notna()]
    shown = _to_lonlat(gpd.GeoSeries(_simplified(table.geometry.to_numpy()), crs=region.crs))
    labels = _to_lonlat(gpd.GeoSeries(_label_points(table.geometry.to_numpy()), crs=region.crs))
    return [
        {
            "id": str(row.district_id),
            "name": str(row.district),
            "label": _coordinates(label)[0],
            "polygons": [_rings(part) for part in shapely.get_parts(outline) if _is_area(part)],
        }
        for row, outline, label in zip(
            table[["district_id", "district"]].itertuples(), shown, labels, strict=True
        )
    ]


def _simplified(outlines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Thin outlines out; shared borders stay shared where the outlines form a coverage."""
    if len(outlines) and bool(shapely.coverage_is_valid(outlines)):
        thin = shapely.coverage_simplify(outlines, OUTLINE_TOLERANCE_M)
    else:
        thin = shapely.simplify(outlines, OUTLINE_TOLERANCE_M, preserve_topology=True)
    return np.where(shapely.is_empty(thin), outlines, thin)


def _label_points(outlines: NDArray[np.object_]) -> list[shapely.Point]:
    """Give a point inside each outline's largest part."""
    return [
        shapely.point_on_surface(max(shapely.get_parts(one), key=shapely.area)) for one in outlines
    ]


def _is_area(part: shapely.Geometry) -> bool:
    return isinstance(part, shapely.Polygon) and not part.is_empty


def _rings(part: shapely.Polygon) -> list[list[list[float]]]:
    return [_coordinates(ring) for ring in (part.exterior, *part.interiors)]


def _coordinates(shape: shapely.Geometry) -> list[list[float]]:
    pairs: list[list[float]] = np.round(shapely.get_coordinates(shape), _DECIMALS).tolist()
    return pairs


def _places(access: Access) -> dict[str, object]:
    table = access.places.table
    lon, lat = _lonlat(table.geometry)
    told = {
        name: plain(table[column])
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
    return {**told, "lon": lon, "lat": lat}


def _results(access: Access, service: str) -> dict[str, object]:
    block = access.table[access.table["service"] == service]
    numbers = ("straight_m", "distance_m", "minutes", "shortfall")
    return {
        "status": [STATUSES.index(word) for word in block["status"]],
        "reason": [REASONS.index(word) for word in block["reason"]],
        **{name: plain(block[name].astype(float).round(3)) for name in numbers},
        "facility": plain(block["facility"]),
        "measured": str(block["measured"].iloc[0]) if len(block) else "",
        "evidence": _evidence(block),
        "edge": np.flatnonzero(block["edge_effect"].fillna(value=False)).tolist(),
    }


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


def _facilities(access: Access, service: str) -> dict[str, object]:
    """Give a service's facilities at the date; ``kind`` says serves, fails or doubtful.

    The kinds are those by which :func:`gapmap.measure_access` decides who serves.
    """
    pool = access.facilities.table[access.facilities.table["service"] == service]
    pool = pool[pool["counts"] != "no"]
    certain = (pool["counts"] == "yes") & (pool["qualifies"] == "yes")
    kind = np.select([certain, pool["qualifies"] == "no"], ["serves", "fails"], "doubtful")
    lon, lat = _lonlat(pool.geometry)
    return {
        "id": plain(pool["facility_id"]),
        "name": plain(pool["facility"]),
        "opened": plain(pool["opened"]),
        "floor_area_m2": plain(pool["floor_area_m2"]),
        "failed": plain(pool["failed"]),
        "kind": [str(one) for one in kind],
        "lon": lon,
        "lat": lat,
    }


def _not_at_date(access: Access, service: str) -> int:
    """Count the service's facilities that do not exist at the date: said, not drawn."""
    table = access.facilities.table
    return int(((table["service"] == service) & (table["counts"] == "no")).sum())


def _routes(access: Access, service: str) -> list[list[object]]:
    """Give ``[number of the place, coordinates]`` for each uncovered place with a way."""
    lines = access.routes[access.routes["service"] == service]
    if len(lines) == 0:
        return []
    number = {place: row for row, place in enumerate(access.places.table["place_id"])}
    thin = shapely.simplify(lines.geometry.to_numpy(), WAY_TOLERANCE_M)
    turned = _to_lonlat(gpd.GeoSeries(thin, crs=lines.crs))
    return [
        [number[place], _coordinates(line)]
        for place, line in zip(lines["place_id"], turned, strict=True)
        if line is not None and not line.is_empty
    ]


def site_list(proposal: Proposal) -> dict[str, object]:
    """Give a proposal's sites as columns, with longitude and latitude."""
    sites = proposal.sites
    lon, lat = _lonlat(sites.geometry)
    reason_zh = sites["reason_zh"] if "reason_zh" in sites else sites["reason"]
    return {
        "rank": plain(sites["rank"]),
        "site_id": plain(sites["site_id"]),
        "name": plain(sites["name"]),
        "cost": plain(sites["cost"]),
        "people_gained": plain(sites["people_gained"]),
        "places_gained": plain(sites["places_gained"]),
        "reason": {"zh": plain(reason_zh), "en": plain(sites["reason"])},
        "lon": lon,
        "lat": lat,
    }
