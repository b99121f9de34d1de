"""The letters of a PDF: a font with Chinese characters, what it lacks, how wide its letters are.

PDF readers want TrueType outlines, and of a collection of fonts the face for simplified Chinese:
:func:`cut_down` gives a small font of both kinds that Matplotlib embeds whole, so that the text can
be searched and copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.varLib import instancer

from gapmap.errors import OutputError
from gapmap.outputs.fonts import Lettering, chinese_font, lettering

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["Typeface", "cut_down", "paper_font", "typeface"]

_NEEDED: Final = "覆盖缺口服务人口村居区镇未知限值规划"
"""Characters that every Chinese document has."""
_ERROR_EM: Final = 0.001
"""How far a TrueType outline may lie from the PostScript one, parts of the em."""
_NOT_NEEDED: Final = [
    "GSUB",
    "GPOS",
    "GDEF",
    "BASE",
    "JSTF",
    "DSIG",
    "VORG",
    "vhea",
    "vmtx",
    "kern",
]
_REGULAR: Final = 400
_POINTS_PER_INCH: Final = 72.0
_NEVER_FIRST: Final = frozenset(",。、;:!?)》”’%,.;:!?)]}·…")
"""Characters that do not begin a line."""


@dataclass(frozen=True, slots=True)
class Typeface:
    """A face of a font file.

    Attributes
    ----------
    path
        The font file.
    number
        Which face of a collection; 0 of a single font.
    advances
        Width of each character that it has, in em, by code point.
    letters
        The same for the figures' pen.
    """

    path: Path
    number: int
    advances: Mapping[int, float]
    letters: Lettering

    def width_in(self, text: str, size_pt: float) -> float:
        """Give the width of a text in inches."""
        em = size_pt / _POINTS_PER_INCH
        return em * sum(self.advances.get(ord(one), 1.0) for one in text)

    def lines(self, text: str, width_in: float, size_pt: float) -> list[str]:
        """Break a text into lines of a width: at blanks, and between Chinese characters."""
        most = width_in * _POINTS_PER_INCH / size_pt
        lines, line, used = [], "", 0.0
        for piece in _pieces(text):
            wide = sum(self.advances.get(ord(one), 1.0) for one in piece)
            if line and used + wide > most and piece not in _NEVER_FIRST:
                lines.append(line.rstrip())
                line, used = "", 0.0
                if piece == " ":
                    continue
            if wide > most:  # a word longer than the line
                *full, piece = self._cut(piece, most)  # noqa: PLW2901 - what is left of it
                lines += full
                wide = sum(self.advances.get(ord(one), 1.0) for one in piece)
            line, used = line + piece, used + wide
        return [*lines, line.rstrip()]

    def _cut(self, word: str, most: float) -> list[str]:
        parts, line, used = [], "", 0.0
        for one in word:
            wide = self.advances.get(ord(one), 1.0)
            if line and used + wide > most:
                parts.append(line)
                line, used = "", 0.0
            line, used = line + one, used + wide
        return [*parts, line]


def _pieces(text: str) -> list[str]:
    """Cut a text where it may break: blanks stand alone, as does each wide character."""
    pieces: list[str] = []
    word = ""
    for one in text:
        if one == " " or ord(one) >= _WIDE:
            pieces += [word] if word else []
            pieces.append(one)
            word = ""
        else:
            word += one
            if one in "-/_":
                pieces.append(word)
                word = ""
    return [*pieces, word] if word else pieces


_WIDE: Final = 0x2E80
"""Code points from here on are Chinese characters and their punctuation, by and large."""


def paper_font(language: str, *, font: Path | None = None, search: bool = True) -> Path:
    """Give the font of a PDF.

    Parameters
    ----------
    language
        The document's; a Chinese one needs a font with Chinese characters.
    font
        A font file to use; None: an installed one.
    search
        Whether to look for an installed font.

    Raises
    ------
    OutputError
        A Chinese document, and no font that has Chinese characters.
    """
    path = font or (chinese_font() if search else None)
    chosen = lettering(path)
    if language == "zh" and not all(ord(one) in chosen.characters for one in _NEEDED):
        raise OutputError(
            "report.pdf cannot be written: no font on this machine has Chinese characters; install "
            "Noto Sans CJK (Debian: fonts-noto-cjk) or Source Han Sans and run again, or run "
            "without --pdf",
            "无法写 report.pdf:本机没有带汉字的字体;请安装思源黑体或 Noto Sans CJK"
            "(Debian:fonts-noto-cjk)后重新运行,或去掉 --pdf",
        )
    return chosen.path


@cache
def typeface(path: Path) -> Typeface:
    """Read which characters a font has, and how wide they are."""
    number = _face(path)
    with TTFont(path, fontNumber=number, lazy=True) as font:
        names, em = font.getBestCmap(), font["head"].unitsPerEm
        widths = font["hmtx"].metrics
        advances = {code: widths[name][0] / em for code, name in names.items()}
    chinese = all(ord(one) in advances for one in _NEEDED)
    return Typeface(path, number, advances, Lettering(path, chinese, frozenset(advances)))


def _face(path: Path) -> int:
    """Give the number of a collection's face for simplified Chinese, else of the first one."""
    with path.open("rb") as stream:
        if stream.read(4) != b"ttcf":  # a single font
            return 0
    with TTCollection(path, lazy=True) as collection:
        names = [str(one["name"].getDebugName(4)) for one in collection.fonts]
    fit = [at for at, name in enumerate(names) if name.endswith(" SC") and "Mono" not in name]
    return fit[0] if fit else 0


def cut_down(face: Typeface, characters: Iterable[str], target: Path) -> None:
    """Write a TrueType font that has some characters of a face, the same bytes for the same ones.

    Parameters
    ----------
    face
        The face.
    characters
        The characters; those that it lacks are left out.
    target
        The file to make.
    """
    options = subset.Options()
    options.drop_tables += _NOT_NEEDED
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    font = TTFont(face.path, fontNumber=face.number, lazy=True, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(ord(one) for one in set(characters)))
    cutter.subset(font)
    if "fvar" in font:
        at = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
        at |= {"wght": _REGULAR} if "wght" in at else {}
        instancer.instantiateVariableFont(font, at, inplace=True)
    if "glyf" not in font:
        _to_truetype(font)
    font.save(target)
    font.close()


def _to_truetype(font: Any) -> None:  # noqa: ANN401 - fontTools has no type for a font's tables
    """Turn PostScript outlines, which are cubic, into TrueType's quadratic ones."""
    order, outlines = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        error = _ERROR_EM * font["head"].unitsPerEm
        outlines[name].draw(Cu2QuPen(pen, error, reverse_direction=True))
        glyphs[name] = pen.glyph()
    for table in ("CFF ", "CFF2"):
        if table in font:
            del font[table]
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyph, "xMin", 0))
    most = font["maxp"]
    most.tableVersion = 0x00010000
    for name in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs",
                 "maxInstructionDefs", "maxStackElements", "maxSizeOfInstructions",
                 "maxComponentElements", "maxPoints", "maxContours", "maxCompositePoints",
                 "maxCompositeContours", "maxComponentDepth"):  # fmt: skip
        setattr(most, name, 1 if name == "maxZones" else 0)
    font["post"].formatType = 3.0
    font["head"].glyphDataFormat = 0
    font.sfntVersion = "\x00\x01\x00\x00"
