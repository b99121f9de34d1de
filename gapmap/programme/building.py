"""Building: the answer as a list of sites, in the order in which they are built."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from gapmap.siting.ordering import Credit

if TYPE_CHECKING:
    from gapmap.location.value import Floats, Integers
    from gapmap.programme.ladder import Answer
    from gapmap.programme.question import Question

__all__ = ["Built", "built_of"]


@dataclass(frozen=True, slots=True)
class Built:
    """One site: its number, the number of its year, and whom it is the first to serve.

    Attributes
    ----------
    site, year
        Numbers.
    gained
        Numbers of the places that it is the first to cover.
    cut
        Of a site that covers nobody new: what it takes off everybody's way to the nearest, in
        person-metres or person-minutes; NaN for others.
    """

    site: int
    year: int
    gained: Integers
    cut: float = float("nan")

    def credit(self, people: Floats) -> Credit:
        """Say what it is good for, as a site of any proposal."""
        return Credit(
            site=self.site,
            gained=self.gained,
            nearer=np.empty(0, np.int64),
            people=float(people[self.gained].sum()),
            cut=0.0 if np.isnan(self.cut) else self.cut,
        )


def built_of(
    question: Question, answer: Answer, way: csr_array, nearest: Floats, weight: Floats
) -> list[Built]:
    """Put the sites in order: by year, then most people, then most places, then the lowest id.

    What only makes up a number comes last in its year. Where the answer leaves open which site of a
    class that is, the one is taken that shortens the way of all to their nearest most, counting
    everybody within the limit of it, and of equals the lowest id.

    Parameters
    ----------
    question, answer
        What was asked and found.
    way
        Sites x places: metres or minutes of all within the limit, the covered ones, too.
    nearest
        By place: metres or minutes to the nearest now; inf where there is none.
    weight
        People of all places, 0 where nobody knows.
    """
    serves = csr_array(question.serves)
    still_open = np.asarray(serves.sum(axis=0)).ravel() > 0
    told: list[Built] = []
    spare: dict[tuple[int, int], int] = {
        (kind, year): int(number)
        for kind, by_year in answer.others.items()
        for year, number in enumerate(by_year)
        if number
    }
    counted = _counted(question)
    taken = set(np.flatnonzero(answer.year >= 0).tolist())
    here = nearest.copy()
    for year in range(len(question.timing.years)):
        planned = np.flatnonzero(answer.year == year)
        told += _by_gain(serves, question.people, still_open, planned, year)
        idle = set(planned.tolist()) - {one.site for one in told}
        for site in idle:  # it covers nobody whom no other does: it makes up a number, or goes
            taken.discard(site)
            if counted[site]:
                key = int(answer.kind[site]), year
                spare[key] = spare.get(key, 0) + 1
        for one in told:
            if one.year == year:
                _walk(here, way, one.site)
        quota = {kind: number for (kind, when), number in spare.items() if when == year}
        for one in _by_way(_Ways(way, here, weight), answer.kind, quota, taken, year):
            new = serves.indices[serves.indptr[one.site] : serves.indptr[one.site + 1]]
            new = np.sort(new[still_open[new]])  # a later site would have covered them
            still_open[new] = False
            told.append(replace(one, gained=new))
    return told


def _counted(question: Question) -> np.ndarray:
    """Say which sites any condition counts."""
    counted = np.zeros(question.serves.shape[0], dtype=bool)
    for one in question.conditions:
        if one.sites is not None:
            counted |= one.sites
        for area in one.areas:
            counted |= area.sites
    return counted


def _by_gain(
    serves: csr_array, people: Floats, still_open: np.ndarray, planned: Integers, year: int
) -> list[Built]:
    """Order one year's sites: each step takes the one that covers the most people further."""
    told, left = [], planned.tolist()
    while left:
        scores = []
        for site in left:
            places = serves.indices[serves.indptr[site] : serves.indptr[site + 1]]
            new = np.sort(places[still_open[places]])
            scores.append((-round(float(people[new].sum()), 6), -len(new), site, new))
        _, number, site, new = min(scores, key=lambda one: one[:3])
        if number == 0:
            break
        told.append(Built(site, year, new))
        still_open[new] = False
        left.remove(site)
    return told


@dataclass(frozen=True, slots=True)
class _Ways:
    way: csr_array
    here: Floats
    weight: Floats

    def cut(self, site: int) -> float:
        """Say what a site takes off everybody's way."""
        way = self.way
        places = way.indices[way.indptr[site] : way.indptr[site + 1]]
        new = way.data[way.indptr[site] : way.indptr[site + 1]]
        was = self.here[places]
        known = np.isfinite(was)
        shorter = np.maximum(was[known] - new[known], 0.0)
        return float(shorter @ self.weight[places[known]])


def _by_way(
    ways: _Ways, kind: Integers, quota: dict[int, int], taken: set[int], year: int
) -> list[Built]:
    """Take as many of each class as are asked for, those first that shorten ways most."""
    wanted = np.flatnonzero(np.isin(kind, list(quota)))
    heap = [(-ways.cut(site), site) for site in wanted.tolist() if site not in taken]
    heapq.heapify(heap)
    told: list[Built] = []
    none = np.empty(0, np.int64)
    while heap and any(quota.values()):
        _, site = heapq.heappop(heap)
        if quota[int(kind[site])] == 0:
            continue
        cut = ways.cut(site)  # never more than when it was reckoned last: ways only get shorter
        if heap and (-cut, site) > heap[0]:
            heapq.heappush(heap, (-cut, site))
            continue
        quota[int(kind[site])] -= 1
        taken.add(site)
        told.append(Built(site, year, none, cut))
        _walk(ways.here, ways.way, site)
    return told


def _walk(here: Floats, way: csr_array, site: int) -> None:
    """Let everybody within reach of a new site go there if it is nearer."""
    places = way.indices[way.indptr[site] : way.indptr[site + 1]]
    new = way.data[way.indptr[site] : way.indptr[site + 1]]
    here[places] = np.minimum(here[places], new)
