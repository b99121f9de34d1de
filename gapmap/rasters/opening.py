"""Opening a GeoTIFF by its own driver alone: no other format, no file beside it, no address."""

from __future__ import annotations

import os
import re
import warnings
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import pyproj
import rasterio
from rasterio._err import CPLE_BaseError  # what comes out of properties has no public name
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ENDINGS", "READING_ERRORS", "beside", "open_raster", "raster_crs"]

ENDINGS: Final = (".tif", ".tiff")
READING_ERRORS: Final = (
    *(RasterioError, CPLE_BaseError),
    *(OSError, ValueError, MemoryError, RuntimeError, OverflowError),
)
"""What rasterio raises over a file that it cannot make out."""

_STARTS: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # TIFF and BigTIFF, either byte order
_REMOTE: Final = re.compile(r"/vsi|[a-z][a-z0-9+.-]+:[/\\]", re.IGNORECASE)
_KEPT_MB: Final = 64
_SIDES: Final = (".aux.xml", ".ovr", ".msk")
_WORLD: Final = (".tfw", ".tifw", ".wld")


@contextmanager
def open_raster(path: Path) -> Iterator[rasterio.DatasetReader]:
    """Open a GeoTIFF for reading.

    Only the GeoTIFF driver gets to see the file, after its first bytes have said that it is one: a
    virtual raster under this name would be followed to whatever it names. Files beside it
    (``.aux.xml``, ``.ovr``, ``.msk``, ``.tfw``) are not read: what the raster says of itself stands
    in one file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        It is not there, not local, or no GeoTIFF that can be read.
    """
    _check(path)
    alone = {"GDAL_PAM_ENABLED": "NO", "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
    # every block is read once: GDAL would keep them until they fill a twentieth of the memory
    with rasterio.Env(**alone, GDAL_CACHEMAX=_KEPT_MB), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # told as a finding
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of affine, within rasterio
        try:
            source = rasterio.open(path.absolute(), driver="GTiff", sharing=False)
        except READING_ERRORS as error:
            fail(finding("raster-unreadable", file=path.name, problem=_clean(error, path)))
        with source:
            yield source


def raster_crs(source: rasterio.DatasetReader) -> pyproj.CRS | None:
    """Give the CRS that a raster declares, if it says where on earth a cell lies."""
    if source.crs is None:
        return None
    try:
        crs = pyproj.CRS.from_wkt(source.crs.to_wkt())
    except pyproj.exceptions.CRSError:
        return None
    return crs if crs.is_geographic or crs.is_projected else None


def _check(path: Path) -> None:
    if _REMOTE.match(os.fspath(path)):
        fail(finding("file-not-local", file=path.name, value=path))
    if path.is_dir():
        fail(finding("raster-folder", file=path.name))
    if not path.is_file():
        there = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        near = ", ".join(get_close_matches(path.name, there, n=3, cutoff=0.4)) or "–"
        fail(finding("raster-missing", file=path.name, value=path, nearest=near))
    if path.suffix.lower() not in ENDINGS:
        known = " ".join(ENDINGS)
        fail(finding("raster-format", file=path.name, value=path.suffix, known=known))
    with path.open("rb") as stream:
        head = stream.read(4)
    if not head:
        fail(finding("raster-empty", file=path.name))
    if head not in _STARTS:
        fail(finding("raster-not-geotiff", file=path.name))


def _clean(error: BaseException, path: Path) -> str:
    said = str(error) or type(error).__name__
    return said.replace(str(path.absolute()), path.name).replace(str(path), path.name)


def beside(path: Path) -> list[str]:
    """Name the files beside a raster that other programs would read with it."""
    named = [path.with_name(path.name + side) for side in _SIDES]
    named += [path.with_suffix(side) for side in _WORLD]
    return [one.name for one in named if one.is_file()]
