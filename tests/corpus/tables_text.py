"""Files of text: encodings, separators, quotation marks, unseen characters."""

from __future__ import annotations

from corpus.city import VILLAGES, Case
from corpus.tables_writing import changed, raw, text_of, villages

__all__ = ["CASES"]

GB = "gb18030"

CASES = [
    Case(name="clean"),
    Case(
        name="gbk-text",
        spoil=villages(VILLAGES, GB),
        expect=[("text-gb18030", None)],
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
    Case(name="utf16-with-mark", spoil=villages(VILLAGES, "utf-16")),
    Case(
        name="utf16-without-mark",
        expect=[("text-utf16", None)],
        spoil=villages(VILLAGES, "utf-16-le"),
    ),
    Case(
        name="neither-utf8-nor-gbk",
        spoil=raw("villages.csv", text_of(VILLAGES).encode("utf8") + b"\xff\xfe\xff\n"),
        expect=[("text-encoding", 14)],
        usable=False,
    ),
    Case(
        name="utf8-then-gbk",
        expect=[("text-mixed", 8)],
        spoil=raw(
            "villages.csv",
            text_of(VILLAGES[:7]).encode("utf8") + text_of(VILLAGES[7:]).encode(GB),
        ),
        usable=False,
    ),
    Case(
        name="nul-in-a-name",
        expect=[("cell-invisible", 3)],
        spoil=villages(changed(VILLAGES, 3, "名称", "下\0横村委会")),
        rows={"villages.csv": (12, 11, 1, 0)},
    ),
    Case(
        name="semicolons",
        expect=[("text-separator", None)],
        spoil=raw("villages.csv", text_of(VILLAGES, ";").encode("utf8")),
    ),
    Case(
        name="tabs",
        expect=[("text-separator", None)],
        spoil=raw("villages.csv", text_of(VILLAGES, "\t").encode("utf8")),
    ),
    Case(
        name="sep-line",
        expect=[("text-separator", None)],
        spoil=raw("villages.csv", ("sep=;\n" + text_of(VILLAGES, ";")).encode()),
    ),
    Case(
        name="comma-in-a-name",
        spoil=villages(changed(VILLAGES, 5, "名称", "小托,北村委会")),
        expect=[("row-too-long", 5)],
        rows={"villages.csv": (12, 11, 0, 1)},
    ),
    Case(
        name="open-quotation-mark",
        spoil=villages(changed(VILLAGES, 4, "名称", '"大托村委会')),
        expect=[("text-quotes", None)],
        usable=False,
    ),
    Case(
        name="empty-file",
        spoil=raw("villages.csv", b""),
        expect=[("file-empty", None)],
        usable=False,
    ),
    Case(
        name="control-and-bidi-characters",
        expect=[("cell-invisible", 3)],
        spoil=villages(changed(VILLAGES, 3, "名称", "下\x07横\u202e村委会")),
        rows={"villages.csv": (12, 11, 1, 0)},
    ),
    Case(
        name="chinese-commas",
        spoil=raw("villages.csv", text_of(VILLAGES, "，").encode()),
        expect=[("text-separator", None)],
        rows={"villages.csv": (12, 12, 0, 0)},
    ),
]
