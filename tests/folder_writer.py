"""Writes a folder over and over until it is killed; loads nothing heavy, to start at once."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

FILES = 4


def exchange() -> ModuleType:
    """Load the module alone, without the package's libraries."""
    file = Path(__file__).parents[1] / "gapmap" / "outputs" / "exchange.py"
    spec = importlib.util.spec_from_file_location("exchange_alone", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def small_run(folder: Path, version: int) -> None:
    """Write what looks like a run: files of one version, listed by a manifest."""
    listed = {}
    for number in range(FILES):
        content = (f"{version} " * 5_000).encode()
        (folder / f"part{number}.csv").write_bytes(content)
        listed[f"part{number}.csv"] = {"sha256": hashlib.sha256(content).hexdigest()}
    told = {"made_by": "gapmap", "version": version, "files": listed}
    (folder / "run.json").write_text(json.dumps(told), encoding="utf8")


def has_manifest(folder: Path) -> bool:
    return (folder / "run.json").is_file()


def main(out: Path, way: str, version: int) -> None:
    module = exchange()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        version += 1
        with module.new_folder(
            out, complete=has_manifest, exchange=False if way == "aside" else None
        ) as fresh:
            small_run(fresh, version)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
