"""The report page without a browser: its content is the tables', its frame lets nothing in."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import math
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
import toy_grids
import toys

from gapmap import drawing
from gapmap.about import About
from gapmap.access import REASONS, STATUSES
from gapmap.cells import visible
from gapmap.findings import finding
from gapmap.network import Ferry, network_from_lines
from gapmap.report import Grids, build_report, sections
from gapmap.report.page import SCRIPTS, STYLES
from gapmap.report.parts import content, simulated_files
from gapmap.tables import RowCount
from gapmap.targets.asking import asked_rows

if TYPE_CHECKING:
    from gapmap.assessment import Assessment

SOURCES = Path(sections.__file__).parent / "web" / "src"
OWN_SCRIPTS = sorted(path.name for path in SOURCES.glob("*.js"))
OWN_STYLES = sorted(path.name for path in SOURCES.glob("*.css"))


class _Page(HTMLParser):
    """Elements of the head in order, inline scripts, and every attribute that could fetch."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self._open: dict[str, str | None] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self._open = dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.scripts.append((self._open, data))


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return toys.assessment()


@pytest.fixture(scope="module")
def html(assessed: Assessment) -> str:
    return build_report(assessed, about=toys.ABOUT).html


@pytest.fixture(scope="module")
def told(html: str) -> dict[str, Any]:
    block = next(text for attrs, text in _Page(html).scripts if attrs.get("id") == "data")
    data: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(block)))
    return data


def _running(page: _Page) -> list[str]:
    """Give the texts of all scripts that run, also of those that another one unpacks."""
    return [
        gzip.decompress(base64.b64decode(text)).decode() if attrs.get("class") == "code" else text
        for attrs, text in page.scripts
        if attrs.get("id") != "data" and attrs.get("class") != "style"
    ]


def test_policy_is_first_in_head_and_names_exactly_the_inline_scripts(html: str) -> None:
    page = _Page(html)
    names = [tag for tag, _ in page.tags]
    first = page.tags[names.index("head") + 1]
    assert first[1]["http-equiv"] == "Content-Security-Policy"
    policy = dict(
        part.strip().split(" ", 1) for part in str(first[1]["content"]).split(";") if part.strip()
    )
    assert policy["default-src"] == policy["connect-src"] == "'none'"
    assert policy["base-uri"] == policy["form-action"] == "'none'"
    digests = {
        "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
        for text in _running(page)
    }
    assert set(policy["script-src"].split()) == digests
    assert len(digests) == 3  # what unpacks the others, Leaflet, and all of our own


def test_charset_is_declared_where_browsers_look_for_it(html: str) -> None:
    assert b'<meta charset="utf-8">' in html.encode()[:1024]


def test_nothing_on_the_page_can_fetch(html: str) -> None:
    page = _Page(html)
    loading = {"src", "href", "srcset", "action", "data", "poster", "background", "ping"}
    assert [(tag, attrs) for tag, attrs in page.tags if loading & set(attrs)] == []
    assert {tag for tag, _ in page.tags} & {
        "link",
        "iframe",
        "object",
        "embed",
        "base",
        "img",
    } == set()
    assert "<style" not in html
    (block,) = (text for attrs, text in page.scripts if attrs.get("class") == "style")
    style = gzip.decompress(base64.b64decode(block)).decode()
    assert ".workbench" in style
    assert "@import" not in style
    assert re.findall(r"url\((?!data:)", style) == []
    assert "sourceMappingURL" not in html


def test_no_name_of_the_data_stands_in_the_markup(html: str) -> None:
    title = "<title>玩具市 &lt;i&gt;2014&lt;/i&gt; {{7*7}}</title>"
    assert title in html
    for name in (*toys.HOSTILE, toys.HOSTILE_TOWN, "三灶村", "公交候车亭"):
        assert name not in html.replace(title, "")
    assert html.count("<script") == 5


@pytest.mark.parametrize("name", OWN_SCRIPTS)
def test_own_scripts_take_no_html_and_run_no_text(name: str) -> None:
    text = SOURCES.joinpath(name).read_text("utf8")
    banned = (
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|srcdoc"
        r"|bindPopup|bindTooltip|createContextualFragment|DOMParser|fetch\(|XMLHttpRequest"
        r"|sendBeacon|import\(|WebSocket|localStorage|https?://(?!www\.w3\.org/2000/svg)"
    )
    assert re.findall(banned, text) == []


# What came after Chromium 86 and esbuild does not write in an older way (chromestatus.com).
NEWER_STYLE = (
    r"\binset(?:-\w+)?:|:has\(|:is\(|:where\(|:not\([^)]*,|@container|@layer|@property|@scope"
    r"|aspect-ratio|\d[dsl]vh|accent-color|color-mix|oklch|(?:margin|padding)-(?:inline|block):"
    r"|overflow(?:-[xy])?: ?clip|scrollbar-gutter|subgrid|text-wrap|[({] ?(?:width|height) ?[<>]"
    r"|(?m:^\s*(?:translate|rotate|scale): )|font-palette|popover"
)
NEWER_SCRIPT = (
    r"\.at\([^,()]*\)|\.hasOwn\(|structuredClone|findLast|\.toSorted\(|\.toReversed\(|\.toSpliced\("
    r"|Object\.groupBy|Map\.groupBy|\bstatic \{|Intl\.Segmenter|randomUUID|roundRect|ConicGradient"
    r"|withResolvers|fromAsync|supportedValuesOf|checkVisibility|popover|\.inert\b"
    r"|\.scrollend|AbortSignal\.(?:timeout|any)|\.setHTML"
)


@pytest.mark.parametrize("name", [*OWN_STYLES, *OWN_SCRIPTS])
def test_assets_need_nothing_newer_than_chromium_86(name: str) -> None:
    newer = NEWER_STYLE if name.endswith(".css") else NEWER_SCRIPT
    assert re.findall(newer, SOURCES.joinpath(name).read_text("utf8")) == []


def test_inlined_text_cannot_end_its_element() -> None:
    for name in SCRIPTS:
        script = drawing.inline_script(name)
        assert "</script" not in script.lower()
        assert "<!--" not in script
        assert "\r" not in script
    for name in STYLES:
        assert "</style" not in drawing.inline_style(name).lower()


def test_vendored_files_are_those_of_the_package() -> None:
    folder = files("gapmap").joinpath("report", "vendor")
    listed = re.findall(
        r"^\| (\S+) \| npm .* \| ([0-9a-f]{64}) \|$",
        folder.joinpath("THIRD_PARTY.md").read_text("utf8"),
        re.MULTILINE,
    )
    others = re.compile(r".+\.md|.+\.d\.m?ts")  # what we say of them: licences, types
    shipped = {path.name for path in folder.iterdir() if not others.fullmatch(path.name)}
    assert {name for name, _ in listed} == shipped
    for name, digest in listed:
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest


def test_tables_travel_whole(told: dict[str, Any], assessed: Assessment) -> None:
    for name in ("coverage", "gaps", "equity", "targets", "islands"):
        table = getattr(assessed, name)
        if name == "gaps":  # of towns there may be hundreds
            table = table[table["comparison"] != "town-city"]
            table = table.assign(number=table.index)
        if name == "coverage":  # bounds of distances stand in the comparisons
            ends = table.filter(regex="^(median|p90)_.*_(low|high)$").columns
            assert len(ends) == 8
            table = table.drop(columns=ends)
        if name == "targets":  # of each row whether the plan asks it, as the counts have it
            table = table.assign(asked=asked_rows(table.reset_index(drop=True)))
        assert list(told[name]) == list(table.columns)
        for column in table.columns:
            assert told[name][column] == drawing.brief(drawing.plain(table[column]))


def test_places_and_results_are_those_of_access(told: dict[str, Any], assessed: Assessment) -> None:
    picture = told["map"]
    assert picture["places"]["name"] == [visible(name) for name in toys.NAMES]
    for service, block in assessed.access.table.groupby("service"):
        result = picture["services"][service]
        assert [STATUSES[code] for code in result["status"]] == list(block["status"])
        assert [REASONS[code] for code in result["reason"]] == list(block["reason"])
        shown = np.array(result["distance_m"], dtype=float)
        np.testing.assert_allclose(shown, block["distance_m"].to_numpy(float), atol=0.5006)
        names = picture["facilities"][service]["name"]
        nearest = ["" if at < 0 else names[at] for at in result["facility"]]
        assert nearest == list(block["facility"])


def _with_network(assessed: Assessment, **more: Any) -> dict[str, Any]:
    street = shapely.LineString([(toys.X0, toys.Y0), (toys.X0 + 5_000, toys.Y0)])
    lines = gpd.GeoDataFrame({"highway": ["residential"]}, geometry=[street], crs=toys.CRS)
    network = replace(network_from_lines(lines, snap_m=600), **more)
    told = replace(assessed, access=replace(assessed.access, network=network))
    return content(told, (), toys.ABOUT)


def test_the_method_says_how_fast_each_mode_is(assessed: Assessment) -> None:
    modes = ("walk", "cycle", "drive", "straight")
    services = tuple(replace(toys.SERVICES[0], mode=mode) for mode in modes)
    made = replace(assessed, access=replace(assessed.access, services=services))
    on_roads = {one["mode"]: one["default_kmh"] for one in _with_network(made)["services"]}
    assert on_roads == {"walk": [4.8] * 2, "cycle": [15] * 2, "drive": [10, 100], "straight": []}
    bare = content(replace(made, access=replace(made.access, network=None)), (), toys.ABOUT)
    straight = {one["mode"]: one["default_kmh"] for one in bare["services"]}  # type: ignore[attr-defined] # plain values
    assert straight == {**on_roads, "drive": []}  # without roads nobody knows how fast cars are
    slow = _with_network(made, speeds={"walk": 3.0, "cycle": 9.0, "primary": 40.0})["services"]
    assert [one["default_kmh"] for one in slow] == [[3, 3], [9, 9], [40, 40], []]


def test_the_method_says_joins_water_borders_and_assumed_waits(assessed: Assessment) -> None:
    plain = _with_network(assessed)["roads"]
    assert plain == {
        "snap_m": 600,
        "walk_kmh": 4.8,
        "water": False,
        "borders": False,
        "ferries": 0,
        "waits_assumed": 0,
        "wait_minutes": None,
    }
    boats = [Ferry(edge=0, minutes=20, wait_minutes=15, wait_basis=one)
             for one in ("assumption", "headway")]  # fmt: skip
    shapes = {"water": shapely.box(0, 0, 1, 1), "borders": shapely.LineString([(0, 0), (1, 1)])}
    full = _with_network(assessed, ferries=tuple(boats), **shapes)["roads"]
    assert (full["water"], full["borders"]) == (True, True)
    assert (full["ferries"], full["waits_assumed"], full["wait_minutes"]) == (2, 1, 15)


def test_the_toy_city_has_every_status_for_the_map() -> None:
    assert set(toys.access().table["status"]) == set(STATUSES)


def test_positions_are_wgs84_to_five_decimals(told: dict[str, Any]) -> None:
    turn = pyproj.Transformer.from_crs(toys.CRS, "EPSG:4326", always_xy=True)
    lon, lat = turn.transform(toys.X0 + 1_000, toys.Y0 + 1_000)
    places = told["map"]["places"]
    assert (places["lon"][0], places["lat"][0]) == (round(lon, 5), round(lat, 5))
    missing = toys.SPOTS.index((None, None, 520, "rural"))
    assert places["lon"][missing] is None
    assert places["lat"][missing] is None


def test_facilities_are_shown_as_they_count(told: dict[str, Any]) -> None:
    shelters = told["map"]["facilities"]["bus_shelter"]
    assert dict(zip(shelters["id"], shelters["kind"], strict=True)) == {
        "b1": "serves",
        "b2": "serves",
        "b4": "serves",
        "b5": "serves",
    }
    assert shelters["lon"][shelters["id"].index("b4")] is None
    assert told["map"]["not_at_date"] == {"bus_shelter": 1, "service_centre": 0}
    assert told["map"]["facilities"]["service_centre"]["kind"] == ["serves", "fails", "doubtful"]


def test_unknown_is_none_and_infinity_a_word() -> None:
    values = [math.nan, math.inf, pd.NA, pd.NaT, None, np.float64(2.5), np.True_, np.int64(3)]
    assert drawing.plain(values) == [None, "inf", None, None, None, 2.5, True, 3]
    assert drawing.plain([pd.Timestamp("2014-12-31")]) == ["2014-12-31"]


def test_the_block_has_no_character_that_markup_or_templates_heed() -> None:
    block = drawing.inert({"names": [*toys.HOSTILE, "\ud800 lone"]})
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", block)
    told = json.loads(gzip.decompress(base64.b64decode(block)))["names"]
    assert told == [*map(visible, toys.HOSTILE), "\\ud800 lone"]


def test_every_simulated_file_is_named_once(assessed: Assessment) -> None:
    assert simulated_files(assessed, toys.ABOUT) == ["places.csv", "facilities.xlsx"]
    assert simulated_files(assessed, About()) == ["places.csv", "facilities.xlsx"]
    moved = About(simulated=("data/places.csv",))
    assert simulated_files(assessed, moved) == ["data/places.csv", "facilities.xlsx"]


def test_findings_come_worst_first_in_both_languages(assessed: Assessment) -> None:
    found = content(assessed, (), toys.ABOUT)["findings"]
    assert isinstance(found, list)
    warning = next(one for one in found if one["file"] == "places.csv")
    assert warning["rows"] == "12"
    assert "{{7*7}}<b>" in warning["message"]["zh"]
    assert warning["message"]["zh"] != warning["message"]["en"]
    order = ["error", "warning", "note"]
    ranks = [order.index(one["severity"]) for one in found]
    assert ranks == sorted(ranks)


def test_findings_of_the_run_are_kept_and_others_added_once(assessed: Assessment) -> None:
    own = assessed.access.places.findings[0]
    extra = finding("position-missing", file="study.toml", name="x")
    told = content(assessed, (), toys.ABOUT, [own, extra, extra])["finding_counts"]
    without = content(assessed, (), toys.ABOUT)["finding_counts"]
    assert isinstance(told, dict)
    assert isinstance(without, dict)
    assert told == {**without, "warning": without["warning"] + 2}


def test_findings_of_one_kind_share_a_line_with_count_and_advice(assessed: Assessment) -> None:
    many = [
        finding(
            "position-missing", file="a.xlsx[表1]", row=row, field="x", value=f"v{row}", name="n"
        )
        for row in range(100_001, 1, -1)
    ]
    told = content(assessed, (), toys.ABOUT, many)
    (group,) = [one for one in told["findings"] if one["layer"] == "表1"]
    assert (group["file"], group["count"], group["rows"]) == ("a.xlsx", 100_000, "2, 3, 4, 5, 6, …")
    assert group["what_to_do"]["zh"] == many[0].advice("zh") != ""
    assert [one["value"] for one in group["members"]] == [f"v{row}" for row in range(2, 22)]
    assert told["finding_counts"]["warning"] >= 100_000
    page = build_report(assessed, about=toys.ABOUT, findings=many).html
    assert len(page) - len(build_report(assessed, about=toys.ABOUT).html) < 2_000


def test_kinds_beyond_the_most_are_counted(assessed: Assessment) -> None:
    many = [finding("position-missing", file=f"{number}.csv", name="n") for number in range(1_000)]
    worst = finding("districts-empty", file="z.csv")
    told = content(assessed, (), toys.ABOUT, [*many, worst])
    assert isinstance(told["findings"], list)
    assert len(told["findings"]) == 300
    assert told["findings"][0]["file"] == "z.csv"
    assert told["finding_kinds"] >= 1_001


def test_rows_of_files_that_no_reader_carries_are_told(assessed: Assessment) -> None:
    rows = [RowCount(file="sites.csv", read=5, used=2, repaired=1, excluded=2)]
    told = content(assessed, (), toys.ABOUT, rows=rows)["files"]
    assert told == [{"file": "sites.csv", "read": 5, "used": 2, "repaired": 1, "excluded": 2}]


def _words() -> dict[str, dict[str, dict[str, str]]]:
    words: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
        files("gapmap").joinpath("words.toml").read_text("utf8")
    )
    return words


def test_every_word_that_a_script_says_stands_in_both_languages() -> None:
    report = _words()["report"]
    for name in OWN_SCRIPTS:
        text = SOURCES.joinpath(name).read_text("utf8")
        spoken = set(re.findall(r"\bsay\(\s*\"(\w+)\"\s*[,)]", text))
        assert spoken - set(report) == set()
    assert all(set(entry) == {"zh", "en"} and all(entry.values()) for entry in report.values())
    for entry in report.values():
        holes = [sorted(re.findall(r"\{(\w+)\}", entry[language])) for language in ("zh", "en")]
        assert holes[0] == holes[1]
        ruled = set(re.findall(r"\{(\w+):[^|{}]*\|[^|{}]*\}", entry["en"]))
        assert ruled <= set(holes[1])  # what goes with a number that is said
        assert entry["zh"].count("|") == 0


def test_every_code_that_the_page_shows_has_a_word(assessed: Assessment) -> None:
    values = _words()["values"]
    codes = {
        *STATUSES,
        *REASONS,
        *assessed.coverage["group_kind"],
        *assessed.equity["measure"],
        *(one for one in assessed.gaps["comparison"] if not one.endswith("-rest")),
        *("met", "on_course", "behind", "overdue", "not_measurable"),
        *("error", "warning", "note", "plan", "standard", "assumption"),
        *(
            "walk",
            "cycle",
            "drive",
            "straight",
            "urban",
            "rural",
            "unknown",
            "west",
            "people_group",
        ),
    }
    assert {code for code in codes if set(values.get(code, {})) < {"zh", "en"}} == set()


def test_every_column_that_the_page_shows_has_a_title() -> None:
    words = _words()
    sections = SOURCES.joinpath("sections.js").read_text("utf8")
    keys = set(re.findall(r"voice\.title\(\"(\w+)\"\)", sections))
    keys |= set(re.findall(r"\b(?:text|whole|number)\(\"(\w+)\"", sections))
    keys |= {"read", "used", "repaired", "excluded", "clause", "due", "achieved", "shortfall"}
    keys |= {"share_people", "mean_m", "median_m", "p90_m", "places", "people", "required"}
    known = set(words["columns"]) | set(words["report"])
    assert keys - known == set()


def test_save_writes_utf8_with_plain_line_ends(tmp_path: Path, assessed: Assessment) -> None:
    report = build_report(assessed, about=toys.ABOUT)
    path = report.save(tmp_path / "new folder" / "报告.html")
    written = path.read_bytes()
    assert written.decode("utf8") == report.html
    assert b"\r" not in written


def test_the_same_assessment_gives_the_same_page(assessed: Assessment, html: str) -> None:
    assert build_report(assessed, about=toys.ABOUT).html == html


def test_no_table_is_written_into(assessed: Assessment) -> None:
    before = {
        "coverage": assessed.coverage.copy(deep=True),
        "access": assessed.access.table.copy(deep=True),
        "places": assessed.access.places.table.copy(deep=True),
    }
    build_report(assessed, about=toys.ABOUT)
    pd.testing.assert_frame_equal(assessed.coverage, before["coverage"])
    pd.testing.assert_frame_equal(assessed.access.table, before["access"])
    pd.testing.assert_frame_equal(assessed.access.places.table, before["places"])


def test_a_title_that_utf8_cannot_hold_is_still_saved(tmp_path: Path, assessed: Assessment) -> None:
    path = build_report(assessed, about=About(name="bad \ud800 name")).save(tmp_path / "r.html")
    assert "<title>bad \\ud800 name</title>" in path.read_text("utf8")


def test_a_study_without_rasters_has_no_word_of_them_on_its_page(told: dict[str, Any]) -> None:
    assert "grids" not in told


def test_sections_hold_the_tables_of_the_city_and_its_districts() -> None:
    population = toy_grids.population()
    gridded = toy_grids.gridded(population)
    grids = Grids(population=population, gridded=gridded, tables=toy_grids.tables())
    made: Any = content(toy_grids.assessment(), (), toys.ABOUT, grids=grids)
    told = made["grids"]
    assert set(told) == {
        *("population", "compared", "surface", "zones", "unserved", "capacity", "referral"),
    }
    kept = gridded.comparison[gridded.comparison["group_kind"].isin(["city", "district"])]
    for column in kept:
        assert told["compared"][column] == drawing.brief(drawing.plain(kept[column]))
    assert set(told["compared"]["group_kind"]) == {"city", "district"}
    assert set(told["unserved"]["area_kind"]) == {"city", "district"}
    assert told["population"]["areas"]["area"] == ["city", "香洲区", "斗门区"]
    assert told["capacity"]["table"]["full"] == [True, False, None]
    assert json.dumps(made, allow_nan=False)  # strict JSON can hold all of it
    simulated = made["about"]["simulated"]
    assert sorted(simulated) == ["facilities.xlsx", "lc.tif", "people.tif", "places.csv"]


def test_the_map_of_travel_time_is_a_png_whose_legend_names_what_is_on_it() -> None:
    made: Any = content(toy_grids.assessment(), (), toys.ABOUT)["grids"]
    surface = made["surface"]
    (one,) = surface["maps"]
    png = base64.b64decode(one["png"])
    assert png.startswith(b"\x89PNG")
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (one["width"], one["height"])
    assert one["service"] == "service_centre"
    assert one["limit_minutes"] == 20
    assert [(step["low"], step["high"]) for step in one["steps"]][2:5] == [
        *((10, 15), (15, 20), (20, 30)),
    ]
    assert [mark["kind"] for mark in one["marks"]] == ["unreached", "barrier", "unknown", "road"]
    assert surface["barrier_cells"] == 77
    assert surface["speeds"] == "speeds.csv"
    assert surface["classes"]["kmh"] == [6.0, 0.0, None]


def test_a_limit_in_metres_draws_no_line_of_minutes() -> None:
    made = toy_grids.assessment()
    services = tuple(replace(one, limit_unit="m", limit=1_000.0) for one in made.access.services)
    made = replace(made, access=replace(made.access, services=services))
    told: Any = content(made, (), toys.ABOUT)["grids"]
    assert told["surface"]["maps"][0]["limit_minutes"] is None


def test_long_tables_are_cut_and_the_page_says_how_long_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sections, "MOST_ROWS", 2)
    monkeypatch.setattr(sections, "MOST_PICTURES", 0)
    grids = Grids(tables=toy_grids.tables())
    told: Any = content(toy_grids.assessment(), (), toys.ABOUT, grids=grids)["grids"]
    assert len(told["capacity"]["table"]["order"]) == 2
    assert told["capacity"]["rows"] == 3
    assert (told["surface"]["maps"], told["surface"]["maps_left"]) == ([], 1)


def test_findings_of_grids_and_surface_stand_on_the_page_once() -> None:
    note = finding("position-missing", file="people.tif", name="x")
    other = finding("position-missing", file="lc.tif", name="y")
    population = replace(toy_grids.population(), findings=(note,))
    access = toy_grids.access()
    access = replace(access, surface=replace(access.surface, findings=(other,)))
    made = toys.assessment(access)
    plain: Any = content(made, (), toys.ABOUT)["finding_counts"]
    grids = Grids(population=population)
    told: Any = content(made, (), toys.ABOUT, [other, note], grids=grids)["finding_counts"]
    assert told["warning"] == plain["warning"] + 1
