"""What in the study's records and units no target understands: said, never dropped in silence."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from gapmap.findings import finding
from gapmap.targets.milestones import state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from gapmap.findings import Finding
    from gapmap.plan import Ask
    from gapmap.targets.ground import Scene

__all__ = ["doubts"]


def doubts(scene: Scene) -> Iterator[Finding]:
    """Give a finding for every record that no target can use, and for unknown units."""
    asks = [ask for target in scene.plan.targets for ask in target.asks]
    yield from _units(scene)
    yield from _indicators(scene, asks)
    yield from _certificates(scene, asks)
    yield from _milestones(scene, asks)


def _units(scene: Scene) -> Iterator[Finding]:
    """Name the districts of places that the plan does not know."""
    known = {unit.id for unit in scene.plan.districts}
    named = scene.access.places.table["plan_district"]
    if not known:
        return
    for name, count in named[~named.isin([*known, ""])].value_counts().sort_index().items():
        yield finding(
            "target-unit-unknown",
            field="plan_district",
            value=name,
            count=count,
            nearest=_nearest(str(name), known),
        )
    nameless = int((named == "").sum())
    if nameless:
        yield finding("target-unit-missing", field="plan_district", count=nameless)


def _indicators(scene: Scene, asks: Iterable[Ask]) -> Iterator[Finding]:
    table = scene.records.indicators
    units = {ask.indicator: ask.unit for ask in asks if ask.indicator}
    units |= {ask.less: ask.unit for ask in asks if ask.less}
    yield from _unused(table["indicator"], units, "indicator")
    districts = scene.access.places.region.districts
    known = {"city", *(unit.id for unit in scene.plan.districts)}
    known |= {*districts["district_id"].astype(str), *districts["district"].astype(str)}
    yield from _strangers(table["district_id"], known, "district_id")
    shares = table["indicator"].map(units) == "share"
    for row in table[shares & ~table["value"].between(0, 1) & table["value"].notna()].itertuples():
        yield finding(
            "indicator-no-share",
            field="value",
            value=row.value,
            indicator=row.indicator,
            year=row.year,
            district=row.district_id,
        )


def _certificates(scene: Scene, asks: Iterable[Ask]) -> Iterator[Finding]:
    table = scene.records.certificates
    yield from _unused(
        table["certificate"], {ask.certificate for ask in asks if ask.certificate}, "certificate"
    )
    places = scene.access.places
    known = {*places.table["place_id"].astype(str), *places.region.towns["town_id"].astype(str)}
    known |= {*places.region.districts["district_id"].astype(str)}
    known |= {unit.id for unit in scene.plan.districts}
    yield from _strangers(table["area_id"], known, "area_id")


def _milestones(scene: Scene, asks: Iterable[Ask]) -> Iterator[Finding]:
    table = scene.records.milestones
    known = {project.id for ask in asks for project in ask.projects}
    yield from _unused(table["milestone"], known, "milestone")
    for row in table.itertuples():
        if not state_of(str(row.state)):
            yield finding(
                "milestone-state-unknown", field="state", value=row.state, milestone=row.milestone
            )
    for name in table.loc[table["date"].isna(), "milestone"].unique():
        yield finding("milestone-undated", field="date", milestone=name)


def _unused(words: pd.Series, known: Iterable[str], field: str) -> Iterator[Finding]:
    """Name the words that no target asks for; a slip of the pen shows here."""
    known = set(known)
    for word in sorted({str(one) for one in words} - known):
        yield finding("record-unused", field=field, value=word, nearest=_nearest(word, known))


def _strangers(ids: pd.Series, known: set[str], field: str) -> Iterator[Finding]:
    for word, count in ids[~ids.isin(known)].value_counts().sort_index().items():
        yield finding("record-area-unknown", field=field, value=word, count=count)


def _nearest(word: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(word, sorted(known), 1, 0.4)), "–")
