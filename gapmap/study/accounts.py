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
    from gapmap.study.value import Study
    from gapmap.tables import RowCount

__all__ = ["check_accounts"]

_WITHOUT_ROWS = ("study", "plan", "population", "land cover", "dem")
"""What has no rows; the cells of a raster are accounted for in its findings."""
_SIDES = (".shx", ".dbf", ".prj", ".cpg")


def check_accounts(study: Study) -> None:
    """Hold the row counts of a study against its values and against the files that it names.

    Raises
    ------
    MethodError
        A row got lost or was counted twice, or a file has no count. That is a defect of gapmap.
    """
    _check_every_file(study)
    outlines, *towns = study.region.rows
    _check_held(outlines, len(study.region.districts))
    for count in towns:
        _check_held(count, len(study.region.towns))
    _check_held(study.places.rows[0], study.places.table["row"].nunique())
    end = 0
    for count, size in zip(study.facilities.rows, study.facilities.sizes, strict=True):
        part = study.facilities.table.iloc[end : end + size]
        _check_held(count, part["row"].nunique())  # a row of several services stands several times
        end += size
    if end != len(study.facilities.table):
        _refuse("facilities", end, len(study.facilities.table))
    reported = (study.records.indicators, study.records.certificates, study.records.milestones)
    used = sum(count.used + count.repaired for count in study.records.rows)
    if used != sum(len(one) for one in reported):
        _refuse("indicators, certificates, milestones", used, sum(len(one) for one in reported))


def _check_every_file(study: Study) -> None:
    """Ask for a count of every file; of two files of one name in two folders, for two."""
    counted = Counter(count.file.split("[")[0] for count in study.rows)
    named = {
        path
        for role, path, _ in named_files(study.file)
        if role not in _WITHOUT_ROWS and path.suffix.lower() not in _SIDES
    }
    for name, files in Counter(path.name.split("[")[0] for path in named).items():
        if counted[name] < files:
            raise MethodError(
                f"{name}: its rows were not counted; this is a defect of gapmap, report it",
                f"{name}:没有统计行数;这是 gapmap 的缺陷,请报告",
            )


def _check_held(count: RowCount, have: int) -> None:
    expected = count.used + count.repaired
    if have != expected:
        _refuse(count.file, expected, have)


def _refuse(file: str, expected: int, have: int) -> None:
    raise MethodError(
        f"{file}: {expected} rows are said to be used, {have} are; "
        "this is a defect of gapmap, report it",
        f"{file}:记为使用 {expected} 行,实际 {have} 行;这是 gapmap 的缺陷,请报告",
    )
