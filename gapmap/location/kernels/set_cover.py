"""Set cover: greedy opening, search by row weights, and the Lagrangian bound.

Sources: row weighting Gao, Weise & Li 2015 (doi:10.1016/j.ejor.2015.05.038), here with prices and
with sites freed as soon as what they would gain changes; subgradients Caprara, Fischetti & Toth
1999 (doi:10.1287/opre.47.5.730), deflected as Camerini, Fratta & Maffioli 1975
(doi:10.1007/BFb0120697).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gapmap.compiling import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Hunt", "SetTable", "drop_needless", "hunt", "hunt_of", "lift_bound", "open_greedily"]

_BOUND, _FACTOR, _SINCE = 0, 1, 2  # what `memory` of `lift_bound` holds
_STEP, _SEED, _OPEN, _MISSED, _STARTED = 0, 1, 2, 3, 4  # what `Hunt.whole` holds
_NOW, _BEST = 0, 1  # what `Hunt.price` holds


class SetTable(NamedTuple):
    """Who is covered by whom, compressed by places and by sites, and the price of each site."""

    starts: Integers
    sites: Integers
    site_starts: Integers
    places: Integers
    price: Floats


class Hunt(NamedTuple):
    """Where a search stands; :func:`hunt` goes on from it.

    Attributes
    ----------
    covers, mark
        Of each place: open sites that cover it, and its weight, which grows while it is missed.
    gain, changed, free
        Of each site: weight of the places that it alone decides on; step at which it was opened or
        closed last; whether anything around it has changed since it was closed.
    is_open, best
        Sites open now, and the cheapest that cover all.
    opened, missed
        Lists of open sites and of missed places, each with the position of everyone in it.
    whole, price
        Counters, and the price of what is open now and of the best.
    """

    covers: Integers
    mark: Integers
    gain: Integers
    changed: Integers
    free: Flags
    is_open: Flags
    best: Flags
    opened: Integers
    opened_at: Integers
    missed: Integers
    missed_at: Integers
    whole: Integers
    price: Floats


def hunt_of(table: SetTable, is_open: Flags) -> Hunt:
    """Begin a search at sites that cover all."""
    places, sites = len(table.starts) - 1, len(table.price)
    price = float(table.price[is_open].sum())
    return Hunt(
        covers=np.zeros(places, np.int64),
        mark=np.ones(places, np.int64),
        gain=np.diff(table.site_starts).astype(np.int64),
        changed=np.zeros(sites, np.int64),
        free=np.ones(sites, dtype=bool),
        is_open=np.zeros(sites, dtype=bool),
        best=is_open.copy(),
        opened=np.zeros(sites, np.int64),
        opened_at=np.zeros(sites, np.int64),
        missed=np.arange(places),
        missed_at=np.arange(places),
        whole=np.array([0, 1, 0, places, 0]),
        price=np.array([0.0, price]),
    )


@compiled
def open_greedily(table: SetTable, is_open: Flags) -> None:
    """Open the site that covers most missed places for its price until all are covered.

    Parameters
    ----------
    table
        Who is covered by whom.
    is_open
        Sites open already; written to. Of equals the lowest number.
    """
    starts, sites, site_starts, places, price = table
    gain = np.zeros(len(price), np.int64)
    covered = np.zeros(len(starts) - 1, np.bool_)
    for site in range(len(price)):
        gain[site] = site_starts[site + 1] - site_starts[site]
    fresh = np.flatnonzero(is_open)
    at = 0
    while True:
        if at < len(fresh):
            best = fresh[at]
            at += 1
        else:
            best = -1
            for site in range(len(price)):
                if gain[site] > 0 and (
                    best < 0 or gain[site] * price[best] > gain[best] * price[site]
                ):
                    best = site
            if best < 0:
                return
        is_open[best] = True
        for entry in range(site_starts[best], site_starts[best + 1]):
            place = places[entry]
            if not covered[place]:
                covered[place] = True
                for other in range(starts[place], starts[place + 1]):
                    gain[sites[other]] -= 1


@compiled
def drop_needless(table: SetTable, is_open: Flags, order: Integers) -> None:
    """Close sites, in this order, all of whose places others cover as well.

    Parameters
    ----------
    table
        Who is covered by whom.
    is_open
        Open sites; written to.
    order
        Sites that may be closed.
    """
    covers = np.zeros(len(table.starts) - 1, np.int64)
    for site in range(len(is_open)):
        if is_open[site]:
            for entry in range(table.site_starts[site], table.site_starts[site + 1]):
                covers[table.places[entry]] += 1
    for site in order:
        if not is_open[site]:
            continue
        needed = False
        for entry in range(table.site_starts[site], table.site_starts[site + 1]):
            if covers[table.places[entry]] == 1:
                needed = True
                break
        if not needed:
            is_open[site] = False
            for entry in range(table.site_starts[site], table.site_starts[site + 1]):
                covers[table.places[entry]] -= 1


@compiled
def _open(table: SetTable, state: Hunt, site: int) -> None:
    state.is_open[site] = True
    state.opened[state.whole[_OPEN]] = site
    state.opened_at[site] = state.whole[_OPEN]
    state.whole[_OPEN] += 1
    state.changed[site] = state.whole[_STEP]
    state.price[_NOW] += table.price[site]
    gain = 0
    for entry in range(table.site_starts[site], table.site_starts[site + 1]):
        place = table.places[entry]
        mark = state.mark[place]
        state.covers[place] += 1
        if state.covers[place] == 1:
            gain += mark
            last = state.missed[state.whole[_MISSED] - 1]
            state.missed[state.missed_at[place]] = last
            state.missed_at[last] = state.missed_at[place]
            state.whole[_MISSED] -= 1
            for other in range(table.starts[place], table.starts[place + 1]):
                state.gain[table.sites[other]] -= mark
                state.free[table.sites[other]] = True
        elif state.covers[place] == 2:  # noqa: PLR2004 - the other one is not needed here now
            for other in range(table.starts[place], table.starts[place + 1]):
                one = table.sites[other]
                if one != site and state.is_open[one]:
                    state.gain[one] -= mark
                    break
    state.gain[site] = gain


@compiled
def _close(table: SetTable, state: Hunt, site: int) -> None:
    state.is_open[site] = False
    last = state.opened[state.whole[_OPEN] - 1]
    state.opened[state.opened_at[site]] = last
    state.opened_at[last] = state.opened_at[site]
    state.whole[_OPEN] -= 1
    state.changed[site] = state.whole[_STEP]
    state.price[_NOW] -= table.price[site]
    gain = 0
    for entry in range(table.site_starts[site], table.site_starts[site + 1]):
        place = table.places[entry]
        mark = state.mark[place]
        state.covers[place] -= 1
        if state.covers[place] == 0:
            gain += mark
            state.missed[state.whole[_MISSED]] = place
            state.missed_at[place] = state.whole[_MISSED]
            state.whole[_MISSED] += 1
            for other in range(table.starts[place], table.starts[place + 1]):
                state.gain[table.sites[other]] += mark
                state.free[table.sites[other]] = True
        elif state.covers[place] == 1:
            for other in range(table.starts[place], table.starts[place + 1]):
                one = table.sites[other]
                if state.is_open[one]:
                    state.gain[one] += mark
                    break
    state.gain[site] = gain
    state.free[site] = False


@compiled
def _least_needed(table: SetTable, state: Hunt, kept: int) -> int:
    """Give the open site that loses least for its price, the longest unchanged of equals."""
    best = -1
    for at in range(state.whole[_OPEN]):
        site = state.opened[at]
        if site == kept:
            continue
        if best < 0:
            best = site
            continue
        mine = state.gain[site] * table.price[best]
        other = state.gain[best] * table.price[site]
        if mine < other or (
            mine == other
            and (
                state.changed[site] < state.changed[best]
                or (state.changed[site] == state.changed[best] and site > best)
            )
        ):
            best = site
    return best


@compiled
def _most_wanted(table: SetTable, state: Hunt, place: int) -> int:
    """Give the site for a missed place that gains most for its price and can still be paid."""
    best = -1
    for entry in range(table.starts[place], table.starts[place + 1]):
        site = table.sites[entry]
        if not state.free[site] or state.price[_NOW] + table.price[site] >= state.price[_BEST]:
            continue
        if best < 0:
            best = site
            continue
        mine = state.gain[site] * table.price[best]
        other = state.gain[best] * table.price[site]
        if mine > other or (mine == other and state.changed[site] < state.changed[best]):
            best = site
    return best


@compiled
def hunt(table: SetTable, state: Hunt, steps: int, enough: float) -> None:
    """Close one and open one again and again, to cover all for less than the best so far.

    Parameters
    ----------
    table
        Who is covered by whom; prices above 0.
    state
        Where the search stands; written to.
    steps
        How often.
    enough
        Price at which nothing better is looked for.
    """
    whole, price = state.whole, state.price
    if whole[_STARTED] == 0:
        whole[_STARTED] = 1
        for site in range(len(table.price)):
            if state.best[site]:
                _open(table, state, site)
    kept = -1
    for _ in range(steps):
        whole[_STEP] += 1
        while whole[_MISSED] == 0:
            if price[_NOW] < price[_BEST]:
                price[_NOW] = 0.0
                for site in range(len(table.price)):
                    state.best[site] = state.is_open[site]
                    if state.is_open[site]:
                        price[_NOW] += table.price[site]
                price[_BEST] = price[_NOW]
            if price[_BEST] <= enough or whole[_OPEN] == 0:
                return
            _close(table, state, _least_needed(table, state, -1))
        site = _least_needed(table, state, kept)
        if site >= 0:
            _close(table, state, site)
        whole[_SEED] = (whole[_SEED] * 1103515245 + 12345) & 0x7FFFFFFF
        place = state.missed[(whole[_SEED] >> 8) % whole[_MISSED]]
        kept = _most_wanted(table, state, place)
        if kept >= 0:
            _open(table, state, kept)
        for at in range(whole[_MISSED]):
            place = state.missed[at]
            state.mark[place] += 1
            for entry in range(table.starts[place], table.starts[place + 1]):
                state.gain[table.sites[entry]] += 1


@compiled
def lift_bound(
    table: SetTable,
    multiplier: Floats,
    best: Floats,
    memory: Floats,
    upper: float,
    steps: int,
) -> None:
    """Lift the Lagrangian bound by steps along deflected subgradients.

    Parameters
    ----------
    table
        Who is covered by whom.
    multiplier, best
        Of each place: those of now and of the best bound; written to.
    memory
        The best bound, the factor of the step, and steps since it was lifted; written to.
    upper
        Price of a cover that is known.
    steps
        How many.
    """
    direction = np.zeros(len(multiplier))
    slope = np.empty(len(multiplier))
    for _ in range(steps):
        bound = 0.0
        for place in range(len(multiplier)):
            bound += multiplier[place]
            slope[place] = 1.0
        for site in range(len(table.price)):
            reduced = table.price[site]
            for entry in range(table.site_starts[site], table.site_starts[site + 1]):
                reduced -= multiplier[table.places[entry]]
            if reduced < 0:
                bound += reduced
                for entry in range(table.site_starts[site], table.site_starts[site + 1]):
                    slope[table.places[entry]] -= 1.0
        if bound > memory[_BOUND]:
            enough = bound > memory[_BOUND] + 1e-5 * abs(bound)
            memory[_BOUND] = bound
            best[:] = multiplier
            memory[_SINCE] = 0.0 if enough else memory[_SINCE] + 1
        else:
            memory[_SINCE] += 1
        if memory[_SINCE] >= 60:  # noqa: PLR2004 - steps without a better bound
            memory[_FACTOR] *= 0.7
            memory[_SINCE] = 0.0
            multiplier[:] = best
            direction[:] = 0.0
            continue
        length = 0.0
        for place in range(len(multiplier)):
            if multiplier[place] == 0.0 and slope[place] < 0:
                slope[place] = 0.0
            direction[place] = slope[place] + 0.9 * direction[place]
            length += direction[place] * direction[place]
        if length == 0.0:
            return
        step = memory[_FACTOR] * (1.01 * upper - bound) / length
        for place in range(len(multiplier)):
            multiplier[place] = max(0.0, multiplier[place] + step * direction[place])
