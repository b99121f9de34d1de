"""The verb: group the gaps of an assessment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gapmap.errors import MethodError
from gapmap.typology.clusters import clusters_of
from gapmap.typology.features import gaps_of
from gapmap.typology.grouping import FEWEST, Features, Grouping, features_of, group_rows
from gapmap.typology.naming import described, names_of
from gapmap.typology.value import GapKinds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gapmap.access import Service
    from gapmap.assessment import Assessment
    from gapmap.typology.features import Gaps

__all__ = ["KIND_COLUMNS", "MOST_KINDS", "PLACE_COLUMNS", "group_gaps"]

MOST_KINDS: Final = 7
"""Groups at most: as many hues as everybody tells apart on a map."""

PLACE_COLUMNS: Final = [
    *("place_id", "place", "town", "district", "people", "island"),
    *("standing", "kind_id", "kind_zh", "kind_en"),
    *("services_lacked", "services_unknown", "lacked", "main_reason"),
    *("times_limit", "detour_factor", "unreachable", "below_standard"),
    *("people_around", "places_around", "unknown_features"),
]
"""Columns of ``typology.csv``."""

KIND_COLUMNS: Final = [
    *("kind_id", "kind_zh", "kind_en", "description_zh", "description_en"),
    *("places", "people", "places_without_people", "places_on_islands"),
    *("times_limit_median", "detour_factor_median"),
    *("clear", "unclear_reason", "silhouette", "rand_reseeded", "rand_resampled", "criterion"),
    *("features", "features_left_out", "places_fitted"),
]
"""Columns of ``kinds.csv``."""

CRITERION: Final = "k-means, silhouette, adjusted Rand >= 0.9"

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def group_gaps(
    assessment: Assessment,
    *,
    services: Sequence[str] | None = None,
    most_kinds: int = MOST_KINDS,
    seed: int = 1,
) -> GapKinds:
    """Group the places that lack a service by what they lack, why, and who lives there.

    They are grouped by what is known of them; a place of which more services are unknown than known
    is not grouped.

    Three blocks of figures weigh the same, however many figures each has: which services a place
    lacks; how far beyond the limit it is (log), how much longer its way is than the straight line
    (log), which share of what it lacks it cannot get to at all or has near but below standard,
    and whether it lies on an island; how many people it has and how many live around it (log). If
    groups by these are not clear, the share of the services that a place lacks stands for which
    they are. See :func:`gapmap.typology.features_of` for how figures are made comparable and what
    becomes of unknown ones, and :func:`gapmap.typology.group_rows` for how many groups there are.
    The order of places plays no part.

    Parameters
    ----------
    assessment
        From :func:`gapmap.assess`.
    services
        Ids of the services to look at; all measured ones by default.
    most_kinds
        Groups at most, from 1 to :data:`MOST_KINDS`.
    seed
        The same one gives the same groups.

    Returns
    -------
    GapKinds
        Groups that are distinct and stable, or a single one that says why there are none; and
        clusters of places that one new site could serve.

    Raises
    ------
    MethodError
        A service is not measured, or so many groups cannot be told apart.
    """
    access = assessment.access
    by_id = {one.id: one for one in access.services}
    wanted = _checked(list(by_id) if services is None else list(services), by_id, most_kinds)
    gaps = gaps_of(access, wanted)
    order = np.argsort(gaps.table["place_id"].to_numpy(dtype=str), kind="stable")
    rows = order[(gaps.table["standing"] == "grouped").to_numpy()[order]]
    blocks = _blocks(gaps, rows)
    grouping, features = _grouped(blocks, most_kinds, seed)
    grouping = replace(grouping, label=_ranked(gaps, rows, grouping.label))
    which = _members(len(order), rows, grouping.label)
    names = names_of(gaps, which, by_id) if which else []
    clusters = clusters_of(access, [by_id[one] for one in wanted])
    return GapKinds(
        places=_places(gaps, blocks, rows, grouping, names),
        kinds=_kinds(gaps, which, names, (grouping, features), by_id),
        clusters=clusters.table,
        members=clusters.members,
        grouping=grouping,
        features=features.names,
        services=gaps.services,
        nobody_has=gaps.nowhere,
        findings=clusters.findings,
    )


def _checked(wanted: list[str], by_id: Mapping[str, Service], most_kinds: int) -> list[str]:
    for one in wanted:
        if one not in by_id:
            raise MethodError(
                f'service "{one}" is not measured; measured are {", ".join(by_id)}',
                f"服务“{one}”没有测量;已测量的有 {'、'.join(by_id)}",
            )
    if not 1 <= most_kinds <= MOST_KINDS:
        raise MethodError(
            f"most_kinds is 1 to {MOST_KINDS}, not {most_kinds}",
            f"most_kinds 应为 1 至 {MOST_KINDS},不能是 {most_kinds}",
        )
    return list(dict.fromkeys(wanted))


class _Blocks(NamedTuple):
    """Figures that are compared, by name, one per place."""

    services: dict[str, Floats]
    share: dict[str, Floats]
    why: dict[str, Floats]
    who: dict[str, Floats]


def _grouped(blocks: _Blocks, most_kinds: int, seed: int) -> tuple[Grouping, Features]:
    """Group by which services are lacking; by how many, where those give no clear groups."""
    size = len(blocks.who["people"])
    if size < FEWEST:
        nothing = Features(np.empty((size, 0)), (), {})
        return group_rows(nothing.values, most=most_kinds, seed=seed), nothing
    for what in (blocks.services, blocks.share):
        features = features_of([what, blocks.why, blocks.who])
        grouping = group_rows(features.values, most=most_kinds, seed=seed)
        if grouping.clear or grouping.reason not in ("not_stable", "not_distinct"):
            break
    return grouping, features


def _blocks(gaps: Gaps, rows: npt.NDArray[np.int64]) -> _Blocks:
    """Give the figures as they go into the comparison."""
    table = gaps.table.iloc[rows]
    around = "people_around" if gaps.weight == "people" else "places_around"
    figure = {
        name: table[name].to_numpy(dtype=float)
        for name in ("times_limit", "detour_factor", "unreachable", "below_standard", around)
    }
    return _Blocks(
        services={f"lacks_{name}": gaps.lacks[rows, at] for at, name in enumerate(gaps.services)},
        share={"share_lacked": gaps.share_lacked[rows]},
        why={
            "times_limit": np.log(figure["times_limit"]),
            "detour_factor": np.log(figure["detour_factor"]),
            "unreachable": figure["unreachable"],
            "below_standard": figure["below_standard"],
            "island": table["island"].astype("Float64").to_numpy(float, na_value=np.nan),
        },
        who={
            "people": np.log1p(table["people"].to_numpy(dtype=float)),
            around: np.log1p(figure[around]),
        },
    )


def _ranked(
    gaps: Gaps, rows: npt.NDArray[np.int64], label: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Give the groups numbers by people, then places, then their first place."""
    if not len(label):
        return label
    people = np.nan_to_num(gaps.table["people"].to_numpy(dtype=float)[rows])
    found = np.unique(label)
    order = sorted(
        found,
        key=lambda one: (
            -people[label == one].sum(),
            -(label == one).sum(),
            np.flatnonzero(label == one)[0],
        ),
    )
    number = np.zeros(int(found.max()) + 1, np.int64)
    number[order] = np.arange(len(order))
    return number[label]


def _members(size: int, rows: npt.NDArray[np.int64], label: npt.NDArray[np.int64]) -> list[Flags]:
    which = []
    for one in range(int(label.max()) + 1 if len(label) else 0):
        member = np.zeros(size, dtype=bool)
        member[rows[label == one]] = True
        which.append(member)
    return which


def _places(
    gaps: Gaps,
    blocks: _Blocks,
    rows: npt.NDArray[np.int64],
    grouping: Grouping,
    names: Sequence[Mapping[str, str]],
) -> pd.DataFrame:
    kind = np.full(len(gaps.table), -1)
    kind[rows] = grouping.label
    lost = pd.DataFrame(
        {name: np.isnan(held) for block in blocks for name, held in block.items()}
    ).drop(columns="share_lacked")
    unknown = np.full(len(gaps.table), "", dtype=object)
    features = lost.columns.to_numpy(dtype=object)
    unknown[rows] = [";".join(features[own]) for own in lost.to_numpy(dtype=bool)]
    told = {
        "kind_id": pd.array(np.where(kind < 0, 0, kind + 1), dtype="Int64"),
        "unknown_features": unknown,
    }
    told["kind_id"][kind < 0] = pd.NA
    for language in ("zh", "en"):
        told[f"kind_{language}"] = ["" if one < 0 else names[one][language] for one in kind]
    return gaps.table.assign(**told)[PLACE_COLUMNS].reset_index(drop=True)


def _kinds(
    gaps: Gaps,
    which: Sequence[Flags],
    names: Sequence[Mapping[str, str]],
    found: tuple[Grouping, Features],
    services: Mapping[str, Service],
) -> pd.DataFrame:
    grouping, features = found
    rows = []
    for number, (own, name) in enumerate(zip(which, names, strict=True), start=1):
        table, line = gaps.table[own], described(gaps, own, services)
        rows.append(
            {
                "kind_id": number,
                **{f"kind_{one}": text for one, text in name.items()},
                **{f"description_{one}": text for one, text in line.items()},
                "places": len(table),
                "people": float(table["people"].sum()),
                "places_without_people": int(table["people"].isna().sum()),
                "places_on_islands": int(table["island"].fillna(value=False).sum()),
                "times_limit_median": table["times_limit"].median(),
                "detour_factor_median": table["detour_factor"].median(),
                "clear": grouping.clear,
                "unclear_reason": grouping.reason,
                "silhouette": grouping.silhouette,
                "rand_reseeded": grouping.rand_reseeded,
                "rand_resampled": grouping.rand_resampled,
                "criterion": CRITERION,
                "features": ";".join(features.names),
                "features_left_out": ";".join(
                    f"{feature}: {why}" for feature, why in features.dropped.items()
                ),
                "places_fitted": grouping.fitted,
            }
        )
    return pd.DataFrame(rows, columns=KIND_COLUMNS)
