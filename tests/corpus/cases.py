"""All cases of the corpus; ``python -m corpus.cases FOLDER`` writes them and shows what is found.

From the project's top: ``PYTHONPATH=tests .venv/bin/python -m corpus.cases /tmp/corpus``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import (
    hostile,
    networks,
    positions,
    rasters,
    shapes,
    tables_cells,
    tables_layout,
    tables_text,
    tables_workbooks,
)
from corpus.city import write_city
from gapmap.study import check_study

if TYPE_CHECKING:
    from corpus.city import Case

__all__ = ["CASES", "build", "rows_of_table"]

CASES = [
    *tables_text.CASES,
    *tables_layout.CASES,
    *tables_cells.CASES,
    *tables_workbooks.CASES,
    *shapes.CASES,
    *positions.CASES,
    *networks.CASES,
    *rasters.CASES,
    *hostile.CASES,
]


def build(case: Case, folder: Path) -> Path:
    """Write the files of a case, and give its study file."""
    study = write_city(folder, case.study)
    if case.spoil is not None:
        case.spoil(folder)
    return study


def rows_of_table(folder: Path) -> list[str]:
    """Build and check every case; give the rows of a Markdown table of what was found."""
    told = ["| case | found | exit of `gapmap check` |", "|---|---|---|"]
    for case in CASES:
        checked = check_study(build(case, folder / case.name))
        found = dict.fromkeys(
            f"{one.code}{f':{one.row}' if one.row else ''}" for one in checked.findings
        )
        told.append(f"| {case.name} | {', '.join(found)} | {int(not checked.usable)} |")
    return told


if __name__ == "__main__":
    print("\n".join(rows_of_table(Path(sys.argv[1]))))  # noqa: T201 - a script for people
