"""A run's results of the toy city, for the tests of the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import toys

from gapmap.findings import finding
from gapmap.outputs import Results, reserved
from gapmap.tables import RowCount

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gapmap.assessment import Assessment


PROPOSED = ("siting", "site_places", "site_left_out", "site_targets", "site_excluded")
"""Tables that a run with proposals has besides those of every run."""


def row_count() -> RowCount:
    return RowCount(file="places.csv", read=12, used=11, repaired=0, excluded=1)


def results(made: Assessment | None = None, **changed: object) -> Results:
    """Give everything that a run of the toy city leaves; ``changed`` replaces parts."""
    assessment = made or toys.assessment()
    parts: dict[str, object] = {
        "assessment": assessment,
        "proposals": (toys.proposal(assessment),),
        "report_html": "<!doctype html><title>玩具市</title>",
        "about": toys.ABOUT,
        "findings": (
            finding("position-missing", file="places.csv", row=12, field="lon", name="=1+1"),
            *assessment.access.findings,
        ),
        "rows": (row_count(),),
        "study": {"study": {"name": "玩具市", "date": toys.ABOUT.date, "seed": 1}},
        "parameters": {"plan": "", "worst": float("nan"), "limit": float("inf")},
        "seconds": {"read": 0.25, "measure": 0.5},
        "seed": 1,
        **changed,
    }
    return Results(**parts)


def place_of(out: Path, inputs: Iterable[Path] = ()) -> Path:
    """Reserve a run's place and leave it again."""
    with reserved(out, inputs=inputs) as target:
        return target
