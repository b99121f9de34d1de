"""``site``: where to build next for one service, and how good that certainly is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gapmap.cli.commands import job, study_name
from gapmap.cli.printing import say, show_table

if TYPE_CHECKING:
    import argparse

    from gapmap.siting import Proposal
    from gapmap.studyfile import SitingEntry

__all__ = ["site"]


def site(given: argparse.Namespace, language: str) -> int:
    """Do the whole job and propose sites for one service."""
    out = given.output or Path("outputs") / f"{study_name(given.study)}-{given.service}"
    results = job(given, out, siting=_entry(given))
    proposal = results.proposals[0]
    _show_sites(proposal, language)
    for found in proposal.findings:
        say(found.sentence(language))
    say(f"{'结果' if language == 'zh' else 'results'}: {out}")
    return 0


def _entry(given: argparse.Namespace) -> SitingEntry:
    """Give the study's own block with what the command says; its programme is not asked for."""
    from gapmap.study import study_path  # noqa: PLC0415
    from gapmap.studyfile import SitingEntry, candidate_path, read_study_file  # noqa: PLC0415

    file = study_path(given.study)
    asked = {entry.service: entry for entry in read_study_file(file).siting}
    entry = asked.get(given.service, SitingEntry(service=given.service))
    objective = given.objective or ("people" if entry.objective == "fewest" else entry.objective)
    changed = replace(
        entry,
        count=given.count,
        budget=given.budget,
        cost=given.cost or entry.cost,
        objective=objective,
        share=entry.share if objective == "fewest" else 1.0,
        years=(),
        start=None,
        targets=(),
    )
    if given.candidates is None:
        return changed
    own = candidate_path(Path(), given.candidates)  # a file as seen from here, not from the study
    candidates = given.candidates if own is None else str(own)
    return replace(changed, candidates=candidates, cost_column="")


def _show_sites(proposal: Proposal, language: str) -> None:
    zh = language == "zh"
    rows = [
        (
            str(row["rank"]),
            str(row["site_id"]),
            str(row["name"]),
            f"{row['people_gained']:,.0f}",
            str(row["places_gained"]),
        )
        for row in proposal.sites.to_dict("records")
    ]
    titles = ("次序", "编号", "名称", "新增覆盖人口", "新增覆盖村居")
    show_table(titles if zh else ("rank", "site", "name", "people gained", "places gained"), rows)
    if not rows:
        say("没有候选点能再改善任何人" if zh else "no candidate would serve anybody further")
    say(_proof(proposal, language))


def _proof(proposal: Proposal, language: str) -> str:
    """Say value, bound and gap, and whether no other sites are better."""
    from gapmap.siting.tables import unit_of  # noqa: PLC0415
    from gapmap.words import word  # noqa: PLC0415

    choice = proposal.choice
    if choice is None:
        return ""
    unit = word(unit_of(proposal), language)
    value, bound = f"{choice.value:,.6g}", f"{choice.bound:,.6g}"
    gap = f"{choice.gap:.2%}"
    if language == "zh":
        sure = "已证明最优" if choice.proven else "未证明最优"
        return f"{sure}:{value} {unit},可能的最好值 {bound},相差 {gap}"
    sure = "proven best" if choice.proven else "not proven best"
    return f"{sure}: {value} {unit}, none better than {bound}, gap {gap}"
