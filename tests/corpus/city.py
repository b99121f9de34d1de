"""The city of the corpus: two districts, twelve villages, six shelters, a few roads.

Every case starts from these files, written clean, and spoils one of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "FACILITIES",
    "STUDY",
    "VILLAGES",
    "Case",
    "box",
    "csv",
    "feature",
    "geojson",
    "write_city",
]

STUDY = """
[study]
name = "语料城"
date = 2014-12-31
language = "en"

[districts]
path = "districts.geojson"
id = "adcode"
name = "name"
datum = "wgs84"

[places]
path = "villages.csv"
id = "编码"
name = "名称"
district = "区码"
x = "经度"
y = "纬度"
people = "人口"
datum = "wgs84"

[[facilities]]
path = "shelters.csv"
service = "bus_shelter"
id = "编号"
name = "名称"
x = "经度"
y = "纬度"
opened = "建成日期"
floor_area_m2 = "面积"
datum = "wgs84"

[services.bus_shelter]
mode = "straight"
limit_m = 500
source = "assumption"
"""

WEST, SOUTH, MIDDLE, EAST, NORTH = 113.10, 22.10, 113.30, 113.50, 22.40

VILLAGES = [
    ["编码", "名称", "区码", "经度", "纬度", "人口"],
    *(
        [
            f"4404030010{number:02d}",
            f"{name}村委会",
            "440403",
            f"{113.12 + 0.02 * number:.4f}",
            f"{22.15 + 0.015 * number:.4f}",
            str(300 + 10 * number),
        ]
        for number, name in enumerate(["上横", "下横", "大托", "小托", "新沙", "南澳"], start=1)
    ),
    *(
        [
            f"4404040020{number:02d}",
            f"{name}村委会",
            "440404",
            f"{113.32 + 0.02 * number:.4f}",
            f"{22.15 + 0.015 * number:.4f}",
            str(500 + 10 * number),
        ]
        for number, name in enumerate(["三灶", "海澄", "鱼月", "鱼林", "中心", "定家湾"], start=1)
    ),
]
"""Header and twelve rows: rows 2 to 13 of a sheet."""

FACILITIES = [
    ["编号", "名称", "经度", "纬度", "建成日期", "面积"],
    *(
        [
            f"T{number:02d}",
            f"{VILLAGES[number][1][:2]}候车亭",
            VILLAGES[number][3],
            VILLAGES[number][4],
            f"201{number}-05-01",
            str(10 * number),
        ]
        for number in range(1, 5)
    ),
    ["T05", "三灶候车亭", VILLAGES[7][3], VILLAGES[7][4], "2013-01-01", "12"],
    ["T06", "海澄候车亭", VILLAGES[8][3], VILLAGES[8][4], "2013-02-01", "12"],
]
"""Header and six rows: rows 2 to 7 of a sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A study with something wrong in it, and what gapmap has to say.

    Attributes
    ----------
    name
        Short and unique; the folder's name.
    spoil
        Takes the folder with the clean files and spoils it; None where the study alone is wrong.
    study
        Replacements in the text of ``study.toml``.
    expect
        Codes that have to be found, each with its row, or None where no row matters.
    usable
        Whether the study can be run all the same: ``gapmap check`` exits with 0.
    rows
        File to (read, used, repaired, excluded).
    never
        Codes that must not be found.
    """

    name: str
    spoil: Callable[[Path], None] | None = None
    study: Mapping[str, str] = field(default_factory=dict)
    expect: Sequence[tuple[str, int | None]] = ()
    usable: bool = True
    rows: Mapping[str, tuple[int, int, int, int]] = field(default_factory=dict)
    never: Sequence[str] = ()


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """Give the ring of a box, closed."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(geometry: object, **properties: object) -> dict[str, object]:
    """Give a GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(path: Path, features: Sequence[object], **members: object) -> None:
    """Write a GeoJSON file."""
    content = {"type": "FeatureCollection", **members, "features": list(features)}
    path.write_text(json.dumps(content, ensure_ascii=False), "utf8")


def csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> None:
    """Write a CSV file as Excel does, without quotation marks."""
    path.write_bytes("".join(",".join(row) + "\r\n" for row in rows).encode(encoding))


def district_features() -> list[dict[str, object]]:
    """Give the two districts, side by side."""
    shapes = {
        ("440403", "斗门区"): box(WEST, SOUTH, MIDDLE, NORTH),
        ("440404", "金湾区"): box(MIDDLE, SOUTH, EAST, NORTH),
    }
    return [
        feature({"type": "Polygon", "coordinates": [ring]}, adcode=code, name=name)
        for (code, name), ring in shapes.items()
    ]


def write_city(folder: Path, replacements: Mapping[str, str]) -> Path:
    """Write the clean files, and the study with what a case replaces in it."""
    text = STUDY
    for old, new in replacements.items():
        if old not in text:
            msg = f"the study of the corpus has no {old!r}"
            raise ValueError(msg)
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    geojson(folder / "districts.geojson", district_features())
    csv(folder / "villages.csv", VILLAGES)
    csv(folder / "shelters.csv", FACILITIES)
    study = folder / "study.toml"
    study.write_text(text, "utf8")
    return study
