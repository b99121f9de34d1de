"""Cells: codes, numbers, areas, dates, degrees."""

from __future__ import annotations

from corpus.city import FACILITIES, VILLAGES, Case
from corpus.tables_writing import changed, raw, shelters, text_of, villages

__all__ = ["CASES"]

AREA = {'floor_area_m2 = "面积"': 'floor_area_m2 = "面积"\nrequire = { floor_area_m2 = ">= 5" }'}

CASES = [
    Case(
        name="code-in-scientific-notation",
        expect=[("code-digits-lost", 2), ("code-digits-lost", 9)],
        spoil=villages(
            changed(changed(VILLAGES, 2, "编码", "4.40403E+11"), 9, "编码", "4.40404E+11")
        ),
        usable=False,
    ),
    Case(
        name="code-with-point-zero",
        expect=[("code-made-plain", 2)],
        spoil=villages(changed(VILLAGES, 2, "编码", "440403001001.0")),
    ),
    Case(
        name="code-full-width",
        expect=[("code-made-plain", 2)],
        spoil=villages(changed(VILLAGES, 2, "编码", "４４０４０３００１００１")),
    ),
    Case(
        name="code-missing",
        spoil=villages(changed(VILLAGES, 4, "编码", "")),
        expect=[("id-made", 4)],
        rows={"villages.csv": (12, 11, 1, 0)},
    ),
    Case(
        name="code-missing-no-repair",
        expect=[("id-missing", 4)],
        study={'language = "en"': 'language = "en"\nrepair = "none"'},
        spoil=villages(changed(VILLAGES, 4, "编码", "")),
        usable=False,
    ),
    Case(
        name="code-twice",
        spoil=villages(changed(VILLAGES, 4, "编码", "440403001001")),
        expect=[("id-conflict", 4)],
        usable=False,
    ),
    Case(
        name="people-about",
        expect=[("number-approximate", 4), ("people-unknown", 4)],
        spoil=villages(changed(VILLAGES, 4, "人口", "约300")),
    ),
    Case(
        name="people-range",
        expect=[("number-range", 4), ("people-unknown", 4)],
        spoil=villages(changed(VILLAGES, 4, "人口", "200-300")),
    ),
    Case(
        name="people-dash",
        expect=[("cell-blank-word", 4), ("people-unknown", 4)],
        spoil=villages(changed(VILLAGES, 4, "人口", "—")),
    ),
    Case(
        name="people-chinese-numerals",
        expect=[("number-converted", 4)],
        spoil=villages(changed(VILLAGES, 4, "人口", "三百二十")),
    ),
    Case(
        name="people-thousands",
        spoil=villages(changed(VILLAGES, 4, "人口", '"1,320"')),
        expect=[("number-converted", 4)],
    ),
    Case(
        name="people-negative",
        spoil=villages(changed(VILLAGES, 4, "人口", "-5")),
        expect=[("number-out-of-range", 4)],
    ),
    Case(
        name="people-in-ten-thousands",
        spoil=villages(changed(VILLAGES, 4, "人口", "0.032万人")),
        expect=[("number-converted", 4)],
    ),
    Case(
        name="area-in-mu",
        expect=[("number-converted", 3)],
        study=AREA,
        spoil=shelters(changed(FACILITIES, 3, "面积", "3亩")),
    ),
    Case(
        name="area-in-hectares",
        expect=[("number-converted", 3)],
        study=AREA,
        spoil=shelters(changed(FACILITIES, 3, "面积", "0.5公顷")),
    ),
    Case(
        name="area-square-metres",
        expect=[("number-converted", 3)],
        study=AREA,
        spoil=shelters(changed(FACILITIES, 3, "面积", "25㎡")),
    ),
    Case(
        name="area-about",
        expect=[("number-approximate", 3), ("facility-not-judged", 3)],
        study=AREA,
        spoil=shelters(changed(FACILITIES, 3, "面积", "约300平方米")),
    ),
    Case(
        name="area-is-people",
        expect=[("unit-unexpected", 3), ("facility-not-judged", 3)],
        study=AREA,
        spoil=shelters(changed(FACILITIES, 3, "面积", "25人")),
    ),
    Case(
        name="date-month",
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "2012年3月")),
        expect=[("date-partial", 3)],
    ),
    Case(
        name="date-impossible",
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "2012-02-30")),
        expect=[("date-unreadable", 3)],
    ),
    Case(
        name="date-doubtful",
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "03/04/2012")),
        expect=[("date-doubtful", 3)],
    ),
    Case(
        name="date-chinese-numerals",
        expect=[("date-partial", 3)],
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "二〇一二年三月")),
    ),
    Case(
        name="date-planned",
        expect=[("date-planned", 3)],
        never=["opened-unknown"],
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "在建")),
    ),
    Case(
        name="degrees-minutes-seconds",
        expect=[("position-degrees-read", 4)],
        spoil=villages(
            changed(changed(VILLAGES, 4, "经度", "113°10′48″E"), 4, "纬度", "北纬22度11分42秒")
        ),
        rows={"villages.csv": (12, 12, 0, 0)},
        never=["position-unreadable", "place-outside"],
    ),
    Case(
        name="ditto-marks",
        spoil=villages(
            [*VILLAGES[:2], *[[*row[:2], "同上", *row[3:]] for row in VILLAGES[2:7]], *VILLAGES[7:]]
        ),
        expect=[("cell-ditto-filled", 3)],
        rows={"villages.csv": (12, 7, 5, 0)},
        never=["district-unknown"],
    ),
    Case(
        name="ditto-marks-no-repair",
        study={'language = "en"': 'language = "en"\nrepair = "none"'},
        spoil=villages(changed(VILLAGES, 4, "人口", "〃")),
        expect=[("cell-ditto-left-empty", 4), ("people-unknown", 4)],
    ),
    Case(
        name="unit-above-the-table",
        spoil=villages(
            [
                ["单位：万人"],
                VILLAGES[0],
                *[[*row[:5], f"{int(row[5]) / 10_000}"] for row in VILLAGES[1:]],
            ]
        ),
        expect=[("number-sheet-unit", 3)],
    ),
    Case(
        name="people-cut-by-a-narrow-column",
        spoil=villages(changed(VILLAGES, 4, "人口", "#####")),
        expect=[("cell-too-narrow", 4), ("people-unknown", 4)],
    ),
    Case(
        name="code-cut-by-a-narrow-column",
        spoil=villages(changed(VILLAGES, 4, "编码", "########")),
        expect=[("code-digits-lost", 4)],
        usable=False,
    ),
    Case(
        name="codes-with-apostrophe",
        spoil=villages([VILLAGES[0], *[["'" + row[0], *row[1:]] for row in VILLAGES[1:]]]),
        expect=[("code-made-plain", 2)],
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
    Case(
        name="european-shelters",
        expect=[("text-separator", None), ("date-order-read", 3), ("number-converted", 2)],
        spoil=raw(
            "shelters.csv",
            text_of(
                changed(
                    changed(
                        changed(FACILITIES, 2, "建成日期", "14.03.2011"), 2, "面积", "1.080,50"
                    ),
                    3,
                    "建成日期",
                    "03.04.2012",
                ),
                ";",
            ).encode(),
        ),
        never=["date-doubtful"],
    ),
    Case(
        name="date-of-the-republic",
        spoil=shelters(changed(FACILITIES, 3, "建成日期", "民國101年3月")),
        expect=[("date-partial", 3)],
    ),
    Case(
        name="degrees-in-columns-of-their-own",
        spoil=villages(
            [
                [*VILLAGES[0][:3], "经度(度)", "经度(分)", "纬度(度)", "纬度(分)", "人口"],
                *[
                    [
                        *row[:3],
                        "113",
                        f"{(float(row[3]) - 113) * 60:.4f}",
                        "22",
                        f"{(float(row[4]) - 22) * 60:.4f}",
                        row[5],
                    ]
                    for row in VILLAGES[1:]
                ],
            ]
        ),
        expect=[("columns-joined", None), ("position-degrees-read", 2)],
        never=["place-outside"],
    ),
]
