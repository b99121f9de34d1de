"""Which datum a layer is in: how far it lies from what it should lie on, under each hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.lines import Line2D

from gapmap.datum import DATUM_NAMES, HYPOTHESES
from gapmap.outputs.figures.pen import Pen, new_figure, write_frame, write_legend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gapmap.datum import Evidence, Verdict

__all__ = ["DATUM_COLOURS", "draw_datum"]

DATUM_COLOURS: Final = {"wgs84": "#0072b2", "gcj02": "#e69f00", "bd09": "#009e73"}
_DASHES: Final = {"wgs84": "-", "gcj02": "--", "bd09": ":"}
_KINDS: Final = ("roads", "areas", "pairs")
_AXES: Final = {
    "roads": ("到最近道路(米)", "to the nearest road (m)"),
    "areas": ("到所写区域(米)", "to the area it names (m)"),
    "pairs": ("到所写地点(米)", "to the place it names (m)"),
}
_WIDTH_IN: Final = 9.0
_LAYER_IN: Final = 2.35
_MOST_LAYERS: Final = 20
"""A PNG of more layers than this is too tall to be looked at; those that matter come first."""


def draw_datum(pen: Pen, layers: Sequence[tuple[str, Verdict]]) -> Figure:
    """Draw the evidence on the datum of layers, one row each.

    A curve gives the share of rows that lie within a distance of what they should lie on, if the
    numbers are read in its datum: the curve that rises first is the likeliest. Layers whose
    verdict contradicts what is declared come first.

    Parameters
    ----------
    pen
        Letters and language.
    layers
        File names and verdicts.
    """
    shown = sorted(layers, key=lambda one: not one[1].contradicts)[:_MOST_LAYERS]
    height = 1.35 + _LAYER_IN * max(len(shown), 1)
    figure = new_figure(_WIDTH_IN, height)
    for number, (name, verdict) in enumerate(shown):
        top = height - 0.8 - _LAYER_IN * number
        figure.text(0.02, top / height, _verdict(pen, name, verdict), va="top",
                    fontproperties=pen.letters.font(10), parse_math=False)  # fmt: skip
        by_kind = {one.kind: one for one in verdict.evidence if one.typical_m}
        for at, kind in enumerate(kind for kind in _KINDS if kind in by_kind):
            box = (0.62 + 2.8 * at, top - 1.75, 2.3, 1.3)
            axis = figure.add_axes(
                (box[0] / _WIDTH_IN, box[1] / height, box[2] / _WIDTH_IN, box[3] / height)
            )
            _curves(axis, pen, by_kind[kind])
    write_frame(pen, figure, pen.text("坐标系判别", "Which datum is it?"))
    handles = [
        Line2D([], [], color=DATUM_COLOURS[one], linestyle=_DASHES[one], label=DATUM_NAMES[one])
        for one in HYPOTHESES
    ]
    write_legend(figure, pen, handles)
    return figure


def _verdict(pen: Pen, name: str, verdict: Verdict) -> str:
    declared = DATUM_NAMES[verdict.declared]
    if verdict.divided:
        told = ("依据互相矛盾", "the evidence is divided")
    elif verdict.datum is None and any(one.speaks for one in verdict.evidence):
        told = (
            "与对照的图层相符,但后者未经证实",
            "it fits what it is held against, which is unverified",
        )
    elif verdict.datum is None:
        told = ("依据不足,不作判断", "too little evidence for a verdict")
    else:
        said = f"{DATUM_NAMES[verdict.datum]}(z = {verdict.z:.1f})"
        told = (f"依据指向 {said}", f"the evidence says {said.replace('(', ' (')}")
    return f"{pen.letters.writable(name)} · " + pen.text(
        f"按 {declared} 读取;{told[0]}", f"read as {declared}; {told[1]}"
    )


def _curves(axis: Axes, pen: Pen, evidence: Evidence) -> None:
    distances = np.sort(evidence.distances_m, axis=1)
    share = np.arange(1, distances.shape[1] + 1) / distances.shape[1]
    right = max(100.0, float(np.quantile(distances, 0.9)))
    for hypothesis, row in zip(HYPOTHESES, distances, strict=True):
        axis.step(
            np.concatenate(([0.0], row, [max(right, row[-1])])),
            np.concatenate(([0.0], share, [1.0])),
            where="post",
            color=DATUM_COLOURS[hypothesis],
            linestyle=_DASHES[hypothesis],
            linewidth=1.6,
        )
    # a layer that lies all in its areas runs up the left side and along the top: both are seen
    axis.set_xlim(-0.015 * right, right)
    axis.set_ylim(0, 1.04)
    axis.set_yticks([0, 0.5, 1])
    axis.set_yticklabels(["0", "50 %", "100 %"])
    axis.set_xlabel(pen.text(*_AXES[evidence.kind]), fontproperties=pen.letters.font(8))
    for label in (*axis.get_xticklabels(), *axis.get_yticklabels()):
        label.set_fontproperties(pen.letters.font(8))
    axis.grid(color="#e3e3e3", linewidth=0.8)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
