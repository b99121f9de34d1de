"""What access is made of: services with limits, and the table of who reaches what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gapmap.access.pieces import no_pieces
from gapmap.errors import MethodError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.surface import Field, Surface

__all__ = ["REASONS", "STATUSES", "Access", "Service", "service_of"]

STATUSES = ("covered", "uncovered", "unknown")
REASONS = (
    "within_limit",
    "beyond_limit",
    "no_facility",
    "below_standard",
    "not_connected",
    "no_route",
    "island_no_ferry",
    "no_position",
    "outside_area",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service and how near it has to be.

    Attributes
    ----------
    id
        The word that facilities carry, such as ``bus_shelter``.
    name
        Name by language.
    mode
        ``walk``, ``cycle``, ``drive``, ``straight``, or ``surface``: over land, at the speeds that
        the surface gives each cell.
    limit, limit_unit
        The limit, inclusive, and its unit: ``m`` or ``minutes``.
    source
        Where the limit comes from.
    basis
        ``plan`` where the plan gives the limit, ``standard`` where a named standard in force
        does, else ``assumption``.
    speed_kmh
        Speed along the way; None means the mode's default. Over land the surface's speeds count.
    off_road
        How one gets between a position and the ways: ``straight``, to the ways next to it; or
        ``surface``, over land, to any way, with one stretch by road at most. The latter needs a
        limit in minutes.
    bottom_line
        Share of people, 0 to 1, that every district is to have within the limit; None: not given.
    """

    id: str
    name: Mapping[str, str]
    mode: str
    limit: float
    limit_unit: str = "m"
    source: str = "assumption"
    basis: str = "assumption"
    speed_kmh: float | None = None
    off_road: str = "straight"
    bottom_line: float | None = None

    @property
    def by(self) -> str:
        """What routes are made small in: ``distance`` for a limit in metres, else ``minutes``."""
        return "distance" if self.limit_unit == "m" else "minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Distance, time, status and reason of every place for every service.

    Attributes
    ----------
    table
        The columns of ``access.csv`` (see ``docs/outputs.md``). Rows are ordered by service as
        in ``services``, then by place as in ``places.table``, so that each service is a block of
        as many rows as there are places. ``distance_m`` and ``minutes`` are NaN where there is
        no route; ``straight_m`` is the straight line to the facility that is nearest in a
        straight line, NaN without a position or facility.
    routes
        Lines from uncovered places to their nearest facility: ``place_id``, ``service``,
        ``facility_id``, ``distance_m``, ``minutes``, ``geometry``.
    pieces
        The connected pieces of the network, by mode: the columns of ``pieces.csv``.
    surface
        The land that some services are measured over.
    fields
        For each of these services the minutes between every cell of ``surface`` and its nearest
        facility, and which facility that is: ``source`` counts the rows of ``serving``. Where the
        limit is in metres the minutes are still those of the fastest way. Legs of places that were
        moved to a passable cell are not in them.
    serving
        For every service the facilities that serve: ``facility_id`` and ``facility``, ordered by
        id.
    """

    table: pd.DataFrame
    places: Places
    facilities: Facilities
    network: Network | None
    services: tuple[Service, ...]
    routes: gpd.GeoDataFrame
    findings: tuple[Finding, ...] = ()
    pieces: pd.DataFrame = field(default_factory=no_pieces)
    surface: Surface | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)
    serving: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def service_of(access: Access, service: str | None) -> Service:
    """Give a measured service by its id.

    Raises
    ------
    MethodError
        It was not measured.
    """
    measured = {one.id: one for one in access.services}
    if service is None or service not in measured:
        known = ", ".join(measured)
        raise MethodError(
            f"service {service!r} was not measured; choose one of: {known}",
            f"没有测算服务“{service}”;可选:{known}",
        )
    return measured[service]
