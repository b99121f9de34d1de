"""What is counted: people and places of either state, by the groups that coverage is told of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gapmap.catchment import zones_of

if TYPE_CHECKING:
    from gapmap.change.states import States
    from gapmap.places import Places

__all__ = ["PEOPLE", "PLACES", "Group", "Weights", "weights_of"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PEOPLE, PLACES = "people", "places"


class Group(NamedTuple):
    """A group of rows (see :class:`Weights`), and by which weight its people are counted."""

    kind: str
    name: str
    id: str
    member: Flags
    weight: str


@dataclass(frozen=True, slots=True)
class Weights:
    """What is counted of each place of either state.

    A row is a place in a set of groups: one that belongs to others in B has two rows, of which the
    second counts once it has moved. So every row belongs to the same groups in every state.

    Attributes
    ----------
    at
        The place of each row, a row of ``States.as_a``.
    leaves, comes
        Rows that count until their place has moved to other groups, and from then on.
    by_name
        By weight, what each place weighs in A and in B; 0 where it is not there.
    groups
        The groups, the city first.
    """

    at: npt.NDArray[np.int64]
    leaves: Flags
    comes: Flags
    by_name: dict[str, tuple[Floats, Floats]]
    groups: tuple[Group, ...]

    @property
    def people_differ(self) -> bool:
        """Whether any number differs."""
        return any(not np.array_equal(a, b) for a, b in self.by_name.values())

    @property
    def homes_differ(self) -> bool:
        """Whether a place belongs to other groups in B."""
        return bool(self.leaves.any())

    def counted(self, name: str, *, late: bool, moved: bool) -> Floats:
        """Give what each row weighs, with the numbers of A or B, moved or not."""
        weight = self.by_name[name][int(late)][self.at]
        return np.where(self.leaves if moved else self.comes, 0.0, weight)


def weights_of(states: States) -> Weights:
    """Give what is counted in two states."""
    homes = [_members(places) for places in (states.as_a, states.as_b)]
    size = len(states.as_a.table)
    nobody = ("", np.zeros(size, dtype=bool))
    keys = list(dict.fromkeys([*homes[0], *homes[1]]))
    here, there = ([home.get(key, nobody) for key in keys] for home in homes)
    moved = np.zeros(size, dtype=bool)
    for (_, one), (_, other) in zip(here, there, strict=True):
        moved |= one != other
    again = np.flatnonzero(moved)
    none = np.zeros(len(again), dtype=bool)
    zones = tuple(
        Group(kind, name or old, id_, np.concatenate([one, other[again]]), PEOPLE)
        for (kind, id_), (old, one), (name, other) in zip(keys, here, there, strict=True)
    )
    everywhere = np.ones(size + len(again), dtype=bool)
    named = [one for one in states.a.places.groups if one in states.b.places.groups]
    by_people = tuple(Group("people_group", one, one, everywhere, one) for one in named)
    return Weights(
        at=np.concatenate([np.arange(size), again]),
        leaves=np.concatenate([moved, none]),
        comes=np.concatenate([np.zeros(size, dtype=bool), ~none]),
        by_name=_by_name(states, named),
        groups=(*(one for one in zones if one.member.any()), *by_people),
    )


def _members(places: Places) -> dict[tuple[str, str], tuple[str, Flags]]:
    return {(zone.kind, zone.id): (zone.name, zone.member) for zone in zones_of(places)}


def _by_name(states: States, groups: list[str]) -> dict[str, tuple[Floats, Floats]]:
    sides = (states.a.places.table, states.b.places.table)
    order = states.as_a.table["place_id"]
    rows = [table.set_index("place_id").index.get_indexer(order) for table in sides]

    def weigh(column: str) -> tuple[Floats, Floats]:
        told = []
        for table, row in zip(sides, rows, strict=True):
            number = np.nan_to_num(table[column].to_numpy(dtype=float))
            told.append(np.where(row >= 0, number[np.maximum(row, 0)], 0.0))
        return told[0], told[1]

    there = [(row >= 0).astype(float) for row in rows]
    by_group = {name: weigh(f"people_{name}") for name in groups}
    return {PEOPLE: weigh("people"), PLACES: (there[0], there[1]), **by_group}
