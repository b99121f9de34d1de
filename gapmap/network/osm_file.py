"""An OpenStreetMap file before it is read: whether it is what its name says, whole, and no bomb."""

from __future__ import annotations

import bz2
import difflib
import gzip
import os
import re
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast
from xml.parsers import expat

from gapmap.errors import NetworkError
from gapmap.findings import fail, finding
from gapmap.tables.xml_guard import refuse_entities

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["OSM_FORMATS", "check_osm_file", "deleted_ways", "osm_format"]

OSM_FORMATS = (".osm.pbf", ".pbf", ".osm", ".osm.bz2", ".osm.gz", ".graphml")

_PBF_START = b"\n\tOSMHeader"  # after four bytes with the length of the first block's header
_REMOTE = re.compile(r"/vsi|[a-z][a-z0-9+.-]+:[/\\]", re.IGNORECASE)
_PACKED = {b"BZh": "bzip2", b"\x1f\x8b": "gzip", b"PK": "zip"}
_CHUNK = 1 << 20
_OVERLAP = 2048
_MOST_TIMES = 200
"""How many times its size a packed file may become; OSM XML becomes 10 to 15 times as large."""
_ALLOWANCE = 100 << 20  # bytes that any file may become
_DELETED = re.compile(rb"""action\s*=\s*['"]delete|visible\s*=\s*['"]false""")
_REMARK = re.compile(rb"<remark>([^<]{0,1000}error[^<]{0,1000})</remark>")


def osm_format(path: Path) -> str:
    """Give the format that the file's ending names, as osmium calls it; ``graphml`` is none."""
    name = path.name.lower()
    kinds = ("pbf", "osm.bz2", "osm.gz", "osm", "graphml")
    return next(kind for kind in kinds if name.endswith(f".{kind}"))


def check_osm_file(path: Path) -> bool:
    """Refuse what is not there, not local, or not what its ending says.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    bool
        Whether the file, written by an editor, marks objects as deleted.

    Raises
    ------
    InputError
        It is another format, an answer that says an error, a history, has a document type, or
        becomes too large when it is unpacked.
    """
    _check_there(path)
    kind = osm_format(path)
    if kind == "graphml":
        return False
    with path.open("rb") as stream:
        head = stream.read(512)
    if _is_overpass_json(head):
        fail(finding("network-overpass-json", file=path.name), NetworkError)
    starts = {
        "pbf": head[4:].startswith(_PBF_START),
        "osm.bz2": head.startswith(b"BZh"),
        "osm.gz": head.startswith(b"\x1f\x8b"),
    }
    if not starts.get(kind, not _is_other(head)):
        fail(finding("network-not-osm", file=path.name, value=_shown(head)), NetworkError)
    if kind == "pbf":
        return False
    root = refuse_entities(path)
    if root == "osmChange":
        fail(finding("network-history", file=path.name, value=f"<{root}>"), NetworkError)
    if root != "osm":
        fail(finding("network-not-osm", file=path.name, value=f"<{root}>"), NetworkError)
    return _looked_through(path)


def _check_there(path: Path) -> None:
    if _REMOTE.match(os.fspath(path)):
        fail(finding("file-not-local", file=path.name, value=path), NetworkError)
    if not path.name.lower().endswith(OSM_FORMATS):
        known = " ".join(OSM_FORMATS)
        found = finding("network-format", file=path.name, value=path.suffix, known=known)
        fail(found, NetworkError)
    if path.is_dir():
        fail(finding("file-is-folder", file=path.name), NetworkError)
    if not path.is_file():
        beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        near = ", ".join(difflib.get_close_matches(path.name, beside, n=3, cutoff=0.4)) or "–"
        fail(finding("file-missing", file=path.name, value=path, nearest=near), NetworkError)
    if path.stat().st_size == 0:
        fail(finding("file-empty", file=path.name), NetworkError)


def _is_other(head: bytes) -> bool:
    """Say whether a file begins as JSON, a web page, or something packed does."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith((*_PACKED,)) or text.startswith(
        (b"{", b"[", b"<html", b"<!doctype html")
    )


def _is_overpass_json(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"{") and any(word in text for word in (b"Overpass", b'"elements"'))


def _shown(head: bytes) -> str:
    for start, name in _PACKED.items():
        if head.startswith(start):
            return name
    text = head[:60].decode("utf8", "replace")
    return "".join(mark if mark.isprintable() else "·" for mark in text)


def _looked_through(path: Path) -> bool:
    """Look for an error that a server left in its answer, and for what an editor has deleted."""
    deleted, total, tail = False, 0, b""
    most = _ALLOWANCE + _MOST_TIMES * path.stat().st_size
    with _unpacked(path) as stream:
        while chunk := stream.read(_CHUNK):
            total += len(chunk)
            if total > most:
                found = finding("network-bomb", file=path.name, mb=most >> 20, times=_MOST_TIMES)
                fail(found, NetworkError)
            text = tail + chunk
            if said := _REMARK.search(text):
                words = said[1].decode("utf8", "replace").strip()
                fail(finding("network-incomplete", file=path.name, value=words), NetworkError)
            deleted = deleted or _DELETED.search(text) is not None
            tail = text[-_OVERLAP:]
    return deleted


@contextmanager
def _unpacked(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as raw:
            openers = {"osm.bz2": bz2.BZ2File, "osm.gz": gzip.GzipFile}
            unpack = openers.get(osm_format(path))
            yield cast("BinaryIO", unpack(path)) if unpack else raw
    except (OSError, EOFError, zlib.error) as error:
        fail(finding("network-unreadable", file=path.name, problem=error), NetworkError)


def deleted_ways(path: Path) -> set[int]:
    """Give the ways that the file itself says are no more.

    Editors keep what was deleted and not yet sent, as ``action="delete"``; servers tell
    ``visible="false"``. What a file says last of a way counts.
    """
    deleted: set[int] = set()

    def begun(name: str, said: dict[str, str]) -> None:
        number = said.get("id", "")
        if name == "way" and re.fullmatch(r"-?\d{1,20}", number):
            gone = said.get("action") == "delete" or said.get("visible") == "false"
            (deleted.add if gone else deleted.discard)(int(number))

    parser = expat.ParserCreate()
    parser.StartElementHandler = begun
    try:
        with _unpacked(path) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, ValueError, LookupError) as error:
        fail(finding("network-unreadable", file=path.name, problem=error), NetworkError)
    return deleted
