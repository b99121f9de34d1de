"""HiGHS: mixed-integer programs in sparse form, with a time limit, a start and a bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import highspy
import numpy as np
from highspy._core import _Highs as Highs  # highspy.Highs greets on standard output when made
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from gapmap.location.value import Floats

__all__ = ["Model", "Solution", "optimise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Minimise ``cost @ x`` where ``low <= rows @ x <= high`` and ``0 <= x <= upper``.

    Attributes
    ----------
    integral
        Which variables have to be whole numbers; all False makes it a linear program.
    """

    cost: Floats
    rows: csr_array
    low: Floats
    high: Floats
    upper: Floats
    integral: np.typing.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Solution:
    """What HiGHS found.

    Attributes
    ----------
    x
        The best point; None where none was found in time.
    value, bound
        Of that point, inf without one; and what no point can go below, inf where there is none.
    duals, reduced
        Of a linear program: by row and by variable; empty otherwise.
    status
        ``optimal``, ``infeasible`` or ``stopped``.
    """

    x: Floats | None
    value: float
    bound: float
    duals: Floats
    reduced: Floats
    status: str


def optimise(
    model: Model,
    *,
    seconds: float,
    start: Floats | None = None,
    gap: float = 0.0,
    absolute_gap: float = 1e-9,
) -> Solution:
    """Solve a model.

    Parameters
    ----------
    model
        The model.
    seconds
        Time limit.
    start
        A point to start from, which need not be the best.
    gap, absolute_gap
        Relative and absolute gap to stop at. Where all values are whole numbers, just under 1
        proves the best.
    """
    highs = Highs()
    for option, value in {
        "output_flag": False,
        "time_limit": max(float(seconds), 0.0),
        "mip_rel_gap": gap,
        "mip_abs_gap": absolute_gap,
        "threads": 1,
        "random_seed": 0,
    }.items():
        highs.setOptionValue(option, value)
    highs.passModel(_as_lp(model))
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = np.asarray(start, dtype=float)
        highs.setSolution(given)
    highs.run()
    found = _read(highs, model)
    if start is not None and found.x is not None and not _is_of(found.value, model, found.x):
        # HiGHS 1.16 may give back the start with the value of the better point that it found.
        left = seconds - highs.getRunTime()
        again = optimise(model, seconds=left, gap=gap, absolute_gap=absolute_gap)
        return _better(replace(found, value=float(model.cost @ found.x)), again)
    return found


def _better(first: Solution, second: Solution) -> Solution:
    """Give the cheaper of two points, with the higher of two bounds."""
    best = first if first.value <= second.value else second
    bound = max(first.bound, second.bound)
    return replace(best, bound=bound, status=second.status if best is second else "stopped")


def _is_of(value: float, model: Model, x: Floats) -> bool:
    """Say whether a value is that of the point, but for what floating point leaves open."""
    return abs(float(model.cost @ x) - value) <= 1e-6 * max(1.0, abs(value))


def _as_lp(model: Model) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    rows = csr_array(model.rows)
    lp.num_row_, lp.num_col_ = rows.shape
    lp.col_cost_ = model.cost
    lp.col_lower_ = np.zeros(rows.shape[1])
    lp.col_upper_ = model.upper
    lp.row_lower_, lp.row_upper_ = model.low, model.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = rows.indptr.astype(np.int32)
    lp.a_matrix_.index_ = rows.indices.astype(np.int32)
    lp.a_matrix_.value_ = rows.data.astype(float)
    kinds = highspy.HighsVarType
    if model.integral.any():
        lp.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in model.integral]
    return lp


def _read(highs: Highs, model: Model) -> Solution:
    status = highs.getModelStatus()
    infeasible = highspy.HighsModelStatus.kInfeasible
    info, found = highs.getInfo(), highs.getSolution()
    none = np.empty(0)
    if status == infeasible:
        return Solution(None, np.inf, np.inf, none, none, "infeasible")
    word = "optimal" if status == highspy.HighsModelStatus.kOptimal else "stopped"
    feasible = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    x = np.array(found.col_value) if feasible else None
    value = float(info.objective_function_value) if feasible else np.inf
    if model.integral.any():
        return Solution(x, value, float(info.mip_dual_bound), none, none, word)
    bound = value if word == "optimal" else -np.inf
    return Solution(x, value, bound, np.array(found.row_dual), np.array(found.col_dual), word)
