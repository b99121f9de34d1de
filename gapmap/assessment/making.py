"""Make an assessment from access, a plan and what is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.assessment.coverage import coverage_of
from gapmap.assessment.gaps import gaps_of
from gapmap.assessment.inequality import inequality_of
from gapmap.assessment.value import Assessment
from gapmap.islands import measure_islands
from gapmap.records import no_records
from gapmap.targets import evaluate_targets

if TYPE_CHECKING:
    from gapmap.access import Access
    from gapmap.plan import Plan
    from gapmap.records import Records

__all__ = ["assess"]


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
        gaps=gaps_of(access, coverage, plan=plan, records=held, targets=targets),
        equity=inequality_of(access),
        targets=targets,
        islands=islands.table,
        findings=findings,
    )
