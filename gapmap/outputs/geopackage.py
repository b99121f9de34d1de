"""The GeoPackage of a run: layers that open in QGIS already styled.

All layers are in the study's metric CRS. A place or town without a position is a row without a
geometry; an empty layer still has its columns. Field names are ASCII; QGIS shows them under
their names in the study's language.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
import warnings
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from gapmap.about import map_mark
from gapmap.access import STATUSES
from gapmap.cells import visible
from gapmap.outputs import styles
from gapmap.outputs.areas import service_areas
from gapmap.outputs.readback import check_geopackage
from gapmap.outputs.sitelayers import (
    CLOSED,
    closed_facilities,
    closed_style,
    proposed_sites,
    site_style,
)
from gapmap.outputs.styles import Look
from gapmap.words import title, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from gapmap.outputs.results import Results

__all__ = ["LAYERS", "layers", "write_geopackage"]

LAYERS = {
    "places": "Point",
    "facilities": "Point",
    "districts": "MultiPolygon",
    "towns": "MultiPolygon",
    "routes": "LineString",
    "service_areas": "MultiPolygon",
    "proposals": "Point",
}
"""Layers and their kinds of geometry, in the file's order."""

_KINDS = {**LAYERS, CLOSED: "Point"}
"""The same, with the layer that is there only where a proposal closes something."""

_GEOMETRY = "geom"
_PLACE_COLUMNS = (
    *("place_id", "place", "town_id", "town", "district_id", "district", "plan_district"),
    *("setting", "people", "island", "position"),
)
_BY_SERVICE = ("status", "distance_m", "minutes", "reason")
_STYLE_NAME_LENGTH = 30
_STYLE_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
    f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)
"""
_NO_DATE = dt.date(1980, 1, 1)


def write_geopackage(path: Path, results: Results, areas: gpd.GeoDataFrame | None = None) -> None:
    """Write the layers and their styles.

    The file's own time stamps are the study's date, so that the same results give the same
    bytes (of one version of GDAL); when it was really written stands in ``run.json``.

    Parameters
    ----------
    path
        The file to make; it must not exist.
    results
        The run.
    areas
        Its service areas, where they are made already.

    Raises
    ------
    sqlite3.Error, pyogrio.errors.DataSourceError, OSError
        The file cannot be written, or not all of it.
    """
    made_layers = layers(results, areas)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        _write_layers(path, results, made_layers)
    for one in said:  # of a file that could not be written, the error says enough
        warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    with closing(sqlite3.connect(path)) as database:
        _add_styles(database, results, made_layers)
        _set_times(database, results)
        database.commit()
    check_geopackage(path, {name: made.table for name, made in made_layers.items()})


def _write_layers(path: Path, results: Results, made_layers: Mapping[str, Layer]) -> None:
    described = _description(results)
    for number, (name, made) in enumerate(made_layers.items()):
        extra = {"dataset_metadata": _metadata(results)} if number == 0 else {}
        pyogrio.write_dataframe(
            made.table,
            path,
            layer=name,
            driver="GPKG",
            geometry_type=_KINDS[name],
            promote_to_multi=_KINDS[name].startswith("Multi"),
            append=number > 0,
            use_arrow=True,
            layer_options={
                "GEOMETRY_NAME": _GEOMETRY,
                "DESCRIPTION": f"{word(f'layer_{name}', results.language)} · {described}",
            },
            **extra,
        )


def _description(results: Results) -> str:
    about = results.about
    marker = word("simulated_data" if results.simulated else "real_data", results.language)
    parts = [
        about.name,
        about.date.isoformat() if about.date else "",
        about.plan,
        marker,
        about.credit,
        map_mark(about.document, results.language),
    ]
    return visible(" · ".join(part for part in parts if part))


def _metadata(results: Results) -> dict[str, str]:
    return {
        "TITLE": visible(results.about.name),
        "DESCRIPTION": _description(results),
        "SIMULATED": "true" if results.simulated else "false",
        "SIMULATED_FILES": visible("; ".join(results.simulated_files)),
        "MADE_BY": f"gapmap {results.about.version}".strip(),
    }


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as it is written.

    Attributes
    ----------
    table
        Its rows, under ASCII field names.
    fields
        Field name by the name of the column that it was made from.
    aliases
        What each field is called in the attribute table, in the file's order of fields.
    """

    table: gpd.GeoDataFrame
    fields: dict[str, str]
    aliases: dict[str, str]


def layers(results: Results, areas: gpd.GeoDataFrame | None = None) -> dict[str, Layer]:
    """Give every layer of the file, in its order."""
    access = results.assessment.access
    region = access.places.region
    closed = closed_facilities(results, region.crs)
    made = {
        "places": _places(results),
        "facilities": access.facilities.table,
        "districts": region.districts,
        "towns": region.towns,
        "routes": access.routes,
        "service_areas": service_areas(access) if areas is None else areas,
        "proposals": proposed_sites(results, region.crs),
        **({} if closed is None else {CLOSED: closed}),
    }
    return {name: _layer(table, results, name) for name, table in made.items()}


def _places(results: Results) -> gpd.GeoDataFrame:
    """Give one row per place, with status, distance, minutes and reason of every service."""
    access = results.assessment.access
    places = access.places.table
    weights = [f"people_{group}" for group in access.places.groups]
    columns = {name: places[name] for name in [*_PLACE_COLUMNS, *weights]}
    for number, service in enumerate(access.services):
        block = access.table.iloc[number * len(places) : (number + 1) * len(places)]
        for name in _BY_SERVICE:
            told = block[name].set_axis(places.index)
            columns[f"{name}_{service.id}"] = told
    kinds = results.insights.kinds
    if kinds is not None:
        columns["kind_id"] = kinds.places["kind_id"].set_axis(places.index)
        columns["kind"] = kinds.places[f"kind_{results.language}"].set_axis(places.index)
    return gpd.GeoDataFrame(columns, geometry=places.geometry, crs=access.places.region.crs)


def _layer(table: gpd.GeoDataFrame, results: Results, name: str) -> Layer:
    """Give a table ASCII field names, plain types, nothing infinite, and ``simulated`` last."""
    kept = [c for c in table.columns if c != table.geometry.name and not c.startswith("source_")]
    fields = ascii_names(kept)
    columns = {fields[c]: _plain(table[c]) for c in kept}
    columns["simulated"] = pd.Series(results.simulated, index=table.index, dtype=bool)
    aliases = {fields[c]: _alias(results, c) for c in kept}
    aliases["simulated"] = title("simulated", results.language)
    geometry = gpd.GeoSeries(_present(table), crs=results.assessment.access.places.region.crs)
    made = gpd.GeoDataFrame(pd.DataFrame(columns).reset_index(drop=True), geometry=geometry)
    if _KINDS[name].startswith("Multi"):
        made.geometry = [_multi(shape) for shape in made.geometry]
    return Layer(made, fields, {"fid": "fid", **aliases})


def _present(table: gpd.GeoDataFrame) -> list[shapely.Geometry | None]:
    return [None if shape is None or shape.is_empty else shape for shape in table.geometry]


def _multi(shape: shapely.Geometry | None) -> shapely.MultiPolygon | None:
    """Keep what covers an area; a town drawn as a point or line has none."""
    if shape is None:
        return None
    areas = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    return shapely.MultiPolygon(areas) if areas else None


def _plain(column: pd.Series) -> pd.Series:
    """Turn a column into what a GeoPackage holds: text, number, truth or date."""
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind) or pd.api.types.is_integer_dtype(kind):
        return column
    if pd.api.types.is_float_dtype(kind):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        return pd.Series(np.where(np.isfinite(values), values, np.nan), index=column.index)
    if pd.api.types.is_datetime64_any_dtype(kind):
        days = [None if pd.isna(value) else value.date() for value in column]
        return pd.Series(days, index=column.index, dtype=pd.ArrowDtype(pa.date32()))
    texts = [_text(value) for value in column]
    return pd.Series(texts, index=column.index, dtype=pd.ArrowDtype(pa.string()))


def _text(value: object) -> str | None:
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN
        return None
    return visible(str(value)) or None


def _alias(results: Results, column: str) -> str:
    """Say what a field is called in the study's language."""
    for service in results.assessment.access.services:
        for name in _BY_SERVICE:
            if column == f"{name}_{service.id}":
                told = title(name, results.language)
                return visible(f"{results.service_name(service.id)} {told}")
    return visible(title(column, results.language))


def ascii_names(names: Iterable[str]) -> dict[str, str]:
    """Give each name an ASCII field name that no other name has, whatever its case.

    Examples
    --------
    >>> ascii_names(["level", "Level", "面积", "fid"])
    {'level': 'level', 'Level': 'Level_2', '面积': 'field', 'fid': 'fid_2'}
    """
    taken = {"fid", _GEOMETRY, "simulated"}
    told: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"[^0-9A-Za-z_]+", "_", name).strip("_") or "field"
        free, number = plain, 1
        while free.lower() in taken:
            number += 1
            free = f"{plain}_{number}"
        taken.add(free.lower())
        told[name] = free
    return told


@dataclass(frozen=True, slots=True)
class _Style:
    layer: str
    name: str
    qml: str
    default: bool


def _styles(results: Results, made: Mapping[str, Layer]) -> Iterator[_Style]:
    fields = {name: layer.aliases for name, layer in made.items()}
    for number, service in enumerate(results.assessment.access.services):
        status = made["places"].fields[f"status_{service.id}"]
        looks = [(s, word(s, results.language), Look.of_status(s)) for s in STATUSES]
        qml = styles.categorized(status, looks, aliases=fields["places"])
        yield _Style("places", results.service_name(service.id), qml, default=number == 0)
    facilities = _facility_looks(results)
    yield _Style(
        "facilities",
        title("service", results.language),
        styles.categorized("service", facilities, aliases=fields["facilities"]),
        default=True,
    )
    areas = [(value, told, _area_look(look)) for value, told, look in facilities]
    yield _Style(
        "service_areas",
        title("service", results.language),
        styles.categorized("service", areas, aliases=fields["service_areas"]),
        default=True,
    )
    outlines = {
        "districts": (Look(kind="fill", colour="#444444", size_mm=0.6), "district"),
        "towns": (Look(kind="fill", colour="#8c8c8c", size_mm=0.3, dashed=True), "town"),
        "routes": (Look(kind="line", colour="#d55e00", size_mm=0.4, opacity=0.7), ""),
    }
    for layer, (look, label) in outlines.items():
        qml = styles.single(look, aliases=fields[layer], label=label)
        yield _Style(layer, word(f"layer_{layer}", results.language), qml, default=True)
    sites = site_style(results, made["proposals"].fields, fields["proposals"])
    yield _Style("proposals", word("layer_proposals", results.language), sites, default=True)
    if CLOSED in made:
        told = word(f"layer_{CLOSED}", results.language)
        yield _Style(CLOSED, told, closed_style(fields[CLOSED]), default=True)


def _area_look(facility: Look) -> Look:
    """Give an area the colour of the facilities that serve it, seen through."""
    return Look(kind="fill", colour=facility.colour, size_mm=0.2, opacity=0.35, filled=True)


def _facility_looks(results: Results) -> list[tuple[str, str, Look]]:
    """Give each service that has facilities a shape and one of seven hues."""
    table = results.assessment.access.facilities
    services = list(dict.fromkeys([*table.services, *table.table["service"]]))
    return [
        (
            visible(service),
            visible(results.service_name(service)),
            Look(
                kind="marker",
                colour=styles.HUES[number % len(styles.HUES)],
                shape=styles.SHAPES[number % len(styles.SHAPES)],
                size_mm=2.8,
            ),
        )
        for number, service in enumerate(services)
    ]


def _add_styles(database: sqlite3.Connection, results: Results, made: Mapping[str, Layer]) -> None:
    """Add QGIS's own table of styles, and make it known to the GeoPackage."""
    database.execute(_STYLE_TABLE)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS styles', 0)"
    )
    described = _description(results)
    database.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, ui) "
        "VALUES ('', '', ?, ?, ?, ?, '', ?, ?, '', NULL)",
        [
            (
                style.layer,
                _GEOMETRY,
                visible(style.name)[:_STYLE_NAME_LENGTH],
                style.qml,
                int(style.default),
                described,
            )
            for style in _styles(results, made)
        ],
    )


def _set_times(database: sqlite3.Connection, results: Results) -> None:
    day = results.about.date or _NO_DATE
    stamp = f"{day.isoformat()}T00:00:00.000Z"
    database.execute("UPDATE gpkg_contents SET last_change = ?", (stamp,))
    database.execute("UPDATE layer_styles SET update_time = ?", (stamp,))
    tables = database.execute("SELECT name FROM sqlite_master").fetchall()
    if ("gpkg_metadata_reference",) in tables:
        database.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (stamp,))
