"""Names of files that hold something of one service: its id is the planner's text, not a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["file_names"]

_LONGEST = 60


def file_names(services: Iterable[str]) -> dict[str, str]:
    """Give each service's id as part of a file name that no other service has.

    Examples
    --------
    >>> file_names(["a/b", "a b", "../x", "医院"])
    {'a/b': 'a_b', 'a b': 'a_b_2', '../x': 'x', '医院': '医院'}
    """
    taken: set[str] = set()
    return {service: _free(service, taken) for service in services}


def _free(service: str, taken: set[str]) -> str:
    plain = re.sub(r"[^\w-]+", "_", service).strip("_")[:_LONGEST] or "service"
    free, number = plain, 1
    while free.lower() in taken:
        number += 1
        free = f"{plain}_{number}"
    taken.add(free.lower())
    return free
