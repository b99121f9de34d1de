"""Near: for each place every site that could be its nearest, whichever of them are switched off.

A site that always stays on ends the list of a place: nothing farther can ever be its nearest. Where
no site does, the list holds all that can be reached. So a page that knows these lists says exactly
what a measurement would, for every set of switches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from gapmap.network import SLACK

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.siting.ways import Ways

__all__ = ["UNIT", "Near", "find_near", "in_units", "spread_order", "stay_on"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

UNIT: Final = 1000
"""Parts of a metre or minute that ways are told in."""
_STEPS: Final = 12
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


def in_units(way: Floats) -> Integers:
    """Round ways to parts of :data:`UNIT`, never across a limit that stands in whole parts.

    What is beyond such a limit, which is inclusive but for :data:`gapmap.network.SLACK`, stays
    beyond it.

    Examples
    --------
    >>> in_units(np.array([499.9996, 500.0000004, 500.0004])).tolist()
    [500000, 500000, 500001]
    """
    told = np.rint(way * UNIT)
    beyond = way > told / UNIT + SLACK
    return np.asarray(told + beyond, dtype=np.int64)


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
    found = ways.nearer(sites, bound * (1 + 1e-9) + SLACK)  # those equally near, and itself
    place = np.repeat(np.arange(count), np.diff(found.indptr))
    by_id = np.empty(len(ids), dtype=np.int64)
    by_id[np.argsort(ids, kind="stable")] = np.arange(len(ids))
    equal = np.round(found.data, _SAME_DIGITS)
    order = np.lexsort((by_id[found.indices], equal, place))
    place, site, way = place[order], found.indices[order].astype(np.int64), found.data[order]
    keep = ~_behind(place, on[site])
    starts = np.concatenate([[0], np.cumsum(np.bincount(place[keep], minlength=count))])
    return Near(starts.astype(np.int64), site[keep], in_units(way[keep]))


def _behind(place: Integers, ends: Flags) -> Flags:
    """Say which entries stand behind the first one of their place that ends its list."""
    if not len(place):
        return ends
    before: Integers = np.cumsum(ends) - ends
    first = np.r_[True, place[1:] != place[:-1]]
    at_start = np.maximum.accumulate(np.where(first, before, 0))
    return np.asarray(before > at_start, dtype=bool)


def stay_on(places: Floats, sites: Floats, may: Integers, allowed: int) -> Integers:
    """Choose few sites that always stay on, so that the lists are not longer than allowed.

    Lengths are estimated by straight lines. Those that stay on lie far from each other, so that
    lists are short everywhere.

    Parameters
    ----------
    places, sites
        Positions, metres, shape (n, 2), of those that have one.
    may
        Numbers of the sites that may stay on.
    allowed
        How many entries all lists together may have.

    Returns
    -------
    Numbers of sites, ascending; none where all lists are short enough without, all of ``may`` where
    even that does not suffice.
    """
    if len(places) * len(sites) <= allowed or not len(may):
        return may[:0]
    order = may[spread_order(sites[may])]
    tree = cKDTree(sites)
    low, high = 0, len(order)  # too few, and enough or all
    for _ in range(_STEPS):
        middle = (low + high + 1) // 2
        if middle == high:
            break
        bound = cKDTree(sites[order[:middle]]).query(places)[0]
        entries = int(tree.query_ball_point(places, bound, return_length=True).sum())
        low, high = (low, middle) if entries <= allowed else (middle, high)
    return np.sort(order[:high])


def spread_order(xy: Floats) -> Integers:
    """Order points so that each is the farthest from those before it (Gonzalez 1985).

    The first is the one farthest from the middle; the lowest number wins among equals.
    """
    order = np.zeros(len(xy), dtype=np.int64)
    away = np.hypot(*(xy - xy.mean(axis=0)).T) if len(xy) else np.zeros(0)
    for number in range(len(xy)):
        chosen = int(np.argmax(away))
        order[number] = chosen
        gone = np.hypot(*(xy - xy[chosen]).T)
        away = gone if number == 0 else np.minimum(away, gone)
        away[chosen] = -1.0
    return order
