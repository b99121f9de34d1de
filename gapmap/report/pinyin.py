"""How Chinese characters are read, so that names are found by their pinyin or its initials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.cells import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapmap.assessment import Assessment

__all__ = ["names_of", "readings"]

_FIRST_HAN = "\u3400"


def readings(texts: Iterable[str]) -> dict[str, str]:
    """Give the readings of each Chinese character in some texts, by character.

    Parameters
    ----------
    texts
        Names; characters that no Chinese syllable belongs to are left out.

    Returns
    -------
    dict
        Toneless pinyin, several readings with a blank between them, the most frequent first; ``v``
        stands for ``ü`` as on keyboards.

    Notes
    -----
    Every reading is kept instead of choosing one by context: 长 in a village's name is ``chang``
    here and ``zhang`` there, and whoever looks for it must find it either way. Readings are those
    of pypinyin (ADR 13). It takes half a second and 60 MB to load, so a report without Chinese
    names does not.

    Examples
    --------
    >>> readings(["长沙村 A1"])
    {'村': 'cun', '沙': 'sha suo', '长': 'zhang chang'}
    """
    found = sorted({char for text in texts for char in text if char >= _FIRST_HAN})
    if not found:
        return {}
    from pypinyin import Style, pinyin  # noqa: PLC0415 - see Notes

    told = {}
    for char in found:
        read = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
        if read:
            told[char] = " ".join(read[0])
    return told


def names_of(assessment: Assessment) -> list[str]:
    """List what is looked for by name: places, towns, districts and facilities."""
    places = assessment.access.places.table
    facilities = assessment.access.facilities.table
    columns = [places[name] for name in ("place", "town", "district")]
    columns.append(facilities["facility"])
    return [visible(str(text)) for one in columns for text in one.dropna().unique()]
