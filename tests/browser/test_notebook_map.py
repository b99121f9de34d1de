"""The folium map in a real browser without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import toys

from gapmap.cells import visible
from gapmap.maps import map_gaps, map_sites
from gapmap.programme import Year, plan_programme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

    from gapmap.assessment import Assessment


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return toys.assessment()


def _colours(opened: Opened) -> dict[str, int]:
    found: dict[str, int] = opened.page.evaluate(
        """() => {
            const found = {};
            for (const canvas of document.querySelectorAll("canvas")) {
                const pixels = canvas.getContext("2d")
                    .getImageData(0, 0, canvas.width, canvas.height).data;
                for (let i = 0; i < pixels.length; i += 4) {
                    const key = [pixels[i], pixels[i + 1], pixels[i + 2]].join();
                    if (pixels[i + 3] === 255) found[key] = (found[key] || 0) + 1;
                }
            }
            return found;
        }"""
    )
    return found


def test_it_draws_offline_asks_for_nothing_and_says_what_is_simulated(
    open_page: Callable[..., Opened], assessed: Assessment, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    map_gaps(assessed, service="bus_shelter").save(str(path))
    opened = open_page(path)
    page = opened.page
    assert opened.trouble() == []
    assert opened.requests == [opened.url]
    colours = _colours(opened)
    assert colours["27,108,168"] > 30
    assert colours["213,94,0"] > 30
    assert "places.csv, facilities.xlsx" in page.inner_text("body")
    assert "公交候车亭" in page.inner_text(".leaflet-left .gapmap-box")
    assert page.locator(".leaflet-control-attribution a").count() == 0


def test_hostile_names_are_text_in_popups(
    open_page: Callable[..., Opened], assessed: Assessment, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    map_sites(toys.proposal(assessed)).save(str(path))
    opened = open_page(path)
    page = opened.page
    name = page.evaluate("Object.keys(window).find((key) => /^map_[0-9a-f]+$/.test(key))")
    places = assessed.access.places.table.to_crs("EPSG:4326")
    shown = []
    for row in places[places["position"] != "missing"].itertuples():
        x, y = page.evaluate(
            f"""([lat, lon]) => {{
                {name}.closePopup();
                {name}.setView([lat, lon], 15, {{ animate: false }});
                const point = {name}.latLngToContainerPoint([lat, lon]);
                return [point.x, point.y];
            }}""",
            [row.geometry.y, row.geometry.x],
        )
        page.mouse.click(x, y)
        shown.append(page.text_content(".gapmap-card b"))
    assert shown == [visible(one) for one in places.loc[places["position"] != "missing", "place"]]
    assert page.locator(".leaflet-popup img, .leaflet-popup script").count() == 0
    assert opened.trouble() == []


FRAME = """<!doctype html><html data-ready="yes"><meta charset="utf-8"><title>notebook</title>
<body>%s</body></html>"""


def _framed(open_page: Callable[..., Opened], path: Path, shown: str) -> tuple[Opened, Any]:
    """Open what a notebook shows as it shows it, within a page; give the frame in it."""
    path.write_text(FRAME % shown, "utf8")
    opened = open_page(path)
    opened.page.wait_for_selector("iframe")
    [frame] = [one for one in opened.page.frames if one != opened.page.main_frame]
    frame.wait_for_selector("html[data-ready=yes]", timeout=15_000)
    return opened, frame


def test_a_notebook_shows_the_map_in_a_frame_without_a_request(
    open_page: Callable[..., Opened], assessed: Assessment, tmp_path: Path
) -> None:
    shown = map_gaps(assessed, service="bus_shelter")._repr_html_()
    opened, frame = _framed(open_page, tmp_path / "notebook.html", shown)
    assert opened.requests == [opened.url]
    assert opened.messages == []
    assert opened.dialogs == []
    assert frame.locator("canvas").count() > 0
    assert "公交候车亭" in frame.inner_text(".leaflet-left .gapmap-box")


def test_sites_are_drawn_by_the_year_of_building(
    open_page: Callable[..., Opened], assessed: Assessment, tmp_path: Path
) -> None:
    years = [Year(year=2015, budget=30_000), Year(year=2016, budget=30_000)]
    programme = plan_programme(assessed, service="service_centre", years=years, cost=30_000)
    path = tmp_path / "map.html"
    map_sites(programme.proposal, language="en").save(str(path))
    opened = open_page(path)
    legend = opened.page.inner_text(".leaflet-left .gapmap-box")
    assert "2015" in legend
    assert "2016" in legend
    colours = _colours(opened)
    first, second = colours["122,79,0"], colours["240,196,0"]  # siteMark of years 1 and 2
    assert first > 60
    assert second > 60
    assert opened.trouble() == []
