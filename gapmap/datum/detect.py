"""Which datum a layer is in, for analysts: one call from shapes to a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap.datum.metric import metric_crs
from gapmap.datum.named import area_evidence, point_pair_evidence
from gapmap.datum.readings import read_as
from gapmap.datum.roads import prepare_roads, road_evidence
from gapmap.datum.verdict import Verdict, judge_datum
from gapmap.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gapmap.datum.evidence import Evidence
    from gapmap.datum.readings import Readings

__all__ = ["detect_datum"]


def detect_datum(
    layer: gpd.GeoSeries | gpd.GeoDataFrame,
    *,
    roads: gpd.GeoSeries | gpd.GeoDataFrame | None = None,
    named: gpd.GeoSeries | gpd.GeoDataFrame | None = None,
    declared: str = "wgs84",
) -> Verdict:
    """Ask in which datum a layer's numbers really are: WGS84, GCJ-02 or BD-09.

    Nothing is converted. ``verdict.datum`` is None where the evidence is too weak or divided;
    ``verdict.decisive`` says whether it would be enough for ``datum = "detect"`` of a study.

    Parameters
    ----------
    layer
        Points or polygons as their file gives them, with the CRS that it declares.
    roads
        Lines at their true place, with a CRS; OpenStreetMap is best.
    named
        For each row of ``layer``, by the index, what it should lie in or near, at its true place
        and with a CRS: the polygon of the district that it names, or the point of its village.
        Rows that name nothing are left out or None.
    declared
        The datum that the layer is said to be in; only what the verdict is held against.

    Raises
    ------
    CrsError
        A layer has no CRS.

    Examples
    --------
    Forty shelters on crooked streets, copied from an internet map:

    >>> import gapmap as gm, geopandas as gpd, numpy as np, shapely
    >>> random = np.random.default_rng(1)
    >>> ends = random.uniform((113.4, 22.1), (113.5, 22.2), (40, 2))
    >>> streets = shapely.linestrings(np.stack((ends, ends + random.normal(0, 0.005, (40, 2))), 1))
    >>> x, y = shapely.get_coordinates(shapely.line_interpolate_point(streets, 0.002)).T
    >>> x, y = gm.convert_datum(x, y, source="wgs84", target="gcj02")
    >>> shelters = gpd.GeoSeries(shapely.points(x, y), crs=4326)
    >>> verdict = gm.detect_datum(shelters, roads=gpd.GeoSeries(streets, crs=4326))
    >>> verdict.datum, verdict.decisive, verdict.contradicts
    ('gcj02', True, True)
    """
    shapes = _geometry(layer)
    degrees = shapes.to_crs(4326)
    west, south, east, north = degrees.total_bounds
    crs = metric_crs((west, south, east, north))
    reading = read_as(degrees.to_numpy(), crs)
    evidence: list[Evidence] = []
    if roads is not None:
        lines = _geometry(roads).to_crs(crs).to_numpy()
        evidence.append(road_evidence(reading, prepare_roads(lines)))
    if named is not None:
        partners = _geometry(named).to_crs(crs).reindex(shapes.index).to_numpy()
        evidence.append(_by_names(reading, partners[reading.rows]))
    return judge_datum(evidence, declared)


def _geometry(layer: gpd.GeoSeries | gpd.GeoDataFrame) -> gpd.GeoSeries:
    shapes = layer.geometry
    if shapes.crs is None:
        raise CrsError("the layer has no CRS", "图层没有坐标系")
    return shapes


def _by_names(reading: Readings, partners: NDArray[np.object_]) -> Evidence:
    """Hold shapes against areas or points, whichever of the two are points."""
    known = ~(shapely.is_missing(partners) | shapely.is_empty(partners))
    flat = bool((shapely.get_dimensions(partners[known]) == 0).all())
    if flat and (shapely.get_dimensions(reading.shapes[0]) == 0).all():
        xy = np.column_stack((shapely.get_x(partners), shapely.get_y(partners)))
        return point_pair_evidence(reading, xy)
    return area_evidence(reading, partners)
