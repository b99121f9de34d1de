"""What a run's results show of themselves in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.assessment.card import assessment_card
from gapmap.cards import Speech, card, note, simulated_banner
from gapmap.siting.card import proposal_card

if TYPE_CHECKING:
    from gapmap.outputs.results import Results

__all__ = ["results_card"]

_MOST_PROPOSALS: Final = 2


def results_card(results: Results) -> str:
    """Give HTML in the study's language: its title, the assessment, the first proposals."""
    told = Speech((results.language,))
    about = results.about
    proposals = [proposal_card(one, told) for one in results.proposals[:_MOST_PROPOSALS]]
    more = len(results.proposals) - len(proposals)
    return card(
        about.name,
        [about.date.isoformat() if about.date else "", about.plan, about.scenario, about.credit],
        simulated_banner(results.simulated_files),
        assessment_card(results.assessment, told),
        *proposals,
        note(f"… +{more}" if more else ""),
    )
