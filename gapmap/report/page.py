"""The page: one HTML file from inert data and our own scripts; nothing is fetched, nothing run.

Order matters for safety. The Content-Security-Policy is the first element of the head and names
each script by its SHA-256, so that no other script runs. They are three, lest the policy push the
declared encoding beyond the first 1024 bytes, where browsers look for it. The loader stands in the
page as it is; Leaflet and ours, bundled from ``web/src`` (docs/page.md), and the styles are packed
as data are (a quarter of a small study's page less) and the loader puts them in. Data stands in a
block that the browser does not interpret (gzip, base64) and reaches the page as text nodes only. No
template engine is involved: Leaflet's minified code holds what some would take for commands.
"""

from __future__ import annotations

import base64
import hashlib
import html
from typing import TYPE_CHECKING

from gapmap.drawing import inert, inline_script, inline_style, packed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["assemble"]

LOADER = "built/loader.js"
SCRIPTS = ("vendor/leaflet.js", "built/page.js")
STYLES = ("vendor/leaflet.css", "built/page.css")
_SKELETON = (
    '<div id="report"></div>\n'
    "<noscript>此页需要启用 JavaScript(不联网)。 This page needs JavaScript (no network)."
    "</noscript>"
)


def assemble(data: Mapping[str, object], *, title: str, language: str, credit: str = "") -> str:
    """Give the whole page as text.

    Parameters
    ----------
    data
        What the page shows, from :func:`gapmap.report.parts.content`.
    title
        The window's title.
    language
        The language that opens.
    credit
        Whom the data is owed to; stands in the head too, so that a search in the file finds it.
    """
    loader, *scripts = (inline_script(name) for name in (LOADER, *SCRIPTS))
    styles = "\n".join(inline_style(name) for name in STYLES)
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{"en" if language == "en" else "zh-CN"}">',
        "<head>",
        f'<meta http-equiv="Content-Security-Policy" content="{_policy([loader, *scripts])}">',
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f'<meta name="dcterms.rights" content="{html.escape(credit)}">',
        f"<title>{html.escape(title)}</title>",
        "</head>",
        "<body>",
        _SKELETON,
        f'<script type="application/gzip+base64" id="data">{inert(data)}</script>',
        f'<script type="application/gzip+base64" class="style">{packed(styles)}</script>',
        *(
            f'<script type="application/gzip+base64" class="code">{packed(script)}</script>'
            for script in scripts
        ),
        f"<script>{loader}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _policy(scripts: Sequence[str]) -> str:
    """Allow exactly these scripts, and no connection of any kind."""
    digests = (hashlib.sha256(script.encode("utf8")).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(one).decode('ascii')}'" for one in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; connect-src 'none'; "
        "base-uri 'none'; form-action 'none'"
    )
