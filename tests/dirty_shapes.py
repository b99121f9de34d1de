"""Shapes as they come out of careless hands and broken programs: what hypothesis draws from."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import strategies as st

__all__ = ["clean_polygons", "dirty_shapes", "metric_points", "rings"]

SIDE_M = 10_000.0

metric_points = st.tuples(
    st.floats(0, SIDE_M, width=32), st.floats(0, SIDE_M, width=32)
)  # fmt: skip


@st.composite
def rings(draw: st.DrawFn, fewest: int = 3) -> list[tuple[float, float]]:
    """Give corners in any order: most rings cross themselves."""
    return draw(st.lists(metric_points, min_size=fewest, max_size=9))


@st.composite
def clean_polygons(draw: st.DrawFn) -> shapely.Polygon:
    """Give a valid polygon: corners around a centre, each in its own direction."""
    count = draw(st.integers(3, 12))
    reach = draw(st.lists(st.floats(10.0, 3_000.0), min_size=count, max_size=count))
    x, y = draw(metric_points)
    turn = 2 * np.pi * np.arange(count) / count
    return shapely.Polygon(np.column_stack((x + reach * np.cos(turn), y + reach * np.sin(turn))))


def _holed(shell: shapely.Polygon, other: shapely.Polygon) -> shapely.Polygon:
    return shapely.Polygon(shell.exterior, [other.exterior])


def _spiked(shape: shapely.Polygon, tip: tuple[float, float]) -> shapely.Polygon:
    corners = list(shape.exterior.coords)
    return shapely.Polygon([corners[0], tip, *corners])


def _broken(shape: shapely.Polygon, value: float) -> shapely.Polygon:
    with np.errstate(invalid="ignore"):
        return shapely.Polygon([*shape.exterior.coords[:-1], (value, 5.0)])


def _solid(shape: shapely.Polygon, height: float) -> shapely.Polygon:
    xy = shapely.get_coordinates(shape)
    return shapely.Polygon(np.column_stack((xy, np.full(len(xy), height))))


def _scaled(shape: shapely.Polygon, factor: float) -> shapely.Polygon:
    return shapely.transform(shape, lambda xy: xy * factor)


dirty_shapes = st.one_of(
    clean_polygons(),
    rings(4).map(shapely.Polygon),
    st.builds(_holed, clean_polygons(), clean_polygons()),
    st.builds(_spiked, clean_polygons(), metric_points),
    st.builds(_broken, clean_polygons(), st.sampled_from([np.nan, np.inf, -np.inf])),
    st.builds(_solid, clean_polygons(), st.sampled_from([0.0, 12.5, np.nan])),
    st.builds(_scaled, clean_polygons(), st.sampled_from([1e-9, 1e-3, 1e3])),
    st.lists(clean_polygons(), min_size=1, max_size=4).map(shapely.MultiPolygon),
    st.lists(rings(4).map(shapely.Polygon), min_size=1, max_size=3).map(shapely.MultiPolygon),
    metric_points.map(lambda one: shapely.Polygon([one, one, one])),
    st.lists(metric_points, min_size=2, max_size=5).map(shapely.LineString),
    metric_points.map(shapely.Point),
    st.sampled_from([None, shapely.Polygon(), shapely.Point(), shapely.GeometryCollection()]),
)
