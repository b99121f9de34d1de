"""Gridded: coverage counted by people on a grid, beside that by places.

::

    cells = measure_access(as_places(population, places), facilities, network, services)
    gridded = compare_grid(access, cells, population)
    gridded.comparison                            # both shares, the difference and its parts
"""

from gapmap.gridded.compare import GRID_COLUMNS, Gridded, compare_grid

__all__ = ["GRID_COLUMNS", "Gridded", "compare_grid"]
