"""The study file: everything a slip of the pen can do to it gets a sentence, not a traceback."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gapmap.about import Document, map_mark
from gapmap.errors import StudyError
from gapmap.study.services import service_of
from gapmap.studyfile import read_study_file

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
[study]
name = "试验"
date = 2014-12-31
[districts]
path = "d.geojson"
id = "code"
name = "name"
groups.west = ["2"]
[places]
path = "p.csv"
id = "code"
name = "name"
x = "lon"
y = "lat"
[[facilities]]
path = "f.csv"
service = "clinic"
floor_area_m2 = "面积"
beds = "床位"
require = { floor_area_m2 = ">= 250" }
[services.clinic]
name = { zh = "卫生站" }
mode = "walk"
limit_m = 500
[siting.clinic]
count = 2
"""


@pytest.fixture
def write(tmp_path: Path):
    def put(text: str) -> Path:
        path = tmp_path / "study.toml"
        path.write_text(text, "utf8")
        return path

    return put


def test_a_good_file_is_read_whole(write, tmp_path: Path) -> None:
    study = read_study_file(write(GOOD))
    assert study.name == "试验"
    assert study.date == dt.date(2014, 12, 31)
    assert study.language == "zh"
    assert study.districts.path == tmp_path / "d.geojson"
    assert study.districts.groups == {"west": ("2",)}
    facility = study.facilities[0]
    assert facility.attributes == {"beds": "床位"}
    assert facility.require == {"floor_area_m2": ">= 250"}
    assert facility.presence_m == 1000
    assert study.services[0].limit_m == 500
    assert study.services[0].name == {"zh": "卫生站", "en": "clinic"}
    assert study.siting[0].count == 2
    assert study.network is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[study]", "[studdy]", "unknown key studdy; the nearest known key is study"),
        ("limit_m = 500", "limit_meters = 500", "services.clinic.limit_meters"),
        ('beds = "床位"', 'opend = "床位"', "the nearest known key is opened"),
        ('beds = "床位"', "beds = 5", "unknown key"),
        ("limit_m = 500", "limit_m = 0", "must be above 0"),
        ("limit_m = 500", "limit_m = 500\nbottom_line = 90", "between 0 and 1"),
        ("limit_m = 500", "limit_m = 500\nbottom_line = -0.1", "between 0 and 1"),
        ("limit_m = 500", 'limit_m = "500"', "wrong kind"),
        ("limit_m = 500", "limit_m = true", "wrong kind"),
        ("limit_m = 500", "limit_m = 500\nlimit_minutes = 5", "cannot have both"),
        ('mode = "walk"', 'mode = "fly"', "choose one of walk"),
        ('mode = "walk"', 'mode = "surface"', "surface"),
        ("date = 2014-12-31", 'date = "31.12.2014"', "is no date"),
        ("date = 2014-12-31", "", "study.date is needed"),
        ('x = "lon"', "", "places.x is needed"),
        ('service = "clinic"', "", "exactly one of service and service_column"),
        ('service = "clinic"', 'service_column = "类别"', "service_values is needed"),
        ("[siting.clinic]", "[siting.clinik]", "the nearest known key is clinic"),
        ("count = 2", "count = -2", "must be above 0"),
        ("count = 2", "budget = 2", "siting.clinic.cost is needed"),
        ('groups.west = ["2"]', "groups.west = [2.5]", "wrong kind"),
        ('name = { zh = "卫生站" }', 'name = { zn = "卫生站" }', "nearest known key is zh"),
        ('y = "lat"', 'y = "lat"\nsetting_values = { town = ["1"] }', "setting_values.town"),
        ('y = "lat"', 'y = "lat"\ndatum = "wgs-84"', "choose one of auto"),
        ("[siting.clinic]", '[network]\nosm = "a"\nlines = "b"\n[siting.clinic]', "exactly one of"),
        (
            "[siting.clinic]",
            '[network]\nosm = "a"\ncompare_borders = true\n[siting.clinic]',
            "borders",
        ),
        ("[siting.clinic]", '[network]\nosm = "a"\nsnap_m = -1\n[siting.clinic]', "above 0"),
        ("[[facilities]]", "[facilities]", "wrong kind"),
    ],
)
def test_each_slip_is_named(write, old: str, new: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(StudyError, match=r"study\.toml") as caught:
        read_study_file(write(GOOD.replace(old, new, 1)))
    assert words in caught.value.text("en")
    assert caught.value.text("zh") != caught.value.text("en")


@pytest.mark.parametrize(
    ("mode", "more", "network", "known"),
    [
        ("walk", "", False, True),
        ("cycle", "", False, True),
        ("drive", "", False, False),
        ("drive", "speed_kmh = 40", False, True),
        ("drive", "", True, True),
        ("straight", "", False, False),
        ("straight", "", True, False),
        ("straight", "speed_kmh = 40", True, True),
    ],
)
def test_minutes_of_a_straight_line_need_a_speed(write, mode, more, network, known) -> None:
    limit = f"limit_minutes = 9\n{more}"
    text = GOOD.replace('mode = "walk"', f'mode = "{mode}"').replace("limit_m = 500", limit)
    study = read_study_file(write(text + ('\n[network]\nosm = "a"\n' if network else "")))
    if known:
        service, _ = service_of(study.services[0], study, None)
        assert (service.mode, service.limit_unit) == (mode, "minutes")
    else:
        with pytest.raises(StudyError, match=r"services\.clinic\.speed_kmh is needed"):
            service_of(study.services[0], study, None)


def test_a_bottom_line_reaches_the_service(write) -> None:
    study = read_study_file(write(GOOD.replace("limit_m = 500", "limit_m = 500\nbottom_line = 1")))
    assert service_of(study.services[0], study, None)[0].bottom_line == 1
    plain = read_study_file(write(GOOD))
    assert service_of(plain.services[0], plain, None)[0].bottom_line is None


def test_a_missing_block_a_missing_file_and_bad_bytes(write, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"\[places\] is missing"):
        read_study_file(
            write('[study]\nname="a"\ndate=2014-01-01\n[districts]\npath="d"\nid="i"\nname="n"')
        )
    with pytest.raises(StudyError, match="no such study file"):
        read_study_file(tmp_path / "nothing.toml")
    (tmp_path / "gbk.toml").write_bytes("[study]\nname = '珠海'".encode("gbk"))
    with pytest.raises(StudyError, match="not UTF-8"):
        read_study_file(tmp_path / "gbk.toml")
    with pytest.raises(StudyError, match="not valid TOML"):
        read_study_file(write("[study"))


def test_raster_blocks_are_read(write) -> None:
    text = GOOD + '\n[population]\nraster = "p.tif"\nreconcile = "district"\n'
    text += '\n[surface]\nland_cover = "lc.tif"\nspeeds = "s.csv"\nneighbours = 16\n'
    study = read_study_file(write(text))
    assert study.population is not None
    assert study.population.reconcile == "district"
    assert study.surface is not None
    assert study.surface.neighbours == 16
    assert study.population.raster.name == "p.tif"
    assert study.surface.land_cover.name == "lc.tif"
    assert study.surface.dem is None


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ('[population]\nraster = "p.tif"\nunit = "people"', "choose one of auto, count"),
        ('[population]\nraster = "p.tif"\nreconcile = "town"', "choose one of none, district"),
        ("[population]", "population.raster is needed"),
        ('[surface]\nland_cover = "lc.tif"', "surface.speeds is needed"),
        ('[surface]\ndem = "d.tif"\nneighbours = 4', "choose one of 8, 16"),
        ('[surface]\nslope = "tobler"\ncell_m = 50', "surface.dem is needed"),
        ("[surface]", "surface.cell_m is needed"),
        ('[surface]\ndem = "d.tif"\nsnap_m = -1', "snap_m must be 0 or more"),
        ('[surface]\ndem = "d.tif"\nbarriers_datum = "gcj"', "barriers_datum"),
        ('[surface]\ndem = "d.tif"\nbarriers_datum = "detect"', "choose one of auto, wgs84"),
        ('[[referral]]\nfrom = "clinic"', "to is needed"),
        ('[[referral]]\nfrom = "clinic"\nto = "hosp"', "choose one of clinic"),
        ('[[referral]]\nfrom = "clinic"\nto = "clinic"', "another service"),
    ],
)
def test_raster_blocks_are_checked(write, block: str, message: str) -> None:
    with pytest.raises(StudyError, match=re.escape(message)):
        read_study_file(write(f"{GOOD}\n{block}\n"))


@given(
    st.sampled_from(re.findall(r"(?m)^[a-z_0-9.]+(?= = )", GOOD)),
    st.sampled_from(["nan", "inf", "-1", "true", "[]", "[[1]]", "{}", '""', "1e400", "2014-01-01"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_for_any_key_is_read_or_refused_in_a_sentence(write, key, value) -> None:
    text = re.sub(rf"(?m)^{re.escape(key)} = .*$", f"{key} = {value}", GOOD, count=1)
    with contextlib.suppress(StudyError):  # anything else that is raised fails the test
        assert read_study_file(write(text)).services is not None


@pytest.mark.parametrize("block", ["indicators", "services", "siting", "network", "places"])
def test_a_block_written_as_a_list_is_refused(write, block: str) -> None:
    text = GOOD.split("[services", maxsplit=1)[0] + f"\n[[{block}]]\n"
    text = text if block != "places" else GOOD.replace("[places]", "[[places]]")
    with pytest.raises(StudyError):
        read_study_file(write(text))


def test_what_may_vary_is_read(write) -> None:
    assert read_study_file(write(GOOD)).sensitivity is None
    bare = read_study_file(write(f"{GOOD}\n[sensitivity]\n")).sensitivity
    assert bare.draws == 1000
    assert bare.assumptions.limit_bases == ("assumption",)
    text = GOOD.replace('path = "f.csv"', 'path = "sub/f.csv"\nposition_m = 5')
    block = '\n[sensitivity]\ndraws = 20\nspeed = 0.3\nferry_wait = false\nsource = "GPS"\n'
    told = read_study_file(write(text + block)).sensitivity
    assert told.draws == 20
    assert (told.assumptions.speed, told.assumptions.limit) == (0.3, 0.1)
    assert not told.assumptions.ferry_wait
    assert told.assumptions.position_m_by_file == {"f.csv": 5.0}
    assert told.assumptions.source == "GPS"


@pytest.mark.parametrize("other", ["", "position_m = 500"])
def test_files_of_one_name_are_equally_accurate(write, other: str) -> None:
    text = GOOD.replace('path = "f.csv"', 'path = "sub/f.csv"\nposition_m = 5')
    more = '\n[sensitivity]\n[[facilities]]\npath = "other/f.csv"\nservice = "clinic"\n'
    same = read_study_file(write(f"{text}{more}position_m = 5\n")).sensitivity
    assert same.assumptions.position_m_by_file == {"f.csv": 5.0}
    with pytest.raises(StudyError, match=r"facilities\[2\].position_m: files called 'f.csv'"):
        read_study_file(write(f"{text}{more}{other}\n"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("draws = 0", "sensitivity.draws must be above 0"),
        ("draws = 1.5", "sensitivity.draws"),
        ("draws = 10001", "wanted: 1, 2, 3 ... 10000"),
        ("speed = 1", "sensitivity.speed must be below 1, not 1"),
        ("people = -0.1", "sensitivity.people must be 0 or more"),
        ("ferry_wait_otherwise = 1.1", "must be at most 1"),
        ("ferry_wait = 0.5", "sensitivity.ferry_wait"),
        ('limit_bases = ["plans"]', "sensitivity.limit_bases cannot be 'plans'"),
        ("draw = 10", "the nearest known key is draws"),
    ],
)
def test_what_cannot_vary_so_is_named(write, line: str, said: str) -> None:
    with pytest.raises(StudyError, match=re.escape(said)):
        read_study_file(write(f"{GOOD}\n[sensitivity]\n{line}\n"))


@pytest.mark.parametrize("seed", ["-1", "1.5", "4294967296"])
def test_a_seed_is_a_whole_number_from_zero(write, seed: str) -> None:
    text = GOOD.replace("date = 2014-12-31", f"date = 2014-12-31\nseed = {seed}")
    with pytest.raises(StudyError, match=re.escape("study.seed")):
        read_study_file(write(text))
    assert read_study_file(write(text.replace(f"seed = {seed}", "seed = 0"))).seed == 0


def test_how_gaps_are_grouped_is_read(write) -> None:
    told = read_study_file(write(GOOD)).typology
    assert (told.services, told.most_kinds, told.none) == (None, 7, False)
    service = next(iter(read_study_file(write(GOOD)).services)).id
    block = f'\n[typology]\nservices = ["{service}"]\nmost_kinds = 3\n'
    told = read_study_file(write(GOOD + block)).typology
    assert (told.services, told.most_kinds) == ((service,), 3)
    assert read_study_file(write(f"{GOOD}\n[typology]\nnone = true\n")).typology.none


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("most_kinds = 8", "typology.most_kinds"),
        ("most_kinds = 2.5", "typology.most_kinds"),
        ('services = ["bus"]', "typology.services cannot be 'bus'"),
        ("services = [1]", "typology.services"),
        ("kinds = 3", "the nearest known key is most_kinds"),
    ],
)
def test_how_gaps_cannot_be_grouped_is_named(write, line: str, said: str) -> None:
    with pytest.raises(StudyError, match=re.escape(said)):
        read_study_file(write(f"{GOOD}\n[typology]\n{line}\n"))


REPORT = """
[report]
title = "公共服务缺口报告"
prepared_by = "市规划局"
prepared_on = 2015-03-01
base_map = "标准地图"
"""


def test_a_study_without_a_report_block_is_an_internal_draft(write) -> None:
    document = read_study_file(write(GOOD)).document
    assert document == Document()
    assert document.draft


def test_a_report_block_is_read(write) -> None:
    document = read_study_file(write(GOOD + REPORT)).document
    assert document.title == "公共服务缺口报告"
    assert document.prepared_by == "市规划局"
    assert document.prepared_on == dt.date(2015, 3, 1)
    assert document.base_map == "标准地图"
    assert document.draft
    assert map_mark(document, "zh") == "内部资料"


@pytest.mark.parametrize(
    ("more", "draft", "mark"),
    [
        ('approval_number = "粤S(2014)012号"', False, "审图号 粤S(2014)012号"),
        ('approval_number = "  "', True, "内部资料"),
        (
            'approval_number = "粤S(2014)012号"\ninternal = true',
            True,
            "内部资料 · 审图号 粤S(2014)012号",
        ),
        ('approval_number = "无需审图"\ninternal = false', False, "审图号 无需审图"),
    ],
)
def test_maps_without_an_approval_number_stay_internal(write, more, draft, mark) -> None:
    document = read_study_file(write(GOOD + REPORT + more)).document
    assert document.draft is draft
    assert map_mark(document, "zh") == mark


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("internal = false", "maps that nobody approved stay internal"),
        ('approval_nummer = "x"', "the nearest known key is approval_number"),
        ("approval_number = 12", "wrong kind"),
        ('prepared_on = "spring"', "prepared_on"),
    ],
)
def test_a_report_block_that_cannot_be_is_refused(write, more, words) -> None:
    text = REPORT.replace("prepared_on = 2015-03-01\n", "") + more
    with pytest.raises(StudyError, match=re.escape(words)):
        read_study_file(write(GOOD + text))
