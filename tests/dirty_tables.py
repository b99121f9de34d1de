"""Tables as offices export them, and what is data in them: strategies for hypothesis."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from hypothesis import strategies as st

__all__ = ["DirtyTable", "damaged", "dirty_tables"]

TITLES = (
    ("珠海市2012年公交候车亭一览表",),
    ("附表1",),
    ("单位:平方米",),
    ("填报单位:珠海市交通运输局", "", "填报日期:2012年3月"),
    ("数据来源:各镇上报",),
)
FOOTNOTES = (
    ("注:1. 数据截至2012年底",),
    ("制表人:张三", "审核:李四"),
    ("资料来源:珠海市统计局",),
    ("Note: draft",),
)
PLACES = ("三灶镇海澄村", "井岸镇新堂村", "平沙镇大虎社区", "斗门镇南门村", "白蕉镇昭信村")
REMARKS = ("", "临时", '带"引号"', "两行\n备注", "甲,乙;丙\t丁|戊")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")


@dataclass
class DirtyTable:
    """The bytes of a CSV file, and what a reader should find in them.

    Attributes
    ----------
    raw, encoding, separator
        The file.
    names
        Of the columns.
    cells
        Rows of data, by the physical number that a spreadsheet shows.
    excluded
        Physical numbers of filled rows below the header that are no data.
    """

    raw: bytes
    encoding: str
    separator: str
    names: list[str]
    cells: dict[int, list[str]]
    excluded: list[int]


@dataclass
class _Written:
    """Lines on their way into a file."""

    separator: str
    end: str
    lines: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> int:
        """Write a row; give its physical number."""
        line = io.StringIO()
        csv.writer(line, delimiter=self.separator, lineterminator="\r\n").writerow(cells)
        self.lines.append(line.getvalue().removesuffix("\r\n") + self.end)
        return len(self.lines)

    def blank(self) -> None:
        """Write an empty line, which counts as a row of the sheet."""
        self.lines.append(self.end)


@st.composite
def dirty_tables(draw: st.DrawFn) -> DirtyTable:
    """Give a table with any of: titles, two header rows, column numbers, totals, notes, blanks."""
    written = _Written(draw(st.sampled_from(",;\t|")), draw(st.sampled_from(("\n", "\r\n", "\r"))))
    for title in draw(st.lists(st.sampled_from(TITLES), max_size=3, unique=True)):
        written.add(*title)
    names = ["编号", "名称", "人口", "经度", "纬度", "备注"]
    two_rows = draw(st.booleans())
    if two_rows:
        written.add("编号", "名称", "人口", "位置", "", "备注")
        written.add("", "", "", "经度", "纬度", "")
    else:
        written.add(*names)
    excluded: list[int] = []
    if draw(st.booleans()):
        excluded.append(written.add(*"123456"))
    cells: dict[int, list[str]] = {}
    for number in range(draw(st.integers(2, 12))):
        odd = draw(st.sampled_from(("", "", "", "blank", "again", "long")))
        if odd == "blank":
            written.blank()
        elif odd == "again" and not two_rows:
            excluded.append(written.add(*names))
        elif odd == "long":
            excluded.append(written.add(*names[:2], "1", "2", "3", "x", "y"))
        row = draw(_rows(number))
        cells[written.add(*row)] = row
    if draw(st.booleans()):
        excluded.append(written.add("合计", "", "12345"))
    notes = draw(st.lists(st.sampled_from(FOOTNOTES), max_size=2, unique=True))
    excluded += [written.add(*note) for note in notes]
    encoding = draw(st.sampled_from(ENCODINGS))
    raw = "".join(written.lines).encode(encoding)
    return DirtyTable(raw, encoding, written.separator, names, cells, excluded)


@st.composite
def _rows(draw: st.DrawFn, number: int) -> list[str]:
    """Give a row of data: a code, a name, three figures, a remark."""
    place = draw(st.sampled_from(PLACES))
    people = draw(st.sampled_from(("0", "820", "1,200", "１２")))
    lon = f"{draw(st.integers(113_000_000, 114_000_000)) / 1e6:.6f}"
    lat = f"{draw(st.integers(21_800_000, 22_500_000)) / 1e6:.6f}"
    return [
        f"{440402001000 + number:012d}",
        f"{place}{number}组",
        people,
        lon,
        lat,
        draw(st.sampled_from(REMARKS)),
    ]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Give the bytes of a dirty table with up to four places overwritten, cut or doubled."""
    raw = bytearray(draw(dirty_tables()).raw)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        how = draw(st.sampled_from(("insert", "cut", "over")))
        piece = draw(st.binary(min_size=1, max_size=4))
        if how == "insert":
            raw[at:at] = piece
        elif how == "over":
            raw[at : at + len(piece)] = piece
        else:
            del raw[at:]
    return bytes(raw)
