"""How certain it is that a place is covered, or not: in how many draws it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gapmap.sensitivity.intervals import BASIS, FEWEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.assessment import Assessment
    from gapmap.sensitivity.intervals import Tally

__all__ = ["CERTAINTIES", "CERTAINTY_COLUMNS", "certainty_table"]

CERTAINTIES: Final = (
    "firmly_uncovered",
    "probably_uncovered",
    "borderline",
    "probably_covered",
    "firmly_covered",
    "unknown",
)
"""From never covered to always covered; the bounds are those of ``STEPS``."""
CERTAINTY_COLUMNS: Final = (
    *("service", "place_id", "place", "town", "district", "people", "status"),
    *("share_draws_covered", "share_draws_unknown", "certainty", "draws", "basis"),
)
STEPS: Final = (0.05, 0.25, 0.75, 0.95)
"""Shares of draws: at most 5 % firmly uncovered, below 25 % probably, up to 75 % borderline."""


def certainty_table(assessment: Assessment, tally: Tally) -> pd.DataFrame:
    """Give the table of ``certainty.csv``: one row per service and place.

    ``share_draws_covered`` is of the draws in which the place is known; a place that is unknown
    in most draws is ``unknown``, however the others end. Of fewer than twenty draws none is firm.
    """
    places = assessment.access.places.table
    parts = []
    for service in assessment.access.services:
        uncovered, covered, unknown = tally.states[service.id].T
        known = uncovered + covered
        share = np.divide(covered, known, out=np.full(len(known), np.nan), where=known > 0)
        rows = assessment.access.table
        status = rows.loc[rows["service"] == service.id, "status"].to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "service": service.id,
                    "place_id": places["place_id"].to_numpy(),
                    "place": places["place"].to_numpy(),
                    "town": places["town"].to_numpy(),
                    "district": places["district"].to_numpy(),
                    "people": places["people"].to_numpy(dtype=float),
                    "status": status,
                    "share_draws_covered": share,
                    "share_draws_unknown": unknown / tally.count,
                    "certainty": _words(share, unknown / tally.count, known),
                    "draws": tally.count,
                    "basis": BASIS,
                }
            )
        )
    empty = pd.DataFrame(columns=list(CERTAINTY_COLUMNS))
    return pd.concat(parts, ignore_index=True) if parts else empty


def _words(
    share: NDArray[np.float64], unknown: NDArray[np.float64], draws: NDArray[np.int64]
) -> NDArray[np.object_]:
    firm, likely, unlikely, out = STEPS[3], STEPS[2], STEPS[1], STEPS[0]
    told = np.select(
        [(unknown > 1 / 2) | np.isnan(share), share <= out, share < unlikely, share <= likely,
         share < firm],
        [5, 0, 1, 2, 3],
        default=4,
    )  # fmt: skip
    told = np.where(draws < FEWEST, np.select([told == 0, told == 4], [1, 3], told), told)  # noqa: PLR2004 - firmly to probably
    words = np.asarray(CERTAINTIES, dtype=object)
    return np.asarray(words[told])
