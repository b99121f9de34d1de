"""Columns of a line layer as tags: what they are called, what offices write in them."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gapmap.findings import Finding, finding
from gapmap.network.rules import FERRY_TAGS, TAGS, Tags, make_tags
from gapmap.network.ways import listed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["about_columns", "tags_of"]

_HIGHWAY_COLUMNS: Final = ("highway", "fclass")  # fclass: as Geofabrik's shapefiles name it
_LOOKS_LIKE: Final = {
    "highway": re.compile(r"等级|级别|类型|类别|class|type|kind", re.IGNORECASE),
    "oneway": re.compile(r"单双向|单行|单向|方向|one.?way|^dir(ection)?$", re.IGNORECASE),
    "maxspeed": re.compile(r"限速|车速|时速|speed", re.IGNORECASE),
}
_LENGTHS: Final = {"length", "weight", "cost", "长度", "权重", "里程"}
_OFFICES: Final = {
    "motorway": ("高速公路", "高速"),
    "trunk": ("快速路", "城市快速路"),
    "primary": ("主干路", "主干道", "一级公路", "国道"),
    "secondary": ("次干路", "次干道", "二级公路", "省道"),
    "tertiary": ("支路", "三级公路", "县道"),
    "unclassified": ("四级公路", "乡道", "村道"),
    "footway": ("人行道",),
    "pedestrian": ("步行街",),
    "proposed": ("规划", "规划道路", "规划路", "拟建"),
    "construction": ("在建",),
}
"""Classes as offices write them.

Those of urban roads are of CJJ 37-2012, 3.1.1, as in ``rules.py``; which classes the others have
(JTG B01-2014, 3.1.1; Highway Law, art. 6) is an assumption.
"""
_CHINESE: Final = {name: kind for kind, names in _OFFICES.items() for name in names}


def tags_of(cells: pd.DataFrame) -> list[Tags]:
    """Take the tags of every row from the columns that bear a tag's name.

    A class in capitals or in Chinese becomes that of OpenStreetMap; a line without one is
    ``unclassified``.
    """
    known = _columns(cells)
    made = [
        make_tags(dict(zip(known, row, strict=True)))
        for row in zip(*(cells[name] for name in known.values()), strict=True)
    ] or [Tags()] * len(cells)
    return [_classified(tags) for tags in made]


def _columns(cells: pd.DataFrame) -> dict[str, object]:
    """Give the column of each tag that has one."""
    columns = {str(name).lower(): name for name in cells.columns}
    known = {tag: columns[tag] for tag in (*TAGS, *FERRY_TAGS) if tag in columns}
    classes = [columns[name] for name in _HIGHWAY_COLUMNS if name in columns]
    if classes:
        known["highway"] = classes[0]
    return known


def _classified(tags: Tags) -> Tags:
    if not (tags.highway or tags.route):
        return tags._replace(highway="unclassified")
    plain = tags.highway.lower()
    return tags._replace(highway=_CHINESE.get(plain, plain))


def about_columns(cells: pd.DataFrame, *, file: str) -> list[Finding]:
    """Say what was made of the columns: classes assumed, and columns that were not understood.

    Parameters
    ----------
    cells
        The rows that are lines, by row number.
    file
        The file's name.
    """
    known = _columns(cells)
    said = []
    unread = [
        str(title)
        for tag, pattern in _LOOKS_LIKE.items()
        for title in cells.columns
        if tag not in known and pattern.search(str(title))
    ]
    if unread:
        names = ", ".join(dict.fromkeys(unread))
        said.append(finding("network-columns-unread", file=file, value=names))
    silent = len(cells)
    if "highway" in known:
        written = cells[known["highway"]].fillna("").astype(str).str.strip()
        ferries = cells[known["route"]].fillna("").ne("") if "route" in known else written.eq("-")
        silent = int((written.eq("") & ~ferries).sum())
        chinese = written[written.isin(_CHINESE)]
        if len(chinese):
            classes = ", ".join(f"{one} = {_CHINESE[one]}" for one in dict.fromkeys(chinese))
            translated = finding(
                "network-classes-translated",
                file=file,
                row=int(chinese.index[0]),
                field=str(known["highway"]),
                value=chinese.iloc[0],
                ways=len(chinese),
                count=len(chinese),
                kinds=listed(chinese),
                classes=classes,
            )
            said.append(replace(translated, further=tuple(chinese.index[1:].tolist())))
    if silent:
        said.append(finding("network-class-assumed", file=file, ways=silent))
    return [*said, *_about_lengths(cells, file=file)]


def _about_lengths(cells: pd.DataFrame, *, file: str) -> list[Finding]:
    """Count lengths and weights that are none: no column of these is used."""
    said = []
    for title in cells.columns:
        if str(title).lower() in _LENGTHS:
            written = cells[title].fillna("").astype(str).str.strip()
            wrong = written[[text != "" and not _is_length(text) for text in written]]
            if len(wrong):
                none = finding(
                    "network-lengths-wrong",
                    file=file,
                    row=int(wrong.index[0]),
                    field=str(title),
                    value=wrong.iloc[0],
                    edges=len(wrong),
                    count=len(wrong),
                )
                said.append(replace(none, further=tuple(wrong.index[1:].tolist())))
    return said


def _is_length(text: str) -> bool:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return any(mark.isdigit() for mark in text) and not text.startswith("-")
    return math.isfinite(number) and number > 0
