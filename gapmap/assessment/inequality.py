"""Inequality: how unevenly the way to a service is spread over people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap import equity
from gapmap.assessment.coverage import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gapmap.access import Access, Service

__all__ = ["EQUITY_COLUMNS", "inequality_of"]

EQUITY_COLUMNS = ["service", "measure", "value", "people", "quantity", "people_left_out"]


def inequality_of(access: Access) -> pd.DataFrame:
    """Measure how unevenly the way to each service is spread: the table of ``equity.csv``."""
    missing = float(access.places.people_missing.sum())
    rows = [
        row for service, block in blocks_of(access) for row in _equity_rows(service, block, missing)
    ]
    return pd.DataFrame(rows, columns=EQUITY_COLUMNS)


def _equity_rows(
    service: Service, block: pd.DataFrame, missing: float
) -> Iterator[dict[str, object]]:
    quantity = "distance_m" if service.limit_unit == "m" else "minutes"
    value = block[quantity].to_numpy(dtype=float)
    people = block["people"].to_numpy(dtype=float)
    known = (block["status"] != "unknown").to_numpy()
    held = known & np.isfinite(value) & (np.nan_to_num(people) > 0)
    measured = float(people[held].sum())
    for measure, figure in _measures(block[held], value[held], people[held]).items():
        yield {
            "service": service.id,
            "measure": measure,
            "value": figure,
            "people": measured,
            "quantity": quantity,
            "people_left_out": float(np.nansum(people[~held])) + missing,
        }


def _measures(
    block: pd.DataFrame, value: NDArray[np.float64], people: NDArray[np.float64]
) -> dict[str, float]:
    if len(value) == 0:
        names = ["gini", "theil", "theil_between_setting", "theil_between_district", "palma"]
        return dict.fromkeys(names, np.nan)
    by_setting = equity.theil(value, people, block["setting"])
    by_district = equity.theil(value, people, block["district_id"])
    return {
        "gini": equity.gini(value, people),
        "theil": by_setting.total,
        "theil_between_setting": by_setting.between,
        "theil_between_district": by_district.between,
        "palma": equity.palma(value, people),
    }
