"""Doubts: what has to be told about a question of sites and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.findings import finding
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.location import Choice
    from gapmap.siting.answering import Answer
    from gapmap.siting.asking import Asked

__all__ = ["about_need", "doubts_of", "not_proven"]


def doubts_of(asked: Asked, found: Answer, served: pd.DataFrame) -> tuple[Finding, ...]:
    """Tell what is doubtful, assumed, or other than one may expect."""
    choice, service = found.choice, asked.service.id
    unproven = () if choice.proven else (not_proven(choice, service, asked.question.seconds),)
    return (
        *found.findings,
        *about_need(asked),
        *_about_size(asked, found),
        *unproven,
        *_about_people(asked, found),
        *_about_ways(asked),
        *_about_capacity(asked, found, served),
    )


def about_need(asked: Asked) -> Iterator[Finding]:
    """Say where there is nobody to serve, or nobody whom a candidate could."""
    service, uncovered = asked.service.id, asked.facts.uncovered
    reached = np.diff(asked.within.indptr) > 0
    out = uncovered & ~reached
    if not uncovered.any():
        yield finding("siting-all-covered", service=service)
    elif not (uncovered & reached).any():
        yield finding("siting-none-useful", service=service, count=len(asked.sites))
    elif out.any():
        people = f"{asked.facts.people[out].sum():,.0f}"
        yield finding("siting-out-of-reach", service=service, count=int(out.sum()), people=people)


def _about_size(asked: Asked, found: Answer) -> Iterator[Finding]:
    """Say where more is allowed than is of use, or nothing says how much is."""
    service, question, built = asked.service.id, asked.question, len(found.new)
    if question.count is not None and question.budget is None and 0 < built < question.count:
        yield finding("siting-fewer", service=service, count=built, allowed=question.count)
    if question.unlimited and found.objective != question.objective:
        yield finding("siting-no-limit", service=service, count=built)


def not_proven(choice: Choice, service: str, seconds: float) -> Finding:
    """Say how much better other sites may be, where the time was up."""
    return finding(
        "siting-not-proven",
        service=service,
        value=f"{choice.value:,.6g}",
        bound=f"{choice.bound:,.6g}",
        gap=f"{choice.gap:.2%}" if np.isfinite(choice.gap) else "-",
        seconds=f"{seconds:g}",
    )


def _about_people(asked: Asked, found: Answer) -> Iterator[Finding]:
    """Say whose people nobody knows, and whom new sites serve of whom one knows too little."""
    service, facts = asked.service.id, asked.facts
    nobody = asked.block["people"].isna().to_numpy() & facts.uncovered
    if nobody.any() and asked.access.places.weight == "people":
        yield finding("siting-people-unknown", service=service, count=int(nobody.sum()))
    chosen = np.zeros(asked.within.shape[1])
    chosen[found.new] = 1.0
    reached = asked.within.copy()
    reached.data = chosen[reached.indices]
    unknown = ~facts.covered & ~facts.uncovered & (reached.sum(axis=1) > 0)
    if unknown.any():
        people = f"{facts.people[unknown].sum():,.0f}"
        yield finding(
            "siting-unknown-served", service=service, count=int(unknown.sum()), people=people
        )


def _about_ways(asked: Asked) -> Iterator[Finding]:
    """Say who counts as how far away, where ways are added up or compared."""
    if not asked.question.by_way:
        return
    facts = asked.facts
    capped = ~(facts.present[asked.rows] <= facts.farthest)
    nowhere = np.ones(len(facts.people), dtype=bool)
    nowhere[asked.rows] = False
    unit = asked.service.limit_unit
    if capped.any():
        yield finding(
            "siting-capped",
            service=asked.service.id,
            count=int(capped.sum()),
            value=f"{facts.farthest:,.0f}",
            unit_zh=word(unit, "zh"),
            unit_en=word(unit, "en"),
        )
    if nowhere.any():
        yield finding("siting-no-way", service=asked.service.id, count=int(nowhere.sum()))


def _about_capacity(asked: Asked, found: Answer, served: pd.DataFrame) -> Iterator[Finding]:
    """Say where more people come within the limit than the sites can take."""
    if asked.question.capacity is None or found.objective == "worst" or not len(served):
        return
    new = served[served["newly_covered"].astype(bool)]
    people = float(new["people"].sum())
    room = asked.question.capacity * len(found.new)
    taken = found.choice.value if found.objective == "people" else min(people, room)
    if people > taken + 0.5:
        yield finding(
            "siting-capacity",
            service=asked.service.id,
            people=f"{people:,.0f}",
            taken=f"{taken:,.0f}",
            capacity=f"{asked.question.capacity:,.0f}",
        )
