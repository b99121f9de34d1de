"""A run on paper: as a Word document, and as a PDF of map sheets and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.outputs.results import Results

__all__ = ["Papers", "write_papers"]


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
    """
    if not papers.word:
        return
    from gapmap.outputs.paper.content import paper_of  # noqa: PLC0415 - what nobody asked for loads nothing
    from gapmap.outputs.paper.word import write_word  # noqa: PLC0415

    paper = paper_of(results, tables, findings)
    write_word(folder / "report.docx", paper, results, folder / "figures")
