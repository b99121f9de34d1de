"""Filling: whom each facility can take in before its capacity is spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.catchment.checks import check_numbers
from gapmap.errors import MethodError
from gapmap.network import SLACK

if TYPE_CHECKING:
    from scipy.sparse import sparray

__all__ = ["ORDERS", "Filled", "fill_capacity"]

ORDERS = ("capacity", "people", "id")
"""In which order facilities may be filled."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_TRACE = 1e-9
"""Fewer people than this are a rounding."""

_SAME = 1e-9
"""Capacities, or people within the limit, that differ by no greater part are the same."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filled:
    """Whom each facility takes in, and who is left.

    The first group has one entry per facility, ``served`` and ``residual`` one per origin.

    Attributes
    ----------
    order
        When the facility was filled, from 1; 0 where its capacity is unknown: it takes nobody in.
    people_within
        People within the limit, whoever took them in.
    people_served
        People whom it took in: its capacity, or all within the limit that were left to it.
    capacity_left
        Capacity that is not spent; NaN where capacity is unknown.
    catchment
        Minutes or metres to the farthest origin from which it took anybody in; NaN where it took
        nobody in.
    full
        Whether its capacity is spent.
    served, residual
        People of each origin who were taken in, and who were not.
    """

    order: Integers
    people_within: Floats
    people_served: Floats
    capacity_left: Floats
    catchment: Floats
    full: Flags
    served: Floats
    residual: Floats


class _Pairs(NamedTuple):
    """Facility and origin within the limit of each other, by facility, the nearest origin first.

    ``starts`` says where each facility's pairs begin, with one entry more than there are
    facilities.
    """

    starts: Integers
    origin: Integers
    cost: Floats

    def of(self, facility: int) -> slice:
        return slice(int(self.starts[facility]), int(self.starts[facility + 1]))


class _Turn(NamedTuple):
    """Whom one facility takes in: from which origins, how many of each and in all, how far."""

    origins: Integers
    people: Floats
    served: float
    left: float
    catchment: float


_NO_TURN = _Turn(np.empty(0, np.int64), np.empty(0), 0.0, np.nan, np.nan)


def fill_capacity(
    cost: sparray,
    people: npt.ArrayLike,
    capacity: npt.ArrayLike,
    *,
    order: str = "capacity",
    limit: float = np.inf,
) -> Filled:
    """Let each facility's catchment grow until its capacity is spent or the limit is reached.

    One facility after the other takes in the people nearest to it whom none before it took in.
    Where capacity ends among origins that are equally far (within ``gapmap.network.SLACK`` of the
    nearest of them), each of them gives the same share of the people left there. A facility takes
    in exactly the lesser of its capacity and the people left within its limit.

    This is AccessMod's geographic coverage analysis with capacity [1]_, [2]_, of which the orders
    are those by a column (``capacity``, ``id``) and by people within the greatest travel time
    (``people``). We differ in two ways: AccessMod rounds travel times to whole minutes and takes
    the same share of all cells of the last minute, we take the times as they are; and where
    capacity is not spent it gives the limit as the catchment's, we give the farthest origin from
    which anybody was taken in.

    Parameters
    ----------
    cost
        Minutes or metres between facilities and origins, shape (facilities, origins). What is not
        stored is out of reach, a stored 0 is at the door; of a pair that stands here twice the
        smaller cost holds. inf is out of reach.
    people
        People at each origin, from 0. Whoever does not know them has to say so elsewhere.
    capacity
        How many people each facility can take in, from 0; NaN unknown: that facility is left out.
    order
        Who comes first: ``capacity`` (the largest), ``people`` (the one with most people within
        its limit, whoever takes them in) or ``id`` (as the rows stand). Of equals, rounding
        aside, the row that stands first: give the rows by id.
    limit
        The largest cost, inclusive.

    Returns
    -------
    Filled
        ``served`` and ``residual`` add up to ``people``.

    Raises
    ------
    MethodError
        Shapes do not fit, a number is negative, NaN or infinite where it may not be, or the order
        is none of :data:`ORDERS`.

    Examples
    --------
    Two clinics, three villages. The large one (capacity 100) comes first: it takes in the 60 people
    at 5 minutes; of the 80 at 10 minutes it has room for 40, which is half of each of the villages
    there. The small one (50) then takes in the 25 that are left to it at 10 minutes; the 15 left
    at 20 minutes stay without, as 15 minutes is the limit, and 25 places stay free.

    >>> from scipy.sparse import coo_array
    >>> pairs = [0, 0, 0, 1, 1], [0, 1, 2, 1, 2]  # clinics, villages
    >>> minutes = coo_array(([5.0, 10.0, 10.0, 10.0, 20.0], pairs))
    >>> filled = fill_capacity(minutes, [60, 50, 30], [100, 50], limit=15)
    >>> filled.people_served.tolist(), filled.capacity_left.tolist()
    ([100.0, 25.0], [0.0, 25.0])
    >>> filled.served.tolist(), filled.residual.tolist()
    ([60.0, 50.0, 15.0], [0.0, 0.0, 15.0])

    References
    ----------
    .. [1] Ray & Ebener 2008, AccessMod 3.0, Int J Health Geogr 7:63, doi:10.1186/1476-072X-7-63
    .. [2] AccessMod 5 user manual, appendix 4: calculation details, geographic coverage analysis,
       https://accessmod.atlassian.net/wiki/spaces/EN/pages/4326991
    """
    weight, room = np.array(people, float), np.array(capacity, float)
    _check(cost, weight, room, limit)
    pairs = _nearest_first(cost, limit)
    facility = np.repeat(np.arange(len(room)), np.diff(pairs.starts))
    within = np.bincount(facility, weight[pairs.origin], minlength=len(room)).astype(float)
    turns = _turns(room, within, order)
    residual = weight.copy()
    done: dict[int, _Turn] = {}
    for one in turns.tolist():
        done[one] = _take(pairs, one, residual, room[one])
        residual[done[one].origins] -= done[one].people
    number = np.zeros(len(room), np.int64)
    number[turns] = np.arange(1, len(turns) + 1)
    turned = [done.get(one, _NO_TURN) for one in range(len(room))]
    left = np.array([one.left for one in turned])
    return Filled(
        order=number,
        people_within=within,
        people_served=np.array([one.served for one in turned]),
        capacity_left=left,
        catchment=np.array([one.catchment for one in turned]),
        full=left == 0,
        served=weight - residual,
        residual=residual,
    )


def _check(cost: sparray, people: Floats, capacity: Floats, limit: float) -> None:
    """Refuse what no answer could be right for."""
    if cost.shape != (len(capacity), len(people)):
        raise MethodError(
            f"cost has the shape {cost.shape}; {len(capacity)} facilities have a capacity and"
            f" {len(people)} origins have people",
            f"cost 的形状为 {cost.shape}；有容量的设施 {len(capacity)} 个，有人口的起点"
            f" {len(people)} 个",
        )
    check_numbers(cost.tocoo().data, people, capacity)
    if not limit >= 0:
        raise MethodError(
            f"limit is {limit}; give a number from 0", f"limit 为 {limit}；请给出不小于 0 的数"
        )


def _nearest_first(cost: sparray, limit: float) -> _Pairs:
    """Order the pairs within the limit; of a pair that stands twice keep the nearer."""
    pairs = cost.tocoo()
    near = (pairs.data <= limit + SLACK) & np.isfinite(pairs.data)
    facility, origin = (axis[near].astype(np.int64) for axis in pairs.coords)
    value = pairs.data[near].astype(float)
    order = np.lexsort((value, origin, facility))
    again = np.zeros(len(order), bool)
    again[1:] = (np.diff(facility[order]) == 0) & (np.diff(origin[order]) == 0)
    order = order[~again]
    order = order[np.lexsort((origin[order], value[order], facility[order]))]
    count = np.bincount(facility[order], minlength=cost.shape[0])
    return _Pairs(np.concatenate([[0], np.cumsum(count)]), origin[order], value[order])


def _turns(capacity: Floats, within: Floats, order: str) -> Integers:
    """Give the facilities of known capacity in the order in which they are filled."""
    if order not in ORDERS:
        raise MethodError(
            f"order is {order!r}; choose one of {', '.join(ORDERS)}",
            f"order 不能是“{order}”；可选：{'、'.join(ORDERS)}",
        )
    first = {"capacity": -capacity, "people": -within, "id": np.zeros(len(capacity))}[order]
    turns = np.argsort(first, kind="stable")
    turns = turns[~np.isnan(capacity[turns])]
    rank = _groups(first[turns], _SAME * np.abs(first[turns]))
    return turns[np.lexsort((turns, rank))]


def _groups(rising: Floats, slack: Floats) -> Integers:
    """Give rising values the numbers of their groups: those within the slack of a first one."""
    until = rising + slack
    begins = np.ones(len(rising), bool)
    begins[1:] = rising[1:] > until[:-1]
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(rising))[: len(starts)]
    long = rising[ends - 1] > until[starts]
    for begin, end in zip(starts[long].tolist(), ends[long].tolist(), strict=True):
        one = begin
        while rising[end - 1] > until[one]:
            one += int(np.searchsorted(rising[one:end], until[one], side="right"))
            begins[one] = True
    return np.cumsum(begins) - 1


def _take(pairs: _Pairs, facility: int, residual: Floats, room: float) -> _Turn:
    """Take people in ring by ring; a ring are the origins that are equally far."""
    part = pairs.of(facility)
    origins, cost = pairs.origin[part], pairs.cost[part]
    left = residual[origins]
    some = left > 0
    origins, cost, left = origins[some], cost[some], left[some]
    total = float(left.sum())
    if total > room:
        ring = _groups(cost, np.full(len(cost), SLACK))
        of_ring = np.bincount(ring, left)
        before = np.concatenate([[0.0], np.cumsum(of_ring)])
        last = int(np.argmax(before[1:] > room)) if (before[1:] > room).any() else len(of_ring) - 1
        share = min(max(room - before[last], 0.0) / of_ring[last], 1.0)
        left = np.where(ring < last, left, np.where(ring == last, left * share, 0.0))
    some = left > 0
    origins, cost, left = origins[some], cost[some], left[some]
    free = room - total
    counted = cost[left > _TRACE]
    return _Turn(
        origins,
        left,
        min(total, room),
        free if free > _TRACE else 0.0,
        float(counted.max()) if len(counted) else np.nan,
    )
