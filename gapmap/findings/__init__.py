"""Findings: what was wrong in the input, where, and what was done about it.

A reader returns its findings beside its data; they travel to every output. The words stand
in ``findings.toml``, one entry per code, in Chinese and English: what is wrong, what to do, and
what gapmap did about it.

Some codes are *repairs*: gapmap put something of its own in the place of what stood in a cell or
shape. A study says how far it may go: ``none``, ``safe`` (only what no one could want otherwise)
or ``all``.
"""

from gapmap.findings.entries import REPAIRS, SEVERITIES, catalogue, may_repair
from gapmap.findings.failing import fail, from_error
from gapmap.findings.listing import (
    Group,
    as_table,
    by_severity,
    grouped,
    row_ranges,
    worst_first,
)
from gapmap.findings.value import LISTED, Finding, finding, storable

__all__ = [
    "LISTED",
    "REPAIRS",
    "SEVERITIES",
    "Finding",
    "Group",
    "as_table",
    "by_severity",
    "catalogue",
    "fail",
    "finding",
    "from_error",
    "grouped",
    "may_repair",
    "row_ranges",
    "storable",
    "worst_first",
]
