"""A report page with all that a page can have, of the toy city: for tests of the page itself."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import toy_grids
import toys

import gapmap as gm
from gapmap.programme import Year
from gapmap.report import Grids, Insights, build_report
from gapmap.typology import grouping
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    from gapmap.report import Report

MONEY = 30_000.0


@cache
def everything() -> Report:
    """Give a report with proposals, a programme, every insight and every raster."""
    held = toys.facilities()
    room = np.arange(1, len(held.table) + 1) * 10.0
    table = held.table.assign(capacity=room).astype({"row": "Int64"})
    access = gm.measure_access(toys.places(), replace(held, table=table), None, toys.SERVICES)
    made = toys.assessment(access)
    proposal = gm.propose_sites(made, service="bus_shelter", count=2)
    years = [Year(year=2015, budget=MONEY), Year(year=2016, budget=2 * MONEY)]
    programme = gm.plan_programme(made, service="service_centre", years=years, cost=MONEY)
    with pytest.MonkeyPatch.context() as patch:  # fewer trials: their answer is not the subject
        patch.setattr(grouping, "STARTS", 4)
        patch.setattr(grouping, "RESAMPLED", 8)
        kinds = gm.group_gaps(made)
    insights = Insights(
        detours=gm.measure_detours(access),
        supply=gm.measure_supply(access, [gm.SupplyRule(service="bus_shelter", title="座位")]),
        kinds=kinds,
        varied=gm.vary(made, proposal, count=10),
        series=gm.measure_series(made, [dt.date(2013, 12, 31), dt.date(2014, 12, 31)]),
    )
    population = toy_grids.population()
    grids = Grids(
        population=population, gridded=toy_grids.gridded(population), tables=toy_grids.tables()
    )
    return build_report(
        made,
        (proposal, programme.proposal),
        about=toys.ABOUT,
        programmes=(programme,),
        insights=insights,
        grids=grids,
        what_if=make_what_if(made, {}, proposed={}),
    )


def data_of(html: str) -> dict[str, Any]:
    """Unpack what a page shows."""
    packed = re.search(r'id="data">([^<]*)</script>', html)
    assert packed is not None
    told: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    return told
