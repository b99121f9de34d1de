"""The value of an assessment, and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.access import Access
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.plan import Plan
    from gapmap.records import Records
    from gapmap.region import Region
    from gapmap.surface import Surface

__all__ = ["Assessment", "simulated_inputs", "sources_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the plan's promise looks like on the ground at one date.

    Attributes
    ----------
    access
        What it was made from.
    plan, records
        The plan and the reported figures, certificates and milestones it was held against.
    coverage, gaps, equity, targets
        The tables of ``coverage.csv``, ``gaps.csv``, ``equity.csv`` and ``targets.csv``.
    islands
        The table of ``islands.csv``; empty where the study has no network or no island.
    findings
        What was doubtful in judging the targets.
    """

    access: Access
    plan: Plan | None
    records: Records
    coverage: pd.DataFrame
    gaps: pd.DataFrame
    equity: pd.DataFrame
    targets: pd.DataFrame
    islands: pd.DataFrame
    findings: tuple[Finding, ...] = ()

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from gapmap.assessment.card import assessment_card  # noqa: PLC0415 - a card takes the value's module

        return assessment_card(self)


def sources_of(
    assessment: Assessment,
) -> list[Region | Places | Facilities | Network | Surface | Records]:
    """Give every value that was read from files."""
    access = assessment.access
    grounds = (access.network, access.surface)
    return [
        access.places.region,
        access.places,
        access.facilities,
        *(one for one in grounds if one is not None),
        assessment.records,
    ]


def simulated_inputs(assessment: Assessment) -> list[str]:
    """Name every input that is simulated, each once."""
    named = [name for source in sources_of(assessment) for name in source.simulated]
    return list(dict.fromkeys(named))
