"""A bound on the cheapest cover by pieces: neighbouring places taken apart, each solved whole.

Lagrangian decomposition (Guignard & Kim 1987, doi:10.1007/BF02592954): every site's price is split
among the pieces that it reaches into, so the cheapest covers of the pieces add up to no more than
the cheapest cover of all. Split by the multipliers of the linear bound, no piece falls below its
part of that bound, and whole numbers inside a piece lift it.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from gapmap.location.highs import Model, optimise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.location.reduction import Cover
    from gapmap.location.value import Floats, Integers

__all__ = ["bound_in_pieces"]

_CLOSE = 1e-4  # relative gap at which a piece is left
_LOOSE = 1e-6  # what a solver's tolerance may lift the bound of one piece by


def bound_in_pieces(cover: Cover, multiplier: Floats, *, most: int, end: float) -> float:
    """Give a price that no sites covering all can go below.

    Parameters
    ----------
    cover
        Who has to be covered, by which sites, in one part: nobody is without a site.
    multiplier
        Of each place, 0 or more: of the linear bound.
    most
        So many places a piece has at most.
    end
        When to stop, by ``time.perf_counter``: a piece without time counts with its linear bound.
    """
    places, sites = len(cover.weight), len(cover.number)
    reach = csr_array((np.ones(len(cover.sites)), cover.sites, cover.starts), (places, sites))
    pieces = list(_apart(csr_array(reach @ reach.T), np.arange(places), most))
    share = _shares(cover, multiplier, pieces)
    total = 0.0
    for number, piece in enumerate(pieces):
        near = np.flatnonzero(np.diff(csr_array(reach[piece]).tocsc().indptr))
        own = csr_array(reach[piece][:, near])
        price = np.asarray(share[near, [number]]).ravel()
        left = (end - time.perf_counter()) / (len(pieces) - number)
        total += _bound(own, price, multiplier[piece], left) - _LOOSE
    return total


def _apart(beside: csr_array, places: Integers, most: int) -> Iterator[Integers]:
    """Halve places from their rim inwards until no piece has more than ``most``."""
    if len(places) <= most:
        yield places
        return
    own = csr_array(beside[places][:, places])
    rim = breadth_first_order(own, 0, directed=False, return_predecessors=False)[-1]
    order = breadth_first_order(own, rim, directed=False, return_predecessors=False)
    order = np.concatenate([order, np.setdiff1d(np.arange(len(places)), order)])
    half = len(order) // 2
    yield from _apart(beside, places[order[:half]], most)
    yield from _apart(beside, places[order[half:]], most)


def _shares(cover: Cover, multiplier: Floats, pieces: list[Integers]) -> csr_array:
    """Split every site's price among the pieces it reaches into, sites x pieces.

    A piece gets what the multipliers of its places say, and an equal part of the rest, which may be
    below 0.
    """
    label = np.empty(len(cover.weight), dtype=np.int64)
    for number, piece in enumerate(pieces):
        label[piece] = number
    row = np.repeat(np.arange(len(cover.weight)), np.diff(cover.starts))
    shape = len(cover.number), len(pieces)
    ends = cover.sites, label[row]
    said = csr_array((multiplier[row] + 1.0, ends), shape=shape)  # 1 keeps entries of multiplier 0
    times = csr_array((np.ones(len(row)), ends), shape=shape)
    rest = (cover.price - (said.sum(axis=1) - times.sum(axis=1))) / np.diff(said.indptr)
    return csr_array(
        (
            said.data - times.data + np.repeat(rest, np.diff(said.indptr)),
            said.indices,
            said.indptr,
        ),
        shape=shape,
    )


def _bound(reach: csr_array, price: Floats, multiplier: Floats, seconds: float) -> float:
    """Give a price that no cover of one piece can go below."""
    reduced = price - reach.T @ multiplier
    linear = float(multiplier.sum() + np.minimum(reduced, 0.0).sum())
    if seconds <= 0:
        return linear
    solution = optimise(
        Model(
            cost=price,
            rows=reach,
            low=np.ones(reach.shape[0]),
            high=np.full(reach.shape[0], math.inf),
            upper=np.ones(reach.shape[1]),
            integral=np.ones(reach.shape[1], dtype=bool),
        ),
        seconds=seconds,
        gap=_CLOSE,
    )
    return max(linear, solution.bound) if math.isfinite(solution.bound) else linear
