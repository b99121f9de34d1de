"""Network: roads, paths and ferries; joining positions to them; the nearest facility along them.

::

    network = read_network(NetworkSource(osm=Path("roads.osm.pbf")), crs=crs)
    places = snap(network, place_xy, mode="walk")
    clinics = snap(network, clinic_xy, mode="walk")
    reach = reach_nearest(network, places, clinics, mode="walk", by="distance")
"""

from gapmap.network.areas import ServiceArea, service_area
from gapmap.network.many import nearest_many, nearest_nodes
from gapmap.network.nearby import nearest
from gapmap.network.pairs import SLACK, cost_matrix, k_nearest, pairs_within
from gapmap.network.read import network_from_lines, read_network
from gapmap.network.rules import default_speeds
from gapmap.network.sailings import network_at
from gapmap.network.search import Reach, reach_nearest
from gapmap.network.snapping import Snap, snap
from gapmap.network.value import MODES, Ferry, Network, NetworkSource

__all__ = [
    "MODES",
    "SLACK",
    "Ferry",
    "Network",
    "NetworkSource",
    "Reach",
    "ServiceArea",
    "Snap",
    "cost_matrix",
    "default_speeds",
    "k_nearest",
    "nearest",
    "nearest_many",
    "nearest_nodes",
    "network_at",
    "network_from_lines",
    "pairs_within",
    "reach_nearest",
    "read_network",
    "service_area",
    "snap",
]
