"""Which targets change with access, and how often repeated draws of it meet them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gapmap.targets.figure import reaches
from gapmap.targets.ground import Scene, areas_of, scope_of, units_of, within
from gapmap.targets.reach import qualifying
from gapmap.targets.standing import level_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from gapmap.access import Access
    from gapmap.plan import Ask, Plan, Target
    from gapmap.records import Records

__all__ = ["Asked", "asked_of"]

_SHARES: Final = ("share_places", "share_people")
_BY_POSITION: Final = ("nearest", "polygon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A row of ``targets.csv`` whose figure is a share of places or people within a limit.

    Attributes
    ----------
    row
        Its number in the table, from 0.
    service
        Whose access is asked for.
    member
        Which places it is about.
    in_people
        Whether people are counted, else places.
    missing
        People beside those of the places who are unknown.
    required, comparison
        What is required.
    parts
        Of a target that each unit has to meet: the rows of the units, for the row as a whole.
    """

    row: int
    service: str
    member: NDArray[np.bool_]
    in_people: bool
    missing: float
    required: float
    comparison: str
    parts: tuple[int, ...] = ()

    def achieved(self, covered: NDArray[np.bool_], people: NDArray[np.float64]) -> float:
        """Give the share that is certainly covered; who is unknown counts as uncovered."""
        weight = np.nan_to_num(people) if self.in_people else np.ones(len(people))
        total = float(weight[self.member].sum()) + self.missing
        met = float(weight[self.member & covered].sum())
        return met / total if total > 0 else np.nan

    def meets(self, achieved: float) -> bool:
        """Say whether a share meets the requirement."""
        return reaches(achieved, self.comparison, self.required)


def asked_of(
    plan: Plan | None, access: Access, records: Records, table: pd.DataFrame
) -> tuple[tuple[Asked, ...], tuple[str, ...]]:
    """Find the rows of a plan's targets that change with access.

    Parameters
    ----------
    plan, access, records
        As targets were judged with.
    table
        The table of targets.

    Returns
    -------
    asked
        The rows that can be judged again from the status and the people of every place.
    why
        For every row of the table why it is not among them: ``not_varied`` where access does not
        enter, ``held`` where it does in another way (minutes, several parts, or facilities that
        belong to an area because of where they stand), ``not_judged`` where
        nothing is required or nothing can be measured; empty for those that are.
    """
    why = ["not_varied"] * len(table)
    asked: list[Asked] = []
    if plan is None:
        return (), tuple(why)
    scene = Scene(plan=plan, access=access, records=records, now={}, before={})
    for target in plan.targets:
        rows = np.flatnonzero((table["target"] == target.id).to_numpy())
        if any(_hangs_on_positions(ask, access) for ask in target.asks):
            _say(why, rows, table, "held")
            continue
        if not any(_judged(ask) for ask in target.asks):
            if any(ask.measure == "access" for ask in target.asks):
                _say(why, rows, table, "not_judged")
            continue
        if len(target.asks) > 1 or target.asks[0].statistic not in _SHARES:
            _say(why, rows, table, "held")
            continue
        found = list(_of_target(scene, target, rows, table["required"].to_numpy(dtype=float)))
        _say(why, rows, table, "not_judged")
        for one in found:
            why[one.row] = ""
        asked += found
    return tuple(asked), tuple(why)


def _hangs_on_positions(ask: Ask, access: Access) -> bool:
    """Say whether a facility counts for a place, town or district because of where it stands."""
    if ask.measure not in ("presence", "share"):
        return False
    table = access.facilities.table
    placed = (table["service"] == ask.service) & table["place_basis"].isin(_BY_POSITION)
    return bool((placed & (table["counts"] != "no")).any())


def _judged(ask: Ask) -> bool:
    in_minutes = ask.statistic not in _SHARES
    return ask.measure == "access" and (ask.required is not None or in_minutes)


def _say(why: list[str], rows: NDArray[np.int64], table: pd.DataFrame, word: str) -> None:
    """Put a word on the rows of a target, those of parts that are not access left out."""
    for row in rows:
        if table["measure"].iloc[row] == "access" or word == "held":
            why[row] = word


def _of_target(
    scene: Scene, target: Target, rows: NDArray[np.int64], required: NDArray[np.float64]
) -> Iterator[Asked]:
    """Give the rows of a target that asks one thing."""
    ask = target.asks[0]
    ids = [service.id for service in scene.access.services]
    if ask.service not in ids:
        return
    areas = areas_of(scene, ask)
    wanted, _ = qualifying(scene, ask, areas.table)
    missing = np.asarray(scene.access.places.people_missing, dtype=float)
    units = [scope_of(scene.plan, target.scope), *units_of(scene, target)]
    in_people = ask.statistic == "share_people"
    weight = scene.access.places.table["people"].fillna(0.0).to_numpy(dtype=float) + missing
    found: list[Asked] = []
    undecided = False
    for row, unit in zip(rows, units, strict=True):
        inside = within(areas.table, unit, scene) & wanted
        member = np.zeros(len(missing), dtype=bool)
        member[areas.table.index[inside]] = True
        problem = level_problem(scene, unit, areas, inside)
        nobody = in_people and weight[member].sum() == 0
        if np.isnan(required[row]):
            continue
        if problem is not None or nobody or not member.any():
            undecided |= row != rows[0] and (problem is None or not problem.void)
        else:
            found.append(
                Asked(
                    row=int(row),
                    service=ask.service,
                    member=member,
                    in_people=in_people,
                    missing=float(missing[member].sum()) if in_people else 0.0,
                    required=float(required[row]),
                    comparison=ask.comparison,
                )
            )
    if target.each and found and found[0].row == rows[0]:
        whole = replace(found[0], parts=tuple(one.row for one in found[1:]))
        # a unit that nobody can measure leaves open whether all of them meet it
        found[:1] = [] if undecided else [whole]
    yield from found
