"""Rasters of people: elsewhere, in part, as a picture, with values that stand for none."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from corpus.city import NORTH, SOUTH, WEST, Case
from gapmap.gdal_guard import keep_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["CASES"]


def study(block: str) -> dict[str, str]:
    """Name rasters in the study."""
    return {"[services.bus_shelter]": f"{block}\n\n[services.bus_shelter]"}


PEOPLE = study('[population]\nraster = "people.tif"')
SIZE = 0.01  # degrees; the districts have 30 rows of 40 cells, and 5,220 people


def grid(value: float, dtype: str = "float32", shape: tuple[int, ...] = (30, 40)) -> np.ndarray:
    """Give cells that all hold the same."""
    return np.full(shape, value, dtype)


def spotted(value: float, spot: float, dtype: str = "float32") -> np.ndarray:
    """Give cells of which the upper third holds something else."""
    cells = grid(value, dtype)
    cells[:10] = spot
    return cells


def tif(
    cells: np.ndarray, west: float = WEST, *, south_up: bool = False, **about: object
) -> Callable[[Path], None]:
    """Write a GeoTIFF."""

    def spoil(folder: Path) -> None:
        keep_out()
        import rasterio  # noqa: PLC0415 - after GDAL was told what to leave out

        bands = cells if cells.ndim == 3 else cells[None]
        place = rasterio.Affine(SIZE, 0, west, 0, -SIZE, NORTH)
        if south_up:
            place = rasterio.Affine(SIZE, 0, west, 0, SIZE, SOUTH)
        said = {"crs": "EPSG:4326", "transform": place, "dtype": bands.dtype, **about}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with rasterio.open(
                folder / "people.tif",
                "w",
                driver="GTiff",
                count=bands.shape[0],
                height=bands.shape[1],
                width=bands.shape[2],
                **said,
            ) as target:
                target.write(bands)

    return spoil


def _write(content: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "people.tif").write_text(content, "utf8") and None


COUNTS = 5220 / 1200
ODD = (
    "raster-nodata-missing",
    "raster-people-differ",
    "raster-density",
    "raster-partial",
    "raster-negative",
)

CASES = [
    Case(name="raster-sound", study=PEOPLE, spoil=tif(grid(COUNTS)), never=ODD),
    Case(
        name="raster-density-per-km2",
        study=PEOPLE,
        spoil=tif(grid(5220 / 1373, "float32") * 100),
        expect=[("raster-people-differ", None)],
    ),
    Case(
        name="raster-half",
        study=PEOPLE,
        spoil=tif(grid(COUNTS), west=WEST + 0.2),
        expect=[("raster-partial", None)],
    ),
    Case(
        name="raster-elsewhere",
        study=PEOPLE,
        spoil=tif(grid(COUNTS), west=WEST + 2),
        expect=[("raster-no-overlap", None)],
        usable=False,
    ),
    *(
        Case(
            name=f"raster-undeclared-{name}",
            study=PEOPLE,
            spoil=tif(spotted(5, value, dtype)),
            expect=[("raster-nodata-missing", None)],
            never=["raster-negative"],
        )
        for name, value, dtype in (
            ("worldpop", -99999, "float32"),
            ("landscan", -2147483647, "int32"),
            ("16-bit", 65535, "uint16"),
        )
    ),
    Case(
        name="raster-picture",
        study=PEOPLE,
        spoil=tif(grid(120, "uint8", (4, 30, 40)), photometric="RGB"),
        expect=[("raster-picture", None)],
        never=["raster-people-differ"],
        usable=False,
    ),
    Case(
        name="raster-without-people",
        study=PEOPLE,
        spoil=tif(grid(0)),
        expect=[("raster-people-none", None)],
    ),
    Case(
        name="raster-negative",
        study=PEOPLE,
        spoil=tif(spotted(5, -3)),
        expect=[("raster-negative", None)],
        usable=False,
    ),
    Case(
        name="raster-nan-and-inf",
        study=PEOPLE,
        spoil=tif(spotted(5, np.nan)),
        expect=[("raster-not-finite", None)],
    ),
    Case(
        name="raster-south-up",
        study=PEOPLE,
        spoil=tif(grid(COUNTS), south_up=True),
        expect=[("raster-south-up", None)],
    ),
    Case(
        name="raster-no-crs",
        study=PEOPLE,
        spoil=tif(grid(COUNTS), crs=None),
        expect=[("raster-no-crs", None)],
        usable=False,
    ),
    Case(
        name="raster-ascii-grid",
        study=PEOPLE,
        spoil=_write("ncols 2\nnrows 1\nxllcorner 113\nyllcorner 22\ncellsize 1\n1 2\n"),
        expect=[("raster-not-geotiff", None)],
        usable=False,
    ),
    Case(
        name="raster-missing",
        study=PEOPLE,
        expect=[("raster-missing", None)],
        usable=False,
    ),
    Case(
        name="raster-remote",
        study=study('[population]\nraster = "https://example.org/people.tif"'),
        expect=[("file-not-local", None)],
        usable=False,
    ),
]
