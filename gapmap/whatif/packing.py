"""Packing: whole numbers and texts as few letters as they need, for a page that unpacks them again.

A page is compressed as a whole, so a number has letters of its own: what repeats is found again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["pack", "pack_steps", "pack_texts", "unpack", "unpack_steps", "unpack_texts"]

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""A letter for each value of six bits: five of a number, and whether more follow."""

_FIVE = 5
_MOST_LETTERS = 11
_HOLE: Final = "¤"
_NUMBER: Final = re.compile(r"(?<![0-9])(?:0|[1-9][0-9]{0,14})(?![0-9])")


def pack(numbers: npt.ArrayLike) -> str:
    """Give whole numbers from 0 to 2**53 as letters of five bits each, the lowest first.

    Raises
    ------
    ValueError
        A number is negative: what follows it would be unpacked as something else.

    Examples
    --------
    >>> pack([0, 31, 32])
    'AfgB'
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
    for _ in range(_MOST_LETTERS):
        low, rest = rest & np.uint64(31), rest >> np.uint64(_FIVE)
        columns.append(np.where(keep, low + np.where(rest > 0, 32, 0).astype(np.uint64), 64))
        keep = keep & (rest > 0)
    table = np.stack(columns, axis=1)
    codes = np.frombuffer(LETTERS.encode("ascii"), dtype=np.uint8)
    return codes[table[table < len(LETTERS)].astype(np.intp)].tobytes().decode("ascii")


def unpack(text: str) -> npt.NDArray[np.int64]:
    """Give back what :func:`pack` packed."""
    found, value, shift = [], 0, 0
    for letter in text:
        code = LETTERS.index(letter)
        value |= (code & 31) << shift
        shift += _FIVE
        if code < 32:  # noqa: PLR2004 - the mark that more follow is not set
            found.append(value)
            value = shift = 0
    return np.array(found, dtype=np.int64)


def pack_steps(numbers: npt.ArrayLike) -> str:
    """Give whole numbers by how much each is more, or less, than the one before.

    Examples
    --------
    >>> unpack_steps(pack_steps([7, 9, 4])).tolist()
    [7, 9, 4]
    """
    steps = np.diff(np.asarray(numbers, dtype=np.int64), prepend=0)
    return pack(np.where(steps < 0, -2 * steps - 1, 2 * steps))


def unpack_steps(text: str) -> npt.NDArray[np.int64]:
    """Give back what :func:`pack_steps` packed."""
    steps = unpack(text)
    return np.cumsum(np.where(steps % 2, -(steps + 1) // 2, steps // 2))


def pack_texts(texts: Iterable[str]) -> dict[str, object]:
    """Give texts without their numbers, and the numbers, which follow from each other.

    Names such as ``road-408185-2457051`` differ in nothing but numbers, and by little.

    Returns
    -------
    dict
        ``texts``, with a hole for each number, and ``numbers``: of each place in a text by what it
        is more than in the text before that has it. A number that would not be written as it was,
        such as ``007``, stays text.

    Examples
    --------
    >>> unpack_texts(pack_texts(["a-12-5", "a-13-4", "b 007"]))
    ['a-12-5', 'a-13-4', 'b 007']
    """
    some = [str(one) for one in texts]
    if any(_HOLE in one for one in some):
        return {"texts": some, "numbers": ""}
    last: dict[int, int] = {}
    steps = []
    for one in some:
        for place, found in enumerate(_NUMBER.findall(one)):
            step = int(found) - last.get(place, 0)
            steps.append(-2 * step - 1 if step < 0 else 2 * step)
            last[place] = int(found)
    return {"texts": [_NUMBER.sub(_HOLE, one) for one in some], "numbers": pack(steps)}


def unpack_texts(packed: dict[str, object]) -> list[str]:
    """Give back what :func:`pack_texts` packed."""
    some: Sequence[str] = packed["texts"]  # type: ignore[assignment]
    steps = iter(unpack(str(packed["numbers"])).tolist())
    if not packed["numbers"]:
        return list(some)
    last: dict[int, int] = {}
    told = []
    for one in some:
        parts = one.split(_HOLE)
        made = parts[0]
        for place, part in enumerate(parts[1:]):
            step = next(steps)
            last[place] = last.get(place, 0) + (-(step + 1) // 2 if step % 2 else step // 2)
            made += str(last[place]) + part
        told.append(made)
    return told
