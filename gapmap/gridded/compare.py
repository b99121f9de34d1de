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
from gapmap.gridded.telling import differing, findings_of, sentences
from gapmap.population.cells_as_places import owners

if TYPE_CHECKING:
    from gapmap.access import Access
    from gapmap.catchment import Zone
    from gapmap.findings import Finding
    from gapmap.places import Places
    from gapmap.population import Population

__all__ = ["GRID_COLUMNS", "Gridded", "compare_grid"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_KEY = ["service", "group_kind", "group_id"]
_COUNTED = [
    "people_grid",
    "people_grid_unknown",
    "people_beyond",
    "people_within",
    "people_missing",
]
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
        The columns of ``coverage.csv``, with cells in the place of places. People whom the raster
        has not are unknown.
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

    People whom the raster has not (see :func:`gapmap.population.missing.missing_people`) are
    ``people_missing`` and no part of ``people_grid``; nobody knows what they reach, so
    ``share_grid_low`` counts them as uncovered and ``share_grid_high`` as covered, as it does the
    unknown people on the grid.

    Parameters
    ----------
    access
        Of the places.
    cells
        Of :func:`gapmap.population.as_places`, with the same facilities and services.
    population
        What the cells were made of.

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
    sums, coverage = _sums(access, cells), coverage_of(cells)
    by_places = coverage_of(access)
    by_places = by_places[by_places["group_kind"] != "people_group"]
    table = _beside(by_places, coverage, sums)
    table["note"], table["note_zh"] = sentences(table, weight=access.places.weight)
    return Gridded(
        access=cells,
        coverage=coverage,
        comparison=table[GRID_COLUMNS],
        findings=tuple(findings_of(table, cells.places, population)),
    )


def _check(access: Access, cells: Access, population: Population) -> None:
    """Refuse what was not measured alike."""
    if access.services != cells.services:
        raise MethodError(
            "cells and places were measured for different services or limits",
            "栅格单元与村居所测的服务或限值不同",
        )
    count, measured = len(population.cells), int((~_gone(cells.places)).sum())
    if measured != count:
        raise MethodError(
            f"{measured} cells were measured, but the population has {count}",
            f"测了 {measured} 个栅格单元，但人口栅格有 {count} 个",
        )


def _gone(cells: Places) -> Flags:
    """Mark the people whom the raster has not: they alone have no position."""
    return np.asarray(cells.table["position"] == "missing")


class _Cells(NamedTuple):
    """What decides on the cells of one service: people and statuses.

    ``beyond`` marks cells beyond the limit whose place counts as covered, ``within`` cells within
    it whose place counts as uncovered, ``gone`` people whom the raster has not.
    """

    people: Floats
    gone: Flags
    covered: Flags
    unknown: Flags
    beyond: Flags
    within: Flags


def _of_service(number: int, access: Access, cells: Access) -> _Cells:
    """Hold the status of each cell against that of its place."""
    places, count = len(access.places.table), len(cells.places.table)
    status = cells.table["status"].iloc[number * count : (number + 1) * count].to_numpy()
    of_places = access.table["status"].iloc[number * places : (number + 1) * places].to_numpy()
    theirs = np.append(of_places, "")[owners(cells.places, access.places)]  # -1 is no place
    people = np.nan_to_num(cells.places.table["people"].to_numpy(dtype=float))
    return _Cells(
        people=people,
        gone=_gone(cells.places),
        covered=status == "covered",
        unknown=status == "unknown",
        beyond=(status == "uncovered") & (theirs == "covered"),
        within=(status == "covered") & (theirs == "uncovered"),
    )


def _sums(access: Access, cells: Access) -> pd.DataFrame:
    """Add up what coverage does not: people beyond and within, on the grid and missing."""
    services = [_of_service(number, access, cells) for number in range(len(access.services))]
    rows = [
        {"service": service.id, **_of_zone(of_cells, zone)}
        for zone in zones_of(cells.places)
        if zone.member.any()
        for service, of_cells in zip(access.services, services, strict=True)
    ]
    return pd.DataFrame(rows, columns=[*_KEY, *_COUNTED])


def _of_zone(cells: _Cells, zone: Zone) -> dict[str, object]:
    flags = {
        "people_grid": ~cells.gone,
        "people_grid_unknown": cells.unknown & ~cells.gone,
        "people_beyond": cells.beyond,
        "people_within": cells.within,
        "people_missing": cells.gone,
    }
    people = cells.people[zone.member]
    sums = {name: float(people[those[zone.member]].sum()) for name, those in flags.items()}
    return {"group_kind": zone.kind, "group_id": zone.id, **sums}


def _beside(by_places: pd.DataFrame, by_cells: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Put both tables side by side, and take the difference apart."""
    grid = by_cells.rename(
        columns={
            "people_covered": "people_grid_covered",
            "people_uncovered": "people_grid_uncovered",
            "share_people": "share_grid",
            "share_people_low": "share_grid_low",
            "share_people_high": "share_grid_high",
        }
    )
    names = [name for name in grid.columns if "grid" in name]
    shares = ["people", "share_people", "share_people_low", "share_people_high"]
    table = (
        _keys(by_places, by_cells)
        .merge(by_places[[*_KEY, *shares]], on=_KEY, how="left", validate="one_to_one")
        .merge(grid[[*_KEY, *names]], on=_KEY, how="left", validate="one_to_one")
        .merge(sums, on=_KEY, how="left", validate="one_to_one")
    )
    counts = [name for name in table.columns if name.startswith("people_")]
    table[counts] = table[counts].fillna(0.0)
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


def _keys(by_places: pd.DataFrame, by_cells: pd.DataFrame) -> pd.DataFrame:
    """List the groups of both: by service and kind, those of the places first."""
    named = [*_KEY, "group"]
    both = pd.concat([by_places[named], by_cells[named]], ignore_index=True)
    both = both.drop_duplicates(_KEY, ignore_index=True)
    place = [pd.factorize(both[name])[0] for name in ("service", "group_kind")]
    return both.iloc[np.lexsort(place[::-1])].reset_index(drop=True)
