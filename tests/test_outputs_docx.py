"""The Word document: real tables with the tables' numbers, hostile names as text, same bytes."""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import docx
import hostile
import pandas as pd
import pytest
import toy_results
import toys
from docx.oxml.ns import qn

from gapmap.cells import visible
from gapmap.outputs import Papers, write_run
from gapmap.outputs.figures import write_figures
from gapmap.outputs.paper.cells import amount
from gapmap.outputs.paper.content import paper_of
from gapmap.outputs.paper.places import MOST_PLACES
from gapmap.outputs.paper.value import Column, Grid
from gapmap.outputs.paper.word import column_widths, write_word
from gapmap.outputs.tables import result_tables
from gapmap.report.parts import content

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.outputs import Results


def written(folder: Path, results: Results, *, figures: Path | None = None) -> Path:
    tables = result_tables(results, results.findings)
    paper = paper_of(results, tables, results.findings)
    path = folder / "report.docx"
    write_word(path, paper, results, figures or folder / "none")
    return path


def told_in(element) -> str:
    return "".join(one.text or "" for one in element.iter(qn("w:t")))


def table_under(document, heading: str):
    """Give the cells of the table below a heading, each as text."""
    body = list(document.element.body)
    for at, element in enumerate(body):
        if element.tag == qn("w:p") and told_in(element) == heading:
            return docx.table.Table(body[at + 1], document)
    raise AssertionError(heading)


def cells(table) -> list[list[str]]:
    return [[told_in(cell) for cell in row.iter(qn("w:tc"))] for row in table._tbl.tr_lst]


def number(text: str) -> float | None:
    plain = text.replace(",", "").replace("\xa0", "").removesuffix("%")
    if plain == "—":
        return None
    return float(plain) / (100 if text.endswith("%") else 1)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("paper") / "out"
    write_run(toy_results.results(), out)
    return out


def test_every_run_leaves_a_document_that_can_be_left_out(run: Path, tmp_path: Path) -> None:
    assert (run / "report.docx").exists()
    write_run(toy_results.results(), tmp_path / "out", papers=Papers(word=False))
    assert not (tmp_path / "out" / "report.docx").exists()


def test_tables_have_the_numbers_of_the_csv(run: Path) -> None:
    document = docx.Document(str(run / "report.docx"))
    head, *rows = cells(table_under(document, "各项服务、各区的覆盖情况"))
    with (run / "coverage.csv").open(encoding="utf-8-sig", newline="") as stream:
        wanted = [
            row
            for row in csv.DictReader(stream)
            if row["group_kind"] in {"city", "setting", "group", "district"}
        ]
    assert len(rows) == len(wanted) > 8
    at = {title: place for place, title in enumerate(head)}
    for told, row in zip(rows, wanted, strict=True):
        for title, name in (("村居数", "places"), ("未覆盖村居数", "places_uncovered"),
                            ("覆盖人口", "people_covered"), ("状态未知人口", "people_unknown"),
                            ("人口覆盖率", "share_people")):  # fmt: skip
            value = float(row[name]) if row[name] else None
            assert number(told[at[title]]) == (
                None if value is None else pytest.approx(value, abs=5e-4 if value <= 1 else 0.5)
            )


def test_uncovered_places_are_listed_with_distance_and_reason(run: Path) -> None:
    document = docx.Document(str(run / "report.docx"))
    with (run / "access.csv").open(encoding="utf-8-sig", newline="") as stream:
        lost = [
            row
            for row in csv.DictReader(stream)
            if row["service"] == "bus_shelter" and row["status"] == "uncovered"
        ]
    _, *rows = cells(table_under(document, f"公交候车亭:未覆盖的 {len(lost)} 个村居"))
    assert len(rows) == len(lost)
    by_name = {row["place"]: row for row in lost}
    for told in rows:
        row = by_name[told[0].replace("\\u2028", "\u2028")] if told[0] in by_name else None
        assert row is None or number(told[4]) == pytest.approx(float(row["distance_m"]), abs=0.5)
    people = [number(told[3]) or 0 for told in rows]
    assert people == sorted(people, reverse=True)


def test_a_long_list_is_cut_and_says_how_many_more() -> None:
    results = toy_results.results()
    tables = result_tables(results, ())
    one = tables["access"][tables["access"]["status"] == "uncovered"].iloc[:1]
    tables["access"] = one.loc[one.index.repeat(MOST_PLACES + 3)]
    section = next(s for s in paper_of(results, tables, ()).sections if s.key == "uncovered")
    assert len(section.grids[0].rows) == MOST_PLACES
    assert "其余 3 个见 access.csv" in section.grids[0].note


def test_header_rows_repeat_and_no_row_is_cut(run: Path) -> None:
    document = docx.Document(str(run / "report.docx"))
    table = table_under(document, "各项服务、各区的覆盖情况")
    head, *rows = table._tbl.tr_lst
    assert head.find(f".//{qn('w:tblHeader')}") is not None
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    assert not any(row.find(f".//{qn('w:tblHeader')}") is not None for row in rows)


def test_simulated_data_is_told_on_top_and_on_every_page(run: Path, tmp_path: Path) -> None:
    document = docx.Document(str(run / "report.docx"))
    both = "模拟数据 / simulated data"
    assert document.paragraphs[0].text == both
    assert both in document.sections[0].header.paragraphs[0].text
    made = toys.assessment()
    access = replace(made.access, places=replace(made.access.places, simulated=()),
                     facilities=replace(made.access.facilities, simulated=()))  # fmt: skip
    real = toy_results.results(
        replace(made, access=access), about=replace(toys.ABOUT, simulated=(), inputs=())
    )
    document = docx.Document(str(written(tmp_path, real)))
    assert both not in told_in(document.element)
    assert both not in document.sections[0].header.paragraphs[0].text


def test_chinese_has_a_face_of_its_own(run: Path) -> None:
    styles = docx.Document(str(run / "report.docx")).styles
    for name, face in (
        ("Normal", "宋体"),
        ("Heading 1", "黑体"),
        ("Title", "黑体"),
        ("Table text", "宋体"),
    ):
        faces = styles[name].element.rPr.rFonts
        assert faces.get(qn("w:eastAsia")) == face
        assert not [key for key in faces.attrib if "Theme" in key]


def test_figures_stand_in_it_with_captions(tmp_path: Path) -> None:
    results = toy_results.results()
    figures = tmp_path / "figures"
    figures.mkdir()
    write_figures(figures, results)
    document = docx.Document(str(written(tmp_path, results, figures=figures)))
    assert len(document.inline_shapes) == len(list(figures.iterdir())) == 4
    captions = [one.text for one in document.paragraphs if one.style.name == "Caption"]
    assert captions[0] == "图 1 各项服务的覆盖率"
    assert any("公交候车亭:各村居的状态(直线 ≤ 500 米" in one for one in captions)
    told = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert told == captions


def test_an_assumption_is_told_from_the_plan(run: Path) -> None:
    document = docx.Document(str(run / "report.docx"))
    _, *rows = cells(table_under(document, "各项服务的限值和依据"))
    assert [row[-1] for row in rows] == ["标准", "假设"]
    _, *targets = cells(table_under(document, "各项目标(总体)"))
    assert {row[7] for row in targets} >= {"规划", "假设"}


def test_provenance_has_the_hashes(run: Path) -> None:
    document = docx.Document(str(run / "report.docx"))
    _, *rows = cells(table_under(document, "输入文件"))
    assert [(row[0], row[3], row[4]) for row in rows] == [
        ("places.csv", "ab" * 32, "是"),
        ("districts.geojson", "cd" * 32, "否"),
    ]


def test_english_has_no_chinese_but_names() -> None:
    results = toy_results.results(about=replace(toys.ABOUT, language="en", plan="", name="Toy"))
    paper = paper_of(results, result_tables(results, ()), results.findings)
    heads = [paper.simulated, *(name for name, _ in paper.facts)]
    for section in paper.sections:
        heads += [section.title, *(grid.title for grid in section.grids)]
        heads += [*section.sentences, *(grid.note for grid in section.grids)]
        heads += [column.title for grid in section.grids for column in grid.columns]
    told = "".join(heads).replace("simulated data / 模拟数据", "")
    assert not re.findall("[\u4e00-\u9fff]+", told)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_names_stay_text(language: str, tmp_path: Path) -> None:
    path = written(tmp_path, hostile.results(language))
    document = docx.Document(str(path))
    told = told_in(document.element)
    assert '=HYPERLINK("http://evil.example","x")' in told
    assert visible("\u202egpj.exe\u202c")[:10] in told
    assert not set(told) & set(hostile.UNSEEN)
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                ET.fromstring(parts.read(name))  # noqa: S314 - our own file
        links = parts.read("word/_rels/document.xml.rels").decode()
        body = parts.read("word/document.xml").decode()
    assert "hyperlink" not in links.lower()
    assert 'TargetMode="External"' not in links
    assert "w:fldSimple" not in body
    assert "w:instrText" not in body
    assert "<script" not in body


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in "ab":
        (tmp_path / name).mkdir()
        made.append(written(tmp_path / name, toy_results.results()).read_bytes())
    assert made[0] == made[1]


def test_no_services_and_no_targets(tmp_path: Path) -> None:
    made = toys.assessment()
    none = replace(made, access=replace(made.access, services=()), targets=made.targets.iloc[:0])
    document = docx.Document(str(written(tmp_path, toy_results.results(none, proposals=()))))
    assert document.paragraphs[1].text == "玩具市 <i>2014</i> {{7*7}}"


def paper_in(results: Results, tables=None):
    return paper_of(results, tables or result_tables(results, ()), results.findings)


def section_of(paper, key: str):
    return next(one for one in paper.sections if one.key == key)


def test_no_number_is_written_with_an_exponent() -> None:
    told = [amount(one, "number") for one in (12345.678, 123456.7, 1234.5, 12.3456, 0.00001234)]
    assert told == ["12,346", "123,457", "1,234", "12.35", "0.00001234"]


@pytest.mark.parametrize(("language", "heading"), [("zh", "超出(米)"), ("en", "beyond (m)")])
def test_what_a_place_is_beyond_the_limit_has_its_unit(language: str, heading: str) -> None:
    results = toy_results.results(about=replace(toys.ABOUT, language=language))
    tables = result_tables(results, ())
    access = tables["access"]
    far = access["status"].eq("uncovered") & access["service"].eq("bus_shelter")
    access.loc[far, "distance_m"], access.loc[far, "shortfall"] = 23456.7, 22956.7
    near = access.index[far][0]
    access.loc[near, ["distance_m", "shortfall"]] = [500.2, 0.2]
    grid = section_of(paper_in(results, tables), "uncovered").grids[0]
    titles = [column.title for column in grid.columns]
    ways = titles.index("路程(米)" if language == "zh" else "distance (m)")
    by_name = {row[0]: (row[ways], row[titles.index(heading)]) for row in grid.rows}
    assert by_name.pop(visible(access.loc[near, "place"])) == ("500.2", "0.2")
    assert set(by_name.values()) == {("23,457", "22,957")}


def test_sections_are_numbered_without_a_hole() -> None:
    made = toys.assessment()
    for language, heads in (("zh", ["一、", "二、", "三、"]), ("en", ["1 ", "2 ", "3 "])):
        bare = replace(made, targets=made.targets.iloc[:0], plan=None)
        about = replace(toys.ABOUT, language=language)
        told = paper_in(toy_results.results(bare, proposals=(), about=about)).sections
        assert "targets" not in [one.key for one in told]
        assert [one.title.startswith(head) for one, head in zip(told[:3], heads, strict=True)] == (
            [True] * 3
        )


def test_districts_of_the_plan_that_are_the_studys_are_told_once() -> None:
    results = toy_results.results()
    tables = result_tables(results, ())
    coverage = tables["coverage"]
    own = coverage[coverage["group_kind"] == "district"]
    others = coverage[coverage["group_kind"] != "plan_district"]
    same = own.assign(group_kind="plan_district", group_id=own["group"])
    tables["coverage"] = pd.concat([others, same], ignore_index=True)
    gaps = tables["gaps"]
    shared = gaps["comparison"].eq("bottom-line")
    tables["gaps"] = pd.concat([gaps, gaps[shared].assign(kind_a="plan_district")])
    paper = paper_in(results, tables)
    rows = section_of(paper, "coverage").grids[0].rows
    assert "规划分区" not in {row[1] for row in rows}
    assert {row[1] for row in rows} >= {"区", "全市"}
    gap_rows = section_of(paper, "gaps").grids[0].rows
    assert len(gap_rows) == len(set(gap_rows))


def test_a_study_without_towns_has_no_empty_column() -> None:
    results = toy_results.results()
    tables = result_tables(results, ())
    for told, town in ((True, "唐家湾镇"), (False, None)):
        tables["access"]["town"] = town
        grid = section_of(paper_in(results, tables), "uncovered").grids[0]
        assert ("镇街" in [column.title for column in grid.columns]) is told


def test_tallies_by_district_are_those_of_the_page() -> None:
    made = toys.assessment()
    single = made.targets["scope_kind"].eq("district")
    unit = made.targets["unit"].where(~single, made.targets["unit_zh"])
    results = toy_results.results(replace(made, targets=made.targets.assign(unit=unit)))
    told = section_of(paper_in(results), "targets")
    _, tallies = told.grids
    page = content(results.assessment, (), toys.ABOUT)["targets"]
    rows = pd.DataFrame({name: page[name] for name in ("unit", "unit_zh", "scope_kind", "asked")})
    rows = rows[rows["asked"] & rows["scope_kind"].isin(("plan_district", "district"))]
    wanted = rows["unit_zh"].value_counts()
    assert {row[0]: int(row[-1]) for row in tallies.rows} == wanted.to_dict()
    assert all(sum(map(int, row[1:-1])) == int(row[-1]) for row in tallies.rows)


def test_a_gap_in_what_a_target_asks_is_named_as_the_target() -> None:
    results = toy_results.results()
    tables = result_tables(results, ())
    gaps, targets = tables["gaps"], tables["targets"]
    one = gaps[gaps["comparison"].eq("bottom-line")].iloc[:1]
    target = targets.iloc[0]
    asked = one.assign(target=target["target"], measure="share_areas", service="no_such_service")
    tables["gaps"] = pd.concat([gaps, asked], ignore_index=True)
    names = [row[0] for row in section_of(paper_in(results, tables), "gaps").grids[0].rows]
    assert f"{target['title_zh']}(规划目标)" in names
    assert "no_such_service" not in names


def test_two_targets_of_the_same_line_and_lowest_district_are_both_told() -> None:
    results = toy_results.results()
    tables = result_tables(results, ())
    gaps, names = tables["gaps"], tables["targets"].drop_duplicates("target").iloc[:2]
    one = gaps[gaps["comparison"].eq("bottom-line")].iloc[:1].assign(measure="share_areas")
    asked = [
        one.assign(target=target, group_b_id=target, kind_a=kind)
        for target in names["target"]
        for kind in ("district", "plan_district")
    ]
    tables["gaps"] = pd.concat([gaps, *asked], ignore_index=True)
    told = [row[0] for row in section_of(paper_in(results, tables), "gaps").grids[0].rows]
    for title in names["title_zh"]:
        assert told.count(f"{title}(规划目标)") == 1


@pytest.mark.parametrize(("mode", "basis", "told"), [("walk", "standard", True),
                         ("straight", "standard", False), ("walk", "plan", False)])  # fmt: skip
def test_a_standard_measured_along_ways_is_told_to_be_stricter(
    mode: str, basis: str, *, told: bool
) -> None:
    made = toys.assessment()
    first, *others = made.access.services
    services = (replace(first, mode=mode, basis=basis), *others)
    access = replace(made.access, services=services)
    results = toy_results.results(replace(made, access=access))
    said = section_of(paper_in(results), "method").sentences
    assert any("直线服务半径" in one for one in said) is told


def test_a_number_is_never_broken_over_lines() -> None:
    columns = (
        Column(title="name", weight=6.0),
        Column(title="year", weight=0.3, number=True),
        Column(title="cost", weight=0.5, number=True),
    )
    grid = Grid(title="", columns=columns, rows=(("a" * 80, "2012", "115,600,000"),))
    widths = column_widths(grid, size_pt=8)
    digit_cm = 8 * 0.5 / 72 * 2.54  # of Times New Roman
    assert sum(widths) == pytest.approx(17)
    assert widths[1] > 4 * digit_cm
    assert widths[2] > 11 * digit_cm
    assert widths[0] > 12
    bare = column_widths(Grid(title="", columns=columns, rows=()), size_pt=8)
    assert bare == pytest.approx([17 * 6 / 6.8, 17 * 0.3 / 6.8, 17 * 0.5 / 6.8])


def test_one_place_is_one_place_in_english() -> None:
    results = toy_results.results(about=replace(toys.ABOUT, language="en"))
    tables = result_tables(results, ())
    access = tables["access"]
    lost = access[access["service"].eq("bus_shelter") & access["status"].eq("uncovered")]
    tables["access"] = lost.iloc[:1]
    heads = [grid.title for grid in section_of(paper_in(results, tables), "uncovered").grids]
    assert heads == ["bus shelter: 1 place is not covered"]
