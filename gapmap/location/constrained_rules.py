"""Rules on which sites may be open together: count, budget, least by group, closing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from gapmap.errors import MethodError

if TYPE_CHECKING:
    import numpy.typing as npt

    from gapmap.location.value import Floats, Groups, Integers, Problem

    Mask = npt.NDArray[np.bool_]

__all__ = ["Rules", "rules_of"]

_SLACK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be open, as sums over sites.

    Attributes
    ----------
    new, closable, firm
        By site: may be opened; is open and may close; is open whatever happens.
    price
        By site: what opening costs; of one that may close what keeping it saves, so that
        ``price @ open`` differs from what is spent by a constant.
    most
        Sites that are open at most, of the new and the closable; inf for any number.
    money
        ``price @ open`` at most; inf for anything.
    closing_cost
        What closing all that may close costs: the constant of ``price``.
    least
        Groups of sites, and the least number of new ones in each.
    """

    new: Mask
    closable: Mask
    firm: Mask
    price: Floats
    most: float
    money: float
    closing_cost: float
    least: Groups | None

    @property
    def options(self) -> Integers:
        """Sites about which there is something to decide, ascending."""
        return np.flatnonzero(self.new | self.closable)

    def allow(self, is_open: Mask) -> bool:
        """Say whether these sites may be open together."""
        return self.completable(is_open) and not self.lacking(is_open).any()

    def lacking(self, is_open: Mask) -> Integers:
        """Count what each group still lacks."""
        if self.least is None:
            return np.zeros(0, dtype=np.int64)
        mine = self.least.of[is_open & self.new]
        has = np.bincount(mine[mine >= 0], minlength=len(self.least.amount))
        return np.maximum(self.least.amount - has, 0).astype(np.int64)

    def cheapest_rest(self, is_open: Mask) -> Integers:
        """Give the cheapest sites that bring every group to its least number."""
        rest: list[Integers] = []
        if self.least is not None:
            for group in np.flatnonzero(lacking := self.lacking(is_open)):
                free = np.flatnonzero((self.least.of == group) & self.new & ~is_open)
                rest.append(free[np.argsort(self.price[free], kind="stable")][: lacking[group]])
        return np.concatenate(rest) if rest else np.zeros(0, dtype=np.int64)

    def completable(self, is_open: Mask) -> bool:
        """Say whether more new sites, or none, can be added so that every rule is kept."""
        rest = self.cheapest_rest(is_open)
        if len(rest) < self.lacking(is_open).sum():
            return False
        counted = is_open & ~self.firm
        spent = self.price[counted].sum() + self.price[rest].sum()
        enough = self.money + _SLACK * max(1.0, abs(self.money)) if self.money < np.inf else np.inf
        return bool(counted.sum() + len(rest) <= self.most and spent <= enough)

    def beginning(self) -> Mask:
        """Give the open sites to begin with, of which a completion exists.

        As few as possible close: none, else those that it takes to have enough sites, else those
        that save money too.

        Raises
        ------
        MethodError
            If nothing keeps the rules.
        """
        all_open = self.firm | self.closable
        short = int(max(self.lacking(all_open).sum() + self.closable.sum() - self.most, 0))
        can = np.flatnonzero(self.closable)
        cheap = can[np.argsort(-self.price[can], kind="stable")]
        saving = int((self.price[can] > 0).sum())
        for close in (cheap[:0], cheap[:short], cheap[: max(short, saving)]):
            is_open = all_open.copy()
            is_open[close] = False
            if self.completable(is_open):
                return is_open
        rest = self.cheapest_rest(all_open)
        spent, sites = self.price[rest].sum(), len(rest)
        raise MethodError(
            f"the least numbers by group take {sites} new sites, {spent:g} at the cheapest, which "
            "count and budget do not allow; lower least, or raise count or budget",
            f"各组至少新建数合计 {sites} 处,最低造价 {spent:g},超出 count 或 budget;"
            "请降低 least,或提高 count 或 budget",
        )

    def rows(self) -> tuple[sparse.csr_array, Floats, Floats]:
        """Give the rules as ``low <= rows @ open <= high`` over the options."""
        options = self.options
        rows, low, high = [], [], []
        if self.most < len(options):
            rows.append(np.ones(len(options)))
            low.append(-np.inf)
            high.append(self.most)
        if self.money < np.inf:
            rows.append(self.price[options])
            low.append(-np.inf)
            high.append(self.money + _SLACK * max(1.0, abs(self.money)))
        if self.least is not None:
            for group in np.flatnonzero(self.least.amount > 0):
                rows.append(((self.least.of == group) & self.new)[options].astype(float))
                low.append(self.least.amount[group])
                high.append(np.inf)
        matrix = sparse.csr_array(np.array(rows).reshape(len(rows), len(options)))
        return matrix, np.array(low, dtype=float), np.array(high, dtype=float)


def rules_of(problem: Problem) -> Rules:
    """Read the rules of a problem.

    A site that costs more than there is, savings included, is none.

    Raises
    ------
    MethodError
        If a group has fewer candidates than it needs.
    """
    sites = problem.cost.shape[1]
    firm = np.zeros(sites, dtype=bool)
    firm[problem.fixed] = True
    new, closable = ~firm, np.zeros(sites, dtype=bool)
    price = np.zeros(sites) if problem.site_cost is None else problem.site_cost.copy()
    money = np.inf if problem.budget is None else problem.budget
    closing_cost = 0.0
    if problem.closing is not None:
        may = np.isfinite(problem.closing)
        closable[problem.fixed[may]] = True
        firm &= ~closable
        closing_cost = float(problem.closing[may].sum())
        price[problem.fixed[may]] = -problem.closing[may]
        saved = -float(np.minimum(problem.closing[may], 0).sum())
    else:
        saved = 0.0
    price[firm] = 0.0
    new &= price <= (money + saved) * (1 + _SLACK)
    _check_least(problem.least, new)
    most = np.inf if problem.count is None else float(problem.count + closable.sum())
    return Rules(
        new=new,
        closable=closable,
        firm=firm,
        price=price,
        most=most,
        money=money - closing_cost,
        closing_cost=closing_cost,
        least=problem.least,
    )


def _check_least(least: Groups | None, new: Mask) -> None:
    if least is None:
        return
    mine = least.of[new]
    has = np.bincount(mine[mine >= 0], minlength=len(least.amount))
    for group in np.flatnonzero(has < least.amount):
        name, needs = least.name(int(group)), least.amount[group]
        raise MethodError(
            f"group {name} needs {needs:.0f} new sites but has {has[group]} candidates that the "
            "budget can pay; lower least, add candidates or raise the budget",
            f"组 {name} 至少须新建 {needs:.0f} 处,但预算内只有 {has[group]} 个候选点;"
            "请降低 least、增加候选点或提高预算",
        )
