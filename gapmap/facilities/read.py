"""Facilities from planners' files: several files, several services a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from gapmap.facilities.columns import settle_columns
from gapmap.facilities.existence import exists_at, exists_ever, in_use
from gapmap.facilities.gate import judge, read_rules
from gapmap.facilities.home import find_home, make_gazetteer
from gapmap.facilities.identity import name_apart, possible_doubles, repeated_rows
from gapmap.facilities.value import COLUMNS, Facilities
from gapmap.findings import fail, finding, may_repair
from gapmap.positions import locate
from gapmap.region.rows import Ledger, check_ids, fail_for_all
from gapmap.region.shapes import fit_shapes
from gapmap.tables import (
    dates,
    ids,
    named_findings,
    numbers,
    own_codes,
    quantity_of,
    read_table,
    texts,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    import pyproj

    from gapmap.facilities.gate import Rule
    from gapmap.facilities.home import Gazetteer
    from gapmap.facilities.value import FacilitySource
    from gapmap.findings import Finding
    from gapmap.places import Places
    from gapmap.region import Region

__all__ = ["read_facilities"]

_PLAIN_TYPES = {
    "opened": "datetime64[s]",
    "closed": "datetime64[s]",
    "floor_area_m2": "float64",
    "capacity": "float64",
    "row": "Int64",  # a facility that is only proposed has no row
}


def read_facilities(
    sources: Sequence[FacilitySource], places: Places, *, date: dt.date
) -> Facilities:
    """Read the facilities of a study, judge which count, and find where each belongs.

    Nothing that fails is dropped: a facility below the quality gate, closed, planned, outside
    the districts or without a position is kept and marked. Left out are rows of no service that
    the study names, and rows that repeat another in everything; both are recorded. An id that
    stands twice in one service with different content is made unique (``~2``), or refused where the
    study allows no repairs.

    Parameters
    ----------
    sources
        One for each file or sheet.
    places
        The places they may belong to, with their region.
    date
        The day on which ``counts`` holds.

    Raises
    ------
    InputError
        A file is missing or unusable, a column is missing, a requirement cannot be read.
    CrsError
        Nothing says in which system the coordinates are.
    """
    gazetteer = make_gazetteer(places)
    ledgers, frames, settled = [], [], []
    for part, source in enumerate(sources):
        ledger = Ledger(
            read_table(source.path, sheet=source.sheet, layer=source.layer, repair=source.repair)
        )
        ledgers.append(ledger)
        settled.append(settle_columns(ledger, source))
        frames.append(_read_source(ledger, settled[-1], gazetteer).assign(part=part))
    table = _told_apart(_together(frames, places.region.crs), ledgers)
    table["counts"] = exists_at(table, date)
    table["counts"] = table["counts"].astype("str")
    for part, (ledger, source) in enumerate(zip(ledgers, settled, strict=True)):
        _tell_undated(ledger, source, table[table["part"] == part])
    services = tuple(dict.fromkeys(one for source in sources for one in _named(source)))
    findings = [found for ledger in ledgers for found in ledger.findings]
    findings += _by_service(table, services, date)
    return Facilities(
        table=_ordered(table),
        date=date,
        services=services,
        findings=tuple(findings),
        rows=tuple(ledger.count() for ledger in ledgers),
        simulated=tuple(dict.fromkeys(one.path.name for one in sources if one.simulated)),
        sizes=tuple(int((table["part"] == part).sum()) for part in range(len(sources))),
    )


def _named(source: FacilitySource) -> tuple[str, ...]:
    return (source.service,) if source.service is not None else tuple(source.service_values)


def _read_source(ledger: Ledger, source: FacilitySource, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """Read one file: a row for each facility and service."""
    served = _services(ledger, source)
    rules = read_rules(source, ledger.table)
    frame = pd.DataFrame({"facility_id": _ids(ledger, source)})
    frame["facility"] = _text(ledger, source.name)
    _add_dates(ledger, source, frame)
    _add_attributes(ledger, source, rules, frame)
    frame["qualifies"], frame["failed"] = judge(ledger, rules, frame)
    names = frame["facility"].where(frame["facility"] != "", frame["facility_id"])
    points = _points(ledger, source, gazetteer.places.region, names)
    frame = frame.join(find_home(ledger, source, points, gazetteer, names))
    frame["file"], frame["row"] = ledger.table.file, frame.index
    made = gpd.GeoDataFrame(frame, geometry=points, crs=points.crs)
    again = np.repeat(np.arange(len(made)), [len(several) for several in served])
    told = made.iloc[again].reset_index(drop=True)
    told["service"] = pd.Series([one for several in served for one in several], dtype="str")
    return told


def _services(ledger: Ledger, source: FacilitySource) -> list[tuple[str, ...]]:
    """Give each row's services; rows of none are excluded, with one finding for each word."""
    if (source.service is None) == (source.service_column is None):
        fail(finding("service-once", file=ledger.table.file))
    if source.service_column is None:
        return [_named(source)] * len(ledger.table.cells)
    cells = ids(ledger.table, source.service_column)
    known: dict[str, tuple[str, ...]] = {}
    for service, words in source.service_values.items():
        for word in words:
            known[word] = (*known.get(word, ()), service)
    strange = ~cells.isin(known)
    counted = cells[strange].value_counts(sort=False)
    for word in counted.index:
        ledger.once("service-unknown", cells == word, cells, field=source.service_column)
    ledger.drop(strange)
    return [known[cell] for cell in cells[~strange]]


def _ids(ledger: Ledger, source: FacilitySource) -> pd.Series:
    """Give the ids; a row without one is called by its file and row number."""
    index = ledger.table.cells.index
    stem = source.path.stem
    if source.id is None:
        return pd.Series([f"{stem}-{row}" for row in index], index=index, dtype="str")
    codes, doubts = own_codes(ledger.table, source.id)
    ledger.add(doubts)
    check_ids(ledger, source.id, codes)
    empty = codes == ""
    made = index[empty].tolist()
    file = ledger.table.file
    ledger.add(
        named_findings("id-made", file, source.id, made, lambda row: {"new": f"{stem}-{row}"})
    )
    ledger.repaired |= {int(row) for row in made}
    filled = codes.copy()
    filled[empty] = [f"{stem}-{row}" for row in made]
    return filled


def _text(ledger: Ledger, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series("", index=ledger.table.cells.index, dtype="str")
    return texts(ledger.table, column)


def _add_dates(ledger: Ledger, source: FacilitySource, frame: pd.DataFrame) -> None:
    """Add ``opened``, ``closed``, ``status`` and ``in_use``."""
    planned: set[int] = set()
    for name, column in (("opened", source.opened), ("closed", source.closed)):
        frame[name] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[s]")
        if column is not None:
            values, found = dates(ledger.table, column)
            ledger.add(found)
            frame[name] = values.astype("datetime64[s]")
            planned |= {row for one in found if one.code == "date-planned" for row in one.rows}
    ledger.each("closed-before-opened", frame["closed"] < frame["opened"], frame["facility"])
    frame["status"] = _text(ledger, source.status)
    frame["in_use"] = "yes"
    if source.status is not None:
        frame["in_use"] = in_use(frame["status"])
    unbuilt = frame.index.isin(planned)
    if source.status is not None:
        odd = (frame["in_use"] == "unknown") & ~unbuilt
        for word in frame.loc[odd, "status"].unique():
            ledger.once(
                "status-unknown", frame["status"] == word, frame["status"], field=source.status
            )
        unbuilt_but_used = unbuilt & (frame["in_use"] == "yes")
        frame.loc[unbuilt_but_used, "in_use"] = "unknown"
        unbuilt &= ~unbuilt_but_used
    frame.loc[unbuilt, "in_use"] = "no"


def _tell_undated(ledger: Ledger, source: FacilitySource, kept: pd.DataFrame) -> None:
    """Say which rows have no opening date; not of what is planned or disused, or left out."""
    if source.opened is not None:
        cells = texts(ledger.table, source.opened)
        undated = kept.loc[kept["opened"].isna() & exists_ever(kept), "row"]
        which = cells.index.to_series().isin(undated)
        ledger.once("opened-unknown", which, cells, field=source.opened)


def _add_attributes(
    ledger: Ledger, source: FacilitySource, rules: Sequence[Rule], frame: pd.DataFrame
) -> None:
    """Add floor area, capacity, level, further attributes, and columns that the gate asks for."""
    asked = {one.attribute: one.column for one in rules}
    for name, named in (("floor_area_m2", source.floor_area_m2), ("capacity", source.capacity)):
        frame[name] = pd.Series(np.nan, index=frame.index)
        column = named or asked.get(name)
        if column is not None:
            kind = quantity_of(name)
            frame[name], found = numbers(ledger.table, column, low=0, quantity=kind)
            ledger.add_cells(found)
    frame["level"] = _text(ledger, source.level)
    further: Mapping[str, str] = source.attributes
    further = {
        **{one.attribute: one.column for one in rules if one.attribute not in frame},
        **further,
    }
    for name, column in further.items():
        if name in (*COLUMNS, "part"):
            fail(finding("attribute-reserved", file=ledger.table.file, field=column, name=name))
        frame[name] = texts(ledger.table, column)


def _points(
    ledger: Ledger, source: FacilitySource, region: Region, names: pd.Series
) -> gpd.GeoSeries:
    """Give a point for each row; a file without any positions may hold codes alone."""
    table = ledger.table
    index = table.cells.index
    if table.geometry is None and source.x is None and source.place is not None:
        said = finding("facilities-without-positions", file=table.file, count=len(index))
        ledger.add([said])
        return gpd.GeoSeries([None] * len(index), index=index, crs=region.crs)
    positions = locate(
        table, crs=region.crs, datum=source.datum, x=source.x, y=source.y, near=region.around
    )
    ledger.add_positions(positions)
    points, _ = fit_shapes(ledger, positions.geometry, names)
    return points


def _together(frames: Sequence[gpd.GeoDataFrame], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Join the files; an attribute that a file does not have is empty there."""
    if not frames:
        none = {name: pd.Series(dtype=_PLAIN_TYPES.get(name, "str")) for name in COLUMNS[:-1]}
        none["part"] = pd.Series(dtype="int64")
        return gpd.GeoDataFrame(none, geometry=gpd.GeoSeries([], crs=crs), crs=crs)
    further = list(dict.fromkeys(name for one in frames for name in one if name not in COLUMNS))
    alike = [one.assign(**{name: "" for name in further if name not in one}) for one in frames]
    table = pd.concat(alike, ignore_index=True)
    kinds = {
        name: _PLAIN_TYPES.get(name, "str") for name in table if name not in ("geometry", "part")
    }
    return gpd.GeoDataFrame(table.astype(kinds), geometry="geometry", crs=crs)


def _told_apart(table: gpd.GeoDataFrame, ledgers: Sequence[Ledger]) -> gpd.GeoDataFrame:
    """Exclude repeated rows, make ids unique, and point out possible doubles."""
    again, told = repeated_rows(table)
    kept = table[~again].reset_index(drop=True)
    for part, ledger in enumerate(ledgers):
        rows = ledger.table.cells.index.to_series()
        held = rows.isin(kept.loc[kept["part"] == part, "row"])
        ledger.drop(~held)
    apart, names_told = name_apart(kept)
    fail_for_all(
        said for part, said in names_told if not may_repair(ledgers[part].table.repair, said.code)
    )
    for part, said in names_told:
        ledgers[part].repaired.add(int(str(said.row)))
    for part, said in (*told, *names_told, *possible_doubles(apart, kept["facility_id"])):
        ledgers[part].add([said])
    return apart


def _by_service(table: pd.DataFrame, services: Sequence[str], date: dt.date) -> Iterator[Finding]:
    """Name the services that have no facility at all, and those that have none yet."""
    for service in services:
        opened = table.loc[table["service"] == service, "opened"]
        if len(opened) == 0:
            yield finding("service-empty", service=service)
        elif (opened > pd.Timestamp(date)).all():
            first = opened.min().date().isoformat()
            yield finding("study-before-facilities", service=service, first=first, date=date)


def _ordered(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring the columns into order, attributes behind ``level``."""
    further = [name for name in table if name not in (*COLUMNS, "part")]
    at = COLUMNS.index("level") + 1
    return table[[*COLUMNS[:at], *further, *COLUMNS[at:]]]
