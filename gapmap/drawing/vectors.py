"""Plain values and the block that they travel in; proposed sites.

The values hold no HTML and no code: they travel as an inert block (compressed, base64) and the page
writes them as text.
"""

from __future__ import annotations

import base64
import gzip
import json
import math
import re
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from gapmap.cells import visible
from gapmap.drawing.addresses import refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from gapmap.siting import Proposal

__all__ = ["inert", "inline_script", "inline_style", "lonlat", "packed", "plain", "site_list"]

_DECIMALS = 5
_WGS84 = "EPSG:4326"
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_ESCAPED = re.compile(
    r"\\\\|\\ud[89ab]..\\ud[c-f]..|\\[bf]|\x7f"
    r"|\\u(?:00[01][0-9a-f]|00[89][0-9a-f]|20[26][0-9a-f]|d[89a-f]..|fd[de].|fff.)"
)
"""Escapes of JSON that may stand for what nobody sees. The first two alternatives keep what looks
alike: a backslash of the text itself, and the two halves of one character."""
_PICTURE = re.compile(r"url\((?!data:)[^)]*\)")


def inert(data: object) -> str:
    """Pack data as JSON, gzip, base64: letters, digits, ``+``, ``/`` and ``=`` only.

    Texts become what :func:`gapmap.cells.visible` makes of them.

    Examples
    --------
    >>> set("{}<>&%'") & set(inert({"name": "{{7*7}}</script>"}))
    set()
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return packed(_ESCAPED.sub(_seen, text))


def packed(text: str) -> str:
    """Pack text as UTF-8, gzip, base64; always the same for the same text."""
    return base64.b64encode(gzip.compress(text.encode("utf8"), 9, mtime=0)).decode("ascii")


def _seen(found: re.Match[str]) -> str:
    """Give an escape of JSON so that its text shows what it would be."""
    told: str = json.loads(f'"{found[0]}"')
    return json.dumps(visible(told))[1:-1]


def inline_script(name: str) -> str:
    """Read a script of ``gapmap/report`` so that it can stand between script tags.

    Raises
    ------
    OutputError
        If it names an address that is not known to be harmless.
    """
    text = refuse_unknown(name, _SOURCE_MAP.sub("", _read(name)).strip())
    return re.sub(r"</(script)", r"<\\/\1", text, flags=re.IGNORECASE).replace("<!--", r"<\!--")


def inline_style(name: str) -> str:
    """Read a style sheet without the pictures that it would fetch; errors as of a script."""
    text = refuse_unknown(name, _PICTURE.sub("none", _read(name)).strip())
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


def lonlat(points: gpd.GeoSeries) -> tuple[list[object], list[object]]:
    """Give longitudes and latitudes of points on WGS84 to about a metre; None for a missing one."""
    turned = points.to_crs(_WGS84).to_numpy()
    lon, lat = (np.round(get(turned), _DECIMALS) for get in (shapely.get_x, shapely.get_y))
    return plain(lon), plain(lat)


def site_list(proposal: Proposal) -> dict[str, object]:
    """Give a proposal's sites as columns, with longitude and latitude."""
    sites = proposal.sites
    lon, lat = lonlat(sites.geometry)
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
