"""A vector file on a disk or in memory, and how GDAL is told of it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["SHAPEFILE_PARTS", "VectorFile", "on_disk", "packed"]

SHAPEFILE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MARKS: Final = re.compile("[!;?#%|\x00-\x1f]|^//")
"""What pyogrio or GDAL takes for parts of an address, or leaves out of a name."""


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A vector file with the parts that belong to it.

    Attributes
    ----------
    name
        As findings name it.
    stem
        The name without folder and ending; a shapefile's layer is called so.
    ending
        Of its main part, lower-case.
    parts
        Each part by its ending, as a path or as the bytes themselves.
    """

    name: str
    stem: str
    ending: str
    parts: Mapping[str, Path | bytes]

    def opened(self, ending: str = "") -> BinaryIO:
        """Open a part, the main one where none is named; whoever opens it closes it."""
        part = self.parts[ending or self.ending]
        return io.BytesIO(part) if isinstance(part, bytes) else part.open("rb")

    def content(self, ending: str = "") -> bytes:
        """Give the bytes of a part; none where there is no such part."""
        part = self.parts.get(ending or self.ending, b"")
        return part if isinstance(part, bytes) else part.read_bytes()

    def size(self) -> int:
        """Give the bytes of the main part."""
        part = self.parts[self.ending]
        return len(part) if isinstance(part, bytes) else part.stat().st_size

    def address(self) -> str | bytes:
        """Give what pyogrio opens: an absolute path, or the bytes of an archive with the file."""
        part = self.parts[self.ending]
        if self.ending != ".shp" and not isinstance(part, bytes):
            whole = str(part.absolute())
            if not _MARKS.search(whole):
                return whole
        if self.ending == ".kml":  # an archive with this in it would be a KMZ
            return self.content()
        return packed({f"layer{self.ending}": self.content()})


def packed(members: Mapping[str, bytes]) -> bytes:
    """Pack parts into an archive in memory, as they are, which GDAL reads like a folder."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return archive.getvalue()


def on_disk(path: Path) -> VectorFile:
    """Take a file from a disk; a shapefile with its siblings, in whatever case these end."""
    ending = path.suffix.lower()
    parts: dict[str, Path | bytes] = {ending: path}
    if ending == ".shp":
        parts = {**_siblings(path, path.parent.iterdir()), ending: path}
    return VectorFile(path.name, path.stem, ending, parts)


def _siblings(path: Path, there: Iterable[Path]) -> dict[str, Path]:
    """Find the parts of a shapefile; the one that is written most alike where there are two."""
    found: dict[str, Path] = {}
    for other in sorted(there):
        ending = other.suffix.lower()
        if ending not in SHAPEFILE_PARTS or other.stem.lower() != path.stem.lower():
            continue
        if other.stem == path.stem or ending not in found:
            found[ending] = other
    return {ending: part for ending, part in found.items() if part.is_file()}
