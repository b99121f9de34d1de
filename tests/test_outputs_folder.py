"""The folder: whole at any moment, nobody's files lost, clear refusals, strict manifest."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import toy_results
import toys
from folder_writer import small_run

from gapmap.errors import OutputError
from gapmap.outputs import write_run, write_table
from gapmap.outputs.exchange import new_folder, recover
from gapmap.outputs.manifest import is_run, peak_memory_mb, write_json
from gapmap.temporary import hold, release

HERE = Path(__file__).parent
posix = pytest.mark.skipif(os.name != "posix", reason="signals and locks as POSIX has them")


def whole(folder: Path) -> bool:
    """Say whether every file that the manifest lists is there with its sum, and no other."""
    told = json.loads((folder / "run.json").read_text("utf8"))["files"]
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    return there == {*told, "run.json"} and all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == facts["sha256"]
        for name, facts in told.items()
    )


def version_of(folder: Path) -> int:
    return int(json.loads((folder / "run.json").read_text("utf8"))["version"])


def neighbours(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir() if path.name != out.name)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "outputs" / "toy"


def put(out: Path, version: int, *, swap: bool | None = None) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with new_folder(out, complete=is_run, exchange=swap) as fresh:
        small_run(fresh, version)


def test_a_run_leaves_its_folder_and_nothing_beside_it(out: Path) -> None:
    write_run(toy_results.results(), out)
    write_run(toy_results.results(), out)
    assert whole(out)
    assert neighbours(out) == []


@pytest.mark.parametrize("swap", [None, False])
def test_a_folder_is_replaced_as_a_whole(out: Path, swap: bool | None) -> None:  # noqa: FBT001 - a case
    for version in (1, 2):
        put(out, version, swap=swap)
        assert version_of(out) == version
        assert whole(out)
        assert neighbours(out) == []


@pytest.mark.parametrize("swap", [None, False])
def test_an_error_while_writing_leaves_the_old_folder(out: Path, swap: bool | None) -> None:  # noqa: FBT001 - a case
    put(out, 1)

    def stopped() -> None:
        with new_folder(out, complete=is_run, exchange=swap) as fresh:
            (fresh / "half.csv").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert version_of(out) == 1
    assert neighbours(out) == []


@posix
@pytest.mark.parametrize("way", ["swap", "aside"])
def test_killed_at_any_moment_one_whole_folder_is_there(out: Path, way: str) -> None:
    put(out, 1)
    chance = random.Random(way)  # noqa: S311 - moments, not secrets
    seen = [1]
    for _ in range(8):
        command = [sys.executable, HERE / "folder_writer.py", out, way, str(seen[-1])]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            with pytest.raises(subprocess.TimeoutExpired):  # it writes on until it is killed
                child.wait(timeout=chance.uniform(0.0, 0.15))
            child.send_signal(signal.SIGKILL)
        if way == "swap":
            assert whole(out)  # also before anything is mended
        recover(out, complete=is_run)
        assert whole(out)
        assert neighbours(out) == []
        assert version_of(out) >= seen[-1]
        seen.append(version_of(out))
    assert seen[-1] > 1  # some of the runs got through


FORKER = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import toy_results
from gapmap.outputs import write_run
results = toy_results.results()
for _ in sys.stdin:
    pid = os.fork()
    while pid == 0:
        write_run(results, Path(sys.argv[1]))
    print(pid, flush=True)
    os.waitpid(pid, 0)
    print("gone", flush=True)
"""


@posix
def test_a_real_run_killed_while_it_writes_leaves_the_old_one(out: Path) -> None:
    write_run(toy_results.results(), out)
    chance = random.Random(3)  # noqa: S311 - moments, not secrets
    command = [sys.executable, "-c", FORKER, out, HERE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        for _ in range(4):
            parent.stdin.write("go\n")
            parent.stdin.flush()
            pid = int(parent.stdout.readline())
            with pytest.raises(subprocess.TimeoutExpired):
                parent.wait(timeout=chance.uniform(0.05, 0.8))
            os.kill(pid, signal.SIGKILL)
            assert parent.stdout.readline() == "gone\n"
            assert whole(out)
        parent.stdin.close()
    write_run(toy_results.results(), out)
    assert whole(out)
    assert neighbours(out) == []


def test_a_folder_set_aside_comes_back_and_half_written_ones_go(out: Path) -> None:
    put(out, 7)
    out.rename(out.with_name(".toy.old-99999-abc"))  # killed between the two renames
    small_run_half = out.with_name(".toy.tmp-99999-abc")
    small_run_half.mkdir()
    (small_run_half / "part0.csv").write_text("half")
    assert toy_results.place_of(out) == out
    assert version_of(out) == 7
    assert neighbours(out) == []


def test_a_folder_set_aside_is_not_brought_back_over_a_newer_one(out: Path) -> None:
    put(out, 1)
    out.rename(out.with_name(".toy.old-99999-abc"))
    put(out, 2)
    assert version_of(out) == 2
    left = out.with_name(".toy.old-99999-def")
    left.mkdir()
    small_run(left, 1)
    recover(out, complete=is_run)
    assert version_of(out) == 2
    assert neighbours(out) == []


@posix
def test_the_folder_of_a_running_process_is_left_alone(out: Path) -> None:
    out.parent.mkdir()
    alive = out.with_name(".toy.tmp-1-abc")
    alive.mkdir()
    lock = hold(alive)
    put(out, 1)
    assert neighbours(out) == [alive.name]
    release(lock)
    put(out, 2)
    assert neighbours(out) == []


def test_names_that_only_look_alike_are_left_alone(out: Path) -> None:
    out.parent.mkdir()
    other = out.with_name(".toy2.tmp-99999-abc")
    other.mkdir()
    put(out, 1)
    assert neighbours(out) == [other.name]


def test_files_of_the_user_are_kept_and_stale_ones_of_ours_are_not(out: Path) -> None:
    write_run(toy_results.results(), out)
    (out / "笔记.txt").write_text("mine", encoding="utf8")
    (out / "qgis").mkdir()
    (out / "qgis" / "map.qgz").write_bytes(b"project")
    (out / "results.gpkg-wal").write_bytes(b"of the old file")
    access = toys.access()
    fewer = replace(access, services=access.services[:1])
    fewer = replace(fewer, table=access.table.iloc[: len(access.places.table)])
    write_run(toy_results.results(toys.assessment(fewer), proposals=()), out)
    assert (out / "笔记.txt").read_text("utf8") == "mine"
    assert (out / "qgis" / "map.qgz").read_bytes() == b"project"
    assert not (out / "figures" / "status_service_centre.png").exists()
    assert not (out / "results.gpkg-wal").exists()
    write_run(toy_results.results(), out)  # and once more: still not taken for ours
    assert (out / "笔记.txt").exists()


def test_a_folder_that_is_no_run_is_refused_and_left(out: Path) -> None:
    out.mkdir(parents=True)
    (out / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(OutputError) as caught:
        write_run(toy_results.results(), out)
    assert "thesis.docx" in caught.value.text("en")
    assert "thesis.docx" in caught.value.text("zh")
    assert [path.name for path in out.iterdir()] == ["thesis.docx"]
    assert neighbours(out) == []


def test_an_empty_folder_and_one_with_only_our_findings_are_taken(out: Path) -> None:
    out.mkdir(parents=True)
    write_table(out / "findings.csv", pd.DataFrame(columns="severity code file row field value message done".split()))  # fmt: skip  # noqa: E501, SIM905 - the columns as the contract writes them
    write_run(toy_results.results(), out)
    assert whole(out)
    other = out.with_name("other")
    other.mkdir()
    (other / "findings.csv").write_text("my own,findings\n")
    with pytest.raises(OutputError):
        write_run(toy_results.results(), other)


def test_a_file_a_bad_parent_and_a_folder_of_inputs_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for out in (file, file / "below"):
        with pytest.raises(OutputError):
            write_run(toy_results.results(), out)
    assert file.read_text() == "x"
    data = tmp_path / "data"
    (data / "raw").mkdir(parents=True)
    (data / "raw" / "places.csv").write_text("x")
    small_run(data, 1)  # even where it looks like a run
    for out in (data, data / "raw", tmp_path):
        with pytest.raises(OutputError) as caught:
            write_run(toy_results.results(input_paths=(data / "raw" / "places.csv",)), out)
        assert "places.csv" in caught.value.text("zh")
    assert toy_results.place_of(data / "out", inputs=[data / "raw" / "places.csv"]) == data / "out"


@posix
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)
    with pytest.raises(OutputError):
        write_run(toy_results.results(), shut / "out")


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "disk" / "toy"
    put(real, 1)
    link = tmp_path / "link"
    link.symlink_to(real)
    write_run(toy_results.results(), link)
    assert link.is_symlink()
    assert (real / "access.csv").exists()


def test_a_disk_that_fails_is_told_and_the_old_folder_stays(out: Path) -> None:
    put(out, 1)
    with pytest.raises(OutputError) as caught, new_folder(out, complete=is_run):
        raise OSError(28, "No space left on device")
    assert "No space left" in caught.value.text("en")
    assert version_of(out) == 1


def test_the_manifest_is_strict_and_complete(out: Path) -> None:
    write_run(toy_results.results(), out)

    def refuse(name: str) -> None:
        raise AssertionError(name)

    told = json.loads((out / "run.json").read_text("utf8"), parse_constant=refuse)
    assert told["inputs"][0] == {"name": "places.csv", "role": "places", "size_bytes": 1234,
                                 "sha256": "ab" * 32, "simulated": True}  # fmt: skip
    assert told["crs"] == "EPSG:4547"
    assert told["study"]["study"]["date"] == "2014-12-31"
    assert told["parameters"] == {"plan": "", "worst": None, "limit": None}
    assert told["seed"] == 1
    assert told["counts"]["places"] == 12
    assert told["counts"]["facilities"] == {"bus_shelter": 5, "service_centre": 3}
    assert told["counts"]["findings"]["warning"] >= 1
    assert told["counts"]["rows"] == [
        {"file": "places.csv", "read": 12, "used": 11, "repaired": 0, "excluded": 1}
    ]
    assert told["seconds"]["read"] == 0.25
    assert told["seconds"]["outputs"] > 0
    assert 10 < told["peak_memory_mb"] < 100_000
    assert told["versions"]["pandas"] == pd.__version__
    assert told["simulated"] is True
    assert told["created"].endswith("+00:00")
    assert "tables.xlsx" in told["files"]


def test_json_has_no_value_that_json_lacks(tmp_path: Path) -> None:
    given = {
        "a": np.float64("nan"),
        "b": [np.int64(3), float("inf")],
        5: (pd.NA, pd.NaT, Path("x")),
    }
    write_json(tmp_path / "x.json", {"deep": given, "flag": np.asarray([1])[0] == 1})
    told = json.loads((tmp_path / "x.json").read_text("utf8"))
    assert told == {"deep": {"a": None, "b": [3, None], "5": [None, None, "x"]}, "flag": True}


@posix
def test_peak_memory_is_in_megabytes() -> None:
    peak = peak_memory_mb()
    assert peak is not None
    assert 50 < peak < 20_000  # pandas alone takes more than 50


def test_a_table_is_not_written_over_a_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        write_table(tmp_path, pd.DataFrame({"a": [1]}))
