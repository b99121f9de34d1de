"""Every row of siting in one run: ``make bench-siting``; ``make bench`` has one of each work.

Writes ``benchmarks/results-siting.json`` and prints the same as a table with ratios, as
``python -m benchmarks`` does; a wrong answer ends with exit 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.__main__ import report
from benchmarks.bench_siting import mclp, mclp_more
from benchmarks.bench_siting_lscp import lscp, lscp_more
from benchmarks.bench_siting_median import p_median, p_median_more

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.measuring import Row

RESULTS = Path(__file__).parent / "results-siting.json"


def rows() -> Iterator[Row]:
    """Give row after row as they are measured."""
    yield from mclp(quick=False)
    yield from mclp_more()
    yield from lscp(quick=False)
    yield from lscp_more()
    yield from p_median(quick=False)
    yield from p_median_more()


if __name__ == "__main__":
    report(rows(), RESULTS)
