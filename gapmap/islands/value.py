"""What is known of islands: a table for readers, and the figures of every place behind it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

__all__ = ["COLUMNS", "KINDS", "PLACE_COLUMNS", "Islands", "no_islands"]

KINDS = ("island", "cut_off", "by_road", "off_network")
"""``island``: a piece of network that only ferries link, or that the input calls an island;
``cut_off``: a piece that nothing links, and the input does not say whether it is an island;
``by_road``: an island by the input that is part of the mainland's network; ``off_network``: an
island by the input that joins no way, or has no position."""

COLUMNS = (
    *("island_id", "island", "kind", "town", "district_id", "district", "component"),
    *("places", "people", "places_without_people", "terminals", "ferries", "ferries_running"),
    *("ferry_names", "first_sailing", "last_sailing", "destination", "service", "mode"),
    *("minutes_median", "minutes_worst", "distance_m", "nearest", "on_island"),
    *("mainland_minutes_median", "mainland_minutes_worst", "mainland_distance_m"),
    *("mainland_nearest", "places_unreachable", "places_unknown", "no_facility"),
)
"""Columns of ``islands.csv``; see ``docs/outputs.md``."""

PLACE_COLUMNS = (
    *("place_id", "island_id", "people", "destination", "service", "state", "minutes"),
    *("distance_m", "nearest", "on_island", "mainland_state", "mainland_minutes"),
    *("mainland_distance_m", "mainland_nearest"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Islands:
    """What is known of islands.

    Attributes
    ----------
    table
        One row per island and destination, with the columns of ``COLUMNS``; unknown is NaN,
        never infinite.
    places
        One row per place of the islands and destination, with the columns of ``PLACE_COLUMNS``:
        minutes and metres to the nearest at all and to the nearest on the mainland. The states
        are ``reached``, ``unreachable`` and ``unknown`` (the place joins no way).
    """

    table: pd.DataFrame
    places: pd.DataFrame


def no_islands() -> Islands:
    """Give the value of a study in which no island is known."""
    return Islands(
        table=pd.DataFrame(columns=list(COLUMNS)), places=pd.DataFrame(columns=list(PLACE_COLUMNS))
    )
