"""Which villages were gained and lost, by what cause, and the facility responsible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.change.value import CAUSES, PLACE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.access import Access
    from gapmap.change.splitting import Split
    from gapmap.change.states import States
    from gapmap.change.weights import Weights

__all__ = ["village_causes"]

Floats = npt.NDArray[np.float64]

_BY_FACILITY = ("new", "closed", "corrections")


def village_causes(states: States, split: Split, weights: Weights) -> pd.DataFrame:
    """Give the places that one service covers in one state and not in the other.

    The cause is the one with the largest share in the place's change; where several have the same,
    that of the facility which is nearest while the place is covered, else the first of
    :data:`CAUSES`.

    Returns
    -------
    The columns of ``Causes.places``.
    """
    shares = split.by_place(weights)
    change = np.rint(shares.sum(axis=0))
    changed = np.flatnonzero(change != 0)
    if not len(changed):
        return pd.DataFrame(columns=PLACE_COLUMNS)
    ids = states.as_a.table["place_id"].to_numpy(dtype=object)[changed]
    nearest = _Nearest(states, split.service)
    rows = []
    for place, at in zip(ids, changed, strict=True):
        late = bool(change[at] > 0)
        facility, name, own = nearest.of(place, late=late)
        share = np.round(shares[:, at] * change[at], _DECIMALS)
        cause = _largest(share, own)
        several = [CAUSES[n] for n in np.flatnonzero(share)]
        answers = cause in _BY_FACILITY and own == cause
        rows.append(
            (place, split.service, cause, "+".join(several) if len(several) > 1 else "",
             facility if answers else "", name if answers else "")
        )  # fmt: skip
    return pd.DataFrame(rows, columns=PLACE_COLUMNS)


_DECIMALS = 2
"""Shares were rounded to thousandths of a place: two that differ by one of them are the same."""


def _largest(share: Floats, own: str) -> str:
    most = [CAUSES[n] for n in np.flatnonzero(share == share.max())]
    return own if own in most else most[0]


class _Nearest:
    """The facility that is nearest to each place, and why it differs in the two states."""

    def __init__(self, states: States, service: str) -> None:
        sides = {False: states.a, True: states.b}
        self._rows = {late: _nearest(access, service) for late, access in sides.items()}
        self._causes = {late: states.lists.cause_by_id(late=late) for late in sides}
        self._service = service

    def of(self, place: str, *, late: bool) -> tuple[str, str, str]:
        """Give id, name and cause of the facility nearest to a place in B (``late``) or A."""
        facility, name = self._rows[late].get(place, ("", ""))
        return facility, name, self._causes[late].get((self._service, facility), "")


def _nearest(access: Access, service: str) -> Mapping[str, tuple[str, str]]:
    if "facility_id" not in access.table:
        return {}
    block = access.table[access.table["service"] == service]
    pairs = zip(block["facility_id"], block["facility"], strict=True)
    return dict(zip(block["place_id"], pairs, strict=True))
