"""Reading a network: one file of roads or several, ferries, borders, water."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj

from gapmap.datum import DATUMS, convert_datum, is_metric
from gapmap.errors import CrsError, NetworkError
from gapmap.findings import Finding, fail, finding
from gapmap.network import cache as kept
from gapmap.network.assembly import assemble
from gapmap.network.line_tags import tags_of
from gapmap.network.lines import is_line, parts_of, read_borders, read_lines
from gapmap.network.noding import ways_from_lines
from gapmap.network.sailings import network_at
from gapmap.network.timetable import read_ferries
from gapmap.network.water import read_water
from gapmap.positions import projected_points
from gapmap.tables.systems import bounds_of, name_candidates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gapmap.network.ferries import Crossing
    from gapmap.network.value import Network, NetworkSource
    from gapmap.network.ways import Ways

__all__ = ["network_from_lines", "read_network"]


def read_network(
    source: NetworkSource, *, crs: pyproj.CRS, cache: Path | None = None, keep: bool = True
) -> Network:
    """Read roads, paths and ferries; nothing is clipped, and every component is kept.

    Parameters
    ----------
    source
        The files.
    crs
        The metric CRS of all measuring.
    cache
        Folder in which networks that took long to build are kept, used unless ``source`` says
        otherwise. What comes from there equals what would be built.
    keep
        Whether a network that had to be built is put there.

    Returns
    -------
    The network, with its findings, row counts and the names of simulated files.

    Raises
    ------
    NetworkError
        If there is no file, no usable way, or a speed for what is no class.
    CrsError
        If a line layer does not say in which coordinates it is.
    """
    if (source.osm is None) == (source.lines is None):
        fail(finding("network-one-source"), NetworkError)
    if cache is not None and source.cache:
        network = _cached(source, crs, cache, keep=keep)
    else:
        network = _build(source, crs)
    return network_at(network, depart=source.depart)


def _cached(source: NetworkSource, crs: pyproj.CRS, folder: Path, *, keep: bool) -> Network:
    """Take the network that was built of the same inputs, or build it and keep it."""
    key = kept.network_key(source, crs)
    if key is None:
        return _build(source, crs)
    network = kept.fetch(folder, key, crs)
    if network is not None:
        return replace(network, cache="read")
    network = _build(source, crs)
    if keep and kept.network_key(source, crs) == key:  # the files are still those that were read
        done = kept.keep(folder, key, network)
        network = replace(network, cache="built" if done else "off")
    return network


def _build(source: NetworkSource, crs: pyproj.CRS) -> Network:
    if source.osm is not None:
        path = source.osm
        ways = _osm(source.osm, datum=source.datum, crs=crs, repair=source.repair)
    elif source.lines is not None:
        path = source.lines
        ways = read_lines(
            source.lines, layer=source.layer, datum=source.datum, crs=crs, repair=source.repair
        )
    findings: tuple[Finding, ...] = ways.findings
    rows, borders, water = ways.rows, None, None
    crossings: list[Crossing] = []
    if source.borders is not None:
        borders, found, count = read_borders(
            source.borders, datum=source.datum, crs=crs, repair=source.repair
        )
        findings, rows = findings + found, (*rows, count)
    if source.water is not None:
        water, found, count = read_water(
            source.water, datum=source.datum, crs=crs, repair=source.repair
        )
        findings, rows = findings + found, (*rows, count)
    if source.ferries is not None:
        crossings, found, count = read_ferries(source.ferries, crs=crs, repair=source.repair)
        findings, rows = findings + found, (*rows, count)
    network = assemble(
        replace(ways, findings=findings, rows=rows),
        crs=crs,
        file=path.name,
        speeds=source.speeds,
        snap_m=source.snap_m,
        borders=borders,
        water=water,
        crossings=crossings,
    )
    files = [
        file.name
        for file in (path, source.ferries, source.borders, source.water)
        if file is not None
    ]
    return replace(network, simulated=tuple(files) if source.simulated else ())


def network_from_lines(
    lines: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    speeds: Mapping[str, float] | None = None,
    snap_m: float = 1000.0,
) -> Network:
    """Make a network of lines in memory, by the rules of :func:`read_network` for line layers.

    Parameters
    ----------
    lines
        LineStrings or MultiLineStrings in a metric CRS; the columns ``highway``, ``oneway``,
        ``maxspeed`` and ``bridge`` are used where they are there. Other geometries, lines without
        a length and those with a coordinate that is no finite number are left out; a finding names
        each by its place from 1.
    speeds
        km/h by mode or road class.
    snap_m
        What is farther than this from any way is not connected.

    Raises
    ------
    CrsError
        If the lines have no metric CRS.
    NetworkError
        If no line is usable.
    """
    if isinstance(lines, gpd.GeoSeries):
        lines = gpd.GeoDataFrame(geometry=lines)
    crs = lines.crs
    if crs is None or not is_metric(pyproj.CRS(crs)):
        fail(finding("network-not-metric", value=crs), CrsError)
    geometry = lines.geometry.to_numpy()
    drawn = is_line(geometry)
    rows = np.flatnonzero(drawn)
    left_out = [finding("network-row-no-line", row=int(row) + 1) for row in np.flatnonzero(~drawn)]
    tags = tags_of(lines.drop(columns=lines.geometry.name).iloc[rows])
    parts, part_of = parts_of(geometry[rows])
    ways, _ = ways_from_lines(parts, [tags[row] for row in part_of])
    ways = replace(ways, findings=tuple(left_out))
    return assemble(ways, crs=pyproj.CRS(crs), file="", speeds=speeds, snap_m=snap_m)


def _osm(path: Path, *, datum: str, crs: pyproj.CRS, repair: str) -> Ways:
    """Read an OSM file and project it; OSM is WGS84 unless the study names another datum."""
    from gapmap.network.osm import read_osm  # noqa: PLC0415 - osmium is loaded only if needed

    ways, own = read_osm(path, repair=repair)
    if datum == "detect":
        fail(finding("datum-detect-alone", file=path.name), CrsError)
    xy = ways.xy
    if datum in DATUMS:
        if own is not None and own.is_projected:
            said = finding("datum-not-degrees", file=path.name, datum=datum, crs=own.name)
            fail(said, CrsError)
        xy = np.column_stack(convert_datum(*xy.T, source=datum, target="wgs84"))
        own = pyproj.CRS("EPSG:4326")
    elif datum != "auto":
        own = _named_crs(datum, file=path.name)
    if own is None:
        candidates = name_candidates(bounds_of(xy))
        fail(finding("crs-missing", file=path.name, candidates=candidates), CrsError)
    projected, shift_unknown = projected_points(xy, own, crs)
    if not np.isfinite(projected).all():
        fail(finding("network-unreadable", file=path.name, problem=f"CRS {own}"), NetworkError)
    if shift_unknown:
        said = finding("datum-shift-unknown", file=path.name, value=own.name)
        ways = replace(ways, findings=(*ways.findings, said))
    return replace(ways, xy=projected)


def _named_crs(datum: str, *, file: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(datum)
    except pyproj.exceptions.CRSError:
        fail(finding("datum-unknown", file=file, value=datum, known=", ".join(DATUMS)), CrsError)
