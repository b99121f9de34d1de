"""What an assessment shows of itself in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.assessment.value import simulated_inputs
from gapmap.cards import Row, Speech, bar, card, note, simulated_banner, table
from gapmap.targets import STATUSES

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.access import Service
    from gapmap.assessment.value import Assessment

__all__ = ["assessment_card", "limit_of"]

_MOST_SERVICES: Final = 20
_KEYS: Final = {4: "covered", 5: "uncovered", 6: "unknown"}


def assessment_card(assessment: Assessment, speech: Speech | None = None) -> str:
    """Give HTML: each service's limit and who is covered, and how the plan's targets stand.

    Parameters
    ----------
    assessment
        What is shown.
    speech
        Its languages; both by default, since an assessment has none.
    """
    told = speech or Speech()
    access, plan = assessment.access, assessment.plan
    people = "people" if access.places.weight == "people" else "places"
    facts = [
        access.facilities.date.isoformat(),
        told.pair(plan.name) if plan is not None else "",
        f"{told.word('places')} {len(access.places.table):,}",
        told.word("straight") if access.network is None and access.surface is None else "",
    ]
    rows = [
        _row(told, service, city, people)
        for service in access.services
        if (city := _city(assessment, service.id)) is not None
    ]
    heads = [
        *(told.title("service"), told.title("limit"), ""),
        *(told.title(f"share_{people}"), told.title(f"{people}_covered")),
        *(told.title(f"{people}_uncovered"), told.title(f"{people}_unknown")),
    ]
    return card(
        told.say("section_coverage"),
        facts,
        simulated_banner(simulated_inputs(assessment)),
        table(heads, rows, most=_MOST_SERVICES, numbers=3, keys=_KEYS),
        note(_targets(told, assessment.targets)),
    )


def limit_of(told: Speech, service: Service) -> str:
    """Say how far a service may be, by which mode, and what that rests on."""
    unit = "m" if service.limit_unit == "m" else told.word(service.limit_unit)
    return f"{told.word(service.mode)} ≤ {service.limit:g} {unit} ({told.word(service.basis)})"


def _city(assessment: Assessment, service: str) -> pd.Series | None:
    table = assessment.coverage
    rows = table[(table["service"] == service) & (table["group_kind"] == "city")]
    return rows.iloc[0] if len(rows) else None


def _row(told: Speech, service: Service, city: pd.Series, people: str) -> Row:
    counts = [float(city[f"{people}_{one}"]) for one in ("covered", "uncovered", "unknown")]
    share = told.share(float(city[f"share_{people}"]))
    if people == "people":
        low, high = (told.share(float(city[f"share_people_{end}"])) for end in ("low", "high"))
        share = share if low == high else f"{share} ({low} – {high})"
    cells = [told.pair(service.name), limit_of(told, service), "", share]
    return Row([*cells, *(told.count(one) for one in counts)], {2: bar(*counts)})


def _targets(told: Speech, targets: pd.DataFrame) -> str:
    """Count the plan's targets by status, each once."""
    if not len(targets):
        return ""
    whole = targets[targets["overall"].astype(bool)]
    counts = [
        f"{told.word(status)} {int((whole['status'] == status).sum())}"
        for status in STATUSES
        if (whole["status"] == status).any()
    ]
    return f"{told.say('section_targets')} {len(whole)}: {', '.join(counts)}"
