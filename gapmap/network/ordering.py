"""An order of points in which neighbours on the map lie near each other in memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["morton_order"]

_CELLS = (1 << 31) - 1  # along the longer side
_HALVES = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def morton_order(xy: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Order points along Morton's curve: a quarter of the map after the other, and so within each.

    A search over nodes in this order finds most neighbours in the processor's cache.

    Parameters
    ----------
    xy
        Finite coordinates, shape (n, 2), in any unit.

    Returns
    -------
    Index of each point in the order; points in the same cell by x, then y, so that the order of
    the input changes nothing but the order of equal points.

    Examples
    --------
    >>> morton_order([[1, 1], [0, 0], [1, 0], [0, 1]]).tolist()
    [1, 2, 3, 0]
    """
    points = np.asarray(xy, np.float64).reshape(-1, 2)
    if len(points) == 0:
        return np.empty(0, np.int64)
    lowest = points.min(axis=0)
    side = (points - lowest).max()
    cells = ((points - lowest) * (_CELLS / side if side > 0 else 0.0)).astype(np.uint64)
    code = _spread(cells[:, 0]) | (_spread(cells[:, 1]) << np.uint64(1))
    order = np.argsort(code, kind="stable")
    sorted_code = code[order]
    if np.any(sorted_code[1:] == sorted_code[:-1]):
        order = np.lexsort((points[:, 1], points[:, 0], code))
    return order


def _spread(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Put a zero before each bit of numbers of 32 bits."""
    for shift, mask in _HALVES:
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values
