"""One table of a plan file; every look at a key says clearly what is wrong with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, NoReturn

from gapmap.errors import PlanError
from gapmap.facilities import ORDER, read_condition
from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Cells"]

_NEEDED: Any = object()
_IN_NUMBERS: Final = ("floor_area_m2", "capacity")
"""Attributes of facilities that are read as numbers, in one unit."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A table of the file, and where in the file it stands.

    Attributes
    ----------
    file
        The file's name.
    where
        The target, or the table's name, as errors show it.
    content
        The parsed values.
    """

    file: str
    where: str
    content: Mapping[str, Any]

    def called(self, kind: str, name: str) -> Cells:
        """Give the same table under the name that errors should use."""
        return Cells(self.file, f"{kind} {name}", self.content)

    def wrong(self, key: str, code: str, **facts: Any) -> NoReturn:  # noqa: ANN401 - words
        """Raise: ``key`` of this table cannot be used."""
        fail(
            finding(
                code,
                file=self.file,
                field=key,
                value=self.content.get(key, ""),
                where=self.where or "plan",
                key=key,
                **facts,
            ),
            PlanError,
        )

    def allow(self, *keys: str) -> None:
        """Raise where the table has a key that is not among ``keys``."""
        for key in self.content:
            if key not in keys:
                self.wrong(key, "plan-key-unknown", nearest=_nearest(key, keys))

    def _get(self, key: str, default: Any = _NEEDED) -> Any:  # noqa: ANN401 - a TOML value
        if key not in self.content:
            if default is _NEEDED:
                self.wrong(key, "plan-key-missing")
            return default
        return self.content[key]

    def text(self, key: str, default: str = _NEEDED) -> str:
        """Give a text that is not empty."""
        value = self._get(key, default)
        if not isinstance(value, str) or (default is _NEEDED and not value.strip()):
            self.wrong(key, "plan-value-wrong", wanted_zh="文字", wanted="text")
        return value

    def texts(self, key: str, default: tuple[str, ...] = _NEEDED) -> tuple[str, ...]:
        """Give a list of texts."""
        value = self._get(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            self.wrong(key, "plan-value-wrong", wanted_zh="文字列表", wanted="a list")
        return tuple(value)

    def words(self, key: str, *, needed: bool = True) -> dict[str, str]:
        """Give a text in both languages, such as ``{ zh = "...", en = "..." }``."""
        value = self._get(key, _NEEDED if needed else {})
        good = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
        if not good or (value and set(value) != {"zh", "en"}) or (needed and not value):
            pair = '{ zh = "...", en = "..." }'
            self.wrong(key, "plan-value-wrong", wanted_zh=pair, wanted=pair)
        return dict(value)

    def date(self, key: str) -> dt.date:
        """Give a date."""
        value = self._get(key)
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            day = "2014-12-31"
            self.wrong(
                key,
                "plan-value-wrong",
                wanted_zh=f"日期(如 {day},不加引号)",
                wanted=f"a date such as {day}, without quotes",
            )
        return value

    def number(self, key: str) -> float | None:
        """Give a number, None where the key is absent."""
        value = self._get(key, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(key, "plan-value-wrong", wanted_zh="数字", wanted="a number")
        return float(value)

    def flag(self, key: str) -> bool | None:
        """Give true or false, None where the key is absent."""
        value = self._get(key, None)
        if value is not None and not isinstance(value, bool):
            yes_no = "true / false"
            self.wrong(key, "plan-value-wrong", wanted_zh=yes_no, wanted=yes_no)
        return value

    def choice(self, key: str, known: tuple[str, ...], default: str = _NEEDED) -> str:
        """Give one of the ``known`` words."""
        value = self.text(key, default)
        self.one_of(key, value, known)
        return value

    def one_of(self, key: str, value: str, known: tuple[str, ...]) -> None:
        """Raise where ``value`` is not among the ``known`` words."""
        if value not in known:
            self.wrong(
                key,
                "plan-word-unknown",
                word=value,
                known=", ".join(filter(None, known)),
                nearest=_nearest(value, known),
            )

    def table(self, key: str) -> Cells:
        """Give the table under ``key``."""
        value = self._get(key)
        if not isinstance(value, dict):
            self.wrong(key, "plan-value-wrong", wanted_zh="表", wanted="a table")
        return Cells(self.file, key, value)

    def tables(self, key: str, *, needed: bool = True) -> list[Cells]:
        """Give the list of tables under ``key``."""
        value = self._get(key, _NEEDED if needed else [])
        good = isinstance(value, list) and all(isinstance(one, dict) for one in value)
        if not good or (needed and not value):
            self.wrong(key, "plan-value-wrong", wanted_zh="表的列表", wanted="tables")
        return [
            Cells(self.file, self.where or f"{key} {number}", one)
            for number, one in enumerate(value, 1)
        ]

    def named(self, key: str) -> list[tuple[str, Cells]]:
        """Give the tables under ``key`` with their names."""
        if key not in self.content:
            return []
        inner = self.table(key)
        return [
            (name, Cells(self.file, f"{key}.{name}", inner.table(name).content))
            for name in inner.content
        ]

    def values(self, key: str) -> dict[str, tuple[str, ...]]:
        """Give attribute values such as ``{ level = ["town", "镇级"] }``.

        A value may be a condition (``{ floor_area_m2 = ">= 250" }``), alone and of a column that
        the facilities have as numbers: of another one nobody knows the unit here.
        """
        if key not in self.content:
            return {}
        inner = self.table(key)
        found = {
            name: (one,) if isinstance(one, str) else inner.texts(name)
            for name, one in inner.content.items()
        }
        for name, values in found.items():
            conditions = [read_condition(one) for one in values]
            signs = [one.sign for one in conditions if one is not None and one.sign != "=="]
            ordered = bool(signs) and signs[0] in ORDER
            if (
                None in conditions
                or (signs and len(values) > 1)
                or (ordered and name not in _IN_NUMBERS)
            ):
                self.wrong(key, "plan-condition", attribute=name, asked=", ".join(values))
        return found


def _nearest(word: str, known: Iterable[str]) -> str:
    """Give the known word that looks most like ``word``, all known words where none does."""
    known = [one for one in known if one]
    return next(iter(get_close_matches(word, known, 1, 0.5)), " / ".join(known))
