"""Assessment: coverage, gaps, inequality and the plan's targets, from access."""

from gapmap.assessment.coverage import COVERAGE_COLUMNS, coverage_of, groups_of
from gapmap.assessment.gaps import GAP_COLUMNS
from gapmap.assessment.inequality import EQUITY_COLUMNS
from gapmap.assessment.making import assess
from gapmap.assessment.value import Assessment, simulated_inputs, sources_of

__all__ = [
    "COVERAGE_COLUMNS",
    "EQUITY_COLUMNS",
    "GAP_COLUMNS",
    "Assessment",
    "assess",
    "coverage_of",
    "groups_of",
    "simulated_inputs",
    "sources_of",
]
