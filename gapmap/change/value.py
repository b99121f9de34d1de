"""What changed between two states, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gapmap.findings import Finding

__all__ = ["CAUSES", "CAUSE_COLUMNS", "PLACE_COLUMNS", "Causes", "Change", "no_causes"]

CAUSES = ("new", "closed", "people", "roads", "corrections", "rules")
"""Why covered people become more or fewer; see :func:`gapmap.change.causes` for what each means."""

CAUSE_COLUMNS = (
    *("service", "group_kind", "group", "group_id", "cause", "people", "places", "differs"),
    *("people_covered_a", "people_covered_b", "people_unknown_a", "people_unknown_b"),
    *("places_covered_a", "places_covered_b"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """The change in covered people, split into its causes.

    Attributes
    ----------
    table
        One row per service, group and cause (:data:`CAUSES`): ``people`` and ``places`` are what
        the cause adds to the covered ones, in the six rows of a group exactly
        ``people_covered_b - people_covered_a`` and ``places_covered_b - places_covered_a``;
        ``differs`` is whether the two states differ in it at all for this service. Beside them the
        people whose cover is unknown in each.
    places
        One row per place and service that is covered in one state and not in the other:
        ``place_id``, ``service``, ``cause`` (that with the largest share in the place's change),
        ``jointly`` (all that have a share, joined by ``+``, where there are several, else empty),
        ``responsible_facility_id``, ``responsible_facility`` (the facility that came or went, where
        a facility is the cause).
    findings
        What was assumed in matching the two states.
    """

    table: pd.DataFrame
    places: pd.DataFrame
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The differences between A and B.

    Attributes
    ----------
    coverage
        One row per service and group of either: people covered and share in A and in B, and
        the differences (B less A).
    places
        One row per place and service whose status, reason, facility or distance differs, with
        both values and ``why``: ``gained`` and ``lost`` (covered in one, uncovered in the other),
        ``became_unknown`` and ``became_known`` (unknown in B, in A alone), ``nearer``,
        ``farther``, ``reason``, ``people`` (their number changed), ``only_a``, ``only_b``;
        ``cause``, ``jointly``, ``responsible_facility_id`` and ``responsible_facility`` as in
        :class:`Causes`, empty where coverage is the same or the split could not be made.
    targets
        One row per target and unit whose status or achieved value differs.
    causes
        The split of the change in covered people, as in :class:`Causes`; empty where it could not
        be made, and ``findings`` say why.
    weight
        ``people``, or ``places`` where neither knows people and every place counts 1.
    names
        What each service is called, by language; a service that is not in it goes by its id.
    dates
        The dates of A and of B; empty where the states were not measured again.
    simulated
        Whether any input of either was simulated.
    findings
        What was assumed, and what could not be said.
    """

    coverage: pd.DataFrame
    places: pd.DataFrame
    targets: pd.DataFrame
    causes: pd.DataFrame = field(default_factory=lambda: no_causes().table)
    weight: str = "people"
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: tuple[dt.date, ...] = ()
    simulated: bool = False
    findings: tuple[Finding, ...] = ()

    def name(self, service: str, language: str) -> str:
        """Give a service's name, or its id where it has none in that language."""
        return self.names.get(service, {}).get(language) or service


def no_causes() -> Causes:
    """Give the causes of nothing: both tables without rows."""
    return Causes(
        table=pd.DataFrame(columns=list(CAUSE_COLUMNS)), places=pd.DataFrame(columns=PLACE_COLUMNS)
    )


PLACE_COLUMNS = [
    *("place_id", "service", "cause", "jointly"),
    *("responsible_facility_id", "responsible_facility"),
]
