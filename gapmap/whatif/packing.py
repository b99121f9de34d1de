"""Packing: whole numbers as few bytes as they need, for a page that unpacks them again."""

from __future__ import annotations

import base64

import numpy as np
import numpy.typing as npt

__all__ = ["pack", "unpack"]

_SEVEN = 7
_MOST_BYTES = 9


def pack(numbers: npt.ArrayLike) -> str:
    """Give whole numbers from 0 to 2**53 as LEB128 in base64: small ones take one byte.

    Seven bits a byte, the lowest first; the eighth says that more follow (DWARF 5, section 7.6).

    Raises
    ------
    ValueError
        A number is negative: what follows it would be unpacked as something else.

    Examples
    --------
    >>> unpack(pack([0, 127, 128, 40_000_000])).tolist()
    [0, 127, 128, 40000000]
    """
    whole = np.asarray(numbers)
    if (whole < 0).any():
        message = "numbers to pack are not negative"
        raise ValueError(message)
    rest = whole.astype(np.uint64)
    columns = []
    keep = np.ones(len(rest), dtype=bool)
    for _ in range(_MOST_BYTES):
        low, rest = rest & np.uint64(0x7F), rest >> np.uint64(_SEVEN)
        columns.append(np.where(keep, low | np.where(rest > 0, 0x80, 0).astype(np.uint64), 256))
        keep = keep & (rest > 0)
    table = np.stack(columns, axis=1)
    return base64.b64encode(table[table < 256].astype(np.uint8).tobytes()).decode("ascii")  # noqa: PLR2004 - a byte


def unpack(text: str) -> npt.NDArray[np.int64]:
    """Give back what :func:`pack` packed."""
    found, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 0x7F) << shift
        shift += _SEVEN
        if byte < 0x80:  # noqa: PLR2004 - the mark that more follow is not set
            found.append(value)
            value = shift = 0
    return np.array(found, dtype=np.int64)
