"""Facilities: what serves people, which of them count, and where they belong."""

from gapmap.facilities.building import add_facilities
from gapmap.facilities.condition import ORDER, Condition, plain_word, read_condition
from gapmap.facilities.existence import exists_at, facilities_at
from gapmap.facilities.read import read_facilities
from gapmap.facilities.value import Facilities, FacilitySource

__all__ = [
    "ORDER",
    "Condition",
    "Facilities",
    "FacilitySource",
    "add_facilities",
    "exists_at",
    "facilities_at",
    "plain_word",
    "read_condition",
    "read_facilities",
]
