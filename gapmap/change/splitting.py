"""Splitting: the change of one service's covered people, shared out among what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.change.shapley import in_parts, shapley
from gapmap.change.value import CAUSE_COLUMNS, CAUSES
from gapmap.change.weights import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.change.states import States
    from gapmap.change.weights import Weights

__all__ = ["Split", "splits_of"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Status = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Split:
    """One service's change.

    Attributes
    ----------
    service
        Its id.
    differs
        The causes that differ, in the order of :data:`CAUSES`.
    status
        The status of every place in A and in B.
    shares
        By weight, what each of :data:`CAUSES` adds in each row of the weights.
    """

    service: str
    differs: tuple[str, ...]
    status: tuple[Status, Status]
    shares: dict[str, Floats]

    def table(self, weights: Weights) -> pd.DataFrame:
        """Give the rows of the table of causes, six for each group."""
        told = {}
        for name in weights.by_name:
            share = self.shares[name]
            ends = [
                self._sums(weights, name, state=state, late=late)
                for state in ("covered", "unknown")
                for late in (False, True)
            ]
            told[name] = np.vstack([share, *ends])
        sums = {
            name: np.round([rows[:, one.member].sum(axis=1) for one in weights.groups], _DECIMALS)
            for name, rows in told.items()
        }
        count = len(CAUSES)
        number = np.arange(len(weights.groups))
        people = np.array([sums[group.weight][n] for n, group in enumerate(weights.groups)])
        places = sums[PLACES]
        spread = np.repeat(number, count)
        columns: dict[str, object] = {"service": self.service}
        for name, part in (("group_kind", "kind"), ("group", "name"), ("group_id", "id")):
            each = np.array([getattr(group, part) for group in weights.groups], dtype=object)
            columns[name] = each[spread]
        columns["cause"] = np.tile(np.array(CAUSES, dtype=object), len(number))
        columns["people"] = people[:, :count].ravel()
        columns["places"] = places[:, :count].ravel()
        columns["differs"] = np.tile([one in self.differs for one in CAUSES], len(number))
        for at, name in enumerate(("covered_a", "covered_b", "unknown_a", "unknown_b"), count):
            columns[f"people_{name}"] = people[spread, at]
            columns[f"places_{name}"] = places[spread, at].astype(int)
        return pd.DataFrame(columns, columns=list(CAUSE_COLUMNS))

    def _sums(self, weights: Weights, name: str, *, state: str, late: bool) -> Floats:
        """Give what counts as covered or unknown in each row, in A or B."""
        held = self.status[int(late)][weights.at] == state
        return np.where(held, weights.counted(name, late=late, moved=late), 0.0)

    def by_place(self, weights: Weights) -> Floats:
        """Give what each cause adds to a place's being covered, shape (causes, places)."""
        size = int(weights.at.max(initial=-1)) + 1
        share = self.shares[PLACES]
        return np.array([np.bincount(weights.at, weights=one, minlength=size) for one in share])


_DECIMALS = 9
"""Sums are rounded to these decimals: far below a thousandth of one, above what adding loses."""


def splits_of(states: States, weights: Weights) -> Iterator[Split]:
    """Split the change of every service that both states measure."""
    services = states.services()
    by_service = {service: states.causes_of(service) for service in services}
    measured = _measure(states, by_service)
    for service in services:
        differs = set(by_service[service])
        if weights.people_differ:
            differs.add("people")
        if weights.homes_differ:
            differs.add("corrections")
        named = tuple(cause for cause in CAUSES if cause in differs)
        yield _split(service, named, measured[service], weights)


def _measure(
    states: States, by_service: dict[str, set[str]]
) -> dict[str, dict[frozenset[str], Status]]:
    """Measure every service in every state of the causes that may change its cover."""
    told: dict[str, dict[frozenset[str], Status]] = {service: {} for service in by_service}
    union = [cause for cause in CAUSES if any(cause in some for some in by_service.values())]
    for come in _subsets(tuple(union)):
        asked = [service for service, some in by_service.items() if come <= some]
        if asked:
            for service, status in states.status(come, asked).items():
                told[service][come] = status
    return told


def _subsets(causes: tuple[str, ...]) -> Iterator[frozenset[str]]:
    """Give every set of causes; the k-th has those whose bit is set in k."""
    for state in range(1 << len(causes)):
        yield frozenset(cause for bit, cause in enumerate(causes) if state >> bit & 1)


def _split(
    service: str,
    differs: tuple[str, ...],
    measured: dict[frozenset[str], Status],
    weights: Weights,
) -> Split:
    come = list(_subsets(differs))
    matters = frozenset().union(*measured)
    status = [measured[one & matters] for one in come]
    shares = {}
    for name in weights.by_name:
        values = np.array(
            [
                np.where(
                    held[weights.at] == "covered",
                    weights.counted(name, late="people" in one, moved="corrections" in one),
                    0.0,
                )
                for one, held in zip(come, status, strict=True)
            ]
        )
        told = in_parts(shapley(values), values[-1] - values[0])
        whole = np.zeros((len(CAUSES), values.shape[1]))
        whole[[CAUSES.index(cause) for cause in differs]] = told
        shares[name] = whole
    return Split(service, differs, (status[0], status[-1]), shares)
