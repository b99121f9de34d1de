"""Water: areas that nobody walks across, and what a straight leg off the road may not cross."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gapmap.errors import NetworkError
from gapmap.findings import fail, finding
from gapmap.positions import locate
from gapmap.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    import pyproj

    from gapmap.findings import Finding
    from gapmap.network.value import Flags, Floats, Network

__all__ = ["SHORE_M", "blocked_legs", "in_water", "read_water"]

SHORE_M = 0.05
"""Nearer to its outline than this, water is shore: no rounding puts a quay or a bridge's end in
it."""

_AREA_TYPES = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def read_water(
    path: Path, *, datum: str, crs: pyproj.CRS
) -> tuple[shapely.Geometry, tuple[Finding, ...]]:
    """Read areas of water; holes in them are land.

    Parameters
    ----------
    path, datum
        The file, and in which coordinates it is.
    crs
        Metric CRS of the answer.

    Returns
    -------
    All areas as one geometry, and what was wrong in the file.

    Raises
    ------
    NetworkError
        If the file has no areas.
    CrsError
        If nothing says in which coordinates it is.
    """
    table = read_table(path)
    positions = locate(table, crs=crs, datum=datum)
    geometry = positions.geometry.to_numpy()
    wide = np.isin(shapely.get_type_id(geometry), _AREA_TYPES)
    areas = np.full(len(geometry), shapely.Polygon(), object)
    areas[wide] = shapely.make_valid(geometry[wide], method="structure", keep_collapsed=False)
    wide = shapely.area(areas) > 0
    if not wide.any():
        fail(finding("network-water-no-area", file=table.file), NetworkError)
    findings = [*table.findings, *positions.findings]
    findings += [
        finding("network-water-row", file=table.file, row=int(table.cells.index[row]))
        for row in np.flatnonzero(~wide)
    ]
    return shapely.union_all(areas[wide]), tuple(findings)


def in_water(network: Network, xy: Floats) -> Flags:
    """Say which positions lie in water, farther than ``SHORE_M`` from the shore.

    Parameters
    ----------
    network
        The ways, with its water.
    xy
        Positions in the network's CRS, shape (n, 2); one that is not finite is nowhere.
    """
    wet = np.zeros(len(xy), bool)
    deep = _deep_water(network)
    if deep is not None:
        placed = np.flatnonzero(np.isfinite(xy).all(axis=1))
        wet[placed] = shapely.intersects_xy(deep, *xy[placed].T)
    return wet


def blocked_legs(network: Network, from_xy: Floats, to_xy: Floats) -> Flags:
    """Say which straight legs off the road cross a border or water.

    Borders always count. Water does not count for a leg one end of which lies in it: a houseboat,
    or a coarse outline of the shore. Touching the shore is not crossing.

    Parameters
    ----------
    network
        The ways, with its borders and its water.
    from_xy, to_xy
        Ends of the legs in the network's CRS, shape (n, 2). A leg with an end that is not finite
        is not blocked: it is none.
    """
    blocked = np.zeros(len(from_xy), bool)
    if network.borders is None and network.water is None:
        return blocked
    drawn = np.flatnonzero(np.isfinite(from_xy).all(axis=1) & np.isfinite(to_xy).all(axis=1))
    legs = shapely.linestrings(np.stack([from_xy[drawn], to_xy[drawn]], axis=1))
    if network.borders is not None:
        shapely.prepare(network.borders)
        blocked[drawn] = shapely.intersects(network.borders, legs)
    deep = _deep_water(network)
    if deep is not None:
        wet = np.zeros(len(from_xy), bool)
        wet[drawn] = shapely.intersects(deep, legs)
        wet[wet] = ~(in_water(network, from_xy[wet]) | in_water(network, to_xy[wet]))
        blocked |= wet
    return blocked


def _deep_water(network: Network) -> shapely.Geometry | None:
    """Give the water without its shore, ready for many questions; made once."""
    if network.water is None:
        return None
    if "deep water" not in network.memo:
        deep = shapely.buffer(network.water, -SHORE_M, join_style="mitre")
        shapely.prepare(deep)
        network.memo["deep water"] = deep
    return network.memo["deep water"]
