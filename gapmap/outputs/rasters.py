"""The rasters of a run as GeoTIFF: travel time, nearest facility, people; read back once written.

A cell without a value is NaN, of the nearest facility 0. Each file is a Cloud Optimized GeoTIFF
and says in its tags what it holds and whether any input is simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio

from gapmap.cells import visible
from gapmap.drawing.fields import travelled
from gapmap.errors import InputError
from gapmap.network import SLACK
from gapmap.outputs.naming import file_names
from gapmap.outputs.tables import write_csv
from gapmap.rasters.opening import open_raster
from gapmap.rasters.writing import write_raster

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.drawing.fields import Travelled
    from gapmap.outputs.results import Results
    from gapmap.population import Population
    from gapmap.rasters.grid import Grid

__all__ = ["write_rasters"]

_LONGEST: Final = 1_000
Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Values = npt.NDArray[np.float32] | npt.NDArray[np.float64] | npt.NDArray[np.int32]


def write_rasters(folder: Path, results: Results) -> None:
    """Write every raster of a run; the folder is made where there is any.

    Parameters
    ----------
    folder
        ``rasters`` in the run's folder.
    results
        The run.

    Raises
    ------
    OSError, rasterio.errors.RasterioError
        A raster cannot be written, or not all of it.
    """
    access = results.assessment.access
    names = file_names(service.id for service in access.services)
    every = travelled(access)
    if every or results.population is not None:
        folder.mkdir()
    for one in every:
        _write_travelled(folder, names[one.service.id], one, results)
    if results.population is not None:
        grid = results.population.grid
        tags = {"CONTENT": "people in each cell", "UNIT": "people"}
        tags |= {"RECONCILE": results.population.source.reconcile}
        _write(folder / "people.tif", _people(results.population), grid, tags=tags, made=results)


def _write_travelled(folder: Path, name: str, one: Travelled, results: Results) -> None:
    """Write minutes, the number of the nearest facility, and which facility has which number."""
    grid, service = one.surface.grid, one.service
    tags = {
        "SERVICE": service.id,
        "SERVICE_NAME": results.service_name(service.id),
        "DIRECTION": one.direction,
        "LIMIT": f"{service.limit:g} {service.limit_unit}",
    }
    told = {"CONTENT": "travel time over the surface", "UNIT": "minutes"}
    minutes = _on_its_side(one)
    _write(folder / f"minutes_{name}.tif", minutes, grid, tags=told | tags, made=results)
    told = {"CONTENT": f"number of the nearest facility in nearest_{name}.csv; 0 for none"}
    nearest = (one.field.source + 1).astype(np.int32)
    _write(folder / f"nearest_{name}.tif", nearest, grid, tags=told | tags, made=results)
    legend = pd.DataFrame(
        {
            "number": np.arange(1, len(one.serving) + 1),
            "facility_id": one.serving["facility_id"].to_numpy(dtype=object),
            "facility": one.serving["facility"].to_numpy(dtype=object),
            "simulated": results.simulated,
        }
    )
    write_csv(folder / f"nearest_{name}.csv", legend)


def _on_its_side(one: Travelled) -> Singles:
    """Round minutes to single precision, never across the limit; what is not reached is NaN."""
    minutes = one.field.minutes
    made = np.where(np.isfinite(minutes), minutes, np.nan).astype(np.float32)
    if one.in_minutes:
        limit, told = one.limit_minutes, made.astype(np.float64)
        last = np.float32(limit)
        last = last if float(last) <= limit else np.nextafter(last, np.float32(-np.inf))
        within = minutes <= limit + SLACK
        made[within & (told > limit)] = last
        made[~within & (told <= limit)] = np.nextafter(last, np.float32(np.inf))
    return made


def _people(population: Population) -> Floats:
    """Add up the parts of each cell; NaN where no part has people."""
    cells, grid = population.cells, population.grid
    spot = cells["row"].to_numpy() * grid.width + cells["column"].to_numpy()
    size = grid.height * grid.width
    people = np.bincount(spot, cells["people"].to_numpy(dtype=float), minlength=size)
    there = np.bincount(spot, minlength=size) > 0
    return np.asarray(np.where(there, people, np.nan).reshape(grid.shape))


def _write(path: Path, values: Values, grid: Grid, *, tags: dict[str, str], made: Results) -> None:
    about = made.about
    shared = {
        "STUDY": about.name,
        "DATE": about.date.isoformat() if about.date else "",
        "SIMULATED": "true" if made.simulated else "false",
        "SIMULATED_FILES": "; ".join(made.simulated_files),
        "CREDIT": about.credit,
        "MADE_BY": f"gapmap {about.version}".strip(),
    }
    told = {key: _tag(value) for key, value in (tags | shared).items() if value}
    nodata = 0 if values.dtype == np.int32 else np.nan
    dtype = values.dtype.name
    write_raster(path, values, grid, nodata=nodata, tags=told, dtype=dtype)
    _check(path, values, told)


def _tag(text: str) -> str:
    """Give a text as a tag holds it: blanks as they come back from XML, not too long."""
    return visible(" ".join(text.split()))[:_LONGEST]


def _check(path: Path, values: Values, tags: dict[str, str]) -> None:
    """Read a raster back: GDAL does not always say that a disk was full for a moment."""
    try:
        with open_raster(path) as source:
            whole, told = source.read(1), source.tags()
    except InputError as error:
        raise rasterio.errors.RasterioIOError(str(error)) from error
    same = whole.shape == values.shape and np.array_equal(
        whole, values, equal_nan=values.dtype.kind == "f"
    )
    if not same or any(told.get(key) != value for key, value in tags.items()):
        msg = f"{path.name}: what was written is not what stands there"
        raise rasterio.errors.RasterioIOError(msg)
