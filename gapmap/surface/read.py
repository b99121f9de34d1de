"""Reading a surface: land cover, heights and roads become minutes per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from gapmap.errors import InputError, MethodError
from gapmap.findings import fail, finding
from gapmap.rasters.checking import inspect_raster, require_usable
from gapmap.rasters.opening import open_raster
from gapmap.surface.aligning import (
    DRIVING_MARGIN_M,
    MARGIN_M,
    choose_grid,
    district_cells,
    lattice_of,
)
from gapmap.surface.assembling import assemble
from gapmap.surface.barriers import Barriers, about_extent, read_barriers, with_network
from gapmap.surface.cover import read_cover, same_everywhere
from gapmap.surface.heights import read_heights
from gapmap.surface.speeds import Speeds, read_speeds
from gapmap.surface.value import Surface

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.rasters import RasterFacts
    from gapmap.rasters.grid import Grid
    from gapmap.region import Region
    from gapmap.surface.aligning import Lattice
    from gapmap.surface.cover import Cover
    from gapmap.surface.value import SurfaceSource

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["read_surface"]

_COARSER: Final = 1.5


class _Raster(NamedTuple):
    """A raster that was looked through."""

    path: Path
    facts: RasterFacts
    lattice: Lattice


def read_surface(source: SurfaceSource, region: Region, network: Network | None = None) -> Surface:
    """Read how fast one gets on where.

    Cells are squares of the study's metric CRS, ``cell_m`` wide, else as wide as those of the land
    cover, else of the heights; land cover whose cells are such squares already is taken as it is.
    The grid holds all districts and reaches 5 km beyond them (20 km where roads of a network are
    driven on), but not farther than the land cover, else the heights.

    A cell takes the faster of land and road. Speeds on land are multiplied by ``off_path``, those
    on roads that are walked by ``on_path``. Slope counts on land, and on roads that are walked.

    Parameters
    ----------
    source
        The files, and how they are used.
    region
        The districts, and the metric CRS.
    network
        Whose roads are burnt in and whose ferries cross the water; None: there are none.

    Raises
    ------
    InputError
        A file is missing or cannot be used, no land is passable, or there are too many cells.
    """
    if network is not None and network.crs != region.crs:
        raise MethodError(
            f"the network is in {network.crs}, the region in {region.crs}",
            f"路网坐标系为 {network.crs}，研究区为 {region.crs}",
        )
    rasters, findings = _looked_through(source, region)
    speeds = Speeds(by_class={}, names={}, by_road={})
    if source.speeds is not None:
        speeds = read_speeds(source.speeds, repair=source.repair)
    driven = source.roads == "drive" and network is not None
    margin_m = DRIVING_MARGIN_M if driven else MARGIN_M
    grid = _grid(source, region, rasters, margin_m)
    districts = district_cells(region, grid)
    cover = _cover(source, grid, districts, rasters, speeds)
    heights, told, level = _heights(grid, districts, rasters, source.repair)
    as_is = {"land_cover": cover.same, "dem": level}
    findings += [*speeds.findings, _about_grid(margin_m, grid), *cover.findings, *told]
    about = _about_alignment(rasters, grid, as_is)
    if any(one.code == "surface-coarser-shut" for one in cover.findings):  # it says more
        about = [one for one in about if one.code != "surface-coarser"]
    findings += about
    barriers = Barriers()
    if source.barriers is not None:
        barriers = read_barriers(
            source.barriers, region, datum=source.barriers_datum, repair=source.repair
        )
        findings += about_extent(barriers, grid, source.barriers.name)
    made = assemble(
        source,
        grid,
        land_kmh=cover.kmh,
        height_m=heights,
        barriers=with_network(barriers, network),
        network=network,
        by_road=speeds.by_road,
    )
    files = (source.land_cover, source.speeds, source.dem, source.barriers)
    return Surface(
        grid=grid,
        terrain=made.terrain,
        barrier=made.barrier,
        unknown=made.unknown,
        road=made.road,
        classes=cover.classes,
        source=source,
        fences=made.fences,
        findings=(*findings, *barriers.findings, *made.findings),
        rows=(*speeds.rows, *barriers.rows),
        simulated=tuple(one.name for one in files if one is not None) if source.simulated else (),
    )


def _looked_through(
    source: SurfaceSource, region: Region
) -> tuple[dict[str, _Raster], list[Finding]]:
    """Look through the rasters; what is wrong with each of them is told before any is refused."""
    rasters: dict[str, _Raster] = {}
    findings: list[Finding] = []
    errors: list[InputError] = []
    for kind, path in (("land_cover", source.land_cover), ("dem", source.dem)):
        if path is None:
            continue
        try:
            found, facts = inspect_raster(path, region, kind=kind)  # type: ignore[arg-type]  # a literal
            require_usable(found)
        except InputError as error:
            errors.append(error)
            continue
        findings += found
        if facts.cells == 0:
            fail(next(one for one in found if one.code == "raster-large"))
        with open_raster(path) as raster:
            rasters[kind] = _Raster(path, facts, lattice_of(raster, region))
    if errors:
        first = errors[0].found[0]
        fail(first, also=[one for error in errors for one in error.found if one != first])
    return rasters, findings


def _grid(
    source: SurfaceSource, region: Region, rasters: dict[str, _Raster], margin_m: float
) -> Grid:
    leading = rasters.get("land_cover") or rasters.get("dem")
    return choose_grid(
        region,
        cell_m=source.cell_m,
        lattice=None if leading is None else leading.lattice,
        margin_m=margin_m,
    )


def _cover(
    source: SurfaceSource,
    grid: Grid,
    districts: Flags,
    rasters: dict[str, _Raster],
    speeds: Speeds,
) -> Cover:
    if "land_cover" not in rasters:
        return same_everywhere(source.kmh, grid, districts)
    path, facts, lattice = rasters["land_cover"]
    return read_cover(path, facts, lattice, grid, districts, speeds)


def _heights(
    grid: Grid, districts: Flags, rasters: dict[str, _Raster], repair: str
) -> tuple[Floats | None, tuple[Finding, ...], bool]:
    if "dem" not in rasters:
        return None, (), True
    path, facts, lattice = rasters["dem"]
    return read_heights(path, facts, lattice, grid, districts, repair=repair)


def _about_grid(margin_m: float, grid: Grid) -> Finding:
    return finding(
        "surface-grid",
        value=f"{grid.transform.a:g}",
        rows=grid.height,
        columns=grid.width,
        km=f"{margin_m / 1000:g}",
    )


def _about_alignment(
    rasters: dict[str, _Raster], grid: Grid, as_is: dict[str, bool]
) -> list[Finding]:
    """Say of each raster that had to be brought onto the grid from where it came."""
    findings, now = [], grid.transform.a
    for kind, one in rasters.items():
        told = {"was": f"{one.lattice.cell_m:g}", "file": one.path.name}
        if not as_is[kind]:
            value = one.facts.crs[:80]
            findings.append(finding("surface-aligned", value=value, now=f"{now:g}", **told))  # type: ignore[arg-type]  # all are texts
        if kind == "land_cover" and now > _COARSER * one.lattice.cell_m:
            findings.append(finding("surface-coarser", value=f"{now:g}", **told))  # type: ignore[arg-type]  # as above
    return findings
