"""Drawing: the random numbers of each draw, the same whatever the order of rows or of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import SeedSequence, default_rng

from gapmap.errors import MethodError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from gapmap.access import Access
    from gapmap.network import Ferry, Network
    from gapmap.sensitivity.assumptions import Assumptions

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["MODES", "Dice", "Throw", "make_dice", "quiet"]

MODES = ("walk", "cycle", "drive", "straight", "surface")
"""Modes that have a factor of speed of their own, in the order of their random numbers."""

_SPEED, _POSITION, _LIMIT, _PEOPLE, _FERRY = range(5)  # streams of their own: one that does not
# vary leaves the numbers of all others as they are


@dataclass(frozen=True, slots=True, eq=False)
class Throw:
    """Everything that was drawn for one draw.

    Attributes
    ----------
    speed
        Factor of the speeds of each mode.
    limit
        Factor of the limit of each service.
    people, people_common
        Factor of the people of each place, the common one included; and that alone.
    place_shift, facility_shift
        Metres east and north by which places and facilities move, shape (rows, 2).
    wait_minutes
        The wait at each ferry of the network.
    """

    number: int
    speed: Mapping[str, float]
    limit: Mapping[str, float]
    people: Floats
    people_common: float
    place_shift: Floats
    facility_shift: Floats
    wait_minutes: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Dice:
    """What there is to draw for: keys in a fixed order, and the row's key of each table.

    Attributes
    ----------
    services
        Ids, and whether the limit of each varies.
    place, facility, ferry
        The number of each row's key, in the order of the keys.
    place_m, facility_m
        Standard deviation of each row's position.
    half_wait
        The wait at each ferry as the network has it.
    headway
        Whether that is half of a headway that is known.
    """

    assumptions: Assumptions
    services: Mapping[str, bool]
    place: Integers
    facility: Integers
    ferry: Integers
    place_m: Floats
    facility_m: Floats
    half_wait: Floats
    headway: NDArray[np.bool_]

    def throw(self, seed: int, number: int) -> Throw:
        """Throw the dice of one draw; they hang on the seed and its number alone."""
        given = self.assumptions
        speed = self.speeds(_stream(seed, number, _SPEED).random(len(MODES)))
        limits = _stream(seed, number, _LIMIT).random(len(self.services))
        ids = sorted(self.services)
        people, position = _stream(seed, number, _PEOPLE), _stream(seed, number, _POSITION)
        common = float(_lognormal(people.standard_normal(1), given.people_common)[0])
        alone = _lognormal(people.standard_normal(_count(self.place)), given.people)
        at_home = position.standard_normal((_count(self.place), 2))
        at_work = position.standard_normal((_count(self.facility), 2))
        wait = _stream(seed, number, _FERRY).random(_count(self.ferry))
        return Throw(
            number=number,
            speed=dict(zip(MODES, speed.tolist(), strict=True)),
            limit=self.limits(dict(zip(ids, limits.tolist(), strict=True))),
            people=common * alone[self.place],
            people_common=common,
            place_shift=at_home[self.place] * self.place_m[:, None],
            facility_shift=at_work[self.facility] * self.facility_m[:, None],
            wait_minutes=self.waits(wait[self.ferry]),
        )

    def speeds(self, share: Floats) -> Floats:
        """Give the factors of speeds for uniform numbers from 0 to 1."""
        return np.asarray(1 + self.assumptions.speed * _triangular(share))

    def limits(self, share: Mapping[str, float]) -> dict[str, float]:
        """Give the factor of each service's limit for uniform numbers from 0 to 1."""
        wide = self.assumptions.limit
        return {
            name: 1 + wide * (2 * one - 1) if self.services[name] else 1.0
            for name, one in share.items()
        }

    def waits(self, share: Floats) -> Floats:
        """Give the wait at each ferry for a share, 0 to 1, of all that it may be."""
        given = self.assumptions
        known = 2 * share if given.ferry_wait else np.ones(len(share))
        factor = np.where(self.headway, known, 1 + given.ferry_wait_otherwise * (2 * share - 1))
        waits: Floats = self.half_wait * factor
        return waits


def make_dice(access: Access, assumptions: Assumptions) -> Dice:
    """List what there is to draw for.

    Raises
    ------
    MethodError
        The assumptions tell how exact a file is of which no place or facility is.
    """
    places, facilities = access.places.table, access.facilities.table
    _check_files(assumptions, {*places["file"].astype(str), *facilities["file"].astype(str)})
    ferries = access.network.ferries if access.network is not None else ()
    bases = assumptions.limit_bases
    return Dice(
        assumptions=assumptions,
        services={one.id: one.basis in bases for one in access.services},
        place=_numbers(places["place_id"].astype(str).tolist()),
        facility=_numbers(
            [f"{file}\n{name}" for file, name in zip(
                facilities["file"], facilities["facility_id"], strict=True)]
        ),
        ferry=_numbers([_ferry_key(access.network, ferry) for ferry in ferries]),
        place_m=_accuracy(places["file"].astype(str).tolist(), assumptions),
        facility_m=_accuracy(facilities["file"].astype(str).tolist(), assumptions),
        half_wait=np.array([ferry.wait_minutes for ferry in ferries], float),
        headway=np.array([ferry.wait_basis == "headway" for ferry in ferries], bool),
    )  # fmt: skip


def quiet(dice: Dice) -> Throw:
    """Give the throw in which nothing varies."""
    return Throw(
        number=-1,
        speed=dict.fromkeys(MODES, 1.0),
        limit=dict.fromkeys(dice.services, 1.0),
        people=np.ones(len(dice.place)),
        people_common=1.0,
        place_shift=np.zeros((len(dice.place), 2)),
        facility_shift=np.zeros((len(dice.facility), 2)),
        wait_minutes=dice.half_wait,
    )


def _stream(seed: int, number: int, which: int) -> Generator:
    """Give the numbers of one kind in one draw: what ``SeedSequence.spawn`` would give in turn."""
    return default_rng(SeedSequence(seed, spawn_key=(number, which)))


def _triangular(share: Floats) -> Floats:
    """Turn uniform numbers into those of the triangle from -1 to 1, likeliest 0."""
    low, high = np.sqrt(2 * np.minimum(share, 0.5)) - 1, 1 - np.sqrt(2 * np.minimum(1 - share, 0.5))
    turned: Floats = np.where(share < 0.5, low, high)  # noqa: PLR2004 - the middle
    return turned


def _lognormal(normal: Floats, relative: float) -> Floats:
    """Turn normal numbers into lognormal ones of mean 1 and this standard deviation."""
    variance = np.log1p(relative**2)
    factor: Floats = np.exp(np.sqrt(variance) * normal - variance / 2)
    return factor


def _numbers(keys: Sequence[str]) -> Integers:
    """Give each row the number of its key in the order of keys, whatever the order of rows."""
    _, number = np.unique(np.array(keys, dtype=str), return_inverse=True)
    return number.astype(np.int64)


def _count(number: Integers) -> int:
    return int(number.max(initial=-1)) + 1


def _check_files(given: Assumptions, files: set[str]) -> None:
    for name in given.position_m_by_file:
        if name not in files:
            known, known_zh = (mark.join(sorted(files)) for mark in (", ", "、"))
            raise MethodError(
                f"position_m_by_file names {name!r}, of which no place or facility is; the files "
                f"are {known}",
                f"position_m_by_file 中的“{name}”没有任何村居或设施;现有文件为 {known_zh}",
            )


def _accuracy(files: Sequence[str], given: Assumptions) -> Floats:
    return np.array([given.position_m_by_file.get(file, given.position_m) for file in files], float)


def _ferry_key(network: Network | None, ferry: Ferry) -> str:
    """Name a ferry by what it is called and where it lands, not by its row or its edge."""
    assert network is not None  # noqa: S101 - ferries come with one
    edges = network.edges
    quays = network.xy[[edges.tail[ferry.edge], edges.head[ferry.edge]]]
    return f"{ferry.name}\n{ferry.file}\n{sorted(quays.round(3).tolist())}\n{ferry.minutes}"
