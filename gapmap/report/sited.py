"""What the section on where to build shows: plain values, fit for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.drawing import site_list
from gapmap.report.tables import columns
from gapmap.siting import proposal_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from gapmap.assessment import Assessment
    from gapmap.programme import Programme
    from gapmap.siting import Proposal

__all__ = ["sited_content"]

_SITE: Final = (
    *("phase", "year", "limit_unit", "worst_before", "worst_after"),
    *("alternative", "alternative_people"),
)
_SERVED: Final = ("site_id", "place", "people", "before", "after", "newly_covered")
_LEFT_OUT: Final = ("place", "town", "district", "people", "why", "nearest_cost")
_TARGETS: Final = (
    *("clause", "title_zh", "title_en", "measure_unit", "required", "achieved_before"),
    *("achieved_after", "status_before", "status_after", "due"),
)
_YEARS: Final = (
    *("phase", "year", "sites", "cost", "budget", "carried", "people_covered", "share_people"),
    *("share_people_low", "share_people_high", "places_uncovered", "value", "bound", "proven"),
)
_CURVE: Final = ("phase", "year", "name", "cost_so_far", "people_so_far", "people_per_10000_yuan")
_HELD: Final = (
    *("clause", "title_zh", "title_en", "required", "before", "after", "status_after"),
    *("sites_needed", "held", "cost_of_it", "people_forgone", "basis", "due", "measure_unit"),
)
_UNMET: Final = ("what", "id", "name", "why", "why_zh", "short_by", "unit")


def sited_content(
    proposals: Sequence[Proposal], programmes: Sequence[Programme], now: Assessment
) -> list[dict[str, object]]:
    """Give each proposal: its sites, how good they are, who gains, who stays without.

    Parameters
    ----------
    proposals
        Those of programmes among them.
    programmes
        Their years and conditions.
    now
        What the page is about; a proposal that starts from another date says which.
    """
    by_proposal = {id(one.proposal): one for one in programmes}
    return [_proposal(one, by_proposal.get(id(one)), now) for one in proposals]


def _proposal(
    proposal: Proposal, programme: Programme | None, now: Assessment
) -> dict[str, object]:
    tables = proposal_tables((proposal,))
    targets = tables["site_targets"]
    closed = proposal.closed
    told: dict[str, object] = {
        "service": proposal.service,
        "start": _start(proposal, now),
        "answer": _first(tables["siting"]) if proposal.choice is not None else None,
        "sites": site_list(proposal) | columns(_some(proposal.sites, _SITE)),
        "before": _city_row(proposal.before, proposal.service),
        "after": _city_row(proposal.after, proposal.service),
        "served": columns(_some(proposal.served, _SERVED)),
        "left_out": columns(_some(proposal.left_out, _LEFT_OUT)),
        "excluded": _excluded(tables["site_excluded"]),
        "closed": [] if closed is None else [str(one) for one in closed["facility_id"]],
        "closed_names": [] if closed is None else [str(one) for one in closed["facility"]],
        "targets": columns(_some(targets[targets["overall"].astype(bool)], _TARGETS)),
    }
    return told | ({} if programme is None else {"programme": _programme(programme, targets)})


def _programme(programme: Programme, compared: pd.DataFrame) -> dict[str, object]:
    targets = programme.targets
    if len(targets):
        targets = targets[targets["scope"] == targets.groupby("target")["scope"].transform("first")]
        unit = compared.drop_duplicates("target").set_index("target")["measure_unit"]
        targets = targets.assign(measure_unit=targets["target"].map(unit))
    return {
        "years": columns(_some(programme.years, _YEARS)),
        "curve": columns(_some(programme.curve, _CURVE)),
        "targets": columns(_some(targets, _HELD)),
        "unmet": columns(_some(programme.unmet, _UNMET)),
        "feasible": programme.feasible,
    }


def _start(proposal: Proposal, now: Assessment) -> str | None:
    """Give the date that a proposal starts from where it is not the page's own."""
    date = proposal.before.access.facilities.date
    return None if date == now.access.facilities.date else date.isoformat()


def _excluded(table: pd.DataFrame) -> dict[str, list[object]]:
    counted = table.groupby(["why", "layer"], sort=True, dropna=False).size()
    return columns(counted.rename("count").reset_index())


def _some(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Give those of the columns that there are, or none where nobody is told of."""
    return table[[name for name in names if name in table]]


def _first(table: pd.DataFrame) -> dict[str, object]:
    return {name: values[0] for name, values in columns(table).items()}


def _city_row(assessment: Assessment, service: str) -> dict[str, object]:
    table = assessment.coverage
    rows = table[(table["service"] == service) & (table["group_kind"] == "city")]
    return _first(rows) if len(rows) else {}
