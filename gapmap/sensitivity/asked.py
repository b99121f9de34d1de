"""Asked: what every draw has in common, by service: whom to look for, and who is unknown anyway."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from gapmap.access.reasons import judge, own_unplaced, pool_of, serving_of, unplaced_of
from gapmap.network import SLACK
from gapmap.sensitivity.value import COVERED, UNCOVERED, UNKNOWN

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gapmap.access import Access, Service

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Asked", "Found", "ask", "judged", "positions"]


_NEEDED = ["facility_id", "service", "counts", "qualifies", "place_id", "geometry"]
"""Of the columns of facilities, of which there are many."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One service: rows of the table of facilities by what they are to it, and fixed statuses.

    Attributes
    ----------
    serving, failing, doubtful
        Row numbers of those with a position that serve, fail the gate, and may or may not serve.
    own_unplaced
        Which places have a facility of their own that stands nobody knows where.
    nobody_placed
        Whether some serve, or may, and none of those that do has a position.
    """

    service: Service
    serving: Integers
    failing: Integers
    doubtful: Integers
    own_unplaced: Flags
    nobody_placed: bool

    @property
    def lists(self) -> tuple[Integers, Integers, Integers]:
        """Those to be looked for, each for itself."""
        return self.serving, self.failing, self.doubtful


def ask(access: Access, service: Service) -> Asked:
    """Sort the facilities of a service, as :func:`gapmap.measure_access` does."""
    numbered = access.facilities.table[_NEEDED].reset_index(drop=True)
    pool = pool_of(replace(access.facilities, table=numbered), service.id)
    judged, located = judge(pool), pool.geometry.notna().to_numpy()
    rows = pool.index.to_numpy(dtype=np.int64)
    serving = serving_of(pool).index.to_numpy(dtype=np.int64)
    unplaced = unplaced_of(pool)
    return Asked(
        service=service,
        serving=serving,
        failing=rows[(judged == "fails") & located],
        doubtful=rows[(judged == "doubtful") & located],
        own_unplaced=own_unplaced(access.places.table, unplaced),
        nobody_placed=len(serving) == 0 and len(unplaced) > 0,
    )


def positions(table: gpd.GeoDataFrame) -> Floats:
    """Give where rows stand, shape (rows, 2); NaN without a position."""
    geometry = table.geometry.to_numpy()
    return np.column_stack((shapely.get_x(geometry), shapely.get_y(geometry))).astype(float)


class Found(NamedTuple):
    """What one draw finds for one service; all arrays have one entry per place.

    ``value`` is what it takes to those that serve (inf without a way), ``failing`` and
    ``doubtful`` the same to those; ``off`` says who is off the ways or the land, ``unsure`` who may
    be within the limit of a facility that is, or over ground of which nobody knows the speed.
    """

    value: Floats
    failing: Floats
    doubtful: Floats
    off: Flags
    unsure: Flags


def judged(
    asked: Asked, found: Found, limit: float, nowhere: Flags
) -> tuple[NDArray[np.int8], Floats]:
    """Decide the status of each place, by the rules of :func:`gapmap.access.reasons.explain`.

    Parameters
    ----------
    asked, found
        The service, and how far its facilities are.
    limit
        Of this draw.
    nowhere
        Which places have no position, or one outside the area.

    Returns
    -------
    Status, and the value; NaN for who is unknown and reaches nothing.
    """
    within, near = found.value <= limit + SLACK, limit + SLACK
    status = np.full(len(nowhere), UNCOVERED, np.int8)
    status[found.off | found.unsure] = UNKNOWN
    if len(asked.serving) == 0:
        status[:] = UNKNOWN if asked.nobody_placed else UNCOVERED
    status[found.failing <= near] = UNCOVERED
    status[found.doubtful <= near] = UNKNOWN
    status[asked.own_unplaced] = UNKNOWN
    status[within] = COVERED
    status[nowhere] = UNKNOWN
    lost = (status == UNKNOWN) & ~np.isfinite(found.value)
    return status, np.where(lost, np.nan, found.value)
