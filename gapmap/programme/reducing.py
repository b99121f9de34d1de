"""Reducing: sites that another one makes needless, and places that the same sites would serve.

Sites of one class (same price, same standing in every condition) can stand for each other: one
that serves no more than another of its class is only ever needed to make up a number, and such
sites are counted, not told apart. No end state and no order of building is lost by this: whoever
builds the lesser site may build the greater in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from gapmap.location.value import Floats, Integers
    from gapmap.programme.question import Condition, Question

__all__ = ["Reduced", "classes_of", "reduce_question"]


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left to decide.

    Attributes
    ----------
    kind
        Number of the class of each site.
    kept
        Numbers of the sites that are told apart, ascending.
    fillable
        Numbers of the classes that can make up a number.
    room
        By class of ``fillable``: how many sites it has beside those kept.
    covers
        Cells x kept sites, 1 where the site covers the cell.
    people
        By cell; a cell of which nobody knows the people counts for a speck, so that it is covered
        where that costs nobody else.
    weights
        By condition of the kind ``places`` or ``people``: its weight by cell; others have None.
    """

    kind: Integers
    kept: Integers
    fillable: Integers
    room: Integers
    covers: csr_array
    people: Floats
    weights: tuple[Floats | None, ...]


_SPECKS = 1e-3
"""What all places of which nobody knows the people count for together, people."""


def reduce_question(question: Question) -> Reduced:
    """Put equal things together and leave out what cannot matter."""
    kind = classes_of(question)
    serves = csr_array(question.serves)
    kept = _undominated(serves, kind)
    wanted = _wanted(question.conditions, kind)
    inside = np.bincount(kind[kept], minlength=len(wanted))
    room = np.bincount(kind, minlength=len(wanted)) - inside
    fillable = np.flatnonzero(wanted & (room > 0))
    cell, cells = _cells(serves, kept)
    covers = _per_cell(serves, kept, cell, cells)
    held = cell >= 0
    people = question.people.copy()
    unknown = people <= 0
    people[unknown] = _SPECKS / max(int(unknown.sum()), 1)
    weights = tuple(
        None if one.weight is None else _summed(cell[held], one.weight[held], cells)
        for one in question.conditions
    )
    told = _summed(cell[held], people[held], cells)
    return Reduced(kind, kept, fillable, room[fillable], covers, told, weights)


def classes_of(question: Question) -> Integers:
    """Give each site the number of its class: those of one price and in the same areas, scopes."""
    size = question.serves.shape[0]
    price = np.zeros(size) if question.price is None else question.price
    marks = [np.unique(price, return_inverse=True)[1]]
    marks += [_marks(one, size) for one in question.conditions]
    _, kind = np.unique(np.column_stack(marks), axis=0, return_inverse=True)
    return np.asarray(kind, dtype=np.int64).ravel()


def _marks(condition: Condition, size: int) -> Integers:
    """Say where each site stands in a condition: in which area, in the scope or not."""
    marks = np.full(size, -1, dtype=np.int64)
    if condition.sites is not None:
        marks[condition.sites] = 0
    for number, area in enumerate(condition.areas):
        marks[area.sites] = number
    return marks


def _wanted(conditions: tuple[Condition, ...], kind: Integers) -> np.ndarray:
    """Say of each class whether any condition counts its sites."""
    wanted = np.zeros(int(kind.max(initial=-1)) + 1, dtype=bool)
    for one in conditions:
        wanted[kind[_marks(one, len(kind)) >= 0]] = True
    return wanted


def _undominated(serves: csr_array, kind: Integers) -> Integers:
    """Give the sites that serve somebody, and not just what another of their class does.

    Of sites that serve the same the first is kept.
    """
    size = np.diff(serves.indptr)
    both = (serves.astype(np.int32) @ serves.T.astype(np.int32)).tocoo()
    one, other = both.coords
    within = (kind[one] == kind[other]) & (one != other) & (both.data == size[one])
    beaten = within & ((size[other] > size[one]) | (other < one))
    keep = size > 0
    keep[one[beaten]] = False
    return np.flatnonzero(keep)


def _cells(serves: csr_array, kept: Integers) -> tuple[Integers, int]:
    """Give each place the number of its cell, those that the same kept sites serve, or -1."""
    by_place = csr_array(serves[kept].T)
    by_place.sort_indices()
    known: dict[bytes, int] = {}
    cell = np.full(by_place.shape[0], -1, dtype=np.int64)
    ends = by_place.indptr
    for place in range(by_place.shape[0]):
        sites = by_place.indices[ends[place] : ends[place + 1]]
        if len(sites):
            cell[place] = known.setdefault(sites.tobytes(), len(known))
    return cell, len(known)


def _summed(cell: Integers, weight: Floats, cells: int) -> Floats:
    return np.bincount(cell, weight, cells).astype(float)


def _per_cell(serves: csr_array, kept: Integers, cell: Integers, cells: int) -> csr_array:
    by_place = csr_array(serves[kept].T)
    held = np.flatnonzero(cell >= 0)
    _, first = np.unique(cell[held], return_index=True)
    return csr_array(by_place[held[first]]) if cells else csr_array((0, len(kept)))
