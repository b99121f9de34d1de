"""Siting: most people with a number of sites (MCLP), against spopt, and against a proven bound.

Places stand uniformly on a square, or most of them around centres; people are log-normal whole
numbers; the limit is such that a place has so many sites in reach. Making these is not timed.
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pulp
from scipy.sparse import csr_array
from scipy.spatial import cKDTree
from spopt.locate import MCLP

from benchmarks.bench_nearest import in_words
from benchmarks.measuring import Peer, Row, compare, peak
from gapmap.location import Problem, solve_problem
from gapmap.location.solving import quickly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.location import Choice
    from gapmap.location.value import Floats, Integers

__all__ = [
    "make_cover",
    "mclp",
    "mclp_against_bound",
    "mclp_against_spopt",
    "mclp_more",
    "mclp_quickly",
]

_OUT_OF_REACH = 2.0


class Size(NamedTuple):
    """Places, sites, how many of these to open, and how many a place has in reach."""

    places: int
    sites: int
    count: int
    each: float
    clustered: bool = False

    @property
    def words(self) -> str:
        """What the row calls it."""
        kind = "clustered" if self.clustered else "uniform"
        pairs = in_words(round(self.places * self.each))
        size = f"{in_words(self.places)} x {in_words(self.sites)}, {pairs} pairs"
        return f"{size}, p = {self.count}, {kind}"


_SMALL = Size(2_000, 2_000, 40, 15.4)
_LARGE = Size(20_000, 5_000, 150, 20)


def mclp(*, quick: bool) -> Iterator[Row]:
    """Give the rows against spopt; :mod:`benchmarks.siting` has all.

    Parameters
    ----------
    quick
        A smaller one.
    """
    yield mclp_against_spopt(Size(500, 500, 20, 15.4) if quick else _SMALL)
    yield mclp_quickly(_SMALL)


def mclp_more() -> Iterator[Row]:
    """Give the other rows: clustered places, and the large ones."""
    yield mclp_against_spopt(_SMALL._replace(clustered=True))
    for each, clustered in ((20, False), (20, True), (50, True)):
        yield mclp_against_bound(_LARGE._replace(each=each, clustered=clustered))


def mclp_against_spopt(size: Size) -> Row:
    """Measure to the proven optimum, build included, against spopt with HiGHS.

    Parameters
    ----------
    size
        The problem's.
    """
    problem = make_cover(size)
    _compile()
    dense = np.full(problem.cost.shape, _OUT_OF_REACH)
    place = np.repeat(np.arange(size.places), np.diff(problem.cost.indptr))
    dense[place, problem.cost.indices] = 1.0
    return compare(
        "mclp",
        size.words,
        partial(solve_problem, problem),
        {
            "spopt": Peer(
                job=partial(_spopt, dense, problem.people, size.count), same=_same, rounds=1
            )
        },
        memory=peak(make_cover, solve_problem, size),
    )


def mclp_against_bound(size: Size) -> Row:
    """Measure how near to a proven bound the answer is; right where the two hold together.

    Parameters
    ----------
    size
        The problem's.
    """
    problem = make_cover(size)
    _compile()
    found: list[Choice] = []
    row = compare(
        "mclp_large",
        size.words,
        lambda: found.append(solve_problem(problem)),
        {},
        memory=peak(make_cover, solve_problem, size),
        rounds=1,
    )
    choice = found[-1]
    row["gap"] = choice.gap
    row["same_answer"] = bool(_covered(problem, choice.sites) == choice.value <= choice.bound)
    return row


def mclp_quickly(size: Size) -> Row:
    """Measure greedy opening and exchange alone.

    Parameters
    ----------
    size
        The problem's.
    """
    problem = make_cover(size)
    quickly(problem)
    best = solve_problem(problem)
    row = compare(
        "mclp_quickly",
        size.words,
        partial(quickly, problem),
        {},
        memory=peak(make_cover, quickly, size),
    )
    reached = _covered(problem, quickly(problem))
    row["gap"] = (best.bound - reached) / reached
    row["same_answer"] = bool(reached <= best.bound)
    return row


def make_cover(size: Size) -> Problem:
    """Draw places, people and sites.

    Parameters
    ----------
    size
        How many of each; sites are places.
    """
    rng = np.random.default_rng(7)
    here = rng.random((size.places, 2))
    if size.clustered:
        centres = rng.random((max(size.places // 100, 5), 2))
        near = rng.random(size.places) < 0.6
        around = centres[rng.integers(0, len(centres), size.places)]
        here[near] = (around + rng.normal(0, 0.03, here.shape))[near]
    there = here[rng.permutation(size.places)[: size.sites]]
    people = np.rint(rng.lognormal(6, 1, size.places))
    pairs = _pairs(here, there, round(size.places * size.each))
    return Problem(cost=pairs, people=people, objective="people", count=size.count)


def _pairs(here: Floats, there: Floats, wanted: int) -> csr_array:
    """Give the pairs within the limit that leaves about so many of them."""
    places, sites = cKDTree(here), cKDTree(there)
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        many = places.count_neighbors(sites, middle) > wanted
        low, high = (low, middle) if many else (middle, high)
    found = csr_array(places.sparse_distance_matrix(sites, high, output_type="coo_matrix"))
    found.sort_indices()
    return found


def _compile() -> None:
    """Call all kernels once, on a problem that is not solved at the first bound."""
    solve_problem(make_cover(Size(300, 300, 15, 15.4)))


def _spopt(dense: Floats, people: Floats, count: int) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MCLP.from_cost_matrix(dense, people, service_radius=1.0, p_facilities=count)
        model.solve(pulp.HiGHS(msg=False))
    return float(model.problem.objective.value())


def _same(ours: Choice, theirs: float) -> bool:
    return ours.proven and np.isclose(ours.value, theirs, rtol=1e-9, atol=0.5)


def _covered(problem: Problem, sites: Integers) -> float:
    is_open = np.zeros(problem.cost.shape[1])
    is_open[sites] = 1
    reach = csr_array(
        (np.ones(problem.cost.nnz), problem.cost.indices, problem.cost.indptr), problem.cost.shape
    )
    return float(problem.people[reach @ is_open > 0].sum())
