"""Fields: the travel times over a surface that a run has measured, service by service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.access import Access, Service
    from gapmap.surface import Field, Surface

__all__ = ["Travelled", "travelled"]


_KMH: Final = 0.06
"""Of 1 m a minute, km/h."""


class Travelled(NamedTuple):
    """How far each cell of a surface is from a service's nearest facility.

    ``serving`` has the facilities in the order of ``field.source``: ``facility_id``, ``facility``.
    """

    service: Service
    surface: Surface
    field: Field
    serving: pd.DataFrame

    @property
    def limit_minutes(self) -> float:
        """The limit in minutes; of one in metres, how long these take at the walking speed."""
        if self.service.limit_unit == "minutes":
            return float(self.service.limit)
        return float(self.service.limit) / (self.surface.source.kmh / _KMH)

    @property
    def direction(self) -> str:
        """Whether the times are ``to`` the facility or ``from`` it, as they were searched for."""
        return self.field.direction

    @property
    def in_minutes(self) -> bool:
        """Whether the limit is in minutes, so that the map can show where it runs."""
        return self.service.limit_unit == "minutes"


def travelled(access: Access) -> list[Travelled]:
    """Give what was measured over a surface, in the order of the services."""
    surface = access.surface
    if surface is None:
        return []
    return [
        Travelled(service, surface, access.fields[service.id], access.serving[service.id])
        for service in access.services
        if service.id in access.fields
    ]
