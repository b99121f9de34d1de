"""The tables of two states held against each other, place by place and group by group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.assessment import Assessment, coverage_of, simulated_inputs
from gapmap.cells import unguarded, visible
from gapmap.change.causes import causes
from gapmap.change.named import area_ids, made_ids, told_of_ids, with_area_ids, with_ids
from gapmap.change.value import PLACE_COLUMNS, Change
from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapmap.access import Access
    from gapmap.change.value import Causes
    from gapmap.findings import Finding

__all__ = ["compare_folders", "compare_states", "explained", "read_access"]

_TEXT = (
    *("place_id", "place", "town", "district_id", "district", "facility_id", "facility", "service"),
    *("group_kind", "group", "group_id", "target", "scope_kind", "unit", "clause", "title_zh"),
    *("title_en", "status", "reason"),
)
_TARGETS = [
    *("target", "scope_kind", "unit", "clause", "title_zh", "title_en", "achieved", "status")
]


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables of one state that are held against those of another."""

    access: pd.DataFrame
    coverage: pd.DataFrame
    targets: pd.DataFrame
    simulated: bool

    @property
    def counts_places(self) -> bool:
        """Whether every place counts 1, so that people are not known."""
        return bool((self.access["people"] == 1).all())


def compare_folders(out_a: Path, out_b: Path) -> Change:
    """Compare the tables that ``gapmap run`` has left in two folders; causes are not split.

    Raises
    ------
    InputError
        When a folder is not a run's, or the runs have no place in common.
    """
    a, b = _read_tables(out_a), _read_tables(out_b)
    if not set(a.access["place_id"]) & set(b.access["place_id"]):
        fail(finding("runs-unrelated", file=str(out_b), value=out_a.name))
    return _compare(a, b)


def compare_states(a: Access | Assessment, b: Access | Assessment) -> Change:
    """Compare two measured states, and split the change into its causes.

    Parameters
    ----------
    a, b
        Answers of :func:`gapmap.measure_access` (not ``brief``) or :func:`gapmap.assess`; targets
        are compared where both are assessments.

    Raises
    ------
    InputError
        The states cannot be compared: see :func:`gapmap.change.causes`.
    """
    here, there = (one.access if isinstance(one, Assessment) else one for one in (a, b))
    found = causes(here, there)
    return explained(_compare(_tables_of(a), _tables_of(b)), found, here, there)


def explained(change: Change, found: Causes, a: Access, b: Access) -> Change:
    """Give the same change with its causes.

    Parameters
    ----------
    change
        Without causes; ids may stand as a file shows them (:func:`gapmap.cells.visible`).
    found
        Those of the same two states.
    a, b
        The states.
    """
    key = ["place_id", "service"]
    plain = change.places.drop(columns=PLACE_COLUMNS[2:])
    seen, own = (table[key].astype(str).map(visible) for table in (plain, found.places))
    told = found.places[PLACE_COLUMNS[2:]].set_axis(pd.MultiIndex.from_frame(own))
    told = told.reindex(pd.MultiIndex.from_frame(seen)).set_axis(plain.index)
    places = pd.concat([plain, told], axis="columns")
    for name in PLACE_COLUMNS[2:]:
        places[name] = places[name].astype(object).fillna("")
    return replace(
        change,
        places=places,
        causes=found.table,
        names={one.id: one.name for one in (*a.services, *b.services)},
        dates=(a.facilities.date, b.facilities.date),
        findings=tuple(dict.fromkeys((*change.findings, *found.findings, *_backwards(a, b)))),
    )


def _backwards(a: Access, b: Access) -> Iterator[Finding]:
    """Say so where A is the later state: what opened in between is lost from A to B."""
    here, there = a.facilities.date, b.facilities.date
    if here > there:
        yield finding("change-backwards", value=here.isoformat(), date=there.isoformat())


def read_access(out: Path) -> pd.DataFrame:
    """Read what a run has left in ``access.csv``.

    Raises
    ------
    InputError
        When the folder is not a run's.
    """
    return _read(out, "access")


def _read_tables(out: Path) -> _Tables:
    access, coverage, targets = (_read(out, name) for name in ("access", "coverage", "targets"))
    simulated = "simulated" in access and bool((access["simulated"] == True).any())  # noqa: E712 - a column
    return _Tables(access, coverage, targets, simulated)


def _tables_of(state: Access | Assessment) -> _Tables:
    if isinstance(state, Assessment):
        simulated = bool(simulated_inputs(state))
        targets = state.targets if len(state.targets) else pd.DataFrame(columns=_TARGETS)
        return _Tables(state.access.table, state.coverage, targets, simulated)
    grounds = (state.places.region, state.places, state.facilities, state.network, state.surface)
    simulated = any(one is not None and bool(one.simulated) for one in grounds)
    return _Tables(state.table, coverage_of(state), pd.DataFrame(columns=_TARGETS), simulated)


def _read(out: Path, name: str) -> pd.DataFrame:
    file = out / f"{name}.csv"
    if not file.is_file():
        fail(finding("run-folder-missing", file=str(out), value=file.name))
    try:
        table = pd.read_csv(
            file,
            encoding="utf-8-sig",
            dtype=dict.fromkeys(_TEXT, "str"),
            keep_default_na=False,
            na_values=[""],
        )
    except (ValueError, UnicodeError) as error:
        fail(finding("run-folder-unreadable", file=str(file), problem=error))
    texts = [column for column in _TEXT if column in table]
    return table.assign(**{one: table[one].map(unguarded, na_action="ignore") for one in texts})


def _compare(a: _Tables, b: _Tables) -> Change:
    same_weight = a.counts_places == b.counts_places
    doubts = list(told_of_ids(a.access, b.access))
    new, areas = made_ids(a.access, b.access), area_ids(a.access, b.access)
    names = ["places" if one.counts_places else "people" for one in (a, b)]
    if not same_weight:
        doubts.append(finding("change-people-apart", value=names[0], other=names[1]))
    return Change(
        coverage=_coverage(a.coverage, with_area_ids(b.coverage, areas), same_weight=same_weight),
        places=_places(a.access, with_ids(b.access, new, areas)),
        targets=_targets(a.targets, b.targets),
        weight="places" if a.counts_places and b.counts_places else "people",
        simulated=a.simulated or b.simulated,
        findings=tuple(doubts),
    )


def _coverage(a: pd.DataFrame, b: pd.DataFrame, *, same_weight: bool) -> pd.DataFrame:
    key = ["service", "group_kind", "group_id"]
    kept = ["people", "people_covered", "share_people", "places", "places_covered"]
    a, b = (one[[*key, "group", *kept]].fillna({"group_id": ""}) for one in (a, b))
    both = a.merge(b, on=key, how="outer", suffixes=("_a", "_b"))
    names = both.pop("group_b").fillna(both.pop("group_a"))  # one may have been renamed
    both.insert(key.index("group_id"), "group", names)
    for name in kept[1:3] + kept[4:]:
        told = both[f"{name}_b"] - both[f"{name}_a"]
        both[f"{name}_difference"] = told if same_weight or "people" not in name else np.nan
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
    both = both.assign(**dict.fromkeys(PLACE_COLUMNS[2:], ""))
    columns = [*key, "place", "people_a", "people_b", "why", *names, *PLACE_COLUMNS[2:]]
    return both[columns].reset_index(drop=True)


def _why(both: pd.DataFrame) -> np.ndarray:
    here, there = both["status_a"], both["status_b"]
    farther = both["distance_m_b"] - both["distance_m_a"]
    differs = (both["reason_a"] != both["reason_b"]) | (
        both["facility_id_a"].fillna("") != both["facility_id_b"].fillna("")
    )
    return np.select(
        [
            both["found"] == "left_only",
            both["found"] == "right_only",
            (here != "unknown") & (there == "unknown"),
            (here == "unknown") & (there != "unknown"),
            (here != "covered") & (there == "covered"),
            (here == "covered") & (there != "covered"),
            farther <= -_METRE,
            farther >= _METRE,
            differs,
            both["people_a"].fillna(-1) != both["people_b"].fillna(-1),
        ],
        [
            *("only_a", "only_b", "became_unknown", "became_known", "gained", "lost"),
            *("nearer", "farther", "reason", "people"),
        ],
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
