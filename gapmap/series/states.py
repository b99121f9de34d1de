"""Access at several dates: only services whose facilities differ are measured again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.access import measure_access
from gapmap.facilities import facilities_at

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from gapmap.access import Access
    from gapmap.facilities import Facilities

__all__ = ["access_at"]

_Key = tuple[str, bytes]


def access_at(access: Access, dates: Sequence[dt.date]) -> Iterator[Access]:
    """Measure a study at other dates, the same way in all else.

    Parameters
    ----------
    access
        As measured at its own date.
    dates
        In any order.

    Yields
    ------
    Access
        Per date; in brief, with ``place_id``. A service whose facilities exist as on a date
        measured before has that date's rows.
    """
    rows_of = {
        str(service): np.asarray(rows)
        for service, rows in access.facilities.table.groupby("service").indices.items()
    }
    known: dict[_Key, pd.DataFrame] = {}
    _keep(known, _keys(access.facilities, rows_of, access), access)
    for date in dates:
        then = facilities_at(access.facilities, date)
        keys = _keys(then, rows_of, access)
        wanted = [
            service for service, key in zip(access.services, keys, strict=True) if key not in known
        ]
        if wanted:
            measured = measure_access(
                access.places,
                then,
                access.network,
                wanted,
                surface=access.surface,
                brief=True,
                earlier=access,
            )
            _keep(known, [key for key in keys if key not in known], measured)
        table = pd.concat([known[key] for key in keys], ignore_index=True)
        yield replace(access, table=table, facilities=then, findings=())


def _keys(facilities: Facilities, rows_of: dict[str, np.ndarray], access: Access) -> list[_Key]:
    """Say of each service which of its facilities exist."""
    counts = facilities.table["counts"].astype(str).to_numpy(dtype="U7")
    none = np.zeros(0, dtype=np.int64)
    return [(one.id, counts[rows_of.get(one.id, none)].tobytes()) for one in access.services]


_KEPT = ("people", "service", "distance_m", "minutes", "status", "mode", "measured")


def _keep(known: dict[_Key, pd.DataFrame], keys: Sequence[_Key], access: Access) -> None:
    ids = access.places.table["place_id"].to_numpy()
    for number, key in enumerate(keys):
        block = access.table.iloc[number * len(ids) : (number + 1) * len(ids)]
        known[key] = block[list(_KEPT)].assign(place_id=ids)
