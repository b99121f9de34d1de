"""Layouts and names of columns: titles, totals, notes, tables beside and below."""

from __future__ import annotations

from corpus.city import FACILITIES, VILLAGES, Case
from corpus.tables_writing import renamed, villages

__all__ = ["CASES"]


CASES = [
    Case(
        name="title-rows",
        expect=[("title-rows", None)],
        spoil=villages([["语料城2014年村居一览表"], ["填报单位:民政局"], *VILLAGES]),
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
    Case(
        name="subtotals",
        expect=[("row-total", 8), ("row-total", 15)],
        spoil=villages(
            [
                *VILLAGES[:7],
                ["小计", "", "", "", "", "2010"],
                *VILLAGES[7:],
                ["合计", "", "", "", "", "5220"],
            ]
        ),
        rows={"villages.csv": (14, 12, 0, 2)},
    ),
    Case(
        name="footnotes",
        expect=[("row-too-short", 14), ("row-footnote", 14), ("row-footnote", 15)],
        spoil=villages([*VILLAGES, ["注:数据截至2014年底"], ["制表人:张三"]]),
        rows={"villages.csv": (14, 12, 0, 2)},
    ),
    Case(
        name="header-alone",
        spoil=villages(VILLAGES[:1]),
        expect=[("places-empty", None)],
        usable=False,
    ),
    Case(
        name="header-twice",
        spoil=villages([[*VILLAGES[0], "名称"], *[[*row, "x"] for row in VILLAGES[1:]]]),
        expect=[("header-twice", None)],
    ),
    Case(
        name="header-empty",
        spoil=villages([[*VILLAGES[0], ""], *[[*row, "x"] for row in VILLAGES[1:]]]),
        expect=[("header-empty", None)],
    ),
    Case(
        name="column-missing",
        spoil=villages(renamed(VILLAGES, 人口="常住人数")),
        expect=[("column-missing", None)],
        usable=False,
    ),
    Case(
        name="row-twice",
        spoil=villages([*VILLAGES, VILLAGES[3]]),
        expect=[("row-repeated", 14)],
        rows={"villages.csv": (13, 12, 0, 1)},
    ),
    Case(
        name="synonyms",
        expect=[("column-chosen", None)],
        study={
            'id = "编码"\n': "",
            'x = "经度"\ny = "纬度"\npeople': "people",
            '\nname = "名称"\ndistrict': "\ndistrict",
        },
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
    Case(
        name="synonyms-ambiguous",
        expect=[("columns-ambiguous", None)],
        study={'x = "经度"\ny = "纬度"\npeople': "people"},
        spoil=villages(
            [[*VILLAGES[0], "lon", "lat"], *[[*row, row[3], row[4]] for row in VILLAGES[1:]]]
        ),
        usable=False,
    ),
    Case(
        name="sums-without-a-word",
        spoil=villages(
            [
                VILLAGES[0],
                ["", "斗门区", "", "", "", "2010"],
                *VILLAGES[1:7],
                ["", "金湾区", "", "", "", "3210"],
                *VILLAGES[7:],
            ]
        ),
        expect=[("row-sum", 2), ("row-sum", 9)],
        rows={"villages.csv": (14, 12, 0, 2)},
    ),
    Case(
        name="average-below",
        spoil=villages([*VILLAGES, ["平均", "", "", "", "", "435"]]),
        expect=[("row-total", 14)],
        rows={"villages.csv": (13, 12, 0, 1)},
    ),
    Case(
        name="units-and-field-names-below-the-header",
        spoil=villages([VILLAGES[0], ["", "", "", "度", "度", "人"], *VILLAGES[1:]]),
        expect=[("row-below-header", 2)],
        rows={"villages.csv": (13, 12, 0, 1)},
    ),
    Case(
        name="second-table-below",
        spoil=villages([*VILLAGES, [""] * 6, *FACILITIES]),
        expect=[("table-below", 15)],
        usable=False,
    ),
    Case(
        name="same-table-side-by-side",
        spoil=villages(
            [
                left + right
                for left, right in zip(VILLAGES[:7], [VILLAGES[0], *VILLAGES[7:]], strict=True)
            ]
        ),
        expect=[("table-side-by-side", None)],
        usable=False,
    ),
    Case(
        name="rows-numbered-in-advance",
        spoil=villages(
            [
                ["序号", *VILLAGES[0]],
                *[[str(at), *row] for at, row in enumerate(VILLAGES[1:], start=1)],
                *[[str(at), *[""] * 6] for at in range(13, 41)],
            ]
        ),
        expect=[("rows-only-numbered", 14)],
        rows={"villages.csv": (40, 12, 0, 28)},
    ),
]
