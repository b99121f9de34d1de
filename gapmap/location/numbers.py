"""Numbers that a caller gave: whole ones, and one for each place or site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.errors import MethodError

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.value import Floats

__all__ = ["amounts", "whole"]

_WHAT = {"row": ("rows (places)", "行(地点)"), "column": ("columns (sites)", "列(选址)")}


def whole(name: str, value: float, *, least: int) -> int:
    """Give a whole number, or refuse what is none or is below the least."""
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))
    if not number or not value >= least or value != np.floor(value) or np.isinf(value):
        raise MethodError(
            f"{name} is {value!r}; give a whole number from {least}",
            f"{name} 为 {value!r};请给出不小于 {least} 的整数",
        )
    return int(value)


def amounts(
    name: str, given: npt.ArrayLike | None, size: int, along: str, *, infinite: bool = False
) -> Floats:
    """Give a number of 0 or more for each row or column of ``cost``, or say which is wrong.

    Parameters
    ----------
    name, given
        What it is called, and what was given; it is copied, never written to.
    size, along
        How many there have to be, and of what: ``row`` or ``column``.
    infinite
        Whether inf may stand for "any number".
    """
    what, what_zh = _WHAT[along]
    filled = given.filled(np.nan) if isinstance(given, np.ma.MaskedArray) else given
    try:
        values = np.array("missing" if filled is None else filled, dtype=float)
    except (TypeError, ValueError) as error:
        raise MethodError(
            f"{name} is no list of numbers; give one for each of the {size} {what} of cost",
            f"{name} 不是数值列表;请为 cost 的 {size} 个{what_zh}各给一个数",
        ) from error
    if values.shape != (size,):
        raise MethodError(
            f"{name} has shape {values.shape}, but cost has {size} {what}; give one for each",
            f"{name} 的形状为 {values.shape},而 cost 有 {size} 个{what_zh};请各给一个数",
        )
    bad = ~(values >= 0) | (np.isinf(values) & (not infinite))
    if bad.any():
        first = int(bad.argmax())
        raise MethodError(
            f"{name} number {first} (from 0) is {values[first]}; give a number from 0",
            f"{name} 第 {first} 个(从 0 数起)为 {values[first]};请给出不小于 0 的数",
        )
    return values
