"""Every word that the page asks for is written, in Chinese and in English."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

REPORT = Path(__file__).parents[1] / "gapmap"
SOURCES = sorted((REPORT / "report" / "web" / "src").glob("*.js"))
WORDS = tomllib.loads((REPORT / "words.toml").read_text("utf8"))
SCRIPT = "\n".join(path.read_text("utf8") for path in SOURCES)

CALL = re.compile(r"\b(?:voice\.|page\.voice\.)?(say|value|title)\(\s*\"([a-z0-9_]+)\"(\s*\+)?")
LATIN = re.compile(r"[A-Za-z]{2,}")
CODE = re.compile(r"\{\w+[^}]*\}|[\w./-]+\.(csv|toml|json|html)\b|\b\w*_\w+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NO_WORDS = {
    # units, codes, formats, names of methods, of programs and of their authors, commands, keys
    *("km", "mm", "GB", "EPSG", "SHA", "ID", "CRS", "PNG", "JSON", "CSV", "XLSX", "TOML", "GPU"),
    *("POS", "ATM", "FGT", "SFCA", "DBSCAN", "Theil", "Palma", "Gini", "Duncan", "Erreygers"),
    *("Luo", "Qi", "Hansen", "Leaflet", "BSD", "Clause", "Volodymyr", "Agafonkin", "CloudMade"),
    *("gapmap", "run", "STUDY", "FILE", "scenario", "csv", "html", "pdf", "docx", "json", "toml"),
    *("Ga", "BFCA", "Jenks", "Langmuir", "AccessMod", "Tab", "xlsx", "tables"),
    *("figures", "surface"),
    *("Chrome", "Edge", "Firefox", "Safari", "Tobler", "Naismith", "English", "GeoPackage", "WGS"),
}


def _asked() -> dict[str, set[str]]:
    asked: dict[str, set[str]] = {"say": set(), "value": set(), "title": set()}
    for kind, key, joined in CALL.findall(SCRIPT):
        if not joined:
            asked[kind].add(key)
    return asked


def test_every_word_that_the_scripts_name_is_written() -> None:
    asked = _asked()
    report, values, columns = (WORDS[part] for part in ("report", "values", "columns"))
    assert len(asked["say"]) > 200  # the pattern finds them
    assert sorted(asked["say"] - set(report)) == []
    assert sorted(asked["value"] - set(values)) == []
    assert sorted(asked["title"] - set(columns) - set(report)) == []


def test_every_beginning_of_a_word_that_the_scripts_complete_has_words() -> None:
    begun = {key for kind, key, joined in CALL.findall(SCRIPT) if joined and kind == "say"}
    assert begun
    for key in begun:
        assert [one for one in WORDS["report"] if one.startswith(key)], key


def test_every_section_has_a_title() -> None:
    ids = set(re.findall(r"section\(page, \"(\w+)\"", SCRIPT))
    ids |= set(re.findall(r"^  id: \"(\w+)\",$", SCRIPT, re.MULTILINE))
    assert {"document", "scoreboard", "reasons", "gaps", "findings"} <= ids
    for part in re.findall(r"^export const \w*Section = \{\n  id: \"(\w+)\"", SCRIPT, re.MULTILINE):
        assert f"section_{part}" in WORDS["report"]


@pytest.mark.parametrize("part", sorted(WORDS))
def test_every_word_stands_in_both_languages(part: str) -> None:
    for key, entry in WORDS[part].items():
        assert set(entry) == {"zh", "en"}, key
        assert entry["zh"].strip(), key
        assert entry["en"].strip(), key


def test_holes_are_the_same_in_both_languages() -> None:
    hole = re.compile(r"\{(\w+)")
    for key, entry in WORDS["report"].items():
        missing = set(hole.findall(entry["en"])) ^ set(hole.findall(entry["zh"]))
        assert not missing, key


def test_chinese_has_no_english_and_english_no_chinese() -> None:
    mixed = []
    for part, words in WORDS.items():
        for key, entry in words.items():
            if key == "simulated_data":  # in both languages at once, wherever it stands
                continue
            if set(LATIN.findall(CODE.sub("", entry["zh"]))) - NO_WORDS:
                mixed.append((part, key, entry["zh"]))
            if CHINESE.search(entry["en"]):
                mixed.append((part, key, entry["en"]))
    assert mixed == []
