"""The section on where to build in a real browser: proof, sites, who gains, years, who stays."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import toys

import gapmap as gm
from gapmap.programme import Year
from gapmap.report import build_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

    from gapmap.assessment import Assessment
    from gapmap.programme import Programme

MONEY = 30_000.0


@pytest.fixture(scope="module")
def made() -> Assessment:
    held = toys.places()
    table = held.table.copy()
    table["place"] = table["place"] + "<b onclick=alert(9)>"
    access = gm.measure_access(replace(held, table=table), toys.facilities(), None, toys.SERVICES)
    return gm.assess(access)


@pytest.fixture(scope="module")
def programme(made: Assessment) -> Programme:
    years = [Year(year=2015, budget=MONEY), Year(year=2016, budget=2 * MONEY)]
    return gm.plan_programme(made, service="service_centre", years=years, cost=MONEY)


@pytest.fixture(scope="module")
def page_file(
    made: Assessment, programme: Programme, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    one = gm.propose_sites(made, service="bus_shelter", count=1)
    report = build_report(
        made, (one, programme.proposal), about=toys.ABOUT, programmes=(programme,)
    )
    return report.save(tmp_path_factory.mktemp("report") / "report.html")


def test_a_proposal_says_how_good_it_is_and_whom_each_site_serves(
    open_page: Callable[..., Opened], page_file: Path, made: Assessment
) -> None:
    expected = gm.propose_sites(made, service="bus_shelter", count=1)
    opened = open_page(page_file)
    block = opened.page.locator('#sites .proposal[data-service="bus_shelter"]')
    for language, proven in (("zh", "经证明"), ("en", "proven")):
        opened.page.click(f"[data-language={language}]")
        told = block.locator("[data-fact=proof]").inner_text()
        assert proven in told
        assert f"{expected.choice.value:,.0f}" in told
        card = block.locator(".site-card")
        reason = expected.sites["reason_zh" if language == "zh" else "reason"].iloc[0]
        assert reason in card.inner_text()
        assert card.locator("tbody tr").count() == len(expected.served)
        assert "<b onclick=alert(9)>" in card.inner_text()
    left = block.locator("[data-fact=left-out]")
    left.locator("summary").click()
    assert left.locator("tbody tr").count() == len(expected.left_out)
    assert opened.trouble() == []


def test_a_programme_shows_years_curve_and_scenario(
    open_page: Callable[..., Opened], page_file: Path, programme: Programme
) -> None:
    opened = open_page(page_file)
    page = opened.page
    page.click("[data-language=en]")
    block = page.locator('#sites .proposal[data-service="service_centre"]')
    rows = block.locator(".programme-years tbody tr")
    assert rows.count() == 3
    for row, told in zip(programme.years.itertuples(), rows.all(), strict=True):
        assert f"{row.people_covered:,.0f}" in told.inner_text()
    assert block.locator(".programme-curve [data-phase]").count() == 2
    sites = programme.proposal.sites
    assert block.locator(".sites-table tbody tr").count() == len(sites)
    block.locator(".sites-table tbody tr").nth(1).click()
    assert block.locator(".site-card").get_attribute("data-site") == sites["site_id"].iloc[1]
    offered = json.loads(block.locator("textarea").input_value())
    assert offered == {"on": sites["site_id"].to_list()}
    page.click('button.service[data-service="service_centre"]')
    legend = page.locator('[data-legend^="proposed"]')
    assert [one.inner_text().split()[-1] for one in legend.all()] == [
        str((sites["phase"] == phase).sum()) for phase in (1, 2)
    ]
    assert opened.trouble() == []


def test_the_section_fits_a_phone(open_page: Callable[..., Opened], page_file: Path) -> None:
    page = open_page(page_file, width=390, height=844).page
    assert page.locator("#sites .proposal").count() == 2
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide
