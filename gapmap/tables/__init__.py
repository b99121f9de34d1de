"""A planner's file becomes a clean table: encodings, odd rows, full-width digits, units in cells.

``read_table`` takes cells as text and interprets nothing; ``texts``, ``ids``, ``numbers``,
``dates``, ``times``, ``booleans`` and ``parse_pair`` interpret columns and say what they could not
read. ``find_columns`` finds the columns that a study does not name.
"""

from gapmap.tables.clock import clock, times
from gapmap.tables.codes import Codes, ids, own_codes, read_codes
from gapmap.tables.columns import booleans, is_serial, texts
from gapmap.tables.dates import dates
from gapmap.tables.numbers import numbers
from gapmap.tables.pairs import Pair, parse_pair
from gapmap.tables.quantities import Quantity, quantity_of
from gapmap.tables.reading import TEXT_ENDINGS, VECTOR_ENDINGS, read_table
from gapmap.tables.synonyms import Wanted, find_columns
from gapmap.tables.value import RowCount, Table, named_findings, row_findings, without

__all__ = [
    "TEXT_ENDINGS",
    "VECTOR_ENDINGS",
    "Codes",
    "Pair",
    "Quantity",
    "RowCount",
    "Table",
    "Wanted",
    "booleans",
    "clock",
    "dates",
    "find_columns",
    "ids",
    "is_serial",
    "named_findings",
    "numbers",
    "own_codes",
    "parse_pair",
    "quantity_of",
    "read_codes",
    "read_table",
    "row_findings",
    "texts",
    "times",
    "without",
]
