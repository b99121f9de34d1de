"""Where a study lies on the globe, and how far from it a position is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Around", "around"]

_KM_PER_DEGREE: Final = 111.2
"""Of latitude, and of longitude at the equator: a sphere of 6,371 km is enough here."""


@dataclass(frozen=True, slots=True)
class Around:
    """A box of longitudes and latitudes.

    Attributes
    ----------
    west, south, east, north
        In degrees. ``east`` is greater than 180 where the box crosses the 180th meridian.
    """

    west: float
    south: float
    east: float
    north: float

    def km_off(self, lon: Floats, lat: Floats) -> Floats:
        """Give the distance of positions from the box in km, to a few per cent.

        Infinite where they are no position on the globe; longitudes may run to 180 or to 360.
        """
        with np.errstate(invalid="ignore"):
            there = (lon >= -180) & (lon <= 360) & (np.abs(lat) <= 90)  # noqa: PLR2004 - the globe
        lon, lat = np.where(there, lon, 0.0), np.where(there, lat, 0.0)
        middle = (self.west + self.east) / 2
        turned = (lon - middle + 180) % 360 - 180 + middle
        aside = np.maximum(np.maximum(self.west - turned, turned - self.east), 0.0)
        along = np.maximum(np.maximum(self.south - lat, lat - self.north), 0.0)
        km = np.hypot(aside * np.cos(np.radians(lat)), along) * _KM_PER_DEGREE
        return np.where(there, km, np.inf)

    @property
    def either_way(self) -> bool:
        """Whether a position near the box may be so with longitude and latitude exchanged too."""
        lon, lat = (self.west + self.east) / 2, (self.south + self.north) / 2
        exchanged = self.km_off(np.array([lat]), np.array([lon]))
        return bool(exchanged[0] < _DIAGONAL_KM)


_DIAGONAL_KM: Final = 300.0


def around(lon: Floats, lat: Floats) -> Around:
    """Give the smallest box that holds all positions, over the 180th meridian if need be.

    Parameters
    ----------
    lon, lat
        At least one position, in degrees.

    Examples
    --------
    >>> import numpy as np
    >>> box = around(np.array([179.0, -179.5]), np.array([-17.0, -16.0]))
    >>> box.west, box.east
    (179.0, 180.5)
    """
    south, north = float(lat.min()), float(lat.max())
    west, east = float(lon.min()), float(lon.max())
    if east - west <= 180:  # noqa: PLR2004 - half the globe
        return Around(west, south, east, north)
    turned = np.unique(lon % 360)
    gaps = np.diff(turned, append=turned[0] + 360)
    widest = int(np.argmax(gaps))
    west = float(turned[(widest + 1) % len(turned)])
    west = west - 360 if west > 180 else west  # noqa: PLR2004 - half the globe
    return Around(west, south, west + 360 - float(gaps[widest]), north)
