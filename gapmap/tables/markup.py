"""KML and GPX before GDAL reads them: safe to parse, and how many features they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gapmap.findings import fail, finding
from gapmap.tables.xml_guard import count_elements, root_element

if TYPE_CHECKING:
    from gapmap.tables.vectorfile import VectorFile

__all__ = ["GPX_LAYERS", "check_markup"]

GPX_LAYERS: Final = {"waypoints": "wpt", "tracks": "trk", "routes": "rte"}
"""Layers of a GPX file in the order of preference, and the element that each feature is."""


def check_markup(file: VectorFile) -> dict[str, int]:
    """Check a KML or GPX file, and count its features by their element.

    Raises
    ------
    InputError
        It has a document type, nests too deeply, is cut off, or is no such file.
    """
    with file.opened() as stream:
        root = root_element(stream, file.name)
        if root != file.ending.lstrip("."):
            fail(finding("vector-not-its-format", file=file.name, ending=file.ending))
        stream.seek(0)
        return count_elements(stream, file.name, ("Placemark", *GPX_LAYERS.values()))
