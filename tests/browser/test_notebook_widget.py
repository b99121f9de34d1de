"""The what-if widget in a real browser, by a page that does for it what a notebook does."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import old_chromium
import pytest
import toys

import gapmap as gm
from gapmap.cells import visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

    from gapmap.assessment import Assessment
    from gapmap.widget.explorer import Explorer

pytest.importorskip("anywidget", reason="the extra `notebook` brings it")

HOST = """<!doctype html><meta charset="utf-8"><title>notebook</title>
<style>div, button, table { color: rgb(255, 0, 0); font-size: 40px } .map { display: none }</style>
<p id="before">before</p><div id="out" style="width:%(width)spx"></div>
<script type="text/plain" id="module">%(module)s</script>
<script>
window.L = "the notebook's own L";
const held = %(state)s;
const listeners = {};
const tell = (name) => (listeners[name] || []).forEach((run) => run());
window.model = {
  get: (name) => held[name],
  set: (name, value) => {
    const same = JSON.stringify(held[name]) === JSON.stringify(value);
    held[name] = value;
    if (!same) tell("change:" + name);
  },
  save_changes: () => window.saved.push(JSON.parse(JSON.stringify(held.scenario))),
  on: (name, run) => { (listeners[name] = listeners[name] || []).push(run); },
  off: (name, run) => { listeners[name] = listeners[name].filter((one) => one !== run); },
};
window.saved = [];
window.keys = [];
document.addEventListener("keydown", (event) => window.keys.push(event.key));
const text = document.getElementById("module").textContent;
const out = document.getElementById("out");
out.addEventListener("gapmap-ready", (event) => { window.page = event.detail; });
(async () => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const made = await import(url);
  URL.revokeObjectURL(url);
  window.stop = await made.default.render({ model: window.model, el: out });
  document.documentElement.dataset.ready = "yes";
})();
</script>"""

SUMS = """(id) => window.page.coverage.filter((row) => row.service === id).map((row) =>
  [row.group, row.people_covered, row.people_uncovered, row.people_unknown, row.share_people])"""


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return gm.assess(toys.access())


@pytest.fixture
def widget(assessed: Assessment) -> Explorer:
    candidates = {"bus_shelter": "places", "service_centre": "places"}
    return gm.explore(assessed, service="bus_shelter", candidates=candidates)


def write_host(path: Path, widget: Explorer, width: int = 1200) -> Path:
    """Write the page that does for a widget what a notebook does."""
    state = {one: getattr(widget, one) for one in ("packed", "scenario", "service")}
    told = {"module": widget._esm, "state": json.dumps(state), "width": width}
    path.write_text(HOST % told, "utf8")
    return path


@pytest.fixture
def show(open_page: Callable[..., Opened], tmp_path: Path) -> Callable[..., Opened]:
    def opened(widget: Explorer, width: int = 1200) -> Opened:
        return open_page(write_host(tmp_path / "host.html", widget, width))

    return opened


def quiet(opened: Opened) -> list[str]:
    """Give what a quiet widget would not do; its module comes as a blob of the page's own."""
    return [one for one in opened.trouble() if not one.startswith("blob:")]


def inside(opened: Opened, selector: str) -> Any:
    return opened.page.locator(f"#out {selector}").first


def test_it_draws_the_map_the_panel_and_the_figures_without_a_network(
    show: Callable[..., Opened], widget: Explorer
) -> None:
    opened = show(widget)
    assert quiet(opened) == []
    assert inside(opened, "#whatif-limit").is_visible()
    assert inside(opened, ".whatif-changes").is_visible()
    assert inside(opened, ".legend").is_visible()
    box = inside(opened, ".map").bounding_box()
    assert box is not None
    assert box["width"] > 300
    assert box["height"] > 300
    assert "places.csv, facilities.xlsx" in inside(opened, ".banner.simulated").inner_text()
    sizes = opened.page.evaluate(
        "() => [...document.querySelector('#out').shadowRoot.querySelectorAll('canvas')]"
        ".map((one) => one.width * one.height)"
    )
    assert max(sizes) > 100_000


def test_neither_styles_nor_names_of_the_notebook_are_touched(
    show: Callable[..., Opened], widget: Explorer
) -> None:
    opened = show(widget)
    page = opened.page
    assert page.evaluate("window.L") == "the notebook's own L"
    assert page.evaluate("getComputedStyle(document.body).margin") == "8px"
    colour = "(one) => getComputedStyle(one).color"
    assert inside(opened, ".whatif-open").evaluate(colour) != "rgb(255, 0, 0)"
    assert page.evaluate("window.location.hash") == ""


def test_what_is_switched_on_the_page_is_what_the_engine_measures(
    show: Callable[..., Opened], widget: Explorer
) -> None:
    opened = show(widget)
    inside(opened, '[data-site="bus_shelter@p03"]').check()
    inside(opened, '[data-site="b5"]').uncheck()
    inside(opened, "#whatif-limit").evaluate(
        "(one) => { one.value = 900; one.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    scenario = opened.page.evaluate("window.model.get('scenario')")
    assert scenario == {
        "on": ["bus_shelter@p03"],
        "off": ["b5"],
        "limit_m": {"bus_shelter": 900},
    }
    assert opened.page.evaluate("window.saved.length") == 3
    widget.scenario = scenario
    want = widget.assessment().coverage
    rows = want[want["service"] == "bus_shelter"]
    have = opened.page.evaluate(SUMS, "bus_shelter")
    for told, row in zip(have, rows.itertuples(), strict=True):
        counts = [row.people_covered, row.people_uncovered, row.people_unknown]
        assert told[:4] == [row.group, *counts]
        share = np.nan if told[4] is None else told[4]
        np.testing.assert_allclose(share, row.share_people, rtol=1e-12)
    assert quiet(opened) == []


def test_what_python_sets_is_shown_and_undone(
    show: Callable[..., Opened], widget: Explorer
) -> None:
    opened = show(widget)
    start = opened.page.evaluate(SUMS, "service_centre")
    opened.page.evaluate(
        "window.model.set('scenario', { on: ['service_centre@p07'] });"
        "window.model.set('service', 'service_centre')"
    )
    assert opened.page.evaluate(SUMS, "service_centre") != start
    assert inside(opened, '[data-site="service_centre@p07"]').is_checked()
    inside(opened, ".whatif-undo").click()
    assert opened.page.evaluate("window.model.get('scenario')") == {}
    assert opened.page.evaluate(SUMS, "service_centre") == start


def test_a_site_is_placed_on_the_map_and_a_click_opens_a_place(
    show: Callable[..., Opened], widget: Explorer
) -> None:
    opened = show(widget)
    spot = """(number) => {
      const { map, data } = window.page;
      const { lon, lat } = data.map.places;
      const point = map.latLngToContainerPoint([lat[number], lon[number]]);
      const box = map.getContainer().getBoundingClientRect();
      return [box.left + point.x, box.top + point.y];
    }"""
    inside(opened, "[data-act=place]").click()
    opened.page.mouse.click(*opened.page.evaluate(spot, 3))
    told = {"on": ["bus_shelter@p03"]}
    assert opened.page.evaluate("window.model.get('scenario')") == told
    opened.page.mouse.click(*opened.page.evaluate(spot, 7))
    assert "三灶村" in inside(opened, ".place-card").inner_text()
    assert opened.page.evaluate("'behind' in document.documentElement.dataset") is False
    assert quiet(opened) == []


def test_a_notebook_s_shortcuts_do_not_hear_what_is_typed(
    show: Callable[..., Opened], widget: Explorer
) -> None:
    opened = show(widget)
    inside(opened, ".whatif-list .search").click()
    opened.page.keyboard.type("dd")
    assert inside(opened, ".whatif-list .search").input_value() == "dd"
    assert opened.page.evaluate("window.keys") == []
    assert opened.page.get_attribute("#out", "data-lm-suppress-shortcuts") == "true"


def test_who_moves_by_keyboard_stays_where_they_are(
    show: Callable[..., Opened], widget: Explorer
) -> None:
    opened = show(widget)
    inside(opened, '[data-site="bus_shelter@p03"]').focus()
    opened.page.keyboard.press("Space")
    focused = "document.querySelector('#out').shadowRoot.activeElement.dataset.site"
    assert opened.page.evaluate(focused) == "bus_shelter@p03"


def test_hostile_names_are_texts(show: Callable[..., Opened], widget: Explorer) -> None:
    opened = show(widget)
    inside(opened, "[data-language=en]").click()
    told = opened.page.locator("#out .whatif-sites").inner_text()
    for name in toys.HOSTILE:
        assert visible(name) in told
    assert opened.page.locator("#out img, #out script").count() == 0
    assert quiet(opened) == []


def test_a_narrow_notebook_has_the_figures_below_the_map(
    show: Callable[..., Opened], widget: Explorer
) -> None:
    opened = show(widget, width=600)
    map_box = inside(opened, ".map").bounding_box()
    panel = inside(opened, ".whatif-panel").bounding_box()
    assert panel["y"] > map_box["y"] + map_box["height"]
    assert panel["width"] > 500
    opened.page.evaluate("document.querySelector('#out').style.width = '1200px'")
    opened.page.wait_for_function(
        "!document.querySelector('#out').shadowRoot.querySelector('.narrow')"
    )


def test_what_is_taken_away_listens_no_more(show: Callable[..., Opened], widget: Explorer) -> None:
    opened = show(widget)
    opened.page.evaluate("window.stop()")
    opened.page.evaluate("window.model.set('scenario', { off: ['b1'] })")
    assert opened.page.evaluate("window.page.whatif.wanted.changed") is False
    assert quiet(opened) == []


def test_it_runs_in_chromium_86(widget: Explorer, tmp_path: Path) -> None:
    if not (old_chromium.FOLDER / "chromium").exists():
        if os.environ.get("CI"):
            pytest.fail(
                "no Chromium 86: `make old-browser` fetches it, and CI must not pass without"
            )
        pytest.skip("no Chromium 86 on this machine; `make old-browser` fetches it (45 MB)")
    path = write_host(tmp_path / "host.html", widget)
    with old_chromium.OldChromium() as opened:
        opened.open(path)
        assert "HeadlessChrome/86." in opened.run("navigator.userAgent")
        within = "document.querySelector('#out').shadowRoot.querySelector"
        opened.run(f"{within}('[data-site=\"bus_shelter@p03\"]').click()")
        assert opened.run("window.model.get('scenario').on") == ["bus_shelter@p03"]
        assert opened.messages == []
        asked = [one for one in opened.requests if not one.startswith("blob:")]
        assert asked == [path.as_uri()]
