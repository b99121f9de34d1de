"""Draws: what one turn of the dice, or one assumption at its end, makes of access."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["COVERED", "UNCOVERED", "UNKNOWN", "Draw", "Swing"]

UNCOVERED, COVERED, UNKNOWN = 0, 1, 2
"""States in :attr:`Draw.status`; in order those of access are ``uncovered, covered, unknown``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draw:
    """What access would be, had the inputs been a little different. Arrays are not to be written.

    Places are in the order of ``access.places.table``, services those of ``access.services``.

    Attributes
    ----------
    number
        Of the draw, from 0; -1 for one in which nothing varies, or one assumption at an end.
    factors
        What was drawn for all places alike, by name: ``speed:walk`` (and every other mode in use),
        ``limit:<service>``, ``people`` (the common factor), ``ferry:<name>`` (the wait as a share
        of the wait of the study). What does not vary is not named.
    people
        People of each place, shape (places,); NaN where nobody knows.
    people_factor
        What multiplies the people, and each group of people, of each place; shape (places,).
    places_xy
        Where the places stand, shape (places, 2), metres in the study's CRS; NaN without a
        position.
    limit
        The limit of each service, in its unit.
    status
        For each service, shape (places,): ``UNCOVERED``, ``COVERED`` or ``UNKNOWN``. Who is unknown
        for a missing position, a facility below standard that may or may not count, or ground of
        unknown speed is not drawn: both bounds stand open.
    value
        For each service, shape (places,): metres or minutes to the nearest facility, as the limit's
        unit is; inf where there is no way, NaN where access has no position to measure from.
    sites
        For each proposal asked for: ids of the sites that would be chosen in this draw, in the
        order of the candidates, with proposed sites that reach the same uncovered places as a
        chosen one; without an entry where the draw was not asked.
    """

    number: int
    factors: Mapping[str, float]
    people: Floats
    people_factor: Floats
    places_xy: Floats
    limit: Mapping[str, float]
    status: Mapping[str, NDArray[np.int8]]
    value: Mapping[str, Floats]
    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """What one assumption alone does; all others stay as they are.

    Attributes
    ----------
    assumption
        ``speed:<mode>``, ``position``, ``limit``, ``people`` or ``ferry_wait``.
    ends
        Whether ``draws`` are two, the assumption at its low end and at its high one: below the one
        lies a twentieth of what would be drawn, above the other, too. Else they are draws at
        random, and their spread is the answer.
    draws
        See ``ends``.
    """

    assumption: str
    ends: bool
    draws: tuple[Draw, ...]
