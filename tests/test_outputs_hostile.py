"""Hostile texts in every output: nothing runs, nothing hides, nothing is lost."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import hostile
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import toy_results
import toys
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

from gapmap.cells import guarded, unguarded, visible
from gapmap.convert import convert_file
from gapmap.errors import InputError
from gapmap.maps import map_gaps, map_sites
from gapmap.outputs import workbook, write_run
from gapmap.outputs.tables import COLUMNS, result_tables
from gapmap.outputs.workbook import workbook_findings, write_workbook
from gapmap.report import build_report

if TYPE_CHECKING:
    from pathlib import Path

ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=20)
STARTS = st.text(alphabet="'=+-@\t\r\n＝＋－＠0123456789.eE ", max_size=6)


@pytest.fixture(scope="module", params=["zh", "en"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = hostile.results(request.param)
    page = build_report(results.assessment, results.proposals, about=results.about,
                        findings=results.findings).html  # fmt: skip
    out = tmp_path_factory.mktemp("hostile") / "out"
    write_run(hostile.results(request.param, page), out)
    return out


def rows(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(1_000_000)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


# One place for every output


@given(ANY)
def test_what_is_visible_has_nothing_unseen_and_the_rest_as_it_was(text: str) -> None:
    told = visible(text)
    assert not set(told) & set(hostile.UNSEEN)
    told.encode("utf8")
    assert visible(told) == told
    kept = [c for c in text if visible(c) == c]
    assert re.sub(r"\\u[0-9a-f]{4}", "", told) == re.sub(r"\\u[0-9a-f]{4}", "", "".join(kept))


def test_marks_that_belong_to_a_script_stay() -> None:
    for text in (
        "می\u200cخواهم",
        "שלום\u200f",
        "三灶\u3000镇",
        "é e\u0301",
        "👨\u200d👩",
        "a\tb\r\nc",
    ):
        assert visible(text) == text


@given(st.one_of(ANY, STARTS, st.builds(str.__add__, STARTS, ANY)))
def test_the_guard_is_undone_and_leaves_no_formula(text: str) -> None:
    told = guarded(text)
    assert unguarded(told) == text
    starts_formula = told[:1] in set("=+-@\t\r\n＝＋－＠") and told != ""
    assert not starts_formula or re.fullmatch(r"[+-][0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?", told)


# CSV


@pytest.mark.parametrize("name", COLUMNS)
def test_csv_keeps_every_text_and_runs_none(run: Path, name: str) -> None:
    raw = (run / f"{name}.csv").read_bytes().decode("utf-8-sig")
    assert not set(raw) & set(hostile.UNSEEN)
    told = rows(run / f"{name}.csv")
    for row in told:
        assert None not in row  # no cell broke its line
        for cell in row.values():
            number = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?", cell)
            assert number or cell[:1] not in set("=+-@\t\r\n＝＋－＠") or cell == ""


def test_csv_gives_the_texts_back(run: Path) -> None:
    told = [unguarded(row["facility"]) for row in rows(run / "access.csv")]
    assert told == [visible(hostile.nasty(row + 15)) for row in range(24)]
    assert len(rows(run / "findings.csv")) >= len(hostile.NASTY)


# Workbook


def test_the_workbook_opens_and_every_cell_is_text_or_number(run: Path) -> None:
    book = openpyxl.load_workbook(run / "tables.xlsx")
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)
    texts = set()
    for sheet in book:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type in {"s", "n", "inlineStr"}, cell
                assert cell.hyperlink is None
                if isinstance(cell.value, str):
                    assert len(cell.value.encode("utf-16-le")) // 2 <= 32_767
                    assert not set(cell.value) & set(hostile.UNSEEN)
                    texts.add(cell.value)
    for name in hostile.NASTY[:13]:
        assert visible(name) in texts
    with zipfile.ZipFile(run / "tables.xlsx") as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert b"<f>" not in content
            ET.fromstring(content)  # noqa: S314 - ours


def test_cells_that_were_cut_are_said_in_the_findings(run: Path) -> None:
    said = [row for row in rows(run / "findings.csv") if row["code"] == "workbook-cells-cut"]
    # 40,000 characters, and 20,000 that a spreadsheet counts twice; place and town in 2 services
    assert "access" in {row["field"] for row in said}
    assert all(row["severity"] == "note" for row in said)


def test_a_cell_is_cut_between_characters(tmp_path: Path) -> None:
    table = pd.DataFrame({"place": ["a" + "😀" * 20_000, "b" * 32_767, "c" * 32_768]})
    write_workbook(tmp_path / "t.xlsx", toy_results.results(), {"access": table})
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[1]
    first, second, third = [sheet.cell(row, 1).value for row in (5, 6, 7)]
    assert first == "a" + "😀" * 16_382 + "…"  # 1 + 2 x 16,382 + 1 = 32,766
    assert second == "b" * 32_767
    assert third == "c" * 32_766 + "…"
    (said,) = workbook_findings({"access": table})
    assert dict(said.facts)["count"] == "2"


def test_a_sheet_takes_1_048_572_rows_below_its_head(tmp_path: Path) -> None:
    full = pd.DataFrame(index=range(1_048_576 - 4))
    parts = [len(part) for _, part in workbook._parts(full, workbook._ROWS_PER_SHEET)]
    assert parts == [1_048_572]
    more = pd.DataFrame({"people": np.ones(1_048_573, dtype=np.int8)})
    (said,) = workbook_findings({"access": more})
    assert (said.code, dict(said.facts)["sheets"]) == ("workbook-table-split", "2")
    write_workbook(tmp_path / "t.xlsx", toy_results.results(), {"access": more})
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        last = archive.read("xl/worksheets/sheet2.xml")
        assert last.count(b"<row ") == 1_048_576
        assert b'<row r="1048576">' in last
        assert b'<row r="1048577">' not in last
        rest = archive.read("xl/worksheets/sheet3.xml")
        assert b'<row r="5"' in rest
        assert b'<row r="6"' not in rest


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_sheet_has_a_name_that_is_too_long(language: str) -> None:
    results = toy_results.results(about=toys.ABOUT)
    for name in COLUMNS:
        for number in (1, 999):
            told = workbook._sheet_name(name, number, results)
            assert 0 < len(told) <= 31, language
    assert set(result_tables(results, ())) == {*COLUMNS, *toy_results.PROPOSED}


# GeoPackage, manifest, figures


def test_the_geopackage_is_sound_and_its_styles_are_well_formed(run: Path) -> None:
    with closing(sqlite3.connect(run / "results.gpkg")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        styles = database.execute("SELECT styleName, styleQML, description FROM layer_styles")
        told = styles.fetchall()
        (places,) = database.execute("SELECT count(*) FROM places").fetchone()
        names = [row[0] for row in database.execute("SELECT place FROM places")]
    assert places == 12
    assert names == [visible(hostile.nasty(row)) for row in range(12)]
    assert len(told) >= 7
    for name, qml, described in told:
        root = ET.fromstring(qml)  # noqa: S314 - ours
        assert root.tag == "qgis"
        assert not set(name + qml + described) & set(hostile.UNSEEN)
    for layer, _ in pyogrio.list_layers(run / "results.gpkg"):
        fields = pyogrio.read_info(run / "results.gpkg", layer=layer)["fields"]
        assert layer == "layer_styles" or all(re.fullmatch(r"\w+", f, re.ASCII) for f in fields)


def test_the_manifest_is_json_and_gives_the_study_back(run: Path) -> None:
    text = (run / "run.json").read_bytes().decode("utf8")
    assert not set(text) & set(hostile.UNSEEN)
    told = json.loads(text)
    assert told["study"]["study"]["name"] == hostile.nasty(12)  # JSON's escapes turn back
    assert told["study"]["study"]["\u202ekey"] == [hostile.nasty(11), hostile.LONE]


def test_figures_are_drawn_and_their_names_are_plain(run: Path) -> None:
    figures = sorted((run / "figures").iterdir())
    assert len(figures) == 4  # coverage, targets, two services
    for path in figures:
        assert re.fullmatch(r"(coverage|targets|status_[\w-]+)\.png", path.name)
        assert imread(path).std() > 0


def test_only_files_of_gapmap_stand_in_the_folder(run: Path) -> None:
    listed = json.loads((run / "run.json").read_text("utf8"))["files"]
    there = {name.split("/")[0] for name in (*listed, "run.json")}
    tables = {f"{name}.csv" for name in (*COLUMNS, *toy_results.PROPOSED)}
    others = {"figures", "report.docx", "report.html", "results.gpkg", "run.json", "tables.xlsx"}
    assert there == tables | others


# Report and notebook map, as text; tests/browser opens them


def test_the_page_holds_user_text_in_its_inert_block_only(run: Path) -> None:
    page = (run / "report.html").read_text("utf8")
    assert not set(page) & set(hostile.UNSEEN)
    head, _, rest = page.partition('<script type="application/gzip+base64" id="data">')
    block, _, after = rest.partition("</script>")
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", block)
    for attack in ("alert(1)", "onerror=alert", "{{7*7}}", "DROP TABLE", "javascript:alert(6)"):
        assert attack not in after
        for found in re.finditer(re.escape(attack), head):
            inside = head[max(0, found.start() - 400) : found.end()]
            assert re.search(r'(<title>|dcterms\.rights" content=")[^<>]*$', inside)


@pytest.mark.parametrize("which", ["gaps", "sites"])
def test_the_notebook_map_renders_no_user_text(which: str) -> None:
    results = hostile.results()
    services = results.assessment.access.services
    made = (
        map_gaps(results.assessment, service=services[0].id)
        if which == "gaps"
        else map_sites(results.proposals[0])
    )
    page = made.get_root().render()
    for attack in ("alert(1)", "alert(2)", "7*7", "DROP TABLE"):
        assert attack not in page
    assert not set(page) & set(hostile.UNSEEN)


# Terminal


def test_the_terminal_gets_no_escape_sequences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from gapmap.cli import main  # noqa: PLC0415 - only here

    assert main(["init", str(tmp_path / "town")]) == 0
    villages = tmp_path / "town" / "villages.csv"
    lines = villages.read_text("utf-8-sig").splitlines()
    first = lines[1].split(",")
    lines[1] = ",".join([first[0], "\x1b[2J\x1b]0;x\x07\u202e" + first[1], *first[2:]])
    lines.append(lines[2])  # a repeated row, for a finding
    villages.write_text("\n".join(lines) + "\n", "utf-8-sig")
    capsys.readouterr()
    for arguments in (
        ["check", str(tmp_path / "town")],
        ["run", str(tmp_path / "town"), "-o", str(tmp_path / "out")],
        ["run", str(tmp_path / "\x1b[2Jnowhere\u202e")],
    ):
        main(arguments)
        said = capsys.readouterr()
        assert not set(said.out + said.err) & set(hostile.UNSEEN), arguments


def test_a_table_with_bad_texts_needs_no_bad_names(tmp_path: Path) -> None:
    """The head of a table is made safe as its cells are."""
    from gapmap.outputs import write_table  # noqa: PLC0415 - only here

    table = pd.DataFrame({"=cmd": [1], "\u202ex": ["\x1b"]})
    write_table(tmp_path / "t.csv", table)
    told = list(csv.reader(io.StringIO((tmp_path / "t.csv").read_text("utf-8-sig"))))
    assert told == [["'=cmd", "\\u202ex"], ["1", "\\u001b"]]


# A converted table


def test_a_converted_table_runs_no_formula_and_says_so(tmp_path: Path) -> None:
    source, out = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text("name,lon,lat\n=1+1,113.5,-22.2\n三灶,113.5,22.2\n", "utf-8-sig")
    found = convert_file(source, out, source="wgs84", target="cgcs2000")
    told = rows(out)
    assert [row["name"] for row in told] == ["'=1+1", "三灶"]
    assert told[0]["lat"] == "-22.2"
    (said,) = [one for one in found if one.code == "convert-guarded"]
    assert dict(said.facts)["count"] == "1"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_workbook_that_would_lose_text_is_not_written(tmp_path: Path) -> None:
    source, out = tmp_path / "a.csv", tmp_path / "b.xlsx"
    source.write_text(f"name,lon,lat\n{'长' * 32_768},113.5,22.2\n", "utf-8-sig")
    out.write_bytes(b"what stood there")
    with pytest.raises(InputError, match="32,767"):
        convert_file(source, out, source="wgs84", target="gcj02")
    assert out.read_bytes() == b"what stood there"
