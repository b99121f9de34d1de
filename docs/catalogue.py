"""Write the catalogue of findings into the pages on bad data: ``python docs/catalogue.py``.

The words stand once, in ``gapmap/findings.toml``; a test holds the pages against them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from gapmap.findings import SEVERITIES, catalogue

BEGIN: Final = "<!-- catalogue: made by docs/catalogue.py -->"
END: Final = "<!-- end of catalogue -->"
PAGES: Final = {
    language: Path(__file__).parent / name
    for language, name in (("en", "bad-data.md"), ("zh", "bad-data.zh.md"))
}

TOPICS: Final = {
    ("Files and tables", "文件与表格"): (
        *("file", "text", "table", "row", "rows", "header", "cell", "cells", "formula", "workbook"),
        *("sheet", "sheets", "merged", "column", "columns", "title"),
    ),
    ("Cells", "单元格"): (
        *(
            "number",
            "unit",
            "date",
            "time",
            "boolean",
            "id",
            "ids",
            "code",
            "codes",
            "digits",
            "angle",
            "coordinate",
        ),
    ),
    ("Vector files and archives", "矢量文件与压缩包"): (
        *("layer", "vector", "dbf", "shapefile", "geojson", "geometry", "xml", "zip", "archive"),
        *("geopackage", "layers"),
    ),
    ("Coordinates and datum", "坐标与坐标系"): ("crs", "datum", "position", "positions"),
    ("Polygons, districts, towns", "多边形、区、镇"): (
        *("polygon", "polygons", "district", "districts", "group", "town", "towns", "shape"),
        *("overlap", "gap", "point"),
    ),
    ("Places", "村居"): ("place", "places", "people", "setting", "name"),
    ("Facilities", "设施"): (
        *("facility", "facilities", "service", "require", "opened", "closed", "status"),
        *("attribute", "study-before-facilities"),
    ),
    ("Roads, ferries, water", "道路、轮渡、水面"): (
        *("network", "trap", "traps", "ferry", "edge", "borders", "routes", "areas", "measured"),
        "clusters",
    ),
    ("Rasters and people on a grid", "栅格与人口格网"): ("raster", "population", "gridded"),
    ("Travel over land", "地表出行"): ("surface", "off-road"),
    ("Capacity and referral", "容量与转诊"): ("catchment", "referral"),
    ("Plan, indicators, records", "规划、指标、记录"): (
        *("plan", "standard", "target", "indicator", "record", "milestone"),
    ),
    ("Study and what-if", "研究文件与情景"): (
        *("study", "sensitivity", "block", "data", "scenario", "run", "runs", "candidate"),
        *("siting", "input", "programme"),
    ),
    ("What changed", "变化比较"): ("change", "states", "series"),
    ("Converting and writing", "转换与输出"): ("convert", "figures", "output", "outputs", "pdf"),
}
"""Codes belong to the topic that has the longest of their beginnings."""

HEADS: Final = {
    "en": ("code", "severity", "repair", "what is wrong", "what to do", "what gapmap does"),
    "zh": ("代码", "程度", "修复类别", "问题", "请", "gapmap 的处理"),
}
SEVERITY_WORDS: Final = {"error": "错误", "warning": "警告", "note": "说明"}


def topic_of(code: str) -> tuple[str, str]:
    """Give the topic of a code.

    Raises
    ------
    KeyError
        No topic has a beginning of it: name one in ``TOPICS``.
    """
    fitting = {
        beginning: topic
        for topic, beginnings in TOPICS.items()
        for beginning in beginnings
        if code == beginning or code.startswith(f"{beginning}-")
    }
    if not fitting:
        raise KeyError(code)
    return fitting[max(fitting, key=len)]


def section(language: str) -> str:
    """Give the catalogue as Markdown, a table for each topic, the worst first."""
    entries = catalogue()
    parts = []
    for topic in TOPICS:
        codes = [code for code in entries if topic_of(code) == topic]
        codes.sort(key=lambda code: (SEVERITIES.index(entries[code]["severity"]), code))
        if codes:
            rows = "\n".join(_row(code, language) for code in codes)
            head = f"| {' | '.join(HEADS[language])} |\n|{'---|' * len(HEADS[language])}"
            parts.append(f"### {topic[language == 'zh']}\n\n{head}\n{rows}")
    return "\n\n".join(parts)


def _row(code: str, language: str) -> str:
    entry = catalogue()[code]
    severity = entry["severity"]
    words = (
        (entry["zh"], entry["do_zh"], entry["done_zh"])
        if language == "zh"
        else (entry["en"], entry["do_en"], entry["done_en"])
    )
    cells = (
        f"`{code}`",
        SEVERITY_WORDS[severity] if language == "zh" else severity,
        entry.get("repair", ""),
        *(_plain(text) for text in words),
    )
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Show placeholders as ‹name›, and nothing that Markdown would take for its own."""
    of_many = re.sub(r"\{\w+:[^{}|]*\|([^{}]*)\}", r"\1", text)
    shown = re.sub(r"\{(\w+)(![rs])?(:[^}]*)?\}", r"‹\1›", of_many)
    shown = shown.replace("{{", "{").replace("}}", "}")  # braces that are meant, as format has it
    return shown.replace("|", "\\|").replace("[[", "\\[\\[").replace("<", "&lt;")


def page(language: str) -> str:
    """Give a page with the catalogue of today in it."""
    text = PAGES[language].read_text("utf8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{section(language)}\n\n{END}{after}"


if __name__ == "__main__":
    for language, path in PAGES.items():
        path.write_text(page(language), "utf8")
