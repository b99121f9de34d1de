"""Building: the answer as a list of sites, in the order in which they are built."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from gapmap.siting.ordering import Credit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.location.value import Floats, Integers
    from gapmap.programme.ladder import Answer
    from gapmap.programme.question import Question

__all__ = ["Built", "Ways", "built_of"]


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


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Who goes how far, and where the sites lie; changed by :meth:`build`.

    Attributes
    ----------
    way
        Sites x places: metres or minutes of all within the limit, the covered ones, too.
    here
        By place: metres or minutes to the nearest; inf where there is none.
    weight
        People of all places, 0 where nobody knows.
    xy
        Where the sites are, metres.
    apart_m
        By site: metres in a straight line to the nearest facility; inf where there is none.
    """

    way: csr_array
    here: Floats
    weight: Floats
    xy: Floats
    apart_m: Floats

    def cut(self, site: int) -> float:
        """Say what a site takes off everybody's way."""
        way = self.way
        places = way.indices[way.indptr[site] : way.indptr[site + 1]]
        new = way.data[way.indptr[site] : way.indptr[site + 1]]
        was = self.here[places]
        known = np.isfinite(was)
        shorter = np.maximum(was[known] - new[known], 0.0)
        return float(shorter @ self.weight[places[known]])

    def build(self, site: int) -> None:
        """Let everybody within reach of a new site go there if it is nearer."""
        places = self.way.indices[self.way.indptr[site] : self.way.indptr[site + 1]]
        new = self.way.data[self.way.indptr[site] : self.way.indptr[site + 1]]
        self.here[places] = np.minimum(self.here[places], new)
        away = np.hypot(*(self.xy - self.xy[site]).T)
        np.minimum(self.apart_m, away, out=self.apart_m)


def built_of(question: Question, answer: Answer, ways: Ways) -> list[Built]:
    """Put the sites in order: by year, then most people, then most places, then the lowest id.

    What only makes up a number comes last in its year. Where the answer leaves open which site of a
    class that is, the one is taken that shortens the way of all to their nearest most, counting
    everybody within the limit of it; where none does, the one farthest from any facility, so that
    they spread; of equals the lowest id.

    Parameters
    ----------
    question, answer
        What was asked and found.
    ways
        At the start; they are those at the end afterwards.
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
    for year in range(len(question.timing.years)):
        planned = np.flatnonzero(answer.year == year)
        gaining = _by_gain(serves, question.people, still_open, planned, year)
        told += gaining
        idle = set(planned.tolist()) - {one.site for one in gaining}
        for site in idle:  # it covers nobody whom no other does: it makes up a number, or goes
            taken.discard(site)
            if counted[site]:
                key = int(answer.kind[site]), year
                spare[key] = spare.get(key, 0) + 1
        for one in gaining:
            ways.build(one.site)
        quota = {kind: number for (kind, when), number in spare.items() if when == year}
        for site, cut in _in_number(ways, answer.kind, quota, taken):
            new = serves.indices[serves.indptr[site] : serves.indptr[site + 1]]
            new = np.sort(new[still_open[new]])  # a later site would have covered them
            still_open[new] = False
            told.append(Built(site, year, new, cut))
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


def _in_number(
    ways: Ways, kind: Integers, quota: dict[int, int], taken: set[int]
) -> Iterator[tuple[int, float]]:
    """Build as many of each class as are asked for, and say what each takes off all ways."""
    wanted = np.flatnonzero(np.isin(kind, list(quota)))
    heap = [(-ways.cut(site), site) for site in wanted.tolist() if site not in taken]
    heapq.heapify(heap)
    while heap and any(quota.values()):
        least, site = heap[0]
        if least == 0:
            break
        heapq.heappop(heap)
        if quota[int(kind[site])] == 0:
            continue
        cut = ways.cut(site)  # never more than when it was reckoned last: ways only get shorter
        if heap and (-cut, site) > heap[0]:
            heapq.heappush(heap, (-cut, site))
            continue
        quota[int(kind[site])] -= 1
        taken.add(site)
        ways.build(site)
        yield site, cut
    yield from _spread(ways, kind, quota, taken)


def _spread(
    ways: Ways, kind: Integers, quota: dict[int, int], taken: set[int]
) -> Iterator[tuple[int, float]]:
    """Build the rest, each time the site that is farthest from any facility."""
    may = np.zeros(len(kind), dtype=bool)
    while any(quota.values()):
        may[:] = np.isin(kind, [one for one, number in quota.items() if number])
        may[list(taken)] = False
        if not may.any():
            return
        site = int(np.argmax(np.where(may, ways.apart_m, -1.0)))
        quota[int(kind[site])] -= 1
        taken.add(site)
        ways.build(site)
        yield site, 0.0
