"""Travel time over sloping ground: row sweeps against GRASS ``r.walk`` and a search with a heap."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from benchmarks import grass
from benchmarks.bench_nearest import in_words
from benchmarks.measuring import Peer, Row, compare, peak
from gapmap.surface.search import minutes_by_heap, search
from gapmap.surface.slope import FLAT
from gapmap.surface.value import Terrain

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Job = tuple[Terrain, npt.NDArray[np.int64]]

__all__ = ["hills", "slope", "surface_slope"]

CELL_M = 30.0
GRASS = "r.walk"
ALIKE = 1e-5
"""As a share: what GRASS's answer may differ by."""
MEMORY_MB = "4000"  # so that r.walk keeps everything in memory: with its 300 MB it was no faster


def slope(*, quick: bool) -> Iterator[Row]:
    """Give all rows: hills, and heights that nobody can predict, the hardest for sweeps."""
    if not grass.has_grass():
        print("GRASS is not on this machine: r.walk is left out (apt-get install grass-core)")
    side, sources = (1_000, 20) if quick else (3_000, 200)
    yield surface_slope(side, sources)
    if not quick:
        yield surface_slope(side, sources, neighbours=16)
        yield surface_slope(side, sources, smooth_cells=0.0)


def surface_slope(
    side: int, sources: int, *, neighbours: int = 8, smooth_cells: float = 8.0
) -> Row:
    """Measure the minutes from the nearest source, by Langmuir's rule, as ``r.walk`` has it.

    Parameters
    ----------
    side
        Cells along a side.
    sources
        How many.
    neighbours
        8 or 16.
    smooth_cells
        How wide hills are; 0: each cell's height is drawn for itself.
    """
    terrain, cells = hills(side, sources, neighbours, smooth_cells)
    search(*hills(50, 2, neighbours, 3.0))  # compiled now
    minutes_by_heap(*hills(50, 2, neighbours, 3.0))
    ground = "hills" if smooth_cells else "random heights"
    row = compare(
        "surface_slope",
        f"{side:,}² cells of {ground}, {neighbours} neighbours, {in_words(sources)} sources",
        partial(_ours, terrain, cells),
        {"heap": Peer(job=partial(minutes_by_heap, terrain, cells), same=np.array_equal)},
        memory=peak(hills, _search, side, sources, neighbours, smooth_cells),
    )
    return _with_grass(row, terrain, cells) if grass.has_grass() else row


def hills(side: int, sources: int, neighbours: int, smooth_cells: float) -> Job:
    """Make ground with slopes of 15 % on average, where one cell of twenty is impassable."""
    random = np.random.default_rng(5)
    height = random.normal(size=(side, side))
    if smooth_cells:
        height = gaussian_filter(height, smooth_cells)
    down, right = np.gradient(height, CELL_M)
    height *= 0.15 / np.hypot(down, right).mean()
    minutes = np.full((side, side), FLAT * CELL_M / 60)
    minutes[random.random((side, side)) < 0.05] = np.inf
    terrain = Terrain(
        minutes_per_cell=minutes,
        cell_m=CELL_M,
        height_m=height,
        slope="langmuir",
        direction="from",
        neighbours=neighbours,
        closed_corners=False,  # r.walk goes through between two cells that touch at a corner
    )
    return terrain, random.choice(np.argwhere(np.isfinite(minutes)), sources, replace=False)


def _ours(terrain: Terrain, cells: npt.NDArray[np.int64]) -> Floats:
    return search(terrain, cells).minutes


def _search(job: Job) -> None:
    search(*job)


def _with_grass(row: Row, terrain: Terrain, cells: npt.NDArray[np.int64]) -> Row:
    """Run ``r.walk`` once, and add what it took without files in and out."""
    passable = np.isfinite(terrain.minutes_per_cell)
    start = np.full(passable.shape, np.nan)
    start[tuple(cells.T)] = 1.0
    assert terrain.height_m is not None
    ran = grass.run_module(
        GRASS,
        {
            "elevation": terrain.height_m,
            "friction": np.where(passable, 0.0, np.nan),
            "start_raster": start,
        },
        cell_m=terrain.cell_m,
        flags="k" if terrain.neighbours > 8 else "",
        options={"memory": MEMORY_MB},
    )
    minutes = np.where(np.isnan(ran.raster), np.inf, ran.raster / 60)
    same = np.allclose(search(terrain, cells).minutes, minutes, rtol=ALIKE, atol=0)
    row["peers"][GRASS], row["peers_cpu"][GRASS] = ran.seconds, ran.cpu_seconds
    row["rounds"][GRASS], row["same_answer"] = 1, row["same_answer"] and bool(same)
    return row
