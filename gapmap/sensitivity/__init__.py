"""How sure: what becomes of access, had the inputs been a little different."""

from gapmap.sensitivity.assumptions import LIMIT_BASES, Assumptions
from gapmap.sensitivity.certainty import CERTAINTIES, CERTAINTY_COLUMNS
from gapmap.sensitivity.differences import DIFFERENCE_COLUMNS
from gapmap.sensitivity.intervals import INTERVAL_COLUMNS
from gapmap.sensitivity.tornado import TORNADO_COLUMNS
from gapmap.sensitivity.value import COVERED, UNCOVERED, UNKNOWN, Draw, Swing
from gapmap.sensitivity.varying import Varied, vary
from gapmap.sensitivity.watching import SITE_COLUMNS, TARGET_DRAW_COLUMNS

__all__ = [
    "CERTAINTIES",
    "CERTAINTY_COLUMNS",
    "COVERED",
    "DIFFERENCE_COLUMNS",
    "INTERVAL_COLUMNS",
    "LIMIT_BASES",
    "SITE_COLUMNS",
    "TARGET_DRAW_COLUMNS",
    "TORNADO_COLUMNS",
    "UNCOVERED",
    "UNKNOWN",
    "Assumptions",
    "Draw",
    "Swing",
    "Varied",
    "vary",
]
