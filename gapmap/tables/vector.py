"""Vector files: the driver is the ending's, the text is never mojibake, codes stay text."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
import pyproj
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError

from gapmap.errors import CrsError
from gapmap.findings import Finding, fail, finding
from gapmap.tables.dbf import decode_latin, text_encodings
from gapmap.tables.exponents import keep_open
from gapmap.tables.fields import as_texts, free_name
from gapmap.tables.geojson import check_geojson
from gapmap.tables.geopackage import MAGIC, check_geopackage, count_rows
from gapmap.tables.markup import GPX_LAYERS, check_markup
from gapmap.tables.parquet import read_parquet
from gapmap.tables.shapefile import read_shapefile
from gapmap.tables.shapes import Flat, flat_from_wkb
from gapmap.tables.value import Table, nearest_known, row_findings
from gapmap.tables.vectorfile import VectorFile, on_disk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gapmap.tables.exponents import OpenNumber

__all__ = ["read_layer", "read_vector"]

_SAID_AGAIN: Final = ("Non closed ring", "Measured (M) geometry types")
"""Complaints about what is found again, with rows or counts, when the shapes are made."""
DRIVERS: Final = {
    ".gpkg": ("GPKG",),
    ".geojson": ("GeoJSON",),
    ".json": ("GeoJSON",),
    ".kml": ("KML", "LIBKML"),
    ".gpx": ("GPX",),
}
_OF_KML: Final = ("id", "description", "timestamp", "begin", "end", "altitudeMode", "icon")
"""Columns that the driver gives every KML file; empty ones would be taken for the ids."""


@dataclass(slots=True)
class _Layer:
    """What a reader took from a layer; ``counted`` beforehand, -1 where nobody can."""

    file: str
    texts: dict[str, list[str]]
    rows: Sequence[int]
    crs: pyproj.CRS | None = None
    shapes: Flat | None = None
    notes: list[Finding] = field(default_factory=list)
    excluded: tuple[int, ...] = ()
    counted: int = -1


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was counted in a file before GDAL opened it; -1 where nothing was.

    Attributes
    ----------
    everything
        Features in all layers together.
    layers
        Features of single layers.
    numbers
        Of GeoJSON, those whose digits are not all written.
    """

    everything: int = -1
    layers: dict[str, int] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()
    numbers: tuple[OpenNumber, ...] = ()


def read_vector(path: Path, *, layer: str | None = None, repair: str = "safe") -> Table:
    """Read a layer of a vector file on a disk; see ``read_table``."""
    return read_layer(on_disk(path), layer=layer, repair=repair)


def read_layer(file: VectorFile, *, layer: str | None = None, repair: str = "safe") -> Table:
    """Read a layer of a vector file, on a disk or in memory; see ``read_table``.

    GDAL picks its driver by content: a virtual dataset renamed to ``.geojson`` would be followed
    to whatever file or address it names. It opens a file only after the file's own bytes have
    said that it is what its ending says, and what it then gives is held against a count made
    before.
    """
    if file.size() == 0:
        fail(finding("file-empty", file=file.name))
    if file.ending == ".parquet":
        read = _parquet(file, repair)
    elif file.ending == ".shp":
        read = _shapefile(file, layer, repair)
    else:
        read = _through_gdal(file, layer, repair)
    return _as_table(read, repair)


def _parquet(file: VectorFile, repair: str) -> _Layer:
    with _readable(file.name, []), file.opened() as stream:
        read = read_parquet(stream, file.name)
    texts, twice = _named(read.table.column_names, read.table.columns, file.name)
    rows = range(1, len(read.table) + 1)
    shapes = None
    if read.wkb is not None:
        shapes = flat_from_wkb(
            read.wkb,
            rows,
            file.name,
            repair=repair,
            straightened=lambda places: [None for _ in places],
        )
    _same_count(file.name, read.told, len(read.table))
    crs = _crs(read.crs, file.name)
    return _Layer(file.name, texts, rows, crs, shapes, twice, counted=read.told)


def _shapefile(file: VectorFile, layer: str | None, repair: str) -> _Layer:
    """Read the table ourselves and the shapes through GDAL; rows marked as deleted stay out."""
    if layer not in (None, file.stem):
        _layer_missing(file.name, str(layer), [file.stem])
    table, shapes = read_shapefile(file)
    notes = [*table.findings]
    meta, columns = _arrow(shapes, file.name, 0, notes, columns=[])
    _same_count(file.name, table.told, len(columns[-1]) if columns else 0)
    encodings = text_encodings(file.content(".cpg"), table.mark)
    rows: list[int] = table.rows.tolist()
    texts, encoding_notes = decode_latin(table.texts, encodings, file.name, rows)
    raw = columns[-1].to_pylist() if columns else []
    flat_shapes = flat_from_wkb(
        [raw[row - 1] for row in rows],
        rows,
        file.name,
        repair=repair,
        straightened=lambda places: [None for _ in places],
    )
    deleted = [(row, "") for row in table.deleted]
    notes += [*encoding_notes, *row_findings("dbf-row-deleted", file.name, "", deleted)]
    crs = _crs(meta["crs"], file.name)
    deleted_rows = tuple(table.deleted)
    return _Layer(file.name, texts, rows, crs, flat_shapes, notes, deleted_rows, table.told)


def _through_gdal(file: VectorFile, wanted: str | None, repair: str) -> _Layer:
    checked = _check(file)
    address = file.address()
    is_json = file.ending in (".geojson", ".json")
    if is_json and isinstance(address, str):
        address = f"GeoJSON:{address}"
    names = _layers(file, address, wanted, checked)
    name, dropped = _choose(file.name, names, wanted, checked)
    at = list(names).index(name)
    said = f"{file.name}[{name}]" if len(names) > 1 else file.name
    notes = [*checked.notes, *dropped]
    options = {"DATE_AS_STRING": "YES"} if is_json else {}
    counted = _counted(file, name, checked)  # before GDAL runs a view, which may never end
    meta, columns = _arrow(address, file.name, at, notes, **options)
    fields = [str(one) for one in meta["fields"]]
    geometry_at = len(columns) - 1 if meta["geometry_type"] else None
    count = len(columns[0]) if columns else 0
    _same_count(said, counted, count)
    start = len(columns) - len(fields) - (geometry_at is not None)  # an id may stand before them
    texts, twice = _named(fields, columns[start : start + len(fields)], said)
    notes += keep_open(texts, fields, checked.numbers, said)
    if file.ending == ".kml":
        texts = {name: cells for name, cells in texts.items() if name not in _OF_KML or any(cells)}
    rows = range(1, count + 1)
    shapes = None
    if geometry_at is not None:
        shapes = flat_from_wkb(
            columns[geometry_at].to_pylist(),
            rows,
            said,
            repair=repair,
            straightened=lambda places: _straight(address, file.name, at, places),
        )
    crs = _crs(meta["crs"], said)
    return _Layer(said, texts, rows, crs, shapes, [*notes, *twice], counted=counted)


def _named(
    names: Sequence[str], columns: Sequence[pa.ChunkedArray], file: str
) -> tuple[dict[str, list[str]], list[Finding]]:
    """Give columns as text by their names; a name that stands twice gets a number."""
    texts: dict[str, list[str]] = {}
    found: list[Finding] = []
    with _readable(file, found):  # text may be no UTF-8
        for written, column in zip(names, columns, strict=True):
            name = free_name(" ".join(written.split()), texts, file, found)
            texts[name] = as_texts(column)
    return texts, found


def _check(file: VectorFile) -> _Checked:
    """Check that a file is what its ending says and harmless, and count what it holds."""
    if file.ending in (".geojson", ".json"):
        count, notes, numbers = check_geojson(file)
        return _Checked(-1 if count is None else count, notes=tuple(notes), numbers=tuple(numbers))
    if file.ending == ".gpkg":
        with file.opened() as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                fail(finding("vector-not-its-format", file=file.name, ending=file.ending))
        check_geopackage(file)
        return _Checked()
    counts = check_markup(file)
    if file.ending == ".kml":
        return _Checked(counts["Placemark"])
    return _Checked(layers={layer: counts[name] for layer, name in GPX_LAYERS.items()})


def _counted(file: VectorFile, layer: str, checked: _Checked) -> int:
    """Give how many rows a layer has by our own count; -1 where only GDAL counts."""
    if file.ending == ".gpkg":
        return count_rows(file, layer)
    if file.ending in (".geojson", ".json"):
        return checked.everything
    return checked.layers.get(layer, -1)


def _same_count(file: str, counted: int, given: int) -> None:
    if counted not in (-1, given):
        fail(finding("vector-rows-lost", file=file, counted=counted, given=given))


def _layers(
    file: VectorFile, address: str | bytes, wanted: str | None, checked: _Checked
) -> dict[str, bool]:
    """Name the layers in their order, and say which have shapes, and of KML which have any row.

    GeoJSON holds one; GDAL parses the whole of it for each question.
    """
    if isinstance(address, str) and address.startswith("GeoJSON:") and wanted is None:
        return {file.stem: True}
    with _readable(file.name, []):
        driver = pyogrio.read_info(address, layer=0)["driver"]
        listed = pyogrio.list_layers(address)
        if driver not in DRIVERS[file.ending]:
            fail(finding("vector-not-its-format", file=file.name, ending=file.ending))
        filled = [kind is not None for _, kind in listed]
        if file.ending == ".kml":
            held = [
                int(pyogrio.read_info(address, layer=at, force_feature_count=True)["features"])
                for at in range(len(listed))
            ]
            _same_count(file.name, checked.everything, sum(held))
            filled = [count > 0 for count in held]  # of folders, many hold nothing but folders
    in_memory = isinstance(address, bytes) and file.ending != ".gpkg"
    names = [
        file.stem if in_memory and str(name).startswith("pyogrio_") else str(name)
        for name, _ in listed
    ]
    return dict(zip(names, filled, strict=True))


def _choose(
    file: str, layers: dict[str, bool], wanted: str | None, checked: _Checked
) -> tuple[str, list[Finding]]:
    """Give the layer to read, and what is said of the others."""
    if wanted is not None and wanted not in layers:
        _layer_missing(file, wanted, [*layers])
    if wanted is not None:
        return wanted, []
    if checked.layers:
        return _of_gpx(file, checked)
    choice = [name for name, with_shapes in layers.items() if with_shapes] or [*layers]
    if len(choice) > 1:
        fail(finding("layer-needed", file=file, layers=", ".join(choice)))
    return choice[0], []


def _of_gpx(file: str, checked: _Checked) -> tuple[str, list[Finding]]:
    """Take the waypoints of a GPX file, or what else it holds, and name what is left."""
    filled = [name for name, count in checked.layers.items() if count] or [*checked.layers]
    others = filled[1:] if any(checked.layers.values()) else []
    notes = [finding("layers-others", file=file, value=", ".join(others))] if others else []
    return filled[0], notes


def _layer_missing(file: str, wanted: str, names: Sequence[str]) -> None:
    near = nearest_known(wanted, names)
    there = ", ".join(names)
    fail(finding("layer-missing", file=file, value=wanted, **near, layers=there))


def _arrow(
    address: str | bytes,
    file: str,
    layer: int,
    notes: list[Finding],
    **options: Any,  # noqa: ANN401 - what the driver takes
) -> tuple[dict[str, Any], list[pa.ChunkedArray]]:
    """Read a layer; whole numbers with gaps stay whole numbers, unlike with NumPy."""
    with _readable(file, notes):
        meta, table = pyogrio.raw.read_arrow(address, layer=layer, **options)
        columns = list(table.columns)
    return meta, columns


def _straight(address: str | bytes, file: str, layer: int, places: list[int]) -> list[bytes | None]:
    """Read some shapes again in the way in which GDAL makes curves straight."""
    with _readable(file, []):
        _, fids = pyogrio.raw.read_arrow(address, layer=layer, columns=[], return_fids=True)
        wanted = [int(fids.column(0)[at].as_py()) for at in places]
        _, _, shapes, _ = pyogrio.raw.read(address, layer=layer, columns=[], fids=wanted)
    return [None if one is None else bytes(one) for one in shapes]


@contextmanager
def _readable(file: str, notes: list[Finding]) -> Iterator[None]:
    """Turn the readers' exceptions into one error, and their warnings into ``notes``."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            yield
        except (
            *(DataSourceError, DataLayerError, pa.ArrowException, OSError, ValueError),
            *(OverflowError, MemoryError, NotImplementedError, LookupError),
            ShapelyError,
            UnboundLocalError,  # pyogrio, where the name of a system is no UTF-8
        ) as error:
            fail(finding("vector-unreadable", file=file, problem=_clean(error, file)))
    complaints = dict.fromkeys(_clean(one.message, file) for one in said)
    notes += [
        finding("vector-complaint", file=file, problem=complaint)
        for complaint in complaints
        if not complaint.startswith(_SAID_AGAIN)
    ]


def _clean(error: Warning | Exception | str, file: str) -> str:
    """Give a reader's complaint without the folders of this machine or memory."""
    words = (word.strip("'\"") for word in str(error).split())
    return " ".join(file if "/" in word and word.startswith("/") else word for word in words)


def _as_table(read: _Layer, repair: str) -> Table:
    index = pd.Index(read.rows, name="row", dtype="int64")
    cells = {
        name: pd.array(pa.array(column, pa.large_string()), dtype="str")
        for name, column in read.texts.items()
    }
    notes = [*read.notes]
    if not len(index):
        notes.append(finding("table-without-rows", file=read.file))
    shapes = read.shapes
    series = None if shapes is None else gpd.GeoSeries(shapes.shapes, index=index, crs=read.crs)
    return Table(
        file=read.file,
        cells=pd.DataFrame(cells, index=index),
        geometry=series,
        crs=read.crs,
        findings=(*notes, *(shapes.findings if shapes else ())),
        repaired=shapes.repaired if shapes else frozenset(),
        excluded=read.excluded,
        read=len(index) + len(read.excluded) if read.counted < 0 else read.counted,
        repair=repair,
    )


def _crs(declared: object, file: str) -> pyproj.CRS | None:
    """Give the declared system; one that names files of its own, such as grids, is refused.

    GeoPackages write an "undefined" one, and drawings a local one, where they know none.
    """
    if not declared:
        return None
    if "grids" in str(declared).lower():
        fail(finding("crs-unreadable", file=file, value=str(declared)[:80]), CrsError)
    try:
        crs = pyproj.CRS.from_user_input(declared)
        on_globe = crs.is_geographic or crs.is_projected
        return crs if on_globe and not crs.name.startswith("Undefined") else None
    except pyproj.exceptions.CRSError:
        fail(finding("crs-unreadable", file=file, value=str(declared)[:80]), CrsError)
