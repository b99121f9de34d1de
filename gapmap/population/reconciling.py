"""Cells scaled so that each district adds up to the people of its places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from gapmap.findings import finding
from gapmap.population.assigning import district_rows

if TYPE_CHECKING:
    from gapmap.findings import Finding
    from gapmap.places import Places
    from gapmap.region import Region

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Held", "Table", "factors", "table_people"]

_ODD: Final = (0.5, 2.0)
"""Factors outside of this doubt the raster, the table or the year of either."""
_HALVINGS: Final = 80


@dataclass(frozen=True, slots=True)
class Table:
    """What the places' table says of each district: people, places, and places without people.

    The last entry is of places without a district.
    """

    people: Floats
    places: Integers
    unknown: Integers
    known: bool = True


@dataclass(frozen=True, slots=True)
class Held:
    """What the raster holds of each place.

    ``home`` is the row of its district, ``table`` its people in the table, ``people`` those on the
    raster within that district, ``missing`` the share of its ground without a value.
    """

    home: Integers
    table: Floats
    people: Floats
    missing: Floats


def table_people(places: Places, region: Region) -> Table:
    """Add up the table's people by district."""
    home = district_rows(places.table["district_id"], region)
    rows = len(region.districts)
    home[home < 0] = rows
    count = np.bincount(home, minlength=rows + 1)
    if places.weight != "people":
        return Table(np.full(rows + 1, np.nan), count, count, known=False)
    people = places.table["people"].to_numpy(dtype=float)
    unknown = np.isnan(people)
    total = np.bincount(home, np.where(unknown, 0.0, people), minlength=rows + 1)
    blanks = np.bincount(home[unknown], minlength=rows + 1)
    return Table(total.astype(float), count, blanks)


def factors(
    table: Table, people: Floats, held: Held, region: Region, file: str
) -> tuple[Floats, list[Finding]]:
    """Give the factor of each district, NaN where it cannot be scaled, and say what is done.

    Parameters
    ----------
    table
        What the places' table says.
    people
        Of each district on the raster.
    held
        What of each district and place the raster holds. People of places that stand where it has
        no value are not squeezed into the rest: scaled people and those whom the raster has not
        (see :func:`gapmap.population.missing.missing_people`) add up to the table.
    region
        The districts.
    file
        The raster's name.
    """
    rows = len(region.districts)
    scale, findings = np.full(rows, np.nan), []
    if not table.known:
        return scale, [finding("population-reconcile-without-people", file=file)]
    names = region.districts["district"].to_numpy(dtype=object)
    for row, name in enumerate(names):
        told: dict[str, object] = {
            "name": name,
            "before": f"{people[row]:,.1f}",
            "table": f"{table.people[row]:,.1f}",
            "count": int(table.unknown[row]),
        }
        code = _hindrance(table, row, people[row])
        if not code and people[row] == 0:
            scale[row] = 1.0  # nobody here and there
        elif not code:
            scale[row] = _factor(table.people[row], people[row], held, held.home == row)
            fits = _ODD[0] <= scale[row] <= _ODD[1]
            code = "population-reconciled" if fits else "population-reconciled-odd"
        told["factor"] = f"{scale[row]:.4g}"
        after = people[row] * scale[row]
        told["after"] = f"{after:,.1f}"
        told["gone"] = f"{max(table.people[row] - after, 0.0):,.1f}"
        if code:
            findings.append(finding(code, file=file, row=None, field="", **told))
    if table.places[rows]:
        told = {"count": table.places[rows], "people": f"{table.people[rows]:,.0f}"}
        code = "population-places-without-district"
        findings.append(finding(code, file=file, row=None, field="", **told))
    return scale, findings


def _factor(total: float, people: float, held: Held, mine: Flags) -> float:
    """Find the factor with which people on the raster and people missing are the table's.

    Missing are of each place at most share times people, and at most as many as the scaled raster
    has fewer; so the sum never falls as the factor rises, and halving finds the least that will do.
    Up to the one with which nobody is missing all will: the raster is changed as little as can be.
    """
    told, here = held.table[mine], held.people[mine]
    gone = held.missing[mine] * told
    full = total / people
    if not (gone > 0).any():
        return full
    low, high = 0.0, full
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        lost = np.minimum(gone, np.maximum(told - middle * here, 0)).sum()
        low, high = (low, middle) if middle * people + lost >= total else (middle, high)
    return min(max(1.0, high), full)


def _hindrance(table: Table, row: int, people: float) -> str:
    """Name the finding that says why a district cannot be scaled; ``""`` where it can."""
    if table.places[row] == 0:
        return "population-not-reconciled-no-places" if people > 0 else ""
    if table.unknown[row]:
        return "population-not-reconciled-unknown"
    if people == 0:
        return "population-not-reconciled-empty" if table.people[row] > 0 else ""
    return ""
