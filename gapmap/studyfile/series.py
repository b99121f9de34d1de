"""The block that says at which dates a study is told: ``[series]``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.studyfile.reading import Reader

__all__ = ["read_series"]

_FIRST: Final = 1900
_LAST: Final = 2200
"""Years beyond these are slips: 201, 20144."""


def read_series(reader: Reader, raw: Mapping[str, Any]) -> tuple[dt.date, ...] | None:
    """Read ``dates``, and the year ends of ``years``; None without the block."""
    if "series" not in raw:
        return None
    block = reader.block("series", raw["series"])
    dates = [_date(reader, one) for one in block.get("dates", [])]
    return tuple(sorted({*dates, *(_end(reader, one) for one in block.get("years", []))}))


def _end(reader: Reader, year: object) -> dt.date:
    if isinstance(year, bool) or not isinstance(year, int) or not _FIRST <= year <= _LAST:
        reader.fail("study-value-kind", "series.years", year, wanted=f"{_FIRST} ... {_LAST}")
    return dt.date(year, 12, 31)


def _date(reader: Reader, have: object) -> dt.date:
    date = reader.date("series.dates", have)
    if not _FIRST <= date.year <= _LAST:
        reader.fail("study-value-kind", "series.dates", have, wanted=f"{_FIRST} ... {_LAST}")
    return date
