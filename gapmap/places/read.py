"""Villages and communities from a planner's file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from gapmap.findings import fail, finding
from gapmap.places.home import find_home
from gapmap.places.setting import read_setting
from gapmap.places.value import Places
from gapmap.positions import locate
from gapmap.region.coverage import ground_left, layer_of, side_by_side
from gapmap.region.rows import Ledger, drop_repeated, fill_ids
from gapmap.region.shapes import fit_shapes
from gapmap.tables import Wanted, booleans, find_columns, numbers, read_table, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.places.value import PlaceSource
    from gapmap.region import Region

__all__ = ["read_places"]

_ROLES: Final = (
    *("id", "name", "town", "district", "x", "y"),
    *("setting", "people", "island", "income"),
)
_MOST_PEOPLE: Final = 1_000_000
"""People in one village or community beyond which the number is of something else."""
_NO_FRACTION: Final = 1e-6
_GROUP: Final = "group_people."
_COLUMNS: Final = Wanted(
    needed=("id", "name", "position"), hinted=("people", "town", "district", "setting")
)


def read_places(source: PlaceSource, region: Region) -> Places:
    """Read the villages and communities of a study and find town and district of each.

    A polygon is represented by a point inside it. Without a column of people every place counts
    1. A place outside every district is kept with the position ``outside``, unless it names a
    district (or a town of one) within 1,000 m.

    Whether a place is urban or rural is said by ``setting_values``: the cell equals an entry; in
    the places' own name column an entry may also be the name's ending, such as 村委会. What fits
    both kinds or neither is ``unknown``.

    Parameters
    ----------
    source
        Where they stand.
    region
        The districts and towns to read them against.

    Raises
    ------
    InputError
        The file is missing, empty or unusable, a column is missing, or one id stands twice with
        different content: people must not be counted twice or lost.
    CrsError
        Nothing says in which system the coordinates are.
    """
    ledger = Ledger(
        read_table(source.path, sheet=source.sheet, layer=source.layer, repair=source.repair)
    )
    if len(ledger.table.cells) == 0:
        fail(finding("places-empty", file=ledger.table.file))
    columns, told = find_columns(ledger.table, "places", _named(source), _COLUMNS)
    ledger.add(told)
    source = _settled(source, columns)
    drop_repeated(ledger, columns["id"])
    codes, names = fill_ids(ledger, columns["id"]), texts(ledger.table, columns["name"])
    ledger.each("name-empty", names == "", codes, field=columns["name"])
    names = names.where(names != "", codes)
    points, polygons = _shapes(ledger, source, region, codes, names)
    frame = pd.DataFrame({"place_id": codes, "place": names})
    frame = frame.join(find_home(ledger, source, region, points, names))
    if source.town is not None:
        cells = texts(ledger.table, source.town)
        ledger.once("town-empty", cells == "", cells, field=source.town)
    frame["setting"] = read_setting(ledger, source)
    for name, values in _people(ledger, source).items():
        frame[name] = values
    frame["island"] = _islands(ledger, source)
    if source.income is not None:
        frame["income"] = _income(ledger, source.income)
    frame["file"], frame["row"] = ledger.table.file, frame.index.astype("int64")
    frame = frame.join(_further(ledger, source))
    return Places(
        table=gpd.GeoDataFrame(frame, geometry=points, crs=region.crs).reset_index(drop=True),
        region=region,
        weight="places" if source.people is None else "people",
        groups=tuple(source.group_people),
        polygons=None if polygons is None else polygons.reset_index(drop=True),
        findings=tuple(ledger.findings),
        rows=(ledger.count(),),
        simulated=(source.path.name,) if source.simulated else (),
    )


def _named(source: PlaceSource) -> dict[str, str | None]:
    """Give the columns that the study names, by role."""
    groups = {f"{_GROUP}{name}": column for name, column in source.group_people.items()}
    return {**{role: getattr(source, role) for role in _ROLES}, **groups}


def _settled(source: PlaceSource, columns: Mapping[str, str]) -> PlaceSource:
    """Give the same source with every column called as the file calls it."""
    roles: dict[str, Any] = {role: columns.get(role) for role in _ROLES}
    groups = {name: columns[f"{_GROUP}{name}"] for name in source.group_people}
    return replace(source, **roles, group_people=groups)


def _shapes(
    ledger: Ledger, source: PlaceSource, region: Region, codes: pd.Series, names: pd.Series
) -> tuple[gpd.GeoSeries, gpd.GeoSeries | None]:
    """Give a point for each place, and the polygons where there are any."""
    positions = locate(
        ledger.table,
        crs=region.crs,
        datum=source.datum,
        x=source.x,
        y=source.y,
        near=region.around,
    )
    ledger.add_positions(positions)
    points, polygons = fit_shapes(ledger, positions.geometry, names)
    if polygons is not None:
        layer = layer_of(ledger, polygons, codes)
        said, covered = side_by_side(layer)
        ledger.add(said)
        if covered is not None:
            ledger.add(ground_left(layer, covered, region.districts.geometry.to_numpy()))
    return points, polygons


def _people(ledger: Ledger, source: PlaceSource) -> dict[str, pd.Series]:
    """Read the weight and the further groups; unknown is NaN, counted in one finding a column."""
    table = ledger.table
    told: dict[str, pd.Series] = {}
    columns = {"people": source.people}
    columns |= {f"people_{name}": column for name, column in source.group_people.items()}
    for name, column in columns.items():
        if column is None:
            told[name] = pd.Series(1.0, index=table.cells.index)
            ledger.add([finding("people-absent", file=table.file)])
            continue
        told[name], found = numbers(table, column, low=0, quantity="people")
        ledger.add_cells(found)
        fraction = (told[name] % 1).between(_NO_FRACTION, 1 - _NO_FRACTION)
        cells = texts(table, column)
        ledger.once("people-fraction", fraction, cells, field=column)
        ledger.once("people-many", told[name] > _MOST_PEOPLE, cells, field=column)
        unknown = told[name].isna()
        if name == "people":
            ledger.once("people-unknown", unknown, cells, field=column)
        else:
            group = name.removeprefix("people_")
            ledger.once("people-group-unknown", unknown, cells, field=column, group=group)
    return told


def _islands(ledger: Ledger, source: PlaceSource) -> pd.Series:
    if source.island is None:
        return pd.Series(pd.NA, index=ledger.table.cells.index, dtype="boolean")
    islands, found = booleans(ledger.table, source.island)
    ledger.add(found)
    return islands


def _income(ledger: Ledger, column: str) -> pd.Series:
    """Read what people are ranked by, in the unit of the column; unknown is NaN, counted."""
    income, found = numbers(ledger.table, column, low=0)
    ledger.add_cells(found)
    cells = texts(ledger.table, column)
    ledger.once("places-income-unknown", income.isna(), cells, field=column)
    return income


def _further(ledger: Ledger, source: PlaceSource) -> pd.DataFrame:
    """Give the columns that the study does not name, as ``source_<name>``."""
    named = {source.id, source.name, source.town, source.district, source.x, source.y}
    named |= {source.setting, source.people, source.island, source.income}
    named |= {*source.group_people.values()}
    cells = ledger.table.cells
    return cells[[name for name in cells if name not in named]].add_prefix("source_")
