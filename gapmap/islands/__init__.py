"""Islands: what lies beyond the water, who lives there, and how long the way is with the ferry."""

from gapmap.islands.measure import measure_islands
from gapmap.islands.value import COLUMNS, KINDS, Islands

__all__ = ["COLUMNS", "KINDS", "Islands", "measure_islands"]
