"""The report as a document: title block, scoreboard, gap cards, reasons, list, accounts, words."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import toys

import gapmap as gm
from gapmap.about import Document
from gapmap.cells import visible
from gapmap.report import build_report
from gapmap.tables import RowCount

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Opened
    from playwright.sync_api import Page

    from gapmap.assessment import Assessment

BUS, CENTRE = "bus_shelter", "service_centre"
SIGNED = Document(
    title="公共服务缺口报告 <b>",
    prepared_by="市规划局 {{7*7}}",
    prepared_on=dt.date(2015, 3, 1),
    approval_number="粤S(2015)012号",
    base_map="标准地图服务",
)


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return toys.assessment()


@pytest.fixture(scope="module")
def page_file(assessed: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        RowCount(file="places.csv", read=12, used=11, repaired=0, excluded=1),
        RowCount(file="facilities.xlsx", read=9, used=8, repaired=1, excluded=0),
    ]
    about = replace(toys.ABOUT, document=SIGNED)
    report = build_report(assessed, about=about, rows=rows)
    return report.save(tmp_path_factory.mktemp("document") / "report.html")


@pytest.fixture
def opened(open_page: Callable[..., Opened], page_file: Path) -> Opened:
    return open_page(page_file)


def _texts(page: Page, selector: str) -> list[str]:
    return page.locator(selector).all_text_contents()


def _flat(page: Page) -> None:
    page.click(".more-filters")
    page.set_checked("#by-town", checked=False)


# ---- the title block -------------------------------------------------------------------


def test_the_title_block_says_what_a_document_must(opened: Opened) -> None:
    page = opened.page
    assert page.text_content("h1") == SIGNED.title
    assert page.text_content(".document-mark") == f"审图号 {SIGNED.approval_number}"
    told = page.text_content(".title-block") or ""
    for text in (
        *(SIGNED.title, SIGNED.prepared_by, SIGNED.approval_number, SIGNED.base_map),
        *(toys.ABOUT.name, toys.ABOUT.plan, "EPSG:4547", "gapmap 0.1.0", "公开"),
        *("2014年12月31日", "2015年3月1日", "模拟数据 / simulated data"),
    ):
        assert text in told
    assert page.locator(".signed .sign-line").count() == 3
    assert f"numpy {np.__version__}" in (page.text_content("#sources .versions") or "")
    assert SIGNED.base_map in (page.text_content(".map-mark") or "")
    page.click("[data-language=en]")
    told = page.text_content(".title-block") or ""
    for text in ("31 Dec 2014", "1 Mar 2015", "prepared by", "checked by", "public"):
        assert text in told
    assert opened.trouble() == []


@pytest.mark.parametrize(
    ("document", "zh", "en"),
    [
        (Document(), "内部资料", "internal draft"),
        (
            replace(SIGNED, internal=True),
            f"内部资料 · 审图号 {SIGNED.approval_number}",
            f"internal draft · map approval number {SIGNED.approval_number}",
        ),
    ],
)
def test_what_nobody_approved_is_marked_as_internal(
    open_page, assessed: Assessment, tmp_path: Path, document: Document, zh: str, en: str
) -> None:
    about = replace(toys.ABOUT, document=document)
    page = open_page(build_report(assessed, about=about).save(tmp_path / "r.html")).page
    for language, mark in (("zh", zh), ("en", en)):
        page.click(f"[data-language={language}]")
        assert page.text_content(".document-mark") == mark
        assert mark in (page.text_content(".map-mark") or "")
        assert mark.split(" · ")[0] in (page.text_content(".title-block") or "")


# ---- scoreboard ------------------------------------------------------------------------


def test_the_scoreboard_has_the_status_of_every_target_and_district(
    opened: Opened, assessed: Assessment
) -> None:
    page, targets = opened.page, assessed.targets
    page.click("[data-language=en]")
    words = {"met": "met", "on_course": "on course", "behind": "behind", "overdue": "overdue"}
    heads = _texts(page, ".scoreboard-table thead tr:first-child th")
    wholes = targets[targets["overall"].astype(bool)]
    assert page.locator(".scoreboard-table tbody tr").count() == targets["target"].nunique()
    for row in wholes.to_dict("records"):
        cells = page.locator(f'.scoreboard-table tr[data-target="{row["target"]}"] td.score')
        assert row["status"] in (cells.first.get_attribute("class") or "").split()
        if row["status"] in words:
            assert words[row["status"]] in (cells.first.text_content() or "")
    for row in targets[~targets["overall"].astype(bool)].to_dict("records"):
        if row["unit_en"] not in heads:
            continue
        at = heads.index(row["unit_en"]) - 2
        cell = page.locator(f'.scoreboard-table tr[data-target="{row["target"]}"] td.score').nth(at)
        assert row["status"] in (cell.get_attribute("class") or "").split()
    signs = {text.split(" ")[0] for text in _texts(page, ".score-legend li")}
    assert len(signs) == 6  # told apart without any colour


def test_a_target_of_the_scoreboard_leads_to_its_clause(opened: Opened) -> None:
    page = opened.page
    row = page.locator('.scoreboard-table tr[data-target="centre-250"]')
    row.locator("button").click()
    parts = page.locator('.targets-table tr.part[data-target="centre-250"]')
    assert parts.first.is_visible()


# ---- gap cards -------------------------------------------------------------------------


@pytest.mark.parametrize("service", [BUS, CENTRE])
def test_gap_cards_are_those_of_the_gap_table(
    opened: Opened, assessed: Assessment, service: str
) -> None:
    page = opened.page
    page.click(f".service[data-service={service}]")
    gaps = assessed.gaps
    mine = gaps[(gaps["service"] == service) & (gaps["measure"] == "share_people")]
    shown = mine[mine["comparison"].isin(["urban-rural", "west-rest", "district-city"])]
    assert page.locator(".gap-card").count() == len(shown)
    for row in shown.to_dict("records"):
        card = page.locator(
            f'.gap-card[data-comparison="{row["comparison"]}"][data-group="{row["group_a_id"]}"]'
        )
        told = (card.locator(".big").text_content() or "").replace("−", "-").replace("±", "")
        found = re.match(r"[+-]?[\d.]+", told)
        assert found, told
        assert float(found.group()) == pytest.approx(100 * row["difference"], abs=0.051)
        people = card.locator("[data-fact=people_to_close] dd")
        assert people.count() == int(row["people_to_close"] == row["people_to_close"])
        if people.count():
            assert people.text_content() == f"{row['people_to_close']:,.0f}"


# ---- reasons ---------------------------------------------------------------------------


@pytest.mark.parametrize("service", [BUS, CENTRE])
def test_reasons_add_up_to_those_who_are_not_covered(
    opened: Opened, assessed: Assessment, service: str
) -> None:
    page, table = opened.page, assessed.access.table
    page.click(f".service[data-service={service}]")
    mine = table[(table["service"] == service) & (table["status"] != "covered")]
    expected = mine.groupby(["status", "reason"])["people"].agg(["sum", "size"])
    rows = page.locator(".reasons-bars tbody tr").all()
    told = {}
    for row in rows:
        cells = [
            (text or "").split("另")[0].replace(",", "")
            for text in row.locator("td.number").all_text_contents()
        ]
        told[row.get_attribute("data-of"), row.get_attribute("data-reason")] = tuple(
            map(float, cells)
        )
    assert told == {key: (row["sum"], row["size"]) for key, row in expected.iterrows()}


def test_a_reason_is_listed_by_a_click(opened: Opened, assessed: Assessment) -> None:
    page, table = opened.page, assessed.access.table
    page.locator('.reasons-bars tr[data-reason="no_position"] button').click()
    mine = table[(table["service"] == BUS) & (table["reason"] == "no_position")]
    assert _texts(page, ".villages-table .place-name") == list(map(visible, mine["place"]))
    assert "1" in (page.text_content(".more-filters") or "")
    page.click("#clear-filters")
    assert len(_texts(page, ".villages-table .place-name")) > len(mine)


# ---- the list of places ----------------------------------------------------------------


def test_places_stand_under_their_towns_which_fold(opened: Opened, assessed: Assessment) -> None:
    page, table = opened.page, assessed.access.table
    mine = table[(table["service"] == BUS) & (table["status"] != "covered")]
    towns = page.locator(".villages-table tr.town")
    assert towns.count() == mine["town"].fillna("").nunique()
    before = page.locator(".villages-table tr.pick").count()
    assert before == len(mine)
    towns.first.locator("button").click()
    assert page.locator(".villages-table tr.pick").count() < before
    page.click(".more-filters")
    page.click("[data-fold-towns=fold_all]")
    assert page.locator(".villages-table tr.pick").count() == 0
    number = toys.NAMES.index("三灶村")
    page.evaluate("(number) => window.gapmap.page.select(number, false)", number)
    assert page.text_content(".villages-table tr.chosen .place-name") == "三灶村"
    page.click("[data-fold-towns=unfold_all]")
    assert page.locator(".villages-table tr.pick").count() == before


@pytest.mark.parametrize("sought", ["三灶", "szc", "sanzao", "SanZaoC"])
def test_a_place_is_found_by_its_name_and_its_pinyin(opened: Opened, sought: str) -> None:
    page = opened.page
    page.set_checked("[data-state=covered]", checked=True)
    page.fill(".search", sought)
    assert _texts(page, ".villages-table .place-name") == ["三灶村"]


def test_places_are_filtered_by_district_and_setting(opened: Opened, assessed: Assessment) -> None:
    page, table = opened.page, assessed.access.table
    _flat(page)
    mine = table[(table["service"] == BUS) & (table["status"] != "covered")]
    for column in ("district", "setting"):
        values = sorted(set(mine[column].dropna()))
        for value in values:
            page.select_option(f"[data-filter={column}]", value)
            expected = sorted(map(visible, mine[mine[column] == value]["place"]))
            assert sorted(_texts(page, ".villages-table .place-name")) == expected
        page.select_option(f"[data-filter={column}]", "")


def test_a_card_names_the_nearest_facility_of_every_service(
    opened: Opened, assessed: Assessment
) -> None:
    page, table = opened.page, assessed.access.table
    page.locator(".villages-table tr.pick", has_text="三灶村").click()
    mine = table[(table["place"] == "三灶村") & table["facility"].fillna("").ne("")]
    told = _texts(page, ".place-card .nearest")
    assert told == [visible(name) for name in mine["facility"]]


# ---- the accounts of the files ---------------------------------------------------------


def test_rows_that_do_not_add_up_are_said_by_the_page_itself(opened: Opened) -> None:
    page = opened.page
    assert "本页已逐个核对 2 个文件" in (page.text_content(".rows-check") or "")
    page.evaluate("window.gapmap.page.data.files[1].used -= 1")
    for language, word in (("zh", "不符"), ("en", "does not add up")):
        page.click(f"[data-language={language}]")
        told = page.text_content(".rows-check") or ""
        assert word in told
        assert "facilities.xlsx" in told
        assert "places.csv" not in told
        lines = page.locator(".files-table tbody tr")
        assert word in (lines.nth(1).text_content() or "")
        assert lines.nth(0).locator(".adds.up").count() == 1


# ---- words and numbers of both languages -----------------------------------------------

LATIN = re.compile(r"[A-Za-z][A-Za-z]+")
CODES = re.compile(
    r"[\w./-]+\.(?:csv|xlsx|geojson|toml|json|html|docx)\b|[0-9a-f]{12,}|\b\w+_\w+\b|EPSG:\d+|“[^”]*”"
)
NAMES = {
    *("simulated", "data", "language", "English", "gapmap", "km", "GB", "SHA", "PNG", "JSON"),
    *("FGT", "POS", "ATM", "DBSCAN", "SFCA", "Luo", "Qi", "Leaflet", "BSD", "Clause", "Volodymyr"),
    *(
        "Agafonkin",
        "CloudMade",
        "Example",
        "county",
        "run",
        "STUDY",
        "scenario",
        "FILE",
        "on",
        "off",
    ),
    *("added", "date", "service", "limit", "Jenks", "Tab", "Gini", "Theil", "Palma"),
}
SEEN = """() => {
    const told = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (parent.closest("script, style, code, noscript, textarea, [lang]:not(html)")) continue;
        const section = parent.closest("section, header, .banners");
        told.push([section ? section.id : "", walker.currentNode.textContent]);
    }
    for (const name of ["title", "aria-label", "placeholder"]) {
        for (const node of document.querySelectorAll("[" + name + "]")) {
            const section = node.closest("section");
            told.push([section ? section.id : "", node.getAttribute(name)]);
        }
    }
    return told;
}"""
GIVEN = """() => {
    const { about, map, targets, proposals, services } = window.gapmap.page.data;
    const { places } = map;
    return [about.name, about.plan, ...places.name, ...places.town, ...places.district,
        ...targets.unit, ...targets.unit_zh, ...proposals.flatMap((one) => one.sites.name),
        ...services.flatMap((one) => map.facilities[one.id].name)];
}"""


@pytest.fixture(scope="module")
def starter_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the starter study with all that a study may ask for besides."""
    folder = tmp_path_factory.mktemp("starter")
    shutil.copytree(Path(gm.__file__).parent / "starter", folder / "study")
    study = folder / "study" / "study.toml"
    text = study.read_text("utf8").replace("# plan = ", "plan = ")
    study.write_text(f"{text}\n[series]\nyears = [2012, 2013]\n[sensitivity]\ndraws = 8\n", "utf8")
    gm.run_study(study, folder / "out")
    return folder / "out" / "report.html"


def test_the_chinese_page_has_no_english_and_the_english_page_no_chinese_words(
    open_page: Callable[..., Opened], starter_page: Path
) -> None:
    page = open_page(starter_page).page
    given = page.evaluate(GIVEN)
    names = sorted({name for name in given if name}, key=len, reverse=True)
    own = re.compile("|".join(map(re.escape, [*names, "模拟数据 / ", "语言 / "])))
    pattern = {"zh": LATIN, "en": re.compile("[\u4e00-\u9fff]+")}
    for language in ("zh", "en"):
        page.click(f"[data-language={language}]")
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        strange = []
        for section, text in page.evaluate(SEEN):
            if section == "findings":  # what a finding quotes is the planner's own
                continue
            found = set(pattern[language].findall(own.sub(" ", CODES.sub(" ", text)))) - NAMES
            strange += [(section, word, text) for word in sorted(found)]
        assert strange == []


def test_numbers_and_dates_are_those_of_the_language(opened: Opened) -> None:
    page = opened.page
    for language, day in (("zh", "2014年12月31日"), ("en", "31 Dec 2014")):
        page.click(f"[data-language={language}]")
        assert day in (page.text_content(".meta") or "")
        assert day in (page.text_content("#sources") or "")
        for section in ("document", "scoreboard", "targets", "sources"):
            assert not re.search(r"\b\d{4}-\d\d-\d\d\b", page.inner_text(f"#{section}"))


def test_a_study_without_towns_lists_places_under_their_districts(
    open_page: Callable[..., Opened], assessed: Assessment, tmp_path: Path
) -> None:
    places = assessed.access.places
    bare = places.table.assign(town=None, town_id=None)
    access = replace(
        assessed.access,
        places=replace(places, table=bare),
        table=assessed.access.table.assign(**{
            name: None for name in ("town", "town_id") if name in assessed.access.table
        }),
    )  # fmt: skip
    report = build_report(replace(assessed, access=access), about=toys.ABOUT)
    page = open_page(report.save(tmp_path / "report.html")).page
    heads = page.locator(".villages-table tr.town b").all_text_contents()
    assert heads
    assert set(heads) <= {"香洲区", "斗门区", "镇街未知"}
    assert "镇街未知" not in heads or len(heads) > 1
    assert heads[0] in {"香洲区", "斗门区"}
