"""Travel time over land: row sweeps against searches with a heap, and our own with buckets."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from skimage.graph import MCP_Geometric

from benchmarks.grass import Ran, has_grass, run_module
from benchmarks.lands import noisy_land, road_land, some_cells, winding_land
from benchmarks.measuring import Peer, Row, compare, peak
from gapmap.surface.flat import bucket_minutes, travel_minutes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from benchmarks.lands import Land

    Minutes = npt.NDArray[np.float64]
    Cells = npt.NDArray[np.int64]
    Search = Callable[..., Minutes]

__all__ = ["over_land", "surface"]

_LANDS = {"surface": road_land, "surface_16": road_land} | {
    "surface_winding": winding_land,
    "surface_noise": noisy_land,
}
_SOURCES = 700
_GRASS = "r.cost"
_GRASS_CELLS = 10_000_000  # more than these take minutes
_CELL_M = 100.0


def surface(*, quick: bool) -> Iterator[Row]:
    """Give row after row as they are measured.

    Parameters
    ----------
    quick
        One size each.
    """
    if not has_grass():
        print("GRASS is not on this machine, r.cost left out (Debian: grass-core)")
    yield over_land("surface", 1000, _SOURCES)
    if not quick:
        yield over_land("surface", 3000, _SOURCES)
        yield over_land("surface", 5000, _SOURCES)
    yield over_land("surface_16", 1000, _SOURCES)
    side = 1000 if quick else 3000
    yield over_land("surface_winding", side, 1)
    yield over_land("surface_noise", side, 1)
    if not quick:
        yield over_land("surface_noise", side, _SOURCES)


def over_land(work: str, side: int, count: int, *, search: Search = travel_minutes) -> Row:
    """Measure the minutes from the nearest of some sources to all cells; all are compared.

    Parameters
    ----------
    work
        The row's name, which tells the land; ``surface_16`` takes knight's moves, too.
    side
        Cells along a side.
    count
        Sources, anywhere on passable cells.
    search
        Our side, or another for a test.
    """
    land, sources = _prepared(work, side, count)
    neighbours = 16 if work == "surface_16" else 8
    for warm_up in (search, bucket_minutes):
        warm_up(land[:50, :50], sources[:0], neighbours=neighbours)
    peers: dict[str, Callable[[], Minutes]] = {
        "buckets": partial(bucket_minutes, land, sources, neighbours=neighbours)
    }
    if neighbours == 8:
        peers |= {
            "xarray-spatial": _xrspatial(land, sources),
            "scikit-image": partial(_skimage, land, sources),
        }
    measured = {name: Peer(job=job, same=_same) for name, job in peers.items()}
    grass = _Grass(land, sources, neighbours)
    if has_grass() and land.size <= _GRASS_CELLS:
        measured[_GRASS] = Peer(job=grass, same=_same, rounds=1)
    row = compare(
        work,
        f"{side:,} x {side:,} cells, {count} source{'s' if count > 1 else ''}",
        partial(search, land, sources, neighbours=neighbours),
        measured,
        memory=peak(_prepared, partial(_search, neighbours=neighbours), work, side, count),
    )
    if grass.ran:  # what it took itself, without files in and out
        row["peers"][_GRASS] = grass.ran[-1].seconds
        row["peers_cpu"][_GRASS] = grass.ran[-1].cpu_seconds
    return row


def _prepared(work: str, side: int, count: int) -> tuple[Land, Cells]:
    land = _LANDS[work](side)
    return land, some_cells(land, count)


def _search(given: tuple[Land, Cells], *, neighbours: int) -> None:
    travel_minutes(*given, neighbours=neighbours)


def _skimage(land: Land, sources: Cells) -> Minutes:
    found: Minutes
    found, _ = MCP_Geometric(np.where(np.isinf(land), -1.0, land)).find_costs(sources.tolist())
    return found


def _xrspatial(land: Land, sources: Cells) -> Callable[[], Minutes]:
    """Prepare xarray-spatial's arrays, and have it compiled."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import xarray as xr  # noqa: PLC0415 - both warn at import
        from xrspatial import cost_distance  # noqa: PLC0415
    marks = np.zeros(land.shape)
    marks[tuple(sources.T)] = 1.0
    axes = {name: np.arange(float(size)) for name, size in zip("yx", land.shape, strict=True)}
    grids = [xr.DataArray(values, dims=("y", "x"), coords=axes) for values in (marks, land)]
    cost_distance(*(grid[:20, :20] for grid in grids))
    return lambda: cost_distance(*grids).to_numpy()


@dataclass(frozen=True, slots=True)
class _Grass:
    """r.cost of GRASS, and what it took."""

    land: Land
    sources: Cells
    neighbours: int
    ran: list[Ran] = field(default_factory=list)

    def __call__(self) -> Minutes:
        marks = np.full(self.land.shape, np.nan)
        marks[tuple(self.sources.T)] = 1.0
        rasters = {"input": np.where(np.isinf(self.land), np.nan, self.land), "start_raster": marks}
        flags = "k" if self.neighbours == 16 else ""
        memory = {"memory": "2000"}
        self.ran.append(run_module("r.cost", rasters, cell_m=_CELL_M, flags=flags, options=memory))
        return self.ran[-1].raster


def _same(ours: Minutes, theirs: Minutes) -> bool:
    """Tell whether all minutes agree to 1e-5; where nothing is reached, they have inf or NaN."""
    theirs = np.where(np.isnan(theirs), np.inf, theirs)
    return ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=1e-5, atol=1e-5)
