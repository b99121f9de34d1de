"""People: cells of a population grid as pixels, coloured by whether they are covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyproj

from gapmap.access import STATUSES
from gapmap.drawing.chart import Extent, Pixels, pixel_size

if TYPE_CHECKING:
    from gapmap.population import Population

__all__ = ["TINTS", "people_pixels"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

TINTS: Final = {
    "covered": ("#1b6ca8", "#6ca4cf", "#bfdaed"),
    "uncovered": ("#d55e00", "#eb9a55", "#f9d5b3"),
    "unknown": ("#7a7a7a", "#a8a8a8", "#d6d6d6"),
}
"""Of each status, from the cells with the most people to those with the fewest."""
CROWDED: Final = (0.5, 0.9)
"""The fullest tint has the most peopled cells that hold half of all people together, the middle
one those that hold 90 % with them."""
_NOBODY: Final = "#ffffff"


def people_pixels(population: Population, status: npt.ArrayLike, extent: Extent) -> Pixels:
    """Colour the cells that have people.

    Where cells are larger than pixels each pixel shows the cell in its middle, in the shape that it
    has in the districts' CRS; else the status that most people have of those whose cells' middles
    lie in it.

    Parameters
    ----------
    population
        The cells.
    status
        Of each row of ``population.cells``.
    extent
        Which part to show, in ``population.region.crs``.

    Returns
    -------
    Pixels
        ``shown`` names the statuses that are there.
    """
    codes = np.array([STATUSES.index(one) for one in np.asarray(status, object)], dtype=np.int64)
    cells = population.cells
    people = np.nan_to_num(cells["people"].to_numpy(dtype=float))
    size = pixel_size(extent)
    if _coarse(population, extent):
        grid = population.grid
        spot = cells["row"].to_numpy() * grid.width + cells["column"].to_numpy()
        at = _looked_up(population, extent)
        count = grid.height * grid.width
    else:
        spot = _pixel_of(cells[["x", "y"]].to_numpy(dtype=float), extent)
        at = np.arange(size[0] * size[1])
        count = len(at)
    kept = spot >= 0
    tint = _tints(spot[kept], codes[kept], people[kept], count)
    number = np.where(at >= 0, tint[np.maximum(at, 0)], -1)
    listed = np.array([_rgb(one) for tints in TINTS.values() for one in tints], dtype=np.uint8)
    nobody = np.array([_rgb(_NOBODY)], dtype=np.uint8)
    colours = np.concatenate((listed, nobody))[number].reshape(*size, 3)
    return Pixels(
        colours=colours,
        extent=extent,
        shown=tuple(
            name for code, name in enumerate(STATUSES) if (codes[people > 0] == code).any()
        ),
    )


def _tints(spot: Integers, codes: Integers, people: Floats, count: int) -> Integers:
    """Give of each spot the number of its tint among all tints; -1 where nobody lives."""
    sums = np.bincount(codes * count + spot, people, minlength=len(STATUSES) * count)
    sums = sums.reshape(len(STATUSES), count)
    whole = sums.sum(axis=0)
    lived = np.flatnonzero(whole > 0)
    # of equal ones the uncovered: nobody shall be overlooked
    order = np.array([STATUSES.index(one) for one in ("uncovered", "unknown", "covered")])
    winner = order[np.argmax(sums[order][:, lived], axis=0)]
    fullest = np.argsort(-whole[lived], kind="stable")
    before = np.empty(len(lived))
    before[fullest] = np.cumsum(whole[lived][fullest]) - whole[lived][fullest]
    level = np.searchsorted(np.array(CROWDED) * whole.sum(), before, side="right")
    first = np.array([list(TINTS).index(one) * len(TINTS["covered"]) for one in STATUSES])
    tint = np.full(count, -1, np.int64)
    tint[lived] = first[winner] + level
    return tint


def _coarse(population: Population, extent: Extent) -> bool:
    """Say whether the cells are larger than the pixels."""
    west, south, east, north = population.grid.bounds
    turn = _turn(population)
    x, y = turn.transform([west, east], [(south + north) / 2] * 2, direction="INVERSE")
    cell_m = np.hypot(x[1] - x[0], y[1] - y[0]) / population.grid.width
    return bool(cell_m > (extent[2] - extent[0]) / pixel_size(extent)[1])


def _turn(population: Population) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(population.region.crs, population.grid.crs, always_xy=True)


def _looked_up(population: Population, extent: Extent) -> Integers:
    """Give the cell in the middle of each pixel; -1 off the grid."""
    height, width = pixel_size(extent)
    west, south, east, north = extent
    x = west + (np.arange(width) + 0.5) * (east - west) / width
    y = north - (np.arange(height) + 0.5) * (north - south) / height
    turned = _turn(population).transform(np.tile(x, height), np.repeat(y, width))
    row, column = population.grid.cells(np.column_stack(turned))
    return np.where(row >= 0, row * population.grid.width + column, -1)


def _pixel_of(xy: Floats, extent: Extent) -> Integers:
    """Give the pixel that holds each position; -1 outside."""
    height, width = pixel_size(extent)
    west, south, east, north = extent
    column = np.floor((xy[:, 0] - west) / (east - west) * width)
    row = np.floor((north - xy[:, 1]) / (north - south) * height)
    there = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    spot: Integers = np.where(there, row * width + column, -1).astype(np.int64)
    return spot


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue
