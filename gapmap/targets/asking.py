"""Which targets are asked of which district: what every tally by district counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.targets.said import pattern_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["asked_rows", "by_district", "is_asked"]

_NO_AREAS: Final = re.compile(
    rf"(?:^|[:;] )(?:{pattern_of('no_areas', 'en')}|{pattern_of('nobody', 'en')})"
)
"""The reason of a unit that has none of the areas, or people, that a target is of."""


def is_asked(rows: pd.DataFrame, required_of_all: pd.Series) -> NDArray[np.bool_]:
    """Tell of each row of a district whether the plan asks anything of it.

    Nothing is asked where the plan names a number for the whole only, and where the district has
    none of the areas that the target is of, such as villages, or nobody lives in them. What is
    asked and cannot be measured for lack of data stays asked.

    Parameters
    ----------
    rows
        With ``target``, ``required``, ``achieved``, ``status`` and ``reason`` (English), as in
        ``targets.csv`` and ``scorecard.csv``.
    required_of_all
        What each target requires as a whole, by target; missing where the plan names no number.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "target": ["roads", "roads", "clinics"], "required": [1.0, 1.0, float("nan")],
    ...     "achieved": [float("nan"), float("nan"), 3.0], "status": ["not_measurable"] * 3,
    ...     "reason": ["there are no villages in A", "the study has no figures", "3 facilities"],
    ... })
    >>> is_asked(rows, pd.Series({"roads": 1.0, "clinics": 11.0})).tolist()
    [False, True, False]
    """
    whole_only = rows["required"].isna() & rows["target"].map(required_of_all).notna()
    reasons = rows["reason"].fillna("").astype(str)
    no_areas = rows["achieved"].isna() & reasons.str.contains(_NO_AREAS)
    left_out = rows["status"].eq("not_measurable") & (whole_only | no_areas)
    left_out |= rows["status"].eq("not_asked")
    return np.asarray(~left_out, dtype=np.bool_)


def by_district(targets: pd.DataFrame) -> pd.DataFrame:
    """Give each target's row of each district, with whether it is asked.

    Districts are the plan's own; what is judged by administrative district counts for the plan's
    district of the same name. A plan without districts is told by the study's.

    Parameters
    ----------
    targets
        Rows as of :func:`gapmap.targets.evaluate_targets`, numbered from 0.

    Returns
    -------
    The rows of districts in the order of the table, one for each target and district, with the
    district in ``board_unit`` and ``asked``.
    """
    plans = targets[targets["scope_kind"] == "plan_district"].assign(
        board_unit=lambda rows: rows["unit"]
    )
    own = targets[targets["scope_kind"] == "district"]
    if len(plans):
        own = own[~own["overall"].astype(bool) & own["unit_zh"].isin(plans["unit"])]
        own = own.assign(board_unit=own["unit_zh"])
    else:
        own = own.assign(board_unit=own["unit"])
    every = pd.concat([plans, own]).drop_duplicates(["target", "board_unit"])
    return every.assign(asked=asked_rows(targets)[every.index.to_numpy()]).sort_index()


def asked_rows(targets: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell of each row of the targets whether it is asked; targets as a whole are.

    Parameters
    ----------
    targets
        As for :func:`by_district`, numbered from 0.
    """
    whole = targets["overall"].to_numpy(dtype=bool)
    first = targets.sort_values("overall", ascending=False, kind="stable")
    required = first.drop_duplicates("target").set_index("target")["required"]
    return np.asarray(is_asked(targets, required) | whole, dtype=np.bool_)
