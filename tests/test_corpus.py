"""The corpus: small studies with one thing wrong in each, and what gapmap has to say of it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pyproj
import pytest
from corpus.cases import CASES, build
from corpus.expected import EXPECTED, counted, told

from gapmap.findings import catalogue
from gapmap.study import check_study

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapmap.study import Checked

EXCLUDING = {
    *("row-too-long", "row-total", "row-sum", "row-footnote", "row-below-header", "row-repeated"),
    *("rows-beside", "rows-only-numbered", "network-row-no-line", "network-line-zero"),
    *("network-ways-unused", "network-classes-unknown"),
    *("surface-class-unreadable", "surface-speed-missing", "surface-speed-odd"),
}
"""What leaves rows out in the corpus; a finding of any other code must not be the only one."""

ALLOWED_BY_ALL = {
    "polygon-remade": {"polygon-broken", "polygon-left-out"},
    "position-metres": {"position-metres-left"},
    "number-approximate-read": {"number-approximate"},
    "number-decimal-comma-read": {"number-decimal-comma"},
    "merged-number-filled": {"merged-number-left-empty"},
}
"""By the repairs that only ``repair = "all"`` allows: what is said where they are not made."""


@pytest.fixture(scope="module", autouse=True)
def transformers() -> Iterator[None]:
    """Make each change of CRS once: to look it up takes two thirds of the time of a check."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyproj.Transformer, "from_crs", cache(pyproj.Transformer.from_crs))
        yield


def check_with(repair: str, study: Path) -> None:
    """Check a study once more with another policy: the rows add up and are named."""
    text = re.sub(r"(?m)^repair = .*\n", "", study.read_text("utf8"))
    study.write_text(text.replace("[study]\n", f'[study]\nrepair = "{repair}"\n', 1), "utf8")
    checked = check_study(study)  # a RowCount that is off would raise
    assert checked.rows or not checked.usable
    assert "input-unusable" not in {one.code for one in checked.findings}
    check_that_all_are_named(checked)
    if repair == "none":
        assert not any(one.repaired for one in checked.rows)


def would_differ(checked: Checked, study: Path) -> set[str]:
    """Give the policies under which a case would be checked otherwise than under its own.

    "none" makes none of the repairs that are told; "all" makes those that are told to be left.
    """
    if "\nrepair = " in study.read_text("utf8"):
        return {"safe", "all"}
    codes = {one.code for one in checked.findings}
    none = {"none"} if any(one.repair for one in checked.findings) else set()
    return none | ({"all"} if codes & set().union(*ALLOWED_BY_ALL.values()) else set())


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


def test_what_only_all_allows_is_known() -> None:
    only = {code for code, entry in catalogue().items() if entry.get("repair") == "all"}
    assert ALLOWED_BY_ALL.keys() == only
    assert set().union(*ALLOWED_BY_ALL.values()) <= catalogue().keys()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_wrong_is_found_and_no_row_is_lost(case, tmp_path) -> None:
    study = build(case, tmp_path / "城 city")
    checked = check_study(study)
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
    for repair in sorted(would_differ(checked, study)):
        check_with(repair, study)
