"""What costs, people and capacities have to be, whoever shares or fills them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gapmap.errors import MethodError

__all__ = ["check_numbers"]

Floats = npt.NDArray[np.float64]


def check_numbers(cost: Floats, people: Floats, capacity: Floats) -> None:
    """Refuse costs and people that are negative or no number, and capacities below 0 or infinite.

    A capacity may be NaN: nobody knows it.
    """
    sound = len(cost) == 0 or cost.min() >= 0  # many costs, and hardly ever a bad one
    for name, bad in (
        ("cost", np.zeros(0, bool) if sound else ~(cost >= 0)),
        ("people", ~(np.isfinite(people) & (people >= 0))),
        ("capacity", (capacity < 0) | np.isinf(capacity)),
    ):
        if bad.any():
            raise MethodError(
                f"{name} is negative or no number, first at {bad.argmax()}",
                f"{name} 为负数或不是数，首先见于第 {bad.argmax()} 个",
            )
