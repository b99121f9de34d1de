"""The what-if on the page: from the click that switches a site until Chromium has painted."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.bench_report import CRS, FLAGS, facilities_at_spots, villages
from gapmap.about import About
from gapmap.access import Service, measure_access
from gapmap.assessment import assess
from gapmap.report import build_report
from gapmap.siting import CandidateSites
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.measuring import Row

__all__ = ["what_if", "what_if_page"]

SIZES: Final = ((350, 200), (5_000, 1_000), (20_000, 5_000))
"""Places, and sites that can be switched: two of five exist."""
CLICKS: Final = 25
_CLICK: Final = """async (count) => {
  const { page } = window.gapmap;
  const { whatif, state } = page;
  if (!whatif.open) whatif.toggleOpen();
  const service = whatif.model.service(state.service);
  const free = service.id.filter((_, site) => !service.fixed[site]);
  const took = [];
  const settled = async () => {
    do {
      await new Promise((done) => requestIdleCallback(done));
    } while (document.documentElement.dataset.behind === "yes");
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  };
  for (let n = 0; n < count; n += 1) {
    const id = free[(n * 7919) % free.length];
    await settled(); // whoever clicks looks at what the last click did first
    const start = performance.now();
    whatif.toggle(id);
    const counted = performance.now();
    await new Promise((done) => requestAnimationFrame(() => {
      const after = new MessageChannel(); // heard once the frame is painted
      after.port1.onmessage = done;
      after.port2.postMessage(null);
    }));
    took.push([performance.now() - start, counted - start]);
  }
  return took;
}"""


def what_if(*, quick: bool) -> Iterator[Row]:
    """Give a row for each size; milliseconds are in ``click_to_paint_ms``."""
    named = shutil.which("chromium")
    if named is None:
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is

    for places, sites in SIZES[:1] if quick else SIZES:
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
            page = what_if_page(places, sites, Path(folder, "report.html"))
            browser = driver.chromium.launch(executable_path=named, args=list(FLAGS))
            tab = browser.new_page(viewport={"width": 1366, "height": 768})
            tab.goto(page.as_uri())
            tab.wait_for_selector("html[data-ready=yes]")
            took: list[list[float]] = tab.evaluate(_CLICK, CLICKS)
            browser.close()
            whole = statistics.median(one[0] for one in took)
            yield _row(places, sites, whole, page, statistics.median(one[1] for one in took))


def _row(places: int, sites: int, whole: float, page: Path, counted: float) -> Row:
    made: dict[str, Any] = {
        "work": "whatif",
        "size": f"{places:,} places, {sites:,} sites, one click",
        "seconds": whole / 1000,
        "cpu_seconds": counted / 1000,
        "peak_mb": 0,
        "peers": {},
        "floor": None,
        "same_answer": True,
        "file_mb": page.stat().st_size / 1e6,
        "click_to_paint_ms": whole,
    }
    return made  # type: ignore[return-value] # the keys of a row, and one of its own


def what_if_page(count: int, sites: int, path: Path) -> Path:
    """Write the page of a made-up land with one service."""
    draws = np.random.default_rng(7)
    places = villages(count).access.places
    spots = places.table.get_coordinates().to_numpy()
    there = spots[draws.choice(len(spots), sites)] + draws.normal(0, 300, (sites, 2))
    existing = sites * 2 // 5
    facilities = facilities_at_spots(
        pd.DataFrame(
            {
                "facility_id": [f"f{n}" for n in range(existing)],
                "facility": [f"第{n}卫生站" for n in range(existing)],
                "service": "clinic",
                "x": there[:existing, 0],
                "y": there[:existing, 1],
            }
        )
    )
    service = Service(
        id="clinic", name={"zh": "卫生站", "en": "clinic"}, mode="straight", limit=1_500
    )
    access = measure_access(places, replace(facilities, services=("clinic",)), None, (service,))
    new = sites - existing
    table = gpd.GeoDataFrame(
        {
            "site_id": [f"c{n}" for n in range(new)],
            "name": [f"候选{n}" for n in range(new)],
            "district_id": "",
            "district": "",
            "town": "",
            "cost": 30_000.0,
        },
        geometry=gpd.points_from_xy(there[existing:, 0], there[existing:, 1]),
        crs=CRS,
    )
    assessment = assess(access, None)
    switches = make_what_if(assessment, {"clinic": CandidateSites(table=table)}, proposed={})
    report = build_report(assessment, about=About(name="what-if"), what_if=switches)
    return report.save(path)
