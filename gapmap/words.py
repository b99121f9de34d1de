"""The words that outputs use, in Chinese and English: column titles, statuses, reasons, units.

They stand in ``words.toml``; a word that is missing there is shown as it is written.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["joined_word", "listed", "title", "vocabulary", "word"]

_MOST_NAMES = 5
_REST = "rest of "


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(files("gapmap").joinpath("words.toml").read_text("utf8"))


def title(column: str, language: str = "en", *, table: str = "") -> str:
    """Give a column's title; in some tables a column means something of its own.

    Examples
    --------
    >>> title("people_covered", "zh")
    '覆盖人口'
    >>> title("facility", "en"), title("facility", "en", table="capacity")
    ('nearest facility', 'facility')
    """
    words = _words()
    own = words.get(f"columns_of_{table}", {}).get(column)
    return (own or words["columns"].get(column, {})).get(language, column)


def word(key: str, language: str = "en") -> str:
    """Give a value's word, such as a status or reason.

    Examples
    --------
    >>> word("uncovered", "zh")
    '未覆盖'
    >>> word("rest of west", "zh")
    '西部以外'
    """
    words = _words()
    own = words["values"].get(key, {}).get(language)
    group = key.removeprefix(_REST)
    if own or language == "en" or group in ("", key):
        return own or key
    return words["report"]["rest_of"][language].format(group=word(group, language))


def joined_word(key: str, language: str = "en") -> str:
    """Give a value's word, or several that are joined by a plus.

    Examples
    --------
    >>> joined_word("polygon+network", "en")
    'within its polygon + network'
    """
    told = word(key, language)
    if told == key and "+" in key:
        return " + ".join(word(part, language) for part in key.split("+"))
    return told


def listed(names: Iterable[object]) -> dict[str, Any]:
    """Name the first few of several, as facts of a finding in both languages.

    Examples
    --------
    >>> listed(["甲", "乙"])
    {'names_zh': '甲、乙', 'names_en': '甲, 乙'}
    """
    told = [str(name) for name in names]
    more = " …" if len(told) > _MOST_NAMES else ""
    marks = {"names_zh": "、", "names_en": ", "}
    return {fact: mark.join(told[:_MOST_NAMES]) + more for fact, mark in marks.items()}


def vocabulary() -> dict[str, object]:
    """Give all words in both languages, for a page that switches by itself."""
    words = _words()
    return {part: words.get(part, {}) for part in ("report", "values", "columns")}
