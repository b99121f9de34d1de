"""Files that somebody made to do harm."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from corpus.city import VILLAGES, Case, csv, district_features, geojson

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["CASES"]

NASTY = (
    "</script><script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    "${alert(1)}",
    '"; DROP TABLE places;--',
    '=HYPERLINK("http://x")',
    "\u202eevil",
)
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="districts"><SrcDataSource>villages.csv'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<kml><Document><name>&b;</name></Document></kml>"
)
EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    "<kml><Document><name>&f;</name></Document></kml>"
)


def write(name: str, content: str | bytes) -> Callable[[Path], None]:
    """Write a file."""

    def spoil(folder: Path) -> None:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return spoil


def districts(name: str) -> dict[str, str]:
    """Name other districts in the study."""
    return {'path = "districts.geojson"': f'path = "{name}"'}


def _nasty_names(folder: Path) -> None:
    rows = [list(row) for row in VILLAGES]
    for row, name in zip(rows[1:], NASTY, strict=False):
        row[1] = '"' + name.replace('"', '""') + '"'
    csv(folder / "villages.csv", rows)


def _zip(folder: Path, members: dict[str, bytes], **attributes: int) -> None:
    with zipfile.ZipFile(folder / "districts.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = attributes.get("external_attr", 0)
            archive.writestr(info, content)


def _zipped(name: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        _zip(folder, {name: (folder / "districts.geojson").read_bytes()})

    return spoil


def _symlink_in_zip(folder: Path) -> None:
    _zip(folder, {"districts.geojson": b"/etc/passwd"}, external_attr=0o120777 << 16)


def _zip_bomb(folder: Path) -> None:
    _zip(folder, {"districts.geojson": b"0" * 300_000_000})


def _workbook_bomb(folder: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b" " * 300_000_000)
    (folder / "villages.xlsx").write_bytes(made.getvalue())


def _layer_named_like_sql(folder: Path) -> None:
    geojson(folder / "districts.geojson", district_features(), name='x"; DROP TABLE y;--')


CASES = [
    Case(
        name="nasty-names",
        expect=[("cell-invisible", 7)],
        spoil=_nasty_names,
        rows={"villages.csv": (12, 11, 1, 0)},
    ),
    Case(
        name="vrt-named-geojson",
        expect=[("geojson-malformed", None)],
        spoil=write("districts.geojson", VRT),
        usable=False,
    ),
    *(
        Case(
            name=f"vrt-named-{ending}",
            study=districts(f"districts.{ending}"),
            spoil=write(f"districts.{ending}", VRT),
            expect=[("vector-not-its-format", None)],
            usable=False,
        )
        for ending in ("shp", "gpkg", "kml")
    ),
    Case(
        name="entity-bomb-kml",
        study=districts("districts.kml"),
        spoil=write("districts.kml", BOMB),
        expect=[("xml-entities", None)],
        usable=False,
    ),
    Case(
        name="external-entity-kml",
        study=districts("districts.kml"),
        spoil=write("districts.kml", EXTERNAL),
        expect=[("xml-entities", None)],
        usable=False,
    ),
    *(
        Case(
            name=f"address-{number}",
            study=districts(address),
            expect=[("file-not-local", None)],
            usable=False,
        )
        for number, address in enumerate(
            ("/vsicurl/http://127.0.0.1:9/d.geojson", "http://127.0.0.1:9/d.geojson"), start=1
        )
    ),
    Case(
        name="zip-with-one-layer",
        study=districts("districts.zip"),
        spoil=_zipped("数据/districts.geojson"),
    ),
    Case(
        name="zip-out-of-its-folder",
        expect=[("zip-unsafe", None)],
        study=districts("districts.zip"),
        spoil=_zipped("../districts.geojson"),
        usable=False,
    ),
    Case(
        name="zip-with-a-link",
        expect=[("zip-unsafe", None)],
        study=districts("districts.zip"),
        spoil=_symlink_in_zip,
        usable=False,
    ),
    Case(
        name="zip-bomb",
        expect=[("zip-bomb", None)],
        study=districts("districts.zip"),
        spoil=_zip_bomb,
        usable=False,
    ),
    Case(
        name="workbook-bomb",
        expect=[("workbook-unreadable", None)],
        study={'path = "villages.csv"': 'path = "villages.xlsx"'},
        spoil=_workbook_bomb,
        usable=False,
    ),
    Case(name="layer-named-like-sql", spoil=_layer_named_like_sql),
]
