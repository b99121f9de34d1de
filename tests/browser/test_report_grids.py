"""The sections of a study with rasters in a real browser: pictures, both counts, marks, words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import toy_grids
import toys

from gapmap.report import Grids, build_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened
    from playwright.sync_api import Page

SECTIONS = ("people_grid", "surface", "zones", "capacity", "referral")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    population = toy_grids.population()
    grids = Grids(
        population=population, gridded=toy_grids.gridded(population), tables=toy_grids.tables()
    )
    report = build_report(toy_grids.assessment(), about=toys.ABOUT, grids=grids)
    return report.save(tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture
def opened(open_page: Callable[..., Opened], page_file: Path) -> Opened:
    return open_page(page_file)


def texts(page: Page, selector: str) -> list[str]:
    return page.locator(selector).all_inner_texts()


def test_the_page_stays_quiet_and_its_picture_is_there(opened: Opened) -> None:
    page = opened.page
    for language in ("en", "zh"):
        page.click(f"[data-language={language}]")
        for section in SECTIONS:
            assert page.locator(f"#{section} h2").count() == 1
            assert page.locator(f'.contents a[href="#{section}"]').count() == 1
        for head in page.locator(".compared-table button.sort").all():
            head.click()
    sizes = page.evaluate(
        "Array.from(document.querySelectorAll('#surface img'))"
        ".map((one) => [one.complete, one.naturalWidth, one.getAttribute('width')])"
    )
    assert sizes == [[True, 1032, "1032"]]
    # a picture that stands in the page is asked for under its own data, of no host
    assert all(url == opened.url or url.startswith("data:image/png") for url in opened.requests)
    assert [one for one in opened.trouble() if not one.startswith("data:image/png")] == []
    assert page.locator("#report script, #report iframe").count() == 0
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_both_counts_stand_side_by_side_and_large_differences_are_told(opened: Opened) -> None:
    page = opened.page
    wanted = toy_grids.gridded(toy_grids.population()).comparison
    wanted = wanted[wanted["group_kind"].isin(["city", "district"])]
    rows = page.locator(".compared-table tbody tr")
    assert rows.count() == len(wanted) == 6
    for at, (_, row) in enumerate(wanted.iterrows()):
        cells = rows.nth(at).locator("td").all_inner_texts()
        assert cells[3].startswith(f"{row['share_people']:.1%}"), cells
        assert cells[4].startswith(f"{row['share_grid']:.1%}"), cells
        shown = float(re.sub(r"[^\d.]", "", cells[5].split(" ")[0]))
        assert shown == pytest.approx(abs(row["difference_points"]), abs=0.05)
        assert cells[-1] == row["note_zh"]
        marked = "much" in (rows.nth(at).get_attribute("class") or "")
        assert marked == bool(row["differs_much"]) == ("超过 5 个百分点" in cells[5])
    told = page.inner_text(".differs")
    assert "6 行中有 5 行相差超过 5 个百分点" in told
    assert "公交候车亭 · 全市" in told
    page.click("[data-language=en]")
    told = page.inner_text(".differs")
    assert "In 5 of 6 rows the two differ by more than 5 points" in told
    assert texts(page, ".compared-table tbody tr:first-child td:last-child") == [
        wanted["note"].iloc[0]
    ]


def test_counts_that_agree_are_said_to_agree(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    made = toy_grids.gridded(toy_grids.population())
    alike = replace(made, comparison=made.comparison.assign(differs_much=False))
    report = build_report(toys.assessment(), about=toys.ABOUT, grids=Grids(gridded=alike))
    page = open_page(report.save(tmp_path / "report.html")).page
    assert page.locator(".differs").count() == 0
    assert "相差都不超过 5 个百分点" in page.inner_text("#people_grid")
    assert page.locator("tr.much").count() == 0
    assert page.locator("#surface, #capacity, #referral, #zones").count() == 0


def test_a_picture_is_called_after_the_direction_of_its_search(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    made = toy_grids.assessment()
    fields = {name: replace(one, direction="from") for name, one in made.access.fields.items()}
    made = replace(made, access=replace(made.access, fields=fields))
    page = open_page(build_report(made, about=toys.ABOUT).save(tmp_path / "report.html")).page
    page.click("[data-language=en]")
    surface = page.inner_text("#surface")
    assert "time from the nearest facility" in surface
    assert "time to the nearest facility" not in surface
    assert page.inner_text("#surface [data-fact=direction] dd") == "from the facility"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_surface_says_how_it_was_computed(opened: Opened, language: str) -> None:
    page = opened.page
    page.click(f"[data-language={language}]")
    facts = {
        name: page.inner_text(f"#surface [data-fact={name}] dd")
        for name in ("cell_size", "direction", "slope", "land_speeds", "barriers", "unknown_cells")
    }
    zh = language == "zh"
    assert facts["cell_size"] == "100 m"
    assert facts["direction"] == ("到设施" if zh else "to the facility")
    assert facts["slope"] == ("没有高程,按平地" if zh else "no heights: flat")
    assert "speeds.csv" in facts["land_speeds"]
    assert "77" in facts["barriers"]
    assert facts["unknown_cells"] == "150"
    legend = " ".join(texts(page, "#surface .ground-legend li"))
    for told in (
        ("限值 20 分钟(含)", "障碍", "速度未知", "无法到达", "15 至 20 分钟")
        if zh
        else ("limit 20 min (inclusive)", "barrier", "speed unknown", "cannot be reached")
    ):
        assert told in legend
    assert "模拟数据 / simulated data" in page.inner_text("#surface figcaption")
    classes = page.locator(".classes-table tbody tr").all_inner_texts()
    assert "=林地<b>" in classes[0]
    assert ("0(障碍)" if zh else "0 (barrier)") in classes[1]
    assert ("未给出" if zh else "none given") in classes[2]


def test_capacity_zones_and_referral_say_what_the_tables_say(opened: Opened) -> None:
    page = opened.page
    page.click("[data-language=en]")
    unserved = page.locator(".unserved-table tbody tr").all_inner_texts()
    assert len(unserved) == 3  # the city and both districts; towns and places stand in the file
    assert unserved[0].split("\t")[1:] == ["whole area", "2,380", "1,300", "1,000", "1,000", "80"]
    capacity = page.locator(".capacity-table tbody tr").all_inner_texts()
    assert "=<img src=x onerror=alert(5)>" in capacity[1]
    assert capacity[2].endswith("capacity unknown")
    assert "—" in capacity[2]
    steps = page.locator(".zones-table thead").inner_text().split("\t")
    assert [one.strip() for one in steps[1:]] == ["≤ 10 min", "≤ 20 min", "> 20 min", "unknown"]
    zones = page.locator(".zones-table tbody tr").all_inner_texts()
    assert zones[0].split("\t") == ["whole area", "25.7%", "42.9%", "2,000", "310"]
    referral = page.locator(".referral-table tbody tr").all_inner_texts()
    assert "7.3 min" in referral[0]
    assert "unreachable" in referral[1]
    assert "no route" in referral[1]


def test_a_study_on_the_surface_alone_does_not_claim_straight_lines(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    made = toy_grids.assessment()
    access = replace(made.access, services=made.access.services[1:])
    report = build_report(replace(made, access=access), about=toys.ABOUT)
    page = open_page(report.save(tmp_path / "report.html")).page
    told = page.inner_text("#method")
    assert "所有距离都是直线距离" not in told
    assert "沿地表计算" in told


def test_the_sections_fit_a_narrow_window(
    open_page: Callable[..., Opened], page_file: Path
) -> None:
    page = open_page(page_file, width=700, height=900).page
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    assert page.locator("#surface img").bounding_box()["width"] <= 700
