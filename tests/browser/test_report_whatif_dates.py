"""The scoreboard under a what-if of another year is that of the year; what is kept says so."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

from whatif_toys import draw_with_a_plan, plan_of

import gapmap
from gapmap.report import build_report
from gapmap.report.insights import Insights
from gapmap.series import measure_series
from gapmap.whatif import make_what_if

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

DATES = tuple(dt.date(year, 12, 31) for year in (2012, 2013, 2014))
BOARD = """() => Array.from(document.querySelectorAll("#scoreboard tr"), (row) =>
  Array.from(row.children, (cell) => [cell.className, cell.textContent]))"""
SHOW = """(date) => document.querySelector('#scoreboard [data-date="' + date + '"]').click()"""
MOVE = """(date) => { const { whatif } = gapmap.page;
  whatif.wanted.setDate(whatif.model.dates.indexOf(date)); whatif.changed(); }"""


def _opened(
    open_page: Callable[..., Opened], folder: Path, seed: int
) -> tuple[Opened, dict[str, Any]]:
    """Open a page with a scorecard of three years; gives its board of each year, too."""
    places, facilities, services, candidates = draw_with_a_plan(random.Random(seed))  # noqa: S311
    access = gapmap.measure_access(places, facilities, None, services)
    start = gapmap.assess(access, plan_of(folder))
    insights = Insights(series=measure_series(start, DATES))
    what_if = make_what_if(start, {"clinic": candidates}, proposed={})
    report = build_report(start, what_if=what_if, insights=insights)
    opened = open_page(report.save(folder / f"report {seed}.html"))
    boards = {}
    for date in map(str, DATES):
        opened.page.evaluate(SHOW, date)
        boards[date] = opened.page.evaluate(BOARD)
    return opened, boards


def test_the_board_of_a_moved_date_is_that_of_the_date(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    for seed in (3, 4):
        opened, boards = _opened(open_page, tmp_path, seed)
        page = opened.page
        assert boards["2012-12-31"] != boards["2014-12-31"]
        for date in map(str, DATES):
            page.evaluate(MOVE, date)
            page.wait_for_selector("html[data-behind=no]")
            page.evaluate(SHOW, date)
            assert page.evaluate(BOARD) == boards[date]
            assert page.locator("#scoreboard .held").count() == 0
        assert opened.trouble() == []


def test_what_is_not_judged_anew_is_marked_and_counted_apart_once_more_than_the_date_changes(
    open_page: Callable[..., Opened], tmp_path: Path
) -> None:
    opened, boards = _opened(open_page, tmp_path, 3)
    page = opened.page
    page.evaluate(MOVE, "2013-12-31")
    page.evaluate(
        "() => { const { whatif } = gapmap.page; whatif.wanted.setLimit('clinic', 900);"
        " whatif.changed(); }"
    )
    page.wait_for_selector("html[data-behind=no]")
    assert page.locator("#scoreboard tbody .score .held").count() > 0
    marked = page.evaluate("""() => Array.from(document.querySelectorAll("#scoreboard tbody tr"))
      .filter((row) => row.querySelector(".held")).map((row) => row.dataset.target)""")
    assert marked == ["held"]
    sums = page.locator("#scoreboard .score-sums td").first.inner_text()
    asked = len(boards["2013-12-31"]) - 3  # the head, the sums, and what is kept
    assert sums.splitlines()[0].endswith(f" / {asked}")
    assert opened.trouble() == []
