"""Sailings: which ferries can be used on a day, or by those who set out at a time of day."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap.findings import finding
from gapmap.network.value import MODES

if TYPE_CHECKING:
    import datetime as dt

    from gapmap.findings import Finding
    from gapmap.network.value import Ferry, Flags, Network

__all__ = ["network_at", "sails_at"]

_FLAGS = {"walk": "walk", "cycle": "cycle", "forward": "drive", "backward": "drive"}
_CODES = ("ferry-none-sails", "ferry-not-at-hour")


def network_at(network: Network, *, sailing: bool = True, depart: dt.time | None = None) -> Network:
    """Give the same network with only those ferries open that can be used.

    Nothing is taken out: a ferry that does not sail keeps its edge, which is closed to everybody,
    and its entry in ``network.ferries``; so that an island is still known to have a ferry. The
    answer depends on the ferries alone, not on what an earlier call has closed.

    Parameters
    ----------
    network
        The network, with or without closed ferries.
    sailing
        False: a day on which no ferry sails (a storm).
    depart
        When everybody sets out. A ferry with hours is used only if its first sailing is not later
        and its last not earlier; a ferry without hours always is. None: all are used.
    """
    if not network.ferries:
        return network
    open_now = np.array([sailing and sails_at(ferry, depart) for ferry in network.ferries])
    number = np.array([ferry.edge for ferry in network.ferries])
    takes = np.array([ferry.takes for ferry in network.ferries]) & open_now[:, None]
    opened = {}
    for name, mode in _FLAGS.items():
        flags = getattr(network.edges, name).copy()
        flags[number] = takes[:, MODES.index(mode)]
        opened[name] = flags
    same = all(np.array_equal(getattr(network.edges, name), opened[name]) for name in _FLAGS)
    said = _said(network, open_now, sailing=sailing, depart=depart)
    return replace(
        network,
        edges=network.edges if same else replace(network.edges, **opened),
        findings=(*(one for one in network.findings if one.code not in _CODES), *said),
    )


def sails_at(ferry: Ferry, depart: dt.time | None) -> bool:
    """Say whether a ferry sails for those who set out at ``depart``; both ends are inclusive.

    Examples
    --------
    >>> import datetime as dt
    >>> from gapmap.network.value import Ferry
    >>> late = Ferry(edge=0, minutes=20, wait_minutes=10,
    ...              first_sailing=dt.time(18), last_sailing=dt.time(0, 30))
    >>> [sails_at(late, dt.time(hour)) for hour in (17, 18, 23, 0, 1)]
    [False, True, True, True, False]
    """
    first, last = ferry.first_sailing, ferry.last_sailing
    if depart is None or (first is None and last is None):
        return True
    if first is None or last is None:
        return (first is None or first <= depart) and (last is None or depart <= last)
    if last < first:  # after midnight
        return depart >= first or depart <= last
    return first <= depart <= last


def _said(
    network: Network, open_now: Flags, *, sailing: bool, depart: dt.time | None
) -> list[Finding]:
    every = Counter(ferry.file for ferry in network.ferries)
    if not sailing:
        return [finding("ferry-none-sails", file=file, ferries=n) for file, n in every.items()]
    shut = [ferry for ferry, runs in zip(network.ferries, open_now, strict=True) if not runs]
    hour = "" if depart is None else depart.isoformat("minutes")
    return [
        finding("ferry-not-at-hour", file=file, ferries=n, all=every[file], value=hour)
        for file, n in Counter(ferry.file for ferry in shut).items()
    ]
