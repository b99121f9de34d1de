"""The text encoding of a shapefile, which its makers often forget to say or say wrongly."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from gapmap.findings import Finding, fail, finding
from gapmap.tables.encodings import is_chinese_by_chance
from gapmap.tables.fields import free_name

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["decode_latin", "text_encodings"]

GUESSES: Final = ("utf-8", "gb18030")
CHINESE: Final = frozenset(
    ("gbk", "gb2312", "gb18030", "936", "cp936", "ansi 936", "windows-936", "euc-cn", "hz")
)
CHARSETS: Final = re.compile(r"cp\d|iso8859|big5|gb|euc_|shift_jis|koi8|mac|johab|tis|latin")
"""Python's encodings that are character sets; others unpack or escape, which no .cpg means."""
UTF8: Final = ("utf-8", "utf8", "65001")
TWO_BYTES: Final = re.compile("[\u0080-\u07ff]")
"""Characters that take two bytes in UTF-8, as most Chinese characters do in GB18030."""
MARKS: Final = {
    **dict.fromkeys((0x4D, 0x7A), ("gb18030", "utf-8")),
    **dict.fromkeys((0x4F, 0x78), ("cp950", "utf-8")),
}
"""What the language bytes of the dbf header for Chinese code pages (936, 950) make likely."""


def text_encodings(cpg: bytes, mark: int) -> tuple[str, tuple[str, ...]]:
    """Give what the ``.cpg`` file says, and the encodings to try, the likeliest first.

    Latin-1 cannot fail on any bytes and is what some programs write without looking, so it is
    tried last even where the ``.cpg`` names it: text that is good UTF-8 is UTF-8.

    Parameters
    ----------
    cpg
        Content of the ``.cpg`` file, empty where there is none.
    mark
        The language byte of the dbf header.
    """
    told = cpg[:40].decode("ascii", errors="replace").strip("\0\ufffd \r\n\t")
    name = told.lower()
    if name in CHINESE:
        return told, ("gb18030", "utf-8")
    if name in UTF8:
        return told, GUESSES
    if name:
        return told, ("utf-8", _python_name(name) or "gb18030")
    return "", MARKS.get(mark, GUESSES)


def _python_name(name: str) -> str | None:
    candidates = (name, name.replace("ansi ", "cp"), f"cp{name}", name.replace("oem ", "cp"))
    for candidate in candidates:
        try:
            known = codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
        if CHARSETS.match(known):
            return known
    return None


def decode_latin(
    texts: dict[str, list[str]],
    encodings: tuple[str, tuple[str, ...]],
    file: str,
    rows: Sequence[int],
) -> tuple[dict[str, list[str]], list[Finding]]:
    """Turn cells whose characters stand for single bytes into the text that was meant.

    A dbf field has a fixed width in bytes, and a long name may end in half a character: the
    half is dropped, with one finding for the column. Any other byte that does not fit refuses
    the encoding for the whole file. ``rows`` are the numbers of the cells.
    """
    told, candidates = encodings
    strange = _not_ascii(texts)
    if not strange:
        return texts, []
    encoding, known = _fitting(strange, told, candidates)
    if not encoding:
        row, field, cell = _first_bad(texts, candidates[0], rows)
        fail(finding("dbf-encoding", file=file, row=row, field=field, value=cell))
    notes = _notes(told, candidates, encoding, file)
    cut = {text for text in strange if not _is_whole(text, encoding)}
    made: dict[str, list[str]] = {}
    for latin, column in texts.items():
        name = free_name(" ".join((known.get(latin, latin) or "").split()), made, file, notes)
        made[name] = [known.get(cell, cell) or "" for cell in column]
        halved = [at for at, cell in enumerate(column) if cell in cut] if cut else []
        if halved:
            row, count, kept = rows[halved[0]], len(halved), made[name][halved[0]]
            notes.append(
                finding("dbf-text-cut", file=file, row=row, field=name, value=kept, count=count)
            )
    return made, notes


def _not_ascii(texts: dict[str, list[str]]) -> set[str]:
    found = {name for name in texts if not name.isascii()}
    for column in texts.values():
        found.update(cell for cell in set(column) if not cell.isascii())
    return found


def _fitting(
    strange: set[str], told: str, candidates: Sequence[str]
) -> tuple[str, dict[str, str | None]]:
    """Give the first encoding that all texts fit, and the texts in it.

    Much UTF-8 is by chance valid GB18030 as well, rubbish of rare characters. Chinese in UTF-8
    has three bytes a character, and GB18030 text that could be read so hardly exists: where
    UTF-8 gives nothing else, it is UTF-8 whatever the file says of itself.
    """
    in_utf8 = {text: _decoded(text, "utf-8") for text in strange}
    if all(text and not TWO_BYTES.search(text) for text in in_utf8.values()):
        return "utf-8", in_utf8
    if told.lower() not in UTF8 and _by_chance(in_utf8):
        candidates = ("gb18030", *candidates)
    tried = ((one, {text: _decoded(text, one) for text in strange}) for one in candidates)
    return next((pair for pair in tried if None not in pair[1].values()), ("", {}))


def _by_chance(in_utf8: dict[str, str | None]) -> bool:
    """Say whether texts are good UTF-8 only because short GBK text can be by chance."""
    if any(text is None or max(text, default="") >= "\u0800" for text in in_utf8.values()):
        return False
    return any(
        is_chinese_by_chance(raw.encode("latin-1"), text) for raw, text in in_utf8.items() if text
    )


def _decoded(text: str, encoding: str) -> str | None:
    """Give the text, without half a character at its end; None where the encoding is wrong."""
    raw = text.encode("latin-1")
    for cut in range(4):
        try:
            return raw[: len(raw) - cut].decode(encoding)
        except UnicodeDecodeError as error:
            if "incomplete" not in error.reason and "unexpected end" not in error.reason:
                return None
    return None


def _is_whole(text: str, encoding: str) -> bool:
    try:
        text.encode("latin-1").decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _notes(told: str, candidates: Sequence[str], used: str, file: str) -> list[Finding]:
    if told and used != candidates[0]:
        return [finding("dbf-encoding-other", file=file, value=told, used=used.upper())]
    if not told:
        return [finding("dbf-encoding-guessed", file=file, used=used.upper())]
    return []


def _first_bad(
    texts: dict[str, list[str]], encoding: str, rows: Sequence[int]
) -> tuple[int | None, str, str]:
    for name, column in texts.items():
        for row, cell in zip(rows, column, strict=True):
            if not cell.isascii() and _decoded(cell, encoding) is None:
                shown = cell.encode("latin-1").decode(encoding, errors="replace")
                return row, name if name.isascii() else "", shown
    return None, "", ""
