"""Where the people of a part of a cell stand: in its middle, and never outside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import shapely

from gapmap.population.parts import ROUNDING

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.population.parts import Ground
    from gapmap.rasters.grid import Grid

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Shapes = npt.NDArray[np.object_]

__all__ = ["part_middles"]

_FEW: Final = 16
"""Cells that are cut out of an outline at once; for more it is halved first."""
_NOBODY: Final = -1


def part_middles(cells: pd.DataFrame, ground: Ground, grid: Grid) -> Floats:
    """Give where each part of a cell stands, in the raster's coordinates: shape (parts, 2).

    A whole cell stands at its middle. A part stands at its own centroid or, where that lies outside
    the part, at a point within it; one too thin to have an outline at the middle of the cell.

    Parameters
    ----------
    cells
        ``row``, ``column``, ``district``, ``share``, and ``place`` (-1 in nobody's polygon).
    ground
        The polygons by which the cells were cut.
    grid
        Where the cells lie.
    """
    xy = grid.centres(cells["row"], cells["column"])
    cut = np.flatnonzero(cells["share"].to_numpy() < 1 - ROUNDING)
    if len(cut) == 0:
        return xy
    parts = _outlines(cells.iloc[cut], ground, grid)
    drawn = shapely.area(parts) > 0
    parts, cut = parts[drawn], cut[drawn]
    points = shapely.centroid(parts)
    outside = ~shapely.contains(parts, points)
    points[outside] = shapely.point_on_surface(parts[outside])
    column, row = shapely.get_x(points), shapely.get_y(points)
    xy[cut] = grid.centres(row - 0.5, column - 0.5)
    return xy


def _outlines(cells: pd.DataFrame, ground: Ground, grid: Grid) -> Shapes:
    """Draw parts of cells, counted in columns and rows."""
    place = cells["place"].to_numpy()
    row, column, district = (cells[name].to_numpy() for name in ("row", "column", "district"))
    parts = np.empty(len(cells), dtype=object)
    pieces = ground.places
    mine = np.flatnonzero(place >= 0)
    numbers = {both: at for at, both in enumerate(zip(pieces.district, pieces.other, strict=True))}
    number = np.array(
        [numbers[both] for both in zip(district[mine], place[mine], strict=True)], dtype=np.int64
    )
    parts[mine] = _cut_out(pieces.shapes, number, row[mine], column[mine], grid)
    rest = np.flatnonzero(place < 0)
    whole = _cut_out(ground.districts.shapes, district[rest], row[rest], column[rest], grid)
    parts[rest] = _without(whole, parts[mine], _keys(cells.iloc[rest]), _keys(cells.iloc[mine]))
    return parts


def _keys(cells: pd.DataFrame) -> list[tuple[int, int, int]]:
    names = ("district", "row", "column")
    return list(zip(*(cells[name].tolist() for name in names), strict=True))


def _without(
    whole: Shapes,
    taken: Shapes,
    keys: list[tuple[int, int, int]],
    taken_keys: list[tuple[int, int, int]],
) -> Shapes:
    """Leave out of a district's part of a cell what lies in the polygons of places."""
    by_cell: dict[tuple[int, int, int], list[int]] = {}
    for at, key in enumerate(taken_keys):
        by_cell.setdefault(key, []).append(at)
    made = whole.copy()
    for at, key in enumerate(keys):
        if key in by_cell:
            made[at] = shapely.difference(whole[at], shapely.union_all(taken[by_cell[key]]))
    return made


def _cut_out(
    shapes: Shapes, number: Integers, row: Integers, column: Integers, grid: Grid
) -> Shapes:
    """Cut cells out of the outlines that they lie in, each brought to columns and rows."""
    made = np.empty(len(number), dtype=object)
    back = ~grid.transform
    order = np.argsort(number, kind="stable")
    for mine in np.split(order, np.flatnonzero(np.diff(number[order])) + 1) if len(order) else ():
        shape = shapely.transform(
            shapes[number[mine[0]]],
            lambda xy: np.column_stack(
                (
                    back.a * xy[:, 0] + back.b * xy[:, 1] + back.c,
                    back.d * xy[:, 0] + back.e * xy[:, 1] + back.f,
                )
            ),
        )
        _halve(made, shape, mine, row, column)
    return made


def _halve(
    made: Shapes, shape: shapely.Geometry, cells: Integers, row: Integers, column: Integers
) -> None:
    """Cut cells out of one outline; a long one is halved until few cells are left in a half."""
    todo = [(shape, cells)]
    while todo:
        outline, mine = todo.pop()
        x, y = column[mine], row[mine]
        if len(mine) <= _FEW:
            made[mine] = shapely.intersection(outline, shapely.box(x, y, x + 1, y + 1))
            continue
        along = x if np.ptp(x) >= np.ptp(y) else y
        upper = along >= (int(along.min()) + int(along.max()) + 1) // 2
        for half in (mine[~upper], mine[upper]):
            x, y = column[half], row[half]
            around = shapely.box(x.min(), y.min(), x.max() + 1, y.max() + 1)
            todo.append((shapely.intersection(outline, around), half))
