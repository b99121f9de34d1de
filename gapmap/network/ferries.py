"""Ferries: one crossing from quay to quay, from OSM ways or from a planner's table."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj

from gapmap.findings import Finding, finding
from gapmap.network.rules import FerryRule, ferry_rule
from gapmap.network.ways import Ways, line_lengths, pick_ways, shared_points
from gapmap.tables import RowCount, numbers, read_table, texts

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.network.value import Flags, Floats, Integers
    from gapmap.tables import Table

__all__ = ["ASSUMED_KMH", "ASSUMED_WAIT_MINUTES", "Crossing", "osm_crossings", "read_ferries"]

ASSUMED_KMH = 20.0  # an assumption: a coastal passenger boat, where the file gives no duration
ASSUMED_WAIT_MINUTES = 15.0  # an assumption: half of a half-hourly service
_PLAUSIBLE_KMH = (2.0, 100.0)  # outside, the duration is a slip of the pen ("5:00" for 5 minutes)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossing:
    """A ferry from one quay to another, both ways, without a stop between.

    Attributes
    ----------
    ends
        Points of the ways at the two quays; -1 where the quay is no point of a way.
    coords
        The course, shape (points, 2), metres.
    minutes
        Crossing and waiting.
    walk, cycle, drive
        Whom it takes.
    name, file, row
        What it is called, and where it stands.
    """

    ends: tuple[int, int]
    coords: Floats
    minutes: float
    walk: bool = True
    cycle: bool = True
    drive: bool = True
    name: str = ""
    file: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Leg:
    """A stretch of ferry way between two points where something may meet."""

    ends: tuple[int, int]
    points: Integers
    length_m: float
    minutes: float
    rule: FerryRule


def osm_crossings(
    ways: Ways, which: Integers, on_road: Flags, *, file: str
) -> tuple[list[Crossing], tuple[Finding, ...]]:
    """Make crossings of ferry ways.

    A quay is a point on a road, a point marked as a ferry terminal, or a loose end. Ferry ways that
    meet at sea are joined: each pair of quays that is linked without calling at a third becomes one
    crossing along the shortest course. So nobody changes boats at sea.

    Parameters
    ----------
    ways, which
        The ways of the file, and which of them are ferries.
    on_road
        For every point of ``ways``: whether a road or path runs through it.
    file
        The file's name, for findings.
    """
    if not len(which):
        return [], ()
    legs, guessed, doubtful = _legs(ways, which, on_road)
    at: dict[int, list[_Leg]] = defaultdict(list)
    for leg in legs:
        for end in leg.ends:
            at[end].append(leg)
    quays = {
        point
        for point, meeting in at.items()
        if on_road[point] or point in ways.quays or len(meeting) == 1
    }
    crossings = [
        _crossing(course, ways, file=file)
        for quay in sorted(quays)
        for course in _courses(quay, quays, at)
        if course[0][0] < course[-1][1]
    ]
    found = [
        finding(
            "ferry-times-assumed",
            file=file,
            ferries=len(crossings),
            ways=len(which),
            guessed=guessed,
            wait=f"{ASSUMED_WAIT_MINUTES:g}",
            kmh=f"{ASSUMED_KMH:g}",
        )
    ]
    found += [
        finding("ferry-duration-doubtful", file=file, field="duration", value=text, km=f"{km:.1f}")
        for km, text in doubtful
    ]
    return crossings, tuple(found)


def _legs(
    ways: Ways, which: Integers, on_road: Flags
) -> tuple[list[_Leg], int, list[tuple[float, str]]]:
    """Cut ferry ways where they end, meet each other or touch a road; time each piece."""
    points, offsets = pick_ways(ways, which)
    cut = shared_points(len(ways.xy), points, offsets) | on_road
    cut[list(ways.quays)] = True
    lengths = line_lengths(ways.xy[points], offsets)
    legs: list[_Leg] = []
    guessed, doubtful = 0, []
    for way, number in enumerate(which):
        mine = points[offsets[way] : offsets[way + 1]]
        rule = ferry_rule(ways.tags[number])
        minutes = rule.minutes
        if not math.isnan(minutes) and not _plausible(lengths[way], minutes):
            doubtful.append((lengths[way] / 1000, ways.tags[number].duration))
            minutes = math.nan
        if math.isnan(minutes):
            minutes = lengths[way] / 1000 / ASSUMED_KMH * 60
            guessed += 1
        at = np.flatnonzero(cut[mine])
        for start, end in itertools.pairwise(at):
            part = mine[start : end + 1]
            ends = (int(part[0]), int(part[-1]))
            length = float(line_lengths(ways.xy[part], np.array([0, len(part)]))[0])
            share = length / lengths[way] if lengths[way] else 0.0
            legs.append(_Leg(ends, part, length, minutes * share, rule))
    return legs, guessed, doubtful


def _plausible(length_m: float, minutes: float) -> bool:
    return _PLAUSIBLE_KMH[0] <= length_m / 1000 / (minutes / 60) <= _PLAUSIBLE_KMH[1]


def _courses(
    quay: int, quays: set[int], at: dict[int, list[_Leg]]
) -> list[list[tuple[int, int, _Leg]]]:
    """Find the shortest course to each quay that is reached without calling at another."""
    best: dict[int, tuple[float, list[tuple[int, int, _Leg]]]] = {}
    queue: list[tuple[float, int, int, list[tuple[int, int, _Leg]]]] = [(0.0, 0, quay, [])]
    pushed = 0
    while queue:
        length, _, point, course = heapq.heappop(queue)
        if point in best:
            continue
        best[point] = (length, course)
        if point in quays and point != quay:
            continue
        for leg in at[point]:
            other = leg.ends[1] if leg.ends[0] == point else leg.ends[0]
            if other not in best:
                pushed += 1
                step = [*course, (point, other, leg)]
                heapq.heappush(queue, (length + leg.length_m, pushed, other, step))
    return [course for point, (_, course) in best.items() if point in quays and point != quay]


def _crossing(course: list[tuple[int, int, _Leg]], ways: Ways, *, file: str) -> Crossing:
    points = [course[0][0]]
    for begin, _, leg in course:
        forward = leg.ends[0] == begin
        points += (leg.points if forward else leg.points[::-1])[1:].tolist()
    rules = [leg.rule for _, _, leg in course]
    return Crossing(
        ends=(points[0], points[-1]),
        coords=ways.xy[points],
        minutes=sum(leg.minutes for _, _, leg in course) + ASSUMED_WAIT_MINUTES,
        walk=all(rule.walk for rule in rules),
        cycle=all(rule.cycle for rule in rules),
        drive=all(rule.drive for rule in rules),
        file=file,
    )


def read_ferries(
    path: Path, *, crs: pyproj.CRS
) -> tuple[list[Crossing], tuple[Finding, ...], RowCount]:
    """Read the table of ferries: quays in WGS84, crossing minutes, minutes between departures.

    A ferry takes ``minutes + headway_minutes / 2``. Without ``headway_minutes`` the wait is
    assumed, without ``minutes`` the crossing; both are recorded. A row that lacks a quay is left
    out.
    """
    table = read_table(path)
    rows, findings = _ferry_rows(table)
    placed = rows.dropna(subset=["from_x", "from_y", "to_x", "to_y"])
    findings += [
        finding("ferry-without-quay", file=table.file, row=int(row), name=rows["name"][row] or "?")
        for row in rows.index.difference(placed.index)
    ]
    project = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    crossings, repaired = [], 0
    for row in placed.itertuples():
        ends = project.transform([row.from_x, row.to_x], [row.from_y, row.to_y])
        coords = np.column_stack(ends)
        crossing, wait = row.minutes, row.headway_minutes / 2
        if math.isnan(crossing) or math.isnan(wait):
            crossing = _or(crossing, math.dist(*coords) / 1000 / ASSUMED_KMH * 60)
            wait = _or(wait, ASSUMED_WAIT_MINUTES)
            findings.append(_assumed(table.file, row, crossing=crossing, wait=wait))
            repaired += 1
        crossings.append(
            Crossing(
                ends=(-1, -1),
                coords=coords,
                minutes=crossing + wait,
                name=row.name,
                file=table.file,
                row=int(row.Index),
            )
        )
    count = RowCount(
        file=table.file,
        read=len(rows),
        used=len(crossings) - repaired,
        repaired=repaired,
        excluded=len(rows) - len(crossings),
    )
    return crossings, tuple(findings), count


def _ferry_rows(table: Table) -> tuple[pd.DataFrame, list[Finding]]:
    """Read the columns; the wait and the name may be absent."""
    findings = list(table.findings)
    limits = {"from_x": (-180, 180), "from_y": (-90, 90), "to_x": (-180, 180), "to_y": (-90, 90)}
    columns = {}
    for name, (low, high) in {**limits, "minutes": (0, None), "headway_minutes": (0, None)}.items():
        if name == "headway_minutes" and name not in table.cells.columns:
            columns[name] = pd.Series(np.nan, index=table.cells.index)
            continue
        columns[name], found = numbers(table, name, low=low, high=high)
        findings += found
    columns["minutes"] = columns["minutes"].where(columns["minutes"] > 0)
    blank = pd.Series("", index=table.cells.index)
    columns["name"] = texts(table, "name") if "name" in table.cells.columns else blank
    return pd.DataFrame(columns), findings


def _or(value: float, otherwise: float) -> float:
    return otherwise if math.isnan(value) else value


def _assumed(file: str, row: Any, *, crossing: float, wait: float) -> Finding:  # noqa: ANN401 - a row of itertuples has no type
    return finding(
        "ferry-row-assumed",
        file=file,
        row=int(row.Index),
        name=row.name or "?",
        minutes=f"{crossing:.0f}",
        wait=f"{wait:.0f}",
    )
