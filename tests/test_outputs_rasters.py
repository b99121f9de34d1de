"""What a run leaves of rasters: GeoTIFFs that hold the values, tables with titles, figures."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import affine
import hostile
import numpy as np
import openpyxl
import pandas as pd
import pyproj
import pytest
import rasterio
import toy_grids
import toy_results
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import image as mpl_image

from gapmap.access import STATUSES
from gapmap.catchment import ZONAL_COLUMNS
from gapmap.catchment.capacity import CAPACITY_COLUMNS
from gapmap.catchment.pairs import PAIR_COLUMNS
from gapmap.catchment.referral import REFERRAL_COLUMNS
from gapmap.catchment.unserved import UNSERVED_COLUMNS
from gapmap.cells import unguarded
from gapmap.drawing import ground
from gapmap.drawing.chart import Extent, Pixels, pixel_size
from gapmap.drawing.fields import travelled
from gapmap.drawing.people import TINTS, people_pixels
from gapmap.drawing.sheet import area_of
from gapmap.errors import MethodError, OutputError
from gapmap.gridded import GRID_COLUMNS
from gapmap.network import SLACK
from gapmap.outputs import rasters, write_run
from gapmap.outputs.extra import EXTRA
from gapmap.outputs.figures.pen import Pen
from gapmap.outputs.figures.rasters import draw_minutes
from gapmap.outputs.fonts import lettering
from gapmap.outputs.tables import COLUMNS, result_tables
from gapmap.population import as_places
from gapmap.population.value import AREA_COLUMNS
from gapmap.rasters.grid import Grid
from gapmap.words import title

HERE = Path(__file__).parent
PLAIN = {
    *(f"{name}.csv" for name in (*COLUMNS, *toy_results.PROPOSED)),
    *("results.gpkg", "tables.xlsx", "report.html", "report.docx", "run.json"),
    "figures/coverage.png",
    *("figures/targets.png", "figures/status_bus_shelter.png", "figures/status_service_centre.png"),
}
"""What a study without rasters has left before there were any."""
COLUMNS_OF = {
    "population": list(AREA_COLUMNS),
    "grid_coverage": GRID_COLUMNS,
    "surface": list(toy_grids.CLASSES),
    "zones": ZONAL_COLUMNS,
    "capacity": CAPACITY_COLUMNS,
    "unserved": UNSERVED_COLUMNS,
    "referral": REFERRAL_COLUMNS,
    "referral_pairs": PAIR_COLUMNS,
}


def left(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "toy"
    write_run(toy_grids.results(), out)
    return out


def test_a_study_without_rasters_leaves_what_it_left_before(tmp_path: Path) -> None:
    write_run(toy_results.results(), tmp_path / "out")
    assert left(tmp_path / "out") == PLAIN
    told = json.loads((tmp_path / "out" / "run.json").read_text("utf8"))
    assert not {"population", "surface"} & set(told)


def test_a_study_with_rasters_leaves_more_and_the_manifest_lists_it(run: Path) -> None:
    more = {
        *("population.csv", "grid_coverage.csv", "surface.csv", "zones.csv", "capacity.csv"),
        *("unserved.csv", "referral.csv", "referral_pairs.csv"),
        *("rasters/minutes_service_centre.tif", "rasters/nearest_service_centre.tif"),
        *("rasters/nearest_service_centre.csv", "rasters/people.tif"),
        *("figures/minutes_service_centre.png", "figures/people_grid_bus_shelter.png"),
        "figures/people_grid_service_centre.png",
    }
    assert left(run) == PLAIN | more
    told = json.loads((run / "run.json").read_text("utf8"))
    assert set(told["files"]) == (PLAIN | more) - {"run.json"}
    assert {"lc.tif", "people.tif"} <= set(told["simulated_files"])
    assert told["population"]["raster"] == "people.tif"  # a name, not a path of this machine
    assert told["population"]["reconcile"] == "district"
    assert told["population"]["people"] == pytest.approx(37_087.98125)
    surface = told["surface"]
    assert (surface["rows"], surface["columns"], surface["cell_m"]) == (60, 110, 100)
    assert (surface["direction"], surface["neighbours"]) == ("to", 8)
    assert surface["barrier_cells"] == int(toy_grids.surface().barrier.sum())


def test_minutes_come_back_and_what_is_not_reached_is_empty(run: Path) -> None:
    wanted = toy_grids.one_travelled().field.minutes
    with rasterio.open(run / "rasters" / "minutes_service_centre.tif") as source:
        told = source.read(1)
        assert source.dtypes == ("float32",)
        assert np.isnan(source.nodata)
        assert source.transform == toy_grids.GRID.transform
        assert source.crs.to_epsg() == 4547
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        tags = source.tags()
    assert np.array_equal(np.isnan(told), np.isinf(wanted))
    known = np.isfinite(wanted)
    np.testing.assert_allclose(told[known], wanted[known], rtol=1e-7)
    assert told[30, 90] == 0  # the facility's own cell: a number, not nothing
    assert tags["SIMULATED"] == "true"
    assert tags["UNIT"] == "minutes"
    assert tags["LIMIT"] == "20 minutes"
    assert tags["SERVICE_NAME"] == "村公共事务服务中心"
    assert "lc.tif" in tags["SIMULATED_FILES"]


def test_the_nearest_facility_has_a_number_that_its_legend_explains(run: Path) -> None:
    wanted = toy_grids.one_travelled().field.source
    with rasterio.open(run / "rasters" / "nearest_service_centre.tif") as source:
        told, nodata = source.read(1), source.nodata
        assert source.dtypes == ("int32",)
    assert nodata == 0
    assert np.array_equal(told, wanted + 1)
    assert set(np.unique(told)) == {0, 1, 2}
    legend = rows(run / "rasters" / "nearest_service_centre.csv")
    assert [row["number"] for row in legend] == ["1", "2"]
    assert [row["facility_id"] for row in legend] == ["c1", "c9"]
    assert unguarded(legend[1]["facility"]) == "=<script>alert(9)</script>"
    assert {row["simulated"] for row in legend} == {"true"}
    assert told[40, 15] == 1
    assert told[30, 90] == 2


def test_all_people_of_the_cells_are_in_the_raster(run: Path) -> None:
    cells = toy_grids.population().cells
    with rasterio.open(run / "rasters" / "people.tif") as source:
        told = source.read(1)
        assert source.dtypes == ("float64",)
        assert source.tags()["RECONCILE"] == "district"
    assert np.nansum(told) == pytest.approx(cells["people"].sum(), rel=1e-12)
    first = cells.iloc[0]
    whole = cells[(cells["row"] == first["row"]) & (cells["column"] == first["column"])]
    assert len(whole) == 2  # two parts of one cell
    assert told[first["row"], first["column"]] == pytest.approx(whole["people"].sum())
    lived = np.zeros(told.shape, bool)
    lived[cells["row"], cells["column"]] = True
    assert np.array_equal(np.isnan(told), ~lived)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0.001, 1e4),
    st.lists(st.floats(-1e-6, 1e-6), min_size=1, max_size=8),
)
def test_rounding_to_single_precision_never_crosses_the_limit(
    limit: float, off: list[float]
) -> None:
    one = toy_grids.one_travelled(limit=limit)
    minutes = limit * (1 + np.array([off]))
    made = rasters._on_its_side(one._replace(field=replace(one.field, minutes=minutes)))
    assert np.array_equal(made.astype(float) <= limit, minutes <= limit + SLACK)
    np.testing.assert_allclose(made, minutes, rtol=3e-7, atol=2 * SLACK)


def test_real_data_is_marked_as_real(tmp_path: Path) -> None:
    made = toy_grids.assessment()
    access = made.access
    access = replace(
        access,
        places=replace(access.places, simulated=()),
        facilities=replace(access.facilities, simulated=()),
        surface=replace(access.surface, simulated=()),
    )
    population = replace(toy_grids.population(), simulated=())
    about = replace(toys.ABOUT, simulated=(), inputs=())
    results = toy_results.results(
        replace(made, access=access), about=about, population=population, proposals=()
    )
    assert results.simulated_files == ()
    write_run(results, tmp_path / "out")
    for name in ("minutes_service_centre", "people"):
        with rasterio.open(tmp_path / "out" / "rasters" / f"{name}.tif") as source:
            assert source.tags()["SIMULATED"] == "false"
    assert {row["simulated"] for row in rows(tmp_path / "out" / "population.csv")} == {"false"}
    only = replace(population, simulated=("people.tif",))
    assert replace(results, population=only).simulated_files == ("people.tif",)


@pytest.mark.parametrize("direction", ["to", "from"])
def test_the_direction_is_that_of_the_search_whatever_the_surface_says(
    tmp_path: Path, direction: str
) -> None:
    made = toy_grids.assessment()
    fields = {
        name: replace(field, direction=direction) for name, field in made.access.fields.items()
    }
    access = replace(made.access, fields=fields)
    results = toy_results.results(replace(made, access=access), proposals=())
    write_run(results, tmp_path / "out")
    (path,) = (tmp_path / "out" / "rasters").glob("minutes_*.tif")
    with rasterio.open(path) as source:
        assert source.tags()["DIRECTION"] == direction


@pytest.mark.parametrize(("direction", "words"), [("to", "time to"), ("from", "time from")])
def test_the_title_of_a_figure_says_the_direction_of_the_search(direction: str, words: str) -> None:
    results = toy_results.results(toy_grids.assessment(), proposals=())
    (one,) = travelled(results.assessment.access)
    one = one._replace(field=replace(one.field, direction=direction))
    figure = draw_minutes(Pen(results, lettering(None), "en"), one)
    assert f"{words} the nearest facility" in figure.texts[0].get_text()


@pytest.mark.parametrize("service", ["../../evil", "医院/门诊 <b>", "'\"`;DROP TABLE places;--"])
def test_names_of_services_and_facilities_are_text_and_no_paths(
    tmp_path: Path, service: str
) -> None:
    made = toy_grids.assessment()
    access, one = made.access, toy_grids.one_travelled()
    named = replace(one.service, id=service, name={"zh": hostile.nasty(17), "en": "x"})
    serving = one.serving.assign(facility=[hostile.nasty(21), hostile.nasty(12)])
    table = access.table.assign(service=access.table["service"].replace(one.service.id, service))
    access = replace(
        access,
        table=table,
        services=(access.services[0], named),
        fields={service: one.field},
        serving={service: serving},
    )
    out = tmp_path / "deep" / "out"
    results = toy_results.results(replace(made, access=access), proposals=())
    write_run(results, out)
    names = [path.name for path in (out / "rasters").iterdir()]
    assert len(names) == 3
    assert all(name.endswith((".tif", ".csv")) and ".." not in name for name in names)
    assert list(tmp_path.iterdir()) == [tmp_path / "deep"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]
    (minutes,) = (out / "rasters").glob("minutes_*.tif")
    with rasterio.open(minutes) as source:
        assert source.tags()["SERVICE"] == service


def test_a_raster_that_is_not_whole_ends_the_run_and_the_old_folder_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_run(toy_results.results(), out)
    before = {name: (out / name).read_bytes() for name in left(out)}
    whole = Path.write_bytes

    def half(path: Path, data: bytes) -> int:
        return whole(path, bytes(data)[: len(data) // 2])

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", half)
        with pytest.raises(OutputError, match="cannot be written") as caught:
            write_run(toy_grids.results(), out)
    assert "无法写入" in caught.value.text("zh")
    assert {name: (out / name).read_bytes() for name in left(out)} == before

    write = rasters.write_raster

    def other(path: Path, values: np.ndarray, grid: Grid, **more: object) -> None:
        write(path, np.roll(values, 1), grid, **more)

    monkeypatch.setattr(rasters, "write_raster", other)
    with pytest.raises(OutputError, match="not what stands there"):
        write_run(toy_grids.results(), out)
    assert {name: (out / name).read_bytes() for name in left(out)} == before


@pytest.mark.skipif(os.name != "posix", reason="limits of file sizes as POSIX has them")
def test_a_full_disk_under_a_raster_leaves_the_old_folder(tmp_path: Path) -> None:
    """People on a large grid of noise: the only file that the limit does not let through."""
    out = tmp_path / "out"
    write_run(toy_results.results(), out)
    before = {name: (out / name).read_bytes() for name in left(out)}
    script = (
        "import resource, sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
        "from dataclasses import replace\n"
        "import numpy as np, pandas as pd, toy_grids, toy_results\n"
        "from gapmap.outputs import write_run\nfrom gapmap.errors import OutputError\n"
        "made = toy_grids.population()\n"
        "grid = replace(made.grid, height=600, width=600)\n"
        "row, column = (one.ravel() for one in np.mgrid[:600, :600])\n"
        "people = np.random.default_rng(1).random(len(row))\n"
        "cells = pd.DataFrame({'row': row, 'column': column, 'people': people,\n"
        "                      'people_raster': people})\n"
        "results = toy_results.results(population=replace(made, grid=grid, cells=cells))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "try:\n    write_run(results, Path(sys.argv[2]))\n"
        "except OutputError as error:\n    print(error.text('en'))\n"
    )
    # -B: bytecode would be cut off at the limit, too, and stay
    command = [sys.executable, "-B", "-c", script, HERE, out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "cannot be written" in done.stdout, done
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
    assert {name: (out / name).read_bytes() for name in left(out)} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


# Tables


@pytest.mark.parametrize("name", COLUMNS_OF)
def test_every_column_of_such_a_table_has_a_title_in_both_languages(name: str) -> None:
    words = tomllib.loads((HERE.parent / "gapmap" / "words.toml").read_text("utf8"))
    for column in COLUMNS_OF[name]:
        own = words.get(f"columns_of_{name}", {}).get(column, words["columns"].get(column, {}))
        assert set(own) == {"zh", "en"}, f"{name}: {column}"
    for key in (f"sheet_{name}", f"row_of_{name}"):
        assert set(words["values"][key]) == {"zh", "en"}
    assert name in EXTRA


def test_titles_mean_what_the_table_holds() -> None:
    assert title("facility", "en") == "nearest facility"
    assert title("facility", "zh", table="capacity") == "设施"
    assert title("unit", "en", table="zones") == "unit"
    assert title("unit", "zh", table="targets") == "评价单元"


def test_a_table_that_nobody_knows_of_is_written_all_the_same(tmp_path: Path) -> None:
    strange = pd.DataFrame({"strange_column": ["=1+1"], "minutes": [1.23456]})
    results = toy_results.results(tables={"strange": strange})
    write_run(results, tmp_path / "out")
    assert left(tmp_path / "out") == PLAIN | {"strange.csv"}
    (row,) = rows(tmp_path / "out" / "strange.csv")
    assert row == {"strange_column": "'=1+1", "minutes": "1.235", "simulated": "true"}


def test_no_table_takes_the_place_of_one_of_every_run() -> None:
    results = toy_results.results(tables={"access": pd.DataFrame({"a": [1]})})
    with pytest.raises(MethodError, match="access"):
        result_tables(results, ())


def test_a_table_that_is_given_stands_for_the_one_of_the_value() -> None:
    classes = toy_grids.CLASSES.head(1)
    told = result_tables(toy_grids.results(tables={"surface": classes}), ())
    assert len(told["surface"]) == 1


def test_the_tables_hold_what_was_given(run: Path) -> None:
    city = rows(run / "population.csv")[0]
    assert city["area_kind"] == "city"
    assert city["factor"] == ""
    assert float(city["people"]) == pytest.approx(37_087.98125)
    unserved = rows(run / "unserved.csv")
    for row in unserved:
        parts = [float(row[f"people_{one}"]) for one in ("served", "residual", "unknown")]
        assert sum(parts) == float(row["people"])
    capacity = rows(run / "capacity.csv")
    assert (capacity[2]["order"], capacity[2]["full"]) == ("", "")  # unknown, not 0 or false
    assert capacity[1]["facility"] == "'=<img src=x onerror=alert(5)>"
    assert capacity[0]["catchment_minutes"] == "12.346"
    told = rows(run / "grid_coverage.csv")
    wanted = toy_grids.gridded(toy_grids.population()).comparison
    assert [row["group"] for row in told] == list(wanted["group"])
    points = pd.to_numeric(pd.Series([row["difference_points"] for row in told]))
    np.testing.assert_allclose(points, wanted["difference_points"], atol=1e-6)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sheets_are_titled_and_say_words_in_the_language(tmp_path: Path, language: str) -> None:
    about = replace(toys.ABOUT, language=language)
    results = toy_grids.results(about=about)
    write_run(results, tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "tables.xlsx")
    zh = language == "zh"
    names = {
        *("格网人口", "格网覆盖", "地表速度", "分段人口", "设施容量", "剩余人口", "转诊")
    } if zh else {
        *("People on the grid", "Coverage by the grid", "Speeds over land", "People by step"),
        *("Capacity", "Left without", "Referral"),
    }  # fmt: skip
    assert names <= set(book.sheetnames)

    def column(sheet: str, name: str) -> list[object]:
        head = [cell.value for cell in book[sheet][4]]
        return [row[head.index(name)] for row in book[sheet].iter_rows(min_row=5, values_only=True)]

    if zh:
        assert column("设施容量", "已满") == ["是", "否", None]
        assert column("设施容量", "原因") == [None, None, "容量未知"]
        assert column("剩余人口", "区域")[:2] == ["全市", "香洲区"]
        assert column("分段人口", "单位")[0] == "分钟"
        assert column("格网人口", "人口来历")[-1] == "村居范围内 + 直线最近(镇内)"
        assert "栅格上" in str(column("格网覆盖", "说明")[0])
        assert column("转诊", "转入服务")[0] == "公交候车亭"
    else:
        assert column("Capacity", "facility")[0] == "中心一"
        assert column("Left without", "kind of area")[0] == "whole area"
        assert "On the grid" in str(column("Coverage by the grid", "note")[0])
        assert column("Referral", "to service")[0] == "bus shelter"
    sheet = book["格网覆盖" if zh else "Coverage by the grid"]
    head = [cell.value for cell in sheet[4]]
    at = head.index("相差(百分点)" if zh else "difference (points)")
    assert sheet[5][at].number_format == "[>=0.05]+0.0;[<=-0.05]-0.0;0.0"
    assert sheet["A3"].value == marker(language)


def marker(language: str) -> str:
    return "模拟数据 / simulated data" if language == "zh" else "simulated data / 模拟数据"


# Pictures


def colour_at(pixels: Pixels, east: float, north: float) -> str:
    west, south, right, top = pixels.extent
    height, width = pixels.colours.shape[:2]
    column = int((toys.X0 + east - west) / (right - west) * width)
    row = int((top - toys.Y0 - north) / (top - south) * height)
    red, green, blue = pixels.colours[row, column]
    return f"#{red:02x}{green:02x}{blue:02x}"


def drawn(extent: Extent | None = None, **changed: object) -> Pixels:
    one = toy_grids.one_travelled()
    if changed:
        one = one._replace(surface=replace(one.surface, **changed))
    return ground.minutes_pixels(one, extent or area_of(toys.region()))


def test_each_time_has_the_colour_of_its_part_of_the_limit() -> None:
    """The limit is 20 minutes; from the cell of the first centre a cell further is a minute."""
    pixels = drawn()
    for cells, colour in ((3, 0), (8, 1), (13, 2), (18, 3), (24, 4), (35, 5)):
        east = 1_000 + 50 + 100 * cells
        assert colour_at(pixels, east, 1_450) == (*ground.WITHIN, *ground.BEYOND)[colour], cells
    steps = ground.steps_of(20)
    assert [(step.low, step.high) for step in steps[3:6]] == [(15, 20), (20, 30), (30, 40)]
    assert steps[-1].high is None
    assert pixels.shown == (
        *("0", "1", "2", "3", "4", "5", "6", "unreached", "barrier", "unknown", "road"),
    )


def test_the_limit_is_inclusive_on_the_map() -> None:
    one = toy_grids.one_travelled()
    here = one._replace(field=replace(one.field, minutes=np.full(toy_grids.GRID.shape, 20.0)))
    assert ground.minutes_pixels(here, area_of(toys.region())).shown[0] == "3"
    beyond = np.full(toy_grids.GRID.shape, np.nextafter(20.0, 30) + 1e-6)
    here = one._replace(field=replace(one.field, minutes=beyond))
    assert ground.minutes_pixels(here, area_of(toys.region())).shown[0] == "4"


def test_what_cannot_be_crossed_reached_or_known_looks_its_own_way() -> None:
    pixels = drawn()
    assert colour_at(pixels, 5_250, 1_000) in ground.BARRIER  # the river
    assert colour_at(pixels, 1_800, 300) in ground.UNKNOWN
    assert colour_at(pixels, 7_800, 4_250) in ground.UNREACHED  # within the garden's wall


def test_a_river_one_cell_wide_has_no_gaps_on_a_coarse_map() -> None:
    """Cells of 100 m, pixels of 290 m: two of three columns are in no pixel's middle."""
    wide = (toys.X0 - 150_000.0, toys.Y0 - 75_000.0, toys.X0 + 150_000.0, toys.Y0 + 75_000.0)
    shore = np.zeros(toy_grids.GRID.shape, bool)
    for column in (20, 41, 70, 99):
        shore[:, column] = True
    minutes = np.where(shore, np.inf, 5.0)
    one = toy_grids.one_travelled()
    made = replace(one.surface, barrier=shore, unknown=np.zeros_like(shore),
                   road=np.zeros_like(shore))  # fmt: skip
    one = one._replace(surface=made, field=replace(one.field, minutes=minutes))
    pixels = ground.minutes_pixels(one, wide)
    barrier = np.zeros(pixels.colours.shape[:2], bool)
    for colour in ground.BARRIER:
        barrier |= (pixels.colours == ground._rgb(colour)).all(axis=2)
    per_row = barrier.sum(axis=1)
    assert set(per_row[per_row > 0]) == {4}
    assert (per_row > 0).sum() >= 60 * 100 / (300_000 / pixel_size(wide)[1]) - 1


@pytest.mark.parametrize("epsg", [4547, 4326])
def test_cells_have_the_colour_of_their_status_wherever_the_raster_lies(epsg: int) -> None:
    made = toy_grids.population()
    if epsg == 4326:
        across = affine.Affine(0.005, 0, 113.0, 0, -0.005, 22.4)
        grid = Grid(crs=pyproj.CRS.from_epsg(epsg), transform=across, height=100, width=200)
        row, column = grid.cells([[113.462, 22.162], [113.502, 22.147]])
        x, y = to_metres(grid.centres(row, column))
        cells = made.cells.head(2).assign(row=row, column=column, x=x, y=y, people=[10.0, 30.0])
        made = replace(made, grid=grid, cells=cells)
    else:
        made = replace(made, cells=made.cells.iloc[[1, -1]].assign(people=[10.0, 30.0]))
    pixels = people_pixels(made, ["covered", "uncovered"], area_of(made.region))
    assert pixels.shown == ("covered", "uncovered")
    at = [(x - toys.X0, y - toys.Y0) for x, y in made.cells[["x", "y"]].to_numpy()]
    assert colour_at(pixels, *at[1]) == TINTS["uncovered"][0]  # three of four people live there
    assert colour_at(pixels, *at[0]) == TINTS["covered"][1]
    far = [(5_000, 2_500), (9_900, 2_500)]
    assert {colour_at(pixels, *one) for one in far} == {"#ffffff"}


def to_metres(lonlat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    turn = pyproj.Transformer.from_crs(4326, toys.CRS, always_xy=True)
    return turn.transform(lonlat[:, 0], lonlat[:, 1])


def test_of_many_cells_in_one_pixel_most_people_decide() -> None:
    made = toy_grids.population()
    grid = replace(made.grid, transform=affine.Affine(1, 0, toys.X0, 0, -1, toys.Y0 + 5_000),
                   height=5_000, width=10_000)  # fmt: skip
    cells = made.cells.head(3).assign(
        row=[2_500, 2_501, 2_500], column=[5_000, 5_000, 5_001],
        x=toys.X0 + np.array([5_000.5, 5_000.5, 5_001.5]), y=toys.Y0 + 2_499.5,
        people=[10.0, 1.0, 2.0],
    )  # fmt: skip
    made = replace(made, grid=grid, cells=cells)
    pixels = people_pixels(made, ["uncovered", "covered", "covered"], area_of(made.region))
    assert colour_at(pixels, 5_000.5, 2_499.5) == TINTS["uncovered"][0]
    equal = replace(made, cells=cells.assign(people=[3.0, 1.0, 2.0]))
    pixels = people_pixels(equal, ["uncovered", "covered", "covered"], area_of(made.region))
    assert colour_at(pixels, 5_000.5, 2_499.5) == TINTS["uncovered"][0]  # nobody is overlooked


def test_the_figures_have_the_colours_of_what_they_show(run: Path) -> None:
    def colours(name: str) -> set[str]:
        picture = mpl_image.imread(run / "figures" / name)[..., :3]
        pixels = np.round(picture * 255).astype(int).reshape(-1, 3)
        return {f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.unique(pixels, axis=0)}

    told = colours("minutes_service_centre.png")
    assert {*ground.WITHIN, *ground.BEYOND[:3], ground.BARRIER[0], ground.UNKNOWN[0]} <= told
    people = colours("people_grid_service_centre.png")
    assert {TINTS[one][0] for one in STATUSES} <= people


def test_writing_leaves_grids_as_they_were(tmp_path: Path) -> None:
    results = toy_grids.results()
    assert results.population is not None
    held = [results.population.cells, results.population.areas, *results.tables.values(),
            results.assessment.access.surface.classes]  # fmt: skip
    before = [table.copy(deep=True) for table in held]
    minutes = results.assessment.access.fields["service_centre"].minutes.copy()
    write_run(results, tmp_path / "out")
    for was, now in zip(before, held, strict=True):
        pd.testing.assert_frame_equal(was, now)
    assert np.array_equal(minutes, results.assessment.access.fields["service_centre"].minutes)


def test_cells_are_places_in_the_same_order() -> None:
    made = toy_grids.population()
    assert len(as_places(made, toys.places()).table) == len(made.cells)
