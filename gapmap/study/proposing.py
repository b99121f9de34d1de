"""Where to build next: what a study asks for, block by block."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gapmap.findings import finding
from gapmap.programme import Programme, plan_programme
from gapmap.siting import SiteQuestion, propose_shared, propose_sites

if TYPE_CHECKING:
    from gapmap.assessment import Assessment
    from gapmap.findings import Finding
    from gapmap.siting import Proposal, SharedProposal
    from gapmap.study.value import Study
    from gapmap.studyfile import SharingEntry, SitingEntry, StudyFile

__all__ = ["Proposed", "asking", "propose_all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """All that was proposed.

    Attributes
    ----------
    proposals
        In the order of the blocks: those of programmes among them, those of services that share
        sites last.
    of_this_state
        Those that start from the state as assessed and can be made anew in draws.
    programmes
        Programmes over years.
    findings
        What has to be told.
    """

    proposals: tuple[Proposal, ...]
    of_this_state: tuple[Proposal, ...]
    programmes: tuple[Programme, ...]
    findings: tuple[Finding, ...]


def asking(file: StudyFile, siting: SitingEntry | None) -> StudyFile:
    """Give a study file with another question about a service in the place of its own."""
    if siting is None:
        return file
    others = [one for one in file.siting if one.service != siting.service]
    return replace(file, siting=(*others, siting))


def propose_all(study: Study, assessment: Assessment, siting: SitingEntry | None) -> Proposed:
    """Propose sites for all that a study asks for, or for one block alone.

    Raises
    ------
    MethodError
        A block asks for what cannot be meant; see :func:`gapmap.propose_sites`.
    """
    wanted = study.file.siting if siting is None else (siting,)
    early = [one for one in wanted if _too_early(one, assessment)]
    made = [_propose(study, assessment, one) for one in wanted if one not in early]
    shared = [_share(study, assessment, one) for one in (study.file.sharing if not siting else ())]
    own = [one.proposal if isinstance(one, Programme) else one for one in made]
    return Proposed(
        proposals=(*own, *(one for held in shared for one in held.proposals)),
        of_this_state=tuple(one for one in own if one.before is assessment),
        programmes=tuple(one for one in made if isinstance(one, Programme)),
        findings=tuple(
            dict.fromkeys(
                [
                    *(_told_early(one, assessment) for one in early),
                    *(told for one in made for told in one.findings),
                    *(told for held in shared for told in held.findings),
                ]
            )
        ),
    )


def _too_early(entry: SitingEntry, assessment: Assessment) -> bool:
    """Say whether a programme starts after the date of the state, as a what-if may have set it."""
    return entry.start is not None and entry.start > assessment.access.facilities.date


def _told_early(entry: SitingEntry, assessment: Assessment) -> Finding:
    date = assessment.access.facilities.date.isoformat()
    return finding("programme-too-early", service=entry.service, value=str(entry.start), date=date)


def _propose(study: Study, assessment: Assessment, entry: SitingEntry) -> Proposal | Programme:
    candidates = study.candidates.get(entry.service, entry.candidates)
    if entry.years:
        return plan_programme(
            assessment,
            service=entry.service,
            years=entry.years,
            cost=entry.cost,
            candidates=candidates,
            targets=entry.targets,
            start=entry.start,
            seconds=entry.seconds,
        )
    question = SiteQuestion(
        service=entry.service,
        objective=entry.objective,
        count=entry.count,
        budget=entry.budget,
        cost=entry.cost,
        candidates=candidates,
        share=entry.share,
        copies=entry.copies,
        capacity=entry.capacity,
        least=entry.least,
        least_each=entry.least_each,
        closing_cost=entry.closing_cost,
        farthest=entry.farthest,
        seconds=entry.seconds,
    )
    return propose_sites(assessment, question=question)


def _share(study: Study, assessment: Assessment, entry: SharingEntry) -> SharedProposal:
    return propose_shared(
        assessment,
        services=entry.services,
        costs=entry.costs,
        cost=sum(entry.costs.values()) if entry.cost is None else entry.cost,
        count=entry.count,
        budget=entry.budget,
        candidates=study.shared.get(entry.name, entry.candidates),
        seconds=entry.seconds,
    )
