"""Decay: how much a facility counts by what it takes to get there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from gapmap.catchment.kernels.weights import gaussian_weights, step_weights
from gapmap.errors import MethodError
from gapmap.network import SLACK

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["KINDS", "STEP_WEIGHTS", "Decay", "weigh"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

KINDS: Final = ("none", "step", "gaussian")
"""How weight falls: not at all up to the limit, by steps, or along a bell."""

STEP_WEIGHTS: Final = (1.0, 0.68, 0.22)
"""Weights of three steps: the slower of both sets of Luo and Qi 2009."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """How much a facility within the limit counts.

    Attributes
    ----------
    kind
        One of :data:`KINDS`. ``gaussian`` is Dai's [2]_ bell,
        ``(exp(-(c / limit)**2 / 2) - exp(-1/2)) / (1 - exp(-1/2))``: 1 at the door, 0 at the limit.
    breaks
        Of steps: where each but the last ends, inclusive, in metres or minutes as the limit is,
        rising; the last ends at the limit. Without: steps of one width up to the limit.
    weights
        Of steps: one each, above 0 and at most 1, none greater than the one before it. Without
        them :data:`STEP_WEIGHTS`, those of Luo and Qi [1]_ for zones of 10, 20 and 30 minutes by
        car; for any other service they are an assumption.

    References
    ----------
    .. [1] Luo & Qi 2009, Health & Place 15, 1100-1107, doi:10.1016/j.healthplace.2009.06.002
    .. [2] Dai 2010, Health & Place 16, 1038-1052, doi:10.1016/j.healthplace.2010.06.012
    """

    kind: str = "step"
    breaks: tuple[float, ...] = ()
    weights: tuple[float, ...] = STEP_WEIGHTS

    def steps(self, limit: float) -> tuple[tuple[float, float], ...]:
        """Give where each step ends and its weight; breaks from the limit on are left out.

        Raises
        ------
        MethodError
            Breaks do not rise from above 0, weights do not fall from at most 1 to above 0, their
            numbers do not fit, or steps of one width have no limit to divide.
        """
        if self.kind == "none":
            return ((limit, 1.0),)
        breaks, weights = np.asarray(self.breaks, float), np.asarray(self.weights, float)
        count = len(weights)
        if not len(breaks) and count > 1:
            breaks = np.arange(1, count) * (limit / count)
        _check_steps(breaks, weights)
        inner = breaks[breaks < limit]
        return tuple(zip((*inner.tolist(), limit), weights.tolist(), strict=False))

    def words(self, limit: float) -> str:
        """Give the decay in a form for tables: ``10: 1, 20: 0.68, 30: 0.22`` or its kind."""
        if self.kind != "step":
            return self.kind
        return ", ".join(f"{end:.6g}: {weight:g}" for end, weight in self.steps(limit))


def _check_steps(breaks: Floats, weights: Floats) -> None:
    rising = bool(np.isfinite(breaks).all() and (np.diff(breaks, prepend=0) > 0).all())
    falling = bool((np.diff(weights, prepend=1) <= 0).all() and (weights > 0).all())
    if len(weights) != len(breaks) + 1 or not rising or not falling:
        raise MethodError(
            f"breaks are {breaks.tolist()} and weights {weights.tolist()}; breaks are finite and"
            " rise from above 0, weights are one more and fall from at most 1 to above 0",
            f"分段点为 {breaks.tolist()}，权重为 {weights.tolist()}；分段点须为递增的正数，"
            "权重比分段点多一个，自 1 以内递减且大于 0",
        )


def weigh(cost: csr_array, limit: float, decay: Decay) -> tuple[Floats, Integers]:
    """Weigh every stored pair; also count the pairs of each row that are within the limit.

    Raises
    ------
    MethodError
        The kind is none of :data:`KINDS`, or the limit does not fit it.
    """
    if decay.kind not in KINDS:
        raise MethodError(
            f"decay is {decay.kind!r}; choose one of {', '.join(KINDS)}",
            f"衰减方式不能是“{decay.kind}”；可选：{'、'.join(KINDS)}",
        )
    if not limit > 0 or (decay.kind == "gaussian" and np.isinf(limit)):
        raise MethodError(
            f"limit is {limit}; give a number above 0", f"limit 为 {limit}；请给出正数"
        )
    starts, data = cost.indptr.astype(np.int64), cost.data
    made, within = np.empty(len(data)), np.empty(cost.shape[0], np.int64)
    if decay.kind == "gaussian":
        gaussian_weights(starts, data, limit, limit + SLACK, made, within)
        return made, within
    until, weights = np.array(decay.steps(limit)).T
    until = np.minimum(until + SLACK, np.finfo(float).max)  # inf is out of reach
    step_weights(starts, data, until, np.append(weights, 0.0), made, within)
    return made, within
