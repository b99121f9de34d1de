"""Grouping: which places are alike, into how many groups, and whether these stay the same.

Figures are standardised and weighed by block, then grouped by k-means. How many groups there are,
and whether there are any, is decided by two figures that are told with the result: how distinct
they are (mean silhouette: Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7) and how well they are
found again (adjusted Rand index: Hubert and Arabie 1985, doi:10.1007/BF01908075) with other random
numbers and on parts of the places (Hennig 2007, doi:10.1016/j.csda.2006.11.025).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sklearn.cluster import KMeans

__all__ = [
    "FEWEST",
    "MOST_FITTED",
    "RAND_NEEDED",
    "SILHOUETTE_NEEDED",
    "Features",
    "Grouping",
    "features_of",
    "group_rows",
]

FEWEST: Final = 20
"""Places below which there is nothing to group."""
RAND_NEEDED: Final = 0.9
"""Mean adjusted Rand index, of both kinds, from which groups count as the same."""
SILHOUETTE_NEEDED: Final = 0.25
"""Mean silhouette below which there is no structure to speak of (Kaufman and Rousseeuw 1990,
doi:10.1002/9780470316801, table 4)."""
NEAR_BEST: Final = 0.9
"""Finer groups are preferred if they are at least this share as distinct as the most distinct."""
RESEEDED: Final = 20
"""How often the grouping is made again with another seed."""
RESAMPLED: Final = 50
"""How often it is made again on a part of the places."""
PART: Final = 0.8
"""Which part of the places that is."""
MOST_FITTED: Final = 1500
"""Places on which groups are made; of more a random part, and all join the nearest group."""
FARTHEST: Final = 3.0
"""Standard deviations beyond which a figure does not count as farther."""
STARTS: Final = 20
"""Starts of each k-means, of which the best is kept: of the groups themselves twice as many; on a
part of the places a quarter, and one from the groups that are put to the test."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Features(NamedTuple):
    """What is compared.

    ``values`` has a row for each place and a column for each of ``names``; every block of columns
    has the same sum of variances. ``dropped`` says of the others why they tell nothing:
    ``same_for_all`` or ``unknown_for_all``.
    """

    values: Floats
    names: tuple[str, ...]
    dropped: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouping:
    """Groups of places, or why there are none.

    Attributes
    ----------
    label
        Group of each place, from 0; all 0 where there are no clear groups.
    clear
        Whether the groups are distinct and stable.
    reason
        Why not: ``too_few`` places, ``all_alike``, ``not_distinct``, ``not_stable``, or
        ``one_asked``; empty where they are clear.
    silhouette, rand_reseeded, rand_resampled
        The mean silhouette of the groups, and the mean adjusted Rand indices of groupings with
        other seeds and on parts of the places; of unclear groups those of the most distinct ones.
        NaN where nothing was tried.
    tried
        Mean silhouette by number of groups.
    fitted
        On how many places the groups were made.
    """

    label: Integers
    clear: bool
    reason: str = ""
    silhouette: float = np.nan
    rand_reseeded: float = np.nan
    rand_resampled: float = np.nan
    tried: tuple[tuple[int, float], ...] = ()
    fitted: int = 0


def features_of(blocks: Sequence[Mapping[str, Floats]]) -> Features:
    """Standardise figures and weigh them by block.

    Each figure gets mean 0 and standard deviation 1, and counts as at most :data:`FARTHEST`. A
    value that nobody knows (NaN) stands at the mean: it draws the place to no side. Figures that
    are the same for all places are left out.

    Parameters
    ----------
    blocks
        Values by name, one per place. Blocks weigh the same however many figures they have.
    """
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - slow to load

    dropped: dict[str, str] = {}
    names: list[str] = []
    parts = []
    for block in blocks:
        kept = {name: values for name, values in block.items() if _tells(name, values, dropped)}
        if not kept:
            continue
        scaled = StandardScaler().fit_transform(np.column_stack(list(kept.values())))
        near = np.clip(np.nan_to_num(scaled), -FARTHEST, FARTHEST)
        parts.append(near / np.sqrt(near.var(axis=0).sum()))
        names += kept
    size = len(next((values for block in blocks for values in block.values()), []))
    values = np.round(np.hstack(parts), 9) if parts else np.empty((size, 0))
    return Features(values, tuple(names), dropped)


def _tells(name: str, values: Floats, dropped: dict[str, str]) -> bool:
    known = values[~np.isnan(values)]
    if not len(known):
        dropped[name] = "unknown_for_all"
    elif np.ptp(known) <= 1e-9 * max(1.0, float(np.abs(known).max())):
        dropped[name] = "same_for_all"
    return name not in dropped


def group_rows(values: Floats, *, most: int, seed: int) -> Grouping:
    """Group rows that are alike.

    For each number of groups from 2 to ``most`` the best of several k-means is taken. The most
    distinct grouping that is stable sets the measure; of those with more groups the finest that is
    stable too and nearly as distinct (:data:`NEAR_BEST`) is taken.

    Parameters
    ----------
    values
        From :func:`features_of`, rows in an order that depends on nothing but the places.
    most
        Groups at most.
    seed
        The same one gives the same groups.
    """
    nobody = np.zeros(len(values), np.int64)
    distinct = len(np.unique(values, axis=0))
    if len(values) < FEWEST:
        return Grouping(label=nobody, clear=False, reason="too_few")
    if distinct < 2:  # noqa: PLR2004 - two are different
        return Grouping(label=nobody, clear=False, reason="all_alike")
    if most < 2:  # noqa: PLR2004 - one group is none
        return Grouping(label=nobody, clear=False, reason="one_asked")
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - slow to load
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    # with one thread small sums are sooner done, and the same on every machine
    with threadpool_limits(1), warnings.catch_warnings():
        # fewer different rows than groups do no harm
        warnings.simplefilter("ignore", ConvergenceWarning)
        return _best(_Search(values, most=min(most, distinct), seed=seed))


class _Mean:
    """The mean of numbers up to 1, each of which is worked out when it is needed."""

    def __init__(self, numbers: Iterator[float], size: int) -> None:
        self.numbers, self.size = numbers, size
        self.known: list[float] = []

    def reaches(self, least: float) -> bool:
        """Say whether the mean is at least this; stop where no more numbers bring it there."""
        for one in self.numbers:
            self.known.append(one)
            if sum(self.known) + self.size - len(self.known) < least * self.size - 1e-9:
                return False
        return self.whole() >= least

    def whole(self) -> float:
        """Give the mean."""
        self.known.extend(self.numbers)
        return float(np.mean(self.known))


class _Search:
    """Groupings of the same rows into different numbers of groups, each made once."""

    def __init__(self, values: Floats, *, most: int, seed: int) -> None:
        self.values = values
        self.random = np.random.default_rng(seed)
        size = min(len(values), MOST_FITTED)
        self.held = values[np.sort(self.random.choice(len(values), size, replace=False))]
        self.counts = range(2, most + 1)
        self.models = {
            count: _fit(self.held, count, _draw(self.random), starts=2 * STARTS)
            for count in self.counts
        }
        self.distinctness = {count: self._silhouette(count) for count in self.counts}
        self.rand: dict[int, tuple[_Mean, _Mean]] = {}

    def _silhouette(self, count: int) -> float:
        from sklearn.metrics import silhouette_score  # noqa: PLC0415 - slow to load

        label = self.models[count].labels_
        found = len(np.unique(label))
        return float(silhouette_score(self.held, label)) if 1 < found < len(label) else -1.0

    def stable(self, count: int) -> bool:
        """Say whether the groups are found again."""
        return all(mean.reaches(RAND_NEEDED) for mean in self._agreement(count))

    def agreement(self, count: int) -> tuple[float, float]:
        """Give the mean adjusted Rand indices, with other seeds and on parts of the places."""
        reseeded, resampled = self._agreement(count)
        return reseeded.whole(), resampled.whole()

    def _agreement(self, count: int) -> tuple[_Mean, _Mean]:
        if count not in self.rand:
            random = np.random.default_rng((count, _draw(self.random)))
            self.rand[count] = (
                _Mean(self._reseeded(count, random), RESEEDED),
                _Mean(self._resampled(count, random), RESAMPLED),
            )
        return self.rand[count]

    def _reseeded(self, count: int, random: np.random.Generator) -> Iterator[float]:
        for _ in range(RESEEDED):
            yield self._alike(count, _fit(self.held, count, _draw(random), starts=STARTS))

    def _resampled(self, count: int, random: np.random.Generator) -> Iterator[float]:
        size = len(self.held)
        for _ in range(RESAMPLED):
            some = self.held[np.sort(random.choice(size, int(PART * size), replace=False))]
            known = _fit(some, count, 0, init=self.models[count].cluster_centers_)
            found = _fit(some, count, _draw(random), starts=STARTS // 4)
            yield self._alike(count, min(known, found, key=lambda one: one.inertia_))

    def _alike(self, count: int, other: KMeans) -> float:
        from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - slow to load

        return float(adjusted_rand_score(self.models[count].labels_, other.predict(self.held)))


def _fit(
    values: Floats, count: int, seed: int, *, starts: int = 1, init: Floats | None = None
) -> KMeans:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - slow to load

    begin = "k-means++" if init is None else init
    return KMeans(count, init=begin, n_init=starts, random_state=seed).fit(values)


def _draw(random: np.random.Generator) -> int:
    return int(random.integers(2**31 - 1))


def _best(search: _Search) -> Grouping:
    by_distinctness = sorted(search.counts, key=lambda one: -search.distinctness[one])
    distinct = [one for one in by_distinctness if search.distinctness[one] >= SILHOUETTE_NEEDED]
    chosen = next((one for one in distinct if search.stable(one)), None)
    if chosen is not None:
        enough = NEAR_BEST * search.distinctness[chosen]
        finer = [one for one in sorted(distinct, reverse=True) if one > chosen]
        nearly = (one for one in finer if search.distinctness[one] >= enough)
        chosen = next((one for one in nearly if search.stable(one)), chosen)
    told = by_distinctness[0] if chosen is None else chosen
    rand = search.agreement(told)
    clear = chosen is not None
    return Grouping(
        label=search.models[told].predict(search.values).astype(np.int64)
        if clear
        else np.zeros(len(search.values), np.int64),
        clear=clear,
        reason="" if clear else "not_stable" if distinct else "not_distinct",
        silhouette=search.distinctness[told],
        rand_reseeded=rand[0],
        rand_resampled=rand[1],
        tried=tuple(search.distinctness.items()),
        fitted=len(search.held),
    )
