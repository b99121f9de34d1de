"""Every text of a page's data an attack, whatever section it is of: nothing runs, all is text.

The data of a page that has everything are changed after they were made: each text that is no code
gets an attack before it, the same text the same. So a section that is added is tried as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import toy_pages

from gapmap.cells import visible
from gapmap.report.page import assemble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Opened

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "</script><script src=//evil.example/x.js></script>",
    "${alert(3)}`${alert(4)}`",
    "{{constructor.constructor('alert(5)')()}}",
    "line\u2028and\u2029paragraph",
    "{count}{name}{service}",
    "$& $1 $`",
    "<svg onload=alert(6)><style>@import '//evil.example/x.css'</style>",
    '" onmouseover="alert(7)" style="background:url(https://evil.example/x.png)',
    "javascript:alert(8)",
    "&lt;b&gt;&#60;b>",
    "<a href=https://evil.example/>x</a><iframe src=//evil.example></iframe>",
    "__proto__",
    "constructor",
)
CODE = re.compile(r"[\x21-\x7e]*")
"""One word of Latin letters and signs: ids, codes, dates, units. Names of the toy city are not."""


class Attacker:
    """Puts attacks before texts; the same text gets the same."""

    def __init__(self, words: dict[str, Any]) -> None:
        self._codes = set(words["values"])
        self._given: dict[str, str] = {}

    def text(self, told: str) -> str:
        """Give the text with its attack, a code as it is."""
        if told in self._codes or CODE.fullmatch(told) or told.startswith("rest of "):
            return told
        at = len(self._given)
        return self._given.setdefault(told, ATTACKS[at % len(ATTACKS)] + told)

    def all_of(self, told: object) -> object:
        """Give data with every text attacked, keys of tables by name too."""
        if isinstance(told, str):
            return self.text(told)
        if isinstance(told, list):
            return [self.all_of(one) for one in told]
        if isinstance(told, dict):
            return {self.text(key): self.all_of(one) for key, one in told.items()}
        return told


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = toy_pages.data_of(toy_pages.everything().html)
    words = data.pop("words")
    attacked = Attacker(words).all_of(data)
    assert isinstance(attacked, dict)
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    html = assemble(
        {**attacked, "words": words},
        title=ATTACKS[2] + ATTACKS[5],
        language="zh",
        credit=ATTACKS[9] + ATTACKS[2],
    )
    path.write_text(html, encoding="utf8")
    return path


# What can be pressed, once for each place that it has; rows, the first of each table.
PRESSED = (
    "button:not([data-language])",
    "tbody tr:first-child",
    "summary",
    ".legend input, .villages-head input[type=checkbox]",
)


def test_every_text_of_the_data_is_told_and_none_runs(
    open_page: Callable[..., Opened], page_file: Path
) -> None:
    opened = open_page(page_file)
    page = opened.page
    told: set[str] = set()
    for language in ("en", "zh"):
        page.click(f"[data-language={language}]")
        for service in ("service_centre", "bus_shelter"):
            page.click(f".service[data-service={service}]")
            for selector in PRESSED:
                page.evaluate(
                    "(selector) => { for (const one of document.querySelectorAll(selector))"
                    " if (one.isConnected) one.click(); }",
                    selector,
                )
                told.add(page.evaluate("document.getElementById('report').textContent"))
        for option in page.locator("#colour-by option").all():
            page.select_option("#colour-by", option.get_attribute("value"))
    shown = "\n".join(told)
    assert [one for one in ATTACKS if visible(one) not in shown] == []
    assert page.locator("#report").locator("script, iframe, object, embed, link, base").count() == 0
    assert page.locator("#report [onerror], #report [onload], #report [onmouseover]").count() == 0
    assert page.locator("#report img:not([src^='data:image/png;base64,'])").count() == 0
    assert page.locator("#report a:not([href^='#'])").count() == 0
    quiet = ("data:image/png;base64,", "blob:")
    assert [one for one in opened.trouble() if not one.startswith(quiet)] == []
