"""Ferries drawn on a map: one crossing from quay to quay, whatever the lines look like."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gapmap.findings import Finding, finding
from gapmap.network.rules import FerryRule, ferry_rule
from gapmap.network.value import MODES
from gapmap.network.ways import Ways, line_lengths, pick_ways, shared_points

if TYPE_CHECKING:
    import datetime as dt

    from gapmap.network.value import Flags, Floats, Integers

__all__ = [
    "ASSUMED_KMH",
    "ASSUMED_WAIT_MINUTES",
    "Crossing",
    "osm_crossings",
    "plausible_minutes",
]

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
    minutes, wait_minutes, wait_basis
        Crossing, waiting before it, and on what the waiting rests: see ``Ferry``.
    walk, cycle, drive
        Whom it takes.
    name, file, row
        What it is called, and where it stands.
    first_sailing, last_sailing
        Between which it sails; None where nobody says.
    """

    ends: tuple[int, int]
    coords: Floats
    minutes: float
    wait_minutes: float = ASSUMED_WAIT_MINUTES
    wait_basis: str = "assumption"
    walk: bool = True
    cycle: bool = True
    drive: bool = True
    name: str = ""
    file: str = ""
    row: int | None = None
    first_sailing: dt.time | None = None
    last_sailing: dt.time | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Leg:
    """A stretch of ferry way between two points where something may meet.

    ``way`` is the number of its way, ``way_ends`` are the points where that way ends.
    """

    ends: tuple[int, int]
    points: Integers
    length_m: float
    minutes: float
    rule: FerryRule
    name: str
    way: int
    way_ends: tuple[int, int]


_Course = list[tuple[int, int, _Leg]]  # from point to point, each time along a leg


def osm_crossings(
    ways: Ways, which: Integers, on_road: Flags, *, file: str
) -> tuple[list[Crossing], tuple[Finding, ...]]:
    """Make crossings of ferry ways.

    A quay is a point on a road, a point marked as a ferry terminal, or a loose end. Ferry ways that
    meet at sea are joined: each pair of quays that is linked without calling at a third becomes a
    crossing along the shortest course, and one along the quickest where that is another, for each
    mode. Two ways that both run on through a point at sea are two
    boats that pass each other there. So nobody changes boats at sea.

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
        for course in _all_courses(quay, quays, at)
        if course[0][0] < course[-1][1]
    ]
    found = [
        finding(
            "ferry-times-assumed",
            file=file,
            ferries=len(crossings),
            ways=len(which),
            guessed=guessed,
            waits=sum(crossing.wait_basis == "assumption" for crossing in crossings),
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
        if not math.isnan(minutes) and not plausible_minutes(lengths[way], minutes):
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
            name = ways.tags[number].name
            way_ends = (int(mine[0]), int(mine[-1]))
            told = (minutes * share, rule, name, way, way_ends)
            legs.append(_Leg(ends, part, length, *told))
    return legs, guessed, doubtful


def plausible_minutes(length_m: float, minutes: float) -> bool:
    """Say whether a ferry may take so long: at 2 to 100 km/h.

    Examples
    --------
    >>> plausible_minutes(5000, 25), plausible_minutes(5000, 1500)
    (True, False)
    """
    km, hours = length_m / 1000, minutes / 60
    return _PLAUSIBLE_KMH[0] * hours <= km <= _PLAUSIBLE_KMH[1] * hours


def _all_courses(quay: int, quays: set[int], at: dict[int, list[_Leg]]) -> list[_Course]:
    """Find for each mode the shortest and the quickest course to every quay, each once."""
    found = {
        tuple((point, leg.way, leg.ends) for point, _, leg in course): course
        for mode in MODES
        for quickest in (False, True)
        for course in _courses(quay, quays, at, mode=mode, quickest=quickest)
    }
    return list(found.values())


def _courses(
    quay: int, quays: set[int], at: dict[int, list[_Leg]], *, mode: str, quickest: bool
) -> list[_Course]:
    """Find the best course to each quay that is reached without calling at another.

    A boat is known by where it is and along which way it came, since that says how it can go on.
    """
    seen: set[tuple[int, int]] = set()
    landed: dict[int, _Course] = {}
    queue: list[tuple[tuple[float, float], int, int, _Course]] = [((0.0, 0.0), 0, quay, [])]
    pushed = 0
    while queue:
        _, _, point, course = heapq.heappop(queue)
        came = course[-1][2] if course else None
        state = (point, came.way if came else -1)
        if state in seen:
            continue
        seen.add(state)
        if point in quays and course:
            landed.setdefault(point, course)
            continue
        for leg in at[point]:
            if getattr(leg.rule, mode) and (came is None or _goes_on(came, leg, point)):
                pushed += 1
                other = leg.ends[1] if leg.ends[0] == point else leg.ends[0]
                step = [*course, (point, other, leg)]
                length = sum(one.length_m for _, _, one in step)
                minutes = sum(one.minutes for _, _, one in step) + _wait(step)[0]
                rank = (minutes, length) if quickest else (length, minutes)
                heapq.heappush(queue, (rank, pushed, other, step))
    return [course for point, course in landed.items() if point != quay]


def _wait(course: _Course) -> tuple[float, str]:
    """Give the wait before a course, and on what it rests.

    Nobody changes boats, so the boat that comes least often is the one to wait for.
    """
    headways = [leg.rule.headway_minutes for _, _, leg in course]
    told = [headway for headway in headways if not math.isnan(headway)]
    return (max(told) / 2, "headway") if told else (ASSUMED_WAIT_MINUTES, "assumption")


def _goes_on(came: _Leg, leg: _Leg, point: int) -> bool:
    """Say whether a boat goes on from one stretch to another at a point at sea."""
    return came.way == leg.way or point in came.way_ends or point in leg.way_ends


def _crossing(course: _Course, ways: Ways, *, file: str) -> Crossing:
    points = [course[0][0]]
    for begin, _, leg in course:
        forward = leg.ends[0] == begin
        points += (leg.points if forward else leg.points[::-1])[1:].tolist()
    rules = [leg.rule for _, _, leg in course]
    wait_minutes, wait_basis = _wait(course)
    return Crossing(
        ends=(points[0], points[-1]),
        coords=ways.xy[points],
        minutes=sum(leg.minutes for _, _, leg in course),
        wait_minutes=wait_minutes,
        wait_basis=wait_basis,
        name=" / ".join(dict.fromkeys(leg.name for _, _, leg in course if leg.name)),
        walk=all(rule.walk for rule in rules),
        cycle=all(rule.cycle for rule in rules),
        drive=all(rule.drive for rule in rules),
        file=file,
    )
