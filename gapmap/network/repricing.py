"""Repricing: the same ways at other speeds and with other waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.network.value import Floats, Network

__all__ = ["reprice"]

_KEPT = ("checked", "components", "deep water", "grid", "obstacles", "scraps")
"""What hangs on where the ways run, not on what they cost."""


def reprice(
    network: Network, factors: Mapping[str, float], ferry_minutes: Floats | None = None
) -> Network:
    """Give the network with other speeds and ferries; what was made of its courses is kept.

    Parameters
    ----------
    network
        The ways.
    factors
        What to multiply the speeds by, for ``walk``, ``cycle`` and ``drive`` (every road class);
        who is not named goes as fast as before.
    ferry_minutes
        Crossing and waiting time of every edge, NaN on land; as before by default.
    """
    edges, drive = network.edges, factors.get("drive", 1.0)
    by_name = {"walk": 1.0, "cycle": 1.0, **factors}
    speeds = {name: kmh * by_name.get(name, drive) for name, kmh in network.speeds.items()}
    changed = replace(
        network,
        speeds=speeds,
        edges=replace(
            edges,
            drive_kmh=edges.drive_kmh * drive,
            ferry_minutes=edges.ferry_minutes if ferry_minutes is None else ferry_minutes,
        ),
    )
    kept = {key: made for key, made in network.memo.items() if _of_courses(key)}
    changed.memo.update(kept)
    return changed


def _of_courses(key: object) -> bool:
    """Say whether what is kept under a key hangs on where the ways run alone."""
    name = key[0] if isinstance(key, tuple) else key
    return name in _KEPT or (isinstance(key, tuple) and key[2:3] == ("on land",))
