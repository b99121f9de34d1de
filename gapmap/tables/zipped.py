"""Reading the layer of an archive by the reader of its format."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gapmap.errors import InputError
from gapmap.findings import Finding, fail
from gapmap.tables.archive import open_archive
from gapmap.tables.text import read_text
from gapmap.tables.vector import read_layer
from gapmap.tables.workbook import read_workbook

if TYPE_CHECKING:
    from gapmap.tables.archive import Packed
    from gapmap.tables.value import Table

__all__ = ["read_zipped"]

_TABLES: Final = (".csv", ".tsv", ".xlsx", ".xlsm")


def read_zipped(
    path: Path, *, sheet: str | None = None, layer: str | None = None, repair: str = "safe"
) -> Table:
    """Read the layer of a ``.zip`` or ``.kmz``; see ``read_table``."""
    packed = open_archive(path, layer=layer)
    if packed.file.ending in _TABLES:
        table = _read_table(packed, sheet, repair)
    else:
        table = read_layer(packed.file, layer=packed.layer, repair=repair)
    return replace(table, findings=(*packed.findings, *table.findings))


def _read_table(packed: Packed, sheet: str | None, repair: str) -> Table:
    """Read a text file or workbook, by way of a folder that only this user can open.

    The readers of both want a path. Findings name the archive and the member.
    """
    with tempfile.TemporaryDirectory(prefix="gapmap-") as folder:
        path = Path(folder) / f"member{packed.file.ending}"
        path.write_bytes(packed.file.content())
        try:
            if packed.file.ending in (".xlsx", ".xlsm"):
                table = read_workbook(path, sheet=sheet, repair=repair)
            else:
                table = read_text(path, repair=repair)
        except InputError as error:
            if not error.found:
                raise
            first, *rest = (_renamed(one, path.name, packed.file.name) for one in error.found)
            fail(first, type(error), also=rest)
    return replace(
        table,
        file=table.file.replace(path.name, packed.file.name, 1),  # a sheet stands behind it
        findings=tuple(_renamed(one, path.name, packed.file.name) for one in table.findings),
    )


def _renamed(found: Finding, old: str, new: str) -> Finding:
    return replace(found, file=found.file.replace(old, new, 1))
