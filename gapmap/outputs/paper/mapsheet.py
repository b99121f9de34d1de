"""An A3 map sheet of one service, laid out: the map, the legend with counts, the title block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib.collections import PathCollection
from matplotlib.path import Path as Outline

from gapmap.drawing.chart import draw_outlines, draw_scale_bar, set_extent
from gapmap.outputs.figures.status import draw_places, shown_extent
from gapmap.outputs.paper.cells import limit_of, plain_text, says, texts
from gapmap.outputs.paper.leaf import A3, ALARM, GREY, Leaf, new_leaf

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from gapmap.access import Service
    from gapmap.outputs.figures.pen import Pen
    from gapmap.outputs.paper.typeface import Typeface
    from gapmap.outputs.paper.value import Paper

__all__ = ["map_sheet"]

_MARGIN: Final = 0.4
_PANEL: Final = 4.3
"""Width of the panel right of the map, inches."""
_GAP: Final = 0.2
_TOP: Final = 0.55
_LAND: Final = "#f6f4ee"
_SCALE: Final = 1.35
"""Marks are so much larger than in a figure."""
_NUMBERED: Final = 30
"""So many proposed sites have their rank written beside them."""
_MOST_AREAS: Final = 14


def map_sheet(
    pen: Pen,
    paper: Paper,
    face: Typeface,
    service: Service,
    tables: Mapping[str, pd.DataFrame],
) -> Leaf:
    """Lay out the map sheet of a service.

    Parameters
    ----------
    pen
        Who draws.
    paper
        The document, for the title block.
    face
        The letters.
    service
        The service.
    tables
        The run's tables.
    """
    leaf = new_leaf(face, A3, paper, _MARGIN)
    width, height = A3
    bottom = _MARGIN + 0.15
    axis = leaf.figure.add_axes(
        (
            _MARGIN / width,
            bottom / height,
            1 - (2 * _MARGIN + _PANEL + _GAP) / width,
            1 - (bottom + _TOP) / height,
        )
    )
    handles, note = _draw_map(axis, pen, service)
    _draw_panel(leaf, pen, paper, service, tables, (handles, note))
    return leaf


def _draw_map(axis: Axes, pen: Pen, service: Service) -> tuple[list[object], str]:
    """Draw all of the map, and give its legend and what it leaves out."""
    access = pen.results.assessment.access
    region = access.places.region
    extent = shown_extent(access)
    set_extent(axis, extent)
    outlines = region.districts.geometry.to_numpy()
    axis.add_collection(_land(outlines))
    if region.towns is not None and region.towns.geometry.notna().any():
        towns = region.towns.geometry[region.towns.geometry.notna()].to_numpy()
        draw_outlines(axis, towns, extent, colour="#c9c9c9")
    draw_outlines(axis, outlines, extent)
    drawn = draw_places(axis, pen, service, scale=_SCALE)
    handles = [*drawn.handles, *_proposed(axis, pen, service)]
    _names(axis, pen, region.districts)
    west, east, south, north = *axis.get_xlim(), *axis.get_ylim()
    draw_scale_bar(axis, (west, south, east, north), pen.letters.font(11))
    _arrow(axis, pen)
    if pen.results.simulated:
        axis.text(0.5, 0.5, pen.letters.writable(_mark(pen)), transform=axis.transAxes, ha="center",
                  va="center", rotation=25, color="#000000", alpha=0.07, zorder=9,
                  parse_math=False, fontproperties=pen.letters.font(60))  # fmt: skip
    return handles, drawn.told(pen)


def _mark(pen: Pen) -> str:
    return "模拟数据 / simulated data" if pen.letters.chinese else "simulated data"


def _land(outlines: NDArray[np.object_]) -> PathCollection:
    """Fill the districts; holes stay open."""
    paths = []
    for part in shapely.get_parts(outlines):
        rings = [part.exterior, *part.interiors] if isinstance(part, shapely.Polygon) else []
        rings = [shapely.simplify(ring, 20.0) for ring in rings]
        made = [Outline(shapely.get_coordinates(ring), closed=True) for ring in rings]
        if made:
            paths.append(Outline.make_compound_path(*made))
    return PathCollection(paths, facecolors=_LAND, edgecolors="none", zorder=0.5)


def _names(axis: Axes, pen: Pen, districts: pd.DataFrame) -> None:
    """Write each district's name in its largest part."""
    for name, outline in zip(districts["district"], districts.geometry, strict=True):
        if outline is None or outline.is_empty:
            continue
        spot = shapely.point_on_surface(max(shapely.get_parts(outline), key=shapely.area))
        axis.text(
            spot.x,
            spot.y,
            pen.letters.writable(plain_text(str(name), most=40)),
            ha="center",
            va="center",
            color="#6a6a6a",
            zorder=2.5,  # below the places: a name hides none of them
            parse_math=False,
            fontproperties=pen.letters.font(14),
        )


def _proposed(axis: Axes, pen: Pen, service: Service) -> list[object]:
    """Draw proposed sites as diamonds: few with their rank; many below the places, to hide none."""
    mine = [one.sites for one in pen.results.proposals if one.service == service.id]
    count = sum(len(one) for one in mine)
    if not count:
        return []
    told = pen.text(f"建议新建:{count:,} 处", f"proposed sites: {count:,}")
    handles: list[object] = []
    for sites in mine:
        shapes = sites.geometry.to_numpy()
        xy = np.column_stack((shapely.get_x(shapes), shapely.get_y(shapes)))
        (handle,) = axis.plot(
            xy[:, 0], xy[:, 1], linestyle="none", marker="D", label=told,
            zorder=5 if count <= _NUMBERED else 2.7,
            markersize=8 if count <= _NUMBERED else 4.0, markerfacecolor="#f0e442",
            markeredgecolor="#111111", markeredgewidth=0.9 if count <= _NUMBERED else 0.5,
        )  # fmt: skip
        handles.append(handle)
        for at, rank in zip(xy, sites["rank"], strict=True) if count <= _NUMBERED else ():
            axis.annotate(f"{rank}", at, xytext=(6, 4), textcoords="offset points", zorder=7,
                          fontproperties=pen.letters.font(9), annotation_clip=True)  # fmt: skip
    return handles[:1]


def _arrow(axis: Axes, pen: Pen) -> None:
    """Draw the arrow to the grid's north."""
    axis.annotate(
        pen.text("北", "N"), xy=(0.965, 0.975), xytext=(0.965, 0.905), xycoords="axes fraction",
        textcoords="axes fraction", ha="center", va="center", zorder=8,
        arrowprops={"arrowstyle": "-|>,head_width=0.45,head_length=0.9", "color": "#222222",
                    "linewidth": 1.8},
        fontproperties=pen.letters.font(13),
    )  # fmt: skip


def _draw_panel(
    leaf: Leaf,
    pen: Pen,
    paper: Paper,
    service: Service,
    tables: Mapping[str, pd.DataFrame],
    map_says: tuple[list[object], str],
) -> None:
    """Write the panel from top to bottom, the title block at the foot."""
    results = pen.results
    x, y = A3[0] - _MARGIN - _PANEL, _TOP
    y += leaf.paragraph(paper.title, (x, y), _PANEL, 15) + 0.1
    y += leaf.paragraph(plain_text(results.service_name(service.id), most=60), (x, y), _PANEL, 22)
    y += leaf.paragraph(limit_of(results, service), (x, y + 0.03), _PANEL, 11, colour=GREY) + 0.05
    if service.basis == "assumption":
        said = says(results, "限值是研究的假设,不是规划的要求。",
                    "The limit is an assumption of the study, not asked by the plan.")  # fmt: skip
        y += leaf.paragraph(said, (x, y), _PANEL, 9.5, colour=ALARM)
    y += 0.12
    y += _headline(leaf, pen, service, tables["coverage"], (x, y))
    y += _legend(leaf, pen, map_says[0], (x, y))
    for told in (map_says[1], _simplified(pen)):
        if told:
            y += leaf.paragraph(told, (x, y), _PANEL, 8.5, colour=GREY) + 0.03
    _areas(leaf, pen, service, tables["coverage"], (x, y + 0.15))
    _title_block(leaf, paper, x)


def _simplified(pen: Pen) -> str:
    return pen.text(
        "界线经简化,仅供示意;数字由原始数据算出。",
        "Outlines are simplified, for display only; figures come from the full data.",
    )


def _headline(
    leaf: Leaf, pen: Pen, service: Service, coverage: pd.DataFrame, at: tuple[float, float]
) -> float:
    """Write the share of people covered, and give the height."""
    row = coverage[(coverage["service"] == service.id) & (coverage["group_kind"] == "city")]
    if not len(row):
        return 0.0
    results = pen.results
    share, low, high = (
        texts(results, row, f"share_people{end}")[0] for end in ("", "_low", "_high")
    )
    by_places = results.assessment.access.places.weight == "places"
    what = says(results, *(("覆盖村居", "of places covered") if by_places else
                           ("覆盖人口", "of people covered")))  # fmt: skip
    leaf.write(share, at, 32, colour="#1b6ca8")
    beside = at[0] + leaf.face.width_in(share, 32) + 0.15
    leaf.write(what, (beside, at[1] + 0.06), 11)
    if low != high:
        leaf.write(f"{low} – {high}", (beside, at[1] + 0.3), 11, colour=GREY)
    return 0.75


def _legend(leaf: Leaf, pen: Pen, handles: list[object], at: tuple[float, float]) -> float:
    """Write the legend with its counts, and give its height."""
    width, height = leaf.size
    legend = leaf.figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(at[0] / width, 1 - at[1] / height),
        frameon=False, prop=pen.letters.font(11), borderpad=0, borderaxespad=0, handletextpad=0.6,
        labelspacing=0.6, markerscale=1.1,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)
    return 0.25 * len(handles) + 0.12


def _areas(
    leaf: Leaf, pen: Pen, service: Service, coverage: pd.DataFrame, at: tuple[float, float]
) -> None:
    """Write the districts' shares, and how many places are uncovered and unknown in each."""
    rows = coverage[(coverage["service"] == service.id) & (coverage["group_id"] != "")]
    kinds = set(rows["group_kind"])
    kind = "plan_district" if "plan_district" in kinds else "district"
    rows = rows[rows["group_kind"] == kind]
    shown = rows.head(_MOST_AREAS)
    results, (x, y) = pen.results, at
    names = ("group", "share_people", "places_uncovered", "places_unknown")
    heads = (("区", "district"), ("覆盖率", "covered"), ("未覆盖村居", "uncovered"),
             ("未知", "unknown"))  # fmt: skip
    ends = (0.0, 2.1, 3.35, _PANEL)
    cells = [[says(results, *head), *texts(results, shown, name)]
             for head, name in zip(heads, names, strict=True)]  # fmt: skip
    for number, line in enumerate(zip(*cells, strict=True)):
        for text, end in zip(line, ends, strict=True):
            text_in = leaf.face.lines(text, 1.5, 9.5)[0]
            leaf.write(
                text_in, (x + end, y), 9.5, right=end > 0, colour=GREY if not number else "#1f2a33"
            )
        y += 0.205
        leaf.rule((x, y - 0.02), (x + _PANEL, y - 0.02), width_pt=0.3)
    if len(rows) > len(shown):
        more = len(rows) - len(shown)
        told = says(results, f"另有 {more} 个,见 coverage.csv", f"{more} more in coverage.csv")
        leaf.write(told, (x, y), 8.5, colour=GREY)


def _title_block(leaf: Leaf, paper: Paper, x: float) -> None:
    """Write who made the sheet of what, at the foot of the panel."""
    lines = [(name, leaf.face.lines(told, _PANEL - 1.0, 8.5)[:3]) for name, told in paper.facts]
    step = 0.0195 * 8.5
    height = sum(len(told) for _, told in lines) * step + 0.06 * len(lines)
    y = A3[1] - _MARGIN - 0.15 - height
    leaf.rule((x, y - 0.05), (x + _PANEL, y - 0.05), colour="#1f2a33", width_pt=1.2)
    for name, told in lines:
        leaf.write(name, (x, y), 8.5, colour=GREY)
        for line in told:
            leaf.write(line, (x + 1.0, y), 8.5)
            y += step
        y += 0.06
        leaf.rule((x, y - 0.03), (x + _PANEL, y - 0.03), width_pt=0.3)
