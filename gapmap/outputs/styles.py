"""QGIS styles (QML) for the layers of ``results.gpkg``.

Symbols carry their properties twice, as ``Option`` (QGIS 3.22 and later) and as ``prop`` (before).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["HUES", "SHAPES", "STATUS_COLOURS", "Look", "categorized", "single"]

STATUS_COLOURS = {"covered": "#1b6ca8", "uncovered": "#d55e00", "unknown": "#8c8c8c"}
"""Apart under the three colour-vision deficiencies; shapes tell them apart as well."""
HUES = ("#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7b4fa3", "#444444", "#9c6b30")
SHAPES = (
    *("square", "diamond", "pentagon", "star", "cross_fill", "hexagon", "equilateral_triangle"),
    *("diamond_star", "half_square", "shield", "parallelogram_right"),
)
_STATUS_SHAPES = {"covered": "circle", "uncovered": "triangle", "unknown": "square"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one symbol looks.

    Attributes
    ----------
    kind
        ``marker``, ``line`` or ``fill``.
    colour
        ``#rrggbb``; of a fill, the colour of its outline.
    shape
        QGIS's name of a marker's shape.
    size_mm
        Size of a marker, width of a line or outline.
    dashed
        Whether a line or outline is dashed.
    opacity
        From 0 to 1, of the whole symbol.
    filled
        Whether a fill has its colour inside too.
    """

    kind: str
    colour: str
    shape: str = "circle"
    size_mm: float = 2.4
    dashed: bool = False
    filled: bool = False
    opacity: float = field(default=1.0)

    @classmethod
    def of_status(cls, status: str) -> Look:
        """Give the look of places of one status."""
        return cls(kind="marker", colour=STATUS_COLOURS[status], shape=_STATUS_SHAPES[status])


def single(look: Look, *, aliases: Mapping[str, str], label: str = "") -> str:
    """Write a style with one symbol for all features; ``label`` names the field to write."""
    root = _root(labelled=bool(label))
    renderer = ET.SubElement(root, "renderer-v2", _RENDERER | {"type": "singleSymbol"})
    ET.SubElement(renderer, "symbols").append(_symbol("0", look))
    if label:
        root.append(_labels(label))
    return _written(root, aliases)


def categorized(
    column: str,
    looks: Sequence[tuple[str, str, Look]],
    *,
    aliases: Mapping[str, str],
    label: str = "",
    whole: bool = False,
) -> str:
    """Write a style that goes by a column's values.

    Parameters
    ----------
    column
        The field whose values decide.
    looks
        Value, text in the legend, and look, in the legend's order.
    aliases
        What the fields are called in the attribute table.
    label
        The field to write beside each feature; none if empty.
    whole
        The values are whole numbers, not texts.
    """
    root = _root(labelled=bool(label))
    renderer = ET.SubElement(
        root, "renderer-v2", _RENDERER | {"type": "categorizedSymbol", "attr": column}
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (value, told, look) in enumerate(looks):
        ET.SubElement(
            categories,
            "category",
            {
                "value": value,
                "symbol": str(number),
                "label": told,
                "render": "true",
                "type": "long" if whole else "string",
            },
        )
        symbols.append(_symbol(str(number), look))
    if label:
        root.append(_labels(label))
    return _written(root, aliases)


_RENDERER = {
    "symbollevels": "0",
    "enableorderby": "0",
    "forceraster": "0",
    "referencescale": "-1",
}


def _root(*, labelled: bool) -> ET.Element:
    return ET.Element(
        "qgis",
        {
            "version": "3.28.0",
            "styleCategories": "Symbology|Labeling|Fields",
            "labelsEnabled": "1" if labelled else "0",
        },
    )


def _written(root: ET.Element, aliases: Mapping[str, str]) -> str:
    listed = ET.SubElement(root, "aliases")
    for number, (name, told) in enumerate(aliases.items()):
        ET.SubElement(listed, "alias", {"index": str(number), "field": name, "name": told})
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + ET.tostring(root, encoding="unicode")


def _symbol(name: str, look: Look) -> ET.Element:
    symbol = ET.Element(
        "symbol",
        {
            "type": look.kind,
            "name": name,
            "alpha": f"{look.opacity:g}",
            "clip_to_extent": "1",
            "force_rhr": "0",
        },
    )
    layer = ET.SubElement(
        symbol,
        "layer",
        {
            "class": {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}[
                look.kind
            ],
            "enabled": "1",
            "locked": "0",
            "pass": "0",
        },
    )
    told = _properties(look)
    options = ET.SubElement(layer, "Option", {"type": "Map"})
    for key, value in told.items():
        ET.SubElement(options, "Option", {"name": key, "type": "QString", "value": value})
    for key, value in told.items():
        ET.SubElement(layer, "prop", {"k": key, "v": value})
    return symbol


def _properties(look: Look) -> dict[str, str]:
    colour, size = _rgba(look.colour), f"{look.size_mm:g}"
    style = "dash" if look.dashed else "solid"
    if look.kind == "marker":
        return {
            "color": colour,
            "name": look.shape,
            "outline_color": "255,255,255,255",
            "outline_style": "solid",
            "outline_width": "0.2",
            "outline_width_unit": "MM",
            "size": size,
            "size_unit": "MM",
        }
    if look.kind == "line":
        return {
            "line_color": colour,
            "line_style": style,
            "line_width": size,
            "line_width_unit": "MM",
            "capstyle": "round",
            "joinstyle": "round",
        }
    return {
        "color": colour if look.filled else "255,255,255,0",
        "style": "solid" if look.filled else "no",
        "outline_color": colour,
        "outline_style": style,
        "outline_width": size,
        "outline_width_unit": "MM",
        "joinstyle": "round",
    }


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _labels(column: str) -> ET.Element:
    labeling = ET.Element("labeling", {"type": "simple"})
    settings = ET.SubElement(labeling, "settings")
    text = ET.SubElement(
        settings,
        "text-style",
        {
            "fieldName": column,
            "isExpression": "0",
            "fontSize": "10",
            "fontSizeUnit": "Point",
            "textColor": "60,60,60,255",
            "textOpacity": "1",
        },
    )
    ET.SubElement(
        text,
        "text-buffer",
        {
            "bufferDraw": "1",
            "bufferSize": "0.8",
            "bufferSizeUnits": "MM",
            "bufferColor": "255,255,255,255",
            "bufferOpacity": "1",
        },
    )
    ET.SubElement(
        settings,
        "placement",
        {"placement": "1", "quadOffset": "4", "centroidInside": "1", "centroidWhole": "1"},
    )
    ET.SubElement(settings, "rendering", {"drawLabels": "1", "obstacle": "1"})
    return labeling
