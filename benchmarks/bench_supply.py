"""Supply by E2SFCA over all pairs within a limit, against PySAL access, pandas and NumPy.

Each side gets the pairs as it likes them best, by place, and works the weights out itself: ours as
compressed rows, the peers as a table or as arrays. Making these is not timed.
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from access.fca import two_stage_fca
from access.weights import step_fn
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from benchmarks.bench_nearest import in_words
from benchmarks.measuring import Peer, Row, compare, peak
from gapmap.catchment import share_supply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["supply", "supply_of_pairs"]

LIMIT = 30.0
STEPS = {10.0: 1.0, 20.0: 0.68, 30.0: 0.22}
_BREAKS, _WEIGHTS = np.array([*STEPS]), np.array([*STEPS.values(), 0.0])


class Pairs(NamedTuple):
    """People of places, capacity of facilities, and minutes between them, by place."""

    people: Floats
    capacity: Floats
    minutes: csr_array


def supply(*, quick: bool) -> Iterator[Row]:
    """Give all rows: one size."""
    yield supply_of_pairs(*((10_000, 500, 50) if quick else (107_000, 5_000, 100)))


def supply_of_pairs(
    places: int, facilities: int, each: int, *, share: Callable[[Pairs], Floats] | None = None
) -> Row:
    """Measure E2SFCA by steps, and hold what every place has against all peers.

    Parameters
    ----------
    places, facilities, each
        How many of them, and to how many facilities each place has a time.
    share
        Our side, or another for a test.
    """
    pairs = make_pairs(places, facilities, each)
    _ours(make_pairs(20, 5, 2))  # compiled now
    origin = np.repeat(np.arange(places), each)
    table = pd.DataFrame(
        {"origin": origin, "dest": pairs.minutes.indices, "cost": pairs.minutes.data}
    )
    return compare(
        "supply",
        f"{in_words(places * each)} pairs, {in_words(places)} x {in_words(facilities)}, E2SFCA",
        partial(share or _ours, pairs),
        {
            "bincount": Peer(job=partial(_bincount, pairs, origin), same=_same),
            "pandas": Peer(job=partial(_pandas, pairs, table), same=_same),
            "access": Peer(job=partial(_access, pairs, table), same=_same),
        },
        memory=peak(make_pairs, _ours, places, facilities, each),
    )


def make_pairs(places: int, facilities: int, each: int) -> Pairs:
    """Draw places and facilities on a square; each place has its nearest, a few beyond the limit.

    Parameters
    ----------
    places, facilities, each
        As :func:`supply_of_pairs` takes them.
    """
    rng = np.random.default_rng(6)
    here, there = rng.random((places, 2)), rng.random((facilities, 2))
    away, facility = cKDTree(there).query(here, k=each)
    order = np.argsort(facility, axis=1)
    facility, away = (np.take_along_axis(one, order, axis=1) for one in (facility, away))
    minutes = away * (LIMIT / np.quantile(away[:, 0], 0.9))
    starts = np.arange(places + 1) * each
    return Pairs(
        rng.integers(1, 5000, places).astype(float),
        rng.integers(1, 300, facilities).astype(float),
        csr_array((minutes.ravel(), facility.ravel(), starts), shape=(places, facilities)),
    )


def _ours(pairs: Pairs) -> Floats:
    return share_supply(
        pairs.minutes, pairs.people, pairs.capacity, method="e2sfca", limit=LIMIT
    ).supply


def _bincount(pairs: Pairs, origin: npt.NDArray[np.int64]) -> Floats:
    facility = pairs.minutes.indices
    weight = _WEIGHTS[np.searchsorted(_BREAKS, pairs.minutes.data)]
    wanted = np.bincount(facility, weight * pairs.people[origin], minlength=len(pairs.capacity))
    ratio = np.divide(pairs.capacity, wanted, out=np.zeros(len(wanted)), where=wanted > 0)
    return np.bincount(origin, weight * ratio[facility], minlength=len(pairs.people))


def _pandas(pairs: Pairs, table: pd.DataFrame) -> Floats:
    near = table[table["cost"] <= LIMIT]
    weight = _WEIGHTS[np.searchsorted(_BREAKS, near["cost"].to_numpy())]
    people = pd.Series(pairs.people)
    wanted = (near["origin"].map(people) * weight).groupby(near["dest"]).sum()
    ratio = pd.Series(pairs.capacity) / wanted
    return _all_places((near["dest"].map(ratio) * weight).groupby(near["origin"]).sum(), pairs)


def _access(pairs: Pairs, table: pd.DataFrame) -> Floats:
    demand = pd.DataFrame({"demand": pairs.people}).rename_axis("geoid")
    beds = pd.DataFrame({"supply": pairs.capacity}).rename_axis("geoid")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The inplace keyword")  # pandas to access
        found = two_stage_fca(demand, beds, table, max_cost=LIMIT, weight_fn=step_fn(STEPS))
    return _all_places(found, pairs)


def _all_places(found: pd.Series, pairs: Pairs) -> Floats:
    return found.reindex(range(len(pairs.people))).fillna(0).to_numpy(float)


def _same(ours: Floats, theirs: Floats) -> bool:
    return ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=1e-9, atol=0)
