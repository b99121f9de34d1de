"""Maximal covering: opening, exchanging and bounding, on a reduced cover.

Weights and prices are whole numbers whose sums are exact, so that ties do not depend on the order
of anything.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled

_PATIENCE = 20  # steps without a better bound before they get shorter
_SHRINKING = 0.8  # by this
_DEFLECTION = 0.8  # how much of the last direction goes into the next

__all__ = ["State", "Table", "fixable", "improve", "lower_bound", "neaten", "state_of"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Site = int | np.int64


class Table(NamedTuple):
    """Who can be covered by which sites, and for what.

    ``starts, sites`` are the sites by place, ``site_starts, places`` the places by site, each
    compressed; ``weight`` is by place, ``price`` by site.
    """

    starts: Integers
    sites: Integers
    site_starts: Integers
    places: Integers
    weight: Floats
    price: Floats


class State(NamedTuple):
    """A choice of sites, and what follows from it.

    ``is_open`` is by site. By place: ``covers`` has how many open sites cover it, ``owner`` the
    sum of their numbers, so the number of the only one where there is one. ``worth`` of a site is
    the weight that would be lost without it (open) or won with it (closed). ``left`` has the
    number of sites that may still be opened, and the budget that is left for them. ``fresh`` are
    the closed sites for which an exchange may win more than when it was last looked for, and the
    open sites that have lost worth.
    """

    is_open: Flags
    covers: Integers
    owner: Integers
    worth: Floats
    left: Floats
    fresh: Flags


@compiled
def state_of(table: Table, count: int, budget: float) -> State:
    """Give the state in which all sites are closed.

    Parameters
    ----------
    table
        Places and sites.
    count, budget
        How many sites may be opened, and what they may cost (inf for anything).
    """
    worth = np.zeros(len(table.price))
    for site in range(len(table.price)):
        for entry in range(table.site_starts[site], table.site_starts[site + 1]):
            worth[site] += table.weight[table.places[entry]]
    return State(
        np.zeros(len(table.price), np.bool_),
        np.zeros(len(table.weight), np.int64),
        np.zeros(len(table.weight), np.int64),
        worth,
        np.array([float(count), budget]),
        np.ones(len(table.price), np.bool_),
    )


@compiled
def _open(table: Table, state: State, site: Site) -> None:
    covers, owner, worth, fresh = state.covers, state.owner, state.worth, state.fresh
    state.is_open[site] = True
    state.left[0] -= 1
    state.left[1] -= table.price[site]
    for entry in range(table.site_starts[site], table.site_starts[site + 1]):
        place = table.places[entry]
        if covers[place] == 0:
            weight = table.weight[place]
            for at in range(table.starts[place], table.starts[place + 1]):
                worth[table.sites[at]] -= weight
                fresh[table.sites[at]] = True
            worth[site] += weight
        elif covers[place] == 1:
            worth[owner[place]] -= table.weight[place]
            fresh[owner[place]] = True
        covers[place] += 1
        owner[place] += site


@compiled
def _close(table: Table, state: State, site: Site) -> None:
    covers, owner, worth, fresh = state.covers, state.owner, state.worth, state.fresh
    state.is_open[site] = False
    state.left[0] += 1
    state.left[1] += table.price[site]
    for entry in range(table.site_starts[site], table.site_starts[site + 1]):
        place = table.places[entry]
        covers[place] -= 1
        owner[place] -= site
        if covers[place] == 0:
            weight = table.weight[place]
            for at in range(table.starts[place], table.starts[place + 1]):
                worth[table.sites[at]] += weight
                fresh[table.sites[at]] = True
            worth[site] -= weight
        elif covers[place] == 1:
            worth[owner[place]] += table.weight[place]


@compiled
def _spread(table: Table, state: State) -> None:
    """Make closed sites fresh that share places with an open site worth less than before."""
    for site in range(len(table.price)):
        if state.is_open[site] and state.fresh[site]:
            state.fresh[site] = False
            for entry in range(table.site_starts[site], table.site_starts[site + 1]):
                place = table.places[entry]
                if state.covers[place] == 1:  # the site's alone
                    for at in range(table.starts[place], table.starts[place + 1]):
                        state.fresh[table.sites[at]] = True
            state.fresh[site] = False


@compiled
def _fill(table: Table, state: State, barred: Flags, by_price: bool) -> None:  # noqa: FBT001 - numba
    """Open the site that wins most, or most for its price, until none wins anything."""
    while state.left[0] > 0:
        best = 0.0
        site: Site = np.int64(-1)  # a bare -1 is a type of its own, compiled anew
        for other in range(len(table.price)):
            won = state.worth[other]
            if won <= 0 or state.is_open[other] or barred[other]:
                continue
            if table.price[other] > state.left[1]:
                continue
            if by_price:
                won /= max(table.price[other], 1e-9)
            if won > best:
                best, site = won, other
        if site < 0:
            break
        _open(table, state, site)


@compiled
def _exchange(table: Table, state: State) -> None:
    """Exchange one open site for a closed one, wherever that wins, until it does nowhere.

    Vertex substitution (Teitz & Bart 1968, doi:10.1287/opre.16.5.955). Each closed site in turn
    takes the place of the open one for which it wins most.
    """
    is_open, covers, owner, worth = state.is_open, state.covers, state.owner, state.worth
    sites, fresh = len(table.price), state.fresh
    extra = np.zeros(sites)
    touched = np.empty(sites, np.int64)
    limited = state.left[1] < np.inf
    stale, new, weakest = 0, -1, -1
    _spread(table, state)
    while stale < sites:
        new = new + 1 if new + 1 < sites else 0
        stale += 1
        if is_open[new] or worth[new] <= 0:  # an exchange wins no more than the new site alone
            continue
        if state.left[0] > 0 and table.price[new] <= state.left[1]:
            _open(table, state, new)
            _spread(table, state)
            stale, weakest = 0, -1
            continue
        if weakest < 0 and not limited:
            for old in range(sites):
                if is_open[old] and (weakest < 0 or worth[old] <= worth[weakest]):
                    weakest = old
        if not (fresh[new] or limited or (weakest >= 0 and worth[new] > worth[weakest])):
            continue
        fresh[new] = False
        many = 0
        for entry in range(table.site_starts[new], table.site_starts[new + 1]):
            place = table.places[entry]
            if covers[place] == 1:
                old = owner[place]
                if extra[old] == 0:
                    touched[many] = old
                    many += 1
                extra[old] += table.weight[place]
        best = 0.0
        out: Site = np.int64(-1)
        if limited:
            for old in range(sites):
                if is_open[old] and table.price[new] - table.price[old] <= state.left[1]:
                    won = worth[new] + extra[old] - worth[old]
                    if won > best or (won == best and out >= 0 and old > out):
                        best, out = won, old
        else:
            if weakest >= 0 and worth[new] + extra[weakest] > worth[weakest]:
                best, out = worth[new] + extra[weakest] - worth[weakest], weakest
            for at in range(many):
                old = touched[at]
                won = worth[new] + extra[old] - worth[old]
                if won > best or (won == best and out >= 0 and old > out):
                    best, out = won, old
        for at in range(many):
            extra[touched[at]] = 0.0
        if out >= 0:
            _close(table, state, out)
            _open(table, state, new)
            _spread(table, state)
            stale, weakest = 0, -1


@compiled
def _covered(table: Table, state: State) -> float:
    total = 0.0
    for place in range(len(table.weight)):
        if state.covers[place] > 0:
            total += table.weight[place]
    return total


@compiled
def _become(table: Table, state: State, wanted: Flags) -> None:
    """Open and close until these sites are open."""
    for site in range(len(wanted)):
        if state.is_open[site] and not wanted[site]:
            _close(table, state, site)
    for site in range(len(wanted)):
        if wanted[site] and not state.is_open[site]:
            _open(table, state, site)


@compiled
def _next(draw: np.uint64) -> np.uint64:
    """Give the next of the numbers that look random (Knuth's linear congruential generator)."""
    return draw * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)


@compiled
def _below(draw: np.uint64, size: int) -> np.int64:
    return np.int64((draw >> np.uint64(33)) % np.uint64(size))


@compiled
def _walk(table: Table, state: State, site: Site, barred: Flags, draw: np.uint64) -> np.uint64:
    """Close an open site near another: from a place of that to a site, to a place of this."""
    for _ in range(2):
        draw = _next(draw)
        start, size = table.site_starts[site], table.site_starts[site + 1] - table.site_starts[site]
        place = table.places[start + _below(draw, size)]
        draw = _next(draw)
        start, size = table.starts[place], table.starts[place + 1] - table.starts[place]
        site = table.sites[start + _below(draw, size)]
    for entry in range(table.site_starts[site], table.site_starts[site + 1]):
        place = table.places[entry]
        if state.covers[place] == 1:
            other = state.owner[place]
            barred[other] = True
            _close(table, state, other)
            break
    return draw


@compiled
def improve(
    table: Table,
    state: State,
    wanted: Flags,
    by_price: bool,  # noqa: FBT001 - numba
    rounds: int,
    seed: int,
) -> float:
    """Exchange sites from a choice, then shake and exchange again; give the weight covered.

    A round closes a few sites that are drawn, opens others greedily in their place and exchanges;
    what is no better is undone. The draws are the same on every run.

    Parameters
    ----------
    table, state
        Places and sites, and the choice, which is changed.
    wanted
        Sites to start from, few and cheap enough; more are opened where that is allowed.
    by_price
        Whether these are chosen by what they win for their price.
    rounds
        How often to shake.
    seed
        Of the draws.
    """
    _become(table, state, wanted)
    sites = len(table.price)
    barred = np.zeros(sites, np.bool_)
    _fill(table, state, barred, by_price)
    for site in range(sites):
        state.fresh[site] = True
    _exchange(table, state)
    value = _covered(table, state)
    now, best = value, state.is_open.copy()
    draw = np.uint64(seed * 2 + 1)
    for turn in range(rounds):
        chosen = np.flatnonzero(state.is_open)
        if len(chosen) == 0:
            break
        draw = _next(draw)
        site = chosen[_below(draw, len(chosen))]
        _close(table, state, site)
        barred[site] = True
        for _ in range(3 * (1 + turn % 4)):
            draw = _walk(table, state, site, barred, draw)
        _fill(table, state, barred, turn % 2 == 1)
        for other in range(sites):
            barred[other] = False
        _exchange(table, state)
        found = _covered(table, state)
        if found >= now:
            now = found
            for other in range(sites):
                best[other] = state.is_open[other]
        else:
            _become(table, state, best)
            for other in range(sites):
                state.fresh[other] = False
    return now


@compiled
def neaten(table: Table, state: State, wanted: Flags) -> None:
    """Exchange open sites for cheaper ones, or for lower numbers, wherever nobody is lost by it.

    Parameters
    ----------
    table, state
        Places and sites, and the choice, which is changed. Prices count only where a budget does.
    wanted
        Sites to start from.
    """
    _become(table, state, wanted)
    sites = len(table.price)
    limited = state.left[1] < np.inf
    extra = np.zeros(sites)
    for site in range(sites - 1, -1, -1):
        if state.is_open[site] and state.worth[site] <= 0:
            _close(table, state, site)
    chosen = np.flatnonzero(state.is_open)
    changed = True
    while changed:
        changed = False
        for new in range(sites):
            if state.is_open[new]:
                continue
            for entry in range(table.site_starts[new], table.site_starts[new + 1]):
                place = table.places[entry]
                if state.covers[place] == 1:
                    extra[state.owner[place]] += table.weight[place]
            out: Site = np.int64(-1)
            for at in range(len(chosen) - 1, -1, -1):
                old = chosen[at]
                dearer = limited and table.price[old] > table.price[new]
                same = not limited or table.price[old] == table.price[new]
                if not (dearer or (same and old > new)):
                    continue
                if state.worth[new] + extra[old] >= state.worth[old]:
                    out = old
                    break
            for entry in range(table.site_starts[new], table.site_starts[new + 1]):
                place = table.places[entry]
                if state.covers[place] == 1:
                    extra[state.owner[place]] = 0.0
            if out >= 0:
                _close(table, state, out)
                _open(table, state, new)
                chosen = np.flatnonzero(state.is_open)
                changed = True


@compiled
def _most(gain: Floats, count: int) -> tuple[float, float]:
    """Give the least of the ``count`` largest numbers and the next one, at least 0."""
    # Quickselect (Hoare 1961, doi:10.1145/366622.366647): np.partition compiles for 20 seconds.
    size = len(gain)
    if count >= size:
        return 0.0, 0.0
    ordered = gain.copy()
    low, high = 0, size - 1
    while low < high and count > 0:
        pivot = ordered[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while ordered[left] > pivot:
                left += 1
            while ordered[right] < pivot:
                right -= 1
            if left <= right:
                ordered[left], ordered[right] = ordered[right], ordered[left]
                left += 1
                right -= 1
        if count - 1 <= right:
            high = right
        elif count - 1 >= left:
            low = left
        else:
            break
    last, following = 0.0, 0.0
    if count > 0:
        last = max(last, ordered[count - 1])
    for at in range(max(count, 0), size):
        following = max(following, ordered[at])
    return last, following


@compiled
def _pick(
    total: Floats, price: Floats, rate: float, count: int, gain: Floats, share: Floats
) -> float:
    """Set to 1 the share of the best sites at a rate of budget; give what they cost."""
    for site in range(len(gain)):
        gain[site] = total[site] - rate * price[site]
    last, _ = _most(gain, count)
    spent = 0.0
    left = count
    for site in range(len(gain)):
        share[site] = 0.0
        if gain[site] > last:
            share[site] = 1.0
            spent += price[site]
            left -= 1
    if last > 0:
        for site in range(len(gain)):
            if left == 0:
                break
            if gain[site] == last:
                share[site] = 1.0
                spent += price[site]
                left -= 1
    return spent


@compiled
def _best_share(
    total: Floats, price: Floats, count: int, budget: float, gain: Floats, share: Floats
) -> float:
    """Solve the relaxed choice of sites: its shares, gains at the rate of the budget, and that.

    With a budget that is a knapsack with a number of pieces; its linear relaxation mixes the
    choices at the two rates between which the budget is met.
    """
    spent_low = _pick(total, price, 0.0, count, gain, share)
    if spent_low <= budget:
        return 0.0
    size = len(price)
    share_low, share_high = share.copy(), share.copy()
    low, high = 0.0, 0.0
    for site in range(size):
        if price[site] > 0:
            high = max(high, total[site] / price[site])
    high *= 1.0 + 1e-9
    spent_high = _pick(total, price, high, count, gain, share_high)
    for _ in range(40):
        middle = 0.5 * (low + high)
        spent = _pick(total, price, middle, count, gain, share)
        if spent > budget:
            low, spent_low = middle, spent
            for site in range(size):
                share_low[site] = share[site]
        else:
            high, spent_high = middle, spent
            for site in range(size):
                share_high[site] = share[site]
            if spent == budget:
                break
    part = 0.0 if spent_low <= spent_high else (budget - spent_high) / (spent_low - spent_high)
    for site in range(size):
        share[site] = part * share_low[site] + (1.0 - part) * share_high[site]
        gain[site] = total[site] - high * price[site]
    return high


@compiled
def _totals(table: Table, multiplier: Floats, total: Floats) -> None:
    for site in range(len(total)):
        added = 0.0
        for entry in range(table.site_starts[site], table.site_starts[site + 1]):
            added += multiplier[table.places[entry]]
        total[site] = added


@compiled
def lower_bound(
    table: Table,
    multiplier: Floats,
    best_multiplier: Floats,
    direction: Floats,
    memory: Floats,
    share: Floats,
    count: int,
    budget: float,
    target: float,
    iterations: int,
) -> None:
    """Lower the Lagrangian bound by steps of the subgradient.

    The condition that a covered place has an open site is relaxed (Galvão & ReVelle 1996,
    doi:10.1016/0377-2217(94)00159-6): with a multiplier from 0 to its weight for each place, the
    bound is what the places weigh beyond their multipliers and the best sites by the sum of the
    multipliers of their places. Directions are deflected (Camerini, Fratta & Maffioli 1975,
    doi:10.1007/BFb0120697), steps are Polyak's with a factor that shrinks.

    Parameters
    ----------
    table
        Places and sites.
    multiplier, best_multiplier, direction
        By place: where we stand, where the bound was lowest, where we went; all changed.
    memory
        Lowest bound, rate of the budget there, factor of the step, iterations without a better
        bound; changed.
    share
        By site: running mean of the shares that relaxed choices have of it; changed.
    count, budget
        How many sites, and what they may cost.
    target
        What is known to be reached.
    iterations
        How many steps.
    """
    places, sites = len(table.weight), len(table.price)
    total, gain, now = np.empty(sites), np.empty(sites), np.empty(sites)
    slope = np.empty(places)
    for _ in range(iterations):
        _totals(table, multiplier, total)
        rate = _best_share(total, table.price, count, budget, gain, now)
        bound = 0.0
        last, _following = _most(gain, count)
        left = count
        for site in range(sites):
            if gain[site] > last:
                bound += gain[site]
                left -= 1
        if last > 0:
            bound += left * last
        if rate > 0:
            bound += rate * budget
        for place in range(places):
            bound += table.weight[place] - multiplier[place]
            slope[place] = 1.0
        for site in range(sites):
            share[site] += 0.05 * (now[site] - share[site])
            if now[site] > 0:
                for entry in range(table.site_starts[site], table.site_starts[site + 1]):
                    slope[table.places[entry]] -= now[site]
        if bound < memory[0]:
            if bound < memory[0] - 1e-4 * (memory[0] - target):
                memory[3] = 0
            memory[0], memory[1] = bound, rate
            for place in range(places):
                best_multiplier[place] = multiplier[place]
        memory[3] += 1
        if memory[3] > _PATIENCE:
            memory[2] *= _SHRINKING
            memory[3] = 0
            for place in range(places):
                multiplier[place] = best_multiplier[place]
                direction[place] = 0.0
            continue
        length = 0.0
        for place in range(places):
            direction[place] = slope[place] + _DEFLECTION * direction[place]
            ahead = direction[place]
            if (ahead < 0 and multiplier[place] <= 0) or (
                ahead > 0 and multiplier[place] >= table.weight[place]
            ):
                direction[place] = 0.0
            length += direction[place] * direction[place]
        if length == 0 or bound <= target:
            break
        step = memory[2] * (bound - target) / length
        for place in range(places):
            moved = multiplier[place] + step * direction[place]
            multiplier[place] = min(max(moved, 0.0), table.weight[place])


@compiled
def fixable(
    table: Table, multiplier: Floats, memory: Floats, count: int, needed: float
) -> tuple[Flags, Flags]:
    """Tell which sites are in, and which are out, in every choice that covers ``needed``.

    Parameters
    ----------
    table
        Places and sites.
    multiplier
        By place.
    memory
        The bound, made safe, with these multipliers, and the rate of the budget.
    count
        How many sites.
    needed
        The least weight that would be better than what is known.
    """
    total = np.empty(len(table.price))
    _totals(table, multiplier, total)
    gain = np.empty(len(table.price))
    for site in range(len(gain)):
        gain[site] = total[site] - memory[1] * table.price[site]
    last, following = _most(gain, count)
    inside = np.zeros(len(gain), np.bool_)
    outside = np.zeros(len(gain), np.bool_)
    for site in range(len(gain)):
        if gain[site] > last or (gain[site] == last and last > following):
            inside[site] = memory[0] - gain[site] + following < needed
        else:
            outside[site] = memory[0] + gain[site] - last < needed
    return inside, outside
