"""Parquet, with or without shapes: bounded before it is unpacked, nothing in it is run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import geopandas as gpd
import pyarrow.parquet as pq

from gapmap.findings import fail, finding

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ParquetLayer", "read_parquet"]

MAGIC: Final = b"PAR1"
_MOST_ROWS: Final = 50_000_000
_LARGEST_BYTES: Final = 8_000_000_000
"""Rows and unpacked bytes beyond which a file is refused: a few packed bytes can claim any."""


_LONLAT: Final = "OGC:CRS84"
"""The system of a column that names none; null stands for an unknown one."""


@dataclass(frozen=True, slots=True)
class ParquetLayer:
    """A table without its shapes, its main geometry column as well-known binary, its system.

    ``told`` is the number of rows that the file's metadata has.
    """

    table: pa.Table
    told: int
    wkb: list[bytes | None] | None
    crs: object


def read_parquet(stream: BinaryIO, file: str) -> ParquetLayer:
    """Read a Parquet or GeoParquet file.

    The ``pandas`` part of its metadata, which pandas would follow, is not looked at.

    Raises
    ------
    InputError
        It is no Parquet, or unpacked it would be larger than any table.
    """
    if stream.read(len(MAGIC)) != MAGIC:
        fail(finding("vector-not-its-format", file=file, ending=".parquet"))
    source = pq.ParquetFile(stream)
    size = sum(source.metadata.row_group(at).total_byte_size for at in range(source.num_row_groups))
    if source.metadata.num_rows > _MOST_ROWS or size > _LARGEST_BYTES:
        said = f"{source.metadata.num_rows:,} / {size:,}"
        fail(finding("zip-bomb", file=file, value=file, size=said))
    rows = source.metadata.num_rows
    table = source.read()
    table.validate(full=True)
    told = _told(table.schema.metadata or {})
    columns = told.get("columns", {})
    if not columns:
        return ParquetLayer(table, rows, None, None)
    main = columns[told["primary_column"]]
    values = table[told["primary_column"]]
    if str(main.get("encoding")).upper() == "WKB":
        raw = values.to_pylist()
    else:
        raw = list(gpd.GeoSeries.from_arrow(values.combine_chunks()).to_wkb())
    plain = table.drop_columns([name for name in columns if name in table.column_names])
    return ParquetLayer(plain, rows, raw, main.get("crs", _LONLAT))


def _told(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    said = json.loads(metadata.get(b"geo", b"{}"))
    return said if isinstance(said, dict) else {}
