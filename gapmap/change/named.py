"""Places whose id gapmap has made from their row: the same ones have one id in both states."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gapmap.access import Access

__all__ = [
    "Areas",
    "Frame",
    "area_ids",
    "made_ids",
    "one_id",
    "told_of_ids",
    "with_area_ids",
    "with_ids",
]

Frame = TypeVar("Frame", bound=pd.DataFrame)
"""A table, which stays of its kind."""
Areas: TypeAlias = "Mapping[str, Mapping[str, str]]"
"""New ids of districts and towns, by kind and old id."""

_MADE = re.compile(r"row-\d+~*")
"""What gapmap calls a place without an id: see :func:`gapmap.region.rows.fill_ids`."""
_KEY: tuple[str, ...] = ("place", "town", "district")
_AREAS: dict[str, tuple[str, ...]] = {"district": ("district",), "town": ("town", "district")}


def made_ids(a: pd.DataFrame, b: pd.DataFrame) -> dict[str, str]:
    """Give what places of B whose id was made from their row are called beside A's.

    A row of the same number may be another place. So such a place is known by its name, town and
    district, and has the id of the one in A that is called so. Several of one name, or without
    one, are the same in their order if A has as many, with the same numbers of people. Any other
    has an id that no place of A has. Where both list the same places, all ids stay.

    Parameters
    ----------
    a, b
        Tables with ``place_id``, ``place``, ``town``, ``district`` and ``people``.

    Returns
    -------
    New ids, by the old ones.
    """
    return _matched(_listed(a, "place_id", _KEY), _listed(b, "place_id", _KEY))


def area_ids(a: pd.DataFrame, b: pd.DataFrame) -> Areas:
    """Give what districts and towns of B whose id was made are called beside A's.

    They are known by their names, a town by its district's besides.

    Parameters
    ----------
    a, b
        Tables with ``district_id``, ``district``, ``town_id`` and ``town``, a row per place.

    Returns
    -------
    New ids by the old ones, for ``district`` and for ``town``.
    """
    return {
        kind: _matched(_listed(a, f"{kind}_id", key), _listed(b, f"{kind}_id", key))
        for kind, key in _AREAS.items()
    }


def one_id(a: Access, b: Access) -> Access:
    """Give B with the ids of :func:`made_ids` and :func:`area_ids`."""
    new = made_ids(a.places.table, b.places.table)
    areas = area_ids(a.places.table, b.places.table)
    if all(old == told for some in (new, *areas.values()) for old, told in some.items()):
        return b
    places = with_ids(b.places.table, new, areas)
    if "of_place" in places:
        places = places.assign(of_place=_renamed(places["of_place"], new))
    groups = {
        name: tuple(areas["district"].get(one, one) for one in districts)
        for name, districts in b.places.region.groups.items()
    }
    region = replace(b.places.region, groups=groups)
    return replace(
        b,
        places=replace(b.places, table=places, region=region),
        facilities=replace(b.facilities, table=with_ids(b.facilities.table, new, areas)),
        table=with_ids(b.table, new, areas),
    )


def with_ids(table: Frame, new: Mapping[str, str], areas: Areas) -> Frame:
    """Give a table with other ids of places, districts and towns."""
    told: Frame = table.copy()
    for column, some in (("place_id", new), *((f"{one}_id", areas[one]) for one in areas)):
        if column in told:
            told[column] = _renamed(table[column], some)
    return told


def with_area_ids(coverage: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """Give a table of groups with other ids of districts and towns."""
    told = coverage.copy()
    for kind, new in areas.items():
        rows = coverage["group_kind"] == kind
        told.loc[rows, "group_id"] = _renamed(coverage.loc[rows, "group_id"], new)
    return told


def told_of_ids(a: pd.DataFrame, b: pd.DataFrame) -> Iterator[Finding]:
    """Say how many places and areas have no id of their own, unless both states list the same."""
    asked = {"place_id": _KEY, **{f"{kind}_id": key for kind, key in _AREAS.items()}}
    for column, key in asked.items():
        one, other = (_listed(table, column, key) for table in (a, b))
        here, there = (sum(map(len, _by_key(rows).values())) for rows in (one, other))
        if (here or there) and not _same(one, other):
            known = set(one[column])
            both = sum(new in known for new in _matched(one, other).values())
            once = here + there - 2 * both
            code = "change-place-ids-made" if column == "place_id" else "change-area-ids-made"
            yield finding(code, count=max(here, there), once=once, field=column)


def _listed(table: pd.DataFrame, column: str, key: Sequence[str]) -> pd.DataFrame:
    """Give id, names and people of each place; of each area id and names, and no people."""
    own = ["people"] if column == "place_id" else []
    rows = table[[column, *key, *own]].drop_duplicates(column).astype(object)
    rows = rows[rows[column].notna() & (rows[column] != "")]
    return rows.where(rows.notna(), "").assign(**{} if own else {"people": ""})


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    names = [sorted(map(tuple, some.iloc[:, :-1].astype(str).to_numpy())) for some in (one, other)]
    return names[0] == names[1]


def _matched(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, str]:
    if _same(one, other):
        return {}
    here, there = _by_key(one), _by_key(other)
    ids_a, taken = set(one.iloc[:, 0]), {*one.iloc[:, 0], *other.iloc[:, 0]}
    told = {}
    for key, own in there.items():
        same = here.get(key, [])
        sure = len(own) == 1 and key[0] != ""
        people = [[number for _, number in some] for some in (same, own)]
        fits = len(same) == len(own) and (sure or ("" not in people[0] and people[0] == people[1]))
        for at, (old, _) in enumerate(own):
            if fits:
                told[old] = same[at][0]
            else:
                told[old] = _free(f"{old}~", taken) if old in ids_a else old
    return told


def _by_key(rows: pd.DataFrame) -> dict[tuple[str, ...], list[tuple[str, object]]]:
    """List the ids that were made, and the people there, by what each place or area is called."""
    made = [_MADE.fullmatch(str(one)) is not None for one in rows.iloc[:, 0]]
    found: dict[tuple[str, ...], list[tuple[str, object]]] = defaultdict(list)
    for code, name, *key, people in rows[np.array(made, dtype=bool)].itertuples(index=False):
        own = "" if name == code else str(name)  # what has no name is called by its id
        known = ["" if _MADE.fullmatch(str(one)) else str(one) for one in key]
        found[own, *known].append((str(code), people))
    return found


def _free(code: str, taken: set[str]) -> str:
    while code in taken:
        code += "~"
    taken.add(code)
    return code


def _renamed(ids: pd.Series, new: Mapping[str, str]) -> pd.Series:
    return ids.map(lambda one: new.get(one, one)).astype(ids.dtype)
