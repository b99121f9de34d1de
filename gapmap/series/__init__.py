"""Series: one study at several dates, and how its targets came along."""

from gapmap.series.dates import anything_dated, dates_of, leave_out
from gapmap.series.measure import measure_series
from gapmap.series.value import (
    NOT_ASKED,
    SCORECARD_COLUMNS,
    SERIES_COLUMNS,
    TRAJECTORY_COLUMNS,
    Series,
)

__all__ = [
    "NOT_ASKED",
    "SCORECARD_COLUMNS",
    "SERIES_COLUMNS",
    "TRAJECTORY_COLUMNS",
    "Series",
    "anything_dated",
    "dates_of",
    "leave_out",
    "measure_series",
]
