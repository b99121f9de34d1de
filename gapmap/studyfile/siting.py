"""The blocks that say where to build next: ``[siting.X]`` and ``[sharing.X]``."""

from __future__ import annotations

import datetime as dt
import difflib
from typing import TYPE_CHECKING, Any, Final

from gapmap.datum import DATUMS
from gapmap.programme import Year
from gapmap.siting.rules import AreaSource, SiteRules
from gapmap.studyfile.keys import LIST, NUMBER, OBJECTIVES, is_kind
from gapmap.studyfile.value import CandidateEntry, SharingEntry, SitingEntry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gapmap.studyfile.reading import Reader

__all__ = ["candidate_path", "read_sharing", "read_siting"]

_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2200
_SPACED: Final = ("grid:", "roads:")
_BY_WAY: Final = ("distance", "worst")
_NOT_OF_YEARS: Final = (
    *("objective", "share", "copies", "capacity", "least", "least_each", "closing_cost"),
    "farthest",
)
"""What a programme over years does not ask."""


def read_siting(reader: Reader, raw: Mapping[str, Any]) -> tuple[SitingEntry, ...]:
    """Read every ``[siting.X]``, one for each service that sites are proposed for."""
    have = raw.get("siting", {})
    return tuple(_siting(reader, name, block, raw) for name, block in have.items())


def read_sharing(reader: Reader, raw: Mapping[str, Any]) -> tuple[SharingEntry, ...]:
    """Read every ``[sharing.X]``: services that may stand together on one site."""
    have = raw.get("sharing", {})
    return tuple(_sharing(reader, name, block, raw) for name, block in have.items())


def candidate_path(study: Path, candidates: str) -> Path | None:
    """Give the file that holds candidates; None where a word names them."""
    if candidates == "places" or candidates.startswith(_SPACED):
        return None
    return (study.parent / candidates).resolve()


def _siting(reader: Reader, name: str, have: object, raw: Mapping[str, Any]) -> SitingEntry:
    where = f"siting.{name}"
    block = reader.block("siting", have, where=where)
    _known_service(reader, where, name, raw)
    reader.positive(where, block, "count", "budget", "capacity", "farthest", "seconds")
    objective = reader.choice(f"{where}.objective", block.get("objective", "people"), OBJECTIVES)
    _check_together(reader, where, block, objective)
    years = _years(reader, where, block)
    priced = "budget" in block or any(one.budget is not None for one in years)
    if priced and "cost" not in block and "cost_column" not in block:
        reader.fail("study-key-missing", f"{where}.cost")
    return SitingEntry(
        **_candidates(reader, where, block, raw),
        service=name,
        objective=objective,
        count=_whole(reader, where, block, "count"),
        budget=_number(block, "budget"),
        share=float(block.get("share", 1.0)),
        copies=_whole(reader, where, block, "copies", least=1) or 1,
        capacity=_number(block, "capacity"),
        least=_least(reader, where, block),
        least_each=_whole(reader, where, block, "least_each") or 0,
        closing_cost=_number(block, "closing_cost"),
        farthest=_number(block, "farthest"),
        seconds=float(block.get("seconds", 60)),
        years=years,
        start=_start(reader, where, block, years),
        targets=_names(reader, f"{where}.targets", block.get("targets", [])),
    )


def _known_service(reader: Reader, where: str, name: str, raw: Mapping[str, Any]) -> None:
    services = raw.get("services", {})
    if name not in services:
        near = difflib.get_close_matches(name, services, n=1, cutoff=0.0)
        reader.fail("study-key-unknown", where, nearest=near[0] if near else "-")


def _check_together(reader: Reader, where: str, block: Mapping[str, Any], objective: str) -> None:
    """Refuse keys that would do nothing: whoever writes them expects something of them."""
    if "share" in block and not 0 < float(block["share"]) <= 1:
        reader.fail("study-share", f"{where}.share", block["share"])
    by_way = objective in _BY_WAY
    if by_way and not {"count", "budget", "years"} & set(block):
        reader.fail("study-key-missing", f"{where}.count")
    asked = f"with objective = {objective!r}", f"objective 为 {objective!r} 时"
    idle = {"share": (objective != "fewest", *asked), "farthest": (not by_way, *asked)}
    idle["copies"] = (by_way, *asked)
    if "capacity" in block:
        idle["copies"] = (True, "together with capacity", "给出 capacity 时")
    if block.get("years"):
        idle |= dict.fromkeys(_NOT_OF_YEARS, (True, "together with years", "给出 years 时"))
    else:
        idle["targets"] = (True, "without years", "没有 years 时")
    for key, (nothing, en, zh) in idle.items():
        if nothing and key in block:
            reader.fail("study-siting-idle", f"{where}.{key}", where=en, where_zh=zh)


def _candidates(
    reader: Reader, where: str, block: Mapping[str, Any], raw: Mapping[str, Any]
) -> dict[str, Any]:
    """Read what says where something could be built: the fields of :class:`CandidateEntry`."""
    candidates = str(block.get("candidates", "places"))
    if candidates.startswith(_SPACED):
        _check_spacing(reader, f"{where}.candidates", candidates, raw)
    elif candidates != "places":
        reader.path(candidates)
    reader.positive(where, dict(block), "cost")
    if "cost_column" in block and candidate_path(reader.file, candidates) is None:
        reader.fail("study-siting-cost-column", f"{where}.cost_column", candidates)
    entry = CandidateEntry(
        candidates=candidates,
        datum=reader.datum(f"{where}.datum", dict(block)),
        cost=_number(block, "cost"),
        cost_column=str(block.get("cost_column", "")),
        rules=_rules(reader, where, block, raw),
        simulated=bool(block.get("simulated", False)),
    )
    return {key: getattr(entry, key) for key in CandidateEntry.__dataclass_fields__}


def _check_spacing(reader: Reader, key: str, written: str, raw: Mapping[str, Any]) -> None:
    kind, _, metres = written.partition(":")
    if not metres.replace(".", "", 1).isdigit() or float(metres) <= 0:
        reader.fail("study-value-kind", key, written, wanted="grid:500, roads:500")
    if kind == "roads" and "network" not in raw:
        reader.fail("study-block-missing", "network")


def _rules(
    reader: Reader, where: str, block: Mapping[str, Any], raw: Mapping[str, Any]
) -> SiteRules:
    reader.positive(where, dict(block), "slope_max_deg")
    if float(block.get("apart_m", 0)) < 0:
        reader.fail("study-negative", f"{where}.apart_m", block["apart_m"])
    slope = reader.path(block["slope"]) if "slope" in block else None
    if slope is not None and "slope_max_deg" not in block:
        reader.fail("study-key-missing", f"{where}.slope_max_deg")
    if "slope_max_deg" in block and slope is None:
        surface = raw.get("surface", {})
        if "dem" not in surface:
            reader.fail("study-key-missing", f"{where}.slope")
        slope = reader.path(surface["dem"])
    return SiteRules(
        apart_m=_number(block, "apart_m"),
        slope_max_deg=_number(block, "slope_max_deg"),
        slope=slope,
        suitable=_areas(reader, f"{where}.suitable", block.get("suitable", [])),
        exclude=_areas(reader, f"{where}.exclude", block.get("exclude", [])),
    )


def _areas(reader: Reader, where: str, have: list[object]) -> tuple[AreaSource, ...]:
    """Read a list of layers: paths, or tables with a path and what else there is to say."""
    return tuple(_area(reader, f"{where}[{n}]", one) for n, one in enumerate(have, 1))


def _area(reader: Reader, where: str, have: object) -> AreaSource:
    block = reader.block("area", {"path": have} if isinstance(have, str) else have, where=where)
    if float(block.get("within_m", 0)) < 0:
        reader.fail("study-negative", f"{where}.within_m", block["within_m"])
    datum = reader.datum(f"{where}.datum", block)
    if datum == "detect":  # of areas that name nothing, nothing tells it
        choices = ", ".join(("auto", *DATUMS, "EPSG:nnnn"))
        reader.fail("study-choice", f"{where}.datum", datum, choices=choices)
    return AreaSource(
        **reader.plain(block, "path", "datum", "within_m"),
        path=reader.path(block["path"]),
        repair=reader.repair,
        datum=datum,
        within_m=float(block.get("within_m", 0)),
    )


def _years(reader: Reader, where: str, block: Mapping[str, Any]) -> tuple[Year, ...]:
    """Read ``years.2012 = { count = 160, budget = 4800000 }``, the first year first."""
    have = block.get("years", {})
    for key in ("count", "budget"):
        if have and key in block:
            reader.fail("study-siting-years", f"{where}.{key}")
    told = []
    for year, one in have.items():
        key = f"{where}.years.{year}"
        if not (year.isascii() and year.isdigit() and _FIRST_YEAR <= int(year) <= _LAST_YEAR):
            reader.fail("study-value-kind", key, year, wanted="2012, 2013 ...")
        allowed = reader.block("years", one, where=key)
        budget = _number(allowed, "budget")
        if budget is not None and budget < 0:
            reader.fail("study-negative", f"{key}.budget", budget)
        count = _whole(reader, key, allowed, "count")
        told.append(Year(year=int(year), count=count, budget=budget))
    return tuple(sorted(told, key=lambda one: one.year))


def _start(
    reader: Reader, where: str, block: Mapping[str, Any], years: tuple[Year, ...]
) -> dt.date | None:
    """Read the date that a programme starts from: before the end of its first year."""
    if "start" not in block:
        return None
    if not years:
        reader.fail("study-key-missing", f"{where}.years")
    start = reader.date(f"{where}.start", block["start"])
    if start >= dt.date(years[0].year, 12, 31):
        reader.fail("study-siting-start", f"{where}.start", start, year=years[0].year)
    return start


def _least(reader: Reader, where: str, block: Mapping[str, Any]) -> dict[str, int]:
    have = block.get("least", {})
    return {name: _whole(reader, f"{where}.least", have, name) or 0 for name in have}


def _names(reader: Reader, key: str, have: list[object]) -> tuple[str, ...]:
    for one in have:
        if not isinstance(one, str):
            reader.fail("study-value-kind", key, have, wanted=LIST)
    return tuple(dict.fromkeys(str(one) for one in have))


def _number(block: Mapping[str, Any], key: str) -> float | None:
    return float(block[key]) if key in block else None


def _whole(
    reader: Reader, where: str, block: Mapping[str, Any], key: str, *, least: int = 0
) -> int | None:
    """Read a count of things: a whole number from ``least`` on."""
    if key not in block:
        return None
    value = block[key]
    if not is_kind(value, NUMBER) or value != int(value) or value < least:
        wanted = f"{least}, {least + 1}, {least + 2} ..."
        reader.fail("study-value-kind", f"{where}.{key}", value, wanted=wanted)
    return int(value)


def _sharing(reader: Reader, name: str, have: object, raw: Mapping[str, Any]) -> SharingEntry:
    where = f"sharing.{name}"
    block = reader.block("sharing", have, where=where)
    services = _names(reader, f"{where}.services", block["services"])
    if len(services) < 2:  # noqa: PLR2004 - sharing takes two
        reader.fail("study-sharing-alone", f"{where}.services", ", ".join(services) or "[]")
    for one in services:
        reader.choice(f"{where}.services", one, tuple(raw.get("services", {})))
    reader.positive(where, block, "count", "budget", "seconds")
    return SharingEntry(
        **_candidates(reader, where, block, raw),
        name=name,
        services=services,
        costs=_single_costs(reader, where, block["costs"], services),
        count=_whole(reader, where, block, "count"),
        budget=_number(block, "budget"),
        seconds=float(block.get("seconds", 60)),
    )


def _single_costs(
    reader: Reader, where: str, have: Mapping[str, Any], services: tuple[str, ...]
) -> dict[str, float]:
    """Read what each service costs on a site of its own; none may be left out."""
    key = f"{where}.costs"
    reader.known(have, dict.fromkeys(services), f"{key}.")
    for service in services:
        if service not in have:
            reader.fail("study-key-missing", f"{key}.{service}")
        if not is_kind(have[service], NUMBER):
            reader.fail("study-value-kind", f"{key}.{service}", have[service], wanted=NUMBER)
    reader.positive(key, dict(have), *services)
    return {service: float(have[service]) for service in services}
