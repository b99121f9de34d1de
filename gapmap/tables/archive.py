"""A zip file with a layer in it, unpacked in memory and no further than anything needs."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from gapmap.findings import Finding, fail, finding
from gapmap.tables.vectorfile import SHAPEFILE_PARTS, VectorFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["LARGEST_BYTES", "LAYER_ENDINGS", "Packed", "open_archive"]

LAYER_ENDINGS: Final = (
    *(".shp", ".gpkg", ".geojson", ".json", ".kml", ".gpx", ".parquet"),
    *(".csv", ".tsv", ".xlsx", ".xlsm"),
)
LARGEST_BYTES: Final = 2_000_000_000
"""Unpacked size of what is read, beyond which an archive is refused."""
_FREE_BYTES: Final = 100_000_000
"""Up to here an archive may be packed as tightly as it likes."""
_TIGHTEST: Final = 200
"""Unpacked bytes for each packed one beyond that: no table packs better."""
_MOST: Final = 10_000
_CHUNK: Final = 1 << 20
_ARCHIVES: Final = frozenset((".zip", ".kmz", ".rar", ".7z", ".gz", ".tar", ".bz2"))
_LOCAL_HEADER: Final = 30


@dataclass(frozen=True, slots=True)
class Packed:
    """A layer taken out of an archive.

    Attributes
    ----------
    file
        With the bytes of its parts; named ``archive.zip[member]``.
    layer
        What is still to be chosen within it, None where the layer named the member.
    findings
        What else the archive holds.
    """

    file: VectorFile
    layer: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Member:
    path: PurePosixPath
    info: zipfile.ZipInfo

    @property
    def ending(self) -> str:
        return self.path.suffix.lower()


def open_archive(path: Path, *, layer: str | None = None) -> Packed:
    """Take the only layer out of a ``.zip`` or ``.kmz``, or that which ``layer`` names.

    Raises
    ------
    InputError
        It is damaged, encrypted, has several layers or none; a member's name leads out of the
        archive, is there twice, or is a link; members overlap; unpacked it is larger than
        ``LARGEST_BYTES``, or far larger than any table packs.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path.name)
            main, rest = _choice(members, path, layer)
            wanted = _parts(main, members)
            content = _unpacked(archive, wanted, path.name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        fail(finding("zip-unreadable", file=path.name, problem=error))
    except (OSError, EOFError, ValueError, MemoryError) as error:
        fail(finding("zip-unreadable", file=path.name, problem=error))
    name = f"{path.name}[{main.path.name}]"
    taken = {member.path for member in wanted.values()}
    others = [str(m.path) for m in members if m.path not in taken and m.path.stem != main.path.stem]
    notes: tuple[Finding, ...] = ()
    if others and path.suffix.lower() == ".zip":
        said = ", ".join(others[:10])
        notes = (finding("zip-others", file=path.name, value=said, count=len(others)),)
    return Packed(VectorFile(name, main.path.stem, main.ending, content), rest, notes)


def _members(archive: zipfile.ZipFile, file: str) -> list[_Member]:
    """List what is no folder and no system's own file, after checking every name."""
    listed = archive.infolist()
    if len(listed) > _MOST:
        fail(finding("zip-unsafe", file=file, value=f"{len(listed)} > {_MOST}"))
    found = []
    seen: set[str] = set()
    for info in listed:
        name = _name(info)
        kind = stat.S_IFMT(info.external_attr >> 16)
        odd_kind = kind not in (0, stat.S_IFREG, stat.S_IFDIR)
        if odd_kind or _leads_out(name) or name.lower() in seen:
            fail(finding("zip-unsafe", file=file, value=name))
        if info.flag_bits & 0x1:
            fail(finding("zip-encrypted", file=file, value=name))
        seen.add(name.lower())
        path = PurePosixPath(name)
        own = path.parts[:1] == ("__MACOSX",) or path.name in (".DS_Store", "Thumbs.db")
        if not name.endswith("/") and not own:
            found.append(_Member(path, info))
    _check_apart([member.info for member in found], file)
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """Give a member's name; without the mark for UTF-8 Chinese systems write GBK, others UTF-8."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _leads_out(name: str) -> bool:
    """Say whether a name is no plain path below the archive's top."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts:
        return True
    return any(sign in "\\:\x7f" or sign < " " for sign in name)


def _check_apart(infos: Sequence[zipfile.ZipInfo], file: str) -> None:
    """Refuse members that share bytes: unpacked they would be many times what they are."""
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            fail(finding("zip-unsafe", file=file, value=info.filename))
        end = info.header_offset + _LOCAL_HEADER + info.compress_size


def _choice(
    members: Sequence[_Member], path: Path, layer: str | None
) -> tuple[_Member, str | None]:
    """Give the member that holds the layer, and what is left to be chosen within it."""
    layers = [member for member in members if member.ending in LAYER_ENDINGS]
    if path.suffix.lower() == ".kmz":
        layers = [member for member in layers if member.ending == ".kml"]
        document = [member for member in layers if str(member.path).lower() == "doc.kml"]
        if document:
            return document[0], layer
    wanted = [one for one in layers if layer in (str(one.path), one.path.name, one.path.stem)]
    chosen = wanted if layer is not None and len(wanted) == 1 else layers
    if len(chosen) != 1:
        nested = [str(member.path) for member in members if member.ending in _ARCHIVES]
        names = ", ".join(str(one.path) for one in layers[:30])
        code = "layer-needed" if layers else "zip-nested" if nested else "zip-without-layer"
        known = " ".join(LAYER_ENDINGS)
        value = "".join(nested[:1])
        fail(finding(code, file=path.name, value=value, layers=names, known=known))
    return chosen[0], None if chosen is wanted else layer


def _parts(main: _Member, members: Sequence[_Member]) -> dict[str, _Member]:
    """Give the member and, for a shapefile, those beside it that belong to it."""
    if main.ending != ".shp":
        return {main.ending: main}
    beside: dict[str, list[_Member]] = defaultdict(list)
    for member in members:
        alike = member.path.stem.lower() == main.path.stem.lower()
        if alike and member.path.parent == main.path.parent and member.ending in SHAPEFILE_PARTS:
            beside[member.ending].append(member)
    return {**{ending: found[0] for ending, found in beside.items()}, ".shp": main}


def _unpacked(
    archive: zipfile.ZipFile, wanted: dict[str, _Member], file: str
) -> dict[str, Path | bytes]:
    """Unpack into memory, counting what really comes out; the checksums are checked."""
    content: dict[str, Path | bytes] = {}
    done = 0
    for ending, member in wanted.items():
        packed = max(1, member.info.compress_size)
        made = bytearray()
        with archive.open(member.info) as stream:
            while chunk := stream.read(_CHUNK):
                made += chunk
                done += len(chunk)
                tight = len(made) > _FREE_BYTES and len(made) > _TIGHTEST * packed
                if done > LARGEST_BYTES or tight:
                    fail(finding("zip-bomb", file=file, value=member.path, size=f"{done:,}"))
        content[ending] = bytes(made)
    return content
