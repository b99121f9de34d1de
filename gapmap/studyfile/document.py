"""The block that makes the outputs a document: ``[report]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gapmap.about import Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.studyfile.reading import Reader

__all__ = ["read_document"]

_TEXTS = ("title", "prepared_by", "checked_by", "approved_by", "approval_number", "base_map")


def read_document(reader: Reader, raw: Mapping[str, Any]) -> Document:
    """Read ``[report]``; a study without it gives an internal draft that nobody signs.

    ``internal = false`` cannot make maps public that have no approval number: an error says what
    to write instead.
    """
    if "report" not in raw:
        return Document()
    block = reader.block("report", raw["report"])
    texts = {key: str(block.get(key, "")).strip() for key in _TEXTS}
    if block.get("internal") is False and not texts["approval_number"]:
        reader.fail("study-report-internal", "report.internal", value=False)
    day = block.get("prepared_on")
    return Document(
        **texts,
        prepared_on=None if day is None else reader.date("report.prepared_on", day),
        internal=bool(block.get("internal", False)),
    )
