"""What the document says: title block, then the sections in the order of reading."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gapmap.about import map_mark
from gapmap.cells import visible
from gapmap.outputs.paper.cells import (
    NOTHING,
    amount,
    limit_of,
    percent,
    plain_text,
    says,
    share_range,
)
from gapmap.outputs.paper.ground import coverage_section, gaps_section, reasons_section
from gapmap.outputs.paper.making import data_section, method_section, provenance_section
from gapmap.outputs.paper.places import proposals_section, uncovered_section
from gapmap.outputs.paper.plan import targets_section
from gapmap.outputs.paper.value import Paper, Section
from gapmap.outputs.summary import marker
from gapmap.words import title, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from gapmap.access import Service
    from gapmap.findings import Finding
    from gapmap.outputs.results import Results

__all__ = ["paper_of"]

_MOST_TITLE: Final = 200
_CHINESE: Final = "一二三四五六七八九十"


def paper_of(
    results: Results, tables: Mapping[str, pd.DataFrame], findings: Sequence[Finding]
) -> Paper:
    """Give a run as a document.

    Parameters
    ----------
    results
        The run.
    tables
        Its tables as they are written.
    findings
        All findings.
    """
    sections = (
        _summary(results, tables),
        targets_section(results, tables),
        coverage_section(results, tables),
        gaps_section(results, tables),
        reasons_section(results, tables),
        uncovered_section(results, tables),
        proposals_section(results, tables),
        data_section(results, findings),
        method_section(results),
        provenance_section(results),
    )
    told = [one for one in sections if one.sentences or one.grids]
    return Paper(
        title=_title_of(results),
        language=results.language,
        mark=plain_text(map_mark(results.about.document, results.language)),
        simulated=marker(results) if results.simulated else "",
        facts=_title_block(results),
        sections=tuple(
            _clean(replace(one, title=_numbered(number, one.title, results.language)))
            for number, one in enumerate(told, start=1)
        ),
    )


def _numbered(number: int, heading: str, language: str) -> str:
    """Put a section's number before its heading; what is left out leaves no hole."""
    return f"{_CHINESE[number - 1]}、{heading}" if language == "zh" else f"{number} {heading}"


def _clean(section: Section) -> Section:
    """Make unseen characters of every text visible, whichever way it came."""
    grids = tuple(
        replace(
            grid,
            title=visible(grid.title),
            note=visible(grid.note),
            rows=tuple(tuple(visible(text) for text in row) for row in grid.rows),
        )
        for grid in section.grids
    )
    sentences = tuple(visible(text) for text in section.sentences)
    return replace(section, sentences=sentences, grids=grids)


def _title_of(results: Results) -> str:
    """Give the document's title."""
    about = results.about
    named = about.document.title or about.name
    told = named or says(results, "公共服务缺口报告", "Service-gap report")
    return plain_text(told, most=_MOST_TITLE)


def _title_block(results: Results) -> tuple[tuple[str, str], ...]:
    """Give what the title block says: what, and its text; lines without a text are left out."""
    about, document = results.about, results.about.document
    language = results.language
    day = about.date or results.assessment.access.facilities.date
    told = (
        (("研究", "study"), about.name),
        (("评估日期", "date of assessment"), str(day or "")),
        (("规划", "plan"), about.plan),
        (("情景", "what-if"), about.scenario),
        (("编制", "prepared by"), document.prepared_by),
        (("审核", "checked by"), document.checked_by),
        (("批准", "approved by"), document.approved_by),
        (("编制日期", "prepared on"), str(document.prepared_on or "")),
        (("底图来源", "base map"), document.base_map),
        (("数据来源", "data credit"), about.credit),
    )
    lines = [(says(results, *name), plain_text(text)) for name, text in told if text]
    number = document.approval_number or says(results, "无", "none")
    lines.append((title("approval_number", language), plain_text(number)))
    if document.draft:
        lines.append((says(results, "密级", "handling"), word("internal_draft", language)))
    return tuple(lines)


def _summary(results: Results, tables: Mapping[str, pd.DataFrame]) -> Section:
    """Say in a few sentences what was found."""
    city = tables["coverage"]
    city = city[city["group_kind"] == "city"]
    by_service = {str(row["service"]): row for row in city.to_dict("records")}
    told = [
        _sentence(results, service, by_service[service.id])
        for service in results.assessment.access.services
        if service.id in by_service
    ]
    standing = _standing(results, tables["targets"])
    return Section(
        key="summary",
        title=says(results, "结论", "Summary"),
        sentences=(*((standing,) if standing else ()), *told),
        figures=("coverage", "targets", "trajectory"),
    )


def _standing(results: Results, targets: pd.DataFrame) -> str:
    if not len(targets):
        return ""
    counts = Counter(targets.loc[targets["overall"].astype(bool), "status"])
    order = ("met", "on_course", "behind", "overdue", "not_measurable")
    parts = [f"{word(one, results.language)} {counts[one]}" for one in order if counts[one]]
    every = sum(counts.values())
    return says(
        results,
        f"规划目标共 {every} 项:{'、'.join(parts)}。",
        f"Of the plan's {every} targets: {', '.join(parts)}.",
    )


def _sentence(results: Results, service: Service, row: Mapping[str, object]) -> str:
    """Say how many are covered by one service, who is not, and of whom nothing is known."""
    value = {name: float(str(row[name])) for name in _COUNTS}
    name = plain_text(results.service_name(service.id), most=80)
    share = percent(value["share_people"])
    bounds = share_range(value["share_people_low"], value["share_people_high"])
    within = "" if bounds in (share, NOTHING) else says(results, f"({bounds})", f" ({bounds})")
    places = {key: amount(value[f"places_{key}"]) for key in ("uncovered", "unknown")}
    people = {key: amount(value[f"people_{key}"]) for key in ("uncovered", "unknown")}
    how = limit_of(results, service)
    if results.assessment.access.places.weight == "places":
        return says(
            results,
            f"{name}({how}):覆盖村居 {share}{within};未覆盖 {places['uncovered']} 个村居;"
            f"无法判断 {places['unknown']} 个村居。",
            f"{name} ({how}): {share}{within} of places covered; {places['uncovered']} places are"
            f" not; nothing can be said of {places['unknown']}.",
        )
    return says(
        results,
        f"{name}({how}):覆盖人口 {share}{within};未覆盖 {places['uncovered']} 个村居"
        f" {people['uncovered']} 人;无法判断 {places['unknown']} 个村居 {people['unknown']} 人。",
        f"{name} ({how}): {share}{within} of people covered; {places['uncovered']} places with"
        f" {people['uncovered']} people are not; nothing can be said of {places['unknown']} places"
        f" with {people['unknown']} people.",
    )


_COUNTS: Final = (
    *("share_people", "share_people_low", "share_people_high", "places_uncovered"),
    *("places_unknown", "people_uncovered", "people_unknown"),
)
