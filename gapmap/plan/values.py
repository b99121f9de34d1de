"""What a plan is made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.records import Records

__all__ = ["MEASURES", "STATES", "Ask", "Level", "Plan", "Project", "Target", "Unit"]

MEASURES = (
    "presence",
    "share",
    "count",
    "attribute_share",
    "access",
    "trend",
    "milestone",
    "indicator",
    "certificate",
    "gap",
)

STATES: Mapping[str, int] = {
    "planned": 0,
    "started": 1,
    "under_way": 2,
    "built": 3,
    "in_place": 3,
}
"""States of a named project and how far along each is; ``built`` and ``in_place`` are the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A named set of the plan's district-level units: one of them, or a group such as the west.

    Attributes
    ----------
    id
        For a district the name that places and towns carry in ``plan_district``; for a group
        its key in the plan file, which is also the study's group of that name.
    name
        Name by language.
    districts
        The plan's districts that belong to it, by id.
    """

    id: str
    name: Mapping[str, str]
    districts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A kind of area that each has to have something: every town, every village.

    Attributes
    ----------
    id, name
        Key in the plan file; name by language.
    of
        ``place``, ``town``, ``plan_district``, ``district`` or ``city``.
    setting
        Of places: only those of these settings (``urban``, ``rural``).
    island
        Of places: only islands (True), only the mainland (False), or both (None).
    name_ends
        Only areas whose name ends in one of these, such as ``镇``.
    """

    id: str
    name: Mapping[str, str]
    of: str
    setting: tuple[str, ...] = ()
    island: bool | None = None
    name_ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A named project: its id in the study's milestones, its name by language."""

    id: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing that a target asks for, so that a program can check it.

    Attributes
    ----------
    measure
        One of ``MEASURES``.
    unit
        Unit of required, achieved and shortfall: ``share`` (0 to 1), ``facilities``,
        ``projects``, ``minutes``, or the indicator's own.
    comparison
        How achieved must stand to required: ``>=``, ``>``, ``<=`` or ``<``.
    required
        None where the plan gives no number, or where the baseline sets it (trend, gap).
    required_basis
        ``plan``, or ``assumption`` where the number is not the plan's.
    required_per_unit
        Of counts: what a single district needs, always an assumption; None: not judged.
    level
        Id of the level whose areas are asked.
    only
        Names of the areas that are asked, where the plan names them.
    service, where, meets
        Which facilities: the service, attribute values that they must have to be asked about,
        and (attribute share) the values that fulfil the target.
    at_least
        Of presence and share: facilities that an area needs.
    opened_from, opened_to
        Of counts: the window in which a facility must have been opened.
    statistic
        Of access: ``share_places``, ``share_people``, ``median_minutes``, or
        ``mainland_minutes`` (the same from islands to the mainland's facilities).
    qualifying
        Of access: attribute of places that says whether the target asks about them.
    projects, state
        Of milestones: the projects, and the state that they must have reached.
    indicator, less
        Of indicators and gaps: the figure, and the figure to subtract from it.
    certificate
        Of certificates: its word in the study's certificates.
    """

    measure: str
    unit: str
    comparison: str = ">="
    required: float | None = None
    required_basis: str = "plan"
    required_per_unit: float | None = None
    level: str = ""
    only: tuple[str, ...] = ()
    service: str = ""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at_least: int = 1
    opened_from: dt.date | None = None
    opened_to: dt.date | None = None
    statistic: str = "share_places"
    qualifying: str = ""
    projects: tuple[Project, ...] = ()
    state: str = ""
    indicator: str = ""
    less: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One promise of a plan.

    Attributes
    ----------
    id, clause
        Its word, and where it stands in the plan.
    quote
        The plan's own words.
    title, note
        By language; the note says how the plan's words were read.
    scope
        ``city``, the id of a group, or the id of one of the plan's districts.
    each
        Where the plan asks it of every unit rather than of their sum: ``plan_district``,
        ``district`` or ``town``; the worst unit decides. Empty: of the scope as a whole.
    due
        The last day by which it must be reached.
    recurring
        Whether it must hold every year up to ``due``.
    asks
        What must hold; with several the worst decides.
    """

    id: str
    clause: str
    quote: str
    title: Mapping[str, str]
    due: dt.date
    asks: tuple[Ask, ...]
    scope: str = "city"
    each: str = ""
    recurring: bool = False
    note: Mapping[str, str] = field(default_factory=dict)

    @property
    def measure(self) -> str:
        """The measure, or the measures joined by ``+`` where the asks differ in it."""
        return "+".join(dict.fromkeys(ask.measure for ask in self.asks))

    @property
    def required(self) -> float | None:
        """What the first ask with a number requires; None where none has one."""
        return next((ask.required for ask in self.asks if ask.required is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan: who promised what, for whom, until when.

    Attributes
    ----------
    id, name, authority
        Its word; name and issuing authority by language.
    published, start, end
        Day of issue, and the first and last day of the plan's term.
    source
        Which text it was read from.
    districts
        The plan's own district-level units.
    groups
        Named groups of them, by id.
    levels
        The kinds of area that targets speak of, by id.
    targets
        In the plan file's order.
    file
        The file's name, as findings show it.
    records
        What offices reported on it, where a study has that; no plan file does.
    """

    id: str
    name: Mapping[str, str]
    authority: Mapping[str, str]
    published: dt.date
    start: dt.date
    end: dt.date
    source: str
    districts: tuple[Unit, ...]
    groups: Mapping[str, Unit]
    levels: Mapping[str, Level]
    targets: tuple[Target, ...]
    file: str = ""
    records: Records | None = None

    @property
    def baseline(self) -> dt.date:
        """The day before the plan starts: progress is measured from here."""
        return self.start - dt.timedelta(days=1)
