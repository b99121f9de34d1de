"""What a programme shows of itself in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from gapmap.assessment import simulated_inputs
from gapmap.cards import Row, Speech, card, note, simulated_banner, table
from gapmap.siting.card import proposal_parts

if TYPE_CHECKING:
    from gapmap.programme.value import Programme

__all__ = ["programme_card"]

_MOST_YEARS: Final = 20
_COLUMNS: Final = ("year", "sites", "cost", "people_covered", "share_people", "places_uncovered")


def programme_card(programme: Programme, speech: Speech | None = None) -> str:
    """Give HTML: what is built in which year, whether the conditions hold, and the sites.

    Parameters
    ----------
    programme
        What is shown.
    speech
        Its languages; both by default.
    """
    told = speech or Speech()
    proposal = programme.proposal
    services = {one.id: told.pair(one.name) for one in proposal.before.access.services}
    rows = [
        Row([_cell(told, row, one) for one in _COLUMNS], {})
        for row in programme.years.to_dict("records")
    ]
    heads = [told.title(one, of="programme") for one in _COLUMNS]
    return card(
        f"{told.word('sheet_programme')}: {services.get(proposal.service, proposal.service)}",
        [f"{told.say('site')} {len(proposal.sites)}"],
        simulated_banner(simulated_inputs(proposal.before)),
        note(_conditions(told, programme)),
        table(heads, rows, most=_MOST_YEARS, numbers=1),
        *proposal_parts(proposal, told),
    )


def _conditions(told: Speech, programme: Programme) -> str:
    """Say whether the conditions hold, where there are any."""
    if not programme.feasible:
        return told.say("programme_infeasible")
    targets = programme.targets
    held = len(targets) > 0 and bool(targets["held"].any())
    return told.say("programme_feasible") if held else ""


def _cell(told: Speech, row: dict[str, object], column: str) -> str:
    if pd.isna(row[column]):
        return "—"  # the start has no year
    value = float(str(row[column]))
    if column == "year":
        return f"{value:.0f}"
    return told.share(value) if column == "share_people" else told.count(value)
