"""In which datum the layers of a study really are: each against roads and against the others.

Every layer is read as the study declares it. Then its positions are held, under each hypothesis
(WGS84, GCJ-02, BD-09), against the roads and against the areas and places that its rows name. What
contradicts is a warning. Only a layer whose study says ``datum = "detect"`` is read again, in
the datum that decisive evidence gives it; without such evidence it is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd
import shapely

from gapmap.datum import (
    HYPOTHESES,
    area_evidence,
    judge_datum,
    mixed_rows,
    point_pair_evidence,
    read_beside,
    road_evidence,
    share_inside,
    tell_mixed,
    tell_verdict,
)
from gapmap.errors import CrsError
from gapmap.facilities import FacilitySource, read_facilities
from gapmap.findings import fail
from gapmap.places import PlaceSource
from gapmap.region import DistrictSource, TownSource
from gapmap.study.layers import (
    areas_coded,
    as_declared,
    columns_of,
    districts_named,
    layer_of,
    places_coded,
    spread_over,
    unverified,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from gapmap.candidates import Candidates
    from gapmap.datum import Evidence, Roads, Verdict
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import NetworkSource
    from gapmap.region import Region
    from gapmap.study.layers import Ground, Layer

    Shapes = NDArray[np.object_]

__all__ = ["Datums"]

_Source = TypeVar("_Source", DistrictSource, TownSource, PlaceSource, FacilitySource)

NEAR_AREA_M: Final = 10.0
"""So near to the area that it names a row lies in it: borders are drawn lines."""
NEAR_PLACE_M: Final = 300.0
"""So near to the place whose code it carries a facility fits it."""


@dataclass(slots=True)
class Datums:
    """The judging of a study's layers, one after the other.

    Attributes
    ----------
    roads
        From :func:`gapmap.study.layers.roads_of`.
    verdicts
        File and verdict of each layer that there was anything to judge by.
    findings
        What has to be told.
    """

    roads: Roads | None
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _undecided: list[Finding] = field(default_factory=list)
    _beside_roads: list[tuple[Layer, Evidence]] = field(default_factory=list)

    def settle_ground(self, ground: Ground, *, crs: str) -> Ground:
        """Judge places, districts and towns; read again what has to be detected.

        Places are judged first, by roads above all; districts and towns by the places that name
        them; places whose datum is still open then once more, by the districts.
        """
        layer = ground.place_layer()
        by_roads = self._ask_roads(layer)
        verdict = _judge_places(layer, by_roads, ground)
        settled = _with_places(ground, verdict, crs=crs)
        changed = self._settle_areas(settled, by_roads)
        if changed != settled:
            settled = changed.again(crs)
        if not verdict.decisive:
            verdict = _judge_places(layer, by_roads, settled)
            settled = _with_places(settled, verdict, crs=crs)
        self._tell(layer, verdict)
        sound = not (verdict.contradicts or self._accused(settled.region.rows[0].file))
        if sound and settled.place_source.district is not None:
            self._tell_mixed(layer, districts_named(settled), NEAR_AREA_M)
        return replace(settled, places_unverified=unverified(settled.place_source.datum, by_roads))

    def settle_facilities(
        self,
        sources: Sequence[FacilitySource],
        facilities: Facilities,
        ground: Ground,
        *,
        date: dt.date,
    ) -> Facilities:
        """Judge each file of facilities; read again what has to be detected."""
        final = []
        ends = np.cumsum([0, *facilities.sizes])
        for at, (source, count) in enumerate(zip(sources, facilities.rows, strict=True)):
            table = facilities.table.iloc[ends[at] : ends[at + 1]].drop_duplicates("row")
            layer = layer_of(
                count.file, source.datum, table.geometry, table["row"], columns=columns_of(source)
            )
            homes = places_coded(table, ground)
            verdict = self._judge_facilities(layer, table, homes, ground)
            self._tell(layer, verdict)
            if not (verdict.contradicts or self._accused(ground.places.rows[0].file)):
                points = ground.places.polygons is None
                self._tell_mixed(layer, homes, NEAR_PLACE_M if points else NEAR_AREA_M)
            final.append(_found(source, verdict))
        if list(sources) == final:
            return facilities
        return read_facilities([as_declared(one) for one in final], ground.places, date=date)

    def settle_candidates(
        self, read: Callable[[str], Candidates], datum: str, region: Region
    ) -> Candidates:
        """Judge a file of candidates; read it again if its datum has to be detected."""
        candidates = read("auto" if datum == "detect" else datum)
        points = candidates.table.geometry
        layer = layer_of(candidates.rows[0].file, datum, points, np.arange(len(points)))
        inside = share_inside(layer.readings, region.districts.geometry)
        verdict = judge_datum([road_evidence(layer.readings, self.roads), inside], layer.declared)
        self._tell(layer, verdict)
        return read(str(verdict.datum)) if _converts(datum, verdict) else candidates

    def judge_roads(self, source: NetworkSource, region: Region) -> None:
        """Ask in which datum the lines are that are read as roads.

        Points that lie beside the roads in no datum may be right, and the roads displaced.
        """
        if self.roads is None or source.lines is None:
            return
        evidence = []
        for layer, said in self._beside_roads:
            heard = said
            if not said.speaks:
                here = layer.readings.xy[HYPOTHESES.index(layer.declared)]
                moved = read_beside(here, region.crs, declared=source.datum)
                heard = road_evidence(moved, self.roads)
            if not said.speaks or said.best == layer.declared:
                evidence.append(replace(heard, reference=unverified(layer.datum)))
        verdict = judge_datum(evidence, source.datum)
        told = tell_verdict(verdict, file=source.lines.name, asked="roads")
        if told is not None:
            self.verdicts.append((source.lines.name, verdict))
            self.findings.append(told)

    def demand(self) -> None:
        """Fail where a datum has to be detected and the evidence is not decisive.

        Raises
        ------
        CrsError
            With a finding for each such layer.
        """
        undecided, self._undecided = self._undecided, []
        if undecided:
            fail(undecided[0], CrsError, also=undecided[1:])

    def take_back(self) -> None:
        """Forget conversions that were told: the files could not be read so."""
        self.findings = [one for one in self.findings if one.code != "datum-detected"]

    def _ask_roads(self, layer: Layer) -> Evidence:
        said = road_evidence(layer.readings, self.roads)
        self._beside_roads.append((layer, said))
        return said

    def _settle_areas(self, ground: Ground, by_roads: Evidence) -> Ground:
        """Judge districts and towns by the places that name them; give the sources to read by."""
        source, region = ground.place_source, ground.region
        reference = unverified(source.datum, by_roads)
        districts, towns = ground.districts, ground.towns
        if source.district is not None:
            layer = layer_of(
                region.rows[0].file,
                districts.datum,
                region.districts.geometry,
                region.districts["district_id"],
            )
            districts = self._settle_area(districts, layer, ground, reference)
        if towns is not None and source.town is not None:
            layer = layer_of(
                region.rows[1].file, towns.datum, region.towns.geometry, region.towns["town_id"]
            )
            towns = self._settle_area(towns, layer, ground, reference)
        return replace(ground, districts=districts, towns=towns)

    def _settle_area(
        self, source: _Source, layer: Layer, ground: Ground, reference: str | None
    ) -> _Source:
        """Judge a layer of areas by the places that name them: for each place, its area."""
        table = ground.places.table.iloc[spread_over(len(ground.places.table))]
        named = table["town_id" if isinstance(source, TownSource) else "district_id"]
        at = pd.Index(layer.rows[layer.readings.rows]).get_indexer(named)
        known = (at >= 0) & table.geometry.notna().to_numpy()
        points = table.geometry.to_numpy()[known]
        said = area_evidence(layer.readings.take(at[known]), points, reference=reference)
        verdict = judge_datum([said], layer.declared)
        self._tell(layer, verdict)
        return _found(source, verdict)

    def _judge_facilities(
        self, layer: Layer, table: pd.DataFrame, homes: Shapes, ground: Ground
    ) -> Verdict:
        """Judge facilities by roads and by the place, town or district whose code they carry."""
        some, places = layer.readings.rows, ground.places_unverified
        named, reference = areas_coded(table, ground)
        evidence = [self._ask_roads(layer)]
        if ground.places.polygons is None:
            partners = np.column_stack((shapely.get_x(homes), shapely.get_y(homes)))[some]
            evidence.append(point_pair_evidence(layer.readings, partners, reference=places))
        else:
            named = np.where(shapely.is_missing(homes), named, homes)
            reference = reference or places
        evidence.append(area_evidence(layer.readings, named[some], reference=reference))
        evidence.append(share_inside(layer.readings, ground.region.districts.geometry))
        return judge_datum(evidence, layer.declared)

    def _tell(self, layer: Layer, verdict: Verdict) -> None:
        """Record a verdict, and what has to be told of it."""
        if layer.coincide:
            return
        if any(one.witnesses for one in verdict.evidence):
            self.verdicts.append((layer.file, verdict))
        told = tell_verdict(verdict, file=layer.file, asked=layer.datum, field=layer.columns)
        if told is not None:
            fatal = told.code == "datum-undecided"
            (self._undecided if fatal else self.findings).append(told)

    def _accused(self, file: str) -> bool:
        """Say whether a layer is told to be in another datum: no single row is held against it."""
        return any(one.code == "datum-contradicted" and one.file == file for one in self.findings)

    def _tell_mixed(self, layer: Layer, named: Shapes, near_m: float) -> None:
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


def _judge_places(layer: Layer, by_roads: Evidence, ground: Ground) -> Verdict:
    evidence = [by_roads]
    if ground.place_source.district is not None:
        named = districts_named(ground)[layer.readings.rows]
        reference = unverified(ground.districts.datum)
        evidence.append(area_evidence(layer.readings, named, reference=reference))
    evidence.append(share_inside(layer.readings, ground.region.districts.geometry))
    return judge_datum(evidence, layer.declared)


def _with_places(ground: Ground, verdict: Verdict, *, crs: str) -> Ground:
    """Read all again if the datum of the places had to be detected and is another."""
    found = _found(ground.place_source, verdict)
    return (
        ground if found == ground.place_source else replace(ground, place_source=found).again(crs)
    )


def _found(source: _Source, verdict: Verdict) -> _Source:
    """Give the source to read by: in the datum of the verdict where it has to be detected."""
    converts = _converts(source.datum, verdict)
    return replace(source, datum=str(verdict.datum)) if converts else source


def _converts(asked: str, verdict: Verdict) -> bool:
    """Say whether a layer is to be read again, in the datum of the verdict."""
    return asked == "detect" and verdict.decisive and verdict.contradicts
