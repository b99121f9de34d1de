"""The targets before and after, what each needs and what holding it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.programme.ladder import end_state
from gapmap.programme.start import end_of, targets_about

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gapmap.assessment import Assessment
    from gapmap.plan import Target
    from gapmap.programme.conditions import Asks
    from gapmap.programme.ladder import Answer
    from gapmap.programme.question import Question

__all__ = ["COLUMNS", "targets_of"]

COLUMNS = (
    *("service", "target", "clause", "title_zh", "title_en"),
    *("scope", "unit_zh", "unit_en", "required"),
    *("before", "after", "due", "status_before", "status_after", "sites_needed", "held"),
    *("cost_of_it", "people_forgone", "basis", "reason", "reason_zh"),
)


def targets_of(
    asks: Asks | None,
    after: Assessment,
    held: Sequence[Target],
    question: Question,
    found: Answer,
) -> pd.DataFrame:
    """Give a row per target and unit of its scope that asks for the service."""
    if asks is None:
        return pd.DataFrame(columns=list(COLUMNS))
    last = end_of(question.timing.years[-1])
    named = {one.id for one in held}
    about = targets_about(asks.scene.plan, asks.service)
    shown = [name for name, one in about.items() if one.due <= last or name in named]
    prices = {name: _price_of(question, found, name) for name in shown if name in named}
    rows = [row for name in shown for row in _rows(asks, after, question, name, prices.get(name))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _price_of(question: Question, found: Answer, target: str) -> tuple[float, float]:
    """Give the money more and the people fewer that holding one target means, the others held."""
    without = tuple(one for one in question.conditions if one.target != target)
    if len(without) == len(question.conditions):
        return 0.0, 0.0
    people, price = end_state(replace(question, conditions=without))
    return found.price - price, people - found.value


def _rows(
    asks: Asks,
    after: Assessment,
    question: Question,
    target: str,
    price: tuple[float, float] | None,
) -> Iterator[dict[str, object]]:
    was = asks.table[(asks.table["target"] == target) & (asks.table["scope_kind"] != "level")]
    now = after.targets.set_index(["target", "unit"])
    mine = [one for one in question.conditions if one.target == target]
    needed = {one.unit: one.sites_needed for one in mine}
    for row in was.itertuples():
        later = now.loc[(target, row.unit)]
        need = sum(needed.values()) if row.overall else needed.get(row.unit, np.nan)
        held = price is not None and target not in asks.not_held
        paid, fewer = price if price is not None and row.overall else (np.nan, np.nan)
        yield {
            "service": asks.service,
            **{name: getattr(row, name) for name in COLUMNS[1:5]},
            "scope": row.unit,
            **{name: getattr(row, name) for name in ("unit_zh", "unit_en", "required")},
            "before": row.achieved,
            "after": later["achieved"],
            "due": row.due,
            "status_before": row.status,
            "status_after": later["status"],
            "sites_needed": need if held else np.nan,
            "held": held,
            "cost_of_it": paid if question.price is not None else np.nan,
            "people_forgone": fewer,
            **{name: later[name] for name in ("basis", "reason", "reason_zh")},
        }
