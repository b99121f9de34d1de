"""XML before any parser sees it: nothing that names other files or grows without bound."""

from __future__ import annotations

import bz2
import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, cast
from xml.parsers import expat  # stops at the first declaration, expands nothing

from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["DEEPEST", "count_elements", "refuse_entities", "root_element"]

DEEPEST: Final = 200
"""Elements within elements beyond which a file is refused; folders of a KML nest a dozen deep."""
_CHUNK: Final = 1 << 16
_LONGEST_PROLOG: Final = 1 << 20
"""Bytes before the first element beyond which a file is refused."""


class _FoundError(Exception):
    """What was looked for was found: parsing stops."""


@dataclass(slots=True)
class _Head:
    """What stands before and at the first element."""

    root: str = ""
    declares: bool = False


def refuse_entities(path: Path) -> str:
    """Refuse an XML file with a document type, the only place where entities can be declared.

    Entities can name other files and addresses, or stand for one another a billion times over.
    Neither OSM, KML nor GPX needs any. Only the beginning of the file is read, in the encoding
    that it declares or its first bytes show; ``.gz`` and ``.bz2`` are told by their first bytes
    and unpacked on the way.

    Parameters
    ----------
    path
        An XML file, packed or not.

    Returns
    -------
    str
        The name of the first element without its prefix, such as ``osm``, ``kml`` or ``gpx``.

    Raises
    ------
    InputError
        It has a document type (``xml-entities``), or is no XML (``xml-malformed``).
    """
    with path.open("rb") as raw:
        start = raw.read(3)
        raw.seek(0)
        stream: BinaryIO = raw
        if start == b"BZh":
            stream = cast("BinaryIO", bz2.BZ2File(raw))
        elif start[:2] == b"\x1f\x8b":
            stream = cast("BinaryIO", gzip.GzipFile(fileobj=raw))
        return root_element(stream, path.name)


def root_element(stream: BinaryIO, file: str) -> str:
    """Give the name of the first element; see ``refuse_entities``.

    Parameters
    ----------
    stream
        Of bytes, at its beginning; it is not closed.
    file
        The name that an error gives.
    """
    head = _Head()
    parser = expat.ParserCreate()

    def declared(*_: object) -> None:
        head.declares = True
        raise _FoundError

    def begun(name: str, _: dict[str, str]) -> None:
        head.root = name.rpartition(":")[2]
        raise _FoundError

    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = begun
    _feed(parser, stream, file, _LONGEST_PROLOG)
    if head.declares:
        fail(finding("xml-entities", file=file))
    return head.root


def count_elements(stream: BinaryIO, file: str, names: Iterable[str]) -> dict[str, int]:
    """Count elements by name, without their prefixes, in a file of bounded depth.

    Parameters
    ----------
    stream
        Of bytes, at its beginning; it is not closed.
    file
        The name that an error gives.
    names
        What to count.

    Raises
    ------
    InputError
        Its elements nest deeper than ``DEEPEST``, which readers that recurse into them do not
        stand, or it is no well-formed XML.
    """
    counts = dict.fromkeys(names, 0)
    depth = 0
    parser = expat.ParserCreate()

    def begun(name: str, _: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise _FoundError
        plain = name.rpartition(":")[2]
        if plain in counts:
            counts[plain] += 1

    def ended(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler = begun
    parser.EndElementHandler = ended
    _feed(parser, stream, file, None)
    if depth > DEEPEST:
        fail(finding("xml-deep", file=file, row=parser.CurrentLineNumber, deepest=DEEPEST))
    return counts


def _feed(parser: expat.XMLParserType, stream: BinaryIO, file: str, limit: int | None) -> None:
    """Parse until something is found, up to ``limit`` bytes, or to the end where it is None."""
    done = 0
    try:
        while limit is None or done < limit:
            chunk = stream.read(_CHUNK)
            parser.Parse(chunk, not chunk)
            if not chunk:
                return
            done += len(chunk)
    except _FoundError:
        return
    except (expat.ExpatError, LookupError, ValueError) as error:
        fail(finding("xml-malformed", file=file, problem=error))
    except (OSError, EOFError, zlib.error) as error:
        fail(finding("xml-malformed", file=file, problem=error))
    fail(finding("xml-malformed", file=file, problem=f"no element in the first {limit} bytes"))
