"""The catalogue of findings: complete, used, and in both languages."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from gapmap.errors import InputError
from gapmap.findings import (
    SEVERITIES,
    as_table,
    catalogue,
    fail,
    finding,
    from_error,
    may_repair,
    worst_first,
)

SOURCE = Path(__file__).parents[1] / "gapmap"
CODE = "\n".join(path.read_text("utf8") for path in SOURCE.rglob("*.py"))
PLACE = {"file", "row", "field", "value"}


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_code_that_is_made_stands_in_the_catalogue() -> None:
    made = set(re.findall(r"\b(?:finding|row_findings)\(\s*\"([a-z0-9-]+)\"", CODE))
    assert len(made) > 50
    assert not made - set(catalogue())


def test_every_code_of_the_catalogue_is_used() -> None:
    unused = [code for code in catalogue() if f'"{code}"' not in CODE]
    assert not unused


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_both_languages_tell_the_same_facts(code: str) -> None:
    entry = catalogue()[code]
    needed = {"severity", "zh", "en", "do_zh", "do_en", "done_zh", "done_en"}
    assert set(entry) - {"repair"} == needed
    assert entry["severity"] in SEVERITIES
    assert entry.get("repair", "safe") in {"safe", "all"}
    if code == "input-unusable":
        return
    assert entry["severity"] == "note" or entry["do_en"], "an error or warning says what to do"
    assert re.search(r"[\u4e00-\u9fff]", entry["zh"])
    assert re.search(r"[a-z]{2}", entry["en"])
    for zh, en in (("zh", "en"), ("do_zh", "do_en"), ("done_zh", "done_en")):
        told = [
            {name.removesuffix("_zh").removesuffix("_en") for name in placeholders(words)} - PLACE
            for words in (entry[zh], entry[en])
        ]
        assert told[0] == told[1]
        assert bool(entry[zh]) == bool(entry[en])


def test_a_study_says_how_far_repairs_go() -> None:
    assert may_repair("safe", "id-made")
    assert may_repair("all", "id-made")
    assert not may_repair("none", "id-made")
    assert finding("id-made", new="row-2").repair == "safe"
    assert finding("row-too-long", columns=3).repair == ""


def test_an_error_keeps_all_findings_that_it_was_made_of() -> None:
    facts = {"file": "v.csv", "field": "code"}
    with pytest.raises(InputError) as caught:
        fail(finding("id-missing", row=3, **facts), also=[finding("id-missing", row=8, **facts)])
    kept = from_error(caught.value)
    assert [(one.code, one.row, one.severity) for one in kept] == [
        ("id-missing", 3, "error"),
        ("id-missing", 8, "error"),
    ]


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("villages.csv", ("villages.csv", "")),
        ("v.xlsx[Sheet 1]", ("v.xlsx", "Sheet 1")),
        ("v[1].gpkg[a]b]", ("v[1].gpkg", "a]b")),
        ("v[1].csv", ("v[1].csv", "")),
        ("m.zip[m.xlsx][表1]", ("m.zip", "m.xlsx / 表1")),
    ],
)
def test_file_and_layer_stand_apart(file: str, told: tuple[str, str]) -> None:
    assert finding("table-empty", file=file).file_and_layer == told


def test_user_text_with_braces_is_shown_as_it_is() -> None:
    found = finding("position-empty", file="a.csv", row=3, field="x", value="{0} {value!r} {{")
    assert "{0} {value!r} {{" in found.message("en") + found.value


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 place has no known number of people; it counts as a place and adds no people"),
        (0, "0 places have no known number of people; they count as places and add no people"),
        (21, "21 places have no known number of people; they count as places and add no people"),
    ],
)
def test_words_go_with_their_number(count: int, said: str) -> None:
    assert finding("people-unknown", file="a.csv", field="p", count=count).message() == said


def test_one_more_row_is_no_rows() -> None:
    two = replace(finding("name-empty", file="a.csv", row=3, value="x"), further=(4,))
    assert two.message().endswith("(so too 1 more row)")


ONE_OR_MANY = re.compile(r"\{(\w+):([^{}|]*)\|([^{}]*)\}")


def test_words_for_one_and_many_stand_with_their_number() -> None:
    for entry in catalogue().values():
        for words in (entry["en"], entry["do_en"], entry["done_en"]):
            for name, one, many in ONE_OR_MANY.findall(words):
                assert f"{{{name}}}" in words
                assert one != many
        assert not any(ONE_OR_MANY.search(entry[key]) for key in ("zh", "do_zh", "done_zh"))


def test_worst_first_and_the_table() -> None:
    note = finding("setting-unknown", file="b.csv", row=9, count=1, some="{}")
    error, *_ = from_error(InputError("bad", "坏", file="z.csv", row=4, field="f", value="v"))
    assert [one.severity for one in worst_first([note, error])] == ["error", "note"]
    table = as_table([note, error], "zh")
    assert list(table.columns) == [
        *("severity", "code", "file", "layer", "row", "rows", "field", "value"),
        *("message", "what_to_do", "done", "message_zh", "message_en"),
    ]
    assert table.loc[0, "message"] == "坏"
    assert str(table["row"].dtype) == "Int64"
    assert as_table([]).empty
    assert isinstance(as_table([]), pd.DataFrame)


def test_an_error_says_where_and_what_to_do() -> None:
    with pytest.raises(InputError) as caught:
        fail(
            finding(
                "study-positive", file="s.toml", row=3, field="limit_m", value=-1, key="limit_m"
            )
        )
    assert str(caught.value).startswith("s.toml row 3 column limit_m: limit_m must be above 0")
    assert caught.value.text("zh").startswith("s.toml 第 3 行 “limit_m”列: “limit_m”须大于 0")


def test_a_list_with_ranks_of_its_own_keeps_its_order() -> None:
    facts = {"name": "A", "nearest": "1", "mode": "walk"}
    far = [finding("place-far-leg", row=row, **facts) for row in (9, 2, 5)]
    rows = [replace(one, rank=rank) for rank, one in enumerate(far, start=1)]
    plain = [finding("position-empty", row=row, name="A", x="x", y="y") for row in (7, 3)]
    told = [(one.code, one.row) for one in worst_first([*plain, *rows[::-1]])]
    assert [row for code, row in told if code == "place-far-leg"] == [9, 2, 5]
    assert [row for code, row in told if code == "position-empty"] == [3, 7]


def test_a_file_name_that_is_no_text_can_be_written() -> None:
    found = finding("file-empty", file="a\udcff.csv", value="\udcff三灶")
    assert (found.file, found.value) == ("a\\udcff.csv", "\\udcff三灶")
    assert as_table([found]).loc[0, "file"] == "a\\udcff.csv"


def test_a_finding_of_many_rows_names_them_all_in_the_table() -> None:
    many = replace(finding("name-empty", file="a.csv", row=3, value="x"), further=(4, 5, 9))
    table = as_table([many])
    assert table.loc[0, "rows"] == "3-5, 9"
    assert table.loc[0, "message"].endswith("(so too 3 more rows)")
    assert many.stands_for == 4
    own = finding("people-unknown", file="a.csv", row=3, field="p", count=4)
    of_column = replace(own, further=(4, 5, 9))
    assert of_column.stands_for == 1
    assert of_column.message() == own.message()
    assert as_table([of_column]).loc[0, "rows"] == "3-5, 9"
