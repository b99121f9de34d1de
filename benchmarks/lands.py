"""Lands to travel over: minutes to cross each cell of 100 m, inf where nobody can go."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Land", "noisy_land", "road_land", "some_cells", "winding_land"]

Land = npt.NDArray[np.float64]

_WALK = 1.2  # minutes for 100 m at 5 km/h
_ROADS = (6 / 40, 6 / 60, 6 / 80)  # at 40, 60 and 80 km/h


def road_land(side: int, seed: int = 1) -> Land:
    """Make a land of fields, hills, rivers with bridges and roads that wind a little.

    Walking is 0.6 to 1.8 times as slow as on a path and changes smoothly over some 5 km. A river
    for each 25 km is two cells wide; a road for each 4 km crosses it.
    """
    random = np.random.default_rng(seed)
    land = _WALK * (0.6 + 1.2 * _smooth(side, random))
    for k in range(max(side // 250, 2)):
        along = np.arange(side)
        bank = (random.integers(side) + np.cumsum(random.integers(-1, 2, side))) % side
        for water in (bank, (bank + 1) % side):
            land[(along, water) if k % 2 else (water, along)] = np.inf
    for _ in range(max(side // 40, 4)):
        rows, columns = _road(side, random)
        land[rows, columns] = random.choice(_ROADS)
    return land


def winding_land(side: int) -> Land:
    """Make one way through the whole land: corridors three cells wide, up and down in turn."""
    land = np.ones((side, side))
    land[:, 3::4] = np.inf
    land[-1, 3::8] = land[0, 7::8] = 1.0
    return land


def noisy_land(side: int, seed: int = 2) -> Land:
    """Make a land of white noise: the cheapest ways wind from cell to cell."""
    return np.random.default_rng(seed).random((side, side)) + 1e-3


def some_cells(land: Land, count: int, seed: int = 3) -> npt.NDArray[np.int64]:
    """Draw rows and columns of passable cells, each once."""
    cells = np.argwhere(np.isfinite(land))
    return cells[np.random.default_rng(seed).choice(len(cells), count, replace=False)]


def _smooth(side: int, random: np.random.Generator) -> Land:
    """Go straight between random values, one for each 50 cells, along both axes."""
    knots = max(side // 50, 2)
    coarse = random.random((knots + 1, knots + 1))
    place = np.linspace(0, knots, side, endpoint=False)
    low, share = place.astype(int), place % 1
    rows = coarse[low] * (1 - share)[:, None] + coarse[low + 1] * share[:, None]
    return np.ascontiguousarray(rows[:, low] * (1 - share) + rows[:, low + 1] * share)


def _road(
    side: int, random: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give the cells of a road from edge to edge, without gaps, through a random point."""
    at, turn = random.integers(0, side, 2), random.random() * np.pi
    far = np.arange(-1.5 * side, 1.5 * side, 0.5)
    aside = np.cumsum(random.normal(0, 0.1, len(far)))
    rows = np.rint(at[0] + far * np.sin(turn) + aside * np.cos(turn)).astype(np.int64)
    columns = np.rint(at[1] + far * np.cos(turn) - aside * np.sin(turn)).astype(np.int64)
    inside = (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
    return rows[inside], columns[inside]
