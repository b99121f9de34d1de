"""Insights: what the further analyses of a run found, each for its own tables and section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Insights"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """What the further analyses of a run found.

    Each of them is a field, None where a run has none of it; its tables and what its section
    shows are listed below.
    """

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by the name of their file without its ending, in the sheets' order.

        A title stands in ``words.toml`` for each table and for each of their columns.
        """
        return {}

    def content(self) -> dict[str, object]:
        """Give what each section shows, fit for JSON, by the section's id."""
        return {}
