"""The law of rows: what was read is what was used, repaired or left out, for every input.

:class:`gapmap.tables.RowCount` holds the counts of one file against the number that its reader
counted. Here the counts are held against what the values really contain, and against the list of
the files that the study names: a file that nobody counted is as bad as a row that got lost.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gapmap.errors import MethodError
from gapmap.study.inputs import named_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from gapmap.study.value import Study
    from gapmap.tables import RowCount

__all__ = ["check_accounts"]

_WITHOUT_ROWS = ("study", "plan")
_SIDES = (".shx", ".dbf", ".prj", ".cpg")


def check_accounts(study: Study) -> None:
    """Hold the row counts of a study against its values and against the files that it names.

    Raises
    ------
    MethodError
        A row got lost or was counted twice, or a file has no count. That is a defect of gapmap.
    """
    _check_every_file(study)
    for counts, table in (
        (study.places.rows, study.places.table),
        (study.facilities.rows, study.facilities.table),
    ):
        _check_held(counts, _rows_of(table))
    outlines, *towns = study.region.rows
    _check_held([outlines], {outlines.file: len(study.region.districts)})
    for count in towns:
        _check_held([count], {count.file: len(study.region.towns)})
    reported = (study.records.indicators, study.records.certificates, study.records.milestones)
    used = sum(count.used + count.repaired for count in study.records.rows)
    if used != sum(len(one) for one in reported):
        _refuse("indicators, certificates, milestones", used, sum(len(one) for one in reported))


def _check_every_file(study: Study) -> None:
    counted = {count.file.split("[")[0] for count in study.rows}
    for role, path, _ in named_files(study.file):
        side = path.suffix.lower() in _SIDES
        if role not in _WITHOUT_ROWS and not side and path.name.split("[")[0] not in counted:
            raise MethodError(
                f"{path.name}: its rows were not counted; this is a defect of gapmap, report it",
                f"{path.name}:没有统计行数;这是 gapmap 的缺陷,请报告",
            )


def _rows_of(table: pd.DataFrame) -> Mapping[str, int]:
    """Count the rows of each file that a table holds; a row of several services counts once."""
    known = table[["file", "row"]].dropna().drop_duplicates()
    return Counter(known["file"])


def _check_held(counts: Iterable[RowCount], held: Mapping[str, int]) -> None:
    told = list(counts)
    blocks = Counter(count.file for count in told)
    for count in told:
        expected = count.used + count.repaired
        have = held.get(count.file, 0)
        # a file that two blocks name holds each row once, and each block counts it
        if have != expected if blocks[count.file] == 1 else have < expected:
            _refuse(count.file, expected, have)


def _refuse(file: str, expected: int, have: int) -> None:
    raise MethodError(
        f"{file}: {expected} rows are said to be used, {have} are; "
        "this is a defect of gapmap, report it",
        f"{file}:记为使用 {expected} 行,实际 {have} 行;这是 gapmap 的缺陷,请报告",
    )
