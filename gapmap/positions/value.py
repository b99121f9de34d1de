"""What is known of where the rows of a table lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.findings import Finding

__all__ = ["Positions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Where the rows of a table lie.

    Attributes
    ----------
    geometry
        In the target CRS, on the index of the table's cells, None where there is no usable
        position.
    repaired
        Rows whose position had to be put right: latitude and longitude were exchanged, or an
        open ring was closed.
    findings
        Which datum was taken, and what was wrong with single positions.
    """

    geometry: gpd.GeoSeries
    repaired: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()
