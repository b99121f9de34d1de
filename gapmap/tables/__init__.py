"""A planner's file becomes a clean table: encodings, odd rows, full-width digits, units in cells.

``read_table`` takes cells as text and interprets nothing; ``texts``, ``ids``, ``numbers``,
``dates``, ``times`` and ``booleans`` interpret one column each and say what they could not read.
"""

from gapmap.tables.clock import clock, times
from gapmap.tables.columns import booleans, ids, numbers, parse_numbers, texts
from gapmap.tables.dates import dates
from gapmap.tables.reading import TEXT_ENDINGS, VECTOR_ENDINGS, read_table
from gapmap.tables.value import RowCount, Table, row_findings, without

__all__ = [
    "TEXT_ENDINGS",
    "VECTOR_ENDINGS",
    "RowCount",
    "Table",
    "booleans",
    "clock",
    "dates",
    "ids",
    "numbers",
    "parse_numbers",
    "read_table",
    "row_findings",
    "texts",
    "times",
    "without",
]
