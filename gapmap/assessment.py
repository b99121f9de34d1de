"""Assessment: coverage, gaps, inequality and the plan's targets, from access."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.access import Access
    from gapmap.findings import Finding
    from gapmap.plan import Plan
    from gapmap.records import Records

__all__ = ["Assessment", "assess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the plan's promise looks like on the ground at one date.

    Attributes
    ----------
    coverage, gaps, equity, targets
        The tables of ``coverage.csv``, ``gaps.csv``, ``equity.csv`` and ``targets.csv``.
    """

    access: Access
    plan: Plan | None
    records: Records
    coverage: pd.DataFrame
    gaps: pd.DataFrame
    equity: pd.DataFrame
    targets: pd.DataFrame
    findings: tuple[Finding, ...] = ()
