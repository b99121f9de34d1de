"""Writing a run's folder, and single tables: a stopped run leaves what stood there whole."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from xlsxwriter.exceptions import XlsxWriterException

from gapmap.outputs.areas import areas_left_out, reaches, service_areas
from gapmap.outputs.exchange import cannot_write, new_file, new_folder
from gapmap.outputs.figures import write_figures
from gapmap.outputs.geopackage import write_geopackage
from gapmap.outputs.manifest import NAME, is_run, listed_files, manifest, write_json
from gapmap.outputs.paper import Papers, paper_findings, write_papers
from gapmap.outputs.place import check_file, reserved
from gapmap.outputs.tables import findings_table, result_tables, write_csv
from gapmap.outputs.workbook import workbook_findings, write_workbook
from gapmap.temporary import probe

if TYPE_CHECKING:
    import pandas as pd

    from gapmap.outputs.results import Results

__all__ = ["write_reserved", "write_run", "write_table"]

_SIDECARS = ("-wal", "-shm", "-journal")
"""What SQLite leaves beside a database that is open somewhere; it belongs to the old one."""


def write_run(results: Results, out: Path, *, papers: Papers | None = None) -> None:
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
    papers
        Which documents to write; None: the Word document alone.

    Raises
    ------
    OutputError
        When ``out`` is a file, holds something that is no run of gapmap, holds an input of this
        run, cannot be written, or another run writes there.
    """
    with reserved(out, inputs=results.input_paths) as target:
        write_reserved(results, target, papers=papers)


def write_reserved(results: Results, target: Path, *, papers: Papers | None = None) -> None:
    """Write every file of a run to the folder that :func:`reserved` has given.

    ``papers`` says which documents are among them, as for :func:`write_run`.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    with new_folder(target, complete=is_run) as fresh:
        started = time.perf_counter()
        try:
            _write_all(fresh, results, started, papers or Papers())
        except _failures() as error:
            raise cannot_write(target, _cause(target, error)) from error
        if target.exists():
            _keep_foreign(target, fresh)


def _failures() -> tuple[type[Exception], ...]:
    """List what the writers raise where a file cannot be written, each in its own words."""
    from rasterio._err import CPLE_BaseError  # noqa: PLC0415 - slow to load; it has no public name
    from rasterio.errors import RasterioError  # noqa: PLC0415 - slow to load

    return (
        *(OSError, sqlite3.Error, zipfile.BadZipFile, XlsxWriterException),
        *(DataLayerError, DataSourceError, FeatureError, RasterioError, CPLE_BaseError),
    )


def _cause(target: Path, error: Exception) -> Exception:
    """Ask the disk itself what is wrong, where a library says no more than what it was doing."""
    if isinstance(error, OSError):
        return error
    try:
        probe(target)
    except OSError as cause:
        return cause
    return error


def _write_all(fresh: Path, results: Results, started: float, papers: Papers) -> None:
    figures = fresh / "figures"
    figures.mkdir()
    access = results.assessment.access
    with ThreadPoolExecutor(max_workers=1) as meanwhile:  # GEOS works without the lock of Python
        reached = reaches(access)
        areas = meanwhile.submit(service_areas, access, reached)
        findings = (*results.findings, *areas_left_out(reached), *write_figures(figures, results))
        tables = result_tables(results, findings)
        limits = workbook_findings(tables) + paper_findings(results, tables, findings, papers)
        if limits:
            findings = (*findings, *limits)
            tables["findings"] = findings_table(results, findings)
        for name, table in tables.items():
            write_csv(fresh / f"{name}.csv", table)
        write_workbook(fresh / "tables.xlsx", results, tables)
        write_papers(fresh, results, tables, findings, papers)
        if access.surface is not None or results.population is not None:
            from gapmap.outputs.rasters import write_rasters  # noqa: PLC0415 - rasterio is slow to load

            write_rasters(fresh / "rasters", results)
        write_geopackage(fresh / "results.gpkg", results, areas.result())
    page = results.report_html.encode("utf8", "backslashreplace")
    (fresh / "report.html").write_bytes(page)
    for name, html in results.report_parts.items():
        (fresh / name).parent.mkdir(exist_ok=True)
        (fresh / name).write_bytes(html.encode("utf8", "backslashreplace"))
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
    check_file(path)
    with new_file(path.resolve()) as fresh:
        write_csv(fresh, told)


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
