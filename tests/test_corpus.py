"""The corpus: small studies with one thing wrong in each, and what gapmap has to say of it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pyproj
import pytest
from corpus.cases import CASES, build
from corpus.expected import EXPECTED, counted, told

from gapmap.findings import REPAIRS
from gapmap.study import check_study

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corpus.city import Case

    from gapmap.study import Checked

EXCLUDING = {
    *("row-too-long", "row-total", "row-sum", "row-footnote", "row-below-header", "row-repeated"),
    *("rows-beside", "rows-only-numbered", "network-row-no-line", "network-line-zero"),
    *("network-ways-unused", "network-classes-unknown"),
    *("surface-class-unreadable", "surface-speed-missing", "surface-speed-odd"),
}
"""What leaves rows out in the corpus; a finding of any other code must not be the only one."""


@pytest.fixture(scope="module", autouse=True)
def transformers() -> Iterator[None]:
    """Make each change of CRS once: to look it up takes two thirds of the time of a check."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyproj.Transformer, "from_crs", cache(pyproj.Transformer.from_crs))
        yield


def checked_with(case: Case, folder: Path, repair: str) -> Checked:
    study = build(case, folder)
    text = re.sub(r"(?m)^repair = .*\n", "", study.read_text("utf8"))
    study.write_text(text.replace("[study]\n", f'[study]\nrepair = "{repair}"\n', 1), "utf8")
    return check_study(study)


def check_that_all_are_named(checked: Checked) -> None:
    """Every row that was repaired or left out is named by a finding of its file."""
    for count in checked.rows:
        found = [one for one in checked.findings if one.file == count.file]
        repaired = {row for one in found if one.repair for row in one.rows}
        excluded = {row for one in found if one.code in EXCLUDING for row in one.rows}
        assert len(repaired) == count.repaired, count
        assert len(excluded) == count.excluded, count


def test_there_are_enough_cases_of_different_names() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 80
    assert list(EXPECTED) == [case.name for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_wrong_is_found_and_no_row_is_lost(case, tmp_path) -> None:
    checked = check_study(build(case, tmp_path / "城 city"))
    found = {(one.code, one.row) for one in checked.findings}
    codes = {code for code, _ in found}
    for code, row in case.expect:
        assert code in codes if row is None else (code, row) in found, sorted(codes)
    assert not codes & set(case.never)
    assert checked.usable == case.usable, [one.sentence() for one in checked.findings]
    counts = {one.file: (one.read, one.used, one.repaired, one.excluded) for one in checked.rows}
    for file, expected in case.rows.items():
        assert counts[file] == expected
    assert "input-unusable" not in codes, "an error without a code of its own"
    assert told(checked) == EXPECTED[case.name]["told"]
    assert counted(checked) == EXPECTED[case.name]["counted"]
    check_that_all_are_named(checked)


@pytest.mark.parametrize("repair", sorted({*REPAIRS} - {"safe"}))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whatever_may_be_repaired_the_rows_add_up_and_are_named(case, repair, tmp_path) -> None:
    checked = checked_with(case, tmp_path / "city", repair)  # a RowCount that is off would raise
    assert checked.rows or not checked.usable
    assert "input-unusable" not in {one.code for one in checked.findings}
    check_that_all_are_named(checked)
    if repair == "none":
        assert not any(one.repaired for one in checked.rows)
