"""Scenarios: facilities on, off or added, other limits, another date or hour, no ferries."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn

import geopandas as gpd
import numpy as np
import pyproj

from gapmap.errors import ScenarioError
from gapmap.facilities import add_facilities, facilities_at
from gapmap.findings import fail, finding
from gapmap.network import network_at
from gapmap.siting import candidate_sites
from gapmap.tables import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gapmap.access import Service
    from gapmap.facilities import Facilities
    from gapmap.network import Network
    from gapmap.places import Places
    from gapmap.siting import CandidateSites

__all__ = ["Scenario", "apply_scenario", "network_of", "read_scenario", "scenario_of"]

_KEYS = ("on", "off", "added", "limit_m", "limit_minutes", "date", "no_sailing", "depart")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A what-if.

    Attributes
    ----------
    file
        Name of the file it was read from.
    on
        Ids of facilities that count whatever their dates and quality, and of sites
        (``service@candidate``) that are built.
    off
        Ids of facilities that do not count.
    added
        Service, longitude and latitude (WGS84, degrees) of new facilities.
    limit_m
        Other limits, metres by service.
    limit_minutes
        Other limits, minutes by service.
    date
        Another date at which facilities count.
    no_sailing
        A day on which no ferry sails.
    depart
        Another time of setting out, for ferries with hours.
    """

    file: str = ""
    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    added: tuple[tuple[str, float, float], ...] = ()
    limit_m: Mapping[str, float] = field(default_factory=dict)
    limit_minutes: Mapping[str, float] = field(default_factory=dict)
    date: dt.date | None = None
    no_sailing: bool = False
    depart: dt.time | None = None


def read_scenario(path: Path) -> Scenario:
    """Read a what-if from JSON; every key is optional.

    Raises
    ------
    ScenarioError
        For a missing file, text that is no JSON, an unknown key or a value of the wrong kind.
    """
    try:
        raw = json.loads(path.read_text("utf-8-sig"))
    except OSError:
        _fail(path.name, "scenario-missing")
    except (ValueError, RecursionError) as error:
        _fail(path.name, "scenario-not-json", problem=error)
    return scenario_of(raw, file=path.name)


def scenario_of(raw: object, *, file: str = "") -> Scenario:
    """Make a what-if of what its JSON says; every key is optional.

    Parameters
    ----------
    raw
        An object as JSON has it: ``{"on": ["clinic@v7"], "limit_m": {"bus_shelter": 300}}``.
    file
        What errors call it.

    Raises
    ------
    ScenarioError
        For anything but an object, an unknown key or a value of the wrong kind.
    """
    if not isinstance(raw, dict):
        _fail(file, "scenario-not-json", problem="{...}")
    for key in raw:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.0)[0]
            _fail(file, "scenario-key-unknown", field=key, nearest=near)
    return Scenario(
        file=file,
        on=_ids(file, "on", raw),
        off=_ids(file, "off", raw),
        added=tuple(_added(file, n, one) for n, one in enumerate(_list(file, raw))),
        **_both_limits(file, raw),
        date=_date(file, raw.get("date")),
        no_sailing=_flag(file, "no_sailing", raw),
        depart=_time(file, raw.get("depart")),
    )


def apply_scenario(
    scenario: Scenario,
    places: Places,
    facilities: Facilities,
    services: tuple[Service, ...],
    *,
    candidates: Mapping[str, str | gpd.GeoDataFrame | CandidateSites] | None = None,
) -> tuple[Facilities, tuple[Service, ...]]:
    """Give facilities and services as the what-if has them.

    An id that several services use switches all of them. ``candidates`` says where each service
    could be built (see :func:`gapmap.siting.candidate_sites`); the places by default.

    Raises
    ------
    ScenarioError
        When an id is neither a facility nor a site, or a service is unknown.
    """
    dated = facilities_at(facilities, scenario.date) if scenario.date else facilities
    for one in sorted(set(scenario.on) & set(scenario.off)):
        _fail(scenario.file, "scenario-on-and-off", field="on, off", value=one)
    known = set(dated.table["facility_id"])
    sites = [one for one in scenario.on if one not in known]
    for one in scenario.off:
        if one not in known:
            _unknown(scenario.file, "off", one, known)
    table = dated.table.copy()
    table.loc[table["facility_id"].isin(scenario.off), "counts"] = "no"
    table.loc[table["facility_id"].isin(scenario.on), ["counts", "qualifies"]] = "yes"
    switched = replace(dated, table=table)
    built = [_site(scenario, one, places, candidates or {}) for one in sites]
    built += [_new(scenario, n, one, places) for n, one in enumerate(scenario.added, start=1)]
    measured = {service.id for service in services} | set(facilities.services)
    limited = [*scenario.limit_m, *scenario.limit_minutes]
    for service in [row["service"] for row in built] + limited:
        if service not in measured:
            _unknown(scenario.file, "service", str(service), measured)
    if built:
        rows = gpd.GeoDataFrame(built, geometry="geometry", crs=places.region.crs)
        switched = add_facilities(switched, rows, places)
    return switched, tuple(_limited(service, scenario) for service in services)


def network_of(
    scenario: Scenario | None, network: Network | None, *, depart: dt.time | None = None
) -> Network | None:
    """Give the network with the ferries that sail in the what-if.

    Parameters
    ----------
    scenario
        The what-if; without one, and without ``depart`` in it, the study's own time holds.
    network
        The study's network; None without.
    depart
        When everybody sets out in the study; None where it does not say.
    """
    if scenario is None or network is None:
        return network
    hour = depart if scenario.depart is None else scenario.depart
    return network_at(network, sailing=not scenario.no_sailing, depart=hour)


def _limited(service: Service, scenario: Scenario) -> Service:
    for unit, limits in (("m", scenario.limit_m), ("minutes", scenario.limit_minutes)):
        if service.id in limits:
            limit = limits[service.id]
            source, basis = "scenario", "assumption"
            return replace(service, limit=limit, limit_unit=unit, source=source, basis=basis)
    return service


def _site(
    scenario: Scenario,
    one: str,
    places: Places,
    candidates: Mapping[str, str | gpd.GeoDataFrame | CandidateSites],
) -> dict[str, object]:
    """Find a candidate site by its id, ``service@candidate``."""
    service, _, candidate = one.partition("@")
    sites = candidate_sites(places, candidates.get(service, "places"))
    found = sites[sites["site_id"] == candidate]
    if not service or len(found) == 0:
        _unknown(scenario.file, "on", one, {f"{service}@{site}" for site in sites["site_id"]})
    is_place = candidate in set(places.table["place_id"])
    return {
        "facility_id": one,
        "facility": found["name"].iloc[0],
        "service": service,
        "place_id": candidate if is_place else "",
        "geometry": found.geometry.iloc[0],
    }


def _new(
    scenario: Scenario, number: int, one: tuple[str, float, float], places: Places
) -> dict[str, object]:
    service, lon, lat = one
    to_metric = pyproj.Transformer.from_crs("EPSG:4326", places.region.crs, always_xy=True)
    x, y = to_metric.transform(lon, lat)
    if not np.isfinite([x, y]).all():
        _fail(scenario.file, "scenario-value", field=f"added[{number}]", value=f"{lon}, {lat}")
    point = gpd.points_from_xy([x], [y])[0]
    name = f"added-{number}"
    return {
        "facility_id": name,
        "facility": name,
        "service": service,
        "place_id": "",
        "geometry": point,
    }


def _list(file: str, raw: Mapping[str, object]) -> list[object]:
    have = raw.get("added", [])
    if not isinstance(have, list):
        _fail(file, "scenario-value", field="added", value=have)
    return have


def _ids(file: str, key: str, raw: Mapping[str, object]) -> tuple[str, ...]:
    have = raw.get(key, [])
    if not isinstance(have, list) or not all(isinstance(one, str) for one in have):
        _fail(file, "scenario-value", field=key, value=have)
    return tuple(have)


def _added(file: str, number: int, one: object) -> tuple[str, float, float]:
    if not isinstance(one, dict) or set(one) != {"service", "x", "y"}:
        _fail(file, "scenario-value", field=f"added[{number + 1}]", value=one)
    x, y = one["x"], one["y"]
    if not all(_is_number(v) for v in (x, y)) or abs(x) > 180 or abs(y) > 90:  # noqa: PLR2004 - degrees
        _fail(file, "scenario-value", field=f"added[{number + 1}]", value=one)
    return str(one["service"]), float(x), float(y)


def _both_limits(file: str, raw: Mapping[str, object]) -> dict[str, dict[str, float]]:
    """Read limits in metres and in minutes; a service has one of them."""
    found = {key: _limits(file, key, raw.get(key, {})) for key in ("limit_m", "limit_minutes")}
    for service in sorted(set(found["limit_m"]) & set(found["limit_minutes"])):
        _fail(file, "scenario-value", field="limit_minutes", value=service)
    return found


def _limits(file: str, key: str, have: object) -> dict[str, float]:
    if not isinstance(have, dict) or not all(_is_number(v) and v > 0 for v in have.values()):
        _fail(file, "scenario-value", field=key, value=have)
    return {str(service): float(limit) for service, limit in have.items()}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)


def _date(file: str, have: object) -> dt.date | None:
    if have is None:
        return None
    try:
        return dt.date.fromisoformat(str(have))
    except ValueError:
        _fail(file, "scenario-value", field="date", value=have)


def _flag(file: str, key: str, raw: Mapping[str, object]) -> bool:
    have = raw.get(key, False)
    if not isinstance(have, bool):
        _fail(file, "scenario-value", field=key, value=have)
    return have


def _time(file: str, have: object) -> dt.time | None:
    if have is None:
        return None
    read = clock(have) if isinstance(have, str) else None
    if read is None:
        _fail(file, "scenario-value", field="depart", value=have)
    return read


def _unknown(file: str, key: str, one: str, known: set[str]) -> NoReturn:
    near = difflib.get_close_matches(one, sorted(known), n=1, cutoff=0.0)
    _fail(file, "scenario-id-unknown", field=key, value=one, nearest=near[0] if near else "-")


def _fail(
    file: str,
    code: str,
    *,
    field: str = "",
    value: object = "",
    **facts: Any,  # noqa: ANN401 - facts of any kind fill the words
) -> NoReturn:
    fail(finding(code, file=file, field=field, value=value, **facts), ScenarioError)
