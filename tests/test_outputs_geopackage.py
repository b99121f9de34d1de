"""The GeoPackage: layers, CRS, rows without geometry, styles that QGIS finds, same bytes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import toy_results
import toys

from gapmap.outputs.geopackage import LAYERS, ascii_names, write_geopackage
from gapmap.outputs.styles import SHAPES, STATUS_COLOURS
from gapmap.programme import Year, plan_programme

if TYPE_CHECKING:
    from pathlib import Path

STYLE_COLUMNS = [
    *("id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName"),
    *("styleQML", "styleSLD", "useAsDefault", "description", "owner", "ui", "update_time"),
]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "results.gpkg"
    write_geopackage(path, toy_results.results())
    return path


def asked(path: Path, question: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(question, values).fetchall()


def qml(path: Path, layer: str, name: str | None = None) -> ET.Element:
    rows = asked(path, "SELECT styleName, styleQML FROM layer_styles WHERE f_table_name = ?", layer)
    return ET.fromstring(next(text for told, text in rows if name in (None, told)))  # noqa: S314 - ours


def test_the_layers_of_the_contract_in_the_metric_crs(package: Path) -> None:
    told = {name: kind for name, kind in pyogrio.list_layers(package) if name != "layer_styles"}
    assert told == LAYERS
    for layer in LAYERS:
        table = gpd.read_file(package, layer=layer)
        assert table.crs == toys.CRS
        assert list(table.columns)[-2:] == ["simulated", "geometry"]
        assert table["simulated"].all()
        assert all(name.isascii() for name in table.columns)


def test_places_have_one_row_each_with_every_service(package: Path) -> None:
    table = gpd.read_file(package, layer="places")
    access = toys.access().table
    assert len(table) == 12
    assert table.geometry.isna().sum() == 1  # kept without a position
    for service in ("bus_shelter", "service_centre"):
        block = access[access["service"] == service]
        assert list(table[f"status_{service}"]) == list(block["status"])
        assert list(table[f"reason_{service}"]) == list(block["reason"])
        assert np.allclose(table[f"distance_m_{service}"], block["distance_m"], equal_nan=True)
    assert table["people"].isna().sum() == 1  # unknown stays unknown
    where = toys.places().table.geometry
    assert where[0].equals(table.geometry[0])


def test_towns_without_geometry_are_kept(package: Path) -> None:
    towns = gpd.read_file(package, layer="towns")
    assert list(towns["town_id"]) == ["t1", "t2", "t3"]
    assert towns.geometry.isna().all()


def test_facilities_keep_dates_and_what_failed(package: Path) -> None:
    table = gpd.read_file(package, layer="facilities")
    assert len(table) == 8
    assert pd.Timestamp(table["opened"][0]) == pd.Timestamp("2011-05-01")
    assert table["closed"].isna().all()
    assert table["failed"][6] == "floor_area_m2 >= 250"


def test_an_empty_layer_has_its_fields(tmp_path: Path) -> None:
    made = toys.assessment()
    routes = made.access.routes
    access = replace(made.access, routes=routes.iloc[:0])
    path = tmp_path / "r.gpkg"
    write_geopackage(path, toy_results.results(replace(made, access=access), proposals=()))
    for layer, field in (("routes", "distance_m"), ("proposals", "people_gained")):
        info = pyogrio.read_info(path, layer=layer)
        assert info["features"] == 0
        assert field in info["fields"]
        assert info["geometry_type"] == LAYERS[layer]


def test_the_style_table_is_what_qgis_looks_for(package: Path) -> None:
    columns = [row[1] for row in asked(package, "PRAGMA table_info(layer_styles)")]
    assert columns == STYLE_COLUMNS
    assert asked(
        package, "SELECT data_type FROM gpkg_contents WHERE table_name='layer_styles'"
    ) == [("attributes",)]
    # the question that QGIS asks for a layer's own style
    for layer in LAYERS:
        found = asked(
            package,
            "SELECT styleQML FROM layer_styles WHERE f_table_schema='' AND f_table_name=? "
            "AND f_geometry_column='geom' ORDER BY CASE WHEN useAsDefault THEN 1 ELSE 2 END, "
            "update_time DESC LIMIT 1",
            layer,
        )
        assert len(found) == 1, layer
        column = asked(
            package, "SELECT column_name FROM gpkg_geometry_columns WHERE table_name=?", layer
        )
        assert column == [("geom",)]
    defaults = asked(package, "SELECT f_table_name, sum(useAsDefault) FROM layer_styles GROUP BY 1")
    assert set(defaults) == {(layer, 1) for layer in LAYERS}
    assert all(len(name) <= 30 for (name,) in asked(package, "SELECT styleName FROM layer_styles"))


def test_places_are_coloured_by_the_status_of_the_first_service(package: Path) -> None:
    style = qml(package, "places", "公交候车亭")
    renderer = style.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("type") == "categorizedSymbol"
    assert renderer.get("attr") == "status_bus_shelter"
    fields = pyogrio.read_info(package, layer="places")["fields"]
    assert renderer.get("attr") in fields
    symbols = {one.get("name"): one for one in renderer.iter("symbol")}
    for category in renderer.iter("category"):
        symbol = symbols[category.get("symbol")]
        colour = STATUS_COLOURS[str(category.get("value"))]
        rgba = ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"
        options = {o.get("name"): o.get("value") for o in symbol.iter("Option") if o.get("name")}
        props = {p.get("k"): p.get("v") for p in symbol.iter("prop")}
        assert options["color"] == props["color"] == rgba
    assert [c.get("label") for c in renderer.iter("category")] == ["已覆盖", "未覆盖", "未知"]
    other = qml(package, "places", "村公共事务服务中心").find("renderer-v2")
    assert other is not None
    assert other.get("attr") == "status_service_centre"
    aliases = {a.get("field"): a.get("name") for a in style.iter("alias")}
    assert aliases["status_bus_shelter"] == "公交候车亭 状态"
    assert set(aliases) == {*fields, "fid"}


def test_facilities_differ_by_shape_and_hue(package: Path) -> None:
    renderer = qml(package, "facilities").find("renderer-v2")
    assert renderer is not None
    assert [c.get("value") for c in renderer.iter("category")] == ["bus_shelter", "service_centre"]
    shapes = [p.get("v") for p in renderer.iter("prop") if p.get("k") == "name"]
    assert shapes == list(SHAPES[:2])


def test_the_file_says_that_it_is_simulated(package: Path) -> None:
    info = pyogrio.read_info(package, layer="places")
    assert info["dataset_metadata"]["SIMULATED"] == "true"
    assert info["dataset_metadata"]["SIMULATED_FILES"] == "places.csv; facilities.xlsx"
    told = asked(package, "SELECT description FROM gpkg_contents WHERE data_type='features'")
    assert all("模拟数据" in str(text) for (text,) in told)
    assert asked(package, "PRAGMA integrity_check") == [("ok",)]


def test_the_same_results_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    write_geopackage(tmp_path / "again.gpkg", toy_results.results())
    assert (tmp_path / "again.gpkg").read_bytes() == package.read_bytes()


def test_field_names_are_ascii_and_apart() -> None:
    told = ascii_names(["level", "LEVEL", "建筑面积", "备注", "fid", "geom", "a b", "simulated"])
    assert list(told.values()) == [
        *("level", "LEVEL_2", "field", "field_2", "fid_2", "geom_2", "a_b", "simulated_2"),
    ]


def test_chinese_attributes_and_service_ids(tmp_path: Path) -> None:
    made = toys.assessment()
    facilities = made.access.facilities
    table = facilities.table.assign(备注=["甲", *[None] * 7])
    services = (replace(made.access.services[0], id="候车亭"), made.access.services[1])
    access = replace(made.access, facilities=replace(facilities, table=table), services=services)
    path = tmp_path / "r.gpkg"
    write_geopackage(path, toy_results.results(replace(made, access=access)))
    assert gpd.read_file(path, layer="facilities")["field"][0] == "甲"
    assert gpd.read_file(path, layer="places")["status"][0] == "covered"
    renderer = qml(path, "places").find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") == "status"


def test_town_polygons_become_multipolygons(tmp_path: Path) -> None:
    made = toys.assessment()
    places = made.access.places
    square = shapely.box(toys.X0, toys.Y0, toys.X0 + 10, toys.Y0 + 10)
    towns = places.region.towns.set_geometry(
        gpd.GeoSeries([square, None, shapely.Point(1, 1)], crs=toys.CRS)
    )
    region = replace(places.region, towns=towns)
    access = replace(made.access, places=replace(places, region=region))
    write_geopackage(tmp_path / "r.gpkg", toy_results.results(replace(made, access=access)))
    told = gpd.read_file(tmp_path / "r.gpkg", layer="towns").geometry
    assert told[0].area == 100
    assert told.isna().tolist() == [False, True, True]


def test_sites_of_several_years_differ_by_year(tmp_path: Path) -> None:
    made = toys.assessment()
    years = [Year(year=2015, budget=30_000), Year(year=2016, budget=60_000)]
    programme = plan_programme(made, service="service_centre", years=years, cost=30_000)
    path = tmp_path / "r.gpkg"
    write_geopackage(path, toy_results.results(made, proposals=(programme.proposal,)))
    style = qml(path, "proposals")
    renderer = style.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") == "year"
    categories = list(renderer.iter("category"))
    assert [(c.get("value"), c.get("label"), c.get("type")) for c in categories] == [
        ("2015", "2015", "long"),
        ("2016", "2016", "long"),
    ]
    colours = [p.get("v") for p in renderer.iter("prop") if p.get("k") == "color"]
    assert len(set(colours)) == 2
    assert set(gpd.read_file(path, layer="proposals")["year"]) == {2015, 2016}
    text = style.find("labeling/settings/text-style")
    assert text is not None
    assert text.get("fieldName") == "name"


def test_sites_of_several_phases_differ_by_phase(tmp_path: Path) -> None:
    made = toys.assessment()
    proposal = toys.proposal(made)
    phased = replace(proposal, sites=proposal.sites.assign(phase=[1, 2]))
    path = tmp_path / "r.gpkg"
    write_geopackage(path, toy_results.results(made, proposals=(phased,)))
    renderer = qml(path, "proposals").find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") == "phase"
    assert [c.get("label") for c in renderer.iter("category")] == ["阶段 1", "阶段 2"]


def test_facilities_that_would_close_are_a_layer_where_there_are_any(tmp_path: Path) -> None:
    made = toys.assessment()
    table = made.access.facilities.table
    closed = table.loc[[1, 5], ["facility_id", "facility", "geometry"]].assign(cost=float("nan"))
    proposal = replace(toys.proposal(made), closed=closed)
    path = tmp_path / "r.gpkg"
    write_geopackage(path, toy_results.results(made, proposals=(proposal,)))
    told = gpd.read_file(path, layer="closed_facilities")
    assert told["facility_id"].tolist() == ["b2", "c1"]
    assert told["service"].tolist() == ["service_centre"] * 2
    assert told.geometry.distance(table.geometry.iloc[[1, 5]].reset_index(drop=True)).max() == 0
    renderer = qml(path, "closed_facilities").find("renderer-v2")
    assert renderer is not None
    assert [p.get("v") for p in renderer.iter("prop") if p.get("k") == "name"] == ["cross_fill"]
    rows = asked(
        path, "SELECT styleName FROM layer_styles WHERE f_table_name = ?", "closed_facilities"
    )
    assert rows == [("拟关闭的设施",)]
