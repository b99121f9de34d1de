"""A terrain made ready for the kernels, and checked on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.errors import MethodError
from gapmap.surface.kernels.steep import LEVEL, Crossings, Ground
from gapmap.surface.slope import RULES

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.surface.value import Terrain

__all__ = ["backwards", "crossings_of", "ground_of"]


def ground_of(terrain: Terrain) -> Ground:
    """Give the ground as it is walked from the sources outwards.

    Raises
    ------
    MethodError
        As :func:`gapmap.surface.search.search` says.
    """
    minutes = np.ascontiguousarray(terrain.minutes_per_cell, np.float64)
    _check(terrain, minutes)
    rule = RULES.index(terrain.slope) if terrain.height_m is not None else LEVEL
    height, on_foot = np.empty((0, 0)), np.empty((0, 0), np.bool_)
    if rule != LEVEL:
        height = np.ascontiguousarray(terrain.height_m, np.float64)
        if terrain.on_foot is not None:
            on_foot = np.ascontiguousarray(terrain.on_foot, np.bool_)
    barred = np.empty((0, 0), np.uint16) if terrain.barred is None else terrain.barred
    return Ground(
        minutes=minutes,
        height=height,
        on_foot=on_foot,
        barred=np.ascontiguousarray(barred, np.uint16),
        run_m=-terrain.cell_m if terrain.direction == "to" else float(terrain.cell_m),
        rule=rule,
        steps=int(terrain.neighbours),
        closed=bool(terrain.closed_corners),
    )


def crossings_of(terrain: Terrain) -> Crossings:
    """Give the links that can be used, as they are walked from the sources.

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
    used = np.flatnonzero(used)
    used = used[np.argsort(_numbers(begin[used], shape), kind="stable")]
    return Crossings(
        begin=_numbers(begin[used], shape).astype(np.int32),
        end=_numbers(end[used], shape).astype(np.int32),
        minutes=np.ascontiguousarray(links.minutes[used], np.float64),
    )


def backwards(links: Crossings) -> Crossings:
    """Give links as they are followed back to the sources: by the cells that they end at."""
    order = np.argsort(links.end, kind="stable")
    return Crossings(begin=links.end[order], end=links.begin[order], minutes=links.minutes[order])


def _numbers(cells: npt.NDArray[np.int64], shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
    numbers: npt.NDArray[np.int64] = cells @ np.array([shape[1], 1])
    return numbers


def _check(terrain: Terrain, minutes: npt.NDArray[np.float64]) -> None:
    if minutes.ndim != 2 or not (minutes > 0).all():  # noqa: PLR2004 - rows and columns
        raise MethodError(
            "minutes_per_cell has to be rows and columns of minutes above 0; inf: impassable",
            "minutes_per_cell 须为由大于 0 的分钟数组成的行和列；不可通行处为 inf",
        )
    for name in ("height_m", "on_foot", "barred"):
        array = getattr(terrain, name)
        if array is not None and array.shape != minutes.shape:
            raise MethodError(
                f"{name} has shape {array.shape}; minutes_per_cell has {minutes.shape}",
                f"{name} 的形状为 {array.shape}；minutes_per_cell 的形状为 {minutes.shape}",
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
