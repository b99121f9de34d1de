"""Field: how far each cell is from the nearest source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Field"]

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """Time between each cell and its nearest source.

    Attributes
    ----------
    minutes
        To the source or from it, as ``direction`` says; inf where none is reached.
        Shape (rows, columns).
    source
        Index of the nearest source in ``sources``, of equally near ones the lowest; -1 where none
        is reached.
    sources
        Row and column of each source, shape (sources, 2).
    start_minutes
        What each source begins with.
    direction
        Of the search: ``to`` the sources or ``from`` them.
    """

    minutes: Floats
    source: Indices
    sources: Integers
    start_minutes: Floats
    direction: str
