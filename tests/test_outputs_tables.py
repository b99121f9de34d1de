"""CSV tables: the contract's columns, one way of writing every value, formulas made safe."""

from __future__ import annotations

import csv
import datetime as dt
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import toy_results
import toys
from hypothesis import given
from hypothesis import strategies as st

from gapmap.access import REASONS, STATUSES
from gapmap.assessment import COVERAGE_COLUMNS, EQUITY_COLUMNS, GAP_COLUMNS
from gapmap.catchment import (
    CAPACITY_COLUMNS,
    PAIR_COLUMNS,
    REFERRAL_COLUMNS,
    UNSERVED_COLUMNS,
    ZONAL_COLUMNS,
)
from gapmap.cells import visible
from gapmap.gridded import GRID_COLUMNS
from gapmap.outputs import write_run, write_table
from gapmap.outputs.manifest import NAME
from gapmap.outputs.tables import COLUMNS, cell_values, guarded, result_tables, unguarded, write_csv
from gapmap.population.value import AREA_COLUMNS
from gapmap.targets import STATUSES as TARGET_STATUSES
from gapmap.targets import TARGET_COLUMNS

TOP = Path(__file__).parents[1]
CHECK = TOP.parent / "shared" / "checks" / "check_contract.py"
CONTRACT = TOP.parent / "shared" / "contract.md"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "toy"
    write_run(toy_results.results(), out)
    return out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.skipif(not CHECK.exists(), reason="the shared contract check is not on this machine")
def test_the_contract_check_passes(run: Path) -> None:
    told = subprocess.run([sys.executable, CHECK, run], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    assert "contract kept" in told.stdout


def test_every_file_of_the_contract_is_there(run: Path) -> None:
    names = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    assert {f"{name}.csv" for name in COLUMNS} <= names
    assert {"results.gpkg", "tables.xlsx", "report.html", NAME, "figures/coverage.png"} <= names


@pytest.mark.parametrize("name", COLUMNS)
def test_contract_columns_come_first_and_simulated_last(run: Path, name: str) -> None:
    raw = (run / f"{name}.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    head = next(csv.reader([raw.decode("utf-8-sig").splitlines()[0]]))
    assert tuple(head[: len(COLUMNS[name])]) == COLUMNS[name]
    assert head[-1] == "simulated"
    assert {row["simulated"] for row in rows(run / f"{name}.csv")} <= {"true"}


def test_no_cell_is_infinite_or_a_sentinel(run: Path) -> None:
    for name in COLUMNS:
        for row in rows(run / f"{name}.csv"):
            assert not {cell.lower() for cell in row.values()} & {
                "inf",
                "-inf",
                "nan",
                "nat",
                "<na>",
            }


def test_access_keeps_every_place_of_every_service_and_its_figures(run: Path) -> None:
    told = rows(run / "access.csv")
    assert len(told) == 24  # 12 places, 2 services
    by_key = {(row["place_id"], row["service"]): row for row in told}
    first = by_key["p00", "bus_shelter"]
    assert (first["distance_m"], first["people"], first["status"]) == ("100", "800", "covered")
    assert first["shortfall"] == ""
    far = by_key["p02", "bus_shelter"]  # 900 m east, 2,000 m north of its nearest shelter
    assert far["distance_m"] == "2193.171"
    assert far["shortfall"] == "1693.171"
    assert by_key["p08", "bus_shelter"]["people"] == ""  # unknown, not 0
    assert by_key["p10", "bus_shelter"]["straight_m"] == ""  # no position


def test_real_data_is_marked_as_such(tmp_path: Path) -> None:
    made = toys.assessment()
    access = made.access
    access = replace(
        access,
        places=replace(access.places, simulated=()),
        facilities=replace(access.facilities, simulated=()),
    )
    about = replace(toys.ABOUT, simulated=(), inputs=())
    write_run(
        toy_results.results(replace(made, access=access), about=about, proposals=()),
        tmp_path / "out",
    )
    assert {row["simulated"] for row in rows(tmp_path / "out" / "access.csv")} == {"false"}
    assert rows(tmp_path / "out" / "proposals.csv") == []
    head = (tmp_path / "out" / "proposals.csv").read_text("utf-8-sig").strip().split(",")
    assert tuple(head) == (*COLUMNS["proposals"], "chosen_share", "simulated")


@pytest.mark.parametrize(
    ("language", "done"),
    [("zh", "保留,按位置未知处理"), ("en", "kept; its position is unknown")],
)
def test_findings_are_in_the_language_of_the_study(language: str, done: str) -> None:
    results = toy_results.results(about=replace(toys.ABOUT, language=language))
    table = result_tables(results, results.findings)["findings"]
    assert done in set(table["done"])


def test_writing_leaves_the_results_as_they_were(tmp_path: Path) -> None:
    results = toy_results.results()
    made = results.assessment
    tables = [made.access.table, made.access.places.table, made.access.facilities.table,
              made.access.routes, made.coverage, made.gaps, made.equity, made.targets,
              made.access.places.region.towns, results.proposals[0].sites]  # fmt: skip
    before = [table.copy(deep=True) for table in tables]
    write_run(results, tmp_path / "out")
    for was, now in zip(before, tables, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(was), pd.DataFrame(now))


def test_a_distance_is_never_rounded_across_its_limit_or_below_the_straight_line() -> None:
    made = toys.assessment()
    table = made.access.table.copy()
    one, two = table.index[2], table.index[3]
    table.loc[one, ["straight_m", "distance_m", "limit", "shortfall"]] = [
        10.0,
        500.0004,
        500.0,
        4e-4,
    ]
    table.loc[two, ["straight_m", "distance_m"]] = [700.00050001, 700.00049999]
    results = toy_results.results(replace(made, access=replace(made.access, table=table)))
    told = result_tables(results, ())["access"]
    assert told.loc[one, "status"] == "uncovered"
    assert told.loc[one, "distance_m"] == 500.001
    assert told.loc[one, "shortfall"] == 0.001
    assert told.loc[two, "distance_m"] >= told.loc[two, "straight_m"] == 700.001


def test_cells_by_kind() -> None:
    table = pd.DataFrame(
        {
            "number": [1.0, np.nan, np.inf, -0.0],
            "whole": pd.array([1, None, 3, 4], dtype="Int64"),
            "flag": pd.array([True, None, False, True], dtype="boolean"),
            "day": pd.to_datetime(
                ["2014-12-31", None, "2014-12-31 08:30", "2014-01-01"], format="ISO8601"
            ),
            "text": ["nan", None, pd.NA, ""],
            "mixed": [1.5, "x", dt.date(2014, 1, 2), np.float64("nan")],
        }
    )
    assert cell_values(table["number"])[:3] == [1.0, None, None]
    assert cell_values(table["whole"]) == [1, None, 3, 4]
    assert cell_values(table["flag"]) == [True, None, False, True]
    assert cell_values(table["day"]) == ["2014-12-31", None, "2014-12-31T08:30:00", "2014-01-01"]
    assert cell_values(table["text"]) == ["nan", None, None, None]
    assert cell_values(table["mixed"]) == [1.5, "x", "2014-01-02", None]


def test_text_that_would_run_gets_an_apostrophe_and_numbers_do_not(tmp_path: Path) -> None:
    texts = ["=1+1", "+86 756", "-2+3", "@SUM(A1)", "\tx", "\rx", "＝1", "-5", "'=x", "三灶", "a=b"]
    path = tmp_path / "t.csv"
    write_csv(path, pd.DataFrame({"text": texts, "number": np.arange(len(texts)) * -1.0}))
    told = rows(path)
    assert [row["text"] for row in told] == [
        *("'=1+1", "'+86 756", "'-2+3", "'@SUM(A1)", "'\tx", "'\rx", "'＝1"),
        *("-5", "''=x", "三灶", "a=b"),
    ]
    assert [row["number"] for row in told][:3] == ["0", "-1", "-2"]
    assert [unguarded(row["text"]) for row in told] == texts


@given(st.text(alphabet="'=+-@\t\r\n1.5e甲 ", max_size=8))
def test_the_apostrophe_can_be_taken_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_text_comes_back_from_csv(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        write_csv(path, pd.DataFrame({"name": pd.Series(texts, dtype=object), "end": 1}))
        told = rows(path)
    assert [unguarded(row["name"]) for row in told] == [visible(text) for text in texts]


def test_a_table_alone_is_written_whole_and_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "findings.csv"
    write_table(path, pd.DataFrame({"a": [1, 2]}))
    write_table(path, pd.DataFrame({"a": ["甲"]}), simulated=False)
    assert rows(path) == [{"a": "甲", "simulated": "false"}]
    assert [p.name for p in path.parent.iterdir()] == ["findings.csv"]


def every_column() -> dict[str, list[str]]:
    access = toys.access().table.columns
    return {
        "access": [*access],
        "coverage": [*COVERAGE_COLUMNS],
        "gaps": [*GAP_COLUMNS],
        "equity": [*EQUITY_COLUMNS],
        "targets": [*COLUMNS["targets"], *TARGET_COLUMNS],
        "findings": [*COLUMNS["findings"]],
        "proposals": [*COLUMNS["proposals"], "reason_zh"],
        "islands": [*COLUMNS["islands"]],
        "pieces": [*COLUMNS["pieces"]],
        "borders": [*COLUMNS["borders"]],
        "population": [*AREA_COLUMNS],
        "grid_coverage": [*GRID_COLUMNS],
        "zones": [*ZONAL_COLUMNS],
        "capacity": [*CAPACITY_COLUMNS],
        "unserved": [*UNSERVED_COLUMNS],
        "referral": [*REFERRAL_COLUMNS],
        "referral_pairs": [*PAIR_COLUMNS],
    }


def test_every_column_has_a_title_in_both_languages_and_a_line_in_the_documentation() -> None:
    words = tomllib.loads((TOP / "gapmap" / "words.toml").read_text("utf8"))["columns"]
    page = (TOP / "docs" / "outputs.md").read_text("utf8")
    for name, columns in every_column().items():
        part = page.split(f"## {name}.csv")[1].split("\n## ")[0]
        for column in [*columns, "simulated"]:
            assert set(words.get(column, {})) == {"zh", "en"}, column
            assert f"`{column}`" in part or column == "simulated", f"{name}: {column}"
    assert "`simulated`" in page


def test_every_status_and_reason_has_words() -> None:
    words = tomllib.loads((TOP / "gapmap" / "words.toml").read_text("utf8"))["values"]
    for key in (*STATUSES, *REASONS, *TARGET_STATUSES):
        assert set(words[key]) == {"zh", "en"}, key
        assert all(words[key].values())


@pytest.mark.skipif(not CONTRACT.exists(), reason="the shared contract is not on this machine")
def test_the_columns_are_those_of_the_contract() -> None:
    text = CONTRACT.read_text("utf8")
    for name, columns in COLUMNS.items():
        line = re.search(rf"\| `{name}\.csv` \|[^|]*\|([^|]*)\|", text)
        if name in {"islands", "pieces", "borders"}:  # tables beyond the contract
            assert line is None
            continue
        assert line is not None, name
        cells = [cell.strip() for cell in re.sub(r"\([^)]*\)", "", line[1]).split(",")]
        wanted = [cell for cell in cells if cell]
        more = (
            {"layer", "rows", "what_to_do", "message_zh", "message_en"}
            if name == "findings"
            else set()
        )
        assert [column for column in columns if column not in more] == wanted
