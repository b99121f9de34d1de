"""The verb: coverage counted by people on a grid, beside that by places, and why they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.assessment import coverage_of
from gapmap.catchment import zones_of
from gapmap.errors import MethodError
from gapmap.gridded.missing import find_missing
from gapmap.gridded.telling import differing, findings_of, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.access import Access
    from gapmap.catchment import Zone
    from gapmap.findings import Finding
    from gapmap.gridded.missing import Missing
    from gapmap.population import Population

__all__ = ["GRID_COLUMNS", "Gridded", "compare_grid"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_KEY = ["service", "group_kind", "group_id"]
_POINTS = 100.0

GRID_COLUMNS = [
    "service",
    "group_kind",
    "group",
    "group_id",
    "people",
    "share_people",
    "share_people_low",
    "share_people_high",
    "people_grid",
    "people_grid_covered",
    "people_grid_uncovered",
    "people_grid_unknown",
    "people_missing",
    "share_grid",
    "share_grid_low",
    "share_grid_high",
    "difference_points",
    "points_beyond",
    "points_within",
    "points_weight",
    "people_beyond",
    "people_within",
    "differs_much",
    "note",
    "note_zh",
]
"""Columns of ``grid_coverage.csv``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gridded:
    """Coverage of people where they are.

    Attributes
    ----------
    access
        Of the cells.
    coverage
        The columns of ``coverage.csv``, with cells in the place of places. ``share_people_low`` and
        ``_high`` count people whom the raster has not as unknown.
    comparison
        The columns of ``grid_coverage.csv``, one row per service and group that places or cells
        have: see :func:`compare_grid`.
    findings
        Where both differ, and what the raster has not.
    """

    access: Access
    coverage: pd.DataFrame
    comparison: pd.DataFrame
    findings: tuple[Finding, ...] = ()


def compare_grid(access: Access, cells: Access, population: Population) -> Gridded:
    """Put coverage counted by cells beside that counted by places, and explain the difference.

    ``difference_points`` is ``share_grid`` less ``share_people`` in percentage points, and the sum
    of three parts. ``points_beyond`` (never above 0) is the share of people who live beyond the
    limit although their place counts as covered, ``points_within`` (never below 0) of those who
    live within it although their place counts as uncovered, both of the people on the grid whose
    status is known. ``points_weight`` is the rest: had each cell the status of its place, the
    grid's share would differ from the places' by so much, because people live elsewhere than the
    table says, or because cells have no place or a status is unknown.

    People whom the raster has not (see :func:`gapmap.gridded.missing.find_missing`) are
    ``people_missing``; nobody knows what they reach, so ``share_grid_low`` counts them as
    uncovered and ``share_grid_high`` as covered, as it does the unknown people on the grid.

    Parameters
    ----------
    access
        Of the places.
    cells
        Of :func:`gapmap.population.as_places`, with the same facilities and services.
    population
        The cells, in the same order, and to which place each belongs.

    Returns
    -------
    Gridded
        Groups that only one of both has are listed, empty on the other side. Groups of people such
        as the elderly are not: a grid does not tell who lives where.

    Raises
    ------
    MethodError
        If services or cells do not fit each other.
    """
    _check(access, cells, population)
    missing = find_missing(population, access.places)
    sums = _sums(access, cells, population, missing)
    coverage = _widened(coverage_of(cells), sums)
    by_places = coverage_of(access)
    by_places = by_places[by_places["group_kind"] != "people_group"]
    table = _beside(by_places, coverage, sums, missing)
    table["note"], table["note_zh"] = sentences(table, weight=access.places.weight)
    return Gridded(
        access=cells,
        coverage=coverage,
        comparison=table[GRID_COLUMNS],
        findings=tuple(findings_of(table, missing, population, access.places)),
    )


def _check(access: Access, cells: Access, population: Population) -> None:
    """Refuse what was not measured alike."""
    if access.services != cells.services:
        raise MethodError(
            "cells and places were measured for different services or limits",
            "栅格单元与村居所测的服务或限值不同",
        )
    count = len(population.cells)
    if len(cells.places.table) != count:
        raise MethodError(
            f"{len(cells.places.table)} cells were measured, but the population has {count}",
            f"测了 {len(cells.places.table)} 个栅格单元，但人口栅格有 {count} 个",
        )


class _Cells(NamedTuple):
    """What decides on the cells of one service: people and statuses.

    ``beyond`` marks cells beyond the limit whose place counts as covered, ``within`` cells within
    it whose place counts as uncovered.
    """

    people: Floats
    covered: Flags
    unknown: Flags
    beyond: Flags
    within: Flags


def _of_service(number: int, access: Access, cells: Access, population: Population) -> _Cells:
    """Hold the status of each cell against that of its place."""
    places, count = len(access.places.table), len(cells.places.table)
    status = cells.table["status"].iloc[number * count : (number + 1) * count].to_numpy()
    of_places = access.table["status"].iloc[number * places : (number + 1) * places].to_numpy()
    place = population.cells["place"].to_numpy()
    theirs = np.append(of_places, "")[place]  # -1 is no place
    people = np.nan_to_num(cells.places.table["people"].to_numpy(dtype=float))
    return _Cells(
        people=people,
        covered=status == "covered",
        unknown=status == "unknown",
        beyond=(status == "uncovered") & (theirs == "covered"),
        within=(status == "covered") & (theirs == "uncovered"),
    )


def _sums(access: Access, cells: Access, population: Population, missing: Missing) -> pd.DataFrame:
    """Add up what coverage does not: people beyond and within, people missing, the bounds."""
    services = [
        _of_service(number, access, cells, population) for number in range(len(access.services))
    ]
    rows = [
        {"service": service.id, **row}
        for zone in zones_of(cells.places)
        if zone.member.any()
        for service, of_cells in zip(access.services, services, strict=True)
        for row in _of_zone(of_cells, zone, missing)
    ]
    names = ["people_beyond", "people_within", "people_missing", "low", "high"]
    return pd.DataFrame(rows, columns=[*_KEY, *names])


def _of_zone(cells: _Cells, zone: Zone, missing: Missing) -> Iterator[dict[str, object]]:
    people = cells.people[zone.member]
    gone = missing.people.get((zone.kind, zone.id), 0.0)
    covered, unknown = (
        float(people[flags[zone.member]].sum()) for flags in (cells.covered, cells.unknown)
    )
    total = float(people.sum()) + gone
    yield {
        "group_kind": zone.kind,
        "group_id": zone.id,
        "people_beyond": float(people[cells.beyond[zone.member]].sum()),
        "people_within": float(people[cells.within[zone.member]].sum()),
        "people_missing": gone,
        "low": covered / total if total > 0 else np.nan,
        "high": (covered + unknown + gone) / total if total > 0 else np.nan,
    }


def _widened(coverage: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Count missing people as unknown in the bounds of coverage."""
    bounds = coverage[_KEY].merge(sums, on=_KEY, how="left", validate="one_to_one")
    return coverage.assign(
        share_people_low=bounds["low"].to_numpy(), share_people_high=bounds["high"].to_numpy()
    )


def _beside(
    by_places: pd.DataFrame, by_cells: pd.DataFrame, sums: pd.DataFrame, missing: Missing
) -> pd.DataFrame:
    """Put both tables side by side, and take the difference apart."""
    grid = by_cells.rename(
        columns={
            "people": "people_grid",
            "people_covered": "people_grid_covered",
            "people_uncovered": "people_grid_uncovered",
            "people_unknown": "people_grid_unknown",
            "share_people": "share_grid",
        }
    )
    names = [name for name in grid.columns if "grid" in name]
    shares = ["people", "share_people", "share_people_low", "share_people_high"]
    table = (
        _keys(by_places, by_cells)
        .merge(by_places[[*_KEY, *shares]], on=_KEY, how="left", validate="one_to_one")
        .merge(grid[[*_KEY, *names]], on=_KEY, how="left", validate="one_to_one")
        .merge(sums, on=_KEY, how="left", validate="one_to_one")
        .rename(columns={"low": "share_grid_low", "high": "share_grid_high"})
    )
    table = _without_cells(table, missing)
    known = table["people_grid_covered"] + table["people_grid_uncovered"]
    known = known.where(known > 0)
    difference = (table["share_grid"] - table["share_people"]) * _POINTS
    beyond = -table["people_beyond"] / known * _POINTS
    within = table["people_within"] / known * _POINTS
    return table.assign(
        difference_points=difference,
        points_beyond=beyond.where(difference.notna()) + 0.0,
        points_within=within.where(difference.notna()),
        points_weight=difference - beyond - within,
        differs_much=differing(difference),
    )


def _without_cells(table: pd.DataFrame, missing: Missing) -> pd.DataFrame:
    """Fill in groups that have no cell: nobody on the grid, and maybe people missing."""
    none = table["people_grid"].isna()
    gone = [
        missing.people.get(key, 0.0)
        for key in zip(table["group_kind"], table["group_id"], strict=True)
    ]
    counts = [name for name in table.columns if name.startswith("people_")]
    table[counts] = table[counts].fillna(0.0)
    table.loc[none, "people_missing"] = np.asarray(gone)[none]
    lost = none & (table["people_missing"] > 0)
    table.loc[lost, "share_grid_low"] = 0.0
    table.loc[lost, "share_grid_high"] = 1.0
    return table


def _keys(by_places: pd.DataFrame, by_cells: pd.DataFrame) -> pd.DataFrame:
    """List the groups of both: by service and kind, those of the places first."""
    named = [*_KEY, "group"]
    both = pd.concat([by_places[named], by_cells[named]], ignore_index=True)
    both = both.drop_duplicates(_KEY, ignore_index=True)
    place = [pd.factorize(both[name])[0] for name in ("service", "group_kind")]
    return both.iloc[np.lexsort(place[::-1])].reset_index(drop=True)
