"""Least total distance (p-median): opening, exchanging and bounding.

The exchange is that of Whitaker 1983 (doi:10.1080/03155986.1983.11731889) in the form of Hansen &
Mladenović 1997 (doi:10.1016/S0966-8349(98)00030-8); the bound relaxes that everybody is assigned
once (Cornuéjols, Fisher & Nemhauser 1977, doi:10.1287/mnsc.23.8.789).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.compiling import compiled

__all__ = ["Bounds", "Table", "greedy", "improve", "lower_bound", "neaten", "restrict", "total"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PATIENCE = 15  # steps without a better bound before they get shorter
_SHRINKING = 0.7  # by this
_DEFLECTION = 0.6  # how much of the last direction goes into the next
_AVERAGING = 0.1  # how much of a step's choice goes into the mean
_ROUNDING = 2.0**-52
_ADDED, _NONE, _CHANGED = -1, -2, -3  # instead of a site that leaves or serves


class Table(NamedTuple):
    """What serving places costs.

    ``starts, sites, costs`` are the sites by place, compressed, the cheapest first;
    ``site_starts, places, site_costs`` the places by site. A cost is for all people of a place.
    ``cap`` is by place what it costs without any of these sites, more than all ``costs`` of it;
    ``price`` is by site.
    """

    starts: Integers
    sites: Integers
    costs: Floats
    site_starts: Integers
    places: Integers
    site_costs: Floats
    cap: Floats
    price: Floats


class Bounds(NamedTuple):
    """Multipliers by place, and what they gave.

    ``now`` are those of the next step, ``best`` those of the best bound, ``way`` is the direction
    of the last step. ``share`` is by site how much of it was open in the last choices; ``wins`` is
    by site what opening it wins at ``best``, negative; ``memory`` has the best bound, rounding
    taken off, the factor of the steps, and how many steps have not bettered the bound.
    """

    now: Floats
    best: Floats
    way: Floats
    share: Floats
    wins: Floats
    memory: Floats


@compiled
def _two_nearest(table: Table, is_open: Flags, place: int) -> tuple[int, float, int, float]:
    first, least = -1, table.cap[place]
    for at in range(table.starts[place], table.starts[place + 1]):
        if is_open[table.sites[at]]:
            if first >= 0:
                return first, least, table.sites[at], table.costs[at]
            first, least = table.sites[at], table.costs[at]
    return first, least, -1, table.cap[place]


@compiled
def total(table: Table, is_open: Flags) -> float:
    """Give what serving everybody costs with these sites."""
    value = 0.0
    for place in range(len(table.cap)):
        value += _two_nearest(table, is_open, place)[1]
    return value


@compiled
def restrict(table: Table, wanted: Flags, cap: Floats) -> tuple[Table, Integers]:
    """Give the table of some sites only, and of costs below the cap; and the sites' numbers."""
    number = np.flatnonzero(wanted)
    new, price = np.full(len(wanted), -1, np.int64), np.empty(len(number))
    for at in range(len(number)):
        new[number[at]], price[at] = at, table.price[number[at]]
    starts = np.zeros(len(cap) + 1, np.int64)
    counts = np.zeros(len(number) + 1, np.int64)
    for place in range(len(cap)):
        starts[place + 1] = starts[place]
        for at in range(table.starts[place], table.starts[place + 1]):
            if table.costs[at] >= cap[place]:
                break
            if new[table.sites[at]] >= 0:
                starts[place + 1] += 1
                counts[new[table.sites[at]] + 1] += 1
    site_starts = np.cumsum(counts)
    sites, costs = np.empty(starts[-1], np.int64), np.empty(starts[-1])
    places, site_costs = np.empty(starts[-1], np.int64), np.empty(starts[-1])
    fill, to = site_starts.copy(), 0
    for place in range(len(cap)):
        for at in range(table.starts[place], table.starts[place + 1]):
            if table.costs[at] >= cap[place]:
                break
            site = new[table.sites[at]]
            if site >= 0:
                sites[to], costs[to] = site, table.costs[at]
                places[fill[site]], site_costs[fill[site]] = place, table.costs[at]
                fill[site] += 1
                to += 1
    kept = Table(starts, sites, costs, site_starts, places, site_costs, cap.copy(), price)
    return kept, number


@compiled
def greedy(table: Table, count: int, budget: float, by_price: bool) -> Flags:  # noqa: FBT001 - numba
    """Open what wins most, or most for its price, while count and budget allow it."""
    is_open = np.zeros(len(table.price), np.bool_)
    now, left = table.cap.copy(), budget
    worth = np.full(len(table.price), np.inf)
    fresh = np.zeros(len(table.price), np.bool_)
    opened = 0
    while opened < count:
        best = -1
        for site in range(len(worth)):
            able = not is_open[site] and table.price[site] <= left
            if able and (best < 0 or worth[site] > worth[best]):
                best = site
        if best < 0 or worth[best] <= 0:
            break
        if not fresh[best]:  # what a site wins only falls, so only the best is counted anew
            won = 0.0
            for at in range(table.site_starts[best], table.site_starts[best + 1]):
                won += max(now[table.places[at]] - table.site_costs[at], 0.0)
            worth[best] = won / max(table.price[best], 1e-300) if by_price else won
            fresh[best] = True
            continue
        is_open[best] = True
        opened += 1
        left -= table.price[best]
        fresh[:] = False
        for at in range(table.site_starts[best], table.site_starts[best + 1]):
            place = table.places[at]
            now[place] = min(now[place], table.site_costs[at])
    return is_open


@compiled
def _state(table: Table, is_open: Flags) -> tuple[Integers, Integers, Floats, Floats, Floats]:
    """Give the two nearest sites of all places, what they cost, and the loss without each site."""
    places = len(table.cap)
    first, second = np.empty(places, np.int64), np.empty(places, np.int64)
    least, next_least = np.empty(places), np.empty(places)
    loss = np.zeros(len(table.price))
    for place in range(places):
        a, b, c, d = _two_nearest(table, is_open, place)
        first[place], least[place], second[place], next_least[place] = a, b, c, d
        if a >= 0:
            loss[a] += d - b
    return first, second, least, next_least, loss


@compiled
def _descend(table: Table, is_open: Flags, limits: Floats, *, neat: bool) -> None:
    """Add and exchange sites while that wins; neat: for lower numbers, while it costs nothing.

    ``limits`` are count, budget and what counts as nothing.
    """
    sites = len(table.price)
    first, second, least, next_least, loss = _state(table, is_open)
    change = np.zeros(sites)
    opened, spent = np.flatnonzero(is_open), 0.0
    for one in opened:
        spent += table.price[one]
    site, idle = 0, 0
    while idle < sites:
        entering, leaving, worst = site, _NONE, 0
        site = (site + 1) % sites
        idle += 1
        if is_open[entering]:
            continue
        won = 0.0
        for at in range(table.site_starts[entering], table.site_starts[entering + 1]):
            place, cost = table.places[at], table.site_costs[at]
            if cost < least[place]:
                won += least[place] - cost
                if first[place] >= 0:
                    change[first[place]] -= next_least[place] - least[place]
            elif cost < next_least[place] and first[place] >= 0:
                change[first[place]] -= next_least[place] - cost
        free = limits[1] - spent - table.price[entering]
        if not neat and len(opened) < limits[0] and free >= 0 and won > limits[2]:
            leaving = _ADDED
        best = np.inf
        for one in opened:
            delta = loss[one] + change[one] - won
            change[one] = 0.0
            if leaving == _ADDED or free + table.price[one] < 0 or (neat and one < entering):
                continue
            if delta < best or (neat and delta <= best):
                best, worst = delta, int(one)
        if leaving == _NONE and (best <= limits[2] if neat else best < -limits[2]):
            leaving = worst
        if leaving == _NONE:
            continue
        idle = 0
        is_open[entering] = True
        if leaving >= 0:
            is_open[leaving] = False
        opened, spent = np.flatnonzero(is_open), 0.0
        for one in opened:
            spent += table.price[one]
        for at in range(table.site_starts[entering], table.site_starts[entering + 1]):
            place, cost = table.places[at], table.site_costs[at]
            if cost < next_least[place]:
                second[place] = _CHANGED
        loss.fill(0.0)
        for place in range(len(first)):
            one, two = first[place], second[place]
            if two == _CHANGED or (leaving >= 0 and leaving in (one, two)):
                a, b, c, d = _two_nearest(table, is_open, place)
                first[place], least[place], second[place], next_least[place] = a, b, c, d
            if first[place] >= 0:
                loss[first[place]] += next_least[place] - least[place]


@compiled
def _shaken(table: Table, is_open: Flags, budget: float, strength: int, seed: int) -> int:
    """Exchange sites at random, and give the next seed."""
    closed = np.flatnonzero(~is_open)
    opened = np.flatnonzero(is_open)
    for _ in range(strength):
        seed = (seed * 1103515245 + 12345) % 2147483648
        enter = closed[(seed // 64) % len(closed)]
        seed = (seed * 1103515245 + 12345) % 2147483648
        leave = opened[(seed // 64) % len(opened)]
        spent = table.price[is_open].sum() + table.price[enter] - table.price[leave]
        if is_open[leave] and not is_open[enter] and spent <= budget:
            is_open[leave], is_open[enter] = False, True
    return seed


def improve(table: Table, is_open: Flags, limits: Floats, rounds: int, seed: int) -> float:
    """Exchange sites while that wins, then shake and do so again, so many rounds.

    Parameters
    ----------
    table
        What serving costs.
    is_open
        Sites to start from; on return the best.
    limits
        Count, budget, and what counts as nothing.
    rounds, seed
        Of shaking; the same seed shakes alike.
    """
    # Not compiled, as little is done here: numba would compile all that is called once more.
    _descend(table, is_open, limits, neat=False)
    value = total(table, is_open)
    if is_open.all() or not is_open.any():
        return value
    for turn in range(rounds):
        tried = is_open.copy()
        seed = _shaken(table, tried, limits[1], 1 + turn % 4, seed)
        _descend(table, tried, limits, neat=False)
        reached = total(table, tried)
        if reached < value - limits[2]:
            value = reached
            is_open[:] = tried
    return value


def neaten(table: Table, is_open: Flags, limits: Floats) -> None:
    """Close what helps nobody, and exchange for lower numbers where that costs nothing."""
    while True:
        before = is_open.copy()
        loss = _state(table, is_open)[4]
        for site in np.flatnonzero(is_open)[::-1]:
            if loss[site] <= limits[2]:
                is_open[site] = False
                loss = _state(table, is_open)[4]
        _descend(table, is_open, limits, neat=True)
        if (before == is_open).all():
            return


@compiled
def _copy(source: Floats, target: Floats) -> None:
    """Copy numbers; a slice that is assigned takes numba longer to compile."""
    for at in range(len(source)):
        target[at] = source[at]


@compiled
def _winning(key: Floats) -> Integers:
    """Give the sites with a key below 0, the lowest key first, of equals the lowest number.

    A merge sort, as ``np.argsort`` is, which takes numba 6 s to compile.
    """
    count = 0
    order, other = np.empty(len(key), np.int64), np.empty(len(key), np.int64)
    for site in range(len(key)):
        if key[site] < 0:
            order[count] = site
            count += 1
    width = 1
    while width < count:
        for low in range(0, count, 2 * width):
            middle, high = min(low + width, count), min(low + 2 * width, count)
            one, two = low, middle
            for to in range(low, high):
                if one < middle and (two >= high or key[order[one]] <= key[order[two]]):
                    other[to] = order[one]
                    one += 1
                else:
                    other[to] = order[two]
                    two += 1
        order, other = other, order
        width *= 2
    return order[:count]


@compiled
def _chosen(wins: Floats, price: Floats, count: int, budget: float, share: Floats) -> float:
    """Choose the sites that win most within count, or within budget in parts; give what they win.

    Each of the two alone is a relaxation; the one that wins less bounds better.
    """
    by_count, spent = 0.0, 0.0
    rate, parts = wins.copy(), np.zeros(len(wins))
    share.fill(0.0)
    for site in _winning(rate)[:count]:
        by_count += wins[site]
        spent += price[site]
        share[site] = 1.0
    if spent <= budget:
        return by_count
    by_budget, left = 0.0, budget
    for site in range(len(wins)):
        if wins[site] < 0:
            rate[site] = wins[site] / price[site] if price[site] > 0 else -np.inf
    for site in _winning(rate):
        if left <= 0 < price[site]:
            break
        parts[site] = 1.0 if price[site] <= left else left / price[site]
        by_budget += parts[site] * wins[site]
        left -= parts[site] * price[site]
    if by_budget > by_count:
        _copy(parts, share)
    return max(by_count, by_budget)


@compiled
def lower_bound(table: Table, bounds: Bounds, limits: Floats, upper: float, steps: int) -> None:
    """Raise the bound by so many steps of the deflected subgradient.

    Parameters
    ----------
    table
        What serving costs.
    bounds
        Multipliers and what they gave; written to.
    limits
        Count, budget, and the bound that is enough.
    upper
        A value to aim for.
    steps
        How many.
    """
    now, memory, way = bounds.now, bounds.memory, bounds.way
    places = len(now)
    wins, share = np.zeros(len(table.price)), np.zeros(len(table.price))
    for _ in range(steps):
        wins.fill(0.0)
        base = 0.0
        for place in range(places):
            low = table.cap[place]
            if table.starts[place] < table.starts[place + 1]:
                low = table.costs[table.starts[place]]
            now[place] = min(max(now[place], low), table.cap[place])
            base += now[place]
            for at in range(table.starts[place], table.starts[place + 1]):
                if table.costs[at] >= now[place]:
                    break
                wins[table.sites[at]] += table.costs[at] - now[place]
        won = _chosen(wins, table.price, int(limits[0]), limits[1], share)
        bound = base + won - 4 * (places + len(wins)) * _ROUNDING * (base - won)
        for site in range(len(share)):
            bounds.share[site] += _AVERAGING * (share[site] - bounds.share[site])
        if bound > memory[0]:
            if bound > memory[0] + 1e-6 * abs(bound):
                memory[2] = 0
            memory[0] = bound
            _copy(now, bounds.best)
            _copy(wins, bounds.wins)
        memory[2] += 1
        if memory[0] >= limits[2]:
            return
        norm = 0.0
        for place in range(places):
            slope = 1.0
            for at in range(table.starts[place], table.starts[place + 1]):
                if table.costs[at] >= now[place]:
                    break
                slope -= share[table.sites[at]]
            if slope > 0 and now[place] >= table.cap[place]:
                slope, way[place] = 0.0, min(way[place], 0.0)
            way[place] = slope + _DEFLECTION * way[place]
            norm += way[place] ** 2
        if norm == 0:
            memory[1] = 0.0
            return
        length = memory[1] * max(upper - bound, 1e-9 * abs(upper)) / norm
        for place in range(places):
            now[place] += length * way[place]
        if memory[2] >= _PATIENCE:
            memory[2] = 0
            memory[1] *= _SHRINKING
            _copy(bounds.best, now)
            way.fill(0.0)
