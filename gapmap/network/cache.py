"""Networks that were built once, kept in a folder beside the study.

A kept network is a file of one line of text and then an ``.npz`` archive without pickled objects::

    gapmap-network 1 SHA-256-OF-ALL-THAT-FOLLOWS

Its name is the key: a SHA-256 over the bytes of every input file, everything the network's source
says, the metric CRS, the format's version, gapmap's own code and the libraries that read and
measure. So what has changed is not found, and need not be recognised. What is found is checked
before it is taken: digest, key, names, types and shapes of the arrays. Whatever does not fit is
built again and replaced. Nothing here makes a run fail: without a folder that can be written to,
networks are built as without a cache.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import importlib.metadata
import io
import json
import logging
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely
from pyproj.network import is_network_enabled  # type: ignore[attr-defined] # pyproj lists no exports

from gapmap.findings import Finding, catalogue
from gapmap.network.checks import check_edges
from gapmap.network.keeping import remove_halves, write_whole
from gapmap.network.value import Edges, Ferry, Network, NetworkSource
from gapmap.tables import RowCount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

__all__ = ["FOLDER", "LEAST_BYTES", "fetch", "keep", "network_key"]

FOLDER = ".gapmap-cache"
LEAST_BYTES = 1_000_000
"""Smaller inputs are built faster than a planner notices, and are not kept."""

_FORMAT = 1
_MAGIC = b"gapmap-network"
_MOST_FILES = 8  # of all studies that share the folder; the longest unused go first
_UNKEYED = ("depart", "compare_borders", "cache")  # used after the network has been built
_MAKERS = (
    *("gapmap", "geopandas", "networkx", "numpy", "osmium", "osmnx", "pandas", "pyogrio"),
    *("pyproj", "scipy", "shapely"),
)
_PLAIN = ("speeds", "snap_m", "simulated")
_SHAPES = ("borders", "water")

_log = logging.getLogger(__name__)


def network_key(source: NetworkSource, crs: pyproj.CRS) -> str | None:
    """Give the name under which a network is kept; None where it is not worth keeping.

    Parameters
    ----------
    source
        The files and what is said about them.
    crs
        The metric CRS.

    Returns
    -------
    str or None
        64 hexadecimal digits; None for inputs of less than :data:`LEAST_BYTES`, or which cannot
        be read.
    """
    said = {one.name: getattr(source, one.name) for one in fields(source)}
    said = {name: value for name, value in said.items() if name not in _UNKEYED}
    inputs = [path for path in said.values() if isinstance(path, Path)]
    told = {n: v.name if isinstance(v, Path) else v for n, v in said.items()}
    told["speeds"] = sorted(source.speeds.items())
    digest = hashlib.sha256()
    try:
        files = [part for path in inputs for part in _parts(path)]
        if sum(part.stat().st_size for part in files) < LEAST_BYTES:
            return None
        for line in (json.dumps(told, sort_keys=True, default=str), crs.to_wkt(), *_makers()):
            digest.update(_framed(line.encode("utf8", "backslashreplace")))
        for part in (*files, *_own_code()):
            digest.update(_framed(part.name.encode("utf8", "backslashreplace")))
            with part.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    except OSError as error:  # the reader will say what is wrong with the file
        _log.info("no key for the network: %s", error)
        return None
    return digest.hexdigest()


def _framed(text: bytes) -> bytes:
    """Put the length first, so that two texts never read as one."""
    return len(text).to_bytes(8, "big") + text


def _parts(path: Path) -> list[Path]:
    """Give a file and those beside it of the same name, since drivers read what belongs to it."""
    if path.is_dir():
        return sorted(part for part in path.rglob("*") if part.is_file())
    beside = (part for part in path.parent.iterdir() if part.name.startswith(f"{path.stem}."))
    return [path, *sorted(part for part in beside if part.is_file() and part != path)]


def _makers() -> Iterator[str]:
    """Name whatever besides the inputs decides what a network looks like."""
    yield f"format {_FORMAT}"
    for name in _MAKERS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield f"{name} {importlib.metadata.version(name)}"
    yield f"PROJ {pyproj.proj_version_str}, grids fetched: {is_network_enabled()}"
    yield f"GEOS {shapely.geos_version_string}"


def _own_code() -> list[Path]:
    """Give the modules that build networks: a version number alone does not tell two states."""
    root = Path(__file__).parents[1]
    folders = ("network", "region", "positions", "tables", "datum", "findings")
    code = (path for folder in folders for path in (root / folder).rglob("*.py"))
    return sorted(path for path in (root / "findings.toml", *code) if path.is_file())


def fetch(folder: Path, key: str, crs: pyproj.CRS) -> Network | None:
    """Give the network that was kept under ``key``; None where there is none that can be trusted.

    Parameters
    ----------
    folder
        Where networks are kept.
    key
        As :func:`network_key` gives it.
    crs
        The metric CRS, part of the key.
    """
    path = _path(folder, key)
    remove_halves(folder, start="network-")
    try:
        content = path.read_bytes()
    except OSError as error:
        _log.info("no kept network: %s", error)
        return None
    try:
        network = _decoded(content, key, crs)
    except _Distrust as error:
        _log.warning("%s is not used and will be replaced: %s", path.name, error)
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # used last now
    return network


class _Distrust(Exception):  # noqa: N818 - no error: the network is built instead
    """A kept file that is not what it should be."""


def keep(folder: Path, key: str, network: Network) -> bool:
    """Keep a network, and say whether that was possible; where it was not is only logged.

    Parameters
    ----------
    folder
        Where networks are kept; made if it is missing.
    key
        As :func:`network_key` gives it.
    network
        What was built.
    """
    try:
        _make(folder)
        write_whole(_path(folder, key), _encoded(network, key))
        _prune(folder)
    except OSError as error:
        _log.warning("the network is not kept for the next run: %s", error)
        return False
    return True


def _path(folder: Path, key: str) -> Path:
    return folder / f"network-{key}.cache"


def _make(folder: Path) -> None:
    """Make the folder, and keep it out of git wherever the study stands."""
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "utf8")


def _prune(folder: Path) -> None:
    """Remove the networks that were not used for longest."""
    kept = sorted(folder.glob("network-*.cache"), key=_last_use, reverse=True)
    for path in kept[_MOST_FILES:]:
        with contextlib.suppress(OSError):  # another run has done it, or still reads it
            path.unlink()


def _last_use(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _encoded(network: Network, key: str) -> bytes:
    arrays: dict[str, Any] = {"xy": network.xy}
    arrays |= {f"edges.{one.name}": getattr(network.edges, one.name) for one in fields(Edges)}
    for name in _SHAPES:
        shape = getattr(network, name)
        if shape is not None:
            arrays[name] = np.frombuffer(shapely.to_wkb(shape), np.uint8)
    header = {
        "key": key,
        **{name: getattr(network, name) for name in _PLAIN},
        "findings": [asdict(one) for one in network.findings],
        "ferries": [asdict(one) for one in network.ferries],
        "rows": [asdict(one) for one in network.rows],
    }
    text = json.dumps(header, default=_plain).encode("ascii")
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, header=np.frombuffer(text, np.uint8), **arrays)
    content = packed.getbuffer()
    return _first_line(content) + content


def _plain(value: object) -> object:
    if isinstance(value, dt.time):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    message = f"a network cannot keep {type(value)}"
    raise TypeError(message)


def _first_line(content: bytes | memoryview) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    return b"%s %d %s\n" % (_MAGIC, _FORMAT, digest.encode("ascii"))


def _decoded(content: bytes, key: str, crs: pyproj.CRS) -> Network:
    """Check first that the bytes are those that were written, and only then look into them."""
    line_end = content.find(b"\n", 0, 200) + 1
    body = memoryview(content)[line_end:]
    if content[:line_end] != _first_line(body):
        raise _Distrust("another format, or damaged")
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return _network(arrays, key, crs)
    except Exception as error:  # whatever a foreign file makes the readers raise
        raise _Distrust(str(error) or type(error).__name__) from error


def _network(arrays: Mapping[str, Any], key: str, crs: pyproj.CRS) -> Network:
    header = json.loads(arrays["header"].tobytes())
    if header["key"] != key:
        raise _Distrust("it was kept under another name")
    findings = tuple(_finding(one) for one in header["findings"])
    if not {one.code for one in findings} <= catalogue().keys():
        raise _Distrust("it holds a finding that has no words")
    edges = Edges(**{one.name: arrays[f"edges.{one.name}"] for one in fields(Edges)})
    _check_places(arrays["xy"])
    check_edges(edges, len(arrays["xy"]))
    shapes = {name: arrays[name].tobytes() for name in _SHAPES if name in arrays}
    return Network(
        crs=crs,
        xy=arrays["xy"],
        edges=edges,
        speeds=header["speeds"],
        snap_m=header["snap_m"],
        simulated=tuple(header["simulated"]),
        findings=findings,
        ferries=tuple(_ferry(one) for one in header["ferries"]),
        rows=tuple(RowCount(**one) for one in header["rows"]),
        **{name: shapely.from_wkb(shape) for name, shape in shapes.items()},
    )


def _check_places(xy: npt.NDArray[np.generic]) -> None:
    if xy.dtype != float or xy.shape != (len(xy), 2) or not np.isfinite(xy).all():
        raise _Distrust("it holds nodes without a place")


def _finding(told: dict[str, Any]) -> Finding:
    facts = tuple((name, fact) for name, fact in told["facts"])
    return Finding(**{**told, "facts": facts, "further": tuple(told["further"])})


def _ferry(told: dict[str, Any]) -> Ferry:
    hours = ("first_sailing", "last_sailing")
    times = {n: None if told[n] is None else dt.time.fromisoformat(told[n]) for n in hours}
    return Ferry(**{**told, **times, "takes": tuple(told["takes"])})
