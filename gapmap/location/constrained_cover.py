"""Cover under conditions: backup, capacity, least by group, closing; most people or fewest sites.

One sparse mixed-integer model for all of them, started from a heuristic. Sources: backup coverage
Hogan & ReVelle 1986 (doi:10.1287/mnsc.32.11.1434); capacities Current & Storbeck 1988
(Environment and Planning B 15, 153-163).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap.errors import MethodError
from gapmap.location.answering import choice_of, nearest_of
from gapmap.location.constrained_capacity import share_out
from gapmap.location.constrained_model import (
    CoverModel,
    Setting,
    cover_model,
    point_of,
    served_by,
    setting_of,
)
from gapmap.location.constrained_start import add_sites, exchange_sites, neat
from gapmap.location.cover_most import cover_most
from gapmap.location.highs import Model, optimise

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.highs import Solution
    from gapmap.location.value import Choice, Floats, Integers, Problem

    Mask = npt.NDArray[np.bool_]

__all__ = [
    "assigned_of",
    "better",
    "cover_all_under",
    "cover_all_under_quickly",
    "cover_most_under",
    "cover_most_under_quickly",
    "good_start",
    "lowest_numbers",
    "model_with",
    "most_possible",
    "open_of",
    "whole_below",
]

_LEFT = 1e-6
"""What the tolerances of HiGHS leave open, relative."""
_FOR_PROOF = 0.8
"""Part of the time that is kept for HiGHS, which finds better sites than exchanges do."""
_SAME = 1 - 1e-12
"""People that are the same but for the order in which they were added up."""


def cover_most_under(problem: Problem) -> Choice:
    """Cover most people under conditions; sites, people and the bound as in ``solve``."""
    setting = setting_of(problem)
    model = cover_model(setting)
    is_open = good_start(setting)
    value, bound = served_by(setting.search, is_open), most_possible(setting)
    if value < bound and problem.capacity is not None:
        bound = min(bound, _without_capacity(problem))
    if value < bound:
        found = optimise(
            model_with(model, -model.people),
            seconds=setting.left,
            start=point_of(model, setting, is_open),
        )
        is_open, value = better(setting, found, is_open, value)
        sure = float(model.sure.sum())
        bound = min(bound, whole_below(problem, sure - found.bound))
        if found.status == "optimal" and bound - value <= _LEFT * max(1.0, value):
            bound = value
    is_open = neat(
        setting.rules, is_open, lambda tried: served_by(setting.search, tried) >= value * _SAME
    )
    is_open = lowest_numbers(setting, is_open)
    assigned, value = assigned_of(problem, is_open, value)
    sites = np.flatnonzero(is_open)
    return choice_of(problem, sites, value=value, bound=max(bound, value), assigned=assigned)


def cover_most_under_quickly(problem: Problem) -> Integers:
    """Give good sites for most people under conditions, without a bound."""
    return np.flatnonzero(good_start(setting_of(problem)))


def cover_all_under(problem: Problem) -> Choice:
    """Cover all that can be covered, or a share of them, with the fewest sites or least cost.

    The value counts new sites less closed ones, or what they cost where sites have a cost.
    """
    setting = setting_of(problem)
    weight, constant = _weights(setting)
    target = _target(setting)
    is_open = _enough(setting, weight, target)
    options = setting.rules.options
    value = float(weight[is_open].sum())
    bound = float(np.minimum(weight[options], 0.0).sum())
    if value > bound:
        model = _covering_enough(cover_model(setting), setting, target)
        cost = np.concatenate([weight[options], np.zeros(len(model.upper) - len(options))])
        found = optimise(
            model_with(model, cost), seconds=setting.left, start=point_of(model, setting, is_open)
        )
        if found.x is not None:
            tried = open_of(setting, found.x)
            reached = served_by(setting.search, tried) >= target * (1 - _LEFT)
            if weight[tried].sum() < value and reached and setting.rules.allow(tried):
                is_open, value = tried, float(weight[tried].sum())
        bound = max(bound, _whole_above(weight, found.bound))
        if found.status == "optimal" and value - bound <= _LEFT * max(1.0, abs(value)):
            bound = value
    is_open = neat(
        setting.rules,
        is_open,
        lambda tried: weight[tried].sum() <= value and served_by(setting.search, tried) >= target,
    )
    is_open = lowest_numbers(setting, is_open)
    assigned, _ = assigned_of(problem, is_open, 0.0)
    return choice_of(
        problem,
        np.flatnonzero(is_open),
        value=value + constant,
        bound=min(bound, value) + constant,
        assigned=assigned,
    )


def cover_all_under_quickly(problem: Problem) -> Integers:
    """Give few sites that cover all under conditions, without a bound."""
    setting = setting_of(problem)
    return np.flatnonzero(_enough(setting, _weights(setting)[0], _target(setting)))


def good_start(setting: Setting) -> Mask:
    """Give good open sites by adding, by people and by people per money, and exchanging."""
    search, rules = setting.search, setting.rules
    first = rules.beginning()
    ways = (False, True) if rules.money < np.inf else (False,)
    starts = [add_sites(search, first, by_price=by_price) for by_price in ways]
    until = setting.until - _FOR_PROOF * setting.problem.seconds
    return exchange_sites(search, max(starts, key=search.worth), until)


def better(setting: Setting, found: Solution, is_open: Mask, value: float) -> tuple[Mask, float]:
    """Give what HiGHS found with the people it serves, where it is better and keeps the rules."""
    if found.x is not None:
        tried = open_of(setting, found.x)
        served = served_by(setting.search, tried)
        if served > value and setting.rules.allow(tried):
            return tried, served
    return is_open, value


def open_of(setting: Setting, point: Floats) -> Mask:
    """Read which sites are open."""
    is_open = setting.rules.firm.copy()
    options = setting.rules.options
    is_open[options] = point[: len(options)] > 0.5  # noqa: PLR2004 - nearer to 1 than to 0
    return is_open


def model_with(model: CoverModel, cost: Floats) -> Model:
    """Give the model that HiGHS takes, with what is to be made least."""
    return Model(
        cost=cost,
        rows=model.rows,
        low=model.low,
        high=model.high,
        upper=model.upper,
        integral=model.integral,
    )


def lowest_numbers(setting: Setting, is_open: Mask) -> Mask:
    """Of new sites that do the same, at one price, give those with the lowest numbers."""
    rules, columns, capacity = setting.rules, setting.search.columns, setting.search.capacity
    alike: dict[tuple[bytes, float, float, int], list[int]] = {}
    for site in np.flatnonzero(rules.new):
        reached = columns.indices[columns.indptr[site] : columns.indptr[site + 1]].tobytes()
        room = np.inf if capacity is None else float(capacity[site])
        group = -1 if rules.least is None else int(rules.least.of[site])
        alike.setdefault((reached, float(rules.price[site]), room, group), []).append(int(site))
    result = is_open.copy()
    for sites in alike.values():
        chosen = int(is_open[sites].sum())
        result[sites] = np.arange(len(sites)) < chosen
    return result


def assigned_of(problem: Problem, is_open: Mask, value: float) -> tuple[Integers, float]:
    """Say where everybody goes, and how many are served: exactly where sites have a capacity."""
    sites = np.flatnonzero(is_open)
    if problem.capacity is None:
        reached = problem.cost.copy()
        reached.data = is_open[reached.indices].astype(float)
        covered = reached.sum(axis=1) >= problem.copies
        return nearest_of(problem, sites), math.fsum(problem.people[covered])
    flow = share_out(problem.cost, problem.people, problem.capacity, is_open)
    assigned = np.full(flow.shape[0], -1, dtype=np.int64)
    for place in range(flow.shape[0]):
        part = flow.data[flow.indptr[place] : flow.indptr[place + 1]]
        if len(part) and part.max() > 0:
            assigned[place] = flow.indices[flow.indptr[place] + part.argmax()]
    served = float(flow.sum())
    return assigned, value if abs(served - value) <= _LEFT * max(1.0, value) else served


def whole_below(problem: Problem, people: float) -> float:
    """Round a bound on people down where people, and the room for them, come in whole numbers."""
    room = np.zeros(0) if problem.capacity is None else problem.capacity
    numbers = np.concatenate([problem.people, room[np.isfinite(room)]])
    if np.isfinite(people) and (numbers == np.round(numbers)).all():
        return float(np.floor(people + _LEFT * max(1.0, people)))
    return people


def most_possible(setting: Setting) -> float:
    """Bound the people covered without any model: by what the best sites reach each."""
    search, rules = setting.search, setting.rules
    firm = served_by(search, rules.firm)
    every = served_by(search, rules.firm | rules.new | rules.closable)
    reach = np.asarray(search.demand.reach.T @ search.demand.people)
    if search.capacity is not None:
        reach = np.minimum(reach, search.capacity)
    best = np.sort(reach[rules.options])[::-1]
    number = int(min(rules.most, len(best)))
    return min(every, firm + float(best[:number].sum()))


def _without_capacity(problem: Problem) -> float:
    """Bound the people served by how many would be covered if sites had room for all."""
    if problem.closing is not None or problem.seconds == 0:
        return np.inf
    part = (1 - _FOR_PROOF) * problem.seconds
    relaxed = replace(problem, objective="people", capacity=None, least=None, seconds=part)
    return cover_most(relaxed).bound


def _weights(setting: Setting) -> tuple[Floats, float]:
    """Give what each open site adds to the value of ``fewest``, and the constant."""
    rules = setting.rules
    if setting.problem.count is not None or setting.problem.budget is not None:
        raise MethodError(
            "objective fewest finds out how many sites it takes; leave out count and budget",
            "目标 fewest 自行求出所需选址数;请勿填 count 和 budget",
        )
    if setting.problem.site_cost is not None:
        return np.where(rules.firm, 0.0, rules.price), rules.closing_cost
    return np.where(rules.firm, 0.0, 1.0), -float(rules.closable.sum())


def _target(setting: Setting) -> float:
    rules = setting.rules
    every = served_by(setting.search, rules.firm | rules.new | rules.closable)
    return setting.problem.share * every * (1 - 1e-9)


def _enough(setting: Setting, weight: Floats, target: float) -> Mask:
    """Open what gains most until the target is reached, then close what is not needed."""
    search, rules = setting.search, setting.rules
    priced = setting.problem.site_cost is not None
    is_open = add_sites(search, rules.firm | rules.closable, by_price=priced)
    if served_by(search, is_open) < target:
        is_open = rules.firm | rules.new | rules.closable
    can = np.flatnonzero(is_open & ~rules.firm & (weight > 0))
    for site in can[np.lexsort((-can, -weight[can]))]:
        is_open[site] = False
        if rules.lacking(is_open).any() or served_by(search, is_open) < target:
            is_open[site] = True
    return is_open


def _covering_enough(model: CoverModel, setting: Setting, target: float) -> CoverModel:
    """Ask for so many people covered; one by one for all, which HiGHS proves sooner."""
    if setting.problem.share == 1 and setting.search.capacity is None:
        everyone = np.flatnonzero(model.people > 0)
        rows = sparse.eye_array(len(model.people), format="csr")[everyone]
        low = np.ones(len(everyone))
    else:
        rows = sparse.csr_array(model.people[None, :])
        low = np.array([target - model.sure.sum()])
    return replace(
        model,
        rows=sparse.csr_array(sparse.vstack([model.rows, rows])),
        low=np.concatenate([model.low, low]),
        high=np.concatenate([model.high, np.full(len(low), np.inf)]),
    )


def _whole_above(weight: Floats, bound: float) -> float:
    if np.isfinite(bound) and (weight == np.round(weight)).all():
        return float(np.ceil(bound - _LEFT * max(1.0, abs(bound))))
    return bound
