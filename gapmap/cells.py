r"""Texts of others as they leave gapmap: nothing runs, nothing hides or reorders its neighbours.

Every output goes through :func:`visible`. It writes characters that nobody sees, or that act on the
text around them, as an escape: ``\u202e``, ``\u0000``. That are the control characters but for tab
and line breaks, line and paragraph separators, embeddings, overrides and isolates of writing
direction, lone surrogates and noncharacters. Marks that belong to a script, such as joiners, stay.

CSV goes through :func:`guarded` besides, which :func:`unguarded` undoes.
"""

from __future__ import annotations

import re

__all__ = ["guarded", "unguarded", "visible"]

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff]"
)
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")


def visible(text: str) -> str:
    r"""Write characters that are unseen or act on the text around them as escapes.

    Examples
    --------
    >>> visible("三灶\u202etxt.exe\x1b[2J")
    '三灶\\u202etxt.exe\\u001b[2J'
    """
    if text.isprintable():  # what is not printable may still be a blank
        return text
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    These begin with ``=``, ``+``, ``-``, ``@`` (or their full-width forms), a tab or a line
    break, possibly after apostrophes. Plain numbers stay as they are.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-5"), guarded("三灶")
    ("'=1+1", '-5', '三灶')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Take the apostrophe off again that :func:`guarded` put before a text.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("'s-Gravenhage")
    ('=1+1', "'s-Gravenhage")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
