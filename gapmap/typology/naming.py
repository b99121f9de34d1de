"""Naming: what a group of places is called, and a line of figures about it, by rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from gapmap.access import Service
    from gapmap.typology.features import Gaps

    Flags = npt.NDArray[np.bool_]

__all__ = ["LANGUAGES", "described", "names_of"]

LANGUAGES: Final = ("zh", "en")
OUTSTANDING: Final = 0.5
"""How far a group's mean must be from that of the rest, in standard deviations of all."""
WORDS: Final = 2
"""Traits in a name, unless two groups would be called the same."""
LISTED: Final = 4
"""Services in a line."""

Pair = dict[str, str]


class _Trait(NamedTuple):
    """What a group may be called after: a figure, above or below the rest, and when it is true.

    ``alone`` marks the one service that half of a group or more lacks, and nothing else.
    """

    figure: str
    sign: int
    zh: str
    en: str
    from_: float = -np.inf
    to: float = np.inf
    alone: bool = False


_TRAITS: Final = (
    _Trait("island", 1, "海岛", "islands", from_=0.5),
    _Trait("no_ferry", 1, "无航线", "no ferry", from_=0.5),
    _Trait("no_route", 1, "道路不通", "no way there", from_=0.5),
    _Trait("below_standard", 1, "设施未达标", "facility below standard", from_=0.5),
    _Trait("detour_factor", 1, "绕路", "long way round", from_=1.4),
    _Trait("times_limit", 1, "远超限值", "far beyond the limit", from_=2.0),
    _Trait("times_limit", -1, "略超限值", "just beyond the limit", to=1.5),
    _Trait("people", 1, "人口较多", "more people"),
    _Trait("people", -1, "人口较少", "fewer people"),
    _Trait("around", 1, "周边人口较多", "more people around"),
    _Trait("around", -1, "分散", "scattered"),
    _Trait("share_lacked", 1, "缺多项服务", "many services lacking", from_=0.5),
    _Trait("share_lacked", -1, "所缺服务少", "few services lacking", to=0.5),
)
_WHO: Final = ("people", "around")
_LOGS: Final = ("times_limit", "detour_factor", "people", "around")
_ALL_OF: Final = 0.75
"""Share of a group that must lack a service before the group is called after it."""
_ONLY: Final = 0.5
"""Share of a group that must lack that service alone."""


def names_of(gaps: Gaps, which: Sequence[Flags], services: Mapping[str, Service]) -> list[Pair]:
    """Name groups after what sets them apart most from the others; no two are called the same.

    A trait is a figure that is true of the group and lies half a standard deviation or more from
    the other groups' mean. The name begins with the only service that half of the group or more
    lacks, else with the trait that lies farthest and tells what is lacking or why; the farthest
    that tells something else follows. More follow where two names would be the same, and a number
    where all are.

    Parameters
    ----------
    gaps
        What every place lacks.
    which
        The places of each group.
    services
        By id.
    """
    if len(which) == 1:
        return [{"zh": "未分出类别", "en": "no clear groups"}]
    figures = _figures(gaps)
    traits = [_outstanding(gaps, figures, one, _any(which), services) for one in which]
    length = [WORDS] * len(traits)
    while True:
        names = [_joined(own[:most]) for own, most in zip(traits, length, strict=True)]
        longer = [
            number
            for number, own in enumerate(traits)
            if _taken(names, number) and length[number] < len(own)
        ]
        if not longer:
            return _numbered(names)
        for number in longer:
            length[number] += 1


def _any(which: Sequence[Flags]) -> Flags:
    return np.asarray(np.logical_or.reduce(list(which)), dtype=bool)


def _taken(names: Sequence[Pair], number: int) -> bool:
    """Say whether another group has the same name in one of the languages."""
    others = [one for at, one in enumerate(names) if at != number]
    return any(one[language] == names[number][language] for one in others for language in LANGUAGES)


def _numbered(names: Sequence[Pair]) -> list[Pair]:
    """Add a number to names that are still the same."""
    alike = [number for number in range(len(names)) if _taken(names, number)]
    told = list(names)
    for mark, number in enumerate(alike, start=1):
        name = names[number]
        told[number] = {"zh": f"{name['zh']}({mark})", "en": f"{name['en']} ({mark})"}
    return told


def _joined(traits: Sequence[_Trait]) -> Pair:
    if not traits:
        return {"zh": "其余村居", "en": "the others"}
    return {
        "zh": "、".join(one.zh for one in traits),
        "en": ", ".join(one.en for one in traits),
    }


def _figures(gaps: Gaps) -> pd.DataFrame:
    """Give the figures that names go by, a row for each place; NaN where nobody knows."""
    table = gaps.table
    around = table["people_around"] if gaps.weight == "people" else table["places_around"]
    told = {
        "island": table["island"].astype("Float64").to_numpy(float, na_value=np.nan),
        "no_ferry": (table["main_reason"] == "island_no_ferry").to_numpy(float),
        "no_route": (table["main_reason"] == "no_route").to_numpy(float),
        "below_standard": table["below_standard"].to_numpy(float),
        "detour_factor": table["detour_factor"].to_numpy(float),
        "times_limit": table["times_limit"].to_numpy(float),
        "people": table["people"].to_numpy(float),
        "around": around.to_numpy(float),
        "share_lacked": gaps.share_lacked,
    }
    lacks = {f"lacks_{name}": gaps.lacks[:, at] for at, name in enumerate(gaps.services)}
    return pd.DataFrame({**told, **lacks})


def _outstanding(
    gaps: Gaps, figures: pd.DataFrame, own: Flags, every: Flags, services: Mapping[str, Service]
) -> list[_Trait]:
    """Give the traits that hold for a group, in the order in which they make its name."""
    found: dict[str, tuple[float, _Trait]] = {}
    for trait in (*_TRAITS, *_lacking(gaps, own, services)):
        values = figures[trait.figure].to_numpy()
        held = np.log1p(values) if trait.figure in _LOGS else values
        apart = trait.sign * _apart(held, own, every)
        if apart >= OUTSTANDING and trait.from_ <= _middle(trait, values[own]) <= trait.to:
            found.setdefault(trait.figure, (apart, trait))
    ordered = [trait for _, trait in sorted(found.values(), key=lambda one: -one[0])]
    first = [one for one in ordered if one.alone] or [
        one for one in ordered if one.figure not in _WHO
    ]
    made: list[_Trait] = first[:1]
    families = {_family(one) for one in made}
    made += [one for one in ordered if _family(one) not in families][:1]
    return made + [one for one in ordered if one not in made]


def _family(trait: _Trait) -> str:
    """Say what a trait tells: what is lacking, why, or what place it is."""
    if trait.figure in _WHO:
        return "who"
    return "what" if "lacked" in trait.figure or trait.figure.startswith("lacks_") else "why"


def _lacking(gaps: Gaps, own: Flags, services: Mapping[str, Service]) -> list[_Trait]:
    table = gaps.table
    alone = ((table["services_lacked"] == 1) & (table["services_unknown"] == 0)).to_numpy()
    told = []
    for at, name in enumerate(gaps.services):
        named = {one: services[name].name.get(one, name) for one in LANGUAGES}
        only = float(((gaps.lacks[:, at] == 1) & alone)[own].mean()) >= _ONLY
        zh, en = ("只缺{}", "only {} lacking") if only else ("缺{}", "{} lacking")
        texts = zh.format(named["zh"]), en.format(named["en"])
        from_ = _ONLY if only else _ALL_OF
        if float((gaps.lacks[own, at] == 1).mean()) >= from_:  # who is unknown does not lack it
            told.append(_Trait(f"lacks_{name}", 1, *texts, alone=only))
    return told


def _apart(values: npt.NDArray[np.float64], own: Flags, every: Flags) -> float:
    """Give how far a group's mean is from that of the others, in standard deviations of all."""
    known = ~np.isnan(values)
    inside, outside, both = (known & one for one in (own, every & ~own, every))
    if not inside.any() or not outside.any():
        return 0.0
    spread = float(values[both].std())
    return float((values[inside].mean() - values[outside].mean()) / spread) if spread else 0.0


def _middle(trait: _Trait, values: npt.NDArray[np.float64]) -> float:
    """Give a group's mean of a share, its median of other figures."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan
    return float(np.median(known) if trait.figure in _LOGS else known.mean())


def described(gaps: Gaps, own: Flags, services: Mapping[str, Service]) -> Pair:
    """Tell in one line who is in a group, what most of them lack, how far it is, and why."""
    return {one: _line(gaps, own, services, one) for one in LANGUAGES}


def _line(gaps: Gaps, own: Flags, services: Mapping[str, Service], language: str) -> str:
    table, chinese = gaps.table[own], language == "zh"
    count, people = len(table), table["people"]
    parts = [f"{count:,} 个村居" if chinese else f"{count:,} place" + "s" * (count != 1)]
    if gaps.weight == "people":
        parts[0] += f"、{people.sum():,.0f} 人" if chinese else f", {people.sum():,.0f} people"
        lost = int(people.isna().sum())
        if lost:
            parts[0] += f"({lost} 个人口未知)" if chinese else f" (people of {lost} unknown)"
    parts.append(_lacked(gaps, own, services, language))
    times, detour = table["times_limit"].median(), table["detour_factor"].median()
    if pd.notna(times):
        parts.append(
            f"超限服务的路程或时间中位数为限值的 {times:.1f} 倍"
            if chinese
            else f"the way to these takes {times:.1f} times the limit (median)"
        )
    if pd.notna(detour):
        parts.append(
            f"绕行系数中位数 {detour:.2f}" if chinese else f"detour factor {detour:.2f} (median)"
        )
    doubtful = int((table["services_unknown"] > 0).sum())
    if doubtful:
        parts.append(
            f"{doubtful:,} 个村居有状态未知的服务,未知的不算缺"
            if chinese
            else f"services are unknown of {doubtful:,}, and do not count as lacking"
        )
    reason = table["main_reason"].value_counts()
    share = reason.iloc[0] / count
    said = word(str(reason.index[0]), language)
    parts.append(
        f"主要原因:{said}({share:.0%})" if chinese else f"main reason: {said} ({share:.0%})"
    )
    return (";" if chinese else "; ").join(parts)


def _lacked(gaps: Gaps, own: Flags, services: Mapping[str, Service], language: str) -> str:
    """Name the services that half of a group or more lacks; else the one that most of it lacks.

    Shares are of the whole group: of whom it is unknown does not count as lacking.
    """
    lacks = gaps.lacks[own]
    share = np.nansum(lacks, axis=0) / max(len(lacks), 1)
    order = np.argsort(-share, kind="stable")
    half = [at for at in order if share[at] >= 0.5]  # noqa: PLR2004 - half
    space = "" if language == "zh" else " "
    named = [
        f"{services[gaps.services[at]].name.get(language, gaps.services[at])}"
        f"{space}({share[at]:.0%})"
        for at in half[:LISTED] or order[:1]
    ]
    more = len(half) - LISTED
    if language == "zh":
        told = ("半数以上缺:" if half else "最常缺:") + "、".join(named)
        return told + (f"等 {len(half)} 项服务" if more > 0 else "")
    told = ("half or more lack: " if half else "most often lacking: ") + ", ".join(named)
    return told + (f" and {more} more services" if more > 0 else "")
