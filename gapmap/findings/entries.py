"""The catalogue of findings: how grave each is, and its words."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, NotRequired, TypedDict

__all__ = ["REPAIRS", "SEVERITIES", "Entry", "catalogue", "may_repair"]

SEVERITIES: Final = ("error", "warning", "note")
REPAIRS: Final = ("none", "safe", "all")
"""How far a study lets gapmap repair its inputs; each allows what those before it allow."""


class Entry(TypedDict):
    """One code of the catalogue: how grave, what is wrong, what to do, what was done."""

    severity: str
    repair: NotRequired[str]
    zh: str
    en: str
    do_zh: str
    do_en: str
    done_zh: str
    done_en: str


@cache
def catalogue() -> dict[str, Entry]:
    """Give every known finding by its code, from ``findings.toml``."""
    entries: dict[str, Entry] = tomllib.loads(
        files("gapmap").joinpath("findings.toml").read_text("utf8")
    )
    return entries


def may_repair(policy: str, code: str) -> bool:
    """Say whether a study's policy (one of ``REPAIRS``) allows the repair that ``code`` records.

    Examples
    --------
    >>> may_repair("safe", "position-swapped"), may_repair("none", "position-swapped")
    (True, False)
    """
    needed = catalogue()[code].get("repair", "all")
    return REPAIRS.index(needed) <= REPAIRS.index(policy)
