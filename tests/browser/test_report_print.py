"""On paper and in slides: the map fills an A3 sheet, tables stand on A4, the view is a picture."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import toy_pages
import toys
from matplotlib.image import imread
from pypdf import PdfReader

from gapmap.report import build_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened
    from numpy.typing import NDArray
    from playwright.sync_api import Page

BLUE, VERMILLION, BANNER = (0x1B, 0x6C, 0xA8), (0xD5, 0x5E, 0x00), (0xB3, 0x4A, 0x00)
MARK = "模拟数据 / simulated data"
MAP = "gapmap.page.map"
VIEW = f"[{MAP}.getZoom(), {MAP}.getCenter().lat, {MAP}.getCenter().lng]"
SHEET_PX = 396 / 25.4 * 96
"""Width of the map on the sheet in pixels of CSS."""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = toys.assessment()
    report = build_report(made, toys.proposal(made), about=toys.ABOUT)
    return report.save(tmp_path_factory.mktemp("report") / "simulated.html")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = toys.assessment()
    access = replace(
        made.access,
        places=replace(made.access.places, simulated=()),
        facilities=replace(made.access.facilities, simulated=()),
    )
    document = replace(toys.ABOUT.document, approval_number="GS(2024)0650")
    about = replace(toys.ABOUT, simulated=(), inputs=(), document=document)
    report = build_report(replace(made, access=access), about=about)
    return report.save(tmp_path_factory.mktemp("report") / "real.html")


def saved(page: Page) -> tuple[str, NDArray[np.int64]]:
    with page.expect_download() as waited:
        page.click(".save-picture")
    pixels = np.round(imread(waited.value.path(), format="png")[..., :3] * 255).astype(int)
    return waited.value.suggested_filename, pixels


def count(pixels: NDArray[np.int64], colour: tuple[int, int, int]) -> int:
    return int((np.abs(pixels - np.array(colour)).max(axis=-1) <= 1).sum())


def frame(page: Page) -> dict[str, float]:
    box = page.locator(".map").bounding_box()
    assert box is not None
    return dict(box)


def printed(page: Page) -> PdfReader:
    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))


def size_mm(sheet) -> tuple[int, int]:
    return tuple(
        round(float(end) / 72 * 25.4) for end in (sheet.mediabox.width, sheet.mediabox.height)
    )


def test_the_view_is_saved_as_a_picture_with_map_legend_and_banner(
    open_page: Callable[..., Opened], simulated: Path
) -> None:
    opened = open_page(simulated)
    name, pixels = saved(opened.page)
    assert name == "玩具市_i_2014_i_{{7_7}}_公交候车亭_2014-12-31.png"
    box = frame(opened.page)
    assert pixels.shape[1] == round(2 * (box["width"] + 32))
    assert pixels.shape[0] > 2 * box["height"] + 200  # title above, legend and sources below
    top = pixels[:58]
    assert count(top, BANNER) > 0.9 * top.shape[0] * top.shape[1]
    held = pixels[200 : 200 + round(2 * box["height"])]
    assert count(held, BLUE) > 100
    assert count(held, VERMILLION) > 100
    below = pixels[-150:]
    assert count(below, BLUE) > 10  # swatches of the legend
    assert opened.trouble() == []


def test_a_picture_of_real_data_has_no_banner(open_page: Callable[..., Opened], real: Path) -> None:
    opened = open_page(real)
    _, pixels = saved(opened.page)
    assert count(pixels, BANNER) == 0
    assert count(pixels, BLUE) > 100
    assert opened.trouble() == []


def test_a_picture_shows_what_the_screen_shows(
    open_page: Callable[..., Opened], simulated: Path
) -> None:
    page = open_page(simulated).page
    _, before = saved(page)
    view = page.evaluate(VIEW)
    page.evaluate("gapmap.page.map.setView([10, 10], 9, { animate: false })")  # nobody lives there
    _, empty = saved(page)
    box = frame(page)
    middle = slice(240, 200 + round(2 * box["height"]) - 60)
    assert count(before[middle], BLUE) > 100
    assert count(empty[middle], BLUE) == 0
    page.evaluate(f"{MAP}.setView([{view[1]}, {view[2]}], {view[0]}, {{ animate: false }})")
    page.click('button.service[data-service="service_centre"]')
    name, other = saved(page)
    assert "村公共事务服务中心" in name
    assert other.shape[1] == before.shape[1]
    height = min(len(before), len(other))
    assert (before[:height] != other[:height]).any()


def test_the_map_fills_an_a3_sheet_and_tables_stand_on_a4(
    open_page: Callable[..., Opened], simulated: Path
) -> None:
    opened = open_page(simulated)
    book = printed(opened.page)
    sizes = [size_mm(sheet) for sheet in book.pages]
    assert sizes[0] == (420, 297)
    assert set(sizes[1:]) == {(297, 210)}
    layers = [one.image for one in book.pages[0].images]  # of the picture, two pixels for one
    assert max(one.width for one in layers) >= 2 * SHEET_PX
    pixels = [np.asarray(one.convert("RGB")).astype(int) for one in layers]
    assert sum(count(one, BLUE) for one in pixels) > 100
    assert sum(count(one, VERMILLION) for one in pixels) > 100
    ground = max(pixels, key=lambda one: count(one, (255, 255, 255)))  # the districts are white
    columns = np.flatnonzero((ground == 255).all(axis=-1).mean(axis=0) > 0.2)
    assert columns[-1] - columns[0] > 0.8 * 2 * SHEET_PX  # fitted to the sheet, not the screen
    assert opened.trouble() == []


def test_every_printed_page_says_that_data_is_simulated(
    open_page: Callable[..., Opened], simulated: Path, real: Path
) -> None:
    told = [sheet.extract_text() for sheet in printed(open_page(simulated).page).pages]
    assert all("simulated data" in text for text in told)
    # Chromium writes some characters as their radicals: 车 as ⻋
    assert re.search("公交候.亭 ≤ 500", told[0].replace("\xa0", " "))
    told = [sheet.extract_text() for sheet in printed(open_page(real).page).pages]
    assert not any(MARK in text for text in told)


def test_after_printing_the_screen_is_as_it_was(
    open_page: Callable[..., Opened], simulated: Path
) -> None:
    page = open_page(simulated).page
    page.evaluate("gapmap.page.map.setView([22.15, 113.42], 13, { animate: false })")
    before = page.evaluate(VIEW), frame(page)
    printed(page)
    assert (page.evaluate(VIEW), frame(page)) == (pytest.approx(before[0]), before[1])
    assert page.locator(".print-map, .print-title, .print-mark").count() == 0
    assert "printing" not in (page.get_attribute("html", "class") or "")


def test_media_alone_prepares_the_sheet_too(
    open_page: Callable[..., Opened], simulated: Path
) -> None:
    page = open_page(simulated).page
    page.emulate_media(media="print")
    page.wait_for_selector(".print-map")
    assert page.locator(".print-mark").text_content() == f"{MARK} · 内部资料"
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == (
        "table-header-group"
    )
    page.emulate_media(media="screen")
    page.wait_for_selector(".print-map", state="detached")
    assert page.locator(".print-mark").count() == 0


def test_an_open_what_if_leaves_the_list_of_places_on_paper(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    page = open_page(toy_pages.everything().save(tmp_path / "report.html")).page
    listed = page.locator(".villages-table tbody tr.pick .place-name").all_text_contents()
    page.click(".whatif-open")
    assert not page.is_visible(".villages-table")
    page.emulate_media(media="print")
    page.wait_for_selector(".print-map")
    assert page.is_visible(".villages-table")
    shown = page.locator(".villages-table tbody tr.pick .place-name:visible").all_text_contents()
    assert shown == listed != []
