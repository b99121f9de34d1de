"""Access: for each place and service, how far it is, whether that is near enough, and why not."""

from gapmap.access.measure import measure_access
from gapmap.access.opening import BORDER_COLUMNS, compare_borders, no_borders, opening_findings
from gapmap.access.pieces import PIECE_COLUMNS
from gapmap.access.table import COLUMNS
from gapmap.access.value import REASONS, STATUSES, Access, Service, service_of

__all__ = [
    "BORDER_COLUMNS",
    "COLUMNS",
    "PIECE_COLUMNS",
    "REASONS",
    "STATUSES",
    "Access",
    "Service",
    "compare_borders",
    "measure_access",
    "no_borders",
    "opening_findings",
    "service_of",
]
