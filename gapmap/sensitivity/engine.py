"""The engine: access over and over, each time with inputs that are a little different."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap.access.stops import Ground
from gapmap.errors import MethodError
from gapmap.sensitivity.drawing import make_dice, quiet
from gapmap.sensitivity.intervals import HIGH, LOW
from gapmap.sensitivity.model import make_model
from gapmap.sensitivity.sites import question_of
from gapmap.sensitivity.value import Draw, Swing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gapmap.access import Access, Service
    from gapmap.network import Ferry
    from gapmap.sensitivity.assumptions import Assumptions
    from gapmap.sensitivity.drawing import Dice, Throw
    from gapmap.sensitivity.model import Model
    from gapmap.sensitivity.sites import Question
    from gapmap.siting import Proposal

__all__ = [
    "SITES_IN",
    "draws",
    "fixed_positions",
    "speeds_of",
    "swings",
    "timed_by_road",
]

_AT_ONCE = 40_000  # positions that are joined to the ways together


SITES_IN = 200
"""Draws in which the sites are chosen anew, the first of all: that takes longer than a draw."""


def draws(
    access: Access,
    assumptions: Assumptions,
    *,
    count: int = 1000,
    seed: int = 1,
    proposals: Sequence[Proposal] = (),
    sites_in: int = SITES_IN,
) -> Iterator[Draw]:
    """Draw what access would be if its inputs were a little different, again and again.

    Draw number k hangs on the seed and on k alone: it is the same however many are asked for and
    in whatever order the rows of the inputs stand. It is what :func:`gapmap.measure_access` says
    with the places and facilities moved, and with other speeds, waits and limits; over a surface
    see :func:`fixed_positions`.

    Parameters
    ----------
    access
        The answer as it stands.
    assumptions
        What varies, and how far.
    count, seed
        How many draws, and of which series.
    proposals
        To be made anew, by the same rule among the same candidates; one for a service. A candidate
        at a place moves with it, any other stands where it stands. Over a surface what lies between
        candidates and places is measured once, as they stand. A proposal that does not say what it
        was chosen among is left out.
    sites_in
        In how many draws, the first ones, they are.

    Returns
    -------
    Iterator of Draw
        In the order of their numbers.

    Raises
    ------
    MethodError
        Two proposals of one service, one of a service that is not measured, or assumptions on a
        file of which nothing is.
    """
    _check_proposals(access, proposals)
    dice = make_dice(access, assumptions)
    throws = (dice.throw(seed, number) for number in range(count))
    model = make_model(access)
    asked = [question_of(model, one, assumptions) for one in proposals]
    known = [one for one in asked if one is not None]
    return _drawn(model, dice, throws, known, sites_in)


def _check_proposals(access: Access, proposals: Sequence[Proposal]) -> None:
    asked = [one.service for one in proposals]
    measured = [one.id for one in access.services]
    for name in asked:
        if name not in measured:
            raise MethodError(
                f"a proposal is of {name!r}, which is not measured here; take one of this state",
                f"有一份选址建议针对“{name}”,而这里未测量该服务;请用同一状态下的建议",
            )
        if asked.count(name) > 1:
            raise MethodError(
                f"{asked.count(name)} proposals are of {name!r}; vary one of them at a time",
                f"“{name}”有 {asked.count(name)} 份选址建议;请每次只用一份",
            )


def swings(
    access: Access, assumptions: Assumptions, *, count: int = 200, seed: int = 1
) -> tuple[Swing, ...]:
    """Let one assumption vary at a time; those that change nothing in this study are left out.

    Parameters
    ----------
    access, assumptions
        As for :func:`draws`.
    count, seed
        Of the draws of positions and people, which have no ends.
    """
    dice, model = make_dice(access, assumptions), make_model(access)
    still, varying = quiet(dice), _varying(access, dice)
    found = []
    for name, ends in _ends(access, dice, still).items():
        found.append(Swing(assumption=name, ends=True, draws=tuple(_drawn(model, dice, ends))))
    thrown = [dice.throw(seed, number) for number in range(count)]
    if "position" in varying:
        moved = (
            replace(
                still,
                number=one.number,
                place_shift=one.place_shift,
                facility_shift=one.facility_shift,
            )
            for one in thrown
        )
        several = tuple(_drawn(model, dice, moved))
        found.append(Swing(assumption="position", ends=False, draws=several))
    if "people" in varying:
        (base,) = _drawn(model, dice, [still])
        several = tuple(_with_people(base, one) for one in thrown)
        found.append(Swing(assumption="people", ends=False, draws=several))
    return tuple(found)


def fixed_positions(access: Access) -> tuple[str, ...]:
    """Name the services over a surface: their facilities do not move in a draw.

    Their places move, and all their speeds, boats included, are drawn as one.
    """
    ground = Ground(access.network, access.surface)
    return tuple(one.id for one in access.services if ground.of(one).surface is not None)


def _drawn(
    model: Model,
    dice: Dice,
    throws: Iterable[Throw],
    asked: Sequence[Question] = (),
    sites_in: int = 0,
) -> Iterator[Draw]:
    """Make draws of throws, some at a time."""
    access = model.access
    people = access.places.table["people"].to_numpy(dtype=float)
    varying = _varying(access, dice)
    size = max(1, _AT_ONCE // max(1, len(model.places) + len(model.facilities)))
    left = iter(throws)
    while several := list(itertools.islice(left, size)):
        for throw, stand in zip(several, model.stands(several), strict=True):
            outcome = model.outcome(throw, stand)
            sites = {
                one.service.id: one.chosen(
                    model, stand, outcome, people * throw.people, throw.speed[one.service.mode]
                )
                for one in asked
                if throw.number < sites_in
            }
            yield Draw(
                number=throw.number,
                factors=_factors(access, throw, varying),
                people=people * throw.people,
                people_factor=throw.people,
                places_xy=stand.places,
                limit={service.id: service.limit for service in outcome.services},
                status=outcome.status,
                value=outcome.value,
                sites=sites,
            )


def _with_people(base: Draw, throw: Throw) -> Draw:
    """Let the people of a draw alone vary: nobody is nearer to anything or farther from it."""
    return replace(
        base,
        number=throw.number,
        factors={**base.factors, "people": throw.people_common},
        people=base.people * throw.people,
        people_factor=throw.people,
    )


def timed_by_road(access: Access, service: Service) -> bool:
    """Say whether a service has a limit in minutes and people go to it on ways and ferries."""
    ground = Ground(access.network, access.surface).of(service)
    by_road = ground.surface is None and ground.network is not None
    return service.limit_unit == "minutes" and by_road


def speeds_of(access: Access, service: Service) -> set[str]:
    """List the modes whose speed decides anything for a service: none of a limit in metres."""
    legs = {"walk"} if timed_by_road(access, service) else set()  # to the ways and from them
    return {service.mode, *legs} if service.limit_unit == "minutes" else legs


def _varying(access: Access, dice: Dice) -> set[str]:
    """Name the assumptions that change anything in this study."""
    given = dice.assumptions
    ferried = any(timed_by_road(access, one) for one in access.services)
    waits = np.stack([dice.waits(np.full(len(dice.half_wait), end)) for end in (0.0, 1.0)])
    facts = {
        "position": dice.place_m.any() or dice.facility_m.any(),
        "limit": given.limit > 0 and any(dice.services.values()),
        "people": given.people > 0 or given.people_common > 0,
        "ferry_wait": ferried and (waits[0] != waits[1]).any(),
    }
    modes = {mode for one in access.services for mode in speeds_of(access, one)}
    speeds = [f"speed:{mode}" for mode in modes] if given.speed > 0 else []
    return {*speeds, *(name for name, holds in facts.items() if holds)}


def _ends(access: Access, dice: Dice, still: Throw) -> dict[str, list[Throw]]:
    """Give the low and the high end of every assumption that has ends.

    They lie where the ends of an interval lie, so that a swing compares with those of positions and
    people, which are intervals: at the far ends of their ranges draws hardly ever are.
    """
    varying, ends = _varying(access, dice), {}
    shares = (LOW, HIGH)
    speeds = dice.speeds(np.array(shares)).tolist()
    for name in sorted(one for one in varying if one.startswith("speed:")):
        mode = name.removeprefix("speed:")
        ends[name] = [replace(still, speed={**still.speed, mode: one}) for one in speeds]
    if "limit" in varying:
        ends["limit"] = [
            replace(still, limit=dice.limits(dict.fromkeys(dice.services, one))) for one in shares
        ]
    if "ferry_wait" in varying:
        every = np.ones(len(dice.half_wait))
        ends["ferry_wait"] = [
            replace(still, wait_minutes=dice.waits(one * every)) for one in shares
        ]
    return ends


def _factors(access: Access, throw: Throw, varying: set[str]) -> dict[str, float]:
    """Name what was drawn for all places alike."""
    factors = {
        name: throw.speed[name.removeprefix("speed:")]
        for name in sorted(varying)
        if name.startswith("speed:")
    }
    if "limit" in varying:
        factors |= {f"limit:{name}": factor for name, factor in sorted(throw.limit.items())}
    if "people" in varying:
        factors["people"] = throw.people_common
    if "ferry_wait" in varying and access.network is not None:
        factors |= _waits(access.network.ferries, throw)
    return factors


def _waits(ferries: Sequence[Ferry], throw: Throw) -> dict[str, float]:
    """Name the wait at each ferry as a share of that of the study; those of one name by number."""
    waits: dict[str, float] = {}
    for ferry, minutes in zip(ferries, throw.wait_minutes.tolist(), strict=True):
        if ferry.wait_minutes > 0:
            same = sum(name.split("#")[0] == f"ferry:{ferry.name}" for name in waits)
            waits[f"ferry:{ferry.name}#{same + 1}" if same else f"ferry:{ferry.name}"] = (
                minutes / ferry.wait_minutes
            )
    return waits
