"""What a report shows of itself in a notebook: the page in a frame, or a picture of its map.

A notebook keeps what it shows. A page of 2 MB and more would make it too large to send, so that a
picture and how to save the page stand in its place. The frame is a sandbox: the page's scripts run
in it, and reach neither the notebook nor what the notebook's origin may do.
"""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gapmap.assessment import simulated_inputs
from gapmap.cards import Speech, card, note, simulated_banner
from gapmap.drawing.chart import draw_outlines, extent_of, height_in, new_figure, set_extent

if TYPE_CHECKING:
    from gapmap.assessment import Assessment

__all__ = ["MOST_BYTES", "embedded"]

MOST_BYTES: Final = 2_000_000
"""A page that is larger as it stands in a notebook is shown as a picture."""

_HEIGHT_PX: Final = 820
_DPI: Final = 90
_WIDTH_IN: Final = 8.6
_LOOKS: Final = {
    "unknown": ("s", 14.0, "#8c8c8c"),
    "covered": ("o", 12.0, "#1b6ca8"),
    "uncovered": ("^", 22.0, "#d55e00"),
}
_MANY: Final = 2000
_SAVE: Final = (
    "页面较大,未嵌入笔记本:请用 .save('report.html') 保存后在浏览器中打开。",
    "The page is too large for a notebook: save it with .save('report.html') and open that file.",
)


def embedded(page: str, assessment: Assessment | None, *, several: bool) -> str:
    """Give HTML for a notebook.

    Parameters
    ----------
    page
        The whole page.
    assessment
        What the page is of, for the picture; None where nobody says.
    several
        Whether there are further pages, which a frame cannot lead to.
    """
    framed = html.escape(page, quote=True)
    if len(framed.encode()) <= MOST_BYTES and not several:
        return (
            f'<iframe srcdoc="{framed}" sandbox="allow-scripts allow-downloads" '
            'referrerpolicy="no-referrer" '
            f'style="width:100%;height:{_HEIGHT_PX}px;border:1px solid #dde2e6"></iframe>'
        )
    parts = [note(one) for one in _SAVE]
    if assessment is not None:
        parts = [simulated_banner(simulated_inputs(assessment)), *parts, _picture(assessment)]
    told = Speech()
    return card(told.say("report"), [f"{len(page.encode()) / 1e6:.1f} MB"], *parts)


def _picture(assessment: Assessment) -> str:
    """Draw the places by the status of the first service, with what the shapes stand for."""
    access = assessment.access
    if not access.services:
        return ""
    places = access.places.table
    status = access.table["status"].to_numpy(dtype=object)[: len(places)]
    points = places.geometry.to_numpy()
    xy = np.column_stack((shapely.get_x(points), shapely.get_y(points)))
    districts = access.places.region.districts.geometry.to_numpy()
    extent = extent_of(districts, xy)
    figure = new_figure(_WIDTH_IN, height_in(extent))
    axis = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    draw_outlines(axis, districts, extent)
    scale = 1.0 if len(places) < _MANY else 0.2
    for name, (shape, size, colour) in _LOOKS.items():
        chosen = (status == name) & np.isfinite(xy).all(axis=1)
        x, y = xy[chosen].T
        axis.scatter(x, y, s=scale * size, c=colour, marker=shape, linewidths=0)
    set_extent(axis, extent)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_DPI)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    told = Speech()
    signs = {"covered": "●", "uncovered": "▲", "unknown": "■"}
    counts = "  ".join(
        f"{sign} {told.word(name)} {int((status == name).sum()):,}" for name, sign in signs.items()
    )
    return (
        note(f"{told.pair(access.services[0].name)}: {counts}")
        + f'<img alt="" style="max-width:100%;height:auto" src="data:image/png;base64,{data}">'
    )
