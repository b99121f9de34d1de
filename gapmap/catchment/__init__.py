"""Catchment: whom a facility can take in, and where it refers them."""

from gapmap.catchment.filling import ORDERS, Filled, fill_capacity
from gapmap.catchment.zonal import BREAKS, ZONAL_COLUMNS, zonal_statistics
from gapmap.catchment.zones import Zone, rest_of, zones_of

__all__ = [
    "BREAKS",
    "ORDERS",
    "ZONAL_COLUMNS",
    "Filled",
    "Zone",
    "fill_capacity",
    "rest_of",
    "zonal_statistics",
    "zones_of",
]
