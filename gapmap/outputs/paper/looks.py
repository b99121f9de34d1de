"""Colours of statuses on paper: pale grounds on which black text is read, and marks."""

from __future__ import annotations

from typing import Final

__all__ = ["STATUS_FILLS"]

STATUS_FILLS: Final = {
    "covered": "#d3e5f3",
    "uncovered": "#fbdcc6",
    "unknown": "#e6e6e6",
    "met": "#b5d5ec",
    "on_course": "#d9ebf7",
    "behind": "#fbe0c8",
    "overdue": "#f4b183",
    "not_measurable": "#e6e6e6",
}
"""The hues of the statuses, so pale that black text has a contrast above 7 on them."""
