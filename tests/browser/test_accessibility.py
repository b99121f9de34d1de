"""The report for everyone: axe finds nothing, the keyboard reaches all, large text fits.

axe-core (Deque, MPL-2.0) is a tool of these tests alone: no report and no wheel holds any of it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import toy_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Opened
    from playwright.sync_api import Browser, Page

WEB = Path(__file__).parents[2] / "gapmap" / "report" / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
LANGUAGES = ("zh", "en")
# Width and height in CSS pixels: 1280 x 720 at 200 % is 640 x 360.
SIZES = {
    "desk": (1366, 768),
    "small": (1024, 768),
    "large": (1920, 1080),
    "zoomed": (640, 360),
    "phone": (390, 844),
    "narrow": (360, 740),
}

OPEN_ALL = """() => {
  const { page } = window.gapmap;
  page.select(1, true);
  if (!page.whatif.open) document.querySelector(".whatif-open").click();
  for (const one of document.querySelectorAll("details")) one.open = true;
}"""
RUN_AXE = """async () => {
  const told = await axe.run(document, { resultTypes: ["violations", "incomplete"] });
  const brief = (one) => ({ id: one.id, impact: one.impact,
    nodes: one.nodes.map((node) => node.target.join(" ") + ": " + node.html.slice(0, 120)) });
  return { violations: told.violations.map(brief),
    rules: told.passes.length + told.violations.length + told.incomplete.length
      + told.inapplicable.length };
}"""
# axe says of most text on the first screen that it cannot tell its ground. It stands on colours of
# its ancestors, one over the other: here they are laid over each other, from white upwards.
CONTRAST = """() => {
  const parsed = (told) => (told.match(/[\\d.]+/g) || []).map(Number);
  const over = (above, ground) => {
    const [red, green, blue, alpha = 1] = above;
    return [red, green, blue].map((one, at) => alpha * one + (1 - alpha) * ground[at]);
  };
  const light = (colour) => {
    const [red, green, blue] = colour.map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const found = [];
  let count = 0;
  const walker = document.createTreeWalker(document.querySelector("#report"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.getClientRects().length) continue;
    if (node.closest(".map, svg, [hidden], :disabled, .for-readers, .skip")) continue;
    const style = getComputedStyle(node);
    let ground = [255, 255, 255];
    const chain = [];
    for (let up = node; up; up = up.parentElement) chain.unshift(up);
    for (const up of chain) ground = over(parsed(getComputedStyle(up).backgroundColor), ground);
    const ink = over(parsed(style.color), ground);
    const [a, b] = [light(ink), light(ground)].sort((one, other) => other - one);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    count += 1;
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) {
      found.push([node.outerHTML.slice(0, 120), (a + 0.05) / (b + 0.05)]);
    }
  }
  return { count, found };
}"""
# Text that a box hides, and what sticks out of the window without a frame that scrolls.
MISFITS = """() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  const scrolls = (node) => {
    for (let up = node.parentElement; up && up.id !== "report"; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  for (const node of document.querySelectorAll("#report *")) {
    if (node.closest(".map, .skip, .for-readers, svg")) continue;
    const box = node.getBoundingClientRect();
    if (!box.width) continue;
    if (box.right > width + 1 && !scrolls(node)) found.push("out: " + node.outerHTML.slice(0, 100));
    const style = getComputedStyle(node);
    const hides = [style.overflowX, style.overflowY].includes("hidden");
    if (hides && node.textContent.trim() && (node.scrollWidth > node.clientWidth + 1
      || node.scrollHeight > node.clientHeight + 1)) {
      found.push("cut: " + node.outerHTML.slice(0, 100));
    }
  }
  return found;
}"""
FOCUSED = """() => {
  const node = document.activeElement;
  const style = getComputedStyle(node);
  return { tag: node.tagName.toLowerCase(), kind: node.className,
    text: node.textContent.slice(0, 60),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    path: node.id || node.dataset.service || node.dataset.id || node.dataset.layer || "",
    top: node === document.body };
}"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_pages.everything().save(tmp_path_factory.mktemp("everyone") / "report.html")


@pytest.fixture(scope="module")
def axe() -> str:
    if AXE.exists():
        return AXE.read_text("utf8")
    if os.environ.get("CI"):
        pytest.fail("no axe-core: `make axe` fetches it, and CI must not pass without")
    pytest.skip("no axe-core on this machine; `make axe` fetches it with npm")


@pytest.fixture(scope="module")
def large_text(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """Give a Chromium that is set to text of twice the size."""
    browser = launch("--blink-settings=defaultFontSize=32")
    yield browser
    browser.close()


def speak(page: Page, language: str) -> None:
    page.evaluate("(one) => window.gapmap.page.speak(one)", language)


def focused(page: Page) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate(FOCUSED)
    return told


def test_axe_finds_nothing_on_a_phone(
    open_page: Callable[..., Opened], page_file: Path, axe: str
) -> None:
    page = open_page(page_file, *SIZES["phone"]).page
    page.evaluate(OPEN_ALL)
    page.evaluate(axe)
    page.keyboard.press("Tab")  # what is wider than its frame becomes a stop
    assert page.evaluate(RUN_AXE)["violations"] == []


def test_axe_finds_nothing(
    open_page: Callable[..., Opened], page_file: Path, axe: str, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = open_page(page_file)
    page = opened.page
    page.evaluate(axe)
    counts: dict[str, int] = {}
    found = []
    for language in LANGUAGES:
        speak(page, language)
        for state in ("as it opens", "all open"):
            if state == "all open":
                page.evaluate(OPEN_ALL)
            told = page.evaluate(RUN_AXE)
            assert told["rules"] > 80  # no rule is left out
            counts[f"{language}, {state}"] = told["rules"]
            found += [(language, state, one) for one in told["violations"]]
    with capsys.disabled():
        print(f"\naxe: rules {counts}, violations {len(found)}")  # noqa: T201
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_stands_out_from_its_ground(
    open_page: Callable[..., Opened], page_file: Path, language: str
) -> None:
    page = open_page(page_file).page
    speak(page, language)
    page.evaluate(OPEN_ALL)
    told = page.evaluate(CONTRAST)
    assert told["count"] > 500
    assert told["found"] == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_scrolls_sideways_or_is_cut_off(
    open_page: Callable[..., Opened], page_file: Path, size: str
) -> None:
    width, height = SIZES[size]
    page = open_page(page_file, width, height).page
    for language in LANGUAGES:
        speak(page, language)
        page.evaluate(OPEN_ALL)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert page.evaluate(MISFITS) == []


def test_text_of_twice_the_size_fits(large_text: Browser, page_file: Path) -> None:
    page = large_text.new_page(viewport={"width": 1280, "height": 720})
    page.goto(page_file.as_uri())
    page.wait_for_selector("html[data-ready=yes]", timeout=15_000)
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "28px"
    for language in LANGUAGES:
        speak(page, language)
        page.evaluate(OPEN_ALL)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 1280
        assert page.evaluate(MISFITS) == []
    page.close()


def test_a_small_window_keeps_rows_of_the_list(
    open_page: Callable[..., Opened], page_file: Path
) -> None:
    page = open_page(page_file, 1024, 768).page
    speak(page, "en")
    box = page.locator(".villages-slot").bounding_box()
    assert box is not None
    assert box["height"] >= 200


def test_tab_reaches_every_control_in_order_and_shows_where_it_is(
    open_page: Callable[..., Opened], page_file: Path
) -> None:
    page = open_page(page_file).page
    page.evaluate(OPEN_ALL)
    page.evaluate("window.gapmap.page.select(null, false)")
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    wanted = page.evaluate(
        "Array.from(document.querySelectorAll('#report a[href], #report button, #report input,"
        " #report select, #report textarea, #report summary, #report tr.pick'))"
        ".filter((one) => one.getClientRects().length && !one.disabled && one.tabIndex >= 0).length"
    )
    page.evaluate("() => { window.walked = []; document.addEventListener('focusin',"
                  " (event) => window.walked.push(event.target)); }")  # fmt: skip
    unseen = []
    for _ in range(wanted + 60):
        page.keyboard.press("Tab")
        told = focused(page)
        if told["top"]:
            break
        if not told["seen"]:
            unseen.append(told)
    assert unseen == []
    missed = page.evaluate(
        "Array.from(document.querySelectorAll('#report a[href], #report button, #report input,"
        " #report select, #report textarea, #report summary, #report tr.pick'))"
        ".filter((one) => one.getClientRects().length && !one.disabled && one.tabIndex >= 0"
        " && !window.walked.includes(one)).map((one) => one.outerHTML.slice(0, 120))"
    )
    assert missed == []
    inverted = page.evaluate(
        "window.walked.filter((one, at) => at && window.walked[at - 1]"
        ".compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING).length"
    )
    assert inverted == 0


def test_the_first_stop_leads_to_the_list(
    open_page: Callable[..., Opened], page_file: Path
) -> None:
    page = open_page(page_file).page
    page.keyboard.press("Tab")
    assert focused(page)["kind"] == "skip"
    page.keyboard.press("Enter")
    assert focused(page)["path"] == "places"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.villages-slot') !== null")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_row_opens_its_card_and_escape_leads_back(
    open_page: Callable[..., Opened], page_file: Path, key: str
) -> None:
    page = open_page(page_file).page
    row = page.locator(".villages-table tr.pick").nth(1)
    number = row.get_attribute("data-id")
    row.focus()
    page.keyboard.press(key)
    assert "place-card" in focused(page)["kind"]
    card = page.locator(".place-card")
    assert card.get_attribute("aria-label") == card.locator("h3").text_content()
    page.keyboard.press("Tab")
    assert focused(page)["kind"] == "close"
    page.keyboard.press("Escape")
    assert card.is_hidden()
    assert focused(page)["path"] == number


def test_the_map_is_used_by_keyboard(open_page: Callable[..., Opened], page_file: Path) -> None:
    page = open_page(page_file).page
    centre = "Object.values(window.gapmap.page.map.getCenter())"
    page.evaluate(
        "() => { const { page } = window.gapmap; const { lat, lon } = page.data.map.places;"
        " page.map.setView([lat[1], lon[1]], page.map.getZoom() + 2, { animate: false });"
        " page.map.getContainer().focus(); }"
    )
    before = page.evaluate(centre)
    page.keyboard.press("Enter")
    assert page.evaluate("window.gapmap.page.state.place") == 1
    assert "place-card" in focused(page)["kind"]
    page.keyboard.press("Escape")
    assert "leaflet-container" in focused(page)["kind"]
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"(before) => {centre}[1] > before", arg=before[1])
    zoom = page.evaluate("window.gapmap.page.map.getZoom()")
    page.keyboard.press("+")
    page.wait_for_function("(zoom) => window.gapmap.page.map.getZoom() > zoom", arg=zoom)


def test_services_are_walked_with_arrows(open_page: Callable[..., Opened], page_file: Path) -> None:
    page = open_page(page_file).page
    ids = page.evaluate("window.gapmap.page.data.services.map((one) => one.id)")
    assert page.locator("[role=option][tabindex='0']").count() == 1
    page.locator("[role=option][tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    assert focused(page)["path"] == ids[1]
    page.keyboard.press("Enter")
    assert page.evaluate("window.gapmap.page.state.service") == ids[1]
    assert focused(page)["path"] == ids[1]  # the list was drawn anew
    page.keyboard.press("Home")
    assert focused(page)["path"] == ids[0]
    page.keyboard.press("End")
    assert focused(page)["path"] == ids[-1]


@pytest.mark.parametrize(
    "control",
    [
        ".villages-table th:nth-child(2) .sort",
        ".fold-town",
        ".more-filters",
        "#targets .chip",
        "#targets .fold",
        "#gaps .switch button:last-child",
        "#scoreboard .switch button",
        "#findings .chip",
        "[data-language=en]",
        "#coverage .sort, #sites .sort",
    ],
)
def test_what_is_drawn_anew_keeps_the_focus(
    open_page: Callable[..., Opened], page_file: Path, control: str
) -> None:
    page = open_page(page_file).page
    chosen = page.locator(control).first
    chosen.focus()
    tag = focused(page)["tag"]
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement !== document.body")
    told = focused(page)
    assert told["tag"] == tag
    assert page.evaluate("(one) => document.activeElement.matches(one)", control)


def test_layers_and_the_what_if_by_keyboard(
    open_page: Callable[..., Opened], page_file: Path
) -> None:
    page = open_page(page_file).page
    page.locator(".layers summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    layer = focused(page)["path"]
    shown = page.evaluate("(one) => window.gapmap.page.chart.isShown(one)", layer)
    page.keyboard.press("Space")
    assert page.evaluate("(one) => window.gapmap.page.chart.isShown(one)", layer) is not shown
    page.locator(".whatif-open").focus()
    page.keyboard.press("Enter")
    assert focused(page)["kind"] == "whatif-open"
    limit = "window.gapmap.page.service(window.gapmap.page.state.service).limit"
    page.locator("#whatif-limit").focus()
    before = page.evaluate(limit)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(limit) > before
    assert focused(page)["path"] == "whatif-limit"
    switch = page.locator("#whatif-panel input[data-site]:not([disabled])").first
    site = switch.get_attribute("data-site")
    switch.focus()
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.dataset.site") == site
    page.locator(f"[data-chip='{site}']").focus()
    page.keyboard.press("Enter")
    assert page.locator(f"[data-chip='{site}']").count() == 0
    assert page.evaluate("document.activeElement !== document.body")  # the chip is gone


def test_calm_is_kept_where_it_is_asked_for(chromium: Browser, page_file: Path) -> None:
    context = chromium.new_context(reduced_motion="reduce", offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.wait_for_selector("html[data-ready=yes]", timeout=15_000)
    assert page.evaluate("window.gapmap.page.map.options.zoomAnimation") is False
    assert page.evaluate("window.gapmap.page.map.options.inertia") is False
    context.close()


def test_the_language_of_the_document_follows(
    open_page: Callable[..., Opened], page_file: Path
) -> None:
    page = open_page(page_file).page
    for language, said in (("en", "en"), ("zh", "zh-CN")):
        speak(page, language)
        assert page.evaluate("document.documentElement.lang") == said
    assert page.locator("[data-language=en]").get_attribute("lang") == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_are_written_as_the_language_writes_them(
    open_page: Callable[..., Opened], page_file: Path, language: str
) -> None:
    page = open_page(page_file).page
    page.evaluate(OPEN_ALL)
    page.evaluate(
        "() => { for (const row of window.gapmap.page.targets)"
        " row.reason = row.reason_zh = 'since 2014-06-30: 5'; }"
    )
    speak(page, language)
    written = {"zh": "2014年6月30日", "en": "30 Jun 2014"}[language]
    assert page.locator("#targets td.reason").first.text_content() == f"since {written}: 5"
    told = page.locator("#report").inner_text()
    for name in page.evaluate("window.gapmap.page.data.about.inputs.map((one) => one.name)"):
        told = told.replace(name, "")
    assert re.findall(r"\b\d{4}-\d{2}-\d{2}\b", told) == []


def test_axe_is_not_in_a_report(page_file: Path) -> None:
    assert "axe-core" not in page_file.read_text("utf8")
    assert "Deque" not in page_file.read_text("utf8")
