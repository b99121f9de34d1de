"""The document as a Word file, because offices edit Word: real tables, styles, figures.

Texts of others are runs of text and nothing else: no field, no link, no formula. The only fields
are the page numbers in the footer. The same run gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from gapmap.outputs.paper.captions import caption_of
from gapmap.outputs.paper.looks import STATUS_FILLS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gapmap.outputs.paper.value import Grid, Paper, Section
    from gapmap.outputs.results import Results

__all__ = ["column_widths", "write_word"]

_FACES: Final = {"text": ("Times New Roman", "宋体"), "head": ("Arial", "黑体")}
"""Latin and Chinese: faces that Chinese offices have; Word puts its own where one is missing."""
_INK: Final = RGBColor(0x1F, 0x2A, 0x33)
_ALARM: Final = RGBColor(0xB3, 0x4A, 0x00)
_WIDTH_CM: Final = 17.0
_FIGURE_CM: Final = (15.0, 22.0)
"""Most width and height of a figure: two maps stand on a page."""
_MANY_COLUMNS: Final = 10
_LETTER_CM: Final = 0.55 / 72 * 2.54
"""Width of a digit for each point of its size: of Times New Roman, and a little more."""
_PAD_CM: Final = 0.25
_MOST_TAKEN: Final = 0.7
"""Of the width of a page, by columns of long numbers."""
_TWIPS: Final = 567
"""Of a centimetre."""
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)
_FIELD: Final = '<w:fldSimple {ns} w:instr="{what}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def write_word(path: Path, paper: Paper, results: Results, figures: Path) -> None:
    """Write the document as ``.docx``.

    Parameters
    ----------
    path
        The file to make.
    paper
        What it says.
    results
        The run, for the captions and the dates.
    figures
        The folder of the run's figures.
    """
    document = Document()
    _set_page(document, paper)
    _set_styles(document)
    _set_properties(document, paper, results)
    _write_head(document, paper)
    images = sorted(figures.glob("*.png")) if figures.is_dir() else []
    number = 0
    for section in paper.sections:
        _write_section(document, section)
        for image in _of_section(images, section):
            number += 1
            caption = caption_of(image.stem, results, number)
            _write_figure(document, image, caption)
    frame = io.BytesIO()
    document.save(frame)
    _save_undated(frame, path)


def _of_section(images: Sequence[Path], section: Section) -> list[Path]:
    """Give the figures of a section, in the order that it names them."""
    found = []
    for start in section.figures:
        exact = not start.endswith("_")
        found += [one for one in images if one.stem == start or
                  (not exact and one.stem.startswith(start))]  # fmt: skip
    return found


def _set_page(document: Any, paper: Paper) -> None:  # noqa: ANN401 - python-docx hands out such
    """Set A4 with what stands on every page: whether data is simulated, the mark, the page."""
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin, page.bottom_margin = Cm(2.2), Cm(2)
    head = page.header.paragraphs[0]
    if paper.simulated:
        run = head.add_run(paper.simulated)
        run.bold, run.font.color.rgb = True, _ALARM
    told = " · ".join(one for one in (paper.mark, paper.title) if one)
    head.add_run(f"    {told}" if paper.simulated else told).font.size = Pt(8)
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for at, what in enumerate(("PAGE", "NUMPAGES")):
        if at:
            foot.add_run(" / ")
        foot._p.append(parse_xml(_FIELD.format(ns=nsdecls("w"), what=what)))  # noqa: SLF001 - no other way to a field


def _set_styles(document: Any) -> None:  # noqa: ANN401 - as above
    styles = document.styles
    _set_face(styles["Normal"], "text", 10.5)
    styles["Normal"].paragraph_format.space_after = Pt(4)
    for name, size in (("Title", 20), ("Heading 1", 15), ("Heading 2", 11.5), ("Caption", 9)):
        _set_face(styles[name], "head", size)
        styles[name].font.color.rgb = _INK
        styles[name].font.bold = name != "Caption"
    for name, size in (("text", 8), ("head", 8), ("note", 8), ("small", 7), ("small head", 7)):
        style = styles.add_style(f"Table {name}", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        bold = name.endswith("head")
        _set_face(style, "head" if bold else "text", size)
        style.font.bold = bold
        style.paragraph_format.space_after = Pt(6 if name == "note" else 0)
    languages = styles.element.find(f".//{qn('w:lang')}")
    if languages is not None:
        languages.set(qn("w:eastAsia"), "zh-CN")


def _set_face(style: Any, kind: str, size_pt: float) -> None:  # noqa: ANN401 - as above
    """Set a style's faces; what a theme says of them is taken away, or it would win."""
    latin, chinese = _FACES[kind]
    style.font.name, style.font.size = latin, Pt(size_pt)
    faces = style.element.rPr.rFonts
    for name in list(faces.attrib):
        del faces.attrib[name]
    for name, face in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", chinese)):
        faces.set(qn(f"w:{name}"), face)


def _set_properties(document: Any, paper: Paper, results: Results) -> None:  # noqa: ANN401 - as above
    day = results.about.date or dt.date(*_OLDEST[:3])
    moment = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    told = document.core_properties
    told.title, told.author = paper.title[:255], f"gapmap {results.about.version}".strip()
    told.last_modified_by, told.comments = "gapmap", paper.simulated
    told.created = told.modified = moment
    told.revision = 1


def _write_head(document: Any, paper: Paper) -> None:  # noqa: ANN401 - as above
    """Write what the document is, and before it that data is simulated."""
    if paper.simulated:
        banner = document.add_paragraph()
        banner.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = banner.add_run(paper.simulated)
        run.bold, run.font.size, run.font.color.rgb = True, Pt(16), _ALARM
    document.add_paragraph(paper.title, style="Title")
    rows = "".join(
        f"<w:tr>{_cell(name, 'Tablehead', 3.5, fill='EEF2F5')}"
        f"{_cell(text, 'Tabletext', _WIDTH_CM - 3.5)}</w:tr>"
        for name, text in paper.facts
    )
    _add_table(document, rows, (3.5, _WIDTH_CM - 3.5))
    document.add_paragraph()


def _write_section(document: Any, section: Section) -> None:  # noqa: ANN401 - as above
    document.add_heading(section.title, level=1)
    for sentence in section.sentences:
        document.add_paragraph(sentence)
    for grid in section.grids:
        document.add_heading(grid.title, level=2)
        _write_grid(document, grid)
        document.add_paragraph(grid.note, style="Table note")


def _write_grid(document: Any, grid: Grid) -> None:  # noqa: ANN401 - as above
    wide = len(grid.columns) > _MANY_COLUMNS
    widths = column_widths(grid, size_pt=7 if wide else 8)
    style, style_of_head = ("Tablesmall", "Tablesmallhead") if wide else ("Tabletext", "Tablehead")
    head = "".join(
        _cell(column.title, style_of_head, width, right=column.number, fill="DCE6EF")
        for column, width in zip(grid.columns, widths, strict=True)
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"]
    marks = grid.statuses or ("",) * len(grid.rows)
    for cells, mark in zip(grid.rows, marks, strict=True):
        told = "".join(
            _cell(text, style, width, right=column.number,
                  fill=STATUS_FILLS.get(mark, "").lstrip("#") if at == 0 else "")
            for at, (text, column, width) in enumerate(
                zip(cells, grid.columns, widths, strict=True)
            )
        )  # fmt: skip
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{told}</w:tr>")
    _add_table(document, "".join(rows), widths)


def column_widths(grid: Grid, *, size_pt: float) -> tuple[float, ...]:
    """Share the width of the page out by the columns' weights, in centimetres.

    A column of numbers is at least as wide as its longest number: one that is broken over lines
    is read as another number.
    """
    weights = [column.weight for column in grid.columns]
    least = [
        max((len(part) for row in grid.rows for part in row[at].split(" ")), default=0)
        * _LETTER_CM * size_pt + _PAD_CM
        if column.number and grid.rows
        else 0.0
        for at, column in enumerate(grid.columns)
    ]  # fmt: skip
    tight: set[int] = set()
    while True:
        room = _WIDTH_CM - sum(least[at] for at in tight)
        others = sum(weight for at, weight in enumerate(weights) if at not in tight)
        if not others or room < (1 - _MOST_TAKEN) * _WIDTH_CM:
            return tuple(_WIDTH_CM * weight / sum(weights) for weight in weights)
        widths = tuple(
            least[at] if at in tight else room * weight / others
            for at, weight in enumerate(weights)
        )
        more = {at for at, width in enumerate(widths) if width < least[at]} - tight
        if not more:
            return widths
        tight |= more


def _cell(text: str, style: str, width_cm: float, *, right: bool = False, fill: str = "") -> str:
    """Give a cell; the text is escaped and stands in one run."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    align = '<w:jc w:val="right"/>' if right else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{round(width_cm * _TWIPS)}" w:type="dxa"/>{shade}</w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{align}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
    )


def _add_table(document: Any, rows: str, widths: Sequence[float]) -> None:  # noqa: ANN401 - as above
    """Put a table before the end of the body; cell by cell python-docx takes minutes."""
    columns = "".join(f'<w:gridCol w:w="{round(one * _TWIPS)}"/>' for one in widths)
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="A8B2BA"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    made = parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{round(sum(widths) * _TWIPS)}" w:type="dxa"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr>"
        f"<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"
    )
    document.element.body.sectPr.addprevious(made)


def _write_figure(document: Any, image: Path, caption: str) -> None:  # noqa: ANN401 - as above
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(str(image))
    width, height = map(Cm, _FIGURE_CM)
    ratio = min(width / shape.width, height / shape.height)
    shape.width, shape.height = int(shape.width * ratio), int(shape.height * ratio)
    drawn = shape._inline.docPr  # noqa: SLF001 - the text for who cannot see it has no other way
    drawn.set("descr", caption)
    below = document.add_paragraph(caption, style="Caption")
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _save_undated(frame: io.BytesIO, path: Path) -> None:
    """Write the parts of the file without the time of writing."""
    with (
        zipfile.ZipFile(frame) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as new,
    ):
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, _OLDEST)
            packed = entry.filename.endswith((".png", ".jpeg"))
            info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(entry))
