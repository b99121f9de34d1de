"""A report whose every name is an attack, in a real browser: nothing runs, all of it is text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hostile

from gapmap.cells import visible
from gapmap.maps import map_sites
from gapmap.report import build_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened


def test_the_page_of_a_hostile_study_runs_nothing(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    results = hostile.results()
    report = build_report(
        results.assessment, results.proposals, about=results.about, findings=results.findings
    )
    opened = open_page(report.save(tmp_path / "report.html"))
    page = opened.page
    for language in ("en", "zh"):
        page.click(f"[data-language={language}]")
        for service in page.locator(".service").all():
            service.click()
        for kind in page.locator("[data-kind]").all():
            kind.click()
    page.set_checked("[data-state=covered]", checked=True)
    for row in page.locator(".villages-table tr.pick").all():
        row.click()
    names = page.locator(".villages-table .place-name").all_text_contents()
    assert {visible(hostile.nasty(row)) for row in range(12)} <= set(names)
    shown = page.text_content("body") or ""
    told = page.evaluate("document.body.innerText")
    assert not (set(told) | set(page.title())) & set(hostile.UNSEEN)
    assert visible(hostile.nasty(12)) in shown
    assert page.locator("#report script, #report img, #report iframe").count() == 0
    assert page.locator('a[href^="javascript" i]').count() == 0
    assert opened.trouble() == []


def test_the_notebook_map_of_a_hostile_study_runs_nothing(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    map_sites(hostile.results().proposals[0]).save(str(path))
    opened = open_page(path)
    told = opened.page.evaluate("document.body.innerText")
    assert not set(told) & set(hostile.UNSEEN)
    assert opened.page.locator(".gapmap-box script, .gapmap-box img").count() == 0
    assert opened.trouble() == []
