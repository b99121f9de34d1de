"""A terrain made ready for the kernels, and checked on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gapmap.errors import MethodError
from gapmap.surface.kernels.steep import LEVEL, Crossings, Ground
from gapmap.surface.slope import RULES

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.surface.value import Terrain

__all__ = ["backwards", "check_minutes", "check_terrain", "crossings_of", "ground_of"]


def ground_of(terrain: Terrain, frame: int = 0) -> Ground:
    """Give the ground as it is walked from the sources outwards.

    Parameters
    ----------
    terrain
        The ground; words and shapes are checked, minutes by :func:`check_minutes` alone.
    frame
        How many impassable cells are put around it.

    Raises
    ------
    MethodError
        As :func:`gapmap.surface.search.search` says.
    """
    check_terrain(terrain)
    rule = RULES.index(terrain.slope) if terrain.height_m is not None else LEVEL
    sloping = rule != LEVEL
    on_foot, driven = (terrain.on_foot, terrain.driven_minutes) if sloping else (None, None)
    if driven is not None and on_foot is None:
        on_foot = np.ones(driven.shape, np.bool_)
    return Ground(
        minutes=_framed(terrain.minutes_per_cell, frame, np.inf, np.float64),
        height=_framed(terrain.height_m if sloping else None, frame, 0.0, np.float64),
        on_foot=_framed(on_foot, frame, 1.0, np.bool_),
        driven=_framed(driven, frame, np.inf, np.float64),
        barred=_framed(terrain.barred, frame, 0.0, np.uint16),
        run_m=-terrain.cell_m if terrain.direction == "to" else float(terrain.cell_m),
        rule=rule,
        steps=int(terrain.neighbours),
        closed=bool(terrain.closed_corners),
    )


def check_terrain(terrain: Terrain) -> None:
    """See to it that a terrain's arrays fit each other and its words are known.

    Raises
    ------
    MethodError
        One is not.
    """
    shape = terrain.minutes_per_cell.shape
    for name in ("minutes_per_cell", "height_m", "on_foot", "driven_minutes", "barred"):
        array = getattr(terrain, name)
        if array is not None and (array.shape != shape or array.ndim != 2):  # noqa: PLR2004
            raise MethodError(
                f"{name} has shape {array.shape}; give rows and columns as in minutes_per_cell",
                f"{name} 的形状为 {array.shape}；请给出与 minutes_per_cell 相同的行和列",
            )
    allowed = {"slope": RULES, "direction": ("to", "from"), "neighbours": (8, 16)}
    for name, words in allowed.items():
        if getattr(terrain, name) not in words:
            raise MethodError(
                f"{name} is {getattr(terrain, name)!r}; give one of {words}",
                f"{name} 为 {getattr(terrain, name)!r}；请取 {words} 之一",
            )
    if not 0 < terrain.cell_m < np.inf:
        raise MethodError(
            f"cell_m is {terrain.cell_m}; give metres", f"cell_m 为 {terrain.cell_m}；请给出米数"
        )


def check_minutes(minutes: npt.NDArray[np.float64]) -> None:
    """See to it that all cells take minutes, or infinitely many.

    Raises
    ------
    MethodError
        Some are 0, negative or NaN.
    """
    if not np.all(minutes > 0):
        raise MethodError(
            "minutes_per_cell has to be minutes above 0; inf where nobody can go",
            "minutes_per_cell 须为大于 0 的分钟数；不可通行处为 inf",
        )


def crossings_of(terrain: Terrain, frame: int = 0) -> Crossings:
    """Give the links that can be used, as they are walked from the sources.

    Parameters
    ----------
    terrain, frame
        As for :func:`ground_of`.

    Raises
    ------
    MethodError
        A link ends off the grid or takes no minutes.
    """
    shape, links = terrain.minutes_per_cell.shape, terrain.links
    if links is None or len(links.minutes) == 0:
        nothing = np.empty(0, np.int32)
        return Crossings(begin=nothing, end=nothing, minutes=np.empty(0))
    ends = np.concatenate((links.tail, links.head))
    if ((ends < 0) | (ends >= shape)).any() or not (links.minutes > 0).all():
        raise MethodError(
            "a link ends off the grid, or takes no minutes",
            "有连线端点在网格外，或所需分钟数不大于 0",
        )
    begin, end = (links.head, links.tail) if terrain.direction == "to" else (links.tail, links.head)
    passable = np.isfinite(terrain.minutes_per_cell)
    used = passable[tuple(begin.T)] & passable[tuple(end.T)] & np.isfinite(links.minutes)
    columns = shape[1] + 2 * frame
    first, last = (
        ((cells[used] + frame) @ [columns, 1]).astype(np.int32) for cells in (begin, end)
    )
    order = np.argsort(first, kind="stable")
    return Crossings(begin=first[order], end=last[order], minutes=links.minutes[used][order])


def backwards(links: Crossings) -> Crossings:
    """Give links as they are followed back to the sources: by the cells that they end at."""
    order = np.argsort(links.end, kind="stable")
    return Crossings(begin=links.end[order], end=links.begin[order], minutes=links.minutes[order])


def _framed(
    array: npt.NDArray[Any] | None, frame: int, fill: float, dtype: type[Any]
) -> npt.NDArray[Any]:
    """Give an array with a frame around it; one of no cells for None."""
    if array is None:
        return np.empty((0, 0), dtype)
    if not frame:
        return np.ascontiguousarray(array, dtype)
    framed = np.full((array.shape[0] + 2 * frame, array.shape[1] + 2 * frame), fill, dtype)
    framed[frame:-frame, frame:-frame] = array
    return framed
