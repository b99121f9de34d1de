"""Programmes: what is built in which year, under yearly budgets and the plan's targets."""

from gapmap.programme.making import plan_programme
from gapmap.programme.value import Programme, Year

__all__ = ["Programme", "Year", "plan_programme"]
