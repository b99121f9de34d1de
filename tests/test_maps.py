"""The notebook maps: a real folium map whose data neither Jinja nor HTML ever reads."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import folium
import pytest
import toys

from gapmap.cells import visible
from gapmap.errors import MethodError
from gapmap.maps import map_gaps, map_sites

if TYPE_CHECKING:
    from gapmap.assessment import Assessment


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return toys.assessment()


@pytest.fixture(scope="module")
def html(assessed: Assessment) -> str:
    page: str = map_gaps(assessed, service="bus_shelter").get_root().render()
    return page


def _data(html: str) -> dict[str, Any]:
    block = re.search(r"gapmap\.notebook\(map_\w+, \"([A-Za-z0-9+/=]+)\"\);", html)
    assert block
    data: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(block.group(1))))
    return data


def test_it_is_a_folium_map_without_tiles(assessed: Assessment) -> None:
    made = map_gaps(assessed, service="bus_shelter")
    assert isinstance(made, folium.Map)
    assert not [child for child in made._children.values() if isinstance(child, folium.TileLayer)]
    assert made.options["max_zoom"] == 18


def test_names_travel_unchanged_and_none_is_rendered(html: str) -> None:
    assert _data(html)["picture"]["places"]["name"] == [visible(name) for name in toys.NAMES]
    for name in (*toys.HOSTILE, toys.HOSTILE_TOWN, "三灶村"):
        assert name not in html


def test_nothing_is_linked_or_fetched(html: str) -> None:
    assert re.findall(r"<(?:link|img|iframe|object|embed|base)\b", html) == []
    assert re.findall(r"<script[^>]*\bsrc\b", html) == []
    styles = "".join(re.findall(r"<style>.*?</style>", html, re.DOTALL))
    assert "leaflet-container" in styles
    assert re.findall(r"url\((?!data:)|@import", styles) == []
    assert "jsdelivr" not in html
    assert "jquery" not in html.lower()


def test_leaflet_is_inside_and_folium_itself_is_left_alone(html: str) -> None:
    assert 't.version="1.9.4"' in html
    assert len(folium.Map.default_js) > 0
    assert len(folium.Map.default_css) > 0
    ordinary = folium.Map(tiles=None).get_root().render()
    assert "jquery" in ordinary.lower()


def test_rendering_twice_gives_the_layer_once(assessed: Assessment) -> None:
    made = map_gaps(assessed, service="bus_shelter")
    made.get_root().render()
    again = made.get_root().render()
    assert again.count("gapmap.notebook(map_") == 1
    assert again.count('t.version="1.9.4"') == 1


def test_a_notebook_shows_it_in_a_frame(assessed: Assessment) -> None:
    shown = map_gaps(assessed, service="bus_shelter")._repr_html_()
    assert "<iframe srcdoc=" in shown
    assert len(shown) < 2_000_000


def test_simulated_files_are_named(html: str) -> None:
    assert _data(html)["simulated"] == ["places.csv", "facilities.xlsx"]


def test_sites_are_drawn_over_the_state_before(assessed: Assessment) -> None:
    proposal = toys.proposal(assessed)
    data = _data(map_sites(proposal, language="en").get_root().render())
    assert data["sites"]["name"] == list(proposal.sites["name"])
    assert data["language"] == "en"
    assert data["sites"]["cost"] == [None, 30000.0]
    assert data["sites"]["reason"]["zh"] == list(proposal.sites["reason_zh"])


def test_a_service_that_was_not_measured_is_refused_by_name(assessed: Assessment) -> None:
    with pytest.raises(MethodError, match="bus_shelter, service_centre") as raised:
        map_gaps(assessed, service="bus_shelters")
    assert "bus_shelters" in raised.value.text("zh")
