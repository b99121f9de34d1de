"""Where to build next: sites that serve the most people who are not covered yet.

This is a greedy cover: each step takes the candidate that serves the most people still
uncovered. Its coverage is at least 63 % of the best possible for the same number of sites
(Nemhauser, Wolsey and Fisher 1978, doi:10.1007/BF01588971); it proves no optimum and says so.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse

from gapmap.access import Service, measure_access
from gapmap.access.stops import Ground
from gapmap.access.trips import join, origins_of
from gapmap.assessment import Assessment, assess
from gapmap.catchment.costs import costs_between
from gapmap.errors import MethodError
from gapmap.facilities import add_facilities
from gapmap.siting.candidates import candidate_sites
from gapmap.siting.value import OBJECTIVES, PROPOSAL_COLUMNS, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gapmap.access import Access

__all__ = ["choose", "propose_sites", "serves_whom"]


def propose_sites(  # noqa: PLR0913 - the question has six parts besides the assessment
    assessment: Assessment,
    *,
    service: str,
    count: int | None = None,
    budget: float | None = None,
    cost: float | None = None,
    candidates: str | gpd.GeoDataFrame = "places",
    objective: str = "people",
) -> Proposal:
    """Propose where to build next for one service.

    Parameters
    ----------
    assessment
        The state before building.
    service
        Id of a measured service.
    count
        How many sites at most; without it ``budget`` decides, without both every site that
        serves anybody is taken (``objective = "fewest"``).
    budget, cost
        Money in all and for one site, in one currency.
    candidates
        ``places`` (every place with a position), ``grid:500`` (a grid of that many metres within
        the districts), or points with ``site_id`` and ``name`` in the study's CRS.
    objective
        ``people``: most people with the sites allowed. ``fewest``: go on until nobody more can
        be covered.

    Returns
    -------
    Proposal
        Fewer sites than asked for when no candidate serves anybody further.

    Raises
    ------
    MethodError
        For an unknown service or objective, a count or budget that allows no site.
    """
    access = assessment.access
    wanted = _service(access, service)
    allowed = _allowed(count, budget, cost, objective)
    sites = candidate_sites(access.places, candidates)
    block = access.table[access.table["service"] == service].reset_index(drop=True)
    people = block["people"].to_numpy(dtype=float)
    open_places = (block["status"] == "uncovered").to_numpy()
    serves = _serves(access, wanted, sites, open_places)
    gained = choose(serves, people, open_places, sites["site_id"], allowed)
    chosen = _describe(sites, block, gained, wanted, cost)
    after = _after(assessment, chosen, wanted)
    return Proposal(
        sites=chosen,
        service=service,
        before=assessment,
        after=after,
        candidates=sites,
        allowed=allowed,
    )


def _service(access: Access, service: str) -> Service:
    for one in access.services:
        if one.id == service:
            return one
    known = ", ".join(one.id for one in access.services)
    raise MethodError(
        f"service {service!r} is not measured; measured are {known}",
        f"没有计算服务“{service}”;已计算:{known}",
    )


def _allowed(count: int | None, budget: float | None, cost: float | None, objective: str) -> float:
    if objective not in OBJECTIVES:
        raise MethodError(
            f"objective {objective!r} is not available in this version; use people or fewest",
            f"本版本不支持目标“{objective}”;可用 people 或 fewest",
        )
    allowed = math.inf if count is None else count
    if budget is not None:
        if not cost or cost <= 0:
            raise MethodError(
                "a budget needs the cost of one site, above 0", "给出预算时须给出单点造价(大于 0)"
            )
        allowed = min(allowed, math.floor(budget / cost + 1e-9))
    if allowed < 1:
        raise MethodError(
            f"count {count} and budget {budget} at {cost} a site allow no site",
            f"数量 {count}、预算 {budget}、单价 {cost} 连一个点也建不了",
        )
    return allowed


def _serves(
    access: Access, service: Service, sites: gpd.GeoDataFrame, open_places: NDArray[np.bool_]
) -> sparse.csr_array:
    """Find what it takes to each site within the limit, and whom it would serve."""
    ground = Ground(access.network, access.surface)
    origins = origins_of(access.places, ground, service, {})
    found = costs_between(origins, join(sites, origins, service), service)
    return serves_whom(found, open_places)


def serves_whom(costs: sparse.coo_array, open_places: NDArray[np.bool_]) -> sparse.csr_array:
    """Say which uncovered places each site would serve: sites x places, 1 within the limit.

    Parameters
    ----------
    costs
        Of :func:`gapmap.catchment.costs.costs_between`: those within the limit.
    open_places
        Which places are uncovered.
    """
    site, place = costs.coords
    wanted = open_places[place]
    ones = np.ones(int(wanted.sum()), dtype=np.int8)
    return sparse.csr_array((ones, (site[wanted], place[wanted])), shape=costs.shape)


def choose(
    serves: sparse.csr_array,
    people: NDArray[np.float64],
    open_places: NDArray[np.bool_],
    names: pd.Series,
    allowed: float,
) -> list[tuple[int, NDArray[np.int64]]]:
    """Take sites one by one: most people, then most places, then the lowest site id.

    Parameters
    ----------
    serves
        Of :func:`serves_whom`.
    people
        Of each place; NaN counts as nobody.
    open_places
        Which places are uncovered.
    names
        The sites' ids.
    allowed
        How many at most.

    Returns
    -------
    The number of each site taken, in turn, and the places that it is the first to serve.
    """
    people = np.nan_to_num(people)
    still_open = open_places.copy()
    by_name = np.argsort(np.argsort(names.to_numpy(dtype=str), kind="stable"))
    taken: list[tuple[int, NDArray[np.int64]]] = []
    while len(taken) < allowed:
        heads = serves @ (people * still_open)
        villages = serves @ still_open.astype(float)
        best = int(np.lexsort((by_name, -villages, -np.round(heads, 6)))[0]) if len(names) else -1
        if best < 0 or villages[best] == 0:
            break
        served = serves.indices[serves.indptr[best] : serves.indptr[best + 1]]
        gained = np.sort(served[still_open[served]])
        taken.append((best, gained))
        still_open[gained] = False
    return taken


def _describe(
    sites: gpd.GeoDataFrame,
    block: pd.DataFrame,
    gained: list[tuple[int, NDArray[np.int64]]],
    service: Service,
    cost: float | None,
) -> gpd.GeoDataFrame:
    chosen = sites.iloc[[site for site, _ in gained]].reset_index(drop=True)
    lonlat = chosen.geometry.to_crs("EPSG:4326")
    rows = list(_site_rows(block, gained, service))
    table = pd.DataFrame(rows, columns=["people_gained", "places_gained", "reason", "reason_zh"])
    told = {
        "service": service.id,
        "rank": np.arange(1, len(chosen) + 1),
        "phase": 1,
        "site_id": service.id + "@" + chosen["site_id"].astype(str),
        "name": chosen["name"],
        "x": lonlat.x.round(6),
        "y": lonlat.y.round(6),
        "cost": np.nan if cost is None else float(cost),
    }
    frame = pd.concat([pd.DataFrame(told, index=chosen.index), table], axis=1)
    return gpd.GeoDataFrame(
        frame[[*PROPOSAL_COLUMNS, "reason_zh"]], geometry=chosen.geometry, crs=sites.crs
    )


def _site_rows(
    block: pd.DataFrame, gained: list[tuple[int, NDArray[np.int64]]], service: Service
) -> Iterator[tuple[float, int, str, str]]:
    for _, places in gained:
        served = block.iloc[places]
        people = float(np.nansum(served["people"]))
        some = "、".join(served["place"].astype(str).head(3))
        metres = service.limit_unit == "m"
        far_en = f"{service.limit:g} {'m' if metres else 'min'}"
        far_zh = f"{service.limit:g} {'米' if metres else '分钟'}"
        count = len(served)
        en = f"{count} uncovered places come within {far_en}, among them {some}"
        zh = f"{count} 个未覆盖的村居进入 {far_zh}以内,如 {some}"
        if count == 1:
            en = f"1 uncovered place comes within {far_en}: {some}"
            zh = f"1 个未覆盖的村居进入 {far_zh}以内:{some}"
        yield people, count, en, zh


def _after(assessment: Assessment, chosen: gpd.GeoDataFrame, service: Service) -> Assessment:
    """Measure the service again with the chosen sites built, and assess everything again."""
    access = assessment.access
    built = chosen.rename(columns={"site_id": "facility_id", "name": "facility"})
    place_ids = set(access.places.table["place_id"])
    ids = built["facility_id"].map(lambda site: site.partition("@")[2]).astype(object)
    built["place_id"] = ids.where(ids.isin(place_ids), "")
    more = built[["facility_id", "facility", "service", "place_id", "geometry"]]
    facilities = add_facilities(access.facilities, more, access.places)
    again = measure_access(
        access.places, facilities, access.network, [service], surface=access.surface
    )
    return assess(_with_service(access, again), assessment.plan, records=assessment.records)


def _with_service(access: Access, again: Access) -> Access:
    """Put one service's new rows and routes in the place of its old ones."""
    service = again.services[0].id
    parts = [
        again.table if one.id == service else access.table[access.table["service"] == one.id]
        for one in access.services
    ]
    kept = access.routes[access.routes["service"] != service]
    return replace(
        access,
        table=pd.concat(parts, ignore_index=True),
        facilities=again.facilities,
        routes=pd.concat([kept, again.routes], ignore_index=True),
        fields={**access.fields, **again.fields},
        serving={**access.serving, **again.serving},
        findings=tuple(dict.fromkeys([*access.findings, *again.findings])),
    )
