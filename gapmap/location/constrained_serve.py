"""Service under conditions: capacity, least by group, closing; least distance or least worst.

As many people as the sites allowed can serve come first, then the distance: so there is always an
answer, and leaving somebody out never makes it better. With capacities a place goes to one site as
a whole. Sources: p-median ReVelle & Swain 1970 (doi:10.1111/j.1538-4632.1970.tb00142.x), with
capacities Mulvey & Beck 1984 (doi:10.1016/0377-2217(84)90155-3); p-center by bisection of radii
Minieka 1970 (doi:10.1137/1012016).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap.location.answering import choice_of, nearest_of
from gapmap.location.constrained_assignment import (
    AssignmentModel,
    assignment_model,
    place_whole,
    point_of_assignment,
    standard_order,
)
from gapmap.location.constrained_cover import cover_most_under, cover_most_under_quickly
from gapmap.location.constrained_rules import Rules, rules_of
from gapmap.location.constrained_start import add_sites, exchange_sites, neat
from gapmap.location.highs import Model, optimise

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.value import Choice, Floats, Integers, Problem

    Mask = npt.NDArray[np.bool_]

__all__ = [
    "least_distance_under",
    "least_distance_under_quickly",
    "least_worst_under",
    "least_worst_under_quickly",
]

_LEFT = 1e-6
"""What the tolerances of HiGHS leave open, relative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Sites that are open and who goes to which.

    Attributes
    ----------
    is_open, assigned
        By site, and the site of every place or -1.
    people, distance, worst
        People served, their distance in all, and the farthest that anybody goes.
    """

    is_open: Mask
    assigned: Integers
    people: float
    distance: float
    worst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSearch:
    """What :func:`add_sites` and :func:`exchange_sites` have to know."""

    problem: Problem
    rules: Rules

    def gains(self, is_open: Mask) -> Floats:
        """Say by how much each further site would shorten the way; being served counts most."""
        cost, people = self.problem.cost, self.problem.people
        far = 1e3 * (1.0 + cost.data.max(initial=0.0))
        now = _distances(self.problem, nearest_of(self.problem, np.flatnonzero(is_open)), far)
        place = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
        shorter = np.maximum(now[place] - cost.data, 0.0) * people[place]
        gain = np.zeros(cost.shape[1])
        np.add.at(gain, cost.indices, shorter)
        return gain

    def worth(self, is_open: Mask) -> tuple[float, float]:
        """Say how good these sites are: people served, then the distance less."""
        found = service_of(self.problem, is_open)
        return found.people, -found.distance


def service_of(problem: Problem, is_open: Mask, assigned: Integers | None = None) -> Service:
    """Say what open sites do; without an assignment by the nearest, or nearest with room."""
    if assigned is None and problem.capacity is not None:
        assigned = place_whole(problem.cost, problem.people, problem.capacity, is_open)
    elif assigned is None:
        assigned = nearest_of(problem, np.flatnonzero(is_open))
    distance = _distances(problem, assigned, 0.0)
    lived = (assigned >= 0) & (problem.people > 0)
    return Service(
        is_open=is_open,
        assigned=assigned,
        people=math.fsum(problem.people[assigned >= 0]),
        distance=math.fsum(problem.people * distance),
        worst=float(distance[lived].max(initial=0.0)),
    )


def least_distance_under(problem: Problem) -> Choice:
    """Serve as many as can be, with the least total distance."""
    until = time.monotonic() + problem.seconds
    standard, back = standard_order(problem)
    start = _start(standard, until)
    most, sure, start = _most_served(standard, start, until)
    model = assignment_model(standard, rules_of(standard))
    found = optimise(
        _least(model, most),
        seconds=max(until - time.monotonic(), 0.0),
        start=point_of_assignment(model, standard, start.is_open, start.assigned),
    )
    if found.x is not None:
        start = max(start, _read(standard, model, found.x), key=_by_distance)
    start = _neat(standard, start)
    bound = max(found.bound, _nearest_of_all(standard, most)) if sure else -np.inf
    if sure and found.status == "optimal" and start.distance - bound <= _LEFT * start.distance:
        bound = start.distance
    return _choice(problem, start, back, start.distance, min(bound, start.distance))


def least_distance_under_quickly(problem: Problem) -> Integers:
    """Give good sites for the least distance under conditions, without a bound."""
    start = _start(standard_order(problem)[0], time.monotonic() + problem.seconds)
    return np.flatnonzero(start.is_open)


def least_worst_under(problem: Problem) -> Choice:
    """Serve as many as can be, with the least worst distance."""
    until = time.monotonic() + problem.seconds
    standard, back = standard_order(problem)
    start = _start(standard, until)
    most, sure, start = _most_served(standard, start, until)
    radii = np.unique(standard.cost.data[_rows(standard)[1] > 0])
    best, low = _shrink(standard, start, radii, most, until)
    best = _neat(standard, best)
    bound = low if sure else -np.inf
    return _choice(problem, best, back, best.worst, min(bound, best.worst))


def least_worst_under_quickly(problem: Problem) -> Integers:
    """Give good sites for the least worst distance under conditions, without a bound."""
    standard = standard_order(problem)[0]
    start = _start(standard, time.monotonic() + problem.seconds)
    radii = np.unique(standard.cost.data[_rows(standard)[1] > 0])
    return np.flatnonzero(_shrink_quickly(standard, start, radii).is_open)


def _by_distance(service: Service) -> tuple[float, float]:
    # People are told apart only by more than rounding, or a longer way could win by it.
    return round(service.people, 6), -service.distance


def _rows(problem: Problem) -> tuple[Integers, Floats]:
    """Give the place of every entry of the cost, and its people."""
    place = np.repeat(np.arange(problem.cost.shape[0]), np.diff(problem.cost.indptr))
    return place, problem.people[place]


def _distances(problem: Problem, assigned: Integers, otherwise: float) -> Floats:
    place, _ = _rows(problem)
    mine = problem.cost.indices == assigned[place]
    distance = np.full(problem.cost.shape[0], otherwise)
    distance[place[mine]] = problem.cost.data[mine]
    return distance


def _start(problem: Problem, until: float) -> Service:
    rules = rules_of(problem)
    search = ServiceSearch(problem=problem, rules=rules)
    first = rules.beginning()
    ways = (False, True) if rules.money < np.inf else (False,)
    starts = [add_sites(search, first, by_price=by_price) for by_price in ways]
    now = time.monotonic()
    # The rest is for HiGHS, which finds better sites than exchanges do.
    soon = now + 0.2 * max(until - now, 0.0)
    return service_of(problem, exchange_sites(search, max(starts, key=search.worth), soon))


def _reachable(problem: Problem) -> float:
    """Count the people whom any usable site could serve, one by one."""
    rules = rules_of(problem)
    usable = rules.firm | rules.new | rules.closable
    place, people = _rows(problem)
    keep = usable[problem.cost.indices]
    if problem.capacity is not None:
        keep &= problem.capacity[problem.cost.indices] >= people
    return math.fsum(problem.people[np.unique(place[keep])])


def _most_served(problem: Problem, start: Service, until: float) -> tuple[float, bool, Service]:
    """Find how many can be served, whether that is certain, and a service that does."""
    every = _reachable(problem)
    if start.people >= every * (1 - 1e-12):
        return start.people, True, start
    left = max(until - time.monotonic(), 0.0) / 2
    if problem.capacity is None:
        asked = replace(problem, objective="people", seconds=left)
        choice = cover_most_under(asked)
        is_open = np.isin(np.arange(problem.cost.shape[1]), choice.sites)
        found, bound, proven = service_of(problem, is_open), choice.bound, choice.proven
    else:
        model = assignment_model(problem, rules_of(problem))
        answer = optimise(
            _model(model, -model.people),
            seconds=left,
            start=point_of_assignment(model, problem, start.is_open, start.assigned),
        )
        found = start if answer.x is None else _read(problem, model, answer.x)
        bound = -answer.bound
        proven = bound - found.people <= _LEFT * max(1.0, found.people)
    best = max(start, found, key=_by_distance)
    return best.people, bool(proven or best.people >= bound), best


def _model(model: AssignmentModel, cost: Floats) -> Model:
    return Model(
        cost=cost,
        rows=model.rows,
        low=model.low,
        high=model.high,
        upper=model.upper,
        integral=model.integral,
    )


def _least(model: AssignmentModel, most: float) -> Model:
    """Make the distance least where so many are served."""
    everyone = most >= math.fsum(model.reachable) * (1 - 1e-12)
    low = model.low.copy()
    rows, high = model.rows, model.high
    if everyone:
        low[: len(model.reachable)] = (model.reachable > 0).astype(float)
    else:
        rows = sparse.csr_array(sparse.vstack([rows, sparse.csr_array(model.people[None, :])]))
        low = np.append(low, most * (1 - 1e-9))
        high = np.append(high, np.inf)
    return Model(
        cost=model.people * model.distance,
        rows=rows,
        low=low,
        high=high,
        upper=model.upper,
        integral=model.integral,
    )


def _read(problem: Problem, model: AssignmentModel, point: Floats) -> Service:
    is_open = model.rules.firm.copy()
    options = model.rules.options
    is_open[options] = point[: len(options)] > 0.5  # noqa: PLR2004 - nearer to 1 than to 0
    if not model.rules.allow(is_open):
        is_open = model.rules.beginning()
        is_open[model.rules.cheapest_rest(is_open)] = True
        return service_of(problem, is_open)
    if problem.capacity is None:
        return service_of(problem, is_open)
    assigned = np.full(problem.cost.shape[0], -1, dtype=np.int64)
    chosen = np.flatnonzero(point > 0.5)  # noqa: PLR2004 - as above
    chosen = chosen[chosen >= len(options)]
    assigned[model.place[chosen]] = model.site[chosen]
    return service_of(problem, is_open, assigned)


def _nearest_of_all(problem: Problem, most: float) -> float:
    """Bound the distance by everybody's nearest site, where everybody is served."""
    if most < _reachable(problem) * (1 - 1e-12):
        return 0.0
    rules = rules_of(problem)
    usable = np.flatnonzero(rules.firm | rules.new | rules.closable)
    nearest = _distances(problem, nearest_of(problem, usable), 0.0)
    return math.fsum(problem.people * nearest)


def _within(problem: Problem, radius: float) -> Problem:
    """Give the problem without what is farther."""
    cost = problem.cost.tocoo()
    place, site = cost.coords
    keep = cost.data <= radius
    near = sparse.csr_array((cost.data[keep], (place[keep], site[keep])), shape=cost.shape)
    return replace(problem, cost=near)


def _shrink(
    problem: Problem, start: Service, radii: Floats, most: float, until: float
) -> tuple[Service, float]:
    """Bisect the radii within which as many can be served; give the service and the bound."""
    best = _shrink_quickly(problem, start, radii)
    low, high = 0, int(np.searchsorted(radii, best.worst))
    while low < high:
        middle = (low + high) // 2
        asked = _within(problem, radii[middle])
        if _reachable(asked) < most * (1 - 1e-12):
            low = middle + 1
            continue
        served, sure, found = _most_served(asked, _start(asked, until), until)
        if served >= most * (1 - 1e-12):
            best = service_of(problem, found.is_open, _kept(problem, found))
            high = min(middle, int(np.searchsorted(radii, best.worst)))
        elif sure:
            low = middle + 1
        else:
            break
    return best, float(radii[low]) if len(radii) else 0.0


def _shrink_quickly(problem: Problem, start: Service, radii: Floats) -> Service:
    """Bisect by heuristics alone."""
    best, low, high = start, 0, int(np.searchsorted(radii, start.worst))
    while low < high:
        middle = (low + high) // 2
        asked = _within(problem, radii[middle])
        if problem.capacity is None:
            sites = cover_most_under_quickly(replace(asked, objective="people", seconds=0.0))
            found = service_of(asked, np.isin(np.arange(asked.cost.shape[1]), sites))
        else:
            found = _start(asked, 0.0)
        if found.people >= start.people * (1 - 1e-12):
            best = service_of(problem, found.is_open, _kept(problem, found))
            high = middle
        else:
            low = middle + 1
    return best


def _neat(problem: Problem, service: Service) -> Service:
    """Leave out new sites that nobody goes to, and close nothing that may as well stay."""
    used = np.zeros(len(service.is_open), dtype=bool)
    used[service.assigned[service.assigned >= 0]] = True
    is_open = neat(rules_of(problem), service.is_open, lambda tried: bool((tried | ~used).all()))
    return service_of(problem, is_open, _kept(problem, service))


def _kept(problem: Problem, found: Service) -> Integers | None:
    """Give who goes where as found, where capacities make that part of the answer."""
    return None if problem.capacity is None else found.assigned


def _choice(
    problem: Problem, service: Service, back: Integers, value: float, bound: float
) -> Choice:
    return choice_of(
        problem,
        np.flatnonzero(service.is_open),
        value=value,
        bound=bound,
        assigned=service.assigned[back],
    )
