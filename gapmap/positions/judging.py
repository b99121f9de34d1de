"""Positions that cannot be true: by themselves, or because the study lies elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import shapely

from gapmap.errors import CrsError
from gapmap.findings import fail, finding, may_repair
from gapmap.positions.slips import fillers, metric_systems, named_slips
from gapmap.tables.systems import fits_degrees, name_candidates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.positions.around import Around
    from gapmap.positions.given import Given
    from gapmap.positions.source import Source
    from gapmap.tables.systems import Bounds

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["FAR_KM", "Judged", "judge"]

METRES_FROM: Final = 1000.0
"""A coordinate beyond this is no degree mistyped; where most are, the file holds metres."""
FAR_KM: Final = 50.0
"""So far from the study, something is wrong with a position if it can be said what."""
NEAR_KM: Final = 10.0
"""So near the study exchanged longitude and latitude have to lie to be exchanged again."""
MARGIN_DEG: Final = 3.0
"""How far outside the area of use of its CRS a position may lie before it is refused."""
_HALF: Final = 180
_RIGHT_ANGLE: Final = 90
_TINY_DEG: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the shapes of a file.

    Attributes
    ----------
    shapes
        In the file's system; None where they cannot be true.
    given
        As they stood in the file.
    verdict
        For each row the code of the finding on it, ``""`` where there is nothing to be said.
    hint
        Number of the slip, or name of the system, that the finding on a row speaks of.
    turned
        Rows over the 180th meridian, or with longitudes beyond it.
    """

    shapes: NDArray[np.object_]
    given: NDArray[np.object_]
    verdict: NDArray[np.object_]
    hint: NDArray[np.object_]
    turned: Flags


@dataclass(slots=True)
class _Case:
    """The rows while they are judged: what is still open, and where each may lie."""

    given: Given
    source: Source
    bounds: Floats = field(init=False)
    verdict: NDArray[np.object_] = field(init=False)
    hint: NDArray[np.object_] = field(init=False)
    shapes: NDArray[np.object_] = field(init=False)
    turned: Flags = field(init=False)

    def __post_init__(self) -> None:
        self.shapes = self.given.shapes.copy()
        self.bounds = shapely.bounds(self.shapes)
        self.verdict = np.full(len(self.shapes), "", dtype=object)
        self.hint = self.verdict.copy()
        self.turned = np.zeros(len(self.shapes), dtype=bool)

    def say(self, code: str, which: Flags) -> None:
        """Give a verdict on rows that have none yet."""
        self.verdict[which & (self.verdict == "")] = code

    @property
    def open(self) -> Flags:
        """Rows that have a position and no verdict."""
        known: Flags = (self.verdict == "") & ~np.isnan(self.bounds[:, 0])
        return known

    @property
    def points(self) -> Flags:
        """Rows that are single points."""
        return np.asarray(shapely.get_type_id(self.shapes) == 0)

    @property
    def middle(self) -> tuple[Floats, Floats]:
        """Where each shape lies, in the file's system."""
        west, south, east, north = self.bounds.T
        return west / 2 + east / 2, south / 2 + north / 2


def judge(
    given: Given, source: Source, file: str, *, near: Around | None = None, repair: str = "safe"
) -> Judged:
    """Take out positions that cannot be true; put right what can be, as far as allowed.

    Parameters
    ----------
    given, source
        The shapes, and in what they are given.
    file
        The file as findings name it.
    near
        Where the study lies. Without it only what is impossible anywhere is found.
    repair
        The study's policy.

    Raises
    ------
    CrsError
        Most coordinates are far too large for degrees, or all are degrees where metres are
        declared.
    """
    case = _Case(given, source)
    case.say("position-empty", np.asarray(shapely.is_missing(case.shapes)) & ~given.told)
    zero = np.abs(np.nan_to_num(case.bounds, nan=1.0)) < _TINY_DEG
    case.say("position-zero", np.asarray(zero.all(axis=1)))
    if source.in_degrees:
        case.say("position-filler", case.points & fillers(*case.middle))
        _refuse_metres(case, file, near)
        _turn(case, near)
    else:
        _refuse_degrees(case, file)
    possible = _on_globe(case) if source.in_degrees else _in_area(case)
    far = ~possible & case.open
    if near is not None:
        far |= case.open & (near.km_off(*_lonlat(source, *case.middle)) > FAR_KM)
    _exchange(case, far, possible, near, repair)
    if near is not None:
        _name_slips(case, far, near, repair)
    case.say("position-out-of-range", case.open & ~possible)
    gone = (case.verdict != "") & ~np.isin(case.verdict, ("position-swapped", "position-metres"))
    case.shapes[gone] = None
    return Judged(case.shapes, given.shapes, case.verdict, case.hint, case.turned)


def _refuse_metres(case: _Case, file: str, near: Around | None) -> None:
    """Refuse a file most of whose coordinates are far too large for degrees."""
    bounds = case.bounds[case.open]
    far = np.abs(bounds).max(axis=1, initial=0.0) > METRES_FROM
    if far.size and far.mean() > 0.5:  # noqa: PLR2004 - most
        value = f"{np.abs(bounds[far][0]).max():.10g}"
        region = None if near is None else (near.west, near.south, near.east, near.north)
        candidates = name_candidates(_middle_of(bounds[far]), region=region)
        said = finding("crs-metres-unnamed", file=file, value=value, candidates=candidates)
        fail(said, CrsError)


def _refuse_degrees(case: _Case, file: str) -> None:
    """Refuse a file that declares metres, but holds nothing but degrees."""
    bounds = case.bounds[case.open]
    if not len(bounds) or not fits_degrees(_hull(bounds)):
        return
    sample = f"{bounds[0][0]:.10g}, {bounds[0][1]:.10g}"
    candidates = name_candidates(_hull(bounds))
    name = case.source.crs.name
    said = finding("crs-other-size", file=file, value=name, sample=sample, candidates=candidates)
    fail(said, CrsError)


def _hull(bounds: Floats) -> Bounds:
    """Give the box that holds all boxes."""
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _middle_of(bounds: Floats) -> Bounds:
    """Give the box in the middle of many, which single outliers do not move."""
    west, south, east, north = np.median(bounds, axis=0)
    return float(west), float(south), float(east), float(north)


def _turn(case: _Case, near: Around | None) -> None:
    """Bring the bounds of shapes over the 180th meridian together; the shapes stay as they are.

    Such a shape holds longitudes near 180 and near -180: drawn on, it would go round the globe.
    Counted from 0 to 360 it is narrow. A shape that is wide either way is of no use.
    """
    wide = case.open & (case.bounds[:, 2] - case.bounds[:, 0] > _HALF) & ~case.points
    for number in np.flatnonzero(wide & (np.abs(case.bounds) <= 2 * _HALF).all(axis=1)):
        lon = shapely.get_coordinates(case.shapes[number])[:, 0] % 360
        if lon.max() - lon.min() < _HALF:
            case.bounds[number, [0, 2]] = lon.min(), lon.max()
            case.turned[number] = True
    case.say("shape-around-globe", wide & ~case.turned)
    beyond = case.open & (case.bounds[:, 2] > _HALF) & (case.bounds[:, 2] <= 2 * _HALF)
    if near is None:
        case.turned |= beyond & ~case.points
    else:
        case.turned |= beyond & (near.km_off(*case.middle) <= FAR_KM)


def _on_globe(case: _Case) -> Flags:
    """Say which shapes lie on the globe; beyond 180 degrees only those that were turned do."""
    west, south, east, north = np.nan_to_num(case.bounds).T
    width, height = np.fmax(np.abs(west), np.abs(east)), np.fmax(np.abs(south), np.abs(north))
    widest = np.where(case.turned, 2 * _HALF, _HALF)
    return np.asarray((height <= _RIGHT_ANGLE) & (width <= widest))


def _in_area(case: _Case) -> Flags:
    """Say which shapes lie in or near the area for which their projected CRS is meant.

    Eastings and northings exchanged, as Chinese surveyors write them (X is north), are found
    by this: they would lie on another continent.
    """
    area = case.source.crs.area_of_use
    lon, lat = _lonlat(case.source, *case.middle)
    if area is None or area.west > area.east:
        return np.isfinite(lon)
    return np.asarray(
        (lon >= area.west - MARGIN_DEG)
        & (lon <= area.east + MARGIN_DEG)
        & (lat >= area.south - MARGIN_DEG)
        & (lat <= area.north + MARGIN_DEG)
    )


def _lonlat(source: Source, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Give longitude and latitude, to a kilometre: datums are not told apart here."""
    if source.in_degrees:
        return x, y
    to_degrees = pyproj.Transformer.from_crs(source.crs, source.crs.geodetic_crs, always_xy=True)
    lon, lat = to_degrees.transform(x, y)
    return lon, lat


def _exchange(case: _Case, far: Flags, possible: Flags, near: Around | None, repair: str) -> None:
    """Exchange the two coordinates where only that makes a position in the study of them.

    Without a study, that is where what stands for the latitude is none, but could be a longitude.
    Where longitudes and latitudes of a region are alike, both orders may be true: then nobody
    can tell, and the position is unknown.
    """
    x, y = case.middle
    if near is not None:
        km = near.km_off(*_lonlat(case.source, y, x))
        fits = far & (km <= np.where(possible, NEAR_KM, FAR_KM))
    elif case.source.in_degrees:
        west, south, east, north = np.abs(case.bounds).T
        height, width = np.fmax(south, north), np.fmax(west, east)
        fits = far & (height > _RIGHT_ANGLE) & (height <= _HALF) & (width <= _RIGHT_ANGLE)
    else:
        return
    unsure = possible if near is not None and near.either_way else np.zeros_like(possible)
    case.say("position-swap-left", fits & unsure)
    if not may_repair(repair, "position-swapped"):
        case.say("position-swap-left", fits)
    right = fits & case.open
    case.shapes[right] = shapely.transform(case.shapes[right], lambda xy: xy[:, ::-1])
    case.say("position-swapped", right)


def _name_slips(case: _Case, far: Flags, near: Around, repair: str) -> None:
    """Say of points far from the study what may have happened to them, where that can be said.

    A zero in one number, or twice the same number, may be true somewhere; far from the study it
    is taken for filled in.
    """
    x, y = case.middle
    case.say("position-filler", far & case.points & ((x == 0) | (y == 0) | (x == y)))
    if not case.source.in_degrees:
        return
    metres = far & case.open & case.points & (np.fmax(np.abs(x), np.abs(y)) > METRES_FROM)
    if metres.any():
        names, lonlat = metric_systems(x[metres], y[metres], near)
        metres[metres] = names != ""
        case.hint[metres] = names[names != ""]
        if may_repair(repair, "position-metres"):
            case.shapes[metres] = shapely.points(lonlat[names != ""])
            case.say("position-metres", metres)
        case.say("position-metres-left", metres)
    rest = far & case.open & case.points
    slips = named_slips(x[rest], y[rest], near)
    rest[rest] = slips >= 0
    case.hint[rest] = slips[slips >= 0]
    case.say("position-slip", rest)
