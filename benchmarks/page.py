"""Write the table of ``results.json`` into ``docs/performance.md``: ``python -m benchmarks.page``.

Between the two markers everything is replaced; the machine is told by its kind, not by its name.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from pathlib import Path

import numpy as np

from benchmarks.table import markdown

TOP = Path(__file__).parents[1]
RESULTS = TOP / "benchmarks/results.json"
PAGE = TOP / "docs/performance.md"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"


def machine() -> str:
    """Tell what kind of machine this is."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory_gib:.0f} GiB of memory, "
        f"{platform.system()}, Python {platform.python_version()}, NumPy {np.__version__}"
    )


def write(results: Path = RESULTS, page: Path = PAGE) -> None:
    """Put the table, the day of the measurement and the machine between the page's markers."""
    rows = json.loads(results.read_text("utf8"))
    day = dt.datetime.fromtimestamp(results.stat().st_mtime, tz=dt.UTC).date()
    text = page.read_text("utf8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    told = f"{BEGIN}\nMeasured on {day}; {machine()}.\n\n{markdown(rows)}\n{END}"
    page.write_text(before + told + after, "utf8")


if __name__ == "__main__":
    write()
