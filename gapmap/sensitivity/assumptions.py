"""Assumptions: how far each thing that nobody knows exactly may vary."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gapmap.errors import MethodError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LIMIT_BASES", "Assumptions"]

LIMIT_BASES: Final = ("assumption", "standard", "plan")
"""What a limit may rest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """How far each input may lie from the truth; whatever stands at 0 (or False) does not vary.

    All defaults are assumptions of gapmap: they come from no measurement and no document. A study
    that knows better gives its own, and names in ``source`` where they come from.

    Attributes
    ----------
    speed
        Relative half width of every speed: a mode is as fast as assumed times a factor of the
        triangular distribution from ``1 - speed`` to ``1 + speed``, likeliest 1. One factor for a
        mode in a draw; walking also stands for the legs off the road. 0 to below 1.
    position_m
        Accuracy of places and facilities: the standard deviation in metres, along each axis, of a
        normal error without direction. What has one id in one file moves together.
    position_m_by_file
        The same for what stands in one file, in place of ``position_m``; by the column ``file`` of
        places and facilities, which also names a sheet, a layer, or what was packed:
        ``sites.xlsx[north]``.
    limit
        Relative half width of the limits: uniform from ``1 - limit`` to ``1 + limit``, for each
        service by itself. 0 to below 1.
    limit_bases
        Of which basis a limit must be to vary. What the plan or a standard sets is no assumption.
    people
        Relative standard deviation of the people of each place by itself: a lognormal factor with
        the mean 1. Groups of people of a place vary with it.
    people_common
        The same for the people of all places together: a census that counts too few everywhere.
    ferry_wait
        Whether who comes to a ferry with a known headway waits anything from nothing to all of it,
        uniform, instead of half.
    ferry_wait_otherwise
        Relative half width of the waits of other ferries, uniform. 0 to 1.
    source
        Where these numbers come from.
    """

    speed: float = 0.2
    position_m: float = 50.0
    position_m_by_file: Mapping[str, float] = field(default_factory=dict)
    limit: float = 0.1
    limit_bases: tuple[str, ...] = ("assumption",)
    people: float = 0.1
    people_common: float = 0.05
    ferry_wait: bool = True
    ferry_wait_otherwise: float = 0.5
    source: str = "assumption"

    def __post_init__(self) -> None:
        """Refuse ranges that make no sense.

        Raises
        ------
        MethodError
            A range is negative, not finite, or so wide that a speed or a limit could be 0; a basis
            of limits that there is not.
        """
        if not set(self.limit_bases) <= {*LIMIT_BASES}:  # of a word these are its letters
            raise MethodError(
                f"limit_bases must be some of {', '.join(LIMIT_BASES)}, not {self.limit_bases!r}",
                f"limit_bases 应为 {'、'.join(LIMIT_BASES)} 中的若干项,而不是 {self.limit_bases!r}",
            )
        for name in ("speed", "limit"):
            _check(name, getattr(self, name), below=1.0)
        for name in ("position_m", "people", "people_common"):
            _check(name, getattr(self, name))
        _check("ferry_wait_otherwise", self.ferry_wait_otherwise, most=1.0)
        for file, metres in self.position_m_by_file.items():
            _check(f"position_m_by_file.{file}", metres)

    @classmethod
    def nothing(cls) -> Assumptions:
        """Give those under which nothing varies."""
        return cls(
            speed=0.0,
            position_m=0.0,
            limit=0.0,
            people=0.0,
            people_common=0.0,
            ferry_wait=False,
            ferry_wait_otherwise=0.0,
        )


def _check(name: str, value: float, *, below: float = math.inf, most: float = math.inf) -> None:
    if not (math.isfinite(value) and 0 <= value < below and value <= most):
        bound = f"below {below:g}" if math.isfinite(below) else f"at most {most:g}"
        rest = f" and {bound}" if math.isfinite(min(below, most)) else ""
        zh = f"小于 {below:g}" if math.isfinite(below) else f"不大于 {most:g}"
        rest_zh = f"、{zh}" if rest else ""
        raise MethodError(
            f"{name} must be a number from 0{rest}, not {value!r}",
            f"{name} 应为不小于 0{rest_zh}的数,而不是 {value!r}",
        )
