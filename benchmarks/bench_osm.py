"""Reading OpenStreetMap: file to network, against OSMnx on the same extract.

OSMnx reads XML only. It is given the same nodes and ways as an XML file that is made beforehand and
has nothing but the ways with a ``highway`` tag and their nodes, which spares it most of the work of
parsing. The extract of Iceland is not shipped: see ``fetch_iceland``.
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium
import osmnx
import pyproj

from benchmarks.measuring import Peer, Row, compare, peak
from gapmap.network import Network, NetworkSource, read_network

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ICELAND", "WESTFJORDS", "iceland", "osm_read", "osm_read_cached", "our_network"]

TOP = Path(__file__).parents[1]
WESTFJORDS = TOP / "data/westfjords/westfjords.osm.pbf"
ICELAND = TOP / "benchmarks/data/iceland.osm.pbf"
_CRS = pyproj.CRS(32627)
_NOT_ROADS = {"proposed", "construction", "platform", "rest_area", "services", "bus_stop", "no"}


def iceland() -> Path | None:
    """Give the extract of Iceland, where it is there; ``GAPMAP_ICELAND`` may name it."""
    named = Path(os.environ.get("GAPMAP_ICELAND", ICELAND))
    return named if named.is_file() else None


def osm_read(
    file: Path,
    name: str,
    *,
    read: Callable[[Path], Network] | None = None,
    rounds: int | None = None,
) -> Row:
    """Measure reading, cleaning and building; the lengths of all ways together are compared.

    OSMnx measures on a sphere and keeps some ways that are closed or not built, so the sums may
    differ by 1 %.

    Parameters
    ----------
    file
        The extract.
    name
        Its name for the table.
    read
        Our side, or another for a test.
    rounds
        How often OSMnx reads it.
    """
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "roads.osm"
        ways = _roads_only(file, xml)
        return compare(
            "osm_read",
            f"{name}, {file.stat().st_size / 1e6:.1f} MB, {ways:,} ways",
            partial(read or our_network, file),
            {
                "osmnx": Peer(job=partial(_by_osmnx, xml), same=_same, rounds=rounds),
                "floor": Peer(job=partial(_decode, file), same=_same),
            },
            memory=peak(_itself, our_network, file),
        )


def osm_read_cached(
    file: Path, name: str, *, read: Callable[[Path, Path], Network] | None = None
) -> Row:
    """Measure taking the built network from the cache beside a study; all arrays are compared.

    Parameters
    ----------
    file
        The extract, large enough to be kept.
    name
        Its name for the table.
    read
        Our side, from the file and the cache's folder, or another for a test.
    """
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        from_cache(file, cache)
        return compare(
            "osm_read_cached",
            f"{name}, {file.stat().st_size / 1e6:.1f} MB",
            partial(read or from_cache, file, cache),
            {"gapmap_read": Peer(job=partial(our_network, file), same=_equal)},
            memory=peak(_both, _from_both, file, cache),
        )


def from_cache(file: Path, cache: Path) -> Network:
    """Read a file, or take what was kept of it."""
    return read_network(NetworkSource(osm=file), crs=_CRS, cache=cache)


def _equal(ours: Network, theirs: Network) -> bool:
    """Tell whether ours comes from the cache and has the arrays of the other."""
    names = [field.name for field in dataclasses.fields(theirs.edges)]
    pairs = [(getattr(ours.edges, name), getattr(theirs.edges, name)) for name in names]
    pairs.append((ours.xy, theirs.xy))
    return ours.cache == "read" and all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs
    )


def _both(file: Path, cache: Path) -> tuple[Path, Path]:
    return file, cache


def _from_both(given: tuple[Path, Path]) -> None:
    from_cache(*given)


def _itself(file: Path) -> Path:
    return file


def our_network(file: Path) -> Network:
    """Read a file from the beginning, without the cache."""
    return read_network(NetworkSource(osm=file), crs=_CRS)


def _by_osmnx(xml: Path) -> float:
    """Read and sum up the lengths of all roads."""
    graph = osmnx.graph_from_xml(xml, bidirectional=True, retain_all=True, simplify=False)
    return (
        sum(
            data["length"]
            for _, _, data in graph.edges(data=True)
            if not _NOT_ROADS & _words(data.get("highway", "no"))
        )
        / 2
    )


def _words(value: str | list[str]) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


def _same(ours: Network, theirs: float) -> bool:
    on_land = np.isnan(ours.edges.ferry_minutes)
    return abs(float(ours.edges.length_m[on_land].sum()) / theirs - 1) < 0.01


def _decode(file: Path) -> int:
    """Decode the file and look at every road once: what any reader of it has to do."""
    processor = osmium.FileProcessor(str(file)).with_locations()
    roads = processor.with_filter(osmium.filter.KeyFilter("highway"))
    return sum(len(way.nodes) for way in roads if way.is_way())


def _roads_only(file: Path, xml: Path) -> int:
    """Write the roads and their nodes as XML and count the roads."""
    processor = osmium.FileProcessor(str(file), osmium.osm.WAY)
    nodes: set[int] = set()
    count = 0
    for way in processor.with_filter(osmium.filter.KeyFilter("highway")):
        nodes.update(node.ref for node in way.nodes)
        count += 1
    with osmium.SimpleWriter(str(xml)) as writer:
        for thing in osmium.FileProcessor(str(file), osmium.osm.NODE | osmium.osm.WAY):
            if (thing.is_node() and thing.id in nodes) or (
                thing.is_way() and "highway" in thing.tags
            ):
                writer.add(thing)
    return count
