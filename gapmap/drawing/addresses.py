"""Addresses of the network in what pages carry: a list of the few that are known, and harmless.

The policy of the page stops a request; this stops a page that would make one from being built.
Names and other data may hold addresses: they are text, packed, and no part of this.
"""

from __future__ import annotations

import re
from typing import Final

from gapmap.errors import OutputError

__all__ = ["KNOWN", "refuse_unknown"]

KNOWN: Final = frozenset(
    {
        "http://www.w3.org/2000/svg",  # the name of a namespace: nothing is fetched
        "https://leafletjs.com",  # a link that Leaflet shows where nobody turned it off: we do
    }
)
"""Addresses that may stand in a script or a style."""

_ADDRESS = re.compile(
    r"""\b(?:https?|wss?|ftp|file)://[^\s"'`<>()\\,;]*"""  # with a scheme
    r"""|(?<=["'`(=])//[a-z0-9\[][^\s"'`<>()\\,;]*"""  # without: that of the page
    r"""|@import\b[^;]*""",  # a style sheet elsewhere
    re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def refuse_unknown(name: str, text: str) -> str:
    """Give the text of a script or style back if it names no address but known ones.

    Parameters
    ----------
    name
        The file that it is of; a name on ``.css`` is a style, whose comments may name any.
    text
        The whole text.

    Raises
    ------
    OutputError
        If it names another.

    Examples
    --------
    >>> refuse_unknown("page.css", "p { color: red } /* https://example.org */")
    'p { color: red } /* https://example.org */'
    >>> refuse_unknown("page.js", 'fetch("//example.org/x")')
    Traceback (most recent call last):
    gapmap.errors.OutputError: page.js of gapmap names //example.org/x: ...
    """
    looked_at = _COMMENT.sub("", text) if name.endswith(".css") else text
    unknown = sorted(set(_ADDRESS.findall(looked_at)) - KNOWN)
    if unknown:
        told = ", ".join(unknown)
        raise OutputError(
            f"{name} of gapmap names {told}: a page must ask for nothing on the network. "
            "The installation was changed: install gapmap again, or add a harmless address to "
            "gapmap/drawing/addresses.py",
            f"gapmap 的 {name} 中出现网址 {told}:页面不得访问网络。"
            "安装文件被改动过:请重新安装 gapmap;若该网址无害,请加入 gapmap/drawing/addresses.py",
        )
    return text
