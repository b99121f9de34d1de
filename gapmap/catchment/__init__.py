"""Catchment: whom a facility can take in, and where it refers them."""

from gapmap.catchment.capacity import (
    CAPACITY_COLUMNS,
    Capacity,
    CapacityRule,
    measure_capacity,
)
from gapmap.catchment.filling import ORDERS, Filled, fill_capacity
from gapmap.catchment.referral import (
    MATRIX_COLUMNS,
    REFERRAL_COLUMNS,
    ReferralRule,
    Referrals,
    refer,
    referral_matrix,
)
from gapmap.catchment.unserved import UNSERVED_COLUMNS
from gapmap.catchment.zonal import BREAKS, ZONAL_COLUMNS, zonal_statistics
from gapmap.catchment.zones import Zone, rest_of, zones_of

__all__ = [
    "BREAKS",
    "CAPACITY_COLUMNS",
    "MATRIX_COLUMNS",
    "ORDERS",
    "REFERRAL_COLUMNS",
    "UNSERVED_COLUMNS",
    "ZONAL_COLUMNS",
    "Capacity",
    "CapacityRule",
    "Filled",
    "ReferralRule",
    "Referrals",
    "Zone",
    "fill_capacity",
    "measure_capacity",
    "refer",
    "referral_matrix",
    "rest_of",
    "zonal_statistics",
    "zones_of",
]
