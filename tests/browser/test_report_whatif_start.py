"""The page under a what-if: what stays as at the start says so, and has the start's limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened


NOTED = """() => Array.from(document.querySelectorAll(".start-note"),
  (node) => node.closest("section").id)"""


def _limited(opened: Opened) -> str:
    """Set another limit for the chosen service; gives its id."""
    page = opened.page
    name: str = page.evaluate("() => gapmap.page.state.service")
    page.evaluate(
        """(name) => { const { whatif } = gapmap.page;
        whatif.wanted.setLimit(name, whatif.model.limitOf(name) / 2); whatif.changed(); }""",
        name,
    )
    page.wait_for_selector("html[data-behind=no]")
    return name


def test_notes_of_the_start_stay_when_another_service_is_chosen(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    page = opened.page
    _limited(opened)
    before = page.evaluate(NOTED)
    assert {"gaps", "method"} <= set(before)
    page.evaluate("() => gapmap.page.choose(gapmap.page.state.service)")
    assert page.evaluate(NOTED) == before
    assert opened.trouble() == []


def test_limits_of_the_method_and_of_detours_are_those_of_the_start(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    page = opened.page
    texts = "() => ['method', 'detour'].map((id) => document.querySelector('#' + id) && "
    texts += "Array.from(document.querySelectorAll('#' + id + ' td, #' + id + ' .lead'), "
    texts += "(node) => node.textContent))"
    before = page.evaluate(texts)
    _limited(opened)
    page.evaluate("() => gapmap.page.choose(gapmap.page.state.service)")
    assert page.evaluate(texts) == before


def test_a_link_of_the_contents_keeps_the_code_and_the_date_is_told(
    open_page: Callable[..., Opened], starter: Path
) -> None:
    opened = open_page(starter / "out" / "report.html")
    page = opened.page
    page.click(".whatif-open")
    page.click('[data-proposed="on"]')
    page.wait_for_selector("html[data-behind=no]")
    page.evaluate("() => gapmap.page.whatif.writeCode()")
    code = page.evaluate("() => location.hash")
    assert code.startswith("#whatif=")
    page.click('.contents a[href="#coverage"]')
    assert page.evaluate("() => [location.hash, document.activeElement.id]") == [code, "coverage"]
    assert page.locator('[data-legend="whatif_built"] b').inner_text() == "2"
    dated = """() => { const { whatif } = gapmap.page;
    whatif.wanted.setDate(whatif.model.dates.length - 1); whatif.changed(); }"""
    page.evaluate(dated)
    page.wait_for_selector("html[data-behind=no]")
    told = page.evaluate("() => gapmap.page.dateText()")
    assert told in page.locator(".head .meta").inner_text()
    assert told in page.locator("#document").inner_text()
    assert opened.trouble() == []
