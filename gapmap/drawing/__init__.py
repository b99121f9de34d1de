"""Drawing: what maps show, as plain values and as pictures without a word on them.

:mod:`gapmap.drawing.picture` gives places, results and shapes for the page and the notebook,
:mod:`gapmap.drawing.vectors` the block that they travel in;
:mod:`gapmap.drawing.ground` and :mod:`gapmap.drawing.people` colour rasters;
:mod:`gapmap.drawing.chart` draws both with Matplotlib. The report and the figures share them: each
writes titles and legends in its own way.
"""

from gapmap.drawing.brief import brief
from gapmap.drawing.picture import picture
from gapmap.drawing.vectors import (
    inert,
    inline_script,
    inline_style,
    packed,
    plain,
    site_list,
)

__all__ = [
    "brief",
    "inert",
    "inline_script",
    "inline_style",
    "packed",
    "picture",
    "plain",
    "site_list",
]
