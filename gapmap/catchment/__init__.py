"""Catchment: whom a facility can take in, and where it refers them."""

from gapmap.catchment.capacity import (
    CAPACITY_COLUMNS,
    Capacity,
    CapacityRule,
    measure_capacity,
)
from gapmap.catchment.decay import STEP_WEIGHTS, Decay
from gapmap.catchment.filling import ORDERS, Filled, fill_capacity
from gapmap.catchment.floating import METHODS, Shared, share_supply
from gapmap.catchment.pairs import PAIR_COLUMNS, referral_pairs
from gapmap.catchment.referral import REFERRAL_COLUMNS, ReferralRule, Referrals, refer
from gapmap.catchment.supply import Supply, SupplyRule, measure_supply
from gapmap.catchment.unserved import UNSERVED_COLUMNS
from gapmap.catchment.zonal import BREAKS, ZONAL_COLUMNS, zonal_statistics
from gapmap.catchment.zones import Zone, rest_of, zones_of

__all__ = [
    "BREAKS",
    "CAPACITY_COLUMNS",
    "METHODS",
    "ORDERS",
    "PAIR_COLUMNS",
    "REFERRAL_COLUMNS",
    "STEP_WEIGHTS",
    "UNSERVED_COLUMNS",
    "ZONAL_COLUMNS",
    "Capacity",
    "CapacityRule",
    "Decay",
    "Filled",
    "ReferralRule",
    "Referrals",
    "Shared",
    "Supply",
    "SupplyRule",
    "Zone",
    "fill_capacity",
    "measure_capacity",
    "measure_supply",
    "refer",
    "referral_pairs",
    "rest_of",
    "share_supply",
    "zonal_statistics",
    "zones_of",
]
