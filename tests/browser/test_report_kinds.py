"""Kinds of gap in a real browser: the map takes their colours, and a click leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typology_toys import STANDS, planted, study

from gapmap.report import Insights, build_report
from gapmap.typology import group_gaps, grouping

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [*planted()[0], {"x": None, "y": None, "place": "<b>没有坐标</b>"}]
    made = study(rows, STANDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "STARTS", 4)
        patch.setattr(grouping, "RESAMPLED", 8)
        kinds = group_gaps(made, most_kinds=4)
    report = build_report(made, insights=Insights(kinds=kinds))
    return report.save(tmp_path_factory.mktemp("kinds") / "report.html")


def legend(page: Page) -> dict[str, str]:
    lines = page.locator(".legend li[data-legend]")
    return {
        str(one.get_attribute("data-legend")): one.locator("b").inner_text() for one in lines.all()
    }


def test_the_map_is_coloured_by_kind_and_by_cluster(
    open_page: Callable[..., Opened], page_file: Path
) -> None:
    opened = open_page(page_file)
    page = opened.page
    page.click("[data-language=en]")
    names = [one.inner_text() for one in page.locator(".kinds-table tbody b").all()]
    assert names[0].strip().startswith("only shelter lacking")
    assert "36 places fall into 3 groups" in page.inner_text("[data-fact=kinds-sure]")
    assert "The status of 1 place is unknown" in page.inner_text("#kinds")
    assert {"covered", "uncovered", "unknown"} <= set(legend(page))

    page.click(".kinds-table tbody tr")
    assert page.input_value("#colour-by") == "kind"
    told = legend(page)
    assert (told["kind1"], told["kind2"], told["kind3"]) == ("12", "12", "12")
    pixels = page.evaluate(
        "() => { const c = document.querySelector('.leaflet-over-pane canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " const seen = new Set(); for (let i = 0; i < d.length; i += 4)"
        " seen.add([d[i], d[i + 1], d[i + 2]].join());"
        " return ['0,114,178', '230,159,0', '0,158,115'].map((one) => seen.has(one)); }"
    )
    assert pixels == [True, True, True]

    page.click(".clusters-table tbody tr")
    assert page.input_value("#colour-by") == "cluster"
    assert page.locator(".place-card .kind-line").count() == 1
    assert legend(page)["cluster1"] == "12"
    page.click("[data-language=zh]")
    assert page.input_value("#colour-by") == "cluster"
    assert "36 个村居分为 3 类" in page.inner_text("[data-fact=kinds-sure]")
    page.select_option("#colour-by", "status")
    assert {"covered", "uncovered", "unknown"} <= set(legend(page))
    assert opened.trouble() == []
