"""Water: areas that nobody walks across, and what a straight leg off the road may not cross."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from gapmap.errors import NetworkError
from gapmap.findings import fail, finding
from gapmap.network.obstacles import perhaps_blocked
from gapmap.positions import locate
from gapmap.region.polygons import is_polygon, mend
from gapmap.region.rows import Ledger
from gapmap.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    import pyproj

    from gapmap.findings import Finding
    from gapmap.network.value import Flags, Floats, Network
    from gapmap.region.polygons import Mended
    from gapmap.tables import RowCount, Table

__all__ = ["SHORE_M", "blocked_legs", "in_water", "read_water"]

SHORE_M = 0.05
"""Nearer to its outline than this, water is shore: no rounding puts a quay or a bridge's end in
it."""

_MOST_NAMED = 1000


def read_water(
    path: Path, *, datum: str, crs: pyproj.CRS, repair: str = "safe"
) -> tuple[shapely.Geometry, tuple[Finding, ...], RowCount]:
    """Read areas of water; holes in them are land.

    An area that crosses itself is mended where that changes it by less than 0.1 %.

    Parameters
    ----------
    path, datum
        The file, and in which coordinates it is.
    crs
        Metric CRS of the answer.
    repair
        How far the file may be repaired: one of ``gapmap.findings.REPAIRS``.

    Returns
    -------
    All areas as one geometry, what was wrong in the file, and what became of its rows.

    Raises
    ------
    NetworkError
        If the file has no areas, or areas that cannot be mended.
    CrsError
        If nothing says in which coordinates it is.
    """
    ledger = Ledger(read_table(path, repair=repair))
    table = ledger.table
    positions = locate(table, crs=crs, datum=datum)
    geometry = positions.geometry.to_numpy().copy()
    geometry[~is_polygon(geometry)] = None
    mended = mend(geometry, repair=repair)
    _refuse_broken(table, mended)
    areas = mended.shapes
    wide = shapely.area(areas) > 0
    if not wide.any():
        fail(finding("network-water-no-area", file=table.file), NetworkError)
    index = table.cells.index
    none = pd.Series("", index=index)
    ledger.add_positions(positions)
    ledger.each("polygon-repaired", pd.Series(mended.repaired, index=index), none)
    ledger.add(_broken("polygon-remade", table, mended, mended.remade))
    ledger.repaired |= {int(row) for row in index[mended.repaired | mended.remade]}
    ledger.each("network-water-row", pd.Series(~wide, index=index), none)
    ledger.drop(pd.Series(~wide, index=index))
    return shapely.union_all(areas[wide]), tuple(ledger.findings), ledger.count()


def _refuse_broken(table: Table, mended: Mended) -> None:
    """Refuse areas of which nobody can tell what is water; those without ground are left out."""
    unclear = mended.broken & ((mended.drawn_m2 > 0) | (mended.valid_m2 > 0))
    found = _broken("polygon-broken", table, mended, unclear)
    if found:
        fail(found[0], NetworkError, also=found[1:_MOST_NAMED])


def _broken(code: str, table: Table, mended: Mended, which: Flags) -> list[Finding]:
    return [
        finding(code, file=table.file, row=int(row), value=row, **mended.areas(at))
        for at, row in zip(np.flatnonzero(which).tolist(), table.cells.index[which], strict=True)
    ]


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
    deep = _deep_water(network)
    obstacles = [one for one in (network.borders, deep) if one is not None]
    if not obstacles:
        return blocked
    drawn = np.flatnonzero(np.isfinite(from_xy).all(axis=1) & np.isfinite(to_xy).all(axis=1))
    drawn = drawn[perhaps_blocked(network, obstacles, from_xy[drawn], to_xy[drawn])]
    legs = shapely.linestrings(np.stack([from_xy[drawn], to_xy[drawn]], axis=1))
    if network.borders is not None:
        shapely.prepare(network.borders)
        blocked[drawn] = shapely.intersects(network.borders, legs)
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
