"""The block that says how gaps are grouped: ``[typology]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gapmap.studyfile.keys import LIST
from gapmap.studyfile.value import TypologyEntry
from gapmap.typology import MOST_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.studyfile.reading import Reader

__all__ = ["read_typology"]


def read_typology(reader: Reader, raw: Mapping[str, Any]) -> TypologyEntry:
    """Read ``[typology]``; a study without it has its gaps grouped all the same."""
    if "typology" not in raw:
        return TypologyEntry()
    block = reader.block("typology", raw["typology"])
    most = block.get("most_kinds", MOST_KINDS)
    if most not in range(1, MOST_KINDS + 1):
        wanted = ", ".join(str(one) for one in range(1, MOST_KINDS + 1))
        reader.fail("study-choice", "typology.most_kinds", most, choices=wanted)
    services = block.get("services")
    for one in services or ():
        if not isinstance(one, str):
            reader.fail("study-value-kind", "typology.services", services, wanted=LIST)
        reader.choice("typology.services", one, tuple(raw.get("services", {})))
    return TypologyEntry(
        services=None if services is None else tuple(services),
        most_kinds=int(most),
        none=bool(block.get("none", False)),
    )
