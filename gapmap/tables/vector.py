"""Vector files: the driver is the ending's, the text is never mojibake, codes stay text."""

from __future__ import annotations

import codecs
import re
import warnings
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gapmap.errors import CrsError
from gapmap.findings import Finding, fail, finding
from gapmap.tables.dbf import decode_latin, text_encodings
from gapmap.tables.value import Table, nearest_known, row_findings
from gapmap.tables.workbook import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["read_vector"]

SHAPEFILE_MAGIC: Final = b"\x00\x00\x27\x0a"
SQLITE_MAGIC: Final = b"SQLite format 3\x00"
DRIVERS: Final = {
    ".shp": ("ESRI Shapefile",),
    ".gpkg": ("GPKG",),
    ".geojson": ("GeoJSON",),
    ".json": ("GeoJSON",),
    ".kml": ("KML", "LIBKML"),
}


def read_vector(path: Path, *, layer: str | None = None, repair: str = "safe") -> Table:
    """Read a layer of a vector file; see ``read_table``."""
    if path.suffix.lower() == ".parquet":
        return replace(_read_parquet(path), repair=repair)
    source = _pinned(path)
    name, several = _layer(path, source, layer)
    file = f"{path.name}[{name}]" if several else path.name
    meta, columns, notes = _read_arrow(path, source, name)
    fields = [str(field) for field in meta["fields"]]
    geometry_at = len(columns) - 1 if meta["geometry_type"] else None
    start = _first(columns, fields, geometry_at)
    texts = {
        field: _as_texts(column)
        for field, column in zip(fields, columns[start : start + len(fields)], strict=True)
    }
    if path.suffix.lower() == ".shp":
        texts, encoding_notes = decode_latin(texts, text_encodings(path), file)
        notes += encoding_notes
    wkb = columns[geometry_at] if geometry_at is not None else None
    return replace(_as_table(file, texts, wkb, _crs(meta["crs"], file), notes), repair=repair)


def _first(columns: Sequence[pa.ChunkedArray], fields: Sequence[str], geometry: int | None) -> int:
    """Say where the fields begin: a feature id may stand before them."""
    return len(columns) - len(fields) - (geometry is not None)


def _pinned(path: Path) -> str:
    """Give the name by which only the driver of the file's ending opens it.

    GDAL picks its driver by content: a virtual dataset renamed to ``.geojson`` would be
    followed to whatever file or address it names. GeoJSON is therefore opened with its
    driver's prefix, the others only after their first bytes say that they are what their ending
    says.
    """
    ending = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(4096)
    if ending in (".geojson", ".json"):
        _check_utf8(path)
        return f"GeoJSON:{path}"
    is_it = {
        ".shp": head.startswith(SHAPEFILE_MAGIC),
        ".gpkg": head.startswith(SQLITE_MAGIC),
        ".kml": _is_kml(head),
    }
    if not is_it[ending]:
        fail(finding("vector-not-its-format", file=path.name, ending=ending))
    if any(mark in str(path) for mark in "!;"):  # pyogrio takes them for parts of an address
        fail(finding("file-name-marks", file=path.name, value=path))
    return str(path)


def _check_utf8(path: Path) -> None:
    """Refuse GeoJSON that is not UTF-8, as the format demands; GDAL would read mojibake."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                fail(finding("geojson-not-utf8", file=path.name, byte=done + error.start + 1))
            done += len(chunk)


def _is_kml(head: bytes) -> bool:
    """Say whether the first element is ``kml``; a document type could define entities."""
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    text = re.sub(r"<\?.*?\?>|<!--.*?-->", "", text, flags=re.DOTALL).lstrip()
    return re.match(r"<(\w+:)?kml[\s>]", text) is not None


def _layer(path: Path, source: str, wanted: str | None) -> tuple[str, bool]:
    """Give the layer to read, and whether the file has several."""
    with _readable(path, []):
        driver = pyogrio.read_info(source, layer=0, encoding=_encoding(path))["driver"]
        listed = pyogrio.list_layers(source)
    if driver not in DRIVERS[path.suffix.lower()]:
        fail(finding("vector-not-its-format", file=path.name, ending=path.suffix))
    names = [str(name) for name, _ in listed]
    if wanted is not None and wanted not in names:
        fail(
            finding(
                "layer-missing",
                file=path.name,
                value=wanted,
                **nearest_known(wanted, names),
                layers=", ".join(names),
            )
        )
    if wanted is not None:
        return wanted, len(names) > 1
    with_geometry = [str(name) for name, kind in listed if kind is not None]
    choice = with_geometry or names
    if len(choice) > 1:
        fail(finding("layer-needed", file=path.name, layers=", ".join(choice)))
    return choice[0], len(names) > 1


def _clean(error: Warning | Exception | str, path: Path) -> str:
    """Give a reader's complaint without the machine's folders."""
    return str(error).replace(str(path), path.name)


def _read_arrow(
    path: Path, source: str, layer: str
) -> tuple[dict[str, Any], list[pa.ChunkedArray], list[Finding]]:
    """Read a layer; whole numbers with gaps stay whole numbers, unlike with NumPy."""
    options: dict[str, str] = {"DATE_AS_STRING": "YES"} if source.startswith("GeoJSON:") else {}
    notes: list[Finding] = []
    with _readable(path, notes):
        meta, table = pyogrio.raw.read_arrow(
            source, layer=layer, encoding=_encoding(path), **options
        )
        columns = list(table.columns)
    return meta, columns, notes


def _encoding(path: Path) -> str | None:
    """Take a shapefile's bytes as Latin-1, which keeps each of them; they are decoded later."""
    return "ISO-8859-1" if path.suffix.lower() == ".shp" else None


@contextmanager
def _readable(path: Path, notes: list[Finding]) -> Iterator[None]:
    """Turn the readers' exceptions into one error, and their warnings into ``notes``."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            yield
        except (DataSourceError, DataLayerError, pa.ArrowException, OSError, ValueError) as error:
            fail(finding("vector-unreadable", file=path.name, problem=_clean(error, path)))
    notes += [
        finding("vector-complaint", file=path.name, problem=_clean(one.message, path))
        for one in said
        if "Non closed ring" not in str(one.message)  # found again and mended row by row
    ]


def _read_parquet(path: Path) -> Table:
    """Read GeoParquet, or Parquet without geometry as a plain table."""
    with _readable(path, []):
        schema = pq.read_schema(path)
        geometry = gpd.read_parquet(path) if b"geo" in (schema.metadata or {}) else None
        shapes = set() if geometry is None else _geometry_columns(geometry)
        table = pq.read_table(path, columns=[n for n in schema.names if n not in shapes])
    texts = {str(name): _as_texts(table[name]) for name in table.column_names}
    if geometry is None:
        return _as_table(path.name, texts, None, None, [])
    active = geometry.geometry.to_numpy()
    return _as_table(path.name, texts, active, geometry.crs, [])


def _geometry_columns(frame: gpd.GeoDataFrame) -> set[str]:
    return set(frame.columns[frame.dtypes == "geometry"])


def _as_table(
    file: str,
    texts: dict[str, list[str]],
    shapes: pa.ChunkedArray | NDArray[np.object_] | None,
    crs: pyproj.CRS | None,
    notes: list[Finding],
) -> Table:
    count = len(next(iter(texts.values()))) if texts else 0
    geometries = np.empty(0, dtype=object)
    broken: list[tuple[int, str]] = []
    lost: list[tuple[int, str]] = []
    if shapes is not None:
        geometries, broken, lost = _geometries(shapes)
        count = len(geometries)
    if count == 0:
        notes = [*notes, finding("table-without-rows", file=file)]
    index = pd.RangeIndex(1, count + 1, name="row")
    cells = {
        " ".join(name.split()): pd.array(pa.array(column, pa.large_string()), dtype="str")
        for name, column in texts.items()
    }
    return Table(
        file=file,
        cells=pd.DataFrame(cells, index=index),
        geometry=None if shapes is None else gpd.GeoSeries(geometries, index=index, crs=crs),
        crs=crs,
        findings=(
            *notes,
            *row_findings("geometry-mended", file, "", broken),
            *row_findings("geometry-unreadable", file, "", lost),
        ),
        repaired=frozenset(row for row, _ in broken),
        read=count,
    )


def _geometries(
    shapes: pa.ChunkedArray | NDArray[np.object_],
) -> tuple[NDArray[np.object_], list[tuple[int, str]], list[tuple[int, str]]]:
    """Give flat geometries; those with open rings mended, those past mending None, both named."""
    if isinstance(shapes, np.ndarray):
        return shapely.force_2d(shapes), [], []
    raw = np.array(shapes.to_pylist(), dtype=object)
    given = np.array([one is not None for one in raw], dtype=bool)
    geometries = shapely.from_wkb(raw, on_invalid="ignore")
    failed = np.flatnonzero(given & shapely.is_missing(geometries))
    geometries[failed] = shapely.from_wkb(raw[failed], on_invalid="fix")
    mended = [int(at) for at in failed if geometries[at] is not None]
    lost = [int(at) for at in failed if geometries[at] is None]
    return (
        shapely.force_2d(geometries),
        [(at + 1, str(geometries[at].geom_type)) for at in mended],
        [(at + 1, "") for at in lost],
    )


def _crs(declared: object, file: str) -> pyproj.CRS | None:
    if not declared:
        return None
    try:
        return pyproj.CRS.from_user_input(declared)
    except pyproj.exceptions.CRSError:
        fail(finding("crs-unreadable", file=file, value=str(declared)[:80]), CrsError)


def _as_texts(column: pa.ChunkedArray) -> list[str]:
    """Give a typed column as text: whole numbers without ``.0``, dates in ISO form."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        return [_number(value) for value in column.to_pylist()]
    if pa.types.is_boolean(kind):
        return [("", "false", "true")[0 if v is None else 1 + v] for v in column.to_pylist()]
    if pa.types.is_timestamp(kind):
        return [as_text(value) for value in column.to_pylist()]
    if pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        plain: list[str] = pc.fill_null(column.cast(pa.string()), "").to_pylist()
        return plain
    return ["" if v is None else _other(v) for v in column.to_pylist()]


def _number(value: float | None) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN is how some drivers write "empty"
        return ""
    return as_text(float(value))


def _other(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else as_text(value)
