"""The map of the report in a real browser: layers, legend, areas, tiles, hatch, classes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import toys

from gapmap.access import measure_access
from gapmap.assessment import assess
from gapmap.network import network_from_lines
from gapmap.report import build_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened
    from playwright.sync_api import Page

    from gapmap.assessment import Assessment
    from gapmap.places import Places

MANY_SIDE = 56  # squared: more than one canvas draws
CELL_M = 150.0


def _with_shapes() -> Assessment:
    """Give the toy city squares round its places, two roads and a lake."""
    made = toys.assessment()
    ways = gpd.GeoDataFrame(
        {"highway": ["primary", "residential"]},
        geometry=[
            shapely.LineString([(toys.X0, toys.Y0 + 2_000), (toys.X0 + 9_000, toys.Y0 + 2_000)]),
            shapely.LineString([(toys.X0, toys.Y0), (toys.X0, toys.Y0 + 4_000)]),
        ],
        crs=toys.CRS,
    )
    lake = shapely.box(toys.X0 + 2_000, toys.Y0 + 3_000, toys.X0 + 2_900, toys.Y0 + 3_900)
    network = replace(network_from_lines(ways, snap_m=600), water=lake)
    boxes = made.access.places.table.geometry.buffer(220, cap_style="square")
    places = replace(made.access.places, polygons=boxes)
    return replace(made, access=replace(made.access, network=network, places=places))


def _many() -> Assessment:
    """Make squares without gaps, one place each, one service; every seventh is of nobody knows."""
    base = toys.places()
    number = np.arange(MANY_SIDE**2)
    x, y = toys.X0 + CELL_M * (number % MANY_SIDE), toys.Y0 + CELL_M * (number // MANY_SIDE)
    cells = shapely.box(x, y, x + CELL_M, y + CELL_M)
    table = pd.concat([base.table.iloc[[0]]] * len(cells), ignore_index=True)
    table = table.assign(
        place_id=[f"p{one}" for one in number], place=[f"村{one}" for one in number]
    )
    table = table.set_geometry(gpd.GeoSeries(shapely.centroid(cells), crs=toys.CRS))
    region = replace(base.region, districts=base.region.districts.set_geometry(
        gpd.GeoSeries([shapely.box(toys.X0, toys.Y0, toys.X0 + 9e3, toys.Y0 + 9e3), None],
                      crs=toys.CRS)))  # fmt: skip
    places: Places = replace(
        base, table=table, region=region, polygons=gpd.GeoSeries(cells, crs=toys.CRS)
    )
    pool = toys.facilities()
    return assess(measure_access(places, pool, None, toys.SERVICES), None)


@pytest.fixture(scope="module")
def shaped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assessment, Path]:
    made = _with_shapes()
    folder = tmp_path_factory.mktemp("map")
    return made, build_report(made, about=toys.ABOUT).save(folder / "report.html")


@pytest.fixture(scope="module")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assessment, Path]:
    made = _many()
    folder = tmp_path_factory.mktemp("tiles")
    return made, build_report(made, about=toys.ABOUT).save(folder / "report.html")


COLOURS = """(pane) => {
    const found = {};
    for (const canvas of document.querySelectorAll(".leaflet-" + pane + "-pane canvas")) {
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        for (let i = 0; i < pixels.length; i += 4) {
            const key = [pixels[i], pixels[i + 1], pixels[i + 2]].join();
            if (pixels[i + 3] === 255) found[key] = (found[key] || 0) + 1;
        }
    }
    return found;
}"""
WHERE = """(number) => {
    const { map, data } = window.gapmap.page;
    const { x, y } = map.latLngToContainerPoint([data.map.places.lat[number],
        data.map.places.lon[number]]);
    const box = map.getContainer().getBoundingClientRect();
    return [box.left + x, box.top + y];
}"""


def _colours(page: Page, pane: str) -> dict[str, int]:
    found: dict[str, int] = page.evaluate(COLOURS, pane)
    return found


def _legend(page: Page) -> dict[str, int]:
    return {
        str(line.get_attribute("data-legend")): int(
            (line.locator("b").inner_text()).replace(",", "")
        )
        for line in page.locator(".legend li[data-legend]").all()
    }


def _shown(made: Assessment, service: str) -> Any:
    table = made.access.table
    drawn = made.access.places.table.geometry.notna().to_numpy()
    return table[table["service"] == service][drawn]


def _trouble(opened: Opened) -> list[str]:
    """Give what is wrong but for Chromium's advice on reading canvases, which only tests do."""
    return [one for one in opened.trouble() if not one.startswith("Canvas2D:")]


def test_layers_are_switched_by_mouse_and_keyboard(
    open_page: Callable[..., Opened], shaped: tuple[Assessment, Path]
) -> None:
    opened = open_page(shaped[1])
    page = opened.page
    page.click(".layers summary")
    offered = [one.get_attribute("data-layer") for one in page.locator("[data-layer]").all()]
    assert offered == ["districts", "roads", "water", "graticule"]
    for layer, pane, colour in (
        ("roads", "lines", "167,174,181"),
        ("water", "ground", "207,227,239"),
    ):
        box = page.locator(f"[data-layer={layer}]")
        drawn = colour in _colours(page, pane)
        assert drawn == box.is_checked()
        box.focus()
        page.keyboard.press("Space")
        assert (colour in _colours(page, pane)) != drawn
    before = _colours(page, "lines")
    page.check("[data-layer=graticule]")
    assert sum(_colours(page, "lines").values()) > sum(before.values())  # its labels, above all
    names = page.locator(".district-name")
    assert names.count() == 2
    page.uncheck("[data-layer=districts]")
    assert names.count() == 0
    assert _trouble(opened) == []


def test_facilities_of_further_services_have_a_shape_and_a_line_in_the_legend(
    open_page: Callable[..., Opened], shaped: tuple[Assessment, Path]
) -> None:
    opened = open_page(shaped[1])
    page = opened.page
    page.click(".layers summary")
    assert "facilities-service_centre" not in _legend(page)
    page.check("[data-facilities=service_centre]")
    told = _legend(page)
    pool = shaped[0].access.facilities.table
    assert told["facilities-service_centre"] == 1
    assert told["serves"] == int(
        (
            (pool["service"] == "bus_shelter") & (pool["counts"] == "yes") & pool.geometry.notna()
        ).sum()
    )
    shapes = {
        line: page.locator(f"[data-legend={line}] svg path").first.get_attribute("d")
        for line in ("serves", "facilities-service_centre")
    }
    assert len(set(shapes.values())) == 2
    assert _trouble(opened) == []


@pytest.mark.parametrize("service", ["bus_shelter", "service_centre"])
def test_every_colouring_counts_what_the_table_has(
    open_page: Callable[..., Opened], shaped: tuple[Assessment, Path], service: str
) -> None:
    made, path = shaped
    opened = open_page(path)
    page = opened.page
    page.click(f".service[data-service={service}]")
    table = _shown(made, service)
    counts = table["status"].value_counts()
    told = _legend(page)
    assert {one: told[one] for one in ("covered", "uncovered", "unknown")} == {
        one: int(counts.get(one, 0)) for one in ("covered", "uncovered", "unknown")
    }
    page.select_option("#colour-by", "distance")
    told = _legend(page)
    assert told["distance0"] == counts.get("covered", 0)
    assert told.get("unknown", 0) == counts.get("unknown", 0)
    breaks = page.evaluate("(one) => window.gapmap.page.data.map.services[one].breaks", service)
    limit = next(one.limit for one in made.access.services if one.id == service)
    way = table.loc[table["status"] == "uncovered", "distance_m"].to_numpy(float)
    edges = [limit, *breaks, np.inf]
    for number in range(len(edges) - 1):
        inside = (way > edges[number]) & (way <= edges[number + 1]) & np.isfinite(way)
        assert told.get(f"distance{number + 1}", 0) == inside.sum()
    assert told.get("unreached", 0) == np.isnan(way).sum()
    page.select_option("#colour-by", "people")
    told = _legend(page)
    people = made.access.places.table["people"][made.access.places.table.geometry.notna()]
    classes = sum(count for line, count in told.items() if line.startswith("people"))
    assert classes == people.notna().sum()
    assert _trouble(opened) == []


def test_a_click_inside_an_area_finds_its_place(
    open_page: Callable[..., Opened], shaped: tuple[Assessment, Path]
) -> None:
    opened = open_page(shaped[1])
    page = opened.page
    page.evaluate("() => window.gapmap.page.map.setZoom(14, { animate: false })")
    page.evaluate(
        "() => { const { map, data } = window.gapmap.page; const { lon, lat } = data.map.places;"
        " map.setView([lat[0], lon[0]], 14, { animate: false }); }"
    )
    x, y = page.evaluate(WHERE, 0)
    page.mouse.click(x + 12, y + 9)  # off the middle, inside the square
    assert page.inner_text(".place-card h3") == toys.NAMES[0]
    colours = _colours(page, "spot")
    assert colours["32,39,46"] > 40  # its outline
    assert _trouble(opened) == []


def test_unknown_is_hatched_on_the_map_and_in_the_legend(
    open_page: Callable[..., Opened], shaped: tuple[Assessment, Path]
) -> None:
    opened = open_page(shaped[1])
    page = opened.page
    assert page.locator(".legend [data-legend=unknown] svg.hatched path").count() >= 1
    assert page.locator(".legend [data-legend=covered] svg.hatched").count() == 0
    unknown = page.evaluate(
        "() => { const { data } = window.gapmap.page; const held = data.map.services.bus_shelter;"
        " return held.status.findIndex((one, at) => data.map.statuses[one] === 'unknown'"
        " && data.map.places.lon[at] !== null); }"
    )
    page.evaluate(
        "(at) => { const { map, data } = window.gapmap.page; const { lon, lat } = data.map.places;"
        " map.setView([lat[at], lon[at]], 15, { animate: false }); }",
        unknown,
    )
    strip = page.evaluate(
        """(at) => {
            const { map, data } = window.gapmap.page;
            const canvas = document.querySelector(".leaflet-areas-pane canvas");
            const seen = canvas.getBoundingClientRect();
            const home = map.getContainer().getBoundingClientRect();
            const { x, y } = map.latLngToContainerPoint([data.map.places.lat[at],
                data.map.places.lon[at]]);
            const strip = canvas.getContext("2d").getImageData(
                Math.round(x + home.left - seen.left - 15), Math.round(y + home.top - seen.top),
                30, 1);
            return Array.from({ length: 30 }, (_, i) => strip.data[4 * i]);
        }""",
        unknown,
    )
    crossed = sum((a > 200) != (b > 200) for a, b in itertools.pairwise(strip))
    assert crossed >= 6  # white, grey, white, ...: lines, not one grey
    assert _trouble(opened) == []


def test_many_areas_are_tiles_that_are_hit_and_recoloured(
    open_page: Callable[..., Opened], tiled: tuple[Assessment, Path]
) -> None:
    made, path = tiled
    opened = open_page(path)
    page = opened.page
    count = len(made.access.places.table)
    assert count > 3_000
    page.wait_for_selector(".leaflet-tile-pane canvas.leaflet-tile-loaded")
    counts = _shown(made, "bus_shelter")["status"].value_counts()
    told = _legend(page)
    assert told["covered"] == counts["covered"]
    assert told["uncovered"] == counts["uncovered"]
    colours = _colours(page, "tile")
    shown = {name: colours.get(one, 0) for name, one in
             (("covered", "27,108,168"), ("uncovered", "213,94,0"))}  # fmt: skip
    assert shown["covered"] / shown["uncovered"] == pytest.approx(
        counts["covered"] / counts["uncovered"], rel=0.15
    )
    wanted = count // 2 + MANY_SIDE // 2
    x, y = page.evaluate(WHERE, wanted)
    page.mouse.click(x, y)
    assert page.inner_text(".place-card h3") == f"村{wanted}"
    # a what-if changes statuses in place and has the map drawn again
    page.evaluate(
        "() => { const { page } = window.gapmap; const held = page.data.map.services.bus_shelter;"
        " held.status = held.status.map(() => 0); page.drawMap(); }"
    )
    assert "213,94,0" not in _colours(page, "tile")
    assert _trouble(opened) == []


def test_the_north_arrow_and_a_metric_scale_stand_on_the_map(
    open_page: Callable[..., Opened], shaped: tuple[Assessment, Path]
) -> None:
    page = open_page(shaped[1]).page
    for language, letter in (("zh", "北"), ("en", "N")):
        page.click(f"[data-language={language}]")
        assert page.inner_text(".north").strip() == letter
        assert page.locator(".north").count() == 1
        assert page.locator(".layers").count() == 1
    assert page.locator(".leaflet-control-scale-line").count() == 1


def test_more_places_than_a_page_can_hold_have_an_overview_and_a_page_for_each_district(
    open_page: Callable[..., Opened], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = toys.assessment()
    monkeypatch.setattr("gapmap.report.MOST_PLACES", 10)
    folder = tmp_path / "报告 一"
    path = build_report(made, toys.proposal(made), about=toys.ABOUT).save(folder / "report.html")
    table = made.access.places.table
    opened = open_page(path)
    page = opened.page
    coverage = made.coverage[
        (made.coverage["group_kind"] == "district") & (made.coverage["service"] == "bus_shelter")
    ].set_index("group_id")
    links = page.locator(".parts-table a")
    assert {one.get_attribute("data-part") for one in links.all()} == set(table["district_id"])
    assert sum(_legend(page)[one] for one in _legend(page) if one.startswith(("share", "unk"))) == 2
    for code, one in table.groupby("district_id"):
        row = page.locator(f".parts-table tr:has([data-part='{code}'])")
        told = row.inner_text().split("\t")
        assert told[1].strip() == str(len(one))
        assert told[3].strip() == f"{100 * coverage.loc[code, 'share_people']:.1f}%"
    assert page.locator(".lower .search").count() == 0
    assert page.locator(".lower h2").count() == 0
    assert "--scenario" in page.inner_text(".no-whatif")
    assert opened.trouble() == []
    first = links.first.get_attribute("data-part")
    links.first.click()
    page.wait_for_selector("html[data-ready=yes]")
    own = table[table["district_id"] == first]
    names = page.evaluate("() => window.gapmap.page.data.map.places.id")
    assert names == list(own["place_id"])
    big = page.inner_text(".detail .big")
    assert big == f"{100 * coverage.loc[first, 'share_people']:.1f}%"
    assert "全研究范围" in page.inner_text("#findings .whole-study")
    page.click("[data-language=en]")
    assert "of the whole study" in page.inner_text("#findings .whole-study")
    page.click(".part-line a")
    page.wait_for_selector(".parts-table")
    assert [one for one in opened.messages if not one.startswith("Canvas2D:")] == []


def test_pages_of_one_district_say_what_is_theirs_and_what_the_whole_district_s(
    open_page: Callable[..., Opened], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gapmap.report.MOST_PLACES", "gapmap.report.split.MOST_PLACES"):
        monkeypatch.setattr(name, 4)
    access = toys.access()
    table = access.places.table.assign(town_id="", town="")  # so that districts are cut
    table.loc[table["district_id"] == "440403", ["district_id", "district"]] = ""
    made = toys.assessment(replace(access, places=replace(access.places, table=table)))
    opened = open_page(build_report(made, about=toys.ABOUT).save(tmp_path / "report.html"))
    page = opened.page
    names = ["所属区不明 (1/2)", "所属区不明 (2/2)", "香洲区 (1/2)", "香洲区 (2/2)"]
    assert sorted(page.locator(".parts-table a").all_inner_texts()) == names
    assert "人口覆盖率是整个区的" in page.inner_text(".no-whatif")
    _click_district(page, "440402")
    card = page.locator(".place-card")
    assert card.locator("h3").inner_text() == "香洲区"
    assert "村居 6 个" in card.inner_text()
    links = card.locator("p a")
    assert [one.inner_text()[-5:] for one in links.all()] == ["(1/2)", "(2/2)"]
    links.last.click()
    page.wait_for_selector("html[data-ready=yes]")
    assert "香洲区 (2/2)" in page.title()
    assert "村居 6 个" in page.inner_text(".meta")
    page.click("[data-language=en]")
    line = page.inner_text(".part-line")
    assert "list and reasons are of the places of this page (3)" in line
    assert "ways are of the whole district" in line


def _click_district(page: Page, district: str) -> None:
    """Click off the middle of a district, where its name stands."""
    x, y = page.evaluate(
        """(id) => {
            const { page } = window.gapmap, { districts } = page.data.map;
            const at = districts.id.indexOf(id);
            const point = page.map.latLngToContainerPoint([districts.lat[at], districts.lon[at]]);
            const frame = page.map.getContainer().getBoundingClientRect();
            return [frame.left + point.x, frame.top + point.y + 40];
        }""",
        district,
    )
    page.mouse.click(x, y)
    page.wait_for_selector(".place-card h3")


# ---- only what has changed is drawn again -------------------------------------------------

# Keeps the pixels of a pane's canvases; gives how far each is, at most, from when it was kept last.
PIXELS = """(pane) => {
    const before = window.pixels || new Map();
    window.pixels = new Map(Array.from(
        document.querySelectorAll(".leaflet-" + pane + "-pane canvas"), (canvas) => [
            canvas.style.transform, canvas.getContext("2d")
                .getImageData(0, 0, canvas.width, canvas.height).data]));
    return Array.from(window.pixels, ([at, now]) => {
        const then = before.get(at);
        return !then ? 255
            : now.reduce((most, one, i) => Math.max(most, Math.abs(one - then[i])), 0);
    });
}"""
FLIP = """(some) => {
    const { page } = window.gapmap;
    const held = page.data.map.services.bus_shelter;
    held.status = held.status.map((one, at) => (some.includes(at) ? (one + 1) % 3 : one));
    page.drawMap();
}"""
DRAW_ALL = """(pane) => {
    const { map } = window.gapmap.page;
    if (pane === "areas") map.fire("moveend");
    else map.eachLayer((layer) => { if (layer instanceof L.GridLayer) layer.redraw(); });
}"""


def _same_as_drawn_anew(page: Page, pane: str, some: list[int]) -> None:
    page.evaluate(DRAW_ALL, pane)
    page.wait_for_selector(f".leaflet-{pane}-pane canvas")
    page.evaluate(PIXELS, pane)
    for number in (some[:1], some[1:3], some):
        page.evaluate(FLIP, number)
    assert max(page.evaluate(PIXELS, pane)) > 100
    page.evaluate(DRAW_ALL, pane)
    page.wait_for_selector(f".leaflet-{pane}-pane canvas")
    # a path that is cut off may be smoothed otherwise at its edge, by a hair
    assert max(page.evaluate(PIXELS, pane)) <= 12


def test_an_area_that_is_drawn_again_alone_leaves_no_trace(
    open_page: Callable[..., Opened], shaped: tuple[Assessment, Path]
) -> None:
    opened = open_page(shaped[1])
    shapes = opened.page.evaluate(
        "window.gapmap.page.data.map.shapes.places.flatMap((one, at) => one.length ? [at] : [])"
    )
    _same_as_drawn_anew(opened.page, "areas", shapes[:5])
    assert _trouble(opened) == []


def test_a_tile_of_which_a_part_is_drawn_again_leaves_no_trace(
    open_page: Callable[..., Opened], tiled: tuple[Assessment, Path]
) -> None:
    opened = open_page(tiled[1])
    opened.page.wait_for_selector(".leaflet-tile-pane canvas.leaflet-tile-loaded")
    middle = MANY_SIDE * MANY_SIDE // 2
    _same_as_drawn_anew(opened.page, "tile", [middle, middle + 1, middle + 7 * MANY_SIDE, 3, 90])
    assert _trouble(opened) == []
