"""Pieces of the network: who lives on each, what serves there, and where driving traps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.access.evidence import piece_of
from gapmap.access.legs import where
from gapmap.datum import DEGREES, change_between
from gapmap.findings import Finding, finding
from gapmap.network.pieces import Pieces, beyond_water, ferries_at_rest, pieces
from gapmap.network.rules import KINDS
from gapmap.network.traps import find_traps, freedom
from gapmap.network.water import in_water
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gapmap.access.legs import Where
    from gapmap.access.stops import Stops
    from gapmap.network import Network
    from gapmap.network.traps import Trap
    from gapmap.places import Places

__all__ = [
    "MOST_TRAPS",
    "PIECE_COLUMNS",
    "OnModes",
    "network_findings",
    "no_pieces",
    "pieces_table",
]

PIECE_COLUMNS = {
    "mode": "str",
    "piece": "Int64",
    "pieces": "int64",
    "ways_km": "float64",
    "nodes": "int64",
    "places": "int64",
    "people": "float64",
    "facilities": "int64",
    "has_ferry": "boolean",
    "is_main": "boolean",
    "beyond_water": "boolean",
    "x": "float64",
    "y": "float64",
    "note": "str",
    "note_zh": "str",
}
"""Columns of the table of pieces, and their types."""

MOST_TRAPS = 50
"""Traps that are named one by one; the others are counted."""

_LONG_M = 10_000.0
"""A piece without places, facilities and ferries has a row of its own from this length."""
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class OnModes:
    """Who joins the network in each mode: places, and the facilities of each service."""

    places: dict[str, Stops] = field(default_factory=dict)
    facilities: dict[str, list[Stops]] = field(default_factory=dict)

    def add(self, mode: str, origins: Stops, targets: Stops) -> None:
        """Note a service's places and facilities; straight lines and land join nothing."""
        if origins.snap is not None:
            self.places[mode] = origins
            self.facilities.setdefault(mode, []).append(targets)


def pieces_table(on_modes: OnModes, places: Places) -> pd.DataFrame:
    """List every connected piece of every mode that a service uses.

    Short pieces on which nobody lives and nothing serves share one row for each mode. One more row
    holds the places that join no way, so that the places of a mode add up to all.

    Returns
    -------
    The columns of ``PIECE_COLUMNS``, ordered by mode as the services are, then by piece.
    """
    rows: list[dict[str, object]] = []
    people = places.table["people"].to_numpy(dtype=float)
    for mode, origins in on_modes.places.items():
        rows += _mode_rows(mode, origins, on_modes.facilities[mode], people)
    return pd.DataFrame(rows, columns=list(PIECE_COLUMNS)).astype(PIECE_COLUMNS)


def no_pieces() -> pd.DataFrame:
    """Give the table of pieces without a row, for a study without a network."""
    return pd.DataFrame(columns=list(PIECE_COLUMNS)).astype(PIECE_COLUMNS)


def _mode_rows(
    mode: str, origins: Stops, served: Sequence[Stops], people: NDArray[np.float64]
) -> list[dict[str, object]]:
    assert origins.network is not None  # noqa: S101 - modes with a network only
    network = origins.network
    found = pieces(network, mode)
    size = len(found) + 1
    on = piece_of(origins)
    counted = {
        "places": np.bincount(on, minlength=size),
        "people": np.bincount(on, np.nan_to_num(people), minlength=size),
        "facilities": sum(
            (np.bincount(piece_of(one), minlength=size) for one in served),
            np.zeros(size, np.int64),
        ),
    }
    trapped = _trapped(origins, on, size)
    lon, lat = _lonlat(network, found.xy)
    number = np.arange(1, size)
    named = (counted["places"][1:] > 0) | (counted["facilities"][1:] > 0) | found.has_ferry
    named |= (found.ways_m >= _LONG_M) | (number == found.main)
    beyond, rests = beyond_water(network, mode), ferries_at_rest(network, mode).link
    rows = []
    for at in np.flatnonzero(named):
        here = {name: values[at + 1] for name, values in counted.items()}
        told = _notes(
            island=_island_note(beyond=beyond[at], ferry=found.has_ferry[at], rests=rests[at]),
            unserved=here["places"] > 0 and here["facilities"] == 0,
            trapped=[int(one[at + 1]) for one in trapped],
        )
        lies = {"beyond_water": beyond[at], "x": lon[at], "y": lat[at]}
        notes = {"note": told[1], "note_zh": told[0]}
        rows.append({**_of_piece(found, int(at)), **here, **lies, **notes})
    return rows + _rest(mode, found, ~named, {name: row[0] for name, row in counted.items()})


def _of_piece(found: Pieces, at: int) -> dict[str, object]:
    """Tell what a piece itself knows."""
    return {
        "mode": found.mode,
        "piece": at + 1,
        "pieces": 1,
        "ways_km": found.ways_m[at] / 1000,
        "nodes": found.nodes[at],
        "has_ferry": found.has_ferry[at],
        "is_main": at + 1 == found.main,
    }


def _rest(
    mode: str, found: Pieces, rest: NDArray[np.bool_], alone: Mapping[str, object]
) -> list[dict[str, object]]:
    """Sum up the small pieces, and who stands on none."""
    rows: list[dict[str, object]] = []
    if rest.any():
        summed = {
            "pieces": int(rest.sum()),
            "ways_km": found.ways_m[rest].sum() / 1000,
            "nodes": int(found.nodes[rest].sum()),
        }
        rows.append({**_empty(mode, "note_pieces_rest"), **summed})
    if alone["places"] or alone["facilities"]:
        rows.append({**_empty(mode, "note_pieces_none"), **alone})
    return rows


def _empty(mode: str, key: str) -> dict[str, object]:
    nothing = {"pieces": 0, "ways_km": 0.0, "nodes": 0, "places": 0, "people": 0.0, "facilities": 0}
    return {"mode": mode, **nothing, "note": word(key, "en"), "note_zh": word(key, "zh")}


def _trapped(origins: Stops, on: NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
    """Count per piece the places that cannot be left, and those that cannot be entered."""
    assert origins.network is not None  # noqa: S101 - modes with a network only
    assert origins.snap is not None  # noqa: S101 - it comes with the network
    free = freedom(origins.network, origins.snap)
    return [np.bincount(on[(on > 0) & ~can], minlength=size) for can in (free.leave, free.enter)]


def _island_note(*, beyond: bool, ferry: bool, rests: bool) -> str:
    """Choose what is said of a piece that ferries do not link: a key of ``words.toml``, or none."""
    if rests:
        return "note_piece_at_rest"
    return "note_piece_island" if beyond and not ferry else ""


def _notes(*, island: str, unserved: bool, trapped: Sequence[int]) -> tuple[str, str]:
    keys: list[tuple[str, Mapping[str, str]]] = []
    if island:
        keys.append((island, {}))
    if unserved:
        keys.append(("note_piece_unserved", {}))
    for key, count in zip(("note_piece_no_exit", "note_piece_no_entry"), trapped, strict=True):
        if count:
            keys.append((key, {"places": f"{count:,}"}))
    told = {
        language: [word(key, language).format(**facts) for key, facts in keys]
        for language in ("zh", "en")
    }
    return ";".join(told["zh"]), "; ".join(told["en"])


def network_findings(on_modes: OnModes, places: Places) -> list[Finding]:
    """Name who stands in water, and the one-way streets that trap drivers there.

    Traps of places come first, then those of facilities; each street is named once for each. From
    ``MOST_TRAPS`` on they are counted.
    """
    return [*_in_water(on_modes, places), *_traps(on_modes, places)]


def _in_water(on_modes: OnModes, places: Places) -> list[Finding]:
    """Count the places and the facilities that stand in water."""
    told = []
    for origins in list(on_modes.places.values())[:1]:
        assert origins.network is not None  # noqa: S101 - modes with a network only
        wet = np.flatnonzero(in_water(origins.network, origins.xy))
        if len(wet):
            names = _listed(_names(places, wet))
            first = _first(places, int(wet[0]))
            told.append(finding("places-in-water", **first, count=len(wet), names=names))
    served = [one for targets in on_modes.facilities.values() for one in targets]
    at = {
        (float(x), float(y))
        for one in served
        if one.network is not None
        for x, y in one.xy[in_water(one.network, one.xy)]
    }
    if at:
        told.append(finding("facilities-in-water", count=len(at)))
    return told


def _names(places: Places, which: NDArray[np.int64]) -> list[str]:
    """Name some places; no more than are ever told."""
    table = places.table.iloc[which[: _MOST_NAMES + 1]]
    return [str(name or one) for name, one in zip(table["place"], table["place_id"], strict=True)]


def _first(places: Places, number: int) -> Where:
    """Give file and row of a place."""
    return where(places.table.iloc[number])


def _traps(on_modes: OnModes, places: Places) -> list[Finding]:
    origins = on_modes.places.get("drive")
    if origins is None or origins.network is None or origins.snap is None:
        return []
    network = origins.network
    people = np.nan_to_num(places.table["people"].to_numpy(dtype=float))
    traps = find_traps(network, origins.snap)
    traps.sort(key=lambda trap: -people[trap.positions].sum())
    told = [
        replace(
            _trap(network, trap, "trap-places", _listed(_names(places, trap.positions))),
            **_first(places, int(trap.positions[0])),
        )
        for trap in traps
    ]
    seen: set[tuple[int, bool, bool]] = set()
    for targets in on_modes.facilities["drive"]:
        if targets.snap is None:
            continue
        for trap in find_traps(network, targets.snap):
            key = (trap.edge, trap.leave, trap.enter)
            if key not in seen:
                seen.add(key)
                told.append(_trap(network, trap, "trap-facilities", ""))
    if len(told) <= MOST_TRAPS:
        return told
    rest = len(told) - MOST_TRAPS
    return [*told[:MOST_TRAPS], finding("traps-more", count=rest, most=MOST_TRAPS)]


def _trap(network: Network, trap: Trap, code: str, names: str) -> Finding:
    key = "trap_neither"
    if trap.enter:
        key = "trap_no_exit"
    elif trap.leave:
        key = "trap_no_entry"
    lon, lat = _lonlat(network, trap.xy[None, :])
    return finding(
        code,
        value=KINDS[network.edges.kind[trap.edge]],
        count=len(trap.positions),
        names=names,
        lon=f"{lon[0]:.5f}",
        lat=f"{lat[0]:.5f}",
        what_zh=word(key, "zh"),
        what_en=word(key, "en"),
    )


def _listed(names: Sequence[str]) -> str:
    told = "、".join(names[:_MOST_NAMES])
    return told if len(names) <= _MOST_NAMES else f"{told} …"


def _lonlat(
    network: Network, xy: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    to_wgs84 = change_between(network.crs, DEGREES)
    lon, lat = to_wgs84.transform(*xy.T)
    return np.asarray(lon), np.asarray(lat)
