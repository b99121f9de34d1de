"""Change: what differs between two states, place by place and group by group, and why."""

from gapmap.change.causes import causes
from gapmap.change.tables import compare_folders, compare_states, explained, read_access
from gapmap.change.value import CAUSE_COLUMNS, CAUSES, Causes, Change

__all__ = [
    "CAUSES",
    "CAUSE_COLUMNS",
    "Causes",
    "Change",
    "causes",
    "compare_folders",
    "compare_states",
    "explained",
    "read_access",
]
