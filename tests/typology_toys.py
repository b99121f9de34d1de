"""Places whose kinds of gap are planted: a town, an island, and villages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import builders
import numpy as np

from gapmap.access import measure_access
from gapmap.assessment import assess

if TYPE_CHECKING:
    from gapmap.assessment import Assessment
    from gapmap.network import Network
    from gapmap.places import Places

CLINIC = builders.clinic(1000)
SHELTER = replace(CLINIC, id="shelter", name={"zh": "候车亭", "en": "shelter"}, limit=500)


def study(rows: list[dict[str, object]], stands: list[dict[str, object]]) -> Assessment:
    return assessed(builders.places(rows), stands)


def assessed(
    places: Places, stands: list[dict[str, object]], network: Network | None = None
) -> Assessment:
    made = builders.facilities(stands, services=("clinic", "shelter"))
    return assess(measure_access(places, made, network, [CLINIC, SHELTER]))


STANDS: list[dict[str, object]] = [
    {"x": 2000, "y": 2000},
    {"x": 2000, "y": 2900, "service": "shelter"},
    {"x": 8000, "y": 8000, "service": "shelter"},
]


def planted() -> tuple[list[dict[str, object]], list[int]]:
    """Give a town without a shelter, an island without a clinic, and villages without both."""
    random = np.random.default_rng(7)
    rows: list[dict[str, object]] = []
    for x, y, people, island in ((2000, 2000, 3000, False), (8000, 8000, 300, True)):
        for east, north, count in random.uniform(-150, 150, (12, 3)):
            rows.append({"x": x + east, "y": y + north, "people": people + count, "island": island})
    for number in range(12):
        east, north = random.uniform(-50, 50, 2)
        row = {"x": 11_500 + 2500 * (number % 4) + east, "y": 1200 + 3500 * (number // 4) + north}
        rows.append({**row, "people": 80.0 + number})
    return rows, [0] * 12 + [1] * 12 + [2] * 12
