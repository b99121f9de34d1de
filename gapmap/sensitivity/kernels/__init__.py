"""Compiled sums over the groups of one draw.

Import the modules, not the folder: loading them loads numba.
"""
