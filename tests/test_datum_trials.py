"""Synthetic trials: no wrong call in 3,000; right in 95 % at 40 points and roads 500 m apart."""

from collections import Counter

import numpy as np
import pytest
from datum_trials import (
    CITIES,
    KINDS,
    any_datum,
    anywhere,
    beside_roads,
    make_web,
    written_in,
)

from gapmap.datum import judge_datum, road_evidence

WEBS = 60


@pytest.fixture(scope="module")
def webs():
    generator = np.random.default_rng(2026)
    cities = tuple(CITIES)
    return [
        make_web(generator, KINDS[at % 4], cities[at % len(cities)] if at % 2 else "Zhuhai")
        for at in range(WEBS)
    ]


def verdicts(webs, generator, trials, make_points):
    """Count right, wrong and silent, told and decisive; declared is drawn beside the truth."""
    told, decisive = Counter(), Counter()
    for at in range(trials):
        web, truth = webs[at % len(webs)], any_datum(generator)
        layer = written_in(web, make_points(web), truth)
        verdict = judge_datum([road_evidence(layer, web.roads)], any_datum(generator))
        call = "silent" if verdict.datum is None else "wrong"
        told["right" if verdict.datum == truth else call] += 1
        if verdict.decisive:
            decisive["right" if verdict.datum == truth else "wrong"] += 1
    return told, decisive


def test_no_wrong_call_in_three_thousand(webs):
    generator = np.random.default_rng(1)

    def points(web):
        return beside_roads(
            generator,
            web,
            int(generator.integers(7, 61)),
            noise_m=generator.uniform(5, 40),
            set_back_m=(0, generator.uniform(5, 60)),
        )

    told, decisive = verdicts(webs, generator, 3000, points)
    assert told["wrong"] == 0
    assert decisive["wrong"] == 0
    assert told["right"] > 1500


@pytest.mark.parametrize(
    ("noise_m", "set_back_m"), [(15, (5, 40)), (25, (0, 0)), (5, (10, 60)), (3, (0, 5))]
)
def test_right_in_95_percent_at_40_points(webs, noise_m, set_back_m):
    generator = np.random.default_rng(2)
    told, _ = verdicts(
        webs,
        generator,
        120,
        lambda web: beside_roads(generator, web, 40, noise_m=noise_m, set_back_m=set_back_m),
    )
    assert told["wrong"] == 0
    assert told["right"] >= 114  # 95 %


def test_geocoded_points_with_noise_of_80_metres_are_right_or_silent(webs):
    generator = np.random.default_rng(3)
    told, _ = verdicts(
        webs,
        generator,
        200,
        lambda web: beside_roads(generator, web, 60, noise_m=80, set_back_m=(0, 30)),
    )
    assert told["wrong"] == 0


def test_points_that_have_nothing_to_do_with_roads_hardly_ever_speak_and_never_decide(webs):
    generator = np.random.default_rng(4)
    told, decisive = verdicts(
        webs, generator, 600, lambda _: anywhere(generator, int(generator.integers(7, 61)))
    )
    assert 600 - told["silent"] <= 6
    assert sum(decisive.values()) == 0
