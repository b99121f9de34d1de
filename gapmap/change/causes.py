"""Why covered people became more or fewer: the change split into its causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gapmap.change.named import one_id, told_of_ids
from gapmap.change.splitting import splits_of
from gapmap.change.states import States
from gapmap.change.value import Causes, no_causes
from gapmap.change.villages import village_causes
from gapmap.change.weights import weights_of
from gapmap.errors import MethodError
from gapmap.findings import Finding, fail, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.access import Access
    from gapmap.change.splitting import Split

__all__ = ["causes"]


def causes(a: Access, b: Access) -> Causes:
    """Split the change in covered people between two states into its causes.

    Six things can differ between A and B, for one facility, place, way or service each:

    ``new``
        A facility that serves in the later state and not in the earlier one, and that opened after
        the earlier date and not after the later one; or whose status the earlier list gives as out
        of use and the later one does not; or that a what-if has added or switched.
    ``closed``
        One that serves in the earlier state and not in the later one, and that closed in that time,
        by the later list or, where that has it no more, by the earlier one; or whose status the
        later list gives as out of use and the earlier one does not; or by a what-if.
    ``corrections``
        Every other difference in the lists: a facility of both that was moved, passes the quality
        gate in one only, or whose dates were changed; one that only one list has, without a date in
        that time that would say why; a place of both that was moved, or belongs elsewhere now.
    ``people``
        Numbers of people, and places that only one state has.
    ``roads``
        Ways, ferries, borders and water, and the surface.
    ``rules``
        A service's limit, mode and speed; the network's walking and cycling speeds and ``snap_m``;
        its driving speeds, where the ways are the same.

    Facilities are matched by service and id, places by id; where gapmap made a place's id from its
    row, by name, town and district. Where the dates of both states are the
    same, A is the earlier one. Each cause that differs is switched from A to B on its own and with
    the others, every state is measured, and a cause gets what it adds averaged over all orders
    (:func:`gapmap.change.shapley.shapley`): shares add up to the change, a cause that does not
    differ has 0, and from B to A all are the opposite (but ``new`` and ``closed`` change names
    where both dates are the same). Where people are whole numbers, shares are whole thousandths,
    rounded place by place, so that they add up over groups as well.

    What counts is people known to be covered; people of unknown cover stand beside them. Of a place
    whose people are unknown nobody is counted, and one that becomes known is ``people``.

    Parameters
    ----------
    a, b
        Two answers of :func:`gapmap.measure_access`, ``brief`` or not, in one metric CRS. What they
        were measured with is taken from them.

    Returns
    -------
    Causes
        The split, for the services that both measure; a finding names the others.

    Raises
    ------
    InputError
        The states have no place in common, different metric CRSs, or people in one and places in
        the other as what is counted.
    """
    _check(a, b)
    doubts = list(told_of_ids(a.places.table, b.places.table))
    states = States(a, one_id(a, b))
    weights = weights_of(states)
    splits = list(splits_of(states, weights))
    for split in splits:
        _check_ends(states, split)
    return Causes(
        table=_stacked([one.table(weights) for one in splits], no_causes().table),
        places=_stacked(
            [village_causes(states, one, weights) for one in splits], no_causes().places
        ),
        findings=(*doubts, *states.lists.findings, *_unmatched(a, b)),
    )


def _stacked(tables: list[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    some = [one for one in tables if len(one)]
    return pd.concat(some, ignore_index=True) if some else empty


def _check_ends(states: States, split: Split) -> None:
    """Hold the first and the last state against what A and B say themselves."""
    for access, status in zip((states.a, states.b), split.status, strict=True):
        told = access.table.loc[access.table["service"] == split.service, "status"]
        where = states.as_a.table["place_id"].isin(access.places.table["place_id"])
        order = states.as_a.table.loc[where, "place_id"]
        rows = access.places.table.set_index("place_id").index.get_indexer(order)
        if (told.to_numpy(dtype=object)[rows] != status[where.to_numpy()]).any():
            raise MethodError(
                f"{split.service}: measured again it is not covered as before; "
                "measure both states with this version of gapmap",
                f"{split.service}:重新测量的覆盖与原来不同;请用同一版本的 gapmap 重新测量两个状态",
            )


def _check(a: Access, b: Access) -> None:
    one, other = a.places, b.places
    if not set(one.table["place_id"]) & set(other.table["place_id"]):
        fail(finding("states-unrelated"))
    if one.region.crs != other.region.crs:
        names = one.region.crs.name, other.region.crs.name
        fail(finding("change-crs-differs", value=names[0], other=names[1]))
    if one.weight != other.weight:
        fail(finding("change-weights-differ", value=one.weight, other=other.weight))


def _unmatched(a: Access, b: Access) -> Iterator[Finding]:
    here, there = ([one.id for one in side.services] for side in (a, b))
    for side, own, others in (("A", here, there), ("B", there, here)):
        for service in own:
            if service not in others:
                yield finding("change-service-once", service=service, side=side)
