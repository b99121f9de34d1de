"""What cannot be held and who cannot be served, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.programme.ladder import end_state
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapmap.access import Service
    from gapmap.location.value import Floats
    from gapmap.programme.building import Built
    from gapmap.programme.ground import Ground
    from gapmap.programme.ladder import Answer
    from gapmap.programme.question import Area, Condition, Question

__all__ = ["COLUMNS", "unmet_of"]

COLUMNS = ("service", "what", "id", "name", "why", "why_zh", "short_by", "unit", "target")

Row = dict[str, object]

_SLACK: Final = 1e-6
"""What rounding may add to money or sites, as a share."""


def unmet_of(
    question: Question,
    found: Answer,
    built: Sequence[Built],
    ground: Ground,
    service: Service,
) -> pd.DataFrame:
    """Give a row per condition missed, for the money, and per place that nothing can serve."""
    rows = [
        *_targets(question, found, built, ground),
        *_short(question, found),
        *_places(question, ground, service),
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["service"] = service.id
    return table


def _targets(
    question: Question, found: Answer, built: Sequence[Built], ground: Ground
) -> Iterator[Row]:
    for condition, short in zip(question.conditions, found.missed, strict=True):
        if short <= 0:
            continue
        if condition.kind == "areas" and condition.need == len(condition.areas):
            yield from _areas(condition, question, built, ground)
            continue
        zh, en = condition.unit_name
        why_en, why_zh = _why(condition, question)
        yield {
            "what": "target",
            "id": condition.target,
            "name": f"{zh} / {en}" if zh != en else zh,
            "why": why_en,
            "why_zh": why_zh,
            "short_by": float(short),
            "unit": condition.kind,
            "target": condition.target,
        }


def _areas(
    condition: Condition, question: Question, built: Sequence[Built], ground: Ground
) -> Iterator[Row]:
    """Name every area that does not get what it lacks."""
    in_time = [one.site for one in built if condition.first <= one.year <= condition.last]
    sites = np.array(in_time, dtype=np.int64)
    for area in condition.areas:
        got = int(area.sites[sites].sum())
        if got >= area.lack:
            continue
        why_en, why_zh = _why_area(area, ground) or _why_years(condition, question)
        yield {
            "what": "target",
            "id": area.id,
            "name": area.name,
            "why": why_en,
            "why_zh": why_zh,
            "short_by": float(area.lack - got),
            "unit": "sites",
            "target": condition.target,
        }


def _why_area(area: Area, ground: Ground) -> tuple[str, str] | None:
    """Say what an area lacks that the years could not buy; None where that is not it."""
    there = int(area.sites.sum())
    if there >= area.lack:
        return None
    if there > 0:
        return (
            f"it lacks {area.lack} and has {there} candidates",
            f"尚缺 {area.lack} 处,而属于它的候选点只有 {there} 个",
        )
    lost = ground.block.loc[ground.block["place_id"] == area.id, "reason"]
    if len(lost) and lost.iloc[0] in ("no_position", "outside_area"):
        reason = str(lost.iloc[0])
        return (
            f"no candidate belongs to it: {word(reason, 'en')}",
            f"没有属于它的候选点:{word(reason, 'zh')}",
        )
    ruled_out = ground.asked.excluded
    why = ruled_out.loc[ruled_out["site_id"] == area.id, "why"]
    if len(why):
        reason = "not_connected" if why.iloc[0] == "off_network" else str(why.iloc[0])
        return (
            f"its candidate was ruled out: {word(reason, 'en')}",
            f"它的候选点已被排除:{word(reason, 'zh')}",
        )
    return "no candidate belongs to it", "没有属于它的候选点"


def _why(condition: Condition, question: Question) -> tuple[str, str]:
    """Say why a condition is missed."""
    in_time = condition.first <= condition.last
    if in_time and condition.sites is not None and condition.sites.sum() < condition.need:
        there = int(condition.sites.sum())
        return (
            f"{condition.need:g} new sites are needed, and it has {there} candidates",
            f"需要新建 {condition.need:g} 个,而其中只有 {there} 个候选点",
        )
    if in_time and condition.weight is not None:
        most = float(condition.weight[_reached(question)].sum())
        if most < condition.need * (1 - _SLACK):
            unit = word(condition.kind, "zh")
            en = f"{condition.need:,.0f} {condition.kind} have to be covered further"
            zh = f"还须覆盖 {condition.need:,.0f}({unit}),而全部候选点合计只能覆盖 {most:,.0f}"
            return f"{en}, and all candidates together reach {most:,.0f}", zh
    return _why_years(condition, question)


def _why_years(condition: Condition, question: Question) -> tuple[str, str]:
    """Say that the years do not suffice."""
    if condition.first > condition.last:
        return (
            "nothing that is built in these years is in time for it",
            "这几年里建成的都赶不上它的期限",
        )
    year = question.timing.years[condition.last]
    return (
        f"what the years allow by the end of {year} does not suffice for all conditions",
        f"到 {year} 年年末各年的数量和资金不足以满足全部条件",
    )


def _reached(question: Question) -> np.ndarray:
    """Say which places any candidate would cover."""
    return np.asarray(question.serves.sum(axis=0)).ravel() > 0


def _short(question: Question, found: Answer) -> Iterator[Row]:
    """Say what is lacking, in money and in sites, by each year that anything is due in."""
    coverable = float(question.people[_reached(question)].sum())
    left = coverable - found.value > _SLACK * max(coverable, 1.0)
    missed = found.missed > 0
    due = {
        one.last
        for one, short in zip(question.conditions, missed, strict=True)
        if short and one.first <= one.last
    }
    last = len(question.timing.years) - 1
    for year in sorted(due | ({last} if left else set())):
        for unit, given in _given(question).items():
            needed = _needed(question, year, unit)
            if needed > given[year] * (1 + _SLACK):
                yield _short_row(question.timing.years[year], unit, needed, float(given[year]))


def _given(question: Question) -> dict[str, Floats]:
    """Give what there is by the end of each year, of money and of sites, where it is bounded."""
    timing = question.timing
    told = {"yuan": timing.money, "sites": np.cumsum(timing.counts)}
    return {unit: given for unit, given in told.items() if np.isfinite(given).any()}


def _needed(question: Question, year: int, unit: str) -> float:
    """Give what all that is due by a year takes; by the last year also to cover all who can be."""
    last = year == len(question.timing.years) - 1
    endless = np.full(len(question.timing.years), np.inf)
    asked = replace(
        question,
        timing=replace(question.timing, counts=endless, money=endless),
        price=question.price if unit == "yuan" else None,
        conditions=tuple(one for one in question.conditions if one.last <= year),
        people=question.people if last else np.zeros_like(question.people),
    )
    return end_state(asked, people=last).price


def _short_row(year: int, unit: str, needed: float, given: float) -> Row:
    unit_zh = {"yuan": "元", "sites": "个点"}[unit]
    return {
        "what": "budget",
        "id": str(year),
        "name": "",
        "why": f"all that is due by the end of {year} and can be served takes {needed:,.0f} {unit};"
        f" the years give {given:,.0f}",
        "why_zh": f"到 {year} 年年末应做到、且能做到的共需 {needed:,.0f} {unit_zh},"
        f"各年合计 {given:,.0f} {unit_zh}",
        "short_by": needed - given,
        "unit": unit,
        "target": "",
    }


def _places(question: Question, ground: Ground, service: Service) -> Iterator[Row]:
    """Name the places that no candidate is near enough to, and those that nobody can measure."""
    can = _reached(question)
    limit = f"{service.limit:g} {'m' if service.limit_unit == 'm' else 'min'}"
    limit_zh = f"{service.limit:g} {'米' if service.limit_unit == 'm' else '分钟'}"
    for number, row in enumerate(ground.block.itertuples()):
        if row.status == "covered" or can[number]:
            continue
        if row.status == "uncovered":
            en, zh = f"no candidate within {limit}", f"{limit_zh}以内没有候选点"
        else:
            reason = str(row.reason)
            en, zh = f"unknown: {word(reason, 'en')}", f"未知:{word(reason, 'zh')}"
        yield {
            "what": "place",
            "id": row.place_id,
            "name": row.place,
            "why": en,
            "why_zh": zh,
            "short_by": float(row.people),
            "unit": "people",
            "target": "",
        }
