"""The tables of two runs held against each other, place by place and group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.change.value import Change
from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["compare"]

_TEXT = (
    *("place_id", "place", "town", "district_id", "district", "facility_id", "facility", "service"),
    *("group_kind", "group", "group_id", "target", "scope_kind", "unit", "clause", "title_zh"),
    *("title_en", "status", "reason"),
)


def compare(out_a: Path, out_b: Path) -> Change:
    """Compare two folders that ``gapmap run`` has left.

    Raises
    ------
    InputError
        When a folder is not a run's.
    """
    access_a, access_b = _read(out_a, "access"), _read(out_b, "access")
    if not set(access_a["place_id"]) & set(access_b["place_id"]):
        fail(finding("runs-unrelated", file=str(out_b), value=out_a.name))
    return Change(
        coverage=_coverage(_read(out_a, "coverage"), _read(out_b, "coverage")),
        places=_places(access_a, access_b),
        targets=_targets(_read(out_a, "targets"), _read(out_b, "targets")),
    )


def _read(out: Path, name: str) -> pd.DataFrame:
    file = out / f"{name}.csv"
    if not file.is_file():
        fail(finding("run-folder-missing", file=str(out), value=file.name))
    try:
        return pd.read_csv(
            file,
            encoding="utf-8-sig",
            dtype=dict.fromkeys(_TEXT, "str"),
            keep_default_na=False,
            na_values=[""],
        )
    except (ValueError, UnicodeError) as error:
        fail(finding("run-folder-unreadable", file=str(file), problem=error))


def _coverage(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    key = ["service", "group_kind", "group", "group_id"]
    kept = ["people", "people_covered", "share_people", "places", "places_covered"]
    both = a[key + kept].merge(b[key + kept], on=key, how="outer", suffixes=("_a", "_b"))
    for name in kept[1:3] + kept[4:]:
        both[f"{name}_difference"] = both[f"{name}_b"] - both[f"{name}_a"]
    return both


def _places(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    key = ["place_id", "service"]
    kept = ["place", "people", "status", "reason", "distance_m", "facility_id", "facility"]
    both = a[key + kept].merge(
        b[key + kept], on=key, how="outer", suffixes=("_a", "_b"), indicator="found"
    )
    both["why"] = _why(both)
    both = both[both["why"] != ""]
    names = [f"{name}_{side}" for name in kept[2:] for side in "ab"]
    both["place"] = both["place_b"].fillna(both["place_a"])
    return both[[*key, "place", "people_a", "people_b", "why", *names]].reset_index(drop=True)


def _why(both: pd.DataFrame) -> np.ndarray:
    was, now = both["status_a"] == "covered", both["status_b"] == "covered"
    farther = both["distance_m_b"] - both["distance_m_a"]
    differs = (both["reason_a"] != both["reason_b"]) | (
        both["facility_id_a"].fillna("") != both["facility_id_b"].fillna("")
    )
    return np.select(
        [
            both["found"] == "left_only",
            both["found"] == "right_only",
            ~was & now,
            was & ~now,
            farther <= -_METRE,
            farther >= _METRE,
            differs,
            both["people_a"].fillna(-1) != both["people_b"].fillna(-1),
        ],
        ["only_a", "only_b", "gained", "lost", "nearer", "farther", "reason", "people"],
        "",
    )


_METRE = 1.0
"""A place whose way changed by less than a metre is not listed."""


def _targets(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    key = ["target", "scope_kind", "unit"]
    kept = ["clause", "title_zh", "title_en", "achieved", "status"]
    both = a[key + kept].merge(b[key + kept], on=key, how="outer", suffixes=("_a", "_b"))
    same_value = (both["achieved_a"] == both["achieved_b"]) | (
        both["achieved_a"].isna() & both["achieved_b"].isna()
    )
    both = both[~same_value | (both["status_a"] != both["status_b"])]
    for name in kept[:3]:
        both[name] = both[f"{name}_b"].fillna(both[f"{name}_a"])
    values = ["achieved_a", "achieved_b", "status_a", "status_b"]
    return both[[*key, *kept[:3], *values]].reset_index(drop=True)
