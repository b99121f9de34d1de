"""The report, with all it can have, in Chromium 86 (October 2020): the oldest it must work in."""

from __future__ import annotations

import base64
import io
import os
import time
from typing import TYPE_CHECKING

import old_chromium
import pytest
import toy_pages
import toys
from matplotlib.image import imread
from pypdf import PdfReader

from gapmap.cells import visible
from gapmap.maps import map_gaps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pypdf import PageObject

WATCH_VIOLATIONS = (
    "window.violations = [];"
    "document.addEventListener('securitypolicyviolation',"
    " (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));"
)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old") / "第 1 组 U盘" / "成果 (草稿) #2 100%"
    return toy_pages.everything().save(folder / "报告 report.html")


@pytest.fixture(scope="module")
def browser() -> None:
    if (old_chromium.FOLDER / "chromium").exists():
        return
    if os.environ.get("CI"):
        pytest.fail("no Chromium 86: `make old-browser` fetches it, and CI must not pass without")
    pytest.skip("no Chromium 86 on this machine; `make old-browser` fetches it (45 MB)")


@pytest.fixture
def opened(browser: None, page_file: Path) -> Iterator[old_chromium.OldChromium]:  # noqa: ARG001
    with old_chromium.OldChromium(before=WATCH_VIOLATIONS) as held:
        held.open(page_file)
        yield held


def trouble(opened: old_chromium.OldChromium, page_file: Path) -> list[str]:
    pictures = "data:image/png;base64,"
    foreign = [
        url
        for url in opened.requests
        if url != page_file.as_uri() and not url.startswith((pictures, "blob:"))
    ]
    return [*foreign, *opened.messages, *opened.dialogs, *opened.run("window.violations")]


def test_it_is_chromium_86(opened: old_chromium.OldChromium) -> None:
    assert "HeadlessChrome/86." in opened.run("navigator.userAgent")


def test_the_page_says_all_it_has_in_both_languages(
    opened: old_chromium.OldChromium, page_file: Path
) -> None:
    ids = "Array.from(document.querySelectorAll('#report section[id]'), (one) => one.id)"
    wanted = {"map", "targets", "coverage", "gaps", "sites", "findings", "method", "sources"}
    wanted |= {"people_grid", "zones", "capacity", "referral"}
    wanted |= {"detour", "supply", "progress", "kinds", "sure"}
    for language, title in (("en", "bus shelter"), ("zh", "公交候车亭")):
        opened.click(f"[data-language={language}]")
        assert wanted <= set(opened.run(ids))
        assert title in opened.run("document.querySelector('.service').innerText")
        assert opened.run("document.querySelectorAll('.villages-table tbody tr').length") > 0
        assert opened.run("document.querySelector('.banner.failed')") is None
    assert opened.run("document.title") == toys.ABOUT.name
    assert trouble(opened, page_file) == []


def test_clicks_choose_a_service_sort_a_table_and_open_a_village(
    opened: old_chromium.OldChromium, page_file: Path
) -> None:
    opened.click(".service[data-service=service_centre]")
    assert opened.run("window.gapmap.page.state.service") == "service_centre"
    opened.click(".villages-table th button")
    assert opened.run("document.querySelectorAll('.villages-table th[aria-sort]').length") == 1
    opened.click(".villages-table .place-name")
    shown = opened.run("document.querySelector('.place-card h3').innerText")
    assert shown in {visible(name) for name in toys.NAMES}
    assert trouble(opened, page_file) == []


def test_the_map_is_painted(opened: old_chromium.OldChromium) -> None:
    colours = opened.run(
        "(() => { const seen = new Set();"
        " for (const one of document.querySelectorAll('.map canvas')) {"
        "  const { data } = one.getContext('2d').getImageData(0, 0, one.width, one.height);"
        "  for (let i = 0; i < data.length; i += 4)"
        "   seen.add([data[i], data[i + 1], data[i + 2]].join()); }"
        " return Array.from(seen); })()"
    )
    assert {"27,108,168", "213,94,0"} <= set(colours)  # covered and uncovered


def test_a_switch_of_the_what_if_changes_the_figures(
    opened: old_chromium.OldChromium, page_file: Path
) -> None:
    people = "window.gapmap.page.city('bus_shelter').people_covered"
    opened.click(".whatif-open")
    before = opened.run(people)
    opened.run("document.querySelector('#whatif-panel').scrollIntoView()")
    opened.click("#whatif-panel input[data-site=b1]")
    assert opened.run(people) < before
    opened.run("window.gapmap.page.whatif.writeCode()")
    assert "#whatif=" in opened.run("location.href")
    opened.click(".whatif-undo")
    assert opened.run(people) == before
    assert trouble(opened, page_file) == []


def test_the_notebook_map_is_drawn(browser: None, tmp_path: Path) -> None:  # noqa: ARG001
    path = tmp_path / "地图 map.html"
    map_gaps(toys.assessment(), service="bus_shelter").save(str(path))
    with old_chromium.OldChromium(before=WATCH_VIOLATIONS) as opened:
        opened.open(path)
        assert "公交候车亭" in opened.run(
            "document.querySelector('.leaflet-left .gapmap-box').innerText"
        )
        assert trouble(opened, path) == []


def test_it_unpacks_without_a_decompression_stream(browser: None, page_file: Path) -> None:  # noqa: ARG001
    before = WATCH_VIOLATIONS + "delete window.DecompressionStream;"
    with old_chromium.OldChromium(before=before) as opened:
        opened.open(page_file)
        assert opened.run("typeof DecompressionStream") == "undefined"
        assert opened.run("document.querySelectorAll('.villages-table tbody tr').length") > 0
        assert trouble(opened, page_file) == []


def rows_of(page: PageObject) -> list[tuple[float, str]]:
    """Give the texts of a printed page with their heights above its foot."""
    found: list[tuple[float, str]] = []

    def take(text: str, place: list[float], matrix: list[float], *_: object) -> None:
        if text.strip():
            found.append((place[3] * matrix[5] + place[5], text.strip()))

    page.extract_text(visitor_text=take)
    return found


def test_print_cuts_nothing_off_and_prints_nothing_over_another(
    opened: old_chromium.OldChromium, page_file: Path
) -> None:
    """It lays all pages out in the width of the first: mixed sizes would cut the tables off."""
    told = opened.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    pages = PdfReader(io.BytesIO(base64.b64decode(told["data"]))).pages
    assert {round(float(one.mediabox.width) / 72 * 25.4) for one in pages} == {420}
    last = "document.querySelector('.villages-table tbody tr:last-child .place-name').textContent"
    held = opened.run(last)[:4]
    for page in pages:
        rows = rows_of(page)
        heads = [y for y, text in rows if "文件信息" in text]
        listed = [y for y, text in rows if held in text]
        if heads and listed:
            assert max(listed) > max(heads)
    boxes = opened.run(
        "(() => { const box = (name) => document.querySelector(name).getBoundingClientRect();"
        " return [box('.villages-slot').bottom, box('.below').top]; })()"
    )
    assert boxes[0] <= boxes[1]
    assert trouble(opened, page_file) == []


def test_save_picture_gives_a_png(opened: old_chromium.OldChromium, page_file: Path) -> None:
    opened.run(
        "(() => { const make = URL.createObjectURL; URL.createObjectURL = (blob) => {"
        " const reader = new FileReader(); reader.onload = () => { window.saved = reader.result; };"
        " reader.readAsDataURL(blob); return make.call(URL, blob); }; })()"
    )
    opened.click(".save-picture")
    end = time.monotonic() + old_chromium.PATIENCE
    while not opened.run("window.saved || ''"):
        assert time.monotonic() < end
    kind, _, data = opened.run("window.saved").partition(",")
    assert kind == "data:image/png;base64"
    pixels = (imread(io.BytesIO(base64.b64decode(data)), format="png")[..., :3] * 255).round()
    for colour in ((0x1B, 0x6C, 0xA8), (0xD5, 0x5E, 0x00)):
        assert (abs(pixels - colour).max(axis=-1) <= 1).sum() > 100
    assert trouble(opened, page_file) == []
