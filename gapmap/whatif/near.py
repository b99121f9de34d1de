"""Near: for each place every site that could be its nearest, whichever of them are switched off.

A site that always stays on ends the list of a place: nothing farther can ever be its nearest. Where
no site does, the list holds all that can be reached. So a page that knows these lists says exactly
what a measurement would, for every set of switches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.spatial import cKDTree

from gapmap.network import SLACK, snap

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.siting.ways import Ways

__all__ = ["UNIT", "Near", "entries_of", "find_near", "in_units", "spread_order", "stay_on"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

UNIT: Final = 1000
"""Parts of a metre or minute that ways are told in."""
_TENTH: Final = UNIT // 10
_STOPS: Final = 10
"""Stops of the page's slider up to a limit that is not in round numbers."""
_STEPS: Final = 12
_ONE_BY_ONE: Final = 3000
"""Points up to which each is the farthest from those before it: the time is that squared."""
_GRID_BITS: Final = 16
_SAME_DIGITS: Final = 7
"""Ways that differ by rounding errors alone are equally long."""


@dataclass(frozen=True, slots=True)
class Near:
    """Lists of sites for each place, the nearest first; of equal ones that with the lower id.

    Attributes
    ----------
    starts
        Where the list of each place begins, and where the last one ends: one more than places.
    site
        Numbers of sites.
    way
        Metres or minutes to it, in parts of :data:`UNIT`.
    """

    starts: Integers
    site: Integers
    way: Integers


def in_units(way: Floats, limit: float | None = None) -> Integers:
    """Round ways to parts of :data:`UNIT`, never across a limit that may be asked about.

    What is beyond such a limit, which is inclusive but for :data:`gapmap.network.SLACK`, stays
    beyond it: one part is added where rounding would take it back.

    Parameters
    ----------
    way
        Metres or minutes.
    limit
        That of the study. With it only limits in whole tenths and in tenths of this one, between
        which the page's slider moves, are kept apart, so that a way is shown as measured. None:
        all limits in whole parts are, for ways that are only compared.

    Examples
    --------
    >>> in_units(np.array([499.9996, 500.0000004, 500.0004, 16.6494]), limit=500.0).tolist()
    [500000, 500000, 500001, 16649]
    >>> in_units(np.array([16.6494])).tolist()
    [16650]
    """
    told = np.rint(way * UNIT)
    beyond = way > told / UNIT + SLACK
    if limit is not None:
        step = limit * UNIT / _STOPS
        beyond &= (told % _TENTH == 0) | (told == np.rint(np.rint(told / step) * step))
    told = told + beyond
    if limit is not None:
        most = np.rint(limit * UNIT)  # the study's own may have more digits
        told = np.where(way > limit + SLACK, np.maximum(told, most + 1), np.minimum(told, most))
    return np.asarray(told, dtype=np.int64)


def find_near(ways: Ways, sites: gpd.GeoDataFrame, ids: npt.NDArray[np.object_], on: Flags) -> Near:
    """Find the lists.

    Parameters
    ----------
    ways
        Where people set out from.
    sites
        With geometry; those without a position or off the ways are in no list.
    ids
        Of the sites; the lower one comes first where two are equally near.
    on
        Which sites always stay on.
    """
    count = len(ways.order)
    bound = np.full(count, np.inf)
    if on.any():
        bound = ways.nearest(sites[on])[1]
    bound = bound * (1 + 1e-9) + SLACK  # those equally near, and itself
    bound[_nowhere(ways)] = 0.0
    found = _nearer(ways, sites, bound)
    place = np.repeat(np.arange(count), np.diff(found.indptr))
    by_id = np.empty(len(ids), dtype=np.int64)
    by_id[np.argsort(ids, kind="stable")] = np.arange(len(ids))
    equal = np.round(found.data, _SAME_DIGITS)
    order = np.lexsort((by_id[found.indices], equal, place))
    place, site, way = place[order], found.indices[order].astype(np.int64), found.data[order]
    keep = ~_behind(place, on[site])
    starts = np.concatenate([[0], np.cumsum(np.bincount(place[keep], minlength=count))])
    told = in_units(way[keep], ways.service.limit)
    return Near(starts.astype(np.int64), site[keep], _rising(told, place[keep]))


def _nowhere(ways: Ways) -> Flags:
    """Say who has no position or stands off the ways, and gets nowhere."""
    known = np.isfinite(ways.origins.xy).all(axis=1)
    return np.asarray((~known | ways.origins.off_network)[ways.order])


def _nearer(ways: Ways, sites: gpd.GeoDataFrame, bound: Floats) -> sparse.csr_array:
    """Find sites nearer than a bound; few without one are asked apart, lest all be searched."""
    alone = np.flatnonzero(np.isinf(bound))
    if not len(alone) or not (np.isfinite(bound) & (bound > 0)).any():
        return ways.nearer(sites, bound)
    most = ways.nearer(sites, np.where(np.isinf(bound), 0.0, bound))
    few = _only(ways, alone).nearer(sites, np.full(len(alone), np.inf))
    rows = np.arange(len(bound))
    rows[alone] = len(bound) + np.arange(len(alone))
    return sparse.csr_array(sparse.csr_array(sparse.vstack([most, few], format="csr"))[rows])


def _only(ways: Ways, rows: Integers) -> Ways:
    """Set out from some places alone."""
    origins, mode = ways.origins, ways.service.mode
    xy = origins.xy[ways.order[rows]]
    joined = None if origins.network is None else snap(origins.network, xy, mode=mode)
    stops = replace(origins, xy=xy, snap=joined)
    return replace(ways, origins=stops, order=np.arange(len(rows)))


def _rising(way: Integers, place: Integers) -> Integers:
    """Let no way be shorter than one before it: equal ones may be rounded to different parts."""
    lift = place * (int(way.max(initial=0)) + 1)
    return np.asarray(np.maximum.accumulate(way + lift) - lift)


def _behind(place: Integers, ends: Flags) -> Flags:
    """Say which entries stand behind the first one of their place that ends its list."""
    if not len(place):
        return ends
    before: Integers = np.cumsum(ends) - ends
    first = np.r_[True, place[1:] != place[:-1]]
    at_start = np.maximum.accumulate(np.where(first, before, 0))
    return np.asarray(before > at_start, dtype=bool)


def entries_of(places: Floats, tree: cKDTree, on: Floats) -> int:
    """Estimate by straight lines how long the lists are together.

    Parameters
    ----------
    places
        Positions, metres, shape (n, 2).
    tree
        Of the positions of all sites.
    on
        Positions of those that always stay on; without any the lists hold all sites.
    """
    if not len(on):
        return len(places) * int(tree.n)
    bound = cKDTree(on).query(places)[0]
    return int(tree.query_ball_point(places, bound, return_length=True).sum())


def stay_on(places: Floats, sites: Floats, may: Integers, allowed: int) -> Integers:
    """Choose few sites that always stay on, so that the lists are not longer than allowed.

    Lengths are estimated by straight lines. Those that stay on lie far from each other, so that
    lists are short everywhere.

    Parameters
    ----------
    places, sites
        Positions, metres, shape (n, 2), of those that have one.
    may
        Numbers of the sites that may stay on, in the order in which they are taken: see
        :func:`spread_order`.
    allowed
        How many entries all lists together may have.

    Returns
    -------
    Numbers of sites, ascending; none where all lists are short enough without, all of ``may`` where
    even that does not suffice.
    """
    if len(places) * len(sites) <= allowed or not len(may):
        return may[:0]
    tree = cKDTree(sites)
    low, high = 0, len(may)  # too few, and enough or all
    for _ in range(_STEPS):
        middle = (low + high + 1) // 2
        if middle == high:
            break
        entries = entries_of(places, tree, sites[may[:middle]])
        low, high = (low, middle) if entries <= allowed else (middle, high)
    return np.sort(may[:high])


def spread_order(xy: Floats, count: int | None = None) -> Integers:
    """Order points so that each is the farthest from those before it (Gonzalez 1985).

    The first is the one farthest from the middle; the lowest number wins among equals. Very many
    points are laid along a Z-order curve (Morton 1966) instead and taken in ever finer strides
    (van der Corput 1935), which hardly depends on the order of rows: only for equal positions.

    Parameters
    ----------
    xy
        Positions, metres, shape (n, 2).
    count
        How many are wanted; None: all.
    """
    wanted = len(xy) if count is None else min(count, len(xy))
    if len(xy) > _ONE_BY_ONE:
        return _strides(xy)[:wanted]
    order = np.zeros(wanted, dtype=np.int64)
    away = np.hypot(*(xy - xy.mean(axis=0)).T) if len(xy) else np.zeros(0)
    for number in range(wanted):
        chosen = int(np.argmax(away))
        order[number] = chosen
        gone = np.hypot(*(xy - xy[chosen]).T)
        away = gone if number == 0 else np.minimum(away, gone)
        away[chosen] = -1.0
    return order


def _strides(xy: Floats) -> Integers:
    """Take points along a Z-order curve in ever finer strides."""
    low = xy.min(axis=0)
    span = max(float((xy.max(axis=0) - low).max()), 1e-9)
    cell = ((xy - low) / span * (2**_GRID_BITS - 1)).astype(np.int64)
    bits = np.arange(_GRID_BITS)
    curve = sum(
        ((cell[:, axis, None] >> bits & 1) << 2 * bits + axis).sum(axis=1) for axis in (0, 1)
    )
    along = np.lexsort((xy[:, 1], xy[:, 0], curve))
    deep = len(xy).bit_length()
    turned = np.zeros(2**deep, dtype=np.int64)
    for bit in range(deep):
        turned |= (np.arange(2**deep) >> bit & 1) << deep - 1 - bit
    return along[turned[turned < len(xy)]]
