"""Programmes: what is built in which year, under yearly budgets and the plan's targets."""
