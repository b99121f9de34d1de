"""A GeoPackage before GDAL reads it: plain tables and plain views, counted by SQLite itself."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.tables.vectorfile import VectorFile

__all__ = ["MAGIC", "check_geopackage", "count_rows"]

MAGIC: Final = b"SQLite format 3\x00"
_VIRTUAL: Final = re.compile(r"create\s+virtual\s+table.*?using\s+(\w+)", re.IGNORECASE | re.DOTALL)
_HARMLESS: Final = frozenset(("rtree", "fts3", "fts4", "fts5"))
_READING: Final = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE))
_FUNCTIONS: Final = frozenset(
    (
        *("abs", "avg", "cast", "char", "coalesce", "count", "date", "datetime", "format"),
        *("group_concat", "hex", "ifnull", "iif", "instr", "julianday", "length", "like", "lower"),
        *("ltrim", "max", "min", "nullif", "printf", "quote", "rank", "replace", "round"),
        *("row_number", "rtrim", "strftime", "substr", "substring", "sum", "time", "total"),
        *("trim", "typeof", "unicode", "upper"),
    )
)
"""Functions of SQLite itself that a view may use; GDAL's own can open files."""
_STEPS: Final = 1_000_000
_LONGEST: Final = 1_000
"""Millions of steps that counting may take; a view can be made to run for ever."""


def check_geopackage(file: VectorFile) -> None:
    """Refuse a database that does more than hold tables.

    A view is SQL that GDAL would run with its own functions, some of which open files; a virtual
    table is code. Views that only select by SQLite's plain functions are let through.

    Raises
    ------
    InputError
        It is no GeoPackage, is damaged, or has a view or table that is not plain.
    """
    with _opened(file) as base:
        listed = base.execute("select type, name, sql from sqlite_master").fetchall()
        names = {str(name).lower() for kind, name, _ in listed if kind in ("table", "view")}
        if not {"gpkg_contents", "gpkg_spatial_ref_sys"} <= names:
            fail(finding("vector-not-its-format", file=file.name, ending=".gpkg"))
        for kind, name, sql in listed:
            module = _VIRTUAL.match(str(sql or ""))
            if module and module[1].lower() not in _HARMLESS:
                fail(finding("geopackage-unsafe", file=file.name, value=name))
            if kind != "view":
                continue
            if str(name).lower().startswith("gpkg_") or not _is_plain(base, str(name)):
                fail(finding("geopackage-unsafe", file=file.name, value=name))


def count_rows(file: VectorFile, layer: str) -> int:
    """Count a layer's rows.

    Raises
    ------
    InputError
        The database is damaged, or counting does not end.
    """
    with _opened(file) as base:
        base.set_authorizer(_only_reading)
        rounds = iter(range(_LONGEST))
        base.set_progress_handler(lambda: next(rounds, None) is None, _STEPS)
        counting = f"select count(*) from {_quoted(layer)}"  # noqa: S608 - quoted
        found = base.execute(counting).fetchone()
        return int(found[0])


def _is_plain(base: sqlite3.Connection, view: str) -> bool:
    """Say whether a view does nothing but select."""
    base.set_authorizer(_only_reading)
    try:
        base.execute(f"explain select * from {_quoted(view)}").fetchall()  # noqa: S608 - quoted
    except sqlite3.Error:
        return False
    finally:
        base.set_authorizer(None)
    return True


def _only_reading(action: int, _: str | None, second: str | None, *_more: str | None) -> int:
    """Allow an SQL statement to read and to use plain functions, nothing else."""
    if action in _READING:
        return sqlite3.SQLITE_OK
    function = (second or "").lower()
    if action == sqlite3.SQLITE_FUNCTION and function in _FUNCTIONS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


@contextmanager
def _opened(file: VectorFile) -> Iterator[sqlite3.Connection]:
    """Open the database for reading alone; what SQLite cannot read is an error."""
    try:
        with closing(_connected(file)) as base:
            base.execute("pragma trusted_schema = off")
            yield base
    except (sqlite3.Error, UnicodeError, OverflowError) as error:
        fail(finding("vector-unreadable", file=file.name, problem=error))


def _connected(file: VectorFile) -> sqlite3.Connection:
    part = file.parts[".gpkg"]
    if isinstance(part, bytes):
        base = sqlite3.connect(":memory:")
        base.deserialize(part)
        return base
    whole = part.absolute()
    pending = whole.with_name(f"{whole.name}-wal")
    settled = "" if pending.is_file() and pending.stat().st_size else "&immutable=1"
    return sqlite3.connect(f"{whole.as_uri()}?mode=ro{settled}", uri=True)
