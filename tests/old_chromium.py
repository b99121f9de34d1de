"""Chromium 86 for tests, over its debugging pipe: playwright no longer speaks to one so old.

The protocol is JSON, each message ended by a zero byte, on file descriptors 3 (to it)
and 4 (from it).
"""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).parents[1] / ".venv" / "chromium-86"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
PATIENCE = 60.0
"""Seconds that an answer may take."""


class OldChromium:
    """One window of Chromium 86, and all that its page did since it opened.

    Attributes
    ----------
    requests, messages, dialogs
        What was asked for, what the console said (errors among it), what dialogs said.
    """

    def __init__(self, *, width: int = 1366, height: int = 768, before: str = "") -> None:
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.dialogs: list[str] = []
        self._number = 0
        self._read = b""
        self._profile = tempfile.TemporaryDirectory()
        to_browser, self._to = os.pipe()
        self._from, from_browser = os.pipe()
        self._process = subprocess.Popen(
            [  # noqa: S607 - bash puts the pipes where Chromium looks for them
                "bash",
                "-c",
                f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}',
                str(FOLDER / "chromium"),
                *FLAGS,
                f"--window-size={width},{height}",
                f"--user-data-dir={self._profile.name}",
                "about:blank",
            ],
            pass_fds=(to_browser, from_browser),
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._session = ""
        target = self.call("Target.createTarget", url="about:blank", width=width, height=height)
        held = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = held["sessionId"]
        for part in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{part}.enable")
        self.call("Network.emulateNetworkConditions", offline=True, latency=0,
                  downloadThroughput=0, uploadThroughput=0)  # fmt: skip
        self.call("Page.addScriptToEvaluateOnNewDocument", source=before)

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Ask the browser for something and wait for its answer."""
        self._number += 1
        asked = self._number
        self._send(asked, method, params)
        while True:
            told = self._next()
            if told.get("id") == asked:
                assert "error" not in told, (method, told["error"])
                result: dict[str, Any] = told["result"]
                return result
            self._heed(told)

    def open(self, path: Path) -> None:
        """Open a page of a file and wait until it says that it is ready."""
        self.call("Page.navigate", url=path.as_uri())
        end = time.monotonic() + PATIENCE
        while not self.run("document.querySelector('html[data-ready=yes]') !== null"):
            assert time.monotonic() < end, self.messages

    def run(self, script: str) -> Any:
        """Evaluate a script in the page."""
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def click(self, selector: str) -> None:
        """Press and release the mouse in the middle of an element."""
        x, y = self.run(
            f"(() => {{ const node = document.querySelector({json.dumps(selector)});"
            " node.scrollIntoView({ block: 'center' });"
            " const box = node.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, path: Path) -> None:
        """Save what the window shows."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)
        os.close(self._to)
        os.close(self._from)
        self._profile.cleanup()

    def _send(self, number: int, method: str, params: dict[str, object]) -> None:
        message: dict[str, object] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._from], [], [], PATIENCE)
            assert ready, "Chromium 86 does not answer"
            got = os.read(self._from, 1 << 16)
            assert got, "Chromium 86 ended"
            self._read += got
        one, _, self._read = self._read.partition(b"\0")
        told: dict[str, Any] = json.loads(one)
        return told

    def _heed(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Runtime.consoleAPICalled":
                self.messages.append(str([one.get("value") for one in params["args"]]))
            case "Runtime.exceptionThrown":
                self.messages.append(str(params["exceptionDetails"]))
            case "Log.entryAdded":
                self.messages.append(params["entry"]["text"])
            case "Page.javascriptDialogOpening":
                self.dialogs.append(params["message"])
                self._number += 1
                self._send(self._number, "Page.handleJavaScriptDialog", {"accept": False})
