"""Writing a run's folder, and single tables: a stopped run leaves what stood there whole."""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gapmap.errors import OutputError
from gapmap.outputs.areas import areas_left_out, reaches, service_areas
from gapmap.outputs.exchange import new_file, new_folder, recover
from gapmap.outputs.figures import write_figures
from gapmap.outputs.geopackage import write_geopackage
from gapmap.outputs.manifest import NAME, is_run, listed_files, manifest, write_json
from gapmap.outputs.tables import COLUMNS, result_tables, write_csv
from gapmap.outputs.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from gapmap.outputs.results import Results

__all__ = ["check_out", "write_run", "write_table"]

_SIDECARS = ("-wal", "-shm", "-journal")
"""What SQLite leaves beside a database that is open somewhere; it belongs to the old one."""


def write_run(results: Results, out: Path) -> None:
    """Write every file of a run to ``out``, all at once at the end.

    A folder that an earlier run has left is replaced as a whole; files in it that gapmap has
    not made (notes, a QGIS project) are kept. Whenever the process is stopped, ``out`` is the
    old folder or the new one.

    Parameters
    ----------
    results
        The run.
    out
        The folder; made where it is missing.

    Raises
    ------
    OutputError
        When ``out`` is a file, holds something that is no run of gapmap, holds an input of this
        run, or cannot be written.
    """
    target = check_out(out, inputs=results.input_paths)
    with new_folder(target, complete=is_run) as fresh:
        started = time.perf_counter()
        _write_all(fresh, results, started)
        if target.exists():
            _keep_foreign(target, fresh)


def _write_all(fresh: Path, results: Results, started: float) -> None:
    figures = fresh / "figures"
    figures.mkdir()
    access = results.assessment.access
    with ThreadPoolExecutor(max_workers=1) as meanwhile:  # GEOS works without the lock of Python
        reached = reaches(access)
        areas = meanwhile.submit(service_areas, access, reached)
        findings = (*results.findings, *areas_left_out(reached), *write_figures(figures, results))
        tables = result_tables(results, findings)
        for name, table in tables.items():
            write_csv(fresh / f"{name}.csv", table)
        write_workbook(fresh / "tables.xlsx", results, tables)
        write_geopackage(fresh / "results.gpkg", results, areas.result())
    page = results.report_html.encode("utf8", "backslashreplace")
    (fresh / "report.html").write_bytes(page)
    seconds = {**results.seconds, "outputs": round(time.perf_counter() - started, 3)}
    told = manifest(replace(results, seconds=seconds), findings, fresh)
    write_json(fresh / NAME, told)


def write_table(path: Path, table: pd.DataFrame, *, simulated: bool | None = None) -> None:
    """Write one table as CSV; an older file of that name stays whole until the end.

    Parameters
    ----------
    path
        The file; missing folders are made.
    table
        The table, written like those of a run.
    simulated
        Whether any input was simulated: the last column ``simulated``; None: no such column.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    told = table if simulated is None else table.assign(simulated=simulated)
    if path.is_dir():
        raise OutputError(
            f"{path}: is a folder; name a file with -o", f"{path}:这是目录;请用 -o 指定文件名"
        )
    with new_file(path.resolve()) as fresh:
        write_csv(fresh, told)


def check_out(out: Path, *, inputs: Iterable[Path] = ()) -> Path:
    """Say whether a run may write to ``out``, and give the folder it really is.

    Brings back the folder that a killed run had set aside.

    Parameters
    ----------
    out
        The folder, or a link to one.
    inputs
        The input files, which must not stand in the folder.

    Raises
    ------
    OutputError
        See :func:`write_run`.
    """
    target = _resolved(out)
    recover(target, complete=is_run)
    if not target.name:
        raise OutputError(
            f"{out}: is the top of a drive; choose a folder with -o",
            f"{out}:这是根目录;请用 -o 另选目录",
        )
    for path in inputs:
        if path.resolve().is_relative_to(target):
            raise OutputError(
                f"{out}: holds the input {path.name}; results replace the whole folder, "
                "so choose another one with -o",
                f"{out}:输入文件 {path.name} 在此目录中;结果会替换整个目录,请用 -o 另选目录",
            )
    if not target.exists():
        _check_parent(out, target)
    elif not target.is_dir():
        raise OutputError(
            f"{out}: is a file, not a folder; choose a folder with -o",
            f"{out}:这是文件而不是目录;请用 -o 指定一个目录",
        )
    else:
        _check_folder(out, target)
    return target


def _resolved(out: Path) -> Path:
    try:
        return out.resolve()
    except (OSError, RuntimeError) as error:
        raise OutputError(
            f"{out}: is no usable path ({error}); choose a folder with -o",
            f"{out}:路径不可用({error});请用 -o 另选目录",
        ) from error


def _check_parent(out: Path, target: Path) -> None:
    parent = target.parent
    while not parent.exists() and parent != parent.parent:
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise OutputError(
            f"{out}: cannot be made, {parent} is not a folder that you may write to; "
            "choose another one with -o",
            f"{out}:无法建立,{parent} 不是可写的目录;请用 -o 另选目录",
        )


def _check_folder(out: Path, target: Path) -> None:
    if not os.access(target, os.W_OK) or not os.access(target.parent, os.W_OK):
        raise OutputError(
            f"{out}: you may not write to it or to the folder it stands in; "
            "choose another one with -o",
            f"{out}:该目录或其上级目录不可写;请用 -o 另选目录",
        )
    names = sorted(entry.name for entry in target.iterdir())
    if names and not is_run(target) and not (names == ["findings.csv"] and _is_ours(target)):
        raise OutputError(
            f"{out}: holds files that are no run of gapmap ({names[0]}, ...); nothing was "
            "changed; choose an empty or new folder with -o",
            f"{out}:其中有不是 gapmap 生成的文件({names[0]} 等);未作任何改动;"
            "请用 -o 指定空目录或新目录",
        )


def _is_ours(folder: Path) -> bool:
    """Say whether the ``findings.csv`` there is what ``gapmap check -o`` leaves."""
    head = ",".join(COLUMNS["findings"])
    try:
        with (folder / "findings.csv").open(encoding="utf-8-sig", errors="replace") as stream:
            return stream.readline().startswith(head)
    except OSError:
        return False


def _keep_foreign(old: Path, fresh: Path) -> None:
    """Take over what stands in the old folder and was not made by gapmap."""
    ours = listed_files(old) or frozenset({"findings.csv"})
    passing = {name + end for name in ours for end in _SIDECARS}
    for place, folders, files in os.walk(old):
        inside = Path(place).relative_to(old)
        for name in [*files, *(d for d in folders if Path(place, d).is_symlink())]:
            relative = (inside / name).as_posix()
            if relative not in ours | passing and not os.path.lexists(fresh / relative):
                (fresh / inside).mkdir(parents=True, exist_ok=True)
                _link(Path(place, name), fresh / relative)
    shutil.copymode(old, fresh)


def _link(one: Path, other: Path) -> None:
    """Give a file a second name; copy it where the file system has no links."""
    try:
        os.link(one, other, follow_symlinks=False)
    except OSError:
        shutil.copy2(one, other, follow_symlinks=False)
