"""Rasters: elsewhere, in part, as a picture, without a speed, with values that stand for none."""

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
    cells: np.ndarray,
    west: float = WEST,
    *,
    name: str = "people.tif",
    south_up: bool = False,
    size: float = SIZE,
    **about: object,
) -> Callable[[Path], None]:
    """Write a GeoTIFF."""

    def spoil(folder: Path) -> None:
        keep_out()
        import rasterio  # noqa: PLC0415 - after GDAL was told what to leave out

        bands = cells if cells.ndim == 3 else cells[None]
        place = rasterio.Affine(size, 0, west, 0, -size, NORTH)
        if south_up:
            place = rasterio.Affine(size, 0, west, 0, size, SOUTH)
        said = {"crs": "EPSG:4326", "transform": place, "dtype": bands.dtype, **about}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with rasterio.open(
                folder / name,
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


def both(*spoils: Callable[[Path], None]) -> Callable[[Path], None]:
    """Do one after the other."""

    def spoil(folder: Path) -> None:
        for one in spoils:
            one(folder)

    return spoil


def land(
    cells: np.ndarray, speeds: str = "class,kmh\n1,4\n2,0\n", **about: object
) -> Callable[[Path], None]:
    """Write land cover and its speeds."""

    def told(folder: Path) -> None:
        (folder / "speeds.csv").write_text(speeds, "utf8")

    return both(tif(cells, name="land_cover.tif", **about), told)


def surface(more: str = "") -> dict[str, str]:
    """Measure shelters over land."""
    block = f'[surface]\nland_cover = "land_cover.tif"\nspeeds = "speeds.csv"\n{more}'
    return {
        "[services.bus_shelter]": f"{block}\n\n[services.bus_shelter]",
        'mode = "straight"\nlimit_m = 500': 'mode = "surface"\nlimit_minutes = 30',
    }


def striped(value: int) -> np.ndarray:
    """Give land with a column of something else in the middle."""
    cells = grid(1, "uint8")
    cells[:, 20] = value
    return cells


SLOPE = np.add.outer(np.arange(30), np.arange(40)).astype("int16")
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
    Case(
        name="raster-density-with-unit",
        study=study('[population]\nraster = "people.tif"\nunit = "per_km2"'),
        spoil=tif(grid(5220 / 1373, "float32")),
        never=["raster-density", "raster-people-differ"],
    ),
    Case(
        name="raster-density-without-unit",
        study=PEOPLE,
        spoil=tif(grid(5220 / 1373, "float32", (300, 400)), size=0.001),
        expect=[("raster-density", None)],
        usable=False,
    ),
    Case(name="surface-sound", study=surface(), spoil=land(grid(1, "uint8"))),
    Case(
        name="surface-river",
        study=surface(),
        spoil=land(striped(2)),
        never=["surface-land-unknown"],
    ),
    Case(
        name="surface-class-without-a-speed",
        study=surface(),
        spoil=land(striped(7)),
        expect=[("surface-class-missing", None)],
    ),
    Case(
        name="surface-speed-below-nought",
        study=surface(),
        spoil=land(striped(2), "class,kmh\n1,4\n2,-3\n"),
        expect=[("surface-speed-odd", 3)],
    ),
    Case(
        name="surface-speeds-of-one-class-twice",
        study=surface(),
        spoil=land(striped(2), "class,kmh\n1,4\n1,5\n2,0\n"),
        expect=[("surface-class-twice", None)],
        usable=False,
    ),
    Case(
        name="surface-nothing-passable",
        study=surface(),
        spoil=land(grid(2, "uint8")),
        expect=[("surface-nothing-passable", None)],
        usable=False,
    ),
    Case(
        name="surface-of-another-city",
        study=surface(),
        spoil=land(grid(1, "uint8"), west=WEST + 2),
        expect=[("raster-no-overlap", None)],
        usable=False,
    ),
    Case(
        name="surface-heights-on-another-grid",
        study=surface('dem = "dem.tif"'),
        spoil=both(land(grid(1, "uint8")), tif(SLOPE, west=WEST - 0.004, name="dem.tif")),
        expect=[("surface-aligned", None)],
    ),
    Case(
        name="surface-heights-with-holes",
        study=surface('dem = "dem.tif"'),
        spoil=both(
            land(grid(1, "uint8")),
            tif(np.where(SLOPE < 20, -9999, SLOPE).astype("int16"), name="dem.tif", nodata=-9999),
        ),
        expect=[("surface-height-unknown", None)],
    ),
]
