"""The report: one HTML file that opens without a network, with the map, the figures and why.

Content first (:mod:`gapmap.report.parts`, plain values), HTML last (:mod:`gapmap.report.page`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gapmap.about import About
from gapmap.cells import visible
from gapmap.report.embedded import embedded
from gapmap.report.grids import Grids
from gapmap.report.insights import Insights
from gapmap.report.page import assemble
from gapmap.report.parts import content
from gapmap.report.split import (
    FOLDER,
    MOST_PLACES,
    assessment_of,
    overview_of,
    parts_of,
    told_parts,
)
from gapmap.siting import Proposal

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

    from gapmap.assessment import Assessment
    from gapmap.findings import Finding
    from gapmap.programme import Programme
    from gapmap.tables import RowCount
    from gapmap.whatif import WhatIf

__all__ = ["MOST_PLACES", "Grids", "Insights", "Report", "build_report"]


@dataclass(frozen=True, slots=True)
class Report:
    """A report page.

    Attributes
    ----------
    html
        The whole page: one file, no request to any host.
    parts
        Pages of districts or towns by their path from the page's folder, where there are more
        places than one page can hold.
    assessment
        What it is of, for the picture in a notebook of a page that is too large for one.
    """

    html: str
    parts: Mapping[str, str] = field(default_factory=dict)
    assessment: Assessment | None = field(default=None, repr=False, compare=False)

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return embedded(self.html, self.assessment, several=len(self.parts) > 0)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page as UTF-8 and give its path; missing folders are made."""
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.html, encoding="utf8", newline="\n")
        for name, html in self.parts.items():
            page = target.parent / name
            page.parent.mkdir(exist_ok=True)
            page.write_text(html, encoding="utf8", newline="\n")
        return target


def build_report(  # noqa: PLR0913 - the assessment, and eight things that a report may have beside it
    assessment: Assessment,
    proposals: Proposal | Sequence[Proposal] = (),
    *,
    about: About | None = None,
    findings: Iterable[Finding] = (),
    rows: Iterable[RowCount] | None = None,
    grids: Grids | None = None,
    insights: Insights | None = None,
    programmes: Sequence[Programme] = (),
    what_if: WhatIf | None = None,
) -> Report:
    """Make the report page of an assessment.

    Parameters
    ----------
    assessment
        What :func:`gapmap.assess` gave.
    proposals
        One proposal or several, shown on the map of their service and in a table.
    about
        The title block. Files whose content is simulated are named on the page whether or not
        they stand here, as long as a reader knows of them.
    findings
        Findings of the run that neither a reader of the assessment's inputs nor a step carries,
        such as those of the study file.
    rows
        What became of the rows of each input file; None: as the readers of the assessment's
        inputs tell it.
    grids
        People on a grid, capacities and referrals, where the study has them; what was measured
        over a surface is told by the assessment.
    insights
        What the further analyses of a run found.
    programmes
        Programmes over years; the proposals that they hold are among ``proposals``.
    what_if
        What the page has to know so that sites, limits and dates may be changed on it, from
        :func:`gapmap.whatif.make_what_if`; None for a page without.

    Returns
    -------
    Report
        The page; ``save`` writes it.
    """
    block = about if about is not None else About()
    chosen = (proposals,) if isinstance(proposals, Proposal) else tuple(proposals)
    many = len(assessment.access.places.table) > MOST_PLACES
    data = content(
        overview_of(assessment) if many else assessment,
        chosen,
        block,
        findings,
        rows,
        grids,
        insights=insights,
        programmes=programmes,
        what_if=None if many else what_if,  # the overview is switched by nobody
    )
    name, credit = visible(block.name), visible(block.credit)
    title = name or ("Service-gap report" if block.language == "en" else "公共服务缺口报告")
    parts = _parts(assessment, block, data, title) if many else {}
    page = assemble(data, title=title, language=block.language, credit=credit)
    return Report(page, parts, assessment)


def _parts(
    assessment: Assessment, block: About, data: dict[str, object], title: str
) -> dict[str, str]:
    """Make a page for each part, and have the overview lead there and leave out single places."""
    cut = parts_of(assessment)
    data["parts"] = told_parts(assessment, cut)
    told = data["insights"]
    if isinstance(told, dict):  # the others number single places
        data["insights"] = {name: told[name] for name in told if name == "progress"}
    made = {}
    for part in cut:
        own = content(assessment_of(assessment, part), (), block)
        own["part"] = {
            "name": part.name,
            "kind": part.kind,
            "piece": part.piece,
            "pieces": part.pieces,
            "places": sum(len(one.rows) for one in cut if one.id == part.id),
            "overview": "../report.html",
        }
        made[f"{FOLDER}/{part.file}"] = assemble(
            own,
            title=f"{visible(part.title(block.language))} · {title}",
            language=block.language,
            credit=visible(block.credit),
        )
    return made
