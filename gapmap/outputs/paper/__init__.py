"""A run on paper: as a Word document, and as a PDF of map sheets and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gapmap.cells import visible
from gapmap.findings import finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.outputs.results import Results

__all__ = ["PDF", "WORD", "Papers", "check_papers", "paper_findings", "write_papers"]

WORD: Final = "report.docx"
PDF: Final = "report.pdf"
_SHOWN: Final = 30
"""Characters that a finding names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Which documents a run writes.

    Attributes
    ----------
    word
        ``report.docx``.
    pdf
        ``report.pdf``: a map sheet for each service, and the tables.
    """

    word: bool = True
    pdf: bool = False


def check_papers(papers: Papers, language: str) -> None:
    """Look before the work whether the documents can be written.

    Parameters
    ----------
    papers
        Which documents.
    language
        Theirs.

    Raises
    ------
    OutputError
        A Chinese PDF, and no font that has Chinese characters.
    """
    if papers.pdf:
        from gapmap.outputs.paper.typeface import paper_font  # noqa: PLC0415 - slow to load

        paper_font(language)


def paper_findings(
    results: Results,
    tables: Mapping[str, pd.DataFrame],
    findings: Sequence[Finding],
    papers: Papers,
) -> tuple[Finding, ...]:
    """Say which characters of the document the font of the PDF does not have."""
    if not papers.pdf:
        return ()
    from gapmap.outputs.paper.content import paper_of  # noqa: PLC0415 - slow to load
    from gapmap.outputs.paper.pdf import lacking  # noqa: PLC0415
    from gapmap.outputs.paper.typeface import paper_font  # noqa: PLC0415

    lost = lacking(paper_of(results, tables, findings), paper_font(results.language))
    if not lost:
        return ()
    more = " …" if len(lost) > _SHOWN else ""
    told = visible(lost[:_SHOWN]) + more
    return (finding("pdf-characters-missing", file=PDF, count=len(lost), characters=told),)


def write_papers(
    folder: Path,
    results: Results,
    tables: Mapping[str, pd.DataFrame],
    findings: Sequence[Finding],
    papers: Papers,
) -> None:
    """Write the documents to a run's folder, whose figures stand in ``figures``.

    Parameters
    ----------
    folder
        The folder.
    results, tables, findings
        The run, its tables as they are written, and all findings.
    papers
        Which documents.

    Raises
    ------
    OutputError
        A Chinese PDF, and no font that has Chinese characters.
    """
    if not papers.word and not papers.pdf:
        return
    from gapmap.outputs.paper.content import paper_of  # noqa: PLC0415 - slow to load

    paper = paper_of(results, tables, findings)
    if papers.word:
        from gapmap.outputs.paper.word import write_word  # noqa: PLC0415 - slow to load

        write_word(folder / WORD, paper, results, folder / "figures")
    if papers.pdf:
        from gapmap.outputs.paper.pdf import write_pdf  # noqa: PLC0415 - slow to load
        from gapmap.outputs.paper.typeface import paper_font  # noqa: PLC0415

        write_pdf(folder / PDF, paper, results, tables, paper_font(results.language))
