"""What can go wrong, as a tree.

::

    GapmapError
    ├── InputError        a file or cell that cannot be used
    │   ├── CrsError      a coordinate system is missing, unknown or unusable
    │   ├── StudyError    the study file itself
    │   ├── PlanError     a plan file
    │   ├── NetworkError  roads and ferries
    │   └── ScenarioError a what-if file
    ├── MethodError       a function was called with values it cannot work on
    └── OutputError       results cannot be written

Every error says what is wrong, where, and what to do, in English and in Chinese.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "CrsError",
    "GapmapError",
    "InputError",
    "MethodError",
    "NetworkError",
    "OutputError",
    "PlanError",
    "ScenarioError",
    "StudyError",
]


class GapmapError(Exception):
    """Something that a planner can put right.

    Parameters
    ----------
    en, zh
        The same sentence in English and in Chinese: what is wrong, where, what to do.

    Examples
    --------
    >>> GapmapError("no such file", "没有这个文件").text("zh")
    '没有这个文件'
    """

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh or en

    def text(self, language: str = "en") -> str:
        """Give the message in ``language`` (``"zh"`` or ``"en"``)."""
        return self.zh if language == "zh" else self.en


class InputError(GapmapError):
    """A file, row or cell that cannot be used; carries where it stands.

    Parameters
    ----------
    en, zh
        The message in both languages.
    code
        The finding's code in the catalogue (``findings.toml``).
    file, row, field, value
        Where: file name, row as a spreadsheet shows it, column, and what stood there.
    found
        The findings that make the input unusable, this one first; empty where none was made.
    """

    def __init__(  # noqa: PLR0913 - an error's place has four coordinates
        self,
        en: str,
        zh: str = "",
        *,
        code: str = "input-unusable",
        file: str = "",
        row: int | None = None,
        field: str = "",
        value: str = "",
        found: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(en, zh)
        self.code = code
        self.file = file
        self.row = row
        self.field = field
        self.value = value
        self.found = found


class CrsError(InputError):
    """A coordinate system is missing, unknown or cannot be used here."""


class StudyError(InputError):
    """The study file is wrong."""


class PlanError(InputError):
    """A plan file is wrong."""


class NetworkError(InputError):
    """Roads or ferries cannot be used."""


class ScenarioError(InputError):
    """A what-if file is wrong."""


class MethodError(GapmapError, ValueError):
    """A function was called with values that it cannot work on."""


class OutputError(GapmapError):
    """Results cannot be written."""
