"""Groups: which places belong to one island, and which ferries land there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.datum import DEGREES, change_between
from gapmap.islands.value import KINDS
from gapmap.network.pieces import pieces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gapmap.islands.ground import Ground
    from gapmap.network import Ferry, Network
    from gapmap.places import Places

__all__ = ["Group", "groups_of"]

_SMALL_HOURS = dt.time(4)
"""A last sailing before this hour is one after midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One island.

    Attributes
    ----------
    kind
        One of ``KINDS``.
    piece
        Its piece on land; -1 where it joins no way, the mainland's where roads lead there.
    places
        Row numbers of its places.
    head
        The columns of ``islands.csv`` that say which island it is, who lives there and which
        ferries land there.
    """

    kind: str
    piece: int
    places: NDArray[np.int64]
    head: Mapping[str, object]


def groups_of(network: Network, places: Places, ground: Ground) -> list[Group]:
    """List the islands: by kind, then those with the most people first.

    An island is a piece of network on land that is not the mainland's, and that has places or is
    served by a ferry; but not a piece whose every place is no island by the input and that no
    ferry serves (a road that is joined to nothing). Places that are islands by the input and
    stand off the network, or on the mainland's, are listed as well: those of one town together.
    """
    flagged, free = _said(places)
    landings = _landings(network, ground)
    served = {one for one in landings if one != ground.mainland and ground.length_m[one] > 0}
    lived_on = ground.of_place[(ground.of_place >= 0) & ~free].tolist()
    found: list[tuple[str, int, NDArray[np.int64]]] = []
    for piece in sorted({*served, *lived_on} - {ground.mainland}):
        rows = np.flatnonzero(ground.of_place == piece)
        island = piece in served or bool(flagged[rows].any())
        found.append(("island" if island else "cut_off", piece, rows))
    for kind, piece in (("by_road", ground.mainland), ("off_network", -1)):
        rows = np.flatnonzero(flagged & (ground.of_place == piece))
        found += [(kind, piece, part) for part in _by_town(places, rows)]
    listed = []
    for kind, piece, rows in found:
        ferries = landings.get(piece, []) if kind == "island" else []
        head = _head(places, rows) | _sailing(network, ferries)
        if kind in ("island", "cut_off"):
            head["component"] = _component(network, ground, piece)
        if not len(rows):
            head |= _at_quay(network, ferries)
        listed.append(Group(kind=kind, piece=piece, places=rows, head=head))
    return sorted(listed, key=_order)


def _said(places: Places) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which places the input calls an island, and of which it says that they are none."""
    flag = places.table["island"].astype("boolean")
    yes, no = ((flag == value).fillna(value=False) for value in (True, False))
    return yes.to_numpy(dtype=bool), no.to_numpy(dtype=bool)


def _order(group: Group) -> tuple[int, float, str]:
    return (
        KINDS.index(group.kind),
        -float(str(group.head["people"])),
        str(group.head["island_id"]),
    )


def _by_town(places: Places, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Put the places of one town together; one without a town stands alone."""
    held = places.table.iloc[rows]
    town = held["town_id"].where(held["town_id"] != "", held["place_id"])
    return [rows[at] for _, at in sorted(held.groupby(town.to_numpy()).indices.items())]


def _landings(network: Network, ground: Ground) -> dict[int, list[tuple[int, Ferry]]]:
    """Give for every piece the ferries that land there, each with its quay's node."""
    told: dict[int, list[tuple[int, Ferry]]] = {}
    for ferry in network.ferries:
        for quay in (network.edges.tail[ferry.edge], network.edges.head[ferry.edge]):
            told.setdefault(int(ground.of_node[quay]), []).append((int(quay), ferry))
    return told


def _head(places: Places, rows: NDArray[np.int64]) -> dict[str, object]:
    """Name an island after its most populous place; its id is the lowest of its places' ids."""
    held = places.table.iloc[rows]
    people = held["people"].to_numpy(dtype=float)
    told: dict[str, object] = dict.fromkeys(("island", "town", "district_id", "district"), "")
    told |= {"island_id": "", "component": pd.NA}
    if len(held):
        first = held.iloc[np.lexsort((held["place_id"].astype(str), -np.nan_to_num(people)))[0]]
        told |= {name: str(first[name]) for name in ("town", "district_id", "district")}
        told |= {"island": str(first["place"]), "island_id": min(held["place_id"].astype(str))}
    return told | {
        "places": len(held),
        "people": float(np.nansum(people)),
        "places_without_people": int(np.isnan(people).sum()),
    }


def _component(network: Network, ground: Ground, piece: int) -> int:
    """Give the number that the piece has for walkers, ferries that sail included."""
    numbers = pieces(network, "walk").of_node[ground.of_node == piece]
    return int(numbers.max())


def _sailing(network: Network, landings: Sequence[tuple[int, Ferry]]) -> dict[str, object]:
    """Say which ferries land, and from when to when the first and the last of them sails."""
    ferries = {ferry.edge: ferry for _, ferry in landings}
    edges = network.edges
    running = [edges.walk[one] | edges.cycle[one] | edges.forward[one] for one in ferries]
    names = dict.fromkeys(ferry.name for ferry in ferries.values() if ferry.name)
    first = [one.first_sailing for one in ferries.values() if one.first_sailing is not None]
    last = [one.last_sailing for one in ferries.values() if one.last_sailing is not None]
    return {
        "terminals": len({quay for quay, _ in landings}),
        "ferries": len(ferries),
        "ferries_running": int(sum(running)),
        "ferry_names": "; ".join(names),
        "first_sailing": min(first).isoformat("minutes") if first else "",
        "last_sailing": max(last, key=_late).isoformat("minutes") if last else "",
    }


def _late(hour: dt.time) -> tuple[bool, dt.time]:
    """Put the small hours after midnight behind the evening."""
    return hour < _SMALL_HOURS, hour


def _at_quay(network: Network, landings: Sequence[tuple[int, Ferry]]) -> dict[str, object]:
    """Name a piece without places after its ferries, and by where they land."""
    to_wgs84 = change_between(network.crs, DEGREES)
    quays = sorted({quay for quay, _ in landings})
    lon, lat = to_wgs84.transform(*network.xy[quays].T)
    west = np.lexsort((lat, lon))[0]
    names = dict.fromkeys(ferry.name for _, ferry in landings if ferry.name)
    return {"island_id": f"quay@{lon[west]:.5f},{lat[west]:.5f}", "island": "; ".join(names)}
