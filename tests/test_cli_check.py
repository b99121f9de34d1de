"""How ``gapmap check`` and ``gapmap run`` tell what is wrong: on a screen, and in a pipe."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from corpus.city import VILLAGES, csv, write_city
from rich.cells import cell_len

from gapmap.cli import main

TITLES = "severity\tfile\tlayer\tcount\trows\tcolumn\twhat\tto do\tdone"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    """Give a study with seven villages of no position, and one name that is an escape."""
    study = write_city(tmp_path / "city", {})
    rows = [list(row) for row in VILLAGES]
    for row in rows[1:8]:
        row[3] = row[4] = ""
    rows[8][3] = "经度\x1b[31m不详"
    csv(study.parent / "villages.csv", rows)
    return study


def test_in_a_pipe_each_kind_is_one_line_of_nine_cells(dirty: Path, capsys) -> None:
    assert main(["check", str(dirty), "--language", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    table = [line.split("\t") for line in lines if "\t" in line]
    assert "\t".join(table[0]) == TITLES
    assert {len(line) for line in table} == {9}
    (missing,) = [line for line in table if line[4] == "2, 3, 4, 5, 6, …"]
    assert missing[:4] == ["warning", "villages.csv", "", "7"]
    assert "all files: 20 rows = 19 used + 1 repaired + 0 excluded" in lines
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("width", [80, 100, 160])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_screen_nothing_is_cut_and_nothing_runs_over(
    dirty: Path, capsys, monkeypatch: pytest.MonkeyPatch, width: int, language: str
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes the output for a terminal
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["check", str(dirty), "--language", language]) == 0
    said = capsys.readouterr().out
    assert "\x1b[31m不详" not in said
    table = [line for line in ESCAPES.sub("", said).splitlines() if line[:1] in "┏┃┡│├└"]
    assert {cell_len(line) for line in table} <= set(range(40, width + 1))
    told = "".join(line.split("│")[3].strip() for line in table if line.startswith("│"))
    for part in ("villages.csv", "2, 3, 4, 5, 6, …", "经度, 纬度"):
        assert part in told
    heads = {"zh": ("怎么办:", "处理:"), "en": ("to do: ", "done: ")}[language]
    words = [line.split("│")[4] for line in table if line.startswith("│")]
    for head in heads:
        assert any(line.startswith(f" {head}") for line in words)


def test_a_run_says_how_many_errors_and_warnings_there_are(tmp_path: Path, capsys) -> None:
    """A code that is not used is an error that stops no run: nobody may overlook it."""
    study = write_city(tmp_path / "city", {})
    rows = [[*row] for row in VILLAGES]
    rows[1][2] = "4.404E+05"  # a code whose digits are lost is an error, and is not used
    csv(study.parent / "villages.csv", rows)
    assert main(["check", str(study)]) == 1
    capsys.readouterr()
    out = tmp_path / "out"
    assert main(["run", str(study), "-o", str(out), "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"error 1, warning \d+, note \d+: see .*findings\.csv", said)
    assert main(["run", str(study), "-o", str(out), "--language", "zh"]) == 0
    assert re.search(r"错误 1, 警告 \d+, 说明 \d+:见 .*findings\.csv", capsys.readouterr().out)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full")
def test_a_full_disk_behind_the_output_is_one_sentence(dirty: Path) -> None:
    command = [sys.executable, "-m", "gapmap", "check", dirty, "--language", "en"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "cannot be written (No space left on device)" in done.stderr
    assert "inside gapmap" not in done.stderr
    assert "Exception" not in done.stderr
