"""The question of a programme, as matrices: who could be served, when, on which conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from gapmap.location.value import Floats
    from gapmap.programme.years import Timing

__all__ = ["Area", "Condition", "Question"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Area:
    """An area that lacks something.

    Attributes
    ----------
    id, name
        Whose it is.
    sites
        Which candidates belong to it.
    lack
        How many new sites it needs.
    """

    id: str
    name: str
    sites: Mask
    lack: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What one target asks of the programme, in one unit of its scope.

    Attributes
    ----------
    target, unit, unit_name
        The target's id; the unit's id, and its name by language (``zh``, ``en``).
    kind
        ``sites``: at least ``need`` new sites among ``sites``. ``areas``: at least ``need`` of
        ``areas`` get what they lack. ``places`` or ``people``: newly covered places add up to at
        least ``need`` in ``weight``.
    need
        What is lacking; above 0.
    first, last
        Numbers of the first and the last year whose sites count; none does where ``first`` is
        greater than ``last``.
    """

    target: str
    unit: str
    unit_name: tuple[str, str]
    kind: str
    need: float
    first: int
    last: int
    sites: Mask | None = None
    areas: tuple[Area, ...] = ()
    weight: Floats | None = None

    @property
    def sites_needed(self) -> float:
        """How many new sites it needs at least; NaN where that depends on where they stand."""
        if self.kind == "sites":
            return self.need
        if self.kind == "areas":
            lacks = sorted(one.lack for one in self.areas)
            return float(sum(lacks[: int(self.need)]))
        return float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who could be served by what, and what the years and the targets allow.

    Sites and places stand in the order of their ids, so that the answer does not depend on the
    order of rows.

    Attributes
    ----------
    serves
        Sites x places, 1 where the site would cover the place, which is uncovered now.
    people
        Of each place, 0 or more; 0 where nobody knows.
    price
        Of each site; None where no money is spoken of.
    timing
        What the years allow.
    conditions
        What the targets that are held ask for.
    seconds
        Time limit for the whole.
    """

    serves: csr_array
    people: Floats
    price: Floats | None
    timing: Timing
    conditions: tuple[Condition, ...] = ()
    seconds: float = 60.0
