"""A font that has Chinese characters, where the machine has one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from gapmap.cells import visible

__all__ = ["Lettering", "chinese_font", "lettering"]

_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans CJK JP",
    "Noto Sans CJK TC",
    "Microsoft YaHei",
    "PingFang SC",
    "PingFang HK",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Heiti SC",
    "Hiragino Sans GB",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
    "SimSun",
    "Droid Sans Fallback",
    "Arial Unicode MS",
)
_FILES = ("notosanscjk", "notosanssc", "sourcehansans", "msyh", "pingfang", "wqy", "simhei",
          "hiraginosansgb", "notoserifcjk", "simsun", "droidsansfallback")  # fmt: skip
_PROBE = "覆盖缺口"
_REGULAR = 400


@dataclass(frozen=True, slots=True)
class Lettering:
    """A font and what it can write.

    Attributes
    ----------
    path
        The font's file.
    chinese
        Whether it has Chinese characters.
    characters
        Code points that it has.
    """

    path: Path
    chinese: bool
    characters: frozenset[int]

    def font(self, size_pt: float) -> font_manager.FontProperties:
        """Give the font at a size in points."""
        return font_manager.FontProperties(fname=self.path, size=size_pt)

    def writable(self, text: str) -> str:
        """Put ``?`` for every character that the font lacks; line breaks become blanks."""
        plain = visible(" ".join(text.split()))
        return "".join(c if ord(c) in self.characters else "?" for c in plain)


def lettering(path: Path | None) -> Lettering:
    """Give the lettering of a font file, or of Matplotlib's own font for None."""
    file = path or Path(font_manager.findfont("DejaVu Sans"))
    characters = frozenset(FT2Font(str(file)).get_charmap())
    return Lettering(file, all(ord(c) in characters for c in _PROBE), characters)


def _boldness(path: Path) -> tuple[bool, str]:
    return ("regular" not in path.name.lower(), path.name)


def _weight(weight: int | str) -> int:
    return weight if isinstance(weight, int) else font_manager.weight_dict.get(weight, _REGULAR)


@cache
def chinese_font() -> Path | None:
    """Find an installed font that has Chinese characters; None where there is none.

    Matplotlib's list of fonts is a cache: a font that was installed after it was made is found
    by its file name.
    """
    upright = [e for e in font_manager.fontManager.ttflist if e.style == "normal"]
    heaviest_first = sorted(upright, key=lambda e: -abs(_weight(e.weight) - _REGULAR))
    known = {entry.name: entry.fname for entry in heaviest_first}
    listed = [Path(known[name]) for name in _FAMILIES if name in known]
    for path in listed:
        if path.exists() and lettering(path).chinese:
            return path
    files = sorted((Path(found) for found in font_manager.findSystemFonts()), key=_boldness)
    for start in _FILES:
        for path in files:
            plain = path.name.lower().replace("-", "").replace("_", "").replace(" ", "")
            if plain.startswith(start) and lettering(path).chinese:
                return path
    return None
