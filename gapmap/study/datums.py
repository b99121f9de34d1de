"""In which datum the layers of a study really are: each against roads and against the others.

Every layer is read as the study declares it. Then its positions are held, under each hypothesis
(WGS84, GCJ-02, BD-09), against the roads and against the areas and places that its rows name. What
contradicts is a warning. Only a layer whose study says ``datum = "detect"`` is read again, in
the datum that decisive evidence gives it; without such evidence it is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gapmap.datum import (
    area_evidence,
    convert_datum,
    hypothesis_of,
    judge_datum,
    mixed_rows,
    point_pair_evidence,
    prepare_roads,
    read_as,
    road_evidence,
    tell_mixed,
    tell_verdict,
)
from gapmap.errors import CrsError
from gapmap.facilities import FacilitySource, read_facilities
from gapmap.findings import fail
from gapmap.places import PlaceSource, read_places
from gapmap.region import DistrictSource, TownSource, read_region

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gapmap.datum import Evidence, Readings, Roads, Verdict
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.region import Region

    Shapes = NDArray[np.object_]

__all__ = ["Datums", "Ground", "as_declared", "roads_of"]

_Source = TypeVar("_Source", DistrictSource, TownSource, PlaceSource, FacilitySource)

MOST_ROWS: Final = 5000
"""So many rows, spread over the layer, are judged; more would say the same."""
SAME_M: Final = 1.0
"""Hypotheses that move positions by less than this cannot be told apart."""
NEAR_ROADS_M: Final = 5000.0
"""Roads farther than this from the districts say nothing of what lies in them."""
NEAR_AREA_M: Final = 10.0
"""So near to the area that it names a row lies in it: borders are drawn lines."""
NEAR_PLACE_M: Final = 300.0
"""So near to the place whose code it carries a facility fits it."""


def as_declared(source: _Source) -> _Source:
    """Give a source to be read as its file declares it, where its datum is to be detected."""
    return replace(source, datum="auto") if source.datum == "detect" else source


def roads_of(network: Network | None, region: Region) -> Roads | None:
    """Give the network's ways on land near the districts.

    None where the study has no network, and outside China, where all datums are one.
    """
    west, south, east, north = region.districts.total_bounds
    corners = shapely.points([west, west, east, east], [south, north, south, north])
    degrees = gpd.GeoSeries(corners, crs=region.crs).to_crs(4326)
    moved = np.ptp(read_as(degrees.to_numpy(), region.crs).xy, axis=0)
    if network is None or not moved.size or moved.max() < SAME_M:
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
    return prepare_roads(np.hstack((edges.coords[begins], edges.coords[begins + 1])))


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer that is judged: the source that it was read by, and its positions."""

    file: str
    source: DistrictSource | TownSource | PlaceSource | FacilitySource
    readings: Readings
    rows: NDArray[np.int64]

    @property
    def declared(self) -> str:
        return hypothesis_of(self.source.datum)

    @property
    def coincide(self) -> bool:
        """Whether all hypotheses give the same positions, as they do outside China."""
        xy = self.readings.xy
        return xy.size == 0 or bool(np.ptp(xy, axis=0).max() < SAME_M)

    @property
    def columns(self) -> str:
        x, y = getattr(self.source, "x", None), getattr(self.source, "y", None)
        return f"{x}, {y}" if x and y else ""


def _layer(
    file: str,
    source: DistrictSource | TownSource | PlaceSource | FacilitySource,
    shapes: gpd.GeoSeries,
    rows: pd.Series,
) -> _Layer:
    """Take a layer's shapes back to the numbers that stand in its file."""
    some = np.arange(len(shapes))[:: max(1, -(-len(shapes) // MOST_ROWS))]
    degrees = shapes.iloc[some].to_crs(4326).to_numpy()
    declared = hypothesis_of(source.datum)

    def numbers(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(convert_datum(*xy.T, source="wgs84", target=declared))

    if declared != "wgs84":
        degrees = shapely.transform(degrees, numbers)
    whole = np.full(len(shapes), None, dtype=object)
    whole[some] = degrees
    return _Layer(file, source, read_as(whole, shapes.crs), rows.to_numpy())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Districts, towns and places, with the sources that they were read by."""

    districts: DistrictSource
    towns: TownSource | None
    place_source: PlaceSource
    region: Region
    places: Places

    def again(self, crs: str) -> Ground:
        """Read all three by their sources."""
        towns = None if self.towns is None else as_declared(self.towns)
        region = read_region(as_declared(self.districts), towns, crs=crs)
        places = read_places(as_declared(self.place_source), region)
        return replace(self, region=region, places=places)


@dataclass(slots=True)
class Datums:
    """The judging of a study's layers, one after the other.

    Attributes
    ----------
    roads
        From :func:`roads_of`.
    verdicts
        File and verdict of each layer that there was anything to judge by.
    findings
        What has to be told.
    """

    roads: Roads | None
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def settle_ground(self, ground: Ground, *, crs: str) -> Ground:
        """Judge places, districts and towns; read again what has to be detected.

        Places are judged first, by roads above all; districts and towns by the places that name
        them; places whose datum is still open then once more, by the districts.

        Raises
        ------
        CrsError
            A layer asks for its datum to be detected, and the evidence is not decisive.
        """
        layer = _place_layer(ground)
        verdict = self._judge_places(layer, ground)
        settled = ground
        if _converts(layer.source, verdict):
            found = replace(ground.place_source, datum=str(verdict.datum))
            settled = replace(ground, place_source=found).again(crs)
        changed = self._settle_areas(settled)
        if changed != settled:
            settled = changed.again(crs)
        if not verdict.decisive:
            verdict = self._judge_places(layer, settled)
            if _converts(layer.source, verdict):
                found = replace(ground.place_source, datum=str(verdict.datum))
                settled = replace(settled, place_source=found).again(crs)
        self._tell(layer, verdict)
        if not verdict.contradicts and settled.place_source.district is not None:
            self._tell_mixed(
                layer, _district_shapes(settled.places.table, settled.region), NEAR_AREA_M
            )
        return settled

    def settle_facilities(
        self,
        sources: Sequence[FacilitySource],
        facilities: Facilities,
        ground: Ground,
        *,
        date: dt.date,
    ) -> Facilities:
        """Judge each file of facilities; read again what has to be detected.

        Raises
        ------
        CrsError
            A file asks for its datum to be detected, and the evidence is not decisive.
        """
        final = []
        for source, count in zip(sources, facilities.rows, strict=True):
            table = facilities.table[facilities.table["file"] == count.file]
            table = table.drop_duplicates("row")
            layer = _layer(count.file, source, table.geometry, table["row"])
            homes = _homes(table, ground)
            verdict = self._judge_facilities(layer, homes, ground)
            self._tell(layer, verdict)
            if not verdict.contradicts:
                points = ground.places.polygons is None
                self._tell_mixed(layer, homes, NEAR_PLACE_M if points else NEAR_AREA_M)
            converts = _converts(source, verdict)
            final.append(replace(source, datum=str(verdict.datum)) if converts else source)
        if list(sources) == final:
            return facilities
        return read_facilities([as_declared(one) for one in final], ground.places, date=date)

    def _judge_places(self, layer: _Layer, ground: Ground) -> Verdict:
        evidence = [road_evidence(layer.readings, self.roads)]
        if ground.place_source.district is not None:
            named = _district_shapes(ground.places.table, ground.region)[layer.readings.rows]
            reference = _reference(ground.districts)
            evidence.append(area_evidence(layer.readings, named, reference=reference))
        return judge_datum(evidence, layer.declared)

    def _settle_areas(self, ground: Ground) -> Ground:
        """Judge districts and towns by the places that name them; give the sources to read by."""
        by_roads = road_evidence(_place_layer(ground).readings, self.roads)
        reference = _reference(ground.place_source, by=by_roads)
        region, table = ground.region, ground.places.table
        found: dict[str, str] = {}
        for name, source, shapes, ids, column in (
            ("districts", ground.districts, region.districts, "district_id", "district"),
            ("towns", ground.towns, region.towns, "town_id", "town"),
        ):
            if source is None or getattr(ground.place_source, column) is None:
                continue
            layer = _layer(region.rows[name == "towns"].file, source, shapes.geometry, shapes[ids])
            verdict = _judge_areas(layer, shapes[ids], table[ids], table.geometry, reference)
            self._tell(layer, verdict)
            if _converts(source, verdict):
                found[name] = str(verdict.datum)
        towns = ground.towns
        if towns is not None and "towns" in found:
            towns = replace(towns, datum=found["towns"])
        districts = replace(ground.districts, datum=found.get("districts", ground.districts.datum))
        return replace(ground, districts=districts, towns=towns)

    def _judge_facilities(self, layer: _Layer, homes: Shapes, ground: Ground) -> Verdict:
        evidence = [road_evidence(layer.readings, self.roads)]
        reference = _reference(ground.place_source)
        named = homes[layer.readings.rows]
        if ground.places.polygons is not None:
            evidence.append(area_evidence(layer.readings, named, reference=reference))
        else:
            partners = np.column_stack((shapely.get_x(named), shapely.get_y(named)))
            evidence.append(point_pair_evidence(layer.readings, partners, reference=reference))
        return judge_datum(evidence, layer.declared)

    def _tell(self, layer: _Layer, verdict: Verdict) -> None:
        """Record a verdict; fail where the study asks for a datum that nothing tells."""
        if layer.coincide:
            return
        if any(one.witnesses for one in verdict.evidence):
            self.verdicts.append((layer.file, verdict))
        asked = layer.source.datum
        told = tell_verdict(verdict, file=layer.file, asked=asked, field=layer.columns)
        if told is None:
            return
        if told.code == "datum-undecided":
            fail(told, CrsError)
        self.findings.append(told)

    def _tell_mixed(self, layer: _Layer, named: Shapes, near_m: float) -> None:
        mixed = mixed_rows(
            layer.readings, named[layer.readings.rows], declared=layer.declared, near_m=near_m
        )
        if mixed is not None:
            self.findings += tell_mixed(
                mixed,
                file=layer.file,
                rows=layer.rows,
                declared=layer.declared,
                field=layer.columns,
            )


def _reference(source: _Source, *, by: Evidence | None = None) -> str | None:
    """Give the datum in which nobody has verified that a layer is; None: it is trusted.

    It is trusted in the datum that the study names, or that roads confirm, unless roads (``by``)
    contradict it.
    """
    declared = hypothesis_of(source.datum)
    said = by.best if by is not None and by.speaks else ""
    named = source.datum not in ("auto", "detect")
    return None if said == declared or (named and not said) else declared


def _converts(
    source: DistrictSource | TownSource | PlaceSource | FacilitySource, verdict: Verdict
) -> bool:
    """Say whether a layer is to be read again, in the datum of the verdict."""
    return source.datum == "detect" and verdict.decisive and verdict.contradicts


def _place_layer(ground: Ground) -> _Layer:
    table = ground.places.table
    return _layer(ground.places.rows[0].file, ground.place_source, table.geometry, table["row"])


def _district_shapes(table: pd.DataFrame, region: Region) -> Shapes:
    """Give for each place the district that it belongs to, None where none is known."""
    districts = region.districts
    return _looked_up(table["district_id"], districts["district_id"], districts.geometry)


def _homes(table: pd.DataFrame, ground: Ground) -> Shapes:
    """Give for each facility the place whose code it carries, None where it carries none."""
    places = ground.places
    shapes = places.table.geometry if places.polygons is None else places.polygons
    codes = table["place_id"].where(table["place_basis"] == "code", "")
    return _looked_up(codes, places.table["place_id"], shapes)


def _looked_up(codes: pd.Series, ids: pd.Series, shapes: gpd.GeoSeries) -> Shapes:
    at = pd.Index(ids).get_indexer(codes)
    found = np.full(len(codes), None, dtype=object)
    found[at >= 0] = shapes.to_numpy()[at[at >= 0]]
    return found


def _judge_areas(
    layer: _Layer, ids: pd.Series, named: pd.Series, points: gpd.GeoSeries, reference: str | None
) -> Verdict:
    """Judge a layer of areas by the points that name them: for each point, its area."""
    position = {code: at for at, code in enumerate(ids.iloc[layer.readings.rows])}
    some = np.arange(len(points))[:: max(1, -(-len(points) // MOST_ROWS))]
    at = np.array([position.get(code, -1) for code in named.iloc[some]], dtype=np.intp)
    known = (at >= 0) & points.iloc[some].notna().to_numpy()
    evidence = area_evidence(
        layer.readings.take(at[known]), points.iloc[some[known]].to_numpy(), reference=reference
    )
    return judge_datum([evidence], layer.declared)
