"""Kill ``gapmap run`` again and again, each time at another moment, and look at what is left.

A run of the starter study, network cache included, is made in a process of its own and killed
(``SIGKILL``) at a random moment of its whole duration. After each kill the results' folder must be
a whole run, every file as its manifest says: the one from before, or the new one. After one more
complete run nothing may be left beside it.

Run with ``python -m benchmarks.crash_loop [times]``; prints counts as JSON; exit code 1 where a
folder was not whole or something was left.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from gapmap.cli import main as gapmap
from gapmap.network import cache
from gapmap.study import run_study

TIMES = 50
SEED = 4
LATEST = 1.1
"""The last moment to kill, in durations of a whole run: some runs shall end before."""
LAST_PART = 0.6
"""Every other kill comes no earlier: outputs are written in the last part of a run."""


def whole(folder: Path) -> bool:
    """Say whether a folder holds every file that its manifest lists, as it says, and no other."""
    told = json.loads((folder / "run.json").read_text("utf8"))["files"]
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    return there == {*told, "run.json"} and all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == facts["sha256"]
        for name, facts in told.items()
    )


def started(study: Path, out: Path) -> int:
    """Start a run in a process of its own and give its number."""
    pid = os.fork()
    if pid == 0:
        try:
            run_study(study, out)
        finally:
            os._exit(0)
    return pid


def killed_after(study: Path, out: Path, seconds: float) -> None:
    """Start a run, kill it after so many seconds, and wait until it is gone."""
    pid = started(study, out)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)  # of a run that has ended, too: nobody has waited for it yet
    os.waitpid(pid, 0)


def moment(out: Path, was: str) -> str:
    """Say what a run was doing when it was killed, by what it left."""
    left = {path.name for path in out.parent.iterdir()}
    if any(name.startswith(f".{out.name}.tmp-") for name in left):
        return "killed while writing"
    if f".{out.name}.lock" in left:
        return "killed while reading or measuring"
    return "ended before" if (out / "run.json").read_text("utf8") != was else "killed before"


def strays(out: Path, study: Path) -> list[str]:
    """Name what is left beside the results and in the cache that is no result."""
    beside = [path.name for path in out.parent.iterdir() if path != out]
    return beside + [path.name for path in (study / cache.FOLDER).glob("*.part")]


def main(times: int = TIMES) -> int:
    """Kill so many runs; print the counts."""
    cache.LEAST_BYTES = 0  # the starter study is small: its network shall be kept as well
    chance = random.Random(SEED)  # noqa: S311 - moments, not secrets
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        study, out = Path(folder, "town"), Path(folder, "results", "out")
        gapmap(["init", str(study)])
        run_study(study, out)  # machine code is compiled
        begin = time.perf_counter()
        os.waitpid(started(study, out), 0)
        duration = time.perf_counter() - begin
        for number in range(times):
            was = (out / "run.json").read_text("utf8")
            shutil.rmtree(study / cache.FOLDER, ignore_errors=True)
            earliest = 0.0 if number % 2 else LAST_PART
            killed_after(study, out, chance.uniform(earliest, LATEST) * duration)
            counts[moment(out, was)] += 1
            if not whole(out):
                counts["not whole"] += 1
            elif (out / "run.json").read_text("utf8") == was:
                counts["whole, the old run"] += 1
            else:
                counts["whole, the new run"] += 1
            counts["left something beside"] += bool(strays(out, study))
        os.waitpid(started(study, out), 0)
        counts["strays after one more run"] = len(strays(out, study))
        counts["not whole"] += not whole(out)
    print(json.dumps({"runs": times, "seconds of a run": round(duration, 2), **counts}, indent=1))
    return int(counts["not whole"] > 0 or counts["strays after one more run"] > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
