"""Readings of Chinese characters, for the report's search."""

from __future__ import annotations

import subprocess
import sys

import toys

from gapmap.report.pinyin import names_of, readings


def test_every_reading_of_a_character_is_kept() -> None:
    told = readings(["长沙圩", "重阳", "吕"])
    assert told["长"].split() == ["zhang", "chang"]
    assert "chong" in told["重"].split()
    assert told["吕"] == "lv"


def test_what_is_not_chinese_has_no_reading() -> None:
    assert readings(["Ísafjörður", "<b>", "A1 ㎡ 123 …", ""]) == {}
    assert readings(["𠮷村"]) == {"村": "cun"}


def test_names_are_those_of_places_towns_districts_and_facilities() -> None:
    names = names_of(toys.assessment())
    assert "城南街道" in names
    assert "香洲区" in names


def test_a_report_without_chinese_names_does_not_load_the_table() -> None:
    code = (
        "import sys\n"
        "from gapmap.report.pinyin import readings\n"
        "assert readings(['Bolungarvik']) == {}\n"
        "assert 'pypinyin' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
