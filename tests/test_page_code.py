"""The page's code without a browser or node: hashes of what was built, addresses it may name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gapmap.drawing import vectors
from gapmap.drawing.addresses import refuse_unknown
from gapmap.errors import OutputError
from gapmap.report.page import SCRIPTS, STYLES, assemble

REPORT = Path(__file__).parents[1] / "gapmap" / "report"
BUILT = REPORT / "built"
WEB = REPORT / "web"


def _hashes() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(BUILT.joinpath("built.json").read_text("utf8"))
    return told


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_built_files_are_those_that_were_built() -> None:
    built = _hashes()["built"]
    assert set(built) == {path.name for path in BUILT.iterdir()} - {"built.json"}
    assert {name: _sha256(BUILT / name) for name in built} == built


def test_they_were_built_from_these_sources() -> None:
    sources = _hashes()["sources"]
    present = {f"src/{path.name}" for path in WEB.joinpath("src").iterdir()}
    assert {name for name in sources if name.startswith("src/")} == present
    changed = [name for name, digest in sources.items() if _sha256(WEB / name) != digest]
    assert changed == [], "run `make page` and commit gapmap/report/built"


def test_built_scripts_are_ascii_and_ask_for_no_other_file() -> None:
    for name in _hashes()["built"]:
        text = BUILT.joinpath(name).read_bytes().decode("ascii")
        assert "sourceMappingURL" not in text
        assert refuse_unknown(name, text) == text


def test_what_builds_the_page_has_exact_versions() -> None:
    listed = json.loads(WEB.joinpath("package.json").read_text("utf8"))
    assert set(listed) & {"dependencies", "peerDependencies"} == set()
    assert all(version.replace(".", "").isdigit() for version in listed["devDependencies"].values())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.js", 'fetch("https://evil.example/x")'),
        ("page.js", "new WebSocket('wss://evil.example')"),
        ("page.js", 'const host = "//evil.example/x.js"'),
        ("page.js", "/* http://evil.example */"),  # a script's comments are what it may turn on
        ("page.css", "p { background: url(//evil.example/x.png) }"),
        ("page.css", "p { background: url('http://evil.example/x.png') }"),
        ("page.css", '@import "other.css";'),
        ("page.js", '"http://www.w3.org/2000/svg.evil.example"'),
    ],
)
def test_an_address_that_is_not_on_the_list_is_refused(name: str, text: str) -> None:
    with pytest.raises(OutputError, match=r"evil\.example|other\.css"):
        refuse_unknown(name, text)


def test_harmless_addresses_and_what_looks_like_one_pass() -> None:
    for text in ('"http://www.w3.org/2000/svg"', "a = b // c", "x={file:t}", "/[^/]//2", '"a//b"'):
        assert refuse_unknown("page.js", text) == text
    comment = "/* https://bugzilla.mozilla.org/1 */ p { color: red }"
    assert refuse_unknown("page.css", comment) == comment


@pytest.mark.parametrize("name", [*SCRIPTS, *STYLES])
def test_no_page_is_built_from_a_file_with_an_unknown_address(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = vectors._read
    added = "@import '//x.example';" if name.endswith(".css") else "\n'//x.example'"
    monkeypatch.setattr(vectors, "_read", lambda one: read(one) + (added if one == name else ""))
    with pytest.raises(OutputError, match=r"x\.example"):
        assemble({}, title="t", language="en")
