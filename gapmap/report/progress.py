"""What the section on progress shows: plain values, fit for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.report.tables import columns
from gapmap.targets.asking import is_asked

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.series import Series

__all__ = ["progress_content"]

_COVERAGE: Final = (
    *("date", "service", "places", "places_covered", "people", "people_covered", "share_people"),
    *("people_unknown", "people_missing"),
    *("share_people_low", "share_people_high", "change_people_covered", "change_by_new"),
    *("change_by_closed", "facilities_serving", "facilities_undated"),
)
_TARGETS: Final = (
    *("date", "target", "clause", "title_zh", "title_en", "measure_unit", "comparison"),
    *("baseline", "baseline_date", "due", "required", "required_line", "no_line", "as_of"),
    *("achieved", "possible", "status", "reason", "reason_zh"),
)
_CARD: Final = (
    *("date", "plan_district", "unit_zh", "unit_en", "target", "required", "achieved", "status"),
    *("measure_unit", "reason", "reason_zh", "asked"),
)


def progress_content(series: Series) -> dict[str, object]:
    """Give the city's coverage, the targets as a whole, and the scorecard, by columns."""
    city = series.coverage[series.coverage["group_kind"] == "city"]
    whole = series.trajectory[series.trajectory["overall"].astype(bool)]
    return {
        "dates": [day.isoformat() for day in series.dates],
        "coverage": columns(city, _COVERAGE),
        "targets": columns(whole, _TARGETS),
        "scorecard": columns(_with_asked(series.scorecard), _CARD),
    }


def _with_asked(card: pd.DataFrame) -> pd.DataFrame:
    """Tell of each row of the scorecard whether its district is asked; the whole always is."""
    whole = card["plan_district"].eq("")
    asked = whole.copy()
    for _, rows in card.groupby("date", sort=False):
        required = rows[whole[rows.index]].set_index("target")["required"]
        asked[rows.index] |= is_asked(rows, required)
    return card.assign(asked=asked)
