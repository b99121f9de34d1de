"""The PDF: Chinese that can be searched, sizes, counts, a clear error where there is no font."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import hostile
import matplotlib as mpl
import pytest
import toy_results
import toys
from pypdf import PdfReader

from gapmap.cli import main
from gapmap.errors import OutputError
from gapmap.outputs import Papers, write_run
from gapmap.outputs.fonts import chinese_font
from gapmap.outputs.paper import paper_findings, typeface
from gapmap.outputs.paper.content import paper_of
from gapmap.outputs.paper.pdf import lacking, write_pdf
from gapmap.outputs.paper.value import Column, Grid, Paper, Section
from gapmap.outputs.tables import result_tables

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.outputs import Results

pytestmark = pytest.mark.skipif(
    chinese_font() is None, reason="no font with Chinese characters here"
)
A3, A4 = (420, 297), (297, 210)


def written(folder: Path, results: Results) -> PdfReader:
    tables = result_tables(results, results.findings)
    paper = paper_of(results, tables, results.findings)
    font = typeface.paper_font(results.language)
    write_pdf(folder / "report.pdf", paper, results, tables, font)
    return PdfReader(folder / "report.pdf")


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    settings = dict(mpl.rcParams)
    made = written(tmp_path_factory.mktemp("pdf"), toy_results.results())
    assert dict(mpl.rcParams) == settings
    return made


def test_an_a3_map_sheet_for_each_service_and_a4_tables(book: PdfReader) -> None:
    sizes = [
        tuple(round(float(end) / 72 * 25.4) for end in (page.mediabox.width, page.mediabox.height))
        for page in book.pages
    ]
    assert set(sizes) == {A3, A4}
    assert sizes.count(A3) == len(toys.SERVICES)
    assert sizes[0] == sizes[-1] == A4


def test_a_map_sheet_says_what_a_signed_map_says(book: PdfReader) -> None:
    sheet = plain(next(p for p in book.pages if p.mediabox.width > 1000).extract_text())
    results = toy_results.results()
    block = results.assessment.access.table
    block = block[block["service"] == "bus_shelter"]
    counts = block["status"].value_counts()
    people = block.groupby("status")["people"].sum()
    for status, word in (("covered", "已覆盖"), ("uncovered", "未覆盖"), ("unknown", "未知")):
        assert f"{word}:{counts[status]}个,{people[status]:,.0f}人" in sheet
    wanted = (
        *("公交候车亭", "直线≤500米", "标准GB50220-95", "模拟数据/simulateddata", "内部资料"),
        *("审图号无", "2014-12-31", "玩具规划2012–2014", "北", "香洲区", "斗门区", "2km"),
    )
    assert [told for told in wanted if told not in sheet] == []


def test_an_assumed_limit_is_called_one(book: PdfReader) -> None:
    sheets = [plain(p.extract_text()) for p in book.pages if p.mediabox.width > 1000]
    told = ["限值是研究的假设,不是规划的要求。" in sheet for sheet in sheets]
    assert told == [False, True]


def test_chinese_can_be_searched_and_every_page_says_simulated(book: PdfReader) -> None:
    told = [plain(page.extract_text()) for page in book.pages]
    assert all("模拟数据/simulateddata" in text for text in told)
    whole = "".join(told)
    for word in (
        "规划目标",
        "未覆盖和未知的原因",
        "村公共事务服务中心",
        "三灶村",
        "SHA-256",
        "ab" * 32,
    ):
        assert word in whole, word
    assert [f"{n}/{len(told)}" in text for n, text in enumerate(told, start=1)] == [True] * len(
        told
    )


def test_fonts_are_truetype_embedded_with_their_characters(book: PdfReader) -> None:
    fonts = [
        font.get_object()
        for page in book.pages
        for font in page["/Resources"]["/Font"].get_object().values()
    ]
    assert fonts
    for font in fonts:
        if font["/Subtype"] == "/Type0":
            below = font["/DescendantFonts"][0].get_object()
            assert below["/Subtype"] == "/CIDFontType2"
            program = below["/FontDescriptor"].get_object()["/FontFile2"].get_object().get_data()
            assert program[:4] == b"\x00\x01\x00\x00"  # TrueType; b"OTTO" would be PostScript
            assert "/ToUnicode" in font
        else:
            assert font["/Subtype"] != "/Type3"


def test_english(tmp_path: Path) -> None:
    results = toy_results.results(about=replace(toys.ABOUT, language="en"))
    told = "".join(plain(page.extract_text()) for page in written(tmp_path, results).pages)
    for word in ("Targetsoftheplan", "busshelter", "basis:standardGB50220-95", "internaldraft"):
        assert word in told, word
    assert "各区" not in told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_names_are_drawn_as_they_stand(language: str, tmp_path: Path) -> None:
    told = "".join(p.extract_text() for p in written(tmp_path, hostile.results(language)).pages)
    assert "<script>alert(1)</script>" in plain(told)
    assert not set(told) & (set(hostile.UNSEEN) - {"\x85"})
    assert b"/JavaScript" not in (tmp_path / "report.pdf").read_bytes()


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in "ab":
        (tmp_path / name).mkdir()
        written(tmp_path / name, toy_results.results())
        made.append((tmp_path / name / "report.pdf").read_bytes())
    assert made[0] == made[1]


def test_characters_that_the_font_lacks_are_a_finding() -> None:
    results = toy_results.results()
    name = "\U0001f3e5甲"
    service = replace(results.assessment.access.services[0], name={"zh": name, "en": name})
    access = replace(results.assessment.access, services=(service,))
    results = toy_results.results(replace(results.assessment, access=access))
    tables = result_tables(results, ())
    (found,) = paper_findings(results, tables, (), Papers(pdf=True))
    assert (found.code, found.severity) == ("pdf-characters-missing", "warning")
    assert "\U0001f3e5" in found.message("zh")
    assert paper_findings(results, tables, (), Papers()) == ()


def test_every_text_of_the_document_is_looked_through_for_them() -> None:
    odd = iter(chr(0xE000 + number) for number in range(10))  # private use: in no font
    grid = Grid(
        title=next(odd), columns=(Column(title=next(odd)),), rows=((next(odd),),), note=next(odd)
    )
    section = Section(key="x", title=next(odd), sentences=(next(odd),), grids=(grid,))
    paper = Paper(
        title="A",
        language="en",
        mark=next(odd),
        simulated=next(odd),
        facts=((next(odd), next(odd)),),
        sections=(section,),
    )
    assert lacking(paper, typeface.paper_font("zh")) == "".join(chr(0xE000 + n) for n in range(10))


def test_without_a_chinese_font_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typeface, "chinese_font", lambda: None)
    with pytest.raises(OutputError, match="no font on this machine has Chinese") as caught:
        write_run(toy_results.results(), tmp_path / "out", papers=Papers(pdf=True))
    assert "请安装思源黑体" in caught.value.text("zh")
    assert list(tmp_path.iterdir()) == []
    english = toy_results.results(about=replace(toys.ABOUT, language="en"))
    (found,) = paper_findings(english, result_tables(english, ()), (), Papers(pdf=True))
    assert found.code == "pdf-characters-missing"


def test_the_command_refuses_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "study")]) == 0
    monkeypatch.setattr(typeface, "chinese_font", lambda: None)
    asked = ["run", str(tmp_path / "study"), "-o", str(tmp_path / "out"), "--pdf"]
    capsys.readouterr()
    assert main([*asked, "--language", "zh"]) == 1
    assert "本机没有带汉字的字体" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["study"]


def test_the_command_writes_it(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "study")]) == 0
    out = tmp_path / "out"
    assert main(["run", str(tmp_path / "study"), "-o", str(out), "--pdf", "--no-docx"]) == 0
    assert len(PdfReader(out / "report.pdf").pages) > 3
    assert not (out / "report.docx").exists()
    assert '"report.pdf"' in (out / "run.json").read_text("utf8")


def test_lines_break_between_chinese_characters_and_never_before_a_comma() -> None:
    face = typeface.typeface(typeface.paper_font("zh"))
    lines = face.lines("城乡差距,各区与全市 abcdefghijklmnopqrstuvwxyz", 0.6, 10)
    assert "".join(lines).replace(" ", "") == "城乡差距,各区与全市abcdefghijklmnopqrstuvwxyz"
    assert not any(line.startswith(",") for line in lines)
    assert all(face.width_in(line, 10) < 0.6 + 10 / 72 for line in lines)
