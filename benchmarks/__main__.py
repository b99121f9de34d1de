"""Time whole jobs: the demo, the Westfjords, and 20,000 places on half a million crossings.

Writes ``benchmarks/results.json`` and prints it as a table. Each run has a process of its own;
the figures are medians. ``--quick`` runs each job once, the grid in a tenth of its size.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.grid import Grid, is_right, write_study

if TYPE_CHECKING:
    from collections.abc import Callable

TOP = Path(__file__).parents[1]
WHOLE = Grid(side=708, places=20_000, services=8, facilities=500)
SMALL = Grid(side=224, places=2_000, services=8, facilities=50)


def run(study: Path, out: Path) -> dict[str, float]:
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


def measure(
    work: str, size: str, study: Path, right: Callable[[Path], bool], repeats: int
) -> dict[str, object]:
    """Run a study ``repeats`` times; ``right`` judges every result."""
    times, answers = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(repeats):
            out = Path(folder) / f"out{number}"
            times.append(run(study, out))
            answers.append(right(out))
    middle = {key: statistics.median(one[key] for one in times) for key in times[0]}
    return {
        "work": work,
        "size": size,
        "seconds": round(middle["seconds"], 2),
        "cpu_seconds": round(middle["cpu_seconds"], 2),
        "peak_mb": round(middle["peak_mb"]),
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


def main() -> None:
    """Run every job, write and print the results; exit 1 if an answer is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="each job once, the grid small")
    quick = parser.parse_args().quick
    repeats = 1 if quick else 5
    results = [
        measure(name, size, TOP / "data" / folder / "study.toml", repeats_itself(), max(repeats, 2))
        for name, size, folder in (
            ("demo", "Zhuhai, 345 places", "zhuhai"),
            ("westfjords", "227 places, 99k nodes", "westfjords"),
        )
    ]
    grid = SMALL if quick else WHOLE
    with tempfile.TemporaryDirectory() as folder:
        study = write_study(grid, Path(folder))
        size = f"{grid.side**2 // 1000}k nodes, {grid.places} places, {grid.services} services"
        results.append(measure("run_grid", size, study, lambda out: is_right(grid, out), repeats))
    (TOP / "benchmarks" / "results.json").write_text(json.dumps(results, indent=2) + "\n", "utf8")
    print(f"{'work':<12} {'size':<40} {'seconds':>8} {'cpu':>8} {'peak MB':>8}  right")
    for row in results:
        print(
            f"{row['work']:<12} {row['size']:<40} {row['seconds']:>8} {row['cpu_seconds']:>8} "
            f"{row['peak_mb']:>8}  {'yes' if row['same_answer'] else 'NO'}"
        )
    sys.exit(not all(row["same_answer"] for row in results))


if __name__ == "__main__":
    main()
