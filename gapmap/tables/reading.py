"""One door for every format: by the file's ending, never by guessing."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gapmap.errors import InputError
from gapmap.findings import fail, finding
from gapmap.tables.local import refuse_odd, refuse_virtual
from gapmap.tables.text import read_text
from gapmap.tables.vector import read_vector
from gapmap.tables.workbook import read_workbook
from gapmap.tables.xlsx.kinds import OTHER_ENDINGS, refuse_other
from gapmap.tables.zipped import read_zipped

if TYPE_CHECKING:
    from gapmap.tables.value import Table

__all__ = ["TEXT_ENDINGS", "VECTOR_ENDINGS", "check_file", "read_table"]

TEXT_ENDINGS: Final = (".csv", ".tsv", ".txt")
VECTOR_ENDINGS: Final = (".shp", ".gpkg", ".geojson", ".json", ".parquet", ".kml")
ARCHIVE_ENDINGS: Final = (".zip", ".kmz")
WORKBOOK_ENDINGS: Final = (".xlsx", ".xlsm")
KNOWN_ENDINGS: Final = (*TEXT_ENDINGS, *WORKBOOK_ENDINGS, *VECTOR_ENDINGS, ".gpx", *ARCHIVE_ENDINGS)


def read_table(
    path: Path, *, sheet: str | None = None, layer: str | None = None, repair: str = "safe"
) -> Table:
    """Read a planner's file without interpreting it: every cell becomes text.

    CSV may be UTF-8, UTF-16, UTF-32 with its mark, or GB18030 (GBK), separated by comma,
    semicolon, tab or ``|``. XLSX gives what its cells show: dates as ISO text, whole numbers
    without ``.0``; macros of an XLSM are never looked at. In both, titles above the header, a
    header of two rows, totals, footnotes and section titles are found, told, and are no data.
    Vector files are opened by the driver of their ending alone, so that a renamed file cannot
    make another one be read; a shapefile's text is UTF-8 or GB18030, whatever its neighbours
    forget to say.

    Parameters
    ----------
    path
        ``.csv .tsv .txt .xlsx .xlsm .shp .gpkg .geojson .json .parquet .kml .gpx`` on a local
        disk, or a ``.zip`` or ``.kmz`` with one of these in it, which is read in memory.
    sheet
        Of a workbook; needed where more than one visible sheet holds data.
    layer
        Of a vector file; needed where more than one layer has geometry. Of an archive, the
        member that is wanted.
    repair
        How far gapmap may repair what stands in the file: one of ``gapmap.findings.REPAIRS``.
        The table carries it on to whoever interprets it.

    Raises
    ------
    InputError
        The file is missing, empty, of an unknown format, or cannot be read; a sheet or layer
        is missing, with the names that there are.
    """
    path = Path(path)
    ending = check_file(path)
    if ending in TEXT_ENDINGS:
        return read_text(path, repair=repair)
    if ending in WORKBOOK_ENDINGS:
        return read_workbook(path, sheet=sheet, repair=repair)
    if ending in ARCHIVE_ENDINGS:
        return read_zipped(path, sheet=sheet, layer=layer, repair=repair)
    return read_vector(path, layer=layer, repair=repair)


def check_file(path: Path) -> str:
    """Give the ending of a file that can be read; raise where there is none such."""
    refuse_virtual(path, path.name, InputError)
    refuse_odd(path, path.name, InputError)
    if path.is_dir():
        code = "file-geodatabase" if path.suffix.lower() == ".gdb" else "file-is-folder"
        fail(finding(code, file=path.name))
    if not path.is_file():
        fail(finding("file-missing", file=path.name, value=path, nearest=_nearest_files(path)))
    ending = path.suffix.lower()
    if ending in OTHER_ENDINGS and path.stat().st_size > 0:
        refuse_other(path)
    if ending not in KNOWN_ENDINGS:
        fail(finding("file-format", file=path.name, value=ending, known=" ".join(KNOWN_ENDINGS)))
    if path.stat().st_size == 0:
        fail(finding("file-empty", file=path.name))
    return ending


def _nearest_files(path: Path) -> str:
    """Name the files in the same folder that look most like the missing one."""
    if not path.parent.is_dir():
        return "–"
    there = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    return ", ".join(get_close_matches(path.name, there, n=3, cutoff=0.4)) or "–"
