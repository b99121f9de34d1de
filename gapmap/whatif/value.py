"""What-if: what a page has to know to say what other sites, limits or dates would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from gapmap.whatif.packing import pack, pack_steps, pack_texts
from gapmap.whatif.sites import letters

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gapmap.catchment import Zone
    from gapmap.whatif.near import Near
    from gapmap.whatif.sites import Sites

__all__ = ["DEGREE", "Switches", "WhatIf"]

DEGREE: Final = 100_000
"""Parts of a degree that positions are told in: about a metre, to be drawn with."""

STRIP: Final = 1_000
"""Height of the strips that order sites, in parts of :data:`DEGREE`: about a kilometre."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One service: its sites, who is near them, and what decides where nobody is.

    Attributes
    ----------
    service
        Its id.
    sites
        What may be switched.
    stay_on
        Numbers of those that always stay on, lest the page grow too large.
    left_out
        How many candidates the page does not have for the same reason.
    near
        For each place the sites that could be its nearest.
    lost
        Site, place and way, in the parts of ``near``: facilities that stand off the ways, and how
        far they are in a straight line from the places that may be near them.
    farthest
        The largest limit that may be asked about, in the limit's unit.
    off_network, no_ferry
        Places off the ways, and those that no ferry serves, should nothing be reached.
    """

    service: str
    sites: Sites
    stay_on: Integers
    left_out: int
    near: Near
    lost: npt.NDArray[np.int64]
    farthest: float
    off_network: Integers
    no_ferry: Integers

    def content(self, place_number: Mapping[str, int]) -> dict[str, object]:
        """Give the same, fit for JSON; see :attr:`WhatIf.content`."""
        table = self.sites.table
        own = [place_number.get(str(one), -1) for one in table["place_id"]]
        unplaced = np.flatnonzero(table.geometry.isna().to_numpy())
        price = table["cost"].to_numpy(dtype=float)
        spots, parts = _spots(self.sites)
        return {
            "id": [str(one) for one in table["facility_id"][: self.sites.existing]],
            "candidate": pack_texts(
                str(one).removeprefix(f"{self.service}@")
                for one in table["facility_id"][self.sites.existing :]
            ),
            "name": pack_texts(table["facility"]),
            "existing": self.sites.existing,
            "cost": [None if np.isnan(one) else float(one) for one in price[self.sites.existing :]],
            "qualifies": letters(table["qualifies"][: self.sites.existing]),
            "counts": [letters(one[: self.sites.existing]) for one in self.sites.counts],
            "stay_on": self.stay_on.tolist(),
            "left_out": self.left_out,
            **spots,
            "unplaced": [[int(one), own[one]] for one in unplaced],
            "lost": self.lost.tolist(),
            **_lists(self.near, _strips(parts)),
            "farthest": self.farthest,
            "off_network": self.off_network.tolist(),
            "no_ferry": self.no_ferry.tolist(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What a page has to know to say what other sites, limits or dates would change.

    Attributes
    ----------
    dates
        Days that may be asked about, ascending; the study's own among them.
    date
        The study's own.
    switches
        One for each service that is measured along ways or straight; others have to be run.
    zones
        The sets of places that are summed up, in the order of the table of coverage.
    asks
        The plan's targets that can be judged anew, see :mod:`gapmap.whatif.asks`.
    place_number
        Number of each place by its id.
    positions
        Whether the position of each place is ``ok``, ``missing`` or ``outside``.
    people, missing, group_people
        People of each place, those beside them of whom nobody knows, and the people of each group.
    """

    dates: tuple[dt.date, ...]
    date: dt.date
    switches: tuple[Switches, ...]
    zones: tuple[Zone, ...]
    asks: tuple[Mapping[str, object], ...]
    place_number: Mapping[str, int]
    positions: tuple[str, ...]
    people: npt.NDArray[np.float64]
    missing: npt.NDArray[np.float64]
    group_people: Mapping[str, npt.NDArray[np.float64]]

    def content(self) -> dict[str, object]:
        """Give the same, fit for JSON."""
        return {
            "dates": [one.isoformat() for one in self.dates],
            "date": self.dates.index(self.date),
            "services": {one.service: one.content(self.place_number) for one in self.switches},
            "zones": [
                {"kind": one.kind, "id": one.id, "members": _packed(np.flatnonzero(one.member))}
                for one in self.zones
            ],
            "positions": list(self.positions),
            "asks": list(self.asks),
            "people": _heads(self.people),
            "missing": self.missing.tolist() if self.missing.any() else [],
            "group_people": {name: _heads(people) for name, people in self.group_people.items()},
        }


def _heads(people: npt.NDArray[np.float64]) -> list[float | None]:
    """Give people as they are, None where nobody knows; whole ones as whole numbers."""
    return [
        None if np.isnan(one) else int(one) if one.is_integer() else one for one in people.tolist()
    ]


def _spots(sites: Sites) -> tuple[dict[str, object], npt.NDArray[np.int64]]:
    """Give positions in parts of :data:`DEGREE` from their south-western corner; 0 for none.

    Packed for the page, and as they are, shape ``(sites, 2)``.
    """
    lonlat = sites.table.geometry.to_crs("EPSG:4326").get_coordinates().to_numpy()
    placed = sites.table.geometry.notna().to_numpy()
    corner = np.floor(lonlat.min(axis=0) * DEGREE) - 1 if len(lonlat) else np.zeros(2)
    parts = np.zeros((len(sites.table), 2), dtype=np.int64)
    parts[placed] = np.rint(lonlat * DEGREE - corner).astype(np.int64)
    told = {
        "corner": (corner / DEGREE).tolist(),
        "lon": pack_steps(parts[:, 0]),
        "lat": pack_steps(parts[:, 1]),
    }
    return told, parts


def _strips(parts: npt.NDArray[np.int64]) -> Integers:
    """Give each site's place in an order by strips of latitude, from west to east in each.

    What lies together has numbers close to each other, which take few letters. The page finds the
    same order from the same positions.
    """
    order = np.lexsort((parts[:, 1], parts[:, 0], parts[:, 1] // STRIP))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _lists(near: Near, rank: Integers) -> dict[str, object]:
    """Give the lists by strips instead of by ways: that takes a third of the letters less.

    The page sorts them by way again, and by number where ways are equal; ``ties`` has the sites of
    those places for which that is not their order.
    """
    length = np.diff(near.starts)
    place = np.repeat(np.arange(len(length)), length)
    order = np.lexsort((rank[near.site], place))
    sorted_again = np.lexsort((near.site, near.way, place))
    other = np.unique(place[sorted_again != np.arange(len(place))])
    first = near.starts[:-1][length > 0]
    ranks = rank[near.site][order]
    steps = np.diff(ranks, prepend=0) - 1
    steps[first] = ranks[first]
    return {
        "length": pack(length),
        "site": pack(steps),
        "way": pack_steps(near.way[order]),
        "ties": [
            [int(one), *near.site[near.starts[one] : near.starts[one + 1]].tolist()]
            for one in other
        ],
    }


def _packed(members: Integers) -> str:
    """Give ascending numbers by what each is more than the one before."""
    return pack(np.diff(members, prepend=-1) - 1)
