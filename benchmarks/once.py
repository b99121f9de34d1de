"""Run one study in a process of its own and tell what it took: ``once.py STUDY OUT``."""

from __future__ import annotations

import json
import sys
import time

from benchmarks.measuring import own_peak_mb
from gapmap.study import run_study


def main() -> None:
    """Run the study and print seconds, CPU seconds and peak memory as JSON."""
    start, cpu = time.perf_counter(), time.process_time()
    run_study(sys.argv[1], sys.argv[2])
    took = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": own_peak_mb(),
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main()
