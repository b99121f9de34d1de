"""Assessment: coverage, gaps, inequality and the plan's targets, from access."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap import equity
from gapmap.catchment import rest_of, zones_of
from gapmap.islands import measure_islands
from gapmap.records import no_records
from gapmap.targets import evaluate_targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gapmap.access import Access, Service
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.plan import Plan
    from gapmap.records import Records
    from gapmap.region import Region
    from gapmap.surface import Surface

__all__ = ["Assessment", "assess", "coverage_of", "simulated_inputs", "sources_of"]

COVERAGE_COLUMNS = [
    "service",
    "group_kind",
    "group",
    "group_id",
    "places",
    "places_covered",
    "places_uncovered",
    "places_unknown",
    "people",
    "people_covered",
    "people_uncovered",
    "people_unknown",
    "share_people",
    "share_people_low",
    "share_people_high",
    "share_places",
    "mean_m",
    "median_m",
    "p90_m",
    "mean_minutes",
    "median_minutes",
    "p90_minutes",
    "places_unreachable",
    "people_unreachable",
    "places_without_people",
    "people_missing",
]
GAP_COLUMNS = [
    "service",
    "comparison",
    "group_a",
    "group_b",
    "measure",
    "value_a",
    "value_b",
    "difference",
    "ratio",
]
EQUITY_COLUMNS = ["service", "measure", "value", "people", "quantity", "people_left_out"]
GAP_MEASURES = ("share_people", "mean_m", "median_m", "p90_m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the plan's promise looks like on the ground at one date.

    Attributes
    ----------
    access
        What it was made from.
    plan, records
        The plan and the reported figures, certificates and milestones it was held against.
    coverage, gaps, equity, targets
        The tables of ``coverage.csv``, ``gaps.csv``, ``equity.csv`` and ``targets.csv``.
    islands
        The table of ``islands.csv``; empty where the study has no network or no island.
    findings
        What was doubtful in judging the targets.
    """

    access: Access
    plan: Plan | None
    records: Records
    coverage: pd.DataFrame
    gaps: pd.DataFrame
    equity: pd.DataFrame
    targets: pd.DataFrame
    islands: pd.DataFrame
    findings: tuple[Finding, ...] = ()


def assess(
    access: Access, plan: Plan | None = None, *, records: Records | None = None
) -> Assessment:
    """Sum access up by area and group, compare the groups, and hold the plan against it.

    Covered, uncovered and unknown always add up to all, in places and in people, at every
    level; a place without a known number of people counts as a place and adds no people.
    ``share_people`` is covered over covered and uncovered; ``share_people_low`` and ``_high``
    count the unknown people as uncovered and as covered. Where places have their people from a
    grid, ``people_missing`` live where it has no value; they stand beside the others, are unknown
    for the bounds, and how many they are is an assumption.

    Quantiles treat unreachable places as infinitely far and leave unknown ones out (an
    infinite quantile is empty in the table); means leave both out. How many people were
    unreachable stands beside them.

    Parameters
    ----------
    access
        From :func:`gapmap.measure_access`.
    plan
        The plan whose targets are judged; without it ``targets`` is empty.
    records
        Reported figures, certificates and milestones that no geometry gives; by default those
        that the plan of a study carries.

    Returns
    -------
    Assessment
        The tables of the contract.
    """
    known = plan.records if plan is not None else None
    held = records or known or no_records()
    coverage = coverage_of(access)
    islands = measure_islands(access)
    targets, findings = evaluate_targets(plan, access, held, islands=islands)
    return Assessment(
        access=access,
        plan=plan,
        records=held,
        coverage=coverage,
        gaps=_gaps(access, coverage),
        equity=_equity(access),
        targets=targets,
        islands=islands.table,
        findings=findings,
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """A named set of places, with the weight its people have, and people whom nobody placed."""

    kind: str
    name: str
    id: str
    member: NDArray[np.bool_]
    people: NDArray[np.float64]
    missing: NDArray[np.float64]


def _groups(access: Access) -> Iterator[_Group]:
    """List every group of places that is reported, city first."""
    table = access.places.table
    people, nobody = table["people"].to_numpy(dtype=float), np.zeros(len(table))
    missing = access.places.people_missing
    for zone in zones_of(access.places):
        yield _Group(zone.kind, zone.name, zone.id, zone.member, people, missing)
    for name in access.places.groups:
        weight = table[f"people_{name}"].to_numpy(dtype=float)
        yield _Group("people_group", name, name, np.ones(len(table), dtype=bool), weight, nobody)


def coverage_of(access: Access) -> pd.DataFrame:
    """Sum access up by area and group: the table of ``coverage.csv``.

    Parameters
    ----------
    access
        Of places, or of the cells of a population grid that stand as places: ``places`` are cells
        then.

    Returns
    -------
    One row per service and group that has a member; see :func:`assess` for how it adds up.
    """
    blocks = [(service, block[_JUDGED]) for service, block in _blocks(access)]
    by_group = [  # one group at a time: of many cells their members take much room
        [_coverage_row(service, block, group) for service, block in blocks]
        for group in _groups(access)
        if group.member.any()
    ]
    rows = [of_group[number] for number in range(len(blocks)) for of_group in by_group]
    return pd.DataFrame(rows, columns=COVERAGE_COLUMNS)


def _blocks(access: Access) -> Iterator[tuple[Service, pd.DataFrame]]:
    """Give each service with its rows of the access table, one per place in order."""
    size = len(access.places.table)
    for number, service in enumerate(access.services):
        yield service, access.table.iloc[number * size : (number + 1) * size]


def _coverage_row(service: Service, block: pd.DataFrame, group: _Group) -> dict[str, object]:
    member = np.flatnonzero(group.member)
    rows = block.take(member)
    people = group.people[member]
    counted = np.nan_to_num(people)
    status = rows["status"].to_numpy()
    heads = {name: float(counted[status == name].sum()) for name in _STATES}
    missing = float(group.missing[member].sum())
    number = {name: int((status == name).sum()) for name in _STATES}
    total = sum(heads.values())
    known = heads["covered"] + heads["uncovered"]
    judged = number["covered"] + number["uncovered"]
    lost = (status == "uncovered") & rows["distance_m"].isna().to_numpy()
    return {
        "service": service.id,
        "group_kind": group.kind,
        "group": group.name,
        "group_id": group.id,
        "places": len(rows),
        **{f"places_{name}": number[name] for name in _STATES},
        "people": total,
        **{f"people_{name}": heads[name] for name in _STATES},
        "share_people": _share(heads["covered"], known),
        "share_people_low": _share(heads["covered"], total + missing),
        "share_people_high": _share(total - heads["uncovered"] + missing, total + missing),
        "share_places": _share(number["covered"], judged),
        **_distances(rows, counted, lost),
        "places_unreachable": int(lost.sum()),
        "people_unreachable": float(counted[lost].sum()),
        "places_without_people": int(np.isnan(people).sum()),
        "people_missing": missing,
    }


_STATES = ("covered", "uncovered", "unknown")
_JUDGED = ["status", "distance_m", "minutes"]


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _distances(
    rows: pd.DataFrame, people: NDArray[np.float64], lost: NDArray[np.bool_]
) -> dict[str, float]:
    """Give mean, median and P90 of metres and of minutes, weighted by people."""
    unknown = (rows["status"] == "unknown").to_numpy()
    told: dict[str, float] = {}
    for column, unit in (("distance_m", "m"), ("minutes", "minutes")):
        value = np.where(lost, np.inf, rows[column].to_numpy(dtype=float))
        held = ~unknown & ~np.isnan(value)
        near = held & np.isfinite(value)
        weight = people[near].sum()
        told[f"mean_{unit}"] = float(value[near] @ people[near] / weight) if weight else np.nan
        for name, share in (("median", 0.5), ("p90", 0.9)):
            told[f"{name}_{unit}"] = _finite(equity.quantile(value[held], people[held], share))
    return told


def _finite(value: float) -> float:
    return value if np.isfinite(value) else np.nan


def _gaps(access: Access, coverage: pd.DataFrame) -> pd.DataFrame:
    rows = [
        row
        for service in access.services
        for comparison, a, b in _pairs(coverage[coverage["service"] == service.id], access)
        for row in _gap_rows(service.id, comparison, a, b)
    ]
    return pd.DataFrame(rows, columns=GAP_COLUMNS)


def _pairs(
    coverage: pd.DataFrame, access: Access
) -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
    """List the comparisons that the plan asks for, as pairs of coverage rows."""
    rows = {(row["group_kind"], row["group_id"]): row for row in coverage.to_dict("records")}
    city = rows["city", "city"]
    wanted = [("urban-rural", ("setting", "urban"), ("setting", "rural"))]
    wanted += [
        (f"{name}-rest", ("group", name), ("group", rest_of(name)))
        for name in access.places.region.groups
    ]
    for comparison, a, b in wanted:
        if a in rows and b in rows:
            yield comparison, rows[a], rows[b]
    for kind, comparison in (
        ("district", "district-city"),
        ("plan_district", "plan_district-city"),
        ("people_group", "people groups"),
    ):
        for (row_kind, group), row in rows.items():
            if row_kind == kind and group:
                yield comparison, row, city


def _gap_rows(
    service: str, comparison: str, a: dict[str, object], b: dict[str, object]
) -> Iterator[dict[str, object]]:
    for measure in GAP_MEASURES:
        value_a, value_b = float(str(a[measure])), float(str(b[measure]))
        yield {
            "service": service,
            "comparison": comparison,
            "group_a": a["group"],
            "group_b": b["group"],
            "measure": measure,
            "value_a": value_a,
            "value_b": value_b,
            "difference": value_a - value_b,
            "ratio": value_a / value_b if value_b else np.nan,
        }


def _equity(access: Access) -> pd.DataFrame:
    missing = float(access.places.people_missing.sum())
    rows = [
        row for service, block in _blocks(access) for row in _equity_rows(service, block, missing)
    ]
    return pd.DataFrame(rows, columns=EQUITY_COLUMNS)


def _equity_rows(
    service: Service, block: pd.DataFrame, missing: float
) -> Iterator[dict[str, object]]:
    quantity = "distance_m" if service.limit_unit == "m" else "minutes"
    value = block[quantity].to_numpy(dtype=float)
    people = block["people"].to_numpy(dtype=float)
    known = (block["status"] != "unknown").to_numpy()
    held = known & np.isfinite(value) & (np.nan_to_num(people) > 0)
    measured = float(people[held].sum())
    for measure, figure in _measures(block[held], value[held], people[held]).items():
        yield {
            "service": service.id,
            "measure": measure,
            "value": figure,
            "people": measured,
            "quantity": quantity,
            "people_left_out": float(np.nansum(people[~held])) + missing,
        }


def _measures(
    block: pd.DataFrame, value: NDArray[np.float64], people: NDArray[np.float64]
) -> dict[str, float]:
    if len(value) == 0:
        names = ["gini", "theil", "theil_between_setting", "theil_between_district", "palma"]
        return dict.fromkeys(names, np.nan)
    by_setting = equity.theil(value, people, block["setting"])
    by_district = equity.theil(value, people, block["district_id"])
    return {
        "gini": equity.gini(value, people),
        "theil": by_setting.total,
        "theil_between_setting": by_setting.between,
        "theil_between_district": by_district.between,
        "palma": equity.palma(value, people),
    }


def sources_of(
    assessment: Assessment,
) -> list[Region | Places | Facilities | Network | Surface | Records]:
    """Give every value that was read from files."""
    access = assessment.access
    grounds = (access.network, access.surface)
    return [
        access.places.region,
        access.places,
        access.facilities,
        *(one for one in grounds if one is not None),
        assessment.records,
    ]


def simulated_inputs(assessment: Assessment) -> list[str]:
    """Name every input that is simulated, each once."""
    named = [name for source in sources_of(assessment) for name in source.simulated]
    return list(dict.fromkeys(named))
