"""The value for no data as a TIFF declares it, which GDAL keeps to itself where it cannot be."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["declared_nodata"]

_TAG = 42113  # GDAL_NODATA, text; https://gdal.org/drivers/raster/gtiff.html
_BIG = 43  # the version of BigTIFF; 42 of TIFF
_MOST = 200  # entries, and letters


def declared_nodata(path: Path) -> float | None:
    """Read the value from the first directory of a TIFF or BigTIFF.

    Parameters
    ----------
    path
        A file that begins as a TIFF does.

    Returns
    -------
    float or None
        None where there is none, or nothing that is a number.
    """
    with path.open("rb") as stream:
        try:
            text = _text(stream.read, stream.seek)
        except (struct.error, OverflowError, OSError, ValueError):
            return None
    try:
        return float(text.strip("\0 "))
    except ValueError:
        return None


def _text(read: Callable[[int], bytes], seek: Callable[[int], int]) -> str:
    """Follow header, directory and entry; the layout is that of the TIFF 6.0 specification."""
    head = read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = struct.unpack_from(f"{order}H", head, 2)[0] == _BIG
    number, short = ("Q", "Q") if big else ("I", "H")
    seek(struct.unpack_from(f"{order}{number}", head, 8 if big else 4)[0])
    entry = struct.Struct(f"{order}HH{number}")
    (count,) = struct.unpack(f"{order}{short}", read(struct.calcsize(f"{order}{short}")))
    size = struct.calcsize(f"{order}{number}")
    for _ in range(min(count, _MOST)):
        tag, _, letters = entry.unpack(read(entry.size))
        value = read(size)
        if tag == _TAG:
            if letters > size:
                seek(struct.unpack(f"{order}{number}", value)[0])
                value = read(min(letters, _MOST))
            return value[:letters].decode("ascii", "replace")
    return ""
