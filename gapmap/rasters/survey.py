"""Looking at every cell of a raster, a few million at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely
from rasterio.enums import MaskFlags
from rasterio.features import rasterize
from rasterio.windows import Window

from gapmap.rasters.areas import cell_km2
from gapmap.rasters.opening import READING_ERRORS, raster_crs

if TYPE_CHECKING:
    from collections.abc import Iterator

    import affine
    import numpy.typing as npt
    import rasterio

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = [
    "MOST_CELLS",
    "SUSPECTS",
    "Survey",
    "corners",
    "left_out",
    "same_as",
    "survey",
    "window_around",
    "window_parts",
]

MOST_CELLS: Final = 2_000_000_000
"""Cells that are looked at; of a larger raster those around the districts."""
_AT_ONCE: Final = 2_000_000
SUSPECTS: Final = (
    *(-9999.0, -99999.0, -999.0, -200.0, -32768.0, -2147483647.0, -2147483648.0),
    *(float(np.finfo(np.float32).min), float(np.finfo(np.float64).min), -3.4e38, -1.7e308),
    *(float(np.finfo(np.float32).max), 255.0, 32767.0, 65535.0, 2147483647.0, 4294967295.0),
)
"""Values that programs write where there is none, often without saying so."""


class Part(NamedTuple):
    """Where a value stands: in how many cells, in how many of the districts, over how many km2."""

    cells: int
    inside: int
    km2: float


@dataclass(slots=True)
class Survey:
    """What was seen; sums are of cells whose middle lies in a district, scaled as declared.

    ``suspects`` tells where each of :data:`SUSPECTS` stands; sums leave these values out.
    ``left`` counts the cells below 0 that are taken for none.
    """

    cells: int = 0
    parts: int = 0
    cut: list[int] = field(default_factory=list)  # first rows of the parts that cannot be read
    unreadable: int = 0
    nodata: int = 0
    nan: int = 0
    infinite: int = 0
    negative: int = 0
    negative_total: float = 0.0
    negative_inside: int = 0
    negative_sums: Floats = field(default_factory=lambda: np.zeros(2))  # of total, total_by_km2
    left: int = 0
    low: float = math.inf
    high: float = -math.inf
    inside: int = 0
    usable_inside: int = 0
    total: float = 0.0
    total_by_km2: float = 0.0
    km2: tuple[float, float] = (math.inf, -math.inf)
    suspects: dict[float, Part] = field(default_factory=dict)
    whole: bool = True

    def keep_values(self, undeclared: set[float], scale: float, offset: float) -> None:
        """Settle which suspects stand for none; the others are values like all others."""
        for stored, part in self.suspects.items():
            if stored in undeclared:
                self.usable_inside -= part.inside
                continue
            value = stored * scale + offset
            self.total += value * part.inside
            self.total_by_km2 += value * part.km2
            self.low, self.high = min(self.low, value), max(self.high, value)
            if value < 0:
                self.negative += part.cells
                self.negative_total += value * part.cells
                self.negative_inside += part.inside
                self.negative_sums += (value * part.inside, value * part.km2)

    def leave_negative(self) -> None:
        """Take cells with a value below 0 for cells without one."""
        self.left = self.negative
        self.usable_inside -= self.negative_inside
        self.total -= float(self.negative_sums[0])
        self.total_by_km2 -= float(self.negative_sums[1])


def corners(transform: affine.Affine, wide: float, tall: float) -> list[tuple[float, float]]:
    """Give where the corners of so many columns and rows lie, one after the other around."""
    return [_at(transform, *cell) for cell in ((0, 0), (wide, 0), (wide, tall), (0, tall))]


def _at(transform: affine.Affine, x: float, y: float) -> tuple[float, float]:
    one = transform
    return one.a * x + one.b * y + one.c, one.d * x + one.e * y + one.f


def survey(source: rasterio.DatasetReader, outline: shapely.Geometry | None) -> Survey:
    """Read the first band part by part.

    Parameters
    ----------
    source
        An open raster.
    outline
        The districts in the raster's CRS; None where nobody can say where it lies.

    Returns
    -------
    Survey
        Empty for a raster that is too large even around the districts.
    """
    seen = Survey()
    window = Window(0, 0, source.width, source.height)
    if source.width * source.height > MOST_CELLS:
        seen.whole = False
        window = window_around(source, outline)
    if window.width * window.height > MOST_CELLS or _block_cells(source) > MOST_CELLS // 8:
        seen.whole = False
        return seen
    for part in window_parts(source, window):
        seen.parts += 1
        seen.cells += part.width * part.height
        try:
            values = source.read(1, window=part)
        except READING_ERRORS:
            seen.cut.append(part.row_off + 1)
            seen.unreadable += part.width * part.height
            continue
        _look(seen, source, part, values, outline)
    return seen


def _block_cells(source: rasterio.DatasetReader) -> int:
    height, width = source.block_shapes[0]
    return int(height * width)


def window_around(
    source: rasterio.DatasetReader, outline: shapely.Geometry | None, *, margin: float = 0.0
) -> Window:
    """Give the part of the raster around the districts; nothing where they lie elsewhere.

    ``margin`` is added on all sides, in the raster's unit.
    """
    if outline is None or outline.is_empty:
        return Window(0, 0, 0, 0)
    west, south, east, north = outline.bounds
    box = shapely.box(west - margin, south - margin, east + margin, north + margin)
    around = shapely.get_coordinates(box)
    columns, rows = np.array([_at(~source.transform, x, y) for x, y in around]).T
    left, top = max(0, math.floor(columns.min())), max(0, math.floor(rows.min()))
    right = min(source.width, math.ceil(columns.max()))
    low = min(source.height, math.ceil(rows.max()))
    return Window(left, top, max(0, right - left), max(0, low - top))


def window_parts(source: rasterio.DatasetReader, window: Window) -> Iterator[Window]:
    """Cut a window into parts of whole blocks, each of a few million cells at most."""
    tall, wide = source.block_shapes[0]
    high = max(1, _AT_ONCE // max(1, int(window.width)) // tall) * tall
    across = window.width
    if high * across > _AT_ONCE:
        across = max(1, _AT_ONCE // high // wide) * wide
    for row in range(int(window.row_off), int(window.row_off + window.height), high):
        below = min(high, int(window.row_off + window.height) - row)
        for column in range(int(window.col_off), int(window.col_off + window.width), int(across)):
            right = min(int(across), int(window.col_off + window.width) - column)
            yield Window(column, row, right, below)


def _look(
    seen: Survey,
    source: rasterio.DatasetReader,
    part: Window,
    values: npt.NDArray[np.generic],
    outline: shapely.Geometry | None,
) -> None:
    scale, offset = source.scales[0], source.offsets[0]
    with np.errstate(over="ignore", invalid="ignore"):
        numbers = values.astype(np.float64) * scale + offset
    nan, infinite = np.isnan(numbers), np.isinf(numbers)
    none = np.zeros(numbers.shape, bool)
    if source.nodata is not None and not math.isnan(source.nodata):
        none = values == source.nodata
    none |= left_out(source, part)
    empty = none | nan | infinite
    inside = _inside(source, part, outline)
    km2 = np.broadcast_to(_cell_km2(source, part), numbers.shape)
    seen.nodata += int(none.sum())
    seen.nan += int(nan.sum())
    seen.infinite += int((infinite & ~none).sum())
    seen.inside += int(inside.sum())
    seen.usable_inside += int((inside & ~empty).sum())
    odd = _suspects(seen, values, empty, inside, km2)
    plain = ~(empty | odd)
    if plain.any():
        seen.low = min(seen.low, float(numbers[plain].min()))
        seen.high = max(seen.high, float(numbers[plain].max()))
    below = plain & (numbers < 0)
    if below.any():
        both = below & inside
        seen.negative += int(below.sum())
        seen.negative_total += float(numbers[below].sum())
        seen.negative_inside += int(both.sum())
        seen.negative_sums += (numbers[both].sum(), (numbers[both] * km2[both]).sum())
    counted = plain & inside
    seen.total += float(numbers[counted].sum())
    seen.total_by_km2 += float((numbers[counted] * km2[counted]).sum())
    if inside.any():
        sizes = km2[inside]
        seen.km2 = (min(seen.km2[0], float(sizes.min())), max(seen.km2[1], float(sizes.max())))


def _suspects(
    seen: Survey, values: npt.NDArray[np.generic], empty: Flags, inside: Flags, km2: Floats
) -> Flags:
    """Note where values stand that programs write for none; give which cells hold one."""
    odd = np.zeros(values.shape, bool)
    for value in SUSPECTS:
        here = same_as(values, value) & ~empty & ~odd
        if not here.any():
            continue
        odd |= here
        before = seen.suspects.get(value, Part(0, 0, 0.0))
        both = here & inside
        seen.suspects[value] = Part(
            before.cells + int(here.sum()),
            before.inside + int(both.sum()),
            before.km2 + float(km2[both].sum()),
        )
    return odd


def left_out(source: rasterio.DatasetReader, part: Window) -> Flags:
    """Mark the cells that a mask or a band of transparency within the file leaves out."""
    if MaskFlags.per_dataset not in source.mask_flag_enums[0]:
        return np.zeros((int(part.height), int(part.width)), bool)
    return np.asarray(source.read_masks(1, window=part) == 0)


def same_as(values: npt.NDArray[np.generic], value: float) -> Flags:
    """Mark the cells that hold a value, as exactly as their type can."""
    with np.errstate(over="ignore"):
        wanted = np.float32(value) if values.dtype == np.float32 else value
    return np.asarray(values == wanted)


def _inside(
    source: rasterio.DatasetReader, part: Window, outline: shapely.Geometry | None
) -> Flags:
    """Mark the cells whose middle lies in a district."""
    shape = (int(part.height), int(part.width))
    transform = source.window_transform(part)
    if outline is None or outline.is_empty or 0 in shape:
        return np.zeros(shape, bool)
    frame = shapely.Polygon(corners(transform, shape[1], shape[0]))
    if not shapely.intersects(outline, frame):
        return np.zeros(shape, bool)
    marked: Flags = rasterize([outline], out_shape=shape, transform=transform, dtype="uint8") > 0
    return marked


def _cell_km2(source: rasterio.DatasetReader, part: Window) -> Floats:
    """Give the area of the cells of each row in its middle, shape (rows, 1); NaN without a CRS."""
    rows = np.arange(int(part.height))[:, None]
    crs = raster_crs(source)
    if crs is None:
        return np.full(rows.shape, np.nan)
    return cell_km2(crs, source.window_transform(part), rows, part.width // 2)
