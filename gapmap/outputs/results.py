"""Results: all that one run leaves, before it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from gapmap.access import no_borders
from gapmap.report import Grids, Insights

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from gapmap.about import About
    from gapmap.assessment import Assessment
    from gapmap.datum import Verdict
    from gapmap.findings import Finding
    from gapmap.gridded import Gridded
    from gapmap.population import Population
    from gapmap.programme import Programme
    from gapmap.siting import Proposal
    from gapmap.tables import RowCount

__all__ = ["Results"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All that a run leaves.

    Attributes
    ----------
    assessment
        Coverage, gaps, inequality and targets, and what they were made from.
    proposals
        Proposed sites, one for each service that was asked for.
    report_html
        The report page.
    about
        The title block: study, date, plan, language, inputs.
    findings
        Everything that was found, of all inputs and steps.
    rows
        For each input file: rows read, used, repaired and excluded.
    study
        The study file as parsed.
    parameters
        What the run was told besides the study file.
    seconds
        Wall-clock seconds by step.
    seed
        The seed of whatever drew random numbers.
    input_paths
        Where the input files stand: a run refuses to put its folder in the place of one of theirs.
    datums
        File and verdict of each layer whose datum there was anything to judge by.
    borders
        What opening the borders would gain, where the study asks.
    population, gridded
        People on a grid and coverage counted by them, where the study has them.
    tables
        Tables that only some studies ask for, by the name of their file without its ending, such
        as ``capacity``. A title stands in ``words.toml`` for each of their columns.
    insights
        What the further analyses found; its tables follow those.
    programmes
        Programmes over years; their proposals stand among the proposals, too.
    report_parts
        Further pages of the report by their path, where there are too many places for one.
    """

    assessment: Assessment
    proposals: tuple[Proposal, ...]
    report_html: str
    about: About
    findings: tuple[Finding, ...]
    rows: tuple[RowCount, ...]
    study: Mapping[str, object]
    parameters: Mapping[str, object]
    seconds: Mapping[str, float]
    seed: int
    input_paths: tuple[Path, ...] = ()
    datums: tuple[tuple[str, Verdict], ...] = ()
    borders: pd.DataFrame = field(default_factory=no_borders)
    population: Population | None = None
    gridded: Gridded | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    insights: Insights = field(default_factory=Insights)
    programmes: tuple[Programme, ...] = ()
    report_parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> Literal["zh", "en"]:
        """Language of what is written in one language only."""
        return "en" if self.about.language == "en" else "zh"

    @property
    def grids(self) -> Grids:
        """What rests on rasters, as the report takes it."""
        return Grids(population=self.population, gridded=self.gridded, tables=self.tables)

    @property
    def simulated_files(self) -> tuple[str, ...]:
        """Names of all input files whose content is simulated."""
        access = self.assessment.access
        carriers = (self.assessment.records, access.network, access.facilities, access.places,
                    access.surface, self.population)  # fmt: skip
        named = [*self.about.simulated]
        named += [file.name for file in self.about.inputs if file.simulated]
        for carrier in (*carriers, access.places.region):
            named += [] if carrier is None else carrier.simulated
        return tuple(dict.fromkeys(named))

    @property
    def simulated(self) -> bool:
        """Whether any input is simulated; every table and layer carries it."""
        return len(self.simulated_files) > 0

    def service_name(self, service: str) -> str:
        """Give a service's name in the results' language, or its id where it has none."""
        for one in self.assessment.access.services:
            if one.id == service:
                return one.name.get(self.language, service) or service
        return service

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from gapmap.outputs.card import results_card  # noqa: PLC0415 - a card takes this module

        return results_card(self)
