"""Whole jobs, from a study's files to every output: the demo, the Westfjords, a large grid."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.grid import Grid, is_right, write_study
from benchmarks.measuring import ROUNDS, Row

if TYPE_CHECKING:
    from collections.abc import Callable

TOP = Path(__file__).parents[1]
WHOLE = Grid(side=708, places=20_000, services=8, facilities=500)
SMALL = Grid(side=224, places=2_000, services=8, facilities=50)
STUDIES = (("demo", "Zhuhai, 345 places", "zhuhai"), ("westfjords", "227 places", "westfjords"))


def run_once(study: Path, out: Path) -> dict[str, float]:
    """Run a study in a fresh process and give seconds, CPU seconds and peak memory."""
    done = subprocess.run(  # noqa: S603 - our own script with our own paths
        [sys.executable, "-m", "benchmarks.once", str(study), str(out)],
        cwd=TOP,
        check=True,
        capture_output=True,
        text=True,
    )
    took: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return took


def measure(work: str, size: str, study: Path, right: Callable[[Path], bool], rounds: int) -> Row:
    """Run a study ``rounds`` times; ``right`` judges every result."""
    times, answers = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            out = Path(folder) / f"out{number}"
            times.append(run_once(study, out))
            answers.append(right(out))
    middle = {key: statistics.median(one[key] for one in times) for key in times[0]}
    return {
        "work": work,
        "size": size,
        "seconds": middle["seconds"],
        "cpu_seconds": middle["cpu_seconds"],
        "peak_mb": middle["peak_mb"],
        "peers": {},
        "floor": None,
        "same_answer": all(answers),
    }


def repeats_itself() -> Callable[[Path], bool]:
    """Judge that every run gives the very bytes that the first gave in ``access.csv``."""
    seen: list[bytes] = []

    def right(out: Path) -> bool:
        seen.append((out / "access.csv").read_bytes())
        return seen[-1] == seen[0]

    return right


def run(*, quick: bool) -> list[Row]:
    """Give the rows of whole jobs.

    Parameters
    ----------
    quick
        Two rounds of the shipped studies and one of a small grid.
    """
    rows = [
        measure(
            work,
            size,
            TOP / "data" / folder / "study.toml",
            repeats_itself(),
            2 if quick else ROUNDS,
        )
        for work, size, folder in STUDIES
    ]
    grid = SMALL if quick else WHOLE
    with tempfile.TemporaryDirectory() as folder:
        study = write_study(grid, Path(folder))
        size = f"{grid.side**2 // 1000}k nodes, {grid.places} places, {grid.services} services"
        rounds = 1 if quick else ROUNDS
        rows.append(measure("run_grid", size, study, lambda out: is_right(grid, out), rounds))
    return rows
