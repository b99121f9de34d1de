"""A shapefile before GDAL reads it: its three files have to hold the same number of rows.

GDAL gives as many rows as the shorter of them holds, and empty shapes where the ``.shp`` is cut,
without a word. Format: ESRI Shapefile Technical Description, July 1998.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from gapmap.findings import fail, finding
from gapmap.tables.dbf_records import Dbf, read_dbf
from gapmap.tables.vectorfile import packed

if TYPE_CHECKING:
    from gapmap.tables.vectorfile import VectorFile

__all__ = ["MAGIC", "read_shapefile"]

MAGIC: Final = b"\x00\x00\x27\x0a"
_HEADER: Final = 100
_INDEX: Final = 8


def read_shapefile(file: VectorFile) -> tuple[Dbf, bytes]:
    """Read the table of a shapefile, and give its shapes for GDAL to read.

    Returns
    -------
    Dbf
        The table, still in bytes of an unknown encoding.
    bytes
        An archive with ``.shp``, ``.shx`` and ``.prj`` alone: GDAL sees nothing unchecked.

    Raises
    ------
    InputError
        One of ``.shp``, ``.shx`` and ``.dbf`` is missing, they do not hold the same number of
        rows, or one is shorter or longer than it says.
    """
    shapes = file.content(".shp")
    if not shapes.startswith(MAGIC):
        fail(finding("vector-not-its-format", file=file.name, ending=".shp"))
    for part in (".shx", ".dbf"):
        if part not in file.parts:
            fail(finding("shapefile-part-missing", file=file.name, value=file.stem + part))
    index = file.content(".shx")
    if not index.startswith(MAGIC):
        fail(finding("vector-not-its-format", file=file.name, ending=".shx"))
    offsets = _walk(shapes)
    listed = _listed(index)
    table = read_dbf(file.content(".dbf"), file.name)
    counts = (len(offsets), len(listed), table.told, table.held)
    if len(set(counts)) > 1:
        shp, shx, dbf, rows = counts
        fail(finding("shapefile-counts", file=file.name, shp=shp, shx=shx, dbf=dbf, rows=rows))
    for part, content in ((".shp", shapes), (".shx", index)):
        told = 2 * struct.unpack_from(">i", content, 24)[0] if len(content) >= _HEADER else 0
        if told != len(content):
            real = len(content)
            fail(finding("shapefile-length", file=file.name, part=part, told=told, real=real))
    if offsets != listed:
        fail(finding("shapefile-index", file=file.name))
    parts = {"layer.shp": shapes, "layer.shx": index, "layer.prj": _prj(file.content(".prj"))}
    return table, packed({name: content for name, content in parts.items() if content})


def _prj(content: bytes) -> bytes:
    """Give the system in UTF-8: its name may be Chinese, in GBK, which GDAL hands on as it is."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).encode()
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1").encode()


def _walk(shapes: bytes) -> list[int]:
    """Give where each record begins that is there in full, stepping from one to the next."""
    offsets = []
    at, end = _HEADER, len(shapes)
    while at + _INDEX <= end:
        (words,) = struct.unpack_from(">i", shapes, at + 4)
        following = at + _INDEX + 2 * words
        if words < 2 or following > end:  # noqa: PLR2004 - a shape has at least its type
            break
        offsets.append(at)
        at = following
    return offsets


def _listed(index: bytes) -> list[int]:
    """Give where the index says that each record begins."""
    count = max(0, (len(index) - _HEADER) // _INDEX)
    numbers = struct.unpack_from(f">{2 * count}i", index, _HEADER) if count else ()
    return [2 * words for words in numbers[::2]]
