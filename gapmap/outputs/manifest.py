"""The manifest ``run.json``: from which files, with what, how long and how large."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import math
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gapmap.cells import visible
from gapmap.findings import by_severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.findings import Finding
    from gapmap.outputs.results import Results
    from gapmap.population import PopulationSource
    from gapmap.rasters.grid import Grid
    from gapmap.surface import SurfaceSource

__all__ = ["MADE_BY", "NAME", "is_run", "listed_files", "manifest", "peak_memory_mb", "write_json"]

NAME = "run.json"
MADE_BY = "gapmap"
_FORMAT = 1
_PACKAGES = (
    *("folium", "geopandas", "matplotlib", "networkx", "numpy", "osmium", "osmnx"),
    *("pandas", "pyarrow", "pyogrio", "pyproj", "rasterio", "scikit-learn", "scipy", "shapely"),
    "xlsxwriter",
)


def manifest(results: Results, findings: Sequence[Finding], folder: Path) -> dict[str, object]:
    """Describe a run whose other files stand in ``folder``.

    Parameters
    ----------
    results
        The run.
    findings
        All findings, those of writing included.
    folder
        Where the files stand; each is listed with its size and SHA-256.

    Returns
    -------
    dict
        The keys of ``run.json`` as in ``docs/outputs.md``.
    """
    about, access = results.about, results.assessment.access
    return {
        "made_by": MADE_BY,
        "format": _FORMAT,
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "name": about.name,
        "date": about.date,
        "plan": about.plan,
        "scenario": about.scenario,
        "credit": about.credit,
        "document": asdict(about.document) | {"draft": about.document.draft},
        "language": about.language,
        "simulated": results.simulated,
        "simulated_files": results.simulated_files,
        "crs": about.crs or access.places.region.crs.to_string(),
        "crs_name": access.places.region.crs.name,
        "seed": results.seed,
        "network_cache": access.network.cache if access.network else None,
        "study": results.study,
        "study_file": _study_file(results, folder),
        "parameters": results.parameters,
        **_grids(results),
        "inputs": [
            {
                "name": file.name,
                "role": file.role,
                "size_bytes": file.size_bytes,
                "sha256": file.sha256,
                "simulated": file.simulated,
            }
            for file in about.inputs
        ],
        "counts": _counts(results, findings),
        "versions": _versions(about.version),
        "seconds": results.seconds,
        "peak_memory_mb": peak_memory_mb(),
        "files": _files(folder),
    }


def _study_file(results: Results, folder: Path) -> str | None:
    """Say where the study file stands, from the run's folder; None where that names a whole disk.

    Where both share nothing but the root or what holds everybody's home, or not even a drive, the
    way would spell out the folders of whoever ran it. ``folder`` stands beside the folder that it
    becomes: the way is the same from both.
    """
    if not results.input_paths:
        return None
    study, there = results.input_paths[0].resolve(), folder.resolve()
    shared = [one for one in study.parents if one in there.parents]
    above_home = Path(os.path.expanduser("~")).parents  # noqa: PTH111 - raises nothing
    if not shared or shared[0] == Path(shared[0].anchor) or shared[0] in above_home:
        return None
    return PurePath(os.path.relpath(study, there)).as_posix()


def _grids(results: Results) -> dict[str, object]:
    """Describe the population grid and the surface; nothing of a study without them."""
    population, surface = results.population, results.assessment.access.surface
    told: dict[str, object] = {}
    if population is not None:
        told["population"] = _source(population.source) | _lie(population.grid) | {
            "cells": len(population.cells),
            "people_raster": float(population.cells["people_raster"].sum()),
            "people": float(population.cells["people"].sum()),
        }  # fmt: skip
    if surface is not None:
        slope = {"slope": surface.terrain.slope, "cell_m": surface.terrain.cell_m}
        told["surface"] = _source(surface.source) | slope | _lie(surface.grid) | {
            "barrier_cells": int(surface.barrier.sum()),
            "unknown_cells": int(surface.unknown.sum()),
            "road_cells": int(surface.road.sum()),
        }  # fmt: skip
    return told


def _source(source: PopulationSource | SurfaceSource) -> dict[str, object]:
    """Give what a study says of its rasters, with names of files in the place of paths."""
    told = {field.name: getattr(source, field.name) for field in fields(source)}
    return {key: one.name if isinstance(one, Path) else one for key, one in told.items()}


def _lie(grid: Grid) -> dict[str, object]:
    return {
        "grid_crs": grid.crs.to_string(),
        "grid_transform": list(grid.transform)[:6],
        "rows": grid.height,
        "columns": grid.width,
    }


def _counts(results: Results, findings: Sequence[Finding]) -> dict[str, object]:
    access = results.assessment.access
    facilities = access.facilities.table["service"]
    severities = by_severity(findings)
    return {
        "places": len(access.places.table),
        "people": float(np.nansum(access.places.table["people"].to_numpy(dtype=float))),
        "facilities": {
            service: int((facilities == service).sum())
            for service in sorted({*access.facilities.services, *facilities})
        },
        "services": [service.id for service in access.services],
        "targets": len(results.assessment.targets),
        "proposed_sites": sum(len(proposal.sites) for proposal in results.proposals),
        "findings": {name: severities[name] for name in ("error", "warning", "note")},
        "rows": [
            {
                "file": row.file,
                "read": row.read,
                "used": row.used,
                "repaired": row.repaired,
                "excluded": row.excluded,
            }
            for row in results.rows
        ],
    }


def _versions(gapmap: str) -> dict[str, str | None]:
    told: dict[str, str | None] = {
        "gapmap": gapmap or _version(MADE_BY),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
    }
    return told | {name: _version(name) for name in _PACKAGES}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _files(folder: Path) -> dict[str, dict[str, object]]:
    return {
        path.relative_to(folder).as_posix(): {
            "size_bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }


if sys.platform == "win32":

    def peak_memory_mb() -> float | None:
        """Give None: Windows has no ``getrusage``."""
        return None

else:
    import resource

    def peak_memory_mb() -> float | None:
        """Give the process's largest resident memory so far, in megabytes (1e6 bytes).

        From ``getrusage``, which counts kibibytes on Linux and bytes on macOS; None on Windows.
        """
        unit = 1 if sys.platform == "darwin" else 1024
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write strict JSON: UTF-8, no NaN or infinity (null instead), dates as text.

    What :func:`gapmap.cells.visible` makes visible stands here as JSON's own escapes, which are
    the same and which every reader turns back.
    """
    text = json.dumps(_strict(content), ensure_ascii=False, indent=2, allow_nan=False)
    path.write_bytes(visible(text).encode("utf8") + b"\n")


def _strict(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _strict(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_strict(one) for one in value]
    plain = value.item() if isinstance(value, np.generic) else value
    if plain is None or plain is pd.NA or plain is pd.NaT:
        return None
    if isinstance(plain, (dt.date, dt.time)):
        return plain.isoformat()
    if isinstance(plain, float):
        return plain if math.isfinite(plain) else None
    return plain if isinstance(plain, (str, int)) else str(plain)


def is_run(folder: Path) -> bool:
    """Say whether a folder holds a run that gapmap has left, whole."""
    return listed_files(folder) is not None


def listed_files(folder: Path) -> frozenset[str] | None:
    """Name the files of the run in ``folder``; None where no run of gapmap stands there."""
    try:
        told = json.loads((folder / NAME).read_text("utf8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("made_by") != MADE_BY:
        return None
    files = told.get("files")
    return frozenset({*files, NAME}) if isinstance(files, dict) else None
