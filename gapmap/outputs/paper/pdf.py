"""The document as a PDF: an A3 map sheet for each service, and A4 pages of sentences and tables.

Matplotlib draws it, without a browser. Letters are embedded as TrueType, so that Chinese text can
be searched and copied. The same run gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import string
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

from gapmap.outputs.figures.pen import Pen
from gapmap.outputs.paper.flow import MARGIN_IN, Flow
from gapmap.outputs.paper.leaf import number_pages
from gapmap.outputs.paper.mapsheet import map_sheet
from gapmap.outputs.paper.typeface import cut_down, typeface

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from gapmap.outputs.paper.leaf import Leaf
    from gapmap.outputs.paper.value import Paper
    from gapmap.outputs.results import Results

__all__ = ["lacking", "write_pdf"]

_TRUETYPE: Final = 42
_FIRST: Final = ("summary",)
"""Sections before the map sheets."""


def write_pdf(
    path: Path, paper: Paper, results: Results, tables: Mapping[str, pd.DataFrame], font: Path
) -> None:
    """Write the document as ``.pdf``.

    Parameters
    ----------
    path
        The file to make.
    paper
        What it says.
    results, tables
        The run and its tables, for the maps.
    font
        The font to write with, from :func:`gapmap.outputs.paper.typeface.paper_font`.
    """
    face = typeface(font)
    pen = Pen(results, face.letters, paper.language)
    opening, rest = Flow(face, paper), Flow(face, paper)
    opening.head()
    for section in paper.sections:
        (opening if section.key in _FIRST else rest).section(section)
    sheets = [
        map_sheet(pen, paper, face, service, tables)
        for service in results.assessment.access.services
    ]
    leaves = [*opening.leaves, *sheets, *rest.leaves]
    number_pages(leaves, MARGIN_IN)
    _save(path, leaves, paper, results)


def lacking(paper: Paper, font: Path) -> str:
    """Give the characters of the document that a font does not have; each is printed as ``?``."""
    face = typeface(font)
    told = [
        paper.title,
        paper.mark,
        paper.simulated,
        *(text for fact in paper.facts for text in fact),
    ]
    for section in paper.sections:
        told += [section.title, *section.sentences]
        for grid in section.grids:
            told += [grid.title, grid.note, *(column.title for column in grid.columns)]
            told += [text for row in grid.rows for text in row]
    return "".join(sorted({c for c in set().union(*told) if ord(c) not in face.advances}))


def _save(path: Path, leaves: list[Leaf], paper: Paper, results: Results) -> None:
    """Write the pages with a font of their characters alone."""
    texts = [text for leaf in leaves for text in leaf.figure.findobj(Text)]
    characters = set(string.printable).union(*(text.get_text() for text in texts))
    day = results.about.date or dt.date(1980, 1, 1)
    about = {
        "Title": paper.title,
        "Author": f"gapmap {results.about.version}".strip(),
        "Subject": paper.simulated or None,
        "Creator": "gapmap",
        "CreationDate": dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC),
    }
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        small = Path(folder) / "letters.ttf"
        cut_down(leaves[0].face, characters, small)
        for text in texts:
            size = text.get_fontsize()
            text.set_fontproperties(FontProperties(fname=small, size=size))
        with (
            mpl.rc_context({"pdf.fonttype": _TRUETYPE, "pdf.compression": 6}),
            PdfPages(path, metadata=about) as book,
        ):
            for leaf in leaves:
                book.savefig(leaf.figure)
