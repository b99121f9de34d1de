"""A real Chromium without a network: every request, message, violation and dialog is kept."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import gapmap
from gapmap.study import run_study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WATCH_VIOLATIONS = (
    "window.violations = [];"
    "document.addEventListener('securitypolicyviolation',"
    " (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));"
)


@dataclass
class Opened:
    """A page that is open, and all that it did since it opened."""

    page: Page
    url: str
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def trouble(self) -> list[str]:
        """Give everything that a safe and quiet page would not do."""
        foreign = [url for url in self.requests if url != self.url]
        violations = self.page.evaluate("window.violations")
        return [*foreign, *self.messages, *self.dialogs, *violations]


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """Give what starts a Chromium, with further flags."""
    named = os.environ.get("GAPMAP_CHROMIUM") or shutil.which("chromium")
    if named is None and os.environ.get("CI"):
        pytest.fail("no chromium: `make browser` installs it, and CI must not pass without it")
    if named is None:
        pytest.skip("no chromium on this machine; name one in GAPMAP_CHROMIUM")
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="the browser tests drive Chromium with playwright"
    )
    with playwright.sync_playwright() as driver:

        def start(*flags: str) -> Browser:
            return driver.chromium.launch(executable_path=named, args=[*FLAGS, *flags])

        yield start


@pytest.fixture(scope="session")
def chromium(launch: Callable[..., Browser]) -> Iterator[Browser]:
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Opened]]:
    contexts = []

    def show(path: Path, width: int = 1366, height: int = 768) -> Opened:
        context = chromium.new_context(viewport={"width": width, "height": height}, offline=True)
        contexts.append(context)
        page = context.new_page()
        opened = Opened(page, path.as_uri())
        page.add_init_script(WATCH_VIOLATIONS)
        page.on("request", lambda request: opened.requests.append(request.url))
        page.on("console", lambda message: opened.messages.append(message.text))
        page.on("pageerror", lambda error: opened.messages.append(str(error)))
        page.on("dialog", lambda dialog: (opened.dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(opened.url)
        page.wait_for_selector("html[data-ready=yes]", timeout=15_000)
        return opened

    yield show
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study that `gapmap init` writes, in ``study``, and its run in ``out``; for reading."""
    folder = tmp_path_factory.mktemp("县")
    shutil.copytree(Path(gapmap.__file__).parent / "starter", folder / "study")
    run_study(folder / "study" / "study.toml", folder / "out")
    return folder
