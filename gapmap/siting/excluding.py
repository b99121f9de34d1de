"""Layers that candidates are held against: areas that rule out, and areas that alone will do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gapmap.findings import fail, finding
from gapmap.positions import locate
from gapmap.region.polygons import is_polygon, mend
from gapmap.region.rows import Ledger, fail_for_all
from gapmap.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.findings import Finding
    from gapmap.region import Region
    from gapmap.region.polygons import Mended
    from gapmap.siting.rules import AreaSource
    from gapmap.siting.steepness import Heights
    from gapmap.tables import RowCount

    Flags = npt.NDArray[np.bool_]
    Shapes = npt.NDArray[np.object_]

__all__ = ["Areas", "Layers", "covers", "read_areas"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Areas:
    """A layer that was read.

    Attributes
    ----------
    source
        Where it stands.
    shapes
        Its shapes in the region's CRS, valid.
    findings, rows
        What was wrong in the file, and what became of its rows.
    """

    source: AreaSource
    shapes: Shapes
    findings: tuple[Finding, ...] = ()
    rows: tuple[RowCount, ...] = ()


@dataclass(slots=True)
class Layers:
    """The layers of a study's candidates, each read once.

    Attributes
    ----------
    region
        Whose CRS they are brought into.
    findings, rows
        What was wrong in all files read so far, and what became of their rows.
    """

    region: Region
    findings: list[Finding] = field(default_factory=list)
    rows: list[RowCount] = field(default_factory=list)
    _areas: dict[AreaSource, Areas] = field(default_factory=dict)
    _heights: dict[tuple[Path, str], Heights] = field(default_factory=dict)

    def areas(self, source: AreaSource) -> Areas:
        """Read a layer of polygons, or give it as it was read before.

        Raises
        ------
        InputError
            As :func:`read_areas`.
        """
        if source not in self._areas:
            read = read_areas(source, self.region)
            self._areas[source] = read
            self.findings += read.findings
            self.rows += read.rows
        return self._areas[source]

    def heights(self, path: Path, *, repair: str = "safe") -> Heights:
        """Look through a raster of heights, or give what was found before.

        Raises
        ------
        InputError
            As :func:`gapmap.siting.steepness.read_heights`.
        """
        from gapmap.siting.steepness import read_heights  # noqa: PLC0415 - rasterio is slow to load

        if (path, repair) not in self._heights:
            read = read_heights(path, self.region, repair=repair)
            self._heights[path, repair] = read
            self.findings += read.findings
        return self._heights[path, repair]


def read_areas(source: AreaSource, region: Region) -> Areas:
    """Read a layer of polygons; holes in them do not belong to them.

    A polygon that crosses itself is mended where that changes it by less than 0.1 %; where it
    changes it by more, the error names it: whoever guesses its inside builds in a lake. Lines and
    points count in a layer with ``within_m`` alone: they have no inside.

    Parameters
    ----------
    source
        The layer.
    region
        Whose CRS the answer is in.

    Raises
    ------
    InputError
        The file cannot be read, has rows but no polygon, or one of which nobody can tell what is
        inside.
    CrsError
        It does not say in which coordinates it is.
    """
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are told below
        ledger = Ledger(read_table(source.path, layer=source.layer, repair=source.repair))
        table = ledger.table
        positions = locate(table, crs=region.crs, datum=source.datum)
    mended = mend(positions.geometry.to_numpy().copy(), repair=source.repair)
    index = table.cells.index
    fail_for_all(_told("polygon-broken", ledger, mended, mended.broken))
    usable = shapely.is_valid(mended.shapes) & ~shapely.is_empty(mended.shapes)
    if source.within_m == 0:
        usable &= is_polygon(mended.shapes) & (shapely.area(mended.shapes) > 0)
    if len(usable) and not usable.any():
        fail(finding("candidate-area-none", file=table.file, value=_kinds(mended.shapes)))
    none = pd.Series("", index=index)
    ledger.add_positions(positions)
    ledger.each("polygon-repaired", pd.Series(mended.repaired, index=index), none)
    ledger.add(_told("polygon-remade", ledger, mended, mended.remade))
    ledger.repaired |= {int(row) for row in index[mended.repaired | mended.remade]}
    lost = pd.Series(~usable, index=index)
    ledger.each("candidate-area-row", lost, none)
    ledger.drop(lost)
    shapes = mended.shapes[usable]
    return Areas(
        source=source,
        shapes=shapes,
        findings=(*ledger.findings, *_about_place(shapes, table.file, region)),
        rows=(ledger.count(),),
    )


def _kinds(shapes: Shapes) -> str:
    """Name the kinds of shape that there are; ``-`` where no row has a usable position."""
    return ", ".join(sorted({one.geom_type for one in shapes if one is not None})) or "-"


def _told(code: str, ledger: Ledger, mended: Mended, which: Flags) -> list[Finding]:
    table = ledger.table
    return [
        finding(code, file=table.file, row=int(row), value=row, **mended.areas(at))
        for at, row in zip(np.flatnonzero(which).tolist(), table.cells.index[which], strict=True)
    ]


def _about_place(shapes: Shapes, file: str, region: Region) -> list[Finding]:
    """Say where a layer holds nothing, or nothing near the districts: it would rule out nobody."""
    if not len(shapes):
        return [finding("candidate-area-empty", file=file)]
    frame = shapely.box(*region.districts.total_bounds)
    if shapely.intersects(frame, shapes).any():
        return []
    return [finding("candidate-area-far", file=file, count=len(shapes))]


def covers(areas: Areas, points: Shapes) -> Flags:
    """Say which points lie in a layer, on an edge of it, or within its ``within_m``."""
    tree = shapely.STRtree(points)  # of the points: polygons are prepared once each
    within_m = areas.source.within_m
    if within_m > 0:
        _, found = tree.query(areas.shapes, predicate="dwithin", distance=within_m)
    else:
        _, found = tree.query(areas.shapes, predicate="intersects")
    held = np.zeros(len(points), bool)
    held[found] = True
    return held
