"""Whether the polygons of a layer lie side by side: overlaps, gaps, slivers of either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gapmap.datum import DEGREES, change_between
from gapmap.findings import Finding, finding
from gapmap.region.strips import strips

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from gapmap.region.rows import Ledger

    Shapes = NDArray[np.object_]

__all__ = ["Layer", "ground_left", "layer_of", "side_by_side"]

ROUNDING_M2: Final = 1.0
"""Faults of this area or less are the rounding of coordinates."""
SLIVER_M: Final = 5.0
"""A fault narrower than this is a sliver: two persons who draw one border at 1:10,000 differ by
as much (half a millimetre on paper)."""
NAMED_MOST: Final = 50
"""So many faults of a layer are named, the largest first; the rest is added up."""
VERTICES_MOST: Final = 150_000
"""Gaps are looked for among polygons that do not fit each other up to so many vertices, which
takes about ten seconds."""
FEWEST_APART: Final = 5
"""From so many polygons on, a layer in which most have no neighbour is no division of the land."""
CODES_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Layer:
    """Polygons that are meant to lie side by side.

    Attributes
    ----------
    file
        As findings name it.
    shapes
        Valid polygons of a metric CRS.
    codes, rows
        Id and row of each.
    overlap
        Code of the finding on two that share ground.
    """

    file: str
    shapes: gpd.GeoSeries
    codes: NDArray[np.object_]
    rows: NDArray[np.int64]
    overlap: str = "polygons-overlap"


def layer_of(ledger: Ledger, shapes: gpd.GeoSeries, codes: pd.Series) -> Layer:
    """Take the rows of a file that have a polygon."""
    drawn = shapes.notna().to_numpy()
    rows = ledger.table.cells.index.to_numpy()[drawn]
    return Layer(ledger.table.file, shapes[drawn], codes.to_numpy(dtype=object)[drawn], rows)


@dataclass(frozen=True, slots=True)
class _Fault:
    kind: str
    shape: shapely.Geometry
    members: tuple[int, ...]

    @property
    def area_m2(self) -> float:
        return float(shapely.area(self.shape))

    @property
    def width_m(self) -> float:
        """Width of a long strip of the same area and the same length of outline."""
        return 2 * self.area_m2 / float(shapely.length(self.shape))


def side_by_side(layer: Layer) -> tuple[tuple[Finding, ...], shapely.Geometry | None]:
    """Report where the polygons of a layer overlap, and the gaps and strips between them.

    Gaps are not faults where most polygons have no neighbour, as where villages are drawn as
    their built-up land: one note says so.

    Returns
    -------
    tuple
        The findings, ranked by area; the ground that all polygons cover together, None where
        that would take too long because very many borders do not fit.
    """
    shapes = layer.shapes.to_numpy()
    if len(shapes) == 0:
        return (), shapely.MultiPolygon()
    unfit = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    faults = list(_overlaps(shapes, unfit))
    findings: list[Finding] = []
    union = None
    if shapely.get_num_coordinates(shapes[unfit]).sum() <= VERTICES_MOST:
        union = shapely.coverage_union_all(shapes[~unfit])
        if unfit.any():
            union = shapely.union_all([union, *shapes[unfit]])
    apart = _apart(shapes)
    if len(shapes) >= FEWEST_APART and apart > len(shapes) / 2:
        total = len(shapes)
        findings.append(finding("polygons-apart", file=layer.file, count=apart, total=total))
    elif union is None:
        findings.append(
            finding("polygons-gaps-not-sought", file=layer.file, count=int(unfit.sum()))
        )
    else:
        faults += _gaps(shapes, union)
        between = strips(shapes, union)
        faults += [_Fault("strip", one.shape, one.members) for one in between or ()]
        if between is None:
            findings.append(finding("polygons-strips-not-sought", file=layer.file))
    faults.sort(key=lambda one: -one.area_m2)
    return (*_named(layer, faults), *findings), union


def _apart(shapes: Shapes) -> int:
    """Count the polygons that have no neighbour as near as a sliver is wide."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=SLIVER_M)
    return len(shapes) - len(np.unique(one[one != other]))


def _overlaps(shapes: Shapes, unfit: NDArray[np.bool_]) -> Iterator[_Fault]:
    """Find the pairs that share ground; one of a pair at least has a border that does not fit."""
    numbers = np.flatnonzero(unfit)
    found, other = shapely.STRtree(shapes).query(shapes[unfit], predicate="intersects")
    pairs = np.sort(np.column_stack((numbers[found], other)), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0)
    shared = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    for number in np.flatnonzero(shapely.area(shared) > ROUNDING_M2):
        a, b = pairs[number]
        yield _Fault("overlap", shared[number], (int(a), int(b)))


def _gaps(shapes: Shapes, union: shapely.Geometry) -> Iterator[_Fault]:
    """Find the holes in the ground that all cover together."""
    parts = shapely.get_parts(union)
    holes = [
        hole
        for part in parts[shapely.get_num_interior_rings(parts) > 0]
        for hole in shapely.polygons(list(part.interiors))
    ]
    tree = shapely.STRtree(shapes)
    for hole in holes:
        if shapely.area(hole) > ROUNDING_M2:
            beside = np.sort(tree.query(shapely.buffer(hole, 0.01), predicate="intersects"))
            yield _Fault("gap", hole, tuple(int(one) for one in beside))


def _named(layer: Layer, faults: list[_Fault]) -> Iterator[Finding]:
    to_degrees = change_between(layer.shapes.crs, DEGREES)
    for rank, fault in enumerate(faults[:NAMED_MOST], start=1):
        inside = shapely.point_on_surface(fault.shape)
        lon, lat = to_degrees.transform(inside.x, inside.y)
        codes = [str(layer.codes[one]) for one in fault.members]
        more = " …" if len(codes) > CODES_NAMED else ""
        said = finding(
            _code(layer, fault),
            file=layer.file,
            row=int(layer.rows[fault.members[0]]) if fault.members else None,
            value=", ".join(codes[:CODES_NAMED]) + more,
            kind_zh="重叠" if fault.kind == "overlap" else "空隙",
            kind_en="overlap" if fault.kind == "overlap" else "gap",
            area=f"{fault.area_m2:.0f}",
            width=f"{fault.width_m:.1f}",
            at=f"{lon:.5f}, {lat:.5f}",
        )
        yield replace(said, rank=rank)
    rest = [fault.area_m2 for fault in faults[NAMED_MOST:]]
    if rest:
        yield finding(
            "polygons-further",
            file=layer.file,
            count=len(rest),
            area=f"{sum(rest):.0f}",
            largest=f"{rest[0]:.0f}",
        )


def _code(layer: Layer, fault: _Fault) -> str:
    if fault.width_m < SLIVER_M:
        return "polygons-sliver"
    if fault.kind == "strip":
        return "polygons-strip"
    if fault.kind == "gap":
        return "polygons-gap" if len(fault.members) > 1 else "polygons-hole"
    return layer.overlap


def ground_left(layer: Layer, covered: shapely.Geometry, outlines: Shapes) -> tuple[Finding, ...]:
    """Say how much ground of the districts no polygon covers, and how much lies beyond them."""
    districts = shapely.union_all(outlines)
    left_m2 = float(shapely.area(shapely.difference(districts, covered)))
    beyond_m2 = float(shapely.area(shapely.difference(covered, districts)))
    whole_m2 = float(shapely.area(districts))
    if max(left_m2, beyond_m2) <= 1e-4 * whole_m2:
        return ()
    return (
        finding(
            "polygons-ground",
            file=layer.file,
            left=f"{left_m2 / 1e6:.2f}",
            share=f"{100 * left_m2 / whole_m2:.1f}",
            beyond=f"{beyond_m2 / 1e6:.2f}",
        ),
    )
