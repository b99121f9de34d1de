"""Figures as PNG: coverage by service, the status of every place, the targets' status.

Drawn with Matplotlib's objects on their own canvas; no global setting of Matplotlib is touched.
Colours stay apart under the colour-vision deficiencies, and shapes and hatches say the same.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from gapmap.access import STATUSES
from gapmap.findings import Finding, finding
from gapmap.outputs.fonts import Lettering, chinese_font, lettering
from gapmap.outputs.styles import STATUS_COLOURS
from gapmap.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from gapmap.access import Service
    from gapmap.outputs.results import Results

__all__ = ["write_figures"]

DPI = 120
_MARKERS = {"covered": "o", "uncovered": "^", "unknown": "s"}
_GROUPS = (("city", "city"), ("setting", "urban"), ("setting", "rural"))
_GROUP_COLOURS = {"city": "#444444", "urban": "#1b6ca8", "rural": "#7fb3d5"}
TARGET_COLOURS = {
    "met": "#1b6ca8",
    "on_course": "#8fc1e3",
    "behind": "#f3b27a",
    "overdue": "#d55e00",
    "not_measurable": "#d9d9d9",
}
_FEW_PLACES = 2_000
_FEW_FACILITIES = 60
_LABEL_ROOM = 1.14
"""How far the coverage axis goes on beyond 100 %, for the figures beside the bars."""


@dataclass(frozen=True, slots=True)
class _Pen:
    """Who draws: the results, and what can be written in which language."""

    results: Results
    letters: Lettering
    language: str

    def word(self, key: str) -> str:
        return self.letters.writable(word(key, self.language))

    def service(self, service: Service) -> str:
        told = service.name.get(self.language) or service.id
        return self.letters.writable(told)

    def text(self, zh: str, en: str) -> str:
        return self.letters.writable(zh if self.language == "zh" else en)


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
    pen = _Pen(results, letters, results.language if letters.chinese else "en")
    _save(folder / "coverage.png", _coverage(pen))
    if len(results.assessment.targets):
        _save(folder / "targets.png", _targets(pen))
    taken: set[str] = set()
    for service in results.assessment.access.services:
        _save(folder / f"status_{_file_name(service.id, taken)}.png", _status(pen, service))
    return () if letters.chinese else (finding("figures-without-chinese"),)


def _file_name(service: str, taken: set[str]) -> str:
    """Give a service's id as part of a file name that no other service has."""
    plain = re.sub(r"[^\w-]+", "_", service).strip("_")[:60] or "service"
    free, number = plain, 1
    while free.lower() in taken:
        number += 1
        free = f"{plain}_{number}"
    taken.add(free.lower())
    return free


def _new(width_in: float, height_in: float) -> Figure:
    figure = Figure(figsize=(width_in, height_in), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def _save(path: Path, figure: Figure) -> None:
    figure.savefig(path, format="png", metadata={"Software": None})


def _frame(pen: _Pen, figure: Figure, title: str) -> None:
    """Write the title above, what it is made from below, and whether it is simulated."""
    about, height = pen.results.about, figure.get_figheight()
    figure.text(
        0.02,
        1 - 0.12 / height,
        title,
        va="top",
        fontproperties=pen.letters.font(14),
        parse_math=False,
    )
    told = [
        about.name,
        about.date.isoformat() if about.date else "",
        about.plan,
        about.scenario,
        about.credit,
    ]
    line = pen.letters.writable(" · ".join(part for part in told if part))
    if set(line) & {"?"} and not pen.letters.chinese:
        line = about.date.isoformat() if about.date else ""
    figure.text(0.02, 1 - 0.42 / height, line, va="top", color="#555555",
                fontproperties=pen.letters.font(9), parse_math=False)  # fmt: skip
    if pen.results.simulated:
        both = "模拟数据 / simulated data" if pen.letters.chinese else "simulated data"
        figure.text(0.98, 1 - 0.14 / height, both, va="top", ha="right", color="#d55e00",
                    parse_math=False, fontproperties=pen.letters.font(11))  # fmt: skip
        figure.text(0.5, 0.5, both, va="center", ha="center", rotation=25, color="#000000",
                    alpha=0.07, parse_math=False, zorder=9,
                    fontproperties=pen.letters.font(min(40.0, 9 * height)))  # fmt: skip


def _axes(figure: Figure, edges_in: tuple[float, float, float, float]) -> Axes:
    """Make axes that leave so many inches free: left, bottom, right, top."""
    left, bottom, right, top = edges_in
    width, height = figure.get_size_inches()
    return figure.add_axes(
        (left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
    )


def _name_ticks(axis: Axes, pen: _Pen, names: Sequence[str]) -> None:
    axis.set_yticks(np.arange(len(names)))
    axis.set_yticklabels(names, fontproperties=pen.letters.font(9.5), parse_math=False)
    axis.tick_params(axis="y", length=0)
    axis.invert_yaxis()
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)


def _legend(figure: Figure, pen: _Pen, handles: Sequence[object]) -> None:
    legend = figure.legend(
        handles=list(handles),
        loc="lower left",
        bbox_to_anchor=(0.02, 0.0),
        ncols=min(len(handles), 5),
        frameon=False,
        prop=pen.letters.font(9.5),
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _coverage(pen: _Pen) -> Figure:
    """Draw the share of people covered, city, urban and rural; hatched: unknown people."""
    access = pen.results.assessment.access
    services = access.services
    height = 1.5 + 0.62 * max(len(services), 1)
    figure = _new(9, height)
    axis = _axes(figure, (2.3, 0.85, 0.35, 0.75))
    table = pen.results.assessment.coverage
    for number, service in enumerate(services):
        rows = table[table["service"] == service.id]
        for at, (kind, group) in enumerate(_GROUPS):
            found = rows[(rows["group_kind"] == kind) & (rows["group_id"] == group)]
            if len(found):
                _bar(axis, pen, number + 0.24 * (at - 1), found.iloc[0], group)
    _name_ticks(axis, pen, [pen.service(service) for service in services])
    axis.set_xlim(0, _LABEL_ROOM)
    axis.set_ylim(max(len(services), 1) - 0.5, -0.5)
    axis.set_xticks(np.linspace(0, 1, 6))
    axis.set_xticklabels([f"{share:.0%}" for share in np.linspace(0, 1, 6)])
    for label in axis.get_xticklabels():
        label.set_fontproperties(pen.letters.font(9))
    axis.grid(axis="x", color="#e3e3e3", linewidth=0.8)
    axis.set_axisbelow(True)
    by_places = access.places.weight == "places"
    told = ("村居覆盖率", "Places covered") if by_places else ("人口覆盖率", "People covered")
    _frame(pen, figure, pen.text(*told))
    handles = [Patch(color=_GROUP_COLOURS[group], label=pen.word(group)) for _, group in _GROUPS]
    handles.append(Patch(facecolor="white", edgecolor=STATUS_COLOURS["unknown"], hatch="/////",
                         label=pen.word("unknown")))  # fmt: skip
    _legend(figure, pen, handles)
    return figure


def _bar(axis: Axes, pen: _Pen, at: float, row: pd.Series, group: str) -> None:
    low, high = float(row["share_people_low"]), float(row["share_people_high"])
    if not math.isfinite(low):
        return
    axis.barh(at, low, height=0.21, color=_GROUP_COLOURS[group])
    if high > low:
        axis.barh(at, high - low, left=low, height=0.21, facecolor="white",
                  edgecolor=STATUS_COLOURS["unknown"], hatch="/////", linewidth=0.6)  # fmt: skip
    axis.text(
        high + 0.008,
        at,
        f"{low:.1%}" if high == low else f"{low:.1%} – {high:.1%}",
        va="center_baseline",
        ha="left",
        color="#222222",
        fontproperties=pen.letters.font(7.5),
    )


def _status(pen: _Pen, service: Service) -> Figure:
    """Draw every place with a position by its status for one service."""
    access = pen.results.assessment.access
    places = access.places.table
    block = access.table[access.table["service"] == service.id]
    status = block["status"].to_numpy(dtype=object)
    people = np.nan_to_num(places["people"].to_numpy(dtype=float))
    shapes = places.geometry.to_numpy()
    xy = np.column_stack((shapely.get_x(shapes), shapely.get_y(shapes)))
    drawn = np.isfinite(xy).all(axis=1)
    extent = _extent(access.places.region.districts.geometry.to_numpy(), xy[drawn])
    figure = _new(9, _map_height(extent))
    axis = _axes(figure, (0.2, 1.0, 0.2, 0.75))
    _outlines(axis, access.places.region.districts.geometry.to_numpy(), extent)
    handles = []
    for one in STATUSES:
        mine = status == one
        told = _told(pen, one, int(mine.sum()), float(people[mine].sum()))
        handles.append(_dots(axis, xy[mine & drawn], one, told, many=len(places) > _FEW_PLACES))
    facilities = access.facilities.table
    serving = facilities[(facilities["service"] == service.id) & (facilities["counts"] == "yes")
                         & (facilities["qualifies"] == "yes")]  # fmt: skip
    handles.append(_pluses(axis, pen, serving.geometry.to_numpy()))
    _set_extent(axis, extent)
    _scale_bar(axis, pen, extent)
    unit = pen.text("米", "m") if service.limit_unit == "m" else pen.text("分钟", "min")
    limit = f"{service.limit:g} {unit}"
    _frame(pen, figure, pen.letters.writable(f"{pen.service(service)} ≤ {limit}"))
    missing = int((~drawn).sum())
    if missing:
        told = pen.text(
            f"另有 {missing} 个村居没有坐标,未画出", f"without a position, not drawn: {missing}"
        )
        figure.text(0.98, 0.03, told, ha="right", va="bottom", color="#555555",
                    fontproperties=pen.letters.font(9), parse_math=False)  # fmt: skip
    _legend_two_rows(figure, pen, handles)
    return figure


def _told(pen: _Pen, status: str, places: int, people: float) -> str:
    if pen.results.assessment.access.places.weight == "places":
        return f"{pen.word(status)}: {places:,}"
    return pen.text(
        f"{word(status, 'zh')}:{places:,} 个,{people:,.0f} 人",
        f"{word(status, 'en')}: {places:,} places, {people:,.0f} people",
    )


def _legend_two_rows(figure: Figure, pen: _Pen, handles: Sequence[object]) -> None:
    legend = figure.legend(
        handles=list(handles),
        loc="lower left",
        bbox_to_anchor=(0.01, 0.0),
        ncols=2,
        frameon=False,
        prop=pen.letters.font(9.5),
        markerscale=1.3,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _extent(outlines: NDArray[np.object_], xy: NDArray[np.float64]) -> tuple[float, ...]:
    """Give the box round all districts and places, metres: west, south, east, north."""
    boxes = [shapely.bounds(outlines)] if len(outlines) else []
    boxes += [np.column_stack((xy, xy))] if len(xy) else []
    every = np.vstack(boxes) if boxes else np.array([[0.0, 0.0, 1.0, 1.0]])
    every = every[np.isfinite(every).all(axis=1)]
    west, south = every[:, :2].min(axis=0)
    east, north = every[:, 2:].max(axis=0)
    pad = max(0.02 * max(east - west, north - south), 50.0)
    return west - pad, south - pad, east + pad, north + pad


def _map_height(extent: tuple[float, ...]) -> float:
    west, south, east, north = extent
    return float(np.clip(8.6 * (north - south) / (east - west), 3.5, 11) + 1.75)


def _set_extent(axis: Axes, extent: tuple[float, ...]) -> None:
    west, south, east, north = extent
    axis.set_xlim(west, east)
    axis.set_ylim(south, north)
    axis.set_aspect("equal", adjustable="datalim")
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_color("#cccccc")


def _outlines(axis: Axes, outlines: NDArray[np.object_], extent: tuple[float, ...]) -> None:
    """Draw the districts, no finer than a third of a pixel."""
    tolerance_m = (extent[2] - extent[0]) / (8.6 * DPI) / 3
    rings = shapely.get_parts(shapely.boundary(shapely.simplify(outlines, tolerance_m)))
    lines = [shapely.get_coordinates(ring) for ring in rings]
    axis.add_collection(LineCollection(lines, colors="#6b6b6b", linewidths=0.8, zorder=1))


def _dots(axis: Axes, xy: NDArray[np.float64], status: str, told: str, *, many: bool) -> object:
    handle, = axis.plot(
        xy[:, 0],
        xy[:, 1],
        linestyle="none",
        marker=_MARKERS[status],
        markersize=2.5 if many else 5.5,
        markerfacecolor="white" if status == "unknown" else STATUS_COLOURS[status],
        markeredgecolor=STATUS_COLOURS[status] if status == "unknown" else "white",
        markeredgewidth=0.3 if many else (1.2 if status == "unknown" else 0.5),
        label=told,
        zorder=3 if status == "covered" else 4,
    )  # fmt: skip
    return handle


def _pluses(axis: Axes, pen: _Pen, shapes: NDArray[np.object_]) -> object:
    """Draw the facilities as crosses: above the places where they are few, else below them."""
    xy = np.column_stack((shapely.get_x(shapes), shapely.get_y(shapes)))
    here = xy[np.isfinite(xy).all(axis=1)]
    few = len(here) <= _FEW_FACILITIES
    told = pen.text(f"达标设施:{len(shapes):,} 处", f"facilities that count: {len(shapes):,}")
    (handle,) = axis.plot(
        here[:, 0],
        here[:, 1],
        linestyle="none",
        marker="+",
        markersize=6 if few else 3.5,
        zorder=5 if few else 2,
        markeredgecolor="#111111" if few else "#777777",
        markeredgewidth=1.0 if few else 0.7,
        label=told,
    )
    return handle


def _scale_bar(axis: Axes, pen: _Pen, extent: tuple[float, ...]) -> None:
    """Draw a bar of a round length, in metres below a kilometre, else in kilometres."""
    west, south, east, north = extent
    most = (east - west) / 4
    ten = 10.0 ** math.floor(math.log10(most))
    length = max(step * ten for step in (1, 2, 5) if step * ten <= most)
    told = f"{length:g} m" if length < 1000 else f"{length / 1000:g} km"  # noqa: PLR2004 - a kilometre
    x, y = west + 0.03 * (east - west), south + 0.03 * (north - south)
    axis.plot(
        [x, x + length], [y, y], color="#222222", linewidth=2.5, solid_capstyle="butt", zorder=6
    )
    axis.annotate(told, (x, y), xytext=(0, 4), textcoords="offset points", zorder=6,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8},
                  fontproperties=pen.letters.font(9))  # fmt: skip


def _targets(pen: _Pen) -> Figure:
    """Draw one bar per target: how many of its rows stand in which status."""
    table = pen.results.assessment.targets
    title = "title_zh" if pen.language == "zh" else "title_en"
    names = table.groupby("target", sort=False)[title].first()
    units = _units(table)
    counts = pd.crosstab(units["target"], units["status"])
    figure = _new(10, 1.7 + 0.27 * len(names))
    axis = _axes(figure, (4.6, 0.8, 0.35, 0.75))
    left = np.zeros(len(names))
    total = counts.sum(axis=1).reindex(names.index).to_numpy(dtype=float)
    for status, colour in TARGET_COLOURS.items():
        if status not in counts:
            continue
        number = counts[status].reindex(names.index).to_numpy(dtype=float)
        axis.barh(np.arange(len(names)), number / total, left=left, height=0.72, color=colour,
                  edgecolor="white", linewidth=0.6,
                  hatch="////" if status == "not_measurable" else None)  # fmt: skip
        _numbers(axis, pen, left, number, total, status)
        left += number / total
    _name_ticks(axis, pen, [_short(pen.letters.writable(str(name)), 44) for name in names])
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.set_xlim(-0.07, 1)
    axis.set_xticks([])
    axis.spines["bottom"].set_visible(False)
    _overall(axis, table, names)
    told = (
        "规划目标完成情况(左:总体;右:各评价单元,数字为个数)",
        "Status of the plan's targets (left: as a whole; right: units and their number)",
    )
    _frame(pen, figure, pen.text(*told))
    _legend(figure, pen, [
        Patch(facecolor=colour, label=pen.word(status), edgecolor="white",
              hatch="////" if status == "not_measurable" else None)
        for status, colour in TARGET_COLOURS.items()
    ])  # fmt: skip
    return figure


def _units(table: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of single units; of a target that has none, its row as a whole."""
    if "overall" not in table:
        return table
    single = table[~table["overall"].astype(bool) & (table["scope_kind"] != "level")]
    whole = table[table["overall"].astype(bool) & ~table["target"].isin(single["target"])]
    return pd.concat([single, whole])


def _overall(axis: Axes, table: pd.DataFrame, names: pd.Series) -> None:
    """Draw the status of each target as a whole, left of its units."""
    if "overall" not in table:
        return
    whole = table[table["overall"].astype(bool)].set_index("target")["status"].reindex(names.index)
    for at, status in enumerate(whole):
        if status in TARGET_COLOURS:
            axis.barh(at, 0.055, left=-0.07, height=0.72, color=TARGET_COLOURS[status],
                      edgecolor="white", linewidth=0.6,
                      hatch="////" if status == "not_measurable" else None)  # fmt: skip


def _numbers(
    axis: Axes,
    pen: _Pen,
    left: NDArray[np.float64],
    number: NDArray[np.float64],
    total: NDArray[np.float64],
    status: str,
) -> None:
    for at, (start, count, every) in enumerate(zip(left, number, total, strict=True)):
        if count and count / every > 0.03:  # noqa: PLR2004 - narrower bars hold no number
            axis.text(start + count / every / 2, at, f"{count:g}", ha="center",
                      va="center_baseline", fontproperties=pen.letters.font(8),
                      color="white" if status in {"met", "overdue"} else "#222222")  # fmt: skip


def _short(text: str, most: int) -> str:
    """Cut a label to a width of ``most`` Latin letters; Chinese characters take two."""
    width, kept = 0, ""
    for character in text:
        width += 1 if character.isascii() else 2
        if width > most:
            return kept + "…"
        kept += character
    return kept
