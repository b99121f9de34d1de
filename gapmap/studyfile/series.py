"""The block that says at which dates a study is told: ``[series]``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.studyfile.reading import Reader

__all__ = ["read_series"]


def read_series(reader: Reader, raw: Mapping[str, Any]) -> tuple[dt.date, ...] | None:
    """Read ``dates``, and the year ends of ``years``; None without the block."""
    if "series" not in raw:
        return None
    block = reader.block("series", raw["series"])
    dates = [reader.date("series.dates", one) for one in block.get("dates", [])]
    return tuple(sorted({*dates, *(_end(reader, one) for one in block.get("years", []))}))


def _end(reader: Reader, year: object) -> dt.date:
    if isinstance(year, bool) or not isinstance(year, int) or not 1 <= year <= dt.MAXYEAR:
        reader.fail("study-value-kind", "series.years", year, wanted="2012, 2013, 2014 ...")
    return dt.date(year, 12, 31)
