"""Siting: least total distance (p-median), proven as in the OR-Library, and against a bound.

The problems of the OR-Library (Beasley 1985, doi:10.1002/net.3230150207) are read where they are
there; others are drawn as those were. Making these is not timed. Every place is a site.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from benchmarks.bench_siting import Size, make_cover
from benchmarks.measuring import Row, compare, peak
from gapmap.location import Problem, solve_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gapmap.location import Choice
    from gapmap.location.value import Floats, Integers

__all__ = ["Network", "make_median", "make_network", "p_median", "p_median_large", "p_median_more"]

_LIBRARY = Path(__file__).parents[2] / "shared" / "data" / "siting"
_LONGEST = 100
_SECONDS = 120.0
_LARGE_SECONDS = 100.0  # the goal leaves 120


class Network(NamedTuple):
    """Nodes, how many sites to open, and what draws the edges."""

    nodes: int
    sites: int
    seed: int = 1


def p_median(*, quick: bool) -> Iterator[Row]:
    """Give one row proven; :mod:`benchmarks.siting` has all.

    Parameters
    ----------
    quick
        A smaller network.
    """
    _solve(Network(100, 20))
    nodes = 300 if quick else 900
    network = Network(nodes, nodes // 10)
    words = f"drawn as the OR-Library, n = {nodes}, p = {nodes // 10}"
    yield _proven(words, make_network, network, None)


def p_median_more() -> Iterator[Row]:
    """Give the other rows: the OR-Library's own, more sites and fewer, and the large ones."""
    _solve(Network(100, 20))
    if (_LIBRARY / "pmedopt.txt").exists():
        for number in range(1, 11):
            yield _of_library(number)
    nodes = 900
    for count in (5, 10, nodes // 5, nodes // 3):
        words = f"drawn as the OR-Library, n = {nodes}, p = {count}"
        yield _proven(words, make_network, Network(nodes, count), None)
    for clustered in (False, True):
        yield p_median_large(Size(20_000, 5_000, 100, 200, clustered))


def p_median_large(size: Size) -> Row:
    """Measure how near to a proven bound the answer is; right where the two hold together.

    Parameters
    ----------
    size
        The problem's.
    """
    row, choice, problem = _measured("p_median_large", size.words, make_median, size)
    value = _distance(problem, choice.sites)
    row["same_answer"] = bool(np.isclose(value, choice.value) and choice.bound <= choice.value)
    return row


def make_median(size: Size) -> Problem:
    """Draw places, people and sites.

    Parameters
    ----------
    size
        How many of each; sites are places.
    """
    return replace(make_cover(size), objective="distance", seconds=_LARGE_SECONDS)


def make_network(network: Network) -> Problem:
    """Draw a network: a path and other edges, n * n / 50 in all, 1 to 100 long.

    Parameters
    ----------
    network
        Its size.
    """
    nodes = network.nodes
    rng = np.random.default_rng(network.seed)
    path = rng.permutation(nodes)
    more = rng.integers(0, nodes, (nodes * nodes // 50 - nodes + 1, 2))
    ends = np.vstack([np.column_stack((path[:-1], path[1:])), more])
    ends = ends[ends[:, 0] != ends[:, 1]]
    length = rng.integers(1, _LONGEST + 1, len(ends))
    return _posed(nodes, np.column_stack((ends, length)), network.sites)


def _read(number: int) -> Problem:
    file = _LIBRARY / f"pmed{number}.txt"
    nodes, _, count = (int(one) for one in file.read_text("utf8").split()[:3])
    return _posed(nodes, (np.loadtxt(file, skiprows=1) - [1, 1, 0]).astype(np.int64), count)


def _posed(nodes: int, edges: Integers, count: int) -> Problem:
    """Pose the problem; of an edge that is given twice the last counts."""
    length = {(min(a, b), max(a, b)): c for a, b, c in edges.tolist()}
    ends = np.array(list(length))
    graph = csr_array((list(length.values()), (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    far = shortest_path(graph, directed=False)
    starts = np.arange(nodes + 1, dtype=np.int32) * nodes
    site = np.tile(np.arange(nodes, dtype=np.int32), nodes)
    cost = csr_array((far.ravel(), site, starts), shape=(nodes, nodes))
    people = np.ones(nodes)
    return Problem(cost=cost, people=people, objective="distance", count=count, seconds=_SECONDS)


def _of_library(number: int) -> Row:
    lines = (_LIBRARY / "pmedopt.txt").read_text("utf8").splitlines()[1:]
    optima = {name: float(value) for name, value in (one.split() for one in lines if one.strip())}
    return _proven(f"OR-Library pmed{number}", _read, number, optima[f"pmed{number}"])


def _proven(words: str, make: Callable[..., Problem], size: object, optimum: float | None) -> Row:
    """Measure to the proof; right where the value is that of the sites, and the optimum."""
    row, choice, problem = _measured("p_median", words, make, size)
    value = _distance(problem, choice.sites)
    known = value if optimum is None else optimum
    row["same_answer"] = bool(value == choice.value and known == choice.value)
    return row


def _measured(
    work: str, words: str, make: Callable[..., Problem], size: object
) -> tuple[Row, Choice, Problem]:
    problem = make(size)
    found: list[Choice] = []
    row = compare(
        work,
        words,
        lambda: found.append(solve_problem(problem)),
        {},
        memory=peak(_briefly, solve_problem, (make, size)),
        rounds=1,
    )
    row["gap"] = found[-1].gap
    return row, found[-1], problem


def _briefly(asked: tuple[Callable[..., Problem], object]) -> Problem:
    make, size = asked
    return replace(make(size), seconds=20.0)  # memory is at its peak by then


def _solve(network: Network) -> None:
    """Compile all kernels."""
    solve_problem(make_network(network))


def _distance(problem: Problem, sites: Integers) -> float:
    cost = problem.cost[:, sites].tocoo()
    nearest: Floats = np.full(problem.cost.shape[0], np.inf)
    np.minimum.at(nearest, cost.coords[0], cost.data)
    served = np.isfinite(nearest)
    return float((problem.people[served] * nearest[served]).sum())
