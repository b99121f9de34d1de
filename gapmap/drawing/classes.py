"""Classes of ways and of people: breaks that can be read, from the distribution of a study."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["people_breaks", "way_breaks"]

Floats = npt.NDArray[np.float64]

CLASSES: Final = 4
"""Classes of what lies beyond a limit, and of people."""
_SAMPLE: Final = 1_000
"""Fisher and Jenks' way takes the square of the number of values: of more, as many order
statistics at even distances, both ends among them."""
_STEPS: Final = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""First digits of a break that is easily read."""


def way_breaks(values: Floats, limit: float) -> list[float]:
    """Give the ends of the classes beyond a limit, rising; the last class has no end.

    Natural breaks (Fisher 1958; Jenks 1977) of what lies beyond the limit, computed by mapclassify,
    rounded to a few first digits.

    Parameters
    ----------
    values
        Ways in the limit's unit; NaN and infinite ones are left out.
    limit
        What the first class, which is not among those given, ends with.
    """
    beyond = np.sort(values[np.isfinite(values) & (values > limit)])
    return _readable(beyond, limit)


def people_breaks(people: Floats) -> list[float]:
    """Give the ends of classes of people, rising; the last class has no end."""
    return _readable(np.sort(people[np.isfinite(people) & (people > 0)]), 0.0)


def _readable(ordered: Floats, above: float) -> list[float]:
    """Break sorted values into classes none of which is empty."""
    rounded = [_round(one) for one in _natural(ordered)]
    kept: list[float] = []
    for one in rounded:
        low = kept[-1] if kept else above
        if one > low and ((ordered > low) & (ordered <= one)).any() and (ordered > one).any():
            kept.append(one)
    return kept


def _natural(ordered: Floats) -> list[float]:
    from mapclassify import FisherJenks  # noqa: PLC0415 - slow to load

    different = len(np.unique(ordered))
    if different < 2:  # noqa: PLR2004 - one value is one class
        return []
    if len(ordered) > _SAMPLE:
        ordered = ordered[np.linspace(0, len(ordered) - 1, _SAMPLE).astype(np.int64)]
    count = min(CLASSES, len(np.unique(ordered)))
    return [float(one) for one in FisherJenks(ordered, k=count).bins[:-1]]


def _round(value: float) -> float:
    """Give the readable number that is nearest by ratio."""
    ten = 10.0 ** math.floor(math.log10(value))
    nearest = min(_STEPS, key=lambda step: abs(math.log(value / (step * ten))))
    return float(f"{nearest * ten:.3g}")
