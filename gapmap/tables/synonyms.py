"""Which column is which: the titles that offices use, for what a study does not name."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING, Final

from gapmap.findings import Finding, fail, finding
from gapmap.tables.columns import actual_title, plain_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gapmap.tables.value import Table

__all__ = ["Wanted", "find_columns", "is_known_title"]

POSITION: Final = "position"
_AXES: Final = ("x", "y")
_BRACKET: Final = re.compile(r"(.+?)[(\[【][^()\[\]【】]*[)\]】]")
_SIMPLIFIED: Final = str.maketrans(
    "編號碼稱經緯區縣鄉鎮點東標積築總設機構學醫場縱橫時間開鄰屬現狀況態",
    "编号码称经纬区县乡镇点东标积筑总设机构学医场纵横时间开邻属现状况态",
)
"""Characters of the titles that offices in Taiwan, Hong Kong and Macao write otherwise."""
_MARKS: Final = str.maketrans("", "", "_-*:：")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for in a file where the study names no column for it.

    Attributes
    ----------
    needed
        Roles without which the file cannot be used; ``position`` is that of ``x`` and ``y``.
    optional
        Roles that are used where there is one column for them.
    hinted
        Roles that would change results: a note points out what looks like them.
    """

    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    hinted: tuple[str, ...] = ()


@cache
def _synonyms() -> dict[str, dict[str, list[str] | list[list[str]]]]:
    text = files("gapmap").joinpath("tables", "synonyms.toml").read_text("utf8")
    return tomllib.loads(text)


def _plain(title: str) -> str:
    plain = plain_title(title).translate(_SIMPLIFIED)
    bracketed = _BRACKET.fullmatch(plain)
    return (bracketed[1] if bracketed else plain).translate(_MARKS)


@cache
def _known_titles() -> frozenset[str]:
    entries = [one for role in _synonyms().values() for level in role.values() for one in level]
    return frozenset(
        _plain(name) for one in entries for name in ([one] if isinstance(one, str) else one)
    )


def is_known_title(cell: str) -> bool:
    """Say whether a cell reads like the title of a column that gapmap knows."""
    return _plain(cell) in _known_titles()


def find_columns(
    table: Table, kind: str, named: Mapping[str, str | None], wanted: Wanted
) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Give the column of each role, as the file writes its title.

    A column that the study names is taken, also where its title differs in blanks, line breaks,
    width and case and no other one fits; a note says so. For the wanted roles that it does not
    name, columns are found by the titles in ``synonyms.toml``, and a note names each choice. Of
    two levels of exactness the better one decides; within a level nothing does.

    Parameters
    ----------
    table
        Columns that the study names for one role are not taken for another. Where it has
        geometry, no position is looked for.
    kind
        ``districts``, ``towns``, ``places``, ``facilities`` or ``candidates``.
    named
        What the study names for each role, None where it names nothing.

    Raises
    ------
    InputError
        A named column is missing; no column, or more than one of the same exactness, fits a
        needed role.
    """
    columns = {
        role: actual_title(table, title) for role, title in named.items() if title is not None
    }
    found = [
        finding("column-title-other", file=table.file, field=columns[role], value=title)
        for role, title in dict(named).items()
        if title is not None and columns[role] != title
    ]
    search = _Search(table, kind, frozenset(columns.values()))
    for role in (*wanted.needed, *wanted.optional):
        if role in columns or (role == POSITION and _is_placed(table, columns)):
            continue
        found += search.choose(role, columns, needed=role in wanted.needed)
    for role in wanted.hinted:
        if role not in columns:
            found += search.hints(role, frozenset(columns.values()))
    return columns, tuple(found)


def _is_placed(table: Table, columns: Mapping[str, str]) -> bool:
    return table.geometry is not None or any(axis in columns for axis in _AXES)


@dataclass(frozen=True, slots=True)
class _Search:
    """A file whose columns are looked through; ``taken`` are those that the study names."""

    table: Table
    kind: str
    taken: frozenset[str]

    def _free(self) -> dict[str, list[str]]:
        """Give the titles that the study does not name, by their plain form."""
        free: dict[str, list[str]] = {}
        for title in map(str, self.table.cells.columns):
            if title not in self.taken:
                free.setdefault(_plain(title), []).append(title)
        return free

    def fitting(self, role: str) -> list[tuple[str, ...]]:
        """Give the columns, or pairs of columns, of the best level that has any."""
        free = self._free()
        lists = _synonyms()[role]
        for level in (self.kind, "any", "loose", "both"):
            fits: list[tuple[str, ...]] = []
            for entry in lists.get(level, ()):
                names = [_plain(name) for name in ([entry] if isinstance(entry, str) else entry)]
                if all(name in free for name in names):
                    fits += product(*(free[name] for name in names))
            if fits:
                return list(dict.fromkeys(fits))
        return []

    def choose(self, role: str, columns: dict[str, str], *, needed: bool) -> Iterator[Finding]:
        """Enter the column of a role, if there is exactly one, into ``columns``."""
        fits = self.fitting(role)
        if len(fits) > 1:
            shown = "; ".join(" + ".join(one) for one in fits)
            code = "columns-ambiguous" if needed else "columns-ambiguous-unused"
            said = finding(code, file=self.table.file, value=shown, role=role)
            if needed:
                fail(said)
            yield said
        elif fits:
            roles = (role,) if role != POSITION else _AXES
            titles = fits[0] * 2 if role == POSITION and len(fits[0]) == 1 else fits[0]
            for one, title in zip(roles, titles, strict=True):
                columns[one] = title
                yield finding("column-chosen", file=self.table.file, field=title, role=one)
        elif needed:
            fail(self._unfound(role))

    def _unfound(self, role: str) -> Finding:
        lists = _synonyms()[role]
        entries = [one for level in (self.kind, "any") for one in lists.get(level, ())]
        looked = ", ".join("/".join([one] if isinstance(one, str) else one) for one in entries)
        names = ", ".join(map(str, self.table.cells.columns))
        shown = "x, y" if role == POSITION else role
        return finding(
            "column-unfound", file=self.table.file, role=shown, looked=looked, columns=names or "–"
        )

    def hints(self, role: str, used: frozenset[str]) -> Iterator[Finding]:
        """Point out what looks like a role that the study does not name."""
        for fit in self.fitting(role):
            if fit[0] not in used:
                yield finding("column-unused-hint", file=self.table.file, field=fit[0], role=role)
