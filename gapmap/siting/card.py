"""What a proposal shows of itself in a notebook."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from gapmap.assessment import simulated_inputs
from gapmap.cards import Row, Speech, bar, card, note, simulated_banner, table
from gapmap.siting.tables import proposal_tables

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.assessment import Assessment
    from gapmap.siting.value import Proposal

__all__ = ["proposal_card", "proposal_parts"]

_MOST_SITES: Final = 12
_KEYS: Final = {3: "covered", 4: "uncovered", 5: "unknown"}
_MOST_CLOSED: Final = 6


def proposal_card(proposal: Proposal, speech: Speech | None = None) -> str:
    """Give HTML: how good the sites are, before and after, the best of them.

    Parameters
    ----------
    proposal
        What is shown.
    speech
        Its languages; both by default.
    """
    told = speech or Speech()
    return card(
        f"{told.say('section_sites')}: {_name(told, proposal)}",
        [
            proposal.before.access.facilities.date.isoformat(),
            f"{told.say('site')} {len(proposal.sites)}",
        ],
        simulated_banner(simulated_inputs(proposal.before)),
        *proposal_parts(proposal, told),
    )


def proposal_parts(proposal: Proposal, told: Speech) -> list[str]:
    """Give what stands on the card below its heading."""
    return [
        note(_answer(told, proposal)),
        _compared(told, proposal),
        _sites(told, proposal),
        note(_closed(told, proposal)),
    ]


def _name(told: Speech, proposal: Proposal) -> str:
    services = {one.id: one for one in proposal.before.access.services}
    found = services.get(proposal.service)
    return told.pair(found.name) if found is not None else proposal.service


def _answer(told: Speech, proposal: Proposal) -> str:
    """Say what was asked for, what the answer is worth, and how good that certainly is."""
    if proposal.choice is None:
        return ""
    row = proposal_tables((proposal,))["siting"].iloc[0]
    unit = str(row["value_unit"])

    def amount(value: float) -> str:
        if not math.isfinite(value):
            return "—"
        return told.share(value) if unit == "share_of_lowest" else f"{value:,.6g} {told.word(unit)}"

    proven = told.word("yes" if row["proven"] else "no")
    facts = [f"{told.title('value', of='siting')} {amount(float(row['value']))}"]
    if not row["proven"]:
        facts.append(f"{told.title('bound', of='siting')} {amount(float(row['bound']))}")
    facts.append(f"{told.title('proven')}: {proven}")
    return f"{told.say('sites_goal_' + proposal.objective)}: {'; '.join(facts)}"


def _compared(told: Speech, proposal: Proposal) -> str:
    weighted = proposal.before.access.places.weight == "people"
    people = "people" if weighted else "places"
    rows = []
    for key, state in (("sites_before", proposal.before), ("sites_after", proposal.after)):
        city = _city(state, proposal.service)
        counts = [float(city[f"{people}_{one}"]) for one in ("covered", "uncovered", "unknown")]
        share = told.share(float(city[f"share_{people}"]))
        cells = [told.say(key), "", share, *(told.count(one) for one in counts)]
        rows.append(Row(cells, {1: bar(*counts)}))
    heads = [
        *("", "", told.title(f"share_{people}")),
        *(told.title(f"{people}_{one}") for one in ("covered", "uncovered", "unknown")),
    ]
    return table(heads, rows, most=len(rows), numbers=2, keys=_KEYS)


def _city(assessment: Assessment, service: str) -> pd.Series:
    rows = assessment.coverage
    return rows[(rows["service"] == service) & (rows["group_kind"] == "city")].iloc[0]


def _sites(told: Speech, proposal: Proposal) -> str:
    sites = proposal.sites
    when = "year" if "year" in sites else "phase"
    phased = len(set(sites[when])) > 1 or when == "year"
    priced = bool(sites["cost"].notna().any())
    columns = ["rank", *([when] if phased else []), "name"]
    words = len(columns)
    columns += ["people_gained", "places_gained", *(["cost"] if priced else [])]
    rows = [
        Row([_cell(told, row, one) for one in columns], {})
        for row in sites.head(_MOST_SITES + 1).to_dict("records")
    ]
    heads = [told.title(one) for one in columns]
    more = [Row([], {})] * max(0, len(sites) - len(rows))
    return table(heads, [*rows, *more], most=_MOST_SITES, numbers=words) if rows else ""


def _cell(told: Speech, row: dict[str, object], column: str) -> str:
    value = row[column]
    if column in ("rank", "year", "phase", "name"):
        return str(value)
    return told.count(float(str(value)))


def _closed(told: Speech, proposal: Proposal) -> str:
    closed = proposal.closed
    if closed is None or not len(closed):
        return ""
    names = [str(one) for one in closed["facility"]]
    more = " …" if len(names) > _MOST_CLOSED else ""
    shown = ", ".join(names[:_MOST_CLOSED])
    return f"{told.word('layer_closed_facilities')} {len(names)}: {shown}{more}"
