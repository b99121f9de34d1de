"""The parts of a workbook: a ZIP file that is never unpacked to disk and never trusted."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, NoReturn
from xml.parsers import expat  # with document types refused, there is nothing to expand

from gapmap.findings import fail, finding
from gapmap.tables.xlsx.kinds import is_workbook, refuse_other

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["LARGEST_BYTES", "Package", "Relation", "careful_parser", "opened"]

LARGEST_BYTES: Final = 4_000_000_000
"""Unpacked size of a part beyond which it is refused: no planner's table is that large."""
LARGEST_RATIO: Final = 250
"""How many times its packed size a large part may unpack to: sheets of the emptiest or most uniform
rows reach 20, the same without references 220, deflate itself 1,032."""
SUSPICIOUS_BYTES: Final = 50_000_000
"""Unpacked size from which on the ratio counts."""
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Relation:
    """What one part says of another.

    Attributes
    ----------
    kind
        The last word of the relation's type: ``worksheet``, ``styles``, ``sharedStrings`` ...
    part
        Name of the part in the package, in lower case; it may not exist.
    """

    kind: str
    part: str


class Package:
    """A workbook's parts by name; read in pieces and counted while they unpack.

    Only parts that are asked for by name are ever unpacked, and only into memory: names that
    climb out of the archive lead nowhere, links to other files are never followed.
    """

    def __init__(self, archive: zipfile.ZipFile, file: str) -> None:
        self.file = file
        self._archive = archive
        self._streams: list[IO[bytes]] = []
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            # names of parts are the same in any case; old programs write backslashes
            name = member.filename.replace("\\", "/").lower()
            if name in self._members:
                self.refuse(f"part {member.filename} stands in it twice")
            self._members[name] = member

    def __contains__(self, part: str) -> bool:
        """Say whether there is such a part."""
        return part.lower() in self._members

    def refuse(self, problem: object) -> NoReturn:
        """Raise: the workbook cannot be read."""
        fail(finding("workbook-unreadable", file=self.file, problem=problem))

    def chunks(self, part: str) -> Iterator[bytes]:
        """Give a part's bytes; what unpacks beyond all measure is refused on the way."""
        member = self._members.get(part.lower())
        if member is None:
            self.refuse(f"there is no part {part}")
        self._check_size(member, member.file_size)
        done = 0
        with self._archive.open(member) as stream:
            self._streams.append(stream)
            while chunk := stream.read(_CHUNK):
                done += len(chunk)
                self._check_size(member, done)
                yield chunk

    def close(self) -> None:
        """Close what is still open: whoever found what it looked for stopped reading midway."""
        for stream in self._streams:
            stream.close()

    def _check_size(self, member: zipfile.ZipInfo, size: int) -> None:
        if size > LARGEST_BYTES:
            fail(finding("workbook-too-large", file=self.file))
        if size > max(SUSPICIOUS_BYTES, LARGEST_RATIO * member.compress_size):
            fail(
                finding(
                    "workbook-bomb",
                    file=self.file,
                    value=member.filename,
                    packed=member.compress_size,
                    unpacked=size,
                )
            )

    def parse(
        self,
        part: str,
        begun: Callable[[str, dict[str, str]], None],
        ended: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Parse a part and call back for its elements, whose names carry no prefix."""
        parser = careful_parser(self.file)
        parser.StartElementHandler = lambda name, given: begun(name.rpartition(":")[2], given)
        if ended:
            parser.EndElementHandler = lambda name: ended(name.rpartition(":")[2])
        if text:
            parser.CharacterDataHandler = text
        for chunk in self.chunks(part):
            parser.Parse(chunk)
        parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature

    def relations(self, part: str) -> dict[str, Relation]:
        """Give by its id what a part relates to inside the workbook."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, Relation] = {}

        def begun(name: str, given: dict[str, str]) -> None:
            if name == "Relationship" and given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given["Target"]))
                kind = given["Type"].rpartition("/")[2]
                found[given["Id"]] = Relation(kind, target.lstrip("/").lower())

        if listing in self:
            self.parse(listing, begun)
        return found


def careful_parser(file: str) -> expat.XMLParserType:
    """Give a parser that refuses document types, and so every entity but XML's own five."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def declared(*_: object) -> None:
        fail(finding("xml-entities", file=file))

    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    return parser


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Open a workbook; what is none, or is broken anywhere on the way, is one kind of error."""
    if not is_workbook(path):
        refuse_other(path)
    try:
        with zipfile.ZipFile(path) as archive:
            package = Package(archive, path.name)
            try:
                yield package
            finally:
                package.close()
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
        NotImplementedError,  # a packing method of another age
        RuntimeError,  # a part with a password of its own
        *(expat.ExpatError, LookupError, ValueError),
    ) as error:
        fail(finding("workbook-unreadable", file=path.name, problem=_plain(error)))


def _plain(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
