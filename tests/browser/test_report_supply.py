"""The section on supply in a real browser: the sentence, areas, places, facilities, the service."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import toys

import gapmap as gm
from gapmap.report import Insights, build_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    held = toys.facilities()
    room = np.arange(1, len(held.table) + 1) * 10.0
    held = replace(held, table=held.table.assign(capacity=room))
    access = gm.measure_access(toys.places(), held, None, toys.SERVICES)
    rule = gm.SupplyRule(service="bus_shelter", title="<b onclick=alert(8)>座位</b>")
    found = Insights(supply=gm.measure_supply(access, [rule]))
    report = build_report(toys.assessment(access), about=toys.ABOUT, insights=found)
    return report.save(tmp_path_factory.mktemp("report") / "report.html")


def test_supply_is_told_in_both_languages(
    open_page: Callable[..., Opened], page_file: Path
) -> None:
    opened = open_page(page_file)
    page = opened.page
    for language, zero, none in (
        ("zh", "限值内无可分的供给", "限值内没有设施"),
        ("en", "have none within the limit", "no facility within the limit"),
    ):
        page.click(f"[data-language={language}]")
        told = page.locator("#supply [data-fact=supply]").inner_text()
        assert zero in told
        assert "<b onclick=alert(8)>" in told
        assert none in page.locator("#supply .supply-places tbody tr").first.inner_text()
        assert page.locator("#supply .supply-areas tbody tr").count() >= 3
        assert page.locator("#supply .supply-facilities tbody tr").count() > 0
    page.click('button.service[data-service="service_centre"]')  # its supply is not measured
    assert "bus shelter" in page.locator("#supply [data-fact=supply]").inner_text()
    assert opened.trouble() == []
