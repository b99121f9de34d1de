"""Coordinates in cells: degrees-minutes-seconds, hemispheres, two in one cell, packed digits."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapmap.tables import Table, parse_pair
from gapmap.tables.angles import parse_coordinates


def table(x: list[str], y: list[str] | None = None, repair: str = "safe") -> Table:
    """A table of two columns of coordinates, or of one that holds both."""
    columns = {"x": x} if y is None else {"x": x, "y": y}
    cells = pd.DataFrame(columns, index=pd.RangeIndex(2, len(x) + 2), dtype="str")
    return Table(file="t.csv", cells=cells, read=len(x), repair=repair)


def told(found) -> list[tuple[str, int | None, str]]:
    return [(one.code, one.row, one.value) for one in found]


@pytest.mark.parametrize(
    ("cell", "degrees"),
    [
        ("113.5767", 113.5767),
        ("１１３．５", 113.5),
        ("113.5°", 113.5),
        ("113.5度", 113.5),
        ("113°34′36″E", 113 + 34 / 60 + 36 / 3600),
        ("113°34'36.5\"E", 113 + 34 / 60 + 36.5 / 3600),
        ("113º34’36”", 113 + 34 / 60 + 36 / 3600),
        ("113˚34'36''", 113 + 34 / 60 + 36 / 3600),
        ("113° 34′ 36″", 113 + 34 / 60 + 36 / 3600),
        ("113 度 34 分 36 秒", 113 + 34 / 60 + 36 / 3600),
        ("113度34分36秒", 113 + 34 / 60 + 36 / 3600),
        ("东经113°34′36″", 113 + 34 / 60 + 36 / 3600),
        ("东经：113度34分", 113 + 34 / 60),
        ("经度113.5", 113.5),
        ("E113°34.6'", 113 + 34.6 / 60),
        ("E113.34", 113.34),
        ("113.34 E", 113.34),
        ("N22°16'", 22 + 16 / 60),
        ("北纬22.27", 22.27),
        ("22.27n", 22.27),
        ("西经113.5", -113.5),
        ("113°30'W", -113.5),
        ("南纬22.5", -22.5),
        ("-22°30′", -22.5),
        ("E113-34-36", 113 + 34 / 60 + 36 / 3600),
        ("2,464,000.5", 2_464_000.5),
    ],
)
def test_coordinates_that_can_be_read(cell, degrees):
    parsed = parse_coordinates(table([cell]), "x")
    assert parsed.numbers.tolist() == [pytest.approx(degrees, abs=1e-12)]
    assert not parsed.unreadable.any()
    assert [one.severity for one in parsed.findings] == ([] if cell == "113.5767" else ["note"])


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("113°60′", "position-minutes"),
        ("113°34′61″", "position-minutes"),
        ("113.34.36", "position-ambiguous"),
        ("113-34-36", "position-ambiguous"),
        ("113 34 36", "position-ambiguous"),
        ("113,576", "position-comma"),
        ("113.5,22.3", "position-two-in-one"),
        ("113.5°34′", "position-unreadable"),
        ("E113E", "position-unreadable"),
        ("-113W", "position-unreadable"),
        ("1e400", "position-unreadable"),
        ("村口", "position-unreadable"),
        ("°", "position-unreadable"),
    ],
)
def test_coordinates_that_cannot_stay_unknown(cell, code):
    parsed = parse_coordinates(table(["", cell]), "x")
    assert parsed.numbers.isna().all()
    assert parsed.unreadable.tolist() == [False, True]
    assert told(parsed.findings) == [(code, 3, cell)]


def test_degrees_are_noted_once_and_strokes_are_empty():
    parsed = parse_coordinates(table(["113°34′36″", "113°30′", "—", "113.5"]), "x")
    assert told(parsed.findings) == [
        ("cell-blank-word", 4, "—"),
        ("position-degrees-read", 2, "113°34′36″"),
    ]
    assert dict(parsed.findings[1].facts) == {"count": "2", "example": "113.576666666667"}
    assert parsed.text.tolist() == ["113°34′36″", "113°30′", "", "113.5"]


def test_hyphens_are_degrees_where_the_column_has_degree_signs():
    parsed = parse_coordinates(table(["113-30-36", "113°30′"]), "x")
    assert parsed.numbers.tolist() == [pytest.approx(113.51), 113.5]


@pytest.mark.parametrize(
    ("repair", "value"), [("none", None), ("safe", 113.5767), ("all", 113.5767)]
)
def test_a_decimal_comma_is_read_where_repairs_are_allowed(repair, value):
    parsed = parse_coordinates(table(["113,5767"], repair=repair), "x")
    assert [None if pd.isna(one) else one for one in parsed.numbers] == [value]
    code = "position-comma" if value is None else "position-comma-read"
    assert told(parsed.findings) == [(code, 2, "113,5767")]
    assert parsed.repaired == (frozenset() if value is None else {2})


def test_letters_tell_that_two_columns_are_exchanged():
    given_table = table(["N22.3", "22.3N", "113.5E", "22.3N"], ["E113.5", "113.5", "22.3", "23N"])
    pair = parse_pair(given_table, "x", "y")
    assert pair.x.tolist()[:3] == [113.5, 113.5, 113.5]
    assert pair.y.tolist()[:3] == [22.3, 22.3, 22.3]
    assert pair.x.isna().tolist() == [False, False, False, True]
    assert [one for one in told(pair.findings) if "converted" not in one[0]] == [
        ("position-letters-swapped", 2, "N22.3, E113.5"),
        ("position-letters-swapped", 3, "22.3N, 113.5"),
        ("position-letters-wrong", 5, "22.3N, 23N"),
    ]
    assert pair.repaired == {2, 3}
    assert pair.told.tolist() == [False, False, False, True]
    untouched = parse_pair(table(["N22.3"], ["E113.5"], "none"), "x", "y")
    assert untouched.x.isna().all()
    assert untouched.findings[-1].code == "position-letters-wrong"


def test_degrees_packed_into_digits_are_a_finding_and_metres_are_not():
    given_table = table(["1133436", "113.5", "432123"], ["221616", "22.3", "2464000"])
    pair = parse_pair(given_table, "x", "y")
    assert pair.x.isna().tolist() == [True, False, False]
    assert told(pair.findings) == [("position-packed", 2, "1133436, 221616")]
    assert parse_pair(given_table, "x", "y", degrees=False).findings == ()


@pytest.mark.parametrize(
    ("cell", "x", "y", "turned"),
    [
        ("113.5767,22.2707", 113.5767, 22.2707, False),
        ("113.5767， 22.2707", 113.5767, 22.2707, False),
        ("(113.5 22.3)", 113.5, 22.3, False),
        ("POINT(113.5 22.3)", 113.5, 22.3, False),
        ("22.3,113.5", 113.5, 22.3, True),
        ("22.3,23.5", 22.3, 23.5, False),
        ("N22.3, E23.5", 23.5, 22.3, True),
        ("东经113°30′北纬22°30′", 113.5, 22.5, False),
        ("113°30′E 22°30′N", 113.5, 22.5, False),
        ("113° 30′ E, 22° 30′ N", 113.5, 22.5, False),
    ],
)
def test_two_coordinates_in_one_cell(cell, x, y, turned):
    pair = parse_pair(table([cell]), "x", "x")
    assert (pair.x.tolist(), pair.y.tolist()) == ([x], [y])
    assert [one.code for one in pair.findings] == [
        "position-pair-turned" if turned else "position-pair-read"
    ]


def test_what_is_no_pair_is_told():
    pair = parse_pair(table(["113.5", "113.5,22.3,5", "", "—", "N22,N23"]), "x", "x")
    assert pair.x.isna().all()
    assert told(pair.findings) == [
        ("cell-blank-word", 5, "—"),
        ("position-unreadable", 2, "113.5"),
        ("position-unreadable", 3, "113.5,22.3,5"),
        ("position-unreadable", 6, "N22,N23"),
    ]
    assert pair.told.tolist() == [True, True, False, False, True]


@given(
    st.integers(0, 179),
    st.integers(0, 59),
    st.integers(0, 5999),
    st.sampled_from([("°", "′", "″"), ("度", "分", "秒"), ("°", "'", '"'), ("° ", "' ", "''")]),
    st.sampled_from(["", "E", "W", "东经", "西经"]),
)
def test_every_degree_minute_and_second_comes_back(degrees, minutes, hundredths, signs, letter):
    cell = f"{degrees}{signs[0]}{minutes}{signs[1]}{hundredths / 100}{signs[2]}"
    cell = letter + cell if letter.startswith(("东", "西")) else cell + letter
    value = degrees + minutes / 60 + hundredths / 360_000
    side = -1 if letter in ("W", "西经") else 1
    parsed = parse_coordinates(table([cell]), "x")
    assert parsed.numbers.tolist() == [pytest.approx(side * value, abs=1e-10)]
