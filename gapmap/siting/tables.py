"""Tables: what proposals leave beside their sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.siting.after import TARGET_COLUMNS, targets_compared
from gapmap.siting.candidates import EXCLUDED_COLUMNS
from gapmap.siting.value import LEFT_OUT_COLUMNS, SERVED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.assessment import Assessment
    from gapmap.siting.value import Proposal

__all__ = ["SITING_COLUMNS", "proposal_tables", "unit_of"]

SITING_COLUMNS: Final = (
    *("service", "objective", "candidates", "excluded", "count", "budget", "sites", "cost"),
    *("value", "value_unit", "bound", "gap", "proven", "people_before", "people_after"),
    *("places_before", "places_after"),
)
_EXCLUDED: Final = ("service", *EXCLUDED_COLUMNS)


def proposal_tables(proposals: Sequence[Proposal]) -> dict[str, pd.DataFrame]:
    """Give the tables of proposals by name; none where nobody asked for sites.

    Returns
    -------
    ``siting`` (one row for each proposal), ``site_places`` (who gains), ``site_left_out`` (who
    stays without), ``site_targets`` (the plan's targets before and after) and ``site_excluded``
    (candidates that were ruled out).
    """
    if not proposals:
        return {}
    targets = [targets_compared(one.before, one.after, one.service) for one in proposals]
    return {
        "siting": pd.DataFrame([_row(one) for one in proposals], columns=list(SITING_COLUMNS)),
        "site_places": _together([one.served for one in proposals], SERVED_COLUMNS),
        "site_left_out": _together([one.left_out for one in proposals], LEFT_OUT_COLUMNS),
        "site_targets": _together(targets, TARGET_COLUMNS),
        "site_excluded": _together([_excluded(one) for one in proposals], _EXCLUDED),
    }


def _row(proposal: Proposal) -> dict[str, object]:
    question, choice = proposal.question, proposal.choice
    before, later = (_city(one, proposal.service) for one in (proposal.before, proposal.after))
    cost = proposal.sites["cost"].astype(float)
    given = proposal.candidates
    return {
        "service": proposal.service,
        "objective": proposal.objective,
        "candidates": np.nan if given is None else len(given),
        "excluded": len(proposal.excluded),
        "count": np.nan if question is None or question.count is None else question.count,
        "budget": np.nan if question is None or question.budget is None else question.budget,
        "sites": len(proposal.sites),
        "cost": float(cost.sum()) if cost.notna().all() and len(cost) else np.nan,
        "value": np.nan if choice is None else choice.value,
        "value_unit": "" if choice is None else unit_of(proposal),
        "bound": np.nan if choice is None else choice.bound,
        "gap": np.nan if choice is None else choice.gap,
        "proven": None if choice is None else choice.proven,
        "people_before": before["people_covered"],
        "people_after": later["people_covered"],
        "places_before": before["places_covered"],
        "places_after": later["places_covered"],
    }


def unit_of(proposal: Proposal) -> str:
    """Say what the value of a proposal's choice is measured in: a word of ``words.toml``."""
    question, objective = proposal.question, proposal.objective
    minutes = any(
        one.id == proposal.service and one.limit_unit == "minutes"
        for one in proposal.before.access.services
    )
    if objective == "shared":
        asked = question is not None and not question.unlimited
        return "people_all_services" if asked else "money"
    if objective == "distance":
        return "person_minutes" if minutes else "person_m"
    if objective == "worst":
        return "minutes" if minutes else "m"
    if objective == "worst_first":
        return "share_of_lowest"
    if objective == "fewest":
        cost = proposal.sites["cost"].astype(float)
        whole = proposal.choice is not None and proposal.choice.value == len(proposal.sites)
        return "sites" if whole or cost.isna().any() else "money"
    weight = proposal.before.access.places.weight
    told_apart = question is not None and (question.copies > 1 or question.closing_cost is not None)
    return f"{weight}_served" if told_apart else f"{weight}_newly_served"


def _excluded(proposal: Proposal) -> pd.DataFrame:
    """Name what is off the ways as access does."""
    table = proposal.excluded.assign(service=proposal.service)
    return table.replace({"why": {"off_network": "not_connected"}}) if len(table) else table


def _city(assessment: Assessment, service: str) -> pd.Series:
    table = assessment.coverage
    return table[(table["service"] == service) & (table["group_kind"] == "city")].iloc[0]


def _together(parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    told = [one for one in parts if len(one)]
    if not told:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(told, ignore_index=True).reindex(columns=list(columns))
