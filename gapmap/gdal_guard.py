"""What GDAL may not do in this process: follow a file to other files, programs or addresses.

GDAL picks its driver by a file's content and brings drivers that open whatever else a file
names. Those are left out, and its network file systems closed, by environment variables that it
reads when it loads, so this has to happen before pyogrio or rasterio is imported. What the user
has set there stays; it is added to.
"""

from __future__ import annotations

import logging
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping

__all__ = ["FOLLOWING", "NEWER", "keep_out"]

FOLLOWING: Final = (
    # datasets that name other files or commands
    *("VRT", "OGR_VRT", "GTI", "DERIVED", "STACTA", "STACIT", "MRF", "ECRGTOC", "RPFTOC", "TIL"),
    *("KMLSUPEROVERLAY", "GNMFile", "GNMDatabase", "GPSBabel"),
    # services on a network
    *("WMS", "WCS", "WMTS", "WFS", "OAPIF", "OGCAPI", "CSW", "HTTP", "EEDA", "EEDAI", "DAAS"),
    *("PLMOSAIC", "PLSCENES", "Carto", "AmigoCloud", "Elasticsearch", "NGW", "GeoRSS"),
)
"""Drivers left out: all of this kind that the GDAL within pyogrio has.

GDAL complains on standard error of a name that it does not know, so none stands here on trust.
Database drivers are not among them: no path of a file can reach those.
"""
NEWER: Final = ("GDALG", "ADBC")
"""The same, since the GDAL of pyogrio 0.12."""

_SETTINGS: Final = {
    # no file name ends so: whatever is asked of /vsicurl/ and its kin is refused unasked
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".gapmap-opens-no-address",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "PROJ_NETWORK": "OFF",
}


def keep_out(environment: MutableMapping[str, str] | None = None) -> None:
    """Write into the environment what GDAL shall leave out when it loads.

    Where pyogrio or rasterio was imported before gapmap, GDAL has its drivers already; every
    file is opened by its own driver all the same, which is told by ending and first bytes.

    Parameters
    ----------
    environment
        ``os.environ`` where not given.

    Examples
    --------
    >>> given = {"GDAL_SKIP": "BMP GIF", "GDAL_HTTP_TIMEOUT": "30"}
    >>> keep_out(given)
    >>> given["GDAL_SKIP"][:16], given["GDAL_HTTP_TIMEOUT"]
    ('BMP,GIF,VRT,OGR_', '30')
    """
    where = os.environ if environment is None else environment
    told = where.get("GDAL_SKIP", "")
    names = (name.strip() for name in (told.split(",") if "," in told else told.split()))
    newer = NEWER if _pyogrio() >= (0, 12) else ()
    where["GDAL_SKIP"] = ",".join(dict.fromkeys((*filter(None, names), *FOLLOWING, *newer)))
    for name, value in _SETTINGS.items():
        where.setdefault(name, value)
    logging.getLogger("rasterio._env").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Say whether GDAL tells something else than that it lacks a driver which is left out anyway.

    The GDAL within rasterio has fewer drivers than that within pyogrio, and both read one setting.
    """
    return "GDAL_SKIP" not in record.getMessage()


def _pyogrio() -> tuple[int, ...]:
    """Give the version of the installed pyogrio by the folder that names it.

    Importing pyogrio would load GDAL, and ``importlib.metadata`` takes a tenth of a second.
    """
    spec = find_spec("pyogrio")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for name in os.listdir(os.path.dirname(folder)):  # noqa: PTH120, PTH208 - quick to load
            if name.startswith("pyogrio-") and name.endswith((".dist-info", ".egg-info")):
                return tuple(int(part) for part in name.split("-")[1].split(".")[:2])
    return (0,)
