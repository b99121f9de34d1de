"""A file in another datum: every vertex of a vector file, the coordinate columns of a table."""

from __future__ import annotations

import csv
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
import xlsxwriter
from pyogrio.errors import (
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)
from xlsxwriter.exceptions import XlsxWriterException

from gapmap.cells import guarded, unguarded, visible
from gapmap.datum import DATUMS, convert_datum
from gapmap.errors import CrsError, OutputError
from gapmap.findings import Finding, fail, finding
from gapmap.positions import locate
from gapmap.tables import TEXT_ENDINGS, VECTOR_ENDINGS, Wanted, find_columns, read_table
from gapmap.temporary import flush, make_beside, probe, release, remove, sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from gapmap.tables import Table

__all__ = ["convert_file"]

TABLE_ENDINGS: Final = (*TEXT_ENDINGS, ".xlsx")
CRS_OF: Final = {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}
WRITERS: Final = {
    ".shp": "ESRI Shapefile",
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".kml": "KML",
}
SHEET_ROWS: Final = 1_048_576
CELL_CHARACTERS: Final = 32_767
_GDAL_FAILURES: Final = (
    *(DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, ValueError),
)
DECIMALS: Final = 10
"""Of degrees in tables: 0.01 mm."""


def convert_file(
    path: Path,
    out: Path,
    *,
    source: str,
    target: str,
    sheet: str | None = None,
    layer: str | None = None,
) -> tuple[Finding, ...]:
    """Write a file again with its coordinates in another datum.

    A vector file keeps its features, and its attributes as text; heights are dropped. A table
    keeps every other cell as it stands, except that CSV is made safe as :mod:`gapmap.cells`
    describes; its coordinate columns are found by their titles (``lon`` and ``lat``, ``经度`` and
    ``纬度``, ``x`` and ``y``, ...: see ``tables/synonyms.toml``) and written with ten decimals.
    Where a table's row has no usable position its cells stay as they are and a finding says so.

    The output declares EPSG:4326 for ``wgs84`` and EPSG:4490 for ``cgcs2000``. GCJ-02 and BD-09
    have no code that would be true, so none is declared; GeoJSON and KML, which by their
    standards are WGS84, are written with a warning.

    Parameters
    ----------
    path
        Any file that ``read_table`` reads.
    out
        A table (``.csv .tsv .txt .xlsx``) for a table, a vector file (``.shp .gpkg .geojson
        .json .kml .parquet``) for a vector file. It is replaced if it exists.
    source, target
        ``wgs84``, ``cgcs2000``, ``gcj02`` or ``bd09``.
    sheet, layer
        Which one, where a workbook or a GeoPackage has several.

    Raises
    ------
    InputError
        The file cannot be read, has no coordinate columns, is the output itself, or the format
        of ``out`` cannot be written.
    CrsError
        An unknown datum, or a projected file that is said to be GCJ-02 or BD-09.
    OutputError
        ``out`` cannot be written.
    """
    path, out = Path(path), Path(out)
    for name in (source, target):
        if name not in DATUMS:
            fail(finding("convert-datum-unknown", value=name, known=", ".join(DATUMS)), CrsError)
    _check_place(path, out)
    table = read_table(path, sheet=sheet, layer=layer)
    known = TABLE_ENDINGS if table.geometry is None else VECTOR_ENDINGS
    if out.suffix.lower() not in known:
        fail(finding("convert-format", file=out.name, value=out.suffix, known=" ".join(known)))
    if table.geometry is None:
        found, changed = _convert_columns(table, out, source, target)
    else:
        found, changed = _convert_shapes(table, out, source, target)
    done = finding(
        "convert-done",
        file=table.file,
        count=len(table.cells) + len(table.excluded),
        changed=changed,
        source=source,
        target=target,
    )
    shifted = () if target in CRS_OF else (finding("convert-shifted", file=out.name, datum=target),)
    return (*table.findings, *found, *shifted, done)


def _check_place(path: Path, out: Path) -> None:
    """Refuse to write onto the input or into no folder, and try whether there is room."""
    if out.resolve() == path.resolve() or (out.exists() and out.samefile(path)):
        fail(finding("convert-onto-itself", file=path.name))
    if not out.parent.is_dir():
        raise OutputError(
            f"there is no folder {out.parent} to write {out.name} into; make it first",
            f"没有文件夹 {out.parent},无法写入 {out.name};请先建立",
        )
    if out.is_dir():
        raise OutputError(
            f"{out}: is a folder; name a file with -o", f"{out}:这是目录;请用 -o 指定文件名"
        )
    try:
        probe(out.resolve())
    except OSError as error:
        raise _cannot_write(out, error) from error


def _convert_columns(
    table: Table, out: Path, source: str, target: str
) -> tuple[tuple[Finding, ...], int]:
    """Write a table with its two coordinate columns converted; give how many rows changed."""
    columns, told = find_columns(table, "", {}, Wanted(optional=("position",)))
    x, y = columns.get("x", ""), columns.get("y", "")
    if x == y:  # there are none, or one column holds both
        names = ", ".join(map(str, table.cells.columns))
        fail(finding("convert-columns-missing", file=table.file, columns=names), also=told)
    where = locate(table, crs=CRS_OF["wgs84"], datum=source, x=x, y=y)
    shapes = where.geometry.to_numpy()
    known = ~shapely.is_missing(shapes)
    lon, lat = convert_datum(
        shapely.get_x(shapes[known]), shapely.get_y(shapes[known]), source="wgs84", target=target
    )
    cells = table.cells.copy()
    cells.loc[known, x] = _degrees(lon)
    cells.loc[known, y] = _degrees(lat)
    with _replaced(out) as fresh:
        if out.suffix.lower() == ".xlsx":
            _check_sheet(table.file, cells)
            _write_workbook(cells, fresh, numeric=(x, y), known=known)
            safe: tuple[Finding, ...] = ()
        else:
            safe = _write_text(table.file, cells, fresh)
    return (*told, *where.findings, *safe), int(known.sum())


def _degrees(values: NDArray[np.float64]) -> list[str]:
    return [f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".") for value in values]


def _write_text(file: str, cells: pd.DataFrame, out: Path) -> tuple[Finding, ...]:
    """Write CSV in UTF-8 with its mark, so that Excel shows Chinese; nothing runs as a formula."""
    columns = [[guarded(visible(value)) for value in cells[name]] for name in cells.columns]
    names = [guarded(visible(str(name))) for name in cells.columns]
    with out.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t" if out.suffix.lower() == ".tsv" else ",")
        writer.writerow(names)
        writer.writerows(zip(*columns, strict=True))
    count = sum(
        told.startswith("'") and unguarded(told) == visible(value)
        for name, column in zip(cells.columns, columns, strict=True)
        for told, value in zip(column, cells[name], strict=True)
        if told != value
    )
    return (finding("convert-guarded", file=file, count=count),) if count else ()


def _check_sheet(file: str, cells: pd.DataFrame) -> None:
    """Refuse what a sheet would cut or drop without a word."""
    if len(cells) >= SHEET_ROWS:
        fail(finding("convert-sheet-full", file=file, count=len(cells)))
    for name in cells.columns:
        lengths = cells[name].str.len()
        if lengths.max() > CELL_CHARACTERS:
            row = lengths.idxmax()
            fail(
                finding("convert-cell-long", file=file, row=int(row), field=str(name),
                        length=int(lengths[row]))
            )  # fmt: skip


def _write_workbook(
    cells: pd.DataFrame, out: Path, *, numeric: tuple[str, str], known: NDArray[np.bool_]
) -> None:
    """Write XLSX: text stays text and never becomes a formula or a link."""
    with xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False}) as book:
        sheet = book.add_worksheet()
        for place, name in enumerate(cells.columns):
            sheet.write_string(0, place, visible(str(name)))
        for row, (is_known, values) in enumerate(
            zip(known, cells.itertuples(index=False, name=None), strict=True), start=1
        ):
            for place, (name, value) in enumerate(zip(cells.columns, values, strict=True)):
                if is_known and name in numeric:
                    sheet.write_number(row, place, float(value))
                elif value:
                    sheet.write_string(row, place, visible(value))


def _convert_shapes(
    table: Table, out: Path, source: str, target: str
) -> tuple[tuple[Finding, ...], int]:
    """Write a vector file with every vertex converted; give how many features changed."""
    projected = table.crs is not None and table.crs.is_projected
    declared = projected and source in CRS_OF  # its own CRS leads to longitude and latitude
    where = locate(table, crs=CRS_OF["wgs84"], datum="auto" if declared else source)
    shapes = where.geometry.to_numpy(copy=True)
    known = ~shapely.is_missing(shapes)

    def change(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(convert_datum(xy[:, 0], xy[:, 1], source="wgs84", target=target))

    shapes[known] = shapely.transform(shapes[known], change)
    frame = gpd.GeoDataFrame(
        table.cells, geometry=gpd.GeoSeries(shapes, index=table.cells.index, crs=CRS_OF.get(target))
    )
    with _replaced(out) as fresh:
        complaints = _write_shapes(frame, fresh)
    return (*where.findings, *complaints), int(known.sum())


def _write_shapes(frame: gpd.GeoDataFrame, out: Path) -> list[Finding]:
    """Write features; what the format cannot keep (long names, long texts) is told."""
    if out.suffix.lower() == ".parquet":
        frame.to_parquet(out, index=False)
        return []
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            pyogrio.write_dataframe(
                frame, out, driver=WRITERS[out.suffix.lower()], encoding="UTF-8"
            )
            there = pyogrio.read_info(out, force_feature_count=True)["features"]
        except _GDAL_FAILURES as error:
            problem = str(error).replace(str(out), out.name)
            raise OutputError(
                f"{out.name} cannot be written: {problem}; choose another format, such as .gpkg",
                f"无法写入 {out.name}:{problem};请换一种格式,例如 .gpkg",
            ) from error
    if there != len(frame):  # GDAL does not always say that a disk was full
        fail(finding("convert-lost", file=out.name, count=there, expected=len(frame)))
    return [
        finding("vector-complaint", file=out.name, problem=str(one.message))
        for one in said
        if "'crs' was not provided" not in str(one.message)  # said by convert-shifted
    ]


@contextmanager
def _replaced(out: Path) -> Iterator[Path]:
    """Give a path in a folder beside ``out``; what was written there takes the place of ``out``.

    A shapefile is several files; all of them are moved. A write that fails leaves ``out`` as it
    was.
    """
    target = out.resolve()
    folder, lock = None, None
    try:
        sweep(target)
        folder, lock = make_beside(target, "tmp", folder=True)
        yield folder / out.name
        flush(folder)
        for made in sorted(folder.iterdir()):
            made.replace(target.parent / made.name)
    except (OSError, XlsxWriterException) as error:
        raise _cannot_write(out, error) from error
    finally:
        if folder is not None:
            remove(folder)
        release(lock)


def _cannot_write(out: Path, error: Exception) -> OutputError:
    why = (isinstance(error, OSError) and error.strerror) or str(error)
    return OutputError(
        f"{out}: cannot be written ({why}); choose another place with -o, "
        "or make room and allow writing there",
        f"{out}:无法写入({why});请用 -o 另选位置,或检查磁盘空间和写权限",
    )
