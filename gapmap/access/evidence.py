"""Evidence: what the network says about a place that no facility can be reached from."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.access.nowhere import nowhere_texts
from gapmap.network.pieces import beyond_water, ferries_at_rest, pieces, pieces_joined
from gapmap.network.traps import freedom
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gapmap.access.reasons import Case
    from gapmap.access.stops import Stops
    from gapmap.network import Network, Snap

__all__ = ["EVIDENCE_COLUMNS", "cut_off", "evidence_columns", "off_road", "piece_of"]

EVIDENCE_COLUMNS = ["component", "component_places", "evidence", "evidence_zh"]
"""Columns that :func:`evidence_columns` gives."""

_Texts = tuple[str, str]


def piece_of(stops: Stops) -> NDArray[np.int64]:
    """Give the number of the piece that each position's nearest way belongs to; 0 without."""
    if stops.snap is None or stops.network is None:
        return np.zeros(len(stops.xy), np.int64)
    edge = stops.snap.edge
    of_node = pieces(stops.network, stops.snap.mode).of_node
    tail = stops.network.edges.tail[np.maximum(edge, 0)]
    return np.where(edge >= 0, of_node[tail], 0) if len(of_node) else np.zeros(len(edge), np.int64)


def cut_off(origins: Stops, island: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which places stand on an island that no ferry and no road links to the main piece.

    A place does whose every way, ferries that sail followed, leads to pieces other than the main
    one, if it is an island in the input, or all these pieces lie beyond water, or a ferry lands on
    one of them that exists and does not sail on the day or at the hour.

    Parameters
    ----------
    origins
        The places.
    island
        Which of them the input calls an island.
    """
    apart = np.zeros(len(origins.xy), bool)
    if origins.snap is None or origins.network is None:
        return apart
    network, mode = origins.network, origins.snap.mode
    owner, piece = pieces_joined(network, origins.snap)
    joined, on_main, on_shore, at_rest = (np.zeros(len(apart), bool) for _ in range(4))
    joined[owner] = True
    on_main[owner[piece == pieces(network, mode).main]] = True
    on_shore[owner[~beyond_water(network, mode)[piece - 1]]] = True
    at_rest[owner[ferries_at_rest(network, mode).land[piece - 1]]] = True
    return joined & ~on_main & (island | ~on_shore | at_rest)


def evidence_columns(case: Case, targets: Stops, reason: NDArray[np.object_]) -> dict[str, object]:
    """Give the columns that say from the network or the land why a place has its reason.

    Parameters
    ----------
    case
        What the reasons rest on.
    targets
        The facilities that serve.
    reason
        The reason of each place.

    Returns
    -------
    ``component`` and ``component_places``: number of the piece that the place's nearest way
    belongs to, from 1, the longest, and how many places stand on it; missing over land.
    ``evidence`` and ``evidence_zh``: the evidence in English and Chinese; empty for reasons that
    neither network nor land decides.
    """
    count = len(reason)
    piece = piece_of(case.origins)
    on_piece = np.bincount(piece, minlength=1)
    english, chinese = np.full(count, "", dtype=object), np.full(count, "", dtype=object)
    if case.origins.surface is not None:
        told = _tell_over_land(case, reason)
    else:
        told = _tell(case.origins, targets, reason, case.unjoined)
    for place, (zh, en) in told.items():
        english[place], chinese[place] = en, zh
    missing = piece == 0
    return {
        "component": pd.arrays.IntegerArray(piece, missing),
        "component_places": pd.arrays.IntegerArray(on_piece[piece], missing.copy()),
        "evidence": english,
        "evidence_zh": chinese,
    }


def _tell(
    origins: Stops,
    targets: Stops,
    reason: NDArray[np.object_],
    unjoined: NDArray[np.bool_],
) -> dict[int, _Texts]:
    """Give the evidence, Chinese and English, of the places that have some."""
    if origins.snap is None or origins.network is None or targets.snap is None:
        return {}
    network, snap = origins.network, origins.snap
    told: dict[int, _Texts] = {}
    for place in np.flatnonzero((reason == "not_connected") & origins.off_network):
        told[int(place)] = off_road(network, float(snap.nearest_way_m[place]))
    near = _texts("evidence_facility_off")
    for place in np.flatnonzero((reason == "not_connected") & ~origins.off_network & unjoined):
        told[int(place)] = near
    piece = piece_of(origins)
    of_piece = _speaker(network, snap.mode, piece)
    islands = np.flatnonzero(reason == "island_no_ferry")
    rests = _linked_at_rest(network, snap) if len(islands) else np.zeros(0, bool)
    for place in islands:
        key = "evidence_island_at_rest" if rests[place] else "evidence_island"
        told[int(place)] = of_piece(key, int(piece[place]))
    lost = np.flatnonzero(reason == "no_route")
    if len(lost):
        shared = _shares_piece(network, snap, targets.snap)
        leave = freedom(network, snap).leave
        for place in lost:
            told[int(place)] = (
                _texts("evidence_no_exit" if not leave[place] else "evidence_no_entry")
                if shared[place]
                else of_piece(
                    "evidence_piece" if len(targets.snap.joins.owner) else "evidence_all_off",
                    int(piece[place]),
                )
            )
    return told


def _tell_over_land(case: Case, reason: NDArray[np.object_]) -> dict[int, _Texts]:
    """Give the evidence of the places of a service that goes over land."""
    off = case.origins.off_network
    told = nowhere_texts(case.origins, np.flatnonzero((reason == "not_connected") & off))
    near, between = _texts("evidence_facility_nowhere"), _texts("evidence_unknown_ground")
    for place in np.flatnonzero((reason == "not_connected") & ~off):
        told[int(place)] = near if case.unjoined[place] else between
    lost = np.flatnonzero(np.isin(reason, ["no_route", "island_no_ferry"]))
    land = case.trip.land
    if land is None:
        return told
    on_piece = np.bincount(land.piece + 1, minlength=len(land.km2) + 1)[1:]

    @cache
    def say(key: str, piece: int) -> _Texts:
        places, km2 = f"{on_piece[piece]:,}", f"{land.km2[piece]:,.2f}"
        places_en = "1 place" if on_piece[piece] == 1 else f"{places} places"
        return _texts(key, places=places, places_en=places_en, km2=km2)

    for place in lost:
        island = reason[place] == "island_no_ferry"
        key = "evidence_land_island" if island else "evidence_land"
        told[int(place)] = say(key, int(land.piece[place]))
    return told


def off_road(network: Network, nearest_way_m: float) -> _Texts:
    """Say, in Chinese and English, why a position joins no way.

    Parameters
    ----------
    network
        The ways, with its ``snap_m``.
    nearest_way_m
        How far the nearest way is, metres; inf where there is none for the mode.
    """
    if not np.isfinite(nearest_way_m):
        return _texts("evidence_no_way")
    parted = nearest_way_m <= network.snap_m
    metres, limit = f"{nearest_way_m:,.0f}", f"{network.snap_m:,.10g}"
    if not parted and round(nearest_way_m) <= network.snap_m:  # rounded it would be within
        metres = f"{math.ceil(nearest_way_m * 10) / 10:,.1f}"
    return _texts("evidence_parted" if parted else "evidence_far", metres=metres, limit=limit)


def _speaker(network: Network, mode: str, piece: NDArray[np.int64]) -> Callable[[str, int], _Texts]:
    """Give what says a sentence about a piece: how many places and how much road is on it."""
    ways_m = pieces(network, mode).ways_m
    on_piece = np.bincount(piece, minlength=1)

    @cache
    def say(key: str, number: int) -> _Texts:
        places, km = f"{on_piece[number]:,}", f"{ways_m[number - 1] / 1000:,.1f}"
        places_en = "1 place" if on_piece[number] == 1 else f"{places} places"
        return _texts(key, places=places, places_en=places_en, km=km)

    return say


def _linked_at_rest(network: Network, snap: Snap) -> NDArray[np.bool_]:
    """Say which places ferries that do not sail would link to the main piece."""
    owner, piece = pieces_joined(network, snap)
    rests = np.zeros(len(snap), bool)
    rests[owner[ferries_at_rest(network, snap.mode).link[piece - 1]]] = True
    return rests


def _shares_piece(network: Network, origins: Snap, targets: Snap) -> NDArray[np.bool_]:
    """Say which origins join a piece that a target joins too."""
    _, served = pieces_joined(network, targets)
    owner, piece = pieces_joined(network, origins)
    shared = np.zeros(len(origins), bool)
    shared[owner[np.isin(piece, served)]] = True
    return shared


def _texts(key: str, **facts: str) -> _Texts:
    return word(key, "zh").format(**facts), word(key, "en").format(**facts)
