"""Where a travel-time surface comes from, and what it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.rasters.grid import Grid
    from gapmap.surface.fences import Fences
    from gapmap.tables import RowCount

__all__ = ["STEPS", "Links", "Surface", "SurfaceSource", "Terrain"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

STEPS: Final = (
    *((-1, 0), (0, 1), (1, 0), (0, -1)),
    *((-1, 1), (1, 1), (1, -1), (-1, -1)),
    *((-2, 1), (-1, 2), (1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1)),
)
"""The steps from a cell, in (rows, columns): 4 straight, 4 diagonal, 8 as a knight moves.

Their order is that of the bits of :attr:`Terrain.barred`; the first 8 or all 16 are used.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceSource:
    """Where land cover, speeds and heights stand; field names are those of ``[surface]``.

    Attributes
    ----------
    land_cover
        GeoTIFF of classes. Without it all land has one walking speed, ``kmh``.
    speeds
        Table ``class``, ``kmh``: the classes of ``land_cover``, and road classes by their OSM word
        where the network's speeds shall not hold. A speed of 0 is a barrier.
    dem
        GeoTIFF of heights in metres.
    barriers
        Vector file of lines (rivers, walls) that nobody crosses but on a road or by ferry, or of
        areas that nobody enters.
    roads
        As what roads are burnt in: ``drive``, ``cycle`` or ``walk`` at the network's speeds, or
        ``none``.
    slope
        How walking slows uphill and downhill: ``tobler``, ``langmuir`` or ``none``; None is
        ``tobler`` where there is a ``dem``.
    barriers_datum
        In what the barriers' coordinates are; ``auto``: as the file declares.
    on_path, off_path
        What walking speeds are multiplied by on roads and elsewhere.
    direction
        ``to`` the facility or ``from`` it.
    neighbours
        8 or 16 steps from a cell.
    kmh
        Walking speed on land where no ``land_cover`` is given.
    cell_m
        Size of a cell; None takes the land cover's own.
    snap_m
        How far from the next passable cell one may stand; 0 moves nobody.
    simulated
        Whether the files' content is simulated.
    repair
        How far gapmap may repair what stands in the files: one of ``gapmap.findings.REPAIRS``.
    """

    land_cover: Path | None = None
    speeds: Path | None = None
    dem: Path | None = None
    barriers: Path | None = None
    barriers_datum: str = "auto"
    roads: str = "drive"
    slope: str | None = None
    on_path: float = 1.0
    off_path: float = 1.0
    direction: str = "to"
    neighbours: int = 8
    kmh: float = 5.0
    cell_m: float | None = None
    snap_m: float = 0.0
    simulated: bool = False
    repair: str = "safe"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Links:
    """Crossings from cell to cell, such as ferries; one entry each, and one for the way back.

    Attributes
    ----------
    tail, head
        Row and column of both ends, shape (links, 2).
    minutes
        How long the crossing takes, waiting included.
    """

    tail: Integers
    head: Integers
    minutes: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terrain:
    """All that a search over a surface asks for; arrays have the shape (rows, columns).

    Attributes
    ----------
    minutes_per_cell
        Time to cross a cell from side to side on the flat; inf where nobody can go.
    cell_m
        Length of a cell's side.
    height_m
        Height of each cell; None where slope plays no part. NaN: unknown, taken as flat.
    on_foot
        Where slope changes the speed; None: everywhere. Of a step, the half in a cell without it
        takes as long as on the flat.
    driven_minutes
        Time at most, whatever the slope, to cross a cell in which one may drive as well as walk,
        and neither is quicker for every slope; inf elsewhere. None: nowhere. It plays no part
        where slope plays none.
    slope
        ``tobler``, ``langmuir`` or ``none``.
    direction
        ``to`` the sources or ``from`` them.
    neighbours
        8 or 16.
    barred
        Bit k (of the order of :data:`STEPS`) is set where the k-th step from the cell is barred;
        a step and its way back are barred together. None where no step is.
    closed_corners
        Whether a step is barred that squeezes between two impassable cells which touch at a corner.
    links
        Crossings beside the steps.
    """

    minutes_per_cell: Floats
    cell_m: float
    height_m: Floats | None = None
    on_foot: Flags | None = None
    driven_minutes: Floats | None = None
    slope: str = "none"
    direction: str = "to"
    neighbours: int = 8
    barred: npt.NDArray[np.uint16] | None = None
    closed_corners: bool = True
    links: Links | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface:
    """How fast one gets on where: a grid of square cells in the study's metric CRS.

    Attributes
    ----------
    grid
        Where the cells lie.
    terrain
        What a search asks for.
    barrier
        Cells that nobody can enter because land cover or barriers say so.
    unknown
        Cells whose speed nothing tells: no value, or a class without a speed. Impassable, too.
    road
        Cells into which a road, path or bridge is burnt.
    classes
        ``class``, ``name``, ``kmh`` (NaN: none given), ``cells``, ``km2``, ``share`` (of the
        districts' cells), ``used`` (whether people can go there).
    source
        As the study gives it.
    fences
        Where lines and narrow areas run that nobody crosses; None without any.
    findings, rows
        What was wrong, assumed and done; rows of the tables that were read.
    simulated
        Names of the files whose content is simulated.
    """

    grid: Grid
    terrain: Terrain
    barrier: Flags
    unknown: Flags
    road: Flags
    classes: pd.DataFrame
    source: SurfaceSource
    fences: Fences | None = None
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()
    simulated: tuple[str, ...] = ()
