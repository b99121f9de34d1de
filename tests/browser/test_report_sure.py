"""The section on how sure the figures are in a real browser: sentence, bars, places, the map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import toys

import gapmap as gm
from gapmap.report import Insights, build_report
from gapmap.siting import propose_sites

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    held = toys.facilities()
    held = replace(held, table=held.table.astype({"row": "Int64"}))
    made = toys.assessment(gm.measure_access(toys.places(), held, None, toys.SERVICES))
    proposed = propose_sites(made, service="bus_shelter", count=2)
    wide = gm.Assumptions(position_m=400.0, source="<img src=x onerror=alert(9)>")
    varied = gm.vary(made, proposed, assumptions=wide, count=20)
    targets = varied.targets.assign(met_share_of_draws=[0.5] + [None] * 6)
    found = Insights(varied=replace(varied, targets=targets))
    report = build_report(made, proposed, about=toys.ABOUT, insights=found)
    return report.save(tmp_path_factory.mktemp("report") / "report.html")


def test_how_sure_is_told_in_both_languages(
    open_page: Callable[..., Opened], page_file: Path
) -> None:
    opened = open_page(page_file)
    page = opened.page
    for language, nine in (("zh", "十次中有九次"), ("en", "in 9 of 10 cases")):
        page.click(f"[data-language={language}]")
        assert nine in page.locator("#sure [data-fact=interval]").inner_text()
        assert page.locator("#sure .tornado [data-assumption=position] rect").count() == 1
        assert page.locator("#sure .sure-assumptions tbody tr").count() >= 3
        assert page.locator("#sure .sure-places tbody tr").count() > 0
        cards = page.locator("#coverage .card .range.draws").all_inner_texts()
        assert len(cards) == 2
        assert all("–" in told for told in cards)
    assert "met in 50.0% of draws" in page.locator("#targets").inner_text()
    assert "of draws" in page.locator("#sites .sites-table").inner_text()
    page.select_option(".legend-slot select", "sure")
    assert page.locator('[data-legend^="sure_"]').count() > 0
    page.click('button.service[data-service="service_centre"]')
    assert "service centre" in page.locator("#sure [data-fact=interval]").inner_text()
    assert opened.trouble() == []


def test_a_page_without_draws_says_nothing_of_them(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    report = build_report(toys.assessment(), about=toys.ABOUT)
    page = open_page(report.save(tmp_path / "report.html")).page
    assert page.locator("#sure").count() == 0
    assert page.locator(".range.draws").count() == 0
    assert "unknown:" not in page.locator("#coverage").inner_text()
