"""What values show of themselves in a notebook: small, safe, and the numbers of their tables."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
import toy_results
import toys

import gapmap as gm
from gapmap.cards import Speech

if TYPE_CHECKING:
    from gapmap.assessment import Assessment

MOST_BYTES = 30_000
TAGS = {"div", "table", "tr", "th", "td", "span", "b"}


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.told = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.told += data + "\n"


def read(html: str) -> str:
    """Give what a card says; it has no other tags and attributes than a card may have."""
    reader = _Read()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    assert reader.names <= TAGS
    assert reader.attributes <= {"style"}
    assert len(html.encode()) < MOST_BYTES
    assert not re.search(r"url\(|expression|javascript:|@import", html)
    return reader.told


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return toys.assessment()


def test_an_assessment_shows_its_services_and_targets(assessed: Assessment) -> None:
    told = read(assessed._repr_html_())
    for word in ("公交候车亭 · bus shelter", "80.2% (73.5% – 81.8%)", "5,340", "1,320", "610"):
        assert word in told
    assert "模拟数据 / simulated data" in told
    assert "places.csv, facilities.xlsx" in told
    assert "规划目标 · Targets of the plan 5: 已达成 · met 1" in told
    assert "逾期未达成 · overdue 1" in told
    assert "直线 · straight line" in told


def test_a_proposal_shows_what_is_proven_and_who_gains(assessed: Assessment) -> None:
    proposal = gm.propose_sites(assessed, service="bus_shelter", count=2)
    told = read(proposal._repr_html_())
    assert "已证明最优 · proven best: 是 · yes" in told
    assert "91.6%" in told
    assert "平沙村" in told


def test_names_are_texts_and_nothing_else(assessed: Assessment) -> None:
    told = read(toys.proposal(assessed)._repr_html_())
    for name in ("<img src=x onerror=alert(3)>", "{{7*7}} 选址", "<b>service centre</b>"):
        assert name in told


def test_quotes_cannot_leave_an_attribute(assessed: Assessment) -> None:
    service = replace(toys.SERVICES[0], name={"zh": "\"'><script>alert(1)</script>"})
    access = replace(assessed.access, services=(service, toys.SERVICES[1]))
    told = read(replace(assessed, access=access)._repr_html_())
    assert "\"'><script>alert(1)</script>" in told


def test_many_sites_are_capped_and_their_number_is_said(assessed: Assessment) -> None:
    proposal = toys.proposal(assessed)
    many = proposal.sites.loc[[0, 1] * 200].assign(rank=range(1, 401), name="村" * 500)
    told = read(replace(proposal, sites=many)._repr_html_())
    assert "… +388" in told


def test_a_programme_shows_its_years(assessed: Assessment) -> None:
    years = [gm.Year(year=2015, budget=30_000), gm.Year(year=2016, budget=60_000)]
    programme = gm.plan_programme(assessed, service="service_centre", years=years, cost=30_000)
    told = read(programme._repr_html_())
    for word in ("2015", "2016", "60.1%", "86.9%"):
        assert word in told
    assert "conditions" not in told  # there are none
    missed = replace(programme, feasible=False)
    assert "Not all targets that are conditions can be held" in read(missed._repr_html_())


def test_closed_facilities_are_named(assessed: Assessment) -> None:
    closed = assessed.access.facilities.table.iloc[[1]]
    told = read(replace(toys.proposal(assessed), closed=closed)._repr_html_())
    assert f"拟关闭的设施 · facilities that would close 1: {toys.HOSTILE[0]}" in told


def test_the_results_of_a_run_speak_the_study_s_language() -> None:
    told = read(toy_results.results()._repr_html_())
    assert "公交候车亭" in told
    assert "bus shelter" not in told
    assert toys.ABOUT.name in told


def test_where_nobody_counts_people_places_are_shown(assessed: Assessment) -> None:
    places = replace(assessed.access.places, weight="places")
    made = replace(assessed, access=replace(assessed.access, places=places))
    told = read(made._repr_html_())
    assert "村居覆盖率" in told
    assert "5,340" not in told


@pytest.mark.parametrize(
    ("share", "told"),
    [(1.0, "100.0%"), (0.99999, ">99.9%"), (0.00001, "<0.1%"), (0.0, "0.0%"), (float("nan"), "—")],
)
def test_shares_never_look_like_all_or_none(share: float, told: str) -> None:
    assert Speech.share(share) == told
