"""How sure: what becomes of access, had the inputs been a little different."""

from gapmap.sensitivity.assumptions import Assumptions
from gapmap.sensitivity.value import COVERED, UNCOVERED, UNKNOWN, Draw, Swing

__all__ = ["COVERED", "UNCOVERED", "UNKNOWN", "Assumptions", "Draw", "Swing"]
