"""What a file is that calls itself a workbook and is none."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final, NoReturn

from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OTHER_ENDINGS", "is_workbook", "refuse_lock_file", "refuse_other"]

OTHER_ENDINGS: Final = (".xls", ".xlt", ".et", ".ett", ".ods", ".fods", ".xlsb", ".numbers")
"""Endings of workbooks that planners have and gapmap does not read."""
_LARGEST_LOOK: Final = 100_000_000
"""Bytes that are searched for the name of a stream."""
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_KINDS: Final = {
    "xlsx": ("Excel 工作簿(.xlsx)", "an Excel workbook (.xlsx)"),
    "xls": ("旧版 Excel 97-2003 或 WPS 表格(.xls、.et)", "an old workbook (.xls, .et)"),
    "ole": ("旧版 Office 文档", "an old Office document"),
    "ods": ("OpenDocument 表格(.ods)", "an OpenDocument spreadsheet (.ods)"),
    "xlsb": ("Excel 二进制工作簿(.xlsb)", "a binary workbook (.xlsb)"),
    "numbers": ("苹果 Numbers 表格", "a Numbers spreadsheet"),
    "docx": ("Word 文档", "a Word document"),
    "zip": ("不含工作簿的压缩包", "a ZIP file without a workbook in it"),
    "cut": ("不完整的 .xlsx 或 .zip 文件,结尾缺失", "a .xlsx or .zip file whose end is missing"),
    "archive": ("压缩包(RAR、7z 或 gzip)", "a packed file (RAR, 7z or gzip)"),
    "html": ("网页表格(HTML)", "a web page (HTML)"),
    "xml": ("XML 表格(2003)", "an XML spreadsheet of 2003"),
    "pdf": ("PDF 文档", "a PDF document"),
    "zeros": ("全是零字节的损坏文件", "a damaged file of zero bytes"),
    "text": ("文本文件(如 CSV)", "a text file such as CSV"),
    "unknown": ("无法识别的文件", "a file of no known kind"),
}
_SAVE_AS: Final = (
    "请用 Excel 或 WPS 打开,另存为 .xlsx 或 .csv",
    "open it in Excel or WPS and save it as .xlsx or .csv",
)
_ADVICE: Final = {
    "xlsx": ("请把扩展名改为 .xlsx", "rename it to end in .xlsx"),
    "text": (
        "请把扩展名改为 .csv,或用 Excel 打开后另存为 .xlsx",
        "rename it to end in .csv, or open it in Excel and save it as .xlsx",
    ),
    "cut": ("请重新复制或下载", "copy or download it again"),
    "zeros": ("请重新复制或下载", "copy or download it again"),
    "zip": ("请先解压,并写明其中的表格文件", "unpack it and name the table in it"),
    "archive": ("请先解压,并写明其中的表格文件", "unpack it and name the table in it"),
}


def refuse_lock_file(path: Path) -> None:
    """Refuse the small file that Excel and WPS keep beside a workbook while it is open."""
    if path.name.startswith("~$"):
        fail(finding("workbook-lock-file", file=path.name, value=path.name.removeprefix("~$")))


def refuse_other(path: Path) -> NoReturn:
    """Raise, and say what a file really is that is no XLSX workbook."""
    refuse_lock_file(path)
    kind = _kind(path)
    if kind == "encrypted":
        fail(finding("workbook-encrypted", file=path.name))
    name_zh, name_en = _KINDS[kind]
    advice_zh, advice_en = _ADVICE.get(kind, _SAVE_AS)
    fail(
        finding(
            "workbook-other",
            file=path.name,
            value=path.suffix.lower(),
            kind_zh=name_zh,
            kind_en=name_en,
            advice_zh=advice_zh,
            advice_en=advice_en,
        )
    )


def _kind(path: Path) -> str:
    if zipfile.is_zipfile(path):
        return _kind_of_zip(path)
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(_OLE):
            return _kind_of_ole(head + file.read(_LARGEST_LOOK))
    known = (
        (b"PK\x03\x04", "cut"),
        (b"%PDF", "pdf"),
        (b"Rar!", "archive"),
        (b"7z\xbc\xaf", "archive"),
        (b"\x1f\x8b", "archive"),
    )
    for magic, kind in known:
        if head.startswith(magic):
            return kind
    return _kind_of_text(head)


def _kind_of_ole(content: bytes) -> str:
    """Tell by the names of its streams, which stand in UTF-16, what a compound file holds."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "encrypted"
    streams = ("Workbook\0", "Book\0")
    return "xls" if any(one.encode("utf-16-le") in content for one in streams) else "ole"


def is_workbook(path: Path) -> bool:
    """Say whether a file is an XLSX workbook as far as its parts tell."""
    return zipfile.is_zipfile(path) and _kind_of_zip(path) == "xlsx"


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lower() for name in archive.namelist()}
            mimetype = archive.open("mimetype").read(100) if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return "cut"
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    telling = (
        ("xl/workbook.bin", "xlsb"),
        ("xl/workbook.xml", "xlsx"),
        ("word/document.xml", "docx"),
        ("index/document.iwa", "numbers"),
        ("_rels/.rels", "xlsx"),  # its workbook may have any name
    )
    return next((kind for name, kind in telling if name in names), "zip")


def _kind_of_text(head: bytes) -> str:
    if not head.strip(b"\0"):
        return "zeros"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    else:
        text = head.decode("utf-8-sig", errors="replace")
    start = text.lstrip().lower()
    if re.match(r"<(!doctype html|html|head|meta|body|table|div|style|script)\b", start):
        return "html"
    if start.startswith("<?xml"):
        return "html" if "<html" in start else "xml"
    binary = any(ord(sign) < ord(" ") and sign not in "\t\r\n\f" for sign in text)
    return "unknown" if binary else "text"
