"""The report in a real browser: quiet, offline, and saying what the tables say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import toys
from toys import HOSTILE

from gapmap.about import About
from gapmap.access import measure_access
from gapmap.assessment import assess
from gapmap.cells import visible
from gapmap.islands import COLUMNS
from gapmap.network import Ferry, network_from_lines
from gapmap.report import build_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened
    from playwright.sync_api import Page

    from gapmap.assessment import Assessment

BUS, CENTRE = "bus_shelter", "service_centre"


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return toys.assessment()


@pytest.fixture(scope="module")
def page_file(assessed: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    proposal = toys.proposal(assessed)
    report = build_report(assessed, proposal, about=toys.ABOUT)
    return report.save(tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture
def opened(open_page: Callable[..., Opened], page_file: Path) -> Opened:
    return open_page(page_file)


def _city(assessed: Assessment, service: str) -> dict[str, Any]:
    table = assessed.coverage
    row = table[(table["service"] == service) & (table["group_kind"] == "city")]
    told: dict[str, Any] = row.iloc[0].to_dict()
    return told


def _number(text: str) -> float:
    found = re.search(r"[−-]?[\d,]+(\.\d+)?", text)
    assert found, text
    return float(found.group().replace(",", "").replace("−", "-"))


def _texts(page: Page, selector: str) -> list[str]:
    return page.locator(selector).all_text_contents()


def test_only_the_file_itself_is_asked_for_and_nothing_complains(opened: Opened) -> None:
    page = opened.page
    for language in ("en", "zh"):
        page.click(f"[data-language={language}]")
        for service in (CENTRE, BUS):
            page.click(f".service[data-service={service}]")
    for kind in page.locator("[data-kind]").all():
        kind.click()
    assert opened.requests == [opened.url]
    assert opened.trouble() == []


def test_the_first_screen_has_title_date_plan_and_says_simulated(opened: Opened) -> None:
    page = opened.page
    assert page.text_content("h1") == toys.ABOUT.name
    meta = page.text_content(".meta") or ""
    assert "2014年12月31日" in meta
    assert toys.ABOUT.plan in meta
    for language in ("zh", "en"):
        page.click(f"[data-language={language}]")
        banner = page.text_content(".banner.simulated") or ""
        assert "模拟数据 / simulated data" in banner
        assert "places.csv, facilities.xlsx" in banner


@pytest.mark.parametrize("service", [BUS, CENTRE])
def test_card_figures_are_those_of_the_coverage_table(
    opened: Opened, assessed: Assessment, service: str
) -> None:
    page, row = opened.page, _city(assessed, service)
    page.click(f".service[data-service={service}]")
    for part in (f".detail[data-service={service}]", f".card[data-service={service}]"):
        assert _number(page.text_content(f"{part} .big") or "") == pytest.approx(
            100 * row["share_people"], abs=0.05
        )
        bounds = re.findall(r"[\d.]+(?=%)", page.text_content(f"{part} .range") or "")
        assert [float(one) for one in bounds] == pytest.approx(
            [100 * row["share_people_low"], 100 * row["share_people_high"]], abs=0.05
        )
        uncovered = page.text_content(f"{part} [data-fact=people_uncovered] dd") or ""
        assert _number(uncovered) == row["people_uncovered"]
        places = page.text_content(f"{part} [data-fact=places_uncovered] dd") or ""
        assert places == f"{row['places_uncovered']} / {row['places']}"
        unknown = page.text_content(f"{part} [data-fact=places_unknown] dd") or ""
        assert _number(unknown) == row["places_unknown"]
    shown = page.text_content(f".service[data-service={service}] .figure") or ""
    assert _number(shown) == pytest.approx(100 * row["share_people"], abs=0.05)


@pytest.mark.parametrize("service", [BUS, CENTRE])
def test_gap_lines_are_those_of_the_gap_table(
    opened: Opened, assessed: Assessment, service: str
) -> None:
    page = opened.page
    page.click(f".service[data-service={service}]")
    gaps = assessed.gaps
    for comparison in ("urban-rural", "west-rest"):
        row = gaps[
            (gaps["service"] == service)
            & (gaps["comparison"] == comparison)
            & (gaps["measure"] == "share_people")
        ].iloc[0]
        told = page.text_content(f".detail [data-gap={comparison}] b") or ""
        assert _number(told) == pytest.approx(100 * row["difference"], abs=0.05)
        assert ("−" in told) == (row["difference"] < 0)


@pytest.mark.parametrize("service", [BUS, CENTRE])
def test_comparisons_and_bottom_lines_are_those_of_the_gap_table(
    opened: Opened, assessed: Assessment, service: str
) -> None:
    page = opened.page
    page.click(f".service[data-service={service}]")
    mine = assessed.gaps[assessed.gaps["service"] == service]
    # the plan's districts are the study's own here: the page tells them once
    mine = mine[(mine["kind_a"] != "plan_district") | (mine["target"] != "")]
    lines = mine[mine["comparison"] == "bottom-line"]
    told = [_number(text) for text in _texts(page, ".bottom-lines .big")]
    assert told == pytest.approx(100 * lines["value_a"], abs=0.05)
    people = _texts(page, ".bottom-lines [data-fact=people_to_close] dd")
    assert [_number(text) for text in people] == lines["people_to_close"].dropna().tolist()
    others = mine[~mine["comparison"].isin(("bottom-line", "town-city"))]
    for shown, measure in (("share", "share_people"), ("median", "median_m")):
        page.click(f"#gaps [data-measure={shown}]")
        wanted = int((others["measure"] == measure).sum())
        assert page.locator("#gaps .gaps-table tbody tr").count() == wanted
    equity = assessed.equity[assessed.equity["service"] == service]
    # The plan's districts are the study's here, and are not told twice.
    equity = equity[~equity["measure"].str.endswith("plan_district")]
    names = page.locator("#gaps .equity-table tbody tr")
    assert [row.get_attribute("data-fact") for row in names.all()] == equity["measure"].tolist()


def test_the_village_list_and_the_legend_are_those_of_access(
    opened: Opened, assessed: Assessment
) -> None:
    page = opened.page
    for service, block in assessed.access.table.groupby("service"):
        page.click(f".service[data-service={service}]")
        listed = block[block["status"] != "covered"]
        names = _texts(page, ".villages-table .place-name")
        assert sorted(names) == sorted(map(visible, listed["place"]))
        for status in ("covered", "uncovered", "unknown"):
            page.set_checked(f"[data-state={status}]", checked=True)
        assert page.locator(".villages-table tr.pick").count() == len(block)
        page.set_checked("[data-state=covered]", checked=False)
        placed = assessed.access.places.table["position"].to_numpy() != "missing"
        for status in ("covered", "uncovered", "unknown"):
            expected = int(((block["status"] == status).to_numpy() & placed).sum())
            assert _number(page.text_content(f"[data-legend={status}] b") or "") == expected


def test_hostile_names_are_shown_as_written_and_run_nothing(opened: Opened) -> None:
    page = opened.page
    page.set_checked("[data-state=covered]", checked=True)
    names = _texts(page, ".villages-table .place-name")
    for name in toys.HOSTILE:
        assert visible(name) in names
    for row in page.locator(".villages-table tr.pick").all():
        row.click()
    assert toys.HOSTILE_TOWN in (page.text_content(".villages-table") or "")
    assert _texts(page, "district-name b, .villages-table img, .villages-table script") == []
    assert page.locator("#report script, #report img, #report iframe").count() == 0
    assert page.title() == toys.ABOUT.name
    assert opened.trouble() == []


def test_a_place_without_position_is_listed_and_said_beside_the_map(opened: Opened) -> None:
    page = opened.page
    missing = toys.NAMES[toys.SPOTS.index((None, None, 520, "rural"))]
    row = page.locator(".villages-table tr.pick", has_text=missing)
    assert row.count() == 1
    assert "未知" in (row.text_content() or "")
    note = page.text_content(".off-map") or ""
    assert note.startswith("1 个村居没有坐标")
    page.click("[data-language=en]")
    assert "Not on the map: 1 without a position" in (page.text_content(".off-map") or "")


def test_nothing_unknown_is_shown_as_a_number(opened: Opened) -> None:
    page = opened.page
    for service in (BUS, CENTRE):
        page.click(f".service[data-service={service}]")
        for language in ("en", "zh"):
            page.click(f"[data-language={language}]")
            body = page.inner_text("body")
            assert re.findall(r"\b(NaN|null|undefined|Infinity|inf)\b", body) == []


def test_sorting_by_a_column_and_back(opened: Opened, assessed: Assessment) -> None:
    page = opened.page
    block = assessed.access.table
    block = block[(block["service"] == BUS) & (block["status"] != "covered")]
    ordered = block.sort_values("distance_m", ascending=False)
    page.click(".more-filters")
    page.set_checked("#by-town", checked=False)
    expected = [visible(name) for name in ordered["place"]]
    page.click(".villages-table th:nth-child(3) button")
    assert page.get_attribute(".villages-table th:nth-child(3)", "aria-sort") == "descending"
    known = int(block["distance_m"].notna().sum())
    assert _texts(page, ".villages-table .place-name")[:known] == expected[:known]
    page.click(".villages-table th:nth-child(3) button")
    names = _texts(page, ".villages-table .place-name")
    assert names[:known] == expected[:known][::-1]
    assert sorted(names[known:]) == sorted(expected[known:])  # unknown stays last both ways


def test_searching_narrows_the_list(opened: Opened) -> None:
    page = opened.page
    page.fill(".search", "<SCRIPT>")
    found = {"${alert(1)}", toys.HOSTILE[3], "白蕉村"}  # the places of that town, by people
    assert set(_texts(page, ".villages-table .place-name")) == found
    page.fill(".search", "nothing like it")
    assert page.text_content(".villages-table .none") == "没有符合条件的行"


def test_a_row_moves_the_map_and_opens_the_card(opened: Opened) -> None:
    page = opened.page
    row = page.locator(".villages-table tr.pick", has_text="三灶村")
    row.click()
    assert "chosen" in (row.get_attribute("class") or "")
    card = page.locator(".place-card")
    assert card.locator("h3").text_content() == "三灶村"
    assert card.locator(".all-services tr").count() == 2
    page.keyboard.press("Escape")
    assert card.is_hidden()
    row.click()
    card.locator(".close").click()
    assert card.is_hidden()


def test_a_click_on_the_map_opens_the_card_and_marks_the_row(opened: Opened) -> None:
    page = opened.page
    number = toys.NAMES.index("三灶村")
    at = page.evaluate(
        """(number) => {
            const { map, data } = window.gapmap.page;
            const places = data.map.places;
            const point = map.latLngToContainerPoint([places.lat[number], places.lon[number]]);
            return [point.x, point.y];
        }""",
        number,
    )
    box = page.locator(".map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + at[0], box["y"] + at[1])
    assert page.text_content(".place-card h3") == "三灶村"
    assert page.text_content(".villages-table tr.chosen .place-name") == "三灶村"


def test_the_map_is_drawn_in_the_colours_of_the_legend(opened: Opened) -> None:
    colours = opened.page.evaluate(
        """() => {
            const found = {};
            for (const canvas of document.querySelectorAll(".map canvas")) {
                const pixels = canvas.getContext("2d")
                    .getImageData(0, 0, canvas.width, canvas.height).data;
                for (let i = 0; i < pixels.length; i += 4) {
                    const key = [pixels[i], pixels[i + 1], pixels[i + 2]].join();
                    if (pixels[i + 3] === 255) found[key] = (found[key] || 0) + 1;
                }
            }
            return found;
        }"""
    )
    assert colours["27,108,168"] > 30  # 1b6ca8 covered
    assert colours["213,94,0"] > 30  # d55e00 uncovered
    assert colours["32,39,46"] > 10  # facilities
    assert colours["255,255,255"] > 10_000  # districts


def test_the_scale_is_in_metres_only_and_nobody_is_advertised(opened: Opened) -> None:
    page = opened.page
    lines = _texts(page, ".leaflet-control-scale-line")
    assert len(lines) == 1
    assert re.fullmatch(r"\d+ (m|km)", lines[0])
    assert page.locator(".leaflet-control-attribution").count() == 0


def test_switching_the_language_switches_titles_and_keeps_the_place(opened: Opened) -> None:
    page = opened.page
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.click(f".service[data-service={CENTRE}]")
    page.locator(".villages-table tr.pick", has_text="三灶村").click()
    page.click("[data-language=en]")
    assert page.get_attribute("html", "lang") == "en"
    assert page.text_content(".detail h2") == "<b>service centre</b>"
    assert page.text_content(".place-card h3") == "三灶村"
    assert (_texts(page, ".villages-table th button")[1]).startswith("people")
    chinese = re.compile(r"[\u4e00-\u9fff]")
    heads = _texts(page, "thead th") + _texts(page, ".below h2") + _texts(page, ".chip")
    allowed = {"香洲区", "斗门区", "城南街道", "西边镇"}  # names are the planner's own
    assert [head for head in heads if chinese.search(head) and head not in allowed] == []


def test_targets_are_filtered_and_unfolded(opened: Opened) -> None:
    page = opened.page
    whole = page.locator(".targets-table tr.whole")
    assert whole.count() == 5
    assert [one.split(" ")[0] for one in _texts(page, "#targets .chip")] == list("11111")
    parts = page.locator(".targets-table tr.part")
    assert [one.is_visible() for one in parts.all()] == [False, False]
    page.click("[data-fold='centre-250']")
    assert [one.is_visible() for one in parts.all()] == [True, True]
    assert "斗门区" in (parts.nth(1).text_content() or "")
    page.click("[data-chip=overdue]")
    assert whole.count() == 1
    line = whole.first.text_content() or ""
    assert "候车亭" in line
    assert "2.9.3" in line
    page.click("[data-chip=overdue]")
    assert whole.count() == 5
    cells = page.locator("tr.whole[data-target='centre-250'] td").all_text_contents()
    assert cells[3:6] == ["≥ 100.0%", "75.0%", "25.0 个百分点"]
    shelters = page.locator("tr.whole[data-target='shelters'] td").all_text_contents()
    assert [_number(cell) for cell in shelters[3:6]] == [3, 2, 1]
    health = page.locator("tr.whole[data-target='health'] td").all_text_contents()
    assert health[4] == "95.0%最多 97.0%"
    islands = page.locator("tr.whole[data-target='islands'] td").all_text_contents()
    assert islands[3:6] == ["—", "—", "—"]


def test_group_table_is_the_coverage_table(opened: Opened, assessed: Assessment) -> None:
    page = opened.page
    page.click("[data-kind=setting]")
    table = assessed.coverage
    rows = table[(table["service"] == BUS) & (table["group_kind"].isin(["city", "setting"]))]
    for row in rows.to_dict("records"):
        cells = page.locator(
            f".groups-table tr[data-id='{row['group_id']}'] td"
        ).all_text_contents()
        assert [_number(cell) for cell in cells[1:9]] == [
            row[name]
            for name in (
                *("places", "places_covered", "places_uncovered", "places_unknown"),
                *("people", "people_covered", "people_uncovered", "people_unknown"),
            )
        ]


def test_proposed_sites_are_listed_and_in_the_legend(opened: Opened) -> None:
    page = opened.page
    assert page.locator("[data-legend=proposed]").count() == 0
    page.click(f".service[data-service={CENTRE}]")
    assert _number(page.text_content("[data-legend=proposed] b") or "") == 2
    assert page.locator(".sites-table tbody tr").count() == 2


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (800, 900)])
def test_nothing_sticks_out_sideways(
    open_page: Callable[..., Opened], page_file: Path, width: int, height: int
) -> None:
    page = open_page(page_file, width, height).page
    for language in ("zh", "en"):
        page.click(f"[data-language={language}]")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_prints_with_its_map(opened: Opened) -> None:
    page = opened.page
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert opened.trouble() == []


def test_a_bare_assessment_without_people_plan_or_findings(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    places = toys.places()
    table = places.table.assign(people=1.0)
    service = replace(toys.SERVICES[0], mode="walk", limit=7.5, limit_unit="minutes")
    access = measure_access(
        replace(places, table=table, weight="places", findings=(), simulated=()),
        replace(toys.facilities(), simulated=()),
        None,
        [service],
    )
    path = build_report(assess(access), about=About(language="en")).save(tmp_path / "bare.html")
    opened = open_page(path)
    page = opened.page
    assert opened.trouble() == []
    assert page.locator(".banner").count() == 0
    assert "no input file is marked as simulated" in (page.text_content(".meta") or "")
    assert "of places covered (no people data)" in (page.text_content(".detail") or "")
    assert "people" not in _texts(page, ".villages-table th")
    assert "at most 7.5 minutes" in (page.text_content(".detail .limit") or "")
    assert page.text_content("#targets .none") == "No plan was given."
    beyond = _texts(page, ".villages-table tr.pick:has(.status.uncovered) td")
    assert re.fullmatch(r"[\d.]+ min", beyond[1])
    assert re.fullmatch(r"[\d.]+ min", beyond[2])


def test_an_assessment_without_any_service_still_opens(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    made = assess(measure_access(toys.places(), toys.facilities(), None, []))
    opened = open_page(build_report(made, about=toys.ABOUT).save(tmp_path / "none.html"))
    assert opened.page.text_content("#map .none") == "本次评估没有服务。"
    opened.page.click("[data-language=en]")
    assert opened.page.locator(".findings-table tbody tr").count() == 1
    assert opened.trouble() == []


def long_page(times: int, folder: Path) -> Path:
    """Write the page of the toys' places so many times over."""
    places = toys.places()
    many = pd.concat([places.table] * times, ignore_index=True)
    many["place_id"] = [f"p{number}" for number in range(len(many))]
    access = measure_access(replace(places, table=many), toys.facilities(), None, toys.SERVICES)
    return build_report(assess(access), about=toys.ABOUT).save(folder / "long.html")


def flat_list(page: Page) -> Page:
    """Have every place listed, not by town."""
    page.set_checked("[data-state=covered]", checked=True)
    page.click(".more-filters")
    page.set_checked("#by-town", checked=False)
    return page


def test_a_long_list_comes_in_portions_and_says_so(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    opened = open_page(long_page(40, tmp_path))
    page = flat_list(opened.page)
    rows = page.locator(".villages-table tr.pick")
    assert rows.count() == 100
    assert "显示 100 行,共 480 行" in (page.text_content(".villages-table .more") or "")
    page.click(".villages-table .more button")
    assert rows.count() == 480
    assert page.text_content(".found") == "480 个"
    assert opened.trouble() == []


def test_the_section_of_islands_says_what_the_table_says(open_page, tmp_path: Path) -> None:
    """The toy city has no island; a table made by hand has one that two reach and one that none."""
    blank = dict.fromkeys(COLUMNS)
    first = {
        **blank, "island_id": "i1", "island": HOSTILE[0], "kind": "island", "places": 2,
        "people": 80, "terminals": 1, "ferries": 1, "ferries_running": 0, "ferry_names": HOSTILE[3],
        "first_sailing": "07:30", "last_sailing": "18:00", "destination": "hospital",
        "mainland_minutes_median": 61.25, "mainland_minutes_worst": 90.0, "places_unreachable": 0,
    }  # fmt: skip
    other = {**first, "island_id": "i2", "island": "乙岛", "ferries": 0, "first_sailing": None}
    other |= {"last_sailing": None, "mainland_minutes_median": None, "places_unreachable": 2}
    rows = [first, {**first, "destination": "service", "service": BUS}]
    rows[1] |= {"minutes_median": 3.0, "on_island": True}
    bare = {"mainland_minutes_median": None, "no_facility": True}
    rows += [{**rows[1], **bare, "service": CENTRE, "on_island": None}]
    rows += [{**first, **bare, "destination": "town"}]
    made = replace(toys.assessment(), islands=pd.DataFrame([*rows, other], columns=list(COLUMNS)))
    path = build_report(made, about=toys.ABOUT).save(tmp_path / "report.html")
    opened = open_page(path)
    page = opened.page
    page.click("[data-language=en]")
    told = {
        line.get_attribute("data-id"): line.inner_text()
        for line in page.locator(".islands-table tbody tr").all()
    }
    assert set(told) == {"i1", "i2"}
    assert HOSTILE[0] in told["i1"]
    for words in ("0 of 1 sail", "07:30–18:00", "61.3 min", "worst 90.0 min"):
        assert words in told["i1"]
    assert "no ferry" in told["i2"]
    assert "unreachable" in told["i2"]
    cell = page.locator(f".islands-services tr[data-service={BUS}] td").first
    assert cell.inner_text().split("\n") == ["61.3 min", "on the island 3.0 min"]
    nothing = page.locator(f".islands-services tr[data-service={CENTRE}] td").first
    assert nothing.inner_text() == "no facility"
    assert "no town" in told["i1"]
    assert opened.trouble() == []
    page.click("[data-language=zh]")
    assert nothing.inner_text() == "没有设施"
    assert "海岛" in (page.text_content("#islands h2") or "")


@pytest.mark.parametrize("width", [1366, 390])
def test_the_card_of_a_place_holds_its_evidence_and_names_stand_upright(
    open_page: Callable[..., Opened], tmp_path: Path, assessed: Assessment, width: int
) -> None:
    """Evidence wraps; no name is squeezed to a character a line."""
    english = "island of 2 places, 16.8 km of ways; its ferries do not sail on this day"
    chinese = "所在岛屿有 2 个村居、16.8 千米道路;通往主块的轮渡今日停航"
    table = assessed.access.table.assign(
        evidence=english, evidence_zh=chinese, reason="island_no_ferry", edge_effect=True
    )
    told = replace(assessed, access=replace(assessed.access, table=table))
    opened = open_page(
        build_report(told, about=toys.ABOUT).save(tmp_path / "card.html"), width, 768
    )
    page = opened.page
    page.locator(".villages-table tr.pick", has_text="三灶村").click()
    for language, words in (("zh", chinese), ("en", english)):
        page.click(f"[data-language={language}]")
        card = page.locator(".place-card")
        assert words in (card.text_content() or "")
        assert card.evaluate("(node) => node.scrollWidth <= node.clientWidth")
        box = card.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        names = page.locator(".all-services td:first-child")
        for name in names.all():
            assert name.evaluate("(node) => node.clientWidth") >= 80


def test_the_table_of_islands_keeps_its_names_upright_on_a_telephone(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    one = {
        **dict.fromkeys(COLUMNS), "island_id": "i1", "island": "庙湾社区居民委员会",
        "kind": "island", "town": "担杆镇", "district": "香洲区", "places": 1, "people": 80,
        "terminals": 1, "ferries": 1, "ferries_running": 0, "ferry_names": "香洲港—庙湾岛客运班轮",
        "first_sailing": "07:30", "last_sailing": "18:00", "destination": "hospital",
        "mainland_minutes_median": 61.25, "places_unreachable": 0,
    }  # fmt: skip
    made = replace(toys.assessment(), islands=pd.DataFrame([one], columns=list(COLUMNS)))
    page = open_page(
        build_report(made, about=toys.ABOUT).save(tmp_path / "islands.html"), 390, 844
    ).page
    for language in ("zh", "en"):
        page.click(f"[data-language={language}]")
        for text in ("庙湾社区居民委员会", "香洲港—庙湾岛客运班轮", "07:30–18:00"):
            cell = page.locator(".islands-table tbody td", has_text=text)
            assert cell.evaluate("(node) => node.clientWidth") >= 80
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_method_gives_speeds_joins_and_assumed_waits(
    open_page: Callable[..., Opened], tmp_path: Path, assessed: Assessment
) -> None:
    street = shapely.LineString([(toys.X0, toys.Y0), (toys.X0 + 5_000, toys.Y0)])
    lines = gpd.GeoDataFrame({"highway": ["residential"]}, geometry=[street], crs=toys.CRS)
    ferry = Ferry(edge=0, minutes=20, wait_minutes=15)
    network = replace(
        network_from_lines(lines, snap_m=600), ferries=(ferry,), water=shapely.box(0, 0, 1, 1)
    )
    walker, driver = toys.SERVICES[0], toys.SERVICES[1]
    services = (
        replace(walker, mode="walk", speed_kmh=None),
        replace(driver, mode="drive", speed_kmh=None),
    )
    access = replace(assessed.access, network=network, services=services)
    told = replace(assessed, access=access)
    opened = open_page(build_report(told, about=toys.ABOUT).save(tmp_path / "method.html"))
    page = opened.page
    said = {"en": ("within 600 m", "do not cross the study's water", "1 of 1 ferry"),
            "zh": ("600 米内没有道路", "不穿过研究给出的水面", "假设候船 15 分钟")}  # fmt: skip
    for language, parts in said.items():
        page.click(f"[data-language={language}]")
        method = page.text_content("#method") or ""
        assert [one for one in parts if one not in method] == []
        assert "隔离线" not in method
        assert "4.8 km/h" in method
        assert re.search(r"10 (to|至) 100 km/h", method)
    assert opened.trouble() == []


def test_of_very_many_places_fewer_lines_are_drawn_at_first(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    opened = open_page(long_page(200, tmp_path))
    page = flat_list(opened.page)
    assert page.locator(".villages-table tr.pick").count() == 40
    assert "显示 40 行,共 2,400 行" in (page.text_content(".villages-table .more") or "")
    page.click(".villages-table .more button")
    assert page.locator(".villages-table tr.pick").count() == 2040
