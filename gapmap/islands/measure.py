"""The verb: minutes and metres from every island to the mainland's services, town and hospital."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap import equity
from gapmap.access.trips import or_nan
from gapmap.islands.destinations import destinations, ways_to
from gapmap.islands.ground import ground_of
from gapmap.islands.groups import groups_of
from gapmap.islands.value import COLUMNS, PLACE_COLUMNS, Islands, no_islands

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from gapmap.access import Access
    from gapmap.islands.destinations import Ways
    from gapmap.islands.groups import Group

__all__ = ["measure_islands"]


def measure_islands(access: Access, *, services: Collection[str] | None = None) -> Islands:
    """Measure how far islands are from every service, from the nearest town and from a hospital.

    Destinations are the facilities of each measured service that serve (see ``measure_access``),
    urban places as towns, and the hospitals once more (see ``destinations``). Each is told twice:
    the nearest at all, and the nearest on the mainland. Ways are the fastest ones in the
    service's mode, waiting for ferries included, whatever the service's limit is measured in.
    Services measured over land are walked along the network (see ``on_roads``).

    Parameters
    ----------
    access
        From :func:`gapmap.measure_access`. Without a network nothing is known of islands, and
        both tables are empty.
    services
        Ids of the services to measure the ways to, beside the town; all of them and the hospital
        by default.

    Returns
    -------
    Islands
        An island's minutes are the median over its people and the worst place's; who cannot get
        there is infinitely far, which leaves the figure empty and stands in
        ``places_unreachable``. Where there is nothing to go to at all, nobody is counted as
        unreachable, and ``no_facility`` is true. Where nobody's number is known every place
        counts 1.
    """
    network, places = access.network, access.places
    if network is None or not len(places.table):
        return no_islands()
    ground = ground_of(network, places)
    groups = groups_of(network, places, ground)
    if not groups:
        return no_islands()
    rows = np.concatenate([group.places for group in groups]).astype(np.int64)
    owner = np.repeat(np.arange(len(groups)), [len(group.places) for group in groups])
    people = places.table["people"].to_numpy(dtype=float)[rows]
    held = _Held(rows=rows, owner=owner, people=people)
    found: dict[tuple[str, str], Ways] = {}
    for one in destinations(access, ground):
        by_id = one.kind == "service" and one.service.id in (services or ())
        if not (services is None or one.kind == "town" or by_id):
            continue
        known = found.get(("service", one.service.id))  # the hospitals are a service, too
        ways = replace(known, destination=one) if known else ways_to(access, ground, one, rows)
        found[one.kind, one.service.id] = ways
    told = pd.concat([_of_places(access, groups, held, ways) for ways in found.values()])
    table = [
        _row(group, ways, held.of(number))
        for number, group in enumerate(groups)
        for ways in found.values()
    ]
    return Islands(
        table=_typed(pd.DataFrame(table, columns=list(COLUMNS))),
        places=told.reset_index(drop=True),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """The places of all islands: row numbers, number of the island, people."""

    rows: NDArray[np.int64]
    owner: NDArray[np.int64]
    people: NDArray[np.float64]

    def of(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Give the places of one island: where they stand among all, and their weights."""
        at = np.flatnonzero(self.owner == number)
        weight = np.nan_to_num(self.people[at])
        return at, weight if weight.any() else np.ones(len(at))


def _row(
    group: Group, ways: Ways, held: tuple[NDArray[np.int64], NDArray[np.float64]]
) -> dict[str, object]:
    """Sum up the ways of one island's places to one destination."""
    at, weight = held
    known = ways.known[at]
    mine, weight = at[known], weight[known]
    service = ways.destination.service
    told: dict[str, object] = {"destination": ways.destination.kind, "service": service.id}
    told |= {"mode": service.mode, "on_island": pd.NA, "places_unknown": int((~known).sum())}
    for prefix, way in (("", ways.nearest), ("mainland_", ways.mainland)):
        minutes, metres = way.minutes[mine], way.distance_m[mine]
        target = _usual(way.target[mine], weight, ways)
        told[f"{prefix}minutes_median"] = _finite(_median(minutes, weight))
        told[f"{prefix}minutes_worst"] = _finite(minutes.max(initial=-np.inf))
        told[f"{prefix}distance_m"] = _finite(_median(metres, weight))
        told[f"{prefix}nearest"] = "" if target < 0 else str(ways.destination.names[target])
        if prefix == "" and target >= 0 and group.kind in ("island", "cut_off"):
            told["on_island"] = bool(ways.piece[target] == group.piece)
    nowhere = len(ways.destination.xy) == 0
    lost = 0 if nowhere else int((ways.mainland.target[mine] < 0).sum())
    told |= {"places_unreachable": lost, "no_facility": nowhere}
    return {**group.head, "kind": group.kind, **told}


def _median(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    return float(np.nan) if np.isnan(values).any() else equity.quantile(values, weight, 0.5)


def _finite(value: float) -> float:
    return float(value) if np.isfinite(value) else float(np.nan)


def _usual(target: NDArray[np.int64], weight: NDArray[np.float64], ways: Ways) -> int:
    """Give the target that most people go to; of equals the one with the lowest id."""
    reached = target >= 0
    if not reached.any():
        return -1
    each = np.unique(target[reached])
    people = [float(weight[reached][target[reached] == one].sum()) for one in each]
    ids = [str(ways.destination.ids[one]) for one in each]
    return int(min(zip([-n for n in people], ids, each, strict=True))[2])


def _of_places(access: Access, groups: list[Group], held: _Held, ways: Ways) -> pd.DataFrame:
    """Give the figures of every place."""
    names = np.array([*ways.destination.names, ""], dtype=object)
    piece = np.array([group.piece for group in groups])[held.owner]
    ids = np.array([str(group.head["island_id"]) for group in groups], dtype=object)
    told: dict[str, object] = {
        "place_id": access.places.table["place_id"].to_numpy(dtype=object)[held.rows],
        "island_id": ids[held.owner],
        "people": held.people,
        "destination": ways.destination.kind,
        "service": ways.destination.service.id,
    }
    for prefix, way in (("", ways.nearest), ("mainland_", ways.mainland)):
        reached = way.target >= 0
        state = np.where(reached, "reached", "unreachable")
        told[f"{prefix}state"] = np.where(ways.known, state, "unknown")
        told[f"{prefix}minutes"] = or_nan(way.minutes)
        told[f"{prefix}distance_m"] = or_nan(way.distance_m)
        told[f"{prefix}nearest"] = names[way.target]
    near = ways.nearest.target
    there = np.append(ways.piece, -2)[near] == piece
    told["on_island"] = pd.arrays.BooleanArray(there, near < 0)
    return pd.DataFrame(told, columns=list(PLACE_COLUMNS))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Give the columns their types, also where a table is empty or a column all unknown."""
    whole = ["component", "places", "places_without_people", "terminals", "ferries"]
    whole += ["ferries_running", "places_unreachable", "places_unknown"]
    floats = ["people", "minutes_median", "minutes_worst", "distance_m"]
    floats += [f"mainland_{name}" for name in floats[1:]]
    types = dict.fromkeys(whole, "Int64") | dict.fromkeys(floats, "float64")
    return table.astype({**types, "on_island": "boolean", "no_facility": "boolean"})
