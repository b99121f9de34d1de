"""What the page puts off: after a switch, and as it opens, some of it is drawn after a frame.

The page asks the browser for a moment of rest (`requestIdleCallback`); here it gets none until a
test lets it go on, so that each test looks at what stands there in between.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import builders
import pytest
import toys

import gapmap as gm
from gapmap.report import build_report
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Opened
    from playwright.sync_api import Browser, BrowserContext, Page

REST = "window.requestIdleCallback = (run) => { window.rest = run; };"
AWAKE = "window.rest !== undefined"
WANTED = "() => gapmap.page.whatif.wanted.toScenario()"
BELOW = """() => ["targets", "coverage", "gaps"].map((id) => {
  const found = document.getElementById(id); return found ? found.textContent : null; })"""
"""Sections whose figures follow a what-if."""
LISTED = """() => Array.from(document.querySelectorAll("#places tbody tr"),
  (row) => row.textContent)"""
BEHIND = "document.documentElement.dataset.behind"


@pytest.fixture(scope="module")
def tall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page whose places stand in a row from south to north: the map's height bounds the view."""
    places = builders.places([{"x": 5_000, "y": 5_000 * n, "people": 10} for n in range(12)])
    facilities = builders.facilities([{"x": 5_000, "y": 0, "service": "clinic"}])
    made = gm.assess(gm.measure_access(places, facilities, None, (builders.clinic(),)))
    return build_report(made).save(tmp_path_factory.mktemp("tall") / "report.html")


def hold(opened: Opened) -> Page:
    """Open the panel, and let nothing more follow a switch by itself."""
    opened.page.click(".whatif-open")
    opened.page.evaluate(REST)
    return opened.page


def go_on(page: Page) -> None:
    """Give the page its moment of rest."""
    page.wait_for_function(AWAKE)
    page.evaluate("window.rest()")
    page.wait_for_selector("html[data-behind=no]")


def test_what_is_printed_is_of_the_last_switch(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    page = hold(opened)
    start = page.evaluate(BELOW), page.evaluate(LISTED)
    page.click('[data-proposed="on"]')
    assert page.evaluate(BEHIND) == "yes"
    page.emulate_media(media="print")
    page.wait_for_selector("html.printing")
    assert page.evaluate(BEHIND) == "no"
    told = page.evaluate(BELOW), page.evaluate(LISTED)
    page.emulate_media(media="screen")
    page.wait_for_selector("html:not(.printing)")
    page.evaluate("() => gapmap.page.draw()")
    go_on(page)
    assert told == (page.evaluate(BELOW), page.evaluate(LISTED))
    assert told[0] != start[0]
    assert told[1] != start[1]
    assert opened.trouble() == []


def test_what_is_put_off_is_not_drawn_a_second_time(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    page = hold(open_page(starter / "out" / "report.html"))
    page.click('[data-proposed="on"]')
    page.wait_for_function(AWAKE)
    page.evaluate("() => gapmap.page.drawBehind()")
    page.evaluate("() => { gapmap.page.parts.coverage.dataset.seen = 'yes'; window.rest(); }")
    assert page.locator("#coverage[data-seen=yes]").count() == 1


def test_what_is_saved_is_of_the_last_switch(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    page = hold(opened)
    page.click(".whatif-keep summary")
    page.click('[data-proposed="on"]')
    with page.expect_download() as waited:
        page.click('[data-keep="save"]')
    saved = json.loads(Path(waited.value.path()).read_text(encoding="utf-8"))
    wanted = page.evaluate(WANTED)
    assert page.evaluate(BEHIND) == "yes"
    assert saved == wanted
    assert len(wanted["on"]) == 2
    assert json.loads(page.locator("#whatif-json").input_value()) == wanted
    code = page.locator("#whatif-code").input_value()
    # closed meanwhile, and open again
    page.click(".whatif-keep summary")
    page.click(".whatif-undo")
    page.click(".whatif-keep summary")
    page.wait_for_function(
        "(old) => document.querySelector('#whatif-code').value !== old", arg=code
    )
    assert json.loads(page.locator("#whatif-json").input_value()) == {}
    assert opened.trouble() == []


def test_another_language_in_between_says_all_of_the_last_switch(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    page = hold(opened)
    page.click('[data-proposed="on"]')
    page.click("[data-language=en]")
    assert page.evaluate(BEHIND) == "yes"
    go_on(page)
    told = page.evaluate(BELOW), page.evaluate(LISTED)
    page.evaluate("() => { delete window.rest; }")
    page.evaluate("() => gapmap.page.draw()")
    assert page.evaluate(BEHIND) == "yes"
    go_on(page)
    assert told == (page.evaluate(BELOW), page.evaluate(LISTED))
    assert page.locator("#coverage h2").inner_text().isascii()
    assert page.locator("#places tbody tr").count() > 0
    assert opened.trouble() == []


def test_a_link_with_a_code_opens_a_page_whose_sections_follow(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    page = hold(opened)
    page.click('[data-proposed="on"]')
    go_on(page)
    told = page.evaluate(BELOW)
    page.evaluate("() => gapmap.page.whatif.writeCode()")
    address = page.evaluate("() => window.location.href")
    again = open_page(starter / "out" / "report.html").page
    assert again.evaluate(BELOW) != told
    again.goto("about:blank")
    again.goto(address)
    again.wait_for_selector("html[data-ready=yes][data-behind=no]")
    assert again.evaluate(BELOW) == told


def test_a_page_that_is_painted_no_frame_follows_too(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    page = open_page(starter / "out" / "report.html").page
    page.evaluate("() => { window.requestAnimationFrame = () => 0; }")  # as in a hidden tab
    page.evaluate("() => gapmap.page.whatif.toggle('S01')")
    page.wait_for_selector("html[data-behind=no]")


# ---- the page opens ---------------------------------------------------------------------

HELD_FRAME = """(() => {
  window.requestAnimationFrame = () => 0;
  const wait = window.setTimeout.bind(window);
  window.setTimeout = (run, after, ...more) => {
    if (after === 200) { window.painted = run; return 0; }
    return wait(run, after, ...more);
  };
})()"""
FIRST_ONLY = "() => window.painted && window.gapmap.page.map && window.gapmap.page.zoom"
OUTSIDE = """() => { const { map, data } = gapmap.page; const { lon, lat } = data.map.places;
  const size = map.getSize();
  return lon.filter((one, at) => {
    if (one === null || !gapmap.page.chart.bounds().contains([lat[at], one])) return false;
    const { x, y } = map.latLngToContainerPoint([lat[at], one]);
    return x < 0 || y < 0 || x > size.x || y > size.y;
  }).length; }"""
VIEW = "() => { const { map } = gapmap.page; return [map.getZoom(), map.getSize().y]; }"


@pytest.fixture
def half_open(chromium: Browser, tall: Path) -> Iterator[tuple[Page, list[str]]]:
    """Give a page of 1,100 pixels whose first screen is drawn and nothing more; its errors."""
    context: BrowserContext = chromium.new_context(
        viewport={"width": 1100, "height": 1100}, offline=True
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(HELD_FRAME)
    page.goto(tall.as_uri())
    page.wait_for_function(FIRST_ONLY, polling=50)
    yield page, errors
    context.close()


def finish(page: Page) -> None:
    """Let the page go on from its first screen."""
    page.evaluate("window.painted()")
    page.wait_for_selector("html[data-ready=yes]")


def test_the_map_is_fitted_to_what_the_whole_head_leaves_of_the_window(
    half_open: tuple[Page, list[str]],
) -> None:
    page, errors = half_open
    zoom, height = page.evaluate(VIEW)
    # links of many sections take more lines; few sections do in a head that is narrow
    page.evaluate("() => { document.querySelector('.head').style.width = '160px'; }")
    finish(page)
    assert page.evaluate(VIEW)[1] < height
    assert page.evaluate(OUTSIDE) == 0
    told = page.evaluate(VIEW)
    page.evaluate("() => gapmap.page.chart.fit()")
    assert page.evaluate(VIEW) == told
    assert told[0] <= zoom
    assert errors == []


def test_a_map_that_was_moved_meanwhile_stays_where_it_is(
    half_open: tuple[Page, list[str]],
) -> None:
    page, errors = half_open
    page.evaluate("() => gapmap.page.map.zoomIn(2, { animate: false })")
    zoom = page.evaluate(VIEW)[0]
    finish(page)
    assert page.evaluate(VIEW)[0] == zoom
    assert errors == []


def test_a_card_that_is_opened_before_the_rest_is_drawn_can_be_closed(
    half_open: tuple[Page, list[str]],
) -> None:
    page, errors = half_open
    page.evaluate("() => gapmap.page.select(0, false)")
    page.evaluate("() => document.querySelector('.place-card .close').click()")
    assert page.locator(".place-card").is_hidden()
    finish(page)
    assert errors == []


# ---- the list that waits ----------------------------------------------------------------


def test_the_chosen_place_is_seen_in_a_list_that_was_drawn_later(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    start = gm.assess(toys.access())
    report = build_report(start, what_if=make_what_if(start, {}, proposed={}))
    opened = open_page(report.save(tmp_path / "report.html"))
    page = hold(opened)
    # its town is folded, by whoever has folded all of them
    page.evaluate("""() => { const { state, data } = gapmap.page; const { places } = data.map;
      state.openTowns[places.town[0] + "\\n" + places.district[0]] = false; }""")
    page.evaluate("() => gapmap.page.select(0, false)")  # served, so not in the list
    chosen = page.locator("#places tr.chosen")
    assert chosen.count() == 0
    page.evaluate("() => gapmap.page.whatif.toggle('b1')")
    assert page.evaluate("gapmap.page.listWaits") is True
    go_on(page)
    assert chosen.get_attribute("data-id") == "0"
    assert opened.trouble() == []
