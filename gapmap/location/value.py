"""Problems of where to build, and answers with their proof."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["OBJECTIVES", "Choice", "Floats", "Groups", "Integers", "Problem"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

OBJECTIVES = ("people", "fewest", "distance", "worst", "worst_first")
"""What can be asked; see :func:`gapmap.location.solve`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Sites chosen, and how good they certainly are.

    Attributes
    ----------
    sites
        Numbers of the sites (columns) that are open, ascending, the fixed ones included.
    value
        What the objective makes of them: people covered, number of sites (or their cost where
        sites have one), person-metres or person-minutes, the worst cost, the worst group's share.
    bound
        What no answer can better: at least ``value`` where more is better, else at most ``value``.
    gap
        ``abs(bound - value) / abs(value)``; 0 where they are equal, inf where ``value`` is 0 and
        the bound is not, or where there is no bound.
    proven
        Whether no answer is better, by more than what floating point leaves open.
    assigned
        For every place the nearest of the sites (the one that it is given to where sites have a
        capacity), -1 where none is in reach. Of :func:`gapmap.location.solve` with pandas
        objects a Series with their index.
    people, people_bound
        Of ``worst_first``: people covered in all, and what no answer with this value can better;
        NaN otherwise. ``proven`` speaks of both.
    """

    sites: Integers
    value: float
    bound: float
    gap: float
    proven: bool
    assigned: Integers
    people: float = math.nan
    people_bound: float = math.nan


@dataclass(frozen=True, slots=True)
class Groups:
    """Which group everything belongs to, and a number for each group.

    Attributes
    ----------
    of
        Number of the group of each place or site; -1 for none.
    amount
        By group: people in all for places, the least number of new sites for sites.
    names
        What errors call the groups; their numbers where empty.
    """

    of: Integers
    amount: Floats
    names: tuple[str, ...] = ()

    def name(self, group: int) -> str:
        """Say what a group is called."""
        return self.names[group] if self.names else str(group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One question, checked; what :func:`gapmap.location.solve_problem` takes.

    Attributes
    ----------
    cost
        Places x sites; what is not stored, or beyond the limit, is out of reach. Canonical: rows
        sorted, no entry twice, nothing beyond the limit.
    people
        Weight of each place, 0 or more.
    objective
        One of :data:`OBJECTIVES`.
    count
        How many sites at most besides the fixed ones; None for any number.
    budget
        What the sites besides the fixed ones may cost at most; None for anything.
    fixed
        Sites that are open whatever happens, ascending; they cost nothing and are not counted.
    site_cost
        Of each site; None where none is given. ``fewest`` then asks for the least cost.
    share
        The share of people that ``fewest`` has to cover, of all that any site can cover.
    copies
        How many open sites a place needs in reach to be covered (backup coverage); at least 1.
    capacity
        People that each site can take; None for any number. A place may be split among sites,
        but goes to one as a whole in ``distance`` and ``worst``.
    place_groups
        Groups of places for ``worst_first``; None otherwise.
    least
        Groups of sites, and the least number of new sites in each; None for none.
    closing
        What closing each fixed site costs (negative: what it saves), inf where it has to stay;
        None where all stay. For each one closed one more may be opened.
    seconds
        Time limit; the best answer found by then is given with its bound.
    """

    cost: csr_array
    people: Floats
    objective: str
    count: int | None = None
    budget: float | None = None
    fixed: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    site_cost: Floats | None = None
    share: float = 1.0
    copies: int = 1
    capacity: Floats | None = None
    place_groups: Groups | None = None
    least: Groups | None = None
    closing: Floats | None = None
    seconds: float = 60.0

    @property
    def plain(self) -> bool:
        """Whether it is one of the textbook problems, without further conditions."""
        return (
            self.objective != "worst_first"
            and self.copies == 1
            and self.capacity is None
            and self.least is None
            and self.closing is None
        )
