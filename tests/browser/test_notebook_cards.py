"""What values show of themselves, in a page that holds it as a notebook does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import toys

from gapmap.report import Report, build_report
from gapmap.report.embedded import MOST_BYTES
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

    from gapmap.assessment import Assessment

PAGE = """<!doctype html><html data-ready="yes"><meta charset="utf-8"><title>notebook</title>
<body>%s</body></html>"""
HOSTILE = (
    "\"'><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "{{7*7}}",
    "${alert(3)}",
)


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return toys.assessment()


@pytest.fixture
def show(open_page: Callable[..., Opened], tmp_path: Path) -> Callable[[str], Opened]:
    def opened(shown: str) -> Opened:
        path = tmp_path / "notebook.html"
        path.write_text(PAGE % shown, "utf8")
        return open_page(path)

    return opened


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_literally(
    name: str, show: Callable[[str], Opened], assessed: Assessment
) -> None:
    services = tuple(replace(one, name={"zh": name}) for one in toys.SERVICES)
    made = replace(assessed, access=replace(assessed.access, services=services))
    proposal = toys.proposal(made)
    named = replace(proposal, sites=proposal.sites.assign(name=name))
    opened = show(made._repr_html_() + named._repr_html_())
    told = opened.page.inner_text("body")
    assert told.count(name) >= 5
    assert opened.page.locator("img, script, iframe").count() == 0
    assert opened.trouble() == []


def _frame(opened: Opened) -> Any:
    opened.page.wait_for_selector("iframe")
    [frame] = [one for one in opened.page.frames if one != opened.page.main_frame]
    frame.wait_for_selector("html[data-ready=yes]", timeout=15_000)
    return frame


def test_a_report_stands_in_a_sandboxed_frame_and_works(
    show: Callable[[str], Opened], assessed: Assessment
) -> None:
    what_if = make_what_if(assessed, {}, proposed={})
    report = build_report(assessed, toys.proposal(assessed), about=toys.ABOUT, what_if=what_if)
    opened = show(report._repr_html_())
    frame = _frame(opened)
    assert opened.page.get_attribute("iframe", "sandbox") == "allow-scripts allow-downloads"
    frame.click(".whatif-open")
    frame.uncheck('[data-site="b5"]')
    frame.wait_for_selector('[data-chip="b5"]')
    frame.click("[data-language=en]")
    frame.wait_for_selector("html[lang=en]")
    frame.click('.contents a[href="#targets"]')
    assert frame.evaluate("document.querySelector('#targets') !== null")
    assert frame.evaluate("document.querySelector('#targets').getBoundingClientRect().top") < 300
    assert opened.requests == [opened.url]
    assert opened.messages == []
    assert opened.dialogs == []


def test_the_frame_does_not_reach_the_notebook(show: Callable[[str], Opened]) -> None:
    page = "<!doctype html><script>try { parent.document.title = 'taken'; } catch (e) {} </script>"
    opened = show(Report(page)._repr_html_())
    opened.page.wait_for_selector("iframe")
    assert opened.page.title() == "notebook"


def test_a_large_report_is_a_picture_and_how_to_save_it(
    show: Callable[[str], Opened], assessed: Assessment
) -> None:
    report = Report("<!doctype html>" + "x" * MOST_BYTES, assessment=assessed)
    shown = report._repr_html_()
    assert len(shown) < 200_000
    opened = show(shown)
    told = opened.page.inner_text("body")
    assert ".save('report.html')" in told
    assert "模拟数据 / simulated data" in told
    assert "covered 5" in told
    assert opened.page.evaluate("document.querySelector('img').naturalWidth") > 500
    assert opened.page.locator("iframe").count() == 0
    assert [one for one in opened.trouble() if not one.startswith("data:image/png")] == []


def test_a_report_of_several_pages_is_a_picture_too(assessed: Assessment) -> None:
    shown = Report("<!doctype html>", {"parts/a.html": ""}, assessed)._repr_html_()
    assert "<iframe" not in shown
    assert "<img" in shown
