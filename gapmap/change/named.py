"""Places whose id gapmap has made from their row: the same ones have one id in both states."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from gapmap.findings import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gapmap.access import Access

__all__ = ["Frame", "made_ids", "named_if_made", "one_id", "told_of_ids", "with_ids"]

Frame = TypeVar("Frame", bound=pd.DataFrame)
"""A table, which stays of its kind."""

_MADE = re.compile(r"row-\d+~*")
"""What gapmap calls a place without an id: see :func:`gapmap.region.rows.fill_ids`."""
_KEY = ["place", "town", "district"]


def made_ids(a: pd.DataFrame, b: pd.DataFrame) -> dict[str, str]:
    """Give what places of B whose id was made from their row are called beside A's.

    A row of the same number may be another place. So such a place is known by its name, town and
    district, and has the id of the one in A that is called so; several of one name are the same in
    their order if A has as many. Any other has an id that no place of A has.

    Parameters
    ----------
    a, b
        Tables with ``place_id``, ``place``, ``town`` and ``district``.

    Returns
    -------
    New ids, by the old ones.
    """
    here, there = _by_key(a), _by_key(b)
    ids_a, taken = set(a["place_id"]), {*a["place_id"], *b["place_id"]}
    told = {}
    for key, own in there.items():
        same = here.get(key, [])
        for at, old in enumerate(own):
            if len(same) == len(own):
                told[old] = same[at]
            else:
                told[old] = _free(f"{old}~", taken) if old in ids_a else old
    return told


def one_id(a: Access, b: Access) -> Access:
    """Give B with the ids of :func:`made_ids`."""
    new = made_ids(a.places.table, b.places.table)
    if all(old == told for old, told in new.items()):
        return b
    places = with_ids(b.places.table, new)
    if "of_place" in places:
        places = places.assign(of_place=_renamed(places["of_place"], new))
    return replace(
        b,
        places=replace(b.places, table=places),
        facilities=replace(b.facilities, table=with_ids(b.facilities.table, new)),
        table=with_ids(b.table, new),
    )


def with_ids(table: Frame, new: Mapping[str, str]) -> Frame:
    """Give a table with other ids of places."""
    told: Frame = table.copy()
    told["place_id"] = _renamed(table["place_id"], new)
    return told


def named_if_made(ids: pd.Series, names: pd.Series) -> pd.Series:
    """Give the names of areas whose id was made from their row, which alone does not tell them."""
    return names.where(ids.astype(str).str.fullmatch(_MADE.pattern), "").astype(object)


def told_of_ids(a: pd.DataFrame, b: pd.DataFrame) -> Iterator[Finding]:
    """Say how many places have no id of their own, unless both states list the same."""
    here, there = (sum(map(len, _by_key(one).values())) for one in (a, b))
    listed = [list(_listed(one).itertuples(index=False)) for one in (a, b)]
    if (here or there) and listed[0] != listed[1]:
        known = set(a["place_id"])
        both = sum(told in known for told in made_ids(a, b).values())
        yield finding("change-place-ids-made", count=max(here, there), once=here + there - 2 * both)


def _listed(table: pd.DataFrame) -> pd.DataFrame:
    rows = table[["place_id", *_KEY]].drop_duplicates("place_id").astype(object)
    return rows.where(rows.notna(), "")


def _by_key(table: pd.DataFrame) -> dict[tuple[str, ...], list[str]]:
    """List the ids that were made, by what each place is called."""
    rows = _listed(table)
    made = [_MADE.fullmatch(str(one)) is not None for one in rows["place_id"]]
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for code, *key in rows[np.array(made, dtype=bool)].itertuples(index=False):
        found[tuple(map(str, key))].append(str(code))
    return found


def _free(code: str, taken: set[str]) -> str:
    while code in taken:
        code += "~"
    taken.add(code)
    return code


def _renamed(ids: pd.Series, new: Mapping[str, str]) -> pd.Series:
    return ids.map(lambda one: new.get(one, one)).astype(ids.dtype)
