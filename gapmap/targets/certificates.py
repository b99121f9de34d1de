"""Certificates: the share of areas that hold one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gapmap.targets.figure import Baseline, Figure, impossible
from gapmap.targets.ground import areas_of, within
from gapmap.targets.said import said
from gapmap.targets.standing import level_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.plan import Ask
    from gapmap.targets.figure import ScopeUnit
    from gapmap.targets.ground import Scene

__all__ = ["measure_certificate"]


def measure_certificate(scene: Scene, ask: Ask, units: Sequence[ScopeUnit]) -> list[Figure]:
    """Measure the share of areas that hold a certificate by the study's date."""
    held = scene.records.certificates
    held = held[held["certificate"] == ask.certificate]
    if len(held) == 0:
        none = said("no_certificate", certificate=ask.certificate)
        return [impossible(none) for _ in units]
    areas = areas_of(scene, ask)
    ids = areas.table["area_id"]
    date = pd.to_datetime(held["date"])
    has = ids.isin(held.loc[date <= pd.Timestamp(scene.date), "area_id"]).to_numpy()
    undated = ids.isin(held.loc[date.isna(), "area_id"]).to_numpy() & ~has
    early = ids.isin(held.loc[date <= pd.Timestamp(scene.plan.baseline), "area_id"]).to_numpy()
    figures = []
    for unit in units:
        inside = within(areas.table, unit, scene)
        problem = level_problem(scene, unit, areas, inside)
        if problem is not None:
            figures.append(problem)
            continue
        count, met = int(inside.sum()), int((inside & has).sum())
        unknown = int((inside & undated).sum())
        doubtful = int(within(areas.unsure, unit, scene).sum())
        told = {"areas_undated": unknown, "setting_unknown": doubtful}
        first = Baseline(scene.plan.baseline, float((inside & early).sum() / count))
        figures.append(
            Figure(
                achieved=met / count,
                possible=(met + unknown) / count,
                areas=count,
                met=met,
                unknown=unknown,
                baseline=first if date.notna().any() else None,
                no_baseline=said("no_baseline_certificate"),
                said=(
                    said("areas_hold", met=met, areas=count, level=areas.level.name),
                    *(said(code, count=number) for code, number in told.items() if number),
                ),
            )
        )
    return figures
