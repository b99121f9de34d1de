"""The what-if on the page: from the click that switches a site until Chromium has painted."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from benchmarks.bench_report import CRS, FLAGS, facilities_at_spots, villages
from gapmap.about import About
from gapmap.access import Service, measure_access
from gapmap.assessment import assess
from gapmap.report import build_report
from gapmap.siting import CandidateSites
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from benchmarks.measuring import Row
    from gapmap.assessment import Assessment

__all__ = ["Land", "made_up_land", "what_if", "what_if_page"]

SIZES: Final = ((350, 200), (5_000, 1_000), (20_000, 5_000))
"""Places, and sites that can be switched: two of five exist."""
CLICKS: Final = 25
LIMIT_M: Final = 1_500.0
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


_ANSWER: Final = """() => {
  const { page } = window.gapmap;
  const { on, off } = page.whatif.wanted.now;
  return { on: [...on], off: [...off], covered: page.city("clinic").people_covered };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """A made-up land: places with people, and sites of which the first ones exist.

    Attributes
    ----------
    assessment
        Of the sites that exist.
    sites
        Coordinates in metres, shape ``(sites, 2)``.
    existing
        How many exist.
    """

    assessment: Assessment
    sites: npt.NDArray[np.float64]
    existing: int


def what_if(*, quick: bool) -> Iterator[Row]:
    """Give a row for each size; milliseconds are in ``click_to_paint_ms``, CPU is the script's."""
    named = shutil.which("chromium")
    if named is None:
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is

    for places, sites in SIZES[:1] if quick else SIZES:
        land = made_up_land(places, sites)
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
            page = what_if_page(land, Path(folder, "report.html"))
            browser = driver.chromium.launch(executable_path=named, args=list(FLAGS))
            tab = browser.new_page(viewport={"width": 1366, "height": 768})
            tab.goto(page.as_uri())
            tab.wait_for_selector("html[data-ready=yes]")
            took: list[list[float]] = tab.evaluate(_CLICK, CLICKS)
            answer: dict[str, Any] = tab.evaluate(_ANSWER)
            browser.close()
            yield {
                "work": f"whatif_{places}",
                "size": f"{places:,} places, {sites:,} sites, one click",
                "seconds": statistics.median(whole for whole, _ in took) / 1000,
                "cpu_seconds": statistics.median(counted for _, counted in took) / 1000,
                "peak_mb": 0,
                "peers": {},
                "floor": None,
                "same_answer": _covered(land, answer) == answer["covered"],
                "file_mb": page.stat().st_size / 1e6,
                "click_to_paint_ms": statistics.median(whole for whole, _ in took),
            }


def _covered(land: Land, answer: dict[str, Any]) -> float:
    """Count, in another way, the people that the switched sites cover."""
    off = {int(name[1:]) for name in answer["off"]}
    there = [site for site in range(land.existing) if site not in off]
    there += [land.existing + int(name.partition("@")[2][1:]) for name in answer["on"]]
    places = land.assessment.access.places.table
    away, _ = KDTree(land.sites[there]).query(places.get_coordinates().to_numpy())
    return float(places["people"].to_numpy()[away <= LIMIT_M].sum())


def made_up_land(count: int, sites: int) -> Land:
    """Make a land with one service, two of five of its sites existing."""
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
        id="clinic", name={"zh": "卫生站", "en": "clinic"}, mode="straight", limit=LIMIT_M
    )
    access = measure_access(places, replace(facilities, services=("clinic",)), None, (service,))
    return Land(assessment=assess(access, None), sites=there, existing=existing)


def what_if_page(land: Land, path: Path) -> Path:
    """Write the page of a land; every site that does not exist is a candidate."""
    spots = land.sites[land.existing :]
    table = gpd.GeoDataFrame(
        {
            "site_id": [f"c{n}" for n in range(len(spots))],
            "name": [f"候选{n}" for n in range(len(spots))],
            "district_id": "",
            "district": "",
            "town": "",
            "cost": 30_000.0,
        },
        geometry=gpd.points_from_xy(spots[:, 0], spots[:, 1]),
        crs=CRS,
    )
    candidates = {"clinic": CandidateSites(table=table)}
    switches = make_what_if(land.assessment, candidates, proposed={})
    report = build_report(land.assessment, about=About(name="what-if"), what_if=switches)
    return report.save(path)
