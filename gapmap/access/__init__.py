"""Access: for each place and service, how far it is, whether that is near enough, and why not."""

from gapmap.access.measure import COLUMNS, measure_access
from gapmap.access.value import REASONS, STATUSES, Access, Service

__all__ = ["COLUMNS", "REASONS", "STATUSES", "Access", "Service", "measure_access"]
