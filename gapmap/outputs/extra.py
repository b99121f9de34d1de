"""Tables that only some studies have: what rests on rasters and capacities, further analyses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.errors import MethodError
from gapmap.siting import proposal_tables

if TYPE_CHECKING:
    from collections.abc import Collection

    from gapmap.outputs.results import Results

__all__ = ["EXTRA", "extra_tables"]

EXTRA: Final = (
    *("population", "grid_coverage", "surface", "zones", "capacity", "unserved", "referral"),
    *("referral_pairs", "supply", "supply_facilities", "supply_areas", "detours"),
    *("typology", "kinds", "clusters"),
    *("intervals", "gap_intervals", "certainty", "target_draws", "site_draws", "tornado"),
    *("series", "trajectory", "scorecard"),
    *("siting", "site_places", "site_left_out", "site_targets", "site_excluded"),
    *("programme", "programme_curve", "programme_targets", "programme_unmet"),
)
"""Their names, in the order of the workbook's sheets; others follow."""


def extra_tables(results: Results, *, taken: Collection[str]) -> dict[str, pd.DataFrame]:
    """Give the tables that this run has beside those of every run.

    Parameters
    ----------
    results
        The run.
    taken
        Names of the tables of every run.

    Raises
    ------
    MethodError
        A table has the name of another one.
    """
    surface = results.assessment.access.surface
    own = {
        "population": results.population.areas if results.population else None,
        "grid_coverage": results.gridded.comparison if results.gridded else None,
        "surface": surface.classes if surface else None,
    }
    made = {name: table for name, table in own.items() if table is not None}
    made |= proposal_tables(results.proposals)
    made |= _programmes(results)
    further = results.insights.tables()
    twice = (set(taken) | set(results.tables)) & set(further) | set(taken) & set(results.tables)
    if twice:
        names = ", ".join(sorted(twice))
        raise MethodError(
            f"{names}: there is such a table already; this is a defect of gapmap, report it",
            f"{names}:已有同名的表;这是 gapmap 的缺陷,请报告",
        )
    made |= dict(results.tables) | further
    order = [*EXTRA, *(name for name in made if name not in EXTRA)]
    return {name: made[name] for name in order if name in made}


def _programmes(results: Results) -> dict[str, pd.DataFrame]:
    """Give the tables of all programmes, service by service."""
    tables = {"": "years", "_curve": "curve", "_targets": "targets", "_unmet": "unmet"}
    made = {}
    for ending, name in tables.items():
        every = [getattr(one, name) for one in results.programmes]
        told = [one for one in every if len(one)] or every[:1]
        if told:
            made[f"programme{ending}"] = pd.concat(told, ignore_index=True)
    return made
