"""Reduction of cover problems: whom the fixed sites serve, who is alike, which site is never best.

What an optimum can do without is taken away first; the value of an optimum stays the same.
Sources: Toregas & ReVelle 1972 (doi:10.1111/j.1435-5597.1972.tb00840.x); Church & ReVelle 1974
(doi:10.1007/BF01942293).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap.location.kernels.reduction import (
    equal_rows,
    keys_of_rows,
    restricted,
    rows_within,
    turned,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from gapmap.location.value import Floats, Integers

    Flags = np.typing.NDArray[np.bool_]

__all__ = ["Cover", "cover_of", "reduce_cover", "restrict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Who can be covered by which sites.

    Attributes
    ----------
    starts, sites
        Sites that cover each place, ascending, compressed by places.
    site_starts, places
        Places that each site covers, compressed by sites.
    weight
        Of each place.
    price
        Of each site.
    number
        What each site is called in the whole problem, ascending.
    """

    starts: Integers
    sites: Integers
    site_starts: Integers
    places: Integers
    weight: Floats
    price: Floats
    number: Integers


def cover_of(cost: csr_array, weight: Floats, fixed: Integers, price: Floats) -> Cover:
    """Give who is left to be covered, by which sites.

    Places without weight, or that a fixed site covers, or that no site reaches, are left out; so
    are fixed sites and sites that nobody is left for.

    Parameters
    ----------
    cost
        Places x sites; an entry means that the site covers the place.
    weight
        Of each place.
    fixed
        Sites that are open anyway.
    price
        Of each site; inf for one that may not be opened.
    """
    starts, sites = cost.indptr.astype(np.int64), cost.indices.astype(np.int64)
    is_fixed = np.zeros(cost.shape[1], dtype=bool)
    is_fixed[fixed] = True
    met = np.zeros(cost.shape[0], dtype=bool)
    met[np.repeat(np.arange(cost.shape[0]), np.diff(starts))[is_fixed[sites]]] = True
    whole = Cover(
        starts=starts,
        sites=sites,
        site_starts=np.empty(0, np.int64),
        places=np.empty(0, np.int64),
        weight=weight,
        price=price,
        number=np.arange(cost.shape[1]),
    )
    return restrict(whole, (weight > 0) & ~met, np.isfinite(price) & ~is_fixed)


def restrict(cover: Cover, keep_places: Flags, keep_sites: Flags) -> Cover:
    """Give the cover of some places and sites, without places and sites that are left with none."""
    starts, sites = restricted(cover.starts, cover.sites, keep_places, keep_sites)
    weight = cover.weight[keep_places]
    price, number = cover.price[keep_sites], cover.number[keep_sites]
    reached = np.diff(starts) > 0
    useful = np.bincount(sites, minlength=len(price)) > 0
    if not (reached.all() and useful.all()):
        starts, sites = restricted(starts, sites, reached, useful)
        weight, price, number = weight[reached], price[useful], number[useful]
    site_starts, places = turned(starts, sites, len(price))
    return Cover(
        starts=starts,
        sites=sites,
        site_starts=site_starts,
        places=places,
        weight=weight,
        price=price,
        number=number,
    )


def reduce_cover(cover: Cover) -> Cover:
    """Merge places with the same sites, and drop sites that another one makes needless.

    A site is needless where another one covers all whom it covers and costs no more; of equals the
    lowest number stays. Places come in an order that depends on their sites alone, so that the
    answer does not depend on the order in which they were given.
    """
    while True:
        cover = _merged(cover)
        needless = rows_within(
            cover.site_starts, cover.places, cover.starts, cover.sites, cover.price
        )
        if not needless.any():
            return cover
        cover = restrict(cover, np.ones(len(cover.weight), dtype=bool), ~needless)


def _merged(cover: Cover) -> Cover:
    first, second = keys_of_rows(cover.starts, cover.sites)
    order = np.lexsort((cover.weight, second, first))
    group = equal_rows(cover.starts, cover.sites, order, first, second)
    representative = np.full(group.max(initial=-1) + 1, -1, dtype=np.int64)
    representative[group[order[::-1]]] = order[::-1]
    weight: Floats = np.zeros(len(representative))
    np.add.at(weight, group[order], cover.weight[order])
    lengths = np.diff(cover.starts)[representative]
    starts = np.concatenate(([0], np.cumsum(lengths)))
    entry = np.repeat(cover.starts[representative] - starts[:-1], lengths)
    sites = cover.sites[entry + np.arange(starts[-1])]
    site_starts, places = turned(starts, sites, len(cover.price))
    return replace(
        cover, starts=starts, sites=sites, site_starts=site_starts, places=places, weight=weight
    )
