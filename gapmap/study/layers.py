"""A study's layers as they are judged: in numbers as their files hold them, and what they name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gapmap.datum import convert_datum, hypothesis_of, prepare_roads, read_as
from gapmap.facilities import FacilitySource
from gapmap.places import PlaceSource, read_places
from gapmap.region import DistrictSource, TownSource, read_region

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from gapmap.datum import Evidence, Readings, Roads
    from gapmap.network import Network, NetworkSource
    from gapmap.places import Places
    from gapmap.region import Region

    Shapes = NDArray[np.object_]

__all__ = [
    "Ground",
    "Layer",
    "areas_coded",
    "as_declared",
    "columns_of",
    "districts_named",
    "layer_of",
    "places_coded",
    "roads_of",
    "spread_over",
    "unverified",
]

_Source = TypeVar("_Source", DistrictSource, TownSource, PlaceSource, FacilitySource)

MOST_ROWS: Final = 5000
"""So many rows, spread over the layer, are judged; more would say the same."""
SAME_M: Final = 1.0
"""Hypotheses that move positions by less than this cannot be told apart."""
NEAR_ROADS_M: Final = 5000.0
"""Roads farther than this from the districts say nothing of what lies in them."""


def as_declared(source: _Source) -> _Source:
    """Give a source to be read as its file declares it, where its datum is to be detected."""
    return replace(source, datum="auto") if source.datum == "detect" else source


def unverified(datum: str, by_roads: Evidence | None = None) -> str | None:
    """Give the datum in which nobody has verified that a layer is; None: it is trusted.

    It is trusted in the datum that the study names, or that trusted roads confirm, unless these
    contradict it.
    """
    declared = hypothesis_of(datum)
    if by_roads is not None and by_roads.speaks and by_roads.reference is None:
        return None if by_roads.best == declared else declared
    return declared if datum in ("auto", "detect") else None


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that is judged.

    Attributes
    ----------
    file
        Its file's name.
    datum
        What the study says of its datum.
    readings
        Its positions, or some of them, under each hypothesis.
    rows
        For each row of the layer its number in the file.
    columns
        The columns of its coordinates.
    """

    file: str
    datum: str
    readings: Readings
    rows: NDArray[np.int64]
    columns: str

    @property
    def declared(self) -> str:
        """The hypothesis that the layer is read in."""
        return hypothesis_of(self.datum)

    @property
    def coincide(self) -> bool:
        """Whether all hypotheses give the same positions, as they do outside China."""
        xy = self.readings.xy
        return xy.size == 0 or bool(np.ptp(xy, axis=0).max() < SAME_M)


def spread_over(count: int) -> NDArray[np.intp]:
    """Give the positions of at most 5,000 rows, spread evenly over so many."""
    return np.arange(count)[:: max(1, -(-count // MOST_ROWS))]


def layer_of(
    file: str, datum: str, shapes: gpd.GeoSeries, rows: ArrayLike, *, columns: str = ""
) -> Layer:
    """Take a layer's shapes back to the numbers that stand in its file."""
    some = spread_over(len(shapes))
    degrees = shapes.iloc[some].to_crs(4326).to_numpy()
    declared = hypothesis_of(datum)

    def numbers(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(convert_datum(*xy.T, source="wgs84", target=declared))

    if declared != "wgs84":
        degrees = shapely.transform(degrees, numbers)
    whole = np.full(len(shapes), None, dtype=object)
    whole[some] = degrees
    return Layer(file, datum, read_as(whole, shapes.crs), np.asarray(rows), columns)


def columns_of(source: PlaceSource | FacilitySource) -> str:
    """Give the columns in which the study says that coordinates stand."""
    return f"{source.x}, {source.y}" if source.x and source.y else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Districts, towns and places, with the sources that they were read by.

    ``places_unverified`` is what :func:`unverified` says of the places once they are judged.
    """

    districts: DistrictSource
    towns: TownSource | None
    place_source: PlaceSource
    region: Region
    places: Places
    places_unverified: str | None = None

    def again(self, crs: str) -> Ground:
        """Read all three by their sources."""
        towns = None if self.towns is None else as_declared(self.towns)
        region = read_region(as_declared(self.districts), towns, crs=crs)
        places = read_places(as_declared(self.place_source), region)
        return replace(self, region=region, places=places)

    def place_layer(self) -> Layer:
        """Give the places as they are judged: a point for each."""
        table = self.places.table
        source = self.place_source
        return layer_of(
            self.places.rows[0].file,
            source.datum,
            table.geometry,
            table["row"],
            columns=columns_of(source),
        )


def roads_of(network: Network | None, source: NetworkSource | None, region: Region) -> Roads | None:
    """Give the network's ways on land near the districts.

    OpenStreetMap is WGS84; of other lines that is known only where the study says so. None where
    the study has no network, and outside China, where all datums are one.
    """
    west, south, east, north = region.districts.total_bounds
    corners = shapely.points([west, west, east, east], [south, north, south, north])
    degrees = gpd.GeoSeries(corners, crs=region.crs).to_crs(4326)
    moved = np.ptp(read_as(degrees.to_numpy(), region.crs).xy, axis=0)
    if network is None or source is None or not moved.size or moved.max() < SAME_M:
        return None
    edges = network.edges
    starts = np.ones(len(edges.coords), dtype=bool)
    starts[edges.offsets[1:] - 1] = False  # the last point of an edge begins no segment
    begins = np.flatnonzero(starts)
    on_land = np.repeat(edges.joinable, np.diff(edges.offsets))[begins]
    x, y = edges.coords[begins].T
    near = (x > west - NEAR_ROADS_M) & (x < east + NEAR_ROADS_M)
    near &= (y > south - NEAR_ROADS_M) & (y < north + NEAR_ROADS_M)
    begins = begins[near & on_land]
    reference = unverified(source.datum) if source.osm is None else None
    segments = np.hstack((edges.coords[begins], edges.coords[begins + 1]))
    return prepare_roads(segments, reference=reference)


def districts_named(ground: Ground) -> Shapes:
    """Give for each place the district that it belongs to, None where none is known."""
    districts = ground.region.districts
    return _looked_up(
        ground.places.table["district_id"], districts["district_id"], districts.geometry
    )


def places_coded(table: pd.DataFrame, ground: Ground) -> Shapes:
    """Give for each facility the place whose code it carries, None where it carries none."""
    places = ground.places
    shapes = places.table.geometry if places.polygons is None else places.polygons
    codes = table["place_id"].where(table["place_basis"] == "code", "")
    return _looked_up(codes, places.table["place_id"], shapes)


def areas_coded(table: pd.DataFrame, ground: Ground) -> tuple[Shapes, str | None]:
    """Give for each facility the town or district whose code it carries, None where none.

    Returns
    -------
    tuple
        The areas, and the datum in which one of their layers is unverified; see
        :func:`unverified`.
    """
    found = np.full(len(table), None, dtype=object)
    doubt: str | None = None
    region = ground.region
    for level, source, layer in (
        ("town", ground.towns, region.towns),
        ("district", ground.districts, region.districts),
    ):
        mine = (table["place_basis"] == "code") & (table["belongs"] == level)
        if source is not None and mine.any():
            ids = f"{level}_id"
            areas = _looked_up(table[ids].where(mine, ""), layer[ids], layer.geometry)
            found = np.where(shapely.is_missing(found), areas, found)
            doubt = doubt or unverified(source.datum)
    return found, doubt


def _looked_up(codes: pd.Series, ids: pd.Series, shapes: gpd.GeoSeries) -> Shapes:
    at = pd.Index(ids).get_indexer(codes)
    found = np.full(len(codes), None, dtype=object)
    found[at >= 0] = shapes.to_numpy()[at[at >= 0]]
    return found
