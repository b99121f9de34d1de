"""A page opens from anywhere and without what old browsers lack, or says that it cannot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import toys

from gapmap.report import build_report

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("opens") / "第 1 组 U盘" / "成果 (草稿) #2 100%"
    return build_report(toys.assessment(), about=toys.ABOUT).save(folder / "报告 report.html")


@pytest.fixture
def page(chromium: Browser) -> Page:
    return chromium.new_context(offline=True).new_page()


def shown(page: Page) -> str:
    page.wait_for_selector("html[data-ready]")
    return page.inner_text("#report")


def test_it_opens_from_a_folder_with_chinese_characters_spaces_and_signs(
    page: Page, page_file: Path
) -> None:
    page.goto(page_file.as_uri())
    assert "三灶村" in shown(page)
    page.context.close()


def test_without_a_decompression_stream_it_shows_the_same(page: Page, page_file: Path) -> None:
    page.goto(page_file.as_uri())
    told = shown(page)
    page.add_init_script("delete window.DecompressionStream;")
    page.reload()
    assert shown(page) == told
    assert page.evaluate("typeof DecompressionStream") == "undefined"
    page.context.close()


@pytest.mark.parametrize("streams", [True, False])
def test_a_damaged_page_says_so_and_shows_nothing_else(
    page: Page, page_file: Path, tmp_path: Path, *, streams: bool
) -> None:
    html = page_file.read_text("utf8")
    packed = re.search(r'id="data">([^<]*)</script>', html)
    assert packed is not None
    middle = len(packed[1]) // 2
    damaged = packed[1][:middle] + packed[1][middle + 400 :]
    path = tmp_path / "damaged.html"
    path.write_text(html.replace(packed[1], damaged), encoding="utf8")
    if not streams:
        page.add_init_script("delete window.DecompressionStream;")
    page.goto(path.as_uri())
    told = shown(page)
    assert page.get_attribute("html", "data-ready") == "failed"
    assert "此页无法显示" in told
    assert "copy the file again" in told
    assert page.locator("#report > *").count() == 1
    page.context.close()
