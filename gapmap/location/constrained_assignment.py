"""The model of who goes to which site, a place as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.constrained_rules import Rules
    from gapmap.location.value import Floats, Integers, Problem

    Mask = npt.NDArray[np.bool_]

__all__ = [
    "AssignmentModel",
    "assignment_model",
    "place_whole",
    "point_of_assignment",
    "standard_order",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentModel:
    """Columns: first the sites that are an option, then pairs of place and site.

    Attributes
    ----------
    rows, low, high, upper, integral
        As in :class:`gapmap.location.highs.Model`; the first rows are the places, served at most
        once.
    people, distance
        By column, 0 for sites.
    place, site
        By column, -1 for sites.
    reachable
        By place: people that any site can serve.
    rules
        What may be open together.
    """

    rows: sparse.csr_array
    low: Floats
    high: Floats
    upper: Floats
    integral: Mask
    people: Floats
    distance: Floats
    place: Integers
    site: Integers
    reachable: Floats
    rules: Rules


def assignment_model(problem: Problem, rules: Rules) -> AssignmentModel:
    """Model who goes where, and the rules on what may be open."""
    place, site, distance = _pairs(problem, rules)
    options, count, places = rules.options, len(place), problem.cost.shape[0]
    people = problem.people[place]
    column = np.full(len(rules.firm), -1)
    column[options] = np.arange(len(options))
    entry = np.arange(count)
    once = sparse.csr_array((np.ones(count), (place, entry)), (places, count))
    linked = np.flatnonzero(column[site] >= 0)
    number = np.arange(len(linked))
    link = sparse.csr_array((np.ones(len(linked)), (number, linked)), (len(linked), count))
    link_open = sparse.csr_array(
        (-np.ones(len(linked)), (number, column[site[linked]])), (len(linked), len(options))
    )
    blocks = [[None, once], [link_open, link]]
    high = [np.ones(places), np.zeros(len(linked))]
    if problem.capacity is not None:
        full = np.flatnonzero(np.isfinite(problem.capacity))
        load = sparse.csr_array((people, (site, entry)), (len(column), count))[full]
        optional = np.flatnonzero(column[full] >= 0)
        room_open = sparse.csr_array(
            (-problem.capacity[full[optional]], (optional, column[full[optional]])),
            (len(full), len(options)),
        )
        blocks.append([room_open, load])
        high.append(np.where(column[full] >= 0, 0.0, problem.capacity[full]))
    rule, rule_low, rule_high = rules.rows()
    blocks.append([rule, sparse.csr_array((rule.shape[0], count))])
    tops = np.concatenate(high)
    none, zeros = np.full(len(options), -1), np.zeros(len(options))
    whole = problem.capacity is not None
    reachable = np.zeros(places)
    reachable[place] = people
    return AssignmentModel(
        rows=sparse.csr_array(sparse.block_array(blocks)),
        low=np.concatenate([np.full(len(tops), -np.inf), rule_low]),
        high=np.concatenate([tops, rule_high]),
        upper=np.ones(len(options) + count),
        integral=np.concatenate([np.ones(len(options), bool), np.full(count, whole)]),
        people=np.concatenate([zeros, people]),
        distance=np.concatenate([zeros, distance]),
        place=np.concatenate([none, place]),
        site=np.concatenate([none, site]),
        reachable=reachable,
        rules=rules,
    )


def point_of_assignment(
    model: AssignmentModel, problem: Problem, is_open: Mask, assigned: Integers
) -> Floats:
    """Give the values of all columns for these open sites and who goes where."""
    point = np.zeros(len(model.upper))
    options = model.rules.options
    point[: len(options)] = is_open[options]
    pairs = np.arange(len(options), len(point))
    point[pairs] = assigned[model.place[pairs]] == model.site[pairs]
    if problem.capacity is None:
        # A place whose nearest site always stays has one pair for all of those.
        lacks = np.bincount(model.place[pairs], weights=point[pairs], minlength=len(assigned)) == 0
        firm = model.rules.firm[model.site[pairs]] & lacks[model.place[pairs]]
        point[pairs[firm]] = assigned[model.place[pairs[firm]]] >= 0
    return point


def place_whole(
    cost: sparse.csr_array, people: Floats, capacity: Floats, is_open: Mask
) -> Integers:
    """Give every place, the largest first, to the nearest open site with room for all of it."""
    assigned = np.full(cost.shape[0], -1, dtype=np.int64)
    room = np.where(is_open, capacity, -1.0)
    for place in np.argsort(-people, kind="stable"):
        near = slice(cost.indptr[place], cost.indptr[place + 1])
        sites, away = cost.indices[near], cost.data[near]
        fits = room[sites] >= people[place]
        if fits.any():
            site = sites[fits][away[fits].argmin()]
            assigned[place] = site
            room[site] -= people[place]
    return assigned


def standard_order(problem: Problem) -> tuple[Problem, Integers]:
    """Give the problem with its places in an order of their own, and the way back.

    The answer then does not depend on the order in which the places were given.
    """
    cost, people = problem.cost, problem.people
    cuts = list(zip(cost.indptr[:-1], cost.indptr[1:], strict=True))
    keys = [
        (float(people[i]), cost.indices[a:b].tobytes(), cost.data[a:b].tobytes())
        for i, (a, b) in enumerate(cuts)
    ]
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return replace(problem, cost=sparse.csr_array(cost[order]), people=people[order]), back


def _pairs(problem: Problem, rules: Rules) -> tuple[Integers, Integers, Floats]:
    """Give the pairs that an answer may need: of sites that always stay only the nearest."""
    cost, people = problem.cost, problem.people
    place = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    site, distance = cost.indices, cost.data
    keep = (people[place] > 0) & (rules.firm | rules.new | rules.closable)[site]
    if problem.capacity is not None:
        keep &= problem.capacity[site] >= people[place]
    else:
        firm = keep & rules.firm[site]
        nearest = np.full(cost.shape[0], np.inf)
        np.minimum.at(nearest, place[firm], distance[firm])
        first = np.flatnonzero(firm & (distance == nearest[place]))
        _, one = np.unique(place[first], return_index=True)
        keep &= ~rules.firm[site] & (distance < nearest[place])
        keep[first[one]] = True
    return place[keep], site[keep].astype(np.int64), distance[keep]
