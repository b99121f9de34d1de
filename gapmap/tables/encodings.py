"""Which encoding a text file is in: told by its mark or by strict reading, never by replacing."""

from __future__ import annotations

import csv
import io
import re
from functools import cache
from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np

from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gapmap.findings import Finding

__all__ = ["decode", "is_chinese_by_chance"]

MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
OTHER_FORMATS: Final = (
    (b"PK\x03\x04", "ZIP / XLSX"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"%PDF", "PDF"),
    (b"SQLite format 3\x00", "SQLite / GeoPackage"),
)
SAMPLE: Final = 65_536
"""Bytes, or characters, that are looked at for a judgement on the whole."""
MOST_NULS: Final = 0.2
"""Share of NUL bytes beyond which a file is no text."""
PLAUSIBLE: Final = 0.5
"""Share of everyday characters below which a Chinese text is probably read wrongly.

Names in simplified Chinese have 0.85 and more, in traditional characters about 0.6; Big5 or
Latin-1 read as GB18030 has 0.3 and less.
"""
FEWEST_TO_JUDGE: Final = 6
"""Characters below which nothing is said about plausibility."""

_OF_LETTERS: Final = re.compile("[A-Za-z][\u00c0-\u017f]|[\u00c0-\u017f][A-Za-z]")
"""What real text of two-byte letters has: São, Müller."""
_SIGN: Final = re.compile("[\u0080-\u00bf]")
"""What GBK text hardly is by chance, and files in UTF-8 often have: m², 25 °C, ±0, A · B."""
_WORD: Final = re.compile("[\u00c0-\u07ff]{2}")
"""What words of GBK text are by chance; one such letter alone is taken for itself."""
_LONGER: Final = re.compile(rb"[\xe0-\xff]")
"""Bytes that begin a character of three or four bytes in UTF-8."""
_LATIN_UTF8: Final = re.compile(rb"[a-z][\xc3-\xc5][\x80-\xbf][a-z]")
_FOREIGN: Final = re.compile(
    "[\u0370-\u04ff\u2500-\u257f\u3040-\u312f\u3400-\u9fff\ue000-\uf8ff\uf900-\ufaff]"
)


def decode(raw: bytes, file: str) -> tuple[str, tuple[Finding, ...]]:
    """Turn the bytes of a text file into text.

    By the mark at its beginning; else UTF-16 where NUL bytes stand in every second place; else
    strict UTF-8; else strict GB18030. Short text in GBK may be good UTF-8 by chance and is read
    as what makes sense. Nothing is replaced or dropped.

    Raises
    ------
    InputError
        Bytes that are no text in that encoding, with their row and byte; two encodings in one
        file, with the row where the other begins; a file that is no text at all.
    """
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return _strictly(raw, encoding, file, len(mark)), ()
    for magic, name in OTHER_FORMATS:
        if raw.startswith(magic):
            fail(finding("text-is-no-text", file=file, value=name))
    if b"\x00" in raw:
        if encoding := _utf16_without_mark(raw[:SAMPLE]):
            said = finding("text-utf16", file=file, encoding=encoding.upper())
            return _strictly(raw, encoding, file, 0), (said,)
        if raw.count(b"\x00") > MOST_NULS * len(raw):
            fail(finding("text-is-no-text", file=file, value="NUL"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(raw, error.start, file)
    if _WORD.search(text) and is_chinese_by_chance(raw, text):
        return raw.decode("gb18030"), (finding("text-gb18030", file=file),)
    return text, ()


def is_chinese_by_chance(raw: bytes, text: str) -> bool:
    """Say whether text is good UTF-8 only because short GBK text can be by chance.

    平沙 or 学校 in GBK are the bytes of two letters each that UTF-8 writes with two bytes. Real
    text of such letters has an accent beside plain letters, as in São Lourenço; real Chinese in
    UTF-8 has three bytes a character.

    Examples
    --------
    >>> [is_chinese_by_chance(one, one.decode()) for one in ("平沙".encode("gbk"), "m²".encode())]
    [True, False]
    """
    if _LONGER.search(raw) or _SIGN.search(text) or _OF_LETTERS.search(text):
        return False
    try:
        share, count = _share_of_everyday(raw.decode("gb2312"))
    except UnicodeDecodeError:
        return False
    return count > 0 and share >= PLAUSIBLE


def _strictly(raw: bytes, encoding: str, file: str, skipped: int) -> str:
    try:
        return raw[skipped:].decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            _refuse_mixture(raw, error.start + skipped, 0, file)
        _refuse(raw, error.start + skipped, encoding, file, skipped)


def _utf16_without_mark(sample: bytes) -> str:
    """Give the kind of UTF-16 that a file without mark is in, ``""`` if it is in none.

    Commas, digits and line ends have a NUL in the same half of every pair of bytes. In a file of
    single bytes into which NULs have strayed, line ends are no such pairs.
    """
    sample = sample[: len(sample) // 2 * 2]
    first, second = sample[::2].count(0), sample[1::2].count(0)
    if max(first, second) * 40 < len(sample) or min(first, second) * 4 > max(first, second):
        return ""
    encoding = "utf-16-le" if second > first else "utf-16-be"
    text = sample.decode(encoding, "replace")
    breaks = text.count("\n") + text.count("\r")
    if breaks * 2 < sample.count(b"\n") + sample.count(b"\r"):
        return ""
    return encoding if re.search(r"[0-9A-Za-z,;\t]", text) else ""


def _not_utf8(raw: bytes, bad: int, file: str) -> tuple[str, tuple[Finding, ...]]:
    """Read a file that is not all UTF-8: as GB18030, if no part of it is UTF-8 all the same.

    Chinese UTF-8 is as a rule valid GB18030, too, and reads as rubbish: a good file with one bad
    byte, or two files pasted together, must not be taken for GB18030.
    """
    other = _first_utf8_line(raw)
    if other is not None:
        _refuse_mixture(raw, bad, other, file)
    text = _as_gb18030(raw, bad, file)
    said = [finding("text-gb18030", file=file)]
    if not _plausible(text[:SAMPLE]):
        said.append(finding("text-improbable", file=file, value=_strange(text[:SAMPLE])))
    return text, tuple(said)


def _refuse_mixture(raw: bytes, bad: int, other: int, file: str) -> NoReturn:
    """Say where GB18030 begins after UTF-8, or UTF-8 after it; or that one byte is bad."""
    start, end = _line_around(raw, bad)
    if not _is_plausible_gb18030(raw[start:end]):
        _refuse(raw, bad, "utf-8", file, 0)
    names = ("UTF-8", "GB18030 (GBK)")
    at, before = start, "utf-8"
    if start < other:
        names, at, before = names[::-1], other, "gb18030"
    row = _row_at(raw, at, before)
    first, then = names
    fail(finding("text-mixed", file=file, row=row, byte=at + 1, first=first, other=then))


def _first_utf8_line(raw: bytes) -> int | None:
    """Say where the first line begins that is UTF-8 beyond doubt; None if there is none."""
    end = -1
    for at in _like_utf8(np.frombuffer(raw, dtype=np.uint8)):
        if at < end:
            continue
        start, end = _line_around(raw, int(at))
        if _rather_utf8(raw[start:end]):
            return start
    return None


def _rather_utf8(line: bytes) -> bool:
    """Say whether a line is UTF-8 and makes more sense so than as GB18030."""
    if not _is_utf8(line):
        return False
    share = _share_of_everyday(line.decode("utf-8"))[0]
    otherwise = _share_of_everyday(line.decode("gb18030", "replace"))[0]
    return share >= PLAUSIBLE and (share > otherwise or _LATIN_UTF8.search(line) is not None)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(sample: bytes) -> bool:
    """Say whether most lines that are not plain ASCII are UTF-8."""
    lines = [line for line in sample.splitlines() if not line.isascii()]
    return 2 * sum(map(_is_utf8, lines)) > len(lines)


def _like_utf8(raw: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Say where the bytes look like two Chinese or one accented Latin letter in UTF-8."""

    def between(low: int, high: int) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = raw - np.uint8(low) <= high - low  # below 0 wraps to the top
        return inside

    def inner(places: NDArray[np.intp]) -> NDArray[np.bool_]:
        continued: NDArray[np.bool_] = raw[places] >> 6 == 2  # noqa: PLR2004 - bits 10......
        return continued

    lead = between(0xE4, 0xE9)
    chinese = np.flatnonzero(lead[:-5] & lead[3:-2])
    for step in (1, 2, 4, 5):
        chinese = chinese[inner(chinese + step)]
    if not _mostly_utf8(raw[:SAMPLE].tobytes()):  # GB18030 may hold one character among letters
        return chinese
    small = between(ord("a"), ord("z"))
    latin = np.flatnonzero(small[:-3] & between(0xC3, 0xC5)[1:-2] & small[3:])
    return np.union1d(chinese, latin[inner(latin + 2)])


def _line_around(raw: bytes, at: int) -> tuple[int, int]:
    end = raw.find(b"\n", at)
    return raw.rfind(b"\n", 0, at) + 1, len(raw) if end < 0 else end


def _as_gb18030(raw: bytes, bad_utf8: int, file: str) -> str:
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        encoding = "gb18030" if error.start >= bad_utf8 else "utf-8"
        _refuse(raw, max(error.start, bad_utf8), encoding, file, 0)


def _is_plausible_gb18030(line: bytes) -> bool:
    try:
        text = line.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return _share_of_everyday(text)[0] >= PLAUSIBLE


def _plausible(text: str) -> bool:
    share, count = _share_of_everyday(text)
    return count < FEWEST_TO_JUDGE or share >= PLAUSIBLE


def _share_of_everyday(text: str) -> tuple[float, int]:
    """Give the share of everyday Chinese among the characters of far scripts, and their count."""
    found = _FOREIGN.findall(text)
    if not found:
        return 1.0, 0
    everyday = _everyday()
    return sum(one in everyday for one in found) / len(found), len(found)


def _strange(text: str) -> str:
    everyday = _everyday()
    return "".join(one for one in _FOREIGN.findall(text) if one not in everyday)[:12]


@cache
def _everyday() -> frozenset[str]:
    """Give the 3,755 characters of the first level of GB 2312-80, rows 16 to 55."""
    pairs = bytes(
        byte for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF) for byte in (lead, trail)
    )
    return frozenset(pairs.decode("gb2312", "ignore"))


def _refuse(raw: bytes, at: int, encoding: str, file: str, skipped: int) -> NoReturn:
    tried = "UTF-8, GB18030 (GBK)" if encoding in {"utf-8", "gb18030"} else encoding.upper()
    around = raw[max(skipped, at - 24) : at + 12].decode(encoding, "replace")
    fail(
        finding(
            "text-encoding",
            file=file,
            row=_row_at(raw, at, encoding, skipped),
            value=" ".join(around.split()),
            byte=at + 1,
            tried=tried,
        )
    )


def _row_at(raw: bytes, at: int, encoding: str, skipped: int = 0) -> int:
    """Give the row of a byte as a spreadsheet counts: a quoted cell may hold several lines."""
    before = raw[skipped:at].decode(encoding, "replace")
    try:
        return sum(1 for _ in csv.reader(io.StringIO(f"{before}x", newline="")))
    except csv.Error:
        return before.count("\n") + 1
