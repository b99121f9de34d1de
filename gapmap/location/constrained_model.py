"""The model of cover under conditions: sites that may be open, and who is covered by them."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap.location.constrained_capacity import share_out
from gapmap.location.constrained_demand import Demand, demand_of
from gapmap.location.constrained_rules import Rules, rules_of
from gapmap.location.constrained_start import Search

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.value import Floats, Integers, Problem

    Mask = npt.NDArray[np.bool_]

__all__ = ["CoverModel", "Setting", "cover_model", "point_of", "served_by", "setting_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A problem made ready: demand, rules, the search, and when to stop."""

    problem: Problem
    search: Search
    until: float

    @property
    def demand(self) -> Demand:
        """Places taken together."""
        return self.search.demand

    @property
    def rules(self) -> Rules:
        """What may be open together."""
        return self.search.rules

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(self.until - time.monotonic(), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverModel:
    """Columns: first the sites that are an option, then what is covered.

    Attributes
    ----------
    rows, low, high, upper, integral
        As in :class:`gapmap.location.highs.Model`.
    people
        People that each column stands for; 0 for sites.
    demand, site
        Demand of each column that covers somebody, and the site that does, where it is one; -1.
    sure
        By demand: people covered whatever is chosen.
    """

    rows: sparse.csr_array
    low: Floats
    high: Floats
    upper: Floats
    integral: Mask
    people: Floats
    demand: Integers
    site: Integers
    sure: Floats


def setting_of(problem: Problem) -> Setting:
    """Make a problem ready."""
    until = time.monotonic() + problem.seconds
    demand, groups = demand_of(problem), problem.place_groups
    search = Search(
        demand=demand,
        columns=sparse.csc_array(demand.reach),
        rules=rules_of(problem),
        capacity=problem.capacity,
        amount=None if groups is None else groups.amount,
    )
    if groups is not None:
        search = replace(search, most=_most_by_group(search, len(groups.amount)))
    return Setting(problem=problem, search=search, until=until)


def served_by(search: Search, is_open: Mask, people: Floats | None = None) -> float:
    """Count the people that open sites can serve; of these ``people`` by demand, where given."""
    demand = search.demand
    people = demand.people if people is None else people
    if search.capacity is None:
        return float(people[demand.covered(is_open)].sum())
    flow = share_out(demand.reach, people, search.capacity, is_open, nearest=False)
    return float(flow.sum())


def _most_by_group(search: Search, groups: int) -> Floats:
    """Count the people of each group that all sites would serve if they were there for it alone."""
    rules, demand = search.rules, search.demand
    every = rules.firm | rules.new | rules.closable
    alone = [np.where(demand.group == group, demand.people, 0.0) for group in range(groups)]
    return np.array([served_by(search, every, people) for people in alone], dtype=float)


def cover_model(setting: Setting) -> CoverModel:
    """Model who is covered by what is open, and the rules on what may be open."""
    capacity = setting.search.capacity
    model = _by_number(setting) if capacity is None else _by_flow(setting, capacity)
    rule, low, high = setting.rules.rows()
    wide = sparse.hstack(
        [rule, sparse.csr_array((rule.shape[0], model.rows.shape[1] - rule.shape[1]))]
    )
    return replace(
        model,
        rows=sparse.csr_array(sparse.vstack([model.rows, wide])),
        low=np.concatenate([model.low, low]),
        high=np.concatenate([model.high, high]),
    )


def point_of(model: CoverModel, setting: Setting, is_open: Mask) -> Floats:
    """Give the values of all columns for these open sites."""
    point = np.zeros(len(model.upper))
    options, demand = setting.rules.options, setting.demand
    point[: len(options)] = is_open[options]
    columns = np.arange(len(options), len(point))
    if setting.search.capacity is None:
        point[columns] = demand.covered(is_open)[model.demand[columns]]
    elif len(columns):
        flow = share_out(
            demand.reach, demand.people, setting.search.capacity, is_open, nearest=False
        )
        point[columns] = flow[model.demand[columns], model.site[columns]]
    return point


def _by_number(setting: Setting) -> CoverModel:
    """Demand is covered by a number of open sites: ``sum(open) >= needed * covered``."""
    demand, rules = setting.demand, setting.rules
    options = rules.options
    need = demand.copies - demand.reach @ rules.firm.astype(float)
    reach = demand.reach[:, options]
    ask = np.flatnonzero((need > 0) & (reach.sum(axis=1) >= need) & (demand.people > 0))
    count = len(ask)
    return CoverModel(
        rows=sparse.csr_array(sparse.hstack([reach[ask], -sparse.diags_array(need[ask])])),
        low=np.zeros(count),
        high=np.full(count, np.inf),
        upper=np.ones(len(options) + count),
        integral=np.concatenate([np.ones(len(options), bool), need[ask] > 1]),
        people=np.concatenate([np.zeros(len(options)), demand.people[ask]]),
        demand=np.concatenate([np.full(len(options), -1), ask]),
        site=np.full(len(options) + count, -1),
        sure=np.where(need <= 0, demand.people, 0.0),
    )


def _by_flow(setting: Setting, capacity: Floats) -> CoverModel:
    """People go from demand to open sites, as many as fit."""
    demand, rules = setting.demand, setting.rules
    options = rules.options
    place, site = demand.reach.tocoo().coords
    keep = (demand.people[place] > 0) & (rules.firm | rules.new | rules.closable)[site]
    place, site = place[keep], site[keep]
    most = np.minimum(demand.people[place], capacity[site])
    entry, count = np.arange(len(place)), len(place)
    column = np.full(len(rules.firm), -1)
    column[options] = np.arange(len(options))
    by_place = sparse.csr_array((np.ones(count), (place, entry)), (len(demand.people), count))
    full = np.flatnonzero(np.isfinite(capacity))
    by_site = sparse.csr_array((np.ones(count), (site, entry)), (len(capacity), count))[full]
    room = np.where(column[full] >= 0, capacity[full], 0.0)
    by_site_open = _placed(-room, np.maximum(column[full], 0), len(options))
    chosen = np.flatnonzero(column[site] >= 0)
    link = _placed(np.ones(len(chosen)), chosen, count)
    link_open = _placed(-most[chosen], column[site[chosen]], len(options))
    blocks = [[None, by_place], [by_site_open, by_site], [link_open, link]]
    return CoverModel(
        rows=sparse.csr_array(sparse.block_array(blocks)),
        low=np.full(len(demand.people) + len(full) + len(chosen), -np.inf),
        high=np.concatenate(
            [demand.people, np.where(column[full] >= 0, 0.0, capacity[full]), np.zeros(len(chosen))]
        ),
        upper=np.concatenate([np.ones(len(options)), most]),
        integral=np.concatenate([np.ones(len(options), bool), np.zeros(count, bool)]),
        people=np.concatenate([np.zeros(len(options)), np.ones(count)]),
        demand=np.concatenate([np.full(len(options), -1), place]),
        site=np.concatenate([np.full(len(options), -1), site]),
        sure=np.zeros(len(demand.people)),
    )


def _placed(values: Floats, columns: Integers, width: int) -> sparse.csr_array:
    """Give a matrix with one value in each row."""
    count = len(values)
    if width == 0:
        return sparse.csr_array((count, 0))
    return sparse.csr_array((values, (np.arange(count), columns)), (count, width))
