"""The corpus: small studies with one thing wrong in each, and what gapmap has to say of it."""

from __future__ import annotations

import pytest
from corpus.cases import CASES, build

from gapmap.study import check_study


def test_there_are_enough_cases_of_different_names() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 80


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
