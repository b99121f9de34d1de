"""What gapmap has to say of each case: every error and warning with its rows, and every count.

``expected.toml`` is written by ``PYTHONPATH=tests .venv/bin/python -m corpus.expected FOLDER``;
read the difference line by line before you commit it, for the test only says that it is the same.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.cases import CASES, build
from gapmap.findings import row_ranges
from gapmap.study import check_study

if TYPE_CHECKING:
    from gapmap.study import Checked

__all__ = ["EXPECTED", "counted", "told"]

_FILE = Path(__file__).with_suffix(".toml")
EXPECTED: dict[str, dict[str, list[str]]] = tomllib.loads(_FILE.read_text("utf8"))
"""By the name of a case: ``told`` and ``counted`` of what a check finds in it."""


def told(checked: Checked) -> list[str]:
    """Give errors and warnings, each as its file, severity, code and rows."""
    return sorted(
        f"{one.file}: {one.severity} {one.code} {row_ranges(one.rows)}".rstrip()
        for one in checked.findings
        if one.severity != "note"
    )


def counted(checked: Checked) -> list[str]:
    """Give what became of the rows of each file."""
    return sorted(
        f"{one.file}: {one.read} = {one.used} used + {one.repaired} repaired"
        f" + {one.excluded} excluded"
        for one in checked.rows
    )


def _entry(name: str, checked: Checked) -> str:
    lines = [f"[{name}]"]
    for key, values in (("told", told(checked)), ("counted", counted(checked))):
        listed = "".join(f"    {json.dumps(one, ensure_ascii=False)},\n" for one in values)
        lines.append(f"{key} = [\n{listed}]" if values else f"{key} = []")
    return "\n".join(lines) + "\n"


def _write(folder: Path) -> None:
    entries = [
        _entry(case.name, check_study(build(case, folder / case.name).resolve())) for case in CASES
    ]
    _FILE.write_text("\n".join(entries), "utf8")


if __name__ == "__main__":
    _write(Path(sys.argv[1]))
