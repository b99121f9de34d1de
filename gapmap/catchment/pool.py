"""Pools: the facilities of a service, those that serve and those of which nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapmap.access.reasons import judge, pool_of, unplaced_of

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.access import Access, Service

__all__ = ["Pool", "parted_pool"]


class Pool(NamedTuple):
    """Facilities of a service: those that serve, that may, and those that may and have no place."""

    serving: gpd.GeoDataFrame
    doubtful: gpd.GeoDataFrame
    unplaced: gpd.GeoDataFrame


def parted_pool(access: Access, service: Service) -> Pool:
    """Part the facilities of a service; those that serve are ordered by id."""
    pool = pool_of(access.facilities, service.id)
    judged, placed = judge(pool), pool.geometry.notna().to_numpy()
    return Pool(
        pool[judged == "serves"].sort_values("facility_id", kind="stable"),
        pool[(judged == "doubtful") & placed],
        unplaced_of(pool),
    )
