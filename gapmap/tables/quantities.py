"""Units in cells and titles: what they measure, and how much of the base unit they are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from gapmap.tables.columns import BLANKS

__all__ = [
    "ACCEPTED",
    "EXPECTED",
    "Quantity",
    "Unit",
    "is_unit",
    "quantity_of",
    "split_unit",
    "unit_of_title",
    "with_unit",
]

Quantity = Literal["area", "length", "people", "count", "share"]
"""What a column holds: m2, m, people, pieces, or a share from 0 to 1."""
ACCEPTED: Final[dict[str, tuple[str, ...]]] = {
    "area": ("area",),
    "length": ("length",),
    "people": ("people", "pieces"),
    "count": ("count", "people", "pieces"),
    "share": ("share",),
}
"""Kinds of unit that a column of each quantity may hold."""


EXPECTED: Final = {
    "area": {"wanted_zh": "面积(平方米)", "wanted_en": "an area in m2"},
    "length": {"wanted_zh": "长度(米)", "wanted_en": "a length in metres"},
    "people": {"wanted_zh": "人数", "wanted_en": "a number of people"},
    "count": {"wanted_zh": "数量", "wanted_en": "a number of pieces"},
    "share": {"wanted_zh": "比例(0 至 1)", "wanted_en": "a share from 0 to 1"},
    "": {
        "wanted_zh": "与本列其他单元格相同的单位",
        "wanted_en": "the unit of the column's other cells",
    },
}
"""How a finding names what a column of each quantity should hold."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its kind, and as an exact fraction how much of the kind's base unit it is."""

    name: str
    kind: str
    times: float = 1.0
    over: float = 1.0
    scale: float = 1.0
    """A multiplier in front of the unit, such as 10,000 in 万人."""

    @property
    def is_base(self) -> bool:
        """Whether one of it is one of the base unit."""
        return self.times * self.scale == self.over

    def value(self, number: float, *, scaled: bool = False) -> float:
        """Give a number of this unit in the base unit, to six decimals.

        ``scaled`` is a number with a multiplier of its own (3万), which the unit's (万人) repeats.
        """
        times = self.times if scaled else self.times * self.scale
        return number if times == self.over else round(number * times / self.over, 6)


def _units() -> dict[str, Unit]:
    listed: dict[str, tuple[str, float, float]] = {}
    for kind, times, over, names in (
        (
            "area",
            1,
            1,
            "平方米 平米 平方 m2 m^2 sqm sq.m sq.m. sqm. sq_m square_metres square_meters",
        ),
        ("area", 2000, 3, "亩 市亩 mu"),
        ("area", 10_000, 1, "公顷 ha hm2 hectare hectares"),
        ("area", 1_000_000, 1, "平方公里 平方千米 km2 km^2 sqkm"),
        ("area", 0.09290304, 1, "平方英尺 ft2 sqft sq.ft sq.ft."),
        ("length", 1, 1, "米 公尺 m"),
        ("length", 1000, 1, "公里 千米 km"),
        ("length", 1, 100, "厘米 cm"),
        ("people", 1, 1, "人 口 名 位 persons people"),
        ("count", 1, 1, "户 张 座 处 所 床 床位 间 栋 幢 辆 套 台 家 班 条 层 项 beds seats"),
        ("pieces", 1, 1, "个"),
        ("money", 1, 1, "元"),
        ("minutes", 1, 1, "分钟 min 分"),
        ("minutes", 60, 1, "小时 h hours"),
        ("years", 1, 1, "年"),
        ("share", 1, 100, "%"),
        ("share", 1, 1000, "‰"),
    ):
        for name in names.replace("_", "\0").split():
            listed[name.replace("\0", " ")] = (kind, float(times), float(over))
    return {name: Unit(name, *rest) for name, rest in listed.items()}


UNITS: Final = _units()
_LONGEST_FIRST: Final = "|".join(re.escape(name) for name in sorted(UNITS, key=len, reverse=True))
_BEHIND: Final = re.compile(rf"(.*?)\s*(?:({_LONGEST_FIRST})|\(({_LONGEST_FIRST})\))", re.DOTALL)
_SCALES: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "十万": 100_000,
                  "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}  # fmt: skip
_SCALED: Final = re.compile(
    rf"({'|'.join(sorted(_SCALES, key=len, reverse=True))})?({_LONGEST_FIRST})?"
)
_IN_BRACKETS: Final = re.compile(r"[(\[【](?:单位:?)?([^()\[\]【】]+)[)\]】]$")
_BEHIND_A_MARK: Final = re.compile(r"(?:[/_,;:\s]|单位:?)([^/_,;:\s]+)$")
_SEVERAL: Final = Unit("?", "several")
"""What a title names where it names more than one unit."""


def quantity_of(attribute: str) -> Quantity | None:
    """Say what an attribute holds by the unit that its name ends in; None where it ends in none.

    Examples
    --------
    >>> quantity_of("floor_area_m2"), quantity_of("width_m"), quantity_of("standard")
    ('area', 'length', None)
    """
    if attribute.endswith("_m2"):
        return "area"
    if attribute.endswith("_m"):
        return "length"
    if attribute == "capacity":
        return "count"
    return None


def split_unit(text: str) -> tuple[str, Unit | None]:
    """Split a unit off the end of a plain text; None where there is none.

    Examples
    --------
    >>> split_unit("3亩")[0], split_unit("250 (m2)")[1].kind, split_unit("12")[1]
    ('3', 'area', None)
    """
    lower = text.lower()
    match = _BEHIND.fullmatch(lower)
    if match is None:
        return text, None
    return text[: match.end(1)].strip(BLANKS), UNITS[match[2] or match[3]]


def is_unit(words: str) -> bool:
    """Say whether a cell holds a unit and nothing else, in brackets or not.

    Examples
    --------
    >>> is_unit("万人"), is_unit("(㎡)"), is_unit("度"), is_unit("三灶")
    (True, True, True, False)
    """
    plain = unicodedata.normalize("NFKC", words).strip(BLANKS + "()[]【】").lower()
    return plain in ("度", "°", "十进制度", "degree", "degrees") or _scaled_unit(plain) is not None


def with_unit(title: str, unit: str) -> str:
    """Give a title the unit that stands elsewhere, where it is not the base unit of its kind.

    Examples
    --------
    >>> with_unit("人口", "万人"), with_unit("面积", "㎡"), with_unit("经度", "度")
    ('人口(万人)', '面积', '经度')
    """
    plain = unicodedata.normalize("NFKC", unit).strip(BLANKS + "()[]【】").lower()
    known = _scaled_unit(plain)
    return title if known is None or known.is_base else f"{title.strip(BLANKS)}({plain})"


def unit_of_title(title: str, quantity: Quantity | None) -> Unit | None:
    """Give the unit that a column's title names, such as ``建筑面积(亩)`` or ``人口/万人``.

    In brackets any unit counts, also one of another kind than ``quantity``; behind a stroke or
    comma only one that fits it, as ``pop_m`` need not be in metres.

    Examples
    --------
    >>> unit_of_title("面积(亩)", "area").value(3), unit_of_title("人口/万人", "people").value(1.2)
    (2000.0, 12000.0)
    """
    plain = unicodedata.normalize("NFKC", title).strip(BLANKS).lower()
    if match := _IN_BRACKETS.search(plain):
        return _scaled_unit(match[1].strip(BLANKS)) or _among(re.split(r"[,;/、或]", match[1]))
    if match := _BEHIND_A_MARK.search(plain):
        unit = _scaled_unit(match[1].strip(BLANKS))
        fits = unit is not None and quantity is not None and unit.kind in ("", *ACCEPTED[quantity])
        return unit if fits else None
    return None


def unit_of_sheet(words: str, quantity: Quantity | None) -> Unit | None:
    """Give the unit of this quantity among those that a line above the table names.

    Examples
    --------
    >>> unit_of_sheet("人、亩", "area").name, unit_of_sheet("万人", "area")
    ('亩', None)
    """
    if quantity is None or not words:
        return None
    plain = unicodedata.normalize("NFKC", words).lower()
    parts = [part.strip(BLANKS) for part in re.split(r"[,;/、和及\s]", plain)]
    units = [unit for part in parts if (unit := _scaled_unit(part)) is not None]
    fitting = {unit.name: unit for unit in units if unit.kind == ACCEPTED[quantity][0]}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def _among(words: list[str]) -> Unit | None:
    """Give the one unit among the words of a bracket, such as (平方米,含阳台)."""
    units = [unit for word in words if (unit := _scaled_unit(word.strip(BLANKS))) is not None]
    several = len({unit.name for unit in units}) > 1
    return _SEVERAL if several else units[0] if units else None


def _scaled_unit(words: str) -> Unit | None:
    match = _SCALED.fullmatch(words)
    if match is None or not words or (match[1] and match[2] is None and match[1] not in "万亿"):
        return None
    unit = UNITS.get(match[2] or "", Unit("", ""))
    if match[1] is None:
        return unit
    return Unit(words, unit.kind, unit.times, unit.over, float(_SCALES[match[1]]))
