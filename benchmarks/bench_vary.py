"""How sure: a thousand draws of the Zhuhai study, and the same by measuring access again and again.

The peer changes places, facilities, network and services as a few of the draws do, and measures;
its time is scaled up to all draws. What it spends on making the changes is part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from benchmarks.measuring import Peer, Row, compare, peak, same_distances
from gapmap.access import measure_access
from gapmap.sensitivity import Assumptions
from gapmap.sensitivity.asked import positions
from gapmap.sensitivity.drawing import make_dice
from gapmap.sensitivity.engine import draws
from gapmap.sensitivity.model import network_of, services_of
from gapmap.study import read_study

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from gapmap.access import Access
    from gapmap.sensitivity.drawing import Throw

    Floats = npt.NDArray[np.float64]

__all__ = ["Answer", "answer", "vary", "vary_of"]

STUDY = Path(__file__).parents[1] / "data" / "zhuhai" / "study.toml"
SEED, AGAIN = 1, 3


@dataclass(frozen=True, slots=True)
class Answer:
    """Covered people in all draws, shape (draws, services), and the values of the first few."""

    covered: Floats
    values: Floats


def vary(*, quick: bool) -> Row:
    """Measure draws of the Zhuhai study: a thousand, a hundred where it has to be quick."""
    return vary_of(_measured(STUDY), "Zhuhai", 100 if quick else 1000)


def vary_of(
    access: Access, name: str, count: int, *, ours: Callable[[Access, int], Answer] | None = None
) -> Row:
    """Measure draws.

    Parameters
    ----------
    access, name
        The study, and what it is called.
    count
        How many draws, at least as many as the peer makes.
    ours
        Our side, or another for a test.
    """
    draw = ours or answer
    draw(access, AGAIN)  # compiled now
    places, services = len(access.places.table), len(access.services)
    again = Peer(job=partial(_again, access), same=_same, scale=count / AGAIN, rounds=2)
    return compare(
        "vary",
        f"{name}: {places} places, {services} services, {count:,} draws",
        partial(draw, access, count),
        {"measure_access": again},
        memory=peak(_measured, _draw, STUDY),
    )


def answer(access: Access, count: int) -> Answer:
    """Draw, and keep how many people are covered in each draw, and the values of the first few."""
    covered, values = [], []
    for draw in draws(access, Assumptions(), count=count, seed=SEED):
        people = np.nan_to_num(draw.people)
        covered.append([people @ (status == 1) for status in draw.status.values()])
        if draw.number < AGAIN:
            values.append(np.concatenate(list(draw.value.values())))
    return Answer(np.array(covered), np.array(values))


def _again(access: Access) -> Floats:
    """Measure access of the first few draws, one after the other."""
    dice = make_dice(access, Assumptions())
    return np.array([_changed(access, dice.throw(SEED, number)) for number in range(AGAIN)])


def _changed(access: Access, throw: Throw) -> Floats:
    places, facilities = access.places, access.facilities
    services = services_of(access, throw)
    table = measure_access(
        replace(places, table=_moved(places.table, throw.place_shift)),
        replace(facilities, table=_moved(facilities.table, throw.facility_shift)),
        network_of(access, throw),
        services,
        brief=True,
    ).table
    in_metres = np.repeat([one.limit_unit == "m" for one in services], len(places.table))
    metres, minutes = (table[name].to_numpy(dtype=float) for name in ("distance_m", "minutes"))
    values: Floats = np.where(in_metres, metres, minutes)
    return values


def _moved(table: gpd.GeoDataFrame, shift: Floats) -> gpd.GeoDataFrame:
    xy = positions(table) + shift
    points = gpd.GeoSeries(gpd.points_from_xy(*xy.T), index=table.index, crs=table.crs)
    return table.set_geometry(points.where(table.geometry.notna(), None))


def _same(ours: Answer, theirs: Floats) -> bool:
    mine, yours = (np.where(np.isfinite(one), one, -1.0) for one in (ours.values, theirs))
    return same_distances(mine, yours)


def _measured(study: Path) -> Access:
    read = read_study(study)
    return measure_access(read.places, read.facilities, read.network, read.services)


def _draw(access: Access) -> None:
    answer(access, 50)
