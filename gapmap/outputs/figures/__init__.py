"""Figures as PNG: coverage by service, status of every place, targets, travel time, people.

Drawn with Matplotlib's objects on their own canvas; no global setting of Matplotlib is touched.
Colours stay apart under the colour-vision deficiencies, and shapes and hatches say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapmap.drawing.fields import travelled
from gapmap.findings import Finding, finding
from gapmap.outputs.figures.causes import write_causes
from gapmap.outputs.figures.coverage import draw_coverage
from gapmap.outputs.figures.datum import draw_datum
from gapmap.outputs.figures.detour import draw_detour
from gapmap.outputs.figures.pen import Pen, save_figure
from gapmap.outputs.figures.programme import draw_programme
from gapmap.outputs.figures.rasters import draw_minutes, draw_people_grid
from gapmap.outputs.figures.status import draw_status
from gapmap.outputs.figures.targets import TARGET_COLOURS, draw_targets
from gapmap.outputs.figures.tornado import draw_tornado
from gapmap.outputs.figures.trajectory import draw_trajectory
from gapmap.outputs.fonts import chinese_font, lettering
from gapmap.outputs.naming import file_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

    from gapmap.outputs.results import Results

__all__ = ["TARGET_COLOURS", "write_causes", "write_figures"]


def write_figures(
    folder: Path, results: Results, *, font: Path | None = None, search: bool = True
) -> tuple[Finding, ...]:
    """Draw all figures of a run.

    Parameters
    ----------
    folder
        An existing folder for the PNG files.
    results
        The run.
    font
        A font file to write with; None: an installed one that has Chinese characters.
    search
        Whether to look for an installed font where none is given.

    Returns
    -------
    tuple of Finding
        A note when no font has Chinese characters: labels are then English.
    """
    path = font or (chinese_font() if search else None)
    letters = lettering(path)
    pen = Pen(results, letters, results.language if letters.chinese else "en")
    save_figure(folder / "coverage.png", draw_coverage(pen))
    if len(results.assessment.targets):
        save_figure(folder / "targets.png", draw_targets(pen))
    varied = results.insights.varied
    if varied is not None and len(varied.tornado):
        save_figure(folder / "tornado.png", draw_tornado(pen, varied))
    if results.datums:
        save_figure(folder / "datum.png", draw_datum(pen, results.datums))
    services = results.assessment.access.services
    names = file_names(service.id for service in services)
    for service in services:
        name = names[service.id]
        save_figure(folder / f"status_{name}.png", draw_status(pen, service))
        if results.population is not None and results.gridded is not None:
            drawn = draw_people_grid(pen, service, results.population, results.gridded)
            save_figure(folder / f"people_grid_{name}.png", drawn)
    by_id = {service.id: service for service in services}
    for programme in results.programmes:
        asked = by_id[programme.proposal.service]
        save_figure(
            folder / f"programme_{names[asked.id]}.png", draw_programme(pen, programme, asked)
        )
    for name, figure in _insights(pen):
        save_figure(folder / f"{name}.png", figure)
    for one in travelled(results.assessment.access):
        save_figure(folder / f"minutes_{names[one.service.id]}.png", draw_minutes(pen, one))
    return () if letters.chinese else (finding("figures-without-chinese"),)


def _insights(pen: Pen) -> Iterator[tuple[str, Figure]]:
    """Draw what the further analyses of the run found."""
    insights = pen.results.insights
    progress = draw_trajectory(pen, insights.series) if insights.series is not None else None
    if progress is not None:
        yield "trajectory", progress
    detours = insights.detours
    for service in pen.results.assessment.access.services:
        if detours is not None and service.id == detours.worst:
            yield "detour", draw_detour(pen, detours, service)
