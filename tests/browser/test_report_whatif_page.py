"""What the page does around a what-if: its address, what it says of mistakes, list and panel."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import builders
import pytest
import toys

import gapmap as gm
from gapmap.report import build_report
from gapmap.siting import CandidateSites, candidate_sites
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

    from gapmap.assessment import Assessment

WANTED = "() => window.gapmap.page.whatif.wanted.toScenario()"
ALERT = ".whatif-panel [role=alert]"


def code_of(told: dict[str, Any]) -> str:
    text = json.dumps(told, separators=(",", ":"))
    return f"#whatif={base64.urlsafe_b64encode(text.encode()).decode().rstrip('=')}"


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return gm.assess(toys.access())


@pytest.fixture(scope="module")
def report(assessed: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of the toy city whose two proposed sites are of years before its date."""
    table = candidate_sites(assessed.access.places, "places")
    what_if = make_what_if(assessed, {"bus_shelter": CandidateSites(table=table)}, proposed={})
    made = gm.propose_sites(assessed, service="bus_shelter", count=2)
    proposal = replace(made, sites=made.sites.assign(year=[2013, 2014]))
    told = build_report(assessed, proposal, about=toys.ABOUT, what_if=what_if)
    return told.save(tmp_path_factory.mktemp("page") / "report.html")


def paste(opened: Opened, code: str) -> None:
    """Put a code behind the address, as one who pastes it into the open page's bar."""
    opened.page.evaluate("(code) => { window.location.hash = code; }", code)


def said(opened: Opened) -> list[str]:
    return opened.page.locator(ALERT).all_inner_texts()


def test_a_code_that_is_pasted_into_the_open_page_takes_effect(
    open_page: Callable[..., Opened], report: Path
) -> None:
    opened = open_page(report)
    page = opened.page
    page.evaluate("""() => { window.read = 0; const { whatif } = window.gapmap.page;
      const { read } = whatif; whatif.read = (told) => { window.read += 1; read(told); }; }""")
    wanted = {"off": ["b1"], "limit_m": {"bus_shelter": 700}}
    paste(opened, code_of(wanted))
    page.wait_for_function("() => window.read === 1")
    assert page.evaluate(WANTED) == wanted
    assert page.locator("#whatif-panel").is_visible()
    paste(opened, code_of({"off": ["b2"]}))
    page.wait_for_function("() => window.read === 2")
    assert page.evaluate(WANTED) == {"off": ["b2"]}
    # what the page writes itself is not read again
    page.click(".whatif-reset")
    page.wait_for_function("() => window.location.hash === ''")
    assert page.evaluate("() => window.read") == 2
    assert page.evaluate(WANTED) == {}
    assert opened.trouble() == []


@pytest.mark.parametrize("code", ["#whatif=@@@", "#whatif=W10", "#whatif="])
def test_a_pasted_code_that_is_none_says_so_and_changes_nothing(
    open_page: Callable[..., Opened], report: Path, code: str
) -> None:
    opened = open_page(report)
    page = opened.page
    kept = code_of({"off": ["b1"]})
    paste(opened, kept)
    page.wait_for_function("() => window.gapmap.page.whatif.wanted.changed")
    paste(opened, code)
    page.wait_for_selector(ALERT)
    assert len(said(opened)) == 1
    assert page.evaluate(WANTED) == {"off": ["b1"]}
    page.wait_for_function("(kept) => window.location.hash === kept", arg=kept)
    assert opened.trouble() == []


def test_an_address_without_a_code_leaves_the_what_if_and_gets_it_back(
    open_page: Callable[..., Opened], report: Path
) -> None:
    opened = open_page(report)
    page = opened.page
    paste(opened, code_of({"off": ["b1"]}))
    page.wait_for_function("() => window.gapmap.page.whatif.wanted.changed")
    paste(opened, "#coverage")
    page.wait_for_function("() => window.location.hash.startsWith('#whatif=')")
    assert page.evaluate(WANTED) == {"off": ["b1"]}


@pytest.mark.parametrize(
    "mend",
    [
        lambda page: page.click(".whatif-reset"),
        lambda page: page.click(".whatif-undo"),
        lambda page: page.evaluate("() => gapmap.page.whatif.read({ off: ['b2'] })"),
        lambda page: page.evaluate('() => gapmap.page.whatif.readText(\'{"off": ["b2"]}\')'),
        lambda page: page.evaluate("(code) => { location.hash = code; }", code_of({"off": ["b2"]})),
    ],
)
def test_what_is_wrong_with_a_file_is_said_no_longer_than_it_matters(
    open_page: Callable[..., Opened], report: Path, mend: Callable[[Any], None]
) -> None:
    opened = open_page(report)
    page = opened.page
    paste(opened, code_of({"off": ["b1", "nobody"]}))
    page.wait_for_selector(ALERT)
    assert "nobody" in said(opened)[0]
    mend(page)
    page.wait_for_selector(ALERT, state="detached")
    page.click(".whatif-open")
    page.click(".whatif-open")
    assert said(opened) == []


def test_what_is_wrong_is_said_in_the_page_s_language_and_of_services_that_have_no_panel(
    open_page: Callable[..., Opened], report: Path
) -> None:
    opened = open_page(report)
    page = opened.page
    page.click(".whatif-open")
    for wrong in ("{oops", "[1]", '{"on": "b1"}'):
        page.evaluate("(text) => gapmap.page.whatif.readText(text)", wrong)
        told = {}
        for language in ("zh", "en"):
            page.click(f"[data-language={language}]")
            (told[language],) = said(opened)
        assert told["zh"] != told["en"]
        assert told["en"].isascii()
    page.evaluate("() => { const { model } = gapmap.page.whatif; model.ids.length = 0; }")
    page.evaluate("() => gapmap.page.draw()")
    assert len(said(opened)) == 1


def test_a_facility_of_several_services_says_which_it_changes_too(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    places = builders.places([{"x": 1000 * n, "y": 0, "people": 10} for n in range(4)])
    rows = [{"facility_id": "f", "x": 0, "y": 0, "service": one} for one in ("clinic", "shop")]
    made = builders.facilities(rows, services=("clinic", "shop"))
    clinic = builders.clinic()
    shop = replace(clinic, id="shop", name={"zh": "商店", "en": "shop"})
    start = gm.assess(gm.measure_access(places, made, None, (clinic, shop)))
    report = build_report(start, what_if=make_what_if(start, {}, proposed={}))
    page = open_page(report.save(tmp_path / "report.html")).page
    page.click("[data-language=en]")
    page.evaluate("() => { gapmap.page.choose('clinic'); gapmap.page.whatif.toggleOpen(); }")
    page.evaluate("() => gapmap.page.whatif.toggle('f')")
    chip = page.locator(".whatif-chips .chip")
    assert "shop" in chip.inner_text()
    assert "shop" in str(chip.get_attribute("aria-label"))
    page.evaluate("() => gapmap.page.choose('shop')")
    assert "clinic" in page.locator(".whatif-chips .chip").inner_text()


def test_the_cost_says_that_it_is_of_all_services(
    open_page: Callable[..., Opened], report: Path
) -> None:
    page = open_page(report).page
    page.click(".whatif-open")
    page.click('[data-year="2014"]')
    for language, words in (("zh", "各项服务合计"), ("en", "all services")):
        page.click(f"[data-language={language}]")
        assert words in page.locator('[data-fact="cost"]').inner_text()


def test_a_programme_of_past_years_warns_that_it_may_stand_already(
    open_page: Callable[..., Opened], report: Path
) -> None:
    page = open_page(report).page
    page.click(".whatif-open")
    for language, words in (("zh", "可能已在现状数据中"), ("en", "may already stand")):
        page.click(f"[data-language={language}]")
        assert words in page.locator(".whatif-panel .look-back").inner_text()


@pytest.mark.parametrize("size", [(1024, 768), (1920, 1080), (390, 844)])
def test_list_and_what_if_are_one_click_apart_and_nothing_is_cut_off(
    open_page: Callable[..., Opened], report: Path, size: tuple[int, int]
) -> None:
    opened = open_page(report, *size)
    page = opened.page
    page.click(".whatif-open")
    panel, places = page.locator("#whatif-panel"), page.locator("#places tbody")
    if size[1] < 1000:
        assert (panel.is_visible(), places.is_visible()) == (True, False)
        page.click(".whatif-list-switch")
        assert (panel.is_visible(), places.is_visible()) == (False, True)
        page.click("[data-language=en]")
        assert places.is_visible()
        page.evaluate("() => gapmap.page.whatif.toggle('b1')")
        assert places.is_visible()
        assert page.evaluate(CUT) == []
        page.click(".whatif-list-switch")
        assert (panel.is_visible(), places.is_visible()) == (True, False)
    else:
        assert panel.is_visible()
        assert places.is_visible()
        assert not page.locator(".whatif-list-switch").is_visible()
    assert page.evaluate(CUT) == []
    assert opened.trouble() == []


CUT = """() => ["whatif", "whatif-strip", "lower", "bar-line", "villages-slot"]
  .flatMap((name) => Array.from(document.querySelectorAll("." + name)))
  .filter((node) => node.offsetParent && (node.getBoundingClientRect().right > innerWidth + 0.5
    || node.getBoundingClientRect().bottom
      > document.querySelector(".workbench").getBoundingClientRect().bottom + 0.5
    || (!/slot/.test(node.className) && node.scrollWidth > node.clientWidth + 1)))
  .map((node) => node.className)"""


UNCOVERED = """() => {
  let found = 0;
  for (const canvas of document.querySelectorAll(".leaflet-under-pane canvas")) {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    for (let at = 3; at < pixels.length; at += 4) if (pixels[at]) found += 1;
  }
  return found;
}"""
COUNTS = """() => Array.from(document.querySelectorAll(".legend li[data-legend]"),
  (line) => line.dataset.legend + " " + line.querySelector("b").textContent)"""


def test_what_is_switched_off_in_the_legend_stays_off_under_a_what_if_and_in_another_language(
    open_page: Callable[..., Opened], report: Path
) -> None:
    page = open_page(report).page
    drawn, told = page.evaluate(UNCOVERED), page.evaluate(COUNTS)
    page.uncheck("#ways")
    without = page.evaluate(UNCOVERED)
    assert 0 < without < drawn
    assert page.evaluate(COUNTS) == told
    page.click(".layers summary")
    page.uncheck("[data-layer=districts]")
    assert page.locator(".district-name").count() == 0

    def still_off() -> None:
        assert not page.is_checked("#ways")
        assert not page.is_checked("[data-layer=districts]")
        assert page.locator(".district-name").count() == 0
        changed = page.evaluate(UNCOVERED)
        counted = page.evaluate(COUNTS)
        page.check("#ways")
        assert page.evaluate(UNCOVERED) > changed
        assert page.evaluate(COUNTS) == counted
        page.uncheck("#ways")

    page.evaluate("() => gapmap.page.whatif.read({ limit_m: { bus_shelter: 700 } })")
    still_off()
    page.click("[data-language=en]")
    still_off()
    page.click(".whatif-reset")
    still_off()
    assert page.evaluate(COUNTS)[:3] == [f"{one.split()[0]} {one.split()[-1]}" for one in told[:3]]
