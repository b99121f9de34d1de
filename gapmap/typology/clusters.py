"""Clusters: uncovered places so near each other that one new site would serve several.

DBSCAN (Ester, Kriegel, Sander and Xu 1996, KDD-96, pages 226-231) on what people travel on, with
the service's own limit as radius. Such clusters may be chains that no one site reaches from end to
end, so each comes with its best member and how many a site there would serve.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from gapmap.access.stops import Ground
from gapmap.access.trips import Stops, join, origins_of
from gapmap.catchment.costs import costs_between
from gapmap.findings import Finding, finding
from gapmap.network import SLACK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapmap.access import Access, Service

__all__ = ["CLUSTER_COLUMNS", "FEWEST_MEMBERS", "MOST_PLACES", "Clusters", "clusters_of"]

FEWEST_MEMBERS: Final = 2
"""Places that make a cluster."""
MOST_PLACES: Final = 2000
"""Uncovered places of one service among which clusters are sought: those with the most people."""

CLUSTER_COLUMNS: Final = [
    "service",
    "cluster_id",
    "places",
    "people",
    "places_without_people",
    "best_place_id",
    "best_place",
    "town",
    "district",
    "places_served",
    "people_served",
    "limit",
    "limit_unit",
    "mode",
    "member_ids",
]
"""Columns of ``clusters.csv``."""

Integers = npt.NDArray[np.int64]


class Reach(NamedTuple):
    """Which of some places get to which within the limit: pairs, each place to itself among them.

    ``origin`` and ``target`` count the places; ``cost`` is in the limit's unit.
    """

    origin: Integers
    target: Integers
    cost: npt.NDArray[np.float64]


class Clusters(NamedTuple):
    """Clusters, and which places belong to each.

    ``table`` has the columns of :data:`CLUSTER_COLUMNS`; ``members`` the rows of the places of each
    of its rows; ``findings`` what was left out.
    """

    table: pd.DataFrame
    members: tuple[tuple[int, ...], ...] = ()
    findings: tuple[Finding, ...] = ()


def clusters_of(access: Access, services: Sequence[Service]) -> Clusters:
    """Find clusters of uncovered places, and where in each one site would serve most people.

    Two places are neighbours if people of one get to the other within the limit: where that takes
    longer one way than the other the quicker way counts, for a site at its end serves both.
    ``places_served`` and ``people_served`` go by the way from each member to the site.

    Parameters
    ----------
    access
        The measured state.
    services
        Of these.

    Returns
    -------
    By service, then people.
    """
    rows: list[dict[str, object]] = []
    members: list[tuple[int, ...]] = []
    findings: list[Finding] = []
    known: dict[str, Stops] = {}
    for service in services:
        every = _uncovered(access, service)
        kept = _most_people(access, every)
        if len(kept) < len(every):
            findings.append(
                finding(
                    "clusters-left-out",
                    service=service.id,
                    kept=len(kept),
                    count=len(every),
                )
            )
        if len(kept) >= FEWEST_MEMBERS:
            reach = _reach(access, kept, service, known)
            for row, member in _rows(access, kept, service, reach):
                rows.append(row)
                members.append(tuple(int(one) for one in kept[member]))
    return Clusters(pd.DataFrame(rows, columns=CLUSTER_COLUMNS), tuple(members), tuple(findings))


def _uncovered(access: Access, service: Service) -> Integers:
    """Give the rows of the places that lack a service, by their ids."""
    places = access.places.table
    number = [one.id for one in access.services].index(service.id)
    status = access.table["status"].to_numpy()[number * len(places) : (number + 1) * len(places)]
    rows = np.flatnonzero(status == "uncovered")
    return rows[np.argsort(places["place_id"].to_numpy(dtype=str)[rows], kind="stable")]


def _most_people(access: Access, rows: Integers) -> Integers:
    people = np.nan_to_num(access.places.table["people"].to_numpy(dtype=float)[rows])
    return rows[np.sort(np.argsort(-people, kind="stable")[:MOST_PLACES])]


def _reach(access: Access, rows: Integers, service: Service, known: dict[str, Stops]) -> Reach:
    """Find which of the places get to which within the limit."""
    places = access.places.table
    own = Ground(access.network, access.surface).of(service)
    nobody = Stops(np.empty((0, 2)), network=own.network, surface=own.surface)
    targets = join(places.iloc[rows], nobody, service)
    if own.network is not None and own.surface is not None:  # only places know their landings
        all_places = origins_of(
            access.places, Ground(access.network, access.surface), service, known
        )
        found = costs_between(all_places, targets, service)
        number = np.full(len(places), -1)
        number[rows] = np.arange(len(rows))
        origin = number[found.coords[1]]
    else:
        found = costs_between(targets, targets, service)
        origin = found.coords[1]
    target, cost = found.coords[0], found.data
    held = (origin >= 0) & (origin != target)
    itself = np.arange(len(rows))
    return Reach(
        np.concatenate([origin[held], itself]).astype(np.int64),
        np.concatenate([target[held], itself]).astype(np.int64),
        np.concatenate([cost[held], np.zeros(len(rows))]),
    )


def neighbour_clusters(reach: Reach, size: int, limit: float) -> Integers:
    """Give the number of each place's cluster from 0; -1 for one that has no neighbour."""
    if len(reach.origin) == size:  # each gets to itself alone
        return np.full(size, -1)
    from sklearn.cluster import DBSCAN  # noqa: PLC0415 - slow to load
    from sklearn.exceptions import EfficiencyWarning  # noqa: PLC0415 - as above

    one = np.concatenate([reach.origin, reach.target])
    other = np.concatenate([reach.target, reach.origin])
    cost = np.concatenate([reach.cost, reach.cost])
    order = np.lexsort((cost, other, one))  # of both directions the quicker
    one, other, cost = one[order], other[order], cost[order]
    first = np.ones(len(one), dtype=bool)
    first[1:] = (np.diff(one) != 0) | (np.diff(other) != 0)
    nearest = np.lexsort((cost[first], one[first]))  # as DBSCAN wants its rows
    one, other, cost = one[first][nearest], other[first][nearest], cost[first][nearest]
    starts = np.concatenate([[0], np.cumsum(np.bincount(one, minlength=size))])
    matrix = csr_matrix((cost, other, starts), shape=(size, size))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EfficiencyWarning)  # it sorts what it thinks is not sorted
        made = DBSCAN(eps=limit + SLACK, min_samples=FEWEST_MEMBERS, metric="precomputed")
        label: Integers = made.fit(matrix).labels_.astype(np.int64)
    return label


def _rows(
    access: Access, rows: Integers, service: Service, reach: Reach
) -> Iterator[tuple[dict[str, object], Integers]]:
    """Give each cluster's row, and which of the places belong to it."""
    places = access.places.table.iloc[rows]
    people = places["people"].to_numpy(dtype=float)
    counted = np.nan_to_num(people)
    size = len(rows)
    label = neighbour_clusters(reach, size, service.limit)
    served = np.bincount(reach.target, counted[reach.origin], size)
    number_served = np.bincount(reach.target, minlength=size)
    heads = {one: counted[label == one].sum() for one in range(label.max() + 1)}
    order = sorted(heads, key=lambda one: (-heads[one], np.flatnonzero(label == one)[0]))
    for rank, one in enumerate(order, start=1):
        member = np.flatnonzero(label == one)
        best = member[np.lexsort((member, -number_served[member], -served[member]))[0]]
        place = places.iloc[best]
        row = {
            "service": service.id,
            "cluster_id": f"{service.id}-{rank}",
            "places": len(member),
            "people": float(counted[member].sum()),
            "places_without_people": int(np.isnan(people[member]).sum()),
            "best_place_id": place["place_id"],
            "best_place": place["place"],
            "town": place["town"],
            "district": place["district"],
            "places_served": int(number_served[best]),
            "people_served": float(served[best]),
            "limit": service.limit,
            "limit_unit": service.limit_unit,
            "mode": service.mode,
            "member_ids": ";".join(places["place_id"].iloc[member].astype(str)),
        }
        yield row, member
