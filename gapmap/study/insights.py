"""What a run asks beyond coverage, gaps and targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.catchment import measure_supply
from gapmap.detour import measure_detours
from gapmap.report import Insights
from gapmap.sensitivity import vary
from gapmap.study.dated import measure_dated
from gapmap.typology import group_gaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.assessment import Assessment
    from gapmap.catchment import Supply
    from gapmap.findings import Finding
    from gapmap.sensitivity import Varied
    from gapmap.siting import Proposal
    from gapmap.study.value import Steps, Study
    from gapmap.typology import GapKinds

__all__ = ["measure_insights"]


def measure_insights(
    study: Study, assessment: Assessment, proposals: Sequence[Proposal], *, watch: Steps
) -> tuple[Insights, tuple[Finding, ...]]:
    """Ask what the study asks for beyond its coverage.

    Parameters
    ----------
    study
        Its blocks say what is asked; all else comes from ``assessment``, where a what-if holds.
    assessment, proposals
        The state, and the sites proposed.
    watch
        A stopwatch.

    Returns
    -------
    What was found, and what was doubtful in it.
    """
    findings: list[Finding] = []
    with watch.step("compare straight lines"):
        detours = measure_detours(assessment.access)
    supply = _supply(study, assessment, watch)
    if supply is not None:
        findings += supply.findings
    series, told = measure_dated(study, assessment, watch)
    findings += told
    kinds = _kinds(study, assessment, watch)
    if kinds is not None:
        findings += kinds.findings
    varied = _vary(study, assessment, proposals, watch)
    if varied is not None:
        findings += varied.findings
    made = Insights(detours=detours, supply=supply, series=series, kinds=kinds, varied=varied)
    return made, tuple(findings)


def _kinds(study: Study, assessment: Assessment, watch: Steps) -> GapKinds | None:
    """Group the gaps, unless the study wants none of it."""
    asked = study.file.typology
    if asked.none:
        return None
    with watch.step("group"):
        return group_gaps(
            assessment,
            services=asked.services,
            most_kinds=asked.most_kinds,
            seed=study.file.seed,
        )


def _supply(study: Study, assessment: Assessment, watch: Steps) -> Supply | None:
    """Measure supply against demand where services ask for it."""
    rules = [one.supply for one in study.file.services if one.supply is not None]
    if not rules:
        return None
    with watch.step("share supply"):
        return measure_supply(assessment.access, rules)


def _vary(
    study: Study, assessment: Assessment, proposals: Sequence[Proposal], watch: Steps
) -> Varied | None:
    """Draw what is not known exactly, where the study says so."""
    asked = study.file.sensitivity
    if asked is None:
        return None
    with watch.step("draw"):
        return vary(
            assessment,
            proposals,
            assumptions=asked.assumptions,
            count=asked.draws,
            seed=study.file.seed,
        )
