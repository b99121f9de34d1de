"""GeoJSON before GDAL reads it: what stands at its top, and how many features it holds.

GDAL passes over what is no feature without a word, and would fetch the coordinate system from
an address that the file names.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
import pyproj

from gapmap.errors import CrsError
from gapmap.findings import fail, finding
from gapmap.tables.exponents import open_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.findings import Finding
    from gapmap.tables.exponents import OpenNumber
    from gapmap.tables.vectorfile import VectorFile

__all__ = ["check_geojson"]

_CHUNK: Final = 1 << 22
_DEEPEST: Final = 30
"""Nested objects and arrays; GDAL's parser stops at 32."""
_LONGEST_TOP: Final = 1 << 20
_TYPES: Final = frozenset(
    (
        *("FeatureCollection", "Feature", "Point", "MultiPoint", "LineString"),
        *("MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"),
    )
)
_CRS_NAME: Final = re.compile(
    r"(urn:(x-)?ogc:def:crs:)?(OGC|EPSG):[\w.]*:?[A-Z]*\d{1,6}", re.IGNORECASE
)
_DEEPEST_PROPERTY: Final = 4
"""How deep the properties of a feature stand: collection, list, feature, properties."""
_LOWER_CASE: Final = 0x20
_STEPS: Final = {ord("{"): 1, ord("["): 1, ord("}"): -1, ord("]"): -1}


@dataclass(slots=True)
class _Container:
    """An object or array at the top: where it begins, and what it holds.

    Of each number in scientific notation ``exponents`` has the number of its element, the byte
    of its ``e``, and how deep it is nested.
    """

    start: int
    commas: int = 0
    filled: bool = False
    exponents: list[NDArray[np.int64]] = field(default_factory=list)

    @property
    def elements(self) -> int:
        return self.commas + 1 if self.filled else 0


@dataclass(slots=True)
class _Scan:
    """How far a file has been looked through."""

    file: str
    done: int = 0
    depth: int = 0
    in_text: bool = False
    nul: int = 0
    last: int = 0
    top: bytearray = field(default_factory=bytearray)
    containers: list[_Container] = field(default_factory=list)


def check_geojson(file: VectorFile) -> tuple[int | None, list[Finding], list[OpenNumber]]:
    """Look through a file once.

    Returns
    -------
    int or None
        How many entries the list of features holds; None where the file is a single feature
        or geometry.
    list of Finding
        What was odd in its text.
    list of OpenNumber
        Numbers whose digits are not all written.

    Raises
    ------
    InputError
        It is not UTF-8, no GeoJSON, cut off, or nests too deeply.
    CrsError
        It names its coordinate system in a way that cannot be understood, or by an address.
    """
    scan = _Scan(file.name)
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.opened() as stream:
        if stream.read(3) != codecs.BOM_UTF8:
            stream.seek(0)
        scan.done = stream.tell()
        while chunk := _whole(stream):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                byte = scan.done + error.start + 1
                fail(finding("geojson-not-utf8", file=file.name, byte=byte))
            _look(scan, chunk)
        keys = _top(scan, file.ending)
        _check_crs(stream, scan, keys)
        numbers = list(open_numbers(stream, _exponents(keys)))
    notes = [finding("text-nul", file=file.name, count=scan.nul)] if scan.nul else []
    listed = [inside for key, inside in keys if key == "features"]
    entries = [one.elements for one in listed if isinstance(one, _Container)]
    return (sum(entries) if entries else None), notes, numbers


def _whole(stream: BinaryIO) -> bytes:
    """Read a chunk that does not end within an escape."""
    chunk = stream.read(_CHUNK)
    while chunk.endswith(b"\\") and (more := stream.read(_CHUNK)):
        chunk += more
    return chunk


def _look(scan: _Scan, chunk: bytes) -> None:
    plain = chunk.replace(b"\\\\", b"xx").replace(b'\\"', b"xx")
    scan.nul += plain.count(b"\\u0000") + plain.count(b"\0")
    signs = np.frombuffer(plain, dtype=np.uint8)
    inside = np.cumsum(signs == ord('"'), dtype=np.int64) + scan.in_text & 1
    scan.in_text = bool(inside[-1])
    outside = inside == 0
    steps = np.zeros(len(signs), dtype=np.int8)
    for sign, step in _STEPS.items():
        steps[(signs == sign) & outside] = step
    after = scan.depth + np.cumsum(steps, dtype=np.int32)
    before = after - steps
    if after.max() > _DEEPEST:
        fail(finding("geojson-deep", file=scan.file, deepest=_DEEPEST))
    if after.min() < 0:
        fail(finding("geojson-malformed", file=scan.file, problem="} ]"))
    scan.top += signs[(before <= 1) | (after <= 1)].tobytes()
    if len(scan.top) > _LONGEST_TOP:
        fail(finding("geojson-malformed", file=scan.file, problem=f"> {_LONGEST_TOP}"))
    _count(scan, signs, outside, before, after)
    scan.depth, scan.last = int(after[-1]), int(signs[-1])
    scan.done += len(chunk)


def _count(
    scan: _Scan,
    signs: NDArray[np.uint8],
    outside: NDArray[np.bool_],
    before: NDArray[np.int32],
    after: NDArray[np.int32],
) -> None:
    """Count the entries of each object and array at the top."""
    opens = np.flatnonzero((before == 1) & (after == 2))  # noqa: PLR2004 - below the top
    commas = np.flatnonzero((signs == ord(",")) & outside & (after == 2))  # noqa: PLR2004 - the same
    filled = np.flatnonzero((before >= 2) & (after >= 2) & (signs > ord(" ")))  # noqa: PLR2004 - the same
    exponents = _exponents_of(signs, outside & (after <= _DEEPEST_PROPERTY), scan.last)
    borders = [0, *opens.tolist(), len(signs)]
    for number, (start, end) in enumerate(pairwise(borders)):
        if number:
            scan.containers.append(_Container(scan.done + start))
        if not scan.containers:
            continue
        last = scan.containers[-1]
        low, high = np.searchsorted(commas, (start, end))
        mine = exponents[slice(*np.searchsorted(exponents, (start, end)))]
        if len(mine):
            element = last.commas + np.searchsorted(commas, mine) - low + 1
            last.exponents.append(np.column_stack([element, scan.done + mine, after[mine]]))
        last.commas += int(high - low)
        low, high = np.searchsorted(filled, (start, end))
        last.filled |= bool(high > low)


def _exponents_of(
    signs: NDArray[np.uint8], where: NDArray[np.bool_], last: int
) -> NDArray[np.intp]:
    """Give where an ``e`` follows a digit or a point, and not the letters of a word."""
    found = np.flatnonzero((signs | _LOWER_CASE == ord("e")) & where)
    before = np.where(found > 0, signs[found - 1], last)
    return found[before <= ord("9")]


def _exponents(keys: list[tuple[str, object]]) -> list[tuple[int, int]]:
    """Give the feature and the byte of each exponent in the properties of a feature."""
    wanted = {"features": _DEEPEST_PROPERTY, "properties": 2}  # the latter of a single feature
    places = []
    for key, inside in keys:
        if key in wanted and isinstance(inside, _Container):
            for element, byte, depth in (row for part in inside.exponents for row in part.tolist()):
                if depth == wanted[key]:
                    places.append((element if key == "features" else 1, byte))
    return places


def _top(scan: _Scan, ending: str) -> list[tuple[str, object]]:
    """Give the keys at the top, each with its value, or with what its object or array holds."""
    waiting = iter(scan.containers)
    try:
        read = json.loads(bytes(scan.top), object_pairs_hook=tuple, parse_constant=str)
    except (ValueError, RecursionError) as error:
        fail(finding("geojson-malformed", file=scan.file, problem=error))
    if not isinstance(read, tuple):
        fail(finding("geojson-malformed", file=scan.file, problem="[ ]"))
    keys = [
        (str(key), next(waiting) if isinstance(value, tuple | list) else value)
        for key, value in read
    ]
    types = [value for key, value in keys if key == "type"]
    if len(types) != 1 or types[0] not in _TYPES:
        fail(finding("vector-not-its-format", file=scan.file, ending=ending))
    return keys


def _check_crs(stream: BinaryIO, scan: _Scan, keys: list[tuple[str, object]]) -> None:
    """Refuse a coordinate system that is no name of a known one; GDAL would take WGS84."""
    for key, value in keys:
        if key != "crs" or value is None:
            continue
        said = _crs_member(stream, value)
        name = said.get("properties", {}).get("name") if said.get("type") == "name" else None
        if not isinstance(name, str) or not _known(name):
            shown = json.dumps(said, ensure_ascii=False) if said else str(value)
            fail(finding("crs-unreadable", file=scan.file, value=shown[:80]), CrsError)


def _crs_member(stream: BinaryIO, value: object) -> dict[str, Any]:
    if not isinstance(value, _Container):
        return {}
    stream.seek(value.start)
    text = stream.read(4096).decode("utf-8", errors="replace")
    try:
        said, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return {}
    inner = said.get("properties") if isinstance(said, dict) else None
    return said if isinstance(inner, dict) else {}


def _known(name: str) -> bool:
    if not _CRS_NAME.fullmatch(name):
        return False
    try:
        pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        return False
    return True
