"""What a run tells of other dates than the study's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gapmap.facilities import facilities_at
from gapmap.findings import finding
from gapmap.series import anything_dated, dates_of, leave_out, measure_series

if TYPE_CHECKING:
    from gapmap.assessment import Assessment
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.series import Series
    from gapmap.study.value import Steps, Study

__all__ = ["measure_dated"]


def measure_dated(
    study: Study, assessment: Assessment, watch: Steps
) -> tuple[Series | None, tuple[Finding, ...]]:
    """Tell the study at the dates that it names, or at those of its plan.

    Returns
    -------
    None where there is no such date, nothing in the study is dated, or a what-if has changed its
    facilities, of which nobody knows since when; and findings that say so. A what-if of another
    date alone changes none.
    """
    facilities = assessment.access.facilities
    asked = study.file.series
    dates = dates_of(assessment.plan, facilities.date) if asked is None else asked
    if not dates:
        return None, ()
    if not _same(study.facilities, facilities):
        return None, (finding("series-what-if", file=study.file.path.name),)
    if not anything_dated(facilities, assessment.records):
        return None, (finding("series-nothing-dated", field="series"),)
    held, late = leave_out(dates, facilities.date)
    if not held:
        return None, late
    with watch.step("several dates"):
        made = measure_series(assessment, dates)
    return made, made.findings


def _same(given: Facilities, held: Facilities) -> bool:
    """Say whether facilities are those of the study, be it at another date."""
    if held is given:
        return True
    columns = ["facility_id", "service", "counts", "qualifies"]
    then = facilities_at(given, held.date).table[columns].to_numpy(dtype=object)
    return np.array_equal(then, held.table[columns].to_numpy(dtype=object))
