"""Location models on matrices: which sites, with what proof. Knows no geography."""

from gapmap.location.solving import solve, solve_problem
from gapmap.location.value import OBJECTIVES, Choice, Groups, Problem

__all__ = ["OBJECTIVES", "Choice", "Groups", "Problem", "solve", "solve_problem"]
