"""Ground: the pieces of network on land, which of them is the mainland, and who stands where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gapmap import network as roads
from gapmap.network.pieces import longest_on_land

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gapmap.network import Network, Snap
    from gapmap.places import Places

__all__ = ["Ground", "ground_of", "positions", "spots"]

MODE = "walk"
"""Where a place stands is asked on foot: every way but a motorway can be walked to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The pieces of network on land: ferries are left out, whoever may use a way.

    Attributes
    ----------
    of_node
        The piece of each node.
    of_place
        The piece of each place; -1 for one that joins no way. A place that joins the mainland by
        any of its ways is on the mainland.
    length_m
        Length of each piece's ways.
    mainland
        The piece with the longest ways that hang together without a ferry: the one that makes
        a piece the main one in ``pieces.csv`` and in evidence. -1 without ways.
    """

    of_node: NDArray[np.int64]
    of_place: NDArray[np.int64]
    length_m: NDArray[np.float64]
    mainland: int

    def of_snap(self, network: Network, snap: Snap) -> NDArray[np.int64]:
        """Give the piece that each position joins: the mainland if it can, else the nearest."""
        near = snap.edge >= 0
        piece = np.full(len(snap), -1, np.int64)
        piece[near] = self.of_node[network.edges.tail[snap.edge[near]]]
        joined = self.of_node[network.edges.tail[snap.joins.edge]]
        piece[snap.joins.owner[joined == self.mainland]] = self.mainland
        return piece


def ground_of(network: Network, places: Places) -> Ground:
    """Find the pieces on land and the mainland; kept beside the network for the same places."""
    known = network.memo.get("ground")
    if known is not None and known[0] is places:
        made: Ground = known[1]
        return made
    made = _ground(network, places)
    network.memo["ground"] = (places, made)
    return made


def _ground(network: Network, places: Places) -> Ground:
    edges = network.edges
    afloat = np.zeros(len(edges), bool)
    afloat[[ferry.edge for ferry in network.ferries]] = True
    land = np.flatnonzero(~afloat & (edges.walk | edges.cycle | edges.forward | edges.backward))
    links = coo_array(
        (np.ones(len(land), bool), (edges.tail[land], edges.head[land])),
        shape=(len(network.xy),) * 2,
    )
    count, label = connected_components(links.tocsr(), directed=False)
    of_node = label.astype(np.int64)
    length_m = np.zeros(count)
    np.add.at(length_m, of_node[edges.tail[land]], edges.length_m[land])
    main = longest_on_land(network, MODE)
    mainland = int(of_node[main]) if main >= 0 else -1
    made = Ground(of_node=of_node, of_place=of_node[:0], length_m=length_m, mainland=mainland)
    snap = roads.snap(network, positions(places.table), mode=MODE)
    return replace(made, of_place=made.of_snap(network, snap))


def positions(places: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Give where places stand, NaN where that is not known or lies out of the area."""
    xy = spots(places)
    xy[(places["position"] != "ok").to_numpy()] = np.nan
    return xy


def spots(table: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Give the positions of a table of points, NaN where there is none."""
    geometry = table.geometry.to_numpy()
    return np.column_stack((shapely.get_x(geometry), shapely.get_y(geometry))).astype(float)
