"""Telling: proposed sites as rows, with a sentence each in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse

from gapmap.siting.value import LEFT_OUT_COLUMNS, PROPOSAL_COLUMNS, SERVED_COLUMNS, SITE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gapmap.access import Access, Service
    from gapmap.location.value import Floats, Integers
    from gapmap.siting.asking import Asked
    from gapmap.siting.exchanging import Alternative
    from gapmap.siting.ordering import Credit

__all__ = ["left_out_of", "length", "named", "served_of", "sites_of"]

_DECIMALS: Final = 3
"""Ways are told to the millimetre, or the thousandth of a minute."""
_NAMED: Final = 5
"""So many places are named in a sentence; ``places_served`` names them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effect:
    """What one site does, in words' reach."""

    credit: Credit
    names: tuple[str, ...]
    unknown: int
    before: float
    after: float
    instead: Alternative | None
    instead_name: str


def sites_of(
    asked: Asked,
    credited: Sequence[Credit],
    served: pd.DataFrame,
    instead: Mapping[int, Alternative],
) -> gpd.GeoDataFrame:
    """Give the sites as ``proposals.csv`` has them, in the order of building.

    Parameters
    ----------
    asked
        The question.
    credited
        Of :func:`gapmap.siting.ordering.credits_of`.
    served
        Of :func:`served_of`.
    instead
        Of :func:`gapmap.siting.exchanging.alternatives_to`.
    """
    numbers = [one.site for one in credited]
    chosen, service = asked.sites.iloc[numbers].reset_index(drop=True), asked.service
    lonlat = chosen.geometry.to_crs("EPSG:4326")
    counted = served if asked.question.by_way else served[served["newly_covered"].astype(bool)]
    by_site = dict(tuple(counted.groupby("site_id", sort=False)))
    ids = service.id + "@" + chosen["site_id"].astype(str)
    effects = [
        _effect(asked, one, by_site.get(ident, counted.iloc[:0]), instead.get(one.site))
        for one, ident in zip(credited, ids, strict=True)
    ]
    sentences = [_sentences(asked, one) for one in effects]
    price = asked.facts.price
    told = {
        "service": service.id,
        "rank": np.arange(1, len(chosen) + 1),
        "phase": 1,
        "site_id": ids,
        "name": chosen["name"],
        "x": lonlat.x.round(6),
        "y": lonlat.y.round(6),
        "cost": np.nan if price is None else price[numbers],
        "people_gained": [one.people for one in credited],
        "places_gained": [len(one.gained) for one in credited],
        "reason": [en for en, _ in sentences],
        "reason_zh": [zh for _, zh in sentences],
        "limit_unit": service.limit_unit,
        "worst_before": [one.before for one in effects],
        "worst_after": [one.after for one in effects],
        "worst_cut": [round(one.before - one.after, _DECIMALS) for one in effects],
        "places_served": ["、".join(one.names) for one in effects],
        "alternative_id": [_id_of(asked, one.instead) for one in effects],
        "alternative": [one.instead_name for one in effects],
        "alternative_people": [
            np.nan if one.instead is None else one.instead.people for one in effects
        ],
    }
    frame = pd.DataFrame(told, index=chosen.index)
    numeric = ("people_gained", "worst_before", "worst_after", "worst_cut", "alternative_people")
    frame = frame.astype(dict.fromkeys(numeric, "float64") | {"places_gained": "int64"})
    return gpd.GeoDataFrame(
        frame[[*PROPOSAL_COLUMNS, *SITE_COLUMNS]], geometry=chosen.geometry, crs=asked.sites.crs
    )


def served_of(asked: Asked, credited: Sequence[Credit]) -> pd.DataFrame:
    """Say who gains by which site: newly covered places, and others that have less far to go.

    A place stands under the site that is the first to cover it, or, where it was covered or stays
    uncovered, under the new site nearest to it. ``after`` is the way to that site.
    """
    places = [np.concatenate([one.gained, one.nearer]) for one in credited]
    place: Integers = np.concatenate([np.empty(0, np.int64), *places])
    lengths = [len(one) for one in places]
    site = np.repeat(np.array([one.site for one in credited], dtype=np.int64), lengths)
    gained = [
        np.arange(len(one)) < len(two.gained) for one, two in zip(places, credited, strict=True)
    ]
    newly = np.concatenate([np.empty(0, bool), *gained])
    way = _ways(asked.within, place, site)
    if asked.question.by_way:  # a place may be covered by a site that is no nearer
        way = np.where(newly, way, _ways(asked.facts.reach, place, site))
    before = asked.facts.present[place]
    held = asked.block.iloc[place]
    ids = (asked.service.id + "@" + asked.sites["site_id"].astype(str)).to_numpy(dtype=object)
    told = {
        "service": asked.service.id,
        "site_id": ids[site],
        "place_id": held["place_id"].to_numpy(),
        "place": held["place"].to_numpy(),
        "people": held["people"].to_numpy(dtype=float),
        "before": np.round(np.where(np.isfinite(before), before, np.nan), _DECIMALS),
        "after": np.round(way, _DECIMALS),
        "limit_unit": asked.service.limit_unit,
        "newly_covered": newly,
    }
    return pd.DataFrame(told)[list(SERVED_COLUMNS)]


def _ways(pairs: sparse.csr_array, place: Integers, site: Integers) -> Floats:
    """Give the way of each place to each site; NaN where it is not among the pairs."""
    held = sparse.csr_array(pairs)
    held.sort_indices()
    rows = np.repeat(np.arange(held.shape[0], dtype=np.int64), np.diff(held.indptr))
    keys, wanted = rows * held.shape[1] + held.indices, place * held.shape[1] + site
    way = np.full(len(place), np.nan)
    at = np.searchsorted(keys, wanted)
    found = np.flatnonzero(at < len(keys))
    found = found[keys[at[found]] == wanted[found]]
    way[found] = held.data[at[found]]
    return way


def left_out_of(asked: Asked, later: Access) -> pd.DataFrame:
    """Say who stays without, why, and where the nearest candidate would be.

    Parameters
    ----------
    asked
        The question.
    later
        Access after building.
    """
    table = later.table[later.table["service"] == asked.service.id]
    block = table.iloc[asked.ways.order].reset_index(drop=True)
    out = np.flatnonzero((block["status"] != "covered").to_numpy())
    held = block.iloc[out]
    reached = np.diff(asked.within.indptr)[out] > 0
    why = np.where(reached, "not_chosen", "no_candidate")
    why = np.where(held["status"] == "uncovered", why, held["reason"])
    near, way = _nearest(asked)
    names = np.append(asked.sites["site_id"].to_numpy(dtype=object), "")
    told = {
        "service": asked.service.id,
        **{name: held[name].to_numpy() for name in ("place_id", "place", "town", "district")},
        "people": held["people"].to_numpy(dtype=float),
        "why": why,
        "nearest_candidate": names[near[out]],
        "nearest_cost": np.round(np.where(np.isfinite(way[out]), way[out], np.nan), _DECIMALS),
        "limit_unit": asked.service.limit_unit,
    }
    return pd.DataFrame(told, columns=list(LEFT_OUT_COLUMNS))


def _nearest(asked: Asked) -> tuple[Integers, Floats]:
    if not len(asked.sites):
        size = len(asked.block)
        return np.full(size, -1, dtype=np.int64), np.full(size, np.inf)
    return asked.ways.nearest(asked.sites)


def _effect(
    asked: Asked, credit: Credit, rows: pd.DataFrame, instead: Alternative | None
) -> _Effect:
    """Gather what one site does for those it serves: newly, or, for ways, at all."""
    before, later = rows["before"].to_numpy(dtype=float), rows["after"].to_numpy(dtype=float)
    name = "" if instead is None else str(asked.sites["name"].iloc[instead.site])
    return _Effect(
        credit=credit,
        names=tuple(rows["place"].astype(str)),
        unknown=int(asked.block["people"].iloc[credit.gained].isna().sum()),
        before=float(before.max()) if len(before) else np.nan,  # NaN where one has no way
        after=float(later.max()) if len(later) else np.nan,
        instead=instead,
        instead_name=name,
    )


def _id_of(asked: Asked, instead: Alternative | None) -> str:
    if instead is None:
        return ""
    return f"{asked.service.id}@{asked.sites['site_id'].iloc[instead.site]}"


def _sentences(asked: Asked, effect: _Effect) -> tuple[str, str]:
    """Say in English and Chinese what a site is good for."""
    parts = [
        _gain(asked, effect),
        _nearer(asked, effect),
        _worst(asked.service, effect),
        _instead(asked, effect),
    ]
    told = [one for one in parts if one[0]]
    return "; ".join(en for en, _ in told), ";".join(zh for _, zh in told)


def _gain(asked: Asked, effect: _Effect) -> tuple[str, str]:
    service, count = asked.service, len(effect.credit.gained)
    far_en, far_zh = length(service.limit, service.limit_unit)
    if count == 0:
        return (
            f"no uncovered place comes within {far_en} by it alone",
            f"没有未覆盖的村居仅因它进入 {far_zh}以内",
        )
    gained = asked.block["place"].iloc[effect.credit.gained].astype(str).tolist()
    people_en, people_zh = _people(asked, effect)
    names_en, names_zh = named(gained)
    if count == 1:
        return (
            f"1 uncovered place{people_en} comes within {far_en}: {names_en}",
            f"1 个未覆盖的村居{people_zh}进入 {far_zh}以内:{names_zh}",
        )
    return (
        f"{count} uncovered places{people_en} come within {far_en}: {names_en}",
        f"{count} 个未覆盖的村居{people_zh}进入 {far_zh}以内:{names_zh}",
    )


def _people(asked: Asked, effect: _Effect) -> tuple[str, str]:
    if asked.access.places.weight != "people":
        return "", ""
    people = f"{effect.credit.people:,.0f}"
    if effect.unknown:
        return (
            f" with {people} people (those of {effect.unknown} unknown)",
            f"({people} 人,其中 {effect.unknown} 个村居人口未知)",
        )
    return f" with {people} people", f"({people} 人)"


def _nearer(asked: Asked, effect: _Effect) -> tuple[str, str]:
    count = len(effect.credit.nearer)
    if not asked.question.by_way or count == 0:
        return "", ""
    more = "further " if len(effect.credit.gained) else ""
    places = "place has" if count == 1 else "places have"
    return f"{count} {more}{places} less far to go", f"另有 {count} 个村居路程缩短"


def _worst(service: Service, effect: _Effect) -> tuple[str, str]:
    if not effect.names:
        return "", ""
    then_en, then_zh = length(effect.after, service.limit_unit)
    alone = len(effect.names) == 1
    if np.isnan(effect.before):
        if alone:
            return f"it goes {then_en}, and had no way to any", f"路程 {then_zh},此前无处可去"
        return (
            f"the farthest goes {then_en}, and some had no way to any",
            f"最远的路程为 {then_zh},此前有的无处可去",
        )
    now_en, now_zh = length(effect.before, service.limit_unit)
    if alone:
        return f"it goes {then_en} instead of {now_en}", f"路程由 {now_zh}缩短到 {then_zh}"
    return (
        f"the farthest of them goes {then_en} instead of {now_en}",
        f"其中最远的路程由 {now_zh}缩短到 {then_zh}",
    )


def _instead(asked: Asked, effect: _Effect) -> tuple[str, str]:
    if effect.instead is None:
        return "", ""
    name, weight = effect.instead_name, asked.access.places.weight
    lost = effect.instead.people
    what_en, what_zh = ("people", "人") if weight == "people" else ("places", "个村居")
    if lost > 0:
        return (
            f"next best in its place: {name}, {lost:,.0f} {what_en} fewer",
            f"次优为{name},少覆盖 {lost:,.0f} {what_zh}",
        )
    if lost < 0:
        return (
            f"next best in its place: {name}, {-lost:,.0f} {what_en} more within the limit",
            f"次优为{name},限值内多 {-lost:,.0f} {what_zh}",
        )
    return f"as good for coverage in its place: {name}", f"就覆盖而言{name}与它相当"


def length(value: float, unit: str) -> tuple[str, str]:
    """Say metres or minutes in English and Chinese.

    Examples
    --------
    >>> length(1200, "m"), length(7.26, "minutes")
    (('1,200 m', '1,200 米'), ('7.3 min', '7.3 分钟'))
    """
    if unit == "m":
        return f"{value:,.0f} m", f"{value:,.0f} 米"
    figure = f"{value:,.1f}".removesuffix(".0")
    return f"{figure} min", f"{figure} 分钟"


def named(names: Sequence[str]) -> tuple[str, str]:
    """Name the first few in English and Chinese, and say how many more there are."""
    some, more = "、".join(names[:_NAMED]), len(names) - _NAMED
    if more <= 0:
        return some, some
    return f"{some} and {more} more", f"{some}等 {len(names)} 个"
