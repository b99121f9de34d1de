"""The report's part on the data, in a real browser: findings by kind, and the rows of each file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import toys

from gapmap.findings import finding
from gapmap.report import build_report
from gapmap.tables import RowCount

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

ROWS = [
    RowCount(file="最差.xlsx[村居]", read=349, used=343, repaired=3, excluded=3),
    RowCount(file="roads.geojson", read=1_974, used=1_970, repaired=0, excluded=4),
]


@pytest.fixture
def opened(open_page: Callable[..., Opened], tmp_path: Path) -> Opened:
    many = [
        finding(
            "position-missing", file="最差.xlsx[村居]", row=row, value=f"v{row}", name=f"n{row}"
        )
        for row in range(2, 60_002)
    ]
    worst = finding("districts-empty", file="z.csv")
    report = build_report(toys.assessment(), about=toys.ABOUT, findings=[*many, worst], rows=ROWS)
    return open_page(report.save(tmp_path / "report.html"))


@pytest.mark.parametrize(
    ("language", "advice", "rest"),
    [("zh", "请补充经纬度", "前 20 处,共 60,000 处"), ("en", "add them", "first 20 of 60,000")],
)
def test_findings_of_one_kind_are_one_line_that_unfolds(
    opened: Opened, language: str, advice: str, rest: str
) -> None:
    page = opened.page
    page.click(f"[data-language={language}]")
    lines = page.locator(".findings-table tbody tr")
    assert "z.csv" in lines.first.inner_text()  # the worst first
    line = lines.filter(has_text="2, 3, 4, 5, 6, …")
    for text in ("60,000", "最差.xlsx", "村居", "n2", advice):
        assert text in line.inner_text()
    assert line.locator("li").count() == 0
    line.locator("summary").click()
    line.locator("li").first.wait_for()
    assert line.locator("li").count() == 21
    told = line.inner_text()
    assert "n21" in told
    assert "v21" in told
    assert rest in told
    assert opened.trouble() == []


def test_rows_of_files_stand_with_their_sum(opened: Opened) -> None:
    cells = opened.page.locator(".files-table tr").all()
    told = [row.locator("th, td").all_inner_texts() for row in cells]
    assert [[*row] for row in told[1:]] == [
        ["最差.xlsx[村居]", "349", "343", "3", "3", "✓ 相符", "警告 60,000"],
        ["roads.geojson", "1,974", "1,970", "0", "4", "✓ 相符", "0"],
        ["合计", "2,323", "2,313", "3", "7", "", "60,000"],
    ]
    assert opened.trouble() == []
