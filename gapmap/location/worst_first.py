"""Worst-off first: raise the lowest group as far as it goes, then cover most people.

Lexicographic in two steps, after Ogryczak 1997 (doi:10.1016/S0377-2217(96)00154-3): the first makes
the level of the groups greatest, the second the people in all with that level held. A group counts
as served where it has the level or all that any sites could give it, so that one that no site can
help does not hold the others down.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap.errors import MethodError
from gapmap.location.answering import choice_of
from gapmap.location.constrained_cover import (
    assigned_of,
    good_start,
    lowest_numbers,
    model_with,
    most_possible,
    open_of,
    whole_below,
)
from gapmap.location.constrained_model import cover_model, point_of, setting_of
from gapmap.location.constrained_start import neat
from gapmap.location.highs import optimise

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.constrained_model import CoverModel, Setting
    from gapmap.location.value import Choice, Floats, Integers, Problem

    Mask = npt.NDArray[np.bool_]

__all__ = ["worst_first", "worst_first_quickly"]

_LEFT = 1e-6
"""What the tolerances of HiGHS leave open."""
_EXACT = 1e-12


def worst_first(problem: Problem) -> Choice:
    """Raise the lowest share covered of any group, then cover most people with that held.

    Returns
    -------
    Choice
        ``value`` is the level: every group is covered to at least this share, or as far as any
        sites could. ``people`` is what is covered in all.
    """
    setting = _setting(problem)
    model = cover_model(setting)
    shares = _shares(setting, model)
    is_open = good_start(setting)
    level, people = setting.search.worth(is_open)
    is_open, bound = _raise_lowest(setting, model, shares, is_open)
    level, people = setting.search.worth(is_open)
    bound = level if bound - level <= _LEFT else bound
    is_open, people_bound = _most_people(setting, model, shares, is_open)
    reached = setting.search.worth(is_open)
    is_open = neat(setting.rules, is_open, lambda tried: setting.search.worth(tried) >= reached)
    is_open = lowest_numbers(setting, is_open)
    assigned, people = assigned_of(problem, is_open, people)
    close = people_bound - people <= _LEFT * max(1.0, people)
    choice = choice_of(
        problem, np.flatnonzero(is_open), value=level, bound=max(bound, level), assigned=assigned
    )
    return replace(
        choice,
        people=people,
        people_bound=people if close else people_bound,
        proven=choice.proven and close,
    )


def worst_first_quickly(problem: Problem) -> Integers:
    """Give good sites for the lowest group and then for most people, without a bound."""
    return np.flatnonzero(good_start(_setting(problem)))


def _setting(problem: Problem) -> Setting:
    if problem.place_groups is None:
        raise MethodError(
            "objective worst_first needs place_groups, the district of each place",
            "目标 worst_first 须给出各地点所属的区 place_groups",
        )
    return setting_of(problem)


def _groups(setting: Setting) -> tuple[Floats, Floats]:
    """Give all people of each group, and those whom all sites would cover."""
    search = setting.search
    if search.amount is None or search.most is None:
        return np.zeros(0), np.zeros(0)
    return search.amount, search.most


def _shares(setting: Setting, model: CoverModel) -> tuple[sparse.csr_array, Floats]:
    """Give the share of each group as ``shares @ columns + sure``; groups without people as 0."""
    amount, _ = _groups(setting)
    per_person = np.divide(1.0, amount, out=np.zeros(len(amount)), where=amount > 0)
    column = np.flatnonzero(model.people > 0)
    group = setting.demand.group[model.demand[column]]
    column, group = column[group >= 0], group[group >= 0]
    value = model.people[column] * per_person[group]
    shape = (len(amount), len(model.people))
    sure = setting.search.by_group(model.sure) * per_person
    return sparse.csr_array((value, (group, column)), shape), sure


def _raise_lowest(
    setting: Setting, model: CoverModel, shares: tuple[sparse.csr_array, Floats], is_open: Mask
) -> tuple[Mask, float]:
    """Make the level greatest; give the sites and what the level cannot exceed."""
    amount, most = _groups(setting)
    lived = np.flatnonzero(amount > 0)
    if len(lived) == 0:
        return is_open, 0.0
    top = most[lived] / amount[lived]
    highest = float(top.max())
    level, _ = setting.search.worth(is_open)
    if level >= highest - _EXACT:
        return is_open, highest
    # Columns added: the level, and by group whether it has all that it can have.
    matrix, sure = shares[0][lived], shares[1][lived]
    full = sparse.diags_array(highest - top)
    ones = sparse.csr_array(np.ones((len(lived), 1)))
    wide = sparse.csr_array((model.rows.shape[0], 1 + len(lived)))
    rows = sparse.vstack(
        [
            sparse.hstack([model.rows, wide]),
            sparse.hstack([matrix, -ones, full]),
            sparse.hstack([matrix, 0 * ones, -sparse.diags_array(top)]),
        ]
    )
    larger = replace(
        model,
        rows=sparse.csr_array(rows),
        low=np.concatenate([model.low, -sure, -sure - _EXACT]),
        high=np.concatenate([model.high, np.full(2 * len(lived), np.inf)]),
        upper=np.concatenate([model.upper, [highest], np.ones(len(lived))]),
        integral=np.concatenate([model.integral, [False], np.ones(len(lived), dtype=bool)]),
    )
    point = point_of(model, setting, is_open)
    has_all = matrix @ point + sure >= top - _EXACT
    cost = np.zeros(len(larger.upper))
    cost[len(model.upper)] = -1.0
    found = optimise(
        model_with(larger, cost),
        seconds=setting.left / 2,
        start=np.concatenate([point, [level], has_all]),
    )
    if found.x is not None:
        tried = open_of(setting, found.x)
        better = setting.search.worth(tried) > setting.search.worth(is_open)
        if better and setting.rules.allow(tried):
            is_open = tried
    return is_open, min(highest, -found.bound)


def _most_people(
    setting: Setting, model: CoverModel, shares: tuple[sparse.csr_array, Floats], is_open: Mask
) -> tuple[Mask, float]:
    """Cover most people with the level held; give the sites and what people cannot exceed."""
    amount, most = _groups(setting)
    level, people = setting.search.worth(is_open)
    possible = most_possible(setting)
    if people >= possible:
        return is_open, people
    matrix, sure = shares
    need = np.minimum(level * amount, most)
    if (setting.problem.people == np.round(setting.problem.people)).all():
        # Served people are whole numbers too: half a person less asks the same, and is safe.
        need = np.ceil(need - _LEFT * np.maximum(1.0, need)) - 0.5
    share = np.divide(need, amount, out=np.zeros(len(amount)), where=amount > 0)
    held = replace(
        model,
        rows=sparse.csr_array(sparse.vstack([model.rows, matrix])),
        low=np.concatenate([model.low, share - sure - _EXACT]),
        high=np.concatenate([model.high, np.full(len(amount), np.inf)]),
    )
    found = optimise(
        model_with(held, -model.people),
        seconds=setting.left,
        start=point_of(model, setting, is_open),
    )
    if found.x is not None:
        tried = open_of(setting, found.x)
        reached, more = setting.search.worth(tried)
        if reached >= level - _EXACT and more > people and setting.rules.allow(tried):
            is_open, people = tried, more
    bound = min(possible, whole_below(setting.problem, float(model.sure.sum()) - found.bound))
    if found.status == "optimal" and bound - people <= _LEFT * max(1.0, people):
        bound = people
    return is_open, max(bound, people)
