"""What a study adds to its places: cells of a population grid, capacities, referrals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gapmap.access import measure_access
from gapmap.catchment import (
    CapacityRule,
    measure_capacity,
    refer,
    referral_pairs,
    zonal_statistics,
)
from gapmap.gridded import compare_grid
from gapmap.report import Grids

if TYPE_CHECKING:
    from gapmap.access import Access
    from gapmap.findings import Finding
    from gapmap.study.value import Steps, Study

__all__ = ["measure_grids"]


def measure_grids(
    study: Study, access: Access, *, watch: Steps
) -> tuple[Grids, tuple[Finding, ...]]:
    """Measure the cells as places are measured, fill capacities, and refer.

    Parameters
    ----------
    study
        Its population grid, rules of capacity and referrals.
    access
        Of the places, with the network, surface, facilities and services that hold now.
    watch
        A stopwatch.

    Returns
    -------
    What the study has or asks for of it, and what was doubtful.
    """
    gridded, cells = None, None
    population = study.population
    if population is not None:
        from gapmap.population import as_places  # noqa: PLC0415 - rasterio is slow to load

        with watch.step("measure cells"):
            cells = measure_access(
                as_places(population, study.places),
                access.facilities,
                access.network,
                access.services,
                surface=access.surface,
                brief=True,
                earlier=access,
            )
            gridded = compare_grid(access, cells, population)
    tables: dict[str, pd.DataFrame] = {}
    findings = [] if gridded is None else [*gridded.findings]
    if population is not None or access.surface is not None:
        tables["zones"] = zonal_statistics(access if cells is None else cells)
    rules = [
        CapacityRule(
            service=one.id,
            order=one.catchment_order,
            people_per_capacity=one.people_per_capacity,
        )
        for one in study.file.services
        if one.catchment == "capacity"
    ]
    if rules:
        with watch.step("fill capacities"):
            filled = measure_capacity(access, rules, cells=cells)
        tables |= {"capacity": filled.table, "unserved": filled.unserved}
        findings += filled.findings
    told, more = _referrals(study, access, watch)
    made = Grids(population=population, gridded=gridded, tables=tables | told)
    return made, (*findings, *more)


def _referrals(
    study: Study, access: Access, watch: Steps
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Refer from facility to facility as the study asks; one table for all rules, one of pairs."""
    rules = study.file.referrals
    if not rules:
        return {}, []
    network, surface = access.network, access.surface
    with watch.step("refer"):
        found = [refer(access.facilities, one, network=network, surface=surface) for one in rules]
        pairs = [
            referral_pairs(access.facilities, one, network=network, surface=surface)
            for one in rules
            if one.pairs
        ]
    tables = {"referral": pd.concat([one.table for one in found], ignore_index=True)}
    if pairs:
        tables["referral_pairs"] = pd.concat(pairs, ignore_index=True)
    return tables, [note for one in found for note in one.findings]
