"""Region: the districts, the towns, and named groups of districts."""

from gapmap.region.areas import (
    district_of,
    lies_in,
    lying,
    names_of,
    plan_district_of,
    resolve,
    town_of,
)
from gapmap.region.read import read_region
from gapmap.region.value import DistrictSource, Region, TownSource

__all__ = [
    "DistrictSource",
    "Region",
    "TownSource",
    "district_of",
    "lies_in",
    "lying",
    "names_of",
    "plan_district_of",
    "read_region",
    "resolve",
    "town_of",
]
