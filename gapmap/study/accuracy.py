"""How exact the positions of each input are, by what its rows call the file that they stand in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gapmap.errors import StudyError
from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.facilities import Facilities
    from gapmap.places import Places
    from gapmap.studyfile import StudyFile

__all__ = ["by_words"]


def by_words(file: StudyFile, places: Places, facilities: Facilities) -> StudyFile:
    """Key ``position_m`` of each block by what the rows read from it call their file.

    That names a sheet, a layer, or what was packed, too: ``sites.xlsx[north]``, ``s.zip[a.csv]``.

    Raises
    ------
    StudyError
        Two inputs that differ in how exact they are have rows that name the same file.
    """
    asked = file.sensitivity
    if asked is None:
        return file
    held: dict[str, float | None] = {}
    for where, metres, words in _blocks(file, places, facilities):
        for word in words:
            if held.setdefault(word, metres) != metres:
                said = finding(
                    "study-position-twice",
                    file=file.path.name,
                    key=f"{where}.position_m",
                    value=word,
                )
                fail(said, StudyError)
    known = {word: metres for word, metres in held.items() if metres is not None}
    assumptions = replace(asked.assumptions, position_m_by_file=known)
    return replace(file, sensitivity=replace(asked, assumptions=assumptions))


def _blocks(
    file: StudyFile, places: Places, facilities: Facilities
) -> Iterator[tuple[str, float | None, list[str]]]:
    """Give each block, its ``position_m``, and the words of its rows."""
    blocks = [("places", file.raw["places"], places.table["file"])]
    ends = np.cumsum([0, *facilities.sizes])
    named = facilities.table["file"]
    for number, block in enumerate(file.raw.get("facilities", [])):
        rows = named.iloc[ends[number] : ends[number + 1]]
        blocks.append((f"facilities[{number + 1}]", block, rows))
    for where, block, rows in blocks:
        metres = float(block["position_m"]) if "position_m" in block else None
        yield where, metres, sorted(set(rows.astype(str)))
