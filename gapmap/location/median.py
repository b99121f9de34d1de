"""Least total distance with a number of sites or a budget (p-median).

Hakimi 1964 (doi:10.1287/opre.12.3.450). Found by greedy opening and exchange; bounded by
Lagrangian relaxation (Cornuéjols, Fisher & Nemhauser 1977, doi:10.1287/mnsc.23.8.789); what that
leaves open is divided site by site.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap.location.answering import choice_of, nearest_of
from gapmap.location.constrained_assignment import standard_order
from gapmap.location.cover_most import cover_most
from gapmap.location.kernels.median import improve, neaten, total
from gapmap.location.median_search import search
from gapmap.location.median_task import Found, milder_of, start_of, task_of

if TYPE_CHECKING:
    from gapmap.location.median_task import Task
    from gapmap.location.value import Choice, Integers, Problem

    Flags = np.typing.NDArray[np.bool_]

__all__ = ["least_distance", "least_distance_quickly"]

_SAME = 1e-9  # share of people that floating point may explain
_FAR = (1.0, 3.0)  # times the worst cost: what leaving out a person counts in turn
_ROUNDING = 1e-6  # of a bound on whole numbers, far more than it has


def least_distance(problem: Problem) -> Choice:
    """Choose the sites with the least total distance of people to the nearest of them.

    As few people as can be are left without a site in reach; among such choices the distance is
    least. Places that no site reaches do not count. Of equally good choices the one found is made
    neat: no site can be exchanged for one with a lower number without loss, and no site is open
    that helps nobody; so there may be fewer than ``count``.

    Parameters
    ----------
    problem
        With objective ``distance``: a plain one.

    Returns
    -------
    Choice
        Sites, and their value, people times cost. The bound is on the distance of all choices
        that leave out no more people than this one; ``proven`` says also that none leaves out
        fewer.
    """
    end = time.perf_counter() + problem.seconds
    standard, back = standard_order(problem)
    task = task_of(standard)
    found = start_of(task)
    choices, fewest = _leaving_fewest(standard, task, found, end)
    partial = bool(task.left_out(found.sites).any())
    search(task, found, _half_way(end) if partial else end)
    best = min((found.sites, *choices), key=lambda sites: _rank(task, sites)).copy()
    optimal = found.proven and not (best != found.sites).any()
    neaten(task.table, best, task.limits)
    left = task.left_out(best)
    sites = np.union1d(problem.fixed, task.number[best])
    assigned = nearest_of(standard, sites)
    value = _distance(standard, assigned)
    low = math.ceil(found.bound - _ROUNDING) if task.whole else found.bound
    bound = value if optimal else task.base + low - math.fsum(task.lost[left])
    if left.any() and not optimal:
        bound = max(bound, _bound_of_served(task, best, end))
    choice = choice_of(
        problem,
        sites,
        value=value,
        bound=min(max(bound, 0.0), value),
        assigned=assigned[back],
    )
    missing = math.fsum(task.people[left])
    sure = missing <= fewest * (1 + _SAME) or (task.strict and optimal)
    return choice if sure else replace(choice, proven=False)


def least_distance_quickly(problem: Problem) -> Integers:
    """Choose sites with little distance, by greedy opening and exchange alone.

    Parameters
    ----------
    problem
        As for :func:`least_distance`.
    """
    task = task_of(standard_order(problem)[0])
    sites = start_of(task).sites.copy()
    neaten(task.table, sites, task.limits)
    return np.union1d(problem.fixed, task.number[sites])


def _half_way(end: float) -> float:
    now = time.perf_counter()
    return now + max(end - now, 0.0) / 2


def _bound_of_served(task: Task, sites: Flags, end: float) -> float:
    """Bound the distance of all choices that leave out no more people than these sites do.

    Leaving out one more person counts just more than any distance does, instead of more than all
    distances together: what is left out here then takes little off the bound. The bound holds
    for any such number, which is a multiplier of the condition on people left out.
    """
    left = task.left_out(sites)
    bound = 0.0
    for far in _FAR:
        milder = milder_of(task, far)
        found = Found(sites.copy(), total(milder.table, sites), 0.0, milder.whole)
        search(milder, found, _half_way(end))
        # Searching finds better sites, too, but they may leave out more people.
        bound = max(bound, task.base + found.bound - math.fsum(milder.lost[left]))
    return bound


def _leaving_fewest(
    problem: Problem, task: Task, found: Found, end: float
) -> tuple[list[Flags], float]:
    """Give choices that leave out few people, and how many no choice goes below.

    Where leaving out somebody always counts more than any distance, the search sees to that.
    """
    if not task.left_out(found.sites).any() or task.strict:
        return [], 0.0
    seconds = max(end - time.perf_counter(), 0.0) / 2
    cover = cover_most(replace(problem, objective="people", seconds=seconds))
    sites = np.isin(task.number, cover.sites)
    better = sites.copy()
    found.offer(better, improve(task.table, better, task.limits, 0, 0))
    reached = cover.bound - cover.value
    left = math.fsum(task.people[task.left_out(sites)])
    return [sites, better], max(left - reached, 0.0)


def _rank(task: Task, sites: Flags) -> tuple[float, float]:
    left = task.left_out(sites)
    people = math.fsum(task.people[left]) / max(math.fsum(task.people), 1.0)
    return round(people, 12), total(task.table, sites)


def _distance(problem: Problem, assigned: Integers) -> float:
    """Add up people times cost; the sum is exact, so in any order of places the same."""
    place = np.repeat(np.arange(problem.cost.shape[0]), np.diff(problem.cost.indptr))
    mine = problem.cost.indices == assigned[place]
    return math.fsum(problem.people[place[mine]] * problem.cost.data[mine])
