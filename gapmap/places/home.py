"""To which town and district a place belongs, and whether its position can be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from gapmap.region import lying, names_of, plan_district_of, resolve
from gapmap.region.placing import say_outside, say_overlaps
from gapmap.region.rows import named_codes
from gapmap.tables import named_findings

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.places.value import PlaceSource
    from gapmap.region import Region
    from gapmap.region.rows import Ledger

__all__ = ["NEAR_DISTRICT_M", "find_home"]

NEAR_DISTRICT_M = 1000.0
"""How far outside every district a place may lie and still be taken for one of the district that
it names: coasts are drawn roughly, and harbours are filled up."""


@dataclass(frozen=True, slots=True)
class _Claims:
    """What row and position say of each place's district; ``""`` where they say nothing.

    Attributes
    ----------
    written
        By the district column.
    misspelt
        Whether that column holds a word that is no district.
    town, drawn
        District of the town that the row names, and of the town polygon it lies in.
    lies_in
        By position.
    """

    written: pd.Series
    misspelt: pd.Series
    town: pd.Series
    drawn: pd.Series
    lies_in: pd.Series

    @property
    def district(self) -> pd.Series:
        """What the district column says; what the named town says; where it lies."""
        by_row = _first(self.written, self.town, self.lies_in, self.drawn)
        return by_row.where(~self.misspelt, _first(self.lies_in, self.town, self.drawn))

    @property
    def named(self) -> pd.Series:
        """What is known without the position in a district."""
        return _first(self.written, self.town, self.drawn)


def _first(*choices: pd.Series) -> pd.Series:
    told = choices[0]
    for other in choices[1:]:
        told = told.where(told != "", other)
    return told


def find_home(
    ledger: Ledger, source: PlaceSource, region: Region, points: gpd.GeoSeries, names: pd.Series
) -> pd.DataFrame:
    """Find town, district and plan district of each place, and judge its position.

    The district is the one that the row names, by id or name; if it names none, that of the town
    that it names; else the one in which it lies. A word that is no district is recorded, and the
    position decides. The plan's unit is that of the town, else that of the district; it is not
    guessed where the district's towns belong to several.

    The town is the one that the row names, by id or name (a name that several districts have is
    looked for in the place's own), else the town polygon in which it lies.

    Returns
    -------
    pd.DataFrame
        ``town_id``, ``town``, ``district_id``, ``district``, ``plan_district``, ``position``, on
        the index of the table. Border points belong to the lower district id.
    """
    lies_in, in_several = lying(points, region.districts.geometry, region.districts["district_id"])
    say_overlaps(ledger, in_several)
    written, misspelt = _written_districts(ledger, source, region)
    town = _towns(ledger, source, region, _first(written, lies_in))
    towns = region.towns
    drawn, in_several = lying(points, towns.geometry, towns["town_id"])
    say_overlaps(ledger, in_several)
    claims = _Claims(
        written=written,
        misspelt=misspelt,
        town=names_of(town, towns["town_id"], towns["district_id"]),
        drawn=names_of(drawn, towns["town_id"], towns["district_id"]),
        lies_in=lies_in,
    )
    home = pd.DataFrame({"town_id": _first(town, drawn)})
    home["town"] = names_of(home["town_id"], towns["town_id"], towns["town"])
    if len(towns) == 0:
        home["town"] = home["town_id"]
    home["district_id"] = claims.district
    districts = region.districts
    home["district"] = names_of(
        home["district_id"], districts["district_id"], districts["district"]
    )
    of_town = names_of(home["town_id"], towns["town_id"], towns["plan_district"])
    home["plan_district"] = _first(of_town, plan_district_of(region, home["district_id"]))
    home["position"] = _positions(claims, region, points)
    say_outside(ledger, points, home["position"] == "outside", region)
    _say_doubts(ledger, home, claims, names)
    return home


def _written_districts(
    ledger: Ledger, source: PlaceSource, region: Region
) -> tuple[pd.Series, pd.Series]:
    """Give the district that each row names, and which rows hold a word that is none."""
    index = ledger.table.cells.index
    if source.district is None:
        return pd.Series("", index=index, dtype="str"), pd.Series(data=False, index=index)
    cells = named_codes(ledger, source.district)
    districts = region.districts
    written = resolve(cells, districts["district_id"], districts["district"])
    misspelt = (written == "") & (cells != "")
    ledger.each("district-unknown", misspelt, cells, field=source.district)
    return written, misspelt


def _towns(ledger: Ledger, source: PlaceSource, region: Region, district: pd.Series) -> pd.Series:
    """Give the id of the town that each row names; without any towns, the words as they stand."""
    if source.town is None:
        return pd.Series("", index=ledger.table.cells.index, dtype="str")
    cells = named_codes(ledger, source.town)
    towns = region.towns
    if len(towns) == 0:
        ledger.once("towns-as-written", cells != "", cells, field=source.town)
        return cells
    anywhere = resolve(cells, towns["town_id"], towns["town"])
    within = pd.Series("", index=cells.index, dtype="str")
    for code in district[(anywhere == "") & (cells != "")].unique():
        mine = (district == code) & (cells != "")
        there = towns[towns["district_id"] == code]
        within = within.where(~mine, resolve(cells, there["town_id"], there["town"]))
    town = _first(anywhere, within)
    ledger.each("town-unknown", (town == "") & (cells != ""), cells, field=source.town)
    return town


def _positions(claims: _Claims, region: Region, points: gpd.GeoSeries) -> pd.Series:
    """Say of each place whether its position is ``ok``, ``missing`` or ``outside``."""
    position = pd.Series("ok", index=points.index, dtype="str")
    away = (claims.lies_in == "").to_numpy() & points.notna().to_numpy()
    shapes = dict(zip(region.districts["district_id"], region.districts.geometry, strict=True))
    named = np.array([shapes.get(code) for code in claims.named[away]], dtype=object)
    metres = shapely.distance(points.to_numpy()[away], named)
    far = away.copy()
    far[away] = ~(metres <= NEAR_DISTRICT_M)  # NaN, where it names none, is far
    position[far] = "outside"
    position[points.isna()] = "missing"
    return position


def _say_doubts(ledger: Ledger, home: pd.DataFrame, claims: _Claims, names: pd.Series) -> None:
    outside = home["position"] == "outside"
    near = (claims.lies_in == "") & (home["position"] == "ok")
    other = (claims.lies_in != "") & (home["district_id"] != claims.lies_in)
    elsewhere = (claims.written != "") & (claims.town != "") & (claims.written != claims.town)
    for code, which, said, lies_in in (
        ("place-outside", outside, claims.named, claims.lies_in),
        ("place-near-border", near, claims.named, claims.lies_in),
        ("place-other-district", other, home["district_id"], claims.lies_in),
        ("place-other-town", elsewhere, claims.written, claims.town),
    ):
        facts = pd.DataFrame({"name": names, "named": said, "lies_in": lies_in})
        _say(ledger, code, facts[which].replace("", "–"))


def _say(ledger: Ledger, code: str, facts: pd.DataFrame) -> None:
    rows = [int(row) for row in facts.index]
    file = ledger.table.file
    ledger.add(named_findings(code, file, "", rows, lambda row: dict(facts.loc[row])))
