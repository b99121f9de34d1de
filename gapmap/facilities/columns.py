"""Which column of a facilities file is which: as the study names them, else by their titles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from gapmap.tables import Wanted, find_columns

if TYPE_CHECKING:
    from gapmap.facilities.value import FacilitySource
    from gapmap.region.rows import Ledger

__all__ = ["settle_columns"]

_ROLES: Final = (
    *("id", "name", "x", "y", "opened", "closed", "status", "floor_area_m2"),
    *("capacity", "level", "place", "service_column"),
)
_ATTRIBUTE: Final = "attributes."
_HINTED: Final = ("opened", "closed", "status", "place")


def settle_columns(ledger: Ledger, source: FacilitySource) -> FacilitySource:
    """Give the source with every column called as the file calls it, and say what was chosen.

    Id and name are found by their titles where the study names none, and so are the coordinates
    of a table and the floor area that a requirement asks for. Without coordinates a file has to
    name the places, towns or districts that its facilities belong to.

    Raises
    ------
    InputError
        A column that is needed is missing, or several look like it.
    """
    attributes = {f"{_ATTRIBUTE}{name}": column for name, column in source.attributes.items()}
    named = {**{role: getattr(source, role) for role in _ROLES}, **attributes}
    columns, told = find_columns(ledger.table, "facilities", named, _wanted(source))
    ledger.add(told)
    roles: dict[str, Any] = {role: columns.get(role) for role in _ROLES}
    own = {name: columns[f"{_ATTRIBUTE}{name}"] for name in source.attributes}
    return replace(source, **roles, attributes=own)


def _wanted(source: FacilitySource) -> Wanted:
    needed = ("position",) if source.place is None else ()
    optional = ("id", "name", "position")
    if "floor_area_m2" in source.require:
        needed = (*needed, "floor_area_m2")
    return Wanted(
        needed=needed,
        optional=tuple(role for role in optional if role not in needed),
        hinted=_HINTED,
    )
