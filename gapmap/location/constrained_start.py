"""Beginnings: good sites by adding and exchanging, for problems with conditions."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gapmap.location.constrained_capacity import pour
from gapmap.location.constrained_demand import level_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from scipy import sparse

    from gapmap.location.constrained_demand import Demand
    from gapmap.location.constrained_rules import Rules
    from gapmap.location.value import Floats

    Mask = npt.NDArray[np.bool_]

__all__ = ["Guide", "Search", "add_sites", "exchange_sites", "neat"]

_ROUNDS = 3
"""Rounds of exchange at most; the clock may end it before."""
_RANKS = 5
"""How many of the worst groups are told apart when a site is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a search for sites has to know.

    Attributes
    ----------
    demand, columns
        Who is in reach of which sites, by demand and by site.
    rules
        What may be open together.
    capacity
        By site; None for any number.
    amount, most
        By group of places: all people, and those whom all sites would cover. None without groups.
    """

    demand: Demand
    columns: sparse.csc_array
    rules: Rules
    capacity: Floats | None
    amount: Floats | None = None
    most: Floats | None = None

    def served(self, is_open: Mask) -> Floats:
        """Count people served by demand; with capacities a way to serve them, not the best."""
        people = self.demand.people
        if self.capacity is not None:
            return people - pour(self.columns, people, self.capacity, is_open)
        return np.where(self.demand.covered(is_open), people, 0.0)

    def by_group(self, served: Floats) -> Floats:
        """Add up by group of places."""
        size = 0 if self.amount is None else len(self.amount)
        mine = self.demand.group >= 0
        found = np.zeros(size)
        np.add.at(found, self.demand.group[mine], served[mine])
        return found

    def worth(self, is_open: Mask) -> tuple[float, float]:
        """Say how good these sites are, better ones greater: level of the groups, then people."""
        served = self.served(is_open)
        if self.amount is None or self.most is None:
            return 0.0, float(served.sum())
        level = level_of(self.by_group(served), self.most, self.amount)
        return level, float(served.sum())

    def gains(self, is_open: Mask) -> Floats:
        """Say what each further site would add, people of worse-off groups first."""
        demand, people = self.demand, self.demand.people
        served = self.served(is_open)
        weight = self._weights(served)
        if self.capacity is None:
            # Halfway to the copies needed counts, or no first site would ever be worth anything.
            short = demand.copies - demand.reach @ is_open.astype(float)
            left = np.where(short > 0, people / np.maximum(short, 1), 0.0)
            return np.asarray(demand.reach.T @ (left * weight), dtype=float)
        gain: Floats = demand.reach.T @ ((people - served) * weight)
        return np.minimum(gain, self.capacity)

    def _weights(self, served: Floats) -> Floats:
        weight = np.ones(len(served))
        if self.amount is None or self.most is None:
            return weight
        mine = self.by_group(served)
        behind = np.flatnonzero((mine < self.most * (1 - 1e-9)) & (self.amount > 0))
        share = mine[behind] / self.amount[behind]
        of_group = np.full(len(self.amount) + 1, 1e-3**_RANKS)
        ranked = behind[np.argsort(share, kind="stable")][:_RANKS]
        of_group[ranked] = 1e-3 ** np.arange(len(ranked))
        return of_group[self.demand.group]


class Guide(Protocol):
    """What tells a search where to go."""

    @property
    def rules(self) -> Rules:
        """What may be open together."""

    def gains(self, is_open: Mask) -> Floats:
        """Say what each further site would add; 0 for nothing."""

    def worth(self, is_open: Mask) -> tuple[float, float]:
        """Say how good these sites are, better ones greater."""


def add_sites(
    search: Guide, is_open: Mask, *, by_price: bool = False, without: int | None = None
) -> Mask:
    """Add the site that gains most until none gains or none more is allowed, then what rules need.

    Parameters
    ----------
    search
        The problem.
    is_open
        Sites to begin with, of which the rules allow a completion.
    by_price
        Whether what is gained per money decides, not what is gained.
    without
        A site that is not to be added.
    """
    is_open, rules = is_open.copy(), search.rules
    can = rules.new & ~is_open
    if without is not None:
        can[without] = False
    while can.any():
        gain = np.where(can, search.gains(is_open), 0.0)
        if by_price:
            gain = gain / np.maximum(rules.price, 1e-12)
        site = int(gain.argmax())
        if gain[site] <= 0:
            break
        can[site] = False  # a site that is not allowed now is not allowed with more open either
        is_open[site] = True
        if not rules.completable(is_open):
            is_open[site] = False
    is_open[rules.cheapest_rest(is_open)] = True
    return is_open


def exchange_sites(search: Guide, is_open: Mask, until: float) -> Mask:
    """Give up a site for better ones until none is worth giving up.

    Parameters
    ----------
    search, is_open
        The problem, and sites that keep its rules.
    until
        ``time.monotonic()`` after which the search ends.
    """
    best, worth = is_open, search.worth(is_open)
    for _ in range(_ROUNDS):
        before = worth
        for site in np.flatnonzero(best & ~search.rules.firm):
            if time.monotonic() > until:
                return best
            tried = best.copy()
            tried[site] = False
            if not search.rules.completable(tried):
                continue
            tried = add_sites(search, tried, without=int(site))
            if (found := search.worth(tried)) > worth and search.rules.allow(tried):
                best, worth = tried, found
        if worth == before:
            break
    return best


def neat(rules: Rules, is_open: Mask, as_good: Callable[[Mask], bool]) -> Mask:
    """Leave out new sites that nothing is lost without, and close nothing that may as well stay.

    Parameters
    ----------
    rules, is_open
        What may be open together, and what is.
    as_good
        Says of other open sites whether they are as good.
    """
    changes = [(site, False) for site in np.flatnonzero(is_open & rules.new)[::-1]]
    changes += [(site, True) for site in np.flatnonzero(~is_open & rules.closable)]
    for site, state in changes:
        tried = is_open.copy()
        tried[site] = state
        if rules.allow(tried) and as_good(tried):
            is_open = tried
    return is_open
