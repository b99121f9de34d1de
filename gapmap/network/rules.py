"""What a way's tags mean: its class, who may use it, in which direction, how fast.

Choices that are ours, and what they rest on, stand in ``docs/adr/0004-network-search.md``.
"""

from __future__ import annotations

import difflib
import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gapmap.errors import NetworkError
from gapmap.findings import fail, finding
from gapmap.network.value import MODES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "FERRY_TAGS",
    "KINDS",
    "NO_WAYS",
    "TAGS",
    "FerryRule",
    "Rule",
    "Tags",
    "default_speeds",
    "duration_minutes",
    "effective_speeds",
    "ferry_rule",
    "knows_oneway",
    "make_tags",
    "road_rule",
]

# Driving: middle of the design speeds of CJJ 37-2012, 3.2.1 (trunk = 快速路, primary = 主干路,
# secondary = 次干路, tertiary and unclassified = 支路) and of JTG B01-2014 for motorways; the
# rest is an assumption. Walking: 80 m a minute, as in London's PTAL. Cycling: what the Road
# Traffic Safety Law of 2003, art. 58, allows electric bicycles in a cycle lane.
_DRIVE_KMH = {
    "motorway": 100.0,
    "motorway_link": 50.0,
    "trunk": 80.0,
    "trunk_link": 40.0,
    "primary": 50.0,
    "primary_link": 30.0,
    "secondary": 40.0,
    "secondary_link": 30.0,
    "tertiary": 30.0,
    "tertiary_link": 20.0,
    "unclassified": 30.0,
    "road": 30.0,
    "residential": 20.0,
    "living_street": 10.0,
    "service": 15.0,
    "track": 15.0,
}
_PATHS = ("cycleway", "path", "footway", "pedestrian", "bridleway", "steps", "corridor")
KINDS = (*_DRIVE_KMH, *_PATHS, "ferry", "ferry_access")

NO_WAYS = frozenset(
    {
        *("proposed", "planned", "construction", "razed", "demolished", "abandoned", "disused"),
        *("platform", "bus_stop", "elevator", "escalator", "rest_area", "services", "no"),
        *("raceway", "bus_guideway", "busway", "escape", "emergency_bay", "via_ferrata", "ladder"),
    }
)
"""Classes of OpenStreetMap that are no ways, or none for the public."""

_NO_WALK = {"motorway", "motorway_link"}
_CYCLE_PATHS = {"cycleway", "path"}
_SHUT = {
    *("no", "private", "delivery", "agricultural", "forestry", "military", "emergency"),
    "use_sidepath",
}
_OPEN = {"yes", "designated", "permissive", "official", "destination", "customers", "permit"}
# F, T: as Geofabrik writes them; FT, TF: from its first point to its last, and against that
_FORWARD = {"yes", "Yes", "YES", "Y", "y", "true", "True", "TRUE", "1", "1.0", "t", "F", "FT"}
_FORWARD |= {"是", "单向", "单行"}
_BACKWARD = {"-1", "-1.0", "reverse", "T", "TF", "逆向"}
_BOTH = {"", "no", "No", "NO", "N", "n", "false", "False", "FALSE", "0", "0.0", "f", "B"}
_BOTH |= {"否", "双向"}
_BY_TURNS = {"reversible", "alternating"}  # now this way, now that: open both ways
_ROUNDABOUTS = {"roundabout", "circular"}
_SLOWEST_KMH, _FASTEST_KMH = 5.0, 150.0
_LEAST_KMH = 0.001  # of a planner's own speeds: 1 km in six weeks

TAGS = (
    *("highway", "access", "foot", "bicycle", "vehicle", "motor_vehicle", "motorcar"),
    *("oneway", "junction", "motorroad", "maxspeed", "route", "duration", "area", "bridge"),
)
FERRY_TAGS = ("interval", "name")
"""Read of ferries only: with the name of every street no two ways would have the same tags."""


class Tags(NamedTuple):
    """The tags that matter, empty where a way has none; the last two of ferries only."""

    highway: str = ""
    access: str = ""
    foot: str = ""
    bicycle: str = ""
    vehicle: str = ""
    motor_vehicle: str = ""
    motorcar: str = ""
    oneway: str = ""
    junction: str = ""
    motorroad: str = ""
    maxspeed: str = ""
    route: str = ""
    duration: str = ""
    area: str = ""
    bridge: str = ""
    interval: str = ""
    name: str = ""


class Rule(NamedTuple):
    """Class of a way, who may use it, and its posted speed in km/h (NaN without)."""

    kind: str
    walk: bool
    cycle: bool
    forward: bool
    backward: bool
    posted_kmh: float


class FerryRule(NamedTuple):
    """Who a ferry takes, how many minutes it says it needs, and how many lie between two boats.

    NaN where it does not say.
    """

    walk: bool
    cycle: bool
    drive: bool
    minutes: float
    headway_minutes: float


def make_tags(values: Mapping[str, object]) -> Tags:
    """Take from ``values`` the tags that matter."""
    tags = Tags(*(_text(values.get(key)) for key in TAGS))
    if tags.route != "ferry":
        return tags
    return tags._replace(**{key: _text(values.get(key)) for key in FERRY_TAGS})


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, list):  # OSMnx merges ways: the first value stands for all
        value = value[0] if value else ""
    return str(value).strip()


@lru_cache(maxsize=65536)
def road_rule(tags: Tags) -> Rule | None:
    """Judge a road or path; None where it is no way for anyone.

    Proposed roads, building sites, platforms and whatever else is not in :data:`KINDS` are no
    ways. A more special tag decides over a more general one: ``foot`` over ``access``,
    ``motorcar`` over ``motor_vehicle`` over ``vehicle`` over ``access``. ``private`` counts as
    closed: it may be open to those who live there, but it does not lead the public to a service.

    Examples
    --------
    >>> road_rule(Tags(highway="footway"))
    Rule(kind='footway', walk=True, cycle=False, forward=False, backward=False, posted_kmh=nan)
    >>> road_rule(Tags(highway="construction")) is None
    True
    """
    kind = tags.highway
    if kind not in KINDS or kind in ("ferry", "ferry_access") or tags.route == "ferry":
        return None
    fast = kind in _NO_WALK or tags.motorroad == "yes"
    walk = not fast and _allowed(tags.foot, tags.access)
    cycle = not fast and _may_cycle(kind, tags)
    drive = kind in _DRIVE_KMH and _allowed(
        tags.motorcar, tags.motor_vehicle, tags.vehicle, tags.access
    )
    if not (walk or cycle or drive):
        return None
    forward, backward = _directions(kind, tags)
    return Rule(kind, walk, cycle, drive and forward, drive and backward, _posted(tags.maxspeed))


def _allowed(*values: str) -> bool:
    """Let the first value that says anything decide; silence means open."""
    said = next((value for value in values if value), "yes")
    return said not in _SHUT


def _may_cycle(kind: str, tags: Tags) -> bool:
    if kind in _DRIVE_KMH or kind in _CYCLE_PATHS:
        return _allowed(tags.bicycle, tags.vehicle, tags.access)
    return kind not in ("steps", "corridor") and tags.bicycle in _OPEN


def _directions(kind: str, tags: Tags) -> tuple[bool, bool]:
    if tags.oneway in _BACKWARD:
        return False, True
    implied = not tags.oneway and (tags.junction in _ROUNDABOUTS or kind == "motorway")
    return True, not (tags.oneway in _FORWARD or implied)


def knows_oneway(oneway: str) -> bool:
    """Say whether a direction is one of those that :func:`road_rule` reads; others mean nothing.

    Examples
    --------
    >>> knows_oneway("是"), knows_oneway("东向西")
    (True, False)
    """
    return any(oneway in known for known in (_FORWARD, _BACKWARD, _BOTH, _BY_TURNS))


def _posted(maxspeed: str) -> float:
    """Read a plain number of km/h; anything else counts as not posted."""
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", maxspeed):
        return math.nan
    kmh = float(maxspeed)
    return kmh if _SLOWEST_KMH <= kmh <= _FASTEST_KMH else math.nan


def ferry_rule(tags: Tags) -> FerryRule:
    """Judge a ferry: it takes everyone whom its tags do not refuse."""
    return FerryRule(
        walk=_allowed(tags.foot, tags.access),
        cycle=_allowed(tags.bicycle, tags.access),
        drive=_allowed(tags.motorcar, tags.motor_vehicle, tags.vehicle, tags.access),
        minutes=duration_minutes(tags.duration),
        headway_minutes=duration_minutes(tags.interval),
    )


def duration_minutes(text: str) -> float:
    """Read OSM's ``duration`` or ``interval``: minutes, ``HH:MM[:SS]`` or ISO 8601; else NaN.

    Examples
    --------
    >>> duration_minutes("1:30"), duration_minutes("25"), duration_minutes("PT1H5M")
    (90.0, 25.0, 65.0)
    """
    text = text.strip().upper()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        minutes = float(text)
    elif clock := re.fullmatch(r"(\d+):([0-5]?\d)(?::([0-5]?\d))?", text):
        hours, mins, seconds = (float(part or 0) for part in clock.groups())
        minutes = hours * 60 + mins + seconds / 60
    elif iso := re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text):
        days, hours, mins, seconds = (float(part or 0) for part in iso.groups())
        minutes = days * 1440 + hours * 60 + mins + seconds / 60
    else:
        return math.nan
    return minutes if minutes > 0 else math.nan


def default_speeds() -> dict[str, float]:
    """Give the default speeds in km/h: ``walk``, ``cycle``, and driving by road class.

    Examples
    --------
    >>> default_speeds()["walk"]
    4.8
    """
    return {"walk": 4.8, "cycle": 15.0, **_DRIVE_KMH}


def effective_speeds(overrides: Mapping[str, float], *, file: str = "") -> dict[str, float]:
    """Put the planner's speeds in place of the defaults.

    ``drive`` sets every road class that is not named itself.

    Raises
    ------
    NetworkError
        If a name is neither a mode nor a road class, or a speed is no number, not finite, or so low
        (below 0.001) that minutes would have no end.
    """
    speeds = default_speeds()
    known = (*MODES, *_DRIVE_KMH)
    for name, kmh in overrides.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or list(known[:3])
            fail(
                finding("network-speed-unknown", file=file, value=name, near=", ".join(near)),
                NetworkError,
            )
        if not (math.isfinite(kmh) and kmh >= _LEAST_KMH):
            fail(finding("network-speed-wrong", file=file, field=name, value=kmh), NetworkError)
    if "drive" in overrides:
        speeds.update(dict.fromkeys(_DRIVE_KMH, overrides["drive"]))
    return {**speeds, **{k: float(v) for k, v in overrides.items() if k != "drive"}}
