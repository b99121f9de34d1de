"""Floating catchments: what the facilities within reach have for each person, given the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, issparse

from gapmap.catchment.checks import check_numbers
from gapmap.catchment.decay import Decay, weigh
from gapmap.errors import MethodError

if TYPE_CHECKING:
    from scipy.sparse import sparray

__all__ = ["METHODS", "Shared", "share_supply"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

METHODS: Final = ("2sfca", "e2sfca", "e2sfca_gaussian", "3sfca", "m2sfca", "bfca")
"""Ways of sharing what facilities have, as :func:`share_supply` defines them."""

_OWN_DECAY: Final = {"2sfca": "none", "e2sfca": "step", "e2sfca_gaussian": "gaussian"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shared:
    """What each place has of the facilities within its reach, and what each facility can give.

    Attributes
    ----------
    supply
        One entry per place: units of capacity per person; 0 where nothing is within the limit.
    within
        One per place: how many facilities are within the limit.
    at_least
        One per place: whether one of these has no ratio, so that ``supply`` lacks its part.
    ratio
        One per facility: units of capacity per person who competes for it; NaN where its capacity
        is unknown or nobody competes for it.
    competing
        One per facility: people who compete for it, weighted as the method does.
    """

    supply: Floats
    within: Integers
    at_least: Flags
    ratio: Floats
    competing: Floats


class Pairs(NamedTuple):
    """Pairs of place and facility by place, the weight of each, and how many each place has."""

    weights: csr_array
    within: Integers


def share_supply(
    cost: sparray | npt.ArrayLike,
    people: npt.ArrayLike,
    capacity: npt.ArrayLike,
    *,
    method: str = "e2sfca",
    limit: float,
    decay: Decay | None = None,
) -> Shared:
    """Share the capacity of facilities among the people within the limit, by floating catchments.

    ``P_i`` are the people of place i, ``S_j`` is the capacity of facility j, ``W_ij`` the weight of
    what lies between them (0 beyond the limit, see :class:`Decay`), and ``G_ij`` their share of
    the weights of place i, ``W_ij / sum_k W_ik``. The supply ``A_i`` of a place is::

        2sfca            A_i = sum_j R_j             R_j = S_j / sum_i P_i         both within the
                                                                                   limit, W = 1 [1]
        e2sfca           A_i = sum_j W_ij R_j        R_j = S_j / sum_i W_ij P_i        by steps [2]
        e2sfca_gaussian  the same                                                     by a bell [3]
        3sfca            A_i = sum_j G_ij W_ij R_j   R_j = S_j / sum_i G_ij W_ij P_i            [4]
        m2sfca           A_i = sum_j W_ij^2 R_j      R_j = S_j / sum_i W_ij P_i                 [5]
        bfca             A_i = sum_j R_j W_ij / sum_k W_kj     R_j = S_j / sum_i G_ij P_i       [6]

    In ``3sfca`` people choose among facilities first; in ``m2sfca`` what is far is used less, and
    what is not used is lost; in ``bfca`` every person and every ratio is handed out once.

    **What is conserved.** In the first four the sum of people times supply is the capacity of all
    facilities that somebody reaches with a weight above 0. In ``m2sfca`` it is at most that. In
    ``bfca`` it is not: there the people of all who reach a facility are conserved (they add up to
    ``competing``), and so are ratios (``supply`` adds up to what ``ratio`` adds up to). Its supply
    is no capacity per person; compare it within one study only.

    Facilities compete in ``3sfca`` and ``bfca`` whatever their capacity, also one that is 0 or
    unknown. A facility for which nobody competes has no ratio: what it has is unused, and it is
    part of no place's supply.

    Parameters
    ----------
    cost
        Metres or minutes between places and facilities, shape (places, facilities). Of a sparse
        one what is not stored is out of reach and a stored 0 is at the door; of a pair that stands
        there twice the smaller cost holds. inf is out of reach.
    people
        People of each place, from 0. Whoever does not know them has to say so elsewhere.
    capacity
        What each facility has (beds, seats, m2), from 0; NaN unknown.
    method
        One of :data:`METHODS`.
    limit
        The largest cost, inclusive.
    decay
        Of ``3sfca``, ``m2sfca`` and ``bfca`` any, steps by default; of ``e2sfca`` the steps.

    Returns
    -------
    Shared
        The order of rows and columns changes no figure beyond 1e-12 of it.

    Raises
    ------
    MethodError
        Shapes do not fit, a number is negative, NaN or infinite where it may not be, the method is
        none of :data:`METHODS`, or the decay is not the method's.

    Examples
    --------
    Two clinics with 10 and 6 beds; three villages with 100, 200 and 300 people. With a limit of 10
    minutes 300 people compete for the first clinic and 500 for the second.

    >>> import numpy as np
    >>> minutes = np.array([[2.0, np.inf], [9.0, 4.0], [25.0, 10.0]])
    >>> people = np.array([100, 200, 300])
    >>> shared = share_supply(minutes, people, [10, 6], method="2sfca", limit=10)
    >>> shared.competing.tolist()
    [300.0, 500.0]
    >>> (shared.supply * 1000).round(2).tolist()
    [33.33, 45.33, 12.0]
    >>> float(people @ shared.supply)
    16.0

    References
    ----------
    .. [1] Luo & Wang 2003, Environment and Planning B 30, 865-884, doi:10.1068/b29120
    .. [2] Luo & Qi 2009, Health & Place 15, 1100-1107, doi:10.1016/j.healthplace.2009.06.002
    .. [3] Dai 2010, Health & Place 16, 1038-1052, doi:10.1016/j.healthplace.2010.06.012
    .. [4] Wan, Zou & Sternberg 2012, International Journal of Geographical Information Science 26,
       1073-1089, doi:10.1080/13658816.2011.624987
    .. [5] Delamater 2013, Health & Place 24, 30-43, doi:10.1016/j.healthplace.2013.07.012
    .. [6] Páez, Higgins & Vivona 2019, PLOS ONE 14, e0218773, doi:10.1371/journal.pone.0218773
    """
    weight, room = np.array(people, float), np.array(capacity, float)
    rows = _rows(cost)
    _check(rows, weight, room)
    return share(weigh_pairs(rows, limit, decay_of(method, decay)), weight, room, method)


def decay_of(method: str, decay: Decay | None) -> Decay:
    """Give the decay with which a method works.

    Raises
    ------
    MethodError
        The method is none of :data:`METHODS`, or works with another kind of decay.
    """
    if method not in METHODS:
        raise MethodError(
            f"method is {method!r}; choose one of {', '.join(METHODS)}",
            f"方法不能是“{method}”；可选：{'、'.join(METHODS)}",
        )
    own = _OWN_DECAY.get(method)
    if decay is None:
        return Decay(kind=own or "step")
    if own is not None and decay.kind != own:
        raise MethodError(
            f"{method} works with decay {own!r}, not {decay.kind!r}",
            f"{method} 的衰减方式为“{own}”，不能是“{decay.kind}”",
        )
    return decay


def weigh_pairs(cost: csr_array, limit: float, decay: Decay) -> Pairs:
    """Weigh the pairs of canonical rows (columns rise, none stands twice)."""
    made, within = weigh(cost, limit, decay)
    return Pairs(csr_array((made, cost.indices, cost.indptr), shape=cost.shape), within)


def share(pairs: Pairs, people: Floats, capacity: Floats, method: str) -> Shared:
    """Share what facilities have; what is given is checked."""
    once = pairs.weights
    towards, back = once, once  # the weights of people at facilities, of ratios at places
    if method in ("m2sfca", "3sfca"):
        squared = csr_array((once.data**2, once.indices, once.indptr), shape=once.shape)
        towards, back = (once if method == "m2sfca" else squared), squared
    mine, theirs = np.ones(once.shape[0]), np.ones(once.shape[1])
    if method in ("3sfca", "bfca"):
        mine = _inverse(once @ theirs)
    competing = towards.T @ (people * mine)
    wanted = competing > 0
    ratio = np.divide(capacity, competing, out=np.full(len(capacity), np.nan), where=wanted)
    if method == "bfca":
        mine = np.ones(len(mine))
        theirs = _inverse(once.T @ mine)
    known = np.isfinite(ratio)
    lacking = once @ (~known).astype(float) > 0 if not known.all() else np.zeros(len(mine), bool)
    return Shared(
        supply=(back @ np.where(known, ratio * theirs, 0.0)) * mine,
        within=pairs.within,
        at_least=lacking,
        ratio=ratio,
        competing=competing,
    )


def _inverse(sums: Floats) -> Floats:
    """Give 1 over each sum, 0 where there is nothing to divide."""
    return np.divide(1.0, sums, out=np.zeros(len(sums)), where=sums > 0)


def _rows(cost: sparray) -> csr_array:
    """Give the pairs in canonical rows; of a pair that stands twice the nearer."""
    if issparse(cost) and cost.format == "csr" and cost.has_canonical_format:
        values = cost.data.astype(float, copy=False)
        return csr_array((values, cost.indices, cost.indptr), shape=cost.shape)
    if issparse(cost):
        pairs = cost.tocoo()
        (row, column), value, shape = pairs.coords, pairs.data.astype(float), pairs.shape
    else:
        dense = np.asarray(cost, float)
        if dense.ndim != 2:  # noqa: PLR2004 - places and facilities
            raise MethodError(
                f"cost has {dense.ndim} dimensions; give places and facilities",
                f"cost 有 {dense.ndim} 维；应为居民点和设施两维",
            )
        row, column = np.nonzero(~np.isposinf(dense))
        value, shape = dense[row, column], dense.shape
    order = np.lexsort((value, column, row))
    row, column, value = row[order], column[order], value[order]
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(row) != 0) | (np.diff(column) != 0)
    starts = np.concatenate([[0], np.cumsum(np.bincount(row[first], minlength=shape[0]))])
    return csr_array((value[first], column[first], starts), shape=shape)


def _check(cost: csr_array, people: Floats, capacity: Floats) -> None:
    """Refuse what no answer could be right for."""
    if cost.shape != (len(people), len(capacity)):
        raise MethodError(
            f"cost has the shape {cost.shape}; {len(people)} places have people and"
            f" {len(capacity)} facilities a capacity",
            f"cost 的形状为 {cost.shape}；有人口的居民点 {len(people)} 个，有容量的设施"
            f" {len(capacity)} 个",
        )
    check_numbers(cost.data, people, capacity)
