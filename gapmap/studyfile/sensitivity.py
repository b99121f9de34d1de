"""The block that says what is not known exactly: ``[sensitivity]``."""

from __future__ import annotations

from dataclasses import fields
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from gapmap.sensitivity import LIMIT_BASES, Assumptions
from gapmap.studyfile.keys import LIST
from gapmap.studyfile.value import DRAWS, MOST_DRAWS, SensitivityEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gapmap.studyfile.reading import Reader

__all__ = ["read_sensitivity"]

_BELOW_ONE: Final = ("speed", "limit")
_AT_MOST_ONE: Final = ("ferry_wait_otherwise",)
_OPEN: Final = ("position_m", "people", "people_common")


def read_sensitivity(reader: Reader, raw: Mapping[str, Any]) -> SensitivityEntry | None:
    """Read ``[sensitivity]``, and how exact the positions of each file are; None without it."""
    if "sensitivity" not in raw:
        return None
    block = reader.block("sensitivity", raw["sensitivity"])
    reader.positive("sensitivity", block, "draws")
    draws = block.get("draws", DRAWS)
    if draws != int(draws) or draws > MOST_DRAWS:
        wanted = f"1, 2, 3 ... {MOST_DRAWS}"
        reader.fail("study-value-kind", "sensitivity.draws", draws, wanted=wanted)
    for key in (*_BELOW_ONE, *_AT_MOST_ONE, *_OPEN):
        _check(reader, "sensitivity", block, key)
    bases = block.get("limit_bases", ["assumption"])
    for base in bases:
        if not isinstance(base, str):
            reader.fail("study-value-kind", "sensitivity.limit_bases", bases, wanted=LIST)
        reader.choice("sensitivity.limit_bases", base, LIMIT_BASES)
    known = {one.name for one in fields(Assumptions)}
    told = {key: value for key, value in block.items() if key in known}
    told |= {"limit_bases": tuple(bases), "position_m_by_file": dict(_by_file(reader, raw))}
    return SensitivityEntry(draws=int(draws), assumptions=Assumptions(**told))


def _by_file(reader: Reader, raw: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Give the accuracy of the positions of each file, sheet or layer that says it.

    A row knows the name of its file alone, so that files of one name are to be equally accurate.
    """
    blocks = [("places", raw["places"])]
    blocks += [(f"facilities[{n}]", one) for n, one in enumerate(raw.get("facilities", []), 1)]
    held: dict[str, float | None] = {}
    for where, block in blocks:
        _check(reader, where, block, "position_m")
        metres = float(block["position_m"]) if "position_m" in block else None
        part = block.get("sheet", block.get("layer"))
        name = PurePath(str(block["path"])).name + ("" if part is None else f"[{part}]")
        if held.setdefault(name, metres) != metres:
            reader.fail("study-position-twice", f"{where}.position_m", name)
        if metres is not None:
            yield name, metres


def _check(reader: Reader, where: str, block: Mapping[str, Any], key: str) -> None:
    if key not in block:
        return
    value = float(block[key])
    if value < 0:
        reader.fail("study-negative", f"{where}.{key}", block[key])
    if (key in _BELOW_ONE and value >= 1) or (key in _AT_MOST_ONE and value > 1):
        words = ("below 1", "小于 1") if key in _BELOW_ONE else ("at most 1", "不大于 1")
        reader.fail("study-too-wide", f"{where}.{key}", block[key], most=words[0], most_zh=words[1])
