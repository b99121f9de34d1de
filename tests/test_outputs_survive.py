"""Outputs survive: full disks, odd places, two runs at once, processes killed at any moment."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import disk
import pytest
import toy_results

from gapmap.cli import main
from gapmap.errors import OutputError
from gapmap.outputs import check_file, check_table, reserved, write_run
from gapmap.temporary import hold, release

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
MEMORY_BYTES = 50_000_000
"""Ten times what the toy city's folders and those half written beside them take."""
LIMITED = (sys.executable, "-B", "-c")
"""Under a limit of file sizes Python itself would leave bytecode cut off, for all to come."""
posix = pytest.mark.skipif(os.name != "posix", reason="signals and locks as POSIX has them")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "town"
    assert main(["init", str(folder)]) == 0
    return folder / "study.toml"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = disk.compiled(tmp_path_factory.mktemp("disk"))
    if made is None:
        pytest.skip("no C compiler for the disk that fails")
    return made


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Give a folder in memory where there is one: these tests flush files hundreds of times.

    What is counted, made to fail or killed are the calls, which are the same on every disk.
    """
    shared = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    if not os.access(shared, os.W_OK) or shutil.disk_usage(shared).free < MEMORY_BYTES:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        yield Path(folder)


def neighbours(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir() if path.name != out.name)


# Full disks


@pytest.mark.parametrize(("mode", "points"), [(disk.FULL, 10), (disk.ONCE, 6)])
def test_a_disk_that_fails_at_the_nth_write(
    library: Path, memory: Path, mode: int, points: int
) -> None:
    command = [sys.executable, disk.__file__, memory / "outputs" / "toy", str(mode), str(points)]
    env = {**os.environ, "LD_PRELOAD": str(library)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    first, *told = [json.loads(line) for line in done.stdout.splitlines()]
    assert first["writes"] > 500
    assert len(told) == points
    for one in told:
        assert one["whole"], one
        if mode == disk.FULL and one["at"] < first["writes"]:  # the last flushes a name
            assert "No space left on device" in one["text"], one
        if one["kind"]:
            assert one["kind"] == "OutputError", one
            assert one["same"], one
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@posix
@pytest.mark.parametrize("limit_bytes", [0, 40_000, 100_000])
def test_no_file_may_grow_beyond_a_limit(tmp_path: Path, limit_bytes: int) -> None:
    """The system's own limit of file sizes stands for a quota; it also binds GDAL and SQLite."""
    out = tmp_path / "outputs" / "toy"
    write_run(toy_results.results(), out)
    before = disk.content(tmp_path)
    script = (
        "import resource, sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
        "import toy_results; from gapmap.outputs import write_run\n"
        "from gapmap.errors import OutputError\n"
        "results = toy_results.results()\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes}))\n"
        "try:\n    write_run(results, Path(sys.argv[2]))\n"
        "except OutputError as error:\n    print(error.text('en'))\n"
    )
    command = [*LIMITED, script, HERE, out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert re.search(r"cannot be written \(.+\); choose another folder", done.stdout), done
    assert done.stdout.count("\n") == 1
    assert disk.content(tmp_path) == before


@posix
def test_a_full_disk_ends_a_run_before_anything_is_read(study: Path, tmp_path: Path) -> None:
    """/dev/full takes nothing: a study that cannot be read either is not even looked at."""
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from gapmap.cli import main; sys.exit(main(sys.argv[1:]))\n"
    )
    broken = tmp_path / "broken"
    shutil.copytree(study.parent, broken)
    (broken / "villages.csv").write_text("nothing", "utf8")
    for arguments in (
        ["run", broken / "study.toml", "-o", tmp_path / "new" / "out"],
        ["check", broken / "study.toml", "-o", tmp_path / "new" / "findings.csv"],
    ):
        command = [*LIMITED, script, *map(str, arguments), "--language", "en"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "cannot be written" in done.stderr
        assert "villages.csv" not in done.stdout + done.stderr
        assert not (tmp_path / "new").exists()


# Places


def test_what_check_may_and_may_not_replace(study: Path, tmp_path: Path) -> None:
    villages = study.parent / "villages.csv"
    before = villages.read_bytes()
    with pytest.raises(OutputError, match="is the input villages"):
        check_table(villages, inputs=[villages])
    link = tmp_path / "link.csv"
    link.symlink_to(villages)
    with pytest.raises(OutputError, match="is the input villages"):
        check_table(link, inputs=[villages])
    mine = tmp_path / "mine.csv"
    mine.write_text("my,own,table\n", "utf8")
    with pytest.raises(OutputError, match="not made by gapmap"):
        check_table(mine)
    assert main(["check", str(study), "-o", str(tmp_path / "f.csv")]) == 0
    check_table(tmp_path / "f.csv", inputs=[villages])  # its own findings it may replace
    assert main(["run", str(study), "-o", str(tmp_path / "out")]) == 0
    with pytest.raises(OutputError) as caught:
        check_table(tmp_path / "out")
    assert "findings.csv 会被替换" in caught.value.text("zh")
    figure = next((tmp_path / "out" / "figures").iterdir())
    for part in (tmp_path / "out" / "findings.csv", tmp_path / "out" / "access.csv", figure):
        with pytest.raises(OutputError, match="belongs to the run"):
            check_file(part)
    check_file(tmp_path / "out" / "my own.csv")
    with pytest.raises(OutputError, match=r"ends in \.csv"):
        check_table(tmp_path / "findings.xlsx")
    convert = ["convert", str(villages), "--from", "gcj02", "--to", "wgs84", "-o"]
    assert main([*convert, str(tmp_path / "out" / "coverage.csv")]) == 1
    assert villages.read_bytes() == before
    assert disk.whole(tmp_path / "out")


def test_a_folder_inside_or_around_an_input_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "land.gdb"
    data.mkdir()
    (data / "a00000001.gdbtable").write_bytes(b"x")
    for out in (data, data / "out", tmp_path):
        with pytest.raises(OutputError, match=r"land\.gdb"):
            toy_results.place_of(out, inputs=[data])
    named = tmp_path / "study"
    named.mkdir()
    (named / "places.csv").symlink_to(data / "a00000001.gdbtable")
    with pytest.raises(OutputError, match=r"places\.csv"):
        toy_results.place_of(named, inputs=[named / "places.csv"])
    assert disk.content(data) == {"a00000001.gdbtable": b"x"}


def test_the_studys_own_folder_is_refused(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = disk.content(study.parent)
    for out in (study.parent, study, study.parent.parent, study.parent / "villages.csv"):
        assert main(["run", str(study), "-o", str(out), "--language", "en"]) == 1
        said = capsys.readouterr().err
        assert re.search(r"holds the input|is a file", said), said
        assert said.count("\n") <= 3
    assert disk.content(study.parent) == before


def test_folders_that_were_made_for_nothing_are_gone_again(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b" / "out"
    assert toy_results.place_of(out) == out
    check_file(tmp_path / "c" / "t.csv")
    assert list(tmp_path.iterdir()) == []

    def stopped() -> None:
        with reserved(out):
            assert [path.name for path in out.parent.iterdir()] == [".out.lock"]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert list(tmp_path.iterdir()) == []


def test_findings_that_a_killed_check_left_half_do_no_harm(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["check", str(study), "-o", str(out)]) == 0
    (out / ".findings.csv.tmp-99999-abc").write_text("half", "utf8")
    assert main(["run", str(study), "-o", str(out)]) == 0
    assert disk.whole(out)
    (out / ".findings.csv.tmp-99999-abc").write_text("half", "utf8")
    assert main(["run", str(study), "-o", str(out)]) == 0
    assert disk.whole(out)


# Two runs at once

HOLDER = """
import sys
from pathlib import Path
from gapmap.outputs import reserved
with reserved(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def holder(out: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, out]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        try:
            yield child
        finally:
            child.kill()


def lock_of(out: Path) -> Path:
    return out.with_name(f".{out.name}.lock")


@posix
def test_a_second_run_names_the_first_and_leaves_it_alone(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    with holder(out) as first:
        told = json.loads(lock_of(out).read_text("utf8"))
        assert (told["pid"], told["host"]) == (first.pid, socket.gethostname())
        assert main(["run", str(study), "-o", str(out), "--language", "zh"]) == 1
        said = capsys.readouterr().err
        assert f"主机 {socket.gethostname()} 上的进程 {first.pid}" in said
        assert "另选目录" in said
        assert said.count("\n") == 1
        assert lock_of(out).exists()
        assert main(["check", str(study)]) == 0  # takes no lock
        with pytest.raises(OutputError):
            write_run(toy_results.results(), out)
        first.communicate("go on\n")
    assert neighbours(out) == []
    assert main(["run", str(study), "-o", str(out)]) == 0


@posix
def test_the_lock_of_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with holder(out) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert json.loads(lock_of(out).read_text("utf8"))["pid"] == child.pid
    write_run(toy_results.results(), out)
    assert disk.whole(out)
    assert neighbours(out) == []


def put_lock(out: Path, text: str, *, age_seconds: float = 0) -> None:
    lock_of(out).write_text(text, "utf8")
    then = time.time() - age_seconds
    os.utime(lock_of(out), (then, then))


def test_the_lock_of_another_host_is_respected_for_a_day(tmp_path: Path) -> None:
    out = tmp_path / "out"
    other = json.dumps({"pid": 4711, "host": "office-7", "started": "2026-01-01T08:00:00+00:00"})
    put_lock(out, other, age_seconds=3_600)
    with pytest.raises(OutputError) as caught:
        toy_results.place_of(out)
    for language in ("zh", "en"):
        said = caught.value.text(language)
        assert "4711" in said
        assert "office-7" in said
        assert str(lock_of(out)) in said  # what to remove
    assert lock_of(out).read_text("utf8") == other
    put_lock(out, other, age_seconds=90_000)
    toy_results.place_of(out)
    assert neighbours(out) == []


@posix
@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1, "host": null}'])
def test_a_damaged_lock_that_nobody_holds_is_taken_over(tmp_path: Path, text: str) -> None:
    out = tmp_path / "out"
    put_lock(out, text.replace("null", json.dumps(socket.gethostname())))
    if "started" not in text:
        toy_results.place_of(out)
    assert neighbours(out) == []


@posix
def test_of_many_at_once_one_runs_at_a_time(tmp_path: Path) -> None:
    """Each that gets in takes the one byte of a pipe that all share, and puts it back.

    Who finds the pipe empty, or its own byte gone, is not alone. Whoever is refused tries again.
    """
    taking, giving = os.pipe()
    os.set_blocking(taking, False)
    script = (
        "import os, sys; from pathlib import Path; from gapmap.errors import OutputError\n"
        "from gapmap.outputs.lock import locked\n"
        "out, taking, giving, entered = Path(sys.argv[1]), *map(int, sys.argv[2:]), 0\n"
        "while entered < 15:\n"
        "    try:\n"
        "        with locked(out):\n"
        "            byte = os.read(taking, 2); os.sched_yield()\n"
        "            os.write(giving, byte); assert byte == b'x'; entered += 1\n"
        "    except OutputError:\n        os.sched_yield()\n"
    )
    ends = (taking, giving)
    command = [sys.executable, "-c", script, tmp_path / "out", *map(str, ends)]
    os.write(giving, b"x")
    crowd = [subprocess.Popen(command, pass_fds=ends) for _ in range(4)]
    assert [one.wait(timeout=120) for one in crowd] == [0] * 4
    assert os.read(taking, 2) == b"x"
    for end in ends:
        os.close(end)
    assert list(tmp_path.iterdir()) == []


# Killed

KILLED = """
import ctypes, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import disk, toy_results
from gapmap.outputs import write_run
out, results, failing = Path(sys.argv[1]), toy_results.results(), ctypes.CDLL(None)
below = os.fsencode(out.parent)
failing.disk_set(below, 0, disk.FULL)
write_run(results, out)
total = failing.disk_count()
for number in disk.spread(total, int(sys.argv[3])):
    pid = os.fork()
    if pid == 0:
        failing.disk_set(below, number, disk.KILLED)
        write_run(results, out)
        os._exit(0)
    os.waitpid(pid, 0)
    disk.tell({"at": number, "whole": disk.whole(out), "left": len(list(out.parent.iterdir())) - 1})
failing.disk_set(b"", 0, disk.FULL)
write_run(results, out)
disk.tell({"at": 0, "whole": disk.whole(out), "left": len(list(out.parent.iterdir())) - 1})
"""


def test_killed_at_the_nth_write_the_folder_is_whole(library: Path, memory: Path) -> None:
    out = memory / "outputs" / "toy"
    write_run(toy_results.results(), out)
    command = [sys.executable, "-c", KILLED, out, HERE, "9"]
    env = {**os.environ, "LD_PRELOAD": str(library)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    *killed, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(killed) == 9
    assert all(one["whole"] for one in (*killed, last))
    assert sum(one["left"] > 0 for one in killed) > 5  # most died with half a folder
    assert last["left"] == 0


RUNS = """
import contextlib, os, sys
from gapmap.cli import main
arguments = ["run", sys.argv[1], "-o", sys.argv[2]]
with contextlib.redirect_stdout(sys.stderr):
    assert main(arguments) == 0
print("ready", flush=True)
for _ in sys.stdin:
    pid = os.fork()
    if pid == 0:
        with contextlib.redirect_stdout(sys.stderr):
            os._exit(main(arguments))
    print(pid, flush=True)
    print(os.waitpid(pid, 0)[1], flush=True)
"""


@posix
def test_gapmap_run_killed_at_random_leaves_a_whole_run(study: Path, memory: Path) -> None:
    """Each run is a process of its own, forked from one that has all libraries loaded."""
    out = memory / "out"
    chance = random.Random(8)  # noqa: S311 - moments, not secrets
    command = [sys.executable, "-c", RUNS, study, out]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        longest = 1.0
        for number in range(6):
            started = time.perf_counter()
            parent.stdin.write("go\n")
            parent.stdin.flush()
            pid = int(parent.stdout.readline())
            if number:  # the first one is not killed: it tells how long a run takes
                with pytest.raises(subprocess.TimeoutExpired):
                    parent.wait(timeout=chance.uniform(0.0, 1.0) * longest)
                with suppress(ProcessLookupError):  # it was quicker than the first one
                    os.kill(pid, signal.SIGKILL)
            assert parent.stdout.readline() in {"0\n", f"{int(signal.SIGKILL)}\n"}
            longest = longest if number else time.perf_counter() - started
            assert disk.whole(out)
        parent.stdin.close()
    assert main(["run", str(study), "-o", str(out)]) == 0
    assert disk.whole(out)
    assert neighbours(out) == []


# Temporary files and folders


@posix
def test_files_of_the_living_stay_and_those_of_the_dead_go(tmp_path: Path) -> None:
    target = tmp_path / "findings.csv"
    alive, dead = (tmp_path / f".findings.csv.tmp-{n}-abc" for n in (1, 2))
    for path in (alive, dead):
        path.write_text("half", "utf8")
    lock = hold(alive)
    check_file(target)
    assert [path.name for path in tmp_path.iterdir()] == [alive.name]
    release(lock)
    check_file(target)
    assert list(tmp_path.iterdir()) == []
