"""The words that outputs use, in Chinese and English: column titles, statuses, reasons, units.

They stand in ``words.toml``; a word that is missing there is shown as it is written.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

__all__ = ["title", "vocabulary", "word"]


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
    """
    return _words()["values"].get(key, {}).get(language, key)


def vocabulary() -> dict[str, object]:
    """Give all words in both languages, for a page that switches by itself."""
    words = _words()
    return {part: words.get(part, {}) for part in ("report", "values", "columns")}
