"""Write files that come out the same byte for byte, whenever and wherever they are built."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Row = dict[str, Any]

SIMULATED = "模拟数据 / simulated"
LONGITUDE_DIGITS = 6
BUILT = dt.datetime(2014, 12, 31, tzinfo=dt.UTC).replace(tzinfo=None)  # XLSX knows no time zone


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(round(value, LONGITUDE_DIGITS))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as UTF-8 with a byte-order mark, so that Excel opens the Chinese correctly."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_text(value) for value in row.values()] for row in rows)
    path.write_bytes(out.getvalue().encode("utf-8-sig"))


def write_geojson(path: Path, features: Iterable[tuple[Row, Row]]) -> None:
    """Write (properties, geometry) pairs, one feature a line, longitude and latitude in WGS84."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": properties, "geometry": geometry},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for properties, geometry in features
    ]
    body = ",\n".join(lines)
    path.write_bytes(f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n'.encode())


def write_xlsx(path: Path, sheet: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as one sheet: dates as dates, numbers as numbers, everything else as text."""
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"created": BUILT, "comments": SIMULATED})
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        page.write_row(0, 0, list(rows[0]), bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row.values()):
                if isinstance(value, dt.date):
                    page.write_datetime(number, column, value, day)
                elif isinstance(value, int | float):
                    page.write_number(number, column, value)
                elif value:
                    page.write_string(number, column, str(value))
    _store_plainly(path)


def _store_plainly(path: Path) -> None:
    """Store an XLSX uncompressed: what a compressor makes depends on its version."""
    with zipfile.ZipFile(path) as packed:
        parts = [(part.filename, packed.read(part)) for part in packed.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as plain:
        for name, content in parts:
            plain.writestr(zipfile.ZipInfo(name), content)


def sha256(path: Path) -> str:
    """Give a file's SHA-256 in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
