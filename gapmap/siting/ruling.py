"""Ruling out candidates: where nothing may be built, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from gapmap.errors import MethodError
from gapmap.findings import finding
from gapmap.network import MODES, snap
from gapmap.siting.candidates import EXCLUDED_COLUMNS, CandidateSites, candidate_sites
from gapmap.siting.excluding import Layers, covers
from gapmap.siting.rules import SiteRules
from gapmap.words import word

if TYPE_CHECKING:
    import geopandas as gpd

    from gapmap.access import Service
    from gapmap.facilities import Facilities
    from gapmap.findings import Finding
    from gapmap.network import Network
    from gapmap.places import Places

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

__all__ = ["SiteGround", "find_candidates"]

_AT_EDGE_M: Final = 1e-6
"""So little beyond a distance is rounding."""
_DATA: Final = ("outside_area", "cost_missing", "cost_negative", "slope_unknown", "off_network")
"""Reasons that speak of the data; the others speak of the land, as the study wants it."""


class SiteGround(NamedTuple):
    """What candidates are held against besides layers.

    Attributes
    ----------
    services
        What is to be built: one service, or several that share a site.
    network
        The roads; None: there are none.
    facilities
        Those that exist; None: none do.
    """

    services: tuple[Service, ...] = ()
    network: Network | None = None
    facilities: Facilities | None = None


class _Reason(NamedTuple):
    """Why candidates are ruled out: a code, what they were held against, and words for it."""

    why: str
    en: str
    zh: str
    layer: str = ""


@dataclass(slots=True)
class _Sieve:
    """Candidates and, for each, the first reason that rules it out; None: none does."""

    sites: gpd.GeoDataFrame
    reasons: list[_Reason] = field(default_factory=list)
    first: npt.NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with all of them."""
        self.first = np.full(len(self.sites), -1)

    def drop(self, which: Flags, reason: _Reason) -> None:
        """Rule out those that nothing has ruled out yet."""
        self.first[which & (self.first < 0)] = len(self.reasons)
        self.reasons.append(reason)

    def counts(self) -> list[tuple[_Reason, int]]:
        """Count the candidates by reason; a reason that took none is left out."""
        taken = np.bincount(self.first[self.first >= 0], minlength=len(self.reasons)).tolist()
        return [(one, n) for one, n in zip(self.reasons, taken, strict=True) if n]

    def excluded(self) -> pd.DataFrame:
        """List the candidates that are ruled out."""
        out = self.sites[self.first >= 0]
        reasons = [self.reasons[number] for number in self.first[self.first >= 0].tolist()]
        told = {
            "site_id": out["site_id"].to_numpy(),
            "name": out["name"].to_numpy(),
            "why": [one.why for one in reasons],
            "layer": [one.layer for one in reasons],
        }
        return pd.DataFrame(told, columns=list(EXCLUDED_COLUMNS), dtype="str")


def find_candidates(
    places: Places,
    candidates: str | gpd.GeoDataFrame = "places",
    *,
    cost: float | None = None,
    rules: SiteRules | None = None,
    ground: SiteGround | None = None,
    layers: Layers | None = None,
) -> CandidateSites:
    """Find where something could be built, and say of every other point why not.

    Parameters
    ----------
    places
        The study's places.
    candidates
        See :func:`candidate_sites`.
    cost
        Of one site; where candidates have costs of their own, of those without one.
    rules
        What rules a candidate out; None: only what every study asks, namely that it lies in a
        district, and where its service is reached by road, near one.
    ground
        The services, the roads and the facilities that exist. A facility of one of the services
        that may exist (nobody says that it does not) is held against ``apart_m``, whatever its
        quality.
    layers
        To read layers that several services name but once.

    Returns
    -------
    CandidateSites
        With a finding for each reason and layer that ruled any out, with their number. Each
        candidate counts for the first reason only, in the order of :class:`CandidateSites`.

    Raises
    ------
    MethodError
        As :func:`candidate_sites`; no candidate is left: how many each layer took; a rule needs
        what is not there.
    InputError
        A layer cannot be used.
    """
    ground, rules = ground or SiteGround(), rules or SiteRules()
    layers = layers or Layers(places.region)
    told, rows = len(layers.findings), len(layers.rows)
    modes = [service.mode for service in ground.services]
    sites = candidate_sites(places, candidates, network=ground.network, modes=modes)
    sieve = _Sieve(sites if cost is None else sites.assign(cost=sites["cost"].fillna(cost)))
    own_costs = not isinstance(candidates, str) and "cost" in candidates.columns
    _drop_unusable(sieve, own_costs=own_costs)
    _drop_by_layers(sieve, rules, layers)
    _drop_steep(sieve, rules, layers)
    _drop_near(sieve, rules, ground)
    _drop_off_road(sieve, ground)
    left = sieve.sites[sieve.first < 0].reset_index(drop=True)
    name = ", ".join(service.id for service in ground.services) or "-"
    if not len(left):
        _refuse_all(sieve, name)
    return CandidateSites(
        table=left,
        excluded=sieve.excluded(),
        findings=(*layers.findings[told:], *_tell(sieve, name)),
        rows=tuple(layers.rows[rows:]),
    )


def _drop_unusable(sieve: _Sieve, *, own_costs: bool) -> None:
    """Rule out what lies in no district, or has no usable cost where each has its own."""
    outside = (sieve.sites["district_id"] == "").to_numpy()
    sieve.drop(outside, _Reason("outside_area", "in no district", "不在任何行政区内"))
    cost = sieve.sites["cost"].to_numpy(float)
    sieve.drop(np.isnan(cost) & own_costs, _Reason("cost_missing", "without a cost", "没有造价"))
    sieve.drop(cost < 0, _Reason("cost_negative", "with a cost below 0", "造价小于 0"))


def _drop_by_layers(sieve: _Sieve, rules: SiteRules, layers: Layers) -> None:
    points = sieve.sites.geometry.to_numpy()
    if rules.suitable:
        title = ", ".join(one.title for one in rules.suitable)
        fit = np.logical_or.reduce([covers(layers.areas(one), points) for one in rules.suitable])
        en, zh = f"not in {title}", f"不在“{title}”内"
        sieve.drop(~fit, _Reason("not_suitable", en, zh, title))
    for one in rules.exclude:
        en, zh = f"in {one.title}", f"在“{one.title}”内"
        if one.within_m > 0:
            en, zh = (
                en + f" or within {one.within_m:g} m of it",
                zh + f"或距其 {one.within_m:g} 米内",
            )
        held = covers(layers.areas(one), points)
        sieve.drop(held, _Reason("in_exclusion", en, zh, one.title))


def _drop_steep(sieve: _Sieve, rules: SiteRules, layers: Layers) -> None:
    if rules.slope_max_deg is None:
        return
    if rules.slope is None:
        raise MethodError(
            "slope_max_deg needs a raster of heights: name it as slope, or as dem of [surface]",
            "slope_max_deg 需要高程栅格:请用 slope 或 [surface] 的 dem 给出",
        )
    from gapmap.siting.steepness import slope_degrees  # noqa: PLC0415 - rasterio is slow to load

    xy = _xy(sieve.sites)
    slope = slope_degrees(layers.heights(rules.slope), xy, layers.region.crs)
    title, most = rules.slope.name, rules.slope_max_deg
    en, zh = f"without heights around them in {title}", f"周围在“{title}”中没有高程,坡度未知"
    sieve.drop(np.isnan(slope), _Reason("slope_unknown", en, zh, title))
    en, zh = f"steeper than {most:g}° by {title}", f"按“{title}”坡度大于 {most:g}°"
    sieve.drop(slope > most, _Reason("too_steep", en, zh, title))


def _drop_near(sieve: _Sieve, rules: SiteRules, ground: SiteGround) -> None:
    """Rule out what stands as near to an existing facility as ``apart_m``, or nearer."""
    if rules.apart_m is None or ground.facilities is None:
        return
    table = ground.facilities.table
    ids = [service.id for service in ground.services]
    there = table["service"].isin(ids) & (table["counts"] != "no") & table.geometry.notna()
    existing = table[there]
    if not len(existing) or not len(sieve.sites):
        return
    away, _ = cKDTree(_xy(existing)).query(_xy(sieve.sites))
    name = ", ".join(ids)
    en = f"{rules.apart_m:g} m or less from an existing facility ({name})"
    zh = f"距现有设施({name}){rules.apart_m:g} 米及以内"
    near = away <= rules.apart_m + _AT_EDGE_M
    sieve.drop(near, _Reason("near_existing", en, zh, name))


def _drop_off_road(sieve: _Sieve, ground: SiteGround) -> None:
    """Rule out what no way is near enough to, where the service is reached by ways alone."""
    network = ground.network
    if network is None:
        return
    ways_alone = [one for one in ground.services if one.off_road != "surface"]
    by_road = [one.mode for one in ways_alone if one.mode in MODES]
    for mode in dict.fromkeys(by_road):
        off = snap(network, _xy(sieve.sites), mode=mode).edge < 0
        en = f"without a way ({mode}) within {network.snap_m:g} m"
        zh = f"在 {network.snap_m:g} 米内没有可用道路({word(mode, 'zh')})"
        sieve.drop(off, _Reason("off_network", en, zh, mode))


def _xy(table: gpd.GeoDataFrame) -> Floats:
    return np.column_stack((table.geometry.x, table.geometry.y)).astype(float)


def _tell(sieve: _Sieve, service: str) -> list[Finding]:
    return [
        finding(
            "candidate-unusable" if one.why in _DATA else "candidate-ruled-out",
            file=one.layer if one.why in ("in_exclusion", "not_suitable", "too_steep") else "",
            service=service,
            count=count,
            total=len(sieve.sites),
            why=one.en,
            why_zh=one.zh,
        )
        for one, count in sieve.counts()
    ]


def _refuse_all(sieve: _Sieve, service: str) -> None:
    """Say how many candidates each reason took."""
    taken = sieve.counts()
    en = "; ".join(f"{count} {one.en}" for one, count in taken) or "there are none"
    zh = ";".join(f"{count} 个{one.zh}" for one, count in taken) or "没有候选点"
    raise MethodError(
        f"no candidate is left for {service}, of {len(sieve.sites)}: {en}; "
        "loosen a rule, or name other candidates",
        f"服务“{service}”的 {len(sieve.sites)} 个候选点全部不可用:{zh};请放宽条件或另给候选点",
    )
