"""Compiled searches on arcs in compressed rows; each is held against SciPy in the tests.

Import the modules, not the folder: loading :mod:`gapmap.network.kernels.search` loads numba.
"""
