"""The colours of the map, as people with colour blindness see them.

Matrices of Machado, Oliveira and Fernandes (2009), "A Physiologically-based Model for Simulation of
Color Vision Deficiency", doi:10.1109/TVCG.2009.113, severity 1.0, on linear sRGB; distances are
CIE76 in CIELAB under D65.
"""

from __future__ import annotations

import itertools
import re
from importlib.resources import files

import numpy as np
import pytest

SOURCES = files("gapmap").joinpath("report", "web", "src")
SEEN = {
    "as most do": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = TO_XYZ @ np.ones(3)
STATUSES_APART, CLASSES_APART, NEIGHBOURS_APART = 30, 25, 11


def _lab(colour: str, seen: np.ndarray) -> np.ndarray:
    part = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(seen @ linear, 0, 1) / WHITE
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def _apart(one: str, other: str, seen: np.ndarray) -> float:
    return float(np.linalg.norm(_lab(one, seen) - _lab(other, seen)))


def _constant(file: str, name: str) -> list[str]:
    text = SOURCES.joinpath(file).read_text("utf8")
    found = re.search(rf"const {name} = ([\[{{].*?[\]}}]);", text, re.DOTALL)
    assert found, f"{file} has no {name}"
    return re.findall(r"#[0-9a-f]{6}", found[1])


def test_the_distances_are_those_of_colour_science() -> None:
    assert _lab("#ffffff", np.eye(3)) == pytest.approx([100, 0, 0], abs=1e-3)
    assert _lab("#ff0000", np.eye(3)) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    # what everybody warns of: red and green of a traffic light
    assert _apart("#d62728", "#2ca02c", np.eye(3)) > 100
    assert min(_apart("#a3623a", "#6b7a2a", SEEN[one]) for one in SEEN) < 20


@pytest.mark.parametrize("seen", SEEN)
def test_covered_uncovered_and_unknown_stay_apart(seen: str) -> None:
    colours = _constant("marks.js", "COLOURS")
    assert colours == ["#1b6ca8", "#d55e00", "#8c8c8c"]
    for one, other in itertools.combinations(colours, 2):
        assert _apart(one, other, SEEN[seen]) >= STATUSES_APART


@pytest.mark.parametrize("seen", SEEN)
def test_classes_of_distance_are_apart_from_what_is_within_and_from_each_other(seen: str) -> None:
    classes = _constant("mapside.js", "BEYOND")
    within = _constant("marks.js", "COLOURS")[0]
    assert min(_apart(within, one, SEEN[seen]) for one in classes) >= CLASSES_APART
    assert min(itertools.starmap(
        lambda one, other: _apart(one, other, SEEN[seen]), itertools.pairwise(classes)
    )) >= NEIGHBOURS_APART  # fmt: skip


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize(("file", "name"), [("mapside.js", "PEOPLE"), ("detour.js", "FILLS")])
def test_classes_that_follow_each_other_are_apart(seen: str, file: str, name: str) -> None:
    for one, other in itertools.pairwise(_constant(file, name)):
        assert _apart(one, other, SEEN[seen]) >= NEIGHBOURS_APART
