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

__all__ = ["Table", "factors", "table_people"]

_ODD: Final = (0.5, 2.0)
"""Factors outside of this doubt the raster, the table or the year of either."""
_OFF_RASTER: Final = 0.05
"""Share of a district off the raster beyond which its people cannot all be on it."""


@dataclass(frozen=True, slots=True)
class Table:
    """What the places' table says of each district: people, places, and places without people.

    The last entry is of places without a district.
    """

    people: Floats
    places: Integers
    unknown: Integers
    known: bool = True


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
    table: Table, people: Floats, covered: Floats, region: Region, file: str
) -> tuple[Floats, list[Finding]]:
    """Give the factor of each district, NaN where it cannot be scaled, and say what is done.

    Parameters
    ----------
    table
        What the places' table says.
    people
        Of each district on the raster.
    covered
        Share of each district that lies within the raster, with a value or not.
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
            "after": f"{table.people[row]:,.1f}",
            "count": int(table.unknown[row]),
        }
        code = _hindrance(table, row, people[row], covered[row])
        told["share"] = f"{1 - covered[row]:.1%}"
        if not code and people[row] == 0:
            scale[row] = 1.0  # nobody here and there
        elif not code:
            scale[row] = table.people[row] / people[row]
            fits = _ODD[0] <= scale[row] <= _ODD[1]
            code = "population-reconciled" if fits else "population-reconciled-odd"
        told["factor"] = f"{scale[row]:.4g}"
        if code:
            findings.append(finding(code, file=file, row=None, field="", **told))
    if table.places[rows]:
        told = {"count": table.places[rows], "people": f"{table.people[rows]:,.0f}"}
        code = "population-places-without-district"
        findings.append(finding(code, file=file, row=None, field="", **told))
    return scale, findings


def _hindrance(table: Table, row: int, people: float, covered: float) -> str:
    """Name the finding that says why a district cannot be scaled; ``""`` where it can."""
    if table.places[row] == 0:
        return "population-not-reconciled-no-places" if people > 0 else ""
    if table.unknown[row]:
        return "population-not-reconciled-unknown"
    if people == 0:
        return "population-not-reconciled-empty" if table.people[row] > 0 else ""
    return "population-not-reconciled-off" if covered < 1 - _OFF_RASTER else ""
