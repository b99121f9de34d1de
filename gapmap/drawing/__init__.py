"""Drawing: what maps show, as plain values and as pictures without a word on them.

:mod:`gapmap.drawing.vectors` gives outlines, places and ways for the page and the notebook;
:mod:`gapmap.drawing.ground` and :mod:`gapmap.drawing.people` colour rasters;
:mod:`gapmap.drawing.chart` draws both with Matplotlib. The report and the figures share them: each
writes titles and legends in its own way.
"""

from gapmap.drawing.vectors import (
    inert,
    inline_script,
    inline_style,
    picture,
    plain,
    site_list,
)

__all__ = ["inert", "inline_script", "inline_style", "picture", "plain", "site_list"]
