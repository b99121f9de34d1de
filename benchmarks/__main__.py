"""Run all benchmarks: write ``benchmarks/results.json``, print the same as a table with ratios."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import bench_jobs, bench_network

if TYPE_CHECKING:
    from benchmarks.measuring import Row

RESULTS = Path(__file__).parent / "results.json"


def rounded(row: Row) -> Row:
    """Cut digits that mean nothing."""
    row["seconds"], row["cpu_seconds"] = round(row["seconds"], 4), round(row["cpu_seconds"], 4)
    row["peak_mb"] = round(row["peak_mb"])
    row["peers"] = {name: round(seconds, 4) for name, seconds in row["peers"].items()}
    row["floor"] = None if row["floor"] is None else round(row["floor"], 4)
    return row


def line(row: Row) -> str:
    """Write one line of the table; a peer's ratio is its time over ours."""
    peers = ", ".join(
        f"{name} {seconds:.2f} s ({seconds / row['seconds']:.1f} x)"
        for name, seconds in row["peers"].items()
    )
    right = "yes" if row["same_answer"] else "NO"
    times = f"{row['seconds']:>9.3f} {row['cpu_seconds']:>9.3f} {row['peak_mb']:>8.0f}"
    return f"{row['work']:<13} {row['size']:<38} {times}  {right:<5}  {peers}"


def main() -> None:
    """Run, write, print; exit 1 if an answer is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one size each")
    quick = parser.parse_args().quick
    print(f"{'work':<13} {'size':<38} {'seconds':>9} {'CPU':>9} {'peak MB':>8}  right  peers")
    rows = []
    for part in (bench_network, bench_jobs):
        for row in part.run(quick=quick):
            rows.append(rounded(row))
            print(line(rows[-1]), flush=True)
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", "utf8")
    sys.exit(not all(row["same_answer"] for row in rows))


if __name__ == "__main__":
    main()
