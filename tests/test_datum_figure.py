"""The figure of the evidence on datums."""

from pathlib import Path

import numpy as np
import toy_results
from datum_trials import evidence
from matplotlib import image as mpl_image

from gapmap.datum import judge_datum
from gapmap.outputs.figures.datum import DATUM_COLOURS, draw_datum
from gapmap.outputs.figures.pen import Pen, save_figure
from gapmap.outputs.fonts import lettering


def drawn(folder: Path, layers):
    pen = Pen(toy_results.results(), lettering(None), "en")
    figure = draw_datum(pen, layers)
    save_figure(folder / "datum.png", figure)
    return figure


def test_each_hypothesis_has_its_curve_and_the_verdict_its_sentence(tmp_path):
    found = judge_datum([evidence(), evidence("pairs")], "wgs84")
    figure = drawn(tmp_path, [("stops $x.csv", found), ("b.csv", judge_datum([], "gcj02"))])
    pixels = mpl_image.imread(tmp_path / "datum.png")[..., :3]
    seen = {
        f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.round(pixels * 255).astype(int).reshape(-1, 3)
    }
    assert set(DATUM_COLOURS.values()) & seen
    assert len(figure.axes) == 2
    assert [len(axis.lines) for axis in figure.axes] == [3, 3]
    told = [text.get_text() for text in figure.texts]
    assert "stops $x.csv · read as WGS84; the evidence says GCJ-02 (z = 5.0)" in told
    assert "b.csv · read as GCJ-02; too little evidence for a verdict" in told


def test_layers_that_contradict_come_first_and_none_is_no_error(tmp_path):
    calm, wrong = judge_datum([evidence()], "gcj02"), judge_datum([evidence()], "wgs84")
    figure = drawn(tmp_path, [("calm", calm), ("wrong", wrong)])
    told = [text.get_text() for text in figure.texts]
    assert told[0].startswith("wrong")
    assert drawn(tmp_path, []).axes == []
