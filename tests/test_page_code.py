"""The page's scripts as built are those of its sources: known without node, by their hashes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

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
        assert "@import" not in text


def test_what_builds_the_page_has_exact_versions() -> None:
    listed = json.loads(WEB.joinpath("package.json").read_text("utf8"))
    assert set(listed) & {"dependencies", "peerDependencies"} == set()
    assert all(version.replace(".", "").isdigit() for version in listed["devDependencies"].values())
