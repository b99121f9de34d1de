"""Where a raster lies, and where the districts lie in its coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gapmap.findings import Finding, finding
from gapmap.rasters.opening import raster_crs
from gapmap.rasters.survey import corners
from gapmap.tables.systems import name_candidates

if TYPE_CHECKING:
    from collections.abc import Callable

    import rasterio

    from gapmap.region import Region

    Floats = npt.NDArray[np.float64]
    Shapes = npt.NDArray[np.object_]

__all__ = ["Outlines", "areas_only", "frame_of", "outlines", "place_districts"]

_WHOLE: Final = 0.999
"""Share of the districts' area from which on they count as covered."""
_HALF_TURN: Final = 180.0
_STEPS: Final = 1000
"""Into so many pieces the longest side of all shapes is cut before they are brought into another
CRS, in which straight lines bend."""
_COLLECTION: Final = 7


def frame_of(source: rasterio.DatasetReader) -> shapely.Polygon:
    """Give the raster's outline in its own coordinates, whichever way it is turned."""
    return shapely.Polygon(corners(source.transform, source.width, source.height))


@dataclass(frozen=True, slots=True)
class Outlines:
    """Polygons in the coordinates of a raster.

    Attributes
    ----------
    shapes
        Valid polygons; None stays None.
    size
        The area of each, in squares of the raster's unit; NaN for None.
    turned
        Whether they were turned around the earth to where the raster has them.
    """

    shapes: Shapes
    size: Floats
    turned: bool = False


def outlines(shapes: gpd.GeoSeries, crs: pyproj.CRS, frame: shapely.Geometry) -> Outlines:
    """Bring polygons into the CRS of a raster, their edges cut so finely that none cuts a corner.

    Parameters
    ----------
    shapes
        Polygons in a metric CRS.
    crs
        The raster's.
    frame
        The raster's outline. Where it counts longitudes from 0 to 360, or the polygons lie across
        the 180th meridian, they are turned by 360 degrees to where the raster has them; a polygon
        of which it has one part on either side is there twice.
    """
    bounds = np.reshape(shapes.total_bounds, (2, 2))
    finest = max(1.0, float(np.ptp(bounds, axis=0).max()) / _STEPS)
    made = shapes.segmentize(finest).to_crs(crs).to_numpy()
    if crs.is_geographic:
        made = shapely.transform(made, _beside(_middle(shapes, crs)))
    mended = np.array([areas_only(one) for one in shapely.make_valid(made)], dtype=object)
    size = shapely.area(mended)
    turns = _turns(mended, frame) if crs.is_geographic else [0.0]
    if turns in ([], [0.0]):
        return Outlines(mended, size)
    copies = [shapely.transform(mended, lambda xy, by=by: np.add(xy, (by, 0.0))) for by in turns]
    return Outlines(shapely.union_all(copies, axis=0), size, turned=True)


def _middle(shapes: gpd.GeoSeries, crs: pyproj.CRS) -> float:
    """Give the longitude in the middle of all shapes."""
    left, low, right, high = shapes.total_bounds
    to_raster = pyproj.Transformer.from_crs(shapes.crs, crs, always_xy=True)
    return float(to_raster.transform((left + right) / 2, (low + high) / 2)[0])


def _beside(middle: float) -> Callable[[Floats], Floats]:
    """Give what puts longitudes within half a turn of ``middle``."""

    def moved(xy: Floats) -> Floats:
        off = middle - xy[:, 0]
        turn = np.where(np.abs(off) > _HALF_TURN, np.sign(off) * 2 * _HALF_TURN, 0.0)
        return np.column_stack((xy[:, 0] + turn, xy[:, 1]))

    return moved


def _turns(shapes: Shapes, frame: shapely.Geometry) -> list[float]:
    """Give the turns by which the shapes come to lie within the frame's longitudes."""
    left, _, right, _ = shapely.total_bounds(shapes)
    west, _, east, _ = frame.bounds
    return [
        turn
        for turn in (0.0, -2 * _HALF_TURN, 2 * _HALF_TURN)
        if west < right + turn and left + turn < east
    ]


def areas_only(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """Leave out the lines and points that mending an outline may leave beside its areas."""
    if shape is None or shapely.get_type_id(shape) != _COLLECTION:
        return shape
    parts = [one for one in shapely.get_parts(shape) if shapely.get_dimensions(one) == 2]  # noqa: PLR2004 - dimensions of an area
    return shapely.union_all(parts)


def place_districts(
    source: rasterio.DatasetReader, region: Region, file: str
) -> tuple[shapely.Geometry | None, float, list[Finding]]:
    """Bring the districts to the raster.

    Returns
    -------
    tuple
        The ground of all of them in its CRS, None where it does not say where it lies; the share
        of it that the raster covers; what is wrong with where it lies.
    """
    transform = source.transform
    size = transform.determinant
    if transform.is_identity or size == 0 or not all(map(math.isfinite, transform)):
        return None, 0.0, [finding("raster-no-place", file=file)]
    found = []
    if transform.b or transform.d:
        terms = f"{transform.b:g}, {transform.d:g}"
        found.append(finding("raster-rotated", file=file, value=terms))
    if transform.e > 0:
        found.append(finding("raster-south-up", file=file, value=f"{transform.e:g}"))
    frame = frame_of(source)
    crs = raster_crs(source)
    if crs is None:
        near = region.districts.to_crs(4326).total_bounds
        known = name_candidates(frame.bounds, region=(near[0], near[1], near[2], near[3]))
        bounds = ", ".join(f"{one:.10g}" for one in frame.bounds)
        return None, 0.0, [*found, finding("raster-no-crs", file=file, value=bounds, known=known)]
    districts = region.districts.geometry
    ground = gpd.GeoSeries([shapely.union_all(districts.to_numpy())], crs=districts.crs)
    drawn = outlines(ground, crs, frame)
    outline = drawn.shapes[0]
    if drawn.turned and frame.bounds[2] > _HALF_TURN + 1:
        found.append(finding("raster-longitudes", file=file, value=f"{frame.bounds[2]:g}"))
    covered = float(shapely.area(shapely.intersection(outline, frame)) / drawn.size[0])
    share = f"{covered:.1%}"
    if covered == 0:
        there, here = (", ".join(f"{n:.6g}" for n in one.bounds) for one in (frame, outline))
        found.append(finding("raster-no-overlap", file=file, value=there, districts=here))
    elif covered < _WHOLE:
        found.append(finding("raster-partial", file=file, share=share))
    return outline, covered, found
