"""Siting: fewest sites that cover all (LSCP), against spopt with CBC, and against its bound.

Places, sites and reach as in :mod:`benchmarks.bench_siting`. Making these is not timed.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pulp
from scipy.sparse import csr_array
from spopt.locate import LSCP

from benchmarks.bench_siting import Size, make_cover
from benchmarks.measuring import Peer, Row, compare, peak
from gapmap.location import Problem, solve_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.location import Choice
    from gapmap.location.value import Floats

__all__ = ["lscp", "lscp_against_bound", "lscp_against_spopt", "lscp_more"]

_OUT_OF_REACH = 2.0
_PEER_SECONDS = 90  # where it needs more, the ratio is that of these at least
_SMALL = Size(2_000, 2_000, 0, 15.4)
_LARGE = Size(20_000, 5_000, 0, 9)


def lscp(*, quick: bool) -> Iterator[Row]:
    """Give the row against spopt; :mod:`benchmarks.siting` has all.

    Parameters
    ----------
    quick
        A smaller one.
    """
    yield lscp_against_spopt(Size(300, 300, 0, 15.4) if quick else _SMALL._replace(clustered=True))


def lscp_more() -> Iterator[Row]:
    """Give the other rows: places spread evenly, and the large ones."""
    yield lscp_against_spopt(_SMALL)
    for clustered in (False, True):
        yield lscp_against_bound(_LARGE._replace(clustered=clustered))


def lscp_against_spopt(size: Size) -> Row:
    """Measure to the proven optimum, build included, against spopt with CBC.

    Parameters
    ----------
    size
        The problem's.
    """
    problem = make_fewest(size)
    solve_problem(make_fewest(Size(300, 300, 0, 15.4)))  # compiles
    dense = np.full(problem.cost.shape, _OUT_OF_REACH)
    place = np.repeat(np.arange(size.places), np.diff(problem.cost.indptr))
    dense[place, problem.cost.indices] = 1.0
    dense = dense[(dense < _OUT_OF_REACH).any(axis=1)]  # spopt has no answer where one is missed
    found: list[Choice] = []

    def ours() -> Choice:
        found.append(solve_problem(problem))
        return found[-1]

    row = compare(
        "lscp",
        size.words,
        ours,
        {"spopt": Peer(job=partial(_spopt, dense), same=_same, rounds=1)},
        memory=peak(_briefly, solve_problem, size),
        rounds=1,
    )
    row["gap"] = found[-1].gap
    return row


def lscp_against_bound(size: Size) -> Row:
    """Measure how near to a proven bound the answer is; right where it covers everybody.

    Parameters
    ----------
    size
        The problem's.
    """
    problem = make_fewest(size)
    solve_problem(make_fewest(Size(300, 300, 0, 15.4)))  # compiles
    found: list[Choice] = []
    row = compare(
        "lscp_large",
        size.words,
        lambda: found.append(solve_problem(problem)),
        {},
        memory=peak(_briefly, solve_problem, size),
        rounds=1,
    )
    choice = found[-1]
    row["gap"] = (choice.value - choice.bound) / choice.bound
    row["same_answer"] = _covers_all(problem, choice) and choice.bound <= choice.value
    return row


def make_fewest(size: Size) -> Problem:
    """Draw places, people and sites.

    Parameters
    ----------
    size
        How many of each; the count is not used. A little time is kept for beginning and end.
    """
    return replace(make_cover(size), objective="fewest", count=None, seconds=55.0)


def _briefly(size: Size) -> Problem:
    return replace(make_fewest(size), seconds=15.0)  # memory is at its peak by then


def _spopt(dense: Floats) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LSCP.from_cost_matrix(dense, service_radius=1.0)
        model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=_PEER_SECONDS))
    return float(model.problem.objective.value())


def _same(ours: Choice, theirs: float) -> bool:
    """Hold the two together; a peer that ran out of time may have found more sites, never fewer."""
    return ours.bound - 1e-6 <= ours.value <= theirs + 1e-6


def _covers_all(problem: Problem, choice: Choice) -> bool:
    is_open = np.zeros(problem.cost.shape[1])
    is_open[choice.sites] = 1
    reach = csr_array(
        (np.ones(problem.cost.nnz), problem.cost.indices, problem.cost.indptr), problem.cost.shape
    )
    asked = (np.diff(problem.cost.indptr) > 0) & (problem.people > 0)
    return bool((reach @ is_open > 0)[asked].all())
