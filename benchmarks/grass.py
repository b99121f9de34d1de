"""GRASS GIS, where it is on the machine: a module run on arrays, in a location of its own.

GRASS is GPL. It is neither a part of gapmap nor linked to it: its programs are started, as a user
would start them, and only to compare answers and times. ``apt-get install --no-install-recommends
grass-core`` brings it on Debian; where it is missing, its rows are left out of the table.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

__all__ = ["Ran", "has_grass", "run_module", "version"]

_NULL = -9999.0


class Ran(NamedTuple):
    """What a module made, NaN where it has no value, and what it took without files in and out."""

    raster: npt.NDArray[np.float64]
    seconds: float
    cpu_seconds: float


def has_grass() -> bool:
    """Tell whether GRASS is on this machine."""
    return shutil.which("grass") is not None


@cache
def version() -> str:
    """Give the version, such as ``8.2.1``."""
    return _text("grass", "--config", "version")


def run_module(
    module: str,
    rasters: Mapping[str, npt.NDArray[np.float64]],
    *,
    cell_m: float,
    flags: str = "",
    options: Mapping[str, str] | None = None,
) -> Ran:
    """Run a module once, and give the raster that it writes to its option ``output``.

    Parameters
    ----------
    module
        Such as ``r.cost``.
    rasters
        By option (such as ``input``): what stands in the raster that is given there, NaN for cells
        without a value. All have the same shape, the first row in the north.
    cell_m
        Length of a cell's side.
    flags
        Such as ``kn``.
    options
        What else is given, such as ``{"memory": "2000"}``.

    Raises
    ------
    subprocess.CalledProcessError
        The module failed; the message has what it said.
    """
    with tempfile.TemporaryDirectory(prefix="gapmap-grass-") as folder:
        place = Path(folder)
        environment = _session(place)
        rows, columns = next(iter(rasters.values())).shape
        _do(
            environment, "g.region",
            "n=" + repr(rows * cell_m), "s=0", "w=0", "e=" + repr(columns * cell_m),
            f"rows={rows}", f"cols={columns}",
        )  # fmt: skip
        for name, values in rasters.items():
            _put(environment, place, name, values, cell_m)
        given = [f"{name}={name}" for name in rasters]
        given += [f"{name}={value}" for name, value in (options or {}).items()]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        _do(environment, module, *given, "output=output", *([f"-{flags}"] if flags else []))
        seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        made = place / "output.bin"
        _do(environment, "r.out.bin", "-f", "bytes=8", "input=output",
            f"output={made}", f"null={_NULL}")  # fmt: skip
        raster = np.fromfile(made, np.float64).reshape(rows, columns)
    raster[raster == _NULL] = np.nan
    return Ran(raster, seconds, cpu)


def _session(place: Path) -> dict[str, str]:
    """Make a location of plain metres, and give the environment in which modules run."""
    base = _text("grass", "--config", "path")
    subprocess.run(  # noqa: S603 - our own words
        [_program("grass"), "-c", "XY", str(place / "location"), "-e"],
        check=True, capture_output=True,
    )  # fmt: skip
    settings = place / "gisrc"
    settings.write_text(
        f"GISDBASE: {place}\nLOCATION_NAME: location\nMAPSET: PERMANENT\nGUI: text\n", "utf8"
    )
    paths = os.pathsep.join([f"{base}/bin", f"{base}/scripts", os.environ["PATH"]])
    libraries = os.pathsep.join([f"{base}/lib", os.environ.get("LD_LIBRARY_PATH", "")])
    return os.environ | {
        "GISBASE": base,
        "GISRC": str(settings),
        "PATH": paths,
        "LD_LIBRARY_PATH": libraries.rstrip(os.pathsep),
        "GRASS_VERBOSE": "0",
    }


def _put(
    environment: dict[str, str],
    place: Path,
    name: str,
    values: npt.NDArray[np.float64],
    cell_m: float,
) -> None:
    file = place / f"{name}.bin"
    np.where(np.isnan(values), _NULL, values).astype(np.float64).tofile(file)
    rows, columns = values.shape
    _do(
        environment, "r.in.bin", "-d", f"input={file}", f"output={name}", f"anull={_NULL}",
        "north=" + repr(rows * cell_m), "south=0", "west=0", "east=" + repr(columns * cell_m),
        f"rows={rows}", f"cols={columns}",
    )  # fmt: skip
    file.unlink()


def _do(environment: dict[str, str], module: str, *words: str) -> None:
    program = _program(module, environment["PATH"])
    done = subprocess.run(  # noqa: S603 - our own words
        [program, *words], env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise subprocess.CalledProcessError(
            done.returncode, [module, *words], done.stdout, f"{module}: {done.stderr.strip()}"
        )


def _text(*words: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own words
        [_program(words[0]), *words[1:]], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _program(name: str, path: str | None = None) -> str:
    found = shutil.which(name, path=path)
    if found is None:
        raise FileNotFoundError(name)
    return found
