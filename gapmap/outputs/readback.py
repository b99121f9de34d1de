"""Reading back what was written: GDAL does not always say that a disk was full for a moment.

An error while it closes a GeoPackage reaches nobody; a spatial index, a trigger or the extent of a
layer is then missing, and QGIS shows a layer that is slow or empty.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

__all__ = ["check_geopackage"]

_LISTS = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_ogr_contents", "gpkg_extensions")
_EXTENT_M = 0.01
"""How near an extent must come to that of the layer's geometries."""


def check_geopackage(path: Path, tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Check that a GeoPackage is sound and holds all of some layers.

    Parameters
    ----------
    path
        The file.
    tables
        Each layer's rows by its name.

    Raises
    ------
    sqlite3.DatabaseError
        The file is damaged, or something is missing from it.
    """
    with closing(sqlite3.connect(path)) as database:
        (told,) = database.execute("PRAGMA quick_check(1)").fetchone()
        _want(path, "soundness", told, "ok")
        first = _objects(database, next(iter(tables)))
        for name, table in tables.items():
            _want(path, f"indexes and triggers of {name}", _objects(database, name), first)
            _check_layer(path, database, name, table)


def _check_layer(
    path: Path, database: sqlite3.Connection, name: str, table: gpd.GeoDataFrame
) -> None:
    def number(question: str) -> int:
        return int(database.execute(question).fetchone()[0])

    geometry = "geom"
    there = table[table.geometry.notna() & ~table.geometry.is_empty]
    _want(path, f"rows of {name}", number(f'SELECT count(*) FROM "{name}"'), len(table))  # noqa: S608 - our own names
    indexed = number(f'SELECT count(*) FROM "rtree_{name}_{geometry}"')  # noqa: S608
    _want(path, f"indexed rows of {name}", indexed, len(there))
    for listed in _LISTS:
        count = number(f"SELECT count(*) FROM {listed} WHERE table_name = '{name}'")  # noqa: S608
        _want(path, f"{name} in {listed}", count, 1)
    counted = f"SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = '{name}'"  # noqa: S608
    _want(path, f"number of rows of {name}", number(counted), len(table))
    extent = database.execute(
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?", (name,)
    ).fetchone()
    if len(there):
        given = np.array(extent, dtype=float)
        near = bool(np.allclose(given, there.total_bounds, rtol=0, atol=_EXTENT_M))
        _want(path, f"extent of {name}", near, True)  # noqa: FBT003 - what is wanted


def _objects(database: sqlite3.Connection, layer: str) -> set[str]:
    """Name the tables, indexes and triggers of a layer, the layer's own name left out."""
    names = database.execute("SELECT type, name, tbl_name FROM sqlite_master").fetchall()
    own = {layer, *(f"rtree_{layer}_geom{part}" for part in ("", "_node", "_parent", "_rowid"))}
    return {
        f"{kind} {name.replace(layer, '*', 1)}"
        for kind, name, table in names
        if (table in own or name in own) and not name.startswith("sqlite_")
    }


def _want(path: Path, what: str, there: object, wanted: object) -> None:
    if there != wanted:
        msg = f"{path.name}: {what}: {there}, not {wanted}"
        raise sqlite3.DatabaseError(msg[:300])
