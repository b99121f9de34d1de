"""Figures: Chinese where a font has it, English and a note where none has, no global setting."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pytest
import shapely
import toy_results
import toys
from matplotlib import font_manager
from matplotlib import image as mpl_image

from gapmap.detour import measure_detours
from gapmap.drawing import chart
from gapmap.outputs import figures
from gapmap.outputs.figures import write_figures
from gapmap.outputs.figures.detour import draw_detour
from gapmap.outputs.figures.pen import Pen, make_axes
from gapmap.outputs.figures.status import draw_status
from gapmap.outputs.fonts import chinese_font, lettering
from gapmap.outputs.naming import file_names
from gapmap.outputs.styles import STATUS_COLOURS

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["coverage.png", "status_bus_shelter.png", "status_service_centre.png", "targets.png"]


def colours(path: Path) -> set[str]:
    pixels = np.round(mpl_image.imread(path)[..., :3] * 255).astype(int).reshape(-1, 3)
    return {f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.unique(pixels, axis=0)}


@pytest.mark.skipif(chinese_font() is None, reason="no font with Chinese characters here")
def test_all_figures_with_chinese_labels(tmp_path: Path) -> None:
    settings = dict(mpl.rcParams)
    fonts = len(font_manager.fontManager.ttflist)
    assert write_figures(tmp_path, toy_results.results()) == ()  # warnings are errors: no tofu
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES
    assert dict(mpl.rcParams) == settings
    assert len(font_manager.fontManager.ttflist) == fonts
    assert lettering(chinese_font()).writable("公交候车亭") == "公交候车亭"


def test_without_a_chinese_font_labels_are_english_and_a_note_says_so(tmp_path: Path) -> None:
    notes = write_figures(tmp_path, toy_results.results(), search=False)
    assert [note.code for note in notes] == ["figures-without-chinese"]
    assert notes[0].severity == "note"
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES


def test_what_a_font_lacks_is_a_question_mark() -> None:
    letters = lettering(None)
    assert not letters.chinese
    assert letters.writable("珠海 2014\nbus") == "?? 2014 bus"


def test_map_and_bars_have_the_colours_of_the_statuses(tmp_path: Path) -> None:
    write_figures(tmp_path, toy_results.results())
    assert {STATUS_COLOURS["covered"], STATUS_COLOURS["uncovered"]} <= colours(
        tmp_path / "status_bus_shelter.png"
    )
    assert STATUS_COLOURS["covered"] in colours(tmp_path / "coverage.png")
    assert set(figures.TARGET_COLOURS.values()) <= colours(tmp_path / "targets.png")


def test_simulated_data_is_written_on_the_figure(tmp_path: Path) -> None:
    made = toys.assessment()
    access = made.access
    access = replace(
        access,
        places=replace(access.places, simulated=()),
        facilities=replace(access.facilities, simulated=()),
    )
    about = replace(toys.ABOUT, simulated=(), inputs=())
    for name, results in (
        ("simulated", toy_results.results()),
        ("real", toy_results.results(replace(made, access=access), about=about)),
    ):
        (tmp_path / name).mkdir()
        write_figures(tmp_path / name, results)
    mark = "#d55e00"  # the coverage figure has this colour for nothing else
    assert mark in colours(tmp_path / "simulated" / "coverage.png")
    assert mark not in colours(tmp_path / "real" / "coverage.png")


def test_names_with_dollar_signs_and_no_services(tmp_path: Path) -> None:
    made = toys.assessment()
    about = replace(toys.ABOUT, name="$\\frac{$ & ^_", plan="$x$")
    named = (replace(made.access.services[0], name={"zh": "$\\bad{$", "en": "$\\bad{$"}),)
    access = replace(made.access, services=named)
    write_figures(tmp_path, toy_results.results(replace(made, access=access), about=about))
    none = replace(made, access=replace(made.access, services=()), targets=made.targets.iloc[:0])
    (tmp_path / "none").mkdir()
    write_figures(tmp_path / "none", toy_results.results(none))
    assert [path.name for path in (tmp_path / "none").iterdir()] == ["coverage.png"]


def test_a_service_nobody_serves_and_places_without_positions(tmp_path: Path) -> None:
    made = toys.assessment()
    places = made.access.places
    nowhere = places.table.set_geometry(places.table.geometry.map(lambda _: None))
    nowhere.geometry = nowhere.geometry.set_crs(toys.CRS)
    access = replace(made.access, places=replace(places, table=nowhere))
    write_figures(tmp_path, toy_results.results(replace(made, access=access)))
    assert (tmp_path / "status_bus_shelter.png").stat().st_size > 5_000


def test_the_targets_as_a_whole_stand_beside_their_units(tmp_path: Path) -> None:
    made = toys.assessment()
    table = made.targets.assign(overall=[True, True, False, False, True, True, True])
    units = figures.targets._units(table)
    assert list(units["target"]) == [
        *("centre-250", "centre-250", "shelters", "health", "islands", "pension"),
    ]
    write_figures(tmp_path, toy_results.results(replace(made, targets=table)))


def test_file_names_are_apart_whatever_the_services_are_called() -> None:
    told = file_names(["a/b", "a b", "../x", "医院", "A B"])
    assert list(told.values()) == ["a_b", "a_b_2", "x", "医院", "A_B_3"]


@pytest.mark.parametrize("extent", [(0.0, 0.0, 9000.0, 900.0), (0.0, 0.0, 900.0, 9000.0)])
def test_a_map_of_a_long_city_says_nothing_and_shows_all_of_it(
    extent: chart.Extent, caplog: pytest.LogCaptureFixture
) -> None:
    figure = chart.new_figure(9, chart.height_in(extent) + 2)
    axis = make_axes(figure, (0.2, 1.25, 0.2, 0.75))
    axis.plot([0, 900], [0, 900])
    chart.set_extent(axis, extent)
    figure.canvas.draw()
    assert caplog.messages == []
    west, east, south, north = *axis.get_xlim(), *axis.get_ylim()
    assert west <= extent[0] < extent[2] <= east
    assert south <= extent[1] < extent[3] <= north
    wide, high = axis.bbox.width, axis.bbox.height
    assert (east - west) / wide == pytest.approx((north - south) / high)


def test_a_place_outside_does_not_set_the_frame() -> None:
    made = toys.assessment()
    table = made.access.places.table.copy()
    far = made.access.places.region.districts.total_bounds[0] + 1e6
    table.loc[0, "position"] = "outside"
    table.loc[0, "geometry"] = shapely.Point(far, table.geometry.iloc[0].y)
    home = replace(made.access.places, table=table)
    results = toy_results.results(replace(made, access=replace(made.access, places=home)))
    pen = Pen(results=results, letters=lettering(None), language="en")
    figure = draw_status(pen, made.access.services[0])
    assert figure.axes[0].get_xlim()[1] < far
    assert any("or outside, not drawn" in text.get_text() for text in figure.texts)


def test_the_figure_of_detours_names_its_service_after_a_space() -> None:
    access = toys.assessment().access
    pen = Pen(results=toy_results.results(), letters=lettering(None), language="en")
    figure = draw_detour(pen, measure_detours(access), access.services[0])
    told = [text.get_text() for text in figure.texts]
    assert "Straight line against road: bus shelter ≤ 500 m" in told
