"""Kinds of gap: which villages lack alike for like reasons, and where one site serves several."""

from gapmap.typology.clusters import CLUSTER_COLUMNS, MOST_PLACES
from gapmap.typology.grouping import Grouping, features_of, group_rows
from gapmap.typology.making import KIND_COLUMNS, MOST_KINDS, PLACE_COLUMNS, group_gaps
from gapmap.typology.value import GapKinds

__all__ = [
    "CLUSTER_COLUMNS",
    "KIND_COLUMNS",
    "MOST_KINDS",
    "MOST_PLACES",
    "PLACE_COLUMNS",
    "GapKinds",
    "Grouping",
    "features_of",
    "group_gaps",
    "group_rows",
]
