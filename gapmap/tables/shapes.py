"""Shapes as drivers give them become flat ones of GEOS; what cannot is said row by row."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gapmap.findings import Finding, finding, may_repair
from gapmap.tables.value import row_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["Flat", "flat_from_wkb"]

_KINDS: Final = {15: "PolyhedralSurface", 16: "TIN", 17: "Triangle"}
"""Surfaces of planes in space, which have no flat shape."""
_CURVED: Final = frozenset(range(8, 15))
_COLLECTION: Final = 7
_HEAD: Final = 5
"""Bytes of the byte order and the kind of a shape."""
_EWKB: Final = 0x0FFFFFFF
_FAMILY: Final = {0: "point", 4: "point", 1: "line", 5: "line", 2: "line", 3: "area", 6: "area"}


@dataclass(frozen=True, slots=True)
class Flat:
    """Two-dimensional shapes, None where there is none that can be used.

    Attributes
    ----------
    repaired
        Numbers of the rows whose shape had to be put right, from 1.
    """

    shapes: Shapes
    findings: tuple[Finding, ...]
    repaired: frozenset[int]


def flat_from_wkb(
    raw: Sequence[bytes | None],
    rows: Sequence[int],
    file: str,
    *,
    repair: str,
    straightened: Callable[[list[int]], Sequence[bytes | None]],
) -> Flat:
    """Make shapes of well-known binary.

    An open ring is closed where ``repair`` allows it. Curves come as short straight pieces.

    Parameters
    ----------
    raw
        One per row, None where a row has no shape.
    rows
        The number of each row, for what is found in it.
    straightened
        Gives the shapes at these places (from 0) again, with curves made straight.
    """
    content = np.array([*raw, None], dtype=object)[:-1]
    heads = {_kind(head) for head in {one[:_HEAD] for one in raw if one is not None}}
    odd = bool(heads & {*_CURVED, *_KINDS, _COLLECTION})  # to look at each shape takes long
    curved = [at for at, one in enumerate(raw) if odd and (_kind(one) in _CURVED or _bends(one))]
    if curved:
        content[curved] = np.array([*straightened(curved), None], dtype=object)[:-1]
    solid = [at for at, one in enumerate(content) if odd and _kind(one) in _KINDS]
    content[solid] = None
    with np.errstate(all="ignore"):  # coordinates that are none are found below, by row
        shapes = shapely.from_wkb(content, on_invalid="ignore")
    given = np.array([one is not None for one in content], dtype=bool)
    failed = np.flatnonzero(given & shapely.is_missing(shapes)).tolist()
    with np.errstate(all="ignore"):
        shapes[failed] = shapely.from_wkb(content[failed], on_invalid="fix")
    open_at = [at for at in failed if shapes[at] is not None]
    closed = [(rows[at], str(shapes[at].geom_type)) for at in open_at]
    lost = [(rows[at], "WKB") for at in failed if shapes[at] is None]
    lost += [(rows[at], _KINDS[_kind(raw[at])]) for at in solid]
    code, repaired = "geometry-mended", frozenset(rows[at] for at in open_at)
    if not may_repair(repair, code):
        shapes[open_at] = None
        code, repaired = "geometry-open", frozenset()
    found = (
        *row_findings(code, file, "", closed),
        *row_findings("geometry-unreadable", file, "", lost),
        *((finding("geometry-curved", file=file, count=len(curved)),) if curved else ()),
    )
    made = _flat(shapes, rows, file)
    return Flat(made.shapes, (*found, *made.findings), repaired)


def _flat(shapes: Shapes, rows: Sequence[int], file: str) -> Flat:
    """Take heights away, and shapes with coordinates that are none; say so, and of mixed kinds."""
    found: list[Finding] = []
    with np.errstate(all="ignore"):
        high = shapely.has_z(shapes) | shapely.has_m(shapes)
        plain = shapely.force_2d(shapes)
    if high.any():
        found.append(finding("geometry-flattened", file=file, count=int(high.sum())))
    wrong = _not_finite(plain)
    found += row_findings("geometry-unreadable", file, "", [(rows[at], "NaN, inf") for at in wrong])
    plain[wrong] = None
    kinds = shapely.get_type_id(plain)
    families = Counter(_FAMILY.get(int(kind), "mixed") for kind in kinds if kind >= 0)
    if len(families) > 1:
        said = ", ".join(f"{name} {count}" for name, count in families.most_common())
        found.append(finding("geometry-mixed", file=file, value=said))
    return Flat(plain, tuple(found), frozenset())


def _not_finite(shapes: Shapes) -> list[int]:
    """Say which shapes have a coordinate that is no number; empty ones have none."""
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    wrong: list[int] = np.unique(owner[~np.isfinite(xy).all(axis=1)]).tolist()
    return wrong


def _kind(one: bytes | None) -> int:
    """Give the kind of a shape in well-known binary, whether it has heights or not; 0 for none."""
    if one is None or len(one) < _HEAD:
        return 0
    (code,) = struct.unpack_from("<I" if one[0] else ">I", one, 1)
    return int(code & _EWKB) % 1000


def _bends(one: bytes | None) -> bool:
    """Say whether the first part of a collection is a curve."""
    return one is not None and _kind(one) == _COLLECTION and _kind(one[9:]) in _CURVED
