"""Ground: travel time over the surface as coloured pixels, by parts of a service's limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.collections import LineCollection

from gapmap.catchment import BREAKS
from gapmap.drawing.chart import DPI, WIDTH_IN, Extent, Pixels, pixel_size
from gapmap.network import SLACK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gapmap.drawing.fields import Travelled
    from gapmap.rasters.grid import Grid
    from gapmap.surface import Surface

__all__ = ["BARRIER", "ROAD", "UNKNOWN", "UNREACHED", "Step", "draw_ways", "minutes_pixels",
           "steps_of"]  # fmt: skip

Codes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

WITHIN: Final = ("#0e3f66", "#1b6ca8", "#5b9fcf", "#a9cfe8")
BEYOND: Final = ("#fdd3a0", "#f2a154", "#d55e00", "#863800")
"""Blue within the limit, orange beyond it: apart under the three colour-vision deficiencies. The
nearer to the limit, the paler; a black line follows it."""
UNREACHED: Final = ("#ffffff", "#863800")
BARRIER: Final = ("#47545f", "#6d7a85")
UNKNOWN: Final = ("#e9e9e9", "#9a9a9a")
"""Ground, and the dots or lines on it."""
ROAD: Final = "#4d4d4d"
_LIMIT: Final = "#111111"
_OFF: Final = "#ffffff"
_KINDS: Final = ("unreached", "barrier", "unknown", "off")
_LINE_PIXELS: Final = 1.5
"""Cells of so many pixels or more have their roads drawn as lines from middle to middle."""
_NOTICEABLE: Final = 12
"""What covers fewer pixels is not worth a line in the legend."""


class Step(NamedTuple):
    """A class of the map: times above ``low`` and up to ``high`` minutes; None without an end."""

    low: float
    high: float | None
    colour: str


def steps_of(limit: float) -> list[Step]:
    """Give the classes of a map for a limit in minutes; the first ones end with it."""
    edges = [part * limit for part in BREAKS]
    colours = (*WITHIN, *BEYOND)
    ends: list[float | None] = [*edges, None]
    return [
        Step(low, high, colour)
        for low, high, colour in zip([0.0, *edges], ends, colours, strict=True)
    ]


def minutes_pixels(one: Travelled, extent: Extent) -> Pixels:
    """Colour travel times by parts of the service's limit, which a black line follows.

    Of a surface finer than the pixels each one shows the cell in its middle; a barrier or a road
    in any cell of a pixel is shown, or a river one cell wide would have gaps.

    Parameters
    ----------
    one
        A service's travel times.
    extent
        Which part to show.

    Returns
    -------
    Pixels
        ``shown`` names the steps that are there by number, ``unreached``, ``barrier``,
        ``unknown``, and ``road``.
    """
    surface, minutes = one.surface, one.field.minutes
    rows, columns = _sampled(surface.grid, extent)
    steps = len(BREAKS) + 1
    edges = np.array(BREAKS) * one.limit_minutes + SLACK
    seen = np.ix_(rows.at, columns.at)
    code = np.searchsorted(edges, minutes[seen]).astype(np.uint8)
    unreached, barrier, unknown, off = range(steps, steps + len(_KINDS))
    code[~np.isfinite(minutes[seen])] = unreached
    code[surface.unknown[seen]] = unknown
    closed = surface.barrier & ~surface.unknown & ~np.isfinite(minutes)
    code[_any(closed, rows, columns)] = barrier
    code[~(rows.there[:, None] & columns.there[None, :])] = off
    colours = _palette()[code]
    _hatch(colours, code == unreached, "dots", UNREACHED[1])
    _hatch(colours, code == barrier, "down", BARRIER[1])
    _hatch(colours, code == unknown, "up", UNKNOWN[1])
    road = _any(surface.road, rows, columns) & (code != off)
    if not _lined(surface.grid, extent):
        colours[road] = _rgb(ROAD)
    if one.in_minutes:
        colours[_border(code, steps)] = _rgb(_LIMIT)
    counts = np.bincount(code.ravel(), minlength=off + 1)
    names = [*(str(number) for number in range(steps)), *_KINDS[:-1]]
    shown = [name for name, count in zip(names, counts, strict=False) if count > _NOTICEABLE]
    if "barrier" not in shown and surface.fences is not None:
        shown.append("barrier")
    if road.any():
        shown.append("road")
    return Pixels(colours=colours, extent=extent, shown=tuple(shown))


def draw_ways(axis: Axes, surface: Surface, extent: Extent) -> None:
    """Draw what is narrower than a cell: barriers, and roads from cell to cell.

    Roads only where cells are large enough; else :func:`minutes_pixels` has coloured them.
    """
    fences = LineCollection(_fence_lines(surface), colors=BARRIER[0], linewidths=1.8, zorder=0.8)
    axis.add_collection(fences)
    if _lined(surface.grid, extent):
        roads = LineCollection(_road_lines(surface), colors=ROAD, linewidths=0.9, zorder=1)
        axis.add_collection(roads)


def _fence_lines(surface: Surface) -> list[Floats]:
    if surface.fences is None:
        return []
    ends = surface.fences.ends.reshape(-1, 2)  # column and row, from the grid's corner
    xy = surface.grid.centres(ends[:, 1] - 0.5, ends[:, 0] - 0.5)
    return list(xy.reshape(-1, 2, 2))


def _road_lines(surface: Surface) -> list[Floats]:
    road = surface.road
    a, b, c, d = road[:-1, :-1], road[:-1, 1:], road[1:, :-1], road[1:, 1:]
    pairs = (
        (road[:, :-1] & road[:, 1:], (0, 0), (0, 1)),
        (road[:-1, :] & road[1:, :], (0, 0), (1, 0)),
        # a diagonal only where no neighbour of both makes the same way round the corner
        (a & d & ~b & ~c, (0, 0), (1, 1)),
        (b & c & ~a & ~d, (0, 1), (1, 0)),
    )
    lines: list[Floats] = []
    for found, start, end in pairs:
        row, column = np.nonzero(found)
        ends = [surface.grid.centres(row + one[0], column + one[1]) for one in (start, end)]
        lines += list(np.stack(ends, axis=1))
    return lines


class _Sampled(NamedTuple):
    """Which row (or column) of cells each row of pixels shows, and whether there is one."""

    at: Integers
    there: Flags


def _sampled(grid: Grid, extent: Extent) -> tuple[_Sampled, _Sampled]:
    height, width = pixel_size(extent)
    west, south, east, north = extent
    x = west + (np.arange(width) + 0.5) * (east - west) / width
    y = north - (np.arange(height) + 0.5) * (north - south) / height
    one = grid.transform
    places = ((y - one.f) / one.e, grid.height), ((x - one.c) / one.a, grid.width)
    made = [
        _Sampled(np.clip(np.floor(at), 0, size - 1).astype(np.int64), (at >= 0) & (at < size))
        for at, size in places
    ]
    return made[0], made[1]


def _any(mask: Flags, rows: _Sampled, columns: _Sampled) -> Flags:
    """Say of each pixel whether any of its cells is set; pixels end where the next one begins."""
    part = mask[: rows.at[-1] + 1, : columns.at[-1] + 1].astype(np.uint8)
    found = np.maximum.reduceat(np.maximum.reduceat(part, rows.at, axis=0), columns.at, axis=1)
    return np.asarray(found > 0)


def _lined(grid: Grid, extent: Extent) -> bool:
    metres_per_pixel = (extent[2] - extent[0]) / (WIDTH_IN * DPI)
    return bool(abs(grid.transform.a) >= _LINE_PIXELS * metres_per_pixel)


def _palette() -> npt.NDArray[np.uint8]:
    grounds = (UNREACHED[0], BARRIER[0], UNKNOWN[0], _OFF)
    return np.array([_rgb(one) for one in (*WITHIN, *BEYOND, *grounds)], dtype=np.uint8)


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _hatch(colours: npt.NDArray[np.uint8], mask: Flags, kind: str, colour: str) -> None:
    """Draw lines or dots over some pixels."""
    row, column = np.ogrid[: mask.shape[0], : mask.shape[1]]
    patterns = {
        "up": (row + column) % 8 < 2,  # noqa: PLR2004 - pixels
        "down": (row - column) % 6 < 1,
        "dots": (row % 8 < 2) & (column % 8 < 2),  # noqa: PLR2004 - pixels
    }
    colours[mask & patterns[kind]] = _rgb(colour)


def _border(code: Codes, steps: int) -> Flags:
    """Mark the pixels within the limit that lie beside one beyond it."""
    within, beyond = code < len(WITHIN), (code >= len(WITHIN)) & (code < steps)
    found = np.zeros(code.shape, bool)
    for axis in (0, 1):
        one, other = (
            tuple(slice(cut, end) if at == axis else slice(None) for at in (0, 1))
            for cut, end in ((None, -1), (1, None))
        )
        found[one] |= within[one] & beyond[other]
        found[other] |= within[other] & beyond[one]
    return found
